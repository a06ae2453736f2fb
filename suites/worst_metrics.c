/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The worst case over a group: how many groups have nothing but items that hold, which is the mean
 * of HELM's minimum over a prompt and its perturbed forms.
 */
#include <ifbench/stats.h>
#include <ifbench/suite.h>

#include <math.h>
#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "suites/worst.h"

/* An item's place among the scores, and what it is grouped by. */
struct unit {
    ifb_str group;
    enum ifb_outcome outcome;
};

static int by_group(const void *a, const void *b)
{
    const struct unit *x = a, *y = b;

    return ifb_str_cmp(x->group, y->group);
}

/* Passed, failed or not scored. */
static enum ifb_outcome outcome_of(const struct ifb_item_score *s, const uint8_t *outcomes)
{
    enum ifb_outcome all = IFB_PASS;

    for (size_t i = 0; i < s->item->nconstraints; i++) {
        if (outcomes[i] == IFB_UNSCORED)
            return IFB_UNSCORED;
        if (outcomes[i] != IFB_PASS)
            all = IFB_FAIL;
    }
    return s->item->nconstraints ? all : IFB_UNSCORED;
}

/* The units from `from` on that are of one group, folded into one outcome. */
static size_t worst_of(const struct unit *units, size_t n, size_t from, enum ifb_outcome *worst)
{
    size_t i = from;

    for (*worst = IFB_PASS; i < n && ifb_str_eq(units[i].group, units[from].group); i++)
        if (units[i].outcome == IFB_UNSCORED || *worst == IFB_UNSCORED)
            *worst = IFB_UNSCORED;
        else if (units[i].outcome == IFB_FAIL)
            *worst = IFB_FAIL;
    return i;
}

static void fold(const struct ifb_item_score *scores, size_t n, bool loose, struct ifb_folded *out)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct unit *units = ifb_new(arena, struct unit, n);
    struct ifb_interval interval;
    enum ifb_outcome worst;
    int64_t hits = 0;

    *out = (struct ifb_folded){ 0 };
    for (size_t i = 0; i < n; i++) {
        const struct ifb_item *item = scores[i].item;

        units[i].group = item->group.len ? item->group : item->id;
        units[i].outcome = outcome_of(&scores[i], loose ? scores[i].loose : scores[i].strict);
    }
    if (n)
        qsort(units, n, sizeof(*units), by_group);
    for (size_t i = 0; i < n;) {
        i = worst_of(units, n, i, &worst);
        hits += worst == IFB_PASS;
        out->n += worst != IFB_UNSCORED;
        out->unscored += worst == IFB_UNSCORED;
    }
    interval = ifb_wilson(hits, out->n, 0.95);
    out->value = out->n ? (double)hits / (double)out->n : (double)NAN;
    out->lo = interval.lo;
    out->hi = interval.hi;
    out->se = ifb_proportion_se(hits, out->n);
    ifb_arena_close(arena);
}

static void fold_strict(const struct ifb_metric *m, const struct ifb_item_score *scores, size_t n,
                        struct ifb_folded *out)
{
    (void)m;
    fold(scores, n, false, out);
}

static void fold_loose(const struct ifb_metric *m, const struct ifb_item_score *scores, size_t n,
                       struct ifb_folded *out)
{
    (void)m;
    fold(scores, n, true, out);
}

static const struct ifb_metric worst[] = {
    { .id = "worst_case_strict_acc", .unit = "proportion", .higher_is_better = true,
      .doc = "groups of which every prompt has every instruction followed", .fold = fold_strict },
    { .id = "worst_case_loose_acc", .unit = "proportion", .higher_is_better = true,
      .doc = "the same in loose forms", .fold = fold_loose },
};

const struct ifb_metric *ifb_worst_metrics(const struct ifb_metric *metrics,
                                           struct ifb_arena *arena)
{
    size_t n = 0, more = sizeof(worst) / sizeof(worst[0]);
    struct ifb_metric *all;

    while (metrics[n].id)
        n++;
    all = ifb_new(arena, struct ifb_metric, n + more + 1);
    memcpy(all, metrics, n * sizeof(*all));
    memcpy(all + n, worst, sizeof(worst));
    return all;
}
