/* SPDX-License-Identifier: Apache-2.0 */
/* Which model of one run stands beside which of the other, and which items are the same. */
#include "harness/engine/compare.h"

#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"

#define NAMED_MOST 5  /* items that a message names */

static ifb_str name_of(const struct ifb_mark_item *item, struct ifb_arena *arena)
{
    if (item->id.ptr)
        return item->id;
    return ifb_fmt(arena, "#%08llx", (unsigned long long)(item->key >> 32));
}

/* The first few are named, all are counted. */
static void note_item(struct ifb_strs *names, size_t *n, const struct ifb_mark_item *item,
                      struct ifb_arena *arena)
{
    ifb_str *at = (ifb_str *)names->at;

    if (!at)
        names->at = at = ifb_new(arena, ifb_str, NAMED_MOST);
    if (names->n < NAMED_MOST)
        at[names->n++] = name_of(item, arena);
    (*n)++;
}

static bool same_constraints(const struct ifb_mark_item *a, const struct ifb_mark_item *b,
                             int digits)
{
    return ifb_mark_cut(a->print, digits) == ifb_mark_cut(b->print, digits) &&
           a->nchecks == b->nchecks;
}

/* In the order of the candidate, whose ids and groups are known. */
static void match_items(struct ifb_matched *m, int digits, int print_digits,
                        struct ifb_arena *arena)
{
    m->at = ifb_new(arena, struct ifb_mark_pair, m->cand->n);
    for (size_t i = 0; i < m->cand->n; i++) {
        const struct ifb_mark_item *c = &m->cand->items[i];
        const struct ifb_mark_item *b = ifb_mark_find(m->base, c->key, digits);

        if (!b)
            note_item(&m->cand_only, &m->ncand_only, c, arena);
        else if (!same_constraints(b, c, print_digits))
            note_item(&m->changed, &m->nchanged, c, arena);
        else
            m->at[m->n++] = (struct ifb_mark_pair){ b, c, 0 };
    }
    for (size_t i = 0; i < m->base->n; i++)
        if (!ifb_mark_find(m->cand, m->base->items[i].key, digits))
            note_item(&m->base_only, &m->nbase_only, &m->base->items[i], arena);
}

static int by_group_name(const void *a, const void *b, void *pairs)
{
    const struct ifb_mark_pair *at = pairs;
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    int d = ifb_str_cmp(at[x].cand->group, at[y].cand->group);

    return d ? d : (x > y) - (x < y);
}

/* Prompts without a group stay for themselves. */
static void make_clusters(struct ifb_matched *m, bool group, struct ifb_arena *arena)
{
    size_t *order = ifb_new(arena, size_t, m->n);

    for (size_t i = 0; i < m->n; i++) {
        order[i] = i;
        m->at[i].cluster = (uint32_t)i;
    }
    m->nclusters = m->n;
    if (!group || !m->n)
        return;
    qsort_r(order, m->n, sizeof(*order), by_group_name, m->at);
    m->nclusters = 0;
    for (size_t i = 0; i < m->n; i++) {
        const struct ifb_mark_pair *now = &m->at[order[i]];
        bool joins = i && now->cand->group.len &&
                     ifb_str_eq(m->at[order[i - 1]].cand->group, now->cand->group);

        m->nclusters += !joins;
        m->at[order[i]].cluster = (uint32_t)m->nclusters - 1;
    }
}

void ifb_match_self(const struct ifb_mark_cell *cell, bool by_group, struct ifb_arena *arena,
                    struct ifb_matched *out)
{
    *out = (struct ifb_matched){ .base = cell, .cand = cell, .n = cell->n };
    out->at = ifb_new(arena, struct ifb_mark_pair, cell->n);
    for (size_t i = 0; i < cell->n; i++)
        out->at[i] = (struct ifb_mark_pair){ &cell->items[i], &cell->items[i], 0 };
    make_clusters(out, by_group, arena);
}

/* ---- which cells belong together ---- */

struct matching {
    const struct ifb_marks *base, *cand;
    const struct ifb_compare_options *o;
    struct ifb_arena *arena;
    struct ifb_error *err;
};

static bool wanted(const struct ifb_mark_cell *cell, ifb_str model)
{
    return !model.ptr || ifb_str_eq(cell->model, model);
}

