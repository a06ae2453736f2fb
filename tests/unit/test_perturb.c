/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Perturbed prompts: HELM's own test strings, all cases of ../shared/data/helm, names, lists that
 * are not there or not what they should be, and large texts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include <ifbench/perturb.h>

#include "harness/base/arena.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/pyrandom.h"
#include "harness/base/str.h"
#include "harness/base/unistr.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static struct ifb_arena *arena;
static const char *folder;
static struct ifb_perturb_lists *lists;

static int set_up(void **state)
{
    const char *set = getenv("IFBENCH_DATA");
    struct ifb_error err;

    (void)state;
    arena = ifb_arena_new();
    folder = ifb_path_join(arena, set ? set : "../shared/data", "helm");
    if (ifb_perturb_open(folder, arena, &lists, &err))
        fail_msg("%s", err.msg);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    ifb_perturb_close(lists);
    ifb_arena_close(arena);
    return 0;
}

static ifb_str perturbed(const char *name, ifb_str id, int64_t seed, ifb_str text)
{
    struct ifb_error err = { .code = IFB_OK };
    struct ifb_perturbation p;
    ifb_str out = { NULL, 0 };

    if (ifb_perturbation_read(ifb_str_of(name), &p, &err) ||
        ifb_perturb(p, lists, id, seed, text, arena, &out, &err))
        fail_msg("%s: %s", name, err.msg);
    return out;
}

/* ---- what HELM gives ---- */

static void letters_and_blanks_need_no_list(void **state)
{
    static const struct { const char *name, *in, *out; } rows[] = {
        { "typos0.1", "After their marriage, she started a close collaboration with Karvelas.",
          "After tjeir marriage, she xrwrted a cloae dollabpration with Iarvwlas." },
        { "typos0", "Was \xc4\xb0 \xe1\xba\x9e \xe2\x84\xa6 \xc3\x89",
          "Was I\xcc\x87 SS \xce\xa9 \xc3\x89" },
        { "lowercase", "Hello World \xce\x91\xce\xa3", "hello world \xce\xb1\xcf\x82" },
        { "extra_space2", "a b  c\td", "a  b    c\td" },
        { "extra_space1", "a b", "a b" },
        { "space1", "a  b   c", "a b c" },
        { "typos0.5", "", "" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        ifb_str out = perturbed(rows[i].name, IFB_STR("id0"), -1, ifb_str_of(rows[i].in));

        if (!ifb_str_is(out, rows[i].out))
            fail_msg("%s: got \"%.*s\"", rows[i].name, IFB_ARG(out));
    }
}

static void every_case_of_the_data_comes_out_the_same(void **state)
{
    char *path = ifb_path_join(arena, folder, "perturbation_golden.jsonl.gz");
    struct ifb_arena *scratch = ifb_arena_new();
    struct ifb_lines *lines;
    struct ifb_error err;
    ifb_str line;
    bool more;
    size_t n = 0, wrong = 0;

    (void)state;
    if (!ifb_file_exists(path)) {
        print_message("no %s\n", path);
        ifb_arena_close(scratch);
        skip();
    }
    assert_int_equal(ifb_lines_open(path, &lines, &err), IFB_OK);
    while (!ifb_lines_next(lines, &line, &more, &err) && more) {
        const struct ifb_json *row;
        ifb_str name, got;

        assert_int_equal(ifb_json_parse(scratch, line, 0, 1, &row, &err), IFB_OK);
        name = ifb_json_str(row, "perturbation");
        got = perturbed(ifb_cstr(scratch, name), ifb_json_str(row, "id"),
                        ifb_json_int(row, "seed", -1), ifb_json_str(row, "input"));
        if (!ifb_str_eq(got, ifb_json_str(row, "output")) && wrong++ < 5)
            print_message("line %zu, %.*s: got \"%.*s\", wanted \"%.*s\"\n", n + 1, IFB_ARG(name),
                          IFB_ARG(got), IFB_ARG(ifb_json_str(row, "output")));
        n++;
        ifb_arena_reset(scratch);
    }
    ifb_lines_close(lines);
    ifb_arena_close(scratch);
    print_message("%zu cases, %zu wrong\n", n, wrong);
    assert_int_equal(wrong, 0);
    assert_true(n > 1000);
}

/* ---- names ---- */

static void names_have_numbers_in_their_bounds(void **state)
{
    static const struct { const char *name; int kind; double number; } rows[] = {
        { "typos", IFB_TYPOS, 0.1 },
        { "typos0.01", IFB_TYPOS, 0.01 },
        { "typos1", IFB_TYPOS, 1 },
        { "space", IFB_SPACE, 3 },
        { "space7", IFB_SPACE, 7 },
        { "extra_space", IFB_EXTRA_SPACE, 2 },
        { "mild_mix", IFB_MILD_MIX, 0 },
        { "gender_terms0.5", IFB_GENDER_TERMS, 0.5 },
        { "typos2", -1, 0 },        { "typos-0.1", -1, 0 },  { "typosx", -1, 0 },
        { "typosnan", -1, 0 },      { "space0", -1, 0 },     { "space1.5", -1, 0 },
        { "space101", -1, 0 },      { "lowercase1", -1, 0 }, { "", -1, 0 },
        { "mild_mix0.1", -1, 0 },   { "Typos", -1, 0 },
    };
    struct ifb_perturbation p;
    struct ifb_error err;
    size_t n = 0;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        enum ifb_code code = ifb_perturbation_read(ifb_str_of(rows[i].name), &p, &err);

        if (!code != (rows[i].kind >= 0) || (code && code != IFB_EUSAGE) ||
            (!code && ((int)p.kind != rows[i].kind || p.number != rows[i].number)))
            fail_msg("%s", rows[i].name);
    }
    for (const struct ifb_perturb_name *m = NULL; (m = ifb_perturb_next(m)) != NULL; n++) {
        assert_int_equal(ifb_perturbation_read(ifb_str_of(m->name), &p, &err), IFB_OK);
        assert_int_equal(p.kind, m->kind);
    }
    assert_int_equal(n, IFB_MILD_MIX + 1);
}

