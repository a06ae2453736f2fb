/* SPDX-License-Identifier: Apache-2.0 */
/* The journal: what is written is read back, torn tails are cut, damage is refused. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/base/arena.h"
#include "harness/base/file.h"
#include "harness/base/str.h"
#include "harness/engine/journal.h"

#define PLAN "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

struct place {
    char dir[32];
    char path[64];
};

static int make_place(void **state)
{
    struct place *p = calloc(1, sizeof(*p));

    strcpy(p->dir, "/tmp/ifb-journal-XXXXXX");
    if (!p || !mkdtemp(p->dir))
        return -1;
    snprintf(p->path, sizeof(p->path), "%s/journal.jsonl", p->dir);
    *state = p;
    return 0;
}

static int remove_place(void **state)
{
    struct place *p = *state;

    unlink(p->path);
    rmdir(p->dir);
    free(p);
    return 0;
}

static struct ifb_call_record record(uint32_t call, bool answered)
{
    static const struct ifb_image pixels[] = { { IFB_STR_INIT("image/png"), IFB_STR_INIT("aGk="),
                                                 IFB_STR_INIT("f00d") } };
    static const struct ifb_images images = { pixels, 1 };
    static const struct ifb_message said[] = { { IFB_SYSTEM, IFB_STR_INIT("be brief"), NULL },
                                               { IFB_USER, IFB_STR_INIT("say \"hi\"\n"), &images } };

    return (struct ifb_call_record){
        .call = call, .answered = answered, .suite = IFB_STR("core"), .item = IFB_STR("i1"),
        .model = IFB_STR("http://h/v1#m"), .epoch = 2, .turn = 1, .messages = { said, 2 },
        .response = { .text = IFB_STR("a\0b, \xe2\x82\xac"), .reasoning = IFB_STR("hmm"),
                      .model = IFB_STR("m-1"), .finish = IFB_FINISH_LENGTH, .tokens_in = 5,
                      .tokens_out = -1, .ntop = 2,
                      .top = { { IFB_STR("\n"), -0.1 }, { IFB_STR("m"), -2.5 } } },
        .error = IFB_STR("HTTP 503: busy"), .http_status = 503, .latency_ms = 12, .attempts = 3,
    };
}

/* A journal of `n` calls, the odd ones failed, optionally with its end. */
static void write_journal(const char *path, uint32_t n, bool end)
{
    struct ifb_journal *j;
    struct ifb_error err;

    assert_int_equal(ifb_journal_create(path, PLAN, 0, 10, false, &j, &err), IFB_OK);
    for (uint32_t i = 0; i < n; i++) {
        struct ifb_call_record r = record(i, i % 2 == 0);

        assert_int_equal(ifb_journal_add(j, &r, &err), IFB_OK);
    }
    if (end)
        assert_int_equal(ifb_journal_end(j, &err), IFB_OK);
    ifb_journal_close(j);
}

static off_t size_of(const char *path)
{
    struct stat st;

    assert_int_equal(stat(path, &st), 0);
    return st.st_size;
}

static void test_reads_back(void **state)
{
    struct place *p = *state;
    struct ifb_arena *a = ifb_arena_new();
    struct ifb_call_record r;
    struct ifb_journal *j;
    struct ifb_error err;

    write_journal(p->path, 3, true);
    assert_int_equal(ifb_journal_open(p->path, 10, &j, &err), IFB_OK);
    assert_true(ifb_journal_ended(j));
    assert_int_equal(ifb_journal_answers(j), 2);
    assert_int_equal(ifb_journal_failures(j), 1);
    assert_int_equal(ifb_journal_state(j, 3), IFB_CALL_PENDING);
    assert_int_equal(ifb_journal_read(j, 2, a, &r, &err), IFB_OK);
    assert_true(r.call == 2 && r.answered && r.epoch == 2 && r.turn == 1 && r.attempts == 3);
    assert_true(ifb_str_eq(r.response.text, IFB_STR("a\0b, \xe2\x82\xac")));
    assert_true(ifb_str_is(r.response.reasoning, "hmm") && ifb_str_is(r.response.model, "m-1"));
    assert_true(r.response.finish == IFB_FINISH_LENGTH && r.response.tokens_in == 5);
    assert_true(r.response.tokens_out == -1 && r.latency_ms == 12 && r.messages.n == 2);
    assert_true(r.messages.at[0].role == IFB_SYSTEM);
    assert_true(ifb_str_is(r.messages.at[1].text, "say \"hi\"\n"));
    assert_true(!r.messages.at[0].images && r.messages.at[1].images->n == 1);
    assert_true(ifb_str_is(r.messages.at[1].images->at[0].sha256, "f00d"));
    assert_true(r.response.ntop == 2 && ifb_str_is(r.response.top[0].token, "\n"));
    assert_true(r.response.top[0].logprob == -0.1 && ifb_str_is(r.response.top[1].token, "m"));
    assert_int_equal(ifb_journal_read(j, 1, a, &r, &err), IFB_OK);
    assert_true(!r.answered && r.http_status == 503 && ifb_str_is(r.error, "HTTP 503: busy"));
    assert_int_equal(ifb_journal_read(j, 3, a, &r, &err), IFB_EINPUT);
    ifb_journal_close(j);
    ifb_arena_close(a);
}

