/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engine/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/base/arena.h"
#include "harness/base/argv.h"
#include "harness/base/clock.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/spawn.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "harness/http/http.h"

#define TAIL 4096            /* of what it writes */
#define TAIL_SHOWN 300
#define READS_MOST 64        /* more than a pipe holds */
#define LOOK_MS 100          /* between two looks at its health */
#define LOOK_TIMEOUT_MS 5000
#define PATIENCE_US ((int64_t)5 * 1000000)

struct ifb_server {
    struct ifb_child child;
    pthread_t reader;
    pthread_mutex_t lock;  /* of the tail */
    int quit;              /* an eventfd: the reader is to end */
    char tail[2 * TAIL];
    size_t ntail;
    int port;
};

/* ---- what it writes ---- */

static void keep_tail(struct ifb_server *s, const char *bytes, size_t n)
{
    memcpy(s->tail + s->ntail, bytes, n);
    s->ntail += n;
    if (s->ntail > TAIL) {
        memmove(s->tail, s->tail + s->ntail - TAIL, TAIL);
        s->ntail = TAIL;
    }
}

/*
 * Takes what there is to read, under the lock, so that who asks for the last words of a server
 * that has just ended need not hope that the reader was quicker. False: no more will come.
 */
static bool read_some(struct ifb_server *s)
{
    char bytes[TAIL];
    ssize_t n = 1;
    int why;

    pthread_mutex_lock(&s->lock);
    for (int i = 0; i < READS_MOST && n > 0; i++) {  /* one that never stops is no reason to stay */
        n = read(s->child.out, bytes, sizeof(bytes));
        if (n > 0)
            keep_tail(s, bytes, (size_t)n);
    }
    why = errno;
    pthread_mutex_unlock(&s->lock);
    return n > 0 || (n < 0 && (why == EAGAIN || why == EINTR));
}

/* Somebody must read, or the server would stand still once the pipe is full. */
static void *read_output(void *self)
{
    struct ifb_server *s = self;
    struct pollfd p[2] = { { .fd = s->child.out, .events = POLLIN },
                           { .fd = s->quit, .events = POLLIN } };

    while (read_some(s) && !p[1].revents)
        poll(p, 2, -1);
    return NULL;
}

/* Its last lines in one, " / " between them. */
static ifb_str last_words(struct ifb_server *s, struct ifb_arena *arena)
{
    struct ifb_buf out;
    ifb_str text, line;
    bool more = true;

    read_some(s);
    pthread_mutex_lock(&s->lock);
    text = ifb_str_copy(arena, (ifb_str){ s->tail, s->ntail });
    pthread_mutex_unlock(&s->lock);
    text = ifb_str_trim_ascii(ifb_utf8_repair(arena, text));
    while (text.len > TAIL_SHOWN || (text.len && ((unsigned char)text.ptr[0] & 0xc0) == 0x80))
        text = ifb_str_from(text, 1);
    ifb_buf_init(&out, 4 * TAIL_SHOWN);
    while (more) {
        more = ifb_str_chop(&text, '\n', &line);
        line = ifb_str_trim_ascii(more ? line : text);
        if (line.len && out.len)
            ifb_buf_cstr(&out, " / ");
        ifb_buf_str(&out, line);
    }
    text = ifb_str_copy(arena, ifb_buf_view(&out));
    ifb_buf_close(&out);
    return text;
}

static enum ifb_code fail_with_words(struct ifb_server *s, const char *what, struct ifb_error *err)
{
    struct ifb_arena *arena = ifb_arena_new();
    ifb_str said = last_words(s, arena);

    ifb_fail(err, IFB_ENET, "the server %s%s%.*s", what, said.len ? "; its last words: " : "",
             IFB_ARG(said));
    ifb_arena_close(arena);
    return IFB_ENET;
}

/* ---- starting ---- */

/* A port that was free a moment ago. */
static int free_port(void)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t size = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), port = -1;

    if (fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0 &&
        getsockname(fd, (struct sockaddr *)&at, &size) == 0)
        port = ntohs(at.sin_port);
    if (fd >= 0)
        close(fd);
    return port;
}

enum ifb_code ifb_server_start(struct ifb_model *model, struct ifb_arena *arena,
                               struct ifb_server **out, struct ifb_error *err)
{
    struct ifb_server *s = calloc(1, sizeof(*s));
    char **argv;
    enum ifb_code code;

    if (!s)
        ifb_out_of_memory();
    s->port = free_port();
    argv = ifb_argv_make(model->argv, IFB_STR("{port}"), ifb_fmt(arena, "%d", s->port), arena);
    s->quit = eventfd(0, EFD_CLOEXEC);
    code = s->port > 0 && s->quit >= 0 ? ifb_spawn(argv, 0, &s->child, err)
                                       : ifb_fail(err, IFB_EIO, "no free port on 127.0.0.1");
    if (code) {
        if (s->quit >= 0)
            close(s->quit);
        free(s);
        return code;
    }
    pthread_mutex_init(&s->lock, NULL);
    if (pthread_create(&s->reader, NULL, read_output, s) != 0)
        ifb_out_of_memory();
    model->base_url = ifb_fmt(arena, "http://127.0.0.1:%d/v1", s->port);
    *out = s;
    return IFB_OK;
}

