/* SPDX-License-Identifier: Apache-2.0 */
/* Suites of one's own: what they hold, which faults they have and where, and their variables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include <ifbench/suite.h>

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/base/yaml.h"
#include "harness/engine/plan.h"
#include "suites/template.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define ONE "constraints: ['punctuation:no_comma']"
#define JSON_ONE "\"constraints\":[\"punctuation:no_comma\"]"

/* A folder of its own for the files of a test. */
struct place {
    char dir[64];
    struct ifb_arena *arena;
    const char *names[8];
    size_t n;
};

static struct place new_place(void)
{
    struct place p = { .dir = "/tmp/ifb-suite-XXXXXX" };

    assert_non_null(mkdtemp(p.dir));
    p.arena = ifb_arena_new();
    return p;
}

static const char *put(struct place *p, const char *name, ifb_str text)
{
    const char *path = ifb_path_join(p->arena, p->dir, name);

    assert_int_equal(ifb_file_write(path, text, NULL), IFB_OK);
    for (size_t i = 0; i < p->n; i++)
        if (strcmp(p->names[i], path) == 0)
            return path;
    p->names[p->n++] = path;
    return path;
}

static void leave(struct place *p)
{
    for (size_t i = 0; i < p->n; i++)
        unlink(p->names[i]);
    assert_int_equal(rmdir(p->dir), 0);
    ifb_arena_close(p->arena);
}

/* Faults as "LINE message" lines; the file's folder is left out. */
static void collect(void *self, const char *file, unsigned line, const char *message)
{
    ifb_buf_fmt(self, "%s:%u %s\n", strrchr(file, '/') + 1, line, message);
}

static struct ifb_suite_tally validate(struct place *p, const char *name, const char *text,
                                       struct ifb_buf *out)
{
    struct ifb_suite_tally tally;

    ifb_buf_init(out, 1 << 20);
    assert_int_equal(ifb_suite_validate(put(p, name, ifb_str_of(text)), p->arena, collect, out,
                                        &tally, NULL), IFB_OK);
    ifb_buf_char(out, '\0');
    return tally;
}

