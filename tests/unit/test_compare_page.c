/* SPDX-License-Identifier: Apache-2.0 */
/* The page of a comparison: who is beside whom, what is left out, hostile names. */
#include "tests/unit/report_world.h"

#include <ifbench/compare.h>

#include "harness/base/base64.h"
#include "harness/base/json.h"

#include <zlib.h>

#define EVIL WORLD_SCRIPT WORLD_IMG "\x1b[31m\xe2\x80\xae"

/* ---- two runs of one suite and the comparison of them ---- */

#define CHECK(id_, strict_) \
    { .id = S(id_), .args_json = S("{}"), .strict = { .outcome = strict_, .why = S("because") }, \
      .loose = { .outcome = strict_, .why = S("because") } }

static const struct ifb_sample_check held[] = { CHECK("k:" EVIL, IFB_PASS), CHECK("b", IFB_PASS) };
static const struct ifb_sample_check lost[] = { CHECK("k:" EVIL, IFB_FAIL), CHECK("b", IFB_PASS) };

#define SAMPLE(model_, id_, epoch_, answer_, outcome_, checks_) \
    { .suite = S("own"), .model = S(model_), .id = S(id_), .epoch = epoch_, .answered = true, \
      .prompt = { world_plain, 1 }, .answer = S(answer_), .tokens_in = -1, .tokens_out = 7, \
      .latency_ms = -1, .outcome = outcome_, .checks = checks_, .nchecks = 2 }

static const struct ifb_sample base_samples[] = {
    SAMPLE("old", "1", 0, "base one", IFB_PASS, held),
    SAMPLE("old", "2", 0, "base two", IFB_FAIL, lost),
    SAMPLE("old", "only here", 0, "lonely", IFB_PASS, held),
    SAMPLE("other", "1", 0, "of another model", IFB_PASS, held),
    SAMPLE("old", EVIL, 0, "base " EVIL, IFB_PASS, held),
    SAMPLE("old", "1", 1, "base one again", IFB_PASS, held),
};
/* In another order, and without the second epoch. */
static const struct ifb_sample cand_samples[] = {
    SAMPLE("new", EVIL, 0, "cand " EVIL, IFB_FAIL, lost),
    SAMPLE("new", "2", 0, "cand two", IFB_PASS, held),
    SAMPLE("new", "1", 0, "cand one", IFB_PASS, held),
};

static const ifb_str lost_ids[] = { S("k:" EVIL) }, same[] = { S("1") }, notes[] = { S(EVIL) };
static const struct ifb_compare_item fixed[] = { { S("2"), 0, 1, { NULL, 0 }, { lost_ids, 1 } } };
static const struct ifb_compare_item regressed[] = {
    { S(EVIL), 1, 0, { lost_ids, 1 }, { NULL, 0 } },
};
static const struct ifb_compare_cell cells[] = {
    { .suite = S("own"), .base_model = S("old"), .cand_model = S("new"), .items = 3,
      .base_only = 1, .fixed = fixed, .nfixed = 1, .regressed = regressed, .nregressed = 1,
      .same_pass = { same, 1 } },
};
static const struct ifb_compare_row rows[] = {
    { .suite = S("own"), .kind = S("metric"), .name = S("prompt_level_strict_acc"),
      .higher_is_better = true, .paired = true, .unit = S("proportion"), .base = 0.75, .cand = 0.5,
      .pair = { .n = 4, .fixed = 1, .regressed = 2 }, .interval = { -0.4, 0.1 },
      .test = "mcnemar exact", .p = 0.01, .p_holm = 0.02 },
    { .suite = S("own"), .kind = S("metric"), .name = S("mean_length"), .unit = S("words"),
      .base = 10, .cand = 12.5, .interval = { NAN, NAN }, .test = "", .p = NAN, .p_holm = NAN },
    { .suite = S("own"), .kind = S("instruction"), .name = S("k:" EVIL), .paired = true,
      .higher_is_better = true, .unit = S("proportion"), .base = 0.5, .cand = 0.5,
      .pair = { .n = 3, .fixed = 1, .regressed = 1 }, .interval = { -0.3, 0.3 },
      .test = "mcnemar exact", .p = 1, .p_holm = 1 },
};
static const struct ifb_comparison comparison = {
    .base = S("runs/" EVIL), .cand = S("runs/new/"), .level = 0.95, .cells = cells, .ncells = 1,
    .rows = rows, .nrows = COUNT(rows), .notes = notes, .nnotes = 1,
};

