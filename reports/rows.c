/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/rows.h"

#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/str.h"

static bool in_cell(const struct ifb_group_row *g, const struct ifb_cell_summary *cell)
{
    return ifb_str_eq(g->suite, cell->suite) && ifb_str_eq(g->model, cell->model);
}

static int by_name(const void *a, const void *b)
{
    const struct ifb_group_row *const *x = a, *const *y = b;
    int d = ifb_str_natural((*x)->name, (*y)->name);

    return d ? d : (*x > *y) - (*x < *y);
}

struct ifb_group_rows ifb_rows_of(const struct ifb_summary *summary,
                                  const struct ifb_cell_summary *cell, ifb_str kind,
                                  struct ifb_arena *arena)
{
    struct ifb_group_rows rows = { .at = ifb_new(arena, const struct ifb_group_row *,
                                                 summary->ngroups) };

    for (size_t i = 0; i < summary->ngroups; i++) {
        const struct ifb_group_row *g = &summary->groups[i];

        if (in_cell(g, cell) && ifb_str_eq(g->kind, kind))
            rows.at[rows.n++] = g;
    }
    if (rows.n)
        qsort(rows.at, rows.n, sizeof(rows.at[0]), by_name);
    return rows;
}

struct ifb_strs ifb_kinds_of(const struct ifb_summary *summary, const struct ifb_cell_summary *cell,
                             struct ifb_arena *arena)
{
    ifb_str *kinds = NULL;
    size_t n = 0, cap = 0;

    for (size_t i = 0; i < summary->ngroups; i++) {
        size_t known = 0;

        if (!in_cell(&summary->groups[i], cell))
            continue;
        while (known < n && !ifb_str_eq(kinds[known], summary->groups[i].kind))
            known++;
        if (known < n)
            continue;
        kinds = ifb_grow(arena, kinds, &cap, n + 1, sizeof(*kinds));
        kinds[n++] = summary->groups[i].kind;
    }
    return (struct ifb_strs){ kinds, n };
}

bool ifb_is_of(const struct ifb_metric_value *metric, const struct ifb_cell_summary *cell)
{
    return ifb_str_eq(metric->suite, cell->suite) && ifb_str_eq(metric->model, cell->model);
}

void ifb_tokens_of(const struct ifb_summary *summary, int64_t *in, int64_t *out)
{
    *in = *out = 0;
    for (size_t i = 0; i < summary->ncells; i++) {
        *in += summary->cells[i].tokens_in;
        *out += summary->cells[i].tokens_out;
    }
}
