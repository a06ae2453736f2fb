/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSV as Python's csv.reader (3.11) reads it in its "excel" dialect, with any
 * ASCII delimiter: `"` quotes when it opens a field and is doubled inside; text
 * after a closing quote belongs to the field; white space is kept; lines end at
 * "\n" and may end inside quotes; an empty line is a record without fields.
 */
#ifndef IFB_BASE_CSV_H
#define IFB_BASE_CSV_H

#include <ifbench/types.h>

/* The most code points of a field, as Python's csv.field_size_limit(). */
#define IFB_CSV_FIELD_MAX 131072

/* A walk over the records of a text; every member is private. */
struct ifb_csv {
    struct ifb_arena *arena;
    ifb_str rest;
    char delimiter;
    unsigned state;
    unsigned line;         /* from 1, for messages */
    char *out;             /* where the next byte of a field goes */
    char *field;           /* where that field began */
    size_t count;          /* its code points so far */
    ifb_str *fields;
    size_t n, cap, first;  /* of all records, and where the current one begins */
};

/* `text` (well-formed UTF-8) must outlive the walk; records live in `arena`. */
void ifb_csv_open(struct ifb_csv *csv, struct ifb_arena *arena, ifb_str text, char delimiter);

/*
 * The next record, or *more false at the end. Takes time and room linear in
 * the text over a whole walk.
 *   IFB_EINPUT  "line L: ..." where Python raises csv.Error: text after a
 *               carriage return outside quotes, or a field that is too long;
 *               the walk is over then
 */
enum ifb_code ifb_csv_next(struct ifb_csv *csv, struct ifb_strs *record, bool *more,
                           struct ifb_error *err);

/* What has not been read yet: records are copies, and this tells where one ended. */
static inline ifb_str ifb_csv_rest(const struct ifb_csv *csv)
{
    return csv->rest;
}

#endif
