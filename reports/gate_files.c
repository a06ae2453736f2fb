/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A gate's verdict for programs: JUnit XML as CI systems read it, and JSON, schema
 * "ifbench.gate/1":
 *
 *   verdict     "pass", "inconclusive" or "fail"
 *   baseline    path or null; candidate, policy: paths
 *   sequential  {settled, order_seed, items_looked_at, items, calls_made, calls}, of a gate
 *               that was looked at while the run was asked
 *   checks      [{verdict, rule, line, suite, model, subject, value, limit, bound,
 *               confidence, need, why}]; numbers are null where there are none
 *   items       [{suite, model, items, fixed [id], regressed [id]}], with a baseline
 *
 * In JUnit a rule that fails is a <failure>, one that is inconclusive an <error>.
 */
#include <ifbench/gate.h>

#include <math.h>

#include "harness/base/arena.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "reports/gate.h"
#include "reports/grid.h"

#define JSON_MAX ((size_t)256 << 20)

/* ---- JUnit ---- */

/*
 * XML 1.0 has no U+FFFE and U+FFFF, not even as references; control characters are made
 * visible by the escape.
 */
static void put_attr(struct ifb_pen *p, const char *name, ifb_str value)
{
    size_t from = 0;

    ifb_pen_fmt(p, " %s=\"", name);
    for (size_t i = 0; i + 2 < value.len; i++)
        if (memcmp(value.ptr + i, "\xef\xbf\xbe", 3) == 0 ||
            memcmp(value.ptr + i, "\xef\xbf\xbf", 3) == 0) {
            ifb_escape_attr(p, ifb_str_part(value, from, i));
            ifb_pen_cstr(p, "\xef\xbf\xbd");
            from = i + 3;
            i += 2;
        }
    ifb_escape_attr(p, ifb_str_from(value, from));
    ifb_pen_cstr(p, "\"");
}

static size_t count(const struct ifb_gate *g, enum ifb_gate_verdict v)
{
    size_t n = 0;

    for (size_t i = 0; i < g->n; i++)
        n += g->checks[i].verdict == v;
    return n;
}

static void put_totals(struct ifb_pen *p, const struct ifb_gate *g)
{
    ifb_pen_fmt(p, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\"", g->n,
                count(g, IFB_GATE_FAIL), count(g, IFB_GATE_INCONCLUSIVE));
}

static void put_case(struct ifb_pen *p, const struct ifb_gate *g, const struct ifb_gate_check *c,
                     struct ifb_arena *arena)
{
    ifb_str where = c->suite.len ? ifb_fmt(arena, "ifbench.gate.%.*s", IFB_ARG(c->suite))
                                 : IFB_STR("ifbench.gate");
    const char *tag = c->verdict == IFB_GATE_FAIL ? "failure" : "error";

    ifb_pen_cstr(p, "    <testcase");
    put_attr(p, "classname", where);
    put_attr(p, "name", ifb_gate_where(g, c, arena));
    ifb_pen_cstr(p, " time=\"0\"");
    if (c->verdict == IFB_GATE_PASS) {
        ifb_pen_cstr(p, "/>\n");
        return;
    }
    ifb_pen_fmt(p, ">\n      <%s", tag);
    put_attr(p, "type", ifb_str_of(ifb_gate_verdict_name(c->verdict)));
    put_attr(p, "message", c->why);
    ifb_pen_cstr(p, "/>\n    </testcase>\n");
}

static void write_junit(const struct ifb_gate *g, const struct ifb_sink *sink)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_pen pen;

    ifb_pen_open(&pen, sink);
    ifb_pen_cstr(&pen, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                       "<testsuites name=\"ifbench gate\"");
    put_totals(&pen, g);
    ifb_pen_cstr(&pen, " time=\"0\">\n  <testsuite");
    put_attr(&pen, "name", g->policy);
    put_totals(&pen, g);
    ifb_pen_cstr(&pen, " skipped=\"0\" time=\"0\">\n    <properties>\n"
                       "      <property name=\"candidate\"");
    put_attr(&pen, "value", g->cand);
    ifb_pen_cstr(&pen, "/>\n      <property name=\"baseline\"");
    put_attr(&pen, "value", g->base);
    if (g->sequel)
        ifb_pen_fmt(&pen, "/>\n      <property name=\"items\" value=\"%lld of %lld\"",
                    (long long)g->sequel->looked, (long long)g->sequel->items);
    ifb_pen_cstr(&pen, "/>\n    </properties>\n");
    for (size_t i = 0; i < g->n; i++)
        put_case(&pen, g, &g->checks[i], arena);
    ifb_pen_cstr(&pen, "  </testsuite>\n</testsuites>\n");
    ifb_pen_flush(&pen);
    ifb_arena_close(arena);
}

