/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of the official tool: annotations (its own and a compact form),
 * model outputs, the leaderboard. Everything in them may be a model's text.
 */
#include "scorers/judge/alpacaeval.h"

#include <math.h>
#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/base/table.h"
#include "harness/base/utf8.h"

/* ---- annotations and outputs ---- */

static const struct ifb_json_want annotation_members[] = {
    { "instruction", false }, { "output_1", true },  { "generator_1", false },
    { "dataset", false },     { "output_2", true },  { "generator_2", false },
    { "preference", false },  { "glm_preference", false },
    { "preference_by_order", false }, { 0 }
};
static const struct ifb_json_want output_members[] = {
    { "instruction", false }, { "output", true }, { "generator", false },
    { "dataset", false },     { 0 }
};

static enum ifb_code fail_row(const struct ifb_judged_file *file, const struct ifb_json *row,
                              const char *key, const char *wanted, struct ifb_error *err)
{
    const struct ifb_json *m = ifb_json_get(row, key);

    return ifb_fail(err, IFB_EINPUT, "%.*s: line %u: %s is %s, wanted %s", IFB_ARG(file->name),
                    m ? m->line : row->line, key, m ? ifb_json_kind_name(m->kind) : "missing",
                    wanted);
}

static enum ifb_code read_text(const struct ifb_judged_file *file, const struct ifb_json *row,
                               const char *key, ifb_str *out, struct ifb_error *err)
{
    *out = ifb_json_str(row, key);
    return out->ptr ? IFB_OK : fail_row(file, row, key, "a string", err);
}

/* The code points of a text. */
static enum ifb_code read_length(const struct ifb_judged_file *file, const struct ifb_json *row,
                                 const char *key, double *out, struct ifb_error *err)
{
    const struct ifb_json *m = ifb_json_get(row, key);

    if (!m || m->kind != IFB_JSTRING)
        return fail_row(file, row, key, "a string", err);
    *out = (double)m->integer;
    return IFB_OK;
}

/* null, or absent where it may be, is NaN. */
static enum ifb_code read_number(const struct ifb_judged_file *file, const struct ifb_json *row,
                                 const char *key, bool required, double *out,
                                 struct ifb_error *err)
{
    const struct ifb_json *m = ifb_json_get(row, key);

    *out = NAN;
    if (m ? m->kind != IFB_JNULL && m->kind != IFB_JNUMBER : required)
        return fail_row(file, row, key, "a number or null", err);
    if (m && m->kind == IFB_JNUMBER)
        *out = m->number;
    return IFB_OK;
}

/* What ifbench adds where it had both orders judged. */
static void read_orders(const struct ifb_json *row, double out[2])
{
    const struct ifb_json *orders = ifb_json_get(row, "preference_by_order"), *m;

    for (size_t i = 0; i < 2; i++) {
        m = orders ? ifb_json_at(orders, i) : NULL;
        out[i] = m && m->kind == IFB_JNUMBER ? m->number : (double)NAN;
    }
}

static enum ifb_code read_annotation(const struct ifb_judged_file *file,
                                     const struct ifb_json *row, struct ifb_alpaca_row *out,
                                     struct ifb_error *err)
{
    enum ifb_code code = read_text(file, row, "instruction", &out->instruction, err);

    if (!code)
        code = read_length(file, row, "output_1", &out->len_1, err);
    if (!code)
        code = read_length(file, row, "output_2", &out->len_2, err);
    if (!code)
        code = read_text(file, row, "generator_2", &out->generator_2, err);
    if (!code)
        code = read_number(file, row, "preference", true, &out->preference, err);
    if (!code)
        code = read_number(file, row, "glm_preference", false, &out->glm, err);
    if (code)
        return code;
    read_orders(row, out->by_order);
    out->generator_1 = ifb_json_str(row, "generator_1");
    out->dataset = ifb_json_str(row, "dataset");
    return IFB_OK;
}

