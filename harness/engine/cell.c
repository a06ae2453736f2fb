/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engine/cell.h"

#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "harness/engine/judging.h"

#define ROW_MAX ((size_t)64 << 20)

enum ifb_code ifb_cell_take(struct ifb_cells *cells, const struct ifb_plan *plan, uint32_t sample,
                            struct ifb_cell **out, struct ifb_error *err)
{
    const struct ifb_sample_plan *s = &plan->samples[sample];
    struct ifb_cell *c = cells->spare;
    enum ifb_code code;

    if (c) {
        cells->spare = c->next;
    } else {
        c = calloc(1, sizeof(*c));
        if (!c)
            ifb_out_of_memory();
        c->arena = ifb_arena_new();
        ifb_buf_init(&c->row, ROW_MAX);
    }
    c->next = NULL;
    c->sample = sample;
    c->nrecords = 0;
    c->view = NULL;
    c->said = NULL;
    c->records = ifb_new(c->arena, struct ifb_call_record, s->turns);
    code = ifb_suite_item(plan->cells[s->cell].items, s->index, c->arena, &c->own, &c->item, err);
    *out = code ? NULL : c;
    if (code)
        ifb_cell_give(cells, c);
    return code;
}

void ifb_cell_give(struct ifb_cells *cells, struct ifb_cell *cell)
{
    ifb_item_release(&cell->own);
    ifb_arena_reset(cell->arena);
    ifb_buf_clear(&cell->row);
    cell->next = cells->spare;
    cells->spare = cell;
}

void ifb_cells_close(struct ifb_cells *cells)
{
    while (cells->spare) {
        struct ifb_cell *c = cells->spare;

        cells->spare = c->next;
        ifb_arena_close(c->arena);
        ifb_buf_close(&c->row);
        free(c);
    }
}

struct ifb_conversation ifb_cell_messages(const struct ifb_cell *cell, const struct ifb_item *item)
{
    size_t n = ifb_turn_messages(item, (uint16_t)cell->nrecords), at = 0, turn = 0;
    struct ifb_message *out;

    if (!cell->nrecords)
        return (struct ifb_conversation){ item->prompt.at, n };
    out = ifb_new(cell->arena, struct ifb_message, n + cell->nrecords);
    for (size_t i = 0; i < n; i++) {
        out[at++] = item->prompt.at[i];
        if (ifb_is_turn(&item->prompt, i) && turn < cell->nrecords) {
            ifb_str said = cell->records[turn++].response.text;

            out[at++] = (struct ifb_message){ .role = IFB_ASSISTANT,
                                               .text = said.ptr ? said : IFB_STR("") };
        }
    }
    return (struct ifb_conversation){ out, at };
}

/* "turn 2, game 1: A against B": what a judge's call is about, for who reads the journal. */
static ifb_str task_of(const struct ifb_cell *cell)
{
    const struct ifb_judge_view *v = cell->view;
    ifb_str label = v->task.label.ptr ? v->task.label : IFB_STR("task");
    const struct ifb_judging_side *sides = v->match.sides;

    if (!sides[1].model.ptr)
        return ifb_fmt(cell->arena, "%.*s: %.*s", IFB_ARG(label), IFB_ARG(sides[0].model));
    return ifb_fmt(cell->arena, "%.*s: %.*s against %.*s", IFB_ARG(label), IFB_ARG(sides[0].model),
                   IFB_ARG(sides[1].model));
}

struct ifb_call_record ifb_cell_record(const struct ifb_cell *cell, const struct ifb_plan *plan)
{
    const struct ifb_sample_plan *s = &plan->samples[cell->sample];
    const struct ifb_plan_cell *p = &plan->cells[s->cell];

    return (struct ifb_call_record){
        .call = s->call + (uint32_t)cell->nrecords,
        .suite = ifb_str_of(p->suite->id), .item = cell->item->id, .model = p->model->spec,
        .epoch = s->epoch, .turn = (uint16_t)cell->nrecords,
        .task = cell->view ? task_of(cell) : (ifb_str){ NULL, 0 },
        .messages = cell->view ? cell->view->step.ask.messages
                               : ifb_cell_messages(cell, cell->item),
        .response = { .tokens_in = -1, .tokens_out = -1 },
        .latency_ms = -1, .attempts = 1,
    };
}
