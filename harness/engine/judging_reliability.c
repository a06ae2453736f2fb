/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far the outcome of a judged run can be relied on: which pairs flip, how models
 * rank without each judge, and how far they differ on the same items.
 */
#include "harness/engine/judging_reliability.h"

#include <math.h>
#include <stdlib.h>

#include <ifbench/stats.h>

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/rng.h"
#include "harness/base/str.h"
#include "harness/engine/inside.h"
#include "harness/engine/judged.h"
#include "harness/engine/judging.h"

#define FILE_NAME "judge_reliability.json"
#define SEED 42
#define ROUNDS 1000
#define ITEMS_DRAWN 10000  /* of more items the interval is the normal one */
#define MODELS_ALL 20      /* of more models only the leader is compared with the others */
#define MODELS_SHOWN 4     /* the same for the summary */
#define NEAR 1e-9          /* scores nearer than this are equal */

static const struct ifb_metric metrics[] = {
    { .id = "rank_agreement", .unit = "coefficient", .higher_is_better = true,
      .doc = "Kendall's tau-b of the models' ranking without a judge and that of all judges" },
    { .id = "rank_shift", .unit = "places",
      .doc = "the most places that a model moves when a judge is left out" },
    { .id = "paired_difference", .unit = "points",
      .doc = "difference of two models' scores on the same items, with a bootstrap interval" },
    { 0 }
};

static const struct ifb_judged reliability = { .id = "reliability", .metrics = metrics };

struct rank {
    size_t model;
    double score;
    int64_t items;
    int64_t place;  /* from 1, equal scores share one; 0: no score */
};

struct study {
    struct ifb_run *run;
    const struct ifb_judge_set *set;
    struct ifb_judge_points points;
    struct ifb_arena *arena;   /* of the set */
    struct ifb_jw *w;
    size_t judges, chief;      /* chief: the voice of the ranking */
    struct rank *ranking;      /* the chief's, best first */
};

static ifb_str model_name(const struct study *s, size_t model)
{
    const struct ifb_run_inside *in = s->run->inside;

    return ifb_judge_model_name(in, in->plan.cells[s->points.cells[model]].model_index);
}

static ifb_str judge_name(const struct study *s, size_t judge)
{
    const struct ifb_run_inside *in = s->run->inside;

    return judge < s->judges ? ifb_judge_model_name(in, in->judges->first + (uint32_t)judge)
                             : ifb_fmt(s->run->arena, "jury of %zu", s->judges);
}

/* ---- rankings ---- */

static int by_score(const void *a, const void *b)
{
    const struct rank *x = a, *y = b;
    bool none_x = isnan(x->score), none_y = isnan(y->score);

    if (none_x || none_y || fabs(x->score - y->score) < NEAR)
        return none_x != none_y ? none_x - none_y : (x->model > y->model) - (x->model < y->model);
    return x->score < y->score ? 1 : -1;
}

static struct rank *rank_models(const struct study *s, size_t voice)
{
    size_t n = s->points.models;
    struct rank *at = ifb_new(s->arena, struct rank, n);

    for (size_t m = 0; m < n; m++) {
        at[m].model = m;
        at[m].score = ifb_judge_score(&s->points, voice, m, &at[m].items);
    }
    qsort(at, n, sizeof(*at), by_score);
    for (size_t i = 0; i < n && !isnan(at[i].score); i++)
        at[i].place = i && fabs(at[i].score - at[i - 1].score) < NEAR ? at[i - 1].place
                                                                     : (int64_t)i + 1;
    return at;
}

static void put_ranking(const struct study *s, const struct rank *at)
{
    ifb_jw_array(s->w, "models");
    for (size_t i = 0; i < s->points.models; i++) {
        ifb_jw_object(s->w, NULL);
        ifb_jw_str(s->w, "model", model_name(s, at[i].model));
        if (at[i].place)
            ifb_jw_int(s->w, "rank", at[i].place);
        else
            ifb_jw_null(s->w, "rank");
        ifb_jw_real(s->w, "score", at[i].score);
        ifb_jw_int(s->w, "items", at[i].items);
        ifb_jw_end(s->w);
    }
    ifb_jw_end(s->w);
}

/* How a ranking differs from the chief's: tau, and the most places; *n models have both. */
static double compare_rankings(const struct study *s, const struct rank *at, int64_t *shift,
                               int64_t *n)
{
    size_t models = s->points.models;
    double *x = ifb_new(s->arena, double, models), *y = ifb_new(s->arena, double, models);
    int64_t *was = ifb_new(s->arena, int64_t, models);

    *shift = *n = 0;
    for (size_t i = 0; i < models; i++) {
        const struct rank *r = &s->ranking[i];

        was[r->model] = r->place;
        x[r->model] = r->place ? -(double)r->place : (double)NAN;
    }
    for (size_t i = 0; i < models; i++) {
        int64_t before = was[at[i].model];

        y[at[i].model] = at[i].place ? -(double)at[i].place : (double)NAN;
        if (!at[i].place || !before)
            continue;
        ++*n;
        if (llabs(at[i].place - before) > *shift)
            *shift = llabs(at[i].place - before);
    }
    return ifb_kendall_tau(x, y, models);
}

