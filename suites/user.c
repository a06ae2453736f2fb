/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Suites of one's own as suites: items leave one by one, those of a table a row
 * at a time, and a validation reads on where a run would stop.
 */
#include "suites/user.h"

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"

#define ITEMS_MAX 1000000
#define MADE_MAX ((size_t)256 << 20)

/* A walk over the items. */
struct walk {
    const struct ifb_user_suite *s;
    struct ifb_user_faults *f;
    const struct ifb_json *json;         /* of the next item */
    const struct ifb_user_table *table;  /* that the item is made from, NULL between items */
    size_t row, n, room;
    struct ifb_seen ids;
};

static void start(struct walk *w, const struct ifb_user_suite *s, struct ifb_user_faults *f)
{
    bool ok = s->items && s->items->kind == IFB_JARRAY;

    *w = (struct walk){ .s = s, .f = f, .json = ok ? s->items->first : NULL, .room = MADE_MAX };
}

/* ---- variables and tables ---- */

/* Its own table; else the suite's, when it names one of the columns. */
static const struct ifb_user_table *table_of(const struct walk *w)
{
    if (ifb_json_get(w->json, "table"))
        return ifb_user_table_of(w->s, ifb_json_get(w->json, "table"));
    if (w->s->table && ifb_template_uses(w->json, w->s->table->columns))
        return w->s->table;
    return NULL;
}

static bool fill_in(struct walk *w, const struct ifb_json *value, const struct ifb_scope *scope,
                    const struct ifb_json **out)
{
    struct ifb_template t = { w->s->arena, scope, &w->room };
    struct ifb_error err;
    unsigned line = value->line;

    if (!ifb_template_expand(&t, value, out, &line, &err))
        return true;
    return ifb_user_fault(w->f, w->s->path, line, "%s", err.msg);
}

/* The item with its variables filled in, save for those that define some. */
static struct ifb_json *fill_item(struct walk *w, const struct ifb_scope *scope)
{
    struct ifb_json *made = ifb_new(w->s->arena, struct ifb_json, 1);
    struct ifb_json **tail = (struct ifb_json **)&made->first;
    bool ok = true;

    *made = *w->json;
    made->next = NULL;
    for (const struct ifb_json *m = w->json->first; m; m = m->next) {
        struct ifb_json *copy = ifb_new(w->s->arena, struct ifb_json, 1);
        const struct ifb_json *member = m;

        if (!ifb_str_is(m->key, "vars") && !ifb_str_is(m->key, "table"))
            ok = fill_in(w, m, scope, &member) && ok;
        *copy = *member;
        copy->next = NULL;
        *tail = copy;
        tail = (struct ifb_json **)&copy->next;
    }
    return ok ? made : NULL;
}

/* "ID#ROW", unless the id says itself how rows differ. */
static void number_row(struct walk *w, struct ifb_item *item)
{
    const struct ifb_json *id = ifb_json_get(w->json, "id");
    const struct ifb_user_table *t = w->table;

    if (id && ifb_template_uses(id, t->columns))
        return;
    if (t->id != SIZE_MAX)
        item->id = ifb_fmt(w->s->arena, "%.*s#%.*s", IFB_ARG(item->id),
                           IFB_ARG(t->rows[w->row].at[t->id]));
    else
        item->id = ifb_fmt(w->s->arena, "%.*s#%zu", IFB_ARG(item->id), w->row + 1);
}

static bool note_id(struct walk *w, const struct ifb_item *item)
{
    unsigned before = ifb_seen_add(&w->ids, w->s->arena, item->id, w->json->line);

    return !before || ifb_user_fault(w->f, w->s->path, w->json->line,
                                     "id \"%.*s\" was used on line %u already",
                                     IFB_ARG(ifb_utf8_cut(item->id, 80)), before);
}

/* The suite's system message has variables too: an item sees it as the item's own. */
static bool fill_system(struct walk *w, const struct ifb_scope *scope,
                        struct ifb_user_suite *suite)
{
    return !suite->system || fill_in(w, suite->system, scope, &suite->system);
}

static bool read_one(struct walk *w, struct ifb_item *item)
{
    const struct ifb_json *vars = ifb_json_get(w->json, "vars");
    struct ifb_scope suite = { .vars = w->s->vars };
    struct ifb_scope own = { .outer = &suite }, row = { .outer = &own };
    struct ifb_user_suite with_system = *w->s;
    const struct ifb_json *made;

    if (w->json->kind != IFB_JOBJECT)
        return ifb_user_fault(w->f, w->s->path, w->json->line, "an item is %s, wanted an object",
                              ifb_json_kind_name(w->json->kind));
    if (vars && vars->kind != IFB_JOBJECT && vars->kind != IFB_JNULL)
        return ifb_user_fault(w->f, w->s->path, vars->line, "vars is %s, wanted an object",
                              ifb_json_kind_name(vars->kind));
    own.vars = vars;
    if (w->table) {
        row.columns = w->table->columns;
        row.cells = w->table->rows[w->row];
    }
    made = fill_item(w, &row);
    if (!made || !fill_system(w, &row, &with_system) ||
        !ifb_user_item(&with_system, made, w->f, item))
        return false;
    if (w->table)
        number_row(w, item);
    return note_id(w, item);
}

