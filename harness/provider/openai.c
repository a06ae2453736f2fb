/* SPDX-License-Identifier: Apache-2.0 */
/* OpenAI's chat completions, and the many servers that speak them. */
#include <ifbench/provider.h>

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/error.h"
#include "harness/base/messages.h"
#include "harness/base/str.h"
#include "harness/provider/openai.h"
#include "harness/provider/stream.h"
#include "harness/provider/wire.h"

#define JOINED_MAX ((size_t)64 << 20)

extern const struct ifb_provider ifb_openai, ifb_server_provider;

/*
 * OpenAI's own models that differ (its API reference, "reasoning models"): they
 * take max_completion_tokens instead of max_tokens, some no temperature or top_p
 * but their own, no logprobs, no stop, and the first two no system message: what it
 * says goes before the first prompt. The first row that fits counts.
 */
struct quirk {
    const char *prefix;
    bool max_completion, fixed_sampling, no_stop, no_system;
};

static const struct quirk quirks[] = {
    { "gpt-5-chat", true, false, false, false },
    { "gpt-5", true, true, true, false },
    { "o1-mini", true, true, false, true },
    { "o1-preview", true, true, false, true },
    { "o1", true, true, false, false },
    { "o3", true, true, true, false },
    { "o4", true, true, true, false },
    { 0 }
};

static bool host_ends(const struct ifb_model *m, const char *const *hosts)
{
    for (size_t i = 0; hosts[i]; i++)
        if (ifb_str_find(m->base_url, ifb_str_of(hosts[i]), 0) != SIZE_MAX)
            return true;
    return false;
}

/* Hosts of Azure want the key by another name. */
static bool is_azure(const struct ifb_model *m)
{
    static const char *const hosts[] = { ".openai.azure.com/", ".cognitiveservices.azure.com/",
                                         ".services.ai.azure.com/", "?api-version=", NULL };

    return host_ends(m, hosts);
}

struct ifb_header ifb_openai_key(const struct ifb_model *model, const struct ifb_request *request,
                                 struct ifb_arena *arena)
{
    return is_azure(model) ? ifb_wire_key(model, request, "api-key", "", arena)
                           : ifb_wire_key(model, request, "Authorization", "Bearer ", arena);
}

/* A server of somebody's own may serve a model called o1-like: it gets what all take. */
static bool is_openai(const struct ifb_model *m)
{
    static const char *const hosts[] = { "://api.openai.com/", ".openai.azure.com/", NULL };

    return host_ends(m, hosts) || ifb_str_starts(m->given, IFB_STR("openai:"));
}

static struct quirk quirk_of(const struct ifb_model *m)
{
    struct quirk found = { 0 };

    for (const struct quirk *q = quirks; q->prefix && is_openai(m); q++) {
        size_t n = strlen(q->prefix);

        if (ifb_str_starts(m->name, ifb_str_of(q->prefix)) &&
            (m->name.len == n || m->name.ptr[n] == '-' || m->name.ptr[n] == '.')) {
            found = *q;
            break;
        }
    }
    if (m->tokens_as != IFB_TOKENS_AUTO)
        found.max_completion = m->tokens_as == IFB_TOKENS_COMPLETION;
    return found;
}

static void write_parts(struct ifb_jw *w, const struct ifb_message *m)
{
    ifb_jw_array(w, "content");
    if (m->text.len) {
        ifb_jw_object(w, NULL);
        ifb_jw_cstr(w, "type", "text");
        ifb_jw_str(w, "text", m->text);
        ifb_jw_end(w);
    }
    for (size_t i = 0; i < m->images->n; i++) {
        const struct ifb_image *image = &m->images->at[i];

        ifb_jw_object(w, NULL);
        ifb_jw_cstr(w, "type", "image_url");
        ifb_jw_object(w, "image_url");
        ifb_jw_raw(w, "url", IFB_STR("\"data:"));  /* neither part needs an escape */
        ifb_buf_str(w->out, image->media);
        ifb_buf_cstr(w->out, ";base64,");
        ifb_buf_str(w->out, image->base64);
        ifb_buf_char(w->out, '"');
        ifb_jw_end(w);
        ifb_jw_end(w);
    }
    ifb_jw_end(w);
}

static void write_messages(struct ifb_jw *w, const struct ifb_conversation *c)
{
    static const char *const roles[] = { "system", "user", "assistant" };

    ifb_jw_array(w, "messages");
    for (size_t i = 0; i < c->n; i++) {
        ifb_jw_object(w, NULL);
        ifb_jw_cstr(w, "role", roles[c->at[i].role]);
        if (c->at[i].images && c->at[i].images->n)
            write_parts(w, &c->at[i]);
        else
            ifb_jw_str(w, "content", c->at[i].text);
        ifb_jw_end(w);
    }
    ifb_jw_end(w);
}

