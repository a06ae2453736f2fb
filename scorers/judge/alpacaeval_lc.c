/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The length-controlled win rate: a logistic model of the preference on the
 * lengths and on how hard an instruction is, evaluated as if lengths were equal.
 */
#include "scorers/judge/alpacaeval.h"

#include <math.h>

#include <ifbench/stats.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/base/table.h"

#define C_NUMBERS 10
#define C_DEFAULT 6      /* the safest of the ten: at most 0.09 from 56 published rates */
#define FOLDS 5
#define GAMED_WEIGHT 0.1 /* 0.2 for both versions */
#define DIFFICULTY_MAX 1e3
/* What the solver's shuffles are seeded with upstream: RandomState(123).randint(2**31 - 1). */
#define SHUFFLE_SEED 843828734u
/*
 * Sums over the 1,610 gamed rows of label times feature, found by least squares
 * from the published weights of 54 models; upstream's labels are not public.
 */
#define OFFICIAL_SUM_SHIFT (-182.6935371208404)
#define OFFICIAL_SUM_HARD 413.05903071914895

double ifb_alpaca_usable(double preference)
{
    if (preference == 0)
        return 1.5;
    return preference >= 1 && preference <= 2 ? preference : (double)NAN;
}

double ifb_alpaca_c_of(int64_t number)
{
    return pow(10, -4 + 8 * (double)number / 9);
}

/* ---- difficulties ---- */

/* Items by number; each must come once. */
static enum ifb_code put_item(struct ifb_table *t, double *to, ifb_str *texts, size_t n,
                              struct ifb_error *err)
{
    ifb_str text = ifb_table_cell(t, "instruction");
    double index, value;
    enum ifb_code code = ifb_table_number(t, "index", true, &index, err);

    if (!code)
        code = ifb_table_number(t, "instruction_difficulty", true, &value, err);
    if (code)
        return code;
    if (!(index >= 0 && index < (double)n && index == floor(index)) || !isnan(to[(size_t)index]))
        return ifb_fail(err, IFB_EINPUT, "%.*s: line %u: index is %g, wanted each of 0 to %d once",
                        IFB_ARG(t->name), t->csv.line, index, IFB_ALPACA_ITEMS - 1);
    if (fabs(value) > DIFFICULTY_MAX)
        return ifb_fail(err, IFB_EINPUT, "%.*s: line %u: a difficulty of %g, wanted at most %g",
                        IFB_ARG(t->name), t->csv.line, value, DIFFICULTY_MAX);
    to[(size_t)index] = value;
    texts[(size_t)index] = text.ptr ? text : IFB_STR("");
    return IFB_OK;
}

static enum ifb_code check_items(const double *at, ifb_str name, struct ifb_error *err)
{
    for (size_t i = 0; i < IFB_ALPACA_ITEMS; i++)
        if (isnan(at[i]))
            return ifb_fail(err, IFB_EINPUT, "%.*s: the difficulty of item %zu is missing, wanted "
                            "%d of them", IFB_ARG(name), i, IFB_ALPACA_ITEMS);
    return IFB_OK;
}

enum ifb_code ifb_alpaca_difficulty_read(const struct ifb_judged_file *file,
                                         struct ifb_arena *arena, struct ifb_alpaca_lc *lc,
                                         struct ifb_error *err)
{
    static const char *const needed[] = { "index", "instruction_difficulty", NULL };
    double *at = ifb_new(arena, double, IFB_ALPACA_ITEMS);
    ifb_str *texts = ifb_new(arena, ifb_str, IFB_ALPACA_ITEMS);
    struct ifb_table t;
    bool more = true;
    enum ifb_code code = ifb_table_open(&t, arena, file->name, file->bytes, err);

    for (size_t i = 0; i < IFB_ALPACA_ITEMS; i++)
        at[i] = NAN;
    if (!code)
        code = ifb_table_need(&t, needed, err);
    while (!code && !(code = ifb_table_next(&t, &more, err)) && more)
        code = put_item(&t, at, texts, IFB_ALPACA_ITEMS, err);
    if (!code)
        code = check_items(at, file->name, err);
    lc->difficulty = at;
    lc->items = IFB_ALPACA_ITEMS;
    if (!code && ifb_table_has(&t, "instruction"))
        lc->instruction = texts;
    return code;
}

