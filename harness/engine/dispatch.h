/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop that gets calls answered: one thread, no barrier between stages. It
 * starts what is ready while there is room, lets retry.h decide about failures,
 * and hands every outcome to the caller, who journals it before anything else
 * looks at it.
 */
#ifndef IFB_ENGINE_DISPATCH_H
#define IFB_ENGINE_DISPATCH_H

#include <signal.h>

#include "harness/engine/budget.h"
#include "harness/engine/cache.h"
#include "harness/engine/cell.h"
#include "harness/engine/limiter.h"
#include "harness/engine/retry.h"
#include "harness/http/http.h"

struct ifb_dispatch_options {
    const struct ifb_plan *plan;
    size_t nmodels;                /* of the plan */
    struct ifb_sampling sampling;  /* negative members: the suite's preset */
    struct ifb_strs stop_at;       /* texts at which answers end */
    int64_t top_logprobs;          /* likely tokens to ask for; 0: none */
    struct ifb_limits limits;      /* of each model by itself */
    struct ifb_budget budget;
    const struct ifb_price *prices;  /* one a model; NULL: unknown */
    struct ifb_cache *cache;       /* NULL: none */
    int64_t timeout_ms, total_timeout_ms;
    int64_t max_errors;            /* failed calls of a model in a row; 0: no limit */
    struct ifb_retry_policy retry;
    uint64_t seed;
    bool stream;                   /* ask for streams where the provider has them */
    struct ifb_http_options http;  /* connections_max, wall_ms and piece are set here */
    const volatile sig_atomic_t *stop;  /* may be NULL */
};

/* `wanted`, with the preset where a member is not set. */
struct ifb_sampling ifb_sampling_merge(struct ifb_sampling wanted,
                                       const struct ifb_sampling *preset);

/* What the caller does; all are called on the dispatching thread. */
struct ifb_dispatch_calls {
    void *self;
    /* The next cell of a model with turns to ask, NULL when there is none. */
    struct ifb_cell *(*take)(void *self, uint32_t model);
    /* Keeps a record for good (answer or failure) before it counts. */
    enum ifb_code (*keep)(void *self, const struct ifb_call_record *record, struct ifb_error *err);
    /* The cell has all its records, or no more will come. */
    enum ifb_code (*done)(void *self, struct ifb_cell *cell, struct ifb_error *err);
    /* The cell was started and cannot be finished now (stopped): it is pending again. */
    void (*drop)(void *self, struct ifb_cell *cell);
    /* Optional: true while no new cell of the model may be taken, until more have landed. */
    bool (*wait)(void *self, uint32_t model);
    /* Between two looks at the network, and now and then where there is none. */
    enum ifb_code (*idle)(void *self, size_t flying, int64_t retries, struct ifb_error *err);
};

/*
 * Runs until nothing is left to ask. IFB_ECANCELED when it was stopped, the
 * error of keep or done when one failed, IFB_EAUTH or what was last seen when a
 * model was given up (the message names it), IFB_EBUDGET when the budget is used
 * up; cells that were not started, or wait to be asked again, stay pending then. Each model has limits of its
 * own: one that waits holds no other up.
 */
enum ifb_code ifb_dispatch(const struct ifb_dispatch_options *options,
                           const struct ifb_dispatch_calls *calls, struct ifb_error *err);

/*
 * One cheap request to a model, to learn before the run that the address, the
 * key and the model's name are right, and that it takes a system message where one
 * is to be sent (`system`, else absent). IFB_OK also when the server merely
 * dislikes this request; *note then says so ("" otherwise), at most 512 bytes.
 * IFB_ECANCELED when `stop` (may be NULL) was set.
 */
enum ifb_code ifb_preflight(const struct ifb_model *model, ifb_str system, int64_t timeout_ms,
                            const struct ifb_http_options *http,
                            const volatile sig_atomic_t *stop, char note[512],
                            struct ifb_error *err);

#endif
