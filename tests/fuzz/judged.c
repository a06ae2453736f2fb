/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What judges said. The first byte says what follows: 'a' and on are the judged suites
 * in table order, read with a file of judgments and, each after a NUL, the files of data
 * in the order in which they are asked for; 'r' is one reply for all that read replies;
 * 't' a file of prompts, which are filled; 'w' a file of answers in any suite's form; 'y' a
 * rubric; 'k' rows of a calibration, then, after a NUL, what the judge says to each.
 */
#include <ifbench/judging.h>

#include <math.h>

#include "harness/base/arena.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "scorers/judge/alpacaeval.h"
#include "scorers/judge/judge.h"
#include "tests/fuzz/fuzz.h"

struct lender {
    struct ifb_arena *arena;
    struct fuzz_in *in;
};

static enum ifb_code lend_file(void *self, ifb_str path, struct ifb_judged_file *out,
                               struct ifb_error *err)
{
    struct lender *l = self;

    (void)err;
    *out = (struct ifb_judged_file){ .name = path };
    if (l->in->n)
        out->bytes = fuzz_until(l->in, 0, l->arena);
    return IFB_OK;
}

static enum ifb_code lend_data(void *self, const char *local, struct ifb_judged_file *out,
                               struct ifb_error *err)
{
    return lend_file(self, ifb_str_of(local), out, err);
}

static void take_row(void *self, const struct ifb_judged_row *row)
{
    (void)self;
    fuzz_demand(ifb_utf8_valid(row->id) == row->id.len);
    fuzz_demand(ifb_utf8_valid(row->why) == row->why.len);
}

