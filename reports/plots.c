/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report `plots`: the pictures that the summary brings and a table beside each, in one
 * folder. Without gnuplot there are the tables, and a file that says why.
 */
#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "reports/escape.h"
#include "reports/plot.h"

static enum ifb_code write_file(const struct ifb_folder *folder, ifb_str name, ifb_str bytes,
                                struct ifb_error *err)
{
    struct ifb_sink sink;
    enum ifb_code code = folder->begin(folder->self, IFB_STR("."), name, &sink, err);

    if (code)
        return code;
    sink.append(sink.self, bytes.ptr, bytes.len);
    return folder->end(folder->self, err);
}

static enum ifb_code write_plot(const struct ifb_folder *folder, const struct ifb_plot *plot,
                                struct ifb_arena *arena, struct ifb_error *err)
{
    enum ifb_code code = write_file(folder, ifb_fmt(arena, "%.*s.csv", IFB_ARG(plot->name)),
                                    plot->table, err);

    if (!code && plot->svg.len)
        code = write_file(folder, ifb_fmt(arena, "%.*s.svg", IFB_ARG(plot->name)), plot->svg, err);
    return code;
}

/* What is in the folder, what is not, and why. */
static void put_contents(struct ifb_pen *p, const struct ifb_plots *plots)
{
    if (plots->why.len) {
        ifb_pen_cstr(p, "Not drawn: ");
        ifb_escape_line(p, plots->why);
        ifb_pen_cstr(p, ". The tables are here.\n\n");
    }
    for (size_t i = 0; i < plots->n; i++) {
        ifb_pen_str(p, plots->at[i].name);
        ifb_pen_cstr(p, ": ");
        ifb_escape_line(p, plots->at[i].title);
        ifb_pen_cstr(p, "\n    ");
        ifb_escape_line(p, plots->at[i].caption);
        ifb_pen_cstr(p, "\n");
    }
    for (size_t i = 0; i < plots->nleft_out; i++) {
        ifb_pen_cstr(p, "Left out: ");
        ifb_escape_line(p, plots->left_out[i]);
        ifb_pen_cstr(p, "\n");
    }
}

static enum ifb_code write_contents(const struct ifb_folder *folder, const struct ifb_plots *plots,
                                    struct ifb_error *err)
{
    struct ifb_sink sink;
    struct ifb_pen pen;
    enum ifb_code code = folder->begin(folder->self, IFB_STR("."), IFB_STR("README.txt"), &sink,
                                       err);

    if (code)
        return code;
    ifb_pen_open(&pen, &sink);
    put_contents(&pen, plots);
    ifb_pen_flush(&pen);
    return folder->end(folder->self, err);
}

/* Whoever has no gnuplot brings no plots; the tables can be made here. */
static enum ifb_code write_plots(const struct ifb_summary *summary,
                                 const struct ifb_cell_setup *setups, struct ifb_samples *samples,
                                 const struct ifb_folder *folder, struct ifb_error *err)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_plots own = { .n = 0 };
    const struct ifb_plots *plots = summary->plots;
    enum ifb_code code = IFB_OK;

    (void)setups;
    if (!plots) {
        code = ifb_plots_of_run(summary, samples, arena, &own, err);
        own.why = IFB_STR("gnuplot was not run");
        plots = &own;
    }
    for (size_t i = 0; i < plots->n && !code; i++)
        code = write_plot(folder, &plots->at[i], arena, err);
    if (!code)
        code = write_contents(folder, plots, err);
    ifb_arena_close(arena);
    return code;
}

const struct ifb_report ifb_report_plots = {
    .id = "plots", .write_files = write_plots, .draws = true,
    .doc = "pictures (SVG, drawn by gnuplot) with a table beside each; report.html shows them too",
};
