/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UTF-8: decoding, repair, encoding. Text is repaired once, where it enters
 * (RFC 3629; U+FFFD per maximal ill-formed part, as Unicode 14 section 3.9
 * recommends and Python's "replace" does), so that everything behind may walk
 * it without checks.
 */
#ifndef IFB_BASE_UTF8_H
#define IFB_BASE_UTF8_H

#include <ifbench/types.h>

/* Length of the prefix of `s` that is well-formed. */
size_t ifb_utf8_valid(ifb_str s);

/* `s` itself when it is well-formed, else a repaired copy in `arena`. */
ifb_str ifb_utf8_repair(struct ifb_arena *arena, ifb_str s);

/*
 * The code point at *p of well-formed text; moves *p past it. *p must be
 * before the end.
 */
static inline uint32_t ifb_utf8_next(const char **p)
{
    const unsigned char *u = (const unsigned char *)*p;

    if (u[0] < 0x80) {
        *p += 1;
        return u[0];
    }
    if (u[0] < 0xe0) {
        *p += 2;
        return ((u[0] & 0x1fu) << 6) | (u[1] & 0x3fu);
    }
    if (u[0] < 0xf0) {
        *p += 3;
        return ((u[0] & 0x0fu) << 12) | ((u[1] & 0x3fu) << 6) | (u[2] & 0x3fu);
    }
    *p += 4;
    return ((u[0] & 0x07u) << 18) | ((u[1] & 0x3fu) << 12) | ((u[2] & 0x3fu) << 6) |
           (u[3] & 0x3fu);
}

/* The code point that ends before *p of well-formed text; moves *p to its start. */
static inline uint32_t ifb_utf8_prev(const char **p)
{
    const char *q;

    do
        --*p;
    while (((unsigned char)**p & 0xc0) == 0x80);
    q = *p;
    return ifb_utf8_next(&q);
}

/* Writes `cp` (at most 10FFFF, no surrogate) to `out`, returns 1 to 4. */
size_t ifb_utf8_put(char out[4], uint32_t cp);

/* Number of code points of well-formed text. */
size_t ifb_utf8_count(ifb_str s);

/* The longest prefix of at most `max` bytes that cuts no character. */
ifb_str ifb_utf8_cut(ifb_str s, size_t max);

#endif
