/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers of judgments by a rubric of one's own: JSON lines
 *
 *     {"item", "model", "judge", "judgment": REPLY, "score": 1 to 10}
 *     {"item", "model", "judge", "criterion": ID, "question"?, "judgment": REPLY,
 *      "said": "yes" | "no" | null}
 *
 * and "group", optional. What a reply says is read again; where there is none, score
 * and said count.
 */
#include <math.h>
#include <stdlib.h>

#include <ifbench/stats.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "scorers/judge/judge.h"
#include "scorers/judge/rows.h"

#define JUDGES_MAX 50
#define ITEMS_MAX 1000000
#define GRADES 10

struct options {
    int64_t parse;
};

/* A judgment; names by number. */
struct row {
    size_t item, model, judge, criterion;  /* criterion: IFB_NAMES_MAX for a rating */
    double value;                          /* rating, or 1 yes and 0 no; NaN: not read */
    ifb_str why, group;
};

struct state {
    const struct options *o;
    const struct ifb_judged_lent *lent;
    struct ifb_names items, models, judges, criteria;
    struct row *at;
    size_t n, cap;
    struct ifb_seen seen;
    double *room;
    int64_t doubles;
    struct ifb_group_row *groups;
    size_t ngroups, groups_cap;
};

static enum ifb_code open_suite(const void *options, const struct ifb_judged_lent *lent,
                                void **out, struct ifb_error *err)
{
    struct state *s = ifb_new(lent->arena, struct state, 1);

    (void)err;
    s->o = options;
    s->lent = lent;
    *out = s;
    return IFB_OK;
}

/* ---- reading ---- */

static double read_criterion(const struct ifb_json *row, ifb_str reply)
{
    struct ifb_arena *scratch = ifb_arena_new();
    ifb_str said = ifb_json_str(row, "said");
    struct ifb_judgment j;
    double value = ifb_str_is(said, "yes") ? 1 : ifb_str_is(said, "no") ? 0 : (double)NAN;

    if (reply.len) {
        j = ifb_criterion_said(reply, scratch);
        value = j.said[0] == IFB_SAID_YES ? 1 : j.said[0] == IFB_SAID_NO ? 0 : (double)NAN;
    }
    ifb_arena_close(scratch);
    return value;
}

/* A rating beyond the scale would be of another one. */
static enum ifb_code read_rating(const struct ifb_judged_line *line, ifb_str reply,
                                 enum ifb_parse parse, double *out, struct ifb_error *err)
{
    *out = reply.len ? ifb_rubric_rating(reply, parse).rating
                     : ifb_json_real(line->row, "score", NAN);
    if (isnan(*out) || (*out >= 1 && *out <= GRADES))
        return IFB_OK;
    return ifb_judged_fault(line, err, "\"score\" is %g, wanted 1 to %d", *out, GRADES);
}

static bool is_double(struct state *s, const struct row *r)
{
    struct ifb_arena *scratch = ifb_arena_new();
    bool met = ifb_seen_before(&s->seen, s->lent->arena,
                               ifb_fmt(scratch, "%zu %zu %zu %zu", r->item, r->model, r->judge,
                                       r->criterion));

    ifb_arena_close(scratch);
    s->doubles += met;
    return met;
}

static enum ifb_code see(void *self, const struct ifb_judged_line *line, struct ifb_error *err)
{
    struct state *s = self;
    struct ifb_arena *arena = s->lent->arena;
    const struct ifb_json *v = line->row;
    ifb_str item = ifb_judged_id(v, "item"), model = ifb_json_str(v, "model");
    ifb_str judge = ifb_json_str(v, "judge"), criterion = ifb_json_str(v, "criterion");
    ifb_str reply = ifb_json_str(v, "judgment"), group = ifb_json_str(v, "group");
    struct row r;

