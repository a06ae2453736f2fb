/* SPDX-License-Identifier: Apache-2.0 */
/* Plan, pool, aggregation, batch: numbers stay in order and add up. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "harness/engine/aggregate.h"
#include "harness/engine/epochs.h"
#include "harness/engine/batch.h"
#include "harness/engine/cell.h"
#include "harness/engine/plan.h"
#include "harness/engine/pool.h"

static const struct ifb_message two_turns[] = { { IFB_SYSTEM, IFB_STR_INIT("s"), NULL },
                                                { IFB_USER, IFB_STR_INIT("q1"), NULL },
                                                { IFB_USER, IFB_STR_INIT("q2"), NULL } };
static const struct ifb_message one_turn[] = { { IFB_USER, IFB_STR_INIT("q"), NULL } };

static void count_first(const struct ifb_item_score *s, struct ifb_ratio *r)
{
    if (s->strict[0] == IFB_UNSCORED)
        return;
    r->n++;
    r->hits += s->strict[0] == IFB_PASS;
}

static const struct ifb_metric metrics[] = {
    { .id = "first", .doc = "x", .unit = "proportion", .higher_is_better = true,
      .count = count_first },
    { 0 }
};
static const struct ifb_suite suite = { .id = "s", .metrics = metrics };

/* Two items (of two and one turns), two models, three epochs. */
static void make_plan(struct ifb_arena *a, struct ifb_plan *plan, const char *spec)
{
    struct ifb_item *items = ifb_new(a, struct ifb_item, 2);
    struct ifb_model *models = ifb_new(a, struct ifb_model, 2);
    struct ifb_constraint *c = ifb_new(a, struct ifb_constraint, 3);
    static struct ifb_suite_items set;

    c[0].id = IFB_STR("fam:one");
    c[1].id = IFB_STR("fam:two");
    c[2].id = IFB_STR("fam:one");
    items[0] = (struct ifb_item){ .id = IFB_STR("i0"), .prompt = { two_turns, 3 },
                                  .constraints = c, .nconstraints = 2, .group = IFB_STR("g") };
    items[1] = (struct ifb_item){ .id = IFB_STR("i1"), .prompt = { one_turn, 1 },
                                  .constraints = c + 2, .nconstraints = 1 };
    models[0].spec = ifb_str_of(spec);
    models[1].spec = IFB_STR("m1");
    set = (struct ifb_suite_items){ .suite = &suite, .items = items, .n = 2, .resident = 2 };
    ifb_plan_make(&set, 1, models, 2, 3, a, plan);
}

static void test_plan(void **state)
{
    struct ifb_arena *a = ifb_arena_new();
    struct ifb_plan plan, same, other;
    uint32_t call = 0;

    (void)state;
    make_plan(a, &plan, "m0");
    make_plan(a, &same, "m0");
    make_plan(a, &other, "m0x");
    assert_int_equal(plan.nsamples, 12);
    assert_int_equal(plan.ncalls, 18);
    for (size_t i = 0; i < plan.nsamples; i++) {
        const struct ifb_sample_plan *s = &plan.samples[i];

        assert_int_equal(s->call, call);
        assert_int_equal(s->epoch, i % 3);
        assert_int_equal(s->turns, i % 6 < 3 ? 2 : 1);
        for (uint32_t t = 0; t < s->turns; t++)
            assert_ptr_equal(ifb_plan_sample_of(&plan, call++), s);
    }
    assert_null(ifb_plan_sample_of(&plan, call));
    assert_string_equal(plan.digest, same.digest);
    assert_string_not_equal(plan.digest, other.digest);
    ifb_arena_close(a);
}

static void test_second_turn_holds_the_first_answer(void **state)
{
    struct ifb_arena *a = ifb_arena_new();
    struct ifb_plan plan;
    struct ifb_cells cells = { NULL };
    struct ifb_cell *cell;
    struct ifb_conversation c;

    (void)state;
    make_plan(a, &plan, "m0");
    assert_int_equal(ifb_cell_take(&cells, &plan, 0, &cell, NULL), IFB_OK);
    assert_int_equal(ifb_cell_messages(cell, plan.samples[0].item).n, 2);
    cell->records[0] = ifb_cell_record(cell, &plan);
    cell->records[0].response.text = IFB_STR("a1");
    cell->nrecords = 1;
    c = ifb_cell_messages(cell, plan.samples[0].item);
    assert_int_equal(c.n, 4);
    assert_true(c.at[2].role == IFB_ASSISTANT && ifb_str_is(c.at[2].text, "a1"));
    assert_true(ifb_str_is(c.at[3].text, "q2"));
    assert_int_equal(ifb_cell_record(cell, &plan).call, 1);
    ifb_cell_give(&cells, cell);
    ifb_cells_close(&cells);
    ifb_arena_close(a);
}

