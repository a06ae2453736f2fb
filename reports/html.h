/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of report.html and of its sisters, the page of a comparison and the
 * leaderboard. A page is one file that needs no other and asks for nothing: its
 * policy forbids every request, and allows its styles and scripts by their
 * hashes. The summary is readable without a script. Samples are a list of small
 * rows and transcripts in deflated blocks (blocks.h), opened on demand; the
 * script makes text nodes of them and never markup.
 */
#ifndef IFB_REPORTS_HTML_H
#define IFB_REPORTS_HTML_H

#include "reports/blocks.h"
#include "reports/escape.h"

/* Bytes of transcripts that a page holds, about: what deflate will make is estimated. */
#define IFB_HTML_BUDGET ((uint64_t)32 << 20)

/* Of more samples, those without a transcript have no row either. */
#define IFB_HTML_ROWS_MAX 200000

/* Bytes of one text that a page holds; the rest is in the journal. */
#define IFB_HTML_TEXT_MAX ((size_t)4 << 20)

/* The whole page, with another budget. */
enum ifb_code ifb_html_write(const struct ifb_summary *summary, struct ifb_samples *samples,
                             uint64_t budget, const struct ifb_sink *sink, struct ifb_error *err);

/* ---- assets.c ---- */

enum ifb_html_asset {
    IFB_STYLE,
    IFB_STYLE_BOARD,
    IFB_SCRIPT_THEME,   /* in the head of every page */
    IFB_SCRIPT_TRANSCRIPT,
    IFB_SCRIPT_LIST,    /* filters, rows, state, keys */
    IFB_SCRIPT_REPORT,  /* what report.html says to it */
    IFB_SCRIPT_DIFF,    /* and what a comparison says */
    IFB_SCRIPT_BOARD
};

ifb_str ifb_html_asset(enum ifb_html_asset which);

/* What a page carries besides the theme's script, in this order. */
struct ifb_html_assets {
    enum ifb_html_asset styles[2], scripts[3];
    size_t nstyles, nscripts;
};

/* A page up to the text of its <title>, from there to what follows <body>, and its end. */
void ifb_html_open(struct ifb_pen *p, const struct ifb_html_assets *a);
void ifb_html_begin(struct ifb_pen *p, const struct ifb_html_assets *a);
void ifb_html_end(struct ifb_pen *p, const struct ifb_html_assets *a);

/* ---- names that filters offer ---- */

#define IFB_HTML_NAMES_MAX 1000  /* beyond it a name can be searched for, not chosen */

struct ifb_html_names {
    ifb_str *at;
    size_t n, cap;
};

struct ifb_html_index {
    struct ifb_arena *arena;
    struct ifb_html_names suites, models, ids;
};

void ifb_html_learn(struct ifb_html_index *index, const struct ifb_sample *s);

/* Position of a name, -1 when it is not known. */
int ifb_html_place(const struct ifb_html_names *names, ifb_str name);

/* Members of a page's data island: "suites":[...],"models":[...],"ids":[...] */
void ifb_html_put_names(struct ifb_pen *p, const struct ifb_html_index *index);

/* ---- parts ---- */

/* Everything above the samples: title, scores, counts, instructions, warnings. */
void ifb_html_put_summary(struct ifb_pen *p, const struct ifb_summary *summary,
                          const struct ifb_html_index *index, struct ifb_arena *arena);

/* Where the script draws the list, and what stands there until it does. */
void ifb_html_put_wait(struct ifb_pen *p);

/* ---- html_sample.c, which says what they hold ---- */

/* What it needs of `scratch` is not given back. */
void ifb_html_put_transcript(struct ifb_pen *p, const struct ifb_sample *s,
                             struct ifb_arena *scratch);

void ifb_html_put_row(struct ifb_pen *p, const struct ifb_sample *s,
                      const struct ifb_html_index *index, bool with_transcript);

/* A row's member `checks`. */
void ifb_html_put_checks(struct ifb_pen *p, const struct ifb_sample *s,
                         const struct ifb_html_index *index);

/* ---- html_summary.c ---- */

/* Outside text in an element that keeps its direction to itself. */
void ifb_html_put_bdi(struct ifb_pen *p, ifb_str s);

/* The same of a name of many parts, which may break behind each of them. */
void ifb_html_put_name(struct ifb_pen *p, ifb_str name);

/* A bar from 0 to 100 %, with a whisker over the interval unless that is NaN. */
void ifb_html_put_bar(struct ifb_pen *p, double value, double lo, double hi);

/* "2026-01-02T03:04:05.678Z" reads better without the fraction and the letters. */
void ifb_html_put_time(struct ifb_pen *p, ifb_str iso);

/* Its day only, where there is no room for more; the whole is the title. */
void ifb_html_put_day(struct ifb_pen *p, ifb_str iso);

#endif
