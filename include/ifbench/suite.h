/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract of a suite: files in, items out, and which numbers its results
 * are called by. To add one, write suites/NAME.c with open, next and close, end
 * it with a `const struct ifb_suite` and add that to suites/table.c.
 */
#ifndef IFBENCH_SUITE_H
#define IFBENCH_SUITE_H

#include <ifbench/check.h>
#include <ifbench/types.h>

struct ifb_sampling;

/* One thing to ask. Strings live in the arena given to open. */
struct ifb_item {
    ifb_str id;                      /* unique in the suite */
    /*
     * Each user message is a turn, asked in order, unless an assistant message
     * follows it: then it is history.
     */
    struct ifb_conversation prompt;
    struct ifb_constraint *constraints;
    size_t nconstraints;
    ifb_str group;                   /* "" when the suite has no groups */
    uint16_t level;                  /* 0 when the suite has no levels */
    ifb_str reference;               /* a canned or reference answer; may be absent */
    struct ifb_strs ladder;          /* what a judge is shown to see what each level adds: the
                                        instructions of levels 0 to `level`; none: {NULL, 0} */
    struct ifb_strs tags;            /* scores are also counted by each of them */
    const struct ifb_sampling *preset;  /* in place of the suite's; NULL: that */
    bool preset_required;            /* and a temperature of the user's own is an error */
    const struct ifb_json *row;      /* an object: what only a judge's prompt or record needs; or
                                        NULL */
};

/* What a prompt without an answer means for the score. */
enum ifb_missing { IFB_MISSING_FAIL, IFB_MISSING_UNSCORED };

/* An item's outcomes, as metrics see them. */
struct ifb_item_score {
    const struct ifb_item *item;
    const uint8_t *strict, *loose;  /* enum ifb_outcome, one a constraint */
    bool answered;
};

/* A proportion under construction: a metric adds to both numbers. */
struct ifb_ratio {
    int64_t hits, n;
};

/*
 * What a metric makes of a whole set. NaN where there is no number; lo and hi
 * only where there is a sound interval.
 */
struct ifb_folded {
    double value, lo, hi, se;
    int64_t n;         /* units that count: groups, pairs */
    int64_t unscored;  /* units left out because some of it is unscored */
};

/*
 * A metric has `count` or `fold`. `count` adds an item to the ratio; an item that
 * must not be counted (unscored) leaves the ratio alone. `fold` sees all items of
 * one model in plan order, the epochs of an item side by side, unscored ones too;
 * it is pure.
 *
 * An id "PART.NAME" is the metric NAME of a part of the suite: reports show it in
 * a table of parts and not among the headline scores.
 */
struct ifb_metric {
    const char *id;   /* the field's name for it: prompt_level_strict_acc */
    const char *doc;
    const char *unit; /* "proportion", "percent", or what is counted: "levels" */
    bool higher_is_better;
    void (*count)(const struct ifb_item_score *score, struct ifb_ratio *ratio);
    void (*fold)(const struct ifb_metric *metric, const struct ifb_item_score *scores, size_t n,
                 struct ifb_folded *out);
    const char *part; /* for fold: the item group that counts; NULL: not one alone */
    uint16_t level;   /* for fold: the level that counts; 0: not one alone */
};

/* Settings of a request; a negative number means "not set". */
struct ifb_sampling {
    double temperature, top_p;
    int64_t max_tokens, seed;
};

/* Where a suite's files are: `paths[i]` is that of `files[i]`. */
struct ifb_suite_source {
    const char *const *paths;
    size_t npaths;
};

struct ifb_suite {
    const char *id, *doc, *cite;
    const char *pack;                /* of `ifbench data`; NULL: built in */
    const char *const *files;        /* of the pack, NULL-terminated */
    enum ifb_missing missing;
    bool first_answer;               /* of several answers to a prompt in a file the first
                                        counts, not the last */
    bool forms_share_group;          /* a group is one prompt in several forms: errors of
                                        means are clustered by it */
    struct ifb_sampling preset;      /* what the reference harness asks with */
    const struct ifb_metric *metrics;  /* ends with a zero row */
    const char *const *sources;      /* of a suite read from a file: it and its tables, then NULL */
    /*
     * Opens the source; items and everything they point at live in `arena`.
     * next fills *item and sets *more, or sets *more to false at the end.
     * Both fail on the first bad row with IFB_EINPUT and "FILE:LINE: ...".
     */
    enum ifb_code (*open)(const struct ifb_suite_source *src, struct ifb_arena *arena,
                          void **state, struct ifb_error *err);
    enum ifb_code (*next)(void *state, struct ifb_item *item, bool *more, struct ifb_error *err);
    void (*close)(void *state);
    /*
     * Optional: where the item that next gave last can be found again, or -1 (also
     * when it has several turns); and the item that is there, in `arena`, so that a
     * million items need not stay in memory. next may not follow again.
     */
    int64_t (*place)(void *state);
    enum ifb_code (*again)(void *state, int64_t place, struct ifb_arena *arena,
                           struct ifb_item *item, struct ifb_error *err);
    /* With `place`: where the strings of the items to come are to live. */
    void (*into)(void *state, struct ifb_arena *arena);
    /* Of a suite read from a file, which is known already: it is opened with begin(self, ...). */
    void *self;
    enum ifb_code (*begin)(void *self, struct ifb_arena *arena, void **state,
                           struct ifb_error *err);
};

/* The suite called `id`, or NULL. */
const struct ifb_suite *ifb_suite_find(ifb_str id);

/* Walks all suites in table order; NULL starts, NULL ends. */
const struct ifb_suite *ifb_suite_next(const struct ifb_suite *previous);

/*
 * ---- suites of one's own, read from a file ----
 * The format is in suites/user.h. IFB_EINPUT messages are "FILE:LINE: ...".
 */

/* True for what --suite takes for a file: it ends in .yaml, .yml, .json or .jsonl. */
bool ifb_suite_is_file(ifb_str name);

/*
 * Reads a suite's file and its tables into `arena`, but looks at no item: next
 * does. The suite's id is its own name, which no built-in suite may have.
 */
enum ifb_code ifb_suite_read(const char *path, struct ifb_arena *arena,
                             const struct ifb_suite **out, struct ifb_error *err);

/* What is in a suite's file. */
struct ifb_suite_tally {
    ifb_str suite;  /* lives in the arena; absent when not even that could be read */
    size_t items, turns, constraints, faults;
};

#define IFB_SUITE_FAULTS_MAX 50

/*
 * Reads all of a suite's file and tells every fault, IFB_SUITE_FAULTS_MAX at
 * most; line 0 is a fault of the whole file. IFB_EIO when it cannot be read.
 */
enum ifb_code ifb_suite_validate(const char *path, struct ifb_arena *arena,
                                 void (*tell)(void *self, const char *file, unsigned line,
                                              const char *message),
                                 void *self, struct ifb_suite_tally *out, struct ifb_error *err);

/* The suite id nearest to `id`; "" when none is near. */
const char *ifb_suite_nearest(ifb_str id);

/*
 * Metrics that most programmatic suites share (IFEval's four): prompt- and
 * instruction-level accuracy, strict and loose. Ends with a zero row.
 */
extern const struct ifb_metric ifb_ifeval_metrics[];

/*
 * The same four, where prompt-level is a whole conversation, and turn-level
 * accuracy: turns with every constraint of theirs followed. Ends with a zero row.
 */
extern const struct ifb_metric ifb_turn_metrics[];

#endif
