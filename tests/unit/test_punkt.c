/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sentences: rows whose outcome was taken from nltk 3.8 with the same made-up
 * parameters, loading, the built-in set, hostile texts, and the stored verdicts
 * of the official checker (skipped where the data are not there).
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

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define CASES "length_constraints:number_sentences"
#define MEGABYTE ((size_t)1 << 20)

static const char params[] =
    "{\"AbbrevTypes\": {\"mr\": 1, \"u.s\": 1, \"vs\": 1, \"co\": 1, \". . \": 1},"
    " \"SentStarters\": {\"the\": 1, \"she\": 1},"
    " \"Collocations\": {\"##number##,street\": 1, \"st,peter\": 1},"
    " \"OrthoContext\": {\"house\": 32, \"market\": 36, \"smith\": 4, \"the\": 102,"
    " \"ipad\": 16, \"de\": 50, \"w\": 32}}";

/* The same in the short layout, with an escape on the way. */
static const char short_params[] =
    "{\"abbrev_types\": [\"mr\", \"u.s\", \"vs\", \"c\\u006f\", \". . \"],"
    " \"sent_starters\": [\"the\"],"
    " \"collocations\": [[\"##number##\", \"street\"], [\"st\", \"peter\"]],"
    " \"ortho_context\": {\"house\": 32, \"market\": 36, \"smith\": 4, \"the\": 102,"
    " \"ipad\": 16, \"de\": 50, \"w\": 32}}";

/* Text, and its sentences with '|' between them. */
struct row {
    const char *text, *sentences;
};

static const struct row rows[] = {
    { "", "" },
    { "   \n ", "" },
    { "One.", "One." },
    { "One. Two", "One.|Two" },
    { "One.\n\nTwo!  Three? ", "One.|Two!|Three?" },
    { "No end here", "No end here" },
    { "Is it? Yes! it is. and so on", "Is it?|Yes!|it is.|and so on" },
    { "Mr. Smith left.", "Mr. Smith left." },
    { "Mr. House left.", "Mr.|House left." },
    { "mr. house left.", "mr. house left." },
    { "Mr. Market left.", "Mr. Market left." },
    { "He saw Mr. The end.", "He saw Mr.|The end." },
    { "He saw Mr. She end.", "He saw Mr. She end." },
    { "Lived in the U.S. The end.", "Lived in the U.S.|The end." },
    { "A vs. B vs. house", "A vs. B vs. house" },
    { "Ask well-mr. Smith", "Ask well-mr. Smith" },
    { "Ask well-Mr. House", "Ask well-Mr.|House" },
    { "J. Smith left. J. Market left. J. House left. J. Unseen left. J. unseen left.",
      "J. Smith left.|J.|Market left.|J.|House left.|J. Unseen left.|J. unseen left." },
    { "é. Smith, _. Smith, 5. Smith", "é. Smith, _. Smith, 5.|Smith" },
    { "U.S. Smith", "U.S. Smith" },
    { "a.b. Smith", "a.b.|Smith" },
    { "See 5. house and 5. Street and 6. Avenue, 7. , end",
      "See 5. house and 5. Street and 6.|Avenue, 7. , end" },
    { "See 1,000.5. house", "See 1,000.5. house" },
    { "-5. house", "-5. house" },
    { "5. ipad 5. de", "5.|ipad 5. de" },
    { "St. Peter and St. Paul", "St. Peter and St.|Paul" },
    { "Well... House. Well... house. Well... Smith. Well... The end.",
      "Well...|House.|Well... house.|Well... Smith.|Well...|The end." },
    { "Well. . . House. Well. . . Smith", "Well.|.|.|House.|Well.|.|.|Smith" },
    { "Wait.... What", "Wait.... What" },
    { "!!! What", "!|!!|What" },
    { "What?! No.", "What?!|No." },
    { "a.b.c! Next", "a.b.c!|Next" },
    { "a.b) c.d) e", "a.b) c.d) e" },
    { "Stop.(Next) one.", "Stop.|(Next) one." },
    { "(One.) Two. (Three.) \"Four.\" 'Five.'] six.",
      "(One.)|Two.|(Three.)|\"Four.\"|'Five.']|six." },
    { "One.\") Two", "One.\")|Two" },
    { "One. \") Two", "One. \")|Two" },
    { "One.)-- Two", "One.)|-- Two" },
    { "One.)\nTwo.", "One.)|Two." },
    { "Last one. \"", "Last one. \"" },
    { "Last. )\n", "Last. )" },
    { "One.''Two", "One.|''Two" },
    { "One. 'Two'", "One.|'Two'" },
    { "x--y. House", "x--y.|House" },
    { "x. --y", "x.|--y" },
    { "The end.\u00a0House", "The end.|House" },
    { "The end.\u2003\u2003House", "The end.|House" },
    { "The end.\u200bHouse", "The end.\u200bHouse" },
    { "end.\x1c" "House", "end.|House" },
    { "one.\r\nTwo.\r\n", "one.|Two." },
    { "Mr.\nSmith", "Mr.\nSmith" },
    { "Mr.\n\nHouse", "Mr.|House" },
    { "co. ,next co. ;next co. :next co. !", "co. ,next co. ;next co. :next co. !" },
    { "end. ,next", "end.|,next" },
    { "end. - next", "end.|- next" },
    { "end. * next", "end.|* next" },
    { "etc.), next. One", "etc.|), next.|One" },
    { "W. Market", "W.|Market" },
    { "W. Ipad", "W.|Ipad" },
    { "w. ipad", "w.|ipad" },
    { " . Leading", " .|Leading" },
    { ". . . . .", ".|.|.|.|." },
    { "?", "?" },
    { ". House", ".|House" },
    { "日本。 Mr. 漢字 end.", "日本。 Mr. 漢字 end." },
    { "ΑΣ. Mr. Σmith", "ΑΣ.|Mr. Σmith" },
    { "İ. Smith", "İ. Smith" },
    { "Ǆ. Mr. ǅ", "Ǆ. Mr. ǅ" },
    { "one. …two", "one.|…two" },
};

