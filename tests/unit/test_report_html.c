/* SPDX-License-Identifier: Apache-2.0 */
/* report.html: what a parser sees of it, its policy, and what it leaves out. */
#include "tests/unit/report_world.h"

#include <libxml/HTMLparser.h>
#include <libxml/tree.h>
#include <openssl/evp.h>

#include "harness/base/utf8.h"
#include "reports/html.h"

static ifb_str write_page(const struct ifb_sample *at, size_t n, uint64_t budget,
                          struct ifb_buf *buf)
{
    struct world_walk walk = { at, n, n, SIZE_MAX, 0 };
    struct ifb_samples samples = world_iterator(&walk);
    struct ifb_sink sink = { buf, world_collect };

    ifb_buf_init(buf, (size_t)64 << 20);
    assert_int_equal(ifb_html_write(&world, &samples, budget, &sink, NULL), IFB_OK);
    return ifb_buf_view(buf);
}

/* What stands between the first `from` at or after *at and the `to` behind it. */
static ifb_str between(ifb_str page, const char *from, const char *to, size_t *at)
{
    size_t a = ifb_str_find(page, ifb_str_of(from), *at), b;

    if (a == SIZE_MAX)
        fail_msg("no %s", from);
    a += strlen(from);
    b = ifb_str_find(page, ifb_str_of(to), a);
    assert_true(b != SIZE_MAX);
    *at = b;
    return ifb_str_part(page, a, b);
}

/* The page without style, script and their hashes, so that looks can change. */
static ifb_str without_assets(ifb_str page, struct ifb_arena *arena)
{
    size_t at = 0, style_end, script_end;
    ifb_str policy = between(page, "style-src '", "'; base-uri", &at);
    ifb_str style = between(page, "<style>", "</style>", &at), script;

    style_end = at;
    script = between(page, "\n<script>", "</script>", &at);
    script_end = at;
    return ifb_fmt(arena, "%.*s%.*s%.*s%.*s", (int)(policy.ptr - page.ptr), page.ptr,
                   (int)(style.ptr - policy.ptr - (ptrdiff_t)policy.len), policy.ptr + policy.len,
                   (int)(script.ptr - page.ptr - (ptrdiff_t)style_end), page.ptr + style_end,
                   (int)(page.len - script_end), page.ptr + script_end);
}

static void the_page_is_what_is_expected(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_buf buf;

    (void)state;
    world_golden(without_assets(world_report("html", &buf), arena), "report.html");
    ifb_buf_close(&buf);
    ifb_arena_close(arena);
}

/* ---- the policy ---- */

static void expect_hash(ifb_str policy, const char *directive, ifb_str content)
{
    unsigned char digest[32], base64[48];
    char want[128];

    assert_int_equal(EVP_Digest(content.ptr, content.len, digest, NULL, EVP_sha256(), NULL), 1);
    assert_int_equal(EVP_EncodeBlock(base64, digest, 32), 44);
    snprintf(want, sizeof(want), "%s 'sha256-%s'", directive, (char *)base64);
    if (!world_has(policy, want))
        fail_msg("policy \"%.*s\" lacks \"%s\"", IFB_ARG(policy), want);
}

static void the_policy_allows_the_pages_own_style_and_script_only(void **state)
{
    struct ifb_buf buf;
    ifb_str page = world_report("html", &buf), policy, style, script;
    size_t at = 0;

    (void)state;
    policy = between(page, "http-equiv=\"Content-Security-Policy\" content=\"", "\"", &at);
    style = between(page, "<style>", "</style>", &at);
    script = between(page, "\n<script>", "</script>", &at);
    assert_true(ifb_str_starts(policy, IFB_STR("default-src 'none';")));
    assert_false(world_has(policy, "unsafe"));
    expect_hash(policy, "style-src", style);
    expect_hash(policy, "script-src", script);
    assert_true(style.len > 1000 && script.len > 1000);
    ifb_buf_close(&buf);
}

static void assets_cannot_end_their_own_element(void **state)
{
    const char *const *const assets[] = { ifb_html_style, ifb_html_script };

    (void)state;
    for (size_t i = 0; i < COUNT(assets); i++)
        for (const char *const *line = assets[i]; *line; line++)
            if (strstr(*line, "</") || strstr(*line, "<!--") || strstr(*line, "url(") ||
                strstr(*line, "@import") || strstr(*line, "http"))
                fail_msg("asset %zu: %s", i, *line);
}

/* ---- what a parser sees ---- */

struct seen {
    int elements, scripts, samples, details;
};

