/* SPDX-License-Identifier: Apache-2.0 */
/* What is tried again, when, and what an HTTP status stands for. */
#include "harness/engine/retry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "harness/base/str.h"

static void test_decisions(void **state)
{
    static const struct {
        int status;
        enum ifb_code code;
        int attempt;
        int64_t retry_after_ms;
        bool again;
    } rows[] = {
        { 408, IFB_ENET, 1, -1, true },    { 408, IFB_ENET, 5, -1, true },
        { 408, IFB_ENET, 6, -1, false },   { 429, IFB_ELIMIT, 1, -1, true },
        { 429, IFB_ELIMIT, 5, 0, true },   { 429, IFB_ELIMIT, 6, 0, false },
        { 500, IFB_ENET, 1, -1, true },    { 500, IFB_ENET, 2, -1, true },
        { 500, IFB_ENET, 3, -1, false },   { 502, IFB_ENET, 5, -1, true },
        { 503, IFB_ENET, 5, -1, true },    { 503, IFB_ENET, 6, -1, false },
        { 504, IFB_ENET, 5, -1, true },    { 529, IFB_ENET, 5, -1, true },
        { 501, IFB_ENET, 1, -1, false },   { 505, IFB_ENET, 1, 100, false },
        { 400, IFB_EPROTO, 1, -1, false }, { 401, IFB_EAUTH, 1, -1, false },
        { 402, IFB_EPROTO, 1, -1, false }, { 403, IFB_EAUTH, 1, 1000, false },
        { 404, IFB_EPROTO, 1, -1, false }, { 413, IFB_EPROTO, 1, -1, false },
        { 422, IFB_EPROTO, 1, -1, false }, { 302, IFB_EPROTO, 1, -1, false },
        /* no HTTP status: the network, a reply that makes no sense, our own limits */
        { 0, IFB_ENET, 1, -1, true },      { 0, IFB_ENET, 5, -1, true },
        { 0, IFB_ENET, 6, -1, false },     { 0, IFB_EPROTO, 1, -1, true },
        { 0, IFB_EPROTO, 2, -1, true },    { 0, IFB_EPROTO, 3, -1, false },
        { 0, IFB_ELIMIT, 1, -1, false },   { 0, IFB_EAUTH, 1, -1, false },
        { 0, IFB_EINPUT, 1, -1, false },   { 0, IFB_EUSAGE, 1, -1, false },
        { 0, IFB_ECANCELED, 1, -1, false }, { 0, IFB_EBUG, 1, -1, false },
        { 0, IFB_EIO, 1, -1, false },
        /* ten minutes are granted and no more */
        { 429, IFB_ELIMIT, 1, 600000, true }, { 429, IFB_ELIMIT, 1, 600001, false },
        { 503, IFB_ENET, 1, INT64_MAX, false },
    };
    const struct ifb_retry_policy p = ifb_retry_defaults();

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct ifb_error why = { .code = rows[i].code, .http_status = rows[i].status,
                                       .retry_after_ms = rows[i].retry_after_ms };
        struct ifb_retry r = ifb_retry_decide(&p, rows[i].attempt, rows[i].attempt, &why, 0);

        if (r.again != rows[i].again || !r.why || (r.again ? r.delay_ms < 1 : r.delay_ms != 0))
            fail_msg("row %zu: status %d, attempt %d: again %d after %lld, wanted %d", i,
                     rows[i].status, rows[i].attempt, r.again, (long long)r.delay_ms, rows[i].again);
    }
}

static void test_delays(void **state)
{
    static const struct {
        int attempt;
        int64_t retry_after_ms;
        uint64_t random;
        int64_t delay_ms;
    } rows[] = {
        { 1, -1, 0, 1 },       { 1, -1, 499, 500 },    { 1, -1, 999, 1000 },
        { 1, -1, 1000, 1 },    { 2, -1, 1999, 2000 },  { 3, -1, 3999, 4000 },
        { 6, -1, 31999, 32000 }, { 7, -1, 59999, 60000 }, { 7, -1, 60000, 1 },
        { 60, -1, 59999, 60000 }, { 1000, -1, 59999, 60000 },
        { 1, 7000, 999, 7000 }, { 9, 250, 999, 250 },  /* Retry-After wins either way */
        { 1, 0, 499, 500 },    /* at once? not all at once */
    };
    struct ifb_retry_policy p = ifb_retry_defaults();
    const struct ifb_error plain = { .code = IFB_ELIMIT, .http_status = 429 };

    (void)state;
    p.max_retries = 1000;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ifb_error why = plain;
        struct ifb_retry r;

        why.retry_after_ms = rows[i].retry_after_ms;
        r = ifb_retry_decide(&p, rows[i].attempt, rows[i].attempt, &why, rows[i].random);
        if (!r.again || r.delay_ms != rows[i].delay_ms)
            fail_msg("row %zu: again %d, %lld ms, wanted %lld", i, r.again, (long long)r.delay_ms,
                     (long long)rows[i].delay_ms);
    }
}

