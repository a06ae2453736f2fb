/* SPDX-License-Identifier: Apache-2.0 */
/* Suites whose answers a judge scores: rows good and bad, presets, the official files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include <ifbench/suite.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/str.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

/* A suite read whole. */
struct loaded {
    struct ifb_arena *arena;
    struct ifb_item *at;
    size_t n, cap;
};

static enum ifb_code load(const char *id, const char *path, struct loaded *l,
                          struct ifb_error *err)
{
    const struct ifb_suite *suite = ifb_suite_find(ifb_str_of(id));
    const struct ifb_suite_source src = { &path, 1 };
    void *state = NULL;
    enum ifb_code code;
    bool more = true;

    assert_non_null(suite);
    *l = (struct loaded){ .arena = ifb_arena_new() };
    code = suite->open(&src, l->arena, &state, err);
    while (!code) {
        l->at = ifb_grow(l->arena, l->at, &l->cap, l->n + 1, sizeof(*l->at));
        code = suite->next(state, &l->at[l->n], &more, err);
        if (code || !more)
            break;
        assert_int_equal(l->at[l->n].nconstraints, 0);
        l->n++;
    }
    suite->close(state);
    return code;
}

static enum ifb_code load_text(const char *id, const char *text, struct loaded *l,
                               struct ifb_error *err)
{
    char path[] = "/tmp/ifbench-asked-XXXXXX";
    int fd = mkstemp(path);
    enum ifb_code code;

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(close(fd), 0);
    code = load(id, path, l, err);
    unlink(path);
    return code;
}

/* ---- rows ---- */

static const struct {
    const char *suite, *text;
    size_t n;
    const char *id, *prompt, *group, *tag; /* of the last item; prompt of its last turn */
    double temperature;                    /* of its own preset; -1: it has none */
} good[] = {
    { "mtbench", "{\"question_id\":81,\"category\":\"writing\",\"turns\":[\"a\",\"b\"]}\n", 1,
      "81", "b", "writing", "", 0.7 },
    { "mtbench", "{\"question_id\":\"x\",\"category\":\"math\",\"turns\":[\"a\"]}", 1, "x", "a",
      "math", "", 0 },
    { "mtbench", "{\"question_id\":1,\"category\":\"stem\",\"turns\":[\"a\",\"b\"],"
      "\"required_temperature\":0.25}", 1, "1", "b", "stem", "", 0.25 },
    { "mtbench", "{\"question_id\":1,\"category\":\"poems\",\"turns\":[\"a\"]}", 1, "1", "a",
      "poems", "", 0.7 },
    { "alpacaeval", "[{\"dataset\":\"koala\",\"instruction\":\"a\",\"output\":\"o\"},\n"
      "{\"instruction\":\"b\",\"output\":\"o\"}]", 2, "1", "b", "", "", -1 },
    { "alpacaeval1", "{\"dataset\":\"koala\",\"instruction\":\"a\"}\n", 1, "0", "a", "koala", "",
      -1 },
    { "arenahard", "{\"uid\":\"u\",\"category\":\"arena-hard-v0.1\",\"cluster\":\"c\","
      "\"prompt\":\"p\"}\n\n", 1, "u", "p", "arena-hard-v0.1", "", -1 },
    { "arenahard", "{\"question_id\":\"q\",\"turns\":[{\"content\":\"p\"}]}\n", 1, "q", "p", "",
      "", -1 },
    { "arenahard-v2", "{\"uid\":\"u\",\"category\":\"hard_prompt\",\"subcategory\":\"math\","
      "\"prompt\":\"p\"}\n", 1, "u", "p", "hard_prompt", "math", -1 },
    { "infobench", "{\"id\":\"i\",\"input\":\"\",\"category\":\"c\",\"instruction\":\"do\","
      "\"decomposed_questions\":[\"q?\"],\"subset\":\"Easy_set\"}", 1, "i", "do", "c", "Easy_set",
      -1 },
    { "infobench", "{\"id\":\"i\",\"input\":\"this\",\"instruction\":\"do\","
      "\"decomposed_questions\":[\"q?\",\"r?\"]}", 1, "i", "do\n\nthis", "", "", -1 },
};

