/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The word tokenizer: each rule rewrites a piece of the sentence from one buffer
 * into another, in upstream's order, and the last text is split at white space.
 * Words of ASCII letters and digits that stand between white space are tokens as
 * they are: no rule sees beyond one white-space character, so only the pieces
 * between such words are rewritten. A rule whose characters do not occur in a
 * piece is not run. Rules are named after NLTKWordTokenizer's tables.
 */
#include "scorers/nlp/treebank.h"

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "harness/base/utf8.h"

/* What a byte can set off. WIDE bytes begin the non-ASCII quotes and spaces. */
enum {
    QUOTE = 1,
    APOSTROPHE = 2,
    BACKTICK = 4,
    PAUSE = 8,      /* , : */
    DOT = 16,
    SYMBOL = 32,    /* ; @ # $ % & ? ! */
    BRACKET = 64,   /* ] [ ( ) { } < > * */
    HYPHEN = 128,
    WIDE = 256,
    SPACE = 512,
    PLAIN = 1024,      /* letters and digits */
    CONTRACTED = 2048  /* first letters of the contractions */
};

#define LETTER(c) [c] = PLAIN, [(c) - 32] = PLAIN
#define FIRST_LETTER(c) [c] = PLAIN | CONTRACTED, [(c) - 32] = PLAIN | CONTRACTED

static const unsigned short classes[256] = {
    ['\t'] = SPACE, ['\n'] = SPACE, ['\v'] = SPACE, ['\f'] = SPACE, ['\r'] = SPACE,
    [0x1c] = SPACE, [0x1d] = SPACE, [0x1e] = SPACE, [0x1f] = SPACE, [' '] = SPACE,
    ['"'] = QUOTE, ['\''] = APOSTROPHE, ['`'] = BACKTICK, [','] = PAUSE, [':'] = PAUSE,
    ['.'] = DOT, ['-'] = HYPHEN,
    [';'] = SYMBOL, ['@'] = SYMBOL, ['#'] = SYMBOL, ['$'] = SYMBOL, ['%'] = SYMBOL,
    ['&'] = SYMBOL, ['?'] = SYMBOL, ['!'] = SYMBOL,
    [']'] = BRACKET, ['['] = BRACKET, ['('] = BRACKET, [')'] = BRACKET, ['{'] = BRACKET,
    ['}'] = BRACKET, ['<'] = BRACKET, ['>'] = BRACKET, ['*'] = BRACKET,
    ['0'] = PLAIN, ['1'] = PLAIN, ['2'] = PLAIN, ['3'] = PLAIN, ['4'] = PLAIN,
    ['5'] = PLAIN, ['6'] = PLAIN, ['7'] = PLAIN, ['8'] = PLAIN, ['9'] = PLAIN,
    LETTER('a'), LETTER('b'), FIRST_LETTER('c'), FIRST_LETTER('d'), LETTER('e'), LETTER('f'),
    FIRST_LETTER('g'), LETTER('h'), LETTER('i'), LETTER('j'), LETTER('k'), FIRST_LETTER('l'),
    FIRST_LETTER('m'), LETTER('n'), LETTER('o'), LETTER('p'), LETTER('q'), LETTER('r'),
    LETTER('s'), LETTER('t'), LETTER('u'), LETTER('v'), FIRST_LETTER('w'), LETTER('x'),
    LETTER('y'), LETTER('z'),
    [0xc2] = WIDE, [0xe1] = WIDE, [0xe2] = WIDE, [0xe3] = WIDE,
};

static unsigned class_of(const char *p)
{
    return classes[(unsigned char)*p];
}

/* ---- the two buffers ---- */

/* No rule makes one character into more than GROWTH bytes. */
enum { GROWTH = 4, SLACK = 16 };

struct rewrite {
    struct ifb_arena *arena;
    char *at, *end;     /* the text so far */
    char *other;        /* where the next rule writes */
    size_t cap;         /* of each */
    unsigned present;   /* classes that occur */
    bool last;          /* the piece ends where the sentence does */
};

