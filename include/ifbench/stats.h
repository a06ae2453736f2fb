/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statistics, pure numbers. Each function names its source.
 */
#ifndef IFBENCH_STATS_H
#define IFBENCH_STATS_H

#include <stdint.h>

struct ifb_interval {
    double lo, hi;
};

/*
 * Wilson's score interval for `hits` of `n` at two-sided confidence
 * `level` (0.95). E. B. Wilson, JASA 22 (1927) 209-212. {NaN, NaN} when n is 0.
 */
struct ifb_interval ifb_wilson(int64_t hits, int64_t n, double level);

/* Standard error of a proportion, sqrt(p (1 - p) / n); NaN when n is 0. */
double ifb_proportion_se(int64_t hits, int64_t n);

/*
 * Quantile of the standard normal distribution, 0 < p < 1. Acklam's rational
 * approximation with one Halley step: relative error below 1e-15.
 */
double ifb_normal_quantile(double p);

/*
 * The q-quantile (0..1) of `n` values by linear interpolation between order
 * statistics (Hyndman and Fan 1996, type 7). Sorts `at`. NaN when n is 0.
 */
double ifb_quantile(double *at, int64_t n, double q);

/*
 * The chance that at least one of k answers holds, estimated from n answers to
 * the same prompt of which `passed` hold: 1 - C(n - passed, k) / C(n, k), without
 * bias. Chen et al. 2021, "Evaluating Large Language Models Trained on Code",
 * section 2.1. NaN unless 1 <= k <= n.
 */
double ifb_pass_at_k(int64_t n, int64_t passed, int64_t k);

/*
 * The chance that all of k answers hold: C(passed, k) / C(n, k) (pass^k of Yao et
 * al. 2024, "tau-bench"). NaN unless 1 <= k <= n.
 */
double ifb_pass_all_k(int64_t n, int64_t passed, int64_t k);

/* Mean, standard deviation (n - 1) and standard error of the mean; NaN where not defined. */
struct ifb_mean {
    double mean, sd, se;
};
struct ifb_mean ifb_mean_of(const double *at, int64_t n);

#endif
