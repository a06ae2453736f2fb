/* SPDX-License-Identifier: Apache-2.0 */
/* The OpenAI wire format: chat requests in, completions, event streams and errors out. */
#include "tests/mock/mock.h"

#include <cjson/cJSON.h>
#include <string.h>

#define CREATED "1700000000"  /* the same for all: equal questions get equal bytes */

void content_read(struct span content, struct buf *out)
{
    struct span part;
    const char *at = NULL;

    if (content.n && content.p[0] == '"')
        raw_decode(content, out);
    while (content.n && content.p[0] == '[' && raw_next(content, &at, &part)) {
        struct span text = raw_member(part, "text");

        if (text.n && text.p[0] == '"')
            raw_decode(text, out);
    }
}

/* Counts the turns and keeps the last user message in `prompt`. */
static bool read_messages(struct chat *c, struct buf *prompt, struct buf *why)
{
    struct span message;
    const char *at = NULL;

    while (raw_next(c->messages, &at, &message)) {
        struct span role = raw_member(message, "role");
        bool user = span_equal(role, SPAN("\"user\""));
        size_t from = user ? 0 : prompt->n;

        if (!role.n || role.p[0] != '"') {
            buf_fmt(why, "messages: each wants a role");
            return false;
        }
        prompt->n = from;
        content_read(raw_member(message, "content"), prompt);
        c->tokens += span_fields((struct span){ buf_span(prompt).p + from, prompt->n - from });
        c->turn += user;
        if (!user)
            prompt->n = from;
    }
    c->prompt = buf_span(prompt);
    if (!c->turn)
        buf_fmt(why, "messages: wants at least one message of role user");
    return c->turn > 0;
}

/* Reads the plain members by cJSON: a second opinion on what the client wrote. */
static bool read_members(struct span body, struct chat *c, struct buf *why)
{
    cJSON *root = cJSON_ParseWithLength(body.p, body.n);
    const cJSON *options = cJSON_GetObjectItemCaseSensitive(root, "stream_options");
    bool good = cJSON_IsObject(root);

    if (!good)
        buf_fmt(why, "the request is not a JSON object");
    c->stream = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(root, "stream"));
    c->stream_usage = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(options, "include_usage"));
    cJSON_Delete(root);
    return good;
}

bool chat_read(struct span body, struct chat *c, struct buf *prompt, struct buf *why)
{
    *c = (struct chat){ .prompt = { "", 0 } };
    prompt->n = 0;
    if (!raw_valid(body)) {
        buf_fmt(why, "the body is not valid JSON");
        return false;
    }
    if (!read_members(body, c, why))
        return false;
    c->model = raw_member(body, "model");
    c->messages = raw_member(body, "messages");
    if (!c->model.p || c->model.p[0] != '"') {
        buf_fmt(why, "you must provide a model parameter");
        return false;
    }
    if (!c->messages.p || c->messages.p[0] != '[') {
        buf_fmt(why, "messages: wants an array");
        return false;
    }
    return read_messages(c, prompt, why);
}

static const char *error_type(int status)
{
    if (status == 401 || status == 403)
        return "authentication_error";
    if (status == 429)
        return "rate_limit_error";
    return status >= 500 ? "server_error" : "invalid_request_error";
}

static const char *error_code(int status)
{
    if (status == 401)
        return "invalid_api_key";
    return status == 429 ? "rate_limit_exceeded" : "null";
}

void openai_error(struct reply *r, int status, const char *message, const char *code)
{
    int64_t number;

    if (!code)
        code = error_code(status);
    r->status = status;
    r->type = "application/json";
    r->stream = false;
    r->body.n = 0;
    buf_fmt(&r->body, "{\"error\":{\"message\":");
    buf_json(&r->body, span_of(message ? message : http_reason(status)));
    buf_fmt(&r->body, ",\"type\":\"%s\",\"param\":null,\"code\":", error_type(status));
    if (!strcmp(code, "null") || span_number(span_of(code), INT64_MAX, &number))
        buf_fmt(&r->body, "%s", code);
    else
        buf_json(&r->body, span_of(code));
    buf_fmt(&r->body, "}}");
}

void openai_models(const struct mock *m, struct reply *r)
{
    buf_fmt(&r->body, "{\"object\":\"list\",\"data\":[");
    for (size_t i = 0; i < m->opt.nmodels; i++) {
        buf_fmt(&r->body, "%s{\"id\":", i ? "," : "");
        buf_json(&r->body, m->opt.models[i]);
        buf_fmt(&r->body, ",\"object\":\"model\",\"created\":" CREATED ",\"owned_by\":\"mockd\"}");
    }
    buf_fmt(&r->body, "]}");
}

