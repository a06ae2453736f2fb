/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON reader and writer; cJSON is the second opinion where it has one. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "harness/base/arena.h"
#include "harness/base/json.h"
#include "harness/base/rng.h"
#include "harness/base/str.h"

static const struct {
    const char *text;
    unsigned flags;
    enum ifb_code code;
} verdict_rows[] = {
    { "{}", 0, IFB_OK },
    { " [1, 2.5, -3e2, true, false, null, \"x\"] \n", 0, IFB_OK },
    { "", 0, IFB_EINPUT },
    { "  ", 0, IFB_EINPUT },
    { "{} x", 0, IFB_EINPUT },
    { "{}{}", 0, IFB_EINPUT },
    { "01", 0, IFB_EINPUT },
    { "-", 0, IFB_EINPUT },
    { "1.", 0, IFB_EINPUT },
    { ".5", 0, IFB_EINPUT },
    { "+1", 0, IFB_EINPUT },
    { "1e", 0, IFB_EINPUT },
    { "1e+5", 0, IFB_OK },
    { "[1,]", 0, IFB_EINPUT },
    { "{\"a\":1,}", 0, IFB_EINPUT },
    { "{a:1}", 0, IFB_EINPUT },
    { "{'a':1}", 0, IFB_EINPUT },
    { "\"\\x\"", 0, IFB_EINPUT },
    { "\"\\u12\"", 0, IFB_EINPUT },
    { "\"\\ud800\"", 0, IFB_OK },
    { "\"a\nb\"", 0, IFB_EINPUT },
    { "\"\x7f\"", 0, IFB_OK },
    { "\xef\xbb\xbf{}", 0, IFB_EINPUT },
    { "\v1", 0, IFB_EINPUT },
    { "{\"a\":1,\"a\":2}", 0, IFB_EINPUT },
    { "{\"1\":1,\"2\":1,\"3\":1,\"4\":1,\"5\":1,\"6\":1,\"7\":1,\"8\":1,\"9\":1,\"3\":1}", 0, IFB_EINPUT },
    { "{\"1\":1,\"2\":1,\"3\":1,\"4\":1,\"5\":1,\"6\":1,\"7\":1,\"8\":1,\"9\":1,\"0\":1}", 0, IFB_OK },
    { "{\"a\":1,\"a\":2}", IFB_JSON_DUPLICATES, IFB_OK },
    { "{\"a\":1,\"a\":2}", IFB_JSON_PYTHON, IFB_OK },
    { "NaN", 0, IFB_EINPUT },
    { "NaN", IFB_JSON_PYTHON, IFB_OK },
    { "[Infinity, -Infinity]", IFB_JSON_PYTHON, IFB_OK },
    { "+Infinity", IFB_JSON_PYTHON, IFB_EINPUT },
    { "nan", IFB_JSON_PYTHON, IFB_EINPUT },
    { "truex", 0, IFB_EINPUT },
    { "\"open", 0, IFB_EINPUT },
    { "\"open\\", 0, IFB_EINPUT },
    { "[", 0, IFB_EINPUT },
};

static void test_verdicts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(verdict_rows) / sizeof(*verdict_rows); i++) {
        struct ifb_arena *arena = ifb_arena_new();
        const struct ifb_json *v;
        ifb_str text = ifb_str_of(verdict_rows[i].text);
        enum ifb_code parsed = ifb_json_parse(arena, text, verdict_rows[i].flags, 1, &v, NULL);

        if (parsed != verdict_rows[i].code)
            fail_msg("row %zu: %s: parse gave %d, wanted %d", i, verdict_rows[i].text, parsed,
                     verdict_rows[i].code);
        /* Without a tree, duplicate keys cannot be told. */
        if (parsed == IFB_OK && ifb_json_check(text, verdict_rows[i].flags, NULL) != IFB_OK)
            fail_msg("row %zu: check disagrees with parse", i);
        ifb_arena_close(arena);
    }
}

static void test_strings_keep_everything(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    const struct ifb_json *v;
    struct ifb_error err;

    (void)state;
    assert_int_equal(ifb_json_parse(arena, IFB_STR("\"a\\u0000b\\ud83d\\ude00\\ud800x\\/\\n\""), 0,
                                    1, &v, &err), IFB_OK);
    assert_true(ifb_str_eq(v->string, IFB_STR("a\0b\xf0\x9f\x98\x80\xef\xbf\xbdx/\n")));
    assert_int_equal(ifb_json_parse(arena, IFB_STR("\"\\ud800\\ud83d\\ude00\\udc00\""), 0, 1, &v,
                                    &err), IFB_OK);
    assert_true(ifb_str_eq(v->string, IFB_STR("\xef\xbf\xbd\xf0\x9f\x98\x80\xef\xbf\xbd")));
    ifb_arena_close(arena);
}

