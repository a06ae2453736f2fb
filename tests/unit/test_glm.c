/* SPDX-License-Identifier: Apache-2.0 */
/* L1 logistic regression where the optimum can be written down, and the Mersenne Twister. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <ifbench/stats.h>

#define ROWS 100
#define SEED 7

static double logit(double p)
{
    return log(p / (1 - p));
}

/* A design of at most three columns with targets, in the solver's terms. */
static struct ifb_glm_fit fit(size_t n, size_t p, const double *x, const double *weight,
                              const double *y, double c)
{
    struct ifb_glm glm = { .n = n, .p = p, .x = x, .weight = weight };
    double *room = malloc(IFB_GLM_ROOM(n) * sizeof(double));
    struct ifb_glm_fit out;

    assert_non_null(room);
    for (size_t j = 0; j < p; j++)
        for (size_t i = 0; i < n; i++)
            glm.against[j] += weight[i] * (1 - y[i]) * x[j * n + i];
    out = ifb_glm_l1(&glm, c, SEED, room);
    free(room);
    return out;
}

/*
 * Only a bias: c n (p - mean) + sign(w) = 0 at the optimum, so p is the mean less
 * sign / (c n), or w is 0 when c n |mean - 1/2| < 1.
 */
static const struct {
    double mean, c, p;
} bias_rows[] = {
    { 0.7, 1, 0.69 },   { 0.3, 1, 0.31 },     { 0.9, 0.1, 0.8 }, { 0.505, 1, 0.5 },
    { 0.6, 0.05, 0.5 }, { 0.95, 10, 0.949 },  { 0.5, 100, 0.5 }, { 0.02, 100, 0.0201 },
};

static void test_bias_alone(void **state)
{
    double x[ROWS], weight[ROWS], y[ROWS];

    (void)state;
    for (size_t k = 0; k < sizeof(bias_rows) / sizeof(*bias_rows); k++) {
        struct ifb_glm_fit f;

        for (size_t i = 0; i < ROWS; i++) {
            x[i] = weight[i] = 1;
            y[i] = bias_rows[k].mean;
        }
        f = fit(ROWS, 1, x, weight, y, bias_rows[k].c);
        assert_true(f.converged);
        if (fabs(ifb_logistic(f.w[0]) - bias_rows[k].p) > 2e-5)
            fail_msg("row %zu: p is %.7f, wanted %.7f", k, ifb_logistic(f.w[0]), bias_rows[k].p);
        if (bias_rows[k].p == 0.5)
            assert_true(f.w[0] == 0);
    }
}

/* Columns that are 1 on rows of their own are fitted each as if alone. */
static void test_separate_groups(void **state)
{
    double x[3 * ROWS] = { 0 }, weight[ROWS], y[ROWS];
    static const double mean[3] = { 0.8, 0.25, 0.51 };
    struct ifb_glm_fit f;

    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        size_t group = i < 40 ? 0 : i < 80 ? 1 : 2;

        x[group * ROWS + i] = 1;
        weight[i] = 1;
        y[i] = mean[group];
    }
    f = fit(ROWS, 3, x, weight, y, 2);
    assert_true(fabs(f.w[0] - logit(0.8 - 1 / 80.0)) < 5e-4);
    assert_true(fabs(f.w[1] - logit(0.25 + 1 / 80.0)) < 5e-4);
    assert_true(f.w[2] == 0);
}

