/* SPDX-License-Identifier: Apache-2.0 */
/* Between plan and summary: cells are asked or read back, scored, and their rows put in order. */
#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/clock.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/engine/dispatch.h"
#include "harness/engine/inside.h"

#define PROGRESS_US ((int64_t)200 * 1000)

static void score_cell(void *shared, struct ifb_job *job, struct ifb_arena *scratch)
{
    struct ifb_run_inside *in = shared;
    struct ifb_cell *cell = (struct ifb_cell *)job;

    ifb_sample_score(&in->scoring, cell->sample, cell->records, cell->nrecords, cell->arena,
                     scratch, &in->results[cell->sample], &cell->row);
}

enum ifb_code ifb_run_work_begin(struct ifb_run *run, struct ifb_error *err)
{
    struct ifb_run_inside *in = run->inside;
    char *path = ifb_path_join(in->arena, run->folder, "verdicts.jsonl");
    int threads = in->o.threads < 0 ? ifb_pool_workers() : (int)in->o.threads;

    in->scoring = (struct ifb_scoring){ &in->plan, &in->resources,
                                        in->think.keep ? NULL : &in->think,
                                        ifb_run_missing(run, in->manifest.scored_only) };
    in->rows = ifb_new(in->arena, struct ifb_row, in->plan.nsamples);
    in->pool = ifb_pool_new(threads, score_cell, in);
    return ifb_out_open(path, &in->verdicts, err);
}

static void write_rows(struct ifb_run_inside *in, bool all)
{
    for (; in->rows_written < in->plan.nsamples; in->rows_written++) {
        struct ifb_row *row = &in->rows[in->rows_written];

        if (!row->at && !all)
            break;
        if (row->at)
            ifb_out_add(in->verdicts, row->at, row->len);
        free(row->at);
        row->at = NULL;
    }
}

/* Rows come in any order and leave in plan order; only those that must wait are kept. */
static void keep_row(struct ifb_run_inside *in, struct ifb_cell *cell)
{
    struct ifb_row *row = &in->rows[cell->sample];

    if (cell->sample == in->rows_written) {
        ifb_out_add(in->verdicts, cell->row.ptr, cell->row.len);
        in->rows_written++;
        write_rows(in, false);
        return;
    }
    row->at = malloc(cell->row.len);
    if (!row->at)
        ifb_out_of_memory();
    memcpy(row->at, cell->row.ptr, cell->row.len);
    row->len = cell->row.len;
}

static void drain(struct ifb_run_inside *in, bool wait)
{
    struct ifb_job *job;

    while ((job = ifb_pool_pop(in->pool, wait)) != NULL) {
        keep_row(in, (struct ifb_cell *)job);
        ifb_cell_give(&in->cells, (struct ifb_cell *)job);
    }
}

static void push(struct ifb_run_inside *in, struct ifb_cell *cell)
{
    ifb_pool_push(in->pool, &cell->job);
    drain(in, false);
}

/* Reads back what the journal knows of a sample's turns; stops at the first that is pending. */
static enum ifb_code recall(struct ifb_run_inside *in, struct ifb_cell *cell, struct ifb_error *err)
{
    const struct ifb_sample_plan *s = &in->plan.samples[cell->sample];
    enum ifb_code code;

    while (cell->nrecords < s->turns) {
        uint32_t call = s->call + (uint32_t)cell->nrecords;

        if (ifb_journal_state(in->journal, call) == IFB_CALL_PENDING)
            break;
        code = ifb_journal_read(in->journal, call, cell->arena, &cell->records[cell->nrecords],
                                err);
        if (code)
            return code;
        cell->nrecords++;
        if (!cell->records[cell->nrecords - 1].answered)
            break;
    }
    return IFB_OK;
}

static bool is_settled(const struct ifb_run_inside *in, const struct ifb_cell *cell)
{
    return cell->nrecords == in->plan.samples[cell->sample].turns ||
           (cell->nrecords && !cell->records[cell->nrecords - 1].answered);
}

/* ---- the callbacks of the dispatcher ---- */

static enum ifb_code keep_record(void *self, const struct ifb_call_record *record,
                                 struct ifb_error *err)
{
    struct ifb_run *run = self;

    return ifb_journal_add(run->inside->journal, record, err);
}

static enum ifb_code cell_done(void *self, struct ifb_cell *cell, struct ifb_error *err)
{
    struct ifb_run *run = self;

    (void)err;
    push(run->inside, cell);
    return IFB_OK;
}

static void cell_dropped(void *self, struct ifb_cell *cell)
{
    struct ifb_run *run = self;

    ifb_cell_give(&run->inside->cells, cell);
}

/* Answers all turns of a cell from the file of answers. */
static enum ifb_code answer_replay(struct ifb_run_inside *in, struct ifb_cell *cell,
                                   struct ifb_replay *replay, struct ifb_error *err)
{
    while (!is_settled(in, cell)) {
        struct ifb_call_record r = ifb_cell_record(cell, &in->plan);
        ifb_str prompt = r.messages.at[r.messages.n - 1].text;
        enum ifb_code code;

        r.answered = ifb_replay_find(replay, prompt, &r.response.text);
        if (!r.answered)
            r.error = IFB_STR("no answer for this prompt in the file");
        code = ifb_journal_add(in->journal, &r, err);
        if (code)
            return code;
        cell->records[cell->nrecords++] = r;
    }
    return IFB_OK;
}

/*
 * The next cell that needs the network. Those that do not (answered before, or
 * answered from a file) are scored on the way.
 */
