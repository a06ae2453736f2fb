/* SPDX-License-Identifier: Apache-2.0 */
#include "scorers/judge/pair_record.h"

#include <math.h>

#include "harness/base/buf.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/str.h"

#define RECORD_MAX ((size_t)256 << 20)

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

/* The reply, or why there is none: official readers pass over that. A jury has neither. */
static void write_reply(struct ifb_jw *w, const char *key, const char *error,
                        const struct ifb_judge_outcome *o)
{
    if (o->nreplies && o->replies[0].text.ptr)
        ifb_jw_str(w, key, o->replies[0].text);
    if (o->error.ptr)
        ifb_jw_str(w, error, o->error);
}

static void write_single(struct ifb_jw *w, const struct ifb_judging_match *m, unsigned turn,
                         const struct ifb_judge_outcome *o)
{
    ifb_jw_object(w, NULL);
    write_id(w, m->item);
    ifb_jw_str(w, "model", m->sides[0].model);
    write_judge(w, o);
    ifb_jw_str(w, "user_prompt", user_prompt(o->asked));
    write_reply(w, "judgment", "error", o);
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
    static const char *const keys[2][4] = {
        { "g1_winner", "g1_user_prompt", "g1_judgment", "g1_error" },
        { "g2_winner", "g2_user_prompt", "g2_judgment", "g2_error" },
    };

    ifb_jw_object(w, NULL);
    write_id(w, m->item);
    ifb_jw_str(w, "model_1", m->sides[0].model);
    ifb_jw_str(w, "model_2", m->sides[1].model);
    for (size_t g = 0; g < 2; g++)
        ifb_jw_cstr(w, keys[g][0], winner_of(games[g].said.label, g == 1));
    write_judge(w, games);
    for (size_t g = 0; g < 2; g++) {
        ifb_jw_str(w, keys[g][1], user_prompt(games[g].asked));
        write_reply(w, keys[g][2], keys[g][3], &games[g]);
    }
    ifb_jw_int(w, "turn", turn);
    ifb_jw_end(w);
}

static enum ifb_code put(const struct ifb_buf *buf, const struct ifb_judging_sink *sink,
                         struct ifb_error *err)
{
    if (buf->full)
        return ifb_fail(err, IFB_ELIMIT, "a judgment is larger than %zu MiB", RECORD_MAX >> 20);
    sink->put(sink->self, ifb_buf_view(buf));
    return IFB_OK;
}

enum ifb_code ifb_pair_record(const struct ifb_judging_match *match, unsigned turn,
                              const struct ifb_judge_outcome games[2],
                              const struct ifb_judging_sink *sink, struct ifb_error *err)
{
    struct ifb_buf buf;
    struct ifb_jw w;
    enum ifb_code code;

    ifb_buf_init(&buf, RECORD_MAX);
    ifb_jw_open(&w, &buf);
    write_pair(&w, match, turn, games);
    code = put(&buf, sink, err);
    ifb_buf_close(&buf);
    return code;
}

enum ifb_code ifb_single_record(const struct ifb_judging_match *match, unsigned turn,
                                const struct ifb_judge_outcome *outcome,
                                const struct ifb_judging_sink *sink, struct ifb_error *err)
{
    struct ifb_buf buf;
    struct ifb_jw w;
    enum ifb_code code;

    ifb_buf_init(&buf, RECORD_MAX);
    ifb_jw_open(&w, &buf);
    write_single(&w, match, turn, outcome);
    code = put(&buf, sink, err);
    ifb_buf_close(&buf);
    return code;
}
