/* SPDX-License-Identifier: Apache-2.0 */
/* What of a summary belongs together, in the order in which reports show it. */
#ifndef IFB_REPORTS_ROWS_H
#define IFB_REPORTS_ROWS_H

#include <ifbench/report.h>

struct ifb_group_rows {
    const struct ifb_group_row **at;
    size_t n;
};

/* The groups of one kind in one cell, by name. */
struct ifb_group_rows ifb_rows_of(const struct ifb_summary *summary,
                                  const struct ifb_cell_summary *cell, ifb_str kind,
                                  struct ifb_arena *arena);

/* The kinds that a cell has groups of, in order of first appearance. */
struct ifb_strs ifb_kinds_of(const struct ifb_summary *summary, const struct ifb_cell_summary *cell,
                             struct ifb_arena *arena);

/* The metric belongs to the cell. */
bool ifb_is_of(const struct ifb_metric_value *metric, const struct ifb_cell_summary *cell);

/* Tokens over all cells. */
void ifb_tokens_of(const struct ifb_summary *summary, int64_t *in, int64_t *out);

#endif
