/* SPDX-License-Identifier: Apache-2.0 */
/* Before the run: who judges what. During it: which tasks are ready. */
#include "harness/engine/judging.h"

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/fields.h"
#include "harness/base/file.h"
#include "harness/base/str.h"
#include "harness/engine/bank.h"
#include "harness/engine/inside.h"
#include "harness/engine/judged.h"

#define RETRIES_MAX 10  /* of a judgment that cannot be read */

/* ---- who judges what ---- */

static bool has_questions(const struct ifb_suite_items *s)
{
    for (size_t i = 0; i < s->resident; i++)
        for (size_t k = 0; k < s->items[i].nconstraints; k++)
            if (s->items[i].constraints[k].questions.n)
                return true;
    return false;
}

/* What the user wants done with all answers, else the suite's own way. */
static const struct ifb_judging *judging_of(const struct ifb_run_inside *in,
                                            const struct ifb_suite_items *s)
{
    const struct ifb_judging *j = in->o.judge.how.ptr ? ifb_judging_find(in->o.judge.how)
                                                      : ifb_judging_find(ifb_str_of(s->suite->id));

    return j || !has_questions(s) ? j : ifb_judging_find(IFB_STR("constraints"));
}

/* As the user calls it, or the server; a file of answers by its own name. */
static ifb_str official_name(const struct ifb_run_inside *in, size_t model)
{
    const struct ifb_model *m = &in->models[model];

    if (model < in->nasked && (in->o.names.n || m->path.ptr))
        return m->called;
    return ifb_judging_model_name(m->name.len ? m->name : m->spec);
}

ifb_str ifb_judge_model_name(const struct ifb_run_inside *in, uint32_t model)
{
    ifb_str name = official_name(in, model);

    /* Variants of one model, and namesakes of several places, are told apart by their specs. */
    for (size_t i = 0; i < in->nmodels; i++)
        if (i != model && (i < in->nasked) == (model < in->nasked) &&
            ifb_str_eq(name, official_name(in, i)))
            return in->models[model].spec;
    return name;
}

struct ifb_judge_set *ifb_judges_of(const struct ifb_run_inside *in, uint32_t cell)
{
    for (size_t i = 0; in->judges && i < in->judges->nsets; i++)
        if (in->judges->sets[i]->plan.items == in->plan.cells[cell].items)
            return in->judges->sets[i];
    return NULL;
}

uint16_t ifb_judge_calls(void *self, const struct ifb_item *item, size_t task)
{
    const struct ifb_judge_set *set = self;

    return set->judging->shape(set->state, item, task).calls;
}

static void count_tasks(struct ifb_judge_set *set, struct ifb_arena *arena)
{
    const struct ifb_suite_items *items = set->plan.items;
    uint32_t *before = ifb_new(arena, uint32_t, items->n + 1);

    for (size_t i = 0; i < items->n; i++)
        before[i + 1] = before[i] +
                        (uint32_t)set->judging->count(set->state, &items->items[i]);
    set->plan.before = before;
}

/* ---- a baseline ---- */

static ifb_str setting(const struct ifb_run_inside *in, ifb_str name)
{
    for (size_t i = in->o.settings.n; i; i--) {
        ifb_str value = in->o.settings.at[i - 1], key;

        if (ifb_str_chop(&value, '=', &key) && ifb_str_eq(key, name))
            return value;
    }
    return (ifb_str){ NULL, 0 };
}

static void add_setting(struct ifb_run_inside *in, const char *name, ifb_str value)
{
    ifb_str *at = ifb_new(in->arena, ifb_str, in->o.settings.n + 1);

    for (size_t i = 0; i < in->o.settings.n; i++)
        at[i] = in->o.settings.at[i];
    at[in->o.settings.n] = ifb_fmt(in->arena, "%s=%.*s", name, IFB_ARG(value));
    in->o.settings = (struct ifb_strs){ at, in->o.settings.n + 1 };
}

static size_t model_named(const struct ifb_run_inside *in, ifb_str name)
{
    for (size_t i = 0; i < in->nasked; i++) {
        const struct ifb_model *m = &in->models[i];

        if (ifb_str_eq(m->spec, name) || ifb_str_eq(m->name, name) ||
            ifb_str_eq(ifb_judge_model_name(in, (uint32_t)i), name))
            return i;
    }
    return in->nasked;
}