    if (!item.ptr || !model.ptr)
        return ifb_judged_fault(line, err, "a judgment wants \"item\" and \"model\"");
    r.item = ifb_name_within(&s->items, arena, item, ITEMS_MAX);
    r.model = ifb_name_of(&s->models, arena, model);
    r.judge = ifb_name_of(&s->judges, arena, judge.ptr ? judge : IFB_STR("judge"));
    r.criterion = criterion.ptr ? ifb_name_of(&s->criteria, arena, criterion) : IFB_NAMES_MAX;
    if (r.item == ITEMS_MAX || r.model == IFB_NAMES_MAX || r.judge >= JUDGES_MAX ||
        (criterion.ptr && r.criterion == IFB_NAMES_MAX))
        return ifb_judged_fault(line, err, "more than %d items, %d models, %d judges or %d criteria",
                                ITEMS_MAX, IFB_NAMES_MAX, JUDGES_MAX, IFB_NAMES_MAX);
    if (is_double(s, &r))
        return IFB_OK;
    if (criterion.ptr)
        r.value = read_criterion(v, reply);
    else if (read_rating(line, reply, (enum ifb_parse)s->o->parse, &r.value, err))
        return IFB_EINPUT;
    r.why = s->lent->rows ? ifb_judged_reason(arena, reply.len ? reply : ifb_json_str(v, "error"))
                          : IFB_STR("");
    r.group = group.ptr ? ifb_str_copy(arena, group) : group;
    s->at = ifb_grow(arena, s->at, &s->cap, s->n + 1, sizeof(*s->at));
    s->at[s->n++] = r;
    return IFB_OK;
}

static enum ifb_code read_file(void *state, const struct ifb_judged_file *judgments,
                               struct ifb_arena *scratch, struct ifb_error *err)
{
    (void)scratch;
    return ifb_judged_lines(judgments, see, state, err);
}

/* ---- a model before a judge ---- */

static ifb_str label_of(const struct state *s, size_t model, size_t judge)
{
    if (s->judges.n == 1)
        return s->models.at[model];
    return ifb_fmt(s->lent->arena, "%.*s (%.*s)", IFB_ARG(s->models.at[model]),
                   IFB_ARG(s->judges.at[judge]));
}

static enum ifb_outcome outcome_of(const struct row *r)
{
    if (isnan(r->value))
        return IFB_UNSCORED;
    return r->criterion < IFB_NAMES_MAX ? ifb_pass_if(r->value > 0) : IFB_PASS;
}

static void tell(const struct state *s, const struct row *r, ifb_str label)
{
    struct ifb_arena *arena = ifb_arena_new();
    bool criterion = r->criterion < IFB_NAMES_MAX;
    const char *said = isnan(r->value) ? "not read" : r->value > 0 ? "yes" : "no";
    struct ifb_judged_row row = { .model = label, .outcome = outcome_of(r), .group = r->group,
                                  .item = s->items.at[r->item] };

    row.id = criterion ? ifb_fmt(arena, "%.*s %.*s", IFB_ARG(row.item),
                                 IFB_ARG(s->criteria.at[r->criterion]))
                       : row.item;
    row.check = criterion ? s->criteria.at[r->criterion] : IFB_STR("rating");
    row.why = criterion || isnan(r->value)
                  ? ifb_fmt(arena, "%s: %.*s", said, IFB_ARG(r->why))
                  : ifb_fmt(arena, "rated %.6g: %.*s", r->value, IFB_ARG(r->why));
    s->lent->row(s->lent->self, &row);
    ifb_arena_close(arena);
}

/* Items with all criteria met: of those whose criteria were all read. */
static void put_all_met(const struct state *s, const struct row *const *rows, size_t n,
                        struct ifb_values *v)
{
    int64_t met = 0, read = 0, unread = 0;

    for (size_t from = 0, to; from < n; from = to) {
        bool all = true, whole = true;

        for (to = from; to < n && rows[to]->item == rows[from]->item; to++) {
            all = all && rows[to]->value > 0;
            whole = whole && !isnan(rows[to]->value);
        }
        met += whole && all;
        read += whole;
        unread += !whole;
    }
    (void)s;
    ifb_value_share(v, "all_met", met, read, unread);
}

static int order_of(size_t a, size_t b)
{
    return (a > b) - (a < b);
}

/* By judge, model, item and criterion. */
static int in_order(const void *a, const void *b)
{
    const struct row *x = *(const struct row *const *)a, *y = *(const struct row *const *)b;
    int d = order_of(x->judge, y->judge);

    d = d ? d : order_of(x->model, y->model);
    d = d ? d : order_of(x->item, y->item);
    return d ? d : order_of(x->criterion, y->criterion);
}

