/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statistics of two runs on the same items, against published examples and against
 * R 4.2.2 (Debian r-base-core); the commands stand beside the values.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ifbench/stats.h>

#include "harness/base/rng.h"

#define ROUNDS 10000  /* of a simulation: a share p errs by sqrt(p (1 - p) / 10000) */
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define assert_near(a, b, eps) assert_true(fabs((a) - (b)) <= (eps))

static bool is_near(double a, double b, double eps)
{
    return fabs(a - b) <= eps;
}

/* R: binom.test(81, 263)$conf.int */
static void exact_intervals_are_those_of_r(void **state)
{
    static const struct { int64_t hits, n; double lo, hi; } rows[] = {
        { 81, 263, 0.252736745585271, 0.367621922601351 },
        { 15, 148, 0.0578440100834486, 0.161650490349479 },
        { 0, 20, 0, 0.168433470983085 },
        { 1, 29, 0.000872646883579923, 0.177644295488723 },
        { 29, 29, 0.880555130930497, 1 },
        { 417, 541, 0.733024423458289, 0.80557698644772 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ifb_interval ci = ifb_clopper_pearson(rows[i].hits, rows[i].n, 0.95);

        if (!is_near(ci.lo, rows[i].lo, 1e-12) || !is_near(ci.hi, rows[i].hi, 1e-12))
            fail_msg("row %zu: %.15f to %.15f", i, ci.lo, ci.hi);
    }
    assert_true(isnan(ifb_clopper_pearson(0, 0, 0.95).lo));
    assert_true(isnan(ifb_clopper_pearson(3, 2, 0.95).lo));
}

/* R: pbeta(0.4, 2, 3); qt(0.975, 540). */
static void distributions_are_those_of_r(void **state)
{
    static const struct { double a, b, x, p; } betas[] = {
        { 2, 3, 0.4, 0.5248 },
        { 0.5, 0.5, 0.1, 0.2048327646991334 },
        { 300, 240, 0.55, 0.3963958883507628 },
        { 5000, 0.5, 0.9999, 0.3173105072579537 },
        { 0.01, 5, 0.3, 0.9991442234826966 },
        { 2, 3, 0, 0 },
        { 2, 3, 1, 1 },
    };
    static const struct { double p, df, t; } ts[] = {
        { 0.975, 1, 12.7062047361747 },    { 0.95, 4, 2.13184678632665 },
        { 0.975, 540, 1.96436677501155 },  { 0.01, 12, -2.68099799312091 },
        { 0.975, 1e7, 1.95996398454005 },  { 0.5, 3, 0 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(betas); i++)
        if (!is_near(ifb_beta_cdf(betas[i].a, betas[i].b, betas[i].x), betas[i].p, 1e-11))
            fail_msg("beta %zu: %.16f", i, ifb_beta_cdf(betas[i].a, betas[i].b, betas[i].x));
    for (size_t i = 0; i < COUNT(ts); i++)
        if (!is_near(ifb_t_quantile(ts[i].p, ts[i].df), ts[i].t, 1e-8 * fabs(ts[i].t) + 1e-12))
            fail_msg("t %zu: %.14f", i, ifb_t_quantile(ts[i].p, ts[i].df));
    assert_true(isnan(ifb_beta_cdf(0, 1, 0.5)) && isnan(ifb_t_quantile(1, 3)));
}

/*
 * (1, 7) is Bentur et al. 2009 and (6, 16) Cavo et al. 2012, both worked in Fagerland,
 * Lydersen and Laake, Statistics in Medicine 33 (2014) 2850-2875; (86, 150) the approval
 * of a prime minister in Agresti, "Categorical Data Analysis". R: binom.test(min, sum)$p.value,
 * and 2 * pbinom(m, n, .5) - dbinom(m, n, .5), where both are equal 1 - dbinom(m, n, .5) / 2.
 */
static void mcnemar_is_as_published(void **state)
{
    static const struct { int64_t fixed, regressed; double exact, mid; } rows[] = {
        { 1, 7, 0.0703125, 0.0390625 },
        { 6, 16, 0.0524787902832032, 0.0346896648406983 },
        { 10, 5, 0.3017578125, 0.210113525390625 },
        { 86, 150, 3.71593613957143e-05, 2.89338951761547e-05 },
        { 30, 30, 1, 0.948710913495715 },
        { 3, 3, 1, 0.84375 },
        { 0, 0, 1, 1 },
        { 0, 5, 0.0625, 0.03125 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        double exact = ifb_mcnemar_exact(rows[i].fixed, rows[i].regressed);
        double mid = ifb_mcnemar_mid(rows[i].regressed, rows[i].fixed);

        if (!is_near(exact, rows[i].exact, 1e-12) || !is_near(mid, rows[i].mid, 1e-12))
            fail_msg("row %zu: %.15f, %.15f", i, exact, mid);
        assert_true(ifb_mcnemar(rows[i].fixed, rows[i].regressed) ==
                    (rows[i].fixed + rows[i].regressed < 25 ? exact : mid));
    }
}

static struct ifb_paired of_counts(int64_t fixed, int64_t regressed, int64_t n)
{
    struct ifb_pair units[2000] = { { 0, 0, 0, 0 } };

    for (int64_t i = 0; i < n; i++)
        units[i] = (struct ifb_pair){ i < regressed, 1, i >= n - fixed, 1 };
    return ifb_paired_of(units, (size_t)n);
}

/*
 * The first two are the published ones (Cavo: -0.1240 to -0.0054). The digits are from R:
 * uniroot over the score statistic whose nuisance parameter optimize() finds by maximising
 * the trinomial likelihood, not by Tango's formula.
 */
static void tango_is_as_published(void **state)
{
    static const struct { int64_t fixed, regressed, n; double level, lo, hi; } rows[] = {
        { 1, 7, 21, 0.95, -0.5172322773, -0.02600303002 },
        { 6, 16, 161, 0.95, -0.1240234325, -0.005433395285 },
        { 6, 16, 161, 0.90, -0.113126053, -0.01505836324 },
        { 40, 20, 160, 0.95, 0.0308645337, 0.2180642442 },
        { 30, 25, 541, 0.90, -0.01357948866, 0.03235954878 },
        { 0, 0, 50, 0.95, -0.0713476, 0.0713476 },
        { 0, 9, 30, 0.95, -0.4787578838, -0.1524325883 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ifb_paired p = of_counts(rows[i].fixed, rows[i].regressed, rows[i].n);
        struct ifb_interval ci = ifb_paired_interval(&p, rows[i].level);

        assert_true(p.binary && p.fixed == rows[i].fixed && p.regressed == rows[i].regressed);
        if (!is_near(ci.lo, rows[i].lo, 1e-7) || !is_near(ci.hi, rows[i].hi, 1e-7))
            fail_msg("row %zu: %.10f to %.10f", i, ci.lo, ci.hi);
        assert_near(ifb_paired_lower(&p, 0.5 + rows[i].level / 2), ci.lo, 1e-12);
        assert_near(ifb_paired_upper(&p, 0.5 + rows[i].level / 2), ci.hi, 1e-12);
    }
}

static void the_ends_of_what_can_be(void **state)
{
    struct ifb_paired all = of_counts(10, 0, 10), none = ifb_paired_of(NULL, 0), one;
    struct ifb_pair unscored[] = { { 0, 0, 1, 1 }, { 1, 1, 0, 0 }, { 1, 1, 0, 1 } };

    (void)state;
    assert_near(all.difference, 1, 0);
    assert_near(ifb_paired_interval(&all, 0.95).hi, 1, 1e-12);
    assert_true(ifb_paired_interval(&all, 0.95).lo < 1);
    assert_true(isnan(none.difference) && isnan(ifb_paired_interval(&none, 0.95).lo));
    one = ifb_paired_of(unscored, 3);
    assert_int_equal(one.n, 1);
    assert_int_equal(one.regressed, 1);
    assert_true(isnan(one.se));
}

/*
 * Units of equal size: the paired t test. R: d <- c(1, 0, -1, 2, 0, 1, 1, 0) / 3;
 * t.test(d)$stderr; units of unequal size against leaving one out: the jackknife's error.
 */
static void clusters_have_the_error_of_their_differences(void **state)
{
    static const int moves[] = { 1, 0, -1, 2, 0, 1, 1, 0 };
    struct ifb_pair units[COUNT(moves)], rest[199], many[200];
    struct ifb_rng rng;
    struct ifb_paired p;
    double mean = 0, squares = 0, out[200];

    (void)state;
    for (size_t i = 0; i < COUNT(moves); i++)
        units[i] = (struct ifb_pair){ 1, 3, 1 + moves[i], 3 };
    p = ifb_paired_of(units, COUNT(moves));
    assert_true(!p.binary && p.fixed == 4 && p.regressed == 1);
    assert_near(p.se, 0.109108945117996, 1e-14);

    ifb_rng_seed(&rng, 11);
    for (size_t i = 0; i < 200; i++) {
        double n = 1 + (double)ifb_rng_below(&rng, 3);

        many[i] = (struct ifb_pair){ (double)ifb_rng_below(&rng, (uint64_t)n + 1), n,
                                     (double)ifb_rng_below(&rng, (uint64_t)n + 1), n };
    }
    p = ifb_paired_of(many, 200);
    for (size_t i = 0; i < 200; i++) {
        for (size_t k = 0; k < 199; k++)
            rest[k] = many[k < i ? k : k + 1];
        out[i] = ifb_paired_of(rest, 199).difference;
        mean += out[i] / 200;
    }
    for (size_t i = 0; i < 200; i++)
        squares += (out[i] - mean) * (out[i] - mean);
    assert_near(p.se, sqrt(squares * 199 / 200), 0.01 * p.se);
}

/* Of means the jackknife's error is the usual one. R: sd(x) / sqrt(length(x)) of x below. */
static void the_jackknife_of_a_mean(void **state)
{
    static const double x[] = { 3, 1, 4, 1, 5, 9, 2, 6 };
    double without[COUNT(x)], sum = 31;
    struct ifb_paired p;
    struct ifb_interval ci;

    (void)state;
    for (size_t i = 0; i < COUNT(x); i++)
        without[i] = (sum - x[i]) / 7;
    p = ifb_paired_jackknife(0, sum / 8, without, COUNT(x));
    assert_near(p.se, 0.971697704315199, 1e-12);
    ci = ifb_paired_interval(&p, 0.95); /* R: t.test(x)$conf.int */
    assert_near(ci.lo, 1.57730004315924, 1e-9);
    assert_near(ci.hi, 6.17269995684075, 1e-9);
    assert_true(isnan(ifb_paired_jackknife(1, 2, without, 1).se));
}

/* R: binom.test(9, 10, conf.level = .9)$conf.int; clusters hold the true share. */
static void shares_have_bounds(void **state)
{
    struct ifb_pair at[200];
    struct ifb_rng rng;
    struct ifb_interval ci;
    int64_t units;
    double se;

    (void)state;
    for (size_t i = 0; i < 10; i++)
        at[i] = (struct ifb_pair){ 0, 0, i > 0, 1 };
    ci = ifb_share_interval(at, 10, 0.9, &units, &se);
    assert_near(ci.lo, 0.605836697563495, 1e-9);
    assert_near(ci.hi, 0.994883803108176, 1e-9);
    assert_int_equal(units, 10);
    assert_true(isnan(ifb_share_interval(at, 0, 0.9, NULL, NULL).lo));
    assert_true(isnan(ifb_share_interval(at + 1, 0, 0.9, NULL, NULL).hi));
    at[0] = (struct ifb_pair){ 0, 0, 2, 3 };
    assert_true(isnan(ifb_share_interval(at, 1, 0.9, NULL, NULL).lo));
    ifb_rng_seed(&rng, 3);
    for (size_t row = 0; row < 4; row++) {
        double p = row < 2 ? 0.8 : 0.97;
        size_t n = row % 2 ? 50 : 200;
        int below = 0, above = 0;

        for (int round = 0; round < ROUNDS; round++) {
            for (size_t i = 0; i < n; i++)
                at[i] = (struct ifb_pair){ 0, 0, ifb_rng_real(&rng) < p ? 3 : 0, 3 };
            ci = ifb_share_interval(at, n, 0.9, NULL, NULL);
            above += ci.lo > p;
            below += ci.hi < p;
        }
        print_message("# share %.2f of %zu clusters: beyond the bounds %.4f, %.4f, nominal 0.05\n",
                      p, n, (double)above / ROUNDS, (double)below / ROUNDS);
        assert_true(above <= 565 && below <= 565);
    }
}

/*
 * Darwin's fifteen pairs of maize plants, in eighths of an inch: of 32,768 exchanges 863
 * have a sum as large, 1,726 on both sides. R. A. Fisher, "The Design of Experiments"
 * (1935), section 21.
 */
static void darwins_maize(void **state)
{
    static const double moves[] = { 49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48 };
    struct ifb_pair units[COUNT(moves)];
    struct ifb_rng rng, again;
    struct ifb_draws draws = ifb_rng_draws(&rng), same = ifb_rng_draws(&again);
    double p;

    (void)state;
    for (size_t i = 0; i < COUNT(moves); i++)
        units[i] = (struct ifb_pair){ 100, 1, 100 + moves[i], 1 };
    assert_near(ifb_sign_flip(units, COUNT(moves), 32767, &draws), 1726 / 32768.0, 1e-12);
    ifb_rng_seed(&rng, 5);
    ifb_rng_seed(&again, 5);
    p = ifb_sign_flip(units, COUNT(moves), 9999, &draws);
    assert_near(p, 1726 / 32768.0, 4 * sqrt(0.0527 * 0.9473 / 9999));
    assert_true(p == ifb_sign_flip(units, COUNT(moves), 9999, &same));
    units[0] = (struct ifb_pair){ 1, 1, 1, 1 };
    assert_near(ifb_sign_flip(units, 1, 99, &draws), 1, 0);
    assert_near(ifb_sign_flip(NULL, 0, 99, &draws), 1, 0);
}

/* R: p.adjust(c(0.01, 0.04, 0.03, 0.005, 0.9), "holm") */
static void holm_is_that_of_r(void **state)
{
    const double p[] = { 0.01, 0.04, NAN, 0.03, 0.005, 0.9 };
    const double want[] = { 0.04, 0.09, NAN, 0.09, 0.025, 0.9 };
    double out[COUNT(p)];
    size_t order[COUNT(p)];

    (void)state;
    ifb_holm(p, COUNT(p), order, out);
    for (size_t i = 0; i < COUNT(p); i++)
        if (isnan(want[i]) ? !isnan(out[i]) : !is_near(out[i], want[i], 1e-15))
            fail_msg("row %zu: %f", i, out[i]);
    ifb_holm(p, 0, order, out);
}

/*
 * R: power.prop.test(p1 = .75, p2 = .80, power = .8, tol = 1e-12)$n,
 * 2 * asin(sqrt(.8)) - 2 * asin(sqrt(.75)).
 * Cohen 1988, table 6.2.2: phi(.80) - phi(.75) = 2.214 - 2.094.
 */
static void sizes_are_those_of_r(void **state)
{
    (void)state;
    assert_near(ifb_unpaired_need(0.75, 0.80, 0.05, 0.8), 1093.73904577, 1e-7);
    assert_near(ifb_unpaired_need(0.50, 0.75, 0.05, 0.9), 76.7069284518, 1e-9);
    assert_near(ifb_cohen_h(0.75, 0.80), 0.119902333194986, 1e-14);
    assert_true(isinf(ifb_paired_need(0, 0.1, 0.05, 0.8)));
    assert_true(isnan(ifb_paired_need(0.2, 0.1, 0.05, 0.8)));
    assert_true(isinf(ifb_margin_need(0, 1, 0.95, 0.8)));
    assert_true(isnan(ifb_paired_least(2, 0.1, 0.05, 0.8)));
    for (double n = 100; n < 1e5; n *= 3)
        assert_near(ifb_paired_need(ifb_paired_least(n, 0.15, 0.05, 0.8), 0.15, 0.05, 0.8), n,
                    1e-6 * n);
}

/* ---- simulations of decisions ---- */

/* One item: holds only in the candidate, only in the base, or as before. */
static struct ifb_pair flip(struct ifb_rng *rng, double up, double down)
{
    double u = ifb_rng_real(rng);

    return (struct ifb_pair){ u >= up && u < up + down, 1, u < up, 1 };
}

/* A prompt of one to three constraints, each with the first one's fate at odds of `tie`. */
static struct ifb_pair cluster(struct ifb_rng *rng, double up, double down, double tie)
{
    double n = 1 + (double)ifb_rng_below(rng, 3);
    struct ifb_pair u = { 0, n, 0, n }, common = flip(rng, up, down);

    for (double i = 0; i < n; i++) {
        struct ifb_pair own = ifb_rng_real(rng) < tie ? common : flip(rng, up, down);

        u.base_hits += own.base_hits;
        u.cand_hits += own.cand_hits;
    }
    return u;
}

static struct ifb_pair loose(struct ifb_rng *rng, double up, double down)
{
    return cluster(rng, up, down, 0);
}

static struct ifb_pair tied(struct ifb_rng *rng, double up, double down)
{
    return cluster(rng, up, down, 0.5);
}

static struct ifb_pair whole(struct ifb_rng *rng, double up, double down)
{
    return cluster(rng, up, down, 1);
}

static double share_within(struct ifb_pair (*make)(struct ifb_rng *, double, double), size_t n,
                           double up, double down, double margin, uint64_t seed)
{
    struct ifb_pair units[2000];
    struct ifb_rng rng;
    int passed = 0;

    ifb_rng_seed(&rng, seed);
    for (int round = 0; round < ROUNDS; round++) {
        struct ifb_paired p;

        for (size_t i = 0; i < n; i++)
            units[i] = make(&rng, up, down);
        p = ifb_paired_of(units, n);
        passed += -ifb_paired_lower(&p, 0.95) <= margin;
    }
    return (double)passed / ROUNDS;
}

/*
 * The true drop is the margin: the bound may clear it in 5 % of runs. Where little changes at
 * all it does so less often, never more.
 */
static void a_margin_errs_no_more_often_than_it_says(void **state)
{
    static const struct {
        const char *what;
        struct ifb_pair (*make)(struct ifb_rng *, double, double);
        size_t n;
        double up, down, least;
    } rows[] = {
        { "single answers", flip, 541, 0.04, 0.06, 0.04 },
        { "single answers", flip, 541, 0.08, 0.12, 0.04 },
        { "single answers", flip, 541, 0.00, 0.01, 0 },
        { "single answers", flip, 120, 0.05, 0.10, 0.04 },
        { "single answers", flip, 30, 0.05, 0.15, 0 },
        { "single constraints", loose, 541, 0.10, 0.12, 0.04 },
        { "single constraints", loose, 100, 0.00, 0.05, 0 },
        { "tied constraints", tied, 541, 0.04, 0.06, 0.04 },
        { "tied constraints", tied, 541, 0.00, 0.01, 0 },
        { "tied constraints", tied, 50, 0.02, 0.07, 0 },
        { "prompts as a whole", whole, 541, 0.04, 0.06, 0.04 },
        { "prompts as a whole", whole, 541, 0.00, 0.01, 0 },
        { "prompts as a whole", whole, 100, 0.00, 0.05, 0 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        double margin = rows[i].down - rows[i].up;
        double p = share_within(rows[i].make, rows[i].n, rows[i].up, rows[i].down, margin, 100 + i);

        print_message("# %s, %zu items, drop = margin = %.2f: passes %.4f, nominal 0.05\n",
                      rows[i].what, rows[i].n, margin, p);
        if (p > 0.05 + 3 * sqrt(0.05 * 0.95 / ROUNDS) || p < rows[i].least)
            fail_msg("row %zu: %.4f", i, p);
    }
}

/* The true share is the threshold: its bound, the exact one, may clear it in 5 % of runs. */
static void a_threshold_errs_no_more_often_than_it_says(void **state)
{
    static const struct { double p; size_t n; double least; } rows[] = {
        { 0.8, 541, 0.03 }, { 0.8, 80, 0.02 }, { 0.95, 541, 0.03 }, { 0.95, 60, 0 }, { 0.5, 20, 0 },
    };
    struct ifb_pair at[541];
    struct ifb_rng rng;

    (void)state;
    ifb_rng_seed(&rng, 17);
    for (size_t row = 0; row < COUNT(rows); row++) {
        int pass = 0, fail = 0;

        for (int round = 0; round < ROUNDS; round++) {
            struct ifb_interval ci;

            for (size_t i = 0; i < rows[row].n; i++)
                at[i] = (struct ifb_pair){ 0, 0, ifb_rng_real(&rng) < rows[row].p, 1 };
            ci = ifb_share_interval(at, rows[row].n, 0.9, NULL, NULL);
            pass += ci.lo >= rows[row].p;
            fail += ci.hi < rows[row].p;
        }
        print_message("# share = threshold = %.2f, %zu items: passes %.4f, fails %.4f, nominal "
                      "0.05\n", rows[row].p, rows[row].n, (double)pass / ROUNDS,
                      (double)fail / ROUNDS);
        assert_true(pass <= 565 && fail <= 565 && pass >= rows[row].least * ROUNDS);
    }
}

/* At the size that ifb_margin_need gives for 80 % power, 80 % pass. */
static void a_margin_has_the_power_that_was_asked_for(void **state)
{
    double up = 0.05, down = 0.05, margin = 0.03, sd = sqrt(up + down);
    double n = ceil(ifb_margin_need(margin, sd, 0.95, 0.8));
    double p = share_within(flip, (size_t)n, up, down, margin, 7);

    (void)state;
    print_message("# %g items, no drop, margin %.2f: passes %.4f, planned 0.80\n", n, margin, p);
    assert_in_range((int)n, 680, 700);
    assert_near(p, 0.8, 0.02);
}

/* The same for the test of a difference. */
static void mcnemar_has_the_power_that_was_asked_for(void **state)
{
    double up = 0.10, down = 0.05, n = ceil(ifb_paired_need(0.05, 0.15, 0.05, 0.8));
    struct ifb_rng rng;
    int found = 0;

    (void)state;
    ifb_rng_seed(&rng, 23);
    for (int round = 0; round < ROUNDS; round++) {
        int64_t fixed = 0, regressed = 0;

        for (double i = 0; i < n; i++) {
            struct ifb_pair u = flip(&rng, up, down);

            fixed += u.cand_hits > 0;
            regressed += u.base_hits > 0;
        }
        found += ifb_mcnemar(fixed, regressed) <= 0.05;
    }
    print_message("# %g items, 15 %% differ, difference 0.05: found %.4f, planned 0.80\n", n,
                  (double)found / ROUNDS);
    assert_near((double)found / ROUNDS, 0.8, 0.025);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_intervals_are_those_of_r),
        cmocka_unit_test(distributions_are_those_of_r),
        cmocka_unit_test(mcnemar_is_as_published),
        cmocka_unit_test(tango_is_as_published),
        cmocka_unit_test(the_ends_of_what_can_be),
        cmocka_unit_test(clusters_have_the_error_of_their_differences),
        cmocka_unit_test(the_jackknife_of_a_mean),
        cmocka_unit_test(shares_have_bounds),
        cmocka_unit_test(darwins_maize),
        cmocka_unit_test(holm_is_that_of_r),
        cmocka_unit_test(sizes_are_those_of_r),
        cmocka_unit_test(a_margin_errs_no_more_often_than_it_says),
        cmocka_unit_test(a_threshold_errs_no_more_often_than_it_says),
        cmocka_unit_test(a_margin_has_the_power_that_was_asked_for),
        cmocka_unit_test(mcnemar_has_the_power_that_was_asked_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