static void reserve(struct rewrite *w, size_t len)
{
    size_t have = (size_t)(w->end - w->at), need = GROWTH * len + SLACK;
    char *moved;

    if (need <= w->cap)
        return;
    w->cap = 2 * need;
    moved = ifb_alloc_raw(w->arena, w->cap);
    if (have)
        memcpy(moved, w->at, have);
    w->at = moved;
    w->end = moved + have;
    w->other = ifb_alloc_raw(w->arena, w->cap);
}

/* Room for the outcome of one more rule; its start. */
static char *begin(struct rewrite *w)
{
    reserve(w, (size_t)(w->end - w->at));
    return w->other;
}

static void finish(struct rewrite *w, char *out_end)
{
    char *spare = w->at;

    w->at = w->other;
    w->end = out_end;
    w->other = spare;
}

static void load(struct rewrite *w, ifb_str s)
{
    w->end = w->at;
    reserve(w, s.len);
    w->present = 0;
    for (size_t i = 0; i < s.len; i++) {
        w->at[i] = s.ptr[i];
        w->present |= class_of(s.ptr + i);
    }
    w->end = w->at + s.len;
}

static char *put(char *o, const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        o[i] = p[i];
    return o + n;
}

static char *put_padded(char *o, const char *p, size_t n)
{
    *o++ = ' ';
    o = put(o, p, n);
    *o++ = ' ';
    return o;
}

/* ---- characters ---- */

static bool is_word_at(const char *p, const char *end)
{
    return p < end && ifb_is_word(ifb_utf8_next(&p));
}

static bool is_word_before(const char *p, const char *start)
{
    return p > start && ifb_is_word(ifb_utf8_prev(&p));
}

static size_t wide_space_at(const char *p)
{
    const char *q = p;

    return ifb_is_space(ifb_utf8_next(&q)) ? (size_t)(q - p) : 0;
}

static inline size_t space_at(const char *p, const char *end)
{
    unsigned class = p < end ? class_of(p) : 0;

    if (class & SPACE)
        return 1;
    return class & WIDE ? wide_space_at(p) : 0;
}

static bool starts(const char *p, const char *end, const char *what)
{
    size_t n = strlen(what);

    return (size_t)(end - p) >= n && memcmp(p, what, n) == 0;
}

static size_t run_of(const char *p, const char *end, char c)
{
    const char *q = p;

    while (q < end && *q == c)
        q++;
    return (size_t)(q - p);
}

static size_t dots_at(const char *p, const char *end)
{
    size_t n = run_of(p, end, '.');

    return n >= 2 ? n : 0;
}

/* An opening quote, or backticks. */
static size_t opening_at(const char *p, const char *end)
{
    if (*p == '`')
        return run_of(p, end, '`');
    if (starts(p, end, "\u201c") || starts(p, end, "\u2018") || starts(p, end, "\u201e"))
        return 3;
    return starts(p, end, "\u00ab") ? 2 : 0;
}

static size_t closing_at(const char *p, const char *end)
{
    if (starts(p, end, "\u201d") || starts(p, end, "\u2019"))
        return 3;
    return starts(p, end, "\u00bb") ? 2 : 0;
}

static bool holds(const struct rewrite *w, const char pair[2])
{
    return memmem(w->at, (size_t)(w->end - w->at), pair, 2) != NULL;
}

/* ---- rules that pad ---- */

/* Every character of the classes in `mask` gets a space on both sides. */
static void pad_class(struct rewrite *w, unsigned mask)
{
    char *o;

    if (!(w->present & mask))
        return;
    o = begin(w);
    for (const char *p = w->at; p < w->end; p++) {
        if (class_of(p) & mask)
            o = put_padded(o, p, 1);
        else
            *o++ = *p;
    }
    finish(w, o);
}

/* Every non-overlapping `what` (of one repeated ASCII character) becomes `with`. */
static void replace_pairs(struct rewrite *w, const char what[2], ifb_str with)
{
    char *o = begin(w);

    for (const char *p = w->at; p < w->end; p++) {
        if (p + 1 < w->end && p[0] == what[0] && p[1] == what[1]) {
            o = put(o, with.ptr, with.len);
            p++;
        } else {
            *o++ = *p;
        }
    }
    finish(w, o);
}

