/* SPDX-License-Identifier: Apache-2.0 */
/* Anthropic's Messages API, also as other servers and proxies speak it. */
#include <ifbench/provider.h>

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "harness/provider/stream.h"
#include "harness/provider/wire.h"

#define API_VERSION "2023-06-01"
#define MAX_TOKENS 4096  /* the API wants a ceiling; what most of its models allow */
#define JOINED_MAX ((size_t)64 << 20)

extern const struct ifb_provider ifb_anthropic;

/* Models that take no temperature and no top_p (its migration guide: from Opus 4.7 on). */
static bool has_fixed_sampling(const struct ifb_model *m)
{
    static const char *const prefixes[] = { "claude-opus-4-7", "claude-opus-4-8", "claude-opus-5",
                                            "claude-sonnet-5", "claude-haiku-5", "claude-fable",
                                            NULL };
    bool own = ifb_str_starts(m->given, IFB_STR("anthropic:")) ||
               ifb_str_find(m->base_url, IFB_STR("://api.anthropic.com"), 0) != SIZE_MAX;

    for (size_t i = 0; own && prefixes[i]; i++)
        if (ifb_str_starts(m->name, ifb_str_of(prefixes[i])))
            return true;
    return false;
}

static void write_image(struct ifb_jw *w, const struct ifb_image *image)
{
    ifb_jw_object(w, NULL);
    ifb_jw_cstr(w, "type", "image");
    ifb_jw_object(w, "source");
    ifb_jw_cstr(w, "type", "base64");
    ifb_jw_str(w, "media_type", image->media);
    ifb_jw_str(w, "data", image->base64);
    ifb_jw_end(w);
    ifb_jw_end(w);
}

/* Pictures before the words, as its guide to vision advises. */
static void write_content(struct ifb_jw *w, const struct ifb_message *m)
{
    if (!m->images || !m->images->n) {
        ifb_jw_str(w, "content", m->text);
        return;
    }
    ifb_jw_array(w, "content");
    for (size_t i = 0; i < m->images->n; i++)
        write_image(w, &m->images->at[i]);
    if (m->text.len) {
        ifb_jw_object(w, NULL);
        ifb_jw_cstr(w, "type", "text");
        ifb_jw_str(w, "text", m->text);
        ifb_jw_end(w);
    }
    ifb_jw_end(w);
}

static void write_messages(struct ifb_jw *w, const struct ifb_conversation *c)
{
    ifb_jw_array(w, "messages");
    for (size_t i = 0; i < c->n; i++) {
        if (c->at[i].role == IFB_SYSTEM)
            continue;
        ifb_jw_object(w, NULL);
        ifb_jw_cstr(w, "role", c->at[i].role == IFB_USER ? "user" : "assistant");
        write_content(w, &c->at[i]);
        ifb_jw_end(w);
    }
    ifb_jw_end(w);
}

/* From Claude 4.5 on the two may not come together; the temperature is what suites set. */
static void write_sampling(struct ifb_jw *w, const struct ifb_model *model,
                           const struct ifb_request *r, struct ifb_http_call *call,
                           struct ifb_arena *arena)
{
    const struct ifb_sampling *s = &r->sampling;
    bool taken = !has_fixed_sampling(model);

    if (s->temperature >= 0 && taken)
        ifb_jw_real(w, "temperature", s->temperature);
    else if (s->temperature >= 0)
        ifb_wire_leave_out(call, "temperature", arena);
    if (s->top_p >= 0 && taken && s->temperature < 0)
        ifb_jw_real(w, "top_p", s->top_p);
    else if (s->top_p >= 0)
        ifb_wire_leave_out(call, taken ? "top_p (besides temperature)" : "top_p", arena);
    if (r->stop.n)
        ifb_wire_strings(w, "stop_sequences", r->stop);
    if (s->seed >= 0)
        ifb_wire_leave_out(call, "seed", arena);
    if (r->top_logprobs > 0)
        ifb_wire_leave_out(call, "logprobs", arena);
}

static bool ends_in_version(ifb_str base)
{
    return ifb_str_ends(base, IFB_STR("/v1"));
}

static enum ifb_code anthropic_encode(const struct ifb_model *model,
                                      const struct ifb_request *request, struct ifb_arena *arena,
                                      struct ifb_http_call *call, struct ifb_error *err)
{
    struct ifb_header key = ifb_wire_key(model, request, "x-api-key", "", arena);
    struct ifb_wire wire;
    ifb_str system = ifb_wire_system(&request->messages, arena);

    *call = (struct ifb_http_call){ .left_out = IFB_STR("") };
    call->headers[call->nheaders++] =
        (struct ifb_header){ IFB_STR("anthropic-version"), IFB_STR(API_VERSION), false };
    ifb_wire_begin(&wire);
    ifb_jw_str(&wire.w, "model", model->name);
    ifb_jw_int(&wire.w, "max_tokens",
               request->sampling.max_tokens >= 0 ? request->sampling.max_tokens : MAX_TOKENS);
    if (system.ptr)
        ifb_jw_str(&wire.w, "system", system);
    write_messages(&wire.w, &request->messages);
    write_sampling(&wire.w, model, request, call, arena);
    ifb_jw_bool(&wire.w, "stream", request->stream);
    return ifb_wire_end(&wire, model,
                        ends_in_version(model->base_url) ? "/messages" : "/v1/messages", &key,
                        arena, call, err);
}

/* ---- answers ---- */

