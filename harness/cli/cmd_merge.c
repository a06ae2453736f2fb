/* SPDX-License-Identifier: Apache-2.0 */
/* `ifbench merge`: the shards of a run, put together. */
#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/cli/run_options.h"

struct flags {
    struct ifb_run_flags run;
    bool partial;
};

static const struct ifb_field options[] = {
    IFB_FIELD(struct flags, run.o.out, "out", .kind = IFB_STRING, .letter = 'o', .value = "DIR",
              .doc = "folder of the whole run: a new or empty one"),
    IFB_FIELD(struct flags, partial, "partial", .kind = IFB_BOOL,
              .doc = "merge without what is missing or unfinished; `run --resume DIR` asks it"),
    IFB_FIELD(struct flags, run.o.data_dir, "data_dir", .kind = IFB_STRING, .value = "DIR",
              .doc = "where the data packs are (the first shard's; $IFBENCH_DATA)"),
    IFB_FIELD(struct flags, run.o.prices, "prices", .kind = IFB_STRING, .value = "FILE",
              .doc = "as for run: what a million tokens cost"),
    IFB_FIELD(struct flags, run.o.threads, "threads", .kind = IFB_INT, .value = "N", .min = 0,
              .max = 256, .doc = "scoring threads (the cores)"),
    IFB_FIELD(struct flags, run.report_lists, "reports", .kind = IFB_STRINGS,
              .value = "ID[,ID]", .doc = "reports to write; see `ifbench report --help`"),
    IFB_FIELD(struct flags, run.json, "json", .kind = IFB_BOOL,
              .doc = "print summary.json instead of the table"),
    { 0 }
};

static const char *const more[] = {
    "Makes one run of the runs that `ifbench run --shard 1/N` to `--shard N/N` made: the same\n"
    "verdicts, scores and reports, byte for byte, as one run of the whole; times are the\n"
    "shards' own, and speed is that of one shard on the average. Nothing is asked. Answers\n"
    "are scored anew, so the suites' data must be here.",
    "Each shard must be whole (see `ifbench verify`), there once, and made with the same items,\n"
    "models and options; where the data lie may differ. Exit status 3 tells what is wrong or\n"
    "missing and what to type next, and nothing is written. With --partial the status is 5\n"
    "while something is pending.",
    NULL
};

static const struct ifb_example_line examples[] = {
    { "ifbench merge runs/part-1 runs/part-2 runs/part-3 --out runs/whole", "three shards" },
    { "ifbench merge runs/part-* --out runs/whole --partial", "what there is of them" },
    { 0 }
};

static enum ifb_code cmd_merge(struct ifb_cli *cli, struct ifb_error *err)
{
    extern const struct ifb_command ifb_cmd_merge;
    struct flags f = { .run = ifb_run_flags_new() };
    struct ifb_strs words;
    struct ifb_run *run = NULL;
    enum ifb_code code = ifb_options_read(cli, &ifb_cmd_merge, &f, &words, err);

    if (!code && !words.n)
        return ifb_fail(err, IFB_EUSAGE, "merge wants the folders of shards");
    if (!code && !f.run.o.out.len)
        return ifb_fail(err, IFB_EUSAGE, "merge wants --out DIR");
    if (code)
        return code;
    f.run.o.reports = ifb_options_split(f.run.report_lists, cli->arena);
    ifb_run_flags_attach(&f.run);
    code = ifb_run_merge(words, f.partial, &f.run.o, &run, err);
    code = ifb_run_show(cli, run, &f.run, code, err);
    ifb_run_close(run);
    return code;
}

const struct ifb_command ifb_cmd_merge = {
    .name = "merge", .usage = "merge RUN... --out DIR [--partial]",
    .doc = "make one run of its shards", .more = more, .options = options, .examples = examples,
    .run = cmd_merge,
};
