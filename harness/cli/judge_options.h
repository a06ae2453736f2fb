/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of option tables that have to do with judges, for run, score and judge. An
 * option of judged suites and of their judging (a SETTING) is known to them by the
 * same name; NUMBER is its own and below IFB_SETTINGS_MAX.
 */
#ifndef IFB_CLI_JUDGE_OPTIONS_H
#define IFB_CLI_JUDGE_OPTIONS_H

#include "harness/cli/run_options.h"

#define IFB_SETTING(number, name, what, doc_)                                                  \
    IFB_FIELD(struct ifb_run_flags, settings[number], name, .kind = IFB_STRING, .value = what, \
              .doc = doc_)

/* What numbers are made by. */
#define IFB_JUDGED_SETTINGS                                                                       \
    IFB_SETTING(0, "lc_c", "K", "strength of the fit: 0 to 9, a value such as 21.5, auto"),       \
    IFB_SETTING(1, "lc_difficulty", "FILE",                                                       \
                "csv of instruction difficulties (derived from the pack)"),                       \
    IFB_SETTING(2, "lc_gamed", "FILE", "csv of answers that game length (the pack's)"),           \
    IFB_SETTING(3, "lc_match", "WHAT", "difficulties go by: row (official), instruction"),        \
    IFB_SETTING(4, "leaderboard", "FILE",                                                         \
                "leaderboard.csv to which the scored models are added"),                          \
    IFB_SETTING(6, "drfr", "RULE", "questions that count: official (those asked), strict (all)"), \
    IFB_SETTING(7, "parse", "RULE", "the mark of a judgment that counts: official, last"),        \
    IFB_SETTING(10, "rules", "VERSION", "whose rules hold: auto, v2, v0.1"),                      \
    IFB_SETTING(11, "category", "NAME", "only questions of this category or subcategory"),        \
    IFB_SETTING(12, "style_control", "WHAT", "style held equal: none, both, length, markdown"),   \
    IFB_SETTING(14, "rounds", "N", "bootstrap rounds (100)")

/* How answers are put before a judge. */
#define IFB_JUDGING_SETTINGS                                                                      \
    IFB_SETTING(8, IFB_JUDGE_BASELINE, "MODEL",                                                   \
                "the model of the run that others are compared with"),                            \
    IFB_SETTING(16, "judge_mode", "MODE",                                                         \
                "how a suite is judged, such as pairwise-all (`ifbench suites ID`)"),             \
    IFB_SETTING(17, "references", "FILE", "reference answers in place of the suite's own"),       \
    IFB_SETTING(22, "judge_parser", "WHAT",                                                       \
                "AlpacaEval: logprob (official), binary, ranking, scores, regex, json"),          \
    IFB_SETTING(23, "judge_first", "RE", "of regex: says that the output shown first is better"), \
    IFB_SETTING(24, "judge_second", "RE", "of regex: says that the second is"),                   \
    IFB_SETTING(25, "judge_key", "NAME", "of json: the member that holds 1 or 2"),                \
    IFB_FIELD(struct ifb_run_flags, both_orders, "both_orders", .kind = IFB_BOOL,                 \
              .doc = "judge every pair in both orders (mtbench and arenahard always do)")

#define IFB_JUDGE_OPTIONS                                                                         \
    IFB_FIELD(struct ifb_run_flags, o.judge.judges, "judge", .kind = IFB_STRINGS,                 \
              .value = "SPEC", .doc = "model that judges answers; several are a jury"),           \
    IFB_FIELD(struct ifb_run_flags, o.judge.templates, "judge_template", .kind = IFB_STRING,      \
              .value = "FILE",                                                                    \
              .doc = "prompts in place of ours: official files of mtbench, alpacaeval, ..."),     \
    IFB_FIELD(struct ifb_run_flags, o.judge.baseline_answers, "baseline_answers",                 \
              .kind = IFB_STRING, .value = "FILE|RUN",                                            \
              .doc = "the baseline's answers (the suite's own)"),                                 \
    IFB_FIELD(struct ifb_run_flags, o.judge.calibration, "calibration", .kind = IFB_STRING,       \
              .value = "FILE",                                                                    \
              .doc = "judgments with known answers; a judge that fails them is asked no more"),   \
    IFB_FIELD(struct ifb_run_flags, o.judge.calibration_min, "calibration_min",                   \
              .kind = IFB_REAL, .value = "P", .min = 0.001, .max = 1,                             \
              .doc = "share of them that must be right (0.8); else exit 1"),                      \
    IFB_FIELD(struct ifb_run_flags, o.judge.concurrency, "judge_concurrency", .kind = IFB_INT,    \
              .value = "N", .min = 1, .max = 4096, .doc = "calls of a judge in flight at once"),  \
    IFB_FIELD(struct ifb_run_flags, o.judge.max_concurrency, "judge_max_concurrency",             \
              .kind = IFB_INT, .value = "N", .min = 1, .max = 4096,                               \
              .doc = "without that: at most so many in flight (256)"),                            \
    IFB_FIELD(struct ifb_run_flags, o.judge.rpm, "judge_rpm", .kind = IFB_REAL, .value = "N",     \
              .min = 0.01, .max = 1e9, .doc = "requests a minute of a judge at most"),            \
    IFB_FIELD(struct ifb_run_flags, o.judge.tpm, "judge_tpm", .kind = IFB_REAL, .value = "N",     \
              .min = 1, .max = 1e12, .doc = "tokens a minute of a judge at most, in and out"),    \
    IFB_FIELD(struct ifb_run_flags, o.judge.budget_tokens, "judge_budget_tokens",                 \
              .kind = IFB_INT, .value = "N", .min = 1, .max = 1e15,                               \
              .doc = "stop judging before more tokens are used; exit 5"),                         \
    IFB_FIELD(struct ifb_run_flags, o.judge.budget_usd, "judge_budget_usd", .kind = IFB_REAL,     \
              .value = "X", .min = 1e-6, .max = 1e9,                                              \
              .doc = "stop judging before more is spent; needs --prices"),                        \
    IFB_FIELD(struct ifb_run_flags, o.judge.temperature, "judge_temperature", .kind = IFB_REAL,   \
              .value = "X", .min = 0, .max = 10, .doc = "sent to judges (the protocol's)"),       \
    IFB_FIELD(struct ifb_run_flags, o.judge.max_tokens, "judge_max_tokens", .kind = IFB_INT,      \
              .value = "N", .min = 1, .max = 1e9, .doc = "sent to judges (the protocol's)"),      \
    IFB_FIELD(struct ifb_run_flags, o.judge.no_system, "judge_no_system", .kind = IFB_BOOL,       \
              .doc = "judges get no system message: its text goes before the user's"),            \
    IFB_FIELD(struct ifb_run_flags, o.judge.retries, "judge_retries", .kind = IFB_INT,            \
              .value = "N", .min = 0, .max = 10,                                                  \
              .doc = "ask again so often when a judgment cannot be read (1)"),                    \
    IFB_FIELD(struct ifb_run_flags, o.judge.headers, "judge_header", .kind = IFB_STRINGS,         \
              .value = "'NAME: VALUE'", .doc = "sent with every call of judges, kept nowhere"),   \
    IFB_FIELD(struct ifb_run_flags, o.judge.extra_body, "judge_extra_body", .kind = IFB_STRING,   \
              .value = "JSON", .doc = "members merged into every request to judges")

#endif