/* Their sums would not be in range. */
static void test_counts_beyond_all_are_none(void **state)
{
    struct place *p = *state;
    struct ifb_arena *a = ifb_arena_new();
    struct ifb_call_record r = record(0, true);
    struct ifb_journal *j;
    struct ifb_error err;

    r.response.tokens_in = INT64_MAX;
    r.response.tokens_out = IFB_TOKENS_MOST;
    r.latency_ms = INT64_MAX;
    r.pace = (struct ifb_pace){ INT64_MAX, 1e300, INT64_MAX };
    assert_int_equal(ifb_journal_create(p->path, PLAN, 0, 1, false, &j, &err), IFB_OK);
    assert_int_equal(ifb_journal_add(j, &r, &err), IFB_OK);
    assert_int_equal(ifb_journal_end(j, &err), IFB_OK);
    assert_int_equal(ifb_journal_read(j, 0, a, &r, &err), IFB_OK);
    assert_int_equal(r.response.tokens_in, -1);
    assert_int_equal(r.response.tokens_out, IFB_TOKENS_MOST);
    assert_int_equal(r.latency_ms, -1);
    assert_true(r.pace.first_us == r.pace.longest_us && r.pace.first_us < (int64_t)1 << 42);
    ifb_journal_close(j);
    ifb_arena_close(a);
}

static void test_second_answer_is_a_bug(void **state)
{
    struct place *p = *state;
    struct ifb_call_record r = record(0, true);
    struct ifb_journal *j;
    struct ifb_error err;

    assert_int_equal(ifb_journal_create(p->path, PLAN, 0, 10, false, &j, &err), IFB_OK);
    assert_int_equal(ifb_journal_add(j, &r, &err), IFB_OK);
    assert_int_equal(ifb_journal_add(j, &r, &err), IFB_EBUG);
    assert_int_equal(ifb_journal_answers(j), 1);
    ifb_journal_close(j);
}

/* Cut anywhere in the last record: it goes, the others stay. */
static void test_torn_tail(void **state)
{
    struct place *p = *state;
    struct ifb_journal *j;
    struct ifb_error err;
    off_t three, four;

    write_journal(p->path, 3, false);
    three = size_of(p->path);
    unlink(p->path);
    write_journal(p->path, 4, false);
    four = size_of(p->path);
    for (off_t cut = three + 1; cut < four; cut += 7) {
        unlink(p->path);
        write_journal(p->path, 4, false);
        assert_int_equal(truncate(p->path, cut == three + 1 + 7 ? four - 1 : cut), 0);
        assert_int_equal(ifb_journal_resume(p->path, PLAN, 0, 10, false, false, &j, &err), IFB_OK);
        assert_int_equal(ifb_journal_state(j, 3), IFB_CALL_PENDING);
        assert_int_equal(ifb_journal_answers(j), 2);
        assert_true(ifb_journal_cut(j) > 0);
        ifb_journal_close(j);
        assert_int_equal(ifb_journal_open(p->path, 10, &j, &err), IFB_OK);
        assert_int_equal(ifb_journal_cut(j), 0);
        ifb_journal_close(j);
    }
}

/* Killed while its first record was written: it begins again, and only then. */
static void test_unborn(void **state)
{
    struct place *p = *state;
    struct ifb_journal *j;
    struct ifb_error err;
    off_t whole;
    FILE *f;

    write_journal(p->path, 1, false);
    whole = size_of(p->path);
    for (off_t cut = 0; cut < whole; cut += 5) {
        unlink(p->path);
        assert_int_equal(ifb_journal_create(p->path, PLAN, 0, 10, false, &j, &err), IFB_OK);
        ifb_journal_close(j);
        if (cut >= size_of(p->path))
            break;
        assert_int_equal(truncate(p->path, cut), 0);
        assert_int_equal(ifb_journal_open(p->path, 10, &j, &err), IFB_EINPUT);
        assert_int_equal(ifb_journal_resume(p->path, PLAN, 0, 10, true, false, &j, &err), IFB_OK);
        assert_true(ifb_journal_answers(j) == 0 && ifb_journal_cut(j) == (size_t)cut);
        ifb_journal_close(j);
        assert_int_equal(ifb_journal_open(p->path, 10, &j, &err), IFB_OK);
        ifb_journal_close(j);
    }
    f = fopen(p->path, "w");
    assert_non_null(f);
    fputs("a letter to a friend\n", f);
    fclose(f);
    assert_int_equal(ifb_journal_resume(p->path, PLAN, 0, 10, true, false, &j, &err), IFB_EINPUT);
    assert_int_equal(size_of(p->path), 21);
}