static enum ifb_code read_output(const struct ifb_judged_file *file, const struct ifb_json *row,
                                 struct ifb_alpaca_row *out, struct ifb_error *err)
{
    enum ifb_code code = read_text(file, row, "instruction", &out->instruction, err);

    if (!code)
        code = read_length(file, row, "output", &out->len_2, err);
    if (code)
        return code;
    out->generator_2 = ifb_json_str(row, "generator");
    out->dataset = ifb_json_str(row, "dataset");
    out->preference = out->glm = out->by_order[0] = out->by_order[1] = NAN;
    return IFB_OK;
}

typedef enum ifb_code read_row(const struct ifb_judged_file *file, const struct ifb_json *row,
                               struct ifb_alpaca_row *out, struct ifb_error *err);

static enum ifb_code read_array(const struct ifb_judged_file *file, struct ifb_arena *arena,
                                const struct ifb_json_want *wants, read_row *read,
                                struct ifb_alpaca_rows *out, struct ifb_error *err)
{
    const struct ifb_json *array, *m;
    struct ifb_alpaca_row *at;
    enum ifb_code code =
        ifb_json_parse_rows(arena, file->bytes, IFB_JSON_PYTHON, 1, wants, &array, err);
    size_t n = 0;

    if (code)
        return ifb_within(err, "%.*s", IFB_ARG(file->name));
    if (array->kind != IFB_JARRAY)
        return ifb_fail(err, IFB_EINPUT, "%.*s: wanted a JSON array of objects, found %s",
                        IFB_ARG(file->name), ifb_json_kind_name(array->kind));
    at = ifb_new(arena, struct ifb_alpaca_row, array->n);
    for (m = array->first; m && !code; m = m->next) {
        if (m->kind != IFB_JOBJECT)
            return ifb_fail(err, IFB_EINPUT, "%.*s: line %u: wanted an object, found %s",
                            IFB_ARG(file->name), m->line, ifb_json_kind_name(m->kind));
        at[n].item = -1;
        code = read(file, m, &at[n++], err);
    }
    *out = (struct ifb_alpaca_rows){ at, n };
    return code;
}

enum ifb_code ifb_alpaca_outputs(const struct ifb_judged_file *file, struct ifb_arena *arena,
                                 struct ifb_alpaca_rows *out, struct ifb_error *err)
{
    return read_array(file, arena, output_members, read_output, out, err);
}

/* ---- csv ---- */

static enum ifb_code read_compact_row(const struct ifb_table *t, struct ifb_alpaca_row *out,
                                      struct ifb_error *err)
{
    double item = -1;
    enum ifb_code code = ifb_table_number(t, "preference", false, &out->preference, err);

    if (!code)
        code = ifb_table_number(t, "len_1", true, &out->len_1, err);
    if (!code)
        code = ifb_table_number(t, "len_2", true, &out->len_2, err);
    if (!code)
        code = ifb_table_number(t, "eval_index", false, &item, err);
    out->item = item >= 0 && item < 1e9 ? (int64_t)item : -1;
    out->glm = out->by_order[0] = out->by_order[1] = NAN;
    out->instruction = ifb_table_cell(t, "instruction");
    out->dataset = ifb_table_cell(t, "dataset");
    return code;
}

static enum ifb_code read_compact(const struct ifb_judged_file *file, struct ifb_arena *arena,
                                  struct ifb_alpaca_rows *out, struct ifb_error *err)
{
    static const char *const needed[] = { "preference", "len_1", "len_2", NULL };
    struct ifb_alpaca_row *at = NULL;
    struct ifb_table t;
    size_t n = 0, cap = 0;
    bool more = true;
    enum ifb_code code = ifb_table_open(&t, arena, file->name, file->bytes, err);

