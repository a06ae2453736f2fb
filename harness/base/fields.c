/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/base/fields.h"

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"

static void *slot(const struct ifb_field *field, void *out)
{
    return (char *)out + field->offset;
}

const struct ifb_field *ifb_field_find(const struct ifb_field *fields, ifb_str name)
{
    for (const struct ifb_field *f = fields; f && f->name; f++)
        if (ifb_str_is(name, f->name))
            return f;
    return NULL;
}

static bool in_range(const struct ifb_field *field, double value)
{
    return (field->min == 0 && field->max == 0) || (value >= field->min && value <= field->max);
}

static void describe_choices(const struct ifb_field *field, struct ifb_buf *out)
{
    ifb_buf_cstr(out, "one of ");
    for (size_t i = 0; field->choices[i]; i++)
        ifb_buf_fmt(out, "%s\"%s\"", i ? ", " : "", field->choices[i]);
}

void ifb_field_describe(const struct ifb_field *field, struct ifb_buf *out)
{
    static const char *const kinds[] = {
        [IFB_BOOL] = "true or false", [IFB_INT] = "a whole number", [IFB_REAL] = "a number",
        [IFB_STRING] = "a string",    [IFB_STRINGS] = "an array of strings",
        [IFB_TEXTS] = "a string or an array of strings", [IFB_JSON] = "a JSON value",
    };

    if (field->kind == IFB_CHOICE)
        describe_choices(field, out);
    else
        ifb_buf_cstr(out, kinds[field->kind]);
    if (field->min != 0 || field->max != 0)
        ifb_buf_fmt(out, " from %g to %g", field->min, field->max);
}

/* Does not name the field: it may be known by another name where the text came from. */
static void fail_wanted(const struct ifb_field *field, ifb_str found, struct ifb_error *err)
{
    struct ifb_buf wanted;

    ifb_buf_init(&wanted, 1024);
    ifb_field_describe(field, &wanted);
    ifb_fail(err, IFB_EINPUT, "wanted %.*s, found %.*s", (int)wanted.len, wanted.ptr,
             IFB_ARG(ifb_utf8_cut(found, 120)));
    ifb_buf_close(&wanted);
}

static enum ifb_json_kind json_kind(enum ifb_kind kind)
{
    switch (kind) {
    case IFB_BOOL: return IFB_JBOOL;
    case IFB_INT:
    case IFB_REAL: return IFB_JNUMBER;
    case IFB_STRINGS:
    case IFB_TEXTS: return IFB_JARRAY;
    default: return IFB_JSTRING;
    }
}

static bool right_type(const struct ifb_field *field, const struct ifb_json *value)
{
    if (field->kind == IFB_JSON || (field->kind == IFB_TEXTS && value->kind == IFB_JSTRING))
        return true;
    if (value->kind != json_kind(field->kind) || (field->kind == IFB_INT && !value->whole))
        return false;
    if (field->kind == IFB_STRINGS || field->kind == IFB_TEXTS)
        for (const struct ifb_json *m = value->first; m; m = m->next)
            if (m->kind != IFB_JSTRING)
                return false;
    return true;
}

static bool set_choice(const struct ifb_field *field, ifb_str text, void *out)
{
    for (int64_t i = 0; field->choices[i]; i++)
        if (ifb_str_is(text, field->choices[i])) {
            *(int64_t *)slot(field, out) = i;
            return true;
        }
    return false;
}

static void set_strings(const struct ifb_field *field, const struct ifb_json *array, void *out,
                        struct ifb_arena *arena)
{
    ifb_str *at = ifb_new(arena, ifb_str, array->n + 1);
    size_t n = 0;

    if (array->kind == IFB_JSTRING)
        at[n++] = array->string;
    for (const struct ifb_json *m = array->first; m; m = m->next)
        at[n++] = m->string;
    *(struct ifb_strs *)slot(field, out) = (struct ifb_strs){ at, n };
}

/* False when the value is of the right type but not one that the field takes. */
static bool set_value(const struct ifb_field *field, const struct ifb_json *value, void *out,
                      struct ifb_arena *arena)
{
    switch (field->kind) {
    case IFB_BOOL: *(bool *)slot(field, out) = value->truth; return true;
    case IFB_INT:
        *(int64_t *)slot(field, out) = value->integer;
        return in_range(field, value->number);
    case IFB_REAL:
        *(double *)slot(field, out) = value->number;
        return in_range(field, value->number);
    case IFB_STRING: *(ifb_str *)slot(field, out) = value->string; return true;
    case IFB_CHOICE: return set_choice(field, value->string, out);
    case IFB_STRINGS:
    case IFB_TEXTS: set_strings(field, value, out, arena); return true;
    case IFB_JSON: *(const struct ifb_json **)slot(field, out) = value; return true;
    }
    return false;
}

