/* SPDX-License-Identifier: Apache-2.0 */
/* XML and HTML: what is an error and where, and hostile texts and expressions, which must end. */
#include <pthread.h>
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
    const char *why, *span;  /* the reason begins so; NULL: whichever, none */
} rows[] = {
    { "xml", "{}", "<a>\n<b>\n</a>", IFB_FAIL, "line 3: ", "</a>" },
    { "xml", "{\"extract\":\"fence\"}", "x\n```\n<a>\n<b>\n</a>\n```", IFB_FAIL, "line 5: ", NULL },
    { "xml", "{}", "<a:b/>", IFB_PASS, NULL, NULL },  /* a prefix need not be declared */
    { "xml", "{}", "<a>&nbsp;</a>", IFB_FAIL, NULL, NULL },
    { "xml", "{}", "\n<?xml version='1.0'?><a/>", IFB_FAIL, NULL, NULL },
    { "xml", "{}", "<?xml version='1.0' encoding='UTF-16'?><a>\xc3\xa9</a>", IFB_PASS, NULL, NULL },
    { "xml", "{}", "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>", IFB_PASS, NULL, NULL },
    { "xml", "{}", "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>", IFB_ERROR,
      "declarations in a DTD", NULL },
    { "xml", "{}", "<!DOCTYPE a [<!ATTLIST a x CDATA 'y'>]><a/>", IFB_ERROR,
      "declarations in a DTD", NULL },
    { "xml", "{\"xpath\":\"//b\"}", "<a> <b\nx='1'/> </a>", IFB_PASS, "found 1 nodes",
      "<b\nx='1'/>" },
    { "xml", "{\"xpath\":\"//b/@x\",\"equals\":\"1\"}", "<a><b x=' 1'/></a>", IFB_PASS,
      "found 1 matching nodes", "<b x=' 1'/>" },
    { "xml", "{\"xpath\":\"//b/text()\",\"matches\":\"^t\"}", "<a><b>tea</b></a>", IFB_PASS, NULL,
      "<b>" },
    { "xml", "{\"xpath\":\"count(//b)\",\"min\":2}", "<a><b/></a>", IFB_FAIL, NULL, NULL },
    { "xml", "{\"xpath\":\"count(//b)\",\"min\":1,\"max\":1}", "<a><b/></a>", IFB_PASS, NULL, NULL },
    { "xml", "{\"xpath\":\"//x:b\"}", "<a/>", IFB_ERROR, "xpath: ", NULL },
    { "xml", "{\"xpath\":\"no(1)\"}", "<a/>", IFB_ERROR, "xpath: ", NULL },
    { "xml", "{\"xpath\":\"document('/etc/passwd')\"}", "<a/>", IFB_ERROR, "xpath: ", NULL },
    { "xml", "{\"xpath\":\"//a\",\"matches\":\"(\"}", "<a/>", IFB_ERROR, "matches: ", NULL },
    { "html", "{}", "<p>a\n<b><i>x</b></i></p>", IFB_FAIL, "line 2: ", "<b><i>x</b></i></p>" },
    { "html", "{}", "<div><div>x</div>", IFB_FAIL, "line 1: <div> is not closed", NULL },
    { "html", "{}", "<section>x", IFB_FAIL, "line 1: <section> is not closed", NULL },
    { "html", "{}", "<div>x</div >\n", IFB_PASS, NULL, NULL },
    { "html", "{}", "<p>x<br>y<hr><table><tr><td>z</table>", IFB_PASS, NULL, NULL },
    { "html", "{}", "<video><source src=x></video><p>a<wbr>b", IFB_PASS, NULL, NULL },
    { "html", "{}", "<p a=1 a=2>x", IFB_FAIL, NULL, NULL },
    { "html", "{}", "</p>", IFB_FAIL, NULL, NULL },
    { "html", "{}", "<script>if (a<b && c) x = '</p>';</script>", IFB_FAIL, NULL, NULL },
    { "html", "{}", "<script>if (a<b && c) x = 1;</script>", IFB_PASS, NULL, NULL },
    { "html", "{\"xpath\":\"//LI\"}", "<ul><li>a</ul>", IFB_FAIL, "found 0 nodes", NULL },
    { "html", "{\"xpath\":\"//li\"}", "<ul><LI class='x'>a</ul>", IFB_PASS, "found 1 nodes",
      "<LI class='x'>" },
    { "html", "{}", "<a href='?a=1&b=2'>\xc3\xa9&eacute;</a>", IFB_PASS, NULL, NULL },
};

