/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/parts.h"

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "reports/rows.h"

/* Names in order of first appearance. */
struct names {
    ifb_str *at;
    size_t n, cap;
};

static size_t place_of(struct names *names, struct ifb_arena *arena, ifb_str name)
{
    size_t i = 0;

    while (i < names->n && !ifb_str_eq(names->at[i], name))
        i++;
    if (i == names->n) {
        names->at = ifb_grow(arena, names->at, &names->cap, i + 1, sizeof(*names->at));
        names->at[names->n++] = name;
    }
    return i;
}

bool ifb_is_part(const struct ifb_metric_value *metric)
{
    return ifb_str_chr(metric->id, '.', 0) != SIZE_MAX;
}

/* "content.hsr" is row "content", column "hsr". */
static void place(const struct ifb_metric_value *m, struct names *rows, struct names *columns,
                  struct ifb_arena *arena, size_t *row, size_t *column)
{
    size_t dot = ifb_str_chr(m->id, '.', 0);

    *row = place_of(rows, arena, ifb_str_part(m->id, 0, dot));
    *column = place_of(columns, arena, ifb_str_from(m->id, dot + 1));
}

struct ifb_parts ifb_parts_of(const struct ifb_summary *summary,
                              const struct ifb_cell_summary *cell, struct ifb_arena *arena)
{
    struct names rows = { 0 }, columns = { 0 };
    const struct ifb_metric_value **at = NULL;
    size_t row, column;

    for (int pass = 0; pass < 2; pass++) {
        if (pass)
            at = ifb_new(arena, const struct ifb_metric_value *, rows.n * columns.n);
        for (size_t i = 0; i < summary->nmetrics; i++) {
            const struct ifb_metric_value *m = &summary->metrics[i];

            if (!ifb_is_of(m, cell) || !ifb_is_part(m))
                continue;
            place(m, &rows, &columns, arena, &row, &column);
            if (pass)
                at[row * columns.n + column] = m;
        }
    }
    return (struct ifb_parts){ rows.at, columns.at, rows.n, columns.n, at };
}

const struct ifb_metric_value *ifb_part_first(const struct ifb_parts *parts, size_t row)
{
    size_t c = 0;

    while (c + 1 < parts->ncolumns && !parts->at[row * parts->ncolumns + c])
        c++;
    return parts->at[row * parts->ncolumns + c];
}
