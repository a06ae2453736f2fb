/* SPDX-License-Identifier: Apache-2.0 */
/* The only file that includes yaml.h. */
#include "harness/base/yaml.h"

#include <math.h>
#include <yaml.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/str.h"

#define YAML_MAX ((size_t)16 << 20)
#define DEPTH_MAX 100

struct reader {
    yaml_parser_t parser;
    const char *name;
    struct ifb_arena *arena;
    struct ifb_error *err;
    int depth;
};

static enum ifb_code read_node(struct reader *r, yaml_event_t *event, struct ifb_json *out);

static unsigned line_of(const yaml_event_t *event)
{
    return (unsigned)event->start_mark.line + 1;
}

static enum ifb_code next_event(struct reader *r, yaml_event_t *event)
{
    if (yaml_parser_parse(&r->parser, event))
        return IFB_OK;
    return ifb_fail(r->err, IFB_EINPUT, "%s:%zu: %s", r->name, r->parser.problem_mark.line + 1,
                    r->parser.problem ? r->parser.problem : "not YAML");
}

static bool is_one_of(ifb_str s, const char *const *words)
{
    for (; *words; words++)
        if (ifb_str_is(s, *words))
            return true;
    return false;
}

/* The core schema: what a plain scalar means. */
static void type_plain(struct ifb_json *out, ifb_str s)
{
    static const char *const nulls[] = { "", "~", "null", "Null", "NULL", NULL };
    static const char *const trues[] = { "true", "True", "TRUE", NULL };
    static const char *const falses[] = { "false", "False", "FALSE", NULL };

    if (is_one_of(s, nulls)) {
        out->kind = IFB_JNULL;
    } else if (is_one_of(s, trues) || is_one_of(s, falses)) {
        out->kind = IFB_JBOOL;
        out->truth = is_one_of(s, trues);
    } else if (ifb_str_int(s, &out->integer)) {
        out->kind = IFB_JNUMBER;
        out->whole = true;
        out->number = (double)out->integer;
    } else if (ifb_str_real(s, &out->number)) {
        out->kind = IFB_JNUMBER;
        if (fabs(out->number) < 9e18 && out->number == (double)(int64_t)out->number) {
            out->whole = true;
            out->integer = (int64_t)out->number;
        }
    }
}

static enum ifb_code read_scalar(struct reader *r, const yaml_event_t *event, struct ifb_json *out)
{
    ifb_str s = { (const char *)event->data.scalar.value, event->data.scalar.length };

    if (event->data.scalar.tag)
        return ifb_fail(r->err, IFB_EINPUT, "%s:%u: tags are not supported", r->name,
                        line_of(event));
    out->kind = IFB_JSTRING;
    out->string = ifb_str_copy(r->arena, s);
    if (event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
        type_plain(out, out->string);
    return IFB_OK;
}

static enum ifb_code read_members(struct reader *r, yaml_event_type_t end, struct ifb_json *out)
{
    struct ifb_json **tail = (struct ifb_json **)&out->first;
    enum ifb_code code = IFB_OK;

    for (;;) {
        struct ifb_json *member = ifb_new(r->arena, struct ifb_json, 1), key = { 0 };
        yaml_event_t event;
        bool ended;

        code = next_event(r, &event);
        if (code)
            return code;
        ended = event.type == end;
        if (!ended && out->kind == IFB_JOBJECT) {
            code = event.type == YAML_SCALAR_EVENT
                       ? read_scalar(r, &event, &key)
                       : ifb_fail(r->err, IFB_EINPUT, "%s:%u: a key must be a plain name", r->name,
                                  line_of(&event));
            if (!code && ifb_json_get(out, ifb_cstr(r->arena, key.string)))
                code = ifb_fail(r->err, IFB_EINPUT, "%s:%u: duplicate key \"%.*s\"", r->name,
                                line_of(&event), IFB_ARG(key.string));
            yaml_event_delete(&event);
            if (!code)
                code = next_event(r, &event);
            if (code)
                return code;
        }
        code = ended ? IFB_OK : read_node(r, &event, member);
        yaml_event_delete(&event);
        if (ended || code)
            return code;
        member->key = key.string;
        *tail = member;
        tail = (struct ifb_json **)&member->next;
        out->n++;
    }
}

static enum ifb_code read_node(struct reader *r, yaml_event_t *event, struct ifb_json *out)
{
    bool sequence = event->type == YAML_SEQUENCE_START_EVENT;
    enum ifb_code code;

    out->line = line_of(event);
    if (event->type == YAML_SCALAR_EVENT)
        return read_scalar(r, event, out);
    if (event->type == YAML_ALIAS_EVENT)
        return ifb_fail(r->err, IFB_EINPUT, "%s:%u: aliases are not supported", r->name,
                        out->line);
    if (++r->depth > DEPTH_MAX)
        return ifb_fail(r->err, IFB_ELIMIT, "%s:%u: nested more than %d levels deep", r->name,
                        out->line, DEPTH_MAX);
    out->kind = sequence ? IFB_JARRAY : IFB_JOBJECT;
    code = read_members(r, sequence ? YAML_SEQUENCE_END_EVENT : YAML_MAPPING_END_EVENT, out);
    r->depth--;
    return code;
}

/* The stream: at most one document. */
static enum ifb_code read_stream(struct reader *r, struct ifb_json *out)
{
    yaml_event_t event;
    int documents = 0;
    bool ended = false;
    enum ifb_code code = IFB_OK;

    while (!code && !ended) {
        code = next_event(r, &event);
        if (code)
            break;
        ended = event.type == YAML_STREAM_END_EVENT;
        if (event.type == YAML_DOCUMENT_START_EVENT && documents++)
            code = ifb_fail(r->err, IFB_EINPUT, "%s:%u: a second document", r->name,
                            line_of(&event));
        else if (event.type == YAML_SCALAR_EVENT || event.type == YAML_SEQUENCE_START_EVENT ||
                 event.type == YAML_MAPPING_START_EVENT || event.type == YAML_ALIAS_EVENT)
            code = read_node(r, &event, out);
        yaml_event_delete(&event);
    }
    return code;
}

enum ifb_code ifb_yaml_parse(ifb_str text, const char *name, struct ifb_arena *arena,
                             const struct ifb_json **out, struct ifb_error *err)
{
    struct reader r = { .name = name, .arena = arena, .err = err };
    struct ifb_json *doc = ifb_new(arena, struct ifb_json, 1);
    enum ifb_code code;

    if (!yaml_parser_initialize(&r.parser))
        ifb_out_of_memory();
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)text.ptr, text.len);
    code = read_stream(&r, doc);
    yaml_parser_delete(&r.parser);
    if (!code)
        *out = doc;
    return code;
}

enum ifb_code ifb_yaml_read(const char *path, struct ifb_arena *arena, const struct ifb_json **out,
                            struct ifb_error *err)
{
    ifb_str text;
    enum ifb_code code = ifb_file_read(path, YAML_MAX, arena, &text, err);

    return code ? code : ifb_yaml_parse(text, path, arena, out, err);
}
