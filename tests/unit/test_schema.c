/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON Schema: our own tables, hostile schemas and values, and the official test
 * suite for draft 2020-12, where the Debian package that carries it is installed.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <ifbench/check.h>

#include "harness/base/arena.h"
#include "harness/base/decimal.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "scorers/schema.h"

static const struct ifb_json *parse(struct ifb_arena *arena, ifb_str text)
{
    const struct ifb_json *value = NULL;
    struct ifb_error err;

    if (ifb_json_parse(arena, text, 0, 1, &value, &err))
        fail_msg("%.*s: %s", IFB_ARG(text), err.msg);
    return value;
}

/* The outcome of a schema on a value; `why` is "" on a pass; a schema that does not load: ERROR. */
static enum ifb_outcome judge(struct ifb_arena *arena, const char *schema, const char *value,
                              ifb_str *why)
{
    struct ifb_schema *compiled = NULL;
    struct ifb_breach breach = { 0 };
    struct ifb_error err;
    enum ifb_outcome outcome = IFB_ERROR;

    if (ifb_schema_new(parse(arena, ifb_str_of(schema)), arena, &compiled, &err))
        breach.why = ifb_str_copy(arena, ifb_str_of(err.msg));
    else
        outcome = ifb_schema_check(compiled, parse(arena, ifb_str_of(value)), arena, &breach);
    ifb_schema_close(compiled);
    *why = outcome == IFB_PASS ? IFB_STR("") : breach.why;
    return outcome;
}

/* ---- numbers ---- */

static const struct {
    const char *a, *b;
    int order;
} order_rows[] = {
    { "1", "1.0", 0 },        { "10e-1", "1", 0 },      { "0.10", "1e-1", 0 },
    { "0", "-0", 0 },         { "-0.0", "0e9", 0 },     { "1", "2", -1 },
    { "-1", "-2", 1 },        { "-1", "0", -1 },        { "0", "-1", 1 },
    { "9", "10", -1 },        { "1.5", "1.25", 1 },     { "0.001", "0.01", -1 },
    { "1e400", "1e399", 1 },  { "-1e400", "1", -1 },    { "1e-400", "0", 1 },
    { "9007199254740993", "9007199254740992", 1 },
    { "123456789012345678901234567890", "123456789012345678901234567890.0", 0 },
    { "123456789012345678901234567890", "123456789012345678901234567891", -1 },
    { "0.1000000000000000000000001", "0.1", 1 },
    { "1e99999999999999999999", "5", 1 },
};

static void numbers_compare_exactly(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(order_rows) / sizeof(*order_rows); i++) {
        struct ifb_decimal a = ifb_decimal_read(ifb_str_of(order_rows[i].a));
        struct ifb_decimal b = ifb_decimal_read(ifb_str_of(order_rows[i].b));

        if (ifb_decimal_cmp(&a, &b) != order_rows[i].order ||
            ifb_decimal_cmp(&b, &a) != -order_rows[i].order)
            fail_msg("row %zu: %s and %s give %d and %d", i, order_rows[i].a, order_rows[i].b,
                     ifb_decimal_cmp(&a, &b), ifb_decimal_cmp(&b, &a));
        if (!order_rows[i].order)
            assert_true(ifb_decimal_hash(&a) == ifb_decimal_hash(&b));
    }
}

static const struct {
    const char *value, *divisor;
    bool divides;
} divide_rows[] = {
    { "19.99", "0.01", true },  { "0.3", "0.1", true },      { "0.35", "0.1", false },
    { "6", "2", true },         { "7", "2", false },         { "0", "3", true },
    { "-9", "3", true },        { "1e300", "3", false },     { "3e300", "3", true },
    { "1e300", "1024", true },  { "1e9", "1024", false },    { "1e10", "1024", true },
    { "4.5", "1.5", true },     { "0.0075", "0.0001", true },
    { "111111111111111111111111111111111", "3", true },
    { "5", "1e1", false },      { "50", "1e1", true },
};

