/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON Schema, the loader: keywords are rows of a table, and what is no row is
 * refused. References are followed last, so that it recurses as deep as the
 * document and no deeper.
 */
#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/regex.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "scorers/schema_tree.h"

typedef struct ifb_schema_node node;
typedef struct ifb_place place;

struct loader {
    struct ifb_arena *arena;
    struct ifb_schema *schema;
    const struct ifb_json *root;
    struct ifb_error *err;
};

static enum ifb_code load_node(struct loader *l, const struct ifb_json *source, const place *at,
                               node **out);

/* ---- places and types ---- */

#define PLACES_SHOWN 12
#define KEY_SHOWN 40

static void print_key(ifb_str key, struct ifb_buf *out)
{
    key = ifb_utf8_cut(key, KEY_SHOWN);
    ifb_buf_char(out, '/');
    for (size_t i = 0; i < key.len; i++) {
        if (key.ptr[i] == '~' || key.ptr[i] == '/')
            ifb_buf_cstr(out, key.ptr[i] == '~' ? "~0" : "~1");
        else
            ifb_buf_char(out, key.ptr[i]);
    }
}

void ifb_place_print(const struct ifb_place *at, struct ifb_buf *out)
{
    const struct ifb_place *way[PLACES_SHOWN];
    size_t n = 0;

    for (; at && n < PLACES_SHOWN; at = at->up)
        way[n++] = at;
    if (at)
        ifb_buf_cstr(out, "...");
    while (n--) {
        if (!way[n]->up)
            ifb_buf_str(out, way[n]->key);
        else if (way[n]->key.ptr)
            print_key(way[n]->key, out);
        else
            ifb_buf_fmt(out, "/%zu", way[n]->index);
    }
}

static const char *const type_names[] = { "null",   "boolean", "number", "integer",
                                          "string", "array",   "object" };

#define NTYPES (sizeof(type_names) / sizeof(type_names[0]))

unsigned ifb_type_bit(ifb_str name)
{
    for (unsigned i = 0; i < NTYPES; i++)
        if (ifb_str_is(name, type_names[i]))
            return 1u << i;
    return 0;
}

void ifb_types_print(unsigned types, struct ifb_buf *out)
{
    const char *between = "";

    for (unsigned i = 0; i < NTYPES; i++)
        if (types >> i & 1) {
            ifb_buf_fmt(out, "%s%s", between, type_names[i]);
            between = " or ";
        }
}

static ifb_str pointer_of(const place *at, struct ifb_arena *arena)
{
    struct ifb_buf text;
    ifb_str copy;

    ifb_buf_init(&text, 4096);
    ifb_place_print(at, &text);
    copy = ifb_str_copy(arena, ifb_buf_view(&text));
    ifb_buf_close(&text);
    return copy;
}

static enum ifb_code bad(struct loader *l, const place *at, const char *wanted)
{
    ifb_str where = pointer_of(at, l->arena);

    return ifb_fail(l->err, IFB_EINPUT, "schema %.*s: %s", IFB_ARG(where), wanted);
}

/* ---- keywords ---- */

struct keyword {
    const char *name;
    enum ifb_code (*load)(struct loader *l, const struct ifb_json *value, const place *at,
                          void *slot);
    size_t offset;  /* of `slot` in a node */
};

/* Annotations. */
static enum ifb_code load_any(struct loader *l, const struct ifb_json *value, const place *at,
                              void *slot)
{
    (void)l, (void)value, (void)at, (void)slot;
    return IFB_OK;
}

static enum ifb_code load_text(struct loader *l, const struct ifb_json *value, const place *at,
                               void *slot)
{
    (void)slot;
    return value->kind == IFB_JSTRING ? IFB_OK : bad(l, at, "wanted a string");
}

static enum ifb_code load_examples(struct loader *l, const struct ifb_json *value, const place *at,
                                   void *slot)
{
    (void)slot;
    return value->kind == IFB_JARRAY ? IFB_OK : bad(l, at, "wanted an array");
}

/* Deeper down $id would give the references below it another document to stand in. */
static enum ifb_code load_id(struct loader *l, const struct ifb_json *value, const place *at,
                             void *slot)
{
    if (((node *)slot)->source != l->root)
        return bad(l, at, "$id is taken at the root only");
    return load_text(l, value, at, slot);
}

