/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The check `csv`: a table of comma-separated values whose rows all have the
 * same number of fields, and perhaps a certain shape and header.
 */
#include "harness/base/csv.h"

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "scorers/families.h"
#include "scorers/fence.h"
#include "scorers/range.h"

struct csv_args {
    int64_t columns;  /* 0: as many as the first row has */
    struct ifb_range rows;
    struct ifb_strs header;
    ifb_str delimiter;
    int64_t extract;
};

static enum ifb_code bind_csv(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    struct csv_args *a = args;

    (void)arena;
    if (!a->delimiter.ptr)
        a->delimiter = IFB_STR(",");
    if (ifb_str_is(a->delimiter, "\\t"))
        a->delimiter = IFB_STR("\t");
    if (a->delimiter.len != 1 || strchr("\"\r\n", a->delimiter.ptr[0]) ||
        (unsigned char)a->delimiter.ptr[0] >= 0x80)
        return ifb_fail(err, IFB_EINPUT, "delimiter: wanted one ASCII character, no quote");
    if (a->columns && a->header.n && (uint64_t)a->columns != a->header.n)
        return ifb_fail(err, IFB_EINPUT, "header has %zu names, columns is %lld", a->header.n,
                        (long long)a->columns);
    return ifb_range_bind(&a->rows, err);
}

/* The names stand in the first row, in order, white space around them aside. */
static enum ifb_outcome check_header(const struct csv_args *a, struct ifb_probe *p,
                                     struct ifb_strs row)
{
    for (size_t i = 0; i < a->header.n && i < row.n; i++) {
        ifb_str found = ifb_strip(row.at[i]), wanted = ifb_strip(a->header.at[i]);

        if (ifb_str_eq(found, wanted))
            continue;
        ifb_why(p, "header %zu is '%.*s', wanted '%.*s'", i + 1, IFB_ARG(ifb_shown(found)),
                IFB_ARG(ifb_shown(wanted)));
        return IFB_FAIL;
    }
    return IFB_PASS;
}

struct table {
    size_t columns;  /* wanted of each row; 0: not known yet */
    int64_t rows;    /* read, the header too */
};

static enum ifb_outcome check_row(const struct csv_args *a, struct ifb_probe *p, struct table *t,
                                  struct ifb_strs row)
{
    if (t->rows++ == 0) {
        t->columns = a->columns ? (size_t)a->columns : a->header.n ? a->header.n : row.n;
        if (check_header(a, p, row) != IFB_PASS)
            return IFB_FAIL;
    }
    if (row.n == t->columns)
        return IFB_PASS;
    ifb_why(p, "row %lld has %zu fields, wanted %zu", (long long)t->rows, row.n, t->columns);
    return IFB_FAIL;
}

/* The record between two states of what is left to read, without its line end. */
static void mark_record(struct ifb_probe *p, ifb_str before, ifb_str after)
{
    ifb_str record = ifb_str_part(before, 0, before.len - after.len);

    while (record.len && (record.ptr[record.len - 1] == '\n' || record.ptr[record.len - 1] == '\r'))
        record.len--;
    ifb_mark(p, record);
}

static enum ifb_outcome check_csv(const void *args, struct ifb_probe *p)
{
    const struct csv_args *a = args;
    struct ifb_strs row = { NULL, 0 };
    struct table t = { 0 };
    struct ifb_error err;
    struct ifb_csv csv;
    enum ifb_outcome outcome;
    bool more = true;
    unsigned line;
    ifb_str text;

    outcome = ifb_extract(p, a->extract, &text, &line);
    ifb_csv_open(&csv, p->scratch, text, a->delimiter.ptr[0]);
    while (outcome == IFB_PASS) {
        ifb_str before = ifb_csv_rest(&csv);

        if (ifb_csv_next(&csv, &row, &more, &err)) {
            ifb_why(p, "no CSV%s: %s", line > 1 ? " in the fence" : "", err.msg);
            return IFB_FAIL;
        }
        if (!more)
            break;
        if (row.n)  /* an empty line is no row */
            outcome = check_row(a, p, &t, row);
        if (outcome != IFB_PASS)
            mark_record(p, before, ifb_csv_rest(&csv));
    }
    if (outcome != IFB_PASS)
        return outcome;
    if (a->header.n && !t.rows) {
        ifb_why(p, "found no header");
        return IFB_FAIL;
    }
    return ifb_range_check(p, t.rows - (a->header.n > 0), &a->rows, "rows");
}

static const struct ifb_field csv_fields[] = {
    IFB_FIELD(struct csv_args, columns, "columns", .kind = IFB_INT, .min = 1, .max = 1e6,
              .doc = "fields of every row; absent: as many as the header or the first row has"),
    IFB_RANGE(struct csv_args, rows),
    IFB_FIELD(struct csv_args, header, "header", .kind = IFB_STRINGS,
              .doc = "the names in the first row, which then is not counted among the rows"),
    IFB_FIELD(struct csv_args, delimiter, "delimiter", .kind = IFB_STRING,
              .doc = "what stands between fields, a comma if absent"),
    IFB_EXTRACT(struct csv_args, extract),
    { 0 }
};
static const struct ifb_example csv_examples[] = {
    { "{\"columns\":2,\"min\":2}", "a,b\n1,\"x, y\"\n", IFB_PASS },
    { "{}", "a,b\n1,2,3\n", IFB_FAIL },
    { "{\"header\":[\"id\",\"name\"],\"min\":1,\"max\":1}", "id, name\n1,\"a \"\"b\"\"\"\n",
      IFB_PASS },
    { "{\"header\":[\"id\",\"name\"]}", "name,id\n1,2\n", IFB_FAIL },
    { "{\"delimiter\":\";\",\"columns\":2}", "a;b\n\n1;2", IFB_PASS },  /* an empty line */
    { "{\"columns\":2,\"extract\":\"fence\"}", "Here:\n```csv\na,b\n1,2\n```\n", IFB_PASS },
    { "{\"columns\":2}", "Here:\n```csv\na,b\n1,2\n```\n", IFB_FAIL },
    { "{}", "\"a,b", IFB_PASS },  /* a quote that is never closed, as Python reads it */
    { "{\"delimiter\":\"::\"}", "a::b", IFB_ERROR },
    { 0 }
};

const struct ifb_check ifb_csv_checks[] = {
    { .id = "csv", .doc = "comma-separated values with the same number of fields in all rows",
      .fields = csv_fields, .args_size = sizeof(struct csv_args), .bind = bind_csv,
      .run = check_csv, .examples = csv_examples },
    { 0 }
};
