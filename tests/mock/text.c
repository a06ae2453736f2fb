/* SPDX-License-Identifier: Apache-2.0 */
/* Spans, growing buffers, hashes and the JSON string writer of the mock server. */
#include "tests/mock/mock.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct span span_of(const char *s)
{
    return (struct span){ s, s ? strlen(s) : 0 };
}

struct span buf_span(const struct buf *b)
{
    return (struct span){ b->p ? b->p : "", b->n };
}

bool span_equal(struct span a, struct span b)
{
    return a.n == b.n && (!a.n || !memcmp(a.p, b.p, a.n));
}

bool span_begins(struct span s, struct span with)
{
    return s.n >= with.n && (!with.n || !memcmp(s.p, with.p, with.n));
}

bool span_contains(struct span s, struct span what)
{
    return !what.n || (s.n && memmem(s.p, s.n, what.p, what.n));
}

bool span_number(struct span s, int64_t max, int64_t *out)
{
    int64_t value = 0;

    if (!s.n)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        int digit = s.p[i] - '0';

        if (digit < 0 || digit > 9 || value > max / 10)
            return false;
        value = value * 10 + digit;
        if (value > max)
            return false;
    }
    *out = value;
    return true;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

size_t span_fields(struct span s)
{
    size_t n = 0;
    bool inside = false;

    for (size_t i = 0; i < s.n; i++) {
        bool space = is_space(s.p[i]);

        n += !space && !inside;
        inside = !space;
    }
    return n;
}

static bool continues(const char *p, size_t n, size_t i)
{
    return i < n && ((unsigned char)p[i] & 0xC0) == 0x80;
}

size_t utf8_sequence(const char *p, size_t n)
{
    unsigned char a = n ? (unsigned char)p[0] : 0xFF, b = n > 1 ? (unsigned char)p[1] : 0;

    if (a < 0x80)
        return 1;
    if (a < 0xC2 || a > 0xF4 || !continues(p, n, 1))
        return 0;
    if (a < 0xE0)
        return 2;
    if ((a == 0xE0 && b < 0xA0) || (a == 0xED && b > 0x9F) || (a == 0xF0 && b < 0x90) ||
        (a == 0xF4 && b > 0x8F) || !continues(p, n, 2))
        return 0;
    if (a < 0xF0)
        return 3;
    return continues(p, n, 3) ? 4 : 0;
}

void buf_reserve(struct buf *b, size_t more)
{
    size_t cap = b->cap ? b->cap : 256;

    if (b->cap - b->n >= more)
        return;
    while (cap - b->n < more)
        cap *= 2;
    b->p = realloc(b->p, cap);
    if (!b->p)
        abort();
    b->cap = cap;
}

void buf_put(struct buf *b, struct span s)
{
    if (!s.n)
        return;
    buf_reserve(b, s.n);
    memcpy(b->p + b->n, s.p, s.n);
    b->n += s.n;
}

void buf_fmt(struct buf *b, const char *fmt, ...)
{
    size_t room = 128;

    for (;;) {
        va_list ap;
        int n;

        buf_reserve(b, room);
        va_start(ap, fmt);
        n = vsnprintf(b->p + b->n, b->cap - b->n, fmt, ap);
        va_end(ap);
        if (n < 0)
            return;
        if ((size_t)n < b->cap - b->n) {
            b->n += (size_t)n;
            return;
        }
        room = (size_t)n + 1;
    }
}

static bool is_plain(char c)
{
    return (unsigned char)c >= 0x20 && (unsigned char)c < 0x7F && c != '"' && c != '\\';
}

void buf_json(struct buf *b, struct span s)
{
    buf_put(b, SPAN("\""));
    for (size_t i = 0; i < s.n;) {
        size_t run = i, n;

        while (run < s.n && is_plain(s.p[run]))
            run++;
        buf_put(b, (struct span){ s.p + i, run - i });
        i = run;
        if (i == s.n)
            break;
        n = utf8_sequence(s.p + i, s.n - i);
        if (n > 1)
            buf_put(b, (struct span){ s.p + i, n });
        else
            buf_fmt(b, "\\u%04x", n ? (unsigned)s.p[i] : 0xFFFDu);
        i += n ? n : 1;
    }
    buf_put(b, SPAN("\""));
}

void buf_free(struct buf *b)
{
    free(b->p);
    *b = (struct buf){ 0 };
}

uint64_t hash64(uint64_t seed, struct span s)
{
    uint64_t h = seed ^ 0xCBF29CE484222325u;

    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * 0x100000001B3u;
    h ^= h >> 32;
    h *= 0xD6E8FEB86659FD93u;
    h ^= h >> 32;
    h *= 0xD6E8FEB86659FD93u;
    return h ^ h >> 32;
}

struct tally_slot {
    uint64_t key;
    uint32_t count;  /* 0: free */
};

static struct tally_slot *slot_of(struct tally_slot *slots, size_t cap, uint64_t key)
{
    size_t i = (size_t)key & (cap - 1);

    while (slots[i].count && slots[i].key != key)
        i = (i + 1) & (cap - 1);
    return &slots[i];
}

static void tally_grow(struct tally *t)
{
    size_t cap = t->cap ? t->cap * 2 : 64;
    struct tally_slot *slots = calloc(cap, sizeof(*slots));

    if (!slots)
        abort();
    for (size_t i = 0; i < t->cap; i++) {
        if (t->slots[i].count)
            *slot_of(slots, cap, t->slots[i].key) = t->slots[i];
    }
    free(t->slots);
    t->slots = slots;
    t->cap = cap;
}

uint32_t tally_next(struct tally *t, uint64_t key)
{
    struct tally_slot *slot;

    if (t->n * 2 >= t->cap)
        tally_grow(t);
    slot = slot_of(t->slots, t->cap, key);
    t->n += !slot->count;
    slot->key = key;
    return ++slot->count;
}

void tally_free(struct tally *t)
{
    free(t->slots);
    *t = (struct tally){ 0 };
}
