/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The splitter: candidate places, the words around each, two passes of
 * annotation over them, slices. Names of nltk's methods mark what each part
 * reproduces. Every context is a contiguous piece of the text and contexts
 * overlap by one word at most, so the whole is linear.
 */
#include "scorers/nlp/punkt.h"

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "harness/base/utf8.h"
#include "scorers/nlp/punkt_set.h"

#define KEY_ROOM 128  /* bytes of a lowered ASCII type that is looked up without the arena */

/* Classes of bytes; white space is Python's, as far as it is one byte. */
enum { SPACE = 1, NON_WORD = 2, NO_START = 4, MARK = 8, WIDE_SPACE = 16 };

static const unsigned char classes[256] = {
    ['\t'] = SPACE, ['\n'] = SPACE, ['\v'] = SPACE, ['\f'] = SPACE, ['\r'] = SPACE,
    [0x1c] = SPACE, [0x1d] = SPACE, [0x1e] = SPACE, [0x1f] = SPACE, [' '] = SPACE,
    [')'] = NON_WORD | NO_START, ['"'] = NON_WORD | NO_START, [';'] = NON_WORD | NO_START,
    ['}'] = NON_WORD | NO_START, [']'] = NON_WORD | NO_START, ['*'] = NON_WORD | NO_START,
    [':'] = NON_WORD | NO_START, ['@'] = NON_WORD | NO_START, ['('] = NON_WORD | NO_START,
    ['{'] = NON_WORD | NO_START, ['['] = NON_WORD | NO_START, ['\''] = NON_WORD,
    ['`'] = NO_START, ['&'] = NO_START, ['#'] = NO_START, ['-'] = NO_START, [','] = NO_START,
    ['!'] = NON_WORD | MARK, ['?'] = NON_WORD | MARK, ['.'] = MARK,
    [0xc2] = WIDE_SPACE, [0xe1] = WIDE_SPACE, [0xe2] = WIDE_SPACE, [0xe3] = WIDE_SPACE,
};

static unsigned class_of(const char *p)
{
    return classes[(unsigned char)*p];
}

/* Bytes of the white space at p, 0 when there is none. */
static size_t space_at(const char *p, const char *end)
{
    const char *q = p;

    if (p == end)
        return 0;
    if (class_of(p) & SPACE)
        return 1;
    if (!(class_of(p) & WIDE_SPACE))
        return 0;
    return ifb_is_space(ifb_utf8_next(&q)) ? (size_t)(q - p) : 0;
}

/* ---- words of a context (PunktLanguageVars.word_tokenize) ---- */

/* The end of (dot, white space) twice or more and a dot; p when it is not there. `short_one` stops
 * at the first end that will do. Lines are taken one by one upstream: no newline in between. */
static const char *spaced_dots(const char *p, const char *end, bool short_one)
{
    const char *found = p, *q = p;

    for (int n = 0; q < end && *q == '.'; n++) {
        size_t space;

        if (n >= 2)
            found = q + 1;
        if (n >= 2 && short_one)
            break;
        space = space_at(q + 1, end);
        if (!space || q[1] == '\n')
            break;
        q += 1 + space;
    }
    return found;
}

static bool is_double(const char *p, const char *end, char c)
{
    return end - p >= 2 && p[0] == c && p[1] == c;
}

static bool multi_at(const char *p, const char *end)
{
    if (p == end || (*p != '-' && *p != '.'))
        return false;
    return is_double(p, end, *p) || (*p == '.' && spaced_dots(p, end, true) != p);
}

/* The end of a run of hyphens or dots, or of spaced dots; p when there is none. */
static const char *multi_end(const char *p, const char *end)
{
    char c = *p;

    if (c != '-' && c != '.')
        return p;
    if (!is_double(p, end, c))
        return c == '.' ? spaced_dots(p, end, false) : p;
    while (p < end && *p == c)
        p++;
    return p;
}

static bool comma_ends_word(const char *after, const char *end)
{
    return after == end || space_at(after, end) || (class_of(after) & NON_WORD) ||
           multi_at(after, end);
}

static bool is_word_end(const char *p, const char *end)
{
    switch (*p) {
    case '.':
    case '-':
        return multi_at(p, end);
    case ',':
        return comma_ends_word(p + 1, end);
    default:
        return (class_of(p) & NON_WORD) || space_at(p, end);
    }
}

static const char *skip_char(const char *p)
{
    ifb_utf8_next(&p);
    return p;
}

