/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Worker threads for scoring. Jobs go in in any order and their results come
 * back to the one thread that owns the pool; a worker owns a job from pop to
 * push-back. With 0 threads the work is done at once, by the caller.
 */
#ifndef IFB_ENGINE_POOL_H
#define IFB_ENGINE_POOL_H

#include <stdbool.h>

struct ifb_arena;
struct ifb_pool;

/* Embedded in what is to be worked on. */
struct ifb_job {
    struct ifb_job *next;
};

/* `work` is run by the workers; `scratch` is the worker's own arena, reset after each job. */
struct ifb_pool *ifb_pool_new(int threads, void (*work)(void *shared, struct ifb_job *job,
                                                        struct ifb_arena *scratch),
                              void *shared);

/*
 * Hands a job over; waits while more than a few per worker are queued. It is begun
 * when some have come together, or with the next flush or waiting pop.
 */
void ifb_pool_push(struct ifb_pool *p, struct ifb_job *job);

/* Has the workers begin what was pushed: to be called before the owner waits for anything else. */
void ifb_pool_flush(struct ifb_pool *p);

/* The next finished job, NULL when none is; with `wait`, NULL only when none is under way. */
struct ifb_job *ifb_pool_pop(struct ifb_pool *p, bool wait);

/* Jobs pushed and not yet popped. */
int ifb_pool_pending(const struct ifb_pool *p);

/* Ends the workers; every job must have been popped. NULL is fine. */
void ifb_pool_close(struct ifb_pool *p);

/* The cores this process may use, at most 16. */
int ifb_pool_cores(void);

/* How many workers to use when the user did not say: one a core, none where there is one core,
 * since handing jobs to and fro would only cost. */
int ifb_pool_workers(void);

#endif
