/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A byte buffer that grows up to a ceiling it is born with. Going over the
 * ceiling drops the bytes and sets `full`, which stays set: append without
 * looking, check once at the end.
 */
#ifndef IFB_BASE_BUF_H
#define IFB_BASE_BUF_H

#include <stdarg.h>

#include <ifbench/types.h>

struct ifb_buf {
    char *ptr;
    size_t len, cap, max;
    bool full;
};

/* An empty buffer that will hold at most `max` bytes; allocates nothing. */
void ifb_buf_init(struct ifb_buf *b, size_t max);

/* Releases the bytes; the buffer is empty and usable again. */
void ifb_buf_close(struct ifb_buf *b);

/* Forgets the bytes and `full`, keeps the room. */
void ifb_buf_clear(struct ifb_buf *b);

/* Appends; false once the buffer is full. */
bool ifb_buf_add(struct ifb_buf *b, const void *bytes, size_t len);
bool ifb_buf_str(struct ifb_buf *b, ifb_str s);
bool ifb_buf_cstr(struct ifb_buf *b, const char *s);
bool ifb_buf_char(struct ifb_buf *b, char c);
bool ifb_buf_fmt(struct ifb_buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool ifb_buf_vfmt(struct ifb_buf *b, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));

/* Room for `len` more bytes at the end, to be filled and then added to `len`; NULL when full. */
char *ifb_buf_room(struct ifb_buf *b, size_t len);

/* The bytes, valid until the buffer changes. */
static inline ifb_str ifb_buf_view(const struct ifb_buf *b)
{
    return (ifb_str){ b->ptr ? b->ptr : "", b->len };
}

#endif
