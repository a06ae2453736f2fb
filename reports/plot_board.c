/* SPDX-License-Identifier: Apache-2.0 */
/* Which plots a leaderboard has: of each suite its runs, best first, and as time went on. */
#include "reports/plot.h"

#include <math.h>
#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/clock.h"
#include "harness/base/str.h"
#include "reports/leaderboard.h"
#include "reports/say.h"

#define BARS_MOST 40
#define HEAT_MOST 24
#define SIDE_MOST 7     /* that colours and shapes tell apart */
#define AXES_LEAST 3
#define LEVEL 0.95

struct board {
    struct ifb_plotter *plotter;
    struct ifb_arena *arena;
    const struct ifb_board_suite *suite;
    ifb_str stem;
    ifb_str *names;  /* of the entries: the model, with its run where it has several */
    size_t at;       /* the suite */
};

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static double share_of(const struct ifb_board_entry *e, double x)
{
    double share = ifb_share_of(&e->value, x);

    return isfinite(ifb_share_of(&e->value, 1)) ? share : x;
}

static struct ifb_chart *chart_new(const struct board *b, enum ifb_chart_kind kind,
                                   const char *name, const char *title, size_t nrows,
                                   size_t nseries)
{
    struct ifb_chart *c = ifb_chart_new(b->arena, kind, nrows, nseries);

    c->share = true;
    c->name = ifb_fmt(b->arena, "%.*s-%s", IFB_ARG(b->stem), name);
    c->title = ifb_fmt(b->arena, "%.*s: %s", IFB_ARG(b->suite->name), title);
    c->series = b->names;
    c->series_head = "model";
    c->suite = b->at;
    return c;
}

static void set_value(struct ifb_chart_cell *cell, const struct ifb_board_entry *e)
{
    cell->value = share_of(e, e->value.value);
    cell->lo = share_of(e, e->value.lo);
    cell->hi = share_of(e, e->value.hi);
    cell->n = e->value.n;
}

static bool is_share(const struct board *b)
{
    return isfinite(ifb_share_of(&b->suite->entries[0].value, 1));
}

static ifb_str value_label(const struct board *b)
{
    return ifb_fmt(b->arena, "%.*s (%.*s)", IFB_ARG(b->suite->metric),
                   IFB_ARG(is_share(b) ? IFB_STR("%") : b->suite->entries[0].value.unit));
}

static void add_cut(const struct board *b, struct ifb_chart *c, size_t shown)
{
    if (shown < b->suite->n)
        c->caption = ifb_fmt(b->arena, "%.*s The first %zu of %zu.", IFB_ARG(c->caption), shown,
                             b->suite->n);
    ifb_plotter_add(b->plotter, c);
}

/* ---- values ---- */

static void add_values(const struct board *b)
{
    size_t n = least(b->suite->n, BARS_MOST);
    struct ifb_chart *c;

    if (n < 2) {
        ifb_plotter_leave(b->plotter, "values", b->suite->name, "one run");
        return;
    }
    c = chart_new(b, IFB_CHART_BARS, "values", "values, best first", n, 1);
    c->share = is_share(b);
    c->y_label = value_label(b);
    c->rows = b->names;
    c->row_head = "model";
    c->series = &b->suite->metric;
    c->series_head = "metric";
    for (size_t i = 0; i < n; i++)
        set_value(ifb_chart_at(c, i, 0), &b->suite->entries[i]);
    c->caption = IFB_STR("Bars: the metric that ranks; whiskers: each run\xe2\x80\x99s 95 % "
                         "interval. n is in the table.");
    add_cut(b, c, n);
}

/* ---- constraints and their families ---- */

static void set_share(struct ifb_chart_cell *cell, int64_t hits, int64_t n)
{
    struct ifb_interval i = ifb_wilson(hits, n, LEVEL);

    cell->n = n;
    if (n <= 0)
        return;
    cell->value = (double)hits / (double)n;
    cell->lo = i.lo;
    cell->hi = i.hi;
}

static void add_constraints(const struct board *b)
{
    size_t n = least(b->suite->n, HEAT_MOST);
    struct ifb_chart *c;

    if (n < 2 || b->suite->nconstraints < 2)
        return;  /* `values` has said so, or the suite has no constraints */
    c = chart_new(b, IFB_CHART_HEAT, "constraints", "constraints followed, %",
                  b->suite->nconstraints, n);
    c->rows = b->suite->constraints;
    c->row_head = "constraint";
    for (size_t r = 0; r < c->nrows; r++)
        for (size_t i = 0; i < n; i++) {
            const struct ifb_board_share *s = &b->suite->entries[i].shares[r];

            set_share(ifb_chart_at(c, r, i), s->hits, s->n);
        }
    c->caption = IFB_STR("How many percent of the constraints of each kind were followed strictly; "
                         "grey: none was scored. Wilson\xe2\x80\x99s 95 % intervals and n are in "
                         "the table.");
    add_cut(b, c, n);
}

