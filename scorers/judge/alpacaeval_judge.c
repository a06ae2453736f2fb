/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AlpacaEval's judges: one request, whose reply is read into a preference from 1
 * (the answer shown first is better) to 2. They differ in what they ask for.
 */
#include "scorers/judge/judge.h"

#include <math.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "scorers/judge/alpacaeval.h"

#define FIRST IFB_STR("m")
#define SECOND IFB_STR("M")
#define TOP 5            /* likely tokens, of which the two marks must be */
#define TEXT_TOKENS 1024
#define RANK_TOKENS 100

/* In game 1 the baseline is shown first, in game 2 the model. */
static enum ifb_code ask(const struct ifb_judge_context *c, const char *prompt,
                         struct ifb_arena *arena, struct ifb_judge_request *out,
                         struct ifb_error *err)
{
    bool model_first = c->game == 2;
    const struct ifb_strs *first = &c->answers[model_first ? 0 : 1];
    const struct ifb_strs *second = &c->answers[model_first ? 1 : 0];

    if (!c->questions.n || !first->n || !second->n)
        return ifb_fail(err, IFB_EINPUT, "a judge wants the instruction and both outputs");
    return ifb_judge_ask(c, prompt,
                         (const struct ifb_slot[]){ { "instruction", c->questions.at[0] },
                                                    { "output_1", first->at[0] },
                                                    { "output_2", second->at[0] } },
                         3, arena, out, err);
}

static struct ifb_judgment judgment_of(double preference, enum ifb_reading how)
{
    struct ifb_judgment j = { .how = how, .rating = ifb_alpaca_usable(preference) };

    if (isnan(j.rating))
        j.how = IFB_UNREADABLE;
    else
        j.label = j.rating < 1.5   ? IFB_A_BETTER
                  : j.rating > 1.5 ? IFB_B_BETTER
                                   : IFB_NO_DIFFERENCE;
    return j;
}

/* ---- log-probabilities of the first token ---- */

static double logprob_of(const struct ifb_response *r, ifb_str token)
{
    for (size_t i = 0; i < r->ntop; i++)
        if (ifb_str_eq(r->top[i].token, token))
            return r->top[i].logprob;
    return -INFINITY;
}

/* A server that tells no log-probabilities leaves the letter, which only --parse last takes. */
static struct ifb_judgment read_logprobs(const struct ifb_judge_context *c, ifb_str reply,
                                         bool binary)
{
    const struct ifb_response *r = c->replies;
    ifb_str letter = ifb_str_trim_ascii(reply);
    double preference = NAN;

    if (r)
        preference = ifb_alpaca_logprob_pair(logprob_of(r, FIRST), logprob_of(r, SECOND), binary);
    if (!isnan(preference) || c->parse != IFB_PARSE_LAST)
        return judgment_of(preference, IFB_READ);
    if (ifb_str_eq(letter, FIRST))
        preference = 1;
    else if (ifb_str_eq(letter, SECOND))
        preference = 2;
    return judgment_of(preference, IFB_READ_LOOSELY);
}

static enum ifb_code step_logprobs(const struct ifb_judge_context *c, struct ifb_strs replies,
                                   bool binary, struct ifb_arena *arena,
                                   struct ifb_judge_step *out, struct ifb_error *err)
{
    memset(out, 0, sizeof(*out));
    out->done = replies.n > 0;
    if (out->done) {
        out->said = read_logprobs(c, replies.at[0], binary);
        return IFB_OK;
    }
    if (ask(c, "alpacaeval", arena, &out->ask, err))
        return err->code;
    out->ask.temperature = 1;
    out->ask.max_tokens = 1;
    out->ask.top_logprobs = TOP;
    return IFB_OK;
}

static enum ifb_code step_weighted(const struct ifb_judge_context *c, struct ifb_strs replies,
                                   struct ifb_arena *arena, struct ifb_judge_step *out,
                                   struct ifb_error *err)
{
    return step_logprobs(c, replies, false, arena, out, err);
}

static enum ifb_code step_binary(const struct ifb_judge_context *c, struct ifb_strs replies,
                                 struct ifb_arena *arena, struct ifb_judge_step *out,
                                 struct ifb_error *err)
{
    return step_logprobs(c, replies, true, arena, out, err);
}

/* ---- texts ---- */

/* A preference in the order shown, NaN where the reply cannot be read. */
typedef double read_reply(const struct ifb_judge_context *c, ifb_str reply,
                          struct ifb_arena *arena);

