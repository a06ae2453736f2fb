/* SPDX-License-Identifier: Apache-2.0 */
/* One cheap request before the many. */
#include <stdio.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/engine/dispatch.h"

/* A refusal without a key wants to be told where the key is looked for. */
static void hint_at_key(const struct ifb_model *model, struct ifb_error *err)
{
    size_t len = err ? strlen(err->msg) : 0;

    if (err && !model->key.len && model->key_env)
        snprintf(err->msg + len, sizeof(err->msg) - len, "; the key is read from $%s",
                 model->key_env);
}

/* What a reply other than 200 says about the run to come. */
static enum ifb_code judge_status(const struct ifb_model *model, const struct ifb_http_reply *reply,
                                  struct ifb_arena *arena, char note[512], struct ifb_error *err)
{
    struct ifb_error why;

    ifb_http_failure(reply, model->provider->complaint(reply->body, arena), &why);
    ifb_model_redact(model, &why);
    if (reply->status == 401 || reply->status == 403 || reply->status == 404) {
        if (err)
            *err = why;
        if (reply->status == 401)
            hint_at_key(model, err);
        return why.code;
    }
    snprintf(note, 512, "the server answers, but not to a first cheap request: %.400s", why.msg);
    return IFB_OK;
}

static enum ifb_code wait_for(struct ifb_http *h, struct ifb_http_event *event,
                              struct ifb_error *err)
{
    enum ifb_code code = IFB_OK;

    while (!code && !ifb_http_next(h, event))
        code = ifb_http_wait(h, 1000, err);
    return code;
}

enum ifb_code ifb_preflight(const struct ifb_model *model, int64_t timeout_ms, const char *ca_file,
                            char note[512], struct ifb_error *err)
{
    static const struct ifb_message hello = { .role = IFB_USER,
                                              .text = IFB_STR_INIT("Reply with the word OK.") };
    const struct ifb_request request = { .messages = { &hello, 1 },
                                         .sampling = { -1, -1, 16, -1 } };
    const struct ifb_http_options options = { .ca_file = ca_file };
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_http_call call;
    struct ifb_http_event event;
    struct ifb_http *h = NULL;
    enum ifb_code code = ifb_http_open(&options, &h, err);

    if (!code)
        code = model->provider->encode(model, &request, arena, &call, err);
    if (!code)
        code = ifb_http_start(h, &call, timeout_ms, NULL, err);
    if (!code)
        code = wait_for(h, &event, err);
    if (!code && event.code) {
        code = event.code;
        if (err)
            *err = event.error;
    } else if (!code && event.reply.status != 200) {
        code = judge_status(model, &event.reply, arena, note, err);
    }
    ifb_http_close(h);
    ifb_arena_close(arena);
    return code;
}
