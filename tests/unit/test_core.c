/* SPDX-License-Identifier: Apache-2.0 */
/* The built-in suite: what it covers, and its answers against the verdicts beside them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <ifbench/check.h>
#include <ifbench/suite.h>

#include "harness/base/arena.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/str.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))
#define CASES "tests/cases/core_cases.jsonl"
#define ANSWERS "suites/data/core_answers.jsonl"

/* The suite read whole. */
struct loaded {
    struct ifb_arena *arena;
    struct ifb_item *at;
    size_t n, cap, nconstraints;
};

static void load_core(struct loaded *l)
{
    const struct ifb_suite *suite = ifb_suite_find(IFB_STR("core"));
    struct ifb_error err = { 0 };
    void *opened = NULL;
    bool more = true;

    assert_non_null(suite);
    *l = (struct loaded){ .arena = ifb_arena_new() };
    assert_int_equal(suite->open(NULL, l->arena, &opened, &err), IFB_OK);
    for (;;) {
        l->at = ifb_grow(l->arena, l->at, &l->cap, l->n + 1, sizeof(*l->at));
        if (suite->next(opened, &l->at[l->n], &more, &err))
            fail_msg("%s", err.msg);
        if (!more)
            break;
        l->nconstraints += l->at[l->n++].nconstraints;
    }
    suite->close(opened);
}

static void unload(struct loaded *l)
{
    for (size_t i = 0; i < l->n; i++)
        for (size_t c = 0; c < l->at[i].nconstraints; c++)
            ifb_constraint_release(&l->at[i].constraints[c]);
    ifb_arena_close(l->arena);
}

static const struct ifb_item *item_called(const struct loaded *l, ifb_str id)
{
    for (size_t i = 0; i < l->n; i++)
        if (ifb_str_eq(l->at[i].id, id))
            return &l->at[i];
    return NULL;
}

static const char *const ids[] = {
    "keywords:existence", "keywords:frequency", "keywords:forbidden_words",
    "keywords:letter_frequency", "language:response_language",
    "length_constraints:number_sentences", "length_constraints:number_words",
    "length_constraints:number_paragraphs", "length_constraints:nth_paragraph_first_word",
    "detectable_content:number_placeholders", "detectable_content:postscript",
    "detectable_format:number_bullet_lists", "detectable_format:constrained_response",
    "detectable_format:number_highlighted_sections", "detectable_format:multiple_sections",
    "detectable_format:json_format", "detectable_format:title", "combination:two_responses",
    "combination:repeat_prompt", "startend:end_checker", "startend:quotation",
    "change_case:capital_word_frequency", "change_case:english_capital",
    "change_case:english_lowercase", "punctuation:no_comma",
};

static size_t count_id(const struct loaded *l, const char *id)
{
    size_t n = 0;

    for (size_t i = 0; i < l->n; i++)
        for (size_t c = 0; c < l->at[i].nconstraints; c++)
            n += ifb_str_is(l->at[i].constraints[c].id, id);
    return n;
}

static void core_covers_every_check_at_least_twice(void **state)
{
    struct loaded l;
    size_t counted = 0;

    (void)state;
    load_core(&l);
    assert_true(l.n >= 60);
    for (size_t i = 0; i < N(ids); i++) {
        size_t n = count_id(&l, ids[i]);

        if (n < 2)
            fail_msg("%s: %zu constraints", ids[i], n);
        counted += n;
    }
    assert_int_equal(counted, l.nconstraints);
    unload(&l);
}

static void core_items_are_whole_and_different(void **state)
{
    struct loaded l;
    size_t stacked = 0;

    (void)state;
    load_core(&l);
    for (size_t i = 0; i < l.n; i++) {
        const struct ifb_item *item = &l.at[i];

        assert_int_equal(item->prompt.n, 1);
        assert_true(item->group.len > 0);
        assert_true(item->nconstraints <= 4);
        stacked += item->nconstraints > 1;
        for (size_t c = 0; c < item->nconstraints; c++)
            if (item->constraints[c].broken.len)
                fail_msg("item %.*s: %.*s", IFB_ARG(item->id),
                         IFB_ARG(item->constraints[c].broken));
        for (size_t j = 0; j < i; j++)
            if (ifb_str_eq(item->prompt.at[0].text, l.at[j].prompt.at[0].text))
                fail_msg("items %zu and %zu have the same prompt", j, i);
    }
    assert_true(stacked >= 12);
    unload(&l);
}