/* The published weights of a model: length, difficulty, bias, by their place. */
static enum ifb_code find_weights(const struct ifb_judged_file *file, ifb_str model,
                                  struct ifb_arena *arena, double out[3], struct ifb_error *err)
{
    struct ifb_table t;
    bool more = true;
    enum ifb_code code = ifb_table_open(&t, arena, file->name, file->bytes, err);

    while (!code && !(code = ifb_table_next(&t, &more, err)) && more) {
        if (t.row.n != 4 || !ifb_str_eq(t.row.at[0], model))
            continue;
        for (int i = 0; i < 3; i++)
            if (!ifb_str_real(t.row.at[i + 1], &out[i]))
                return ifb_fail(err, IFB_EINPUT, "%.*s: line %u: wanted three weights",
                                IFB_ARG(file->name), t.csv.line);
        return IFB_OK;
    }
    return code ? code : ifb_fail(err, IFB_EINPUT, "%.*s: no weights of %.*s", IFB_ARG(file->name),
                                  IFB_ARG(model));
}

enum ifb_code ifb_alpaca_difficulty_derive(const struct ifb_judged_file *annotations,
                                           const struct ifb_judged_file *weights,
                                           struct ifb_arena *arena, struct ifb_alpaca_lc *lc,
                                           struct ifb_alpaca_rows *rows, struct ifb_error *err)
{
    double w[3], *at = ifb_new(arena, double, IFB_ALPACA_ITEMS);
    ifb_str *texts = ifb_new(arena, ifb_str, IFB_ALPACA_ITEMS);
    enum ifb_code code = ifb_alpaca_annotations(annotations, arena, rows, err);

    if (!code && rows->n != IFB_ALPACA_ITEMS)
        code = ifb_fail(err, IFB_EINPUT, "%.*s: %zu rows, wanted %d", IFB_ARG(annotations->name),
                        rows->n, IFB_ALPACA_ITEMS);
    if (!code)
        code = find_weights(weights, rows->at[0].generator_2, arena, w, err);
    for (size_t i = 0; i < IFB_ALPACA_ITEMS && !code; i++) {
        double p = rows->at[i].glm;

        at[i] = (log(p / (1 - p)) - w[2]) / w[1];
        texts[i] = rows->at[i].instruction;
        if (!(fabs(at[i]) <= DIFFICULTY_MAX))
            code = ifb_fail(err, IFB_EINPUT, "%.*s: row %zu has no usable glm_preference",
                            IFB_ARG(annotations->name), i);
    }
    lc->difficulty = at;
    lc->instruction = texts;
    lc->items = IFB_ALPACA_ITEMS;
    return code;
}

/* ---- gamed rows ---- */

static void set_official_sums(struct ifb_alpaca_lc *lc)
{
    lc->sum_shift = OFFICIAL_SUM_SHIFT;
    lc->sum_hard = OFFICIAL_SUM_HARD;
}

static void set_label_sums(struct ifb_alpaca_lc *lc)
{
    lc->sum_shift = lc->sum_hard = 0;
    for (size_t i = 0; i < lc->gamed; i++) {
        lc->sum_shift += lc->label[i] * lc->shift[i];
        lc->sum_hard += lc->label[i] * lc->hard[i];
    }
}

/* Labels come as 0 to 1 or, as annotations have them, as 1 to 2. */
static void shift_labels(double *label, size_t n)
{
    bool annotated = false;

    for (size_t i = 0; i < n; i++)
        annotated = annotated || label[i] > 1;
    for (size_t i = 0; i < n && annotated; i++)
        label[i] = ifb_alpaca_usable(label[i]) - 1;
}

struct gamed {
    struct ifb_table t;
    const char *label;
    double *at[3];  /* tanh of length, difficulty, label */
    size_t cap[3], n;
};

static enum ifb_code read_gamed_row(struct gamed *g, const struct ifb_alpaca_lc *lc,
                                    struct ifb_arena *arena, struct ifb_error *err)
{
    double delta, index, label = 0;
    enum ifb_code code = ifb_table_number(&g->t, "std_delta_len", true, &delta, err);

