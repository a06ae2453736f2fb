/* SPDX-License-Identifier: Apache-2.0 */
/* What an item that is looked at says about a rule, and what the rule says after it. */
#include <math.h>

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "harness/engine/sequential.h"

#define WORTH 0.75  /* of the items, by which a pass must be possible to be looked for */

static bool is_about(const struct ifb_watch *w, const struct ifb_gating *g,
                     const struct ifb_look *look)
{
    if (w->subject.cell)
        return w->subject.cell == look->cell;
    return ifb_gate_meant(g, w->rule, look->cell->suite, look->cell->model);
}

static bool is_regressed(const struct ifb_rule *rule)
{
    return rule->kind == IFB_RULE_BUDGET && rule->budget == IFB_BUDGET_REGRESSED;
}

static bool wants_much(enum ifb_rule_op op)
{
    return op == IFB_OP_GE || op == IFB_OP_GT;
}

/* ---- what one item adds ---- */

/* Its part of a metric or of the constraints of one name; false where that is no ratio. */
static bool unit_of(const struct ifb_watch *w, const struct ifb_look *look,
                    struct ifb_arena *scratch, struct ifb_pair *out)
{
    bool alone = w->rule->kind != IFB_RULE_DROP;
    struct ifb_mark_pair pair = { alone ? look->item : look->base, look->item, 0 };
    const struct ifb_matched one = { .base = alone ? look->cell : look->base_cell,
                                     .cand = look->cell, .at = &pair, .n = 1, .nclusters = 1 };
    struct ifb_pair *units;

    if (!ifb_compare_units(&one, w->subject.metric, w->subject.name, scratch, &units))
        return false;
    *out = units[0];
    return true;
}

static struct ifb_pair unit_of_items(const struct ifb_watch *w, const struct ifb_look *look)
{
    uint32_t passed, scored;

    ifb_mark_passes(look->item, &passed, &scored);
    return (struct ifb_pair){ 0, 0, passed >= (uint32_t)w->rule->k, look->item->nchecks > 0 };
}

/* Of a pair that is unscored on one side nobody can say that it regressed. */
static struct ifb_pair unit_of_regressed(const struct ifb_look *look)
{
    uint32_t was, was_of, is, is_of;

    ifb_mark_passes(look->base, &was, &was_of);
    ifb_mark_passes(look->item, &is, &is_of);
    return (struct ifb_pair){ 0, 0, was_of && is_of && (double)is / is_of < (double)was / was_of,
                              1 };
}

static enum ifb_outcome outcome_of(const struct ifb_mark_item *item, uint32_t epoch)
{
    const uint8_t *at = item->strict + epoch * item->nchecks;
    enum ifb_outcome all = item->nchecks || item->answered[epoch] ? IFB_PASS : IFB_UNSCORED;

    for (size_t i = 0; i < item->nchecks && all != IFB_UNSCORED; i++)
        all = at[i] == IFB_UNSCORED || at[i] == IFB_ERROR ? (enum ifb_outcome)at[i] : all;
    return all;
}

static struct ifb_pair unit_of_samples(const struct ifb_watch *w, const struct ifb_look *look)
{
    struct ifb_pair u = { 0, 0, 0, look->item->epochs };

    for (uint32_t e = 0; e < look->item->epochs; e++)
        switch (w->rule->budget) {
        case IFB_BUDGET_ERRORS: u.cand_hits += outcome_of(look->item, e) == IFB_ERROR; break;
        case IFB_BUDGET_UNSCORED: u.cand_hits += outcome_of(look->item, e) == IFB_UNSCORED; break;
        default: u.cand_hits += !look->item->answered[e]; break;
        }
    return u;
}

/* False where the rule has nothing to do with the item, or nothing to count of it. */
static bool unit(const struct ifb_watch *w, const struct ifb_gating *g,
                 const struct ifb_look *look, struct ifb_arena *scratch, struct ifb_pair *out)
{
    bool pairs = w->rule->kind == IFB_RULE_DROP || is_regressed(w->rule);

    if (!is_about(w, g, look) || (pairs && !look->base))
        return false;
    if (w->rule->kind == IFB_RULE_ITEMS)
        *out = unit_of_items(w, look);
    else if (is_regressed(w->rule))
        *out = unit_of_regressed(look);
    else if (w->rule->kind == IFB_RULE_BUDGET)
        *out = unit_of_samples(w, look);
    else
        return unit_of(w, look, scratch, out);
    return true;
}

/*
 * The unit on a scale where the rule holds when the mean is above zero: numerator minus
 * limit times denominator, so that prompts of several constraints weigh as in the ratio.
 */
