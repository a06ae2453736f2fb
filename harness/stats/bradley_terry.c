/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strengths from paired comparisons: a logistic regression without intercept on
 * who met whom, with features of the game beside them where style is to be
 * controlled. A row touches two models, so a step costs rows, not rows by models.
 */
#include <ifbench/stats.h>

#include <math.h>
#include <string.h>

#define STEPS 100
#define HALVINGS 30
#define ENOUGH 1e-10  /* of a step, in the units of beta */

/* A fit's place in the caller's room. */
struct fit {
    const struct ifb_bt *bt;
    const struct ifb_game *games;
    size_t n;
    const double *x;
    size_t p;               /* models and features */
    double *gradient, *hessian, *step, *next;
    double *tied;           /* a model: 1 when games tie it to the base */
};

size_t ifb_bt_work(const struct ifb_bt *bt)
{
    size_t p = bt->models + bt->features;

    return p * p + 5 * p;
}

double ifb_elo_of(double beta)
{
    return 1000 + 400 * beta / log(10);
}

/* A game counts when it has weight and is not between strangers to the base. */
static bool counts(const struct fit *f, size_t i)
{
    return f->games[i].weight > 0 && f->tied[f->games[i].a] > 0;
}

/* log(1 + e^z) without overflow. */
static double softplus(double z)
{
    return z > 0 ? z + log1p(exp(-z)) : log1p(exp(z));
}

static double score_of(const struct fit *f, const double *beta, size_t i)
{
    double z = beta[f->games[i].a] - beta[f->games[i].b];

    for (size_t k = 0; k < f->bt->features; k++)
        z += beta[f->bt->models + k] * f->x[i * f->bt->features + k];
    return z;
}

static double loss_of(const struct fit *f, const double *beta)
{
    double loss = 0;

    for (size_t i = 0; i < f->n; i++) {
        double z;

        if (!counts(f, i))
            continue;
        z = score_of(f, beta, i);
        loss += f->games[i].weight * (softplus(z) - f->games[i].won * z);
    }
    return loss;
}

/* Columns that a game touches, with their values; how many. */
static size_t columns_of(const struct fit *f, size_t i, size_t *at, double *value)
{
    size_t n = 2;

    at[0] = f->games[i].a, value[0] = 1;
    at[1] = f->games[i].b, value[1] = -1;
    for (size_t k = 0; k < f->bt->features; k++, n++) {
        at[n] = f->bt->models + k;
        value[n] = f->x[i * f->bt->features + k];
    }
    return n;
}

static void add_game(struct fit *f, const double *beta, size_t i)
{
    size_t at[2 + IFB_BT_FEATURES], n;
    double value[2 + IFB_BT_FEATURES], chance = ifb_logistic(score_of(f, beta, i));
    double slope = f->games[i].weight * (chance - f->games[i].won);
    double curve = f->games[i].weight * chance * (1 - chance);

    n = columns_of(f, i, at, value);
    for (size_t k = 0; k < n; k++) {
        f->gradient[at[k]] += slope * value[k];
        for (size_t j = 0; j < n; j++)
            f->hessian[at[k] * f->p + at[j]] += curve * value[k] * value[j];
    }
}

/* A column that must not move: the base, a model beyond the limit, one without games. */
static void hold(struct fit *f, size_t c)
{
    for (size_t j = 0; j < f->p; j++)
        f->hessian[c * f->p + j] = f->hessian[j * f->p + c] = 0;
    f->hessian[c * f->p + c] = 1;
    f->gradient[c] = 0;
}

static void derive(struct fit *f, const double *beta)
{
    memset(f->gradient, 0, f->p * sizeof(double));
    memset(f->hessian, 0, f->p * f->p * sizeof(double));
    for (size_t i = 0; i < f->n; i++)
        if (counts(f, i))
            add_game(f, beta, i);
    for (size_t c = 0; c < f->bt->models; c++) {
        bool out = fabs(beta[c]) >= IFB_BT_LIMIT && f->gradient[c] * beta[c] <= 0;

        if (c == f->bt->base || !(f->tied[c] > 0) || out)
            hold(f, c);
    }
}

/* Solves hessian * step = gradient by Cholesky; a pivot that is nothing holds its column. */
static void solve(struct fit *f)
{
    double *h = f->hessian;
    size_t p = f->p;

    for (size_t j = 0; j < p; j++) {
        double pivot = h[j * p + j], whole = pivot;

        for (size_t k = 0; k < j; k++)
            pivot -= h[j * p + k] * h[j * p + k];
        h[j * p + j] = pivot > 1e-13 * whole && pivot > 1e-300 ? sqrt(pivot) : INFINITY;
        for (size_t i = j + 1; i < p; i++) {
            double sum = h[i * p + j];

            for (size_t k = 0; k < j; k++)
                sum -= h[i * p + k] * h[j * p + k];
            h[i * p + j] = sum / h[j * p + j];
        }
    }
    for (size_t i = 0; i < p; i++) {
        f->step[i] = f->gradient[i];
        for (size_t k = 0; k < i; k++)
            f->step[i] -= h[i * p + k] * f->step[k];
        f->step[i] /= h[i * p + i];
    }
    for (size_t i = p; i-- > 0;) {
        for (size_t k = i + 1; k < p; k++)
            f->step[i] -= h[k * p + i] * f->step[k];
        f->step[i] /= h[i * p + i];
    }
}

