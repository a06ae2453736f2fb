/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Judges in a plan: how tasks are numbered behind the samples, and what is made of
 * their judgments on the way to numbers. What happens over HTTP is tests/e2e/test_judge.sh.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include <ifbench.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/engine/judging.h"
#include "harness/engine/plan.h"
#include "scorers/judge/judge.h"

#define N_OF(a) (sizeof(a) / sizeof(*(a)))

/* ---- the plan ---- */

#define ITEMS 4
#define MODELS 3
#define JUDGES 2
#define EPOCHS 2

static uint16_t calls_of(void *self, const struct ifb_item *item, size_t task)
{
    (void)self;
    (void)item;
    return (uint16_t)(task + 1);
}

/* Items of one, two, no and three tasks; the third pair's models are 1 and 2. */
static void make_plan(struct ifb_arena *arena, const char *judge, const char *what,
                      struct ifb_plan *plan, struct ifb_plan_judging *judging)
{
    static const struct ifb_metric metrics[] = { { 0 } };
    static const struct ifb_suite suite = { .id = "s", .metrics = metrics };
    static struct ifb_message asked[] = { { .role = IFB_USER, .text = IFB_STR_INIT("x") } };
    static struct ifb_item items[ITEMS];
    static struct ifb_suite_items loaded = { .suite = &suite, .items = items, .n = ITEMS,
                                             .resident = ITEMS };
    static const uint32_t before[] = { 0, 1, 3, 3, 6 };
    static const struct ifb_plan_pair pairs[] = { { { 0, 1 } }, { { 0, 2 } }, { { 1, 2 } } };
    struct ifb_model *models = ifb_new(arena, struct ifb_model, MODELS + JUDGES);
    struct ifb_plan_judging *const judgings[] = { judging };
    struct ifb_error err;

    for (size_t i = 0; i < ITEMS; i++)
        items[i] = (struct ifb_item){ .id = ifb_fmt(arena, "%zu", i), .prompt = { asked, 1 } };
    for (size_t i = 0; i < MODELS + JUDGES; i++)
        models[i].spec = i == MODELS ? ifb_str_of(judge) : ifb_fmt(arena, "model %zu", i);
    *judging = (struct ifb_plan_judging){ .items = &loaded, .before = before, .pairs = pairs,
                                          .npairs = N_OF(pairs), .calls = calls_of,
                                          .attempts = 2 };
    ifb_plan_make(&loaded, 1, models, MODELS, EPOCHS, arena, plan);
    assert_int_equal(plan->least, plan->ncalls);
    assert_int_equal(ifb_plan_judge(plan, judgings, 1, models + MODELS, MODELS, JUDGES,
                                    ifb_str_of(what), arena, &err), IFB_OK);
}

static void tasks_stand_behind_the_samples(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_plan_judging judging;
    struct ifb_plan plan;
    uint32_t call = 0;

    (void)state;
    make_plan(arena, "judge", "w", &plan, &judging);
    assert_int_equal(plan.nasked, MODELS);
    assert_int_equal(plan.nasked_samples, MODELS * ITEMS * EPOCHS);
    assert_int_equal(plan.ncells, MODELS + 3 * JUDGES);
    assert_int_equal(plan.nsamples, plan.nasked_samples + 3 * JUDGES * EPOCHS * 6);
    assert_int_equal(judging.cell, MODELS);
    for (size_t i = 0; i < plan.nsamples; i++) {  /* calls follow one another without a gap */
        assert_int_equal(plan.samples[i].call, call);
        call += plan.samples[i].turns;
        assert_ptr_equal(ifb_plan_sample_of(&plan, call - 1), &plan.samples[i]);
    }
    assert_int_equal(plan.ncalls, call);
    assert_int_equal(plan.nown, call);
    /* 1, 1 2 and 1 2 3 calls of each pair, judge and epoch, and each twice where it must be. */
    assert_int_equal(plan.least, plan.nasked_samples + 3 * JUDGES * EPOCHS * (1 + 3 + 6));
    assert_int_equal(plan.ncalls - plan.nasked_samples, 2 * (plan.least - plan.nasked_samples));
    ifb_arena_close(arena);
}

