/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run: suites asked of models, journalled, scored, reported. The command line
 * is a thin layer over this header; a program that embeds libifbench calls the
 * same functions.
 *
 * A run is a folder:
 *     manifest.json   what was asked of whom, with which data and options; no secrets
 *     journal.jsonl   every answer, append-only, checksummed
 *     verdicts.jsonl  strict and loose verdicts with reasons; made anew by re-scoring
 *     summary.json    metrics with intervals, counts
 *     gate.json       the verdict of its gate, if it has one
 *     and the reports that were asked for
 */
#ifndef IFBENCH_RUN_H
#define IFBENCH_RUN_H

#include <signal.h>

#include <ifbench/provider.h>
#include <ifbench/report.h>
#include <ifbench/suite.h>
#include <ifbench/types.h>

/* How far a run is; given to the progress callback a few times a second. */
struct ifb_progress {
    int64_t calls, done, failed, flying, retries;
    int64_t elapsed_us;
    bool last;
};

/* How a system message is sent: as one, or put before the first user message. */
enum ifb_system_as { IFB_SYSTEM_AS_SYSTEM, IFB_SYSTEM_AS_USER };

/* What a run is to do. Zero-initialise, then set what differs. */
struct ifb_run_options {
    /* what is asked of whom */
    struct ifb_strs suites;    /* ids; empty: "core" */
    struct ifb_strs models;    /* specs */
    struct ifb_strs names;     /* what they are called in reports, in the same order; none: as
                                  typed, and a file of answers by its name without folders and
                                  .jsonl */
    ifb_str data;              /* file, or folder of files, in place of the suite's own (one
                                  suite only); a file is all that is then read */
    ifb_str data_dir;          /* of the packs; absent: IFBENCH_DATA, XDG_DATA_HOME/ifbench, ... */
    int64_t limit;             /* first items of each suite only; 0: all */
    struct ifb_shard shard;    /* this share of the items only */
    int64_t epochs;            /* 0: 1 */
    ifb_str system;            /* put before every prompt; an item's own comes behind it, in the
                                  same message; absent or "": none */
    int64_t system_as;         /* enum ifb_system_as; of items' own too */
    struct ifb_sampling sampling;  /* negative members: the suite's preset */
    ifb_str prompt_template;   /* for models that take a text, see ifb_prompt_template_check;
                                  absent: the plain rule */
    struct ifb_strs params;    /* "temperature=0,0.7": every model once with each value */
    struct ifb_strs stop_at;   /* texts at which answers end */
    int64_t top_logprobs;      /* likely first tokens to ask for, at most 20; 0: none */
    ifb_str extra_body;        /* a JSON object, merged into each request (RFC 7396) */
    int64_t tokens_as;         /* enum ifb_tokens_as */
    /* how */
    int64_t concurrency;       /* calls of a model in flight; 0: found out (adaptive) */
    int64_t max_concurrency;   /* adaptive: at most so many; 0: 256 */
    double rpm, tpm;           /* requests and tokens a minute of a model; 0: no limit */
    int64_t budget_tokens;     /* of this invocation; 0: no limit */
    double budget_usd;         /* the same; needs prices */
    ifb_str prices;            /* YAML file of prices; absent: none */
    bool no_cache;             /* ask everything, keep no answer for later */
    ifb_str cache;             /* its file; absent: the user's */
    double timeout_s;          /* of one attempt; 0: 120 */
    double total_timeout_s;    /* of one call with all its attempts; 0: 600 */
    int64_t retries;           /* attempts after the first; negative: 5 */
    int64_t max_errors;        /* failed calls in a row before the model is given up; 0: never */
    bool no_retry_429, no_preflight;
    bool retry_errors;         /* of a run that is gone on with only the calls that failed are
                                  asked, not those that nobody has asked yet */
    bool stream;               /* ask for streams, time their tokens; a run that is gone on with
                                  keeps to it */
    ifb_str ca_file;
    ifb_str proxy;             /* for all calls; absent: the environment's */
    double connect_timeout_s;  /* 0: 10 */
    int64_t max_reply;         /* bytes of a reply; 0: 16 MiB */
    struct ifb_strs headers;   /* "Name: value", sent with every call */
    ifb_str key_command;       /* prints the key, or several with commas; run once, when asking */
    double server_timeout_s;   /* for a server: to come up; 0: 300 */
    int64_t threads;           /* scoring threads; negative: the cores; 0: none */
    uint64_t seed;             /* of retry jitter */
    /* judging */
    ifb_str think;             /* "strip" or "keep"; absent: strip */
    struct ifb_strs think_tags;  /* pairs "OPEN,CLOSE"; empty: <think>,</think> */
    int64_t missing;           /* -1: the rule of the command; else enum ifb_missing */
    struct ifb_strs settings;  /* "NAME=VALUE": options of a judged suite */
    /* a gate (<ifbench/gate.h>) */
    ifb_str gate_policy;       /* its file; absent: no gate */
    ifb_str gate_baseline;     /* a run's folder or a baseline file; absent: none */
    ifb_str gate_base_model;   /* which model of it, when it has several */
    bool gate_common;          /* judge the items that both have */
    bool sequential;           /* items are asked in an order drawn from sampling.seed (0 when not
                                  set), and no more of them once the verdict is settled; one
                                  model; what is left stays pending */
    /* where to */
    ifb_str out;               /* the run's folder; absent: runs/TIME-SUITE */
    struct ifb_strs reports;   /* ids; empty: those written by default */
    /* surroundings, lent by the caller */
    const char *(*env)(const char *name);
    void (*progress)(void *self, const struct ifb_progress *p);
    void (*warn)(void *self, const char *line);
    void (*tell)(void *self, const char *line);  /* before asking: a line a suite and model,
                                                    with the settings that are sent */
    void *self;
    const volatile sig_atomic_t *stop;  /* not 0: finish what flies, then end */
};

