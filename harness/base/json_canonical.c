/* SPDX-License-Identifier: Apache-2.0 */
/* Values made by hand, and the form in which equal values have equal bytes. */
#include <math.h>
#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"

struct ifb_json *ifb_json_new(struct ifb_arena *arena, enum ifb_json_kind kind, unsigned line)
{
    struct ifb_json *v = ifb_new(arena, struct ifb_json, 1);

    v->kind = kind;
    v->line = line;
    return v;
}

void ifb_json_append(struct ifb_json *to, struct ifb_json **tail, ifb_str key,
                     struct ifb_json *value)
{
    value->key = key;
    value->next = NULL;
    if (*tail)
        (*tail)->next = value;
    else
        to->first = value;
    *tail = value;
    to->n++;
}

static int by_key(const void *a, const void *b)
{
    return ifb_str_cmp((*(const struct ifb_json *const *)a)->key,
                       (*(const struct ifb_json *const *)b)->key);
}

const struct ifb_json *ifb_json_sort(struct ifb_arena *arena, struct ifb_json *object)
{
    struct ifb_json **at = ifb_new(arena, struct ifb_json *, object->n + 1);
    size_t n = 0;

    for (const struct ifb_json *m = object->first; m; m = m->next)
        at[n++] = (struct ifb_json *)m;
    qsort(at, n, sizeof(struct ifb_json *), by_key);
    for (size_t i = 0; i < n; i++)
        at[i]->next = at[i + 1];
    object->first = at[0];
    for (size_t i = 1; i < n; i++)
        if (ifb_str_eq(at[i]->key, at[i - 1]->key))
            return at[i];
    return NULL;
}

static ifb_str spell_number(struct ifb_arena *arena, const struct ifb_json *v)
{
    struct ifb_buf buf;
    struct ifb_jw w;
    ifb_str text;

    if (v->whole)
        return ifb_fmt(arena, "%lld", (long long)v->integer);
    if (!isfinite(v->number))
        return ifb_str_copy(arena, v->string);
    ifb_buf_init(&buf, 64);
    ifb_jw_open(&w, &buf);
    ifb_jw_real(&w, NULL, v->number);
    text = ifb_str_copy(arena, ifb_buf_view(&buf));
    ifb_buf_close(&buf);
    return text;
}

static struct ifb_json *copy(struct ifb_arena *arena, const struct ifb_json *v, int depth,
                             struct ifb_error *err)
{
    struct ifb_json *out = ifb_json_new(arena, v->kind, v->line), *tail = NULL;
    const struct ifb_json *twice;

    if (depth > IFB_JSON_DEPTH) {
        ifb_fail(err, IFB_ELIMIT, "nested too deeply");
        return NULL;
    }
    *out = *v;
    out->first = NULL;
    out->n = 0;
    if (v->kind == IFB_JSTRING)
        out->string = ifb_str_copy(arena, v->string);
    if (v->kind == IFB_JNUMBER)
        out->string = spell_number(arena, v);
    for (const struct ifb_json *m = v->first; m; m = m->next) {
        struct ifb_json *member = copy(arena, m, depth + 1, err);

        if (!member)
            return NULL;
        ifb_json_append(out, &tail, ifb_str_copy(arena, m->key), member);
    }
    twice = v->kind == IFB_JOBJECT ? ifb_json_sort(arena, out) : NULL;
    if (!twice)
        return out;
    ifb_fail(err, IFB_EINPUT, "\"%.*s\" stands twice", IFB_ARG(ifb_utf8_cut(twice->key, 80)));
    return NULL;
}

struct ifb_json *ifb_json_canonical(struct ifb_arena *arena, const struct ifb_json *v,
                                    struct ifb_error *err)
{
    return copy(arena, v, 0, err);
}
