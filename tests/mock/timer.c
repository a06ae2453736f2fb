/* SPDX-License-Identifier: Apache-2.0 */
/* Deadlines in a binary heap; a timer knows its place, so that it can be dropped. */
#include "tests/mock/mock.h"

#include <stdlib.h>

static void place(struct timers *t, size_t slot, struct timer *one)
{
    t->heap[slot - 1] = one;
    one->slot = slot;
}

static void sift_up(struct timers *t, struct timer *one, size_t slot)
{
    for (; slot > 1 && t->heap[slot / 2 - 1]->at_us > one->at_us; slot /= 2)
        place(t, slot, t->heap[slot / 2 - 1]);
    place(t, slot, one);
}

static void sift_down(struct timers *t, struct timer *one, size_t slot)
{
    while (slot * 2 <= t->n) {
        size_t child = slot * 2;

        if (child < t->n && t->heap[child]->at_us < t->heap[child - 1]->at_us)
            child++;
        if (t->heap[child - 1]->at_us >= one->at_us)
            break;
        place(t, slot, t->heap[child - 1]);
        slot = child;
    }
    place(t, slot, one);
}

void timer_set(struct timers *t, struct timer *one, int64_t at_us)
{
    timer_drop(t, one);
    if (t->n == t->cap) {
        t->cap = t->cap ? t->cap * 2 : 64;
        t->heap = realloc(t->heap, t->cap * sizeof(*t->heap));
        if (!t->heap)
            abort();
    }
    one->at_us = at_us;
    t->n++;
    sift_up(t, one, t->n);
}

void timer_drop(struct timers *t, struct timer *one)
{
    size_t slot = one->slot;
    struct timer *last;

    if (!slot)
        return;
    one->slot = 0;
    last = t->heap[--t->n];
    if (last == one)
        return;
    if (slot > 1 && t->heap[slot / 2 - 1]->at_us > last->at_us)
        sift_up(t, last, slot);
    else
        sift_down(t, last, slot);
}

struct timer *timer_due(struct timers *t, int64_t now_us)
{
    struct timer *first = t->n ? t->heap[0] : NULL;

    if (!first || first->at_us > now_us)
        return NULL;
    timer_drop(t, first);
    return first;
}
