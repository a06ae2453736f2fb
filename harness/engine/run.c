/* SPDX-License-Identifier: Apache-2.0 */
/* The ways into the pipeline: start, resume, re-score, score, load. */
#include <ifbench/run.h>

#include <stdlib.h>
#include <unistd.h>

#include <ifbench/judged.h>

#include "harness/base/arena.h"
#include "harness/base/clock.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/engine/dispatch.h"
#include "harness/engine/inside.h"
#include "harness/engine/resources.h"
#include "harness/engine/summary_read.h"
#include "harness/engine/variants.h"

static char *in_folder(const struct ifb_run *run, const char *name)
{
    return ifb_path_join(run->arena, run->folder, name);
}

/* "runs/2026-11-24T14-24-18-core": sorts by time, is a valid name everywhere. */
static char *default_folder(struct ifb_run *run)
{
    struct ifb_run_inside *in = run->inside;
    const struct ifb_shard *s = &in->o.shard;
    ifb_str share = s->of ? ifb_fmt(run->arena, "-%lldof%lld", (long long)s->index,
                                    (long long)s->of) : IFB_STR("");
    ifb_str name = ifb_fmt(run->arena, "%.19s-%s%.*s", in->manifest.started.ptr,
                           in->suites[0].suite->id, IFB_ARG(share));
    char *safe = ifb_path_component(run->arena, name);

    for (char *p = safe; p < safe + 19; p++)
        *p = *p == '_' ? '-' : *p;
    return (char *)ifb_fmt(run->arena, "runs/%s", safe).ptr;
}

static enum ifb_code check_reports(const struct ifb_run_inside *in, struct ifb_error *err)
{
    for (size_t i = 0; i < in->o.reports.n; i++)
        if (!ifb_report_find(in->o.reports.at[i]))
            return ifb_fail(err, IFB_EUSAGE, "unknown report \"%.*s\"; `ifbench report --help` "
                            "lists them", IFB_ARG(in->o.reports.at[i]));
    return IFB_OK;
}

static void set_start(struct ifb_run *run)
{
    char *iso = ifb_alloc(run->arena, IFB_ISO_SIZE);

    run->inside->started_us = ifb_clock_us();
    ifb_iso_time(ifb_wall_ms(), iso);
    run->inside->manifest.started = ifb_str_of(iso);
}

enum ifb_code ifb_run_begin(struct ifb_run *run, struct ifb_error *err)
{
    set_start(run);
    return check_reports(run->inside, err);
}

/* The settings that each suite was asked with; of a file of answers nobody knows them. */
static void note_asked(struct ifb_run_inside *in)
{
    struct ifb_manifest *m = &in->manifest;
    struct ifb_manifest_asked *at = ifb_new(in->arena, struct ifb_manifest_asked, in->plan.nasked);

    m->asked = at;
    m->nasked = 0;
    for (size_t i = 0; i < in->plan.nasked; i++) {
        const struct ifb_plan_cell *c = &in->plan.cells[i];
        struct ifb_sampling wanted = ifb_sampling_over(in->o.sampling, c->model->sampling);

        if (!in->replays[c->model_index] && !in->sources[c->model_index])
            at[m->nasked++] = (struct ifb_manifest_asked){
                ifb_str_of(c->suite->id), c->model->spec,
                ifb_sampling_merge(wanted, &c->suite->preset),
            };
    }
}

static void fill_manifest(struct ifb_run *run, bool scored_only)
{
    struct ifb_run_inside *in = run->inside;

    in->manifest.plan = ifb_str_of(in->plan.digest);
    in->manifest.calls = (int64_t)in->plan.ncalls;
    in->manifest.samples = (int64_t)in->plan.nasked_samples;
    in->manifest.tasks = (int64_t)(in->plan.nsamples - in->plan.nasked_samples);
    in->manifest.own = (int64_t)in->plan.nown;
    in->manifest.scored_only = scored_only;
    in->manifest.options = in->o;
    note_asked(in);
}

/* A new journal must not be mistaken for an old one's: the folder may exist, a run in it not. */
enum ifb_code ifb_run_make_folder(struct ifb_run *run, struct ifb_error *err)
{
    struct ifb_run_inside *in = run->inside;
    enum ifb_code code;

