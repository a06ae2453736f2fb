/* SPDX-License-Identifier: Apache-2.0 */
/* `ifbench compare`: what changed between a base and its candidates, item by item. */
#include <ifbench/compare.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/str.h"
#include "harness/cli/command.h"
#include "harness/cli/to_file.h"
#include "harness/engine/inside.h"

#define LIST_MOST 20

static const char *const formats[] = { "term", "markdown", "json", "html", NULL };

struct flags {
    struct ifb_compare_options o;
    int64_t format, seed, page_mb;
    ifb_str to;
    bool json, all;
};

static const struct ifb_field options[] = {
    IFB_FIELD(struct flags, format, "format", .kind = IFB_CHOICE, .letter = 'f',
              .choices = formats, .value = "WHAT", .doc = "how to show it"),
    IFB_FIELD(struct flags, json, "json", .kind = IFB_BOOL, .doc = "the same as --format json"),
    IFB_FIELD(struct flags, to, "to", .kind = IFB_STRING, .letter = 'o', .value = "FILE",
              .doc = "where it goes; - is standard output"),
    IFB_FIELD(struct flags, all, "all", .kind = IFB_BOOL,
              .doc = "every item and constraint, also what did not change"),
    IFB_FIELD(struct flags, page_mb, "page_mb", .kind = IFB_INT, .value = "N", .min = 1,
              .max = 4000, .doc = "html: room for transcripts, about; those that changed come "
              "first (32)"),
    IFB_FIELD(struct flags, o.common, "common", .kind = IFB_BOOL,
              .doc = "compare the items that both have, when they differ"),
    IFB_FIELD(struct flags, o.base_model, "base_model", .kind = IFB_STRING, .value = "SPEC",
              .doc = "which model of the base, when it has several"),
    IFB_FIELD(struct flags, o.model, "model", .kind = IFB_STRING, .value = "SPEC",
              .doc = "which model of the candidate, when it has several"),
    IFB_FIELD(struct flags, o.by_group, "by_group", .kind = IFB_BOOL,
              .doc = "take the prompts of a group as one observation"),
    IFB_FIELD(struct flags, o.level, "level", .kind = IFB_REAL, .value = "SHARE", .min = 0.5,
              .max = 0.9999, .doc = "confidence of the intervals (0.95)"),
    IFB_FIELD(struct flags, seed, "seed", .kind = IFB_INT, .value = "N", .min = 0, .max = 1e15,
              .doc = "of the exchange test (0)"),
    { 0 }
};

static const struct ifb_example_line examples[] = {
    { "ifbench compare runs/before runs/after", "what changed, and how sure that is" },
    { "ifbench compare runs/a runs/b runs/c --format markdown", "two candidates, for an issue" },
    { "ifbench compare runs/before runs/after --format html --to diff.html",
      "both answers side by side, in one file" },
    { "ifbench compare baseline.json runs/after --json", "against a committed baseline" },
    { 0 }
};

static const char *const more[] = {
    "BASE is a run's folder or a baseline file (see `ifbench baseline`). Items are matched by\n"
    "suite and id and must have the same constraints; otherwise the command says what differs\n"
    "and ends with 3, unless --common is given.",
    "Proportions of prompts: McNemar's test (exact below 25 changed prompts, else mid-p) and\n"
    "Tango's interval. Constraints and epochs, which come several to a prompt: a test that\n"
    "exchanges the two runs within prompts, and an interval for clusters. \"p Holm\" may be\n"
    "compared with 0.05 however many rows there are: it is corrected over the headline\n"
    "metrics, and over all other rows. Metrics made of a whole set, such as FollowBench's: the\n"
    "jackknife.",
    "The page that --format html writes holds the transcripts of both runs and needs nothing\n"
    "else: it can be mailed, attached to a build, opened from a disk.",
    NULL
};

static enum ifb_code compare_all(struct ifb_cli *cli, const struct flags *f, struct ifb_strs words,
                                 struct ifb_comparison *out, struct ifb_error *err)
{
    const char *base = ifb_cstr(cli->arena, words.at[0]);
    enum ifb_code code = IFB_OK;

