/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engine/dispatch.h"

#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/clock.h"
#include "harness/base/error.h"
#include "harness/base/rng.h"
#include "harness/base/utf8.h"

#define GRACE_US ((int64_t)10 * 1000000)  /* what flies may take to land after a stop */
#define AUTH_FAILURES_MAX 3               /* in a row, then the model is given up */
#define WAIT_MS_MAX 200

/* A call on its way: in the air, or waiting for its next attempt. */
struct flight {
    struct ifb_cell *cell;
    struct ifb_call_record record;
    struct ifb_request request;
    uint32_t model;
    int64_t first_us, started_us;
    int64_t due_us;        /* of the next attempt, while waiting */
    struct flight *next;   /* in `waiting` or `spare` */
    struct flight *older;  /* in `all` */
};

struct model_state {
    int auth_failures;
    int64_t errors;  /* failed calls in a row */
};

struct dispatch {
    const struct ifb_dispatch_options *o;
    const struct ifb_dispatch_calls *calls;
    struct ifb_http *http;
    struct ifb_arena *scratch;  /* of one encoding or decoding */
    struct ifb_rng rng;
    struct flight *all, *waiting, *spare;
    size_t nwaiting;
    bool *skip;
    struct model_state *models;
    int64_t retries, stopped_us;
    enum ifb_code given_up;     /* why a model was */
    struct ifb_error why;
};

static const struct ifb_plan_cell *plan_cell(const struct dispatch *d, const struct ifb_cell *cell)
{
    return &d->o->plan->cells[d->o->plan->samples[cell->sample].cell];
}

static struct ifb_sampling merged(struct ifb_sampling wanted, const struct ifb_sampling *preset)
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

static struct flight *new_flight(struct dispatch *d, struct ifb_cell *cell)
{
    struct flight *f = d->spare;

    if (f) {
        d->spare = f->next;
    } else {
        f = calloc(1, sizeof(*f));
        if (!f)
            ifb_out_of_memory();
        f->older = d->all;
        d->all = f;
    }
    *f = (struct flight){ .cell = cell, .model = plan_cell(d, cell)->model_index,
                          .older = f->older };
    f->record = ifb_cell_record(cell, d->o->plan);
    f->request = (struct ifb_request){ f->record.messages,
                                       merged(d->o->sampling, &plan_cell(d, cell)->suite->preset) };
    f->first_us = ifb_clock_us();
    return f;
}

static void free_flight(struct dispatch *d, struct flight *f)
{
    f->cell = NULL;
    f->next = d->spare;
    d->spare = f;
}

/* What it was asked for stays pending. */
static void drop_flight(struct dispatch *d, struct flight *f)
{
    d->calls->drop(d->calls->self, f->cell);
    free_flight(d, f);
}

static enum ifb_code send_call(struct dispatch *d, struct flight *f, struct ifb_error *err)
{
    const struct ifb_model *model = plan_cell(d, f->cell)->model;
    struct ifb_http_call call = { 0 };
    enum ifb_code code;

    ifb_arena_reset(d->scratch);
    code = model->provider->encode(model, &f->request, d->scratch, &call, err);
    f->started_us = ifb_clock_us();
    return code ? code : ifb_http_start(d->http, &call, d->o->timeout_ms, f, err);
}

/* The model has failed too often in a row: nothing more is asked of it. */
static void give_up(struct dispatch *d, const struct flight *f, const struct ifb_error *why)
{
    const struct ifb_model *model = plan_cell(d, f->cell)->model;

    if (d->skip[f->model])
        return;
    d->skip[f->model] = true;
    d->given_up = why->code;
    d->why = *why;
    ifb_within(&d->why, "%.*s was given up", IFB_ARG(model->spec));
}