static void numbers_divide_exactly(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(divide_rows) / sizeof(*divide_rows); i++) {
        struct ifb_decimal a = ifb_decimal_read(ifb_str_of(divide_rows[i].value));
        struct ifb_decimal by = ifb_decimal_read(ifb_str_of(divide_rows[i].divisor));

        if (ifb_decimal_divides(&by, &a) != divide_rows[i].divides)
            fail_msg("row %zu: %s by %s", i, divide_rows[i].value, divide_rows[i].divisor);
    }
}

/* ---- rules ---- */

static const struct {
    const char *schema, *value, *why;  /* "": a pass */
} rule_rows[] = {
    { "{\"items\":{\"properties\":{\"price\":{\"maximum\":10}}}}",
      "[{},{},{},{\"price\":12.5}]", "/3/price: 12.5 is more than maximum 10" },
    { "{\"type\":\"integer\"}", "1.0", "" },
    { "{\"type\":\"integer\"}", "1e2", "" },
    { "{\"type\":\"integer\"}", "1.5", "(root): 1.5 is not of type integer" },
    { "{\"type\":[\"string\",\"null\"]}", "1", "(root): 1 is not of type null or string" },
    { "{\"const\":9007199254740993}", "9007199254740992",
      "(root): 9007199254740992 is not const 9007199254740993" },
    { "{\"enum\":[1,\"a\",{\"x\":[1.0]}]}", "{\"x\":[1]}", "" },
    { "{\"enum\":[1,\"a\"]}", "\"b\"", "(root): \"b\" is none of the 2 values of enum" },
    { "{\"exclusiveMinimum\":0}", "0", "(root): 0 is not more than exclusiveMinimum 0" },
    { "{\"exclusiveMaximum\":1}", "1.0", "(root): 1.0 is not less than exclusiveMaximum 1" },
    { "{\"minimum\":1}", "0.999", "(root): 0.999 is less than minimum 1" },
    { "{\"multipleOf\":0.01}", "19.99", "" },
    { "{\"multipleOf\":0.01}", "0.005", "(root): 0.005 is no multiple of 0.01 (multipleOf)" },
    { "{\"minLength\":2}", "\"\xf0\x9f\x98\x80\"", "(root): 1 characters are less than minLength 2" },
    { "{\"maxLength\":1}", "\"\xf0\x9f\x98\x80\"", "" },
    { "{\"pattern\":\"^[a-z]+$\"}", "\"A\"", "(root): \"A\" does not match pattern '^[a-z]+$'" },
    { "{\"pattern\":\"b\"}", "\"a\\u0000b\"", "" },
    { "{\"minItems\":1}", "[]", "(root): 0 items are less than minItems 1" },
    { "{\"maxItems\":1}", "[1,2]", "(root): 2 items are more than maxItems 1" },
    { "{\"uniqueItems\":true}", "[1,2,1.0]", "/2: 1.0 is also item 0 (uniqueItems)" },
    { "{\"uniqueItems\":true}", "[{\"a\":1,\"b\":2},{\"b\":2,\"a\":1}]",
      "/1: an object of 2 is also item 0 (uniqueItems)" },
    { "{\"uniqueItems\":true}", "[0,false,null,\"\",[],{},\"0\"]", "" },
    { "{\"prefixItems\":[{\"type\":\"null\"}],\"items\":false}", "[null,1]",
      "/1: nothing is allowed here (schema false)" },
    { "{\"minProperties\":1}", "{}", "(root): 0 members are less than minProperties 1" },
    { "{\"required\":[\"b\",\"a\"]}", "{\"b\":1}", "(root): required \"a\" is missing" },
    { "{\"required\":[\"a\"],\"additionalProperties\":false}", "{\"a\":1}",
      "/a: this member is not allowed (additionalProperties)" },
    { "{\"additionalProperties\":{\"type\":\"null\"}}", "{\"a/b~c\":1}",
      "/a~1b~0c: 1 is not of type null" },
    { "{\"anyOf\":[{\"type\":\"null\"},{\"minimum\":3}]}", "2",
      "(root): 2 matches none of the 2 schemas of anyOf" },
    { "{\"oneOf\":[{\"minimum\":1},{\"minimum\":3}]}", "4",
      "(root): 4 matches more than one of the 2 schemas of oneOf" },
    { "{\"allOf\":[{\"minimum\":1},{\"minimum\":3}]}", "2", "(root): 2 is less than minimum 3" },
    { "{\"not\":{\"type\":\"null\"}}", "null", "(root): null matches the schema of not" },
    { "{\"$defs\":{\"a b\":{\"type\":\"null\"}},\"$ref\":\"#/$defs/a%20b\"}", "1",
      "(root): 1 is not of type null" },
    { "{\"properties\":{\"next\":{\"$ref\":\"#\"},\"v\":{\"type\":\"integer\"}}}",
      "{\"v\":1,\"next\":{\"next\":{\"v\":\"x\"}}}", "/next/next/v: \"x\" is not of type integer" },
    { "{\"format\":\"email\",\"title\":\"t\",\"default\":1,\"examples\":[]}", "\"no\"", "" },
    { "false", "1", "(root): nothing is allowed here (schema false)" },
    { "true", "1", "" },
};

