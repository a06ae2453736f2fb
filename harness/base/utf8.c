/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/base/utf8.h"

#include "harness/base/arena.h"

/*
 * Length of the well-formed character at u, or 0; then *bad is how many bytes
 * its ill-formed part spans (Unicode 14 table 3-7).
 */
static size_t sequence(const unsigned char *u, size_t n, size_t *bad)
{
    unsigned char lo = 0x80, hi = 0xbf;
    size_t need;

    if (u[0] < 0x80)
        return 1;
    *bad = 1;
    if (u[0] < 0xc2 || u[0] > 0xf4)
        return 0;
    need = u[0] < 0xe0 ? 2 : u[0] < 0xf0 ? 3 : 4;
    if (u[0] == 0xe0)
        lo = 0xa0;
    else if (u[0] == 0xed)
        hi = 0x9f;
    else if (u[0] == 0xf0)
        lo = 0x90;
    else if (u[0] == 0xf4)
        hi = 0x8f;
    for (size_t i = 1; i < need; i++) {
        if (i == n || u[i] < lo || u[i] > hi) {
            *bad = i;
            return 0;
        }
        lo = 0x80;
        hi = 0xbf;
    }
    return need;
}

static bool is_ascii8(const unsigned char *u)
{
    uint64_t word;

    memcpy(&word, u, sizeof(word));
    return !(word & 0x8080808080808080u);
}

size_t ifb_utf8_valid(ifb_str s)
{
    const unsigned char *u = (const unsigned char *)s.ptr;
    size_t i = 0, bad;

    while (i < s.len) {
        size_t step;

        if (s.len - i >= 8 && is_ascii8(u + i)) {
            i += 8;
            continue;
        }
        step = sequence(u + i, s.len - i, &bad);
        if (!step)
            return i;
        i += step;
    }
    return i;
}

ifb_str ifb_utf8_repair(struct ifb_arena *arena, ifb_str s)
{
    const unsigned char *u = (const unsigned char *)s.ptr;
    size_t good = ifb_utf8_valid(s), at = good, bad = 1;
    char *out;

    if (good == s.len)
        return s;
    out = ifb_alloc_raw(arena, good + (s.len - good) * 3);
    memcpy(out, s.ptr, good);
    while (at < s.len) {
        size_t step = sequence(u + at, s.len - at, &bad);

        if (step) {
            memcpy(out + good, u + at, step);
            good += step;
        } else {
            memcpy(out + good, "\xef\xbf\xbd", 3);
            good += 3;
        }
        at += step ? step : bad;
    }
    return (ifb_str){ out, good };
}

size_t ifb_utf8_put(char out[4], uint32_t cp)
{
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    if (cp < 0x800) {
        out[0] = (char)(0xc0 | (cp >> 6));
        out[1] = (char)(0x80 | (cp & 0x3f));
        return 2;
    }
    if (cp < 0x10000) {
        out[0] = (char)(0xe0 | (cp >> 12));
        out[1] = (char)(0x80 | ((cp >> 6) & 0x3f));
        out[2] = (char)(0x80 | (cp & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | (cp >> 18));
    out[1] = (char)(0x80 | ((cp >> 12) & 0x3f));
    out[2] = (char)(0x80 | ((cp >> 6) & 0x3f));
    out[3] = (char)(0x80 | (cp & 0x3f));
    return 4;
}

size_t ifb_utf8_count(ifb_str s)
{
    size_t n = 0;

    for (size_t i = 0; i < s.len; i++)
        n += ((unsigned char)s.ptr[i] & 0xc0) != 0x80;
    return n;
}

ifb_str ifb_utf8_cut(ifb_str s, size_t max)
{
    if (s.len <= max)
        return s;
    while (max && ((unsigned char)s.ptr[max] & 0xc0) == 0x80)
        max--;
    s.len = max;
    return s;
}
