/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verdict for verdict against the M-IFEval checker: stored single cases and the
 * published answers of nine models. Data-driven: skipped where the data are not
 * there. What lacks its dictionary is named and counted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include <ifbench/check.h>
#include <ifbench/suite.h>

#include "harness/base/arena.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "harness/engine/resources.h"

#define SHOWN 20  /* mismatches that are printed */
#define NLANGS 4
#define NAMES_MAX 16

static const char *const langs[NLANGS] = { "en", "es", "fr", "ja" };

static const char *data_dir(void)
{
    const char *dir = getenv("IFBENCH_DATA");

    return dir ? dir : "../shared/data";
}

static char *data_path(struct ifb_arena *arena, const char *name)
{
    return ifb_path_join(arena, data_dir(), name);
}

static bool is_there(const char *name)
{
    struct ifb_arena *arena = ifb_arena_new();
    bool there = ifb_file_exists(data_path(arena, name));

    ifb_arena_close(arena);
    return there;
}

/* The arenas of a run over a file, and what it counted. */
struct walk {
    struct ifb_arena *suite, *cell, *scratch;
    struct ifb_resources res;
    size_t n[NLANGS], equal[NLANGS], bad, unchecked;
    ifb_str names[NAMES_MAX];  /* ids whose dictionary is not installed */
    size_t nnames;
};

static void open_walk(struct walk *w)
{
    const char *dirs[] = { data_dir(), NULL };
    struct ifb_resource_file files[IFB_RESOURCE_FILES];
    struct ifb_error err;
    ifb_str json;

    memset(w, 0, sizeof(*w));
    w->suite = ifb_arena_new();
    w->cell = ifb_arena_new();
    w->scratch = ifb_arena_new();
    if (ifb_resources_load(~0u, dirs, NULL, w->suite, &w->res, files, &err))
        fail_msg("%s", err.msg);
    if (!w->res.punkt && is_there("punkt/english.json") &&
        (ifb_file_read(data_path(w->suite, "punkt/english.json"), IFB_FILE_MAX, w->suite, &json,
                       &err) ||
         ifb_punkt_load(json, w->suite, &w->res.punkt, &err)))
        fail_msg("%s", err.msg);
}

static void close_walk(struct walk *w)
{
    ifb_resources_close(&w->res);
    ifb_arena_close(w->suite);
    ifb_arena_close(w->cell);
    ifb_arena_close(w->scratch);
}

static size_t lang_of(ifb_str id)
{
    size_t i = 0;

    while (i < NLANGS && !ifb_str_starts(id, ifb_str_of(langs[i])))
        i++;
    assert_true(i < NLANGS);
    return i;
}

static void note_unchecked(struct walk *w, ifb_str id)
{
    w->unchecked++;
    for (size_t i = 0; i < w->nnames; i++)
        if (ifb_str_eq(w->names[i], id))
            return;
    assert_true(w->nnames < NAMES_MAX);
    w->names[w->nnames++] = ifb_str_copy(w->suite, id);
}

/* null in the files: upstream raised. */
static enum ifb_outcome wanted(const struct ifb_json *value)
{
    if (!value || value->kind == IFB_JNULL)
        return IFB_ERROR;
    return value->truth ? IFB_PASS : IFB_FAIL;
}

static void judge(struct walk *w, ifb_str id, const struct ifb_json *args, ifb_str response,
                  enum ifb_outcome strict, enum ifb_outcome loose, const char *where)
{
    struct ifb_constraint c;
    ifb_verdict s = { 0 }, l = { 0 };
    struct ifb_error err = { 0 };
    bool equal;

