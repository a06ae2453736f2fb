/* SPDX-License-Identifier: Apache-2.0 */
/* A JSON Schema and a value, as text separated by NUL, else both made of the input. */
#include "scorers/schema.h"

#include "harness/base/arena.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "tests/fuzz/fuzz.h"

static const char *const keys[] = {
    "type", "enum", "const", "anyOf", "oneOf", "allOf", "not", "$ref", "minimum", "maximum",
    "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern",
    "items", "prefixItems", "minItems", "maxItems", "uniqueItems", "properties", "required",
    "additionalProperties", "minProperties", "maxProperties", "$defs", "title", "$id", "a", "b",
    "a/b", "~", "%", NULL
};
static const char *const strings[] = {
    "object", "array", "string", "number", "integer", "boolean", "null", "#", "#/$defs/a",
    "#/$defs/b", "#/properties/a", "#/items", "#/anyOf/0", "#/$defs/a~1b", "#/%25", "a", "b",
    "^a+$", "\\w", "(a|b)*", NULL
};
static const char *const members[] = { "a", "b", "a/b", "~", "%", "", NULL };

/* A keyword with a value of the type that it wants, most of the time. */
static void put_schema(struct fuzz_in *in, struct ifb_arena *arena, int depth,
                       struct ifb_buf *out);

static void put_named(struct fuzz_in *in, struct ifb_arena *arena, int depth, struct ifb_buf *out)
{
    unsigned n = fuzz_below(in, 4);

    ifb_buf_char(out, '{');
    for (unsigned i = 0; i < n; i++) {
        ifb_buf_cstr(out, i ? "," : "");
        ifb_json_quote(out, ifb_str_of(members[fuzz_below(in, 6)]), false);
        ifb_buf_char(out, ':');
        put_schema(in, arena, depth - 1, out);
    }
    ifb_buf_char(out, '}');
}

static void put_list(struct fuzz_in *in, struct ifb_arena *arena, int depth, struct ifb_buf *out)
{
    unsigned n = 1 + fuzz_below(in, 3);

    ifb_buf_char(out, '[');
    for (unsigned i = 0; i < n; i++) {
        ifb_buf_cstr(out, i ? "," : "");
        put_schema(in, arena, depth - 1, out);
    }
    ifb_buf_char(out, ']');
}

static void put_keyword(struct fuzz_in *in, struct ifb_arena *arena, int depth,
                        struct ifb_buf *out)
{
    static const struct fuzz_words words = { members, strings };
    const char *key = keys[fuzz_below(in, sizeof(keys) / sizeof(keys[0]) - 1)];

    ifb_buf_fmt(out, "\"%s\":", key);
    if (strcmp(key, "properties") == 0 || strcmp(key, "$defs") == 0)
        put_named(in, arena, depth, out);
    else if (strstr(key, "Of") && strcmp(key, "multipleOf") != 0)
        put_list(in, arena, depth, out);
    else if (strcmp(key, "prefixItems") == 0)
        put_list(in, arena, depth, out);
    else if (strcmp(key, "items") == 0 || strcmp(key, "not") == 0 || strstr(key, "additional"))
        put_schema(in, arena, depth - 1, out);
    else if (strcmp(key, "required") == 0)
        ifb_buf_cstr(out, fuzz_byte(in) & 1 ? "[\"a\"]" : "[\"a\",\"b\"]");
    else if (strcmp(key, "uniqueItems") == 0)
        ifb_buf_cstr(out, fuzz_byte(in) & 1 ? "true" : "false");
    else if (strcmp(key, "$ref") == 0 || strcmp(key, "type") == 0)
        ifb_json_quote(out, ifb_str_of(strings[fuzz_below(in, 15)]), false);
    else if (strncmp(key, "min", 3) == 0 || strncmp(key, "max", 3) == 0)
        ifb_buf_fmt(out, "%u", fuzz_below(in, 8));
    else
        fuzz_json(in, &words, arena, out);
}

static void put_schema(struct fuzz_in *in, struct ifb_arena *arena, int depth,
                       struct ifb_buf *out)
{
    unsigned n = depth ? fuzz_below(in, 5) : 0;

    if (!n) {
        ifb_buf_cstr(out, fuzz_byte(in) & 1 ? "true" : "{}");
        return;
    }
    ifb_buf_char(out, '{');
    for (unsigned i = 0; i < n; i++) {
        ifb_buf_cstr(out, i ? "," : "");
        put_keyword(in, arena, depth, out);
    }
    ifb_buf_char(out, '}');
}

static ifb_str make_schema(struct fuzz_in *in, struct ifb_arena *arena)
{
    struct ifb_buf buf;
    ifb_str made;

    ifb_buf_init(&buf, (size_t)1 << 20);
    fuzz_byte(in);
    put_schema(in, arena, 6, &buf);
    made = fuzz_exact(arena, ifb_buf_view(&buf));
    ifb_buf_close(&buf);
    return made;
}

static void check(const struct ifb_schema *schema, const struct ifb_json *value,
                  struct ifb_arena *arena)
{
    struct ifb_breach breach = { 0 };
    enum ifb_outcome outcome = ifb_schema_check(schema, value, arena, &breach);

    fuzz_demand(outcome == IFB_PASS || outcome == IFB_FAIL || outcome == IFB_ERROR);
    fuzz_demand(outcome == IFB_PASS || breach.why.len);
    fuzz_demand(outcome != IFB_FAIL || breach.at);
    fuzz_demand(ifb_utf8_valid(breach.why) == breach.why.len);
    fuzz_demand(ifb_schema_check(schema, value, arena, NULL) == outcome);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct fuzz_words words = { members, strings };
    struct ifb_arena *arena = ifb_arena_new();
    struct fuzz_in in = { data, size };
    bool text = fuzz_is_text(&in);
    ifb_str rules = text ? fuzz_until(&in, 0, arena) : make_schema(&in, arena);
    ifb_str document = fuzz_document(&in, text, &words, arena);
    const struct ifb_json *source, *value;
    struct ifb_schema *schema = NULL;
    struct ifb_error err;

    if (!ifb_json_parse(arena, rules, 0, 1, &source, &err)) {
        if (!ifb_schema_new(source, arena, &schema, &err) &&
            !ifb_json_parse(arena, document, 0, 1, &value, &err))
            check(schema, value, arena);
        ifb_schema_close(schema);
    }
    ifb_arena_close(arena);
    return 0;
}
