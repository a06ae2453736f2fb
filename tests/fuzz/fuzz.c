/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes of an input as numbers, texts, JSON and arguments, and what every verdict must be. */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"

#define DOCUMENT_MAX ((size_t)1 << 20)
#define DEPTH 6

void fuzz_broken(const char *what, const char *file, int line)
{
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
    abort();
}

/* ---- taking ---- */

uint8_t fuzz_byte(struct fuzz_in *in)
{
    if (!in->n)
        return 0;
    in->n--;
    return *in->at++;
}

unsigned fuzz_below(struct fuzz_in *in, unsigned n)
{
    unsigned x = fuzz_byte(in);

    if (n > 256)
        x = x << 8 | fuzz_byte(in);
    return x % n;
}

bool fuzz_is_text(const struct fuzz_in *in)
{
    return in->n && (in->at[0] >= ' ' || in->at[0] == '\n');
}

ifb_str fuzz_exact(struct ifb_arena *arena, ifb_str s)
{
    char *copy = ifb_alloc_raw(arena, s.len);

    if (s.len)
        memcpy(copy, s.ptr, s.len);
    return (ifb_str){ copy, s.len };
}

static ifb_str take(struct fuzz_in *in, size_t n, struct ifb_arena *arena)
{
    ifb_str bytes = { (const char *)in->at, n < in->n ? n : in->n };

    in->at += bytes.len;
    in->n -= bytes.len;
    if (!bytes.len)
        return fuzz_exact(arena, IFB_STR(""));
    return fuzz_exact(arena, ifb_utf8_repair(arena, bytes));
}

ifb_str fuzz_rest(struct fuzz_in *in, struct ifb_arena *arena)
{
    return take(in, in->n, arena);
}

ifb_str fuzz_until(struct fuzz_in *in, char sep, struct ifb_arena *arena)
{
    const uint8_t *end = in->n ? memchr(in->at, sep, in->n) : NULL;
    ifb_str part = take(in, end ? (size_t)(end - in->at) : in->n, arena);

    if (end)
        fuzz_byte(in);
    return part;
}

ifb_str fuzz_few(struct fuzz_in *in, struct ifb_arena *arena)
{
    return take(in, fuzz_below(in, 24), arena);
}

/* ---- JSON ---- */

static const char *const odd_numbers[] = {
    "0", "1", "2", "3", "5", "10", "100", "1000", "-1", "0.5", "1.0", "1e3", "-0", "0.1", "99.99",
    "4294967295", "4294967296", "2147483648", "9007199254740993", "9223372036854775807",
    "-9223372036854775808", "9223372036854775808", "1e308", "1e309", "-1e309", "1e-320",
    "123456789012345678901234567890.5",
};
#define NODD (sizeof(odd_numbers) / sizeof(odd_numbers[0]))

static void put_number(struct fuzz_in *in, struct ifb_buf *out)
{
    uint8_t b = fuzz_byte(in);

    if (b < 128)
        ifb_buf_fmt(out, "%d", b);
    else
        ifb_buf_cstr(out, odd_numbers[b % NODD]);
}

static const char *draw(struct fuzz_in *in, const char *const *words)
{
    unsigned n = 0;

    while (words[n])
        n++;
    return n ? words[fuzz_below(in, n)] : "";
}

static void put_string(struct fuzz_in *in, struct ifb_arena *arena, struct ifb_buf *out)
{
    ifb_json_quote(out, fuzz_few(in, arena), false);
}

static void put_value(struct fuzz_in *in, const struct fuzz_words *words, struct ifb_arena *arena,
                      int depth, struct ifb_buf *out);

static void put_members(struct fuzz_in *in, const struct fuzz_words *words,
                        struct ifb_arena *arena, int depth, bool keys, struct ifb_buf *out)
{
    unsigned n = fuzz_below(in, 5);

