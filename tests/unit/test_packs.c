/* SPDX-License-Identifier: Apache-2.0 */
/* The table of packs is sound, and a file gets its name only when it is right. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <ifbench/suite.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/str.h"
#include "harness/engine/packs.h"
#include "harness/engine/resources.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

/* ---- the table ---- */

static size_t slashes(const char *s)
{
    return ifb_str_count(ifb_str_of(s), IFB_STR("/"));
}

static void hashes_and_sizes_are_well_formed(void **state)
{
    (void)state;
    for (const struct ifb_pack_file *f = ifb_pack_files; f->pack; f++) {
        if (strspn(f->sha256, "0123456789abcdef") != 64 || strlen(f->sha256) != 64)
            fail_msg("%s: hash %s", f->local, f->sha256);
        if (f->bytes <= 0 || f->bytes > 64 << 20)
            fail_msg("%s: %lld bytes", f->local, (long long)f->bytes);
        if (!*f->licence)
            fail_msg("%s: no licence", f->local);
    }
}

static void files_stay_in_the_data_folder(void **state)
{
    (void)state;
    for (const struct ifb_pack_file *f = ifb_pack_files; f->pack; f++) {
        if (f->local[0] == '/' || f->local[0] == '.' || strstr(f->local, "/.") ||
            strstr(f->local, "//") || !slashes(f->local) || strchr(f->local, '\\'))
            fail_msg("local path %s", f->local);
        if (ifb_str_ends(ifb_str_of(f->local), IFB_STR(".part")))
            fail_msg("%s could be taken for a download", f->local);
    }
}

static void upstream_paths_name_a_commit(void **state)
{
    (void)state;
    for (const struct ifb_pack_file *f = ifb_pack_files; f->pack; f++) {
        ifb_str rest = ifb_str_of(f->upstream), owner, repo, commit;

        if (!ifb_str_chop(&rest, '/', &owner) || !ifb_str_chop(&rest, '/', &repo) ||
            !ifb_str_chop(&rest, '/', &commit) || !owner.len || !repo.len || !rest.len ||
            commit.len != 40 || strspn(commit.ptr, "0123456789abcdef") != 40)
            fail_msg("upstream %s", f->upstream);
    }
}

static void nothing_stands_twice(void **state)
{
    (void)state;
    for (const struct ifb_pack_file *f = ifb_pack_files; f->pack; f++)
        for (const struct ifb_pack_file *g = f + 1; g->pack; g++)
            if (!strcmp(f->local, g->local) || !strcmp(f->sha256, g->sha256) ||
                !strcmp(f->upstream, g->upstream))
                fail_msg("%s and %s", f->local, g->local);
    for (const struct ifb_pack *p = ifb_packs; p->id; p++)
        for (const struct ifb_pack *q = p + 1; q->id; q++)
            assert_string_not_equal(p->id, q->id);
}

static void every_file_has_a_pack_and_every_pack_files(void **state)
{
    size_t listed = 0, all = 0;

    (void)state;
    for (const struct ifb_pack *p = ifb_packs; p->id; p++) {
        size_t before = listed;

        for (const struct ifb_pack_file *f = NULL; (f = ifb_pack_next(p, f));)
            listed++;
        if (listed == before)
            fail_msg("%s is empty", p->id);
    }
    while (ifb_pack_files[all].pack)
        all++;
    assert_int_equal(listed, all);
}

static bool pack_has(const char *pack, const char *local)
{
    const struct ifb_pack *p = ifb_pack_find(ifb_str_of(pack));

    for (const struct ifb_pack_file *f = NULL; p && (f = ifb_pack_next(p, f));)
        if (strcmp(f->local, local) == 0)
            return true;
    return false;
}

