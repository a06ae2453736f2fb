/* SPDX-License-Identifier: Apache-2.0 */
/* The cache of answers: what makes a key, several writers, upkeep, and faults that end nothing. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "harness/base/arena.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/engine/cache.h"

struct world {
    char dir[32];
    char *path;
    struct ifb_arena *arena;
    struct ifb_cache *cache;
};

static const struct ifb_message hello = { IFB_USER, IFB_STR_INIT("hello"), NULL };

static struct ifb_model model_of(const char *provider, const char *url, const char *name)
{
    return (struct ifb_model){ .provider = ifb_provider_find(ifb_str_of(provider)),
                               .base_url = ifb_str_of(url), .name = ifb_str_of(name) };
}

static struct ifb_cache_key key_of(uint32_t epoch)
{
    struct ifb_model m = model_of("openai", "http://h/v1", "m");
    struct ifb_request r = { .messages = { &hello, 1 }, .sampling = { 0, -1, 10, 1 } };

    return ifb_cache_key(&m, &r, epoch);
}

static int set_up(void **state)
{
    struct world *w = calloc(1, sizeof(*w));
    struct ifb_error err;

    strcpy(w->dir, "/tmp/ifb-cache-XXXXXX");
    assert_non_null(mkdtemp(w->dir));
    w->arena = ifb_arena_new();
    w->path = ifb_path_join(w->arena, w->dir, "sub/answers.db");
    if (ifb_cache_open(w->path, &w->cache, &err))
        fail_msg("%s", err.msg);
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;
    const char *const names[] = { "sub/answers.db", "sub/answers.db-wal", "sub/answers.db-shm" };

    ifb_cache_close(w->cache);
    for (size_t i = 0; i < 3; i++)
        unlink(ifb_path_join(w->arena, w->dir, names[i]));
    rmdir(ifb_path_join(w->arena, w->dir, "sub"));
    rmdir(w->dir);
    ifb_arena_close(w->arena);
    free(w);
    return 0;
}

static void put(struct world *w, uint32_t n, const char *text, int64_t at_ms)
{
    struct ifb_cache_key key = key_of(n);
    struct ifb_response r = { .text = ifb_str_of(text), .finish = IFB_FINISH_STOP,
                              .model = IFB_STR("served"), .tokens_in = 3, .tokens_out = -1 };

    ifb_cache_put(w->cache, &key, IFB_STR("m"), &r, at_ms);
}

static bool has(struct world *w, uint32_t n)
{
    struct ifb_cache_key key = key_of(n);
    struct ifb_response r;

    return ifb_cache_get(w->cache, &key, w->arena, &r);
}

static void an_answer_comes_back_as_it_was(void **state)
{
    struct world *w = *state;
    struct ifb_cache_key key = key_of(0);
    struct ifb_response r;
    struct ifb_error err;

    assert_false(has(w, 0));
    put(w, 0, "line\n\"quoted\" \xf0\x9f\x99\x82", 5);
    ifb_cache_close(w->cache);  /* flushes */
    assert_int_equal(ifb_cache_open(w->path, &w->cache, &err), IFB_OK);
    assert_true(ifb_cache_get(w->cache, &key, w->arena, &r));
    assert_true(ifb_str_is(r.text, "line\n\"quoted\" \xf0\x9f\x99\x82"));
    assert_true(ifb_str_is(r.model, "served"));
    assert_int_equal(r.finish, IFB_FINISH_STOP);
    assert_int_equal(r.tokens_in, 3);
    assert_int_equal(r.tokens_out, -1);
    assert_false(has(w, 1));
    assert_string_equal(ifb_cache_trouble(w->cache), "");
}

static ifb_str text_of(struct world *w, uint32_t n)
{
    struct ifb_cache_key key = key_of(n);
    struct ifb_response r = { .text = IFB_STR("") };

    return ifb_cache_get(w->cache, &key, w->arena, &r) ? r.text : IFB_STR("(none)");
}

