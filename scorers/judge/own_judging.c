/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How answers to anybody's suites are judged: the questions in their constraints,
 * any two models against one another, and rubrics.
 */
#include "scorers/judge/judgings.h"

#include <math.h>

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/base/yaml.h"
#include "scorers/judge/judge.h"
#include "scorers/judge/pair_record.h"

#define TALK_MAX ((size_t)64 << 20)
#define RECORD_MAX ((size_t)256 << 20)
#define CRITERIA_MAX 64

/* ---- conversations as text ---- */

static bool is_turn(const struct ifb_conversation *c, size_t i)
{
    return c->at[i].role == IFB_USER && (i + 1 == c->n || c->at[i + 1].role != IFB_ASSISTANT);
}

static uint16_t turns_of(const struct ifb_item *item)
{
    uint16_t n = 0;

    for (size_t i = 0; i < item->prompt.n; i++)
        n += is_turn(&item->prompt, i);
    return n;
}

static void put_message(struct ifb_buf *buf, const char *who, ifb_str text)
{
    ifb_buf_fmt(buf, "%s### %s:\n", buf->len ? "\n\n" : "", who);
    ifb_buf_str(buf, text);
}

/*
 * What was asked up to turn `turn`, from 0, as one text: the message itself where that
 * is all, else a transcript with the answers that were given on the way.
 */
static ifb_str asked_before(const struct ifb_judging_match *m, size_t side, uint16_t turn,
                            struct ifb_arena *arena)
{
    static const char *const who[] = { "System", "User", "Assistant" };
    const struct ifb_conversation *c = &m->item->prompt;
    struct ifb_strs answers = m->sides[side].answers;
    struct ifb_buf buf;
    uint16_t seen = 0;
    ifb_str text;

    if (c->n == 1)
        return c->at[0].text;
    ifb_buf_init(&buf, TALK_MAX);
    for (size_t i = 0; i < c->n && seen <= turn; i++) {
        put_message(&buf, who[c->at[i].role], c->at[i].text);
        if (is_turn(c, i) && seen++ < turn && seen <= answers.n)
            put_message(&buf, who[IFB_ASSISTANT], answers.at[seen - 1]);
    }
    text = ifb_str_copy(arena, ifb_buf_view(&buf));
    ifb_buf_close(&buf);
    return text;
}

static struct ifb_strs one(struct ifb_arena *arena, ifb_str text)
{
    ifb_str *at = ifb_new(arena, ifb_str, 1);

    *at = text;
    return (struct ifb_strs){ at, 1 };
}

/* The answer of a turn, and what led to it. */
static void put_answer(const struct ifb_judging_match *m, uint16_t turn, struct ifb_arena *arena,
                       struct ifb_judge_context *c)
{
    if (turn >= m->sides[0].answers.n)
        return;
    c->questions = one(arena, asked_before(m, 0, turn, arena));
    c->answers[0] = one(arena, m->sides[0].answers.at[turn]);
}

static enum ifb_versus nobody(const void *state)
{
    (void)state;
    return IFB_VERSUS_NOBODY;
}

/* ---- questions of constraints ---- */

static enum ifb_code open_constraints(const void *options, const struct ifb_judged_lent *lent,
                                      void **state, struct ifb_error *err)
{
    (void)options;
    (void)lent;
    (void)err;
    *state = NULL;
    return IFB_OK;
}

static size_t count_questions(const void *state, const struct ifb_item *item)
{
    size_t n = 0;

    (void)state;
    for (size_t i = 0; i < item->nconstraints; i++)
        n += item->constraints[i].questions.n;
    return n;
}

/* The constraint that question number `task` is one of; *task becomes its number there. */
static const struct ifb_constraint *constraint_of(const struct ifb_item *item, size_t *task)
{
    size_t i = 0;

    for (; *task >= item->constraints[i].questions.n; i++)
        *task -= item->constraints[i].questions.n;
    return &item->constraints[i];
}