/* Takes the next word off the front of *rest; false at the end. */
static bool next_word(ifb_str *rest, ifb_str *word)
{
    const char *p = rest->ptr, *end = p + rest->len, *q;
    size_t space;

    while ((space = space_at(p, end)) > 0)
        p += space;
    if (p == end)
        return false;
    q = multi_end(p, end);
    if (q == p) {
        bool word_start = !(class_of(p) & NO_START);

        q = skip_char(p);
        while (word_start && q < end && !is_word_end(q, end))
            q++;
    }
    *word = (ifb_str){ p, (size_t)(q - p) };
    *rest = (ifb_str){ q, (size_t)(end - q) };
    return true;
}

/* ---- tokens (PunktToken) ---- */

struct token {
    ifb_str text;
    ifb_str lower;  /* of text; absent when too long to be in any table */
    bool dot_final, number, initial, ellipsis, abbreviation, is_break;
    char room[KEY_ROOM];
};

static const char *skip_digit(const char *p, const char *end)
{
    const char *q = p;

    if (p == end)
        return p;
    if ((unsigned char)*p < 0x80)
        return *p >= '0' && *p <= '9' ? p + 1 : p;
    return ifb_is_decimal(ifb_utf8_next(&q)) ? q : p;
}

/* An optional hyphen, an optional dot or comma, a digit, then digits, commas, dots and hyphens. */
static bool is_number(ifb_str s)
{
    const char *p = s.ptr, *end = p + s.len, *q;

    if (*p == '-')
        p++;
    if (p < end && (*p == '.' || *p == ','))
        p++;
    q = skip_digit(p, end);
    if (q == p)
        return false;
    for (p = q; p < end; p = q) {
        q = *p == ',' || *p == '.' || *p == '-' ? p + 1 : skip_digit(p, end);
        if (q == p)
            return false;
    }
    return true;
}

static bool is_initial(ifb_str s)
{
    const char *p = s.ptr, *end = p + s.len - 1;
    uint32_t first = ifb_utf8_next(&p);

    return p == end && *end == '.' && ifb_is_word(first) && !ifb_is_decimal(first);
}

static bool is_ellipsis(ifb_str s)
{
    size_t i = 0;

    while (i < s.len && s.ptr[i] == '.')
        i++;
    return s.len >= 2 && i == s.len;
}

static char lower_ascii(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool lower_into(char *room, ifb_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if ((unsigned char)s.ptr[i] >= 0x80)
            return false;
        room[i] = lower_ascii(s.ptr[i]);
    }
    return true;
}

struct splitter {
    const struct ifb_punkt *set;
    struct ifb_arena *arena;
};

/* Lowered, in `room` if it can be; absent when it is too long to be in any table: lowering shrinks
 * a character to a third at most (U+212A). */
static ifb_str lowered(const struct splitter *s, ifb_str text, char room[KEY_ROOM])
{
    if (text.len <= KEY_ROOM && lower_into(room, text))
        return (ifb_str){ room, text.len };
    if (text.len <= 3 * (s->set->longest + 1))
        return ifb_lower(s->arena, text);
    return (ifb_str){ 0 };
}

static unsigned bits_of(const struct splitter *s, ifb_str key)
{
    if (!key.ptr || key.len > s->set->longest)
        return 0;
    return ifb_punkt_find(s->set, key)->bits;
}

/* Abbreviations are asked for the whole token without its dot, then for its part after a hyphen. */
static bool is_abbreviation(const struct splitter *s, const struct token *t)
{
    ifb_str text = ifb_str_part(t->text, 0, t->text.len - 1), key = t->lower;
    char room[KEY_ROOM];
    size_t at = text.len;

    key.len -= key.ptr != NULL;
    if (bits_of(s, key) & IFB_PUNKT_ABBREVIATION)
        return true;
    while (at > 0 && text.ptr[at - 1] != '-')
        at--;
    return at > 0 &&
           (bits_of(s, lowered(s, ifb_str_from(text, at), room)) & IFB_PUNKT_ABBREVIATION);
}