/* Pads what `found` sees at a byte of the classes in `mask`: so many bytes, 0 for nothing. */
static void pad_found(struct rewrite *w, unsigned mask,
                      size_t (*found)(const char *p, const char *end))
{
    char *o = begin(w);

    for (const char *p = w->at; p < w->end;) {
        size_t n = class_of(p) & mask ? found(p, w->end) : 0;

        if (n) {
            o = put_padded(o, p, n);
            p += n;
        } else {
            *o++ = *p++;
        }
    }
    finish(w, o);
}

/* ---- STARTING_QUOTES ---- */

static void first_quote(struct rewrite *w)
{
    char *o;

    if (w->at == w->end || *w->at != '"')
        return;
    o = put(begin(w), "``", 2);
    finish(w, put(o, w->at + 1, (size_t)(w->end - w->at) - 1));
    w->present |= BACKTICK;
}

/* A quote or two apostrophes behind a space or an opening bracket. */
static void quotes_after_openers(struct rewrite *w)
{
    char *o = begin(w);

    for (const char *p = w->at; p < w->end; p++) {
        size_t n = 0;

        *o++ = *p;
        if (*p != ' ' && *p != '(' && *p != '[' && *p != '{' && *p != '<')
            continue;
        if (starts(p + 1, w->end, "\""))
            n = 1;
        else if (starts(p + 1, w->end, "''"))
            n = 2;
        if (n)
            o = put(o, " `` ", 4);
        p += n;
    }
    finish(w, o);
}

/* An apostrophe before a word of one character, other than m t s d n (any case; U+017F is an s). */
static void apostrophe_before_letter(struct rewrite *w)
{
    char *o = begin(w);

    for (const char *p = w->at; p < w->end;) {
        const char *next = p + 1, *after = next;
        uint32_t c;

        *o++ = *p++;
        if (next[-1] != '\'' || !is_word_at(next, w->end))
            continue;
        c = ifb_utf8_next(&after);
        if (c == 0x17f || (c < 0x80 && strchr("mtsdnMTSDN", (int)c)) || is_word_at(after, w->end))
            continue;
        *o++ = ' ';
        o = put(o, next, (size_t)(after - next));
        p = after;
    }
    finish(w, o);
}

/* ---- PUNCTUATION ---- */

static size_t ascii_closer_at(const char *p, const char *end)
{
    return p < end && *p && strchr("])}>\"'", *p) ? 1 : 0;
}

static size_t any_closer_at(const char *p, const char *end)
{
    if (p < end && *p == ' ')
        return 1;
    return ascii_closer_at(p, end) ? 1 : closing_at(p, end);
}

/* The last dot, when only closers and then white space follow it and no dot precedes it, gets a
 * space before it, and behind it where `apart`; the white space becomes one space. */
static void final_dot(struct rewrite *w, size_t (*closer_at)(const char *p, const char *end),
                      bool apart)
{
    char *dot = memrchr(w->at, '.', (size_t)(w->end - w->at)), *from, *to, *behind;
    size_t n, shift = apart ? 2 : 1;

    if (!dot || dot == w->at || dot[-1] == '.')
        return;
    from = to = dot + 1;
    while ((n = closer_at(to, w->end)) > 0)
        to += n;
    for (behind = to; (n = space_at(behind, w->end)) > 0;)
        behind += n;
    if (behind != w->end)
        return;
    memmove(from + shift, from, (size_t)(to - from));
    memcpy(dot, apart ? " . " : " .", shift + 1);
    w->end = to + shift;
    *w->end++ = ' ';
}

static bool is_digit_at(const char *p)
{
    return ifb_is_decimal(ifb_utf8_next(&p));
}

/* A comma or colon before a non-digit, which is used up: of ",,a" only the first is padded. */
static void pauses(struct rewrite *w)
{
    char *o = begin(w);

    for (const char *p = w->at; p < w->end; p++) {
        bool pause = (class_of(p) & PAUSE) && p + 1 < w->end && !is_digit_at(p + 1);

        if (!pause) {
            *o++ = *p;
            continue;
        }
        o = put_padded(o, p++, 1);
        *o++ = *p;
    }
    finish(w, o);
}