/* Writes a setting, or notes that it is left out. */
static bool may_send(bool wanted, bool taken, const char *what, struct ifb_http_call *call,
                     struct ifb_arena *arena)
{
    if (wanted && !taken)
        ifb_wire_leave_out(call, what, arena);
    return wanted && taken;
}

static void write_sampling(struct ifb_jw *w, const struct ifb_request *r, struct quirk quirk,
                           struct ifb_http_call *call, struct ifb_arena *arena)
{
    const struct ifb_sampling *s = &r->sampling;
    bool sampled = !quirk.fixed_sampling;

    if (may_send(s->temperature >= 0, sampled, "temperature", call, arena))
        ifb_jw_real(w, "temperature", s->temperature);
    if (may_send(s->top_p >= 0, sampled, "top_p", call, arena))
        ifb_jw_real(w, "top_p", s->top_p);
    if (s->max_tokens >= 0)
        ifb_jw_int(w, quirk.max_completion ? "max_completion_tokens" : "max_tokens", s->max_tokens);
    if (s->seed >= 0)
        ifb_jw_int(w, "seed", s->seed);
    if (may_send(r->stop.n > 0, !quirk.no_stop, "stop", call, arena))
        ifb_wire_strings(w, "stop", r->stop);
    if (may_send(r->top_logprobs > 0, sampled, "logprobs", call, arena)) {
        ifb_jw_bool(w, "logprobs", true);
        ifb_jw_int(w, "top_logprobs", r->top_logprobs);
    }
    ifb_jw_bool(w, "stream", r->stream);
    if (r->stream) {
        ifb_jw_object(w, "stream_options");
        ifb_jw_bool(w, "include_usage", true);
        ifb_jw_end(w);
    }
}

static enum ifb_code openai_encode(const struct ifb_model *model, const struct ifb_request *request,
                                   struct ifb_arena *arena, struct ifb_http_call *call,
                                   struct ifb_error *err)
{
    struct ifb_header key = ifb_openai_key(model, request, arena);
    struct ifb_conversation messages = request->messages;
    struct quirk quirk = quirk_of(model);
    struct ifb_wire wire;

    *call = (struct ifb_http_call){ .left_out = IFB_STR("") };
    ifb_wire_begin(&wire);
    ifb_jw_str(&wire.w, "model", model->name);
    if (quirk.no_system)
        messages = ifb_messages_fold(messages, IFB_STR(""), arena);
    write_messages(&wire.w, &messages);
    write_sampling(&wire.w, request, quirk, call, arena);
    return ifb_wire_end(&wire, model, "/chat/completions", &key, arena, call, err);
}

/* ---- answers ---- */

