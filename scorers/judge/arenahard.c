/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arena-Hard's judge: a label out of five. In game 1 the baseline is A, in game 2
 * the model. Version 0.1 asks once more where there is no label.
 */
#include "scorers/judge/judge.h"

#include <math.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"

#define MARK_MAX 16  /* longer marks are none that has a score */

static const struct {
    const char *mark;
    enum ifb_label label;
    bool v01;
} labels[] = {
    { "A>>B", IFB_A_MUCH_BETTER, true },  { "A>B", IFB_A_BETTER, true },
    { "A=B", IFB_NO_DIFFERENCE, true },   { "B>A", IFB_B_BETTER, true },
    { "B>>A", IFB_B_MUCH_BETTER, true },  { "A<B", IFB_B_BETTER, false },
    { "A<<B", IFB_B_MUCH_BETTER, false }, { "B<A", IFB_A_BETTER, false },
    { "B<<A", IFB_A_MUCH_BETTER, false }, { "B=A", IFB_NO_DIFFERENCE, false },
};

const char *ifb_label_name(enum ifb_label label)
{
    static const char *const names[] = { "none", "A>>B", "A>B", "A=B", "B>A", "B>>A" };

    return label <= IFB_B_MUCH_BETTER ? names[label] : names[0];
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
}

/* [AB<>=]+ and the closing brackets at the front of `s`; the mark's length, or 0. */
static size_t mark_length(ifb_str s, bool any_case, const char *close)
{
    size_t n = 0;

    while (n < s.len && s.ptr[n] && strchr("AB<>=", any_case ? upper(s.ptr[n]) : s.ptr[n]))
        n++;
    return ifb_str_starts(ifb_str_from(s, n), ifb_str_of(close)) ? n : 0;
}

/* The last mark, and whether there are different ones. */
static bool last_mark(ifb_str reply, bool any_case, const char *open, const char *close,
                      ifb_str *mark, bool *differ)
{
    bool found = false;

    *differ = false;
    for (size_t at = 0; (at = ifb_str_find(reply, ifb_str_of(open), at)) != SIZE_MAX; at++) {
        ifb_str rest = ifb_str_from(reply, at + strlen(open));
        size_t n = mark_length(rest, any_case, close);

        if (!n)
            continue;
        *differ = *differ || (found && !ifb_str_eq(*mark, ifb_str_part(rest, 0, n)));
        *mark = ifb_str_part(rest, 0, n);
        found = true;
    }
    return found;
}

static struct ifb_judgment judgment(enum ifb_label label, enum ifb_reading how)
{
    return (struct ifb_judgment){ .how = how, .rating = NAN, .label = label };
}

static struct ifb_judgment label_of(ifb_str mark, bool v01, enum ifb_reading how)
{
    char copy[MARK_MAX];

    if (mark.len < MARK_MAX) {
        for (size_t i = 0; i < mark.len; i++)
            copy[i] = upper(mark.ptr[i]);
        for (size_t i = 0; i < sizeof(labels) / sizeof(*labels); i++)
            if (ifb_str_is((ifb_str){ copy, mark.len }, labels[i].mark) &&
                (!v01 || labels[i].v01))
                return judgment(labels[i].label, how);
    }
    return judgment(IFB_LABEL_NONE, IFB_READ_RAISES);
}

struct ifb_judgment ifb_arenahard_label(ifb_str reply, bool v01, bool *again)
{
    ifb_str mark = { NULL, 0 };
    bool differ, found = last_mark(reply, !v01, "[[", "]]", &mark, &differ);
    enum ifb_reading how = IFB_READ;

    *again = v01 && !found;
    if (!found && !v01) {
        found = last_mark(reply, true, "[", "]", &mark, &differ);
        how = IFB_READ_LOOSELY;
    }
    if (!found || (v01 && differ))
        return judgment(IFB_LABEL_NONE, IFB_UNREADABLE);
    return label_of(mark, v01, how);
}

/* ---- the protocol ---- */

static ifb_str first(struct ifb_strs s)
{
    return s.n ? s.at[0] : (ifb_str){ NULL, 0 };
}

