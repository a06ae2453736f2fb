/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree written out for PCRE2. Nothing is left to PCRE2's own idea of a
 * class or of case: every letter under IGNORECASE becomes a class of the
 * characters that CPython's re/_casefix.py and simple lower-casing hold equal.
 */
#include "harness/base/regex_parse.h"

#include <unicase.h>

#include "harness/base/ucd.h"

#define CASED_MAX 0x1e943u  /* no character above it has case (Unicode 14) */
#define CLASS_MAX 8
#define EVERYTHING "\\x{0}-\\x{d7ff}\\x{e000}-\\x{10ffff}"

/* Lower-case letters that share an upper case: re/_casefix.py's equivalences. */
static const uint32_t equals[][3] = {
    { 0x69, 0x131 },   { 0x73, 0x17f },     { 0xb5, 0x3bc },   { 0x345, 0x3b9, 0x1fbe },
    { 0x390, 0x1fd3 }, { 0x3b0, 0x1fe3 },   { 0x3b2, 0x3d0 },  { 0x3b5, 0x3f5 },
    { 0x3b8, 0x3d1 },  { 0x3ba, 0x3f0 },    { 0x3c0, 0x3d6 },  { 0x3c1, 0x3f1 },
    { 0x3c2, 0x3c3 },  { 0x3c6, 0x3d5 },    { 0x432, 0x1c80 }, { 0x434, 0x1c81 },
    { 0x43e, 0x1c82 }, { 0x441, 0x1c83 },   { 0x442, 0x1c84, 0x1c85 },
    { 0x44a, 0x1c86 }, { 0x463, 0x1c87 },   { 0x1c88, 0xa64b }, { 0x1e61, 0x1e9b },
    { 0xfb05, 0xfb06 },
};

/* Characters whose simple lower case has another upper case than they are. */
static const uint32_t odd_uppers[] = { 0x130, 0x3f4, 0x1e9e, 0x2126, 0x212a, 0x212b };

/* ---- case ---- */

static size_t add_once(uint32_t *out, size_t n, uint32_t cp)
{
    for (size_t i = 0; i < n; i++)
        if (out[i] == cp)
            return n;
    if (n < CLASS_MAX)
        out[n++] = cp;
    return n;
}

/* The lower-case letters that count as equal to `lower`, itself first. */
static size_t equal_lowers(uint32_t lower, uint32_t out[CLASS_MAX])
{
    size_t n = add_once(out, 0, lower);

    for (size_t i = 0; i < sizeof(equals) / sizeof(*equals); i++)
        for (size_t j = 0; j < 3; j++)
            if (equals[i][j] == lower && lower)
                for (size_t k = 0; k < 3 && equals[i][k]; k++)
                    n = add_once(out, n, equals[i][k]);
    return n;
}

/* ASCII but for the letters that are equal to others: dotless i, long s, the Kelvin sign. */
static bool is_plain_ascii(uint32_t cp)
{
    return cp < 0x80 && cp && !strchr("iIkKsS", (int)cp);
}

static size_t ascii_class(uint32_t cp, uint32_t out[CLASS_MAX])
{
    out[0] = cp;
    out[1] = cp ^ 0x20;
    return (cp | 0x20) >= 'a' && (cp | 0x20) <= 'z' ? 2 : 1;
}

/* All characters that IGNORECASE does not tell from `cp`. */
static size_t case_class(uint32_t cp, uint32_t out[CLASS_MAX])
{
    uint32_t lowers[CLASS_MAX];
    size_t nlowers, n = 0;

    if (is_plain_ascii(cp))
        return ascii_class(cp, out);
    if (cp > CASED_MAX || (cp >= 0x4e00 && cp < 0xa640)) {
        out[0] = cp;
        return 1;
    }
    nlowers = equal_lowers(ifb_lower_simple(cp), lowers);
    for (size_t i = 0; i < nlowers; i++) {
        uint32_t upper = uc_toupper(lowers[i]), title = uc_totitle(lowers[i]);

        n = add_once(out, n, lowers[i]);
        if (ifb_lower_simple(upper) == lowers[i])
            n = add_once(out, n, upper);
        if (ifb_lower_simple(title) == lowers[i])
            n = add_once(out, n, title);
        for (size_t j = 0; j < sizeof(odd_uppers) / sizeof(*odd_uppers); j++)
            if (ifb_lower_simple(odd_uppers[j]) == lowers[i])
                n = add_once(out, n, odd_uppers[j]);
    }
    return n;
}

