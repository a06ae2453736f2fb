/* SPDX-License-Identifier: Apache-2.0 */
/* The store, the queue and the heap of calls on their way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "harness/engine/flight.h"

#define N 200

static struct ifb_flight *new_flight(struct ifb_flights *flights, uint32_t model, int64_t due_us)
{
    struct ifb_flight *f = ifb_flight_take(flights);

    f->model = model;
    f->due_us = due_us;
    return f;
}

static void drop(void *self, struct ifb_flight *f)
{
    (void)f;
    ++*(int *)self;
}

static void test_store(void **state)
{
    struct ifb_flights flights = { 0 };
    struct ifb_flight *a = new_flight(&flights, 3, 7), *b = new_flight(&flights, 4, 8);
    struct ifb_cell cell;
    int dropped = 0;

    (void)state;
    a->cell = b->cell = &cell;
    ifb_flight_give(&flights, a);
    assert_ptr_equal(ifb_flight_take(&flights), a);
    assert_true(!a->cell && !a->model && !a->due_us);
    ifb_flights_close(&flights, drop, &dropped);
    assert_int_equal(dropped, 1);
    assert_null(flights.all);
}

/* 7 and 200 have no divisor in common: each due time from 0 to 199 is there once. */
static void test_heap_and_queue(void **state)
{
    struct ifb_flights flights = { 0 };
    struct ifb_flight_heap heap = { 0 };
    struct ifb_flight_queue woken = { 0 };
    int dropped = 0;

    (void)state;
    for (uint32_t i = 0; i < N; i++)
        ifb_flight_put_off(&heap, new_flight(&flights, i * 7 % N % 3, i * 7 % N));
    for (int64_t due = 0; due < 20; due++)
        assert_int_equal(ifb_flight_earliest(&heap)->due_us, due);
    ifb_flight_wake(&heap, 1, &woken);
    assert_int_equal(heap.n, 120);
    for (int i = 0; i < 60; i++)
        assert_int_equal(ifb_flight_next(&woken)->model, 1);
    assert_null(woken.first);
    for (int64_t due = 20; due < N; due++)
        if (due % 3 != 1)
            assert_int_equal(ifb_flight_earliest(&heap)->due_us, due);
    assert_int_equal(heap.n, 0);
    for (int64_t due = 0; due < 3; due++)
        ifb_flight_append(&woken, new_flight(&flights, 0, due));
    for (int64_t due = 0; due < 3; due++)
        assert_int_equal(ifb_flight_next(&woken)->due_us, due);
    free(heap.at);
    ifb_flights_close(&flights, drop, &dropped);
    assert_int_equal(dropped, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_store),
                                        cmocka_unit_test(test_heap_and_queue) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