/* Exchanging the labels turns the signs; a row of weight 2 is two rows. */
static void test_symmetry_and_weight(void **state)
{
    double x[2 * ROWS], weight[ROWS], y[ROWS], other[ROWS], x2[4 * ROWS], w2[2 * ROWS],
        y2[2 * ROWS];
    struct ifb_glm_fit a, b, twice;

    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        x[i] = sin((double)i);
        x[ROWS + i] = 1;
        y[i] = i % 3 ? 0.9 : 0.2;
        other[i] = 1 - y[i];
        weight[i] = 2;
    }
    for (size_t i = 0; i < 2 * ROWS; i++) {
        x2[i] = x[i % ROWS];
        x2[2 * ROWS + i] = 1;
        y2[i] = y[i % ROWS];
        w2[i] = 1;
    }
    a = fit(ROWS, 2, x, weight, y, 3);
    b = fit(ROWS, 2, x, weight, other, 3);
    twice = fit(2 * ROWS, 2, x2, w2, y2, 3);
    for (int j = 0; j < 2; j++) {
        assert_true(fabs(a.w[j] + b.w[j]) < 1e-9);
        assert_true(fabs(a.w[j] - twice.w[j]) < 1e-3);
    }
    assert_true(fabs(a.w[1]) > 0.1);
}

/* Whatever comes in, it ends, and what is not finite is said. */
static void test_hostile_numbers(void **state)
{
    double x[ROWS], weight[ROWS], y[ROWS];
    static const double odd[] = { NAN, INFINITY, 1e308, 1e200 };

    (void)state;
    for (size_t k = 0; k < sizeof(odd) / sizeof(*odd); k++) {
        struct ifb_glm_fit f;

        for (size_t i = 0; i < ROWS; i++) {
            x[i] = i == 50 ? odd[k] : 1;
            weight[i] = 1;
            y[i] = 0.7;
        }
        f = fit(ROWS, 1, x, weight, y, 1);
        assert_true(f.rounds <= 100);
        assert_true(k >= 2 || isnan(f.w[0]));
    }
    assert_true(fit(0, 1, x, weight, y, 1).w[0] == 0);
}

/* The same bits every time. */
static void test_deterministic(void **state)
{
    double x[2 * ROWS], weight[ROWS], y[ROWS];
    struct ifb_glm_fit a, b;

    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        x[i] = cos((double)(i * i));
        x[ROWS + i] = (double)i / ROWS;
        weight[i] = 1 + (double)(i % 4);
        y[i] = ifb_logistic(2 * x[i] - x[ROWS + i]);
    }
    a = fit(ROWS, 2, x, weight, y, 50);
    b = fit(ROWS, 2, x, weight, y, 50);
    assert_memory_equal(a.w, b.w, 2 * sizeof(double));
    assert_true(fabs(a.w[0] - 2) < 0.1 && fabs(a.w[1] + 1) < 0.1);
}

/* The authors' own output for the two initialisers (mt19937ar.out; ISO C++ for the 10,000th). */
static void test_mersenne_twister(void **state)
{
    static const uint32_t key[] = { 0x123, 0x234, 0x345, 0x456 };
    struct ifb_mt mt;
    uint32_t last = 0, seen = 0;

    (void)state;
    ifb_mt_seed(&mt, 5489);
    assert_true(ifb_mt_next(&mt) == 3499211612u);
    for (int i = 1; i < 10000; i++)
        last = ifb_mt_next(&mt);
    assert_true(last == 4123659995u);
    ifb_mt_seed_words(&mt, key, 4);
    assert_true(ifb_mt_next(&mt) == 1067595299u);
    assert_true(ifb_mt_next(&mt) == 955945823u);
    for (int i = 0; i < 1000; i++) {
        uint32_t n = ifb_mt_below(&mt, 5);

        assert_true(n < 5);
        seen |= 1u << n;
        assert_true(ifb_mt_below(&mt, 1) == 0);
    }
    assert_true(seen == 31);
    for (int i = 0; i < 1000; i++) {
        double r = ifb_mt_real(&mt);

        assert_true(r >= 0 && r < 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bias_alone),       cmocka_unit_test(test_separate_groups),
        cmocka_unit_test(test_symmetry_and_weight), cmocka_unit_test(test_hostile_numbers),
        cmocka_unit_test(test_deterministic),    cmocka_unit_test(test_mersenne_twister),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
