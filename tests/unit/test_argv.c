/* SPDX-License-Identifier: Apache-2.0 */
/* Commands split into words, JSON merged, base64, and pictures told apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/base/arena.h"
#include "harness/base/argv.h"
#include "harness/base/base64.h"
#include "harness/base/image.h"
#include "harness/base/json.h"
#include "harness/base/str.h"

static struct ifb_arena *arena;

static int open_arena(void **state)
{
    (void)state;
    arena = ifb_arena_new();
    return 0;
}

static int close_arena(void **state)
{
    (void)state;
    ifb_arena_close(arena);
    return 0;
}

static void test_words(void **state)
{
    static const struct { const char *command, *words; } rows[] = {  /* each followed by '/' */
        { "a", "a/" }, { "  a\t b\n", "a/b/" }, { "a 'b c' d", "a/b c/d/" },
        { "a \"b 'c' \\\" \\\\ \\n\"", "a/b 'c' \" \\ \\n/" }, { "a\\ b", "a b/" },
        { "a '' b", "a//b/" }, { "x'y'\"z\"w", "xyzw/" }, { "'|&;<>()$`'", "|&;<>()$`/" },
        { "a \\| \"$x\"", "a/|/$x/" }, { "--port={port} *?~#", "--port={port}/*?~#/" },
        { "a\\", "a\\/" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ifb_strs words;
        struct ifb_error err;
        struct ifb_buf all;

        if (ifb_argv_split(ifb_str_of(rows[i].command), arena, &words, &err))
            fail_msg("row %zu: %s", i, err.msg);
        ifb_buf_init(&all, 1000);
        for (size_t k = 0; k < words.n; k++)
            ifb_buf_fmt(&all, "%s/", words.at[k].ptr);
        if (!ifb_str_is(ifb_buf_view(&all), rows[i].words))
            fail_msg("row %zu: %.*s", i, (int)all.len, all.ptr);
        ifb_buf_close(&all);
    }
}

static void test_words_refused(void **state)
{
    static const char *const rows[] = { "", " ", "a | b", "a;b", "a > b", "a&", "$x", "`x`", "(a)",
                                        "'a", "a \"b", "a < b" };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ifb_strs words;
        struct ifb_error err;

        if (ifb_argv_split(ifb_str_of(rows[i]), arena, &words, &err) != IFB_EUSAGE)
            fail_msg("row %zu", i);
    }
}

static void test_words_replaced(void **state)
{
    struct ifb_strs words;
    struct ifb_error err;
    char **argv;

    (void)state;
    assert_int_equal(ifb_argv_split(IFB_STR("a --port={port} {port}{port} {por"), arena, &words,
                                    &err), IFB_OK);
    argv = ifb_argv_make(words, IFB_STR("{port}"), IFB_STR("80"), arena);
    assert_string_equal(argv[0], "a");
    assert_string_equal(argv[1], "--port=80");
    assert_string_equal(argv[2], "8080");
    assert_string_equal(argv[3], "{por");
    assert_null(argv[4]);
    assert_string_equal(ifb_argv_make(words, IFB_STR(""), IFB_STR("x"), arena)[2], "{port}{port}");
}

