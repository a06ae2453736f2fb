/* SPDX-License-Identifier: Apache-2.0 */
/* base/csv.c: records as Python's csv.reader gives them, one table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/csv.h"
#include "harness/base/str.h"

/* All records: fields in <>, a record in [], "!" where the reader raises. */
static void render(struct ifb_arena *arena, ifb_str text, char delimiter, struct ifb_buf *out)
{
    struct ifb_csv csv;
    struct ifb_strs record;
    struct ifb_error err;
    bool more = true;

    ifb_csv_open(&csv, arena, text, delimiter);
    while (more) {
        if (ifb_csv_next(&csv, &record, &more, &err)) {
            ifb_buf_char(out, '!');
            return;
        }
        if (!more)
            return;
        ifb_buf_char(out, '[');
        for (size_t i = 0; i < record.n; i++)
            ifb_buf_fmt(out, "<%.*s>", IFB_ARG(record.at[i]));
        ifb_buf_char(out, ']');
    }
}

static void records_are_those_of_python(void **state)
{
    static const struct {
        const char *text;
        char delimiter;
        const char *records;
    } rows[] = {
        { "", ',', "" },
        { "a,b\nc,d", ',', "[<a><b>][<c><d>]" },
        { "a,b\n", ',', "[<a><b>]" },
        { "a,\n", ',', "[<a><>]" },
        { ",", ',', "[<><>]" },
        { "\n\na", ',', "[][][<a>]" },
        { " a , b ", ',', "[< a >< b >]" },
        { "a\tb,c", '\t', "[<a><b,c>]" },
        { "\"a,b\",c", ',', "[<a,b><c>]" },
        { "\"a\"\"b\"", ',', "[<a\"b>]" },
        { "\"a\"b\"c", ',', "[<ab\"c>]" },
        { "a\"b\"", ',', "[<a\"b\">]" },
        { " \"a\"", ',', "[< \"a\">]" },
        { "\"a\nb\",c\nd", ',', "[<a\nb><c>][<d>]" },
        { "\"a\n", ',', "[<a\n>]" },
        { "\"", ',', "[<>]" },
        { "a,\"\"", ',', "[<a><>]" },
        { "\"\"\"a\"\"\"", ',', "[<\"a\">]" },
        { "a\r\nb\r", ',', "[<a>][<b>]" },
        { "\r\n", ',', "[]" },
        { "a\rb", ',', "!" },
        { "x\na\r\r\nb\rc", ',', "[<x>][<a>]!" },
        { "\"a\rb\"", ',', "[<a\rb>]" },
        { "\"a\"\r,b", ',', "!" },
        { "caf\xc3\xa9,\xf0\x9f\x8d\xb5", ',', "[<caf\xc3\xa9><\xf0\x9f\x8d\xb5>]" },
    };
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_buf out;

    (void)state;
    ifb_buf_init(&out, 1 << 16);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ifb_buf_clear(&out);
        render(arena, ifb_str_of(rows[i].text), rows[i].delimiter, &out);
        ifb_buf_char(&out, '\0');
        if (strcmp(out.ptr, rows[i].records) != 0)
            fail_msg("row %zu, '%s': found %s, wanted %s", i, rows[i].text, out.ptr,
                     rows[i].records);
    }
    ifb_buf_close(&out);
    ifb_arena_close(arena);
}

/* Code points count, not bytes. */
static void a_field_has_its_ceiling(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    size_t n = IFB_CSV_FIELD_MAX;
    char *text = ifb_alloc_raw(arena, 2 * n + 2);
    struct ifb_csv csv;
    struct ifb_strs record;
    struct ifb_error err = { 0 };
    bool more;

    (void)state;
    for (size_t i = 0; i <= n; i++)
        memcpy(text + 2 * i, "\xc3\xa9", 2);
    ifb_csv_open(&csv, arena, (ifb_str){ text, 2 * n }, ',');
    assert_int_equal(ifb_csv_next(&csv, &record, &more, &err), IFB_OK);
    assert_int_equal(record.n, 1);
    assert_int_equal(record.at[0].len, 2 * n);
    ifb_csv_open(&csv, arena, (ifb_str){ text, 2 * n + 2 }, ',');
    assert_int_equal(ifb_csv_next(&csv, &record, &more, &err), IFB_EINPUT);
    assert_string_equal(err.msg, "line 1: a field of more than 131072 characters");
    ifb_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_are_those_of_python),
        cmocka_unit_test(a_field_has_its_ceiling),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