    if (ifb_constraint_load(w->cell, id, args, &c, &err))
        fail_msg("%s: %s", where, err.msg);
    if (c.needs & IFB_NEEDS_IPADIC & ~w->res.have) {
        note_unchecked(w, id);
        return;
    }
    assert_true(ifb_str_eq(c.id, id));
    ifb_constraint_score(&c, ifb_forms_new(w->cell, response, &w->res), w->scratch, true, &s, &l);
    equal = s.outcome == strict && l.outcome == loose;
    w->n[lang_of(id)]++;
    w->equal[lang_of(id)] += equal;
    if (!equal && w->bad++ < SHOWN)
        print_error("%s, %.*s %.*s: found %s (%.*s) and %s (%.*s), wanted %s and %s\n", where,
                    IFB_ARG(id), IFB_ARG(c.args_json), ifb_outcome_name(s.outcome), IFB_ARG(s.why),
                    ifb_outcome_name(l.outcome), IFB_ARG(l.why), ifb_outcome_name(strict),
                    ifb_outcome_name(loose));
    ifb_constraint_release(&c);
}

static void tell(const struct walk *w)
{
    for (size_t i = 0; i < NLANGS; i++)
        if (w->n[i])
            print_message("%s: %zu of %zu equal\n", langs[i], w->equal[i], w->n[i]);
    for (size_t i = 0; i < w->nnames; i++)
        print_message("no dictionary for: %.*s\n", IFB_ARG(w->names[i]));
    print_message("%zu instructions left out for want of a dictionary\n", w->unchecked);
}

/* ---- single cases ---- */

#define CASES "differential/m-ifeval.jsonl.gz"

static void single_cases_equal_upstreams_verdicts(void **state)
{
    struct walk w;
    struct ifb_lines *lines = NULL;
    struct ifb_error err;
    ifb_str line;
    bool more = true;

    (void)state;
    if (!is_there(CASES) || !is_there("m-ifeval/es_tokenizer.json") ||
        !is_there("punkt/french.json"))
        skip();
    open_walk(&w);
    assert_int_equal(ifb_lines_open(data_path(w.suite, CASES), &lines, &err), IFB_OK);
    while (!ifb_lines_next(lines, &line, &more, &err) && more) {
        const struct ifb_json *row;

        ifb_arena_reset(w.cell);
        if (ifb_json_parse(w.cell, line, 0, ifb_lines_number(lines), &row, &err))
            fail_msg("%s", err.msg);
        judge(&w, ifb_json_str(row, "instruction_id"), ifb_json_get(row, "kwargs"),
              ifb_json_str(row, "response"), wanted(ifb_json_get(row, "strict")),
              wanted(ifb_json_get(row, "loose")),
              ifb_cstr(w.cell, ifb_json_str(row, "id")));
    }
    ifb_lines_close(lines);
    tell(&w);
    assert_int_equal(w.bad, 0);
    assert_int_equal(w.n[1], 1972);
    assert_int_equal(w.n[2], 2040);
    assert_int_equal(w.n[3] + w.unchecked, 2238);
    assert_true(w.unchecked == 0 || w.unchecked == 68);
    close_walk(&w);
}

/* ---- the published answers ---- */

#define PROMPTS_MAX 600

struct prompts {
    const struct ifb_json *at[PROMPTS_MAX];
    size_t n;
};

static void read_prompts(struct walk *w, const char *lang, struct prompts *out)
{
    ifb_str name = ifb_fmt(w->suite, "m-ifeval/%s_input_data.jsonl", lang);
    struct ifb_lines *lines = NULL;
    struct ifb_error err;
    bool more = true;
    ifb_str line;

    out->n = 0;
    if (ifb_lines_open(data_path(w->suite, name.ptr), &lines, &err))
        fail_msg("%s", err.msg);
    while (!ifb_lines_next(lines, &line, &more, &err) && more) {
        assert_true(out->n < PROMPTS_MAX);
        if (ifb_json_parse(w->suite, ifb_str_copy(w->suite, line), 0, 1, &out->at[out->n++], &err))
            fail_msg("%s", err.msg);
    }
    ifb_lines_close(lines);
}

