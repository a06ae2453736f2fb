/* SPDX-License-Identifier: Apache-2.0 */
/* The check `json`: valid JSON, and what is in it, by keys or by a JSON Schema. */
#include "harness/base/json.h"

#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "scorers/families.h"
#include "scorers/fence.h"
#include "scorers/schema.h"

struct json_args {
    const struct ifb_json *schema;
    struct ifb_strs keys;
    int64_t extract;
    struct ifb_schema *compiled;  /* NULL: none asked for */
};

static int by_bytes(const void *a, const void *b)
{
    return ifb_str_cmp(*(const ifb_str *)a, *(const ifb_str *)b);
}

/* Sorted, each once: members are looked up in them, not they among the members. */
static void sort_keys(struct ifb_strs *keys, struct ifb_arena *arena)
{
    ifb_str *at = ifb_new(arena, ifb_str, keys->n);
    size_t n = 0;

    if (!keys->n)
        return;
    memcpy(at, keys->at, keys->n * sizeof(*at));
    qsort(at, keys->n, sizeof(*at), by_bytes);
    for (size_t i = 1; i < keys->n; i++)
        if (!ifb_str_eq(at[n], at[i]))
            at[++n] = at[i];
    *keys = (struct ifb_strs){ at, n + 1 };
}

static enum ifb_code bind_json(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    struct json_args *a = args;

    sort_keys(&a->keys, arena);
    return a->schema ? ifb_schema_new(a->schema, arena, &a->compiled, err) : IFB_OK;
}

static void release_json(void *args)
{
    ifb_schema_close(((struct json_args *)args)->compiled);
}

static enum ifb_outcome check_keys(const struct json_args *a, struct ifb_probe *p,
                                   const struct ifb_json *value)
{
    bool *seen = ifb_new(p->scratch, bool, a->keys.n);

    if (a->keys.n && value->kind != IFB_JOBJECT) {
        ifb_why(p, "found %s, wanted an object with keys", ifb_json_kind_name(value->kind));
        return IFB_FAIL;
    }
    for (const struct ifb_json *m = value->first; m && a->keys.n; m = m->next) {
        const ifb_str *key = bsearch(&m->key, a->keys.at, a->keys.n, sizeof(*key), by_bytes);

        if (key)
            seen[key - a->keys.at] = true;
    }
    for (size_t i = 0; i < a->keys.n; i++)
        if (!seen[i]) {
            ifb_why(p, "the key \"%.*s\" is missing", IFB_ARG(ifb_shown(a->keys.at[i])));
            return IFB_FAIL;
        }
    return IFB_PASS;
}

static enum ifb_outcome check_json(const void *args, struct ifb_probe *p)
{
    const struct json_args *a = args;
    const struct ifb_json *value;
    struct ifb_breach breach = { 0 };
    struct ifb_error err;
    enum ifb_outcome outcome;
    enum ifb_code code;
    ifb_str text;
    unsigned line;

    outcome = ifb_extract(p, a->extract, &text, &line);
    if (outcome != IFB_PASS)
        return outcome;
    code = ifb_json_parse(p->scratch, text, 0, line, &value, &err);
    if (code) {
        ifb_why(p, "no JSON: %s", err.msg);
        return code == IFB_ELIMIT ? IFB_ERROR : IFB_FAIL;
    }
    outcome = check_keys(a, p, value);
    if (outcome != IFB_PASS)
        return outcome;
    if (a->compiled)
        outcome = ifb_schema_check(a->compiled, value, p->scratch, p->explain ? &breach : NULL);
    if (!p->explain)
        return outcome;
    ifb_mark(p, ifb_json_source(text, 0, outcome == IFB_PASS ? value : breach.at));
    if (outcome == IFB_PASS)
        ifb_why(p, a->compiled ? "valid JSON that fits the schema" : "valid JSON");
    else
        ifb_why(p, "%.*s", IFB_ARG(breach.why));
    return outcome;
}

static const struct ifb_field json_fields[] = {
    IFB_FIELD(struct json_args, schema, "schema", .kind = IFB_JSON,
              .doc = "a JSON Schema of draft 2020-12; a keyword that is not supported is an error"),
    IFB_FIELD(struct json_args, keys, "keys", .kind = IFB_STRINGS,
              .doc = "keys that the object has at its top, beside any others"),
    IFB_EXTRACT(struct json_args, extract),
    { 0 }
};

#define PRICES "{\"schema\":{\"type\":\"array\",\"items\":{\"type\":\"object\","             \
               "\"properties\":{\"price\":{\"type\":\"number\",\"maximum\":10}},"            \
               "\"required\":[\"price\"],\"additionalProperties\":false}}}"

static const struct ifb_example json_examples[] = {
    { "{}", "{\"tea\": [1, 2.5, null]}", IFB_PASS },
    { "{}", "Here it is: {\"tea\": 1}", IFB_FAIL },
    { "{}", "{\"tea\": 1, \"tea\": 2}", IFB_FAIL },  /* a key twice */
    { "{}", "NaN", IFB_FAIL },
    { "{\"extract\":\"fence\"}", "Here:\n```json\n{\"tea\": 1}\n```\nEnjoy.", IFB_PASS },
    { "{\"extract\":\"fence\"}", "[1]", IFB_PASS },  /* no fence at all */
    { "{\"extract\":\"fence\"}", "```\n1\n```\n```\n2\n```", IFB_FAIL },
    { "{\"keys\":[\"name\",\"age\"]}", "{\"age\": 3, \"name\": \"A\", \"x\": 0}", IFB_PASS },
    { "{\"keys\":[\"name\"]}", "{\"Name\": \"A\"}", IFB_FAIL },
    { PRICES, "[{\"price\": 10.0}, {\"price\": 1e0}]", IFB_PASS },
    { PRICES, "[{\"price\": 9}, {\"price\": 12.5}]", IFB_FAIL },
    { PRICES, "[{\"price\": 9, \"note\": \"\"}]", IFB_FAIL },
    { "{\"schema\":{\"type\":\"integer\"}}", "1.0", IFB_PASS },
    { "{\"schema\":{\"typ\":\"integer\"}}", "1", IFB_ERROR },  /* an unknown keyword */
    { 0 }
};

const struct ifb_check ifb_json_checks[] = {
    { .id = "json", .doc = "valid JSON, perhaps with certain keys or after a JSON Schema",
      .fields = json_fields, .args_size = sizeof(struct json_args), .bind = bind_json,
      .release = release_json, .run = check_json, .examples = json_examples },
    { 0 }
};
