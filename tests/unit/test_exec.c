/* SPDX-License-Identifier: Apache-2.0 */
/* Programs as models, lines from commands, keys in turn. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/base/arena.h"
#include "harness/base/argv.h"
#include "harness/base/error.h"
#include "harness/base/spawn.h"
#include "harness/base/str.h"
#include "harness/engine/exec.h"
#include "harness/engine/keys.h"
#include "harness/engine/retry.h"
#include "harness/engine/transport.h"

static struct ifb_arena *arena;

static int open_arena(void **state)
{
    (void)state;
    arena = ifb_arena_new();
    signal(SIGPIPE, SIG_IGN);  /* as the program does */
    return 0;
}

static int close_arena(void **state)
{
    (void)state;
    ifb_arena_close(arena);
    return 0;
}

static struct ifb_strs words_of(const char *command)
{
    struct ifb_strs words = { NULL, 0 };
    struct ifb_error err;

    if (ifb_argv_split(ifb_str_of(command), arena, &words, &err))
        fail_msg("%s: %s", command, err.msg);
    return words;
}

static void next_event(struct ifb_exec *e, struct ifb_http_event *event)
{
    while (!ifb_exec_next(e, event)) {
        size_t n;
        struct pollfd *fds = ifb_exec_fds(e, &n);

        poll(fds, n, ifb_exec_patience(e, 1000));
        ifb_exec_move(e);
    }
}

static void test_what_becomes_of_a_program(void **state)
{
    static const struct {
        const char *command, *input;
        int64_t timeout_ms;
        enum ifb_code code;
        const char *says;  /* the output, or the message */
    } rows[] = {
        { "cat", "a \"b\"\n", 0, IFB_OK, "a \"b\"\n" },
        { "echo 'x  y'", "not read", 0, IFB_OK, "x  y\n" },
        { "true", "", 0, IFB_OK, "" },
        { "sh -c 'cat; echo warned >&2'", "in", 0, IFB_OK, "in" },
        { "false", "", 0, IFB_EPROTO, "the command exited with status 1" },
        { "sh -c 'echo no; echo first >&2; echo \" last \" >&2; exit 7'", "", 0, IFB_EPROTO,
          "the command exited with status 7: last" },
        { "sh -c 'kill -9 $$'", "", 0, IFB_EPROTO, "the command was killed by signal 9" },
        { "sleep 100", "", 50, IFB_ENET, "timed out after 0.05 s waiting for the command" },
        { "sh -c 'printf half; exec sleep 100'", "", 50, IFB_ENET,
          "timed out after 0.05 s waiting for the command" },
        { "sh -c 'exec >&- 2>&- <&-; exec sleep 100'", "", 50, IFB_ENET,
          "timed out after 0.05 s waiting for the command" },
        { "yes", "", 0, IFB_ELIMIT, "the command printed more than 16777216 bytes" },
        /* what it leaves running does not hold the answer up */
        { "sh -c 'sleep 100 & echo done'", "", 0, IFB_OK, "done\n" },
    };
    struct ifb_exec *e = ifb_exec_new();

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ifb_http_event event;
        struct ifb_error err;

        if (ifb_exec_start(e, words_of(rows[i].command), ifb_str_of(rows[i].input),
                           rows[i].timeout_ms, &event, &err))
            fail_msg("row %zu: %s", i, err.msg);
        next_event(e, &event);
        assert_ptr_equal(event.tag, &event);
        if (event.code != rows[i].code ||
            (event.code ? strcmp(event.error.msg, rows[i].says) != 0
                        : !ifb_str_is(event.reply.body, rows[i].says)))
            fail_msg("row %zu: code %d '%s', '%.*s'", i, event.code,
                     event.code ? event.error.msg : "",
                     event.code ? 0 : IFB_ARG(event.reply.body));
        assert_int_equal(ifb_exec_flying(e), 0);
    }
    ifb_exec_close(e);
}

