/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engine/dispatch.h"

#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/clock.h"
#include "harness/base/error.h"
#include "harness/base/rng.h"
#include "harness/base/utf8.h"
#include "harness/engine/flight.h"
#include "harness/engine/keys.h"
#include "harness/engine/pool.h"
#include "harness/engine/transport.h"
#include "harness/engine/variants.h"

#define GRACE_US ((int64_t)10 * 1000000)  /* what flies may take to land after a stop */
#define AUTH_FAILURES_MAX 3               /* in a row, then the model is given up */
#define WAIT_MS_MAX 200
#define WAITING_MAX ((size_t)4096)        /* calls of a model that wait for a retry */
#define LANDINGS_LEAST ((size_t)16)
#define STARTS_A_TURN 256                 /* of a model, before the network is looked at again */

struct model_state {
    struct ifb_limiter limiter;
    struct ifb_keys keys;
    struct ifb_flight_queue ready;      /* wanted now, in order; there was no room */
    size_t flying, nwaiting;            /* nwaiting: the ready ones and those put off */
    int auth_failures;
    int64_t errors;    /* failed calls in a row */
    int64_t failures;  /* failed attempts in a row */
    bool dry;        /* no cells are left */
    bool starved;    /* none now: its cells read what others have not answered yet */
    bool given_up;
};

/* What models cost together, and what judges do. */
struct purse {
    struct ifb_cost spent, held;
    bool empty;
};

struct dispatch {
    const struct ifb_dispatch_options *o;
    const struct ifb_dispatch_calls *calls;
    struct ifb_transport *transport;
    struct ifb_arena *scratch;  /* of one encoding or decoding */
    struct ifb_rng rng;
    struct ifb_flights flights;
    struct ifb_flight_heap put_off;
    size_t nwaiting;
    struct model_state *models;
    struct purse purses[2];     /* the second: of judges */
    int64_t retries, stopped_us;
    enum ifb_code given_up;     /* why a model was */
    struct ifb_error why;
};

static const struct ifb_plan_cell *plan_cell(const struct dispatch *d, const struct ifb_cell *cell)
{
    return &d->o->plan->cells[d->o->plan->samples[cell->sample].cell];
}

static bool is_judge(const struct dispatch *d, uint32_t model)
{
    return model >= d->o->nmodels - d->o->njudges;
}

static struct purse *purse_of(struct dispatch *d, uint32_t model)
{
    return &d->purses[is_judge(d, model)];
}

struct ifb_sampling ifb_sampling_merge(struct ifb_sampling wanted,
                                       const struct ifb_sampling *preset)
{
    if (wanted.temperature < 0)
        wanted.temperature = preset->temperature;
    if (wanted.top_p < 0)
        wanted.top_p = preset->top_p;
    if (wanted.max_tokens < 0)
        wanted.max_tokens = preset->max_tokens;
    if (wanted.seed < 0)
        wanted.seed = preset->seed;
    return wanted;
}

/* The item's or suite's preset, over it what the user wants, over it what this variant varies. */
static struct ifb_sampling sampling_of(const struct dispatch *d, const struct ifb_cell *cell)
{
    const struct ifb_plan_cell *p = plan_cell(d, cell);

    return ifb_sampling_merge(ifb_sampling_over(d->o->sampling, p->model->sampling),
                              cell->item->preset ? cell->item->preset : &p->suite->preset);
}

/* A judge is asked as its protocol wants, without what the user set for models. */
static void set_judge_request(struct ifb_flight *f, const struct ifb_judge_request *ask)
{
    f->request = (struct ifb_request){ .messages = ask->messages,
                                       .sampling = { ask->temperature, -1, ask->max_tokens, -1 },
                                       .top_logprobs = ask->top_logprobs };
}