static void judge_answer(struct walk *w, const struct ifb_json *row, const struct ifb_json *prompt,
                         unsigned line)
{
    const struct ifb_json *ids = ifb_json_get(prompt, "instruction_id_list");
    const struct ifb_json *kwargs = ifb_json_get(prompt, "kwargs");
    char where[40];

    for (size_t i = 0; i < ids->n; i++) {
        const struct ifb_json *s = ifb_json_at(ifb_json_get(row, "strict"), i);
        const struct ifb_json *l = ifb_json_at(ifb_json_get(row, "loose"), i);

        assert_non_null(s);
        if (s->kind == IFB_JNULL || !l || l->kind == IFB_JNULL)
            continue;
        snprintf(where, sizeof(where), "published line %u, %zu", line, i);
        judge(w, ifb_json_at(ids, i)->string, ifb_json_at(kwargs, i),
              ifb_json_str(row, "response"), wanted(s), wanted(l), where);
    }
}

static void published_answers_score_as_the_oracle_scores_them(void **state)
{
    static struct prompts prompts[NLANGS];
    struct walk w;
    struct ifb_lines *lines = NULL;
    struct ifb_error err;
    ifb_str line;
    bool more = true;
    size_t answers = 0;

    (void)state;
    if (!is_there("m-ifeval/published.jsonl.gz") || !is_there("m-ifeval/es_tokenizer.json") ||
        !is_there("punkt/french.json"))
        skip();
    open_walk(&w);
    for (size_t i = 0; i < NLANGS; i++)
        read_prompts(&w, langs[i], &prompts[i]);
    assert_int_equal(ifb_lines_open(data_path(w.suite, "m-ifeval/published.jsonl.gz"), &lines,
                                    &err), IFB_OK);
    while (!ifb_lines_next(lines, &line, &more, &err) && more) {
        const struct ifb_json *row;
        const struct prompts *p;
        int64_t at;

        ifb_arena_reset(w.cell);
        if (ifb_json_parse(w.cell, line, 0, ifb_lines_number(lines), &row, &err))
            fail_msg("%s", err.msg);
        p = &prompts[lang_of(ifb_json_str(row, "lang"))];
        at = ifb_json_int(row, "line", -1);
        assert_true(at >= 0 && (size_t)at < p->n);
        judge_answer(&w, row, p->at[at], ifb_lines_number(lines));
        answers++;
    }
    ifb_lines_close(lines);
    tell(&w);
    assert_int_equal(w.bad, 0);
    assert_int_equal(answers, 4698);
    close_walk(&w);
}

/* ---- the approximate check, against the authors' verdicts ---- */

static bool same(const struct ifb_json *row, const char *phase, size_t i, enum ifb_outcome outcome)
{
    return wanted(ifb_json_at(ifb_json_get(row, phase), i)) == outcome;
}

static void spanish_sentences_are_nearly_the_published_verdicts(void **state)
{
    static struct prompts prompts;
    struct walk w;
    struct ifb_lines *lines = NULL;
    struct ifb_error err;
    ifb_str line, id = IFB_STR("es:length_constraints:number_sentences");
    bool more = true;
    size_t n = 0, strict = 0, loose = 0;

    (void)state;
    if (!is_there("m-ifeval/published.jsonl.gz") || !is_there("punkt/spanish.json"))
        skip();
    open_walk(&w);
    read_prompts(&w, "es", &prompts);
    assert_int_equal(ifb_lines_open(data_path(w.suite, "m-ifeval/published.jsonl.gz"), &lines,
                                    &err), IFB_OK);
    while (!ifb_lines_next(lines, &line, &more, &err) && more) {
        const struct ifb_json *row, *ids, *prompt;

        ifb_arena_reset(w.cell);
        if (ifb_json_parse(w.cell, line, 0, 1, &row, &err))
            fail_msg("%s", err.msg);
        if (!ifb_str_is(ifb_json_str(row, "lang"), "es"))
            continue;
        prompt = prompts.at[ifb_json_int(row, "line", 0)];
        ids = ifb_json_get(prompt, "instruction_id_list");
        for (size_t i = 0; i < ids->n; i++) {
            struct ifb_constraint c;
            ifb_verdict s, l;

            if (!ifb_str_eq(ifb_json_at(ids, i)->string, id))
                continue;
            assert_int_equal(ifb_constraint_load(w.cell, id,
                                                 ifb_json_at(ifb_json_get(prompt, "kwargs"), i),
                                                 &c, &err), IFB_OK);
            ifb_constraint_score(&c, ifb_forms_new(w.cell, ifb_json_str(row, "response"), &w.res),
                                 w.scratch, true, &s, &l);
            n++;
            strict += same(row, "published_strict", i, s.outcome);
            loose += same(row, "published_loose", i, l.outcome);
        }
    }
    ifb_lines_close(lines);
    print_message("%zu instructions: %zu strict, %zu loose as published\n", n, strict, loose);
    assert_true(n > 0 && strict * 100 >= n * 95 && loose * 100 >= n * 95);
    close_walk(&w);
}