static enum ifb_code load_json(struct loader *l, const struct ifb_json *value, const place *at,
                               void *slot)
{
    (void)l, (void)at;
    *(const struct ifb_json **)slot = value;
    return IFB_OK;
}

static enum ifb_code load_enum(struct loader *l, const struct ifb_json *value, const place *at,
                               void *slot)
{
    return value->kind == IFB_JARRAY ? load_json(l, value, at, slot)
                                     : bad(l, at, "wanted an array of values");
}

static enum ifb_code load_types(struct loader *l, const struct ifb_json *value, const place *at,
                                void *slot)
{
    const struct ifb_json *m = value->kind == IFB_JARRAY ? value->first : value;
    unsigned *types = slot;

    for (; m; m = value->kind == IFB_JARRAY ? m->next : NULL) {
        unsigned bit = m->kind == IFB_JSTRING ? ifb_type_bit(m->string) : 0;

        if (!bit || (*types & bit))
            break;
        *types |= bit;
    }
    if (m || !*types)
        return bad(l, at, "wanted null, boolean, number, integer, string, array or object, "
                          "or an array of some of them");
    return IFB_OK;
}

static enum ifb_code load_bound(struct loader *l, const struct ifb_json *value, const place *at,
                                void *slot)
{
    struct ifb_bound *bound = slot;

    if (value->kind != IFB_JNUMBER || !value->string.ptr)
        return bad(l, at, "wanted a number");
    *bound = (struct ifb_bound){ value->string, ifb_decimal_read(value->string) };
    return IFB_OK;
}

static enum ifb_code load_divisor(struct loader *l, const struct ifb_json *value, const place *at,
                                  void *slot)
{
    struct ifb_bound *bound = slot;
    enum ifb_code code = load_bound(l, value, at, slot);

    if (code)
        return code;
    if (!bound->value.n || bound->value.negative)
        return bad(l, at, "wanted a number above 0");
    return bound->value.n <= IFB_DIVISOR_DIGITS ? IFB_OK
                                                : bad(l, at, "wanted at most 18 digits");
}

static enum ifb_code load_quota(struct loader *l, const struct ifb_json *value, const place *at,
                                void *slot)
{
    if (value->kind != IFB_JNUMBER || !value->whole || value->integer < 0)
        return bad(l, at, "wanted a whole number from 0");
    *(struct ifb_quota *)slot = (struct ifb_quota){ true, value->integer };
    return IFB_OK;
}

static enum ifb_code load_bool(struct loader *l, const struct ifb_json *value, const place *at,
                               void *slot)
{
    *(bool *)slot = value->truth;
    return value->kind == IFB_JBOOL ? IFB_OK : bad(l, at, "wanted true or false");
}

static enum ifb_code load_pattern(struct loader *l, const struct ifb_json *value, const place *at,
                                  void *slot)
{
    node *n = slot;
    struct ifb_error local;
    ifb_str where;

    if (value->kind != IFB_JSTRING)
        return bad(l, at, "wanted a string");
    n->pattern_source = value->string;
    if (ifb_regex_new(value->string, 0, &n->pattern, &local) == IFB_OK)
        return IFB_OK;
    n->pattern = NULL;
    where = pointer_of(at, l->arena);
    return ifb_fail(l->err, IFB_EINPUT, "schema %.*s: %s", IFB_ARG(where), local.msg);
}

static enum ifb_code load_ref(struct loader *l, const struct ifb_json *value, const place *at,
                              void *slot)
{
    if (value->kind != IFB_JSTRING)
        return bad(l, at, "wanted a string");
    if (!ifb_str_is(value->string, "#") && !ifb_str_starts(value->string, IFB_STR("#/")))
        return bad(l, at, "references stay inside the document, \"#\" or \"#/...\"");
    *(ifb_str *)slot = value->string;
    return IFB_OK;
}

static enum ifb_code load_schema(struct loader *l, const struct ifb_json *value, const place *at,
                                 void *slot)
{
    return load_node(l, value, at, slot);
}

