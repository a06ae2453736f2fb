/* SPDX-License-Identifier: Apache-2.0 */
/* From scores to files: the summary, the reports, and reading them back. */
#include <stdlib.h>

#include <ifbench.h>

#include "harness/base/arena.h"
#include "harness/base/clock.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/engine/aggregate.h"
#include "harness/engine/inside.h"
#include "harness/engine/judging.h"
#include "harness/engine/samples.h"

static bool append_out(void *self, const char *bytes, size_t len)
{
    return ifb_out_add(self, bytes, len);
}

enum ifb_code ifb_run_open_samples(struct ifb_run *run, struct ifb_sample_reader **reader,
                                   struct ifb_samples *out, struct ifb_error *err)
{
    struct ifb_run_inside *in = run->inside;

    return ifb_samples_open(run->folder, in->journal, in->think.keep ? NULL : &in->think,
                            (size_t)in->manifest.samples, reader, out, err);
}

enum ifb_code ifb_run_report(struct ifb_run *run, const struct ifb_report *report,
                             const struct ifb_sink *sink, struct ifb_error *err)
{
    struct ifb_sample_reader *reader = NULL;
    struct ifb_samples samples;
    enum ifb_code code;

    if (!report->write)
        return ifb_fail(err, IFB_EUSAGE, "the report %s is of several files: it wants a folder",
                        report->id);
    code = ifb_run_open_samples(run, &reader, &samples, err);
    if (!code)
        code = report->write(&run->summary, &samples, sink, err);
    ifb_samples_close(reader);
    return code;
}

static enum ifb_code write_report(struct ifb_run *run, const struct ifb_report *report,
                                  struct ifb_error *err)
{
    struct ifb_out *out;
    struct ifb_sink sink = { NULL, append_out };
    enum ifb_code code;

    if (report->write_files)
        return ifb_run_report_files(run, report,
                                    ifb_path_join(run->arena, run->folder, report->id), err);
    if (!report->file)
        return IFB_OK;
    code = ifb_out_open(ifb_path_join(run->arena, run->folder, report->file), &out, err);
    if (code)
        return code;
    sink.self = out;
    code = ifb_run_report(run, report, &sink, err);
    if (!code)
        code = ifb_out_commit(out, false, err);
    ifb_out_close(out);
    return code;
}

/* summary.json is always written: everything that reads a run starts from it. */
static bool is_wanted(const struct ifb_run_inside *in, const struct ifb_report *report)
{
    if (ifb_str_is(ifb_str_of(report->id), "json"))
        return true;
    if (!in->o.reports.n)
        return report->by_default ||
               (report->by_score && in->manifest.scored_only && !in->judged);
    for (size_t i = 0; i < in->o.reports.n; i++)
        if (ifb_str_is(in->o.reports.at[i], report->id))
            return true;
    return false;
}

static void warn_replays(struct ifb_run *run)
{
    struct ifb_run_inside *in = run->inside;

    for (size_t i = 0; i < in->nmodels && run->ended; i++) {
        size_t unused = in->replays[i] ? ifb_replay_unused(in->replays[i]) : 0;

        if (unused && in->asked && !in->o.shard.of)
            ifb_run_doubt(run, "%zu answers of %.*s are for prompts that were not asked", unused,
                          IFB_ARG(in->models[i].spec));
    }
}

static void warn_counts(struct ifb_run *run)
{
    for (size_t i = 0; i < run->summary.ncells; i++) {
        const struct ifb_cell_summary *c = &run->summary.cells[i];

        run->doubts += c->failed_calls && c->missing_fails;  /* else they are counted unscored */
        if (c->failed_calls)
            ifb_run_warn(run, "%.*s, %.*s: %lld of %lld prompts have no answer; they count as %s",
                         IFB_ARG(c->suite), IFB_ARG(c->model), (long long)c->failed_calls,
                         (long long)c->counts.total, c->missing_fails ? "failed" : "unscored");
        if (c->incomplete)
            ifb_run_doubt(run, "%.*s, %.*s: %lld answers are empty or were cut off while thinking",
                          IFB_ARG(c->suite), IFB_ARG(c->model), (long long)c->incomplete);
    }
}

/* That of the requests of this invocation and of those before it. */
static struct ifb_speed speed_of(const struct ifb_run_inside *in)
{
    return (struct ifb_speed){ in->speed.seconds + in->speed_before.seconds,
                               in->speed.answers + in->speed_before.answers,
                               in->speed.tokens_out + in->speed_before.tokens_out };
}

void ifb_run_summary_head(struct ifb_run *run)
{
    struct ifb_run_inside *in = run->inside;
    const char *slash = strrchr(run->folder, '/');

    run->answers = ifb_journal_answers(in->journal);
    run->failures = ifb_journal_failures(in->journal);
    run->ended = ifb_journal_ended(in->journal);
    run->summary = (struct ifb_summary){
        .version = ifb_str_of(IFBENCH_VERSION),
        .run = ifb_str_of(slash && slash[1] ? slash + 1 : run->folder),
        .started = in->manifest.started,
        .seconds = (double)(ifb_clock_us() - in->started_us) / 1e6,
        .speed = speed_of(in), .complete = run->ended, .punkt = in->manifest.punkt,
    };
    run->summary.shard = in->o.shard;
    run->summary.complete &= !in->o.shard.of;
}

enum ifb_code ifb_run_write_late_reports(struct ifb_run *run, struct ifb_error *err)
{
    enum ifb_code code = IFB_OK;

    if (!run->inside->gate)
        return IFB_OK;
    for (const struct ifb_report *r = ifb_report_next(NULL); r && !code; r = ifb_report_next(r))
        if (r->after_gate && is_wanted(run->inside, r))
            code = write_report(run, r, err);
    return code;
}

enum ifb_code ifb_run_write_reports(struct ifb_run *run, struct ifb_error *err)
{
    struct ifb_run_inside *in = run->inside;
    enum ifb_code code = IFB_OK;

    for (const struct ifb_report *r = ifb_report_next(NULL); r && !code; r = ifb_report_next(r))
        if (r->draws && is_wanted(in, r))
            code = ifb_run_draw(run, in->o.env, err);
    run->summary.warnings = in->warnings;
    run->summary.nwarnings = in->nwarnings;
    for (const struct ifb_report *r = ifb_report_next(NULL); r && !code; r = ifb_report_next(r))
        if (is_wanted(in, r) && !(r->after_gate && in->gate))
            code = write_report(run, r, err);
    return code;
}

enum ifb_code ifb_run_finish(struct ifb_run *run, struct ifb_error *err)
{
    struct ifb_run_inside *in = run->inside;
    enum ifb_code code;

    ifb_run_summary_head(run);
    ifb_aggregate(&in->plan, in->results, in->tally, in->scoring.missing, in->prices, in->arena,
                  &run->summary);
    warn_replays(run);
    warn_counts(run);
    ifb_run_warn_gate(run);
    code = ifb_judges_summarise(run, err);
    if (code)
        return code;
    if (in->o.shard.of)
        ifb_run_warn(run, "shard %lld/%lld, %zu of %zu items; `ifbench merge RUN... --out DIR` puts "
                     "the shards together", (long long)in->o.shard.index,
                     (long long)in->o.shard.of,
                     in->plan.nsamples / (in->nmodels * in->plan.epochs),
                     ifb_plan_items(&in->plan));
    return ifb_run_write_reports(run, err);
}
