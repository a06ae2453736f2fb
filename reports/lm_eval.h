/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the two files of lm-evaluation-harness's layout share: names, settings of
 * a request, and a sample as a line with its hashes.
 */
#ifndef IFB_REPORTS_LM_EVAL_H
#define IFB_REPORTS_LM_EVAL_H

#include <ifbench/report.h>

#include "harness/base/json.h"
#include "harness/base/sha256.h"

#define IFB_LM_DATE_SIZE 27  /* 2026-01-02T03-04-05.678000 and NUL */

/* The four metrics that a sample has verdicts for, in upstream's order. */
#define IFB_LM_METRICS 4
extern const char *const ifb_lm_metrics[IFB_LM_METRICS];

/* DATE of the files' names from a run's start: UTC; false when it is no ISO time. */
bool ifb_lm_date(ifb_str started, char out[IFB_LM_DATE_SIZE], int64_t *wall_ms);

/*
 * Upstream's rule for names in paths: every run of "<>:/|\?*[] becomes "__". Also
 * of control characters; "", "." and ".." get "__" before them; cut at 150 bytes.
 */
ifb_str ifb_lm_sanitized(struct ifb_arena *arena, ifb_str name);

/* A name of ours or of a file as a key: escaped, which ifb_jw_* does not do. */
const char *ifb_lm_key(struct ifb_arena *arena, ifb_str name);

/* generation_kwargs: until, do_sample, temperature, max_gen_toks; null where not set. */
void ifb_lm_put_generation(struct ifb_jw *w, const char *key, const struct ifb_cell_setup *setup);

/* Every constraint followed, by the strict or the loose verdicts. */
bool ifb_lm_follows_all(const struct ifb_sample *s, bool loose);

/*
 * The sample as a line of samples_TASK_DATE.jsonl, with its "\n"; its three
 * hashes go into `task` too. IFB_EINPUT when a check's arguments are no JSON.
 */
enum ifb_code ifb_lm_put_sample(struct ifb_buf *out, const struct ifb_sample *s, int64_t doc_id,
                                const struct ifb_cell_setup *setup, struct ifb_sha256 *task,
                                struct ifb_arena *scratch, struct ifb_error *err);

#endif
