/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Unicode 14 as CPython 3.11 has it. ASCII takes a short way through every loop;
 * the rest reads a generated two-stage table.
 */
#include "harness/base/ucd.h"

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "harness/base/ucd_bits.h"
#include "harness/base/ucd_tables.inc.h"
#include "harness/base/utf8.h"

/* ---- one character ---- */

static const struct ucd_record *high_record(uint32_t cp)
{
    for (size_t i = 0; i < sizeof(ucd_high) / sizeof(ucd_high[0]); i++)
        if (cp >= ucd_high[i].from && cp <= ucd_high[i].to)
            return &ucd_records[ucd_high[i].record];
    return &ucd_records[ucd_stage2[0]];  /* U+0000: no property, no mapping */
}

static inline const struct ucd_record *record_of(uint32_t cp)
{
    uint32_t mask = (1u << UCD_SHIFT) - 1;

    if (cp >= UCD_LOW)
        return high_record(cp);
    return &ucd_records[ucd_stage2[(uint32_t)ucd_stage1[cp >> UCD_SHIFT] << UCD_SHIFT | (cp & mask)]];
}

static inline bool has(uint32_t cp, uint32_t flags)
{
    return ((cp < 0x80 ? ucd_ascii[cp] : record_of(cp)->flags) & flags) != 0;
}

bool ifb_is_space(uint32_t cp)
{
    return has(cp, UCD_SPACE);
}

bool ifb_is_word(uint32_t cp)
{
    return has(cp, UCD_WORD);
}

bool ifb_is_decimal(uint32_t cp)
{
    return has(cp, UCD_DECIMAL);
}

bool ifb_is_digit(uint32_t cp)
{
    return has(cp, UCD_DIGIT);
}

/* The letters with a numeric value: kPrimaryNumeric and its like in Unihan 14, sorted. */
static const uint32_t numerals[] = {
    0x3405, 0x3483, 0x382a, 0x3b4d, 0x4e00, 0x4e03, 0x4e07, 0x4e09, 0x4e5d, 0x4e8c, 0x4e94,
    0x4e96, 0x4ebf, 0x4ec0, 0x4edf, 0x4ee8, 0x4f0d, 0x4f70, 0x5104, 0x5146, 0x5169, 0x516b,
    0x516d, 0x5341, 0x5343, 0x5344, 0x5345, 0x534c, 0x53c1, 0x53c2, 0x53c3, 0x53c4, 0x56db,
    0x58f1, 0x58f9, 0x5e7a, 0x5efe, 0x5eff, 0x5f0c, 0x5f0d, 0x5f0e, 0x5f10, 0x62fe, 0x634c,
    0x67d2, 0x6f06, 0x7396, 0x767e, 0x8086, 0x842c, 0x8cae, 0x8cb3, 0x8d30, 0x9621, 0x9646,
    0x964c, 0x9678, 0x96f6, 0xf96b, 0xf973, 0xf978, 0xf9b2, 0xf9d1, 0xf9d3, 0xf9fd, 0x20001,
    0x20064, 0x200e2, 0x20121, 0x2092a, 0x20983, 0x2098c, 0x2099c, 0x20aea, 0x20afd, 0x20b19,
    0x22390, 0x22998, 0x23b1b, 0x2626d, 0x2f890,
};

