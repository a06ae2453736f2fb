/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/base/str.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "harness/base/arena.h"

bool ifb_str_eq(ifb_str a, ifb_str b)
{
    return a.len == b.len && (!a.len || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool ifb_str_is(ifb_str a, const char *b)
{
    return ifb_str_eq(a, ifb_str_of(b));
}

int ifb_str_cmp(ifb_str a, ifb_str b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int d = n ? memcmp(a.ptr, b.ptr, n) : 0;

    return d ? d : (a.len > b.len) - (a.len < b.len);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The digits at *at, without leading zeros; moves behind them. */
static ifb_str take_digits(ifb_str s, size_t *at)
{
    size_t from = *at;

    while (*at < s.len && is_digit(s.ptr[*at]))
        ++*at;
    while (from + 1 < *at && s.ptr[from] == '0')
        from++;
    return ifb_str_part(s, from, *at);
}

int ifb_str_natural(ifb_str a, ifb_str b)
{
    size_t i = 0, j = 0;

    while (i < a.len && j < b.len) {
        if (is_digit(a.ptr[i]) && is_digit(b.ptr[j])) {
            ifb_str x = take_digits(a, &i), y = take_digits(b, &j);
            int d = x.len == y.len ? ifb_str_cmp(x, y) : x.len < y.len ? -1 : 1;

            if (d)
                return d;
        } else if (a.ptr[i] != b.ptr[j]) {
            return (unsigned char)a.ptr[i] < (unsigned char)b.ptr[j] ? -1 : 1;
        } else {
            i++;
            j++;
        }
    }
    if (i == a.len && j == b.len)
        return ifb_str_cmp(a, b); /* "01" and "1" are told apart */
    return i == a.len ? -1 : 1;
}

bool ifb_str_starts(ifb_str s, ifb_str prefix)
{
    return s.len >= prefix.len && (!prefix.len || memcmp(s.ptr, prefix.ptr, prefix.len) == 0);
}

bool ifb_str_ends(ifb_str s, ifb_str suffix)
{
    return s.len >= suffix.len &&
           (!suffix.len || memcmp(s.ptr + s.len - suffix.len, suffix.ptr, suffix.len) == 0);
}

size_t ifb_str_find(ifb_str s, ifb_str what, size_t from)
{
    const char *p;

    if (from > s.len)
        return SIZE_MAX;
    if (!what.len)
        return from;
    if (from == s.len)
        return SIZE_MAX;
    p = memmem(s.ptr + from, s.len - from, what.ptr, what.len);
    return p ? (size_t)(p - s.ptr) : SIZE_MAX;
}

size_t ifb_str_chr(ifb_str s, char c, size_t from)
{
    const char *p = from < s.len ? memchr(s.ptr + from, c, s.len - from) : NULL;

    return p ? (size_t)(p - s.ptr) : SIZE_MAX;
}

size_t ifb_str_count(ifb_str s, ifb_str what)
{
    size_t n = 0, at = 0;

    if (!what.len)
        return 0;
    while ((at = ifb_str_find(s, what, at)) != SIZE_MAX) {
        n++;
        at += what.len;
    }
    return n;
}

static int by_bytes(const void *a, const void *b)
{
    return ifb_str_cmp(*(const ifb_str *)a, *(const ifb_str *)b);
}

static size_t count_sorted(ifb_str *at, size_t n)
{
    size_t different = 0;

    if (n > 1)
        qsort(at, n, sizeof(*at), by_bytes);
    for (size_t i = 0; i < n; i++)
        different += !i || !ifb_str_eq(at[i], at[i - 1]);
    return different;
}

static uint64_t hash_of(ifb_str s)
{
    uint64_t h = s.len, word;

    for (; s.len >= sizeof(word); s = ifb_str_from(s, sizeof(word))) {
        memcpy(&word, s.ptr, sizeof(word));
        h = (h ^ word) * 0x9e3779b97f4a7c15u;
        h ^= h >> 32;
    }
    word = 0;
    if (s.len)
        memcpy(&word, s.ptr, s.len);
    h = (h ^ word) * 0x9e3779b97f4a7c15u;
    return h ^ h >> 32;
}

/* Strings met so far by their places, from 1. */
struct places {
    uint32_t *at;
    size_t mask, steps;  /* steps: how many collisions are put up with */
};

/* The slot of a string that is there, or a free one; NULL when there were too many collisions. */
static uint32_t *slot_of(struct places *t, const ifb_str *strings, ifb_str s)
{
    size_t i = (size_t)hash_of(s) & t->mask;

    while (t->at[i] && !ifb_str_eq(strings[t->at[i] - 1], s)) {
        if (!t->steps--)
            return NULL;
        i = (i + 1) & t->mask;
    }
    return &t->at[i];
}

size_t ifb_str_distinct(ifb_str *at, size_t n, struct ifb_arena *scratch)
{
    struct places t = { .mask = 15, .steps = 8 * n + 64 };
    size_t different = 0;

    if (n > UINT32_MAX / 2)
        return count_sorted(at, n);
    while (t.mask < 2 * n)
        t.mask = 2 * t.mask + 1;
    t.at = ifb_new(scratch, uint32_t, t.mask + 1);
    for (size_t i = 0; i < n; i++) {
        uint32_t *slot = slot_of(&t, at, at[i]);

        if (!slot)
            return count_sorted(at, n);
        different += !*slot;
        *slot = *slot ? *slot : (uint32_t)i + 1;
    }
    return different;
}

bool ifb_str_chop(ifb_str *s, char sep, ifb_str *part)
{
    size_t at = ifb_str_chr(*s, sep, 0);

    if (at == SIZE_MAX)
        return false;
    *part = ifb_str_part(*s, 0, at);
    *s = ifb_str_from(*s, at + 1);
    return true;
}

static bool is_ascii_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

ifb_str ifb_str_trim_ascii(ifb_str s)
{
    while (s.len && is_ascii_space(s.ptr[0]))
        s = ifb_str_from(s, 1);
    while (s.len && is_ascii_space(s.ptr[s.len - 1]))
        s.len--;
    return s;
}

bool ifb_str_int(ifb_str s, int64_t *out)
{
    bool negative = s.len && s.ptr[0] == '-';
    uint64_t n = 0, most = negative ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX;
    size_t i = negative ? 1 : 0;

    if (i == s.len)
        return false;
    for (; i < s.len; i++) {
        uint64_t digit = (uint64_t)(unsigned char)s.ptr[i] - '0';

        if (digit > 9 || n > (most - digit) / 10)
            return false;
        n = n * 10 + digit;
    }
    *out = negative ? (int64_t)(0 - n) : (int64_t)n;
    return true;
}

/* strtod reads the locale's decimal point; ifbench never calls setlocale, so that is '.'. */
bool ifb_str_real(ifb_str s, double *out)
{
    char text[64], *end;
    double value;

    if (!s.len || s.len >= sizeof(text) || is_ascii_space(s.ptr[0]))
        return false;
    memcpy(text, s.ptr, s.len);
    text[s.len] = '\0';
    if (strspn(text, "+-.0123456789eE") != s.len)
        return false;
    value = strtod(text, &end);
    if (end != text + s.len || !isfinite(value))
        return false;
    *out = value;
    return true;
}

bool ifb_glob(const char *pattern, const char *text)
{
    const char *star = NULL, *mark = NULL;

    while (*text) {
        if (*pattern == '*') {
            star = pattern++;
            mark = text;
        } else if (*pattern == '?' || *pattern == *text) {
            pattern++;
            text++;
        } else if (star) {
            pattern = star + 1;
            text = ++mark;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return !*pattern;
}

#define EDIT_MAX 128

size_t ifb_edit_distance(ifb_str a, ifb_str b, size_t most)
{
    size_t row[EDIT_MAX + 1];

    if (a.len > EDIT_MAX || b.len > EDIT_MAX)
        return most;
    for (size_t j = 0; j <= b.len; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t best = diagonal + (a.ptr[i - 1] != b.ptr[j - 1]);

            diagonal = row[j];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[b.len] < most ? row[b.len] : most;
}

const char *ifb_nearest(ifb_str name, const char *const *names)
{
    size_t least = name.len / 3 + 2; /* one more than what still counts as near */
    const char *best = "";

    for (; *names; names++) {
        size_t d = ifb_edit_distance(name, ifb_str_of(*names), least);

        if (d < least) {
            least = d;
            best = *names;
        }
    }
    return best;
}