static enum ifb_code load_schemas(struct loader *l, const struct ifb_json *value, const place *at,
                                  void *slot)
{
    struct ifb_nodes *list = slot;
    enum ifb_code code = IFB_OK;

    if (value->kind != IFB_JARRAY || !value->n)
        return bad(l, at, "wanted an array of schemas, at least one");
    list->at = ifb_new(l->arena, node *, value->n);
    for (const struct ifb_json *m = value->first; m && !code; m = m->next) {
        place here = { .up = at, .index = list->n };

        code = load_node(l, m, &here, &list->at[list->n++]);
    }
    return code;
}

static enum ifb_code load_defs(struct loader *l, const struct ifb_json *value, const place *at,
                               void *slot)
{
    enum ifb_code code = IFB_OK;
    node *unused;

    (void)slot;
    if (value->kind != IFB_JOBJECT)
        return bad(l, at, "wanted an object of schemas");
    for (const struct ifb_json *m = value->first; m && !code; m = m->next) {
        place here = { .up = at, .key = m->key };

        code = load_node(l, m, &here, &unused);
    }
    return code;
}

static size_t members_of(const struct ifb_json *object, const char *key)
{
    const struct ifb_json *m = ifb_json_get(object, key);

    return m ? m->n : 0;
}

static void add_name(struct loader *l, node *n, struct ifb_name name)
{
    if (!n->names)
        n->names = ifb_new(l->arena, struct ifb_name, members_of(n->source, "properties") +
                                                          members_of(n->source, "required"));
    n->names[n->nnames++] = name;
}

static enum ifb_code load_properties(struct loader *l, const struct ifb_json *value,
                                     const place *at, void *slot)
{
    node *n = slot;
    enum ifb_code code = IFB_OK;

    if (value->kind != IFB_JOBJECT)
        return bad(l, at, "wanted an object of schemas");
    for (const struct ifb_json *m = value->first; m && !code; m = m->next) {
        place here = { .up = at, .key = m->key };
        struct ifb_name name = { .key = m->key };

        code = load_node(l, m, &here, &name.schema);
        add_name(l, n, name);
    }
    return code;
}

static enum ifb_code load_required(struct loader *l, const struct ifb_json *value, const place *at,
                                   void *slot)
{
    node *n = slot;

    if (value->kind != IFB_JARRAY)
        return bad(l, at, "wanted an array of names");
    for (const struct ifb_json *m = value->first; m; m = m->next) {
        if (m->kind != IFB_JSTRING)
            return bad(l, at, "wanted an array of names");
        add_name(l, n, (struct ifb_name){ .key = m->string, .required = true });
    }
    return IFB_OK;
}

#define NODE(member) offsetof(node, member)

static const struct keyword keywords[] = {
    { "$comment", load_text, 0 },
    { "$defs", load_defs, 0 },
    { "$id", load_id, 0 },
    { "$ref", load_ref, NODE(ref_source) },
    { "$schema", load_text, 0 },
    { "additionalProperties", load_schema, NODE(additional) },
    { "allOf", load_schemas, NODE(all) },
    { "anyOf", load_schemas, NODE(any) },
    { "const", load_json, NODE(constant) },
    { "default", load_any, 0 },
    { "description", load_text, 0 },
    { "enum", load_enum, NODE(values) },
    { "examples", load_examples, 0 },
    { "exclusiveMaximum", load_bound, NODE(below) },
    { "exclusiveMinimum", load_bound, NODE(above) },
    { "format", load_text, 0 },
    { "items", load_schema, NODE(items) },
    { "maxItems", load_quota, NODE(max_items) },
    { "maxLength", load_quota, NODE(max_length) },
    { "maxProperties", load_quota, NODE(max_members) },
    { "maximum", load_bound, NODE(maximum) },
    { "minItems", load_quota, NODE(min_items) },
    { "minLength", load_quota, NODE(min_length) },
    { "minProperties", load_quota, NODE(min_members) },
    { "minimum", load_bound, NODE(minimum) },
    { "multipleOf", load_divisor, NODE(multiple) },
    { "not", load_schema, NODE(negated) },
    { "oneOf", load_schemas, NODE(one) },
    { "pattern", load_pattern, 0 },
    { "prefixItems", load_schemas, NODE(prefix) },
    { "properties", load_properties, 0 },
    { "required", load_required, 0 },
    { "title", load_text, 0 },
    { "type", load_types, NODE(types) },
    { "uniqueItems", load_bool, NODE(unique) },
};