/* The same at the end, or before a newline that ends the text. */
static void last_pause(struct rewrite *w)
{
    char *p = w->end - 1;
    bool newline = p >= w->at && *p == '\n';

    p -= newline;
    if (p < w->at || !(class_of(p) & PAUSE))
        return;
    p[1] = *p;
    p[0] = p[2] = ' ';
    w->end = p + 3;
    if (newline)
        *w->end++ = '\n';
}

/* Not an apostrophe, an apostrophe, a space. */
static void apostrophe_before_space(struct rewrite *w)
{
    char *o = begin(w);

    for (const char *p = w->at; p < w->end; p++) {
        *o++ = *p;
        if (*p != '\'' && starts(p + 1, w->end, "' ")) {
            o = put(o, " ' ", 3);
            p += 2;
        }
    }
    finish(w, o);
}

/* ---- ENDING_QUOTES ---- */

/* Bytes of 's, 'm, 'd or ' at p, which a space must follow. */
static size_t short_ending(const char *p, const char *end)
{
    if (end - p >= 3 && p[0] == '\'' && p[1] && strchr("sSmMdD", p[1]) && p[2] == ' ')
        return 2;
    return starts(p, end, "' ") ? 1 : 0;
}

static size_t long_ending(const char *p, const char *end)
{
    static const char *const endings[] = { "'ll ", "'LL ", "'re ", "'RE ",
                                           "'ve ", "'VE ", "n't ", "N'T " };

    if (*p != '\'' && *p != 'n' && *p != 'N')
        return 0;
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
        if (starts(p, end, endings[i]))
            return 3;
    return 0;
}

/* Sets endings off from the character before them, which is no apostrophe, no space and not part
 * of the match before. */
static void endings(struct rewrite *w, size_t (*ending)(const char *, const char *))
{
    char *o = begin(w);

    for (const char *p = w->at; p < w->end; p++) {
        size_t n;

        *o++ = *p;
        if (*p == '\'' || *p == ' ' || p + 1 == w->end)
            continue;
        n = ending(p + 1, w->end);
        if (!n)
            continue;
        *o++ = ' ';
        o = put(o, p + 1, n + 1);
        p += n + 1;
    }
    finish(w, o);
}

/* ---- CONTRACTIONS2 and CONTRACTIONS3 ---- */

static const struct contraction {
    const char *text;  /* lower case */
    unsigned char first;  /* bytes of its first part */
    bool space_after;  /* else a word boundary */
} contractions[] = {
    { "cannot", 3, false }, { "d'ye", 1, false },  { "gimme", 3, false },  { "gonna", 3, false },
    { "gotta", 3, false },  { "lemme", 3, false }, { "more'n", 4, false }, { "wanna", 3, true },
};

/* The end of one letter at p that equals c in any case, or NULL. The non-ASCII letters are those
 * that re.IGNORECASE takes for an i or an s. */
static const char *same_letter(const char *p, const char *end, char c)
{
    if (p < end && (*p == c || (*p == c - 32 && c >= 'a')))
        return p + 1;
    if (c == 'i' && (starts(p, end, "\u0131") || starts(p, end, "\u0130")))
        return p + 2;
    if (c == 's' && starts(p, end, "\u017f"))
        return p + 2;
    return NULL;
}

static const char *same_letters(const char *p, const char *end, const char *what, size_t n)
{
    for (size_t i = 0; p && i < n; i++)
        p = same_letter(p, end, what[i]);
    return p;
}

/* Writes " FIRST SECOND " for a contraction at p; its end, or p. */
static const char *split_contraction(const struct rewrite *w, const char *p, char **o)
{
    for (size_t i = 0; i < sizeof(contractions) / sizeof(contractions[0]); i++) {
        const struct contraction *c = &contractions[i];
        const char *middle = same_letters(p, w->end, c->text, c->first);
        const char *end = same_letters(middle, w->end, c->text + c->first,
                                       strlen(c->text) - c->first);

        if (!end || (c->space_after ? !space_at(end, w->end) : is_word_at(end, w->end)))
            continue;
        *o = put_padded(*o, p, (size_t)(middle - p));
        *o = put(*o, middle, (size_t)(end - middle));
        *(*o)++ = ' ';
        return end;
    }
    return p;
}

