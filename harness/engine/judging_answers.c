/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the answers that are judged look like before anybody judges them: those that
 * speak to the judge, that are empty or refuse, and that are all the same.
 */
#include "harness/engine/judging_reliability.h"

#include <math.h>

#include <ifbench/stats.h>

#include "harness/base/arena.h"
#include "harness/base/sha256.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "harness/engine/inside.h"
#include "harness/engine/judged.h"
#include "harness/engine/judging.h"

#define SAME_MIN 5  /* so many answers must be one text before that is worth a word */

static void look_at(const struct ifb_run_inside *in, ifb_str text, struct ifb_arena *scratch,
                    struct ifb_judged_answers *a, bool *suspect)
{
    *suspect = *suspect || ifb_judging_suspect(text);
    text = ifb_utf8_repair(scratch, text);
    if (!in->think.keep)
        text = ifb_think_split(&in->think, text).answer;
    a->n++;
    a->empty += !ifb_str_trim_ascii(text).len;
    a->refusing += ifb_judging_refuses(text);
}

/* Digests of answers in `texts`, as many as there are calls; repeats of an item are left out. */
static enum ifb_code read_sample(struct ifb_run_inside *in, const struct ifb_sample_plan *p,
                                 struct ifb_arena *arena, struct ifb_judged_answers *a,
                                 ifb_str *texts, size_t *ntexts, struct ifb_error *err)
{
    struct ifb_arena *scratch = ifb_arena_new();
    enum ifb_code code = IFB_OK;
    bool suspect = false;

    for (uint16_t t = 0; t < p->turns && !code; t++) {
        struct ifb_call_record r;

        if (ifb_journal_state(in->journal, p->call + t) != IFB_CALL_ANSWERED)
            continue;
        ifb_arena_reset(scratch);
        code = ifb_journal_read(in->journal, p->call + t, scratch, &r, err);
        if (code)
            break;
        if (!r.response.text.ptr)
            r.response.text = IFB_STR("");
        look_at(in, r.response.text, scratch, a, &suspect);
        if (!p->epoch) {
            char *digest = ifb_alloc(arena, IFB_SHA256_HEX);

            ifb_sha256_of(r.response.text, digest);
            texts[(*ntexts)++] = ifb_str_of(digest);
        }
    }
    ifb_arena_close(scratch);
    if (suspect && !a->suspects++)
        a->first_suspect = p->item->id;
    return code;
}

static enum ifb_code read_cell(struct ifb_run_inside *in, const struct ifb_plan_cell *pc,
                               struct ifb_judged_answers *a, struct ifb_error *err)
{
    struct ifb_arena *arena = ifb_arena_new();
    size_t most = 0, n = 0;
    ifb_str *texts;
    enum ifb_code code = IFB_OK;

    for (uint32_t s = pc->first; s < pc->first + pc->n; s++)
        most += in->plan.samples[s].turns;
    texts = ifb_new(arena, ifb_str, most);
    for (uint32_t s = pc->first; s < pc->first + pc->n && !code; s++)
        code = read_sample(in, &in->plan.samples[s], arena, a, texts, &n, err);
    a->same = (int64_t)ifb_judging_most_alike(texts, n, arena);
    a->texts = (int64_t)n;
    ifb_arena_close(arena);
    return code;
}

/* They are judged all the same. */
static void warn_answers(struct ifb_run *run, const struct ifb_judge_set *set,
                         const struct ifb_judged_answers *a)
{
    if (a->suspects)
        ifb_run_doubt(run, "%s, %.*s: %lld answer%s speak to the judge (marks of verdicts, tokens "
                      "of chat templates), the first to item %.*s", set->plan.items->suite->id,
                      IFB_ARG(a->model), (long long)a->suspects, a->suspects == 1 ? "" : "s",
                      IFB_ARG(a->first_suspect));
    if (a->same >= SAME_MIN && 2 * a->same > a->texts)
        ifb_run_doubt(run, "%s, %.*s: %lld of %lld answers are one and the same text",
                      set->plan.items->suite->id, IFB_ARG(a->model), (long long)a->same,
                      (long long)a->texts);
}

/* ---- in the summary ---- */

static const struct ifb_metric metrics[] = {
    { .id = "empty_answers", .unit = "proportion", .doc = "answers that are empty" },
    { .id = "refusals", .unit = "proportion",
      .doc = "answers that are empty or read like a refusal (English phrases, an estimate)" },
    { .id = "same_answers", .unit = "proportion",
      .doc = "answers that are the commonest one, word for word" },
    { 0 }
};

static const struct ifb_judged answers = { .id = "answers", .metrics = metrics };

/* Only what there is: most models have none of it. */
static void put_share(struct ifb_judged_cell *cell, struct ifb_metric_value *at, const char *id,
                      int64_t hits, int64_t n)
{
    struct ifb_interval ci = ifb_wilson(hits, n, 0.95);

    if (hits)
        at[cell->nvalues++] = (struct ifb_metric_value){
            .id = ifb_str_of(id), .value = (double)hits / (double)n, .lo = ci.lo, .hi = ci.hi,
            .se = ifb_proportion_se(hits, n), .hits = hits, .n = n,
        };
}

static enum ifb_code add_answers(struct ifb_run *run, const struct ifb_judge_set *set,
                                 ifb_str name, const struct ifb_judged_answers *a,
                                 struct ifb_error *err)
{
    struct ifb_metric_value *at = ifb_new(run->arena, struct ifb_metric_value, 3);
    struct ifb_judged_cell cell = {
        .model = ifb_fmt(run->arena, "answers of %.*s", IFB_ARG(name)), .values = at,
    };
    struct ifb_judged_out out = { .cells = &cell, .ncells = 1 };
    struct ifb_judged_work w = { .run = run, .name = set->plan.items->suite->id,
                                 .suite = &answers };

    put_share(&cell, at, "empty_answers", a->empty, a->n);
    put_share(&cell, at, "refusals", a->refusing, a->n);
    put_share(&cell, at, "same_answers", a->same >= SAME_MIN ? a->same : 0, a->texts);
    return cell.nvalues ? ifb_judged_add(&w, &out, err) : IFB_OK;
}

enum ifb_code ifb_judged_answers(struct ifb_run *run, const struct ifb_judge_set *set,
                                 uint32_t cell, struct ifb_judged_answers *out,
                                 struct ifb_error *err)
{
    struct ifb_run_inside *in = run->inside;
    const struct ifb_plan_cell *pc = &in->plan.cells[cell];
    enum ifb_code code;

    *out = (struct ifb_judged_answers){ .model = pc->model->spec };
    code = read_cell(in, pc, out, err);
    if (code)
        return code;
    warn_answers(run, set, out);
    return add_answers(run, set, ifb_judge_model_name(in, pc->model_index), out, err);
}
