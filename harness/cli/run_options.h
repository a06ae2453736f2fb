/* SPDX-License-Identifier: Apache-2.0 */
/* What run, score and report share: options, progress, and the end of a run. */
#ifndef IFB_CLI_RUN_OPTIONS_H
#define IFB_CLI_RUN_OPTIONS_H

#include <ifbench/run.h>

#include "harness/cli/command.h"

/* Options of judged suites (judged.h), of which any number may be given. */
#define IFB_SETTINGS_MAX 16

/* The options of the command line, before they become ifb_run_options. */
struct ifb_run_flags {
    struct ifb_run_options o;
    int64_t think_choice;  /* 0 strip, 1 keep */
    int64_t jitter_seed;
    ifb_str resume, retry_errors, responses, config;
    struct ifb_strs suite_lists, report_lists, judgments, gate_also;
    ifb_str settings[IFB_SETTINGS_MAX];
    ifb_str shard;
    double max_unscored;   /* share of the samples; negative: any, with --strict none */
    bool dry_run, json, quiet, strict;
};

extern const char *const ifb_think_choices[];
extern const char *const ifb_missing_choices[];

/* Defaults that are not zero. */
struct ifb_run_flags ifb_run_flags_new(void);

/* Reads ifbench.yaml (or --config) and the command line. */
enum ifb_code ifb_run_flags_read(struct ifb_cli *cli, const struct ifb_command *command,
                                 struct ifb_run_flags *f, struct ifb_strs *words,
                                 struct ifb_error *err);

/* A text that was read, as it is typed: one that begins with '@' has another before it. */
ifb_str ifb_run_text_as_typed(ifb_str text, struct ifb_arena *arena);

/* Sets env, progress, warnings and the stop flag; catches SIGINT and SIGTERM. */
void ifb_run_flags_attach(struct ifb_run_flags *f);

/*
 * Prints the table (or summary.json with --json) and where the report is, and
 * decides the exit status. `code` is what the run returned.
 */
enum ifb_code ifb_run_show(struct ifb_cli *cli, struct ifb_run *run, const struct ifb_run_flags *f,
                           enum ifb_code code, struct ifb_error *err);

#endif