/* The examples of RFC 7396, appendix A, which are facts, and some of our own. */
static void test_merging(void **state)
{
    static const struct { const char *target, *patch, *want; } rows[] = {
        { "{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}" },
        { "{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}" },
        { "{\"a\":\"b\"}", "{\"a\":null}", "{}" },
        { "{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}" },
        { "{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}" },
        { "{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}" },
        { "{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}", "{\"a\":{\"b\":\"d\"}}" },
        { "{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}" },
        { "[\"a\",\"b\"]", "[\"c\",\"d\"]", "[\"c\",\"d\"]" },
        { "{\"a\":\"b\"}", "[\"c\"]", "[\"c\"]" },
        { "{\"e\":null}", "{\"a\":1}", "{\"e\":null,\"a\":1}" },
        { "[1,2]", "{\"a\":\"b\",\"c\":null}", "{\"a\":\"b\"}" },
        { "{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}" },
        { "{\"a\":1}", "{\"a\":2,\"a\":3,\"b\":1,\"b\":null}", "{\"a\":3}" },
        { "{\"x\":\"\\u0000\\\"\"}", "{\"\\n\":1.50}", "{\"x\":\"\\u0000\\\"\",\"\\n\":1.50}" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct ifb_json *target, *patch;
        struct ifb_buf out;
        struct ifb_jw w;

        assert_int_equal(ifb_json_parse(arena, ifb_str_of(rows[i].target), 1, 1, &target, NULL), 0);
        assert_int_equal(ifb_json_parse(arena, ifb_str_of(rows[i].patch), 1, 1, &patch, NULL), 0);
        ifb_buf_init(&out, 1000);
        ifb_jw_open(&w, &out);
        ifb_jw_merged(&w, NULL, target, patch);
        if (!ifb_str_is(ifb_buf_view(&out), rows[i].want))
            fail_msg("row %zu: %.*s, wanted %s", i, (int)out.len, out.ptr, rows[i].want);
        ifb_buf_close(&out);
    }
}

static void test_base64(void **state)
{
    static const struct { const char *plain, *coded; } rows[] = {
        { "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" }, { "foob", "Zm9vYg==" },
        { "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" }, { "\xfb\xff\xfe", "+//+" },
    };
    static const char *const broken[] = { "Z", "Zg", "Zg=", "Zg==Zg==", "Z===", "Zm9v!", "Zh==",
                                          "====", "Zm9\xff" };
    ifb_str out;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_true(ifb_str_is(ifb_base64_write(ifb_str_of(rows[i].plain), arena), rows[i].coded));
        assert_true(ifb_base64_read(ifb_str_of(rows[i].coded), arena, &out));
        assert_true(ifb_str_is(out, rows[i].plain));
    }
    assert_true(ifb_base64_read(IFB_STR("Zm9v\r\nYg= =\n"), arena, &out));
    assert_true(ifb_str_is(out, "foob"));
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
        if (ifb_base64_read(ifb_str_of(broken[i]), arena, &out))
            fail_msg("row %zu was read", i);
}

#define PNG "\x89PNG\r\n\x1a\n\0\0\0\rIHDR"

static void test_pictures(void **state)
{
    static const struct { const char *bytes; size_t n; const char *media; } rows[] = {
        { PNG, sizeof(PNG) - 1, "image/png" },
        { "\xff\xd8\xff\xe0 JFIF", 9, "image/jpeg" },
        { "GIF89a....", 10, "image/gif" },
        { "GIF87a....", 10, "image/gif" },
        { "RIFF\1\2\3\4WEBPVP8 ", 16, "image/webp" },
        { "RIFF\1\2\3\4WAVEfmt ", 16, NULL },
        { "<svg></svg>", 11, NULL },
        { "", 0, NULL },
        { "\x89PN", 3, NULL },
    };
    char path[] = "/tmp/ifbench-image-XXXXXX";
    int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ifb_str bytes = { rows[i].bytes, rows[i].n };
        ifb_str uri = ifb_fmt(arena, "data:image/x;base64,%s", ifb_base64_write(bytes, arena).ptr);
        struct ifb_image file, inside;
        struct ifb_error err = { 0 };
        enum ifb_code code;

        assert_int_equal(ftruncate(fd, 0), 0);
        assert_int_equal(pwrite(fd, rows[i].bytes, rows[i].n, 0), (ssize_t)rows[i].n);
        code = ifb_image_load(ifb_str_of(path), NULL, arena, &file, &err);
        assert_int_equal(code, rows[i].media ? IFB_OK : IFB_EINPUT);
        assert_int_equal(ifb_image_load(uri, NULL, arena, &inside, &err), code);
        if (code)
            continue;
        assert_true(ifb_str_is(file.media, rows[i].media));
        assert_true(ifb_str_eq(file.media, inside.media));
        assert_true(ifb_str_eq(file.base64, inside.base64));
        assert_true(ifb_str_eq(file.sha256, inside.sha256));
        assert_int_equal(file.sha256.len, 64);
    }
    close(fd);
    unlink(path);
}

static void test_pictures_refused(void **state)
{
    static const struct { const char *source, *msg; } rows[] = {
        { "data:image/png;base64,!!!", "image: the data is not base64" },
        { "data:image/png,abc", "image: a data URI must be in base64" },
        { "/nowhere/x.png", "/nowhere/x.png" },
        { "http://h/x.png", "image: wanted a file or a data URI" },
        { "", "image: wanted a file or a data URI" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ifb_image image;
        struct ifb_error err = { 0 };

        if (!ifb_image_load(ifb_str_of(rows[i].source), NULL, arena, &image, &err))
            fail_msg("row %zu was read", i);
        if (!strstr(err.msg, rows[i].msg))
            fail_msg("row %zu: %s", i, err.msg);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_words_refused),
        cmocka_unit_test(test_words_replaced),
        cmocka_unit_test(test_merging),
        cmocka_unit_test(test_base64),
        cmocka_unit_test(test_pictures),
        cmocka_unit_test(test_pictures_refused),
    };

    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
