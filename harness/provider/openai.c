/* SPDX-License-Identifier: Apache-2.0 */
/* OpenAI's chat completions, and the many servers that speak them. */
#include <strings.h>

#include <ifbench.h>

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"

#define BODY_MAX ((size_t)64 << 20)
#define MODEL_NAME_MAX 256

extern const struct ifb_provider ifb_openai;

/*
 * OpenAI's own models that differ (its API reference, "reasoning models"): they
 * take max_completion_tokens instead of max_tokens, and some no temperature or
 * top_p but their own. The first row that fits counts.
 */
struct quirk {
    const char *prefix;
    bool max_completion, fixed_sampling;
};

static const struct quirk quirks[] = {
    { "gpt-5-chat", true, false },
    { "gpt-5", true, true },
    { "o1", true, true },
    { "o3", true, true },
    { "o4", true, true },
    { 0 }
};

/* A server of somebody's own may serve a model called o1-like: it gets what all take. */
static bool is_openai(const struct ifb_model *m)
{
    static const char *const hosts[] = { "://api.openai.com/", ".openai.azure.com/", NULL };

    for (size_t i = 0; hosts[i]; i++)
        if (ifb_str_find(m->base_url, ifb_str_of(hosts[i]), 0) != SIZE_MAX)
            return true;
    return ifb_str_starts(m->spec, IFB_STR("openai:"));
}

static struct quirk quirk_of(const struct ifb_model *m)
{
    for (const struct quirk *q = quirks; q->prefix && is_openai(m); q++) {
        size_t n = strlen(q->prefix);

        if (ifb_str_starts(m->name, ifb_str_of(q->prefix)) &&
            (m->name.len == n || m->name.ptr[n] == '-' || m->name.ptr[n] == '.'))
            return *q;
    }
    return (struct quirk){ 0 };
}

static void write_messages(struct ifb_jw *w, const struct ifb_conversation *c)
{
    static const char *const roles[] = { "system", "user", "assistant" };

    ifb_jw_array(w, "messages");
    for (size_t i = 0; i < c->n; i++) {
        ifb_jw_object(w, NULL);
        ifb_jw_cstr(w, "role", roles[c->at[i].role]);
        ifb_jw_str(w, "content", c->at[i].text);
        ifb_jw_end(w);
    }
    ifb_jw_end(w);
}

static void write_sampling(struct ifb_jw *w, const struct ifb_sampling *s, struct quirk quirk)
{
    if (s->temperature >= 0 && !quirk.fixed_sampling)
        ifb_jw_real(w, "temperature", s->temperature);
    if (s->top_p >= 0 && !quirk.fixed_sampling)
        ifb_jw_real(w, "top_p", s->top_p);
    if (s->max_tokens >= 0)
        ifb_jw_int(w, quirk.max_completion ? "max_completion_tokens" : "max_tokens", s->max_tokens);
    if (s->seed >= 0)
        ifb_jw_int(w, "seed", s->seed);
}

/* Sets a header; the one of that name that is there already gives way. */
static bool set_header(struct ifb_http_call *call, ifb_str name, ifb_str value, bool secret)
{
    size_t i = 0;

    while (i < call->nheaders && (call->headers[i].name.len != name.len ||
                                  strncasecmp(call->headers[i].name.ptr, name.ptr, name.len) != 0))
        i++;
    if (i == IFB_HEADERS_MAX)
        return false;
    call->headers[i] = (struct ifb_header){ name, value, secret };
    if (i == call->nheaders)
        call->nheaders++;
    return true;
}

static enum ifb_code write_headers(const struct ifb_model *model, struct ifb_arena *arena,
                                   struct ifb_http_call *call, struct ifb_error *err)
{
    bool fit = true;

    set_header(call, IFB_STR("Content-Type"), IFB_STR("application/json"), false);
    set_header(call, IFB_STR("User-Agent"), IFB_STR("ifbench/" IFBENCH_VERSION), false);
    if (model->key.len)
        set_header(call, IFB_STR("Authorization"),
                   ifb_fmt(arena, "Bearer %.*s", IFB_ARG(model->key)), true);
    for (size_t i = 0; i < model->nextra && fit; i++)
        fit = set_header(call, model->extra[i].name, model->extra[i].value, model->extra[i].secret);
    return fit ? IFB_OK : ifb_fail(err, IFB_EUSAGE, "more than %d headers", IFB_HEADERS_MAX);
}

