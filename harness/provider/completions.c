/* SPDX-License-Identifier: Apache-2.0 */
/* OpenAI's completions: a base model goes on with a text. */
#include <ifbench/provider.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/provider/openai.h"
#include "harness/provider/prompt.h"
#include "harness/provider/stream.h"
#include "harness/provider/wire.h"

#define TOKENS_UNSAID 1024  /* the endpoint's own ceiling is 16, which would cut every answer */
#define LOGPROBS_MAX 5

extern const struct ifb_provider ifb_completions, ifb_server_completions;

static void write_settings(struct ifb_jw *w, const struct ifb_request *r)
{
    const struct ifb_sampling *s = &r->sampling;

    if (s->temperature >= 0)
        ifb_jw_real(w, "temperature", s->temperature);
    if (s->top_p >= 0)
        ifb_jw_real(w, "top_p", s->top_p);
    ifb_jw_int(w, "max_tokens", s->max_tokens >= 0 ? s->max_tokens : TOKENS_UNSAID);
    if (s->seed >= 0)
        ifb_jw_int(w, "seed", s->seed);
    if (r->stop.n)
        ifb_wire_strings(w, "stop", r->stop);
    if (r->top_logprobs > 0)
        ifb_jw_int(w, "logprobs", r->top_logprobs < LOGPROBS_MAX ? r->top_logprobs : LOGPROBS_MAX);
    ifb_jw_bool(w, "stream", r->stream);
    if (r->stream) {
        ifb_jw_object(w, "stream_options");
        ifb_jw_bool(w, "include_usage", true);
        ifb_jw_end(w);
    }
}

static enum ifb_code completions_encode(const struct ifb_model *model,
                                        const struct ifb_request *request, struct ifb_arena *arena,
                                        struct ifb_http_call *call, struct ifb_error *err)
{
    struct ifb_header key = ifb_openai_key(model, request, arena);
    struct ifb_wire wire;
    ifb_str prompt;
    enum ifb_code code = ifb_prompt_text(&request->messages, model->prompt_template, arena,
                                         &prompt, err);

    *call = (struct ifb_http_call){ .left_out = IFB_STR("") };
    if (code)
        return code;
    ifb_wire_begin(&wire);
    ifb_jw_str(&wire.w, "model", model->name);
    ifb_jw_str(&wire.w, "prompt", prompt);
    write_settings(&wire.w, request);
    return ifb_wire_end(&wire, model, "/completions", &key, arena, call, err);
}

/* ---- answers ---- */

/* Among the likeliest, which are kept in order. */
static void add_top(struct ifb_response *out, ifb_str token, const struct ifb_json *logprob)
{
    struct ifb_logprob one;
    size_t i;

    if (logprob->kind != IFB_JNUMBER)
        return;
    if (out->ntop == IFB_TOP_MAX && logprob->number <= out->top[IFB_TOP_MAX - 1].logprob)
        return;
    out->ntop -= out->ntop == IFB_TOP_MAX;
    ifb_wire_top(out, token, logprob);
    one = out->top[out->ntop - 1];
    for (i = out->ntop - 1; i && out->top[i - 1].logprob < one.logprob; i--)
        out->top[i] = out->top[i - 1];
    out->top[i] = one;
}

/*
 * logprobs.top_logprobs[0] is an object, which has no order: {TOKEN: LOGPROB}, and has
 * the token that was drawn beside the likeliest. llama.cpp answers in the form of chats.
 */
static void read_top(const struct ifb_json *choice, struct ifb_response *out)
{
    const struct ifb_json *top = ifb_json_at(
        ifb_json_get(ifb_json_get(choice, "logprobs"), "top_logprobs"), 0);

    if (top && top->kind == IFB_JOBJECT)
        for (const struct ifb_json *m = top->first; m; m = m->next)
            add_top(out, m->key, m);
    if (!out->ntop)
        ifb_openai_top(choice, out);
}

/* `text` may be null: there is none. */
static enum ifb_code read_text(const struct ifb_json *text, ifb_str *out, struct ifb_error *err)
{
    if (text->kind != IFB_JSTRING && text->kind != IFB_JNULL)
        return ifb_fail(err, IFB_EPROTO, "the reply's text is %s, wanted a string",
                        ifb_json_kind_name(text->kind));
    if (text->kind == IFB_JSTRING)
        *out = text->string;
    return IFB_OK;
}

static enum ifb_code completions_decode(const struct ifb_http_reply *reply,
                                        struct ifb_arena *arena, struct ifb_response *out,
                                        struct ifb_error *err)
{
    const struct ifb_json *v, *choice, *text;
    enum ifb_code code = ifb_openai_choice(reply->body, arena, &v, &choice, err);

    if (code)
        return code;
    text = ifb_json_get(choice, "text");
    if (!text)
        return ifb_openai_lacks(v, "text", err);
    *out = ifb_openai_response(v, choice);
    read_top(choice, out);
    return read_text(text, &out->text, err);
}

static enum ifb_code completions_stream(struct ifb_stream_state *s, ifb_str event, ifb_str data,
                                        struct ifb_error *err)
{
    struct ifb_response piece = { 0 };
    const struct ifb_json *choice, *text;
    enum ifb_code code = ifb_openai_chunk(s, data, &choice, err);

    (void)event;
    text = code ? NULL : ifb_json_get(choice, "text");
    if (text)
        code = read_text(text, &piece.text, err);
    if (code)
        return code;
    if (!s->response.ntop) {
        read_top(choice, &piece);
        ifb_stream_top(s, &piece);
    }
    return ifb_stream_add(s, piece.text, piece.reasoning, err);
}

const struct ifb_provider ifb_completions = {
    .id = "completions", .doc = "OpenAI's completions and servers that speak them: base models",
    .spec = "completions:NAME, or completions+http://HOST:PORT/v1#NAME with its key in "
            "$IFBENCH_API_KEY",
    .key_env = "OPENAI_API_KEY",
    .base_env = "OPENAI_BASE_URL", .base_url = "https://api.openai.com/v1",
    .endpoint = "/completions", .takes_text = true,
    .encode = completions_encode, .decode = completions_decode, .complaint = ifb_wire_complaint,
    .stream = completions_stream,
};

/* ---- a server that the harness starts ---- */

static enum ifb_code server_encode(const struct ifb_model *model, const struct ifb_request *request,
                                   struct ifb_arena *arena, struct ifb_http_call *call,
                                   struct ifb_error *err)
{
    struct ifb_request r = ifb_openai_steady(request);
    enum ifb_code code = completions_encode(model, &r, arena, call, err);

    call->direct = true;
    return code;
}

const struct ifb_provider ifb_server_completions = {
    .id = "server-completions", .doc = "a server that speaks OpenAI's completions, started for "
                                       "the run",
    .spec = "'server-completions:COMMAND --port {port}[#NAME]'",
    .key_env = "IFBENCH_API_KEY", .reach = IFB_BY_SERVER, .keyless = true, .takes_text = true,
    .encode = server_encode, .decode = completions_decode, .complaint = ifb_wire_complaint,
    .stream = completions_stream,
};
