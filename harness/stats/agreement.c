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

static double share_of(const int64_t *cells, size_t k, size_t i, bool row, double all)
{
    double sum = 0;

    for (size_t j = 0; j < k; j++)
        sum += (double)(row ? cells[i * k + j] : cells[j * k + i]);
    return sum / all;
}

double ifb_cohen_kappa_se(const int64_t *cells, size_t k)
{
    double all = 0, chance = 0, agreed = 0, apart = 0, spread;
    double observed = ifb_percent_agreement(cells, k);

    for (size_t i = 0; i < k * k; i++)
        all += (double)cells[i];
    for (size_t i = 0; i < k && all > 0; i++)
        chance += share_of(cells, k, i, true, all) * share_of(cells, k, i, false, all);
    if (!(all > 0) || !(chance < 1))
        return NAN;
    for (size_t i = 0; i < k; i++)
        for (size_t j = 0; j < k; j++) {
            double both = share_of(cells, k, j, true, all) + share_of(cells, k, i, false, all);
            double p = (double)cells[i * k + j] / all, d = 1 - chance - both * (1 - observed);

            if (i == j)
                agreed += p * d * d;
            else
                apart += p * both * both;
        }
    spread = observed * chance - 2 * chance + observed;
    spread = agreed + (1 - observed) * (1 - observed) * apart - spread * spread;
    return sqrt(fmax(spread, 0) / all) / ((1 - chance) * (1 - chance));
}

/*
 * Adds a unit's pairs of values to the coincidences, `times` times; a value that stands
 * alone has no pair: false.
 */
static bool add_unit(const int32_t *values, size_t raters, size_t k, double times, double *o)
{
    size_t m = 0;

    for (size_t r = 0; r < raters; r++)
        m += values[r] >= 0;
    if (m < 2)
        return false;
    for (size_t r = 0; r < raters; r++)
        for (size_t s = 0; s < raters; s++)
            if (r != s && values[r] >= 0 && values[s] >= 0)
                o[(size_t)values[r] * k + (size_t)values[s]] += times / (double)(m - 1);
    return true;
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

static double alpha_of(const double *o, size_t k, const double *scale)
{
    double n = 0, observed = 0, expected = 0;

    for (size_t c = 0; c < k; c++)
        n += total_of(o, k, c);
    for (size_t c = 0; c < k; c++)
        for (size_t d = 0; d < k; d++) {
            observed += o[c * k + d] * difference(c, d, scale);
            expected += total_of(o, k, c) * total_of(o, k, d) * difference(c, d, scale);
        }
    return expected > 0 ? 1 - (n - 1) * observed / expected : NAN;
}

static void add_all(const int32_t *values, size_t units, size_t raters, size_t k, double *o)
{
    for (size_t i = 0; i < k * k; i++)
        o[i] = 0;
    for (size_t u = 0; u < units; u++)
        add_unit(values + u * raters, raters, k, 1, o);
}

double ifb_krippendorff_alpha(const int32_t *values, size_t units, size_t raters, size_t k,
                              const double *scale, double *work)
{
    add_all(values, units, raters, k, work);
    return alpha_of(work, k, scale);
}

double ifb_krippendorff_se(const int32_t *values, size_t units, size_t raters, size_t k,
                           const double *scale, double *work)
{
    double mean = 0, squares = 0, n = 0;

    add_all(values, units, raters, k, work);
    for (size_t u = 0; u < units; u++) {
        double without, d;

        if (!add_unit(values + u * raters, raters, k, -1, work))
            continue;
        without = alpha_of(work, k, scale);
        add_unit(values + u * raters, raters, k, 1, work);
        /* Welford's sums; a NaN, where all the rest is of one kind, stays one. */
        d = without - mean;
        mean += d / ++n;
        squares += d * (without - mean);
    }
    return n > 1 ? sqrt((n - 1) / n * squares) : (double)NAN;
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
