/* SPDX-License-Identifier: Apache-2.0 */
/* What a run holds; private to harness/engine/run*.c. */
#ifndef IFB_ENGINE_INSIDE_H
#define IFB_ENGINE_INSIDE_H

#include <ifbench/run.h>

#include "harness/base/file.h"
#include "harness/engine/aggregate.h"
#include "harness/engine/budget.h"
#include "harness/engine/cache.h"
#include "harness/engine/cell.h"
#include "harness/engine/manifest.h"
#include "harness/engine/replay_file.h"
#include "harness/engine/rows.h"
#include "harness/engine/samples.h"
#include "harness/engine/score.h"
#include "harness/engine/sequential.h"
#include "harness/engine/server.h"
#include "harness/engine/source.h"

/* How far a model's samples have been looked at. */
struct ifb_cursor {
    size_t cell;    /* of the plan */
    uint32_t next;  /* in that cell */
};

struct ifb_run_inside {
    struct ifb_run_options o;
    struct ifb_manifest manifest;
    const struct ifb_manifest *then;  /* of a run that is gone on with, while it is prepared */
    struct ifb_arena *arena;
    const char *const *data_dirs;
    struct ifb_suite_items *suites;
    size_t nsuites;
    struct ifb_model *models;
    struct ifb_replay **replays;  /* one a model; NULL where it is no replay */
    struct ifb_source **sources;  /* one a model; NULL where its answers are not another run's */
    struct ifb_source **opened;   /* those runs */
    size_t nopened;
    struct ifb_price *prices;     /* one a model */
    struct ifb_server **servers;  /* one a model; NULL where none was started */
    size_t nmodels, nasked, njudges;  /* all models: those that answer, then the judges */
    struct ifb_judges *judges;    /* NULL until the run is prepared */
    bool asking;                  /* calls will be made: keys are needed */
    bool asked;                   /* what was pending was asked for, of files too */
    struct ifb_resources resources;
    struct ifb_think think;
    struct ifb_plan plan;
    struct ifb_scoring scoring;
    struct ifb_sample_result *results;
    struct ifb_tally *tally;      /* of what does not stay in memory */
    struct ifb_journal *journal;
    struct ifb_pool *pool;
    struct ifb_cells cells;
    struct ifb_cursor *cursors;   /* one a model */
    struct ifb_rows *rows;        /* of verdicts.jsonl */
    struct ifb_cache *cache;      /* NULL: none */
    struct ifb_gate_options *gate;      /* NULL: none */
    struct ifb_sequential *sequential;  /* the gate that is looked at on the way; NULL: none */
    struct ifb_error look;        /* its code: why the gate could not look at a sample */
    bool judged;                  /* made from judgments */
    int64_t started_us, progress_us, looked_us;
    struct ifb_speed speed;       /* of what was asked just now */
    struct ifb_speed speed_before;  /* of what was asked before, by the summary that is there */
    const ifb_str *warnings;
    size_t nwarnings, warnings_cap;
};

