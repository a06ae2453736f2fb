/* SPDX-License-Identifier: Apache-2.0 */
/* Expressions: outcomes and evidence, load errors, canonical forms, names, limits. */
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
#include "harness/base/yaml.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

/* JSON with ' for ". */
static const struct ifb_json *parse(struct ifb_arena *arena, const char *text)
{
    char *json = ifb_cstr(arena, ifb_str_of(text));
    const struct ifb_json *v = NULL;
    struct ifb_error err = { 0 };

    for (char *p = json; *p; p++)
        *p = *p == '\'' ? '"' : *p;
    if (ifb_json_parse(arena, ifb_str_of(json), IFB_JSON_DUPLICATES, 1, &v, &err))
        fail_msg("%s: %s", text, err.msg);
    return v;
}

/* ---- outcomes, reasons, evidence ---- */

#define ERRS "{'keywords:existence':['(']}"
#define SLOW "{'pattern':'(a+)+b|c'}"  /* errs on AAAA */
#define AAAA "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
    const char *expr, *text;
    enum ifb_outcome outcome;
    const char *spans;  /* "from-to from-to" */
    const char *why;    /* NULL: any */
} rows[] = {
    /* leaves in all spellings */
    { "'punctuation:no_comma'", "a, b", IFB_FAIL, "1-2", "found a comma, wanted none" },
    { "{'punctuation:no_comma':true}", "a b", IFB_PASS, "", NULL },
    { "{'punctuation:no_comma':null}", "a, b", IFB_FAIL, "1-2", NULL },
    { "{'punctuation:no_comma':{}}", "a, b", IFB_FAIL, "1-2", NULL },
    { "{'check':'contains','text':'b'}", "abc", IFB_PASS, "1-2", "found 'b'" },
    { "{'contains':'b'}", "xyz", IFB_FAIL, "", "'b' not found" },
    { "{'contains':['b','z']}", "xyz", IFB_PASS, "2-3", NULL },
    { "{'contains':{'text':['b','z'],'all':true}}", "xyz", IFB_FAIL, "", "'b' not found" },
    { "{'name':'x','contains':'y'}", "xyz", IFB_PASS, "1-2", NULL },
    { "{'keywords:forbidden_words':['tea']}", "Tea", IFB_FAIL, "0-3", NULL },
    /* not */
    { "{'not':{'contains':'b'}}", "a b b", IFB_FAIL, "2-3 4-5", "not.contains: found 'b'" },
    { "{'not':{'contains':'b'}}", "xyz", IFB_PASS, "", "not.contains: 'b' not found" },
    { "{'not':{'not':{'contains':'b'}}}", "xyz", IFB_FAIL, "", NULL },
    { "{'not':" ERRS "}", AAAA, IFB_ERROR, "", NULL },
    /* all and any, and Kleene's third value */
    { "{'all':[{'contains':'a'},{'contains':'b'}]}", "xay b", IFB_PASS, "1-2 4-5", "all of 2 hold" },
    { "{'all':[{'contains':'a'},{'starts':'b'},{'contains':'q'}]}", "xay b", IFB_FAIL, "",
      "all[1].starts: starts with 'xay b', wanted 'b'" },
    { "{'all':[" ERRS ",{'contains':'q'}]}", AAAA, IFB_FAIL, "", "all[1].contains: 'q' not found" },
    { "{'all':[" ERRS ",{'contains':'a'}]}", AAAA, IFB_ERROR, "",
      "all[0].keywords:existence: '(' is not a pattern: missing ), unterminated subpattern at "
      "position 0" },
    { "{'any':[{'contains':'q'},{'contains':'a'}]}", "xay", IFB_PASS, "1-2",
      "any[1].contains: found 'a'" },
    { "{'any':[{'contains':'q'},{'contains':'r'}]}", "xay", IFB_FAIL, "",
      "none of 2 holds; any[1].contains: 'r' not found" },
    { "{'any':[" ERRS ",{'contains':'q'}]}", AAAA, IFB_ERROR, "", NULL },
    { "{'any':[" ERRS ",{'ends':'a'}]}", AAAA, IFB_PASS, "39-40", NULL },
    /* count */
    { "{'count':{'of':[{'contains':'a'},{'contains':'b'},{'contains':'c'}],'min':2}}", "a c",
      IFB_PASS, "0-1 2-3", "2 of 3 hold, wanted at least 2" },
    { "{'count':{'of':[{'contains':'a'},{'contains':'b'}],'max':1}}", "ab", IFB_FAIL, "0-1 1-2",
      "2 of 2 hold, wanted 0 to 1" },
    { "{'count':{'of':[{'contains':'a'},{'not':{'contains':'b'}}],'min':2,'max':2}}", "ab",
      IFB_FAIL, "1-2", "1 of 2 hold, wanted 2" },
    { "{'count':{'of':[" ERRS ",{'contains':'a'}],'min':1}}", AAAA, IFB_PASS, NULL, NULL },
    { "{'count':{'of':[" ERRS ",{'contains':'a'}],'max':1}}", AAAA, IFB_ERROR, "", NULL },
    { "{'count':{'of':[" ERRS ",{'contains':'q'}],'min':2}}", AAAA, IFB_FAIL, "", NULL },
    /* pieces */
    { "{'each':{'unit':'line','check':{'starts':'- '}}}", "- a\n\n - b\nc", IFB_FAIL, "10-11",
      "line 3 of 3: each.starts: starts with 'c', wanted '- '" },
    { "{'each':{'unit':'lines','check':{'starts':'- '}}}", "- a\n\n - b", IFB_PASS, "",
      "true of all 2 lines" },
    { "{'each':{'unit':'bullet','check':{'pattern':'^[A-Z]'}}}", "none", IFB_PASS, "", NULL },
    { "{'each':{'unit':'bullet','min':1,'check':{'pattern':'^[A-Z]'}}}", "none", IFB_FAIL, "",
      "found 0 bullets, wanted at least 1" },
    { "{'each':{'unit':'bullet','check':{'pattern':'^[A-Z]'}}}", "- Tea\n* milk\n", IFB_FAIL,
      "8-12", NULL },
    { "{'none':{'unit':'sentence','check':{'contains':'b'}}}", "A. A bb. C.", IFB_FAIL, "5-6 6-7",
      "sentence 2 of 3: none.contains: found 'b'" },
    { "{'none':{'unit':'sentence','check':{'contains':'q'}}}", "A. A bb. C.", IFB_PASS, "",
      "true of none of 3 sentences" },
    { "{'some':{'unit':'word','check':{'contains':'b'}}}", "ab cb d", IFB_PASS, "0-2 3-5",
      "2 of 3 words hold, wanted at least 1" },
    { "{'some':{'unit':'word','max':1,'check':{'contains':'b'}}}", "ab cb d", IFB_FAIL, "0-2 3-5",
      "2 of 3 words hold, wanted 1" },
    { "{'some':{'unit':'word','check':{'contains':'q'}}}", "ab cb d", IFB_FAIL, "", NULL },
    { "{'first':{'unit':'word','check':{'equals':['Dear','Hi']}}}", "Hi, you", IFB_PASS, "0-2",
      "word 1 of 2: first.equals: is 'Hi'" },
    { "{'last':{'unit':'word','check':{'equals':'end'}}}", "The end.\n", IFB_PASS, "4-7", NULL },
    { "{'nth':{'unit':'paragraph','n':2,'check':{'starts':'b'}}}", "a\n\nb", IFB_PASS, "3-4", NULL },
    { "{'nth':{'unit':'paragraph','n':-2,'check':{'starts':'b'}}}", "a\n\nb", IFB_FAIL, "0-1",
      NULL },
    { "{'nth':{'unit':'paragraph','n':3,'check':{'starts':'b'}}}", "a\n\nb", IFB_FAIL, "",
      "found 2 paragraphs, wanted paragraph 3" },
    { "{'first':{'unit':'headings','check':{'contains':'a'}}}", "no heading", IFB_FAIL, "",
      "found 0 headings, wanted heading 1" },
    { "{'each':{'unit':'matches','pattern':'\\\\d+','check':{'measure':{'unit':'chars','op':'==',"
      "'value':2}}}}", "12 and 345", IFB_FAIL, "9-10", NULL },
    { "{'each':{'unit':'line','check':{'some':{'unit':'word','check':{'equals':'x'}}}}}",
      "a x\nb x c\nd", IFB_FAIL, "10-11",
      "line 3 of 3: 0 of 1 words hold, wanted at least 1" },
    { "{'each':{'unit':'code_block','check':{'not':{'contains':'TODO'}}}}",
      "```c\nint x; // TODO\n```\nTODO", IFB_FAIL, "15-19", NULL },
    { "{'none':{'unit':'raw_line','check':{'equals':''}}}", "a\n\nb", IFB_FAIL, "2-2", NULL },
    { "{'each':{'unit':'line','check':" SLOW "}}", "c\n" AAAA "\nx", IFB_FAIL, "43-44", NULL },
    { "{'each':{'unit':'line','check':" SLOW "}}", "c\n" AAAA "\nc", IFB_ERROR, "2-42", NULL },
    { "{'some':{'unit':'line','check':" SLOW "}}", "c\n" AAAA, IFB_PASS, "0-1", NULL },
    { "{'some':{'unit':'line','max':1,'check':" SLOW "}}", "c\n" AAAA, IFB_ERROR, "2-42", NULL },
    /* leaves with evidence of their own */
    { "{'measure':{'unit':'words','op':'<=','value':2}}", "one two three four", IFB_FAIL, "8-18",
      "found 4 words, wanted <= 2" },
    { "{'measure':{'unit':'bullets','op':'between','value':[1,1]}}", "- a\n- b\n- c", IFB_FAIL,
      "6-7 10-11", "found 3 bullets, wanted 1 to 1" },
    { "{'mentions':{'stems':'boil'}}", "Boil it, boiling.", IFB_PASS, "0-4 9-16",
      "found 'Boil' and more, 2 mentions, wanted at least 1" },
    { "{'charset':{'forbid':'digits'}}", "a12b3", IFB_FAIL, "1-3 4-5", NULL },
    { "{'sorted':'words'}", "b c a", IFB_FAIL, "4-5", "'a' follows 'c', wanted ascending order" },
    { "{'unique':'lines'}", "x\ny\nX", IFB_FAIL, "0-1 4-5", "'X' stands twice" },
    { "{'palindrome':{}}", "abca", IFB_FAIL, "1-2 2-3", NULL },
    { "{'contains':{'text':'\xc3\x89T\xc3\x89','ignore_case':true}}", "l'\xc3\xa9t\xc3\xa9",
      IFB_PASS, "2-7", NULL },
};

