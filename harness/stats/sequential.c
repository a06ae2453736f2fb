/* SPDX-License-Identifier: Apache-2.0 */
/* A test that may be looked at after every value: bets against a mean of zero, both ways. */
#include <ifbench/stats.h>

#include <math.h>

#define LEAST_CAPITAL 1e-280  /* below, a bet is lost: denormal numbers are slow */
#define SLACK 1e-9            /* of sums that are whole numbers of limits such as 0.1 */

void ifb_bet_open(struct ifb_bet *b, double lo, double hi, double alpha, int64_t total)
{
    *b = (struct ifb_bet){ .lo = lo, .hi = hi, .above_at = 1 / alpha,
                            .below_at = 1 / alpha, .total = total };
    for (int i = 0; i < IFB_BETS; i++) {
        b->stake[i] = exp2(-i / 2.0);
        b->above[i] = b->below[i] = i ? 0.6 / (IFB_BETS - 1) : 0.4;
    }
}

/* All stakes on one value: the largest wins or loses the share `odds`. The capital after it. */
static double play(const struct ifb_bet *b, double capital[IFB_BETS], double odds)
{
    double sum = 0;

    for (int i = 0; i < IFB_BETS; i++) {
        capital[i] *= 1 + b->stake[i] * odds;
        if (capital[i] < LEAST_CAPITAL)
            capital[i] = 0;
        sum += capital[i];
    }
    return sum;
}

/* Of a finite set the rest may be unable to bring the mean back to zero. */
static enum ifb_bet_state certain(const struct ifb_bet *b)
{
    double rest = (double)(b->total - b->n), slack = SLACK * (b->hi - b->lo);

    if (!b->total)
        return IFB_BET_OPEN;
    if (b->sum + rest * b->lo > slack)
        return IFB_BET_ABOVE;
    return b->sum + rest * b->hi < -slack ? IFB_BET_BELOW : IFB_BET_OPEN;
}

enum ifb_bet_state ifb_bet_add(struct ifb_bet *b, double value)
{
    /* What the rest of a finite set must have on average for its mean to be zero. */
    double mean = b->total ? -b->sum / (double)(b->total - b->n) : 0;
    bool above = false, below = false;

    b->n++;
    b->sum += value;
    if (b->state)
        return b->state;
    if (mean > b->lo && mean < b->hi) {
        above = play(b, b->above, (value - mean) / (mean - b->lo)) >= b->above_at;
        below = play(b, b->below, (mean - value) / (b->hi - mean)) >= b->below_at;
    }
    b->state = above ? IFB_BET_ABOVE : below ? IFB_BET_BELOW : certain(b);
    return b->state;
}
