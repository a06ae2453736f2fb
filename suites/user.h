/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Suites of one's own. A YAML or JSON document
 *
 *     suite: NAME            # else the file's name; letters, digits, '.', '_', '-'
 *     description: TEXT
 *     system: TEXT           # for items that have none of their own
 *     defaults: {max_tokens: N, temperature: X, top_p: X, seed: N}
 *     vars: {NAME: VALUE}    # for {{NAME}}, see template.h
 *     table: FILE.csv        # beside the suite: an item that names a column becomes one a row
 *     worst_case: true       # also counts groups of which every item holds
 *     items: [...]
 *
 * or JSON lines, an item a line. An item has
 *
 *     id            a string or a whole number, unique; with a table "#ROW" is added, ROW being
 *                   the cell of the column `id` or the row's number, unless the id has variables
 *     prompt        TEXT, or
 *     messages      [{role: system|user|assistant, content: TEXT}], the last one the user's, or
 *     turns         [{prompt, constraints, drop: [NAME]}]
 *     constraints   [EXPRESSION], or instruction_id_list and kwargs as IFEval writes them
 *     system, group, level, reference, tags, vars, table
 *
 * Constraints of a turn also hold in the turns after it until one drops them by name; those
 * of the item hold from the first turn on. Unknown members are errors.
 *
 * Ceilings: 16 MiB a file, 16 tables, 100 000 rows a table, 1 000 000 items, 100 turns and
 * 1000 constraints an item, 256 MiB of texts made from variables.
 */
#ifndef IFB_SUITES_USER_H
#define IFB_SUITES_USER_H

#include <ifbench/suite.h>

#include "harness/base/seen.h"
#include "suites/template.h"

/* A file of values, or none when it has no columns. */
struct ifb_user_table {
    const char *path;
    struct ifb_strs columns;
    const struct ifb_strs *rows;
    size_t nrows, id;  /* `id` is the column of that name, SIZE_MAX when there is none */
};

/* What the document says beside its items. */
struct ifb_user_suite {
    struct ifb_suite suite;
    const char *path;
    struct ifb_arena *arena;
    const struct ifb_json *items;   /* an array */
    const struct ifb_json *vars, *system;  /* NULL where the document has none */
    const struct ifb_user_table *table;
    struct ifb_user_table *tables;  /* all */
    size_t ntables;
    bool worst_case;
};

/* Who hears of faults: the first one ends a reading, unless somebody wants all. */
struct ifb_user_faults {
    void (*tell)(void *self, const char *file, unsigned line, const char *message);
    void *self;
    size_t n;
    struct ifb_error first;
};

/* Notes a fault; always false, for `return ifb_user_fault(...)`. */
bool ifb_user_fault(struct ifb_user_faults *f, const char *file, unsigned line, const char *fmt,
                    ...) __attribute__((format(printf, 4, 5)));

/* The member names an object may have: a fault for each other one. */
bool ifb_user_members(struct ifb_user_faults *f, const char *file, const struct ifb_json *object,
                      const char *what, const char *const *names);

/* ---- user_file.c: the document and its tables ---- */

/* NULL on a fault; one that is not bad input (no such file) has its code in `first`. */
struct ifb_user_suite *ifb_user_file(const char *path, struct ifb_arena *arena,
                                     struct ifb_user_faults *f);

/* The table of a suite that a `table` member names. */
const struct ifb_user_table *ifb_user_table_of(const struct ifb_user_suite *s,
                                               const struct ifb_json *name);

/* ---- user_item.c: one item ---- */

/*
 * Reads an item whose variables are filled in. False after a fault; then nothing
 * is left to release.
 */
bool ifb_user_item(const struct ifb_user_suite *s, const struct ifb_json *json,
                   struct ifb_user_faults *f, struct ifb_item *out);

#endif
