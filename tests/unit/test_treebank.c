/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words of a sentence: rows whose outcome was taken from nltk 3.8's tokenizer,
 * hostile texts, and the stored verdicts of the official checker (skipped where
 * the data are not there).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "scorers/nlp/punkt.h"
#include "scorers/nlp/treebank.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define CASES "change_case:capital_word_frequency"
#define MEGABYTE ((size_t)1 << 20)

/* A sentence, and its tokens with spaces between them. */
static const struct {
    const char *sentence, *tokens;
} rows[] = {
    { "", "" },
    { "   ", "" },
    { "one", "one" },
    { "one two.", "one two ." },
    { "\"Quoted\" text", "`` Quoted '' text" },
    { "say \"this\" now", "say `` this '' now" },
    { "(\"in\")", "( `` in '' )" },
    { "a\"b\"c", "a '' b '' c" },
    { "a \"b", "a `` b" },
    { "\"\"", "`` ``" },
    { "``tick`` and ```three``` `one`", "`` tick `` and `` ` three `` ` ` one `" },
    { "«a» “b” ‘c’ „d”", "« a » “ b ” ‘ c ’ „ d ”" },
    { "('' x ''y'' z", "( `` x `` y '' z" },
    { "[''q'']", "[ `` q '' ]" },
    { "'a b 'x' rock 'n' roll", "' a b ' x ' rock 'n ' roll" },
    { "'s 'T 'd 'é 'x9 'ſ '_", "'s 'T 'd ' é 'x9 'ſ ' _" },
    { "I 'm he 'd", "I 'm he 'd" },
    { "End (dot.) here.)", "End ( dot. ) here . )" },
    { "The end .", "The end ." },
    { "The end.\" ) ", "The end . '' )" },
    { "end.»  ", "end . »" },
    { "end.’", "end . ’" },
    { "Mr. X went.\n", "Mr. X went ." },
    { "dots... end", "dots ... end" },
    { "end...", "end ..." },
    { "a.b.c.", "a.b.c ." },
    { "x.\t)", "x. )" },
    { "x.) )", "x . ) )" },
    { "x.)\t ", "x . )" },
    { ".", "." },
    { "..", ".." },
    { "a. b", "a. b" },
    { "a,b c, d 1,000 a,1 ,,a a:b 10:30", "a , b c , d 1,000 a,1 , ,a a : b 10:30" },
    { "end,", "end ," },
    { "end:\n", "end :" },
    { "x,,\n", "x , ," },
    { "٣,٣ a,²", "٣,٣ a , ²" },
    { "wait..... what.. no.", "wait ..... what .. no ." },
    { "a;b@c#d$e%f&g", "a ; b @ c # d $ e % f & g" },
    { "no? yes! why?!", "no ? yes ! why ? !" },
    { "*bold* a*b", "* bold * a * b" },
    { "dogs' toys", "dogs ' toys" },
    { "' x", "' x" },
    { "x ' y", "x ' y" },
    { "''' a", "'' ' a" },
    { "[a](b){c}<d>", "[ a ] ( b ) { c } < d >" },
    { "a--b ---- c --- d-e", "a -- b -- -- c -- - d-e" },
    { "- -", "- -" },
    { "don't DON'T Don'T can't n't N'T", "do n't DO N'T Don'T ca n't n't N'T" },
    { "it's IT'S he'd she'LL they'll we've WE'VE you're You'Re I'm",
      "it 's IT 'S he 'd she 'LL they 'll we 've WE 'VE you 're You'Re I 'm" },
    { "x's' y", "x 's ' y" },
    { "boys' 's", "boys ' 's" },
    { "a's's b", "a's 's b" },
    { "cannot CanNot cannots xcannot can not cannot,",
      "can not Can Not cannots xcannot can not can not ," },
    { "d'ye more'n gimme GıMME gİmme gonna gotta lemme wanna wanna, Wannabe",
      "d 'ye more 'n gim me GıM ME gİm me gon na got ta lem me wan na wan na , Wannabe" },
    { "gonna/gotta x-gimme_ éwanna", "gon na / got ta x-gimme_ éwanna" },
    { "'tis 'Tis 'twas 'tıſ 'twaſ 'TWAS tis x'tis",
      "'t is 'T is 't was 't ıſ 't waſ 'T WAS tis x'tis" },
    { "gonna'tis", "gon na 't is" },
    { "'tis'twas it", "'t is 't was it" },
    { "\t'tis", "'tis" },
    { "a\u00a0b\u2003c\u3000d\u200be", "a b c d\u200be" },
    { "x' \ny' z", "x ' y ' z" },
    { "(\"a\")", "( `` a '' )" },
    { "e\u0301's ok", "e\u0301 's ok" },
    { "日本語、です。 \"x\"", "日本語、です。 `` x ''" },
    { "He said, \"Go (now)!\" She's--well, 50% sure: it cost $3.88; e.g. this.",
      "He said , `` Go ( now ) ! '' She 's -- well , 50 % sure : it cost $ 3.88 ; e.g. this ." },
    { "'' \"", "'' ``" },
    { "x''y", "x '' y" },
    { "a.'", "a . '" },
    { "a.'b", "a. ' b" },
    { "end.'\"", "end . ' ''" },
    { "U.S.", "U.S ." },
    { "well-known, up-to-date!", "well-known , up-to-date !" },
    { "http://a.b/c?d=e&f#g", "http : //a.b/c ? d=e & f # g" },
    { "3.5. 4", "3.5. 4" },
    { "It's 5 o'clock, isn't it?", "It 's 5 o'clock , is n't it ?" },
    { "more'n'ye d'ye", "more 'n 'ye d 'ye" },
    { "can'not", "can'not" },
    { "gonna. gonna", "gon na . gon na" },
};

