/* SPDX-License-Identifier: Apache-2.0 */
/* OpenAI's older wire format: /v1/completions, a text in and a text out. */
#include "tests/mock/mock.h"

#include <string.h>

static bool owns(struct span path)
{
    return span_equal(path, SPAN("/v1/completions"));
}

static bool read_request(struct mock *m, const struct request *q, struct chat *c, struct buf *why)
{
    struct span options = raw_member(q->body, "stream_options");

    *c = (struct chat){ .prompt = { "", 0 }, .turn = 1 };
    m->prompt.n = 0;
    if (!raw_valid(q->body)) {
        buf_fmt(why, "the body is not valid JSON");
        return false;
    }
    c->model = raw_member(q->body, "model");
    c->messages = raw_member(q->body, "prompt");
    c->stream = span_equal(raw_member(q->body, "stream"), SPAN("true"));
    c->stream_usage = options.p && span_equal(raw_member(options, "include_usage"), SPAN("true"));
    if (!c->model.p || !c->messages.p || c->messages.p[0] != '"') {
        buf_fmt(why, "you must provide a model and a prompt");
        return false;
    }
    raw_decode(c->messages, &m->prompt);
    c->prompt = buf_span(&m->prompt);
    c->tokens = span_fields(c->prompt);
    return true;
}

static void put_head(struct buf *b, const struct chat *c, const struct effect *e)
{
    buf_fmt(b, "{\"id\":\"cmpl-mock\",\"object\":\"text_completion\",\"created\":1700000000,"
               "\"model\":");
    if (e->model)
        buf_json(b, span_of(e->model));
    else
        buf_put(b, c->model);
}

/* `finish` absent: it goes on. */
static void put_choice(struct buf *b, struct span text, struct span finish, const struct effect *e)
{
    buf_fmt(b, ",\"choices\":[");
    if (!(e->flags & FAULT_EMPTY_CHOICES)) {
        buf_fmt(b, "{\"text\":");
        buf_put(b, text);
        buf_fmt(b, ",\"index\":0,\"logprobs\":null,\"finish_reason\":");
        if (finish.p && e->finish)
            buf_json(b, span_of(e->finish));
        else
            buf_put(b, finish.p ? finish : SPAN("null"));
        buf_fmt(b, "}");
    }
    buf_fmt(b, "]");
}

static void put_usage(struct buf *b, const struct chat *c, const struct answer *a)
{
    buf_fmt(b, ",\"usage\":{\"prompt_tokens\":%zu,\"completion_tokens\":%zu,"
               "\"total_tokens\":%zu}", c->tokens, a->tokens, c->tokens + a->tokens);
}

struct writing {
    const struct chat *c;
    const struct effect *e;
    struct buf *b;
};

static void put_word(void *self, struct span word)
{
    struct writing *w = self;

    buf_fmt(w->b, "data: ");
    put_head(w->b, w->c, w->e);
    put_choice(w->b, word, (struct span){ NULL, 0 }, w->e);
    buf_fmt(w->b, "}\n\n");
}

static void put_events(const struct chat *c, const struct answer *a, const struct effect *e,
                       struct buf *b)
{
    struct writing w = { c, e, b };

    each_word(a->content, put_word, &w);
    buf_fmt(b, "data: ");
    put_head(b, c, e);
    put_choice(b, SPAN("\"\""), a->finish, e);
    buf_fmt(b, "}\n\n");
    if (c->stream_usage && !(e->flags & FAULT_NO_USAGE)) {
        buf_fmt(b, "data: ");
        put_head(b, c, e);
        buf_fmt(b, ",\"choices\":[]");
        put_usage(b, c, a);
        buf_fmt(b, "}\n\n");
    }
    if (!(e->flags & FAULT_NO_DONE))
        buf_fmt(b, "data: [DONE]\n\n");
}

static void put(const struct mock *m, const struct chat *c, const struct answer *a,
                const struct effect *e, struct reply *r)
{
    (void)m;
    if (c->stream) {
        r->type = "text/event-stream";
        r->stream = true;
        put_events(c, a, e, &r->body);
        return;
    }
    put_head(&r->body, c, e);
    if (!(e->flags & FAULT_NO_CHOICES))
        put_choice(&r->body, a->content, a->finish, e);
    if (!(e->flags & FAULT_NO_USAGE))
        put_usage(&r->body, c, a);
    buf_fmt(&r->body, "}");
}

const struct dialect completions_dialect = { "completions", owns, bearer_key, read_request, put,
                                             openai_error };