/* ---- examples, suites, size ---- */

static void examples_that_need_data_hold_with_it(void **state)
{
    struct walk w;
    int bad = 0, n = 0;

    (void)state;
    open_walk(&w);
    if ((w.res.have & (IFB_NEEDS_FRENCH | IFB_NEEDS_SPANISH | IFB_NEEDS_ES_TOKENS)) !=
        (IFB_NEEDS_FRENCH | IFB_NEEDS_SPANISH | IFB_NEEDS_ES_TOKENS)) {
        close_walk(&w);
        skip();
    }
    for (const struct ifb_check *c = ifb_check_next(NULL); c; c = ifb_check_next(c)) {
        if (!(c->needs & w.res.have & IFB_NEEDS_PULLED))
            continue;
        for (const struct ifb_example *e = c->examples; e->args; e++, n++) {
            const struct ifb_json *args = NULL;
            struct ifb_constraint k;
            struct ifb_error err;
            ifb_verdict s, l;

            assert_int_equal(ifb_json_parse(w.cell, ifb_str_of(e->args), 0, 1, &args, &err), 0);
            assert_int_equal(ifb_constraint_load(w.cell, ifb_str_of(c->id), args, &k, &err), 0);
            ifb_constraint_score(&k, ifb_forms_new(w.cell, ifb_str_of(e->text), &w.res), w.scratch,
                                 true, &s, &l);
            if (s.outcome != e->outcome && ++bad)
                print_error("%s on '%s': found %s (%.*s)\n", c->id, e->text,
                            ifb_outcome_name(s.outcome), IFB_ARG(s.why));
            ifb_constraint_release(&k);
        }
    }
    close_walk(&w);
    assert_int_equal(bad, 0);
    assert_true(n >= 21);
}

static void without_its_data_a_check_is_unscored(void **state)
{
    static const struct {
        const char *id, *args, *file;
    } rows[] = {
        { "es:special_character:enie", "{\"let_frequency\":1}", "m-ifeval/es_tokenizer.json" },
        { "es:length_constraints:number_sentences",
          "{\"num_sentences\":1,\"relation\":\"al menos\"}", "punkt/spanish.json" },
        { "fr:length_constraints:number_sentences",
          "{\"num_sentences\":1,\"relation\":\"au moins\"}", "punkt/french.json" },
    };
    struct ifb_arena *arena = ifb_arena_new(), *scratch = ifb_arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct ifb_json *args = NULL;
        struct ifb_constraint c;
        struct ifb_error err;
        ifb_verdict s, l;

        assert_int_equal(ifb_json_parse(arena, ifb_str_of(rows[i].args), 0, 1, &args, &err), 0);
        assert_int_equal(ifb_constraint_load(arena, ifb_str_of(rows[i].id), args, &c, &err), 0);
        ifb_constraint_score(&c, ifb_forms_new(arena, IFB_STR("niño."), NULL), scratch, true, &s,
                             &l);
        assert_int_equal(s.outcome, IFB_UNSCORED);
        assert_int_equal(l.outcome, IFB_UNSCORED);
        assert_true(ifb_str_find(s.why, ifb_str_of(rows[i].file), 0) != SIZE_MAX);
        ifb_constraint_release(&c);
    }
    ifb_arena_close(arena);
    ifb_arena_close(scratch);
}

