/* SPDX-License-Identifier: Apache-2.0 */
/* Runs of harmless bytes are copied whole; a table says which bytes need a look. */
#include "reports/escape.h"

enum context { TEXT = 1, ATTR = 2, ISLAND = 4, LINE = 8, CSV = 16, MARKDOWN = 32, ALL = 63 };

#define TIGHT (LINE | CSV | MARKDOWN)  /* contexts of one line */

/* In which contexts a byte may need replacing. */
static const unsigned char look[256] = {
    [0] = ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL,
    ['\t'] = ISLAND | TIGHT, ['\n'] = ATTR | ISLAND | TIGHT,
    [0x0b] = ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL,
    ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL,
    ['"'] = ATTR | ISLAND | CSV, ['\''] = ATTR,
    ['&'] = TEXT | ATTR | ISLAND | MARKDOWN, ['<'] = TEXT | ATTR | ISLAND | MARKDOWN,
    ['>'] = TEXT | ATTR | ISLAND, ['\\'] = ISLAND | MARKDOWN, ['`'] = MARKDOWN,
    ['*'] = MARKDOWN, ['|'] = MARKDOWN, ['['] = MARKDOWN, [']'] = MARKDOWN,
    [0x7f] = ALL, [0xc2] = ALL, [0xd8] = TIGHT, [0xe2] = ALL,
};

static void markup(struct ifb_pen *p, char c, enum context to)
{
    if (to == MARKDOWN && c != '<' && c != '&') {
        char escaped[2] = { '\\', c };

        ifb_pen_add(p, escaped, 2);
        return;
    }
    switch (c) {
    case '&': ifb_pen_cstr(p, to == ISLAND ? "\\u0026" : "&amp;"); break;
    case '<': ifb_pen_cstr(p, to == ISLAND ? "\\u003c" : "&lt;"); break;
    case '>': ifb_pen_cstr(p, to == ISLAND ? "\\u003e" : "&gt;"); break;
    case '"': ifb_pen_cstr(p, to == ISLAND ? "\\\"" : to == CSV ? "\"\"" : "&quot;"); break;
    case '\'': ifb_pen_cstr(p, "&#39;"); break;
    default: ifb_pen_cstr(p, "\\\\"); break;
    }
}

static void control(struct ifb_pen *p, unsigned char c, enum context to)
{
    char picture[3] = { '\xe2', '\x90', (char)(0x80 + (c == 0x7f ? 0x21 : c)) };

    if (c == '\n' && to == ATTR)
        ifb_pen_cstr(p, "&#10;");
    else if ((c == '\n' || c == '\t') && to == ISLAND)
        ifb_pen_cstr(p, c == '\n' ? "\\n" : "\\t");
    else
        ifb_pen_add(p, picture, sizeof(picture));
}

static bool is_hidden(uint32_t cp, enum context to)
{
    if ((cp >= 0x202a && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069))
        return true;
    return (to & TIGHT) &&
           (cp == 0x61c || cp == 0x200e || cp == 0x200f || cp == 0x2028 || cp == 0x2029);
}

/* Replaces the character at u if it must be; returns its length, 0 when it may stay. */
static size_t replace(struct ifb_pen *p, const unsigned char *u, size_t n, enum context to)
{
    uint32_t cp;

    if (u[0] < 0x20 || u[0] == 0x7f) {
        control(p, u[0], to);
        return 1;
    }
    if (u[0] < 0x80) {
        markup(p, (char)u[0], to);
        return 1;
    }
    if (u[0] == 0xc2) {
        if (n < 2 || u[1] >= 0xa0)
            return 0;
        ifb_pen_cstr(p, "\xef\xbf\xbd");
        return 2;
    }
    if (u[0] == 0xe2 && n >= 3)
        cp = 0x2000u | (u[1] & 0x3fu) << 6 | (u[2] & 0x3fu);
    else if (u[0] == 0xd8 && n >= 2)
        cp = 0x600u | (u[1] & 0x3fu);
    else
        return 0;
    if (!is_hidden(cp, to))
        return 0;
    ifb_pen_fmt(p, to == MARKDOWN ? "\\[U+%04X\\]" : "[U+%04X]", (unsigned)cp);
    return u[0] == 0xe2 ? 3 : 2;
}

static void escape(struct ifb_pen *p, ifb_str s, enum context to)
{
    const unsigned char *u = (const unsigned char *)s.ptr;
    size_t from = 0, i = 0;

    while (i < s.len) {
        size_t skip;

        if (!(look[u[i]] & to)) {
            i++;
            continue;
        }
        ifb_pen_add(p, s.ptr + from, i - from);
        skip = replace(p, u + i, s.len - i, to);
        from = i + skip;
        i += skip ? skip : 1;
    }
    if (from < s.len)
        ifb_pen_add(p, s.ptr + from, s.len - from);
}

void ifb_escape_text(struct ifb_pen *p, ifb_str s)
{
    escape(p, s, TEXT);
}

void ifb_escape_attr(struct ifb_pen *p, ifb_str s)
{
    escape(p, s, ATTR);
}

void ifb_escape_island(struct ifb_pen *p, ifb_str s)
{
    ifb_pen_cstr(p, "\"");
    escape(p, s, ISLAND);
    ifb_pen_cstr(p, "\"");
}

void ifb_escape_line(struct ifb_pen *p, ifb_str s)
{
    escape(p, s, LINE);
}

void ifb_escape_markdown(struct ifb_pen *p, ifb_str s)
{
    escape(p, s, MARKDOWN);
}

static bool is_formula(ifb_str s)
{
    static const char *const starts[] = { "=", "+", "-", "@", "\t", "\r", "\n",
                                          "\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d",
                                          "\xef\xbc\xa0" };

    for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
        if (s.len >= strlen(starts[i]) && memcmp(s.ptr, starts[i], strlen(starts[i])) == 0)
            return true;
    return false;
}

/* Semicolons too: where the decimal point is a comma, spreadsheets split at them. */
static bool wants_quotes(ifb_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (strchr(",;\"", s.ptr[i]) && s.ptr[i])
            return true;
    return s.len && (s.ptr[0] == ' ' || s.ptr[s.len - 1] == ' ');
}

void ifb_escape_csv(struct ifb_pen *p, ifb_str s)
{
    bool quoted = wants_quotes(s);

    if (quoted)
        ifb_pen_cstr(p, "\"");
    if (is_formula(s))
        ifb_pen_cstr(p, "'");
    escape(p, s, CSV);
    if (quoted)
        ifb_pen_cstr(p, "\"");
}
