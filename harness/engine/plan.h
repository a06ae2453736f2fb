/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan: items times models times epochs. A *sample* is one item asked of
 * one model once; a *call* is one request of it. A call is ready when the call
 * before it in its sample has been answered (turn 2 reads turn 1), so the calls
 * of a sample form a chain, and samples are independent.
 *
 * Samples and calls are numbered from 0 in plan order: suite, model, item,
 * epoch, turn. These numbers are what the journal refers to.
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
    uint16_t turns;  /* number of its calls */
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
    size_t ncells;
    const struct ifb_sample_plan *samples;
    size_t nsamples;
    size_t ncalls;    /* calls are numbered below this, in a shard too */
    size_t nown;    /* of them those of its samples: all, but in a shard */
    uint32_t epochs;
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