static void note_failure(struct dispatch *d, const struct flight *f, const struct ifb_error *why)
{
    struct model_state *m = &d->models[f->model];

    m->errors++;
    m->auth_failures = why->code == IFB_EAUTH ? m->auth_failures + 1 : 0;
    if (m->auth_failures >= AUTH_FAILURES_MAX ||
        (d->o->max_errors && m->errors >= d->o->max_errors))
        give_up(d, f, why);
}

static void note_answer(struct dispatch *d, const struct flight *f)
{
    d->models[f->model] = (struct model_state){ 0 };
}

/* Starts the cell's next turn, or hands it over when it has none left. */
static enum ifb_code advance(struct dispatch *d, struct ifb_cell *cell, struct ifb_error *err)
{
    bool failed = cell->nrecords && !cell->records[cell->nrecords - 1].answered;

    if (failed || cell->nrecords == d->o->plan->samples[cell->sample].turns)
        return d->calls->done(d->calls->self, cell, err);
    if (d->stopped_us) {
        d->calls->drop(d->calls->self, cell);
        return IFB_OK;
    }
    return send_call(d, new_flight(d, cell), err);
}

/* The call's outcome is final: keep it, then see what the cell needs next. */
static enum ifb_code settle(struct dispatch *d, struct flight *f, struct ifb_error *err)
{
    struct ifb_cell *cell = f->cell;
    enum ifb_code code;

    code = d->calls->keep(d->calls->self, &f->record, err);
    if (code)
        return code;
    cell->records[cell->nrecords++] = f->record;
    free_flight(d, f);
    return advance(d, cell, err);
}

static enum ifb_code fail_call(struct dispatch *d, struct flight *f, const struct ifb_error *why,
                               const char *more, struct ifb_error *err)
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

static enum ifb_code attempt_failed(struct dispatch *d, struct flight *f,
                                    const struct ifb_error *why, struct ifb_error *err)
{
    int64_t now = ifb_clock_us();
    struct ifb_retry r = ifb_retry_decide(&d->o->retry, (int)f->record.attempts, why,
                                          ifb_rng_next(&d->rng));
    int64_t end_us = f->first_us + d->o->total_timeout_ms * 1000;

    if (r.again && d->stopped_us) {
        drop_flight(d, f);
        return IFB_OK;
    }
    if (!r.again || d->skip[f->model] || now + r.delay_ms * 1000 > end_us)
        return fail_call(d, f, why, r.why, err);
    d->retries++;
    f->record.attempts++;
    f->due_us = now + r.delay_ms * 1000;
    f->next = d->waiting;
    d->waiting = f;
    d->nwaiting++;
    return IFB_OK;
}

static enum ifb_code landed(struct dispatch *d, const struct ifb_http_event *e,
                            struct ifb_error *err)
{
    struct flight *f = e->tag;
    const struct ifb_model *model = plan_cell(d, f->cell)->model;
    const struct ifb_provider *provider = model->provider;
    struct ifb_error why = e->error;
    enum ifb_code code = e->code;

    f->record.latency_ms = (e->total_us + 500) / 1000;
    ifb_arena_reset(d->scratch);
    if (!code && e->reply.status == 200) {
        /* The answer outlives the reply's bytes: decode from a copy in the cell. */
        struct ifb_http_reply reply = e->reply;

        reply.body = ifb_str_copy(f->cell->arena, e->reply.body);
        code = provider->decode(&reply, f->cell->arena, &f->record.response, &why);
    } else if (!code) {
        code = ifb_http_failure(&e->reply, provider->complaint(e->reply.body, d->scratch), &why);
    }
    if (code) {
        ifb_model_redact(model, &why);  /* servers quote keys in complaints */
        return attempt_failed(d, f, &why, err);
    }
    f->record.answered = true;
    note_answer(d, f);
    return settle(d, f, err);
}

/* Sends the waiting calls whose time has come; *next_us is that of the earliest other. */
static enum ifb_code send_due(struct dispatch *d, int64_t *next_us, struct ifb_error *err)
{
    int64_t now = ifb_clock_us();
    struct flight **at = &d->waiting;

