/* SPDX-License-Identifier: Apache-2.0 */
/* A check bound to its arguments, read from what a suite wrote. */
#include <ifbench/check.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/fields.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "scorers/args.h"

#define ARGS_JSON_MAX ((size_t)16 << 20)

enum ifb_code ifb_check_fail_unknown(ifb_str id, struct ifb_error *err)
{
    const char *near = ifb_check_nearest(id);

    return ifb_fail(err, IFB_EINPUT, "unknown check \"%.*s\"%s%s%s", IFB_ARG(ifb_utf8_cut(id, 80)),
                    *near ? ", did you mean \"" : "", near, *near ? "\"?" : "");
}

/* Arguments outlive the line of the document that they point into. */
static void keep_strings(const struct ifb_field *fields, void *args, struct ifb_arena *arena)
{
    for (const struct ifb_field *f = fields; f && f->name; f++) {
        void *slot = (char *)args + f->offset;

        if (f->kind == IFB_STRING && ((ifb_str *)slot)->ptr)
            *(ifb_str *)slot = ifb_str_copy(arena, *(ifb_str *)slot);
        if (f->kind == IFB_STRINGS || f->kind == IFB_TEXTS) {
            struct ifb_strs *list = slot;
            ifb_str *copy = ifb_new(arena, ifb_str, list->n);

            for (size_t i = 0; i < list->n; i++)
                copy[i] = ifb_str_copy(arena, list->at[i]);
            list->at = copy;
        }
        if (f->kind == IFB_JSON && *(const struct ifb_json **)slot)
            *(const struct ifb_json **)slot =
                ifb_json_copy(arena, *(const struct ifb_json **)slot);
    }
}

enum ifb_fault ifb_args_load(const struct ifb_check *check, const struct ifb_json *json,
                             struct ifb_arena *arena, void **args, struct ifb_error *err)
{
    enum ifb_fault fault;

    *args = ifb_alloc(arena, check->args_size);
    if (check->defaults)
        memcpy(*args, check->defaults, check->args_size);
    fault = ifb_fields_read(check->fields, json, *args, arena, err);
    if (fault == IFB_FAULT_TYPE)
        return fault;
    keep_strings(check->fields, *args, arena);
    if (!fault && check->bind && check->bind(*args, arena, err) != IFB_OK)
        fault = IFB_FAULT_VALUE;
    return fault;
}

/* A null counts as absent, and IFBench's file has one for every name there is. */
static ifb_str compact(struct ifb_arena *arena, const struct ifb_json *args)
{
    struct ifb_buf buf;
    struct ifb_jw w;
    ifb_str text;

    if (!args || !args->first)
        return IFB_STR("{}");
    ifb_buf_init(&buf, ARGS_JSON_MAX);
    for (const struct ifb_json *m = args->first; m; m = m->next) {
        if (m->kind == IFB_JNULL)
            continue;
        ifb_buf_char(&buf, buf.len ? ',' : '{');
        ifb_json_quote(&buf, m->key, false);
        ifb_buf_char(&buf, ':');
        ifb_jw_open(&w, &buf);
        ifb_jw_value(&w, NULL, m);
    }
    ifb_buf_cstr(&buf, buf.len ? "}" : "{}");
    text = ifb_str_copy(arena, ifb_buf_view(&buf));
    ifb_buf_close(&buf);
    return text;
}

enum ifb_code ifb_constraint_load(struct ifb_arena *arena, ifb_str id, const struct ifb_json *args,
                                  struct ifb_constraint *out, struct ifb_error *err)
{
    const struct ifb_check *check = ifb_check_find(id);
    struct ifb_error local;
    enum ifb_fault fault;

    if (!check)
        return ifb_check_fail_unknown(id, err);
    memset(out, 0, sizeof(*out));
    out->id = ifb_str_is(id, check->id) ? ifb_str_of(check->id) : ifb_str_copy(arena, id);
    out->check = check;
    out->needs = check->needs;
    out->negated = check->forbids;
    fault = ifb_args_load(check, args, arena, &out->args, &local);
    if (fault == IFB_FAULT_TYPE)
        return ifb_fail(err, IFB_EINPUT, "%s: %s", check->id, local.msg);
    out->args_json = compact(arena, args);
    if (fault == IFB_FAULT_VALUE)
        out->broken = ifb_str_copy(arena, ifb_str_of(local.msg));
    return IFB_OK;
}

struct ifb_constraint ifb_constraint_unscored(struct ifb_arena *arena, ifb_str id, ifb_str why)
{
    return (struct ifb_constraint){ .id = ifb_str_copy(arena, id), .args_json = IFB_STR("{}"),
                                    .broken = ifb_str_copy(arena, why) };
}

void ifb_constraint_release(struct ifb_constraint *c)
{
    if (c->check && c->check->release && c->args)
        c->check->release(c->args);
    c->args = NULL;
}
