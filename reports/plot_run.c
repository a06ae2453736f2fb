/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which plots a run has: one set a suite, its models side by side. What would show a single
 * bar or point is left out, and named.
 */
#include "reports/plot.h"

#include <math.h>

#include <ifbench/stats.h>

#include "harness/base/arena.h"
#include "harness/base/file.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "reports/parts.h"
#include "reports/rows.h"
#include "reports/say.h"

#define SIDE_MOST 7    /* models that colours and shapes tell apart */
#define HEAT_MOST 24   /* models that a heat map has room for */
#define AXES_LEAST 3
#define LEVEL 0.95
#define BINS 32        /* of lengths: each is twice as wide as the one before */

/* Of the scored answers of one cell whose length lies in a bin. */
struct bin {
    int64_t n, hits;
    double characters;
};

struct suite {
    struct ifb_plotter *plotter;
    struct ifb_arena *arena;
    const struct ifb_summary *summary;
    ifb_str name, stem;                      /* the latter ends the names of its files */
    const struct ifb_cell_summary **cells;   /* one a model */
    ifb_str *models;
    struct bin (*bins)[BINS];                /* one a model */
    size_t n;
};

/* ---- charts in general ---- */

static ifb_str file_name(const struct suite *s, const char *kind)
{
    return ifb_fmt(s->arena, "%s%.*s", kind, IFB_ARG(s->stem));
}

/* A chart with the models as its series, SIDE_MOST at most unless `most` is another number. */
static struct ifb_chart *chart_new(const struct suite *s, enum ifb_chart_kind kind,
                                   const char *name, const char *title, size_t nrows, size_t most)
{
    size_t n = s->n < most ? s->n : most;
    struct ifb_chart *c = ifb_chart_new(s->arena, kind, nrows, n);

    c->share = true;
    c->name = file_name(s, name);
    c->title = ifb_fmt(s->arena, "%.*s: %s", IFB_ARG(s->name), title);
    c->series = s->models;
    c->series_head = "model";
    return c;
}

static void add_chart(const struct suite *s, struct ifb_chart *c)
{
    if (c->series == s->models && c->nseries < s->n)
        c->caption = ifb_fmt(s->arena, "%.*s The first %zu of %zu models.", IFB_ARG(c->caption),
                             c->nseries, s->n);
    ifb_plotter_add(s->plotter, c);
}

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

static void set_metric(struct ifb_chart_cell *cell, const struct ifb_metric_value *m, bool share)
{
    if (!m)
        return;
    cell->value = share ? ifb_share_of(m, m->value) : m->value;
    cell->lo = share ? ifb_share_of(m, m->lo) : m->lo;
    cell->hi = share ? ifb_share_of(m, m->hi) : m->hi;
    cell->n = m->n;
}

static void set_group(struct ifb_chart_cell *cell, const struct ifb_group_row *g)
{
    if (g)
        set_share(cell, g->strict_pass, g->n - g->unscored);
}

static const struct ifb_metric_value *metric_of(const struct suite *s, size_t model, ifb_str id)
{
    for (size_t i = 0; i < s->summary->nmetrics; i++)
        if (ifb_is_of(&s->summary->metrics[i], s->cells[model]) &&
            ifb_str_eq(s->summary->metrics[i].id, id))
            return &s->summary->metrics[i];
    return NULL;
}

static const struct ifb_group_row *group_of(const struct suite *s, size_t model, ifb_str kind,
                                            ifb_str name)
{
    for (size_t i = 0; i < s->summary->ngroups; i++) {
        const struct ifb_group_row *g = &s->summary->groups[i];

        if (ifb_str_eq(g->name, name) && ifb_str_eq(g->kind, kind) &&
            ifb_str_eq(g->suite, s->name) && ifb_str_eq(g->model, s->cells[model]->model))
            return g;
    }
    return NULL;
}

/* Every value has one and the same n: it may stand in the caption. */
static ifb_str say_n(const struct suite *s, const struct ifb_chart *c, const char *units)
{
    int64_t n = c->cells[0].n;

    for (size_t i = 1; i < c->nrows * c->nseries; i++)
        if (c->cells[i].n != n)
            n = -1;
    return n < 0 ? IFB_STR("n is in the table.")
                 : ifb_fmt(s->arena, "n = %s %s each.", ifb_say_count(n).text, units);
}

/* ---- scores ---- */

/* Metrics of one unit, all shares together. */
struct unit {
    bool share;
    ifb_str name;
    const ifb_str *ids;
    size_t n;
};

static bool is_share(const struct ifb_metric_value *m)
{
    return isfinite(ifb_share_of(m, 1));
}

