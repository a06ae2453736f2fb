/* SPDX-License-Identifier: Apache-2.0 */
/*
 * InFoBench's numbers from files of judged outputs: the share of questions that
 * are answered YES (DRFR), over those that were asked or over all there are.
 */
#include <math.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "scorers/judge/judge.h"
#include "scorers/judge/reliability.h"
#include "scorers/judge/rows.h"

enum { OFFICIAL, STRICT };

struct options {
    int64_t drfr;
};

/* Questions: answered YES, asked, all there are. */
struct tally {
    int64_t yes, asked, all;
};

/* Parts that have a metric of their own. */
static const struct {
    const char *name, *metric;
} subsets[] = { { "Easy_set", "easy_set.drfr" }, { "Hard_set", "hard_set.drfr" } },
  labels[] = { { "Content", "content.drfr" }, { "Format", "format.drfr" },
               { "Style", "style.drfr" }, { "Linguistic", "linguistic.drfr" },
               { "Number", "number.drfr" } };
#define N_OF(a) (sizeof(a) / sizeof(*(a)))

/* What is known of a model. */
struct part {
    struct tally whole, subset[N_OF(subsets)], label[N_OF(labels)];
    struct tally *category;   /* by number; grows with the names */
    size_t ncategory, cap;
    int64_t instances, complete, unjudged, unread, suspects;
    struct ifb_counts counts;
};

struct state {
    const struct options *o;
    const struct ifb_judged_lent *lent;
    struct ifb_names models, categories;
    struct part *parts;
    size_t cap;
    ifb_str file_model;  /* of lines that name no model */
    struct ifb_seen seen;
    int64_t doubles;
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

static void add(struct tally *t, bool asked, bool yes)
{
    t->yes += yes;
    t->asked += asked;
    t->all++;
}

static void add_labels(struct part *p, const struct ifb_json *of_question, bool asked, bool yes)
{
    for (const struct ifb_json *l = of_question ? of_question->first : NULL; l; l = l->next)
        for (size_t i = 0; i < N_OF(labels); i++)
            if (ifb_str_is(l->string, labels[i].name))
                add(&p->label[i], asked, yes);
}

static void tell(const struct state *s, size_t model, const struct ifb_json *row, size_t question,
                 const struct ifb_json *said, const struct ifb_json *text)
{
    struct ifb_arena *arena;
    struct ifb_judged_row r = { .model = s->models.at[model], .check = IFB_STR("question"),
                                .group = ifb_json_str(row, "category") };

    if (!s->lent->rows)
        return;
    arena = ifb_arena_new();
    r.id = ifb_fmt(arena, "%.*s#%zu", IFB_ARG(ifb_judged_id(row, "id")), question + 1);
    r.outcome = !said || said->kind != IFB_JBOOL ? IFB_UNSCORED : said->truth ? IFB_PASS : IFB_FAIL;
    r.why = ifb_fmt(arena, "%s: %.*s", !said ? "not asked" : said->kind != IFB_JBOOL ? "unreadable"
                    : said->truth ? "yes" : "no",
                    IFB_ARG(ifb_utf8_cut(text ? text->string : IFB_STR(""), 300)));
    s->lent->row(s->lent->self, &r);
    ifb_arena_close(arena);
}

static void count_row(struct ifb_counts *c, const struct ifb_json *said)
{
    c->total++;
    c->unscored += !said || said->kind != IFB_JBOOL;
    c->passed += said && said->kind == IFB_JBOOL && said->truth;
    c->failed += said && said->kind == IFB_JBOOL && !said->truth;
}

static const struct ifb_json *first_of(const struct ifb_json *row, const char *key)
{
    const struct ifb_json *list = ifb_json_get(row, key);

    return list && list->kind == IFB_JARRAY ? list->first : NULL;
}

static void put_category(struct state *s, struct part *p, size_t category, bool asked, bool yes)
{
    if (category >= p->ncategory) {
        p->category = ifb_grow(s->lent->arena, p->category, &p->cap, category + 1,
                               sizeof(*p->category));
        memset(p->category + p->ncategory, 0,
               (category + 1 - p->ncategory) * sizeof(*p->category));
        p->ncategory = category + 1;
    }
    add(&p->category[category], asked, yes);
}

/* All questions of an instance, those too that an early stop left out. */
static void count_instance(struct state *s, size_t model, const struct ifb_json *row,
                           size_t category)
{
    const struct ifb_json *said = first_of(row, "eval"), *q = first_of(row, "decomposed_questions");
    const struct ifb_json *label = first_of(row, "question_label");
    ifb_str subset = ifb_json_str(row, "subset");
    struct part *p = &s->parts[model];
    bool all = true;

    for (size_t n = 0; said || q; n++) {
        bool yes = said && said->kind == IFB_JBOOL && said->truth;

        add(&p->whole, said != NULL, yes);
        for (size_t i = 0; i < N_OF(subsets); i++)
            if (ifb_str_is(subset, subsets[i].name))
                add(&p->subset[i], said != NULL, yes);
        add_labels(p, label, said != NULL, yes);
        if (category < IFB_NAMES_MAX)
            put_category(s, p, category, said != NULL, yes);
        count_row(&p->counts, said);
        tell(s, model, row, n, said, q);
        p->unread += said && said->kind != IFB_JBOOL;
        all = all && yes;
        said = said ? said->next : NULL;
        q = q ? q->next : NULL;
        label = label ? label->next : NULL;
    }
    p->complete += all;
}

static enum ifb_code check_row(const struct ifb_judged_line *line, struct ifb_error *err)
{
    const struct ifb_json *eval = ifb_json_get(line->row, "eval");

