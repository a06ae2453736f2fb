/* SPDX-License-Identifier: Apache-2.0 */
/* The named tokenisations of a text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include <ifbench/text.h>

#include "harness/base/arena.h"
#include "harness/base/str.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

typedef struct ifb_strs (*view_fn)(struct ifb_text *);

/* Pieces are joined by '|', which the texts do not hold. */
static const struct {
    const char *name;
    view_fn view;
    ifb_str raw;
    const char *joined;
} rows[] = {
    { "lines", ifb_text_lines, IFB_STR_INIT(""), "" },
    { "lines", ifb_text_lines, IFB_STR_INIT("a\nb"), "a|b" },
    { "lines", ifb_text_lines, IFB_STR_INIT("a\r\nb\n"), "a\r|b|" },
    { "lines", ifb_text_lines, IFB_STR_INIT("a\xe2\x80\xa8" "b"), "a\xe2\x80\xa8" "b" },
    { "paragraphs", ifb_text_paragraphs, IFB_STR_INIT("a\nb"), "a\nb" },
    { "paragraphs", ifb_text_paragraphs, IFB_STR_INIT("a\n\n\nb\n\n"), "a|\nb|" },
    { "fields", ifb_text_fields, IFB_STR_INIT(""), "" },
    { "fields", ifb_text_fields, IFB_STR_INIT("  a\xc2\xa0" "b \x1c c\n"), "a|b|c" },
    { "fields", ifb_text_fields, IFB_STR_INIT("a\xe2\x80\x8b" "b"), "a\xe2\x80\x8b" "b" },
    { "words", ifb_text_words, IFB_STR_INIT("don't, 3.5 x_1"), "don|t|3|5|x_1" },
    { "words", ifb_text_words, IFB_STR_INIT("e\xcc\x81t\xc3\xa9"), "e|t\xc3\xa9" },
    { "sentences", ifb_text_sentences, IFB_STR_INIT(" It rains. We stay!\n"),
      " It rains.|We stay!" },
    { "tokens", ifb_text_tokens, IFB_STR_INIT("I can't. \"No\""), "I|ca|n't|.|``|No|''" },
};

static ifb_str join(struct ifb_arena *arena, struct ifb_strs parts)
{
    ifb_str all = IFB_STR("");

    for (size_t i = 0; i < parts.n; i++)
        all = ifb_fmt(arena, "%.*s%s%.*s", IFB_ARG(all), i ? "|" : "", IFB_ARG(parts.at[i]));
    return all;
}

static void tokenisations_cut_as_named(void **state)
{
    int bad = 0;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ifb_arena *arena = ifb_arena_new();
        struct ifb_text *t = ifb_text_new(arena, rows[i].raw, NULL);
        struct ifb_strs parts = rows[i].view(t);
        ifb_str found = join(arena, parts);

        if (!ifb_str_is(found, rows[i].joined)) {
            print_error("row %zu, %s: found \"%.*s\", wanted \"%s\"\n", i, rows[i].name,
                        IFB_ARG(found), rows[i].joined);
            bad++;
        }
        assert_ptr_equal(rows[i].view(t).at, parts.at);  /* made once */
        ifb_arena_close(arena);
    }
    assert_int_equal(bad, 0);
}

static void strings_are_pythons(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_text *t = ifb_text_new(arena, IFB_STR("\xc2\xa0 \xc4\xb0K \n"), NULL);
    struct ifb_text *plain = ifb_text_new(arena, IFB_STR("small"), NULL);

    (void)state;
    assert_true(ifb_str_is(ifb_text_strip(t), "\xc4\xb0K"));
    assert_true(ifb_str_is(ifb_text_lower(t), "\xc2\xa0 i\xcc\x87k \n"));
    assert_ptr_equal(ifb_text_lower(plain).ptr, ifb_text_raw(plain).ptr);
    assert_ptr_equal(ifb_text_arena(t), arena);
    ifb_arena_close(arena);
}

static void nul_is_an_ordinary_character(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_text *t = ifb_text_new(arena, IFB_STR("a\0b\n\n\0c"), NULL);

    (void)state;
    assert_int_equal(ifb_text_lines(t).n, 3);
    assert_int_equal(ifb_text_lines(t).at[0].len, 3);
    assert_int_equal(ifb_text_words(t).n, 3);
    assert_int_equal(ifb_text_fields(t).n, 2);
    assert_int_equal(ifb_text_paragraphs(t).n, 2);
    assert_int_equal(ifb_text_strip(t).len, 7);
    ifb_arena_close(arena);
}

static void an_absent_text_is_an_empty_one(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_text *t = ifb_text_new(arena, (ifb_str){ NULL, 0 }, NULL);

    (void)state;
    assert_non_null(ifb_text_raw(t).ptr);
    assert_int_equal(ifb_text_lines(t).n, 1);
    assert_int_equal(ifb_text_fields(t).n, 0);
    assert_int_equal(ifb_text_sentences(t).n, 0);
    assert_int_equal(ifb_text_tokens(t).n, 0);
    assert_null(ifb_text_language(t).ptr);
    ifb_arena_close(arena);
}

static void language_is_found_unknown_or_absent(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_text *t =
        ifb_text_new(arena, IFB_STR("The weather in this part of the country is fine."), NULL);

    (void)state;
    assert_true(ifb_str_is(ifb_text_language(t), "en"));
    assert_null(ifb_text_language(ifb_text_new(arena, IFB_STR("1 2 3"), NULL)).ptr);
    ifb_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokenisations_cut_as_named),
        cmocka_unit_test(strings_are_pythons),
        cmocka_unit_test(nul_is_an_ordinary_character),
        cmocka_unit_test(an_absent_text_is_an_empty_one),
        cmocka_unit_test(language_is_found_unknown_or_absent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