static enum ifb_code find_base(const struct matching *x, const struct ifb_mark_cell *cand,
                               const struct ifb_mark_cell **out)
{
    const struct ifb_mark_cell *same = NULL, *any = NULL;
    size_t n = 0;

    for (size_t i = 0; i < x->base->ncells; i++) {
        const struct ifb_mark_cell *c = &x->base->cells[i];

        if (!ifb_str_eq(c->suite, cand->suite) || !wanted(c, x->o->base_model))
            continue;
        any = c;
        n++;
        if (ifb_str_eq(c->model, cand->model))
            same = c;
    }
    *out = same && !x->o->base_model.ptr ? same : any;
    if (n > 1 && !same)
        return ifb_fail(x->err, IFB_EINPUT, "%.*s has %zu models and none is called %.*s; choose "
                        "with --base-model", IFB_ARG(x->base->name), n, IFB_ARG(cand->model));
    return IFB_OK;
}

/* Two models that would stand beside the same one are most likely a mistake. */
static enum ifb_code check_doubles(const struct matching *x, const struct ifb_matched *at, size_t n)
{
    for (size_t i = 1; i < n; i++)
        for (size_t k = 0; k < i; k++)
            if (at[i].base == at[k].base && !x->o->model.ptr)
                return ifb_fail(x->err, IFB_EINPUT, "%.*s has several models; choose with --model",
                                IFB_ARG(x->cand->name));
    return IFB_OK;
}

static void say_names(struct ifb_buf *out, const char *what, struct ifb_strs names, size_t n)
{
    if (!n)
        return;
    ifb_buf_fmt(out, "%s%zu %s (", out->len ? ", " : "", n, what);
    for (size_t i = 0; i < names.n; i++)
        ifb_buf_fmt(out, "%s%.*s", i ? ", " : "", IFB_ARG(ifb_utf8_cut(names.at[i], 60)));
    ifb_buf_cstr(out, n > names.n ? ", ...)" : ")");
}

static enum ifb_code check_items(const struct matching *x, const struct ifb_matched *m)
{
    struct ifb_buf what;

    if (!m->n && x->o->common)
        return ifb_fail(x->err, IFB_EINPUT, "%.*s and %.*s have no item of %.*s in common",
                        IFB_ARG(x->base->name), IFB_ARG(x->cand->name), IFB_ARG(m->cand->suite));
    if (x->o->common || !(m->nbase_only + m->ncand_only + m->nchanged))
        return IFB_OK;
    ifb_buf_init(&what, 2048);
    say_names(&what, "only in the base", m->base_only, m->nbase_only);
    say_names(&what, "only in the candidate", m->cand_only, m->ncand_only);
    say_names(&what, "with other constraints", m->changed, m->nchanged);
    ifb_fail(x->err, IFB_EINPUT, "items of %.*s differ: %.*s%s", IFB_ARG(m->cand->suite),
             (int)what.len, what.ptr, m->n ? "; --common compares the others" : "");
    ifb_buf_close(&what);
    return IFB_EINPUT;
}

static bool has_suite(const struct ifb_marks *m, ifb_str suite, ifb_str model)
{
    for (size_t i = 0; i < m->ncells; i++)
        if (ifb_str_eq(m->cells[i].suite, suite) && wanted(&m->cells[i], model))
            return true;
    return false;
}

static enum ifb_code check_suites(const struct matching *x)
{
    for (size_t i = 0; i < x->base->ncells && !x->o->common; i++)
        if (!has_suite(x->cand, x->base->cells[i].suite, x->o->model))
            return ifb_fail(x->err, IFB_EINPUT, "suite %.*s is in %.*s only; --common compares the "
                            "others", IFB_ARG(x->base->cells[i].suite), IFB_ARG(x->base->name));
    return IFB_OK;
}

/* Where to stop was decided by looking at the scores, so they are not those of a whole run. */
static enum ifb_code check_whole(const struct matching *x, const struct ifb_marks *m)
{
    if (x->o->common || !m->stopped)
        return IFB_OK;
    return ifb_fail(x->err, IFB_EINPUT, "%.*s was asked sequentially, and %lld of %lld samples "
                    "were not; --common compares what there is", IFB_ARG(m->name),
                    (long long)m->summary.counts.pending, (long long)m->summary.counts.total);
}

static enum ifb_code match_cells(const struct matching *x, struct ifb_matched *out, size_t *n)
{
    int digits = x->base->digits < x->cand->digits ? x->base->digits : x->cand->digits;
    int prints = x->base->print_digits < x->cand->print_digits ? x->base->print_digits
                                                               : x->cand->print_digits;
    enum ifb_code code = check_whole(x, x->base);

