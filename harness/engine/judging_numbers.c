/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From judgments to numbers: what each judge said is written in the form of the
 * official tool and read by the judged suite, as if it had been made elsewhere.
 */
#include <math.h>

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/seen.h"
#include "harness/base/str.h"
#include "harness/engine/inside.h"
#include "harness/engine/judged.h"
#include "harness/engine/judging.h"
#include "harness/engine/judging_reliability.h"

/* The numbers of one suite, of one judge or of all. */
struct ifb_judge_numbers {
    struct ifb_judged_work work;
    struct ifb_judged_out out;
    struct ifb_run_inside *in;
    const struct ifb_judge_set *set;
    struct ifb_seen items;     /* ids, with the number of the item from 1 */
    ifb_str voice;             /* whose they are; absent: of all judges together */
    ifb_str label;             /* " (JUDGE)" behind models' names; may be "" */
};

/* Records on their way. */
struct writing {
    struct ifb_run_inside *in;
    const struct ifb_judge_set *set;
    size_t judge;              /* in->judges->n: the jury */
    struct ifb_judging_bias *bias;  /* of the judge; NULL: of the jury none */
    struct ifb_arena *scratch;
    struct ifb_buf buf;
    size_t n;
};

/* ---- records ---- */

static void put_record(void *self, ifb_str json)
{
    struct writing *w = self;

    if (w->set->judging->array)
        ifb_buf_str(&w->buf, w->n ? IFB_STR(",\n") : IFB_STR("[\n"));
    ifb_buf_str(&w->buf, json);
    if (!w->set->judging->array)
        ifb_buf_char(&w->buf, '\n');
    w->n++;
}

static const struct ifb_plan_cell *cell_of(const struct writing *w, size_t pair, size_t judge)
{
    return &w->in->plan.cells[w->set->plan.cell + pair * w->in->judges->n + judge];
}

/* The cells of a match's tasks for one judge; *whole is false while some of it is pending. */
static enum ifb_code recall_match(struct writing *w, const struct ifb_plan_cell *pc, size_t item,
                                  struct ifb_cell **cells, size_t n, bool *whole,
                                  struct ifb_error *err)
{
    enum ifb_code code = IFB_OK;
    bool done;

    for (size_t t = 0; t < n && !code; t++) {
        uint32_t sample = ifb_plan_task(&w->in->plan, pc, item, 0, t);

        if (!w->in->results[sample].scored)
            *whole = false;
        else
            code = ifb_judge_recall(w->in, sample, &cells[t], &done, err);
    }
    return code;
}

static void give_match(struct writing *w, struct ifb_cell **cells, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (cells[i])
            ifb_cell_give(&w->in->cells, cells[i]);
}

/* What the judges say together of each task. */
static void join_jury(struct writing *w, struct ifb_cell *const *cells, size_t tasks,
                      struct ifb_arena *arena, struct ifb_judge_outcome *out)
{
    size_t judges = w->in->judges->n;
    struct ifb_judgment *said = ifb_new(arena, struct ifb_judgment, judges);

    for (size_t t = 0; t < tasks; t++) {
        for (size_t j = 0; j < judges; j++)
            said[j] = ifb_judge_outcome_of(w->in, cells[j * tasks + t]).said;
        out[t] = (struct ifb_judge_outcome){
            .task = &cells[t]->view->task, .judge = ifb_fmt(arena, "jury of %zu", judges),
            .said = ifb_judgment_jury(said, judges, arena),
        };
    }
}

static enum ifb_code write_match(struct writing *w, size_t pair, size_t item,
                                 struct ifb_arena *arena, struct ifb_error *err)
{
    const struct ifb_judging_sink sink = { w, put_record };
    size_t judges = w->in->judges->n, tasks = ifb_plan_tasks(&w->set->plan, item);
    bool jury = w->judge == judges, whole = true;
    size_t n = jury ? judges : 1;
    struct ifb_cell **cells = ifb_new(arena, struct ifb_cell *, n * tasks);
    struct ifb_judge_outcome *outcomes = ifb_new(arena, struct ifb_judge_outcome, tasks);
    enum ifb_code code = IFB_OK;

