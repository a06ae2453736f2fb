/* SPDX-License-Identifier: Apache-2.0 */
/* How long answers are on average: as the suite says, else from the journal, else in tokens. */
#include <math.h>

#include "harness/base/arena.h"
#include "harness/base/file.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "harness/engine/leaderboard.h"
#include "harness/engine/record.h"

struct adding {
    const struct ifb_mark_cell *cells;
    struct ifb_board_length *at;
    size_t n, last;  /* the cell that the line before was of */
};

static void add_answer(struct adding *a, const struct ifb_call_record *r)
{
    for (size_t k = 0; k < a->n; k++) {
        size_t i = (a->last + k) % a->n;

        if (!ifb_str_eq(a->cells[i].model, r->model) || !ifb_str_eq(a->cells[i].suite, r->suite))
            continue;
        a->at[i].characters += (double)ifb_utf8_count(r->response.text);
        a->at[i].answers++;
        a->last = i;
        return;
    }
}

/* What cannot be read is not known: the marks are the run's, and they were read. */
struct ifb_board_length *ifb_board_lengths(const struct ifb_marks *marks, struct ifb_arena *arena)
{
    struct adding a = { marks->cells, ifb_new(arena, struct ifb_board_length, marks->ncells),
                        marks->ncells, 0 };
    struct ifb_arena *scratch = ifb_arena_new();
    struct ifb_error err;
    struct ifb_lines *lines = NULL;
    struct ifb_call_record record;
    bool more = true;
    ifb_str line;
    enum ifb_code code = ifb_lines_open(ifb_path_join(arena, ifb_cstr(arena, marks->name),
                                                      "journal.jsonl"), &lines, &err);

    while (!code && a.n && !ifb_lines_next(lines, &line, &more, &err) && more) {
        if (!ifb_str_starts(line, IFB_STR("{\"t\":\"answer\"")))
            continue;
        ifb_arena_reset(scratch);
        if (ifb_record_read(line, scratch, &record, &err))
            break;
        if (record.answered && ifb_utf8_valid(record.response.text) == record.response.text.len)
            add_answer(&a, &record);
    }
    if (!code)
        ifb_lines_close(lines);
    ifb_arena_close(scratch);
    return a.at;
}

void ifb_board_find_length(struct ifb_board_entry *e, ifb_str suite,
                           const struct ifb_board_length *length)
{
    const struct ifb_metric_value *v = ifb_metric_of(e->summary, suite, e->model,
                                                     IFB_STR("avg_length"));
    const struct ifb_counts *c = &e->cell->counts;
    int64_t answers = c->total - c->pending - e->cell->failed_calls;

    e->length = NAN;
    e->length_unit = "";
    if (v) {
        e->length = v->value;
        e->length_unit = "characters";
    } else if (length->answers) {
        e->length = length->characters / (double)length->answers;
        e->length_unit = "characters";
    } else if (e->cell->tokens_out > 0 && answers > 0) {
        e->length = (double)e->cell->tokens_out / (double)answers;
        e->length_unit = "tokens";
    }
}
