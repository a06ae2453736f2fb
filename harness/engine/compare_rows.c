/* SPDX-License-Identifier: Apache-2.0 */
/* From pairs of items to numbers: metrics, constraints by name, lists of what changed. */
#include <math.h>
#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/rng.h"
#include "harness/base/str.h"
#include "harness/engine/compare.h"

const struct ifb_metric_value *ifb_metric_of(const struct ifb_summary *s, ifb_str suite,
                                             ifb_str model, ifb_str id)
{
    for (size_t i = 0; i < s->nmetrics; i++)
        if (ifb_str_eq(s->metrics[i].id, id) && ifb_str_eq(s->metrics[i].suite, suite) &&
            ifb_str_eq(s->metrics[i].model, model))
            return &s->metrics[i];
    return NULL;
}

/* Each row has its own numbers, so that none depends on which others there are. */
static double exchange(const struct ifb_compare_rows *rows, const struct ifb_pair *at, size_t n)
{
    struct ifb_rng rng;
    const struct ifb_draws draws = ifb_rng_draws(&rng);

    ifb_rng_seed(&rng, rows->seed);
    return ifb_sign_flip(at, n, IFB_EXCHANGES, &draws);
}

static struct ifb_compare_row *add_row(struct ifb_compare_rows *rows)
{
    rows->at = ifb_grow(rows->arena, rows->at, &rows->cap, rows->n + 1, sizeof(*rows->at));
    rows->at[rows->n] = (struct ifb_compare_row){
        .cell = rows->cell,
        .unit = IFB_STR("proportion"), .higher_is_better = true, .test = "", .base = NAN,
        .cand = NAN, .interval = { NAN, NAN }, .p = NAN, .p_holm = NAN, .cohen_h = NAN,
    };
    return &rows->at[rows->n++];
}

static void fill_row(const struct ifb_compare_rows *rows, struct ifb_compare_row *row,
                     const struct ifb_pair *at, size_t n)
{
    struct ifb_paired *p = &row->pair;

    *p = ifb_paired_of(at, n);
    row->paired = true;
    row->base = p->base;
    row->cand = p->cand;
    row->interval = ifb_paired_interval(p, rows->level);
    row->cohen_h = ifb_cohen_h(p->base, p->cand);
    if (!p->n)
        return;
    if (p->binary) {
        row->test = p->fixed + p->regressed < IFB_MCNEMAR_EXACT ? "mcnemar exact" : "mcnemar mid-p";
        row->p = ifb_mcnemar(p->fixed, p->regressed);
    } else {
        row->test = "exchange";
        row->p = exchange(rows, at, n);
    }
}

/* ---- metrics ---- */

static void add_up(struct ifb_pair *sum, const struct ifb_pair *more)
{
    sum->base_hits += more->base_hits;
    sum->base_n += more->base_n;
    sum->cand_hits += more->cand_hits;
    sum->cand_n += more->cand_n;
}

/* The outcomes of one side, where what is unscored on the other is unscored too. */
static const uint8_t *masked(const uint8_t *own, const uint8_t *other, size_t n, uint8_t *room)
{
    for (size_t i = 0; i < n; i++)
        room[i] = other && other[i] == IFB_UNSCORED ? IFB_UNSCORED : own[i];
    return room;
}

struct side {
    const struct ifb_mark_item *own, *other;
    struct ifb_item *item;  /* what a metric may look at */
    uint8_t *strict, *loose;
};

static struct ifb_ratio count_side(const struct ifb_metric *m, const struct side *s)
{
    struct ifb_ratio ratio = { 0, 0 };
    bool paired = s->own->epochs == s->other->epochs;
    size_t n = s->own->nchecks;

    for (uint32_t e = 0; e < s->own->epochs; e++) {
        const uint8_t *strict = paired ? s->other->strict + e * n : NULL;
        const uint8_t *loose = paired ? s->other->loose + e * n : NULL;
        struct ifb_item_score score = {
            s->item, masked(s->own->strict + e * n, strict, n, s->strict),
            masked(s->own->loose + e * n, loose, n, s->loose), s->own->answered[e],
        };

        m->count(&score, &ratio);
    }
    return ratio;
}

static size_t most_checks(const struct ifb_matched *m)
{
    size_t most = 0;

    for (size_t i = 0; i < m->n; i++)
        most = m->at[i].cand->nchecks > most ? m->at[i].cand->nchecks : most;
    return most;
}

static void count_metric(const struct ifb_metric *m, const struct ifb_matched *at,
                         struct ifb_arena *scratch, struct ifb_pair *clusters)
{
    size_t most = most_checks(at);
    struct ifb_constraint *constraints = ifb_new(scratch, struct ifb_constraint, most);
    struct ifb_item item = { .constraints = constraints };
    uint8_t *room = ifb_new(scratch, uint8_t, 2 * most + 1);

