/* SPDX-License-Identifier: Apache-2.0 */
/* The order of items, the looks in that order, and whether the policy's verdict stands. */
#include "harness/engine/sequential.h"

#include <math.h>
#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/error.h"
#include "harness/base/rng.h"
#include "harness/base/str.h"
#include "harness/engine/aggregate.h"

#define ROW_MAX ((size_t)64 << 20)

/* An item of the plan. */
struct place {
    uint32_t cell, index;
};

struct ifb_sequential {
    struct ifb_gating gating;
    const struct ifb_plan *plan;
    struct ifb_marks marks;             /* the plan's items; what is not there is unscored */
    struct ifb_mark_rows *rows;
    const struct ifb_mark_cell **base;  /* one a cell; NULL: none */
    struct place *order;
    size_t *first;                      /* of a cell's items in `landed` */
    uint32_t *landed;                   /* epochs of an item that are there */
    bool *judged;                       /* of a cell something could be judged */
    size_t nitems, nlooked;             /* looked at: those first in the order */
    struct ifb_watch *watches;
    size_t nwatches, watches_cap;
    struct ifb_look *all;               /* while rules are noted */
    size_t newly_unscored;
    uint64_t seed;
};

/* ---- the plan as marks ---- */

/* The row that the sample has while it is unanswered, and what a summary counts of it. */
static enum ifb_code add_unanswered(struct ifb_sequential *s, const struct ifb_scoring *scoring,
                                    uint32_t sample, struct ifb_sample_result *result,
                                    struct ifb_tally *tally, struct ifb_buf *row,
                                    struct ifb_error *err)
{
    const struct ifb_sample_plan *p = &s->plan->samples[sample];
    struct ifb_arena *cell = ifb_arena_new(), *scratch = ifb_arena_new();
    const struct ifb_item *item;
    struct ifb_item own;
    enum ifb_code code = ifb_suite_item(s->plan->cells[p->cell].items, p->index, cell, &own, &item,
                                        err);

    if (!code) {
        ifb_buf_clear(row);
        if (!p->item)
            ifb_result_room(result, item, cell);
        ifb_sample_score(scoring, sample, item, NULL, 0, cell, scratch, result, row);
        if (!p->item)
            ifb_tally_add(tally, sample, item, result);
        code = ifb_mark_rows_add(s->rows, ifb_buf_view(row), err);
    }
    ifb_item_release(&own);
    ifb_arena_close(scratch);
    ifb_arena_close(cell);
    return code;
}

static enum ifb_code mark_plan(struct ifb_sequential *s, const struct ifb_resources *resources,
                               struct ifb_arena *arena, struct ifb_error *err)
{
    const struct ifb_scoring scoring = { s->plan, resources, NULL, IFB_MISSING_UNSCORED };
    struct ifb_arena *scratch = ifb_arena_new();
    struct ifb_sample_result *results = ifb_results_new(s->plan, scratch);
    struct ifb_tally *tally = ifb_tally_new(s->plan, arena);  /* the groups stay */
    struct ifb_buf row;
    enum ifb_code code = IFB_OK;

    ifb_buf_init(&row, ROW_MAX);
    for (uint32_t i = 0; i < s->plan->nsamples && !code; i++)
        code = add_unanswered(s, &scoring, i, &results[i], tally, &row, err);
    if (!code)
        code = ifb_marks_index(&s->marks, arena, err);
    if (!code)
        ifb_aggregate(s->plan, results, tally, IFB_MISSING_UNSCORED, NULL, arena,
                      &s->marks.summary);
    s->marks.summary.complete = true;
    for (size_t c = 0; c < s->plan->ncells && !code; c++)
        if (s->marks.cells[c].n * s->plan->epochs != s->plan->cells[c].n)
            code = ifb_fail(err, IFB_EINPUT, "items of %s have the same id",
                            s->plan->cells[c].suite->id);
    ifb_buf_close(&row);
    ifb_arena_close(scratch);
    return code;
}

static void fill_all(struct ifb_sequential *s, enum ifb_outcome outcome)
{
    for (size_t c = 0; c < s->marks.ncells; c++)
        for (size_t i = 0; i < s->marks.cells[c].n; i++) {
            struct ifb_mark_item *item = &s->marks.cells[c].items[i];
            size_t n = item->epochs * item->nchecks;

            if (n) {
                memset(item->strict, (int)outcome, n);
                memset(item->loose, (int)outcome, n);
            }
            memset(item->answered, outcome != IFB_UNSCORED, item->epochs);
        }
}

