/* SPDX-License-Identifier: Apache-2.0 */
/* Baseline files: marks, metrics and counts in a file small enough to commit. */
#include "harness/engine/marks.h"

#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "harness/engine/summary_read.h"

#define SCHEMA "ifbench.baseline/1"
#define BASELINE_MAX ((size_t)64 << 20)
#define PRINT_DIGITS 3
#define DIGITS_LEAST 6

/* By strict * 4 + loose, in the order of enum ifb_outcome. */
static const char letters[] = "uABCDflEFGpHIJKe";

/* Six digits, and more where two items would be alike; their constraints tell them apart too. */
static int digits_of(const struct ifb_marks *m)
{
    int digits = DIGITS_LEAST;

    for (size_t c = 0; c < m->ncells; c++)
        for (size_t i = 1; i < m->cells[c].n; i++) {
            const struct ifb_mark_cell *cell = &m->cells[c];
            uint64_t a = cell->items[cell->by_key[i - 1]].key;
            uint64_t b = cell->items[cell->by_key[i]].key;

            while (digits < IFB_MARK_DIGITS && ifb_mark_cut(a, digits) == ifb_mark_cut(b, digits))
                digits++;
        }
    return m->digits < digits ? m->digits : digits;
}

static void put_digits(struct ifb_buf *out, uint64_t key, int digits)
{
    ifb_buf_fmt(out, "%0*llx", digits, (unsigned long long)(key >> (64 - 4 * digits)));
}

static void put_item(struct ifb_buf *out, const struct ifb_mark_item *item, int digits)
{
    ifb_buf_char(out, '"');
    put_digits(out, item->key, digits);
    put_digits(out, item->print, PRINT_DIGITS);
    for (uint32_t e = 0; e < item->epochs; e++) {
        ifb_buf_char(out, e ? '/' : ' ');
        if (!item->answered[e])
            ifb_buf_char(out, '-');
        for (size_t i = e * item->nchecks; i < (e + 1) * item->nchecks; i++)
            ifb_buf_char(out, letters[(item->strict[i] & 3) * 4 + (item->loose[i] & 3)]);
    }
    ifb_buf_char(out, '"');
}

static void put_cell(struct ifb_jw *w, const struct ifb_mark_cell *cell, int digits)
{
    struct ifb_buf items;

    ifb_buf_init(&items, BASELINE_MAX);
    ifb_buf_char(&items, '[');
    for (size_t i = 0; i < cell->n; i++) {
        ifb_buf_cstr(&items, i ? ",\n" : "\n");
        put_item(&items, &cell->items[i], digits);
    }
    ifb_buf_cstr(&items, "\n]");
    ifb_jw_object(w, NULL);
    ifb_jw_str(w, "suite", cell->suite);
    ifb_jw_str(w, "model", cell->model);
    ifb_jw_raw(w, "items", ifb_buf_view(&items));
    ifb_jw_end(w);
    ifb_buf_close(&items);
}

static void put_metric(struct ifb_jw *w, const struct ifb_metric_value *m)
{
    ifb_buf_char(w->out, '\n');
    ifb_jw_object(w, NULL);
    ifb_jw_str(w, "id", m->id);
    ifb_jw_str(w, "suite", m->suite);
    ifb_jw_str(w, "model", m->model);
    ifb_jw_real(w, "value", m->value);
    ifb_jw_str(w, "unit", m->unit);
    ifb_jw_bool(w, "higher_is_better", m->higher_is_better);
    ifb_jw_int(w, "n", m->n);
    if (m->hits >= 0)
        ifb_jw_int(w, "hits", m->hits);
    if (m->unscored)
        ifb_jw_int(w, "unscored", m->unscored);
    ifb_jw_real(w, "lo", m->lo);
    ifb_jw_real(w, "hi", m->hi);
    ifb_jw_real(w, "se", m->se);
    ifb_jw_end(w);
}

static void put_summary(struct ifb_jw *w, const struct ifb_summary *s)
{
    ifb_jw_str(w, "version", s->version);
    ifb_jw_str(w, "run", s->run);
    ifb_jw_str(w, "started", s->started);
    ifb_jw_bool(w, "complete", s->complete);
    ifb_jw_str(w, "punkt", s->punkt);
    ifb_jw_counts(w, &s->counts);
    ifb_jw_array(w, "metrics");
    for (size_t i = 0; i < s->nmetrics; i++)
        put_metric(w, &s->metrics[i]);
    ifb_jw_end(w);
    ifb_jw_array(w, "cells");
    for (size_t i = 0; i < s->ncells; i++) {
        ifb_jw_object(w, NULL);
        ifb_jw_str(w, "suite", s->cells[i].suite);
        ifb_jw_str(w, "model", s->cells[i].model);
        ifb_jw_counts(w, &s->cells[i].counts);
        ifb_jw_cstr(w, "missing", s->cells[i].missing_fails ? "fail" : "unscored");
        ifb_jw_end(w);
    }
    ifb_jw_end(w);
}

enum ifb_code ifb_marks_write(const struct ifb_marks *m, const char *path, struct ifb_error *err)
{
    int digits = digits_of(m);
    struct ifb_buf buf;
    struct ifb_jw w;
    enum ifb_code code;

    ifb_buf_init(&buf, BASELINE_MAX);
    ifb_jw_open(&w, &buf);
    ifb_jw_object(&w, NULL);
    ifb_jw_cstr(&w, "schema", SCHEMA);
    ifb_jw_str(&w, "plan", m->plan);
    put_summary(&w, &m->summary);
    ifb_jw_int(&w, "digits", digits);
    ifb_jw_array(&w, "marks");
    for (size_t i = 0; i < m->ncells; i++)
        put_cell(&w, &m->cells[i], digits);
    ifb_jw_end(&w);
    ifb_jw_end(&w);
    ifb_buf_char(&buf, '\n');
    code = buf.full ? ifb_fail(err, IFB_ELIMIT, "%s: a baseline of more than 64 MiB", path)
                    : ifb_file_write(path, ifb_buf_view(&buf), err);
    ifb_buf_close(&buf);
    return code;
}