    for (size_t i = 0; i < at->n; i++) {
        const struct ifb_mark_item *b = at->at[i].base, *c = at->at[i].cand;
        struct side base = { b, c, &item, room, room + most };
        struct side cand = { c, b, &item, room, room + most };
        struct ifb_pair *sum = &clusters[at->at[i].cluster];
        struct ifb_ratio was, is;

        item.id = c->id;
        item.group = c->group;
        item.level = c->level;
        item.nconstraints = c->nchecks;
        for (size_t k = 0; k < c->nchecks; k++)
            constraints[k].id = c->checks[k];
        was = count_side(m, &base);
        is = count_side(m, &cand);
        if (!was.n || !is.n)
            continue;
        sum->base_hits += (double)was.hits;
        sum->base_n += (double)was.n;
        sum->cand_hits += (double)is.hits;
        sum->cand_n += (double)is.n;
    }
}

/* "pass@K", "pass^K", "mean@K" of epochs, of items all of whose K answers are scored. */
static bool is_of_epochs(ifb_str id, int64_t *k)
{
    ifb_str names[] = { IFB_STR("pass@"), IFB_STR("pass^"), IFB_STR("mean@") };

    for (size_t i = 0; i < 3; i++)
        if (ifb_str_starts(id, names[i]) && ifb_str_int(ifb_str_from(id, names[i].len), k))
            return *k > 1;
    return false;
}

/* Of K answers: one number for pass@K and pass^K, K of them for the mean. */
static bool epochs_value(const struct ifb_mark_item *item, ifb_str id, int64_t k, double *hits)
{
    uint32_t passed, scored;

    ifb_mark_passes(item, &passed, &scored);
    if (scored != item->epochs || scored != k)
        return false;
    *hits = id.ptr[0] == 'm' ? (double)passed
            : id.ptr[4] == '@' ? ifb_pass_at_k(k, passed, k)
                               : ifb_pass_all_k(k, passed, k);
    return true;
}

static void count_epochs(const struct ifb_matched *m, ifb_str id, int64_t k,
                         struct ifb_pair *clusters)
{
    double n = id.ptr[0] == 'm' ? (double)k : 1, was, is;

    for (size_t i = 0; i < m->n; i++) {
        struct ifb_pair one = { 0, n, 0, n };

        if (!epochs_value(m->at[i].base, id, k, &was) || !epochs_value(m->at[i].cand, id, k, &is))
            continue;
        one.base_hits = was;
        one.cand_hits = is;
        add_up(&clusters[m->at[i].cluster], &one);
    }
}

static const struct ifb_metric *find_metric(ifb_str suite, ifb_str id)
{
    const struct ifb_suite *s = ifb_suite_find(suite);
    const struct ifb_metric *m = s ? s->metrics : ifb_ifeval_metrics;

    while (m->id && !ifb_str_is(id, m->id))
        m++;
    return m->id ? m : NULL;
}

static void fill_fold(const struct ifb_compare_rows *rows, const struct ifb_metric *metric,
                      const struct ifb_matched *m, struct ifb_compare_row *row)
{
    ifb_compare_fold(metric, m, row);
    if (!row->paired)
        return;
    row->interval = ifb_paired_interval(&row->pair, rows->level);
    row->test = "jackknife";
    row->p = ifb_wald(&row->pair);
}

static void add_metric(struct ifb_compare_rows *rows, const struct ifb_matched *m,
                       const struct ifb_metric_value *was, const struct ifb_metric_value *is)
{
    const struct ifb_metric *metric = find_metric(is->suite, is->id);
    struct ifb_compare_row *row = add_row(rows);
    struct ifb_arena *scratch;
    struct ifb_pair *clusters;
    size_t n;

    row->suite = m->cand->suite;
    row->kind = IFB_STR("metric");
    row->name = is->id;
    row->unit = is->unit;
    row->higher_is_better = is->higher_is_better;
    row->base = was ? was->value : (double)NAN;
    row->cand = is->value;
    if (metric && metric->fold) {
        fill_fold(rows, metric, m, row);
        return;
    }
    scratch = ifb_arena_new();
    n = ifb_compare_units(m, true, is->id, scratch, &clusters);
    if (n)
        fill_row(rows, row, clusters, n);
    ifb_arena_close(scratch);
}

/* ---- constraints by name ---- */

struct entry {
    ifb_str name;
    uint32_t cluster;
    struct ifb_pair counts;
};

static int by_name(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int d = ifb_str_cmp(x->name, y->name);

    return d ? d : (x->cluster > y->cluster) - (x->cluster < y->cluster);
}

