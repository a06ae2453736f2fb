/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bets that may be looked at after every value: what they say of small sets, and by
 * simulation how often a sequential gate errs, how often it finds what is there, and how
 * many items it asks, beside the fixed gate on the same items.
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
#define ALPHA 0.05
#define MOST 600      /* items of a round */
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* At most p, within three standard errors of the simulation. */
static bool at_most(int n, double p)
{
    return n <= ROUNDS * (p + 3 * sqrt(p * (1 - p) / ROUNDS));
}

/* ---- what can be said without chance ---- */

static double capital(const double at[IFB_BETS])
{
    double sum = 0;

    for (int i = 0; i < IFB_BETS; i++)
        sum += at[i];
    return sum;
}

/* Stake 2^(-i/2) of what is safe; 0.4 on the first, the rest in equal parts. */
static double capital_after(const double *odds, size_t n)
{
    double sum = 0;

    for (int i = 0; i < IFB_BETS; i++) {
        double one = i ? 0.6 / (IFB_BETS - 1) : 0.4;

        for (size_t k = 0; k < n; k++)
            one *= 1 + pow(2, -i / 2.0) * odds[k];
        sum += one;
    }
    return sum;
}

/* From a population the mean that is bet against stays; of a set it moves with what is left. */
static void capital_is_that_of_the_mixture(void **state)
{
    static const double up[] = { 1, 0.5, 0, -0.25 }, down[] = { -0.5, -0.25, 0, 0.125 };
    static const double of_set[] = { 1 / 1.0, (0.5 + 1 / 9.0) / (1 - 1 / 9.0) };
    struct ifb_bet b;

    (void)state;
    ifb_bet_open(&b, -1, 2, 1e-9, 0);  /* values 1, 0.5, 0, -0.25 */
    for (size_t k = 0; k < COUNT(up); k++)
        assert_int_equal(ifb_bet_add(&b, up[k]), IFB_BET_OPEN);
    assert_true(fabs(capital(b.above) - capital_after(up, COUNT(up))) < 1e-12);
    assert_true(fabs(capital(b.below) - capital_after(down, COUNT(down))) < 1e-12);
    ifb_bet_open(&b, -1, 2, 1e-9, 10);  /* values 1, 0.5: then the nine others must make -1 */
    ifb_bet_add(&b, 1);
    ifb_bet_add(&b, 0.5);
    assert_true(fabs(capital(b.above) - capital_after(of_set, COUNT(of_set))) < 1e-12);
}

/* Where nothing differs the margin m is cleared by (1 - m)^-k >= 40 / 0.4: as many as 90. */
static void what_never_differs_is_settled_by_the_largest_stake(void **state)
{
    struct ifb_bet b;
    int n = 0;

    (void)state;
    ifb_bet_open(&b, -0.95, 1.05, ALPHA / 2, 0);
    while (ifb_bet_add(&b, 0.05) == IFB_BET_OPEN)
        assert_true(++n < 1000);
    assert_int_equal(b.state, IFB_BET_ABOVE);
    assert_in_range(n + 1, 80, (int)ceil(log(1 / (ALPHA / 2) / 0.4) / -log(0.95)));
}

/* The mean of a finite set is known for sure when the rest cannot change it any more. */
static void the_end_of_a_finite_set_is_certain(void **state)
{
    static const struct {
        const char *values;  /* of ten, in order: 1 holds, 0 does not; limit 0.45 */
        int64_t settled;     /* after so many */
        enum ifb_bet_state want;
    } rows[] = {
        { "1111100000", 5, IFB_BET_ABOVE }, { "0000011111", 10, IFB_BET_ABOVE },
        { "0000001111", 6, IFB_BET_BELOW }, { "1111000000", 10, IFB_BET_BELOW },
        { "0101010101", 10, IFB_BET_ABOVE }, { "0101010100", 10, IFB_BET_BELOW },
    };

    (void)state;
    for (size_t r = 0; r < COUNT(rows); r++) {
        struct ifb_bet b;
        int64_t n = 0;

        ifb_bet_open(&b, -0.45, 0.55, 1e-9, 10);  /* so small that no bet is ever won */
        for (const char *v = rows[r].values; *v && !n; v++)
            if (ifb_bet_add(&b, *v - '0' - 0.45))
                n = b.n;
        if (b.state != rows[r].want || n != rows[r].settled)
            fail_msg("row %zu: state %d after %lld", r, (int)b.state, (long long)n);
    }
}

/* Limits that every value keeps, or none can pass: never a bet, only what is certain. */
static void limits_at_the_ends(void **state)
{
    struct ifb_bet b;

    (void)state;
    ifb_bet_open(&b, -1, 0, ALPHA, 50);  /* all must hold */
    for (int i = 0; i < 50; i++)
        assert_int_equal(ifb_bet_add(&b, 0), IFB_BET_OPEN);
    ifb_bet_open(&b, -1, 0, ALPHA, 50);
    assert_int_equal(ifb_bet_add(&b, 0), IFB_BET_OPEN);
    assert_int_equal(ifb_bet_add(&b, -1), IFB_BET_BELOW);
    assert_int_equal(ifb_bet_add(&b, 0), IFB_BET_BELOW);  /* the first answer stands */
    ifb_bet_open(&b, 0, 1, ALPHA, 0);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(ifb_bet_add(&b, 1), IFB_BET_OPEN);
}