static void suites_and_checks_find_their_files_in_the_table(void **state)
{
    (void)state;
    assert_true(pack_has("nlp", IFB_PUNKT_FILE));
    assert_true(pack_has("nlp", IFB_STOPWORDS_FILE));
    assert_true(pack_has("nlp", IFB_SYLLABLES_FILE));
    assert_true(pack_has("nlp", IFB_TAGGER_FILE));
    for (const struct ifb_suite *s = ifb_suite_next(NULL); s; s = ifb_suite_next(s))
        for (size_t i = 0; s->pack && s->files && s->files[i]; i++)
            if (!pack_has(s->pack, s->files[i]))
                fail_msg("suite %s: %s is not in pack %s", s->id, s->files[i], s->pack);
}

static void local_copies_have_the_sizes_and_hashes_of_the_table(void **state)
{
    const char *dir = getenv("IFBENCH_DATA");
    size_t seen = 0;

    (void)state;
    dir = dir ? dir : "../shared/data";
    for (const struct ifb_pack_file *f = ifb_pack_files; f->pack; f++) {
        struct ifb_pack_found found;
        struct ifb_error err;

        assert_int_equal(ifb_pack_look(f, dir, true, &found, &err), IFB_OK);
        if (found.state == IFB_PACK_DAMAGED)
            fail_msg("%s: %lld bytes, %s", f->local, (long long)found.bytes, found.sha256);
        seen += found.state == IFB_PACK_PRESENT;
    }
    if (!seen)
        skip();
}

/* ---- lookup and paths ---- */

static void packs_are_found_and_near_names_offered(void **state)
{
    static const struct {
        const char *id, *found, *nearest;
    } rows[] = {
        { "ifeval", "ifeval", "ifeval" },    { "ifevl", NULL, "ifeval" },
        { "", NULL, NULL },                  { "IFEVAL", NULL, NULL },
        { "m-ifeval", "m-ifeval", "m-ifeval" }, { "arenahard-v3", NULL, "arenahard-v2" },
        { "zzzzzzzz", NULL, NULL },          { "ifeval/", NULL, "ifeval" },
    };

    (void)state;
    for (size_t i = 0; i < N(rows); i++) {
        const struct ifb_pack *p = ifb_pack_find(ifb_str_of(rows[i].id));
        const char *near = ifb_pack_nearest(ifb_str_of(rows[i].id));

        if ((p ? strcmp(p->id, rows[i].found ? rows[i].found : "") : rows[i].found != NULL))
            fail_msg("row %zu: found %s, wanted %s", i, p ? p->id : "none", rows[i].found);
        if (rows[i].nearest ? !near || strcmp(near, rows[i].nearest) : near && *rows[i].id)
            fail_msg("row %zu: near %s, wanted %s", i, near, rows[i].nearest);
    }
}

static void urls_are_percent_encoded(void **state)
{
    static const struct {
        const char *prefix, *path, *url;
    } rows[] = {
        { "https://h", "a/b-c_d.e~f", "https://h/a/b-c_d.e~f" },
        { "https://h/", "a", "https://h/a" },
        { "http://h:1/m//", "a", "http://h:1/m/a" },
        { "https://h", "a b+c", "https://h/a%20b%2Bc" },
        { "https://h", "a?b#c%d", "https://h/a%3Fb%23c%25d" },
        { "https://h", "\xc3\xa9\x7f", "https://h/%C3%A9%7F" },
    };
    struct ifb_arena *arena = ifb_arena_new();

    (void)state;
    for (size_t i = 0; i < N(rows); i++) {
        const char *url = ifb_pack_url(rows[i].prefix, rows[i].path, arena);

        if (strcmp(url, rows[i].url) != 0)
            fail_msg("row %zu: %s, wanted %s", i, url, rows[i].url);
    }
    ifb_arena_close(arena);
}

static void licences_of_a_pack_are_named_once(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();

    (void)state;
    assert_string_equal(ifb_pack_licence(ifb_pack_find(IFB_STR("followbench")), arena).ptr,
                        "Apache-2.0");
    assert_string_equal(ifb_pack_licence(ifb_pack_find(IFB_STR("alpacaeval")), arena).ptr,
                        "CC-BY-NC-4.0; Apache-2.0");
    ifb_arena_close(arena);
}

