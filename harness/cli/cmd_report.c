/* SPDX-License-Identifier: Apache-2.0 */
/* `ifbench report`: the reports of stored runs, made anew. */
#include <stdlib.h>

#include <ifbench/plot.h>
#include <ifbench/report.h>
#include <ifbench/run.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/str.h"
#include "harness/cli/command.h"
#include "harness/cli/to_file.h"
#include "harness/engine/inside.h"
#include "reports/html.h"

struct flags {
    struct ifb_strs reports;
    ifb_str to;
    int64_t page_mb;
    bool json;
};

static const struct ifb_field options[] = {
    IFB_FIELD(struct flags, reports, "reports", .kind = IFB_STRINGS, .value = "ID[,ID]",
              .doc = "what to write into the run's folder; nothing: print the table"),
    IFB_FIELD(struct flags, to, "to", .kind = IFB_STRING, .letter = 'o', .value = "FILE",
              .doc = "where one report goes instead (lm-eval, helm, plots: a folder); - is "
              "standard output"),
    IFB_FIELD(struct flags, page_mb, "page_mb", .kind = IFB_INT, .value = "N", .min = 1,
              .max = 4000, .doc = "html: room for transcripts, about; those that did not pass "
              "come first (32)"),
    IFB_FIELD(struct flags, json, "json", .kind = IFB_BOOL, .doc = "print summary.json"),
    { 0 }
};

static const struct ifb_example_line examples[] = {
    { "ifbench report runs/mine", "the result table" },
    { "ifbench report runs/mine --reports html,csv", "write report.html and scores.csv again" },
    { "ifbench report runs/mine --reports html --page-mb 100", "with more transcripts in it" },
    { "ifbench report runs/mine --reports csv --to -", "print one report" },
    { "ifbench report runs/mine --reports plots,html", "pictures, and a page that shows them" },
    { "ifbench report runs/mine --reports lm-eval --to results", "as lm-evaluation-harness writes" },
    { 0 }
};

struct writing {
    struct ifb_run *run;
    const struct ifb_report *report;
    uint64_t room;  /* of a page's transcripts; 0: its own */
};

static enum ifb_code write_page(const struct writing *w, const struct ifb_sink *sink,
                                struct ifb_error *err)
{
    struct ifb_sample_reader *reader = NULL;
    struct ifb_samples samples;
    enum ifb_code code = ifb_run_open_samples(w->run, &reader, &samples, err);

    if (!code)
        code = ifb_html_write(&w->run->summary, &samples, w->room, sink, err);
    ifb_samples_close(reader);
    return code;
}

static enum ifb_code write_run(void *self, const struct ifb_sink *sink, struct ifb_error *err)
{
    const struct writing *w = self;

    if (w->room && strcmp(w->report->id, "html") == 0)
        return write_page(w, sink, err);
    return ifb_run_report(w->run, w->report, sink, err);
}

static enum ifb_code write_one(struct ifb_cli *cli, struct ifb_run *run, const struct flags *f,
                               ifb_str id, struct ifb_error *err)
{
    const struct ifb_report *r = ifb_report_find(id);
    const char *path;
    enum ifb_code code;

    if (!r)
        return ifb_fail(err, IFB_EUSAGE, "unknown report \"%.*s\"; see `ifbench report --help`",
                        IFB_ARG(id));
    path = f->to.ptr        ? ifb_cstr(cli->arena, f->to)
           : r->write_files ? ifb_path_join(cli->arena, run->folder, r->id)
           : r->file        ? ifb_path_join(cli->arena, run->folder, r->file)
                            : "-";
    if (r->write_files && strcmp(path, "-") != 0)
        code = ifb_run_report_files(run, r, path, err);
    else
        code = ifb_to_file_tried(cli, ifb_str_of(path), write_run,
                                 &(struct writing){ run, r, (uint64_t)f->page_mb << 20 }, err);
    if (!code && strcmp(path, "-") != 0)
        ifb_print("%s\n", path);
    return code;
}

static const char *read_env(const char *name)
{
    return getenv(name);
}

/* Before all reports, so that report.html shows the plots whatever order they are asked for in. */
static enum ifb_code draw_plots(struct ifb_run *run, struct ifb_strs ids, struct ifb_error *err)
{
    for (size_t i = 0; i < ids.n; i++) {
        const struct ifb_report *r = ifb_report_find(ids.at[i]);
        enum ifb_code code = r && r->draws ? ifb_run_draw(run, read_env, err) : IFB_OK;

        if (code)
            return code;
    }
    if (run->summary.plots && run->summary.plots->why.len)
        ifb_note("plots are tables only: %.*s", IFB_ARG(run->summary.plots->why));
    return IFB_OK;
}

static enum ifb_code report_run(struct ifb_cli *cli, const struct flags *f, ifb_str folder,
                                struct ifb_error *err)
{
    static const ifb_str term = IFB_STR_INIT("term"), json = IFB_STR_INIT("json");
    struct ifb_strs ids = ifb_options_split(f->reports, cli->arena);
    struct flags to_stdout = *f;
    struct ifb_run *run;
    enum ifb_code code = ifb_run_load(ifb_cstr(cli->arena, folder), &run, err);

    if (code)
        return code;
    if (!ids.n) {
        ids = (struct ifb_strs){ f->json ? &json : &term, 1 };
        if (!f->to.ptr)
            to_stdout.to = IFB_STR("-");
        f = &to_stdout;
    }
    code = draw_plots(run, ids, err);
    for (size_t i = 0; i < ids.n && !code; i++)
        code = write_one(cli, run, f, ids.at[i], err);
    ifb_run_close(run);
    return code;
}

static enum ifb_code cmd_report(struct ifb_cli *cli, struct ifb_error *err)
{
    extern const struct ifb_command ifb_cmd_report;
    struct flags f = { 0 };
    struct ifb_strs words;
    enum ifb_code code = ifb_options_read(cli, &ifb_cmd_report, &f, &words, err);

    if (!code && !words.n)
        return ifb_fail(err, IFB_EUSAGE, "report wants the folder of a run");
    if (!code && f.to.ptr && (words.n > 1 || ifb_options_split(f.reports, cli->arena).n > 1))
        return ifb_fail(err, IFB_EUSAGE, "--to takes one report of one run");
    for (size_t i = 0; i < words.n && !code; i++)
        code = report_run(cli, &f, words.at[i], err);
    return code;
}

/* The ids stand in the help; test_cli holds the list against the table. */
static const char *const more[] = {
    "reports: term, json (summary.json), csv (scores.csv), html (report.html), markdown\n"
    "(summary.md), eval-strict and eval-loose (eval_results_*.jsonl, as the official\n"
    "evaluator writes them), lm-eval (a folder lm-eval: results and samples files a model),\n"
    "helm (a folder helm: five JSON files a suite and model, as in HELM's benchmark_output/runs),\n"
    "plots (a folder plots: SVG with a CSV beside each)",
    "plots are drawn by gnuplot, one process for all: IFBENCH_GNUPLOT, else gnuplot in PATH\n"
    "(Debian: gnuplot-nox); `off`, or where there is none, leaves the tables. report.html shows\n"
    "them when both are asked for: --reports plots,html",
    NULL
};

const struct ifb_command ifb_cmd_report = {
    .name = "report", .usage = "report RUN... [--reports ID[,ID]] [--to FILE] [--json]",
    .doc = "show a stored run, or write its reports again", .more = more, .options = options,
    .examples = examples, .run = cmd_report,
};