uint32_t ifb_re_case_next(uint32_t cp)
{
    uint32_t class[CLASS_MAX], next = UINT32_MAX, least = cp;
    size_t n = case_class(cp, class);

    for (size_t i = 0; i < n; i++) {
        if (class[i] > cp && class[i] < next)
            next = class[i];
        if (class[i] < least)
            least = class[i];
    }
    return next == UINT32_MAX ? least : next;
}

uint32_t ifb_re_case_least(uint32_t cp)
{
    uint32_t class[CLASS_MAX], least = cp;
    size_t n = case_class(cp, class);

    for (size_t i = 0; i < n; i++)
        if (class[i] < least)
            least = class[i];
    return least;
}

/* ---- sets ---- */

static void write_cp(uint32_t cp, struct ifb_buf *out)
{
    bool plain = (cp >= 'a' && cp <= 'z') || (cp >= 'A' && cp <= 'Z') || (cp >= '0' && cp <= '9') ||
                 cp == ' ' || cp == '_';

    if (plain)
        ifb_buf_char(out, (char)cp);
    else
        ifb_buf_fmt(out, "\\x{%x}", cp);
}

static void write_range(uint32_t lo, uint32_t hi, struct ifb_buf *out)
{
    if (lo > hi)
        return;
    write_cp(lo, out);
    if (hi > lo) {
        ifb_buf_char(out, '-');
        write_cp(hi, out);
    }
}

/* PCRE2 refuses surrogates in a class, and well-formed text has none. */
static void write_around_surrogates(uint32_t lo, uint32_t hi, struct ifb_buf *out)
{
    write_range(lo, hi < 0xd800 ? hi : 0xd7ff, out);
    write_range(lo > 0xdfff ? lo : 0xe000, hi, out);
}

static void write_other_cases(uint32_t lo, uint32_t hi, bool ascii, struct ifb_buf *out)
{
    uint32_t class[CLASS_MAX], top = hi < CASED_MAX ? hi : CASED_MAX;

    for (uint32_t cp = lo; cp <= top; cp++) {
        size_t n = 0;

        if (!ascii)
            n = case_class(cp, class);
        else if ((cp | 0x20) >= 'a' && (cp | 0x20) <= 'z' && cp < 0x80)
            class[n++] = cp ^ 0x20;
        for (size_t i = 0; i < n; i++)
            if (class[i] < lo || class[i] > hi)
                write_cp(class[i], out);
    }
}

/* The members of a class inside brackets; the complements are written as they are found. */
static void write_class(enum ifb_re_class what, bool ascii, struct ifb_buf *out)
{
    static const char *const unicode[] = {
        [RE_DIGIT] = "\\p{Nd}", [RE_NOT_DIGIT] = "\\P{Nd}", [RE_WORD] = "\\w",
        [RE_NOT_WORD] = "\\W",
        [RE_SPACE] = "\\x{9}-\\x{d}\\x{1c}-\\x{20}\\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}"
                     "\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}",
        [RE_NOT_SPACE] = "\\x{0}-\\x{8}\\x{e}-\\x{1b}\\x{21}-\\x{84}\\x{86}-\\x{9f}\\x{a1}-\\x{167f}"
                         "\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}"
                         "\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{d7ff}"
                         "\\x{e000}-\\x{10ffff}",
    };
    static const char *const plain[] = {
        [RE_DIGIT] = "0-9", [RE_NOT_DIGIT] = "\\x{0}-\\x{2f}\\x{3a}-\\x{d7ff}\\x{e000}-\\x{10ffff}",
        [RE_WORD] = "0-9A-Z_a-z",
        [RE_NOT_WORD] = "\\x{0}-\\x{2f}\\x{3a}-\\x{40}\\x{5b}-\\x{5e}\\x{60}\\x{7b}-\\x{d7ff}"
                        "\\x{e000}-\\x{10ffff}",
        [RE_SPACE] = "\\x{9}-\\x{d}\\x{20}",
        [RE_NOT_SPACE] = "\\x{0}-\\x{8}\\x{e}-\\x{1f}\\x{21}-\\x{d7ff}\\x{e000}-\\x{10ffff}",
    };

    ifb_buf_cstr(out, ascii ? plain[what] : unicode[what]);
}