/* First 40 code points. */
static struct span beginning(struct span s)
{
    size_t i = 0;

    for (int n = 0; n < 40 && i < s.n; n++) {
        size_t step = utf8_sequence(s.p + i, s.n - i);

        i += step ? step : 1;
    }
    return (struct span){ s.p, i };
}

/* The answer to a prompt that no row knows. */
static void put_default(const struct mock *m, const struct chat *c, struct buf *out, size_t *tokens)
{
    struct buf text = { 0 };

    if (m->opt.fallback)
        buf_put(&text, span_of(m->opt.fallback));
    else
        buf_put(&text, SPAN("mock answer to: "));
    if (!m->opt.fallback)
        buf_put(&text, beginning(c->prompt));
    *tokens = span_fields(buf_span(&text));
    buf_json(out, buf_span(&text));
    buf_free(&text);
}

/* Chooses the answer; `made` holds the parts that are not in the answers file. */
static struct answer choose(const struct mock *m, const struct chat *c, const struct row *row,
                            const struct effect *e, struct buf *made)
{
    struct answer a = { .content = SPAN("null"), .finish = SPAN("\"stop\"") };

    if (row && row->response.p) {
        a = (struct answer){ row->response, row->reasoning, row->finish, row->tokens };
        if (!a.finish.p)
            a.finish = SPAN("\"stop\"");
    } else if (!row || !row->raw.p) {
        put_default(m, c, made, &a.tokens);
        a.content = buf_span(made);
    }
    if (e->flags & FAULT_CONTENT_NULL)
        a.content = SPAN("null");
    if (e->flags & FAULT_BAD_UTF8 && a.content.p[0] == '"') {
        struct buf broken = { 0 };

        buf_put(&broken, (struct span){ a.content.p, a.content.n - 1 });
        buf_put(&broken, SPAN("\xff\xfe\xc3(\""));
        buf_free(made);
        *made = broken;
        a.content = buf_span(made);
    }
    return a;
}

static void put_usage(struct buf *b, const struct chat *c, const struct answer *a)
{
    buf_fmt(b, "\"usage\":{\"prompt_tokens\":%zu,\"completion_tokens\":%zu,\"total_tokens\":%zu}",
            c->tokens, a->tokens, c->tokens + a->tokens);
}

/* The members every reply and every chunk begins with. */
static void put_head(struct buf *b, const struct mock *m, const struct chat *c,
                     const struct effect *e, const char *object)
{
    buf_fmt(b,
            "{\"id\":\"chatcmpl-mock-%llu\",\"object\":\"%s\",\"created\":" CREATED
            ",\"model\":",
            (unsigned long long)m->requests, object);
    if (e->model)
        buf_json(b, span_of(e->model));
    else
        buf_put(b, c->model);
}

static void put_finish(struct buf *b, const struct answer *a, const struct effect *e)
{
    buf_fmt(b, ",\"finish_reason\":");
    if (e->finish)
        buf_json(b, span_of(e->finish));
    else
        buf_put(b, a->finish);
}

