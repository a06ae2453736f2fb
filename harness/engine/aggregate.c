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

/* Group rows under construction. */
struct rows {
    struct ifb_arena *arena;
    struct ifb_group_row *at;
    size_t n, cap, first;          /* first: of the cell being counted */
    struct ifb_seen known[NKINDS]; /* names of that cell, with the number of the row from 1 */
    ifb_str *turns;                /* their names, made on first use */
    size_t turns_cap;
};

static struct ifb_group_row *row_of(struct rows *rows, const struct ifb_cell_summary *cell,
                                    enum kind kind, ifb_str name)
{
    static const char *const kinds[] = { "instruction", "family", "group", "tag", "turn",
                                         "polarity" };
    unsigned at = ifb_seen_add(&rows->known[kind], rows->arena, name, (unsigned)rows->n + 1);

    if (at)
        return &rows->at[at - 1];
    rows->at = ifb_grow(rows->arena, rows->at, &rows->cap, rows->n + 1, sizeof(*rows->at));
    rows->at[rows->n] = (struct ifb_group_row){ .suite = cell->suite, .model = cell->model,
                                                .kind = ifb_str_of(kinds[kind]), .name = name };
    return &rows->at[rows->n++];
}

static void count_constraint(struct ifb_group_row *row, uint8_t strict, uint8_t loose)
{
    row->n++;
    row->strict_pass += strict == IFB_PASS;
    row->loose_pass += loose == IFB_PASS;
    row->errors += strict == IFB_ERROR;
    row->unscored += strict == IFB_UNSCORED;
}

static ifb_str turn_name(struct rows *rows, uint16_t turn)
{
    size_t before = rows->turns_cap;

    rows->turns = ifb_grow(rows->arena, rows->turns, &rows->turns_cap, turn + 1u,
                           sizeof(*rows->turns));
    for (size_t i = before; i < rows->turns_cap; i++)
        rows->turns[i] = ifb_fmt(rows->arena, "turn %zu", i + 1);
    return rows->turns[turn];
}

static void count_tags(struct rows *rows, const struct ifb_cell_summary *cell,
                       const struct ifb_item *item, uint8_t strict, uint8_t loose)
{
    if (item->group.len)
        count_constraint(row_of(rows, cell, GROUP, item->group), strict, loose);
    for (size_t i = 0; i < item->tags.n; i++)
        count_constraint(row_of(rows, cell, TAG, item->tags.at[i]), strict, loose);
}

static void count_groups(struct rows *rows, const struct ifb_cell_summary *cell,
                         const struct ifb_sample_plan *p, const struct ifb_sample_result *r,
                         bool polarity)
{
    const struct ifb_item *item = p->item;

    for (size_t i = 0; i < item->nconstraints; i++) {
        const struct ifb_constraint *c = &item->constraints[i];
        ifb_str id = c->id;
        size_t colon = ifb_str_chr(id, ':', 0);

        count_constraint(row_of(rows, cell, INSTRUCTION, id), r->strict[i], r->loose[i]);
        if (colon != SIZE_MAX)
            count_constraint(row_of(rows, cell, FAMILY, ifb_str_part(id, 0, colon)),
                             r->strict[i], r->loose[i]);
        if (p->turns > 1)
            count_constraint(row_of(rows, cell, TURN, turn_name(rows, c->turn)), r->strict[i],
                             r->loose[i]);
        if (polarity)
            count_constraint(row_of(rows, cell, POLARITY,
                                    c->negated ? IFB_STR("negated") : IFB_STR("required")),
                             r->strict[i], r->loose[i]);
        count_tags(rows, cell, item, r->strict[i], r->loose[i]);
    }
}

