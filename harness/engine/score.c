/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engine/score.h"

#include <ifbench/judge.h>

#include "harness/base/arena.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"

/* The answers of a sample, by turn, ready to be judged. */
struct answers {
    struct ifb_forms **forms;  /* NULL where there is no answer */
    size_t n;
    bool complete;             /* every turn has one */
};

void ifb_result_room(struct ifb_sample_result *r, const struct ifb_item *item,
                     struct ifb_arena *arena)
{
    r->strict = ifb_new(arena, uint8_t, 2 * item->nconstraints);
    r->loose = r->strict + item->nconstraints;
}

struct ifb_sample_result *ifb_results_new(const struct ifb_plan *plan, struct ifb_arena *arena)
{
    struct ifb_sample_result *results = ifb_new(arena, struct ifb_sample_result, plan->nsamples);

    for (size_t i = 0; i < plan->nsamples; i++) {
        const struct ifb_item *item = plan->samples[i].item;

        if (item)
            ifb_result_room(&results[i], item, arena);
        results[i].tokens_in = results[i].tokens_out = results[i].latency_ms = -1;
    }
    return results;
}

static void add_known(int64_t *sum, int64_t value)
{
    if (value >= 0)
        *sum = (*sum < 0 ? 0 : *sum) + value;
}

/* The mean goes on with its n-th value. */
static void add_mean(float *mean, double value, size_t n)
{
    *mean += (float)((value - (double)*mean) / (double)n);
}

static void add_pace(struct ifb_sample_result *out, const struct ifb_pace *pace, size_t *timed,
                     size_t *paced)
{
    if (pace->first_us)
        add_mean(&out->ttft_ms, (double)pace->first_us / 1e3, ++*timed);
    if (!pace->longest_us)
        return;
    add_mean(&out->itl_ms, pace->mean_us / 1e3, ++*paced);
    if ((float)pace->longest_us / 1000 > out->itl_max_ms)
        out->itl_max_ms = (float)pace->longest_us / 1000;
}

/* What is judged of one reply, and what is noted about it. */
static ifb_str judged_text(const struct ifb_scoring *s, const struct ifb_response *r,
                           struct ifb_arena *cell, struct ifb_sample_result *out)
{
    ifb_str text = r->text.ptr ? ifb_utf8_repair(cell, r->text) : IFB_STR("");
    struct ifb_thought thought;

    if (s->think) {
        thought = ifb_think_split(s->think, text);
        out->reasoning_removed |= thought.removed;
        out->incomplete |= thought.incomplete;
        text = thought.answer;
    }
    if (!r->text.ptr)
        out->incomplete = true;
    return text;
}

static struct answers prepare(const struct ifb_scoring *s, const struct ifb_sample_plan *plan,
                              const struct ifb_call_record *records, size_t n,
                              struct ifb_arena *cell, struct ifb_sample_result *out)
{
    struct answers a = { ifb_new(cell, struct ifb_forms *, plan->turns), plan->turns, true };
    size_t timed = 0, paced = 0;
    int64_t latency = -1;

    for (size_t i = 0; i < plan->turns; i++) {
        const struct ifb_call_record *r = i < n ? &records[i] : NULL;

        if (r && !r->answered)
            out->failed_call = true;
        if (!r || !r->answered) {
            a.complete = false;
            continue;
        }
        a.forms[i] = ifb_forms_new(cell, judged_text(s, &r->response, cell, out), s->resources);
        out->cached |= r->cached;
        add_known(&out->tokens_in, r->response.tokens_in);
        add_known(&out->tokens_out, r->response.tokens_out);
        add_known(&latency, r->latency_ms);
        add_pace(out, &r->pace, &timed, &paced);
    }
    out->latency_ms = latency > INT32_MAX ? INT32_MAX : (int32_t)latency;
    return a;
}

/* What nothing here can check stays unscored, whether there is an answer or not. */
static ifb_verdict no_answer(const struct ifb_constraint *c, enum ifb_missing missing)
{
    if (!c->check)
        return (ifb_verdict){ .outcome = IFB_UNSCORED, .why = c->broken };
    return (ifb_verdict){ .outcome = missing == IFB_MISSING_FAIL ? IFB_FAIL : IFB_UNSCORED,
                          .why = IFB_STR("no answer") };
}

/* What a judge alone decides. */
static ifb_verdict by_judge(uint8_t said)
{
    if (said == IFB_SAID_YES)
        return (ifb_verdict){ .outcome = IFB_PASS, .why = IFB_STR("judged: yes") };
    if (said == IFB_SAID_NO)
        return (ifb_verdict){ .outcome = IFB_FAIL, .why = IFB_STR("judged: no") };
    if (said == IFB_SAID_UNREADABLE)
        return (ifb_verdict){ .outcome = IFB_ERROR,
                              .why = IFB_STR("the judgment cannot be read") };
    return (ifb_verdict){ .outcome = IFB_UNSCORED, .why = IFB_STR("no judgment") };
}