static enum ifb_code fill_bank(struct ifb_run_inside *in, struct ifb_judge_set *set,
                               const struct ifb_judged_lent *lent, struct ifb_error *err)
{
    ifb_str path = in->o.judge.baseline_answers;
    struct ifb_judged_file file;
    enum ifb_code code = IFB_OK;

    if (path.ptr && ifb_is_folder(ifb_cstr(in->arena, path)))
        return ifb_bank_add_run(set->bank, ifb_cstr(in->arena, path), set->plan.items->suite->id,
                                &in->think, err);
    if (path.ptr && !set->judging->answers)
        return ifb_fail(err, IFB_EUSAGE, "--baseline-answers wants the folder of a run: suite %s "
                        "has no form of its own for answers", set->plan.items->suite->id);
    if (path.ptr) {
        code = lent->file(lent->self, path, &file, err);
        return code ? code : ifb_bank_add_file(set->bank, set->judging, &file, err);
    }
    /* A suite whose questions come with the baseline's answers, read from a file of one's own. */
    if (in->o.data.ptr && set->judging->baseline &&
        strcmp(set->judging->baseline[0], set->plan.items->suite->files[0]) == 0 &&
        !ifb_is_folder(in->o.data.ptr)) {
        code = lent->file(lent->self, in->o.data, &file, err);
        return code ? code : ifb_bank_add_file(set->bank, set->judging, &file, err);
    }
    for (size_t i = 0; set->judging->baseline && set->judging->baseline[i] && !code; i++) {
        code = lent->data(lent->self, set->judging->baseline[i], &file, err);
        if (!code && file.bytes.ptr)
            code = ifb_bank_add_file(set->bank, set->judging, &file, err);
    }
    return code;
}

/* The number of the model that is the baseline; in->nasked: the set's bank holds its answers. */
static enum ifb_code find_baseline(struct ifb_run_inside *in, struct ifb_judge_set *set,
                                   const struct ifb_judged_lent *lent, size_t *model,
                                   struct ifb_error *err)
{
    ifb_str name = setting(in, IFB_STR("baseline"));
    const char *suite = set->plan.items->suite->id;
    enum ifb_code code;

    *model = name.ptr ? model_named(in, name) : in->nasked;
    if (*model < in->nasked) {
        add_setting(in, "baseline", ifb_judge_model_name(in, (uint32_t)*model));
        return IFB_OK;
    }
    set->bank = ifb_bank_new(in->arena);
    code = fill_bank(in, set, lent, err);
    if (code)
        return code;
    if (!ifb_bank_size(set->bank))
        return ifb_fail(err, IFB_EUSAGE, "suite %s: whose answers are the baseline? name a model "
                        "of the run with --judge-baseline, or a file or run with --baseline-answers"
                        "%s%s%s",
                        suite, set->judging->baseline ? "; `ifbench data pull " : "",
                        set->judging->baseline && set->plan.items->suite->pack
                            ? set->plan.items->suite->pack : "",
                        set->judging->baseline ? "` gets the suite's own" : "");
    if (name.ptr && !ifb_bank_has(set->bank, name))
        return ifb_fail(err, IFB_EUSAGE, "suite %s: --judge-baseline %.*s is no model of the run, "
                        "and no answers of it are there", suite, IFB_ARG(name));
    if (!name.ptr && !set->judging->against)
        add_setting(in, "baseline", ifb_bank_name(set->bank));
    return IFB_OK;
}

static enum ifb_code make_pairs(struct ifb_run_inside *in, struct ifb_judge_set *set,
                                uint32_t first, const struct ifb_judged_lent *lent,
                                struct ifb_error *err)
{
    uint32_t m = (uint32_t)in->nasked;
    struct ifb_plan_pair *at = ifb_new(in->arena, struct ifb_plan_pair, (size_t)m * m + m);
    size_t n = 0, baseline = in->nasked;
    enum ifb_code code = IFB_OK;