    run->folder = in->o.out.ptr ? in->o.out.ptr : default_folder(run);
    code = ifb_make_dirs(run->folder, err);
    if (!code && ifb_file_exists(in_folder(run, "journal.jsonl")))
        return ifb_fail(err, IFB_EINPUT, "%s holds a run already; go on with `ifbench run --resume "
                        "%s`, or name another --out", run->folder, run->folder);
    if (code)
        return code;
    code = ifb_manifest_write(&in->manifest, in->models, in->nmodels, in->njudges,
                              in_folder(run, "manifest.json"), err);
    if (!code)
        code = ifb_journal_create(in_folder(run, "journal.jsonl"), in->plan.digest, ifb_wall_ms(),
                                  in->plan.ncalls, !in->manifest.scored_only, &in->journal, err);
    if (code && !ifb_file_exists(in_folder(run, "journal.jsonl")))
        unlink(in_folder(run, "manifest.json"));
    return code;
}

static bool is_settled(const struct ifb_run_inside *in)
{
    return ifb_journal_answers(in->journal) + ifb_journal_failures(in->journal) ==
               in->plan.nown;
}

/* True when nothing is pending; calls after a failed turn will never be asked. */
static bool all_scored(const struct ifb_run_inside *in)
{
    for (size_t i = 0; i < in->plan.nsamples; i++)
        if (!in->results[i].scored)
            return false;
    return true;
}

/* The cache is an aid: a run does without it where it cannot be had. */
static void open_cache(struct ifb_run *run)
{
    struct ifb_run_inside *in = run->inside;
    const char *path = in->o.cache.ptr ? in->o.cache.ptr : ifb_cache_path(in->o.env, run->arena);
    struct ifb_error err;

    if (in->o.no_cache || !path)
        return;
    if (ifb_cache_open(path, &in->cache, &err))
        ifb_run_warn(run, "%s; nothing is kept for later", err.msg);
}

static void close_cache(struct ifb_run *run)
{
    struct ifb_run_inside *in = run->inside;

    if (in->cache && *ifb_cache_trouble(in->cache))
        ifb_run_warn(run, "the cache %s", ifb_cache_trouble(in->cache));
    ifb_cache_close(in->cache);
    in->cache = NULL;
}

/*
 * Asks (or only scores), then summarises what there is, also after a failure
 * such as a dead endpoint: the first error is what the caller hears.
 */
static enum ifb_code work(struct ifb_run *run, bool ask, struct ifb_error *err)
{
    struct ifb_run_inside *in = run->inside;
    struct ifb_error later;
    enum ifb_code first = ifb_run_work_begin(run, err), code;

    if (first)
        return first;
    if (ask && !in->manifest.scored_only) {
        open_cache(run);
        ifb_run_tell(run);
    }
    first = ask ? ifb_run_ask(run, err) : ifb_run_score_journal(run, err);
    close_cache(run);
    ifb_run_close_models(run);
    code = ifb_run_work_end(run, &later);
    if (!first && code && err)
        *err = later;
    first = first ? first : code;
    if (first == IFB_EIO)
        return first;
    if (ask && !first && (is_settled(in) || all_scored(in)) && !ifb_journal_ended(in->journal))
        first = ifb_journal_end(in->journal, err);
    code = ifb_run_finish(run, &later);
    if (!first && !code)
        code = ifb_run_decide_gate(run, &later);
    if (!code)
        code = ifb_run_write_late_reports(run, &later);
    if (!first && code && err)
        *err = later;
    return first ? first : code;
}

enum ifb_code ifb_run_hand_over(struct ifb_run *run, enum ifb_code code, struct ifb_run **out)
{
    /* A stopped or failing run still has something to show. */
    *out = run->summary.version.ptr ? run : NULL;
    if (!*out)
        ifb_run_close(run);
    return code;
}

enum ifb_code ifb_run_judge(struct ifb_strs runs, const struct ifb_run_options *options,
                            struct ifb_run **out, struct ifb_error *err)
{
    struct ifb_run_options o = *options;

