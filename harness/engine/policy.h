/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The policy of a gate: a YAML file of rules, all of which must hold.
 *
 *     confidence: 95 %           # of every `drop`; this is the default
 *     rules:
 *       - ifeval.prompt_level_strict_acc >= 80 %
 *       - ifeval.inst_level_strict_acc >= 0.85 at 95 %
 *       - ifeval.prompt_level_strict_acc drop <= 1 %
 *       - keywords:existence drop <= 5 % at 90 %
 *       - "length_constraints:* >= 60 %"
 *       - items 4 of 5 >= 90 %
 *       - regressed <= 10
 *       - errors <= 1 %
 *       - latency_p95 <= 2000 ms
 *
 *     rule     [SUITE.]METRIC | [SUITE.]CONSTRAINT   OP NUMBER [at NUMBER %]
 *              [SUITE.]METRIC | [SUITE.]CONSTRAINT   drop OP NUMBER [at NUMBER %]
 *              [SUITE.]items K of N                  [OP NUMBER]
 *              [SUITE.]BUDGET                        OP NUMBER
 *     OP       >=  >  <=  <;  a drop takes <= and < only
 *     NUMBER   with '%': divided by 100; latencies with ms or s; cost with usd
 *     BUDGET   errors, unscored, missing, failed_calls: shares of the samples;
 *              latency_p50, latency_p95, latency_p99, cost; regressed: a number of items
 *
 * Without a SUITE a rule is for every suite that has its subject. A CONSTRAINT has a
 * ':' and may have '*' and '?': then it is for every constraint that fits. A name that
 * nothing answers to is an error, with file, line and the nearest name; it never passes.
 * "*" and anything with ": " must be quoted in YAML.
 */
#ifndef IFB_ENGINE_POLICY_H
#define IFB_ENGINE_POLICY_H

#include <ifbench/types.h>

#define IFB_POLICY_RULES_MAX 10000

enum ifb_rule_kind { IFB_RULE_SHARE, IFB_RULE_DROP, IFB_RULE_ITEMS, IFB_RULE_BUDGET };

enum ifb_rule_budget {
    IFB_BUDGET_ERRORS,
    IFB_BUDGET_UNSCORED,
    IFB_BUDGET_MISSING,
    IFB_BUDGET_FAILED_CALLS,
    IFB_BUDGET_LATENCY_P50,
    IFB_BUDGET_LATENCY_P95,
    IFB_BUDGET_LATENCY_P99,
    IFB_BUDGET_COST,
    IFB_BUDGET_REGRESSED,
    IFB_BUDGETS
};
extern const char *const ifb_budget_names[IFB_BUDGETS + 1];

enum ifb_rule_op { IFB_OP_GE, IFB_OP_GT, IFB_OP_LE, IFB_OP_LT };

struct ifb_rule {
    enum ifb_rule_kind kind;
    ifb_str text;           /* as written */
    unsigned line;
    ifb_str subject;        /* as written, without "drop" */
    ifb_str suite;          /* of items and budgets; absent: all */
    enum ifb_rule_budget budget;
    enum ifb_rule_op op;
    double limit;           /* percent divided by 100, seconds times 1000 */
    bool percent;           /* written with '%' */
    double confidence;      /* 0: as measured */
    int64_t k, of;          /* of items */
};

struct ifb_policy {
    ifb_str name;           /* the file */
    double confidence;      /* of drops that name none */
    const struct ifb_rule *rules;
    size_t n;
};

/* IFB_EIO, or IFB_EINPUT with "FILE:LINE: ...". Strings live in `arena`. */
enum ifb_code ifb_policy_read(const char *path, struct ifb_arena *arena, struct ifb_policy *out,
                              struct ifb_error *err);

/* The same from memory; `name` is what messages call it. */
enum ifb_code ifb_policy_parse(ifb_str text, const char *name, struct ifb_arena *arena,
                               struct ifb_policy *out, struct ifb_error *err);

/* ">=", ">", "<=", "<"; and whether `value` stands so to `limit`. */
const char *ifb_op_name(enum ifb_rule_op op);
bool ifb_op_holds(enum ifb_rule_op op, double value, double limit);

#endif