/* ---- pulling from a folder ---- */

/* "hello, world" (12 bytes). */
static const struct ifb_pack_file hello = {
    .pack = "t", .local = "d/hello.txt", .upstream = "o/r/c/deep/hello.txt", .bytes = 12,
    .sha256 = "09ca7e4eaa6e8ae9c7d261167129184883644d07dfba7cbfbc4c8a2e08360d5b",
};

struct place {
    char root[64];
    struct ifb_arena *arena;
    const char *from, *to, *file, *part;
};

static int set_up(void **state)
{
    struct place *p = calloc(1, sizeof(*p));

    if (!p)
        return -1;
    strcpy(p->root, "/tmp/ifb-packs-XXXXXX");
    if (!mkdtemp(p->root))
        return -1;
    p->arena = ifb_arena_new();
    p->from = ifb_path_join(p->arena, p->root, "from");
    p->to = ifb_path_join(p->arena, p->root, "to");
    p->file = ifb_path_join(p->arena, p->to, hello.local);
    p->part = ifb_fmt(p->arena, "%s.part", p->file).ptr;
    *state = p;
    return ifb_make_dirs(p->from, NULL) || ifb_make_dirs(p->to, NULL);
}

static void remove_at(const struct place *p, const char *name)
{
    remove(ifb_path_join(p->arena, p->root, name));
}

static int tear_down(void **state)
{
    static const char *const names[] = {
        "from/d/hello.txt", "from/d", "from/o/r/c/deep/hello.txt", "from/o/r/c/deep", "from/o/r/c",
        "from/o/r", "from/o", "from", "to/d/hello.txt", "to/d/hello.txt.part", "to/d", "to", "away",
    };
    struct place *p = *state;

    for (size_t i = 0; i < N(names); i++)
        remove_at(p, names[i]);
    assert_int_equal(rmdir(p->root), 0);
    ifb_arena_close(p->arena);
    free(p);
    return 0;
}

static void put(const struct place *p, const char *path, const char *text)
{
    char *folder = ifb_cstr(p->arena, ifb_str_of(path));

    *strrchr(folder, '/') = '\0';
    assert_int_equal(ifb_make_dirs(folder, NULL), IFB_OK);
    assert_int_equal(ifb_file_write(path, ifb_str_of(text), NULL), IFB_OK);
}

static enum ifb_code pull(const struct place *p, struct ifb_error *err)
{
    const struct ifb_pull how = { .dir = p->to, .from = p->from };

    *err = (struct ifb_error){ 0 };
    return ifb_pack_pull(&how, &hello, p->arena, err);
}

static const char *content(const struct place *p, const char *path)
{
    ifb_str text;

    if (!ifb_file_exists(path))
        return "(none)";
    assert_int_equal(ifb_file_read(path, 100, p->arena, &text, NULL), IFB_OK);
    return text.ptr;
}

