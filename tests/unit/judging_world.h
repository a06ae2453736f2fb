/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A judge that says what a test wants: puts the answers of items before it as the
 * engine does, keeps the records, and lets the judged suite make numbers of them.
 */
#ifndef IFB_TESTS_JUDGING_WORLD_H
#define IFB_TESTS_JUDGING_WORLD_H

#include "tests/unit/parity.h"

#include <math.h>

#include <ifbench/judging.h>
#include <ifbench/suite.h>

#include "harness/base/buf.h"
#include "harness/base/fields.h"

#define RECORDS_MAX ((size_t)1 << 28)
#define REPLIES_MAX 64

struct judge_world {
    struct ifb_arena *arena, *scratch;
    const struct ifb_judging *judging;
    const struct ifb_templates *templates;
    struct ifb_judged_lent lent;
    void *options, *state;
    struct ifb_item *items;
    size_t nitems;
    struct ifb_buf records;
    size_t nrecords;
    char warnings[4096];
    /* False: the call fails. `call` counts the calls of a task from 0. */
    bool (*reply)(void *self, const struct ifb_judging_match *m, size_t task, size_t call,
                  const struct ifb_judge_request *asked, struct ifb_response *out);
    void *self;
};

static inline enum ifb_code world_file(void *self, ifb_str path, struct ifb_judged_file *out,
                                       struct ifb_error *err)
{
    struct judge_world *w = self;

    *out = (struct ifb_judged_file){ .name = path };
    return ifb_file_read(ifb_cstr(w->arena, path), 1 << 28, w->arena, &out->bytes, err);
}

static inline enum ifb_code world_data(void *self, const char *local, struct ifb_judged_file *out,
                                       struct ifb_error *err)
{
    struct judge_world *w = self;

    *out = (struct ifb_judged_file){ ifb_str_of(local), { NULL, 0 } };
    return is_there(local)
               ? ifb_file_read(data_path(w->arena, local), 1 << 28, w->arena, &out->bytes, err)
               : IFB_OK;
}

static inline void world_row(void *self, const struct ifb_judged_row *row)
{
    (void)self;
    assert_true(row->model.len && row->id.len);
}

__attribute__((format(printf, 2, 3))) static inline void world_warn(void *self, const char *fmt,
                                                                    ...)
{
    struct judge_world *w = self;
    size_t len = strlen(w->warnings);
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(w->warnings + len, sizeof(w->warnings) - len, fmt, ap);
    va_end(ap);
}

/* `settings`: "name=value name=value". */
static inline void set_all(const struct ifb_field *fields, const char *settings, void *options,
                           struct ifb_arena *arena)
{
    ifb_str rest = ifb_str_of(settings), one, name;
    struct ifb_error err = { 0 };

    while (rest.len) {
        if (!ifb_str_chop(&rest, ' ', &one))
            one = rest, rest.len = 0;
        ifb_str_chop(&one, '=', &name);
        if (ifb_field_set(ifb_field_find(fields, name), one, options, arena, &err))
            fail_msg("%s", err.msg);
    }
}

static inline enum ifb_code open_judges(struct judge_world *w, const char *id,
                                        const char *settings, struct ifb_error *err)
{
    *w = (struct judge_world){ .arena = ifb_arena_new(), .scratch = ifb_arena_new(),
                               .judging = ifb_judging_find(ifb_str_of(id)) };
    assert_non_null(w->judging);
    w->lent = (struct ifb_judged_lent){ .self = w, .arena = w->arena, .rows = true,
                                        .file = world_file, .data = world_data,
                                        .row = world_row, .warn = world_warn };
    ifb_buf_init(&w->records, RECORDS_MAX);
    w->options = ifb_alloc(w->arena, w->judging->options_size + 1);
    if (w->judging->defaults)
        memcpy(w->options, w->judging->defaults, w->judging->options_size);
    set_all(w->judging->fields, settings, w->options, w->arena);
    return w->judging->open(w->options, &w->lent, &w->state, err);
}

static inline void close_judges(struct judge_world *w)
{
    for (size_t i = 0; i < w->nitems; i++)
        for (size_t c = 0; c < w->items[i].nconstraints; c++)
            ifb_constraint_release(&w->items[i].constraints[c]);
    ifb_buf_close(&w->records);
    ifb_arena_close(w->arena);
    ifb_arena_close(w->scratch);
}

/* All items of a suite's files. */
static inline void load_items(struct judge_world *w, const char *suite, const char *const *paths,
                              size_t npaths)
{
    const struct ifb_suite *s = ifb_suite_find(ifb_str_of(suite));
    const struct ifb_suite_source src = { paths, npaths };
    struct ifb_error err = { 0 };
    size_t cap = w->nitems;
    void *state = NULL;
    bool more = true;

    assert_non_null(s);
    if (s->open(&src, w->arena, &state, &err))
        fail_msg("%s", err.msg);
    for (;;) {
        w->items = ifb_grow(w->arena, w->items, &cap, w->nitems + 1, sizeof(*w->items));
        if (s->next(state, &w->items[w->nitems], &more, &err))
            fail_msg("%s", err.msg);
        if (!more)
            break;
        w->nitems++;
    }
    s->close(state);
}