/* Each text has exactly one fault. */
static void every_fault_is_told_with_its_line(void **state)
{
    static const struct {
        const char *file, *text, *fault;
    } rows[] = {
        { "a.yaml", "", "a.yaml:1 found null, wanted a suite with items\n" },
        { "a.yaml", "items: [\n", "a.yaml:2 did not find expected node content\n" },
        { "a.yaml", "suite: x\n", "a.yaml:1 items is missing, wanted an array\n" },
        { "a.yaml", "items: 5\n", "a.yaml:1 items is a number, wanted an array\n" },
        { "a.yaml", "items: []\n", "a.yaml:1 items is empty\n" },
        { "a.yaml", "suite: ifeval\nitems: [{id: 1, prompt: x, " ONE "}]\n",
          "a.yaml:1 suite: \"ifeval\" is the name of a built-in suite, choose another\n" },
        { "a.yaml", "suite: a/b\nitems: [{id: 1, prompt: x, " ONE "}]\n",
          "a.yaml:1 suite: \"a/b\" is no name, wanted at most 64 letters, digits, '.', '_' or "
          "'-'\n" },
        { "a.yaml", "\nsytem: x\nitems: [{id: 1, prompt: x, " ONE "}]\n",
          "a.yaml:2 unknown member \"sytem\" of a suite, did you mean \"system\"?\n" },
        { "a.yaml", "defaults:\n  temperature: 11\nitems: [{id: 1, prompt: x, " ONE "}]\n",
          "a.yaml:2 defaults: temperature: wanted a number from 0 to 10, found 11\n" },
        { "a.yaml", "defaults: {max_token: 5}\nitems: [{id: 1, prompt: x, " ONE "}]\n",
          "a.yaml:1 defaults: unknown argument \"max_token\", did you mean \"max_tokens\"?\n" },
        { "a.yaml", "worst_case: 1\nitems: [{id: 1, prompt: x, " ONE "}]\n",
          "a.yaml:1 worst_case is a number, wanted a boolean\n" },
        { "a.yaml", "items:\n- 5\n", "a.yaml:2 an item is a number, wanted an object\n" },
        { "a.yaml", "items:\n- prompt: x\n  " ONE "\n",
          "a.yaml:2 id is missing, wanted a string or a whole number\n" },
        { "a.yaml", "items:\n- id: 1.5\n  prompt: x\n  " ONE "\n",
          "a.yaml:2 id is a number, wanted a string or a whole number\n" },
        { "a.yaml", "items:\n- id: 1\n  " ONE "\n",
          "a.yaml:2 wanted one of prompt, messages, turns\n" },
        { "a.yaml", "items:\n- id: 1\n  prompt: ' '\n  " ONE "\n", "a.yaml:3 prompt is empty\n" },
        { "a.yaml", "items:\n- id: 1\n  prompt: x\n",
          "a.yaml:2 no constraints, wanted at least one\n" },
        { "a.yaml", "items:\n- {id: 1, prompt: x, " ONE "}\n- {id: 1, prompt: y, " ONE "}\n",
          "a.yaml:3 id \"1\" was used on line 2 already\n" },
        { "a.yaml", "items:\n- id: 1\n  prompt: x\n  level: 70000\n  " ONE "\n",
          "a.yaml:4 level is 70000, wanted a whole number from 1 to 65535\n" },
        { "a.yaml", "items:\n- id: 1\n  prompt: x\n  constraints:\n  - punctuation:no_coma\n",
          "a.yaml:5 constraint: unknown check \"punctuation:no_coma\", did you mean "
          "\"punctuation:no_comma\"?\n" },
        { "a.yaml", "items:\n- id: 1\n  prompt: x\n  instruction_id_list: ['punctuation:no_comma']\n"
          "  kwargs: []\n",
          "a.yaml:5 kwargs has 0 members, wanted 1 as in instruction_id_list\n" },
        { "a.yaml", "items:\n- id: 1\n  prompt: x\n  instruction_id_list: "
          "['length_constraints:number_words']\n",
          "a.yaml:4 constraint: length_constraints:number_words: num_words is missing\n" },
        { "a.yaml", "items:\n- id: 1\n  prompt: x {{nam}}\n  vars: {name: y}\n  " ONE "\n",
          "a.yaml:3 unknown variable \"nam\", did you mean \"name\"?\n" },
        { "a.yaml", "items:\n- id: 1\n  prompt: x {{name\n  " ONE "\n",
          "a.yaml:3 \"{{name\" is not closed by \"}}\"; write \\{{ for two braces\n" },
        { "a.yaml", "items:\n- id: 1\n  table: no.csv\n  prompt: x\n  " ONE "\n", NULL },
        { "a.yaml", "table: ../t.csv\nitems: [{id: 1, prompt: x, " ONE "}]\n",
          "a.yaml:1 table \"../t.csv\" is not beside the suite, wanted a name without \"..\" or a "
          "\"/\" in front\n" },
        { "a.yaml", "items:\n- id: 1\n  turns:\n  - prompt: x\n    " ONE "\n  - prompt: y\n"
          "    drop: ['punctuation:no_coma']\n",
          "a.yaml:7 drop: no constraint \"punctuation:no_coma\" is in force, did you mean "
          "\"punctuation:no_comma\"?\n" },
        { "a.yaml", "items:\n- id: 1\n  turns:\n  - prompt: x\n    drop: [a]\n    " ONE "\n",
          "a.yaml:5 drop: there is nothing before the first turn\n" },
        { "a.yaml", "items:\n- id: 1\n  messages: [{role: assistant, content: x}, {role: user, "
          "content: y}]\n  " ONE "\n",
          "a.yaml:3 an assistant message stands behind a user's\n" },
        { "a.yaml", "items:\n- id: 1\n  messages: [{role: user, content: x}, {role: user, "
          "content: y}]\n  " ONE "\n",
          "a.yaml:3 two user messages in a row; what is asked in several turns goes into turns\n" },
        { "a.yaml", "items:\n- id: 1\n  system: s\n  messages: [{role: system, content: x}, {role: "
          "user, content: y}]\n  " ONE "\n",
          "a.yaml:3 system is there twice, also in messages\n" },
        { "a.json", "{\"items\":\n[{\"id\":1,\n\"promt\":\"x\",\"prompt\":\"x\"," JSON_ONE "}]}",
          "a.json:3 unknown member \"promt\" of an item, did you mean \"prompt\"?\n" },
        { "a.json", "{\"items\":\n[,]}", NULL },
        { "a.jsonl", "{\"id\":1,\"prompt\":\"x\"," JSON_ONE "}\n\n{\"id\":1,\"prompt\":\"x\","
          JSON_ONE "}\n", "a.jsonl:3 id \"1\" was used on line 1 already\n" },
        { "a.jsonl", "", "a.jsonl:1 items is empty\n" },
        { "a.jsonl", "{\"id\":1,\"prompt\":\"\xff\"," JSON_ONE "}\n", "a.jsonl:1 not UTF-8\n" },
    };
    struct place p = new_place();

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ifb_buf faults;
        struct ifb_suite_tally t = validate(&p, rows[i].file, rows[i].text, &faults);

        if (t.faults != 1 || (rows[i].fault && strcmp(faults.ptr, rows[i].fault) != 0))
            fail_msg("row %zu: %zu faults:\n%swanted:\n%s", i, t.faults, faults.ptr,
                     rows[i].fault ? rows[i].fault : "");
        ifb_buf_close(&faults);
    }
    leave(&p);
}

