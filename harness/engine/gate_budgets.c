/* SPDX-License-Identifier: Apache-2.0 */
/* Rules about items over epochs, and about what a run may cost, miss or break. */
#include <math.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/engine/gate.h"

bool ifb_gate_meant(const struct ifb_gating *g, const struct ifb_rule *rule, ifb_str suite,
                    ifb_str model)
{
    return ifb_gate_wants(g, model) && (!rule->suite.ptr || ifb_str_eq(rule->suite, suite));
}

static enum ifb_code check_suite(struct ifb_gating *g, const struct ifb_rule *rule)
{
    for (size_t i = 0; i < g->cand->summary.ncells; i++)
        if (ifb_gate_meant(g, rule, g->cand->summary.cells[i].suite,
                           g->cand->summary.cells[i].model))
            return IFB_OK;
    if (!rule->suite.ptr)
        return ifb_gate_fail(g, rule, "the run has nothing that the rule is about");
    return ifb_gate_fail(g, rule, "the run has no suite \"%.*s\"", IFB_ARG(rule->suite));
}

/* ---- items K of N ---- */

static enum ifb_code items_of(struct ifb_gating *g, const struct ifb_rule *rule,
                              const struct ifb_mark_cell *cell)
{
    struct ifb_gate_check *c;
    size_t hold = 0, total = 0;

    if (cell->epochs != (uint32_t)rule->of)
        return ifb_gate_fail(g, rule, "%.*s was asked %u time%s an item, the rule is about %lld "
                             "(--epochs)", IFB_ARG(cell->suite), (unsigned)cell->epochs,
                             cell->epochs == 1 ? "" : "s", (long long)rule->of);
    c = ifb_gate_add(g, rule, cell, IFB_STR("items"));
    for (size_t i = 0; i < cell->n; i++) {
        uint32_t passed, scored;

        if (!cell->items[i].nchecks)
            continue;
        ifb_mark_passes(&cell->items[i], &passed, &scored);
        total++;
        hold += passed >= (uint32_t)rule->k;
    }
    c->value = total ? (double)hold / (double)total : (double)NAN;
    if (total)
        c->verdict = ifb_op_holds(rule->op, c->value, rule->limit) ? IFB_GATE_PASS : IFB_GATE_FAIL;
    c->why = ifb_fmt(g->arena, "%zu of %zu items hold in %lld of %lld answers, %.2f %%, wanted %s "
                     "%.2f %%", hold, total, (long long)rule->k, (long long)rule->of,
                     c->value * 100, ifb_op_name(rule->op), rule->limit * 100);
    return IFB_OK;
}

enum ifb_code ifb_gate_items(struct ifb_gating *g, const struct ifb_rule *rule)
{
    enum ifb_code code = check_suite(g, rule);

    if (!code && rule->of > IFB_MARK_EPOCHS_MAX)
        return ifb_gate_fail(g, rule, "more than %u answers an item", IFB_MARK_EPOCHS_MAX);
    for (size_t i = 0; i < g->cand->ncells && !code; i++)
        if (ifb_gate_meant(g, rule, g->cand->cells[i].suite, g->cand->cells[i].model))
            code = items_of(g, rule, &g->cand->cells[i]);
    return code;
}

/* ---- budgets ---- */

static int64_t count_missing(const struct ifb_gating *g, const struct ifb_cell_summary *c)
{
    int64_t n = c->counts.pending;

    for (size_t i = 0; i < g->cand->ncells; i++) {
        const struct ifb_mark_cell *cell = &g->cand->cells[i];

        if (!ifb_str_eq(cell->suite, c->suite) || !ifb_str_eq(cell->model, c->model))
            continue;
        for (size_t k = 0; k < cell->n; k++)
            for (uint32_t e = 0; e < cell->items[k].epochs; e++)
                n += !cell->items[k].answered[e];
    }
    return n;
}

static int64_t count_of(const struct ifb_gating *g, enum ifb_rule_budget budget,
                        const struct ifb_cell_summary *c)
{
    switch (budget) {
    case IFB_BUDGET_ERRORS: return c->counts.errors;
    case IFB_BUDGET_UNSCORED: return c->counts.unscored + c->counts.pending;
    case IFB_BUDGET_FAILED_CALLS: return c->failed_calls;
    default: return count_missing(g, c);
    }
}

static void share_budget(struct ifb_gating *g, const struct ifb_rule *rule,
                         struct ifb_gate_check *check)
{
    int64_t n = 0, total = 0;

