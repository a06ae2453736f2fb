/* SPDX-License-Identifier: Apache-2.0 */
/* Ollama's wire format: /api/chat, whole or as JSON lines. */
#include "tests/mock/mock.h"

#include <string.h>

static bool owns(struct span path)
{
    return span_equal(path, SPAN("/api/chat"));
}

/* It streams unless it is told not to. */
static bool read_request(struct mock *m, const struct request *q, struct chat *c, struct buf *why)
{
    if (!chat_read(q->body, c, &m->prompt, why))
        return false;
    c->stream = !span_equal(raw_member(q->body, "stream"), SPAN("false"));
    return true;
}

static void put_finish(struct buf *b, const struct answer *a, const struct effect *e)
{
    struct span finish = e->finish ? span_of(e->finish)
                                   : (struct span){ a->finish.p + 1, a->finish.n - 2 };

    buf_fmt(b, ",\"done_reason\":\"%s\",\"done\":true",
            span_equal(finish, SPAN("length")) ? "length" : "stop");
}

static void put_head(struct buf *b, const struct chat *c, const struct effect *e)
{
    buf_fmt(b, "{\"model\":");
    if (e->model)
        buf_json(b, span_of(e->model));
    else
        buf_put(b, c->model);
    buf_fmt(b, ",\"created_at\":\"2026-01-01T00:00:00Z\"");
}

static void put_message(struct buf *b, struct span content, struct span reasoning)
{
    buf_fmt(b, ",\"message\":{\"role\":\"assistant\",\"content\":");
    buf_put(b, content);
    if (reasoning.p) {
        buf_fmt(b, ",\"thinking\":");
        buf_put(b, reasoning);
    }
    buf_fmt(b, "}");
}

static void put_counts(struct buf *b, const struct chat *c, const struct answer *a,
                       const struct effect *e)
{
    if (!(e->flags & FAULT_NO_USAGE))
        buf_fmt(b, ",\"prompt_eval_count\":%zu,\"eval_count\":%zu", c->tokens, a->tokens);
}

struct writing {
    const struct chat *c;
    const struct effect *e;
    struct buf *b;
};

static void put_word(void *self, struct span word)
{
    struct writing *w = self;

    put_head(w->b, w->c, w->e);
    put_message(w->b, word, (struct span){ NULL, 0 });
    buf_fmt(w->b, ",\"done\":false}\n");
}

static void put_lines(const struct chat *c, const struct answer *a, const struct effect *e,
                      struct buf *b)
{
    struct writing w = { c, e, b };

    each_word(a->content, put_word, &w);
    if (e->flags & FAULT_NO_DONE)
        return;
    put_head(b, c, e);
    put_message(b, SPAN("\"\""), (struct span){ NULL, 0 });
    put_finish(b, a, e);
    put_counts(b, c, a, e);
    buf_fmt(b, "}\n");
}

static void put(const struct mock *m, const struct chat *c, const struct answer *a,
                const struct effect *e, struct reply *r)
{
    (void)m;
    if (c->stream) {
        r->type = "application/x-ndjson";
        r->stream = true;
        put_lines(c, a, e, &r->body);
        return;
    }
    put_head(&r->body, c, e);
    if (!(e->flags & (FAULT_NO_CHOICES | FAULT_EMPTY_CHOICES)))
        put_message(&r->body, a->content, a->reasoning);
    put_finish(&r->body, a, e);
    put_counts(&r->body, c, a, e);
    buf_fmt(&r->body, "}");
}

static void put_error(struct reply *r, int status, const char *message, const char *code)
{
    (void)code;
    r->status = status;
    r->type = "application/json";
    r->stream = false;
    r->body.n = 0;
    buf_fmt(&r->body, "{\"error\":");
    buf_json(&r->body, span_of(message ? message : http_reason(status)));
    buf_fmt(&r->body, "}");
}

const struct dialect ollama_dialect = { "ollama", owns, bearer_key, read_request, put, put_error };
