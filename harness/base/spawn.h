/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Child processes: started without a shell, in a process group of their own, and
 * never outliving us: the kernel kills a child when the thread that started it
 * ends, however it ends. What a child starts itself is only killed with its group,
 * by us.
 */
#ifndef IFB_BASE_SPAWN_H
#define IFB_BASE_SPAWN_H

#include <ifbench/types.h>
#include <sys/types.h>

struct ifb_child {
    pid_t pid;
    int in, out, err;  /* our ends of its pipes; -1: none */
    int exit_fd;       /* readable once it has ended; -1 where the kernel has none */
    bool grouped;
    bool ended;
    int status;        /* as waitpid gives it, when it has ended */
};

enum ifb_spawn_pipes {
    IFB_SPAWN_IN = 1,      /* a pipe to its standard input; else /dev/null */
    IFB_SPAWN_ERR = 2,     /* a pipe of its own from standard error; else into `out` */
    IFB_SPAWN_TERMINAL = 4 /* input, errors and process group are ours: it may ask a person */
};

/*
 * Starts argv (searched in PATH). Our ends do not block and are closed on exec; it
 * has no other descriptors of ours, and no signal blocked or ignored. IFB_EINPUT
 * when there is no such program, IFB_EIO when the system has no room.
 */
enum ifb_code ifb_spawn(char *const *argv, unsigned pipes, struct ifb_child *out,
                        struct ifb_error *err);

/* Sends a signal to its whole group. */
void ifb_child_signal(const struct ifb_child *c, int number);

/* Whether it has ended; `status` is set then. */
bool ifb_child_ended(struct ifb_child *c);

/* Closes our end of a pipe: *fd becomes -1. */
void ifb_child_shut(int *fd);

/* Kills the group, reaps, closes. */
void ifb_child_close(struct ifb_child *c);

/* "exited with status 3", "was killed by signal 9". */
void ifb_child_fate(int status, char out[64]);

/*
 * The first line that a command prints, without its line break, in `arena`. Blocks;
 * the command may ask a person (IFB_SPAWN_TERMINAL). `stop` may be NULL. A command
 * that fails or prints nothing is IFB_EINPUT; no message holds what it printed.
 */
enum ifb_code ifb_spawn_line(char *const *argv, size_t max, const volatile int *stop,
                             struct ifb_arena *arena, ifb_str *out, struct ifb_error *err);

#endif