    *out = NULL;
    if (!runs.n || !o.judge.judges.n)
        return ifb_fail(err, IFB_EUSAGE, !runs.n ? "which runs? name their folders"
                                                 : "who judges? name a model with --judge SPEC");
    o.answers_of = runs;
    return ifb_run_start(&o, out, err);
}

enum ifb_code ifb_run_start(const struct ifb_run_options *options, struct ifb_run **out,
                            struct ifb_error *err)
{
    struct ifb_run *run = ifb_run_new(options);
    enum ifb_code code;

    run->inside->asking = true;
    code = ifb_run_begin(run, err);
    if (!code)
        code = ifb_run_prepare(run, err);
    run->inside->then = NULL;  /* of a source: it was looked at */
    if (!code)
        code = ifb_run_open_models(run, err);
    fill_manifest(run, false);
    if (!code)
        code = ifb_run_make_folder(run, err);
    if (!code)
        code = work(run, true, err);
    return ifb_run_hand_over(run, code, out);
}

enum ifb_code ifb_run_score(ifb_str responses, const struct ifb_run_options *options,
                            struct ifb_run **out, struct ifb_error *err)
{
    struct ifb_run_options o = *options;
    struct ifb_arena *arena = ifb_arena_new();
    ifb_str spec = ifb_fmt(arena, "replay:%.*s", IFB_ARG(responses));
    struct ifb_run *run;
    enum ifb_code code;

    o.models = (struct ifb_strs){ &spec, 1 };
    run = ifb_run_new(&o);
    ifb_arena_close(arena);
    run->inside->manifest.scored_only = true;
    code = ifb_run_begin(run, err);
    if (!code)
        code = ifb_run_prepare(run, err);
    fill_manifest(run, true);
    if (!code)
        code = ifb_run_make_folder(run, err);
    if (!code)
        code = work(run, true, err);
    return ifb_run_hand_over(run, code, out);
}

/* Those of then, but where now has the same name: later ones win. */
static struct ifb_strs merge_settings(struct ifb_strs then, struct ifb_strs now,
                                      struct ifb_arena *arena)
{
    ifb_str *at = ifb_new(arena, ifb_str, then.n + now.n);

    for (size_t i = 0; i < then.n; i++)
        at[i] = then.at[i];
    for (size_t i = 0; i < now.n; i++)
        at[then.n + i] = now.at[i];
    return (struct ifb_strs){ at, then.n + now.n };
}

/* What is asked is then's; how (limits, budget, headers) is now's. */
static void recall_judging(const struct ifb_judge_options *then, struct ifb_judge_options *now)
{
    now->judges = then->judges;
    now->how = then->how;
    now->templates = then->templates;
    now->calibration = then->calibration;
    if (!(now->calibration_min > 0))
        now->calibration_min = then->calibration_min;
    now->baseline_answers = then->baseline_answers;
    now->temperature = then->temperature;
    now->max_tokens = then->max_tokens;
    now->no_system = then->no_system;
    now->retries = then->retries;
    now->extra_body = then->extra_body;
}

/* A run keeps its gate, or has none; scoring again decides nothing. */
static void recall_gate(const struct ifb_run_options *then, bool judging,
                        struct ifb_run_options *now)
{
    static const struct ifb_run_options none;

    then = judging ? &none : then;
    now->gate_policy = then->gate_policy;
    now->gate_baseline = then->gate_baseline;
    now->gate_base_model = then->gate_base_model;
    now->gate_common = then->gate_common;
    now->sequential = then->sequential;
}

/* Whoever names a shard beside --resume means that one. */
static enum ifb_code check_shard(const char *folder, const struct ifb_shard *now,
                                 const struct ifb_shard *then, struct ifb_error *err)
{
    if (!now->of || (now->of == then->of && now->index == then->index))
        return IFB_OK;
    if (!then->of)
        return ifb_fail(err, IFB_EUSAGE, "%s is a whole run, not shard %lld/%lld", folder,
                        (long long)now->index, (long long)now->of);
    return ifb_fail(err, IFB_EUSAGE, "%s is shard %lld/%lld, not %lld/%lld", folder,
                    (long long)then->index, (long long)then->of, (long long)now->index,
                    (long long)now->of);
}

/*
 * What a stored run asked, with how and surroundings of the caller. The stored
 * manifest lives in `arena`; the run looks at it while it is prepared.
 */
