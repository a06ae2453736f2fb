/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L1-regularised logistic regression as the common implementation solves it: a
 * quadratic model a round (Newton), minimised by coordinate descent, then a line
 * search. Its constants and its order of visits decide where it stops.
 */
#include <ifbench/stats.h>

#include <math.h>

#define TOLERANCE 1e-4
#define ROUNDS_MAX 100
#define PASSES_MAX 1000
#define HALVINGS_MAX 20
#define RIDGE 1e-12      /* keeps the quadratic model definite */
#define STEP_MIN 1e-12
#define STEP_MAX 10.0
#define SIGMA 0.01       /* of the sufficient decrease */

struct solver {
    const struct ifb_glm *glm;
    struct ifb_mt mt;
    size_t order[IFB_GLM_FEATURES];  /* shrunk features stand at the end */
    size_t active;
    double w[IFB_GLM_FEATURES], u[IFB_GLM_FEATURES];  /* the point; the step's end */
    double against[IFB_GLM_FEATURES], gradient[IFB_GLM_FEATURES], curve[IFB_GLM_FEATURES];
    /* one a row: weight, exp(w.x), weight times p(1-p), (u-w).x, what the labels pull by */
    double *weight, *e, *d, *z, *tau;
    double bound, first, inner;      /* of shrinking; violation at the start; inner tolerance */
};

double ifb_logistic(double z)
{
    return 1 / (1 + exp(-z));
}

static const double *column(const struct solver *s, size_t j)
{
    return s->glm->x + j * s->glm->n;
}

static void swap(size_t *a, size_t *b)
{
    size_t t = *a;

    *a = *b;
    *b = t;
}

/* Four sums side by side, so that they do not wait for each other. */
static double dot(const double *a, const double *b, size_t n)
{
    double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    size_t i = 0;

    for (; i + 4 <= n; i += 4) {
        s0 += a[i] * b[i];
        s1 += a[i + 1] * b[i + 1];
        s2 += a[i + 2] * b[i + 2];
        s3 += a[i + 3] * b[i + 3];
    }
    for (; i < n; i++)
        s0 += a[i] * b[i];
    return (s0 + s1) + (s2 + s3);
}

static double dot3(const double *a, const double *b, const double *c, size_t n)
{
    double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    size_t i = 0;

    for (; i + 4 <= n; i += 4) {
        s0 += a[i] * b[i] * c[i];
        s1 += a[i + 1] * b[i + 1] * c[i + 1];
        s2 += a[i + 2] * b[i + 2] * c[i + 2];
        s3 += a[i + 3] * b[i + 3] * c[i + 3];
    }
    for (; i < n; i++)
        s0 += a[i] * b[i] * c[i];
    return (s0 + s1) + (s2 + s3);
}

static double norm1(const double *v, size_t p)
{
    double sum = 0;

    for (size_t j = 0; j < p; j++)
        sum += fabs(v[j]);
    return sum;
}

/* What follows from exp(w.x) of each row. */
static void set_rows(struct solver *s)
{
    for (size_t i = 0; i < s->glm->n; i++) {
        double q = 1 / (1 + s->e[i]);

        s->tau[i] = s->weight[i] * q;
        s->d[i] = s->weight[i] * q * (1 - q);
    }
}

/*
 * How far a coordinate at `at` with slope `g` is from its optimum; *shrink when
 * it rests at zero so clearly that it need not be visited for now.
 */
static double violation(double at, double g, double bound, bool *shrink)
{
    *shrink = false;
    if (at > 0)
        return fabs(g + 1);
    if (at < 0)
        return fabs(g - 1);
    if (g + 1 < 0)
        return -(g + 1);
    if (g - 1 > 0)
        return g - 1;
    *shrink = g + 1 > bound && g - 1 < -bound;
    return isnan(g) ? g : 0;
}

/* Gradient and curvature at w; returns the sum of violations, *most their largest. */
static double survey(struct solver *s, double *most)
{
    size_t n = s->glm->n, k = 0;
    double sum = 0;
    bool shrink;

    *most = 0;
    s->active = s->glm->p;
    while (k < s->active) {
        size_t j = s->order[k];
        const double *x = column(s, j);
        double v;

        s->curve[j] = RIDGE + dot3(x, x, s->d, n);
        s->gradient[j] = s->against[j] - dot(x, s->tau, n);
        v = violation(s->w[j], s->gradient[j], s->bound, &shrink);
        if (shrink) {
            swap(&s->order[k], &s->order[--s->active]);
            continue;
        }
        *most = fmax(*most, v);
        sum += v;
        k++;
    }
    return sum;
}

/* The step that takes coordinate j of the quadratic model to its optimum. */
static double best_step(double g, double curve, double at)
{
    double step = -at;

    if (g + 1 < curve * at)
        step = -(g + 1) / curve;
    else if (g - 1 > curve * at)
        step = -(g - 1) / curve;
    return fabs(step) < STEP_MIN ? 0 : fmin(fmax(step, -STEP_MAX), STEP_MAX);
}

static void move(struct solver *s, size_t j, double step)
{
    const double *x = column(s, j);

    s->u[j] += step;
    for (size_t i = 0; i < s->glm->n; i++)
        s->z[i] += step * x[i];
}

