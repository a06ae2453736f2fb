/* SPDX-License-Identifier: Apache-2.0 */
/* The examples that document the checks, run; and what makes the table sound. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include <ifbench/check.h>

#include "harness/base/arena.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "tests/unit/pulled.h"

/* What is not there leaves its checks unscored: the examples of these are run where it is. */
static struct {
    struct ifb_arena *arena;
    struct ifb_resources res;
} pulled;

static int open_pulled(void **state)
{
    (void)state;
    pulled.arena = ifb_arena_new();
    load_pulled(pulled.arena, &pulled.res);
    return 0;
}

static int close_pulled(void **state)
{
    (void)state;
    ifb_arena_close(pulled.arena);
    return 0;
}

static enum ifb_outcome outcome_of(const struct ifb_check *c, const struct ifb_example *e)
{
    return can_run(c, &pulled.res) || e->outcome == IFB_ERROR ? e->outcome : IFB_UNSCORED;
}

static int run_example(const struct ifb_check *c, const struct ifb_example *e, size_t index)
{
    struct ifb_arena *arena = ifb_arena_new(), *scratch = ifb_arena_new();
    const struct ifb_json *args = NULL;
    struct ifb_constraint constraint;
    struct ifb_error err = { 0 };
    ifb_verdict strict = { 0 }, loose = { 0 };
    enum ifb_code code = ifb_json_parse(arena, ifb_str_of(e->args), 0, 1, &args, &err);
    int bad;

    if (!code)
        code = ifb_constraint_load(arena, ifb_str_of(c->id), args, &constraint, &err);
    if (!code) {
        ifb_constraint_score(&constraint, ifb_forms_new(arena, ifb_str_of(e->text), &pulled.res),
                             scratch, true, &strict, &loose);
        ifb_constraint_release(&constraint);
    }
    bad = code || strict.outcome != outcome_of(c, e) || !strict.why.len ||
          ifb_utf8_valid(strict.why) != strict.why.len;
    if (bad)
        print_error("%s, example %zu: found %s (%.*s%s), wanted %s\n", c->id, index,
                    ifb_outcome_name(strict.outcome), IFB_ARG(strict.why), err.msg,
                    ifb_outcome_name(outcome_of(c, e)));
    ifb_arena_close(scratch);
    ifb_arena_close(arena);
    return bad;
}

static void every_example_has_the_outcome_it_documents(void **state)
{
    int bad = 0, left_out = 0;

    (void)state;
    for (const struct ifb_check *c = ifb_check_next(NULL); c; c = ifb_check_next(c)) {
        if (c->needs & IFB_NEEDS_PULLED) {
            left_out++;  /* what it needs is data; the suite's own test runs them with it */
            continue;
        }
        for (size_t i = 0; c->examples[i].args; i++)
            bad += run_example(c, &c->examples[i], i);
    }
    print_message("%d checks need data: their examples are left out\n", left_out);
    assert_int_equal(bad, 0);
}

static void every_check_has_a_pass_a_fail_and_a_third_example(void **state)
{
    (void)state;
    for (const struct ifb_check *c = ifb_check_next(NULL); c; c = ifb_check_next(c)) {
        size_t n = 0, pass = 0, fail = 0;

        for (; c->examples && c->examples[n].args; n++) {
            pass += c->examples[n].outcome == IFB_PASS;
            fail += c->examples[n].outcome == IFB_FAIL;
        }
        if (n < 3 || !pass || !fail)
            fail_msg("%s: %zu examples, %zu pass, %zu fail", c->id, n, pass, fail);
    }
}

static void every_check_is_found_by_its_id_and_documented(void **state)
{
    size_t n = 0;

    (void)state;
    for (const struct ifb_check *c = ifb_check_next(NULL); c; c = ifb_check_next(c), n++) {
        size_t len = strlen(c->doc);

        assert_ptr_equal(ifb_check_find(ifb_str_of(c->id)), c);
        if (!len || len > 100 || c->doc[len - 1] == '.' || strchr(c->doc, '\n'))
            fail_msg("%s: doc \"%s\"", c->id, c->doc);
        for (const struct ifb_field *f = c->fields; f && f->name; f++)
            assert_true(f->doc && *f->doc && f->offset < c->args_size);
    }
    assert_true(n >= 25);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_example_has_the_outcome_it_documents),
        cmocka_unit_test(every_check_has_a_pass_a_fail_and_a_third_example),
        cmocka_unit_test(every_check_is_found_by_its_id_and_documented),
    };

    return cmocka_run_group_tests(tests, open_pulled, close_pulled);
}
