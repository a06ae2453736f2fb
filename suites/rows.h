/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reader that suites in IFEval's format share. One JSON object a line:
 *
 *     {"key": 12, "prompt": "...", "group": "format",
 *      "instruction_id_list": ["family:name", ...], "kwargs": [{...}, ...]}
 *
 * `key` is a whole number or a string and unique in the file; `group` is ours
 * and optional; kwargs go with instruction_id_list by position, because an id
 * may occur twice in a row. Members with other names are ignored, blank lines
 * are skipped.
 */
#ifndef IFB_SUITES_ROWS_H
#define IFB_SUITES_ROWS_H

#include <ifbench/suite.h>

struct ifb_item_rows;

/*
 * Reads the file `path`, plain or gzip. Everything lives in `arena`, except the
 * open file, which close releases.
 */
enum ifb_code ifb_item_rows_open(const char *path, struct ifb_arena *arena, struct ifb_item_rows **out,
                            struct ifb_error *err);

/* The same for a suite called `suite`; IFB_EINPUT unless there is exactly one file. */
enum ifb_code ifb_item_rows_open_one(const char *suite, const struct ifb_suite_source *src,
                                     struct ifb_arena *arena, struct ifb_item_rows **out,
                                     struct ifb_error *err);

/* Reads `text`, which must outlive the arena's contents; `name` stands for it in messages. */
struct ifb_item_rows *ifb_item_rows_of(const char *name, ifb_str text, struct ifb_arena *arena);

/* What a suite may read otherwise than IFEval's file has it. */
struct ifb_item_rows_form {
    /* Reads what is asked into item->prompt, in `arena`; NULL: a string "prompt". */
    enum ifb_code (*ask)(const struct ifb_json *row, struct ifb_arena *arena,
                         struct ifb_item *item, struct ifb_error *err);
    bool keys_repeat;  /* a key used before is made unique by its line: "7@12" */
};

/* `form` must outlive `rows`. */
void ifb_item_rows_set_form(struct ifb_item_rows *rows, const struct ifb_item_rows_form *form);

/*
 * From now on a constraint whose id has no check stays unscored under its name;
 * without this, it fails the row.
 */
void ifb_item_rows_admit_unknown(struct ifb_item_rows *rows);

/*
 * The next item. Whoever takes it must call ifb_constraint_release on its
 * constraints; a row that fails leaves nothing to release.
 *   IFB_EINPUT  "FILE:LINE: ..."; also when the file ends without any row
 */
enum ifb_code ifb_item_rows_next(struct ifb_item_rows *rows, struct ifb_item *item, bool *more,
                            struct ifb_error *err);

/* NULL is fine. */
void ifb_item_rows_close(struct ifb_item_rows *rows);

/* The last two in the shape that struct ifb_suite wants; `state` is a struct ifb_item_rows. */
enum ifb_code ifb_item_rows_suite_next(void *state, struct ifb_item *item, bool *more,
                                  struct ifb_error *err);
void ifb_item_rows_suite_close(void *state);

/* The same for place, into and again. */
int64_t ifb_item_rows_suite_place(void *state);
void ifb_item_rows_suite_into(void *state, struct ifb_arena *arena);
enum ifb_code ifb_item_rows_suite_again(void *state, int64_t place, struct ifb_arena *arena,
                                        struct ifb_item *item, struct ifb_error *err);

#endif