static void set_request(struct dispatch *d, struct ifb_flight *f)
{
    const struct ifb_cell *cell = f->cell;

    f->request = (struct ifb_request){ .messages = f->record.messages,
                                       .sampling = sampling_of(d, cell),
                                       .stop = d->o->stop_at,
                                       .top_logprobs = d->o->top_logprobs,
                                       .stream = d->o->stream &&
                                                 plan_cell(d, cell)->model->provider->stream };
    /* Else a server that honours the seed would answer every epoch alike. */
    if (f->request.sampling.seed >= 0)
        f->request.sampling.seed += f->record.epoch;
}

/* `ask` NULL: the cell's next turn. */
static struct ifb_flight *new_flight(struct dispatch *d, struct ifb_cell *cell,
                                 const struct ifb_judge_request *ask)
{
    struct ifb_flight *f = ifb_flight_take(&d->flights);

    f->cell = cell;
    f->model = plan_cell(d, cell)->model_index;
    f->record = ifb_cell_record(cell, d->o->plan);
    if (ask)
        set_judge_request(f, ask);
    else
        set_request(d, f);
    f->first_us = ifb_clock_us();
    f->held = ifb_cost_ceiling(d->o->prices ? &d->o->prices[f->model] : NULL, &f->request);
    return f;
}

/* What it was asked for stays pending. */
static void drop_flight(struct dispatch *d, struct ifb_flight *f)
{
    d->calls->drop(d->calls->self, f->cell);
    ifb_flight_give(&d->flights, f);
}

static void hold(struct dispatch *d, const struct ifb_flight *f, int sign)
{
    struct ifb_cost *held = &purse_of(d, f->model)->held;

    held->tokens += sign * f->held.tokens;
    held->usd += sign * f->held.usd;
}

static size_t reply_max(const struct dispatch *d)
{
    return d->o->http.body_max ? d->o->http.body_max : IFB_HTTP_BODY_MAX;
}

/* Called while the transport moves on. */
static enum ifb_http_fate take_piece(void *self, void *tag, ifb_str bytes, int64_t us)
{
    (void)self;
    return ifb_listen_piece(&((struct ifb_flight *)tag)->listen, bytes, us);
}

static enum ifb_code send_call(struct dispatch *d, struct ifb_flight *f, struct ifb_error *err)
{
    const struct ifb_model *model = plan_cell(d, f->cell)->model;
    struct model_state *m = &d->models[f->model];
    struct ifb_http_call call = { 0 };
    enum ifb_code code;

    ifb_arena_reset(d->scratch);
    f->request.key = ifb_keys_take(&m->keys, model->keys.n, ifb_clock_us());
    code = model->provider->encode(model, &f->request, d->scratch, &call, err);
    if (!code && f->request.stream)
        ifb_listen_begin(&f->listen, model->provider, reply_max(d));
    call.stream = f->listen.stream != NULL;
    if (!code)
        code = ifb_transport_start(d->transport, model, &call, d->o->timeout_ms, f, err);
    if (code)
        return code;
    m->flying++;
    ifb_limiter_start(&m->limiter, ifb_clock_us());
    hold(d, f, 1);
    return IFB_OK;
}

/* ---- calls that wait ---- */

static void put_off(struct dispatch *d, struct ifb_flight *f, int64_t due_us)
{
    f->due_us = due_us;
    ifb_flight_put_off(&d->put_off, f);
    d->nwaiting++;
    d->models[f->model].nwaiting++;
}

/* Moves what is due to the ready ones; *next_us is when the earliest other is. */
static void wake_due(struct dispatch *d, int64_t *next_us)
{
    struct ifb_flight_heap *off = &d->put_off;
    int64_t now = ifb_clock_us();

    while (off->n && (off->at[0]->due_us <= now || d->stopped_us ||
                      purse_of(d, off->at[0]->model)->empty)) {
        struct ifb_flight *f = ifb_flight_earliest(off);

        ifb_flight_append(&d->models[f->model].ready, f);
    }
    *next_us = off->n ? off->at[0]->due_us : INT64_MAX;
}