    if (set->versus == IFB_VERSUS_BASELINE)
        code = find_baseline(in, set, lent, &baseline, err);
    if (!code && set->versus == IFB_VERSUS_ALL && m < 2)
        code = ifb_fail(err, IFB_EUSAGE, "suite %s: pairs want two models or more",
                        set->plan.items->suite->id);
    for (uint32_t i = 0; i < m && !code; i++) {
        uint32_t other = baseline < m ? first + (uint32_t)baseline : IFB_SIDE_OUTSIDE;

        if (set->versus != IFB_VERSUS_ALL && i != baseline)
            at[n++] = (struct ifb_plan_pair){ { first + i, other } };
        for (uint32_t k = i + 1; k < m && set->versus == IFB_VERSUS_ALL; k++)
            at[n++] = (struct ifb_plan_pair){ { first + i, first + k } };
    }
    set->plan.pairs = at;
    set->plan.npairs = n;
    return code;
}

/* ---- the sets ---- */

/* Numbers by category go by the questions that were asked. */
static void set_questions(struct ifb_run_inside *in, const struct ifb_judging *judging)
{
    const struct ifb_judged *judged =
        judging->judged ? ifb_judged_find(ifb_str_of(judging->judged)) : NULL;
    ifb_str name = IFB_STR("questions");

    if (in->o.data.ptr && judged && judged->fields && ifb_field_find(judged->fields, name) &&
        !setting(in, name).ptr && !ifb_is_folder(in->o.data.ptr) && !in->o.judge.how.ptr)
        add_setting(in, "questions", in->o.data);
}

static enum ifb_code make_set(struct ifb_run *run, const struct ifb_judging *judging, size_t suite,
                              struct ifb_judge_set **out, struct ifb_error *err)
{
    struct ifb_run_inside *in = run->inside;
    struct ifb_judge_set *set = ifb_new(in->arena, struct ifb_judge_set, 1);
    struct ifb_judged_work *w = ifb_new(in->arena, struct ifb_judged_work, 1);
    enum ifb_code code;

    w->run = run;
    w->name = in->suites[suite].suite->id;
    ifb_judged_lend(w, false);
    set->judging = judging;
    set->plan.attempts = (uint16_t)(1 + (in->o.judge.retries < 0 ? 1 : in->o.judge.retries));
    set->plan.items = &in->suites[suite];
    set->plan.calls = ifb_judge_calls;
    set->plan.self = set;
    *out = set;
    if (in->o.epochs > 1 && judging->record)
        return ifb_fail(err, IFB_EUSAGE, "suite %s is judged once an item: --epochs does not go "
                        "with it", w->name);
    set_questions(in, judging);
    code = ifb_settings_read(run, w->name, judging->fields, judging->options_size,
                             judging->defaults, false, &set->options, err);
    if (!code)
        code = judging->open(set->options, &w->lent, &set->state, err);
    if (code)
        return code;
    set->versus = judging->versus(set->state);
    count_tasks(set, in->arena);
    return make_pairs(in, set, (uint32_t)(suite * in->nasked), &w->lent, err);
}

/* As it is written on the command line. */
static ifb_str option_of(struct ifb_arena *arena, ifb_str key)
{
    char *name = ifb_cstr(arena, key);

    for (char *p = name; *p; p++)
        if (*p == '_')
            *p = '-';
    return ifb_str_of(name);
}

/* A setting that nobody knows is a mistake. */
static enum ifb_code check_settings(const struct ifb_run_inside *in, struct ifb_error *err)
{
    for (size_t i = 0; i < in->o.settings.n; i++) {
        ifb_str value = in->o.settings.at[i], key;
        bool known = ifb_str_chop(&value, '=', &key) && ifb_str_is(key, "parse");

        for (size_t k = 0; k < in->judges->nsets && !known; k++) {
            const struct ifb_judging *j = in->judges->sets[k]->judging;
            const struct ifb_judged *judged =
                j->judged ? ifb_judged_find(ifb_str_of(j->judged)) : NULL;

            known = ifb_str_is(key, "baseline") ||
                    (ifb_str_is(key, "both_orders") &&
                     in->judges->sets[k]->versus != IFB_VERSUS_NOBODY) ||
                    (j->fields && ifb_field_find(j->fields, key)) ||
                    (judged && judged->fields && ifb_field_find(judged->fields, key));
        }
        if (!known)
            return ifb_fail(err, IFB_EUSAGE, "none of the suites is judged with --%.*s",
                            IFB_ARG(option_of(in->arena, key)));
    }
    return IFB_OK;
}