static void rules_hold_and_say_where_they_break(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rule_rows) / sizeof(*rule_rows); i++) {
        struct ifb_arena *arena = ifb_arena_new();
        ifb_str why;

        judge(arena, rule_rows[i].schema, rule_rows[i].value, &why);
        if (!ifb_str_is(why, rule_rows[i].why))
            fail_msg("row %zu: %s: found '%.*s', wanted '%s'", i, rule_rows[i].schema,
                     IFB_ARG(why), rule_rows[i].why);
        ifb_arena_close(arena);
    }
}

static const struct {
    const char *schema, *why;
} load_rows[] = {
    { "1", "schema #: wanted a schema, an object or true or false" },
    { "{\"propertys\":{}}", "schema #/propertys: this keyword is not supported" },
    { "{\"properties\":{\"a/b\":{\"if\":true}}}",
      "schema #/properties/a~1b/if: this keyword is not supported" },
    { "{\"anyOf\":[true,{\"contains\":1}]}",
      "schema #/anyOf/1/contains: this keyword is not supported" },
    { "{\"type\":\"int\"}", "schema #/type: wanted null, boolean, number" },
    { "{\"type\":[]}", "schema #/type: wanted null, boolean, number" },
    { "{\"type\":[\"null\",\"null\"]}", "schema #/type: wanted null, boolean, number" },
    { "{\"minimum\":\"1\"}", "schema #/minimum: wanted a number" },
    { "{\"minLength\":-1}", "schema #/minLength: wanted a whole number from 0" },
    { "{\"minLength\":1.5}", "schema #/minLength: wanted a whole number from 0" },
    { "{\"multipleOf\":0}", "schema #/multipleOf: wanted a number above 0" },
    { "{\"multipleOf\":0.1234567890123456789}", "schema #/multipleOf: wanted at most 18 digits" },
    { "{\"pattern\":\"(\"}", "schema #/pattern: " },
    { "{\"items\":[{}]}", "schema #/items: wanted a schema" },
    { "{\"allOf\":[]}", "schema #/allOf: wanted an array of schemas, at least one" },
    { "{\"required\":\"a\"}", "schema #/required: wanted an array of names" },
    { "{\"$ref\":\"other.json\"}", "schema #/$ref: references stay inside the document" },
    { "{\"$ref\":\"#name\"}", "schema #/$ref: references stay inside the document" },
    { "{\"$ref\":\"#/$defs/x\"}", "schema #/$ref: \"#/$defs/x\" points at nothing" },
    { "{\"$ref\":\"#\"}", "schema #: comes back to itself" },
    { "{\"items\":{\"anyOf\":[true,{\"$ref\":\"#/items\"}]}}", "schema #/items: comes back" },
    { "{\"$defs\":{\"a\":{\"$ref\":\"#/$defs/b\"},\"b\":{\"not\":{\"$ref\":\"#/$defs/a\"}}}}",
      "schema #/$defs/a: comes back to itself" },
    { "{\"items\":{\"$id\":\"x\"}}", "schema #/items/$id: $id is taken at the root only" },
};

