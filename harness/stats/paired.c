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

struct ifb_paired ifb_paired_of(const struct ifb_pair *at, size_t n)
{
    struct ifb_paired p = { .base = NAN, .cand = NAN, .difference = NAN, .se = NAN,
                            .centre = NAN, .spread = NAN, .most = 1 };
    struct sums s = count_units(at, n, &p);
    double k = (double)p.n, variance, shrink;

    if (!p.n)
        return p;
    p.base = s.base_hits / s.base_n;
    p.cand = s.cand_hits / s.cand_n;
    p.difference = p.cand - p.base;
    if (p.n < 2)
        return p;
    variance = residual_squares(at, n, &s, &p) * k / (k - 1);
    shrink = k / (k + 2);
    p.se = sqrt(variance);
    p.centre = p.difference * shrink;
    p.spread = sqrt(variance * shrink * shrink + 1 / ((k + 2) * (k + 2)));
    return p;
}

struct ifb_paired ifb_paired_jackknife(double base, double cand, const double *without, size_t n)
{
    struct ifb_paired p = { .n = (int64_t)n, .base = base, .cand = cand,
                            .difference = cand - base, .centre = cand - base, .se = NAN,
                            .spread = NAN, .most = INFINITY };
    double mean = 0, squares = 0;

    for (size_t i = 0; i < n; i++) {
        mean += without[i] / (double)n;
        p.fixed += without[i] < p.difference;
        p.regressed += without[i] > p.difference;
    }
    for (size_t i = 0; i < n; i++)
        squares += (without[i] - mean) * (without[i] - mean);
    if (n > 1 && squares > 0)
        p.se = p.spread = sqrt(squares * (double)(n - 1) / (double)n);
    return p;
}

double ifb_wald(const struct ifb_paired *p)
{
    return erfc(fabs(p->difference) / p->se / M_SQRT2);
}

/* Tango's statistic for the difference `d`; falls as d rises. */
static double score(const struct ifb_paired *p, double d)
{
    double n = (double)p->n, up = (double)p->fixed, down = (double)p->regressed;
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
    double t;

    if (!p->n || !(tail > 0 && tail < 1))
        return NAN;
    if (p->binary)
        return tango_end(p, upper ? ifb_normal_quantile(tail) : -ifb_normal_quantile(tail));
    if (p->n < 2)
        return NAN;
    t = -ifb_t_quantile(tail, (double)(p->n - 1)) * p->spread;
    return fmin(fmax(p->centre + (upper ? t : -t), -p->most), p->most);
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

struct ifb_interval ifb_share_interval(const struct ifb_pair *at, size_t n, double level,
                                       int64_t *units, double *se)
{
    double hits = 0, of = 0, k = 0, squares = 0, p, reach, spread;
    bool single = true;

    for (size_t i = 0; i < n; i++) {
        hits += at[i].cand_hits;
        of += at[i].cand_n;
        k += at[i].cand_n > 0;
        single = single && (at[i].cand_n <= 0 || is_single(at[i].cand_hits, at[i].cand_n));
    }
    p = of > 0 ? hits / of : (double)NAN;
    for (size_t i = 0; i < n; i++) {
        double rest = at[i].cand_n > 0 ? (at[i].cand_hits - p * at[i].cand_n) / of : 0;

        squares += rest * rest;
    }
    squares *= k > 1 ? k / (k - 1) : (double)NAN;
    if (units)
        *units = (int64_t)k;
    if (se)
        *se = sqrt(squares);
    if (single)
        return ifb_clopper_pearson((int64_t)hits, (int64_t)of, level);
    spread = sqrt(squares * k * k + 1) / (k + 2);
    reach = k > 1 ? ifb_t_quantile(0.5 + level / 2, k - 1) * spread : (double)NAN;
    p = (p * k + 1) / (k + 2);
    return (struct ifb_interval){ isnan(reach) ? NAN : fmax(p - reach, 0),
                                  isnan(reach) ? NAN : fmin(p + reach, 1) };
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
