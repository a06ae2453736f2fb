/* SPDX-License-Identifier: Apache-2.0 */
/* report.html: what a parser sees of it, its policy, and what it leaves out. */
#include "tests/unit/report_world.h"

#include <libxml/HTMLparser.h>
#include <libxml/tree.h>
#include <openssl/evp.h>
#include <zlib.h>

#include "harness/base/base64.h"
#include "harness/base/json.h"
#include "harness/base/rng.h"
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

/* `page` with what stands between `from` and `to` replaced by what `by` makes of it. */
static ifb_str replace_all(ifb_str page, const char *from, const char *to,
                           ifb_str (*by)(ifb_str inside, struct ifb_arena *arena),
                           struct ifb_arena *arena)
{
    struct ifb_buf out;
    size_t at = 0, a;
    ifb_str copy;

    ifb_buf_init(&out, (size_t)64 << 20);
    while ((a = ifb_str_find(page, ifb_str_of(from), at)) != SIZE_MAX) {
        size_t b = ifb_str_find(page, ifb_str_of(to), a += strlen(from));

        assert_true(b != SIZE_MAX);
        ifb_buf_str(&out, ifb_str_part(page, at, a));
        ifb_buf_str(&out, by(ifb_str_part(page, a, b), arena));
        at = b;
    }
    ifb_buf_str(&out, ifb_str_from(page, at));
    copy = ifb_str_copy(arena, ifb_buf_view(&out));
    ifb_buf_close(&out);
    return copy;
}

static ifb_str nothing(ifb_str inside, struct ifb_arena *arena)
{
    (void)inside;
    (void)arena;
    return IFB_STR("");
}

/* What a browser makes of a block. */
static ifb_str inflated(ifb_str block, struct ifb_arena *arena)
{
    uLongf len = 64u << 20;
    char *room = malloc(len);
    ifb_str packed, out;

    assert_non_null(room);
    assert_true(ifb_base64_read(block, arena, &packed));
    assert_int_equal(uncompress((Bytef *)room, &len, (const Bytef *)packed.ptr,
                                (uLong)packed.len), Z_OK);
    out = ifb_str_copy(arena, (ifb_str){ room, len });
    free(room);
    return out;
}

#define BLOCK "<script type=\"application/octet-stream\" class=\"b\">"

static ifb_str opened(ifb_str page, struct ifb_arena *arena)
{
    return replace_all(page, BLOCK, "</script>", inflated, arena);
}

/* Without styles, scripts and their hashes, so that looks can change; with open blocks, whose
 * bytes are zlib's affair. */
static void the_page_is_what_is_expected(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_buf buf;
    ifb_str page = opened(world_report("html", &buf), arena);

    (void)state;
    page = replace_all(page, "style-src", "; base-uri", nothing, arena);
    page = replace_all(page, "<style>", "</style>", nothing, arena);
    page = replace_all(page, "<script>", "</script>", nothing, arena);
    world_golden(page, "report.html");
    ifb_buf_close(&buf);
    ifb_arena_close(arena);
}

/* ---- the policy ---- */

/* The hashes of all `element`s of a page, as its policy must list them. */
static ifb_str hashes_of(ifb_str page, const char *open, const char *close,
                         struct ifb_arena *arena)
{
    ifb_str out = IFB_STR("");
    size_t at = 0;

    while (ifb_str_find(page, ifb_str_of(open), at) != SIZE_MAX) {
        ifb_str content = between(page, open, close, &at);
        unsigned char digest[32], base64[48];

        assert_true(content.len > 500);
        assert_int_equal(EVP_Digest(content.ptr, content.len, digest, NULL, EVP_sha256(), NULL),
                         1);
        assert_int_equal(EVP_EncodeBlock(base64, digest, 32), 44);
        out = ifb_fmt(arena, "%.*s 'sha256-%s'", IFB_ARG(out), (char *)base64);
    }
    return out;
}