    for (size_t j = 0; j < n && !code; j++)
        code = recall_match(w, cell_of(w, pair, jury ? j : w->judge), item, cells + j * tasks,
                            tasks, &whole, err);
    if (!code && whole && tasks) {
        if (jury)
            join_jury(w, cells, tasks, arena, outcomes);
        for (size_t t = 0; t < tasks && !jury; t++)
            outcomes[t] = ifb_judge_outcome_of(w->in, cells[t]);
        if (!jury)
            ifb_judging_bias_add(w->bias, &cells[0]->view->match, outcomes, tasks, w->scratch);
        code = w->set->judging->record(w->set->state, &cells[0]->view->match, outcomes, tasks,
                                       &sink, err);
    }
    give_match(w, cells, n * tasks);
    return code;
}

/* All that a judge said, pair by pair. */
static enum ifb_code write_records(struct writing *w, struct ifb_error *err)
{
    struct ifb_arena *arena = ifb_arena_new();
    enum ifb_code code = IFB_OK;

    w->scratch = ifb_arena_new();
    w->bias = w->judge < w->in->judges->n ? ifb_judging_bias_new(w->in->arena) : NULL;
    for (size_t p = 0; p < w->set->plan.npairs && !code; p++)
        for (size_t i = 0; i < w->set->plan.items->n && !code; i++) {
            ifb_arena_reset(arena);
            code = write_match(w, p, i, arena, err);
        }
    ifb_arena_close(w->scratch);
    ifb_arena_close(arena);
    return code;
}

/* ---- numbers ---- */

/*
 * Which cell of the plan a name of the official files means; nasked: none. Where judges
 * are told apart there is " (JUDGE)" behind it, which *rest is.
 */
static uint32_t cell_named(const struct ifb_judge_numbers *n, ifb_str model, ifb_str *rest)
{
    const struct ifb_plan *plan = &n->in->plan;

    for (uint32_t c = 0; c < plan->nasked; c++) {
        ifb_str name = ifb_judge_model_name(n->in, plan->cells[c].model_index);

        *rest = ifb_str_from(model, name.len < model.len ? name.len : model.len);
        if (plan->cells[c].items == n->set->plan.items && ifb_str_starts(model, name) &&
            (!rest->len || (ifb_str_starts(*rest, IFB_STR(" (")) && n->in->judges->n > 1)))
            return c;
    }
    return (uint32_t)plan->nasked;
}

static void place_row(void *self, const struct ifb_judged_row *row, ifb_str *model, int64_t *call,
                      int64_t *turns)
{
    struct ifb_judge_numbers *n = self;
    const struct ifb_plan *plan = &n->in->plan;
    ifb_str rest;
    uint32_t cell = cell_named(n, row->model, &rest);
    ifb_str id = row->item.ptr ? row->item : row->id;
    unsigned item = id.ptr ? ifb_seen_find(&n->items, id) : 0;

    *call = -1;
    *turns = 0;
    if (cell < plan->nasked && item) {
        const struct ifb_sample_plan *s =
            &plan->samples[ifb_plan_answer(plan, cell, item - 1, 0)];

        *call = s->call;
        *turns = s->turns;
    }
    *model = cell < plan->nasked ? plan->cells[cell].model->spec : row->model;
    if (n->label.len || (cell < plan->nasked && rest.len))
        *model = ifb_fmt(n->in->arena, "%.*s%.*s%.*s", IFB_ARG(*model),
                         IFB_ARG(cell < plan->nasked ? rest : IFB_STR("")), IFB_ARG(n->label));
}

/*
 * A file's name in the run's folder. What a run has several of is told apart:
 * "annotations.json" is "SUITE-annotations-JUDGE.json" beside other suites and judges.
 */
