/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `check --batch`: a stream of single checks, JSON lines in, JSON lines out in
 * the same order, on all cores. Memory does not grow with the stream, and what
 * is ready is written out when the input pauses, so that it serves as a
 * co-process.
 */
#ifndef IFB_ENGINE_BATCH_H
#define IFB_ENGINE_BATCH_H

#include <ifbench/check.h>
#include <ifbench/report.h>

struct ifb_batch_options {
    struct ifb_lazy *resources;  /* may be NULL */
    int threads;
    bool explain;  /* give reasons */
    bool spans;    /* and "at": [from, to, ...] in bytes, of the strict verdict, where there are any */
    /* Pushes out what the sink has buffered; called when the input pauses. */
    bool (*flush)(void);
};

/* What was seen: lines, and those that could not be checked. */
struct ifb_batch_counts {
    int64_t lines, errors;
};

/*
 * Each line {"id", "instruction_id", "kwargs", "response"}, or with "constraint",
 * an expression, in place of the two in the middle, gives one line
 * {"id", "strict", "loose", "why", "error"}: booleans, or null with an error.
 * Blank lines are skipped. Fails only when the input cannot be read or the
 * sink no longer takes bytes (IFB_EIO).
 */
enum ifb_code ifb_batch_run(const char *path, const struct ifb_batch_options *options,
                            const struct ifb_sink *sink, struct ifb_batch_counts *counts,
                            struct ifb_error *err);

#endif
