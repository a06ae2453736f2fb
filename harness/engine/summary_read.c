/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engine/summary_read.h"

#include <math.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"

#define SUMMARY_MAX ((size_t)64 << 20)
#define SCHEMA "ifbench.summary/1"

/* Members of an array, or none. */
static const struct ifb_json *members(const struct ifb_json *v, const char *key, size_t *n)
{
    const struct ifb_json *array = ifb_json_get(v, key);
    bool is_array = array && array->kind == IFB_JARRAY;

    *n = is_array ? array->n : 0;
    return is_array ? array->first : NULL;
}

static bool truth(const struct ifb_json *v, const char *key)
{
    const struct ifb_json *m = ifb_json_get(v, key);

    return m && m->truth;
}

static void read_metrics(const struct ifb_json *v, struct ifb_arena *arena,
                         struct ifb_summary *out)
{
    const struct ifb_json *m = members(v, "metrics", &out->nmetrics);
    struct ifb_metric_value *at = ifb_new(arena, struct ifb_metric_value, out->nmetrics);

    out->metrics = at;
    for (; m; m = m->next)
        *at++ = (struct ifb_metric_value){
            .id = ifb_json_str(m, "id"), .suite = ifb_json_str(m, "suite"),
            .model = ifb_json_str(m, "model"), .unit = ifb_json_str(m, "unit"),
            .higher_is_better = truth(m, "higher_is_better"),
            .value = ifb_json_real(m, "value", NAN), .lo = ifb_json_real(m, "lo", NAN),
            .hi = ifb_json_real(m, "hi", NAN), .se = ifb_json_real(m, "se", NAN),
            .hits = ifb_json_int(m, "hits", -1), .n = ifb_json_int(m, "n", 0),
            .unscored = ifb_json_int(m, "unscored", 0),
        };
}

static void read_groups(const struct ifb_json *v, struct ifb_arena *arena, struct ifb_summary *out)
{
    const struct ifb_json *m = members(v, "groups", &out->ngroups);
    struct ifb_group_row *at = ifb_new(arena, struct ifb_group_row, out->ngroups);

    out->groups = at;
    for (; m; m = m->next)
        *at++ = (struct ifb_group_row){
            .suite = ifb_json_str(m, "suite"), .model = ifb_json_str(m, "model"),
            .kind = ifb_json_str(m, "kind"), .name = ifb_json_str(m, "name"),
            .n = ifb_json_int(m, "n", 0), .strict_pass = ifb_json_int(m, "strict_pass", 0),
            .loose_pass = ifb_json_int(m, "loose_pass", 0),
            .errors = ifb_json_int(m, "errors", 0), .unscored = ifb_json_int(m, "unscored", 0),
        };
}

static struct ifb_counts read_counts(const struct ifb_json *v)
{
    return (struct ifb_counts){
        .total = ifb_json_int(v, "total", 0), .passed = ifb_json_int(v, "passed", 0),
        .failed = ifb_json_int(v, "failed", 0), .errors = ifb_json_int(v, "errors", 0),
        .unscored = ifb_json_int(v, "unscored", 0), .pending = ifb_json_int(v, "pending", 0),
    };
}

static struct ifb_spread read_spread(const struct ifb_json *v)
{
    return (struct ifb_spread){ ifb_json_real(v, "p50", NAN), ifb_json_real(v, "p95", NAN),
                                ifb_json_real(v, "p99", NAN) };
}

#define SPEED_MAX 1e15  /* of each: those of several shards are added */

/* Nothing for what cannot be. */
static struct ifb_speed read_speed(const struct ifb_json *v)
{
    struct ifb_speed s = { ifb_json_real(v, "seconds", 0), ifb_json_int(v, "answers", 0),
                           ifb_json_int(v, "tokens_out", 0) };
    bool fits = s.seconds >= 0 && s.seconds <= SPEED_MAX && s.answers >= 0 &&
                (double)s.answers <= SPEED_MAX && s.tokens_out >= 0 &&
                (double)s.tokens_out <= SPEED_MAX;

    return fits ? s : (struct ifb_speed){ 0 };
}

static struct ifb_shard read_shard(const struct ifb_json *v)
{
    return (struct ifb_shard){ ifb_json_int(v, "index", 0), ifb_json_int(v, "of", 0) };
}

