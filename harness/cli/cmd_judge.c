/* SPDX-License-Identifier: Apache-2.0 */
/* `ifbench judge`: judges look at answers that runs have. */
#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/cli/judge_options.h"

#define RUBRIC 31  /* the number of its setting */

static const struct ifb_field options[] = {
    IFB_FIELD(struct ifb_run_flags, pairwise, "pairwise", .kind = IFB_BOOL,
              .doc = "compare the answers of every two models, in both orders"),
    IFB_SETTING(RUBRIC, "rubric", "FILE",
                "YAML: rate: TEXT (1 to 10), or criteria: [QUESTION, ...] (yes or no)"),
    IFB_JUDGE_OPTIONS,
    IFB_JUDGING_SETTINGS,
    IFB_JUDGED_SETTINGS,
    IFB_FIELD(struct ifb_run_flags, o.prices, "prices", .kind = IFB_STRING, .value = "FILE",
              .doc = "YAML: MODEL: {input: X, output: Y}, dollars for a million tokens"),
    IFB_FIELD(struct ifb_run_flags, o.no_cache, "no_cache", .kind = IFB_BOOL,
              .doc = "ask everything again, keep no replies for later"),
    IFB_FIELD(struct ifb_run_flags, o.cache, "cache", .kind = IFB_STRING, .value = "FILE",
              .doc = "where replies are kept ($IFBENCH_CACHE, ~/.cache/ifbench/answers.db)"),
    IFB_FIELD(struct ifb_run_flags, o.out, "out", .kind = IFB_STRING, .letter = 'o',
              .value = "DIR", .doc = "folder of the judging, a run (runs/TIME-SUITE)"),
    IFB_FIELD(struct ifb_run_flags, dry_run, "dry_run", .kind = IFB_BOOL,
              .doc = "say what would be asked, ask nothing"),
    IFB_FIELD(struct ifb_run_flags, o.data_dir, "data_dir", .kind = IFB_STRING, .value = "DIR",
              .doc = "where the data packs are ($IFBENCH_DATA, ~/.local/share/ifbench)"),
    IFB_FIELD(struct ifb_run_flags, o.timeout_s, "timeout", .kind = IFB_REAL, .value = "SECONDS",
              .min = 0.001, .max = 86400, .doc = "of one attempt (120)"),
    IFB_FIELD(struct ifb_run_flags, o.retries, "max_retries", .kind = IFB_INT, .value = "N",
              .min = 0, .max = 1000, .doc = "attempts after the first (5)"),
    IFB_FIELD(struct ifb_run_flags, o.max_errors, "max_errors", .kind = IFB_INT, .value = "N",
              .min = 0, .max = 1e9, .doc = "give a judge up after N failed calls in a row"),
    IFB_FIELD(struct ifb_run_flags, o.no_preflight, "no_preflight", .kind = IFB_BOOL,
              .doc = "do not try one cheap request first"),
    IFB_FIELD(struct ifb_run_flags, o.ca_file, "ca_file", .kind = IFB_STRING, .value = "FILE",
              .doc = "certificates to trust instead of the system's"),
    IFB_FIELD(struct ifb_run_flags, o.proxy, "proxy", .kind = IFB_STRING, .value = "URL",
              .doc = "http, https or socks proxy for all calls ($http_proxy, $https_proxy)"),
    IFB_FIELD(struct ifb_run_flags, think_choice, "think", .kind = IFB_CHOICE,
              .choices = ifb_think_choices, .value = "WHAT",
              .doc = "what to do with reasoning before the answers"),
    IFB_FIELD(struct ifb_run_flags, o.think_tags, "think_tags", .kind = IFB_STRINGS,
              .value = "OPEN,CLOSE", .doc = "marks around reasoning (<think>,</think>)"),
    IFB_FIELD(struct ifb_run_flags, report_lists, "reports", .kind = IFB_STRINGS,
              .value = "ID[,ID]", .doc = "reports to write; see `ifbench report --help`"),
    IFB_FIELD(struct ifb_run_flags, strict, "strict", .kind = IFB_BOOL,
              .doc = "exit 5 when anything is unscored"),
    IFB_FIELD(struct ifb_run_flags, max_unscored, "max_unscored", .kind = IFB_REAL, .value = "P",
              .min = 0, .max = 1, .doc = "exit 5 when a larger share of judgments is unscored"),
    IFB_FIELD(struct ifb_run_flags, config, "config", .kind = IFB_STRING, .value = "FILE",
              .doc = "options in YAML (ifbench.yaml, when it is there)"),
    IFB_FIELD(struct ifb_run_flags, json, "json", .kind = IFB_BOOL,
              .doc = "print summary.json instead of the table"),
    IFB_FIELD(struct ifb_run_flags, quiet, "quiet", .kind = IFB_BOOL, .letter = 'q',
              .doc = "no progress"),
    { 0 }
};

