/* SPDX-License-Identifier: Apache-2.0 */
/* What FollowBench's scripts read in a judge's reply, case by case, and some of our own. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "harness/base/arena.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "scorers/judge/judge.h"

enum { EN = IFB_FOLLOWBENCH_EN, ZH = IFB_FOLLOWBENCH_ZH };

/* "yn" for YES, NO; "-" when the reply cannot be read. */
static const struct {
    int language;
    const char *reply, *read;
    size_t n;
} cases[] = {
    { EN, "1. fine\n['YES', 'NO']", "yn", 2 },
    { EN, "```\n['YES', 'N/A', 'MAYBE']\n```", "ynn", 3 },
    { ZH, "['YES', 'N/A', 'MAYBE']", "-", 3 },
    { ZH, "['YES', 'PARTIALLY']", "yn", 2 },
    { EN, "['YES', 'PARTIALLY']", "-", 2 },
    { EN, "['YES', 'NO']\nThat is all.", "-", 2 },
    { EN, "NOT YES", "y", 1 },
    { EN, "KNOWN", "n", 1 },  /* has NO in it */
    { EN, "yes", "-", 1 },
    { EN, "see [1]: ['YES', 'NO']", "-", 2 },  /* from the first bracket on */
    { ZH, "[YES, NO, YES]", "yn", 2 },
    { ZH, "[YES, UNKNOWN]", "-", 2 },  /* the NO in it is quoted */
    { ZH, "[“YES”, “NO”]", "yn", 2 },
    { ZH, "['YES']", "-", 2 },
    { EN, "]YES[", "-", 2 },
    { EN, "", "-", 5 },
    { EN, "[", "-", 2 },
};

static void read_as(char out[8], int language, ifb_str reply, size_t n)
{
    struct ifb_arena *arena = ifb_arena_new();
    bool yes[5];

    strcpy(out, "-");
    if (ifb_followbench_read(arena, reply, (enum ifb_followbench_language)language, n, yes)) {
        for (size_t i = 0; i < n; i++)
            out[i] = yes[i] ? 'y' : 'n';
        out[n] = '\0';
    } else {
        for (size_t i = 0; i < n; i++)
            assert_false(yes[i]);
    }
    ifb_arena_close(arena);
}

static void replies_are_read_as_documented(void **state)
{
    char found[8];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        read_as(found, cases[i].language, ifb_str_of(cases[i].reply), cases[i].n);
        if (strcmp(found, cases[i].read) != 0)
            fail_msg("case %zu, \"%s\": %s, wanted %s", i, cases[i].reply, found, cases[i].read);
    }
}

static void replies_are_read_as_upstream_does(void **state)
{
    const char *dir = getenv("IFBENCH_DATA");
    struct ifb_arena *arena = ifb_arena_new();
    char *path = ifb_path_join(arena, dir ? dir : "../shared/data",
                               "followbench/judge_parse.jsonl");
    struct ifb_lines *lines;
    size_t n = 0, bad = 0;
    bool more = true;
    ifb_str line;

    (void)state;
    if (!ifb_file_exists(path)) {
        print_message("skipped: followbench/judge_parse.jsonl is not there\n");
        ifb_arena_close(arena);
        skip();
    }
    assert_int_equal(ifb_lines_open(path, &lines, NULL), IFB_OK);
    while (!ifb_lines_next(lines, &line, &more, NULL) && more) {
        const struct ifb_json *c;
        double hard = -1, soft = -1;
        char found[8];
        size_t level;

        assert_int_equal(ifb_json_parse(arena, line, 0, 1, &c, NULL), IFB_OK);
        level = (size_t)ifb_json_int(c, "level", 0);
        read_as(found, ifb_str_is(ifb_json_str(c, "lang"), "zh") ? ZH : EN,
                ifb_json_str(c, "judge"), level);
        if (*found != '-') {
            soft = 0;
            for (size_t i = 0; i < level; i++)
                soft += (found[i] == 'y') / (double)level;
            hard = !strchr(found, 'n');
        }
        if ((ifb_json_real(c, "hard", 9) != hard ||
             fabs(ifb_json_real(c, "soft", 9) - soft) > 1e-9) && bad++ < 20)
            print_error("%.*s: read %s\n", IFB_ARG(line), found);
        n++;
    }
    ifb_lines_close(lines);
    ifb_arena_close(arena);
    print_message("%zu of %zu replies read as upstream does\n", n - bad, n);
    assert_int_equal(bad, 0);
    assert_true(n >= 430);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replies_are_read_as_documented),
        cmocka_unit_test(replies_are_read_as_upstream_does),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
