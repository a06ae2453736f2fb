/* SPDX-License-Identifier: Apache-2.0 */
/* Each model of a suite against each other, and the constraints by name. */
#include <math.h>
#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/rng.h"
#include "harness/base/str.h"
#include "harness/engine/leaderboard.h"

/* Of pairs (0,1), (0,2), ..., (1,2), ... */
static size_t place_of(size_t n, size_t i, size_t j)
{
    return i * n - i * (i + 1) / 2 + (j - i - 1);
}

const struct ifb_board_pair *ifb_board_pair_at(const struct ifb_board_suite *suite, size_t i,
                                               size_t j)
{
    return &suite->pairs[place_of(suite->n, i, j)];
}

/* Each item counts only where it is scored on both sides. */
static size_t units_of(const struct ifb_board_work *w, size_t i, size_t j,
                       struct ifb_arena *scratch, struct ifb_pair **out)
{
    const struct ifb_board_side *a = &w->sides[i], *b = &w->sides[j];
    struct ifb_matched m;

    if (a->gaps || b->gaps) {
        ifb_board_match(w, i, j, scratch, &m);
        return ifb_compare_units(&m, true, w->suite->metric, scratch, out);
    }
    *out = ifb_new(scratch, struct ifb_pair, w->used);
    for (size_t k = 0; k < w->used; k++)
        (*out)[k] = (struct ifb_pair){ a->units[k].cand_hits, a->units[k].cand_n,
                                       b->units[k].cand_hits, b->units[k].cand_n };
    return w->used;
}

static double exchange(const struct ifb_board_work *w, const struct ifb_pair *at, size_t n)
{
    struct ifb_rng rng;
    const struct ifb_draws draws = ifb_rng_draws(&rng);

    ifb_rng_seed(&rng, w->options->seed);
    return ifb_sign_flip(at, n, IFB_EXCHANGES, &draws);
}

static void test_units(const struct ifb_board_work *w, const struct ifb_pair *at, size_t n,
                       struct ifb_board_pair *out)
{
    const struct ifb_paired *p = &out->pair;

    out->pair = ifb_paired_of(at, n);
    out->interval = ifb_paired_interval(p, IFB_BOARD_LEVEL);
    out->paired = p->n > 0;
    if (!p->n)
        return;
    if (p->binary) {
        out->test = p->fixed + p->regressed < IFB_MCNEMAR_EXACT ? "mcnemar exact"
                                                                : "mcnemar mid-p";
        out->p = ifb_mcnemar(p->fixed, p->regressed);
    } else if (w->n * (w->n - 1) / 2 <= IFB_BOARD_EXCHANGES_MOST) {
        out->test = "exchange";
        out->p = exchange(w, at, n);
    } else if (p->se > 0) {
        out->test = "normal";
        out->p = ifb_wald(p);
    } else if (p->se == 0) {
        out->test = "normal";
        out->p = p->difference == 0 ? 1 : 0;
    }
}

static void test_fold(const struct ifb_board_work *w, const struct ifb_metric *metric, size_t i,
                      size_t j, struct ifb_board_pair *out)
{
    struct ifb_arena *scratch = ifb_arena_new();
    struct ifb_compare_row row = { .base = NAN, .cand = NAN };
    struct ifb_matched m;

    ifb_board_match(w, i, j, scratch, &m);
    ifb_compare_fold(metric, &m, &row);
    ifb_arena_close(scratch);
    out->pair.difference = row.cand - row.base;
    if (!row.paired)
        return;
    out->paired = true;
    out->pair = row.pair;
    out->interval = ifb_paired_interval(&row.pair, IFB_BOARD_LEVEL);
    out->test = "jackknife";
    out->p = ifb_wald(&row.pair);
}

static void test_pair(const struct ifb_board_work *w, size_t i, size_t j,
                      struct ifb_arena *scratch, struct ifb_board_pair *out)
{
    const struct ifb_metric *metric = ifb_compare_metric(w->suite->name, w->suite->metric);
    const struct ifb_board_side *a = &w->sides[i], *b = &w->sides[j];
    struct ifb_pair *units;
    size_t n;