/* The model has failed too often in a row: nothing more is asked of it. */
static void give_up(struct dispatch *d, const struct ifb_flight *f, const struct ifb_error *why)
{
    const struct ifb_model *model = plan_cell(d, f->cell)->model;

    if (d->models[f->model].given_up)
        return;
    d->models[f->model].given_up = true;
    /* What it was still to be asked again is not waited for: send_ready drops it. */
    ifb_flight_wake(&d->put_off, f->model, &d->models[f->model].ready);
    d->given_up = why->code;
    d->why = *why;
    ifb_within(&d->why, "%.*s was given up", IFB_ARG(model->spec));
}

static void note_failure(struct dispatch *d, const struct ifb_flight *f,
                         const struct ifb_error *why)
{
    struct model_state *m = &d->models[f->model];

    m->errors++;
    m->auth_failures = why->code == IFB_EAUTH ? m->auth_failures + 1 : 0;
    if (m->auth_failures >= AUTH_FAILURES_MAX ||
        (d->o->max_errors && m->errors >= d->o->max_errors))
        give_up(d, f, why);
}

static void note_answer(struct dispatch *d, const struct ifb_flight *f)
{
    d->models[f->model].errors = 0;
    d->models[f->model].failures = 0;
    d->models[f->model].auth_failures = 0;
}

static enum ifb_code settle(struct dispatch *d, struct ifb_flight *f, struct ifb_error *err);

/* A program behind a command may change from one run to the next: it is always asked. */
static bool is_kept(const struct dispatch *d, const struct ifb_flight *f)
{
    return d->o->cache && plan_cell(d, f->cell)->model->provider->reach != IFB_BY_COMMAND;
}

static bool answer_from_cache(struct dispatch *d, struct ifb_flight *f)
{
    if (!is_kept(d, f))
        return false;
    f->key = ifb_cache_key(plan_cell(d, f->cell)->model, &f->request, f->record.epoch);
    if (!ifb_cache_get(d->o->cache, &f->key, f->cell->arena, &f->record.response))
        return false;
    f->record.answered = f->record.cached = true;
    f->record.attempts = 0;
    return true;
}

/* Why a call of a model cannot start now. */
enum gate { GATE_OPEN, GATE_FULL, GATE_RATE, GATE_BUDGET };

static enum gate gate_of(struct dispatch *d, const struct ifb_flight *f, int64_t *wait_us)
{
    const struct model_state *m = &d->models[f->model];
    const struct purse *purse = purse_of(d, f->model);
    const struct ifb_budget *budget = is_judge(d, f->model) ? &d->o->judge_budget : &d->o->budget;

    *wait_us = 0;
    if (m->flying >= ifb_limiter_window(&m->limiter))
        return GATE_FULL;
    if (!ifb_budget_allows(budget, &purse->spent, &purse->held, &f->held))
        return GATE_BUDGET;
    *wait_us = ifb_limiter_wait(&m->limiter, ifb_clock_us());
    return *wait_us ? GATE_RATE : GATE_OPEN;
}

/* A call that is wanted now: from the cache, or sent, or it waits for its turn. */
static enum ifb_code launch(struct dispatch *d, struct ifb_flight *f, struct ifb_error *err)
{
    int64_t wait_us;

    if (answer_from_cache(d, f))
        return settle(d, f, err);
    if (!d->models[f->model].ready.first && gate_of(d, f, &wait_us) == GATE_OPEN)
        return send_call(d, f, err);
    ifb_flight_append(&d->models[f->model].ready, f);
    d->nwaiting++;
    d->models[f->model].nwaiting++;
    return IFB_OK;
}