static void tasks_are_found_by_item_epoch_and_number(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_plan_judging judging;
    struct ifb_plan plan;

    (void)state;
    make_plan(arena, "judge", "w", &plan, &judging);
    for (size_t p = 0; p < 3; p++)
        for (size_t j = 0; j < JUDGES; j++) {
            const struct ifb_plan_cell *cell = &plan.cells[judging.cell + p * JUDGES + j];
            uint32_t next = cell->first;

            assert_ptr_equal(cell->judging, &judging);
            assert_int_equal(cell->pair, p);
            assert_int_equal(cell->model_index, MODELS + j);
            for (size_t i = 0; i < ITEMS; i++)
                for (uint32_t e = 0; e < EPOCHS; e++)
                    for (size_t t = 0; t < ifb_plan_tasks(&judging, i); t++) {
                        const struct ifb_sample_plan *s = &plan.samples[next];

                        assert_int_equal(ifb_plan_task(&plan, cell, i, e, t), next++);
                        assert_int_equal(s->index, i);
                        assert_int_equal(s->epoch, e);
                        assert_int_equal(s->task, t);
                        assert_int_equal(s->turns, 2 * (t + 1));
                    }
            assert_int_equal(next, cell->first + cell->n);
        }
    assert_int_equal(ifb_plan_answer(&plan, 2, 3, 1), 2 * ITEMS * EPOCHS + 3 * EPOCHS + 1);
    assert_int_equal(plan.samples[ifb_plan_answer(&plan, 2, 3, 1)].index, 3);
    ifb_arena_close(arena);
}

static void the_digest_knows_judges_and_what_they_are_asked_with(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_plan_judging judging;
    struct ifb_plan one, same, judge, what;

    (void)state;
    make_plan(arena, "judge", "w", &one, &judging);
    make_plan(arena, "judge", "w", &same, &judging);
    make_plan(arena, "judge2", "w", &judge, &judging);
    make_plan(arena, "judge", "w2", &what, &judging);
    assert_string_equal(one.digest, same.digest);
    assert_string_not_equal(one.digest, judge.digest);
    assert_string_not_equal(one.digest, what.digest);
    ifb_arena_close(arena);
}

/* ---- replies ---- */

static void a_criterion_is_the_last_mark(void **state)
{
    static const struct {
        const char *reply;
        enum ifb_said said;
        enum ifb_reading how;
    } rows[] = {
        { "It is. [[YES]]", IFB_SAID_YES, IFB_READ },
        { "[[YES]]? No: [[no]]", IFB_SAID_NO, IFB_READ },
        { "[[ Yes ]]", IFB_SAID_YES, IFB_READ },
        { "[[MAYBE]] [[NO]] [[PERHAPS]]", IFB_SAID_NO, IFB_READ },
        { "Yes, it is", IFB_SAID_YES, IFB_READ_LOOSELY },
        { "\n no", IFB_SAID_NO, IFB_READ_LOOSELY },
        { "so YES", IFB_SAID_YES, IFB_READ_LOOSELY },
        { "it depends", IFB_SAID_NOTHING, IFB_UNREADABLE },
        { "[[YES", IFB_SAID_YES, IFB_READ_LOOSELY },
        { "[[", IFB_SAID_NOTHING, IFB_UNREADABLE },
        { "", IFB_SAID_NOTHING, IFB_UNREADABLE },
    };
    struct ifb_arena *arena = ifb_arena_new();

    (void)state;
    for (size_t i = 0; i < N_OF(rows); i++) {
        struct ifb_judgment j = ifb_criterion_said(ifb_str_of(rows[i].reply), arena);

        if (j.nsaid != 1 || j.said[0] != rows[i].said || j.how != rows[i].how)
            fail_msg("\"%s\": said %d, read %d", rows[i].reply, j.said[0], j.how);
    }
    ifb_arena_close(arena);
}

static void a_rubric_knows_grades_from_1_to_10(void **state)
{
    static const struct {
        const char *reply;
        double rating;
    } rows[] = { { "[[1]]", 1 },    { "Rating: [[10]]", 10 }, { "[[7.5]]", 7.5 },
                 { "[[0]]", NAN },  { "[[11]]", NAN },        { "none", NAN },
                 { "[8]", 8 } };

    (void)state;
    for (size_t i = 0; i < N_OF(rows); i++) {
        struct ifb_judgment j = ifb_rubric_rating(ifb_str_of(rows[i].reply), IFB_PARSE_OFFICIAL);

        if (isnan(j.rating) != isnan(rows[i].rating) ||
            (!isnan(j.rating) && fabs(j.rating - rows[i].rating) > 0) ||
            (j.how == IFB_UNREADABLE) != isnan(rows[i].rating))
            fail_msg("%s: %g, read %d", rows[i].reply, j.rating, j.how);
    }
}