static void show_spans(const ifb_verdict *v, char *out, size_t room)
{
    size_t len = 0;

    *out = '\0';
    for (size_t i = 0; i < v->nat && len < room; i++)
        len += (size_t)snprintf(out + len, room - len, "%s%u-%u", i ? " " : "", v->at[i].from,
                                v->at[i].to);
}

static int run_row(size_t i)
{
    struct ifb_arena *arena = ifb_arena_new(), *scratch = ifb_arena_new();
    struct ifb_error err = { 0 };
    struct ifb_constraint c;
    ifb_verdict v = { 0 }, loose, bare;
    char spans[400] = "";
    int bad = 1;

    if (ifb_constraint_load_expression(arena, parse(arena, rows[i].expr), &c, &err)) {
        print_error("%s: %s\n", rows[i].expr, err.msg);
        goto out;
    }
    ifb_constraint_score(&c, ifb_forms_new(arena, ifb_str_of(rows[i].text), NULL), scratch, true,
                         &v, &loose);
    ifb_constraint_score(&c, ifb_forms_new(arena, ifb_str_of(rows[i].text), NULL), scratch, false,
                         &bare, &loose);
    show_spans(&v, spans, sizeof(spans));
    bad = v.outcome != rows[i].outcome || bare.outcome != v.outcome || bare.nat || !v.why.len ||
          (rows[i].spans && strcmp(spans, rows[i].spans)) ||
          (rows[i].why && !ifb_str_is(v.why, rows[i].why));
    if (bad)
        print_error("%s on \"%s\": found %s (%s without reasons) [%s] \"%.*s\", wanted %s [%s] "
                    "\"%s\"\n", rows[i].expr, rows[i].text, ifb_outcome_name(v.outcome),
                    ifb_outcome_name(bare.outcome), spans, IFB_ARG(v.why),
                    ifb_outcome_name(rows[i].outcome), rows[i].spans ? rows[i].spans : "any",
                    rows[i].why ? rows[i].why : "any");
    ifb_constraint_release(&c);
out:
    ifb_arena_close(scratch);
    ifb_arena_close(arena);
    return bad;
}