static char *file_named(const struct ifb_run_inside *in, const struct ifb_judge_set *set,
                        ifb_str voice, const char *file)
{
    const char *dot = strrchr(file, '.');
    int stem = (int)(dot ? dot - file : (ptrdiff_t)strlen(file));
    bool several = in->judges->nsets > 1 + (size_t)in->judges->sets[0]->calibrates;

    return ifb_path_component(in->arena, ifb_fmt(in->arena, "%s%s%.*s%s%.*s%s",
                                                 several ? set->plan.items->suite->id : "",
                                                 several ? "-" : "", stem, file,
                                                 voice.len ? "-" : "", IFB_ARG(voice),
                                                 dot ? dot : ""));
}

static char *name_file(void *self, const char *file)
{
    const struct ifb_judge_numbers *n = self;

    return file_named(n->in, n->set, n->voice, file);
}

static struct ifb_judge_numbers *new_numbers(struct ifb_run *run, const struct ifb_judge_set *set,
                                             ifb_str voice)
{
    struct ifb_judge_numbers *n = ifb_new(run->arena, struct ifb_judge_numbers, 1);
    const struct ifb_suite_items *items = set->plan.items;

    n->in = run->inside;
    n->set = set;
    n->voice = voice;
    n->label = voice.len ? ifb_fmt(run->arena, " (%.*s)", IFB_ARG(voice)) : IFB_STR("");
    for (size_t i = 0; i < items->n; i++)
        ifb_seen_add(&n->items, run->arena, items->items[i].id, (unsigned)i + 1);
    n->work.run = run;
    n->work.name = items->suite->id;
    n->work.suite = ifb_judged_find(ifb_str_of(set->judging->judged));
    n->work.self = n;
    n->work.place = place_row;
    n->work.file = name_file;
    ifb_judged_lend(&n->work, true);
    return n;
}

static enum ifb_code make_numbers(struct ifb_judge_numbers *n, const char *name, ifb_str bytes,
                                  struct ifb_error *err)
{
    const struct ifb_judged_file file = { ifb_str_of(name), bytes };
    struct ifb_judged_work *w = &n->work;
    struct ifb_arena *scratch = ifb_arena_new();
    enum ifb_code code = ifb_settings_read(w->run, w->name, w->suite->fields,
                                           w->suite->options_size, w->suite->defaults, false,
                                           &w->options, err);

    if (!code)
        code = w->suite->open(w->options, &w->lent, &w->state, err);
    if (!code)
        code = w->suite->read(w->state, &file, scratch, err);
    if (!code)
        code = w->suite->finish(w->state, &n->out, err);
    ifb_arena_close(scratch);
    if (!code)
        code = ifb_judged_files(w, &n->out, err);
    if (!code)
        ifb_rows_append(n->in->rows, ifb_buf_view(&w->rows));
    ifb_judged_close(w);
    return code;
}

/* Writes what is gathered, and reads it as the judged suite does. */
static enum ifb_code conclude(struct ifb_run *run, struct writing *w, ifb_str voice,
                              struct ifb_judge_numbers **out, struct ifb_error *err)
{
    const char *name = file_named(w->in, w->set, voice, w->set->judging->file);
    enum ifb_code code;

    if (w->set->judging->array)
        ifb_buf_str(&w->buf, w->n ? IFB_STR("\n]\n") : IFB_STR("[]\n"));
    if (w->buf.full)
        return ifb_fail(err, IFB_ELIMIT, "%s would be larger than 1 GiB", name);
    code = ifb_file_write(ifb_path_join(run->arena, run->folder, name), ifb_buf_view(&w->buf),
                          err);
    if (code || !w->n)
        return code;
    *out = new_numbers(run, w->set, voice);
    return make_numbers(*out, name, ifb_buf_view(&w->buf), err);
}