/* ---- gates on items from a population ---- */

/* How items change: single answers, or prompts of one to three constraints. */
enum shape { SINGLE, LOOSE, TIED };

static struct ifb_pair draw(struct ifb_rng *rng, double up, double down)
{
    double u = ifb_rng_real(rng);

    return (struct ifb_pair){ u >= up && u < up + down, 1, u < up, 1 };
}

static struct ifb_pair draw_item(struct ifb_rng *rng, enum shape shape, double up, double down)
{
    double n = shape == SINGLE ? 1 : 1 + (double)ifb_rng_below(rng, 3);
    struct ifb_pair u = { 0, n, 0, n }, common = draw(rng, up, down);

    for (double i = 0; i < n; i++) {
        struct ifb_pair own = shape != LOOSE && (i == 0 || ifb_rng_below(rng, 2))
                                  ? common : draw(rng, up, down);

        u.base_hits += own.base_hits;
        u.cand_hits += own.cand_hits;
    }
    return u;
}

struct tally {
    int pass, fail;              /* of the sequential gate */
    int early_pass, early_fail;  /* before its end */
    int fixed_pass, fixed_fail, agree;
    double asked;                /* share of the items */
};

static int decide(const struct ifb_paired *p, double confidence, double margin)
{
    return -ifb_paired_lower(p, confidence) <= margin ? 1
           : -ifb_paired_upper(p, confidence) > margin ? 2 : 0;
}

static void gate_once(struct ifb_rng *rng, enum shape shape, int n, double up, double down,
                      double margin, struct tally *t)
{
    struct ifb_pair at[MOST];
    struct ifb_bet bet;
    struct ifb_paired p;
    double most = shape == SINGLE ? 1 : 3;
    int stop = n, fixed, verdict;

    ifb_bet_open(&bet, (margin - 1) * most, (margin + 1) * most, ALPHA / 2, 0);
    for (int i = 0; i < n; i++) {
        at[i] = draw_item(rng, shape, up, down);
        if (!bet.state &&
            ifb_bet_add(&bet, at[i].cand_hits - at[i].base_hits + margin * at[i].base_n))
            stop = i + 1;
    }
    p = ifb_paired_of(at, (size_t)n);
    fixed = decide(&p, 1 - ALPHA, margin);
    verdict = bet.state ? (int)bet.state : decide(&p, 1 - ALPHA / 2, margin);
    t->early_pass += bet.state == IFB_BET_ABOVE;
    t->early_fail += bet.state == IFB_BET_BELOW;
    t->pass += verdict == 1;
    t->fail += verdict == 2;
    t->fixed_pass += fixed == 1;
    t->fixed_fail += fixed == 2;
    t->agree += fixed == verdict;
    t->asked += (double)stop / n / ROUNDS;
}

struct world {
    enum shape shape;
    int n;
    double up, down, margin;
};

static struct tally simulate(const struct world *w, uint64_t seed)
{
    struct tally t = { 0 };
    struct ifb_rng rng;

    ifb_rng_seed(&rng, seed);
    for (int i = 0; i < ROUNDS; i++)
        gate_once(&rng, w->shape, w->n, w->up, w->down, w->margin, &t);
    return t;
}

static double share(int n)
{
    return (double)n / ROUNDS;
}

static void print_world(const struct world *w, const struct tally *t)
{
    static const char *const shapes[] = { "answers", "constraints", "tied constraints" };

    print_message("# %3d items of %-16s +%2.0f %% -%2.0f %%, margin %.0f %%: pass %.4f fail %.4f "
                  "(early %.4f %.4f), fixed %.4f %.4f, same %.2f, asked %3.0f %%\n", w->n,
                  shapes[w->shape], w->up * 100, w->down * 100, w->margin * 100, share(t->pass),
                  share(t->fail), share(t->early_pass), share(t->early_fail), share(t->fixed_pass),
                  share(t->fixed_fail), share(t->agree), t->asked * 100);
}

/*
 * The drop is the margin: a verdict either way is an error. Looking at every item, it is
 * made in 5 % of runs at most, in 2.5 % before the end.
 */
