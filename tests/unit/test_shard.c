/* SPDX-License-Identifier: Apache-2.0 */
/* Shards of a plan: every sample in just one of them, evenly, under its own number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "harness/base/arena.h"
#include "harness/engine/plan.h"

#define EPOCHS 3
#define MODELS 2

static const struct ifb_suite suites[] = { { .id = "a" }, { .id = "b" }, { .id = "c" } };
static const size_t sizes[] = { 5, 1, 7 };
#define SUITES 3
#define ITEMS 13

static const struct ifb_message talk[] = { { IFB_USER, IFB_STR_INIT("q1"), NULL },
                                           { IFB_USER, IFB_STR_INIT("q2"), NULL } };

/* Every third item has two turns. */
static void make_plan(struct ifb_arena *a, struct ifb_plan *plan)
{
    struct ifb_suite_items *sets = ifb_new(a, struct ifb_suite_items, SUITES);
    struct ifb_model *models = ifb_new(a, struct ifb_model, MODELS);

    for (size_t s = 0; s < SUITES; s++) {
        sets[s] = (struct ifb_suite_items){ .suite = &suites[s], .n = sizes[s],
                                            .resident = sizes[s] };
        sets[s].items = ifb_new(a, struct ifb_item, sizes[s]);
        for (size_t i = 0; i < sizes[s]; i++)
            sets[s].items[i].prompt = (struct ifb_conversation){ talk, i % 3 ? 1 : 2 };
    }
    for (size_t m = 0; m < MODELS; m++)
        models[m].spec = m ? IFB_STR("m1") : IFB_STR("m0");
    ifb_plan_make(sets, SUITES, models, MODELS, EPOCHS, a, plan);
}

static void check_even(const struct ifb_plan *whole, const struct ifb_plan *shard, int64_t of)
{
    size_t items = shard->nsamples / (MODELS * EPOCHS);

    assert_int_equal(shard->nsamples % (MODELS * EPOCHS), 0);
    assert_true(items == ITEMS / (size_t)of || items == ITEMS / (size_t)of + 1);
    for (size_t c = 0; c < whole->ncells; c++) {
        size_t all = whole->cells[c].n / EPOCHS, mine = shard->cells[c].n / EPOCHS;

        assert_int_equal(shard->cells[c].n % EPOCHS, 0);
        assert_true(mine == all / (size_t)of || mine == all / (size_t)of + 1);
    }
}

/* The shard's samples are those of the whole that nobody had before; each is marked in `had`. */
static void take(const struct ifb_plan *whole, const struct ifb_plan *shard, bool *had)
{
    size_t at = 0;

    for (size_t c = 0; c < shard->ncells; c++) {
        assert_int_equal(shard->cells[c].first, at);
        for (size_t i = 0; i < shard->cells[c].n; i++, at++) {
            const struct ifb_sample_plan *s = &shard->samples[at];
            const struct ifb_sample_plan *w = ifb_plan_sample_of(whole, s->call);

            assert_int_equal(s->cell, c);
            assert_int_equal(s->call, w->call);
            assert_int_equal(s->number, w - whole->samples);
            assert_true(s->cell == w->cell && s->index == w->index && s->epoch == w->epoch);
            assert_false(had[w - whole->samples]);
            had[w - whole->samples] = true;
            assert_ptr_equal(ifb_plan_sample_of(shard, s->call + s->turns - 1u), s);
        }
    }
    assert_int_equal(at, shard->nsamples);
}

static void test_every_sample_is_in_one_shard(void **state)
{
    struct ifb_arena *a = ifb_arena_new();
    struct ifb_plan whole;

    (void)state;
    make_plan(a, &whole);
    assert_int_equal(ifb_plan_items(&whole), ITEMS);
    assert_int_equal(whole.nown, whole.ncalls);
    for (int64_t of = 1; of <= ITEMS; of++) {
        bool *had = ifb_new(a, bool, whole.nsamples);
        size_t asked = 0;

        for (int64_t i = 1; i <= of; i++) {
            struct ifb_plan shard;

            make_plan(a, &shard);
            ifb_plan_share(&shard, (struct ifb_shard){ i, of });
            check_even(&whole, &shard, of);
            take(&whole, &shard, had);
            assert_int_equal(shard.ncalls, whole.ncalls);
            assert_string_equal(shard.digest, whole.digest);
            asked += shard.nown;
        }
        assert_int_equal(asked, whole.ncalls);
        for (size_t i = 0; i < whole.nsamples; i++)
            assert_true(had[i]);
    }
    ifb_arena_close(a);
}

static void test_calls_of_others_are_not_its_own(void **state)
{
    struct ifb_arena *a = ifb_arena_new();
    struct ifb_plan whole, shard;

    (void)state;
    make_plan(a, &whole);
    make_plan(a, &shard);
    ifb_plan_share(&shard, (struct ifb_shard){ 2, 3 });
    for (uint32_t call = 0; call < whole.ncalls + 3; call++) {
        const struct ifb_sample_plan *w = ifb_plan_sample_of(&whole, call);
        bool own = w && ifb_plan_shard_of(&whole, w, 3) == 2;

        assert_true((ifb_plan_sample_of(&shard, call) != NULL) == own);
    }
    ifb_arena_close(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_sample_is_in_one_shard),
        cmocka_unit_test(test_calls_of_others_are_not_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