static void outcomes_reasons_and_evidence(void **state)
{
    int bad = 0;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        bad += run_row(i);
    assert_int_equal(bad, 0);
}

/* ---- faults ---- */

static const struct {
    const char *expr, *says;
} faults[] = {
    { "5", "wanted a check's name or an object, found a number" },
    { "{}", "wanted a check or one of all, any, not, count, each, none, some, first, last, nth" },
    { "{'name':'x'}", "wanted a check or one of all, any, not, count, each, none, some, first, "
      "last, nth" },
    { "'contians'", "unknown check \"contians\", did you mean \"contains\"?" },
    { "'all'", "\"all\" takes members" },
    { "{'all':[]}", "all: wanted an array of expressions, found an empty one" },
    { "{'all':{'contains':'x'}}", "all: wanted an array of expressions, found an object" },
    { "{'all':['punctuation:no_comma','x',{'not':{'contians':'x'}}]}",
      "all[1]: unknown check \"x\"" },
    { "{'all':['punctuation:no_comma','punctuation:no_comma',{'not':{'contains':7}}]}",
      "all[2].not.contains: text: wanted a string or an array of strings, found 7" },
    { "{'all':['punctuation:no_comma',{'check':'contains','txt':'x'}]}",
      "all[1].contains: unknown argument \"txt\", did you mean \"text\"?" },
    { "{'check':'contains'}", "contains: text is missing" },
    { "{'check':7}", "check: wanted a check's name, found a number" },
    { "{'check':'contains','text':null}", "contains: text is missing" },
    { "{'contains':'a','starts':'b'}", "found \"contains\" and \"starts\", wanted one: {\"all\": "
      "[...]} joins checks, {\"check\": NAME, ...} takes arguments" },
    { "{'not':'punctuation:no_comma','all':[]}", "found \"not\" and \"all\", wanted one" },
    { "{'not':'punctuation:no_comma','not':'x'}", "found \"not\" and \"not\", wanted one" },
    { "{'punctuation:no_comma':false}",
      "punctuation:no_comma: takes no arguments, wanted true, perhaps in \"not\"" },
    { "{'punctuation:no_comma':'x'}", "punctuation:no_comma: takes no arguments" },
    { "{'name':7,'contains':'x'}", "name: wanted a string, found a number" },
    { "{'contains':{'text':'x','text':'y'}}", "contains: \"text\" stands twice" },
    { "{'pattern':'('}", "pattern: pattern: missing ), unterminated subpattern at position 0" },
    { "{'measure':{'unit':'words','op':'=>','value':1}}", "measure: op: wanted one of \"<\", "
      "\"<=\", \"==\", \"!=\", \">=\", \">\", \"between\", found =>" },
    { "{'measure':{'unit':'words','op':'between','value':1}}",
      "measure: value: wanted two whole numbers [a, b] for between" },
    { "{'length_constraints:number_words':{'num_words':-1,'relation':'at least'}}",
      "length_constraints:number_words: num_words: wanted a whole number from 0 to 1e+15, found "
      "-1" },
    { "{'keywords:existence':[]}", "keywords:existence: keywords is empty" },
    { "{'count':{'of':['punctuation:no_comma']}}", "count: min or max is missing" },
    { "{'count':{'of':['punctuation:no_comma'],'min':2,'max':1}}", "count: max 1 is below min 2" },
    { "{'count':{'min':1}}", "count: of is missing" },
    { "{'count':{'of':['punctuation:no_comma','x'],'min':1}}", "count[1]: unknown check \"x\"" },
    { "{'count':{'of':['punctuation:no_comma'],'min':1.5}}",
      "count: min: wanted a whole number from 0 to 1e+09, found 1.5" },
    { "{'each':'x'}", "each: wanted an object, found a string" },
    { "{'each':{'unit':'line'}}", "each: check is missing" },
    { "{'each':{'check':'punctuation:no_comma'}}", "each: unit is missing" },
    { "{'each':{'unit':'lnie','check':'punctuation:no_comma'}}", "each: unit: unknown unit "
      "\"lnie\", wanted one of words, sentences, lines, raw_lines, paragraphs, bullets, "
      "list_items, headings, code_blocks, chars, letters, digits, uppercase_words, matches" },
    { "{'each':{'unit':'bytes','check':'punctuation:no_comma'}}",
      "each: unit: bytes are counted only, wanted \"chars\"" },
    { "{'each':{'unit':'line','n':1,'check':'punctuation:no_comma'}}",
      "each: unknown member \"n\", wanted min, unit, pattern, check" },
    { "{'each':{'unit':'line','pattern':'x','check':'punctuation:no_comma'}}",
      "each: pattern: belongs to the unit \"matches\" only" },
    { "{'each':{'unit':'match','check':'punctuation:no_comma'}}",
      "each: pattern is missing, which the unit \"matches\" needs" },
    { "{'each':{'unit':'line','check':{'each':{'unit':'word','check':'x'}}}}",
      "each.each: unknown check \"x\"" },
    { "{'nth':{'unit':'line','n':0,'check':'punctuation:no_comma'}}",
      "nth: n: pieces are counted from 1, or from the end: -1" },
    { "{'nth':{'unit':'line','check':'punctuation:no_comma'}}", "nth: n is missing" },
    { "{'all':[\n'punctuation:no_comma',\n{'not':\n'x'}]}",
      "all[1].not: unknown check \"x\" (line 4)" },
    { "{'language':'german'}", "language: is: no language that can be told has the code "
      "\"german\", wanted one such as en, de, zh-cn" },
};

