/* SPDX-License-Identifier: Apache-2.0 */
/* `ifbench verify`: is a run folder whole and unchanged? */
#include <ifbench/run.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/cli/command.h"

static const struct ifb_example_line examples[] = {
    { "ifbench verify runs/2026-01-02T03-04-05-core", "checksums, digest, counts, data" },
    { 0 }
};

static const char *const more[] = {
    "Checks every record's checksum, the digest of the whole journal, its counts, and tells\n"
    "whether the data files are still those of the run. Exit status 3 when something is wrong.",
    NULL
};

static void tell(void *self, const char *line)
{
    (void)self;
    ifb_print_safe((ifb_str){ line, strlen(line) });
    ifb_print("\n");
}

static enum ifb_code cmd_verify(struct ifb_cli *cli, struct ifb_error *err)
{
    extern const struct ifb_command ifb_cmd_verify;
    struct ifb_strs words;
    enum ifb_code code = ifb_options_read(cli, &ifb_cmd_verify, NULL, &words, err);

    if (!code && !words.n)
        return ifb_fail(err, IFB_EUSAGE, "verify wants the folder of a run");
    for (size_t i = 0; i < words.n && !code; i++) {
        code = ifb_run_verify(ifb_cstr(cli->arena, words.at[i]), tell, NULL, err);
        if (!code)
            ifb_print("%.*s: whole\n", IFB_ARG(words.at[i]));
    }
    return code;
}

const struct ifb_command ifb_cmd_verify = {
    .name = "verify", .usage = "verify RUN...", .doc = "check a run's checksums and digest",
    .more = more, .examples = examples, .run = cmd_verify,
};