static void test_a_program_that_is_not_there(void **state)
{
    struct ifb_exec *e = ifb_exec_new();
    struct ifb_http_event event;
    struct ifb_error err;

    (void)state;
    assert_int_equal(ifb_exec_start(e, words_of("/nowhere/x"), IFB_STR(""), 0, NULL, &err),
                     IFB_EINPUT);
    assert_string_equal(err.msg, "cannot run /nowhere/x: No such file or directory");
    assert_false(ifb_exec_next(e, &event));
    ifb_exec_close(e);
}

/* A megabyte each way: neither side may wait for the other for ever. */
static void test_long_input_and_output(void **state)
{
    struct ifb_exec *e = ifb_exec_new();
    struct ifb_http_event event;
    struct ifb_error err;
    char *long_text = ifb_alloc(arena, 1 << 20);

    (void)state;
    memset(long_text, 'x', 1 << 20);
    assert_int_equal(ifb_exec_start(e, words_of("cat"), (ifb_str){ long_text, 1 << 20 }, 0, NULL,
                                    &err), IFB_OK);
    next_event(e, &event);
    assert_int_equal(event.code, IFB_OK);
    assert_int_equal(event.reply.body.len, 1 << 20);
    ifb_exec_close(e);
}

/* Its process group is gone, children included, once the exec is closed. */
static void test_nothing_is_left_behind(void **state)
{
    struct ifb_exec *e = ifb_exec_new();
    struct ifb_http_event event;
    struct ifb_error err;
    int64_t group;
    ifb_str said;

    (void)state;
    assert_int_equal(ifb_exec_start(e, words_of("sh -c 'sleep 100 & sleep 100 & echo $$; wait'"),
                                    IFB_STR(""), 300, NULL, &err), IFB_OK);
    next_event(e, &event);
    assert_int_equal(event.code, IFB_ENET);
    said = ifb_str_trim_ascii(event.reply.body);
    assert_true(ifb_str_int(said, &group) && group > 1);
    /* the members are killed already; init may need a moment to reap them */
    for (int i = 0; i < 1000 && kill((pid_t)-group, 0) == 0; i++)
        poll(NULL, 0, 5);
    assert_true(kill((pid_t)-group, 0) != 0 && errno == ESRCH);
    ifb_exec_close(e);
}

static void test_many_at_once(void **state)
{
    static const struct ifb_provider by_command = { .id = "x", .reach = IFB_BY_COMMAND };
    const struct ifb_model model = { .provider = &by_command, .argv = words_of("cat") };
    const struct ifb_http_options options = { 0 };
    struct ifb_transport *t = ifb_transport_new(&options);
    bool seen[40] = { false };
    size_t landed = 0;

    (void)state;
    for (size_t i = 0; i < 40; i++) {
        struct ifb_http_call call = { .body = ifb_fmt(arena, "%zu", i) };
        struct ifb_error err;

        assert_int_equal(ifb_transport_start(t, &model, &call, 0, NULL, &err), IFB_OK);
    }
    assert_int_equal(ifb_transport_flying(t), 40);
    while (landed < 40) {
        struct ifb_http_event event;
        struct ifb_error err;
        int64_t i;

        if (!ifb_transport_next(t, &event)) {
            assert_int_equal(ifb_transport_wait(t, 1000, &err), IFB_OK);
            continue;
        }
        assert_true(ifb_str_int(event.reply.body, &i) && i >= 0 && i < 40 && !seen[i]);
        seen[i] = true;
        landed++;
    }
    assert_int_equal(ifb_transport_flying(t), 0);
    ifb_transport_close(t);
}

