/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verdict for verdict against the official IFEval checker: its stored verdicts
 * on single cases and on the published gpt-4 answers.
 */
#include "tests/unit/parity.h"

#define NEEDS (IFB_NEEDS_PUNKT | IFB_NEEDS_LANGID)
#define CASES "differential/ifeval.jsonl.gz"

static void see_case(struct walk *w, const struct ifb_json *row, const char *where, void *self)
{
    (void)self;
    judge_case(w, row, where);
}

static void single_cases_equal_upstreams_verdicts(void **state)
{
    struct walk w;

    (void)state;
    if (!is_there(CASES))
        skip();
    open_walk(&w, NEEDS);
    walk_lines(&w, CASES, see_case, NULL);
    print_message("%zu cases, %zu differ\n", w.n, w.bad);
    assert_int_equal(w.bad, 0);
    assert_true(w.n >= 7505);
    close_walk(&w);
}

/* ---- the published answers ---- */

#define PROMPTS 541

/* All lines of a file as parsed values: PROMPTS of them. */
static void read_all(struct walk *w, const char *name, const struct ifb_json *at[PROMPTS])
{
    struct ifb_lines *lines = NULL;
    struct ifb_error err;
    bool more = true;
    size_t n = 0;
    ifb_str line;

    if (ifb_lines_open(data_path(w->suite, name), &lines, &err))
        fail_msg("%s", err.msg);
    while (!ifb_lines_next(lines, &line, &more, &err) && more) {
        assert_true(n < PROMPTS);
        if (ifb_json_parse(w->suite, ifb_str_copy(w->suite, line), 0, ifb_lines_number(lines),
                           &at[n++], &err))
            fail_msg("%s: %s", name, err.msg);
    }
    ifb_lines_close(lines);
    assert_int_equal(n, PROMPTS);
}

static ifb_str response_to(const struct ifb_json *const *responses, size_t n, ifb_str prompt)
{
    while (n--)
        if (ifb_str_eq(ifb_json_str(responses[n], "prompt"), prompt))
            return ifb_json_str(responses[n], "response");
    return (ifb_str){ NULL, 0 };
}

static bool is_unstable(const struct ifb_json *verdict, size_t position)
{
    const struct ifb_json *list = ifb_json_get(verdict, "unstable");

    for (const struct ifb_json *m = list ? list->first : NULL; m; m = m->next)
        if (m->integer == (int64_t)position)
            return true;
    return false;
}

struct totals {
    size_t prompts, strict, loose, unstable;
};

static void judge_prompt(struct walk *w, const struct ifb_json *prompt,
                         const struct ifb_json *verdict, ifb_str answer, struct totals *t)
{
    const struct ifb_json *ids = ifb_json_get(prompt, "instruction_id_list");
    const struct ifb_json *kwargs = ifb_json_get(prompt, "kwargs");
    struct ifb_forms *forms = ifb_forms_new(w->cell, answer, &w->res);
    size_t strict = w->strict_pass, loose = w->loose_pass;
    char where[40];

    assert_int_equal(ifb_json_int(prompt, "key", -1), ifb_json_int(verdict, "key", -2));
    for (size_t i = 0; i < ids->n; i++) {
        const struct ifb_json *s = ifb_json_at(ifb_json_get(verdict, "strict"), i);
        const struct ifb_json *l = ifb_json_at(ifb_json_get(verdict, "loose"), i);

        snprintf(where, sizeof(where), "key %lld, %zu",
                 (long long)ifb_json_int(prompt, "key", 0), i);
        t->unstable += is_unstable(verdict, i);
        judge(w, ifb_json_at(ids, i)->string, ifb_json_at(kwargs, i), forms, wanted(s), wanted(l),
              where);
    }
    t->prompts++;
    t->strict += w->strict_pass - strict == ids->n;
    t->loose += w->loose_pass - loose == ids->n;
}

static void published_answers_score_as_upstream_scores_them(void **state)
{
    static const struct ifb_json *prompts[PROMPTS], *responses[PROMPTS], *verdicts[PROMPTS];
    struct totals t = { 0 };
    struct walk w;

    (void)state;
    if (!is_there("ifeval/verdicts_gpt4.jsonl"))
        skip();
    open_walk(&w, NEEDS);
    read_all(&w, "ifeval/input_data.jsonl", prompts);
    read_all(&w, "ifeval/responses_gpt4.jsonl", responses);
    read_all(&w, "ifeval/verdicts_gpt4.jsonl", verdicts);
    for (size_t i = 0; i < PROMPTS; i++) {
        ifb_str answer = response_to(responses, PROMPTS, ifb_json_str(prompts[i], "prompt"));

        assert_non_null(answer.ptr);
        judge_prompt(&w, prompts[i], verdicts[i], answer, &t);
        ifb_arena_reset(w.cell);
    }
    assert_int_equal(w.bad, 0);
    assert_int_equal(w.n, 834);
    assert_int_equal(t.unstable, 2);
    assert_int_equal(t.strict, 417);
    assert_int_equal(w.strict_pass, 698);
    assert_int_equal(t.loose, 431);
    assert_int_equal(w.loose_pass, 714);
    close_walk(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(single_cases_equal_upstreams_verdicts),
        cmocka_unit_test(published_answers_score_as_upstream_scores_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
