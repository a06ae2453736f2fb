/* SPDX-License-Identifier: Apache-2.0 */
/* A leaderboard from runs: which belong together, which items all of them have, which pages. */
#include "harness/engine/leaderboard.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <ifbench.h>

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/sha256.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "harness/engine/gnuplot.h"

#define NAMED_MOST 5  /* items that a message names */

struct making {
    const struct ifb_board_options *o;
    struct ifb_arena *arena;
    struct ifb_marks *marks;  /* of the runs that are ranked */
    struct ifb_board_length **lengths;  /* of each run's cells */
    size_t n;
    struct ifb_leaderboard *out;
    struct ifb_error *err;
};

/* ---- reading ---- */

static int by_str(const void *a, const void *b)
{
    return ifb_str_cmp(*(const ifb_str *)a, *(const ifb_str *)b);
}

/* Sorts them, and leaves each once. */
static size_t sort_names(ifb_str *at, size_t n)
{
    size_t used = 0;

    if (n)
        qsort(at, n, sizeof(*at), by_str);
    for (size_t i = 0; i < n; i++)
        if (!used || !ifb_str_eq(at[used - 1], at[i]))
            at[used++] = at[i];
    return used;
}

/* Also orders runs that are alike but for their marks: by their plan. */
static int by_run(const void *a, const void *b)
{
    const struct ifb_marks *x = a, *y = b;
    int d = ifb_str_cmp(x->summary.run, y->summary.run);

    d = d ? d : ifb_str_cmp(x->summary.started, y->summary.started);
    return d ? d : ifb_str_cmp(x->plan, y->plan);
}

static bool has_cell(const struct ifb_marks *at, const struct ifb_cell_summary *cell)
{
    for (size_t i = 0; i < at->ncells; i++)
        if (ifb_str_eq(at->cells[i].suite, cell->suite) &&
            ifb_str_eq(at->cells[i].model, cell->model))
            return true;
    return false;
}

/* The jury that judged a suite, as its voice is called behind a model's name; absent: none did. */
static ifb_str jury_of(const struct ifb_summary *s, ifb_str suite, struct ifb_arena *arena)
{
    ifb_str name;
    size_t n = 0;

    for (size_t i = 0; i < s->njudges; i++)
        n += ifb_str_eq(s->judges[i].suite, suite);
    name = ifb_fmt(arena, " (jury of %zu)", n);
    for (size_t i = 0; i < s->ncells; i++)
        if (ifb_str_eq(s->cells[i].suite, suite) && ifb_str_ends(s->cells[i].model, name))
            return name;
    return (ifb_str){ NULL, 0 };
}

/*
 * What else a judged run tells (how its judges agree, what each of a jury says) is no model to be
 * ranked: such are those that have the suite's first metric, in the jury's voice where there is one.
 */
static bool is_ranked(const struct ifb_summary *s, const struct ifb_mark_cell *cell,
                      struct ifb_arena *arena)
{
    ifb_str jury = jury_of(s, cell->suite, arena);
    size_t first = 0;

    while (first < s->nmetrics && !ifb_str_eq(s->metrics[first].suite, cell->suite))
        first++;
    if (first < s->nmetrics &&
        !ifb_metric_of(s, cell->suite, cell->model, s->metrics[first].id))
        return false;
    return !jury.len || ifb_str_ends(cell->model, jury);
}

/* Runs made from judgments with --reports json have numbers without verdicts of items. */
static void add_cells(struct ifb_arena *arena, struct ifb_marks *at)
{
    struct ifb_mark_cell *cells = ifb_new(arena, struct ifb_mark_cell,
                                          at->ncells + at->summary.ncells);
    size_t n = at->ncells, kept = 0;

    if (n)
        memcpy(cells, at->cells, n * sizeof(*cells));
    for (size_t i = 0; i < at->summary.ncells; i++)
        if (!has_cell(at, &at->summary.cells[i]))
            cells[n++] = (struct ifb_mark_cell){ .suite = at->summary.cells[i].suite,
                                                 .model = at->summary.cells[i].model };
    for (size_t i = 0; i < n; i++)
        if (is_ranked(&at->summary, &cells[i], arena))
            cells[kept++] = cells[i];
    at->cells = cells;
    at->ncells = kept;
}

static enum ifb_code load_one(struct making *m, const char *path, ifb_str *left_out)
{
    struct ifb_marks *at = &m->marks[m->n];
    enum ifb_code code;

