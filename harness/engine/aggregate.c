/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engine/aggregate.h"

#include <math.h>
#include <stdlib.h>

#include <ifbench/stats.h>

#include "harness/base/arena.h"
#include "harness/base/seen.h"
#include "harness/base/str.h"
#include "harness/engine/epochs.h"

enum kind { INSTRUCTION, FAMILY, GROUP, TAG, TURN, POLARITY, NKINDS };

/* What is counted of one suite asked of one model. */
struct count {
    const struct ifb_plan_cell *cell;
    struct ifb_group_row *at;      /* group rows under construction */
    size_t n, cap;
    struct ifb_seen known[NKINDS]; /* their names, with the number of the row from 1 */
    ifb_str *turns;                /* names of turns, made on first use */
    size_t turns_cap;
    struct ifb_ratio *ratios;      /* one a metric of the suite; those of a fold stay empty */
    bool negated;                  /* something is forbidden */
};

struct ifb_tally {
    const struct ifb_plan *plan;
    struct ifb_arena *arena;
    struct count *counts;          /* one a cell of the plan */
};

static struct ifb_group_row *row_of(struct count *c, struct ifb_arena *arena, enum kind kind,
                                    ifb_str name)
{
    static const char *const kinds[] = { "instruction", "family", "group", "tag", "turn",
                                         "polarity" };
    unsigned at = ifb_seen_find(&c->known[kind], name);

    if (at)
        return &c->at[at - 1];
    name = ifb_str_copy(arena, name);  /* its item may not stay */
    ifb_seen_add(&c->known[kind], arena, name, (unsigned)c->n + 1);
    c->at = ifb_grow(arena, c->at, &c->cap, c->n + 1, sizeof(*c->at));
    c->at[c->n] = (struct ifb_group_row){ .suite = ifb_str_of(c->cell->suite->id),
                                          .model = c->cell->model->spec,
                                          .kind = ifb_str_of(kinds[kind]), .name = name };
    return &c->at[c->n++];
}

static void count_constraint(struct ifb_group_row *row, uint8_t strict, uint8_t loose)
{
    row->n++;
    row->strict_pass += strict == IFB_PASS;
    row->loose_pass += loose == IFB_PASS;
    row->errors += strict == IFB_ERROR;
    row->unscored += strict == IFB_UNSCORED;
}

static ifb_str turn_name(struct count *c, struct ifb_arena *arena, uint16_t turn)
{
    size_t before = c->turns_cap;

    c->turns = ifb_grow(arena, c->turns, &c->turns_cap, turn + 1u, sizeof(*c->turns));
    for (size_t i = before; i < c->turns_cap; i++)
        c->turns[i] = ifb_fmt(arena, "turn %zu", i + 1);
    return c->turns[turn];
}

static void count_tags(struct count *c, struct ifb_arena *arena, const struct ifb_item *item,
                       uint8_t strict, uint8_t loose)
{
    if (item->group.len)
        count_constraint(row_of(c, arena, GROUP, item->group), strict, loose);
    for (size_t i = 0; i < item->tags.n; i++)
        count_constraint(row_of(c, arena, TAG, item->tags.at[i]), strict, loose);
}

static void count_groups(struct count *c, struct ifb_arena *arena, uint16_t turns,
                         const struct ifb_item *item, const struct ifb_sample_result *r)
{
    for (size_t i = 0; i < item->nconstraints; i++) {
        const struct ifb_constraint *k = &item->constraints[i];
        size_t colon = ifb_str_chr(k->id, ':', 0);
        uint8_t strict = r->strict[i], loose = r->loose[i];

        count_constraint(row_of(c, arena, INSTRUCTION, k->id), strict, loose);
        if (colon != SIZE_MAX)
            count_constraint(row_of(c, arena, FAMILY, ifb_str_part(k->id, 0, colon)), strict,
                             loose);
        if (turns > 1)
            count_constraint(row_of(c, arena, TURN, turn_name(c, arena, k->turn)), strict, loose);
        count_constraint(row_of(c, arena, POLARITY,
                                k->negated ? IFB_STR("negated") : IFB_STR("required")),
                         strict, loose);
        c->negated |= k->negated;
        count_tags(c, arena, item, strict, loose);
    }
}

static void count_ratios(struct count *c, const struct ifb_item *item,
                         const struct ifb_sample_result *r)
{
    const struct ifb_item_score score = { item, r->strict, r->loose, r->answered };
    const struct ifb_metric *metrics = c->cell->suite->metrics;

    for (size_t m = 0; metrics[m].id; m++)
        if (metrics[m].count)
            metrics[m].count(&score, &c->ratios[m]);
}