static ifb_str family_of(ifb_str constraint)
{
    ifb_str rest = constraint, family;

    return ifb_str_chop(&rest, ':', &family) ? family : constraint;
}

/* Constraints are by name, so that those of a family stand together. */
static ifb_str *families_of(const struct board *b, size_t *n)
{
    ifb_str *at = ifb_new(b->arena, ifb_str, b->suite->nconstraints);

    *n = 0;
    for (size_t i = 0; i < b->suite->nconstraints; i++) {
        ifb_str family = family_of(b->suite->constraints[i]);

        if (!*n || !ifb_str_eq(at[*n - 1], family))
            at[(*n)++] = family;
    }
    return at;
}

static void set_family(struct ifb_chart_cell *cell, const struct board *b, ifb_str family,
                       const struct ifb_board_entry *e)
{
    int64_t hits = 0, n = 0;

    for (size_t i = 0; i < b->suite->nconstraints; i++)
        if (ifb_str_eq(family_of(b->suite->constraints[i]), family)) {
            hits += e->shares[i].hits;
            n += e->shares[i].n;
        }
    set_share(cell, hits, n);
}

static void add_categories(const struct board *b)
{
    size_t nfamilies, n = least(b->suite->n, SIDE_MOST);
    ifb_str *families = families_of(b, &nfamilies);
    struct ifb_chart *c;

    if (nfamilies < AXES_LEAST || nfamilies > BARS_MOST) {
        ifb_plotter_leave(b->plotter, "categories", b->suite->name, "%zu of them, wanted %d to %d",
                          nfamilies, AXES_LEAST, BARS_MOST);
        return;
    }
    c = chart_new(b, IFB_CHART_SPIDER, "categories", "by category", nfamilies, n);
    c->rows = families;
    c->row_head = "family";
    for (size_t r = 0; r < nfamilies; r++)
        for (size_t i = 0; i < n; i++)
            set_family(ifb_chart_at(c, r, i), b, families[r], &b->suite->entries[i]);
    ifb_chart_trim(c, b->arena);
    if (c->nrows < AXES_LEAST) {
        ifb_plotter_leave(b->plotter, "categories", b->suite->name, "%zu have scores, wanted %d",
                          c->nrows, AXES_LEAST);
        return;
    }
    c->caption = IFB_STR("Constraints followed strictly in each family, in percent, from 0 in the "
                         "middle. Wilson\xe2\x80\x99s 95 % intervals and n are in the table.");
    add_cut(b, c, n);
}

/* ---- length against score ---- */

static bool has_length(const struct ifb_board_entry *e, const char *unit)
{
    return isfinite(e->length) && e->length > 0 && isfinite(e->value.value) &&
           strcmp(e->length_unit, unit) == 0;
}

static const char *unit_of(const struct board *b)
{
    for (size_t i = 0; i < b->suite->n; i++)
        if (isfinite(b->suite->entries[i].length))
            return b->suite->entries[i].length_unit;
    return "";
}

static void fill_length(const struct board *b, struct ifb_chart *c, const char *unit)
{
    ifb_str *names = ifb_new(b->arena, ifb_str, c->nseries);
    ifb_str *places = ifb_new(b->arena, ifb_str, c->nseries);
    size_t at = 0;

    for (size_t i = 0; i < b->suite->n && at < c->nseries; i++) {
        const struct ifb_board_entry *e = &b->suite->entries[i];

        if (!has_length(e, unit))
            continue;
        names[at] = b->names[i];
        places[at] = ifb_fmt(b->arena, "%zu", i + 1);
        ifb_chart_at(c, 0, at)->x = e->length;
        set_value(ifb_chart_at(c, 0, at++), e);
    }
    c->series = names;
    c->points = c->nseries > SIDE_MOST ? places : NULL;
}

static void add_length(const struct board *b)
{
    const char *unit = unit_of(b);
    struct ifb_chart *c;
    size_t n = 0;

    for (size_t i = 0; i < b->suite->n; i++)
        n += has_length(&b->suite->entries[i], unit);
    if (n < 2) {
        ifb_plotter_leave(b->plotter, "length", b->suite->name, "%zu runs have one, wanted 2", n);
        return;
    }
    c = chart_new(b, IFB_CHART_POINTS, "length", "length against score", 1, least(n, BARS_MOST));
    c->share = is_share(b);
    c->x = IFB_X_PLAIN;
    c->x_head = "mean length";
    c->x_label = ifb_fmt(b->arena, "mean length of an answer (%s)", unit);
    c->y_label = value_label(b);
    fill_length(b, c, unit);
    c->caption = c->points ? IFB_STR("A point a run, with its place in the ranking; whiskers: its "
                                     "95 % interval. n is in the table.")
                           : IFB_STR("A point a run; whiskers: its 95 % interval. n is in the "
                                     "table.");
    add_cut(b, c, c->nseries);
}

/* ---- history ---- */

struct moment {
    double at;  /* seconds */
    const struct ifb_board_entry *entry;
};

