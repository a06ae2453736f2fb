/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Judging within a run: which tasks there are, which of them are ready, what is
 * asked in each, and what the replies come to. Nothing of an answer stays in
 * memory: matches are read back from the journal when a judge looks at them, so
 * that all of it can be derived again without a call.
 *
 * A task waits until the answers that it reads are in the journal, is then queued
 * for its judge, and is settled when it has its judgment, when a call of it has
 * failed, or when it never will have answers to read.
 */
#ifndef IFB_ENGINE_JUDGING_H
#define IFB_ENGINE_JUDGING_H

#include <ifbench/judging.h>
#include <ifbench/run.h>

#include "harness/engine/cell.h"
#include "harness/engine/plan.h"
#include "harness/engine/score.h"

struct ifb_bank;
struct ifb_run_inside;

/* How the answers of one suite are judged. */
struct ifb_judge_set {
    struct ifb_plan_judging plan;
    const struct ifb_judging *judging;
    void *options, *state;
    enum ifb_versus versus;
    struct ifb_judging_bias **bias;  /* one a judge, when all is said; of pairs only */
    bool calibrates;        /* its answers are known, and come before all others */
    struct ifb_bank *bank;  /* answers of a baseline that is no model of the run; or NULL */
};

/* The tasks of a judge that are ready, in the order in which they became so. */
struct ifb_judge_lane {
    uint32_t *at;
    size_t from, n, cap;
    size_t left;            /* tasks that have not been taken from it, nor are settled */
    size_t calibrations;    /* the first tasks: until they are settled no other is taken */
    size_t calibrated, right;
};

struct ifb_judges {
    struct ifb_run *run;
    struct ifb_judge_set **sets;
    size_t nsets;
    const struct ifb_templates *templates;  /* NULL: built in */
    size_t nfile;           /* the first of them, which are the user's */
    enum ifb_parse parse;
    uint32_t first, n;      /* models of the run that are judges */
    struct ifb_judge_lane *lanes;
    uint8_t *states;        /* of tasks, from the first: enum ifb_task_state */
    int8_t *grades;         /* of tasks, see ifb_judge_grade; -1: not read */
    struct ifb_judge_numbers **numbers;
    size_t nnumbers;
};

/* What becomes of a judge's task. */
enum ifb_task_state { IFB_TASK_WAITS, IFB_TASK_READY, IFB_TASK_SETTLED };

/* A task as it is looked at; lives in its cell's arena. */
struct ifb_judge_view {
    const struct ifb_judge_set *set;
    struct ifb_judging_match match;  /* with all answers that there are */
    struct ifb_judging_match seen;   /* with those that the task reads */
    struct ifb_judge_task task;
    ifb_str unanswered;       /* why there is nothing to judge; absent: there is */
    struct ifb_judge_step step;
    struct ifb_judge_request first;  /* of the attempt */
    struct ifb_response *replies;    /* of all records, thinking taken off */
    ifb_str *texts;
    size_t from, fed;         /* replies of the attempt begin at `from`; `fed` were read */
    bool current;             /* `step` is that after them */
    size_t most;              /* calls of one attempt */
};

/* ---- judging.c: before the run, and what is ready ---- */

/*
 * Finds how the suites' answers are judged and adds the tasks to the plan. Without
 * judges it warns of suites that want one.
 */
enum ifb_code ifb_judges_prepare(struct ifb_run *run, struct ifb_error *err);

/* The judging of a cell of the plan that asks for answers; NULL: none. */
struct ifb_judge_set *ifb_judges_of(const struct ifb_run_inside *in, uint32_t cell);

/* A call of an answer's sample is final. */
void ifb_judges_answered(struct ifb_run_inside *in, uint32_t sample);

/* What judging would take, added to `out`. */
void ifb_judges_dry(struct ifb_run_inside *in, struct ifb_dry_run *out);

/* Needs the journal: queues what is ready already. */
void ifb_judges_begin(struct ifb_run_inside *in);

/* The next task that is ready for a judge; false when none is. */
bool ifb_judges_pop(struct ifb_run_inside *in, uint32_t model, uint32_t *sample);

/* True when there may be one later. */
bool ifb_judges_wait(const struct ifb_run_inside *in, uint32_t model);

/* The task of a cell has become final. IFB_EGATE when it ends a judge's calibration badly. */
enum ifb_code ifb_judges_settle(struct ifb_run_inside *in, const struct ifb_cell *cell,
                                struct ifb_error *err);

