/* SPDX-License-Identifier: Apache-2.0 */
/* Two runs on the same items: the difference, its interval, McNemar's test, many tests. */
#include <ifbench/stats.h>

#include <math.h>
#include <stdlib.h>

static bool counts(const struct ifb_pair *u)
{
    return u->base_n > 0 && u->cand_n > 0;
}

/* One answer that holds or not. */
static bool is_single(double hits, double n)
{
    return n == 1 && (hits == 0 || hits == 1);
}

static double share_change(const struct ifb_pair *u)
{
    return u->cand_hits * u->base_n - u->base_hits * u->cand_n;
}

struct sums {
    double base_hits, base_n, cand_hits, cand_n;
};

static struct sums count_units(const struct ifb_pair *at, size_t n, struct ifb_paired *out)
{
    struct sums s = { 0, 0, 0, 0 };

    out->binary = true;
    for (size_t i = 0; i < n; i++) {
        double change = share_change(&at[i]);

        if (!counts(&at[i]))
            continue;
        out->n++;
        out->fixed += change > 0;
        out->regressed += change < 0;
        out->binary = out->binary && is_single(at[i].base_hits, at[i].base_n) &&
                      is_single(at[i].cand_hits, at[i].cand_n);
        s.base_hits += at[i].base_hits;
        s.base_n += at[i].base_n;
        s.cand_hits += at[i].cand_hits;
        s.cand_n += at[i].cand_n;
    }
    return s;
}

static double residual_squares(const struct ifb_pair *at, size_t n, const struct sums *s,
                               const struct ifb_paired *p)
{
    double squares = 0;

    for (size_t i = 0; i < n; i++) {
        double z = (at[i].cand_hits - p->cand * at[i].cand_n) / s->cand_n -
                   (at[i].base_hits - p->base * at[i].base_n) / s->base_n;

        squares += counts(&at[i]) ? z * z : 0;
    }
    return squares;
}

/* Answers that rise and fall, were all units of the mean size of both sides. */
static void count_moves(const struct ifb_pair *at, size_t n, struct ifb_paired *out,
                        double *sizes)
{
    double rest;

    for (size_t i = 0; i < n; i++) {
        double size = (at[i].base_n + at[i].cand_n) / 2, move;

        if (!counts(&at[i]))
            continue;
        move = size * share_change(&at[i]) / (at[i].base_n * at[i].cand_n);
        out->up += move > 0 ? move : 0;
        out->down += move < 0 ? -move : 0;
        out->size += size;
        *sizes += size * size;
    }
    /* Where sides differ in size the sums must still make the difference. */
    rest = out->difference * out->size - (out->up - out->down);
    out->up += rest > 0 ? rest : 0;
    out->down += rest < 0 ? -rest : 0;
}

#define UNITS_ADDED 2

static void divide_by_design_effect(struct ifb_paired *p, double sizes)
{
    double d = p->difference, n = p->size, whole = sizes / n;
    double single = (p->up + p->down - d * d * n) / (n * n);
    double changed = (double)(p->fixed + p->regressed);
    double seen = single > 0 ? p->se * p->se / single : 0;
    double effect = (changed * seen + UNITS_ADDED * whole) / (changed + UNITS_ADDED);

    effect = fmax(effect, 1);
    p->up /= effect;
    p->down /= effect;
    p->size /= effect;
}

struct ifb_paired ifb_paired_of(const struct ifb_pair *at, size_t n)
{
    struct ifb_paired p = { .base = NAN, .cand = NAN, .difference = NAN, .se = NAN };
    struct sums s = count_units(at, n, &p);
    double k = (double)p.n, sizes = 0;

    if (!p.n)
        return p;
    p.base = s.base_hits / s.base_n;
    p.cand = s.cand_hits / s.cand_n;
    p.difference = p.cand - p.base;
    if (p.n > 1)
        p.se = sqrt(residual_squares(at, n, &s, &p) * k / (k - 1));
    count_moves(at, n, &p, &sizes);
    if (!p.binary && p.n > 1)
        divide_by_design_effect(&p, sizes);
    return p;
}

