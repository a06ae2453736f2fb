/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON Schema, the check: a walk over schema and value together, which stops at
 * the first rule that is broken and counts its steps.
 */
#include "scorers/schema.h"

#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/json.h"
#include "harness/base/regex.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "scorers/schema_tree.h"

typedef struct ifb_schema_node node;
typedef struct ifb_place place;
typedef const struct ifb_json json;

struct walk {
    struct ifb_arena *scratch;
    struct ifb_breach *breach;
    int64_t steps, pattern_steps;
    int depth;
    int quiet;  /* inside anyOf, oneOf and not a broken rule is no news */
};

static enum ifb_outcome check_value(struct walk *w, const node *s, json *v, const place *at);

/* ---- what is said ---- */

static void tell(struct walk *w, json *v, const place *at, ifb_str what)
{
    struct ifb_buf text;

    if (!w->breach)
        return;
    ifb_buf_init(&text, 1 << 16);
    if (at->up)
        ifb_place_print(at, &text);
    else
        ifb_buf_cstr(&text, "(root)");
    ifb_buf_fmt(&text, ": %.*s", IFB_ARG(what));
    w->breach->why = ifb_str_copy(w->scratch, ifb_buf_view(&text));
    w->breach->at = v;
    ifb_buf_close(&text);
}

