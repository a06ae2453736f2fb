/* SPDX-License-Identifier: Apache-2.0 */
/* Reasoning is taken off an answer, and only reasoning. */
#include "harness/engine/think.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "harness/base/arena.h"
#include "harness/base/str.h"

#define LONG "<think>,</think>", "<thinking>,</thinking>"
#define CHANNEL "<|channel|>analysis<|message|>,<|end|>"

enum kind { PLAIN, REMOVED, INCOMPLETE };

static const struct {
    const char *tags[3];  /* none: the default */
    const char *text;
    enum kind kind;
    const char *answer, *reasoning;
} rows[] = {
    { { 0 }, "<think>hm</think>yes", REMOVED, "yes", "hm" },
    { { 0 }, "<think>\nhm\n</think>\n\n yes \n", REMOVED, "yes \n", "\nhm\n" },
    { { 0 }, " \n\t<think>hm</think>yes", REMOVED, "yes", "hm" },
    { { 0 }, "\u00a0<think>hm</think>\u3000yes", REMOVED, "yes", "hm" },
    { { 0 }, "<think></think>", REMOVED, "", "" },
    { { 0 }, "<think>\n\n</think>\n\nyes", REMOVED, "yes", "\n\n" },
    { { 0 }, "<think>hm</think> \n", REMOVED, "", "hm" },
    /* the template wrote the opening mark */
    { { 0 }, "hm</think>yes", REMOVED, "yes", "hm" },
    { { 0 }, "</think>yes", REMOVED, "yes", "" },
    { { 0 }, "hm</think>", REMOVED, "", "hm" },
    { { 0 }, "hm</think>a</think>b", REMOVED, "a</think>b", "hm" },
    { { 0 }, "hm</think>a<think>b</think>c", REMOVED, "a<think>b</think>c", "hm" },
    { { 0 }, "hm</think> <think>more</think> yes", REMOVED, "yes", "hm</think> <think>more" },
    /* cut off while thinking */
    { { 0 }, "<think>hm", INCOMPLETE, "", "hm" },
    { { 0 }, "<think>", INCOMPLETE, "", "" },
    { { 0 }, "\n<think>hm</thin", INCOMPLETE, "", "hm</thin" },
    { { 0 }, "<think>a</think>\n<think>b", INCOMPLETE, "", "a</think>\n<think>b" },
    { { 0 }, "hm</think><think>b", INCOMPLETE, "", "hm</think><think>b" },
    /* one block behind another; marks within the reasoning */
    { { 0 }, "<think>a</think>\n<think>b</think>\nyes", REMOVED, "yes", "a</think>\n<think>b" },
    { { 0 }, "<think>a<think>b</think>yes", REMOVED, "yes", "a<think>b" },
    { { 0 }, "<think>a</think>b</think>c", REMOVED, "b</think>c", "a" },
    /* an answer that speaks of marks */
    { { 0 }, "Write <think>x</think> first", PLAIN, "Write <think>x</think> first", NULL },
    { { 0 }, "The mark is <think>", PLAIN, "The mark is <think>", NULL },
    { { 0 }, "  plain\n", PLAIN, "  plain\n", NULL },
    { { 0 }, "<Think>x</Think>y", PLAIN, "<Think>x</Think>y", NULL },
    { { 0 }, "<thinking>x</thinking>y", PLAIN, "<thinking>x</thinking>y", NULL },
    { { 0 }, "", PLAIN, "", NULL },
    { { 0 }, NULL, PLAIN, NULL, NULL },
    /* marks of the user's */
    { { "[T],[/T]" }, "[T]a[/T]b", REMOVED, "b", "a" },
    { { "[T],[/T]" }, "<think>a</think>b", PLAIN, "<think>a</think>b", NULL },
    { { LONG }, "<thinking>a</think>b</thinking>c", REMOVED, "c", "a</think>b" },
    { { LONG }, "<think>a</thinking>b</think>c", REMOVED, "c", "a</thinking>b" },
    { { LONG }, "a</thinking>b</think>c", REMOVED, "b</think>c", "a" },
    { { LONG }, "<think>a</think><thinking>b</thinking>c", REMOVED, "c", "a</think><thinking>b" },
    { { LONG }, "<thinking>a", INCOMPLETE, "", "a" },
    { { "<t,X", "<t>,Y" }, "<t>aXbYc", REMOVED, "c", "aXb" },  /* the longer opening mark */
    { { CHANNEL }, "<|channel|>analysis<|message|>a<|end|>b", REMOVED, "b", "a" },
    { { "##,##" }, "##a##b", REMOVED, "b", "a" },
    { { "##,##" }, "a##b", PLAIN, "a##b", NULL },
};