/* All that decides what is asked beside the judges and the items: files from `nfiles` on. */
static ifb_str what_of(struct ifb_run_inside *in, size_t nfiles)
{
    const struct ifb_templates *t = in->judges->templates;
    char hash[65];
    ifb_str out;

    ifb_templates_hash(t ? t : ifb_templates_builtin(), hash);
    in->manifest.templates = ifb_fmt(in->arena, "%s", hash);
    in->manifest.templates_version = t ? IFB_STR("") : ifb_templates_builtin()->version;
    out = ifb_fmt(in->arena, "templates %s\n%g %lld %d", hash, in->o.judge.temperature,
                  (long long)(in->o.judge.max_tokens > 0 ? in->o.judge.max_tokens : 0),
                  in->o.judge.no_system);
    for (size_t i = 0; i < in->judges->nsets; i++)
        out = ifb_fmt(in->arena, "%.*s\n%s %zu", IFB_ARG(out), in->judges->sets[i]->judging->id,
                      in->judges->sets[i]->plan.npairs);
    for (size_t i = nfiles; i < in->manifest.nfiles; i++)
        out = ifb_fmt(in->arena, "%.*s\n%s", IFB_ARG(out), in->manifest.files[i].sha256);
    return out;
}

/* Suites whose answers only a judge can say anything about. */
static void mark_unjudged(struct ifb_run *run, const struct ifb_suite_items *s)
{
    struct ifb_run_inside *in = run->inside;

    for (size_t i = 0; i < in->plan.ncells; i++)
        if (in->plan.cells[i].items == s)
            ((struct ifb_plan_cell *)in->plan.cells)[i].by_judge = true;
    if (!in->njudges)
        ifb_run_warn(run, "suite %s: nobody judges the answers, they stay unscored; name a judge "
                     "with --judge SPEC", s->suite->id);
}

/* The calibration is the first set, so that its tasks are the first in each lane. */
static enum ifb_code add_calibration(struct ifb_run *run, struct ifb_plan_judging **plans,
                                     struct ifb_error *err)
{
    struct ifb_judges *js = run->inside->judges;
    enum ifb_code code = ifb_calibration_load(run, &js->sets[0], err);

    if (code)
        return code;
    count_tasks(js->sets[0], run->arena);
    plans[0] = &js->sets[0]->plan;
    js->nsets = 1;
    return IFB_OK;
}

static enum ifb_code make_sets(struct ifb_run *run, struct ifb_plan_judging **plans,
                               struct ifb_error *err)
{
    struct ifb_run_inside *in = run->inside;
    struct ifb_judges *js = in->judges;
    enum ifb_code code = IFB_OK;

    if (in->o.judge.calibration.ptr && in->njudges)
        code = add_calibration(run, plans, err);
    for (size_t s = 0; s < in->nsuites && !code; s++) {
        const struct ifb_judging *j = judging_of(in, &in->suites[s]);

        if (j && j->record)
            mark_unjudged(run, &in->suites[s]);
        if (!j || !in->njudges)
            continue;
        code = make_set(run, j, s, &js->sets[js->nsets], err);
        plans[js->nsets] = &js->sets[js->nsets]->plan;
        js->nsets++;
    }
    return code;
}

enum ifb_code ifb_judges_prepare(struct ifb_run *run, struct ifb_error *err)
{
    struct ifb_run_inside *in = run->inside;
    struct ifb_plan_judging **plans =
        ifb_new(in->arena, struct ifb_plan_judging *, in->nsuites + 1);
    struct ifb_judges *js = ifb_new(in->arena, struct ifb_judges, 1);
    size_t nfiles = in->manifest.nfiles;
    enum ifb_code code;