    if (!ifb_judged_id(line->row, "id").ptr)
        return ifb_judged_fault(line, err, "a judged output wants an \"id\"");
    if (eval && eval->kind != IFB_JNULL && eval->kind != IFB_JARRAY)
        return ifb_judged_fault(line, err, "\"eval\" is %s, want an array of booleans and nulls",
                                ifb_json_kind_name(eval->kind));
    for (const struct ifb_json *m = first_of(line->row, "eval"); m; m = m->next)
        if (m->kind != IFB_JBOOL && m->kind != IFB_JNULL)
            return ifb_judged_fault(line, err, "\"eval\" holds %s, want booleans and nulls",
                                    ifb_json_kind_name(m->kind));
    return IFB_OK;
}

static size_t model_of(struct state *s, const struct ifb_json *row)
{
    ifb_str name = ifb_json_str(row, "model");
    size_t model = ifb_name_of(&s->models, s->lent->arena, name.len ? name : s->file_model);

    if (model < IFB_NAMES_MAX && s->models.n > s->cap) {
        size_t had = s->cap;

        s->parts = ifb_grow(s->lent->arena, s->parts, &s->cap, s->models.n, sizeof(*s->parts));
        memset(s->parts + had, 0, (s->cap - had) * sizeof(*s->parts));
    }
    return model;
}

static bool is_double(struct state *s, size_t model, const struct ifb_json *row)
{
    struct ifb_arena *arena = ifb_arena_new();
    bool met = ifb_seen_before(&s->seen, s->lent->arena,
                               ifb_fmt(arena, "%zu %.*s", model,
                                       IFB_ARG(ifb_judged_id(row, "id"))));

    ifb_arena_close(arena);
    return met;
}

static enum ifb_code see(void *self, const struct ifb_judged_line *line, struct ifb_error *err)
{
    struct state *s = self;
    const struct ifb_json *questions = ifb_json_get(line->row, "decomposed_questions");
    const struct ifb_json *eval = ifb_json_get(line->row, "eval");
    ifb_str category = ifb_json_str(line->row, "category");
    size_t model;

    if (check_row(line, err))
        return err->code;
    model = model_of(s, line->row);
    if (model == IFB_NAMES_MAX)
        return ifb_judged_fault(line, err, "more than %d models", IFB_NAMES_MAX);
    if (is_double(s, model, line->row)) {
        s->doubles++;
        return IFB_OK;
    }
    s->parts[model].instances++;
    if (!eval || eval->kind == IFB_JNULL || !eval->n) {  /* upstream drops the instance */
        s->parts[model].unjudged++;
        s->parts[model].counts.total += questions ? (int64_t)questions->n : 0;
        s->parts[model].counts.unscored += questions ? (int64_t)questions->n : 0;
        return IFB_OK;
    }
    s->parts[model].suspects +=
        ifb_suspect(ifb_json_str(line->row, "output"), &(struct ifb_span){ 0, 0 }) != 0;
    count_instance(s, model, line->row,
                   category.len ? ifb_name_of(&s->categories, s->lent->arena, category)
                                : IFB_NAMES_MAX);
    return IFB_OK;
}

static enum ifb_code read_file(void *state, const struct ifb_judged_file *judgments,
                               struct ifb_arena *scratch, struct ifb_error *err)
{
    struct state *s = state;

