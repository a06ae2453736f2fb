/* SPDX-License-Identifier: Apache-2.0 */
#include "suites/rows.h"

#include <stdio.h>

#include <ifbench/check.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/seen.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"

struct ifb_item_rows {
    struct ifb_arena *arena;    /* of the items */
    struct ifb_arena *keys;     /* of `seen` and its names; until the last row */
    struct ifb_arena *scratch;  /* of the row being read; items keep nothing of it */
    const struct ifb_item_rows_form *form;
    const char *name;
    struct ifb_lines *lines;  /* NULL: `rest` is read instead */
    ifb_str rest;
    unsigned number;          /* of the line last read */
    bool admit_unknown;       /* an id without a check is no fault */
    bool again;               /* a row is read a second time: its key is known */
    ifb_str text;             /* all of it, when there is no file */
    size_t row_at;            /* in `text`, of the row last given */
    struct ifb_seen seen;     /* the keys so far */
};

static enum ifb_code note_key(struct ifb_item_rows *rows, ifb_str *id, struct ifb_error *err)
{
    unsigned before;

    if (rows->again)
        return IFB_OK;
    before = ifb_seen_add(&rows->seen, rows->keys, ifb_str_copy(rows->keys, *id), rows->number);
    if (before && rows->form->keys_repeat) {
        *id = ifb_fmt(rows->arena, "%.*s@%u", IFB_ARG(*id), rows->number);
        before = ifb_seen_add(&rows->seen, rows->keys, ifb_str_copy(rows->keys, *id),
                              rows->number);
    }
    if (before)
        return ifb_fail(err, IFB_EINPUT, "key \"%.*s\" was used on line %u already",
                        IFB_ARG(ifb_utf8_cut(*id, 80)), before);
    return IFB_OK;
}

static enum ifb_code fail_wanted(const char *name, const char *wanted,
                                 const struct ifb_json *found, struct ifb_error *err)
{
    if (!found)
        return ifb_fail(err, IFB_EINPUT, "\"%s\" is missing, wanted %s", name, wanted);
    return ifb_fail(err, IFB_EINPUT, "\"%s\" is %s, wanted %s", name,
                    ifb_json_kind_name(found->kind), wanted);
}

static enum ifb_code read_key(struct ifb_item_rows *rows, const struct ifb_json *row,
                              struct ifb_item *item, struct ifb_error *err)
{
    const struct ifb_json *key = ifb_json_get(row, "key");

    if (key && key->kind == IFB_JNUMBER && key->whole)
        item->id = ifb_fmt(rows->arena, "%lld", (long long)key->integer);
    else if (key && key->kind == IFB_JSTRING && key->string.len)
        item->id = ifb_str_copy(rows->arena, key->string);
    else if (key && key->kind == IFB_JNUMBER)
        return ifb_fail(err, IFB_EINPUT, "\"key\" is no whole number");
    else if (key && key->kind == IFB_JSTRING)
        return ifb_fail(err, IFB_EINPUT, "\"key\" is empty");
    else
        return fail_wanted("key", "a whole number or a string", key, err);
    return note_key(rows, &item->id, err);
}

static enum ifb_code read_prompt(struct ifb_item_rows *rows, const struct ifb_json *row,
                                 struct ifb_item *item, struct ifb_error *err)
{
    const struct ifb_json *prompt = ifb_json_get(row, "prompt");
    struct ifb_message *message;

    if (rows->form->ask)
        return rows->form->ask(row, rows->arena, item, err);
    if (!prompt || prompt->kind != IFB_JSTRING)
        return fail_wanted("prompt", "a string", prompt, err);
    if (!ifb_str_trim_ascii(prompt->string).len)
        return ifb_fail(err, IFB_EINPUT, "\"prompt\" is empty");
    message = ifb_new(rows->arena, struct ifb_message, 1);
    *message = (struct ifb_message){ .role = IFB_USER,
                                      .text = ifb_str_copy(rows->arena, prompt->string) };
    item->prompt = (struct ifb_conversation){ message, 1 };
    return IFB_OK;
}

static enum ifb_code read_group(struct ifb_item_rows *rows, const struct ifb_json *row,
                                struct ifb_item *item, struct ifb_error *err)
{
    const struct ifb_json *group = ifb_json_get(row, "group");

    if (!group || group->kind == IFB_JNULL)
        return IFB_OK;
    if (group->kind != IFB_JSTRING)
        return fail_wanted("group", "a string", group, err);
    item->group = ifb_str_copy(rows->arena, group->string);
    return IFB_OK;
}

static void release(struct ifb_item *item)
{
    for (size_t i = 0; i < item->nconstraints; i++)
        ifb_constraint_release(&item->constraints[i]);
    item->nconstraints = 0;
}

