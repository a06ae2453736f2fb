/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs as models: many in flight on one thread, each a process for one call.
 * Shaped like harness/http: start, wait for descriptors, move on, take events.
 */
#ifndef IFB_ENGINE_EXEC_H
#define IFB_ENGINE_EXEC_H

#include <poll.h>

#include "harness/http/http.h"

struct ifb_exec;

struct ifb_exec *ifb_exec_new(void);

/*
 * Starts a process for one call: `body` to its standard input, at most 16 MiB from
 * its standard output. It and what it started is killed after `timeout_ms` (0: never).
 * IFB_EINPUT when it cannot be started; there will be no event then.
 */
enum ifb_code ifb_exec_start(struct ifb_exec *e, struct ifb_strs argv, ifb_str body,
                             int64_t timeout_ms, void *tag, struct ifb_error *err);

/* The descriptors to wait for; valid until the next start or move. */
struct pollfd *ifb_exec_fds(struct ifb_exec *e, size_t *n);

/* How long a wait may take at most, in ms. */
int ifb_exec_patience(const struct ifb_exec *e, int wait_ms);

/* Moves all processes on, after a wait. */
void ifb_exec_move(struct ifb_exec *e);

/*
 * Takes the next finished call; reply.status is 200 and the body what it printed.
 * IFB_EPROTO when it ended with another status than 0 or by a signal (the message
 * has the last line it wrote to standard error), IFB_ENET at its timeout,
 * IFB_ELIMIT when it printed too much.
 */
bool ifb_exec_next(struct ifb_exec *e, struct ifb_http_event *out);

size_t ifb_exec_flying(const struct ifb_exec *e);

/* Kills what is in flight. NULL is fine. */
void ifb_exec_close(struct ifb_exec *e);

#endif