/* ---- the baseline ---- */

static enum ifb_code load_base(struct ifb_sequential *s, struct ifb_error *err)
{
    struct ifb_gating *g = &s->gating;
    enum ifb_code code;

    s->base = ifb_new(g->arena, const struct ifb_mark_cell *, s->marks.ncells);
    if (!g->o->baseline)
        return IFB_OK;
    g->base = ifb_new(g->arena, struct ifb_marks, 1);
    g->comparison = ifb_new(g->arena, struct ifb_comparison, 1);
    code = ifb_marks_load(g->o->baseline, g->arena, g->base, err);
    if (!code)
        code = ifb_compare_marks(g->base, &s->marks, &g->o->compare, g->arena, g->comparison, err);
    for (size_t c = 0; c < s->marks.ncells && !code; c++)
        for (size_t k = 0; k < g->comparison->ncells; k++)
            for (size_t b = 0; b < g->base->ncells; b++) {
                const struct ifb_compare_cell *found = &g->comparison->cells[k];
                const struct ifb_mark_cell *cell = &g->base->cells[b];

                if (ifb_str_eq(found->suite, s->marks.cells[c].suite) &&
                    ifb_str_eq(cell->suite, found->suite) &&
                    ifb_str_eq(cell->model, found->base_model))
                    s->base[c] = cell;
            }
    return code;
}

static struct ifb_look look_of(const struct ifb_sequential *s, struct place at)
{
    const struct ifb_mark_cell *cell = &s->marks.cells[at.cell], *base = s->base[at.cell];
    struct ifb_look look = { cell, base, &cell->items[at.index], NULL };
    const struct ifb_marks *b = s->gating.base;
    const struct ifb_mark_item *twin = base ? ifb_mark_find(base, look.item->key, b->digits) : NULL;

    if (twin && twin->nchecks == look.item->nchecks &&
        twin->print == ifb_mark_cut(look.item->print, b->print_digits))
        look.base = twin;
    return look;
}

/* ---- the order ---- */

/* R. A. Fisher and F. Yates, by R. Durstenfeld, CACM 7 (1964) 420: every order is as likely. */
static void draw_order(struct ifb_sequential *s, struct ifb_arena *arena)
{
    struct ifb_rng rng;
    size_t n = 0;

    s->first = ifb_new(arena, size_t, s->marks.ncells);
    for (size_t c = 0; c < s->marks.ncells; c++) {
        s->first[c] = s->nitems;
        s->nitems += s->marks.cells[c].n;
    }
    s->order = ifb_new(arena, struct place, s->nitems);
    s->landed = ifb_new(arena, uint32_t, s->nitems);
    s->judged = ifb_new(arena, bool, s->marks.ncells);
    for (size_t c = 0; c < s->marks.ncells; c++)
        for (size_t i = 0; i < s->marks.cells[c].n; i++)
            s->order[n++] = (struct place){ (uint32_t)c, (uint32_t)i };
    ifb_rng_seed(&rng, s->seed);
    for (size_t i = s->nitems; i > 1; i--) {
        size_t k = (size_t)ifb_rng_below(&rng, i);
        struct place at = s->order[k];

        s->order[k] = s->order[i - 1];
        s->order[i - 1] = at;
    }
}

uint32_t ifb_sequential_sample(const struct ifb_sequential *s, uint32_t place)
{
    struct place at = s->order[place / s->plan->epochs];

    return s->plan->cells[at.cell].first + at.index * s->plan->epochs + place % s->plan->epochs;
}

/* ---- the rules ---- */

static struct ifb_watch *add_watch(struct ifb_sequential *s, const struct ifb_rule *rule,
                                   const struct ifb_gate_subject *subject)
{
    struct ifb_watch *w;

    s->watches = ifb_grow(s->gating.arena, s->watches, &s->watches_cap, s->nwatches + 1,
                          sizeof(*s->watches));
    w = &s->watches[s->nwatches++];
    *w = (struct ifb_watch){ .rule = rule, .subject = *subject, .limit = rule->limit };
    return w;
}