static void suites_read_their_files_and_leave_unknown_ids_unscored(void **state)
{
    static const struct {
        const char *suite, *file;
        size_t prompts, instructions, unscored_most;
    } rows[] = {
        { "m-ifeval-en", "m-ifeval/en_input_data.jsonl", 541, 834, 0 },
        { "m-ifeval-es", "m-ifeval/es_input_data.jsonl", 115, 137, 0 },
        { "m-ifeval-fr", "m-ifeval/fr_input_data.jsonl", 235, 345, 0 },
        { "m-ifeval-ja", "m-ifeval/ja_input_data.jsonl", 172, 226, 0 },
    };

    (void)state;
    if (!is_there(rows[0].file))
        skip();
    for (size_t i = 0; i < NLANGS; i++) {
        struct ifb_arena *arena = ifb_arena_new();
        const struct ifb_suite *suite = ifb_suite_find(ifb_str_of(rows[i].suite));
        const char *paths[] = { data_path(arena, rows[i].file) };
        struct ifb_suite_source src = { paths, 1 };
        size_t prompts = 0, instructions = 0, unscored = 0;
        struct ifb_error err;
        void *handle = NULL;
        bool more = true;

        assert_non_null(suite);
        assert_int_equal(suite->open(&src, arena, &handle, &err), IFB_OK);
        for (;;) {
            struct ifb_item item = { 0 };

            if (suite->next(handle, &item, &more, &err))
                fail_msg("%s", err.msg);
            if (!more)
                break;
            prompts++;
            for (size_t k = 0; k < item.nconstraints; k++) {
                instructions++;
                unscored += !item.constraints[k].check;
                if (item.constraints[k].check)
                    assert_int_equal(item.constraints[k].broken.len, 0);
                ifb_constraint_release(&item.constraints[k]);
            }
        }
        suite->close(handle);
        assert_int_equal(prompts, rows[i].prompts);
        assert_int_equal(instructions, rows[i].instructions);
        assert_true(unscored <= rows[i].unscored_most);
        ifb_arena_close(arena);
    }
}

/* A prompt whose second instruction nobody knows: the row loads and says so by name. */
static void an_id_without_a_check_is_unscored_by_name(void **state)
{
    static const char row[] = "{\"key\":1,\"prompt\":\"x\",\"instruction_id_list\":"
                              "[\"ja:punctuation:no_comma\",\"ja:future:check\"],"
                              "\"kwargs\":[{},{\"n\":1}]}\n";
    const struct ifb_suite *suite = ifb_suite_find(IFB_STR("m-ifeval-ja"));
    struct ifb_arena *arena = ifb_arena_new(), *scratch = ifb_arena_new();
    char path[] = "/tmp/ifb-m-ifeval-XXXXXX";
    const char *paths[] = { path };
    struct ifb_suite_source src = { paths, 1 };
    struct ifb_item item = { 0 };
    struct ifb_error err;
    ifb_verdict s, l;
    void *handle = NULL;
    bool more = true;
    int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(write(fd, row, sizeof(row) - 1), sizeof(row) - 1);
    close(fd);
    assert_int_equal(suite->open(&src, arena, &handle, &err), IFB_OK);
    assert_int_equal(suite->next(handle, &item, &more, &err), IFB_OK);
    unlink(path);
    assert_int_equal(item.nconstraints, 2);
    assert_non_null(item.constraints[0].check);
    assert_null(item.constraints[1].check);
    assert_true(ifb_str_is(item.constraints[1].id, "ja:future:check"));
    ifb_constraint_score(&item.constraints[1], ifb_forms_new(arena, IFB_STR("x"), NULL), scratch,
                         true, &s, &l);
    assert_int_equal(s.outcome, IFB_UNSCORED);
    assert_int_equal(l.outcome, IFB_UNSCORED);
    for (size_t i = 0; i < item.nconstraints; i++)
        ifb_constraint_release(&item.constraints[i]);
    suite->close(handle);
    ifb_arena_close(arena);
    ifb_arena_close(scratch);
}

