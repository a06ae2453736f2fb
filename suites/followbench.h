/* SPDX-License-Identifier: Apache-2.0 */
/* What FollowBench's reader and its metrics share. */
#ifndef IFB_SUITES_FOLLOWBENCH_H
#define IFB_SUITES_FOLLOWBENCH_H

#include <ifbench/suite.h>

#define IFB_FOLLOWBENCH_LEVELS 5

/* The categories, NULL-terminated; "example" is the last and stays out of overall scores. */
enum { IFB_FOLLOWBENCH_EXAMPLE = 5, IFB_FOLLOWBENCH_CATEGORIES };
extern const char *const ifb_followbench_categories[];

/*
 * HSR and SSR in percent, CSL in levels: overall, by level, by category. Ends with
 * a zero row. A group counts when all five of its levels are scored. A judgment that
 * cannot be read is an error of its constraints: 0, and -1 in "official.hsr" and .ssr.
 */
extern const struct ifb_metric ifb_followbench_metrics[];

#endif