static ifb_str join(struct ifb_arena *arena, struct ifb_strs s)
{
    struct ifb_buf b;
    ifb_str joined;

    ifb_buf_init(&b, MEGABYTE);
    for (size_t i = 0; i < s.n; i++) {
        if (i)
            ifb_buf_char(&b, ' ');
        ifb_buf_str(&b, s.at[i]);
    }
    joined = ifb_str_copy(arena, ifb_buf_view(&b));
    ifb_buf_close(&b);
    return joined;
}

static void sentences_are_split_as_nltk_does(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    size_t bad = 0;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        ifb_str sentence = ifb_str_of(rows[i].sentence), got;

        got = join(arena, ifb_treebank_tokens((struct ifb_strs){ &sentence, 1 }, arena));
        if (!ifb_str_is(got, rows[i].tokens)) {
            print_error("row %zu, %s: %.*s instead of %s\n", i, rows[i].sentence, IFB_ARG(got),
                        rows[i].tokens);
            bad++;
        }
    }
    ifb_arena_close(arena);
    assert_int_equal(bad, 0);
}

/* The last dot of each sentence is set off, no dot before it. */
static void sentences_are_split_one_by_one(void **state)
{
    const ifb_str sentences[] = { IFB_STR("He saw Mr. X."), IFB_STR(""), IFB_STR("\"Yes.\"") };
    struct ifb_arena *arena = ifb_arena_new();
    ifb_str got = join(arena, ifb_treebank_tokens((struct ifb_strs){ sentences, 3 }, arena));

    (void)state;
    if (!ifb_str_is(got, "He saw Mr. X . `` Yes . ''"))
        fail_msg("%.*s", IFB_ARG(got));
    assert_int_equal(ifb_treebank_tokens((struct ifb_strs){ NULL, 0 }, arena).n, 0);
    ifb_arena_close(arena);
}

/* A pattern, and how many tokens each repetition makes. */
static const struct {
    const char *pattern;
    size_t tokens;
} patterns[] = {
    { "\"", 1 }, { ",", 1 }, { "(", 1 }, { "* ", 1 }, { "?!", 2 }, { "a'b ", 3 }, { "don't ", 2 },
    { "cannot ", 2 }, { "x, ", 2 }, { " 'tis", 0 }, { "--", 1 }, { "\u201c", 1 }, { "x ", 1 },
    { "\"x\" ", 3 }, { "it's, ", 3 },
};

