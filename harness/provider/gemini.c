/* SPDX-License-Identifier: Apache-2.0 */
/* Google's Gemini API, generateContent. */
#include <ifbench/provider.h>

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/error.h"
#include "harness/base/messages.h"
#include "harness/base/str.h"
#include "harness/provider/stream.h"
#include "harness/provider/wire.h"

#define JOINED_MAX ((size_t)64 << 20)

extern const struct ifb_provider ifb_gemini;

static void write_text(struct ifb_jw *w, ifb_str text)
{
    ifb_jw_object(w, NULL);
    ifb_jw_str(w, "text", text);
    ifb_jw_end(w);
}

static void write_parts(struct ifb_jw *w, const struct ifb_message *m)
{
    size_t n = m->images ? m->images->n : 0;

    ifb_jw_array(w, "parts");
    for (size_t i = 0; i < n; i++) {
        ifb_jw_object(w, NULL);
        ifb_jw_object(w, "inlineData");
        ifb_jw_str(w, "mimeType", m->images->at[i].media);
        ifb_jw_str(w, "data", m->images->at[i].base64);
        ifb_jw_end(w);
        ifb_jw_end(w);
    }
    if (m->text.len || !n)
        write_text(w, m->text);
    ifb_jw_end(w);
}

static void write_contents(struct ifb_jw *w, const struct ifb_conversation *c)
{
    ifb_jw_array(w, "contents");
    for (size_t i = 0; i < c->n; i++) {
        if (c->at[i].role == IFB_SYSTEM)
            continue;
        ifb_jw_object(w, NULL);
        ifb_jw_cstr(w, "role", c->at[i].role == IFB_USER ? "user" : "model");
        write_parts(w, &c->at[i]);
        ifb_jw_end(w);
    }
    ifb_jw_end(w);
}

static void write_config(struct ifb_jw *w, const struct ifb_request *r, struct ifb_http_call *call,
                         struct ifb_arena *arena)
{
    const struct ifb_sampling *s = &r->sampling;

    ifb_jw_object(w, "generationConfig");
    if (s->temperature >= 0)
        ifb_jw_real(w, "temperature", s->temperature);
    if (s->top_p >= 0)
        ifb_jw_real(w, "topP", s->top_p);
    if (s->max_tokens >= 0)
        ifb_jw_int(w, "maxOutputTokens", s->max_tokens);
    if (s->seed > INT32_MAX)  /* the reference: int32 */
        ifb_wire_leave_out(call, "seed (above 2147483647)", arena);
    else if (s->seed >= 0)
        ifb_jw_int(w, "seed", s->seed);
    if (r->stop.n)
        ifb_wire_strings(w, "stopSequences", r->stop);
    if (r->top_logprobs > 0) {
        ifb_jw_bool(w, "responseLogprobs", true);
        ifb_jw_int(w, "logprobs", r->top_logprobs);
    }
    ifb_jw_end(w);
}

static bool ends_in_version(ifb_str base)
{
    static const char *const versions[] = { "/v1", "/v1beta", "/v1alpha", NULL };

    for (size_t i = 0; versions[i]; i++)
        if (ifb_str_ends(base, ifb_str_of(versions[i])))
            return true;
    return false;
}

/* A model's name is a path, models/ in front when it has no folder; anything odd is escaped. */
static const char *path_of(const struct ifb_model *model, bool stream, struct ifb_arena *arena)
{
    struct ifb_buf path;
    char *out;

    ifb_buf_init(&path, 3 * model->name.len + 100);
    ifb_buf_cstr(&path, ends_in_version(model->base_url) ? "/" : "/v1beta/");
    if (ifb_str_chr(model->name, '/', 0) == SIZE_MAX)
        ifb_buf_cstr(&path, "models/");
    for (size_t i = 0; i < model->name.len; i++) {
        char c = model->name.ptr[i];

        if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
            (c && strchr("-._~/@", c)))
            ifb_buf_char(&path, c);
        else
            ifb_buf_fmt(&path, "%%%02X", (unsigned char)c);
    }
    ifb_buf_cstr(&path, stream ? ":streamGenerateContent?alt=sse" : ":generateContent");
    out = ifb_cstr(arena, ifb_buf_view(&path));
    ifb_buf_close(&path);
    return out;
}