struct ifb_tally *ifb_tally_new(const struct ifb_plan *plan, struct ifb_arena *arena)
{
    struct ifb_tally *t = ifb_new(arena, struct ifb_tally, 1);

    *t = (struct ifb_tally){ plan, arena, ifb_new(arena, struct count, plan->nasked) };
    for (size_t i = 0; i < plan->nasked; i++) {
        size_t n = 0;

        while (plan->cells[i].suite->metrics[n].id)
            n++;
        t->counts[i].cell = &plan->cells[i];
        t->counts[i].ratios = ifb_new(arena, struct ifb_ratio, n);
    }
    return t;
}

void ifb_tally_add(struct ifb_tally *t, uint32_t sample, const struct ifb_item *item,
                   const struct ifb_sample_result *result)
{
    const struct ifb_sample_plan *p = &t->plan->samples[sample];
    struct count *c = &t->counts[p->cell];

    count_groups(c, t->arena, p->turns, item, result);
    count_ratios(c, item, result);
}

/* A suite that forbids nothing needs no table of what it forbids. */
static void drop_polarity(struct count *c)
{
    size_t n = 0;

    if (c->negated)
        return;
    for (size_t i = 0; i < c->n; i++)
        if (!ifb_str_is(c->at[i].kind, "polarity"))
            c->at[n++] = c->at[i];
    c->n = n;
}

static int by_kind_and_name(const void *a, const void *b)
{
    const struct ifb_group_row *x = a, *y = b;
    int d = ifb_str_cmp(x->kind, y->kind);

    return d ? d : ifb_str_natural(x->name, y->name);
}

static void count_sample(struct ifb_cell_summary *cell, const struct ifb_sample_result *r)
{
    cell->counts.total++;
    cell->tokens_in += r->tokens_in > 0 ? r->tokens_in : 0;
    cell->tokens_out += r->tokens_out > 0 ? r->tokens_out : 0;
    cell->failed_calls += r->failed_call;
    cell->incomplete += r->incomplete;
    cell->reasoning_removed += r->reasoning_removed;
    cell->cached += r->cached;
    if (!r->scored)
        cell->counts.pending++;
    else if (r->outcome == IFB_UNSCORED)
        cell->counts.unscored++;
    else if (r->outcome == IFB_PASS)
        cell->counts.passed++;
    else if (r->outcome == IFB_ERROR)
        cell->counts.errors++;
    else
        cell->counts.failed++;
}

static struct ifb_spread spread_of(double *at, int64_t n)
{
    return (struct ifb_spread){ ifb_quantile(at, n, 0.50), ifb_quantile(at, n, 0.95),
                                ifb_quantile(at, n, 0.99) };
}

static void add_paces(struct ifb_cell_summary *cell, const struct ifb_sample_result *results,
                      uint32_t n, double *at)
{
    int64_t paced = 0;

    for (uint32_t i = 0; i < n; i++)
        if (results[i].ttft_ms > 0)
            at[cell->streamed++] = (double)results[i].ttft_ms;
    cell->ttft_ms = spread_of(at, cell->streamed);
    cell->itl_max_ms = NAN;
    for (uint32_t i = 0; i < n; i++) {
        if (!(results[i].itl_max_ms > 0))
            continue;
        at[paced++] = (double)results[i].itl_ms;
        cell->itl_max_ms = fmax(cell->itl_max_ms, (double)results[i].itl_max_ms);
    }
    cell->itl_ms = spread_of(at, paced);
}

static void add_latencies(struct ifb_cell_summary *cell, const struct ifb_sample_result *results,
                          uint32_t n, struct ifb_arena *arena)
{
    double *at = ifb_new(arena, double, n);
    struct ifb_spread latency;
    int64_t known = 0;

    for (uint32_t i = 0; i < n; i++)
        if (results[i].latency_ms >= 0)
            at[known++] = results[i].latency_ms;
    latency = spread_of(at, known);
    cell->latency_p50_ms = latency.p50;
    cell->latency_p95_ms = latency.p95;
    cell->latency_p99_ms = latency.p99;
    add_paces(cell, results, n, at);
}

/* What was asked, not what was paid now: an answer from the cache counts as well. */
static void add_cost(struct ifb_cell_summary *cell, const struct ifb_price *price)
{
    cell->cost_usd = price && price->known
                         ? ifb_cost_of(price, cell->tokens_in, cell->tokens_out).usd : NAN;
}

static struct ifb_metric_value metric_value(const struct ifb_metric *m,
                                            const struct ifb_cell_summary *cell,
                                            struct ifb_ratio ratio)
{
    struct ifb_interval ci = ifb_wilson(ratio.hits, ratio.n, 0.95);