struct ifb_paired ifb_paired_jackknife(double base, double cand, const double *without, size_t n)
{
    struct ifb_paired p = { .n = (int64_t)n, .base = base, .cand = cand,
                            .difference = cand - base, .se = NAN };
    double mean = 0, squares = 0;

    for (size_t i = 0; i < n; i++) {
        mean += without[i] / (double)n;
        p.fixed += without[i] < p.difference;
        p.regressed += without[i] > p.difference;
    }
    for (size_t i = 0; i < n; i++)
        squares += (without[i] - mean) * (without[i] - mean);
    if (n > 1 && squares > 0)
        p.se = sqrt(squares * (double)(n - 1) / (double)n);
    return p;
}

double ifb_wald(const struct ifb_paired *p)
{
    return erfc(fabs(p->difference) / p->se / M_SQRT2);
}

/* Tango's statistic for the difference `d`; falls as d rises. */
static double score(const struct ifb_paired *p, double d)
{
    double n = p->size, up = p->up, down = p->down;
    double a = 2 * n, b = -up - down + (2 * n - up + down) * d, c = -down * d * (1 - d);
    double q = (sqrt(fmax(b * b - 4 * a * c, 0)) - b) / (2 * a);
    double variance = n * (2 * q + d * (1 - d));
    double above = up - down - n * d;

    if (variance > 0)
        return above / sqrt(variance);
    return above > 0 ? INFINITY : above < 0 ? -INFINITY : 0;
}

static double tango_end(const struct ifb_paired *p, double z)
{
    double lo = -1, hi = 1;

    for (int i = 0; i < 60; i++) {
        double mid = (lo + hi) / 2;

        if (score(p, mid) > z)
            lo = mid;
        else
            hi = mid;
    }
    return (lo + hi) / 2;
}

/* The end of the interval that leaves `tail` on its outer side. */
static double limit(const struct ifb_paired *p, double tail, bool upper)
{
    double reach;

    if (!p->n || !(tail > 0 && tail < 1) || (!p->binary && p->n < 2))
        return NAN;
    reach = p->binary ? -ifb_normal_quantile(tail) : -ifb_t_quantile(tail, (double)(p->n - 1));
    if (p->size > 0)
        return tango_end(p, upper ? -reach : reach);
    return p->difference + (upper ? reach : -reach) * p->se;
}

struct ifb_interval ifb_paired_interval(const struct ifb_paired *p, double level)
{
    double tail = (1 - level) / 2;

    return (struct ifb_interval){ limit(p, tail, false), limit(p, tail, true) };
}

double ifb_paired_lower(const struct ifb_paired *p, double confidence)
{
    return limit(p, 1 - confidence, false);
}

double ifb_paired_upper(const struct ifb_paired *p, double confidence)
{
    return limit(p, 1 - confidence, true);
}

/* One ratio over units, under construction. */
struct share {
    double hits, of, units, hit, missed;  /* units that have a hit, and that have a miss */
    double squares, sizes;                /* of residuals, of sizes */
    bool single;
};

static struct share share_of(const struct ifb_pair *at, size_t n)
{
    struct share s = { .single = true };

    for (size_t i = 0; i < n; i++) {
        if (at[i].cand_n <= 0)
            continue;
        s.hits += at[i].cand_hits;
        s.of += at[i].cand_n;
        s.units++;
        s.hit += at[i].cand_hits > 0;
        s.missed += at[i].cand_hits < at[i].cand_n;
        s.sizes += at[i].cand_n * at[i].cand_n;
        s.single = s.single && is_single(at[i].cand_hits, at[i].cand_n);
    }
    for (size_t i = 0; i < n; i++) {
        double rest = (at[i].cand_hits - s.hits / s.of * at[i].cand_n) / s.of;

        s.squares += at[i].cand_n > 0 ? rest * rest : 0;
    }
    return s;
}

