/* SPDX-License-Identifier: Apache-2.0 */
/* Buckets and windows against a clock that is an argument. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/engine/limiter.h"

#define SECOND ((int64_t)1000000)

static void a_bucket_gives_a_burst_and_then_its_rate(void **state)
{
    static const struct {
        double rate, amount;
        int64_t taken_before, at_us, wait_us;
    } rows[] = {
        { 60, 1, 0, 0, 0 },
        { 60, 1, 5, 0, 0 },                    /* a burst of six */
        { 60, 1, 6, 0, SECOND },
        { 60, 1, 6, SECOND / 4, SECOND * 3 / 4 },
        { 60, 1, 8, 0, 3 * SECOND },           /* in debt */
        { 60, 1, 6, 3600 * SECOND, 0 },
        { 60, 1, 6, -5 * SECOND, SECOND },     /* a clock that goes back gives nothing */
        { 60, 100, 0, 0, 0 },                  /* more than the burst: when it is full */
        { 60, 100, 3, 0, 3 * SECOND },
        { 3, 1, 1, 0, 20 * SECOND },           /* a burst is at least one */
        { 0, 1, 1000, 0, 0 },                  /* no limit */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ifb_bucket b;
        int64_t wait;

        ifb_bucket_init(&b, rows[i].rate, 0);
        for (int64_t k = 0; k < rows[i].taken_before; k++)
            ifb_bucket_take(&b, 1, 0);
        wait = ifb_bucket_wait(&b, rows[i].amount, rows[i].at_us);
        if (wait != rows[i].wait_us)
            fail_msg("row %zu: waits %lld us, wanted %lld", i, (long long)wait,
                     (long long)rows[i].wait_us);
    }
}

/* However it is asked, a minute never sees more than a minute's worth and the burst. */
static void a_minute_never_sees_more_than_its_rate(void **state)
{
    struct ifb_limits limits = { .fixed = 1000, .rpm = 600 };
    struct ifb_limiter l;
    int started = 0;

    (void)state;
    ifb_limiter_init(&l, &limits, 0);
    for (int64_t now = 0; now <= 60 * SECOND; now += 777) {
        while (!ifb_limiter_wait(&l, now)) {
            ifb_limiter_start(&l, now);
            started++;
        }
    }
    assert_in_range(started, 655, 661);
}

static void tokens_are_settled_when_they_are_known(void **state)
{
    struct ifb_limits limits = { .fixed = 10, .tpm = 60000 };
    struct ifb_limiter l;

    (void)state;
    ifb_limiter_init(&l, &limits, 0);
    ifb_limiter_start(&l, 0);                       /* 500 are taken of 6000 */
    ifb_limiter_answer(&l, 7500, false, 0);         /* and 7000 more: 1500 in debt */
    assert_int_equal(ifb_limiter_wait(&l, 0), (1500 + 6000) * SECOND / 1000);
    ifb_limiter_answer(&l, -1, false, 0);           /* unknown: nothing changes */
    assert_int_equal(ifb_limiter_wait(&l, 0), (1500 + 6000) * SECOND / 1000);
}

static void a_fixed_window_stays(void **state)
{
    struct ifb_limits limits = { .fixed = 1000 };
    struct ifb_limiter l;

    (void)state;
    ifb_limiter_init(&l, &limits, 0);
    ifb_limiter_overload(&l, 10 * SECOND);
    assert_int_equal(ifb_limiter_window(&l), 1000);
    ifb_limiter_answer(&l, 1, true, 20 * SECOND);
    assert_int_equal(ifb_limiter_window(&l), 1000);
}

static void answer_round(struct ifb_limiter *l, bool saturated, int64_t now_us)
{
    for (size_t i = ifb_limiter_window(l); i; i--)
        ifb_limiter_answer(l, 10, saturated, now_us);
}

static void an_adaptive_window_finds_its_size(void **state)
{
    struct ifb_limits limits = { .most = 100 };
    struct ifb_limiter l;

    (void)state;
    ifb_limiter_init(&l, &limits, 0);
    assert_int_equal(ifb_limiter_window(&l), 8);
    answer_round(&l, false, SECOND);                /* not what holds the run up */
    assert_int_equal(ifb_limiter_window(&l), 8);
    answer_round(&l, true, SECOND);
    answer_round(&l, true, SECOND);
    assert_int_equal(ifb_limiter_window(&l), 32);   /* slow start */
    ifb_limiter_overload(&l, 2 * SECOND);
    assert_int_equal(ifb_limiter_window(&l), 16);
    ifb_limiter_overload(&l, 3 * SECOND);           /* the same flood, not a second one */
    assert_int_equal(ifb_limiter_window(&l), 16);
    answer_round(&l, true, 3 * SECOND);             /* cooling down */
    assert_int_equal(ifb_limiter_window(&l), 16);
    answer_round(&l, true, 5 * SECOND);
    answer_round(&l, true, 5 * SECOND);
    assert_in_range(ifb_limiter_window(&l), 17, 18);  /* one a round */
    for (int i = 0; i < 2000; i++)
        answer_round(&l, true, 6 * SECOND);
    assert_int_equal(ifb_limiter_window(&l), 100);
    for (int64_t t = 10; t < 100; t += 3)
        ifb_limiter_overload(&l, t * SECOND);
    assert_int_equal(ifb_limiter_window(&l), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bucket_gives_a_burst_and_then_its_rate),
        cmocka_unit_test(a_minute_never_sees_more_than_its_rate),
        cmocka_unit_test(tokens_are_settled_when_they_are_known),
        cmocka_unit_test(a_fixed_window_stays),
        cmocka_unit_test(an_adaptive_window_finds_its_size),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
