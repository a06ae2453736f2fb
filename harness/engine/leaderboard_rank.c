/* SPDX-License-Identifier: Apache-2.0 */
/* Who is where: values over the same items, ranks, and their range when items are drawn again. */
#include <math.h>
#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/rng.h"
#include "harness/base/str.h"
#include "harness/engine/leaderboard.h"

void ifb_board_match(const struct ifb_board_work *w, size_t i, size_t j, struct ifb_arena *arena,
                     struct ifb_matched *out)
{
    *out = (struct ifb_matched){ .base = w->sides[i].cell, .cand = w->sides[j].cell,
                                 .n = w->used, .nclusters = w->used };
    out->at = ifb_new(arena, struct ifb_mark_pair, w->used);
    for (size_t k = 0; k < w->used; k++)
        out->at[k] = (struct ifb_mark_pair){ w->sides[i].items[k], w->sides[j].items[k],
                                             (uint32_t)k };
}

/* ---- values ---- */

static bool has_gaps(const struct ifb_board_side *s, size_t used)
{
    for (size_t k = 0; k < used; k++)
        for (size_t c = 0; c < s->items[k]->nchecks * s->items[k]->epochs; c++)
            if (s->items[k]->strict[c] == IFB_UNSCORED || s->items[k]->loose[c] == IFB_UNSCORED)
                return true;
    return false;
}

static void value_of_units(struct ifb_metric_value *v, const struct ifb_pair *at, size_t n)
{
    struct ifb_interval within = ifb_share_interval(at, n, IFB_BOARD_LEVEL, NULL, &v->se);
    double hits = 0, of = 0;

    for (size_t i = 0; i < n; i++) {
        hits += at[i].cand_hits;
        of += at[i].cand_n;
    }
    v->value = of > 0 ? hits / of : (double)NAN;
    v->hits = (int64_t)hits;
    v->n = (int64_t)of;
    v->lo = within.lo;
    v->hi = within.hi;
}

/* The run's own number is right as long as all of its items are used. */
static void value_of_part(struct ifb_board_work *w, size_t i)
{
    struct ifb_board_side *s = &w->sides[i];
    struct ifb_metric_value *v = &s->entry.value;
    const struct ifb_metric *metric = ifb_compare_metric(w->suite->name, w->suite->metric);
    struct ifb_compare_row row = { .base = NAN, .cand = NAN };
    struct ifb_arena *scratch;
    struct ifb_matched m;

    if (s->entry.used == s->entry.items)
        return;
    v->lo = v->hi = v->se = NAN;
    v->hits = -1;
    if (s->units) {
        value_of_units(v, s->units, w->used);
        return;
    }
    if (metric && metric->fold) {
        scratch = ifb_arena_new();
        ifb_board_match(w, i, i, scratch, &m);
        ifb_compare_fold(metric, &m, &row);
        ifb_arena_close(scratch);
    }
    v->value = row.cand;
    v->n = (int64_t)w->used;
}

static void find_units(struct ifb_board_work *w, size_t i)
{
    struct ifb_board_side *s = &w->sides[i];
    struct ifb_arena *scratch = ifb_arena_new();
    struct ifb_matched m;
    struct ifb_pair *units;

    s->gaps = has_gaps(s, w->used);
    ifb_board_match(w, i, i, scratch, &m);
    if (ifb_compare_units(&m, true, w->suite->metric, scratch, &units)) {
        s->units = ifb_new(w->arena, struct ifb_pair, w->used);
        memcpy(s->units, units, w->used * sizeof(*units));
    }
    ifb_arena_close(scratch);
    value_of_part(w, i);
}

/* Values so that more is better; NaN comes last. */
static double worth(const struct ifb_board_work *w, double value)
{
    return isnan(value) ? -INFINITY : w->suite->higher_is_better ? value : -value;
}

static int better_first(const void *a, const void *b, void *work)
{
    const struct ifb_board_side *x = a, *y = b;
    double left = worth(work, x->entry.value.value), right = worth(work, y->entry.value.value);
    int d = (left < right) - (left > right);

    d = d ? d : ifb_str_cmp(x->entry.model, y->entry.model);
    d = d ? d : ifb_str_cmp(x->entry.run, y->entry.run);
    return d ? d : ifb_str_cmp(x->entry.started, y->entry.started);
}

/* ---- ranks ---- */

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* One more than there are numbers above `value`; `sorted` ascends. */
static size_t rank_in(const double *sorted, size_t n, double value)
{
    size_t lo = 0, hi = n;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;

        if (sorted[mid] > value)
            hi = mid;
        else
            lo = mid + 1;
    }
    return n - lo + 1;
}

/* The sides' units item by item, so that one draw serves all. */
struct drawing {
    double *hits, *n;          /* [item * sides + side] */
    double *sum, *of, *sorted; /* [side] */
    double *ranks;             /* [side * rounds + round] */
    uint32_t *times;
};

static void lay_out(const struct ifb_board_work *w, struct ifb_arena *arena, struct drawing *d)
{
    d->hits = ifb_new(arena, double, w->used * w->ranked);
    d->n = ifb_new(arena, double, w->used * w->ranked);
    d->of = ifb_new(arena, double, w->ranked);
    d->times = ifb_new(arena, uint32_t, w->used);
    for (size_t k = 0; k < w->used; k++)
        for (size_t i = 0; i < w->ranked; i++) {
            d->hits[k * w->ranked + i] = w->sides[i].units[k].cand_hits;
            d->n[k * w->ranked + i] = w->sides[i].units[k].cand_n;
        }
}

