/* SPDX-License-Identifier: Apache-2.0 */
/* HELM's Stat, and which numbers a sample adds to which. */
#include "reports/helm.h"

#include <math.h>

#include "harness/base/arena.h"
#include "reports/lm_eval.h"

void ifb_helm_add(struct ifb_helm_stat *s, double value)
{
    if (isnan(value))
        return;
    s->min = s->count ? fmin(s->min, value) : value;
    s->max = s->count ? fmax(s->max, value) : value;
    s->sum += value;
    s->squares += value * value;
    s->count++;
}

void ifb_helm_put_stat(struct ifb_jw *w, ifb_str name, const struct ifb_helm_stat *s)
{
    double n = (double)s->count, mean = s->sum / n;
    double variance = fmax(s->squares / n - mean * mean, 0);  /* rounding can make it negative */

    ifb_jw_object(w, NULL);
    ifb_jw_object(w, "name");
    ifb_jw_str(w, "name", name);
    ifb_jw_cstr(w, "split", IFB_HELM_SPLIT);
    ifb_jw_end(w);
    ifb_jw_int(w, "count", s->count);
    if (s->count) {
        ifb_jw_real(w, "sum", s->sum);
        ifb_jw_real(w, "sum_squared", s->squares);
        ifb_jw_real(w, "min", s->min);
        ifb_jw_real(w, "max", s->max);
        ifb_jw_real(w, "mean", mean);
        ifb_jw_real(w, "variance", variance);
        ifb_jw_real(w, "stddev", sqrt(variance));
    }
    ifb_jw_end(w);
}

ifb_str ifb_helm_metric_name(enum ifb_helm_metric metric, ifb_str suite, struct ifb_arena *arena)
{
    static const char *const names[IFB_HELM_METRICS] = {
        [IFB_HELM_STRICT] = "strict_accuracy", [IFB_HELM_LOOSE] = "loose_accuracy",
        [IFB_HELM_ALL_STRICT] = "prompt_level_strict_acc",
        [IFB_HELM_ALL_LOOSE] = "prompt_level_loose_acc",
        [IFB_HELM_PROMPT_TOKENS] = "num_prompt_tokens",
        [IFB_HELM_COMPLETION_TOKENS] = "num_completion_tokens",
        [IFB_HELM_OUTPUT_TOKENS] = "num_output_tokens",
        [IFB_HELM_RUNTIME] = "inference_runtime",
    };

    if (metric <= IFB_HELM_LOOSE)
        return ifb_fmt(arena, "%.*s_%s", IFB_ARG(suite), names[metric]);
    return (ifb_str){ names[metric], strlen(names[metric]) };
}

/* Of the constraints that are scored; NaN when none is. */
static double share_of(const struct ifb_sample *s, bool loose)
{
    int64_t n = 0, held = 0;

    for (size_t i = 0; i < s->nchecks; i++) {
        enum ifb_outcome outcome = (loose ? s->checks[i].loose : s->checks[i].strict).outcome;

        n += outcome != IFB_UNSCORED;
        held += outcome == IFB_PASS;
    }
    return n ? (double)held / (double)n : (double)NAN;
}

static double known(int64_t number)
{
    return number < 0 ? (double)NAN : (double)number;
}

double ifb_helm_value(const struct ifb_sample *s, enum ifb_helm_metric metric)
{
    bool scored = s->outcome != IFB_UNSCORED;

    switch (metric) {
    case IFB_HELM_STRICT: return scored ? share_of(s, false) : (double)NAN;
    case IFB_HELM_LOOSE: return scored ? share_of(s, true) : (double)NAN;
    case IFB_HELM_ALL_STRICT: return scored ? ifb_lm_follows_all(s, false) : (double)NAN;
    case IFB_HELM_ALL_LOOSE: return scored ? ifb_lm_follows_all(s, true) : (double)NAN;
    case IFB_HELM_PROMPT_TOKENS: return known(s->tokens_in);
    case IFB_HELM_COMPLETION_TOKENS:
    case IFB_HELM_OUTPUT_TOKENS: return known(s->tokens_out);
    case IFB_HELM_RUNTIME: return s->answered ? known(s->latency_ms) / 1000 : (double)NAN;
    case IFB_HELM_METRICS: break;
    }
    return (double)NAN;
}
