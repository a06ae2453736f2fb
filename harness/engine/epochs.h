/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What several answers to each prompt tell: a pure function of the results.
 */
#ifndef IFB_ENGINE_EPOCHS_H
#define IFB_ENGINE_EPOCHS_H

#include <ifbench/report.h>

#include "harness/engine/score.h"

#define IFB_EPOCH_METRICS 4

/*
 * For one suite asked of one model `epochs` times (at least 2): of the items all
 * of whose answers are scored, "pass@K" (at least one of K answers holds all
 * constraints strictly), "pass^K" (all of them), with K = epochs, "mean@K" (the
 * mean share that hold) and "spread@K" (the standard deviation of an item's
 * answers, meaned). Intervals are normal, over items, so that answers to one
 * prompt are not taken for independent. `samples` and `results` are those of the
 * cell, the epochs of an item side by side. Fills out[IFB_EPOCH_METRICS].
 */
void ifb_epochs_measure(const struct ifb_cell_summary *cell,
                        const struct ifb_sample_plan *samples,
                        const struct ifb_sample_result *results, uint32_t n, uint32_t epochs,
                        struct ifb_arena *arena, struct ifb_metric_value *out);

#endif
