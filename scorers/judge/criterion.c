/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Judges for answers of any kind: one question about an answer, or a grade from 1 to
 * 10 by a rubric of one's own.
 */
#include "scorers/judge/judge.h"

#include <math.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"

#define MAX_TOKENS 1024

static bool same(ifb_str s, const char *upper)
{
    size_t n = strlen(upper), i = 0;

    while (i < n && i < s.len && (s.ptr[i] & ~32) == upper[i])
        i++;
    return i == n && s.len == n;
}

/* The last of [[YES]] and [[NO]], in any case. */
static enum ifb_said last_mark(ifb_str reply)
{
    enum ifb_said said = IFB_SAID_NOTHING;
    size_t at = 0;

    while ((at = ifb_str_find(reply, IFB_STR("[["), at)) != SIZE_MAX) {
        size_t end = ifb_str_find(reply, IFB_STR("]]"), at);
        ifb_str mark;

        at += 2;
        if (end == SIZE_MAX)
            break;
        mark = ifb_str_trim_ascii(ifb_str_part(reply, at, end));
        said = same(mark, "YES") ? IFB_SAID_YES : same(mark, "NO") ? IFB_SAID_NO : said;
    }
    return said;
}

struct ifb_judgment ifb_criterion_said(ifb_str reply, struct ifb_arena *arena)
{
    enum ifb_said *said = ifb_new(arena, enum ifb_said, 1);
    struct ifb_judgment out = { .how = IFB_READ, .rating = NAN, .said = said, .nsaid = 1 };

    *said = last_mark(reply);
    if (!*said) {
        *said = ifb_infobench_said(ifb_str_trim_ascii(reply));
        out.how = *said ? IFB_READ_LOOSELY : IFB_UNREADABLE;
    }
    return out;
}

struct ifb_judgment ifb_rubric_rating(ifb_str reply, enum ifb_parse parse)
{
    struct ifb_judgment out = ifb_mtbench_rating(reply, parse);

    if (out.rating >= 1 && out.rating <= 10)
        return out;
    out.how = IFB_UNREADABLE;
    out.rating = NAN;
    return out;
}

static enum ifb_code ask(const struct ifb_judge_context *c, const char *prompt, const char *place,
                         ifb_str what, struct ifb_arena *arena, struct ifb_judge_request *out,
                         struct ifb_error *err)
{
    struct ifb_slot slots[3];

    if (!c->questions.n || !c->answers[0].n || !what.ptr)
        return ifb_fail(err, IFB_EINPUT, "a judge wants a question, an answer, and what to ask");
    slots[0] = (struct ifb_slot){ "question", c->questions.at[0] };
    slots[1] = (struct ifb_slot){ "answer", c->answers[0].at[0] };
    slots[2] = (struct ifb_slot){ place, what };
    if (ifb_judge_ask(c, prompt, slots, 3, arena, out, err))
        return err->code;
    out->max_tokens = MAX_TOKENS;
    return IFB_OK;
}

static enum ifb_code step_criterion(const struct ifb_judge_context *c, struct ifb_strs replies,
                                    struct ifb_arena *arena, struct ifb_judge_step *out,
                                    struct ifb_error *err)
{
    memset(out, 0, sizeof(*out));
    if (!replies.n)
        return ask(c, "criterion", "criterion",
                   c->checks.n ? c->checks.at[0] : (ifb_str){ NULL, 0 }, arena, &out->ask, err);
    out->done = true;
    out->said = ifb_criterion_said(replies.at[0], arena);
    return IFB_OK;
}

static enum ifb_code step_rubric(const struct ifb_judge_context *c, struct ifb_strs replies,
                                 struct ifb_arena *arena, struct ifb_judge_step *out,
                                 struct ifb_error *err)
{
    memset(out, 0, sizeof(*out));
    if (!replies.n)
        return ask(c, "rubric", "rubric", c->input, arena, &out->ask, err);
    out->done = true;
    out->said = ifb_rubric_rating(replies.at[0], c->parse);
    return IFB_OK;
}

const struct ifb_judge ifb_judge_criterion = {
    .id = "criterion", .doc = "a question about an answer: yes or no", .cite = "ifbench",
    .step = step_criterion,
};

const struct ifb_judge ifb_judge_rubric = {
    .id = "rubric", .doc = "an answer rated from 1 to 10 by a rubric", .cite = "ifbench",
    .step = step_rubric,
};