/* ---- juries ---- */

static struct ifb_judgment rated(double rating)
{
    return (struct ifb_judgment){ .how = isnan(rating) ? IFB_UNREADABLE : IFB_READ,
                                  .rating = rating };
}

static struct ifb_judgment labelled(enum ifb_label label)
{
    return (struct ifb_judgment){ .how = label ? IFB_READ : IFB_UNREADABLE, .rating = NAN,
                                  .label = label };
}

static void a_jury_is_the_median_and_the_majority(void **state)
{
    static const enum ifb_said yes[] = { IFB_SAID_YES, IFB_SAID_NO };
    static const enum ifb_said no[] = { IFB_SAID_NO };
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_judgment ratings[] = { rated(9), rated(NAN), rated(2), rated(3) };
    struct ifb_judgment unread[] = { rated(NAN), rated(NAN) };
    struct ifb_judgment labels[] = { labelled(IFB_A_BETTER), labelled(IFB_A_MUCH_BETTER),
                                     labelled(IFB_B_BETTER), labelled(IFB_LABEL_NONE) };
    struct ifb_judgment split[] = { labelled(IFB_A_BETTER), labelled(IFB_B_BETTER) };
    struct ifb_judgment lists[] = { { .how = IFB_READ, .rating = NAN, .said = yes, .nsaid = 2 },
                                    { .how = IFB_READ, .rating = NAN, .said = no, .nsaid = 1 },
                                    { .how = IFB_READ, .rating = NAN, .said = no, .nsaid = 1 } };
    struct ifb_judgment j;

    (void)state;
    assert_true(fabs(ifb_judgment_jury(ratings, 4, arena).rating - 3) < 1e-12);
    j = ifb_judgment_jury(unread, 2, arena);
    assert_true(isnan(j.rating));
    assert_int_equal(j.how, IFB_UNREADABLE);
    assert_int_equal(ifb_judgment_jury(labels, 4, arena).label, IFB_A_BETTER);
    assert_int_equal(ifb_judgment_jury(split, 2, arena).label, IFB_NO_DIFFERENCE);
    j = ifb_judgment_jury(lists, 3, arena);
    assert_int_equal(j.nsaid, 2);
    assert_int_equal(j.said[0], IFB_SAID_NO);
    assert_int_equal(j.said[1], IFB_SAID_NO);
    ifb_arena_close(arena);
}

static void a_judgment_is_a_grade(void **state)
{
    static const enum ifb_said all[] = { IFB_SAID_YES, IFB_SAID_YES };
    static const enum ifb_said some[] = { IFB_SAID_YES, IFB_SAID_NO };
    struct ifb_judgment j = rated(NAN);

    (void)state;
    assert_int_equal(ifb_judge_grade(&j), -1);
    j = rated(7.6);
    assert_int_equal(ifb_judge_grade(&j), 8);
    j = rated(1e300);
    assert_int_equal(ifb_judge_grade(&j), 10);
    j = labelled(IFB_A_MUCH_BETTER);
    assert_int_equal(ifb_judge_grade(&j), 0);
    j = labelled(IFB_NO_DIFFERENCE);
    assert_int_equal(ifb_judge_grade(&j), 1);
    j = labelled(IFB_B_BETTER);
    assert_int_equal(ifb_judge_grade(&j), 2);
    j = (struct ifb_judgment){ .how = IFB_READ, .rating = NAN, .said = all, .nsaid = 2 };
    assert_int_equal(ifb_judge_grade(&j), 1);
    j.said = some;
    assert_int_equal(ifb_judge_grade(&j), 0);
}

/* ---- bias ---- */

struct shown_game {
    unsigned game;  /* of MT-Bench: in the first the first side's answer stands first */
    enum ifb_label label;
};