static void the_policy_allows_the_pages_own_styles_and_scripts_only(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_buf buf;
    ifb_str page = world_report("html", &buf), policy;
    size_t at = 0;

    (void)state;
    policy = between(page, "http-equiv=\"Content-Security-Policy\" content=\"", "\"", &at);
    assert_string_equal(policy.ptr ? ifb_cstr(arena, policy) : "",
        ifb_fmt(arena, "default-src 'none'; style-src%.*s; script-src%.*s; base-uri 'none'; "
                "form-action 'none'; img-src data:",
                IFB_ARG(hashes_of(page, "<style>", "</style>", arena)),
                IFB_ARG(hashes_of(page, "<script>", "</script>", arena))).ptr);
    ifb_buf_close(&buf);
    ifb_arena_close(arena);
}

static void assets_cannot_end_their_own_element(void **state)
{
    static const char *const never[] = { "</", "<!--", "url(", "@import", "http", "innerHTML",
                                         "insertAdjacent", "document.write", "eval(" };

    (void)state;
    for (int i = IFB_STYLE; i <= IFB_SCRIPT_BOARD; i++) {
        ifb_str asset = ifb_html_asset((enum ifb_html_asset)i);

        assert_true(asset.len > 500);
        for (size_t k = 0; k < COUNT(never); k++)
            if (world_has(asset, never[k]))
                fail_msg("asset %d has %s", i, never[k]);
    }
}

/* ---- what a parser sees ---- */

struct seen {
    int elements, scripts, details;
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
                      " aria-hidden aria-label aria-labelledby charset class content d data-i "
                      "data-v height href http-equiv id lang name open "
                      "preserveAspectRatio preserveaspectratio role rx scope tabindex "
                      "type viewBox viewbox width x y ");
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
                          " a b bdi body code dd details div dl dt h1 h2 h3 head header html li "
                          "main meta p path rect script section span strong style summary svg "
                          "table tbody td th thead time title tr ul wbr ");
            look_at_attributes(node);
            seen->elements++;
            seen->scripts += xmlStrEqual(node->name, BAD_CAST "script");
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
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_buf buf;
    ifb_str page = world_report("html", &buf), content;
    htmlDocPtr doc = parse(page);
    struct seen seen = { 0 };
    xmlChar *text;

    (void)state;
    look_at(xmlDocGetRootElement(doc), &seen);
    assert_int_equal(seen.scripts, 6); /* a block, the index, and four that run */
    assert_int_equal(seen.details, 2); /* a cell of the breakdown each */
    assert_true(seen.elements > 200);
    text = xmlNodeGetContent(xmlDocGetRootElement(doc));
    content = ifb_str_of((char *)text);
    assert_true(world_has(content, "own\"><img src=x onerror=alert(2)>"));
    assert_true(world_has(content, "]0;title\xe2\x90\x87 </script><script>alert(1)</script>"));
    xmlFree(text);
    xmlFreeDoc(doc);
    ifb_buf_close(&buf);
    ifb_arena_close(arena);
}

/* Text `who` said in sample `n` of an opened block: the last of it. */
static ifb_str said_in(const struct ifb_json *block, size_t n, const char *who)
{
    const struct ifb_json *s = block->first, *text = NULL;

    while (n--)
        s = s->next;
    for (const struct ifb_json *t = ifb_json_get(s, "t")->first; t; t = t->next)
        if (ifb_str_is(t->first->string, who))
            text = t->first->next->next;
    assert_non_null(text);
    return text->kind == IFB_JSTRING ? text->string : IFB_STR("marked");
}

