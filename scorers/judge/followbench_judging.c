/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How FollowBench's judged groups are put before a judge: an answer with the
 * instructions of all levels up to its own. What it says fills the constraints that
 * no rule scores, so that HSR, SSR and CSL are of both.
 */
#include "scorers/judge/judgings.h"

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "scorers/judge/judge.h"

/* The state is the protocol of the language. */
static enum ifb_code open_en(const void *options, const struct ifb_judged_lent *lent, void **out,
                             struct ifb_error *err)
{
    (void)options;
    (void)lent;
    (void)err;
    *out = (void *)&ifb_judge_followbench;
    return IFB_OK;
}

static enum ifb_code open_zh(const void *options, const struct ifb_judged_lent *lent, void **out,
                             struct ifb_error *err)
{
    (void)options;
    (void)lent;
    (void)err;
    *out = (void *)&ifb_judge_followbench_zh;
    return IFB_OK;
}

static enum ifb_versus versus(const void *state)
{
    (void)state;
    return IFB_VERSUS_NOBODY;
}

/* Items that rules score have no ladder. */
static size_t count(const void *state, const struct ifb_item *item)
{
    (void)state;
    return item->ladder.n > 1 ? 1 : 0;
}

static struct ifb_judge_shape shape(const void *state, const struct ifb_item *item, size_t task)
{
    (void)state;
    (void)item;
    (void)task;
    return (struct ifb_judge_shape){ 1, 1 };
}

static enum ifb_code make_task(const void *state, const struct ifb_judging_match *m, size_t task,
                               struct ifb_arena *arena, struct ifb_judge_task *out,
                               struct ifb_error *err)
{
    const struct ifb_strs *ladder = &m->item->ladder;

    (void)task;
    (void)err;
    *out = (struct ifb_judge_task){
        .protocol = state,
        .label = ifb_fmt(arena, "level %u", m->item->level),
        .context = { .category = m->item->group, .turn = 1, .game = 1, .questions = *ladder,
                     .checks = { ladder->at + 1, ladder->n - 1 },
                     .answers = { m->sides[0].answers } },
    };
    return IFB_OK;
}

const struct ifb_judging ifb_judging_followbench = {
    .id = "followbench", .doc = "whether each constraint that was added is satisfied",
    .open = open_en, .versus = versus, .count = count, .shape = shape, .task = make_task,
};

const struct ifb_judging ifb_judging_followbench_zh = {
    .id = "followbench-zh", .doc = "the same in Chinese", .open = open_zh, .versus = versus,
    .count = count, .shape = shape, .task = make_task,
};
