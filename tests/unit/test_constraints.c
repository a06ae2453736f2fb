/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments: what stops a load, what makes a constraint broken, and the library's checkers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <ifbench/check.h>

#include "harness/base/arena.h"
#include "harness/base/json.h"
#include "harness/base/str.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

/* `says` is part of the message of the load error, or of the reason why it is broken. */
static const struct {
    const char *id, *args;
    enum ifb_code code;
    const char *says;
} loads[] = {
    { "punctuation:no_comma", "{}", IFB_OK, NULL },
    { "punctuation:no_coma", "{}", IFB_EINPUT, "did you mean \"punctuation:no_comma\"?" },
    { "no_comma", "{}", IFB_EINPUT, "unknown check \"no_comma\"" },
    { "", "{}", IFB_EINPUT, "unknown check" },
    { "punctuation:no_comma", "[]", IFB_EINPUT, "an object" },
    { "punctuation:no_comma", "{\"strict\":true}", IFB_OK, "unknown argument \"strict\"" },
    { "punctuation:no_comma", "{\"strict\":null}", IFB_OK, NULL },
    { "length_constraints:number_words", "{\"num_words\":3.0,\"relation\":\"at least\"}", IFB_OK,
      NULL },
    { "length_constraints:number_words", "{\"num_words\":0,\"relation\":\"less than\"}", IFB_OK,
      NULL },
    { "length_constraints:number_words", "{\"num_words\":-1,\"relation\":\"less than\"}", IFB_OK,
      "num_words" },
    { "length_constraints:number_words", "{\"num_words\":\"3\",\"relation\":\"at least\"}",
      IFB_EINPUT, "length_constraints:number_words: num_words" },
    { "length_constraints:number_words", "{\"num_words\":null,\"relation\":\"at least\"}", IFB_OK,
      "num_words is missing" },
    { "length_constraints:number_words", "{\"num_words\":3,\"relation\":\"at most\"}", IFB_OK,
      "relation" },
    { "length_constraints:number_words", NULL, IFB_OK, "num_words is missing" },
    { "length_constraints:nth_paragraph_first_word",
      "{\"num_paragraphs\":2,\"nth_paragraph\":0,\"first_word\":\"a\"}", IFB_OK, "nth_paragraph" },
    { "length_constraints:nth_paragraph_first_word",
      "{\"num_paragraphs\":2,\"nth_paragraph\":3,\"first_word\":\"a\"}", IFB_OK, "nth_paragraph" },
    { "length_constraints:nth_paragraph_first_word",
      "{\"num_paragraphs\":2,\"nth_paragraph\":2,\"first_word\":\"a\"}", IFB_OK, NULL },
    { "language:response_language", "{\"language\":\"zh-cn\"}", IFB_OK, "language" },
    { "language:response_language", "{\"language\":\"ko\"}", IFB_OK, NULL },
    { "combination:repeat_prompt", "{\"prompt_to_repeat\":\"\"}", IFB_OK, "prompt_to_repeat" },
    { "combination:repeat_prompt", "{\"prompt_to_repeat\":\" \"}", IFB_OK, NULL },
    { "keywords:existence", "{\"keywords\":[]}", IFB_OK, "keywords is empty" },
    { "keywords:existence", "{\"keywords\":\"tea\"}", IFB_EINPUT, "keywords" },
    { "keywords:existence", "{\"keywords\":[\"tea\",1]}", IFB_EINPUT, "keywords" },
    { "keywords:existence", "{\"keywords\":[\"(\"]}", IFB_OK, NULL },  /* errs when run */
    { "keywords:forbidden_words", "{\"forbidden_words\":[]}", IFB_OK, "forbidden_words is empty" },
    { "keywords:frequency", "{\"keyword\":\"\",\"frequency\":1,\"relation\":\"at least\"}", IFB_OK,
      "keyword is empty" },
    { "keywords:letter_frequency",
      "{\"letter\":\"\xc4\xb0\",\"let_frequency\":1,\"let_relation\":\"at least\"}", IFB_OK,
      "letter" },
    { "change_case:capital_word_frequency",
      "{\"capital_frequency\":-1,\"capital_relation\":\"at least\"}", IFB_OK, NULL },
};

