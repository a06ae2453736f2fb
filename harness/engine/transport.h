/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How calls travel: over HTTP or to a program, behind one set of functions shaped
 * like harness/http, so that one loop waits for both. Either is set up when the
 * first call of its kind is made.
 */
#ifndef IFB_ENGINE_TRANSPORT_H
#define IFB_ENGINE_TRANSPORT_H

#include "harness/http/http.h"

struct ifb_transport;

/* `options` is copied; its strings are borrowed. */
struct ifb_transport *ifb_transport_new(const struct ifb_http_options *options);

/* As ifb_http_start, or ifb_exec_start when the model is a command. */
enum ifb_code ifb_transport_start(struct ifb_transport *t, const struct ifb_model *model,
                                  const struct ifb_http_call *call, int64_t timeout_ms, void *tag,
                                  struct ifb_error *err);

/* As their namesakes of harness/http. */
enum ifb_code ifb_transport_wait(struct ifb_transport *t, int wait_ms, struct ifb_error *err);
bool ifb_transport_next(struct ifb_transport *t, struct ifb_http_event *out);
size_t ifb_transport_flying(const struct ifb_transport *t);
void ifb_transport_close(struct ifb_transport *t);

#endif