    for (size_t i = 1; i < words.n && !code; i++)
        code = ifb_runs_compare(base, ifb_cstr(cli->arena, words.at[i]), &f->o, cli->arena,
                                &out[i - 1], err);
    return code;
}

struct writing {
    const struct ifb_compare_report *report;
    const struct ifb_comparison *at;
    size_t n, most;
};

static void write_all(const void *self, const struct ifb_sink *sink)
{
    const struct writing *w = self;

    w->report->write(w->at, w->n, w->most, sink);
}

/* ---- the page, which wants the samples of both runs ---- */

struct page {
    const struct ifb_comparison *c;
    struct ifb_samples base, cand;
    uint64_t room;
};

static enum ifb_code write_page(void *self, const struct ifb_sink *sink, struct ifb_error *err)
{
    struct page *p = self;

    return ifb_compare_report_find(IFB_STR("html"))->write_page(p->c, &p->base, &p->cand, p->room,
                                                                sink, err);
}

struct opened {
    struct ifb_run *run;
    struct ifb_sample_reader *reader;
};

static void close_run(struct opened *o)
{
    ifb_samples_close(o->reader);
    ifb_run_close(o->run);
}

static enum ifb_code open_run(const char *folder, struct opened *o, struct ifb_samples *out,
                              struct ifb_error *err)
{
    enum ifb_code code;

    if (!ifb_is_folder(folder))
        return ifb_fail(err, IFB_EUSAGE, "--format html shows answers: it wants the folders of "
                        "two runs, and %s is none", folder);
    code = ifb_run_load(folder, &o->run, err);
    return code ? code : ifb_run_open_samples(o->run, &o->reader, out, err);
}

static enum ifb_code put_page(struct ifb_cli *cli, const struct flags *f, struct ifb_strs words,
                              const struct ifb_comparison *c, struct ifb_error *err)
{
    struct opened base = { NULL, NULL }, cand = { NULL, NULL };
    struct page page = { .c = c, .room = (uint64_t)f->page_mb << 20 };
    enum ifb_code code = open_run(ifb_cstr(cli->arena, words.at[0]), &base, &page.base, err);

    if (!code)
        code = open_run(ifb_cstr(cli->arena, words.at[1]), &cand, &page.cand, err);
    if (!code)
        code = ifb_to_file_tried(cli, f->to, write_page, &page, err);
    close_run(&base);
    close_run(&cand);
    return code;
}

static enum ifb_code cmd_compare(struct ifb_cli *cli, struct ifb_error *err)
{
    extern const struct ifb_command ifb_cmd_compare;
    struct flags f = { 0 };
    struct ifb_strs words;
    struct ifb_comparison *at;
    struct writing w;
    bool page;
    enum ifb_code code = ifb_options_read(cli, &ifb_cmd_compare, &f, &words, err);

    if (!code && words.n < 2)
        return ifb_fail(err, IFB_EUSAGE, "compare wants a base and a candidate, two folders of "
                        "runs");
    if (code)
        return code;
    page = !f.json && ifb_str_is(ifb_str_of(formats[f.format]), "html");
    if (page && words.n > 2)
        return ifb_fail(err, IFB_EUSAGE, "--format html is a page of one candidate; write one for "
                        "each");
    f.o.seed = (uint64_t)f.seed;
    at = ifb_new(cli->arena, struct ifb_comparison, words.n);
    code = compare_all(cli, &f, words, at, err);
    if (code)
        return code;
    if (page)
        return put_page(cli, &f, words, &at[0], err);
    w = (struct writing){ ifb_compare_report_find(f.json ? IFB_STR("json")
                                                         : ifb_str_of(formats[f.format])),
                          at, words.n - 1, f.all ? 0 : LIST_MOST };
    return ifb_to_file(cli, f.to, write_all, &w, err);
}

const struct ifb_command ifb_cmd_compare = {
    .name = "compare", .usage = "compare BASE CANDIDATE... [--format WHAT] [--common]",
    .doc = "two runs on the same items: fixed, regressed, and how sure that is", .more = more,
    .options = options, .examples = examples, .run = cmd_compare,
};
