/* SPDX-License-Identifier: Apache-2.0 */
/* Which transcripts a page has room for, when it has not for all. */
#ifndef IFB_REPORTS_SHARE_H
#define IFB_REPORTS_SHARE_H

#include <ifbench/types.h>

/*
 * Transcripts of one rank, all of them counted first. One is kept when the bytes
 * kept so far, its own included, are at most `ratio` of the bytes seen so far: no
 * share ever takes more than its room, what is kept is spread evenly, and the same
 * ones are kept every time.
 */
struct ifb_share {
    int64_t n, kept;
    uint64_t weight;  /* bytes of all */
    double ratio;     /* of them that fit */
    uint64_t seen, used;
};

/* Sets the ratio by the room there is; returns what is left for the next rank. */
static inline uint64_t ifb_share_settle(struct ifb_share *s, uint64_t room)
{
    s->ratio = s->weight <= room ? 1 : (double)room / (double)s->weight;
    return s->weight <= room ? room - s->weight : 0;
}

/* Whether the next one is kept. */
static inline bool ifb_share_admit(struct ifb_share *s, uint64_t weight)
{
    s->seen += weight;
    if (s->ratio < 1 && (double)(s->used + weight) > (double)s->seen * s->ratio)
        return false;
    s->used += weight;
    s->kept++;
    return true;
}

#endif