/* A run stops at the first fault; a validation goes on. */
static void one_fault_does_not_hide_the_next(void **state)
{
    struct place p = new_place();
    struct ifb_buf faults, many;
    struct ifb_suite_tally t = validate(&p, "a.jsonl",
        "{\"id\":1}\n{bad\n{\"id\":2,\"prompt\":\"x\"," JSON_ONE "}\n[]\n", &faults);

    (void)state;
    assert_int_equal(t.items, 1);
    assert_string_equal(faults.ptr, "a.jsonl:2 a key in quotes was expected\n"
                        "a.jsonl:1 wanted one of prompt, messages, turns\n"
                        "a.jsonl:4 an item is an array, wanted an object\n");
    ifb_buf_close(&faults);
    ifb_buf_init(&many, 1 << 20);
    for (int i = 0; i < 200; i++)
        ifb_buf_cstr(&many, "7\n");
    ifb_buf_char(&many, '\0');
    t = validate(&p, "b.jsonl", many.ptr, &faults);
    assert_int_equal(t.faults, IFB_SUITE_FAULTS_MAX);
    assert_int_equal(ifb_str_count(ifb_buf_view(&faults), IFB_STR("\n")), IFB_SUITE_FAULTS_MAX);
    ifb_buf_close(&faults);
    ifb_buf_close(&many);
    leave(&p);
}

/* Items of a file that has no fault. */
static struct ifb_suite_items load(struct place *p, const char *name, const char *text)
{
    const struct ifb_suite *suite;
    struct ifb_suite_items items;
    struct ifb_error err;

    if (ifb_suite_read(put(p, name, ifb_str_of(text)), p->arena, &suite, &err) ||
        ifb_suite_load(suite, NULL, 0, NULL, p->arena, &items, &err))
        fail_msg("%s", err.msg);
    return items;
}