/* A suite that forbids nothing needs no table of what it forbids. */
static bool has_negated(const struct ifb_sample_plan *samples, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        for (size_t c = 0; c < samples[i].item->nconstraints; c++)
            if (samples[i].item->constraints[c].negated)
                return true;
    return false;
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

static void add_latencies(struct ifb_cell_summary *cell, const struct ifb_sample_result *results,
                          uint32_t n, struct ifb_arena *arena)
{
    double *at = ifb_new(arena, double, n);
    int64_t known = 0;

    for (uint32_t i = 0; i < n; i++)
        if (results[i].latency_ms >= 0)
            at[known++] = results[i].latency_ms;
    cell->latency_p50_ms = ifb_quantile(at, known, 0.50);
    cell->latency_p95_ms = ifb_quantile(at, known, 0.95);
    cell->latency_p99_ms = ifb_quantile(at, known, 0.99);
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

/*
 * A ratio over answers of which several belong to one prompt: these are not
 * independent, so the error is that of a ratio of sums over prompts (Cochran 1977,
 * "Sampling Techniques", section 6.3), and the interval normal.
 */
static void cluster(const struct ifb_metric *m, const struct ifb_sample_plan *samples,
                    const struct ifb_sample_result *results, uint32_t n, uint32_t epochs,
                    struct ifb_metric_value *value)
{
    double squares = 0, z = ifb_normal_quantile(0.975), k = 0;

    for (uint32_t i = 0; i + epochs <= n; i += epochs) {
        struct ifb_ratio r = measure(m, samples + i, results + i, epochs);
        double rest = (double)r.hits - value->value * (double)r.n;

        squares += r.n ? rest * rest : 0;
        k += r.n > 0;
    }
    value->se = k > 1 ? sqrt(squares * k / (k - 1)) / (double)value->n : NAN;
    value->lo = k > 1 ? fmax(value->value - z * value->se, 0) : NAN;
    value->hi = k > 1 ? fmin(value->value + z * value->se, 1) : NAN;
}

static struct ifb_metric_value counted_value(const struct ifb_metric *m,
                                             const struct ifb_cell_summary *cell,
                                             const struct ifb_plan *plan,
                                             const struct ifb_plan_cell *p,
                                             const struct ifb_sample_result *results)
{
    const struct ifb_sample_plan *samples = plan->samples + p->first;
    struct ifb_metric_value v =
        metric_value(m, cell, measure(m, samples, results + p->first, p->n));

    if (plan->epochs > 1)
        cluster(m, samples, results + p->first, p->n, plan->epochs, &v);
    return v;
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
                        const struct ifb_cell_summary *cell, struct ifb_arena *arena,
                        struct ifb_metric_value **out)
{
    const struct ifb_plan_cell *p = &plan->cells[c];
    const struct ifb_item_score *scores = NULL;
    struct ifb_arena *scratch = ifb_arena_new();

    for (const struct ifb_metric *m = p->suite->metrics; m->id; m++) {
        if (m->fold && !scores)
            scores = item_scores(plan, p, results, scratch);
        if (m->fold)
            *(*out)++ = folded_value(m, cell, scores, p->n);
        else
            *(*out)++ = counted_value(m, cell, plan, p, results);
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

    for (size_t i = 0; i < plan->ncells; i++)
        for (const struct ifb_metric *m = plan->cells[i].suite->metrics; m->id; m++)
            n++;
    return n + (plan->epochs > 1 ? plan->ncells * IFB_EPOCH_METRICS : 0);
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

void ifb_aggregate(const struct ifb_plan *plan, const struct ifb_sample_result *results,
                   enum ifb_missing missing, const struct ifb_price *prices,
                   struct ifb_arena *arena, struct ifb_summary *out)
{
    struct ifb_metric_value *metrics =
        ifb_new(arena, struct ifb_metric_value, count_metrics(plan)), *next = metrics;
    struct ifb_cell_summary *cells = ifb_new(arena, struct ifb_cell_summary, plan->ncells);
    struct rows rows = { .arena = arena };

    out->counts = (struct ifb_counts){ 0 };
    for (size_t c = 0; c < plan->ncells; c++) {
        const struct ifb_plan_cell *p = &plan->cells[c];
        bool polarity = has_negated(plan->samples + p->first, p->n);

        cells[c] = (struct ifb_cell_summary){ .suite = ifb_str_of(p->suite->id),
                                              .model = p->model->spec,
                                              .missing_fails = missing == IFB_MISSING_FAIL };
        rows.first = rows.n;
        memset(rows.known, 0, sizeof(rows.known));
        for (uint32_t i = p->first; i < p->first + p->n; i++) {
            count_sample(&cells[c], &results[i]);
            if (results[i].scored)
                count_groups(&rows, &cells[c], &plan->samples[i], &results[i], polarity);
        }
        if (rows.n > rows.first)
            qsort(rows.at + rows.first, rows.n - rows.first, sizeof(*rows.at), by_kind_and_name);
        add_latencies(&cells[c], results + p->first, p->n, arena);
        add_cost(&cells[c], prices ? &prices[p->model_index] : NULL);
        add_counts(&out->counts, &cells[c].counts);
        add_metrics(plan, c, results, &cells[c], arena, &next);
    }
    out->metrics = metrics;
    out->nmetrics = (size_t)(next - metrics);
    out->groups = rows.at;
    out->ngroups = rows.n;
    out->cells = cells;
    out->ncells = plan->ncells;
}
