/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan: items times models times epochs. A *sample* is one item asked of
 * one model once; a *call* is one request of it. A call is ready when the call
 * before it in its sample has been answered (turn 2 reads turn 1), so the calls
 * of a sample form a chain.
 *
 * With judges the plan is a graph: behind the samples come the judges' tasks, in
 * cells of their own. A task is a sample too, whose calls form a chain and whose
 * first call is ready when the answers that it reads are in the journal; not all
 * of its calls need be made. Answers do not wait for anything.
 *
 * Samples and calls are numbered from 0 in plan order: suite, model, item, epoch,
 * turn; then suite, pair of models, judge, item, epoch, task, turn. These numbers
 * are what the journal refers to.
 */
#ifndef IFB_ENGINE_PLAN_H
#define IFB_ENGINE_PLAN_H

#include <ifbench/provider.h>
#include <ifbench/suite.h>

#include "harness/base/sha256.h"
#include "harness/engine/preface.h"

struct ifb_sample_plan {
    const struct ifb_item *item;  /* NULL: it did not stay in memory, see ifb_suite_item */
    uint32_t index;  /* of the item in its suite */
    uint32_t cell;   /* index into cells */
    uint32_t epoch;
    uint32_t call;   /* number of its first call */
    uint16_t turns;  /* number of its calls; of a task at most */
    uint16_t task;   /* of a judge: number in its match */
    uint32_t number; /* of the sample; in a shard that of the whole plan */
};

/* One suite asked of one model. */
struct ifb_plan_cell {
    const struct ifb_suite *suite;
    const struct ifb_suite_items *items;
    const struct ifb_model *model;
    uint32_t model_index;
    uint32_t first, n;  /* its samples */
    size_t before;      /* items of the suites before */
    bool by_judge;      /* what its answers are worth only a judge says */
    const struct ifb_plan_judging *judging;  /* of a judge's cell; NULL: answers are asked for */
    uint32_t pair;      /* of the judging */
};

#define IFB_SIDE_OUTSIDE UINT32_MAX  /* not a model of the run: the baseline of a file */

/* Models whose answers are judged together: cells of the plan. */
struct ifb_plan_pair {
    uint32_t side[2];  /* the second: IFB_SIDE_OUTSIDE also where each is judged by itself */
};

/* How the answers of one suite are judged. */
struct ifb_plan_judging {
    const struct ifb_suite_items *items;
    const uint32_t *before;  /* tasks of a match of all items before the i-th; nitems + 1 */
    const struct ifb_plan_pair *pairs;
    size_t npairs;
    uint32_t cell;           /* the first of its cells: by pair, then by judge */
    /* The most calls of a task of an item, for one attempt at it. */
    uint16_t (*calls)(void *self, const struct ifb_item *item, size_t task);
    void *self;
    uint16_t attempts;       /* at a judgment that can be read */
};

/* A suite with its items, loaded; those after the first `resident` only by their places. */
struct ifb_suite_items {
    const struct ifb_suite *suite;
    struct ifb_preface preface;  /* put before every item's prompt */
    struct ifb_item *items;
    size_t n, resident;
    int64_t *places;  /* one each after the resident ones */
    void *state;      /* of the suite, open while places are needed */
    char digest[IFB_SHA256_HEX];  /* of all ids, prompts and constraints */
};

struct ifb_plan {
    const struct ifb_plan_cell *cells;
    size_t ncells, nasked;            /* nasked: the first ones, which are not a judge's */
    const struct ifb_sample_plan *samples;
    size_t nsamples, nasked_samples;
    size_t least;     /* calls that are made if every judgment can be read at once */
    size_t ncalls;    /* calls are numbered below this, in a shard too */
    size_t nown;    /* of them those of its samples: all, but in a shard */
    uint32_t epochs;
    size_t njudges;
    char digest[IFB_SHA256_HEX];  /* of all ids, prompts, constraints, models and epochs */
};

/* Somebody who looks at every item while a suite is read. */
struct ifb_suite_watch {
    void *self;
    void (*see)(void *self, const struct ifb_suite *suite, const struct ifb_item *item);
    size_t resident;  /* so many items stay in memory, where the suite can find the others again */
    struct ifb_preface preface;
};

/*
 * Reads all items of a suite, or the first `limit` when it is not 0. `src` is not
 * looked at when the suite was read from a file. `watch` NULL: all items stay.
 */
enum ifb_code ifb_suite_load(const struct ifb_suite *suite, const struct ifb_suite_source *src,
                             size_t limit, const struct ifb_suite_watch *watch,
                             struct ifb_arena *arena, struct ifb_suite_items *out,
                             struct ifb_error *err);

/*
 * Item number `i`: a resident one, or read again into *own and `arena`, with
 * constraints for ifb_item_release. Not from several threads at once. IFB_EINPUT
 * when the file has changed.
 */
enum ifb_code ifb_suite_item(const struct ifb_suite_items *s, size_t i, struct ifb_arena *arena,
                             struct ifb_item *own, const struct ifb_item **out,
                             struct ifb_error *err);
void ifb_item_release(struct ifb_item *item);

/* Releases what the items' constraints hold, and the suite. */
void ifb_suite_unload(struct ifb_suite_items *s);

void ifb_plan_make(const struct ifb_suite_items *suites, size_t nsuites,
                   const struct ifb_model *models, size_t nmodels, uint32_t epochs,
                   struct ifb_arena *arena, struct ifb_plan *out);

/*
 * Adds the tasks of `judgings`, whose `cell` is set here, for `n` judges, the models from
 * number `first_judge` on. `what` tells what else decides the judgments: it enters
 * the digest. IFB_ELIMIT beyond 2^32 - 1 samples or calls.
 */
enum ifb_code ifb_plan_judge(struct ifb_plan *plan, struct ifb_plan_judging *const *judgings,
                             size_t njudgings, const struct ifb_model *judges, uint32_t first_judge,
                             size_t n, ifb_str what, struct ifb_arena *arena,
                             struct ifb_error *err);

/* Number of the sample that is task `task` of item `item` in a judge's cell. */
uint32_t ifb_plan_task(const struct ifb_plan *plan, const struct ifb_plan_cell *cell, size_t item,
                       uint32_t epoch, size_t task);

/* How many tasks a match of item `item` has. */
size_t ifb_plan_tasks(const struct ifb_plan_judging *judging, size_t item);

/* The sample of a cell that asks for answers. */
uint32_t ifb_plan_answer(const struct ifb_plan *plan, uint32_t cell, size_t item, uint32_t epoch);

/*
 * Keeps the samples of one shard, by the rule of struct ifb_shard. Calls keep their
 * numbers and the plan its digest, so that shards can be put together.
 */
void ifb_plan_share(struct ifb_plan *plan, struct ifb_shard shard);

/* Of `of` shards the one, from 1, that a sample belongs to. */
int64_t ifb_plan_shard_of(const struct ifb_plan *plan, const struct ifb_sample_plan *sample,
                          int64_t of);

/* Items of all suites. */
size_t ifb_plan_items(const struct ifb_plan *plan);

/* The sample that a call belongs to; NULL when the plan does not have it. */
const struct ifb_sample_plan *ifb_plan_sample_of(const struct ifb_plan *plan, uint32_t call);

/* Message `i` is asked: a user message that the suite gives no answer for. */
bool ifb_is_turn(const struct ifb_conversation *prompt, size_t i);

/* The messages of the prompt up to and with user turn `turn` (earlier answers not included). */
size_t ifb_turn_messages(const struct ifb_item *item, uint16_t turn);

#endif