static void hostile_text_arrives_in_transcripts_as_text(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    const struct ifb_json *block;
    struct ifb_buf buf;
    ifb_str page = world_report("html", &buf), json;
    size_t at = 0;

    (void)state;
    json = inflated(between(page, BLOCK, "</script>", &at), arena);
    assert_int_equal(ifb_json_parse(arena, json, 0, 1, &block, NULL), IFB_OK);
    assert_int_equal(block->n, COUNT(world_samples));
    assert_true(ifb_str_is(said_in(block, 1, "a"),
        "nul \xe2\x90\x80 esc \xe2\x90\x9b[2J rlo [U+202E]abc[U+202C] c1 \xef\xbf\xbd del "
        "\xe2\x90\xa1\n\ttab \xe2\x80\x9cquote\xe2\x80\x9d " WORLD_SCRIPT WORLD_IMG
        "</noscript><!-- --></bdi></details><style>*{}</style>&amp;"));
    assert_true(ifb_str_is(said_in(block, 0, "r"), "let me think </details>" WORLD_SCRIPT));
    assert_true(ifb_str_is(said_in(block, 0, "a"), "marked"));
    assert_true(ifb_str_is(said_in(block, 2, "x"), "none"));
    assert_true(ifb_str_is(said_in(block, 4, "x"), "unknown"));
    ifb_buf_close(&buf);
    ifb_arena_close(arena);
}

static void the_index_island_is_json_that_ends_nothing(void **state)
{
    static const char want[] =
        "{\"suites\":[\"ifeval\",\"own\\\"\\u003e\\u003cimg src=x onerror=alert(2)\\u003e\"],\n"
        "\"models\":[\"openai:gpt\",\"evil\xe2\x90\x9b[31m[U+202E]\"],\n"
        "\"ids\":[\"punctuation:no_comma\",\"keywords:existence\","
        "\"x:\\u003c/script\\u003e\\u003cscript\\u003ealert(1)\\u003c/script\\u003e\"],\n"
        "\"blocks\":[5],\n\"rows\":[\n"
        "[\"1000\",0,0,0,1,1200,843,\"0fp 1pp\"],\n"
        "[\"=1+1\\\"\\u003e\\u003cimg src=x onerror=alert(2)\\u003e\",1,1,1,3,-1,-1,\"2ee\"],\n"
        "[\"1002\",0,0,0,0,-1,60000,\"0uu\"],\n[\"-7;8\",0,0,0,2,1,1843,\"0pp\"],\n"
        "[\"nothing asked\",0,0,0,2,0,0,\"\"]]}";
    struct ifb_buf buf;
    ifb_str page = world_report("html", &buf), island;
    size_t at = 0;

    (void)state;
    island = between(page, "<script type=\"application/json\" id=\"index\">", "</script>", &at);
    if (!ifb_str_is(island, want))
        fail_msg("got %.*s", IFB_ARG(island));
    ifb_buf_close(&buf);
}

/* ---- evidence ---- */