static bool same(ifb_str found, const char *wanted)
{
    return wanted ? found.ptr && ifb_str_is(found, wanted) : !found.ptr;
}

static void test_split(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ifb_str tags[3];
        struct ifb_strs list = { tags, 0 };
        struct ifb_think t;
        struct ifb_error err;
        struct ifb_thought got;

        while (list.n < 3 && rows[i].tags[list.n]) {
            tags[list.n] = ifb_str_of(rows[i].tags[list.n]);
            list.n++;
        }
        assert_int_equal(ifb_think_read((ifb_str){ NULL, 0 }, list, arena, &t, &err), IFB_OK);
        got = ifb_think_split(&t, ifb_str_of(rows[i].text));
        if (!same(got.answer, rows[i].answer) || !same(got.reasoning, rows[i].reasoning) ||
            got.removed != (rows[i].kind == REMOVED) ||
            got.incomplete != (rows[i].kind == INCOMPLETE))
            fail_msg("row %zu '%s': answer '%.*s', reasoning '%.*s', removed %d, incomplete %d", i,
                     rows[i].text, IFB_ARG(got.answer), IFB_ARG(got.reasoning), got.removed,
                     got.incomplete);
    }
    ifb_arena_close(arena);
}

static void test_nul_in_the_text(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_think t;
    struct ifb_thought got;
    struct ifb_error err;

    (void)state;
    ifb_think_read(IFB_STR("strip"), (struct ifb_strs){ NULL, 0 }, arena, &t, &err);
    got = ifb_think_split(&t, IFB_STR("<think>a\0b</think>c\0d"));
    assert_int_equal(got.reasoning.len, 3);
    assert_int_equal(got.answer.len, 3);
    ifb_arena_close(arena);
}

static void test_settings(void **state)
{
    static const struct {
        const char *what, *tag;
        enum ifb_code code;
        bool keep;
    } settings[] = {
        { NULL, NULL, IFB_OK, false },
        { "strip", NULL, IFB_OK, false },
        { "keep", NULL, IFB_OK, true },
        { "maybe", NULL, IFB_EUSAGE, false },
        { NULL, "<a>,</a>", IFB_OK, false },
        { NULL, "<a>", IFB_EUSAGE, false },
        { NULL, "<a>,", IFB_EUSAGE, false },
        { NULL, ",</a>", IFB_EUSAGE, false },
    };
    struct ifb_arena *arena = ifb_arena_new();
    ifb_str many[IFB_THINK_TAGS_MAX + 1];
    struct ifb_think t;
    struct ifb_error err;

    (void)state;
    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
        ifb_str tag = ifb_str_of(settings[i].tag);
        enum ifb_code code = ifb_think_read(ifb_str_of(settings[i].what),
                                            (struct ifb_strs){ &tag, tag.ptr != NULL }, arena, &t,
                                            &err);

        if (code != settings[i].code || (!code && t.keep != settings[i].keep))
            fail_msg("row %zu: code %d, keep %d", i, code, t.keep);
    }
    for (size_t i = 0; i <= IFB_THINK_TAGS_MAX; i++)
        many[i] = IFB_STR("<a>,</a>");
    assert_int_equal(ifb_think_read(IFB_STR("strip"), (struct ifb_strs){ many, IFB_THINK_TAGS_MAX },
                                    arena, &t, &err), IFB_OK);
    assert_int_equal(ifb_think_read(IFB_STR("strip"),
                                    (struct ifb_strs){ many, IFB_THINK_TAGS_MAX + 1 }, arena, &t,
                                    &err), IFB_EUSAGE);
    ifb_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_split),
        cmocka_unit_test(test_nul_in_the_text),
        cmocka_unit_test(test_settings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