static enum ifb_code read_constraint(struct ifb_item_rows *rows, const struct ifb_json *id,
                                     const struct ifb_json *args, struct ifb_constraint *out,
                                     struct ifb_error *err)
{
    if (id->kind != IFB_JSTRING)
        return ifb_fail(err, IFB_EINPUT, "id is %s, wanted a string",
                        ifb_json_kind_name(id->kind));
    if (args->kind != IFB_JOBJECT && args->kind != IFB_JNULL)
        return ifb_fail(err, IFB_EINPUT, "%.*s: kwargs is %s, wanted an object",
                        IFB_ARG(ifb_utf8_cut(id->string, 80)), ifb_json_kind_name(args->kind));
    if (rows->admit_unknown && id->string.len && !ifb_check_find(id->string)) {
        *out = ifb_constraint_unscored(rows->arena, id->string,
                                       IFB_STR("there is no check for it"));
        return IFB_OK;
    }
    return ifb_constraint_load(rows->arena, id->string, args->kind == IFB_JNULL ? NULL : args, out,
                               err);
}

static enum ifb_code read_constraints(struct ifb_item_rows *rows, const struct ifb_json *row,
                                      struct ifb_item *item, struct ifb_error *err)
{
    const struct ifb_json *ids = ifb_json_get(row, "instruction_id_list");
    const struct ifb_json *kwargs = ifb_json_get(row, "kwargs");
    const struct ifb_json *args;
    enum ifb_code code;

    if (!ids || ids->kind != IFB_JARRAY)
        return fail_wanted("instruction_id_list", "an array of strings", ids, err);
    if (!kwargs || kwargs->kind != IFB_JARRAY)
        return fail_wanted("kwargs", "an array of objects", kwargs, err);
    if (!ids->n)
        return ifb_fail(err, IFB_EINPUT, "\"instruction_id_list\" is empty");
    if (ids->n != kwargs->n)
        return ifb_fail(err, IFB_EINPUT, "\"kwargs\" has %zu members, wanted %zu as in "
                        "\"instruction_id_list\"", kwargs->n, ids->n);
    item->constraints = ifb_new(rows->arena, struct ifb_constraint, ids->n);
    args = kwargs->first;
    for (const struct ifb_json *id = ids->first; id; id = id->next, args = args->next) {
        code = read_constraint(rows, id, args, &item->constraints[item->nconstraints], err);
        if (code) {
            ifb_within(err, "instruction %zu", item->nconstraints + 1);
            return code;
        }
        item->nconstraints++;
    }
    return IFB_OK;
}

static enum ifb_code read_row(struct ifb_item_rows *rows, const struct ifb_json *row,
                              struct ifb_item *item, struct ifb_error *err)
{
    enum ifb_code code;

    if (row->kind != IFB_JOBJECT)
        return ifb_fail(err, IFB_EINPUT, "found %s, wanted an object",
                        ifb_json_kind_name(row->kind));
    code = read_key(rows, row, item, err);
    if (!code)
        code = read_prompt(rows, row, item, err);
    if (!code)
        code = read_group(rows, row, item, err);
    if (!code)
        code = read_constraints(rows, row, item, err);
    if (code)
        release(item);
    return code;
}

/*
 * The JSON reader says "line L: ", which the caller puts before everything; and
 * for a row, nesting too deep is bad input and no quota.
 */
static enum ifb_code fail_json(struct ifb_error *err, unsigned number)
{
    char prefix[32];
    int n = snprintf(prefix, sizeof(prefix), "line %u: ", number);

    if (!err)
        return IFB_EINPUT;
    err->code = IFB_EINPUT;
    if (n > 0 && strncmp(err->msg, prefix, (size_t)n) == 0)
        memmove(err->msg, err->msg + n, strlen(err->msg + n) + 1);
    return IFB_EINPUT;
}

static enum ifb_code parse_row(struct ifb_item_rows *rows, ifb_str line, struct ifb_item *item,
                               struct ifb_error *err)
{
    const struct ifb_json *row = NULL;
    size_t valid = ifb_utf8_valid(line);

    if (valid != line.len)
        return ifb_fail(err, IFB_EINPUT, "byte %zu of the line is not UTF-8", valid + 1);
    ifb_arena_reset(rows->scratch);
    if (ifb_json_parse(rows->scratch, line, 0, rows->number, &row, err))
        return fail_json(err, rows->number);
    return read_row(rows, row, item, err);
}

static enum ifb_code next_line(struct ifb_item_rows *rows, ifb_str *line, bool *more,
                               struct ifb_error *err)
{
    enum ifb_code code = IFB_OK;

    if (rows->lines) {
        code = ifb_lines_next(rows->lines, line, more, err);
        rows->number = ifb_lines_number(rows->lines);
        return code;
    }
    *more = rows->rest.len > 0;
    rows->row_at = (size_t)(rows->rest.ptr - rows->text.ptr);
    if (!ifb_str_chop(&rows->rest, '\n', line)) {
        *line = rows->rest;
        rows->rest.len = 0;
    }
    rows->number++;
    return IFB_OK;
}