#define NKEYWORDS (sizeof(keywords) / sizeof(keywords[0]))

static enum ifb_code load_keyword(struct loader *l, node *n, const struct ifb_json *member,
                                  const place *at)
{
    place here = { .up = at, .key = member->key };

    for (size_t i = 0; i < NKEYWORDS; i++)
        if (ifb_str_is(member->key, keywords[i].name))
            return keywords[i].load(l, member, &here, (char *)n + keywords[i].offset);
    return bad(l, &here, "this keyword is not supported");
}

/* ---- nodes ---- */

static size_t bucket_of(const struct ifb_json *source)
{
    return (size_t)(((uintptr_t)source >> 4) * 0x9e3779b97f4a7c15u >> 32) % IFB_SCHEMA_BUCKETS;
}

static node *find_node(const struct ifb_schema *schema, const struct ifb_json *source)
{
    node *n = schema->buckets[bucket_of(source)];

    while (n && n->source != source)
        n = n->chain;
    return n;
}

static node *add_node(struct loader *l, const struct ifb_json *source, const place *at)
{
    node *n = ifb_new(l->arena, node, 1), **bucket = &l->schema->buckets[bucket_of(source)];

    n->source = source;
    n->pointer = pointer_of(at, l->arena);
    n->chain = *bucket;
    *bucket = n;
    if (l->schema->last)
        l->schema->last->next = n;
    else
        l->schema->first = n;
    l->schema->last = n;
    l->schema->n++;
    return n;
}

static int by_key(const void *a, const void *b)
{
    const struct ifb_name *x = a, *y = b;

    return ifb_str_cmp(x->key, y->key);
}

/* Sorts the names and makes one of a name that is both described and required. */
static void merge_names(node *n)
{
    size_t kept = 0;

    if (!n->nnames)
        return;
    qsort(n->names, n->nnames, sizeof(*n->names), by_key);
    for (size_t i = 1; i < n->nnames; i++) {
        struct ifb_name *last = &n->names[kept], *name = &n->names[i];

        if (!ifb_str_eq(last->key, name->key)) {
            n->names[++kept] = *name;
            continue;
        }
        last->required |= name->required;
        last->schema = last->schema ? last->schema : name->schema;
    }
    n->nnames = kept + 1;
    for (size_t i = 0; i < n->nnames; i++)
        n->nrequired += n->names[i].required;
}

static enum ifb_code load_node(struct loader *l, const struct ifb_json *source, const place *at,
                               node **out)
{
    enum ifb_code code = IFB_OK;

    if (l->schema->n == IFB_SCHEMA_NODES)
        return bad(l, at, "more than 10000 schemas");
    *out = add_node(l, source, at);
    if (source->kind == IFB_JBOOL) {
        (*out)->never = !source->truth;
        return IFB_OK;
    }
    if (source->kind != IFB_JOBJECT)
        return bad(l, at, "wanted a schema, an object or true or false");
    for (const struct ifb_json *m = source->first; m && !code; m = m->next)
        code = load_keyword(l, *out, m, at);
    merge_names(*out);
    return code;
}

