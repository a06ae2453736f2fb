/* SPDX-License-Identifier: Apache-2.0 */
/* ifbench.yaml: the options of a command, read with line numbers and printed back. */
#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/fields.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "harness/base/yaml.h"
#include "harness/cli/command.h"

#define JSON_MAX ((size_t)16 << 20)

/* ---- reading ---- */

static bool is_any_option(ifb_str key)
{
    for (size_t i = 0; ifb_commands[i]; i++)
        if (ifb_field_find(ifb_commands[i]->options, key))
            return true;
    return false;
}

static enum ifb_code fail_unknown(const struct ifb_command *command, ifb_str key,
                                  struct ifb_error *err)
{
    const char *best = NULL;
    size_t least = key.len / 3 + 2;

    for (const struct ifb_field *f = command->options; f && f->name; f++) {
        size_t d = ifb_edit_distance(key, ifb_str_of(f->name), least);

        if (d < least) {
            least = d;
            best = f->name;
        }
    }
    if (!best)
        return ifb_fail(err, IFB_EINPUT, "unknown option \"%.*s\"; `ifbench %s --help` lists them",
                        IFB_ARG(ifb_utf8_cut(key, 80)), command->name);
    return ifb_fail(err, IFB_EINPUT, "unknown option \"%.*s\", did you mean \"%s\"?",
                    IFB_ARG(ifb_utf8_cut(key, 80)), best);
}

/* JSON that is written as a mapping of YAML is read as the text it stands for. */
static void text_of_json(const struct ifb_json *m, struct ifb_json *out, struct ifb_arena *arena)
{
    struct ifb_buf buf;
    struct ifb_jw w;

    ifb_buf_init(&buf, JSON_MAX);
    ifb_jw_open(&w, &buf);
    ifb_jw_value(&w, NULL, m);
    *out = (struct ifb_json){ .kind = IFB_JSTRING, .key = m->key,
                              .string = ifb_str_copy(arena, ifb_buf_view(&buf)) };
    ifb_buf_close(&buf);
}

static enum ifb_code set_from_config(const struct ifb_field *f, const struct ifb_json *m, void *out,
                                     struct ifb_arena *arena, struct ifb_error *err)
{
    struct ifb_field one[2] = { *f, { 0 } };
    struct ifb_json *object = ifb_new(arena, struct ifb_json, 1), *member, *item;

    /* A single value stands for a list of one: `model: http://...`. */
    member = ifb_new(arena, struct ifb_json, 1);
    *member = *m;
    if (f->kind == IFB_STRINGS && m->kind == IFB_JSTRING) {
        item = ifb_new(arena, struct ifb_json, 1);
        *item = *m;
        item->next = NULL;
        *member = (struct ifb_json){ .kind = IFB_JARRAY, .first = item, .n = 1, .key = m->key };
    }
    if (ifb_option_is_json(f) && m->kind == IFB_JOBJECT)
        text_of_json(m, member, arena);
    member->next = NULL;
    one[0].required = false;
    *object = (struct ifb_json){ .kind = IFB_JOBJECT, .first = member, .n = 1 };
    return ifb_fields_read(one, object, out, arena, err) ? IFB_EINPUT : IFB_OK;
}

enum ifb_code ifb_options_config(const char *path, const struct ifb_command *command, void *out,
                                 struct ifb_arena *arena, struct ifb_error *err)
{
    const struct ifb_json *doc;
    enum ifb_code code = ifb_yaml_read(path, arena, &doc, err);

    if (code)
        return code;
    if (doc->kind == IFB_JNULL)
        return IFB_OK;
    if (doc->kind != IFB_JOBJECT)
        return ifb_fail(err, IFB_EINPUT, "%s: wanted options as `name: value` lines", path);
    for (const struct ifb_json *m = doc->first; m && !code; m = m->next) {
        const struct ifb_field *f = ifb_field_find(command->options, m->key);

        if (ifb_str_is(m->key, "config"))
            code = ifb_fail(err, IFB_EINPUT, "config: a file of options names no other");
        else if (f)
            code = set_from_config(f, m, out, arena, err);
        else if (!is_any_option(m->key))
            code = fail_unknown(command, m->key, err);
        if (code)
            ifb_within(err, "%s:%u", path, m->line);
    }
    return code;
}