    if (!ifb_is_folder(path))
        return ifb_fail(m->err, IFB_EINPUT, "%s is not the folder of a run", path);
    code = ifb_marks_load(path, m->arena, at, m->err);
    if (code)
        return code;
    add_cells(m->arena, at);
    if (at->summary.complete || m->o->include_incomplete)
        m->n++;
    else
        left_out[m->out->nleft_out++] = at->summary.run;
    return IFB_OK;
}

/* When they began, and what scored them. */
static void stamp(struct making *m)
{
    ifb_str *versions = ifb_new(m->arena, ifb_str, m->n);

    m->out->version = IFB_STR(IFBENCH_VERSION);
    m->out->first = m->out->last = m->marks[0].summary.started;
    for (size_t i = 0; i < m->n; i++) {
        ifb_str at = m->marks[i].summary.started;

        versions[i] = m->marks[i].summary.version;
        m->out->first = ifb_str_cmp(at, m->out->first) < 0 ? at : m->out->first;
        m->out->last = ifb_str_cmp(at, m->out->last) > 0 ? at : m->out->last;
    }
    m->out->versions = (struct ifb_strs){ versions, sort_names(versions, m->n) };
}

static enum ifb_code load_all(struct making *m, const struct ifb_strs *runs)
{
    ifb_str *left_out = ifb_new(m->arena, ifb_str, runs->n);
    enum ifb_code code = IFB_OK;

    m->marks = ifb_new(m->arena, struct ifb_marks, runs->n);
    for (size_t i = 0; i < runs->n && !code; i++)
        code = load_one(m, ifb_cstr(m->arena, runs->at[i]), left_out);
    if (code)
        return code;
    if (!m->n)
        return ifb_fail(m->err, IFB_EINPUT, "no run has come to its end; --include-incomplete "
                        "ranks what there is");
    qsort(m->marks, m->n, sizeof(*m->marks), by_run);
    if (m->out->nleft_out)
        qsort(left_out, m->out->nleft_out, sizeof(*left_out), by_str);
    m->lengths = ifb_new(m->arena, struct ifb_board_length *, m->n);
    for (size_t i = 0; i < m->n; i++)
        m->lengths[i] = ifb_board_lengths(&m->marks[i], m->arena);
    m->out->left_out = left_out;
    m->out->nruns = m->n;
    stamp(m);
    return IFB_OK;
}

/* ---- items that all have ---- */

static bool is_same(const struct ifb_mark_item *a, const struct ifb_mark_item *b)
{
    return b && a->print == b->print && a->nchecks == b->nchecks;
}

static void say_missing(struct ifb_buf *out, const struct ifb_board_side *of,
                        const struct ifb_board_side *in)
{
    size_t n = 0;

    for (size_t k = 0; k < of->cell->n; k++) {
        const struct ifb_mark_item *item = &of->cell->items[k];

        if (is_same(item, ifb_mark_find(in->cell, item->key, IFB_MARK_DIGITS)))
            continue;
        if (n++ < NAMED_MOST)
            ifb_buf_fmt(out, "%s%.*s", n > 1 ? ", " : "", IFB_ARG(ifb_utf8_cut(item->id, 40)));
    }
    if (n > NAMED_MOST)
        ifb_buf_cstr(out, ", ...");
}

static size_t count_missing(const struct ifb_board_side *of, const struct ifb_board_side *in)
{
    size_t n = 0;

    for (size_t k = 0; k < of->cell->n; k++) {
        const struct ifb_mark_item *item = &of->cell->items[k];

        n += !is_same(item, ifb_mark_find(in->cell, item->key, IFB_MARK_DIGITS));
    }
    return n;
}

static enum ifb_code check_same(struct making *m, const struct ifb_board_work *w)
{
    for (size_t i = 1; i < w->n; i++) {
        size_t here = count_missing(&w->sides[i], &w->sides[0]);
        size_t there = count_missing(&w->sides[0], &w->sides[i]);
        const struct ifb_board_side *of = &w->sides[here ? i : 0], *in = &w->sides[here ? 0 : i];
        struct ifb_buf names;

        if (!here && !there)
            continue;
        ifb_buf_init(&names, 1024);
        say_missing(&names, of, in);
        ifb_fail(m->err, IFB_EINPUT, "items of %.*s differ: %.*s has %zu that %.*s has not, or "
                 "with other constraints (%.*s); --common ranks by the items that all have",
                 IFB_ARG(w->suite->name), IFB_ARG(of->marks->name), here ? here : there,
                 IFB_ARG(in->marks->name), (int)names.len, names.ptr ? names.ptr : "");
        ifb_buf_close(&names);
        return IFB_EINPUT;
    }
    return IFB_OK;
}

