/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/base/buf.h"

#include <stdio.h>
#include <stdlib.h>

#include "harness/base/arena.h"

void ifb_buf_init(struct ifb_buf *b, size_t max)
{
    *b = (struct ifb_buf){ .max = max };
}

void ifb_buf_close(struct ifb_buf *b)
{
    free(b->ptr);
    ifb_buf_init(b, b->max);
}

void ifb_buf_clear(struct ifb_buf *b)
{
    b->len = 0;
    b->full = false;
}

char *ifb_buf_room(struct ifb_buf *b, size_t len)
{
    size_t cap = b->cap ? b->cap : 256;
    char *moved;

    if (b->full || len > b->max || b->len > b->max - len) {
        b->full = true;
        return NULL;
    }
    if (b->len + len <= b->cap)
        return b->ptr + b->len;
    while (cap < b->len + len)
        cap *= 2;
    if (cap > b->max)
        cap = b->max;
    moved = realloc(b->ptr, cap);
    if (!moved)
        ifb_out_of_memory();
    b->ptr = moved;
    b->cap = cap;
    return b->ptr + b->len;
}

bool ifb_buf_add(struct ifb_buf *b, const void *bytes, size_t len)
{
    char *room;

    if (!len)
        return !b->full;
    room = !b->full && len <= b->cap - b->len ? b->ptr + b->len : ifb_buf_room(b, len);
    if (!room)
        return false;
    memcpy(room, bytes, len);
    b->len += len;
    return true;
}

bool ifb_buf_str(struct ifb_buf *b, ifb_str s)
{
    return ifb_buf_add(b, s.ptr, s.len);
}

bool ifb_buf_cstr(struct ifb_buf *b, const char *s)
{
    return ifb_buf_add(b, s, strlen(s));
}

bool ifb_buf_char(struct ifb_buf *b, char c)
{
    if (b->full || b->len == b->cap)
        return ifb_buf_add(b, &c, 1);
    b->ptr[b->len++] = c;
    return true;
}

bool ifb_buf_vfmt(struct ifb_buf *b, const char *fmt, va_list ap)
{
    char small[256];
    va_list again;
    char *text;
    int n;
    bool ok;

    va_copy(again, ap);
    n = vsnprintf(small, sizeof(small), fmt, ap);
    if (n >= 0 && (size_t)n < sizeof(small)) {
        va_end(again);
        return ifb_buf_add(b, small, (size_t)n);
    }
    text = n < 0 ? NULL : malloc((size_t)n + 1);
    if (!text)
        ifb_out_of_memory();
    vsnprintf(text, (size_t)n + 1, fmt, again);
    va_end(again);
    ok = ifb_buf_add(b, text, (size_t)n);
    free(text);
    return ok;
}

bool ifb_buf_fmt(struct ifb_buf *b, const char *fmt, ...)
{
    va_list ap;
    bool ok;

    va_start(ap, fmt);
    ok = ifb_buf_vfmt(b, fmt, ap);
    va_end(ap);
    return ok;
}
