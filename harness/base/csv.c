/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The states are those of CPython's _csv.c, because what it does with stray
 * quotes and carriage returns follows from them. A record ends with a line
 * unless that line ends inside quotes.
 */
#include "harness/base/csv.h"

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"

enum state {
    START_RECORD,
    START_FIELD,
    IN_FIELD,
    IN_QUOTES,
    AFTER_QUOTE,  /* a quote inside quotes: the end of them, or half of a pair */
    AFTER_RETURN  /* only line ends may follow on this line */
};

void ifb_csv_open(struct ifb_csv *csv, struct ifb_arena *arena, ifb_str text, char delimiter)
{
    *csv = (struct ifb_csv){ .arena = arena, .rest = text, .delimiter = delimiter, .line = 0 };
    csv->out = csv->field = ifb_alloc_raw(arena, text.len); /* fields are never longer than it */
}

static void save_field(struct ifb_csv *csv)
{
    if (csv->n == csv->cap)
        csv->fields = ifb_grow(csv->arena, csv->fields, &csv->cap, csv->n + 1, sizeof(ifb_str));
    csv->fields[csv->n++] = (ifb_str){ csv->field, (size_t)(csv->out - csv->field) };
    csv->field = csv->out;
    csv->count = 0;
}

static enum ifb_code add_byte(struct ifb_csv *csv, char c, enum state next, struct ifb_error *err)
{
    csv->state = next;
    csv->count += ((unsigned char)c & 0xc0) != 0x80;
    if (csv->count > IFB_CSV_FIELD_MAX)
        return ifb_fail(err, IFB_EINPUT, "line %u: a field of more than %d characters", csv->line,
                        IFB_CSV_FIELD_MAX);
    *csv->out++ = c;
    return IFB_OK;
}

/* A byte that no quotes protect, in any state but IN_QUOTES and AFTER_RETURN. */
static enum ifb_code take_bare(struct ifb_csv *csv, char c, struct ifb_error *err)
{
    if (c == '\n' || c == '\r') {
        if (csv->state != START_RECORD)
            save_field(csv);
        csv->state = AFTER_RETURN;
        return IFB_OK;
    }
    if (c == csv->delimiter) {
        save_field(csv);
        csv->state = START_FIELD;
        return IFB_OK;
    }
    if (c == '"' && (csv->state == START_RECORD || csv->state == START_FIELD)) {
        csv->state = IN_QUOTES;
        return IFB_OK;
    }
    return add_byte(csv, c, IN_FIELD, err);
}

static enum ifb_code take_byte(struct ifb_csv *csv, char c, struct ifb_error *err)
{
    switch ((enum state)csv->state) {
    case IN_QUOTES:
        if (c != '"')
            return add_byte(csv, c, IN_QUOTES, err);
        csv->state = AFTER_QUOTE;
        return IFB_OK;
    case AFTER_QUOTE:
        return c == '"' ? add_byte(csv, c, IN_QUOTES, err) : take_bare(csv, c, err);
    case AFTER_RETURN:
        if (c == '\n' || c == '\r')
            return IFB_OK;
        return ifb_fail(err, IFB_EINPUT, "line %u: text after a carriage return outside quotes",
                        csv->line);
    default:
        return take_bare(csv, c, err);
    }
}

static ifb_str take_line(ifb_str *rest)
{
    size_t end = ifb_str_chr(*rest, '\n', 0);
    ifb_str line = ifb_str_part(*rest, 0, end == SIZE_MAX ? rest->len : end + 1);

    *rest = ifb_str_from(*rest, line.len);
    return line;
}

static enum ifb_code read_line(struct ifb_csv *csv, struct ifb_error *err)
{
    ifb_str line = take_line(&csv->rest);
    enum ifb_code code = IFB_OK;

    csv->line++;
    for (size_t i = 0; !code && i < line.len; i++)
        code = take_byte(csv, line.ptr[i], err);
    if (csv->state == START_FIELD || csv->state == IN_FIELD || csv->state == AFTER_QUOTE)
        save_field(csv); /* the last line need not end */
    if (csv->state != IN_QUOTES)
        csv->state = START_RECORD;
    return code;
}

enum ifb_code ifb_csv_next(struct ifb_csv *csv, struct ifb_strs *record, bool *more,
                           struct ifb_error *err)
{
    enum ifb_code code = IFB_OK;

    *more = csv->rest.len > 0;
    *record = (struct ifb_strs){ NULL, 0 };
    csv->first = csv->n;
    csv->state = START_RECORD;
    if (!*more)
        return IFB_OK;
    do
        code = read_line(csv, err);
    while (!code && csv->state == IN_QUOTES && csv->rest.len);
    if (code) {
        csv->rest.len = 0;
        return code;
    }
    if (csv->state == IN_QUOTES)
        save_field(csv); /* quotes that nothing closes: the record counts nevertheless */
    if (csv->n > csv->first)
        *record = (struct ifb_strs){ csv->fields + csv->first, csv->n - csv->first };
    return IFB_OK;
}