/* ---- printing ---- */

bool ifb_option_is_json(const struct ifb_field *f)
{
    return f->kind == IFB_STRING && f->value && strcmp(f->value, "JSON") == 0;
}

/* What YAML 1.1 takes for a line break or for no character at all, though JSON does not. */
static bool is_odd(uint32_t cp)
{
    return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0x2028 || cp == 0x2029 ||
           cp == 0xfeff || cp == 0xfffe || cp == 0xffff;
}

/* In double quotes, which YAML and JSON read alike. */
static void put_text(struct ifb_buf *out, ifb_str s, struct ifb_arena *arena)
{
    const char *p, *end;

    s = ifb_utf8_repair(arena, s);
    end = s.ptr + s.len;
    ifb_buf_char(out, '"');
    for (p = s.ptr; p < end;) {
        const char *from = p;
        uint32_t cp = ifb_utf8_next(&p);

        if (cp == '\n')
            ifb_buf_cstr(out, "\\n");
        else if (is_odd(cp))
            ifb_buf_fmt(out, "\\u%04x", (unsigned)cp);
        else if (cp == '"' || cp == '\\')
            ifb_buf_fmt(out, "\\%c", (char)cp);
        else
            ifb_buf_add(out, from, (size_t)(p - from));
    }
    ifb_buf_char(out, '"');
}

static void put_real(struct ifb_buf *out, double value)
{
    struct ifb_jw w;

    ifb_jw_open(&w, out);
    ifb_jw_real(&w, NULL, value);
}

/* False when the value is the default. */
static bool differs(const struct ifb_field *f, const void *value, const void *usual)
{
    switch (f->kind) {
    case IFB_BOOL: return *(const bool *)value != *(const bool *)usual;
    case IFB_REAL: return *(const double *)value != *(const double *)usual;
    case IFB_STRING: return ((const ifb_str *)value)->ptr != NULL;
    case IFB_STRINGS: return ((const struct ifb_strs *)value)->n > 0;
    default: return *(const int64_t *)value != *(const int64_t *)usual;
    }
}

static void put_value(struct ifb_buf *out, const struct ifb_field *f, const void *value,
                      struct ifb_arena *arena)
{
    const struct ifb_strs *strs = value;

    switch (f->kind) {
    case IFB_BOOL: ifb_buf_cstr(out, *(const bool *)value ? "true" : "false"); break;
    case IFB_REAL: put_real(out, *(const double *)value); break;
    case IFB_STRING: put_text(out, *(const ifb_str *)value, arena); break;
    case IFB_CHOICE: ifb_buf_cstr(out, f->choices[*(const int64_t *)value]); break;
    case IFB_STRINGS:
        for (size_t i = 0; i < strs->n; i++) {
            ifb_buf_cstr(out, i ? ", " : "[");
            put_text(out, strs->at[i], arena);
        }
        ifb_buf_char(out, ']');
        break;
    default: ifb_buf_fmt(out, "%lld", (long long)*(const int64_t *)value); break;
    }
}

void ifb_options_yaml(const struct ifb_field *options, const void *values, const void *defaults,
                      struct ifb_arena *arena, struct ifb_buf *out)
{
    for (const struct ifb_field *f = options; f->name; f++) {
        const void *value = (const char *)values + f->offset;

        if (!differs(f, value, (const char *)defaults + f->offset))
            continue;
        ifb_buf_fmt(out, "%s: ", f->name);
        put_value(out, f, value, arena);
        ifb_buf_char(out, '\n');
    }
}
