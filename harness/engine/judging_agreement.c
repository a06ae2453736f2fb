/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far a jury agrees: of each task a judge's judgment is a grade, the grades of two
 * judges stand beside one another, and those of all give Krippendorff's alpha.
 */
#include <math.h>

#include <ifbench/stats.h>

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "harness/engine/inside.h"
#include "harness/engine/judged.h"
#include "harness/engine/judging.h"

#define GRADES 11

int8_t ifb_judge_grade(const struct ifb_judgment *said)
{
    if (said->how != IFB_READ && said->how != IFB_READ_LOOSELY)
        return -1;
    if (said->label != IFB_LABEL_NONE)
        return said->label == IFB_NO_DIFFERENCE ? 1 : said->label < IFB_NO_DIFFERENCE ? 0 : 2;
    if (!isnan(said->rating))
        return (int8_t)lround(fmin(fmax(said->rating, 0), GRADES - 1));
    for (size_t i = 0; i < said->nsaid; i++)
        if (said->said[i] != IFB_SAID_YES)
            return 0;
    return 1;
}

/* What judge `judge` made of task number `k` of a pair of models. */
static int8_t grade_of(const struct ifb_run_inside *in, const struct ifb_judge_set *set,
                       size_t pair, size_t judge, size_t k)
{
    const struct ifb_plan_cell *pc =
        &in->plan.cells[set->plan.cell + pair * in->judges->n + judge];

    return in->judges->grades[pc->first + k - in->plan.nasked_samples];
}

static size_t tasks_of(const struct ifb_run_inside *in, const struct ifb_judge_set *set)
{
    return set->plan.npairs ? in->plan.cells[set->plan.cell].n : 0;
}

static const struct ifb_metric metrics[] = {
    { .id = "agreement", .unit = "proportion", .higher_is_better = true,
      .doc = "judgments on which two judges agree; lists of questions: whether all are yes" },
    { .id = "kappa", .unit = "coefficient", .higher_is_better = true,
      .doc = "Cohen's kappa of these" },
    { .id = "alpha", .unit = "coefficient", .higher_is_better = true,
      .doc = "Krippendorff's alpha of all judges, nominal" },
    { 0 }
};

static const struct ifb_judged agreement = { .id = "agreement", .metrics = metrics };

/* With a normal 95 % interval. */
static struct ifb_metric_value coefficient(const char *id, double value, double se, int64_t n)
{
    double half = ifb_normal_quantile(0.975) * se;

    return (struct ifb_metric_value){ .id = ifb_str_of(id), .value = value, .se = se, .hits = -1,
                                      .lo = isnan(half) ? half : fmax(value - half, -1),
                                      .hi = isnan(half) ? half : fmin(value + half, 1), .n = n };
}

static void compare_two(const struct ifb_run_inside *in, const struct ifb_judge_set *set, size_t x,
                        size_t y, struct ifb_metric_value out[2])
{
    int64_t table[GRADES * GRADES] = { 0 }, same = 0, n = 0;
    struct ifb_interval ci;

    for (size_t p = 0; p < set->plan.npairs; p++)
        for (size_t k = 0; k < tasks_of(in, set); k++) {
            int8_t a = grade_of(in, set, p, x, k), b = grade_of(in, set, p, y, k);

            if (a < 0 || b < 0)
                continue;
            table[a * GRADES + b]++;
            same += a == b;
            n++;
        }
    ci = ifb_wilson(same, n, 0.95);
    out[0] = (struct ifb_metric_value){
        .id = IFB_STR("agreement"), .value = n ? (double)same / (double)n : (double)NAN,
        .lo = ci.lo, .hi = ci.hi, .se = ifb_proportion_se(same, n), .hits = same, .n = n,
    };
    out[1] = coefficient("kappa", ifb_cohen_kappa(table, GRADES),
                         ifb_cohen_kappa_se(table, GRADES), n);
}

static ifb_str name_of(const struct ifb_run_inside *in, size_t judge)
{
    return ifb_judge_model_name(in, in->judges->first + (uint32_t)judge);
}

static struct ifb_judged_cell cell_of_two(const struct ifb_run_inside *in,
                                          const struct ifb_judge_set *set, size_t x, size_t y)
{
    struct ifb_metric_value *v = ifb_new(in->arena, struct ifb_metric_value, 2);

    compare_two(in, set, x, y, v);
    return (struct ifb_judged_cell){
        .values = v, .nvalues = 2,
        .model = ifb_fmt(in->arena, "%.*s with %.*s", IFB_ARG(name_of(in, x)),
                         IFB_ARG(name_of(in, y))),
    };
}

static struct ifb_metric_value compare_all(const struct ifb_run_inside *in,
                                           const struct ifb_judge_set *set)
{
    struct ifb_arena *arena = ifb_arena_new();
    size_t tasks = tasks_of(in, set), judges = in->judges->n, units = 0;
    int32_t *values = ifb_new(arena, int32_t, set->plan.npairs * tasks * judges);
    double work[GRADES * GRADES], alpha, se;

    for (size_t p = 0; p < set->plan.npairs; p++)
        for (size_t k = 0; k < tasks; k++, units++)
            for (size_t j = 0; j < judges; j++)
                values[units * judges + j] = grade_of(in, set, p, j, k);
    alpha = ifb_krippendorff_alpha(values, units, judges, GRADES, NULL, work);
    se = ifb_krippendorff_se(values, units, judges, GRADES, NULL, work);
    ifb_arena_close(arena);
    return coefficient("alpha", alpha, se, (int64_t)units);
}

/* The judged suites of pairs and rubrics tell it themselves. */
static bool is_told(const struct ifb_summary *s, ifb_str suite)
{
    for (size_t i = 0; i < s->nmetrics; i++)
        if (ifb_str_eq(s->metrics[i].suite, suite) && ifb_str_is(s->metrics[i].id, "alpha"))
            return true;
    return false;
}

enum ifb_code ifb_judges_agree(struct ifb_run *run, const struct ifb_judge_set *set,
                               struct ifb_error *err)
{
    struct ifb_run_inside *in = run->inside;
    size_t judges = in->judges->n, n = 0;
    struct ifb_judged_work w = { .run = run, .name = set->plan.items->suite->id,
                                 .suite = &agreement };
    struct ifb_judged_cell *cells;
    struct ifb_judged_out out = { 0 };
    struct ifb_metric_value *all;

    if (judges < 2 || is_told(&run->summary, ifb_str_of(w.name)))
        return IFB_OK;
    cells = ifb_new(in->arena, struct ifb_judged_cell, judges * judges + 1);
    for (size_t x = 0; x < judges; x++)
        for (size_t y = x + 1; y < judges; y++)
            cells[n++] = cell_of_two(in, set, x, y);
    all = ifb_new(in->arena, struct ifb_metric_value, 1);
    *all = compare_all(in, set);
    cells[n++] = (struct ifb_judged_cell){ .values = all, .nvalues = 1,
                                           .model = ifb_fmt(in->arena, "jury of %zu", judges) };
    out.cells = cells;
    out.ncells = n;
    return ifb_judged_add(&w, &out, err);
}
