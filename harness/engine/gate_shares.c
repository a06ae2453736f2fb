/* SPDX-License-Identifier: Apache-2.0 */
/* Rules about metrics and constraints: their values, and how far they may drop. */
#include <math.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/engine/gate.h"
#include "harness/engine/sequential.h"

#define POWER 0.8  /* of the number of items that would settle a rule */

static bool is_pattern(ifb_str s)
{
    return ifb_str_chr(s, ':', 0) != SIZE_MAX || ifb_str_chr(s, '*', 0) != SIZE_MAX ||
           ifb_str_chr(s, '?', 0) != SIZE_MAX;
}

/* What the subject is called within the suite; as written when it names none. */
static ifb_str within_suite(ifb_str subject, ifb_str suite)
{
    if (subject.len > suite.len && ifb_str_starts(subject, suite) &&
        subject.ptr[suite.len] == '.')
        return ifb_str_from(subject, suite.len + 1);
    return subject;
}

/* ---- deciding ---- */

static bool percent_unit(ifb_str unit)
{
    return ifb_str_is(unit, "percent");
}

static bool proportion(ifb_str unit)
{
    return ifb_str_is(unit, "proportion");
}

/* In the unit of the subject; a number that can only be a slip is refused. */
enum ifb_code ifb_gate_limit(struct ifb_gating *g, const struct ifb_rule *rule,
                             const struct ifb_gate_subject *s, double *out)
{
    *out = rule->limit;
    if (proportion(s->unit) && fabs(rule->limit) > 1)
        return ifb_gate_fail(g, rule, "%.*s is a share: write a number from 0 to 1, or with %%",
                             IFB_ARG(rule->subject));
    if (percent_unit(s->unit) && !rule->percent)
        return ifb_gate_fail(g, rule, "%.*s is in percent: write the number with %%",
                             IFB_ARG(rule->subject));
    if (!proportion(s->unit) && !percent_unit(s->unit) && rule->percent)
        return ifb_gate_fail(g, rule, "%.*s is no share: it takes no %%", IFB_ARG(rule->subject));
    if (percent_unit(s->unit))
        *out = rule->limit * 100;
    return IFB_OK;
}

static ifb_str say(struct ifb_gating *g, const struct ifb_gate_subject *s, double value)
{
    if (isnan(value))
        return IFB_STR("n/a");
    if (proportion(s->unit))
        return ifb_fmt(g->arena, "%.2f %%", value * 100);
    return ifb_fmt(g->arena, percent_unit(s->unit) ? "%.2f %%" : "%.4f", value);
}

ifb_str ifb_gate_say(struct ifb_gating *g, const struct ifb_gate_subject *s, double value)
{
    return say(g, s, value);
}

/* `safe` and `unsafe` are the two bounds, on the side of the limit and away from it. */
static enum ifb_gate_verdict between(enum ifb_rule_op op, double safe, double unsafe, double limit)
{
    if (isnan(safe) || isnan(unsafe))
        return IFB_GATE_INCONCLUSIVE;
    if (ifb_op_holds(op, safe, limit))
        return IFB_GATE_PASS;
    return ifb_op_holds(op, unsafe, limit) ? IFB_GATE_INCONCLUSIVE : IFB_GATE_FAIL;
}

/*
 * Items at which a bound clears the limit with the power above, when value and spread stay.
 * Where nothing has varied yet, as many as make the exact bound of nothing clear it; `each`
 * is the number of items that weigh like one answer.
 */
static double items_to_settle(double gap, double se, double n, double each, double confidence)
{
    double need;

    if (!(gap > 0) || isnan(se))
        return NAN;
    need = se > 0 ? ifb_margin_need(gap, se * sqrt(n), confidence, POWER)
                  : each * log1p(-confidence) / log1p(-fmin(gap, 0.999));
    return fmax(ceil(need), n + 1);
}

static ifb_str say_need(struct ifb_gating *g, const struct ifb_gate_check *c)
{
    if (c->verdict != IFB_GATE_INCONCLUSIVE)
        return IFB_STR("");
    if (isnan(c->need) || c->need > 1e9)
        return IFB_STR("; more items alone will hardly settle it");
    return ifb_fmt(g->arena, "; about %.0f items would settle it", c->need);
}

static bool wants_much(enum ifb_rule_op op)
{
    return op == IFB_OP_GE || op == IFB_OP_GT;
}

static void decide_as_measured(struct ifb_gating *g, const struct ifb_rule *rule,
                               const struct ifb_gate_subject *s, struct ifb_gate_check *c)
{
    c->verdict = ifb_op_holds(rule->op, s->value, c->limit) ? IFB_GATE_PASS : IFB_GATE_FAIL;
    c->why = ifb_fmt(g->arena, "%.*s, wanted %s %.*s", IFB_ARG(say(g, s, s->value)),
                     ifb_op_name(rule->op), IFB_ARG(say(g, s, c->limit)));
}