static double value_of(const struct ifb_watch *w, const struct ifb_pair *u)
{
    double change;

    if (w->rule->kind != IFB_RULE_DROP) {
        double over = u->cand_hits - w->limit * u->cand_n;

        return wants_much(w->rule->op) ? over : -over;
    }
    if (u->base_n <= 0 || u->cand_n <= 0)
        return 0;
    change = u->cand_hits * u->base_n / u->cand_n - u->base_hits;
    return w->limit * u->base_n + (w->subject.higher_is_better ? change : -change);
}

/* ---- before the first item ---- */

static enum ifb_watch_kind kind_of(const struct ifb_rule *rule)
{
    if (rule->kind == IFB_RULE_ITEMS || is_regressed(rule))
        return IFB_WATCH_ITEMS;
    if (rule->kind == IFB_RULE_BUDGET)
        return rule->budget <= IFB_BUDGET_FAILED_CALLS ? IFB_WATCH_BUDGET : IFB_WATCH_RUN;
    return rule->confidence > 0 ? IFB_WATCH_POPULATION : IFB_WATCH_ITEMS;
}

/* A number of items that regressed is a share of them; whole numbers are parted in between. */
static void set_limit(struct ifb_watch *w)
{
    if (!is_regressed(w->rule) || w->rule->percent || !w->total)
        return;
    w->limit += w->rule->op == IFB_OP_LE ? 0.5 : -0.5;
    w->limit /= (double)w->total;
}

/* Bounds of value_of, when `most` is the largest denominator. */
static void open_bet(struct ifb_watch *w, double most)
{
    double worst = -w->limit, best = 1 - w->limit, spent = 1 - w->confidence;

    if (w->rule->kind == IFB_RULE_DROP) {
        worst = w->limit - 1;
        best = w->limit + 1;
    } else if (!wants_much(w->rule->op)) {
        worst = w->limit - 1;
        best = w->limit;
    }
    if (w->kind == IFB_WATCH_POPULATION)
        spent /= 2;
    if (worst > 0 || best < 0 || most <= 0)
        w->kind = IFB_WATCH_END;  /* a limit beyond what can be: the fixed gate says so */
    else
        ifb_bet_open(&w->bet, worst * most, best * most, spent,
                     w->kind == IFB_WATCH_POPULATION ? 0 : w->total);
}

/* The best that can be hoped for of an item: that it stays as it was, or that it holds. */
static double best_of(const struct ifb_watch *w, const struct ifb_pair *u)
{
    if (w->rule->kind == IFB_RULE_DROP)
        return w->limit * u->base_n;
    return wants_much(w->rule->op) ? value_of(w, u) : w->limit * u->cand_n;
}

/* Early enough for looks to be worth what they cost at the end. Known before the first answer. */
static bool may_pass_early(const struct ifb_watch *w, const struct ifb_gating *g,
                           const struct ifb_look *all, size_t n, struct ifb_arena *scratch)
{
    struct ifb_bet bet = w->bet;
    struct ifb_pair u;

    for (size_t i = 0; i < n && (double)bet.n < (double)w->total * WORTH; i++) {
        ifb_arena_reset(scratch);
        if (unit(w, g, &all[i], scratch, &u) && ifb_bet_add(&bet, best_of(w, &u)))
            return true;
    }
    return false;
}

static void share_with_end(struct ifb_watch *w, const struct ifb_gating *g,
                           const struct ifb_look *all, size_t n, struct ifb_arena *scratch)
{
    w->end_pass = w->end_fail = 1 - (1 - w->confidence) / 2;
    if (may_pass_early(w, g, all, n, scratch))
        return;
    w->end_pass = w->confidence;
    w->bet.above_at = INFINITY;
}

void ifb_watch_open(struct ifb_watch *w, const struct ifb_gating *g, const struct ifb_look *all,
                    size_t n)
{
    struct ifb_arena *scratch = ifb_arena_new();
    double most = 0;

    w->kind = kind_of(w->rule);
    w->verdict = IFB_GATE_INCONCLUSIVE;
    w->confidence = w->kind == IFB_WATCH_POPULATION ? w->rule->confidence : g->policy.confidence;
    for (size_t i = 0; i < n && w->kind != IFB_WATCH_RUN; i++) {
        struct ifb_pair u;

        ifb_arena_reset(scratch);
        if (!unit(w, g, &all[i], scratch, &u))
            continue;
        most = fmax(most, w->rule->kind == IFB_RULE_DROP ? u.base_n : u.cand_n);
        w->total += w->kind == IFB_WATCH_BUDGET ? (int64_t)u.cand_n : 1;
    }
    set_limit(w);
    if (w->kind == IFB_WATCH_POPULATION || w->kind == IFB_WATCH_ITEMS)
        open_bet(w, most);
    if (w->kind == IFB_WATCH_POPULATION)
        share_with_end(w, g, all, n, scratch);
    ifb_arena_close(scratch);
}

/* ---- after each item ---- */

