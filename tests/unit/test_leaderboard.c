/* SPDX-License-Identifier: Apache-2.0 */
/* The pages of a leaderboard made by hand, whose names are as hostile as they can be. */
#include "tests/unit/report_world.h"

#include <cjson/cJSON.h>
#include <openssl/evp.h>

#include <ifbench/leaderboard.h>

#include "reports/html.h"

#define EVIL "=cmd|'" WORLD_SCRIPT WORLD_IMG "\x1b[31m\xe2\x80\xae"

static const struct ifb_board_share shares_a[] = { { 9, 10 }, { 0, 0 } };
static const struct ifb_board_share shares_b[] = { { 2, 10 }, { 1, 3 } };
static const ifb_str constraints[] = { S("a:b"), S("x:" WORLD_SCRIPT) };
static const ifb_str notes[] = { S("note " WORLD_IMG) };
static const ifb_str left_out[] = { S("torn" WORLD_SCRIPT) };
static const ifb_str versions[] = { S("0.1" WORLD_IMG) };

#define UNPAIRED { .pair = { .difference = NAN }, .interval = { NAN, NAN }, .test = "", .p = NAN, \
                   .p_holm = NAN }

static const struct ifb_board_pair pairs[] = {
    { true, { .binary = true, .n = 10, .fixed = 1, .regressed = 8, .base = 0.9, .cand = 0.2,
              .difference = -0.7, .se = 0.1 },
      { -0.9, -0.4 }, "mcnemar exact", 0.0391, 0.0391 },
    UNPAIRED, UNPAIRED,
};

static struct ifb_board_entry entries[] = {
    { .model = S("good"), .run = S(EVIL), .started = S("2026-01-02T03:04:05.678Z"),
      .version = S("0.1" WORLD_IMG), .punkt = S(WORLD_SCRIPT), .page = 2, .complete = true,
      .items = 10, .used = 10, .length = 12.75, .length_unit = "characters",
      .value = { S("acc"), S(EVIL), S("good"), S("proportion"), true, 0.9, 0.6, 0.98, 0.1, 9,
                 10, 0 },
      .rank = 1, .rank_lo = 1, .rank_hi = 2, .shares = shares_a },
    { .model = S(EVIL), .run = S("b"), .started = S(WORLD_SCRIPT), .version = S("0.1"), .page = 3,
      .items = 12, .used = 10, .length = NAN, .length_unit = "",
      .value = { S("acc"), S(EVIL), S(EVIL), S("proportion"), true, 0.2, 0.1, 0.5, 0.1, 2, 10, 0 },
      .rank = 2, .rank_lo = 2, .rank_hi = 2, .shares = shares_b },
    { .model = S("none"), .run = S("c"), .page = 4, .items = 10, .used = 10, .length = NAN,
      .length_unit = "",
      .value = { S("acc"), S(EVIL), S("none"), S("proportion"), true, NAN, NAN, NAN, NAN, 0, 0, 0 },
      .shares = shares_a },
};

static struct ifb_board_suite suite = {
    .name = S(EVIL), .metric = S("acc" WORLD_IMG), .higher_is_better = true, .page = 1, .used = 10,
    .resampled = true, .entries = entries, .n = 3, .pairs = pairs, .constraints = constraints,
    .nconstraints = 2, .notes = notes, .nnotes = 1,
};

static struct ifb_board_page pages[] = {
    { IFB_BOARD_INDEX, S("index.html"), S(""), 0 },
    { IFB_BOARD_SUITE, S("suite-1.html"), S(EVIL), 0 },
    { IFB_BOARD_MODEL, S("model-1.html"), S("good"), 0 },
    { IFB_BOARD_MODEL, S("model-2.html"), S(EVIL), 1 },
    { IFB_BOARD_MODEL, S("model-3.html"), S("none"), 2 },
    { IFB_BOARD_CSV, S("leaderboard.csv"), S(""), 0 },
    { IFB_BOARD_JSON, S("leaderboard.json"), S(""), 0 },
};

static struct ifb_leaderboard board = {
    .suites = &suite, .nsuites = 1, .pages = pages, .npages = COUNT(pages), .left_out = left_out,
    .nleft_out = 1, .nruns = 3, .version = S("9.9"), .versions = { versions, 1 },
    .first = S("2026-01-02T03:04:05.678Z"), .last = S("2026-01-02T03:04:05.678Z"),
};

static ifb_str page_of(size_t at, struct ifb_buf *buf)
{
    struct ifb_sink sink = { buf, world_collect };

    for (size_t i = 0; i < COUNT(entries); i++) {
        entries[i].summary = &world;
        entries[i].cell = &world_cells[i % 2];
    }
    ifb_buf_init(buf, (size_t)1 << 24);
    assert_true(ifb_leaderboard_write(&board, &pages[at], &sink));
    return ifb_buf_view(buf);
}

static void test_names_are_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(pages); i++) {
        struct ifb_buf buf;
        ifb_str text = page_of(i, &buf);

        assert_false(world_has(text, "\x1b"));
        if (i < 5) {
            assert_false(world_has(text, "<script>alert"));
            assert_false(world_has(text, "<img"));
            assert_false(world_has(text, "http:"));
            assert_false(world_has(text, "\xe2\x80\xae"));
        }
        ifb_buf_close(&buf);
    }
}

