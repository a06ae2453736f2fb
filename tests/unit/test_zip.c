/* SPDX-License-Identifier: Apache-2.0 */
/* ZIP archives made here byte by byte: members that are read, and what must be refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "harness/base/arena.h"
#include "harness/base/rng.h"
#include "harness/base/str.h"
#include "harness/base/zip.h"

/* An archive under construction. */
struct maker {
    unsigned char at[1 << 16], directory[4096];
    size_t len, directory_len;
    unsigned members;
};

static void put(unsigned char *at, size_t *len, size_t bytes, uint64_t value)
{
    for (size_t i = 0; i < bytes; i++)
        at[(*len)++] = (unsigned char)(value >> 8 * i);
}

static void put_bytes(unsigned char *at, size_t *len, const void *bytes, size_t n)
{
    memcpy(at + *len, bytes, n);
    *len += n;
}

static size_t deflate_raw(const char *content, unsigned char *out, size_t room)
{
    z_stream z = { .next_in = (Bytef *)(uintptr_t)content, .avail_in = (uInt)strlen(content),
                   .next_out = out, .avail_out = (uInt)room };

    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return room - z.avail_out;
}

static void add(struct maker *m, const char *name, const char *content, bool packed)
{
    unsigned char body[4096];
    size_t size = strlen(content), len = size, local = m->len, name_len = strlen(name);
    uint32_t crc = (uint32_t)crc32(0, (const Bytef *)content, (uInt)size);
    unsigned method = packed ? 8 : 0;

    if (packed)
        len = deflate_raw(content, body, sizeof(body));
    else
        memcpy(body, content, size);
    put_bytes(m->at, &m->len, "PK\3\4", 4);
    put(m->at, &m->len, 2, 20);
    put(m->at, &m->len, 2, 0);
    put(m->at, &m->len, 2, method);
    put(m->at, &m->len, 4, 0);
    put(m->at, &m->len, 4, crc);
    put(m->at, &m->len, 4, len);
    put(m->at, &m->len, 4, size);
    put(m->at, &m->len, 2, name_len);
    put(m->at, &m->len, 2, 3);
    put_bytes(m->at, &m->len, name, name_len);
    put_bytes(m->at, &m->len, "ext", 3);
    put_bytes(m->at, &m->len, body, len);
    put_bytes(m->directory, &m->directory_len, "PK\1\2", 4);
    put(m->directory, &m->directory_len, 4, 20 | 20u << 16);
    put(m->directory, &m->directory_len, 2, 0);
    put(m->directory, &m->directory_len, 2, method);
    put(m->directory, &m->directory_len, 4, 0);
    put(m->directory, &m->directory_len, 4, crc);
    put(m->directory, &m->directory_len, 4, len);
    put(m->directory, &m->directory_len, 4, size);
    put(m->directory, &m->directory_len, 2, name_len);
    put(m->directory, &m->directory_len, 2, 2);
    put(m->directory, &m->directory_len, 2, 1);
    put(m->directory, &m->directory_len, 8, 0);
    put(m->directory, &m->directory_len, 4, local);
    put_bytes(m->directory, &m->directory_len, name, name_len);
    put_bytes(m->directory, &m->directory_len, "xxc", 3);
    m->members++;
}

static ifb_str finish(struct maker *m, const char *comment)
{
    size_t at = m->len;

    put_bytes(m->at, &m->len, m->directory, m->directory_len);
    put_bytes(m->at, &m->len, "PK\5\6", 4);
    put(m->at, &m->len, 4, 0);
    put(m->at, &m->len, 2, m->members);
    put(m->at, &m->len, 2, m->members);
    put(m->at, &m->len, 4, m->directory_len);
    put(m->at, &m->len, 4, at);
    put(m->at, &m->len, 2, strlen(comment));
    put_bytes(m->at, &m->len, comment, strlen(comment));
    return (ifb_str){ (const char *)m->at, m->len };
}

#define SONG "la la la la la la la la la la la la la la la la la la la la la la"

static ifb_str make(struct maker *m, const char *comment)
{
    memset(m, 0, sizeof(*m));
    add(m, "a/", "", false);
    add(m, "a/plain", "as it is", false);
    add(m, "a/song", SONG, true);
    add(m, "a/song", "the second of that name", true);
    add(m, "a/empty", "", true);
    return finish(m, comment);
}

static void members_are_read(void **state)
{
    static struct maker m;
    static const struct {
        const char *name, *content;
    } rows[] = { { "a/plain", "as it is" }, { "a/song", SONG }, { "a/empty", "" } };
    static const char *const comments[] = { "", "a comment with PK\5\6 in it, and more than that" };
    struct ifb_arena *arena = ifb_arena_new();

    (void)state;
    for (size_t c = 0; c < 2; c++)
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
            struct ifb_error err = { 0 };
            ifb_str out;

            if (ifb_zip_read(make(&m, comments[c]), rows[i].name, 1000, arena, &out, &err))
                fail_msg("%s: %s", rows[i].name, err.msg);
            assert_true(ifb_str_is(out, rows[i].content));
        }
    ifb_arena_close(arena);
}

