/* SPDX-License-Identifier: Apache-2.0 */
/* Suites of IFEval's format: rows good and bad, the official file, metrics, lookup. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include <ifbench/check.h>
#include <ifbench/judged.h>
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
    size_t n, cap, nconstraints;
};

static enum ifb_code load(const struct ifb_suite *suite, const char *path, struct loaded *l,
                          struct ifb_error *err)
{
    const struct ifb_suite_source src = { &path, path ? 1 : 0 };
    void *state = NULL;
    enum ifb_code code;
    bool more = true;

    *l = (struct loaded){ .arena = ifb_arena_new() };
    code = suite->open(&src, l->arena, &state, err);
    while (!code) {
        l->at = ifb_grow(l->arena, l->at, &l->cap, l->n + 1, sizeof(*l->at));
        code = suite->next(state, &l->at[l->n], &more, err);
        if (code || !more)
            break;
        l->nconstraints += l->at[l->n++].nconstraints;
    }
    suite->close(state);
    return code;
}

static void unload(struct loaded *l)
{
    for (size_t i = 0; i < l->n; i++)
        for (size_t c = 0; c < l->at[i].nconstraints; c++)
            ifb_constraint_release(&l->at[i].constraints[c]);
    ifb_arena_close(l->arena);
}

static const struct ifb_suite *suite_called(const char *id)
{
    const struct ifb_suite *suite = ifb_suite_find(ifb_str_of(id));

    if (!suite)
        fail_msg("no suite \"%s\"", id);
    return suite;
}

/* Writes `text` to a new file whose name replaces `path`. */
static void write_temp(char *path, const char *text, size_t len)
{
    int fd;

    strcpy(path, "/tmp/ifbench-suite-XXXXXX");
    fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, len), len);
    assert_int_equal(close(fd), 0);
}

static enum ifb_code load_text(const char *text, size_t len, char *path, struct loaded *l,
                               struct ifb_error *err)
{
    enum ifb_code code;

    write_temp(path, text, len);
    code = load(suite_called("ifeval"), path, l, err);
    unlink(path);
    return code;
}

/* ---- rows ---- */

#define COMMA "\"instruction_id_list\":[\"punctuation:no_comma\"],\"kwargs\":[{}]"
#define ROW(key) "{\"key\":" key ",\"prompt\":\"p\"," COMMA "}"

static const struct {
    const char *text;
    size_t n, nconstraints;
    const char *id, *prompt, *group; /* of the last item */
} good_rows[] = {
    { ROW("1000") "\n", 1, 1, "1000", "p", "" },
    { ROW("1000"), 1, 1, "1000", "p", "" },
    { ROW("-7") "\r\n", 1, 1, "-7", "p", "" },
    { ROW("5.0") "\n", 1, 1, "5", "p", "" },
    { ROW("\"a b\"") "\n", 1, 1, "a b", "p", "" },
    { ROW("1") "\n\n  \n" ROW("2") "\n\n", 2, 2, "2", "p", "" },
    { ROW("1") "\n" ROW("\"01\"") "\n", 2, 2, "01", "p", "" },
    { "{\"key\":1,\"prompt\":\"a\\n\\\"b\\\" \\u00e9\",\"group\":\"format\",\"extra\":[1],"
      COMMA "}",
      1, 1, "1", "a\n\"b\" \xc3\xa9", "format" },
    { "{\"key\":1,\"prompt\":\"p\",\"group\":null," COMMA "}", 1, 1, "1", "p", "" },
    { "{\"key\":1,\"prompt\":\"p\",\"instruction_id_list\":[\"punctuation:no_comma\","
      "\"detectable_format:title\"],\"kwargs\":[null,{\"num_words\":null,\"relation\":null}]}",
      1, 2, "1", "p", "" },
    { "{\"key\":1,\"prompt\":\"p\",\"instruction_id_list\":[\"keywords:frequency\","
      "\"keywords:frequency\"],\"kwargs\":[{\"keyword\":\"a\",\"frequency\":2,"
      "\"relation\":\"at least\"},{\"keyword\":\"b\",\"frequency\":3,\"relation\":\"less than\"}]}",
      1, 2, "1", "p", "" },
};