static void what_is_not_held_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(load_rows) / sizeof(*load_rows); i++) {
        struct ifb_arena *arena = ifb_arena_new();
        ifb_str why;

        if (judge(arena, load_rows[i].schema, "1", &why) != IFB_ERROR ||
            !ifb_str_starts(why, ifb_str_of(load_rows[i].why)))
            fail_msg("row %zu: %s: found '%.*s', wanted '%s'", i, load_rows[i].schema,
                     IFB_ARG(why), load_rows[i].why);
        ifb_arena_close(arena);
    }
}

/* ---- hostile ---- */

#define MEGABYTE ((size_t)1 << 20)

/* `piece` over and over, a megabyte of it, between `head` and `tail`. */
static char *megabyte(const char *head, const char *piece, const char *tail)
{
    struct ifb_buf text;

    ifb_buf_init(&text, 2 * MEGABYTE);
    ifb_buf_cstr(&text, head);
    while (text.len < MEGABYTE)
        ifb_buf_cstr(&text, piece);
    ifb_buf_cstr(&text, tail);
    ifb_buf_char(&text, '\0');
    assert_false(text.full);
    return text.ptr;
}

/* a0 refers to a1 twice, a1 to a2 twice, ...: 2^40 ways through. */
static char *doubling_schema(void)
{
    struct ifb_buf text;

    ifb_buf_init(&text, 1 << 16);
    ifb_buf_cstr(&text, "{\"$ref\":\"#/$defs/a0\",\"$defs\":{\"a40\":{\"type\":\"null\"}");
    for (int i = 0; i < 40; i++)
        ifb_buf_fmt(&text, ",\"a%d\":{\"anyOf\":[{\"$ref\":\"#/$defs/a%d\"},"
                           "{\"$ref\":\"#/$defs/a%d\"}]}", i, i + 1, i + 1);
    ifb_buf_cstr(&text, "}}");
    ifb_buf_char(&text, '\0');
    return text.ptr;
}

/* A chain of references, each to the next: as deep as it is long. */
static char *chain_schema(void)
{
    struct ifb_buf text;

    ifb_buf_init(&text, MEGABYTE);
    ifb_buf_cstr(&text, "{\"$ref\":\"#/$defs/a0\",\"$defs\":{\"a4000\":true");
    for (int i = 0; i < 4000; i++)
        ifb_buf_fmt(&text, ",\"a%d\":{\"$ref\":\"#/$defs/a%d\"}", i, i + 1);
    ifb_buf_cstr(&text, "}}");
    ifb_buf_char(&text, '\0');
    return text.ptr;
}

static void expect(char *schema, char *value, enum ifb_outcome outcome, const char *why_part)
{
    struct ifb_arena *arena = ifb_arena_new();
    ifb_str why;
    enum ifb_outcome found = judge(arena, schema, value, &why);

    if (found != outcome || ifb_str_find(why, ifb_str_of(why_part), 0) == SIZE_MAX)
        fail_msg("%.60s on %.60s: found %s '%.*s', wanted %s '%s'", schema, value,
                 ifb_outcome_name(found), IFB_ARG(why), ifb_outcome_name(outcome), why_part);
    ifb_arena_close(arena);
}

