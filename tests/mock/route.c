/* SPDX-License-Identifier: Apache-2.0 */
/* From a request to a reply: paths, admission, faults, the log, and /control. */
#include "tests/mock/mock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void put_retry_headers(const struct effect *e, struct buf *headers)
{
    if (e->retry_after)
        buf_fmt(headers, "Retry-After: %s\r\n", e->retry_after);
    if (e->retry_after_ms)
        buf_fmt(headers, "retry-after-ms: %s\r\n", e->retry_after_ms);
    if (e->retry_date_s) {
        time_t at = time(NULL) + (time_t)e->retry_date_s;
        struct tm tm;
        char text[64];

        gmtime_r(&at, &tm);
        strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &tm);
        buf_fmt(headers, "Retry-After: %s\r\n", text);
    }
}

static void plain_error(struct reply *r, int status, const char *message)
{
    r->status = status;
    r->type = "application/json";
    r->stream = false;
    r->body.n = 0;
    buf_fmt(&r->body, "{\"error\":");
    buf_json(&r->body, span_of(message ? message : http_reason(status)));
    buf_fmt(&r->body, "}");
}

static void html_error(struct reply *r, int status)
{
    r->status = status;
    r->type = "text/html";
    r->stream = false;
    r->body.n = 0;
    buf_fmt(&r->body,
            "<html>\r\n<head><title>%d %s</title></head>\r\n<body>\r\n<center><h1>%d %s</h1>"
            "</center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n",
            status, http_reason(status), status, http_reason(status));
}

/* Bends a finished reply; `raw` bodies keep their bytes whatever the status. */
static void apply(const struct effect *e, const struct occasion *at, bool raw,
                  const struct dialect *d, struct reply *r)
{
    int status = e->status ? (int)e->status : r->status;

    if (e->flags & FAULT_HTML)
        html_error(r, e->status ? status : 502);
    else if (e->flags & FAULT_PLAIN_ERROR)
        plain_error(r, status, e->message);
    else if (e->flags & FAULT_ERROR || (e->status >= 400 && !raw))
        d->error(r, status, e->message, e->code);
    r->status = e->flags & FAULT_HTML ? r->status : status;
    put_retry_headers(e, &r->headers);
    if (e->flags & FAULT_INVALID_JSON)
        r->body.n /= 2;
    r->delay_ms = e->delay_ms;
    if (e->jitter_ms)
        r->delay_ms += (int64_t)(hash64(at->key ^ at->seed, SPAN("jitter")) %
                                 (uint64_t)(e->jitter_ms + 1));
    r->drip_ms = e->drip_ms;
    if (e->ending)
        r->ending = e->ending;
}

static void too_many(struct reply *r, const struct dialect *d, const char *what, int64_t wait_s)
{
    d->error(r, 429, what, NULL);
    buf_fmt(&r->headers, "Retry-After: %lld\r\n", (long long)wait_s);
}

/* Whether --concurrency and --rate let one more chat in. */
static bool admit(struct mock *m, const struct dialect *d, struct reply *r)
{
    double rate = m->opt.rate, burst = (double)m->opt.burst;

    if (m->opt.concurrency && m->flying >= m->opt.concurrency) {
        too_many(r, d, "too many requests at once", 1);
        return false;
    }
    if (rate <= 0)
        return true;
    m->tokens += rate * (double)(m->now_us - m->tokens_at_us) / 1e6;
    m->tokens = m->tokens > burst ? burst : m->tokens;
    m->tokens_at_us = m->now_us;
    if (m->tokens < 1) {
        too_many(r, d, "too many requests a second", 1 + (int64_t)((1 - m->tokens) / rate));
        return false;
    }
    m->tokens -= 1;
    return true;
}

/* What llama-server says to a prompt that is too long. */
static bool fits_context(const struct mock *m, const struct chat *c, struct reply *r)
{
    if (!m->opt.context || (int64_t)c->tokens <= m->opt.context)
        return true;
    r->status = 400;
    buf_fmt(&r->body, "{\"error\":{\"code\":400,\"message\":\"the request exceeds the available "
            "context size, try increasing it\",\"type\":\"exceed_context_size_error\","
            "\"n_prompt_tokens\":%zu,\"n_ctx\":%lld}}", c->tokens, (long long)m->opt.context);
    return false;
}