/* A byte of the archive set to something else. */
static const struct {
    const char *mark;  /* after its `nth` occurrence */
    int nth;
    size_t at;
    unsigned char value;
    const char *message;
} damages[] = {
    { "PK\1\2", 3, 10, 9, "packed by a method" },   { "PK\1\2", 3, 8, 1, "encrypted" },
    { "PK\1\2", 3, 16, 0x55, "is damaged" },        { "PK\1\2", 3, 24, 1, "is damaged" },
    { "PK\1\2", 3, 20, 1, "is damaged" },           { "PK\1\2", 3, 27, 0xff, "at most" },
    { "PK\1\2", 3, 23, 0xff, "is cut off" },        { "PK\1\2", 3, 45, 0xff, "is not where" },
    { "PK\1\2", 3, 42, 1, "is not where" },         { "PK\5\6", 1, 4, 1, "several disks" },
    { "PK\1\2", 3, 29, 0xff, "directory is damaged" },
    { "PK\1\2", 2, 31, 0xff, "directory is damaged" },
    { "PK\1\2", 1, 0, 'X', "directory is damaged" },
    { "PK\5\6", 1, 19, 0xff, "directory is damaged" },
    { "PK\5\6", 1, 0, 'X', "no end record" },       { "PK\5\6", 1, 20, 1, "no end record" },
    { "PK\5\6", 1, 10, 1, "has no a/song" },        { "PK\3\4", 3, 27, 0xff, "is cut off" },
};

static size_t find_nth(ifb_str zip, const char *mark, int nth)
{
    size_t at = ifb_str_find(zip, ifb_str_of(mark), 0);

    while (--nth)
        at = ifb_str_find(zip, ifb_str_of(mark), at + 1);
    return at;
}

static void damage_is_refused(void **state)
{
    static struct maker m;
    struct ifb_arena *arena = ifb_arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
        ifb_str zip = make(&m, ""), out;
        struct ifb_error err = { 0 };

        m.at[find_nth(zip, damages[i].mark, damages[i].nth) + damages[i].at] = damages[i].value;
        if (ifb_zip_read(zip, "a/song", 1000, arena, &out, &err) == IFB_OK ||
            !strstr(err.msg, damages[i].message))
            fail_msg("row %zu: \"%s\"", i, err.msg);
    }
    ifb_arena_close(arena);
}

static void ceiling_and_missing_member(void **state)
{
    static struct maker m;
    struct ifb_arena *arena = ifb_arena_new();
    ifb_str zip = make(&m, ""), out;

    (void)state;
    assert_int_equal(ifb_zip_read(zip, "a/song", sizeof(SONG) - 1, arena, &out, NULL), IFB_OK);
    assert_int_equal(ifb_zip_read(zip, "a/song", sizeof(SONG) - 2, arena, &out, NULL), IFB_ELIMIT);
    assert_int_equal(ifb_zip_read(zip, "a/son", 1000, arena, &out, NULL), IFB_EINPUT);
    assert_int_equal(ifb_zip_read(IFB_STR(""), "a", 1000, arena, &out, NULL), IFB_EINPUT);
    ifb_arena_close(arena);
}

/* Every cut, and many archives with some bytes changed: an answer or an error, never a crash. */
static void any_bytes_are_survived(void **state)
{
    static struct maker m;
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_rng rng;
    size_t len = make(&m, "").len;
    ifb_str out;

    (void)state;
    for (size_t n = 0; n < len; n++) {
        char *cut = malloc(n + !n);

        memcpy(cut, m.at, n);
        assert_int_not_equal(ifb_zip_read((ifb_str){ cut, n }, "a/song", 1000, arena, &out, NULL),
                             IFB_OK);
        free(cut);
    }
    ifb_rng_seed(&rng, 7);
    for (int i = 0; i < 20000; i++) {
        ifb_str zip = make(&m, "");

        for (int k = 0; k < 3; k++)
            m.at[ifb_rng_next(&rng) % len] = (unsigned char)ifb_rng_next(&rng);
        ifb_zip_read(zip, "a/song", 1000, arena, &out, NULL);
        ifb_arena_reset(arena);
    }
    ifb_arena_close(arena);
}

/* Streams of one deflater stand for themselves, and any zlib reads them. */
static void what_is_deflated_comes_back(void **state)
{
    static const char *const texts[] = { "", "a", SONG SONG SONG };
    struct ifb_deflater *d = ifb_deflater_open(4);
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_rng rng;
    char *big = ifb_alloc(arena, 1u << 20), *back = ifb_alloc(arena, 1u << 20);

    (void)state;
    ifb_rng_seed(&rng, 7);
    for (size_t i = 0; i < 1u << 20; i++)
        big[i] = (char)ifb_rng_next(&rng);
    for (size_t i = 0; i <= sizeof(texts) / sizeof(texts[0]); i++) {
        bool last = i == sizeof(texts) / sizeof(texts[0]);
        ifb_str text = last ? (ifb_str){ big, 1u << 20 } : ifb_str_of(texts[i]);
        ifb_str packed = ifb_deflate(d, text, arena);
        uLongf n = 1u << 20;

        assert_int_equal(uncompress((Bytef *)back, &n, (const Bytef *)packed.ptr,
                                    (uLong)packed.len), Z_OK);
        assert_true(ifb_str_eq((ifb_str){ back, n }, text));
        assert_true(i != 2 || packed.len < text.len / 2);
    }
    ifb_deflater_close(d);
    ifb_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_read),
        cmocka_unit_test(damage_is_refused),
        cmocka_unit_test(ceiling_and_missing_member),
        cmocka_unit_test(any_bytes_are_survived),
        cmocka_unit_test(what_is_deflated_comes_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
