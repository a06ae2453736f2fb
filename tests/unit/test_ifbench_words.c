/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verdict for verdict against the official IFBench checkers: the families words
 * and ratio, and format:emoji; and the resources they stand on against what the
 * libraries say. Data-driven: skipped where the data are not there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <ifbench/check.h>

#include "harness/base/arena.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "harness/base/utf8.h"
#include "scorers/nlp/emoji.h"
#include "scorers/nlp/stopwords.h"
#include "scorers/nlp/syllable.h"
#include "scorers/nlp/tagger.h"
#include "tests/unit/pulled.h"

#define SHOWN 20  /* mismatches that are printed */

/* The arenas of a run over a file, the resources, and what was counted. */
struct world {
    struct ifb_arena *suite, *cell, *scratch;
    struct ifb_resources res;
    size_t n, bad;
};

static ifb_str data_of(struct world *w, const char *name)
{
    ifb_str bytes;

    if (!read_data(w->suite, name, &bytes))
        fail_msg("cannot read %s", name);
    return bytes;
}

static void load(struct world *w)
{
    struct ifb_error err = { 0 };

    if (ifb_punkt_load(data_of(w, "punkt/english.json"), w->suite, &w->res.punkt, &err))
        fail_msg("%s", err.msg);
    load_pulled(w->suite, &w->res);
    assert_int_equal(w->res.have, IFB_NEEDS_STOPWORDS | IFB_NEEDS_SYLLABLES | IFB_NEEDS_TAGGER);
}

/* False when `name` is not among the data. */
static bool open_world(struct world *w, const char *name)
{
    memset(w, 0, sizeof(*w));
    w->suite = ifb_arena_new();
    w->cell = ifb_arena_new();
    w->scratch = ifb_arena_new();
    return ifb_file_exists(data_path(w->suite, name));
}

static void close_world(struct world *w)
{
    ifb_arena_close(w->suite);
    ifb_arena_close(w->cell);
    ifb_arena_close(w->scratch);
}

/* ---- verdicts ---- */

static bool is_ours(ifb_str id)
{
    return ifb_str_starts(id, IFB_STR("words:")) || ifb_str_starts(id, IFB_STR("ratio:")) ||
           ifb_str_is(id, "format:emoji");
}

/* null in the files: upstream raised. */
static enum ifb_outcome wanted(const struct ifb_json *row, const char *phase)
{
    const struct ifb_json *value = ifb_json_get(row, phase);

    if (value->kind == IFB_JNULL)
        return IFB_ERROR;
    return value->truth ? IFB_PASS : IFB_FAIL;
}

static void judge(struct world *w, const struct ifb_json *row)
{
    ifb_str id = ifb_json_str(row, "instruction_id"), text = ifb_json_str(row, "response");
    struct ifb_constraint c;
    ifb_verdict s = { 0 }, l = { 0 };
    struct ifb_error err = { 0 };

    if (ifb_constraint_load(w->cell, id, ifb_json_get(row, "kwargs"), &c, &err))
        fail_msg("%.*s: %s", IFB_ARG(ifb_json_str(row, "id")), err.msg);
    ifb_constraint_score(&c, ifb_forms_new(w->cell, text, &w->res), w->scratch, true, &s, &l);
    w->n++;
    if ((s.outcome != wanted(row, "strict") || l.outcome != wanted(row, "loose")) &&
        w->bad++ < SHOWN)
        print_error("%.*s, %.*s %.*s: found %s (%.*s) and %s (%.*s), wanted %s and %s\n",
                    IFB_ARG(ifb_json_str(row, "id")), IFB_ARG(id), IFB_ARG(c.args_json),
                    ifb_outcome_name(s.outcome), IFB_ARG(s.why), ifb_outcome_name(l.outcome),
                    IFB_ARG(l.why), ifb_outcome_name(wanted(row, "strict")),
                    ifb_outcome_name(wanted(row, "loose")));
    ifb_constraint_release(&c);
}

#define CASES "differential/ifbench.jsonl.gz"

