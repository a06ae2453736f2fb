/* SPDX-License-Identifier: Apache-2.0 */
/* Metrics of the worst case over the groups of a suite. */
#ifndef IFB_SUITES_WORST_H
#define IFB_SUITES_WORST_H

#include <ifbench/suite.h>

/*
 * `metrics` (ends with a zero row) and behind them worst_case_strict_acc and
 * worst_case_loose_acc, in `arena`. Items without a group are groups of their own.
 */
const struct ifb_metric *ifb_worst_metrics(const struct ifb_metric *metrics,
                                           struct ifb_arena *arena);

#endif