static void faults_are_found_at_load_with_their_place(void **state)
{
    int bad = 0;

    (void)state;
    for (size_t i = 0; i < COUNT(faults); i++) {
        struct ifb_arena *arena = ifb_arena_new();
        struct ifb_error err = { 0 };
        struct ifb_constraint c;
        enum ifb_code code =
            ifb_constraint_load_expression(arena, parse(arena, faults[i].expr), &c, &err);

        if (code != IFB_EINPUT || strcmp(err.msg, faults[i].says) != 0) {
            print_error("%s: found %d \"%s\", wanted \"%s\"\n", faults[i].expr, (int)code, err.msg,
                        faults[i].says);
            bad++;
        }
        if (!code)
            ifb_constraint_release(&c);
        ifb_arena_close(arena);
    }
    assert_int_equal(bad, 0);
}

/* ---- canonical forms and names ---- */

static const struct {
    const char *expr, *form, *id;
    bool negated;
} forms[] = {
    { "'punctuation:no_comma'", "{'check':'punctuation:no_comma'}", "punctuation:no_comma", true },
    { "{ 'punctuation:no_comma' : true }", "{'check':'punctuation:no_comma'}",
      "punctuation:no_comma", true },
    { "{'check':'punctuation:no_comma','x':null}", "{'check':'punctuation:no_comma'}",
      "punctuation:no_comma", true },
    { "{'name':'no commas','punctuation:no_comma':{}}", "{'check':'punctuation:no_comma'}",
      "no commas", true },
    { "{'contains':'\\u0061b'}", "{'check':'contains','text':'ab'}", "contains", false },
    { "{'text':'ab','check':'contains'}", "{'check':'contains','text':'ab'}", "contains", false },
    { "{'not':{'contains':'ab'}}", "{'not':{'check':'contains','text':'ab'}}", "not contains",
      true },
    { "{'measure':{'value':2.0,'unit':'words','op':'<'}}",
      "{'check':'measure','op':'<','unit':'words','value':2}", "measure words", false },
    { "{'measure':{'value':[1e0,20],'unit':'words','op':'between'}}",
      "{'check':'measure','op':'between','unit':'words','value':[1,20]}", "measure words", false },
    { "{'each':{'unit':'line','min':1.0,'check':{'starts':'- '}}}",
      "{'each':{'check':{'check':'starts','text':'- '},'min':1,'unit':'lines'}}",
      "each line starts", false },
    { "{'none':{'unit':'words','check':{'not':{'unique':'letters'}}}}",
      "{'none':{'check':{'not':{'check':'unique','unit':'letters'}},'unit':'words'}}",
      "none word not unique letters", true },
    { "{'all':[{'contains':'a'},'punctuation:no_comma',{'not':'punctuation:no_comma'}]}",
      "{'all':[{'check':'contains','text':'a'},{'check':'punctuation:no_comma'},"
      "{'not':{'check':'punctuation:no_comma'}}]}", "all(3)", false },
    { "{'nth':{'n':-1,'unit':'line','check':{'any':['punctuation:no_comma']}}}",
      "{'nth':{'check':{'any':[{'check':'punctuation:no_comma'}]},'n':-1,'unit':'lines'}}",
      "nth(-1) line any(1)", false },
    { "{'count':{'max':1,'of':['punctuation:no_comma'],'min':null}}",
      "{'count':{'max':1,'of':[{'check':'punctuation:no_comma'}]}}", "count(1)", false },
    { "{'unique':'words'}", "{'check':'unique','unit':'words'}", "unique words", true },
};

