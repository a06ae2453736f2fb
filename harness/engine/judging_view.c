/* SPDX-License-Identifier: Apache-2.0 */
/* What a judge's task reads, what it asks, and what its replies come to. */
#include "harness/engine/judging.h"

#include <math.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "harness/engine/bank.h"
#include "harness/engine/inside.h"

static const struct ifb_plan_cell *cell_of(const struct ifb_run_inside *in, uint32_t sample)
{
    return &in->plan.cells[in->plan.samples[sample].cell];
}

/* What somebody said, without thinking. */
static ifb_str said_text(const struct ifb_run_inside *in, ifb_str text, bool think,
                         struct ifb_arena *arena)
{
    if (!text.ptr)
        return IFB_STR("");
    text = ifb_utf8_repair(arena, text);
    return think ? ifb_think_split(&in->think, text).answer : text;
}

/* ---- answers ---- */

static enum ifb_code read_answers(struct ifb_run_inside *in, uint32_t cell,
                                  const struct ifb_sample_plan *task, struct ifb_arena *arena,
                                  struct ifb_judging_side *out, struct ifb_error *err)
{
    const struct ifb_sample_plan *s =
        &in->plan.samples[ifb_plan_answer(&in->plan, cell, task->index, task->epoch)];
    ifb_str *at = ifb_new(arena, ifb_str, s->turns);
    size_t n = 0;

    for (; n < s->turns; n++) {
        struct ifb_call_record record;
        enum ifb_code code;

        if (ifb_journal_state(in->journal, s->call + (uint32_t)n) != IFB_CALL_ANSWERED)
            break;
        code = ifb_journal_read(in->journal, s->call + (uint32_t)n, arena, &record, err);
        if (code)
            return code;
        at[n] = said_text(in, record.response.text, !in->think.keep, arena);
    }
    out->answers = (struct ifb_strs){ at, n };
    return IFB_OK;
}

static enum ifb_code read_side(struct ifb_run_inside *in, const struct ifb_judge_set *set,
                               uint32_t cell, const struct ifb_sample_plan *task,
                               struct ifb_arena *arena, struct ifb_judging_side *out,
                               struct ifb_error *err)
{
    if (cell == IFB_SIDE_OUTSIDE) {
        if (set->bank)
            *out = ifb_bank_find(set->bank, set->judging, set->state, task->item);
        return IFB_OK;
    }
    out->model = ifb_judge_model_name(in, in->plan.cells[cell].model_index);
    return read_answers(in, cell, task, arena, out, err);
}

/* All that is answered now for the record; what the task sees must not depend on when it is. */
static enum ifb_code read_match(struct ifb_run_inside *in, const struct ifb_plan_cell *cell,
                                const struct ifb_sample_plan *task, struct ifb_judge_view *v,
                                struct ifb_arena *arena, struct ifb_error *err)
{
    const struct ifb_plan_pair *pair = &cell->judging->pairs[cell->pair];
    size_t turns = v->set->judging->shape(v->set->state, task->item, task->task).turns;
    size_t sides = v->set->versus == IFB_VERSUS_NOBODY ? 1 : 2;

    v->match = (struct ifb_judging_match){ .item = task->item, .epoch = task->epoch };
    for (size_t i = 0; i < sides; i++) {
        struct ifb_judging_side *side = &v->match.sides[i];
        enum ifb_code code = read_side(in, v->set, pair->side[i], task, arena, side, err);

        if (code)
            return code;
        if (side->answers.n < turns && !v->unanswered.ptr)
            v->unanswered = side->model.len ? ifb_fmt(arena, "no answer of %.*s",
                                                      IFB_ARG(side->model))
                                            : IFB_STR("no answer of the baseline");
    }
    v->seen = v->match;
    for (size_t i = 0; i < 2; i++)
        if (v->seen.sides[i].answers.n > turns)
            v->seen.sides[i].answers.n = turns;
    return IFB_OK;
}

/* ---- a task ---- */

enum ifb_code ifb_judge_look(struct ifb_run_inside *in, struct ifb_cell *cell,
                             struct ifb_error *err)
{
    const struct ifb_sample_plan *task = &in->plan.samples[cell->sample];
    const struct ifb_plan_cell *pc = cell_of(in, cell->sample);
    struct ifb_judge_view *v = ifb_new(cell->arena, struct ifb_judge_view, 1);
    const struct ifb_judge_set *set = pc->judging->self;
    enum ifb_code code;

    v->set = set;
    v->step.said = ifb_judgment_none();
    v->replies = ifb_new(cell->arena, struct ifb_response, task->turns);
    v->texts = ifb_new(cell->arena, ifb_str, task->turns);
    v->most = set->judging->shape(set->state, task->item, task->task).calls;
    cell->view = v;
    code = read_match(in, pc, task, v, cell->arena, err);
    if (!code)
        code = set->judging->task(set->state, &v->seen, task->task, cell->arena, &v->task, err);
    if (code)
        return ifb_within(err, "%s, item %.*s", set->judging->id, IFB_ARG(task->item->id));
    v->task.context.templates = in->judges->templates;
    v->task.context.parse = in->judges->parse;
    v->task.context.no_system = in->o.judge.no_system;
    return IFB_OK;
}