static void folders_give_files_and_faults_leave_nothing(void **state)
{
    static const struct {
        const char *local, *upstream;  /* what the folder holds */
        const char *part;              /* what an earlier try left */
        enum ifb_code code;
        const char *file, *message;
    } rows[] = {
        { "hello, world", NULL, NULL, IFB_OK, "hello, world", "" },
        { NULL, "hello, world", NULL, IFB_OK, "hello, world", "" },
        { "hello, world", "other, thing", NULL, IFB_OK, "hello, world", "" },
        { "hello, world", NULL, "hello", IFB_OK, "hello, world", "" },
        { "hello, world", NULL, "", IFB_OK, "hello, world", "" },
        { "hello, world", NULL, "olleh", IFB_OK, "hello, world", "" },
        { "hello, world", NULL, "dlrow ,olleh", IFB_OK, "hello, world", "" },
        { "hello, world", NULL, "much more than it has", IFB_OK, "hello, world", "" },
        { NULL, NULL, "hello, world", IFB_OK, "hello, world", "" },
        { "hello, World", NULL, NULL, IFB_EINPUT, "(none)",
          "d/hello.txt: its SHA-256 is "
          "211f927b277d1e8feeae2d929912b87ecdfbb3b6155833ccb438710d1694682d" },
        { "hello, World", NULL, "hello", IFB_EINPUT, "(none)", "expected was 09ca7e4e" },
        { "hello", NULL, NULL, IFB_EINPUT, "(none)", "has 5 bytes, expected were 12" },
        { "hello, world!", NULL, "hel", IFB_EINPUT, "(none)", "has 13 bytes, expected were 12" },
        { NULL, NULL, NULL, IFB_EINPUT, "(none)", "o/r/c/deep/hello.txt" },
    };
    struct place *p = *state;
    const char *local = ifb_path_join(p->arena, p->from, hello.local);
    const char *upstream = ifb_path_join(p->arena, p->from, hello.upstream);

    for (size_t i = 0; i < N(rows); i++) {
        struct ifb_error err;
        enum ifb_code code;

        if (rows[i].local)
            put(p, local, rows[i].local);
        if (rows[i].upstream)
            put(p, upstream, rows[i].upstream);
        if (rows[i].part)
            put(p, p->part, rows[i].part);
        code = pull(p, &err);
        if (code != rows[i].code || strcmp(content(p, p->file), rows[i].file) != 0)
            fail_msg("row %zu: code %d (%s), file %s", i, (int)code, err.msg, content(p, p->file));
        if (!strstr(err.msg, rows[i].message) || (code && !strstr(err.msg, "d/hello.txt")))
            fail_msg("row %zu: \"%s\" lacks \"%s\"", i, err.msg, rows[i].message);
        if (ifb_file_exists(p->part))
            fail_msg("row %zu: left %s in .part", i, content(p, p->part));
        remove(local);
        remove(upstream);
        remove(p->file);
    }
}

static void what_is_in_place_stays_until_the_new_one_is_right(void **state)
{
    struct place *p = *state;
    struct ifb_error err;

    put(p, p->file, "old");
    put(p, ifb_path_join(p->arena, p->from, hello.local), "HELLO, WORLD");
    assert_int_equal(pull(p, &err), IFB_EINPUT);
    assert_string_equal(content(p, p->file), "old");
    put(p, ifb_path_join(p->arena, p->from, hello.local), "hello, world");
    assert_int_equal(pull(p, &err), IFB_OK);
    assert_string_equal(content(p, p->file), "hello, world");
}

static void a_link_in_the_place_of_the_download_is_not_followed(void **state)
{
    struct place *p = *state;
    const char *away = ifb_path_join(p->arena, p->root, "away");
    struct ifb_error err;

    put(p, away, "precious");
    put(p, ifb_path_join(p->arena, p->from, hello.local), "hello, world");
    put(p, p->part, "");
    remove(p->part);
    assert_int_equal(symlink(away, p->part), 0);
    assert_int_equal(pull(p, &err), IFB_EIO);
    assert_string_equal(content(p, away), "precious");
}

