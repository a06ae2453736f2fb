/* SPDX-License-Identifier: Apache-2.0 */
/* Between plan and summary: cells are asked or read back, scored, and their rows put in order. */
#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/clock.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/engine/dispatch.h"
#include "harness/engine/inside.h"
#include "harness/engine/judging.h"

#define SEQUENTIAL_MOST 8  /* calls beyond the last look of a gate, when nobody says */
#define PROGRESS_US ((int64_t)200 * 1000)

static void score_cell(void *shared, struct ifb_job *job, struct ifb_arena *scratch)
{
    struct ifb_run_inside *in = shared;
    struct ifb_cell *cell = (struct ifb_cell *)job;

    ifb_sample_score(&in->scoring, cell->sample, cell->item, cell->records, cell->nrecords,
                     cell->said, cell->arena, scratch, &in->results[cell->sample], &cell->row);
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
    ifb_judges_begin(in);
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

/* The rows of such a cell are made of what judges say. */
static bool is_judged(const struct ifb_run_inside *in, const struct ifb_cell *cell)
{
    return in->njudges && in->plan.cells[in->plan.samples[cell->sample].cell].by_judge;
}

static void drain(struct ifb_run_inside *in, bool wait)
{
    struct ifb_job *job;

    while ((job = ifb_pool_pop(in->pool, wait)) != NULL) {
        struct ifb_cell *cell = (struct ifb_cell *)job;

        if (in->sequential && !in->look.code)
            ifb_sequential_add(in->sequential, cell->sample, ifb_buf_view(&cell->row), &in->look);
        count_passing(in, cell);
        if (!is_judged(in, cell))
            ifb_rows_add(in->rows, cell->sample, ifb_buf_view(&cell->row));
        ifb_cell_give(&in->cells, cell);
    }
}

/*
 * Has a settled cell scored. One whose constraints judges are still to be asked about
 * is let go of: it is read again when they have answered.
 */
static enum ifb_code push(struct ifb_run_inside *in, struct ifb_cell *cell, struct ifb_error *err)
{
    enum ifb_code code = IFB_OK;

    if (!ifb_judges_all_said(in, cell->sample)) {
        ifb_cell_give(&in->cells, cell);
        return IFB_OK;
    }
    if (in->njudges)
        code = ifb_judges_said(in, cell, err);
    ifb_pool_push(in->pool, &cell->job);
    drain(in, false);
    return code;
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

/* With retry_errors only what has failed is asked again. */
static bool is_wanted(const struct ifb_run_inside *in, const struct ifb_cell *cell)
{
    uint32_t next = in->plan.samples[cell->sample].call + (uint32_t)cell->nrecords;

    return !in->o.retry_errors || ifb_journal_failed(in->journal, next);
}

/* ---- judges' tasks ---- */

enum ifb_code ifb_judge_recall(struct ifb_run_inside *in, uint32_t sample, struct ifb_cell **out,
                               bool *done, struct ifb_error *err)
{
    enum ifb_code code = ifb_cell_take(&in->cells, &in->plan, sample, out, err);

    if (code)
        return code;
    code = recall(in, *out, err);
    if (!code)
        code = ifb_judge_advance(in, *out, done, err);
    if (code) {
        ifb_cell_give(&in->cells, *out);
        *out = NULL;
    }
    return code;
}

/* The answer that a task was the last to say something about is scored now. */
static enum ifb_code score_answer(struct ifb_run_inside *in, uint32_t task, struct ifb_error *err)
{
    const struct ifb_sample_plan *t = &in->plan.samples[task];
    const struct ifb_plan_cell *pc = &in->plan.cells[t->cell];
    const struct ifb_judge_set *set = pc->judging->self;
    uint32_t sample;
    struct ifb_cell *cell;
    enum ifb_code code;

    if (set->judging->record || set->calibrates)
        return IFB_OK;
    sample = ifb_plan_answer(&in->plan, pc->judging->pairs[pc->pair].side[0], t->index, t->epoch);
    if (in->results[sample].scored || !ifb_judges_all_said(in, sample))
        return IFB_OK;
    code = take_for(in, sample, &cell, err);
    if (!code)
        code = recall(in, cell, err);
    if (!code && is_settled(in, cell))
        return push(in, cell, err);
    if (cell)
        ifb_cell_give(&in->cells, cell);
    return code;
}

/* The task has its judgment, or never will: what is kept of it, and on to what waited for it. */
static enum ifb_code finish_task(struct ifb_run_inside *in, struct ifb_cell *cell,
                                 struct ifb_error *err)
{
    uint32_t sample = cell->sample;
    bool done;
    enum ifb_code code = ifb_judge_advance(in, cell, &done, err);

    if (!code)
        ifb_judge_result(in, cell, &in->results[sample]);
    if (!code)
        code = ifb_judges_settle(in, cell, err);
    ifb_cell_give(&in->cells, cell);
    return code ? code : score_answer(in, sample, err);
}

/* A judge whose replies are in a file. */
static enum ifb_code judge_replay(struct ifb_run_inside *in, struct ifb_cell *cell,
                                  struct ifb_replay *replay, bool *done, struct ifb_error *err)
{
    enum ifb_code code = IFB_OK;

    while (!code && !*done) {
        struct ifb_call_record r = ifb_cell_record(cell, &in->plan);
        ifb_str prompt = r.messages.at[r.messages.n - 1].text;

        r.answered = ifb_replay_find(replay, prompt, false, &r.response.text);
        if (!r.answered)
            r.error = IFB_STR("no reply to this prompt in the file");
        code = ifb_journal_add(in->journal, &r, err);
        cell->records[cell->nrecords++] = r;
        if (!code)
            code = ifb_judge_advance(in, cell, done, err);
    }
    return code;
}

/*
 * The next task of a judge that needs the network; those that do not are finished on
 * the way. With `known_only` nothing is asked any more.
 */
static enum ifb_code next_task(struct ifb_run_inside *in, uint32_t model, bool known_only,
                               struct ifb_cell **out, struct ifb_error *err)
{
    uint32_t sample;

    *out = NULL;
    while ((known_only || !(in->o.stop && *in->o.stop)) && ifb_judges_pop(in, model, &sample)) {
        struct ifb_cell *cell;
        bool done;
        enum ifb_code code = ifb_judge_recall(in, sample, &cell, &done, err);

        if (!code && !done && !known_only && in->replays[model])
            code = judge_replay(in, cell, in->replays[model], &done, err);
        if (code)
            return code;
        if (!done && !known_only && is_wanted(in, cell)) {
            *out = cell;
            return IFB_OK;
        }
        if (done)
            code = finish_task(in, cell, err);
        else
            ifb_cell_give(&in->cells, cell);
        if (code)
            return code;
    }
    return IFB_OK;
}

/* ---- the callbacks of the dispatcher ---- */

/* Keeps a record; judges that waited for it are told. */
static enum ifb_code keep_answer(struct ifb_run_inside *in, const struct ifb_call_record *record,
                                 struct ifb_error *err)
{
    enum ifb_code code = ifb_journal_add(in->journal, record, err);

    if (!code && in->njudges && !record->task.ptr)
        ifb_judges_answered(in, (uint32_t)(ifb_plan_sample_of(&in->plan, record->call) -
                                           in->plan.samples));
    return code;
}

static enum ifb_code keep_record(void *self, const struct ifb_call_record *record,
                                 struct ifb_error *err)
{
    return keep_answer(((struct ifb_run *)self)->inside, record, err);
}

static enum ifb_code cell_done(void *self, struct ifb_cell *cell, struct ifb_error *err)
{
    struct ifb_run_inside *in = ((struct ifb_run *)self)->inside;

    if (in->plan.samples[cell->sample].cell >= in->plan.nasked)
        return finish_task(in, cell, err);
    return push(in, cell, err);
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

        r.answered = ifb_replay_find_item(replay, cell->item->id, r.turn, &r.response.text) ||
                     ifb_replay_find(replay, prompt, first, &r.response.text);
        if (!r.answered)
            r.error = IFB_STR("no answer for this prompt in the file");
        code = keep_answer(in, &r, err);
        if (code)
            return code;
        cell->records[cell->nrecords++] = r;
    }
    return IFB_OK;
}

/* Takes all turns of a cell from the run that has them. */
static enum ifb_code answer_taken(struct ifb_run_inside *in, struct ifb_cell *cell,
                                  const struct ifb_source *source, ifb_str spec,
                                  struct ifb_error *err)
{
    while (!is_settled(in, cell)) {
        struct ifb_call_record r = ifb_cell_record(cell, &in->plan);
        enum ifb_code code = ifb_source_answer(source, spec, cell->arena, &r, err);

        if (!code)
            code = keep_answer(in, &r, err);
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
        if (!code && in->sources[model] && !known_only)
            code = answer_taken(in, cell, in->sources[model], in->models[model].given, err);
        if (code) {
            ifb_cell_give(&in->cells, cell);
            return code;
        }
        if (is_settled(in, cell)) {
            code = push(in, cell, err);
            if (code)
                return code;
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

static struct ifb_cell *take_cell(void *self, uint32_t model, bool *later)
{
    struct asking *a = self;
    struct ifb_run_inside *in = a->run->inside;
    struct ifb_cell *cell = NULL;

    if (!a->code && model >= in->nasked)
        a->code = next_task(in, model, false, &cell, &a->error);
    else if (!a->code)
        a->code = next_cell(in, model, false, &cell, &a->error);
    *later = !cell && !a->code && model >= in->nasked && ifb_judges_wait(in, model);
    return cell;
}

static enum ifb_code asking_ask(void *self, struct ifb_cell *cell, struct ifb_judge_request *out,
                                bool *done, struct ifb_error *err)
{
    struct ifb_run_inside *in = ((struct asking *)self)->run->inside;
    enum ifb_code code = ifb_judge_advance(in, cell, done, err);

    if (!code)
        *out = cell->view->step.ask;
    return code;
}

static bool asking_readable(void *self, struct ifb_cell *cell,
                            const struct ifb_call_record *record)
{
    return ifb_judge_readable(((struct asking *)self)->run->inside, cell, record);
}

static enum ifb_code asking_keep(void *self, const struct ifb_call_record *r, struct ifb_error *err)
{
    struct ifb_speed *speed = &((struct asking *)self)->run->inside->speed;

    if (r->answered && !r->cached && !r->task.ptr) {
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
    p = (struct ifb_progress){ .calls = (int64_t)in->plan.least,
                               .done = (int64_t)ifb_journal_answers(in->journal),
                               .failed = (int64_t)ifb_journal_failures(in->journal),
                               .flying = (int64_t)flying, .retries = retries,
                               .elapsed_us = now - in->started_us, .last = last };
    /* What a judge is asked once more was not foreseen. */
    if (p.calls < p.done + p.failed)
        p.calls = p.done + p.failed;
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
        .nmodels = in->nmodels, .njudges = in->njudges, .cache = in->cache,
        .stop_at = in->o.stop_at, .top_logprobs = in->o.top_logprobs,
        .limits = { .fixed = in->o.concurrency, .most = in->o.max_concurrency,
                    .rpm = in->o.rpm, .tpm = in->o.tpm },
        .judge_limits = { .fixed = in->o.judge.concurrency, .most = in->o.judge.max_concurrency,
                          .rpm = in->o.judge.rpm, .tpm = in->o.judge.tpm },
        .budget = { .tokens = in->o.budget_tokens, .usd = in->o.budget_usd },
        .judge_budget = { .tokens = in->o.judge.budget_tokens, .usd = in->o.judge.budget_usd },
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

    for (uint32_t m = 0; m < in->nasked && !code; m++)
        code = next_cell(in, m, true, &none, err);
    for (uint32_t m = (uint32_t)in->nasked; m < in->nmodels && !code; m++)
        code = next_task(in, m, true, &none, err);
    return code;
}

/* Files of answers need no loop; the network does. */
static enum ifb_code ask_all(struct ifb_run *run, struct ifb_error *err)
{
    struct ifb_run_inside *in = run->inside;
    struct ifb_dispatch_options o = dispatch_options(in);
    struct asking a = { .run = run };
    struct ifb_dispatch_calls calls = { .self = &a, .take = take_cell, .ask = asking_ask,
                                        .readable = asking_readable, .keep = asking_keep,
                                        .done = asking_done, .drop = asking_drop,
                                        .wait = in->sequential ? asking_wait : NULL,
                                        .idle = asking_idle };
    bool network = false, later;
    enum ifb_code code = IFB_OK;

    for (uint32_t m = 0; m < in->nmodels && !a.code; m++)
        if (in->replays[m] || in->sources[m])
            take_cell(&a, m, &later);
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
    struct ifb_cell *none;
    enum ifb_code code = IFB_OK;

    for (uint32_t m = (uint32_t)in->nasked; m < in->nmodels && !code; m++)
        code = next_task(in, m, true, &none, err);
    for (uint32_t s = 0; s < in->plan.nasked_samples && !code; s++) {
        struct ifb_cell *cell;

        code = take_for(in, s, &cell, err);
        if (code)
            break;
        code = recall(in, cell, err);
        if (!code && is_settled(in, cell) && !in->results[s].scored)
            code = push(in, cell, err);
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
    code = ifb_judges_finish(run, err);
    ifb_cells_close(&in->cells);
    if (!code)
        code = ifb_rows_end(in->rows, err);
    ifb_rows_close(in->rows);
    in->rows = NULL;
    return code;
}
