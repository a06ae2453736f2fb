/* SPDX-License-Identifier: Apache-2.0 */
/* The units of text, and how a text is taken into each of them. */
#include "scorers/units.h"

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/regex.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "harness/base/utf8.h"

static const struct ifb_unit units[IFB_NUNITS + 1] = {
    [IFB_CHARS] = { "chars", "char", "characters (code points), white space included" },
    [IFB_BYTES] = { "bytes", "byte", "bytes of UTF-8; counted only" },
    [IFB_WORDS] = { "words", "word", "what white space divides, without the marks around it, if a "
                    "letter or digit is left: \"don't\" and \"well-known\" are one, \"--\" is none" },
    [IFB_SENTENCES] = { "sentences", "sentence", "sentences as Punkt cuts them" },
    [IFB_LINES] = { "lines", "line", "lines that are not blank" },
    [IFB_RAW_LINES] = { "raw_lines", "raw_line", "all lines, blank ones too; a line feed at the end "
                        "begins no line" },
    [IFB_PARAGRAPHS] = { "paragraphs", "paragraph", "runs of lines that are not blank" },
    [IFB_BULLETS] = { "bullets", "bullet", "lines outside code fences that begin with -, *, + or "
                      "U+2022 and a blank; the piece is what follows" },
    [IFB_LIST_ITEMS] = { "list_items", "list_item", "bullets and lines that begin with a number, . "
                         "or ) and a blank; the piece is what follows" },
    [IFB_HEADINGS] = { "headings", "heading", "lines outside code fences that begin with one to six "
                       "# and a blank; the piece is the title" },
    [IFB_CODE_BLOCKS] = { "code_blocks", "code_block", "what stands between two fences of ``` or "
                          "~~~; the last may lack its end" },
    [IFB_LETTERS] = { "letters", "letter", "letters of any script" },
    [IFB_DIGITS] = { "digits", "digit", "decimal digits of any script" },
    [IFB_UPPERCASE_WORDS] = { "uppercase_words", "uppercase_word", "words whose letters are all "
                              "upper case, one letter is enough" },
    [IFB_MATCHES] = { "matches", "match", "matches of a pattern, left to right, not overlapping" },
};

const char *const ifb_unit_names[] = {
    "chars", "bytes", "words", "sentences", "lines", "raw_lines", "paragraphs", "bullets",
    "list_items", "headings", "code_blocks", "letters", "digits", "uppercase_words", "matches",
    NULL,
};
_Static_assert(sizeof(ifb_unit_names) / sizeof(ifb_unit_names[0]) == IFB_NUNITS + 1,
               "a name for each unit");

const struct ifb_unit *ifb_unit_row(enum ifb_unit_id id)
{
    return &units[id];
}

const struct ifb_unit *ifb_unit_next(const struct ifb_unit *previous)
{
    const struct ifb_unit *next = previous ? previous + 1 : units;

    return next->name ? next : NULL;
}

bool ifb_unit_find(ifb_str name, enum ifb_unit_id *out)
{
    for (unsigned i = 0; i < IFB_NUNITS; i++)
        if (ifb_str_is(name, units[i].name) || ifb_str_is(name, units[i].one)) {
            *out = (enum ifb_unit_id)i;
            return true;
        }
    return false;
}

bool ifb_unit_is_small(enum ifb_unit_id id)
{
    return id <= IFB_WORDS || (id >= IFB_LETTERS && id <= IFB_UPPERCASE_WORDS);
}

/* ---- pieces ---- */

/* Pieces as they are found; only counted when there is no arena. */
struct pieces {
    struct ifb_arena *arena;
    ifb_str *at;
    size_t n, cap;
};

static void add(struct pieces *out, ifb_str piece)
{
    if (out->arena) {
        out->at = ifb_grow(out->arena, out->at, &out->cap, out->n + 1, sizeof(*out->at));
        out->at[out->n] = piece;
    }
    out->n++;
}

static void add_chars(ifb_str text, bool (*wanted)(uint32_t), struct pieces *out)
{
    const char *p = text.ptr, *end = p + text.len;

    while (p < end) {
        const char *from = p;
        uint32_t cp = ifb_utf8_next(&p);

        if (!wanted || wanted(cp))
            add(out, (ifb_str){ from, (size_t)(p - from) });
    }
}

/* What is left of a run of non-space from its first word character to its last. */
static void add_words(ifb_str text, bool upper, struct pieces *out)
{
    const char *p = text.ptr, *end = p + text.len, *first = NULL, *last = NULL;

    while (p <= end) {
        const char *from = p;
        uint32_t cp = p < end ? ifb_utf8_next(&p) : ' ';

        if (ifb_is_word(cp) && cp != '_') {
            first = first ? first : from;
            last = p;
        } else if (ifb_is_space(cp) && first) {
            ifb_str word = { first, (size_t)(last - first) };

            if (!upper || ifb_str_isupper(word))
                add(out, word);
            first = NULL;
        }
        if (from == end)
            break;
    }
}