/* ---- waiting ---- */

/* One GET; the status, 0 when there was no reply. The body is copied into `arena`. */
static int look(struct ifb_http *h, const struct ifb_server *s, const struct ifb_model *model,
                const char *path, struct ifb_arena *arena, ifb_str *body)
{
    struct ifb_http_call call = { .method = "GET", .direct = true };
    struct ifb_http_event event;

    call.url = ifb_fmt(arena, "http://127.0.0.1:%d%s", s->port, path);
    if (model->key.len)
        call.headers[call.nheaders++] = (struct ifb_header){
            IFB_STR("Authorization"), ifb_fmt(arena, "Bearer %.*s", IFB_ARG(model->key)), true };
    if (ifb_http_start(h, &call, LOOK_TIMEOUT_MS, NULL, NULL))
        return 0;
    while (!ifb_http_next(h, &event))
        if (ifb_http_wait(h, 1000, NULL))
            return 0;
    *body = ifb_str_copy(arena, event.reply.body);
    return event.code ? 0 : event.reply.status;
}

static void learn_name(struct ifb_http *h, const struct ifb_server *s, struct ifb_model *model,
                       struct ifb_arena *scratch, struct ifb_arena *arena)
{
    const struct ifb_json *v;
    ifb_str body, id = IFB_STR("");

    if (model->name.len)
        return;
    if (look(h, s, model, "/v1/models", scratch, &body) == 200 &&
        !ifb_json_parse(scratch, ifb_utf8_repair(scratch, body), IFB_JSON_DUPLICATES, 1, &v, NULL))
        id = ifb_json_str(ifb_json_at(ifb_json_get(v, "data"), 0), "id");
    model->name = id.len ? ifb_str_copy(arena, ifb_utf8_cut(id, 1000)) : IFB_STR("default");
}

static bool is_healthy(struct ifb_http *h, const struct ifb_server *s,
                       const struct ifb_model *model, struct ifb_arena *scratch)
{
    ifb_str body;
    int status = look(h, s, model, "/health", scratch, &body);

    if (status == 404 || status == 405 || status == 501)
        status = look(h, s, model, "/v1/models", scratch, &body);
    return status == 200;
}

static enum ifb_code wait_until_healthy(struct ifb_server *s, struct ifb_http *h,
                                        const struct ifb_model *model, struct ifb_arena *scratch,
                                        int64_t timeout_ms, const volatile sig_atomic_t *stop,
                                        struct ifb_error *err)
{
    int64_t end_us = ifb_clock_us() + timeout_ms * 1000;
    char what[200], fate[64];

    for (;;) {
        struct pollfd p = { .fd = s->child.exit_fd, .events = POLLIN };

        if (stop && *stop)
            return ifb_fail(err, IFB_ECANCELED, "stopped");
        if (ifb_child_ended(&s->child)) {
            ifb_child_fate(s->child.status, fate);
            snprintf(what, sizeof(what), "%s before it answered", fate);
            return fail_with_words(s, what, err);
        }
        ifb_arena_reset(scratch);
        if (is_healthy(h, s, model, scratch))
            return IFB_OK;
        if (ifb_clock_us() >= end_us) {
            snprintf(what, sizeof(what), "did not answer on port %d within %g s", s->port,
                     (double)timeout_ms / 1e3);
            return fail_with_words(s, what, err);
        }
        poll(&p, 1, LOOK_MS);
    }
}

enum ifb_code ifb_server_await(struct ifb_server *s, struct ifb_model *model,
                               struct ifb_arena *arena, int64_t timeout_ms,
                               const volatile sig_atomic_t *stop, struct ifb_error *err)
{
    struct ifb_arena *scratch = ifb_arena_new();
    struct ifb_http *h = NULL;
    enum ifb_code code = ifb_http_open(NULL, &h, err);

    if (!code)
        code = wait_until_healthy(s, h, model, scratch, timeout_ms, stop, err);
    if (!code)
        learn_name(h, s, model, scratch, arena);
    ifb_http_close(h);
    ifb_arena_close(scratch);
    return code;
}

/* ---- ending ---- */

bool ifb_server_lives(struct ifb_server *s, char how[512])
{
    struct ifb_error err;
    char fate[64];

    if (!ifb_child_ended(&s->child))
        return true;
    ifb_child_fate(s->child.status, fate);
    fail_with_words(s, fate, &err);
    snprintf(how, 512, "%s", err.msg);
    return false;
}

void ifb_server_stop(struct ifb_server *s)
{
    const uint64_t one = 1;
    int64_t end_us = ifb_clock_us() + PATIENCE_US;

    if (!s)
        return;
    if (!ifb_child_ended(&s->child))
        kill(s->child.pid, SIGTERM);
    while (!ifb_child_ended(&s->child) && ifb_clock_us() < end_us) {
        struct pollfd p = { .fd = s->child.exit_fd, .events = POLLIN };

        poll(&p, 1, 50);
    }
    if (write(s->quit, &one, sizeof(one)) < 0)
        ifb_child_signal(&s->child, SIGKILL);  /* the pipe's end ends the reader, too */
    pthread_join(s->reader, NULL);
    ifb_child_close(&s->child);
    pthread_mutex_destroy(&s->lock);
    close(s->quit);
    free(s);
}