static void spellings_have_one_form(void **state)
{
    int bad = 0;

    (void)state;
    for (size_t i = 0; i < COUNT(forms); i++) {
        struct ifb_arena *arena = ifb_arena_new();
        char *form = ifb_cstr(arena, ifb_str_of(forms[i].form));
        char hash[2][IFB_EXPRESSION_HASH];
        struct ifb_error err = { 0 };
        struct ifb_constraint c;
        ifb_str again = { NULL, 0 };

        for (char *p = form; *p; p++)
            *p = *p == '\'' ? '"' : *p;
        assert_int_equal(
            ifb_constraint_load_expression(arena, parse(arena, forms[i].expr), &c, &err), IFB_OK);
        assert_int_equal(ifb_expression_canonical(arena, parse(arena, form), &again, &err), IFB_OK);
        if (!ifb_str_is(c.args_json, form) || !ifb_str_is(again, form) ||
            !ifb_str_is(c.id, forms[i].id) || c.negated != forms[i].negated || c.broken.len) {
            print_error("%s: found %.*s, %.*s, \"%.*s\" %d\n", forms[i].expr,
                        IFB_ARG(c.args_json), IFB_ARG(again), IFB_ARG(c.id), c.negated);
            bad++;
        }
        ifb_expression_hash(c.args_json, hash[0]);
        ifb_expression_hash(again, hash[1]);
        assert_string_equal(hash[0], hash[1]);
        assert_int_equal(strlen(hash[0]), 64);
        ifb_constraint_release(&c);
        ifb_arena_close(arena);
    }
    assert_int_equal(bad, 0);
}