static void hostile_schemas_and_values_end(void **state)
{
    char *doubling = doubling_schema(), *chain = chain_schema();
    char *same = megabyte("[[]", ",[]", "]"), *ones = megabyte("[1", ",1", "]");
    char *digits = megabyte("1", "7", ""), *letters = megabyte("\"", "a", "\"");
    char unique[] = "{\"uniqueItems\":true}", one[] = "1";
    char tree[] = "{\"$defs\":{\"t\":{\"type\":\"array\",\"items\":{\"anyOf\":[{\"$ref\":\"#/$defs/t\"},"
                  "{\"type\":\"integer\"}]}}},\"$ref\":\"#/$defs/t\"}";
    /* Each of the strings alone is within the limit of a pattern. */
    char many[] = "{\"items\":{\"anyOf\":[{\"pattern\":\"^(a|a)*$\"},true]}}";
    char *strings = megabyte("[\"b\"", ",\"aaaaaaaaaaaaaab\"", "]");
    char odd[] = "{\"multipleOf\":2}", backtrack[] = "{\"pattern\":\"^(a|aa)+[xy]$\"}";

    (void)state;
    expect(doubling, one, IFB_ERROR, "too many steps");
    expect(chain, one, IFB_ERROR, "too deep");
    expect(unique, same, IFB_FAIL, "is also item 0");
    expect(unique, ones, IFB_FAIL, "is also item 0");
    expect(tree, ones, IFB_PASS, "");
    expect(odd, digits, IFB_FAIL, "no multiple of 2");
    expect(backtrack, letters, IFB_ERROR, "too many steps");
    expect(many, strings, IFB_ERROR, "too many steps");
    free(strings), free(doubling), free(chain), free(same), free(ones), free(digits), free(letters);
}

static void a_megabyte_of_brackets_is_no_answer(void **state)
{
    const struct ifb_check *check = ifb_check_find(IFB_STR("json"));
    char *deep = megabyte("", "[", "");
    struct ifb_arena *arena = ifb_arena_new(), *scratch = ifb_arena_new();
    struct ifb_constraint c;
    ifb_verdict strict, loose;

    (void)state;
    assert_non_null(check);
    assert_int_equal(ifb_constraint_load(arena, IFB_STR("json"), NULL, &c, NULL), IFB_OK);
    ifb_constraint_score(&c, ifb_forms_new(arena, ifb_str_of(deep), NULL), scratch, true, &strict,
                         &loose);
    assert_int_equal(strict.outcome, IFB_ERROR);
    ifb_constraint_release(&c);
    ifb_arena_close(scratch);
    ifb_arena_close(arena);
    free(deep);
}

/* The schema lives on when the document it came in is gone, and spans point at the fault. */
static void schema_outlives_its_document_and_spans_point_at_the_value(void **state)
{
    static const char answer[] = "Here:\n```json\n{\"a\": [1, \"t\\u00e9a\"]}\n```\n";
    struct ifb_arena *arena = ifb_arena_new(), *scratch = ifb_arena_new();
    struct ifb_arena *document = ifb_arena_new();
    struct ifb_constraint c;
    ifb_verdict strict, loose;
    char *text = strdup("{\"extract\":\"fence\",\"schema\":{\"properties\":{\"a\":{\"items\":"
                        "{\"type\":\"integer\"}}}}}");

    (void)state;
    assert_int_equal(ifb_constraint_load(arena, IFB_STR("json"), parse(document, ifb_str_of(text)),
                                         &c, NULL), IFB_OK);
    memset(text, 'x', strlen(text));
    free(text);
    ifb_arena_close(document);
    ifb_constraint_score(&c, ifb_forms_new(arena, ifb_str_of(answer), NULL), scratch, true,
                         &strict, &loose);
    assert_int_equal(strict.outcome, IFB_FAIL);
    assert_int_equal(strict.nat, 1);
    assert_memory_equal(answer + strict.at[0].from, "\"t\\u00e9a\"", 10);
    assert_int_equal(strict.at[0].to - strict.at[0].from, 10);
    assert_true(ifb_str_starts(strict.why, IFB_STR("/a/1: ")));
    ifb_constraint_release(&c);
    ifb_arena_close(scratch);
    ifb_arena_close(arena);
}

/* ---- the official suite ---- */

