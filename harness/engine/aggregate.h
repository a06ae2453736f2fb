/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From results to a summary: metrics with intervals, groups, counts. A pure
 * function of the plan and the results.
 */
#ifndef IFB_ENGINE_AGGREGATE_H
#define IFB_ENGINE_AGGREGATE_H

#include <ifbench/report.h>

#include "harness/engine/budget.h"
#include "harness/engine/score.h"

/*
 * What is counted of samples whose items do not stay in memory, when they are
 * scored. Lives in `arena`; has nothing of samples whose items stay: those are
 * counted by ifb_aggregate. Where there are epochs, items stay.
 */
struct ifb_tally;
struct ifb_tally *ifb_tally_new(const struct ifb_plan *plan, struct ifb_arena *arena);
void ifb_tally_add(struct ifb_tally *tally, uint32_t sample, const struct ifb_item *item,
                   const struct ifb_sample_result *result);

/*
 * Fills metrics, groups, cells and counts of *out, in `arena`. Groups are
 * sorted by kind, then name: each instruction id, each family (what stands
 * before the ':', if any), each group and tag of the suite, each turn of items that
 * have several, and where something is forbidden what is negated and what is not.
 * `prices`: one a model, or NULL. `tally`: of the plan; NULL when
 * all items stay.
 */
void ifb_aggregate(const struct ifb_plan *plan, const struct ifb_sample_result *results,
                   struct ifb_tally *tally, enum ifb_missing missing,
                   const struct ifb_price *prices, struct ifb_arena *arena,
                   struct ifb_summary *out);

#endif