/* Clopper and Pearson's for counts that need not be whole. */
static struct ifb_interval beta_interval(double hits, double n, double level)
{
    double tail = (1 - level) / 2;

    return (struct ifb_interval){
        hits <= 0 ? 0 : ifb_beta_quantile(tail, hits, n - hits + 1),
        hits >= n ? 1 : ifb_beta_quantile(1 - tail, hits + 1, n - hits),
    };
}

struct ifb_interval ifb_share_interval(const struct ifb_pair *at, size_t n, double level,
                                       int64_t *units, double *se)
{
    struct share s = share_of(at, n);
    double variance = s.units > 1 ? s.squares * s.units / (s.units - 1) : (double)NAN;
    double p = s.hits / s.of, single = p * (1 - p) / s.of, rare = fmin(s.hit, s.missed), effect;

    if (units)
        *units = (int64_t)s.units;
    if (se)
        *se = sqrt(variance);
    if (s.of > 0 && s.single)
        return ifb_clopper_pearson((int64_t)s.hits, (int64_t)s.of, level);
    if (s.units < 2)
        return (struct ifb_interval){ NAN, NAN };
    effect = (rare * (single > 0 ? variance / single : 0) + UNITS_ADDED * s.sizes / s.of) /
             (rare + UNITS_ADDED);
    effect = fmax(effect, 1);
    return beta_interval(s.hits / effect, s.of / effect, level);
}

/* P(X <= k) of a fair coin thrown n times, and P(X = k). */
static double coin_cdf(int64_t k, int64_t n)
{
    return k >= n ? 1 : ifb_beta_cdf((double)(n - k), (double)k + 1, 0.5);
}

static double coin_at(int64_t k, int64_t n)
{
    return coin_cdf(k, n) - (k ? coin_cdf(k - 1, n) : 0);
}

double ifb_mcnemar_exact(int64_t fixed, int64_t regressed)
{
    int64_t n = fixed + regressed, least = fixed < regressed ? fixed : regressed;

    return n ? fmin(2 * coin_cdf(least, n), 1) : 1;
}

double ifb_mcnemar_mid(int64_t fixed, int64_t regressed)
{
    int64_t n = fixed + regressed, least = fixed < regressed ? fixed : regressed;

    if (!n)
        return 1;
    if (fixed == regressed)
        return 1 - coin_at(least, n) / 2;
    return fmin(2 * coin_cdf(least, n), 1) - coin_at(least, n);
}

double ifb_mcnemar(int64_t fixed, int64_t regressed)
{
    return fixed + regressed < IFB_MCNEMAR_EXACT ? ifb_mcnemar_exact(fixed, regressed)
                                                 : ifb_mcnemar_mid(fixed, regressed);
}

/* Down to the leaf; a heap takes no more than n log n whatever the order. */
static void sift(const double *p, size_t *at, size_t i, size_t n)
{
    size_t child, moved = at[i];

    for (; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && p[at[child + 1]] > p[at[child]])
            child++;
        if (p[at[child]] <= p[moved])
            break;
        at[i] = at[child];
    }
    at[i] = moved;
}

static void sort_by(const double *p, size_t *at, size_t n)
{
    for (size_t i = n / 2; i-- > 0;)
        sift(p, at, i, n);
    for (size_t last = n; last-- > 1;) {
        size_t top = at[0];

        at[0] = at[last];
        at[last] = top;
        sift(p, at, 0, last);
    }
}

void ifb_holm(const double *p, size_t n, size_t *order, double *out)
{
    size_t known = 0;
    double floor_ = 0;

    for (size_t i = 0; i < n; i++)
        if (!isnan(p[i]))
            order[known++] = i;
        else
            out[i] = NAN;
    sort_by(p, order, known);
    for (size_t i = 0; i < known; i++) {
        floor_ = fmax(floor_, fmin(p[order[i]] * (double)(known - i), 1));
        out[order[i]] = floor_;
    }
}

double ifb_cohen_h(double base, double cand)
{
    return 2 * (asin(sqrt(cand)) - asin(sqrt(base)));
}
