/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The samples of a run folder, in plan order, for reports: verdicts.jsonl gives
 * the verdicts, the journal what was said. One sample is in memory at a time.
 */
#ifndef IFB_ENGINE_SAMPLES_H
#define IFB_ENGINE_SAMPLES_H

#include <ifbench/report.h>

#include "harness/engine/journal.h"
#include "harness/engine/think.h"

struct ifb_sample_reader;

/*
 * Opens RUN/verdicts.jsonl beside an open journal, which is borrowed. `think`
 * must be what the verdicts were made with (NULL: none). Fills *out.
 */
enum ifb_code ifb_samples_open(const char *run, const struct ifb_journal *journal,
                               const struct ifb_think *think, size_t n,
                               struct ifb_sample_reader **reader, struct ifb_samples *out,
                               struct ifb_error *err);

void ifb_samples_close(struct ifb_sample_reader *r);

#endif