static ifb_str url_of(const struct ifb_model *model, struct ifb_arena *arena)
{
    size_t mark = ifb_str_chr(model->base_url, '?', 0);
    size_t path = mark == SIZE_MAX ? model->base_url.len : mark;

    return ifb_fmt(arena, "%.*s/chat/completions%.*s", (int)path, model->base_url.ptr,
                   IFB_ARG(ifb_str_from(model->base_url, path)));
}

static enum ifb_code openai_encode(const struct ifb_model *model, const struct ifb_request *request,
                                   struct ifb_arena *arena, struct ifb_http_call *call,
                                   struct ifb_error *err)
{
    struct ifb_buf body;
    struct ifb_jw w;
    bool full;

    ifb_buf_init(&body, BODY_MAX);
    ifb_jw_open(&w, &body);
    ifb_jw_object(&w, NULL);
    ifb_jw_str(&w, "model", model->name);
    write_messages(&w, &request->messages);
    write_sampling(&w, &request->sampling, quirk_of(model));
    ifb_jw_bool(&w, "stream", false);
    ifb_jw_end(&w);
    *call = (struct ifb_http_call){ .method = "POST" };
    call->body = ifb_str_copy(arena, ifb_buf_view(&body));
    full = body.full;
    ifb_buf_close(&body);
    if (full)
        return ifb_fail(err, IFB_ELIMIT, "the request is larger than %zu MiB", BODY_MAX >> 20);
    call->url = url_of(model, arena);
    return write_headers(model, arena, call, err);
}

/* ---- what a server complains about ---- */

#define COMPLAINT_DEPTH 4

/* The first sentence at one of the places where servers put it; absent when there is none. */
static ifb_str sentence_in(const struct ifb_json *v, int depth)
{
    static const char *const keys[] = { "error", "message", "detail", "msg", "description", NULL };
    ifb_str found = { NULL, 0 };

    if (!v || depth > COMPLAINT_DEPTH)
        return found;
    if (v->kind == IFB_JSTRING)
        return ifb_str_trim_ascii(v->string);
    if (v->kind == IFB_JARRAY)
        return sentence_in(v->first, depth + 1);
    for (size_t i = 0; keys[i] && !found.len; i++)
        found = sentence_in(ifb_json_get(v, keys[i]), depth + 1);
    return found;
}

static ifb_str first_line(ifb_str s)
{
    size_t end;

    s = ifb_str_trim_ascii(s);
    end = ifb_str_chr(s, '\n', 0);
    if (end != SIZE_MAX)
        s.len = end;
    return ifb_str_trim_ascii(ifb_utf8_cut(s, IFB_COMPLAINT_MAX));
}

static ifb_str openai_complaint(ifb_str body, struct ifb_arena *arena)
{
    const struct ifb_json *v = NULL;
    ifb_str found;

    body = ifb_utf8_repair(arena, body);
    if (ifb_json_parse(arena, body, IFB_JSON_DUPLICATES, 1, &v, NULL) == IFB_OK)
        found = first_line(sentence_in(v, 0));
    else
        found = first_line(body);  /* a gateway's plain words, but not its web page */
    if (!found.len || (!v && (found.ptr[0] == '<' || found.ptr[0] == '{')))
        return (ifb_str){ NULL, 0 };
    return found;
}

/* ---- answers ---- */

/* The parts of a content array that hold `key`, in a row; absent when none does. */
static ifb_str join_parts(const struct ifb_json *array, const char *key, struct ifb_arena *arena)
{
    bool some = false, plain = strcmp(key, "text") == 0;
    struct ifb_buf all;
    ifb_str joined = { NULL, 0 };

    ifb_buf_init(&all, BODY_MAX);
    for (const struct ifb_json *m = array->first; m; m = m->next) {
        const struct ifb_json *part = ifb_json_get(m, key);
        ifb_str text = ifb_json_str(m, key);

        if (plain && m->kind == IFB_JSTRING)
            text = m->string;
        else if (part && part->kind == IFB_JARRAY)  /* Mistral's thinking holds parts again */
            text = ifb_json_str(part->first, "text");
        some |= text.ptr != NULL;
        ifb_buf_str(&all, text);
    }
    if (some)
        joined = ifb_str_copy(arena, ifb_buf_view(&all));
    ifb_buf_close(&all);
    return joined;
}

static enum ifb_code read_message(const struct ifb_json *message, struct ifb_arena *arena,
                                  struct ifb_response *out, struct ifb_error *err)
{
    const struct ifb_json *content = ifb_json_get(message, "content");