static void add_groups(struct state *s, const struct row *const *rows, size_t n, ifb_str label)
{
    for (size_t c = 0; c < s->criteria.n; c++) {
        struct ifb_group_row g = { .suite = IFB_STR("rubric"), .model = label,
                                   .kind = IFB_STR("criterion"), .name = s->criteria.at[c] };

        for (size_t i = 0; i < n; i++) {
            if (rows[i]->criterion != c)
                continue;
            g.n++;
            g.strict_pass += rows[i]->value > 0;
            g.unscored += isnan(rows[i]->value);
        }
        g.loose_pass = g.strict_pass;
        if (!g.n)
            continue;
        s->groups = ifb_grow(s->lent->arena, s->groups, &s->groups_cap, s->ngroups + 1, sizeof(g));
        s->groups[s->ngroups++] = g;
    }
}

static void put_values(const struct state *s, const struct row **rows, size_t n,
                       struct ifb_values *v)
{
    int64_t ratings = 0, unrated = 0, met = 0, read = 0, unread = 0;

    for (size_t i = 0; i < n; i++) {
        bool criterion = rows[i]->criterion < IFB_NAMES_MAX;

        if (isnan(rows[i]->value)) {
            unrated += !criterion;
            unread += criterion;
        } else if (criterion) {
            read++;
            met += rows[i]->value > 0;
        } else {
            s->room[ratings++] = rows[i]->value;
        }
    }
    if (ratings + unrated)
        ifb_value_mean(v, "rating", s->room, ratings, unrated);
    if (read + unread) {
        ifb_value_share(v, "criteria_met", met, read, unread);
        put_all_met(s, rows, n, v);
    }
}

/* `rows` are all of one judge about one model. */
static void finish_model(struct state *s, const struct row **rows, size_t n,
                         struct ifb_cells *cells)
{
    struct ifb_values v = { .arena = s->lent->arena };
    struct ifb_counts c = { 0 };
    ifb_str label = label_of(s, rows[0]->model, rows[0]->judge);

    for (size_t i = 0; i < n; i++) {
        enum ifb_outcome outcome = outcome_of(rows[i]);

        c.total++;
        c.passed += outcome == IFB_PASS;
        c.failed += outcome == IFB_FAIL;
        c.unscored += outcome == IFB_UNSCORED;
        if (s->lent->rows)
            tell(s, rows[i], label);
    }
    put_values(s, rows, n, &v);
    add_groups(s, rows, n, label);
    ifb_cell_add(cells, label, &v, &c);
}

/* ---- judges together ---- */

static bool is_jury(const struct state *s, size_t judge)
{
    return ifb_str_starts(s->judges.at[judge], IFB_STR("jury of "));
}

/* Units are (item, model, criterion), in the order in which they first appear. */
static size_t units_of(const struct state *s, size_t *unit)
{
    struct ifb_names names = { 0 };
    struct ifb_arena *arena = ifb_arena_new();

    for (size_t i = 0; i < s->n; i++)
        unit[i] = ifb_name_within(&names, arena,
                                  ifb_fmt(arena, "%zu %zu %zu", s->at[i].item, s->at[i].model,
                                          s->at[i].criterion), SIZE_MAX);
    ifb_arena_close(arena);
    return names.n;
}

/* Ratings by their nearest whole grade, criteria as 0 and 1. */
static int32_t grade_of(const struct row *r)
{
    return isnan(r->value) ? -1 : (int32_t)lround(r->value);
}

static void put_agreement(const int32_t *values, size_t units, size_t judges, size_t x, size_t y,
                          struct ifb_values *v)
{
    int64_t table[(GRADES + 1) * (GRADES + 1)] = { 0 }, same = 0, n = 0;

    for (size_t u = 0; u < units; u++) {
        int32_t a = values[u * judges + x], b = values[u * judges + y];

        if (a < 0 || b < 0)
            continue;
        table[a * (GRADES + 1) + b]++;
        same += a == b;
        n++;
    }
    ifb_value_share(v, "agreement", same, n, 0);
    ifb_value_coefficient(v, "kappa", ifb_cohen_kappa(table, GRADES + 1),
                          ifb_cohen_kappa_se(table, GRADES + 1), n);
}

