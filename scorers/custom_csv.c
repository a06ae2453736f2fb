/* SPDX-License-Identifier: Apache-2.0 */
/* custom: three tasks whose answer is CSV, read as Python's csv reads it (IFBench). */
#include "scorers/families.h"

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/csv.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "harness/base/utf8.h"

#define COLUMNS 5

struct table {
    struct ifb_strs *at;
    size_t n;
};

/* All records; false with the reason where Python raises csv.Error. */
static bool read_table(struct ifb_probe *p, ifb_str text, char delimiter, struct table *out)
{
    struct ifb_csv csv;
    struct ifb_strs record;
    struct ifb_error err;
    size_t cap = 0;
    bool more = true;

    *out = (struct table){ NULL, 0 };
    ifb_csv_open(&csv, p->scratch, text, delimiter);
    for (;;) {
        if (ifb_csv_next(&csv, &record, &more, &err)) {
            ifb_why(p, "no CSV: %s", err.msg);
            return false;
        }
        if (!more)
            return true;
        if (out->n == cap)
            out->at = ifb_grow(p->scratch, out->at, &cap, out->n + 1, sizeof(*out->at));
        out->at[out->n++] = record;
    }
}

static bool has_rows(struct ifb_probe *p, const struct table *t, size_t wanted)
{
    if (t->n != wanted)
        ifb_why(p, "found %zu rows, wanted %zu", t->n, wanted);
    return t->n == wanted;
}

static bool has_columns(struct ifb_probe *p, const struct table *t, size_t row)
{
    if (t->at[row].n != COLUMNS)
        ifb_why(p, "row %zu has %zu fields, wanted %d", row + 1, t->at[row].n, COLUMNS);
    return t->at[row].n == COLUMNS;
}

/* text.replace('"', '"""'): what is quoted keeps its quotes when it is read. */
static ifb_str triple_quotes(struct ifb_arena *arena, ifb_str text)
{
    size_t n = 0;
    char *out;

    for (size_t i = 0; i < text.len; i++)
        n += text.ptr[i] == '"';
    out = ifb_alloc_raw(arena, text.len + 2 * n);
    n = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"') {
            out[n++] = '"';
            out[n++] = '"';
        }
        out[n++] = text.ptr[i];
    }
    return (ifb_str){ out, n };
}

/* One name of a header, in quotes or not, at the front of *line. */
static bool take_name(ifb_str *line, const char *name)
{
    ifb_str rest = *line, word = ifb_str_of(name);

    if (rest.len && rest.ptr[0] == '"')
        rest = ifb_str_from(rest, 1);
    if (!ifb_str_starts(rest, word))
        return false;
    rest = ifb_str_from(rest, word.len);
    if (rest.len && rest.ptr[0] == '"')
        rest = ifb_str_from(rest, 1);
    *line = rest;
    return true;
}

/* The first line is the names, a separator between them that may have some of `pad` after it. */
static bool has_header(struct ifb_probe *p, const char *const names[COLUMNS], char separator,
                       const char *pad)
{
    ifb_str line = ifb_strip(ifb_text_lines(p->text).at[0]), rest = line;
    bool ok = true;

    for (size_t i = 0; ok && i < COLUMNS; i++) {
        if (i) {
            ok = rest.len && rest.ptr[0] == separator;
            do
                rest = ok ? ifb_str_from(rest, 1) : rest;
            while (ok && rest.len && rest.ptr[0] && strchr(pad, rest.ptr[0]));
        }
        ok = ok && take_name(&rest, names[i]);
    }
    ok = ok && !rest.len;
    if (!ok)
        ifb_why(p, "the first line is '%.*s', wanted the names of %d columns",
                IFB_ARG(ifb_shown(line)), COLUMNS);
    return ok;
}

/* ---- csv_city ---- */

static bool is_city_header(struct ifb_strs record)
{
    static const char *const names[COLUMNS] = { "ID", "Country", "City", "Year", "Count" };

    for (size_t i = 0; i < COLUMNS; i++)
        if (record.n != COLUMNS || !ifb_str_is(record.at[i], names[i]))
            return false;
    return true;
}

static enum ifb_outcome check_city(const void *args, struct ifb_probe *p)
{
    struct table t;

    (void)args;
    if (!read_table(p, ifb_text_raw(p->text), ',', &t))
        return IFB_ERROR;
    if (!has_rows(p, &t, 8))
        return IFB_FAIL;
    if (!is_city_header(t.at[0])) {
        ifb_why(p, "the first row is not ID,Country,City,Year,Count");
        return IFB_FAIL;
    }
    for (size_t i = 1; i < t.n; i++)
        if (!has_columns(p, &t, i))
            return IFB_FAIL;
    ifb_why(p, "found a header and 7 rows of %d fields", COLUMNS);
    return IFB_PASS;
}

#define CITIES "1,a,b,c,d\n2,a,b,c,d\n3,a,b,c,d\n4,a,b,c,d\n5,a,b,c,d\n6,a,b,c,d\n7,a,b,c,d\n"

static const struct ifb_example city_examples[] = {
    { "{}", "ID,Country,City,Year,Count\n" CITIES, IFB_PASS },
    { "{}", "ID,Country,City,Year,Count\n" CITIES "\n", IFB_FAIL },  /* an empty row counts */
    { "{}", "ID, Country, City, Year, Count\n" CITIES, IFB_FAIL },   /* spaces are kept */
    { "{}", "ID,Country\rCity", IFB_ERROR },
    { 0 }
};

/* ---- csv_special_character ---- */