static ifb_str judge_name(const struct ifb_run_inside *in, size_t judge, struct ifb_arena *arena)
{
    return judge < in->judges->n
               ? ifb_judge_model_name(in, in->judges->first + (uint32_t)judge)
               : ifb_fmt(arena, "jury of %u", in->judges->n);
}

/* Judges one after the other, then the jury; in one file, or in one each. */
static enum ifb_code finish_set(struct ifb_run *run, struct ifb_judge_set *set,
                                struct ifb_error *err)
{
    struct ifb_run_inside *in = run->inside;
    struct ifb_judges *js = in->judges;
    size_t voices = js->n + (js->n > 1);
    struct writing w = { .in = in, .set = set };
    enum ifb_code code = IFB_OK;

    set->bias = ifb_new(run->arena, struct ifb_judging_bias *, js->n);
    ifb_buf_init(&w.buf, IFB_FILE_MAX);
    for (w.judge = 0; w.judge < voices && !code; w.judge++) {
        bool last = w.judge + 1 == voices;

        code = write_records(&w, err);
        if (!code && w.bias)
            set->bias[w.judge] = w.bias;
        if (code || !(set->judging->apart || last))
            continue;
        code = conclude(run, &w,
                        set->judging->apart && voices > 1
                            ? judge_name(in, w.judge, run->arena) : (ifb_str){ NULL, 0 },
                        &js->numbers[js->nnumbers], err);
        js->nnumbers += js->numbers[js->nnumbers] != NULL;
        ifb_buf_clear(&w.buf);
        w.n = 0;
    }
    ifb_buf_close(&w.buf);
    return code;
}

enum ifb_code ifb_judges_finish(struct ifb_run *run, struct ifb_error *err)
{
    struct ifb_judges *js = run->inside->judges;
    enum ifb_code code = IFB_OK;

    if (!js || !js->n)
        return IFB_OK;
    js->numbers = ifb_new(run->arena, struct ifb_judge_numbers *, js->nsets * (js->n + 1));
    for (size_t i = 0; i < js->nsets && !code; i++)
        if (js->sets[i]->judging->record)
            code = finish_set(run, js->sets[i], err);
    return code;
}

/* ---- how judges fared ---- */

static bool has_value(const struct ifb_summary *s, const char *suite, ifb_str model, ifb_str id)
{
    for (size_t i = 0; i < s->nmetrics; i++)
        if (ifb_str_is(s->metrics[i].suite, suite) && ifb_str_eq(s->metrics[i].model, model) &&
            ifb_str_eq(s->metrics[i].id, id))
            return true;
    return false;
}

static const struct ifb_judged biases = { .id = "bias", .metrics = ifb_bias_metrics };

/* What moved a judge of pairs, but for what the judged suite tells already. */
static enum ifb_code add_bias(struct ifb_run *run, const struct ifb_judge_set *set, size_t judge,
                              struct ifb_error *err)
{
    struct ifb_run_inside *in = run->inside;
    struct ifb_judged_work w = { .run = run, .name = set->plan.items->suite->id,
                                 .suite = &biases };
    struct ifb_judged_cell cell = { 0 };
    struct ifb_judged_out out = { .cells = &cell, .ncells = 1 };
    struct ifb_metric_value *values;
    const struct ifb_metric_value *all;
    size_t n = ifb_judging_bias_values(set->bias[judge], in->arena, &all);

    values = ifb_new(in->arena, struct ifb_metric_value, n);
    cell.model = ifb_fmt(in->arena, "judge %.*s", IFB_ARG(judge_name(in, judge, in->arena)));
    for (size_t i = 0; i < n; i++)
        if (!has_value(&run->summary, w.name, cell.model, all[i].id))
            values[cell.nvalues++] = all[i];
    cell.values = values;
    return cell.nvalues ? ifb_judged_add(&w, &out, err) : IFB_OK;
}

