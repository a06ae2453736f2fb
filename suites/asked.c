/* SPDX-License-Identifier: Apache-2.0 */
#include "suites/asked.h"

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/seen.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"

struct asked {
    const char *path;
    struct ifb_arena *arena;
    ifb_asked_make *make;
    ifb_str left;                /* lines that are still to be read */
    unsigned line;               /* of the last one */
    bool array;
    const struct ifb_json *row;  /* of an array: the next */
    size_t n;                    /* rows made into items */
    struct ifb_seen seen;        /* ids */
};

const struct ifb_metric ifb_no_metrics[] = { { 0 } };

ifb_str ifb_asked_id(const struct ifb_json *row, const char *key)
{
    const struct ifb_json *v = ifb_json_get(row, key);
    bool fine = v && (v->kind == IFB_JSTRING || (v->kind == IFB_JNUMBER && v->whole));

    return fine ? v->string : (ifb_str){ NULL, 0 };
}

ifb_str ifb_asked_text(const struct ifb_json *row, const char *key)
{
    ifb_str text = ifb_json_str(row, key);

    return text.ptr ? text : IFB_STR("");
}

struct ifb_strs ifb_asked_tag(struct ifb_arena *arena, const struct ifb_json *row,
                              const char *key)
{
    ifb_str *tag = ifb_new(arena, ifb_str, 1);

    *tag = ifb_asked_text(row, key);
    return (struct ifb_strs){ tag, tag->len ? 1 : 0 };
}

struct ifb_conversation ifb_asked_prompt(struct ifb_arena *arena, ifb_str text)
{
    struct ifb_message *message = ifb_new(arena, struct ifb_message, 1);

    *message = (struct ifb_message){ .role = IFB_USER, .text = text };
    return (struct ifb_conversation){ message, 1 };
}

/* ---- rows ---- */

static enum ifb_code open_array(struct asked *a, struct ifb_error *err)
{
    const struct ifb_json *all;
    enum ifb_code code = ifb_json_parse(a->arena, a->left, IFB_JSON_DUPLICATES, 1, &all, err);

    if (code)
        return ifb_within(err, "%s", a->path);
    a->row = all->first;
    return IFB_OK;
}

enum ifb_code ifb_asked_open(const char *suite, const struct ifb_suite_source *src,
                             ifb_asked_make *make, struct ifb_arena *arena, void **state,
                             struct ifb_error *err)
{
    struct asked *a = ifb_new(arena, struct asked, 1);
    enum ifb_code code;

    if (src->npaths != 1)
        return ifb_fail(err, IFB_EINPUT, "suite %s reads one file, not %zu", suite, src->npaths);
    a->path = src->paths[0];
    a->arena = arena;
    a->make = make;
    code = ifb_file_read(a->path, IFB_FILE_MAX, arena, &a->left, err);
    if (code)
        return code;
    a->left = ifb_utf8_repair(arena, a->left);
    a->array = ifb_str_starts(ifb_str_trim_ascii(a->left), IFB_STR("["));
    *state = a;
    return a->array ? open_array(a, err) : IFB_OK;
}

/* The next line that is not blank, parsed; NULL at the end. */
static enum ifb_code next_line(struct asked *a, const struct ifb_json **row,
                               struct ifb_error *err)
{
    ifb_str line;

    *row = NULL;
    while (a->left.len) {
        a->line++;
        if (!ifb_str_chop(&a->left, '\n', &line)) {
            line = a->left;
            a->left.len = 0;
        }
        if (ifb_str_trim_ascii(line).len)
            return ifb_json_parse(a->arena, line, IFB_JSON_DUPLICATES, a->line, row, err);
    }
    return IFB_OK;
}

static enum ifb_code next_row(struct asked *a, const struct ifb_json **row, struct ifb_error *err)
{
    if (!a->array)
        return next_line(a, row, err);
    *row = a->row;
    if (a->row) {
        a->line = a->row->line;
        a->row = a->row->next;
    }
    return IFB_OK;
}

static enum ifb_code make_item(struct asked *a, const struct ifb_json *row, struct ifb_item *item,
                               struct ifb_error *err)
{
    enum ifb_code code;
    unsigned before;

    if (row->kind != IFB_JOBJECT)
        return ifb_fail(err, IFB_EINPUT, "found %s, wanted an object",
                        ifb_json_kind_name(row->kind));
    *item = (struct ifb_item){ .id = ifb_fmt(a->arena, "%zu", a->n++), .row = row,
                               .group = IFB_STR("") };
    code = a->make(row, a->arena, item, err);
    if (code)
        return code;
    before = ifb_seen_add(&a->seen, a->arena, item->id, a->line);
    if (before)
        return ifb_fail(err, IFB_EINPUT, "id \"%.*s\" was used on line %u already",
                        IFB_ARG(ifb_utf8_cut(item->id, 80)), before);
    return IFB_OK;
}

enum ifb_code ifb_asked_next(void *state, struct ifb_item *item, bool *more,
                             struct ifb_error *err)
{
    struct asked *a = state;
    const struct ifb_json *row = NULL;
    enum ifb_code code = next_row(a, &row, err);

    *more = row != NULL;
    if (!code && row)
        code = make_item(a, row, item, err);
    return code ? ifb_within(err, "%s:%u", a->path, a->line) : IFB_OK;
}

void ifb_asked_close(void *state)
{
    (void)state;  /* all of it lives in the arena */
}