static void expect_one_of(const char *what, const xmlChar *name, const char *allowed)
{
    char word[80];

    snprintf(word, sizeof(word), " %s ", (const char *)name);
    if (!strstr(allowed, word))
        fail_msg("unexpected %s <%s>", what, (const char *)name);
}

static void look_at_attributes(const xmlNode *node)
{
    for (const xmlAttr *a = node->properties; a; a = a->next) {
        expect_one_of("attribute", a->name,
                      " align aria-hidden aria-label aria-labelledby aria-sort autocomplete "
                      "charset "
                      "class colspan content d data-c data-i data-id data-k data-n data-sort data-v "
                      "height hidden href http-equiv id lang name open placeholder "
                      "preserveAspectRatio preserveaspectratio role rx scope spellcheck tabindex "
                      "type value viewBox viewbox width x y ");
        if (xmlStrEqual(a->name, BAD_CAST "href"))
            assert_string_equal((char *)a->children->content, "#samples");
    }
}

static void look_at(const xmlNode *node, struct seen *seen)
{
    for (; node; node = node->next) {
        if (node->type == XML_COMMENT_NODE || node->type == XML_PI_NODE)
            fail_msg("unexpected comment");
        if (node->type == XML_ELEMENT_NODE) {
            expect_one_of("element", node->name,
                          " a b bdi body button caption code dd details div dl dt form h1 h2 h3 "
                          "head header html i input label li main mark meta nav noscript ol option "
                          "p path rect script section select small span strong style summary svg "
                          "table tbody td th thead time title tr ul ");
            look_at_attributes(node);
            seen->elements++;
            seen->scripts += xmlStrEqual(node->name, BAD_CAST "script");
            seen->samples += xmlStrEqual(node->name, BAD_CAST "noscript");
            seen->details += xmlStrEqual(node->name, BAD_CAST "details");
        }
        look_at(node->children, seen);
    }
}

static htmlDocPtr parse(ifb_str page)
{
    htmlDocPtr doc = htmlReadMemory(page.ptr, (int)page.len, NULL, "UTF-8",
                                    HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
                                    HTML_PARSE_NONET | HTML_PARSE_RECOVER);

    assert_non_null(doc);
    return doc;
}

static void hostile_text_makes_no_element_and_no_attribute(void **state)
{
    struct ifb_buf buf;
    ifb_str page = world_report("html", &buf);
    htmlDocPtr doc = parse(page);
    struct seen seen = { 0 };
    xmlChar *text;
    ifb_str content;

    (void)state;
    look_at(xmlDocGetRootElement(doc), &seen);
    assert_int_equal(seen.scripts, 2); /* the index, which is data, and the script */
    assert_int_equal(seen.samples, COUNT(world_samples));
    /* one a sample, two with thinking, one a cell of the breakdown */
    assert_int_equal(seen.details, COUNT(world_samples) + 2 + 2);
    assert_true(seen.elements > 200);
    text = xmlNodeGetContent(xmlDocGetRootElement(doc));
    content = ifb_str_of((char *)text);
    assert_true(world_has(content, "</script><script>alert(1)</script>\"><img src=x "
                                   "onerror=alert(2)></noscript><!-- --></bdi></details>"
                                   "<style>*{}</style>&amp;"));
    assert_true(world_has(content, "nul \xe2\x90\x80 esc \xe2\x90\x9b[2J rlo [U+202E]abc[U+202C] "
                                   "c1 \xef\xbf\xbd del \xe2\x90\xa1\n\ttab "));
    assert_true(world_has(content, "timed out <after> 60 s"));
    xmlFree(text);
    xmlFreeDoc(doc);
    ifb_buf_close(&buf);
}

static void the_index_island_is_json_that_ends_nothing(void **state)
{
    struct ifb_buf buf;
    ifb_str page = world_report("html", &buf), island;
    size_t at = 0;

    (void)state;
    island = between(page, "<script type=\"application/json\" id=\"index\">", "</script>", &at);
    assert_true(ifb_str_is(island,
        "{\"suites\":[\"ifeval\",\"own\\\"\\u003e\\u003cimg src=x onerror=alert(2)\\u003e\"],"
        "\"models\":[\"openai:gpt\",\"evil\xe2\x90\x9b[31m[U+202E]\"],"
        "\"ids\":[\"punctuation:no_comma\",\"keywords:existence\","
        "\"x:\\u003c/script\\u003e\\u003cscript\\u003ealert(1)\\u003c/script\\u003e\"]}"));
    ifb_buf_close(&buf);
}

