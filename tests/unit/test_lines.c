/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of files: one after the other, and again by their places. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/base/arena.h"
#include "harness/base/file.h"
#include "harness/base/str.h"

/* Lengths around the window through which lines are read again, and beyond it. */
static const size_t lengths[] = { 0, 1, 100, 65535, 65536, 65537, 0, 700000, 3, 5000000, 40 };

#define N (sizeof(lengths) / sizeof(lengths[0]))

struct world {
    char path[32];
    struct ifb_arena *arena;
    struct ifb_lines *lines;
    int64_t at[N];
};

/* Line i is i's letter over and over; every third ends in CRLF, the last in nothing. */
static int set_up(void **state)
{
    struct world *w = calloc(1, sizeof(*w));
    struct ifb_error err;
    FILE *f;

    strcpy(w->path, "/tmp/ifb-lines-XXXXXX");
    f = fdopen(mkstemp(w->path), "w");
    assert_non_null(f);
    for (size_t i = 0; i < N; i++) {
        for (size_t k = 0; k < lengths[i]; k++)
            fputc('a' + (int)i, f);
        fputs(i + 1 == N ? "" : i % 3 ? "\n" : "\r\n", f);
    }
    fclose(f);
    w->arena = ifb_arena_new();
    assert_int_equal(ifb_lines_open(w->path, &w->lines, &err), IFB_OK);
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;

    ifb_lines_close(w->lines);
    ifb_arena_close(w->arena);
    unlink(w->path);
    free(w);
    return 0;
}

static void is_line(ifb_str line, size_t i)
{
    assert_int_equal(line.len, lengths[i]);
    for (size_t k = 0; k < line.len; k++)
        if (line.ptr[k] != 'a' + (int)i)
            fail_msg("line %zu, byte %zu is %d", i, k, line.ptr[k]);
}

static void read_all(struct world *w)
{
    struct ifb_error err;
    ifb_str line;
    bool more;

    for (size_t i = 0; i < N; i++) {
        assert_int_equal(ifb_lines_next(w->lines, &line, &more, &err), IFB_OK);
        assert_true(more);
        is_line(line, i);
        w->at[i] = ifb_lines_at(w->lines);
    }
}

static void a_line_is_read_again_in_any_order(void **state)
{
    static const size_t orders[][N] = {
        { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 },
        { 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0 },
        { 7, 7, 0, 9, 2, 10, 8, 3, 9, 1, 10 },
    };
    struct world *w = *state;
    struct ifb_error err;
    ifb_str line;

    read_all(w);
    for (size_t o = 0; o < sizeof(orders) / sizeof(orders[0]); o++)
        for (size_t i = 0; i < N; i++) {
            size_t n = orders[o][i];

            assert_int_equal(ifb_lines_again(w->lines, w->at[n], w->arena, &line, &err), IFB_OK);
            is_line(line, n);
        }
}

static void a_file_that_became_shorter_is_named(void **state)
{
    struct world *w = *state;
    struct ifb_error err;
    ifb_str line;

    read_all(w);
    assert_int_equal(truncate(w->path, w->at[7]), 0);
    assert_int_equal(ifb_lines_again(w->lines, w->at[9], w->arena, &line, &err), IFB_EINPUT);
    assert_non_null(strstr(err.msg, "has changed while it was in use"));
    assert_int_equal(ifb_lines_again(w->lines, w->at[5], w->arena, &line, &err), IFB_OK);
    is_line(line, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_line_is_read_again_in_any_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_that_became_shorter_is_named, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("lines", tests, NULL, NULL);
}
