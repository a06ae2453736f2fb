/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many calls a model may be asked, and how fast. Pure: the clock is an
 * argument, in microseconds of a monotonic clock. One limiter a model (a judge
 * is a model too), so that a slow one never holds up another.
 *
 * Two token buckets, requests and tokens a minute, and a window of calls in
 * flight that is either fixed or found out: it doubles each round of answers
 * while it is what holds the run up (slow start), then grows by one a round, and
 * is halved when the server says that it is overloaded, at most once in a
 * cooldown (additive increase, multiplicative decrease: Chiu and Jain, "Analysis
 * of the Increase and Decrease Algorithms for Congestion Avoidance", 1989).
 */
#ifndef IFB_ENGINE_LIMITER_H
#define IFB_ENGINE_LIMITER_H

#include <ifbench/types.h>

/*
 * `rate` units are added a minute, at most `burst` are kept. A rate of 0: no
 * limit. With 60 a minute and a burst of 6, six calls go at once, then one a
 * second.
 */
struct ifb_bucket {
    double rate, burst, level;
    int64_t at_us;  /* when `level` was right */
};

/* Full at `now_us`. The burst is a tenth of a minute's worth, at least one unit. */
void ifb_bucket_init(struct ifb_bucket *b, double rate, int64_t now_us);

/*
 * Microseconds until `amount` may be taken; 0: now. An amount larger than the
 * burst may be taken when the bucket is full, and leaves a debt.
 */
int64_t ifb_bucket_wait(const struct ifb_bucket *b, double amount, int64_t now_us);

/* Takes `amount`, also more than there is: later calls then wait longer. */
void ifb_bucket_take(struct ifb_bucket *b, double amount, int64_t now_us);

struct ifb_limits {
    int64_t fixed;        /* calls in flight; 0: adaptive */
    int64_t most;         /* adaptive: ceiling of the window */
    double rpm, tpm;      /* requests and tokens a minute; 0: no limit */
};

#define IFB_WINDOW_START 8
#define IFB_WINDOW_MOST 256            /* unless the caller names another ceiling */
#define IFB_COOLDOWN_US ((int64_t)2000000)

struct ifb_limiter {
    struct ifb_limits limits;
    struct ifb_bucket requests, tokens;
    double window;        /* calls in flight that are granted, at least 1 */
    bool slow_start;
    int64_t cut_us;       /* when the window was last cut */
    double mean_tokens;   /* of the calls so far, in and out: what the next is taken to cost */
    int64_t answers;
};

void ifb_limiter_init(struct ifb_limiter *l, const struct ifb_limits *limits, int64_t now_us);

/* The calls that may be in flight now. */
size_t ifb_limiter_window(const struct ifb_limiter *l);

/* Microseconds until the next call may start, as far as rates go; 0: now. */
int64_t ifb_limiter_wait(const struct ifb_limiter *l, int64_t now_us);

/* A call starts: takes a request and the tokens that it is expected to cost. */
void ifb_limiter_start(struct ifb_limiter *l, int64_t now_us);

/*
 * An answer came, which cost `tokens` (negative: unknown). `saturated`: the
 * window was full when it came; it does not grow while it is not used.
 */
void ifb_limiter_answer(struct ifb_limiter *l, int64_t tokens, bool saturated, int64_t now_us);

/* The server said 429, 503 or 529. Does nothing to a fixed window. */
void ifb_limiter_overload(struct ifb_limiter *l, int64_t now_us);

#endif