static enum ifb_code decide_by_bound(struct ifb_gating *g, const struct ifb_rule *rule,
                                     const struct ifb_gate_subject *s, struct ifb_gate_check *c)
{
    struct ifb_arena *scratch = ifb_arena_new();
    bool much = wants_much(rule->op);
    struct ifb_matched self;
    struct ifb_pair *units;
    struct ifb_interval ci, other;
    int64_t n;
    double se, fail;
    size_t count;

    ifb_sequential_left(g->after, rule, s, &c->confidence, &fail);
    ifb_match_self(s->cell, g->o->compare.by_group, scratch, &self);
    count = ifb_compare_units(&self, s->metric, s->name, scratch, &units);
    ci = ifb_share_interval(units, count, 2 * c->confidence - 1, &n, &se);
    other = ifb_share_interval(units, count, 2 * fail - 1, NULL, NULL);
    ifb_arena_close(scratch);
    if (!count)
        return ifb_gate_fail(g, rule, "%.*s is no ratio over items, so it has no bound: leave "
                             "\"at\" out", IFB_ARG(rule->subject));
    c->bound = much ? ci.lo : ci.hi;
    c->verdict = between(rule->op, c->bound, much ? other.hi : other.lo, c->limit);
    if (c->verdict == IFB_GATE_INCONCLUSIVE)
        c->need = items_to_settle(fabs(s->value - c->limit), se, (double)n, 1, c->confidence);
    c->why = ifb_fmt(g->arena, "%.*s, %s %.*s with %g %% confidence, wanted %s %.*s%.*s",
                     IFB_ARG(say(g, s, s->value)), much ? "at least" : "at most",
                     IFB_ARG(say(g, s, c->bound)), c->confidence * 100, ifb_op_name(rule->op),
                     IFB_ARG(say(g, s, c->limit)), IFB_ARG(say_need(g, c)));
    return IFB_OK;
}

static enum ifb_code decide_value(struct ifb_gating *g, const struct ifb_rule *rule,
                                  const struct ifb_gate_subject *s)
{
    struct ifb_gate_check *c = ifb_gate_add(g, rule, s->cell, s->name);
    enum ifb_code code = ifb_gate_limit(g, rule, s, &c->limit);

    c->value = s->value;
    if (code)
        return code;
    if (isnan(s->value))
        c->why = IFB_STR("nothing is scored");
    else if (rule->confidence > 0)
        return decide_by_bound(g, rule, s, c);
    else
        decide_as_measured(g, rule, s, c);
    return IFB_OK;
}

static const struct ifb_compare_row *row_of(const struct ifb_comparison *c,
                                            const struct ifb_gate_subject *s)
{
    for (size_t i = 0; i < c->nrows; i++) {
        const struct ifb_compare_row *r = &c->rows[i];

        if (ifb_str_is(r->kind, s->metric ? "metric" : "instruction") &&
            ifb_str_eq(r->name, s->name) && ifb_str_eq(r->suite, s->cell->suite) &&
            ifb_str_eq(c->cells[r->cell].cand_model, s->cell->model))
            return r;
    }
    return NULL;
}

static enum ifb_code decide_drop(struct ifb_gating *g, const struct ifb_rule *rule,
                                 const struct ifb_gate_subject *s)
{
    const struct ifb_compare_row *r = row_of(g->comparison, s);
    struct ifb_gate_check *c = ifb_gate_add(g, rule, s->cell, s->name);
    double lower, upper, best, pass, fail, n = r ? (double)r->pair.n : 0;
    enum ifb_code code = ifb_gate_limit(g, rule, s, &c->limit);

    if (code)
        return code;
    if (r && !r->paired)
        return ifb_gate_fail(g, rule, "the drop of %.*s has no bound here: set a threshold",
                             IFB_ARG(rule->subject));
    if (!r || !r->pair.n) {
        c->why = IFB_STR("nothing is scored on both sides");
        return IFB_OK;
    }
    ifb_sequential_left(g->after, rule, s, &pass, &fail);
    lower = ifb_paired_lower(&r->pair, s->higher_is_better ? pass : fail);
    upper = ifb_paired_upper(&r->pair, s->higher_is_better ? fail : pass);
    c->value = s->higher_is_better ? r->base - r->cand : r->cand - r->base;
    c->bound = s->higher_is_better ? -lower : upper;
    best = s->higher_is_better ? -upper : lower;
    c->verdict = between(rule->op, c->bound, best, c->limit);
    c->confidence = c->verdict == IFB_GATE_FAIL ? fail : pass;
    if (c->verdict == IFB_GATE_INCONCLUSIVE)
        c->need = items_to_settle(fabs(c->limit - c->value), r->pair.se, n,
                                  r->pair.size > 0 ? fmax(n / r->pair.size, 1) : 1, pass);
    c->why = ifb_fmt(g->arena, "%.*s -> %.*s, drop %.*s, %s %.*s with %g %% confidence, wanted %s "
                     "%.*s%.*s", IFB_ARG(say(g, s, r->base)), IFB_ARG(say(g, s, r->cand)),
                     IFB_ARG(say(g, s, c->value)),
                     c->verdict == IFB_GATE_FAIL ? "at least" : "at most",
                     IFB_ARG(say(g, s, c->verdict == IFB_GATE_FAIL ? best : c->bound)),
                     c->confidence * 100, ifb_op_name(rule->op), IFB_ARG(say(g, s, c->limit)),
                     IFB_ARG(say_need(g, c)));
    return IFB_OK;
}