/* "hsr_l3": 3; 0 for others. */
static unsigned level_of(ifb_str id)
{
    char last = id.len < 4 ? '0' : id.ptr[id.len - 1];

    if (last <= '0' || last > '9' || id.ptr[id.len - 2] != 'l' || id.ptr[id.len - 3] != '_')
        return 0;
    return (unsigned)(last - '0');
}

/* A headline metric of the suite; those of levels have a plot of their own. */
static bool is_headline(const struct suite *s, const struct ifb_metric_value *m)
{
    return ifb_is_of(m, s->cells[0]) && !ifb_is_part(m) && !(is_share(m) && level_of(m->id));
}

static bool is_of_unit(const struct ifb_metric_value *m, const struct unit *u)
{
    return u->share ? is_share(m) : !is_share(m) && ifb_str_eq(m->unit, u->name);
}

/* The headline metrics of the suite that have the unit of metric `first`. */
static struct unit unit_of(const struct suite *s, const struct ifb_metric_value *first)
{
    struct unit u = { .share = is_share(first), .name = first->unit };
    ifb_str *ids = ifb_new(s->arena, ifb_str, s->summary->nmetrics);

    for (size_t i = 0; i < s->summary->nmetrics; i++) {
        const struct ifb_metric_value *m = &s->summary->metrics[i];

        if (is_headline(s, m) && is_of_unit(m, &u))
            ids[u.n++] = m->id;
    }
    u.ids = ids;
    return u;
}

/* Of many models only the first metric, a bar a model. */
static struct ifb_chart *score_chart(const struct suite *s, const struct unit *u)
{
    bool many = s->n > SIDE_MOST;
    struct ifb_chart *c = chart_new(s, IFB_CHART_BARS, "scores", "scores", many ? s->n : u->n,
                                    many ? 1 : SIDE_MOST);

    for (size_t i = 0; i < u->n && !many; i++)
        for (size_t m = 0; m < c->nseries; m++)
            set_metric(ifb_chart_at(c, i, m), metric_of(s, m, u->ids[i]), u->share);
    for (size_t m = 0; m < s->n && many; m++)
        set_metric(ifb_chart_at(c, m, 0), metric_of(s, m, u->ids[0]), u->share);
    c->rows = many ? s->models : u->ids;
    c->series = many ? u->ids : s->models;
    c->row_head = many ? "model" : "metric";
    c->series_head = many ? "metric" : "model";
    return c;
}

static void add_scores_of(const struct suite *s, const struct unit *u)
{
    struct ifb_chart *c;

    if (s->n > SIDE_MOST ? s->n < 2 : u->n * s->n < 2) {
        ifb_plotter_leave(s->plotter, "scores", s->name, "one value in %.*s", IFB_ARG(u->name));
        return;
    }
    c = score_chart(s, u);
    c->share = u->share;
    if (!u->share) {
        c->name = file_name(s, ifb_fmt(s->arena, "scores-%s",
                                       ifb_path_component(s->arena, u->name)).ptr);
        c->title = ifb_fmt(s->arena, "%.*s, %.*s", IFB_ARG(c->title), IFB_ARG(u->name));
    }
    c->y_label = s->n > SIDE_MOST
                     ? ifb_fmt(s->arena, "%.*s (%.*s)", IFB_ARG(u->ids[0]),
                               IFB_ARG(u->share ? IFB_STR("%") : u->name))
                     : u->share ? IFB_STR("share (%)") : u->name;
    c->caption = ifb_fmt(s->arena, "Bars: values; whiskers: 95 %% intervals, as in the table of "
                         "scores. %.*s", IFB_ARG(say_n(s, c, "units")));
    add_chart(s, c);
}

static bool is_first_of_unit(const struct suite *s, size_t at)
{
    const struct ifb_metric_value *m = &s->summary->metrics[at];
    struct unit u = { .share = is_share(m), .name = m->unit };

    for (size_t i = 0; i < at; i++)
        if (is_headline(s, &s->summary->metrics[i]) && is_of_unit(&s->summary->metrics[i], &u))
            return false;
    return true;
}

static void add_scores(const struct suite *s)
{
    for (size_t i = 0; i < s->summary->nmetrics; i++) {
        const struct ifb_metric_value *m = &s->summary->metrics[i];

        if (is_headline(s, m) && is_first_of_unit(s, i)) {
            struct unit u = unit_of(s, m);

            add_scores_of(s, &u);
        }
    }
}

/* ---- constraints ---- */

