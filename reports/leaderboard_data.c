/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers of a leaderboard for machines: leaderboard.csv and leaderboard.json. */
#include "reports/leaderboard.h"

#include <math.h>

#include "harness/base/json.h"
#include "reports/say.h"

#define JSON_MAX ((size_t)512 << 20)

/* ---- CSV ---- */

static void put_text(struct ifb_pen *p, ifb_str s)
{
    ifb_escape_csv(p, s);
    ifb_pen_cstr(p, ",");
}

static void put_real(struct ifb_pen *p, double x)
{
    ifb_pen_fmt(p, "%s,", isnan(x) ? "" : ifb_say_real(x, 6).text);
}

static void put_rank(struct ifb_pen *p, size_t rank)
{
    if (rank)
        ifb_pen_fmt(p, "%zu", rank);
    ifb_pen_cstr(p, ",");
}

static void put_row(struct ifb_pen *p, const struct ifb_board_suite *s,
                    const struct ifb_board_entry *e)
{
    const struct ifb_counts *c = &e->cell->counts;

    put_text(p, s->name);
    put_text(p, s->metric);
    put_rank(p, e->rank);
    put_rank(p, e->rank_lo);
    put_rank(p, e->rank_hi);
    put_text(p, e->model);
    put_real(p, e->value.value);
    put_real(p, e->value.lo);
    put_real(p, e->value.hi);
    ifb_pen_fmt(p, "%lld,%zu,%zu,", (long long)e->value.n, e->used, e->items);
    put_real(p, e->length);
    ifb_pen_fmt(p, "%s,%lld,%lld,%lld,%lld,%lld,", e->length_unit, (long long)c->passed,
                (long long)c->failed, (long long)c->errors, (long long)c->unscored,
                (long long)c->pending);
    ifb_pen_fmt(p, "%s,", e->complete ? "true" : "false");
    put_text(p, e->run);
    put_text(p, e->started);
    ifb_escape_csv(p, e->version);
    ifb_pen_cstr(p, "\r\n");
}

bool ifb_board_write_csv(const struct ifb_leaderboard *b, const struct ifb_board_page *page,
                         const struct ifb_sink *sink)
{
    struct ifb_pen pen;

    (void)page;
    ifb_pen_open(&pen, sink);
    ifb_pen_cstr(&pen, "suite,metric,rank,rank_lo,rank_hi,model,value,lo,hi,n,items_used,items,"
                 "mean_length,length_unit,passed,failed,errors,unscored,pending,complete,run,"
                 "started,version\r\n");
    for (size_t i = 0; i < b->nsuites; i++)
        for (size_t k = 0; k < b->suites[i].n; k++)
            put_row(&pen, &b->suites[i], &b->suites[i].entries[k]);
    ifb_pen_flush(&pen);
    return true;
}

/* ---- JSON ---- */

static void add_rank(struct ifb_jw *w, const char *key, size_t rank)
{
    if (rank)
        ifb_jw_int(w, key, (int64_t)rank);
    else
        ifb_jw_null(w, key);
}

static void add_place(struct ifb_jw *w, const struct ifb_board_entry *e)
{
    add_rank(w, "rank", e->rank);
    add_rank(w, "rank_lo", e->rank_lo);
    add_rank(w, "rank_hi", e->rank_hi);
    ifb_jw_real(w, "value", e->value.value);
    ifb_jw_real(w, "lo", e->value.lo);
    ifb_jw_real(w, "hi", e->value.hi);
    if (e->value.hits >= 0)
        ifb_jw_int(w, "hits", e->value.hits);
    ifb_jw_int(w, "n", e->value.n);
    ifb_jw_int(w, "items_used", (int64_t)e->used);
    ifb_jw_int(w, "items", (int64_t)e->items);
    if (!isnan(e->length)) {
        ifb_jw_real(w, "mean_length", e->length);
        ifb_jw_cstr(w, "length_unit", e->length_unit);
    }
}

static void add_entry(struct ifb_jw *w, const struct ifb_leaderboard *b,
                      const struct ifb_board_suite *s, const struct ifb_board_entry *e)
{
    ifb_jw_object(w, NULL);
    ifb_jw_str(w, "model", e->model);
    ifb_jw_str(w, "page", b->pages[e->page].file);
    add_place(w, e);
    ifb_jw_counts(w, &e->cell->counts);
    ifb_jw_array(w, "held");
    for (size_t c = 0; c < s->nconstraints; c++) {
        ifb_jw_array(w, NULL);
        ifb_jw_int(w, NULL, e->shares[c].hits);
        ifb_jw_int(w, NULL, e->shares[c].n);
        ifb_jw_end(w);
    }
    ifb_jw_end(w);
    ifb_jw_bool(w, "complete", e->complete);
    ifb_jw_str(w, "run", e->run);
    ifb_jw_str(w, "started", e->started);
    ifb_jw_str(w, "version", e->version);
    ifb_jw_str(w, "punkt", e->punkt);
    ifb_jw_end(w);
    ifb_buf_char(w->out, '\n');
}