static void looking_errs_no_more_often_than_it_says(void **state)
{
    static const struct world rows[] = {
        { SINGLE, 541, 0.05, 0.10, 0.05 }, { SINGLE, 541, 0.15, 0.20, 0.05 },
        { SINGLE, 541, 0.00, 0.05, 0.05 }, { SINGLE, 541, 0.02, 0.03, 0.01 },
        { SINGLE, 120, 0.05, 0.15, 0.10 }, { SINGLE, 60, 0.20, 0.30, 0.10 },
        { LOOSE, 541, 0.05, 0.10, 0.05 },  { TIED, 541, 0.05, 0.10, 0.05 },
        { TIED, 300, 0.02, 0.07, 0.05 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct tally t = simulate(&rows[i], 900 + i);

        print_world(&rows[i], &t);
        if (!at_most(t.early_pass, ALPHA / 2) || !at_most(t.early_fail, ALPHA / 2) ||
            !at_most(t.pass, ALPHA) || !at_most(t.fail, ALPHA))
            fail_msg("row %zu errs more often", i);
    }
}

/* Off the margin: the right verdict nearly as often as the fixed gate, for fewer items. */
static void looking_saves_items(void **state)
{
    static const struct {
        struct world world;
        bool passes;
        double loses, asks;  /* at most: power against the fixed gate, share of the items */
    } rows[] = {
        { { SINGLE, 541, 0.00, 0.00, 0.05 }, true, 0.005, 0.2 },
        { { SINGLE, 541, 0.02, 0.02, 0.05 }, true, 0.01, 0.5 },
        { { SINGLE, 541, 0.05, 0.05, 0.05 }, true, 0.05, 0.75 },
        { { SINGLE, 541, 0.10, 0.10, 0.05 }, true, 0.12, 0.9 },
        { { SINGLE, 541, 0.10, 0.05, 0.05 }, true, 0.005, 0.4 },
        { { TIED, 541, 0.05, 0.05, 0.05 }, true, 0.05, 0.75 },
        { { SINGLE, 541, 0.02, 0.12, 0.05 }, false, 0.06, 0.75 },
        { { SINGLE, 541, 0.02, 0.17, 0.05 }, false, 0.01, 0.35 },
        { { SINGLE, 541, 0.05, 0.25, 0.05 }, false, 0.005, 0.25 },
        { { SINGLE, 120, 0.00, 0.20, 0.05 }, false, 0.02, 0.5 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct tally t = simulate(&rows[i].world, 400 + i);
        int found = rows[i].passes ? t.pass : t.fail;
        int fixed = rows[i].passes ? t.fixed_pass : t.fixed_fail;
        int wrong = rows[i].passes ? t.fail : t.pass;

        print_world(&rows[i].world, &t);
        if (share(fixed - found) > rows[i].loses || t.asked > rows[i].asks ||
            !at_most(wrong, ALPHA / 2))
            fail_msg("row %zu", i);
    }
}

/* ---- rules about the items of a run ---- */

struct finite {
    int above, below;
    double asked;
};

/* `hits` of n items hold, in random order; the limit lies between `wanted` - 1 and `wanted`. */
static struct finite simulate_set(int n, int hits, int wanted, uint64_t seed)
{
    struct finite out = { 0, 0, 0 };
    struct ifb_rng rng;

    ifb_rng_seed(&rng, seed);
    for (int round = 0; round < ROUNDS; round++) {
        double limit = (wanted - 0.5) / n;
        struct ifb_bet b;
        int left = hits, i = 0;

        ifb_bet_open(&b, -limit, 1 - limit, ALPHA, n);
        for (; i < n && !b.state; i++) {
            int hit = ifb_rng_below(&rng, (uint64_t)(n - i)) < (uint64_t)left;

            left -= hit;
            ifb_bet_add(&b, hit - limit);
        }
        out.above += b.state == IFB_BET_ABOVE;
        out.below += b.state == IFB_BET_BELOW;
        out.asked += (double)i / n / ROUNDS;
    }
    return out;
}

/* What the whole set would say is foretold wrongly in 5 % of orders at most. */
static void a_set_is_foretold(void **state)
{
    static const struct { int n, hits, wanted; double asks; } rows[] = {
        { 541, 432, 433, 1 }, { 541, 433, 433, 1 }, { 100, 79, 80, 1 }, { 100, 80, 80, 1 },
        { 80, 3, 4, 1 },      { 20, 9, 10, 1 },     { 541, 460, 433, 0.75 },
        { 541, 541, 433, 0.1 }, { 541, 380, 433, 0.55 }, { 541, 0, 433, 0.05 }, { 80, 0, 4, 0.75 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct finite f = simulate_set(rows[i].n, rows[i].hits, rows[i].wanted, 70 + i);
        bool holds = rows[i].hits >= rows[i].wanted;

        print_message("# %d of %d hold, %d wanted: above %.4f below %.4f, asked %.0f %%\n",
                      rows[i].hits, rows[i].n, rows[i].wanted, share(f.above), share(f.below),
                      f.asked * 100);
        assert_int_equal(f.above + f.below, ROUNDS);  /* at the end at the latest */
        if (!at_most(holds ? f.below : f.above, ALPHA) || f.asked > rows[i].asks)
            fail_msg("row %zu", i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(capital_is_that_of_the_mixture),
        cmocka_unit_test(what_never_differs_is_settled_by_the_largest_stake),
        cmocka_unit_test(the_end_of_a_finite_set_is_certain),
        cmocka_unit_test(limits_at_the_ends),
        cmocka_unit_test(looking_errs_no_more_often_than_it_says),
        cmocka_unit_test(looking_saves_items),
        cmocka_unit_test(a_set_is_foretold),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