/*
 * Gemma knows two roles, user and model; its guide ("Gemma formatting and system
 * instructions") puts system instructions into the first prompt.
 */
static bool takes_no_system(const struct ifb_model *model)
{
    static const char *const names[] = { "gemma-1", "gemma-2", "gemma-3", NULL };
    size_t slash = ifb_str_chr(model->name, '/', 0);
    ifb_str name = ifb_str_from(model->name, slash == SIZE_MAX ? 0 : slash + 1);

    for (size_t i = 0; names[i]; i++)
        if (ifb_str_starts(name, ifb_str_of(names[i])))
            return true;
    return false;
}

static enum ifb_code gemini_encode(const struct ifb_model *model, const struct ifb_request *request,
                                   struct ifb_arena *arena, struct ifb_http_call *call,
                                   struct ifb_error *err)
{
    /* In a header: a key in a URL ends up in logs. */
    struct ifb_header key = ifb_wire_key(model, request, "x-goog-api-key", "", arena);
    struct ifb_conversation messages = request->messages;
    ifb_str system;
    struct ifb_wire wire;

    *call = (struct ifb_http_call){ .left_out = IFB_STR("") };
    if (takes_no_system(model))
        messages = ifb_messages_fold(messages, IFB_STR(""), arena);
    system = ifb_wire_system(&messages, arena);
    ifb_wire_begin(&wire);
    if (system.ptr) {
        ifb_jw_object(&wire.w, "systemInstruction");
        ifb_jw_array(&wire.w, "parts");
        write_text(&wire.w, system);
        ifb_jw_end(&wire.w);
        ifb_jw_end(&wire.w);
    }
    write_contents(&wire.w, &messages);
    write_config(&wire.w, request, call, arena);
    return ifb_wire_end(&wire, model, path_of(model, request->stream, arena), &key, arena, call,
                        err);
}

/* ---- answers ---- */

static enum ifb_finish finish_of(ifb_str reason)
{
    static const char *const filtered[] = { "SAFETY", "RECITATION", "BLOCKLIST",
                                            "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY", NULL };

    if (ifb_str_is(reason, "STOP"))
        return IFB_FINISH_STOP;
    if (ifb_str_is(reason, "MAX_TOKENS"))
        return IFB_FINISH_LENGTH;
    for (size_t i = 0; filtered[i]; i++)
        if (ifb_str_is(reason, filtered[i]))
            return IFB_FINISH_FILTER;
    return reason.len ? IFB_FINISH_OTHER : IFB_FINISH_UNKNOWN;
}

static bool is_thought(const struct ifb_json *part)
{
    const struct ifb_json *thought = ifb_json_get(part, "thought");

    return thought && thought->kind == IFB_JBOOL && thought->truth;
}

/* The thoughts among the parts, or the rest; absent when there are none. */
static ifb_str join_parts(const struct ifb_json *parts, bool thoughts, struct ifb_arena *arena)
{
    struct ifb_buf all;
    ifb_str joined = { NULL, 0 };
    bool some = false;

    if (!parts || parts->kind != IFB_JARRAY)
        return joined;
    ifb_buf_init(&all, JOINED_MAX);
    for (const struct ifb_json *m = parts->first; m; m = m->next) {
        ifb_str text = ifb_json_str(m, "text");

        if (!text.ptr || is_thought(m) != thoughts)
            continue;
        some = true;
        ifb_buf_str(&all, text);
    }
    if (some)
        joined = ifb_str_copy(arena, ifb_buf_view(&all));
    ifb_buf_close(&all);
    return joined;
}