/* Any changed byte before the last record is found. */
static void test_damage_is_refused(void **state)
{
    struct place *p = *state;
    struct ifb_journal *j;
    struct ifb_error err;
    off_t size;
    char c;
    int fd;

    write_journal(p->path, 4, true);
    size = size_of(p->path);
    fd = open(p->path, O_RDWR);
    assert_true(fd >= 0);
    for (off_t at = 3; at < size - 200; at += 13) {
        assert_int_equal(pread(fd, &c, 1, at), 1);
        c ^= 1;
        assert_int_equal(pwrite(fd, &c, 1, at), 1);
        if (ifb_journal_open(p->path, 10, &j, &err) != IFB_EINPUT)
            fail_msg("a changed byte %ld was not noticed", (long)at);
        c ^= 1;
        assert_int_equal(pwrite(fd, &c, 1, at), 1);
    }
    close(fd);
    assert_int_equal(ifb_journal_open(p->path, 10, &j, &err), IFB_OK);
    ifb_journal_close(j);
}

static void test_resume_rules(void **state)
{
    struct place *p = *state;
    struct ifb_call_record r = record(1, true);
    struct ifb_journal *j, *other;
    struct ifb_error err;
    off_t size;

    write_journal(p->path, 3, true);
    assert_int_equal(ifb_journal_resume(p->path, "other", 0, 10, true, false, &j, &err), IFB_EINPUT);
    assert_int_equal(ifb_journal_create(p->path, PLAN, 0, 10, false, &j, &err), IFB_EINPUT);
    assert_int_equal(ifb_journal_resume(p->path, PLAN, 0, 10, true, false, &j, &err), IFB_OK);
    assert_int_equal(ifb_journal_state(j, 1), IFB_CALL_PENDING);
    assert_int_equal(ifb_journal_resume(p->path, PLAN, 0, 10, true, false, &other, &err),
                     IFB_EINPUT);
    assert_non_null(strstr(err.msg, "in use"));
    assert_int_equal(ifb_journal_add(j, &r, &err), IFB_OK);
    assert_int_equal(ifb_journal_end(j, &err), IFB_OK);
    ifb_journal_close(j);
    assert_int_equal(ifb_journal_open(p->path, 10, &j, &err), IFB_OK);
    assert_int_equal(ifb_journal_answers(j), 3);
    assert_int_equal(ifb_journal_failures(j), 0);
    assert_true(ifb_journal_ended(j));
    ifb_journal_close(j);
    /* Nothing is left to ask: not a byte changes, and it is still at its end. */
    size = size_of(p->path);
    assert_int_equal(ifb_journal_resume(p->path, PLAN, 0, 10, true, false, &j, &err), IFB_OK);
    assert_true(ifb_journal_ended(j));
    ifb_journal_close(j);
    assert_int_equal(size_of(p->path), size);
}

/* Gone on with though it has ended: it stays ended, unless a failure is asked again. */
static void test_resume_of_what_has_ended(void **state)
{
    struct place *p = *state;
    struct ifb_call_record r = record(0, true);
    struct ifb_journal *j;
    struct ifb_error err;
    off_t size;

    assert_int_equal(ifb_journal_create(p->path, PLAN, 0, 1, false, &j, &err), IFB_OK);
    assert_int_equal(ifb_journal_add(j, &r, &err), IFB_OK);
    assert_int_equal(ifb_journal_end(j, &err), IFB_OK);
    ifb_journal_close(j);
    size = size_of(p->path);
    assert_int_equal(ifb_journal_resume(p->path, PLAN, 0, 1, true, false, &j, &err), IFB_OK);
    assert_true(ifb_journal_ended(j));
    ifb_journal_close(j);
    assert_int_equal(size_of(p->path), size);
    unlink(p->path);
    write_journal(p->path, 3, true);  /* call 1 failed */
    assert_int_equal(ifb_journal_resume(p->path, PLAN, 0, 10, true, false, &j, &err), IFB_OK);
    assert_false(ifb_journal_ended(j));
    ifb_journal_close(j);
}

static void test_unwritable_folder(void **state)
{
    struct ifb_journal *j;
    struct ifb_error err;

    (void)state;
    assert_int_equal(ifb_journal_create("/nonexistent/journal.jsonl", PLAN, 0, 10, false, &j, &err),
                     IFB_EIO);
    assert_non_null(strstr(err.msg, "/nonexistent/journal.jsonl"));
}