static void rows_in_the_format_are_items(void **state)
{
    (void)state;
    for (size_t i = 0; i < N(good_rows); i++) {
        const char *text = good_rows[i].text;
        struct ifb_error err = { 0 };
        const struct ifb_item *item;
        struct loaded l;
        char path[64];

        if (load_text(text, strlen(text), path, &l, &err))
            fail_msg("row %zu: %s", i, err.msg);
        if (l.n != good_rows[i].n || l.nconstraints != good_rows[i].nconstraints)
            fail_msg("row %zu: %zu items, %zu constraints", i, l.n, l.nconstraints);
        item = &l.at[l.n - 1];
        if (!ifb_str_is(item->id, good_rows[i].id))
            fail_msg("row %zu: id %.*s, wanted %s", i, IFB_ARG(item->id), good_rows[i].id);
        if (!ifb_str_is(item->group, good_rows[i].group))
            fail_msg("row %zu: group %.*s", i, IFB_ARG(item->group));
        assert_int_equal(item->prompt.n, 1);
        assert_int_equal(item->prompt.at[0].role, IFB_USER);
        if (!ifb_str_is(item->prompt.at[0].text, good_rows[i].prompt))
            fail_msg("row %zu: prompt %.*s", i, IFB_ARG(item->prompt.at[0].text));
        unload(&l);
    }
}

static void a_repeated_id_keeps_its_place(void **state)
{
    const char *text = good_rows[N(good_rows) - 1].text;
    struct ifb_error err = { 0 };
    struct loaded l;
    char path[64];

    (void)state;
    assert_int_equal(load_text(text, strlen(text), path, &l, &err), IFB_OK);
    for (size_t i = 0; i < 2; i++) {
        const struct ifb_constraint *c = &l.at[0].constraints[i];

        assert_true(ifb_str_is(c->id, "keywords:frequency"));
        assert_int_equal(c->broken.len, 0);
        assert_int_equal(c->turn, 0);
        if (ifb_str_find(c->args_json, ifb_str_of(i ? "\"b\"" : "\"a\""), 0) == SIZE_MAX)
            fail_msg("constraint %zu has %.*s", i, IFB_ARG(c->args_json));
    }
    unload(&l);
}

