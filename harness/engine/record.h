/* SPDX-License-Identifier: Apache-2.0 */
/* What a journal line of a call holds, both ways. */
#ifndef IFB_ENGINE_RECORD_H
#define IFB_ENGINE_RECORD_H

#include "harness/base/buf.h"
#include "harness/engine/journal.h"

/* Appends the record as a JSON object without its closing brace. */
void ifb_record_write(const struct ifb_call_record *r, struct ifb_buf *out);

/* The members of an answer, into the object that is open, and back from an object. */
struct ifb_jw;
void ifb_response_write(struct ifb_jw *w, const struct ifb_response *r);
struct ifb_response ifb_response_read(const struct ifb_json *v);

/* Reads a whole line back; strings live in `arena` or point into `line`. */
enum ifb_code ifb_record_read(ifb_str line, struct ifb_arena *arena, struct ifb_call_record *out,
                              struct ifb_error *err);

#endif
