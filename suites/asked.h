/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reader of judged suites' questions: a file of objects, one a line or in one
 * array, plain or gzip, of which each suite makes its items in its own way. A row
 * is kept with its item, for the judge's prompt and the records.
 */
#ifndef IFB_SUITES_ASKED_H
#define IFB_SUITES_ASKED_H

#include <ifbench/suite.h>

/*
 * Makes an item of a row, which lives as long as `arena`; item->row is set already,
 * and the id is the row's number from 0.
 * IFB_EINPUT says what the row lacks; the reader puts file and line before it.
 */
typedef enum ifb_code ifb_asked_make(const struct ifb_json *row, struct ifb_arena *arena,
                                     struct ifb_item *item, struct ifb_error *err);

/* Reads the one file of `src` whole; state lives in `arena`. IFB_EIO, IFB_EINPUT. */
enum ifb_code ifb_asked_open(const char *suite, const struct ifb_suite_source *src,
                             ifb_asked_make *make, struct ifb_arena *arena, void **state,
                             struct ifb_error *err);

/* In the shape that struct ifb_suite wants. An id that stands twice is IFB_EINPUT. */
enum ifb_code ifb_asked_next(void *state, struct ifb_item *item, bool *more,
                             struct ifb_error *err);
void ifb_asked_close(void *state);

/* An id that is a string or a whole number as it is spelt; absent: neither. */
ifb_str ifb_asked_id(const struct ifb_json *row, const char *key);

/* A string, or "" where it is none; the same as the only one of the tags, if it is not "". */
ifb_str ifb_asked_text(const struct ifb_json *row, const char *key);
struct ifb_strs ifb_asked_tag(struct ifb_arena *arena, const struct ifb_json *row,
                              const char *key);

/* A conversation of one user's message. */
struct ifb_conversation ifb_asked_prompt(struct ifb_arena *arena, ifb_str text);

/* The metrics of a suite whose numbers are a judged suite's: none. */
extern const struct ifb_metric ifb_no_metrics[];

#endif