/* ---- JSON ---- */

static void put_check(struct ifb_jw *w, const struct ifb_gate_check *c)
{
    ifb_jw_object(w, NULL);
    ifb_jw_cstr(w, "verdict", ifb_gate_verdict_name(c->verdict));
    ifb_jw_str(w, "rule", c->rule);
    ifb_jw_int(w, "line", c->line);
    ifb_jw_str(w, "suite", c->suite);
    ifb_jw_str(w, "model", c->model);
    ifb_jw_str(w, "subject", c->subject);
    ifb_jw_real(w, "value", c->value);
    ifb_jw_real(w, "limit", c->limit);
    ifb_jw_real(w, "bound", c->bound);
    ifb_jw_real(w, "confidence", c->confidence > 0 ? c->confidence : (double)NAN);
    ifb_jw_real(w, "need", c->need);
    ifb_jw_str(w, "why", c->why);
    ifb_jw_end(w);
}

static void put_ids(struct ifb_jw *w, const char *key, const struct ifb_compare_item *at, size_t n)
{
    ifb_jw_array(w, key);
    for (size_t i = 0; i < n; i++)
        ifb_jw_str(w, NULL, at[i].id);
    ifb_jw_end(w);
}

static void put_items(struct ifb_jw *w, const struct ifb_comparison *c)
{
    ifb_jw_array(w, "items");
    for (size_t i = 0; i < c->ncells; i++) {
        ifb_jw_object(w, NULL);
        ifb_jw_str(w, "suite", c->cells[i].suite);
        ifb_jw_str(w, "model", c->cells[i].cand_model);
        ifb_jw_int(w, "items", (int64_t)c->cells[i].items);
        put_ids(w, "fixed", c->cells[i].fixed, c->cells[i].nfixed);
        put_ids(w, "regressed", c->cells[i].regressed, c->cells[i].nregressed);
        ifb_jw_end(w);
    }
    ifb_jw_end(w);
}

static void put_sequel(struct ifb_jw *w, const struct ifb_gate_sequel *s)
{
    ifb_jw_object(w, "sequential");
    ifb_jw_bool(w, "settled", s->settled);
    ifb_jw_int(w, "order_seed", (int64_t)s->seed);
    ifb_jw_int(w, "items_looked_at", s->looked);
    ifb_jw_int(w, "items", s->items);
    ifb_jw_int(w, "calls_made", s->asked);
    ifb_jw_int(w, "calls", s->calls);
    ifb_jw_end(w);
}

static void write_json(const struct ifb_gate *g, const struct ifb_sink *sink)
{
    struct ifb_buf buf;
    struct ifb_jw w;

    ifb_buf_init(&buf, JSON_MAX);
    ifb_jw_open(&w, &buf);
    w.pretty = true;
    ifb_jw_object(&w, NULL);
    ifb_jw_cstr(&w, "schema", "ifbench.gate/1");
    ifb_jw_cstr(&w, "verdict", ifb_gate_verdict_name(g->verdict));
    ifb_jw_str(&w, "baseline", g->base);
    ifb_jw_str(&w, "candidate", g->cand);
    ifb_jw_str(&w, "policy", g->policy);
    if (g->sequel)
        put_sequel(&w, g->sequel);
    ifb_jw_array(&w, "checks");
    for (size_t i = 0; i < g->n; i++)
        put_check(&w, &g->checks[i]);
    ifb_jw_end(&w);
    if (g->comparison)
        put_items(&w, g->comparison);
    ifb_jw_end(&w);
    ifb_buf_char(&buf, '\n');
    sink->append(sink->self, buf.ptr, buf.len);
    ifb_buf_close(&buf);
}

const struct ifb_gate_report ifb_gate_junit = {
    .id = "junit", .write = write_junit, .doc = "XML that CI systems show",
};
const struct ifb_gate_report ifb_gate_json = {
    .id = "json", .write = write_json, .doc = "everything, for programs",
};

const struct ifb_gate_report *ifb_gate_report_find(ifb_str id)
{
    static const struct ifb_gate_report *const all[] = { &ifb_gate_term, &ifb_gate_markdown,
                                                         &ifb_gate_github, &ifb_gate_junit,
                                                         &ifb_gate_json };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        if (ifb_str_is(id, all[i]->id))
            return all[i];
    return NULL;
}
