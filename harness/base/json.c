/* SPDX-License-Identifier: Apache-2.0 */
/* The strict reader: recursive descent with a bounded depth, a tree on request. */
#include "harness/base/json.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"

#define PYTHON_DIGITS_MAX 4300  /* sys.int_info.default_max_str_digits */

struct parser {
    struct ifb_arena *arena;  /* NULL: no tree is wanted */
    const char *start, *at, *end, *seen;
    unsigned line, flags;  /* `line` is that of `seen`, which trails `at` */
    int depth, depth_max;
    const struct ifb_json_want *wants;  /* of the rows' members; NULL: all */
    struct ifb_error *err;
};

static enum ifb_code parse_value(struct parser *p, struct ifb_json *out);

static unsigned line_of(struct parser *p)
{
    const char *newline;

    while ((newline = memchr(p->seen, '\n', (size_t)(p->at - p->seen))) != NULL) {
        p->line++;
        p->seen = newline + 1;
    }
    p->seen = p->at;
    return p->line;
}

static enum ifb_code bad(struct parser *p, const char *what)
{
    if (!p->err)
        return IFB_EINPUT;
    return ifb_fail(p->err, IFB_EINPUT, "line %u: %s", line_of(p), what);
}

static void skip_space(struct parser *p)
{
    /* Pretty documents are a third indentation. */
    while (p->end - p->at >= 8 && memcmp(p->at, "        ", 8) == 0)
        p->at += 8;
    while (p->at < p->end && (*p->at == ' ' || *p->at == '\t' || *p->at == '\n' || *p->at == '\r'))
        p->at++;
}

static bool take(struct parser *p, char c)
{
    if (p->at == p->end || *p->at != c)
        return false;
    p->at++;
    return true;
}

