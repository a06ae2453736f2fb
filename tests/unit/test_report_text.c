/* SPDX-License-Identifier: Apache-2.0 */
/* The reports that are text: terminal, Markdown, JSON, CSV, IFEval's files. */
#include "tests/unit/report_world.h"

#include <cjson/cJSON.h>

#include "harness/base/json.h"
#include "harness/base/utf8.h"
#include "reports/grid.h"
#include "reports/say.h"

/* Those of one file; those of several come after them and have tests of their own. */
static const char *const all_ids[] = { "term",     "json",        "csv",       "html",
                                       "markdown", "eval-strict", "eval-loose" };
static const char *const folder_ids[] = { "lm-eval", "helm", "plots" };

static void the_table_lists_every_report_once(void **state)
{
    const struct ifb_report *r = NULL;
    size_t n = 0;

    (void)state;
    while ((r = ifb_report_next(r)) != NULL) {
        assert_true(n < COUNT(all_ids) + COUNT(folder_ids));
        assert_string_equal(r->id, n < COUNT(all_ids) ? all_ids[n]
                                                      : folder_ids[n - COUNT(all_ids)]);
        assert_true(!r->write == (n >= COUNT(all_ids)) && !r->write == !!r->write_files);
        assert_ptr_equal(ifb_report_find(ifb_str_of(r->id)), r);
        assert_true(r->doc && *r->doc && r->doc[strlen(r->doc) - 1] != '.');
        n++;
    }
    assert_int_equal(n, COUNT(all_ids) + COUNT(folder_ids));
    assert_null(ifb_report_find(IFB_STR("junk")));
    assert_null(ifb_report_find(IFB_STR("")));
    assert_null(ifb_report_find(IFB_STR("term"))->file);
}

static void each_report_writes_what_is_expected(void **state)
{
    static const struct { const char *id, *file; } rows[] = {
        { "term", "report.term" },       { "markdown", "report.md" },
        { "json", "report.json" },       { "csv", "report.csv" },
        { "eval-strict", "report.strict.jsonl" }, { "eval-loose", "report.loose.jsonl" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ifb_buf buf;

        world_golden(world_report(rows[i].id, &buf), rows[i].file);
        ifb_buf_close(&buf);
    }
}

static void the_same_input_gives_the_same_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(all_ids); i++) {
        struct ifb_buf one, two;
        ifb_str a = world_report(all_ids[i], &one), b = world_report(all_ids[i], &two);

        if (!a.len || !ifb_str_eq(a, b))
            fail_msg("%s: %zu and %zu bytes that differ", all_ids[i], a.len, b.len);
        ifb_buf_close(&one);
        ifb_buf_close(&two);
    }
}

static void a_failing_iterator_is_reported(void **state)
{
    static const char *const readers[] = { "csv", "html", "eval-strict", "eval-loose" };

    (void)state;
    for (size_t i = 0; i < COUNT(readers); i++) {
        struct world_walk walk = world_walk();
        struct ifb_samples samples = world_iterator(&walk);
        struct ifb_error err = { 0 };
        struct ifb_buf buf;
        struct ifb_sink sink = { &buf, world_collect };

        walk.fails_at = 2;
        ifb_buf_init(&buf, (size_t)1 << 20);
        assert_int_equal(ifb_report_find(ifb_str_of(readers[i]))
                             ->write(&world, &samples, &sink, &err), IFB_EIO);
        assert_string_equal(err.msg, "the disk is gone");
        ifb_buf_close(&buf);
    }
}

struct fussy {
    int calls, allowed;
};

static bool refuse(void *self, const char *bytes, size_t len)
{
    struct fussy *f = self;

    (void)bytes;
    (void)len;
    return ++f->calls <= f->allowed;
}

static void a_sink_that_failed_is_left_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(all_ids); i++) {
        struct world_walk walk = world_walk();
        struct ifb_samples samples = world_iterator(&walk);
        struct fussy fussy = { 0, 0 };
        struct ifb_sink sink = { &fussy, refuse };

        assert_int_equal(ifb_report_find(ifb_str_of(all_ids[i]))
                             ->write(&world, &samples, &sink, NULL), IFB_OK);
        if (fussy.calls != 1)
            fail_msg("%s: asked the sink %d times", all_ids[i], fussy.calls);
    }
}