/* Epochs of one constraint; what is unscored in an epoch on one side counts on neither. */
static struct ifb_pair count_check(const struct ifb_mark_item *b, const struct ifb_mark_item *c,
                                   size_t check)
{
    struct ifb_pair u = { 0, 0, 0, 0 };
    bool paired = b->epochs == c->epochs;
    uint32_t most = b->epochs > c->epochs ? b->epochs : c->epochs;

    for (uint32_t e = 0; e < most; e++) {
        uint8_t was = e < b->epochs ? b->strict[e * b->nchecks + check] : IFB_UNSCORED;
        uint8_t is = e < c->epochs ? c->strict[e * c->nchecks + check] : IFB_UNSCORED;
        bool both = was != IFB_UNSCORED && is != IFB_UNSCORED;

        if (was != IFB_UNSCORED && (both || !paired)) {
            u.base_n++;
            u.base_hits += was == IFB_PASS;
        }
        if (is != IFB_UNSCORED && (both || !paired)) {
            u.cand_n++;
            u.cand_hits += is == IFB_PASS;
        }
    }
    return u;
}

static ifb_str name_for(const char *kind, const struct ifb_mark_item *item, size_t check)
{
    ifb_str id = item->checks[check];
    size_t colon = ifb_str_chr(id, ':', 0);

    if (strcmp(kind, "group") == 0)
        return item->group;
    if (strcmp(kind, "family") == 0)
        return ifb_str_part(id, 0, colon == SIZE_MAX ? id.len : colon);
    return id;
}

static size_t gather(const char *kind, const struct ifb_matched *m, struct entry *out)
{
    size_t n = 0;

    for (size_t i = 0; i < m->n; i++)
        for (size_t k = 0; k < m->at[i].cand->nchecks; k++) {
            struct entry e = { name_for(kind, m->at[i].cand, k), m->at[i].cluster,
                               count_check(m->at[i].base, m->at[i].cand, k) };

            if (e.name.len && e.counts.base_n > 0 && e.counts.cand_n > 0)
                out[n++] = e;
        }
    if (n)
        qsort(out, n, sizeof(*out), by_name);
    return n;
}

static void add_kind(struct ifb_compare_rows *rows, const struct ifb_matched *m, const char *kind,
                     struct entry *entries, struct ifb_pair *clusters)
{
    size_t n = gather(kind, m, entries), to;

    for (size_t from = 0; from < n; from = to) {
        struct ifb_compare_row *row = add_row(rows);
        size_t used = 0;

        for (to = from; to < n && ifb_str_eq(entries[to].name, entries[from].name); to++) {
            if (to == from || entries[to].cluster != entries[to - 1].cluster)
                clusters[used++] = (struct ifb_pair){ 0, 0, 0, 0 };
            add_up(&clusters[used - 1], &entries[to].counts);
        }
        row->suite = m->cand->suite;
        row->kind = ifb_str_of(kind);
        row->name = entries[from].name;
        fill_row(rows, row, clusters, used);
    }
}

size_t ifb_compare_units(const struct ifb_matched *m, bool metric, ifb_str name,
                         struct ifb_arena *arena, struct ifb_pair **out)
{
    const struct ifb_metric *counted = metric ? find_metric(m->cand->suite, name) : NULL;
    int64_t k;

    *out = ifb_new(arena, struct ifb_pair, m->nclusters);
    if (counted && counted->count)
        count_metric(counted, m, arena, *out);
    else if (metric && !counted && is_of_epochs(name, &k))
        count_epochs(m, name, k, *out);
    else if (metric)
        return 0;
    for (size_t i = 0; i < m->n && !metric; i++)
        for (size_t c = 0; c < m->at[i].cand->nchecks; c++)
            if (ifb_str_eq(m->at[i].cand->checks[c], name)) {
                struct ifb_pair u = count_check(m->at[i].base, m->at[i].cand, c);

                add_up(&(*out)[m->at[i].cluster], &u);
            }
    return m->nclusters;
}

void ifb_compare_add_rows(struct ifb_compare_rows *rows, const struct ifb_matched *m,
                          const struct ifb_summary *base, const struct ifb_summary *cand)
{
    static const char *const kinds[] = { "family", "group", "instruction" };
    struct ifb_arena *scratch = ifb_arena_new();
    struct entry *entries;
    struct ifb_pair *clusters = ifb_new(scratch, struct ifb_pair, m->nclusters);
    size_t checks = 0;

    for (size_t i = 0; i < cand->nmetrics; i++) {
        const struct ifb_metric_value *is = &cand->metrics[i];

        if (ifb_str_eq(is->suite, m->cand->suite) && ifb_str_eq(is->model, m->cand->model))
            add_metric(rows, m, ifb_metric_of(base, is->suite, m->base->model, is->id), is);
    }
    for (size_t i = 0; i < m->n; i++)
        checks += m->at[i].cand->nchecks;
    entries = ifb_new(scratch, struct entry, checks);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        add_kind(rows, m, kinds[i], entries, clusters);
    ifb_arena_close(scratch);
}