static struct ifb_judge_summary summarise(const struct ifb_run_inside *in,
                                          const struct ifb_judge_set *set, size_t judge)
{
    uint32_t model = in->judges->first + (uint32_t)judge;
    const struct ifb_price *price = &in->prices[model];
    struct ifb_judge_summary s = { .suite = ifb_str_of(set->plan.items->suite->id),
                                   .judge = in->models[model].spec };

    for (size_t p = 0; p < set->plan.npairs; p++) {
        const struct ifb_plan_cell *pc =
            &in->plan.cells[set->plan.cell + p * in->judges->n + judge];

        for (uint32_t i = pc->first; i < pc->first + pc->n; i++) {
            const struct ifb_sample_result *r = &in->results[i];

            s.expected++;
            s.pending += !r->scored;
            s.unanswered += r->incomplete;
            s.failed += r->failed_call;
            s.judged += r->outcome != IFB_UNSCORED;
            s.unread += r->scored && r->outcome == IFB_UNSCORED && !r->failed_call &&
                        !r->incomplete;
            s.cached += r->cached;
            s.tokens_in += r->tokens_in > 0 ? r->tokens_in : 0;
            s.tokens_out += r->tokens_out > 0 ? r->tokens_out : 0;
        }
    }
    s.cost_usd = price->known ? ifb_cost_of(price, s.tokens_in, s.tokens_out).usd : NAN;
    return s;
}

static void warn_judge(struct ifb_run *run, const struct ifb_judge_summary *s)
{
    if (s->judged + s->pending < s->expected)
        ifb_run_doubt(run, "%.*s, judge %.*s: %lld of %lld judgments are missing: %lld calls "
                     "failed, %lld replies cannot be read, %lld had no answer to judge",
                     IFB_ARG(s->suite), IFB_ARG(s->judge), (long long)(s->expected - s->judged -
                                                                       s->pending),
                     (long long)s->expected, (long long)s->failed, (long long)s->unread,
                     (long long)s->unanswered);
}

/* Where the user wants answers judged in another way, the suite's own numbers are not it. */
static void drop_numbers(struct ifb_summary *s, const char *suite)
{
    struct ifb_metric_value *metrics = (struct ifb_metric_value *)s->metrics;
    struct ifb_group_row *groups = (struct ifb_group_row *)s->groups;
    size_t nmetrics = 0, ngroups = 0;

    for (size_t i = 0; i < s->nmetrics; i++)
        if (!ifb_str_is(metrics[i].suite, suite))
            metrics[nmetrics++] = metrics[i];
    for (size_t i = 0; i < s->ngroups; i++)
        if (!ifb_str_is(groups[i].suite, suite))
            groups[ngroups++] = groups[i];
    s->nmetrics = nmetrics;
    s->ngroups = ngroups;
}

/* What counts of a judged suite are its judgments, not its answers; those to come stay. */
static void count_judgments(struct ifb_run *run, const struct ifb_judge_set *set)
{
    struct ifb_summary *s = &run->summary;

    if (run->inside->o.judge.how.ptr)
        drop_numbers(s, set->plan.items->suite->id);
    for (size_t i = 0; i < s->ncells; i++) {
        struct ifb_counts *c = (struct ifb_counts *)&s->cells[i].counts, *all = &s->counts;

        if (!ifb_str_is(s->cells[i].suite, set->plan.items->suite->id))
            continue;
        all->total -= c->total - c->pending;
        all->unscored -= c->unscored;
        *c = (struct ifb_counts){ .total = c->pending, .pending = c->pending };
    }
}

enum ifb_code ifb_judges_summarise(struct ifb_run *run, struct ifb_error *err)
{
    struct ifb_run_inside *in = run->inside;
    struct ifb_judges *js = in->judges;
    struct ifb_judge_summary *at;
    enum ifb_code code = IFB_OK;