static struct ifb_judge_shape question_shape(const void *state, const struct ifb_item *item,
                                             size_t task)
{
    (void)state;
    return (struct ifb_judge_shape){ 1, (uint16_t)(constraint_of(item, &task)->turn + 1) };
}

static enum ifb_code question_task(const void *state, const struct ifb_judging_match *m,
                                   size_t task, struct ifb_arena *arena,
                                   struct ifb_judge_task *out, struct ifb_error *err)
{
    size_t number = task;
    const struct ifb_constraint *c = constraint_of(m->item, &number);

    (void)state;
    (void)err;
    *out = (struct ifb_judge_task){ .protocol = &ifb_judge_criterion,
                                    .label = ifb_fmt(arena, "question %zu", task + 1) };
    out->context.checks = (struct ifb_strs){ &c->questions.at[number], 1 };
    put_answer(m, c->turn, arena, &out->context);
    return IFB_OK;
}

const struct ifb_judging ifb_judging_constraints = {
    .id = "constraints", .doc = "the questions to a judge in a suite's constraints",
    .open = open_constraints, .versus = nobody, .count = count_questions,
    .shape = question_shape, .task = question_task,
};

/* ---- any two models ---- */

static enum ifb_versus everybody(const void *state)
{
    (void)state;
    return IFB_VERSUS_ALL;
}

static size_t two_games(const void *state, const struct ifb_item *item)
{
    (void)state;
    (void)item;
    return 2;
}

static struct ifb_judge_shape last_turn(const void *state, const struct ifb_item *item,
                                        size_t task)
{
    (void)state;
    (void)task;
    return (struct ifb_judge_shape){ 1, turns_of(item) };
}

/* Two turns have a prompt of their own; of longer conversations the way is shown as one text. */
static enum ifb_code pair_task(const void *state, const struct ifb_judging_match *m, size_t task,
                               struct ifb_arena *arena, struct ifb_judge_task *out,
                               struct ifb_error *err)
{
    uint16_t turns = turns_of(m->item);
    bool two = turns == 2 && m->item->prompt.n == 2;

    (void)state;
    (void)err;
    *out = (struct ifb_judge_task){ .protocol = &ifb_judge_mtbench_pair,
                                    .label = ifb_fmt(arena, "game %zu", task + 1) };
    out->context.game = 1 + (unsigned)task;
    out->context.turn = two ? 2 : 1;
    if (two) {
        ifb_str *at = ifb_new(arena, ifb_str, 2);

        at[0] = m->item->prompt.at[0].text;
        at[1] = m->item->prompt.at[1].text;
        out->context.questions = (struct ifb_strs){ at, 2 };
    }
    for (size_t i = 0; i < 2; i++) {
        struct ifb_strs answers = m->sides[i].answers;

        if (two)
            out->context.answers[i] = answers;
        else if (answers.n >= turns && turns)
            out->context.answers[i] = one(arena, turns == 1 ? answers.at[0]
                                                            : asked_before(m, i, turns, arena));
    }
    if (!two)
        out->context.questions = one(arena, turns == 1 ? asked_before(m, 0, 0, arena)
                                                       : IFB_STR("The last answer of the "
                                                                 "conversation counts."));
    return IFB_OK;
}

static enum ifb_code pair_record(const void *state, const struct ifb_judging_match *m,
                                 const struct ifb_judge_outcome *outcomes, size_t n,
                                 const struct ifb_judging_sink *sink, struct ifb_error *err)
{
    (void)state;
    (void)n;
    return ifb_pair_record(m, 1, outcomes, sink, err);
}

const struct ifb_judging ifb_judging_pairwise = {
    .id = "pairwise", .doc = "every two models' answers compared, in both orders",
    .judged = "pairwise", .file = "pairs.jsonl", .open = open_constraints, .versus = everybody,
    .count = two_games, .shape = last_turn, .task = pair_task, .record = pair_record,
};