/* A mark: the text, the constraints that point at it, and those whose evidence ends with it. */
static void evidence_is_held_to_the_answer_and_to_whole_characters(void **state)
{
    static const struct {
        ifb_str answer;
        struct ifb_span one[3], two[3];  /* of the first and the second constraint */
        const char *out;
    } rows[] = {
        { S("abcdef"), { { 1, 3 } }, { { 0, 0 } }, "\"a\",[\"bc\",[1],[1]],\"def\"" },
        { S("abcdef"), { { 1, 3 } }, { { 3, 4 } },
          "\"a\",[\"bc\",[1],[1]],[\"d\",[2],[2]],\"ef\"" },
        { S("abcdef"), { { 4, 6 }, { 1, 3 } }, { { 2, 5 } },
          "\"a\",[\"b\",[1],[]],[\"c\",[1,2],[1]],[\"d\",[2],[]],[\"e\",[1,2],[2]],"
          "[\"f\",[1],[1]],\"\"" },
        { S("abcdef"), { { 0, 6 }, { 2, 3 } }, { { 0, 0 } }, "[\"abcdef\",[1],[1]],\"\"" },
        { S("abcdef"), { { 1, 4 } }, { { 1, 4 } }, "\"a\",[\"bcd\",[1,2],[1,2]],\"ef\"" },
        { S("h\xc3\xa9llo"), { { 0, 2 } }, { { 2, 4 } },
          "[\"h\",[1],[1]],\"\xc3\xa9\",[\"l\",[2],[2]],\"lo\"" },
        { S("abc"), { { 2, 4000000000u } }, { { 9, 12 } }, "\"ab\",[\"c\",[1],[1]],\"\"" },
        { S("<&>"), { { 0, 1 } }, { { 1, 3 } },
          "[\"\\u003c\",[1],[1]],[\"\\u0026\\u003e\",[2],[2]],\"\"" },
    };
    struct ifb_arena *arena = ifb_arena_new();

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ifb_sample_check checks[2] = {
            { .strict = { .outcome = IFB_PASS, .at = rows[i].one, .nat = 3 } },
            { .strict = { .outcome = IFB_FAIL, .at = rows[i].two, .nat = 3 } },
        };
        struct ifb_sample s = { .answered = true, .answer = rows[i].answer, .checks = checks,
                                .nchecks = 2 };
        struct ifb_buf buf;
        ifb_str page = opened(write_page(&s, 1, IFB_HTML_BUDGET, &buf), arena), said;
        size_t at = 0;

        said = between(page, "[\"a\",0,[", "]]", &at);
        if (!ifb_str_starts(ifb_str_from(page, (size_t)(said.ptr - page.ptr)),
                            ifb_fmt(arena, "%s]]", rows[i].out)))
            fail_msg("row %zu: got \"%.*s\", wanted \"%s\"", i, IFB_ARG(said), rows[i].out);
        ifb_buf_close(&buf);
    }
    ifb_arena_close(arena);
}

/* Spans that hold nothing leave the text whole. */
static void empty_evidence_marks_nothing(void **state)
{
    static const struct ifb_span spans[] = { { 3, 1 }, { 2, 2 }, { 7, 9 } };
    struct ifb_sample_check check = { .strict = { .outcome = IFB_FAIL, .at = spans, .nat = 3 } };
    struct ifb_sample s = { .answered = true, .answer = S("abc"), .checks = &check, .nchecks = 1 };
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_buf buf;

    (void)state;
    assert_true(world_has(opened(write_page(&s, 1, IFB_HTML_BUDGET, &buf), arena),
                          "[\"a\",0,\"abc\"]"));
    ifb_buf_close(&buf);
    ifb_arena_close(arena);
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
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_buf buf;
    ifb_str page = opened(write_page(&s, 1, IFB_HTML_BUDGET, &buf), arena);

    (void)state;
    assert_true(world_has(page, "[\"a\",2,[[\"sec\",[2],[2]],\"ond\"]]"));
    assert_false(world_has(page, "[1],["));
    assert_true(world_has(page, "[\"q\",2,\"second \\u0026 last\"]"));
    ifb_buf_close(&buf);
    ifb_arena_close(arena);
}