/* `message` follows the name of the file; a final '*' lets anything follow. */
static const struct {
    const char *text, *message;
} bad_rows[] = {
    { "", ": no prompts, wanted one JSON object a line" },
    { "\n \n", ": no prompts, wanted one JSON object a line" },
    { "{\"key\":1", ":1: *" },
    { "\n" ROW("1") "\n{\"key\":2,}", ":3: *" },
    { ROW("1") " x", ":1: *" },
    { "\xef\xbb\xbf" ROW("1"), ":1: *" },
    { "[1]", ":1: found an array, wanted an object" },
    { "{\"key\":1,\"prompt\":\"\xff\"," COMMA "}", ":1: byte 20 of the line is not UTF-8" },
    { "{\"prompt\":\"p\"," COMMA "}", ":1: \"key\" is missing, wanted a whole number or a string" },
    { ROW("null"), ":1: \"key\" is null, wanted a whole number or a string" },
    { ROW("[1]"), ":1: \"key\" is an array, wanted a whole number or a string" },
    { ROW("1.5"), ":1: \"key\" is no whole number" },
    { ROW("\"\""), ":1: \"key\" is empty" },
    { ROW("1") "\n" ROW("2") "\n" ROW("1"), ":3: key \"1\" was used on line 1 already" },
    { "\n" ROW("\"7\"") "\n" ROW("7"), ":3: key \"7\" was used on line 2 already" },
    { "{\"key\":1,\"key\":1,\"prompt\":\"p\"," COMMA "}", ":1: duplicate key \"key\"" },
    { "{\"key\":1," COMMA "}", ":1: \"prompt\" is missing, wanted a string" },
    { "{\"key\":1,\"prompt\":[\"p\"]," COMMA "}", ":1: \"prompt\" is an array, wanted a string" },
    { "{\"key\":1,\"prompt\":\" \\n\"," COMMA "}", ":1: \"prompt\" is empty" },
    { "{\"key\":1,\"prompt\":\"p\",\"group\":3," COMMA "}",
      ":1: \"group\" is a number, wanted a string" },
    { "{\"key\":1,\"prompt\":\"p\",\"kwargs\":[{}]}",
      ":1: \"instruction_id_list\" is missing, wanted an array of strings" },
    { "{\"key\":1,\"prompt\":\"p\",\"instruction_id_list\":\"punctuation:no_comma\","
      "\"kwargs\":[{}]}",
      ":1: \"instruction_id_list\" is a string, wanted an array of strings" },
    { "{\"key\":1,\"prompt\":\"p\",\"instruction_id_list\":[],\"kwargs\":[]}",
      ":1: \"instruction_id_list\" is empty" },
    { "{\"key\":1,\"prompt\":\"p\",\"instruction_id_list\":[\"punctuation:no_comma\"]}",
      ":1: \"kwargs\" is missing, wanted an array of objects" },
    { "{\"key\":1,\"prompt\":\"p\",\"instruction_id_list\":[\"punctuation:no_comma\"],"
      "\"kwargs\":{}}", ":1: \"kwargs\" is an object, wanted an array of objects" },
    { "{\"key\":1,\"prompt\":\"p\",\"instruction_id_list\":[\"punctuation:no_comma\"],"
      "\"kwargs\":[{},{}]}",
      ":1: \"kwargs\" has 2 members, wanted 1 as in \"instruction_id_list\"" },
    { "{\"key\":1,\"prompt\":\"p\",\"instruction_id_list\":[\"punctuation:no_comma\",7],"
      "\"kwargs\":[{},{}]}", ":1: instruction 2: id is a number, wanted a string" },
    { "{\"key\":1,\"prompt\":\"p\",\"instruction_id_list\":[\"punctuation:no_comma\"],"
      "\"kwargs\":[[]]}",
      ":1: instruction 1: punctuation:no_comma: kwargs is an array, wanted an object" },
    { "{\"key\":1,\"prompt\":\"p\",\"instruction_id_list\":[\"punctuation:no_commas\"],"
      "\"kwargs\":[{}]}", ":1: instruction 1: *" },
    { ROW("1") "\n{\"key\":2,\"prompt\":\"p\",\"instruction_id_list\":[\"punctuation:no_comma\","
      "\"length_constraints:number_words\"],"
      "\"kwargs\":[{},{\"num_words\":\"ten\",\"relation\":\"at least\"}]}",
      ":2: instruction 2: *" },
};

static bool is_message(const char *msg, const char *path, const char *wanted)
{
    size_t len = strlen(wanted);

    if (strncmp(msg, path, strlen(path)) != 0)
        return false;
    msg += strlen(path);
    if (len && wanted[len - 1] == '*')
        return strncmp(msg, wanted, len - 1) == 0 && msg[len - 1];
    return strcmp(msg, wanted) == 0;
}

static void a_bad_row_is_refused_with_file_and_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < N(bad_rows); i++) {
        const char *text = bad_rows[i].text;
        struct ifb_error err = { 0 };
        struct loaded l;
        char path[64];
        enum ifb_code code = load_text(text, strlen(text), path, &l, &err);

        if (code != IFB_EINPUT || err.code != IFB_EINPUT)
            fail_msg("row %zu: code %d, message %s", i, (int)code, err.msg);
        if (!is_message(err.msg, path, bad_rows[i].message))
            fail_msg("row %zu: found  %s\nwanted FILE%s", i, err.msg, bad_rows[i].message);
        unload(&l);
        assert_int_equal(load_text(text, strlen(text), path, &l, NULL), IFB_EINPUT);
        unload(&l);
    }
}

static void an_unknown_id_is_answered_with_the_nearest(void **state)
{
    static const char text[] = "{\"key\":1,\"prompt\":\"p\",\"instruction_id_list\":"
                               "[\"detectable_format:titel\"],\"kwargs\":[{}]}";
    struct ifb_error err = { 0 };
    struct loaded l;
    char path[64];

    (void)state;
    assert_int_equal(load_text(text, sizeof(text) - 1, path, &l, &err), IFB_EINPUT);
    if (!strstr(err.msg, "detectable_format:titel") || !strstr(err.msg, "detectable_format:title"))
        fail_msg("%s", err.msg);
    unload(&l);
}