/* The ranks of the worths in `sum`. */
static void note_ranks(struct drawing *d, size_t n, size_t round)
{
    memcpy(d->sorted, d->sum, n * sizeof(*d->sorted));
    qsort(d->sorted, n, sizeof(*d->sorted), ascending);
    for (size_t i = 0; i < n; i++)
        d->ranks[i * IFB_BOARD_ROUNDS + round] = (double)rank_in(d->sorted, n, d->sum[i]);
}

static void draw(const struct ifb_board_work *w, struct drawing *d, const struct ifb_draws *draws,
                 size_t round)
{
    size_t n = w->ranked;

    memset(d->sum, 0, n * sizeof(*d->sum));
    memset(d->of, 0, n * sizeof(*d->of));
    ifb_resample(draws, w->used, d->times);
    for (size_t k = 0; k < w->used; k++) {
        const double *hits = d->hits + k * n, *of = d->n + k * n;
        double times = d->times[k];

        for (size_t i = 0; d->times[k] && i < n; i++) {
            d->sum[i] += times * hits[i];
            d->of[i] += times * of[i];
        }
    }
    for (size_t i = 0; i < n; i++)
        d->sum[i] = worth(w, d->of[i] > 0 ? d->sum[i] / d->of[i] : (double)NAN);
    note_ranks(d, n, round);
}

/* The standard error of a value, from its interval where only that is told; NaN: unknown. */
static double error_of(const struct ifb_metric_value *v)
{
    if (!isnan(v->se))
        return v->se;
    return (v->hi - v->lo) / (2 * ifb_normal_quantile((1 + IFB_BOARD_LEVEL) / 2));
}

static bool has_errors(const struct ifb_board_work *w)
{
    for (size_t i = 0; i < w->ranked; i++)
        if (isnan(error_of(&w->sides[i].entry.value)))
            return false;
    return true;
}

/*
 * Where there are no units to draw: each value anew, from a normal with its error. That models
 * answered the same items is left out, so that ranges are too wide rather than too narrow.
 */
static void draw_values(const struct ifb_board_work *w, struct drawing *d, struct ifb_rng *rng,
                        size_t round)
{
    for (size_t i = 0; i < w->ranked; i++) {
        const struct ifb_metric_value *v = &w->sides[i].entry.value;
        double u = ((double)(ifb_rng_next(rng) >> 11) + 0.5) / 9007199254740992.0;

        d->sum[i] = worth(w, v->value + error_of(v) * ifb_normal_quantile(u));
    }
    note_ranks(d, w->ranked, round);
}

/* A range always holds the rank itself. */
static void range_of(struct ifb_board_entry *e, double *ranks)
{
    double tail = (1 - IFB_BOARD_LEVEL) / 2;
    size_t lo = (size_t)floor(ifb_quantile(ranks, IFB_BOARD_ROUNDS, tail));
    size_t hi = (size_t)ceil(ifb_quantile(ranks, IFB_BOARD_ROUNDS, 1 - tail));

    e->rank_lo = lo < e->rank ? lo : e->rank;
    e->rank_hi = hi > e->rank ? hi : e->rank;
}

/* `counted`: the sides have units. */
static void draw_ranks(struct ifb_board_work *w, bool counted)
{
    struct ifb_arena *scratch = ifb_arena_new();
    struct ifb_rng rng;
    const struct ifb_draws draws = ifb_rng_draws(&rng);
    struct drawing d;

    ifb_rng_seed(&rng, w->options->seed);
    d.sum = ifb_new(scratch, double, w->ranked);
    d.sorted = ifb_new(scratch, double, w->ranked);
    d.ranks = ifb_new(scratch, double, w->ranked * IFB_BOARD_ROUNDS);
    if (counted)
        lay_out(w, scratch, &d);
    for (size_t r = 0; r < IFB_BOARD_ROUNDS; r++)
        if (counted)
            draw(w, &d, &draws, r);
        else
            draw_values(w, &d, &rng, r);
    for (size_t i = 0; i < w->ranked; i++)
        range_of(&w->sides[i].entry, d.ranks + i * IFB_BOARD_ROUNDS);
    ifb_arena_close(scratch);
    w->suite->resampled = true;
}

void ifb_board_rank(struct ifb_board_work *w)
{
    bool counted = w->used > 0;

    for (size_t i = 0; i < w->n && w->used; i++)
        find_units(w, i);
    qsort_r(w->sides, w->n, sizeof(*w->sides), better_first, w);
    while (w->ranked < w->n && !isnan(w->sides[w->ranked].entry.value.value))
        w->ranked++;
    for (size_t i = 0; i < w->ranked; i++) {
        struct ifb_board_entry *e = &w->sides[i].entry;

        e->rank = i && w->sides[i - 1].entry.value.value == e->value.value
                      ? w->sides[i - 1].entry.rank : i + 1;
        counted = counted && w->sides[i].units;
    }
    if (w->ranked && (counted || has_errors(w)))
        draw_ranks(w, counted);
}