static enum ifb_code decide(struct ifb_gating *g, const struct ifb_rule *rule,
                            const struct ifb_gate_subject *s)
{
    if (g->sequential)
        return ifb_sequential_watch(g->sequential, rule, s);
    return rule->kind == IFB_RULE_DROP ? decide_drop(g, rule, s) : decide_value(g, rule, s);
}

/* ---- who is meant ---- */

static enum ifb_code metrics_of(struct ifb_gating *g, const struct ifb_rule *rule,
                                const struct ifb_mark_cell *cell, size_t *found)
{
    const struct ifb_summary *s = &g->cand->summary;
    ifb_str inner = within_suite(rule->subject, cell->suite);
    const struct ifb_metric_value *m = ifb_metric_of(s, cell->suite, cell->model, inner);
    struct ifb_gate_subject subject;

    if (!m)
        m = ifb_metric_of(s, cell->suite, cell->model, rule->subject);
    if (!m)
        return IFB_OK;
    (*found)++;
    subject = (struct ifb_gate_subject){ cell, m->id, m->unit, true, m->higher_is_better,
                                         m->value };
    return decide(g, rule, &subject);
}

static enum ifb_code constraints_of(struct ifb_gating *g, const struct ifb_rule *rule,
                                    const struct ifb_mark_cell *cell, size_t *found)
{
    const struct ifb_summary *s = &g->cand->summary;
    const char *pattern = ifb_cstr(g->arena, within_suite(rule->subject, cell->suite));
    enum ifb_code code = IFB_OK;

    for (size_t i = 0; i < s->ngroups && !code; i++) {
        const struct ifb_group_row *r = &s->groups[i];
        int64_t n = r->n - r->unscored;
        struct ifb_gate_subject subject = { cell, r->name, IFB_STR("proportion"), false, true,
                                   n > 0 ? (double)r->strict_pass / (double)n : (double)NAN };

        if (!ifb_str_is(r->kind, "instruction") || !ifb_str_eq(r->suite, cell->suite) ||
            !ifb_str_eq(r->model, cell->model) || !ifb_glob(pattern, ifb_cstr(g->arena, r->name)))
            continue;
        (*found)++;
        code = decide(g, rule, &subject);
    }
    return code;
}

struct nearest {
    ifb_str wanted, best;
    size_t least;
};

static void consider(struct nearest *n, ifb_str name)
{
    size_t d = ifb_edit_distance(n->wanted, name, n->least);

    if (d < n->least) {
        n->least = d;
        n->best = name;
    }
}

static enum ifb_code fail_unknown(struct ifb_gating *g, const struct ifb_rule *rule, bool pattern)
{
    const struct ifb_summary *s = &g->cand->summary;
    struct nearest near = { rule->subject, { NULL, 0 }, rule->subject.len / 3 + 2 };

    for (size_t i = 0; i < s->nmetrics && !pattern; i++) {
        consider(&near, s->metrics[i].id);
        consider(&near, ifb_fmt(g->arena, "%.*s.%.*s", IFB_ARG(s->metrics[i].suite),
                                IFB_ARG(s->metrics[i].id)));
    }
    for (int i = 0; i < IFB_BUDGETS && !pattern; i++)
        consider(&near, ifb_str_of(ifb_budget_names[i]));
    for (size_t i = 0; i < s->ngroups && pattern; i++)
        if (ifb_str_is(s->groups[i].kind, "instruction"))
            consider(&near, s->groups[i].name);
    return ifb_gate_fail(g, rule, "unknown %s \"%.*s\"%s%.*s%s", pattern ? "constraint" : "metric",
                         IFB_ARG(rule->subject), near.best.ptr ? ", did you mean \"" : "",
                         (int)near.best.len, near.best.ptr ? near.best.ptr : "",
                         near.best.ptr ? "\"?" : "");
}

enum ifb_code ifb_gate_share(struct ifb_gating *g, const struct ifb_rule *rule)
{
    bool pattern = is_pattern(rule->subject);
    size_t found = 0;
    enum ifb_code code = IFB_OK;

    for (size_t i = 0; i < g->cand->ncells && !code; i++) {
        const struct ifb_mark_cell *cell = &g->cand->cells[i];

        if (!ifb_gate_wants(g, cell->model))
            continue;
        code = pattern ? constraints_of(g, rule, cell, &found) : metrics_of(g, rule, cell, &found);
    }
    return code || found ? code : fail_unknown(g, rule, pattern);
}