/* ---- rubrics ---- */

struct rubric_options {
    ifb_str rubric;
};

struct criterion {
    ifb_str id, question;
};

/* A rubric has criteria, or is a text to rate by. */
struct rubric {
    struct ifb_arena *arena;
    ifb_str text;
    struct criterion at[CRITERIA_MAX];
    size_t n;
};

static enum ifb_code add_criterion(struct rubric *r, const struct ifb_json *v, const char *file,
                                   struct ifb_error *err)
{
    struct criterion *c = &r->at[r->n];
    bool object = v->kind == IFB_JOBJECT;

    if (r->n == CRITERIA_MAX)
        return ifb_fail(err, IFB_EINPUT, "%s: more than %d criteria", file, CRITERIA_MAX);
    c->question = object ? ifb_json_str(v, "question") : v->string;
    c->id = object ? ifb_json_str(v, "id") : (ifb_str){ NULL, 0 };
    if ((!object && v->kind != IFB_JSTRING) || !ifb_str_trim_ascii(c->question).len)
        return ifb_fail(err, IFB_EINPUT, "%s:%u: a criterion is a question, or {id, question}",
                        file, v->line);
    if (!c->id.len)
        c->id = ifb_fmt(r->arena, "%zu", r->n + 1);
    for (size_t i = 0; i < r->n; i++)
        if (ifb_str_eq(r->at[i].id, c->id))
            return ifb_fail(err, IFB_EINPUT, "%s:%u: criterion %.*s stands twice", file, v->line,
                            IFB_ARG(c->id));
    r->n++;
    return IFB_OK;
}

/* YAML or JSON: {rate: TEXT} or {criteria: [QUESTION, {id, question}, ...]}. */
static enum ifb_code read_rubric(struct rubric *r, const struct ifb_judged_file *file,
                                 struct ifb_error *err)
{
    const char *name = ifb_cstr(r->arena, file->name);
    const struct ifb_json *v, *criteria;
    enum ifb_code code = ifb_yaml_parse(file->bytes, name, r->arena, &v, err);

    if (code)
        return code;
    criteria = ifb_json_get(v, "criteria");
    r->text = ifb_json_str(v, "rate");
    if (v->kind != IFB_JOBJECT || !ifb_str_trim_ascii(r->text).len == !criteria)
        return ifb_fail(err, IFB_EINPUT, "%s: a rubric wants \"rate\", a text to rate by from 1 to "
                        "10, or \"criteria\", a list of yes/no questions", name);
    for (const struct ifb_json *m = v->first; m; m = m->next)
        if (!ifb_str_is(m->key, "rate") && !ifb_str_is(m->key, "criteria") &&
            !ifb_str_is(m->key, "name"))
            return ifb_fail(err, IFB_EINPUT, "%s:%u: unknown member \"%.*s\", wanted rate, criteria "
                            "or name", name, m->line, IFB_ARG(m->key));
    if (criteria && (criteria->kind != IFB_JARRAY || !criteria->n))
        return ifb_fail(err, IFB_EINPUT, "%s:%u: criteria wants a list of questions", name,
                        criteria->line);
    for (const struct ifb_json *m = criteria ? criteria->first : NULL; m && !code; m = m->next)
        code = add_criterion(r, m, name, err);
    return code;
}

static enum ifb_code open_rubric(const void *options, const struct ifb_judged_lent *lent,
                                 void **state, struct ifb_error *err)
{
    const struct rubric_options *o = options;
    struct rubric *r = ifb_new(lent->arena, struct rubric, 1);
    struct ifb_judged_file file;
    enum ifb_code code;

    r->arena = lent->arena;
    *state = r;
    if (!o->rubric.ptr)
        return ifb_fail(err, IFB_EUSAGE, "which rubric? name its file with --rubric");
    code = lent->file(lent->self, o->rubric, &file, err);
    return code ? code : read_rubric(r, &file, err);
}