/* Starts the cell's next turn, or hands it over when it has none left. */
static enum ifb_code advance(struct dispatch *d, struct ifb_cell *cell, struct ifb_error *err)
{
    bool failed = cell->nrecords && !cell->records[cell->nrecords - 1].answered;
    bool judge = plan_cell(d, cell)->judging != NULL, done = false;
    struct ifb_judge_request ask;
    enum ifb_code code = IFB_OK;

    if (judge && !failed)
        code = d->calls->ask(d->calls->self, cell, &ask, &done, err);
    if (code) {
        d->calls->drop(d->calls->self, cell);
        return code;
    }
    if (failed || done ||
        (!judge && cell->nrecords == d->o->plan->samples[cell->sample].turns))
        return d->calls->done(d->calls->self, cell, err);
    if (d->stopped_us || d->models[plan_cell(d, cell)->model_index].given_up) {
        d->calls->drop(d->calls->self, cell);
        return IFB_OK;
    }
    return launch(d, new_flight(d, cell, judge ? &ask : NULL), err);
}

/* The call's outcome is final: keep it, then see what the cell needs next. */
static enum ifb_code settle(struct dispatch *d, struct ifb_flight *f, struct ifb_error *err)
{
    struct ifb_cell *cell = f->cell;
    enum ifb_code code;

    code = d->calls->keep(d->calls->self, &f->record, err);
    if (code)
        return code;
    cell->records[cell->nrecords++] = f->record;
    ifb_flight_give(&d->flights, f);
    return advance(d, cell, err);
}

static enum ifb_code fail_call(struct dispatch *d, struct ifb_flight *f,
                               const struct ifb_error *why, const char *more,
                               struct ifb_error *err)
{
    struct ifb_arena *arena = f->cell->arena;
    ifb_str text = ifb_utf8_repair(arena, (ifb_str){ why->msg, strlen(why->msg) });

    if (f->record.attempts > 1)
        text = ifb_fmt(arena, "%.*s (%u attempts)", IFB_ARG(text), f->record.attempts);
    f->record.error = more && *more ? ifb_fmt(arena, "%.*s; %s", IFB_ARG(text), more)
                                    : ifb_str_copy(arena, text);
    f->record.http_status = why->http_status;
    note_failure(d, f, why);
    return settle(d, f, err);
}

static enum ifb_code attempt_failed(struct dispatch *d, struct ifb_flight *f,
                                    const struct ifb_error *why, struct ifb_error *err)
{
    int64_t now = ifb_clock_us();
    struct model_state *m = &d->models[f->model];
    struct ifb_retry_policy policy =
        ifb_retry_while(&d->o->retry, why, m->failures, ifb_limiter_window(&m->limiter));
    int doubtful = f->doubtful + ifb_retry_is_doubtful(why);
    struct ifb_retry r = ifb_retry_decide(&policy, (int)f->record.attempts, doubtful, why,
                                          ifb_rng_next(&d->rng));
    int64_t end_us = f->first_us + d->o->total_timeout_ms * 1000;
    size_t nkeys = plan_cell(d, f->cell)->model->keys.n;

    /* Another key may do at once what this one may not: no attempt is counted. */
    if (ifb_keys_failed(&m->keys, nkeys, f->request.key, why, now) &&
        ++f->keys_tried < nkeys && !d->stopped_us && !m->given_up) {
        put_off(d, f, now);
        return IFB_OK;
    }
    f->keys_tried = 0;
    f->doubtful = doubtful;
    /* It would have been asked again: it stays pending, for the run to be gone on with. */
    if (r.again && (d->stopped_us || m->given_up)) {
        drop_flight(d, f);
        return IFB_OK;
    }
    if (!r.again || now + r.delay_ms * 1000 > end_us)
        return fail_call(d, f, why, r.why, err);
    d->retries++;
    f->record.attempts++;
    put_off(d, f, now + r.delay_ms * 1000);
    return IFB_OK;
}

