/* SPDX-License-Identifier: Apache-2.0 */
/* A baseline's answers out of a run's folder, which anybody may have written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/base/arena.h"
#include "harness/base/file.h"
#include "harness/base/str.h"
#include "harness/engine/bank.h"
#include "harness/engine/journal.h"
#include "harness/engine/think.h"

#define PLAN "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct {
    const char *item;
    uint16_t turn;
    const char *text;
} records[] = {
    { "lone", 3, "a fourth turn" },  /* the first of all: there is nothing before it */
    { "one", 0, "first" }, { "one", 1, "second" },
    { "other", 1, "a second turn" },  /* what is before it is another item's */
    { "gap", 0, "first" }, { "gap", 2, "third" },
    { "whole", 0, "all" },
};

#define NRECORDS (sizeof(records) / sizeof(records[0]))

static void write_run(const char *folder, struct ifb_arena *arena)
{
    static const char manifest[] = "{\"schema\": \"ifbench.manifest/1\", \"plan\": \"" PLAN "\", "
                                   "\"calls\": 7, \"samples\": 7, \"models\": [{\"name\": \"m\", "
                                   "\"spec\": \"m\"}]}";
    struct ifb_journal *j = NULL;

    assert_int_equal(ifb_file_write(ifb_path_join(arena, folder, "manifest.json"),
                                    ifb_str_of(manifest), NULL), IFB_OK);
    assert_int_equal(ifb_journal_create(ifb_path_join(arena, folder, "journal.jsonl"), PLAN, 0,
                                        NRECORDS, false, &j, NULL), IFB_OK);
    for (uint32_t i = 0; i < NRECORDS; i++) {
        const struct ifb_call_record r = {
            .call = i, .answered = true, .suite = IFB_STR("s"), .item = ifb_str_of(records[i].item),
            .model = IFB_STR("m"), .turn = records[i].turn,
            .response = { .text = ifb_str_of(records[i].text) },
        };

        assert_int_equal(ifb_journal_add(j, &r, NULL), IFB_OK);
    }
    assert_int_equal(ifb_journal_end(j, NULL), IFB_OK);
    ifb_journal_close(j);
}

static struct ifb_strs answers_to(const struct ifb_bank *bank, const char *id)
{
    const struct ifb_judging *judging = ifb_judging_find(IFB_STR("pairwise"));
    const struct ifb_item item = { .id = ifb_str_of(id) };

    return ifb_bank_find(bank, judging, NULL, &item).answers;
}

static void test_turns(void **state)
{
    static const struct {
        const char *item, *last;
        size_t turns;
    } cases[] = { { "one", "second", 2 }, { "gap", "first", 1 }, { "whole", "all", 1 },
                  { "lone", NULL, 0 }, { "other", NULL, 0 } };
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_bank *bank = ifb_bank_new(arena);
    const struct ifb_think think = { .keep = true };
    char folder[] = "/tmp/ifb-bank-XXXXXX";
    struct ifb_error err = { 0 };

    (void)state;
    assert_non_null(mkdtemp(folder));
    write_run(folder, arena);
    if (ifb_bank_add_run(bank, folder, "s", &think, &err))
        fail_msg("%s", err.msg);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ifb_strs turns = answers_to(bank, cases[i].item);

        assert_int_equal(turns.n, cases[i].turns);
        if (turns.n)
            assert_true(ifb_str_is(turns.at[turns.n - 1], cases[i].last));
    }
    ifb_remove_tree(folder);
    ifb_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_turns) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