static const char *const more[] = {
    "Has judges judge answers that runs hold, of whatever suites: every two models against\n"
    "one another (both orders are asked; where they disagree it is a tie), by a rubric, or,\n"
    "without either, as the suite itself is judged. Nothing is asked of the models. The\n"
    "judging is a run of its own, with the answers, the judges' replies and reports in it;\n"
    "`ifbench run --resume` goes on with it, `ifbench score` reads the replies again.",
    "judge_reliability.json in the folder tells how far to trust that: pairs that come out\n"
    "otherwise in the other order, rankings without each judge of a jury, differences of\n"
    "models on the same items, and how many answers are empty, refuse, or are all the same.",
    "Exit 5 when calls of judges failed: the answers are kept, --resume asks again.",
    NULL
};

static const struct ifb_example_line examples[] = {
    { "ifbench judge --pairwise runs/a runs/b --judge openai:gpt-4o-mini",
      "which run's answers are better" },
    { "ifbench judge --rubric tone.yaml runs/a --judge openai:gpt-4o --judge anthropic:claude-x",
      "grades by a jury of two" },
    { "ifbench judge runs/mtbench --judge http://127.0.0.1:8080/v1#judge",
      "MT-Bench's answers, now with a judge" },
    { 0 }
};

static enum ifb_code check_words(const struct ifb_run_flags *f, struct ifb_strs words,
                                 struct ifb_error *err)
{
    if (!words.n)
        return ifb_fail(err, IFB_EUSAGE, "judge wants the folder of a run, with --pairwise of two");
    if (!f->o.judge.judges.n)
        return ifb_fail(err, IFB_EUSAGE, "who judges? name a model with --judge SPEC");
    if (f->pairwise && f->settings[RUBRIC].ptr)
        return ifb_fail(err, IFB_EUSAGE, "--pairwise and --rubric are two judgings: name one");
    return IFB_OK;
}

static enum ifb_code show_dry(const struct ifb_run_flags *f, struct ifb_error *err)
{
    struct ifb_dry_run dry;
    enum ifb_code code = ifb_run_dry(&f->o, &dry, err);

    if (!code)
        ifb_print("would ask judges for %zu judgments of %zu answers, %zu calls, at most about "
                  "%lld tokens if an answer has 1024\n", dry.judgments, dry.samples,
                  dry.judge_calls, (long long)dry.judge_tokens_most);
    return code;
}

static enum ifb_code cmd_judge(struct ifb_cli *cli, struct ifb_error *err)
{
    extern const struct ifb_command ifb_cmd_judge;
    struct ifb_run_flags f;
    struct ifb_strs words;
    struct ifb_run *run = NULL;
    enum ifb_code code = ifb_run_flags_read(cli, &ifb_cmd_judge, &f, &words, err);

    if (!code)
        code = check_words(&f, words, err);
    if (code)
        return code;
    f.o.judge.how = f.pairwise ? IFB_STR("pairwise")
                    : f.settings[RUBRIC].ptr ? IFB_STR("rubric") : (ifb_str){ NULL, 0 };
    ifb_run_flags_attach(&f);
    f.o.answers_of = ifb_run_folders(words, cli->arena);
    if (f.dry_run)
        return show_dry(&f, err);
    code = ifb_run_judge(f.o.answers_of, &f.o, &run, err);
    code = ifb_run_show(cli, run, &f, code, err);
    ifb_run_close(run);
    return code;
}

const struct ifb_command ifb_cmd_judge = {
    .name = "judge", .usage = "judge [--pairwise | --rubric FILE] RUN [RUN...] --judge SPEC",
    .doc = "have judges look at the answers of runs", .more = more, .options = options,
    .examples = examples, .run = cmd_judge,
};
