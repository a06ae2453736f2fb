/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A comparison for programs, schema "ifbench.compare/1":
 *
 *   comparisons  [{base, candidate, level, notes [text], suites [...], rows [...]}]
 *   suites       [{suite, base_model, candidate_model, items, base_only, candidate_only,
 *                changed, newly_unscored, fixed [item], regressed [item], same_pass [id],
 *                same_fail [id], unscored [id]}]
 *   item         {id, base, candidate: share of epochs that hold, lost [id], won [id]}
 *   rows         [{suite, kind: metric, family, group or instruction, name, unit,
 *                higher_is_better, base, candidate, change, lo, hi, se, n: pairs, better,
 *                worse, test, p, p_holm, cohen_h, odds_ratio: better / worse}]
 *                numbers are null where there are no pairs
 */
#include <ifbench/compare.h>

#include <math.h>

#include "harness/base/json.h"
#include "harness/base/str.h"
#include "reports/compare.h"

#define JSON_MAX ((size_t)256 << 20)

static void put_ids(struct ifb_jw *w, const char *key, struct ifb_strs ids)
{
    ifb_jw_array(w, key);
    for (size_t i = 0; i < ids.n; i++)
        ifb_jw_str(w, NULL, ids.at[i]);
    ifb_jw_end(w);
}

static void put_items(struct ifb_jw *w, const char *key, const struct ifb_compare_item *at,
                      size_t n)
{
    ifb_jw_array(w, key);
    for (size_t i = 0; i < n; i++) {
        ifb_jw_object(w, NULL);
        ifb_jw_str(w, "id", at[i].id);
        ifb_jw_real(w, "base", at[i].base);
        ifb_jw_real(w, "candidate", at[i].cand);
        put_ids(w, "lost", at[i].lost);
        put_ids(w, "won", at[i].won);
        ifb_jw_end(w);
    }
    ifb_jw_end(w);
}

static void put_cell(struct ifb_jw *w, const struct ifb_compare_cell *c)
{
    ifb_jw_object(w, NULL);
    ifb_jw_str(w, "suite", c->suite);
    ifb_jw_str(w, "base_model", c->base_model);
    ifb_jw_str(w, "candidate_model", c->cand_model);
    ifb_jw_int(w, "items", (int64_t)c->items);
    ifb_jw_int(w, "base_only", (int64_t)c->base_only);
    ifb_jw_int(w, "candidate_only", (int64_t)c->cand_only);
    ifb_jw_int(w, "changed", (int64_t)c->changed);
    ifb_jw_int(w, "newly_unscored", (int64_t)c->newly_unscored);
    put_items(w, "fixed", c->fixed, c->nfixed);
    put_items(w, "regressed", c->regressed, c->nregressed);
    put_ids(w, "same_pass", c->same_pass);
    put_ids(w, "same_fail", c->same_fail);
    put_ids(w, "unscored", c->unscored);
    ifb_jw_end(w);
}

static void put_row(struct ifb_jw *w, const struct ifb_compare_row *r)
{
    double worse = (double)r->pair.regressed;

    ifb_jw_object(w, NULL);
    ifb_jw_str(w, "suite", r->suite);
    ifb_jw_str(w, "kind", r->kind);
    ifb_jw_str(w, "name", r->name);
    ifb_jw_str(w, "unit", r->unit);
    ifb_jw_bool(w, "higher_is_better", r->higher_is_better);
    ifb_jw_real(w, "base", r->base);
    ifb_jw_real(w, "candidate", r->cand);
    ifb_jw_real(w, "change", r->cand - r->base);
    ifb_jw_real(w, "lo", r->interval.lo);
    ifb_jw_real(w, "hi", r->interval.hi);
    if (r->paired) {
        ifb_jw_real(w, "se", r->pair.se);
        ifb_jw_int(w, "n", r->pair.n);
        ifb_jw_int(w, "better", r->pair.fixed);
        ifb_jw_int(w, "worse", r->pair.regressed);
        ifb_jw_cstr(w, "test", r->test);
        ifb_jw_real(w, "p", r->p);
        ifb_jw_real(w, "p_holm", r->p_holm);
        ifb_jw_real(w, "cohen_h", r->cohen_h);
        ifb_jw_real(w, "odds_ratio", worse > 0 ? (double)r->pair.fixed / worse : (double)NAN);
    }
    ifb_jw_end(w);
}

static void put_comparison(struct ifb_jw *w, const struct ifb_comparison *c)
{
    ifb_jw_object(w, NULL);
    ifb_jw_str(w, "base", c->base);
    ifb_jw_str(w, "candidate", c->cand);
    ifb_jw_real(w, "level", c->level);
    put_ids(w, "notes", (struct ifb_strs){ c->notes, c->nnotes });
    ifb_jw_array(w, "suites");
    for (size_t i = 0; i < c->ncells; i++)
        put_cell(w, &c->cells[i]);
    ifb_jw_end(w);
    ifb_jw_array(w, "rows");
    for (size_t i = 0; i < c->nrows; i++)
        put_row(w, &c->rows[i]);
    ifb_jw_end(w);
    ifb_jw_end(w);
}

static void write_json(const struct ifb_comparison *at, size_t n, size_t most,
                       const struct ifb_sink *sink)
{
    struct ifb_buf buf;
    struct ifb_jw w;

    (void)most;
    ifb_buf_init(&buf, JSON_MAX);
    ifb_jw_open(&w, &buf);
    w.pretty = true;
    ifb_jw_object(&w, NULL);
    ifb_jw_cstr(&w, "schema", "ifbench.compare/1");
    ifb_jw_array(&w, "comparisons");
    for (size_t i = 0; i < n; i++)
        put_comparison(&w, &at[i]);
    ifb_jw_end(&w);
    ifb_jw_end(&w);
    ifb_buf_char(&buf, '\n');
    sink->append(sink->self, buf.ptr, buf.len);
    ifb_buf_close(&buf);
}

const struct ifb_compare_report ifb_compare_json = {
    .id = "json", .write = write_json, .doc = "everything, for programs",
};

const struct ifb_compare_report *ifb_compare_report_find(ifb_str id)
{
    static const struct ifb_compare_report *const all[] = { &ifb_compare_term,
                                                            &ifb_compare_markdown,
                                                            &ifb_compare_json,
                                                            &ifb_compare_html };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        if (ifb_str_is(id, all[i]->id))
            return all[i];
    return NULL;
}