static enum ifb_outcome broken(struct walk *w, json *v, const place *at, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

static enum ifb_outcome broken(struct walk *w, json *v, const place *at, const char *fmt, ...)
{
    va_list ap;

    if (w->quiet)
        return IFB_FAIL;
    va_start(ap, fmt);
    tell(w, v, at, ifb_vfmt(w->scratch, fmt, ap));
    va_end(ap);
    return IFB_FAIL;
}

static enum ifb_outcome give_up(struct walk *w, json *v, const place *at, const char *why)
{
    tell(w, v, at, ifb_str_of(why));
    return IFB_ERROR;
}

/* A value as a message may show it. */
static ifb_str shown(struct walk *w, json *v)
{
    ifb_str s = ifb_shown(v->string);

    if (w->quiet)
        return IFB_STR("");
    switch (v->kind) {
    case IFB_JNULL: return IFB_STR("null");
    case IFB_JBOOL: return v->truth ? IFB_STR("true") : IFB_STR("false");
    case IFB_JNUMBER: return s;
    case IFB_JSTRING:
        return ifb_fmt(w->scratch, "\"%.*s%s\"", IFB_ARG(s), s.len < v->string.len ? "..." : "");
    case IFB_JARRAY: return ifb_fmt(w->scratch, "an array of %zu", v->n);
    case IFB_JOBJECT: break;
    }
    return ifb_fmt(w->scratch, "an object of %zu", v->n);
}

/* ---- equality ---- */

/* Takes steps; false when there are none left. */
static bool spend(struct walk *w, size_t steps)
{
    if (steps > IFB_SCHEMA_STEPS)
        steps = IFB_SCHEMA_STEPS + 1;
    w->steps -= (int64_t)steps;
    return w->steps >= 0;
}

static enum ifb_outcome out_of_steps(struct walk *w, json *v, const place *at)
{
    return give_up(w, v, at, "the schema takes too many steps to check");
}

static int by_key(const void *a, const void *b)
{
    json *const *x = a, *const *y = b;

    return ifb_str_cmp((*x)->key, (*y)->key);
}

static json **sorted_members(struct walk *w, json *object)
{
    json **at = ifb_new(w->scratch, json *, object->n);
    size_t n = 0;

    for (json *m = object->first; m; m = m->next)
        at[n++] = m;
    qsort(at, n, sizeof(*at), by_key);
    return at;
}

static bool equal(struct walk *w, json *a, json *b);

static bool equal_objects(struct walk *w, json *a, json *b)
{
    json **x = sorted_members(w, a), **y = sorted_members(w, b);

    for (size_t i = 0; i < a->n; i++)
        if (!ifb_str_eq(x[i]->key, y[i]->key) || !equal(w, x[i], y[i]))
            return false;
    return true;
}

static bool equal_numbers(json *a, json *b)
{
    struct ifb_decimal x = ifb_decimal_read(a->string), y = ifb_decimal_read(b->string);

    return ifb_decimal_cmp(&x, &y) == 0;
}

/* Not to be trusted when it has used up the steps. */
static bool equal(struct walk *w, json *a, json *b)
{
    if (a->kind != b->kind || a->n != b->n || !spend(w, 1 + a->n + a->string.len / 16))
        return false;
    switch (a->kind) {
    case IFB_JNULL: return true;
    case IFB_JBOOL: return a->truth == b->truth;
    case IFB_JNUMBER: return equal_numbers(a, b);
    case IFB_JSTRING: return ifb_str_eq(a->string, b->string);
    case IFB_JOBJECT: return equal_objects(w, a, b);
    case IFB_JARRAY: break;
    }
    for (json *x = a->first, *y = b->first; x; x = x->next, y = y->next)
        if (!equal(w, x, y))
            return false;
    return true;
}

static uint64_t mix(uint64_t h)
{
    h ^= h >> 31;
    h *= 0x7fb5d329728ea185u;
    h ^= h >> 27;
    return h * 0x81dadef4bc2dd44du;
}

static uint64_t hash_bytes(ifb_str s)
{
    uint64_t h = 0xcbf29ce484222325u;

    for (size_t i = 0; i < s.len; i++)
        h = (h ^ (unsigned char)s.ptr[i]) * 0x100000001b3u;
    return h;
}

/* Equal values have equal hashes: members of an object are added in any order. */
static uint64_t hash(struct walk *w, json *v)
{
    struct ifb_decimal number;
    uint64_t h = (uint64_t)v->kind * 0x9e3779b97f4a7c15u;

    if (!spend(w, 1 + v->string.len / 16))
        return 0;
    if (v->kind == IFB_JNUMBER) {
        number = ifb_decimal_read(v->string);
        return mix(h + ifb_decimal_hash(&number));
    }
    if (v->kind == IFB_JBOOL)
        return mix(h + v->truth);
    if (v->kind == IFB_JSTRING)
        return mix(h + hash_bytes(v->string));
    for (json *m = v->first; m; m = m->next) {
        uint64_t member = hash(w, m);

        h = v->kind == IFB_JARRAY ? mix(h + member) : h + mix(hash_bytes(m->key) + mix(member));
    }
    return mix(h);
}

/* ---- keywords of each kind ---- */

static unsigned types_of(json *v)
{
    struct ifb_decimal number;

    switch (v->kind) {
    case IFB_JNULL: return IFB_TYPE_NULL;
    case IFB_JBOOL: return IFB_TYPE_BOOLEAN;
    case IFB_JSTRING: return IFB_TYPE_STRING;
    case IFB_JARRAY: return IFB_TYPE_ARRAY;
    case IFB_JOBJECT: return IFB_TYPE_OBJECT;
    case IFB_JNUMBER: break;
    }
    number = ifb_decimal_read(v->string);
    return IFB_TYPE_NUMBER | (ifb_decimal_is_whole(&number) ? IFB_TYPE_INTEGER : 0u);
}

static enum ifb_outcome check_type(struct walk *w, const node *s, json *v, const place *at)
{
    enum ifb_outcome outcome = IFB_PASS;
    struct ifb_buf wanted;

    if (s->never)
        return broken(w, v, at, "nothing is allowed here (schema false)");
    if (!s->types || (types_of(v) & s->types))
        return IFB_PASS;
    ifb_buf_init(&wanted, 256);
    ifb_types_print(s->types, &wanted);
    ifb_buf_char(&wanted, '\0');
    outcome = broken(w, v, at, "%.*s is not of type %s", IFB_ARG(shown(w, v)), wanted.ptr);
    ifb_buf_close(&wanted);
    return outcome;
}

static enum ifb_outcome check_enum(struct walk *w, const node *s, json *v, const place *at)
{
    json *m = s->values ? s->values->first : NULL;

    if (s->constant && !equal(w, v, s->constant))
        return w->steps < 0 ? out_of_steps(w, v, at)
                            : broken(w, v, at, "%.*s is not const %.*s", IFB_ARG(shown(w, v)),
                                     IFB_ARG(shown(w, s->constant)));
    while (m && !equal(w, v, m))
        m = m->next;
    if (w->steps < 0)
        return out_of_steps(w, v, at);
    if (s->values && !m)
        return broken(w, v, at, "%.*s is none of the %zu values of enum", IFB_ARG(shown(w, v)),
                      s->values->n);
    return IFB_PASS;
}

static enum ifb_outcome check_number(struct walk *w, const node *s, json *v, const place *at)
{
    const struct {
        const struct ifb_bound *bound;
        int least, most;  /* what a comparison may give */
        const char *broken;
    } rows[] = {
        { &s->minimum, 0, 1, "is less than minimum" },
        { &s->maximum, -1, 0, "is more than maximum" },
        { &s->above, 1, 1, "is not more than exclusiveMinimum" },
        { &s->below, -1, -1, "is not less than exclusiveMaximum" },
    };
    struct ifb_decimal number;

    if (v->kind != IFB_JNUMBER)
        return IFB_PASS;
    number = ifb_decimal_read(v->string);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct ifb_bound *bound = rows[i].bound;
        int order = bound->spelt.ptr ? ifb_decimal_cmp(&number, &bound->value) : rows[i].least;

        if (order < rows[i].least || order > rows[i].most)
            return broken(w, v, at, "%.*s %s %.*s", IFB_ARG(shown(w, v)), rows[i].broken,
                          IFB_ARG(ifb_shown(bound->spelt)));
    }
    if (s->multiple.spelt.ptr && !ifb_decimal_divides(&s->multiple.value, &number))
        return broken(w, v, at, "%.*s is no multiple of %.*s (multipleOf)", IFB_ARG(shown(w, v)),
                      IFB_ARG(ifb_shown(s->multiple.spelt)));
    return IFB_PASS;
}