/*
 * Upstream runs one rule after the other. One walk does the same: each match is
 * made of whole words, no two rules share a word, and the spaces that a rule adds
 * stand where a word boundary was.
 */
static void split_contractions(struct rewrite *w)
{
    char *o = begin(w);

    for (const char *p = w->at; p < w->end;) {
        if ((class_of(p) & CONTRACTED) && !is_word_before(p, w->at)) {
            const char *end = split_contraction(w, p, &o);

            if (end != p) {
                p = end;
                continue;
            }
        }
        *o++ = *p++;
    }
    finish(w, o);
}

/* " 't" and `rest` behind it become " 't REST ". */
static void split_tis(struct rewrite *w, const char *rest)
{
    char *o = begin(w);

    for (const char *p = w->at; p < w->end;) {
        const char *middle = *p == ' ' ? same_letters(p + 1, w->end, "'t", 2) : NULL;
        const char *end = same_letters(middle, w->end, rest, strlen(rest));

        if (!end || is_word_at(end, w->end)) {
            *o++ = *p++;
            continue;
        }
        o = put_padded(o, p + 1, (size_t)(middle - p) - 1);
        o = put(o, middle, (size_t)(end - middle));
        *o++ = ' ';
        p = end;
    }
    finish(w, o);
}

/* ---- the whole ---- */

static void starting_quotes(struct rewrite *w)
{
    if (w->present & (BACKTICK | WIDE))
        pad_found(w, BACKTICK | WIDE, opening_at);
    first_quote(w);
    if (w->present & BACKTICK)
        replace_pairs(w, "``", IFB_STR(" `` "));
    if (w->present & (QUOTE | APOSTROPHE))
        quotes_after_openers(w);
    if (w->present & APOSTROPHE)
        apostrophe_before_letter(w);
}

/* Upstream pads ; @ # $ % & before the second final_dot and ? ! after it. Neither touches what it
 * looks at, so one walk after it does both; * and the brackets go together too. */
static void punctuation(struct rewrite *w)
{
    if ((w->present & DOT) && w->last)
        final_dot(w, any_closer_at, true);
    if (w->present & PAUSE)
        pauses(w);
    if ((w->present & PAUSE) && w->last)
        last_pause(w);
    if ((w->present & DOT) && holds(w, ".."))
        pad_found(w, DOT, dots_at);
    if ((w->present & DOT) && w->last)
        final_dot(w, ascii_closer_at, false);
    pad_class(w, SYMBOL);
    if (w->present & APOSTROPHE)
        apostrophe_before_space(w);
    pad_class(w, BRACKET);
    if ((w->present & HYPHEN) && holds(w, "--"))
        replace_pairs(w, "--", IFB_STR(" -- "));
}

static void ending_quotes(struct rewrite *w)
{
    if (w->present & WIDE)
        pad_found(w, WIDE, closing_at);
    if ((w->present & APOSTROPHE) && holds(w, "''"))
        replace_pairs(w, "''", IFB_STR(" '' "));
    if (w->present & QUOTE) {
        char *o = begin(w);

        for (const char *p = w->at; p < w->end; p++)
            o = *p == '"' ? put(o, " '' ", 4) : put(o, p, 1);
        finish(w, o);
    }
    if (w->present & APOSTROPHE) {
        endings(w, short_ending);
        endings(w, long_ending);
    }
}

static void surround(struct rewrite *w)
{
    size_t len = (size_t)(w->end - w->at);

    finish(w, put_padded(begin(w), w->at, len));
}

struct tokens {
    struct ifb_arena *arena;
    ifb_str *at;
    size_t n, cap;
};

