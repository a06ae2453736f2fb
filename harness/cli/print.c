/* SPDX-License-Identifier: Apache-2.0 */
/* The only file that writes to the terminal. */
#include <stdarg.h>
#include <stdio.h>

#include <ifbench/report.h>

#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "harness/cli/command.h"

void ifb_print(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vprintf(fmt, ap);
    va_end(ap);
}

void ifb_print_str(ifb_str s)
{
    if (s.len)
        fwrite(s.ptr, 1, s.len, stdout);
}

/* C0, DEL, C1, and the characters that reorder a line. */
static bool is_unsafe(uint32_t cp)
{
    return (cp < 0x20 && cp != '\n' && cp != '\t') || (cp >= 0x7f && cp < 0xa0) ||
           (cp >= 0x200e && cp <= 0x200f) || (cp >= 0x202a && cp <= 0x202e) ||
           (cp >= 0x2066 && cp <= 0x2069);
}

void ifb_print_safe(ifb_str s)
{
    const char *p = s.ptr, *end = s.ptr + s.len;

    while (p < end) {
        const char *from = p;

        if (is_unsafe(ifb_utf8_next(&p)))
            fputs("\xef\xbf\xbd", stdout);
        else
            fwrite(from, 1, (size_t)(p - from), stdout);
    }
}

/* In place; a message may be cut in a character, or name a file whose name is no UTF-8. */
static void make_safe(char *line)
{
    ifb_str rest = ifb_str_of(line);
    char *to = line;

    while (rest.len) {
        const char *p = rest.ptr, *end = p + ifb_utf8_valid(rest);

        while (p < end) {
            const char *from = p;
            uint32_t cp = ifb_utf8_next(&p);

            if (is_unsafe(cp) || cp == '\n' || cp == '\t')
                *to++ = '?';
            else
                while (from < p)
                    *to++ = *from++;
        }
        rest = ifb_str_from(rest, (size_t)(end - rest.ptr));
        if (rest.len) {
            *to++ = '?';
            rest = ifb_str_from(rest, 1);
        }
    }
    *to = '\0';
}

void ifb_note(const char *fmt, ...)
{
    char line[1200];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    make_safe(line);
    fprintf(stderr, "ifbench: %s\n", line);
}

static bool append_stdout(void *self, const char *bytes, size_t len)
{
    (void)self;
    return fwrite(bytes, 1, len, stdout) == len;
}

const struct ifb_sink *ifb_stdout_sink(void)
{
    static const struct ifb_sink sink = { NULL, append_stdout };

    return &sink;
}