static void a_row_nested_too_deeply_is_bad_input(void **state)
{
    char text[1024] = "{\"key\":1,\"x\":", path[64];
    struct ifb_error err = { 0 };
    struct loaded l;

    (void)state;
    memset(text + strlen(text), '[', 600);
    assert_int_equal(load_text(text, strlen(text), path, &l, &err), IFB_EINPUT);
    assert_int_equal(err.code, IFB_EINPUT);
    assert_true(is_message(err.msg, path, ":1: nested*"));
    unload(&l);
}

static void a_nul_in_a_row_is_refused_or_kept_by_json_alone(void **state)
{
    static const char raw[] = "{\"key\":1,\"prompt\":\"a\0b\"," COMMA "}";
    static const char escaped[] = "{\"key\":1,\"prompt\":\"a\\u0000b\"," COMMA "}";
    struct ifb_error err = { 0 };
    struct loaded l;
    char path[64];

    (void)state;
    assert_int_equal(load_text(raw, sizeof(raw) - 1, path, &l, &err), IFB_EINPUT);
    unload(&l);
    assert_int_equal(load_text(escaped, sizeof(escaped) - 1, path, &l, &err), IFB_OK);
    assert_int_equal(l.at[0].prompt.at[0].text.len, 3);
    unload(&l);
}

/* Enough keys for the table of keys to grow twice, and then one of them again. */
static void many_keys_are_told_apart(void **state)
{
    struct ifb_error err = { 0 };
    struct ifb_buf text;
    struct loaded l;
    char path[64];

    (void)state;
    ifb_buf_init(&text, (size_t)1 << 20);
    for (int i = 0; i < 2000; i++)
        ifb_buf_fmt(&text, "{\"key\":%d,\"prompt\":\"p\"," COMMA "}\n", i);
    if (load_text(text.ptr, text.len, path, &l, &err))
        fail_msg("%s", err.msg);
    assert_int_equal(l.n, 2000);
    unload(&l);
    ifb_buf_cstr(&text, ROW("\"1234\""));
    assert_false(text.full);
    assert_int_equal(load_text(text.ptr, text.len, path, &l, &err), IFB_EINPUT);
    assert_true(is_message(err.msg, path, ":2001: key \"1234\" was used on line 1235 already"));
    unload(&l);
    ifb_buf_close(&text);
}

static void the_files_a_suite_wants_are_checked(void **state)
{
    static const char *const paths[] = { "/nonexistent/a.jsonl", "b.jsonl" };
    const struct ifb_suite_source none = { NULL, 0 }, one = { paths, 1 }, two = { paths, 2 };
    const struct ifb_suite *core = suite_called("core"), *ifeval = suite_called("ifeval");
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_error err = { 0 };
    void *opened = NULL;

    (void)state;
    assert_int_equal(ifeval->open(NULL, arena, &opened, &err), IFB_EINPUT);
    assert_int_equal(ifeval->open(&none, arena, &opened, &err), IFB_EINPUT);
    assert_int_equal(ifeval->open(&two, arena, &opened, &err), IFB_EINPUT);
    assert_string_equal(err.msg, "the suite ifeval reads 1 file, found 2");
    assert_int_not_equal(ifeval->open(&one, arena, &opened, &err), IFB_OK);
    assert_non_null(strstr(err.msg, paths[0]));
    ifeval->close(opened);
    assert_int_equal(core->open(&one, arena, &opened, &err), IFB_EINPUT);
    assert_int_equal(core->open(NULL, arena, &opened, &err), IFB_OK);
    core->close(opened);
    ifb_arena_close(arena);
}

/* ---- two turns ---- */

#define TWO(key, ask) "{\"key\":" key "," ask "," COMMA "}"
#define SAYS(role, text) "{\"role\":\"" role "\",\"content\":\"" text "\"}"
#define LIST(members) "\"messages\":[" members "]"

static enum ifb_code load_two_turn(const char *text, char *path, struct loaded *l,
                                   struct ifb_error *err)
{
    enum ifb_code code;

    write_temp(path, text, strlen(text));
    code = load(suite_called("ifbench-two-turn"), path, l, err);
    unlink(path);
    return code;
}

