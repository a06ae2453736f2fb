/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Perturbed prompts: HELM's own test strings, all cases of ../shared/data/helm, names, lists that
 * are not there or not what they should be, and large texts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include <ifbench/perturb.h>

#include "harness/base/arena.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/pyrandom.h"
#include "harness/base/str.h"
#include "harness/base/unistr.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static struct ifb_arena *arena;
static const char *folder;
static struct ifb_perturb_lists *lists;

static int set_up(void **state)
{
    const char *set = getenv("IFBENCH_DATA");
    struct ifb_error err;

    (void)state;
    arena = ifb_arena_new();
    folder = ifb_path_join(arena, set ? set : "../shared/data", "helm");
    if (ifb_perturb_open(folder, arena, &lists, &err))
        fail_msg("%s", err.msg);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    ifb_perturb_close(lists);
    ifb_arena_close(arena);
    return 0;
}

static ifb_str perturbed(const char *name, ifb_str id, int64_t seed, ifb_str text)
{
    struct ifb_error err = { .code = IFB_OK };
    struct ifb_perturbation p;
    ifb_str out = { NULL, 0 };

    if (ifb_perturbation_read(ifb_str_of(name), &p, &err) ||
        ifb_perturb(p, lists, id, seed, text, arena, &out, &err))
        fail_msg("%s: %s", name, err.msg);
    return out;
}

/* ---- what HELM gives ---- */

static void letters_and_blanks_need_no_list(void **state)
{
    static const struct { const char *name, *in, *out; } rows[] = {
        { "typos0.1", "After their marriage, she started a close collaboration with Karvelas.",
          "After tjeir marriage, she xrwrted a cloae dollabpration with Iarvwlas." },
        { "typos0", "Was \xc4\xb0 \xe1\xba\x9e \xe2\x84\xa6 \xc3\x89",
          "Was I\xcc\x87 SS \xce\xa9 \xc3\x89" },
        { "lowercase", "Hello World \xce\x91\xce\xa3", "hello world \xce\xb1\xcf\x82" },
        { "extra_space2", "a b  c\td", "a  b    c\td" },
        { "extra_space1", "a b", "a b" },
        { "space1", "a  b   c", "a b c" },
        { "typos0.5", "", "" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        ifb_str out = perturbed(rows[i].name, IFB_STR("id0"), -1, ifb_str_of(rows[i].in));

        if (!ifb_str_is(out, rows[i].out))
            fail_msg("%s: got \"%.*s\"", rows[i].name, IFB_ARG(out));
    }
}

static void every_case_of_the_data_comes_out_the_same(void **state)
{
    char *path = ifb_path_join(arena, folder, "perturbation_golden.jsonl.gz");
    struct ifb_arena *scratch = ifb_arena_new();
    struct ifb_lines *lines;
    struct ifb_error err;
    ifb_str line;
    bool more;
    size_t n = 0, wrong = 0;

    (void)state;
    if (!ifb_file_exists(path)) {
        print_message("no %s\n", path);
        ifb_arena_close(scratch);
        skip();
    }
    assert_int_equal(ifb_lines_open(path, &lines, &err), IFB_OK);
    while (!ifb_lines_next(lines, &line, &more, &err) && more) {
        const struct ifb_json *row;
        ifb_str name, got;

        assert_int_equal(ifb_json_parse(scratch, line, 0, 1, &row, &err), IFB_OK);
        name = ifb_json_str(row, "perturbation");
        got = perturbed(ifb_cstr(scratch, name), ifb_json_str(row, "id"),
                        ifb_json_int(row, "seed", -1), ifb_json_str(row, "input"));
        if (!ifb_str_eq(got, ifb_json_str(row, "output")) && wrong++ < 5)
            print_message("line %zu, %.*s: got \"%.*s\", wanted \"%.*s\"\n", n + 1, IFB_ARG(name),
                          IFB_ARG(got), IFB_ARG(ifb_json_str(row, "output")));
        n++;
        ifb_arena_reset(scratch);
    }
    ifb_lines_close(lines);
    ifb_arena_close(scratch);
    print_message("%zu cases, %zu wrong\n", n, wrong);
    assert_int_equal(wrong, 0);
    assert_true(n > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letters_and_blanks_need_no_list),
        cmocka_unit_test(every_case_of_the_data_comes_out_the_same),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