/* In the order of the first run's file: folds need ladders in order. */
static void use_common(struct ifb_board_work *w)
{
    const struct ifb_mark_cell *first = w->sides[0].cell;

    for (size_t i = 0; i < w->n; i++)
        w->sides[i].items = ifb_new(w->arena, const struct ifb_mark_item *, first->n);
    for (size_t k = 0; k < first->n; k++) {
        const struct ifb_mark_item *item = &first->items[k];
        size_t i = 0;

        for (; i < w->n; i++) {
            const struct ifb_mark_item *own = ifb_mark_find(w->sides[i].cell, item->key,
                                                            IFB_MARK_DIGITS);

            if (!is_same(item, own))
                break;
            w->sides[i].items[w->used] = own;
        }
        w->used += i == w->n;
    }
    for (size_t i = 0; i < w->n; i++)
        w->sides[i].entry.used = w->used;
}

/* ---- entries ---- */

static const struct ifb_cell_summary *cell_summary(const struct ifb_marks *marks,
                                                   const struct ifb_mark_cell *cell)
{
    static const struct ifb_cell_summary none = { .cost_usd = NAN };

    for (size_t i = 0; i < marks->summary.ncells; i++)
        if (ifb_str_eq(marks->summary.cells[i].suite, cell->suite) &&
            ifb_str_eq(marks->summary.cells[i].model, cell->model))
            return &marks->summary.cells[i];
    return &none;
}

static void make_side(struct ifb_board_side *s, const struct ifb_marks *marks,
                      const struct ifb_mark_cell *cell, const struct ifb_board_length *length)
{
    *s = (struct ifb_board_side){ .marks = marks, .cell = cell };
    s->entry = (struct ifb_board_entry){
        .model = cell->model, .run = marks->summary.run, .started = marks->summary.started,
        .version = marks->summary.version, .punkt = marks->summary.punkt,
        .complete = marks->summary.complete, .summary = &marks->summary,
        .cell = cell_summary(marks, cell), .items = cell->n,
    };
    ifb_board_find_length(&s->entry, cell->suite, length);
}

static void find_value(struct ifb_board_work *w, struct ifb_board_side *s)
{
    const struct ifb_metric_value *v = ifb_metric_of(&s->marks->summary, w->suite->name,
                                                     s->entry.model, w->suite->metric);

    s->entry.value = v ? *v : (struct ifb_metric_value){
        .id = w->suite->metric, .suite = w->suite->name, .model = s->entry.model,
        .unit = IFB_STR("proportion"), .value = NAN, .lo = NAN, .hi = NAN, .se = NAN, .hits = -1,
    };
}

static void find_metric(struct ifb_board_work *w)
{
    for (size_t k = 0; k < w->n && !w->suite->metric.len; k++) {
        const struct ifb_summary *s = w->sides[k].entry.summary;

        for (size_t i = 0; i < s->nmetrics && !w->suite->metric.len; i++)
            if (ifb_str_eq(s->metrics[i].suite, w->suite->name) &&
                ifb_str_eq(s->metrics[i].model, w->sides[k].entry.model)) {
                w->suite->metric = s->metrics[i].id;
                w->suite->higher_is_better = s->metrics[i].higher_is_better;
            }
    }
    for (size_t k = 0; k < w->n; k++)
        find_value(w, &w->sides[k]);
}

static void note(struct ifb_board_suite *s, ifb_str text)
{
    ((ifb_str *)s->notes)[s->nnotes++] = text;
}