static void read_cells(const struct ifb_json *v, struct ifb_arena *arena, struct ifb_summary *out)
{
    const struct ifb_json *m = members(v, "cells", &out->ncells);
    struct ifb_cell_summary *at = ifb_new(arena, struct ifb_cell_summary, out->ncells);

    out->cells = at;
    for (; m; m = m->next) {
        const struct ifb_json *tokens = ifb_json_get(m, "tokens");
        const struct ifb_json *latency = ifb_json_get(m, "latency_ms");

        *at++ = (struct ifb_cell_summary){
            .suite = ifb_json_str(m, "suite"), .model = ifb_json_str(m, "model"),
            .counts = read_counts(ifb_json_get(m, "counts")),
            .tokens_in = ifb_json_int(tokens, "in", 0), .tokens_out = ifb_json_int(tokens, "out", 0),
            .failed_calls = ifb_json_int(m, "failed_calls", 0),
            .incomplete = ifb_json_int(m, "incomplete", 0),
            .reasoning_removed = ifb_json_int(m, "reasoning_removed", 0),
            .cached = ifb_json_int(m, "cached", 0),
            .cost_usd = ifb_json_real(m, "cost_usd", NAN),
            .latency_p50_ms = ifb_json_real(latency, "p50", NAN),
            .latency_p95_ms = ifb_json_real(latency, "p95", NAN),
            .latency_p99_ms = ifb_json_real(latency, "p99", NAN),
            .streamed = ifb_json_int(m, "streamed", 0),
            .ttft_ms = read_spread(ifb_json_get(m, "ttft_ms")),
            .itl_ms = read_spread(ifb_json_get(m, "itl_ms")),
            .itl_max_ms = ifb_json_real(ifb_json_get(m, "itl_ms"), "max", NAN),
            .missing_fails = ifb_str_is(ifb_json_str(m, "missing"), "fail"),
        };
    }
}

static void read_judges(const struct ifb_json *v, struct ifb_arena *arena, struct ifb_summary *out)
{
    const struct ifb_json *m = members(v, "judges", &out->njudges);
    struct ifb_judge_summary *at = ifb_new(arena, struct ifb_judge_summary, out->njudges);

    out->judges = at;
    for (; m; m = m->next) {
        const struct ifb_json *tokens = ifb_json_get(m, "tokens");

        *at++ = (struct ifb_judge_summary){
            .suite = ifb_json_str(m, "suite"), .judge = ifb_json_str(m, "judge"),
            .expected = ifb_json_int(m, "expected", 0), .judged = ifb_json_int(m, "judged", 0),
            .failed = ifb_json_int(m, "failed", 0), .unread = ifb_json_int(m, "unread", 0),
            .unanswered = ifb_json_int(m, "unanswered", 0),
            .pending = ifb_json_int(m, "pending", 0), .cached = ifb_json_int(m, "cached", 0),
            .tokens_in = ifb_json_int(tokens, "in", 0),
            .tokens_out = ifb_json_int(tokens, "out", 0),
            .cost_usd = ifb_json_real(m, "cost_usd", NAN),
        };
    }
}

static void read_warnings(const struct ifb_json *v, struct ifb_arena *arena,
                          struct ifb_summary *out)
{
    const struct ifb_json *m = members(v, "warnings", &out->nwarnings);
    ifb_str *at = ifb_new(arena, ifb_str, out->nwarnings);

    out->warnings = at;
    for (; m; m = m->next)
        *at++ = m->string;
}

void ifb_summary_from(const struct ifb_json *v, struct ifb_arena *arena, struct ifb_summary *out)
{
    *out = (struct ifb_summary){
        .version = ifb_json_str(v, "version"), .run = ifb_json_str(v, "run"),
        .started = ifb_json_str(v, "started"), .seconds = ifb_json_real(v, "seconds", NAN),
        .speed = read_speed(ifb_json_get(v, "speed")),
        .complete = truth(v, "complete"), .shard = read_shard(ifb_json_get(v, "shard")),
        .punkt = ifb_json_str(v, "punkt"),
        .counts = read_counts(ifb_json_get(v, "counts")),
    };
    read_metrics(v, arena, out);
    read_groups(v, arena, out);
    read_cells(v, arena, out);
    read_judges(v, arena, out);
    read_warnings(v, arena, out);
}

enum ifb_code ifb_summary_read(const char *path, struct ifb_arena *arena, struct ifb_summary *out,
                               struct ifb_error *err)
{
    const struct ifb_json *v;
    ifb_str text;
    enum ifb_code code = ifb_file_read(path, SUMMARY_MAX, arena, &text, err);

    if (code)
        return code;
    code = ifb_json_parse(arena, ifb_utf8_repair(arena, text), 0, 1, &v, err);
    if (code)
        return ifb_within(err, "%s", path);
    if (!ifb_str_is(ifb_json_str(v, "schema"), SCHEMA))
        return ifb_fail(err, IFB_EINPUT, "%s: not a summary of ifbench (schema %s)", path, SCHEMA);
    ifb_summary_from(v, arena, out);
    return IFB_OK;
}
