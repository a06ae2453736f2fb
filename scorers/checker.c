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
};

static enum ifb_code bind(struct ifb_checker *c, ifb_str id, ifb_str args_json,
                          struct ifb_error *err)
{
    const struct ifb_json *args = NULL;
    enum ifb_code code;

    if (args_json.ptr) {
        if (ifb_utf8_valid(args_json) != args_json.len)
            return ifb_fail(err, IFB_EINPUT, "%s: the arguments are not UTF-8", id.ptr);
        code = ifb_json_parse(c->arena, args_json, 0, 1, &args, err);
        if (code)
            return code;
    }
    code = ifb_constraint_load(c->arena, id, args, &c->constraint, err);
    if (code)
        return code;
    if (c->constraint.broken.len)
        return ifb_fail(err, IFB_EINPUT, "%s: %.*s", id.ptr, IFB_ARG(c->constraint.broken));
    return IFB_OK;
}

enum ifb_code ifb_checker_new(const char *id, const char *args_json, struct ifb_checker **out,
                              struct ifb_error *err)
{
    struct ifb_checker *c = calloc(1, sizeof(*c));
    enum ifb_code code;

    if (!c)
        ifb_out_of_memory();
    *out = NULL;
    c->arena = ifb_arena_new();
    code = bind(c, ifb_str_of(id), ifb_str_of(args_json), err);
    if (code)
        ifb_checker_close(c);
    else
        *out = c;
    return code;
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
    forms = ifb_forms_new(cell, ifb_utf8_repair(cell, (ifb_str){ answer, len }), NULL);
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