/* What is asked, the roles by their letters; and the answer that is judged. */
static const struct {
    const char *text, *id, *roles, *last;
    int turn;
} two_turn_rows[] = {
    { TWO("1", LIST(SAYS("user", "t") "," SAYS("assistant", "a") "," SAYS("user", "c"))), "1",
      "uau", "c", 0 },
    { TWO("1", LIST(SAYS("user", "t") "," SAYS("user", "c"))), "1", "uu", "c", 1 },
    { TWO("1", LIST(SAYS("system", "s") "," SAYS("user", "t") "," SAYS("user", "c"))), "1", "suu",
      "c", 1 },
    { TWO("1", "\"prompt\":\"t\",\"constraint\":\"c\""), "1", "uu", "c", 1 },
    { TWO("1", "\"prompt\":\"t c\"," LIST(SAYS("user", "t") "," SAYS("user", "c"))), "1", "uu",
      "c", 1 },
    { TWO("7", "\"prompt\":\"t\",\"constraint\":\"c\"") "\n"
      TWO("7", "\"prompt\":\"t\",\"constraint\":\"d\""), "7@2", "uu", "d", 1 },
};

static void two_turn_rows_ask_a_task_and_then_a_constraint(void **state)
{
    static const char letters[] = "sua";

    (void)state;
    for (size_t i = 0; i < N(two_turn_rows); i++) {
        struct ifb_error err = { 0 };
        const struct ifb_item *item;
        struct loaded l;
        char path[64];

        if (load_two_turn(two_turn_rows[i].text, path, &l, &err))
            fail_msg("row %zu: %s", i, err.msg);
        item = &l.at[l.n - 1];
        assert_true(ifb_str_is(item->id, two_turn_rows[i].id));
        assert_int_equal(item->prompt.n, strlen(two_turn_rows[i].roles));
        for (size_t m = 0; m < item->prompt.n; m++)
            assert_int_equal(letters[item->prompt.at[m].role], two_turn_rows[i].roles[m]);
        assert_true(ifb_str_is(item->prompt.at[item->prompt.n - 1].text, two_turn_rows[i].last));
        assert_int_equal(item->constraints[0].turn, two_turn_rows[i].turn);
        unload(&l);
    }
}

static void a_row_without_two_turns_is_refused(void **state)
{
    static const struct {
        const char *text, *message;
    } rows[] = {
        { TWO("1", "\"prompt\":\"t c\""),
          ":1: two turns are missing, wanted \"messages\", an array, or \"prompt\" and "
          "\"constraint\", strings" },
        { TWO("1", "\"prompt\":\"t\",\"constraint\":\" \""), ":1: two turns are missing*" },
        { TWO("1", LIST(SAYS("user", "t"))),
          ":1: \"messages\" has 1 of the user's, wanted a task and, at the end, a constraint" },
        { TWO("1", LIST("")), ":1: \"messages\" has 0 of the user's*" },
        { TWO("1", LIST(SAYS("user", "t") "," SAYS("user", "c") "," SAYS("assistant", "a"))),
          ":1: \"messages\" has 2 of the user's*" },
        { TWO("1", LIST(SAYS("user", "t") "," SAYS("tool", "c"))),
          ":1: message 2: \"role\" must be system, user or assistant" },
        { TWO("1", LIST("\"t\"," SAYS("user", "c"))),
          ":1: message 1: \"content\" must be a string" },
        { TWO("1", LIST(SAYS("user", "t") "," SAYS("user", " "))), ":1: message 2 is empty" },
        { TWO("\"7@3\"", "\"prompt\":\"t\",\"constraint\":\"c\"") "\n"
          TWO("7", "\"prompt\":\"t\",\"constraint\":\"c\"") "\n"
          TWO("7", "\"prompt\":\"t\",\"constraint\":\"c\""),
          ":3: key \"7@3\" was used on line 1 already" },
    };

    (void)state;
    for (size_t i = 0; i < N(rows); i++) {
        struct ifb_error err = { 0 };
        struct loaded l;
        char path[64];

        assert_int_equal(load_two_turn(rows[i].text, path, &l, &err), IFB_EINPUT);
        if (!is_message(err.msg, path, rows[i].message))
            fail_msg("row %zu: found  %s\nwanted FILE%s", i, err.msg, rows[i].message);
        unload(&l);
    }
}

/* ---- the official files ---- */

