/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/base/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"

#define KEEP_FD 3     /* where the child keeps the pipe that tells of a failed exec */
#define FREE_FD 10    /* pipes are moved above, so that no dup2 treads on one */

/* Descriptors for the child, and our ends. */
struct pipes {
    int child_in, child_out, child_err, child_fail;
    int in, out, err, fail;
};

static void shut(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void shut_all(struct pipes *p)
{
    int *const all[] = { &p->child_in, &p->child_out, &p->child_err, &p->child_fail,
                         &p->in, &p->out, &p->err, &p->fail };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        shut(all[i]);
}

static bool lift(int *fd)
{
    int higher = fcntl(*fd, F_DUPFD_CLOEXEC, FREE_FD);

    close(*fd);
    *fd = higher;
    return higher >= 0;
}

static bool make_pipe(int *reading, int *writing)
{
    int fd[2];

    if (pipe2(fd, O_CLOEXEC) != 0)
        return false;
    *reading = fd[0];
    *writing = fd[1];
    return lift(reading) && lift(writing);
}

static bool open_pipes(unsigned wanted, struct pipes *p)
{
    *p = (struct pipes){ -1, -1, -1, -1, -1, -1, -1, -1 };
    if (!make_pipe(&p->out, &p->child_out) || !make_pipe(&p->fail, &p->child_fail))
        return false;
    if ((wanted & IFB_SPAWN_IN) && !make_pipe(&p->child_in, &p->in))
        return false;
    if ((wanted & IFB_SPAWN_ERR) && !make_pipe(&p->err, &p->child_err))
        return false;
    if (!(wanted & (IFB_SPAWN_IN | IFB_SPAWN_TERMINAL))) {
        p->child_in = open("/dev/null", O_RDONLY | O_CLOEXEC);
        return p->child_in >= 0 && lift(&p->child_in);
    }
    return true;
}

/* Between fork and exec, in a process that had threads: only what is async-signal-safe. */
static void __attribute__((noreturn)) become(char *const *argv, unsigned wanted,
                                             const struct pipes *p, pid_t parent)
{
    struct sigaction plain = { .sa_handler = SIG_DFL };
    sigset_t none;
    int number;

    if (!(wanted & IFB_SPAWN_TERMINAL))
        setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(127);
    sigemptyset(&none);
    sigaction(SIGPIPE, &plain, NULL);
    sigaction(SIGINT, &plain, NULL);
    sigaction(SIGTERM, &plain, NULL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (p->child_in >= 0)
        dup2(p->child_in, STDIN_FILENO);
    dup2(p->child_out, STDOUT_FILENO);
    if (p->child_err >= 0)
        dup2(p->child_err, STDERR_FILENO);
    else if (!(wanted & IFB_SPAWN_TERMINAL))
        dup2(p->child_out, STDERR_FILENO);
    dup3(p->child_fail, KEEP_FD, O_CLOEXEC);
    close_range(KEEP_FD + 1, ~0u, 0);
    execvp(argv[0], argv);
    number = errno;
    if (write(KEEP_FD, &number, sizeof(number)) < 0)
        _exit(126);
    _exit(127);
}

/* 0 when exec succeeded: the pipe was closed by it. */
static int exec_failure(int fd)
{
    int number = 0;
    ssize_t n;

    do
        n = read(fd, &number, sizeof(number));
    while (n < 0 && errno == EINTR);
    return n == (ssize_t)sizeof(number) ? number : 0;
}

static void keep_ends(struct pipes *p, struct ifb_child *out)
{
    int *const ours[] = { &p->in, &p->out, &p->err };

    for (size_t i = 0; i < 3; i++)
        if (*ours[i] >= 0)
            fcntl(*ours[i], F_SETFL, O_NONBLOCK);
    out->in = p->in;
    out->out = p->out;
    out->err = p->err;
    p->in = p->out = p->err = -1;
}

enum ifb_code ifb_spawn(char *const *argv, unsigned wanted, struct ifb_child *out,
                        struct ifb_error *err)
{
    pid_t parent = getpid();
    struct pipes p;
    int failure;

    *out = (struct ifb_child){ .in = -1, .out = -1, .err = -1, .exit_fd = -1,
                               .grouped = !(wanted & IFB_SPAWN_TERMINAL) };
    out->pid = open_pipes(wanted, &p) ? fork() : -1;
    if (out->pid < 0) {
        failure = errno;
        shut_all(&p);
        return ifb_fail(err, IFB_EIO, "cannot start %s: %s", argv[0], strerror(failure));
    }
    if (out->pid == 0)
        become(argv, wanted, &p, parent);
    if (out->grouped)
        setpgid(out->pid, out->pid);  /* whoever is first */
    out->exit_fd = pidfd_open(out->pid, 0);
    shut(&p.child_fail);
    failure = exec_failure(p.fail);
    keep_ends(&p, out);
    shut_all(&p);
    if (!failure)
        return IFB_OK;
    ifb_child_close(out);
    return ifb_fail(err, IFB_EINPUT, "cannot run %s: %s", argv[0], strerror(failure));
}

void ifb_child_signal(const struct ifb_child *c, int number)
{
    if (c->pid <= 0)
        return;
    kill(c->grouped ? -c->pid : c->pid, number);
}

/* It is not reaped yet: while it is a zombie, nobody else can have its group's number. */
bool ifb_child_ended(struct ifb_child *c)
{
    siginfo_t info = { 0 };

    if (c->ended || c->pid <= 0)
        return c->ended;
    if (waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid) {
        c->ended = true;
        c->status = info.si_code == CLD_EXITED ? info.si_status << 8 : info.si_status & 0x7f;
    }
    return c->ended;
}

void ifb_child_shut(int *fd)
{
    shut(fd);
}

void ifb_child_close(struct ifb_child *c)
{
    if (c->pid > 0) {
        int *status = c->ended ? NULL : &c->status;

        ifb_child_signal(c, SIGKILL);
        while (waitpid(c->pid, status, 0) < 0 && errno == EINTR)
            ;
        c->ended = true;
    }
    c->pid = 0;
    shut(&c->in);
    shut(&c->out);
    shut(&c->err);
    shut(&c->exit_fd);
}

void ifb_child_fate(int status, char out[64])
{
    if (WIFSIGNALED(status))
        snprintf(out, 64, "was killed by signal %d", WTERMSIG(status));
    else
        snprintf(out, 64, "exited with status %d", WEXITSTATUS(status));
}

/* ---- a line of output ---- */

/* Reads until the end of the first line; false when it was stopped. */
static bool read_line(struct ifb_child *c, char *line, size_t max, size_t *n,
                      const volatile int *stop)
{
    struct pollfd p = { .fd = c->out, .events = POLLIN };
    ssize_t got = 1;

    *n = 0;
    while (*n < max && !memchr(line, '\n', *n)) {
        if (stop && *stop)
            return false;
        poll(&p, 1, 200);
        got = read(c->out, line + *n, max - *n);
        if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
            break;
        *n += got > 0 ? (size_t)got : 0;
    }
    return true;
}

enum ifb_code ifb_spawn_line(char *const *argv, size_t max, const volatile int *stop,
                             struct ifb_arena *arena, ifb_str *out, struct ifb_error *err)
{
    char *line = ifb_alloc(arena, max), fate[64];
    struct ifb_child c;
    enum ifb_code code = ifb_spawn(argv, IFB_SPAWN_TERMINAL, &c, err);
    bool whole;
    size_t n;

    if (code)
        return code;
    whole = read_line(&c, line, max, &n, stop);
    ifb_child_shut(&c.out);
    while (whole && !ifb_child_ended(&c) && !(stop && *stop)) {
        struct pollfd p = { .fd = c.exit_fd, .events = POLLIN };

        poll(&p, 1, 50);
    }
    whole = whole && c.ended;
    ifb_child_close(&c);
    if (!whole)
        return ifb_fail(err, IFB_ECANCELED, "stopped");
    *out = (ifb_str){ line, n };
    if (memchr(line, '\n', n))
        out->len = (size_t)((char *)memchr(line, '\n', n) - line);
    ifb_child_fate(c.status, fate);
    /* It may not mind that nobody reads beyond the first line. */
    if (c.status != 0 && !(WIFSIGNALED(c.status) && WTERMSIG(c.status) == SIGPIPE))
        return ifb_fail(err, IFB_EINPUT, "%s %s", argv[0], fate);
    if (!out->len || out->len == max)
        return ifb_fail(err, IFB_EINPUT, "%s printed %s", argv[0],
                        out->len ? "too long a line" : "nothing");
    return IFB_OK;
}
