/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engine/flight.h"

#include <stdlib.h>

#include "harness/base/arena.h"

/* ---- the store ---- */

struct ifb_flight *ifb_flight_take(struct ifb_flights *flights)
{
    struct ifb_flight *f = flights->spare;

    if (f) {
        flights->spare = f->next;
    } else {
        f = calloc(1, sizeof(*f));
        if (!f)
            ifb_out_of_memory();
        f->older = flights->all;
        flights->all = f;
    }
    *f = (struct ifb_flight){ .older = f->older };
    return f;
}

void ifb_flight_give(struct ifb_flights *flights, struct ifb_flight *f)
{
    f->cell = NULL;
    f->next = flights->spare;
    flights->spare = f;
}

void ifb_flights_close(struct ifb_flights *flights,
                       void (*drop)(void *self, struct ifb_flight *f), void *self)
{
    while (flights->all) {
        struct ifb_flight *f = flights->all;

        flights->all = f->older;
        ifb_listen_close(&f->listen);
        if (f->cell)
            drop(self, f);
        free(f);
    }
}

/* ---- a queue ---- */

void ifb_flight_append(struct ifb_flight_queue *queue, struct ifb_flight *f)
{
    f->next = NULL;
    if (!queue->first)
        queue->end = &queue->first;
    *queue->end = f;
    queue->end = &f->next;
}

struct ifb_flight *ifb_flight_next(struct ifb_flight_queue *queue)
{
    struct ifb_flight *f = queue->first;

    queue->first = f->next;
    return f;
}

/* ---- a heap ---- */

static void swap(struct ifb_flight **a, struct ifb_flight **b)
{
    struct ifb_flight *t = *a;

    *a = *b;
    *b = t;
}

void ifb_flight_put_off(struct ifb_flight_heap *heap, struct ifb_flight *f)
{
    size_t i = heap->n++;

    if (heap->n > heap->cap) {
        heap->cap = heap->cap ? 2 * heap->cap : 64;
        heap->at = realloc(heap->at, heap->cap * sizeof(struct ifb_flight *));
        if (!heap->at)
            ifb_out_of_memory();
    }
    heap->at[i] = f;
    for (; i && heap->at[i]->due_us < heap->at[(i - 1) / 2]->due_us; i = (i - 1) / 2)
        swap(&heap->at[i], &heap->at[(i - 1) / 2]);
}

struct ifb_flight *ifb_flight_earliest(struct ifb_flight_heap *heap)
{
    struct ifb_flight *first = heap->at[0];
    size_t i = 0, child;

    heap->at[0] = heap->at[--heap->n];
    while ((child = 2 * i + 1) < heap->n) {
        if (child + 1 < heap->n && heap->at[child + 1]->due_us < heap->at[child]->due_us)
            child++;
        if (heap->at[i]->due_us <= heap->at[child]->due_us)
            break;
        swap(&heap->at[i], &heap->at[child]);
        i = child;
    }
    return first;
}

void ifb_flight_wake(struct ifb_flight_heap *heap, uint32_t model, struct ifb_flight_queue *to)
{
    size_t n = heap->n;

    heap->n = 0;
    for (size_t i = 0; i < n; i++)
        if (heap->at[i]->model == model)
            ifb_flight_append(to, heap->at[i]);
        else
            ifb_flight_put_off(heap, heap->at[i]);
}
