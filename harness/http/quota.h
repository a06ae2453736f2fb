/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What vendors say about quotas in headers, for a 429 that has no Retry-After.
 * Pure. Known are x-ratelimit-{remaining,reset}-{requests,tokens} (OpenAI and
 * those who follow it), anthropic-ratelimit-{requests,tokens,input-tokens,
 * output-tokens}-{remaining,reset}, and ratelimit-{remaining,reset}.
 */
#ifndef IFB_HTTP_QUOTA_H
#define IFB_HTTP_QUOTA_H

#include <ifbench/types.h>

enum ifb_quota_kind { IFB_QUOTA_REQUESTS, IFB_QUOTA_TOKENS, IFB_QUOTA_KINDS };

struct ifb_quota {
    struct {
        bool exhausted;    /* nothing remains */
        bool has_reset;
        int64_t reset_ms;  /* until it is full again */
    } of[IFB_QUOTA_KINDS];
};

/* Notes a header when it is one of those; `wall_ms` is now, for resets that are dates. */
void ifb_quota_header(struct ifb_quota *q, ifb_str name, ifb_str value, int64_t wall_ms);

/*
 * How long to wait, in milliseconds: until the exhausted quota is full again (the
 * later of two), or, where none is said to be exhausted, the earlier reset; -1
 * when nothing was said.
 */
int64_t ifb_quota_wait(const struct ifb_quota *q);

/*
 * A reset in milliseconds from now: "1s", "6m0s", "1h2m3.5s", "20ms", seconds, seconds since
 * 1970, or a date "2026-01-02T03:04:05Z". -1 when it is none of these.
 */
int64_t ifb_quota_reset_ms(ifb_str value, int64_t wall_ms);

#endif