/* Finds the models that some chain of games ties to the base. */
static void find_tied(const struct fit *f)
{
    bool grew = true;

    for (size_t c = 0; c < f->bt->models; c++)
        f->tied[c] = c == f->bt->base;
    while (grew) {
        grew = false;
        for (size_t i = 0; i < f->n; i++) {
            double *a = &f->tied[f->games[i].a], *b = &f->tied[f->games[i].b];

            if (!(f->games[i].weight > 0) || (*a > 0) == (*b > 0))
                continue;
            *a = *b = 1;
            grew = true;
        }
    }
}

/* Where beta stands after `share` of the step, and the largest move. */
static double move(const struct fit *f, const double *beta, double share)
{
    double most = 0;

    for (size_t c = 0; c < f->p; c++) {
        double to = beta[c] - share * f->step[c];

        if (c < f->bt->models)
            to = to > IFB_BT_LIMIT ? IFB_BT_LIMIT : to < -IFB_BT_LIMIT ? -IFB_BT_LIMIT : to;
        f->next[c] = to;
        if (fabs(to - beta[c]) > most)
            most = fabs(to - beta[c]);
    }
    return most;
}

/* Goes downhill by a step, or by a part of it; how far. */
static double descend(const struct fit *f, double *beta, double *loss)
{
    double share = 1;

    for (int k = 0; k < HALVINGS; k++, share /= 2) {
        double most = move(f, beta, share), there = loss_of(f, f->next);

        if (there > *loss + 1e-12 * fabs(*loss))
            continue;
        memcpy(beta, f->next, f->p * sizeof(double));
        *loss = there;
        return most;
    }
    return 0;
}

bool ifb_bt_fit(const struct ifb_bt *bt, const struct ifb_game *games, size_t n, const double *x,
                double *beta, double *work)
{
    struct fit f = { .bt = bt, .games = games, .n = n, .x = x, .p = bt->models + bt->features };
    bool done = false;
    double loss;

    f.hessian = work;
    f.gradient = f.hessian + f.p * f.p;
    f.step = f.gradient + f.p;
    f.next = f.step + f.p;
    f.tied = f.next + f.p;
    memset(beta, 0, f.p * sizeof(double));
    find_tied(&f);
    loss = loss_of(&f, beta);
    for (int i = 0; i < STEPS && !done; i++) {
        derive(&f, beta);
        solve(&f);
        done = descend(&f, beta, &loss) < ENOUGH;
    }
    for (size_t c = 0; c < bt->models; c++)
        if (!(f.tied[c] > 0))
            beta[c] = NAN;
    return done;
}

/* ---- resampling ---- */

/*
 * Games in the order they have, as weights of one round. Without features what
 * counts of two models is how often each won, so a pair becomes one game.
 */
static size_t weigh(const struct ifb_bt *bt, const struct ifb_game *games, size_t n,
                    const uint32_t *times, struct ifb_game *out)
{
    size_t m = 0;

    for (size_t i = 0; i < n; i++) {
        double weight = games[i].weight * times[i];

        if (!bt->features && !(weight > 0))
            continue;
        if (!bt->features && m && out[m - 1].a == games[i].a && out[m - 1].b == games[i].b) {
            struct ifb_game *g = &out[m - 1];
            double sum = g->weight + weight;

            g->won = (g->won * g->weight + games[i].won * weight) / sum;
            g->weight = sum;
            continue;
        }
        out[m] = games[i];
        out[m++].weight = weight;
    }
    return m;
}

void ifb_bt_bootstrap(const struct ifb_bt *bt, const struct ifb_game *games, size_t n,
                      const double *x, const struct ifb_draws *draws, size_t rounds, double *out,
                      uint32_t *times, struct ifb_game *scratch, double *work)
{
    double *beta = work + ifb_bt_work(bt) - (bt->models + bt->features);

    for (size_t r = 0; r < rounds; r++) {
        size_t m;

        ifb_resample(draws, n, times);
        m = weigh(bt, games, n, times, scratch);
        ifb_bt_fit(bt, scratch, m, x, beta, work);
        for (size_t c = 0; c < bt->models; c++)
            out[c * rounds + r] = beta[c];
    }
}