/* ---- evidence ---- */

/* The first constraint passes, the second does not; N: its number stands behind the mark. */
#define P1 "<mark class=\"mp\" data-c=\"1\">"
#define P1N "<mark class=\"mp\" data-c=\"1\" data-n=\"1\xe2\x9c\x93\">"
#define F2 "<mark class=\"mf\" data-c=\"2\">"
#define F2N "<mark class=\"mf\" data-c=\"2\" data-n=\"2\xe2\x9c\x97\">"
#define BOTH "<mark class=\"mf\" data-c=\"1,2\" data-n=\"1\xe2\x9c\x93\">"

static void evidence_is_held_to_the_answer_and_to_whole_characters(void **state)
{
    static const struct {
        ifb_str answer;
        struct ifb_span one[3], two[3];  /* of the first and the second constraint */
        const char *out;
    } rows[] = {
        { S("abcdef"), { { 1, 3 } }, { { 0, 0 } }, "a" P1N "bc</mark>def" },
        { S("abcdef"), { { 1, 3 } }, { { 3, 4 } }, "a" P1N "bc</mark>" F2N "d</mark>ef" },
        { S("abcdef"), { { 4, 6 }, { 1, 3 } }, { { 2, 5 } },
          "a" P1 "b</mark>" BOTH "c</mark>" F2 "d</mark>"
          "<mark class=\"mf\" data-c=\"1,2\" data-n=\"2\xe2\x9c\x97\">e</mark>" P1N "f</mark>" },
        { S("abcdef"), { { 0, 6 }, { 2, 3 } }, { { 0, 0 } }, P1N "abcdef</mark>" },
        { S("abcdef"), { { 1, 4 } }, { { 1, 4 } },
          "a<mark class=\"mf\" data-c=\"1,2\" data-n=\"1\xe2\x9c\x93\xe2\x80\x8a"
          "2\xe2\x9c\x97\">bcd</mark>ef" },
        { S("h\xc3\xa9llo"), { { 0, 2 } }, { { 2, 4 } },
          P1N "h</mark>\xc3\xa9" F2N "l</mark>lo" },
        { S("abc"), { { 2, 4000000000u } }, { { 9, 12 } }, "ab" P1N "c</mark>" },
        { S("abc"), { { 3, 1 } }, { { 2, 2 } }, "abc" },
        { S("<&>"), { { 0, 1 } }, { { 1, 3 } }, P1N "&lt;</mark>" F2N "&amp;&gt;</mark>" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ifb_sample_check checks[2] = {
            { .strict = { .outcome = IFB_PASS, .at = rows[i].one, .nat = 3 } },
            { .strict = { .outcome = IFB_FAIL, .at = rows[i].two, .nat = 3 } },
        };
        struct ifb_sample s = { .answered = true, .answer = rows[i].answer, .checks = checks,
                                .nchecks = 2 };
        struct ifb_buf buf;
        ifb_str page = write_page(&s, 1, IFB_HTML_BUDGET, &buf), said;
        size_t at = 0;

        said = between(page, "<bdi class=\"t said\">", "</bdi>", &at);
        if (!ifb_str_is(said, rows[i].out))
            fail_msg("row %zu: got \"%.*s\", wanted \"%s\"", i, IFB_ARG(said), rows[i].out);
        ifb_buf_close(&buf);
    }
}

static void evidence_of_earlier_turns_is_not_marked_in_the_last_answer(void **state)
{
    static const struct ifb_span span = { 0, 3 };
    struct ifb_sample_check checks[2] = {
        { .turn = 0, .strict = { .outcome = IFB_PASS, .at = &span, .nat = 1 } },
        { .turn = 1, .strict = { .outcome = IFB_PASS, .at = &span, .nat = 1 } },
    };
    struct ifb_sample s = { .answered = true, .answer = S("second"), .prompt = { world_turns, 4 },
                            .checks = checks, .nchecks = 2 };
    struct ifb_buf buf;
    ifb_str page = write_page(&s, 1, IFB_HTML_BUDGET, &buf);

    (void)state;
    assert_true(world_has(page, "<bdi class=\"t said\"><mark class=\"mp\" data-c=\"2\" "
                                "data-n=\"2\xe2\x9c\x93\">sec</mark>ond</bdi>"));
    assert_false(world_has(page, "<mark class=\"mp\" data-c=\"1"));
    assert_true(world_has(page, "<h3>Prompt, turn 2</h3>"));
    ifb_buf_close(&buf);
}

static void each_turns_answer_has_its_own_evidence(void **state)
{
    static const struct ifb_span first = { 3, 5 }, second = { 0, 3 };
    static const struct ifb_message talk[] = {
        { .role = IFB_USER, .text = S("given question") }, { .role = IFB_ASSISTANT, .text = S("given answer") },
        { .role = IFB_USER, .text = S("one") }, { .role = IFB_ASSISTANT, .text = S("<think>hm</think>a, b") },
        { .role = IFB_USER, .text = S("two") },
    };
    static const struct ifb_turn turns[] = { { true, S("a, b"), S("hm") },
                                             { true, S("second"), S("") } };
    struct ifb_sample_check checks[2] = {
        { .turn = 0, .strict = { .outcome = IFB_FAIL, .at = &first, .nat = 1 }, .negated = true },
        { .turn = 1, .strict = { .outcome = IFB_PASS, .at = &second, .nat = 1 } },
    };
    struct ifb_sample s = { .answered = true, .answer = S("second"), .prompt = { talk, 5 },
                            .checks = checks, .nchecks = 2, .turns = turns, .nturns = 2 };
    struct ifb_buf buf;
    ifb_str page = write_page(&s, 1, IFB_HTML_BUDGET, &buf);

    (void)state;
    assert_true(world_has(page, "<h3>Answer, turn 1</h3><bdi class=\"t said\">a, <mark "
                                "class=\"mf\" data-c=\"1\" data-n=\"1\xe2\x9c\x97\">b</mark></bdi>"));
    assert_true(world_has(page, "<summary>Thinking, 2 characters</summary>"));
    assert_false(world_has(page, "hm&lt;"));
    assert_true(world_has(page, "<h3>Answer, turn 2</h3><bdi class=\"t said\"><mark class=\"mp\" "
                                "data-c=\"2\""));
    assert_true(world_has(page, "<h3>Prompt, given</h3><bdi class=\"t\">given question</bdi>"));
    assert_true(world_has(page, "<h3>Answer, given</h3><bdi class=\"t said\">given answer</bdi>"));
    assert_true(world_has(page, "<bdi class=\"t ask\">two</bdi>"));
    assert_true(world_has(page, "<li data-c=\"1\" tabindex=\"0\">"));
    assert_true(world_has(page, "<small class=\"neg\">\xe2\x8a\x98 negated</small>"));
    ifb_buf_close(&buf);
}

/* ---- size ---- */

static struct ifb_sample *many(struct ifb_arena *arena, size_t n)
{
    struct ifb_sample *at = ifb_new(arena, struct ifb_sample, n);
    char *text = ifb_alloc(arena, 1000);

    memset(text, 'x', 1000);
    for (size_t i = 0; i < n; i++)
        at[i] = (struct ifb_sample){
            .suite = S("s"), .model = S("m"), .id = ifb_fmt(arena, "%zu", i),
            .outcome = i % 10 == 3 ? IFB_FAIL : i % 10 == 5 ? IFB_ERROR :
                       i % 10 == 7 ? IFB_UNSCORED : IFB_PASS,
            .answered = true, .answer = { text, i % 20 == 0 ? 1000 : 100 },
        };
    return at;
}

/* Outcomes of the samples that a page holds, and how many bytes those take. */
static size_t count_kept(ifb_str page, int64_t kept[4])
{
    size_t at = 0, start = ifb_str_find(page, IFB_STR("<div id=\"data\">"), 0);

    memset(kept, 0, 4 * sizeof(kept[0]));
    assert_true(start != SIZE_MAX);
    while ((at = ifb_str_find(page, IFB_STR(" data-k=\"0,0,0,"), at)) != SIZE_MAX) {
        at += strlen(" data-k=\"0,0,0,");
        kept[page.ptr[at] - '0']++;
    }
    return ifb_str_find(page, IFB_STR("</div>\n<script type"), start) - start;
}

static void a_page_keeps_to_its_budget_and_drops_passes_first(void **state)
{
    static const struct {
        uint64_t budget;
        bool all_others;
        int64_t least_passes, most_passes;
    } rows[] = {
        { 20u << 20, true, 700, 700 },
        { 400000, true, 100, 600 },
        { 150000, false, 0, 0 },
        { 0, false, 0, 0 },
    };
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_sample *samples = many(arena, 1000);

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ifb_buf buf, again;
        ifb_str page = write_page(samples, 1000, rows[i].budget, &buf);
        int64_t kept[4], others;
        size_t bytes = count_kept(page, kept);
        char want[80];

        others = kept[IFB_FAIL] + kept[IFB_ERROR] + kept[IFB_UNSCORED];
        if (bytes > rows[i].budget + 100 || (others == 300) != rows[i].all_others ||
            kept[IFB_PASS] < rows[i].least_passes || kept[IFB_PASS] > rows[i].most_passes)
            fail_msg("row %zu: %zu bytes, %d passes, %d others", i, bytes, (int)kept[IFB_PASS],
                     (int)others);
        if (others + kept[IFB_PASS] == 1000)
            snprintf(want, sizeof(want), "All 1,000 samples are here.");
        else
            snprintf(want, sizeof(want), ">%d of 1,000 samples shown<",
                     (int)(others + kept[IFB_PASS]));
        if (!world_has(page, want))
            fail_msg("row %zu: the page does not say \"%s\"", i, want);
        assert_true(ifb_str_eq(page, write_page(samples, 1000, rows[i].budget, &again)));
        ifb_buf_close(&buf);
        ifb_buf_close(&again);
    }
    ifb_arena_close(arena);
}

