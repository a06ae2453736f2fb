/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A buffered writer on a report's sink: append without looking, the caller of
 * the report asks the sink at the end. Allocates nothing.
 */
#ifndef IFB_REPORTS_PEN_H
#define IFB_REPORTS_PEN_H

#include <ifbench/report.h>

#define IFB_PEN_SIZE ((size_t)16 << 10)

struct ifb_pen {
    const struct ifb_sink *sink;  /* NULL: bytes are counted and dropped */
    bool ok;                      /* false once the sink refused; the rest is dropped */
    uint64_t total;               /* bytes given so far */
    size_t n;
    char at[IFB_PEN_SIZE];
};

void ifb_pen_open(struct ifb_pen *p, const struct ifb_sink *sink);
void ifb_pen_add(struct ifb_pen *p, const char *bytes, size_t len);
void ifb_pen_str(struct ifb_pen *p, ifb_str s);
void ifb_pen_cstr(struct ifb_pen *p, const char *s);

/* For our own short texts and numbers: cut at 511 bytes. */
void ifb_pen_fmt(struct ifb_pen *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Hands the rest to the sink. Every report ends with it. */
void ifb_pen_flush(struct ifb_pen *p);

#endif
