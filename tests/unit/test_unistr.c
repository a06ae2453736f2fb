/* SPDX-License-Identifier: Apache-2.0 */
/* base/unistr.c: NFKD to ASCII and the values of digits, as Python 3.11 has them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "harness/base/unistr.h"

static void text_falls_to_ascii(void **state)
{
    static const struct {
        const char *text, *folded;
    } rows[] = {
        { "", "" },
        { "plain\n", "plain\n" },
        { "Reykjav\xc3\xadk, Chi\xc8\x99in\xc4\x83u", "Reykjavik, Chisinau" },
        { "e\xcc\x81", "e" },                          /* a mark of its own */
        { "\xef\xac\x81n", "fin" },                    /* a ligature */
        { "\xc2\xbd", "12" },                          /* 1, U+2044, 2 */
        { "\xe2\x84\xa2\xc2\xa0x", "TM x" },
        { "\xc3\xb8\xe6\x97\xa5", "" },                /* nothing to decompose to */
        { "\xe2\x91\xbe", "(11)" },
        { "\xf0\x9d\x9f\x8e", "0" },
        { "\xef\xb7\xba", "   " },                     /* 18 code points, three spaces */
        { "\xf0\x9c\xb3\x96\xea\x9f\xb1", "" },        /* new in Unicode 16 and 17 */
    };
    struct ifb_arena *arena = ifb_arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ifb_str found = ifb_ascii_fold(arena, ifb_str_of(rows[i].text));

        if (!ifb_str_is(found, rows[i].folded))
            fail_msg("row %zu: found '%.*s', wanted '%s'", i, IFB_ARG(found), rows[i].folded);
    }
    ifb_arena_close(arena);
}

static void digits_have_values(void **state)
{
    (void)state;
    assert_int_equal(ifb_decimal_value('7'), 7);
    assert_int_equal(ifb_decimal_value(0x663), 3);    /* Arabic-Indic */
    assert_int_equal(ifb_decimal_value(0x1d7ff), 9);  /* mathematical monospace */
    assert_int_equal(ifb_decimal_value(0xb2), -1);    /* superscript two is no decimal */
    assert_int_equal(ifb_decimal_value('x'), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_falls_to_ascii),
        cmocka_unit_test(digits_have_values),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
