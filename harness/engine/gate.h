/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the gate share; private to gate*.c. */
#ifndef IFB_ENGINE_GATE_H
#define IFB_ENGINE_GATE_H

#include <ifbench/gate.h>

#include "harness/engine/compare.h"
#include "harness/engine/policy.h"

struct ifb_sequential;

/* A gate under way. */
struct ifb_gating {
    const struct ifb_gate_options *o;
    struct ifb_arena *arena;
    struct ifb_marks *base, *cand;   /* base NULL: none */
    struct ifb_comparison *comparison;
    struct ifb_policy policy;
    struct ifb_gate_check *at;
    size_t n, cap;
    struct ifb_sequential *sequential;  /* not NULL: rules are noted there, not decided */
    const struct ifb_sequential *after; /* what has looked already and spent some of the error */
    struct ifb_error *err;
};

/* One thing that a rule is about. */
struct ifb_gate_subject {
    const struct ifb_mark_cell *cell;
    ifb_str name, unit;
    bool metric, higher_is_better;
    double value;
};

/* A new check for the rule (NULL: one that always holds), not yet decided. */
struct ifb_gate_check *ifb_gate_add(struct ifb_gating *g, const struct ifb_rule *rule,
                                    const struct ifb_mark_cell *cell, ifb_str subject);

/* The cell is one of the models that the gate is about. */
bool ifb_gate_wants(const struct ifb_gating *g, ifb_str model);

/* Puts "POLICY:LINE: " before the message. */
enum ifb_code ifb_gate_fail(struct ifb_gating *g, const struct ifb_rule *rule, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* ifb_gate_run after such looks; `after` NULL: there were none. */
enum ifb_code ifb_gate_run_after(const char *cand, const struct ifb_gate_options *options,
                                 const struct ifb_sequential *after, struct ifb_arena *arena,
                                 struct ifb_gate *out, struct ifb_error *err);

/* The policy; IFB_EUSAGE when a rule compares and there is no baseline. */
enum ifb_code ifb_gate_read_policy(struct ifb_gating *g);

bool ifb_policy_mentions(const struct ifb_policy *p, enum ifb_rule_budget budget);

/* One of its constraints holds or does not: it was answered and could be judged. */
bool ifb_gate_is_judged(const struct ifb_mark_item *item);

/* The worst of the checks that were added. */
enum ifb_gate_verdict ifb_gate_worst(const struct ifb_gating *g);

/* ---- gate_shares.c, gate_budgets.c: checks of one rule ---- */

/* The limit in the unit of the subject; IFB_EINPUT for a number that can only be a slip. */
enum ifb_code ifb_gate_limit(struct ifb_gating *g, const struct ifb_rule *rule,
                             const struct ifb_gate_subject *s, double *out);

/* A value in the unit of the subject, for people. */
ifb_str ifb_gate_say(struct ifb_gating *g, const struct ifb_gate_subject *s, double value);

/* The rule of items or a budget is about that suite and model. */
bool ifb_gate_meant(const struct ifb_gating *g, const struct ifb_rule *rule, ifb_str suite,
                    ifb_str model);

enum ifb_code ifb_gate_share(struct ifb_gating *g, const struct ifb_rule *rule);
enum ifb_code ifb_gate_items(struct ifb_gating *g, const struct ifb_rule *rule);
enum ifb_code ifb_gate_budget(struct ifb_gating *g, const struct ifb_rule *rule);

#endif