/* One pass over the `*active` first features; the sum of violations met, *most their largest. */
static double pass(struct solver *s, size_t *active, double bound, double *most)
{
    double sum = 0;
    bool shrink;

    *most = 0;
    for (size_t k = 0; k < *active; k++)
        swap(&s->order[k], &s->order[k + ifb_mt_below(&s->mt, (uint32_t)(*active - k))]);
    for (size_t k = 0; k < *active;) {
        size_t j = s->order[k];
        double g = s->gradient[j] + (s->u[j] - s->w[j]) * RIDGE +
                   dot3(column(s, j), s->d, s->z, s->glm->n);
        double v = violation(s->u[j], g, bound, &shrink), step;

        if (shrink) {
            swap(&s->order[k], &s->order[--*active]);
            continue;
        }
        *most = fmax(*most, v);
        sum += v;
        step = best_step(g, s->curve[j], s->u[j]);
        if (step != 0)
            move(s, j, step);
        k++;
    }
    return sum;
}

/* Minimises the quadratic model around w; returns the number of passes. */
static int descend(struct solver *s)
{
    double scale = 2 * (double)s->glm->n, bound = INFINITY, most, sum;
    size_t active = s->active;
    int passes = 0;

    for (size_t j = 0; j < s->glm->p; j++)
        s->u[j] = s->w[j];
    for (size_t i = 0; i < s->glm->n; i++)
        s->z[i] = 0;
    while (passes < PASSES_MAX) {
        sum = pass(s, &active, bound, &most);
        passes++;
        bound = most / scale;
        if (!isfinite(sum))
            break;
        if (sum > s->inner * s->first)
            continue;
        if (active == s->active)
            break;
        active = s->active;
        bound = INFINITY;
    }
    return passes;
}

/*
 * What the loss grows by when every row moves by z, but for the part linear in
 * the labels. Leaves exp(w.x) of the new point in tau.
 */
static double growth(struct solver *s)
{
    double sum = 0;

    for (size_t i = 0; i < s->glm->n; i++) {
        double far = exp(s->z[i]), e = s->e[i] * far;

        s->tau[i] = e;
        sum += s->weight[i] * log((1 + e) / (far + e));
    }
    return sum;
}

static void accept(struct solver *s)
{
    for (size_t i = 0; i < s->glm->n; i++)
        s->e[i] = s->tau[i];
    for (size_t j = 0; j < s->glm->p; j++)
        s->w[j] = s->u[j];
}

static void halve(struct solver *s)
{
    for (size_t j = 0; j < s->glm->p; j++)
        s->u[j] = (s->w[j] + s->u[j]) / 2;
    for (size_t i = 0; i < s->glm->n; i++)
        s->z[i] /= 2;
}

static void search_line(struct solver *s)
{
    size_t p = s->glm->p;
    double was = norm1(s->w, p), delta = norm1(s->u, p) - was, linear;

    for (size_t j = 0; j < p; j++)
        delta += s->gradient[j] * (s->u[j] - s->w[j]);
    for (int i = 0; i < HALVINGS_MAX; i++) {
        linear = 0;
        for (size_t j = 0; j < p; j++)
            linear += s->against[j] * (s->u[j] - s->w[j]);
        if (norm1(s->u, p) - was + linear - SIGMA * delta + growth(s) <= 0) {
            accept(s);
            return;
        }
        halve(s);
        delta /= 2;
    }
}

static void prepare(struct solver *s, const struct ifb_glm *glm, double c, uint32_t seed,
                    double *room)
{
    size_t n = glm->n;

    *s = (struct solver){ .glm = glm, .weight = room, .e = room + n, .d = room + 2 * n,
                          .z = room + 3 * n, .tau = room + 4 * n, .bound = INFINITY, .inner = 1 };
    ifb_mt_seed(&s->mt, seed);
    for (size_t j = 0; j < glm->p; j++) {
        s->order[j] = j;
        s->against[j] = c * glm->against[j];
    }
    for (size_t i = 0; i < n; i++) {
        s->weight[i] = c * glm->weight[i];
        s->e[i] = 1;
    }
    set_rows(s);
}

struct ifb_glm_fit ifb_glm_l1(const struct ifb_glm *glm, double c, uint32_t seed, double *room)
{
    struct ifb_glm_fit fit = { .rounds = 0 };
    struct solver s;
    double most, sum;

    prepare(&s, glm, c, seed, room);
    for (;; fit.rounds++) {
        sum = survey(&s, &most);
        if (!fit.rounds)
            s.first = sum;
        /* Scaled by the share of the rarer label: half, as each row has both. */
        fit.converged = sum <= TOLERANCE / 2 * s.first;
        if (fit.converged || !isfinite(sum) || fit.rounds == ROUNDS_MAX)
            break;
        if (descend(&s) == 1)
            s.inner /= 4;
        search_line(&s);
        set_rows(&s);
        s.bound = most / (2 * (double)glm->n);
    }
    for (size_t j = 0; j < glm->p; j++)
        fit.w[j] = isfinite(sum) ? s.w[j] : (double)NAN;
    return fit;
}