static enum ifb_code write_page(uint64_t room, size_t fails_at, struct ifb_buf *buf,
                                struct ifb_error *err)
{
    struct world_walk base = { base_samples, COUNT(base_samples), 9, SIZE_MAX, 0 };
    struct world_walk cand = { cand_samples, COUNT(cand_samples), 9, fails_at, 0 };
    struct ifb_samples sides[] = { world_iterator(&base), world_iterator(&cand) };
    struct ifb_sink sink = { buf, world_collect };

    ifb_buf_init(buf, (size_t)64 << 20);
    return ifb_compare_report_find(IFB_STR("html"))->write_page(&comparison, &sides[0], &sides[1],
                                                                room, &sink, err);
}

static ifb_str page_of(struct ifb_buf *buf)
{
    assert_int_equal(write_page(0, SIZE_MAX, buf, NULL), IFB_OK);
    return ifb_buf_view(buf);
}

static ifb_str between(ifb_str page, const char *from, const char *to)
{
    size_t a = ifb_str_find(page, ifb_str_of(from), 0), b;

    assert_true(a != SIZE_MAX);
    a += strlen(from);
    b = ifb_str_find(page, ifb_str_of(to), a);
    assert_true(b != SIZE_MAX);
    return ifb_str_part(page, a, b);
}

/* The only block of a side. */
static const struct ifb_json *block_of(ifb_str page, const char *class, struct ifb_arena *arena)
{
    char mark[80], *room = ifb_alloc(arena, 1u << 20);
    const struct ifb_json *json;
    uLongf n = 1u << 20;
    ifb_str packed;

    snprintf(mark, sizeof(mark), "octet-stream\" class=\"%s\">", class);
    assert_true(ifb_base64_read(between(page, mark, "</script>"), arena, &packed));
    assert_int_equal(uncompress((Bytef *)room, &n, (const Bytef *)packed.ptr, (uLong)packed.len),
                     Z_OK);
    assert_int_equal(ifb_json_parse(arena, (ifb_str){ room, n }, 0, 1, &json, NULL), IFB_OK);
    return json;
}

/* ---- the tests ---- */

/* "k:..." has the place 0, "b" 1; letters: strict and loose of the base, then the candidate. */
static void pairs_meet_whatever_their_order(void **state)
{
    static const char want[] =
        "\"base\":[4],\n\"cand\":[3],\n\"rows\":[\n"
        "[\"1\",0,0,2,2,\"0pppp 1pppp\",0,2,7,7],\n"
        "[\"2\",0,0,1,2,\"0ffpp 1pppp\",1,1,7,7],\n"
        "[\"\\u003c/script\\u003e\\u003cscript\\u003ealert(1)\\u003c/script\\u003e\\\"\\u003e"
        "\\u003cimg src=x onerror=alert(2)\\u003e\xe2\x90\x9b[31m[U+202E]\",0,0,2,1,"
        "\"0ppff 1pppp\",2,0,7,7],\n"
        "[\"1\",0,1,2,0,\"0ppuu 1ppuu\",3,-1,7,-1]]}";
    struct ifb_buf buf;
    ifb_str page = page_of(&buf);

    (void)state;
    if (!world_has(page, want))
        fail_msg("got %.*s", IFB_ARG(between(page, "id=\"index\">", "</script>")));
    ifb_buf_close(&buf);
}

static void transcripts_are_of_the_pairs_only(void **state)
{
    static const char *const want[2][4] = {
        { "base one", "base two", NULL, "base one again" }, { NULL, "cand two", "cand one" },
    };
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_buf buf;
    ifb_str page = page_of(&buf);

    (void)state;
    for (size_t side = 0; side < 2; side++) {
        const struct ifb_json *t = block_of(page, side ? "c" : "b", arena);
        size_t i = 0;

        assert_int_equal(t->n, side ? 3 : 4);
        for (const struct ifb_json *s = t->first; s; s = s->next, i++) {
            /* "t": [["q", 0, prompt], ["a", 0, answer]] */
            ifb_str said = ifb_json_get(s, "t")->first->next->first->next->next->string;

            if (want[side][i])
                assert_string_equal(ifb_cstr(arena, said), want[side][i]);
            else
                assert_true(ifb_str_ends(said, IFB_STR(WORLD_IMG "\xe2\x90\x9b[31m[U+202E]")));
        }
    }
    ifb_buf_close(&buf);
    ifb_arena_close(arena);
}

