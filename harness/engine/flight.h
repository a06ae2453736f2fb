/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls on their way, for dispatch.c: a store of them, a queue of those that are wanted
 * now, and a heap of those that are put off. Nothing here asks a clock or a model.
 */
#ifndef IFB_ENGINE_FLIGHT_H
#define IFB_ENGINE_FLIGHT_H

#include "harness/engine/budget.h"
#include "harness/engine/cache.h"
#include "harness/engine/cell.h"
#include "harness/engine/listen.h"

/* A call on its way: in the air, or waiting for its next attempt. */
struct ifb_flight {
    struct ifb_cell *cell;       /* NULL: it is in store */
    struct ifb_call_record record;
    struct ifb_request request;
    struct ifb_cost held;        /* what it may cost at most */
    struct ifb_listen listen;
    struct ifb_cache_key key;
    uint32_t model;
    int64_t first_us;
    int64_t due_us;              /* of the next attempt, while waiting */
    size_t keys_tried;           /* of this attempt */
    int doubtful;                /* attempts that ended in what is tried twice at most */
    /* private */
    struct ifb_flight *next;     /* in a queue, or in store */
    struct ifb_flight *older;    /* of all */
};

/* ---- the store; zero it first ---- */

struct ifb_flights {
    struct ifb_flight *all, *spare;
};

/* All zero; it stays where it is until it is given back. */
struct ifb_flight *ifb_flight_take(struct ifb_flights *flights);
void ifb_flight_give(struct ifb_flights *flights, struct ifb_flight *f);

/* Frees all, each after `drop` (not of those in store). */
void ifb_flights_close(struct ifb_flights *flights,
                       void (*drop)(void *self, struct ifb_flight *f), void *self);

/* ---- a queue: first in, first out; zero it first ---- */

struct ifb_flight_queue {
    struct ifb_flight *first, **end;
};

void ifb_flight_append(struct ifb_flight_queue *queue, struct ifb_flight *f);

/* Takes out the first; there must be one. */
struct ifb_flight *ifb_flight_next(struct ifb_flight_queue *queue);

/* ---- a heap by due_us, the earliest at 0; zero it first, free(at) at last ---- */

struct ifb_flight_heap {
    struct ifb_flight **at;
    size_t n, cap;
};

void ifb_flight_put_off(struct ifb_flight_heap *heap, struct ifb_flight *f);

/* Takes out the earliest; there must be one. */
struct ifb_flight *ifb_flight_earliest(struct ifb_flight_heap *heap);

/* Moves those of a model to a queue. */
void ifb_flight_wake(struct ifb_flight_heap *heap, uint32_t model, struct ifb_flight_queue *to);

#endif
