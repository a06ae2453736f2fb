/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers that another run has: its models are asked without a call. What is found
 * is journalled again, so that the new run stands alone.
 */
#ifndef IFB_ENGINE_SOURCE_H
#define IFB_ENGINE_SOURCE_H

#include "harness/engine/journal.h"
#include "harness/engine/manifest.h"

struct ifb_source;

/* Opens a run's folder for reading. IFB_EINPUT, IFB_EIO. */
enum ifb_code ifb_source_open(const char *folder, struct ifb_source **out, struct ifb_error *err);

/* What the run was; lives as long as the source. */
const struct ifb_manifest *ifb_source_manifest(const struct ifb_source *s);
const char *ifb_source_folder(const struct ifb_source *s);

/*
 * Fills the answer to the call that `r` describes (suite, item, epoch, turn) by the
 * run's model `spec`; where there is none, r->error says so. Strings live in `arena`.
 */
enum ifb_code ifb_source_answer(const struct ifb_source *s, ifb_str spec, struct ifb_arena *arena,
                                struct ifb_call_record *r, struct ifb_error *err);

/* NULL is fine. */
void ifb_source_close(struct ifb_source *s);

#endif