/* The next line without its end; `text` moves on. */
static bool next_line(ifb_str *text, ifb_str *line)
{
    size_t end;

    if (!text->len)
        return false;
    end = ifb_str_chr(*text, '\n', 0);
    *line = ifb_str_part(*text, 0, end == SIZE_MAX ? text->len : end);
    *text = ifb_str_from(*text, end == SIZE_MAX ? text->len : end + 1);
    if (line->len && line->ptr[line->len - 1] == '\r')
        line->len--;
    return true;
}

static void add_lines(ifb_str text, bool raw, struct pieces *out)
{
    ifb_str line;

    while (next_line(&text, &line))
        if (raw || !ifb_is_blank(line))
            add(out, line);
}

static void add_paragraphs(ifb_str text, struct pieces *out)
{
    const char *first = NULL, *last = NULL;
    ifb_str line;

    while (next_line(&text, &line)) {
        bool blank = ifb_is_blank(line);

        if (blank && first) {
            add(out, (ifb_str){ first, (size_t)(last - first) });
            first = NULL;
        }
        if (!blank) {
            first = first ? first : line.ptr;
            last = line.ptr + line.len;
        }
    }
    if (first)
        add(out, (ifb_str){ first, (size_t)(last - first) });
}

/* ---- marked lines ---- */

/* Without at most three blanks of indentation. */
static ifb_str unindent(ifb_str line)
{
    for (int i = 0; i < 3 && line.len && line.ptr[0] == ' '; i++)
        line = ifb_str_from(line, 1);
    return line;
}

static size_t count_run(ifb_str s, char c)
{
    size_t n = 0;

    while (n < s.len && s.ptr[n] == c)
        n++;
    return n;
}

/* A code fence that is open: its character and length; `mark` 0: none. */
struct fence {
    char mark;
    size_t len;
};

/* True when the line opens or closes a fence, as CommonMark has it. */
static bool turn_fence(struct fence *f, ifb_str line)
{
    ifb_str s = unindent(line);
    char mark = s.len ? s.ptr[0] : 0;
    size_t n = mark == '`' || mark == '~' ? count_run(s, mark) : 0;

    if (n < 3 || (f->mark && (mark != f->mark || n < f->len)))
        return false;
    if (f->mark ? !ifb_is_blank(ifb_str_from(s, n))
                : mark == '`' && ifb_str_chr(s, '`', n) != SIZE_MAX)
        return false;
    *f = f->mark ? (struct fence){ 0, 0 } : (struct fence){ mark, n };
    return true;
}

/* What follows the blank after `n` bytes of mark; absent when there is no blank. */
static ifb_str after_mark(ifb_str s, size_t n)
{
    if (n < s.len && s.ptr[n] != ' ' && s.ptr[n] != '\t')
        return (ifb_str){ NULL, 0 };
    return ifb_strip(ifb_str_from(s, n));
}

/* "* * *" and the like divide; they are no items. */
static bool is_rule(ifb_str s)
{
    size_t n = 0;

    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] != s.ptr[0] && s.ptr[i] != ' ' && s.ptr[i] != '\t')
            return false;
        n += s.ptr[i] == s.ptr[0];
    }
    return n >= 3 && (s.ptr[0] == '*' || s.ptr[0] == '-');
}

static ifb_str bullet(ifb_str line)
{
    ifb_str s = ifb_strip(line);
    ifb_str dot = IFB_STR("\xe2\x80\xa2");

    if (ifb_str_starts(s, dot))
        return after_mark(s, dot.len);
    if (!s.len || !s.ptr[0] || !strchr("-*+", s.ptr[0]) || is_rule(s))
        return (ifb_str){ NULL, 0 };
    return after_mark(s, 1);
}

static ifb_str list_item(ifb_str line)
{
    ifb_str s = ifb_strip(line);
    size_t n = 0;

    while (n < s.len && n < 9 && s.ptr[n] >= '0' && s.ptr[n] <= '9')
        n++;
    if (n && n < s.len && (s.ptr[n] == '.' || s.ptr[n] == ')'))
        return after_mark(s, n + 1);
    return bullet(line);
}

static ifb_str heading(ifb_str line)
{
    ifb_str s = unindent(line), title;
    size_t n = count_run(s, '#');

    title = n && n <= 6 ? after_mark(s, n) : (ifb_str){ NULL, 0 };
    n = title.len;
    while (n && title.ptr[n - 1] == '#')
        n--;
    if (n < title.len && (!n || title.ptr[n - 1] == ' ' || title.ptr[n - 1] == '\t'))
        title = ifb_rstrip(ifb_str_part(title, 0, n));
    return title;
}

