/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The difference of metrics that are made of a whole set (FollowBench's rates over
 * ladders of levels): its error is found by leaving out one ladder at a time, on both
 * sides.
 */
#include <math.h>

#include "harness/base/arena.h"
#include "harness/engine/compare.h"

#define LEFT_OUT_MOST 1000  /* of more ladders several are left out together */

/* One side's scores in plan order, the epochs of an item side by side. */
struct scores {
    struct ifb_item_score *at, *rest;
    size_t n;
};

struct folding {
    const struct ifb_matched *m;
    struct ifb_arena *arena;
    struct ifb_item *items;  /* one a pair */
    size_t *base_from, *cand_from;  /* where the scores of a ladder begin; and the end */
    size_t nladders;
    struct scores base, cand;
};

static uint8_t *masked(const uint8_t *own, const uint8_t *other, size_t n, struct ifb_arena *arena)
{
    uint8_t *out = ifb_new(arena, uint8_t, n);

    for (size_t i = 0; i < n; i++)
        out[i] = other && other[i] == IFB_UNSCORED ? IFB_UNSCORED : own[i];
    return out;
}

static void add_scores(struct scores *s, const struct ifb_item *item,
                       const struct ifb_mark_item *own, const struct ifb_mark_item *other,
                       struct ifb_arena *arena)
{
    bool paired = own->epochs == other->epochs;
    size_t n = own->nchecks;

    for (uint32_t e = 0; e < own->epochs; e++)
        s->at[s->n++] = (struct ifb_item_score){
            item, masked(own->strict + e * n, paired ? other->strict + e * n : NULL, n, arena),
            masked(own->loose + e * n, paired ? other->loose + e * n : NULL, n, arena),
            own->answered[e],
        };
}

static void make_item(struct ifb_item *item, const struct ifb_mark_item *from,
                      struct ifb_arena *arena)
{
    *item = (struct ifb_item){ .id = from->id, .group = from->group, .level = from->level,
                               .nconstraints = from->nchecks };
    item->constraints = ifb_new(arena, struct ifb_constraint, from->nchecks);
    for (size_t i = 0; i < from->nchecks; i++)
        item->constraints[i].id = from->checks[i];
}

static size_t count_scores(const struct ifb_matched *m, bool base)
{
    size_t n = 0;

    for (size_t i = 0; i < m->n; i++)
        n += base ? m->at[i].base->epochs : m->at[i].cand->epochs;
    return n;
}

static struct scores room_for(size_t n, struct ifb_arena *arena)
{
    return (struct scores){ ifb_new(arena, struct ifb_item_score, n),
                            ifb_new(arena, struct ifb_item_score, n), 0 };
}

/* A ladder begins at level 1; without levels each item is one. */
static void lay_out(struct folding *f)
{
    f->items = ifb_new(f->arena, struct ifb_item, f->m->n);
    f->base_from = ifb_new(f->arena, size_t, f->m->n + 1);
    f->cand_from = ifb_new(f->arena, size_t, f->m->n + 1);
    f->base = room_for(count_scores(f->m, true), f->arena);
    f->cand = room_for(count_scores(f->m, false), f->arena);
    for (size_t i = 0; i < f->m->n; i++) {
        const struct ifb_mark_pair *p = &f->m->at[i];

        make_item(&f->items[i], p->cand, f->arena);
        if (!i || p->cand->level <= 1) {
            f->base_from[f->nladders] = f->base.n;
            f->cand_from[f->nladders++] = f->cand.n;
        }
        add_scores(&f->base, &f->items[i], p->base, p->cand, f->arena);
        add_scores(&f->cand, &f->items[i], p->cand, p->base, f->arena);
    }
    f->base_from[f->nladders] = f->base.n;
    f->cand_from[f->nladders] = f->cand.n;
}

static double value_of(const struct ifb_metric *m, const struct ifb_item_score *at, size_t n)
{
    struct ifb_folded folded = { NAN, NAN, NAN, NAN, 0, 0 };

    m->fold(m, at, n, &folded);
    return folded.value;
}

static double value_without(const struct ifb_metric *m, const struct scores *s, size_t from,
                            size_t to)
{
    memcpy(s->rest, s->at, from * sizeof(*s->rest));
    memcpy(s->rest + from, s->at + to, (s->n - to) * sizeof(*s->rest));
    return value_of(m, s->rest, s->n - (to - from));
}

void ifb_compare_fold(const struct ifb_metric *metric, const struct ifb_matched *m,
                      struct ifb_compare_row *row)
{
    struct folding f = { .m = m, .arena = ifb_arena_new() };
    double *without, base, cand;
    size_t n = 0, step;

    lay_out(&f);
    step = (f.nladders + LEFT_OUT_MOST - 1) / LEFT_OUT_MOST;
    base = value_of(metric, f.base.at, f.base.n);
    cand = value_of(metric, f.cand.at, f.cand.n);
    without = ifb_new(f.arena, double, f.nladders);
    for (size_t g = 0, to; g < f.nladders; g = to) {
        double was, is;

        to = g + step < f.nladders ? g + step : f.nladders;
        was = value_without(metric, &f.base, f.base_from[g], f.base_from[to]);
        is = value_without(metric, &f.cand, f.cand_from[g], f.cand_from[to]);

        /* Ladders of other parts change nothing. */
        if (!isnan(was) && !isnan(is) && (was != base || is != cand))
            without[n++] = is - was;
    }
    row->base = base;
    row->cand = cand;
    row->pair = ifb_paired_jackknife(base, cand, without, n);
    row->paired = !isnan(row->pair.se);
    ifb_arena_close(f.arena);
}
