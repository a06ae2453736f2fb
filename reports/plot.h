/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A chart is numbers by row and series, and how they are to be drawn. plot_run.c and
 * plot_board.c fill charts; plot_draw.c writes them for gnuplot; plot_table.c as tables.
 */
#ifndef IFB_REPORTS_PLOT_H
#define IFB_REPORTS_PLOT_H

#include <ifbench/plot.h>

#include "harness/base/buf.h"
#include "reports/pen.h"

enum ifb_chart_kind {
    IFB_CHART_BARS,    /* a bar a row and series, with its interval */
    IFB_CHART_HEAT,    /* rows by series, as colours with numbers */
    IFB_CHART_SPIDER,  /* an axis a row, a polygon a series; from 0 */
    IFB_CHART_LINES,   /* a line a series over x, with intervals */
    IFB_CHART_POINTS   /* a point a series over x, with intervals */
};

enum ifb_chart_x { IFB_X_WHOLE, IFB_X_DOUBLING, IFB_X_PLAIN, IFB_X_TIME /* seconds, UTC */ };

/* NaN where there is no number. */
struct ifb_chart_cell {
    double x, value, lo, hi;
    int64_t n;  /* what the value is over; negative: not said */
};

struct ifb_chart {
    enum ifb_chart_kind kind;
    enum ifb_chart_x x;
    bool share;                /* values from 0 to 1, shown in percent */
    ifb_str name, title, caption;
    ifb_str y_label, x_label;  /* with units; of the values, and of x */
    const char *row_head, *series_head, *x_head;  /* columns of the table; x_head NULL: none */
    const ifb_str *rows, *series;
    const ifb_str *points;         /* what stands beside each point; NULL: there is a legend */
    size_t nrows, nseries;
    struct ifb_chart_cell *cells;  /* row by row */
    size_t suite;                  /* of a leaderboard */
};

static inline struct ifb_chart_cell *ifb_chart_at(const struct ifb_chart *c, size_t row,
                                                  size_t series)
{
    return &c->cells[row * c->nseries + series];
}

/* A chart of so many rows and series, all NaN; the caller fills in what else there is. */
struct ifb_chart *ifb_chart_new(struct ifb_arena *arena, enum ifb_chart_kind kind, size_t nrows,
                                size_t nseries);

/* Takes out the rows that have no value in any series. */
void ifb_chart_trim(struct ifb_chart *chart, struct ifb_arena *arena);

/* Plots while they are made. */
struct ifb_plotter {
    struct ifb_arena *arena;
    struct ifb_buf script;
    struct ifb_plot *plots;
    ifb_str *labels, *left_out;
    size_t n, cap, nlabels, labels_cap, nleft_out, left_out_cap;
};

/* ---- plot.c ---- */

void ifb_plotter_open(struct ifb_plotter *p, struct ifb_arena *arena);

/* Adds a chart; its name is made unique by a number. */
void ifb_plotter_add(struct ifb_plotter *p, struct ifb_chart *chart);

/* Notes that a plot is left out: "WHAT of SUITE: WHY". */
void ifb_plotter_leave(struct ifb_plotter *p, const char *what, ifb_str suite, const char *fmt,
                       ...) __attribute__((format(printf, 4, 5)));

void ifb_plotter_close(struct ifb_plotter *p, struct ifb_plots *out);

/*
 * The mark that stands for a text from outside, cut in its middle at `most` columns. Holds
 * nothing but letters and digits, and is as wide as the text.
 */
ifb_str ifb_plotter_mark(struct ifb_plotter *p, ifb_str text, size_t most);

/* Columns of the widest of some texts, `most` at most. */
size_t ifb_plotter_columns(const ifb_str *texts, size_t n, size_t most);

/* ---- plot_draw.c ---- */

/* Appends the commands of one chart to the script. */
void ifb_plotter_draw(struct ifb_plotter *p, const struct ifb_chart *chart);

/* ---- plot_table.c ---- */

/* The chart's numbers as CSV, and as the rows of an HTML table. */
ifb_str ifb_chart_csv(const struct ifb_chart *chart, struct ifb_arena *arena);

/*
 * A figure a plot with its caption and table, and what is not drawn or left out; those of one
 * suite of a leaderboard, or all when `suite` is SIZE_MAX. Nothing without plots.
 */
void ifb_plots_put(struct ifb_pen *pen, const struct ifb_plots *plots, size_t suite);

#endif
