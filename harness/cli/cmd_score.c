/* SPDX-License-Identifier: Apache-2.0 */
/* `ifbench score`: answers made elsewhere, or a run's journal once more. */
#include <stdlib.h>

#include <ifbench/judged.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/str.h"
#include "harness/cli/judge_options.h"

static const struct ifb_field options[] = {
    IFB_FIELD(struct ifb_run_flags, suite_lists, "suite", .kind = IFB_STRINGS, .letter = 's',
              .value = "NAME",
              .doc = "the suite, or file of your own, that the answers belong to (core)"),
    IFB_FIELD(struct ifb_run_flags, responses, "responses", .kind = IFB_STRING, .letter = 'r',
              .value = "FILE",
              .doc = "JSON lines of prompt and response, or answers as a judged suite's tool has "
                     "them; plain or gzip"),
    IFB_FIELD(struct ifb_run_flags, o.names, "name", .kind = IFB_STRINGS, .value = "NAME",
              .doc = "what the model is called in reports (the file's name without .jsonl)"),
    IFB_FIELD(struct ifb_run_flags, judgments, "judgments", .kind = IFB_STRINGS,
              .value = "FILE", .doc = "what a judge said, plain or gzip; as often as needed"),
    IFB_JUDGED_SETTINGS,
    IFB_SETTING(8, "baseline", "MODEL", "only pairs with it (mtbench); who has 50 % (arenahard)"),
    IFB_SETTING(9, "questions", "FILE", "questions in place of the suite's own"),
    IFB_SETTING(13, "answers", "FILE[,FILE]", "the answers, for --style-control"),
    IFB_SETTING(15, "seed", "N", "of the bootstrap (42)"),
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
              .doc = "exit 5 when a sample is unscored, a check erred or a warning bears on the "
              "scores"),
    IFB_FIELD(struct ifb_run_flags, max_unscored, "max_unscored", .kind = IFB_REAL, .value = "P",
              .min = 0, .max = 1, .doc = "exit 5 when a larger share of the samples is unscored "
              "(1; with --strict 0)"),
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
    "With --judgments, scores what a judge said elsewhere, for the suites that need one\n"
    "(`ifbench suites` marks them): neither network nor judge. What a judgment says is read\n"
    "again from its text. Each such suite has options of its own (`ifbench suites ID`).",
    NULL
};

static const struct ifb_example_line examples[] = {
    { "ifbench score --suite ifeval --responses answers.jsonl --out runs/mine",
      "verdicts of the official evaluator, without Python" },
    { "ifbench score --suite alpacaeval --judgments annotations.json --out runs/lc",
      "win rates, raw and length-controlled, of judgments that are there" },
    { "ifbench score --suite mtbench --judgments gpt-4_single.jsonl --parse last",
      "ratings of a judge, read by the last mark" },
    { "ifbench score --suite mtbench --judgments pairs.jsonl --judgments votes.jsonl",
      "how far a judge of pairs agrees with people's votes, and people among themselves" },
    { "ifbench score runs/mine --think keep", "judge the same answers with their reasoning" },
    { 0 }
};

/* From judgments, also where a suite that is judged comes without anything. */
static bool has_judged(const struct ifb_run_flags *f)
{
    if (f->responses.ptr)
        return false;
    for (size_t i = 0; i < f->o.suites.n; i++)
        if (ifb_judged_find(f->o.suites.at[i]))
            return true;
    return f->judgments.n > 0;
}

static bool is_file(ifb_str word, struct ifb_arena *arena)
{
    const char *path = ifb_cstr(arena, word);

    return ifb_file_exists(path) && !ifb_is_folder(path);
}

static enum ifb_code check_words(const struct ifb_run_flags *f, struct ifb_strs words,
                                 struct ifb_arena *arena, struct ifb_error *err)
{
    if (f->judgments.n && (f->responses.ptr || words.n))
        return ifb_fail(err, IFB_EUSAGE, "--judgments goes without --responses and without a run");
    if (has_judged(f) && !words.n)
        return IFB_OK;
    if (f->o.settings.n && !words.n)
        return ifb_fail(err, IFB_EUSAGE, "--%.*s goes with --judgments",
                        IFB_ARG(f->o.settings.at[0]));
    if (words.n == 1 && is_file(words.at[0], arena))
        return ifb_fail(err, IFB_EUSAGE, "%.*s is a file, no run: name answers with --responses %.*s "
                        "(judgments with --judgments)", IFB_ARG(words.at[0]),
                        IFB_ARG(words.at[0]));
    if (words.n > 1 || (words.n == 1) == (f->responses.ptr != NULL))
        return ifb_fail(err, IFB_EUSAGE, "score wants --responses FILE, --judgments FILE, or the "
                        "folder of one run");
    return IFB_OK;
}

static enum ifb_code cmd_score(struct ifb_cli *cli, struct ifb_error *err)
{
    extern const struct ifb_command ifb_cmd_score;
    struct ifb_run_flags f;
    struct ifb_strs words;
    struct ifb_run *run = NULL;
    enum ifb_code code = ifb_run_flags_read(cli, &ifb_cmd_score, &f, &words, err);

    if (code)
        return code;
    code = check_words(&f, words, cli->arena, err);
    if (code)
        return code;
    f.quiet = true;
    ifb_run_flags_attach(&f);
    if (!words.n && has_judged(&f))
        code = ifb_run_judged(f.judgments, &f.o, &run, err);
    else if (words.n)
        code = ifb_run_rescore(ifb_cstr(cli->arena, words.at[0]), &f.o, &run, err);
    else
        code = ifb_run_score(f.responses, &f.o, &run, err);
    code = ifb_run_show(cli, run, &f, code, err);
    ifb_run_close(run);
    return code;
}

const struct ifb_command ifb_cmd_score = {
    .name = "score",
    .usage = "score --suite NAME --responses FILE | --judgments FILE [OPTIONS] | score RUN",
    .doc = "score answers made elsewhere, or a run again; no network", .more = more,
    .options = options, .examples = examples, .run = cmd_score,
};