static void hostile_megabytes_are_split(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();

    (void)state;
    for (size_t i = 0; i < COUNT(patterns); i++) {
        size_t len = strlen(patterns[i].pattern), times = MEGABYTE / len, got;
        char *text = ifb_alloc_raw(arena, times * len);
        ifb_str sentence = { text, times * len };

        for (size_t k = 0; k < times; k++)
            memcpy(text + k * len, patterns[i].pattern, len);
        got = ifb_treebank_tokens((struct ifb_strs){ &sentence, 1 }, arena).n;
        if (patterns[i].pattern[0] == ',')
            assert_true(got > 0 && got <= times);  /* every other comma is used up */
        else if (patterns[i].tokens && got != times * patterns[i].tokens)
            fail_msg("row %zu: %zu tokens of %zu", i, got, times * patterns[i].tokens);
        ifb_arena_reset(arena);
    }
    ifb_arena_close(arena);
}

static char *data_path(struct ifb_arena *arena, const char *name)
{
    const char *dir = getenv("IFBENCH_DATA");

    return ifb_path_join(arena, dir ? dir : "../shared/data", name);
}

static bool agrees(const struct ifb_punkt *p, const struct ifb_json *record,
                   struct ifb_arena *arena)
{
    const struct ifb_json *args = ifb_json_get(record, "kwargs");
    const struct ifb_json *strict = ifb_json_get(record, "strict");
    ifb_str text = ifb_json_str(record, "response");
    struct ifb_strs tokens = ifb_treebank_tokens(ifb_punkt_sentences(p, text, arena), arena);
    int64_t wanted = ifb_json_int(args, "capital_frequency", -1), n = 0;
    bool less = ifb_str_is(ifb_json_str(args, "capital_relation"), "less than"), verdict;

    for (size_t i = 0; i < tokens.n; i++)
        n += ifb_str_isupper(tokens.at[i]);
    verdict = !ifb_is_blank(text) && (less ? n < wanted : n >= wanted);
    return strict->kind == IFB_JNULL || strict->truth == verdict;
}

static size_t differing(const struct ifb_punkt *p, const char *path, size_t *n)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_lines *lines;
    struct ifb_error err;
    ifb_str line;
    size_t bad = 0;
    bool more;

    assert_int_equal(ifb_lines_open(path, &lines, &err), IFB_OK);
    for (*n = 0; ifb_lines_next(lines, &line, &more, &err) == IFB_OK && more;) {
        const struct ifb_json *record;

        ifb_arena_reset(arena);
        if (ifb_json_parse(arena, line, IFB_JSON_DUPLICATES, 1, &record, &err) != IFB_OK)
            fail_msg("%s", err.msg);
        if (!ifb_str_is(ifb_json_str(record, "instruction_id"), CASES))
            continue;
        *n += 1;
        if (!agrees(p, record, arena)) {
            print_error("%.*s differs\n", IFB_ARG(ifb_json_str(record, "id")));
            bad++;
        }
    }
    ifb_lines_close(lines);
    ifb_arena_close(arena);
    return bad;
}

static void capital_words_give_the_stored_verdicts(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    char *params = data_path(arena, "punkt/upstream-english.json");
    char *cases = data_path(arena, "differential/ifeval.jsonl.gz");
    const struct ifb_punkt *p;
    struct ifb_error err;
    ifb_str json;
    size_t n;

    (void)state;
    if (!ifb_file_exists(params) || !ifb_file_exists(cases)) {
        ifb_arena_close(arena);
        skip();
    }
    assert_int_equal(ifb_file_read(params, IFB_FILE_MAX, arena, &json, &err), IFB_OK);
    assert_int_equal(ifb_punkt_load(json, arena, &p, &err), IFB_OK);
    assert_int_equal(differing(p, cases, &n), 0);
    assert_true(n > 0);
    ifb_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sentences_are_split_as_nltk_does),
        cmocka_unit_test(sentences_are_split_one_by_one),
        cmocka_unit_test(hostile_megabytes_are_split),
        cmocka_unit_test(capital_words_give_the_stored_verdicts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