/* ---- escaping ---- */

static void every_context_has_its_escapes(void **state)
{
    static const struct { ifb_escape *escape; ifb_str in; const char *out; } rows[] = {
        { ifb_escape_text, S("a<b>&\"c'\n\t"), "a&lt;b&gt;&amp;\"c'\n\t" },
        { ifb_escape_text, S("\0\x1b\x7f\r\xc2\x85\xc2\xa0"),
          "\xe2\x90\x80\xe2\x90\x9b\xe2\x90\xa1\xe2\x90\x8d\xef\xbf\xbd\xc2\xa0" },
        { ifb_escape_text, S("\xe2\x80\xaa\xe2\x80\xae\xe2\x81\xa6\xe2\x81\xa9"),
          "[U+202A][U+202E][U+2066][U+2069]" },
        { ifb_escape_text, S("\xe2\x80\xa9\xe2\x80\xaf\xe2\x81\xa5\xe2\x81\xaa\xe2\x80\x8f"),
          "\xe2\x80\xa9\xe2\x80\xaf\xe2\x81\xa5\xe2\x81\xaa\xe2\x80\x8f" },
        { ifb_escape_attr, S("a<b>&\"c'\n\t"), "a&lt;b&gt;&amp;&quot;c&#39;&#10;\t" },
        { ifb_escape_island, S("</script>&\"\\\n\t\x01"),
          "\"\\u003c/script\\u003e\\u0026\\\"\\\\\\n\\t\xe2\x90\x81\"" },
        { ifb_escape_line, S("a\x1b[31mb\nc\td\xd8\x9c\xe2\x80\x8e\xe2\x80\xa8"),
          "a\xe2\x90\x9b[31mb\xe2\x90\x8a" "c\xe2\x90\x89" "d[U+061C][U+200E][U+2028]" },
        { ifb_escape_line, S("\xd8\xa7 <\"&|"), "\xd8\xa7 <\"&|" },
        { ifb_escape_csv, S("plain text"), "plain text" },
        { ifb_escape_csv, S("a,b"), "\"a,b\"" },
        { ifb_escape_csv, S("a;b"), "\"a;b\"" },
        { ifb_escape_csv, S("say \"x\""), "\"say \"\"x\"\"\"" },
        { ifb_escape_csv, S(" lead"), "\" lead\"" },
        { ifb_escape_csv, S("=1+1"), "'=1+1" },
        { ifb_escape_csv, S("+1"), "'+1" },
        { ifb_escape_csv, S("-1"), "'-1" },
        { ifb_escape_csv, S("@x,y"), "\"'@x,y\"" },
        { ifb_escape_csv, S("\t=1"), "'\xe2\x90\x89=1" },
        { ifb_escape_csv, S("\r=1"), "'\xe2\x90\x8d=1" },
        { ifb_escape_csv, S("\xef\xbc\x9d" "1"), "'\xef\xbc\x9d" "1" },
        { ifb_escape_csv, S("a=1"), "a=1" },
        { ifb_escape_csv, S("\0x"), "\xe2\x90\x80x" },
        { ifb_escape_csv, S(""), "" },
        { ifb_escape_markdown, S("a|b_c<i>\n"), "a\\|b_c&lt;i>\xe2\x90\x8a" },
        { ifb_escape_markdown, S("[x](y)"), "\\[x\\](y)" },
    };
    struct ifb_arena *arena = ifb_arena_new();

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        ifb_str got = ifb_escaped(arena, rows[i].escape, rows[i].in);

        if (!ifb_str_is(got, rows[i].out))
            fail_msg("row %zu: got \"%.*s\", wanted \"%s\"", i, IFB_ARG(got), rows[i].out);
        assert_int_equal(ifb_utf8_valid(got), got.len);
    }
    ifb_arena_close(arena);
}

static void long_texts_are_escaped_across_the_pens_buffer(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    size_t n = 3 * IFB_PEN_SIZE + 7;
    char *text = ifb_alloc_raw(arena, n);
    ifb_str got;

    (void)state;
    memset(text, 'x', n);
    text[n - 1] = '<';
    text[IFB_PEN_SIZE - 1] = '&';
    got = ifb_escaped(arena, ifb_escape_text, (ifb_str){ text, n });
    assert_int_equal(got.len, n + 4 + 3);
    assert_memory_equal(got.ptr + IFB_PEN_SIZE - 1, "&amp;", 5);
    assert_memory_equal(got.ptr + got.len - 4, "&lt;", 4);
    ifb_arena_close(arena);
}

