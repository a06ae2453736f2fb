/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Metrics of parts of a suite ("content.hsr_l1") as a table: a row a part, a
 * column a metric. Headline tables leave them out.
 */
#ifndef IFB_REPORTS_PARTS_H
#define IFB_REPORTS_PARTS_H

#include <ifbench/report.h>

struct ifb_parts {
    const ifb_str *rows, *columns;  /* in order of first appearance */
    size_t nrows, ncolumns;
    const struct ifb_metric_value *const *at;  /* row by row; NULL where a part lacks a metric */
};

/* The metric is one of a part. */
bool ifb_is_part(const struct ifb_metric_value *metric);

/* The table of a cell; without rows when the suite has no parts. */
struct ifb_parts ifb_parts_of(const struct ifb_summary *summary,
                              const struct ifb_cell_summary *cell, struct ifb_arena *arena);

/* The first metric of a row, for what is the same in all of them: n. */
const struct ifb_metric_value *ifb_part_first(const struct ifb_parts *parts, size_t row);

#endif