static void add_games(struct ifb_judging_bias *bias, const char *one, const char *two,
                      const struct shown_game *games, size_t n, struct ifb_arena *arena)
{
    ifb_str *answers = ifb_new(arena, ifb_str, 2);
    struct ifb_judge_task *tasks = ifb_new(arena, struct ifb_judge_task, n);
    struct ifb_judge_outcome *o = ifb_new(arena, struct ifb_judge_outcome, n);
    struct ifb_judging_match match = { .sides = { { .model = IFB_STR("gpt-4") },
                                                  { .model = IFB_STR("other") } } };

    answers[0] = ifb_str_of(one);
    answers[1] = ifb_str_of(two);
    for (size_t i = 0; i < n; i++) {
        tasks[i].protocol = ifb_judge_find(IFB_STR("mtbench-pair"));
        tasks[i].context.game = games[i].game;
        tasks[i].context.answers[0] = (struct ifb_strs){ &answers[0], 1 };
        tasks[i].context.answers[1] = (struct ifb_strs){ &answers[1], 1 };
        o[i] = (struct ifb_judge_outcome){ .task = &tasks[i], .judge = IFB_STR("gpt-3.5"),
                                           .said = labelled(games[i].label) };
    }
    ifb_judging_bias_add(bias, &match, o, n, arena);
}

static void bias_goes_by_what_was_shown(void **state)
{
    static const struct shown_game both[] = { { 1, IFB_A_BETTER }, { 2, IFB_A_BETTER } };
    static const struct {
        const char *id;
        int64_t hits, n;
    } wanted[] = { { "position_consistency", 0, 2 }, { "flip_rate", 2, 2 },
                   { "first_position_rate", 4, 4 },  { "longer_win_rate", 2, 4 },
                   { "family_win_rate", 2, 4 },      { "refusal_win_rate", 1, 2 } };
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_judging_bias *bias = ifb_judging_bias_new(arena);
    const struct ifb_metric_value *at;
    size_t n;

    (void)state;
    add_games(bias, "same", "same", both, 1, arena);
    assert_int_equal(ifb_judging_bias_values(bias, arena, &at), 0);
    add_games(bias, "short", "much longer", both, 2, arena);
    add_games(bias, "", "an answer", both, 2, arena);
    n = ifb_judging_bias_values(bias, arena, &at);
    assert_int_equal(n, N_OF(wanted));
    for (size_t i = 0; i < n; i++)
        if (!ifb_str_is(at[i].id, wanted[i].id) || at[i].hits != wanted[i].hits ||
            at[i].n != wanted[i].n || !(at[i].lo <= at[i].value && at[i].value <= at[i].hi))
            fail_msg("%.*s: %lld of %lld", IFB_ARG(at[i].id), (long long)at[i].hits,
                     (long long)at[i].n);
    ifb_arena_close(arena);
}

static void sides_are_found_by_the_game(void **state)
{
    static const enum ifb_said said[] = { IFB_SAID_YES, IFB_SAID_NO, IFB_SAID_YES, IFB_SAID_YES };
    static const struct {
        const char *protocol;
        unsigned game;
        struct ifb_judgment said;
        int winner;
        double points;
    } rows[] = {
        { "mtbench-pair", 1, { IFB_READ, NAN, IFB_A_BETTER, NULL, 0 }, 0, 1 },
        { "mtbench-pair", 2, { IFB_READ, NAN, IFB_A_BETTER, NULL, 0 }, 1, 0 },
        { "mtbench-pair", 2, { IFB_READ, NAN, IFB_NO_DIFFERENCE, NULL, 0 }, 2, 0.5 },
        { "arenahard-v2", 1, { IFB_READ, NAN, IFB_A_MUCH_BETTER, NULL, 0 }, 1, 0 },
        { "arenahard-v2", 2, { IFB_READ, NAN, IFB_A_MUCH_BETTER, NULL, 0 }, 0, 1 },
        { "alpacaeval-logprob", 2, { IFB_READ, 1.25, IFB_A_BETTER, NULL, 0 }, 0, 0.75 },
        { "alpacaeval-logprob", 1, { IFB_READ, 1.25, IFB_A_BETTER, NULL, 0 }, 1, 0.25 },
        { "mtbench-single", 1, { IFB_READ, 7, IFB_LABEL_NONE, NULL, 0 }, -1, 7 },
        { "infobench", 1, { IFB_READ, NAN, IFB_LABEL_NONE, said, 4 }, -1, 0.75 },
        { "mtbench-pair", 1, { IFB_UNREADABLE, NAN, IFB_LABEL_NONE, NULL, 0 }, -1, NAN },
    };

    (void)state;
    for (size_t i = 0; i < N_OF(rows); i++) {
        struct ifb_judge_task task = { .protocol = ifb_judge_find(ifb_str_of(rows[i].protocol)),
                                       .context = { .game = rows[i].game } };
        struct ifb_judge_outcome o = { .task = &task, .said = rows[i].said };
        double points = ifb_judging_points(&task, &o.said);

        assert_non_null(task.protocol);
        if (ifb_judging_winner(&o) != rows[i].winner ||
            !(isnan(rows[i].points) ? isnan(points) : fabs(points - rows[i].points) < 1e-12))
            fail_msg("row %zu: %d, %g", i, ifb_judging_winner(&o), points);
    }
}