static void two_processes_do_not_write_one_file(void **state)
{
    struct place *p = *state;
    struct ifb_error err;
    int fd;

    put(p, ifb_path_join(p->arena, p->from, hello.local), "hello, world");
    put(p, p->part, "hel");
    fd = open(p->part, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    assert_int_equal(pull(p, &err), IFB_EIO);
    assert_non_null(strstr(err.msg, "another process"));
    assert_string_equal(content(p, p->part), "hel");
    close(fd);
    assert_int_equal(pull(p, &err), IFB_OK);
}

static void looking_tells_present_missing_and_damaged(void **state)
{
    static const struct {
        const char *text;
        bool hash;
        enum ifb_pack_state state;
        int64_t bytes;
    } rows[] = {
        { NULL, true, IFB_PACK_MISSING, -1 },
        { "hello, world", true, IFB_PACK_PRESENT, 12 },
        { "hello, world", false, IFB_PACK_PRESENT, 12 },
        { "hello, World", false, IFB_PACK_PRESENT, 12 },
        { "hello, World", true, IFB_PACK_DAMAGED, 12 },
        { "hello", true, IFB_PACK_DAMAGED, 5 },
        { "hello", false, IFB_PACK_DAMAGED, 5 },
        { "", false, IFB_PACK_DAMAGED, 0 },
    };
    struct place *p = *state;

    for (size_t i = 0; i < N(rows); i++) {
        struct ifb_pack_found found;
        struct ifb_error err;

        remove(p->file);
        if (rows[i].text)
            put(p, p->file, rows[i].text);
        assert_int_equal(ifb_pack_look(&hello, p->to, rows[i].hash, &found, &err), IFB_OK);
        if (found.state != rows[i].state || found.bytes != rows[i].bytes)
            fail_msg("row %zu: %s, %lld bytes", i, ifb_pack_state_name(found.state),
                     (long long)found.bytes);
    }
}

static void a_folder_in_the_place_of_a_file_is_damage(void **state)
{
    struct place *p = *state;
    struct ifb_pack_found found;
    struct ifb_error err;

    assert_int_equal(ifb_make_dirs(p->file, NULL), IFB_OK);
    assert_int_equal(ifb_pack_look(&hello, p->to, true, &found, &err), IFB_OK);
    assert_int_equal(found.state, IFB_PACK_DAMAGED);
    assert_int_equal(found.bytes, -1);
}

static void sources_are_folders_and_web_addresses(void **state)
{
    struct place *p = *state;
    const struct {
        const char *from;
        enum ifb_code code;
    } rows[] = {
        { NULL, IFB_OK },
        { p->from, IFB_OK },
        { "http://127.0.0.1:1/x", IFB_OK },
        { "HTTPS://example.org", IFB_OK },
        { "https://example.org/?token=x", IFB_EUSAGE },
        { "https://example.org/#x", IFB_EUSAGE },
        { "ftp://example.org", IFB_EUSAGE },
        { "file:///tmp", IFB_EUSAGE },
        { "", IFB_EUSAGE },
        { "/no/such/folder", IFB_EUSAGE },
        { "/dev/null", IFB_EUSAGE },
    };

    for (size_t i = 0; i < N(rows); i++) {
        const struct ifb_pull how = { .dir = p->to, .from = rows[i].from };
        struct ifb_error err;
        enum ifb_code code = ifb_pull_check(&how, &err);

        if (code != rows[i].code)
            fail_msg("row %zu: code %d, wanted %d", i, (int)code, (int)rows[i].code);
    }
}

#define IN_FOLDER(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_and_sizes_are_well_formed),
        cmocka_unit_test(files_stay_in_the_data_folder),
        cmocka_unit_test(upstream_paths_name_a_commit),
        cmocka_unit_test(nothing_stands_twice),
        cmocka_unit_test(every_file_has_a_pack_and_every_pack_files),
        cmocka_unit_test(suites_and_checks_find_their_files_in_the_table),
        cmocka_unit_test(local_copies_have_the_sizes_and_hashes_of_the_table),
        cmocka_unit_test(packs_are_found_and_near_names_offered),
        cmocka_unit_test(urls_are_percent_encoded),
        cmocka_unit_test(licences_of_a_pack_are_named_once),
        IN_FOLDER(folders_give_files_and_faults_leave_nothing),
        IN_FOLDER(what_is_in_place_stays_until_the_new_one_is_right),
        IN_FOLDER(a_link_in_the_place_of_the_download_is_not_followed),
        IN_FOLDER(two_processes_do_not_write_one_file),
        IN_FOLDER(looking_tells_present_missing_and_damaged),
        IN_FOLDER(a_folder_in_the_place_of_a_file_is_damage),
        IN_FOLDER(sources_are_folders_and_web_addresses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