static void look_at_budget(struct ifb_watch *w)
{
    enum ifb_rule_op op = w->rule->op;

    if (!ifb_op_holds(op, w->hits / (double)w->total, w->limit))
        w->verdict = IFB_GATE_FAIL;  /* if nothing else went wrong */
    else
        w->verdict = ifb_op_holds(op, w->hits / w->n, w->limit) ? IFB_GATE_PASS
                                                                : IFB_GATE_INCONCLUSIVE;
}

void ifb_watch_look(struct ifb_watch *w, const struct ifb_gating *g, const struct ifb_look *look,
                    int64_t looked)
{
    struct ifb_arena *scratch;
    struct ifb_pair u;
    bool counts;

    if (w->kind == IFB_WATCH_RUN || w->looked)
        return;
    scratch = ifb_arena_new();
    counts = unit(w, g, look, scratch, &u);
    ifb_arena_close(scratch);
    if (!counts)
        return;
    w->base_hits += u.base_hits;
    w->base_n += u.base_n;
    w->hits += u.cand_hits;
    w->n += u.cand_n;
    if (w->kind == IFB_WATCH_BUDGET) {
        look_at_budget(w);
    } else if (w->kind != IFB_WATCH_END && ifb_bet_add(&w->bet, value_of(w, &u))) {
        w->verdict = w->bet.state == IFB_BET_ABOVE ? IFB_GATE_PASS : IFB_GATE_FAIL;
        w->looked = looked;
    }
}

/* ---- as a check ---- */

static ifb_str say_found(const struct ifb_watch *w, struct ifb_gating *g,
                         const struct ifb_gate_check *c)
{
    const struct ifb_gate_subject *s = &w->subject;

    if (w->rule->kind == IFB_RULE_DROP)
        return ifb_fmt(g->arena, "%.*s -> %.*s, drop %.*s",
                       IFB_ARG(ifb_gate_say(g, s, w->base_hits / w->base_n)),
                       IFB_ARG(ifb_gate_say(g, s, w->hits / w->n)),
                       IFB_ARG(ifb_gate_say(g, s, c->value)));
    if (w->rule->kind == IFB_RULE_SHARE)
        return ifb_gate_say(g, s, c->value);
    return ifb_fmt(g->arena, "%.0f of %.0f %s%s", w->hits, w->n,
                   w->kind == IFB_WATCH_BUDGET ? "samples" : "items",
                   is_regressed(w->rule) ? " regressed" : "");
}

static ifb_str say_limit(const struct ifb_watch *w, struct ifb_gating *g,
                         const struct ifb_gate_check *c)
{
    if (is_regressed(w->rule) && !w->rule->percent)
        return ifb_fmt(g->arena, "%g", c->limit);
    return ifb_gate_say(g, &w->subject, c->limit);
}

static ifb_str say_why(const struct ifb_watch *w, struct ifb_gating *g,
                       const struct ifb_gate_check *c, int64_t looked, int64_t items)
{
    ifb_str found = say_found(w, g, c), limit = say_limit(w, g, c);
    const char *op = ifb_op_name(w->rule->op), *holds = "holds";

    if (w->kind == IFB_WATCH_END)
        return ifb_fmt(g->arena, "decided when all is asked; %lld of %lld items are",
                       (long long)looked, (long long)items);
    if (w->kind == IFB_WATCH_BUDGET || !w->looked)
        return ifb_fmt(g->arena, "%.*s, wanted %s %.*s%s", IFB_ARG(found), op, IFB_ARG(limit),
                       w->kind == IFB_WATCH_BUDGET ? "" : "; not settled");
    if (w->verdict == IFB_GATE_FAIL)
        holds = "does not hold";
    return ifb_fmt(g->arena, "%.*s; %s %.*s %s%s with %g %% confidence, after %lld of %lld items",
                   IFB_ARG(found), op, IFB_ARG(limit), holds,
                   w->kind == IFB_WATCH_ITEMS ? " for all items" : "", w->confidence * 100,
                   (long long)w->looked, (long long)items);
}

void ifb_watch_check(const struct ifb_watch *w, struct ifb_gating *g, int64_t looked,
                     int64_t items)
{
    struct ifb_gate_check *c = ifb_gate_add(g, w->rule, w->subject.cell, w->subject.name);
    double value = w->hits / w->n;

    c->verdict = w->verdict;
    if (!w->subject.cell && w->rule->suite.ptr)
        c->suite = w->rule->suite;
    if (w->kind != IFB_WATCH_BUDGET && w->kind != IFB_WATCH_END)
        c->confidence = w->confidence;
    if (w->rule->kind != IFB_RULE_DROP)
        c->value = is_regressed(w->rule) && !w->rule->percent ? w->hits : value;
    else
        c->value = (w->base_hits / w->base_n - value) * (w->subject.higher_is_better ? 1 : -1);
    if (w->rule->kind == IFB_RULE_SHARE || w->rule->kind == IFB_RULE_DROP)
        c->limit = w->limit;
    c->why = say_why(w, g, c, looked, items);
}
