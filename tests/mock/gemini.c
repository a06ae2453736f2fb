/* SPDX-License-Identifier: Apache-2.0 */
/* Gemini's wire format: generateContent and its stream. */
#include "tests/mock/mock.h"

#include <string.h>

#define PREFIX SPAN("/v1beta/models/")

static bool ends(struct span s, struct span with)
{
    return s.n >= with.n && !memcmp(s.p + s.n - with.n, with.p, with.n);
}

static bool is_stream(struct span path)
{
    return ends(path, SPAN(":streamGenerateContent"));
}

static bool owns(struct span path)
{
    return span_begins(path, PREFIX) && (is_stream(path) || ends(path, SPAN(":generateContent")));
}

static struct span key(const struct request *q)
{
    return q->goog_api_key;
}

/* The model is in the path; what the others keep as JSON is made into it. */
static void read_model(struct mock *m, struct span path, struct chat *c)
{
    const char *colon = memrchr(path.p, ':', path.n);
    struct span name = { path.p + PREFIX.n, (size_t)(colon - path.p) - PREFIX.n };

    m->name.n = 0;
    buf_json(&m->name, name);
    c->model = buf_span(&m->name);
}

static bool read_request(struct mock *m, const struct request *q, struct chat *c, struct buf *why)
{
    struct span content;
    const char *at = NULL;

    *c = (struct chat){ .prompt = { "", 0 }, .stream = is_stream(q->path), .stream_usage = true };
    m->prompt.n = 0;
    if (span_contains(q->query, SPAN("key=")))
        buf_fmt(why, "a key in the URL");
    else if (!raw_valid(q->body))
        buf_fmt(why, "Invalid JSON payload received.");
    if (why->n)
        return false;
    read_model(m, q->path, c);
    c->messages = raw_member(q->body, "contents");
    if (!c->messages.p || c->messages.p[0] != '[')
        buf_fmt(why, "contents is not specified");
    while (!why->n && raw_next(c->messages, &at, &content)) {
        if (!span_equal(raw_member(content, "role"), SPAN("\"user\"")))
            continue;
        m->prompt.n = 0;
        content_read(raw_member(content, "parts"), &m->prompt);
        c->tokens += span_fields(buf_span(&m->prompt));
        c->turn++;
    }
    c->prompt = buf_span(&m->prompt);
    return !why->n;
}

static const char *finish_reason(const struct answer *a, const struct effect *e)
{
    struct span finish = e->finish ? span_of(e->finish)
                                   : (struct span){ a->finish.p + 1, a->finish.n - 2 };

    if (span_equal(finish, SPAN("length")))
        return "MAX_TOKENS";
    return span_equal(finish, SPAN("content_filter")) ? "SAFETY" : "STOP";
}

static void put_part(struct buf *b, struct span literal, bool thought, bool *some)
{
    if (!literal.p || literal.p[0] != '"')
        return;
    buf_fmt(b, "%s{\"text\":", *some ? "," : "");
    buf_put(b, literal);
    buf_fmt(b, "%s}", thought ? ",\"thought\":true" : "");
    *some = true;
}

/* Without a finish: a chunk in the middle. */
static void put_reply(const struct chat *c, const struct answer *a, const struct effect *e,
                      const char *finish, struct buf *b)
{
    bool some = false;

    buf_fmt(b, "{");
    if (!(e->flags & FAULT_NO_CHOICES) && e->flags & FAULT_EMPTY_CHOICES) {
        buf_fmt(b, "\"promptFeedback\":{\"blockReason\":\"SAFETY\"},");
    } else if (!(e->flags & FAULT_NO_CHOICES)) {
        buf_fmt(b, "\"candidates\":[{\"content\":{\"parts\":[");
        put_part(b, a->reasoning, true, &some);
        put_part(b, a->content, false, &some);
        buf_fmt(b, "],\"role\":\"model\"}");
        if (finish)
            buf_fmt(b, ",\"finishReason\":\"%s\"", finish);
        buf_fmt(b, ",\"index\":0}],");
    }
    if (!(e->flags & FAULT_NO_USAGE))
        buf_fmt(b, "\"usageMetadata\":{\"promptTokenCount\":%zu,\"candidatesTokenCount\":%zu},",
                c->tokens, a->tokens);
    buf_fmt(b, "\"modelVersion\":");
    if (e->model)
        buf_json(b, span_of(e->model));
    else
        buf_put(b, c->model);
    buf_fmt(b, "}");
}

struct writing {
    const struct chat *c;
    const struct effect *e;
    struct buf *b;
};

static void put_word(void *self, struct span word)
{
    struct writing *w = self;
    struct answer one = { .content = word };

    buf_fmt(w->b, "data: ");
    put_reply(w->c, &one, w->e, NULL, w->b);
    buf_fmt(w->b, "\r\n\r\n");
}

static void put(const struct mock *m, const struct chat *c, const struct answer *a,
                const struct effect *e, struct reply *r)
{
    struct writing w = { c, e, &r->body };
    struct answer last = { .tokens = a->tokens };

    (void)m;
    if (!c->stream) {
        put_reply(c, a, e, finish_reason(a, e), &r->body);
        return;
    }
    r->type = "text/event-stream";
    r->stream = true;
    each_word(a->content, put_word, &w);
    if (e->flags & FAULT_NO_DONE)
        return;
    buf_fmt(&r->body, "data: ");
    put_reply(c, &last, e, finish_reason(a, e), &r->body);
    buf_fmt(&r->body, "\r\n\r\n");
}

/* A wrong key is a 400 here. */
static void put_error(struct reply *r, int status, const char *message, const char *code)
{
    bool key_is_wrong = status == 401;

    (void)code;
    if (key_is_wrong) {
        status = 400;
        message = "API key not valid. Please pass a valid API key.";
    }
    r->status = status;
    r->type = "application/json";
    r->stream = false;
    r->body.n = 0;
    buf_fmt(&r->body, "{\"error\":{\"code\":%d,\"message\":", status);
    buf_json(&r->body, span_of(message ? message : http_reason(status)));
    buf_fmt(&r->body, ",\"status\":\"%s\"", status == 429 ? "RESOURCE_EXHAUSTED"
                                            : status >= 500 ? "UNAVAILABLE" : "INVALID_ARGUMENT");
    if (key_is_wrong)
        buf_fmt(&r->body, ",\"details\":[{\"reason\":\"API_KEY_INVALID\"}]");
    buf_fmt(&r->body, "}}");
}

const struct dialect gemini_dialect = { "gemini", owns, key, read_request, put, put_error };