/* `a` and `b` are places in "entries"; the difference is that of b minus a. */
static void add_pair(struct ifb_jw *w, const struct ifb_board_pair *p, size_t i, size_t j)
{
    ifb_jw_object(w, NULL);
    ifb_jw_int(w, "a", (int64_t)i);
    ifb_jw_int(w, "b", (int64_t)j);
    ifb_jw_real(w, "difference", p->pair.difference);
    if (p->paired) {
        ifb_jw_real(w, "lo", p->interval.lo);
        ifb_jw_real(w, "hi", p->interval.hi);
        ifb_jw_int(w, "n", p->pair.n);
        ifb_jw_int(w, "b_higher", p->pair.fixed);
        ifb_jw_int(w, "a_higher", p->pair.regressed);
        ifb_jw_cstr(w, "test", p->test);
        ifb_jw_real(w, "p", p->p);
        ifb_jw_real(w, "p_holm", p->p_holm);
    }
    ifb_jw_end(w);
    ifb_buf_char(w->out, '\n');
}

static void add_strs(struct ifb_jw *w, const char *key, const ifb_str *at, size_t n)
{
    ifb_jw_array(w, key);
    for (size_t i = 0; i < n; i++)
        ifb_jw_str(w, NULL, at[i]);
    ifb_jw_end(w);
}

static void add_suite(struct ifb_jw *w, const struct ifb_leaderboard *b,
                      const struct ifb_board_suite *s)
{
    ifb_jw_object(w, NULL);
    ifb_jw_str(w, "suite", s->name);
    ifb_jw_str(w, "page", b->pages[s->page].file);
    ifb_jw_str(w, "metric", s->metric);
    ifb_jw_bool(w, "higher_is_better", s->higher_is_better);
    ifb_jw_int(w, "items_used", (int64_t)s->used);
    add_strs(w, "notes", s->notes, s->nnotes);
    add_strs(w, "constraints", s->constraints, s->nconstraints);
    ifb_jw_array(w, "entries");
    for (size_t i = 0; i < s->n; i++)
        add_entry(w, b, s, &s->entries[i]);
    ifb_jw_end(w);
    ifb_jw_array(w, "pairs");
    for (size_t i = 0; i < s->n; i++)
        for (size_t j = i + 1; j < s->n; j++)
            add_pair(w, ifb_board_pair_at(s, i, j), i, j);
    ifb_jw_end(w);
    ifb_jw_end(w);
}

static void add_board(struct ifb_jw *w, const struct ifb_leaderboard *b)
{
    ifb_jw_object(w, NULL);
    ifb_jw_cstr(w, "schema", "ifbench.leaderboard/1");
    ifb_jw_str(w, "version", b->version);
    ifb_jw_int(w, "seed", (int64_t)b->seed);
    ifb_jw_int(w, "rounds", IFB_BOARD_ROUNDS);
    ifb_jw_real(w, "level", IFB_BOARD_LEVEL);
    ifb_jw_str(w, "first_run", b->first);
    ifb_jw_str(w, "last_run", b->last);
    ifb_jw_array(w, "files");
    for (size_t i = 0; i < b->npages; i++)
        ifb_jw_str(w, NULL, b->pages[i].file);
    ifb_jw_end(w);
    add_strs(w, "left_out", b->left_out, b->nleft_out);
    ifb_jw_array(w, "suites");
    for (size_t i = 0; i < b->nsuites; i++)
        add_suite(w, b, &b->suites[i]);
    ifb_jw_end(w);
    ifb_jw_end(w);
}

bool ifb_board_write_json(const struct ifb_leaderboard *b, const struct ifb_board_page *page,
                          const struct ifb_sink *sink)
{
    struct ifb_buf buf;
    struct ifb_jw w;
    struct ifb_pen pen;
    bool fits;

    (void)page;
    ifb_buf_init(&buf, JSON_MAX);
    ifb_jw_open(&w, &buf);
    add_board(&w, b);
    ifb_pen_open(&pen, sink);
    ifb_pen_str(&pen, ifb_buf_view(&buf));
    ifb_pen_cstr(&pen, "\n");
    ifb_pen_flush(&pen);
    fits = !buf.full;
    ifb_buf_close(&buf);
    return fits;
}
