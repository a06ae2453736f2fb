/* SPDX-License-Identifier: Apache-2.0 */
/* Items of two runs side by side; private to compare*.c and gate*.c. */
#ifndef IFB_ENGINE_COMPARE_H
#define IFB_ENGINE_COMPARE_H

#include <ifbench/compare.h>
#include <ifbench/suite.h>

#include "harness/engine/marks.h"

#define IFB_EXCHANGES 9999

struct ifb_mark_pair {
    const struct ifb_mark_item *base, *cand;
    uint32_t cluster;  /* pairs of one cluster belong together */
};

/* One suite asked of one model on each side. */
struct ifb_matched {
    const struct ifb_mark_cell *base, *cand;
    struct ifb_mark_pair *at;
    size_t n, nclusters;
    struct ifb_strs base_only, cand_only, changed;  /* names, at most some */
    size_t nbase_only, ncand_only, nchanged;
};

/* The same with both runs loaded already. */
enum ifb_code ifb_compare_marks(const struct ifb_marks *base, const struct ifb_marks *cand,
                                const struct ifb_compare_options *options,
                                struct ifb_arena *arena, struct ifb_comparison *out,
                                struct ifb_error *err);

/* A cell beside itself: what its own ratios are made of. */
void ifb_match_self(const struct ifb_mark_cell *cell, bool by_group, struct ifb_arena *arena,
                    struct ifb_matched *out);

/* All rows of a comparison, without Holm's correction; `rows` grows. */
struct ifb_compare_rows {
    struct ifb_arena *arena;
    struct ifb_compare_row *at;
    size_t n, cap;
    double level;
    uint64_t seed;
    size_t cell;  /* that rows are added for */
};
void ifb_compare_add_rows(struct ifb_compare_rows *rows, const struct ifb_matched *m,
                          const struct ifb_summary *base, const struct ifb_summary *cand);

/*
 * What each cluster adds to a metric that is counted by items, or to the constraints of
 * one id: clusters of the pairs. 0 when the metric is of another kind.
 */
size_t ifb_compare_units(const struct ifb_matched *m, bool metric, ifb_str name,
                         struct ifb_arena *arena, struct ifb_pair **out);

/* Values and error of a metric that is a fold; leaves the row unpaired where it has none. */
void ifb_compare_fold(const struct ifb_metric *metric, const struct ifb_matched *m,
                      struct ifb_compare_row *row);

/* How a metric of a suite is computed; NULL where the suite's items do not tell. */
const struct ifb_metric *ifb_compare_metric(ifb_str suite, ifb_str id);

/* Holm's correction, over the headline metrics and over the rest. */
void ifb_compare_adjust(struct ifb_compare_rows *rows);

/* The lists of a cell. */
void ifb_compare_lists(const struct ifb_matched *m, struct ifb_arena *arena,
                       struct ifb_compare_cell *out);

/* The metric of a suite asked of a model in a summary; NULL when there is none. */
const struct ifb_metric_value *ifb_metric_of(const struct ifb_summary *s, ifb_str suite,
                                             ifb_str model, ifb_str id);

/*
 * How often an item's epochs hold all constraints strictly: passed of scored ones. Item
 * without constraints: 0 of 0.
 */
void ifb_mark_passes(const struct ifb_mark_item *item, uint32_t *passed, uint32_t *scored);

#endif