static void keep_in_cache(struct dispatch *d, const struct ifb_flight *f)
{
    if (plan_cell(d, f->cell)->judging &&
        !d->calls->readable(d->calls->self, f->cell, &f->record))
        return;
    if (is_kept(d, f))
        ifb_cache_put(d->o->cache, &f->key, plan_cell(d, f->cell)->model->spec,
                      &f->record.response, ifb_wall_ms());
}

/* What limits and budget learn from an attempt that has ended. */
static void account(struct dispatch *d, const struct ifb_flight *f,
                    const struct ifb_error *failure)
{
    struct model_state *m = &d->models[f->model];
    const struct ifb_response *r = &f->record.response;
    bool saturated = m->flying >= ifb_limiter_window(&m->limiter);
    struct ifb_cost cost;

    m->flying--;
    hold(d, f, -1);
    if (failure) {
        int status = failure->http_status;

        m->failures++;
        if (status == 429 || status == 503 || status == 529)
            ifb_limiter_overload(&m->limiter, ifb_clock_us());
        return;
    }
    cost = ifb_cost_of(d->o->prices ? &d->o->prices[f->model] : NULL, r->tokens_in, r->tokens_out);
    if (r->tokens_in < 0 && r->tokens_out < 0)
        cost = f->held;  /* a server that does not say is taken at the worst */
    purse_of(d, f->model)->spent.tokens += cost.tokens;
    purse_of(d, f->model)->spent.usd += cost.usd;
    ifb_limiter_answer(&m->limiter, r->tokens_in < 0 && r->tokens_out < 0 ? -1 : cost.tokens,
                       saturated, ifb_clock_us());
}

/* What the transport brought, read: an answer in the record, or why there is none. */
static enum ifb_code read_event(struct dispatch *d, struct ifb_flight *f,
                                const struct ifb_http_event *e, struct ifb_error *why)
{
    const struct ifb_provider *provider = plan_cell(d, f->cell)->model->provider;
    struct ifb_http_reply reply = e->reply;
    enum ifb_code code = e->code;

    *why = e->error;
    if (ifb_listen_end(&f->listen, e, f->cell->arena, &f->record.response, &f->record.pace, &code,
                       why) || code)
        return code;
    if (reply.status != 200)
        return ifb_http_failure(&reply, provider->complaint(reply.body, d->scratch), why);
    /* The answer outlives the reply's bytes: decode from a copy in the cell. */
    reply.body = ifb_str_copy(f->cell->arena, reply.body);
    return provider->decode(&reply, f->cell->arena, &f->record.response, why);
}

static enum ifb_code landed(struct dispatch *d, const struct ifb_http_event *e,
                            struct ifb_error *err)
{
    struct ifb_flight *f = e->tag;
    const struct ifb_model *model = plan_cell(d, f->cell)->model;
    struct ifb_error why;
    enum ifb_code code;

    f->record.latency_ms = (e->total_us + 500) / 1000;
    ifb_arena_reset(d->scratch);
    code = read_event(d, f, e, &why);
    ifb_listen_close(&f->listen);
    account(d, f, code ? &why : NULL);
    if (code) {
        ifb_model_redact(model, &why);  /* servers quote keys in complaints */
        return attempt_failed(d, f, &why, err);
    }
    f->record.answered = true;
    note_answer(d, f);
    keep_in_cache(d, f);
    return settle(d, f, err);
}

static struct ifb_flight *take_ready(struct dispatch *d, struct model_state *m)
{
    m->nwaiting--;
    d->nwaiting--;
    return ifb_flight_next(&m->ready);
}

/* Sends a model's ready calls as far as limits allow; drops them when all is to stop. */
static enum ifb_code send_ready(struct dispatch *d, struct model_state *m, int64_t *next_us,
                                struct ifb_error *err)
{
    struct purse *purse = purse_of(d, (uint32_t)(m - d->models));
    enum ifb_code code = IFB_OK;
    int64_t wait_us, then;

