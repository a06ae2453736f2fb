/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engine/exec.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/base/arena.h"
#include "harness/base/argv.h"
#include "harness/base/buf.h"
#include "harness/base/clock.h"
#include "harness/base/error.h"
#include "harness/base/spawn.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"

#define OUTPUT_MAX ((size_t)16 << 20)
#define TAIL 2048      /* of standard error */
#define TICK_MS 10     /* between looks at a child that the kernel does not announce */

struct process {
    struct process *next;
    struct ifb_child child;
    struct ifb_buf sent, out;
    size_t written;
    char tail[2 * TAIL];
    size_t ntail;
    void *tag;
    int64_t started_us, first_us, timeout_ms;
    bool done;
    enum ifb_code code;
    struct ifb_error error;
};

struct ifb_exec {
    struct process *all, *last;
    size_t flying;
    struct pollfd *fds;
    size_t cap;
};

struct ifb_exec *ifb_exec_new(void)
{
    struct ifb_exec *e = calloc(1, sizeof(*e));

    if (!e)
        ifb_out_of_memory();
    return e;
}

static void free_process(struct process *p)
{
    ifb_child_close(&p->child);
    ifb_buf_close(&p->sent);
    ifb_buf_close(&p->out);
    free(p);
}

enum ifb_code ifb_exec_start(struct ifb_exec *e, struct ifb_strs argv, ifb_str body,
                             int64_t timeout_ms, void *tag, struct ifb_error *err)
{
    struct process *p = calloc(1, sizeof(*p));
    struct ifb_arena *arena = ifb_arena_new();
    enum ifb_code code;

    if (!p)
        ifb_out_of_memory();
    ifb_buf_init(&p->sent, SIZE_MAX / 2);
    ifb_buf_init(&p->out, OUTPUT_MAX);
    ifb_buf_str(&p->sent, body);
    p->tag = tag;
    p->timeout_ms = timeout_ms;
    p->started_us = ifb_clock_us();
    code = ifb_spawn(ifb_argv_make(argv, IFB_STR(""), IFB_STR(""), arena),
                     IFB_SPAWN_IN | IFB_SPAWN_ERR, &p->child, err);
    ifb_arena_close(arena);
    if (code) {
        free_process(p);
        return code;
    }
    p->next = e->all;
    e->all = p;
    e->flying++;
    return IFB_OK;
}

static void finish(struct process *p, enum ifb_code code)
{
    p->done = true;
    p->code = code;
    ifb_child_close(&p->child);  /* with what it left behind */
}

/* ---- pipes ---- */

static void feed_input(struct process *p)
{
    while (p->child.in >= 0 && p->written < p->sent.len) {
        ssize_t n = write(p->child.in, p->sent.ptr + p->written, p->sent.len - p->written);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return;
        if (n < 0)
            break;  /* it does not care for all of its input: its own business */
        p->written += (size_t)n;
    }
    ifb_child_shut(&p->child.in);
}

static void take_output(struct process *p)
{
    char bytes[16384];
    ssize_t n;

    while (p->child.out >= 0 && !p->out.full) {
        n = read(p->child.out, bytes, sizeof(bytes));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return;
        if (n <= 0) {
            ifb_child_shut(&p->child.out);
            return;
        }
        if (!p->first_us)
            p->first_us = ifb_clock_us();
        ifb_buf_add(&p->out, bytes, (size_t)n);
    }
}

static void take_errors(struct process *p)
{
    ssize_t n;

    while (p->child.err >= 0) {
        n = read(p->child.err, p->tail + p->ntail, sizeof(p->tail) - p->ntail);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return;
        if (n <= 0) {
            ifb_child_shut(&p->child.err);
            return;
        }
        p->ntail += (size_t)n;
        if (p->ntail > TAIL) {
            memmove(p->tail, p->tail + p->ntail - TAIL, TAIL);
            p->ntail = TAIL;
        }
    }
}

/* The last line that says something. */
static ifb_str last_line(const struct process *p, struct ifb_arena *arena)
{
    ifb_str text = ifb_str_trim_ascii(ifb_utf8_repair(arena, (ifb_str){ p->tail, p->ntail }));

    for (size_t i = text.len; i--;)
        if (text.ptr[i] == '\n')
            return ifb_utf8_cut(ifb_str_trim_ascii(ifb_str_from(text, i + 1)), IFB_COMPLAINT_MAX);
    return ifb_utf8_cut(text, IFB_COMPLAINT_MAX);
}