    if (in->o.judge.retries > RETRIES_MAX)
        return ifb_fail(err, IFB_EUSAGE, "%lld retries of judges, wanted at most %d",
                        (long long)in->o.judge.retries, RETRIES_MAX);
    js->run = run;
    js->sets = ifb_new(in->arena, struct ifb_judge_set *, in->nsuites + 1);
    js->first = (uint32_t)in->nasked;
    js->n = (uint32_t)in->njudges;
    js->parse = ifb_str_is(setting(in, IFB_STR("parse")), "last") ? IFB_PARSE_LAST
                                                                   : IFB_PARSE_OFFICIAL;
    in->judges = js;
    if (in->o.shard.of && in->njudges)
        return ifb_fail(err, IFB_EUSAGE, "a shard is not judged: judge the whole, `ifbench merge` "
                        "and then `ifbench judge RUN --judge SPEC`");
    code = make_sets(run, plans, err);
    /* ifbench.yaml may have them for other runs. */
    if (!code && !in->njudges && in->o.settings.n)
        ifb_run_warn(run, "--%.*s goes with --judge: it changes nothing here",
                     IFB_ARG(option_of(in->arena,
                                       ifb_str_part(in->o.settings.at[0], 0,
                                                    ifb_str_chr(in->o.settings.at[0], '=', 0)))));
    if (code || !in->njudges)
        return code;
    if (js->nsets == (in->o.judge.calibration.ptr != NULL))
        return ifb_fail(err, IFB_EUSAGE, "--judge: nothing in these suites is judged; `ifbench "
                        "suites` marks those that are, `ifbench judge` judges any");
    code = check_settings(in, err);
    if (!code)
        code = ifb_judge_prompts_read(run, err);
    if (!code)
        code = ifb_judge_prompts_check(run, err);
    return code ? code
                : ifb_plan_judge(&in->plan, plans, js->nsets, in->models + js->first, js->first,
                                 js->n, what_of(in, nfiles), in->arena, err);
}

/* ---- what is ready ---- */

enum side_state { SIDE_WAITS, SIDE_READY, SIDE_NEVER };

static enum side_state side_state(const struct ifb_run_inside *in,
                                  const struct ifb_sample_plan *task, uint32_t cell,
                                  const struct ifb_judge_set *set, size_t turns)
{
    const struct ifb_sample_plan *s;

    if (cell == IFB_SIDE_OUTSIDE)
        return set->bank && ifb_bank_find(set->bank, set->judging, set->state, task->item)
                                   .answers.n < turns ? SIDE_NEVER : SIDE_READY;
    s = &in->plan.samples[ifb_plan_answer(&in->plan, cell, task->index, task->epoch)];
    for (size_t i = 0; i < turns; i++) {
        enum ifb_call_state state = i < s->turns
                                        ? ifb_journal_state(in->journal, s->call + (uint32_t)i)
                                        : IFB_CALL_FAILED;

        if (state != IFB_CALL_ANSWERED)
            return state == IFB_CALL_FAILED ? SIDE_NEVER : SIDE_WAITS;
    }
    return SIDE_READY;
}

static enum side_state task_state(const struct ifb_run_inside *in, uint32_t sample)
{
    const struct ifb_sample_plan *task = &in->plan.samples[sample];
    const struct ifb_plan_cell *pc = &in->plan.cells[task->cell];
    const struct ifb_judge_set *set = pc->judging->self;
    size_t turns = set->judging->shape(set->state, task->item, task->task).turns;
    enum side_state all = SIDE_READY;

    for (size_t i = 0; i < (set->versus == IFB_VERSUS_NOBODY ? 1 : 2); i++) {
        enum side_state one = side_state(in, task, pc->judging->pairs[pc->pair].side[i], set,
                                         turns);

        if (one == SIDE_NEVER)
            return SIDE_NEVER;
        all = one == SIDE_WAITS ? SIDE_WAITS : all;
    }
    return all;
}

static struct ifb_judge_lane *lane_of(struct ifb_run_inside *in, uint32_t sample)
{
    const struct ifb_plan_cell *pc = &in->plan.cells[in->plan.samples[sample].cell];

    return &in->judges->lanes[pc->model_index - in->judges->first];
}

static uint8_t *state_of(struct ifb_run_inside *in, uint32_t sample)
{
    return &in->judges->states[sample - in->plan.nasked_samples];
}

/* Queues a task that has become ready, settles one that never will be. */
static void consider(struct ifb_run_inside *in, uint32_t sample)
{
    enum side_state state;
    struct ifb_judge_lane *lane = lane_of(in, sample);

    if (*state_of(in, sample) != IFB_TASK_WAITS)
        return;
    state = task_state(in, sample);
    if (state == SIDE_READY) {
        lane->at = ifb_grow(in->arena, lane->at, &lane->cap, lane->n + 1, sizeof(*lane->at));
        lane->at[lane->n++] = sample;
        *state_of(in, sample) = IFB_TASK_READY;
    } else if (state == SIDE_NEVER) {
        in->results[sample].scored = in->results[sample].incomplete = true;
        lane->left--;
        *state_of(in, sample) = IFB_TASK_SETTLED;
    }
}