/* Notes a warning for the summary and tells the caller. */
void ifb_run_warn(struct ifb_run *run, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The same for what bears on the scores though no count shows it; --strict minds. */
void ifb_run_doubt(struct ifb_run *run, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* ---- run_models.c: how servers are reached; strings are the run's ---- */
struct ifb_http_options;
struct ifb_http_options ifb_run_http(const struct ifb_run_inside *in);

/* ---- run_prepare.c: from options to a plan ---- */

/* Notes a data file of the run in its manifest, with the hash of what is on disk. */
void ifb_run_note_hash(struct ifb_run *run, const char *what, const char *path,
                       const char sha256[IFB_SHA256_HEX], int64_t bytes);

/* An empty run that holds copies of `options` and of its strings. */
struct ifb_run *ifb_run_new(const struct ifb_run_options *options);

/* Suites, models, resources, plan; no network, nothing written. */
enum ifb_code ifb_run_prepare(struct ifb_run *run, struct ifb_error *err);

/* The caller hears what is asked of whom, and with which settings. */
void ifb_run_tell(struct ifb_run *run);

/* The rule for unanswered samples: the option, else what `otherwise` says. */
enum ifb_missing ifb_run_missing(const struct ifb_run *run, bool scored_only);

/* ---- run.c ---- */

/* Notes when the run began; checks that the reports exist. */
enum ifb_code ifb_run_begin(struct ifb_run *run, struct ifb_error *err);

/* The folder with manifest and a new journal in it; what the manifest says must be set. */
enum ifb_code ifb_run_make_folder(struct ifb_run *run, struct ifb_error *err);

/* What the run of a folder asks, in whole if that is a shard; as for resume, `arena` outlives. */
enum ifb_code ifb_run_prepare_like(const char *folder, const struct ifb_run_options *options,
                                   struct ifb_arena *arena, struct ifb_run **out,
                                   struct ifb_error *err);

/* Scores what the journal has, then summary and reports. */
enum ifb_code ifb_run_summarise(struct ifb_run *run, struct ifb_error *err);

/* The run when it has a summary; else closes it and gives NULL. Returns `code`. */
enum ifb_code ifb_run_hand_over(struct ifb_run *run, enum ifb_code code, struct ifb_run **out);

/* ---- run_models.c: who is asked ---- */

/* Opens the runs whose answers are taken, and takes from the first what is asked. */
enum ifb_code ifb_run_open_sources(struct ifb_run *run, struct ifb_error *err);

/* Reads the models and what goes with them: keys, headers, extra members, stored answers. */
enum ifb_code ifb_run_load_models(struct ifb_run *run, struct ifb_error *err);

/*
 * Says once a model what it is asked for and does not take, starts the servers and
 * waits for them, then tries one cheap request each.
 */
enum ifb_code ifb_run_open_models(struct ifb_run *run, struct ifb_error *err);

/* Now and then: IFB_ENET when a server has ended, with its last words. */
enum ifb_code ifb_run_check_models(struct ifb_run *run, struct ifb_error *err);

/* Stops the servers; warns about one that had ended by itself. */
void ifb_run_close_models(struct ifb_run *run);

/* ---- run_work.c: answers, scores, rows ---- */

/* Opens the pool and verdicts.jsonl. */
enum ifb_code ifb_run_work_begin(struct ifb_run *run, struct ifb_error *err);

/* Asks and scores everything that is pending. */
enum ifb_code ifb_run_ask(struct ifb_run *run, struct ifb_error *err);

/* Scores everything the journal knows, asking nothing. */
enum ifb_code ifb_run_score_journal(struct ifb_run *run, struct ifb_error *err);

/* Waits for the pool, completes verdicts.jsonl. */
enum ifb_code ifb_run_work_end(struct ifb_run *run, struct ifb_error *err);

/* ---- run_gate.c ---- */

/* Policy and baseline, if any: read and matched with the plan; files noted in the manifest. */
enum ifb_code ifb_run_open_gate(struct ifb_run *run, struct ifb_error *err);

/* True when a run that is gone on with was ended by its gate: nothing is to be asked. */
bool ifb_run_gate_stands(const struct ifb_run *run);

/* Says in the summary how far the gate looked. */
void ifb_run_warn_gate(struct ifb_run *run);

/* The verdict, into run->gate and gate.json; needs the files of the run. */
enum ifb_code ifb_run_decide_gate(struct ifb_run *run, struct ifb_error *err);

/* What gate.json in the run's folder says, for the summary; absent: there is none. */
ifb_str ifb_run_gate_said(const struct ifb_run *run);

/* ---- run_finish.c ---- */

/* Summary and reports; needs the scores. */
enum ifb_code ifb_run_finish(struct ifb_run *run, struct ifb_error *err);

/* The head of the summary: version, name, times, and what the journal knows. */
void ifb_run_summary_head(struct ifb_run *run);

/* The samples of the run's folder; close the reader with ifb_samples_close. */
enum ifb_code ifb_run_open_samples(struct ifb_run *run, struct ifb_sample_reader **reader,
                                   struct ifb_samples *out, struct ifb_error *err);

/* Writes the reports that are wanted, from the summary; where there is a gate, but for those that
 * show what it said, which late_reports writes when it was decided, or cannot be. */
enum ifb_code ifb_run_write_reports(struct ifb_run *run, struct ifb_error *err);
enum ifb_code ifb_run_write_late_reports(struct ifb_run *run, struct ifb_error *err);

#endif