static void loads_stop_break_or_succeed(void **state)
{
    int bad = 0;

    (void)state;
    for (size_t i = 0; i < COUNT(loads); i++) {
        struct ifb_arena *arena = ifb_arena_new();
        struct ifb_constraint c = { .broken = { NULL, 0 } };
        const struct ifb_json *args = NULL;
        struct ifb_error err = { 0 };
        enum ifb_code code;
        const char *said;

        if (loads[i].args)
            assert_int_equal(ifb_json_parse(arena, ifb_str_of(loads[i].args), 0, 1, &args, &err),
                             IFB_OK);
        code = ifb_constraint_load(arena, ifb_str_of(loads[i].id), args, &c, &err);
        said = code ? err.msg : c.broken.len ? c.broken.ptr : NULL;
        if (code != loads[i].code || !said != !loads[i].says ||
            (said && !strstr(said, loads[i].says))) {
            print_error("row %zu: found %d \"%s\", wanted %d \"%s\"\n", i, (int)code,
                        said ? said : "", (int)loads[i].code, loads[i].says ? loads[i].says : "");
            bad++;
        }
        if (!code) {
            assert_true(ifb_str_is(c.id, loads[i].id));
            ifb_constraint_release(&c);
        }
        ifb_arena_close(arena);
    }
    assert_int_equal(bad, 0);
}

static void a_constraint_outlives_the_document_it_was_read_from(void **state)
{
    static const char text[] = "{ \"keywords\" : [\"tea\", \"\\u00e9\"] }";
    struct ifb_arena *arena = ifb_arena_new(), *lines = ifb_arena_new();
    ifb_str line = ifb_str_copy(lines, IFB_STR(text));
    ifb_str id = ifb_str_copy(lines, IFB_STR("keywords:existence"));
    const struct ifb_json *args = NULL;
    struct ifb_constraint c;
    struct ifb_error err;
    ifb_verdict strict, loose;

    (void)state;
    assert_int_equal(ifb_json_parse(lines, line, 0, 1, &args, &err), IFB_OK);
    assert_int_equal(ifb_constraint_load(arena, id, args, &c, &err), IFB_OK);
    memset((char *)line.ptr, 'X', line.len);
    memset((char *)id.ptr, 'X', id.len);
    ifb_arena_close(lines);
    assert_true(ifb_str_is(c.id, "keywords:existence"));
    assert_true(ifb_str_is(c.args_json, "{\"keywords\":[\"tea\",\"\xc3\xa9\"]}"));
    lines = ifb_arena_new();
    ifb_constraint_score(&c, ifb_forms_new(arena, IFB_STR("Tea \xc3\x89"), NULL), lines, true,
                         &strict, &loose);
    assert_int_equal(strict.outcome, IFB_PASS);
    assert_int_equal(strict.nat, 2);
    ifb_constraint_release(&c);
    ifb_arena_close(lines);
    ifb_arena_close(arena);
}

static void arguments_are_kept_compact_and_without_nulls(void **state)
{
    static const struct {
        const char *text, *kept;
    } rows[] = {
        { "{}", "{}" },
        { "{ \"N\": null }", "{}" },
        { "{ \"N\": 3.0, \"m\": null }", "{\"N\":3.0}" },
        { "{ \"m\": null, \"N\": 3, \"x\": [null, {\"y\": null}] }",
          "{\"N\":3,\"x\":[null,{\"y\":null}]}" },
        { "{ \"a\\\"b\": 1 }", "{\"a\\\"b\":1}" },  /* a key that must be escaped */
    };
    struct ifb_arena *arena = ifb_arena_new();

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct ifb_json *args = NULL;
        struct ifb_constraint c;
        struct ifb_error err;

        assert_int_equal(ifb_json_parse(arena, ifb_str_of(rows[i].text), 0, 1, &args, &err), IFB_OK);
        assert_int_equal(ifb_constraint_load(arena, IFB_STR("count:numbers"), args, &c, &err),
                         IFB_OK);
        if (!ifb_str_is(c.args_json, rows[i].kept))
            fail_msg("row %zu: %.*s, wanted %s", i, IFB_ARG(c.args_json), rows[i].kept);
        ifb_constraint_release(&c);
    }
    ifb_arena_close(arena);
}