/* Moves to the next item or row. */
static void move_on(struct walk *w)
{
    w->n++;
    if (w->table && ++w->row < w->table->nrows)
        return;
    w->table = NULL;
    w->json = w->json->next;
}

static void release(struct ifb_item *item)
{
    for (size_t i = 0; i < item->nconstraints; i++)
        ifb_constraint_release(&item->constraints[i]);
    item->nconstraints = 0;
}

/* False when a fault was told; then nothing is left to release. */
static bool step(struct walk *w, struct ifb_item *item)
{
    bool ok;

    if (!w->table) {
        w->row = 0;
        w->table = table_of(w);
        if (!w->table && ifb_json_get(w->json, "table"))
            return false; /* told when the tables were read */
    }
    *item = (struct ifb_item){ .group = IFB_STR("") };
    ok = w->n < ITEMS_MAX || ifb_user_fault(w->f, w->s->path, w->json->line,
                                            "more than %d items", ITEMS_MAX);
    ok = ok && read_one(w, item);
    if (!ok)
        release(item);
    return ok;
}

/* ---- the contract ---- */

struct state {
    struct walk walk;
    struct ifb_user_faults faults;
};

static enum ifb_code begin_user(void *self, struct ifb_arena *arena, void **state,
                                struct ifb_error *err)
{
    struct state *st = ifb_new(arena, struct state, 1);

    (void)err;
    start(&st->walk, self, &st->faults);
    *state = st;
    return IFB_OK;
}

static enum ifb_code fail_first(const struct ifb_user_faults *f, struct ifb_error *err)
{
    if (err)
        *err = f->first;
    return f->first.code;
}

static enum ifb_code next_user(void *state, struct ifb_item *item, bool *more,
                               struct ifb_error *err)
{
    struct state *st = state;

    *more = st->walk.json != NULL;
    if (!*more)
        return IFB_OK;
    if (!step(&st->walk, item))
        return fail_first(&st->faults, err);
    move_on(&st->walk);
    return IFB_OK;
}

static void close_user(void *state)
{
    (void)state; /* all of it lives in the arena */
}

enum ifb_code ifb_suite_read(const char *path, struct ifb_arena *arena,
                             const struct ifb_suite **out, struct ifb_error *err)
{
    struct ifb_user_faults f = { 0 };
    struct ifb_user_suite *s = ifb_user_file(path, arena, &f);

    if (f.n)
        return fail_first(&f, err);
    s->suite.missing = IFB_MISSING_FAIL;
    s->suite.begin = begin_user;
    s->suite.next = next_user;
    s->suite.close = close_user;
    s->suite.self = s;
    *out = &s->suite;
    return IFB_OK;
}

static void count_item(struct ifb_suite_tally *tally, const struct ifb_item *item)
{
    tally->items++;
    tally->constraints += item->nconstraints;
    for (size_t i = 0; i < item->prompt.n; i++)
        tally->turns += item->prompt.at[i].role == IFB_USER &&
                        (i + 1 == item->prompt.n || item->prompt.at[i + 1].role != IFB_ASSISTANT);
}

enum ifb_code ifb_suite_validate(const char *path, struct ifb_arena *arena,
                                 void (*tell)(void *self, const char *file, unsigned line,
                                              const char *message),
                                 void *self, struct ifb_suite_tally *out, struct ifb_error *err)
{
    struct ifb_user_faults f = { .tell = tell, .self = self };
    struct ifb_user_suite *s = ifb_user_file(path, arena, &f);
    struct walk w;

    *out = (struct ifb_suite_tally){ 0 };
    if (!s && f.first.code != IFB_EINPUT)
        return fail_first(&f, err);
    if (s) {
        start(&w, s, &f);
        out->suite = ifb_str_of(s->suite.id);
    }
    while (s && w.json && f.n < IFB_SUITE_FAULTS_MAX) {
        struct ifb_item item;

        if (step(&w, &item)) {
            count_item(out, &item);
            release(&item);
        } else {
            w.table = NULL; /* the other rows would have the same faults */
        }
        move_on(&w);
    }
    out->faults = f.n;
    return IFB_OK;
}