static void each_turns_answer_has_its_own_evidence(void **state)
{
    static const struct ifb_span first = { 3, 5 }, second = { 0, 3 };
    static const struct ifb_message talk[] = {
        { .role = IFB_USER, .text = S("given question") },
        { .role = IFB_ASSISTANT, .text = S("given answer") },
        { .role = IFB_USER, .text = S("one") },
        { .role = IFB_ASSISTANT, .text = S("<think>hm</think>a, b") },
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
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_buf buf;

    (void)state;
    assert_true(world_has(opened(write_page(&s, 1, IFB_HTML_BUDGET, &buf), arena),
        "{\"t\":[[\"G\",0,\"given question\"],[\"g\",0,\"given answer\"],[\"q\",1,\"one\"],"
        "[\"r\",0,\"hm\"],[\"a\",1,[\"a, \",[\"b\",[1],[1]],\"\"]],[\"q\",2,\"two\"],"
        "[\"a\",2,[[\"sec\",[2],[2]],\"ond\"]]],"
        "\"c\":[[\"\",\"\",0,3,\"\"],[\"\",\"\",1,2,\"\"]]"));
    ifb_buf_close(&buf);
    ifb_arena_close(arena);
}

/* ---- size ---- */

/* Text that deflate can do little about. */
static ifb_str noise(struct ifb_rng *rng, size_t n, struct ifb_arena *arena)
{
    char *text = ifb_alloc(arena, n);

    for (size_t i = 0; i < n; i++)
        text[i] = (char)('0' + ifb_rng_next(rng) % 64);
    return (ifb_str){ text, n };
}

static struct ifb_sample *many(struct ifb_arena *arena, size_t n)
{
    struct ifb_sample *at = ifb_new(arena, struct ifb_sample, n);
    struct ifb_rng rng;

    ifb_rng_seed(&rng, 7);
    for (size_t i = 0; i < n; i++)
        at[i] = (struct ifb_sample){
            .suite = S("s"), .model = S("m"), .id = ifb_fmt(arena, "%zu", i),
            .outcome = i % 10 == 3 ? IFB_FAIL : i % 10 == 5 ? IFB_ERROR :
                       i % 10 == 7 ? IFB_UNSCORED : IFB_PASS,
            .answered = true, .answer = noise(&rng, i % 20 == 0 ? 4000 : 1000, arena),
        };
    return at;
}

/* Outcomes of the samples whose transcripts a page holds; how many bytes these take. */
static size_t count_kept(ifb_str page, size_t kept[4], size_t half[2])
{
    struct ifb_arena *arena = ifb_arena_new();
    const struct ifb_json *index;
    size_t at = 0, bytes = 0, n = 0;

    memset(kept, 0, 4 * sizeof(kept[0]));
    half[0] = half[1] = 0;
    while (ifb_str_find(page, IFB_STR(BLOCK), at) != SIZE_MAX)
        bytes += between(page, BLOCK, "</script>", &at).len;
    assert_int_equal(ifb_json_parse(arena, between(page, "id=\"index\">", "</script>", &at), 0, 1,
                                    &index, NULL), IFB_OK);
    for (const struct ifb_json *r = ifb_json_get(index, "rows")->first; r; r = r->next, n++) {
        if (r->n > 8)
            continue;
        kept[r->first->next->next->next->next->integer]++;
        half[n >= 500]++;
    }
    assert_int_equal(n, 1000); /* all are listed */
    for (const struct ifb_json *b = ifb_json_get(index, "blocks")->first; b; b = b->next)
        n -= (size_t)b->integer;
    assert_int_equal(1000 - n, kept[0] + kept[1] + kept[2] + kept[3]);
    ifb_arena_close(arena);
    return bytes;
}

static void a_page_keeps_to_its_budget_and_drops_passes_first(void **state)
{
    static const struct {
        uint64_t budget;
        bool all_others;
        size_t least_passes, most_passes;
    } rows[] = {
        { 20u << 20, true, 700, 700 },
        { 700000, true, 100, 600 },
        { 200000, false, 0, 0 },
        { 0, false, 0, 0 },
    };
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_sample *samples = many(arena, 1000);

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ifb_buf buf, again;
        ifb_str page = write_page(samples, 1000, rows[i].budget, &buf);
        size_t kept[4], half[2], bytes = count_kept(page, kept, half);
        size_t others = kept[IFB_FAIL] + kept[IFB_ERROR] + kept[IFB_UNSCORED];
        char want[80];

        if (bytes > rows[i].budget + rows[i].budget / 20 ||
            (others == 300) != rows[i].all_others || kept[IFB_PASS] < rows[i].least_passes ||
            kept[IFB_PASS] > rows[i].most_passes)
            fail_msg("row %zu: %zu bytes, %zu passes, %zu others", i, bytes, kept[IFB_PASS],
                     others);
        if (others + kept[IFB_PASS] == 1000)
            snprintf(want, sizeof(want), "All 1,000 samples are here");
        else
            snprintf(want, sizeof(want), "Transcripts of %zu of 1,000 samples",
                     others + kept[IFB_PASS]);
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
    size_t kept[4], half[2];

    (void)state;
    count_kept(write_page(many(arena, 1000), 1000, 700000, &buf), kept, half);
    assert_true(half[0] > 150 && half[1] > 150);
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
    page = opened(write_page(&s, 1, IFB_HTML_BUDGET, &buf), arena);
    assert_int_equal(ifb_utf8_valid(page), page.len);
    assert_true(world_has(page, "\",4]],\"c\":[]"));
    ifb_buf_close(&buf);
    ifb_arena_close(arena);
}

/* More than what waits in memory, less than the budget: nothing is left out. */
static void a_large_page_that_fits_is_whole(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_sample *samples = many(arena, 60);
    struct ifb_rng rng;
    struct ifb_buf buf;
    ifb_str page;

    (void)state;
    ifb_rng_seed(&rng, 8);
    for (size_t i = 0; i < 60; i++)
        samples[i].answer = noise(&rng, 300000, arena);
    page = write_page(samples, 60, (uint64_t)48 << 20, &buf);
    assert_true(page.len > (size_t)17 << 20);
    assert_true(world_has(page, "All 60 samples are here"));
    assert_int_equal(ifb_str_count(page, IFB_STR(BLOCK)), 60);
    assert_true(world_has(page, "[\"59\",0,0,0,2,0,0,\"\"]]}"));
    ifb_buf_close(&buf);
    ifb_arena_close(arena);
}

/* A block ends with the sample that fills it. */
static void blocks_are_of_bounded_size(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_sample *samples = many(arena, 1000);
    size_t at = 0, n = 0, big = 0;
    struct ifb_buf buf;
    char *text = ifb_alloc(arena, 1u << 20);
    ifb_str page;

    (void)state;
    memset(text, 'y', 1u << 20);
    samples[500].answer = (ifb_str){ text, 1u << 20 };
    page = write_page(samples, 1000, IFB_HTML_BUDGET, &buf);
    for (; ifb_str_find(page, IFB_STR(BLOCK), at) != SIZE_MAX; n++) {
        size_t len = inflated(between(page, BLOCK, "</script>", &at), arena).len;

        assert_true(len < IFB_BLOCK_SIZE + 8000 || len > 1u << 20);
        big += len > 1u << 20;
    }
    assert_int_equal(big, 1);
    assert_true(n >= 3);
    ifb_buf_close(&buf);
    ifb_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_is_what_is_expected),
        cmocka_unit_test(the_policy_allows_the_pages_own_styles_and_scripts_only),
        cmocka_unit_test(assets_cannot_end_their_own_element),
        cmocka_unit_test(hostile_text_makes_no_element_and_no_attribute),
        cmocka_unit_test(hostile_text_arrives_in_transcripts_as_text),
        cmocka_unit_test(the_index_island_is_json_that_ends_nothing),
        cmocka_unit_test(evidence_is_held_to_the_answer_and_to_whole_characters),
        cmocka_unit_test(empty_evidence_marks_nothing),
        cmocka_unit_test(evidence_of_earlier_turns_is_not_marked_in_the_last_answer),
        cmocka_unit_test(each_turns_answer_has_its_own_evidence),
        cmocka_unit_test(a_page_keeps_to_its_budget_and_drops_passes_first),
        cmocka_unit_test(kept_passes_are_spread_evenly),
        cmocka_unit_test(a_huge_text_is_cut_between_characters_and_says_so),
        cmocka_unit_test(a_large_page_that_fits_is_whole),
        cmocka_unit_test(blocks_are_of_bounded_size),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    xmlCleanupParser();
    return failed;
}