    ifb_buf_char(out, keys ? '{' : '[');
    for (unsigned i = 0; i < n; i++) {
        ifb_buf_cstr(out, i ? "," : "");
        if (keys) {
            ifb_json_quote(out, ifb_str_of(draw(in, words->keys)), false);
            ifb_buf_char(out, ':');
        }
        put_value(in, words, arena, depth - 1, out);
    }
    ifb_buf_char(out, keys ? '}' : ']');
}

static void put_value(struct fuzz_in *in, const struct fuzz_words *words, struct ifb_arena *arena,
                      int depth, struct ifb_buf *out)
{
    static const char *const plain[] = { "true", "false", "null", NULL };
    unsigned what = fuzz_below(in, depth ? 16 : 10);

    if (what < 5)
        ifb_json_quote(out, ifb_str_of(draw(in, words->strings)), false);
    else if (what < 6)
        put_string(in, arena, out);
    else if (what < 9)
        put_number(in, out);
    else if (what < 10)
        ifb_buf_cstr(out, draw(in, plain));
    else
        put_members(in, words, arena, depth, what > 11, out);
}

void fuzz_json(struct fuzz_in *in, const struct fuzz_words *words, struct ifb_arena *arena,
               struct ifb_buf *out)
{
    put_value(in, words, arena, DEPTH, out);
}

ifb_str fuzz_document(struct fuzz_in *in, bool text, const struct fuzz_words *words,
                      struct ifb_arena *arena)
{
    struct ifb_buf buf;
    ifb_str made;

    if (text)
        return fuzz_until(in, 0, arena);
    ifb_buf_init(&buf, DOCUMENT_MAX);
    fuzz_json(in, words, arena, &buf);
    made = fuzz_exact(arena, ifb_buf_view(&buf));
    ifb_buf_close(&buf);
    return made;
}

/* ---- checks and their arguments ---- */

#define CHECKS_MAX 1000

/* The walk over the tables takes a search a step. */
const struct ifb_check *fuzz_check(struct fuzz_in *in)
{
    static const struct ifb_check *all[CHECKS_MAX];
    static unsigned n;

    for (const struct ifb_check *c = n ? NULL : ifb_check_next(NULL); c; c = ifb_check_next(c)) {
        fuzz_demand(n < CHECKS_MAX);
        all[n++] = c;
    }
    return all[fuzz_below(in, n)];
}

static const char *const some_strings[] = {
    "a", "the", "\n", " ", "*", "[a-z]+", "(a|b)*c", "\\w+", "(?i)x", "^.*$", "***", "P.S.", "en",
    "es", "ja", "{\"type\":\"object\"}", "//p", "h1", "line", "words", ",", "\xc3\xa9", "\xc3\x9f",
    "\xe3\x80\x82", "\xf0\x9f\x98\x80", "SECTION", "e.g.", "First word\nSecond", "count(//a) > 1",
    "['a', \"b\\n\" 'c']", "{instruction}\nA: {answer}", "$18", "02/10/2015", "(B)", NULL
};
static const char *const some_keys[] = {
    "type", "properties", "required", "items", "minItems", "maxLength", "pattern", "enum", "anyOf",
    "$ref", "a", "b", "min", "max", "unit", "value", "additionalProperties", "const", NULL
};

static void put_text(struct fuzz_in *in, struct ifb_arena *arena, struct ifb_buf *out)
{
    uint8_t b = fuzz_byte(in);

    if (b & 1)
        put_string(in, arena, out);
    else
        ifb_json_quote(out, ifb_str_of(draw(in, some_strings)), false);
}

static void put_texts(struct fuzz_in *in, struct ifb_arena *arena, struct ifb_buf *out)
{
    unsigned n = fuzz_below(in, 6);

    ifb_buf_char(out, '[');
    for (unsigned i = 0; i < n; i++) {
        ifb_buf_cstr(out, i ? "," : "");
        put_text(in, arena, out);
    }
    ifb_buf_char(out, ']');
}

/* Often within the range that the field names. */
static void put_whole(struct fuzz_in *in, const struct ifb_field *f, struct ifb_buf *out)
{
    if (f->max > f->min && fuzz_byte(in) & 3)
        ifb_buf_fmt(out, "%.0f", f->min + fuzz_below(in, 256));
    else
        put_number(in, out);
}