/* A question that the suite answers itself is history, not a call. */
static void test_history_is_not_asked(void **state)
{
    static const struct ifb_message talk[] = {
        { .role = IFB_USER, .text = IFB_STR_INIT("h1") }, { .role = IFB_ASSISTANT, .text = IFB_STR_INIT("a1") },
        { .role = IFB_USER, .text = IFB_STR_INIT("q1") }, { .role = IFB_USER, .text = IFB_STR_INIT("q2") },
    };
    struct ifb_arena *a = ifb_arena_new();
    struct ifb_item item = { .id = IFB_STR("i"), .prompt = { talk, 4 } };
    struct ifb_model model = { .spec = IFB_STR("m") };
    static struct ifb_suite_items set;
    struct ifb_cells cells = { NULL };
    struct ifb_cell *cell;
    struct ifb_conversation c;
    struct ifb_plan plan;

    (void)state;
    set = (struct ifb_suite_items){ .suite = &suite, .items = &item, .n = 1, .resident = 1 };
    ifb_plan_make(&set, 1, &model, 1, 1, a, &plan);
    assert_int_equal(plan.ncalls, 2);
    assert_int_equal(ifb_cell_take(&cells, &plan, 0, &cell, NULL), IFB_OK);
    c = ifb_cell_messages(cell, &item);
    assert_true(c.n == 3 && ifb_str_is(c.at[2].text, "q1"));
    cell->records[0] = ifb_cell_record(cell, &plan);
    cell->records[0].response.text = IFB_STR("said");
    cell->nrecords = 1;
    c = ifb_cell_messages(cell, &item);
    assert_int_equal(c.n, 5);
    assert_true(ifb_str_is(c.at[1].text, "a1") && ifb_str_is(c.at[3].text, "said"));
    assert_true(ifb_str_is(c.at[4].text, "q2"));
    ifb_cell_give(&cells, cell);
    ifb_cells_close(&cells);
    ifb_arena_close(a);
}

struct number {
    struct ifb_job job;
    int in, out;
};

static void square(void *shared, struct ifb_job *job, struct ifb_arena *scratch)
{
    struct number *n = (struct number *)job;
    int *copy = ifb_alloc(scratch, sizeof(*copy));

    *copy = n->in;
    n->out = *copy * *copy + *(const int *)shared;
}

static void run_pool(int threads)
{
    static struct number numbers[500];
    int add = 7, back = 0;
    struct ifb_pool *p = ifb_pool_new(threads, square, &add);
    struct ifb_job *job;

    for (int i = 0; i < 500; i++) {
        numbers[i] = (struct number){ .in = i };
        ifb_pool_push(p, &numbers[i].job);
        while ((job = ifb_pool_pop(p, false)) != NULL)
            back++;
    }
    while ((job = ifb_pool_pop(p, true)) != NULL)
        back++;
    assert_int_equal(back, 500);
    assert_int_equal(ifb_pool_pending(p), 0);
    for (int i = 0; i < 500; i++)
        assert_int_equal(numbers[i].out, i * i + 7);
    ifb_pool_close(p);
}

static void test_pool(void **state)
{
    (void)state;
    run_pool(0);
    run_pool(1);
    run_pool(4);
}

static void set(struct ifb_sample_result *r, enum ifb_outcome first, enum ifb_outcome all)
{
    r->scored = true;
    r->strict[0] = r->loose[0] = (uint8_t)first;
    r->outcome = (uint8_t)all;
}

