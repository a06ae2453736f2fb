/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engine/gnuplot.h"

#include <pthread.h>
#include <time.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "harness/engine/exec.h"

#define WAIT_MS 200  /* between looks at `stop` */

const char *ifb_gnuplot_program(const char *(*env)(const char *))
{
    const char *set = env ? env("IFBENCH_GNUPLOT") : NULL;

    return set && set[0] ? set : "gnuplot";
}

static enum ifb_code wait_for(struct ifb_exec *e, const volatile sig_atomic_t *stop,
                              struct ifb_http_event *out, struct ifb_error *err)
{
    while (!ifb_exec_next(e, out)) {
        size_t n;
        struct pollfd *fds = ifb_exec_fds(e, &n);

        if (stop && *stop)
            return ifb_fail(err, IFB_ECANCELED, "stopped");
        poll(fds, (nfds_t)n, ifb_exec_patience(e, WAIT_MS));
        ifb_exec_move(e);
    }
    if (out->code && err)
        *err = out->error;
    return out->code;
}

/* --default-settings: nobody's .gnuplot has a say. */
static enum ifb_code draw(const char *program, struct ifb_plots *plots,
                          const volatile sig_atomic_t *stop, struct ifb_arena *arena,
                          struct ifb_error *err)
{
    const ifb_str words[] = { ifb_str_of(program), IFB_STR("--default-settings"), IFB_STR("-") };
    struct ifb_strs argv = { words, sizeof(words) / sizeof(words[0]) };
    struct ifb_exec *e = ifb_exec_new();
    struct ifb_http_event event;
    enum ifb_code code = ifb_exec_start(e, argv, plots->script,
                                        (int64_t)IFB_GNUPLOT_SECONDS * 1000, NULL, err);

    if (!code)
        code = wait_for(e, stop, &event, err);
    if (!code)
        code = ifb_plots_take(plots, event.reply.body, arena, err);
    ifb_exec_close(e);
    return code;
}

/* A gnuplot that ends before it has read its script must not end us, whoever our caller is. */
static enum ifb_code draw_unharmed(const char *program, struct ifb_plots *plots,
                                   const volatile sig_atomic_t *stop, struct ifb_arena *arena,
                                   struct ifb_error *err)
{
    static const struct timespec at_once = { 0 };
    sigset_t pipe, before, pending;
    enum ifb_code code;

    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, &before);
    code = draw(program, plots, stop, arena, err);
    if (sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) &&
        !sigismember(&before, SIGPIPE))
        sigtimedwait(&pipe, NULL, &at_once);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return code;
}

void ifb_gnuplot_draw(const char *program, struct ifb_plots *plots,
                      const volatile sig_atomic_t *stop, struct ifb_arena *arena)
{
    struct ifb_error err = { .code = IFB_OK };

    if (!plots->n || plots->why.len)
        return;
    if (strcmp(program, "off") == 0)
        plots->why = IFB_STR("IFBENCH_GNUPLOT is \"off\"");
    else if (draw_unharmed(program, plots, stop, arena, &err))
        plots->why = ifb_fmt(arena, "%.*s: %s",
                             IFB_ARG(ifb_utf8_repair(arena, ifb_str_of(program))), err.msg);
}