static int64_t rows(struct world *w)
{
    struct ifb_cache_stats stats;
    struct ifb_error err;

    assert_int_equal(ifb_cache_stats(w->cache, &stats, &err), IFB_OK);
    return stats.answers;
}

static void a_later_answer_takes_the_place_of_an_earlier_one(void **state)
{
    struct world *w = *state;

    put(w, 0, "first", 1);
    put(w, 1, "other", 1);
    put(w, 0, "in the same batch", 2);
    ifb_cache_flush(w->cache);
    assert_true(ifb_str_is(text_of(w, 0), "in the same batch"));
    put(w, 0, "later", 3);
    ifb_cache_flush(w->cache);
    assert_true(ifb_str_is(text_of(w, 0), "later"));
    assert_true(ifb_str_is(text_of(w, 1), "other"));
    assert_int_equal(rows(w), 2);
    assert_string_equal(ifb_cache_trouble(w->cache), "");
}

/* What version 1 of the file was. */
static void make_older(const char *path)
{
    static const char sql[] =
        "CREATE TABLE a (k INTEGER PRIMARY KEY, h BLOB NOT NULL, model TEXT NOT NULL,"
        " at INTEGER NOT NULL, body BLOB NOT NULL);"
        "INSERT INTO a SELECT k, h, model, at, body FROM keys JOIN answers USING (id);"
        "DROP TABLE keys; DROP TABLE answers; ALTER TABLE a RENAME TO answers;"
        "PRAGMA user_version=1;";
    sqlite3 *db;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void an_older_file_is_brought_up_to_date(void **state)
{
    struct world *w = *state;
    struct ifb_error err;

    for (uint32_t i = 0; i < 700; i++)
        put(w, i, "older", 700 - i);
    ifb_cache_close(w->cache);
    make_older(w->path);
    assert_int_equal(ifb_cache_open(w->path, &w->cache, &err), IFB_OK);
    for (uint32_t i = 0; i < 700; i++)
        assert_true(ifb_str_is(text_of(w, i), "older"));
    put(w, 7, "newer", 900);
    put(w, 700, "new", 900);
    ifb_cache_flush(w->cache);
    assert_true(ifb_str_is(text_of(w, 7), "newer"));
    assert_true(ifb_str_is(text_of(w, 700), "new"));
    assert_int_equal(rows(w), 701);
}

/* Keys of requests that differ in what is rarely asked for. */
static size_t add_rest(const struct ifb_model *model, struct ifb_request r,
                       struct ifb_cache_key *keys, size_t n)
{
    static const ifb_str stops[] = { IFB_STR_INIT("a"), IFB_STR_INIT("b"), IFB_STR_INIT("ab") };
    static const struct ifb_image pixels[] = { { IFB_STR_INIT("image/png"), IFB_STR_INIT("aGk="),
                                                 IFB_STR_INIT("f00d") } };
    static const struct ifb_images images = { pixels, 1 };
    static const struct ifb_message seen = { IFB_USER, IFB_STR_INIT("hello"), &images };
    static const struct ifb_json one = { .kind = IFB_JNUMBER, .string = IFB_STR_INIT("1"),
                                         .key = IFB_STR_INIT("x") };
    static const struct ifb_json extra = { .kind = IFB_JOBJECT, .n = 1, .first = &one };
    struct ifb_model with_extra = *model;

    r.stop = (struct ifb_strs){ stops, 1 };
    keys[n++] = ifb_cache_key(model, &r, 0);
    r.stop = (struct ifb_strs){ stops, 2 };
    keys[n++] = ifb_cache_key(model, &r, 0);
    r.stop = (struct ifb_strs){ stops + 2, 1 };
    keys[n++] = ifb_cache_key(model, &r, 0);
    r.stop.n = 0;
    r.top_logprobs = 5;
    keys[n++] = ifb_cache_key(model, &r, 0);
    r.top_logprobs = 0;
    with_extra.extra_body = &extra;
    keys[n++] = ifb_cache_key(&with_extra, &r, 0);
    with_extra.extra_body = NULL;
    with_extra.prompt_template = IFB_STR("{prompt}");
    keys[n++] = ifb_cache_key(&with_extra, &r, 0);
    r.messages = (struct ifb_conversation){ &seen, 1 };
    keys[n++] = ifb_cache_key(model, &r, 0);
    return n;
}

/* Each row differs from the first in one thing that decides an answer. */
static void all_that_decides_an_answer_is_in_the_key(void **state)
{
    static const struct ifb_message other[] = { { IFB_SYSTEM, IFB_STR_INIT("hello"), NULL },
                                                { IFB_USER, IFB_STR_INIT("hellO"), NULL },
                                                { IFB_USER, IFB_STR_INIT("hello"), NULL },
                                                { IFB_USER, IFB_STR_INIT(""), NULL } };
    struct ifb_model m[] = { model_of("openai", "http://h/v1", "m"),
                             model_of("openai", "http://i/v1", "m"),
                             model_of("openai", "http://h/v1", "n"),
                             model_of("openai", "http://h/v1m", "") };
    struct ifb_request r = { .messages = { &hello, 1 }, .sampling = { 0, -1, 10, 1 } };
    struct ifb_cache_key keys[32];
    size_t n = 0;

    (void)state;
    for (size_t i = 0; i < 4; i++)
        keys[n++] = ifb_cache_key(&m[i], &r, 0);
    keys[n++] = ifb_cache_key(&m[0], &r, 1);
    for (size_t i = 0; i < 3; i++) {
        r.messages = (struct ifb_conversation){ &other[i], 1 + (i == 2) };
        keys[n++] = ifb_cache_key(&m[0], &r, 0);
    }
    r.messages = (struct ifb_conversation){ &hello, 1 };
    r.sampling = (struct ifb_sampling){ 0.5, -1, 10, 1 };
    keys[n++] = ifb_cache_key(&m[0], &r, 0);
    r.sampling = (struct ifb_sampling){ 0, 1, 10, 1 };
    keys[n++] = ifb_cache_key(&m[0], &r, 0);
    r.sampling = (struct ifb_sampling){ 0, -1, 11, 1 };
    keys[n++] = ifb_cache_key(&m[0], &r, 0);
    r.sampling = (struct ifb_sampling){ 0, -1, 10, 2 };
    keys[n++] = ifb_cache_key(&m[0], &r, 0);
    r.sampling = (struct ifb_sampling){ 0, -1, 10, 1 };
    n = add_rest(&m[0], r, keys, n);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++)
            if (memcmp(keys[i].at, keys[j].at, sizeof(keys[i].at)) == 0)
                fail_msg("keys %zu and %zu are the same", j, i);
    r.sampling = (struct ifb_sampling){ 0, -1, 10, 1 };
    m[0].key = IFB_STR("secret");
    keys[n] = ifb_cache_key(&m[0], &r, 0);
    assert_memory_equal(keys[0].at, keys[n].at, sizeof(keys[0].at));
}