static size_t count_criteria(const void *state, const struct ifb_item *item)
{
    const struct rubric *r = state;

    (void)item;
    return r->n ? r->n : 1;
}

static enum ifb_code rubric_task(const void *state, const struct ifb_judging_match *m, size_t task,
                                 struct ifb_arena *arena, struct ifb_judge_task *out,
                                 struct ifb_error *err)
{
    const struct rubric *r = state;
    uint16_t turns = turns_of(m->item);

    (void)err;
    *out = (struct ifb_judge_task){
        .protocol = r->n ? &ifb_judge_criterion : &ifb_judge_rubric,
        .label = r->n ? r->at[task].id : IFB_STR("rating"),
    };
    if (r->n)
        out->context.checks = (struct ifb_strs){ &r->at[task].question, 1 };
    out->context.input = r->text;
    put_answer(m, turns ? (uint16_t)(turns - 1) : 0, arena, &out->context);
    return IFB_OK;
}

/* {"item", "model", "judge", "criterion"?, "judgment"?, "score" | "said"}: see rubric_scores.c */
static void write_rubric(struct ifb_jw *w, const struct rubric *r,
                         const struct ifb_judging_match *m, const struct ifb_judge_outcome *o)
{
    static const char *const words[] = { NULL, "yes", "no" };

    ifb_jw_object(w, NULL);
    ifb_jw_str(w, "item", m->item->id);
    ifb_jw_str(w, "model", m->sides[0].model);
    ifb_jw_str(w, "judge", o->judge);
    if (m->item->group.len)
        ifb_jw_str(w, "group", m->item->group);
    if (r->n) {
        ifb_jw_str(w, "criterion", o->task->label);
        ifb_jw_str(w, "question", o->task->context.checks.at[0]);
    }
    if (o->nreplies && o->replies[0].text.ptr)
        ifb_jw_str(w, "judgment", o->replies[0].text);
    if (o->error.ptr)
        ifb_jw_str(w, "error", o->error);
    if (r->n)
        ifb_jw_cstr(w, "said", o->said.nsaid ? words[o->said.said[0]] : NULL);
    else
        ifb_jw_real(w, "score", o->said.rating);
    ifb_jw_end(w);
}

static enum ifb_code rubric_record(const void *state, const struct ifb_judging_match *m,
                                   const struct ifb_judge_outcome *outcomes, size_t n,
                                   const struct ifb_judging_sink *sink, struct ifb_error *err)
{
    struct ifb_buf buf;
    struct ifb_jw w;
    enum ifb_code code = IFB_OK;

    ifb_buf_init(&buf, RECORD_MAX);
    for (size_t i = 0; i < n && !code; i++) {
        ifb_buf_clear(&buf);
        ifb_jw_open(&w, &buf);
        write_rubric(&w, state, m, &outcomes[i]);
        if (buf.full)
            code = ifb_fail(err, IFB_ELIMIT, "a judgment is larger than %zu MiB",
                            RECORD_MAX >> 20);
        else
            sink->put(sink->self, ifb_buf_view(&buf));
    }
    ifb_buf_close(&buf);
    return code;
}

static const struct ifb_field rubric_fields[] = {
    IFB_FIELD(struct rubric_options, rubric, "rubric", .kind = IFB_STRING,
              .doc = "YAML: rate: TEXT, or criteria: [QUESTION, ...]"),
    { 0 }
};

const struct ifb_judging ifb_judging_rubric = {
    .id = "rubric", .doc = "answers rated from 1 to 10, or checked by yes/no criteria",
    .judged = "rubric", .file = "judgments.jsonl", .fields = rubric_fields,
    .options_size = sizeof(struct rubric_options), .open = open_rubric, .versus = nobody,
    .count = count_criteria, .shape = last_turn, .task = rubric_task, .record = rubric_record,
};
