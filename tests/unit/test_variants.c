/* SPDX-License-Identifier: Apache-2.0 */
/* The loose forms: which are tried, in what order, and where their evidence lies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include <ifbench/check.h>

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/str.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

/* A check that writes down what it is shown, and marks the first `mark` in it. */
struct spy {
    struct ifb_buf seen;
    const char *pass_on, *err_on, *mark;
};

static enum ifb_outcome run_spy(const void *args, struct ifb_probe *p)
{
    struct spy *s = *(struct spy *const *)args;
    ifb_str text = ifb_text_raw(p->text);

    ifb_buf_fmt(&s->seen, "[%.*s]", IFB_ARG(text));
    ifb_why(p, "saw %zu bytes", text.len);
    if (s->mark) {
        size_t at = ifb_str_find(text, ifb_str_of(s->mark), 0);

        if (at != SIZE_MAX)
            ifb_mark(p, ifb_str_part(text, at, at + strlen(s->mark)));
    }
    if (s->err_on && ifb_str_is(text, s->err_on))
        return IFB_ERROR;
    return ifb_pass_if(s->pass_on && ifb_str_is(text, s->pass_on));
}

static const struct ifb_check spy_check = { .id = "test:spy", .doc = "a spy", .run = run_spy };

static void score(struct spy *spy, struct ifb_arena *cell, const char *answer, bool explain,
                  ifb_verdict *strict, ifb_verdict *loose)
{
    struct ifb_constraint c = { .check = &spy_check, .args = &spy };
    struct ifb_arena *scratch = ifb_arena_new();

    ifb_buf_init(&spy->seen, 1 << 16);
    ifb_constraint_score(&c, ifb_forms_new(cell, ifb_str_of(answer), NULL), scratch, explain,
                         strict, loose);
    ifb_arena_close(scratch);
}

static const struct {
    const char *answer, *seen;
} forms[] = {
    { "", "" },
    { " \n\xc2\xa0\n", "" },
    { "one", "[one]" },
    { "*one*", "[*one*][one]" },
    { "***", "[***]" },                           /* nothing but stars: form 2 is blank */
    { "a\nb", "[a\nb][b][a]" },
    { " a \n b ", "[ a \n b ][b][a]" },           /* strict is not stripped, slices are */
    { "a\nb\nc", "[a\nb\nc][b\nc][a\nb][b]" },
    { "a\nb\n", "[a\nb\n][b][a\nb]" },            /* 5 equals 3 */
    { "a\na", "[a\na][a]" },                      /* 4 equals 3 */
    { "*a\nb\nc", "[*a\nb\nc][a\nb\nc][b\nc][*a\nb][b][a\nb]" },
    { "a\n* b *\nc", "[a\n* b *\nc][a\n b \nc][* b *\nc][a\n* b *][* b *][ b \nc][a\n b ][ b ]" },
    { "a\r\nb", "[a\r\nb][b][a]" },
};

static void forms_come_in_upstreams_order_and_once(void **state)
{
    int bad = 0;

    (void)state;
    for (size_t i = 0; i < COUNT(forms); i++) {
        struct ifb_arena *cell = ifb_arena_new();
        struct spy spy = { .pass_on = NULL };
        ifb_verdict strict, loose;

        score(&spy, cell, forms[i].answer, false, &strict, &loose);
        if (!ifb_str_is(ifb_buf_view(&spy.seen), forms[i].seen) || strict.outcome != IFB_FAIL ||
            loose.outcome != IFB_FAIL) {
            print_error("row %zu: found %.*s, wanted %s\n", i, (int)spy.seen.len, spy.seen.ptr,
                        forms[i].seen);
            bad++;
        }
        ifb_buf_close(&spy.seen);
        ifb_arena_close(cell);
    }
    assert_int_equal(bad, 0);
}

static const struct {
    const char *answer, *pass_on, *err_on;
    enum ifb_outcome strict, loose;
    const char *seen;
} phases[] = {
    { "a\nb\nc", "a\nb\nc", NULL, IFB_PASS, IFB_PASS, "[a\nb\nc]" },
    { "a\nb\nc", "b\nc", NULL, IFB_FAIL, IFB_PASS, "[a\nb\nc][b\nc]" },
    { "a\nb\nc", NULL, "a\nb\nc", IFB_ERROR, IFB_ERROR, "[a\nb\nc]" },
    { "a\nb\nc", "b", "a\nb", IFB_FAIL, IFB_ERROR, "[a\nb\nc][b\nc][a\nb]" },
    { "a\nb\nc", "b\nc", "a\nb", IFB_FAIL, IFB_PASS, "[a\nb\nc][b\nc]" },
};

static void loose_stops_at_the_first_pass_or_error(void **state)
{
    int bad = 0;

    (void)state;
    for (size_t i = 0; i < COUNT(phases); i++) {
        struct ifb_arena *cell = ifb_arena_new();
        struct spy spy = { .pass_on = phases[i].pass_on, .err_on = phases[i].err_on };
        ifb_verdict strict, loose;

        score(&spy, cell, phases[i].answer, true, &strict, &loose);
        if (strict.outcome != phases[i].strict || loose.outcome != phases[i].loose ||
            !ifb_str_is(ifb_buf_view(&spy.seen), phases[i].seen)) {
            print_error("row %zu: found %s and %s after %.*s, wanted %s and %s after %s\n", i,
                        ifb_outcome_name(strict.outcome), ifb_outcome_name(loose.outcome),
                        (int)spy.seen.len, spy.seen.ptr, ifb_outcome_name(phases[i].strict),
                        ifb_outcome_name(phases[i].loose), phases[i].seen);
            bad++;
        }
        ifb_buf_close(&spy.seen);
        ifb_arena_close(cell);
    }
    assert_int_equal(bad, 0);
}

