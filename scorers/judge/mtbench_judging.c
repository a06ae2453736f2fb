/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How MT-Bench's answers are put before a judge: each turn rated, or each turn of a
 * pair in two games; and its lines of judgments as FastChat writes them.
 */
#include "scorers/judge/judgings.h"

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "scorers/judge/judge.h"
#include "scorers/judge/pair_record.h"
#include "scorers/judge/rows.h"

#define TURNS_MAX 2

enum mode { MODE_SINGLE, MODE_BASELINE, MODE_ALL };
static const char *const modes[] = { "single", "pairwise-baseline", "pairwise-all", NULL };

struct options {
    int64_t mode;
    ifb_str references;
};

/* A question's reference answers, by turn. */
struct reference {
    ifb_str id;
    struct ifb_strs turns;
};

struct state {
    const struct options *o;
    struct ifb_arena *arena;
    struct reference *at;
    size_t n, cap;
};

/* ---- references and baselines: files of answers ---- */

/* {"question_id", "model_id", "choices": [{"turns": [...]}]}; only the first choice counts. */
static struct ifb_strs turns_of(const struct ifb_json *row, struct ifb_arena *arena)
{
    const struct ifb_json *choice = ifb_json_at(ifb_json_get(row, "choices"), 0);
    const struct ifb_json *turns = choice ? ifb_json_get(choice, "turns") : NULL;
    size_t n = turns && turns->kind == IFB_JARRAY ? turns->n : 0, i = 0;
    ifb_str *at = ifb_new(arena, ifb_str, n);

    for (const struct ifb_json *t = n ? turns->first : NULL; t; t = t->next)
        at[i++] = t->kind == IFB_JSTRING ? ifb_str_copy(arena, t->string) : IFB_STR("");
    return (struct ifb_strs){ at, n };
}

static enum ifb_code see_reference(void *self, const struct ifb_judged_line *line,
                                   struct ifb_error *err)
{
    struct state *s = self;
    ifb_str id = ifb_judged_id(line->row, "question_id");
    struct reference r = { ifb_str_copy(s->arena, id), turns_of(line->row, s->arena) };

    if (!id.ptr || !r.turns.n)
        return ifb_judged_fault(line, err, "a reference wants \"question_id\" and \"choices\"");
    s->at = ifb_grow(s->arena, s->at, &s->cap, s->n + 1, sizeof(*s->at));
    s->at[s->n++] = r;
    return IFB_OK;
}

/* What see_answer hands on to. */
struct handing {
    const struct ifb_judging_answers *to;
    struct ifb_arena *scratch;
};

static enum ifb_code see_answer(void *self, const struct ifb_judged_line *line,
                                struct ifb_error *err)
{
    struct handing *h = self;
    ifb_str id = ifb_judged_id(line->row, "question_id");
    struct ifb_strs turns = turns_of(line->row, h->scratch);

    if (!id.ptr || !turns.n)
        return ifb_judged_fault(line, err, "an answer wants \"question_id\" and \"choices\" with "
                                "\"turns\"");
    h->to->put(h->to->self, ifb_json_str(line->row, "model_id"), id, turns);
    return IFB_OK;
}

static enum ifb_code read_answers(const struct ifb_judged_file *file, struct ifb_arena *scratch,
                                  const struct ifb_judging_answers *to, struct ifb_error *err)
{
    struct handing h = { to, scratch };

    return ifb_judged_lines(file, see_answer, &h, err);
}

static enum ifb_code open_judging(const void *options, const struct ifb_judged_lent *lent,
                                  void **out, struct ifb_error *err)
{
    struct state *s = ifb_new(lent->arena, struct state, 1);
    struct ifb_judged_file file;
    enum ifb_code code;

    s->o = options;
    s->arena = lent->arena;
    *out = s;
    code = s->o->references.ptr
               ? lent->file(lent->self, s->o->references, &file, err)
               : lent->data(lent->self, "mtbench/reference_answer_gpt-4.jsonl", &file, err);
    if (code)
        return code;
    if (file.bytes.ptr)
        return ifb_judged_lines(&file, see_reference, s, err);
    lent->warn(lent->self, "no mtbench/reference_answer_gpt-4.jsonl: math, reasoning and coding "
               "cannot be judged (`ifbench data pull mtbench`, or --references FILE)");
    return IFB_OK;
}

