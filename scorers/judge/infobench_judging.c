/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How InFoBench's outputs are put before a judge: one list of questions about each;
 * and lines of judged outputs as its evaluation writes them.
 */
#include "scorers/judge/judgings.h"

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "scorers/judge/judge.h"

#define RECORD_MAX ((size_t)256 << 20)

/* In the order of enum ifb_asking. */
static const char *const modes[] = { "conversation", "independent", "batched", NULL };

struct options {
    int64_t mode;
};

static enum ifb_code open_judging(const void *options, const struct ifb_judged_lent *lent,
                                  void **out, struct ifb_error *err)
{
    const struct options **o = ifb_new(lent->arena, const struct options *, 1);

    (void)err;
    *o = options;
    *out = o;
    return IFB_OK;
}

static enum ifb_asking mode_of(const void *state)
{
    return (enum ifb_asking)(*(const struct options *const *)state)->mode;
}

static enum ifb_versus versus(const void *state)
{
    (void)state;
    return IFB_VERSUS_NOBODY;
}

/* ---- tasks ---- */

static const struct ifb_json *questions_of(const struct ifb_item *item)
{
    return ifb_json_get(item->row, "decomposed_questions");
}

static size_t count(const void *state, const struct ifb_item *item)
{
    const struct ifb_json *questions = questions_of(item);

    (void)state;
    return questions && questions->n ? 1 : 0;
}

static struct ifb_judge_shape shape(const void *state, const struct ifb_item *item, size_t task)
{
    (void)task;
    return (struct ifb_judge_shape){
        mode_of(state) == IFB_ASK_TOGETHER ? 1 : (uint16_t)questions_of(item)->n, 1
    };
}

static enum ifb_code make_task(const void *state, const struct ifb_judging_match *m, size_t task,
                               struct ifb_arena *arena, struct ifb_judge_task *out,
                               struct ifb_error *err)
{
    const struct ifb_json *questions = questions_of(m->item);
    ifb_str *at = ifb_new(arena, ifb_str, questions->n);
    size_t n = 0;

    (void)task;
    (void)err;
    for (const struct ifb_json *q = questions->first; q; q = q->next)
        at[n++] = q->string;
    *out = (struct ifb_judge_task){
        .protocol = &ifb_judge_infobench,
        .label = IFB_STR("questions"),
        .context = { .category = m->item->group, .turn = 1, .game = 1,
                     .input = ifb_json_str(m->item->row, "input"), .checks = { at, n },
                     .asking = mode_of(state), .answers = { m->sides[0].answers } },
    };
    return IFB_OK;
}

/* ---- records ---- */

/* The members of the official row that say what was asked. */
static void write_row(struct ifb_jw *w, const struct ifb_json *row)
{
    static const char *const keys[] = { "input", "category", "instruction",
                                        "decomposed_questions", "subset", "question_label" };

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        const struct ifb_json *v = ifb_json_get(row, keys[i]);

        if (v)
            ifb_jw_value(w, keys[i], v);
    }
}

/* An instance whose questions could not all be put is as one that was not judged. */
static void write_eval(struct ifb_jw *w, const struct ifb_judge_outcome *o)
{
    if (o->error.ptr || !o->said.nsaid) {
        ifb_jw_null(w, "eval");
        return;
    }
    ifb_jw_array(w, "eval");
    for (size_t i = 0; i < o->said.nsaid; i++)
        if (o->said.said[i] == IFB_SAID_NOTHING)
            ifb_jw_null(w, NULL);
        else
            ifb_jw_bool(w, NULL, o->said.said[i] == IFB_SAID_YES);
    ifb_jw_end(w);
}

static enum ifb_code record(const void *state, const struct ifb_judging_match *m,
                            const struct ifb_judge_outcome *outcomes, size_t n,
                            const struct ifb_judging_sink *sink, struct ifb_error *err)
{
    const struct ifb_strs *answers = &m->sides[0].answers;
    struct ifb_buf buf;
    struct ifb_jw w;
    enum ifb_code code = IFB_OK;

    (void)state;
    (void)n;
    ifb_buf_init(&buf, RECORD_MAX);
    ifb_jw_open(&w, &buf);
    ifb_jw_object(&w, NULL);
    write_row(&w, m->item->row);
    ifb_jw_str(&w, "model", m->sides[0].model);
    ifb_jw_str(&w, "judge", outcomes[0].judge);
    ifb_jw_str(&w, "output", answers->n ? answers->at[0] : (ifb_str){ NULL, 0 });
    write_eval(&w, &outcomes[0]);
    ifb_jw_str(&w, "id", m->item->id);
    ifb_jw_end(&w);
    if (buf.full)
        code = ifb_fail(err, IFB_ELIMIT, "a judged output is larger than %zu MiB",
                        RECORD_MAX >> 20);
    else
        sink->put(sink->self, ifb_buf_view(&buf));
    ifb_buf_close(&buf);
    return code;
}

static const struct ifb_field fields[] = {
    IFB_FIELD(struct options, mode, "judge_mode", .kind = IFB_CHOICE, .choices = modes,
              .doc = "questions are put in one conversation (official), independently, or batched"),
    { 0 }
};

const struct ifb_judging ifb_judging_infobench = {
    .id = "infobench", .doc = "a list of questions about each output, yes or no",
    .judged = "infobench", .file = "judged_outputs.jsonl", .apart = true, .fields = fields,
    .options_size = sizeof(struct options), .open = open_judging, .versus = versus,
    .count = count, .shape = shape, .task = make_task, .record = record,
};