static enum ifb_finish finish_of(ifb_str reason)
{
    if (ifb_str_is(reason, "end_turn") || ifb_str_is(reason, "stop_sequence"))
        return IFB_FINISH_STOP;
    if (ifb_str_is(reason, "max_tokens") || ifb_str_is(reason, "model_context_window_exceeded"))
        return IFB_FINISH_LENGTH;
    if (ifb_str_is(reason, "refusal"))
        return IFB_FINISH_FILTER;
    return reason.len ? IFB_FINISH_OTHER : IFB_FINISH_UNKNOWN;
}

/* What went in, whether it was read from a cache or written to one. */
static int64_t count_in(const struct ifb_json *usage)
{
    int64_t n = ifb_wire_count(usage, "input_tokens");

    if (n < 0)
        return -1;
    n = ifb_wire_sum(n, ifb_wire_count(usage, "cache_creation_input_tokens"));
    return ifb_wire_sum(n, ifb_wire_count(usage, "cache_read_input_tokens"));
}

/* The blocks of a type, in a row; absent when there is none. */
static ifb_str join_blocks(const struct ifb_json *content, const char *type,
                           struct ifb_arena *arena)
{
    struct ifb_buf all;
    ifb_str joined = { NULL, 0 };
    bool some = false;

    ifb_buf_init(&all, JOINED_MAX);
    for (const struct ifb_json *m = content->first; m; m = m->next) {
        ifb_str text = ifb_json_str(m, type);

        if (!ifb_str_is(ifb_json_str(m, "type"), type) || !text.ptr)
            continue;
        some = true;
        ifb_buf_str(&all, text);
    }
    if (some)
        joined = ifb_str_copy(arena, ifb_buf_view(&all));
    ifb_buf_close(&all);
    return joined;
}

static enum ifb_code anthropic_decode(const struct ifb_http_reply *reply, struct ifb_arena *arena,
                                      struct ifb_response *out, struct ifb_error *err)
{
    const struct ifb_json *v, *content, *usage;
    enum ifb_code code = ifb_wire_read(reply->body, arena, &v, err);

    if (code)
        return code;
    content = ifb_json_get(v, "content");
    usage = ifb_json_get(v, "usage");
    if (!content || content->kind != IFB_JARRAY) {
        ifb_str found = ifb_wire_sentence(v);

        return ifb_fail(err, IFB_EPROTO, "the reply has no content array%s%.*s",
                        found.len ? ": " : "", IFB_ARG(found));
    }
    *out = (struct ifb_response){ .model = ifb_wire_name(v, "model"),
                                  .finish = finish_of(ifb_json_str(v, "stop_reason")),
                                  .tokens_in = count_in(usage),
                                  .tokens_out = ifb_wire_count(usage, "output_tokens") };
    out->text = join_blocks(content, "text", arena);
    out->reasoning = join_blocks(content, "thinking", arena);
    return IFB_OK;
}

static enum ifb_code stream_error(const struct ifb_json *v, struct ifb_error *err)
{
    const struct ifb_json *error = ifb_json_get(v, "error");
    ifb_str type = ifb_json_str(error, "type"), found = ifb_wire_sentence(v);

    ifb_fail(err, IFB_EPROTO, "the stream ends with an error%s%.*s", found.len ? ": " : "",
             IFB_ARG(found));
    if (err && ifb_str_is(type, "overloaded_error"))
        err->http_status = 529;  /* the status it would have had before the first byte */
    if (err && ifb_str_is(type, "rate_limit_error"))
        err->http_status = 429;
    return IFB_EPROTO;
}

/* Some servers leave message_start and content_block_start out: nothing hangs on them. */
static enum ifb_code anthropic_stream(struct ifb_stream_state *s, ifb_str event, ifb_str data,
                                      struct ifb_error *err)
{
    const struct ifb_json *v, *delta, *message, *usage;
    const ifb_str none = { NULL, 0 };
    ifb_str type;

    data = ifb_utf8_repair(s->scratch, data);
    if (ifb_json_parse(s->scratch, data, IFB_JSON_DUPLICATES, 1, &v, NULL))
        return ifb_fail(err, IFB_EPROTO, "an event of the stream is not JSON");
    type = ifb_json_str(v, "type");
    if (!type.len)
        type = event;
    if (ifb_str_is(type, "error"))
        return stream_error(v, err);
    if (ifb_str_is(type, "message_stop"))
        s->done = true;
    message = ifb_json_get(v, "message");
    ifb_stream_model(s, ifb_wire_name(message, "model"));
    usage = ifb_json_get(message ? message : v, "usage");
    ifb_stream_usage(s, count_in(usage), ifb_wire_count(usage, "output_tokens"));
    delta = ifb_json_get(v, ifb_str_is(type, "content_block_start") ? "content_block" : "delta");
    ifb_stream_finished(s, finish_of(ifb_json_str(delta, "stop_reason")));
    if (ifb_str_is(type, "content_block_start") || ifb_str_is(type, "content_block_delta"))
        return ifb_stream_add(s, delta ? ifb_json_str(delta, "text") : none,
                              delta ? ifb_json_str(delta, "thinking") : none, err);
    return IFB_OK;
}

const struct ifb_provider ifb_anthropic = {
    .id = "anthropic", .doc = "Anthropic's Messages API and servers that speak it",
    .spec = "anthropic:NAME, or anthropic+http://HOST:PORT#NAME with its key in $IFBENCH_API_KEY",
    .key_env = "ANTHROPIC_API_KEY",
    .base_env = "ANTHROPIC_BASE_URL", .base_url = "https://api.anthropic.com",
    .endpoint = "/messages",
    .encode = anthropic_encode, .decode = anthropic_decode, .complaint = ifb_wire_complaint,
    .stream = anthropic_stream,
};
