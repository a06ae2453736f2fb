/* SPDX-License-Identifier: Apache-2.0 */
/*
 * InFoBench's judge: a list of questions about a text, each answered YES or NO.
 * Upstream puts them in one growing conversation and stops at the first reply it
 * cannot read; they can also be asked apart, or together.
 */
#include "scorers/judge/judge.h"

#include <math.h>

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/error.h"
#include "harness/base/str.h"

#define ANSWER_TOKENS 128
#define LIST_MAX ((size_t)1 << 20)

static bool starts_with(ifb_str s, const char *lower)
{
    size_t n = strlen(lower);

    for (size_t i = 0; i < n; i++)
        if (i >= s.len || (s.ptr[i] | 32) != lower[i])
            return false;
    return true;
}

enum ifb_said ifb_infobench_said(ifb_str reply)
{
    bool yes, no;

    if (starts_with(reply, "yes"))
        return IFB_SAID_YES;
    if (starts_with(reply, "no"))  /* "Not sure" too, as in InfoBench's evaluation.py */
        return IFB_SAID_NO;
    yes = ifb_str_find(reply, IFB_STR("YES"), 0) != SIZE_MAX;
    no = ifb_str_find(reply, IFB_STR("NO"), 0) != SIZE_MAX;
    return yes == no ? IFB_SAID_NOTHING : yes ? IFB_SAID_YES : IFB_SAID_NO;
}

/* ---- requests ---- */

/* The first message: by the prompt `with` where there is an input, else by `plain`. */
static enum ifb_code ask(const struct ifb_judge_context *c, const char *plain, const char *with,
                         const char *place, ifb_str question, struct ifb_arena *arena,
                         struct ifb_judge_request *out, struct ifb_error *err)
{
    const struct ifb_slot slots[] = { { "input", c->input },
                                      { "output", c->answers[0].at[0] },
                                      { place, question } };

    if (ifb_judge_ask(c, c->input.len ? with : plain, slots, 3, arena, out, err))
        return err->code;
    out->max_tokens = ANSWER_TOKENS;
    return IFB_OK;
}

static enum ifb_code ask_first(const struct ifb_judge_context *c, size_t question,
                               struct ifb_arena *arena, struct ifb_judge_request *out,
                               struct ifb_error *err)
{
    return ask(c, "infobench", "infobench-input", "question", c->checks.at[question], arena, out,
               err);
}

/* The conversation so far, and the next question alone. */
static enum ifb_code ask_next(const struct ifb_judge_context *c, struct ifb_strs replies,
                              struct ifb_arena *arena, struct ifb_judge_request *out,
                              struct ifb_error *err)
{
    struct ifb_message *at;
    size_t n;

    if (ask_first(c, 0, arena, out, err))
        return err->code;
    n = out->messages.n;
    at = ifb_new(arena, struct ifb_message, n + 2 * replies.n);
    memcpy(at, out->messages.at, n * sizeof(*at));
    for (size_t i = 0; i < replies.n; i++) {
        const struct ifb_slot slot = { "question", c->checks.at[i + 1] };
        struct ifb_judge_request more;

        if (ifb_judge_ask(c, "infobench-next", &slot, 1, arena, &more, err))
            return err->code;
        at[n++] = (struct ifb_message){ .role = IFB_ASSISTANT, .text = replies.at[i] };
        at[n++] = more.messages.at[more.messages.n - 1];
    }
    out->messages = (struct ifb_conversation){ at, n };
    return IFB_OK;
}

static enum ifb_code ask_all(const struct ifb_judge_context *c, struct ifb_arena *arena,
                             struct ifb_judge_request *out, struct ifb_error *err)
{
    enum ifb_code code;
    struct ifb_buf list;

    ifb_buf_init(&list, LIST_MAX);
    for (size_t i = 0; i < c->checks.n; i++) {
        ifb_buf_fmt(&list, "%zu. ", i + 1);
        ifb_buf_str(&list, c->checks.at[i]);
        ifb_buf_char(&list, '\n');
    }
    if (list.full)
        code = ifb_fail(err, IFB_ELIMIT, "the questions about an answer are longer than 1 MiB");
    else
        code = ask(c, "infobench-all", "infobench-all-input", "questions", ifb_buf_view(&list),
                   arena, out, err);
    ifb_buf_close(&list);
    return code;
}

/* ---- replies ---- */

/* "3. YES" at the front of a line, or "3) no": the number, and what follows it. */
static size_t numbered(ifb_str line, ifb_str *rest)
{
    size_t n = 0, i = 0;

    while (i < line.len && strchr(" *#-", line.ptr[i]) && line.ptr[i])
        i++;
    for (; i < line.len && line.ptr[i] >= '0' && line.ptr[i] <= '9' && n < 100000; i++)
        n = n * 10 + (size_t)(line.ptr[i] - '0');
    while (i < line.len && line.ptr[i] && strchr(".):*- ", line.ptr[i]))
        i++;
    *rest = ifb_str_from(line, i);
    return n;
}

/* The first line of a number counts; questions without a line stay unsaid. */
static void read_list(ifb_str reply, enum ifb_said *said, size_t n)
{
    ifb_str line, rest;

    while (reply.len) {
        size_t i;

        if (!ifb_str_chop(&reply, '\n', &line))
            line = reply, reply.len = 0;
        i = numbered(line, &rest);
        if (i >= 1 && i <= n && !said[i - 1])
            said[i - 1] = ifb_infobench_said(rest);
    }
}

static void conclude(struct ifb_judge_step *out, const enum ifb_said *said, size_t n)
{
    out->done = true;
    out->said = (struct ifb_judgment){ .how = IFB_READ, .rating = NAN, .said = said, .nsaid = n };
    for (size_t i = 0; i < n; i++)
        if (!said[i])
            out->said.how = IFB_UNREADABLE;
}

static enum ifb_code step(const struct ifb_judge_context *c, struct ifb_strs replies,
                          struct ifb_arena *arena, struct ifb_judge_step *out,
                          struct ifb_error *err)
{
    enum ifb_said *said = ifb_new(arena, enum ifb_said, c->checks.n);
    size_t n = replies.n < c->checks.n ? replies.n : c->checks.n;
    bool stop = false;

    memset(out, 0, sizeof(*out));
    if (!c->checks.n || !c->answers[0].n)
        return ifb_fail(err, IFB_EINPUT, "a judge wants an answer and questions about it");
    if (c->asking == IFB_ASK_TOGETHER) {
        if (!replies.n)
            return ask_all(c, arena, &out->ask, err);
        read_list(replies.at[0], said, c->checks.n);
        conclude(out, said, c->checks.n);
        return IFB_OK;
    }
    for (size_t i = 0; i < n; i++) {
        said[i] = ifb_infobench_said(replies.at[i]);
        stop = stop || (!said[i] && c->asking == IFB_ASK_CONVERSATION);
    }
    if (stop || n == c->checks.n) {
        conclude(out, said, n);
        return IFB_OK;
    }
    return c->asking == IFB_ASK_APART ? ask_first(c, n, arena, &out->ask, err)
                                      : ask_next(c, replies, arena, &out->ask, err);
}

const struct ifb_judge ifb_judge_infobench = {
    .id = "infobench", .doc = "InFoBench: questions about an answer, YES or NO each",
    .cite = "Qin et al. 2024, InFoBench: Evaluating Instruction Following Ability",
    .step = step,
};