    if (!code)
        code = ifb_table_need(&t, needed, err);
    while (!code && !(code = ifb_table_next(&t, &more, err)) && more) {
        at = ifb_grow(arena, at, &cap, n + 1, sizeof(*at));
        at[n] = (struct ifb_alpaca_row){ .item = -1 };
        code = read_compact_row(&t, &at[n++], err);
    }
    *out = (struct ifb_alpaca_rows){ at, n };
    return code;
}

enum ifb_code ifb_alpaca_annotations(const struct ifb_judged_file *file, struct ifb_arena *arena,
                                     struct ifb_alpaca_rows *out, struct ifb_error *err)
{
    ifb_str head = ifb_str_trim_ascii(ifb_str_part(file->bytes, 0, file->bytes.len < 64
                                                                       ? file->bytes.len : 64));

    if (head.len && (head.ptr[0] == '[' || head.ptr[0] == '{'))
        return read_array(file, arena, annotation_members, read_annotation, out, err);
    return read_compact(file, arena, out, err);
}

/* ---- writing annotations ---- */

static void quote_ascii(struct ifb_buf *out, ifb_str s)
{
    const char *at = s.ptr, *end = s.ptr + s.len;
    static const char escapes[] = "\"\\/\b\f\n\r\t", names[] = "\"\\/bfnrt";

    ifb_buf_char(out, '"');
    while (at < end) {
        uint32_t cp = ifb_utf8_next(&at);
        const char *escape = cp && cp < 0x80 ? strchr(escapes, (int)cp) : NULL;

        if (escape)
            ifb_buf_fmt(out, "\\%c", names[escape - escapes]);
        else if (cp >= 0x20 && cp < 0x7f)
            ifb_buf_char(out, (char)cp);
        else if (cp < 0x10000)
            ifb_buf_fmt(out, "\\u%04x", (unsigned)cp);
        else
            ifb_buf_fmt(out, "\\u%04x\\u%04x", (unsigned)(0xd800 + ((cp - 0x10000) >> 10)),
                        (unsigned)(0xdc00 + ((cp - 0x10000) & 0x3ff)));
    }
    ifb_buf_char(out, '"');
}

static void new_line(struct ifb_buf *out, int depth)
{
    ifb_buf_char(out, '\n');
    for (int i = 0; i < depth; i++)
        ifb_buf_cstr(out, "  ");
}

/* Depth is bounded by what the reader lets through. */
static void write_value(struct ifb_buf *out, const struct ifb_json *v, int depth)
{
    bool object = v->kind == IFB_JOBJECT;

    switch (v->kind) {
    case IFB_JNULL: ifb_buf_cstr(out, "null"); return;
    case IFB_JBOOL: ifb_buf_cstr(out, v->truth ? "true" : "false"); return;
    case IFB_JNUMBER: ifb_buf_str(out, v->string); return;
    case IFB_JSTRING: quote_ascii(out, v->string); return;
    case IFB_JARRAY:
    case IFB_JOBJECT: break;
    }
    ifb_buf_char(out, object ? '{' : '[');
    for (const struct ifb_json *m = v->first; m; m = m->next) {
        new_line(out, depth + 1);
        if (object) {
            quote_ascii(out, m->key);
            ifb_buf_char(out, ':');
        }
        write_value(out, m, depth + 1);
        if (m->next)
            ifb_buf_char(out, ',');
    }
    if (v->first)
        new_line(out, depth);
    ifb_buf_char(out, object ? '}' : ']');
}

void ifb_alpaca_annotations_write(const struct ifb_json *annotations, struct ifb_buf *out)
{
    write_value(out, annotations, 0);
}

/* ---- leaderboard ---- */

#define NUMBER(member) { #member, offsetof(struct ifb_alpaca_entry, member) }
#define MODE SIZE_MAX

/* In the order of the official file of AlpacaEval 2. */
static const struct {
    const char *name;
    size_t offset;
} columns[] = {
    NUMBER(win_rate), NUMBER(standard_error), NUMBER(n_wins), NUMBER(n_wins_base),
    NUMBER(n_draws), NUMBER(n_total), NUMBER(discrete_win_rate), { "mode", MODE },
    NUMBER(avg_length), NUMBER(length_controlled_winrate), NUMBER(lc_standard_error),
};

enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

static enum ifb_code read_entry(const struct ifb_table *t, struct ifb_alpaca_entry *out,
                                struct ifb_error *err)
{
    enum ifb_code code = IFB_OK;

    out->model = ifb_table_cell(t, "");
    out->mode = ifb_table_cell(t, "mode");
    for (size_t i = 0; i < COLUMNS && !code; i++)
        if (columns[i].offset != MODE)
            code = ifb_table_number(t, columns[i].name, false,
                               (double *)(void *)((char *)out + columns[i].offset), err);
    return code;
}

enum ifb_code ifb_alpaca_board_read(const struct ifb_judged_file *file, struct ifb_arena *arena,
                                    struct ifb_alpaca_board *out, struct ifb_error *err)
{
    static const char *const needed[] = { "", "win_rate", NULL };
    struct ifb_alpaca_entry *at = NULL;
    struct ifb_table t;
    size_t n = 0, cap = 0;
    bool more = true;
    enum ifb_code code = ifb_table_open(&t, arena, file->name, file->bytes, err);

    if (!code)
        code = ifb_table_need(&t, needed, err);
    while (!code && !(code = ifb_table_next(&t, &more, err)) && more) {
        at = ifb_grow(arena, at, &cap, n + 1, sizeof(*at));
        code = read_entry(&t, &at[n++], err);
    }
    *out = (struct ifb_alpaca_board){ at, n };
    return code;
}

static double place_of(const struct ifb_alpaca_entry *e)
{
    double v = isnan(e->length_controlled_winrate) ? e->win_rate : e->length_controlled_winrate;

    return isnan(v) ? -1 : v;
}

static int by_place(const void *a, const void *b)
{
    double x = place_of(a), y = place_of(b);

    return x != y ? (x < y) - (x > y)
                  : ifb_str_cmp(((const struct ifb_alpaca_entry *)a)->model,
                                ((const struct ifb_alpaca_entry *)b)->model);
}

static void write_text(struct ifb_buf *out, ifb_str s)
{
    bool quote = false;

    for (size_t i = 0; i < s.len; i++)
        quote = quote || strchr(",\"\r\n", s.ptr[i]) != NULL;
    if (!quote) {
        ifb_buf_str(out, s);
        return;
    }
    ifb_buf_char(out, '"');
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '"')
            ifb_buf_char(out, '"');
        ifb_buf_char(out, s.ptr[i]);
    }
    ifb_buf_char(out, '"');
}

static void write_number(struct ifb_buf *out, double v)
{
    struct ifb_jw w;

    if (isnan(v))
        return;
    ifb_jw_open(&w, out);
    ifb_jw_real(&w, NULL, v);
}

void ifb_alpaca_board_write(const struct ifb_alpaca_board *board, struct ifb_arena *scratch,
                            struct ifb_buf *out)
{
    struct ifb_alpaca_entry *sorted = ifb_new(scratch, struct ifb_alpaca_entry, board->n);

    if (board->n) {
        memcpy(sorted, board->at, board->n * sizeof(*sorted));
        qsort(sorted, board->n, sizeof(*sorted), by_place);
    }
    for (size_t c = 0; c < COLUMNS; c++)
        ifb_buf_fmt(out, ",%s", columns[c].name);
    ifb_buf_char(out, '\n');
    for (size_t i = 0; i < board->n; i++) {
        write_text(out, sorted[i].model);
        for (size_t c = 0; c < COLUMNS; c++) {
            ifb_buf_char(out, ',');
            if (columns[c].offset == MODE)
                write_text(out, sorted[i].mode);
            else
                write_number(out, *(const double *)(const void *)((const char *)&sorted[i] +
                                                                  columns[c].offset));
        }
        ifb_buf_char(out, '\n');
    }
}
