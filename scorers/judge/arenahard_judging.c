/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How Arena-Hard's answers are put before a judge: each against the baseline's in
 * two games, and lines of judgments as arena-hard-auto writes them, of either
 * version.
 */
#include "scorers/judge/judgings.h"

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "scorers/judge/judge.h"
#include "scorers/judge/rows.h"

#define RECORD_MAX ((size_t)256 << 20)
#define GAMES 2

struct options {
    ifb_str baseline;
};

struct state {
    const struct options *o;
    bool v01;
};

static void *new_state(const void *options, const struct ifb_judged_lent *lent, bool v01)
{
    struct state *s = ifb_new(lent->arena, struct state, 1);

    *s = (struct state){ options, v01 };
    return s;
}

static enum ifb_code open_v01(const void *options, const struct ifb_judged_lent *lent, void **out,
                              struct ifb_error *err)
{
    (void)err;
    *out = new_state(options, lent, true);
    return IFB_OK;
}

static enum ifb_code open_v2(const void *options, const struct ifb_judged_lent *lent, void **out,
                             struct ifb_error *err)
{
    (void)err;
    *out = new_state(options, lent, false);
    return IFB_OK;
}

static enum ifb_versus versus(const void *state)
{
    (void)state;
    return IFB_VERSUS_BASELINE;
}

/* ---- tasks ---- */

static size_t count(const void *state, const struct ifb_item *item)
{
    (void)state;
    (void)item;
    return GAMES;
}

/* Version 0.1 asks once more where there is no label. */
static struct ifb_judge_shape shape(const void *state, const struct ifb_item *item, size_t task)
{
    (void)item;
    (void)task;
    return (struct ifb_judge_shape){ ((const struct state *)state)->v01 ? 2 : 1, 1 };
}

static enum ifb_code make_task(const void *state, const struct ifb_judging_match *m, size_t task,
                               struct ifb_arena *arena, struct ifb_judge_task *out,
                               struct ifb_error *err)
{
    const struct state *s = state;
    ifb_str *question = ifb_new(arena, ifb_str, 1);

    (void)err;
    *question = ifb_judging_asked(m->item, 0);
    *out = (struct ifb_judge_task){
        .protocol = s->v01 ? &ifb_judge_arenahard_v01 : &ifb_judge_arenahard_v2,
        .label = task ? IFB_STR("game 2") : IFB_STR("game 1"),
        .context = { .category = m->item->group, .turn = 1, .game = (unsigned)task + 1,
                     .questions = { question, 1 },
                     .answers = { m->sides[0].answers, m->sides[1].answers } },
    };
    return IFB_OK;
}

/* ---- records ---- */

static void write_id(struct ifb_jw *w, const struct state *s, const struct ifb_item *item)
{
    const char *key = s->v01 ? "question_id" : "uid";
    const struct ifb_json *id = ifb_json_get(item->row, key);

    if (id)
        ifb_jw_value(w, key, id);
    else
        ifb_jw_str(w, key, item->id);
}

/* What was said in all attempts, as gen_judgment.py joins them in version 0.1. */
static ifb_str said_in(const struct state *s, const struct ifb_judge_outcome *o,
                       struct ifb_arena *arena)
{
    ifb_str all = s->v01 || !o->nreplies ? IFB_STR("") : o->replies[0].text;

    for (size_t i = 0; s->v01 && i < o->nreplies; i++)
        all = ifb_fmt(arena, "%.*s\n%.*s", IFB_ARG(all), IFB_ARG(o->replies[i].text));
    return all;
}

static void write_prompt(struct ifb_jw *w, const char *key, const struct ifb_judge_request *asked)
{
    static const char *const roles[] = { [IFB_SYSTEM] = "system", [IFB_USER] = "user",
                                         [IFB_ASSISTANT] = "assistant" };

    ifb_jw_array(w, key);
    for (size_t i = 0; asked && i < asked->messages.n; i++) {
        ifb_jw_object(w, NULL);
        ifb_jw_cstr(w, "role", roles[asked->messages.at[i].role]);
        ifb_jw_str(w, "content", asked->messages.at[i].text);
        ifb_jw_end(w);
    }
    ifb_jw_end(w);
}

/* A game whose call failed is null; what a jury says has no text. */
static void write_game(struct ifb_jw *w, const struct state *s, const struct ifb_judge_outcome *o,
                       struct ifb_arena *arena)
{
    if (!o->nreplies && !o->said.label) {
        ifb_jw_null(w, NULL);
        return;
    }
    ifb_jw_object(w, NULL);
    if (o->said.label)
        ifb_jw_cstr(w, "score", ifb_label_name(o->said.label));
    else
        ifb_jw_null(w, "score");
    if (s->v01) {
        ifb_jw_str(w, "judgment", said_in(s, o, arena));
    } else {
        ifb_jw_object(w, "judgment");
        ifb_jw_str(w, "answer", said_in(s, o, arena));
        ifb_jw_end(w);
    }
    write_prompt(w, s->v01 ? "user_prompt" : "prompt", o->asked);
    ifb_jw_end(w);
}

