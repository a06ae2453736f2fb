/* SPDX-License-Identifier: Apache-2.0 */
/* Grids of settings: their product, their labels, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "harness/engine/variants.h"

static void a_grid_is_the_product_of_its_parameters(void **state)
{
    static const ifb_str params[] = { IFB_STR_INIT("temperature=0, 0.7"),
                                      IFB_STR_INIT("seed=1,2,3") };
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_variants v;
    struct ifb_error err;

    (void)state;
    assert_int_equal(ifb_variants_make((struct ifb_strs){ params, 2 }, arena, &v, &err), IFB_OK);
    assert_int_equal(v.n, 6);
    assert_true(ifb_str_is(v.at[0].label, " temperature=0 seed=1"));
    assert_true(ifb_str_is(v.at[5].label, " temperature=0.7 seed=3"));
    assert_true(v.at[5].sampling.temperature == 0.7 && v.at[5].sampling.seed == 3);
    assert_true(v.at[4].sampling.top_p < 0 && v.at[4].sampling.max_tokens < 0);
    assert_int_equal(ifb_variants_make((struct ifb_strs){ params, 0 }, arena, &v, &err), IFB_OK);
    assert_int_equal(v.n, 1);
    assert_true(ifb_str_is(v.at[0].label, ""));
    ifb_arena_close(arena);
}

static void what_makes_no_grid_is_refused(void **state)
{
    static const struct {
        ifb_str params[2];
        size_t n;
        const char *said;
    } rows[] = {
        { { IFB_STR_INIT("temperature") }, 1, "wanted NAME=VALUE" },
        { { IFB_STR_INIT("heat=1") }, 1, "one of temperature" },
        { { IFB_STR_INIT("temperature=hot") }, 1, "temperature" },
        { { IFB_STR_INIT("temperature=11") }, 1, "temperature" },
        { { IFB_STR_INIT("temperature=0,,1") }, 1, "temperature" },
        { { IFB_STR_INIT("seed=1,1") }, 1, "1 is named twice" },
        { { IFB_STR_INIT("seed=1"), IFB_STR_INIT("seed=2") }, 2, "given twice" },
        { { IFB_STR_INIT("seed=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17"),
            IFB_STR_INIT("max_tokens=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16") }, 2,
          "more than 256" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ifb_arena *arena = ifb_arena_new();
        struct ifb_variants v;
        struct ifb_error err = { 0 };

        if (ifb_variants_make((struct ifb_strs){ rows[i].params, rows[i].n }, arena, &v, &err) !=
                IFB_EUSAGE || !strstr(err.msg, rows[i].said))
            fail_msg("row %zu: '%s', wanted '%s'", i, err.msg, rows[i].said);
        ifb_arena_close(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_grid_is_the_product_of_its_parameters),
        cmocka_unit_test(what_makes_no_grid_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