static void note_all(struct ifb_board_work *w)
{
    const struct ifb_board_entry *first = &w->sides[0].entry;
    bool version = false, punkt = false, part = false, missing = false, lost = false;

    w->suite->notes = ifb_new(w->arena, ifb_str, 5);
    for (size_t i = 0; i < w->n; i++) {
        const struct ifb_board_entry *e = &w->sides[i].entry;

        version = version || !ifb_str_eq(e->version, first->version);
        punkt = punkt || !ifb_str_eq(e->punkt, first->punkt);
        part = part || e->used != e->items;
        lost = lost || (e->used != e->items && isnan(e->value.value));
        missing = missing || e->cell->missing_fails != first->cell->missing_fails;
    }
    if (version)
        note(w->suite, IFB_STR("Scored by different versions of ifbench; `ifbench score RUN` "
                               "scores a run again."));
    if (punkt)
        note(w->suite, IFB_STR("Sentences were found by different parameters."));
    if (missing)
        note(w->suite, IFB_STR("Answers that are missing fail in some runs and are unscored in "
                               "others."));
    if (part)
        note(w->suite, ifb_fmt(w->arena, "Ranked by the %zu items that all runs have; counts and "
                               "further metrics are of each whole run.", w->used));
    if (lost)
        note(w->suite, IFB_STR("The metric cannot be counted over a part of the items: runs that "
                               "have others too are not ranked."));
}

static size_t gather(struct making *m, struct ifb_board_work *w)
{
    size_t n = 0;

    for (int pass = 0; pass < 2; pass++) {
        if (pass)
            w->sides = ifb_new(m->arena, struct ifb_board_side, n);
        n = 0;
        for (size_t i = 0; i < m->n; i++)
            for (size_t c = 0; c < m->marks[i].ncells; c++) {
                const struct ifb_mark_cell *cell = &m->marks[i].cells[c];

                if (!ifb_str_eq(cell->suite, w->suite->name))
                    continue;
                if (pass)
                    make_side(&w->sides[n], &m->marks[i], cell, &m->lengths[i][c]);
                n++;
            }
    }
    return n;
}

static enum ifb_code make_suite(struct making *m, struct ifb_board_suite *suite)
{
    struct ifb_board_work w = { .suite = suite, .options = m->o, .arena = m->arena };
    enum ifb_code code = IFB_OK;

    w.n = gather(m, &w);
    if (w.n > IFB_BOARD_ENTRIES_MAX)
        return ifb_fail(m->err, IFB_ELIMIT, "suite %.*s has %zu entries, wanted at most %d",
                        IFB_ARG(suite->name), w.n, IFB_BOARD_ENTRIES_MAX);
    find_metric(&w);
    if (!m->o->common)
        code = check_same(m, &w);
    if (code)
        return code;
    use_common(&w);
    if (!w.used && w.sides[0].cell->n)
        return ifb_fail(m->err, IFB_EINPUT, "the runs have no item of %.*s in common",
                        IFB_ARG(suite->name));
    ifb_board_rank(&w);
    ifb_board_pairs(&w);
    ifb_board_shares(&w);
    note_all(&w);
    suite->used = w.used;
    suite->n = w.n;
    suite->entries = ifb_new(m->arena, struct ifb_board_entry, w.n);
    for (size_t i = 0; i < w.n; i++)
        suite->entries[i] = w.sides[i].entry;
    return IFB_OK;
}

/* ---- names and pages ---- */

/* The different suites, or models, of all runs in order. */
static struct ifb_strs names_of(const struct making *m, bool suites)
{
    size_t n = 0;
    ifb_str *at;

    for (size_t i = 0; i < m->n; i++)
        n += m->marks[i].ncells;
    at = ifb_new(m->arena, ifb_str, n);
    n = 0;
    for (size_t i = 0; i < m->n; i++)
        for (size_t c = 0; c < m->marks[i].ncells; c++)
            at[n++] = suites ? m->marks[i].cells[c].suite : m->marks[i].cells[c].model;
    return (struct ifb_strs){ at, sort_names(at, n) };
}

#define PLAIN_MOST 60
#define PRINT_DIGITS 12

/* Stays as it is in a file's name: lower case, and nothing that could be one of our prints. */
static bool is_plain(ifb_str name)
{
    if (!name.len || name.len > PLAIN_MOST || name.ptr[0] == '.' || name.ptr[0] == '-')
        return false;
    for (size_t i = 0; i < name.len; i++)
        if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789-._", name.ptr[i]) || !name.ptr[i])
            return false;
    return name.len <= PRINT_DIGITS || name.ptr[name.len - PRINT_DIGITS - 1] != '-';
}

