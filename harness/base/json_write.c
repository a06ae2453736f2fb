/* SPDX-License-Identifier: Apache-2.0 */
/* The writer: commas, quotes and indentation are looked after. */
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/base/json.h"

static ifb_str head_of(ifb_str s, size_t len)
{
    return (ifb_str){ s.ptr, len };
}

static const char hex[] = "0123456789abcdef";

/*
 * 1: always escaped; 2: escaped in a page; 3 and 4: perhaps (the lead bytes of U+2028 and U+2029,
 * and of U+0080 to U+009F, which some terminals obey as they obey ESC).
 */
static const unsigned char special[256] = {
    [0] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    ['"'] = 1, ['\\'] = 1, [0x7f] = 1, ['<'] = 2, ['>'] = 2, ['&'] = 2, [0xe2] = 3, [0xc2] = 4,
};

/* Writes the escape of `c`, at most six bytes, to `to`; returns its end. */
static char *escape(char *to, unsigned char c)
{
    static const char letters[] = { ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't' };

    *to++ = '\\';
    if (c == '"' || c == '\\') {
        *to++ = (char)c;
    } else if (c < sizeof(letters) && letters[c]) {
        *to++ = letters[c];
    } else {
        memcpy(to, "u00", 3);
        to[3] = hex[c >> 4];
        to[4] = hex[c & 15];
        to += 5;
    }
    return to;
}

/* U+2028 and U+2029 end a line in JavaScript. */
static bool is_line_separator(ifb_str s, size_t at)
{
    return s.len - at >= 3 && (unsigned char)s.ptr[at + 1] == 0x80 &&
           ((unsigned char)s.ptr[at + 2] | 1) == 0xa9;
}

static bool is_high_control(ifb_str s, size_t at)
{
    return s.len - at >= 2 && ((unsigned char)s.ptr[at + 1] & 0xe0) == 0x80;
}

/* How many bytes from `at` on are certainly plain: eight by eight, then none. */
static size_t plain_run(ifb_str s, size_t at)
{
    const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
    size_t start = at;

    for (; s.len - at >= 8; at += 8) {
        uint64_t word, quote, slash, del;

        memcpy(&word, s.ptr + at, sizeof(word));
        quote = word ^ (ones * '"');
        slash = word ^ (ones * '\\');
        del = word ^ (ones * 0x7f);
        /* Non-ASCII may be U+2028, '<', '>' and '&' matter in a page: left to the slow way. */
        if ((word | ((quote - ones) & ~quote) | ((slash - ones) & ~slash) |
             ((del - ones) & ~del) | ((word - ones * 0x20) & ~word)) & tops)
            break;
    }
    return at - start;
}

#define CHUNK ((size_t)4096)

/* The escaped form of s[at, to) to `out`, which has room for six times as much. */
static char *quote_chunk(char *out, ifb_str s, size_t at, size_t to, bool html, size_t *end)
{
    while (at < to) {
        size_t run = html ? 0 : plain_run(head_of(s, to), at);
        unsigned char c;

        if (run) {
            memcpy(out, s.ptr + at, run);
            out += run;
            at += run;
            if (at == to)
                break;
        }
        c = (unsigned char)s.ptr[at];
        if (!special[c] || (special[c] == 2 && !html) ||
            (special[c] == 3 && !is_line_separator(s, at)) ||
            (special[c] == 4 && !is_high_control(s, at))) {
            *out++ = (char)c;
            at++;
        } else if (special[c] == 3) {
            memcpy(out, (unsigned char)s.ptr[at + 2] == 0xa8 ? "\\u2028" : "\\u2029", 6);
            out += 6;
            at += 3;
        } else {
            at += special[c] == 4;
            out = escape(out, (unsigned char)s.ptr[at++]);
        }
    }
    *end = at;
    return out;
}

void ifb_json_quote(struct ifb_buf *out, ifb_str s, bool html)
{
    size_t at = 0;

    ifb_buf_char(out, '"');
    while (at < s.len && !out->full) {
        size_t to = s.len - at > CHUNK ? at + CHUNK : s.len;
        char *room = ifb_buf_room(out, 6 * (to - at));

        /* Near its ceiling a buffer may lack room for the worst case: then byte by byte. */
        if (!room) {
            out->full = out->max - out->len < 6;
            to = at + 1;
            room = ifb_buf_room(out, 6);
        }
        if (!room)
            return;
        out->len += (size_t)(quote_chunk(room, s, at, to, html, &at) - room);
    }
    ifb_buf_char(out, '"');
}

void ifb_json_quote_python(struct ifb_buf *out, ifb_str s)
{
    static const char letters[] = { ['\b'] = 'b', ['\f'] = 'f' };
    size_t from = 0;
    char text[8];

    ifb_buf_char(out, '"');
    for (size_t at = 0; at < s.len; at++) {
        unsigned char c = (unsigned char)s.ptr[at];

        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        ifb_buf_add(out, s.ptr + from, at - from);
        if (c < sizeof(letters) && letters[c])
            ifb_buf_fmt(out, "\\%c", letters[c]);
        else
            ifb_buf_add(out, text, (size_t)(escape(text, c) - text));
        from = at + 1;
    }
    ifb_buf_add(out, s.ptr ? s.ptr + from : "", s.len - from);
    ifb_buf_char(out, '"');
}

void ifb_jw_open(struct ifb_jw *w, struct ifb_buf *out)
{
    memset(w, 0, sizeof(*w));
    w->out = out;
}