static void the_head_says_how_to_ask(void **state)
{
    struct place p = new_place();
    struct ifb_suite_items s = load(&p, "my-own.yml",
        "description: d\nsystem: be {{how}}\nvars: {how: kind}\n"
        "defaults: {max_tokens: 7, top_p: 0.5, seed: 3}\n"
        "items:\n- {id: a, prompt: x, " ONE "}\n"
        "- {id: b, prompt: x, system: own, reference: r, group: g, level: 2, tags: [t, t, u], "
        ONE "}\n");
    const struct ifb_item *a = &s.items[0], *b = &s.items[1];

    (void)state;
    assert_string_equal(s.suite->id, "my-own");
    assert_string_equal(s.suite->doc, "d");
    assert_true(s.suite->preset.max_tokens == 7 && s.suite->preset.seed == 3);
    assert_true(s.suite->preset.top_p > 0.49 && s.suite->preset.top_p < 0.51);
    assert_true(s.suite->preset.temperature >= 0 && s.suite->preset.temperature <= 0);
    assert_null(s.suite->sources[1]);
    assert_true(a->prompt.n == 2 && a->prompt.at[0].role == IFB_SYSTEM);
    assert_true(ifb_str_is(a->prompt.at[0].text, "be kind"));
    assert_true(ifb_str_is(b->prompt.at[0].text, "own"));
    assert_true(ifb_str_is(b->reference, "r") && ifb_str_is(b->group, "g") && b->level == 2);
    assert_true(b->tags.n == 2 && ifb_str_is(b->tags.at[1], "u"));
    ifb_suite_unload(&s);
    leave(&p);
}

/* The constraints of turn k are those of the turns before it that were not dropped, and its own. */
static void constraints_hold_until_they_are_dropped(void **state)
{
    static const struct {
        const char *id;
        unsigned turn;
    } want[] = {
        { "startend:quotation", 0 }, { "comma", 0 },
        { "startend:quotation", 1 }, { "comma", 1 }, { "change_case:english_lowercase", 1 },
        { "startend:quotation", 2 }, { "change_case:english_lowercase", 2 },
    };
    struct place p = new_place();
    struct ifb_suite_items s = load(&p, "a.yaml",
        "items:\n- id: a\n  constraints: ['startend:quotation']\n  turns:\n"
        "  - prompt: one\n    constraints: [{'punctuation:no_comma': {}, name: comma}]\n"
        "  - prompt: two\n    constraints: ['change_case:english_lowercase']\n"
        "  - {prompt: three, drop: [comma]}\n");
    const struct ifb_item *a = &s.items[0];

    (void)state;
    assert_int_equal(a->prompt.n, 3);
    assert_int_equal(a->nconstraints, COUNT(want));
    for (size_t i = 0; i < COUNT(want); i++)
        if (!ifb_str_is(a->constraints[i].id, want[i].id) || a->constraints[i].turn != want[i].turn)
            fail_msg("constraint %zu is %.*s of turn %u", i, IFB_ARG(a->constraints[i].id),
                     a->constraints[i].turn);
    assert_ptr_equal(s.suite->metrics, ifb_turn_metrics);
    ifb_suite_unload(&s);
    leave(&p);
}

