/* SPDX-License-Identifier: Apache-2.0 */
/* Agreement, resampling and paired comparisons against published worked examples. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <stdlib.h>

#include <cmocka.h>

#include <ifbench/stats.h>

#include "harness/base/rng.h"

#define N_OF(a) (sizeof(a) / sizeof(*(a)))
#define assert_near(a, b, eps) assert_true(fabs((a) - (b)) <= (eps))

/* ---- agreement ---- */

static const struct {
    int64_t cells[4];
    double percent, kappa;
} two_by_two[] = {
    /* J. Sim, C. Wright, Physical Therapy 85 (2005) 257-268, table 1 */
    { { 22, 2, 4, 11 }, 0.8462, 0.6667 },
    /* the same agreement with other margins; by hand from Cohen's definition */
    { { 45, 15, 25, 15 }, 0.60, 0.1304 },
    { { 25, 35, 5, 35 }, 0.60, 0.2593 },
    { { 10, 0, 0, 5 }, 1, 1 },
    { { 0, 5, 5, 0 }, 0, -1 },
};

static void test_kappa(void **state)
{
    const int64_t none[4] = { 0 }, one[4] = { 7, 0, 0, 0 };

    (void)state;
    for (size_t i = 0; i < N_OF(two_by_two); i++) {
        assert_near(ifb_percent_agreement(two_by_two[i].cells, 2), two_by_two[i].percent, 5.1e-5);
        assert_near(ifb_cohen_kappa(two_by_two[i].cells, 2), two_by_two[i].kappa, 5.1e-5);
    }
    assert_true(isnan(ifb_percent_agreement(none, 2)) && isnan(ifb_cohen_kappa(none, 2)));
    assert_true(isnan(ifb_cohen_kappa(one, 2)));
}

/* K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), sections A, B, C. */
static void test_alpha(void **state)
{
    static const int32_t binary[][2] = { { 0, 1 }, { 1, 1 }, { 0, 1 }, { 0, 0 }, { 0, 0 },
                                         { 0, 1 }, { 0, 0 }, { 0, 0 }, { 1, 0 }, { 0, 0 } };
    static const int32_t nominal[][2] = { { 0, 1 }, { 0, 0 }, { 1, 1 }, { 1, 1 },
                                          { 3, 1 }, { 2, 2 }, { 2, 2 }, { 2, 2 },
                                          { 4, 4 }, { 3, 3 }, { 3, 3 }, { 0, 3 } };
    static const int32_t four[][4] = {
        { 1, 1, -1, 1 }, { 2, 2, 3, 2 }, { 3, 3, 3, 3 }, { 3, 3, 3, 3 },
        { 2, 2, 2, 2 },  { 1, 2, 3, 4 }, { 4, 4, 4, 4 }, { 1, 1, 2, 1 },
        { 2, 2, 2, 2 },  { -1, 5, 5, 5 }, { -1, -1, 1, 1 }, { -1, 3, -1, -1 },
    };
    static const double scale[] = { 0, 1, 2, 3, 4, 5 };
    double work[36];

    (void)state;
    assert_near(ifb_krippendorff_alpha(binary[0], 10, 2, 2, NULL, work), 0.095, 5.1e-4);
    assert_near(ifb_krippendorff_alpha(nominal[0], 12, 2, 5, NULL, work), 0.692, 5.1e-4);
    assert_near(ifb_krippendorff_alpha(four[0], 12, 4, 6, NULL, work), 0.743, 5.1e-4);
    assert_near(ifb_krippendorff_alpha(four[0], 12, 4, 6, scale, work), 0.849, 5.1e-4);
    assert_true(isnan(ifb_krippendorff_alpha(four[2], 2, 4, 6, NULL, work)));
    assert_true(isnan(ifb_krippendorff_alpha(four[11], 1, 4, 6, NULL, work)));
}

/* ---- paired comparisons ---- */

