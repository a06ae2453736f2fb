/* SPDX-License-Identifier: Apache-2.0 */
/* Between plan and summary: cells are asked or read back, scored, and their rows put in order. */
#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/clock.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/engine/dispatch.h"
#include "harness/engine/inside.h"

#define SEQUENTIAL_MOST 8  /* calls beyond the last look of a gate, when nobody says */
#define PROGRESS_US ((int64_t)200 * 1000)

static void score_cell(void *shared, struct ifb_job *job, struct ifb_arena *scratch)
{
    struct ifb_run_inside *in = shared;
    struct ifb_cell *cell = (struct ifb_cell *)job;

    ifb_sample_score(&in->scoring, cell->sample, cell->item, cell->records, cell->nrecords, cell->arena,
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
    in->cursors = ifb_new(in->arena, struct ifb_cursor, in->nmodels);
    in->pool = ifb_pool_new(threads, score_cell, in);
    return ifb_rows_open(path, &in->plan, &in->rows, err);
}

/* What is not there any more when the run is summed up is counted now. */
static void count_passing(struct ifb_run_inside *in, const struct ifb_cell *cell)
{
    struct ifb_sample_result *r = &in->results[cell->sample];

    if (in->plan.samples[cell->sample].item)
        return;
    ifb_tally_add(in->tally, cell->sample, cell->item, r);
    r->strict = r->loose = NULL;
}

/* A cell with its item, and room for its outcomes. */
static enum ifb_code take_for(struct ifb_run_inside *in, uint32_t sample, struct ifb_cell **out,
                              struct ifb_error *err)
{
    enum ifb_code code = ifb_cell_take(&in->cells, &in->plan, sample, out, err);

    if (!code && !in->plan.samples[sample].item)
        ifb_result_room(&in->results[sample], (*out)->item, (*out)->arena);
    return code;
}

static void drain(struct ifb_run_inside *in, bool wait)
{
    struct ifb_job *job;

    while ((job = ifb_pool_pop(in->pool, wait)) != NULL) {
        struct ifb_cell *cell = (struct ifb_cell *)job;

        if (in->sequential && !in->look.code)
            ifb_sequential_add(in->sequential, cell->sample, ifb_buf_view(&cell->row), &in->look);
        count_passing(in, cell);
        ifb_rows_add(in->rows, cell->sample, ifb_buf_view(&cell->row));
        ifb_cell_give(&in->cells, cell);
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
    bool first = in->plan.cells[in->plan.samples[cell->sample].cell].suite->first_answer;

    while (!is_settled(in, cell)) {
        struct ifb_call_record r = ifb_cell_record(cell, &in->plan);
        ifb_str prompt = r.messages.at[r.messages.n - 1].text;
        enum ifb_code code;

        r.answered = ifb_replay_find(replay, prompt, first, &r.response.text);
        if (!r.answered)
            r.error = IFB_STR("no answer for this prompt in the file");
        code = ifb_journal_add(in->journal, &r, err);
        if (code)
            return code;
        cell->records[cell->nrecords++] = r;
    }
    return IFB_OK;
}

/* The next sample of a model, in plan order or in that of the gate; false when there is none. */
static bool next_sample(struct ifb_run_inside *in, uint32_t model, uint32_t *sample)
{
    struct ifb_cursor *at = &in->cursors[model];

    if (in->sequential) {
        if (at->next == in->plan.nsamples)
            return false;
        *sample = ifb_sequential_sample(in->sequential, at->next++);
        return true;
    }
    for (; at->cell < in->plan.ncells; at->cell++, at->next = 0) {
        const struct ifb_plan_cell *cell = &in->plan.cells[at->cell];

        if (cell->model_index != model || at->next == cell->n)
            continue;
        *sample = cell->first + at->next++;
        return true;
    }
    return false;
}

/* Is there a reason to ask more? A gate is to have seen everything that was answered. */
static bool wants_more(struct ifb_run_inside *in)
{
    if (in->sequential)
        drain(in, true);
    return !in->look.code && !(in->sequential && ifb_sequential_settled(in->sequential)) &&
           !(in->o.stop && *in->o.stop);
}

/* With retry_errors only what has failed is asked again. */
static bool is_wanted(const struct ifb_run_inside *in, const struct ifb_cell *cell)
{
    uint32_t next = in->plan.samples[cell->sample].call + (uint32_t)cell->nrecords;

    return !in->o.retry_errors || ifb_journal_failed(in->journal, next);
}

/*
 * The next cell of a model that needs the network. Those that do not (answered
 * before, or answered from a file) are scored on the way. With `known_only`
 * nothing is asked any more, and those that would be stay pending.
 */
static enum ifb_code next_cell(struct ifb_run_inside *in, uint32_t model, bool known_only,
                               struct ifb_cell **out, struct ifb_error *err)
{
    uint32_t sample;

    *out = NULL;
    while ((known_only || wants_more(in)) && next_sample(in, model, &sample)) {
        struct ifb_cell *cell;
        enum ifb_code code = take_for(in, sample, &cell, err);

        if (code)
            return code;
        code = recall(in, cell, err);
        if (!code && in->replays[model] && !known_only)
            code = answer_replay(in, cell, in->replays[model], err);
        if (code) {
            ifb_cell_give(&in->cells, cell);
            return code;
        }
        if (is_settled(in, cell)) {
            push(in, cell);
        } else if (known_only || !is_wanted(in, cell)) {
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

static struct ifb_cell *take_cell(void *self, uint32_t model)
{
    struct asking *a = self;
    struct ifb_cell *cell = NULL;

    if (!a->code)
        a->code = next_cell(a->run->inside, model, false, &cell, &a->error);
    return cell;
}

static enum ifb_code asking_keep(void *self, const struct ifb_call_record *r, struct ifb_error *err)
{
    struct ifb_speed *speed = &((struct asking *)self)->run->inside->speed;

    if (r->answered && !r->cached) {
        speed->answers++;
        speed->tokens_out += r->response.tokens_out > 0 ? r->response.tokens_out : 0;
    }
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

/*
 * However late a call is, those behind it in the order run at most so far ahead as may fly
 * at once: what is asked when the gate is settled is no more than that too much.
 */
static bool asking_wait(void *self, uint32_t model)
{
    struct ifb_run_inside *in = ((struct asking *)self)->run->inside;
    int64_t most = in->o.concurrency > 0 ? in->o.concurrency : in->o.max_concurrency;

    drain(in, true);
    return !in->look.code && !ifb_sequential_settled(in->sequential) &&
           in->cursors[model].next >=
               ifb_sequential_front(in->sequential) + (most ? most : SEQUENTIAL_MOST);
}

static void tell_progress(struct ifb_run_inside *in, size_t flying, int64_t retries, bool last)
{
    int64_t now = ifb_clock_us();
    struct ifb_progress p;

    if (!in->o.progress || (!last && now - in->progress_us < PROGRESS_US))
        return;
    in->progress_us = now;
    p = (struct ifb_progress){ .calls = (int64_t)in->plan.nown,
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
    ifb_pool_flush(a->run->inside->pool);
    tell_progress(a->run->inside, flying, retries, false);
    if (a->code && err)
        *err = a->error;
    return a->code ? a->code : ifb_run_check_models(a->run, err);
}

static struct ifb_dispatch_options dispatch_options(const struct ifb_run_inside *in)
{
    struct ifb_dispatch_options o = {
        .plan = &in->plan, .sampling = in->o.sampling,
        .nmodels = in->nmodels, .cache = in->cache,
        .stop_at = in->o.stop_at, .top_logprobs = in->o.top_logprobs,
        .limits = { .fixed = in->o.concurrency, .most = in->o.max_concurrency,
                    .rpm = in->o.rpm, .tpm = in->o.tpm },
        .budget = { .tokens = in->o.budget_tokens, .usd = in->o.budget_usd },
        .prices = in->prices,
        .timeout_ms = in->o.timeout_s > 0 ? (int64_t)(in->o.timeout_s * 1000) : 120000,
        .total_timeout_ms = in->o.total_timeout_s > 0 ? (int64_t)(in->o.total_timeout_s * 1000)
                                                      : 600000,
        .max_errors = in->o.max_errors, .retry = ifb_retry_defaults(), .seed = in->o.seed,
        .stream = in->o.stream, .http = ifb_run_http(in), .stop = in->o.stop,
    };

    if (in->o.retries >= 0)
        o.retry.max_retries = (int)in->o.retries;
    o.retry.no_retry_429 = in->o.no_retry_429;
    return o;
}

/* What was not come to but is answered in the journal is scored all the same. */
static enum ifb_code score_known(struct ifb_run_inside *in, struct ifb_error *err)
{
    struct ifb_cell *none;
    enum ifb_code code = IFB_OK;

    for (uint32_t m = 0; m < in->nmodels && !code; m++)
        code = next_cell(in, m, true, &none, err);
    return code;
}

/* Files of answers need no loop; the network does. */
static enum ifb_code ask_all(struct ifb_run *run, struct ifb_error *err)
{
    struct ifb_run_inside *in = run->inside;
    struct ifb_dispatch_options o = dispatch_options(in);
    struct asking a = { .run = run };
    struct ifb_dispatch_calls calls = { &a, take_cell, asking_keep, asking_done, asking_drop,
                                        in->sequential ? asking_wait : NULL, asking_idle };
    bool network = false;
    enum ifb_code code = IFB_OK;

    for (uint32_t m = 0; m < in->nmodels && !a.code; m++)
        if (in->replays[m])
            take_cell(&a, m);
        else
            network = true;
    if (!a.code && network) {
        int64_t from_us = ifb_clock_us();

        code = ifb_dispatch(&o, &calls, err);
        in->speed.seconds = (double)(ifb_clock_us() - from_us) / 1e6;
    }
    if (a.code && err)
        *err = a.error;
    code = a.code ? a.code : code;
    if (!code && in->look.code && err)
        *err = in->look;
    code = code ? code : in->look.code;
    if (!code && in->o.stop && *in->o.stop)
        code = ifb_fail(err, IFB_ECANCELED, "stopped");
    return code;
}

enum ifb_code ifb_run_ask(struct ifb_run *run, struct ifb_error *err)
{
    struct ifb_run_inside *in = run->inside;
    enum ifb_code code = ask_all(run, err);

    in->asked = true;
    if (code ? code != IFB_EIO : in->sequential != NULL)
        (void)score_known(in, NULL);  /* the first error is what counts */
    drain(in, true);
    tell_progress(in, 0, 0, true);
    return code ? code : ifb_journal_flush(in->journal, err);
}

enum ifb_code ifb_run_score_journal(struct ifb_run *run, struct ifb_error *err)
{
    struct ifb_run_inside *in = run->inside;
    enum ifb_code code = IFB_OK;

    for (uint32_t s = 0; s < in->plan.nsamples && !code; s++) {
        struct ifb_cell *cell;

        code = take_for(in, s, &cell, err);
        if (code)
            break;
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
    code = ifb_rows_end(in->rows, err);
    ifb_rows_close(in->rows);
    in->rows = NULL;
    return code;
}