static void put_choice(struct buf *b, const struct answer *a, const struct effect *e)
{
    buf_fmt(b, ",\"choices\":[");
    if (!(e->flags & FAULT_EMPTY_CHOICES)) {
        buf_fmt(b, "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":");
        buf_put(b, a->content);
        if (a->reasoning.p) {
            buf_fmt(b, ",\"reasoning_content\":");
            buf_put(b, a->reasoning);
        }
        buf_fmt(b, "},\"logprobs\":null");
        put_finish(b, a, e);
        buf_fmt(b, "}");
    }
    buf_fmt(b, "]");
}

static void put_completion(const struct mock *m, const struct chat *c, const struct answer *a,
                           const struct effect *e, struct buf *b)
{
    put_head(b, m, c, e, "chat.completion");
    if (!(e->flags & FAULT_NO_CHOICES))
        put_choice(b, a, e);
    if (!(e->flags & FAULT_NO_USAGE)) {
        buf_fmt(b, ",");
        put_usage(b, c, a);
    }
    buf_fmt(b, "}");
}

static void put_delta(const struct mock *m, const struct chat *c, const struct effect *e,
                      const char *key, struct span literal, struct buf *b)
{
    buf_fmt(b, "data: ");
    put_head(b, m, c, e, "chat.completion.chunk");
    buf_fmt(b, ",\"choices\":[{\"index\":0,\"delta\":{\"%s\":", key);
    buf_put(b, literal);
    buf_fmt(b, "},\"finish_reason\":null}]}\n\n");
}

/* A space byte of a string literal is never inside an escape or a character. */
void each_word(struct span literal, void (*put)(void *self, struct span word), void *self)
{
    struct buf piece = { 0 };
    size_t at = 1;

    if (!literal.n || literal.p[0] != '"')
        return;
    while (at < literal.n - 1) {
        size_t from = at++;

        while (at < literal.n - 1 && literal.p[at] != ' ')
            at++;
        piece.n = 0;
        buf_put(&piece, SPAN("\""));
        buf_put(&piece, (struct span){ literal.p + from, at - from });
        buf_put(&piece, SPAN("\""));
        put(self, buf_span(&piece));
    }
    buf_free(&piece);
}

struct writing {
    const struct mock *m;
    const struct chat *c;
    const struct effect *e;
    const char *key;
    struct buf *b;
};

static void put_word(void *self, struct span word)
{
    struct writing *w = self;

    put_delta(w->m, w->c, w->e, w->key, word, w->b);
}

static void put_events(const struct mock *m, const struct chat *c, const struct answer *a,
                       const struct effect *e, struct buf *b)
{
    struct writing thinking = { m, c, e, "reasoning_content", b };
    struct writing saying = { m, c, e, "content", b };

    if (!(e->flags & (FAULT_EMPTY_CHOICES | FAULT_NO_CHOICES))) {
        put_delta(m, c, e, "role", SPAN("\"assistant\",\"content\":null"), b);
        each_word(a->reasoning, put_word, &thinking);
        each_word(a->content, put_word, &saying);
        buf_fmt(b, "data: ");
        put_head(b, m, c, e, "chat.completion.chunk");
        buf_fmt(b, ",\"choices\":[{\"index\":0,\"delta\":{}");
        put_finish(b, a, e);
        buf_fmt(b, "}]}\n\n");
    }
    if (c->stream_usage && !(e->flags & FAULT_NO_USAGE)) {
        buf_fmt(b, "data: ");
        put_head(b, m, c, e, "chat.completion.chunk");
        buf_fmt(b, ",\"choices\":[],");
        put_usage(b, c, a);
        buf_fmt(b, "}\n\n");
    }
    if (!(e->flags & FAULT_NO_DONE))
        buf_fmt(b, "data: [DONE]\n\n");
}

/* Makes the content so long that the whole completion has e->huge bytes. */
static void make_huge(const struct mock *m, const struct chat *c, struct answer *a,
                      const struct effect *e, struct buf *made)
{
    struct buf around = { 0 };
    size_t n = (size_t)e->huge;

    a->content = SPAN("\"\"");
    put_completion(m, c, a, e, &around);
    n = n > around.n ? n - around.n : 0;
    buf_free(&around);
    made->n = 0;
    buf_reserve(made, n + 2);
    memset(made->p, 'x', n + 2);
    made->p[0] = made->p[n + 1] = '"';
    made->n = n + 2;
    a->content = buf_span(made);
}

static void openai_put(const struct mock *m, const struct chat *c, const struct answer *a,
                       const struct effect *e, struct reply *r)
{
    if (c->stream) {
        r->type = "text/event-stream";
        r->stream = true;
        put_events(m, c, a, e, &r->body);
    } else {
        put_completion(m, c, a, e, &r->body);
    }
}

void chat_answer(const struct mock *m, const struct chat *c, const struct row *row,
                 const struct effect *e, const struct dialect *d, struct reply *r)
{
    struct buf made = { 0 };
    struct answer a;

    if (row && row->raw.p) {
        buf_put(&r->body, row->raw);
        return;
    }
    a = choose(m, c, row, e, &made);
    if (e->huge)
        make_huge(m, c, &a, e, &made);
    d->put(m, c, &a, e, r);
    buf_free(&made);
}

struct span bearer_key(const struct request *q)
{
    if (!span_begins(q->authorization, SPAN("Bearer ")))
        return (struct span){ NULL, 0 };
    return (struct span){ q->authorization.p + 7, q->authorization.n - 7 };
}

/* OpenAI's, or Azure's. */
static struct span openai_key(const struct request *q)
{
    return q->api_key.p ? q->api_key : bearer_key(q);
}

static bool openai_owns(struct span path)
{
    return span_equal(path, SPAN("/v1/chat/completions"));
}

static bool openai_read(struct mock *m, const struct request *q, struct chat *c, struct buf *why)
{
    return chat_read(q->body, c, &m->prompt, why);
}

const struct dialect openai_dialect = { "openai", openai_owns, openai_key, openai_read, openai_put,
                                        openai_error };