/* All tasks about a sample's answer by itself are settled. */
bool ifb_judges_all_said(struct ifb_run_inside *in, uint32_t sample);

/* The most calls of a task of an item, `self` being a struct ifb_judge_set. */
uint16_t ifb_judge_calls(void *self, const struct ifb_item *item, size_t task);

/* ---- judging_agreement.c ---- */

/*
 * A judgment as one of few grades: 0 to 10 of a rating, who won of a label, whether all
 * is yes of questions; -1: not read.
 */
int8_t ifb_judge_grade(const struct ifb_judgment *said);

/* Adds to the summary how far judges agree, unless the judged suite has told it. */
enum ifb_code ifb_judges_agree(struct ifb_run *run, const struct ifb_judge_set *set,
                               struct ifb_error *err);

/* ---- calibration.c ---- */

/* Reads the file of known judgments; IFB_EIO, IFB_EINPUT "FILE:LINE: ...". */
enum ifb_code ifb_calibration_load(struct ifb_run *run, struct ifb_judge_set **out,
                                   struct ifb_error *err);

/* Counts one that has come to its end; IFB_EGATE when the judge has got too few right. */
enum ifb_code ifb_calibration_settle(struct ifb_run_inside *in, const struct ifb_cell *cell,
                                     struct ifb_judge_lane *lane, struct ifb_error *err);

/* Adds each judge's share to the summary. */
enum ifb_code ifb_calibration_summarise(struct ifb_run *run, struct ifb_error *err);

/* ---- judging_prompts.c: what is asked with ---- */

/* Reads the file of prompts, if there is one. IFB_EIO, IFB_EINPUT. */
enum ifb_code ifb_judge_prompts_read(struct ifb_run *run, struct ifb_error *err);

/*
 * Asks for every judgment without a judge. Warns of those that cannot be asked for;
 * fails where none of a suite can, and where no prompt of the file is used.
 */
enum ifb_code ifb_judge_prompts_check(struct ifb_run *run, struct ifb_error *err);

/* ---- judging_view.c: what a task reads, asks and comes to ---- */

/* Reads the answers of a cell's task and begins it. */
enum ifb_code ifb_judge_look(struct ifb_run_inside *in, struct ifb_cell *cell,
                             struct ifb_error *err);

/*
 * Goes on to the records that the cell has. *done when nothing more is to be asked;
 * else view->step.ask is what to ask.
 */
enum ifb_code ifb_judge_advance(struct ifb_run_inside *in, struct ifb_cell *cell, bool *done,
                                struct ifb_error *err);

/* Whether the next record of the cell can be read (or more has to be asked first). */
bool ifb_judge_readable(struct ifb_run_inside *in, struct ifb_cell *cell,
                        const struct ifb_call_record *record);

/* A cell of a task with all that the journal knows of it, looked at and gone on with. */
enum ifb_code ifb_judge_recall(struct ifb_run_inside *in, uint32_t sample, struct ifb_cell **out,
                               bool *done, struct ifb_error *err);

/* What a model of the run is called in official files. */
ifb_str ifb_judge_model_name(const struct ifb_run_inside *in, uint32_t model);

/* What it came to; of a cell that is done. */
struct ifb_judge_outcome ifb_judge_outcome_of(struct ifb_run_inside *in,
                                              const struct ifb_cell *cell);

/* Tokens, latency and what it came to, for the summary. */
void ifb_judge_result(struct ifb_run_inside *in, const struct ifb_cell *cell,
                      struct ifb_sample_result *out);

/* Of an answer's cell: what judges said of its constraints' questions, into cell->said. */
enum ifb_code ifb_judges_said(struct ifb_run_inside *in, struct ifb_cell *cell,
                              struct ifb_error *err);

/* ---- judging_numbers.c: from judgments to numbers ---- */

/* Tokens that an answer is taken for when nobody has given it yet. */
#define IFB_DRY_ANSWER 1024

/*
 * Writes the records into the folder, has judged suites make numbers of them, and
 * adds their rows. Then, with the summary there: adds the numbers to it, and how
 * judges fared.
 */
enum ifb_code ifb_judges_finish(struct ifb_run *run, struct ifb_error *err);
enum ifb_code ifb_judges_summarise(struct ifb_run *run, struct ifb_error *err);

#endif