static ifb_str *group_names(const struct suite *s, const char *kind, size_t *n)
{
    struct ifb_group_rows rows = ifb_rows_of(s->summary, s->cells[0], ifb_str_of(kind), s->arena);
    ifb_str *names = ifb_new(s->arena, ifb_str, rows.n);

    for (size_t i = 0; i < rows.n; i++)
        names[i] = rows.at[i]->name;
    *n = rows.n;
    return names;
}

static void fill_groups(const struct suite *s, struct ifb_chart *c, const char *kind)
{
    for (size_t r = 0; r < c->nrows; r++)
        for (size_t m = 0; m < c->nseries; m++)
            set_group(ifb_chart_at(c, r, m), group_of(s, m, ifb_str_of(kind), c->rows[r]));
}

static void add_constraints(const struct suite *s)
{
    size_t n;
    ifb_str *names = group_names(s, "instruction", &n);
    struct ifb_chart *c;

    if (n < 2) {
        ifb_plotter_leave(s->plotter, "constraints", s->name, "%zu of them, wanted 2", n);
        return;
    }
    c = chart_new(s, s->n > 1 ? IFB_CHART_HEAT : IFB_CHART_BARS, "constraints",
                  s->n > 1 ? "constraints followed, %" : "constraints followed", n, HEAT_MOST);
    c->rows = names;
    c->row_head = "constraint";
    c->y_label = IFB_STR("followed strictly (%)");
    fill_groups(s, c, "instruction");
    c->caption = s->n > 1
                     ? IFB_STR("How many percent of the constraints of each kind were followed "
                               "strictly; grey: none was scored. Wilson\xe2\x80\x99s 95 % "
                               "intervals and n are in the table.")
                     : IFB_STR("Constraints followed strictly; whiskers: Wilson\xe2\x80\x99s 95 % "
                               "intervals, constraints taken as independent. n is in the table.");
    add_chart(s, c);
}

/* ---- categories ---- */

/* Of parts: the suite's first metric that they have too, else their first. */
static ifb_str part_metric(const struct suite *s, const struct ifb_parts *parts)
{
    for (size_t i = 0; i < s->summary->nmetrics; i++) {
        const struct ifb_metric_value *m = &s->summary->metrics[i];

        if (!ifb_is_of(m, s->cells[0]))
            continue;
        for (size_t c = 0; c < parts->ncolumns; c++)
            if (ifb_str_eq(parts->columns[c], m->id))
                return m->id;
    }
    return parts->columns[0];
}

static bool add_parts(const struct suite *s)
{
    struct ifb_parts parts = ifb_parts_of(s->summary, s->cells[0], s->arena);
    ifb_str metric = parts.nrows >= AXES_LEAST ? part_metric(s, &parts) : (ifb_str){ NULL, 0 };
    const struct ifb_metric_value *first;
    struct ifb_chart *c;

    if (!metric.ptr)
        return false;
    first = metric_of(s, 0, ifb_fmt(s->arena, "%.*s.%.*s", IFB_ARG(parts.rows[0]),
                                    IFB_ARG(metric)));
    c = chart_new(s, IFB_CHART_SPIDER, "categories", "by category", parts.nrows, SIDE_MOST);
    c->share = first && is_share(first);
    c->rows = parts.rows;
    c->row_head = "category";
    for (size_t r = 0; r < c->nrows; r++)
        for (size_t m = 0; m < c->nseries; m++)
            set_metric(ifb_chart_at(c, r, m),
                       metric_of(s, m, ifb_fmt(s->arena, "%.*s.%.*s", IFB_ARG(c->rows[r]),
                                               IFB_ARG(metric))), c->share);
    ifb_chart_trim(c, s->arena);
    if (c->nrows < AXES_LEAST)
        return false;
    c->caption = ifb_fmt(s->arena, "%.*s of each category, in %.*s, from 0 in the middle. 95 %% "
                         "intervals and n are in the table.", IFB_ARG(metric),
                         IFB_ARG(c->share || !first ? IFB_STR("percent") : first->unit));
    add_chart(s, c);
    return true;
}