static int by_time(const void *a, const void *b)
{
    const struct moment *x = a, *y = b;

    return x->at != y->at ? (x->at > y->at) - (x->at < y->at)
                          : (x->entry > y->entry) - (x->entry < y->entry);
}

/* The runs that have a value and say when they began, the earliest first. */
static struct moment *moments_of(const struct board *b, size_t *n)
{
    struct moment *at = ifb_new(b->arena, struct moment, b->suite->n);

    *n = 0;
    for (size_t i = 0; i < b->suite->n; i++) {
        const struct ifb_board_entry *e = &b->suite->entries[i];
        int64_t ms;

        if (isfinite(e->value.value) && ifb_iso_read(e->started, &ms))
            at[(*n)++] = (struct moment){ (double)ms / 1000, e };
    }
    if (*n)
        qsort(at, *n, sizeof(*at), by_time);
    return at;
}

/* The models by their best run. */
static size_t models_of(const struct board *b, ifb_str *models)
{
    size_t n = 0;

    for (size_t i = 0; i < b->suite->n && n < SIDE_MOST; i++) {
        size_t known = 0;

        while (known < n && !ifb_str_eq(models[known], b->suite->entries[i].model))
            known++;
        if (known == n)
            models[n++] = b->suite->entries[i].model;
    }
    return n;
}

static void add_history(const struct board *b)
{
    ifb_str *models = ifb_new(b->arena, ifb_str, SIDE_MOST);
    size_t n, nmodels = models_of(b, models);
    const struct moment *at = moments_of(b, &n);
    struct ifb_chart *c;

    if (n < 2 || !(at[n - 1].at > at[0].at)) {
        ifb_plotter_leave(b->plotter, "history", b->suite->name, "all runs began at one time");
        return;
    }
    c = chart_new(b, IFB_CHART_LINES, "history", "over time", n, nmodels);
    c->share = is_share(b);
    c->series = models;
    c->x = IFB_X_TIME;
    c->x_head = "started";
    c->x_label = IFB_STR("start of the run (UTC)");
    c->y_label = value_label(b);
    for (size_t m = 0; m < nmodels; m++)
        for (size_t i = 0; i < n; i++)
            if (ifb_str_eq(at[i].entry->model, models[m])) {
                ifb_chart_at(c, i, m)->x = at[i].at;
                set_value(ifb_chart_at(c, i, m), at[i].entry);
            }
    c->caption = ifb_fmt(b->arena, "A point a run, a line a model%s; whiskers: each "
                         "run\xe2\x80\x99s 95 %% interval. n is in the table.",
                         nmodels == SIDE_MOST ? ", the best 7 at most" : "");
    ifb_plotter_add(b->plotter, c);
}

/* ---- all suites ---- */

static bool is_twice(const struct ifb_board_suite *s, size_t at)
{
    for (size_t i = 0; i < s->n; i++)
        if (i != at && ifb_str_eq(s->entries[i].model, s->entries[at].model))
            return true;
    return false;
}

static void name_entries(struct board *b)
{
    const struct ifb_board_suite *s = b->suite;

    b->names = ifb_new(b->arena, ifb_str, s->n);
    for (size_t i = 0; i < s->n; i++)
        b->names[i] = is_twice(s, i) ? ifb_fmt(b->arena, "%.*s, %.*s", IFB_ARG(s->entries[i].model),
                                               IFB_ARG(s->entries[i].run))
                                     : s->entries[i].model;
}

static void add_suite(struct board *b)
{
    if (!b->suite->n)
        return;
    name_entries(b);
    add_values(b);
    add_constraints(b);
    add_categories(b);
    add_length(b);
    add_history(b);
}

void ifb_plots_of_board(const struct ifb_leaderboard *board, struct ifb_arena *arena,
                        struct ifb_plots *out)
{
    struct ifb_plotter plotter;

    ifb_plotter_open(&plotter, arena);
    for (size_t i = 0; i < board->nsuites; i++) {
        ifb_str file = board->pages[board->suites[i].page].file;
        struct board b = { .plotter = &plotter, .arena = arena, .suite = &board->suites[i],
                           .at = i };

        b.stem = ifb_str_part(file, 0, file.len - strlen(".html"));
        add_suite(&b);
    }
    ifb_plotter_close(&plotter, out);
}

/* ---- their files ---- */

static bool write_bytes(ifb_str bytes, const struct ifb_sink *sink)
{
    sink->append(sink->self, bytes.ptr, bytes.len);
    return true;
}

bool ifb_board_write_svg(const struct ifb_leaderboard *b, const struct ifb_board_page *page,
                         const struct ifb_sink *sink)
{
    return write_bytes(b->plots->at[page->at].svg, sink);
}

bool ifb_board_write_table(const struct ifb_leaderboard *b, const struct ifb_board_page *page,
                           const struct ifb_sink *sink)
{
    return write_bytes(b->plots->at[page->at].table, sink);
}
