/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the gate share; private to gate*.c. */
#ifndef IFB_ENGINE_GATE_H
#define IFB_ENGINE_GATE_H

#include <ifbench/gate.h>

#include "harness/engine/compare.h"
#include "harness/engine/policy.h"

/* A gate under way. */
struct ifb_gating {
    const struct ifb_gate_options *o;
    struct ifb_arena *arena;
    struct ifb_marks *base, *cand;   /* base NULL: none */
    struct ifb_comparison *comparison;
    struct ifb_policy policy;
    struct ifb_gate_check *at;
    size_t n, cap;
    struct ifb_error *err;
};

/* A new check for the rule (NULL: one that always holds), not yet decided. */
struct ifb_gate_check *ifb_gate_add(struct ifb_gating *g, const struct ifb_rule *rule,
                                    const struct ifb_mark_cell *cell, ifb_str subject);

/* The cell is one of the models that the gate is about. */
bool ifb_gate_wants(const struct ifb_gating *g, ifb_str model);

/* Puts "POLICY:LINE: " before the message. */
enum ifb_code ifb_gate_fail(struct ifb_gating *g, const struct ifb_rule *rule, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* ---- gate_shares.c, gate_budgets.c: checks of one rule ---- */

enum ifb_code ifb_gate_share(struct ifb_gating *g, const struct ifb_rule *rule);
enum ifb_code ifb_gate_items(struct ifb_gating *g, const struct ifb_rule *rule);
enum ifb_code ifb_gate_budget(struct ifb_gating *g, const struct ifb_rule *rule);

#endif