    for (size_t i = 0; i < g->cand->summary.ncells; i++) {
        const struct ifb_cell_summary *c = &g->cand->summary.cells[i];

        if (!ifb_gate_meant(g, rule, c->suite, c->model))
            continue;
        n += count_of(g, rule->budget, c);
        total += c->counts.total;
    }
    check->value = total ? (double)n / (double)total : (double)NAN;
    check->why = ifb_fmt(g->arena, "%lld of %lld samples, %.2f %%, wanted %s %.2f %%", (long long)n,
                         (long long)total, check->value * 100, ifb_op_name(rule->op),
                         rule->limit * 100);
}

static double latency_of(enum ifb_rule_budget budget, const struct ifb_cell_summary *c)
{
    return budget == IFB_BUDGET_LATENCY_P50   ? c->latency_p50_ms
           : budget == IFB_BUDGET_LATENCY_P95 ? c->latency_p95_ms
                                              : c->latency_p99_ms;
}

/* Of several suites the slowest: their quantiles cannot be put together. */
static void latency_budget(struct ifb_gating *g, const struct ifb_rule *rule,
                           struct ifb_gate_check *check)
{
    bool unknown = false;

    for (size_t i = 0; i < g->cand->summary.ncells; i++) {
        const struct ifb_cell_summary *c = &g->cand->summary.cells[i];
        double ms = latency_of(rule->budget, c);

        if (!ifb_gate_meant(g, rule, c->suite, c->model))
            continue;
        unknown = unknown || isnan(ms);
        check->value = fmax(check->value, ms);
    }
    if (unknown)
        check->value = NAN;
    check->why = unknown ? IFB_STR("the run knows no latency")
                         : ifb_fmt(g->arena, "%.0f ms, wanted %s %.0f ms", check->value,
                                   ifb_op_name(rule->op), rule->limit);
}

static void cost_budget(struct ifb_gating *g, const struct ifb_rule *rule,
                        struct ifb_gate_check *check)
{
    double sum = 0;

    for (size_t i = 0; i < g->cand->summary.ncells; i++) {
        const struct ifb_cell_summary *c = &g->cand->summary.cells[i];

        if (ifb_gate_meant(g, rule, c->suite, c->model))
            sum += c->cost_usd;
    }
    check->value = sum;
    check->why = isnan(sum) ? IFB_STR("the run knows no cost; give `run` prices with --prices")
                            : ifb_fmt(g->arena, "%.4f usd, wanted %s %.4f usd", sum,
                                      ifb_op_name(rule->op), rule->limit);
}

static void regressed_budget(struct ifb_gating *g, const struct ifb_rule *rule,
                             struct ifb_gate_check *check)
{
    size_t n = 0, items = 0, cells = 0;

    for (size_t i = 0; i < g->comparison->ncells; i++) {
        const struct ifb_compare_cell *c = &g->comparison->cells[i];

        if (!ifb_gate_meant(g, rule, c->suite, c->cand_model))
            continue;
        n += c->nregressed;
        items += c->items;
        cells++;
    }
    if (!cells) {
        check->why = IFB_STR("the baseline has nothing that the rule is about");
        return;
    }
    /* With '%' it is a share of the items, else a number of them. */
    check->value = rule->percent ? (double)n / (double)items : (double)n;
    check->why = rule->percent
                     ? ifb_fmt(g->arena, "%zu of %zu items regressed, wanted %s %.2f %%", n, items,
                               ifb_op_name(rule->op), rule->limit * 100)
                     : ifb_fmt(g->arena, "%zu of %zu items regressed, wanted %s %g", n, items,
                               ifb_op_name(rule->op), rule->limit);
}

enum ifb_code ifb_gate_budget(struct ifb_gating *g, const struct ifb_rule *rule)
{
    struct ifb_gate_check *check;
    enum ifb_code code = check_suite(g, rule);

    if (code)
        return code;
    check = ifb_gate_add(g, rule, NULL, ifb_str_of(ifb_budget_names[rule->budget]));
    if (rule->suite.ptr)
        check->suite = rule->suite;
    if (rule->budget <= IFB_BUDGET_FAILED_CALLS)
        share_budget(g, rule, check);
    else if (rule->budget == IFB_BUDGET_COST)
        cost_budget(g, rule, check);
    else if (rule->budget == IFB_BUDGET_REGRESSED)
        regressed_budget(g, rule, check);
    else
        latency_budget(g, rule, check);
    if (!isnan(check->value))
        check->verdict = ifb_op_holds(rule->op, check->value, rule->limit) ? IFB_GATE_PASS
                                                                           : IFB_GATE_FAIL;
    return IFB_OK;
}