static void numbers_are_said_plainly(void **state)
{
    static const struct { struct ifb_said (*say)(double); double in; const char *out; } rows[] = {
        { ifb_say_ms, 0, "0 ms" },          { ifb_say_ms, 999.4, "999 ms" },
        { ifb_say_ms, 1240, "1.24 s" },     { ifb_say_ms, 61000, "61.0 s" },
        { ifb_say_ms, NAN, "n/a" },         { ifb_say_ms, -1, "n/a" },
        { ifb_say_seconds, 12.34, "12.3 s" }, { ifb_say_seconds, 245, "4 min 05 s" },
        { ifb_say_seconds, 7380, "2 h 03 min" }, { ifb_say_seconds, NAN, "n/a" },
    };
    static const struct { int64_t in; const char *out; } counts[] = {
        { 0, "0" }, { 999, "999" }, { 1000, "1,000" }, { 1234567, "1,234,567" },
        { -1234, "-1,234" }, { -123, "-123" }, { INT64_MIN, "-9,223,372,036,854,775,808" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_string_equal(rows[i].say(rows[i].in).text, rows[i].out);
    for (size_t i = 0; i < COUNT(counts); i++)
        assert_string_equal(ifb_say_count(counts[i].in).text, counts[i].out);
    assert_string_equal(ifb_say_share(1, 3, 1).text, "33.3");
    assert_string_equal(ifb_say_share(0, 0, 1).text, "n/a");
}

/* ---- properties ---- */

static void no_report_lets_a_control_character_through(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(all_ids); i++) {
        bool csv = strcmp(all_ids[i], "csv") == 0;
        bool json = strcmp(all_ids[i], "json") == 0 || !strncmp(all_ids[i], "eval", 4);
        struct ifb_buf buf;
        ifb_str text = world_report(all_ids[i], &buf);

        assert_int_equal(ifb_utf8_valid(text), text.len);
        for (size_t k = 0; k < text.len; k++) {
            unsigned char c = (unsigned char)text.ptr[k];
            bool fine = c >= 0x20 && c != 0x7f;

            fine |= c == '\n' || (c == '\t' && !strcmp(all_ids[i], "html"));
            fine |= csv && c == '\r' && k + 1 < text.len && text.ptr[k + 1] == '\n';
            if (!fine)
                fail_msg("%s: byte %02x at %zu", all_ids[i], c, k);
        }
        if (!json)
            assert_false(world_has(text, "\xe2\x80\xae"));
        ifb_buf_close(&buf);
    }
}

static void the_terminal_table_is_aligned_by_display_width(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_buf buf;
    struct ifb_sink sink = { &buf, world_collect };
    struct ifb_grid g;
    struct ifb_pen pen;

    (void)state;
    ifb_buf_init(&buf, 1000);
    ifb_grid_open(&g, arena, "lr");
    ifb_grid_cstr(&g, "\xe6\x97\xa5\xe6\x9c\xac"); /* four columns wide */
    ifb_grid_cstr(&g, "1");
    ifb_grid_cstr(&g, "e\xcc\x81"); /* one column wide */
    ifb_grid_cstr(&g, "22");
    ifb_pen_open(&pen, &sink);
    ifb_grid_print(&g, &pen, "  ");
    ifb_pen_flush(&pen);
    assert_true(ifb_str_is(ifb_buf_view(&buf), "  \xe6\x97\xa5\xe6\x9c\xac   1\n"
                                               "  e\xcc\x81     22\n"));
    ifb_buf_close(&buf);
    ifb_arena_close(arena);
}

static const cJSON *member(const cJSON *object, const char *key)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(object, key);

    if (!v)
        fail_msg("no member \"%s\"", key);
    return v;
}