/* ---- moving on ---- */

static void judge(struct process *p)
{
    struct ifb_arena *arena;
    char fate[64];
    ifb_str said;

    p->error = (struct ifb_error){ .retry_after_ms = -1 };
    if (p->out.full) {
        finish(p, ifb_fail(&p->error, IFB_ELIMIT, "the command printed more than %zu bytes",
                           OUTPUT_MAX));
        return;
    }
    if (p->child.status == 0) {
        finish(p, IFB_OK);
        return;
    }
    arena = ifb_arena_new();
    said = last_line(p, arena);
    ifb_child_fate(p->child.status, fate);
    finish(p, ifb_fail(&p->error, IFB_EPROTO, "the command %s%s%.*s", fate, said.len ? ": " : "",
                       IFB_ARG(said)));
    ifb_arena_close(arena);
}

static void move(struct process *p, int64_t now)
{
    bool ended = ifb_child_ended(&p->child);

    feed_input(p);
    take_output(p);  /* after the look: what it wrote before its end is here */
    take_errors(p);
    if (ended || p->out.full) {
        judge(p);
    } else if (p->timeout_ms && now - p->started_us >= p->timeout_ms * 1000) {
        p->error = (struct ifb_error){ .retry_after_ms = -1 };
        finish(p, ifb_fail(&p->error, IFB_ENET, "timed out after %g s waiting for the command",
                           (double)p->timeout_ms / 1e3));
    }
}

static void add_fd(struct ifb_exec *e, size_t *n, int fd, short events)
{
    if (fd < 0)
        return;
    if (*n == e->cap) {
        e->cap = e->cap ? 2 * e->cap : 64;
        e->fds = realloc(e->fds, e->cap * sizeof(*e->fds));
        if (!e->fds)
            ifb_out_of_memory();
    }
    e->fds[(*n)++] = (struct pollfd){ .fd = fd, .events = events };
}

struct pollfd *ifb_exec_fds(struct ifb_exec *e, size_t *n)
{
    *n = 0;
    for (struct process *p = e->all; p; p = p->next) {
        add_fd(e, n, p->child.in, POLLOUT);
        add_fd(e, n, p->child.out, POLLIN);
        add_fd(e, n, p->child.err, POLLIN);
        add_fd(e, n, p->child.exit_fd, POLLIN);
    }
    return e->fds;
}

int ifb_exec_patience(const struct ifb_exec *e, int wait_ms)
{
    int64_t now = ifb_clock_us(), least = wait_ms;

    for (const struct process *p = e->all; p; p = p->next) {
        int64_t left = p->started_us / 1000 + p->timeout_ms - now / 1000 + 1;

        if (p->done)
            least = 0;
        else if (p->child.exit_fd < 0 && least > TICK_MS)
            least = TICK_MS;
        if (p->timeout_ms && left < least)
            least = left;
    }
    return least < 0 ? 0 : (int)least;
}

void ifb_exec_move(struct ifb_exec *e)
{
    int64_t now = ifb_clock_us();

    for (struct process *p = e->all; p; p = p->next)
        if (!p->done)
            move(p, now);
}

bool ifb_exec_next(struct ifb_exec *e, struct ifb_http_event *out)
{
    struct process **at = &e->all, *p;

    if (e->last)
        free_process(e->last);
    e->last = NULL;
    while (*at && !(*at)->done)
        at = &(*at)->next;
    p = *at;
    if (!p)
        return false;
    *at = p->next;
    e->last = p;
    e->flying--;
    *out = (struct ifb_http_event){
        .tag = p->tag, .code = p->code, .error = p->error,
        .reply = { .status = 200, .body = ifb_buf_view(&p->out), .retry_after_ms = -1 },
        .total_us = ifb_clock_us() - p->started_us,
        .first_byte_us = p->first_us ? p->first_us - p->started_us : 0,
    };
    return true;
}

size_t ifb_exec_flying(const struct ifb_exec *e)
{
    return e->flying;
}

void ifb_exec_close(struct ifb_exec *e)
{
    if (!e)
        return;
    while (e->all) {
        struct process *p = e->all;

        e->all = p->next;
        free_process(p);
    }
    if (e->last)
        free_process(e->last);
    free(e->fds);
    free(e);
}