static void test_counts_add_up(void **state)
{
    struct ifb_arena *a = ifb_arena_new();
    struct ifb_plan plan;
    struct ifb_sample_result *r;
    struct ifb_summary s = { 0 };
    const struct ifb_counts *c = &s.counts;

    (void)state;
    make_plan(a, &plan, "m0");
    r = ifb_results_new(&plan, a);
    set(&r[0], IFB_PASS, IFB_PASS);
    set(&r[1], IFB_FAIL, IFB_FAIL);
    set(&r[2], IFB_ERROR, IFB_ERROR);
    set(&r[3], IFB_UNSCORED, IFB_UNSCORED);
    r[0].strict[1] = IFB_PASS;
    r[0].latency_ms = 10;
    r[1].latency_ms = 20;
    r[0].tokens_out = 5;
    ifb_aggregate(&plan, r, NULL, IFB_MISSING_UNSCORED, NULL, a, &s);
    assert_int_equal(c->total, 12);
    assert_true(c->passed == 1 && c->failed == 1 && c->errors == 1 && c->unscored == 1);
    assert_int_equal(c->pending, 8);
    assert_int_equal(s.nmetrics, 2 * (1 + IFB_EPOCH_METRICS));
    assert_true(s.metrics[0].hits == 1 && s.metrics[0].n == 3);
    assert_true(s.metrics[5].n == 0 && isnan(s.metrics[5].value));
    assert_true(s.cells[0].latency_p50_ms == 15 && s.cells[0].tokens_out == 5);
    assert_true(isnan(s.cells[1].latency_p50_ms));
    for (size_t i = 0; i < s.ngroups; i++)
        if (ifb_str_is(s.groups[i].kind, "instruction") && ifb_str_is(s.groups[i].name, "fam:one")) {
            assert_true(s.groups[i].n == 4 && s.groups[i].strict_pass == 1);
            assert_true(s.groups[i].errors == 1 && s.groups[i].unscored == 1);
        }
    ifb_arena_close(a);
}

/* Three items asked twice: held once, held twice, and one answer unscored. */
static void test_epochs(void **state)
{
    struct ifb_arena *a = ifb_arena_new();
    struct ifb_sample_plan samples[6];
    struct ifb_sample_result *r = ifb_new(a, struct ifb_sample_result, 6);
    struct ifb_constraint one = { .id = IFB_STR("fam:one") };
    struct ifb_item item = { .constraints = &one, .nconstraints = 1 };
    const struct ifb_cell_summary cell = { .suite = IFB_STR("s"), .model = IFB_STR("m") };
    struct ifb_metric_value m[IFB_EPOCH_METRICS];
    static const enum ifb_outcome got[6] = { IFB_PASS, IFB_FAIL, IFB_PASS,
                                             IFB_PASS, IFB_PASS, IFB_UNSCORED };

    (void)state;
    for (uint32_t i = 0; i < 6; i++) {
        samples[i] = (struct ifb_sample_plan){ .item = &item, .epoch = i % 2 };
        r[i] = (struct ifb_sample_result){ .scored = true, .outcome = (uint8_t)got[i] };
    }
    ifb_epochs_measure(&cell, samples, r, 6, 2, a, m);
    assert_true(ifb_str_is(m[0].id, "pass@2") && m[0].value == 1 && m[0].n == 2);
    assert_true(ifb_str_is(m[1].id, "pass^2") && m[1].value == 0.5 && m[1].unscored == 1);
    assert_true(ifb_str_is(m[2].id, "mean@2") && m[2].value == 0.75);
    /* Answers 1 and 0 have standard deviation sqrt(1/2), answers 1 and 1 none. */
    assert_true(fabs(m[3].value - sqrt(0.5) / 2) < 1e-15 && !m[3].higher_is_better);
    assert_true(fabs(m[2].se - 0.25) < 1e-15);  /* of 0.5 and 1: sd sqrt(1/8), over sqrt(2) */
    ifb_arena_close(a);
}

/* Outcomes by letter. */
static void set_all(struct ifb_sample_result *r, const char *letters, enum ifb_outcome all)
{
    for (size_t i = 0; letters[i]; i++)
        r->strict[i] = r->loose[i] = letters[i] == 'p' ? IFB_PASS : IFB_FAIL;
    r->outcome = (uint8_t)all;
    r->scored = r->answered = true;
}

static const struct ifb_group_row *group(const struct ifb_summary *s, const char *kind,
                                         const char *name)
{
    for (size_t i = 0; i < s->ngroups; i++)
        if (ifb_str_is(s->groups[i].kind, kind) && ifb_str_is(s->groups[i].name, name))
            return &s->groups[i];
    return NULL;
}