static void put_choice(struct fuzz_in *in, const struct ifb_field *f, struct ifb_arena *arena,
                       struct ifb_buf *out)
{
    if (fuzz_byte(in) == 255)
        put_string(in, arena, out);
    else
        ifb_json_quote(out, ifb_str_of(draw(in, f->choices)), false);
}

static void put_field(struct fuzz_in *in, const struct ifb_field *f, struct ifb_arena *arena,
                      struct ifb_buf *out)
{
    const struct fuzz_words words = { some_keys, some_strings };

    switch (f->kind) {
    case IFB_BOOL: ifb_buf_cstr(out, fuzz_byte(in) & 1 ? "true" : "false"); break;
    case IFB_INT:
    case IFB_REAL: put_whole(in, f, out); break;
    case IFB_STRING: put_text(in, arena, out); break;
    case IFB_CHOICE: put_choice(in, f, arena, out); break;
    case IFB_TEXTS:
    case IFB_STRINGS: put_texts(in, arena, out); break;
    case IFB_JSON: fuzz_json(in, &words, arena, out); break;
    }
}

void fuzz_args(struct fuzz_in *in, const struct ifb_check *check, struct ifb_arena *arena,
               struct ifb_buf *out)
{
    bool some = false;

    ifb_buf_char(out, '{');
    for (const struct ifb_field *f = check->fields; f && f->name; f++) {
        /* A required argument is rarely left out, another one half of the time. */
        uint8_t b = fuzz_byte(in);

        if (f->required ? b == 255 : b & 1)
            continue;
        ifb_buf_fmt(out, "%s\"%s\":", some ? "," : "", f->name);
        put_field(in, f, arena, out);
        some = true;
    }
    ifb_buf_char(out, '}');
}

/* ---- verdicts ---- */

static bool cuts_no_character(ifb_str s, size_t at)
{
    return at == s.len || ((unsigned char)s.ptr[at] & 0xc0) != 0x80;
}

bool fuzz_within(ifb_str piece, ifb_str whole)
{
    size_t from = (size_t)(piece.ptr - whole.ptr);

    return piece.ptr >= whole.ptr && from <= whole.len && piece.len <= whole.len - from &&
           cuts_no_character(whole, from) && cuts_no_character(whole, from + piece.len);
}

static void demand_spans(const ifb_verdict *v, ifb_str answer)
{
    fuzz_demand(v->nat <= IFB_SPANS_MAX);
    for (uint16_t i = 0; i < v->nat; i++) {
        struct ifb_span s = v->at[i];

        fuzz_demand(s.from <= s.to && s.to <= answer.len);
        fuzz_demand(cuts_no_character(answer, s.from) && cuts_no_character(answer, s.to));
    }
    fuzz_demand(ifb_utf8_valid(v->why) == v->why.len);
    fuzz_demand(v->outcome == IFB_PASS || v->why.len);
}

enum ifb_outcome fuzz_score(const struct ifb_constraint *c, ifb_str answer,
                            const struct ifb_resources *res)
{
    struct ifb_arena *cell = ifb_arena_new(), *scratch = ifb_arena_new();
    ifb_verdict strict, loose, quiet_strict, quiet_loose;

    ifb_constraint_score(c, ifb_forms_new(cell, answer, res), scratch, true, &strict, &loose);
    demand_spans(&strict, answer);
    demand_spans(&loose, answer);
    fuzz_demand(strict.outcome != IFB_PASS || loose.outcome == IFB_PASS);
    ifb_constraint_score(c, ifb_forms_new(cell, answer, res), scratch, false, &quiet_strict,
                         &quiet_loose);
    fuzz_demand(strict.outcome == quiet_strict.outcome && loose.outcome == quiet_loose.outcome);
    fuzz_demand(quiet_strict.nat == 0 && quiet_loose.nat == 0);
    ifb_arena_close(scratch);
    ifb_arena_close(cell);
    return strict.outcome;
}
