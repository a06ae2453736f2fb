/* SPDX-License-Identifier: Apache-2.0 */
/* Ollama's own API, /api/chat. */
#include <ifbench/provider.h>

#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/provider/stream.h"
#include "harness/provider/wire.h"

extern const struct ifb_provider ifb_ollama;

static void write_messages(struct ifb_jw *w, const struct ifb_conversation *c)
{
    static const char *const roles[] = { "system", "user", "assistant" };

    ifb_jw_array(w, "messages");
    for (size_t i = 0; i < c->n; i++) {
        const struct ifb_images *images = c->at[i].images;

        ifb_jw_object(w, NULL);
        ifb_jw_cstr(w, "role", roles[c->at[i].role]);
        ifb_jw_str(w, "content", c->at[i].text);
        if (images && images->n) {
            ifb_jw_array(w, "images");
            for (size_t k = 0; k < images->n; k++)
                ifb_jw_str(w, NULL, images->at[k].base64);
            ifb_jw_end(w);
        }
        ifb_jw_end(w);
    }
    ifb_jw_end(w);
}

static enum ifb_code ollama_encode(const struct ifb_model *model, const struct ifb_request *request,
                                   struct ifb_arena *arena, struct ifb_http_call *call,
                                   struct ifb_error *err)
{
    struct ifb_header key = ifb_wire_key(model, request, "Authorization", "Bearer ", arena);
    struct ifb_wire wire;

    *call = (struct ifb_http_call){ .left_out = IFB_STR("") };
    ifb_wire_begin(&wire);
    ifb_jw_str(&wire.w, "model", model->name);
    write_messages(&wire.w, &request->messages);
    ifb_wire_settings(&wire.w, "options", request, "num_predict");
    if (request->top_logprobs > 0) {
        ifb_jw_bool(&wire.w, "logprobs", true);
        ifb_jw_int(&wire.w, "top_logprobs", request->top_logprobs);
    }
    ifb_jw_bool(&wire.w, "stream", request->stream);
    return ifb_wire_end(&wire, model, "/api/chat", &key, arena, call, err);
}

/* ---- answers ---- */

static enum ifb_finish finish_of(ifb_str reason)
{
    if (ifb_str_is(reason, "stop"))
        return IFB_FINISH_STOP;
    if (ifb_str_is(reason, "length"))
        return IFB_FINISH_LENGTH;
    return reason.len ? IFB_FINISH_OTHER : IFB_FINISH_UNKNOWN;
}

static void read_top(const struct ifb_json *v, struct ifb_response *out)
{
    const struct ifb_json *first = ifb_json_at(ifb_json_get(v, "logprobs"), 0);
    const struct ifb_json *top = ifb_json_get(first, "top_logprobs");

    if (!top || top->kind != IFB_JARRAY)
        return;
    for (const struct ifb_json *m = top->first; m; m = m->next)
        ifb_wire_top(out, ifb_json_str(m, "token"), ifb_json_get(m, "logprob"));
}

static enum ifb_code read_reply(const struct ifb_json *v, struct ifb_response *out,
                                struct ifb_error *err)
{
    const struct ifb_json *message = ifb_json_get(v, "message");

    if (!message || message->kind != IFB_JOBJECT) {
        ifb_str found = ifb_wire_sentence(v);

        return ifb_fail(err, IFB_EPROTO, "the reply has no message%s%.*s", found.len ? ": " : "",
                        IFB_ARG(found));
    }
    *out = (struct ifb_response){ .model = ifb_wire_name(v, "model"),
                                  .finish = finish_of(ifb_json_str(v, "done_reason")),
                                  .text = ifb_json_str(message, "content"),
                                  .reasoning = ifb_json_str(message, "thinking"),
                                  .tokens_in = ifb_wire_count(v, "prompt_eval_count"),
                                  .tokens_out = ifb_wire_count(v, "eval_count") };
    read_top(v, out);
    return IFB_OK;
}

static enum ifb_code ollama_decode(const struct ifb_http_reply *reply, struct ifb_arena *arena,
                                   struct ifb_response *out, struct ifb_error *err)
{
    const struct ifb_json *v;
    enum ifb_code code = ifb_wire_read(reply->body, arena, &v, err);

    return code ? code : read_reply(v, out, err);
}

static enum ifb_code ollama_stream(struct ifb_stream_state *s, ifb_str event, ifb_str data,
                                   struct ifb_error *err)
{
    struct ifb_response chunk;
    const struct ifb_json *v, *done;
    enum ifb_code code = ifb_wire_read(data, s->scratch, &v, err);

    (void)event;
    if (!code)
        code = read_reply(v, &chunk, err);
    if (code)
        return code;
    done = ifb_json_get(v, "done");
    s->done = done && done->truth;
    ifb_stream_model(s, chunk.model);
    ifb_stream_usage(s, chunk.tokens_in, chunk.tokens_out);
    ifb_stream_finished(s, chunk.finish);
    if (!s->response.ntop)
        ifb_stream_top(s, &chunk);
    return ifb_stream_add(s, chunk.text, chunk.reasoning, err);
}

const struct ifb_provider ifb_ollama = {
    .id = "ollama", .doc = "Ollama's own API",
    .spec = "ollama:NAME, or ollama+http://HOST:PORT#NAME with its key in $IFBENCH_API_KEY",
    .key_env = "OLLAMA_API_KEY", .keyless = true,
    .base_env = "OLLAMA_HOST", .base_url = "http://127.0.0.1:11434",
    .endpoint = "/api/chat",
    .encode = ollama_encode, .decode = ollama_decode, .complaint = ifb_wire_complaint,
    .stream = ollama_stream, .stream_lines = true,
};