#define WRITERS 4
#define EACH 300

static void several_processes_write_at_once(void **state)
{
    struct world *w = *state;
    pid_t pids[WRITERS];

    for (uint32_t p = 0; p < WRITERS; p++) {
        pids[p] = fork();
        if (pids[p] == 0) {
            struct ifb_cache *mine;
            struct ifb_response r = { .text = IFB_STR("x"), .tokens_in = -1, .tokens_out = -1 };
            bool fine = ifb_cache_open(w->path, &mine, NULL) == IFB_OK;

            for (uint32_t i = 0; fine && i < EACH; i++) {
                struct ifb_cache_key key = key_of(p * EACH + i);

                ifb_cache_put(mine, &key, IFB_STR("m"), &r, 1);
                if (i % 10 == 9)
                    ifb_cache_flush(mine);
            }
            fine = fine && !*ifb_cache_trouble(mine);
            if (fine)
                ifb_cache_close(mine);
            _exit(fine ? 0 : 1);
        }
    }
    for (size_t p = 0; p < WRITERS; p++) {
        int status = -1;

        waitpid(pids[p], &status, 0);
        assert_int_equal(status, 0);
    }
    for (uint32_t i = 0; i < WRITERS * EACH; i++)
        if (!has(w, i))
            fail_msg("answer %u is lost", i);
}