#define ARGS_TEA "{\"keywords\":[\"tea\"]}"

static const struct {
    const char *id, *args;
    enum ifb_code code;
    ifb_str answer;
    enum ifb_outcome strict, loose;
} checkers[] = {
    { "keywords:existence", ARGS_TEA, IFB_OK, IFB_STR_INIT("Tea"), IFB_PASS, IFB_PASS },
    { "keywords:existence", ARGS_TEA, IFB_OK, IFB_STR_INIT("t*e*a"), IFB_FAIL, IFB_PASS },
    { "keywords:existence", ARGS_TEA, IFB_OK, IFB_STR_INIT("\xff\0tea\xc3"), IFB_PASS, IFB_PASS },
    { "keywords:existence", ARGS_TEA, IFB_OK, IFB_STR_INIT(""), IFB_FAIL, IFB_FAIL },
    { "keywords:existence", "{\"keywords\":[\"(\"]}", IFB_OK, IFB_STR_INIT("tea"), IFB_ERROR,
      IFB_ERROR },
    { "keywords:existence", "{\"keywords\":[\"(\"]}", IFB_OK, IFB_STR_INIT(" "), IFB_FAIL,
      IFB_FAIL },
    { "punctuation:no_comma", NULL, IFB_OK, IFB_STR_INIT("no, first\nnone"), IFB_FAIL, IFB_PASS },
    { "keywords:existence", "{\"keywords\":[]}", IFB_EINPUT, IFB_STR_INIT(""), 0, 0 },
    { "keywords:existence", "{\"keywords\":", IFB_EINPUT, IFB_STR_INIT(""), 0, 0 },
    { "keywords:existence", "{\"keywords\":[\"\xff\"]}", IFB_EINPUT, IFB_STR_INIT(""), 0, 0 },
    { "keywords:nonsense", NULL, IFB_EINPUT, IFB_STR_INIT(""), 0, 0 },
};

static void checkers_score_texts_as_they_come(void **state)
{
    int bad = 0;

    (void)state;
    for (size_t i = 0; i < COUNT(checkers); i++) {
        enum ifb_outcome strict = IFB_UNSCORED, loose = IFB_UNSCORED;
        struct ifb_checker *c = NULL;
        struct ifb_error err;
        enum ifb_code code = ifb_checker_new(checkers[i].id, checkers[i].args, &c, &err);

        if (!code)
            ifb_checker_run(c, checkers[i].answer.ptr, checkers[i].answer.len, &strict, &loose);
        if (code != checkers[i].code || strict != checkers[i].strict ||
            loose != checkers[i].loose || !c != !!code) {
            print_error("row %zu: found %d %s %s, wanted %d %s %s\n", i, (int)code,
                        ifb_outcome_name(strict), ifb_outcome_name(loose), (int)checkers[i].code,
                        ifb_outcome_name(checkers[i].strict), ifb_outcome_name(checkers[i].loose));
            bad++;
        }
        ifb_checker_close(c);
    }
    assert_int_equal(bad, 0);
}

