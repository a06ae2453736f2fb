/* SPDX-License-Identifier: Apache-2.0 */
/* The beta distribution and what follows from it: exact intervals, Student's t. */
#include <ifbench/stats.h>

#include <math.h>

#define TINY 1e-300
#define STEPS_MAX 100000

double ifb_normal_cdf(double z)
{
    return 0.5 * erfc(-z / M_SQRT2);
}

static double not_zero(double x)
{
    return fabs(x) < TINY ? TINY : x;
}

/* Converges in about sqrt(max(a, b)) steps where x < (a + 1) / (a + b + 2). */
static double fraction(double a, double b, double x)
{
    double c = 1, d = 1 / not_zero(1 - (a + b) * x / (a + 1)), f = d;

    for (int m = 1; m < STEPS_MAX; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));

        d = 1 / not_zero(1 + even * d);
        c = not_zero(1 + even / c);
        f *= d * c;
        d = 1 / not_zero(1 + odd * d);
        c = not_zero(1 + odd / c);
        f *= d * c;
        if (fabs(d * c - 1) < 1e-15)
            break;
    }
    return f;
}

/* lgamma() writes a global; its reentrant form does not. */
static double log_gamma(double x)
{
    int sign;

    return lgamma_r(x, &sign);
}

double ifb_beta_cdf(double a, double b, double x)
{
    double front;

    if (!(a > 0 && b > 0) || isnan(x))
        return NAN;
    if (x <= 0 || x >= 1)
        return x <= 0 ? 0 : 1;
    front = exp(log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * log(x) + b * log1p(-x));
    if (x < (a + 1) / (a + b + 2))
        return front * fraction(a, b, x) / a;
    return 1 - front * fraction(b, a, 1 - x) / b;
}

double ifb_beta_quantile(double p, double a, double b)
{
    double lo = 0, hi = 1;

    if (!(p > 0 && p < 1))
        return NAN;
    for (int i = 0; i < 60; i++) {
        double mid = (lo + hi) / 2;

        if (ifb_beta_cdf(a, b, mid) < p)
            lo = mid;
        else
            hi = mid;
    }
    return (lo + hi) / 2;
}

struct ifb_interval ifb_clopper_pearson(int64_t hits, int64_t n, double level)
{
    double tail = (1 - level) / 2, k = (double)hits;

    if (n <= 0 || hits < 0 || hits > n)
        return (struct ifb_interval){ NAN, NAN };
    return (struct ifb_interval){
        hits == 0 ? 0 : ifb_beta_quantile(tail, k, (double)n - k + 1),
        hits == n ? 1 : ifb_beta_quantile(1 - tail, k + 1, (double)n - k),
    };
}

/* P(|T| > t) = I_x(df / 2, 1 / 2) at x = df / (df + t^2). */
double ifb_t_quantile(double p, double df)
{
    double tail = p < 0.5 ? p : 1 - p, x, t;

    if (!(p > 0 && p < 1) || !(df > 0))
        return NAN;
    if (df >= 1e6)
        return ifb_normal_quantile(p);
    if (tail == 0.5)
        return 0;
    x = ifb_beta_quantile(2 * tail, df / 2, 0.5);
    t = sqrt(df * (1 - x) / x);
    return p < 0.5 ? -t : t;
}