static const struct {
    const char *text;
    bool whole;
    int64_t integer;
    double number;
} number_rows[] = {
    { "0", true, 0, 0 },
    { "-0", true, 0, 0 },
    { "3.0", true, 3, 3 },
    { "3.5", false, 0, 3.5 },
    { "5e0", true, 5, 5 },
    { "9007199254740993", true, 9007199254740993, 9007199254740992.0 },
    { "-9223372036854775808", true, INT64_MIN, -9223372036854775808.0 },
    { "9223372036854775808", false, 0, 9223372036854775808.0 },
    { "1e400", false, 0, INFINITY },
    { "0.1", false, 0, 0.1 },
};

static void test_numbers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(number_rows) / sizeof(*number_rows); i++) {
        struct ifb_arena *arena = ifb_arena_new();
        const struct ifb_json *v;

        assert_int_equal(ifb_json_parse(arena, ifb_str_of(number_rows[i].text), 0, 1, &v, NULL), 0);
        if (v->whole != number_rows[i].whole || v->number != number_rows[i].number ||
            (v->whole && v->integer != number_rows[i].integer))
            fail_msg("row %zu: %s gave whole %d, %lld, %.17g", i, number_rows[i].text, v->whole,
                     (long long)v->integer, v->number);
        ifb_arena_close(arena);
    }
}

static void test_errors_name_the_line(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    const struct ifb_json *v;
    struct ifb_error err;

    (void)state;
    assert_int_equal(ifb_json_parse(arena, IFB_STR("{\n\"a\": 1\n\"b\": 2}"), 0, 1, &v, &err),
                     IFB_EINPUT);
    assert_string_equal(err.msg, "line 3: ',' or '}' was expected");
    assert_int_equal(ifb_json_parse(arena, IFB_STR("{\"a\":1,\"b\":2,\"a\":3}"), 0, 17, &v, &err),
                     IFB_EINPUT);
    assert_string_equal(err.msg, "line 17: duplicate key \"a\"");
    ifb_arena_close(arena);
}

static void test_depth(void **state)
{
    char deep[4000];
    struct ifb_arena *arena = ifb_arena_new();
    const struct ifb_json *v;

    (void)state;
    memset(deep, '[', 2000);
    memset(deep + 2000, ']', 2000);
    assert_int_equal(ifb_json_parse(arena, (ifb_str){ deep + 1800, 400 }, 0, 1, &v, NULL), IFB_OK);
    assert_int_equal(ifb_json_parse(arena, (ifb_str){ deep + 1799, 402 }, 0, 1, &v, NULL),
                     IFB_ELIMIT);
    assert_int_equal(ifb_json_check((ifb_str){ deep + 1100, 1800 }, IFB_JSON_PYTHON, NULL), IFB_OK);
    assert_int_equal(ifb_json_check((ifb_str){ deep, 4000 }, IFB_JSON_PYTHON, NULL), IFB_ELIMIT);
    assert_int_equal(ifb_json_check((ifb_str){ deep, 2000 }, IFB_JSON_PYTHON, NULL), IFB_ELIMIT);
    ifb_arena_close(arena);
}

static void test_python_digit_limit(void **state)
{
    char digits[4400];

    (void)state;
    memset(digits, '1', sizeof(digits));
    assert_int_equal(ifb_json_check((ifb_str){ digits, 4300 }, IFB_JSON_PYTHON, NULL), IFB_OK);
    assert_int_equal(ifb_json_check((ifb_str){ digits, 4301 }, IFB_JSON_PYTHON, NULL), IFB_EINPUT);
    assert_int_equal(ifb_json_check((ifb_str){ digits, 4301 }, 0, NULL), IFB_OK);
}

static void test_lookup(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    const struct ifb_json *v;

    (void)state;
    assert_int_equal(ifb_json_parse(arena, IFB_STR("{\"a\":[1,\"x\"],\"n\":3.0,\"s\":\"t\"}"), 0, 1,
                                    &v, NULL), 0);
    assert_int_equal(ifb_json_int(v, "n", -1), 3);
    assert_int_equal(ifb_json_int(v, "s", -1), -1);
    assert_true(ifb_str_is(ifb_json_str(v, "s"), "t"));
    assert_null(ifb_json_str(v, "n").ptr);
    assert_null(ifb_json_get(NULL, "x"));
    assert_true(ifb_str_is(ifb_json_at(ifb_json_get(v, "a"), 1)->string, "x"));
    assert_null(ifb_json_at(ifb_json_get(v, "a"), 2));
    ifb_arena_close(arena);
}

