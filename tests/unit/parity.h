/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verdict for verdict against reference evaluators: what the parity tests share.
 * Data-driven: a test skips where its file is not there.
 */
#ifndef IFB_TESTS_PARITY_H
#define IFB_TESTS_PARITY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <ifbench/check.h>

#include "harness/base/arena.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "harness/engine/resources.h"

#define SHOWN 20  /* mismatches that are printed */

static inline const char *data_folder(void)
{
    const char *dir = getenv("IFBENCH_DATA");

    return dir && *dir ? dir : "../shared/data";
}

static inline char *data_path(struct ifb_arena *arena, const char *name)
{
    return ifb_path_join(arena, data_folder(), name);
}

static inline bool is_there(const char *name)
{
    struct ifb_arena *arena = ifb_arena_new();
    bool there = ifb_file_exists(data_path(arena, name));

    ifb_arena_close(arena);
    return there;
}

/* The arenas of a run over a file, and what it counted. */
struct walk {
    struct ifb_arena *suite, *cell, *scratch;
    struct ifb_resources res;
    const char *dirs[2];
    size_t n, bad;
    size_t strict_pass, loose_pass;
};

/* Loads what `needs` (enum ifb_need, or'ed) asks for. */
static inline void open_walk(struct walk *w, unsigned needs)
{
    struct ifb_resource_file found[IFB_RESOURCE_FILES];
    struct ifb_error err;

    memset(w, 0, sizeof(*w));
    w->dirs[0] = data_folder();
    w->suite = ifb_arena_new();
    w->cell = ifb_arena_new();
    w->scratch = ifb_arena_new();
    if (ifb_resources_load(needs, w->dirs, NULL, w->suite, &w->res, found, &err))
        fail_msg("%s", err.msg);
    assert_non_null(w->res.punkt);
    assert_int_equal(w->res.have & IFB_NEEDS_PULLED, needs & IFB_NEEDS_PULLED);
}

static inline void close_walk(struct walk *w)
{
    ifb_resources_close(&w->res);
    ifb_arena_close(w->suite);
    ifb_arena_close(w->cell);
    ifb_arena_close(w->scratch);
}

/* null in the files: upstream raised. */
static inline enum ifb_outcome wanted(const struct ifb_json *value)
{
    if (!value || value->kind == IFB_JNULL)
        return IFB_ERROR;
    return value->truth ? IFB_PASS : IFB_FAIL;
}

/* Scores one constraint, counts it, and says where it differs; true when it does not. */
static inline bool judge(struct walk *w, ifb_str id, const struct ifb_json *args,
                         struct ifb_forms *forms, enum ifb_outcome strict, enum ifb_outcome loose,
                         const char *where)
{
    struct ifb_constraint c;
    ifb_verdict s = { 0 }, l = { 0 };
    struct ifb_error err = { 0 };
    bool same;

    if (ifb_constraint_load(w->cell, id, args, &c, &err))
        fail_msg("%s: %s", where, err.msg);
    ifb_constraint_score(&c, forms, w->scratch, true, &s, &l);
    same = s.outcome == strict && l.outcome == loose;
    w->n++;
    w->strict_pass += s.outcome == IFB_PASS;
    w->loose_pass += l.outcome == IFB_PASS;
    if (!same && w->bad++ < SHOWN)
        print_error("%s, %.*s %.*s: found %s (%.*s) and %s (%.*s), wanted %s and %s\n", where,
                    IFB_ARG(id), IFB_ARG(c.args_json), ifb_outcome_name(s.outcome), IFB_ARG(s.why),
                    ifb_outcome_name(l.outcome), IFB_ARG(l.why), ifb_outcome_name(strict),
                    ifb_outcome_name(loose));
    ifb_constraint_release(&c);
    return same;
}

/* Calls `see` with each line of a file, parsed; the cell arena holds it until the next. */
static inline void walk_lines(struct walk *w, const char *name,
                              void (*see)(struct walk *w, const struct ifb_json *row,
                                          const char *where, void *self),
                              void *self)
{
    struct ifb_lines *lines = NULL;
    struct ifb_error err;
    bool more = true;
    ifb_str line;

    if (ifb_lines_open(data_path(w->suite, name), &lines, &err))
        fail_msg("%s", err.msg);
    while (!ifb_lines_next(lines, &line, &more, &err) && more) {
        const struct ifb_json *row;
        char where[40];

        ifb_arena_reset(w->cell);
        snprintf(where, sizeof(where), "line %u", ifb_lines_number(lines));
        if (ifb_json_parse(w->cell, line, 0, ifb_lines_number(lines), &row, &err))
            fail_msg("%s: %s", name, err.msg);
        see(w, row, where, self);
    }
    ifb_lines_close(lines);
}

/* A line of a differential file, judged. */
static inline bool judge_case(struct walk *w, const struct ifb_json *row, const char *where)
{
    return judge(w, ifb_json_str(row, "instruction_id"), ifb_json_get(row, "kwargs"),
                 ifb_forms_new(w->cell, ifb_json_str(row, "response"), &w->res),
                 wanted(ifb_json_get(row, "strict")), wanted(ifb_json_get(row, "loose")), where);
}

#endif
