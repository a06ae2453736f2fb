/* SPDX-License-Identifier: Apache-2.0 */
/* `ifbench score`: answers made elsewhere, or a run's journal once more. */
#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/cli/run_options.h"

static const struct ifb_field options[] = {
    IFB_FIELD(struct ifb_run_flags, suite_lists, "suite", .kind = IFB_STRINGS, .letter = 's',
              .value = "NAME", .doc = "the suite, or file of your own, that the answers belong to (core)"),
    IFB_FIELD(struct ifb_run_flags, responses, "responses", .kind = IFB_STRING, .letter = 'r',
              .value = "FILE", .doc = "JSON lines of prompt and response, plain or gzip"),
    IFB_FIELD(struct ifb_run_flags, o.data, "data", .kind = IFB_STRING, .value = "PATH",
              .doc = "file, or folder of files, in place of the suite's own"),
    IFB_FIELD(struct ifb_run_flags, o.data_dir, "data_dir", .kind = IFB_STRING, .value = "DIR",
              .doc = "where the data packs are ($IFBENCH_DATA, ~/.local/share/ifbench)"),
    IFB_FIELD(struct ifb_run_flags, o.limit, "limit", .kind = IFB_INT, .value = "N", .min = 0,
              .max = 1e9, .doc = "only the first N items of the suite"),
    IFB_FIELD(struct ifb_run_flags, o.out, "out", .kind = IFB_STRING, .letter = 'o',
              .value = "DIR", .doc = "folder of the run (runs/TIME-SUITE)"),
    IFB_FIELD(struct ifb_run_flags, o.missing, "missing", .kind = IFB_CHOICE,
              .choices = ifb_missing_choices, .value = "WHAT",
              .doc = "what a prompt without an answer counts as; default: the suite's rule"),
    IFB_FIELD(struct ifb_run_flags, think_choice, "think", .kind = IFB_CHOICE,
              .choices = ifb_think_choices, .value = "WHAT",
              .doc = "what to do with reasoning before the answer"),
    IFB_FIELD(struct ifb_run_flags, o.think_tags, "think_tags", .kind = IFB_STRINGS,
              .value = "OPEN,CLOSE", .doc = "marks around reasoning (<think>,</think>)"),
    IFB_FIELD(struct ifb_run_flags, o.threads, "threads", .kind = IFB_INT, .value = "N", .min = 0,
              .max = 256, .doc = "scoring threads (the cores)"),
    IFB_FIELD(struct ifb_run_flags, report_lists, "reports", .kind = IFB_STRINGS,
              .value = "ID[,ID]", .doc = "reports to write; see `ifbench report --help`"),
    IFB_FIELD(struct ifb_run_flags, strict, "strict", .kind = IFB_BOOL,
              .doc = "exit 5 when anything is unscored"),
    IFB_FIELD(struct ifb_run_flags, o.strict_errors, "strict_errors", .kind = IFB_BOOL,
              .doc = "exit 5 when a check could not be carried out"),
    IFB_FIELD(struct ifb_run_flags, config, "config", .kind = IFB_STRING, .value = "FILE",
              .doc = "options in YAML (ifbench.yaml, when it is there)"),
    IFB_FIELD(struct ifb_run_flags, json, "json", .kind = IFB_BOOL,
              .doc = "print summary.json instead of the table"),
    { 0 }
};

static const char *const more[] = {
    "With --responses, scores a file of answers without any network. Answers are found by\n"
    "the exact prompt, else by the prompt without white space at its ends; the last of\n"
    "several wins. With a run's folder, scores its journal again: after an update of\n"
    "ifbench, or with other --think or --missing rules.",
    NULL
};

static const struct ifb_example_line examples[] = {
    { "ifbench score --suite ifeval --responses answers.jsonl --out runs/mine",
      "verdicts of the official evaluator, without Python" },
    { "ifbench score runs/mine --think keep", "judge the same answers with their reasoning" },
    { 0 }
};

static enum ifb_code cmd_score(struct ifb_cli *cli, struct ifb_error *err)
{
    extern const struct ifb_command ifb_cmd_score;
    struct ifb_run_flags f;
    struct ifb_strs words;
    struct ifb_run *run = NULL;
    enum ifb_code code = ifb_run_flags_read(cli, &ifb_cmd_score, &f, &words, err);

    if (code)
        return code;
    if (words.n > 1 || (words.n == 1) == (f.responses.ptr != NULL))
        return ifb_fail(err, IFB_EUSAGE, "score wants --responses FILE, or the folder of one run");
    f.quiet = true;
    ifb_run_flags_attach(&f);
    if (words.n)
        code = ifb_run_rescore(ifb_cstr(cli->arena, words.at[0]), &f.o, &run, err);
    else
        code = ifb_run_score(f.responses, &f.o, &run, err);
    code = ifb_run_show(cli, run, &f, code, err);
    ifb_run_close(run);
    return code;
}

const struct ifb_command ifb_cmd_score = {
    .name = "score", .usage = "score --suite NAME --responses FILE [OPTIONS] | score RUN",
    .doc = "score answers made elsewhere, or a run again; no network", .more = more,
    .options = options, .examples = examples, .run = cmd_score,
};