/* ---- references ---- */

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* %XX and then ~0 and ~1 decoded, in one of the two ways; false when malformed. */
static bool decode(struct ifb_arena *arena, ifb_str s, bool percent, ifb_str *out)
{
    char *to = ifb_alloc_raw(arena, s.len + 1);
    size_t n = 0;

    for (size_t i = 0; i < s.len; i++) {
        int high, low;

        if (s.ptr[i] != (percent ? '%' : '~')) {
            to[n++] = s.ptr[i];
        } else if (!percent) {
            if (++i == s.len || (s.ptr[i] != '0' && s.ptr[i] != '1'))
                return false;
            to[n++] = s.ptr[i] == '0' ? '~' : '/';
        } else {
            high = i + 2 < s.len ? hex(s.ptr[i + 1]) : -1;
            low = i + 2 < s.len ? hex(s.ptr[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            to[n++] = (char)(high * 16 + low);
            i += 2;
        }
    }
    *out = (ifb_str){ to, n };
    return true;
}

static const struct ifb_json *step(const struct ifb_json *from, ifb_str token)
{
    const struct ifb_json *m = from->first;
    int64_t index;

    if (from->kind == IFB_JOBJECT) {
        while (m && !ifb_str_eq(m->key, token))
            m = m->next;
        return m;
    }
    if (from->kind != IFB_JARRAY || !token.len || (token.len > 1 && token.ptr[0] == '0') ||
        !ifb_str_int(token, &index) || index < 0)
        return NULL;
    return ifb_json_at(from, (size_t)index);
}

/* What a reference points at, or NULL. */
static const struct ifb_json *resolve(const struct loader *l, ifb_str ref)
{
    const struct ifb_json *at = l->root;
    ifb_str rest, token;

    if (!decode(l->arena, ifb_str_from(ref, 1), true, &rest))
        return NULL;
    while (rest.len && at) {
        size_t end;

        rest = ifb_str_from(rest, 1);
        end = ifb_str_chr(rest, '/', 0);
        if (end == SIZE_MAX)
            end = rest.len;
        if (!decode(l->arena, ifb_str_part(rest, 0, end), false, &token))
            return NULL;
        at = step(at, token);
        rest = ifb_str_from(rest, end);
    }
    return at;
}

/* Nodes that a reference adds are behind `n`, so that their own are followed too. */
static enum ifb_code follow_refs(struct loader *l)
{
    for (node *n = l->schema->first; n; n = n->next) {
        place at = { .key = n->ref_source };
        const struct ifb_json *target;
        enum ifb_code code;

        if (!n->ref_source.ptr)
            continue;
        target = resolve(l, n->ref_source);
        if (!target)
            return ifb_fail(l->err, IFB_EINPUT, "schema %.*s/$ref: \"%.*s\" points at nothing",
                            IFB_ARG(n->pointer), IFB_ARG(ifb_utf8_cut(n->ref_source, 80)));
        n->ref = find_node(l->schema, target);
        code = n->ref ? IFB_OK : load_node(l, target, &at, &n->ref);
        if (code)
            return code;
    }
    return IFB_OK;
}

/* The i-th schema that is applied to the same value as `n` is, or NULL. */
static node *beside(const node *n, size_t i)
{
    const struct ifb_nodes *lists[] = { &n->all, &n->any, &n->one };
    node *single[] = { n->ref, n->negated };

    for (size_t k = 0; k < 2; k++)
        if (single[k] && i-- == 0)
            return single[k];
    for (size_t k = 0; k < 3; k++) {
        if (i < lists[k]->n)
            return lists[k]->at[i];
        i -= lists[k]->n;
    }
    return NULL;
}

enum { UNSEEN, OPEN, DONE };

/* Depth first without recursion; an edge to an open node closes a circle. */
static const node *find_circle(node *from)
{
    node *n = from;

    n->state = OPEN;
    while (n) {
        node *next = beside(n, n->cursor++);

        if (!next) {
            n->state = DONE;
            n = n->parent;
        } else if (next->state == OPEN) {
            return next;
        } else if (next->state == UNSEEN) {
            next->state = OPEN;
            next->parent = n;
            n = next;
        }
    }
    return NULL;
}

static enum ifb_code refuse_circles(const struct loader *l)
{
    for (node *n = l->schema->first; n; n = n->next) {
        const node *circle = n->state == UNSEEN ? find_circle(n) : NULL;

        if (circle)
            return ifb_fail(l->err, IFB_EINPUT,
                            "schema %.*s: comes back to itself through $ref without end",
                            IFB_ARG(circle->pointer));
    }
    return IFB_OK;
}

enum ifb_code ifb_schema_new(const struct ifb_json *source, struct ifb_arena *arena,
                             struct ifb_schema **out, struct ifb_error *err)
{
    struct loader l = { .arena = arena, .root = source, .err = err };
    place root = { .key = IFB_STR("#") };
    enum ifb_code code;

    l.schema = *out = ifb_new(arena, struct ifb_schema, 1);
    code = load_node(&l, source, &root, &l.schema->root);
    if (!code)
        code = follow_refs(&l);
    return code ? code : refuse_circles(&l);
}

void ifb_schema_close(struct ifb_schema *schema)
{
    for (node *n = schema ? schema->first : NULL; n; n = n->next) {
        ifb_regex_close(n->pattern);
        n->pattern = NULL;
    }
}
