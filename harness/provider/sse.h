/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Server-sent events (WHATWG HTML, section 9.2.6), incremental and pure: bytes cut
 * anywhere in, whole events out. JSON lines are read by the same reader, a line
 * being an event without a name.
 */
#ifndef IFB_PROVIDER_SSE_H
#define IFB_PROVIDER_SSE_H

#include <ifbench/types.h>

#include "harness/base/buf.h"

struct ifb_sse {
    struct ifb_buf line, data, event;
    bool lines;           /* JSON lines instead of events */
    bool begun, cr;       /* a byte was read; the last one was CR */
};

/* One event; false stops the reading. */
typedef bool ifb_sse_take(void *self, ifb_str event, ifb_str data);

/* `max` is the ceiling of one line and of one event's data. */
void ifb_sse_open(struct ifb_sse *s, bool lines, size_t max);

/*
 * Reads bytes, calls `take` for each event that is complete. IFB_ELIMIT when a
 * line or an event is larger than the ceiling. An event that is not followed by
 * its empty line never comes, as the standard has it; of JSON lines the last
 * needs its line break.
 */
enum ifb_code ifb_sse_feed(struct ifb_sse *s, ifb_str bytes, ifb_sse_take *take, void *self,
                           struct ifb_error *err);

void ifb_sse_close(struct ifb_sse *s);

#endif
