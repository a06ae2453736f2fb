/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each model got for each item: of each judge, of all together, and of all but
 * one. On the way: the pairs that come out otherwise in the other order, and the
 * judgments that are not there.
 */
#include "harness/engine/judging_reliability.h"

#include <math.h>

#include "harness/base/arena.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/engine/inside.h"
#include "harness/engine/judging.h"

struct work {
    struct ifb_run_inside *in;
    const struct ifb_judge_set *set;
    struct ifb_judge_points *p;
    struct ifb_jw *flips, *missing;
    size_t judges;
};

/* A match as all judges see it. */
struct match {
    const struct ifb_plan_pair *pair;
    size_t item, tasks;
    struct ifb_cell **cells;               /* by judge and task; NULL: still to come */
    struct ifb_judge_outcome *outcomes;
    bool *whole;                           /* by judge */
};

/* ---- a match ---- */

static enum ifb_code recall_judge(const struct work *w, size_t pair, struct match *m, size_t judge,
                                  struct ifb_error *err)
{
    struct ifb_run_inside *in = w->in;
    const struct ifb_plan_cell *pc = &in->plan.cells[w->set->plan.cell + pair * w->judges + judge];
    enum ifb_code code = IFB_OK;
    bool done;

    m->whole[judge] = true;
    for (size_t t = 0; t < m->tasks && !code; t++) {
        uint32_t sample = ifb_plan_task(&in->plan, pc, m->item, 0, t);
        size_t at = judge * m->tasks + t;

        m->whole[judge] = m->whole[judge] && in->results[sample].scored;
        if (!in->results[sample].scored)
            continue;
        code = ifb_judge_recall(in, sample, &m->cells[at], &done, err);
        if (!code)
            m->outcomes[at] = ifb_judge_outcome_of(in, m->cells[at]);
    }
    return code;
}

static void give_back(const struct work *w, struct match *m)
{
    for (size_t i = 0; i < w->judges * m->tasks; i++)
        if (m->cells[i])
            ifb_cell_give(&w->in->cells, m->cells[i]);
}

/* ---- one by one ---- */

/* Who was judged: by itself, or the two of a pair. */
static void put_match(struct ifb_jw *j, const struct work *w, const struct ifb_judging_match *m)
{
    ifb_jw_str(j, "item", m->item->id);
    ifb_jw_array(j, "models");
    ifb_jw_str(j, NULL, m->sides[0].model);
    if (w->set->versus != IFB_VERSUS_NOBODY)
        ifb_jw_str(j, NULL, m->sides[1].model);
    ifb_jw_end(j);
}

static void put_missing(const struct work *w, const struct ifb_cell *cell,
                        const struct ifb_judge_outcome *o)
{
    struct ifb_jw *j = w->missing;
    bool unanswered = cell->view->unanswered.ptr != NULL;

    ifb_jw_object(j, NULL);
    ifb_jw_str(j, "judge", o->judge);
    put_match(j, w, &cell->view->match);
    ifb_jw_str(j, "task", o->task->label);
    ifb_jw_cstr(j, "why", unanswered ? "no answer" : o->error.ptr ? "failed" : "not read");
    if (o->error.ptr)
        ifb_jw_str(j, "error", o->error);
    if (o->nreplies && o->replies[o->nreplies - 1].text.ptr)
        ifb_jw_str(j, "reply", o->replies[o->nreplies - 1].text);
    ifb_jw_end(j);
}

static void find_missing(const struct work *w, const struct match *m, size_t judge)
{
    for (size_t t = 0; t < m->tasks; t++) {
        size_t at = judge * m->tasks + t;

        if (m->cells[at] && m->outcomes[at].said.how == IFB_UNREADABLE)
            put_missing(w, m->cells[at], &m->outcomes[at]);
    }
}

static void put_winner(struct ifb_jw *j, const struct ifb_judging_match *m, int winner)
{
    ifb_jw_str(j, NULL, winner == 2 ? IFB_STR("tie") : m->sides[winner].model);
}

static void put_flip(const struct work *w, const struct ifb_judging_match *m,
                     const struct ifb_judge_outcome *games, const int won[2])
{
    ifb_jw_object(w->flips, NULL);
    ifb_jw_str(w->flips, "judge", games->judge);
    put_match(w->flips, w, m);
    ifb_jw_array(w->flips, "tasks");
    ifb_jw_str(w->flips, NULL, games[0].task->label);
    ifb_jw_str(w->flips, NULL, games[1].task->label);
    ifb_jw_end(w->flips);
    ifb_jw_array(w->flips, "winners");
    put_winner(w->flips, m, won[0]);
    put_winner(w->flips, m, won[1]);
    ifb_jw_end(w->flips);
    ifb_jw_bool(w->flips, "flip", won[0] != 2 && won[1] != 2);
    ifb_jw_end(w->flips);
}

static void find_flips(const struct work *w, const struct match *m, size_t judge)
{
    const struct ifb_judge_outcome *o = m->outcomes + judge * m->tasks;

    if (w->set->versus == IFB_VERSUS_NOBODY || !m->whole[judge])
        return;
    for (size_t at = 0; ifb_judging_next_swap(o, m->tasks, &at); at += 2) {
        const int won[2] = { ifb_judging_winner(&o[at]), ifb_judging_winner(&o[at + 1]) };

        if (won[0] >= 0 && won[1] >= 0 && won[0] != won[1])
            put_flip(w, &m->cells[judge * m->tasks]->view->match, &o[at], won);
    }
}