enum ifb_code ifb_sequential_watch(struct ifb_sequential *s, const struct ifb_rule *rule,
                                   const struct ifb_gate_subject *subject)
{
    struct ifb_gating *g = &s->gating;
    struct ifb_watch *w = add_watch(s, rule, subject);
    enum ifb_code code = ifb_gate_limit(g, rule, subject, &w->limit);

    if (code)
        return code;
    ifb_watch_open(w, g, s->all, s->nitems);
    if (w->total || (rule->kind == IFB_RULE_SHARE && !rule->confidence))
        return IFB_OK;
    if (rule->kind == IFB_RULE_SHARE)
        return ifb_gate_fail(g, rule, "%.*s is no ratio over items, so it has no bound: leave "
                             "\"at\" out", IFB_ARG(rule->subject));
    if (subject->metric && !ifb_compare_metric(subject->cell->suite, subject->name))
        return ifb_gate_fail(g, rule, "the drop of %.*s has no bound here: set a threshold",
                             IFB_ARG(rule->subject));
    return IFB_OK;
}

/* The fixed gate's own code says what is wrong with a rule; its checks are thrown away. */
static enum ifb_code watch_items(struct ifb_sequential *s, const struct ifb_rule *rule)
{
    struct ifb_gating *g = &s->gating;
    enum ifb_code code = ifb_gate_items(g, rule);

    for (size_t c = 0; c < s->marks.ncells && !code; c++) {
        const struct ifb_mark_cell *cell = &s->marks.cells[c];
        const struct ifb_gate_subject subject = { cell, IFB_STR("items"), IFB_STR("proportion"),
                                                  false, true, NAN };

        if (ifb_gate_meant(g, rule, cell->suite, cell->model))
            ifb_watch_open(add_watch(s, rule, &subject), g, s->all, s->nitems);
    }
    return code;
}

static enum ifb_code watch_budget(struct ifb_sequential *s, const struct ifb_rule *rule)
{
    struct ifb_gating *g = &s->gating;
    const struct ifb_gate_subject subject = {
        NULL, ifb_str_of(ifb_budget_names[rule->budget]), IFB_STR("proportion"), false, true, NAN,
    };
    enum ifb_code code = ifb_gate_budget(g, rule);

    if (!code)
        ifb_watch_open(add_watch(s, rule, &subject), g, s->all, s->nitems);
    return code;
}

/*
 * One rule that fails is enough, so those that foretell a fail share their error: the fixed
 * gate has none there. To pass all must hold, which is wrong only when one of them is.
 */
static void share_error(struct ifb_sequential *s)
{
    double n = 0;

    for (size_t i = 0; i < s->nwatches; i++)
        n += s->watches[i].kind == IFB_WATCH_ITEMS;
    for (size_t i = 0; i < s->nwatches; i++)
        if (s->watches[i].kind == IFB_WATCH_ITEMS)
            s->watches[i].bet.below_at *= n;
}

static enum ifb_code watch_rules(struct ifb_sequential *s)
{
    struct ifb_gating *g = &s->gating;
    enum ifb_code code = IFB_OK;

    s->all = ifb_new(g->arena, struct ifb_look, s->nitems);
    for (size_t i = 0; i < s->nitems; i++)
        s->all[i] = look_of(s, s->order[i]);
    for (size_t i = 0; i < g->policy.n && !code; i++) {
        const struct ifb_rule *r = &g->policy.rules[i];

        code = r->kind == IFB_RULE_ITEMS    ? watch_items(s, r)
               : r->kind == IFB_RULE_BUDGET ? watch_budget(s, r)
                                            : ifb_gate_share(g, r);
    }
    g->n = 0;
    share_error(s);
    return code;
}

enum ifb_code ifb_sequential_open(const struct ifb_gate_options *options,
                                  const struct ifb_plan *plan,
                                  const struct ifb_resources *resources, uint64_t seed,
                                  struct ifb_arena *arena, struct ifb_sequential **out,
                                  struct ifb_error *err)
{
    struct ifb_sequential *s = ifb_new(arena, struct ifb_sequential, 1);
    enum ifb_code code;

    *s = (struct ifb_sequential){
        .gating = { .o = options, .arena = arena, .cand = &s->marks, .sequential = s, .err = err },
        .plan = plan, .seed = seed,
        .marks = { .name = IFB_STR("this run"), .digits = IFB_MARK_DIGITS,
                   .print_digits = IFB_MARK_DIGITS },
    };
    s->rows = ifb_mark_rows_open(&s->marks, arena);
    *out = s;
    code = ifb_gate_read_policy(&s->gating);
    if (!code)
        code = mark_plan(s, resources, arena, err);
    if (!code)
        code = load_base(s, err);
    draw_order(s, arena);
    fill_all(s, IFB_PASS);
    if (!code)
        code = watch_rules(s);
    fill_all(s, IFB_UNSCORED);
    s->gating.err = NULL;  /* it was lent for now only */
    return code;
}