static void summary_json_has_its_documented_members(void **state)
{
    static const char *const metric_keys[] = { "id", "suite", "model", "value", "unit",
                                               "higher_is_better", "n", "hits", "lo", "hi", "se" };
    static const char *const group_keys[] = { "suite", "model", "kind", "name", "n", "strict_pass",
                                              "loose_pass", "strict_acc", "loose_acc", "errors",
                                              "unscored" };
    struct ifb_buf buf;
    ifb_str text = world_report("json", &buf);
    cJSON *root = cJSON_ParseWithLength(text.ptr, text.len);
    const cJSON *m, *g, *c;

    (void)state;
    assert_non_null(root);
    assert_string_equal(member(root, "schema")->valuestring, "ifbench.summary/1");
    assert_string_equal(member(root, "punkt")->valuestring, "built-in");
    assert_true(cJSON_IsFalse(member(root, "complete")));
    assert_int_equal(cJSON_GetArraySize(member(root, "metrics")), COUNT(world_metrics));
    m = cJSON_GetArrayItem(member(root, "metrics"), 0);
    for (size_t i = 0; i < COUNT(metric_keys); i++)
        member(m, metric_keys[i]);
    assert_true(member(m, "value")->valuedouble == 0.5);
    assert_true(member(m, "lo")->valuedouble == 0.25 && member(m, "hi")->valuedouble == 0.75);
    assert_int_equal(member(m, "hits")->valueint, 2);
    assert_true(cJSON_IsTrue(member(m, "higher_is_better")));
    m = cJSON_GetArrayItem(member(root, "metrics"), 3);
    assert_true(cJSON_IsNull(member(m, "value")) && cJSON_IsNull(member(m, "se")));
    assert_int_equal(member(member(root, "counts"), "total")->valueint, 7);
    assert_int_equal(member(member(root, "counts"), "pending")->valueint, 1);
    assert_int_equal(member(member(root, "tokens"), "out")->valueint, 56789);
    g = cJSON_GetArrayItem(member(root, "groups"), 0);
    for (size_t i = 0; i < COUNT(group_keys); i++)
        member(g, group_keys[i]);
    /* one of four is unscored and in no denominator */
    assert_true(fabs(member(g, "strict_acc")->valuedouble - 1.0 / 3) < 1e-15);
    c = cJSON_GetArrayItem(member(root, "cells"), 0);
    assert_string_equal(member(c, "missing")->valuestring, "fail");
    assert_true(member(member(c, "latency_ms"), "p95")->valuedouble == 2940);
    c = cJSON_GetArrayItem(member(root, "cells"), 1);
    assert_string_equal(member(c, "missing")->valuestring, "unscored");
    assert_true(cJSON_IsNull(member(member(c, "latency_ms"), "p50")));
    assert_int_equal(cJSON_GetArraySize(member(root, "warnings")), 2);
    cJSON_Delete(root);
    ifb_buf_close(&buf);
}

/* One field of RFC 4180 off the front of *text; *end tells that the record ended with it. */
static ifb_str csv_field(ifb_str *text, struct ifb_arena *arena, bool *end)
{
    char *out = ifb_alloc_raw(arena, text->len + 1);
    bool quoted = text->len && text->ptr[0] == '"';
    size_t i = quoted ? 1 : 0, n = 0;

    for (; i < text->len; i++) {
        char c = text->ptr[i];

        if (quoted && c == '"' && i + 1 < text->len && text->ptr[i + 1] == '"')
            i++;
        else if (quoted && c == '"')
            break;
        else if (!quoted && (c == ',' || c == '\r'))
            break;
        else if (!quoted)
            assert_int_not_equal(c, '"');
        out[n++] = c;
    }
    i += quoted;
    assert_true(i < text->len);
    *end = text->ptr[i] == '\r';
    assert_true(*end ? text->ptr[i + 1] == '\n' : text->ptr[i] == ',');
    *text = ifb_str_from(*text, i + (*end ? 2 : 1));
    return (ifb_str){ out, n };
}