static void a_tables_row_makes_an_item(void **state)
{
    static const struct {
        const char *csv, *id, *want;
    } rows[] = {
        { "n,word\n3,a\n4,\"b, c\"\n", "x", "x#1 x#2" },
        { "\xef\xbb\xbfid,n,word\nk,3,a\n\nl,4,\"b, c\"\n", "x", "x#k x#l" },
        { "n,word\r\n3,a\r\n4,\"b, c\"\r\n", "\"x-{{n}}\"", "x-3 x-4" },
    };
    struct place p = new_place();

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ifb_suite_items s;

        put(&p, "t.csv", ifb_str_of(rows[i].csv));
        s = load(&p, "a.yaml", ifb_fmt(p.arena,
            "table: t.csv\nitems:\n- id: %s\n  prompt: say {{word}}\n  constraints:\n"
            "  - 'keywords:existence': {keywords: ['{{word}}']}\n"
            "  - 'length_constraints:number_words': {relation: at least, num_words: "
            "'{{ n:number }}'}\n- {id: plain, prompt: no column, " ONE "}\n", rows[i].id).ptr);
        assert_int_equal(s.n, 3);
        assert_string_equal(ifb_fmt(p.arena, "%.*s %.*s", IFB_ARG(s.items[0].id),
                                    IFB_ARG(s.items[1].id)).ptr, rows[i].want);
        assert_true(ifb_str_is(s.items[1].prompt.at[0].text, "say b, c"));
        assert_true(ifb_str_find(s.items[1].constraints[0].args_json,
                                 IFB_STR("\"keywords\":[\"b, c\"]"), 0) != SIZE_MAX);
        assert_true(ifb_str_find(s.items[1].constraints[1].args_json,
                                 IFB_STR("\"num_words\":4"), 0) != SIZE_MAX);
        assert_true(ifb_str_is(s.items[2].id, "plain"));
        assert_string_equal(strrchr(s.suite->sources[1], '/'), "/t.csv");
        ifb_suite_unload(&s);
    }
    leave(&p);
}

static void faults_of_a_table_are_on_its_lines(void **state)
{
    static const struct {
        const char *csv, *fault;
    } rows[] = {
        { "", "t.csv:0 no rows, wanted names in the first line and values below\n" },
        { "a,b\n", "t.csv:0 no rows, wanted names in the first line and values below\n" },
        { "a,b\n1\n", "t.csv:2 1 fields, wanted 2 as in the first line\n" },
        { "a,a\n1,2\n", "t.csv:1 column \"a\" is there twice\n" },
        { "a,\n1,2\n", "t.csv:1 column 2 has no name\n" },
        { "a,b\n1,\xff\n", "t.csv:2 not UTF-8\n" },
        { "a\nx\n", "a.yaml:4 {{a:number}}: \"x\" is no number\n" },
    };
    struct place p = new_place();

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ifb_buf faults;

        put(&p, "t.csv", ifb_str_of(rows[i].csv));
        validate(&p, "a.yaml", "items:\n- id: x\n  table: t.csv\n  prompt: x {{a:number}}\n  " ONE
                 "\n", &faults);
        if (strcmp(faults.ptr, rows[i].fault) != 0)
            fail_msg("row %zu: got %s", i, faults.ptr);
        ifb_buf_close(&faults);
    }
    leave(&p);
}

/* ---- variables ---- */

static void variables_stand_in_texts_and_alone(void **state)
{
    static const struct {
        const char *in, *out;  /* YAML, JSON; "" where it is refused */
    } rows[] = {
        { "plain", "\"plain\"" },
        { "'{{s}}'", "\"text\"" },
        { "'a {{ s }} b{{n}}'", "\"a text b5\"" },
        { "'{{n}}'", "5" },
        { "'{{n:text}}'", "\"5\"" },
        { "'{{d:number}}'", "2.5" },
        { "'{{b}}'", "true" },
        { "'is {{b}}'", "\"is true\"" },
        { "'{{l}}'", "[1,\"x\"]" },
        { "['{{l}}', {k: 'v{{n}}'}]", "[[1,\"x\"],{\"k\":\"v5\"}]" },
        { "'{{\"{{\"}} and {{\"}}\"}}'", "\"{{ and }}\"" },
        { "'\\{{s}}'", "\"{{s}}\"" },
        { "'x\\{{s}}{{s}}'", "\"x{{s}}text\"" },
        { "'}} { {'", "\"}} { {\"" },
        { "'{{t}}'", "\"{{s}}\"" },  /* values are not expanded again */
        { "'{{inner}}'", "\"in\"" },  /* the innermost wins */
        { "'is {{l}}'", "" }, { "'{{z}}'", "" }, { "'{{s'", "" }, { "'{{}}'", "" },
        { "'{{\"'", "" },     { "'{{s:numbr}}'", "" }, { "'{{s:number}}'", "" },
    };
    struct ifb_arena *a = ifb_arena_new();
    const struct ifb_json *outer, *inner, *in, *out;

    (void)state;
    assert_int_equal(ifb_yaml_parse(IFB_STR("{s: text, n: 5, d: '2.5', b: true, l: [1, x], "
                                            "t: '{{s}}', inner: out}"), "v", a, &outer, NULL), 0);
    assert_int_equal(ifb_yaml_parse(IFB_STR("{inner: in}"), "v", a, &inner, NULL), 0);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ifb_scope suite = { .vars = outer }, item = { .vars = inner, .outer = &suite };
        size_t room = 1000;
        struct ifb_template t = { a, &item, &room };
        struct ifb_error err;
        struct ifb_buf buf;
        struct ifb_jw w;
        unsigned line = 0;
        enum ifb_code code;

        assert_int_equal(ifb_yaml_parse(ifb_str_of(rows[i].in), "t", a, &in, NULL), IFB_OK);
        code = ifb_template_expand(&t, in, &out, &line, &err);
        if ((code != IFB_OK) != (rows[i].out[0] == '\0'))
            fail_msg("%s: code %d", rows[i].in, (int)code);
        if (code)
            continue;
        ifb_buf_init(&buf, 1000);
        ifb_jw_open(&w, &buf);
        ifb_jw_value(&w, NULL, out);
        if (!ifb_str_is(ifb_buf_view(&buf), rows[i].out))
            fail_msg("%s: got %.*s", rows[i].in, (int)buf.len, buf.ptr);
        ifb_buf_close(&buf);
    }
    ifb_arena_close(a);
}