static void write_set(const struct ifb_re_item *items, bool negate, unsigned flags,
                      struct ifb_buf *out)
{
    bool ascii = flags & IFB_RE_ASCII;
    size_t start;

    ifb_buf_cstr(out, negate ? "[^" : "[");
    start = out->len;
    for (const struct ifb_re_item *i = items; i; i = i->next) {
        if (i->what != RE_RANGE) {
            write_class(i->what, ascii, out);
            continue;
        }
        write_around_surrogates(i->lo, i->hi, out);
        if (flags & IFB_RE_IGNORECASE)
            write_other_cases(i->lo, i->hi, ascii, out);
    }
    /* Only surrogates were named: nothing matches, or everything. */
    if (out->len == start) {
        out->len -= negate;
        ifb_buf_cstr(out, negate ? EVERYTHING : "^" EVERYTHING);
    }
    ifb_buf_char(out, ']');
}

/* ---- nodes ---- */

static void write_seq(struct ifb_buf *out, const struct ifb_re_seq *seq, unsigned flags);

static void write_literal(struct ifb_buf *out, uint32_t cp, unsigned flags)
{
    const struct ifb_re_item one = { .what = RE_RANGE, .lo = cp, .hi = cp };

    if (cp >= 0xd800 && cp < 0xe000)
        ifb_buf_cstr(out, "(?!)");
    else if ((flags & IFB_RE_IGNORECASE) && ifb_re_case_next(cp) != cp)
        write_set(&one, false, flags, out);
    else
        write_cp(cp, out);
}

static void write_at(struct ifb_buf *out, enum ifb_re_at at, unsigned flags)
{
    bool many = flags & IFB_RE_MULTILINE, ascii = flags & IFB_RE_ASCII;

    switch (at) {
    case RE_AT_BEGIN: ifb_buf_cstr(out, many ? "(?:^)" : "\\A"); break;
    case RE_AT_START: ifb_buf_cstr(out, "\\A"); break;
    case RE_AT_END: ifb_buf_cstr(out, many ? "(?:$)" : "\\Z"); break;
    case RE_AT_FINISH: ifb_buf_cstr(out, "\\z"); break;
    case RE_AT_WORD:
        ifb_buf_cstr(out, ascii ? "(?:(?<=[0-9A-Z_a-z])(?![0-9A-Z_a-z])|"
                                     "(?<![0-9A-Z_a-z])(?=[0-9A-Z_a-z]))" : "\\b");
        break;
    case RE_AT_NOT_WORD:
        /* sre's SRE_AT_NON_BOUNDARY is false on an empty string. */
        ifb_buf_cstr(out, ascii ? "(?:(?!\\A\\z)(?:(?<=[0-9A-Z_a-z])(?=[0-9A-Z_a-z])|"
                                     "(?<![0-9A-Z_a-z])(?![0-9A-Z_a-z])))" : "(?:(?!\\A\\z)\\B)");
        break;
    }
}

#define REPEAT_MAX 65535u  /* PCRE2's own limit */

static bool has_group(const struct ifb_re_seq *seq)
{
    for (; seq; seq = seq->next)
        for (const struct ifb_re_node *n = seq->first; n; n = n->next)
            if ((n->kind == RE_GROUP && n->group) || has_group(n->subs))
                return true;
    return false;
}

