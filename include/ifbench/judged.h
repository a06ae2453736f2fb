/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract of a judged suite: files of judgments that somebody's judge made
 * go in, the numbers that the suite's official tool would print come out. No
 * network and no judge call; `ifbench score --suite ID --judgments FILE` is the
 * way in, harness/engine/judged.c the only caller.
 *
 * To add one:
 *   1. scorers/judge/NAME.c: a struct of options with its `struct ifb_field`
 *      rows, a struct of state, and open, read, finish below. They are pure but
 *      for what they are lent; state lives in the arena, there is no close.
 *   2. A `const struct ifb_judged` at the end of the file, declared and listed in
 *      scorers/judge/table.c.
 *   3. A row for each new option in the table of harness/cli/cmd_score.c, of the
 *      same name (SETTING); the value comes to `fields` as text.
 *   4. tests/unit/test_NAME.c against numbers of the official tool.
 * Listing (`ifbench suites`), reading files, hashes, manifest, summary.json and
 * reports are the engine's.
 */
#ifndef IFBENCH_JUDGED_H
#define IFBENCH_JUDGED_H

#include <ifbench/report.h>
#include <ifbench/suite.h>
#include <ifbench/types.h>

/* A file in memory. `bytes` is valid UTF-8 (repaired where it was not). */
struct ifb_judged_file {
    ifb_str name;   /* as messages call it: a path */
    ifb_str bytes;  /* absent: the file is not there */
};

/*
 * One judged unit: an instruction, a question's turn, a pair. Goes to
 * verdicts.jsonl and from there to csv and html. All strings are borrowed for
 * the call. Keep them short: `why` is a line, not the judge's whole reply.
 */
struct ifb_judged_row {
    ifb_str model, id;         /* id: unique within the model */
    ifb_str item;              /* the question's id, where `id` says more; absent: id */
    ifb_str group;             /* category or data set; may be absent */
    ifb_str check;             /* what was judged: "preference", "rating" */
    ifb_str why;               /* what the judge said and what it was compared with */
    enum ifb_outcome outcome;  /* UNSCORED: no judgment that can be read */
};

/* What a suite is lent while it works. */
struct ifb_judged_lent {
    void *self;
    struct ifb_arena *arena;   /* lives as long as the run */
    bool rows;                 /* false: nobody wants rows; do not make them */
    /* A file that the user named. IFB_EIO, IFB_ELIMIT; valid as long as the run. */
    enum ifb_code (*file)(void *self, ifb_str path, struct ifb_judged_file *out,
                          struct ifb_error *err);
    /*
     * A file of a pack by its local name ("mtbench/question.jsonl"); its bytes are
     * absent when no data folder has it. Valid as long as the run.
     */
    enum ifb_code (*data)(void *self, const char *local, struct ifb_judged_file *out,
                          struct ifb_error *err);
    void (*row)(void *self, const struct ifb_judged_row *row);
    void (*warn)(void *self, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
};

/*
 * The numbers of one model. Of a value the suite sets id (one of its metrics),
 * value, lo, hi, se, hits, n, unscored; the rest is filled in from the table.
 */
struct ifb_judged_cell {
    ifb_str model;
    const struct ifb_metric_value *values;
    size_t nvalues;
    struct ifb_counts counts;  /* of rows; total is the sum of the others */
};

struct ifb_judged_out {
    const struct ifb_judged_cell *cells;  /* in the order in which they are shown */
    size_t ncells;
    const struct ifb_group_row *groups;   /* optional: how categories fared */
    size_t ngroups;
    const struct ifb_judged_file *files;  /* optional: more for the run's folder, in the form of
                                             the official tool; a name is one component */
    size_t nfiles;
};

struct ifb_judged {
    const char *id, *doc, *cite;
    const char *pack;                   /* with what the numbers need besides; NULL: none */
    const char *judgments;              /* what the file is, for help and messages */
    const struct ifb_metric *metrics;   /* id, doc, unit, higher_is_better; ends with a zero row */
    const struct ifb_field *fields;     /* options; ends with a zero row; NULL: none */
    size_t options_size;
    const void *defaults;               /* options_size bytes; NULL: zeros */
    /* Before any judgments: checks options (IFB_EUSAGE), loads what goes with them. */
    enum ifb_code (*open)(const void *options, const struct ifb_judged_lent *lent, void **state,
                          struct ifb_error *err);
    /*
     * A file of judgments, of one model or of many; called once a file, in the
     * order given. Its bytes and `scratch` are gone afterwards. IFB_EINPUT with
     * "NAME: line L: ..." at the first thing that is not what it should be; a
     * judgment that is merely missing or failed is counted, not an error.
     */
    enum ifb_code (*read)(void *state, const struct ifb_judged_file *judgments,
                          struct ifb_arena *scratch, struct ifb_error *err);
    /* The numbers. A number that cannot be had is NaN, and a warning says why. */
    enum ifb_code (*finish)(void *state, struct ifb_judged_out *out, struct ifb_error *err);
};

/* The judged suite called `id`, or NULL; and a walk over all. */
const struct ifb_judged *ifb_judged_find(ifb_str id);
const struct ifb_judged *ifb_judged_next(const struct ifb_judged *previous);

#endif