    (void)scratch;
    s->file_model = ifb_str_copy(s->lent->arena, ifb_judged_file_name(judgments->name));
    return ifb_judged_lines(judgments, see, s, err);
}

/* ---- numbers ---- */

/* Over the questions that were asked, or over all: see --drfr. */
static void put(struct ifb_values *v, const char *id, const struct tally *t, bool strict,
                int64_t unread)
{
    int64_t n = strict ? t->all : t->asked;

    ifb_value_share(v, id, t->yes, n, strict ? t->all - t->asked + unread : unread);
}

static void finish_model(const struct state *s, size_t model, struct ifb_cells *cells)
{
    const struct part *p = &s->parts[model];
    bool strict = s->o->drfr == STRICT;
    struct ifb_values v = { .arena = s->lent->arena };

    put(&v, "drfr", &p->whole, strict, p->unread);
    put(&v, "drfr_official", &p->whole, false, p->unread);
    put(&v, "drfr_strict", &p->whole, true, p->unread);
    ifb_value_share(&v, "instances_all_true", p->complete, p->instances - p->unjudged,
                    p->unjudged);
    for (size_t i = 0; i < N_OF(subsets); i++)
        put(&v, subsets[i].metric, &p->subset[i], strict, 0);
    for (size_t i = 0; i < N_OF(labels); i++)
        put(&v, labels[i].metric, &p->label[i], strict, 0);
    ifb_cell_add(cells, s->models.at[model], &v, &p->counts);
}

static void warn_model(const struct state *s, size_t model)
{
    const struct ifb_judged_lent *l = s->lent;
    const struct part *p = &s->parts[model];
    ifb_str name = ifb_utf8_cut(s->models.at[model], 100);

    if (p->unread || p->whole.all > p->whole.asked)
        l->warn(l->self, "%.*s: of %lld questions %lld were not asked and %lld replies cannot be "
                "read; drfr is %.4f over the questions asked, %.4f over all", IFB_ARG(name),
                (long long)p->whole.all, (long long)(p->whole.all - p->whole.asked),
                (long long)p->unread, (double)p->whole.yes / (double)p->whole.asked,
                (double)p->whole.yes / (double)p->whole.all);
    if (p->suspects)
        l->warn(l->self, "%.*s: %lld outputs hold verdict marks or tokens of a chat template and "
                "may address the judge", IFB_ARG(name), (long long)p->suspects);
    if (p->unjudged)
        l->warn(l->self, "%.*s: %lld of %lld instances have no judgment and are left out, as "
                "upstream leaves them out", IFB_ARG(name), (long long)p->unjudged,
                (long long)p->instances);
}

static void add_groups(const struct state *s, struct ifb_judged_out *out)
{
    size_t *order = ifb_names_sorted(&s->categories, s->lent->arena);
    struct ifb_group_row *at =
        ifb_new(s->lent->arena, struct ifb_group_row, s->categories.n * s->models.n);

    for (size_t m = 0; m < s->models.n; m++)
        for (size_t i = 0; i < s->categories.n; i++) {
            const struct part *p = &s->parts[m];
            const struct tally *t = order[i] < p->ncategory ? &p->category[order[i]] : NULL;

            if (t && t->all)
                at[out->ngroups++] = (struct ifb_group_row){
                    .suite = IFB_STR("infobench"), .model = s->models.at[m],
                    .kind = IFB_STR("group"), .name = s->categories.at[order[i]],
                    .n = s->o->drfr == STRICT ? t->all : t->asked, .strict_pass = t->yes,
                    .loose_pass = t->yes,
                };
        }
    out->groups = at;
}

static enum ifb_code finish(void *state, struct ifb_judged_out *out, struct ifb_error *err)
{
    struct state *s = state;
    struct ifb_cells cells = { .arena = s->lent->arena };

    (void)err;
    for (size_t m = 0; m < s->models.n; m++) {
        finish_model(s, m, &cells);
        warn_model(s, m);
    }
    if (s->doubles)
        s->lent->warn(s->lent->self, "%lld lines of an instance that was there before are left out",
                      (long long)s->doubles);
    add_groups(s, out);
    out->cells = cells.at;
    out->ncells = cells.n;
    return IFB_OK;
}

/* ---- the suite ---- */

#define METRIC(id_, doc_) \
    { .id = id_, .doc = doc_, .unit = "proportion", .higher_is_better = true }

static const struct ifb_metric metrics[] = {
    METRIC("drfr", "questions answered YES, by the rule of --drfr"),
    METRIC("drfr_official", "over the questions that were asked; an unreadable reply is a NO"),
    METRIC("drfr_strict", "over all questions, asked or not"),
    METRIC("instances_all_true", "outputs with YES to every question"),
    METRIC("easy_set.drfr", "drfr of the easy set"),
    METRIC("hard_set.drfr", "drfr of the hard set"),
    METRIC("content.drfr", "drfr of questions about content"),
    METRIC("format.drfr", "drfr of questions about format"),
    METRIC("style.drfr", "drfr of questions about style"),
    METRIC("linguistic.drfr", "drfr of questions about language"),
    METRIC("number.drfr", "drfr of questions about numbers"),
    { 0 }
};

static const char *const drfr_choices[] = { "official", "strict", NULL };

static const struct ifb_field fields[] = {
    IFB_FIELD(struct options, drfr, "drfr", .kind = IFB_CHOICE, .choices = drfr_choices,
              .doc = "questions that count: those that were asked, or all"),
    { 0 }
};

const struct ifb_judged ifb_judged_infobench = {
    .id = "infobench", .doc = "InFoBench: decomposed questions about 500 outputs",
    .cite = "Qin et al. 2024, InFoBench: Evaluating Instruction Following Ability",
    .judgments = "JSON lines as InFoBench's evaluation writes them: an instance with \"eval\"",
    .metrics = metrics, .fields = fields, .options_size = sizeof(struct options),
    .open = open_suite, .read = read_file, .finish = finish,
};
