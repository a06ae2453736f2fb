/* SPDX-License-Identifier: Apache-2.0 */
/* The part of the plan that reads answers: judges' tasks behind the samples. */
#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/engine/plan.h"

size_t ifb_plan_tasks(const struct ifb_plan_judging *judging, size_t item)
{
    return judging->before[item + 1] - judging->before[item];
}

uint32_t ifb_plan_task(const struct ifb_plan *plan, const struct ifb_plan_cell *cell, size_t item,
                       uint32_t epoch, size_t task)
{
    const struct ifb_plan_judging *j = cell->judging;

    return cell->first + plan->epochs * j->before[item] +
           epoch * (uint32_t)ifb_plan_tasks(j, item) + (uint32_t)task;
}

uint32_t ifb_plan_answer(const struct ifb_plan *plan, uint32_t cell, size_t item, uint32_t epoch)
{
    return plan->cells[cell].first + (uint32_t)item * plan->epochs + epoch;
}

/* Two rooms in one: what was there, and as much as the judges need. */
static enum ifb_code make_room(struct ifb_plan *plan,
                               struct ifb_plan_judging *const *judgings, size_t njudgings,
                               size_t n, struct ifb_arena *arena, struct ifb_plan_cell **cells,
                               struct ifb_sample_plan **samples, struct ifb_error *err)
{
    size_t ncells = plan->ncells, nsamples = plan->nsamples;

    for (size_t k = 0; k < njudgings; k++) {
        const struct ifb_plan_judging *j = judgings[k];

        ncells += j->npairs * n;
        nsamples += j->npairs * n * plan->epochs * j->before[j->items->n];
    }
    if (nsamples > UINT32_MAX)
        return ifb_fail(err, IFB_ELIMIT, "more than %u judgments", UINT32_MAX);
    *cells = ifb_new(arena, struct ifb_plan_cell, ncells);
    *samples = ifb_new(arena, struct ifb_sample_plan, nsamples);
    memcpy(*cells, plan->cells, plan->ncells * sizeof(**cells));
    memcpy(*samples, plan->samples, plan->nsamples * sizeof(**samples));
    plan->cells = *cells;
    plan->samples = *samples;
    return IFB_OK;
}

static void add_tasks(struct ifb_plan *plan, const struct ifb_plan_judging *j, uint32_t cell,
                      struct ifb_sample_plan *samples)
{
    for (size_t i = 0; i < j->items->n; i++)
        for (uint32_t e = 0; e < plan->epochs; e++)
            for (size_t t = 0; t < ifb_plan_tasks(j, i); t++) {
                const struct ifb_item *item = &j->items->items[i];
                uint16_t calls = j->calls(j->self, item, t);

                samples[plan->nsamples++] = (struct ifb_sample_plan){
                    .item = item, .index = (uint32_t)i, .cell = cell, .epoch = e,
                    .call = (uint32_t)plan->ncalls, .turns = (uint16_t)(calls * j->attempts),
                    .task = (uint16_t)t,
                };
                plan->ncalls += samples[plan->nsamples - 1].turns;
                plan->least += calls;
            }
}

static void hash_judges(struct ifb_plan *plan, const struct ifb_model *judges, size_t n,
                        ifb_str what)
{
    struct ifb_sha256 *h = ifb_sha256_new();

    ifb_sha256_add(h, plan->digest, sizeof(plan->digest) - 1);
    for (size_t i = 0; i < n; i++) {
        ifb_sha256_add(h, "\n", 1);
        ifb_sha256_add(h, judges[i].spec.ptr, judges[i].spec.len);
    }
    ifb_sha256_add(h, "\n", 1);
    ifb_sha256_add(h, what.ptr, what.len);
    ifb_sha256_hex(h, plan->digest);
    ifb_sha256_close(h);
}

enum ifb_code ifb_plan_judge(struct ifb_plan *plan, struct ifb_plan_judging *const *judgings,
                             size_t njudgings, const struct ifb_model *judges, uint32_t first_judge,
                             size_t n, ifb_str what, struct ifb_arena *arena, struct ifb_error *err)
{
    struct ifb_plan_cell *cells = NULL;
    struct ifb_sample_plan *samples = NULL;
    enum ifb_code code = make_room(plan, judgings, njudgings, n, arena, &cells, &samples, err);

    if (code)
        return code;
    plan->njudges = n;
    for (size_t k = 0; k < njudgings; k++) {
        struct ifb_plan_judging *j = judgings[k];

        j->cell = (uint32_t)plan->ncells;
        for (size_t p = 0; p < j->npairs; p++)
            for (size_t m = 0; m < n; m++) {
                struct ifb_plan_cell *c = &cells[plan->ncells];

                *c = (struct ifb_plan_cell){ .suite = j->items->suite, .items = j->items,
                                             .model = &judges[m],
                                             .model_index = first_judge + (uint32_t)m,
                                             .first = (uint32_t)plan->nsamples,
                                             .judging = j, .pair = (uint32_t)p };
                add_tasks(plan, j, (uint32_t)plan->ncells++, samples);
                c->n = (uint32_t)plan->nsamples - c->first;
            }
    }
    if (plan->ncalls > UINT32_MAX)
        return ifb_fail(err, IFB_ELIMIT, "more than %u calls", UINT32_MAX);
    plan->nown = plan->ncalls;
    hash_judges(plan, judges, n, what);
    return IFB_OK;
}
