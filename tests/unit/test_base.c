/* SPDX-License-Identifier: Apache-2.0 */
/* Arenas, views, buffers, UTF-8, errors, fields, hashes, randomness. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/clock.h"
#include "harness/base/error.h"
#include "harness/base/fields.h"
#include "harness/base/json.h"
#include "harness/base/rng.h"
#include "harness/base/seen.h"
#include "harness/base/sha256.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "harness/base/utf8.h"
#include "harness/base/yaml.h"

static void test_arena(void **state)
{
    struct ifb_arena *a = ifb_arena_new();
    size_t cap = 0;
    int *grown = NULL;

    (void)state;
    for (size_t size = 0; size < 70000; size = size * 2 + 1) {
        unsigned char *p = ifb_alloc(a, size);

        assert_int_equal((uintptr_t)p % 16, 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(p[i], 0);
        memset(p, 0xff, size);
    }
    for (int i = 0; i < 100; i++) {
        grown = ifb_grow(a, grown, &cap, (size_t)i + 1, sizeof(*grown));
        grown[i] = i;
    }
    for (int i = 0; i < 100; i++)
        assert_int_equal(grown[i], i);
    assert_true(ifb_str_is(ifb_fmt(a, "%d-%s", 7, "x"), "7-x"));
    ifb_arena_reset(a);
    assert_int_equal(ifb_arena_used(a), 0);
    ifb_arena_close(a);
    ifb_arena_close(NULL);
}

static void test_views(void **state)
{
    ifb_str rest = IFB_STR("a,b"), part;
    int64_t n;
    double x;

    (void)state;
    assert_int_equal(ifb_str_find(IFB_STR("aab\0b"), IFB_STR("\0b"), 0), 3);
    assert_int_equal(ifb_str_find(IFB_STR("abc"), IFB_STR(""), 3), 3);
    assert_true(ifb_str_find(IFB_STR("abc"), IFB_STR("c"), 3) == SIZE_MAX);
    assert_int_equal(ifb_str_count(IFB_STR("aaaa"), IFB_STR("aa")), 2);
    assert_true(ifb_str_chop(&rest, ',', &part) && ifb_str_is(part, "a") && ifb_str_is(rest, "b"));
    assert_false(ifb_str_chop(&rest, ',', &part));
    assert_true(ifb_str_int(IFB_STR("-9223372036854775808"), &n) && n == INT64_MIN);
    assert_false(ifb_str_int(IFB_STR("9223372036854775808"), &n));
    assert_false(ifb_str_int(IFB_STR("-"), &n));
    assert_false(ifb_str_int(IFB_STR("1 "), &n));
    assert_true(ifb_str_real(IFB_STR("1e-3"), &x) && x == 0.001);
    assert_false(ifb_str_real(IFB_STR("nan"), &x));
    assert_false(ifb_str_real(IFB_STR("1e999"), &x));
    assert_true(ifb_glob("a*c?", "abbcd") && !ifb_glob("a*c?", "abbc") && ifb_glob("*", ""));
    assert_int_equal(ifb_edit_distance(IFB_STR("kitten"), IFB_STR("sitting"), 9), 3);
    assert_int_equal(ifb_edit_distance(IFB_STR("kitten"), IFB_STR("sitting"), 2), 2);
    assert_true(ifb_str_cmp(IFB_STR("a"), IFB_STR("ab")) < 0);
}

static void test_buffer_ceiling(void **state)
{
    struct ifb_buf b;

    (void)state;
    ifb_buf_init(&b, 10);
    assert_true(ifb_buf_cstr(&b, "12345"));
    assert_false(ifb_buf_cstr(&b, "678901"));
    assert_true(b.full);
    assert_false(ifb_buf_char(&b, 'x'));
    assert_int_equal(b.len, 5);
    ifb_buf_clear(&b);
    assert_true(ifb_buf_fmt(&b, "%010d", 5));
    assert_int_equal(b.len, 10);
    ifb_buf_close(&b);
}

static const struct {
    ifb_str in, out;
} utf8_rows[] = {
    { IFB_STR_INIT("plain ascii, longer than eight"), IFB_STR_INIT("plain ascii, longer than eight") },
    { IFB_STR_INIT("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"), IFB_STR_INIT("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80") },
    { IFB_STR_INIT("a\xff" "b"), IFB_STR_INIT("a\xef\xbf\xbd" "b") },
    { IFB_STR_INIT("\xc0\xaf"), IFB_STR_INIT("\xef\xbf\xbd\xef\xbf\xbd") },
    { IFB_STR_INIT("\xe2\x82"), IFB_STR_INIT("\xef\xbf\xbd") },
    { IFB_STR_INIT("\xe2\x82X"), IFB_STR_INIT("\xef\xbf\xbdX") },
    { IFB_STR_INIT("\xed\xa0\x80"), IFB_STR_INIT("\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd") },
    { IFB_STR_INIT("\xf4\x90\x80\x80"), IFB_STR_INIT("\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd") },
    { IFB_STR_INIT("\xf0\x9f\x98"), IFB_STR_INIT("\xef\xbf\xbd") },
    { IFB_STR_INIT("\0\x80"), IFB_STR_INIT("\0\xef\xbf\xbd") },
};

static void test_utf8_repair(void **state)
{
    struct ifb_arena *a = ifb_arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof(utf8_rows) / sizeof(*utf8_rows); i++) {
        ifb_str got = ifb_utf8_repair(a, utf8_rows[i].in);

        if (!ifb_str_eq(got, utf8_rows[i].out))
            fail_msg("row %zu: got %zu bytes, wanted %zu", i, got.len, utf8_rows[i].out.len);
        assert_int_equal(ifb_utf8_valid(got), got.len);
    }
    ifb_arena_close(a);
}

static void test_utf8_walk(void **state)
{
    char out[4];

    (void)state;
    for (uint32_t cp = 0; cp < 0x110000; cp += cp < 0x300 ? 1 : 37) {
        size_t len;
        const char *p = out;

        if (cp >= 0xd800 && cp < 0xe000)
            continue;
        len = ifb_utf8_put(out, cp);
        assert_int_equal(ifb_utf8_valid((ifb_str){ out, len }), len);
        assert_int_equal(ifb_utf8_next(&p), cp);
        assert_ptr_equal(p, out + len);
        assert_int_equal(ifb_utf8_prev(&p), cp);
    }
    assert_int_equal(ifb_utf8_cut(IFB_STR("a\xc3\xa4"), 2).len, 1);
}

static void test_errors_are_one_line(void **state)
{
    struct ifb_error err;
    char big[2000];

    (void)state;
    ifb_fail(&err, IFB_EIO, "a\x1b[31m\nb");
    assert_string_equal(err.msg, "a?[31m?b");
    ifb_within(&err, "file %d", 3);
    assert_string_equal(err.msg, "file 3: a?[31m?b");
    assert_int_equal(err.code, IFB_EIO);
    memset(big, 0, sizeof(big));
    for (int i = 0; i < 900; i++)
        memcpy(big + 2 * i, "\xc3\xa4", 2);
    ifb_fail(&err, IFB_EIO, "x%s", big);
    assert_int_equal(ifb_utf8_valid(ifb_str_of(err.msg)), strlen(err.msg));
}

struct sample {
    bool flag;
    int64_t count, side;
    double part;
    ifb_str name;
    struct ifb_strs list;
};

static const char *const sides[] = { "left", "right", NULL };
static const struct ifb_field sample_fields[] = {
    IFB_FIELD(struct sample, flag, "flag", .kind = IFB_BOOL, .doc = "x"),
    IFB_FIELD(struct sample, count, "count", .kind = IFB_INT, .required = true, .min = 0, .max = 9,
              .doc = "x"),
    IFB_FIELD(struct sample, side, "side", .kind = IFB_CHOICE, .choices = sides, .doc = "x"),
    IFB_FIELD(struct sample, part, "part", .kind = IFB_REAL, .doc = "x"),
    IFB_FIELD(struct sample, name, "name", .kind = IFB_STRING, .doc = "x"),
    IFB_FIELD(struct sample, list, "list", .kind = IFB_STRINGS, .doc = "x"),
    { 0 }
};

static const struct {
    const char *json;
    enum ifb_fault fault;
    const char *msg;
} field_rows[] = {
    { "{\"count\":3.0,\"side\":\"right\",\"list\":[\"a\",\"b\"],\"flag\":true,\"part\":1}", IFB_FAULT_NONE, "" },
    { "{\"count\":null}", IFB_FAULT_VALUE, "count is missing" },
    { "{}", IFB_FAULT_VALUE, "count is missing" },
    { "{\"count\":3.5}", IFB_FAULT_TYPE, "count: wanted a whole number from 0 to 9, found 3.5" },
    { "{\"count\":\"3\"}", IFB_FAULT_TYPE, "count: wanted a whole number from 0 to 9, found a string" },
    { "{\"count\":10}", IFB_FAULT_VALUE, "count: wanted a whole number from 0 to 9, found 10" },
    { "{\"count\":1,\"side\":\"up\"}", IFB_FAULT_VALUE, "side: wanted one of \"left\", \"right\", found up" },
    { "{\"count\":1,\"lsit\":[]}", IFB_FAULT_VALUE, "unknown argument \"lsit\", did you mean \"list\"?" },
    { "{\"count\":1,\"list\":[1]}", IFB_FAULT_TYPE, "list: wanted an array of strings, found an array" },
    { "{\"nope\":1,\"name\":3}", IFB_FAULT_TYPE, "name: wanted a string, found 3" },
    { "[]", IFB_FAULT_TYPE, "wanted an object of arguments, found an array" },
};

static void test_fields(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(field_rows) / sizeof(*field_rows); i++) {
        struct ifb_arena *a = ifb_arena_new();
        struct sample s = { 0 };
        struct ifb_error err = { 0 };
        const struct ifb_json *v;
        enum ifb_fault fault;

        assert_int_equal(ifb_json_parse(a, ifb_str_of(field_rows[i].json), 0, 1, &v, NULL), 0);
        fault = ifb_fields_read(sample_fields, v, &s, a, &err);
        if (fault != field_rows[i].fault || strcmp(err.msg, field_rows[i].msg) != 0)
            fail_msg("row %zu: fault %d, \"%s\"", i, fault, err.msg);
        if (i == 0) {
            assert_true(s.flag && s.count == 3 && s.side == 1 && s.part == 1 && s.list.n == 2);
            assert_true(ifb_str_is(s.list.at[1], "b"));
        }
        ifb_arena_close(a);
    }
}

static const struct {
    const char *yaml, *json, *msg;
} yaml_rows[] = {
    { "a: 1\nb: [x, 'yes', yes, true, ~, 2.5]\n", "{\"a\":1,\"b\":[\"x\",\"yes\",\"yes\",true,null,2.5]}", NULL },
    { "", "null", NULL },
    { "# only a comment\n", "null", NULL },
    { "- {k: \"3\"}\n- |\n  two\n  lines\n", "[{\"k\":\"3\"},\"two\\nlines\\n\"]", NULL },
    { "a: 1\na: 2\n", NULL, "f:2: duplicate key \"a\"" },
    { "a: &x 1\nb: *x\n", NULL, "f:2: aliases are not supported" },
    { "a: !!int 1\n", NULL, "f:1: tags are not supported" },
    { "a: 1\n---\nb: 2\n", NULL, "f:2: a second document" },
    { "a: [1\n", NULL, "f:2:" },
};

static void test_yaml(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(yaml_rows) / sizeof(*yaml_rows); i++) {
        struct ifb_arena *a = ifb_arena_new();
        struct ifb_error err = { 0 };
        const struct ifb_json *v = NULL;
        struct ifb_buf buf;
        struct ifb_jw w;
        enum ifb_code code = ifb_yaml_parse(ifb_str_of(yaml_rows[i].yaml), "f", a, &v, &err);

        if (!code != !yaml_rows[i].msg)
            fail_msg("row %zu: code %d, %s", i, code, err.msg);
        if (code && strncmp(err.msg, yaml_rows[i].msg, strlen(yaml_rows[i].msg)) != 0)
            fail_msg("row %zu: %s", i, err.msg);
        if (!code) {
            ifb_buf_init(&buf, 4096);
            ifb_jw_open(&w, &buf);
            ifb_jw_value(&w, NULL, v);
            if (!ifb_str_is(ifb_buf_view(&buf), yaml_rows[i].json))
                fail_msg("row %zu: %.*s", i, (int)buf.len, buf.ptr);
            ifb_buf_close(&buf);
        }
        ifb_arena_close(a);
    }
}

static void test_sha256(void **state)
{
    char hex[IFB_SHA256_HEX];
    unsigned char wide[IFB_SHA512_BYTES];
    struct ifb_sha256 *s = ifb_sha256_new();

    (void)state;
    /* FIPS 180-4, examples of one and of two blocks. */
    ifb_sha256_of(IFB_STR("abc"), hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    ifb_sha256_add(s, "abcdbcdecdefdefgefghfghighij", 28);
    ifb_sha256_hex(s, hex);
    ifb_sha256_add(s, "hijkijkljklmklmnlmnomnopnopq", 28);
    ifb_sha256_hex(s, hex);
    assert_string_equal(hex, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    ifb_sha256_close(s);
    ifb_sha512_of(IFB_STR("abc"), wide);
    assert_memory_equal(wide, "\xdd\xaf\x35\xa1\x93\x61\x7a\xba", 8);
    assert_memory_equal(wide + 56, "\x2a\x9a\xc9\x4f\xa5\x4c\xa4\x9f", 8);
}

static void test_clock_and_rng(void **state)
{
    char iso[IFB_ISO_SIZE];
    struct ifb_rng a, b;
    uint64_t seen[6] = { 0 };

    (void)state;
    ifb_iso_time(1700000000123, iso);
    assert_string_equal(iso, "2023-11-14T22:13:20.123Z");
    ifb_rng_seed(&a, 42);
    ifb_rng_seed(&b, 42);
    for (int i = 0; i < 6000; i++) {
        assert_true(ifb_rng_next(&a) == ifb_rng_next(&b));
        seen[ifb_rng_below(&a, 6)]++;
        ifb_rng_below(&b, 6);
        assert_true(ifb_rng_real(&a) < 1);
        ifb_rng_real(&b);
    }
    for (int i = 0; i < 6; i++)
        assert_in_range(seen[i], 850, 1150);
}

static size_t distinct(struct ifb_arena *arena, const char *words)
{
    struct ifb_strs list = ifb_split_space(arena, ifb_str_of(words));

    return ifb_str_distinct((ifb_str *)list.at, list.n, arena);
}

/* The inverse of an odd number modulo 2^64, by Newton's iteration. */
static uint64_t inverse(uint64_t odd)
{
    uint64_t x = odd;

    for (int i = 0; i < 6; i++)
        x *= 2 - odd * x;
    return x;
}

/* Eight bytes whose hash ends in 32 zeros: hash_of run backwards. */
static uint64_t colliding(uint64_t seed)
{
    uint64_t back = inverse(0x9e3779b97f4a7c15u), h = (seed << 32 | seed) * back;

    h ^= h >> 32;
    return h * back ^ 8;
}

static void different_strings_are_counted(void **state)
{
    enum { N = 3000 };
    static uint64_t bytes[N];
    static ifb_str strings[N];
    struct ifb_arena *arena = ifb_arena_new();

    (void)state;
    assert_int_equal(distinct(arena, ""), 0);
    assert_int_equal(distinct(arena, "tea"), 1);
    assert_int_equal(distinct(arena, "tea milk tea Tea te tea"), 4);
    assert_int_equal(distinct(arena, "eightbyt eightbyte eightbyt eightbytes sixteen_bytes__x "
                                     "sixteen_bytes__y"), 5);
    for (size_t i = 0; i < N; i++) {
        bytes[i] = colliding(i % (N - 7));
        strings[i] = (ifb_str){ (const char *)&bytes[i], sizeof(bytes[i]) };
    }
    assert_int_equal(ifb_str_distinct(strings, N, arena), N - 7); /* by sorting */
    ifb_arena_close(arena);
}

static void test_names(void **state)
{
    static const struct {
        const char *a, *b;
        int order;
    } rows[] = {
        { "turn 2", "turn 10", -1 }, { "turn 10", "turn 2", 1 }, { "a", "a", 0 },
        { "a1", "a01", 1 },          { "a", "ab", -1 },          { "10", "9a", 1 },
        { "x99999999999999999999", "x100000000000000000000", -1 }, { "", "0", -1 },
    };
    static const char *const names[] = { "prompt", "system", "turns", NULL };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int d = ifb_str_natural(ifb_str_of(rows[i].a), ifb_str_of(rows[i].b));

        if ((d > 0) - (d < 0) != rows[i].order)
            fail_msg("\"%s\" and \"%s\": %d", rows[i].a, rows[i].b, d);
    }
    assert_string_equal(ifb_nearest(IFB_STR("promt"), names), "prompt");
    assert_string_equal(ifb_nearest(IFB_STR("turn"), names), "turns");
    assert_string_equal(ifb_nearest(IFB_STR("constraints"), names), "");
    assert_string_equal(ifb_nearest(IFB_STR("x"), names + 3), "");
}

static void test_seen(void **state)
{
    struct ifb_arena *a = ifb_arena_new();
    struct ifb_seen seen = { 0 };

    (void)state;
    for (unsigned i = 1; i <= 5000; i++)
        assert_int_equal(ifb_seen_add(&seen, a, ifb_fmt(a, "n%u", i), i), 0);
    for (unsigned i = 1; i <= 5000; i++)
        assert_int_equal(ifb_seen_add(&seen, a, ifb_fmt(a, "n%u", i), i + 1), i);
    assert_int_equal(seen.n, 5000);
    ifb_arena_close(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(different_strings_are_counted),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_seen),
        cmocka_unit_test(test_arena),
        cmocka_unit_test(test_views),
        cmocka_unit_test(test_buffer_ceiling),
        cmocka_unit_test(test_utf8_repair),
        cmocka_unit_test(test_utf8_walk),
        cmocka_unit_test(test_errors_are_one_line),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_yaml),
        cmocka_unit_test(test_sha256),
        cmocka_unit_test(test_clock_and_rng),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
