/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge_reliability.json in the folder of a judged run, schema
 * ifbench.judge-reliability/1:
 *
 *     {"schema", "seed", "rounds", "suites": [{
 *        "suite",
 *        "flips":    [{"judge", "item", "models": [A, B], "tasks": [T, T],
 *                      "winners": [MODEL | "tie", MODEL | "tie"], "flip": bool}],
 *                    pairs that came out otherwise when the order was turned round;
 *                    flip: another answer won (else one of the two is a tie)
 *        "missing":  [{"judge", "item", "models", "task", "why": "failed" | "not read" |
 *                      "no answer", "error"?, "reply"?}], judgments that count nowhere,
 *        "answers":  [{"model", "answers", "empty", "refusing", "same", "suspects"}],
 *        "ranking":  {"judge", "models": [{"model", "rank", "score", "items"}]},
 *        "leave_one_out": [{"without", "rank_agreement", "rank_shift", "models": as above}],
 *        "differences":   [{"model", "against", "difference", "lo", "hi", "se", "items"}]}]}
 *
 * A model's score is the mean over items of what it got there over all its tasks: the
 * share of its pairs, with whomever (a tie is a half), the rating, or the share of
 * questions that are answered yes. The ranking is that of the jury, or of the only judge.
 * Differences are of the same items, with the percentile interval of a paired bootstrap.
 */
#ifndef IFB_ENGINE_JUDGING_RELIABILITY_H
#define IFB_ENGINE_JUDGING_RELIABILITY_H

#include <ifbench/run.h>

struct ifb_judge_set;

/* Of one model's answers; turns are answers of their own. */
struct ifb_judged_answers {
    ifb_str model;                     /* its spec */
    int64_t n, empty, refusing;        /* refusing: the empty ones too */
    int64_t texts, same;               /* those of the first epoch; the largest set of equal ones */
    int64_t suspects;                  /* samples that speak to the judge */
    ifb_str first_suspect;             /* item */
};

/* ---- judging_answers.c ---- */

/* Reads the answers of a cell of the plan; warns, and adds to the summary what there is. */
enum ifb_code ifb_judged_answers(struct ifb_run *run, const struct ifb_judge_set *set,
                                 uint32_t cell, struct ifb_judged_answers *out,
                                 struct ifb_error *err);

/* ---- judging_points.c ---- */

/* What each model got for each item, in the voice of each judge and jury. */
struct ifb_judge_points {
    const uint32_t *cells;     /* of the plan: the models */
    size_t models, items, voices;
    double *sum;               /* by voice, model, item */
    uint32_t *n;               /* how many tasks that is of */
};

/* Voices: the judges, then, of several: the jury, and the jury without each of them. */
#define IFB_VOICE_JURY(judges) (judges)
#define IFB_VOICE_WITHOUT(judges, k) ((judges) + 1 + (k))

struct ifb_jw;

/* Where the judgments go that are listed one by one, as elements of arrays that are begun. */
struct ifb_judge_lists {
    struct ifb_jw *flips, *missing;
};

/* Reads all judgments of a set, of the first epoch. */
enum ifb_code ifb_judge_points(struct ifb_run *run, const struct ifb_judge_set *set,
                               struct ifb_arena *arena, const struct ifb_judge_lists *lists,
                               struct ifb_judge_points *out, struct ifb_error *err);

/* The mean over items of a model's score; NaN and *items 0 when it has none. */
double ifb_judge_score(const struct ifb_judge_points *p, size_t voice, size_t model,
                       int64_t *items);

/* ---- judging_reliability.c ---- */

/* Writes the file; adds rankings without each judge, and differences, to the summary. */
enum ifb_code ifb_judges_reliability(struct ifb_run *run, struct ifb_error *err);

#endif