static enum ifb_code step(struct ifb_judge_view *v, struct ifb_arena *arena, struct ifb_error *err)
{
    struct ifb_strs replies = { v->texts + v->from, v->fed - v->from };
    struct ifb_judge_context *c = &v->task.context;
    struct ifb_error local = { 0 };
    enum ifb_code code;

    c->replies = v->replies + v->from;
    code = v->task.protocol->step(c, replies, arena, &v->step, err ? err : &local);
    if (code)
        return ifb_within(err, "%s, item %.*s, %.*s", v->set->judging->id,
                          IFB_ARG(v->match.item->id), IFB_ARG(v->task.label));
    if (!replies.n)
        v->first = v->step.ask;
    return IFB_OK;
}

static bool is_unread(const struct ifb_judge_view *v)
{
    return v->step.done && v->step.said.how == IFB_UNREADABLE;
}

static void feed(struct ifb_run_inside *in, struct ifb_judge_view *v,
                 const struct ifb_call_record *record, struct ifb_arena *arena)
{
    v->replies[v->fed] = record->response;
    v->replies[v->fed].text = v->texts[v->fed] =
        said_text(in, record->response.text, true, arena);
    v->fed++;
    v->current = false;
}

/* A new attempt, when the last one came to nothing and there is room for another. */
static bool begins_again(struct ifb_run_inside *in, struct ifb_judge_view *v,
                         const struct ifb_cell *cell)
{
    if (!is_unread(v) || v->fed + v->most > in->plan.samples[cell->sample].turns)
        return false;
    /* Without a record of it, it is begun only by a run that asks. */
    if (v->fed == cell->nrecords && !in->asking)
        return false;
    v->from = v->fed;
    v->current = false;
    return true;
}

static void override(const struct ifb_run_inside *in, struct ifb_judge_request *ask)
{
    if (in->o.judge.temperature >= 0)
        ask->temperature = in->o.judge.temperature;
    if (in->o.judge.max_tokens > 0)
        ask->max_tokens = in->o.judge.max_tokens;
}

/* A task that cannot be asked (no reference, a template without a place) is unscored, not fatal. */
static enum ifb_code try_step(struct ifb_judge_view *v, struct ifb_arena *arena)
{
    struct ifb_error why = { 0 };
    enum ifb_code code = step(v, arena, &why);

    if (code)
        v->unanswered = ifb_str_copy(arena, ifb_str_of(why.msg));
    return code;
}

enum ifb_code ifb_judge_advance(struct ifb_run_inside *in, struct ifb_cell *cell, bool *done,
                                struct ifb_error *err)
{
    struct ifb_judge_view *v;
    enum ifb_code code = cell->view ? IFB_OK : ifb_judge_look(in, cell, err);

    if (code)
        return code;
    v = cell->view;
    *done = v->unanswered.ptr || v->task.decided;
    while (!*done) {
        if (!v->current && try_step(v, cell->arena)) {
            *done = true;
            break;
        }
        v->current = true;
        if (v->step.done) {
            *done = !begins_again(in, v, cell);
        } else if (v->fed == cell->nrecords) {
            break;
        } else if (!cell->records[v->fed].answered) {
            *done = true;
        } else {
            feed(in, v, &cell->records[v->fed], cell->arena);
        }
    }
    override(in, &v->step.ask);
    return IFB_OK;
}

bool ifb_judge_readable(struct ifb_run_inside *in, struct ifb_cell *cell,
                        const struct ifb_call_record *record)
{
    struct ifb_judge_view next = *cell->view;

    feed(in, &next, record, cell->arena);
    return !step(&next, cell->arena, NULL) && !is_unread(&next);
}

/* ---- what it came to ---- */

struct ifb_judge_outcome ifb_judge_outcome_of(struct ifb_run_inside *in,
                                              const struct ifb_cell *cell)
{
    const struct ifb_judge_view *v = cell->view;
    const struct ifb_call_record *last = cell->nrecords ? &cell->records[cell->nrecords - 1] : NULL;
    struct ifb_judge_outcome out = {
        .task = &v->task,
        .judge = ifb_judge_model_name(in, cell_of(in, cell->sample)->model_index),
        .asked = v->first.messages.n ? &v->first : NULL,
        .replies = v->replies + v->from, .nreplies = v->fed - v->from,
        .said = v->step.done ? v->step.said : ifb_judgment_none(),
    };

    if (v->unanswered.ptr)
        out.error = v->unanswered;
    else if (v->task.decided)
        out.said = v->task.said;
    else if (last && !last->answered && v->fed + 1 == cell->nrecords)
        out.error = last->error;
    if (out.error.ptr)
        out.said = ifb_judgment_none();
    return out;
}