static void single_cases_equal_upstreams_verdicts(void **state)
{
    struct world w;
    struct ifb_lines *lines = NULL;
    struct ifb_error err;
    ifb_str line;
    bool more = true;

    (void)state;
    if (!open_world(&w, CASES)) {
        close_world(&w);
        skip();
    }
    load(&w);
    assert_int_equal(ifb_lines_open(data_path(w.suite, CASES), &lines, &err), IFB_OK);
    while (!ifb_lines_next(lines, &line, &more, &err) && more) {
        const struct ifb_json *row;

        ifb_arena_reset(w.cell);
        if (ifb_json_parse(w.cell, line, 0, ifb_lines_number(lines), &row, &err))
            fail_msg("%s", err.msg);
        if (is_ours(ifb_json_str(row, "instruction_id")))
            judge(&w, row);
    }
    ifb_lines_close(lines);
    print_message("%zu cases, %zu differ\n", w.n, w.bad);
    assert_int_equal(w.bad, 0);
    assert_true(w.n >= 4183);
    close_world(&w);
}

/* ---- resources ---- */

/* A golden list is in the library, and texts beside it are not. */
static void stop_words_are_the_list(void **state)
{
    struct world w;
    ifb_str list, word;
    size_t n = 0;

    (void)state;
    if (!open_world(&w, "stopwords/english.txt")) {
        close_world(&w);
        skip();
    }
    load(&w);
    list = data_of(&w, "stopwords/english.txt");
    for (; ifb_str_chop(&list, '\n', &word); n++)
        assert_true(ifb_stopwords_has(w.res.stopwords, word));
    assert_int_equal(n, 179);
    assert_false(ifb_stopwords_has(w.res.stopwords, IFB_STR("")));
    assert_false(ifb_stopwords_has(w.res.stopwords, IFB_STR("The")));
    assert_false(ifb_stopwords_has(w.res.stopwords, IFB_STR("river")));
    close_world(&w);
}

static const char csv[] = "queue,1\nrecipe,3\r\n\nbanana,3\nqueue,2";

/* A list made here, and the rule for what is not in it; no data needed. */
static const struct {
    const char *word;
    uint32_t syllables;
} syllable_rows[] = {
    { "", 0 },       { "recipe", 3 },  { "queue", 2 },  { "cat", 1 },     { "make", 1 },
    { "table", 2 },  { "tale", 1 },    { "the", 1 },    { "be", 1 },      { "e", 1 },
    { "hmm", 1 },    { "syzygy", 3 },  { "aerie", 1 },  { "2nd", 0 },     { "x\xd9\xa3", 0 },
    { "le", 1 },     { "\xc3\xa9le", 1 }, { "eagle", 2 }, { "idea", 2 }, { "x\xc2\xb2", 1 },
};

static void syllables_follow_list_and_rule(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    const struct ifb_syllables *s;
    struct ifb_error err = { 0 };

    (void)state;
    if (ifb_syllables_load(IFB_STR(csv), arena, &s, &err))
        fail_msg("%s", err.msg);
    for (size_t i = 0; i < sizeof(syllable_rows) / sizeof(syllable_rows[0]); i++) {
        uint32_t n = ifb_syllables_of(s, ifb_str_of(syllable_rows[i].word));

        if (n != syllable_rows[i].syllables)
            fail_msg("'%s' has %u, wanted %u", syllable_rows[i].word, n,
                     syllable_rows[i].syllables);
    }
    ifb_arena_close(arena);
}

/* The emoji of the library, code point by code point. */
static void emoji_are_the_golden_set(void **state)
{
    struct world w;
    ifb_str list, line;
    size_t n = 0, golden = 0;

    (void)state;
    if (!open_world(&w, "emoji/single_codepoint_ranges.txt")) {
        close_world(&w);
        skip();
    }
    list = data_of(&w, "emoji/single_codepoint_ranges.txt");
    while (ifb_str_chop(&list, '\n', &line)) {
        unsigned from, to;

        if (sscanf(ifb_cstr(w.suite, line), "%x..%x", &from, &to) != 2)
            continue;
        golden += to - from + 1;
        for (unsigned cp = from; cp <= to; cp++)
            if (!ifb_is_emoji(cp))
                fail_msg("U+%04X is one", cp);
    }
    for (uint32_t cp = 0; cp <= 0x10ffff; cp++)
        n += ifb_is_emoji(cp);
    assert_int_equal(n, golden);
    assert_int_equal(n, 1393);
    close_world(&w);
}

/*
 * The tag by the reduced model in JSON, summed up here by its own rules: the
 * second opinion is where the weights come from and how features are spelt.
 */