/* The first half of the run must not be favoured. */
static void kept_passes_are_spread_evenly(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_buf buf;
    ifb_str page = write_page(many(arena, 1000), 1000, 400000, &buf), id;
    size_t at = 0, half[2] = { 0, 0 }, end;
    int64_t n;

    (void)state;
    end = ifb_str_find(page, IFB_STR("</div>\n<script type"), 0);
    while (ifb_str_find(page, IFB_STR("data-id=\""), at) < end) {
        id = between(page, "data-id=\"", "\"", &at);
        assert_true(ifb_str_int(id, &n));
        half[n >= 500]++;
    }
    assert_true(half[0] > 100 && half[1] > 100);
    assert_true(half[0] < half[1] + 20 && half[1] < half[0] + 20);
    ifb_buf_close(&buf);
    ifb_arena_close(arena);
}

static void a_huge_text_is_cut_between_characters_and_says_so(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    size_t n = IFB_HTML_TEXT_MAX / 2 * 2 + 3;
    char *text = ifb_alloc_raw(arena, n);
    struct ifb_sample s = { .answered = true, .answer = { text, n } };
    struct ifb_buf buf;
    ifb_str page;

    (void)state;
    text[0] = 'x';
    for (size_t i = 1; i < n; i += 2)
        memcpy(text + i, "\xc3\xa9", 2);
    page = write_page(&s, 1, IFB_HTML_BUDGET, &buf);
    assert_int_equal(ifb_utf8_valid(page), page.len);
    assert_true(world_has(page, "<p class=\"note\">4 more bytes are in the run\xe2\x80\x99s "
                                "journal.</p>"));
    ifb_buf_close(&buf);
    ifb_arena_close(arena);
}

