/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Japanese sentences: normalise as neologdn does, join lines that end in の, cut
 * after 。 ! ? outside of brackets. Works on code points: every step is a walk.
 */
#include "scorers/multilingual/japanese.h"

#include "harness/base/arena.h"
#include "harness/base/norm.h"
#include "harness/base/ucd.h"
#include "harness/base/utf8.h"

struct chars {
    uint32_t *at;
    size_t n;
};

static bool among(uint32_t cp, const uint32_t *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (list[i] == cp)
            return true;
    return false;
}

/* Full-width letters and digits, and half-width katakana. */
static bool is_wide(uint32_t cp)
{
    return ifb_between(cp, 0xff10, 0xff19) || ifb_between(cp, 0xff21, 0xff3a) ||
           ifb_between(cp, 0xff41, 0xff5a) || ifb_between(cp, 0xff61, 0xff9f);
}

static void put_all(struct chars *out, ifb_str s)
{
    for (const char *p = s.ptr, *end = p + s.len; p < end;)
        out->at[out->n++] = ifb_utf8_next(&p);
}

/* Step 1; no character becomes more than one. */
static struct chars without_widths(ifb_str text, struct ifb_arena *arena)
{
    struct chars out = { ifb_alloc_raw(arena, (text.len + 1) * sizeof(uint32_t)), 0 };

    for (const char *p = text.ptr, *end = p + text.len; p < end;) {
        const char *from = p, *stop;
        uint32_t cp = ifb_utf8_next(&p);

        if (!is_wide(cp)) {
            out.at[out.n++] = cp == 0xff0d ? '-' : cp;
            continue;
        }
        for (stop = p; p < end && is_wide(ifb_utf8_next(&p)); stop = p)
            ;
        p = stop;
        put_all(&out, ifb_normalize(arena, (ifb_str){ from, (size_t)(p - from) }, IFB_NFKC));
    }
    return out;
}

/* Step 2: what a dash is written as; 0 for what is none. */
static uint32_t dash_of(uint32_t cp)
{
    static const uint32_t hyphens[] = { 0x2d7, 0x58a, 0x2010, 0x2011, 0x2012, 0x2013,
                                        0x2043, 0x207b, 0x208b, 0x2212 };
    static const uint32_t bars[] = { 0xfe63, 0xff0d, 0xff70, 0x2014, 0x2015, 0x2500,
                                     0x2501, 0x30fc };

    if (among(cp, hyphens, sizeof(hyphens) / sizeof(hyphens[0])))
        return '-';
    return among(cp, bars, sizeof(bars) / sizeof(bars[0])) ? 0x30fc : 0;
}

static bool is_tilde(uint32_t cp)
{
    static const uint32_t tildes[] = { '~', 0x223c, 0x223e, 0x301c, 0x3030, 0xff5e };

    return among(cp, tildes, sizeof(tildes) / sizeof(tildes[0]));
}

/* Step 3: marks in their full width. */
static uint32_t widen(uint32_t cp)
{
    switch (cp) {
    case '"': return 0x201d;
    case '\'': return 0x2019;
    case 0xa5: return 0xffe5;
    case 0xff61: return 0x3002;
    case 0xff62: return 0x300c;
    case 0xff63: return 0x300d;
    case 0xff64: return 0x3001;
    case 0xff65: return 0x30fb;
    case '\\': return cp;
    default: break;
    }
    if (ifb_between(cp, '!', '/') || ifb_between(cp, ':', '@') || ifb_between(cp, '[', '`') ||
        ifb_between(cp, '{', '}'))
        return cp + 0xfee0;
    return cp;
}

/* Step 5: and back; ＝ stays. */
static uint32_t narrow(uint32_t cp)
{
    switch (cp) {
    case 0x201d: return '"';
    case 0x2019: return '\'';
    case 0xffe5: return 0xa5;
    case 0xff1d:
    case 0xff5e: return cp;
    case 0xff3c: return cp;
    default: break;
    }
    if (ifb_between(cp, 0xff01, 0xff0f) || ifb_between(cp, 0xff1a, 0xff20) ||
        ifb_between(cp, 0xff3b, 0xff40) || ifb_between(cp, 0xff5b, 0xff5d))
        return cp - 0xfee0;
    return cp;
}