/* The parts of a content array that hold `key`, in a row; absent when none does. */
static ifb_str join_parts(const struct ifb_json *array, const char *key, struct ifb_arena *arena)
{
    bool some = false, plain = strcmp(key, "text") == 0;
    struct ifb_buf all;
    ifb_str joined = { NULL, 0 };

    ifb_buf_init(&all, JOINED_MAX);
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

/* Of a whole message or of a delta. */
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

enum ifb_finish ifb_openai_finish(ifb_str reason)
{
    if (ifb_str_is(reason, "stop"))
        return IFB_FINISH_STOP;
    if (ifb_str_is(reason, "length"))
        return IFB_FINISH_LENGTH;
    if (ifb_str_is(reason, "content_filter"))
        return IFB_FINISH_FILTER;
    return reason.len ? IFB_FINISH_OTHER : IFB_FINISH_UNKNOWN;
}

void ifb_openai_top(const struct ifb_json *choice, struct ifb_response *out)
{
    const struct ifb_json *content = ifb_json_get(ifb_json_get(choice, "logprobs"), "content");
    const struct ifb_json *top = ifb_json_get(ifb_json_at(content, 0), "top_logprobs");

    if (!top || top->kind != IFB_JARRAY)
        return;
    for (const struct ifb_json *m = top->first; m; m = m->next)
        ifb_wire_top(out, ifb_json_str(m, "token"), ifb_json_get(m, "logprob"));
}

enum ifb_code ifb_openai_choice(ifb_str body, struct ifb_arena *arena,
                                const struct ifb_json **reply, const struct ifb_json **choice,
                                struct ifb_error *err)
{
    enum ifb_code code = ifb_wire_read(body, arena, reply, err);
    ifb_str found;

    if (code)
        return code;
    *choice = ifb_json_at(ifb_json_get(*reply, "choices"), 0);
    if (!ifb_wire_is_there(ifb_json_get(*choice, "error")))
        return IFB_OK;
    found = ifb_wire_sentence(*choice);
    return ifb_fail(err, IFB_EPROTO, "the reply is an error%s%.*s", found.len ? ": " : "",
                    IFB_ARG(found));
}

enum ifb_code ifb_openai_lacks(const struct ifb_json *reply, const char *member,
                               struct ifb_error *err)
{
    ifb_str found = ifb_wire_sentence(reply);

    return ifb_fail(err, IFB_EPROTO, "the reply has no choices[0].%s%s%.*s", member,
                    found.len ? ": " : "", IFB_ARG(found));
}

struct ifb_response ifb_openai_response(const struct ifb_json *reply,
                                        const struct ifb_json *choice)
{
    const struct ifb_json *usage = ifb_json_get(reply, "usage");

    return (struct ifb_response){
        .model = ifb_wire_name(reply, "model"),
        .finish = ifb_openai_finish(ifb_json_str(choice, "finish_reason")),
        .tokens_in = ifb_wire_count(usage, "prompt_tokens"),
        .tokens_out = ifb_wire_count(usage, "completion_tokens"),
    };
}

static enum ifb_code openai_decode(const struct ifb_http_reply *reply, struct ifb_arena *arena,
                                   struct ifb_response *out, struct ifb_error *err)
{
    const struct ifb_json *v, *choice, *message;
    enum ifb_code code = ifb_openai_choice(reply->body, arena, &v, &choice, err);

    if (code)
        return code;
    message = ifb_json_get(choice, "message");
    if (!message || message->kind != IFB_JOBJECT)
        return ifb_openai_lacks(v, "message", err);
    *out = ifb_openai_response(v, choice);
    ifb_openai_top(choice, out);
    return read_message(message, arena, out, err);
}

enum ifb_code ifb_openai_chunk(struct ifb_stream_state *s, ifb_str data,
                               const struct ifb_json **choice, struct ifb_error *err)
{
    const struct ifb_json *v, *usage;
    enum ifb_code code;

    *choice = NULL;
    if (ifb_str_is(ifb_str_trim_ascii(data), "[DONE]")) {
        s->done = true;
        return IFB_OK;
    }
    code = ifb_wire_read(data, s->scratch, &v, err);
    if (code)
        return code;
    *choice = ifb_json_at(ifb_json_get(v, "choices"), 0);
    ifb_stream_model(s, ifb_wire_name(v, "model"));
    usage = ifb_json_get(v, "usage");
    ifb_stream_usage(s, ifb_wire_count(usage, "prompt_tokens"),
                     ifb_wire_count(usage, "completion_tokens"));
    ifb_stream_finished(s, ifb_openai_finish(ifb_json_str(*choice, "finish_reason")));
    return IFB_OK;
}

/* A chunk: its choice may be missing (usage alone), its content null, its members anything. */
static enum ifb_code openai_stream(struct ifb_stream_state *s, ifb_str event, ifb_str data,
                                   struct ifb_error *err)
{
    struct ifb_response delta = { 0 };
    const struct ifb_json *choice;
    enum ifb_code code = ifb_openai_chunk(s, data, &choice, err);

    (void)event;
    if (code)
        return code;
    code = read_message(ifb_json_get(choice, "delta"), s->scratch, &delta, err);
    if (!code && !s->response.ntop) {
        ifb_openai_top(choice, &delta);
        ifb_stream_top(s, &delta);
    }
    return code ? code : ifb_stream_add(s, delta.text, delta.reasoning, err);
}

const struct ifb_provider ifb_openai = {
    .id = "openai", .doc = "OpenAI chat completions and servers that speak them",
    .spec = "openai:NAME, or http://HOST:PORT/v1#NAME with its key in $IFBENCH_API_KEY",
    .key_env = "OPENAI_API_KEY",
    .base_env = "OPENAI_BASE_URL", .base_url = "https://api.openai.com/v1",
    .endpoint = "/chat/completions",
    .encode = openai_encode, .decode = openai_decode, .complaint = ifb_wire_complaint,
    .stream = openai_stream,
};

/* ---- a server that the harness starts ---- */

struct ifb_request ifb_openai_steady(const struct ifb_request *request)
{
    struct ifb_request r = *request;

    if (r.sampling.temperature < 0)
        r.sampling.temperature = 0;
    if (r.sampling.seed < 0)
        r.sampling.seed = 0;
    return r;
}

static enum ifb_code server_encode(const struct ifb_model *model, const struct ifb_request *request,
                                   struct ifb_arena *arena, struct ifb_http_call *call,
                                   struct ifb_error *err)
{
    struct ifb_request r = ifb_openai_steady(request);
    enum ifb_code code = openai_encode(model, &r, arena, call, err);

    call->direct = true;
    return code;
}

const struct ifb_provider ifb_server_provider = {
    .id = "server", .doc = "a server that speaks OpenAI's chat completions, started for the run",
    .spec = "'server:COMMAND --port {port}[#NAME]'",
    .key_env = "IFBENCH_API_KEY", .reach = IFB_BY_SERVER, .keyless = true,
    .encode = server_encode, .decode = openai_decode, .complaint = ifb_wire_complaint,
    .stream = openai_stream,
};
