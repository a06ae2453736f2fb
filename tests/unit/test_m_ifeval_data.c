/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The data files that M-IFEval's checks read: rules of our own that show how the
 * Spanish tokenizer works, and files that are refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <ifbench/check.h>

#include "harness/base/arena.h"
#include "harness/base/json.h"
#include "harness/base/regex.h"
#include "harness/base/str.h"
#include "harness/engine/resources.h"

static void spanish_rules_that_make_no_sense_are_refused(void **state)
{
    static const struct {
        const char *json, *says;
    } rows[] = {
        { "", "" },
        { "[]", "prefix" },
        { "{\"prefix\":\"^(\"}", "prefix" },
        { "{\"prefix\":\"^a\",\"suffix\":1}", "suffix" },
        { "{\"prefix\":\"^a\",\"suffix\":\"a$\",\"infix\":\"-\",\"url\":\"^x\"}", "specials" },
        { "{\"prefix\":\"^a\",\"suffix\":\"a$\",\"infix\":\"-\",\"url\":\"^x\","
          "\"specials\":{\"a\":\"a\"}}", "pieces" },
        { "{\"prefix\":\"^a\",\"suffix\":\"a$\",\"infix\":\"-\",\"url\":\"^x\","
          "\"specials\":{\"a\":[1]}}", "pieces" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ifb_arena *arena = ifb_arena_new();
        struct ifb_es_tokenizer *t = NULL;
        struct ifb_error err = { 0 };

        assert_int_equal(ifb_es_tokenizer_load(ifb_str_of(rows[i].json), arena, &t, &err),
                         IFB_EINPUT);
        assert_non_null(strstr(err.msg, rows[i].says));
        assert_null(t);
        ifb_arena_close(arena);
    }
}

/* Rules of our own: how affixes, infixes, URLs and special cases meet. */
static void spanish_words_are_counted_by_the_rules_of_the_file(void **state)
{
    static const char json[] =
        "{\"prefix\":\"^[(¿]\",\"suffix\":\"[)?.:*]$|\\\\.\\\\.+$\",\"infix\":\"-\","
        "\"url\":\"^w\\\\.\\\\S+$\",\"specials\":{\"EE.\":[\"EE.\"],\"del\":[\"de\",\"l\"],"
        "\":*\":[\":*\"],\"a b\":[\"a\",\"b\",\"c\"]}}";
    static const struct {
        const char *text;
        int words;
    } rows[] = {
        { "uno dos", 2 },      { "(¿uno?).", 1 },    { "uno-dos", 2 },  /* the dash is P */
        { "w.x-y", 1 },        { "del", 2 },         { "(EE.", 1 },
        { "a b", 3 },          { "a  b", 3 },        { "uno\n\ndos", 3 },
        { " uno", 2 },         { "uno ", 1 },        { "uno + dos", 3 },
        { "...", 0 },
    };
    struct ifb_arena *arena = ifb_arena_new(), *scratch = ifb_arena_new();
    struct ifb_resources res = { .have = IFB_NEEDS_ES_TOKENS };
    const struct ifb_json *args = NULL;
    struct ifb_error err = { 0 };
    struct ifb_constraint c;

    (void)state;
    if (ifb_es_tokenizer_load(IFB_STR(json), arena, &res.es_tokens, &err))
        fail_msg("%s", err.msg);
    assert_int_equal(ifb_json_parse(arena, IFB_STR("{\"num_words\":0,\"relation\":\"al menos\"}"),
                                    0, 1, &args, &err), 0);
    assert_int_equal(ifb_constraint_load(arena, IFB_STR("es:length_constraints:number_words"),
                                         args, &c, &err), 0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ifb_verdict s, l;
        ifb_str says = ifb_fmt(arena, "found %d words", rows[i].words);

        ifb_constraint_score(&c, ifb_forms_new(arena, ifb_str_of(rows[i].text), &res), scratch,
                             true, &s, &l);
        if (!ifb_str_starts(s.why, says))
            fail_msg("'%s': %.*s, wanted %s", rows[i].text, IFB_ARG(s.why), says.ptr);
    }
    ifb_constraint_release(&c);
    ifb_resources_close(&res);
    ifb_arena_close(arena);
    ifb_arena_close(scratch);
}

static void a_dictionary_that_is_none_is_refused(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    const struct ifb_ipadic *dic = NULL;
    struct ifb_error err = { 0 };
    char header[72] = { 0 };
    uint32_t sizes[10] = { 0xef718f77u ^ sizeof(header), 102, 0, 0, 0, 0, 8, 16, 4 };
    ifb_str files[IFB_IPADIC_FILES] = { IFB_STR("none"), IFB_STR(""), IFB_STR(""), IFB_STR("") };

    (void)state;
    assert_int_equal(ifb_ipadic_load(files, arena, &dic, &err), IFB_EINPUT);
    assert_non_null(strstr(err.msg, "sys.dic"));
    memcpy(header, sizes, sizeof(sizes));
    memcpy(header + 40, "EUC-JP", 7);
    files[IFB_IPADIC_SYS] = (ifb_str){ header, sizeof(header) };
    assert_int_equal(ifb_ipadic_load(files, arena, &dic, &err), IFB_EINPUT);
    assert_non_null(strstr(err.msg, "UTF-8"));
    memcpy(header + 40, "UTF-8", 6);
    assert_int_equal(ifb_ipadic_load(files, arena, &dic, &err), IFB_EINPUT);
    assert_non_null(strstr(err.msg, "cut short"));
    memset(header + 24, 0, 12);
    files[IFB_IPADIC_UNK] = files[IFB_IPADIC_SYS];
    files[IFB_IPADIC_MATRIX] = IFB_STR("\2\0\2\0");
    assert_int_equal(ifb_ipadic_load(files, arena, &dic, &err), IFB_EINPUT);
    assert_non_null(strstr(err.msg, "matrix.bin"));
    files[IFB_IPADIC_MATRIX] = IFB_STR("\1\0\1\0\0\0");
    files[IFB_IPADIC_CHAR] = IFB_STR("# \xff\nDEFAULT 0 1 0\n");
    assert_int_equal(ifb_ipadic_load(files, arena, &dic, &err), IFB_EINPUT);
    assert_non_null(strstr(err.msg, "char.def, line 2"));  /* no unknown word of that name */
    assert_null(dic);
    ifb_arena_close(arena);
}

/* A foreign pattern may be catastrophic: it gives up, it does not hang. */
static void a_foreign_pattern_has_a_limit(void **state)
{
    struct ifb_regex *re = NULL;
    struct ifb_error err;
    char text[4096];
    size_t from, to;

    (void)state;
    memset(text, 'a', sizeof(text));
    assert_int_equal(ifb_regex_pcre2(IFB_STR("^(a+)+$"), &re, &err), IFB_OK);
    assert_int_equal(ifb_regex_search(re, (ifb_str){ text, sizeof(text) }, &from, &to), IFB_MATCH);
    assert_int_equal(to, sizeof(text));
    text[sizeof(text) - 1] = 'b';
    assert_int_equal(ifb_regex_search(re, (ifb_str){ text, sizeof(text) }, NULL, NULL),
                     IFB_MATCH_LIMIT);
    ifb_regex_close(re);
    assert_int_equal(ifb_regex_pcre2(IFB_STR("(?<=a+)b"), &re, &err), IFB_EINPUT);
    assert_int_equal(ifb_regex_pcre2(IFB_STR("\\p{Lu}\\w"), &re, &err), IFB_OK);
    assert_int_equal(ifb_regex_search(re, IFB_STR("éÉñ"), &from, &to), IFB_MATCH);
    assert_int_equal(from, 2);
    assert_int_equal(to, 6);
    ifb_regex_close(re);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spanish_rules_that_make_no_sense_are_refused),
        cmocka_unit_test(spanish_words_are_counted_by_the_rules_of_the_file),
        cmocka_unit_test(a_dictionary_that_is_none_is_refused),
        cmocka_unit_test(a_foreign_pattern_has_a_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
