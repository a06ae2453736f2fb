/* SPDX-License-Identifier: Apache-2.0 */
/* Several answers to one prompt: how often one of them, or all of them, hold. */
#include <ifbench/stats.h>

#include <math.h>

double ifb_pass_at_k(int64_t n, int64_t passed, int64_t k)
{
    double none = 1;

    if (k < 1 || k > n || passed < 0 || passed > n)
        return NAN;
    if (n - passed < k)
        return 1;
    for (int64_t i = n - passed + 1; i <= n; i++)
        none *= 1 - (double)k / (double)i;
    return 1 - none;
}

double ifb_pass_all_k(int64_t n, int64_t passed, int64_t k)
{
    double all = 1;

    if (k < 1 || k > n || passed < 0 || passed > n)
        return NAN;
    for (int64_t i = 0; i < k; i++)
        all *= passed > i ? (double)(passed - i) / (double)(n - i) : 0;
    return all;
}

struct ifb_mean ifb_mean_of(const double *at, int64_t n)
{
    double sum = 0, squares = 0, mean;

    if (n <= 0)
        return (struct ifb_mean){ NAN, NAN, NAN };
    for (int64_t i = 0; i < n; i++)
        sum += at[i];
    mean = sum / (double)n;
    for (int64_t i = 0; i < n; i++)
        squares += (at[i] - mean) * (at[i] - mean);
    if (n == 1)
        return (struct ifb_mean){ mean, NAN, NAN };
    squares = sqrt(squares / (double)(n - 1));
    return (struct ifb_mean){ mean, squares, squares / sqrt((double)n) };
}