/* ---- reading ---- */

static bool read_digits(ifb_str *s, int digits, uint64_t *out)
{
    uint64_t key = 0;

    if (s->len < (size_t)digits)
        return false;
    for (int i = 0; i < digits; i++) {
        char c = s->ptr[i];
        int d = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;

        if (d < 0)
            return false;
        key = key << 4 | (uint64_t)d;
    }
    *s = ifb_str_from(*s, (size_t)digits);
    *out = key << (64 - 4 * digits);
    return true;
}

static bool read_epoch(ifb_str text, struct ifb_mark_cell *cell, struct ifb_mark_item *item,
                       struct ifb_arena *arena)
{
    bool answered = !text.len || text.ptr[0] != '-';
    uint32_t e;

    text = answered ? text : ifb_str_from(text, 1);
    if (!item->epochs)
        item->nchecks = text.len;
    if (text.len != item->nchecks || item->epochs >= IFB_MARK_EPOCHS_MAX)
        return false;
    e = ifb_mark_epoch(cell, item, arena);
    item->answered[e] = answered;
    for (size_t i = 0; i < text.len; i++) {
        const char *letter = text.ptr[i] ? strchr(letters, text.ptr[i]) : NULL;

        if (!letter)
            return false;
        item->strict[e * item->nchecks + i] = (uint8_t)((letter - letters) / 4);
        item->loose[e * item->nchecks + i] = (uint8_t)((letter - letters) % 4);
    }
    return true;
}

static bool read_item(ifb_str text, int digits, struct ifb_mark_cell *cell,
                      struct ifb_mark_item *item, struct ifb_arena *arena)
{
    bool more = true;
    ifb_str part;

    *item = (struct ifb_mark_item){ .group = IFB_STR("") };
    if (!read_digits(&text, digits, &item->key) ||
        !read_digits(&text, PRINT_DIGITS, &item->print) || !text.len || text.ptr[0] != ' ')
        return false;
    text = ifb_str_from(text, 1);
    while (more) {
        more = ifb_str_chop(&text, '/', &part);
        if (!read_epoch(more ? part : text, cell, item, arena))
            return false;
    }
    return true;
}

static enum ifb_code read_cell(const struct ifb_json *v, int digits, struct ifb_mark_cell *cell,
                               struct ifb_arena *arena, struct ifb_error *err)
{
    const struct ifb_json *items = ifb_json_get(v, "items");

    *cell = (struct ifb_mark_cell){ .suite = ifb_json_str(v, "suite"),
                                    .model = ifb_json_str(v, "model") };
    if (!cell->suite.ptr || !cell->model.ptr || !items || items->kind != IFB_JARRAY)
        return ifb_fail(err, IFB_EINPUT, "line %u: wanted a suite, a model and their items",
                        v->line);
    cell->items = ifb_new(arena, struct ifb_mark_item, items->n);
    for (const struct ifb_json *i = items->first; i; i = i->next)
        if (i->kind != IFB_JSTRING ||
            !read_item(i->string, digits, cell, &cell->items[cell->n++], arena))
            return ifb_fail(err, IFB_EINPUT, "line %u: not an item, wanted %d digits, a space and "
                            "letters", i->line, digits + PRINT_DIGITS);
    return IFB_OK;
}

static enum ifb_code read_marks(const struct ifb_json *v, struct ifb_arena *arena,
                                struct ifb_marks *out, struct ifb_error *err)
{
    const struct ifb_json *marks = ifb_json_get(v, "marks");
    enum ifb_code code = IFB_OK;

    if (!ifb_str_is(ifb_json_str(v, "schema"), SCHEMA))
        return ifb_fail(err, IFB_EINPUT, "neither a run's folder nor a baseline (schema %s)",
                        SCHEMA);
    out->is_file = true;
    out->plan = ifb_json_str(v, "plan");
    out->digits = (int)ifb_json_int(v, "digits", 0);
    out->print_digits = PRINT_DIGITS;
    if (out->digits < DIGITS_LEAST || out->digits > IFB_MARK_DIGITS || !marks ||
        marks->kind != IFB_JARRAY)
        return ifb_fail(err, IFB_EINPUT, "\"digits\" or \"marks\" is not what it should be");
    ifb_summary_from(v, arena, &out->summary);
    out->cells = ifb_new(arena, struct ifb_mark_cell, marks->n);
    for (const struct ifb_json *c = marks->first; c && !code; c = c->next)
        code = read_cell(c, out->digits, &out->cells[out->ncells++], arena, err);
    return code;
}

enum ifb_code ifb_marks_read_file(const char *path, struct ifb_arena *arena, struct ifb_marks *out,
                                  struct ifb_error *err)
{
    const struct ifb_json *v;
    ifb_str text;
    enum ifb_code code = ifb_file_read(path, BASELINE_MAX, arena, &text, err);

    if (code)
        return code;
    if (ifb_utf8_valid(text) != text.len)
        return ifb_fail(err, IFB_EINPUT, "%s: not UTF-8", path);
    code = ifb_json_parse(arena, text, 0, 1, &v, err);
    if (!code)
        code = read_marks(v, arena, out, err);
    if (code == IFB_ELIMIT)
        code = err ? (err->code = IFB_EINPUT) : IFB_EINPUT;
    return code ? (ifb_within(err, "%s", path), code) : IFB_OK;
}