static enum ifb_outcome check_quotas(struct walk *w, json *v, const place *at, size_t n,
                                     const struct ifb_quota *least, const struct ifb_quota *most,
                                     const char *noun, const char *name)
{
    if (least->given && (int64_t)n < least->value)
        return broken(w, v, at, "%zu %s are less than min%s %lld", n, noun, name,
                      (long long)least->value);
    if (most->given && (int64_t)n > most->value)
        return broken(w, v, at, "%zu %s are more than max%s %lld", n, noun, name,
                      (long long)most->value);
    return IFB_PASS;
}

static enum ifb_outcome check_string(struct walk *w, const node *s, json *v, const place *at)
{
    enum ifb_outcome outcome = IFB_PASS;
    enum ifb_match match;

    if (v->kind != IFB_JSTRING)
        return IFB_PASS;
    if (s->min_length.given || s->max_length.given)
        outcome = check_quotas(w, v, at, ifb_utf8_count(v->string), &s->min_length,
                               &s->max_length, "characters", "Length");
    if (outcome != IFB_PASS || !s->pattern)
        return outcome;
    match = ifb_regex_search_within(s->pattern, v->string, &w->pattern_steps);
    if (match == IFB_MATCH_LIMIT)
        return give_up(w, v, at, "the patterns take too many steps to match");
    if (match != IFB_MATCH)
        return broken(w, v, at, "%.*s does not match pattern '%.*s'", IFB_ARG(shown(w, v)),
                      IFB_ARG(ifb_shown(s->pattern_source)));
    return IFB_PASS;
}

struct hashed {
    uint64_t hash;
    json *value;
    size_t index;
};

