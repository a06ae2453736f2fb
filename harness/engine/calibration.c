/* SPDX-License-Identifier: Apache-2.0 */
/* What judges are given first, and whether they are then asked anything else. */
#include <math.h>

#include <ifbench/stats.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "harness/engine/inside.h"
#include "harness/engine/judged.h"
#include "harness/engine/judging.h"

#define LEAST 0.8
#define ROWS_MAX 10000

static const struct ifb_metric no_metrics[] = { { 0 } };

static const struct ifb_suite calibration = {
    .id = "calibration", .doc = "judgments with known answers", .metrics = no_metrics,
};

static enum ifb_code add_row(struct ifb_run_inside *in, struct ifb_suite_items *s, size_t *cap,
                             ifb_str line, unsigned number, struct ifb_error *err)
{
    const struct ifb_json *row;
    enum ifb_code code = ifb_json_parse(in->arena, line, 0, number, &row, err);

    if (!code)
        code = row->kind == IFB_JOBJECT ? ifb_calibration_check(row, err)
                                        : ifb_fail(err, IFB_EINPUT, "wanted an object");
    if (!code && s->n == ROWS_MAX)
        code = ifb_fail(err, IFB_ELIMIT, "more than %d rows", ROWS_MAX);
    if (code)
        return code;
    s->items = ifb_grow(in->arena, s->items, cap, s->n + 1, sizeof(*s->items));
    s->items[s->n] = (struct ifb_item){ .id = ifb_fmt(in->arena, "%u", number), .row = row,
                                        .group = IFB_STR("") };
    s->resident = ++s->n;
    return IFB_OK;
}

static enum ifb_code read_rows(struct ifb_run_inside *in, const struct ifb_judged_file *file,
                               struct ifb_suite_items *s, struct ifb_error *err)
{
    ifb_str left = file->bytes, line;
    unsigned number = 0;
    size_t cap = 0;

    while (left.len) {
        number++;
        if (!ifb_str_chop(&left, '\n', &line)) {
            line = left;
            left.len = 0;
        }
        if (ifb_str_trim_ascii(line).len && add_row(in, s, &cap, line, number, err))
            return ifb_within(err, "%.*s:%u", IFB_ARG(file->name), number);
    }
    return s->n ? IFB_OK : ifb_fail(err, IFB_EINPUT, "%.*s: no rows", IFB_ARG(file->name));
}

enum ifb_code ifb_calibration_load(struct ifb_run *run, struct ifb_judge_set **out,
                                   struct ifb_error *err)
{
    struct ifb_run_inside *in = run->inside;
    struct ifb_judge_set *set = ifb_new(in->arena, struct ifb_judge_set, 1);
    struct ifb_suite_items *s = ifb_new(in->arena, struct ifb_suite_items, 1);
    struct ifb_judged_work *w = ifb_new(in->arena, struct ifb_judged_work, 1);
    struct ifb_plan_pair *pair = ifb_new(in->arena, struct ifb_plan_pair, 1);
    struct ifb_judged_file file;
    enum ifb_code code;

    w->run = run;
    w->name = calibration.id;
    ifb_judged_lend(w, false);
    s->suite = &calibration;
    code = w->lent.file(w->lent.self, in->o.judge.calibration, &file, err);
    if (!code)
        code = read_rows(in, &file, s, err);
    *pair = (struct ifb_plan_pair){ { IFB_SIDE_OUTSIDE, IFB_SIDE_OUTSIDE } };
    set->judging = ifb_judging_find(ifb_str_of(calibration.id));
    set->calibrates = true;
    set->versus = IFB_VERSUS_NOBODY;
    set->plan = (struct ifb_plan_judging){ .items = s, .pairs = pair, .npairs = 1, .attempts = 1,
                                           .calls = ifb_judge_calls, .self = set };
    *out = set;
    return code;
}

enum ifb_code ifb_calibration_settle(struct ifb_run_inside *in, const struct ifb_cell *cell,
                                     struct ifb_judge_lane *lane, struct ifb_error *err)
{
    struct ifb_judge_outcome o = ifb_judge_outcome_of(in, cell);
    double least = in->o.judge.calibration_min > 0 ? in->o.judge.calibration_min : LEAST;

    lane->calibrated++;
    lane->right += ifb_calibration_right(cell->item->row, &o.said);
    if (lane->calibrated < lane->calibrations || !in->asking ||
        (double)lane->right >= least * (double)lane->calibrations * (1 - 1e-12))
        return IFB_OK;
    return ifb_fail(err, IFB_EGATE, "judge %.*s: %zu of %zu calibration judgments are right, "
                    "wanted %.0f %%; see them in the journal, or lower --calibration-min",
                    IFB_ARG(o.judge), lane->right, lane->calibrations, 100 * least);
}

static const struct ifb_metric shares[] = {
    { .id = "calibration", .doc = "calibration judgments that are right", .unit = "proportion",
      .higher_is_better = true },
    { 0 }
};

static const struct ifb_judged calibrated = { .id = "calibration", .metrics = shares };

enum ifb_code ifb_calibration_summarise(struct ifb_run *run, struct ifb_error *err)
{
    struct ifb_run_inside *in = run->inside;
    size_t n = in->judges->n;
    struct ifb_judged_cell *cells = ifb_new(in->arena, struct ifb_judged_cell, n);
    struct ifb_metric_value *values = ifb_new(in->arena, struct ifb_metric_value, n);
    struct ifb_judged_out out = { .cells = cells, .ncells = n };
    struct ifb_judged_work w = { .run = run, .name = calibrated.id, .suite = &calibrated };

    for (size_t j = 0; j < n; j++) {
        const struct ifb_judge_lane *lane = &in->judges->lanes[j];
        int64_t hits = (int64_t)lane->right, of = (int64_t)lane->calibrated;
        struct ifb_interval ci = ifb_wilson(hits, of, 0.95);

        values[j] = (struct ifb_metric_value){
            .id = ifb_str_of(shares[0].id), .value = of ? (double)hits / (double)of : (double)NAN,
            .lo = ci.lo, .hi = ci.hi, .se = ifb_proportion_se(hits, of), .hits = hits, .n = of,
        };
        cells[j] = (struct ifb_judged_cell){
            .values = &values[j], .nvalues = 1,
            .model = ifb_fmt(in->arena, "judge %.*s",
                             IFB_ARG(ifb_judge_model_name(in, in->judges->first + (uint32_t)j))),
        };
    }
    return ifb_judged_add(&w, &out, err);
}
