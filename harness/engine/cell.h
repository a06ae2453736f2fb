/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A cell: one sample from its first request until its verdicts are written.
 * Everything it needs lives in its arena; cells are used again, so that memory
 * does not grow with the run.
 */
#ifndef IFB_ENGINE_CELL_H
#define IFB_ENGINE_CELL_H

#include "harness/base/buf.h"
#include "harness/engine/journal.h"
#include "harness/engine/plan.h"
#include "harness/engine/pool.h"

struct ifb_cell {
    struct ifb_job job;  /* first: the pool's handle */
    struct ifb_arena *arena;
    uint32_t sample;
    const struct ifb_item *item;      /* what is asked */
    struct ifb_item own;              /* `item`, when it did not stay in memory */
    struct ifb_call_record *records;  /* room for one a turn */
    size_t nrecords;                  /* turns that are answered or have failed */
    struct ifb_judge_view *view;      /* of a judge's task, once it is looked at; in the arena */
    const uint8_t *said;              /* what judges said of the constraints' questions, or NULL */
    struct ifb_buf row;               /* its line of verdicts.jsonl */
    struct ifb_cell *next;
};

struct ifb_cells {
    struct ifb_cell *spare;
};

/*
 * A cell for a sample, empty; from the spares when there is one. Its item may have
 * to be read again: IFB_EINPUT, and *out NULL, when its file has changed.
 */
enum ifb_code ifb_cell_take(struct ifb_cells *cells, const struct ifb_plan *plan, uint32_t sample,
                            struct ifb_cell **out, struct ifb_error *err);

/* Gives it back; its arena is emptied. */
void ifb_cell_give(struct ifb_cells *cells, struct ifb_cell *cell);

/* Releases the spares. */
void ifb_cells_close(struct ifb_cells *cells);

/*
 * The conversation of the cell's next turn, in its arena: the prompt so far
 * with the earlier answers between.
 */
struct ifb_conversation ifb_cell_messages(const struct ifb_cell *cell, const struct ifb_item *item);

/* An empty record of the cell's next turn, with all that is known before the answer. */
struct ifb_call_record ifb_cell_record(const struct ifb_cell *cell, const struct ifb_plan *plan);

#endif
