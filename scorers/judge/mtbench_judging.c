/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How MT-Bench's answers are put before a judge: each turn rated, or each turn of a
 * pair in two games; and its lines of judgments as FastChat writes them.
 */
#include "scorers/judge/judgings.h"

#include <math.h>

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "scorers/judge/judge.h"
#include "scorers/judge/rows.h"

#define RECORD_MAX ((size_t)256 << 20)
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
    return item->prompt.n == TURNS_MAX ? TURNS_MAX : 1;
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
    ifb_str *questions = ifb_new(arena, ifb_str, m->item->prompt.n);

    (void)err;
    for (size_t i = 0; i < m->item->prompt.n; i++)
        questions[i] = m->item->prompt.at[i].text;
    *out = (struct ifb_judge_task){
        .protocol = is_pair(s) ? &ifb_judge_mtbench_pair : &ifb_judge_mtbench_single,
        .label = is_pair(s) ? ifb_fmt(arena, "turn %u, game %u", turn, game)
                            : ifb_fmt(arena, "turn %u", turn),
        .context = { .category = m->item->group, .turn = turn, .game = game,
                     .questions = { questions, m->item->prompt.n },
                     .answers = { m->sides[0].answers, m->sides[1].answers },
                     .references = references_of(s, m->item->id) },
    };
    return IFB_OK;
}

/* ---- records ---- */

/* The last user's message of a request: FastChat's user_prompt. */
static ifb_str user_prompt(const struct ifb_judge_request *asked)
{
    return asked && asked->messages.n ? asked->messages.at[asked->messages.n - 1].text
                                      : IFB_STR("");
}

/* FastChat writes a number as it writes an id: without quotes where it is one. */
static void write_id(struct ifb_jw *w, const struct ifb_item *item)
{
    const struct ifb_json *id = ifb_json_get(item->row, "question_id");

    if (id)
        ifb_jw_value(w, "question_id", id);
    else
        ifb_jw_str(w, "question_id", item->id);
}

static void write_judge(struct ifb_jw *w, const struct ifb_judge_outcome *o)
{
    ifb_jw_array(w, "judge");
    ifb_jw_str(w, NULL, o->judge);
    ifb_jw_str(w, NULL, o->asked ? o->asked->prompt : IFB_STR(""));
    ifb_jw_end(w);
}

/* The reply; a jury has none, and a call that failed neither: its line tells only that. */
static void write_reply(struct ifb_jw *w, const char *key, const struct ifb_judge_outcome *o)
{
    if (o->nreplies && o->replies[0].text.ptr)
        ifb_jw_str(w, key, o->replies[0].text);
}

static void write_single(struct ifb_jw *w, const struct ifb_judging_match *m, unsigned turn,
                         const struct ifb_judge_outcome *o)
{
    ifb_jw_object(w, NULL);
    write_id(w, m->item);
    ifb_jw_str(w, "model", m->sides[0].model);
    write_judge(w, o);
    ifb_jw_str(w, "user_prompt", user_prompt(o->asked));
    write_reply(w, "judgment", o);
    if (isnan(o->said.rating))
        ifb_jw_int(w, "score", -1);
    else
        ifb_jw_real(w, "score", o->said.rating);
    ifb_jw_int(w, "turn", turn);
    ifb_jw_end(w);
}

static const char *winner_of(enum ifb_label label, bool swapped)
{
    switch (label) {
    case IFB_A_BETTER: return swapped ? "model_2" : "model_1";
    case IFB_B_BETTER: return swapped ? "model_1" : "model_2";
    case IFB_NO_DIFFERENCE: return "tie";
    default: return "error";
    }
}

static void write_pair(struct ifb_jw *w, const struct ifb_judging_match *m, unsigned turn,
                       const struct ifb_judge_outcome games[2])
{
    static const char *const keys[2][3] = { { "g1_winner", "g1_user_prompt", "g1_judgment" },
                                            { "g2_winner", "g2_user_prompt", "g2_judgment" } };

    ifb_jw_object(w, NULL);
    write_id(w, m->item);
    ifb_jw_str(w, "model_1", m->sides[0].model);
    ifb_jw_str(w, "model_2", m->sides[1].model);
    for (size_t g = 0; g < 2; g++)
        ifb_jw_cstr(w, keys[g][0], winner_of(games[g].said.label, g == 1));
    write_judge(w, games);
    for (size_t g = 0; g < 2; g++) {
        ifb_jw_str(w, keys[g][1], user_prompt(games[g].asked));
        write_reply(w, keys[g][2], &games[g]);
    }
    ifb_jw_int(w, "turn", turn);
    ifb_jw_end(w);
}

static enum ifb_code record(const void *state, const struct ifb_judging_match *m,
                            const struct ifb_judge_outcome *outcomes, size_t n,
                            const struct ifb_judging_sink *sink, struct ifb_error *err)
{
    size_t games = is_pair(state) ? 2 : 1;
    struct ifb_buf buf;
    struct ifb_jw w;
    enum ifb_code code = IFB_OK;

    ifb_buf_init(&buf, RECORD_MAX);
    for (size_t i = 0; i < n && !code; i += games) {
        unsigned turn = (unsigned)(1 + i / games);

        ifb_buf_clear(&buf);
        ifb_jw_open(&w, &buf);
        if (games == 2)
            write_pair(&w, m, turn, &outcomes[i]);
        else
            write_single(&w, m, turn, &outcomes[i]);
        if (buf.full)
            code = ifb_fail(err, IFB_ELIMIT, "a judgment is larger than %zu MiB",
                            RECORD_MAX >> 20);
        else
            sink->put(sink->self, ifb_buf_view(&buf));
    }
    ifb_buf_close(&buf);
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
