/* SPDX-License-Identifier: Apache-2.0 */
/* Intervals of a proportion, and quantiles. */
#include <ifbench/stats.h>

#include <math.h>
#include <stdlib.h>

/* Acklam's coefficients (2003); central region, then tails. */
static double quantile_start(double p)
{
    static const double a[] = { -3.969683028665376e+01, 2.209460984245205e+02,
                                -2.759285104469687e+02, 1.383577518672690e+02,
                                -3.066479806614716e+01, 2.506628277459239e+00 };
    static const double b[] = { -5.447609879822406e+01, 1.615858368580409e+02,
                                -1.556989798598866e+02, 6.680131188771972e+01,
                                -1.328068155288572e+01 };
    static const double c[] = { -7.784894002430293e-03, -3.223964580411365e-01,
                                -2.400758277161838e+00, -2.549732539343734e+00,
                                4.374664141464968e+00,  2.938163982698783e+00 };
    static const double d[] = { 7.784695709041462e-03, 3.224671290700398e-01,
                                2.445134137142996e+00, 3.754408661907416e+00 };
    double q, r;

    if (p < 0.02425 || p > 1 - 0.02425) {
        q = sqrt(-2 * log(p < 0.5 ? p : 1 - p));
        r = (((((c[0] * q + c[1]) * q + c[2]) * q + c[3]) * q + c[4]) * q + c[5]) /
            ((((d[0] * q + d[1]) * q + d[2]) * q + d[3]) * q + 1);
        return p < 0.5 ? r : -r;
    }
    q = p - 0.5;
    r = q * q;
    return (((((a[0] * r + a[1]) * r + a[2]) * r + a[3]) * r + a[4]) * r + a[5]) * q /
           (((((b[0] * r + b[1]) * r + b[2]) * r + b[3]) * r + b[4]) * r + 1);
}

double ifb_normal_quantile(double p)
{
    double x, e, u;

    if (!(p > 0 && p < 1))
        return NAN;
    x = quantile_start(p);
    e = 0.5 * erfc(-x / M_SQRT2) - p;
    u = e * sqrt(2 * M_PI) * exp(x * x / 2);
    return x - u / (1 + x * u / 2);
}

struct ifb_interval ifb_wilson(int64_t hits, int64_t n, double level)
{
    double z, z2, p, nn = (double)n, centre, half;

    if (n <= 0)
        return (struct ifb_interval){ NAN, NAN };
    z = ifb_normal_quantile(0.5 + level / 2);
    z2 = z * z;
    p = (double)hits / nn;
    centre = (p + z2 / (2 * nn)) / (1 + z2 / nn);
    half = z / (1 + z2 / nn) * sqrt(p * (1 - p) / nn + z2 / (4 * nn * nn));
    return (struct ifb_interval){ hits == 0 ? 0 : centre - half, hits == n ? 1 : centre + half };
}

double ifb_proportion_se(int64_t hits, int64_t n)
{
    double p;

    if (n <= 0)
        return NAN;
    p = (double)hits / (double)n;
    return sqrt(p * (1 - p) / (double)n);
}

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

double ifb_quantile(double *at, int64_t n, double q)
{
    double place;
    int64_t below;

    if (n <= 0)
        return NAN;
    qsort(at, (size_t)n, sizeof(*at), by_value);
    place = q * (double)(n - 1);
    below = (int64_t)floor(place);
    if (below + 1 >= n)
        return at[n - 1];
    return at[below] + (place - (double)below) * (at[below + 1] - at[below]);
}
