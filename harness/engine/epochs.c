/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engine/epochs.h"

#include <math.h>

#include <ifbench/stats.h>

#include "harness/base/arena.h"
#include "harness/base/str.h"

/* One number for each item whose answers are all scored. */
struct columns {
    double *at[IFB_EPOCH_METRICS];
    int64_t n, unscored;
};

static const char *const names[IFB_EPOCH_METRICS] = { "pass@", "pass^", "mean@", "spread@" };

static void add_item(struct columns *c, int64_t passed, int64_t k)
{
    double p = (double)passed / (double)k;

    c->at[0][c->n] = ifb_pass_at_k(k, passed, k);
    c->at[1][c->n] = ifb_pass_all_k(k, passed, k);
    c->at[2][c->n] = p;
    c->at[3][c->n] = sqrt(p * (1 - p) * (double)k / (double)(k - 1));
    c->n++;
}

static void count_items(struct columns *c, const struct ifb_sample_plan *samples,
                        const struct ifb_sample_result *results, uint32_t n, uint32_t epochs)
{
    for (uint32_t i = 0; i + epochs <= n; i += epochs) {
        int64_t passed = 0, scored = 0;

        if (!samples[i].item->nconstraints)
            continue;
        for (uint32_t e = 0; e < epochs; e++) {
            passed += results[i + e].outcome == IFB_PASS;
            scored += results[i + e].scored && results[i + e].outcome != IFB_UNSCORED;
        }
        if (scored == epochs)
            add_item(c, passed, epochs);
        else
            c->unscored++;
    }
}

static struct ifb_metric_value value_of(const struct ifb_cell_summary *cell, ifb_str id,
                                        const double *at, const struct columns *c,
                                        bool higher_is_better)
{
    struct ifb_mean m = ifb_mean_of(at, c->n);
    double z = ifb_normal_quantile(0.975);

    return (struct ifb_metric_value){
        .id = id, .suite = cell->suite, .model = cell->model, .unit = IFB_STR("proportion"),
        .higher_is_better = higher_is_better, .value = m.mean, .se = m.se,
        .lo = fmax(m.mean - z * m.se, 0), .hi = fmin(m.mean + z * m.se, 1), .hits = -1, .n = c->n,
        .unscored = c->unscored,
    };
}

void ifb_epochs_measure(const struct ifb_cell_summary *cell,
                        const struct ifb_sample_plan *samples,
                        const struct ifb_sample_result *results, uint32_t n, uint32_t epochs,
                        struct ifb_arena *arena, struct ifb_metric_value *out)
{
    struct ifb_arena *scratch = ifb_arena_new();
    struct columns c = { .n = 0 };

    for (size_t i = 0; i < IFB_EPOCH_METRICS; i++)
        c.at[i] = ifb_new(scratch, double, n / epochs + 1);
    count_items(&c, samples, results, n, epochs);
    for (size_t i = 0; i < IFB_EPOCH_METRICS; i++) {
        out[i] = value_of(cell, ifb_fmt(arena, "%s%u", names[i], epochs), c.at[i], &c, i != 3);
        if (isnan(out[i].se))
            out[i].lo = out[i].hi = NAN;
    }
    ifb_arena_close(scratch);
}
