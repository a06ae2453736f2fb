/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MT-Bench's judge: one request a turn, either a rating or a verdict on a pair.
 * The second turn's judge sees both turns; where there is a reference, it too.
 */
#include "scorers/judge/judge.h"

#include <math.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"

#define MAX_TOKENS 2048
#define MAX_TOKENS_ANTHROPIC 1024  /* FastChat's chat_completion_anthropic */

bool ifb_mtbench_has_reference(ifb_str category)
{
    static const char *const categories[] = { "math", "coding", "reasoning", "arena-hard-200" };

    for (size_t i = 0; i < sizeof(categories) / sizeof(*categories); i++)
        if (ifb_str_is(category, categories[i]))
            return true;
    return false;
}

/* ---- requests ---- */

/* The i-th of them, or absent. */
static ifb_str nth(struct ifb_strs s, size_t i)
{
    return i < s.n ? s.at[i] : (ifb_str){ NULL, 0 };
}

/* Places are "NAME" in the first turn, "NAME_1" and "NAME_2" in the second. */
static size_t put_turns(struct ifb_slot *at, const char *const names[3], struct ifb_strs texts,
                        unsigned turn)
{
    if (turn == 1) {
        at[0] = (struct ifb_slot){ names[0], nth(texts, 0) };
        return 1;
    }
    at[0] = (struct ifb_slot){ names[1], nth(texts, 0) };
    at[1] = (struct ifb_slot){ names[2], nth(texts, 1) };
    return 2;
}

static size_t put_references(struct ifb_slot *at, const struct ifb_judge_context *c)
{
    at[0] = (struct ifb_slot){ "ref_answer_1", nth(c->references, 0) };
    at[1] = (struct ifb_slot){ "ref_answer_2", nth(c->references, 1) };
    return 2;
}

static const char *const names_question[] = { "question", "question_1", "question_2" };
static const char *const names_answer[] = { "answer", "answer_1", "answer_2" };
static const char *const names_a[] = { "answer_a", "answer_a_1", "answer_a_2" };
static const char *const names_b[] = { "answer_b", "answer_b_1", "answer_b_2" };

static enum ifb_code ask(const struct ifb_judge_context *c, bool pair, struct ifb_arena *arena,
                         struct ifb_judge_request *out, struct ifb_error *err)
{
    static const char *const prompts[2][2][2] = {
        { { "single-v1", "single-v1-multi-turn" },
          { "single-math-v1", "single-math-v1-multi-turn" } },
        { { "pair-v2", "pair-v2-multi-turn" }, { "pair-math-v1", "pair-math-v1-multi-turn" } },
    };
    bool reference = ifb_mtbench_has_reference(c->category);
    bool swapped = c->game == 2;
    struct ifb_slot slots[IFB_JUDGE_SLOTS];
    size_t n = put_turns(slots, names_question, c->questions, c->turn);

    if (c->turn < 1 || c->turn > 2 || c->questions.n < c->turn || c->answers[0].n < c->turn ||
        (pair && c->answers[1].n < c->turn))
        return ifb_fail(err, IFB_EINPUT, "a judge wants question and answers of turn %u", c->turn);
    if (reference && c->references.n < c->turn)
        return ifb_fail(err, IFB_EINPUT, "a question of category %.*s wants a reference answer",
                        IFB_ARG(c->category));
    if (pair) {
        n += put_turns(slots + n, names_a, c->answers[swapped], c->turn);
        n += put_turns(slots + n, names_b, c->answers[!swapped], c->turn);
    } else {
        n += put_turns(slots + n, names_answer, c->answers[0], c->turn);
    }
    if (reference)
        n += put_references(slots + n, c);
    if (ifb_judge_ask(c, prompts[pair][reference][c->turn - 1], slots, n, arena, out, err))
        return err->code;
    out->max_tokens = c->no_system ? MAX_TOKENS_ANTHROPIC : MAX_TOKENS;
    return IFB_OK;
}

/* ---- protocols ---- */

static enum ifb_code step_single(const struct ifb_judge_context *c, struct ifb_strs replies,
                                 struct ifb_arena *arena, struct ifb_judge_step *out,
                                 struct ifb_error *err)
{
    memset(out, 0, sizeof(*out));
    if (!replies.n)
        return ask(c, false, arena, &out->ask, err);
    out->done = true;
    out->said = ifb_mtbench_rating(replies.at[0], c->parse);
    return IFB_OK;
}

/* The template says which of two marks its judge was told to make. */
static bool asks_for_two(const struct ifb_judge_context *c, const struct ifb_judge_request *asked)
{
    const struct ifb_templates *set = c->templates ? c->templates : ifb_templates_builtin();
    const struct ifb_template *t = ifb_template_find(set, asked->prompt);

    return t && ifb_str_is(t->output_format, "[[rating_a,rating_b]]");
}

static enum ifb_code step_pair(const struct ifb_judge_context *c, struct ifb_strs replies,
                               struct ifb_arena *arena, struct ifb_judge_step *out,
                               struct ifb_error *err)
{
    memset(out, 0, sizeof(*out));
    if (ask(c, true, arena, &out->ask, err))
        return err->code;
    if (!replies.n)
        return IFB_OK;
    out->done = true;
    out->said = asks_for_two(c, &out->ask) ? ifb_mtbench_two_ratings(replies.at[0])
                                           : ifb_mtbench_verdict(replies.at[0], c->parse);
    return IFB_OK;
}

#define CITE "Zheng et al. 2023, Judging LLM-as-a-Judge with MT-Bench and Chatbot Arena"

const struct ifb_judge ifb_judge_mtbench_single = {
    .id = "mtbench-single", .doc = "MT-Bench: an answer rated from 1 to 10", .cite = CITE,
    .step = step_single,
};

const struct ifb_judge ifb_judge_mtbench_pair = {
    .id = "mtbench-pair", .doc = "MT-Bench: which of two answers is better", .cite = CITE,
    .model_first = 1, .step = step_pair,
};