static void add_categories(const struct suite *s)
{
    static const char *const kinds[] = { "family", "group", "tag" };
    size_t n = 0, most = 0;

    if (add_parts(s))
        return;
    for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
        ifb_str *names = group_names(s, kinds[k], &n);
        struct ifb_chart *c;

        most = n > most ? n : most;
        if (n < AXES_LEAST || n > 40)
            continue;
        c = chart_new(s, IFB_CHART_SPIDER, "categories", "by category", n, SIDE_MOST);
        c->rows = names;
        c->row_head = kinds[k];
        fill_groups(s, c, kinds[k]);
        ifb_chart_trim(c, s->arena);
        if (c->nrows < AXES_LEAST)
            continue;
        c->caption = ifb_fmt(s->arena, "Constraints followed strictly in each %s, in percent, from "
                             "0 in the middle. Wilson\xe2\x80\x99s 95 %% intervals and n are "
                             "in the table.", kinds[k]);
        add_chart(s, c);
        return;
    }
    ifb_plotter_leave(s->plotter, "categories", s->name, "%zu of them at most, wanted %d to 40 "
                      "with scores", most, AXES_LEAST);
}

/* ---- levels and turns ---- */

/* "hsr" of "hsr_l3". */
static ifb_str rate_of(ifb_str id)
{
    return ifb_str_part(id, 0, id.len - 3);
}

static void add_levels_of(const struct suite *s, ifb_str rate)
{
    ifb_str *ids = ifb_new(s->arena, ifb_str, s->summary->nmetrics);
    struct ifb_chart *c;
    size_t n = 0;

    for (size_t i = 0; i < s->summary->nmetrics; i++) {
        const struct ifb_metric_value *m = &s->summary->metrics[i];

        if (ifb_is_of(m, s->cells[0]) && is_share(m) && level_of(m->id) &&
            ifb_str_eq(rate_of(m->id), rate))
            ids[n++] = m->id;
    }
    if (n < 2)
        return;
    c = chart_new(s, IFB_CHART_LINES, ifb_fmt(s->arena, "levels-%s",
                                              ifb_path_component(s->arena, rate)).ptr,
                  ifb_fmt(s->arena, "%.*s by level", IFB_ARG(rate)).ptr, n, SIDE_MOST);
    c->x = IFB_X_WHOLE;
    c->x_head = "level";
    c->x_label = IFB_STR("level (constraints added)");
    c->y_label = ifb_fmt(s->arena, "%.*s (%%)", IFB_ARG(rate));
    for (size_t r = 0; r < n; r++)
        for (size_t m = 0; m < c->nseries; m++) {
            set_metric(ifb_chart_at(c, r, m), metric_of(s, m, ids[r]), true);
            ifb_chart_at(c, r, m)->x = level_of(ids[r]);
        }
    c->caption = ifb_fmt(s->arena, "Points: values at each level; whiskers: 95 %% intervals over "
                         "groups. %.*s", IFB_ARG(say_n(s, c, "groups")));
    add_chart(s, c);
}

/* A curve a rate that the suite has by level. */
static void add_levels(const struct suite *s)
{
    for (size_t i = 0; i < s->summary->nmetrics; i++) {
        const struct ifb_metric_value *m = &s->summary->metrics[i];

        if (ifb_is_of(m, s->cells[0]) && !ifb_is_part(m) && is_share(m) && level_of(m->id) == 1)
            add_levels_of(s, rate_of(m->id));
    }
}

/* "turn 3": 3. */
static double turn_of(ifb_str name)
{
    int64_t n;

    return ifb_str_starts(name, IFB_STR("turn ")) && ifb_str_int(ifb_str_from(name, 5), &n)
               ? (double)n : (double)NAN;
}

static void add_turns(const struct suite *s)
{
    size_t n;
    ifb_str *names = group_names(s, "turn", &n);
    struct ifb_chart *c;

    if (n < 2)
        return;
    c = chart_new(s, IFB_CHART_LINES, "turns", "by turn", n, SIDE_MOST);
    c->x = IFB_X_WHOLE;
    c->x_head = "turn";
    c->x_label = IFB_STR("turn of the conversation");
    c->y_label = IFB_STR("constraints followed strictly (%)");
    c->rows = names;
    fill_groups(s, c, "turn");
    for (size_t r = 0; r < n; r++)
        for (size_t m = 0; m < c->nseries; m++)
            ifb_chart_at(c, r, m)->x = turn_of(names[r]);
    c->caption = IFB_STR("Constraints followed strictly in each turn; whiskers: Wilson\xe2\x80\x99s"
                         " 95 % intervals, constraints taken as independent. n is in the table.");
    add_chart(s, c);
}

/* ---- length against score ---- */

static size_t bin_of(size_t characters)
{
    size_t b = 0;

    while (b + 1 < BINS && characters >> (b + 1))
        b++;
    return b;
}

