/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A gate that is looked at while the run is asked, and ends it when its verdict is
 * settled. Items are asked in an order drawn beforehand; an item counts when it and all
 * before it in that order are there, so that neither speed nor chance of an answer decides
 * who is looked at.
 *
 * What a rule is decided about, and when:
 *
 *   drop <= m, value OP x at C   the population that items are drawn from: bets
 *       (ifb_bet_add), after each item, at half of the error 1 - C. Not settled after the
 *       last one: the fixed gate's bound, at the other half. So at most 1 - C errs either
 *       way, whatever the number of looks, and what is not settled early is decided as
 *       `ifbench gate` does with (1 - C) / 2 in place of 1 - C. Where items are too few for
 *       a pass to be settled by three quarters of them even if nothing changed (or all
 *       held), no error is spent on looking for it, and the end has all of it.
 *   value OP x, items K of N, regressed   the items of this run, of which those asked are
 *       a sample without replacement: bets at the policy's `confidence`. With that
 *       confidence a rule that passes early, or the policy that fails early for these rules,
 *       does so after the last item too; there they are decided as measured.
 *   errors, unscored, missing, failed_calls   the samples that were looked at; over budget,
 *       the gate asks on; fails when the budget of all is used up.
 *   latency, cost   what was asked, when the run stops for another reason.
 *   metrics of a whole set (csl, pass of epochs excepted)   only when all was asked.
 *
 * The run stops when one rule has failed, or when all hold and one of them is settled. Epochs of an item are looked
 * at together.
 */
#ifndef IFB_ENGINE_SEQUENTIAL_H
#define IFB_ENGINE_SEQUENTIAL_H

#include "harness/engine/gate.h"
#include "harness/engine/plan.h"
#include "harness/engine/score.h"

/*
 * Reads policy and baseline and matches them with the plan, of one model: IFB_EUSAGE,
 * IFB_EINPUT as ifb_gate_run, before anything is asked. All live in `arena`, but *out is
 * to be closed; `options` and `plan` must outlive it.
 */
enum ifb_code ifb_sequential_open(const struct ifb_gate_options *options,
                                  const struct ifb_plan *plan,
                                  const struct ifb_resources *resources, uint64_t seed,
                                  struct ifb_arena *arena, struct ifb_sequential **out,
                                  struct ifb_error *err);
void ifb_sequential_close(struct ifb_sequential *s);

/* The sample that is asked as number `place`, from 0; each once. */
uint32_t ifb_sequential_sample(const struct ifb_sequential *s, uint32_t place);

/* Sample number `sample` is scored; `row` is its line of verdicts.jsonl. In any order. */
enum ifb_code ifb_sequential_add(struct ifb_sequential *s, uint32_t sample, ifb_str row,
                                 struct ifb_error *err);

/* The verdict stands: nothing more need be asked. */
bool ifb_sequential_settled(const struct ifb_sequential *s);

/* Items looked at, of how many. */
void ifb_sequential_count(const struct ifb_sequential *s, int64_t *looked, int64_t *items);

/* Samples that are there of those items, and of the one that is looked at next. */
int64_t ifb_sequential_front(const struct ifb_sequential *s);

/*
 * The gate as the looks see it; latency and cost are those of `summary`. Rules that are
 * not settled are inconclusive.
 */
enum ifb_code ifb_sequential_gate(struct ifb_sequential *s, const struct ifb_summary *summary,
                                  struct ifb_gate *out, struct ifb_error *err);

/* Into `fixed`, the gate of the whole run after these looks: bounds that were settled early stand. */
void ifb_sequential_overlay(const struct ifb_sequential *s, struct ifb_gate *fixed);

/* ---- for gate_shares.c ---- */

/*
 * The confidences with which a bound passes and fails at the end, so that the rule's own
 * holds for looks and end together. `s` NULL: the rule's.
 */
void ifb_sequential_left(const struct ifb_sequential *s, const struct ifb_rule *rule,
                         const struct ifb_gate_subject *subject, double *pass, double *fail);

/* Notes a rule about a metric or a constraint. */
enum ifb_code ifb_sequential_watch(struct ifb_sequential *s, const struct ifb_rule *rule,
                                   const struct ifb_gate_subject *subject);

/* ---- between sequential.c and sequential_rules.c ---- */

enum ifb_watch_kind {
    IFB_WATCH_POPULATION,  /* bets about the mean of a population */
    IFB_WATCH_ITEMS,       /* bets about the mean of the run's items */
    IFB_WATCH_BUDGET,      /* counts of the samples that were looked at */
    IFB_WATCH_RUN,         /* latency, cost: measured when the run stops */
    IFB_WATCH_END          /* decided when all was asked */
};

/* A rule applied to one subject, being watched. */
struct ifb_watch {
    const struct ifb_rule *rule;
    struct ifb_gate_subject subject;  /* cell NULL: all suites that the rule is about */
    enum ifb_watch_kind kind;
    double limit;          /* in the unit of the subject */
    double confidence;     /* of what is settled */
    double end_pass, end_fail;  /* what bounds have left for the end, as confidences */
    struct ifb_bet bet;
    double base_hits, base_n, hits, n;  /* of what was looked at, until it was settled */
    int64_t total;         /* units in all: items, or samples of a budget */
    int64_t looked;        /* items that had been looked at when it was settled */
    enum ifb_gate_verdict verdict;      /* not inconclusive: settled, or a budget that holds */
};

/* An item that is looked at, with that of the baseline; base NULL: none. */
struct ifb_look {
    const struct ifb_mark_cell *cell, *base_cell;
    const struct ifb_mark_item *item, *base;
};

/*
 * Prepares a watch whose rule, subject and limit are set: its kind, and bounds of what one
 * item can add; total is 0 when the subject is no ratio over items. The items of `all` must
 * look as if every constraint held.
 */
void ifb_watch_open(struct ifb_watch *w, const struct ifb_gating *g, const struct ifb_look *all,
                    size_t n);

/* One item more; those that the rule is not about change nothing. */
void ifb_watch_look(struct ifb_watch *w, const struct ifb_gating *g, const struct ifb_look *look,
                    int64_t looked);

/* The watch as a check, after so many of all items. */
void ifb_watch_check(const struct ifb_watch *w, struct ifb_gating *g, int64_t looked,
                     int64_t items);

#endif
