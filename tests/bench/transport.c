/* SPDX-License-Identifier: Apache-2.0 */
/*
 * transport URL IN-FLIGHT CALLS: the transport by itself, as wrk is by itself: each call is
 * encoded, sent, received and decoded, and nothing is planned, journalled or scored. Prints calls
 * a second.
 */
#include <stdio.h>
#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/clock.h"
#include "harness/base/str.h"
#include "harness/engine/transport.h"

struct asker {
    struct ifb_model model;
    struct ifb_request request;
    struct ifb_transport *transport;
    struct ifb_arena *arena;
    struct ifb_error err;
};

static void send_one(struct asker *a)
{
    const struct ifb_provider *provider = a->model.provider;
    struct ifb_http_call call = { 0 };

    ifb_arena_reset(a->arena);
    if (provider->encode(&a->model, &a->request, a->arena, &call, &a->err) ||
        ifb_transport_start(a->transport, &a->model, &call, 60000, NULL, &a->err)) {
        fprintf(stderr, "transport: %s\n", a->err.msg);
        exit(1);
    }
}

static void take_one(struct asker *a, const struct ifb_http_event *e)
{
    struct ifb_response r;

    ifb_arena_reset(a->arena);
    a->err = e->error;
    if (e->code || e->reply.status != 200 ||
        a->model.provider->decode(&e->reply, a->arena, &r, &a->err)) {
        fprintf(stderr, "transport: status %d: %s\n", e->reply.status, a->err.msg);
        exit(1);
    }
}

static double measure(struct asker *a, size_t flying, size_t calls)
{
    int64_t from_us = ifb_clock_us();
    struct ifb_http_event event;
    size_t sent = 0, done = 0;

    while (done < calls) {
        for (; sent < calls && sent - done < flying; sent++)
            send_one(a);
        if (ifb_transport_wait(a->transport, 1000, &a->err))
            exit(1);
        for (; ifb_transport_next(a->transport, &event); done++)
            take_one(a, &event);
    }
    return (double)calls * 1e6 / (double)(ifb_clock_us() - from_us);
}

int main(int argc, char **argv)
{
    static const struct ifb_message say = {
        IFB_USER, IFB_STR_INIT("Prompt 77: write a short note without any comma and at least "
                               "twenty words about harbour number 77."), NULL };
    const struct ifb_http_options options = { .connections_max = 1000 };
    struct asker a = { .request = { .messages = { &say, 1 }, .sampling = { 0, -1, 1280, -1 } },
                       .transport = ifb_transport_new(&options), .arena = ifb_arena_new() };
    struct ifb_arena *arena = ifb_arena_new();

    if (argc != 4 || ifb_model_parse(ifb_str_of(argv[1]), NULL, arena, &a.model, &a.err)) {
        fprintf(stderr, "transport URL#MODEL IN-FLIGHT CALLS; %s\n", a.err.msg);
        return 2;
    }
    printf("%.0f\n", measure(&a, (size_t)atol(argv[2]), (size_t)atol(argv[3])));
    ifb_transport_close(a.transport);
    ifb_arena_close(a.arena);
    ifb_arena_close(arena);
    return 0;
}