static void forget_keys(struct ifb_item_rows *rows)
{
    ifb_arena_close(rows->keys);
    rows->keys = NULL;
    rows->seen = (struct ifb_seen){ 0 };
}

enum ifb_code ifb_item_rows_next(struct ifb_item_rows *rows, struct ifb_item *item, bool *more,
                            struct ifb_error *err)
{
    enum ifb_code code;
    ifb_str line;

    do {
        code = next_line(rows, &line, more, err);
        if (code)
            return code;
        if (!*more && !rows->seen.n)
            return ifb_fail(err, IFB_EINPUT, "%s: no prompts, wanted one JSON object a line",
                            rows->name);
        if (!*more) {
            forget_keys(rows);
            return IFB_OK;
        }
    } while (!ifb_str_trim_ascii(line).len);
    *item = (struct ifb_item){ .group = IFB_STR("") };
    code = parse_row(rows, line, item, err);
    if (code)
        ifb_within(err, "%s:%u", rows->name, rows->number);
    return code;
}

struct ifb_item_rows *ifb_item_rows_of(const char *name, ifb_str text, struct ifb_arena *arena)
{
    static const struct ifb_item_rows_form plain = { NULL, false };
    struct ifb_item_rows *rows = ifb_new(arena, struct ifb_item_rows, 1);

    rows->arena = arena;
    rows->keys = ifb_arena_new();
    rows->text = text;
    rows->form = &plain;
    rows->scratch = ifb_arena_new();
    rows->name = ifb_cstr(arena, ifb_str_of(name));
    rows->rest = text;
    return rows;
}

void ifb_item_rows_admit_unknown(struct ifb_item_rows *rows)
{
    rows->admit_unknown = true;
}

enum ifb_code ifb_item_rows_open(const char *path, struct ifb_arena *arena, struct ifb_item_rows **out,
                            struct ifb_error *err)
{
    struct ifb_item_rows *rows = ifb_item_rows_of(path, (ifb_str){ NULL, 0 }, arena);
    enum ifb_code code = ifb_lines_open(path, &rows->lines, err);

    if (code)
        ifb_item_rows_close(rows);
    else
        *out = rows;
    return code;
}

enum ifb_code ifb_item_rows_open_one(const char *suite, const struct ifb_suite_source *src,
                                     struct ifb_arena *arena, struct ifb_item_rows **out,
                                     struct ifb_error *err)
{
    if (!src || src->npaths != 1)
        return ifb_fail(err, IFB_EINPUT, "the suite %s reads 1 file, found %zu", suite,
                        src ? src->npaths : (size_t)0);
    return ifb_item_rows_open(src->paths[0], arena, out, err);
}

void ifb_item_rows_set_form(struct ifb_item_rows *rows, const struct ifb_item_rows_form *form)
{
    rows->form = form;
}

void ifb_item_rows_close(struct ifb_item_rows *rows)
{
    if (!rows)
        return;
    ifb_lines_close(rows->lines);
    ifb_arena_close(rows->scratch);
    forget_keys(rows);
    rows->lines = NULL;
    rows->scratch = NULL;
}

enum ifb_code ifb_item_rows_suite_next(void *state, struct ifb_item *item, bool *more,
                                  struct ifb_error *err)
{
    return ifb_item_rows_next(state, item, more, err);
}

void ifb_item_rows_suite_close(void *state)
{
    ifb_item_rows_close(state);
}

/* A row whose form says more than a prompt may depend on the rows before it. */
int64_t ifb_item_rows_suite_place(void *state)
{
    const struct ifb_item_rows *rows = state;

    if (rows->form->ask || rows->form->keys_repeat)
        return -1;
    return rows->lines ? ifb_lines_at(rows->lines) : (int64_t)rows->row_at;
}

void ifb_item_rows_suite_into(void *state, struct ifb_arena *arena)
{
    ((struct ifb_item_rows *)state)->arena = arena;
}

enum ifb_code ifb_item_rows_suite_again(void *state, int64_t place, struct ifb_arena *arena,
                                        struct ifb_item *item, struct ifb_error *err)
{
    struct ifb_item_rows *rows = state;
    ifb_str rest = rows->lines ? rows->text : ifb_str_from(rows->text, (size_t)place);
    ifb_str line = rest;
    enum ifb_code code = IFB_OK;

    rows->arena = arena;
    rows->again = true;
    if (rows->lines)
        code = ifb_lines_again(rows->lines, place, arena, &line, err);
    else
        (void)ifb_str_chop(&rest, '\n', &line);
    *item = (struct ifb_item){ .group = IFB_STR("") };
    if (!code)
        code = parse_row(rows, line, item, err);
    return code ? ifb_within(err, "%s, read again", rows->name) : IFB_OK;
}