static void needs_are_those_of_all_leaves(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_constraint c;
    struct ifb_error err;

    (void)state;
    assert_int_equal(ifb_constraint_load_expression(
                         arena, parse(arena, "{'all':[{'language':'en'},{'not':{'first':{'unit':"
                                             "'sentence','check':{'contains':'x'}}}}]}"),
                         &c, &err), IFB_OK);
    assert_int_equal(c.needs, IFB_NEEDS_LANGID | IFB_NEEDS_PUNKT);
    ifb_constraint_release(&c);
    ifb_arena_close(arena);
}

static void yaml_and_json_are_the_same(void **state)
{
    static const char yaml[] = "all:\n  - contains: tea\n  - measure: {unit: words, op: <, value: "
                               "9}\n  - punctuation:no_comma\n";
    struct ifb_arena *arena = ifb_arena_new();
    const struct ifb_json *v = NULL;
    struct ifb_error err = { 0 };
    ifb_str a, b;

    (void)state;
    assert_int_equal(ifb_yaml_parse(IFB_STR(yaml), "x", arena, &v, &err), IFB_OK);
    assert_int_equal(ifb_expression_canonical(arena, v, &a, &err), IFB_OK);
    assert_int_equal(ifb_expression_canonical(
                         arena, parse(arena, "{'all':[{'contains':'tea'},{'measure':{'value':9,"
                                             "'op':'<','unit':'words'}},'punctuation:no_comma']}"),
                         &b, &err), IFB_OK);
    assert_true(ifb_str_eq(a, b));
    ifb_arena_close(arena);
}