    while (m->ready.first && !code) {
        enum gate gate = gate_of(d, m->ready.first, &wait_us);

        /* Nothing in flight will leave anything of the budget. */
        if (gate == GATE_BUDGET && !ifb_transport_flying(d->transport))
            purse->empty = true;
        if (d->stopped_us || purse->empty || m->given_up) {
            drop_flight(d, take_ready(d, m));
        } else if (gate == GATE_OPEN) {
            code = send_call(d, take_ready(d, m), err);
        } else {
            then = gate == GATE_RATE ? ifb_clock_us() + wait_us : INT64_MAX;
            *next_us = then < *next_us ? then : *next_us;
            break;
        }
    }
    return code;
}

/*
 * May a new cell of the model be started? Calls that wait for a retry hold no
 * place in the window, so that a long Retry-After of a few does not stop the
 * rest; but a server that refuses everything is not asked everything.
 */
static bool has_room(struct dispatch *d, uint32_t model)
{
    const struct model_state *m = &d->models[model];
    size_t window = ifb_limiter_window(&m->limiter);
    size_t most = ifb_retry_well(m->failures, window) ? WAITING_MAX : 2 * window;

    return !d->stopped_us && !m->dry && !m->given_up && !purse_of(d, model)->empty &&
           !m->ready.first && m->flying < window && m->nwaiting < most;
}

/* Starts cells of a model until it is full; *next_us is when there may be more. */
static enum ifb_code start_new(struct dispatch *d, uint32_t model, int64_t *next_us,
                               struct ifb_error *err)
{
    struct model_state *m = &d->models[model];
    enum ifb_code code = IFB_OK;

    m->starved = false;
    for (int n = 0; !code && !m->starved && has_room(d, model); n++) {
        int64_t now = ifb_clock_us(), wait_us = ifb_limiter_wait(&m->limiter, now);
        struct ifb_cell *cell;

        if (wait_us || n == STARTS_A_TURN) {
            *next_us = now + wait_us < *next_us ? now + wait_us : *next_us;
            break;
        }
        if (d->calls->wait && d->calls->wait(d->calls->self, model))
            break;
        cell = d->calls->take(d->calls->self, model, &m->starved);
        m->dry = !cell && !m->starved;
        if (cell)
            code = advance(d, cell, err);
    }
    return code;
}

static void check_stop(struct dispatch *d)
{
    if (d->o->stop && *d->o->stop && !d->stopped_us)
        d->stopped_us = ifb_clock_us();
}

static int wait_ms(int64_t next_us)
{
    int64_t ms = next_us == INT64_MAX ? WAIT_MS_MAX : (next_us - ifb_clock_us()) / 1000 + 1;

    return ms < 0 ? 0 : ms > WAIT_MS_MAX ? WAIT_MS_MAX : (int)ms;
}

/* With nothing in flight nothing more comes for those who wait for others' answers. */
static bool is_finished(struct dispatch *d)
{
    if (ifb_transport_flying(d->transport) || d->nwaiting)
        return false;
    for (uint32_t i = 0; i < d->o->nmodels; i++) {
        const struct model_state *m = &d->models[i];

        if (!m->dry && !m->starved && !m->given_up && !d->stopped_us && !purse_of(d, i)->empty)
            return false;
    }
    return true;
}

/*
 * Replies taken before calls are sent again. Those that were sent together come
 * together: a few at a time, and the next ones do not wait for the whole crowd.
 */
static size_t landings(const struct dispatch *d)
{
    size_t part = ifb_transport_flying(d->transport) / 8;

    return part > LANDINGS_LEAST ? part : LANDINGS_LEAST;
}

static enum ifb_code turn_loop(struct dispatch *d, struct ifb_error *err)
{
    struct ifb_http_event event;
    int64_t next_us;
    enum ifb_code code = IFB_OK;

