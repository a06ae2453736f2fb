/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Listening to one streamed reply: its pieces are read as they come and timed, by
 * the clock of the transport.
 */
#ifndef IFB_ENGINE_LISTEN_H
#define IFB_ENGINE_LISTEN_H

#include "harness/engine/journal.h"
#include "harness/http/http.h"

struct ifb_listen {
    struct ifb_stream *stream;   /* NULL: the reply is not to be a stream */
    int64_t first_us, last_us, longest_us;  /* since the attempt began; longest: between two */
    size_t parts, bytes;         /* of text and reasoning */
    size_t max;                  /* ceiling of `bytes` */
    bool begun, plain;           /* plain: whole JSON or a page came instead of events */
    enum ifb_code code;          /* why nothing more is read */
    struct ifb_error error;
};

/* Begins an attempt; does nothing for a provider without streams. */
void ifb_listen_begin(struct ifb_listen *l, const struct ifb_provider *provider, size_t max);

/* A piece of the body; what is to become of it (see ifb_http_piece). */
enum ifb_http_fate ifb_listen_piece(struct ifb_listen *l, ifb_str bytes, int64_t us);

/*
 * The transfer has ended, for better or worse. True when the stream decides what
 * became of the call: *code is IFB_OK with `out` (in `arena`) and `pace` filled, or
 * why it is no answer. False when the event is to be read like that of any call.
 */
bool ifb_listen_end(struct ifb_listen *l, const struct ifb_http_event *e, struct ifb_arena *arena,
                    struct ifb_response *out, struct ifb_pace *pace, enum ifb_code *code,
                    struct ifb_error *err);

/* Releases what begin made, also when nothing is listened to. */
void ifb_listen_close(struct ifb_listen *l);

#endif
