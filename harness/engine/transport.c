/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engine/transport.h"

#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/engine/exec.h"

struct ifb_transport {
    struct ifb_http_options options;
    struct ifb_http *http;
    struct ifb_exec *exec;
};

struct ifb_transport *ifb_transport_new(const struct ifb_http_options *options)
{
    struct ifb_transport *t = calloc(1, sizeof(*t));

    if (!t)
        ifb_out_of_memory();
    t->options = *options;
    return t;
}

enum ifb_code ifb_transport_start(struct ifb_transport *t, const struct ifb_model *model,
                                  const struct ifb_http_call *call, int64_t timeout_ms, void *tag,
                                  struct ifb_error *err)
{
    enum ifb_code code = IFB_OK;

    if (model->provider->reach == IFB_BY_COMMAND) {
        if (!t->exec)
            t->exec = ifb_exec_new();
        return ifb_exec_start(t->exec, model->argv, call->body, timeout_ms, tag, err);
    }
    if (!t->http)
        code = ifb_http_open(&t->options, &t->http, err);
    return code ? code : ifb_http_start(t->http, call, timeout_ms, tag, err);
}

enum ifb_code ifb_transport_wait(struct ifb_transport *t, int wait_ms, struct ifb_error *err)
{
    struct pollfd *fds = NULL;
    size_t n = 0;
    enum ifb_code code = IFB_OK;

    if (t->exec) {
        fds = ifb_exec_fds(t->exec, &n);
        wait_ms = ifb_exec_patience(t->exec, wait_ms);
    }
    if (t->http)
        code = ifb_http_wait_for(t->http, fds, n, wait_ms, err);
    else
        poll(fds, n, wait_ms);
    if (t->exec)
        ifb_exec_move(t->exec);
    return code;
}

bool ifb_transport_next(struct ifb_transport *t, struct ifb_http_event *out)
{
    if (t->http && ifb_http_next(t->http, out))
        return true;
    return t->exec && ifb_exec_next(t->exec, out);
}

size_t ifb_transport_flying(const struct ifb_transport *t)
{
    return (t->http ? ifb_http_flying(t->http) : 0) + (t->exec ? ifb_exec_flying(t->exec) : 0);
}

void ifb_transport_close(struct ifb_transport *t)
{
    if (!t)
        return;
    ifb_http_close(t->http);
    ifb_exec_close(t->exec);
    free(t);
}
