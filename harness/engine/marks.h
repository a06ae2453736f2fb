/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The marks of a run: which constraint of which item held, without a word of what was
 * said. What compare and gate read, from a run's folder or from a baseline file.
 *
 * A baseline file (schema "ifbench.baseline/1") is JSON and small enough to commit: for
 * each suite and model its metrics and counts, and a line an item, so that a review
 * shows what changed:
 *
 *     "3f9a2c71b02 pfl/ppp"
 *
 * are `digits` hexadecimal digits of the SHA-256 of the item's id, three of that of its
 * constraints (ids and arguments), and a letter a constraint, epochs parted by '/':
 * p pass, f fail, l only loosely, e error, u unscored (strict and loose; other pairs are
 * capital letters), with '-' before an epoch that was not answered.
 */
#ifndef IFB_ENGINE_MARKS_H
#define IFB_ENGINE_MARKS_H

#include <ifbench/report.h>

#define IFB_MARK_EPOCHS_MAX 100000u
#define IFB_MARK_DIGITS 16  /* of a key that was not shortened */

struct ifb_mark_item {
    ifb_str id;             /* a baseline has no ids: {NULL, 0} */
    ifb_str group;          /* the same */
    uint16_t level;
    uint64_t key;           /* of the id: the first bits of its SHA-256 */
    uint64_t print;         /* of ids and arguments of the constraints */
    size_t nchecks;
    const ifb_str *checks;  /* their ids; NULL in a baseline */
    uint32_t epochs;        /* that are there */
    uint8_t *strict, *loose;  /* enum ifb_outcome, epoch by epoch */
    uint8_t *answered;      /* one an epoch */
    size_t cap, answered_cap, loose_cap;
};

/* One suite asked of one model. */
struct ifb_mark_cell {
    ifb_str suite, model;
    uint32_t epochs;        /* most of an item */
    struct ifb_mark_item *items;
    size_t n, cap;
    size_t *by_key;         /* items in order of their keys */
};

struct ifb_marks {
    ifb_str name;           /* the path it was read from */
    ifb_str plan;           /* digest of what was asked */
    bool is_file;           /* a baseline */
    bool stopped;           /* before all was asked, by a sequential gate or under one */
    int digits, print_digits;  /* of key and print that are known */
    struct ifb_mark_cell *cells;
    size_t ncells;
    struct ifb_summary summary;  /* a baseline has no groups and warnings */
};

/* From a run's folder or a baseline file. IFB_EIO, IFB_EINPUT with file and line. */
enum ifb_code ifb_marks_load(const char *path, struct ifb_arena *arena, struct ifb_marks *out,
                             struct ifb_error *err);

/* The item of the cell with that key, cut to `digits`; NULL when there is none. */
const struct ifb_mark_item *ifb_mark_find(const struct ifb_mark_cell *cell, uint64_t key,
                                          int digits);

/* The first `digits` hexadecimal digits of a key, the others 0. */
uint64_t ifb_mark_cut(uint64_t key, int digits);

/* Writes a baseline file. IFB_EIO. */
enum ifb_code ifb_marks_write(const struct ifb_marks *marks, const char *path,
                              struct ifb_error *err);

/*
 * ---- of a run under way ----
 * Lines of verdicts.jsonl one by one into empty marks: in plan order with add, which makes
 * the items; or into an epoch of an item that is there. IFB_EINPUT, IFB_EBUG. Close when
 * no more come; the marks stay.
 */
struct ifb_mark_rows;
struct ifb_mark_rows *ifb_mark_rows_open(struct ifb_marks *out, struct ifb_arena *arena);
enum ifb_code ifb_mark_rows_add(struct ifb_mark_rows *rows, ifb_str row, struct ifb_error *err);
enum ifb_code ifb_mark_rows_fill(struct ifb_mark_rows *rows, ifb_str row,
                                 struct ifb_mark_item *item, uint32_t epoch,
                                 struct ifb_error *err);
void ifb_mark_rows_close(struct ifb_mark_rows *rows);

/* ---- between marks.c and marks_file.c ---- */

/* Orders the keys of every cell; IFB_EINPUT when an item stands twice. */
enum ifb_code ifb_marks_index(struct ifb_marks *marks, struct ifb_arena *arena,
                              struct ifb_error *err);

/* Room for another epoch of an item; returns its number. */
uint32_t ifb_mark_epoch(struct ifb_mark_cell *cell, struct ifb_mark_item *item,
                        struct ifb_arena *arena);

enum ifb_code ifb_marks_read_file(const char *path, struct ifb_arena *arena, struct ifb_marks *out,
                                  struct ifb_error *err);

#endif
