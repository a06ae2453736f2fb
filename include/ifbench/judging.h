/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract of judging: how the answers to a suite's items are put before a
 * judge, and how what it said is written in the form of the official tool. The
 * numbers are then made of those bytes by the judged suite (judged.h), so that
 * `ifbench run --judge SPEC`, `ifbench score RUN` and `ifbench score --judgments
 * FILE` cannot disagree.
 *
 *     item -> matches -> tasks -> calls -> judgments -> records -> numbers
 *
 * A *match* is one item with the answers that are judged together: of one model,
 * of a model and the baseline, or of two models. A *task* is one thing that a
 * judge has to say about a match: a turn, a game of a pair, a list of questions.
 * It is put to each judge in one or more *calls*, by the task's protocol (judge.h).
 * The engine multiplies matches by judges, sends a task's call when the answers it
 * reads are in the journal, journals the reply, and gives records to the judged
 * suite when all is said. Everything here is pure: after the journal, judgments
 * can be read again (`--parse last`) without a call.
 *
 * To add one:
 *   1. suites/NAME.c: a `const struct ifb_suite` of that id whose items are what is
 *      asked; `row` of an item keeps what only the judge needs. Its metrics are an
 *      empty table when there are records: the judged suite of that id has them.
 *   2. A protocol in scorers/judge/ (judge.h), where none fits.
 *   3. scorers/judge/NAME_judging.c: a struct of options with its fields, the functions
 *      below, and a `const struct ifb_judging` of the suite's id, declared in
 *      scorers/judge/judgings.h and listed in scorers/judge/judgings.c.
 *   4. A row for each new option in the table of harness/cli/judge_options.h, of the
 *      same name. A name that the judged suite has too is one option for both.
 *   5. tests/unit/test_NAME_judging.c: tasks of an item, records of given replies, and
 *      what the judged suite makes of them; tests/e2e/test_NAME_judge.sh with the mock.
 * Plan, dispatch, journal, resume, cache, limits, juries, re-reading, flags on answers
 * that speak to the judge, manifest and reports are the engine's.
 */
#ifndef IFBENCH_JUDGING_H
#define IFBENCH_JUDGING_H

#include <ifbench/judge.h>
#include <ifbench/judged.h>
#include <ifbench/provider.h>
#include <ifbench/suite.h>
#include <ifbench/types.h>

/* Who is put before the judge together. */
enum ifb_versus {
    IFB_VERSUS_NOBODY,    /* each model by itself */
    IFB_VERSUS_BASELINE,  /* each model but the baseline, with the baseline second */
    IFB_VERSUS_ALL        /* every two models, in their order */
};

/* Answers of one model to an item. */
struct ifb_judging_side {
    ifb_str model;            /* as official files call it, see ifb_judging_model_name */
    struct ifb_strs answers;  /* by turn, without thinking, valid UTF-8; those that are there */
};

/* What is judged together. */
struct ifb_judging_match {
    const struct ifb_item *item;
    uint32_t epoch;
    struct ifb_judging_side sides[2];  /* the second only where there are pairs */
};

/* What is known of a task before there are answers; depends on the item alone. */
struct ifb_judge_shape {
    uint16_t calls;  /* requests at most, 1 or more */
    uint16_t turns;  /* answers that it reads of each side: those of turns 0 to turns - 1 */
};

/* One thing for a judge to say. */
struct ifb_judge_task {
    const struct ifb_judge *protocol;
    struct ifb_judge_context context;  /* templates, parse, no_system and replies: the engine's */
    ifb_str label;                     /* which one of the match: "turn 2, game 1" */
    bool decided;                      /* nobody is asked, `said` holds: equal outputs are a draw */
    struct ifb_judgment said;
};

/* What a judge, or a jury, made of a task. */
struct ifb_judge_outcome {
    const struct ifb_judge_task *task;
    ifb_str judge;                        /* as official files call it */
    const struct ifb_judge_request *asked;  /* the first request; NULL: decided, or a jury's */
    const struct ifb_response *replies;   /* as they came, in order, without thinking */
    size_t nreplies;
    ifb_str error;                        /* why the last call has no reply; absent: none failed */
    struct ifb_judgment said;             /* how is IFB_UNREADABLE when it failed */
};

/* Where records go. */
struct ifb_judging_sink {
    void *self;
    void (*put)(void *self, ifb_str json);  /* a whole JSON value without a newline */
};

/* Somebody's answers to items, found by their keys. */
struct ifb_judging_answers {
    void *self;
    /* Strings are copied. `generator` absent: the file's name will do. */
    void (*put)(void *self, ifb_str generator, ifb_str key, struct ifb_strs turns);
};