static void test_lines_of_commands(void **state)
{
    static const struct { const char *command; enum ifb_code code; const char *says; } rows[] = {
        { "echo sk-1", IFB_OK, "sk-1" },
        { "printf 'sk-1\\nmore\\n'", IFB_OK, "sk-1" },
        { "printf sk-1", IFB_OK, "sk-1" },
        { "sh -c 'echo sk-1; exit 3'", IFB_EINPUT, "sh exited with status 3" },
        { "true", IFB_EINPUT, "true printed nothing" },
        { "sh -c 'printf %0200d 1'", IFB_EINPUT, "sh printed too long a line" },
        { "/nowhere/x", IFB_EINPUT, "cannot run /nowhere/x: No such file or directory" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char **argv = ifb_argv_make(words_of(rows[i].command), IFB_STR(""), IFB_STR(""), arena);
        struct ifb_error err = { 0 };
        ifb_str line = { NULL, 0 };
        enum ifb_code code = ifb_spawn_line(argv, 100, NULL, arena, &line, &err);

        if (code != rows[i].code ||
            (code ? strcmp(err.msg, rows[i].says) != 0 : !ifb_str_is(line, rows[i].says)))
            fail_msg("row %zu: code %d '%s' '%.*s'", i, code, err.msg, IFB_ARG(line));
    }
}

static struct ifb_error refusal(int status, int64_t retry_after_ms)
{
    return (struct ifb_error){ .code = IFB_EPROTO, .http_status = status,
                               .retry_after_ms = retry_after_ms };
}

static void test_keys(void **state)
{
    const struct ifb_error e500 = refusal(500, -1), e429 = refusal(429, -1),
                           e429_5s = refusal(429, 5000), e401 = refusal(401, -1),
                           e403 = refusal(403, -1), none = refusal(0, -1);
    struct ifb_keys k = { 0 }, one = { 0 };

    (void)state;
    assert_int_equal(ifb_keys_take(&k, 0, 0), 0);
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(ifb_keys_take(&k, 3, 0), i % 3);
    assert_false(ifb_keys_failed(&k, 3, 0, &e500, 0));
    assert_false(ifb_keys_failed(&k, 3, 0, &none, 0));
    assert_true(ifb_keys_failed(&k, 3, 0, &e429, 0));         /* rests for a second */
    assert_int_equal(ifb_keys_take(&k, 3, 0), 1);
    assert_int_equal(ifb_keys_take(&k, 3, 999999), 2);
    assert_int_equal(ifb_keys_take(&k, 3, 999999), 1);
    assert_int_equal(ifb_keys_take(&k, 3, 1000000), 2);
    assert_int_equal(ifb_keys_take(&k, 3, 1000000), 0);
    assert_true(ifb_keys_failed(&k, 3, 1, &e401, 1000000));   /* for good */
    assert_int_equal(ifb_keys_take(&k, 3, 9000000), 2);
    assert_int_equal(ifb_keys_take(&k, 3, 9000000), 0);
    assert_true(ifb_keys_failed(&k, 3, 2, &e403, 9000000));
    assert_false(ifb_keys_failed(&k, 3, 0, &e429_5s, 9000000));  /* there is no other left */
    assert_int_equal(ifb_keys_take(&k, 3, 9000000), 0);       /* better than a refused one */
    assert_false(ifb_keys_failed(&k, 3, 0, &e401, 9000000));
    assert_true(ifb_keys_take(&k, 3, 9000000) < 3);
    assert_false(ifb_keys_failed(&one, 1, 0, &e401, 0));
    assert_false(ifb_keys_failed(&one, 1, 0, &e429, 0));
}

/* Google's 400 for a wrong key is a matter of keys. */
static void test_a_wrong_key_by_another_status(void **state)
{
    const struct ifb_http_reply bad = { 400, IFB_STR("{\"error\":{\"details\":[{\"reason\":"
                                                     "\"API_KEY_INVALID\"}]}}"), -1 };
    const struct ifb_http_reply other = { 400, IFB_STR("{}"), -1 };
    struct ifb_error err;

    (void)state;
    assert_int_equal(ifb_http_failure(&bad, IFB_STR("x"), &err), IFB_EAUTH);
    assert_int_equal(ifb_http_failure(&other, IFB_STR("x"), &err), IFB_EPROTO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_becomes_of_a_program),
        cmocka_unit_test(test_a_program_that_is_not_there),
        cmocka_unit_test(test_long_input_and_output),
        cmocka_unit_test(test_nothing_is_left_behind),
        cmocka_unit_test(test_many_at_once),
        cmocka_unit_test(test_lines_of_commands),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_a_wrong_key_by_another_status),
    };

    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