    if (!code)
        code = ifb_table_number(&g->t, "index", true, &index, err);
    if (!code && g->label)
        code = ifb_table_number(&g->t, g->label, true, &label, err);
    if (code)
        return code;
    if (!(index >= 0 && index < (double)lc->items) || !(label >= 0 && label <= 2))
        return ifb_fail(err, IFB_EINPUT, "%.*s: line %u: wanted an index below %zu and a "
                        "preference of 0 to 2", IFB_ARG(g->t.name), g->t.csv.line, lc->items);
    for (int i = 0; i < 3; i++)
        g->at[i] = ifb_grow(arena, g->at[i], &g->cap[i], g->n + 1, sizeof(double));
    g->at[0][g->n] = tanh(delta);
    g->at[1][g->n] = lc->difficulty[(size_t)index];
    g->at[2][g->n++] = label;
    return IFB_OK;
}

enum ifb_code ifb_alpaca_gamed_read(const struct ifb_judged_file *file, struct ifb_arena *arena,
                                    struct ifb_alpaca_lc *lc, struct ifb_error *err)
{
    static const char *const needed[] = { "index", "std_delta_len", NULL };
    struct gamed g = { .n = 0 };
    bool more = true, real;
    enum ifb_code code = ifb_table_open(&g.t, arena, file->name, file->bytes, err);

    if (!code)
        code = ifb_table_need(&g.t, needed, err);
    if (code)
        return code;
    real = ifb_table_has(&g.t, "preference");
    g.label = real ? "preference"
              : ifb_table_has(&g.t, "preference01_surrogate") ? "preference01_surrogate" : NULL;
    while (!code && !(code = ifb_table_next(&g.t, &more, err)) && more)
        code = read_gamed_row(&g, lc, arena, err);
    if (!code && !g.n)
        code = ifb_fail(err, IFB_EINPUT, "%.*s: it has no rows", IFB_ARG(file->name));
    if (code)
        return code;
    lc->shift = g.at[0];
    lc->hard = g.at[1];
    lc->label = g.label ? g.at[2] : NULL;
    lc->gamed = g.n;
    lc->cross_validate = real;
    if (g.label)
        shift_labels(g.at[2], g.n);
    if (g.label)
        set_label_sums(lc);
    else
        set_official_sums(lc);
    return IFB_OK;
}

/* tanh of the differences in length, in units of their deviation; false when they are all alike. */
static bool shifts_of(const struct ifb_alpaca_row *a, const struct ifb_alpaca_row *b, size_t n,
                      double *out)
{
    struct ifb_mean m;

    for (size_t i = 0; i < n; i++)
        out[i] = a[i].len_1 - b[i].len_2;
    m = ifb_mean_of(out, (int64_t)n);
    for (size_t i = 0; i < n; i++)
        out[i] = tanh(out[i] / m.sd);
    return m.sd > 0;
}

enum ifb_code ifb_alpaca_gamed_derive(const struct ifb_alpaca_rows *rows,
                                      const struct ifb_alpaca_rows versions[2],
                                      struct ifb_arena *arena, struct ifb_alpaca_lc *lc,
                                      struct ifb_error *err)
{
    size_t n = rows->n;
    double *shift = ifb_new(arena, double, 2 * n), *hard = ifb_new(arena, double, 2 * n);

    for (size_t v = 0; v < 2; v++) {
        if (versions[v].n != n || n != lc->items)
            return ifb_fail(err, IFB_EINPUT, "%zu answers of a version of the baseline, wanted %zu",
                            versions[v].n, lc->items);
        for (size_t i = 0; i < n; i++) {
            if (!ifb_str_eq(versions[v].at[i].instruction, rows->at[i].instruction))
                return ifb_fail(err, IFB_EINPUT, "instruction %zu of a version of the baseline "
                                "differs from the judged one", i);
            hard[v * n + i] = lc->difficulty[i];
        }
        if (!shifts_of(rows->at, versions[v].at, n, shift + v * n))
            return ifb_fail(err, IFB_EINPUT, "a version of the baseline is as long as it is");
    }
    lc->shift = shift;
    lc->hard = hard;
    lc->label = NULL;
    lc->gamed = 2 * n;
    lc->cross_validate = false;
    set_official_sums(lc);
    return IFB_OK;
}

/* ---- the fit ---- */