static const struct {
    const char *expr;
    const char *says;  /* NULL: it loads */
    const char *answer;
    enum ifb_outcome strict, loose;
} expressions[] = {
    { "{\"all\":[{\"contains\":\"tea\"},{\"not\":\"punctuation:no_comma\"}]}", NULL,
      "tea, please", IFB_PASS, IFB_PASS },
    { "{\"all\":[{\"contains\":\"tea\"},{\"not\":\"punctuation:no_comma\"}]}", NULL, "tea",
      IFB_FAIL, IFB_FAIL },
    { "{\"contains\":\"tea\"}", NULL, "t*e*a", IFB_FAIL, IFB_PASS },
    { "\"punctuation:no_comma\"", NULL, "none", IFB_PASS, IFB_PASS },
    { "{\"each\":{\"unit\":\"line\",\"check\":{\"starts\":\"- \"}}}", NULL, "- a\n- b", IFB_PASS,
      IFB_PASS },
    { "{\"all\":[{\"contains\":", "line 1", NULL, 0, 0 },
    { "{\"all\":[\"punctuation:no_coma\"]}", "did you mean \"punctuation:no_comma\"", NULL, 0, 0 },
    { "{\"contains\":\"\xff\"}", "the expression is not UTF-8", NULL, 0, 0 },
    { "{}", "", NULL, 0, 0 }, { "", "", NULL, 0, 0 }, { "5", "", NULL, 0, 0 },
};

static void checkers_of_expressions(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(expressions); i++) {
        enum ifb_outcome strict = IFB_UNSCORED, loose = IFB_UNSCORED;
        struct ifb_checker *c = NULL;
        struct ifb_error err = { 0 };
        enum ifb_code code = ifb_checker_new_expression(expressions[i].expr, &c, &err);

        if (!code)
            ifb_checker_run(c, expressions[i].answer, strlen(expressions[i].answer), &strict,
                            &loose);
        if (code != (expressions[i].says ? IFB_EINPUT : IFB_OK) ||
            strict != expressions[i].strict || loose != expressions[i].loose || (code && !strstr(err.msg, expressions[i].says)))
            fail_msg("row %zu: %d '%s' %s %s", i, code, err.msg, ifb_outcome_name(strict),
                     ifb_outcome_name(loose));
        ifb_checker_close(c);
    }
}

static enum ifb_outcome outcome_of(const struct ifb_checker *c, const char *answer)
{
    enum ifb_outcome strict, loose;

    ifb_checker_run(c, answer, strlen(answer), &strict, &loose);
    return strict;
}

#define FEW_STOP_WORDS "{\"percentage\":10}"

/* What nothing stands in for is unscored, until there is a library. */
static void checkers_use_a_library(void **state)
{
    const char *dir = getenv("IFBENCH_DATA");
    struct ifb_checker *one, *many;
    struct ifb_library *lib, *empty;
    struct ifb_error err;

    (void)state;
    assert_int_equal(ifb_checker_new("ratio:stop_words", FEW_STOP_WORDS, &one, &err), IFB_OK);
    assert_int_equal(ifb_checker_new_expression("{\"not\":{\"ratio:stop_words\":" FEW_STOP_WORDS
                                                "}}", &many, &err), IFB_OK);
    assert_true(ifb_checker_needs(many) & IFB_NEEDS_STOPWORDS);
    assert_int_equal(ifb_checker_lacks(many), IFB_NEEDS_STOPWORDS);
    assert_int_equal(outcome_of(many, "the of and"), IFB_UNSCORED);
    assert_int_equal(ifb_library_open("/nowhere", NULL, ifb_checker_needs(one), &empty, &err),
                     IFB_OK);
    ifb_checker_use(one, empty);
    assert_int_equal(ifb_checker_lacks(one), IFB_NEEDS_STOPWORDS);
    assert_int_equal(outcome_of(one, "the of and"), IFB_UNSCORED);
    if (!dir)
        dir = "../shared/data";
    assert_int_equal(ifb_library_open(dir, NULL, IFB_NEEDS_STOPWORDS | IFB_NEEDS_PUNKT, &lib, &err),
                     IFB_OK);
    ifb_checker_use(one, lib);
    ifb_checker_use(many, lib);
    if (!ifb_checker_lacks(one)) {
        assert_int_equal(outcome_of(one, "the of and"), IFB_FAIL);
        assert_int_equal(outcome_of(many, "the of and"), IFB_PASS);
        assert_int_equal(outcome_of(one, "green tea leaves"), IFB_PASS);
    }
    ifb_checker_use(one, NULL);
    assert_int_equal(outcome_of(one, "green tea leaves"), IFB_UNSCORED);
    ifb_checker_close(one);
    ifb_checker_close(many);
    ifb_library_close(lib);
    ifb_library_close(empty);
    ifb_library_close(NULL);
    if (access(dir, F_OK) != 0)
        skip();
}