static void finish_judges(const struct state *s, struct ifb_cells *cells)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_counts none = { 0 };
    size_t *unit = ifb_new(arena, size_t, s->n), units = units_of(s, unit), voters = 0;
    int32_t *values = ifb_new(arena, int32_t, units * s->judges.n);
    double work[(GRADES + 1) * (GRADES + 1)], scale[GRADES + 1];
    struct ifb_values all = { .arena = s->lent->arena };

    for (size_t i = 0; i < units * s->judges.n; i++)
        values[i] = -1;
    for (size_t i = 0; i < s->n; i++)
        if (!is_jury(s, s->at[i].judge))
            values[unit[i] * s->judges.n + s->at[i].judge] = grade_of(&s->at[i]);
    for (int i = 0; i <= GRADES; i++)
        scale[i] = i;
    for (size_t x = 0; x < s->judges.n; x++) {
        voters += !is_jury(s, x);
        for (size_t y = x + 1; y < s->judges.n; y++) {
            struct ifb_values v = { .arena = s->lent->arena };

            if (is_jury(s, x) || is_jury(s, y))
                continue;
            put_agreement(values, units, s->judges.n, x, y, &v);
            ifb_cell_add(cells, ifb_fmt(s->lent->arena, "%.*s with %.*s", IFB_ARG(s->judges.at[x]),
                                        IFB_ARG(s->judges.at[y])), &v, &none);
        }
    }
    ifb_value_coefficient(&all, "alpha",
                          ifb_krippendorff_alpha(values, units, s->judges.n, GRADES + 1,
                                                 s->criteria.n ? NULL : scale, work),
                          ifb_krippendorff_se(values, units, s->judges.n, GRADES + 1,
                                              s->criteria.n ? NULL : scale, work),
                          (int64_t)units);
    ifb_cell_add(cells, ifb_fmt(s->lent->arena, "jury of %zu", voters), &all, &none);
    ifb_arena_close(arena);
}

static enum ifb_code finish(void *state, struct ifb_judged_out *out, struct ifb_error *err)
{
    struct state *s = state;
    struct ifb_arena *arena = s->lent->arena;
    struct ifb_cells cells = { .arena = arena };
    const struct row **rows = ifb_new(arena, const struct row *, s->n);

    (void)err;
    s->room = ifb_new(arena, double, s->n);
    for (size_t i = 0; i < s->n; i++)
        rows[i] = &s->at[i];
    qsort(rows, s->n, sizeof(*rows), in_order);
    for (size_t from = 0, to; from < s->n; from = to) {
        to = from;
        while (to < s->n && rows[to]->judge == rows[from]->judge &&
               rows[to]->model == rows[from]->model)
            to++;
        finish_model(s, rows + from, to - from, &cells);
    }
    if (s->judges.n > 1)
        finish_judges(s, &cells);
    if (s->doubles)
        s->lent->warn(s->lent->self, "%lld lines of a judgment that was there before are left out",
                      (long long)s->doubles);
    out->cells = cells.at;
    out->ncells = cells.n;
    out->groups = s->groups;
    out->ngroups = s->ngroups;
    return IFB_OK;
}

#define METRIC(id_, unit_, doc_) \
    { .id = id_, .doc = doc_, .unit = unit_, .higher_is_better = true }

static const struct ifb_metric metrics[] = {
    METRIC("rating", "points", "mean rating, 1 to 10"),
    METRIC("criteria_met", "proportion", "criteria that the judge says are met"),
    METRIC("all_met", "proportion", "answers that meet all of them"),
    METRIC("agreement", "proportion", "judgments on which two judges agree"),
    METRIC("kappa", "coefficient", "Cohen's kappa of these"),
    METRIC("alpha", "coefficient", "Krippendorff's alpha of all judges; interval for ratings"),
    { 0 }
};

static const char *const parse_choices[] = { "official", "last", NULL };

static const struct ifb_field fields[] = {
    IFB_FIELD(struct options, parse, "parse", .kind = IFB_CHOICE, .choices = parse_choices,
              .doc = "which mark of a rating counts"),
    { 0 }
};

const struct ifb_judged ifb_judged_rubric = {
    .id = "rubric", .doc = "answers rated from 1 to 10, or checked by criteria of one's own",
    .cite = "ifbench", .judgments = "JSON lines of `ifbench judge --rubric`",
    .metrics = metrics, .fields = fields, .options_size = sizeof(struct options),
    .open = open_suite, .read = read_file, .finish = finish,
};
