/* SPDX-License-Identifier: Apache-2.0 */
/*
 * summary.json: everything the summary knows, for programs. The schema is
 * versioned: members may be added to "ifbench.summary/1", none changes its
 * meaning or goes away.
 *
 *   schema      "ifbench.summary/1"
 *   version, run, started (ISO 8601, UTC), seconds, complete
 *   shard       {index (from 1), of}: of a share of a run only, which is never complete
 *   speed       {seconds (of asking), answers, tokens_out, prompts_per_s, tokens_per_s}: what
 *               was asked the last time, without answers from the cache; null: nothing was
 *   punkt       which sentence parameters judged: "official" or "built-in"
 *   metrics     [{id, suite, model, value, unit, higher_is_better, n, hits, lo, hi, se}]
 *               value = hits / n; lo and hi bound it at 95 % (Wilson); se is the
 *               standard error; all four are null when n is 0. Where hits is null, value
 *               is of another kind over n units (groups), `unscored` of them were left
 *               out, and lo, hi and se may be null. An id PART.NAME is of a part
 *   counts      {total, passed, failed, errors, unscored, pending}: samples
 *   tokens      {in, out}: sums over what was reported
 *   cells       [{suite, model, counts, tokens, latency_ms {p50, p95, p99}, failed_calls,
 *               incomplete, reasoning_removed, cached, cost_usd (null: no prices), missing: "fail" or
 *               "unscored"}]; with streamed answers also streamed (how many), ttft_ms
 *               {p50, p95, p99}, itl_ms {p50, p95, p99 (of means), max}
 *   groups      [{suite, model, kind, name, n, strict_pass, loose_pass, strict_acc,
 *               loose_acc, errors, unscored}]: constraints; acc = pass / (n - unscored)
 *   warnings    [text]
 */
#include <ifbench/report.h>

#include <math.h>

#include "harness/base/error.h"
#include "harness/base/json.h"
#include "reports/rows.h"

#define SUMMARY_MAX ((size_t)256 << 20)

static void put_metric(struct ifb_jw *w, const struct ifb_metric_value *m)
{
    ifb_jw_object(w, NULL);
    ifb_jw_str(w, "id", m->id);
    ifb_jw_str(w, "suite", m->suite);
    ifb_jw_str(w, "model", m->model);
    ifb_jw_real(w, "value", m->value);
    ifb_jw_str(w, "unit", m->unit);
    ifb_jw_bool(w, "higher_is_better", m->higher_is_better);
    ifb_jw_int(w, "n", m->n);
    if (m->hits >= 0)
        ifb_jw_int(w, "hits", m->hits);
    else
        ifb_jw_null(w, "hits");
    if (m->unscored)
        ifb_jw_int(w, "unscored", m->unscored);
    ifb_jw_real(w, "lo", m->lo);
    ifb_jw_real(w, "hi", m->hi);
    ifb_jw_real(w, "se", m->se);
    ifb_jw_end(w);
}

static void put_tokens(struct ifb_jw *w, int64_t in, int64_t out)
{
    ifb_jw_object(w, "tokens");
    ifb_jw_int(w, "in", in);
    ifb_jw_int(w, "out", out);
    ifb_jw_end(w);
}

static void put_spread(struct ifb_jw *w, const char *key, struct ifb_spread s)
{
    ifb_jw_object(w, key);
    ifb_jw_real(w, "p50", s.p50);
    ifb_jw_real(w, "p95", s.p95);
    ifb_jw_real(w, "p99", s.p99);
}

static void put_pace(struct ifb_jw *w, const struct ifb_cell_summary *c)
{
    ifb_jw_int(w, "streamed", c->streamed);
    put_spread(w, "ttft_ms", c->ttft_ms);
    ifb_jw_end(w);
    put_spread(w, "itl_ms", c->itl_ms);
    ifb_jw_real(w, "max", c->itl_max_ms);
    ifb_jw_end(w);
}

static void put_speed(struct ifb_jw *w, const struct ifb_speed *s)
{
    if (s->seconds <= 0) {
        ifb_jw_null(w, "speed");
        return;
    }
    ifb_jw_object(w, "speed");
    ifb_jw_real(w, "seconds", s->seconds);
    ifb_jw_int(w, "answers", s->answers);
    ifb_jw_int(w, "tokens_out", s->tokens_out);
    ifb_jw_real(w, "prompts_per_s", (double)s->answers / s->seconds);
    ifb_jw_real(w, "tokens_per_s", (double)s->tokens_out / s->seconds);
    ifb_jw_end(w);
}

static void put_shard(struct ifb_jw *w, const struct ifb_shard *s)
{
    ifb_jw_object(w, "shard");
    ifb_jw_int(w, "index", s->index);
    ifb_jw_int(w, "of", s->of);
    ifb_jw_end(w);
}

