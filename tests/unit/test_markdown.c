/* SPDX-License-Identifier: Apache-2.0 */
/* Markdown and code fences: where the evidence is, and hostile texts, which must end soon. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <ifbench/check.h>

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "scorers/fence.h"

/* Strict verdict; `why` and spans live in `arena`. */
static ifb_verdict run(struct ifb_arena *arena, const char *id, const char *args, ifb_str text)
{
    struct ifb_arena *scratch = ifb_arena_new();
    const struct ifb_json *json = NULL;
    struct ifb_constraint c;
    struct ifb_error err;
    ifb_verdict strict, loose;

    if (ifb_json_parse(arena, ifb_str_of(args), 0, 1, &json, &err) ||
        ifb_constraint_load(arena, ifb_str_of(id), json, &c, &err))
        fail_msg("%s: %s", args, err.msg);
    ifb_constraint_score(&c, ifb_forms_new(arena, text, NULL), scratch, true, &strict, &loose);
    ifb_constraint_release(&c);
    ifb_arena_close(scratch);
    return strict;
}

static const struct {
    const char *id, *args, *text;
    enum ifb_outcome outcome;
    const char *first, *last;  /* what the first and the last span hold; NULL: no span */
} span_rows[] = {
    { "markdown", "{\"element\":\"heading\"}", "# One *two*\n\nx\n\nThree\n===\n", IFB_PASS,
      "One *two", "Three" },
    { "markdown", "{\"element\":\"link\"}", "a [tea](http://x) [b](y)", IFB_PASS, "tea", "b" },
    { "markdown", "{\"element\":\"list\"}", "- a\n  - b\n- c\n\nend", IFB_PASS, "a\n  - b\n- c",
      "a\n  - b\n- c" },
    { "markdown", "{\"element\":\"code_block\"}", "```c\nint x;\n```", IFB_PASS, "int x;",
      "int x;" },
    { "markdown", "{\"element\":\"rule\"}", "a\n\n---\n\nb", IFB_PASS, NULL, NULL },
    { "markdown", "{\"element\":\"quote\",\"max\":0}", "> a\n> b\n", IFB_FAIL, "a\n> b", "a\n> b" },
    { "code_fence", "{}", "x\n```c\na\n```\ny\n~~~\nb\n~~~~", IFB_PASS, "```c\na\n```",
      "~~~\nb\n~~~~" },
    { "code_fence", "{\"only\":true}", "```c\r\na\r\n```\r\n", IFB_PASS, "```c\r\na\r\n```\r",
      "```c\r\na\r\n```\r" },
    { "code_fence", "{\"only\":true}", "```\na\n```\n```\nb\n```", IFB_FAIL, "```\na\n```",
      "```\nb\n```" },
};

static bool holds(const char *text, struct ifb_span span, const char *wanted)
{
    return ifb_str_is((ifb_str){ text + span.from, span.to - span.from }, wanted);
}

static void spans_point_at_the_elements(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(span_rows) / sizeof(*span_rows); i++) {
        struct ifb_arena *arena = ifb_arena_new();
        const char *text = span_rows[i].text;
        ifb_verdict v = run(arena, span_rows[i].id, span_rows[i].args, ifb_str_of(text));

        if (v.outcome != span_rows[i].outcome || (v.nat > 0) != (span_rows[i].first != NULL))
            fail_msg("row %zu: %s, %u spans, %.*s", i, ifb_outcome_name(v.outcome), v.nat,
                     IFB_ARG(v.why));
        if (v.nat && (!holds(text, v.at[0], span_rows[i].first) ||
                      !holds(text, v.at[v.nat - 1], span_rows[i].last)))
            fail_msg("row %zu: spans [%u, %u) and [%u, %u)", i, v.at[0].from, v.at[0].to,
                     v.at[v.nat - 1].from, v.at[v.nat - 1].to);
        ifb_arena_close(arena);
    }
}

static void fences_know_their_lines(void **state)
{
    struct ifb_fences walk = { .text = IFB_STR("a\n```json x\n{}\n```\n\n~~~\n1\n") };
    struct ifb_fence f;

    (void)state;
    assert_true(ifb_fence_next(&walk, &f));
    assert_true(f.closed && f.line == 3 && ifb_str_is(f.body, "{}\n"));
    assert_true(ifb_str_is(f.info, "json x") && ifb_str_is(f.language, "json"));
    assert_true(ifb_fence_next(&walk, &f));
    assert_true(!f.closed && f.line == 7 && ifb_str_is(f.body, "1\n"));
    assert_false(ifb_fence_next(&walk, &f));
}

#define MEGABYTE ((size_t)1 << 20)

/* Pieces that are repeated for a third of a megabyte each. */
static const struct {
    const char *head, *middle, *tail;
    enum ifb_outcome outcome;
} hostile_rows[] = {
    { "- ", "\n", "\n", IFB_ERROR },           /* blank lines in deep lists */
    { "> ", "x\n", "x\n", IFB_ERROR },
    { "1. ", "\n", "\n", IFB_ERROR },
    { "[", "](", "]", IFB_ERROR },
    { "[a]: <b\n", "[a]: <b\n", "[a]: <b\n", IFB_ERROR },
    { "[)-->-->", "'!`", "]`", IFB_ERROR },
    { "*", "_", "**_", IFB_FAIL },
    { "`", "``a", "`", IFB_FAIL },
    { "<", "<a ", "<!--", IFB_FAIL },
    { "|a", "\n|-", "|-", IFB_FAIL },
    { "```\n", "~~~\n", "````\n", IFB_FAIL },
    { "    ", "\t", "\\", IFB_FAIL },
    { "&#x", "&a", "\xf0\x9f\x98\x80", IFB_FAIL },
    { "- a\n", "- a\n\n", "  - b\n", IFB_FAIL },
};

static void add_third(struct ifb_buf *text, const char *piece)
{
    size_t start = text->len;

    while (text->len - start < MEGABYTE / 3)
        ifb_buf_cstr(text, piece);
}

static void hostile_texts_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(hostile_rows) / sizeof(*hostile_rows); i++) {
        struct ifb_arena *arena = ifb_arena_new();
        struct ifb_buf text;
        ifb_verdict v;

        ifb_buf_init(&text, 2 * MEGABYTE);
        add_third(&text, hostile_rows[i].head);
        ifb_buf_char(&text, '\0');
        add_third(&text, hostile_rows[i].middle);
        add_third(&text, hostile_rows[i].tail);
        v = run(arena, "markdown", "{\"element\":\"image\",\"min\":1}", ifb_buf_view(&text));
        if (v.outcome != hostile_rows[i].outcome)
            fail_msg("row %zu: %s (%.*s)", i, ifb_outcome_name(v.outcome), IFB_ARG(v.why));
        v = run(arena, "code_fence", "{\"min\":1000000}", ifb_buf_view(&text));
        assert_int_equal(v.outcome, IFB_FAIL);
        ifb_buf_close(&text);
        ifb_arena_close(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spans_point_at_the_elements),
        cmocka_unit_test(fences_know_their_lines),
        cmocka_unit_test(hostile_texts_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