static void upkeep_removes_the_oldest(void **state)
{
    struct world *w = *state;
    struct ifb_cache_stats stats;
    struct ifb_error err;
    int64_t removed = -1, each;

    for (uint32_t i = 0; i < 10; i++)
        put(w, i, "0123456789", 1000 + i);
    ifb_cache_flush(w->cache);
    assert_int_equal(ifb_cache_stats(w->cache, &stats, &err), IFB_OK);
    assert_int_equal(stats.answers, 10);
    assert_int_equal(stats.oldest_ms, 1000);
    assert_int_equal(stats.newest_ms, 1009);
    assert_true(stats.text_bytes >= 100 && stats.file_bytes > stats.text_bytes);
    each = stats.text_bytes / 10;
    assert_int_equal(ifb_cache_prune(w->cache, 1003, -1, &removed, &err), IFB_OK);
    assert_int_equal(removed, 3);
    assert_false(has(w, 2));
    assert_true(has(w, 3));
    assert_int_equal(ifb_cache_prune(w->cache, 0, each * 2 + 1, &removed, &err), IFB_OK);
    assert_int_equal(removed, 5);
    assert_false(has(w, 7));
    assert_true(has(w, 8) && has(w, 9));
    assert_int_equal(ifb_cache_prune(w->cache, INT64_MAX, -1, &removed, &err), IFB_OK);
    assert_int_equal(removed, 2);
}

static void a_file_that_is_no_cache_is_refused(void **state)
{
    struct world *w = *state;
    char *path = ifb_path_join(w->arena, w->dir, "sub/other.db");
    struct ifb_cache *c = NULL;
    struct ifb_error err = { 0 };

    assert_int_equal(ifb_file_write(path, IFB_STR("not a database, but long enough to look"),
                                    &err), IFB_OK);
    assert_int_equal(ifb_cache_open(path, &c, &err), IFB_EIO);
    assert_null(c);
    assert_non_null(strstr(err.msg, "other.db"));
    unlink(path);
}

/* A full disk: what was kept is still read, nothing ends, the reason is told. */
static void a_full_disk_only_stops_the_help(void **state)
{
    struct world *w = *state;
    int status = -1;
    pid_t pid;

    put(w, 1, "x", 1);
    ifb_cache_flush(w->cache);
    ifb_cache_close(w->cache);
    w->cache = NULL;
    pid = fork();
    if (pid == 0) {
        struct rlimit small = { 96 << 10, 96 << 10 };
        char *big = calloc(1, 64 << 10);
        bool fine;

        memset(big, 'y', (64 << 10) - 1);
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &small);
        fine = ifb_cache_open(w->path, &w->cache, NULL) == IFB_OK && has(w, 1);
        for (uint32_t i = 2; fine && i < 40; i++)
            put(w, i, big, 1);
        ifb_cache_flush(w->cache);
        fine = fine && *ifb_cache_trouble(w->cache) && has(w, 1);
        _exit(fine ? 0 : 1);
    }
    waitpid(pid, &status, 0);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_answer_comes_back_as_it_was, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_later_answer_takes_the_place_of_an_earlier_one, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_older_file_is_brought_up_to_date, set_up, tear_down),
        cmocka_unit_test(all_that_decides_an_answer_is_in_the_key),
        cmocka_unit_test_setup_teardown(several_processes_write_at_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(upkeep_removes_the_oldest, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_that_is_no_cache_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_full_disk_only_stops_the_help, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