void ifb_judges_begin(struct ifb_run_inside *in)
{
    struct ifb_judges *js = in->judges;

    if (!js || !js->n)
        return;
    js->lanes = ifb_new(in->arena, struct ifb_judge_lane, js->n);
    js->states = ifb_new(in->arena, uint8_t, in->plan.nsamples - in->plan.nasked_samples);
    js->grades = ifb_new(in->arena, int8_t, in->plan.nsamples - in->plan.nasked_samples);
    memset(js->grades, -1, in->plan.nsamples - in->plan.nasked_samples);
    for (uint32_t i = (uint32_t)in->plan.nasked_samples; i < in->plan.nsamples; i++) {
        const struct ifb_plan_cell *pc = &in->plan.cells[in->plan.samples[i].cell];

        lane_of(in, i)->left++;
        lane_of(in, i)->calibrations += ((struct ifb_judge_set *)pc->judging->self)->calibrates;
    }
    for (uint32_t i = (uint32_t)in->plan.nasked_samples; i < in->plan.nsamples; i++)
        consider(in, i);
}

/* Does something to each task that reads an answer. */
static void each_task(struct ifb_run_inside *in, uint32_t sample,
                      void (*see)(struct ifb_run_inside *in, uint32_t task, void *self), void *self)
{
    const struct ifb_sample_plan *s = &in->plan.samples[sample];
    const struct ifb_judge_set *set = ifb_judges_of(in, s->cell);

    for (size_t p = 0; set && p < set->plan.npairs; p++) {
        const struct ifb_plan_pair *pair = &set->plan.pairs[p];

        if (pair->side[0] != s->cell && pair->side[1] != s->cell)
            continue;
        for (size_t j = 0; j < in->judges->n; j++)
            for (size_t t = 0; t < ifb_plan_tasks(&set->plan, s->index); t++)
                see(in, ifb_plan_task(&in->plan,
                                      &in->plan.cells[set->plan.cell + p * in->judges->n + j],
                                      s->index, s->epoch, t), self);
    }
}

static void see_answered(struct ifb_run_inside *in, uint32_t task, void *self)
{
    (void)self;
    consider(in, task);
}

void ifb_judges_answered(struct ifb_run_inside *in, uint32_t sample)
{
    if (in->judges && in->judges->n)
        each_task(in, sample, see_answered, NULL);
}

bool ifb_judges_pop(struct ifb_run_inside *in, uint32_t model, uint32_t *sample)
{
    struct ifb_judge_lane *lane = &in->judges->lanes[model - in->judges->first];

    /* Those of the calibration stand first; the others wait for all of them. */
    if (lane->from == lane->n ||
        (lane->from >= lane->calibrations && lane->calibrated < lane->calibrations))
        return false;
    *sample = lane->at[lane->from++];
    lane->left--;
    return true;
}

bool ifb_judges_wait(const struct ifb_run_inside *in, uint32_t model)
{
    return in->judges->lanes[model - in->judges->first].left > 0;
}

enum ifb_code ifb_judges_settle(struct ifb_run_inside *in, const struct ifb_cell *cell,
                                struct ifb_error *err)
{
    const struct ifb_judge_set *set = cell->view->set;
    struct ifb_judge_outcome o = ifb_judge_outcome_of(in, cell);

    *state_of(in, cell->sample) = IFB_TASK_SETTLED;
    in->judges->grades[cell->sample - in->plan.nasked_samples] = ifb_judge_grade(&o.said);
    return set->calibrates ? ifb_calibration_settle(in, cell, lane_of(in, cell->sample), err)
                           : IFB_OK;
}

static void see_unsettled(struct ifb_run_inside *in, uint32_t task, void *self)
{
    if (*state_of(in, task) != IFB_TASK_SETTLED)
        *(bool *)self = false;
}

bool ifb_judges_all_said(struct ifb_run_inside *in, uint32_t sample)
{
    const struct ifb_judge_set *set =
        in->judges && in->judges->n ? ifb_judges_of(in, in->plan.samples[sample].cell) : NULL;
    bool all = true;

    if (set && !set->judging->record)
        each_task(in, sample, see_unsettled, &all);
    return all;
}
