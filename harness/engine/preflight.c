/* SPDX-License-Identifier: Apache-2.0 */
/* One cheap request before the many. */
#include <stdio.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/engine/dispatch.h"
#include "harness/engine/keys.h"
#include "harness/engine/transport.h"

#define WAIT_MS 200  /* between two looks at the stop flag */

/* A refusal without a key wants to be told where the key is looked for. */
static void hint_at_key(const struct ifb_model *model, struct ifb_error *err)
{
    size_t len = err ? strlen(err->msg) : 0;

    if (err && !model->key.len && model->key_env)
        snprintf(err->msg + len, sizeof(err->msg) - len, "; the key is read from $%s",
                 model->key_env);
}

/* What a reply other than 200 says about the run to come. */
static enum ifb_code judge_status(const struct ifb_model *model, const struct ifb_error *why,
                                  bool system, char note[512], struct ifb_error *err)
{
    int status = why->http_status;

    if (why->code == IFB_EAUTH || status == 404) {
        if (err)
            *err = *why;
        if (status == 401)
            hint_at_key(model, err);
        return why->code;
    }
    snprintf(note, 512, "the server answers, but not to a first cheap request: %.350s%s", why->msg,
             system && status == 400 ? "; if it takes no system message, give --system-as user"
                                     : "");
    return IFB_OK;
}

static enum ifb_code wait_for(struct ifb_transport *t, const volatile sig_atomic_t *stop,
                              struct ifb_http_event *event, struct ifb_error *err)
{
    enum ifb_code code = IFB_OK;

    while (!code && !ifb_transport_next(t, event)) {
        code = ifb_transport_wait(t, WAIT_MS, err);
        if (!code && stop && *stop)
            code = ifb_fail(err, IFB_ECANCELED, "stopped");
    }
    return code;
}

/* One attempt with one key; what the server refuses is in *why, with its status. */
static enum ifb_code ask(struct ifb_transport *t, const struct ifb_model *model, size_t key,
                         ifb_str system, int64_t timeout_ms, const volatile sig_atomic_t *stop,
                         struct ifb_error *why, struct ifb_error *err)
{
    const struct ifb_message hello[] = { { .role = IFB_SYSTEM, .text = system },
                                         { .text = IFB_STR("Reply with the word OK."),
                                           .role = IFB_USER } };
    const struct ifb_request request = { .messages = { hello + !system.len, 1 + !!system.len },
                                         .key = key, .sampling = { -1, -1, 16, -1 } };
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_http_call call;
    struct ifb_http_event event;
    enum ifb_code code = model->provider->encode(model, &request, arena, &call, err);

    *why = (struct ifb_error){ .http_status = 0 };
    if (!code)
        code = ifb_transport_start(t, model, &call, timeout_ms, NULL, err);
    if (!code)
        code = wait_for(t, stop, &event, err);
    if (!code && event.code) {
        code = event.code;
        if (err)
            *err = event.error;
        ifb_model_redact(model, err);  /* a program may print what it likes */
    } else if (!code && event.reply.status != 200) {
        ifb_http_failure(&event.reply, model->provider->complaint(event.reply.body, arena), why);
        ifb_model_redact(model, why);
    }
    ifb_arena_close(arena);
    return code;
}

enum ifb_code ifb_preflight(const struct ifb_model *model, ifb_str system, int64_t timeout_ms,
                            const struct ifb_http_options *http,
                            const volatile sig_atomic_t *stop, char note[512],
                            struct ifb_error *err)
{
    struct ifb_transport *t = ifb_transport_new(http);
    struct ifb_keys keys = { 0 };
    struct ifb_error why;
    enum ifb_code code;
    size_t key, tried = 0;

    do {
        key = ifb_keys_take(&keys, model->keys.n, 0);
        code = ask(t, model, key, system, timeout_ms, stop, &why, err);
    } while (!code && ++tried < model->keys.n &&
             ifb_keys_failed(&keys, model->keys.n, key, &why, 0));
    ifb_transport_close(t);
    if (!code && why.http_status)
        code = judge_status(model, &why, system.len > 0, note, err);
    return code;
}