void ifb_sequential_close(struct ifb_sequential *s)
{
    if (s)
        ifb_mark_rows_close(s->rows);
}

/* ---- looks ---- */

/* Scored in the baseline and not any more: it is in no difference, and must be in a budget. */
static bool lost_its_score(const struct ifb_look *look)
{
    uint32_t passed, was, is;

    if (!look->base)
        return false;
    ifb_mark_passes(look->base, &passed, &was);
    ifb_mark_passes(look->item, &passed, &is);
    return was && !is;
}

static void look(struct ifb_sequential *s, struct place at)
{
    struct ifb_look now = look_of(s, at);

    s->nlooked++;
    s->judged[at.cell] |= ifb_gate_is_judged(now.item);
    s->newly_unscored += lost_its_score(&now);
    for (size_t i = 0; i < s->nwatches; i++)
        ifb_watch_look(&s->watches[i], &s->gating, &now, (int64_t)s->nlooked);
}

static uint32_t *landed_of(const struct ifb_sequential *s, struct place at)
{
    return &s->landed[s->first[at.cell] + at.index];
}

enum ifb_code ifb_sequential_add(struct ifb_sequential *s, uint32_t sample, ifb_str row,
                                 struct ifb_error *err)
{
    const struct ifb_sample_plan *p = &s->plan->samples[sample];
    const struct place at = { p->cell, p->index };
    enum ifb_code code = ifb_mark_rows_fill(s->rows, row, &s->marks.cells[p->cell].items[p->index],
                                            p->epoch, err);

    if (code)
        return code;
    (*landed_of(s, at))++;
    while (s->nlooked < s->nitems && !ifb_sequential_settled(s) &&
           *landed_of(s, s->order[s->nlooked]) == s->plan->epochs)
        look(s, s->order[s->nlooked]);
    return IFB_OK;
}

void ifb_sequential_count(const struct ifb_sequential *s, int64_t *looked, int64_t *items)
{
    *looked = (int64_t)s->nlooked;
    *items = (int64_t)s->nitems;
}

int64_t ifb_sequential_front(const struct ifb_sequential *s)
{
    int64_t next = s->nlooked < s->nitems ? *landed_of(s, s->order[s->nlooked]) : 0;

    return (int64_t)s->nlooked * s->plan->epochs + next;
}

static bool unscored_is_open(const struct ifb_sequential *s)
{
    return s->newly_unscored && !ifb_policy_mentions(&s->gating.policy, IFB_BUDGET_UNSCORED);
}

bool ifb_sequential_settled(const struct ifb_sequential *s)
{
    bool all = !unscored_is_open(s), some = false;

    for (size_t i = 0; i < s->nwatches; i++) {
        const struct ifb_watch *w = &s->watches[i];

        if (w->verdict == IFB_GATE_FAIL)
            return true;
        all = all && (w->verdict == IFB_GATE_PASS || w->kind == IFB_WATCH_RUN);
        some = some || w->looked;
    }
    for (size_t c = 0; c < s->marks.ncells; c++)
        all = all && s->judged[c];
    return all && some;  /* budgets alone would hold after the first item */
}

/* ---- the gate ---- */

/* The policy is read twice and the marks differ, but not lines and names. */
static bool is_same(const struct ifb_watch *w, unsigned line, ifb_str suite, ifb_str subject)
{
    return w->rule->line == line && ifb_str_eq(w->subject.cell->suite, suite) &&
           ifb_str_eq(w->subject.name, subject);
}

/* Of the items that were looked at, for the lists of what changed. */
static enum ifb_code compare_looked(struct ifb_sequential *s, struct ifb_marks *looked,
                                    struct ifb_comparison *out, struct ifb_error *err)
{
    struct ifb_compare_options o = s->gating.o->compare;
    struct ifb_arena *arena = s->gating.arena;
    bool *seen = ifb_new(arena, bool, s->nitems);
    enum ifb_code code;

