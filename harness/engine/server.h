/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A local inference server that lives as long as a run asks it: started on a free
 * loopback port, waited for, stopped by its process id. It cannot outlive us: the
 * kernel kills it when we end in any other way.
 */
#ifndef IFB_ENGINE_SERVER_H
#define IFB_ENGINE_SERVER_H

#include <signal.h>

#include <ifbench/provider.h>

struct ifb_server;

/*
 * Starts the model's command with {port} replaced and sets the model's base URL,
 * in `arena`; does not wait. IFB_EINPUT when it cannot be run.
 */
enum ifb_code ifb_server_start(struct ifb_model *model, struct ifb_arena *arena,
                               struct ifb_server **out, struct ifb_error *err);

/*
 * Waits until GET /health answers 200 (where there is no such path: GET /v1/models),
 * at most `timeout_ms`. A model without a name gets that of the first one that
 * /v1/models lists, else "default". IFB_ENET when the server ends or stays away,
 * with the last lines it wrote; IFB_ECANCELED when *stop (may be NULL) is set.
 */
enum ifb_code ifb_server_await(struct ifb_server *s, struct ifb_model *model,
                               struct ifb_arena *arena, int64_t timeout_ms,
                               const volatile sig_atomic_t *stop, struct ifb_error *err);

/* False when it has ended by itself; `how` then says how, with its last lines. */
bool ifb_server_lives(struct ifb_server *s, char how[512]);

/* SIGTERM, five seconds of patience, SIGKILL to its group; releases. NULL is fine. */
void ifb_server_stop(struct ifb_server *s);

#endif