/* All rows of a fit: gamed ones first, as upstream has them. */
struct design {
    size_t n, gamed;
    double *x, *weight, *label;  /* x: three columns of n */
};

static struct design design_of(const struct ifb_alpaca_lc *lc, const struct ifb_alpaca_rows *rows,
                               const double *shift, const double *hard, struct ifb_arena *arena)
{
    size_t most = lc->gamed + rows->n, n = lc->gamed;
    double *column[3];
    struct design d = { .gamed = lc->gamed, .x = ifb_new(arena, double, 3 * most),
                        .weight = ifb_new(arena, double, most),
                        .label = ifb_new(arena, double, most) };

    for (size_t i = 0; i < rows->n; i++)
        n += isnan(ifb_alpaca_usable(rows->at[i].preference)) ? 0 : 1;
    d.n = n;
    for (size_t j = 0; j < 3; j++)
        column[j] = d.x + j * n;
    for (n = 0; n < lc->gamed; n++) {
        column[0][n] = lc->shift[n];
        column[1][n] = lc->hard[n];
        d.weight[n] = GAMED_WEIGHT;
        d.label[n] = lc->label ? lc->label[n] : (double)NAN;
    }
    for (size_t i = 0; i < rows->n; i++) {
        double preference = ifb_alpaca_usable(rows->at[i].preference);

        if (isnan(preference))
            continue;
        column[0][n] = shift[i];
        column[1][n] = hard[i];
        column[2][n] = 1;
        d.weight[n] = 1;
        d.label[n++] = preference - 1;
    }
    return d;
}

/* Of rows [from, to): what the labels pull against. */
static double against(const struct design *d, size_t j, size_t from, size_t to)
{
    const double *x = d->x + j * d->n;
    double sum = 0;

    for (size_t i = from; i < to; i++)
        sum += d->weight[i] * (1 - d->label[i]) * x[i];
    return sum;
}

/* Of the gamed rows only the sums of label times feature are known. */
static double against_gamed(const struct ifb_alpaca_lc *lc, const struct design *d, size_t j)
{
    const double *x = d->x + j * d->n, sums[3] = { lc->sum_shift, lc->sum_hard, 0 };
    double sum = 0;

    for (size_t i = 0; i < d->gamed; i++)
        sum += x[i];
    return GAMED_WEIGHT * (sum - sums[j]);
}

static struct ifb_glm_fit fit_all(const struct ifb_alpaca_lc *lc, const struct design *d, double c,
                                  double *room)
{
    struct ifb_glm glm = { .n = d->n, .p = 3, .x = d->x, .weight = d->weight };

    for (size_t j = 0; j < 3; j++)
        glm.against[j] = against_gamed(lc, d, j) + against(d, j, d->gamed, d->n);
    return ifb_glm_l1(&glm, c, SHUFFLE_SEED, room);
}

/* Upstream's folds follow a sort that is not stable; this is what it is without its accidents. */
static size_t fold_of(const struct design *d, size_t i)
{
    return (d->n - 1 - i) % FOLDS;
}

/* The rows outside a fold. */
static struct design without_fold(const struct design *d, size_t fold, struct ifb_arena *arena)
{
    struct design part = { .x = ifb_new(arena, double, 3 * d->n),
                           .weight = ifb_new(arena, double, d->n),
                           .label = ifb_new(arena, double, d->n) };

    for (size_t i = 0; i < d->n; i++)
        part.n += fold_of(d, i) != fold;
    for (size_t i = 0, k = 0; i < d->n; i++) {
        if (fold_of(d, i) == fold)
            continue;
        for (size_t j = 0; j < 3; j++)
            part.x[j * part.n + k] = d->x[j * d->n + i];
        part.weight[k] = d->weight[i];
        part.label[k++] = d->label[i];
    }
    return part;
}

/* Mean log-likelihood of the rows in a fold. */
static double score_fold(const struct design *d, size_t fold, const double *w)
{
    double sum = 0, n = 0;

    for (size_t i = 0; i < d->n; i++) {
        double p, z = 0;

        if (fold_of(d, i) != fold)
            continue;
        for (size_t j = 0; j < 3; j++)
            z += w[j] * d->x[j * d->n + i];
        p = fmin(fmax(ifb_logistic(z), 1e-15), 1 - 1e-15);
        sum += d->weight[i] * (d->label[i] * log(p) + (1 - d->label[i]) * log(1 - p));
        n++;
    }
    return sum / n;
}