    *next_us = INT64_MAX;
    while (*at) {
        struct flight *f = *at;
        enum ifb_code code;

        if (f->due_us > now && !d->stopped_us) {
            *next_us = f->due_us < *next_us ? f->due_us : *next_us;
            at = &f->next;
            continue;
        }
        *at = f->next;
        d->nwaiting--;
        if (d->stopped_us) {
            drop_flight(d, f);
            continue;
        }
        code = send_call(d, f, err);
        if (code)
            return code;
    }
    return IFB_OK;
}

/* Room for one more? The rate limiter will have its say here. */
static bool has_room(const struct dispatch *d)
{
    return ifb_http_flying(d->http) + d->nwaiting < d->o->concurrency && !d->stopped_us;
}

static enum ifb_code start_new(struct dispatch *d, bool *dry, struct ifb_error *err)
{
    while (!*dry && has_room(d)) {
        struct ifb_cell *cell = d->calls->take(d->calls->self, d->skip);
        enum ifb_code code;

        *dry = !cell;
        if (!cell)
            break;
        code = advance(d, cell, err);
        if (code)
            return code;
    }
    return IFB_OK;
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

static enum ifb_code turn_loop(struct dispatch *d, struct ifb_error *err)
{
    struct ifb_http_event event;
    int64_t next_us;
    bool dry = false;
    enum ifb_code code = IFB_OK;

    for (;;) {
        check_stop(d);
        code = send_due(d, &next_us, err);
        if (!code)
            code = start_new(d, &dry, err);
        if (code || (!ifb_http_flying(d->http) && !d->nwaiting && (dry || d->stopped_us)))
            return code;
        if (d->stopped_us && ifb_clock_us() - d->stopped_us > GRACE_US)
            return IFB_OK;
        code = ifb_http_wait(d->http, wait_ms(next_us), err);
        while (!code && ifb_http_next(d->http, &event))
            code = landed(d, &event, err);
        if (!code)
            code = d->calls->idle(d->calls->self, ifb_http_flying(d->http), d->retries, err);
        if (code)
            return code;
    }
}

static void release(struct dispatch *d)
{
    ifb_http_close(d->http);
    while (d->all) {
        struct flight *f = d->all;

        d->all = f->older;
        if (f->cell)
            d->calls->drop(d->calls->self, f->cell);
        free(f);
    }
    ifb_arena_close(d->scratch);
}

static size_t count_models(const struct ifb_plan *plan)
{
    size_t n = 1;

    for (size_t i = 0; i < plan->ncells; i++)
        if (plan->cells[i].model_index >= n)
            n = plan->cells[i].model_index + 1;
    return n;
}

enum ifb_code ifb_dispatch(const struct ifb_dispatch_options *options,
                           const struct ifb_dispatch_calls *calls, struct ifb_error *err)
{
    struct ifb_http_options http = { .ca_file = options->ca_file,
                                     .connections_max = options->concurrency,
                                     .wall_ms = ifb_wall_ms };
    struct dispatch d = { .o = options, .calls = calls };
    enum ifb_code code = ifb_http_open(&http, &d.http, err);

    if (code)
        return code;
    d.scratch = ifb_arena_new();
    ifb_rng_seed(&d.rng, options->seed);
    d.skip = calloc(count_models(options->plan), sizeof(*d.skip));
    d.models = calloc(count_models(options->plan), sizeof(*d.models));
    if (!d.skip || !d.models)
        ifb_out_of_memory();
    code = turn_loop(&d, err);
    if (!code && d.stopped_us)
        code = ifb_fail(err, IFB_ECANCELED, "stopped");
    if (!code && d.given_up) {
        code = d.given_up;
        if (err)
            *err = d.why;
    }
    release(&d);
    free(d.skip);
    free(d.models);
    return code;
}
