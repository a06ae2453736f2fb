/* SPDX-License-Identifier: Apache-2.0 */
/* What a provider's `stream` function adds to while a streamed reply is read. */
#ifndef IFB_PROVIDER_STREAM_H
#define IFB_PROVIDER_STREAM_H

#include <ifbench/provider.h>

#include "harness/base/buf.h"

struct ifb_stream_state {
    struct ifb_arena *scratch;  /* for one event */
    struct ifb_arena *keep;     /* until the end */
    struct ifb_buf text, reasoning;
    bool has_text, has_reasoning;
    size_t parts;               /* additions that were not empty */
    bool done;                  /* to be set at the provider's own end mark */
    struct ifb_response response;  /* all but text and reasoning; strings in `keep` */
};

/* Appends; absent strings add nothing, "" says that there is some. IFB_ELIMIT when too large. */
enum ifb_code ifb_stream_add(struct ifb_stream_state *s, ifb_str text, ifb_str reasoning,
                             struct ifb_error *err);

/* Each keeps what was there when it is given nothing (absent, -1, UNKNOWN). */
void ifb_stream_model(struct ifb_stream_state *s, ifb_str name);
void ifb_stream_usage(struct ifb_stream_state *s, int64_t in, int64_t out);
void ifb_stream_finished(struct ifb_stream_state *s, enum ifb_finish finish);

/* Copies the likely tokens of `from`. */
void ifb_stream_top(struct ifb_stream_state *s, const struct ifb_response *from);

#endif