/* Steps 2 and 3, in place; runs of spaces (step 4) become one. */
static void fold_marks(struct chars *t)
{
    uint32_t run = 0;  /* what the character before was folded to, when a run of it goes on */
    size_t n = 0;

    for (size_t i = 0; i < t->n; i++) {
        uint32_t cp = t->at[i], dash = dash_of(cp);

        if (cp == ' ' || cp == 0x3000)
            dash = ' ';
        if (dash && dash == run)
            continue;
        run = dash;
        t->at[n++] = widen(is_tilde(cp) ? 0xff5e : dash ? dash : cp);
    }
    t->n = n;
}

static bool is_block(uint32_t cp)
{
    return ifb_between(cp, 0x4e00, 0x9fff) || ifb_between(cp, 0x3000, 0x30ff) ||
           ifb_between(cp, 0xff00, 0xffef);
}

/* Step 4: no space beside a Japanese character, unless the other one is foreign and no ASCII. */
static void drop_spaces(struct chars *t)
{
    size_t n = 0;

    for (size_t i = 0; i < t->n; i++) {
        bool inside = t->at[i] == ' ' && i && i + 1 < t->n;
        uint32_t before = inside ? t->at[i - 1] : 0, after = inside ? t->at[i + 1] : 0;

        if (inside && ((is_block(before) && (is_block(after) || after < 0x80)) ||
                       (before < 0x80 && is_block(after))))
            continue;
        t->at[n] = t->at[i];
        n++;
    }
    t->n = n;
}

static bool ends_line(uint32_t cp)
{
    return ifb_between(cp, 0x0a, 0x0d) || ifb_between(cp, 0x1c, 0x1e) || cp == 0x85 ||
           cp == 0x2028 || cp == 0x2029;
}

/* Marks what lies between brackets that hold no other of their kind. */
static void protect(struct chars line, uint32_t open, uint32_t close, bool *safe)
{
    size_t from = SIZE_MAX;

    for (size_t i = 0; i < line.n; i++) {
        if (line.at[i] == open) {
            from = i;
        } else if (line.at[i] == close && from != SIZE_MAX) {
            memset(safe + from, 1, i - from);
            from = SIZE_MAX;
        }
    }
}

/* Step 7. Upstream marks what is protected by U+222F at both sides. */
static int64_t count_in_line(struct chars line, struct ifb_arena *arena)
{
    bool *safe = ifb_new(arena, bool, line.n), open = false;
    int64_t n = 0;

    protect(line, 0x300c, 0x300d, safe);
    protect(line, '(', ')', safe);
    for (size_t i = 0; i < line.n; i++) {
        uint32_t cp = line.at[i];

        open = true;
        if ((cp != 0x3002 && cp != '!' && cp != '?') || safe[i] ||
            (i && line.at[i - 1] == 0x222f) || (i + 1 < line.n && line.at[i + 1] == 0x222f))
            continue;
        n++;
        open = false;
    }
    return n + open;
}

int64_t ifb_ja_sentences(ifb_str text, struct ifb_arena *scratch)
{
    struct chars t = without_widths(ifb_strip(text), scratch), line;
    int64_t n = 0;

    fold_marks(&t);
    drop_spaces(&t);
    line = (struct chars){ t.at, 0 };
    for (size_t i = 0; i < t.n; i++) {
        uint32_t cp = narrow(t.at[i]);

        if (!ends_line(cp)) {
            line.at[line.n++] = cp;
            continue;
        }
        if (cp == '\r' && i + 1 < t.n && t.at[i + 1] == '\n')
            i++;
        if (line.n >= 2 && line.at[line.n - 1] == 0x306e)
            continue;  /* step 6: the next line goes on with it */
        n += count_in_line(line, scratch);
        line.n = 0;
    }
    return n + count_in_line(line, scratch);
}
