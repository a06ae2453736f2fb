/* SPDX-License-Identifier: Apache-2.0 */
/* From a policy to a verdict. */
#include "harness/engine/gate.h"

#include <math.h>
#include <stdio.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"

const char *ifb_gate_verdict_name(enum ifb_gate_verdict verdict)
{
    static const char *const names[] = { [IFB_GATE_PASS] = "pass",
                                         [IFB_GATE_INCONCLUSIVE] = "inconclusive",
                                         [IFB_GATE_FAIL] = "fail" };

    return names[verdict];
}

struct ifb_gate_check *ifb_gate_add(struct ifb_gating *g, const struct ifb_rule *rule,
                                    const struct ifb_mark_cell *cell, ifb_str subject)
{
    g->at = ifb_grow(g->arena, g->at, &g->cap, g->n + 1, sizeof(*g->at));
    g->at[g->n] = (struct ifb_gate_check){
        .verdict = IFB_GATE_INCONCLUSIVE, .rule = rule ? rule->text : IFB_STR(""),
        .line = rule ? rule->line : 0, .subject = subject,
        .suite = cell ? cell->suite : IFB_STR(""), .model = cell ? cell->model : IFB_STR(""),
        .value = NAN, .limit = rule ? rule->limit : (double)NAN, .bound = NAN,
        .confidence = rule ? rule->confidence : 0, .need = NAN, .why = IFB_STR(""),
    };
    return &g->at[g->n++];
}

bool ifb_gate_wants(const struct ifb_gating *g, ifb_str model)
{
    return !g->o->compare.model.ptr || ifb_str_eq(g->o->compare.model, model);
}

enum ifb_code ifb_gate_fail(struct ifb_gating *g, const struct ifb_rule *rule, const char *fmt, ...)
{
    char text[400];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    return ifb_fail(g->err, IFB_EINPUT, "%.*s:%u: %s", IFB_ARG(g->policy.name), rule->line, text);
}

static bool compares(const struct ifb_rule *r)
{
    return r->kind == IFB_RULE_DROP ||
           (r->kind == IFB_RULE_BUDGET && r->budget == IFB_BUDGET_REGRESSED);
}

enum ifb_code ifb_gate_read_policy(struct ifb_gating *g)
{
    enum ifb_code code = ifb_policy_read(g->o->policy, g->arena, &g->policy, g->err);

    if (code)
        return code;
    for (size_t i = 0; i < g->policy.n && !g->o->baseline; i++)
        if (compares(&g->policy.rules[i]))
            return ifb_fail(g->err, IFB_EUSAGE, "%.*s:%u: \"%.*s\" compares with a baseline; name "
                            "one with --baseline", IFB_ARG(g->policy.name),
                            g->policy.rules[i].line, IFB_ARG(g->policy.rules[i].text));
    return IFB_OK;
}

static enum ifb_code load(struct ifb_gating *g, const char *cand)
{
    struct ifb_marks *marks = ifb_new(g->arena, struct ifb_marks, 2);
    enum ifb_code code = ifb_gate_read_policy(g);

    g->cand = &marks[0];
    if (!code)
        code = ifb_marks_load(cand, g->arena, g->cand, g->err);
    if (!code && g->cand->is_file)
        code = ifb_fail(g->err, IFB_EINPUT, "%s is a baseline, wanted the folder of a run", cand);
    if (code || !g->o->baseline)
        return code;
    g->base = &marks[1];
    g->comparison = ifb_new(g->arena, struct ifb_comparison, 1);
    code = ifb_marks_load(g->o->baseline, g->arena, g->base, g->err);
    return code ? code : ifb_compare_marks(g->base, g->cand, &g->o->compare, g->arena,
                                           g->comparison, g->err);
}

/* A run that stopped early has the items that were easy to get. */
static void require_end(struct ifb_gating *g)
{
    const struct ifb_counts *c = &g->cand->summary.counts;
    const struct ifb_shard *s = &g->cand->summary.shard;
    struct ifb_gate_check *check;

    if (g->o->compare.common || (g->cand->summary.complete && !c->pending))
        return;
    check = ifb_gate_add(g, NULL, NULL, IFB_STR("complete"));
    if (s->of)
        check->why = ifb_fmt(g->arena, "the run is shard %lld/%lld; put the shards together with "
                             "`ifbench merge`, or judge what there is with --common",
                             (long long)s->index, (long long)s->of);
    else
        check->why = ifb_fmt(g->arena, "the run has not come to its end, %lld of %lld samples are "
                         "missing; go on with `ifbench run --resume`, or judge what there is with "
                         "--common", (long long)c->pending, (long long)c->total);
}