    for (size_t i = 0; i < s->nlooked; i++)
        seen[s->first[s->order[i].cell] + s->order[i].index] = true;
    *looked = s->marks;
    looked->cells = ifb_new(arena, struct ifb_mark_cell, s->marks.ncells);
    looked->ncells = 0;
    for (size_t c = 0; c < s->marks.ncells; c++) {
        struct ifb_mark_cell *cell = &looked->cells[looked->ncells];

        *cell = s->marks.cells[c];
        cell->items = ifb_new(arena, struct ifb_mark_item, cell->n);
        cell->n = 0;
        for (size_t i = 0; i < s->marks.cells[c].n; i++)
            if (seen[s->first[c] + i])
                cell->items[cell->n++] = s->marks.cells[c].items[i];
        looked->ncells += cell->n > 0;
    }
    looked->summary.complete = true;  /* of what was looked at, nothing is missing */
    o.common = true;
    code = looked->ncells ? ifb_marks_index(looked, arena, err) : IFB_OK;
    return code || !looked->ncells
               ? code : ifb_compare_marks(s->gating.base, looked, &o, arena, out, err);
}

static void require_end(struct ifb_sequential *s, const struct ifb_summary *summary)
{
    struct ifb_gating *g = &s->gating;
    const struct ifb_counts *c = &summary->counts;

    if (!ifb_sequential_settled(s))
        ifb_gate_add(g, NULL, NULL, IFB_STR("complete"))->why =
            ifb_fmt(g->arena, "the run ended before its gate was settled, %lld of %lld samples "
                    "are missing; go on with `ifbench run --resume`", (long long)c->pending,
                    (long long)c->total);
    if (unscored_is_open(s))
        ifb_gate_add(g, NULL, NULL, IFB_STR("unscored"))->why =
            ifb_fmt(g->arena, "%zu items are unscored that the baseline has scored, and no rule "
                    "says how many may be (`unscored <= 1 %%`)", s->newly_unscored);
}

enum ifb_code ifb_sequential_gate(struct ifb_sequential *s, const struct ifb_summary *summary,
                                  struct ifb_gate *out, struct ifb_error *err)
{
    struct ifb_gating *g = &s->gating;
    struct ifb_marks *looked = ifb_new(g->arena, struct ifb_marks, 1);
    struct ifb_comparison *changes = ifb_new(g->arena, struct ifb_comparison, 1);
    enum ifb_code code = IFB_OK;

    g->err = err;
    g->at = NULL;
    g->n = g->cap = 0;
    s->marks.summary = *summary;
    for (size_t i = 0; i < s->nwatches && !code; i++)
        if (s->watches[i].kind == IFB_WATCH_RUN)
            code = ifb_gate_budget(g, s->watches[i].rule);
        else
            ifb_watch_check(&s->watches[i], g, (int64_t)s->nlooked, (int64_t)s->nitems);
    require_end(s, summary);
    if (!code && g->base)
        code = compare_looked(s, looked, changes, err);
    *out = (struct ifb_gate){ .verdict = ifb_gate_worst(g), .policy = g->policy.name,
                              .checks = g->at, .n = g->n,
                              .comparison = g->base ? changes : NULL };
    if (g->base)
        out->base = g->base->name;
    g->err = NULL;
    return code;
}

void ifb_sequential_left(const struct ifb_sequential *s, const struct ifb_rule *rule,
                         const struct ifb_gate_subject *subject, double *pass, double *fail)
{
    *pass = *fail = rule->confidence;
    for (size_t i = 0; s && i < s->nwatches; i++) {
        const struct ifb_watch *w = &s->watches[i];

        if (w->kind != IFB_WATCH_POPULATION || !is_same(w, rule->line, subject->cell->suite,
                                                        subject->name))
            continue;
        *pass = w->end_pass;
        *fail = w->end_fail;
    }
}

void ifb_sequential_overlay(const struct ifb_sequential *s, struct ifb_gate *fixed)
{
    struct ifb_gating g = s->gating;

    for (size_t i = 0; i < s->nwatches; i++) {
        const struct ifb_watch *w = &s->watches[i];

        for (size_t k = 0; k < fixed->n && w->kind == IFB_WATCH_POPULATION && w->looked; k++) {
            struct ifb_gate_check *c = (struct ifb_gate_check *)&fixed->checks[k];

            if (!is_same(w, c->line, c->suite, c->subject))
                continue;
            g.at = NULL;
            g.n = g.cap = 0;
            ifb_watch_check(w, &g, (int64_t)s->nlooked, (int64_t)s->nitems);
            *c = g.at[0];
        }
    }
    fixed->verdict = IFB_GATE_PASS;
    for (size_t k = 0; k < fixed->n; k++)
        if (fixed->checks[k].verdict > fixed->verdict)
            fixed->verdict = fixed->checks[k].verdict;
}