/* Metrics of the whole suite are what one looks at first; those of a part are details. */
static bool is_headline(const struct ifb_compare_row *r)
{
    return ifb_str_is(r->kind, "metric") && ifb_str_chr(r->name, '.', 0) == SIZE_MAX;
}

static void adjust(struct ifb_compare_rows *rows, bool headline, double *p, size_t *order)
{
    for (size_t i = 0; i < rows->n; i++)
        p[i] = is_headline(&rows->at[i]) == headline ? rows->at[i].p : (double)NAN;
    ifb_holm(p, rows->n, order, p);
    for (size_t i = 0; i < rows->n; i++)
        if (is_headline(&rows->at[i]) == headline)
            rows->at[i].p_holm = p[i];
}

void ifb_compare_adjust(struct ifb_compare_rows *rows)
{
    double *p = ifb_new(rows->arena, double, rows->n);
    size_t *order = ifb_new(rows->arena, size_t, rows->n);

    adjust(rows, true, p, order);
    adjust(rows, false, p, order);
}

/* ---- lists ---- */

void ifb_mark_passes(const struct ifb_mark_item *item, uint32_t *passed, uint32_t *scored)
{
    *passed = *scored = 0;
    for (uint32_t e = 0; item->nchecks && e < item->epochs; e++) {
        const uint8_t *at = item->strict + e * item->nchecks;
        bool all = true, known = true;

        for (size_t i = 0; i < item->nchecks; i++) {
            all = all && at[i] == IFB_PASS;
            known = known && at[i] != IFB_UNSCORED;
        }
        *scored += known;
        *passed += known && all;
    }
}

static void changed_checks(const struct ifb_mark_pair *pair, struct ifb_arena *arena,
                           struct ifb_compare_item *out)
{
    size_t n = pair->cand->nchecks, nlost = 0, nwon = 0;
    ifb_str *lost = ifb_new(arena, ifb_str, n), *won = ifb_new(arena, ifb_str, n);

    for (size_t k = 0; k < n; k++) {
        struct ifb_pair u = count_check(pair->base, pair->cand, k);
        double change = u.cand_hits * u.base_n - u.base_hits * u.cand_n;

        if (change < 0)
            lost[nlost++] = pair->cand->checks[k];
        else if (change > 0)
            won[nwon++] = pair->cand->checks[k];
    }
    out->lost = (struct ifb_strs){ lost, nlost };
    out->won = (struct ifb_strs){ won, nwon };
}

static void push(struct ifb_strs *list, ifb_str id)
{
    ((ifb_str *)list->at)[list->n++] = id;
}

struct lists {
    struct ifb_compare_cell *cell;
    struct ifb_compare_item *fixed, *regressed;
    struct ifb_arena *arena;
};

static void list_pair(struct lists *l, const struct ifb_mark_pair *pair)
{
    struct ifb_compare_item item = { .id = pair->cand->id };
    uint32_t was, was_of, is, is_of;

    ifb_mark_passes(pair->base, &was, &was_of);
    ifb_mark_passes(pair->cand, &is, &is_of);
    if (!was_of || !is_of) {
        push(&l->cell->unscored, item.id);
        l->cell->newly_unscored += was_of > 0;
        return;
    }
    item.base = (double)was / was_of;
    item.cand = (double)is / is_of;
    if (item.base == item.cand) {
        push(item.base == 1 ? &l->cell->same_pass : &l->cell->same_fail, item.id);
        return;
    }
    changed_checks(pair, l->arena, &item);
    if (item.cand > item.base)
        l->fixed[l->cell->nfixed++] = item;
    else
        l->regressed[l->cell->nregressed++] = item;
}

void ifb_compare_lists(const struct ifb_matched *m, struct ifb_arena *arena,
                       struct ifb_compare_cell *out)
{
    struct lists l = { .cell = out, .arena = arena,
                       .fixed = ifb_new(arena, struct ifb_compare_item, m->n),
                       .regressed = ifb_new(arena, struct ifb_compare_item, m->n) };

    *out = (struct ifb_compare_cell){
        .suite = m->cand->suite, .base_model = m->base->model, .cand_model = m->cand->model,
        .items = m->n, .base_only = m->nbase_only, .cand_only = m->ncand_only,
        .changed = m->nchanged, .fixed = l.fixed, .regressed = l.regressed,
        .same_pass.at = ifb_new(arena, ifb_str, m->n),
        .same_fail.at = ifb_new(arena, ifb_str, m->n),
        .unscored.at = ifb_new(arena, ifb_str, m->n),
    };
    for (size_t i = 0; i < m->n; i++)
        list_pair(&l, &m->at[i]);
}
