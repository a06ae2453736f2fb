/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What to do about a failed attempt. Pure: time and randomness are arguments.
 */
#ifndef IFB_ENGINE_RETRY_H
#define IFB_ENGINE_RETRY_H

#include <ifbench/provider.h>
#include <ifbench/types.h>

struct ifb_retry_policy {
    int max_retries;         /* attempts after the first */
    int64_t base_ms, cap_ms; /* exponential backoff: base * 2^(attempt-1), at most cap */
    int64_t retry_after_max_ms;  /* a server that asks for more patience is given up */
    bool no_retry_429;
    int64_t hiccup_ms, busy_ms;  /* what base_ms is while the server is well; 0: base_ms */
};

struct ifb_retry {
    bool again;
    int64_t delay_ms;  /* before the next attempt */
    const char *why;   /* not again: a few words when that is not plain from the failure, else "" */
};

/* 5 retries, 1 s doubling up to 60 s, 10 minutes of Retry-After; 20 and 200 ms while it is well. */
struct ifb_retry_policy ifb_retry_defaults(void);

/*
 * Decides after attempt number `attempt` (from 1) ended with `why`. Retried:
 * 408, 429, 500 (twice at most: some servers answer 500 to a client's mistake),
 * 502, 503, 504, 529; resolve, connect, timeout, cut-off replies; a reply that
 * makes no sense (twice at most). `doubtful` counts the attempts, this one
 * included, that ended in one of those that are tried twice at most. Never: 401, 403, other 4xx, a reply that is
 * too large, a certificate that is not trusted. Retry-After wins over backoff
 * unless it is 0; otherwise the delay is drawn from 1 ms to base * 2^(attempt-1)
 * by `random` (full jitter: M. Brooker, "Exponential Backoff And Jitter", 2015).
 */
struct ifb_retry ifb_retry_decide(const struct ifb_retry_policy *p, int attempt, int doubtful,
                                  const struct ifb_error *why, uint64_t random);

/* True for failures that are tried again twice at most. */
bool ifb_retry_is_doubtful(const struct ifb_error *why);

/*
 * The policy for a failure of a server of which the last `failures` attempts
 * failed in a row, counted over all its calls, of which `window` fly at once.
 * While it is well, a reset or a garbled reply is a hiccup of one connection and
 * an overload passes soon, so that the backoff may begin small and stay below
 * IFB_RETRY_SOON times that; a 429 without Retry-After is a quota and keeps its
 * second.
 */
#define IFB_RETRY_SOON 5
struct ifb_retry_policy ifb_retry_while(const struct ifb_retry_policy *p,
                                        const struct ifb_error *why, int64_t failures,
                                        size_t window);

/*
 * A server is well while it answers some calls: until `window` and four attempts in
 * a row have failed, or IFB_RETRY_WELL of a large window.
 */
#define IFB_RETRY_WELL 24
bool ifb_retry_well(int64_t failures, size_t window);

/*
 * The error that an HTTP reply other than 200 stands for: "HTTP 429: COMPLAINT",
 * with status and Retry-After. Returns its code: IFB_EAUTH for 401 and 403,
 * IFB_ELIMIT for 429, IFB_ENET for 408 and 5xx, otherwise IFB_EPROTO. What a
 * server complains about may quote a key: see ifb_model_redact.
 */
enum ifb_code ifb_http_failure(const struct ifb_http_reply *reply, ifb_str complaint,
                               struct ifb_error *err);

#endif
