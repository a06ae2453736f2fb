/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engine/limiter.h"

#include <math.h>

#define MINUTE_US 60e6
#define TOKENS_FIRST 500.0  /* what a call is taken to cost before one is known */
#define SHARE 0.1           /* of a new call in the mean */

void ifb_bucket_init(struct ifb_bucket *b, double rate, int64_t now_us)
{
    double burst = rate / 10 < 1 ? 1 : rate / 10;

    *b = (struct ifb_bucket){ .rate = rate, .burst = burst, .level = burst, .at_us = now_us };
}

static double level_at(const struct ifb_bucket *b, int64_t now_us)
{
    /* A clock that stands still or goes back adds nothing. */
    double passed = now_us > b->at_us ? (double)(now_us - b->at_us) : 0;
    double level = b->level + passed * b->rate / MINUTE_US;

    return level < b->burst ? level : b->burst;
}

int64_t ifb_bucket_wait(const struct ifb_bucket *b, double amount, int64_t now_us)
{
    double wanted = amount < b->burst ? amount : b->burst, lacking;

    if (b->rate <= 0)
        return 0;
    lacking = wanted - level_at(b, now_us);
    return lacking > 1e-9 ? (int64_t)ceil(lacking * MINUTE_US / b->rate) : 0;
}

void ifb_bucket_take(struct ifb_bucket *b, double amount, int64_t now_us)
{
    if (b->rate <= 0)
        return;
    b->level = level_at(b, now_us) - amount;
    b->at_us = now_us > b->at_us ? now_us : b->at_us;
}

void ifb_limiter_init(struct ifb_limiter *l, const struct ifb_limits *limits, int64_t now_us)
{
    *l = (struct ifb_limiter){ .limits = *limits, .slow_start = true,
                               .cut_us = now_us - IFB_COOLDOWN_US };
    if (l->limits.most <= 0)
        l->limits.most = IFB_WINDOW_MOST;
    l->window = l->limits.most < IFB_WINDOW_START ? (double)l->limits.most : IFB_WINDOW_START;
    ifb_bucket_init(&l->requests, limits->rpm, now_us);
    ifb_bucket_init(&l->tokens, limits->tpm, now_us);
}

size_t ifb_limiter_window(const struct ifb_limiter *l)
{
    return l->limits.fixed > 0 ? (size_t)l->limits.fixed : (size_t)l->window;
}

static double expected_tokens(const struct ifb_limiter *l)
{
    return l->answers ? l->mean_tokens : TOKENS_FIRST;
}

int64_t ifb_limiter_wait(const struct ifb_limiter *l, int64_t now_us)
{
    int64_t requests = ifb_bucket_wait(&l->requests, 1, now_us);
    int64_t tokens = ifb_bucket_wait(&l->tokens, expected_tokens(l), now_us);

    return requests > tokens ? requests : tokens;
}

void ifb_limiter_start(struct ifb_limiter *l, int64_t now_us)
{
    ifb_bucket_take(&l->requests, 1, now_us);
    ifb_bucket_take(&l->tokens, expected_tokens(l), now_us);
}

void ifb_limiter_answer(struct ifb_limiter *l, int64_t tokens, bool saturated, int64_t now_us)
{
    if (tokens >= 0) {
        /* What it cost more (or less) than was taken when it started. */
        ifb_bucket_take(&l->tokens, (double)tokens - expected_tokens(l), now_us);
        l->mean_tokens += ((double)tokens - l->mean_tokens) * (l->answers ? SHARE : 1);
        l->answers++;
    }
    if (!saturated || now_us - l->cut_us < IFB_COOLDOWN_US)
        return;
    /* One more an answer doubles the window in a round; 1/window adds one. */
    l->window += l->slow_start ? 1 : 1 / l->window;
    if (l->window > (double)l->limits.most)
        l->window = (double)l->limits.most;
}

void ifb_limiter_overload(struct ifb_limiter *l, int64_t now_us)
{
    if (now_us - l->cut_us < IFB_COOLDOWN_US)
        return;
    l->cut_us = now_us;
    l->slow_start = false;
    l->window = l->window / 2 < 1 ? 1 : l->window / 2;
}