/* ---- tasks ---- */

static bool is_pair(const struct state *s)
{
    return s->o->mode != MODE_SINGLE;
}

static enum ifb_versus versus(const void *state)
{
    switch ((enum mode)((const struct state *)state)->o->mode) {
    case MODE_BASELINE: return IFB_VERSUS_BASELINE;
    case MODE_ALL: return IFB_VERSUS_ALL;
    case MODE_SINGLE: break;
    }
    return IFB_VERSUS_NOBODY;
}

/* Questions without exactly two turns have no second judgment. */
static size_t turns_judged(const struct ifb_item *item)
{
    return ifb_judging_turns(item) == TURNS_MAX ? TURNS_MAX : 1;
}

static size_t count(const void *state, const struct ifb_item *item)
{
    return turns_judged(item) * (is_pair(state) ? 2 : 1);
}

static struct ifb_judge_shape shape(const void *state, const struct ifb_item *item, size_t task)
{
    (void)item;
    return (struct ifb_judge_shape){ 1, (uint16_t)(1 + (is_pair(state) ? task / 2 : task)) };
}

static struct ifb_strs references_of(const struct state *s, ifb_str id)
{
    for (size_t i = s->n; i; i--)  /* the last of several */
        if (ifb_str_eq(s->at[i - 1].id, id))
            return s->at[i - 1].turns;
    return (struct ifb_strs){ NULL, 0 };
}

static enum ifb_code make_task(const void *state, const struct ifb_judging_match *m, size_t task,
                               struct ifb_arena *arena, struct ifb_judge_task *out,
                               struct ifb_error *err)
{
    const struct state *s = state;
    unsigned turn = 1 + (unsigned)(is_pair(s) ? task / 2 : task);
    unsigned game = is_pair(s) ? 1 + task % 2 : 1;
    size_t turns = ifb_judging_turns(m->item);
    ifb_str *questions = ifb_new(arena, ifb_str, turns);

    (void)err;
    for (size_t i = 0; i < turns; i++)
        questions[i] = ifb_judging_asked(m->item, i);
    *out = (struct ifb_judge_task){
        .protocol = is_pair(s) ? &ifb_judge_mtbench_pair : &ifb_judge_mtbench_single,
        .label = is_pair(s) ? ifb_fmt(arena, "turn %u, game %u", turn, game)
                            : ifb_fmt(arena, "turn %u", turn),
        .context = { .category = m->item->group, .turn = turn, .game = game,
                     .questions = { questions, turns },
                     .answers = { m->sides[0].answers, m->sides[1].answers },
                     .references = references_of(s, m->item->id) },
    };
    return IFB_OK;
}

static enum ifb_code record(const void *state, const struct ifb_judging_match *m,
                            const struct ifb_judge_outcome *outcomes, size_t n,
                            const struct ifb_judging_sink *sink, struct ifb_error *err)
{
    size_t games = is_pair(state) ? 2 : 1;
    enum ifb_code code = IFB_OK;

    for (size_t i = 0; i < n && !code; i += games) {
        unsigned turn = (unsigned)(1 + i / games);

        code = games == 2 ? ifb_pair_record(m, turn, &outcomes[i], sink, err)
                          : ifb_single_record(m, turn, &outcomes[i], sink, err);
    }
    return code;
}

static const struct ifb_field fields[] = {
    IFB_FIELD(struct options, mode, "judge_mode", .kind = IFB_CHOICE, .choices = modes,
              .doc = "single (ratings), pairwise-baseline, pairwise-all"),
    IFB_FIELD(struct options, references, "references", .kind = IFB_STRING,
              .doc = "reference answers in place of the pack's"),
    { 0 }
};

const struct ifb_judging ifb_judging_mtbench = {
    .id = "mtbench", .doc = "each turn rated from 1 to 10, or pairs in two games",
    .judged = "mtbench", .file = "model_judgment.jsonl", .fields = fields,
    .options_size = sizeof(struct options), .open = open_judging, .versus = versus,
    .count = count, .shape = shape, .task = make_task, .record = record,
    .answers = read_answers,
};