/* ---- calibration ---- */

static const struct ifb_json *parse(struct ifb_arena *arena, const char *text)
{
    const struct ifb_json *v = NULL;

    assert_int_equal(ifb_json_parse(arena, ifb_str_of(text), 0, 1, &v, NULL), IFB_OK);
    return v;
}

static void calibrations_are_checked_and_compared(void **state)
{
    static const enum ifb_said no[] = { IFB_SAID_NO };
    static const struct {
        const char *row;
        bool fine;
        struct ifb_judgment said;
        bool right;
    } rows[] = {
        { "{\"question\":\"q\",\"answer\":\"a\",\"expect\":8}", true,
          { .how = IFB_READ, .rating = 7 }, true },
        { "{\"question\":\"q\",\"answer\":\"a\",\"expect\":8,\"within\":0}", true,
          { .how = IFB_READ, .rating = 7 }, false },
        { "{\"question\":\"q\",\"answer\":\"a\",\"expect\":8}", true,
          { .how = IFB_UNREADABLE, .rating = 8 }, false },
        { "{\"question\":\"q\",\"answer_a\":\"a\",\"answer_b\":\"b\",\"expect\":\"A\"}", true,
          { .how = IFB_READ, .label = IFB_A_MUCH_BETTER }, true },
        { "{\"question\":\"q\",\"answer_a\":\"a\",\"answer_b\":\"b\",\"expect\":\"tie\"}", true,
          { .how = IFB_READ, .label = IFB_B_BETTER }, false },
        { "{\"question\":\"q\",\"answer_a\":\"a\",\"answer_b\":\"b\",\"expect\":\"C\"}", false, { 0 }, 0 },
        { "{\"question\":\"q\",\"answer_b\":\"b\",\"expect\":\"A\"}", false, { 0 }, 0 },
        { "{\"question\":\"q\",\"answer\":\"a\",\"criterion\":\"c\",\"expect\":\"no\"}", true,
          { .how = IFB_READ, .said = no, .nsaid = 1 }, true },
        { "{\"question\":\"q\",\"answer\":\"a\",\"criterion\":\"c\",\"expect\":\"8\"}", false, { 0 }, 0 },
        { "{\"question\":\"q\",\"answer\":\"a\",\"expect\":\"8\"}", false, { 0 }, 0 },
        { "{\"question\":\"q\",\"answer\":\"a\",\"expect\":8,\"protocol\":\"none\"}", false, { 0 }, 0 },
        { "{\"answer\":\"a\",\"expect\":8}", false, { 0 }, 0 },
    };
    struct ifb_arena *arena = ifb_arena_new();

    (void)state;
    for (size_t i = 0; i < N_OF(rows); i++) {
        const struct ifb_json *row = parse(arena, rows[i].row);
        struct ifb_error err;
        bool fine = ifb_calibration_check(row, &err) == IFB_OK;

        if (fine != rows[i].fine)
            fail_msg("%s: %s", rows[i].row, fine ? "accepted" : err.msg);
        if (fine && ifb_calibration_right(row, &rows[i].said) != rows[i].right)
            fail_msg("%s: wrong", rows[i].row);
    }
    ifb_arena_close(arena);
}

/* ---- questions in expressions ---- */

static enum ifb_outcome outcome_of(struct ifb_arena *arena, const char *expr, const uint8_t *said)
{
    struct ifb_arena *scratch = ifb_arena_new();
    struct ifb_forms *forms = ifb_forms_new(arena, IFB_STR("some words"), NULL);
    struct ifb_constraint c;
    ifb_verdict strict, loose;
    struct ifb_error err;

    if (ifb_constraint_load_expression(arena, parse(arena, expr), &c, &err))
        fail_msg("%s: %s", expr, err.msg);
    ifb_forms_say(forms, said);
    ifb_constraint_score(&c, forms, scratch, true, &strict, &loose);
    assert_true(strict.why.len > 0);
    ifb_constraint_release(&c);
    ifb_arena_close(scratch);
    return strict.outcome;
}