/*
 * American League East, 1987: games won and lost at home by the row's team.
 * A. Agresti, "Categorical Data Analysis" (1990), tables 10.10 and 10.12.
 */
enum { MIL, DET, TOR, NYA, BOS, CLE, BAL, TEAMS };
static const int at_home[TEAMS][TEAMS][2] = {
    [MIL] = { { 0 }, { 4, 3 }, { 4, 2 }, { 4, 3 }, { 6, 1 }, { 4, 2 }, { 6, 0 } },
    [DET] = { { 3, 3 }, { 0 }, { 4, 2 }, { 4, 3 }, { 6, 0 }, { 6, 1 }, { 4, 3 } },
    [TOR] = { { 2, 5 }, { 4, 3 }, { 0 }, { 2, 4 }, { 4, 3 }, { 4, 2 }, { 6, 0 } },
    [NYA] = { { 3, 3 }, { 5, 1 }, { 2, 5 }, { 0 }, { 4, 3 }, { 4, 2 }, { 6, 1 } },
    [BOS] = { { 5, 1 }, { 2, 5 }, { 3, 3 }, { 4, 2 }, { 0 }, { 5, 2 }, { 6, 0 } },
    [CLE] = { { 2, 5 }, { 3, 3 }, { 3, 4 }, { 4, 3 }, { 4, 2 }, { 0 }, { 2, 4 } },
    [BAL] = { { 2, 5 }, { 1, 5 }, { 1, 6 }, { 2, 4 }, { 1, 6 }, { 3, 4 }, { 0 } },
};

static size_t season(struct ifb_game *games)
{
    size_t n = 0;

    for (uint32_t a = 0; a < TEAMS; a++)
        for (uint32_t b = 0; b < TEAMS; b++) {
            const int *g = at_home[a][b];

            if (a != b)
                games[n++] = (struct ifb_game){ a, b, (double)g[0] / (g[0] + g[1]), g[0] + g[1] };
        }
    return n;
}

/* Estimates as Agresti prints them, and as R's BradleyTerry2 does in its vignette. */
static void test_bradley_terry(void **state)
{
    static const double plain[] = { 1.5814, 1.4364, 1.2945, 1.2476, 1.1077, 0.6839, 0 };
    static const double home[] = { 1.6196, 1.4754, 1.3271, 1.2813, 1.1438, 0.7047, 0, 0.3023 };
    struct ifb_bt bt = { TEAMS, BAL, 0 };
    struct ifb_game games[TEAMS * TEAMS];
    double beta[TEAMS + 1], ones[TEAMS * TEAMS], *work;
    size_t n = season(games);

    (void)state;
    work = calloc(200, sizeof(double));
    assert_true(ifb_bt_fit(&bt, games, n, NULL, beta, work));
    for (size_t i = 0; i < N_OF(plain); i++)
        assert_near(beta[i], plain[i], 5.1e-5);
    for (size_t i = 0; i < n; i++)
        ones[i] = 1;
    bt.features = 1;
    assert_true(ifb_bt_work(&bt) <= 200);
    assert_true(ifb_bt_fit(&bt, games, n, ones, beta, work));
    for (size_t i = 0; i < N_OF(home); i++)
        assert_near(beta[i], home[i], 5.1e-5);
    free(work);
}