static void test_a_server_that_is_well(void **state)
{
    static const struct {
        int status;
        enum ifb_code code;
        int64_t failures;
        size_t window;
        int64_t base_ms, cap_ms;
    } rows[] = {
        { 0, IFB_ENET, 1, 64, 20, 100 }, { 0, IFB_ENET, IFB_RETRY_WELL - 1, 64, 20, 100 },
        { 0, IFB_ENET, IFB_RETRY_WELL, 64, 1000, 60000 }, { 0, IFB_EPROTO, 3, 64, 20, 100 },
        { 503, IFB_ENET, 1, 64, 200, 1000 }, { 503, IFB_ENET, 1000, 64, 1000, 60000 },
        { 429, IFB_ELIMIT, 1, 64, 1000, 60000 }, { 408, IFB_ENET, 1, 64, 20, 100 },
        /* one call at a time: its own attempts are all there are */
        { 0, IFB_ENET, 4, 1, 20, 100 }, { 0, IFB_ENET, 5, 1, 1000, 60000 },
    };
    const struct ifb_retry_policy p = ifb_retry_defaults();

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct ifb_error why = { .code = rows[i].code, .http_status = rows[i].status };
        struct ifb_retry_policy now = ifb_retry_while(&p, &why, rows[i].failures,
                                                      rows[i].window);

        if (now.base_ms != rows[i].base_ms || now.cap_ms != rows[i].cap_ms ||
            now.max_retries != p.max_retries)
            fail_msg("row %zu: base %lld, cap %lld", i, (long long)now.base_ms,
                     (long long)now.cap_ms);
    }
}

static void test_policies(void **state)
{
    const struct ifb_error limited = { .code = IFB_ELIMIT, .http_status = 429, .retry_after_ms = -1 };
    const struct ifb_error broken = { .code = IFB_ENET, .http_status = 500, .retry_after_ms = -1 };
    const struct ifb_error garbled = { .code = IFB_EPROTO, .retry_after_ms = -1 };
    struct ifb_retry_policy p = ifb_retry_defaults();

    (void)state;
    p.no_retry_429 = true;
    assert_false(ifb_retry_decide(&p, 1, 1, &limited, 0).again);
    assert_true(ifb_retry_decide(&p, 1, 1, &broken, 0).again);
    p = ifb_retry_defaults();
    p.max_retries = 0;
    assert_false(ifb_retry_decide(&p, 1, 1, &limited, 0).again);
    assert_false(ifb_retry_decide(&p, 1, 1, &broken, 0).again);
    assert_false(ifb_retry_decide(&p, 1, 1, &garbled, 0).again);
    p.max_retries = 1;
    assert_true(ifb_retry_decide(&p, 1, 1, &broken, 0).again);
    assert_false(ifb_retry_decide(&p, 2, 2, &broken, 0).again);
    assert_false(ifb_retry_decide(&p, 2, 2, &garbled, 0).again);
    /* what is tried twice at most is counted by itself */
    p.max_retries = 5;
    assert_true(ifb_retry_decide(&p, 5, 2, &garbled, 0).again);
    assert_false(ifb_retry_decide(&p, 3, 3, &garbled, 0).again);
    assert_false(ifb_retry_decide(&p, 6, 1, &garbled, 0).again);
    p.max_retries = 1;
    p.base_ms = 0;
    assert_true(ifb_retry_decide(&p, 1, 1, &broken, 5).again);
    assert_int_equal(ifb_retry_decide(&p, 1, 1, &broken, 5).delay_ms, 0);
}

static void test_says_why_not(void **state)
{
    const struct ifb_retry_policy p = ifb_retry_defaults();
    struct ifb_error why = { .code = IFB_ELIMIT, .http_status = 429, .retry_after_ms = 3600000 };

    (void)state;
    assert_string_equal(ifb_retry_decide(&p, 1, 1, &why, 0).why,
                        "the server asks for a longer wait than is granted");
    why.retry_after_ms = -1;
    assert_string_equal(ifb_retry_decide(&p, 6, 6, &why, 0).why, "no attempts left");
    why.http_status = 401;
    assert_string_equal(ifb_retry_decide(&p, 1, 1, &why, 0).why, "");
}

static void test_statuses(void **state)
{
    static const struct {
        int status;
        const char *complaint;
        enum ifb_code code;
        const char *msg;
    } rows[] = {
        { 400, "too long", IFB_EPROTO, "HTTP 400: too long" },
        { 401, "no key", IFB_EAUTH, "HTTP 401: no key" },
        { 403, "", IFB_EAUTH, "HTTP 403" },
        { 404, NULL, IFB_EPROTO, "HTTP 404" },
        { 408, "", IFB_ENET, "HTTP 408" },
        { 422, "x\x1b[2J", IFB_EPROTO, "HTTP 422: x?[2J" },
        { 429, "slow", IFB_ELIMIT, "HTTP 429: slow" },
        { 500, "", IFB_ENET, "HTTP 500" },
        { 529, "busy", IFB_ENET, "HTTP 529: busy" },
        { 301, "", IFB_EPROTO, "HTTP 301: a redirect, which is not followed; write the address it "
                               "leads to" },
        { 204, "", IFB_EPROTO, "HTTP 204" },
        { 999, "", IFB_ENET, "HTTP 999" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct ifb_http_reply reply = { rows[i].status, IFB_STR("body"), 1234 };
        struct ifb_error err = { 0 };
        enum ifb_code code = ifb_http_failure(&reply, ifb_str_of(rows[i].complaint), &err);

        if (code != rows[i].code || err.code != code || strcmp(err.msg, rows[i].msg) != 0 ||
            err.http_status != rows[i].status || err.retry_after_ms != 1234)
            fail_msg("row %zu: code %d '%s' status %d, wanted %d '%s'", i, code, err.msg,
                     err.http_status, rows[i].code, rows[i].msg);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decisions),
        cmocka_unit_test(test_delays),
        cmocka_unit_test(test_a_server_that_is_well),
        cmocka_unit_test(test_policies),
        cmocka_unit_test(test_says_why_not),
        cmocka_unit_test(test_statuses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