static void the_summary_says_what_changed(void **state)
{
    static const char *const parts[] = {
        "<td class=\"num\">75.00</td><td class=\"num\">50.00</td>"
        "<td class=\"num vf\">\xe2\x88\x92" "25.00</td>",
        "<td class=\"num\">\xe2\x88\x92" "40.00 to +10.00</td><td class=\"num\">1</td>"
        "<td class=\"num\">2</td><td class=\"num\">0.010</td><td class=\"num\">0.020</td>",
        "<td class=\"num\">10.00</td><td class=\"num\">12.50</td><td class=\"num\">+2.50</td>"
        "<td class=\"chart\"></td><td class=\"num\">n/a</td><td></td><td></td>",
        "3 items on both sides", "\xe2\x96\xb2 <b>1</b> fixed", "\xe2\x96\xbc <b>1</b> regressed",
        "\xe2\x9c\x93 <b>1</b> hold in both", "class=\"vu zero\" data-v=\"n\"",
        "Left out: 1 only in the base", "<code data-i=\"0\"><bdi>k:<wbr>&lt;/<wbr>script&gt;",
        "<h1><bdi>new</bdi> <small>against</small>", "All 4 pairs are here",
        "default-src 'none'; style-src 'sha256-",
    };
    struct ifb_buf buf;
    ifb_str page = page_of(&buf);

    (void)state;
    for (size_t i = 0; i < COUNT(parts); i++)
        if (!world_has(page, parts[i]))
            fail_msg("the page lacks %s", parts[i]);
    ifb_buf_close(&buf);
}

static void hostile_names_stay_text(void **state)
{
    struct ifb_buf buf;
    ifb_str page = page_of(&buf);

    (void)state;
    assert_false(world_has(page, "<script>alert"));
    assert_false(world_has(page, "<img"));
    assert_false(world_has(page, "\x1b"));
    assert_false(world_has(page, "\xe2\x80\xae"));
    assert_true(world_has(page, "&lt;script&gt;alert(1)"));
    ifb_buf_close(&buf);
}

/* With room for next to nothing no transcript is left, and every pair is listed. */
static void a_page_keeps_to_its_room(void **state)
{
    struct ifb_buf buf, all;
    ifb_str page, full = page_of(&all);

    (void)state;
    assert_int_equal(write_page(1, SIZE_MAX, &buf, NULL), IFB_OK);
    page = ifb_buf_view(&buf);
    assert_true(world_has(page, "Transcripts of 0 of 4 pairs are here"));
    assert_true(world_has(page, "[\"1\",0,0,2,2,\"0pppp 1pppp\",-1,-1,7,7]"));
    assert_false(world_has(page, "octet-stream"));
    assert_true(page.len < full.len);
    ifb_buf_close(&buf);
    ifb_buf_close(&all);
}

/* However little room there is: what is the same has none before all that changed has. */
static void what_changed_comes_first(void **state)
{
    size_t between_them = 0;

    (void)state;
    for (uint64_t room = 100; room < 3000; room += 50) {
        struct ifb_buf buf;
        bool same_kept, two_left, evil_left;
        ifb_str page;

        assert_int_equal(write_page(room, SIZE_MAX, &buf, NULL), IFB_OK);
        page = ifb_buf_view(&buf);
        same_kept = !world_has(page, "[\"1\",0,0,2,2,\"0pppp 1pppp\",-1,-1,7,7]");
        two_left = world_has(page, "[\"2\",0,0,1,2,\"0ffpp 1pppp\",-1,-1,7,7]");
        evil_left = world_has(page, "\"0ppff 1pppp\",-1,-1,7,7]");
        assert_false(same_kept && (two_left || evil_left));
        between_them += !same_kept && !two_left && !evil_left;
        ifb_buf_close(&buf);
    }
    assert_true(between_them > 0);
}

static void same_runs_same_bytes(void **state)
{
    struct ifb_buf one, two;

    (void)state;
    assert_true(ifb_str_eq(page_of(&one), page_of(&two)));
    ifb_buf_close(&one);
    ifb_buf_close(&two);
}

static void a_failing_run_is_told(void **state)
{
    struct ifb_error err = { 0 };
    struct ifb_buf buf;

    (void)state;
    for (size_t i = 0; i < COUNT(cand_samples); i++) {
        assert_int_equal(write_page(0, i, &buf, &err), IFB_EIO);
        assert_string_equal(err.msg, "the disk is gone");
        ifb_buf_close(&buf);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_meet_whatever_their_order),
        cmocka_unit_test(transcripts_are_of_the_pairs_only),
        cmocka_unit_test(the_summary_says_what_changed),
        cmocka_unit_test(hostile_names_stay_text),
        cmocka_unit_test(a_page_keeps_to_its_room),
        cmocka_unit_test(what_changed_comes_first),
        cmocka_unit_test(same_runs_same_bytes),
        cmocka_unit_test(a_failing_run_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