static void test_writer(void **state)
{
    struct ifb_buf buf;
    struct ifb_jw w;

    (void)state;
    ifb_buf_init(&buf, 4096);
    ifb_jw_open(&w, &buf);
    ifb_jw_object(&w, NULL);
    ifb_jw_str(&w, "s", IFB_STR("a\0\"\\\n\x7f</script>\xe2\x80\xa8\xe2\x82\xac"));
    ifb_jw_str(&w, "absent", (ifb_str){ NULL, 0 });
    ifb_jw_array(&w, "l");
    ifb_jw_int(&w, NULL, INT64_MIN);
    ifb_jw_real(&w, NULL, 0.1);
    ifb_jw_real(&w, NULL, NAN);
    ifb_jw_bool(&w, NULL, true);
    ifb_jw_end(&w);
    ifb_jw_end(&w);
    assert_true(ifb_str_is(ifb_buf_view(&buf),
                           "{\"s\":\"a\\u0000\\\"\\\\\\n\\u007f</script>\\u2028\xe2\x82\xac\","
                           "\"absent\":null,\"l\":[-9223372036854775808,0.1,null,true]}"));
    ifb_buf_clear(&buf);
    ifb_json_quote(&buf, IFB_STR("<&>"), true);
    assert_true(ifb_str_is(ifb_buf_view(&buf), "\"\\u003c\\u0026\\u003e\""));
    ifb_buf_clear(&buf);
    ifb_json_quote(&buf, IFB_STR("\xc2\x80\xc2\x9b" "2J\xc2\x9f\xc2\xa0\xc2"), false);
    assert_true(ifb_str_is(ifb_buf_view(&buf), "\"\\u0080\\u009b" "2J\\u009f\xc2\xa0\xc2\""));
    ifb_buf_close(&buf);
}

static void test_reals_read_back(void **state)
{
    struct ifb_rng rng;
    struct ifb_buf buf;
    struct ifb_jw w;

    (void)state;
    ifb_rng_seed(&rng, 7);
    ifb_buf_init(&buf, 4096);
    for (int i = 0; i < 2000; i++) {
        double x = (ifb_rng_real(&rng) - 0.5) * pow(10, (double)ifb_rng_below(&rng, 40) - 20);

        ifb_buf_clear(&buf);
        ifb_jw_open(&w, &buf);
        ifb_jw_real(&w, NULL, x);
        ifb_buf_char(&buf, '\0');
        if (strtod(buf.ptr, NULL) != x)
            fail_msg("%.17g was written as %s", x, buf.ptr);
    }
    ifb_buf_close(&buf);
}

/* Random documents that both readers accept: the trees must be the same. */
static void random_value(struct ifb_rng *rng, struct ifb_jw *w, const char *key, int depth)
{
    static const char *const strings[] = { "", "plain", "q\"b\\s", "\xc3\xa4\xe2\x82\xac", "\t\n" };
    uint64_t kind = ifb_rng_below(rng, depth < 5 ? 7 : 5);
    char name[16];

    switch (kind) {
    case 0: ifb_jw_null(w, key); break;
    case 1: ifb_jw_bool(w, key, ifb_rng_below(rng, 2)); break;
    case 2: ifb_jw_int(w, key, (int64_t)ifb_rng_below(rng, 2000) - 1000); break;
    case 3: ifb_jw_real(w, key, ifb_rng_real(rng)); break;
    case 4: ifb_jw_cstr(w, key, strings[ifb_rng_below(rng, 5)]); break;
    default:
        if (kind == 5)
            ifb_jw_array(w, key);
        else
            ifb_jw_object(w, key);
        for (unsigned i = 0, n = (unsigned)ifb_rng_below(rng, 5); i < n; i++) {
            snprintf(name, sizeof(name), "k%u", i);
            random_value(rng, w, kind == 5 ? NULL : name, depth + 1);
        }
        ifb_jw_end(w);
    }
}