/* ---- into the summary ---- */

static enum ifb_code add_cell(const struct study *s, ifb_str model,
                              const struct ifb_metric_value *at, size_t n, struct ifb_error *err)
{
    struct ifb_judged_work w = { .run = s->run, .name = s->set->plan.items->suite->id,
                                 .suite = &reliability };
    struct ifb_judged_cell cell = { .model = model, .values = at, .nvalues = n };
    struct ifb_judged_out out = { .cells = &cell, .ncells = 1 };

    return ifb_judged_add(&w, &out, err);
}

static struct ifb_metric_value plain(const char *id, double value, int64_t n)
{
    return (struct ifb_metric_value){ .id = ifb_str_of(id), .value = value, .lo = NAN, .hi = NAN,
                                      .se = NAN, .hits = -1, .n = n };
}

/* ---- without each judge ---- */

static enum ifb_code leave_out(const struct study *s, size_t judge, struct ifb_error *err)
{
    const struct rank *at = rank_models(s, IFB_VOICE_WITHOUT(s->judges, judge));
    struct ifb_metric_value *v = ifb_new(s->run->arena, struct ifb_metric_value, 2);
    int64_t shift, n;
    double tau = compare_rankings(s, at, &shift, &n);

    ifb_jw_object(s->w, NULL);
    ifb_jw_str(s->w, "without", judge_name(s, judge));
    ifb_jw_real(s->w, "rank_agreement", tau);
    ifb_jw_int(s->w, "rank_shift", shift);
    put_ranking(s, at);
    ifb_jw_end(s->w);
    v[0] = plain("rank_agreement", tau, n);
    v[1] = plain("rank_shift", n ? (double)shift : (double)NAN, n);
    return add_cell(s, ifb_fmt(s->run->arena, "jury of %zu without %.*s", s->judges,
                               IFB_ARG(judge_name(s, judge))), v, 2, err);
}

static enum ifb_code put_rankings(const struct study *s, struct ifb_error *err)
{
    enum ifb_code code = IFB_OK;

    ifb_jw_object(s->w, "ranking");
    ifb_jw_str(s->w, "judge", judge_name(s, s->chief));
    put_ranking(s, s->ranking);
    ifb_jw_end(s->w);
    ifb_jw_array(s->w, "leave_one_out");
    for (size_t k = 0; k < s->judges && s->judges > 1 && s->points.models > 1 && !code; k++)
        code = leave_out(s, k, err);
    ifb_jw_end(s->w);
    return code;
}

/* ---- two models on the same items ---- */

static struct ifb_metric_value difference_of(const struct study *s, size_t a, size_t b)
{
    const struct ifb_judge_points *p = &s->points;
    size_t x = (s->chief * p->models + a) * p->items, y = (s->chief * p->models + b) * p->items;
    struct ifb_arena *scratch = ifb_arena_new();
    double *at = ifb_new(scratch, double, p->items), *means = ifb_new(scratch, double, ROUNDS);
    struct ifb_metric_value v = plain("paired_difference", NAN, 0);
    struct ifb_interval ci = { NAN, NAN };
    struct ifb_mean mean;

    for (size_t i = 0; i < p->items; i++)
        if (p->n[x + i] && p->n[y + i])
            at[v.n++] = p->sum[x + i] / p->n[x + i] - p->sum[y + i] / p->n[y + i];
    mean = ifb_mean_of(at, v.n);
    v.value = mean.mean;
    v.se = mean.se;
    if (v.n > ITEMS_DRAWN) {
        ci.lo = mean.mean - ifb_normal_quantile(0.975) * mean.se;
        ci.hi = mean.mean + ifb_normal_quantile(0.975) * mean.se;
    } else if (v.n > 1) {
        struct ifb_rng rng;
        struct ifb_draws draws = ifb_rng_draws(&rng);

        ifb_rng_seed(&rng, SEED);
        ci = ifb_bootstrap_mean(at, (size_t)v.n, &draws, ROUNDS, 0.95, means);
    }
    v.lo = ci.lo;
    v.hi = ci.hi;
    ifb_arena_close(scratch);
    return v;
}

static enum ifb_code put_difference(const struct study *s, size_t i, size_t j,
                                    struct ifb_error *err)
{
    ifb_str a = model_name(s, s->ranking[i].model), b = model_name(s, s->ranking[j].model);
    struct ifb_metric_value *v = ifb_new(s->run->arena, struct ifb_metric_value, 1);

    *v = difference_of(s, s->ranking[i].model, s->ranking[j].model);
    if (!v->n)
        return IFB_OK;
    ifb_jw_object(s->w, NULL);
    ifb_jw_str(s->w, "model", a);
    ifb_jw_str(s->w, "against", b);
    ifb_jw_real(s->w, "difference", v->value);
    ifb_jw_real(s->w, "lo", v->lo);
    ifb_jw_real(s->w, "hi", v->hi);
    ifb_jw_real(s->w, "se", v->se);
    ifb_jw_int(s->w, "items", v->n);
    ifb_jw_end(s->w);
    if (i && s->points.models > MODELS_SHOWN)
        return IFB_OK;
    return add_cell(s, ifb_fmt(s->run->arena, "%.*s against %.*s", IFB_ARG(a), IFB_ARG(b)), v, 1,
                    err);
}

