/* SPDX-License-Identifier: Apache-2.0 */
/* `ifbench leaderboard`: a folder of pages that ranks the models of many runs. */
#include <stdlib.h>

#include <ifbench/leaderboard.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/str.h"
#include "harness/cli/command.h"

struct flags {
    struct ifb_board_options o;
    ifb_str out;
    int64_t seed;
    bool no_plots;
};

static const struct ifb_field options[] = {
    IFB_FIELD(struct flags, out, "out", .kind = IFB_STRING, .letter = 'o', .value = "DIR",
              .doc = "where the pages go: a new or empty folder, or a leaderboard's"),
    IFB_FIELD(struct flags, o.include_incomplete, "include_incomplete", .kind = IFB_BOOL,
              .doc = "rank runs that have not come to their end too, and mark them"),
    IFB_FIELD(struct flags, o.common, "common", .kind = IFB_BOOL,
              .doc = "rank by the items that all runs of a suite have, when they differ"),
    IFB_FIELD(struct flags, no_plots, "no_plots", .kind = IFB_BOOL,
              .doc = "no plots, and do not look for gnuplot"),
    IFB_FIELD(struct flags, seed, "seed", .kind = IFB_INT, .value = "N", .min = 0, .max = 1e15,
              .doc = "of the drawing of items, and of exchanges (0)"),
    { 0 }
};

static const struct ifb_example_line examples[] = {
    { "ifbench leaderboard runs/* --out site", "all runs; open site/index.html" },
    { "ifbench leaderboard runs/a runs/b --out site --common", "by the items that both have" },
    { 0 }
};

static const char *const more[] = {
    "index.html ranks the models of each suite by its first metric; there is a page a suite\n"
    "(each against each, each constraint) and a page a model, and leaderboard.csv and\n"
    "leaderboard.json with the same numbers. The pages ask for nothing and can be opened from\n"
    "the disk. The same runs make the same bytes, in whatever order they are given.",
    "A suite's page has plots, each also as an SVG with a CSV beside it: values, constraints,\n"
    "categories, length against score, history. gnuplot draws them, one process for all:\n"
    "IFBENCH_GNUPLOT, else gnuplot in PATH (Debian: gnuplot-nox); `off`, or where there is\n"
    "none, leaves their tables.",
    "Ranks have a range: that of 95 % of 2,000 drawings of the items, the same for all models.\n"
    "Pairs are tested on the same items as by `ifbench compare`, and corrected by Holm.",
    NULL
};

static void say_result(const struct ifb_leaderboard *b, const char *folder)
{
    if (b->nleft_out)
        ifb_note("%zu run%s not complete and left out; --include-incomplete ranks them too",
                 b->nleft_out, b->nleft_out == 1 ? "" : "s");
    if (b->plots && b->plots->why.len)
        ifb_note("plots are tables only: %.*s", IFB_ARG(b->plots->why));
    ifb_print("%s/index.html\n", folder);
}

static const char *read_env(const char *name)
{
    return getenv(name);
}

static enum ifb_code cmd_leaderboard(struct ifb_cli *cli, struct ifb_error *err)
{
    extern const struct ifb_command ifb_cmd_leaderboard;
    struct flags f = { 0 };
    struct ifb_strs words;
    struct ifb_leaderboard board;
    const char *folder;
    enum ifb_code code = ifb_options_read(cli, &ifb_cmd_leaderboard, &f, &words, err);

    if (!code && !words.n)
        return ifb_fail(err, IFB_EUSAGE, "leaderboard wants folders of runs");
    if (!code && !f.out.len)
        return ifb_fail(err, IFB_EUSAGE, "leaderboard wants --out DIR");
    if (code)
        return code;
    f.o.seed = (uint64_t)f.seed;
    f.o.plots = !f.no_plots;
    f.o.env = read_env;
    folder = ifb_cstr(cli->arena, f.out);
    code = ifb_leaderboard_make(&words, &f.o, cli->arena, &board, err);
    if (!code)
        code = ifb_leaderboard_save(&board, folder, err);
    if (!code)
        say_result(&board, folder);
    return code;
}

const struct ifb_command ifb_cmd_leaderboard = {
    .name = "leaderboard", .usage = "leaderboard RUN... --out DIR [--common]",
    .doc = "pages that rank the models of many runs", .more = more, .options = options,
    .examples = examples, .run = cmd_leaderboard,
};