bool ifb_gate_is_judged(const struct ifb_mark_item *item)
{
    for (uint32_t e = 0; e < item->epochs; e++)
        for (size_t i = e * item->nchecks; item->answered[e] && i < (e + 1) * item->nchecks; i++)
            if (item->strict[i] == IFB_PASS || item->strict[i] == IFB_FAIL)
                return true;
    return false;
}

/* Nothing is no worse than nothing: a dead endpoint, or checks that all err, prove nothing. */
static void require_judged(struct ifb_gating *g, const struct ifb_marks *m, const char *who)
{
    for (size_t c = 0; m && c < m->ncells; c++) {
        const struct ifb_mark_cell *cell = &m->cells[c];
        struct ifb_gate_check *check;
        size_t i = 0;

        while (i < cell->n && !ifb_gate_is_judged(&cell->items[i]))
            i++;
        if (i < cell->n || (m == g->cand && !ifb_gate_wants(g, cell->model)))
            continue;
        check = ifb_gate_add(g, NULL, cell, IFB_STR("answers"));
        check->why = ifb_fmt(g->arena, "the %s has no answer to %.*s that could be judged", who,
                             IFB_ARG(cell->suite));
    }
}

bool ifb_policy_mentions(const struct ifb_policy *p, enum ifb_rule_budget budget)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->rules[i].kind == IFB_RULE_BUDGET && p->rules[i].budget == budget)
            return true;
    return false;
}

/* What is unscored is in no difference: it must not be a way around one. */
static void require_scores(struct ifb_gating *g)
{
    if (!g->comparison || ifb_policy_mentions(&g->policy, IFB_BUDGET_UNSCORED))
        return;
    for (size_t i = 0; i < g->comparison->ncells; i++) {
        const struct ifb_compare_cell *cell = &g->comparison->cells[i];
        struct ifb_gate_check *check;

        if (!cell->newly_unscored)
            continue;
        check = ifb_gate_add(g, NULL, NULL, IFB_STR("unscored"));
        check->suite = cell->suite;
        check->model = cell->cand_model;
        check->value = (double)cell->newly_unscored;
        check->why = ifb_fmt(g->arena, "%zu items are unscored that the baseline has scored, and "
                             "no rule says how many may be (`unscored <= 1 %%`)",
                             cell->newly_unscored);
    }
}

static enum ifb_code decide(struct ifb_gating *g)
{
    enum ifb_code code = IFB_OK;

    for (size_t i = 0; i < g->policy.n && !code; i++) {
        const struct ifb_rule *r = &g->policy.rules[i];

        if (r->kind == IFB_RULE_ITEMS)
            code = ifb_gate_items(g, r);
        else if (r->kind == IFB_RULE_BUDGET)
            code = ifb_gate_budget(g, r);
        else
            code = ifb_gate_share(g, r);
    }
    return code;
}

enum ifb_gate_verdict ifb_gate_worst(const struct ifb_gating *g)
{
    enum ifb_gate_verdict worst = IFB_GATE_PASS;

    for (size_t i = 0; i < g->n; i++)
        worst = g->at[i].verdict > worst ? g->at[i].verdict : worst;
    return worst;
}

enum ifb_code ifb_gate_run(const char *cand, const struct ifb_gate_options *options,
                           struct ifb_arena *arena, struct ifb_gate *out, struct ifb_error *err)
{
    return ifb_gate_run_after(cand, options, NULL, arena, out, err);
}

enum ifb_code ifb_gate_run_after(const char *cand, const struct ifb_gate_options *options,
                                 const struct ifb_sequential *after, struct ifb_arena *arena,
                                 struct ifb_gate *out, struct ifb_error *err)
{
    struct ifb_gating g = { .o = options, .arena = arena, .after = after, .err = err };
    enum ifb_code code = load(&g, cand);

    if (!code)
        code = decide(&g);
    if (code)
        return code;
    require_end(&g);
    require_judged(&g, g.cand, "candidate");
    require_judged(&g, g.base, "baseline");
    require_scores(&g);
    *out = (struct ifb_gate){ .verdict = ifb_gate_worst(&g), .cand = g.cand->name,
                              .policy = g.policy.name, .checks = g.at, .n = g.n,
                              .comparison = g.comparison };
    if (g.base)
        out->base = g.base->name;
    return IFB_OK;
}