/* How a text is asked for and read. */
struct way {
    const char *prompt;
    int64_t max_tokens;
    read_reply *read;
    size_t marks;  /* how many marks of the context it reads by */
};

static enum ifb_code step_text(const struct way *way, const struct ifb_judge_context *c,
                               struct ifb_strs replies, struct ifb_arena *arena,
                               struct ifb_judge_step *out, struct ifb_error *err)
{
    memset(out, 0, sizeof(*out));
    if (c->marks.n < way->marks)
        return ifb_fail(err, IFB_EINPUT, "a judge's replies are read by %zu marks, found %zu",
                        way->marks, c->marks.n);
    out->done = replies.n > 0;
    if (out->done) {
        out->said = judgment_of(way->read(c, replies.at[0], arena), IFB_READ);
        return IFB_OK;
    }
    if (ask(c, way->prompt, arena, &out->ask, err))
        return err->code;
    out->ask.max_tokens = way->max_tokens;
    return IFB_OK;
}

static double read_ranking(const struct ifb_judge_context *c, ifb_str reply,
                           struct ifb_arena *arena)
{
    (void)c;
    return ifb_alpaca_ranking(arena, reply);
}

static double read_scores(const struct ifb_judge_context *c, ifb_str reply,
                          struct ifb_arena *arena)
{
    (void)c;
    (void)arena;
    return ifb_alpaca_lmsys(reply);
}

/* By the patterns of "the first is better" and "the second is better". */
static double read_patterns(const struct ifb_judge_context *c, ifb_str reply,
                            struct ifb_arena *arena)
{
    double preference = NAN;
    bool ok;

    (void)arena;
    if (ifb_alpaca_regex(reply, c->marks.at[0], c->marks.at[1], 1, &preference, &ok, NULL))
        return NAN;
    return preference;
}

/* By the member whose name is given: a number, or one as text. */
static double read_member(const struct ifb_judge_context *c, ifb_str reply,
                          struct ifb_arena *arena)
{
    const struct ifb_json *v = ifb_alpaca_json(arena, reply, ifb_cstr(arena, c->marks.at[0]));
    double number = NAN;

    if (v && v->kind == IFB_JNUMBER)
        return v->number;
    if (v && v->kind == IFB_JSTRING && !ifb_str_real(ifb_str_trim_ascii(v->string), &number))
        return NAN;
    return number;
}

#define STEP(name, ...) \
    static enum ifb_code name(const struct ifb_judge_context *c, struct ifb_strs replies, \
                              struct ifb_arena *arena, struct ifb_judge_step *out, \
                              struct ifb_error *err) \
    { \
        static const struct way way = { __VA_ARGS__ }; \
\
        return step_text(&way, c, replies, arena, out, err); \
    }

STEP(step_ranking, "alpacaeval-ranking", RANK_TOKENS, read_ranking, 0)
STEP(step_scores, "alpacaeval-scores", TEXT_TOKENS, read_scores, 0)
STEP(step_regex, "alpacaeval", TEXT_TOKENS, read_patterns, 2)
STEP(step_json, "alpacaeval", TEXT_TOKENS, read_member, 1)

#define CITE "Li et al. 2023; Dubois et al. 2024, arXiv:2404.04475; tatsu-lab/alpaca_eval"
#define JUDGE(name, id_, doc_, step_) \
    const struct ifb_judge name = { .id = id_, .doc = doc_, .cite = CITE, .model_first = 2, \
                                    .step = step_ }

JUDGE(ifb_judge_alpacaeval, "alpacaeval-logprob",
      "AlpacaEval 2: m or M, weighed by the probabilities of the two", step_weighted);
JUDGE(ifb_judge_alpacaeval_binary, "alpacaeval-binary",
      "AlpacaEval: m or M, whichever is likelier", step_binary);
JUDGE(ifb_judge_alpacaeval_ranking, "alpacaeval-ranking",
      "AlpacaEval 1: a Python list that ranks model_1 and model_2", step_ranking);
JUDGE(ifb_judge_alpacaeval_scores, "alpacaeval-scores",
      "AlpacaEval: two numbers in the first line, the larger wins", step_scores);
JUDGE(ifb_judge_alpacaeval_regex, "alpacaeval-regex",
      "AlpacaEval: one of two patterns", step_regex);
JUDGE(ifb_judge_alpacaeval_json, "alpacaeval-json",
      "AlpacaEval: a member of a JSON object", step_json);