bool ifb_is_numeric(uint32_t cp)
{
    size_t low = 0, high = sizeof(numerals) / sizeof(numerals[0]);

    if (!ifb_is_alpha(cp))
        return ifb_is_word(cp) && cp != '_';
    while (low < high) {
        size_t middle = (low + high) / 2;

        if (numerals[middle] == cp)
            return true;
        if (numerals[middle] < cp)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

bool ifb_is_alpha(uint32_t cp)
{
    return has(cp, UCD_ALPHA);
}

bool ifb_is_upper(uint32_t cp)
{
    return has(cp, UCD_UPPER);
}

bool ifb_is_lower(uint32_t cp)
{
    return has(cp, UCD_LOWER);
}

bool ifb_is_title(uint32_t cp)
{
    return has(cp, UCD_TITLE);
}

uint32_t ifb_lower_simple(uint32_t cp)
{
    return (uint32_t)((int32_t)cp + record_of(cp)->delta);
}

/* ---- ends ---- */

/* Not NULL + 0, which C leaves undefined. */
static inline const char *end_of(ifb_str s)
{
    return s.len ? s.ptr + s.len : s.ptr;
}

ifb_str ifb_lstrip(ifb_str s)
{
    const char *p = s.ptr, *end = end_of(s);

    while (p < end) {
        const char *next = p;

        if (!has(ifb_utf8_next(&next), UCD_SPACE))
            break;
        p = next;
    }
    return (ifb_str){ p, (size_t)(end - p) };
}

ifb_str ifb_rstrip(ifb_str s)
{
    const char *end = end_of(s);

    while (end > s.ptr) {
        const char *last = end;

        if (!has(ifb_utf8_prev(&last), UCD_SPACE))
            break;
        end = last;
    }
    return (ifb_str){ s.ptr, (size_t)(end - s.ptr) };
}

ifb_str ifb_strip(ifb_str s)
{
    return ifb_rstrip(ifb_lstrip(s));
}

static bool among(char c, const char *chars)
{
    return c && strchr(chars, c);
}

ifb_str ifb_strip_chars(ifb_str s, const char *chars)
{
    while (s.len && among(s.ptr[0], chars))
        s = ifb_str_from(s, 1);
    while (s.len && among(s.ptr[s.len - 1], chars))
        s.len--;
    return s;
}

bool ifb_is_blank(ifb_str s)
{
    return !ifb_lstrip(s).len;
}

/* ---- lower ---- */

#define ONES 0x0101010101010101u

/* The high bit of every byte of `word` that is not ASCII, or A to Z. */
static inline uint64_t not_ascii(uint64_t word)
{
    return word & ONES * 0x80;
}

/* For eight ASCII bytes: no sum carries into the next byte. */
static inline uint64_t capitals(uint64_t word)
{
    return (word + ONES * (0x80 - 'A')) & ~(word + ONES * (0x80 - 'Z' - 1)) & ONES * 0x80;
}

/* The bytes at the front that str.lower leaves alone. */
static size_t lower_already(ifb_str s)
{
    size_t i = 0;

    while (i < s.len) {
        const char *p = s.ptr + i;
        uint64_t word;
        uint32_t cp;

        if (s.len - i >= sizeof(word)) {
            memcpy(&word, p, sizeof(word));
            if (!not_ascii(word) && !capitals(word)) {
                i += sizeof(word);
                continue;
            }
        }
        cp = ifb_utf8_next(&p);
        if (record_of(cp)->delta)
            return i;
        i = (size_t)(p - s.ptr);
    }
    return i;
}

/* Whether the character before (or after) `at`, case-ignorable ones skipped, is cased. */
static bool cased_before(ifb_str s, const char *at)
{
    while (at > s.ptr) {
        uint32_t cp = ifb_utf8_prev(&at);

        if (!(record_of(cp)->flags & UCD_IGNORABLE))
            return record_of(cp)->flags & UCD_CASED;
    }
    return false;
}

static bool cased_after(ifb_str s, const char *at)
{
    while (at < s.ptr + s.len) {
        uint32_t cp = ifb_utf8_next(&at);

        if (!(record_of(cp)->flags & UCD_IGNORABLE))
            return record_of(cp)->flags & UCD_CASED;
    }
    return false;
}

/* One character of `s` that is not ASCII, from *p to `out`. */
static size_t lower_one(ifb_str s, const char **p, char *out)
{
    const char *at = *p;
    uint32_t cp = ifb_utf8_next(p);

    if (cp == 0x3a3 && cased_before(s, at) && !cased_after(s, *p))
        return ifb_utf8_put(out, 0x3c2);
    if (cp == 0x130) {
        memcpy(out, "i\xcc\x87", 3);
        return 3;
    }
    return ifb_utf8_put(out, ifb_lower_simple(cp));
}

static char *lower_ascii(char *out, const char **p, const char *end)
{
    while (end - *p >= 8) {
        uint64_t word;

        memcpy(&word, *p, sizeof(word));
        if (not_ascii(word))
            break;
        word |= capitals(word) >> 2;
        memcpy(out, &word, sizeof(word));
        out += sizeof(word);
        *p += sizeof(word);
    }
    while (*p < end && (unsigned char)**p < 0x80) {
        *out = **p;
        if (*out >= 'A' && *out <= 'Z')
            *out = (char)(*out + 'a' - 'A');
        out++;
        ++*p;
    }
    return out;
}

/* U+0130, U+023A and U+023E are the ones that grow, by one byte each. */
static size_t growth(ifb_str s)
{
    size_t n = 0;

    for (size_t i = 0; i < s.len; i++)
        n += s.ptr[i] == '\xc4' || s.ptr[i] == '\xc8';
    return n;
}

ifb_str ifb_lower(struct ifb_arena *arena, ifb_str s)
{
    size_t same = lower_already(s);
    const char *p, *end = end_of(s);
    char *start, *out;

    if (same == s.len)
        return s;
    start = ifb_alloc_raw(arena, s.len + growth(s));
    memcpy(start, s.ptr, same);
    p = s.ptr + same;
    out = start + same;
    while (p < end) {
        out = lower_ascii(out, &p, end);
        while (p < end && (unsigned char)*p >= 0x80)
            out += lower_one(s, &p, out);
    }
    return (ifb_str){ start, (size_t)(out - start) };
}

/* str.isupper and str.islower: some character is `yes`, none is `no`. */
static bool all_cased(ifb_str s, uint32_t yes, uint32_t no)
{
    const char *p = s.ptr, *end = end_of(s);
    bool seen = false;

    while (p < end) {
        uint32_t cp = ifb_utf8_next(&p);

        if (has(cp, no))
            return false;
        seen |= has(cp, yes);
    }
    return seen;
}

bool ifb_str_isupper(ifb_str s)
{
    return all_cased(s, UCD_UPPER, UCD_LOWER | UCD_TITLE);
}

bool ifb_str_islower(ifb_str s)
{
    return all_cased(s, UCD_LOWER, UCD_UPPER | UCD_TITLE);
}

/* ---- pieces ---- */

struct pieces {
    struct ifb_arena *arena;
    ifb_str *at;
    size_t n, cap;
};

static inline void add_piece(struct pieces *out, const char *from, const char *to)
{
    if (out->n == out->cap)
        out->at = ifb_grow(out->arena, out->at, &out->cap, out->n + 1, sizeof(*out->at));
    out->at[out->n++] = (ifb_str){ from, (size_t)(to - from) };
}

/* The end of the run of characters from `p` on for which has(flag) is `wanted`. */
static inline const char *run(const char *p, const char *end, uint32_t flag, bool wanted)
{
    while (p < end) {
        const char *next = p + 1;

        if ((unsigned char)*p < 0x80) {
            if (((ucd_ascii[(unsigned char)*p] & flag) != 0) != wanted)
                break;
        } else {
            next = p;
            if (((record_of(ifb_utf8_next(&next))->flags & flag) != 0) != wanted)
                break;
        }
        p = next;
    }
    return p;
}

static inline struct ifb_strs runs(struct ifb_arena *arena, ifb_str s, uint32_t flag, bool wanted)
{
    struct pieces out = { .arena = arena };
    const char *p = s.ptr, *end = end_of(s);

    for (;;) {
        const char *from = run(p, end, flag, !wanted);

        if (from == end)
            return (struct ifb_strs){ out.at, out.n };
        p = run(from, end, flag, wanted);
        add_piece(&out, from, p);
    }
}

struct ifb_strs ifb_split_space(struct ifb_arena *arena, ifb_str s)
{
    return runs(arena, s, UCD_SPACE, false);
}

struct ifb_strs ifb_split_words(struct ifb_arena *arena, ifb_str s)
{
    return runs(arena, s, UCD_WORD, true);
}

struct ifb_strs ifb_split(struct ifb_arena *arena, ifb_str s, ifb_str sep)
{
    struct pieces out = { .arena = arena };
    size_t from = 0, at;

    while (sep.len && (at = ifb_str_find(s, sep, from)) != SIZE_MAX) {
        add_piece(&out, s.ptr + from, s.ptr + at);
        from = at + sep.len;
    }
    add_piece(&out, from ? s.ptr + from : s.ptr, end_of(s));
    return (struct ifb_strs){ out.at, out.n };
}