/* ---- lists ---- */

static void lists_that_are_not_there_are_named(void **state)
{
    struct ifb_perturb_lists *none;
    struct ifb_error err;
    ifb_str out;

    (void)state;
    assert_int_equal(ifb_perturb_open(NULL, arena, &none, &err), IFB_OK);
    for (const struct ifb_perturb_name *m = NULL; (m = ifb_perturb_next(m)) != NULL;) {
        struct ifb_perturbation p = { m->kind, m->number };
        enum ifb_code code = ifb_perturb(p, none, IFB_STR("id0"), -1, IFB_STR("a b"), arena, &out,
                                         &err);

        assert_int_equal(code, m->list ? IFB_EINPUT : IFB_OK);
        if (code)
            assert_non_null(strstr(err.msg, m->list));
    }
    ifb_perturb_close(none);
}

/* A folder with one list in it. */
static enum ifb_code open_list(const char *name, const char *text, struct ifb_perturb_lists **out,
                               struct ifb_error *err)
{
    char at[] = "/tmp/ifb-perturb-XXXXXX";
    char *path;
    enum ifb_code code;

    assert_non_null(mkdtemp(at));
    path = ifb_path_join(arena, at, name);
    assert_int_equal(ifb_file_write(path, ifb_str_of(text), err), IFB_OK);
    code = ifb_perturb_open(at, arena, out, err);
    unlink(path);
    rmdir(at);
    return code;
}

static void lists_that_are_none_are_refused(void **state)
{
    static const struct { const char *name, *text; } rows[] = {
        { "contractions.json", "[]" },
        { "contractions.json", "{" },
        { "contractions.json", "{}" },
        { "contractions.json", "{\"a\": 1}" },
        { "contractions.json", "{\"\": \"b\"}" },
        { "contractions.json", "{\"a\": \"\xff\"}" },
        { "correct_to_misspelling.json", "{\"a\": []}" },
        { "correct_to_misspelling.json", "{\"a\": \"b\"}" },
        { "correct_to_misspelling.json", "{\"a\": [1]}" },
        { "correct_to_misspelling.json", "{\"\": [\"b\"]}" },
        { "fillers.json", "{\"a\": 1}" },
        { "fillers.json", "{\"a\": [1]}" },
        { "gender_mappings.json", "{\"order\": [\"male\"], \"terms\": []}" },
        { "gender_mappings.json", "{\"order\": [\"male\", \"female\"], \"terms\": [[1, 2]], "
          "\"pronouns\": []}" },
        { "gender_mappings.json", "{\"order\": [\"male\", \"female\"], \"terms\": [[\"a\"]], "
          "\"pronouns\": [[\"he\", \"she\"]]}" },
    };
    struct ifb_perturb_lists *made;
    struct ifb_error err;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (open_list(rows[i].name, rows[i].text, &made, &err) != IFB_EINPUT)
            fail_msg("%s was taken", rows[i].text);
        if (!strstr(err.msg, rows[i].name))
            fail_msg("%s: %s", rows[i].text, err.msg);
        assert_null(made);
    }
}

