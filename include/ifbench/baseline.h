/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Baseline files: what a gate must know of an earlier run, small enough to commit. They
 * hold which constraint of which item held, metrics and counts; ids are hashed, and no
 * prompt or answer is in them.
 */
#ifndef IFBENCH_BASELINE_H
#define IFBENCH_BASELINE_H

#include <ifbench/report.h>

/*
 * Makes a baseline file of a run's folder. IFB_EINPUT also for a run that has not come to
 * its end.
 */
enum ifb_code ifb_baseline_set(const char *run, const char *file, struct ifb_error *err);

/* What a baseline is of. */
struct ifb_baseline {
    ifb_str plan;                /* digest of items, models and epochs */
    struct ifb_summary summary;  /* without groups and warnings */
    size_t items;                /* over all suites and models */
};

/* Reads one; strings live in `arena`. IFB_EIO, IFB_EINPUT. */
enum ifb_code ifb_baseline_read(const char *file, struct ifb_arena *arena,
                                struct ifb_baseline *out, struct ifb_error *err);

#endif