/* One row's expected verdicts, positional, against the item's constraints. */
static size_t wrong_verdicts(const char *file, unsigned line, const struct ifb_item *item,
                             const struct ifb_json *row)
{
    const struct ifb_json *strict = ifb_json_get(row, "strict");
    const struct ifb_json *loose = ifb_json_get(row, "loose");
    struct ifb_arena *cell = ifb_arena_new(), *scratch = ifb_arena_new();
    struct ifb_forms *forms = ifb_forms_new(cell, ifb_json_str(row, "response"), NULL);
    size_t wrong = 0;

    assert_non_null(strict);
    assert_non_null(loose);
    assert_int_equal(strict->n, item->nconstraints);
    assert_int_equal(loose->n, item->nconstraints);
    for (size_t i = 0; i < item->nconstraints; i++) {
        bool s = ifb_json_at(strict, i)->truth, o = ifb_json_at(loose, i)->truth;
        ifb_verdict vs, vl;

        ifb_constraint_score(&item->constraints[i], forms, scratch, true, &vs, &vl);
        if (vs.outcome == (s ? IFB_PASS : IFB_FAIL) && vl.outcome == (o ? IFB_PASS : IFB_FAIL))
            continue;
        wrong++;
        print_error("%s:%u: %.*s: strict %s, loose %s, wanted %d and %d: %.*s\n", file, line,
                    IFB_ARG(item->constraints[i].id), ifb_outcome_name(vs.outcome),
                    ifb_outcome_name(vl.outcome), s, o, IFB_ARG(vs.why));
    }
    ifb_arena_close(scratch);
    ifb_arena_close(cell);
    return wrong;
}

/* Calls the judge for every row of a JSONL file; returns the number of rows. */
static size_t judge_file(const char *file, const struct loaded *l, size_t *wrong,
                         const struct ifb_item *(*item_of)(const struct loaded *,
                                                           const struct ifb_json *, size_t))
{
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_lines *lines = NULL;
    struct ifb_error err = { 0 };
    const struct ifb_json *row;
    const struct ifb_item *item;
    bool more = true;
    size_t n = 0;
    ifb_str line;

    if (ifb_lines_open(file, &lines, &err))
        fail_msg("%s", err.msg);
    for (;;) {
        assert_int_equal(ifb_lines_next(lines, &line, &more, &err), IFB_OK);
        if (!more)
            break;
        if (ifb_json_parse(arena, line, 0, ifb_lines_number(lines), &row, &err))
            fail_msg("%s: %s", file, err.msg);
        item = item_of(l, row, n++);
        if (!item)
            fail_msg("%s:%zu: no such item", file, n);
        *wrong += wrong_verdicts(file, ifb_lines_number(lines), item, row);
        ifb_arena_reset(arena);
    }
    ifb_lines_close(lines);
    ifb_arena_close(arena);
    return n;
}

static const struct ifb_item *item_by_key(const struct loaded *l, const struct ifb_json *row,
                                          size_t index)
{
    char id[32];

    (void)index;
    snprintf(id, sizeof(id), "%lld", (long long)ifb_json_int(row, "key", -1));
    return item_called(l, ifb_str_of(id));
}

static const struct ifb_item *item_by_prompt(const struct loaded *l, const struct ifb_json *row,
                                             size_t index)
{
    if (index >= l->n || !ifb_str_eq(l->at[index].prompt.at[0].text, ifb_json_str(row, "prompt")))
        return NULL;
    return &l->at[index];
}

static void core_cases_have_the_verdicts_of_the_specification(void **state)
{
    struct loaded l;
    size_t wrong = 0, n;

    (void)state;
    load_core(&l);
    n = judge_file(CASES, &l, &wrong, item_by_key);
    unload(&l);
    assert_true(n >= 120);
    assert_int_equal(wrong, 0);
}

static void core_answers_go_with_the_prompts_one_by_one(void **state)
{
    struct loaded l;
    size_t wrong = 0, n;

    (void)state;
    load_core(&l);
    n = judge_file(ANSWERS, &l, &wrong, item_by_prompt);
    assert_int_equal(n, l.n);
    unload(&l);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(core_covers_every_check_at_least_twice),
        cmocka_unit_test(core_items_are_whole_and_different),
        cmocka_unit_test(core_cases_have_the_verdicts_of_the_specification),
        cmocka_unit_test(core_answers_go_with_the_prompts_one_by_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
