/* SPDX-License-Identifier: Apache-2.0 */
/* `ifbench baseline`: a run made small enough to commit, for `gate` and `compare`. */
#include <ifbench/baseline.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/cli/command.h"

struct flags {
    ifb_str to;
    bool json;
};

static const struct ifb_field options[] = {
    IFB_FIELD(struct flags, to, "to", .kind = IFB_STRING, .letter = 'o', .value = "FILE",
              .doc = "where the baseline goes (baseline.json)"),
    IFB_FIELD(struct flags, json, "json", .kind = IFB_BOOL,
              .doc = "show: its scores as summary.json has them"),
    { 0 }
};

static const struct ifb_example_line examples[] = {
    { "ifbench baseline set runs/good --to baseline.json", "then commit it" },
    { "ifbench baseline show baseline.json", "of which run it is, and its scores" },
    { "ifbench gate --baseline baseline.json --policy policy.yaml runs/new", "judge a new run" },
    { 0 }
};

static const char *const more[] = {
    "The file has a line an item with a letter a constraint (p pass, f fail, l only loosely,\n"
    "e error, u unscored), so that a review shows which items changed. Ids are hashed; no\n"
    "prompt and no answer is in it.",
    NULL
};

static enum ifb_code show(struct ifb_cli *cli, const char *path, bool json, struct ifb_error *err)
{
    struct ifb_samples none = { 0 };
    struct ifb_baseline b;
    enum ifb_code code = ifb_baseline_read(path, cli->arena, &b, err);

    if (code)
        return code;
    code = ifb_report_find(json ? IFB_STR("json") : IFB_STR("term"))
               ->write(&b.summary, &none, ifb_stdout_sink(), err);
    if (!code && !json)
        ifb_print("\n%zu items, plan %.*s\n", b.items, IFB_ARG(b.plan));
    return code;
}

static enum ifb_code cmd_baseline(struct ifb_cli *cli, struct ifb_error *err)
{
    extern const struct ifb_command ifb_cmd_baseline;
    struct flags f = { .to = IFB_STR("baseline.json") };
    struct ifb_strs words;
    const char *path, *to;
    enum ifb_code code = ifb_options_read(cli, &ifb_cmd_baseline, &f, &words, err);

    if (code)
        return code;
    if (words.n != 2 || !(ifb_str_is(words.at[0], "set") || ifb_str_is(words.at[0], "show")))
        return ifb_fail(err, IFB_EUSAGE, "baseline wants `set RUN --to FILE` or `show FILE`");
    path = ifb_cstr(cli->arena, words.at[1]);
    if (ifb_str_is(words.at[0], "show"))
        return show(cli, path, f.json, err);
    to = ifb_cstr(cli->arena, f.to);
    code = ifb_baseline_set(path, to, err);
    if (!code)
        ifb_print("%s\n", to);
    return code;
}

const struct ifb_command ifb_cmd_baseline = {
    .name = "baseline", .usage = "baseline set RUN --to FILE | baseline show FILE",
    .doc = "a run in a file small enough to commit", .more = more, .options = options,
    .examples = examples, .run = cmd_baseline,
};