static void new_line(struct ifb_jw *w)
{
    if (!w->pretty)
        return;
    ifb_buf_char(w->out, '\n');
    for (int i = 0; i < w->depth; i++)
        ifb_buf_cstr(w->out, "  ");
}

/* What stands before a value: comma, new line, key. */
static void lead(struct ifb_jw *w, const char *key)
{
    if (w->depth) {
        if (w->some[w->depth - 1])
            ifb_buf_cstr(w->out, w->python && !w->pretty ? ", " : ",");
        w->some[w->depth - 1] = true;
        new_line(w);
    }
    if (key) {
        /* Keys are our own names: nothing in them needs an escape. */
        ifb_buf_char(w->out, '"');
        ifb_buf_cstr(w->out, key);
        ifb_buf_cstr(w->out, w->pretty || w->python ? "\": " : "\":");
    }
}

static void begin(struct ifb_jw *w, const char *key, char kind)
{
    lead(w, key);
    ifb_buf_char(w->out, kind);
    assert(w->depth < IFB_JW_DEPTH);
    w->kind[w->depth] = kind;
    w->some[w->depth++] = false;
}

void ifb_jw_object(struct ifb_jw *w, const char *key)
{
    begin(w, key, '{');
}

void ifb_jw_array(struct ifb_jw *w, const char *key)
{
    begin(w, key, '[');
}

void ifb_jw_end(struct ifb_jw *w)
{
    bool some;

    assert(w->depth > 0);
    some = w->some[--w->depth];
    if (some)
        new_line(w);
    ifb_buf_char(w->out, w->kind[w->depth] == '{' ? '}' : ']');
}

void ifb_jw_str(struct ifb_jw *w, const char *key, ifb_str value)
{
    lead(w, key);
    if (value.ptr && w->python)
        ifb_json_quote_python(w->out, value);
    else if (value.ptr)
        ifb_json_quote(w->out, value, w->html);
    else
        ifb_buf_cstr(w->out, "null");
}

void ifb_jw_cstr(struct ifb_jw *w, const char *key, const char *value)
{
    ifb_jw_str(w, key, (ifb_str){ value, value ? strlen(value) : 0 });
}

void ifb_jw_int(struct ifb_jw *w, const char *key, int64_t value)
{
    char text[24], *at = text + sizeof(text);
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

    lead(w, key);
    do
        *--at = (char)('0' + rest % 10);
    while (rest /= 10);
    if (value < 0)
        *--at = '-';
    ifb_buf_add(w->out, at, (size_t)(text + sizeof(text) - at));
}

void ifb_jw_real(struct ifb_jw *w, const char *key, double value)
{
    char text[40];

    if (!isfinite(value)) {
        ifb_jw_null(w, key);
        return;
    }
    if (!w->python && fabs(value) < 1e15 && value == trunc(value) &&
        (value != 0 || !signbit(value))) {
        ifb_jw_int(w, key, (int64_t)value);
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof(text), "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    for (char *p = text; *p; p++)
        if (!strchr("+-0123456789e", *p))
            *p = '.'; /* an embedding program's locale may print a comma */
    lead(w, key);
    ifb_buf_cstr(w->out, text);
    if (w->python && !strpbrk(text, ".e"))
        ifb_buf_cstr(w->out, ".0");
}

void ifb_jw_bool(struct ifb_jw *w, const char *key, bool value)
{
    lead(w, key);
    ifb_buf_cstr(w->out, value ? "true" : "false");
}

void ifb_jw_null(struct ifb_jw *w, const char *key)
{
    lead(w, key);
    ifb_buf_cstr(w->out, "null");
}

void ifb_jw_raw(struct ifb_jw *w, const char *key, ifb_str json)
{
    lead(w, key);
    ifb_buf_str(w->out, json);
}

static void write_value(struct ifb_buf *out, const struct ifb_json *v, bool html)
{
    bool object = v->kind == IFB_JOBJECT;

    switch (v->kind) {
    case IFB_JNULL: ifb_buf_cstr(out, "null"); break;
    case IFB_JBOOL: ifb_buf_cstr(out, v->truth ? "true" : "false"); break;
    case IFB_JNUMBER: v->string.ptr ? ifb_buf_str(out, v->string) : ifb_buf_cstr(out, "null"); break;
    case IFB_JSTRING: ifb_json_quote(out, v->string, html); break;
    case IFB_JARRAY:
    case IFB_JOBJECT:
        ifb_buf_char(out, object ? '{' : '[');
        for (const struct ifb_json *m = v->first; m; m = m->next) {
            if (m != v->first)
                ifb_buf_char(out, ',');
            if (object) {
                ifb_json_quote(out, m->key, html);
                ifb_buf_char(out, ':');
            }
            write_value(out, m, html);
        }
        ifb_buf_char(out, object ? '}' : ']');
        break;
    }
}

void ifb_jw_value(struct ifb_jw *w, const char *key, const struct ifb_json *value)
{
    lead(w, key);
    write_value(w->out, value, w->html);
}

void ifb_jw_counts(struct ifb_jw *w, const struct ifb_counts *counts)
{
    ifb_jw_object(w, "counts");
    ifb_jw_int(w, "total", counts->total);
    ifb_jw_int(w, "passed", counts->passed);
    ifb_jw_int(w, "failed", counts->failed);
    ifb_jw_int(w, "errors", counts->errors);
    ifb_jw_int(w, "unscored", counts->unscored);
    ifb_jw_int(w, "pending", counts->pending);
    ifb_jw_end(w);
}