static const char *const tag_texts[] = {
    "run", "Running", "The", "Write", "Let", "Zyx", "2024", "7", "well-known", "-x",
    "\xc3\x89t\xc3\xa9", "ing", "Unhappily", "Bake", "Baking", "a", ".", "``", "Consider",
    "Imagine", "Eat", "Was",
};

static void add_feature(const struct ifb_json *weights, const char *feature, const char *value,
                        const char *const *names, double *sums, size_t n)
{
    char key[200];
    const struct ifb_json *row;

    snprintf(key, sizeof(key), "%s%s", feature, value);
    row = ifb_json_get(weights, key);
    for (const struct ifb_json *m = row ? row->first : NULL; m; m = m->next)
        for (size_t i = 0; i < n; i++)
            if (ifb_str_is(m->key, names[i]))
                sums[i] += m->number;
}

/* Of a one-token ASCII text, or one without a digit. */
static const char *golden_tag(const struct ifb_json *model, const char *const *names, size_t n,
                              struct ifb_arena *arena, const char *token)
{
    const struct ifb_json *weights = ifb_json_get(model, "weights");
    ifb_str known = ifb_json_str(ifb_json_get(model, "tagdict"), token);
    const char *word = ifb_cstr(arena, ifb_lower(arena, ifb_str_of(token))), *suffix = token;
    char first[5] = { 0 };
    double sums[64] = { 0 };
    size_t best = 0;

    if (known.ptr)
        return ifb_cstr(arena, known);
    if (strchr(token, '-') && token[0] != '-')
        word = "!HYPHEN";
    else if (strspn(token, "0123456789") == 4 && strlen(token) == 4)
        word = "!YEAR";
    else if (token[0] >= '0' && token[0] <= '9')
        word = "!DIGITS";
    while (ifb_utf8_count(ifb_str_of(suffix)) > 3)
        suffix += (unsigned char)*suffix < 0x80 ? 1 : 2;
    memcpy(first, token, (unsigned char)*token < 0x80 ? 1 : 2);
    const struct {
        const char *feature, *value;
    } rows[] = { { "bias", "" }, { "i suffix ", suffix }, { "i pref1 ", first },
                 { "i-1 tag -START-", "" }, { "i-2 tag -START2-", "" },
                 { "i tag+i-2 tag -START- -START2-", "" }, { "i word ", word },
                 { "i-1 tag+i word -START- ", word }, { "i-1 word -START2-", "" },
                 { "i-1 suffix T2-", "" }, { "i-2 word -START-", "" },
                 { "i+1 word -END-", "" }, { "i+1 suffix ", "ND-" }, { "i+2 word -END2-", "" } };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        add_feature(weights, rows[i].feature, rows[i].value, names, sums, n);
    for (size_t i = 1; i < n; i++)
        if (sums[i] > sums[best] || (sums[i] >= sums[best] && strcmp(names[i], names[best]) > 0))
            best = i;
    return names[best];
}

static void tags_equal_the_golden_models(void **state)
{
    static const char *names[64];
    struct world w;
    const struct ifb_json *model, *classes;
    struct ifb_error err = { 0 };

    (void)state;
    if (!open_world(&w, "tagger/first_token.json")) {
        close_world(&w);
        skip();
    }
    load(&w);
    if (ifb_json_parse(w.suite, data_of(&w, "tagger/first_token.json"), 0, 1, &model, &err))
        fail_msg("%s", err.msg);
    classes = ifb_json_get(model, "classes");
    for (size_t i = 0; i < classes->n; i++)
        names[i] = ifb_cstr(w.suite, ifb_json_at(classes, i)->string);
    for (size_t i = 0; i < sizeof(tag_texts) / sizeof(tag_texts[0]); i++) {
        ifb_str token = ifb_str_of(tag_texts[i]);
        const char *got = ifb_tagger_first(w.res.tagger, (struct ifb_strs){ &token, 1 }, w.scratch);
        const char *want = golden_tag(model, names, classes->n, w.scratch, tag_texts[i]);

        if (strcmp(got, want) != 0)
            fail_msg("'%s': %s, wanted %s", tag_texts[i], got, want);
    }
    close_world(&w);
}

/* Copied to where a mapped file would be: aligned, of exactly that length. */
static ifb_str copied(struct world *w, ifb_str frozen, size_t len)
{
    char *at = ifb_alloc_raw(w->scratch, len + 8);

    memcpy(at, frozen.ptr, len);
    return (ifb_str){ at, len };
}

