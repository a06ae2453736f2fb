/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What judged suites share when they read files of judgments: lines of JSON, names
 * that are few, counts beside numbers.
 */
#ifndef IFB_SCORERS_JUDGE_ROWS_H
#define IFB_SCORERS_JUDGE_ROWS_H

#include <ifbench/judged.h>

#include "harness/base/json.h"

/* A line of a file, parsed; `row` is an object and gone when `see` returns. */
struct ifb_judged_line {
    ifb_str file;
    unsigned number;
    const struct ifb_json *row;
};

/*
 * Gives each line to `see` and stops where that fails. IFB_EINPUT "NAME: line L: ..."
 * at a line that is no object. Empty lines are passed over.
 */
enum ifb_code ifb_judged_lines(const struct ifb_judged_file *file,
                               enum ifb_code (*see)(void *self, const struct ifb_judged_line *line,
                                                    struct ifb_error *err),
                               void *self, struct ifb_error *err);

/* "NAME: line L: ...", IFB_EINPUT. */
enum ifb_code ifb_judged_fault(const struct ifb_judged_line *line, struct ifb_error *err,
                               const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Names by number, in the order of their first appearance. */
#define IFB_NAMES_MAX 1000
struct ifb_names {
    ifb_str *at;
    size_t n, cap;
    uint32_t *slots;   /* numbers from 1 by hash, 0: empty; at most half full */
    size_t nslots;
};

/* The number of `name`, added when it is new; IFB_NAMES_MAX when there are too many. */
size_t ifb_name_of(struct ifb_names *names, struct ifb_arena *arena, ifb_str name);

/* The same with a maximum of its own, which it returns when there are too many. */
size_t ifb_name_within(struct ifb_names *names, struct ifb_arena *arena, ifb_str name, size_t max);

/* Numbers of names by name: order[0..n-1]. */
size_t *ifb_names_sorted(const struct ifb_names *names, struct ifb_arena *arena);

/* An identifier that is a string, or a number as it is spelt; absent: neither. */
ifb_str ifb_judged_id(const struct ifb_json *row, const char *key);

/* Keys that were met; doubles of a line are found by its key. */
struct ifb_seen {
    struct ifb_seen_key {
        uint64_t a, b;
    } *at;
    size_t n, cap;
};

/* True when `key` was met before; else keeps it. Two keys of one hash (SHA-256) are one. */
bool ifb_seen_before(struct ifb_seen *seen, struct ifb_arena *arena, ifb_str key);

/* The name of a file without folders and endings: what stands in for a model's. */
ifb_str ifb_judged_file_name(ifb_str path);

/* The beginning of a reply as one line, for a row's `why`; in `arena`. */
ifb_str ifb_judged_reason(struct ifb_arena *arena, ifb_str reply);

/* Values of a cell under construction. */
struct ifb_values {
    struct ifb_arena *arena;
    struct ifb_metric_value *at;
    size_t n, cap;
};

/* A mean with a normal 95 % interval; hits is -1. NaN where n is 0. */
void ifb_value_mean(struct ifb_values *v, const char *id, const double *at, int64_t n,
                    int64_t unscored);

/* A proportion with Wilson's 95 % interval. */
void ifb_value_share(struct ifb_values *v, const char *id, int64_t hits, int64_t n,
                     int64_t unscored);

/* A number alone. */
void ifb_value_plain(struct ifb_values *v, const char *id, double value, double lo, double hi,
                     int64_t n, int64_t unscored);

/* A coefficient from -1 to 1 with its standard error and a normal 95 % interval. */
void ifb_value_coefficient(struct ifb_values *v, const char *id, double value, double se,
                           int64_t n);

/* Cells under construction. */
struct ifb_cells {
    struct ifb_arena *arena;
    struct ifb_judged_cell *at;
    size_t n, cap;
};

void ifb_cell_add(struct ifb_cells *cells, ifb_str model, const struct ifb_values *values,
                  const struct ifb_counts *counts);

extern const struct ifb_judged ifb_judged_mtbench, ifb_judged_arenahard, ifb_judged_arenahard_v2,
    ifb_judged_infobench;
extern const struct ifb_judged ifb_judged_pairwise, ifb_judged_rubric;

#endif