static void read_top(const struct ifb_json *candidate, struct ifb_response *out)
{
    const struct ifb_json *result = ifb_json_get(candidate, "logprobsResult");
    const struct ifb_json *first = ifb_json_at(ifb_json_get(result, "topCandidates"), 0);
    const struct ifb_json *top = ifb_json_get(first, "candidates");

    if (!top || top->kind != IFB_JARRAY)
        return;
    for (const struct ifb_json *m = top->first; m; m = m->next)
        ifb_wire_top(out, ifb_json_str(m, "token"), ifb_json_get(m, "logProbability"));
}

/* What a reply or one chunk of a stream holds; a blocked prompt is an answer without text. */
static bool read_reply(const struct ifb_json *v, struct ifb_arena *arena, struct ifb_response *out)
{
    const struct ifb_json *candidate = ifb_json_at(ifb_json_get(v, "candidates"), 0);
    const struct ifb_json *usage = ifb_json_get(v, "usageMetadata");
    const struct ifb_json *parts = ifb_json_get(ifb_json_get(candidate, "content"), "parts");
    ifb_str blocked = ifb_json_str(ifb_json_get(v, "promptFeedback"), "blockReason");

    *out = (struct ifb_response){ .model = ifb_wire_name(v, "modelVersion"),
                                  .finish = finish_of(ifb_json_str(candidate, "finishReason")) };
    out->tokens_in = ifb_wire_count(usage, "promptTokenCount");
    out->tokens_out = ifb_wire_sum(ifb_wire_count(usage, "candidatesTokenCount"),
                                   ifb_wire_count(usage, "thoughtsTokenCount"));
    out->text = join_parts(parts, false, arena);
    out->reasoning = join_parts(parts, true, arena);
    read_top(candidate, out);
    if (candidate && candidate->kind == IFB_JOBJECT)
        return true;
    if (blocked.len)
        out->finish = IFB_FINISH_FILTER;
    return blocked.len > 0;
}

static enum ifb_code gemini_decode(const struct ifb_http_reply *reply, struct ifb_arena *arena,
                                   struct ifb_response *out, struct ifb_error *err)
{
    const struct ifb_json *v;
    enum ifb_code code = ifb_wire_read(reply->body, arena, &v, err);

    if (code)
        return code;
    if (!read_reply(v, arena, out)) {
        ifb_str found = ifb_wire_sentence(v);

        return ifb_fail(err, IFB_EPROTO, "the reply has no candidates[0]%s%.*s",
                        found.len ? ": " : "", IFB_ARG(found));
    }
    return IFB_OK;
}

/* There is no end mark: the chunk that tells why the model stopped is the last one. */
static enum ifb_code gemini_stream(struct ifb_stream_state *s, ifb_str event, ifb_str data,
                                   struct ifb_error *err)
{
    struct ifb_response chunk;
    const struct ifb_json *v;
    enum ifb_code code = ifb_wire_read(data, s->scratch, &v, err);

    (void)event;
    if (code)
        return code;
    read_reply(v, s->scratch, &chunk);
    ifb_stream_model(s, chunk.model);
    ifb_stream_usage(s, chunk.tokens_in, chunk.tokens_out);
    ifb_stream_finished(s, chunk.finish);
    if (!s->response.ntop)
        ifb_stream_top(s, &chunk);
    s->done = chunk.finish != IFB_FINISH_UNKNOWN;
    return ifb_stream_add(s, chunk.text, chunk.reasoning, err);
}

const struct ifb_provider ifb_gemini = {
    .id = "gemini", .doc = "Google's Gemini API",
    .spec = "gemini:NAME, or gemini+http://HOST:PORT#NAME with its key in $IFBENCH_API_KEY",
    .key_env = "GEMINI_API_KEY",
    .base_env = "GEMINI_BASE_URL", .base_url = "https://generativelanguage.googleapis.com",
    .encode = gemini_encode, .decode = gemini_decode, .complaint = ifb_wire_complaint,
    .stream = gemini_stream,
};