static bool holds(const char *text, struct ifb_span span, const char *wanted)
{
    return ifb_str_is((ifb_str){ text + span.from, span.to - span.from }, wanted);
}

static void errors_are_found_and_placed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct ifb_arena *arena = ifb_arena_new();
        ifb_verdict v = run(arena, rows[i].id, rows[i].args, ifb_str_of(rows[i].text));

        if (v.outcome != rows[i].outcome ||
            (rows[i].why && !ifb_str_starts(v.why, ifb_str_of(rows[i].why))) ||
            (rows[i].span && (!v.nat || !holds(rows[i].text, v.at[0], rows[i].span))))
            fail_msg("row %zu: %s: %s (%.*s), %u spans", i, rows[i].text,
                     ifb_outcome_name(v.outcome), IFB_ARG(v.why), v.nat);
        ifb_arena_close(arena);
    }
}

static void a_nul_ends_no_text(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();

    (void)state;
    assert_int_equal(run(arena, "xml", "{}", IFB_STR("<a/>\0<b>")).outcome, IFB_FAIL);
    assert_int_equal(run(arena, "html", "{}", IFB_STR("<p>a</p>\0</b>")).outcome, IFB_FAIL);
    ifb_arena_close(arena);
}

#define MEGABYTE ((size_t)1 << 20)
#define A20 "aaaaaaaaaaaaaaaaaaaa"
#define A100 A20 A20 A20 A20 A20

/* A megabyte: `head`, then `piece` over and over, "%zu" in it replaced by a count; then `tail`. */
static const struct {
    const char *id, *args, *head, *piece, *tail;
    enum ifb_outcome outcome;
} hostile_rows[] = {
    { "xml", "{}", "", "<a>", "", IFB_ERROR },
    { "xml", "{}", "<a>", "<!--", "", IFB_FAIL },
    { "xml", "{}", "<a>", "&amp;", "</a>", IFB_PASS },
    { "xml", "{}", "<a>", "<![CDATA[", "", IFB_FAIL },
    { "xml", "{}", "<a", " a%zu=''", "/>", IFB_ERROR },
    { "xml", "{}", "<a", " xmlns:a%zu='u'", "/>", IFB_ERROR },
    { "xml", "{}", "<a x='", "<", "'/>", IFB_FAIL },
    { "xml", "{}", "<a x='", "=", "'/>", IFB_ERROR },
    { "xml", "{}", "<a>", "<b%zu/>", "</a>", IFB_PASS },
    { "xml", "{\"xpath\":\"//*[string(/) = //*]\"}", "<a>", "<b/>x", "</a>", IFB_ERROR },
    { "xml", "{\"xpath\":\"//*[//b = //b]\"}", "<a>", "<b/>x", "</a>", IFB_ERROR },
    { "xml", "{\"xpath\":\"//b = //b/following::b\"}", "<a>", "<b>%zu</b>", "</a>", IFB_ERROR },
    { "xml", "{\"xpath\":\"//b\",\"max\":9}", "<a>", "<b>%zu</b>", "</a>", IFB_ERROR },
    { "xml", "{\"xpath\":\"/*/*\",\"matches\":\"^(a|a)*$\"}", "<a>", "<b>" A100 A100 "b</b>", "</a>",
      IFB_ERROR },
    { "html", "{}", "", "<b>", "", IFB_ERROR },
    { "html", "{}", "", "<p>", "", IFB_PASS },
    { "html", "{}", "", "<li>", "", IFB_PASS },
    { "html", "{}", "<p>", "<!--", "", IFB_FAIL },
    { "html", "{}", "<p>", "&", "</p>", IFB_PASS },
    { "html", "{}", "<p", " a%zu", ">", IFB_ERROR },
    { "html", "{}", "<p", " a%zu='<'", ">", IFB_ERROR },
    { "html", "{}", "<!-- ' --><p", " a%zu='>'", ">", IFB_ERROR },
    { "html", "{}", "<!DOCTYPE html><p", "\ta%zu", ">", IFB_ERROR },
    { "html", "{}", "<p a='", "data", "'>", IFB_PASS },
    { "html", "{}", "<p><!-- ", "word ", "--></p>", IFB_PASS },
    { "html", "{}", "<p>", "word ' ", "</p>", IFB_PASS },
    { "html", "{}", "<script>", "a < b", "</script>", IFB_PASS },
    { "html", "{}", "<table>", "<tr><td>x", "</table>", IFB_PASS },
    { "html", "{}", "", "<h1><p>", "", IFB_FAIL },
    { "html", "{}", "", "<select><option>", "", IFB_ERROR },
};

