/* SPDX-License-Identifier: Apache-2.0 */
/* The reader of streamed replies: framing, then the provider's function for each event. */
#include "harness/provider/stream.h"

#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/provider/sse.h"

#define STREAM_MAX ((size_t)16 << 20)

struct ifb_stream {
    const struct ifb_provider *provider;
    struct ifb_sse sse;
    struct ifb_stream_state state;
    size_t bytes;
    enum ifb_code code;      /* of the event that could not be taken */
    struct ifb_error error;
};

struct ifb_stream *ifb_stream_open(const struct ifb_provider *provider)
{
    struct ifb_stream *s;

    if (!provider->stream)
        return NULL;
    s = calloc(1, sizeof(*s));
    if (!s)
        ifb_out_of_memory();
    s->provider = provider;
    s->state.scratch = ifb_arena_new();
    s->state.keep = ifb_arena_new();
    s->state.response.tokens_in = s->state.response.tokens_out = -1;
    ifb_buf_init(&s->state.text, STREAM_MAX);
    ifb_buf_init(&s->state.reasoning, STREAM_MAX);
    ifb_sse_open(&s->sse, provider->stream_lines, STREAM_MAX);
    return s;
}

static bool take_event(void *self, ifb_str event, ifb_str data)
{
    struct ifb_stream *s = self;

    ifb_arena_reset(s->state.scratch);
    s->error = (struct ifb_error){ .retry_after_ms = -1 };
    s->code = s->provider->stream(&s->state, event, data, &s->error);
    return !s->code && !s->state.done;
}

enum ifb_code ifb_stream_feed(struct ifb_stream *s, ifb_str bytes, struct ifb_stream_news *news,
                              struct ifb_error *err)
{
    size_t text = s->state.text.len, reasoning = s->state.reasoning.len, parts = s->state.parts;
    enum ifb_code code = IFB_OK;

    if (!s->state.done && !s->code) {
        s->bytes += bytes.len;
        code = ifb_sse_feed(&s->sse, bytes, take_event, s, err);
    }
    *news = (struct ifb_stream_news){ s->state.text.len - text, s->state.reasoning.len - reasoning,
                                      s->state.parts - parts, s->state.done };
    if (!code && s->code) {
        code = s->code;
        if (err)
            *err = s->error;
    }
    return code;
}

bool ifb_stream_is_lines(const struct ifb_stream *s)
{
    return s->sse.lines;
}

ifb_str ifb_stream_text(const struct ifb_stream *s)
{
    return ifb_buf_view(&s->state.text);
}

enum ifb_code ifb_stream_finish(struct ifb_stream *s, struct ifb_arena *arena,
                                struct ifb_response *out, struct ifb_error *err)
{
    const struct ifb_stream_state *st = &s->state;

    if (s->code) {
        if (err)
            *err = s->error;
        return s->code;
    }
    /* What makes no sense on a last line without its break was cut off. */
    if (!st->done && s->sse.lines)
        (void)ifb_sse_feed(&s->sse, IFB_STR("\n"), take_event, s, NULL);
    if (!st->done || s->code)
        return ifb_fail(err, IFB_ENET, "the stream was cut off after %zu bytes", s->bytes);
    *out = st->response;
    if (st->has_text)
        out->text = ifb_str_copy(arena, ifb_buf_view(&st->text));
    if (st->has_reasoning)
        out->reasoning = ifb_str_copy(arena, ifb_buf_view(&st->reasoning));
    if (out->model.ptr)
        out->model = ifb_str_copy(arena, out->model);
    for (size_t i = 0; i < out->ntop; i++)
        out->top[i].token = ifb_str_copy(arena, out->top[i].token);
    return IFB_OK;
}

void ifb_stream_close(struct ifb_stream *s)
{
    if (!s)
        return;
    ifb_sse_close(&s->sse);
    ifb_buf_close(&s->state.text);
    ifb_buf_close(&s->state.reasoning);
    ifb_arena_close(s->state.scratch);
    ifb_arena_close(s->state.keep);
    free(s);
}

/* ---- for the providers ---- */

enum ifb_code ifb_stream_add(struct ifb_stream_state *s, ifb_str text, ifb_str reasoning,
                             struct ifb_error *err)
{
    s->has_text |= text.ptr != NULL;
    s->has_reasoning |= reasoning.ptr != NULL;
    s->parts += text.len || reasoning.len;
    ifb_buf_str(&s->text, text);
    ifb_buf_str(&s->reasoning, reasoning);
    if (s->text.full || s->reasoning.full)
        return ifb_fail(err, IFB_ELIMIT, "the streamed reply is larger than %zu bytes", STREAM_MAX);
    return IFB_OK;
}

void ifb_stream_model(struct ifb_stream_state *s, ifb_str name)
{
    if (name.len && !ifb_str_eq(name, s->response.model))
        s->response.model = ifb_str_copy(s->keep, name);
}

void ifb_stream_usage(struct ifb_stream_state *s, int64_t in, int64_t out)
{
    if (in >= 0)
        s->response.tokens_in = in;
    if (out >= 0)
        s->response.tokens_out = out;
}

void ifb_stream_finished(struct ifb_stream_state *s, enum ifb_finish finish)
{
    if (finish != IFB_FINISH_UNKNOWN)
        s->response.finish = finish;
}

void ifb_stream_top(struct ifb_stream_state *s, const struct ifb_response *from)
{
    for (size_t i = 0; i < from->ntop; i++)
        s->response.top[i] = (struct ifb_logprob){ ifb_str_copy(s->keep, from->top[i].token),
                                                   from->top[i].logprob };
    s->response.ntop = from->ntop;
}
