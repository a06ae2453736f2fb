/* SPDX-License-Identifier: Apache-2.0 */
/* Stored answers, looked up by their prompt. */
#include <ifbench/replay.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "harness/base/str.h"

static void test_last_answer_wins(void **state)
{
    struct ifb_replay *r = ifb_replay_new();
    char prompt[] = "p", response[] = "one";
    ifb_str found;

    (void)state;
    ifb_replay_add(r, ifb_str_of(prompt), ifb_str_of(response));
    prompt[0] = response[0] = '!';  /* both were copied */
    assert_true(ifb_replay_find(r, IFB_STR("p"), false, &found));
    assert_true(ifb_str_is(found, "one"));
    assert_int_equal(ifb_replay_doubled(r), 0);
    ifb_replay_add(r, IFB_STR("p"), IFB_STR("two"));
    assert_true(ifb_replay_find(r, IFB_STR("p"), false, &found));
    assert_true(ifb_str_is(found, "two"));
    assert_true(ifb_replay_find(r, IFB_STR("p"), true, &found));
    assert_true(ifb_str_is(found, "one"));
    assert_int_equal(ifb_replay_doubled(r), 1);
    ifb_replay_free(r);
    ifb_replay_free(NULL);
}

static void test_prompts_are_exact(void **state)
{
    struct ifb_replay *r = ifb_replay_new();
    ifb_str found;

    (void)state;
    ifb_replay_add(r, IFB_STR("a\0b"), IFB_STR("nul"));
    ifb_replay_add(r, IFB_STR("a"), IFB_STR("short"));
    ifb_replay_add(r, IFB_STR(""), IFB_STR("empty"));
    ifb_replay_add(r, IFB_STR("null"), (ifb_str){ NULL, 0 });
    ifb_replay_add(r, IFB_STR("blank"), IFB_STR(""));
    assert_true(ifb_replay_find(r, IFB_STR("a\0b"), false, &found) && ifb_str_is(found, "nul"));
    assert_true(ifb_replay_find(r, IFB_STR("a"), false, &found) && ifb_str_is(found, "short"));
    assert_true(ifb_replay_find(r, IFB_STR(""), false, &found) && ifb_str_is(found, "empty"));
    assert_true(ifb_replay_find(r, IFB_STR("null"), false, &found) && !found.ptr);
    assert_true(ifb_replay_find(r, IFB_STR("blank"), false, &found) && found.ptr && !found.len);
    assert_false(ifb_replay_find(r, IFB_STR("a a"), false, &found));
    assert_false(ifb_replay_find(r, IFB_STR("A"), false, &found));
    ifb_replay_free(r);
}

static void test_items_are_found_by_their_ids(void **state)
{
    struct ifb_replay *r = ifb_replay_new();
    ifb_str found;

    (void)state;
    assert_false(ifb_replay_find_item(r, IFB_STR("81"), 0, &found));
    ifb_replay_add_item(r, IFB_STR("81"), 0, IFB_STR("one"));
    ifb_replay_add_item(r, IFB_STR("81"), 1, IFB_STR("two"));
    ifb_replay_add_item(r, IFB_STR("8"), 11, IFB_STR("other"));
    assert_int_equal(ifb_replay_unused(r), 3);
    assert_true(ifb_replay_find_item(r, IFB_STR("81"), 0, &found) && ifb_str_is(found, "one"));
    assert_true(ifb_replay_find_item(r, IFB_STR("81"), 1, &found) && ifb_str_is(found, "two"));
    assert_false(ifb_replay_find_item(r, IFB_STR("81"), 2, &found));
    assert_false(ifb_replay_find(r, IFB_STR("81"), false, &found));
    ifb_replay_add_item(r, IFB_STR("81"), 0, IFB_STR("again"));
    assert_true(ifb_replay_find_item(r, IFB_STR("81"), 0, &found) && ifb_str_is(found, "again"));
    assert_int_equal(ifb_replay_unused(r), 1);
    ifb_replay_free(r);
}

/* White space is Python's; the exact prompt comes first whatever the order. */
static void test_the_second_try_is_stripped(void **state)
{
    struct ifb_replay *r = ifb_replay_new();
    ifb_str found;

    (void)state;
    ifb_replay_add(r, IFB_STR("a"), IFB_STR("bare"));
    ifb_replay_add(r, IFB_STR("a "), IFB_STR("spaced"));
    ifb_replay_add(r, IFB_STR("\xe2\x80\x83 b\n"), IFB_STR("wide"));
    assert_int_equal(ifb_replay_doubled(r), 0);
    assert_int_equal(ifb_replay_unused(r), 3);
    assert_true(ifb_replay_find(r, IFB_STR("a"), false, &found) && ifb_str_is(found, "bare"));
    assert_true(ifb_replay_find(r, IFB_STR("a "), false, &found) && ifb_str_is(found, "spaced"));
    assert_true(ifb_replay_find(r, IFB_STR("\na"), false, &found) && ifb_str_is(found, "spaced"));
    assert_true(ifb_replay_find(r, IFB_STR("b"), false, &found) && ifb_str_is(found, "wide"));
    assert_true(ifb_replay_find(r, IFB_STR(" b\xc2\xa0"), false, &found) && ifb_str_is(found, "wide"));
    assert_false(ifb_replay_find(r, IFB_STR("b\xe2\x80\x8b"), false, &found)); /* no white space */
    assert_int_equal(ifb_replay_unused(r), 0);
    ifb_replay_free(r);
}

static void test_many_and_the_unused(void **state)
{
    enum { N = 5000 };
    struct ifb_replay *r = ifb_replay_new();
    char prompt[32], response[32];
    ifb_str found;

    (void)state;
    for (int i = 0; i < N; i++) {
        snprintf(prompt, sizeof(prompt), "prompt %d", i);
        snprintf(response, sizeof(response), "response %d", i);
        ifb_replay_add(r, ifb_str_of(prompt), ifb_str_of(response));
        if (i == 0)  /* being asked for outlives the growth of the table */
            assert_true(ifb_replay_find(r, ifb_str_of(prompt), false, &found));
    }
    assert_int_equal(ifb_replay_unused(r), N - 1);
    for (int i = 0; i < N; i += 2) {
        snprintf(prompt, sizeof(prompt), "prompt %d", i);
        snprintf(response, sizeof(response), "response %d", i);
        assert_true(ifb_replay_find(r, ifb_str_of(prompt), false, &found));
        assert_true(ifb_str_is(found, response));
    }
    assert_int_equal(ifb_replay_unused(r), N / 2);
    ifb_replay_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_last_answer_wins),
        cmocka_unit_test(test_prompts_are_exact),
        cmocka_unit_test(test_items_are_found_by_their_ids),
        cmocka_unit_test(test_the_second_try_is_stripped),
        cmocka_unit_test(test_many_and_the_unused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