    return (struct ifb_metric_value){
        .id = ifb_str_of(m->id), .suite = cell->suite, .model = cell->model,
        .unit = ifb_str_of(m->unit), .higher_is_better = m->higher_is_better,
        .value = ratio.n ? (double)ratio.hits / (double)ratio.n : NAN,
        .lo = ci.lo, .hi = ci.hi, .se = ifb_proportion_se(ratio.hits, ratio.n),
        .hits = ratio.hits, .n = ratio.n,
    };
}

static struct ifb_ratio measure(const struct ifb_metric *m, const struct ifb_sample_plan *samples,
                                const struct ifb_sample_result *results, uint32_t n)
{
    struct ifb_ratio ratio = { 0, 0 };

    for (uint32_t i = 0; i < n; i++) {
        struct ifb_item_score score = { samples[i].item, results[i].strict, results[i].loose,
                                        results[i].answered };

        if (results[i].scored)
            m->count(&score, &ratio);
    }
    return ratio;
}

/* A sample and the prompt that it belongs to: its own, or that of which it is a form. */
struct member {
    ifb_str prompt;
    uint32_t at;
};

static int by_prompt(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    int d = ifb_str_cmp(x->prompt, y->prompt);

    return d ? d : (x->at > y->at) - (x->at < y->at);
}

/* The cell's samples, those of one prompt together. */
static struct member *members_of(const struct ifb_plan *plan, const struct ifb_plan_cell *cell,
                                 struct ifb_arena *arena)
{
    struct member *members = ifb_new(arena, struct member, cell->n);

    for (uint32_t i = 0; i < cell->n; i++) {
        const struct ifb_item *item = plan->samples[cell->first + i].item;
        bool shared = cell->suite->forms_share_group && item->group.len;

        members[i] = (struct member){ shared ? item->group : item->id, cell->first + i };
    }
    if (cell->suite->forms_share_group && cell->n)
        qsort(members, cell->n, sizeof(*members), by_prompt);
    return members;
}

/*
 * A ratio over answers of which several belong to one prompt: these are not
 * independent, so the error is that of a ratio of sums over prompts (Cochran 1977,
 * "Sampling Techniques", section 6.3), and the interval normal.
 */
static void cluster(const struct ifb_metric *m, const struct ifb_plan *plan,
                    const struct ifb_sample_result *results, const struct member *members,
                    uint32_t n, struct ifb_metric_value *value)
{
    double squares = 0, z = ifb_normal_quantile(0.975), k = 0;

    for (uint32_t i = 0, from = 0; i < n; from = i) {
        struct ifb_ratio sum = { 0, 0 };
        double rest;

        for (; i < n && ifb_str_eq(members[i].prompt, members[from].prompt); i++) {
            struct ifb_ratio r = measure(m, plan->samples + members[i].at,
                                         results + members[i].at, 1);

            sum.hits += r.hits;
            sum.n += r.n;
        }
        rest = (double)sum.hits - value->value * (double)sum.n;
        squares += sum.n ? rest * rest : 0;
        k += sum.n > 0;
    }
    value->se = k > 1 ? sqrt(squares * k / (k - 1)) / (double)value->n : NAN;
    value->lo = k > 1 ? fmax(value->value - z * value->se, 0) : NAN;
    value->hi = k > 1 ? fmin(value->value + z * value->se, 1) : NAN;
}

/* All item scores of a cell, for metrics that are a fold. */
static const struct ifb_item_score *item_scores(const struct ifb_plan *plan,
                                                const struct ifb_plan_cell *cell,
                                                const struct ifb_sample_result *results,
                                                struct ifb_arena *arena)
{
    struct ifb_item_score *scores = ifb_new(arena, struct ifb_item_score, cell->n);

    for (uint32_t i = 0; i < cell->n; i++) {
        const struct ifb_sample_result *r = &results[cell->first + i];

        scores[i] = (struct ifb_item_score){ plan->samples[cell->first + i].item, r->strict,
                                             r->loose, r->answered };
    }
    return scores;
}

static struct ifb_metric_value folded_value(const struct ifb_metric *m,
                                            const struct ifb_cell_summary *cell,
                                            const struct ifb_item_score *scores, size_t n)
{
    struct ifb_folded f = { NAN, NAN, NAN, NAN, 0, 0 };

    m->fold(m, scores, n, &f);
    return (struct ifb_metric_value){
        .id = ifb_str_of(m->id), .suite = cell->suite, .model = cell->model,
        .unit = ifb_str_of(m->unit), .higher_is_better = m->higher_is_better,
        .value = f.value, .lo = f.lo, .hi = f.hi, .se = f.se, .hits = -1, .n = f.n,
        .unscored = f.unscored,
    };
}