static void add_known(int64_t *sum, int64_t value)
{
    if (value >= 0)
        *sum = (*sum < 0 ? 0 : *sum) + value;
}

void ifb_judge_result(struct ifb_run_inside *in, const struct ifb_cell *cell,
                      struct ifb_sample_result *out)
{
    struct ifb_judge_outcome o = ifb_judge_outcome_of(in, cell);
    int64_t latency = -1;

    out->tokens_in = out->tokens_out = -1;
    for (size_t i = 0; i < cell->nrecords; i++) {
        const struct ifb_call_record *r = &cell->records[i];
        bool paid = r->answered && !r->cached;

        out->cached |= r->cached;
        out->failed_call = !r->answered;
        add_known(&out->tokens_in, paid ? r->response.tokens_in : -1);
        add_known(&out->tokens_out, paid ? r->response.tokens_out : -1);
        add_known(&latency, paid ? r->latency_ms : -1);
    }
    out->latency_ms = latency > INT32_MAX ? INT32_MAX : (int32_t)latency;
    out->scored = true;
    out->answered = o.nreplies > 0;
    out->incomplete = cell->view->unanswered.ptr != NULL;
    out->outcome = o.said.how == IFB_READ || o.said.how == IFB_READ_LOOSELY ? IFB_PASS
                   : o.said.how == IFB_READ_RAISES                          ? IFB_ERROR
                                                                            : IFB_UNSCORED;
}

/* ---- answers to the questions of constraints ---- */

/* Questions about one answer, in the order of the item's constraints. */
static size_t questions_of(const struct ifb_item *item)
{
    size_t n = 0;

    for (size_t i = 0; i < item->nconstraints; i++)
        n += ifb_questions_of(&item->constraints[i]);
    return n;
}

/* What one judge said, task after task. */
static enum ifb_code gather_said(struct ifb_run_inside *in, const struct ifb_plan_cell *pc,
                                 const struct ifb_sample_plan *s, enum ifb_said *said, size_t n,
                                 struct ifb_error *err)
{
    size_t tasks = ifb_plan_tasks(pc->judging, s->index), at = 0;
    enum ifb_code code = IFB_OK;

    for (size_t t = 0; t < tasks && !code; t++) {
        struct ifb_cell *cell;
        struct ifb_judge_outcome o;
        bool done;

        code = ifb_judge_recall(in, ifb_plan_task(&in->plan, pc, s->index, s->epoch, t), &cell,
                                &done, err);
        if (code)
            break;
        o = ifb_judge_outcome_of(in, cell);
        for (size_t q = 0; q < o.said.nsaid && at + q < n; q++)
            said[at + q] = o.said.said[q];
        at += cell->view->task.context.checks.n;
        ifb_cell_give(&in->cells, cell);
    }
    return code;
}

/* What most judges say; a tie is nothing, and so is silence where no reply was there. */
static enum ifb_said majority(const enum ifb_said *said, size_t judges, size_t n, size_t question)
{
    size_t count[IFB_SAID_UNREADABLE + 1] = { 0 };

    for (size_t j = 0; j < judges; j++)
        count[said[j * n + question]]++;
    if (count[IFB_SAID_YES] != count[IFB_SAID_NO])
        return count[IFB_SAID_YES] > count[IFB_SAID_NO] ? IFB_SAID_YES : IFB_SAID_NO;
    return count[IFB_SAID_UNREADABLE] && !count[IFB_SAID_YES] ? IFB_SAID_UNREADABLE
                                                              : IFB_SAID_NOTHING;
}

enum ifb_code ifb_judges_said(struct ifb_run_inside *in, struct ifb_cell *cell,
                              struct ifb_error *err)
{
    const struct ifb_sample_plan *s = &in->plan.samples[cell->sample];
    const struct ifb_judge_set *set = ifb_judges_of(in, s->cell);
    size_t n = questions_of(cell->item), judges = in->plan.njudges;
    enum ifb_said *all;
    uint8_t *said;
    enum ifb_code code = IFB_OK;

    if (!set || set->judging->record || !ifb_plan_tasks(&set->plan, s->index))
        return IFB_OK;
    all = ifb_new(cell->arena, enum ifb_said, n * judges);
    said = ifb_new(cell->arena, uint8_t, n);
    for (size_t p = 0; p < set->plan.npairs && !code; p++)
        for (size_t j = 0; j < judges && !code && set->plan.pairs[p].side[0] == s->cell; j++)
            code = gather_said(in, &in->plan.cells[set->plan.cell + p * judges + j], s,
                               all + j * n, n, err);
    for (size_t q = 0; q < n; q++)
        said[q] = (uint8_t)majority(all, judges, n, q);
    cell->said = said;
    return code;
}