/* _first_pass_annotation */
static void set_token(const struct splitter *s, struct token *t, ifb_str text)
{
    unsigned class = class_of(text.ptr);

    t->text = text;
    t->dot_final = text.ptr[text.len - 1] == '.';
    t->number = t->initial = t->ellipsis = t->abbreviation = t->is_break = false;
    if (text.len == 1 && (class & MARK)) {
        t->is_break = true;
    } else if (is_ellipsis(text)) {
        t->ellipsis = true;
    } else if (t->dot_final && text.ptr[text.len - 2] != '.') {
        t->initial = is_initial(text);
        t->lower = lowered(s, text, t->room);
        t->abbreviation = is_abbreviation(s, t);
        t->is_break = !t->abbreviation;
        t->number = is_number(text);
        return;
    }
    t->number = is_number(text);
    t->lower = lowered(s, text, t->room);
}

/* _get_type, without the dot at its end where `no_dot`. */
static ifb_str type_of(const struct token *t, bool no_dot)
{
    ifb_str type = t->lower;

    if (t->number)
        return IFB_STR("##number##");
    if (no_dot && type.len > 1 && type.ptr[type.len - 1] == '.')
        type.len--;
    return type;
}

static ifb_str type_after(const struct token *next)
{
    return type_of(next, next->is_break);
}

static uint32_t first_char(const struct token *t)
{
    const char *p = t->text.ptr;

    return ifb_utf8_next(&p);
}

/* ---- second pass ---- */

enum ortho { ORTHO_NO, ORTHO_YES, ORTHO_UNKNOWN };

/* _ortho_heuristic: does the word look as if it began a sentence? */
static enum ortho ortho(const struct splitter *s, const struct token *t)
{
    unsigned bits;
    uint32_t first = first_char(t);

    if (t->text.len == 1 && strchr(";:,.!?", (int)first) && first)
        return ORTHO_NO;
    bits = bits_of(s, type_after(t));
    if (ifb_is_upper(first) && (bits & IFB_PUNKT_LC) && !(bits & IFB_PUNKT_UC_INSIDE))
        return ORTHO_YES;
    if (ifb_is_lower(first) && ((bits & IFB_PUNKT_UC) || !(bits & IFB_PUNKT_LC_START)))
        return ORTHO_NO;
    return ORTHO_UNKNOWN;
}

static bool is_collocation(const struct splitter *s, const struct token *a, const struct token *b)
{
    ifb_str first = type_of(a, true), second = type_after(b), joined;
    char *p;

    if (!(bits_of(s, first) & IFB_PUNKT_FIRST) || !second.ptr ||
        first.len + second.len + 1 > s->set->longest)
        return false;
    p = ifb_alloc_raw(s->arena, first.len + second.len + 1);
    memcpy(p, first.ptr, first.len);
    p[first.len] = ',';
    memcpy(p + first.len + 1, second.ptr, second.len);
    joined = (ifb_str){ p, first.len + second.len + 1 };
    return bits_of(s, joined) & IFB_PUNKT_COLLOCATION;
}

/* _second_pass_annotation: `t` ends in a dot and `next` follows it. */
static void reclassify(const struct splitter *s, struct token *t, const struct token *next)
{
    bool counts = t->initial || t->number;
    enum ortho looks;

    if (is_collocation(s, t, next)) {
        t->is_break = false;
        return;
    }
    if (!counts && !t->abbreviation && !t->ellipsis)
        return;
    looks = ortho(s, next);
    if ((t->abbreviation || t->ellipsis) && !t->initial &&
        (looks == ORTHO_YES || (ifb_is_upper(first_char(next)) &&
                                (bits_of(s, type_after(next)) & IFB_PUNKT_STARTER)))) {
        t->is_break = true;
        return;
    }
    if (counts && looks == ORTHO_NO)
        t->is_break = false;
    else if (t->initial && looks == ORTHO_UNKNOWN && ifb_is_upper(first_char(next)) &&
             !(bits_of(s, type_after(next)) & IFB_PUNKT_LC))
        t->is_break = false;
}

/* text_contains_sentbreak: some word that is not the last is a break. */
static bool has_break(const struct splitter *s, ifb_str context)
{
    struct token pair[2], *t = &pair[0], *next = &pair[1];
    ifb_str word;

    if (!next_word(&context, &word))
        return false;
    set_token(s, t, word);
    while (next_word(&context, &word)) {
        struct token *spare = t;

        set_token(s, next, word);
        if (t->dot_final)
            reclassify(s, t, next);
        if (t->is_break)
            return true;
        t = next;
        next = spare;
    }
    return false;
}

/* ---- candidate places and slices ---- */

struct range {
    size_t from, to;
};

/* A mark, what stands before it in its word, and the end of what follows it. */
struct candidate {
    struct range word;
    size_t next;  /* start of the word after white space, 0 when a mark follows */
    size_t end;   /* of the context */
};