/* The C of the ten that predicts best what it has not seen; the first of equals. */
static int64_t validate(const struct design *d, struct ifb_arena *arena)
{
    double score[C_NUMBERS] = { 0 }, *room = ifb_new(arena, double, IFB_GLM_ROOM(d->n));
    int64_t best = 0;

    for (size_t fold = 0; fold < FOLDS; fold++) {
        struct design part = without_fold(d, fold, arena);
        struct ifb_glm glm = { .n = part.n, .p = 3, .x = part.x, .weight = part.weight };

        for (size_t j = 0; j < 3; j++)
            glm.against[j] = against(&part, j, 0, part.n);
        for (int k = 0; k < C_NUMBERS; k++) {
            struct ifb_glm_fit fit = ifb_glm_l1(&glm, ifb_alpaca_c_of(k), SHUFFLE_SEED, room);

            score[k] += score_fold(d, fold, fit.w) / FOLDS;
        }
    }
    for (int k = 1; k < C_NUMBERS; k++)
        if (score[k] > score[best])
            best = k;
    return best;
}

static struct ifb_alpaca_c choose_c(const struct ifb_alpaca_lc *lc, const struct design *d,
                                    struct ifb_alpaca_c c, struct ifb_arena *arena)
{
    if (c.number < 0 && c.value > 0)
        return c;
    if (c.number < 0)
        c.number = lc->cross_validate ? validate(d, arena) : C_DEFAULT;
    c.value = ifb_alpaca_c_of(c.number);
    return c;
}

static struct ifb_alpaca_fit no_fit(const char *why)
{
    return (struct ifb_alpaca_fit){ NAN, NAN, { NAN, NAN, NAN }, { -1, NAN }, why };
}

static bool is_baseline(const struct ifb_alpaca_rows *rows)
{
    for (size_t i = 0; i < rows->n; i++) {
        const struct ifb_alpaca_row *r = &rows->at[i];
        bool same = r->generator_1.ptr ? ifb_str_eq(r->generator_1, r->generator_2)
                                       : r->len_1 == r->len_2 && r->preference == 1.5;

        if (!same)
            return false;
    }
    return rows->n > 0;
}

struct ifb_alpaca_fit ifb_alpaca_lc_fit(const struct ifb_alpaca_lc *lc,
                                        const struct ifb_alpaca_rows *rows, const double *hard,
                                        struct ifb_alpaca_c c, struct ifb_arena *arena)
{
    struct ifb_alpaca_fit out = { .rate = 50, .se = 0 };
    double *shift = ifb_new(arena, double, rows->n), *p = ifb_new(arena, double, rows->n);
    struct ifb_glm_fit fit;
    struct ifb_mean m;
    struct design d;

    if (is_baseline(rows))
        return out;
    if (rows->n < 2)
        return no_fit("there are fewer than two judgments");
    if (!shifts_of(rows->at, rows->at, rows->n, shift))
        return no_fit("both answers are equally long everywhere");
    d = design_of(lc, rows, shift, hard, arena);
    if (d.n == d.gamed)
        return no_fit("no judgment has a preference of 1 to 2");
    out.c = choose_c(lc, &d, c, arena);
    fit = fit_all(lc, &d, out.c.value, ifb_new(arena, double, IFB_GLM_ROOM(d.n)));
    if (isnan(fit.w[0]))
        return no_fit("the fit found no finite weights");
    for (size_t i = 0; i < rows->n; i++)
        p[i] = ifb_logistic(fit.w[1] * hard[i] + fit.w[2]);
    m = ifb_mean_of(p, (int64_t)rows->n);
    out.rate = 100 * m.mean;
    out.se = 100 * m.se;
    memcpy(out.weights, fit.w, sizeof(out.weights));
    return out;
}

double ifb_alpaca_lc_between(const struct ifb_alpaca_lc *lc, const double a[3], const double b[3])
{
    double sum = 0;

    for (size_t i = 0; i < lc->items; i++)
        sum += ifb_logistic(a[2] - b[2] + (a[1] - b[1]) * lc->difficulty[i]);
    return 100 * sum / (double)lc->items;
}
