/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Resampling with replacement. The random numbers are the caller's, so that the
 * same seed gives the same interval.
 */
#include <ifbench/stats.h>

#include <math.h>
#include <string.h>

void ifb_resample(const struct ifb_draws *draws, size_t n, uint32_t *times)
{
    memset(times, 0, n * sizeof(*times));
    for (size_t i = 0; i < n; i++)
        times[draws->below(draws->self, n)]++;
}

struct ifb_interval ifb_bootstrap_mean(const double *at, size_t n, const struct ifb_draws *draws,
                                       size_t rounds, double level, double *means)
{
    if (!n || !rounds)
        return (struct ifb_interval){ NAN, NAN };
    for (size_t r = 0; r < rounds; r++) {
        double sum = 0;

        for (size_t i = 0; i < n; i++)
            sum += at[draws->below(draws->self, n)];
        means[r] = sum / (double)n;
    }
    return (struct ifb_interval){ ifb_quantile(means, (int64_t)rounds, (1 - level) / 2),
                                  ifb_quantile(means, (int64_t)rounds, (1 + level) / 2) };
}
