/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What moves a judge of pairs beside how good answers are: counts over its games, by
 * what it was shown. Which answer stood first is looked up in the prompt, so that it
 * holds for every protocol.
 */
#include <ifbench/judging.h>

#include <math.h>

#include <ifbench/stats.h>

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "scorers/judge/reliability.h"

struct ifb_judging_bias {
    struct ifb_bias counts;
    struct ifb_position position;
};

struct ifb_judging_bias *ifb_judging_bias_new(struct ifb_arena *arena)
{
    return ifb_new(arena, struct ifb_judging_bias, 1);
}

static enum ifb_shown shown(enum ifb_label label)
{
    switch (label) {
    case IFB_A_MUCH_BETTER:
    case IFB_A_BETTER: return IFB_SHOWN_FIRST;
    case IFB_B_MUCH_BETTER:
    case IFB_B_BETTER: return IFB_SHOWN_SECOND;
    case IFB_NO_DIFFERENCE: return IFB_SHOWN_TIE;
    case IFB_LABEL_NONE: break;
    }
    return IFB_SHOWN_NONE;
}

static ifb_str last_of(struct ifb_strs s)
{
    return s.n ? s.at[s.n - 1] : IFB_STR("");
}

/* The side whose answer stands first in the prompt; -1 when that cannot be told. */
static int first_side(const struct ifb_judge_outcome *o)
{
    const struct ifb_judge_context *c = &o->task->context;
    ifb_str a = last_of(c->answers[0]), b = last_of(c->answers[1]), prompt;
    size_t at, other;

    if (!o->asked || !o->asked->messages.n || !a.len || !b.len || ifb_str_eq(a, b))
        return -1;
    prompt = o->asked->messages.at[o->asked->messages.n - 1].text;
    at = ifb_str_find(prompt, a, 0);
    other = ifb_str_find(prompt, b, 0);
    if (at == SIZE_MAX || other == SIZE_MAX || at == other)
        return -1;
    return at > other;
}

/* "gpt" of "gpt-4o": the letters that a name begins with, in lower case. */
static bool same_family(ifb_str a, ifb_str b)
{
    size_t i = 0;

    for (;; i++) {
        int x = i < a.len ? a.ptr[i] | 32 : 0, y = i < b.len ? b.ptr[i] | 32 : 0;
        bool letter_x = x >= 'a' && x <= 'z', letter_y = y >= 'a' && y <= 'z';

        if (!letter_x || !letter_y)
            return i >= 2 && letter_x == letter_y;
        if (x != y)
            return false;
    }
}

static void add_game(struct ifb_judging_bias *b, const struct ifb_judging_match *m,
                     const struct ifb_judge_outcome *o, int first, struct ifb_arena *scratch)
{
    struct ifb_bias_side sides[2];

    for (int i = 0; i < 2; i++) {
        int side = i ? !first : first;

        sides[i].answer = last_of(o->task->context.answers[side]);
        sides[i].family = same_family(o->judge, m->sides[side].model);
    }
    ifb_bias_add(&b->counts, shown(o->said.label), sides, scratch);
}

void ifb_judging_bias_add(struct ifb_judging_bias *b, const struct ifb_judging_match *match,
                          const struct ifb_judge_outcome *outcomes, size_t n,
                          struct ifb_arena *scratch)
{
    int before = -1;

    for (size_t i = 0; i < n; i++) {
        int first = match->sides[1].model.ptr ? first_side(&outcomes[i]) : -1;

        if (first >= 0)
            add_game(b, match, &outcomes[i], first, scratch);
        if (first >= 0 && before == !first) {
            ifb_position_add(&b->position, shown(outcomes[i - 1].said.label),
                             shown(outcomes[i].said.label));
            first = -1;  /* the pair is complete */
        }
        before = first;
    }
}

const struct ifb_metric ifb_bias_metrics[] = {
    { .id = "position_consistency", .unit = "proportion", .higher_is_better = true,
      .doc = "pairs with one winner in both orders" },
    { .id = "first_position_rate", .unit = "proportion",
      .doc = "decided games that the first answer won" },
    { .id = "longer_win_rate", .unit = "proportion",
      .doc = "decided games that the longer answer won" },
    { .id = "family_win_rate", .unit = "proportion",
      .doc = "decided games that the answer of the judge's own family won" },
    { .id = "headers_win_rate", .unit = "proportion",
      .doc = "decided games that the answer with more headers won" },
    { .id = "lists_win_rate", .unit = "proportion",
      .doc = "decided games that the answer with more list entries won" },
    { .id = "bold_win_rate", .unit = "proportion",
      .doc = "decided games that the answer with more bold text won" },
    { 0 }
};

size_t ifb_judging_bias_values(const struct ifb_judging_bias *b, struct ifb_arena *arena,
                               const struct ifb_metric_value **out)
{
    const struct ifb_bias *c = &b->counts;
    const struct ifb_bias_count counts[] = {
        { b->position.consistent, b->position.pairs }, c->first, c->longer, c->family, c->headers,
        c->lists, c->bold,
    };
    size_t most = sizeof(counts) / sizeof(*counts), n = 0;
    struct ifb_metric_value *at = ifb_new(arena, struct ifb_metric_value, most);

    for (size_t i = 0; i < most; i++) {
        struct ifb_interval ci = ifb_wilson(counts[i].won, counts[i].n, 0.95);

        if (!counts[i].n)
            continue;
        at[n++] = (struct ifb_metric_value){
            .id = ifb_str_of(ifb_bias_metrics[i].id), .lo = ci.lo, .hi = ci.hi,
            .value = (double)counts[i].won / (double)counts[i].n,
            .se = ifb_proportion_se(counts[i].won, counts[i].n),
            .hits = counts[i].won, .n = counts[i].n,
        };
    }
    *out = at;
    return n;
}
