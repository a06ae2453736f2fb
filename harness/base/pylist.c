/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of strings in Python's spelling. */
#include "harness/base/pylist.h"

#include "harness/base/arena.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"

/* The text under way: `at` is read up to `rest`. */
struct reader {
    ifb_str rest;
    char *out;   /* the string under construction; as large as the text */
    size_t len;
};

static void skip_space(struct reader *r)
{
    while (r->rest.len && strchr(" \t\n\r\f", r->rest.ptr[0]) && r->rest.ptr[0])
        r->rest = ifb_str_from(r->rest, 1);
}

static bool take(struct reader *r, char c)
{
    if (!r->rest.len || r->rest.ptr[0] != c)
        return false;
    r->rest = ifb_str_from(r->rest, 1);
    return true;
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if ((c | 32) >= 'a' && (c | 32) <= 'f')
        return (c | 32) - 'a' + 10;
    return 16;
}

/* Up to `most` digits of a base; how many there were. */
static size_t take_digits(struct reader *r, size_t most, int base, uint32_t *value)
{
    size_t n = 0;

    for (*value = 0; n < most && n < r->rest.len && digit_of(r->rest.ptr[n]) < base; n++)
        *value = *value * (uint32_t)base + (uint32_t)digit_of(r->rest.ptr[n]);
    r->rest = ifb_str_from(r->rest, n);
    return n;
}

/* A character never takes more bytes than its escape. */
static bool put_char(struct reader *r, uint32_t cp)
{
    if (cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000))
        return false;
    r->len += ifb_utf8_put(r->out + r->len, cp);
    return true;
}

static bool read_hex(struct reader *r, size_t digits)
{
    uint32_t value;

    return take_digits(r, digits, 16, &value) == digits && put_char(r, value);
}

/* What stands behind a backslash. */
static bool read_escape(struct reader *r)
{
    static const char names[] = "\\'\"abfnrtv", values[] = "\\'\"\a\b\f\n\r\t\v";
    const char *name;
    uint32_t value;
    char c;

    if (!r->rest.len)
        return false;
    if (take_digits(r, 3, 8, &value))
        return put_char(r, value);
    c = r->rest.ptr[0];
    name = c ? strchr(names, c) : NULL;
    if (name || c == '\n' || c == 'x' || c == 'u' || c == 'U')
        r->rest = ifb_str_from(r->rest, 1);
    if (name)
        r->out[r->len++] = values[name - names];
    if (name || c == '\n')
        return true;
    if (c == 'x' || c == 'u' || c == 'U')
        return read_hex(r, c == 'x' ? 2 : c == 'u' ? 4 : 8);
    r->out[r->len++] = '\\';
    return c != 'N';
}

static bool read_literal(struct reader *r)
{
    bool raw = false;
    char quote;

    if (r->rest.len > 1 && strchr("rRuU", r->rest.ptr[0]) && r->rest.ptr[0] &&
        (r->rest.ptr[1] == '\'' || r->rest.ptr[1] == '"')) {
        raw = (r->rest.ptr[0] | 32) == 'r';
        r->rest = ifb_str_from(r->rest, 1);
    }
    quote = r->rest.len ? r->rest.ptr[0] : '\0';
    if (quote != '\'' && quote != '"')
        return false;
    r->rest = ifb_str_from(r->rest, 1);
    while (!take(r, quote)) {
        if (!r->rest.len || r->rest.ptr[0] == '\n')
            return false;
        if (!raw && take(r, '\\')) {
            if (!read_escape(r))
                return false;
            continue;
        }
        if (raw && r->rest.ptr[0] == '\\' && r->rest.len > 1) {
            r->out[r->len++] = '\\';
            r->rest = ifb_str_from(r->rest, 1);
        }
        r->out[r->len++] = r->rest.ptr[0];
        r->rest = ifb_str_from(r->rest, 1);
    }
    return true;
}

/* Literals up to the comma or bracket behind them. */
static bool read_string(struct reader *r, ifb_str *out)
{
    size_t from = r->len;
    bool more = true;

    while (more) {
        if (!read_literal(r))
            return false;
        skip_space(r);
        more = take(r, '+');
        skip_space(r);
        more = more || (r->rest.len && r->rest.ptr[0] && strchr("'\"rRuU", r->rest.ptr[0]));
    }
    *out = (ifb_str){ r->out + from, r->len - from };
    return true;
}