static enum ifb_code recall_options(const char *folder, const struct ifb_run_options *now,
                                    bool judging, struct ifb_arena *arena,
                                    struct ifb_run **out, struct ifb_error *err)
{
    struct ifb_manifest *then = ifb_new(arena, struct ifb_manifest, 1);
    struct ifb_run_options o = *now;
    enum ifb_code code =
        ifb_manifest_read(ifb_path_join(arena, folder, "manifest.json"), arena, then, err);

    if (!code) {
        if (!then->calls && then->options.suites.n == 1 &&
            ifb_judged_find(then->options.suites.at[0]))
            code = ifb_fail(err, IFB_EUSAGE, "%s was made from judgments; score them again with "
                            "`ifbench score --suite %.*s --judgments FILE`", folder,
                            IFB_ARG(then->options.suites.at[0]));
    }
    if (!code)
        code = check_shard(folder, &now->shard, &then->options.shard, err);
    if (!code) {
        o.suites = then->options.suites;
        o.models = then->options.models;
        o.answers_of = then->options.answers_of;
        o.names = then->options.names;
        o.data = then->options.data;
        o.data_dir = now->data_dir.ptr ? now->data_dir : then->options.data_dir;
        o.limit = then->options.limit;
        o.shard = then->options.shard;
        o.epochs = then->options.epochs;
        o.system = then->options.system;
        o.system_as = then->options.system_as;
        o.prompt_template = then->options.prompt_template;
        o.sampling = then->options.sampling;
        o.params = then->options.params;
        o.stop_at = then->options.stop_at;
        o.top_logprobs = then->options.top_logprobs;
        o.extra_body = then->options.extra_body;
        o.tokens_as = then->options.tokens_as;
        o.stream |= then->options.stream;
        o.settings = merge_settings(then->options.settings, judging ? now->settings
                                                                     : (struct ifb_strs){ 0 },
                                    arena);
        recall_judging(&then->options.judge, &o.judge);
        if (!judging || !o.think.ptr)
            o.think = then->options.think;
        if (!judging || !o.think_tags.n)
            o.think_tags = then->options.think_tags;
        if (!judging || o.missing < 0)
            o.missing = then->options.missing;
        recall_gate(&then->options, judging, &o);
        *out = ifb_run_new(&o);
        (*out)->folder = ifb_cstr((*out)->arena, ifb_str_of(folder));
        (*out)->inside->started_us = ifb_clock_us();
        (*out)->inside->manifest.started = ifb_str_copy((*out)->arena, then->started);
        (*out)->inside->manifest.scored_only = then->scored_only;
        (*out)->inside->then = then;
    }
    return code;
}

/* Scoring again asks nothing, and must not forget how fast the answers came. */
static void recall_speed(struct ifb_run *run)
{
    struct ifb_summary before;

    if (!ifb_summary_read(in_folder(run, "summary.json"), run->arena, &before, NULL))
        run->inside->speed_before = before.speed;
}

static size_t count_failed(const struct ifb_run_inside *in)
{
    size_t n = 0;

    for (uint32_t i = 0; i < in->plan.ncalls; i++)
        n += ifb_journal_failed(in->journal, i);
    return n;
}

static enum ifb_code continue_run(const char *folder, const struct ifb_run_options *options,
                                  bool ask, struct ifb_run **out, struct ifb_error *err)
{
    struct ifb_run *run = NULL;
    struct ifb_run_inside *in;
    struct ifb_arena *arena = ifb_arena_new();
    enum ifb_code code = recall_options(folder, options, !ask, arena, &run, err);

    *out = NULL;
    if (code) {
        ifb_arena_close(arena);
        return code;
    }
    in = run->inside;
    ask = ask && !ifb_run_gate_stands(run);
    in->asking = ask && !in->manifest.scored_only;
    code = check_reports(in, err);
    if (!code)
        code = ifb_run_prepare(run, err);
    in->then = NULL;
    ifb_arena_close(arena);
    recall_speed(run);
    fill_manifest(run, in->manifest.scored_only);
    if (!code)
        code = ifb_journal_resume(in_folder(run, "journal.jsonl"), in->plan.digest, ifb_wall_ms(),
                                  in->plan.ncalls, ask, ask && !in->manifest.scored_only,
                                  &in->journal, err);
    if (!code && ifb_journal_cut(in->journal))
        ifb_run_warn(run, "a torn record of %zu bytes at the end of the journal was cut off",
                     ifb_journal_cut(in->journal));
    if (!code && in->o.retry_errors && !count_failed(in)) {
        ifb_run_warn(run, "no call of %s has failed: nothing is asked again", folder);
        ask = false;
    }
    if (!code && ask && !ifb_journal_ended(in->journal))
        code = ifb_run_open_models(run, err);
    if (!code)
        code = work(run, ask, err);
    return ifb_run_hand_over(run, code, out);
}

