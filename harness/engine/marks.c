/* SPDX-License-Identifier: Apache-2.0 */
/* Marks from a run's folder: verdicts.jsonl is streamed, of its lines only letters stay. */
#include "harness/engine/marks.h"

#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/sha256.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "harness/engine/manifest.h"
#include "harness/engine/summary_read.h"

#define NAMES_MOST 200  /* that are looked for; others are kept again and again */

struct reading {
    struct ifb_marks *out;
    struct ifb_arena *arena, *line;
    struct ifb_buf scratch;  /* of a print */
    ifb_str *names;          /* ids of checks, each once */
    size_t nnames, names_cap, cells_cap;
    const char *path;
};

uint64_t ifb_mark_cut(uint64_t key, int digits)
{
    return digits >= IFB_MARK_DIGITS ? key : key & ~(UINT64_MAX >> (4 * digits));
}

static uint64_t digest(ifb_str s)
{
    char hex[IFB_SHA256_HEX];

    ifb_sha256_of(s, hex);
    hex[IFB_MARK_DIGITS] = '\0';
    return strtoull(hex, NULL, 16);
}

/* Compared by qsort_r: the cell's items are behind. */
static int by_key(const void *a, const void *b, void *items)
{
    const struct ifb_mark_item *at = items;
    uint64_t x = at[*(const size_t *)a].key, y = at[*(const size_t *)b].key;

    return (x > y) - (x < y);
}

enum ifb_code ifb_marks_index(struct ifb_marks *m, struct ifb_arena *arena, struct ifb_error *err)
{
    for (size_t c = 0; c < m->ncells; c++) {
        struct ifb_mark_cell *cell = &m->cells[c];

        cell->by_key = ifb_new(arena, size_t, cell->n);
        for (size_t i = 0; i < cell->n; i++)
            cell->by_key[i] = i;
        if (cell->n)
            qsort_r(cell->by_key, cell->n, sizeof(*cell->by_key), by_key, cell->items);
        for (size_t i = 1; i < cell->n; i++) {
            const struct ifb_mark_item *item = &cell->items[cell->by_key[i]];

            if (item->key == cell->items[cell->by_key[i - 1]].key)
                return ifb_fail(err, IFB_EINPUT, "%.*s: item \"%.*s\" of %.*s stands twice",
                                IFB_ARG(m->name), IFB_ARG(item->id), IFB_ARG(cell->suite));
        }
    }
    return IFB_OK;
}

const struct ifb_mark_item *ifb_mark_find(const struct ifb_mark_cell *cell, uint64_t key,
                                          int digits)
{
    size_t lo = 0, hi = cell->n;

    key = ifb_mark_cut(key, digits);
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;

        if (ifb_mark_cut(cell->items[cell->by_key[mid]].key, digits) < key)
            lo = mid + 1;
        else
            hi = mid;
    }
    if (lo == cell->n || ifb_mark_cut(cell->items[cell->by_key[lo]].key, digits) != key)
        return NULL;
    return &cell->items[cell->by_key[lo]];
}

uint32_t ifb_mark_epoch(struct ifb_mark_cell *cell, struct ifb_mark_item *item,
                        struct ifb_arena *arena)
{
    size_t n = item->nchecks * (item->epochs + 1);

    item->strict = ifb_grow(arena, item->strict, &item->cap, n, 1);
    item->loose = ifb_grow(arena, item->loose, &item->loose_cap, n, 1);
    item->answered = ifb_grow(arena, item->answered, &item->answered_cap, item->epochs + 1, 1);
    if (cell->epochs < ++item->epochs)
        cell->epochs = item->epochs;
    return item->epochs - 1;
}

/* ---- lines of verdicts.jsonl ---- */

static uint8_t outcome_named(ifb_str name)
{
    return ifb_str_is(name, "pass") ? IFB_PASS : ifb_str_is(name, "fail") ? IFB_FAIL
           : ifb_str_is(name, "error") ? IFB_ERROR : IFB_UNSCORED;
}

/* There are few different ids and many constraints. */
static ifb_str keep_name(struct reading *r, ifb_str name)
{
    for (size_t i = 0; i < r->nnames; i++)
        if (ifb_str_eq(r->names[i], name))
            return r->names[i];
    name = ifb_str_copy(r->arena, name);
    if (r->nnames < NAMES_MOST) {
        r->names = ifb_grow(r->arena, r->names, &r->names_cap, r->nnames + 1, sizeof(*r->names));
        r->names[r->nnames++] = name;
    }
    return name;
}