static void verdicts_are_words_as_well_as_colours(void **state)
{
    struct ifb_buf buf;
    ifb_str page = world_report("html", &buf);

    (void)state;
    assert_true(world_has(page, "<b class=\"vf\">\xe2\x9c\x97 failed</b>"));
    assert_true(world_has(page, "<b class=\"vf\">\xe2\x9c\x97 strict: not followed</b>"
                                "<b class=\"vp\">\xe2\x9c\x93 loose: followed</b>"));
    assert_true(world_has(page, "<b class=\"ve\">! error</b>"));
    assert_true(world_has(page, "<b class=\"vu\">\xe2\x80\x93 unscored</b>"));
    ifb_buf_close(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_is_what_is_expected),
        cmocka_unit_test(the_policy_allows_the_pages_own_style_and_script_only),
        cmocka_unit_test(assets_cannot_end_their_own_element),
        cmocka_unit_test(hostile_text_makes_no_element_and_no_attribute),
        cmocka_unit_test(the_index_island_is_json_that_ends_nothing),
        cmocka_unit_test(evidence_is_held_to_the_answer_and_to_whole_characters),
        cmocka_unit_test(evidence_of_earlier_turns_is_not_marked_in_the_last_answer),
        cmocka_unit_test(each_turns_answer_has_its_own_evidence),
        cmocka_unit_test(a_page_keeps_to_its_budget_and_drops_passes_first),
        cmocka_unit_test(kept_passes_are_spread_evenly),
        cmocka_unit_test(a_huge_text_is_cut_between_characters_and_says_so),
        cmocka_unit_test(verdicts_are_words_as_well_as_colours),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    xmlCleanupParser();
    return failed;
}