static void the_csv_reads_back_as_a_table(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_buf buf;
    ifb_str text = world_report("csv", &buf), cells[7][15];
    size_t rows = 0;

    (void)state;
    for (; text.len; rows++) {
        bool end = false;
        size_t n = 0;

        assert_true(rows < 7);
        for (; !end; n++) {
            assert_true(n < 15);
            cells[rows][n] = csv_field(&text, arena, &end);
        }
        assert_int_equal(n, 15);
    }
    assert_int_equal(rows, 1 + 6);
    assert_true(ifb_str_is(cells[0][11], "outcome"));
    assert_true(ifb_str_is(cells[2][6], "{\"keywords\":[\"a\",\"<b>\"]}"));
    assert_true(ifb_str_starts(cells[3][2], IFB_STR("'=1+1\"><img")));
    assert_true(ifb_str_is(cells[3][3], "1") && ifb_str_is(cells[3][4], "'@group"));
    assert_true(ifb_str_is(cells[3][8], "error") && ifb_str_is(cells[3][12], ""));
    assert_true(ifb_str_starts(cells[3][10], IFB_STR("'=cmd|")));
    assert_true(ifb_str_is(cells[5][2], "'-7;8") && ifb_str_is(cells[5][4], "g, \"1\""));
    assert_true(ifb_str_is(cells[6][5], "") && ifb_str_is(cells[6][11], "pass"));
    for (size_t i = 1; i < rows; i++)
        for (size_t k = 0; k < 15; k++)
            assert_false(cells[i][k].len && strchr("=+-@", cells[i][k].ptr[0]));
    ifb_buf_close(&buf);
    ifb_arena_close(arena);
}

static void ifeval_files_hold_the_upstream_keys(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_buf strict, loose;
    ifb_str text = world_report("eval-strict", &strict), line;
    const struct ifb_json *v;
    size_t n = 0;

    (void)state;
    for (; ifb_str_chop(&text, '\n', &line); n++) {
        assert_int_equal(ifb_json_parse(arena, line, 0, 1, &v, NULL), IFB_OK);
        assert_int_equal(v->n, 5);
        assert_int_equal(ifb_json_get(v, "follow_instruction_list")->n,
                         ifb_json_get(v, "instruction_id_list")->n);
    }
    assert_int_equal(n, 4); /* the unscored one is left out */
    text = ifb_buf_view(&strict);
    ifb_str_chop(&text, '\n', &line);
    assert_true(world_has(line, "\"follow_all_instructions\":false,"
                                "\"follow_instruction_list\":[false,true]"));
    ifb_str_chop(&text, '\n', &line);
    assert_true(world_has(line, "\"prompt\":\"second & last\""));
    assert_true(world_has(line, "\"follow_instruction_list\":[false]")); /* an error */
    text = world_report("eval-loose", &loose);
    ifb_str_chop(&text, '\n', &line);
    assert_true(world_has(line, "\"follow_all_instructions\":true,"
                                "\"follow_instruction_list\":[true,true]"));
    ifb_buf_close(&strict);
    ifb_buf_close(&loose);
    ifb_arena_close(arena);
}

static void a_run_without_anything_still_has_reports(void **state)
{
    static const struct ifb_summary nothing = { .complete = true };

    (void)state;
    for (size_t i = 0; i < COUNT(all_ids); i++) {
        struct world_walk walk = { .fails_at = SIZE_MAX };
        struct ifb_samples samples = world_iterator(&walk);
        struct ifb_buf buf;
        struct ifb_sink sink = { &buf, world_collect };

        ifb_buf_init(&buf, (size_t)1 << 20);
        assert_int_equal(ifb_report_find(ifb_str_of(all_ids[i]))
                             ->write(&nothing, &samples, &sink, NULL), IFB_OK);
        ifb_buf_close(&buf);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_lists_every_report_once),
        cmocka_unit_test(each_report_writes_what_is_expected),
        cmocka_unit_test(the_same_input_gives_the_same_bytes),
        cmocka_unit_test(a_failing_iterator_is_reported),
        cmocka_unit_test(a_sink_that_failed_is_left_alone),
        cmocka_unit_test(every_context_has_its_escapes),
        cmocka_unit_test(long_texts_are_escaped_across_the_pens_buffer),
        cmocka_unit_test(numbers_are_said_plainly),
        cmocka_unit_test(no_report_lets_a_control_character_through),
        cmocka_unit_test(the_terminal_table_is_aligned_by_display_width),
        cmocka_unit_test(summary_json_has_its_documented_members),
        cmocka_unit_test(the_csv_reads_back_as_a_table),
        cmocka_unit_test(ifeval_files_hold_the_upstream_keys),
        cmocka_unit_test(a_run_without_anything_still_has_reports),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