    for (;;) {
        check_stop(d);
        wake_due(d, &next_us);
        for (uint32_t i = 0; i < d->o->nmodels && !code; i++) {
            code = send_ready(d, &d->models[i], &next_us, err);
            if (!code)
                code = start_new(d, i, &next_us, err);
        }
        if (code || is_finished(d))
            return code;
        if (d->stopped_us && ifb_clock_us() - d->stopped_us > GRACE_US)
            return IFB_OK;
        code = ifb_transport_wait(d->transport, wait_ms(next_us), err);
        for (size_t n = 0, most = landings(d); !code && n < most; n++)
            if (!ifb_transport_next(d->transport, &event))
                break;
            else
                code = landed(d, &event, err);
        if (!code)
            code = d->calls->idle(d->calls->self, ifb_transport_flying(d->transport), d->retries,
                                  err);
        if (code)
            return code;
    }
}

static void drop_cell(void *self, struct ifb_flight *f)
{
    const struct ifb_dispatch_calls *calls = self;

    calls->drop(calls->self, f->cell);
}

static void release(struct dispatch *d)
{
    ifb_transport_close(d->transport);
    ifb_flights_close(&d->flights, drop_cell, (void *)d->calls);
    ifb_arena_close(d->scratch);
    free(d->put_off.at);
}

/* Idle connections kept: what all windows can use, within reason. */
static size_t connections(const struct ifb_dispatch_options *o)
{
    size_t each = o->limits.fixed > 0 ? (size_t)o->limits.fixed
                  : o->limits.most > 0 ? (size_t)o->limits.most : IFB_WINDOW_MOST;

    return each * o->nmodels;
}

static enum ifb_code why_ended(const struct dispatch *d, struct ifb_error *err)
{
    if (d->stopped_us)
        return ifb_fail(err, IFB_ECANCELED, "stopped");
    if (d->given_up) {
        if (err)
            *err = d->why;
        return d->given_up;
    }
    for (size_t i = 0; i < 2; i++)
        if (d->purses[i].empty)
            return ifb_fail(err, IFB_EBUDGET, "the budget%s is used up: %lld tokens, $%.4f",
                            i ? " of judges" : "", (long long)d->purses[i].spent.tokens,
                            d->purses[i].spent.usd);
    return IFB_OK;
}

/* Programs share our cores: without a word of the user no more run than there are. */
static struct ifb_limits limits_of(const struct ifb_dispatch_options *o, size_t model)
{
    struct ifb_limits limits = model < o->nmodels - o->njudges ? o->limits : o->judge_limits;

    for (size_t i = 0; i < o->plan->ncells; i++)
        if (o->plan->cells[i].model_index == model && !limits.fixed && !limits.most &&
            o->plan->cells[i].model->provider->reach == IFB_BY_COMMAND)
            limits.most = ifb_pool_cores();
    return limits;
}

enum ifb_code ifb_dispatch(const struct ifb_dispatch_options *options,
                           const struct ifb_dispatch_calls *calls, struct ifb_error *err)
{
    struct ifb_http_options http = options->http;
    struct dispatch d = { .o = options, .calls = calls };
    enum ifb_code code;

    http.connections_max = connections(options);
    http.wall_ms = ifb_wall_ms;
    http.piece = take_piece;
    d.transport = ifb_transport_new(&http);
    d.scratch = ifb_arena_new();
    ifb_rng_seed(&d.rng, options->seed);
    d.models = calloc(options->nmodels, sizeof(*d.models));
    if (!d.models)
        ifb_out_of_memory();
    for (size_t i = 0; i < options->nmodels; i++) {
        struct ifb_limits limits = limits_of(options, i);

        ifb_limiter_init(&d.models[i].limiter, &limits, ifb_clock_us());
        d.models[i].dry = options->plan->ncells == 0;
    }
    code = turn_loop(&d, err);
    if (!code)
        code = why_ended(&d, err);
    if (options->cache)
        ifb_cache_flush(options->cache);
    release(&d);
    free(d.models);
    return code;
}