static int by_hash(const void *a, const void *b)
{
    const struct hashed *x = a, *y = b;

    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

static enum ifb_outcome check_unique(struct walk *w, json *v, const place *at)
{
    struct hashed *items = ifb_new(w->scratch, struct hashed, v->n);
    size_t n = 0;

    for (json *m = v->first; m; m = m->next, n++)
        items[n] = (struct hashed){ hash(w, m), m, n };
    qsort(items, n, sizeof(*items), by_hash);
    for (size_t i = 0; i < n && w->steps >= 0; i++)
        for (size_t k = i + 1; k < n && items[k].hash == items[i].hash && w->steps >= 0; k++)
            if (equal(w, items[i].value, items[k].value)) {
                place here = { .up = at, .index = items[k].index };

                return broken(w, items[k].value, &here, "%.*s is also item %zu (uniqueItems)",
                              IFB_ARG(shown(w, items[k].value)), items[i].index);
            }
    return w->steps < 0 ? out_of_steps(w, v, at) : IFB_PASS;
}

static enum ifb_outcome check_array(struct walk *w, const node *s, json *v, const place *at)
{
    enum ifb_outcome outcome = IFB_PASS;
    size_t i = 0;

    if (v->kind != IFB_JARRAY)
        return IFB_PASS;
    outcome = check_quotas(w, v, at, v->n, &s->min_items, &s->max_items, "items", "Items");
    if (outcome == IFB_PASS && s->unique)
        outcome = check_unique(w, v, at);
    if (!s->items && !s->prefix.n)
        return outcome;
    for (json *m = v->first; m && outcome == IFB_PASS; m = m->next, i++) {
        const node *item = i < s->prefix.n ? s->prefix.at[i] : s->items;
        place here = { .up = at, .index = i };

        if (!item)
            break;
        outcome = check_value(w, item, m, &here);
    }
    return outcome;
}

static size_t find_name(const node *s, ifb_str key)
{
    size_t low = 0, high = s->nnames;

    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = ifb_str_cmp(s->names[middle].key, key);

        if (order == 0)
            return middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return SIZE_MAX;
}

/* The first required name that no member has. */
static enum ifb_outcome say_missing(struct walk *w, const node *s, json *v, const place *at)
{
    bool *seen = ifb_new(w->scratch, bool, s->nnames);
    size_t i = 0;

    if (w->quiet)
        return IFB_FAIL;
    for (json *m = v->first; m; m = m->next) {
        size_t found = find_name(s, m->key);

        if (found != SIZE_MAX)
            seen[found] = true;
    }
    while (seen[i] || !s->names[i].required)
        i++;
    return broken(w, v, at, "required \"%.*s\" is missing", IFB_ARG(ifb_shown(s->names[i].key)));
}

static enum ifb_outcome check_member(struct walk *w, const node *s, json *m, const place *at,
                                     size_t *nrequired)
{
    size_t i = find_name(s, m->key);
    place here = { .up = at, .key = m->key };

    if (i != SIZE_MAX)
        *nrequired += s->names[i].required;
    if (i != SIZE_MAX && s->names[i].schema)
        return check_value(w, s->names[i].schema, m, &here);
    if (s->additional && s->additional->never)
        return broken(w, m, &here, "this member is not allowed (additionalProperties)");
    return s->additional ? check_value(w, s->additional, m, &here) : IFB_PASS;
}

static enum ifb_outcome check_object(struct walk *w, const node *s, json *v, const place *at)
{
    enum ifb_outcome outcome;
    size_t nrequired = 0;

    if (v->kind != IFB_JOBJECT)
        return IFB_PASS;
    outcome = check_quotas(w, v, at, v->n, &s->min_members, &s->max_members, "members",
                           "Properties");
    if (outcome != IFB_PASS || (!s->nnames && !s->additional))
        return outcome;
    if (!spend(w, v->n))
        return out_of_steps(w, v, at);
    for (json *m = v->first; m && outcome == IFB_PASS; m = m->next)
        outcome = check_member(w, s, m, at, &nrequired);
    if (outcome == IFB_PASS && nrequired < s->nrequired)
        return say_missing(w, s, v, at);
    return outcome;
}

/* ---- schemas beside each other ---- */

/* How many of `list` hold, up to `enough`; negative when that cannot be said. */
static int64_t count_holding(struct walk *w, const struct ifb_nodes *list, json *v, const place *at,
                             int64_t enough)
{
    enum ifb_outcome outcome = IFB_PASS;
    int64_t n = 0;

    w->quiet++;
    for (size_t i = 0; i < list->n && n < enough && outcome != IFB_ERROR; i++) {
        outcome = check_value(w, list->at[i], v, at);
        n += outcome == IFB_PASS;
    }
    w->quiet--;
    return outcome == IFB_ERROR ? -1 : n;
}

static enum ifb_outcome check_choices(struct walk *w, const node *s, json *v, const place *at)
{
    int64_t any = s->any.n ? count_holding(w, &s->any, v, at, 1) : 1, one;

    if (any < 0)
        return IFB_ERROR;
    if (!any)
        return broken(w, v, at, "%.*s matches none of the %zu schemas of anyOf",
                      IFB_ARG(shown(w, v)), s->any.n);
    one = s->one.n ? count_holding(w, &s->one, v, at, 2) : 1;
    if (one < 0)
        return IFB_ERROR;
    if (one != 1)
        return broken(w, v, at, "%.*s matches %s of the %zu schemas of oneOf",
                      IFB_ARG(shown(w, v)), one ? "more than one" : "none", s->one.n);
    return IFB_PASS;
}

static enum ifb_outcome check_beside(struct walk *w, const node *s, json *v, const place *at)
{
    struct ifb_nodes negated = { (node *[]){ s->negated }, 1 };
    enum ifb_outcome outcome = s->ref ? check_value(w, s->ref, v, at) : IFB_PASS;
    int64_t n;

    for (size_t i = 0; i < s->all.n && outcome == IFB_PASS; i++)
        outcome = check_value(w, s->all.at[i], v, at);
    if (outcome == IFB_PASS && (s->any.n || s->one.n))
        outcome = check_choices(w, s, v, at);
    if (outcome != IFB_PASS || !s->negated)
        return outcome;
    n = count_holding(w, &negated, v, at, 1);
    if (n < 0)
        return IFB_ERROR;
    return n ? broken(w, v, at, "%.*s matches the schema of not", IFB_ARG(shown(w, v))) : IFB_PASS;
}

static enum ifb_outcome check_value(struct walk *w, const node *s, json *v, const place *at)
{
    static enum ifb_outcome (*const parts[])(struct walk *, const node *, json *, const place *) = {
        check_type, check_enum, check_number, check_string, check_array, check_object, check_beside,
    };
    enum ifb_outcome outcome = IFB_PASS;

    if (!spend(w, 1 + v->string.len / 16))
        return out_of_steps(w, v, at);
    if (++w->depth > IFB_SCHEMA_DEPTH)
        return give_up(w, v, at, "the schema goes too deep to check");
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && outcome == IFB_PASS; i++)
        outcome = parts[i](w, s, v, at);
    w->depth--;
    return outcome;
}

enum ifb_outcome ifb_schema_check(const struct ifb_schema *schema, const struct ifb_json *value,
                                  struct ifb_arena *scratch, struct ifb_breach *breach)
{
    struct walk w = { .scratch = scratch, .breach = breach, .steps = IFB_SCHEMA_STEPS,
                      .pattern_steps = IFB_RE_STEPS };
    place root = { .key = IFB_STR("") };

    w.quiet = !breach;
    if (breach)
        *breach = (struct ifb_breach){ .at = value };
    return check_value(&w, schema->root, value, &root);
}