/* The reason that a single check gives, strict. */
static const struct {
    const char *id, *args, *answer, *why;
    unsigned from, to;  /* the first evidence; both 0 for none */
} reasons[] = {
    { "length_constraints:number_words", "{\"num_words\":300,\"relation\":\"at least\"}",
      "one two", "found 2 words, wanted at least 300", 0, 0 },
    { "keywords:existence", ARGS_TEA, "coffee", "'tea' not found", 0, 0 },
    { "keywords:forbidden_words", "{\"forbidden_words\":[\"tea\"]}", "no TEA",
      "found 'TEA', which is forbidden", 3, 6 },
    { "keywords:frequency", "{\"keyword\":\"tea\",\"frequency\":3,\"relation\":\"at least\"}",
      "a tea", "found 'tea' 1 times, wanted at least 3", 2, 5 },
    { "keywords:letter_frequency",
      "{\"letter\":\"#\",\"let_frequency\":4,\"let_relation\":\"at least\"}", "##",
      "found '#' 2 times, wanted at least 4 (not a letter from a to z: upstream draws one at "
      "random)", 0, 0 },
    { "detectable_content:number_placeholders", "{\"num_placeholders\":2}", "see [x]",
      "found 1 placeholders, wanted at least 2", 4, 7 },
    { "detectable_format:number_bullet_lists", "{\"num_bullets\":2}", "x\n\n * y\nz",
      "found 1 bullets, wanted 2", 4, 7 },
    { "punctuation:no_comma", "{}", "a,b", "found a comma, wanted none", 1, 2 },
    { "detectable_format:title", "{}", "<<T>>", "found '<<T>>'", 0, 5 },
};

static void reasons_state_found_and_wanted(void **state)
{
    int bad = 0;

    (void)state;
    for (size_t i = 0; i < COUNT(reasons); i++) {
        struct ifb_arena *arena = ifb_arena_new(), *scratch = ifb_arena_new();
        const struct ifb_json *args = NULL;
        struct ifb_constraint c;
        struct ifb_error err;
        ifb_verdict v, loose;
        unsigned from, to;

        assert_int_equal(ifb_json_parse(arena, ifb_str_of(reasons[i].args), 0, 1, &args, &err), 0);
        assert_int_equal(ifb_constraint_load(arena, ifb_str_of(reasons[i].id), args, &c, &err), 0);
        ifb_constraint_score(&c, ifb_forms_new(arena, ifb_str_of(reasons[i].answer), NULL), scratch,
                             true, &v, &loose);
        from = v.nat ? v.at[0].from : 0;
        to = v.nat ? v.at[0].to : 0;
        if (!ifb_str_is(v.why, reasons[i].why) || from != reasons[i].from || to != reasons[i].to) {
            print_error("row %zu: found \"%.*s\" %u %u, wanted \"%s\" %u %u\n", i, IFB_ARG(v.why),
                        from, to, reasons[i].why, reasons[i].from, reasons[i].to);
            bad++;
        }
        ifb_constraint_release(&c);
        ifb_arena_close(scratch);
        ifb_arena_close(arena);
    }
    assert_int_equal(bad, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loads_stop_break_or_succeed),
        cmocka_unit_test(a_constraint_outlives_the_document_it_was_read_from),
        cmocka_unit_test(arguments_are_kept_compact_and_without_nulls),
        cmocka_unit_test(checkers_score_texts_as_they_come),
        cmocka_unit_test(checkers_of_expressions),
        cmocka_unit_test(checkers_use_a_library),
        cmocka_unit_test(reasons_state_found_and_wanted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
