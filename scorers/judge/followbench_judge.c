/* SPDX-License-Identifier: Apache-2.0 */
/*
 * FollowBench's judge: shown how an instruction grew constraint by constraint and an
 * answer to the last of it, it says of each constraint whether the answer satisfies it.
 */
#include "scorers/judge/judge.h"

#include <math.h>

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/error.h"
#include "harness/base/str.h"

#define STEPS_MAX ((size_t)16 << 20)
#define MAX_TOKENS 1024
#define CONSTRAINTS_MAX 100

typedef enum ifb_followbench_language language;

/* How a category's constraints are called, with a gloss where the word needs one. */
static ifb_str kind_of(ifb_str category, language in)
{
    static const struct {
        const char *category;
        const char *kind[2];
    } kinds[] = {
        { "content", { "content ", "内容（对回答所谈内容的要求）" } },
        { "situation", { "situation (the circumstances that the answer is for) ",
                         "情境（回答所处的场合）" } },
        { "style", { "style ", "风格" } },
        { "format", { "format ", "格式" } },
    };

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (ifb_str_is(category, kinds[i].category))
            return ifb_str_of(kinds[i].kind[in]);
    return IFB_STR("");
}

static void put_heading(struct ifb_buf *out, size_t n, language in)
{
    if (in == IFB_FOLLOWBENCH_ZH)
        ifb_buf_fmt(out, "最初的指令加 %zu 条约束：\n", n);
    else
        ifb_buf_fmt(out, "The initial instruction and %zu constraint%s:\n", n, n == 1 ? "" : "s");
}

/* The instructions of levels 1 to n, each under its heading. */
static enum ifb_code write_steps(struct ifb_strs ladder, language in, struct ifb_arena *arena,
                                 ifb_str *out, struct ifb_error *err)
{
    struct ifb_buf buf;
    enum ifb_code code = IFB_OK;

    ifb_buf_init(&buf, STEPS_MAX);
    for (size_t i = 1; i < ladder.n; i++) {
        put_heading(&buf, i, in);
        ifb_buf_str(&buf, ladder.at[i]);
        ifb_buf_str(&buf, IFB_STR("\n\n"));
    }
    if (buf.full)
        code = ifb_fail(err, IFB_ELIMIT, "the instructions of a group are longer than 16 MiB");
    else
        *out = ifb_str_copy(arena, ifb_buf_view(&buf));
    ifb_buf_close(&buf);
    return code;
}

static enum ifb_code ask(const struct ifb_judge_context *c, language in, struct ifb_arena *arena,
                         struct ifb_judge_request *out, struct ifb_error *err)
{
    static const char *const prompts[2][2] = { { "followbench-1", "followbench" },
                                               { "followbench-zh-1", "followbench-zh" } };
    size_t n = c->questions.n - 1;
    ifb_str steps;

    if (write_steps(c->questions, in, arena, &steps, err))
        return err->code;
    if (ifb_judge_ask(c, prompts[in][n > 1],
                      (const struct ifb_slot[]){ { "kind", kind_of(c->category, in) },
                                                 { "initial", c->questions.at[0] },
                                                 { "steps", steps },
                                                 { "answer", c->answers[0].at[0] },
                                                 { "n", ifb_fmt(arena, "%zu", n) } },
                      5, arena, out, err))
        return err->code;
    out->max_tokens = MAX_TOKENS;
    return IFB_OK;
}

/* `questions` are the instructions from level 0 on. */
static enum ifb_code step(const struct ifb_judge_context *c, struct ifb_strs replies, language in,
                          struct ifb_arena *arena, struct ifb_judge_step *out,
                          struct ifb_error *err)
{
    size_t n = c->questions.n ? c->questions.n - 1 : 0;
    enum ifb_said *said = ifb_new(arena, enum ifb_said, n);
    bool yes[CONSTRAINTS_MAX] = { false }, read;

    memset(out, 0, sizeof(*out));
    if (!n || n > CONSTRAINTS_MAX || !c->answers[0].n)
        return ifb_fail(err, IFB_EINPUT, "a judge wants an answer and the instructions of levels 0 "
                        "to 1 or more");
    if (!replies.n)
        return ask(c, in, arena, &out->ask, err);
    read = ifb_followbench_read(arena, replies.at[0], in, n, yes);
    for (size_t i = 0; i < n; i++)
        said[i] = !read ? IFB_SAID_UNREADABLE : yes[i] ? IFB_SAID_YES : IFB_SAID_NO;
    out->done = true;
    out->said = (struct ifb_judgment){ .how = read ? IFB_READ : IFB_UNREADABLE, .rating = NAN,
                                       .said = said, .nsaid = n };
    return IFB_OK;
}

static enum ifb_code step_en(const struct ifb_judge_context *c, struct ifb_strs replies,
                             struct ifb_arena *arena, struct ifb_judge_step *out,
                             struct ifb_error *err)
{
    return step(c, replies, IFB_FOLLOWBENCH_EN, arena, out, err);
}

static enum ifb_code step_zh(const struct ifb_judge_context *c, struct ifb_strs replies,
                             struct ifb_arena *arena, struct ifb_judge_step *out,
                             struct ifb_error *err)
{
    return step(c, replies, IFB_FOLLOWBENCH_ZH, arena, out, err);
}

#define CITE "Jiang et al. 2024, FollowBench, arXiv:2310.20410"

const struct ifb_judge ifb_judge_followbench = {
    .id = "followbench", .doc = "FollowBench: a list of YES and NO, one a constraint", .cite = CITE,
    .step = step_en,
};

const struct ifb_judge ifb_judge_followbench_zh = {
    .id = "followbench-zh", .doc = "FollowBench in Chinese: a list of YES and NO", .cite = CITE,
    .step = step_zh,
};