static ifb_str join(struct ifb_arena *arena, struct ifb_strs s)
{
    struct ifb_buf b;
    ifb_str joined;

    ifb_buf_init(&b, 64 * MEGABYTE);
    for (size_t i = 0; i < s.n; i++) {
        if (i)
            ifb_buf_char(&b, '|');
        ifb_buf_str(&b, s.at[i]);
    }
    joined = ifb_str_copy(arena, ifb_buf_view(&b));
    ifb_buf_close(&b);
    return joined;
}

static void check_rows(const struct ifb_punkt *p, const struct row *row, size_t n)
{
    struct ifb_arena *arena = ifb_arena_new();
    size_t bad = 0;

    for (size_t i = 0; i < n; i++) {
        ifb_str got = join(arena, ifb_punkt_sentences(p, ifb_str_of(row[i].text), arena));

        if (!ifb_str_is(got, row[i].sentences)) {
            print_error("row %zu, %s: %.*s instead of %s\n", i, row[i].text, IFB_ARG(got),
                        row[i].sentences);
            bad++;
        }
    }
    ifb_arena_close(arena);
    assert_int_equal(bad, 0);
}

static const struct ifb_punkt *load(struct ifb_arena *arena, const char *json)
{
    const struct ifb_punkt *p = NULL;
    struct ifb_error err;

    if (ifb_punkt_load(ifb_str_of(json), arena, &p, &err) != IFB_OK)
        fail_msg("%s", err.msg);
    return p;
}

static void sentences_are_cut_as_nltk_does(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();

    (void)state;
    check_rows(load(arena, params), rows, COUNT(rows));
    ifb_arena_close(arena);
}

static void the_short_layout_means_the_same(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();

    (void)state;
    check_rows(load(arena, short_params), rows, COUNT(rows));
    ifb_arena_close(arena);
}

static void an_escape_changes_the_way_not_the_outcome(void **state)
{
    static const struct row row[] = { { "See Mr. Smith", "See Mr. Smith" },
                                      { "See Dr. Smith", "See Dr.|Smith" } };
    struct ifb_arena *arena = ifb_arena_new();

    (void)state;
    check_rows(load(arena, "{\"AbbrevTypes\": {\"\\u006dr\": 1}, \"SentStarters\": {},"
                           "\"Collocations\": {}, \"OrthoContext\": {}}"),
               row, COUNT(row));
    ifb_arena_close(arena);
}