static enum ifb_code put_differences(const struct study *s, struct ifb_error *err)
{
    size_t n = s->points.models, first = n > MODELS_ALL ? 1 : n;
    enum ifb_code code = IFB_OK;

    ifb_jw_array(s->w, "differences");
    for (size_t i = 0; i < first && !code; i++)
        for (size_t j = i + 1; j < n && !code; j++)
            code = put_difference(s, i, j, err);
    ifb_jw_end(s->w);
    return code;
}

/* ---- the file ---- */

static enum ifb_code put_answers(const struct study *s, struct ifb_error *err)
{
    enum ifb_code code = IFB_OK;

    ifb_jw_array(s->w, "answers");
    for (size_t m = 0; m < s->points.models && !code; m++) {
        struct ifb_judged_answers a;

        code = ifb_judged_answers(s->run, s->set, s->points.cells[m], &a, err);
        ifb_jw_object(s->w, NULL);
        ifb_jw_str(s->w, "model", model_name(s, m));
        ifb_jw_int(s->w, "answers", a.n);
        ifb_jw_int(s->w, "empty", a.empty);
        ifb_jw_int(s->w, "refusing", a.refusing);
        ifb_jw_int(s->w, "same", a.same);
        ifb_jw_int(s->w, "suspects", a.suspects);
        ifb_jw_end(s->w);
    }
    ifb_jw_end(s->w);
    return code;
}

/* One pass over all judgments makes two lists. */
static enum ifb_code put_lists(struct study *s, struct ifb_error *err)
{
    struct ifb_buf buf;
    struct ifb_jw missing;
    const struct ifb_judge_lists lists = { s->w, &missing };
    enum ifb_code code;

    ifb_buf_init(&buf, IFB_FILE_MAX);
    ifb_jw_open(&missing, &buf);
    ifb_jw_array(&missing, NULL);
    ifb_jw_array(s->w, "flips");
    code = ifb_judge_points(s->run, s->set, s->arena, &lists, &s->points, err);
    ifb_jw_end(s->w);
    ifb_jw_end(&missing);
    if (!code && buf.full)
        code = ifb_fail(err, IFB_ELIMIT, "%s would be larger than 1 GiB", FILE_NAME);
    if (!code)
        ifb_jw_raw(s->w, "missing", ifb_buf_view(&buf));
    ifb_buf_close(&buf);
    return code;
}

static enum ifb_code put_set(struct study *s, struct ifb_error *err)
{
    enum ifb_code code;

    ifb_jw_object(s->w, NULL);
    ifb_jw_cstr(s->w, "suite", s->set->plan.items->suite->id);
    code = put_lists(s, err);
    if (!code)
        code = put_answers(s, err);
    if (!code) {
        s->chief = s->judges > 1 ? IFB_VOICE_JURY(s->judges) : 0;
        s->ranking = rank_models(s, s->chief);
        code = put_rankings(s, err);
    }
    if (!code)
        code = put_differences(s, err);
    ifb_jw_end(s->w);
    return code;
}

static enum ifb_code put_sets(struct ifb_run *run, struct ifb_jw *w, struct ifb_error *err)
{
    const struct ifb_judges *js = run->inside->judges;
    enum ifb_code code = IFB_OK;

    for (size_t i = 0; i < js->nsets && !code; i++) {
        struct study s = { .run = run, .set = js->sets[i], .w = w, .judges = js->n,
                           .arena = ifb_arena_new() };

        if (!js->sets[i]->calibrates)
            code = put_set(&s, err);
        ifb_arena_close(s.arena);
    }
    return code;
}

enum ifb_code ifb_judges_reliability(struct ifb_run *run, struct ifb_error *err)
{
    struct ifb_buf buf;
    struct ifb_jw w;
    enum ifb_code code;

    ifb_buf_init(&buf, IFB_FILE_MAX);
    ifb_jw_open(&w, &buf);
    ifb_jw_object(&w, NULL);
    ifb_jw_cstr(&w, "schema", "ifbench.judge-reliability/1");
    ifb_jw_int(&w, "seed", SEED);
    ifb_jw_int(&w, "rounds", ROUNDS);
    ifb_jw_array(&w, "suites");
    code = put_sets(run, &w, err);
    ifb_jw_end(&w);
    ifb_jw_end(&w);
    ifb_buf_char(&buf, '\n');
    if (!code && buf.full)
        code = ifb_fail(err, IFB_ELIMIT, "%s would be larger than 1 GiB", FILE_NAME);
    if (!code)
        code = ifb_file_write(ifb_path_join(run->arena, run->folder, FILE_NAME),
                              ifb_buf_view(&buf), err);
    ifb_buf_close(&buf);
    return code;
}