/* With --slots a chat begins when a slot is free, and holds it for its delay. */
static void queue(struct mock *m, struct reply *r)
{
    int64_t *slot = &m->slot_free_us[0], start;

    for (int64_t i = 1; i < m->opt.slots; i++)
        slot = m->slot_free_us[i] < *slot ? &m->slot_free_us[i] : slot;
    start = *slot > m->now_us ? *slot : m->now_us;
    *slot = start + r->delay_ms * 1000;
    r->delay_ms += (start - m->now_us + 999) / 1000;
}

static void chat_route(struct mock *m, const struct request *q, const struct dialect *d,
                       struct chat *c, struct reply *r, bool *struck)
{
    /* faults for chats are for those of all vendors */
    struct occasion at = { .path = SPAN("/v1/chat/completions"), .with_key = d->key(q),
                           .seed = (uint64_t)m->opt.seed };
    struct effect e = { 0 };
    struct row *row;

    m->why.n = 0;
    if (!d->read(m, q, c, &m->why)) {
        buf_put(&m->why, (struct span){ "", 1 });
        d->error(r, 400, m->why.p, NULL);
        return;
    }
    if (!fits_context(m, c, r) || !admit(m, d, r))
        return;
    r->chat = true;
    at.prompt = c->prompt;
    at.key = hash64(hash64(0, c->model), c->messages);
    m->why.n = 0;
    raw_decode(c->model, &m->why);
    row = script_find(&m->script, c->prompt, buf_span(&m->why), c->turn);
    if (row) {
        e = row->effect;
        *struck = fault_strike(row->fault, &at, &e);
    }
    *struck |= fault_strike(m->faults, &at, &e);
    chat_answer(m, c, row, &e, d, r);
    apply(&e, &at, row && row->raw.p, d, r);
    if (m->opt.slots)
        queue(m, r);
}

static void refuse_method(struct reply *r, const char *allow)
{
    openai_error(r, 405, NULL, NULL);
    buf_fmt(&r->headers, "Allow: %s\r\n", allow);
}

static void plain_route(struct mock *m, const struct request *q, struct reply *r, bool *struck)
{
    struct occasion at = { .path = q->path, .key = hash64(0, q->path),
                           .seed = (uint64_t)m->opt.seed, .prompt = { "", 0 } };
    struct effect e = { 0 };

    if (!span_equal(q->method, SPAN("GET")) && !r->head)
        refuse_method(r, "GET, HEAD");
    else if (span_equal(q->path, SPAN("/health")))
        buf_put(&r->body, SPAN("{\"status\":\"ok\"}"));
    else if (span_equal(q->path, SPAN("/v1/models")))
        openai_models(m, r);
    else if (!files_route(m, q, r))
        openai_error(r, 404, "unknown path", NULL);
    *struck = fault_strike(m->faults, &at, &e);
    if (*struck) {
        enum ending ending = r->ending;

        apply(&e, &at, false, &openai_dialect, r);
        r->ending = e.ending ? e.ending : ending;
    }
}

static void put_counters(const struct mock *m, struct buf *b)
{
    const char *comma = "";

    buf_fmt(b, "{\"requests\":%llu,\"answered\":%llu,\"faults\":%llu,\"connections\":%llu",
            (unsigned long long)m->requests, (unsigned long long)m->answered,
            (unsigned long long)m->struck, (unsigned long long)m->connections);
    buf_fmt(b, ",\"in_flight\":%lld,\"peak_in_flight\":%lld,\"by_status\":{",
            (long long)m->flying, (long long)m->peak);
    for (int i = 0; i < STATUS_MAX; i++) {
        if (!m->by_status[i])
            continue;
        buf_fmt(b, "%s\"%d\":%llu", comma, i, (unsigned long long)m->by_status[i]);
        comma = ",";
    }
    buf_fmt(b, "},\"specs\":[");
    for (const struct fault *f = m->faults; f; f = f->next) {
        buf_fmt(b, "%s{\"spec\":", f == m->faults ? "" : ",");
        buf_json(b, span_of(f->spec));
        buf_fmt(b, ",\"seen\":%llu,\"struck\":%llu}", (unsigned long long)f->seen,
                (unsigned long long)f->hits);
    }
    buf_fmt(b, "]}");
}

/* Replaces the faults by those of the body, one a line; all of them or none. */
static bool replace_faults(struct mock *m, struct span body)
{
    struct fault *faults = NULL;

    m->why.n = 0;
    while (body.n) {
        const char *nl = memchr(body.p, '\n', body.n);
        struct span line = { body.p, nl ? (size_t)(nl - body.p) : body.n };
        size_t used = nl ? line.n + 1 : line.n;

        body = (struct span){ body.p + used, body.n - used };
        if (line.n && line.p[line.n - 1] == '\r')
            line.n--;
        if (span_fields(line) && !fault_parse(line, &faults, &m->why)) {
            fault_free(faults);
            return false;
        }
    }
    fault_free(m->faults);
    m->faults = faults;
    return true;
}

