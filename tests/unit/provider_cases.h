/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of requests and replies that the tests of the providers walk. Included once a test. */
#ifndef TESTS_PROVIDER_CASES_H
#define TESTS_PROVIDER_CASES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <ifbench/provider.h>

#include "harness/base/arena.h"
#include "harness/base/json.h"
#include "harness/base/str.h"

#define NOT_SET { -1, -1, -1, -1 }
#define NONE NULL

static struct ifb_arena *arena;

static int open_arena(void **state)
{
    (void)state;
    arena = ifb_arena_new();
    return 0;
}

static int close_arena(void **state)
{
    (void)state;
    ifb_arena_close(arena);
    return 0;
}

static const char *keyed_env(const char *name)
{
    return strstr(name, "_API_KEY") ? "sk-1234567890" : NULL;
}

static struct ifb_model model_of(const char *spec)
{
    struct ifb_model m;
    struct ifb_error err;

    if (ifb_model_parse(ifb_str_of(spec), keyed_env, arena, &m, &err))
        fail_msg("%s: %s", spec, err.msg);
    return m;
}

/* What a row asks: `extra` is --extra-body; lists end with NULL. */
struct request_case {
    const char *spec, *extra;
    struct ifb_conversation messages;
    struct ifb_sampling sampling;
    const char *stop[4];
    int64_t top_logprobs;
    bool stream;
    const char *url, *body, *left_out;
};

static struct ifb_http_call encode_case(const struct request_case *row)
{
    struct ifb_model m = model_of(row->spec);
    struct ifb_request r = { .messages = row->messages, .sampling = row->sampling,
                             .top_logprobs = row->top_logprobs, .stream = row->stream };
    ifb_str stop[4];
    struct ifb_http_call call;
    struct ifb_error err;

    for (r.stop.n = 0; row->stop[r.stop.n]; r.stop.n++)
        stop[r.stop.n] = ifb_str_of(row->stop[r.stop.n]);
    r.stop.at = stop;
    if (row->extra && ifb_json_parse(arena, ifb_str_of(row->extra), 0, 1, &m.extra_body, &err))
        fail_msg("extra: %s", err.msg);
    if (m.provider->encode(&m, &r, arena, &call, &err))
        fail_msg("%s", err.msg);
    return call;
}

static void check_requests(const struct request_case *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct ifb_http_call call = encode_case(&rows[i]);
        const char *left_out = rows[i].left_out ? rows[i].left_out : "";

        if (!ifb_str_is(call.body, rows[i].body))
            fail_msg("row %zu:\n%.*s\nwanted\n%s", i, IFB_ARG(call.body), rows[i].body);
        if (rows[i].url && !ifb_str_is(call.url, rows[i].url))
            fail_msg("row %zu: %.*s, wanted %s", i, IFB_ARG(call.url), rows[i].url);
        if (!ifb_str_is(call.left_out, left_out))
            fail_msg("row %zu: left out '%.*s', wanted '%s'", i, IFB_ARG(call.left_out), left_out);
        assert_null(memmem(call.url.ptr, call.url.len, "sk-1234567890", 13));
    }
}

struct reply_case {
    const char *body, *text, *reasoning, *model;
    enum ifb_finish finish;
    int64_t in, out;
};

static bool same(ifb_str found, const char *wanted)
{
    return wanted ? found.ptr && ifb_str_is(found, wanted) : !found.ptr;
}

static void check_response(size_t i, const struct ifb_response *r, const struct reply_case *row)
{
    if (!same(r->text, row->text) || !same(r->reasoning, row->reasoning) ||
        !same(r->model, row->model) || r->finish != row->finish || r->tokens_in != row->in ||
        r->tokens_out != row->out)
        fail_msg("row %zu: text '%.*s', reasoning '%.*s', model '%.*s', finish %s, %lld, %lld", i,
                 IFB_ARG(r->text), IFB_ARG(r->reasoning), IFB_ARG(r->model),
                 ifb_finish_name(r->finish), (long long)r->tokens_in, (long long)r->tokens_out);
}

static void check_replies(const char *id, const struct reply_case *rows, size_t n)
{
    const struct ifb_provider *p = ifb_provider_find(ifb_str_of(id));

    for (size_t i = 0; i < n; i++) {
        const struct ifb_http_reply reply = { 200, ifb_str_of(rows[i].body), -1 };
        struct ifb_response r;
        struct ifb_error err;

        if (p->decode(&reply, arena, &r, &err))
            fail_msg("row %zu: %s", i, err.msg);
        check_response(i, &r, &rows[i]);
    }
}

struct refusal_case {
    const char *body, *msg;  /* ": " at the end: and more */
};

static void check_refusals(const char *id, const struct refusal_case *rows, size_t n)
{
    const struct ifb_provider *p = ifb_provider_find(ifb_str_of(id));

    for (size_t i = 0; i < n; i++) {
        const struct ifb_http_reply reply = { 200, ifb_str_of(rows[i].body), -1 };
        struct ifb_error err = { 0 };
        struct ifb_response r;
        enum ifb_code code = p->decode(&reply, arena, &r, &err);
        size_t len = strlen(rows[i].msg);
        bool part = rows[i].msg[len - 1] == ' ';

        if (code != IFB_EPROTO || strncmp(err.msg, rows[i].msg, part ? len : len + 1) != 0)
            fail_msg("row %zu: code %d '%s', wanted '%s'", i, code, err.msg, rows[i].msg);
    }
}

/* Each prefix in a block of its own size, so that a sanitizer sees a step too far. */
static void check_cuts(const char *id, const char *whole)
{
    const struct ifb_provider *p = ifb_provider_find(ifb_str_of(id));

    for (size_t n = 0; n <= strlen(whole); n++) {
        char *cut = malloc(n + !n);
        const struct ifb_http_reply reply = { 200, { cut, n }, -1 };
        struct ifb_response r;
        struct ifb_error err;

        memcpy(cut, whole, n);
        if (p->decode(&reply, arena, &r, &err) != (whole[n] ? IFB_EPROTO : IFB_OK))
            fail_msg("%zu bytes", n);
        p->complaint(reply.body, arena);
        free(cut);
    }
}

static const struct ifb_header *header_of(const struct ifb_http_call *call, const char *name)
{
    for (size_t i = 0; i < call->nheaders; i++)
        if (ifb_str_is(call->headers[i].name, name))
            return &call->headers[i];
    return NULL;
}

/* The header is there, secret, and no other holds the key. */
static void check_key_header(const char *spec, const char *name, const char *value)
{
    const struct request_case row = { .spec = spec, .sampling = NOT_SET };
    struct ifb_http_call call = encode_case(&row);
    const struct ifb_header *h = header_of(&call, name);

    if (!h || !h->secret || !ifb_str_is(h->value, value))
        fail_msg("%s: %s is '%.*s', wanted '%s'", spec, name, h ? (int)h->value.len : 0,
                 h ? h->value.ptr : "", value);
    for (size_t i = 0; i < call.nheaders; i++)
        if (&call.headers[i] != h)
            assert_true(ifb_str_find(call.headers[i].value, IFB_STR("sk-12345"), 0) == SIZE_MAX);
}

#endif