static void add_token(struct tokens *out, const char *from, const char *to)
{
    if (out->n == out->cap)
        out->at = ifb_grow(out->arena, out->at, &out->cap, out->n + 1, sizeof(*out->at));
    out->at[out->n++] = (ifb_str){ from, (size_t)(to - from) };
}

static const char *skip_space(const char *p, const char *end)
{
    size_t n;

    while ((n = space_at(p, end)) > 0)
        p += n;
    return p;
}

static const char *skip_word(const char *p, const char *end)
{
    while (p < end && !space_at(p, end))
        p++;
    return p;
}

static void split(struct tokens *out, const struct rewrite *w)
{
    ifb_str text = ifb_str_copy(out->arena, (ifb_str){ w->at, (size_t)(w->end - w->at) });
    const char *p = text.ptr, *end = p + text.len, *from;

    for (p = skip_space(p, end); p < end; p = skip_space(p, end)) {
        from = p;
        p = skip_word(p, end);
        add_token(out, from, p);
    }
}

static void rewrite_piece(struct rewrite *w, const char *from, const char *to, struct tokens *out)
{
    load(w, (ifb_str){ from, (size_t)(to - from) });
    starting_quotes(w);
    punctuation(w);
    surround(w);
    ending_quotes(w);
    split_contractions(w);
    if ((w->present & APOSTROPHE) && holds(w, " '")) {
        split_tis(w, "is");
        split_tis(w, "was");
    }
    split(out, w);
}

static const char *skip_plain(const char *p, const char *end)
{
    while (p < end && (class_of(p) & PLAIN))
        p++;
    return p;
}

static bool is_contraction(const char *p, const char *end)
{
    if (end - p < 5 || end - p > 6 || !(class_of(p) & CONTRACTED))
        return false;
    for (size_t i = 0; i < sizeof(contractions) / sizeof(contractions[0]); i++)
        if (same_letters(p, end, contractions[i].text, strlen(contractions[i].text)) == end)
            return true;
    return false;
}

/* The start of the white-space character that ends at p. */
static const char *space_before(const char *p, const char *start)
{
    if (p > start)
        ifb_utf8_prev(&p);
    return p;
}

/*
 * The end of a word that no rule can touch but those on its last mark: letters
 * and digits, then perhaps one mark that is always set off before white space
 * and the end, or the dot that ends the sentence. *mark is where the mark is (or
 * would be); NULL for other words.
 */
static const char *simple_word(const char *p, const char *end, const char **mark)
{
    const char *q = skip_plain(p, end);

    if (q == p)
        return NULL;
    *mark = q;
    if (q < end && ((class_of(q) & PAUSE) || *q == ';' || *q == '?' || *q == '!' ||
                    (*q == '.' && q + 1 == end)))
        q++;
    if ((q < end && !space_at(q, end)) || is_contraction(p, *mark))
        return NULL;
    return q;
}

static void tokenize(struct rewrite *w, ifb_str s, struct tokens *out)
{
    const char *start = s.ptr, *end = start + s.len;
    /* From the white space before its first word to that after its last. */
    const char *piece = NULL, *piece_end = NULL;

    w->last = false;
    for (const char *p = skip_space(start, end); p < end; p = skip_space(p, end)) {
        const char *word = p, *mark, *simple = simple_word(p, end, &mark);

        p = simple ? simple : skip_word(p, end);
        if (!simple) {
            if (!piece)
                piece = space_before(word, start);
            piece_end = p + space_at(p, end);
            continue;
        }
        if (piece)
            rewrite_piece(w, piece, piece_end, out);
        piece = NULL;
        add_token(out, word, mark);
        if (mark < p)
            add_token(out, mark, p);
    }
    w->last = true;
    if (piece)
        rewrite_piece(w, piece, end, out);
}

struct ifb_strs ifb_treebank_tokens(struct ifb_strs sentences, struct ifb_arena *arena)
{
    struct rewrite w = { .arena = ifb_arena_new() };
    struct tokens out = { .arena = arena };

    for (size_t i = 0; i < sentences.n; i++)
        tokenize(&w, sentences.at[i], &out);
    ifb_arena_close(w.arena);
    return (struct ifb_strs){ out.at, out.n };
}