    if (!js || !js->n)
        return IFB_OK;
    for (size_t i = 0; i < js->nsets; i++)
        if (js->sets[i]->judging->record)
            count_judgments(run, js->sets[i]);
    for (size_t i = 0; i < js->nnumbers && !code; i++)
        code = ifb_judged_add(&js->numbers[i]->work, &js->numbers[i]->out, err);
    for (size_t i = 0; i < js->nsets && !code; i++)
        for (size_t j = 0; j < js->n && !code; j++)
            if (js->sets[i]->bias && js->sets[i]->bias[j])
                code = add_bias(run, js->sets[i], j, err);
    for (size_t i = 0; i < js->nsets && !code; i++)
        if (!js->sets[i]->calibrates)
            code = ifb_judges_agree(run, js->sets[i], err);
    if (!code)
        code = ifb_judges_reliability(run, err);
    if (!code && in->o.judge.calibration.ptr)
        code = ifb_calibration_summarise(run, err);
    at = ifb_new(run->arena, struct ifb_judge_summary, js->nsets * js->n);
    run->summary.judges = at;
    for (size_t s = 0; s < js->nsets; s++)
        for (size_t j = 0; j < js->n; j++) {
            at[run->summary.njudges] = summarise(in, js->sets[s], j);
            warn_judge(run, &at[run->summary.njudges++]);
        }
    return code;
}

/* ---- before anything is asked ---- */

/* A task with answers of next to nothing (equal ones would be a draw), and room for real ones. */
static void add_dry(struct ifb_run_inside *in, uint32_t sample, struct ifb_arena *arena,
                    struct ifb_dry_run *out)
{
    const struct ifb_sample_plan *t = &in->plan.samples[sample];
    const struct ifb_plan_cell *pc = &in->plan.cells[t->cell];
    const struct ifb_judge_set *set = pc->judging->self;
    size_t turns = set->judging->shape(set->state, t->item, t->task).turns;
    size_t sides = set->versus == IFB_VERSUS_NOBODY ? 1 : 2;
    const struct ifb_price *price = &in->prices[pc->model_index];
    ifb_str *nothing = ifb_new(arena, ifb_str, 2 * turns);
    struct ifb_judging_match match = { .item = t->item };
    struct ifb_judge_task task;
    struct ifb_judge_step step;
    struct ifb_request r = { 0 };
    struct ifb_error err;
    struct ifb_cost most, answers;

    for (size_t i = 0; i < turns; i++) {
        nothing[i] = IFB_STR("");
        nothing[turns + i] = IFB_STR(" ");
    }
    for (size_t i = 0; i < sides; i++)
        match.sides[i].answers = (struct ifb_strs){ nothing + i * turns, turns };
    out->judgments++;
    out->judge_calls += (size_t)t->turns / set->plan.attempts;
    if (set->judging->task(set->state, &match, t->task, arena, &task, &err) || task.decided)
        return;
    task.context.templates = in->judges->templates;
    if (task.protocol->step(&task.context, (struct ifb_strs){ NULL, 0 }, arena, &step, &err))
        return;
    r.messages = step.ask.messages;
    r.sampling = (struct ifb_sampling){ -1, -1, step.ask.max_tokens, -1 };
    most = ifb_cost_ceiling(price, &r);
    answers = ifb_cost_of(price, (int64_t)(turns * sides) * IFB_DRY_ANSWER, 0);
    out->judge_tokens_most += (int64_t)(t->turns / set->plan.attempts) *
                              (most.tokens + answers.tokens);
    out->usd_most += price->known ? (double)(t->turns / set->plan.attempts) *
                                        (most.usd + answers.usd) : NAN;
}

void ifb_judges_dry(struct ifb_run_inside *in, struct ifb_dry_run *out)
{
    struct ifb_arena *arena = ifb_arena_new();

    for (uint32_t i = (uint32_t)in->plan.nasked_samples; i < in->plan.nsamples; i++) {
        ifb_arena_reset(arena);
        add_dry(in, i, arena, out);
    }
    ifb_arena_close(arena);
}