static void the_official_file_has_541_prompts_and_834_instructions(void **state)
{
    const char *data = getenv("IFBENCH_DATA");
    struct ifb_error err = { 0 };
    struct loaded l;
    char path[512];

    (void)state;
    snprintf(path, sizeof(path), "%s/ifeval/input_data.jsonl", data ? data : "../shared/data");
    if (!ifb_file_exists(path))
        skip();
    if (load(suite_called("ifeval"), path, &l, &err))
        fail_msg("%s", err.msg);
    assert_int_equal(l.n, 541);
    assert_int_equal(l.nconstraints, 834);
    assert_true(ifb_str_is(l.at[0].id, "1000"));
    assert_int_equal(l.at[0].nconstraints, 3);
    unload(&l);
}

/* Its keys are strings, its numbers are 5.0, and its kwargs hold a null for each name there is. */
static void the_official_ifbench_file_has_300_prompts_and_344_instructions(void **state)
{
    const char *data = getenv("IFBENCH_DATA");
    struct ifb_error err = { 0 };
    struct loaded l;
    char path[512];

    (void)state;
    snprintf(path, sizeof(path), "%s/ifbench/IFBench_test.jsonl", data ? data : "../shared/data");
    if (!ifb_file_exists(path))
        skip();
    if (load(suite_called("ifbench"), path, &l, &err))
        fail_msg("%s", err.msg);
    assert_int_equal(l.n, 300);
    assert_int_equal(l.nconstraints, 344);
    for (size_t i = 0; i < l.n; i++)
        for (size_t c = 0; c < l.at[i].nconstraints; c++)
            if (l.at[i].constraints[c].broken.len)
                fail_msg("item %.*s: %.*s", IFB_ARG(l.at[i].id),
                         IFB_ARG(l.at[i].constraints[c].broken));
    unload(&l);
}

/* ---- metrics ---- */

struct count_pair {
    int64_t hits, n;
};

/* U, F, P, E: the outcomes in order. */
static const struct {
    const char *strict, *loose;
    struct count_pair want[4];
} metric_rows[] = {
    { "P", "P", { { 1, 1 }, { 1, 1 }, { 1, 1 }, { 1, 1 } } },
    { "F", "P", { { 0, 1 }, { 0, 1 }, { 1, 1 }, { 1, 1 } } },
    { "PF", "PP", { { 0, 1 }, { 1, 2 }, { 1, 1 }, { 2, 2 } } },
    { "PPP", "PPP", { { 1, 1 }, { 3, 3 }, { 1, 1 }, { 3, 3 } } },
    { "PE", "EE", { { 0, 1 }, { 1, 2 }, { 0, 1 }, { 0, 2 } } },
    { "U", "U", { { 0, 0 }, { 0, 0 }, { 0, 0 }, { 0, 0 } } },
    { "FU", "UP", { { 0, 0 }, { 0, 1 }, { 0, 0 }, { 1, 1 } } },
    { "PUE", "PPU", { { 0, 0 }, { 1, 2 }, { 0, 0 }, { 2, 2 } } },
    { "", "", { { 0, 0 }, { 0, 0 }, { 0, 0 }, { 0, 0 } } },
};

static void outcomes_of(const char *letters, uint8_t out[8])
{
    static const char all[] = "UFPE";

    for (size_t i = 0; letters[i]; i++)
        out[i] = (uint8_t)(strchr(all, letters[i]) - all);
}

static void count_row(size_t row, struct ifb_ratio sums[4])
{
    struct ifb_constraint none[8] = { 0 };
    struct ifb_item item = { .constraints = none };
    uint8_t strict[8] = { 0 }, loose[8] = { 0 };
    struct ifb_item_score score = { &item, strict, loose, true };

    item.nconstraints = strlen(metric_rows[row].strict);
    outcomes_of(metric_rows[row].strict, strict);
    outcomes_of(metric_rows[row].loose, loose);
    for (size_t m = 0; m < 4; m++)
        ifb_ifeval_metrics[m].count(&score, &sums[m]);
}

static void metrics_count_what_was_scored(void **state)
{
    (void)state;
    for (size_t i = 0; i < N(metric_rows); i++) {
        struct ifb_ratio r[4] = { 0 };

        count_row(i, r);
        for (size_t m = 0; m < 4; m++)
            if (r[m].hits != metric_rows[i].want[m].hits || r[m].n != metric_rows[i].want[m].n)
                fail_msg("row %zu, %s: %lld/%lld, wanted %lld/%lld", i, ifb_ifeval_metrics[m].id,
                         (long long)r[m].hits, (long long)r[m].n,
                         (long long)metric_rows[i].want[m].hits,
                         (long long)metric_rows[i].want[m].n);
    }
}

