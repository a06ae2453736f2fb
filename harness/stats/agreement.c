/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far raters agree, and how far beyond chance. Categories are numbers; what
 * they stand for is the caller's business.
 */
#include <ifbench/stats.h>

#include <math.h>

double ifb_percent_agreement(const int64_t *cells, size_t k)
{
    int64_t same = 0, all = 0;

    for (size_t i = 0; i < k * k; i++) {
        all += cells[i];
        same += i / k == i % k ? cells[i] : 0;
    }
    return all ? (double)same / (double)all : NAN;
}

double ifb_cohen_kappa(const int64_t *cells, size_t k)
{
    double all = 0, chance = 0, observed = ifb_percent_agreement(cells, k);

    for (size_t i = 0; i < k * k; i++)
        all += (double)cells[i];
    if (all <= 0)
        return NAN;
    for (size_t i = 0; i < k; i++) {
        double row = 0, column = 0;

        for (size_t j = 0; j < k; j++) {
            row += (double)cells[i * k + j];
            column += (double)cells[j * k + i];
        }
        chance += row / all * (column / all);
    }
    return chance < 1 ? (observed - chance) / (1 - chance) : NAN;
}

/* Adds a unit's pairs of values to the coincidences; a value that stands alone has no pair. */
static void add_unit(const int32_t *values, size_t raters, size_t k, double *o)
{
    size_t m = 0;

    for (size_t r = 0; r < raters; r++)
        m += values[r] >= 0;
    if (m < 2)
        return;
    for (size_t r = 0; r < raters; r++)
        for (size_t s = 0; s < raters; s++)
            if (r != s && values[r] >= 0 && values[s] >= 0)
                o[(size_t)values[r] * k + (size_t)values[s]] += 1 / (double)(m - 1);
}

static double difference(size_t c, size_t d, const double *scale)
{
    return scale ? (scale[c] - scale[d]) * (scale[c] - scale[d]) : c != d;
}

static double total_of(const double *o, size_t k, size_t c)
{
    double sum = 0;

    for (size_t d = 0; d < k; d++)
        sum += o[c * k + d];
    return sum;
}

double ifb_krippendorff_alpha(const int32_t *values, size_t units, size_t raters, size_t k,
                              const double *scale, double *work)
{
    double n = 0, observed = 0, expected = 0;

    for (size_t i = 0; i < k * k; i++)
        work[i] = 0;
    for (size_t u = 0; u < units; u++)
        add_unit(values + u * raters, raters, k, work);
    for (size_t c = 0; c < k; c++)
        n += total_of(work, k, c);
    for (size_t c = 0; c < k; c++)
        for (size_t d = 0; d < k; d++) {
            observed += work[c * k + d] * difference(c, d, scale);
            expected += total_of(work, k, c) * total_of(work, k, d) * difference(c, d, scale);
        }
    return expected > 0 ? 1 - (n - 1) * observed / expected : NAN;
}

double ifb_kendall_tau(const double *x, const double *y, size_t n)
{
    int64_t balance = 0, by_x = 0, by_y = 0;

    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++) {
            int a = (x[i] > x[j]) - (x[i] < x[j]), b = (y[i] > y[j]) - (y[i] < y[j]);

            if (isnan(x[i]) || isnan(x[j]) || isnan(y[i]) || isnan(y[j]))
                continue;
            balance += a * b;
            by_x += a != 0;
            by_y += b != 0;
        }
    return by_x && by_y ? (double)balance / sqrt((double)by_x * (double)by_y) : (double)NAN;
}