/* Names of places as ifbench, version 0.1 and version 2 call them. */
static enum ifb_code ask(const struct ifb_judge_context *c, struct ifb_arena *arena,
                         struct ifb_judge_request *out, struct ifb_error *err)
{
    ifb_str question = first(c->questions), model = first(c->answers[0]);
    ifb_str baseline = first(c->answers[1]), a = c->game == 2 ? model : baseline;
    ifb_str b = c->game == 2 ? baseline : model;
    const struct ifb_slot slots[] = {
        { "question", question },   { "answer_a", a }, { "answer_b", b },
        { "question_1", question }, { "answer_1", a }, { "answer_2", b },
        { "QUESTION", question },   { "ANSWER_A", a }, { "ANSWER_B", b },
    };

    if (!question.ptr || !a.ptr || !b.ptr)
        return ifb_fail(err, IFB_EINPUT, "a judge wants the prompt and both answers");
    return ifb_judge_ask(c, ifb_str_is(c->category, "creative_writing") ? "arena-hard-creative"
                                                                        : "arena-hard",
                         slots, sizeof(slots) / sizeof(*slots), arena, out, err);
}

static enum ifb_code ask_again(const struct ifb_judge_context *c, ifb_str reply,
                               struct ifb_arena *arena, struct ifb_judge_request *out,
                               struct ifb_error *err)
{
    struct ifb_judge_request more;
    struct ifb_message *at;
    size_t n = out->messages.n;

    if (ifb_judge_ask(c, "arena-hard-again", NULL, 0, arena, &more, err))
        return err->code;
    at = ifb_new(arena, struct ifb_message, n + 2);
    memcpy(at, out->messages.at, n * sizeof(*at));
    at[n] = (struct ifb_message){ .role = IFB_ASSISTANT, .text = reply };
    at[n + 1] = more.messages.at[more.messages.n - 1];
    out->messages = (struct ifb_conversation){ at, n + 2 };
    return IFB_OK;
}

/* What was said in both attempts is one judgment. */
static ifb_str joined(struct ifb_arena *arena, struct ifb_strs replies)
{
    size_t len = 0;
    char *at;

    for (size_t i = 0; i < replies.n; i++)
        len += replies.at[i].len + 1;
    at = ifb_alloc_raw(arena, len);
    len = 0;
    for (size_t i = 0; i < replies.n; i++) {
        at[len++] = '\n';
        memcpy(at + len, replies.at[i].ptr, replies.at[i].len);
        len += replies.at[i].len;
    }
    return (ifb_str){ at, len };
}

static enum ifb_code step(const struct ifb_judge_context *c, struct ifb_strs replies, bool v01,
                          struct ifb_arena *arena, struct ifb_judge_step *out,
                          struct ifb_error *err)
{
    bool again = false;

    memset(out, 0, sizeof(*out));
    if (replies.n)
        out->said = ifb_arenahard_label(joined(arena, replies), v01, &again);
    out->done = replies.n && (!again || replies.n > 1);
    if (out->done)
        return IFB_OK;
    if (ask(c, arena, &out->ask, err))
        return err->code;
    out->ask.max_tokens = v01 ? 4096 : 16000;
    return again ? ask_again(c, replies.at[0], arena, &out->ask, err) : IFB_OK;
}

static enum ifb_code step_v01(const struct ifb_judge_context *c, struct ifb_strs replies,
                              struct ifb_arena *arena, struct ifb_judge_step *out,
                              struct ifb_error *err)
{
    return step(c, replies, true, arena, out, err);
}

static enum ifb_code step_v2(const struct ifb_judge_context *c, struct ifb_strs replies,
                             struct ifb_arena *arena, struct ifb_judge_step *out,
                             struct ifb_error *err)
{
    return step(c, replies, false, arena, out, err);
}

#define CITE "Li et al. 2024, From Crowdsourced Data to High-Quality Benchmarks: Arena-Hard"

const struct ifb_judge ifb_judge_arenahard_v01 = {
    .id = "arenahard-v0.1", .doc = "Arena-Hard v0.1: one of five labels, asked for twice",
    .cite = CITE, .model_first = 2, .step = step_v01,
};

const struct ifb_judge ifb_judge_arenahard_v2 = {
    .id = "arenahard-v2", .doc = "Arena-Hard v2: one of five labels", .cite = CITE,
    .model_first = 2, .step = step_v2,
};