static void add_marked(ifb_str text, ifb_str (*content)(ifb_str), struct pieces *out)
{
    struct fence fence = { 0, 0 };
    ifb_str line;

    while (next_line(&text, &line)) {
        ifb_str piece;

        if (turn_fence(&fence, line) || fence.mark)
            continue;
        piece = content(line);
        if (piece.ptr)
            add(out, piece);
    }
}

static void add_code_blocks(ifb_str text, struct pieces *out)
{
    struct fence fence = { 0, 0 };
    const char *from = NULL;
    ifb_str line;

    while (next_line(&text, &line)) {
        if (!turn_fence(&fence, line))
            continue;
        if (fence.mark)
            from = text.ptr;
        else
            add(out, (ifb_str){ from, (size_t)(line.ptr - from) });
    }
    if (fence.mark)
        add(out, (ifb_str){ from, (size_t)(text.ptr - from) });
}

static bool add_matches(const struct ifb_pattern *pattern, struct ifb_probe *p,
                        struct pieces *out)
{
    ifb_str text = ifb_text_raw(p->text);
    struct ifb_scan scan;
    enum ifb_match m;
    size_t from, to;

    ifb_scan_open(&scan, pattern->re, text);
    scan.budget = p->steps;
    while ((m = ifb_scan_next(&scan, &from, &to)) == IFB_MATCH)
        add(out, ifb_str_part(text, from, to));
    ifb_scan_close(&scan);
    if (m == IFB_MATCH_LIMIT)
        ifb_pattern_say_broken(pattern, p);
    return m != IFB_MATCH_LIMIT;
}

static bool collect(enum ifb_unit_id id, const struct ifb_pattern *pattern, struct ifb_probe *p,
                    struct pieces *out)
{
    ifb_str text = ifb_text_raw(p->text);
    struct ifb_strs sentences;

    switch (id) {
    case IFB_CHARS: add_chars(text, NULL, out); break;
    case IFB_LETTERS: add_chars(text, ifb_is_alpha, out); break;
    case IFB_DIGITS: add_chars(text, ifb_is_decimal, out); break;
    case IFB_WORDS: add_words(text, false, out); break;
    case IFB_UPPERCASE_WORDS: add_words(text, true, out); break;
    case IFB_SENTENCES:
        sentences = ifb_text_sentences(p->text);
        for (size_t i = 0; i < sentences.n; i++)
            add(out, sentences.at[i]);
        break;
    case IFB_LINES: add_lines(text, false, out); break;
    case IFB_RAW_LINES: add_lines(text, true, out); break;
    case IFB_PARAGRAPHS: add_paragraphs(text, out); break;
    case IFB_BULLETS: add_marked(text, bullet, out); break;
    case IFB_LIST_ITEMS: add_marked(text, list_item, out); break;
    case IFB_HEADINGS: add_marked(text, heading, out); break;
    case IFB_CODE_BLOCKS: add_code_blocks(text, out); break;
    case IFB_MATCHES: return add_matches(pattern, p, out);
    case IFB_BYTES:
    case IFB_NUNITS: break;
    }
    return true;
}

bool ifb_unit_pieces(enum ifb_unit_id id, const struct ifb_pattern *pattern, struct ifb_probe *p,
                     struct ifb_strs *out)
{
    struct pieces found = { .arena = p->scratch };
    bool ok = collect(id, pattern, p, &found);

    *out = (struct ifb_strs){ found.at, found.n };
    return ok;
}

int64_t ifb_unit_count(enum ifb_unit_id id, const struct ifb_pattern *pattern,
                       struct ifb_probe *p)
{
    struct pieces found = { .arena = NULL };

    if (id == IFB_BYTES)
        return (int64_t)ifb_text_raw(p->text).len;
    if (id == IFB_CHARS)
        return (int64_t)ifb_utf8_count(ifb_text_raw(p->text));
    return collect(id, pattern, p, &found) ? (int64_t)found.n : -1;
}

enum ifb_code ifb_unit_bind(enum ifb_unit_id id, ifb_str source, struct ifb_pattern *out,
                            struct ifb_arena *arena, struct ifb_error *err)
{
    if (id != IFB_MATCHES && source.ptr)
        return ifb_fail(err, IFB_EINPUT, "pattern: belongs to the unit \"matches\" only");
    if (id != IFB_MATCHES)
        return IFB_OK;
    if (!source.ptr)
        return ifb_fail(err, IFB_EINPUT, "pattern is missing, which the unit \"matches\" needs");
    return ifb_pattern_bind_valid(out, source, 0, arena, err);
}