static ifb_str file_of(struct ifb_arena *arena, const char *kind, ifb_str name)
{
    char hex[IFB_SHA256_HEX];

    if (is_plain(name))
        return ifb_fmt(arena, "%s-%.*s.html", kind, IFB_ARG(name));
    ifb_sha256_of(name, hex);
    return ifb_fmt(arena, "%s-%.*s-%.*s.html", kind, PLAIN_MOST, ifb_path_component(arena, name),
                   PRINT_DIGITS, hex);
}

static void add_page(struct ifb_leaderboard *b, enum ifb_board_kind kind, ifb_str file,
                     ifb_str name, size_t at)
{
    b->pages[b->npages++] = (struct ifb_board_page){ kind, file, name, at };
}

/* A picture and a table each; without gnuplot the tables. */
static void add_plots(struct making *m)
{
    struct ifb_leaderboard *b = m->out;
    struct ifb_plots *plots = ifb_new(m->arena, struct ifb_plots, 1);
    struct ifb_board_page *pages;

    ifb_plots_of_board(b, m->arena, plots);
    ifb_gnuplot_draw(ifb_gnuplot_program(m->o->env), plots, NULL, m->arena);
    b->plots = plots;
    pages = ifb_new(m->arena, struct ifb_board_page, b->npages + 2 * plots->n + 2);
    memcpy(pages, b->pages, b->npages * sizeof(*pages));
    b->pages = pages;
    for (size_t i = 0; i < plots->n; i++) {
        ifb_str name = plots->at[i].name;

        if (plots->at[i].svg.len)
            add_page(b, IFB_BOARD_SVG, ifb_fmt(m->arena, "%.*s.svg", IFB_ARG(name)), name, i);
        add_page(b, IFB_BOARD_TABLE, ifb_fmt(m->arena, "%.*s.csv", IFB_ARG(name)), name, i);
    }
}

/* index.html comes first, and leaderboard.json last. */
static void make_pages(struct making *m)
{
    struct ifb_leaderboard *b = m->out;
    struct ifb_strs models = names_of(m, false);

    b->pages = ifb_new(m->arena, struct ifb_board_page, b->nsuites + models.n + 3);
    add_page(b, IFB_BOARD_INDEX, IFB_STR("index.html"), IFB_STR(""), 0);
    for (size_t i = 0; i < b->nsuites; i++) {
        b->suites[i].page = b->npages;
        add_page(b, IFB_BOARD_SUITE, file_of(m->arena, "suite", b->suites[i].name),
                 b->suites[i].name, i);
    }
    for (size_t k = 0; k < models.n; k++)
        add_page(b, IFB_BOARD_MODEL, file_of(m->arena, "model", models.at[k]), models.at[k], k);
    for (size_t i = 0; i < b->nsuites; i++)
        for (size_t e = 0; e < b->suites[i].n; e++) {
            const ifb_str *at = bsearch(&b->suites[i].entries[e].model, models.at, models.n,
                                        sizeof(*models.at), by_str);

            b->suites[i].entries[e].page = 1 + b->nsuites + (size_t)(at - models.at);
        }
    if (m->o->plots)
        add_plots(m);
    add_page(b, IFB_BOARD_CSV, IFB_STR("leaderboard.csv"), IFB_STR(""), 0);
    add_page(b, IFB_BOARD_JSON, IFB_STR("leaderboard.json"), IFB_STR(""), 0);
}

enum ifb_code ifb_leaderboard_make(const struct ifb_strs *runs,
                                   const struct ifb_board_options *options,
                                   struct ifb_arena *arena, struct ifb_leaderboard *out,
                                   struct ifb_error *err)
{
    struct making m = { .o = options, .arena = arena, .out = out, .err = err };
    struct ifb_strs suites;
    enum ifb_code code;

    *out = (struct ifb_leaderboard){ .seed = options->seed };
    if (runs->n > IFB_BOARD_RUNS_MAX)
        return ifb_fail(err, IFB_ELIMIT, "%zu runs, wanted at most %d", runs->n,
                        IFB_BOARD_RUNS_MAX);
    code = load_all(&m, runs);
    if (code)
        return code;
    suites = names_of(&m, true);
    out->suites = ifb_new(arena, struct ifb_board_suite, suites.n);
    out->nsuites = suites.n;
    for (size_t i = 0; i < suites.n && !code; i++) {
        out->suites[i].name = suites.at[i];
        code = make_suite(&m, &out->suites[i]);
    }
    if (!code)
        make_pages(&m);
    return code;
}