static inline void put_record(void *self, ifb_str json)
{
    struct judge_world *w = self;

    assert_true(json.len && json.ptr[0] == '{' && !memchr(json.ptr, '\n', json.len));
    if (w->judging->array)
        ifb_buf_char(&w->records, w->nrecords ? ',' : '[');
    ifb_buf_str(&w->records, json);
    ifb_buf_char(&w->records, '\n');
    w->nrecords++;
}

/* Asks until the task is judged or a call fails. */
static inline void ask_task(struct judge_world *w, const struct ifb_judging_match *m, size_t task,
                            struct ifb_judge_task *t, struct ifb_judge_outcome *out)
{
    struct ifb_response *replies = ifb_new(w->scratch, struct ifb_response, REPLIES_MAX);
    struct ifb_judge_request *first = ifb_new(w->scratch, struct ifb_judge_request, 1);
    ifb_str *texts = ifb_new(w->scratch, ifb_str, REPLIES_MAX);
    struct ifb_judge_step step;
    struct ifb_error err = { 0 };
    size_t n = 0;

    *out = (struct ifb_judge_outcome){ .task = t, .judge = IFB_STR("judge"), .replies = replies };
    t->context.templates = w->templates;
    t->context.replies = replies;
    for (;; n++) {
        if (t->protocol->step(&t->context, (struct ifb_strs){ texts, n }, w->scratch, &step, &err))
            fail_msg("%s", err.msg);
        if (step.done)
            break;
        assert_true(n < w->judging->shape(w->state, m->item, task).calls);
        if (!n) {
            *first = step.ask;
            out->asked = first;
        }
        if (!w->reply(w->self, m, task, n, &step.ask, &replies[n])) {
            out->error = IFB_STR("HTTP 500");
            step.said = ifb_judgment_none();
            break;
        }
        texts[n] = replies[n].text;
    }
    out->nreplies = n;
    out->said = step.said;
}

/* Judges a match and writes it down; outcomes live in `scratch` until the next. */
static inline const struct ifb_judge_outcome *judge_match(struct judge_world *w,
                                                          const struct ifb_judging_match *m,
                                                          size_t *n)
{
    const struct ifb_judging_sink sink = { w, put_record };
    struct ifb_judge_outcome *outcomes;
    struct ifb_judge_task *tasks;
    struct ifb_error err = { 0 };

    ifb_arena_reset(w->scratch);
    *n = w->judging->count(w->state, m->item);
    outcomes = ifb_new(w->scratch, struct ifb_judge_outcome, *n);
    tasks = ifb_new(w->scratch, struct ifb_judge_task, *n);
    for (size_t i = 0; i < *n; i++) {
        if (w->judging->task(w->state, m, i, w->scratch, &tasks[i], &err))
            fail_msg("%s", err.msg);
        if (tasks[i].decided)
            outcomes[i] = (struct ifb_judge_outcome){ .task = &tasks[i], .said = tasks[i].said,
                                                      .judge = IFB_STR("judge") };
        else
            ask_task(w, m, i, &tasks[i], &outcomes[i]);
    }
    if (w->judging->record && w->judging->record(w->state, m, outcomes, *n, &sink, &err))
        fail_msg("%s", err.msg);
    return outcomes;
}

/* ---- numbers ---- */

/* What the judged suite makes of judgments; lives in the world's arena. */
static inline struct ifb_judged_out numbers_of(struct judge_world *w, ifb_str bytes,
                                               const char *settings)
{
    const struct ifb_judged *judged = ifb_judged_find(ifb_str_of(w->judging->judged));
    const struct ifb_judged_file file = { IFB_STR("judgments"), bytes };
    struct ifb_arena *scratch = ifb_arena_new();
    struct ifb_judged_out out = { 0 };
    struct ifb_error err = { 0 };
    void *options, *state;

    assert_non_null(judged);
    options = ifb_alloc(w->arena, judged->options_size + 1);
    if (judged->defaults)
        memcpy(options, judged->defaults, judged->options_size);
    set_all(judged->fields, settings, options, w->arena);
    if (judged->open(options, &w->lent, &state, &err) ||
        judged->read(state, &file, scratch, &err) || judged->finish(state, &out, &err))
        fail_msg("%s", err.msg);
    ifb_arena_close(scratch);
    return out;
}

static inline struct ifb_judged_out numbers_of_records(struct judge_world *w, const char *settings)
{
    if (w->judging->array)
        ifb_buf_char(&w->records, ']');
    assert_false(w->records.full);
    return numbers_of(w, ifb_str_copy(w->arena, ifb_buf_view(&w->records)), settings);
}

/* NaN where there is none. */
static inline double number_of(const struct ifb_judged_out *out, ifb_str model, const char *id)
{
    for (size_t i = 0; i < out->ncells; i++)
        for (size_t k = 0; k < out->cells[i].nvalues; k++)
            if (ifb_str_eq(out->cells[i].model, model) &&
                ifb_str_is(out->cells[i].values[k].id, id))
                return out->cells[i].values[k].value;
    return NAN;
}

#endif
