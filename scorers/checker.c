/* SPDX-License-Identifier: Apache-2.0 */
/* One check bound to its arguments, for programs that score texts as they come. */
#include <ifbench/check.h>

#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"

struct ifb_checker {
    struct ifb_arena *arena;
    struct ifb_constraint constraint;
    const struct ifb_resources *resources;  /* lent; NULL: none */
};

static enum ifb_code read_json(struct ifb_checker *c, const char *what, ifb_str json,
                               const struct ifb_json **out, struct ifb_error *err)
{
    if (ifb_utf8_valid(json) != json.len)
        return ifb_fail(err, IFB_EINPUT, "%s not UTF-8", what);
    return ifb_json_parse(c->arena, json, 0, 1, out, err);
}

/* An expression when `id` is NULL. */
static enum ifb_code bind(struct ifb_checker *c, const char *id, ifb_str json,
                          struct ifb_error *err)
{
    const struct ifb_json *v = NULL;
    enum ifb_code code = IFB_OK;

    if (json.ptr || !id)
        code = read_json(c, id ? "the arguments are" : "the expression is", json, &v, err);
    if (code)
        return id ? ifb_within(err, "%s", id) : code;
    if (!id)
        return ifb_constraint_load_expression(c->arena, v, &c->constraint, err);
    code = ifb_constraint_load(c->arena, ifb_str_of(id), v, &c->constraint, err);
    if (code)
        return code;
    if (c->constraint.broken.len)
        return ifb_fail(err, IFB_EINPUT, "%s: %.*s", id, IFB_ARG(c->constraint.broken));
    return IFB_OK;
}

static enum ifb_code make(const char *id, const char *json, struct ifb_checker **out,
                          struct ifb_error *err)
{
    struct ifb_checker *c = calloc(1, sizeof(*c));
    enum ifb_code code;

    if (!c)
        ifb_out_of_memory();
    *out = NULL;
    c->arena = ifb_arena_new();
    code = bind(c, id, ifb_str_of(json), err);
    if (code)
        ifb_checker_close(c);
    else
        *out = c;
    return code;
}

enum ifb_code ifb_checker_new(const char *id, const char *args_json, struct ifb_checker **out,
                              struct ifb_error *err)
{
    return make(id ? id : "", args_json, out, err);
}

enum ifb_code ifb_checker_new_expression(const char *expr_json, struct ifb_checker **out,
                                         struct ifb_error *err)
{
    return make(NULL, expr_json, out, err);
}

unsigned ifb_checker_needs(const struct ifb_checker *c)
{
    return c->constraint.needs;
}

void ifb_checker_use(struct ifb_checker *c, const struct ifb_library *lib)
{
    c->resources = ifb_library_resources(lib);
}

unsigned ifb_checker_lacks(const struct ifb_checker *c)
{
    unsigned have = c->resources ? c->resources->have : 0;

    return c->constraint.needs & IFB_NEEDS_PULLED & ~have;
}

void ifb_checker_run(const struct ifb_checker *c, const char *answer, size_t len,
                     enum ifb_outcome *strict, enum ifb_outcome *loose)
{
    struct ifb_arena *cell, *scratch;
    struct ifb_forms *forms;
    ifb_verdict s, l;

    if (len > UINT32_MAX) {
        *strict = *loose = IFB_ERROR;
        return;
    }
    cell = ifb_arena_new();
    scratch = ifb_arena_new();
    forms = ifb_forms_new(cell, ifb_utf8_repair(cell, (ifb_str){ answer, len }),
                          c->resources);
    ifb_constraint_score(&c->constraint, forms, scratch, false, &s, &l);
    *strict = s.outcome;
    *loose = l.outcome;
    ifb_arena_close(scratch);
    ifb_arena_close(cell);
}

void ifb_checker_close(struct ifb_checker *c)
{
    if (!c)
        return;
    ifb_constraint_release(&c->constraint);
    ifb_arena_close(c->arena);
    free(c);
}