bool ifb_pylist_read(struct ifb_arena *arena, ifb_str text, struct ifb_strs *out)
{
    struct reader r = { .rest = ifb_str_trim_ascii(text) };
    ifb_str *at = NULL;
    size_t n = 0, cap = 0;

    if (!take(&r, '['))
        return false;
    r.out = ifb_alloc_raw(arena, r.rest.len + 4);
    skip_space(&r);
    while (!take(&r, ']')) {
        at = ifb_grow(arena, at, &cap, n + 1, sizeof(*at));
        if (!read_string(&r, &at[n++]))
            return false;
        if (!take(&r, ',') && (!r.rest.len || r.rest.ptr[0] != ']'))
            return false;
        skip_space(&r);
    }
    *out = (struct ifb_strs){ at, n };
    return !r.rest.len;
}

/* ---- any value ---- */

#define DEPTH_MAX 50

static struct ifb_json *read_value(struct reader *r, struct ifb_arena *arena, int depth);

/* A bare word or number: up to what can stand behind one. */
static ifb_str take_word(struct reader *r)
{
    size_t n = 0;
    ifb_str word;

    while (n < r->rest.len && (r->rest.ptr[n] == '.' || r->rest.ptr[n] == '_' ||
                               r->rest.ptr[n] == '+' || r->rest.ptr[n] == '-' ||
                               digit_of(r->rest.ptr[n]) < 10 ||
                               ((r->rest.ptr[n] | 32) >= 'a' && (r->rest.ptr[n] | 32) <= 'z')))
        n++;
    word = ifb_str_part(r->rest, 0, n);
    r->rest = ifb_str_from(r->rest, n);
    return word;
}

static struct ifb_json *read_word(struct reader *r, struct ifb_arena *arena)
{
    ifb_str word = take_word(r);
    struct ifb_json *v = ifb_json_new(arena, IFB_JNUMBER, 1);

    v->string = word;
    if (ifb_str_is(word, "None"))
        v->kind = IFB_JNULL;
    else if (ifb_str_is(word, "True") || ifb_str_is(word, "False"))
        v->kind = IFB_JBOOL;
    else if (!ifb_str_real(word, &v->number))
        return NULL;
    v->truth = ifb_str_is(word, "True");
    v->whole = ifb_str_int(word, &v->integer);
    return v;
}

static bool read_member(struct reader *r, struct ifb_arena *arena, bool dict, int depth,
                        struct ifb_json *into, struct ifb_json **tail)
{
    struct ifb_json *key = NULL, *value;

    if (dict) {
        key = read_value(r, arena, depth);
        skip_space(r);
        if (!key || key->kind != IFB_JSTRING || !take(r, ':'))
            return false;
    }
    value = read_value(r, arena, depth);
    if (value)
        ifb_json_append(into, tail, key ? key->string : (ifb_str){ NULL, 0 }, value);
    return value != NULL;
}

static struct ifb_json *read_members(struct reader *r, struct ifb_arena *arena, char close,
                                     int depth)
{
    bool dict = close == '}';
    struct ifb_json *v = ifb_json_new(arena, dict ? IFB_JOBJECT : IFB_JARRAY, 1), *tail = NULL;

    skip_space(r);
    while (!take(r, close)) {
        if (!read_member(r, arena, dict, depth, v, &tail))
            return NULL;
        skip_space(r);
        if (!take(r, ',') && (!r->rest.len || r->rest.ptr[0] != close))
            return NULL;
        skip_space(r);
    }
    return v;
}

static struct ifb_json *read_value(struct reader *r, struct ifb_arena *arena, int depth)
{
    struct ifb_json *v;

    skip_space(r);
    if (!r->rest.len || depth == DEPTH_MAX)
        return NULL;
    if (take(r, '['))
        return read_members(r, arena, ']', depth + 1);
    if (take(r, '('))
        return read_members(r, arena, ')', depth + 1);
    if (take(r, '{'))
        return read_members(r, arena, '}', depth + 1);
    if (r->rest.ptr[0] == '\'' || r->rest.ptr[0] == '"') {
        v = ifb_json_new(arena, IFB_JSTRING, 1);
        return read_string(r, &v->string) ? v : NULL;
    }
    return read_word(r, arena);
}

const struct ifb_json *ifb_pyvalue_read(struct ifb_arena *arena, ifb_str text)
{
    struct reader r = { .rest = text };
    const struct ifb_json *v;

    r.out = ifb_alloc_raw(arena, text.len + 4);
    v = read_value(&r, arena, 0);
    skip_space(&r);
    return r.rest.len ? NULL : v;
}
