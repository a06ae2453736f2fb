/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A CSV whose first line names its columns, read row by row. Cells are found by
 * the name of their column; what no name asks for is passed over.
 */
#ifndef IFB_BASE_TABLE_H
#define IFB_BASE_TABLE_H

#include "harness/base/csv.h"

struct ifb_table {
    ifb_str name;  /* of the file, for messages */
    struct ifb_csv csv;
    struct ifb_strs names, row;
};

/* Reads the line of names. `text` is as for ifb_csv_open. IFB_EINPUT, also when it is empty. */
enum ifb_code ifb_table_open(struct ifb_table *t, struct ifb_arena *arena, ifb_str name,
                             ifb_str text, struct ifb_error *err);

/* The next row, empty lines passed over; *more is false at the end. */
enum ifb_code ifb_table_next(struct ifb_table *t, bool *more, struct ifb_error *err);

bool ifb_table_has(const struct ifb_table *t, const char *column);

/* IFB_EINPUT names the first of `columns` (ends with NULL) that is not there. */
enum ifb_code ifb_table_need(const struct ifb_table *t, const char *const *columns,
                             struct ifb_error *err);

/* The cell of the current row; absent when there is none. */
ifb_str ifb_table_cell(const struct ifb_table *t, const char *column);

/* A finite number; NaN for an empty cell or "nan" unless `required`. IFB_EINPUT names the place. */
enum ifb_code ifb_table_number(const struct ifb_table *t, const char *column, bool required,
                               double *out, struct ifb_error *err);

#endif