/* Lines of two journals by their calls: the first, and those that were copied from it. */
static void assert_copied(const char *from, const char *to, const uint32_t *calls, size_t n)
{
    struct ifb_arena *a = ifb_arena_new();
    ifb_str x, y;
    struct ifb_error err;

    assert_int_equal(ifb_file_read(from, 1 << 20, a, &x, &err), IFB_OK);
    assert_int_equal(ifb_file_read(to, 1 << 20, a, &y, &err), IFB_OK);
    for (size_t i = 0, at = ifb_str_chr(y, '\n', 0) + 1; i < n; i++) {
        size_t end = ifb_str_chr(y, '\n', at) + 1;
        ifb_str line = ifb_str_part(y, at, end), head = ifb_fmt(a, "\"call\":%u,", calls[i]);

        assert_true(ifb_str_find(line, head, 0) != SIZE_MAX);
        assert_true(ifb_str_find(x, line, 0) != SIZE_MAX);
        at = end;
    }
    ifb_arena_close(a);
}

static void test_part_is_copied(void **state)
{
    static const uint32_t order[] = { 6, 0, 3 };
    struct place *p = *state;
    struct ifb_arena *a = ifb_arena_new();
    char *other = ifb_path_join(a, p->dir, "other");
    struct ifb_journal *from, *to;
    struct ifb_error err;

    write_journal(p->path, 7, true);
    assert_int_equal(ifb_journal_open_part(p->path, "ffff", 10, &from, &err), IFB_EINPUT);
    assert_int_equal(ifb_journal_open_part(p->path, PLAN, 10, &from, &err), IFB_OK);
    assert_int_equal(ifb_journal_create(other, PLAN, 0, 10, false, &to, &err), IFB_OK);
    for (uint32_t i = 0; i < 12; i++)
        assert_int_equal(ifb_journal_state(from, i), i > 6 ? IFB_CALL_PENDING
                                                     : i % 2 ? IFB_CALL_FAILED
                                                             : IFB_CALL_ANSWERED);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(ifb_journal_copy(to, from, order[i], a, &err), IFB_OK);
    assert_int_equal(ifb_journal_copy(to, from, 8, a, &err), IFB_EINPUT);
    assert_int_equal(ifb_journal_answers(to), 2);
    assert_int_equal(ifb_journal_failures(to), 1);
    assert_int_equal(ifb_journal_state(to, 3), IFB_CALL_FAILED);
    ifb_journal_close(to);
    assert_copied(p->path, other, order, 3);
    unlink(other);
    ifb_journal_close(from);
    ifb_arena_close(a);
}

static void test_what_changed_is_not_copied(void **state)
{
    struct place *p = *state;
    struct ifb_arena *a = ifb_arena_new();
    char *other = ifb_path_join(a, p->dir, "other");
    struct ifb_journal *from, *to;
    struct ifb_error err;
    int fd;

    write_journal(p->path, 3, false);
    assert_int_equal(ifb_journal_open_part(p->path, PLAN, 10, &from, &err), IFB_OK);
    assert_int_equal(ifb_journal_create(other, PLAN, 0, 10, false, &to, &err), IFB_OK);
    fd = open(p->path, O_WRONLY | O_CLOEXEC);
    assert_int_equal(pwrite(fd, "#", 1, size_of(p->path) - 40), 1);
    close(fd);
    assert_int_equal(ifb_journal_copy(to, from, 1, a, &err), IFB_OK);
    assert_int_equal(ifb_journal_copy(to, from, 2, a, &err), IFB_EINPUT);
    assert_non_null(strstr(err.msg, "changed"));
    assert_int_equal(truncate(p->path, size_of(p->path) - 40), 0);
    assert_int_equal(ifb_journal_copy(to, from, 2, a, &err), IFB_EIO);
    ifb_journal_close(to);
    unlink(other);
    ifb_journal_close(from);
    ifb_arena_close(a);
}

#define case_of(f) cmocka_unit_test_setup_teardown(f, make_place, remove_place)

int main(void)
{
    const struct CMUnitTest tests[] = {
        case_of(test_reads_back),
        case_of(test_counts_beyond_all_are_none),
        case_of(test_second_answer_is_a_bug),
        case_of(test_torn_tail),
        case_of(test_unborn),
        case_of(test_damage_is_refused),
        case_of(test_resume_rules),
        case_of(test_resume_of_what_has_ended),
        cmocka_unit_test(test_unwritable_folder),
        case_of(test_part_is_copied),
        case_of(test_what_changed_is_not_copied),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