struct ifb_gate;

/* A finished run, or one loaded from its folder. Release with ifb_run_close. */
struct ifb_run {
    const char *folder;
    struct ifb_summary summary;
    bool ended;        /* every call is answered or has failed for good */
    size_t calls, answers, failures;
    size_t doubts;     /* warnings that bear on the scores though no count shows it */
    const struct ifb_gate *gate;  /* its verdict; NULL: there is no gate, or it was not reached */
    struct ifb_arena *arena;
    struct ifb_run_inside *inside;
};

/* Asks, journals, scores, reports. On failure what was journalled stays. */
enum ifb_code ifb_run_start(const struct ifb_run_options *options, struct ifb_run **out,
                            struct ifb_error *err);

/*
 * Goes on with an unfinished run: answered calls are done, failed ones are asked
 * again. Of `options` only how, where to (reports) and surroundings are used.
 */
enum ifb_code ifb_run_resume(const char *folder, const struct ifb_run_options *options,
                             struct ifb_run **out, struct ifb_error *err);

/* Scores the journal again, without a call; judging options may differ from the first time. */
enum ifb_code ifb_run_rescore(const char *folder, const struct ifb_run_options *options,
                              struct ifb_run **out, struct ifb_error *err);

/*
 * Scores answers made elsewhere: a JSONL file of {"prompt", "response"}, plain
 * or gzip. No network.
 */
enum ifb_code ifb_run_score(ifb_str responses, const struct ifb_run_options *options,
                            struct ifb_run **out, struct ifb_error *err);

/*
 * Scores judgments made elsewhere: one judged suite (judged.h), its files of
 * judgments, plain or gzip. No network, no judge call. The run's journal is empty;
 * its manifest names the files and their hashes.
 */
enum ifb_code ifb_run_judged(struct ifb_strs judgments, const struct ifb_run_options *options,
                             struct ifb_run **out, struct ifb_error *err);

/*
 * Puts the shards of one run (struct ifb_shard) together into options->out, which
 * must not be there, or be empty: what one run of the whole would have made. Of
 * `options` only `data_dir`, `prices`, `threads`, where to and surroundings are used.
 * Each shard's manifest and journal are checked as by ifb_run_verify; answers are
 * copied byte for byte, in plan order, and scored anew. No call is made, memory does
 * not grow with the answers, and the folder appears only when it is whole. Its
 * manifest names the shards and the hashes of their journals as `merged`; its
 * `speed` has the sums of theirs, and hence the rate of one shard on the average.
 *
 * IFB_EINPUT: a shard is missing, unfinished, damaged, there twice, or of another
 * run. With `partial` what is missing or unfinished stays pending, for ifb_run_resume.
 */
enum ifb_code ifb_run_merge(struct ifb_strs folders, bool partial,
                            const struct ifb_run_options *options, struct ifb_run **out,
                            struct ifb_error *err);

/* Loads a run's summary for reading; samples through ifb_run_report. */
enum ifb_code ifb_run_load(const char *folder, struct ifb_run **out, struct ifb_error *err);

/*
 * Makes the plots of a run, for the reports that are written after it: `plots`, and report.html,
 * which then shows them too. They are drawn by gnuplot (IFBENCH_GNUPLOT of `env`, which may be
 * NULL, else in PATH): one process, without a shell. Where it is not there or fails, there are
 * tables alone and summary.plots->why says so, which is no error.
 */
enum ifb_code ifb_run_draw(struct ifb_run *run, const char *(*env)(const char *name),
                           struct ifb_error *err);

/* Writes one report of a run to `sink`; IFB_EUSAGE for one of several files. */
enum ifb_code ifb_run_report(struct ifb_run *run, const struct ifb_report *report,
                             const struct ifb_sink *sink, struct ifb_error *err);

/* Writes a report of several files below `folder`, which is made. */
enum ifb_code ifb_run_report_files(struct ifb_run *run, const struct ifb_report *report,
                                   const char *folder, struct ifb_error *err);

/* Checks checksums, digest and manifest of a run folder; `findings` lines go to `tell`. */
enum ifb_code ifb_run_verify(const char *folder, void (*tell)(void *self, const char *line),
                             void *self, struct ifb_error *err);

/* What would be asked, without asking: fills counts only. */
struct ifb_dry_run {
    size_t calls, samples, constraints;
    size_t prompt_bytes;
    int64_t tokens_most;   /* in and out: a token for three bytes, max_tokens for each answer */
    double usd_most;       /* NaN where a model's price is not known */
};
enum ifb_code ifb_run_dry(const struct ifb_run_options *options, struct ifb_dry_run *out,
                          struct ifb_error *err);

void ifb_run_close(struct ifb_run *run);

#endif