static const char *nearest_field(const struct ifb_field *fields, ifb_str name)
{
    const char *best = NULL;
    size_t least = name.len / 3 + 2;

    for (const struct ifb_field *f = fields; f && f->name; f++) {
        size_t d = ifb_edit_distance(name, ifb_str_of(f->name), least);

        if (d < least) {
            least = d;
            best = f->name;
        }
    }
    return best;
}

static enum ifb_fault fail_unknown(const struct ifb_field *fields, ifb_str name,
                                   struct ifb_error *err)
{
    const char *near = nearest_field(fields, name);

    ifb_fail(err, IFB_EINPUT, "unknown argument \"%.*s\"%s%s%s", IFB_ARG(ifb_utf8_cut(name, 80)),
             near ? ", did you mean \"" : "", near ? near : "", near ? "\"?" : "");
    return IFB_FAULT_VALUE;
}

static enum ifb_fault check_types(const struct ifb_field *fields, const struct ifb_json *object,
                                  struct ifb_error *err)
{
    if (object && object->kind != IFB_JOBJECT) {
        ifb_fail(err, IFB_EINPUT, "wanted an object of arguments, found %s",
                 ifb_json_kind_name(object->kind));
        return IFB_FAULT_TYPE;
    }
    for (const struct ifb_json *m = object ? object->first : NULL; m; m = m->next) {
        const struct ifb_field *f = m->kind == IFB_JNULL ? NULL : ifb_field_find(fields, m->key);

        if (!f || right_type(f, m))
            continue;
        fail_wanted(f, m->kind == IFB_JNUMBER ? m->string : ifb_str_of(ifb_json_kind_name(m->kind)),
                    err);
        ifb_within(err, "%s", f->name);
        return IFB_FAULT_TYPE;
    }
    return IFB_FAULT_NONE;
}

enum ifb_fault ifb_fields_read(const struct ifb_field *fields, const struct ifb_json *object,
                               void *out, struct ifb_arena *arena, struct ifb_error *err)
{
    enum ifb_fault fault = check_types(fields, object, err);

    if (fault)
        return fault;
    for (const struct ifb_json *m = object ? object->first : NULL; m; m = m->next) {
        const struct ifb_field *f;

        if (m->kind == IFB_JNULL)
            continue;
        f = ifb_field_find(fields, m->key);
        if (!f)
            return fail_unknown(fields, m->key, err);
        if (!set_value(f, m, out, arena)) {
            fail_wanted(f, m->string, err);
            ifb_within(err, "%s", f->name);
            return IFB_FAULT_VALUE;
        }
    }
    for (const struct ifb_field *f = fields; f && f->name; f++) {
        const struct ifb_json *m = f->required ? ifb_json_get(object, f->name) : NULL;

        if (f->required && (!m || m->kind == IFB_JNULL)) {
            ifb_fail(err, IFB_EINPUT, "%s is missing", f->name);
            return IFB_FAULT_VALUE;
        }
    }
    return IFB_FAULT_NONE;
}

static void append_string(struct ifb_strs *strs, ifb_str text, struct ifb_arena *arena)
{
    ifb_str *at = ifb_new(arena, ifb_str, strs->n + 1);

    if (strs->n)
        memcpy(at, strs->at, strs->n * sizeof(*at));
    at[strs->n] = text;
    *strs = (struct ifb_strs){ at, strs->n + 1 };
}

static bool set_text(const struct ifb_field *field, ifb_str text, void *out,
                     struct ifb_arena *arena)
{
    switch (field->kind) {
    case IFB_BOOL:
        *(bool *)slot(field, out) = !text.ptr || ifb_str_is(text, "true");
        return !text.ptr || ifb_str_is(text, "true") || ifb_str_is(text, "false");
    case IFB_INT: {
        int64_t *n = slot(field, out);

        return ifb_str_int(text, n) && in_range(field, (double)*n);
    }
    case IFB_REAL: {
        double *x = slot(field, out);

        return ifb_str_real(text, x) && in_range(field, *x);
    }
    case IFB_STRING: *(ifb_str *)slot(field, out) = text; return true;
    case IFB_CHOICE: return set_choice(field, text, out);
    case IFB_STRINGS:
    case IFB_TEXTS: append_string(slot(field, out), text, arena); return true;
    case IFB_JSON: break;
    }
    return false;
}

enum ifb_code ifb_field_set(const struct ifb_field *field, ifb_str text, void *out,
                            struct ifb_arena *arena, struct ifb_error *err)
{
    if (set_text(field, text, out, arena))
        return IFB_OK;
    fail_wanted(field, text, err);
    if (err)
        err->code = IFB_EUSAGE;
    return IFB_EUSAGE;
}