static void metrics_pool_over_items(void **state)
{
    static const struct count_pair want[4] = { { 2, 5 }, { 7, 12 }, { 4, 5 }, { 10, 12 } };
    struct ifb_ratio r[4] = { 0 };

    (void)state;
    for (size_t i = 0; i < N(metric_rows); i++)
        count_row(i, r);
    for (size_t m = 0; m < 4; m++) {
        assert_int_equal(r[m].hits, want[m].hits);
        assert_int_equal(r[m].n, want[m].n);
    }
}

static void metrics_bear_the_names_of_the_field(void **state)
{
    static const char *const names[] = { "prompt_level_strict_acc", "inst_level_strict_acc",
                                         "prompt_level_loose_acc", "inst_level_loose_acc" };

    (void)state;
    for (size_t m = 0; m < 4; m++) {
        assert_string_equal(ifb_ifeval_metrics[m].id, names[m]);
        assert_true(ifb_ifeval_metrics[m].higher_is_better);
    }
    assert_null(ifb_ifeval_metrics[4].id);
}

/* ---- lookup ---- */

static void suites_are_found_by_name_and_in_order(void **state)
{
    const struct ifb_suite *s = NULL;
    size_t n = 0;

    (void)state;
    while ((s = ifb_suite_next(s)) != NULL) {
        assert_ptr_equal(ifb_suite_find(ifb_str_of(s->id)), s);
        assert_non_null(s->doc);
        assert_non_null(s->cite);
        /* a suite without metrics has those of the judged suite of its name */
        assert_non_null(s->metrics);
        assert_true(s->metrics[0].id || ifb_judged_find(ifb_str_of(s->id)));
        n++;
    }
    assert_true(n >= 2);
    assert_string_equal(ifb_suite_next(NULL)->id, "core");
    assert_null(ifb_suite_find(IFB_STR("")));
    assert_null(ifb_suite_find(IFB_STR("Core")));
    assert_null(ifb_suite_find(IFB_STR("corefoo")));
}

static void only_a_near_name_is_suggested(void **state)
{
    static const struct { const char *id, *nearest; } rows[] = {
        { "ifevals", "ifeval" }, { "ifeva", "ifeval" }, { "ivfeal", "ifeval" },
        { "core", "core" },      { "cor", "core" },     { "cxxx", "" },
        { "", "" },              { "a wholly different name", "" },
    };

    (void)state;
    for (size_t i = 0; i < N(rows); i++) {
        const char *found = ifb_suite_nearest(ifb_str_of(rows[i].id));

        if (strcmp(found, rows[i].nearest) != 0)
            fail_msg("row %zu: found \"%s\", wanted \"%s\"", i, found, rows[i].nearest);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_in_the_format_are_items),
        cmocka_unit_test(a_repeated_id_keeps_its_place),
        cmocka_unit_test(a_bad_row_is_refused_with_file_and_line),
        cmocka_unit_test(an_unknown_id_is_answered_with_the_nearest),
        cmocka_unit_test(a_row_nested_too_deeply_is_bad_input),
        cmocka_unit_test(a_nul_in_a_row_is_refused_or_kept_by_json_alone),
        cmocka_unit_test(many_keys_are_told_apart),
        cmocka_unit_test(the_files_a_suite_wants_are_checked),
        cmocka_unit_test(two_turn_rows_ask_a_task_and_then_a_constraint),
        cmocka_unit_test(a_row_without_two_turns_is_refused),
        cmocka_unit_test(the_official_file_has_541_prompts_and_834_instructions),
        cmocka_unit_test(the_official_ifbench_file_has_300_prompts_and_344_instructions),
        cmocka_unit_test(metrics_count_what_was_scored),
        cmocka_unit_test(metrics_pool_over_items),
        cmocka_unit_test(metrics_bear_the_names_of_the_field),
        cmocka_unit_test(suites_are_found_by_name_and_in_order),
        cmocka_unit_test(only_a_near_name_is_suggested),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