static void words_of_a_list_are_no_patterns(void **state)
{
    struct ifb_perturbation expand = { IFB_EXPANSION, 0 };
    struct ifb_perturb_lists *made;
    struct ifb_error err;
    ifb_str out;

    (void)state;
    assert_int_equal(open_list("contractions.json", "{\"a.b\": \"x\", \"c|d\": \"y\"}", &made,
                               &err), IFB_OK);
    assert_int_equal(ifb_perturb(expand, made, IFB_STR("i"), -1, IFB_STR("aab A.B c c|d"), arena,
                                 &out, &err), IFB_OK);
    assert_true(ifb_str_is(out, "aab X c y"));  /* "A.B" is not all capitals */
    ifb_perturb_close(made);
}

/* ---- what it stands on ---- */

static void capitals_are_pythons(void **state)
{
    static const struct { const char *in, *out; } rows[] = {
        { "", "" }, { "abc1", "ABC1" }, { "ABC", "ABC" }, { "stra\xc3\x9f" "e", "STRASSE" },
        { "\xef\xac\x83", "FFI" }, { "\xc7\x85", "\xc7\x84" }, { "\xcf\x82", "\xce\xa3" },
        { "i\xcc\x87", "I\xcc\x87" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (!ifb_str_is(ifb_upper(arena, ifb_str_of(rows[i].in)), rows[i].out))
            fail_msg("row %zu", i);
}

static void numbers_are_drawn_below(void **state)
{
    struct ifb_mt mt;
    size_t counts[5] = { 0 };

    (void)state;
    ifb_py_seed(&mt, IFB_STR("id0"), arena);
    for (size_t i = 0; i < 5000; i++)
        counts[ifb_py_below(&mt, 5)]++;
    for (size_t i = 0; i < 5; i++)
        assert_true(counts[i] > 800 && counts[i] < 1200);
    for (size_t i = 0; i < 100; i++) {
        assert_int_equal(ifb_py_below(&mt, 1), 0);
        assert_true(ifb_py_below(&mt, UINT32_MAX) < UINT32_MAX);
    }
}

static void large_texts_end(void **state)
{
    static const char *const pieces[] = { " ", "is not ", "accommodate ", "\xc3\xa9", "'" };
    struct ifb_error err;

    (void)state;
    for (size_t k = 0; k < COUNT(pieces); k++) {
        size_t len = strlen(pieces[k]), n = ((size_t)1 << 16) / len;
        char *text = ifb_alloc_raw(arena, n * len);

        for (size_t i = 0; i < n; i++)
            memcpy(text + i * len, pieces[k], len);
        for (const struct ifb_perturb_name *m = NULL; (m = ifb_perturb_next(m)) != NULL;) {
            struct ifb_perturbation p = { m->kind, m->number };
            ifb_str out;
            enum ifb_code code = ifb_perturb(p, lists, IFB_STR("i"), -1, (ifb_str){ text, n * len },
                                             arena, &out, &err);

            if (code && code != IFB_ELIMIT && code != IFB_EINPUT)
                fail_msg("%s: %s", m->name, err.msg);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letters_and_blanks_need_no_list),
        cmocka_unit_test(every_case_of_the_data_comes_out_the_same),
        cmocka_unit_test(names_have_numbers_in_their_bounds),
        cmocka_unit_test(lists_that_are_not_there_are_named),
        cmocka_unit_test(lists_that_are_none_are_refused),
        cmocka_unit_test(words_of_a_list_are_no_patterns),
        cmocka_unit_test(capitals_are_pythons),
        cmocka_unit_test(numbers_are_drawn_below),
        cmocka_unit_test(large_texts_end),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