static enum ifb_code next_cell(struct ifb_run_inside *in, const bool *skip, struct ifb_cell **out,
                               struct ifb_error *err)
{
    *out = NULL;
    while (in->cursor < in->plan.nsamples && !(in->o.stop && *in->o.stop)) {
        uint32_t sample = in->cursor++;
        uint32_t model = in->plan.cells[in->plan.samples[sample].cell].model_index;
        struct ifb_cell *cell = ifb_cell_take(&in->cells, &in->plan, sample);
        enum ifb_code code = recall(in, cell, err);

        if (!code && in->replays[model])
            code = answer_replay(in, cell, in->replays[model], err);
        if (code) {
            ifb_cell_give(&in->cells, cell);
            return code;
        }
        if (is_settled(in, cell)) {
            push(in, cell);
        } else if (skip && skip[model]) {
            ifb_cell_give(&in->cells, cell);
        } else {
            *out = cell;
            return IFB_OK;
        }
    }
    return IFB_OK;
}

/* What take could not report through its NULL. */
struct asking {
    struct ifb_run *run;
    enum ifb_code code;
    struct ifb_error error;
};

static struct ifb_cell *take_cell(void *self, const bool *skip)
{
    struct asking *a = self;
    struct ifb_cell *cell = NULL;

    if (!a->code)
        a->code = next_cell(a->run->inside, skip, &cell, &a->error);
    return cell;
}

static enum ifb_code asking_keep(void *self, const struct ifb_call_record *r, struct ifb_error *err)
{
    return keep_record(((struct asking *)self)->run, r, err);
}

static enum ifb_code asking_done(void *self, struct ifb_cell *cell, struct ifb_error *err)
{
    return cell_done(((struct asking *)self)->run, cell, err);
}

static void asking_drop(void *self, struct ifb_cell *cell)
{
    cell_dropped(((struct asking *)self)->run, cell);
}

static void tell_progress(struct ifb_run_inside *in, size_t flying, int64_t retries, bool last)
{
    int64_t now = ifb_clock_us();
    struct ifb_progress p;

    if (!in->o.progress || (!last && now - in->progress_us < PROGRESS_US))
        return;
    in->progress_us = now;
    p = (struct ifb_progress){ .calls = (int64_t)in->plan.ncalls,
                               .done = (int64_t)ifb_journal_answers(in->journal),
                               .failed = (int64_t)ifb_journal_failures(in->journal),
                               .flying = (int64_t)flying, .retries = retries,
                               .elapsed_us = now - in->started_us, .last = last };
    in->o.progress(in->o.self, &p);
}

static enum ifb_code asking_idle(void *self, size_t flying, int64_t retries, struct ifb_error *err)
{
    struct asking *a = self;

    drain(a->run->inside, false);
    tell_progress(a->run->inside, flying, retries, false);
    if (a->code && err)
        *err = a->error;
    return a->code;
}

static struct ifb_dispatch_options dispatch_options(const struct ifb_run_inside *in)
{
    struct ifb_dispatch_options o = {
        .plan = &in->plan, .sampling = in->o.sampling,
        .concurrency = (size_t)in->o.concurrency,
        .timeout_ms = in->o.timeout_s > 0 ? (int64_t)(in->o.timeout_s * 1000) : 120000,
        .total_timeout_ms = in->o.total_timeout_s > 0 ? (int64_t)(in->o.total_timeout_s * 1000)
                                                      : 600000,
        .max_errors = in->o.max_errors, .retry = ifb_retry_defaults(), .seed = in->o.seed,
        .ca_file = in->o.ca_file.ptr, .stop = in->o.stop,
    };

    if (in->o.retries >= 0)
        o.retry.max_retries = (int)in->o.retries;
    o.retry.no_retry_429 = in->o.no_retry_429;
    return o;
}

enum ifb_code ifb_run_ask(struct ifb_run *run, struct ifb_error *err)
{
    struct ifb_run_inside *in = run->inside;
    struct ifb_dispatch_options o = dispatch_options(in);
    struct asking a = { .run = run };
    struct ifb_dispatch_calls calls = { &a, take_cell, asking_keep, asking_done, asking_drop,
                                        asking_idle };
    bool network = false;
    struct ifb_cell *none;
    enum ifb_code code;

    for (size_t i = 0; i < in->nmodels; i++)
        network |= !in->replays[i];
    code = network ? ifb_dispatch(&o, &calls, err) : next_cell(in, NULL, &none, err);
    if (!code && a.code) {
        code = a.code;
        if (err)
            *err = a.error;
    }
    if (!code && !network && in->o.stop && *in->o.stop)
        code = ifb_fail(err, IFB_ECANCELED, "stopped");
    drain(in, true);
    tell_progress(in, 0, 0, true);
    return code ? code : ifb_journal_flush(in->journal, err);
}

enum ifb_code ifb_run_score_journal(struct ifb_run *run, struct ifb_error *err)
{
    struct ifb_run_inside *in = run->inside;
    enum ifb_code code = IFB_OK;

    for (uint32_t s = 0; s < in->plan.nsamples && !code; s++) {
        struct ifb_cell *cell = ifb_cell_take(&in->cells, &in->plan, s);

        code = recall(in, cell, err);
        if (!code && is_settled(in, cell))
            push(in, cell);
        else
            ifb_cell_give(&in->cells, cell);
    }
    drain(in, true);
    return code;
}

enum ifb_code ifb_run_work_end(struct ifb_run *run, struct ifb_error *err)
{
    struct ifb_run_inside *in = run->inside;
    enum ifb_code code;

    drain(in, true);
    ifb_pool_close(in->pool);
    in->pool = NULL;
    ifb_cells_close(&in->cells);
    write_rows(in, true);
    code = ifb_out_commit(in->verdicts, false, err);
    ifb_out_close(in->verdicts);
    in->verdicts = NULL;
    return code;
}
