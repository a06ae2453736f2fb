/* SPDX-License-Identifier: Apache-2.0 */
/* Anthropic's wire format: messages out, event streams, errors. */
#include "tests/mock/mock.h"

#include <string.h>

static bool owns(struct span path)
{
    return span_equal(path, SPAN("/v1/messages"));
}

static struct span key(const struct request *q)
{
    return q->x_api_key;
}

static bool read_request(struct mock *m, const struct request *q, struct chat *c, struct buf *why)
{
    struct span message;
    const char *at = NULL;

    if (!q->anthropic_version.p)
        buf_fmt(why, "anthropic-version: header is required");
    else if (!chat_read(q->body, c, &m->prompt, why))
        return false;
    else if (!raw_member(q->body, "max_tokens").p)
        buf_fmt(why, "max_tokens: Field required");
    while (!why->n && raw_next(c->messages, &at, &message)) {
        if (span_equal(raw_member(message, "role"), SPAN("\"system\"")))
            buf_fmt(why, "messages: Unexpected role \"system\"");
    }
    return !why->n;
}

static const char *stop_reason(const struct answer *a, const struct effect *e)
{
    struct span finish = e->finish ? span_of(e->finish)
                                   : (struct span){ a->finish.p + 1, a->finish.n - 2 };

    if (span_equal(finish, SPAN("length")))
        return "max_tokens";
    return span_equal(finish, SPAN("content_filter")) ? "refusal" : "end_turn";
}

static void put_model(struct buf *b, const struct chat *c, const struct effect *e)
{
    if (e->model)
        buf_json(b, span_of(e->model));
    else
        buf_put(b, c->model);
}

static void put_block(struct buf *b, const char *type, struct span literal, bool *some)
{
    if (!literal.p || literal.p[0] != '"')
        return;
    buf_fmt(b, "%s{\"type\":\"%s\",\"%s\":", *some ? "," : "", type, type);
    buf_put(b, literal);
    buf_fmt(b, "}");
    *some = true;
}

static void put_message(const struct chat *c, const struct answer *a, const struct effect *e,
                        struct buf *b)
{
    bool some = false;

    buf_fmt(b, "{\"id\":\"msg_mock\",\"type\":\"message\",\"role\":\"assistant\",\"model\":");
    put_model(b, c, e);
    if (!(e->flags & FAULT_NO_CHOICES)) {
        buf_fmt(b, ",\"content\":[");
        if (!(e->flags & FAULT_EMPTY_CHOICES)) {
            put_block(b, "thinking", a->reasoning, &some);
            put_block(b, "text", a->content, &some);
        }
        buf_fmt(b, "]");
    }
    buf_fmt(b, ",\"stop_reason\":\"%s\",\"stop_sequence\":null", stop_reason(a, e));
    if (!(e->flags & FAULT_NO_USAGE))
        buf_fmt(b, ",\"usage\":{\"input_tokens\":%zu,\"output_tokens\":%zu}", c->tokens, a->tokens);
    buf_fmt(b, "}");
}

struct writing {
    struct buf *b;
    const char *type;
};

static void put_word(void *self, struct span word)
{
    struct writing *w = self;

    buf_fmt(w->b, "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,"
            "\"delta\":{\"type\":\"%s_delta\",\"%s\":", w->type, w->type);
    buf_put(w->b, word);
    buf_fmt(w->b, "}}\n\n");
}

static void put_events(const struct chat *c, const struct answer *a, const struct effect *e,
                       struct buf *b)
{
    struct writing thinking = { b, "thinking" }, saying = { b, "text" };

    if (!(e->flags & FAULT_NO_START)) {
        buf_fmt(b, "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"model\":");
        put_model(b, c, e);
        buf_fmt(b, ",\"content\":[],\"usage\":{\"input_tokens\":%zu,\"output_tokens\":1}}}\n\n",
                c->tokens);
    }
    each_word(a->reasoning, put_word, &thinking);
    each_word(a->content, put_word, &saying);
    buf_fmt(b, "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":"
            "\"%s\"},\"usage\":{\"output_tokens\":%zu}}\n\n", stop_reason(a, e), a->tokens);
    if (!(e->flags & FAULT_NO_DONE))
        buf_fmt(b, "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
}

static void put(const struct mock *m, const struct chat *c, const struct answer *a,
                const struct effect *e, struct reply *r)
{
    (void)m;
    if (c->stream) {
        r->type = "text/event-stream";
        r->stream = true;
        put_events(c, a, e, &r->body);
    } else {
        put_message(c, a, e, &r->body);
    }
}

static const char *error_type(int status)
{
    if (status == 401)
        return "authentication_error";
    if (status == 429)
        return "rate_limit_error";
    if (status == 529)
        return "overloaded_error";
    return status >= 500 ? "api_error" : "invalid_request_error";
}

static void put_error(struct reply *r, int status, const char *message, const char *code)
{
    (void)code;
    r->status = status;
    r->type = "application/json";
    r->stream = false;
    r->body.n = 0;
    buf_fmt(&r->body, "{\"type\":\"error\",\"error\":{\"type\":\"%s\",\"message\":",
            error_type(status));
    buf_json(&r->body, span_of(message ? message : http_reason(status)));
    buf_fmt(&r->body, "},\"request_id\":\"req_mock\"}");
}

const struct dialect anthropic_dialect = { "anthropic", owns, key, read_request, put, put_error };