/* Against one base the estimate is the log odds: closed form. */
static void test_one_base(void **state)
{
    static const struct ifb_game games[] = { { 0, 1, 1, 30 }, { 0, 1, 0, 12 }, { 2, 0, 0.5, 7 },
                                             { 0, 2, 1, 4 },  { 3, 0, 1, 5 },  { 4, 0, 0, 5 },
                                             { 5, 6, 1, 3 },  { 6, 5, 1, 1 } };
    struct ifb_bt bt = { 8, 0, 0 };
    double beta[8], work[200];

    (void)state;
    assert_true(ifb_bt_work(&bt) <= N_OF(work));
    assert_true(ifb_bt_fit(&bt, games, N_OF(games), NULL, beta, work));
    assert_near(beta[1], log(12.0 / 30), 1e-9);
    assert_near(beta[2], log(3.5 / 7.5), 1e-9);
    assert_near(ifb_elo_of(beta[1]), 1000 + 400 * log10(12.0 / 30), 1e-7);
    assert_near(ifb_logistic(beta[1]), 12.0 / 42, 1e-9);
    assert_near(beta[3], IFB_BT_LIMIT, 1);  /* never lost */
    assert_near(beta[4], -IFB_BT_LIMIT, 1); /* never won */
    assert_true(isnan(beta[5]) && isnan(beta[6]) && isnan(beta[7]));
}

/*
 * Features with known coefficients: every row's share is the model's own chance,
 * so the truth is the optimum.
 */
static void test_features(void **state)
{
    enum { MODELS = 5, F = 4, ROWS = 400 };
    static const double truth[MODELS + F] = { 0, 0.7, -1.2, 0.1, 2, 0.5, -0.3, 0.2, -0.8 };
    struct ifb_bt bt = { MODELS, 0, F };
    struct ifb_game games[ROWS];
    double x[ROWS][F], beta[MODELS + F], work[300];
    struct ifb_rng rng;

    (void)state;
    ifb_rng_seed(&rng, 3);
    for (uint32_t i = 0; i < ROWS; i++) {
        double z = truth[1 + i % 4];

        for (size_t k = 0; k < F; k++) {
            x[i][k] = ifb_rng_real(&rng) * 4 - 2;
            z += truth[MODELS + k] * x[i][k];
        }
        games[i] = (struct ifb_game){ 1 + i % 4, 0, ifb_logistic(z), 1 };
    }
    assert_true(ifb_bt_work(&bt) <= N_OF(work));
    assert_true(ifb_bt_fit(&bt, games, ROWS, x[0], beta, work));
    for (size_t i = 0; i < MODELS + F; i++)
        assert_near(beta[i], truth[i], 1e-8);
}

/* ---- resampling ---- */

static void test_resample(void **state)
{
    struct ifb_rng rng;
    const struct ifb_draws draws = ifb_rng_draws(&rng);
    uint32_t times[50], sum = 0, again[50];

    (void)state;
    ifb_rng_seed(&rng, 42);
    ifb_resample(&draws, 50, times);
    for (size_t i = 0; i < 50; i++)
        sum += times[i];
    assert_int_equal(sum, 50);
    ifb_rng_seed(&rng, 42);
    ifb_resample(&draws, 50, again);
    assert_memory_equal(times, again, sizeof(times));
}

/* The bootstrap of a mean has the standard error sd / sqrt(n). */
static void test_bootstrap_mean(void **state)
{
    enum { N = 400, ROUNDS = 4000 };
    double at[N], means[ROUNDS];
    struct ifb_rng rng;
    const struct ifb_draws draws = ifb_rng_draws(&rng);
    struct ifb_interval ci;
    double half;

    (void)state;
    ifb_rng_seed(&rng, 7);
    for (size_t i = 0; i < N; i++)
        at[i] = i % 2 ? 1 : 0;
    ci = ifb_bootstrap_mean(at, N, &draws, ROUNDS, 0.95, means);
    half = 1.96 * 0.5 / sqrt(N);
    assert_near(ci.lo, 0.5 - half, 0.005);
    assert_near(ci.hi, 0.5 + half, 0.005);
    assert_true(isnan(ifb_bootstrap_mean(at, 0, &draws, 10, 0.95, means).lo));
}

