/* SPDX-License-Identifier: Apache-2.0 */
/* `ifbench gate`: may this candidate go on? */
#include <ifbench/gate.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/cli/command.h"
#include "harness/cli/gate_show.h"

static const char *const formats[] = { "term", "markdown", "github", "junit", "json", NULL };

struct flags {
    struct ifb_compare_options o;
    ifb_str baseline, policy, to;
    int64_t format;
    struct ifb_strs also;
    bool json;
};

static const struct ifb_field options[] = {
    IFB_FIELD(struct flags, policy, "policy", .kind = IFB_STRING, .letter = 'p', .value = "FILE",
              .doc = "the rules, in YAML; see above"),
    IFB_FIELD(struct flags, baseline, "baseline", .kind = IFB_STRING, .letter = 'b',
              .value = "RUN|FILE",
              .doc = "what to compare with: a run's folder, or a file of `ifbench baseline`"),
    IFB_FIELD(struct flags, format, "format", .kind = IFB_CHOICE, .letter = 'f',
              .choices = formats, .value = "WHAT", .doc = "how to show the verdict"),
    IFB_FIELD(struct flags, json, "json", .kind = IFB_BOOL, .doc = "the same as --format json"),
    IFB_FIELD(struct flags, to, "to", .kind = IFB_STRING, .letter = 'o', .value = "FILE",
              .doc = "where it goes; - is standard output"),
    IFB_FIELD(struct flags, also, "also", .kind = IFB_STRINGS, .value = "WHAT=FILE",
              .doc = "another format into a file; may be repeated"),
    IFB_FIELD(struct flags, o.common, "common", .kind = IFB_BOOL,
              .doc = "judge the items that both have, when they differ"),
    IFB_FIELD(struct flags, o.base_model, "base_model", .kind = IFB_STRING, .value = "SPEC",
              .doc = "which model of the baseline, when it has several"),
    IFB_FIELD(struct flags, o.model, "model", .kind = IFB_STRING, .value = "SPEC",
              .doc = "which model of the candidate, when it has several"),
    IFB_FIELD(struct flags, o.by_group, "by_group", .kind = IFB_BOOL,
              .doc = "take the prompts of a group as one observation"),
    { 0 }
};

static const struct ifb_example_line examples[] = {
    { "ifbench gate --baseline baseline.json --policy policy.yaml runs/new",
      "0: pass, 1: fail, 6: inconclusive" },
    { "ifbench gate -b baseline.json -p policy.yaml runs/new --also junit=gate.xml",
      "a table here, and XML for the CI system" },
    { "ifbench gate -p policy.yaml runs/new --format markdown >>$GITHUB_STEP_SUMMARY",
      "thresholds only, as a step summary" },
    { 0 }
};

static const char *const more[] = {
    "A policy is a list of rules, all of which must hold:\n"
    "  confidence: 95 %\n"
    "  rules:\n"
    "    - ifeval.prompt_level_strict_acc >= 80 %           as measured\n"
    "    - ifeval.inst_level_strict_acc >= 85 % at 95 %     its one-sided bound\n"
    "    - ifeval.prompt_level_strict_acc drop <= 1 %       against the baseline\n"
    "    - keywords:* drop <= 5 % at 90 %                   every constraint that fits\n"
    "    - items 4 of 5 >= 90 %                             over epochs\n"
    "    - regressed <= 10                                  items, or with % a share of them\n"
    "    - errors <= 1 %                                    unscored, missing, failed_calls too\n"
    "    - latency_p95 <= 2000 ms                           p50, p99 too\n"
    "    - cost <= 5 usd",
    "A drop is decided by the one-sided bound of the paired difference (Tango's score bound;\n"
    "for constraints and epochs a cluster bound): it passes when the bound is within the\n"
    "margin, fails when the bound on the other side is beyond it, and is inconclusive in\n"
    "between; then the number of items that would settle it is named. A candidate that is\n"
    "worse by the whole margin passes in 5 % of runs at 95 %.",
    "An error of a check, and a missing answer where the suite counts it so, is a constraint\n"
    "that was not followed. Items that only one side has: exit 3, or --common. Inconclusive is\n"
    "a run that has not come to its end or has nothing to judge, items that are unscored only\n"
    "now, and what the run does not know (latency, cost). Unknown names: exit 3 with file and\n"
    "line.",
    "`ifbench run --gate-policy FILE --sequential` decides while it asks, and asks no more than\n"
    "the verdict needs.",
    "exit status: 0 pass, 1 fail, 6 inconclusive, 2 usage, 3 bad input",
    NULL
};

static enum ifb_code cmd_gate(struct ifb_cli *cli, struct ifb_error *err)
{
    extern const struct ifb_command ifb_cmd_gate;
    struct flags f = { 0 };
    struct ifb_strs words;
    struct ifb_gate_options o;
    struct ifb_gate gate;
    enum ifb_code code = ifb_options_read(cli, &ifb_cmd_gate, &f, &words, err);

    if (!code && (words.n != 1 || !f.policy.ptr))
        return ifb_fail(err, IFB_EUSAGE, "gate wants --policy FILE and the folder of one run");
    if (!code)
        code = ifb_gate_check_also("--also", f.also, err);
    if (code)
        return code;
    o = (struct ifb_gate_options){
        .baseline = f.baseline.ptr ? ifb_cstr(cli->arena, f.baseline) : NULL,
        .policy = ifb_cstr(cli->arena, f.policy), .compare = f.o,
    };
    code = ifb_gate_run(ifb_cstr(cli->arena, words.at[0]), &o, cli->arena, &gate, err);
    if (!code)
        code = ifb_gate_show_also(cli, &gate, f.also, err);
    if (!code)
        code = ifb_gate_show(cli, &gate, f.json ? IFB_STR("json") : ifb_str_of(formats[f.format]),
                             f.to, err);
    if (!code)
        cli->status = ifb_gate_status(gate.verdict);
    return code;
}

const struct ifb_command ifb_cmd_gate = {
    .name = "gate", .usage = "gate --policy FILE [--baseline RUN|FILE] CANDIDATE [OPTIONS]",
    .doc = "may a candidate go on? thresholds, margins, budgets", .more = more,
    .options = options, .examples = examples, .run = cmd_gate,
};
