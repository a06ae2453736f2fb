/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plots of a run or of a leaderboard: what they show is worked out here, without I/O, and
 * written as one script for gnuplot, which prints an SVG a plot. Whoever runs gnuplot hands
 * what it printed to ifb_plots_take. A plot without its picture is a table all the same.
 *
 * No text from outside is in the script: names are stood in for by marks of the same width,
 * and put into the pictures afterwards. Same input, same script; and the same pictures as
 * far as gnuplot is the same.
 */
#ifndef IFBENCH_PLOT_H
#define IFBENCH_PLOT_H

#include <ifbench/report.h>

struct ifb_chart;  /* reports/plot.h */
struct ifb_leaderboard;

struct ifb_plot {
    ifb_str name;     /* of its files, without ".svg" and ".csv"; only [a-zA-Z0-9._-] */
    ifb_str title, caption;
    ifb_str table;    /* the numbers, as CSV */
    ifb_str svg;      /* absent when it is not drawn */
    size_t suite;     /* of a leaderboard */
    const struct ifb_chart *chart;
};

struct ifb_plots {
    struct ifb_plot *at;
    size_t n;
    ifb_str script;
    ifb_str why;              /* why nothing is drawn; absent when it is */
    const ifb_str *left_out;  /* plots that would make no sense, each with the reason */
    size_t nleft_out;
    const ifb_str *labels;    /* what the marks in the script stand for */
    size_t nlabels;
};

/*
 * The plots of a run: scores with their intervals, constraints (a heat map of several models),
 * categories as a spider, FollowBench's levels, length against score. Reads all samples once;
 * memory does not grow with their number. All lives in `arena`. IFB_OK or what the iterator
 * reported.
 */
enum ifb_code ifb_plots_of_run(const struct ifb_summary *summary, struct ifb_samples *samples,
                               struct ifb_arena *arena, struct ifb_plots *out,
                               struct ifb_error *err);

/* The plots of each suite of a leaderboard, history over time among them. */
void ifb_plots_of_board(const struct ifb_leaderboard *board, struct ifb_arena *arena,
                        struct ifb_plots *out);

/*
 * Takes what gnuplot printed for the script: sets each plot's svg, in `arena`. Names are put
 * in, colours follow the reader's light or dark scheme. IFB_EPROTO, and no picture, when it is
 * not one plain SVG a plot.
 */
enum ifb_code ifb_plots_take(struct ifb_plots *plots, ifb_str printed, struct ifb_arena *arena,
                             struct ifb_error *err);

#endif
