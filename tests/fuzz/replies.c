/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a server may reply. The first byte chooses a provider, the second whether the
 * rest is a body or a stream of events, and in pieces of how many bytes it comes: the
 * pieces make no difference.
 */
#include <ifbench/provider.h>

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "tests/fuzz/fuzz.h"

static const struct ifb_provider *choose(struct fuzz_in *in)
{
    const struct ifb_provider *p = ifb_provider_next(NULL);
    uint8_t which = fuzz_byte(in);

    while (which-- % 16 && p)
        p = ifb_provider_next(p);
    return p ? p : ifb_provider_next(NULL);
}

static void look_at(const struct ifb_response *r)
{
    ifb_str parts[] = { r->text, r->reasoning, r->model };

    for (size_t i = 0; i < 3; i++)
        fuzz_demand(ifb_utf8_valid(parts[i]) == parts[i].len);
    fuzz_demand(r->ntop <= IFB_TOP_MAX);
    for (size_t i = 0; i < r->ntop; i++)
        fuzz_demand(ifb_utf8_valid(r->top[i].token) == r->top[i].token.len);
}

static void read_body(const struct ifb_provider *p, ifb_str body, struct ifb_arena *arena)
{
    const struct ifb_http_reply reply = { .status = 200, .body = body, .retry_after_ms = -1 };
    struct ifb_response out = { 0 };
    struct ifb_error err;

    if (p->decode && !p->decode(&reply, arena, &out, &err))
        look_at(&out);
    if (p->complaint)
        fuzz_demand(p->complaint(body, arena).len <= IFB_COMPLAINT_MAX);
}

/* The reply's text, with the code at its end as a last byte. */
static ifb_str read_stream(const struct ifb_provider *p, ifb_str bytes, size_t step,
                           struct ifb_arena *arena)
{
    struct ifb_stream *s = ifb_stream_open(p);
    struct ifb_response out = { 0 };
    struct ifb_stream_news news;
    enum ifb_code code = IFB_OK;
    struct ifb_error err;
    ifb_str text;

    if (!s)
        return IFB_STR("");
    for (size_t at = 0; at < bytes.len && !code; at += step) {
        ifb_str piece = ifb_str_part(bytes, at, bytes.len - at < step ? bytes.len : at + step);

        code = ifb_stream_feed(s, fuzz_exact(arena, piece), &news, &err);
    }
    if (!code)
        code = ifb_stream_finish(s, arena, &out, &err);
    if (!code)
        look_at(&out);
    text = ifb_fmt(arena, "%.*s%c", IFB_ARG(ifb_stream_text(s)), 'a' + (int)code);
    ifb_stream_close(s);
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct fuzz_in in = { data, size };
    const struct ifb_provider *p = choose(&in);
    uint8_t step = fuzz_byte(&in);
    ifb_str rest = { in.n ? (const char *)in.at : "", in.n };

    if (step < 2)
        read_body(p, rest, arena);
    else
        fuzz_demand(ifb_str_eq(read_stream(p, rest, step % 64 + 1, arena),
                               read_stream(p, rest, rest.len + 1, arena)));
    ifb_arena_close(arena);
    return 0;
}