enum ifb_code ifb_run_resume(const char *folder, const struct ifb_run_options *options,
                             struct ifb_run **out, struct ifb_error *err)
{
    return continue_run(folder, options, true, out, err);
}

enum ifb_code ifb_run_rescore(const char *folder, const struct ifb_run_options *options,
                              struct ifb_run **out, struct ifb_error *err)
{
    return continue_run(folder, options, false, out, err);
}

enum ifb_code ifb_run_prepare_like(const char *folder, const struct ifb_run_options *options,
                                   struct ifb_arena *arena, struct ifb_run **out,
                                   struct ifb_error *err)
{
    struct ifb_run *run = NULL;
    enum ifb_code code = recall_options(folder, options, false, arena, &run, err);

    *out = NULL;
    if (code)
        return code;
    run->inside->o.shard = (struct ifb_shard){ 0 };
    code = check_reports(run->inside, err);
    if (!code)
        code = ifb_run_prepare(run, err);
    run->inside->then = NULL;
    fill_manifest(run, run->inside->manifest.scored_only);
    if (code)
        ifb_run_close(run);
    else
        *out = run;
    return code;
}

enum ifb_code ifb_run_summarise(struct ifb_run *run, struct ifb_error *err)
{
    return work(run, false, err);
}

enum ifb_code ifb_run_load(const char *folder, struct ifb_run **out, struct ifb_error *err)
{
    struct ifb_run_options none = { .missing = -1 };
    struct ifb_run *run = ifb_run_new(&none);
    struct ifb_run_inside *in = run->inside;
    enum ifb_code code;

    *out = NULL;
    run->folder = ifb_cstr(run->arena, ifb_str_of(folder));
    code = ifb_manifest_read(in_folder(run, "manifest.json"), run->arena, &in->manifest, err);
    if (!code)
        code = ifb_think_read(in->manifest.options.think, in->manifest.options.think_tags,
                              run->arena, &in->think, err);
    if (!code)
        code = ifb_journal_open(in_folder(run, "journal.jsonl"), (size_t)in->manifest.calls,
                                &in->journal, err);
    if (!code)
        code = ifb_summary_read(in_folder(run, "summary.json"), run->arena, &run->summary, err);
    if (code) {
        ifb_run_close(run);
        return code;
    }
    run->summary.gate = ifb_run_gate_said(run);
    run->calls = (size_t)in->manifest.own;
    run->answers = ifb_journal_answers(in->journal);
    run->failures = ifb_journal_failures(in->journal);
    run->ended = ifb_journal_ended(in->journal);
    *out = run;
    return IFB_OK;
}

void ifb_run_close(struct ifb_run *run)
{
    struct ifb_run_inside *in;

    if (!run)
        return;
    in = run->inside;
    ifb_run_close_models(run);
    ifb_sequential_close(in->sequential);
    ifb_pool_close(in->pool);
    ifb_cells_close(&in->cells);
    ifb_rows_close(in->rows);
    ifb_cache_close(in->cache);
    for (size_t i = 0; i < in->nsuites; i++)
        ifb_suite_unload(&in->suites[i]);
    for (size_t i = 0; in->replays && i < in->nmodels; i++)
        ifb_replay_free(in->replays[i]);
    for (size_t i = 0; i < in->nopened; i++)
        ifb_source_close(in->opened[i]);
    ifb_journal_close(in->journal);
    ifb_resources_close(&in->resources);
    ifb_arena_close(run->arena);
}