    out->reasoning = ifb_json_str(message, "reasoning_content");
    if (!out->reasoning.ptr)
        out->reasoning = ifb_json_str(message, "reasoning");
    if (content && content->kind == IFB_JSTRING) {
        out->text = content->string;
    } else if (content && content->kind == IFB_JARRAY) {
        out->text = join_parts(content, "text", arena);
        if (!out->text.ptr)
            out->text = join_parts(content, "refusal", arena);
        if (!out->reasoning.ptr)
            out->reasoning = join_parts(content, "thinking", arena);
    } else if (content && content->kind != IFB_JNULL) {
        return ifb_fail(err, IFB_EPROTO, "the reply's content is %s, wanted a string",
                        ifb_json_kind_name(content->kind));
    }
    if (!out->text.ptr)
        out->text = ifb_json_str(message, "refusal");
    return IFB_OK;
}

static enum ifb_finish finish_of(ifb_str reason)
{
    if (ifb_str_is(reason, "stop"))
        return IFB_FINISH_STOP;
    if (ifb_str_is(reason, "length"))
        return IFB_FINISH_LENGTH;
    if (ifb_str_is(reason, "content_filter"))
        return IFB_FINISH_FILTER;
    return reason.len ? IFB_FINISH_OTHER : IFB_FINISH_UNKNOWN;
}

/* A count of tokens; -1 for what is none. */
static int64_t count_in(const struct ifb_json *usage, const char *key)
{
    int64_t n = ifb_json_int(usage, key, -1);

    return n < 0 ? -1 : n;
}

/* `fault` is what the reader found. */
static enum ifb_code refuse_text(ifb_str body, const struct ifb_error *fault, struct ifb_error *err)
{
    ifb_str text = ifb_str_trim_ascii(body);

    if (!text.len)
        return ifb_fail(err, IFB_EPROTO, "the reply is empty, wanted JSON");
    if (text.ptr[0] == '<')
        return ifb_fail(err, IFB_EPROTO, "the reply is a web page, wanted JSON: is the path of the "
                        "address right?");
    if (text.ptr[0] == '{' || text.ptr[0] == '[')
        return ifb_fail(err, IFB_EPROTO, "the reply is broken JSON: %s", fault->msg);
    return ifb_fail(err, IFB_EPROTO, "the reply is not JSON: it begins with \"%.*s\"",
                    IFB_ARG(ifb_utf8_cut(text, 40)));
}

/* Not null, false, "", {} or []. */
static bool is_there(const struct ifb_json *v)
{
    return v && (v->n || v->string.len || (v->kind == IFB_JBOOL && v->truth));
}

static enum ifb_code openai_decode(const struct ifb_http_reply *reply, struct ifb_arena *arena,
                                   struct ifb_response *out, struct ifb_error *err)
{
    const struct ifb_json *v, *choice, *message, *usage;
    ifb_str body = ifb_utf8_repair(arena, reply->body), found;
    struct ifb_error fault;

    if (ifb_json_parse(arena, body, IFB_JSON_DUPLICATES, 1, &v, &fault))
        return refuse_text(body, &fault, err);
    choice = ifb_json_at(ifb_json_get(v, "choices"), 0);
    message = ifb_json_get(choice, "message");
    if (is_there(ifb_json_get(v, "error")) || is_there(ifb_json_get(choice, "error"))) {
        found = first_line(sentence_in(is_there(ifb_json_get(v, "error")) ? v : choice, 0));
        return ifb_fail(err, IFB_EPROTO, "the reply is an error%s%.*s", found.len ? ": " : "",
                        IFB_ARG(found));
    }
    if (!message || message->kind != IFB_JOBJECT) {
        found = first_line(sentence_in(v, 0));
        return ifb_fail(err, IFB_EPROTO, "the reply has no choices[0].message%s%.*s",
                        found.len ? ": " : "", IFB_ARG(found));
    }
    *out = (struct ifb_response){ .model = ifb_utf8_cut(ifb_json_str(v, "model"), MODEL_NAME_MAX),
                                  .finish = finish_of(ifb_json_str(choice, "finish_reason")) };
    usage = ifb_json_get(v, "usage");
    out->tokens_in = count_in(usage, "prompt_tokens");
    out->tokens_out = count_in(usage, "completion_tokens");
    return read_message(message, arena, out, err);
}

const struct ifb_provider ifb_openai = {
    .id = "openai", .doc = "OpenAI chat completions and servers that speak them",
    .spec = "openai:NAME, or http://HOST:PORT/v1#NAME with its key in $IFBENCH_API_KEY",
    .key_env = "OPENAI_API_KEY",
    .base_env = "OPENAI_BASE_URL", .base_url = "https://api.openai.com/v1",
    .encode = openai_encode, .decode = openai_decode, .complaint = openai_complaint,
};