static void count_sample(struct suite *suites, size_t n, const struct ifb_sample *s)
{
    size_t characters = ifb_utf8_count(s->answer);

    if (s->outcome == IFB_UNSCORED || !s->answered || !characters)
        return;
    for (size_t i = 0; i < n; i++)
        for (size_t m = 0; m < suites[i].n && ifb_str_eq(suites[i].name, s->suite); m++)
            if (ifb_str_eq(suites[i].models[m], s->model)) {
                struct bin *b = &suites[i].bins[m][bin_of(characters)];

                b->n++;
                b->hits += s->outcome == IFB_PASS;
                b->characters += (double)characters;
                return;
            }
}

static bool is_used(const struct suite *s, size_t bin)
{
    for (size_t m = 0; m < s->n && m < SIDE_MOST; m++)
        if (s->bins[m][bin].n)
            return true;
    return false;
}

static void add_length(const struct suite *s)
{
    size_t used[BINS], n = 0;
    struct ifb_chart *c;

    for (size_t b = 0; b < BINS; b++)
        if (is_used(s, b))
            used[n++] = b;
    if (n < 2) {
        ifb_plotter_leave(s->plotter, "length", s->name, n ? "all answers are about as long"
                                                           : "no answer that is scored");
        return;
    }
    c = chart_new(s, IFB_CHART_LINES, "length", "length against score", n, SIDE_MOST);
    c->x = IFB_X_DOUBLING;
    c->x_head = "mean characters";
    c->x_label = IFB_STR("length of the answer (characters, doubling)");
    c->y_label = IFB_STR("prompts followed strictly (%)");
    for (size_t r = 0; r < n; r++)
        for (size_t m = 0; m < c->nseries; m++) {
            const struct bin *b = &s->bins[m][used[r]];

            if (!b->n)
                continue;
            set_share(ifb_chart_at(c, r, m), b->hits, b->n);
            ifb_chart_at(c, r, m)->x = b->characters / (double)b->n;
        }
    c->caption = IFB_STR("Answers in bins of length, each twice as wide as the one before: share "
                         "of prompts whose constraints were all followed strictly; whiskers: "
                         "Wilson\xe2\x80\x99s 95 % intervals. n is in the table.");
    add_chart(s, c);
}

/* ---- all of a run ---- */

static bool seen_before(const struct ifb_summary *s, size_t cell)
{
    for (size_t i = 0; i < cell; i++)
        if (ifb_str_eq(s->cells[i].suite, s->cells[cell].suite))
            return true;
    return false;
}

static struct suite suite_new(struct ifb_plotter *p, const struct ifb_summary *summary,
                              ifb_str name)
{
    struct suite s = { .plotter = p, .arena = p->arena, .summary = summary, .name = name };

    s.cells = ifb_new(p->arena, const struct ifb_cell_summary *, summary->ncells);
    s.models = ifb_new(p->arena, ifb_str, summary->ncells);
    s.bins = ifb_alloc_array(p->arena, summary->ncells, sizeof(*s.bins));
    for (size_t i = 0; i < summary->ncells; i++)
        if (ifb_str_eq(summary->cells[i].suite, name)) {
            s.cells[s.n] = &summary->cells[i];
            s.models[s.n++] = summary->cells[i].model;
        }
    return s;
}

static void add_suite(const struct suite *s)
{
    add_scores(s);
    add_constraints(s);
    add_categories(s);
    add_levels(s);
    add_turns(s);
    add_length(s);
}

static enum ifb_code read_samples(struct suite *suites, size_t n, struct ifb_samples *samples,
                                  struct ifb_error *err)
{
    struct ifb_sample s;
    bool more = true;
    enum ifb_code code;

    samples->rewind(samples->self);
    while ((code = samples->next(samples->self, &s, &more, err)) == IFB_OK && more)
        count_sample(suites, n, &s);
    return code;
}

enum ifb_code ifb_plots_of_run(const struct ifb_summary *summary, struct ifb_samples *samples,
                               struct ifb_arena *arena, struct ifb_plots *out,
                               struct ifb_error *err)
{
    struct suite *suites = ifb_new(arena, struct suite, summary->ncells);
    struct ifb_plotter plotter;
    enum ifb_code code;
    size_t n = 0;

    ifb_plotter_open(&plotter, arena);
    for (size_t i = 0; i < summary->ncells; i++)
        if (!seen_before(summary, i))
            suites[n++] = suite_new(&plotter, summary, summary->cells[i].suite);
    code = read_samples(suites, n, samples, err);
    for (size_t i = 0; i < n && !code; i++) {
        suites[i].stem = n < 2 ? IFB_STR("")
                               : ifb_fmt(arena, "-%s", ifb_path_component(arena, suites[i].name));
        add_suite(&suites[i]);
    }
    ifb_plotter_close(&plotter, out);
    return code;
}