static void test_turns_tags_and_polarity_are_counted_apart(void **state)
{
    static const ifb_str tags[] = { IFB_STR_INIT("x"), IFB_STR_INIT("y") };
    struct ifb_arena *a = ifb_arena_new();
    struct ifb_constraint c[3] = { { .id = IFB_STR("f:a"), .negated = true },
                                   { .id = IFB_STR("f:b"), .turn = 1 },
                                   { .id = IFB_STR("f:a"), .negated = true, .turn = 1 } };
    struct ifb_item items[2] = {
        { .id = IFB_STR("i"), .prompt = { two_turns, 3 }, .constraints = c, .nconstraints = 3,
          .tags = { tags, 2 } },
        { .id = IFB_STR("j"), .prompt = { one_turn, 1 }, .constraints = c, .nconstraints = 1,
          .tags = { tags, 1 } },
    };
    struct ifb_model model = { .spec = IFB_STR("m") };
    static struct ifb_suite_items set;
    struct ifb_sample_result *r;
    struct ifb_summary s = { 0 };
    struct ifb_plan plan;

    (void)state;
    set = (struct ifb_suite_items){ .suite = &suite, .items = items, .n = 2, .resident = 2 };
    ifb_plan_make(&set, 1, &model, 1, 1, a, &plan);
    r = ifb_results_new(&plan, a);
    set_all(&r[0], "fpp", IFB_FAIL);
    set_all(&r[1], "p", IFB_PASS);
    ifb_aggregate(&plan, r, NULL, IFB_MISSING_FAIL, NULL, a, &s);
    assert_true(group(&s, "polarity", "negated")->n == 3);
    assert_true(group(&s, "polarity", "negated")->strict_pass == 2);
    assert_true(group(&s, "polarity", "required")->n == 1);
    assert_true(group(&s, "turn", "turn 1")->n == 1 && !group(&s, "turn", "turn 1")->strict_pass);
    assert_true(group(&s, "turn", "turn 2")->n == 2 && group(&s, "turn", "turn 2")->strict_pass == 2);
    assert_true(group(&s, "tag", "x")->n == 4 && group(&s, "tag", "y")->n == 3);
    c[0].negated = c[2].negated = false;
    ifb_aggregate(&plan, r, NULL, IFB_MISSING_FAIL, NULL, a, &s);
    assert_null(group(&s, "polarity", "required"));
    ifb_arena_close(a);
}

static bool append(void *self, const char *bytes, size_t len)
{
    return ifb_buf_add(self, bytes, len);
}

/* More lines than a block, more blocks than workers: the order of the input. */
static void test_batch_keeps_the_order(void **state)
{
    char path[] = "/tmp/ifb-batch-XXXXXX";
    FILE *f = fdopen(mkstemp(path), "w");
    struct ifb_buf one, four;
    struct ifb_sink sink = { NULL, append };
    struct ifb_batch_options o = { .threads = 0, .explain = true };
    struct ifb_batch_counts counts;
    char id[48];

    (void)state;
    assert_non_null(f);
    for (int i = 0; i < 2000; i++)
        fprintf(f, "{\"id\":\"c%d\",\"instruction_id\":\"punctuation:no_comma\",\"kwargs\":{},"
                "\"response\":\"%s\"}\n", i, i % 3 ? "x" : "x,");
    fclose(f);
    ifb_buf_init(&one, 1 << 20);
    ifb_buf_init(&four, 1 << 20);
    sink.self = &one;
    assert_int_equal(ifb_batch_run(path, &o, &sink, &counts, NULL), IFB_OK);
    assert_int_equal(counts.lines, 2000);
    o.threads = 4;
    sink.self = &four;
    assert_int_equal(ifb_batch_run(path, &o, &sink, &counts, NULL), IFB_OK);
    assert_true(ifb_str_eq(ifb_buf_view(&one), ifb_buf_view(&four)));
    for (int i = 0, at = 0; i < 2000; i++) {
        snprintf(id, sizeof(id), "{\"id\":\"c%d\",\"strict\":%s", i, i % 3 ? "true" : "false");
        if (strncmp(four.ptr + at, id, strlen(id)) != 0)
            fail_msg("line %d is not %s", i, id);
        at += (int)ifb_str_chr(ifb_str_from(ifb_buf_view(&four), (size_t)at), '\n', 0) + 1;
    }
    ifb_buf_close(&one);
    ifb_buf_close(&four);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plan),
        cmocka_unit_test(test_second_turn_holds_the_first_answer),
        cmocka_unit_test(test_pool),
        cmocka_unit_test(test_counts_add_up),
        cmocka_unit_test(test_epochs),
        cmocka_unit_test(test_history_is_not_asked),
        cmocka_unit_test(test_turns_tags_and_polarity_are_counted_apart),
        cmocka_unit_test(test_batch_keeps_the_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