#define Q1 "{\"judge\": \"Is it so?\"}"
#define Q2 "{\"judge\": {\"question\": \"Or so?\"}}"
#define HOLDS "{\"contains\": \"words\"}"
#define FAILS "{\"contains\": \"nothing\"}"

static void what_judges_say_is_a_leaf(void **state)
{
    static const uint8_t yes_no[] = { IFB_SAID_YES, IFB_SAID_NO };
    static const uint8_t no_open[] = { IFB_SAID_NO, IFB_SAID_NOTHING };
    static const struct {
        const char *expr;
        const uint8_t *said;
        enum ifb_outcome outcome;
    } rows[] = {
        { Q1, yes_no, IFB_PASS },
        { Q1, no_open, IFB_FAIL },
        { Q1, NULL, IFB_UNSCORED },
        { "{\"all\": [" Q1 ", " Q2 "]}", yes_no, IFB_FAIL },
        { "{\"any\": [" Q1 ", " Q2 "]}", yes_no, IFB_PASS },
        { "{\"not\": " Q1 "}", no_open, IFB_PASS },
        { "{\"all\": [" Q1 ", " Q2 "]}", no_open, IFB_FAIL },
        { "{\"any\": [" Q1 ", " Q2 "]}", no_open, IFB_UNSCORED },
        { "{\"not\": " Q1 "}", NULL, IFB_UNSCORED },
        { "{\"all\": [" Q1 ", " FAILS "]}", NULL, IFB_FAIL },
        { "{\"all\": [" Q1 ", " HOLDS "]}", NULL, IFB_UNSCORED },
        { "{\"any\": [" Q1 ", " HOLDS "]}", NULL, IFB_PASS },
        { "{\"count\": {\"of\": [" Q1 ", " Q2 ", " HOLDS "], \"min\": 2}}", yes_no, IFB_PASS },
        { "{\"count\": {\"of\": [" Q1 ", " Q2 ", " HOLDS "], \"min\": 2}}", NULL, IFB_UNSCORED },
    };
    struct ifb_arena *arena = ifb_arena_new();

    (void)state;
    for (size_t i = 0; i < N_OF(rows); i++) {
        enum ifb_outcome found = outcome_of(arena, rows[i].expr, rows[i].said);

        if (found != rows[i].outcome)
            fail_msg("%s: %s", rows[i].expr, ifb_outcome_name(found));
    }
    ifb_arena_close(arena);
}

static void questions_of_an_expression_are_gathered(void **state)
{
    static const char *const bad[] = {
        "{\"each\": {\"unit\": \"lines\", \"check\": " Q1 "}}",
        "{\"none\": {\"unit\": \"words\", \"check\": {\"all\": [" Q1 "]}}}",
        "{\"judge\": \" \"}", "{\"judge\": true}", "{\"judge\": {}}",
    };
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_constraint c;
    struct ifb_error err;

    (void)state;
    assert_int_equal(ifb_constraint_load_expression(
                         arena, parse(arena, "{\"all\": [" Q2 ", {\"not\": " Q1 "}]}"), &c, &err),
                     IFB_OK);
    assert_int_equal(c.questions.n, 2);
    assert_true(ifb_str_is(c.questions.at[0], "Or so?"));
    assert_true(ifb_str_is(c.questions.at[1], "Is it so?"));
    ifb_constraint_release(&c);
    for (size_t i = 0; i < N_OF(bad); i++)
        if (ifb_constraint_load_expression(arena, parse(arena, bad[i]), &c, &err) != IFB_EINPUT)
            fail_msg("%s: accepted", bad[i]);
    ifb_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tasks_stand_behind_the_samples),
        cmocka_unit_test(tasks_are_found_by_item_epoch_and_number),
        cmocka_unit_test(the_digest_knows_judges_and_what_they_are_asked_with),
        cmocka_unit_test(a_criterion_is_the_last_mark),
        cmocka_unit_test(a_rubric_knows_grades_from_1_to_10),
        cmocka_unit_test(a_jury_is_the_median_and_the_majority),
        cmocka_unit_test(a_judgment_is_a_grade),
        cmocka_unit_test(bias_goes_by_what_was_shown),
        cmocka_unit_test(sides_are_found_by_the_game),
        cmocka_unit_test(calibrations_are_checked_and_compared),
        cmocka_unit_test(what_judges_say_is_a_leaf),
        cmocka_unit_test(questions_of_an_expression_are_gathered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
