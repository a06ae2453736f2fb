/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statistics, pure numbers. Each function names its source.
 */
#ifndef IFBENCH_STATS_H
#define IFBENCH_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ifb_interval {
    double lo, hi;
};

/*
 * Where random numbers come from, lent by the caller (ifb_rng_draws): 64 random
 * bits, and a number uniform in [0, n), n > 0.
 */
struct ifb_draws {
    void *self;
    uint64_t (*next)(void *self);
    uint64_t (*below)(void *self, uint64_t n);
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

/* ---- distributions ---- */

double ifb_normal_cdf(double z);

/*
 * The regularised incomplete beta function I_x(a, b), a and b positive, by its
 * continued fraction (DLMF 8.17.22) with Lentz's method as modified by Thompson
 * and Barnett (J. Comput. Phys. 64 (1986) 490-509). Relative error near 1e-13.
 */
double ifb_beta_cdf(double a, double b, double x);

/* Quantile of the same, by bisection; 0 < p < 1. */
double ifb_beta_quantile(double p, double a, double b);

/* Quantile of Student's t; the normal one for a million degrees of freedom or more. */
double ifb_t_quantile(double p, double df);

/*
 * The exact interval for `hits` of `n`, never narrower than its level says. C. J.
 * Clopper and E. S. Pearson, Biometrika 26 (1934) 404-413, by quantiles of the beta
 * distribution. {NaN, NaN} when n is 0.
 */
struct ifb_interval ifb_clopper_pearson(int64_t hits, int64_t n, double level);

/* ---- the same items twice ---- */

/*
 * What one item (or one cluster of answers that belong together: the constraints of
 * a prompt, its epochs, the prompts of a group) adds to two ratios.
 */
struct ifb_pair {
    double base_hits, base_n, cand_hits, cand_n;
};

/*
 * Two ratios over the same units. `binary`: each unit is one answer that holds or
 * not; then `fixed` units hold only in the candidate and `regressed` only in the
 * base. Otherwise those count units whose share rose and fell.
 */
struct ifb_paired {
    bool binary;
    int64_t n, fixed, regressed;  /* units that count on both sides, ... */
    double base, cand;            /* the two ratios; NaN when n is 0 */
    double difference;            /* cand - base */
    /*
     * Its standard error, that of a difference of ratios of sums over clusters: W. G.
     * Cochran, "Sampling Techniques" (1977), section 6.3, with the units' residuals of
     * both sides subtracted, and the factor n / (n - 1). NaN when n < 2.
     */
    double se;
    /*
     * For the interval: answers that rise and fall, of how many, as if each stood for
     * itself. Binary: the counts. Else the counts divided by the design effect. size is 0
     * where the interval is made of the error instead.
     */
    double up, down, size;
};

/* Units without answers on either side are left out. */
struct ifb_paired ifb_paired_of(const struct ifb_pair *at, size_t n);

/*
 * The interval of the difference at two-sided confidence `level`: T. Tango's score interval,
 * Statistics in Medicine 17 (1998) 891-908, by bisection. For clusters that of effective
 * counts, J. N. K. Rao and A. J. Scott, Biometrics 48 (1992) 577-585: all counts are divided
 * by the design effect, the variance over that of single answers, at least 1. Few units
 * that change say little about it: two units more are taken to change as a whole.
 * Student's t with n - 1 stands in for the normal quantile. After a jackknife: difference
 * -+ t * se. {NaN, NaN} when there are no units, or fewer than 2 clusters.
 */
struct ifb_interval ifb_paired_interval(const struct ifb_paired *p, double level);

/*
 * The difference of two numbers that are no ratios over units, from `n` values of that
 * difference, each without one group of items. R. G. Miller, Biometrika 61 (1974) 1-15. A
 * NaN error when n < 2 or nothing varies. fixed and regressed count groups whose absence
 * makes the difference smaller, or larger.
 */
struct ifb_paired ifb_paired_jackknife(double base, double cand, const double *without, size_t n);

/* Two-sided p-value of difference / se against the normal distribution. */
double ifb_wald(const struct ifb_paired *p);

/*
 * The interval of the candidates' ratio alone. Units that are single answers: Clopper and
 * Pearson's. Else that of effective counts, E. L. Korn and B. I. Graubard, Survey
 * Methodology 24 (1998) 193-201, with the design effect as above. {NaN, NaN} when nothing
 * counts, or fewer than 2 clusters do. *units: how many count, *se: of the ratio; either
 * may be NULL.
 */
struct ifb_interval ifb_share_interval(const struct ifb_pair *at, size_t n, double level,
                                       int64_t *units, double *se);

/*
 * The one-sided bound below (above) which the true difference does not lie with
 * `confidence`: an end of the interval at level 2 * confidence - 1. A candidate is
 * taken to be no more than a margin worse when the lower one is not below -margin:
 * non-inferiority, whose error of the first kind is 1 - confidence. From 0.5.
 */
double ifb_paired_lower(const struct ifb_paired *p, double confidence);
double ifb_paired_upper(const struct ifb_paired *p, double confidence);

/*
 * Two-sided p-value of McNemar's test. Fewer than 25 units that differ: exact
 * (binomial); from there on the mid-p version. M. W. Fagerland, S. Lydersen and P.
 * Laake, BMC Medical Research Methodology 13 (2013) 91. 1 when nothing differs.
 */
#define IFB_MCNEMAR_EXACT 25
double ifb_mcnemar(int64_t fixed, int64_t regressed);
double ifb_mcnemar_exact(int64_t fixed, int64_t regressed);
double ifb_mcnemar_mid(int64_t fixed, int64_t regressed);

/*
 * Two-sided p-value by exchanging base and candidate within units: the share of
 * exchanges whose difference of ratios is at least as large. All exchanges when at
 * most `rounds` + 1 of them matter, else `rounds` drawn at random, the observed one
 * counted in (B. Phipson and G. K. Smyth, Stat. Appl. Genet. Mol. Biol. 9 (2010) 39).
 * 1 when nothing differs.
 */
double ifb_sign_flip(const struct ifb_pair *at, size_t n, int64_t rounds,
                     const struct ifb_draws *draws);

/*
 * S. Holm's adjusted p-values, Scand. J. Statist. 6 (1979) 65-70: what stays below a
 * level does so for all of them together. NaN stays NaN and is not counted. `out` may
 * be `p`; `order` is room for n numbers.
 */
void ifb_holm(const double *p, size_t n, size_t *order, double *out);

/*
 * Effect size of two proportions, 2 asin sqrt(cand) - 2 asin sqrt(base): 0.2 small, 0.5
 * medium, 0.8 large. J. Cohen, "Statistical Power Analysis" (1988), section 6.2.
 */
double ifb_cohen_h(double base, double cand);

/* ---- how many items ---- */

/*
 * Items that a two-sided McNemar test at `alpha` needs to find the difference `delta`
 * with `power`, when the share `discordant` of items differs: R. J. Connor, Biometrics
 * 43 (1987) 207-211. Not rounded; infinite when delta is 0, NaN when discordant < |delta|.
 */
double ifb_paired_need(double delta, double discordant, double alpha, double power);

/* The least difference that n items find so; NaN when they find none. */
double ifb_paired_least(double n, double discordant, double alpha, double power);

/*
 * Items until a one-sided bound at `confidence` clears a margin that is `gap` away, when
 * one item's difference has the standard deviation `sd`: the normal approximation. With
 * `power` for the chance that it does.
 */
double ifb_margin_need(double gap, double sd, double confidence, double power);

/*
 * The same without pairs: items that each of two independent runs needs for a two-sided
 * test of p1 against p2. J. L. Fleiss, "Statistical Methods for Rates and Proportions"
 * (1981), section 3.2, without correction for continuity.
 */
double ifb_unpaired_need(double p1, double p2, double alpha, double power);

/*
 * ---- looking after every value ----
 * Is the mean of values in [lo, hi] above or below zero? May be looked at after each value,
 * and the first answer stands. The values are drawn from a population (total 0), or are
 * those of a finite set of `total`, one after the other in random order, and then the mean
 * is that of the set: after all of them the answer is certain.
 *
 * Bets: capital that starts at 1 is multiplied by 1 + stake * (value - 0) for each value,
 * where no stake can lose more than all. When the mean is not above zero, capital does not
 * grow on average, and the chance that it ever reaches 1 / alpha is at most alpha (J. Ville,
 * "Etude critique de la notion de collectif" (1939)); so for below. Nothing is assumed of
 * the distribution, and no approximation is made. I. Waudby-Smith and A. Ramdas,
 * "Estimating means of bounded random variables by betting", J. R. Stat. Soc. B 86 (2024)
 * 1-27, sections 4 and 5 (without replacement the mean that is bet against moves with what
 * is left). The stakes are a fixed mixture: two fifths of the capital on the largest, which
 * is the best where almost nothing differs, the rest on smaller ones by factors of sqrt 2.
 */
#define IFB_BETS 10

enum ifb_bet_state { IFB_BET_OPEN, IFB_BET_ABOVE, IFB_BET_BELOW };

struct ifb_bet {
    double lo, hi;
    double above_at, below_at;  /* capital that answers: 1 / alpha, or more for several tests */
    int64_t total, n;           /* n: values so far */
    double sum;            /* of them */
    enum ifb_bet_state state;
    double stake[IFB_BETS], above[IFB_BETS], below[IFB_BETS];  /* capital on each stake */
};

/*
 * lo <= 0 <= hi, 0 < alpha < 1: the chance of a wrong "above", and that of a wrong "below".
 * Where lo or hi is 0, only what is certain about a finite set is ever said.
 */
void ifb_bet_open(struct ifb_bet *bet, double lo, double hi, double alpha, int64_t total);

/* A value in [lo, hi]; of a finite set at most `total` of them. Returns the state. */
enum ifb_bet_state ifb_bet_add(struct ifb_bet *bet, double value);

/*
 * The Mersenne Twister MT19937, where a reference tool's random choices must come
 * out the same. M. Matsumoto and T. Nishimura, ACM TOMACS 8 (1998) 3-30; the
 * initialisers are those of their revision of 2002. Elsewhere use base/rng.h.
 */
struct ifb_mt {
    uint32_t s[624];
    unsigned at;
};

void ifb_mt_seed(struct ifb_mt *mt, uint32_t seed);
/* `n` must not be 0. */
void ifb_mt_seed_words(struct ifb_mt *mt, const uint32_t *words, size_t n);
uint32_t ifb_mt_next(struct ifb_mt *mt);
/* In [0, 1), 53 bits of two numbers. */
double ifb_mt_real(struct ifb_mt *mt);
/* In [0, n), without bias; n must not be 0. D. Lemire, ACM TOMACS 29 (2019) 3. */
uint32_t ifb_mt_below(struct ifb_mt *mt, uint32_t n);

/*
 * ---- logistic regression with an L1 penalty and without intercept ----
 * Minimises over w: |w|_1 + c * sum over rows of weight *
 * (-y log p - (1 - y) log(1 - p)), p = 1 / (1 + exp(-w.x)), 0 <= y <= 1. All that
 * the targets y enter by is one sum a feature.
 */
#define IFB_GLM_FEATURES 8

struct ifb_glm {
    size_t n, p;           /* rows; features, at most IFB_GLM_FEATURES */
    const double *x;       /* p columns of n numbers, one after the other */
    const double *weight;  /* of each row */
    double against[IFB_GLM_FEATURES];  /* sums of weight (1 - y) x_j */
};

struct ifb_glm_fit {
    double w[IFB_GLM_FEATURES];
    int rounds;            /* Newton steps taken */
    bool converged;
};

/* How many doubles of room a fit takes: 5 a row. */
#define IFB_GLM_ROOM(n) (5 * (n))

/*
 * Coordinate descent inside Newton steps: G.-X. Yuan, C.-H. Ho, C.-J. Lin, "An
 * improved GLMNET for L1-regularized logistic regression", JMLR 13 (2012)
 * 1999-2030, with the shuffling (by `seed`), the shrinking and the early stop
 * (tolerance 1e-4) of the common implementation. Where it stops is part of
 * published numbers. Deterministic; allocates nothing; at most 100 x 1000 passes.
 * w is NaN when the input is not finite.
 */
struct ifb_glm_fit ifb_glm_l1(const struct ifb_glm *glm, double c, uint32_t seed, double *room);

/* 1 / (1 + exp(-z)). */
double ifb_logistic(double z);

/*
 * ---- bootstrap ----
 * B. Efron, Annals of Statistics 7 (1979) 1-26: n of n rows are drawn with
 * replacement; `times[i]` is how often row i was.
 */
void ifb_resample(const struct ifb_draws *draws, size_t n, uint32_t *times);

/*
 * The percentile interval of a mean: the mean of each of `rounds` resamples goes
 * into means[0..rounds-1], sorted; lo and hi are its quantiles at (1 - level) / 2
 * and (1 + level) / 2. Source: B. Efron, R. Tibshirani, "An Introduction to the
 * Bootstrap" (1993), chapter 13. {NaN, NaN} when n or rounds is 0.
 */
struct ifb_interval ifb_bootstrap_mean(const double *at, size_t n, const struct ifb_draws *draws,
                                       size_t rounds, double level, double *means);

/*
 * ---- paired comparisons ----
 * `a` met `b` and won the share `won` of it (1, 0, a tie 0.5); it counts `weight`
 * times, and not at all where that is 0.
 */
struct ifb_game {
    uint32_t a, b;
    double won, weight;
};

/*
 * The model: the odds that a wins over b are exp(beta_a - beta_b + c . x), where x
 * are `features` numbers of the game (0: the plain Bradley-Terry model) and
 * beta of `base` is 0.
 */
struct ifb_bt {
    size_t models, base, features;
};

#define IFB_BT_FEATURES 8
#define IFB_BT_LIMIT 30.0  /* no |beta| goes beyond: e^30 to 1 is as good as always */

/* How many doubles `work` must hold. */
size_t ifb_bt_work(const struct ifb_bt *bt);

/*
 * The maximum likelihood estimate, without penalty: beta[0..models-1], then the
 * coefficients of the features. `x` holds `features` numbers a game and may be NULL
 * when there are none. A model that won, or lost, everything has no finite estimate
 * and ends at IFB_BT_LIMIT; one that no chain of games ties to the base gets NaN.
 * False when it did not converge, which separated features can do.
 * Sources: R. Bradley, M. Terry, Biometrika 39 (1952) 324-345; Newton's method
 * with step halving (the likelihood is concave); ties count as half a win each.
 */
bool ifb_bt_fit(const struct ifb_bt *bt, const struct ifb_game *games, size_t n, const double *x,
                double *beta, double *work);

/*
 * The fit on `rounds` resamples of the games (rows, whatever their weights), each
 * model's beta in round r at out[model * rounds + r]. `times` and `scratch` have room
 * for n. Without features, neighbouring games of the same two models are put together
 first: sort them by a and b where there are many.
 */
void ifb_bt_bootstrap(const struct ifb_bt *bt, const struct ifb_game *games, size_t n,
                      const double *x, const struct ifb_draws *draws, size_t rounds, double *out,
                      uint32_t *times, struct ifb_game *scratch, double *work);

/*
 * On the scale of A. Elo, "The Rating of Chessplayers" (1978): 400 points are odds
 * of 10 to 1, and the base has 1000. ifb_logistic(beta) is the chance to beat the base.
 */
double ifb_elo_of(double beta);

/*
 * ---- agreement ----
 * `cells[i * k + j]` counts the units that the first rater put into category i and
 * the second into j.
 */
double ifb_percent_agreement(const int64_t *cells, size_t k);

/* J. Cohen, Educational and Psychological Measurement 20 (1960) 37-46. NaN where
 * there is no unit, or chance alone explains all. */
double ifb_cohen_kappa(const int64_t *cells, size_t k);

/* Its large-sample standard error: J. L. Fleiss, J. Cohen, B. S. Everitt, Psychological
 * Bulletin 72 (1969) 323-327. NaN where kappa is. */
double ifb_cohen_kappa_se(const int64_t *cells, size_t k);

/*
 * Kendall's tau-b of two scores of the same n things: M. G. Kendall, Biometrika 33 (1945)
 * 239-251. Pairs where a score is NaN do not count; NaN where one score ties them all.
 */
double ifb_kendall_tau(const double *x, const double *y, size_t n);

/*
 * Krippendorff's alpha of any number of raters with gaps: `values[u * raters + r]` is
 * what rater r said of unit u, a category 0..k-1 or negative for nothing. Nominal, or
 * interval with `scale[c]` the number that category c stands for (NULL: nominal).
 * `work` holds k * k doubles. K. Krippendorff, "Computing Krippendorff's
 * Alpha-Reliability" (2011). NaN where nothing can be compared, or all values are one.
 */
double ifb_krippendorff_alpha(const int32_t *values, size_t units, size_t raters, size_t k,
                              const double *scale, double *work);

/*
 * Its standard error, by leaving out one unit after the other (Miller 1974, as above).
 * NaN with fewer than 2 units that can be compared.
 */
double ifb_krippendorff_se(const int32_t *values, size_t units, size_t raters, size_t k,
                           const double *scale, double *work);

#endif