static void put_cell(struct ifb_jw *w, const struct ifb_cell_summary *c)
{
    ifb_jw_object(w, NULL);
    ifb_jw_str(w, "suite", c->suite);
    ifb_jw_str(w, "model", c->model);
    ifb_jw_counts(w, &c->counts);
    put_tokens(w, c->tokens_in, c->tokens_out);
    put_spread(w, "latency_ms", (struct ifb_spread){ c->latency_p50_ms, c->latency_p95_ms,
                                                     c->latency_p99_ms });
    ifb_jw_end(w);
    if (c->streamed)
        put_pace(w, c);
    ifb_jw_int(w, "failed_calls", c->failed_calls);
    ifb_jw_int(w, "incomplete", c->incomplete);
    ifb_jw_int(w, "reasoning_removed", c->reasoning_removed);
    ifb_jw_int(w, "cached", c->cached);
    ifb_jw_real(w, "cost_usd", c->cost_usd);
    ifb_jw_cstr(w, "missing", c->missing_fails ? "fail" : "unscored");
    ifb_jw_end(w);
}

static double share(int64_t hits, int64_t n)
{
    return n > 0 ? (double)hits / (double)n : (double)NAN;
}

static void put_group(struct ifb_jw *w, const struct ifb_group_row *g)
{
    ifb_jw_object(w, NULL);
    ifb_jw_str(w, "suite", g->suite);
    ifb_jw_str(w, "model", g->model);
    ifb_jw_str(w, "kind", g->kind);
    ifb_jw_str(w, "name", g->name);
    ifb_jw_int(w, "n", g->n);
    ifb_jw_int(w, "strict_pass", g->strict_pass);
    ifb_jw_int(w, "loose_pass", g->loose_pass);
    ifb_jw_real(w, "strict_acc", share(g->strict_pass, g->n - g->unscored));
    ifb_jw_real(w, "loose_acc", share(g->loose_pass, g->n - g->unscored));
    ifb_jw_int(w, "errors", g->errors);
    ifb_jw_int(w, "unscored", g->unscored);
    ifb_jw_end(w);
}

static void put_lists(struct ifb_jw *w, const struct ifb_summary *s)
{
    int64_t in, out;

    ifb_jw_array(w, "metrics");
    for (size_t i = 0; i < s->nmetrics; i++)
        put_metric(w, &s->metrics[i]);
    ifb_jw_end(w);
    ifb_jw_counts(w, &s->counts);
    ifb_tokens_of(s, &in, &out);
    put_tokens(w, in, out);
    ifb_jw_array(w, "cells");
    for (size_t i = 0; i < s->ncells; i++)
        put_cell(w, &s->cells[i]);
    ifb_jw_end(w);
    ifb_jw_array(w, "groups");
    for (size_t i = 0; i < s->ngroups; i++)
        put_group(w, &s->groups[i]);
    ifb_jw_end(w);
    ifb_jw_array(w, "warnings");
    for (size_t i = 0; i < s->nwarnings; i++)
        ifb_jw_str(w, NULL, s->warnings[i]);
    ifb_jw_end(w);
}

static enum ifb_code write_json(const struct ifb_summary *s, struct ifb_samples *samples,
                                const struct ifb_sink *sink, struct ifb_error *err)
{
    enum ifb_code code = IFB_OK;
    struct ifb_buf buf;
    struct ifb_jw w;

    (void)samples;
    ifb_buf_init(&buf, SUMMARY_MAX);
    ifb_jw_open(&w, &buf);
    w.pretty = true;
    ifb_jw_object(&w, NULL);
    ifb_jw_cstr(&w, "schema", "ifbench.summary/1");
    ifb_jw_str(&w, "version", s->version);
    ifb_jw_str(&w, "run", s->run);
    ifb_jw_str(&w, "started", s->started);
    ifb_jw_real(&w, "seconds", s->seconds);
    put_speed(&w, &s->speed);
    ifb_jw_bool(&w, "complete", s->complete);
    if (s->shard.of)
        put_shard(&w, &s->shard);
    ifb_jw_str(&w, "punkt", s->punkt);
    put_lists(&w, s);
    ifb_jw_end(&w);
    ifb_buf_char(&buf, '\n');
    if (buf.full)
        code = ifb_fail(err, IFB_ELIMIT, "summary.json would be larger than 256 MiB");
    else
        sink->append(sink->self, buf.ptr, buf.len);
    ifb_buf_close(&buf);
    return code;
}

const struct ifb_report ifb_report_json = {
    .id = "json", .file = "summary.json", .by_default = true, .write = write_json,
    .doc = "scores with intervals, counts, tokens and latency for programs",
};