static enum ifb_code record(const void *state, const struct ifb_judging_match *m,
                            const struct ifb_judge_outcome *outcomes, size_t n,
                            const struct ifb_judging_sink *sink, struct ifb_error *err)
{
    struct ifb_arena *arena = ifb_arena_new();
    const struct state *s = state;
    struct ifb_buf buf;
    struct ifb_jw w;
    enum ifb_code code = IFB_OK;

    ifb_buf_init(&buf, RECORD_MAX);
    ifb_jw_open(&w, &buf);
    ifb_jw_object(&w, NULL);
    write_id(&w, s, m->item);
    if (m->item->group.len)
        ifb_jw_str(&w, "category", m->item->group);
    ifb_jw_str(&w, "judge", outcomes[0].judge);
    ifb_jw_str(&w, "model", m->sides[0].model);
    ifb_jw_str(&w, "baseline", m->sides[1].model);
    ifb_jw_array(&w, "games");
    for (size_t i = 0; i < n; i++)
        write_game(&w, s, &outcomes[i], arena);
    ifb_jw_end(&w);
    ifb_jw_end(&w);
    if (buf.full)
        code = ifb_fail(err, IFB_ELIMIT, "a judgment is larger than %zu MiB", RECORD_MAX >> 20);
    else
        sink->put(sink->self, ifb_buf_view(&buf));
    ifb_buf_close(&buf);
    ifb_arena_close(arena);
    return code;
}

/* ---- files of answers ---- */

/* Version 2: the assistant's message, a text or {"answer": text}; 0.1: choices of turns. */
static ifb_str answer_of(const struct ifb_json *row)
{
    const struct ifb_json *messages = ifb_json_get(row, "messages"), *content;
    const struct ifb_json *turns = ifb_json_get(ifb_json_at(ifb_json_get(row, "choices"), 0),
                                                "turns");

    for (const struct ifb_json *m = messages ? messages->first : NULL; m; m = m->next) {
        content = ifb_json_get(m, "content");
        if (ifb_str_is(ifb_json_str(m, "role"), "assistant"))
            return content && content->kind == IFB_JSTRING ? content->string
                                                           : ifb_json_str(content, "answer");
    }
    return ifb_json_str(ifb_json_at(turns, 0), "content");
}

static enum ifb_code see_answer(void *self, const struct ifb_judged_line *line,
                                struct ifb_error *err)
{
    const struct ifb_judging_answers *to = self;
    ifb_str id = ifb_judged_id(line->row, "uid"), model = ifb_json_str(line->row, "model");
    ifb_str answer = answer_of(line->row);

    id = id.ptr ? id : ifb_judged_id(line->row, "question_id");
    model = model.ptr ? model : ifb_json_str(line->row, "model_id");
    if (!id.ptr || !answer.ptr)
        return ifb_judged_fault(line, err, "an answer wants a \"uid\" and \"messages\", or a "
                                "\"question_id\" and \"choices\"");
    to->put(to->self, model, id, (struct ifb_strs){ &answer, 1 });
    return IFB_OK;
}

static enum ifb_code read_answers(const struct ifb_judged_file *file, struct ifb_arena *scratch,
                                  const struct ifb_judging_answers *to, struct ifb_error *err)
{
    (void)scratch;
    return ifb_judged_lines(file, see_answer, (void *)to, err);
}

/* Version 2 has a baseline a category. */
static ifb_str against(const void *state, const struct ifb_item *item)
{
    const struct state *s = state;

    if (s->o->baseline.ptr)
        return s->o->baseline;
    return ifb_str_is(item->group, "creative_writing") ? IFB_STR("gemini-2.0-flash-001")
                                                       : IFB_STR("o3-mini-2025-01-31");
}

static const struct ifb_field fields[] = {
    IFB_FIELD(struct options, baseline, "baseline", .kind = IFB_STRING,
              .doc = "whose answers the others are compared with"),
    { 0 }
};

const struct ifb_judging ifb_judging_arenahard = {
    .id = "arenahard", .doc = "each answer against the baseline's in two games, version 0.1",
    .judged = "arenahard", .file = "model_judgment.jsonl", .fields = fields,
    .options_size = sizeof(struct options), .open = open_v01, .versus = versus, .count = count,
    .shape = shape, .task = make_task, .record = record, .answers = read_answers,
};

const struct ifb_judging ifb_judging_arenahard_v2 = {
    .id = "arenahard-v2", .doc = "each answer against the baseline's in two games, version 2",
    .judged = "arenahard-v2", .file = "model_judgment.jsonl", .fields = fields,
    .options_size = sizeof(struct options), .open = open_v2, .versus = versus, .count = count,
    .shape = shape, .task = make_task, .record = record, .answers = read_answers,
    .against = against,
};
