/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON seen as text: strict checking, and finding the bytes of a value so that
 * they can be sent on unchanged (U+0000, lone surrogates and all).
 */
#include "tests/mock/mock.h"

#include <string.h>

#define DEPTH_MAX 128

static const char *skip_space(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
        p++;
    return p;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Value of the four hex digits at p, -1 when they are not. */
static int32_t hex4(const char *p, const char *end)
{
    int32_t value = 0;

    if (end - p < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        int digit = hex_value(p[i]);

        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

static const char *skip_escape(const char *p, const char *end)
{
    if (++p == end)
        return NULL;
    if (*p == 'u')
        return hex4(p + 1, end) < 0 ? NULL : p + 5;
    return *p && strchr("\"\\/bfnrt", *p) ? p + 1 : NULL;
}

static const char *skip_string(const char *p, const char *end)
{
    if (p == end || *p++ != '"')
        return NULL;
    while (p && p < end && *p != '"') {
        size_t n = utf8_sequence(p, (size_t)(end - p));

        if (!n || (unsigned char)*p < 0x20)
            return NULL;
        p = *p == '\\' ? skip_escape(p, end) : p + n;
    }
    return p && p < end ? p + 1 : NULL;
}

static const char *skip_digits(const char *p, const char *end)
{
    const char *from = p;

    while (p < end && *p >= '0' && *p <= '9')
        p++;
    return p > from ? p : NULL;
}

static const char *skip_number(const char *p, const char *end)
{
    p += *p == '-';
    p = p < end && *p == '0' ? p + 1 : skip_digits(p, end);
    if (p && p < end && *p == '.')
        p = skip_digits(p + 1, end);
    if (p && p < end && (*p == 'e' || *p == 'E')) {
        p++;
        p = skip_digits(p + (p < end && (*p == '+' || *p == '-')), end);
    }
    return p;
}

static const char *skip_word(const char *p, const char *end, struct span word)
{
    return span_begins((struct span){ p, (size_t)(end - p) }, word) ? p + word.n : NULL;
}

static const char *skip_value(const char *p, const char *end, int depth);

/* The key and colon before a member's value. */
static const char *skip_key(const char *p, const char *end)
{
    p = skip_string(p, end);
    if (p)
        p = skip_space(p, end);
    return p && p < end && *p == ':' ? skip_space(p + 1, end) : NULL;
}

static const char *skip_container(const char *p, const char *end, int depth)
{
    bool object = *p == '{';
    char close = object ? '}' : ']';

    if (depth == DEPTH_MAX)
        return NULL;
    p = skip_space(p + 1, end);
    if (p < end && *p == close)
        return p + 1;
    while (p) {
        if (object)
            p = skip_key(p, end);
        p = p ? skip_value(p, end, depth + 1) : NULL;
        p = p ? skip_space(p, end) : NULL;
        if (!p || p == end)
            return NULL;
        if (*p == close)
            return p + 1;
        p = *p == ',' ? skip_space(p + 1, end) : NULL;
    }
    return NULL;
}

static const char *skip_value(const char *p, const char *end, int depth)
{
    if (p == end)
        return NULL;
    switch (*p) {
    case '"':
        return skip_string(p, end);
    case '{':
    case '[':
        return skip_container(p, end, depth);
    case 't':
        return skip_word(p, end, SPAN("true"));
    case 'f':
        return skip_word(p, end, SPAN("false"));
    case 'n':
        return skip_word(p, end, SPAN("null"));
    default:
        return skip_number(p, end);
    }
}

bool raw_valid(struct span text)
{
    const char *end = text.p + text.n, *p = skip_value(skip_space(text.p, end), end, 0);

    return p && skip_space(p, end) == end;
}

struct span raw_member(struct span object, const char *key)
{
    const char *end = object.p + object.n, *p = skip_space(object.p, end);

    if (p == end || *p != '{')
        return (struct span){ NULL, 0 };
    for (p = skip_space(p + 1, end); p && p < end && *p == '"';) {
        const char *name = p, *value = skip_key(p, end), *after;

        after = value ? skip_value(value, end, 0) : NULL;
        if (!after)
            break;
        if (!strncmp(name + 1, key, strlen(key)) && name[1 + strlen(key)] == '"')
            return (struct span){ value, (size_t)(after - value) };
        p = skip_space(after, end);
        p = p < end && *p == ',' ? skip_space(p + 1, end) : NULL;
    }
    return (struct span){ NULL, 0 };
}

bool raw_next(struct span array, const char **at, struct span *element)
{
    const char *end = array.p + array.n, *p = *at ? *at : array.p;

    p = skip_space(p, end);
    if (p == end || *p != (*at ? ',' : '['))
        return false;
    p = skip_space(p + 1, end);
    *at = skip_value(p, end, 0);
    if (p == end || *p == ']' || !*at)
        return false;
    *element = (struct span){ p, (size_t)(*at - p) };
    return true;
}

static void put_code_point(struct buf *out, uint32_t c)
{
    char s[4];
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = { 0, 0, 0xC0, 0xE0, 0xF0 };

    for (size_t i = n - 1; i > 0; i--) {
        s[i] = (char)(0x80 | (c & 0x3F));
        c >>= 6;
    }
    s[0] = (char)(lead[n] | c);
    buf_put(out, (struct span){ s, n });
}

/* Decodes the \uXXXX at p, with the second half of a pair; returns what follows. */
static const char *decode_unicode(const char *p, const char *end, struct buf *out)
{
    int32_t high = hex4(p + 2, end), low = -1;

    p += 6;
    if (high >= 0xD800 && high < 0xDC00 && end - p >= 6 && p[0] == '\\' && p[1] == 'u')
        low = hex4(p + 2, end);
    if (low >= 0xDC00 && low < 0xE000) {
        put_code_point(out, 0x10000u + (((uint32_t)high & 0x3FF) << 10) + ((uint32_t)low & 0x3FF));
        return p + 6;
    }
    put_code_point(out, high >= 0xD800 && high < 0xE000 ? 0xFFFD : (uint32_t)high);
    return p;
}

void raw_decode(struct span literal, struct buf *out)
{
    static const char names[] = "bfnrt", values[] = "\b\f\n\r\t";
    const char *p = literal.p + 1, *end = literal.p + literal.n - 1;

    while (p < end) {
        const char *run = p, *name;

        while (p < end && *p != '\\')
            p++;
        buf_put(out, (struct span){ run, (size_t)(p - run) });
        if (p == end)
            return;
        if (p[1] == 'u') {
            p = decode_unicode(p, end, out);
            continue;
        }
        name = strchr(names, p[1]);
        buf_put(out, (struct span){ name ? values + (name - names) : p + 1, 1 });
        p += 2;
    }
}