    if (!code)
        code = check_whole(x, x->cand);
    if (!code)
        code = check_suites(x);
    for (size_t i = 0; i < x->cand->ncells && !code; i++) {
        struct ifb_matched *m = &out[*n];

        if (!wanted(&x->cand->cells[i], x->o->model))
            continue;
        *m = (struct ifb_matched){ .cand = &x->cand->cells[i] };
        code = find_base(x, m->cand, &m->base);
        if (!code && !m->base && !x->o->common)
            code = ifb_fail(x->err, IFB_EINPUT, "suite %.*s is in %.*s only; --common compares the "
                            "others", IFB_ARG(m->cand->suite), IFB_ARG(x->cand->name));
        if (code || !m->base)
            continue;
        match_items(m, digits, prints, x->arena);
        code = check_items(x, m);
        make_clusters(m, x->o->by_group, x->arena);
        (*n)++;
    }
    if (!code && !*n && (!x->base->ncells || !x->cand->ncells))
        code = ifb_fail(x->err, IFB_EINPUT, "%.*s has no verdicts of items to compare; "
                        "score its judgments again without --reports json",
                        IFB_ARG(x->base->ncells ? x->cand->name : x->base->name));
    else if (!code && !*n)
        code = ifb_fail(x->err, IFB_EINPUT, "%.*s and %.*s have nothing in common",
                        IFB_ARG(x->base->name), IFB_ARG(x->cand->name));
    return code ? code : check_doubles(x, out, *n);
}

/* ---- the whole ---- */

static void add_note(struct ifb_comparison *out, ifb_str note)
{
    ((ifb_str *)out->notes)[out->nnotes++] = note;
}

static void note_state(struct ifb_comparison *out, const struct ifb_marks *m,
                       struct ifb_arena *arena)
{
    const struct ifb_shard *s = &m->summary.shard;

    if (s->of)
        add_note(out, ifb_fmt(arena, "%.*s is shard %lld/%lld of a run", IFB_ARG(m->name),
                              (long long)s->index, (long long)s->of));
    else if (!m->summary.complete)
        add_note(out, ifb_fmt(arena, "%.*s has not come to its end", IFB_ARG(m->name)));
}

static void note_all(struct ifb_comparison *out, const struct matching *x)
{
    const struct ifb_summary *b = &x->base->summary, *c = &x->cand->summary;

    out->notes = ifb_new(x->arena, ifb_str, 4);
    note_state(out, x->base, x->arena);
    note_state(out, x->cand, x->arena);
    if (!ifb_str_eq(b->version, c->version))
        add_note(out, ifb_fmt(x->arena, "scored by different versions, %.*s and %.*s; `ifbench "
                              "score RUN` scores a run again", IFB_ARG(b->version),
                              IFB_ARG(c->version)));
    if (b->punkt.len && c->punkt.len && !ifb_str_eq(b->punkt, c->punkt))
        add_note(out, ifb_fmt(x->arena, "sentences were found by different parameters, %.*s and "
                              "%.*s", IFB_ARG(b->punkt), IFB_ARG(c->punkt)));
}

enum ifb_code ifb_compare_marks(const struct ifb_marks *base, const struct ifb_marks *cand,
                                const struct ifb_compare_options *options,
                                struct ifb_arena *arena, struct ifb_comparison *out,
                                struct ifb_error *err)
{
    struct matching x = { base, cand, options, arena, err };
    struct ifb_matched *m = ifb_new(arena, struct ifb_matched, cand->ncells + 1);
    struct ifb_compare_cell *cells = ifb_new(arena, struct ifb_compare_cell, cand->ncells + 1);
    struct ifb_compare_rows rows = { .arena = arena, .seed = options->seed,
                                     .level = options->level > 0 ? options->level : 0.95 };
    size_t n = 0;
    enum ifb_code code = IFB_OK;

    *out = (struct ifb_comparison){ .base = base->name, .cand = cand->name, .level = rows.level };
    if (cand->is_file)
        return ifb_fail(err, IFB_EINPUT, "%.*s is a baseline, wanted the folder of a run",
                        IFB_ARG(cand->name));
    code = match_cells(&x, m, &n);
    for (size_t i = 0; i < n && !code; i++) {
        rows.cell = i;
        ifb_compare_add_rows(&rows, &m[i], &base->summary, &cand->summary);
        ifb_compare_lists(&m[i], arena, &cells[i]);
    }
    ifb_compare_adjust(&rows);
    note_all(out, &x);
    out->cells = cells;
    out->ncells = n;
    out->rows = rows.at;
    out->nrows = rows.n;
    return code;
}

enum ifb_code ifb_runs_compare(const char *base, const char *cand,
                               const struct ifb_compare_options *options, struct ifb_arena *arena,
                               struct ifb_comparison *out, struct ifb_error *err)
{
    struct ifb_marks *marks = ifb_new(arena, struct ifb_marks, 2);
    enum ifb_code code = ifb_marks_load(base, arena, &marks[0], err);

    if (!code)
        code = ifb_marks_load(cand, arena, &marks[1], err);
    return code ? code : ifb_compare_marks(&marks[0], &marks[1], options, arena, out, err);
}