static enum ifb_outcome outcome_of(const uint8_t *strict, size_t n)
{
    enum ifb_outcome all = IFB_PASS;

    for (size_t i = 0; i < n; i++) {
        if (strict[i] == IFB_UNSCORED)
            return IFB_UNSCORED;
        if (strict[i] == IFB_ERROR)
            all = IFB_ERROR;
        else if (strict[i] == IFB_FAIL && all == IFB_PASS)
            all = IFB_FAIL;
    }
    return all;
}

static void write_verdict(struct ifb_jw *w, const struct ifb_constraint *c,
                          const ifb_verdict *strict, const ifb_verdict *loose)
{
    ifb_jw_object(w, NULL);
    ifb_jw_str(w, "id", c->id);
    ifb_jw_raw(w, "args", c->args_json);
    if (c->turn)
        ifb_jw_int(w, "turn", c->turn);
    if (c->negated)
        ifb_jw_bool(w, "negated", true);
    ifb_jw_cstr(w, "strict", ifb_outcome_name(strict->outcome));
    ifb_jw_cstr(w, "loose", ifb_outcome_name(loose->outcome));
    if (strict->why.len)
        ifb_jw_str(w, "why", strict->why);
    if (loose->why.len && !ifb_str_eq(loose->why, strict->why))
        ifb_jw_str(w, "loose_why", loose->why);
    if (strict->nat) {
        ifb_jw_array(w, "at");
        for (size_t i = 0; i < strict->nat; i++) {
            ifb_jw_int(w, NULL, strict->at[i].from);
            ifb_jw_int(w, NULL, strict->at[i].to);
        }
        ifb_jw_end(w);
    }
    ifb_jw_end(w);
}

static void write_head(struct ifb_jw *w, const struct ifb_scoring *s, uint32_t sample,
                       const struct ifb_item *item)
{
    const struct ifb_sample_plan *p = &s->plan->samples[sample];
    const struct ifb_plan_cell *cell = &s->plan->cells[p->cell];

    ifb_jw_object(w, NULL);
    ifb_jw_int(w, "sample", p->number);
    ifb_jw_int(w, "call", p->call);
    if (p->turns > 1)
        ifb_jw_int(w, "turns", p->turns);
    ifb_jw_cstr(w, "suite", cell->suite->id);
    ifb_jw_str(w, "model", cell->model->spec);
    ifb_jw_str(w, "item", item->id);
    if (p->epoch)
        ifb_jw_int(w, "epoch", p->epoch);
    if (item->group.len)
        ifb_jw_str(w, "group", item->group);
    if (item->level)
        ifb_jw_int(w, "level", item->level);
}

void ifb_sample_score(const struct ifb_scoring *s, uint32_t sample, const struct ifb_item *item,
                      const struct ifb_call_record *records, size_t nrecords,
                      const uint8_t *said, struct ifb_arena *cell, struct ifb_arena *scratch,
                      struct ifb_sample_result *out, struct ifb_buf *row)
{
    const struct ifb_sample_plan *p = &s->plan->samples[sample];
    struct answers a = prepare(s, p, records, nrecords, cell, out);
    struct ifb_jw w;

    ifb_jw_open(&w, row);
    write_head(&w, s, sample, item);
    ifb_jw_array(&w, "checks");
    for (size_t i = 0; i < item->nconstraints; i++) {
        const struct ifb_constraint *c = &item->constraints[i];
        struct ifb_forms *forms = c->turn < a.n ? a.forms[c->turn] : NULL;
        ifb_verdict strict = no_answer(c, s->missing), loose = strict;

        if (forms)
            ifb_forms_say(forms, said);
        if (forms && !c->check && said)
            strict = loose = by_judge(*said);
        else if (forms)
            ifb_constraint_score(c, forms, scratch, true, &strict, &loose);
        if (said)
            said += ifb_questions_of(c);
        out->strict[i] = (uint8_t)strict.outcome;
        out->loose[i] = (uint8_t)loose.outcome;
        write_verdict(&w, c, &strict, &loose);
    }
    ifb_jw_end(&w);
    out->scored = true;
    out->answered = a.complete;
    out->outcome = (uint8_t)outcome_of(out->strict, item->nconstraints);
    if ((!a.complete && s->missing == IFB_MISSING_UNSCORED) || s->plan->cells[p->cell].by_judge)
        out->outcome = IFB_UNSCORED;
    ifb_jw_bool(&w, "answered", out->answered);
    if (out->incomplete)
        ifb_jw_bool(&w, "incomplete", true);
    ifb_jw_cstr(&w, "outcome", ifb_outcome_name((enum ifb_outcome)out->outcome));
    ifb_jw_end(&w);
    ifb_buf_char(row, '\n');
}
