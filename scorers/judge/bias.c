/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What moves a judge of pairs beside how good answers are: counts over its games, by
 * what it was shown. Which answer stood first is what the protocol says of a game.
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

int ifb_judging_first_side(const struct ifb_judge_task *task)
{
    unsigned first = task->protocol ? task->protocol->model_first : 0;

    return !first ? -1 : task->context.game == first ? 0 : 1;
}

/* Games between different answers, or what a jury says of such; -1 for all others. */
static int shown_first(const struct ifb_judge_outcome *o)
{
    const struct ifb_judge_context *c = &o->task->context;

    if (o->task->decided || !c->answers[0].n || !c->answers[1].n ||
        ifb_str_eq(last_of(c->answers[0]), last_of(c->answers[1])))
        return -1;
    return ifb_judging_first_side(o->task);
}

bool ifb_judging_next_swap(const struct ifb_judge_outcome *outcomes, size_t n, size_t *at)
{
    for (; *at + 1 < n; ++*at) {
        int first = shown_first(&outcomes[*at]), second = shown_first(&outcomes[*at + 1]);

        if (first >= 0 && second == !first)
            return true;
    }
    return false;
}

int ifb_judging_winner(const struct ifb_judge_outcome *o)
{
    int first = ifb_judging_first_side(o->task);
    enum ifb_shown won = shown(o->said.label);

    if (first < 0 || won == IFB_SHOWN_NONE || won == IFB_SHOWN_TIE)
        return first >= 0 && won == IFB_SHOWN_TIE ? 2 : -1;
    return won == IFB_SHOWN_FIRST ? first : !first;
}

double ifb_judging_points(const struct ifb_judge_task *task, const struct ifb_judgment *said)
{
    int first = ifb_judging_first_side(task);
    double share = NAN;
    size_t yes = 0;

    if (said->how != IFB_READ && said->how != IFB_READ_LOOSELY)
        return NAN;
    if (first >= 0) {
        /* A rating of a pair is a preference: 1 for what is shown first, 2 for the second. */
        if (!isnan(said->rating))
            share = 2 - said->rating;
        else if (said->label != IFB_LABEL_NONE)
            share = ((double)shown(said->label) + 1) / 2;
        return first ? 1 - share : share;
    }
    for (size_t i = 0; i < said->nsaid; i++)
        yes += said->said[i] == IFB_SAID_YES;
    return said->nsaid ? (double)yes / (double)said->nsaid : said->rating;
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
    for (size_t i = 0; i < n; i++) {
        int first = match->sides[1].model.ptr ? shown_first(&outcomes[i]) : -1;

        if (first >= 0)
            add_game(b, match, &outcomes[i], first, scratch);
    }
    for (size_t at = 0; match->sides[1].model.ptr && ifb_judging_next_swap(outcomes, n, &at);
         at += 2)
        ifb_position_add(&b->position, shown(outcomes[at].said.label),
                         shown(outcomes[at + 1].said.label));
}

const struct ifb_metric ifb_bias_metrics[] = {
    { .id = "position_consistency", .unit = "proportion", .higher_is_better = true,
      .doc = "pairs with one winner in both orders" },
    { .id = "flip_rate", .unit = "proportion",
      .doc = "pairs that another answer won when the order was turned round" },
    { .id = "first_position_rate", .unit = "proportion",
      .doc = "decided games that the first answer won" },
    { .id = "longer_win_rate", .unit = "proportion",
      .doc = "decided games that the longer answer won" },
    { .id = "family_win_rate", .unit = "proportion",
      .doc = "decided games that the answer of the judge's own family won" },
    { .id = "refusal_win_rate", .unit = "proportion",
      .doc = "decided games that an empty or refusing answer won over one that is neither" },
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
        { b->position.consistent, b->position.pairs }, { b->position.flipped, b->position.pairs },
        c->first, c->longer, c->family, c->refusal, c->headers, c->lists, c->bold,
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