struct ranges {
    struct range *at;
    size_t n, cap;
    size_t from;  /* start of the next one */
};

static void add_range(struct ranges *r, struct ifb_arena *arena, struct range piece)
{
    r->at = ifb_grow(arena, r->at, &r->cap, r->n + 1, sizeof(*r->at));
    r->at[r->n++] = piece;
}

/* What follows the mark at c->word.to; false when that makes it no candidate. */
static bool look_behind_mark(ifb_str text, struct candidate *c)
{
    const char *p = text.ptr + c->word.to + 1, *end = text.ptr + text.len;
    size_t space;

    if (p < end && (class_of(p) & NON_WORD)) {
        c->next = 0;
        c->end = (size_t)(p - text.ptr) + 1;
        return true;
    }
    if (!space_at(p, end))
        return false;
    while ((space = space_at(p, end)) > 0)
        p += space;
    c->next = (size_t)(p - text.ptr);
    while (p < end && !space_at(p, end))
        p++;
    c->end = (size_t)(p - text.ptr);
    return c->next < c->end;
}

static bool is_python_whitespace(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/*
 * _match_potential_end_contexts: the word starts after the last white space
 * since the previous mark; without one (or with it in front) where the previous
 * word started, so that "a.b.c!" is one word.
 */
static size_t word_start(ifb_str text, struct range previous, size_t mark)
{
    for (size_t i = mark; i-- > previous.to + 1;)
        if (is_python_whitespace(text.ptr[i]))
            return i + 1;
    return previous.from;
}

/* _slices_from_text, one candidate: a break there ends a slice. */
static void cut(const struct splitter *s, ifb_str text, const struct candidate *c,
                struct ranges *out)
{
    if (!has_break(s, ifb_str_part(text, c->word.from, c->end)))
        return;
    add_range(out, s->arena, (struct range){ out->from, c->word.to + 1 });
    out->from = c->next ? c->next : c->word.to + 1;
}

static struct ranges slices(const struct splitter *s, ifb_str text)
{
    struct candidate last = { 0 }, c;
    struct ranges out = { 0 };
    bool any = false;
    size_t n = ifb_rstrip(text).len;

    for (size_t i = 0; i < n; i++) {
        if (!(class_of(text.ptr + i) & MARK))
            continue;
        c.word.to = i;
        if (!look_behind_mark(text, &c))
            continue;
        c.word.from = word_start(text, last.word, i);
        if (any && last.word.to <= c.word.from)
            cut(s, text, &last, &out);
        last = c;
        any = true;
    }
    if (any)
        cut(s, text, &last, &out);
    add_range(&out, s->arena, (struct range){ out.from, n });
    return out;
}

/* The closing marks at the start of a slice that belong to the sentence before: their number, and
 * in *skip that with the white space after them; 0 when other text follows them at once. */
static size_t closing_marks(const char *p, const char *end, size_t *skip)
{
    const char *q = p, *after;
    size_t space;

    while (q < end && (*q == '"' || *q == '\'' || *q == ')' || *q == ']' || *q == '}'))
        q++;
    for (after = q; (space = space_at(after, end)) > 0;)
        after += space;
    if (q == p || (after == q && q < end && !is_double(q, end, '-')))
        return 0;
    *skip = (size_t)(after - p);
    return (size_t)(q - p);
}

/* _realign_boundaries */
static struct ifb_strs realign(ifb_str text, const struct ranges *r, struct ifb_arena *arena)
{
    ifb_str *at = ifb_new(arena, ifb_str, r->n);
    size_t n = 0, skipped = 0;

    for (size_t i = 0; i < r->n; i++) {
        size_t from = r->at[i].from + skipped, to = r->at[i].to, marks = 0;

        skipped = 0;
        if (i + 1 < r->n)
            marks = closing_marks(text.ptr + r->at[i + 1].from, text.ptr + r->at[i + 1].to,
                                  &skipped);
        if (marks)
            to = r->at[i + 1].from + marks;
        if (from < to)
            at[n++] = ifb_str_part(text, from, to);
    }
    return (struct ifb_strs){ at, n };
}

struct ifb_strs ifb_punkt_sentences(const struct ifb_punkt *p, ifb_str text,
                                    struct ifb_arena *arena)
{
    const struct splitter s = { p ? p : ifb_punkt_builtin(), arena };
    struct ranges r = slices(&s, text);

    return realign(text, &r, arena);
}