static struct ifb_mark_cell *cell_of(struct reading *r, const struct ifb_json *v)
{
    struct ifb_marks *m = r->out;
    ifb_str suite = ifb_json_str(v, "suite"), model = ifb_json_str(v, "model");

    for (size_t i = m->ncells; i-- > 0;)
        if (ifb_str_eq(m->cells[i].suite, suite) && ifb_str_eq(m->cells[i].model, model))
            return &m->cells[i];
    m->cells = ifb_grow(r->arena, m->cells, &r->cells_cap, m->ncells + 1, sizeof(*m->cells));
    m->cells[m->ncells] = (struct ifb_mark_cell){ .suite = ifb_str_copy(r->arena, suite),
                                                  .model = ifb_str_copy(r->arena, model) };
    return &m->cells[m->ncells++];
}

static uint64_t print_of(struct reading *r, const struct ifb_json *checks)
{
    ifb_buf_clear(&r->scratch);
    for (const struct ifb_json *c = checks->first; c; c = c->next) {
        const struct ifb_json *args = ifb_json_get(c, "args");
        struct ifb_jw w;

        ifb_json_quote(&r->scratch, ifb_json_str(c, "id"), false);
        ifb_jw_open(&w, &r->scratch);
        if (args)
            ifb_jw_value(&w, NULL, args);
        ifb_buf_fmt(&r->scratch, "%lld\n", (long long)ifb_json_int(c, "turn", 0));
    }
    return digest(ifb_buf_view(&r->scratch));
}

static struct ifb_mark_item *new_item(struct reading *r, struct ifb_mark_cell *cell,
                                      const struct ifb_json *v, const struct ifb_json *checks)
{
    struct ifb_mark_item *item;
    ifb_str *names = ifb_new(r->arena, ifb_str, checks->n);
    size_t n = 0;

    cell->items = ifb_grow(r->arena, cell->items, &cell->cap, cell->n + 1, sizeof(*item));
    item = &cell->items[cell->n++];
    for (const struct ifb_json *c = checks->first; c; c = c->next)
        names[n++] = keep_name(r, ifb_json_str(c, "id"));
    *item = (struct ifb_mark_item){
        .id = ifb_str_copy(r->arena, ifb_json_str(v, "item")),
        .group = ifb_json_str(v, "group").len ? keep_name(r, ifb_json_str(v, "group"))
                                              : IFB_STR(""),
        .level = (uint16_t)ifb_json_int(v, "level", 0),
        .nchecks = n, .checks = names, .print = print_of(r, checks),
    };
    item->key = digest(item->id);
    return item;
}

static void fill_epoch(struct ifb_mark_item *item, uint32_t epoch, const struct ifb_json *v,
                       const struct ifb_json *checks)
{
    const struct ifb_json *said = ifb_json_get(v, "answered");
    size_t at = epoch * item->nchecks;

    item->answered[epoch] = said && said->truth;
    for (const struct ifb_json *c = checks->first; c; c = c->next, at++) {
        item->strict[at] = outcome_named(ifb_json_str(c, "strict"));
        item->loose[at] = outcome_named(ifb_json_str(c, "loose"));
    }
}

static enum ifb_code read_row(struct reading *r, const struct ifb_json *v, struct ifb_error *err)
{
    const struct ifb_json *checks = ifb_json_get(v, "checks");
    struct ifb_mark_cell *cell = cell_of(r, v);
    struct ifb_mark_item *item = cell->n ? &cell->items[cell->n - 1] : NULL;

    if (!ifb_json_str(v, "item").ptr || !checks || checks->kind != IFB_JARRAY)
        return ifb_fail(err, IFB_EINPUT, "wanted a verdict with \"item\" and \"checks\"");
    if (!item || !ifb_str_eq(item->id, ifb_json_str(v, "item")))
        item = new_item(r, cell, v, checks);
    if (checks->n != item->nchecks || item->epochs >= IFB_MARK_EPOCHS_MAX)
        return ifb_fail(err, IFB_EINPUT, "the epochs of item \"%.*s\" do not fit one another",
                        IFB_ARG(item->id));
    fill_epoch(item, ifb_mark_epoch(cell, item, r->arena), v, checks);
    return IFB_OK;
}

static enum ifb_code read_rows(struct reading *r, struct ifb_lines *lines, struct ifb_error *err)
{
    const struct ifb_json *v;
    enum ifb_code code = IFB_OK;
    bool more = true;
    ifb_str line;