/* More collocations than other keys: each needs two slots. */
static void a_set_of_collocations_only_is_loaded(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_buf b;
    const struct ifb_punkt *p;
    struct ifb_error err;

    (void)state;
    ifb_buf_init(&b, MEGABYTE);
    ifb_buf_cstr(&b, "{\"AbbrevTypes\":{},\"SentStarters\":{},\"OrthoContext\":{},"
                     "\"Collocations\":{");
    for (int i = 0; i < 1000; i++)
        ifb_buf_fmt(&b, "%s\"a%d,b%d\":1", i ? "," : "", i, i);
    ifb_buf_cstr(&b, "}}");
    assert_int_equal(ifb_punkt_load(ifb_buf_view(&b), arena, &p, &err), IFB_OK);
    for (int i = 0; i < 1000; i++) {
        ifb_str text = ifb_fmt(arena, "A%d. B%d a%d. B%d", i, i, i, i + 1);

        assert_int_equal(ifb_punkt_sentences(p, text, arena).n, 2);
    }
    ifb_buf_close(&b);
    ifb_arena_close(arena);
}

#define TABLES(abbreviations, collocations, contexts)                         \
    "{\"AbbrevTypes\": " abbreviations ", \"SentStarters\": {}, \"Collocations\": " \
    collocations ", \"OrthoContext\": " contexts "}"

static const char *const bad_params[] = {
    "",
    "[]",
    "{}",
    "{\"AbbrevTypes\": {}",
    "{\"AbbrevTypes\": {}, \"SentStarters\": {}, \"Collocations\": {}}",
    TABLES("1", "{}", "{}"),
    TABLES("[1]", "{}", "{}"),
    TABLES("{}", "[[\"a\"]]", "{}"),
    TABLES("{}", "{}", "[]"),
    TABLES("{}", "{}", "{\"a\": 128}"),
    TABLES("{}", "{}", "{\"a\": -2}"),
    TABLES("{}", "{}", "{\"a\": 01}"),
    TABLES("{}", "{}", "{\"a\": \"b\"}"),
    TABLES("{}", "{}", "{\"a\" 1}"),
    TABLES("{}", "{}", "{}") " x",
};

static void other_documents_are_refused_with_a_message(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();

    (void)state;
    for (size_t i = 0; i < COUNT(bad_params); i++) {
        const struct ifb_punkt *p;
        struct ifb_error err = { 0 };

        if (ifb_punkt_load(ifb_str_of(bad_params[i]), arena, &p, &err) != IFB_EINPUT ||
            strncmp(err.msg, "punkt parameters: ", 18) != 0)
            fail_msg("row %zu: \"%s\"", i, err.msg);
        assert_int_equal(ifb_punkt_load(ifb_str_of(bad_params[i]), arena, &p, NULL), IFB_EINPUT);
    }
    ifb_arena_close(arena);
}

static const struct row builtin_rows[] = {
    { "Dr. Amelia Harper met Mr. Jones at 5 p.m. on Jan. 5. It was late.",
      "Dr. Amelia Harper met Mr. Jones at 5 p.m. on Jan. 5.|It was late." },
    { "Acme Inc. said so. Acme Inc. However, it was not.",
      "Acme Inc. said so.|Acme Inc.|However, it was not." },
    { "J. K. Rowling wrote it. J.K. Rowling did. I. The end.",
      "J. K. Rowling wrote it.|J.K. Rowling did.|I.|The end." },
    { "The U.S. Senate met. In the U.S. The sun shone.",
      "The U.S. Senate met.|In the U.S.|The sun shone." },
    { "1. First item\n2. Second item", "1.|First item\n2.|Second item" },
    { "Wait... what? Wait... The end.", "Wait... what?|Wait...|The end." },
    { "No. 5 is alive.", "No.|5 is alive." },
    { "\"Stop!\" he said. (Really.) Yes.", "\"Stop!\"|he said.|(Really.)|Yes." },
};

static void the_built_in_set_knows_ordinary_english(void **state)
{
    (void)state;
    check_rows(NULL, builtin_rows, COUNT(builtin_rows));
    check_rows(ifb_punkt_builtin(), builtin_rows, COUNT(builtin_rows));
}

static const char *const patterns[] = {
    ".", "a.", "\"", "x", "a.b)", ". ", "!)", "a. A ", "1. ", ".\n", " ", "A. ", "x-", "1,",
    "\u00c9.", ".\u00a0", "\u6f22\u5b57\u3002", "x.)\"", "?!", ".--", "\u03a3", "' ", ") ",
};