static void control_route(struct mock *m, const struct request *q, struct reply *r)
{
    bool post = span_equal(q->method, SPAN("POST"));

    r->control = true;
    if (!post && !span_equal(q->method, SPAN("GET"))) {
        refuse_method(r, "GET, POST");
    } else if (post && !replace_faults(m, q->body)) {
        buf_put(&m->why, (struct span){ "", 1 });
        openai_error(r, 400, m->why.p, NULL);
    } else {
        put_counters(m, &r->body);
    }
}

static bool key_fits(const struct mock *m, struct span key)
{
    bool fits = !m->opt.nkeys;

    for (size_t i = 0; i < m->opt.nkeys; i++)
        fits |= key.p && span_equal(key, m->opt.keys[i]);
    return fits;
}

static const struct dialect *dialect_of(struct span path)
{
    static const struct dialect *const all[] = { &openai_dialect, &completions_dialect,
                                                 &anthropic_dialect, &gemini_dialect,
                                                 &ollama_dialect };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        if (all[i]->owns(path))
            return all[i];
    }
    return NULL;
}

static void put_or_null(struct buf *b, const char *key, struct span text)
{
    buf_fmt(b, ",\"%s\":", key);
    if (text.p)
        buf_json(b, text);
    else
        buf_put(b, SPAN("null"));
}

/* The request as it came, on one line: white space outside of strings does not matter. */
static void put_request(struct buf *b, struct span body)
{
    size_t from;

    buf_put(b, SPAN(",\"request\":"));
    from = b->n;
    if (!raw_valid(body)) {
        buf_json(b, body);
        return;
    }
    buf_put(b, body);
    for (size_t i = from; i < b->n; i++) {
        if (b->p[i] == '\n' || b->p[i] == '\r')
            b->p[i] = ' ';
    }
}

static void write_log(struct mock *m, const struct request *q, const struct chat *c, int status,
                      bool struck)
{
    struct buf *b = &m->line;
    ssize_t n;

    b->n = 0;
    buf_fmt(b, "{\"n\":%llu", (unsigned long long)m->requests);
    put_or_null(b, "method", q->method);
    put_or_null(b, "path", q->path);
    buf_put(b, SPAN(",\"model\":"));
    buf_put(b, c->model.p ? c->model : SPAN("null"));
    put_or_null(b, "prompt", c->turn ? c->prompt : (struct span){ NULL, 0 });
    buf_fmt(b, ",\"turn\":%lld", (long long)c->turn);
    put_or_null(b, "authorization", q->authorization);
    put_or_null(b, "range", q->range);
    buf_fmt(b, ",\"status\":%d,\"fault\":%s", status, struck ? "true" : "false");
    if (m->opt.log_request)
        put_request(b, q->body);
    buf_fmt(b, "}\n");
    n = write(m->log_fd, b->p, b->n);
    if (n != (ssize_t)b->n)
        fprintf(stderr, "mockd: the log cannot be written\n");
}

void route(struct mock *m, const struct request *q, struct reply *r)
{
    const struct dialect *d = dialect_of(q->path);
    struct chat c = { 0 };
    bool struck = false;
    int status;

    r->status = 200;
    r->type = "application/json";
    r->close = !q->keep_alive;
    r->head = span_equal(q->method, SPAN("HEAD"));
    if (span_equal(q->path, SPAN("/control"))) {
        control_route(m, q, r);
        return;
    }
    m->requests++;
    if ((d || span_begins(q->path, SPAN("/v1/"))) &&
        !key_fits(m, d ? d->key(q) : bearer_key(q)))
        (d ? d : &openai_dialect)->error(r, 401, "Incorrect API key provided", NULL);
    else if (!d)
        plain_route(m, q, r, &struck);
    else if (!span_equal(q->method, SPAN("POST")))
        refuse_method(r, "POST");
    else
        chat_route(m, q, d, &c, r, &struck);
    status = r->ending == END_CLOSE || r->ending == END_HANG ? 0 : r->status;
    m->by_status[status]++;
    m->struck += struck;
    if (m->log_fd >= 0)
        write_log(m, q, &c, status, struck);
}
