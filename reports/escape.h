/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one place where text from outside is made safe for a format: one function
 * a context. In all of them control characters become visible (U+2400 and on;
 * C1 becomes U+FFFD) and characters that override the direction of text (U+202A
 * to 202E, U+2066 to 2069) are spelt out as "[U+202E]". Text is valid UTF-8; an
 * absent string writes nothing.
 */
#ifndef IFB_REPORTS_ESCAPE_H
#define IFB_REPORTS_ESCAPE_H

#include "reports/pen.h"

/* Between tags; "\n" and "\t" stay. Also right inside <title>. */
void ifb_escape_text(struct ifb_pen *p, ifb_str s);

/* Inside a double-quoted attribute that is not a URL, a style or a handler. */
void ifb_escape_attr(struct ifb_pen *p, ifb_str s);

/* A JSON string with its quotes inside <script type="application/json">. */
void ifb_escape_island(struct ifb_pen *p, ifb_str s);

/*
 * One line of a terminal: "\n" and "\t" become visible too, and so do U+2028,
 * U+2029 and the direction marks U+200E, U+200F, U+061C.
 */
void ifb_escape_line(struct ifb_pen *p, ifb_str s);

/*
 * A field of CSV (RFC 4180), quoted when it must be. One that a spreadsheet
 * would take for a formula (it begins with = + - @, their full-width forms, a
 * tab, CR or LF) gets an apostrophe in front. "\n" and "\t" become visible.
 */
void ifb_escape_csv(struct ifb_pen *p, ifb_str s);

/*
 * A cell of a Markdown table: like a line, with what would be markup escaped
 * (not '_', so that names of metrics stay what people search for).
 */
void ifb_escape_markdown(struct ifb_pen *p, ifb_str s);

#endif