/* libtest-json-schema-acceptance-perl carries the files of the JSON Schema project. */
#define SUITE "/usr/share/perl5/auto/share/dist/Test-JSON-Schema-Acceptance/tests/draft2020-12"

/* The files of the keywords that are held. */
static const char *const suite_files[] = {
    "additionalProperties", "allOf", "anyOf", "boolean_schema", "const", "default", "defs", "enum",
    "exclusiveMaximum", "exclusiveMinimum", "format", "infinite-loop-detection", "items",
    "maxItems", "maxLength", "maxProperties", "maximum", "minItems", "minLength", "minProperties",
    "minimum", "multipleOf", "not", "oneOf", "pattern", "prefixItems", "properties", "ref",
    "required", "type", "uniqueItems", "optional/bignum", "optional/float-overflow",
    "optional/ecmascript-regex", "optional/non-bmp-regex", "optional/unicode",
    "optional/no-schema",
};

/* Groups whose schemas use what is refused: other documents, anchors, other keywords, \c, \p. */
static const struct {
    const char *file, *group;
} refused_groups[] = {
    { "additionalProperties", "additionalProperties being false does not allow other properties" },
    { "additionalProperties", "non-ASCII pattern with additionalProperties" },
    { "defs", "validate definition against metaschema" },
    { "not", "collect annotations inside a 'not', even if collection is disabled" },
    { "properties", "properties, patternProperties, additionalProperties interaction" },
    { "ref", "remote ref, containing refs itself" },
    { "ref", "Recursive references between schemas" },
    { "ref", "ref creates new scope when adjacent to keywords" },
    { "ref", "refs with relative uris and defs" },
    { "ref", "relative refs with absolute uris and defs" },
    { "ref", "$id must be resolved against nearest parent, not just immediate parent" },
    { "ref", "order of evaluation: $id and $ref" },
    { "ref", "order of evaluation: $id and $anchor and $ref" },
    { "ref", "simple URN base URI with $ref via the URN" },
    { "ref", "URN base URI with f-component" },
    { "ref", "URN base URI with URN and JSON pointer ref" },
    { "ref", "URN base URI with URN and anchor ref" },
    { "ref", "URN ref with nested pointer ref" },
    { "ref", "ref to if" },
    { "ref", "ref to then" },
    { "ref", "ref to else" },
    { "ref", "ref with absolute-path-reference" },
    { "optional/ecmascript-regex", "ECMA 262 regex escapes control codes with \\c and upper letter" },
    { "optional/ecmascript-regex", "ECMA 262 regex escapes control codes with \\c and lower letter" },
    { "optional/ecmascript-regex", "patterns always use unicode semantics with pattern" },
    { "optional/ecmascript-regex", "\\a is not an ECMA 262 control escape" },
    { "optional/ecmascript-regex", "pattern with non-ASCII digits" },
    { "optional/ecmascript-regex", "patterns always use unicode semantics with patternProperties" },
    { "optional/ecmascript-regex", "\\w in patternProperties matches [A-Za-z0-9_], not unicode letters" },
    { "optional/ecmascript-regex", "patternProperties with ASCII ranges" },
    { "optional/ecmascript-regex", "\\d in patternProperties matches [0-9], not unicode digits" },
    { "optional/ecmascript-regex", "patternProperties with non-ASCII digits" },
    { "optional/non-bmp-regex", "Proper UTF-16 surrogate pair handling: patternProperties" },
};

/* Groups where the re of Python and ECMA-262 part: \d, \w and \s beyond ASCII. */
static const char *const python_groups[] = {
    "ECMA 262 \\d matches ascii digits only",
    "ECMA 262 \\D matches everything but ascii digits",
    "ECMA 262 \\w matches ascii letters only",
    "ECMA 262 \\W matches everything but ascii letters",
    "ECMA 262 \\s matches whitespace",
    "ECMA 262 \\S matches everything but whitespace",
    "\\w in patterns matches [A-Za-z0-9_], not unicode letters",
    "\\d in pattern matches [0-9], not unicode digits",
};