    while (!code) {
        code = ifb_lines_next(lines, &line, &more, err);
        if (code || !more)
            break;
        if (ifb_utf8_valid(line) != line.len)
            return ifb_fail(err, IFB_EINPUT, "%s:%u: not UTF-8", r->path, ifb_lines_number(lines));
        ifb_arena_reset(r->line);
        code = ifb_json_parse(r->line, line, IFB_JSON_DUPLICATES, ifb_lines_number(lines), &v, err);
        if (code)
            return ifb_within(err, "%s", r->path);
        code = read_row(r, v, err);
        if (code)
            return ifb_within(err, "%s:%u", r->path, ifb_lines_number(lines));
    }
    return code;
}

static void open_reading(struct reading *r)
{
    r->line = ifb_arena_new();
    ifb_buf_init(&r->scratch, IFB_LINE_MAX);
}

static void close_reading(struct reading *r)
{
    ifb_buf_close(&r->scratch);
    ifb_arena_close(r->line);
}

static enum ifb_code read_verdicts(const char *folder, struct ifb_arena *arena,
                                   struct ifb_marks *out, struct ifb_error *err)
{
    struct reading r = { .out = out, .arena = arena,
                         .path = ifb_path_join(arena, folder, "verdicts.jsonl") };
    struct ifb_lines *lines;
    enum ifb_code code = ifb_lines_open(r.path, &lines, err);

    if (code)
        return code;
    open_reading(&r);
    code = read_rows(&r, lines, err);
    close_reading(&r);
    ifb_lines_close(lines);
    return code;
}

/* ---- rows one by one, of a run under way ---- */

struct ifb_mark_rows {
    struct reading reading;
};

struct ifb_mark_rows *ifb_mark_rows_open(struct ifb_marks *out, struct ifb_arena *arena)
{
    struct ifb_mark_rows *rows = ifb_new(arena, struct ifb_mark_rows, 1);

    rows->reading = (struct reading){ .out = out, .arena = arena };
    open_reading(&rows->reading);
    return rows;
}

static enum ifb_code parse_row(struct ifb_mark_rows *rows, ifb_str row, const struct ifb_json **v,
                               struct ifb_error *err)
{
    ifb_arena_reset(rows->reading.line);
    return ifb_json_parse(rows->reading.line, row, IFB_JSON_DUPLICATES, 1, v, err);
}

enum ifb_code ifb_mark_rows_add(struct ifb_mark_rows *rows, ifb_str row, struct ifb_error *err)
{
    const struct ifb_json *v;
    enum ifb_code code = parse_row(rows, row, &v, err);

    return code ? code : read_row(&rows->reading, v, err);
}

enum ifb_code ifb_mark_rows_fill(struct ifb_mark_rows *rows, ifb_str row,
                                 struct ifb_mark_item *item, uint32_t epoch, struct ifb_error *err)
{
    const struct ifb_json *v, *checks;
    enum ifb_code code = parse_row(rows, row, &v, err);

    if (code)
        return code;
    checks = ifb_json_get(v, "checks");
    if (!checks || checks->n != item->nchecks || epoch >= item->epochs)
        return ifb_fail(err, IFB_EBUG, "a row does not fit item \"%.*s\"", IFB_ARG(item->id));
    fill_epoch(item, epoch, v, checks);
    return IFB_OK;
}

void ifb_mark_rows_close(struct ifb_mark_rows *rows)
{
    if (rows)
        close_reading(&rows->reading);
}

enum ifb_code ifb_marks_load(const char *path, struct ifb_arena *arena, struct ifb_marks *out,
                             struct ifb_error *err)
{
    struct ifb_manifest *manifest;
    enum ifb_code code;

    *out = (struct ifb_marks){ .name = ifb_utf8_repair(arena, ifb_str_of(path)),
                               .digits = IFB_MARK_DIGITS, .print_digits = IFB_MARK_DIGITS };
    if (!ifb_is_folder(path))
        code = ifb_marks_read_file(path, arena, out, err);
    else {
        manifest = ifb_new(arena, struct ifb_manifest, 1);
        code = ifb_manifest_read(ifb_path_join(arena, path, "manifest.json"), arena, manifest, err);
        if (!code)
            code = ifb_summary_read(ifb_path_join(arena, path, "summary.json"), arena,
                                    &out->summary, err);
        out->plan = manifest->plan;
        out->stopped = manifest->options.sequential && !out->summary.complete;
        if (!code)
            code = read_verdicts(path, arena, out, err);
    }
    return code ? code : ifb_marks_index(out, arena, err);
}
