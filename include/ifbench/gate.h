/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A gate: a candidate, a policy and, where rules compare, a baseline in; a verdict with
 * reasons out. The grammar of policies stands in harness/engine/policy.h and in the man
 * page.
 *
 * How rules are decided:
 *   value OP x           as measured
 *   value OP x at C      pass when the one-sided bound at confidence C holds too, fail when
 *                        the bound on the other side breaks it, else inconclusive
 *   drop <= m [at C]     the same with the one-sided bounds of the paired difference
 *                        (ifb_paired_lower): non-inferiority. A candidate that is worse by
 *                        m passes in 1 - C of runs at most
 *   a budget             as measured
 * A run may have its gate looked at after each item, and end when the verdict is settled
 * (`sequential` in <ifbench/run.h>); how each kind of rule is decided then stands in
 * harness/engine/sequential.h.
 *
 * All rules must pass (which needs no correction for their number); one that fails makes
 * the verdict fail, else one that is inconclusive makes it inconclusive. What cannot be
 * known (nothing scored, no prices, no latency) is inconclusive, never a pass.
 */
#ifndef IFBENCH_GATE_H
#define IFBENCH_GATE_H

#include <ifbench/compare.h>

enum ifb_gate_verdict { IFB_GATE_PASS, IFB_GATE_INCONCLUSIVE, IFB_GATE_FAIL };

struct ifb_gate_options {
    const char *baseline;  /* a run's folder or a baseline file; NULL: none */
    const char *policy;
    struct ifb_compare_options compare;
};

/* One rule for one subject. */
struct ifb_gate_check {
    enum ifb_gate_verdict verdict;
    ifb_str rule;         /* as the policy writes it */
    unsigned line;        /* in the policy; 0: a rule that always holds */
    ifb_str suite, model, subject;
    double value, limit;  /* what was found, and what the rule wants; NaN: unknown */
    double bound;         /* with confidence; NaN when the rule has none */
    double confidence;
    double need;          /* items that would settle it, or NaN */
    ifb_str why;          /* a sentence without its full stop */
};

/* How far a gate came that was looked at while the run was asked; see <ifbench/run.h>. */
struct ifb_gate_sequel {
    bool settled;            /* before the end, or with the last item */
    uint64_t seed;           /* of the order of items */
    int64_t looked, items;   /* looked at in that order, of how many */
    int64_t asked, calls;    /* answered or failed, of how many in all */
};

struct ifb_gate {
    enum ifb_gate_verdict verdict;
    ifb_str base, cand, policy;   /* base: absent without one */
    const struct ifb_gate_check *checks;
    size_t n;
    const struct ifb_comparison *comparison;  /* NULL without a baseline */
    const struct ifb_gate_sequel *sequel;     /* NULL: everything was asked first */
};

/*
 * IFB_EUSAGE: a rule compares and there is no baseline. IFB_EINPUT: policy, run or
 * baseline cannot be read, a name is unknown, items differ without `common`.
 */
enum ifb_code ifb_gate_run(const char *cand, const struct ifb_gate_options *options,
                           struct ifb_arena *arena, struct ifb_gate *out, struct ifb_error *err);

/* "pass", "inconclusive", "fail". */
const char *ifb_gate_verdict_name(enum ifb_gate_verdict verdict);

/* A way to show a verdict: "term", "markdown", "github", "junit", "json". */
struct ifb_gate_report {
    const char *id, *doc;
    void (*write)(const struct ifb_gate *gate, const struct ifb_sink *sink);
};
const struct ifb_gate_report *ifb_gate_report_find(ifb_str id);

#endif