/* A few bytes must not become gigabytes. */
static void what_variables_make_has_a_ceiling(void **state)
{
    struct ifb_arena *a = ifb_arena_new();
    char *big = ifb_alloc(a, 100000);
    struct ifb_json value = { .kind = IFB_JSTRING, .string = { big, 99999 }, .key = IFB_STR("v") };
    struct ifb_json vars = { .kind = IFB_JOBJECT, .n = 1, .first = &value };
    struct ifb_scope scope = { .vars = &vars };
    size_t room = 1 << 20;
    struct ifb_template t = { a, &scope, &room };
    struct ifb_json text = { .kind = IFB_JSTRING, .line = 4 };
    const struct ifb_json *out;
    struct ifb_error err;
    unsigned line = 0;
    struct ifb_buf buf;

    (void)state;
    memset(big, 'x', 99999);
    ifb_buf_init(&buf, 1 << 20);
    for (int i = 0; i < 100000; i++)
        ifb_buf_cstr(&buf, "{{v}}");
    text.string = ifb_buf_view(&buf);
    assert_int_equal(ifb_template_expand(&t, &text, &out, &line, &err), IFB_ELIMIT);
    assert_int_equal(line, 4);
    ifb_buf_close(&buf);
    ifb_arena_close(a);
}

static void files_are_told_by_their_ending(void **state)
{
    (void)state;
    assert_true(ifb_suite_is_file(IFB_STR("a.yaml")) && ifb_suite_is_file(IFB_STR("x/b.yml")));
    assert_true(ifb_suite_is_file(IFB_STR("a.json")) && ifb_suite_is_file(IFB_STR("a.jsonl")));
    assert_false(ifb_suite_is_file(IFB_STR("ifeval")) || ifb_suite_is_file(IFB_STR("a.txt")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fault_is_told_with_its_line),
        cmocka_unit_test(one_fault_does_not_hide_the_next),
        cmocka_unit_test(the_head_says_how_to_ask),
        cmocka_unit_test(constraints_hold_until_they_are_dropped),
        cmocka_unit_test(a_tables_row_makes_an_item),
        cmocka_unit_test(faults_of_a_table_are_on_its_lines),
        cmocka_unit_test(variables_stand_in_texts_and_alone),
        cmocka_unit_test(what_variables_make_has_a_ceiling),
        cmocka_unit_test(files_are_told_by_their_ending),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