static void what_was_kept_of_the_tagger_is_the_tagger(void **state)
{
    struct world w;
    const struct ifb_tagger *again = NULL;
    ifb_str frozen;

    (void)state;
    if (!open_world(&w, "nltk/averaged_perceptron_tagger.zip")) {
        close_world(&w);
        skip();
    }
    load(&w);
    frozen = ifb_tagger_freeze(w.res.tagger, w.suite);
    assert_int_equal(ifb_tagger_thaw(copied(&w, frozen, frozen.len), w.suite, &again, NULL), IFB_OK);
    for (size_t i = 0; i < sizeof(tag_texts) / sizeof(tag_texts[0]); i++) {
        ifb_str token = ifb_str_of(tag_texts[i]);

        assert_string_equal(ifb_tagger_first(w.res.tagger, (struct ifb_strs){ &token, 1 }, w.scratch),
                            ifb_tagger_first(again, (struct ifb_strs){ &token, 1 }, w.scratch));
    }
    /* Every cut and every changed byte is noticed. */
    for (size_t len = 0; len < frozen.len; len = len * 3 / 2 + 1)
        assert_int_equal(ifb_tagger_thaw(copied(&w, frozen, len), w.suite, &again, NULL),
                         IFB_EINPUT);
    for (size_t at = 0; at < frozen.len; at += at < 1200 ? 7 : 60013) {
        ifb_str bad = copied(&w, frozen, frozen.len);

        ((char *)bad.ptr)[at] = (char)(bad.ptr[at] ^ 0x55);
        if (ifb_tagger_thaw(bad, w.suite, &again, NULL) == IFB_OK)
            fail_msg("a change at byte %zu passes", at);
        ifb_arena_reset(w.scratch);
    }
    close_world(&w);
}

typedef enum ifb_code loader(ifb_str bytes, struct ifb_arena *arena, struct ifb_error *err);

static enum ifb_code try_stopwords(ifb_str bytes, struct ifb_arena *arena, struct ifb_error *err)
{
    const struct ifb_stopwords *out;

    return ifb_stopwords_load(bytes, arena, &out, err);
}

static enum ifb_code try_syllables(ifb_str bytes, struct ifb_arena *arena, struct ifb_error *err)
{
    const struct ifb_syllables *out;

    return ifb_syllables_load(bytes, arena, &out, err);
}

static enum ifb_code try_tagger(ifb_str bytes, struct ifb_arena *arena, struct ifb_error *err)
{
    const struct ifb_tagger *out;

    return ifb_tagger_load(bytes, arena, &out, err);
}

static const struct {
    loader *load;
    const char *bytes, *message;
} bad_files[] = {
    { try_stopwords, "", "not a zip archive" },
    { try_stopwords, "a\nan\nthe\n", "not a zip archive" },
    { try_tagger, "\x80\x02}.", "not a zip archive" },
    { try_syllables, "", "no words with syllables" },
    { try_syllables, "\n\n", "no words with syllables" },
    { try_syllables, "cat,1\ndog\n", "line 2: wanted a word, a comma and its syllables" },
    { try_syllables, "cat,-1\n", "line 1: wanted a word" },
    { try_syllables, "cat,101\n", "line 1: wanted a word" },
    { try_syllables, ",1\n", "line 1: wanted a word" },
    { try_syllables, "cat,1,2\n", "line 1: wanted a word" },
};

static void files_that_are_something_else_are_refused(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof(bad_files) / sizeof(bad_files[0]); i++) {
        struct ifb_error err = { 0 };

        assert_int_equal(bad_files[i].load(ifb_str_of(bad_files[i].bytes), arena, &err),
                         IFB_EINPUT);
        if (!strstr(err.msg, bad_files[i].message))
            fail_msg("row %zu: \"%s\"", i, err.msg);
    }
    ifb_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stop_words_are_the_list),
        cmocka_unit_test(syllables_follow_list_and_rule),
        cmocka_unit_test(emoji_are_the_golden_set),
        cmocka_unit_test(tags_equal_the_golden_models),
        cmocka_unit_test(what_was_kept_of_the_tagger_is_the_tagger),
        cmocka_unit_test(files_that_are_something_else_are_refused),
        cmocka_unit_test(single_cases_equal_upstreams_verdicts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