struct ifb_judging {
    const char *id, *doc;
    const char *judged;               /* the judged suite that reads the records; NULL: none */
    const char *file;                 /* what the records are called in the run's folder, such as
                                         "annotations.json" */
    bool array;                       /* they are the elements of one JSON array, not lines */
    bool apart;                       /* a file, and numbers, of each judge by itself; else the
                                         judged suite tells judges apart */
    const struct ifb_field *fields;   /* options; ends with a zero row; NULL: none */
    size_t options_size;
    const void *defaults;             /* options_size bytes; NULL: zeros */
    /*
     * Before anything is asked: checks options (IFB_EUSAGE), loads references. Of
     * `lent`, arena, file, data and warn are there.
     */
    enum ifb_code (*open)(const void *options, const struct ifb_judged_lent *lent, void **state,
                          struct ifb_error *err);
    enum ifb_versus (*versus)(const void *state);
    /* How many tasks a match of the item has (0: none of it is judged), and of what shape. */
    size_t (*count)(const void *state, const struct ifb_item *item);
    struct ifb_judge_shape (*shape)(const void *state, const struct ifb_item *item, size_t task);
    /*
     * Task number `task` of a match, with the answers that its shape wants and no more;
     * fewer where there are not so many: then nobody is asked, but the record wants the
     * task. Results live in `arena` and may point into the match.
     */
    enum ifb_code (*task)(const void *state, const struct ifb_judging_match *match, size_t task,
                          struct ifb_arena *arena, struct ifb_judge_task *out,
                          struct ifb_error *err);
    /*
     * Writes what one judge said of a match: `outcomes` has one a task. Matches come
     * by judge, pair of models, item and epoch. A task that failed, or that had no
     * answer to read, is there too, unreadable and with its `error`: it is written as
     * the official tool writes a failure. NULL: nothing is written, and what the tasks
     * said (ifb_judgment.said, one after the other) are the answers to the questions of
     * the item's constraints: a constraint without a check is one question, and holds
     * when the answer is yes; one with `questions` has so many. The questions of a
     * task are then its context's `checks`.
     */
    enum ifb_code (*record)(const void *state, const struct ifb_judging_match *match,
                            const struct ifb_judge_outcome *outcomes, size_t n,
                            const struct ifb_judging_sink *sink, struct ifb_error *err);
    /*
     * ---- where there are pairs with a baseline ----
     * It is the model of the run that --judge-baseline names (by its spec or official
     * name), else what --baseline-answers holds (a file for `answers`, or the folder
     * of a run of ifbench), else what the pack has. The engine finds it.
     */
    const char *const *baseline;      /* files of the pack with its answers, then NULL; or NULL */
    /*
     * Reads a file of answers in the suite's official form (of a pack, or of
     * --baseline-answers): gives each to `to`. IFB_EINPUT "NAME: line L: ...".
     */
    enum ifb_code (*answers)(const struct ifb_judged_file *file, struct ifb_arena *scratch,
                             const struct ifb_judging_answers *to, struct ifb_error *err);
    /* What an item's answers are found by in such a file; NULL: its id. */
    ifb_str (*key)(const struct ifb_item *item);
    /* Whose answers an item is compared with, where files hold several; NULL: the first's. */
    ifb_str (*against)(const void *state, const struct ifb_item *item);
};

/* The judging called `id`, or NULL; and a walk over all. */
const struct ifb_judging *ifb_judging_find(ifb_str id);
const struct ifb_judging *ifb_judging_next(const struct ifb_judging *previous);

/*
 * Helpers of authors: the name of a model as official files have it, that is after
 * the last '/'; and NAN, 0 and no label in a judgment that was not read.
 */
ifb_str ifb_judging_model_name(ifb_str name);

struct ifb_judgment ifb_judgment_none(void);

/*
 * ---- for the engine ----
 * What several judges say together: the median of ratings, the label and the answers
 * that most of them give (labels by who is better; no majority is no difference, and
 * nothing said). Unreadable when no judgment was read. Lives in `arena`.
 */
struct ifb_judgment ifb_judgment_jury(const struct ifb_judgment *at, size_t n,
                                      struct ifb_arena *arena);

/*
 * How far order, length, family and layout move a judge of pairs. `add` takes what one
 * judge said of a match; values are of ifb_bias_metrics, those for which there was a
 * game, in `arena`.
 */
struct ifb_judging_bias;
struct ifb_judging_bias *ifb_judging_bias_new(struct ifb_arena *arena);
void ifb_judging_bias_add(struct ifb_judging_bias *bias, const struct ifb_judging_match *match,
                          const struct ifb_judge_outcome *outcomes, size_t n,
                          struct ifb_arena *scratch);
size_t ifb_judging_bias_values(const struct ifb_judging_bias *bias, struct ifb_arena *arena,
                               const struct ifb_metric_value **out);
extern const struct ifb_metric ifb_bias_metrics[];  /* ends with a zero row */

/*
 * The side whose answer a task shows first: 0 or 1; -1 where no pairs are judged. Who
 * won: a side, 2 for a tie, -1 where that was not read. What side 0 gets for a task: its
 * share of a pair, 0 to 1, else the rating, or the share of questions that are answered
 * yes; NaN when nothing was read.
 */
int ifb_judging_first_side(const struct ifb_judge_task *task);
int ifb_judging_winner(const struct ifb_judge_outcome *outcome);
double ifb_judging_points(const struct ifb_judge_task *task, const struct ifb_judgment *said);

/* Finds the next two outcomes, from *at on, that are one pair in both orders: *at, *at + 1. */
bool ifb_judging_next_swap(const struct ifb_judge_outcome *outcomes, size_t n, size_t *at);

/*
 * A row of a calibration file (scorers/judge/calibration.c): whether it is one
 * (IFB_EINPUT), and whether a judgment is what it expects.
 */
enum ifb_code ifb_calibration_check(const struct ifb_json *row, struct ifb_error *err);
bool ifb_calibration_right(const struct ifb_json *row, const struct ifb_judgment *said);

/* True when an answer is blank or reads like a refusal: an estimate, by English phrases. */
bool ifb_judging_refuses(ifb_str answer);

/* The size of the largest set of equal texts; `scratch` takes a copy of their places. */
size_t ifb_judging_most_alike(const ifb_str *texts, size_t n, struct ifb_arena *scratch);

/* True when an answer holds marks of verdicts, tokens of chat templates or lines of prompts. */
bool ifb_judging_suspect(ifb_str answer);

#endif