/* re.match(r'".*[^\d\w\s].*"'): within one line, and a quote is such a character too. */
static bool is_special(ifb_str field)
{
    size_t end = ifb_str_chr(field, '\n', 0);
    const char *at, *last;

    if (end != SIZE_MAX)
        field.len = end;
    if (!field.len || field.ptr[0] != '"')
        return false;
    last = memrchr(field.ptr, '"', field.len);
    for (at = field.ptr + 1; at < last;) {
        uint32_t cp = ifb_utf8_next(&at);

        if (!ifb_is_word(cp) && !ifb_is_space(cp))
            return true;
    }
    return false;
}

static enum ifb_outcome check_special(const void *args, struct ifb_probe *p)
{
    static const char *const names[COLUMNS] = { "ProductID", "Category", "Brand", "Price",
                                                "Stock" };
    struct table t;

    (void)args;
    if (!has_header(p, names, ',', " \t"))
        return IFB_FAIL;
    if (!read_table(p, triple_quotes(p->scratch, ifb_text_raw(p->text)), ',', &t))
        return IFB_ERROR;
    if (!has_rows(p, &t, 15))
        return IFB_FAIL;
    for (size_t i = 0; i < t.n; i++) {
        if (!has_columns(p, &t, i))
            return IFB_FAIL;
        for (size_t k = 0; k < COLUMNS; k++)
            if (is_special(t.at[i].at[k])) {
                ifb_why(p, "row %zu has %.*s", i + 1, IFB_ARG(ifb_shown(t.at[i].at[k])));
                return IFB_PASS;
            }
    }
    ifb_why(p, "no field in quotes holds a special character");
    return IFB_FAIL;
}

#define PRODUCTS(row) "ProductID,Category,Brand,Price,Stock\n" row row row row row row row row \
    row row row row row row

static const struct ifb_example special_examples[] = {
    { "{}", PRODUCTS("1,tea,\"A&B\",2,3\n"), IFB_PASS },
    { "{}", PRODUCTS("1,tea,\"AB\",2,3\n"), IFB_FAIL },
    { "{}", PRODUCTS("1,tea,A&B,2,3\n"), IFB_FAIL },  /* not in quotes */
    { "{}", PRODUCTS("1,tea,\"A, B\",2,3\n"), IFB_PASS },
    { "{}", "ProductID,Category,Brand,Price,Stock\n1,tea,\"A&B\",2,3\n", IFB_FAIL },
    { 0 }
};

/* ---- csv_quotes ---- */

/* Upstream's QuotesCSVChecker looks at the first character of an empty field and raises. */
static enum ifb_outcome check_field(struct ifb_probe *p, ifb_str field)
{
    ifb_str s = ifb_strip(field);

    if (!s.len) {
        ifb_why(p, "a field is empty, wanted a quote at either end");
        return IFB_ERROR;
    }
    if (s.ptr[0] == '"' && s.ptr[s.len - 1] == '"')
        return IFB_PASS;
    ifb_why(p, "a field is %.*s, wanted a quote at either end", IFB_ARG(ifb_shown(s)));
    return IFB_FAIL;
}

static enum ifb_outcome check_csv_quotes(const void *args, struct ifb_probe *p)
{
    static const char *const names[COLUMNS] = { "StudentID", "Subject", "Grade", "Semester",
                                                "Score" };
    struct table t;

    (void)args;
    if (!has_header(p, names, '\t', " "))
        return IFB_FAIL;
    if (!read_table(p, triple_quotes(p->scratch, ifb_text_raw(p->text)), '\t', &t))
        return IFB_ERROR;
    if (!has_rows(p, &t, 4))
        return IFB_FAIL;
    for (size_t i = 0; i < t.n; i++) {
        if (!has_columns(p, &t, i))
            return IFB_FAIL;
        for (size_t k = 0; k < COLUMNS; k++) {
            enum ifb_outcome outcome = check_field(p, t.at[i].at[k]);

            if (outcome != IFB_PASS)
                return outcome;
        }
    }
    ifb_why(p, "found 4 rows of %d fields, each in quotes", COLUMNS);
    return IFB_PASS;
}

#define HEADER "\"StudentID\"\t\"Subject\"\t\"Grade\"\t\"Semester\"\t\"Score\"\n"
#define STUDENT "\"1\"\t\"tea\"\t\"A\"\t\"1\"\t\"99\"\n"

static const struct ifb_example csv_quotes_examples[] = {
    { "{}", HEADER STUDENT STUDENT STUDENT, IFB_PASS },
    { "{}", HEADER STUDENT STUDENT, IFB_FAIL },
    { "{}", HEADER STUDENT STUDENT "1\t\"tea\"\t\"A\"\t\"1\"\t\"99\"\n", IFB_FAIL },
    { "{}", HEADER "\"1\"\t\t\"A\"\t\"1\"\t\"99\"\n" STUDENT STUDENT, IFB_ERROR },
    { 0 }
};

const struct ifb_check ifb_custom_csv_checks[] = {
    { .id = "custom:csv_city", .doc = "CSV of a given header and seven rows of five fields",
      .run = check_city, .examples = city_examples },
    { .id = "custom:csv_special_character",
      .doc = "CSV of a given header and 14 rows, a special character in quotes among them",
      .run = check_special, .examples = special_examples },
    { .id = "custom:csv_quotes",
      .doc = "tab-separated values of a given header and three rows, each field in double quotes",
      .run = check_csv_quotes, .examples = csv_quotes_examples },
    { 0 }
};