static void fill(struct ifb_buf *text, size_t row)
{
    const char *piece = hostile_rows[row].piece, *number = strstr(piece, "%zu");

    ifb_buf_cstr(text, hostile_rows[row].head);
    for (size_t n = 0; text->len < MEGABYTE; n++) {
        if (number)
            ifb_buf_fmt(text, "%.*s%zu%s", (int)(number - piece), piece, n, number + 3);
        else
            ifb_buf_cstr(text, piece);
    }
    ifb_buf_cstr(text, hostile_rows[row].tail);
}

static void hostile_texts_end(void **state)
{
    int bad = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(hostile_rows) / sizeof(*hostile_rows); i++) {
        struct ifb_arena *arena = ifb_arena_new();
        struct ifb_buf text;
        ifb_verdict v;

        ifb_buf_init(&text, 2 * MEGABYTE);
        fill(&text, i);
        v = run(arena, hostile_rows[i].id, hostile_rows[i].args, ifb_buf_view(&text));
        if (v.outcome != hostile_rows[i].outcome) {
            print_error("row %zu: %s%s: found %s (%.*s), wanted %s\n", i, hostile_rows[i].head,
                        hostile_rows[i].piece, ifb_outcome_name(v.outcome), IFB_ARG(v.why),
                        ifb_outcome_name(hostile_rows[i].outcome));
            bad++;
        }
        ifb_buf_close(&text);
        ifb_arena_close(arena);
    }
    assert_int_equal(bad, 0);
}

static void billion_laughs_are_refused(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_buf text;
    ifb_verdict v;

    (void)state;
    ifb_buf_init(&text, 1 << 16);
    ifb_buf_cstr(&text, "<!DOCTYPE l [<!ENTITY l0 \"lol\">");
    for (int i = 1; i < 40; i++)
        ifb_buf_fmt(&text, "<!ENTITY l%d \"&l%d;&l%d;\">", i, i - 1, i - 1);
    ifb_buf_cstr(&text, "]><l>&l39;</l>");
    v = run(arena, "xml", "{}", ifb_buf_view(&text));
    assert_int_equal(v.outcome, IFB_ERROR);
    assert_true(ifb_str_starts(v.why, IFB_STR("declarations in a DTD")));
    ifb_buf_close(&text);
    ifb_arena_close(arena);
}

static void *score_often(void *checker)
{
    static const char answer[] = "<a><b>1</b><b>2</b></a>";
    size_t passed = 0;

    for (int i = 0; i < 300; i++) {
        enum ifb_outcome strict, loose;

        ifb_checker_run(checker, answer, strlen(answer), &strict, &loose);
        passed += strict == IFB_PASS;
    }
    return (void *)passed;
}

static void one_checker_serves_many_threads(void **state)
{
    struct ifb_checker *checker;
    pthread_t threads[4];
    void *passed;

    (void)state;
    assert_int_equal(ifb_checker_new("xml", "{\"xpath\":\"//b[number(.) > 0]\",\"min\":2}", &checker,
                                     NULL), IFB_OK);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, score_often, checker), 0);
    for (size_t i = 0; i < 4; i++) {
        pthread_join(threads[i], &passed);
        assert_int_equal((size_t)passed, 300);
    }
    ifb_checker_close(checker);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_are_found_and_placed),
        cmocka_unit_test(a_nul_ends_no_text),
        cmocka_unit_test(hostile_texts_end),
        cmocka_unit_test(billion_laughs_are_refused),
        cmocka_unit_test(one_checker_serves_many_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