static void add_metrics(const struct ifb_plan *plan, size_t c,
                        const struct ifb_sample_result *results,
                        const struct ifb_ratio *ratios, const struct ifb_cell_summary *cell,
                        struct ifb_arena *arena, struct ifb_metric_value **out)
{
    const struct ifb_plan_cell *p = &plan->cells[c];
    const struct ifb_item_score *scores = NULL;
    struct ifb_arena *scratch = ifb_arena_new();
    bool clustered = plan->epochs > 1 || p->suite->forms_share_group;
    const struct member *members = clustered ? members_of(plan, p, scratch) : NULL;

    for (const struct ifb_metric *m = p->suite->metrics; m->id; m++) {
        struct ifb_metric_value *v = (*out)++;

        if (m->fold && !scores)
            scores = item_scores(plan, p, results, scratch);
        *v = m->fold ? folded_value(m, cell, scores, p->n)
                     : metric_value(m, cell, ratios[m - p->suite->metrics]);
        if (!m->fold && clustered)
            cluster(m, plan, results, members, p->n, v);
    }
    if (plan->epochs > 1) {
        ifb_epochs_measure(cell, plan->samples + p->first, results + p->first, p->n, plan->epochs,
                           arena, *out);
        *out += IFB_EPOCH_METRICS;
    }
    ifb_arena_close(scratch);
}

static size_t count_metrics(const struct ifb_plan *plan)
{
    size_t n = 0;

    for (size_t i = 0; i < plan->nasked; i++)
        for (const struct ifb_metric *m = plan->cells[i].suite->metrics; m->id; m++)
            n++;
    return n + (plan->epochs > 1 ? plan->nasked * IFB_EPOCH_METRICS : 0);
}

static void add_counts(struct ifb_counts *sum, const struct ifb_counts *c)
{
    sum->total += c->total;
    sum->passed += c->passed;
    sum->failed += c->failed;
    sum->errors += c->errors;
    sum->unscored += c->unscored;
    sum->pending += c->pending;
}

/* Samples, and those of the groups and ratios that were not counted when they were scored. */
static void count_cell(struct ifb_tally *t, size_t c, const struct ifb_sample_result *results,
                       struct ifb_cell_summary *cell)
{
    const struct ifb_plan_cell *p = &t->plan->cells[c];

    for (uint32_t i = p->first; i < p->first + p->n; i++) {
        const struct ifb_item *item = t->plan->samples[i].item;

        count_sample(cell, &results[i]);
        if (item && results[i].scored)
            ifb_tally_add(t, i, item, &results[i]);
    }
    drop_polarity(&t->counts[c]);
    if (t->counts[c].n)
        qsort(t->counts[c].at, t->counts[c].n, sizeof(*t->counts[c].at), by_kind_and_name);
}

static void gather_groups(const struct ifb_tally *t, struct ifb_summary *out)
{
    struct ifb_group_row *groups;
    size_t n = 0;

    for (size_t c = 0; c < t->plan->nasked; c++)
        n += t->counts[c].n;
    groups = ifb_new(t->arena, struct ifb_group_row, n);
    out->groups = groups;
    out->ngroups = n;
    for (size_t c = 0; c < t->plan->nasked; c++) {
        if (t->counts[c].n)
            memcpy(groups, t->counts[c].at, t->counts[c].n * sizeof(*groups));
        groups += t->counts[c].n;
    }
}

void ifb_aggregate(const struct ifb_plan *plan, const struct ifb_sample_result *results,
                   struct ifb_tally *tally, enum ifb_missing missing,
                   const struct ifb_price *prices, struct ifb_arena *arena,
                   struct ifb_summary *out)
{
    struct ifb_metric_value *metrics =
        ifb_new(arena, struct ifb_metric_value, count_metrics(plan)), *next = metrics;
    struct ifb_cell_summary *cells = ifb_new(arena, struct ifb_cell_summary, plan->nasked);

    if (!tally)
        tally = ifb_tally_new(plan, arena);
    out->counts = (struct ifb_counts){ 0 };
    for (size_t c = 0; c < plan->nasked; c++) {
        const struct ifb_plan_cell *p = &plan->cells[c];

        cells[c] = (struct ifb_cell_summary){ .suite = ifb_str_of(p->suite->id),
                                              .model = p->model->spec,
                                              .missing_fails = missing == IFB_MISSING_FAIL };
        count_cell(tally, c, results, &cells[c]);
        add_latencies(&cells[c], results + p->first, p->n, arena);
        add_cost(&cells[c], prices ? &prices[p->model_index] : NULL);
        add_counts(&out->counts, &cells[c].counts);
        add_metrics(plan, c, results, tally->counts[c].ratios, &cells[c], arena, &next);
    }
    gather_groups(tally, out);
    out->metrics = metrics;
    out->nmetrics = (size_t)(next - metrics);
    out->cells = cells;
    out->ncells = plan->nasked;
}
