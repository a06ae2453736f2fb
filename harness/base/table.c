/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of a CSV by the names of their columns. */
#include "harness/base/table.h"

#include <math.h>

#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"

enum ifb_code ifb_table_open(struct ifb_table *t, struct ifb_arena *arena, ifb_str name,
                             ifb_str text, struct ifb_error *err)
{
    bool more;
    enum ifb_code code;

    t->name = name;
    ifb_csv_open(&t->csv, arena, text, ',');
    code = ifb_csv_next(&t->csv, &t->names, &more, err);
    if (code)
        return ifb_within(err, "%.*s", IFB_ARG(t->name));
    if (!more)
        return ifb_fail(err, IFB_EINPUT, "%.*s: it is empty", IFB_ARG(t->name));
    return IFB_OK;
}

enum ifb_code ifb_table_next(struct ifb_table *t, bool *more, struct ifb_error *err)
{
    enum ifb_code code;

    do {
        code = ifb_csv_next(&t->csv, &t->row, more, err);
    } while (!code && *more && !t->row.n);
    return code ? ifb_within(err, "%.*s", IFB_ARG(t->name)) : IFB_OK;
}

bool ifb_table_has(const struct ifb_table *t, const char *name)
{
    for (size_t i = 0; i < t->names.n; i++)
        if (ifb_str_is(t->names.at[i], name))
            return true;
    return false;
}

ifb_str ifb_table_cell(const struct ifb_table *t, const char *name)
{
    for (size_t i = 0; i < t->names.n && i < t->row.n; i++)
        if (ifb_str_is(t->names.at[i], name))
            return t->row.at[i];
    return (ifb_str){ NULL, 0 };
}

/* An empty cell is NaN. */
enum ifb_code ifb_table_number(const struct ifb_table *t, const char *name, bool required,
                                 double *out, struct ifb_error *err)
{
    ifb_str s = ifb_table_cell(t, name);

    *out = NAN;
    if (!required && (!s.len || ifb_str_is(s, "nan") || ifb_str_is(s, "NaN")))
        return IFB_OK;
    if (ifb_str_real(s, out))
        return IFB_OK;
    return ifb_fail(err, IFB_EINPUT, "%.*s: line %u: %s is \"%.*s\", wanted a number",
                    IFB_ARG(t->name), t->csv.line, name, IFB_ARG(ifb_utf8_cut(s, 40)));
}

enum ifb_code ifb_table_need(const struct ifb_table *t, const char *const *names,
                                  struct ifb_error *err)
{
    for (; *names; names++)
        if (!ifb_table_has(t, *names))
            return ifb_fail(err, IFB_EINPUT, "%.*s: wanted a column %s", IFB_ARG(t->name),
                            *names);
    return IFB_OK;
}
