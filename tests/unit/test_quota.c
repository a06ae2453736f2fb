/* SPDX-License-Identifier: Apache-2.0 */
/* Vendors' words for when a quota is full again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/base/str.h"
#include "harness/http/quota.h"

#define NOW ((int64_t)1767323045000)  /* 2026-01-02T03:04:05Z */

static void resets_are_read(void **state)
{
    static const struct {
        const char *value;
        int64_t ms;
    } rows[] = {
        { "1s", 1000 }, { "6m0s", 360000 }, { "20ms", 20 }, { "1h2m3.5s", 3723500 },
        { "1.2ms", 2 }, { "12", 12000 }, { "0.5", 500 }, { "0s", 0 }, { " 7 ", 7000 },
        { "1767323055", 10000 }, { "1767323000", 0 },
        { "2026-01-02T03:04:15Z", 10000 }, { "2026-01-02T03:04:15.123456Z", 10000 },
        { "2026-01-02T04:04:15+01:00", 10000 }, { "2026-01-02T02:04:15-01:00", 10000 },
        { "2025-01-02T03:04:15Z", 0 }, { "99999d", 86400000 },
        { "", -1 }, { "soon", -1 }, { "1x", -1 }, { "s", -1 }, { "-", -1 }, { "T", -1 },
        { "2026-01-02T", -1 }, { "1s!", -1 }, { "..s", -1 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t ms = ifb_quota_reset_ms(ifb_str_of(rows[i].value), NOW);

        if (ms != rows[i].ms)
            fail_msg("row %zu '%s': %lld, wanted %lld", i, rows[i].value, (long long)ms,
                     (long long)rows[i].ms);
    }
}

static void the_exhausted_quota_decides(void **state)
{
    static const struct {
        const char *headers[8];
        int64_t wait_ms;
    } rows[] = {
        { { "X-RateLimit-Remaining-Requests", "0", "x-ratelimit-reset-requests", "2s",
            "x-ratelimit-remaining-tokens", "900", "x-ratelimit-reset-tokens", "1m" }, 2000 },
        { { "x-ratelimit-remaining-requests", "5", "x-ratelimit-reset-requests", "2s",
            "x-ratelimit-remaining-tokens", "0", "x-ratelimit-reset-tokens", "1m" }, 60000 },
        { { "x-ratelimit-reset-requests", "2s", "x-ratelimit-reset-tokens", "1m" }, 2000 },
        { { "anthropic-ratelimit-input-tokens-remaining", "0",
            "anthropic-ratelimit-input-tokens-reset", "2026-01-02T03:04:15Z",
            "anthropic-ratelimit-requests-remaining", "4",
            "anthropic-ratelimit-requests-reset", "2026-01-02T03:04:06Z" }, 10000 },
        { { "ratelimit-remaining", "0", "ratelimit-reset", "30" }, 30000 },
        { { "x-ratelimit-remaining-requests", "0" }, -1 },
        { { "x-other-reset", "30", "x-ratelimit-limit-requests", "30" }, -1 },
        { { NULL }, -1 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ifb_quota q = { 0 };

        for (size_t h = 0; h < 8 && rows[i].headers[h]; h += 2)
            ifb_quota_header(&q, ifb_str_of(rows[i].headers[h]),
                             ifb_str_of(rows[i].headers[h + 1]), NOW);
        if (ifb_quota_wait(&q) != rows[i].wait_ms)
            fail_msg("row %zu: %lld, wanted %lld", i, (long long)ifb_quota_wait(&q),
                     (long long)rows[i].wait_ms);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resets_are_read),
        cmocka_unit_test(the_exhausted_quota_decides),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