static void an_expression_outlives_its_document(void **state)
{
    struct ifb_arena *arena = ifb_arena_new(), *document = ifb_arena_new();
    const struct ifb_json *v = parse(document, "{'name':'tea','all':[{'contains':['tea','milk']},"
                                               "{'measure':{'unit':'matches','pattern':'t','op':"
                                               "'between','value':[1,2]}}]}");
    struct ifb_constraint c;
    struct ifb_error err;
    ifb_verdict strict, loose;

    (void)state;
    assert_int_equal(ifb_constraint_load_expression(arena, v, &c, &err), IFB_OK);
    ifb_arena_close(document);
    document = ifb_arena_new();
    assert_true(ifb_str_is(c.id, "tea"));
    ifb_constraint_score(&c, ifb_forms_new(arena, IFB_STR("tea"), NULL), document, true, &strict,
                         &loose);
    assert_int_equal(strict.outcome, IFB_PASS);
    ifb_constraint_release(&c);
    ifb_arena_close(document);
    ifb_arena_close(arena);
}

static void evidence_of_a_loose_form_is_in_the_answer(void **state)
{
    struct ifb_arena *arena = ifb_arena_new(), *scratch = ifb_arena_new();
    ifb_str answer = IFB_STR("Sure!\n**te*a\nBye");
    struct ifb_constraint c;
    struct ifb_error err;
    ifb_verdict strict, loose;

    (void)state;
    assert_int_equal(ifb_constraint_load_expression(
                         arena, parse(arena, "{'first':{'unit':'line','check':{'equals':'tea'}}}"),
                         &c, &err), IFB_OK);
    ifb_constraint_score(&c, ifb_forms_new(arena, answer, NULL), scratch, true, &strict, &loose);
    assert_int_equal(strict.outcome, IFB_FAIL);
    assert_int_equal(loose.outcome, IFB_PASS);
    assert_int_equal(loose.nat, 1);
    assert_true(ifb_str_is(ifb_str_part(answer, loose.at[0].from, loose.at[0].to), "te*a"));
    ifb_constraint_release(&c);
    ifb_arena_close(scratch);
    ifb_arena_close(arena);
}

/* ---- limits ---- */

/* `open` n times, `inner`, `close` n times. */
static char *nest(struct ifb_arena *arena, const char *open, const char *inner, const char *close,
                  int n)
{
    struct ifb_buf buf;
    char *text;

    ifb_buf_init(&buf, 1 << 20);
    for (int i = 0; i < n; i++)
        ifb_buf_cstr(&buf, open);
    ifb_buf_cstr(&buf, inner);
    for (int i = 0; i < n; i++)
        ifb_buf_cstr(&buf, close);
    text = ifb_cstr(arena, ifb_buf_view(&buf));
    ifb_buf_close(&buf);
    return text;
}

static void trees_have_limits(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_error err = { 0 };
    struct ifb_constraint c;
    char *text;

    (void)state;
    text = nest(arena, "{'not':", "'punctuation:no_comma'", "}", 31);
    assert_int_equal(ifb_constraint_load_expression(arena, parse(arena, text), &c, &err), IFB_OK);
    ifb_constraint_release(&c);
    text = nest(arena, "{'not':", "'punctuation:no_comma'", "}", 32);
    assert_int_equal(ifb_constraint_load_expression(arena, parse(arena, text), &c, &err),
                     IFB_EINPUT);
    assert_non_null(strstr(err.msg, "more than 32 levels"));
    text = nest(arena, "{'all':[", "'punctuation:no_comma'", "]}", 60);
    assert_int_equal(ifb_constraint_load_expression(arena, parse(arena, text), &c, &err),
                     IFB_EINPUT);
    text = nest(arena, "{'contains':'x'},", "'punctuation:no_comma'", "", 998);
    text = ifb_cstr(arena, ifb_fmt(arena, "{'all':[%s]}", text));
    assert_int_equal(ifb_constraint_load_expression(arena, parse(arena, text), &c, &err), IFB_OK);
    ifb_constraint_release(&c);
    text = nest(arena, "{'contains':'x'},", "'punctuation:no_comma'", "", 999);
    text = ifb_cstr(arena, ifb_fmt(arena, "{'all':[%s]}", text));
    assert_int_equal(ifb_constraint_load_expression(arena, parse(arena, text), &c, &err),
                     IFB_EINPUT);
    assert_string_equal(err.msg, "all[999]: more than 1000 expressions");
    ifb_arena_close(arena);
}