static void english_ids_are_other_names_of_ifevals(void **state)
{
    (void)state;
    assert_ptr_equal(ifb_check_find(IFB_STR("en:keywords:existence")),
                     ifb_check_find(IFB_STR("keywords:existence")));
    assert_ptr_equal(ifb_check_find(IFB_STR("fr:startend:end_checker")),
                     ifb_check_find(IFB_STR("startend:end_checker")));
    assert_null(ifb_check_find(IFB_STR("en:en:keywords:existence")));
    assert_null(ifb_check_find(IFB_STR("en:es:keywords:frequency")));
    assert_null(ifb_check_find(IFB_STR("en:")));
    assert_null(ifb_check_find(IFB_STR("ja:keywords:nothing")));
}

/*
 * Every check of the three languages on long texts of one unit. Those that count
 * Spanish words cut them alike, so one of them stands for all.
 */
static void long_texts_have_an_outcome_soon(void **state)
{
    static const char *const units[] = {
        "a", " ", "\n", "(", ")", "¿", "《", "「", ":", "1.", "- ", "第1", "・", "漢", "。", "の\n",
        "ñandú, (a:b) 10a.m. http://x.y/z ", "*", "#", "a:@", ".", "p.\n", "「『", "漢（か", "ﾊﾞ",
        "x1 ", "'", "e\xcc\x81",
    };
    const char *kib = getenv("IFB_TEST_KIB");
    const size_t size = (kib ? (size_t)atoi(kib) : 128) << 10;
    char *text = malloc(size + 64);
    struct walk w;

    (void)state;
    assert_non_null(text);
    open_walk(&w);
    for (size_t u = 0; u < sizeof(units) / sizeof(units[0]); u++) {
        size_t unit = strlen(units[u]), n = 0;

        for (; n < size; n += unit)
            memcpy(text + n, units[u], unit);
        for (const struct ifb_check *c = ifb_check_next(NULL); c; c = ifb_check_next(c)) {
            const struct ifb_json *args = NULL;
            struct ifb_constraint k;
            struct ifb_error err;
            ifb_verdict s, l;
            clock_t began = clock();
            double seconds;

            if (c->id[2] != ':' ||
                ((c->needs & IFB_NEEDS_ES_TOKENS) && !strstr(c->id, "number_words")))
                continue;
            ifb_arena_reset(w.cell);
            assert_int_equal(ifb_json_parse(w.cell, ifb_str_of(c->examples[0].args), 0, 1, &args,
                                            &err), 0);
            assert_int_equal(ifb_constraint_load(w.cell, ifb_str_of(c->id), args, &k, &err), 0);
            ifb_constraint_score(&k, ifb_forms_new(w.cell, (ifb_str){ text, n }, &w.res),
                                 w.scratch, true, &s, &l);
            ifb_constraint_release(&k);
            for (unsigned i = 0; i < s.nat; i++)
                assert_true(s.at[i].from <= s.at[i].to && s.at[i].to <= n);
            for (unsigned i = 0; i < l.nat; i++)
                assert_true(l.at[i].from <= l.at[i].to && l.at[i].to <= n);
            seconds = (double)(clock() - began) / CLOCKS_PER_SEC;
            if (getenv("IFB_TEST_TIMES") && seconds > 0.3)
                print_message("%s on '%s': %s, %.2f s\n", c->id, units[u],
                              ifb_outcome_name(s.outcome), seconds);
        }
    }
    free(text);
    close_walk(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(single_cases_equal_upstreams_verdicts),
        cmocka_unit_test(published_answers_score_as_the_oracle_scores_them),
        cmocka_unit_test(spanish_sentences_are_nearly_the_published_verdicts),
        cmocka_unit_test(examples_that_need_data_hold_with_it),
        cmocka_unit_test(without_its_data_a_check_is_unscored),
        cmocka_unit_test(suites_read_their_files_and_leave_unknown_ids_unscored),
        cmocka_unit_test(an_id_without_a_check_is_unscored_by_name),
        cmocka_unit_test(english_ids_are_other_names_of_ifevals),
        cmocka_unit_test(long_texts_have_an_outcome_soon),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