/* What stands between two marks, from `*at` on, which moves behind it. */
static ifb_str between(ifb_str text, ifb_str open, ifb_str close, size_t *at)
{
    size_t from = ifb_str_find(text, open, *at), to;

    assert_int_not_equal(from, SIZE_MAX);
    from += open.len;
    to = ifb_str_find(text, close, from);
    assert_int_not_equal(to, SIZE_MAX);
    *at = to;
    return ifb_str_part(text, from, to);
}

static void assert_allowed(ifb_str text, ifb_str asset, struct ifb_arena *arena)
{
    unsigned char digest[32], base64[48];

    assert_int_equal(EVP_Digest(asset.ptr, asset.len, digest, NULL, EVP_sha256(), NULL), 1);
    assert_int_equal(EVP_EncodeBlock(base64, digest, 32), 44);
    assert_true(world_has(text, ifb_fmt(arena, "'sha256-%s'", (char *)base64).ptr));
}

static void test_policy_allows_what_is_there(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        struct ifb_buf buf;
        ifb_str text = page_of(i, &buf);
        size_t at = 0;

        assert_true(world_has(text, "default-src 'none'; "));
        assert_int_equal(ifb_str_count(text, IFB_STR("<style>")), 2);
        assert_int_equal(ifb_str_count(text, IFB_STR("<script>")), 2);
        assert_allowed(text, between(text, IFB_STR("<style>"), IFB_STR("</style>"), &at), arena);
        assert_allowed(text, between(text, IFB_STR("<style>"), IFB_STR("</style>"), &at), arena);
        assert_allowed(text, between(text, IFB_STR("<script>"), IFB_STR("</script>"), &at), arena);
        assert_allowed(text, between(text, IFB_STR("<script>"), IFB_STR("</script>"), &at), arena);
        assert_false(world_has(text, " style=\""));
        ifb_buf_close(&buf);
    }
    ifb_arena_close(arena);
}

static void test_index_and_suite_say(void **state)
{
    static const struct {
        size_t page;
        const char *text;
    } cases[] = {
        { 0, "1 to 2" }, { 0, "90.00 %" }, { 0, "not complete</span>" }, { 0, "Left out: 1 run " },
        { 0, "href=\"model-2.html\"" }, { 0, "2026-01-02 03:04 UTC" }, { 0, "data-v=\"\">n/a" },
        { 0, "13 <small>characters" }, { 1, "\xe2\x96\xb2 +70.0" }, { 1, "\xe2\x96\xbc -70.0" },
        { 1, "8 higher, 1 lower, p Holm 0.0391 (mcnemar exact)" }, { 1, ">90.0<" },
        { 1, "1 higher, 8 lower, p Holm 0.0391 (mcnemar exact)" }, { 1, "x:<wbr>&lt;/<wbr>script" },
        { 2, "<dd>1 of 3</dd>" }, { 2, "href=\"index.html\"" }, { 4, "n/a" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ifb_buf buf;

        if (!world_has(page_of(cases[i].page, &buf), cases[i].text))
            fail_msg("page %zu lacks %s", cases[i].page, cases[i].text);
        ifb_buf_close(&buf);
    }
}

static void test_csv(void **state)
{
    struct ifb_buf buf;
    ifb_str text = page_of(5, &buf);

    (void)state;
    assert_int_equal(ifb_str_count(text, IFB_STR("\r\n")), 4);
    assert_true(world_has(text, "\"'=cmd|'"));
    assert_false(world_has(text, ",=cmd"));
    assert_true(world_has(text, ",,,,none,,,,0,10,10,,,"));
    ifb_buf_close(&buf);
}

static void test_json(void **state)
{
    struct ifb_buf buf;
    ifb_str text = page_of(6, &buf);
    cJSON *root = cJSON_ParseWithLength(text.ptr, text.len), *first, *list;

    (void)state;
    assert_non_null(root);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(root, "files")), COUNT(pages));
    first = cJSON_GetArrayItem(cJSON_GetObjectItem(root, "suites"), 0);
    list = cJSON_GetObjectItem(first, "entries");
    assert_int_equal(cJSON_GetArraySize(list), 3);
    assert_string_equal(
        cJSON_GetStringValue(cJSON_GetObjectItem(cJSON_GetArrayItem(list, 1), "model")), EVIL);
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(cJSON_GetArrayItem(list, 2), "rank")));
    list = cJSON_GetObjectItem(first, "pairs");
    assert_int_equal(cJSON_GetArraySize(list), 3);
    assert_null(cJSON_GetObjectItem(cJSON_GetArrayItem(list, 1), "p"));
    cJSON_Delete(root);
    ifb_buf_close(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_are_text),
        cmocka_unit_test(test_policy_allows_what_is_there),
        cmocka_unit_test(test_index_and_suite_say),
        cmocka_unit_test(test_csv),
        cmocka_unit_test(test_json),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