struct tally {
    size_t groups, refused, passed, failed, python;
};

static bool is_refused(const char *file, ifb_str group)
{
    for (size_t i = 0; i < sizeof(refused_groups) / sizeof(*refused_groups); i++)
        if (!strcmp(refused_groups[i].file, file) && ifb_str_is(group, refused_groups[i].group))
            return true;
    return false;
}

static bool is_python(const char *file, ifb_str group)
{
    for (size_t i = 0; i < sizeof(python_groups) / sizeof(*python_groups); i++)
        if (!strcmp(file, "optional/ecmascript-regex") && ifb_str_is(group, python_groups[i]))
            return true;
    return false;
}

static void run_cases(struct ifb_arena *arena, const char *file, const struct ifb_json *group,
                      const struct ifb_schema *schema, struct tally *t)
{
    ifb_str name = ifb_json_str(group, "description");

    for (const struct ifb_json *c = ifb_json_get(group, "tests")->first; c; c = c->next) {
        bool valid = ifb_json_get(c, "valid")->truth;
        struct ifb_breach breach = { 0 };
        enum ifb_outcome found = ifb_schema_check(schema, ifb_json_get(c, "data"), arena, &breach);

        if (found == (valid ? IFB_PASS : IFB_FAIL)) {
            t->passed++;
        } else if (is_python(file, name)) {
            t->python++;
        } else {
            ifb_str what = ifb_json_str(c, "description");

            t->failed++;
            print_error("%s: %.*s: %.*s: found %s (%.*s)\n", file, IFB_ARG(name), IFB_ARG(what),
                        ifb_outcome_name(found), IFB_ARG(breach.why));
        }
    }
}

static void run_group(struct ifb_arena *arena, const char *file, const struct ifb_json *group,
                      struct tally *t)
{
    ifb_str name = ifb_json_str(group, "description");
    struct ifb_schema *schema = NULL;
    struct ifb_error err = { 0 };
    bool refused = ifb_schema_new(ifb_json_get(group, "schema"), arena, &schema, &err) != IFB_OK;

    t->groups++;
    t->refused += refused;
    if (refused != is_refused(file, name)) {
        t->failed++;
        print_error("%s: %.*s: %s\n", file, IFB_ARG(name), refused ? err.msg : "not refused");
    } else if (!refused) {
        run_cases(arena, file, group, schema, t);
    }
    ifb_schema_close(schema);
}

static void the_official_suite_agrees(void **state)
{
    struct tally t = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof(suite_files) / sizeof(*suite_files); i++) {
        struct ifb_arena *arena = ifb_arena_new();
        char path[512];
        ifb_str text;
        struct ifb_error err;

        snprintf(path, sizeof(path), SUITE "/%s.json", suite_files[i]);
        if (ifb_file_read(path, 16 << 20, arena, &text, &err)) {
            ifb_arena_close(arena);
            print_message("skipped: %s\n", err.msg);
            skip();
        }
        for (const struct ifb_json *g = parse(arena, text)->first; g; g = g->next)
            run_group(arena, suite_files[i], g, &t);
        ifb_arena_close(arena);
    }
    print_message("draft 2020-12: %zu groups, %zu refused by name; %zu tests pass, %zu differ as "
                  "Python's re does, %zu fail\n", t.groups, t.refused, t.passed, t.python, t.failed);
    assert_int_equal(t.failed, 0);
    assert_int_equal(t.refused, sizeof(refused_groups) / sizeof(*refused_groups));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_compare_exactly),
        cmocka_unit_test(numbers_divide_exactly),
        cmocka_unit_test(rules_hold_and_say_where_they_break),
        cmocka_unit_test(what_is_not_held_is_refused),
        cmocka_unit_test(hostile_schemas_and_values_end),
        cmocka_unit_test(a_megabyte_of_brackets_is_no_answer),
        cmocka_unit_test(schema_outlives_its_document_and_spans_point_at_the_value),
        cmocka_unit_test(the_official_suite_agrees),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