/*
 * What has no width is there once or not at all: PCRE2 would take its
 * repetition for a variable width in a lookbehind.
 */
static void write_repeat_of_nothing(struct ifb_buf *out, const struct ifb_re_node *n, unsigned flags)
{
    ifb_buf_cstr(out, n->possessive ? "(?>" : n->lazy && !n->min ? "(?:|" : "(?:");
    write_seq(out, n->subs, flags);
    ifb_buf_cstr(out, n->min || n->lazy ? ")" : "|)");
}

/* sre matches each round of a possessive repeat for good, PCRE2 only all of them together. */
static void write_repeat(struct ifb_buf *out, const struct ifb_re_node *n, unsigned flags)
{
    uint32_t min = n->min < REPEAT_MAX ? n->min : REPEAT_MAX;

    if (!n->max && !has_group(n->subs))
        return;
    if (n->max && !n->subs->hi) {
        write_repeat_of_nothing(out, n, flags);
        return;
    }
    ifb_buf_cstr(out, n->possessive ? "(?:(?>" : "(?:");
    write_seq(out, n->subs, flags);
    ifb_buf_cstr(out, n->possessive ? "))" : ")");
    if (!n->max)
        ifb_buf_cstr(out, "{0}"); /* the group inside keeps its number */
    else if (n->max >= REPEAT_MAX)
        ifb_buf_fmt(out, "{%u,}", min);
    else
        ifb_buf_fmt(out, "{%u,%u}", min, n->max);
    if (n->possessive && n->max)
        ifb_buf_char(out, '+');
    else if (n->lazy && n->max)
        ifb_buf_char(out, '?');
}

static void write_branches(struct ifb_buf *out, const struct ifb_re_seq *subs, unsigned flags)
{
    for (const struct ifb_re_seq *s = subs; s; s = s->next) {
        if (s != subs)
            ifb_buf_char(out, '|');
        write_seq(out, s, flags);
    }
}

static void write_in(struct ifb_buf *out, const char *open, const struct ifb_re_node *n,
                     unsigned flags)
{
    ifb_buf_cstr(out, open);
    write_branches(out, n->subs, flags);
    ifb_buf_char(out, ')');
}

static void write_node(struct ifb_buf *out, const struct ifb_re_node *n, unsigned flags)
{
    static const char *const looks[2][2] = { { "(?=", "(?!" }, { "(?<=", "(?<!" } };

    switch (n->kind) {
    case RE_LITERAL: write_literal(out, n->cp, flags); break;
    case RE_ANY: ifb_buf_cstr(out, flags & IFB_RE_DOTALL ? "." : "[^\\x{a}]"); break;
    case RE_SET: write_set(n->items, n->negate, flags, out); break;
    case RE_AT: write_at(out, n->at, flags); break;
    case RE_REPEAT: write_repeat(out, n, flags); break;
    case RE_GROUP: write_in(out, n->group ? "(" : "(?:", n, (flags | n->add) & ~n->del); break;
    case RE_ATOMIC: write_in(out, "(?>", n, flags); break;
    case RE_LOOK: write_in(out, looks[n->behind][n->negate], n, flags); break;
    case RE_BACKREF:
        ifb_buf_fmt(out, flags & IFB_RE_IGNORECASE ? "(?i:\\g{%u})" : "\\g{%u}", n->group);
        break;
    case RE_COND:
        ifb_buf_fmt(out, "(?(%u)", n->group);
        write_branches(out, n->subs, flags);
        ifb_buf_char(out, ')');
        break;
    case RE_BRANCH: write_in(out, "(?:", n, flags); break;
    }
}

static void write_seq(struct ifb_buf *out, const struct ifb_re_seq *seq, unsigned flags)
{
    for (const struct ifb_re_node *n = seq ? seq->first : NULL; n; n = n->next)
        write_node(out, n, flags);
}

void ifb_re_write(const struct ifb_re_tree *tree, struct ifb_buf *out)
{
    write_seq(out, tree->seq, tree->flags);
}