/* Whatever the text, sentences are parts of it in order; a megabyte takes no thought. */
static void hostile_megabytes_are_cut_in_order(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();

    (void)state;
    for (size_t i = 0; i < COUNT(patterns); i++) {
        size_t len = strlen(patterns[i]), n = MEGABYTE / len * len;
        char *text = ifb_alloc_raw(arena, n);
        const char *at = text;
        struct ifb_strs s;

        for (size_t k = 0; k < n; k += len)
            memcpy(text + k, patterns[i], len);
        s = ifb_punkt_sentences(NULL, (ifb_str){ text, n }, arena);
        for (size_t k = 0; k < s.n; k++) {
            assert_true(s.at[k].ptr >= at && s.at[k].len > 0);
            at = s.at[k].ptr + s.at[k].len;
        }
        assert_true(at <= text + n);
        assert_true(s.n > 0 || patterns[i][0] == ' ');
        ifb_arena_reset(arena);
    }
    ifb_arena_close(arena);
}

/* Only the part behind the last hyphen of a word that no table holds is an abbreviation. */
static void a_long_word_ends_in_an_abbreviation(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    size_t n = 20000;
    char *text = ifb_alloc_raw(arena, n + 12);

    (void)state;
    for (size_t i = 0; i < n; i++)
        text[i] = i % 2 ? '-' : 'x';
    memcpy(text + n, "Mr. Unseenx.", 12);
    assert_int_equal(ifb_punkt_sentences(NULL, (ifb_str){ text, n + 12 }, arena).n, 1);
    memcpy(text + n, "Xr. Unseenx.", 12);
    assert_int_equal(ifb_punkt_sentences(NULL, (ifb_str){ text, n + 12 }, arena).n, 2);
    ifb_arena_close(arena);
}

static char *data_path(struct ifb_arena *arena, const char *name)
{
    const char *dir = getenv("IFBENCH_DATA");

    return ifb_path_join(arena, dir ? dir : "../shared/data", name);
}

/* The stored strict verdict of one number_sentences case against ours; true when they agree. */
static bool agrees(const struct ifb_punkt *p, const struct ifb_json *record,
                   struct ifb_arena *arena)
{
    const struct ifb_json *args = ifb_json_get(record, "kwargs");
    const struct ifb_json *strict = ifb_json_get(record, "strict");
    ifb_str text = ifb_json_str(record, "response");
    int64_t wanted = ifb_json_int(args, "num_sentences", -1);
    int64_t n = (int64_t)ifb_punkt_sentences(p, text, arena).n;
    bool less = ifb_str_is(ifb_json_str(args, "relation"), "less than");
    bool verdict = !ifb_is_blank(text) && (less ? n < wanted : n >= wanted);

    return strict->kind == IFB_JNULL || strict->truth == verdict;
}

/* Number of cases that differ; *n is how many there were. */
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

static void sentence_counts_give_the_stored_verdicts(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    char *params_path = data_path(arena, "punkt/upstream-english.json");
    char *cases = data_path(arena, "differential/ifeval.jsonl.gz");
    const struct ifb_punkt *p;
    struct ifb_error err;
    ifb_str json;
    size_t n;

    (void)state;
    if (!ifb_file_exists(params_path) || !ifb_file_exists(cases)) {
        ifb_arena_close(arena);
        skip();
    }
    assert_int_equal(ifb_file_read(params_path, IFB_FILE_MAX, arena, &json, &err), IFB_OK);
    assert_int_equal(ifb_punkt_load(json, arena, &p, &err), IFB_OK);
    assert_int_equal(differing(p, cases, &n), 0);
    assert_true(n > 0);
    /* The built-in set is not the official one, but 1 in 100 is all it may differ in. */
    assert_true(differing(NULL, cases, &n) * 100 <= n);
    ifb_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sentences_are_cut_as_nltk_does),
        cmocka_unit_test(the_short_layout_means_the_same),
        cmocka_unit_test(an_escape_changes_the_way_not_the_outcome),
        cmocka_unit_test(a_set_of_collocations_only_is_loaded),
        cmocka_unit_test(other_documents_are_refused_with_a_message),
        cmocka_unit_test(the_built_in_set_knows_ordinary_english),
        cmocka_unit_test(hostile_megabytes_are_cut_in_order),
        cmocka_unit_test(a_long_word_ends_in_an_abbreviation),
        cmocka_unit_test(sentence_counts_give_the_stored_verdicts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
