/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/pen.h"

#include <stdarg.h>
#include <stdio.h>

void ifb_pen_open(struct ifb_pen *p, const struct ifb_sink *sink)
{
    p->sink = sink;
    p->ok = true;
    p->total = 0;
    p->n = 0;
}

static void give(struct ifb_pen *p, const char *bytes, size_t len)
{
    if (len && p->sink && p->ok)
        p->ok = p->sink->append(p->sink->self, bytes, len);
}

void ifb_pen_flush(struct ifb_pen *p)
{
    give(p, p->at, p->n);
    p->n = 0;
}

void ifb_pen_add(struct ifb_pen *p, const char *bytes, size_t len)
{
    p->total += len;
    if (!p->sink || !len)
        return;
    if (len > IFB_PEN_SIZE - p->n)
        ifb_pen_flush(p);
    if (len > IFB_PEN_SIZE) {
        give(p, bytes, len);
        return;
    }
    memcpy(p->at + p->n, bytes, len);
    p->n += len;
}

void ifb_pen_str(struct ifb_pen *p, ifb_str s)
{
    ifb_pen_add(p, s.ptr, s.len);
}

void ifb_pen_cstr(struct ifb_pen *p, const char *s)
{
    ifb_pen_add(p, s, strlen(s));
}

void ifb_pen_fmt(struct ifb_pen *p, const char *fmt, ...)
{
    char text[512];
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    if (n > 0)
        ifb_pen_add(p, text, (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1);
}