/* The spread of a resampled log odds is that of the delta method: sqrt(1/w + 1/l). */
static void test_bootstrap_ratings(void **state)
{
    enum { N = 300, ROUNDS = 500 };
    struct ifb_bt bt = { 2, 0, 0 };
    struct ifb_game games[N], scratch[N];
    double out[2 * ROUNDS], work[32];
    uint32_t times[N];
    struct ifb_rng rng;
    const struct ifb_draws draws = ifb_rng_draws(&rng);
    struct ifb_mean m;

    (void)state;
    ifb_rng_seed(&rng, 1);
    for (uint32_t i = 0; i < N; i++)
        games[i] = (struct ifb_game){ 1, 0, i < 100, 1 };
    assert_true(ifb_bt_work(&bt) <= N_OF(work));
    ifb_bt_bootstrap(&bt, games, N, NULL, &draws, ROUNDS, out, times, scratch, work);
    m = ifb_mean_of(out + ROUNDS, ROUNDS);
    assert_near(m.mean, log(0.5), 0.03);
    assert_near(m.sd, sqrt(1.0 / 100 + 1.0 / 200), 0.015);
    assert_near(out[0], 0, 0);
}

/*
 * Kappa of {{20, 5}, {10, 15}}: 0.4, error by the formula of Fleiss et al. worked out by
 * hand: agreed 0.02743, apart 0.02547, spread 0.0025. Alpha's error is the jackknife written out.
 */
static void test_errors(void **state)
{
    static const int64_t table[] = { 20, 5, 10, 15 }, one[] = { 7, 0, 0, 0 };
    static const int32_t four[][4] = { { 1, 1, -1, 1 }, { 2, 2, 3, 2 }, { 3, 3, 3, 3 },
                                       { 1, 2, 3, 0 },  { -1, 3, -1, -1 } };
    double work[36], without[4], mean = 0, squares = 0;

    (void)state;
    assert_near(ifb_cohen_kappa_se(table, 2), sqrt((0.02743 + 0.02547 - 0.0025) / 50) / 0.25, 1e-9);
    assert_true(isnan(ifb_cohen_kappa_se(one, 2)));
    for (size_t i = 0; i < 4; i++) {
        int32_t rest[5][4];

        memcpy(rest, four, sizeof(four));
        for (size_t r = 0; r < 4; r++)
            rest[i][r] = -1;
        without[i] = ifb_krippendorff_alpha(rest[0], 5, 4, 6, NULL, work);
        mean += without[i] / 4;
    }
    for (size_t i = 0; i < 4; i++)
        squares += (without[i] - mean) * (without[i] - mean);
    assert_near(ifb_krippendorff_se(four[0], 5, 4, 6, NULL, work), sqrt(0.75 * squares), 1e-9);
    assert_true(isnan(ifb_krippendorff_se(four[0], 1, 4, 6, NULL, work)));
}

static void test_kendall(void **state)
{
    const double x[] = { 1, 2, 3, 4 }, turned[] = { 4, 3, 2, 1 }, tied[] = { 1, 2, 2, 4 };
    const double flat[] = { 5, 5, 5, 5 }, gap[] = { 1, NAN, 3, 2 };

    (void)state;
    assert_true(fabs(ifb_kendall_tau(x, x, 4) - 1) < 1e-12);
    assert_true(fabs(ifb_kendall_tau(x, turned, 4) + 1) < 1e-12);
    assert_true(fabs(ifb_kendall_tau(x, tied, 4) - 5 / sqrt(30)) < 1e-12);
    assert_true(fabs(ifb_kendall_tau(x, gap, 4) - 1.0 / 3) < 1e-12);
    assert_true(isnan(ifb_kendall_tau(x, flat, 4)));
    assert_true(isnan(ifb_kendall_tau(x, x, 1)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_errors),         cmocka_unit_test(test_kendall),
        cmocka_unit_test(test_kappa),          cmocka_unit_test(test_alpha),
        cmocka_unit_test(test_bradley_terry),  cmocka_unit_test(test_one_base),
        cmocka_unit_test(test_features),       cmocka_unit_test(test_resample),
        cmocka_unit_test(test_bootstrap_mean), cmocka_unit_test(test_bootstrap_ratings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