static void rows_are_items(void **state)
{
    (void)state;
    for (size_t i = 0; i < N(good); i++) {
        struct ifb_error err = { 0 };
        const struct ifb_item *item;
        struct loaded l;

        if (load_text(good[i].suite, good[i].text, &l, &err))
            fail_msg("row %zu: %s", i, err.msg);
        assert_int_equal(l.n, good[i].n);
        item = &l.at[l.n - 1];
        if (!ifb_str_is(item->id, good[i].id) || !ifb_str_is(item->group, good[i].group) ||
            !ifb_str_is(item->prompt.at[item->prompt.n - 1].text, good[i].prompt) ||
            !ifb_str_is(item->tags.n ? item->tags.at[0] : IFB_STR(""), good[i].tag))
            fail_msg("row %zu: id %.*s, group %.*s", i, IFB_ARG(item->id), IFB_ARG(item->group));
        if ((item->preset != NULL) != (good[i].temperature >= 0) ||
            (item->preset && item->preset->temperature != good[i].temperature))
            fail_msg("row %zu: not the preset that is wanted", i);
        assert_non_null(item->row);
        ifb_arena_close(l.arena);
    }
}

static const struct {
    const char *suite, *text, *says;
} bad[] = {
    { "mtbench", "{\"question_id\":81,\"category\":\"writing\"}", ":1: " },
    { "mtbench", "{\"question_id\":1,\"turns\":[\"a\"]}\n{\"question_id\":1,\"turns\":[\"a\"]}",
      "was used on line 1 already" },
    { "mtbench", "{\"question_id\":1,\"turns\":[\"a\",7]}", "turn 2 is a number" },
    { "mtbench", "{\"question_id\":1,", ":1: " },
    { "mtbench", "{\"question_id\":\"\",\"turns\":[\"a\"]}", "wants \"question_id\"" },
    { "alpacaeval", "[{\"instruction\":\"a\"},\n{\"output\":\"o\"}]",
      ":2: a row wants an \"instruction\"" },
    { "alpacaeval", "[{\"instruction\":\"a\"},\n4]", ":2: found a number" },
    { "arenahard", "{\"uid\":\"u\"}", "wants a \"uid\" and a \"prompt\"" },
    { "arenahard", "{\"question_id\":\"q\",\"turns\":[{\"content\":\" \"}]}", "\"prompt\"" },
    { "arenahard-v2", "{\"uid\":\"\",\"prompt\":\"p\"}", "wants a \"uid\"" },
    { "infobench", "{\"id\":\"i\",\"instruction\":\"do\"}", "\"decomposed_questions\"" },
    { "infobench", "{\"id\":\"i\",\"instruction\":\"do\",\"decomposed_questions\":[]}",
      "\"decomposed_questions\"" },
    { "infobench", "{\"id\":\"i\",\"instruction\":\"do\",\"decomposed_questions\":[null]}",
      "a question is null" },
    { "infobench", "{\"instruction\":\"do\",\"decomposed_questions\":[\"q\"]}", "\"id\"" },
};

static void bad_rows_are_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < N(bad); i++) {
        struct ifb_error err = { 0 };
        struct loaded l;

        assert_int_equal(load_text(bad[i].suite, bad[i].text, &l, &err), IFB_EINPUT);
        if (!strstr(err.msg, bad[i].says))
            fail_msg("row %zu: \"%s\", wanted \"%s\"", i, err.msg, bad[i].says);
        ifb_arena_close(l.arena);
    }
}

/* ---- the official files ---- */

static const struct {
    const char *suite, *file;
    size_t n, turns;
} official[] = {
    { "mtbench", "mtbench/question.jsonl", 80, 160 },
    { "alpacaeval", "alpacaeval/gpt4_1106_preview.model_outputs.json", 805, 805 },
    { "alpacaeval1", "alpacaeval/text_davinci_003.model_outputs.json", 805, 805 },
    { "arenahard", "arenahard/v0.1_question.jsonl", 500, 500 },
    { "arenahard-v2", "arenahard/v2.0_question.jsonl", 750, 750 },
    { "infobench", "infobench/gpt4_output_gpt4_judge.jsonl.gz", 500, 500 },
};

static void official_files_are_read(void **state)
{
    const char *dir = getenv("IFBENCH_DATA");
    size_t found = 0;

    (void)state;
    for (size_t i = 0; i < N(official); i++) {
        struct ifb_arena *arena = ifb_arena_new();
        char *path = ifb_path_join(arena, dir ? dir : "../shared/data", official[i].file);
        struct ifb_error err = { 0 };
        struct loaded l;
        size_t turns = 0;

        if (ifb_file_exists(path)) {
            if (load(official[i].suite, path, &l, &err))
                fail_msg("%s", err.msg);
            for (size_t k = 0; k < l.n; k++)
                turns += l.at[k].prompt.n;
            assert_int_equal(l.n, official[i].n);
            assert_int_equal(turns, official[i].turns);
            ifb_arena_close(l.arena);
            found++;
        } else {
            print_message("%s is not there\n", official[i].file);
        }
        ifb_arena_close(arena);
    }
    if (!found)
        skip();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_items),
        cmocka_unit_test(bad_rows_are_named),
        cmocka_unit_test(official_files_are_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
