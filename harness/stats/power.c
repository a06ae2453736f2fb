/* SPDX-License-Identifier: Apache-2.0 */
/* How many items, and how small a difference. */
#include <ifbench/stats.h>

#include <math.h>

double ifb_paired_need(double delta, double discordant, double alpha, double power)
{
    double za = ifb_normal_quantile(1 - alpha / 2), zb = ifb_normal_quantile(power);
    double sum;

    if (discordant < fabs(delta))
        return NAN;
    sum = za * sqrt(discordant) + zb * sqrt(discordant - delta * delta);
    return delta == 0 ? INFINITY : sum * sum / (delta * delta);
}

double ifb_paired_least(double n, double discordant, double alpha, double power)
{
    double lo = 0, hi = discordant;

    if (!(n > 0) || !(ifb_paired_need(hi, discordant, alpha, power) <= n))
        return NAN;
    for (int i = 0; i < 60; i++) {
        double mid = (lo + hi) / 2;

        if (ifb_paired_need(mid, discordant, alpha, power) > n)
            lo = mid;
        else
            hi = mid;
    }
    return hi;
}

double ifb_margin_need(double gap, double sd, double confidence, double power)
{
    double z = ifb_normal_quantile(confidence) + ifb_normal_quantile(power);

    return gap > 0 ? z * sd / gap * (z * sd / gap) : INFINITY;
}

double ifb_unpaired_need(double p1, double p2, double alpha, double power)
{
    double za = ifb_normal_quantile(1 - alpha / 2), zb = ifb_normal_quantile(power);
    double mean = (p1 + p2) / 2, d = p1 - p2;
    double sum = za * sqrt(2 * mean * (1 - mean)) + zb * sqrt(p1 * (1 - p1) + p2 * (1 - p2));

    return d == 0 ? INFINITY : sum * sum / (d * d);
}
