/* SPDX-License-Identifier: Apache-2.0 */
/* Python lists of strings: what is read, and what is no such list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/json.h"
#include "harness/base/pylist.h"
#include "harness/base/str.h"

static const struct {
    const char *text;
    int n;              /* -1: no list */
    const char *at[3];
} cases[] = {
    { "[]", 0, { NULL } },
    { "  ['a'] \n", 1, { "a" } },
    { "['a', \"b'c\", 'd\"e',]", 3, { "a", "b'c", "d\"e" } },
    { "['Y' 'ES', 'N'+\"O\"]", 2, { "YES", "NO" } },
    { "['a\\n\\x41\\u4e2d\\'\\101']", 1, { "a\nA\xe4\xb8\xad'A" } },
    { "['\\q', r'\\n', u'x']", 3, { "\\q", "\\n", "x" } },
    { "['\xe6\xb3\xa2\xe6\x81\xa9','b']", 2, { "\xe6\xb3\xa2\xe6\x81\xa9", "b" } },
    { "['a'", -1, { NULL } },
    { "['a'] ['b']", -1, { NULL } },
    { "[a]", -1, { NULL } },
    { "[,]", -1, { NULL } },
    { "['a',,]", -1, { NULL } },
    { "['a' +]", -1, { NULL } },
    { "['a]", -1, { NULL } },
    { "['a\nb']", -1, { NULL } },
    { "['\\ud800']", -1, { NULL } },
    { "['\\N{DASH}']", -1, { NULL } },
    { "['\\x4']", -1, { NULL } },
    { "[['a']]", -1, { NULL } },
    { "[b'a']", -1, { NULL } },
    { "('a',)", -1, { NULL } },
    { "", -1, { NULL } },
};

static void lists_are_read_and_nothing_else(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ifb_arena *arena = ifb_arena_new();
        struct ifb_strs list = { NULL, 0 };
        bool ok = ifb_pylist_read(arena, ifb_str_of(cases[i].text), &list);

        if (ok != (cases[i].n >= 0) || (ok && (int)list.n != cases[i].n))
            fail_msg("%s: %s, %zu strings", cases[i].text, ok ? "a list" : "no list", list.n);
        for (size_t k = 0; ok && k < list.n; k++)
            if (!ifb_str_is(list.at[k], cases[i].at[k]))
                fail_msg("%s: string %zu is \"%.*s\"", cases[i].text, k + 1, IFB_ARG(list.at[k]));
        ifb_arena_close(arena);
    }
}

/* Written as JSON, so that a table can hold what was read; NULL: nothing. */
static const struct {
    const char *text, *json;
} values[] = {
    { "{'a': 1, \"b\": [None, True, False], 'c': (2.5, -3,)}",
      "{\"a\":1,\"b\":[null,true,false],\"c\":[2.5,-3]}" },
    { " 'a' 'b' ", "\"ab\"" }, { "[]", "[]" }, { "{}", "{}" }, { "()", "[]" }, { "1e3", "1e3" },
    { "{'a': {'b': [{'c': ''}]}}", "{\"a\":{\"b\":[{\"c\":\"\"}]}}" },
    { "{'a': 1,}", "{\"a\":1}" },
    { "{1: 2}", NULL }, { "{'a'}", NULL }, { "{'a': }", NULL }, { "[1 2]", NULL }, { "[1", NULL },
    { "x", NULL }, { "", NULL }, { "[1] 2", NULL }, { "{'a': 1", NULL }, { "true", NULL },
    { "__import__('os')", NULL }, { "1 + 2", NULL }, { "['a' b]", NULL }, { "{'a' 1}", NULL },
};

static void values_are_read_and_nothing_else(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    char deep[400];

    (void)state;
    for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
        const struct ifb_json *v = ifb_pyvalue_read(arena, ifb_str_of(values[i].text));
        struct ifb_buf out;
        struct ifb_jw w;

        ifb_buf_init(&out, 1024);
        ifb_jw_open(&w, &out);
        if (v)
            ifb_jw_value(&w, NULL, v);
        if (!v != !values[i].json || (v && !ifb_str_is(ifb_buf_view(&out), values[i].json)))
            fail_msg("%s: %.*s", values[i].text, (int)out.len, out.ptr);
        ifb_buf_close(&out);
    }
    memset(deep, '[', sizeof(deep));
    assert_null(ifb_pyvalue_read(arena, (ifb_str){ deep, sizeof(deep) }));
    ifb_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_read_and_nothing_else),
        cmocka_unit_test(values_are_read_and_nothing_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