#define LARGE ((size_t)1 << 20)

/* Expressions that would take hours if nothing held them, on a megabyte of one unit. */
static const struct {
    const char *expr, *unit;
    enum ifb_outcome outcome;  /* UNSCORED: any but that */
} large[] = {
    { "{'each':{'unit':'line','check':{'starts':'a'}}}", "a\n", IFB_PASS },
    { "{'none':{'unit':'line','check':{'contains':'b'}}}", "aaaa a\n", IFB_PASS },
    { "{'each':{'unit':'char','check':{'equals':{'text':['a',' '],'trim':false}}}}",
      "a ", IFB_PASS },
    { "{'each':{'unit':'word','check':{'each':{'unit':'letter','check':{'equals':'a'}}}}}", "aaa ",
      IFB_PASS },
    { "{'each':{'unit':'line','check':{'pattern':'(a+)+b|c'}}}", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
      IFB_ERROR },
    { "{'none':{'unit':'line','check':{'pattern':'(a+)+b|c'}}}", "aaaaaaaaaaaaaa\n", IFB_ERROR },
    { "{'pattern':{'pattern':'a.*b','flags':'i'}}", "a", IFB_ERROR },
    { "{'none':{'unit':'line','check':{'language':'de'}}}", "the old house stood there\n",
      IFB_ERROR },
    { "{'mentions':{'words':['a a a b','a a c']}}", "a ", IFB_FAIL },
    { "{'unique':'words'}", "abc ", IFB_FAIL },
    { "{'sorted':'lines'}", "b\n", IFB_PASS },
    { "{'refusal':{'within':100000000}}", "I can't, I ", IFB_UNSCORED },
    { "{'contains':{'text':'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab','ignore_case':true}}", "a",
      IFB_FAIL },
};

static void a_megabyte_has_an_outcome(void **state)
{
    char *text = malloc(LARGE + 64);
    int bad = 0;

    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < COUNT(large); i++) {
        struct ifb_arena *arena = ifb_arena_new(), *scratch = ifb_arena_new();
        size_t len = 0, unit = strlen(large[i].unit);
        struct ifb_constraint c;
        struct ifb_error err;
        ifb_verdict v, loose;

        for (; len < LARGE; len += unit)
            memcpy(text + len, large[i].unit, unit);
        assert_int_equal(
            ifb_constraint_load_expression(arena, parse(arena, large[i].expr), &c, &err), IFB_OK);
        ifb_constraint_score(&c, ifb_forms_new(arena, (ifb_str){ text, len }, NULL), scratch, true,
                             &v, &loose);
        if (v.outcome == IFB_UNSCORED ||
            (large[i].outcome != IFB_UNSCORED && v.outcome != large[i].outcome)) {
            print_error("%s: found %s (%.*s), wanted %s\n", large[i].expr,
                        ifb_outcome_name(v.outcome), IFB_ARG(v.why),
                        ifb_outcome_name(large[i].outcome));
            bad++;
        }
        ifb_constraint_release(&c);
        ifb_arena_close(scratch);
        ifb_arena_close(arena);
    }
    free(text);
    assert_int_equal(bad, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outcomes_reasons_and_evidence),
        cmocka_unit_test(faults_are_found_at_load_with_their_place),
        cmocka_unit_test(spellings_have_one_form),
        cmocka_unit_test(needs_are_those_of_all_leaves),
        cmocka_unit_test(yaml_and_json_are_the_same),
        cmocka_unit_test(an_expression_outlives_its_document),
        cmocka_unit_test(evidence_of_a_loose_form_is_in_the_answer),
        cmocka_unit_test(trees_have_limits),
        cmocka_unit_test(a_megabyte_has_an_outcome),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
