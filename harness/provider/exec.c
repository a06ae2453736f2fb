/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program as a model: the request as JSON on its standard input, the answer on
 * its standard output. Running it is the engine's business.
 */
#include <ifbench/provider.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "harness/provider/wire.h"

extern const struct ifb_provider ifb_exec_provider;

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
            for (size_t k = 0; k < images->n; k++) {
                ifb_jw_object(w, NULL);
                ifb_jw_str(w, "media_type", images->at[k].media);
                ifb_jw_str(w, "data", images->at[k].base64);
                ifb_jw_end(w);
            }
            ifb_jw_end(w);
        }
        ifb_jw_end(w);
    }
    ifb_jw_end(w);
}

static enum ifb_code exec_encode(const struct ifb_model *model, const struct ifb_request *request,
                                 struct ifb_arena *arena, struct ifb_http_call *call,
                                 struct ifb_error *err)
{
    struct ifb_wire wire;

    *call = (struct ifb_http_call){ .left_out = IFB_STR("") };
    ifb_wire_begin(&wire);
    write_messages(&wire.w, &request->messages);
    ifb_wire_settings(&wire.w, "sampling", request, "max_tokens");
    if (request->top_logprobs > 0)
        ifb_wire_leave_out(call, "logprobs", arena);
    return ifb_wire_end(&wire, model, "", NULL, arena, call, err);
}

/* All of standard output, without the line break that programs end their output with. */
static enum ifb_code exec_decode(const struct ifb_http_reply *reply, struct ifb_arena *arena,
                                 struct ifb_response *out, struct ifb_error *err)
{
    ifb_str text = ifb_utf8_repair(arena, reply->body);

    (void)err;
    if (ifb_str_ends(text, IFB_STR("\r\n")))
        text.len -= 2;
    else if (ifb_str_ends(text, IFB_STR("\n")))
        text.len--;
    *out = (struct ifb_response){ .text = text, .finish = IFB_FINISH_STOP, .tokens_in = -1,
                                  .tokens_out = -1 };
    return IFB_OK;
}

const struct ifb_provider ifb_exec_provider = {
    .id = "exec", .doc = "a program, run once a call: JSON on its input, the answer on its output",
    .spec = "'exec:COMMAND'", .reach = IFB_BY_COMMAND,
    .encode = exec_encode, .decode = exec_decode, .complaint = ifb_wire_complaint,
};