    *out = (struct ifb_board_pair){
        .test = "", .p = NAN, .p_holm = NAN, .interval = { NAN, NAN },
        .pair = { .difference = b->entry.value.value - a->entry.value.value, .se = NAN,
                  .base = a->entry.value.value, .cand = b->entry.value.value },
    };
    if (!w->used || j >= w->ranked)
        return;
    if (a->units && b->units) {
        n = units_of(w, i, j, scratch, &units);
        test_units(w, units, n, out);
    } else if (metric && metric->fold) {
        test_fold(w, metric, i, j, out);
    }
}

void ifb_board_pairs(struct ifb_board_work *w)
{
    size_t n = w->n * (w->n - 1) / 2, *order = ifb_new(w->arena, size_t, n);
    struct ifb_board_pair *at = ifb_new(w->arena, struct ifb_board_pair, n);
    double *p = ifb_new(w->arena, double, n);
    struct ifb_arena *scratch = ifb_arena_new();

    for (size_t i = 0; i < w->n; i++)
        for (size_t j = i + 1; j < w->n; j++) {
            struct ifb_board_pair *pair = &at[place_of(w->n, i, j)];

            test_pair(w, i, j, scratch, pair);
            p[pair - at] = pair->p;
            ifb_arena_reset(scratch);
        }
    ifb_holm(p, n, order, p);
    for (size_t k = 0; k < n; k++)
        at[k].p_holm = p[k];
    ifb_arena_close(scratch);
    w->suite->pairs = at;
}

/* ---- constraints ---- */

static int by_name(const void *a, const void *b)
{
    return ifb_str_cmp(*(const ifb_str *)a, *(const ifb_str *)b);
}

static size_t count_checks(const struct ifb_board_work *w)
{
    size_t n = 0;

    for (size_t k = 0; k < w->used; k++)
        n += w->sides[0].items[k]->nchecks;
    return n;
}

/* Names of all constraints in a row; sorted, each once, in the suite. */
static void find_names(struct ifb_board_work *w, const ifb_str *flat, size_t n)
{
    ifb_str *names = ifb_new(w->arena, ifb_str, n);
    size_t used = 0;

    memcpy(names, flat, n * sizeof(*names));
    if (n)
        qsort(names, n, sizeof(*names), by_name);
    for (size_t i = 0; i < n; i++)
        if (!used || !ifb_str_eq(names[used - 1], names[i]))
            names[used++] = names[i];
    w->suite->constraints = names;
    w->suite->nconstraints = used;
}

static const struct ifb_board_share *count_shares(const struct ifb_board_work *w,
                                                  const struct ifb_board_side *side,
                                                  const size_t *which)
{
    struct ifb_board_share *at = ifb_new(w->arena, struct ifb_board_share,
                                         w->suite->nconstraints);

    for (size_t k = 0; k < w->used; which += side->items[k++]->nchecks) {
        const struct ifb_mark_item *item = side->items[k];

        for (size_t i = 0; i < item->nchecks * item->epochs; i++) {
            struct ifb_board_share *s = &at[which[i % item->nchecks]];

            s->n += item->strict[i] != IFB_UNSCORED;
            s->hits += item->strict[i] == IFB_PASS;
        }
    }
    return at;
}

void ifb_board_shares(struct ifb_board_work *w)
{
    struct ifb_arena *scratch = ifb_arena_new();
    size_t n = count_checks(w), at = 0, *which = ifb_new(scratch, size_t, n);
    ifb_str *flat = ifb_new(scratch, ifb_str, n);

    for (size_t k = 0; k < w->used; k++)
        for (size_t c = 0; c < w->sides[0].items[k]->nchecks; c++)
            flat[at++] = w->sides[0].items[k]->checks[c];
    find_names(w, flat, n);
    for (size_t i = 0; i < n; i++) {
        const ifb_str *name = bsearch(&flat[i], w->suite->constraints, w->suite->nconstraints,
                                      sizeof(*flat), by_name);

        which[i] = (size_t)(name - w->suite->constraints);
    }
    for (size_t i = 0; i < w->n; i++)
        w->sides[i].entry.shares = count_shares(w, &w->sides[i], which);
    ifb_arena_close(scratch);
}