/* ---- points ---- */

static void add_points(const struct work *w, size_t voice, uint32_t cell, size_t item,
                       double points)
{
    struct ifb_judge_points *p = w->p;

    for (size_t m = 0; m < p->models && !isnan(points); m++)
        if (p->cells[m] == cell) {
            size_t at = (voice * p->models + m) * p->items + item;

            p->sum[at] += points;
            p->n[at]++;
        }
}

static void add_said(const struct work *w, const struct match *m, size_t voice,
                     const struct ifb_judge_task *task, const struct ifb_judgment *said)
{
    double points = ifb_judging_points(task, said);

    add_points(w, voice, m->pair->side[0], m->item, points);
    if (w->set->versus != IFB_VERSUS_NOBODY)
        add_points(w, voice, m->pair->side[1], m->item, 1 - points);
}

/* All judges but `without` (judges: but nobody) about one task. */
static void add_jury(const struct work *w, const struct match *m, size_t task, size_t voice,
                     size_t without, struct ifb_arena *arena)
{
    struct ifb_judgment *said = ifb_new(arena, struct ifb_judgment, w->judges), jury;
    const struct ifb_judge_task *asked = NULL;
    size_t n = 0;

    for (size_t j = 0; j < w->judges; j++) {
        const struct ifb_judge_outcome *o = &m->outcomes[j * m->tasks + task];

        if (j == without || !o->task)
            continue;
        asked = o->task;
        said[n++] = o->said;
    }
    if (!asked)
        return;
    jury = ifb_judgment_jury(said, n, arena);
    add_said(w, m, voice, asked, &jury);
}

static void add_match(const struct work *w, const struct match *m, struct ifb_arena *arena)
{
    for (size_t t = 0; t < m->tasks; t++) {
        for (size_t j = 0; j < w->judges; j++) {
            const struct ifb_judge_outcome *o = &m->outcomes[j * m->tasks + t];

            if (o->task)
                add_said(w, m, j, o->task, &o->said);
        }
        if (w->judges < 2)
            continue;
        add_jury(w, m, t, IFB_VOICE_JURY(w->judges), w->judges, arena);
        for (size_t k = 0; k < w->judges; k++)
            add_jury(w, m, t, IFB_VOICE_WITHOUT(w->judges, k), k, arena);
    }
}

static enum ifb_code read_match(const struct work *w, size_t pair, size_t item,
                                struct ifb_arena *arena, struct ifb_error *err)
{
    struct match m = { .pair = &w->set->plan.pairs[pair], .item = item,
                       .tasks = ifb_plan_tasks(&w->set->plan, item) };
    enum ifb_code code = IFB_OK;

    m.cells = ifb_new(arena, struct ifb_cell *, w->judges * m.tasks);
    m.outcomes = ifb_new(arena, struct ifb_judge_outcome, w->judges * m.tasks);
    m.whole = ifb_new(arena, bool, w->judges);
    for (size_t j = 0; j < w->judges && !code; j++)
        code = recall_judge(w, pair, &m, j, err);
    for (size_t j = 0; j < w->judges && !code && m.tasks; j++) {
        find_flips(w, &m, j);
        find_missing(w, &m, j);
    }
    if (!code)
        add_match(w, &m, arena);
    give_back(w, &m);
    return code;
}

/* ---- a set ---- */

static void make_room(const struct work *w, struct ifb_arena *arena)
{
    struct ifb_judge_points *p = w->p;
    uint32_t *cells = ifb_new(arena, uint32_t, w->in->plan.nasked);
    size_t room;

    p->items = w->set->plan.items->n;
    p->voices = w->judges > 1 ? 2 * w->judges + 1 : 1;
    for (uint32_t c = 0; c < w->in->plan.nasked; c++)
        if (w->in->plan.cells[c].items == w->set->plan.items)
            cells[p->models++] = c;
    p->cells = cells;
    room = p->voices * p->models * p->items;
    p->sum = ifb_new(arena, double, room);
    p->n = ifb_new(arena, uint32_t, room);
}

enum ifb_code ifb_judge_points(struct ifb_run *run, const struct ifb_judge_set *set,
                               struct ifb_arena *arena, const struct ifb_judge_lists *lists,
                               struct ifb_judge_points *out, struct ifb_error *err)
{
    const struct work w = { run->inside, set, out, lists->flips, lists->missing,
                            run->inside->judges->n };
    struct ifb_arena *scratch = ifb_arena_new();
    enum ifb_code code = IFB_OK;

    *out = (struct ifb_judge_points){ 0 };
    make_room(&w, arena);
    for (size_t p = 0; p < set->plan.npairs && !code; p++)
        for (size_t i = 0; i < out->items && !code; i++) {
            ifb_arena_reset(scratch);
            code = read_match(&w, p, i, scratch, err);
        }
    ifb_arena_close(scratch);
    return code;
}

double ifb_judge_score(const struct ifb_judge_points *p, size_t voice, size_t model,
                       int64_t *items)
{
    size_t from = (voice * p->models + model) * p->items;
    double sum = 0;

    *items = 0;
    for (size_t i = from; i < from + p->items; i++)
        if (p->n[i]) {
            sum += p->sum[i] / p->n[i];
            ++*items;
        }
    return *items ? sum / (double)*items : (double)NAN;
}