static bool same(const struct ifb_json *a, const cJSON *b)
{
    const struct ifb_json *m = a->first;

    switch (a->kind) {
    case IFB_JNULL: return cJSON_IsNull(b);
    case IFB_JBOOL: return cJSON_IsBool(b) && a->truth == !!cJSON_IsTrue(b);
    case IFB_JNUMBER: return cJSON_IsNumber(b) && a->number == b->valuedouble;
    case IFB_JSTRING: return cJSON_IsString(b) && ifb_str_is(a->string, b->valuestring);
    default: break;
    }
    if (!(a->kind == IFB_JARRAY ? cJSON_IsArray(b) : cJSON_IsObject(b)))
        return false;
    for (const cJSON *c = b->child; c; c = c->next, m = m->next)
        if (!m || !same(m, c) || (a->kind == IFB_JOBJECT && !ifb_str_is(m->key, c->string)))
            return false;
    return m == NULL;
}

static void test_agrees_with_cjson(void **state)
{
    struct ifb_rng rng;
    struct ifb_buf buf;
    int compared = 0;

    (void)state;
    ifb_rng_seed(&rng, 11);
    ifb_buf_init(&buf, 1 << 20);
    for (int i = 0; i < 500; i++) {
        struct ifb_arena *arena = ifb_arena_new();
        const struct ifb_json *v;
        struct ifb_jw w;
        cJSON *other;

        ifb_buf_clear(&buf);
        ifb_jw_open(&w, &buf);
        w.pretty = i % 2;
        random_value(&rng, &w, NULL, 0);
        other = cJSON_ParseWithLength(buf.ptr, buf.len);
        assert_int_equal(ifb_json_parse(arena, ifb_buf_view(&buf), 0, 1, &v, NULL), 0);
        if (!other || !same(v, other))
            fail_msg("document %d differs: %.*s", i, (int)buf.len, buf.ptr);
        compared++;
        cJSON_Delete(other);
        ifb_arena_close(arena);
    }
    assert_int_equal(compared, 500);
    ifb_buf_close(&buf);
}

/* Of rows only what is wanted, and lengths as Python counts them. */
static void test_rows(void **state)
{
    static const struct ifb_json_want wants[] = { { "a", false }, { "t", true }, { 0 } };
    static const char text[] =
        "[{\"a\": {\"t\": \"deep\", \"x\": 1}, \"x\": [{\"a\": 2}], \"t\": \"\"},\n"
        " {\"t\": \"\\ud83d\\ude00 caf\xc3\xa9 \\n\\u00e9\\\\\\\" \\ud800.\", \"a\": null},\n"
        "        {\"t\": [\"kept\"]}, 7]";
    static const char *const bad[] = { "[{\"x\": }]", "[{\"x\": \"\\q\"}]", "[{\"t\": \"\n\"}]",
                                       "[{\"t\": \"a}]", "[{\"x\": [1, }]", "[{\"a\": 1, \"a\": 2}]" };
    struct ifb_arena *arena = ifb_arena_new();
    const struct ifb_json *v, *row;
    struct ifb_error err;

    (void)state;
    assert_int_equal(ifb_json_parse_rows(arena, IFB_STR(text), 0, 1, wants, &v, &err), IFB_OK);
    assert_int_equal(v->n, 4);
    row = ifb_json_at(v, 0);
    assert_int_equal(row->n, 2);
    assert_true(ifb_str_is(ifb_json_str(ifb_json_get(row, "a"), "t"), "deep"));
    assert_int_equal(ifb_json_get(ifb_json_get(row, "a"), "x")->integer, 1);
    assert_null(ifb_json_get(row, "x"));
    assert_int_equal(ifb_json_get(row, "t")->integer, 0);
    row = ifb_json_at(v, 1);
    assert_int_equal(ifb_json_get(row, "t")->integer, 14);
    assert_null(ifb_json_get(row, "t")->string.ptr);
    assert_int_equal(ifb_json_get(row, "a")->line, 2);
    assert_true(ifb_str_is(ifb_json_get(ifb_json_at(v, 2), "t")->first->string, "kept"));
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        if (ifb_json_parse_rows(arena, ifb_str_of(bad[i]), 0, 1, wants, &v, &err) != IFB_EINPUT)
            fail_msg("accepted %s", bad[i]);
    ifb_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verdicts),
        cmocka_unit_test(test_strings_keep_everything),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_errors_name_the_line),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_python_digit_limit),
        cmocka_unit_test(test_lookup),
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_writer),
        cmocka_unit_test(test_reals_read_back),
        cmocka_unit_test(test_agrees_with_cjson),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
