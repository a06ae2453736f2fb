/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lines of verdicts.jsonl on their way to the file: they come in the order
 * in which answers come and leave in plan order, so that output never depends on
 * timing. Models are asked side by side; what belongs behind the first of them
 * waits in files without a name, not in memory.
 */
#ifndef IFB_ENGINE_ROWS_H
#define IFB_ENGINE_ROWS_H

#include "harness/engine/plan.h"

struct ifb_rows;

/* Opens `path`, aside until end renames it. `plan` must outlive the rows. */
enum ifb_code ifb_rows_open(const char *path, const struct ifb_plan *plan, struct ifb_rows **out,
                            struct ifb_error *err);

/* The line of a sample, with its newline; copied if it has to wait. Once a sample. */
void ifb_rows_add(struct ifb_rows *rows, uint32_t sample, ifb_str line);

/* Lines that belong to no sample, behind all others; copied. */
void ifb_rows_append(struct ifb_rows *rows, ifb_str lines);

/* Puts everything in order; samples without a line are left out. IFB_EIO. */
enum ifb_code ifb_rows_end(struct ifb_rows *rows, struct ifb_error *err);

/* Releases; without end nothing is left behind. NULL is fine. */
void ifb_rows_close(struct ifb_rows *rows);

#endif
