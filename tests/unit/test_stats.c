/* SPDX-License-Identifier: Apache-2.0 */
/* Intervals and quantiles against published values. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ifbench/stats.h>

/* cmocka's assert_float_equal compares floats, which is not near enough. */
#define assert_near(a, b, eps) assert_true(fabs((a) - (b)) <= (eps))

/* R. G. Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3. */
static const struct {
    int64_t hits, n;
    double lo, hi;
} wilson_rows[] = {
    { 81, 263, 0.2553, 0.3662 },
    { 15, 148, 0.0624, 0.1605 },
    { 0, 20, 0.0000, 0.1611 },
    { 1, 29, 0.0061, 0.1718 },
    { 29, 29, 0.8830, 1.0000 },
};

static void test_wilson(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(wilson_rows) / sizeof(*wilson_rows); i++) {
        struct ifb_interval ci = ifb_wilson(wilson_rows[i].hits, wilson_rows[i].n, 0.95);

        if (fabs(ci.lo - wilson_rows[i].lo) > 5.1e-5 || fabs(ci.hi - wilson_rows[i].hi) > 5.1e-5)
            fail_msg("row %zu: %.5f to %.5f", i, ci.lo, ci.hi);
    }
    assert_true(isnan(ifb_wilson(0, 0, 0.95).lo));
}

/* Quantiles of the standard normal distribution, from Abramowitz and Stegun, table 26.1. */
static void test_normal_quantile(void **state)
{
    (void)state;
    assert_near(ifb_normal_quantile(0.5), 0, 1e-15);
    assert_near(ifb_normal_quantile(0.975), 1.959963984540054, 1e-14);
    assert_near(ifb_normal_quantile(0.001), -3.090232306167813, 1e-13);
    for (double p = 0.0005; p < 1; p += 0.0101)
        assert_near(0.5 * erfc(-ifb_normal_quantile(p) / M_SQRT2), p, 1e-15);
    assert_true(isnan(ifb_normal_quantile(0)) && isnan(ifb_normal_quantile(1)));
}

static void test_proportion_and_quantile(void **state)
{
    double at[] = { 4, 1, 3, 2 };

    (void)state;
    assert_near(ifb_proportion_se(417, 541), sqrt(417.0 / 541 * 124.0 / 541 / 541), 1e-15);
    assert_true(isnan(ifb_proportion_se(0, 0)));
    assert_near(ifb_quantile(at, 4, 0.5), 2.5, 0);
    assert_near(ifb_quantile(at, 4, 0.95), 3.85, 1e-12);
    assert_near(ifb_quantile(at, 4, 1), 4, 0);
    assert_near(ifb_quantile(at, 1, 0.3), 1, 0);
    assert_true(isnan(ifb_quantile(at, 0, 0.5)));
}

/* By counting: all subsets of k of n answers of which the first `passed` hold. */
static void test_pass_at_k(void **state)
{
    (void)state;
    for (int n = 1; n <= 8; n++)
        for (int passed = 0; passed <= n; passed++)
            for (int k = 1; k <= n; k++) {
                int sets = 0, some = 0, all = 0;
                unsigned good = (1u << passed) - 1;

                for (unsigned set = 0; set < 1u << n; set++)
                    if (__builtin_popcount(set) == k) {
                        sets++;
                        some += (set & good) != 0;
                        all += (set & good) == set;
                    }
                assert_near(ifb_pass_at_k(n, passed, k), (double)some / sets, 1e-12);
                assert_near(ifb_pass_all_k(n, passed, k), (double)all / sets, 1e-12);
            }
    assert_true(isnan(ifb_pass_at_k(3, 1, 4)) && isnan(ifb_pass_all_k(3, 4, 1)));
    assert_near(ifb_pass_at_k(10000, 1, 5000), 0.5, 1e-9);
}

/* NIST/SEMATECH e-Handbook of Statistical Methods, certified values of NumAcc1. */
static void test_mean(void **state)
{
    const double at[] = { 10000001, 10000003, 10000002 };
    struct ifb_mean m = ifb_mean_of(at, 3);

    (void)state;
    assert_near(m.mean, 10000002, 0);
    assert_near(m.sd, 1, 0);
    assert_near(m.se, 1 / sqrt(3), 1e-15);
    assert_true(isnan(ifb_mean_of(at, 0).mean) && isnan(ifb_mean_of(at, 1).sd));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wilson),
        cmocka_unit_test(test_pass_at_k),
        cmocka_unit_test(test_mean),
        cmocka_unit_test(test_normal_quantile),
        cmocka_unit_test(test_proportion_and_quantile),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