static const struct {
    const char *answer, *pass_on, *mark;
    unsigned from, to;
} spans[] = {
    { "a\nbc\nd", "a\nbc\nd", "bc", 2, 4 },
    { "a\nbc\nd", "bc\nd", "bc", 2, 4 },
    { "a\n  bc  \nd", "bc", "bc", 4, 6 },
    { "*a*bc*", "abc", "abc", 1, 5 },             /* from a to c, no star at either end */
    { "x\n**b*c**\nd", "bc", "bc", 4, 7 },
    { "**x**\n *b*\ny", "b", "b", 8, 9 },
    { "***\nab\n", "ab", "a", 4, 5 },
};

static void evidence_maps_back_to_the_answer(void **state)
{
    int bad = 0;

    (void)state;
    for (size_t i = 0; i < COUNT(spans); i++) {
        struct ifb_arena *cell = ifb_arena_new();
        struct spy spy = { .pass_on = spans[i].pass_on, .mark = spans[i].mark };
        ifb_verdict strict, loose;

        score(&spy, cell, spans[i].answer, true, &strict, &loose);
        if (loose.outcome != IFB_PASS || loose.nat != 1 || loose.at[0].from != spans[i].from ||
            loose.at[0].to != spans[i].to) {
            print_error("row %zu: %s, %u spans, found %u to %u, wanted %u to %u\n", i,
                        ifb_outcome_name(loose.outcome), loose.nat,
                        loose.nat ? loose.at[0].from : 0, loose.nat ? loose.at[0].to : 0,
                        spans[i].from, spans[i].to);
            bad++;
        }
        ifb_buf_close(&spy.seen);
        ifb_arena_close(cell);
    }
    assert_int_equal(bad, 0);
}

static void nothing_is_explained_unless_wanted(void **state)
{
    struct ifb_arena *cell = ifb_arena_new();
    struct spy spy = { .pass_on = "ab", .mark = "a" };
    ifb_verdict strict, loose;

    (void)state;
    score(&spy, cell, "ab", false, &strict, &loose);
    assert_int_equal(strict.outcome, IFB_PASS);
    assert_int_equal(strict.why.len + strict.nat, 0);
    ifb_buf_close(&spy.seen);
    score(&spy, cell, "ab", true, &strict, &loose);
    assert_true(ifb_str_is(loose.why, "saw 2 bytes"));
    assert_int_equal(loose.nat, 1);
    ifb_buf_close(&spy.seen);
    ifb_arena_close(cell);
}

static void a_blank_answer_and_broken_arguments_are_told(void **state)
{
    struct ifb_arena *cell = ifb_arena_new();
    struct spy spy = { .pass_on = "" };
    struct ifb_constraint broken = { .check = &spy_check, .broken = IFB_STR("n is missing") };
    ifb_verdict strict, loose;

    (void)state;
    score(&spy, cell, " \n ", true, &strict, &loose);
    assert_int_equal(strict.outcome, IFB_FAIL);
    assert_true(strict.why.len > 0);
    assert_int_equal(spy.seen.len, 0);
    ifb_constraint_score(&broken, ifb_forms_new(cell, IFB_STR(""), NULL), cell, true, &strict,
                         &loose);
    assert_int_equal(strict.outcome, IFB_ERROR);
    assert_int_equal(loose.outcome, IFB_ERROR);
    assert_true(ifb_str_is(loose.why, "n is missing"));
    ifb_buf_close(&spy.seen);
    ifb_arena_close(cell);
}

static enum ifb_outcome run_talker(const void *args, struct ifb_probe *p)
{
    ifb_str text = ifb_text_raw(p->text);

    for (size_t i = 0; i < 100; i++)
        ifb_mark(p, ifb_str_part(text, i, i + 1));
    ifb_why(p, "%s\n%.*s", (const char *)args, IFB_ARG(text));
    return IFB_PASS;
}

static void reasons_and_evidence_are_bounded(void **state)
{
    static const struct ifb_check talker = { .id = "test:talker", .run = run_talker };
    struct ifb_arena *cell = ifb_arena_new(), *scratch = ifb_arena_new();
    struct ifb_constraint c = { .check = &talker };
    char text[301], odd[] = "x", even[] = "xx";
    ifb_verdict strict, loose;

    (void)state;
    for (size_t i = 0; i < 300; i += 2)
        memcpy(text + i, "\xc3\xa9", 3);
    for (int i = 0; i < 2; i++) {
        c.args = i ? even : odd;
        ifb_constraint_score(&c, ifb_forms_new(cell, ifb_str_of(text), NULL), scratch, true,
                             &strict, &loose);
        assert_int_equal(strict.nat, IFB_SPANS_MAX);
        assert_in_range(strict.why.len, 200, 256);
        assert_memory_equal(strict.why.ptr + strict.why.len - 2, "\xc3\xa9", 2);
        assert_null(memchr(strict.why.ptr, '\n', strict.why.len));
    }
    ifb_arena_close(scratch);
    ifb_arena_close(cell);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms_come_in_upstreams_order_and_once),
        cmocka_unit_test(loose_stops_at_the_first_pass_or_error),
        cmocka_unit_test(evidence_maps_back_to_the_answer),
        cmocka_unit_test(nothing_is_explained_unless_wanted),
        cmocka_unit_test(a_blank_answer_and_broken_arguments_are_told),
        cmocka_unit_test(reasons_and_evidence_are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
