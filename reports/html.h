/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of report.html. One file that needs no other and asks for nothing:
 * its policy forbids every request, and allows one style and one script by
 * their hashes. The summary is readable without a script; so are the samples,
 * each of which stands in a <noscript> of its own. Where scripts run, that
 * content is mere text that costs nothing until its row is opened.
 */
#ifndef IFB_REPORTS_HTML_H
#define IFB_REPORTS_HTML_H

#include "reports/escape.h"

/* Bytes of samples that a page holds at most, markup included. */
#define IFB_HTML_BUDGET ((uint64_t)20 << 20)

/* Bytes that are shown of one text; the rest is in the journal. */
#define IFB_HTML_TEXT_MAX ((size_t)64 << 10)

/* The whole page, with another budget: for tests. */
enum ifb_code ifb_html_write(const struct ifb_summary *summary, struct ifb_samples *samples,
                             uint64_t budget, const struct ifb_sink *sink, struct ifb_error *err);

/* ---- assets: lines of text, ending with NULL ---- */

extern const char *const ifb_html_style[];
extern const char *const ifb_html_script[];

#define IFB_CSP_HASH_SIZE 52  /* "sha256-", 44 characters, NUL */

/* How a content security policy names the asset. */
void ifb_html_hash(const char *const *lines, char out[IFB_CSP_HASH_SIZE]);

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

/* {"suites":[...],"models":[...],"ids":[...]} for the page's data island. */
void ifb_html_put_index(struct ifb_pen *p, const struct ifb_html_index *index);

/* ---- parts ---- */

/* Everything above the samples: title, scores, counts, instructions, warnings. */
void ifb_html_put_summary(struct ifb_pen *p, const struct ifb_summary *summary,
                          const struct ifb_html_index *index, struct ifb_arena *arena);

/* One sample; what it needs of `scratch` is not given back. */
void ifb_html_put_sample(struct ifb_pen *p, const struct ifb_sample *s,
                         const struct ifb_html_index *index, struct ifb_arena *scratch);

/* "✗ failed" with its class: an outcome is never told by its colour alone. */
void ifb_html_put_outcome(struct ifb_pen *p, enum ifb_outcome outcome, const char *before,
                          const char *pass, const char *fail);

/* Outside text in an element that keeps its direction to itself. */
void ifb_html_put_bdi(struct ifb_pen *p, ifb_str s);

/* A bar from 0 to 100 %, with a whisker over the interval unless that is NaN. */
void ifb_html_put_bar(struct ifb_pen *p, double value, double lo, double hi);

/* "2026-01-02T03:04:05.678Z" reads better without the fraction and the letters. */
void ifb_html_put_time(struct ifb_pen *p, ifb_str iso);

/* The lines of an asset as they are. */
void ifb_html_put_asset(struct ifb_pen *p, const char *const *lines);

#endif
