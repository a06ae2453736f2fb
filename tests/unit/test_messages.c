/* SPDX-License-Identifier: Apache-2.0 */
/* System messages put into conversations, and folded into the user's words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "harness/base/arena.h"
#include "harness/base/messages.h"
#include "harness/base/str.h"

#define S(text) { IFB_SYSTEM, IFB_STR_INIT(text), NULL }
#define U(text) { IFB_USER, IFB_STR_INIT(text), NULL }
#define A(text) { IFB_ASSISTANT, IFB_STR_INIT(text), NULL }

/* "s:text|u:text" of a conversation. */
static char *spell(struct ifb_conversation c, struct ifb_arena *arena)
{
    ifb_str all = IFB_STR("");

    for (size_t i = 0; i < c.n; i++)
        all = ifb_fmt(arena, "%.*s%s%c:%.*s", IFB_ARG(all), i ? "|" : "", "sua"[c.at[i].role],
                      IFB_ARG(c.at[i].text));
    return ifb_cstr(arena, all);
}

static void test_both_ways(void **state)
{
    static const struct {
        const char *system;
        struct ifb_message from[5];
        size_t n;
        const char *preface, *fold;
    } rows[] = {
        { "S", { U("q") }, 1, "s:S|u:q", "u:S\n\nq" },
        { "S", { S("own"), U("q") }, 2, "s:S\n\nown|u:q", "u:S\n\nown\n\nq" },
        { "S", { S(""), U("q") }, 2, "s:S|u:q", "u:S\n\nq" },
        { "S", { U("h"), A("a"), U("q") }, 3, "s:S|u:h|a:a|u:q", "u:S\n\nh|a:a|u:q" },
        { "S", { U("q"), S("late"), U("r") }, 3, "s:S|u:q|s:late|u:r", "u:S\n\nlate\n\nq|u:r" },
        { "S", { A("a"), U("") }, 2, "s:S|a:a|u:", "a:a|u:S" },
        { "", { S("own"), U("q") }, 2, NULL, "u:own\n\nq" },
        { "", { U("q") }, 1, NULL, "u:q" },
        { "S", { U("") }, 0, "s:S", "" },
    };
    struct ifb_arena *arena = ifb_arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct ifb_conversation from = { rows[i].from, rows[i].n };
        ifb_str system = ifb_str_of(rows[i].system);

        if (rows[i].preface)
            assert_string_equal(spell(ifb_messages_preface(from, system, arena), arena),
                                rows[i].preface);
        assert_string_equal(spell(ifb_messages_fold(from, system, arena), arena), rows[i].fold);
    }
    ifb_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_both_ways) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