static void warn(void *self, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void warn(void *self, const char *fmt, ...)
{
    (void)self, (void)fmt;
}

static void look_at(const struct ifb_judged_out *out)
{
    for (size_t i = 0; i < out->ncells; i++) {
        const struct ifb_counts *c = &out->cells[i].counts;

        fuzz_demand(ifb_utf8_valid(out->cells[i].model) == out->cells[i].model.len);
        fuzz_demand(c->total == c->passed + c->failed + c->errors + c->unscored + c->pending);
    }
}

static void read_suite(const struct ifb_judged *suite, struct fuzz_in *in, struct ifb_arena *arena)
{
    struct lender lender = { arena, in };
    const struct ifb_judged_lent lent = { .self = &lender, .arena = arena, .rows = true,
                                          .file = lend_file, .data = lend_data, .row = take_row,
                                          .warn = warn };
    struct ifb_judged_file file = { IFB_STR("judgments"), fuzz_until(in, 0, arena) };
    void *options = ifb_alloc(arena, suite->options_size), *state = NULL;
    struct ifb_judged_out out = { 0 };
    struct ifb_error err;

    if (suite->defaults)
        memcpy(options, suite->defaults, suite->options_size);
    if (!suite->open(options, &lent, &state, &err) && !suite->read(state, &file, arena, &err) &&
        !suite->finish(state, &out, &err))
        look_at(&out);
}

static void read_reply(ifb_str reply, struct ifb_arena *arena)
{
    const struct ifb_json *v = NULL;
    double x[2];
    bool yes[5], ok;

    for (size_t n = 1; n <= 5; n++) {
        ifb_followbench_read(arena, reply, IFB_FOLLOWBENCH_EN, n, yes);
        ifb_followbench_read(arena, reply, IFB_FOLLOWBENCH_ZH, n, yes);
    }
    x[0] = ifb_alpaca_ranking(arena, reply);
    fuzz_demand(isnan(x[0]) || x[0] >= 0);
    x[0] = ifb_alpaca_lmsys(reply);
    fuzz_demand(isnan(x[0]) || (x[0] >= 0 && x[0] <= 2));
    ifb_alpaca_regex(reply, IFB_STR("a+"), IFB_STR("[bc]"), 2, x, &ok, NULL);
    ifb_alpaca_json(arena, reply, "a");
    if (!ifb_json_parse(arena, reply, IFB_JSON_PYTHON, 1, &v, NULL))
        ifb_alpaca_logprobs(v, IFB_STR("m"), IFB_STR("M"), -1, false);
}

/* What every protocol makes of the reply, and of being asked it twice. */
static void step_all(ifb_str reply, struct ifb_arena *arena)
{
    const ifb_str texts[] = { IFB_STR("one"), IFB_STR("two"), IFB_STR("three") };
    const struct ifb_strs three = { texts, 3 };
    const ifb_str replies[] = { reply, reply };
    const struct ifb_judge_context c = { .category = IFB_STR("math"), .turn = 1, .game = 1,
                                         .questions = three, .answers = { three, three },
                                         .references = three, .checks = three,
                                         .marks = { texts, 2 } };
    struct ifb_judge_step step;
    struct ifb_error err;

    for (const struct ifb_judge *j = ifb_judge_next(NULL); j; j = ifb_judge_next(j))
        for (size_t n = 0; n <= 2; n++)
            if (!j->step(&c, (struct ifb_strs){ replies, n }, arena, &step, &err))
                fuzz_demand(n || !step.done);
}

static void fill_templates(ifb_str text, struct ifb_arena *arena)
{
    static const struct ifb_slot slots[] = { { "a", IFB_STR_INIT("{a}") } };
    const struct ifb_templates *set;
    struct ifb_error err;
    ifb_str out;

    if (ifb_templates_load(text, arena, &set, &err))
        return;
    for (size_t i = 0; i < set->n; i++)
        if (!ifb_template_render(set->at[i].text, slots, 1, arena, &out, &err))
            fuzz_demand(out.ptr != NULL);
}

static void take_answer(void *self, ifb_str generator, ifb_str key, struct ifb_strs turns)
{
    (void)self;
    fuzz_demand(ifb_utf8_valid(generator) == generator.len && ifb_utf8_valid(key) == key.len);
    for (size_t i = 0; i < turns.n; i++)
        fuzz_demand(ifb_utf8_valid(turns.at[i]) == turns.at[i].len);
}

static void read_answers(ifb_str bytes, struct ifb_arena *arena)
{
    const struct ifb_judged_file file = { IFB_STR("answers"), bytes };
    const struct ifb_judging_answers to = { NULL, take_answer };
    struct ifb_error err;

    for (const struct ifb_judging *j = ifb_judging_next(NULL); j; j = ifb_judging_next(j))
        if (j->answers)
            j->answers(&file, arena, &to, &err);
}

/* ---- what judges are asked by ---- */

static const struct ifb_message question[] = { { IFB_USER, IFB_STR_INIT("What is it?"), NULL } };
static const ifb_str answer[] = { IFB_STR_INIT("It is \"that\".") };

/* Asks, and reads the reply until the protocol is done, after as many calls as its shape says. */
static void ask(const struct ifb_judging *j, void *state, const struct ifb_item *item, size_t task,
                ifb_str reply, struct ifb_arena *arena)
{
    const struct ifb_judging_match m = { .item = item,
                                         .sides = { { IFB_STR("m"), { answer, 1 } } } };
    const ifb_str replies[] = { reply, reply };
    struct ifb_judge_task t;
    struct ifb_judge_step step = { .done = false };
    struct ifb_error err;

    fuzz_demand(j->shape(state, item, task).calls <= 2);
    if (j->task(state, &m, task, arena, &t, &err))
        return;
    for (size_t n = 0; n <= j->shape(state, item, task).calls && !step.done; n++)
        if (t.protocol->step(&t.context, (struct ifb_strs){ replies, n }, arena, &step, &err))
            return;
    fuzz_demand(step.done);
    if (item->row)
        ifb_calibration_right(item->row, &step.said);
}

static void read_rubric(struct fuzz_in *in, struct ifb_arena *arena)
{
    struct lender lender = { arena, in };
    const struct ifb_judged_lent lent = { .self = &lender, .arena = arena, .file = lend_file,
                                          .data = lend_data, .warn = warn };
    const struct ifb_judging *j = ifb_judging_find(IFB_STR("rubric"));
    const ifb_str path = IFB_STR_INIT("rubric.yaml");
    const struct ifb_item item = { .id = IFB_STR("1"), .prompt = { question, 1 } };
    void *state = NULL;
    struct ifb_error err;

    /* Its only option. */
    fuzz_demand(j->options_size == sizeof(path));
    if (j->open(&path, &lent, &state, &err))
        return;
    for (size_t i = 0, n = j->count(state, &item); i < n; i++)
        ask(j, state, &item, i, IFB_STR("[[YES]] [[7]]"), arena);
}

static void calibrate(struct fuzz_in *in, struct ifb_arena *arena)
{
    const struct ifb_judging *j = ifb_judging_find(IFB_STR("calibration"));
    ifb_str rows = fuzz_until(in, 0, arena), reply = fuzz_rest(in, arena), line;
    struct ifb_item item = { .id = IFB_STR("1"), .prompt = { question, 1 } };
    struct ifb_error err;

    while (ifb_str_chop(&rows, '\n', &line))
        if (!ifb_json_parse(arena, line, 0, 1, &item.row, &err) &&
            item.row->kind == IFB_JOBJECT && !ifb_calibration_check(item.row, &err))
            ask(j, NULL, &item, 0, reply, arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct fuzz_in in = { data, size };
    uint8_t kind = fuzz_byte(&in);
    const struct ifb_judged *suite = ifb_judged_next(NULL);

    for (uint8_t i = 'a'; suite && i < kind; i++)
        suite = ifb_judged_next(suite);
    if (kind == 'r') {
        ifb_str reply = fuzz_rest(&in, arena);

        read_reply(reply, arena);
        step_all(reply, arena);
    } else if (kind == 't')
        fill_templates(fuzz_rest(&in, arena), arena);
    else if (kind == 'w')
        read_answers(fuzz_rest(&in, arena), arena);
    else if (kind == 'y')
        read_rubric(&in, arena);
    else if (kind == 'k')
        calibrate(&in, arena);
    else if (kind >= 'a' && suite)
        read_suite(suite, &in, arena);
    ifb_arena_close(arena);
    return 0;
}
