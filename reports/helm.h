/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of HELM's layout share: a run's names and settings, a statistic, a sample. */
#ifndef IFB_REPORTS_HELM_H
#define IFB_REPORTS_HELM_H

#include <ifbench/report.h>

#include "harness/base/json.h"

#define IFB_HELM_SPLIT "test"

/* One suite asked of one model: a run of HELM's. */
struct ifb_helm_run {
    const struct ifb_cell_summary *cell;
    const struct ifb_cell_setup *setup;
    ifb_str name;              /* "SUITE:model=NAME", also that of its folder */
    ifb_str model, deployment;
};

/* ---- helm_stat.c ---- */

/* A running summary as HELM's Stat keeps it; zero is empty. */
struct ifb_helm_stat {
    int64_t count;
    double sum, squares, min, max;
};

void ifb_helm_add(struct ifb_helm_stat *s, double value);

/* {"name": {"name", "split"}, "count", "sum", ...}; the variance is that of a population. */
void ifb_helm_put_stat(struct ifb_jw *w, ifb_str name, const struct ifb_helm_stat *s);

/* The numbers that a sample has. */
enum ifb_helm_metric {
    IFB_HELM_STRICT, IFB_HELM_LOOSE,            /* share of its constraints that hold */
    IFB_HELM_ALL_STRICT, IFB_HELM_ALL_LOOSE,    /* whether all do */
    IFB_HELM_PROMPT_TOKENS, IFB_HELM_COMPLETION_TOKENS, IFB_HELM_OUTPUT_TOKENS,
    IFB_HELM_RUNTIME,                           /* seconds */
    IFB_HELM_METRICS
};

/* "ifeval_strict_accuracy", "num_prompt_tokens", ... */
ifb_str ifb_helm_metric_name(enum ifb_helm_metric metric, ifb_str suite, struct ifb_arena *arena);

/* NaN where the sample has no such number. */
double ifb_helm_value(const struct ifb_sample *s, enum ifb_helm_metric metric);

/* ---- helm_state.c ---- */

/* The member "adapter_spec". */
void ifb_helm_put_adapter(struct ifb_jw *w, const struct ifb_helm_run *run);

/* The sample's id, as instances are called: "id" before it. */
ifb_str ifb_helm_instance_id(const struct ifb_sample *s, struct ifb_arena *arena);

/* A member of "request_states". IFB_EINPUT when a check's arguments are no JSON. */
enum ifb_code ifb_helm_put_state(struct ifb_jw *w, const struct ifb_sample *s,
                                 const struct ifb_helm_run *run, struct ifb_arena *scratch,
                                 struct ifb_error *err);

#endif