static bool take_word(struct parser *p, const char *word)
{
    size_t len = strlen(word);

    if ((size_t)(p->end - p->at) < len || memcmp(p->at, word, len) != 0)
        return false;
    p->at += len;
    return true;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* The four digits of \uXXXX at `at`; -1 when they are not there. */
static int32_t hex4(const char *at, const char *end)
{
    int32_t value = 0;

    if (end - at < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(at[i]);

        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

/* A checked \u escape at *at (behind the 'u'), surrogate pairs joined, lone ones U+FFFD. */
static uint32_t unicode_escape(const char **at, const char *end)
{
    uint32_t cp = (uint32_t)hex4(*at, end);

    *at += 4;
    if (cp >= 0xd800 && cp < 0xdc00 && end - *at >= 6 && (*at)[0] == '\\' && (*at)[1] == 'u') {
        int32_t low = hex4(*at + 2, end);

        if (low >= 0xdc00 && low < 0xe000) {
            *at += 6;
            return 0x10000 + ((cp - 0xd800) << 10) + ((uint32_t)low - 0xdc00);
        }
    }
    return cp >= 0xd800 && cp < 0xe000 ? 0xfffd : cp;
}

/* Decodes a string body that was checked before; the result is never longer than the source. */
static ifb_str unescape(struct ifb_arena *arena, const char *at, const char *end)
{
    char *out = ifb_alloc_raw(arena, (size_t)(end - at) + 1);
    size_t n = 0;

    while (at < end) {
        const char *slash = memchr(at, '\\', (size_t)(end - at));
        size_t run = (size_t)((slash ? slash : end) - at);

        memcpy(out + n, at, run);
        n += run;
        at += run;
        if (!slash)
            break;
        at += 2;
        switch (at[-1]) {
        case 'b': out[n++] = '\b'; break;
        case 'f': out[n++] = '\f'; break;
        case 'n': out[n++] = '\n'; break;
        case 'r': out[n++] = '\r'; break;
        case 't': out[n++] = '\t'; break;
        case 'u': n += ifb_utf8_put(out + n, unicode_escape(&at, end)); break;
        default: out[n++] = at[-1]; break;
        }
    }
    out[n] = '\0';
    return (ifb_str){ out, n };
}

static enum ifb_code check_escape(struct parser *p)
{
    p->at++;
    if (p->at == p->end)
        return bad(p, "a string is not closed");
    if (*p->at == 'u') {
        if (hex4(p->at + 1, p->end) < 0)
            return bad(p, "\\u needs four hex digits");
        p->at += 5;
        return IFB_OK;
    }
    if (!strchr("\"\\/bfnrt", *p->at) || !*p->at)
        return bad(p, "unknown escape in a string");
    p->at++;
    return IFB_OK;
}

/*
 * How many of the eight bytes at `at` need no look, up to the first quote,
 * backslash or control character. The usual trick: a byte of x that is zero sets
 * its top bit, and the lowest bit set is never a false one.
 */
static unsigned plain_bytes(const char *at)
{
    const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
    uint64_t word, quote, slash, found;

    memcpy(&word, at, sizeof(word));
    quote = word ^ (ones * '"');
    slash = word ^ (ones * '\\');
    found = (((quote - ones) & ~quote) | ((slash - ones) & ~slash) |
             ((word - ones * 0x20) & ~word)) & tops;
    if (!found)
        return 8;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return (unsigned)__builtin_ctzll(found) / 8;
#else
    return 0;
#endif
}

/* Behind the opening quote. */
static enum ifb_code parse_string(struct parser *p, ifb_str *out)
{
    const char *start = p->at;
    bool escapes = false;
    enum ifb_code code;

    for (;;) {
        unsigned plain = 8;

        while (plain == 8 && p->end - p->at >= 8)
            p->at += plain = plain_bytes(p->at);
        if (p->at == p->end)
            return bad(p, "a string is not closed");
        if (*p->at == '"')
            break;
        if ((unsigned char)*p->at < 0x20)
            return bad(p, "a raw control character in a string");
        if (*p->at != '\\') {
            p->at++;
            continue;
        }
        escapes = true;
        code = check_escape(p);
        if (code)
            return code;
    }
    if (!p->arena)
        *out = (ifb_str){ start, 0 };
    else if (escapes)
        *out = unescape(p->arena, start, p->at);
    else
        *out = (ifb_str){ start, (size_t)(p->at - start) };
    p->at++;
    return IFB_OK;
}

static size_t skip_digits(struct parser *p)
{
    const char *start = p->at;

    while (p->at < p->end && *p->at >= '0' && *p->at <= '9')
        p->at++;
    return (size_t)(p->at - start);
}

/* strtod under the C locale, whatever the embedding program has set. */
static double read_double(ifb_str s)
{
    char small[128], *text = s.len < sizeof(small) ? small : malloc(s.len + 1);
    locale_t c = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
    double value = NAN;

    if (!text)
        ifb_out_of_memory();
    memcpy(text, s.ptr, s.len);
    text[s.len] = '\0';
    if (c) {
        value = strtod_l(text, NULL, c);
        freelocale(c);
    }
    if (text != small)
        free(text);
    return value;
}

static void set_number(struct ifb_json *out, ifb_str spelt, bool integer)
{
    out->kind = IFB_JNUMBER;
    out->string = spelt;
    if (integer && ifb_str_int(spelt, &out->integer)) {
        out->whole = true;
        out->number = (double)out->integer;
        return;
    }
    out->number = read_double(spelt);
    if (fabs(out->number) < 9.2e18 && floor(out->number) == out->number) {
        out->whole = true;
        out->integer = (int64_t)out->number;
    }
}

static enum ifb_code parse_number(struct parser *p, struct ifb_json *out)
{
    const char *start = p->at;
    bool integer = true;
    size_t digits;

    take(p, '-');
    digits = take(p, '0') ? 1 : skip_digits(p);
    if (!digits)
        return bad(p, "a value was expected");
    if (p->at + 1 < p->end && *p->at == '.' && p->at[1] >= '0' && p->at[1] <= '9') {
        integer = false;
        p->at++;
        skip_digits(p);
    }
    if (p->at < p->end && (*p->at == 'e' || *p->at == 'E')) {
        const char *mark = p->at++;

        if (!take(p, '+'))
            take(p, '-');
        if (skip_digits(p))
            integer = false;
        else
            p->at = mark;
    }
    if ((p->flags & IFB_JSON_PYTHON) && integer && digits > PYTHON_DIGITS_MAX)
        return bad(p, "an integer of more than 4300 digits");
    if (p->arena)
        set_number(out, (ifb_str){ start, (size_t)(p->at - start) }, integer);
    return IFB_OK;
}

static struct ifb_json *add_member(struct parser *p, struct ifb_json *parent,
                                   struct ifb_json **last, struct ifb_json *spare)
{
    struct ifb_json *member = spare;

    if (p->arena) {
        member = ifb_new(p->arena, struct ifb_json, 1);
        if (*last)
            (*last)->next = member;
        else
            parent->first = member;
        *last = member;
    }
    parent->n++;
    return member;
}

static int by_key(const void *a, const void *b)
{
    const struct ifb_json *const *x = a, *const *y = b;

    return ifb_str_cmp((*x)->key, (*y)->key);
}

#define FEW 8

/* A member whose key another one has, or NULL; by comparing all, for objects of a few members. */
static const struct ifb_json *double_of_few(const struct ifb_json *object)
{
    for (const struct ifb_json *a = object->first; a; a = a->next)
        for (const struct ifb_json *b = a->next; b; b = b->next)
            if (ifb_str_eq(a->key, b->key))
                return b;
    return NULL;
}

/* The same by sorting, for hostile documents of a million members. */
static const struct ifb_json *double_of_many(const struct ifb_json *object)
{
    const struct ifb_json **sorted = malloc(object->n * sizeof(*sorted)), *found = NULL;
    size_t n = 0;

    if (!sorted)
        ifb_out_of_memory();
    for (const struct ifb_json *m = object->first; m; m = m->next)
        sorted[n++] = m;
    qsort(sorted, n, sizeof(*sorted), by_key);
    for (size_t i = 1; i < n && !found; i++)
        if (by_key(&sorted[i - 1], &sorted[i]) == 0)
            found = sorted[i];
    free(sorted);
    return found;
}

static enum ifb_code check_unique(struct parser *p, const struct ifb_json *object)
{
    const struct ifb_json *twice;

    if ((p->flags & (IFB_JSON_DUPLICATES | IFB_JSON_PYTHON)) || !p->arena || object->n < 2)
        return IFB_OK;
    twice = object->n <= FEW ? double_of_few(object) : double_of_many(object);
    if (!twice)
        return IFB_OK;
    return ifb_fail(p->err, IFB_EINPUT, "line %u: duplicate key \"%.*s\"", line_of(p),
                    IFB_ARG(ifb_utf8_cut(twice->key, 80)));
}

static enum ifb_code parse_key(struct parser *p, ifb_str *key)
{
    enum ifb_code code;

    skip_space(p);
    if (!take(p, '"'))
        return bad(p, "a key in quotes was expected");
    code = parse_string(p, key);
    if (code)
        return code;
    skip_space(p);
    return take(p, ':') ? IFB_OK : bad(p, "':' was expected");
}

/* What is wanted of a row's member, NULL: nothing. Rows are the objects in the outermost array. */
static const struct ifb_json_want *want_of(const struct parser *p, ifb_str key)
{
    static const struct ifb_json_want all = { NULL, false };

    if (!p->wants || p->depth != 2)
        return &all;
    for (size_t i = 0; p->wants[i].key; i++)
        if (ifb_str_is(key, p->wants[i].key))
            return &p->wants[i];
    return NULL;
}

/* Code points of a string body that was checked. */
static int64_t count_body(const char *at, const char *end)
{
    int64_t n = (int64_t)ifb_utf8_count((ifb_str){ at, (size_t)(end - at) });

    while ((at = memchr(at, '\\', (size_t)(end - at))) != NULL) {
        const char *from = at;

        at += 2;
        if (at[-1] == 'u')
            unicode_escape(&at, end);
        n -= at - from - 1;
    }
    return n;
}

static enum ifb_code skip_value(struct parser *p)
{
    struct ifb_arena *arena = p->arena;
    struct ifb_json spare = { 0 };
    enum ifb_code code;

    p->arena = NULL;
    code = parse_value(p, &spare);
    p->arena = arena;
    return code;
}

/* A string without its bytes; anything else as it is. */
static enum ifb_code measure_value(struct parser *p, struct ifb_json *out)
{
    const char *start;
    enum ifb_code code;

    skip_space(p);
    if (p->at == p->end || *p->at != '"')
        return parse_value(p, out);
    out->kind = IFB_JSTRING;
    out->line = p->line;
    start = p->at + 1;
    code = skip_value(p);
    if (!code)
        out->integer = count_body(start, p->at - 1);
    return code;
}

static enum ifb_code parse_member(struct parser *p, struct ifb_json *out, struct ifb_json **last,
                                  char close)
{
    ifb_str key = { 0 };
    const struct ifb_json_want *want = NULL;
    struct ifb_json *member, spare = { 0 };
    enum ifb_code code = close == '}' ? parse_key(p, &key) : IFB_OK;

    if (code)
        return code;
    if (close == '}' && !(want = want_of(p, key)))
        return skip_value(p);
    member = add_member(p, out, last, &spare);
    code = want && want->length_only && p->arena ? measure_value(p, member)
                                                 : parse_value(p, member);
    member->key = key;
    return code;
}

/* Members up to `close`, behind the opening bracket. */
static enum ifb_code parse_members(struct parser *p, struct ifb_json *out, char close)
{
    struct ifb_json *last = NULL;
    enum ifb_code code;

    if (++p->depth > p->depth_max)
        return ifb_fail(p->err, IFB_ELIMIT, "line %u: nested more than %d levels deep", line_of(p),
                        p->depth_max);
    skip_space(p);
    if (!take(p, close)) {
        do {
            code = parse_member(p, out, &last, close);
            if (code)
                return code;
            skip_space(p);
        } while (take(p, ','));
        if (!take(p, close))
            return bad(p, close == '}' ? "',' or '}' was expected" : "',' or ']' was expected");
    }
    p->depth--;
    return close == '}' ? check_unique(p, out) : IFB_OK;
}

static bool parse_python_constant(struct parser *p, struct ifb_json *out)
{
    out->kind = IFB_JNUMBER;
    if (take_word(p, "NaN"))
        out->number = NAN;
    else if (take_word(p, "Infinity"))
        out->number = INFINITY;
    else if (take_word(p, "-Infinity"))
        out->number = -INFINITY;
    else
        return false;
    return true;
}

static enum ifb_code parse_value(struct parser *p, struct ifb_json *out)
{
    skip_space(p);
    if (p->at == p->end)
        return bad(p, "a value was expected, found the end");
    if (p->arena) {
        out->line = line_of(p);
        out->at = (uint32_t)(p->at - p->start);
    }
    switch (*p->at) {
    case '{':
        p->at++;
        out->kind = IFB_JOBJECT;
        return parse_members(p, out, '}');
    case '[':
        p->at++;
        out->kind = IFB_JARRAY;
        return parse_members(p, out, ']');
    case '"':
        p->at++;
        out->kind = IFB_JSTRING;
        return parse_string(p, &out->string);
    }
    out->kind = IFB_JBOOL;
    out->truth = take_word(p, "true");
    if (out->truth || take_word(p, "false"))
        return IFB_OK;
    out->kind = IFB_JNULL;
    if (take_word(p, "null"))
        return IFB_OK;
    if ((p->flags & IFB_JSON_PYTHON) && parse_python_constant(p, out))
        return IFB_OK;
    return parse_number(p, out);
}

static enum ifb_code parse_document(struct parser *p, struct ifb_json *out)
{
    enum ifb_code code = parse_value(p, out);

    if (code)
        return code;
    skip_space(p);
    return p->at == p->end ? IFB_OK : bad(p, "text after the end of the value");
}

static struct parser parser_of(struct ifb_arena *arena, ifb_str text, unsigned flags,
                               unsigned line, struct ifb_error *err)
{
    const char *start = text.ptr ? text.ptr : "";

    return (struct parser){ .arena = arena, .start = start, .at = start, .seen = start,
                            .end = start + text.len, .line = line, .flags = flags, .err = err,
                            .depth_max = flags & IFB_JSON_PYTHON ? IFB_JSON_DEPTH_PYTHON
                                                                 : IFB_JSON_DEPTH };
}

enum ifb_code ifb_json_parse_rows(struct ifb_arena *arena, ifb_str text, unsigned flags,
                                  unsigned line, const struct ifb_json_want *wants,
                                  const struct ifb_json **out, struct ifb_error *err)
{
    struct parser p = parser_of(arena, text, flags, line, err);
    struct ifb_json *value = ifb_new(arena, struct ifb_json, 1);
    enum ifb_code code;

    p.wants = wants;
    code = parse_document(&p, value);
    if (!code)
        *out = value;
    return code;
}

enum ifb_code ifb_json_parse(struct ifb_arena *arena, ifb_str text, unsigned flags, unsigned line,
                             const struct ifb_json **out, struct ifb_error *err)
{
    return ifb_json_parse_rows(arena, text, flags, line, NULL, out, err);
}

enum ifb_code ifb_json_check(ifb_str text, unsigned flags, struct ifb_error *err)
{
    struct parser p = parser_of(NULL, text, flags, 1, err);
    struct ifb_json value = { 0 };

    return parse_document(&p, &value);
}

ifb_str ifb_json_source(ifb_str text, unsigned flags, const struct ifb_json *value)
{
    struct parser p = parser_of(NULL, text, flags, 1, NULL);
    struct ifb_json spare = { 0 };

    if (text.len > UINT32_MAX)
        return (ifb_str){ p.start, 0 };
    p.at += value->at;
    if (parse_value(&p, &spare))
        return (ifb_str){ p.start + value->at, 0 };
    return (ifb_str){ p.start + value->at, (size_t)(p.at - p.start) - value->at };
}

static void copy_members(struct ifb_arena *arena, const struct ifb_json *from, struct ifb_json *to)
{
    struct ifb_json *at, *last = NULL;

    if (!from->n)
        return;
    to->first = at = ifb_new(arena, struct ifb_json, from->n);
    for (const struct ifb_json *m = from->first; m; m = m->next, last = at++) {
        *at = *m;
        if (m->key.ptr)
            at->key = ifb_str_copy(arena, m->key);
        if (m->string.ptr)
            at->string = ifb_str_copy(arena, m->string);
        if (last)
            last->next = at;
        copy_members(arena, m, at);
    }
}

const struct ifb_json *ifb_json_copy(struct ifb_arena *arena, const struct ifb_json *value)
{
    struct ifb_json *copy = ifb_new(arena, struct ifb_json, 1);

    *copy = *value;
    copy->next = NULL;
    copy->key = (ifb_str){ NULL, 0 };
    if (value->string.ptr)
        copy->string = ifb_str_copy(arena, value->string);
    copy_members(arena, value, copy);
    return copy;
}

const struct ifb_json *ifb_json_get(const struct ifb_json *object, const char *key)
{
    const struct ifb_json *found = NULL;
    ifb_str name = ifb_str_of(key);

    if (!object || object->kind != IFB_JOBJECT)
        return NULL;
    for (const struct ifb_json *m = object->first; m; m = m->next)
        if (ifb_str_eq(m->key, name))
            found = m;
    return found;
}

const struct ifb_json *ifb_json_at(const struct ifb_json *array, size_t i)
{
    const struct ifb_json *m = array ? array->first : NULL;

    while (m && i--)
        m = m->next;
    return m;
}

ifb_str ifb_json_str(const struct ifb_json *object, const char *key)
{
    const struct ifb_json *m = ifb_json_get(object, key);

    return m && m->kind == IFB_JSTRING ? m->string : (ifb_str){ NULL, 0 };
}

int64_t ifb_json_int(const struct ifb_json *object, const char *key, int64_t otherwise)
{
    const struct ifb_json *m = ifb_json_get(object, key);

    return m && m->kind == IFB_JNUMBER && m->whole ? m->integer : otherwise;
}

double ifb_json_real(const struct ifb_json *object, const char *key, double otherwise)
{
    const struct ifb_json *m = ifb_json_get(object, key);

    return m && m->kind == IFB_JNUMBER ? m->number : otherwise;
}

const char *ifb_json_kind_name(enum ifb_json_kind kind)
{
    static const char *const names[] = { "null",     "a boolean", "a number",
                                         "a string", "an array",  "an object" };

    return names[kind];
}
