/* SPDX-License-Identifier: Apache-2.0 */
/* Variables in the texts of a suite file: strings are cut at braces and put together again. */
#include "suites/template.h"

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"

#define TEXT_MAX ((size_t)4 << 20) /* of one string when it is expanded */
#define NAMES_MAX 100              /* that are looked at for "did you mean" */

/* A string's next part: plain text, or what stands between braces. */
struct part {
    ifb_str plain;  /* also of {{"..."}} */
    ifb_str name;   /* absent: `plain` counts */
    ifb_str as;     /* "number", "text" or absent */
};

static enum ifb_code fail_open(ifb_str at, struct ifb_error *err)
{
    return ifb_fail(err, IFB_EINPUT, "\"{{%.*s\" is not closed by \"}}\"; write \\{{ for two "
                    "braces", IFB_ARG(ifb_utf8_cut(at, 40)));
}

/* {{"..."}}: `rest` begins at the quote. */
static enum ifb_code take_quoted(ifb_str *rest, struct part *out, struct ifb_error *err)
{
    ifb_str all = *rest;
    size_t end = ifb_str_chr(*rest, '"', 1);

    if (end == SIZE_MAX)
        return fail_open(all, err);
    out->plain = ifb_str_part(*rest, 1, end);
    *rest = ifb_str_from(*rest, end + 1);
    while (rest->len && rest->ptr[0] == ' ')
        *rest = ifb_str_from(*rest, 1);
    if (!ifb_str_starts(*rest, IFB_STR("}}")))
        return fail_open(all, err);
    *rest = ifb_str_from(*rest, 2);
    return IFB_OK;
}

/* `rest` begins behind "{{". */
static enum ifb_code take_braces(ifb_str *rest, struct part *out, struct ifb_error *err)
{
    ifb_str inner = *rest, name;
    size_t end, skip = 0;

    while (skip < inner.len && inner.ptr[skip] == ' ')
        skip++;
    if (skip < inner.len && inner.ptr[skip] == '"') {
        *rest = ifb_str_from(*rest, skip);
        return take_quoted(rest, out, err);
    }
    end = ifb_str_find(inner, IFB_STR("}}"), 0);
    if (end == SIZE_MAX)
        return fail_open(inner, err);
    *rest = ifb_str_from(*rest, end + 2);
    inner.len = end;
    out->as = inner;
    if (ifb_str_chop(&out->as, ':', &name))
        out->as = ifb_str_trim_ascii(out->as);
    else
        out->as = (ifb_str){ NULL, 0 };
    out->name = ifb_str_trim_ascii(out->as.ptr ? name : inner);
    if (!out->name.len)
        return ifb_fail(err, IFB_EINPUT, "{{}} names no variable; write \\{{ for two braces");
    if (out->as.ptr && !ifb_str_is(out->as, "number") && !ifb_str_is(out->as, "text"))
        return ifb_fail(err, IFB_EINPUT, "{{%.*s}}: wanted :number or :text after the name",
                        IFB_ARG(ifb_utf8_cut(inner, 80)));
    return IFB_OK;
}

/* Takes the next part off `rest`, which is not empty. */
static enum ifb_code take_part(ifb_str *rest, struct part *out, struct ifb_error *err)
{
    size_t at = ifb_str_find(*rest, IFB_STR("{{"), 0);

    *out = (struct part){ { NULL, 0 }, { NULL, 0 }, { NULL, 0 } };
    if (at == 0) {
        *rest = ifb_str_from(*rest, 2);
        return take_braces(rest, out, err);
    }
    if (at == SIZE_MAX) {
        out->plain = *rest;
        *rest = ifb_str_from(*rest, rest->len);
    } else if (rest->ptr[at - 1] != '\\') {
        out->plain = ifb_str_part(*rest, 0, at);
        *rest = ifb_str_from(*rest, at);
    } else if (at > 1) {
        out->plain = ifb_str_part(*rest, 0, at - 1);
        *rest = ifb_str_from(*rest, at - 1);
    } else {
        out->plain = ifb_str_part(*rest, 1, 3);
        *rest = ifb_str_from(*rest, 3);
    }
    return IFB_OK;
}

/* ---- looking up ---- */

static bool find_cell(const struct ifb_scope *s, ifb_str name, ifb_str *out)
{
    for (size_t i = 0; i < s->columns.n; i++)
        if (ifb_str_eq(s->columns.at[i], name)) {
            *out = s->cells.at[i];
            return true;
        }
    return false;
}

static const struct ifb_json *find_value(struct ifb_template *t, ifb_str name)
{
    struct ifb_json *cell;
    ifb_str text;

    for (const struct ifb_scope *s = t->scope; s; s = s->outer) {
        for (const struct ifb_json *m = s->vars ? s->vars->first : NULL; m; m = m->next)
            if (ifb_str_eq(m->key, name))
                return m;
        if (!find_cell(s, name, &text))
            continue;
        cell = ifb_new(t->arena, struct ifb_json, 1);
        cell->kind = IFB_JSTRING;
        cell->string = text;
        return cell;
    }
    return NULL;
}

static enum ifb_code fail_unknown(const struct ifb_template *t, ifb_str name,
                                  struct ifb_error *err)
{
    const char *names[NAMES_MAX + 1], *near;
    size_t n = 0;

    for (const struct ifb_scope *s = t->scope; s; s = s->outer) {
        for (const struct ifb_json *m = s->vars ? s->vars->first : NULL; m && n < NAMES_MAX;
             m = m->next)
            names[n++] = ifb_cstr(t->arena, m->key);
        for (size_t i = 0; i < s->columns.n && n < NAMES_MAX; i++)
            names[n++] = ifb_cstr(t->arena, s->columns.at[i]);
    }
    names[n] = NULL;
    near = ifb_nearest(name, names);
    return ifb_fail(err, IFB_EINPUT, "unknown variable \"%.*s\"%s%s%s",
                    IFB_ARG(ifb_utf8_cut(name, 80)), *near ? ", did you mean \"" : "", near,
                    *near ? "\"?" : "; write \\{{ for two braces");
}

/* How a value is written in a text; absent when it cannot be. */
static ifb_str spelt(const struct ifb_json *v)
{
    switch (v->kind) {
    case IFB_JSTRING:
    case IFB_JNUMBER: return v->string;
    case IFB_JBOOL: return v->truth ? IFB_STR("true") : IFB_STR("false");
    default: return (ifb_str){ NULL, 0 };
    }
}

/* The value as {{name:number}} or {{name:text}} wants it. */
static enum ifb_code convert(struct ifb_template *t, const struct part *p,
                             const struct ifb_json **value, struct ifb_error *err)
{
    struct ifb_json *made = ifb_new(t->arena, struct ifb_json, 1);
    ifb_str text = ifb_str_trim_ascii(spelt(*value));

    made->string = (*value)->kind == IFB_JSTRING || (*value)->kind == IFB_JNUMBER ? text
                                                                                   : spelt(*value);
    made->kind = ifb_str_is(p->as, "number") ? IFB_JNUMBER : IFB_JSTRING;
    *value = made;
    if (made->kind == IFB_JSTRING)
        return IFB_OK;
    if (!text.len || !ifb_str_real(text, &made->number))
        return ifb_fail(err, IFB_EINPUT, "{{%.*s:number}}: \"%.*s\" is no number",
                        IFB_ARG(ifb_utf8_cut(p->name, 80)), IFB_ARG(ifb_utf8_cut(text, 80)));
    made->whole = ifb_str_int(text, &made->integer);
    if (!made->whole && made->number > -9e15 && made->number < 9e15 &&
        made->number == (double)(int64_t)made->number) {
        made->whole = true;
        made->integer = (int64_t)made->number;
    }
    return IFB_OK;
}

static enum ifb_code value_of(struct ifb_template *t, const struct part *p,
                              const struct ifb_json **out, struct ifb_error *err)
{
    *out = find_value(t, p->name);
    if (!*out)
        return fail_unknown(t, p->name, err);
    return p->as.ptr ? convert(t, p, out, err) : IFB_OK;
}

/* ---- putting together ---- */

static enum ifb_code put_part(struct ifb_template *t, const struct part *p, struct ifb_buf *buf,
                              struct ifb_error *err)
{
    const struct ifb_json *value;
    enum ifb_code code;

    if (!p->name.ptr) {
        ifb_buf_str(buf, p->plain);
        return IFB_OK;
    }
    code = value_of(t, p, &value, err);
    if (code)
        return code;
    if (!spelt(value).ptr)
        return ifb_fail(err, IFB_EINPUT, "{{%.*s}} is %s, which cannot stand inside a text",
                        IFB_ARG(ifb_utf8_cut(p->name, 80)), ifb_json_kind_name(value->kind));
    ifb_buf_str(buf, spelt(value));
    return IFB_OK;
}

static enum ifb_code expand_text(struct ifb_template *t, ifb_str in, ifb_str *out,
                                 struct ifb_error *err)
{
    enum ifb_code code = IFB_OK;
    struct ifb_buf buf;
    struct part p;

    ifb_buf_init(&buf, *t->room < TEXT_MAX ? *t->room : TEXT_MAX);
    while (in.len && !code && !buf.full) {
        code = take_part(&in, &p, err);
        if (!code)
            code = put_part(t, &p, &buf, err);
    }
    if (!code && buf.full)
        code = ifb_fail(err, IFB_ELIMIT, "the text is too long with its variables");
    if (!code) {
        *out = ifb_str_copy(t->arena, ifb_buf_view(&buf));
        *t->room -= out->len;
    }
    ifb_buf_close(&buf);
    return code;
}

/* One {{name}} and nothing else: its value takes the string's place. */
static bool is_alone(ifb_str s, struct part *p)
{
    return ifb_str_starts(s, IFB_STR("{{")) && take_part(&s, p, NULL) == IFB_OK && !s.len &&
           p->name.ptr;
}

static enum ifb_code expand_string(struct ifb_template *t, struct ifb_json *out,
                                   struct ifb_error *err)
{
    const struct ifb_json *value;
    struct ifb_json as = *out;
    struct part p;
    enum ifb_code code;

    if (!is_alone(out->string, &p))
        return expand_text(t, out->string, &out->string, err);
    code = value_of(t, &p, &value, err);
    if (code)
        return code;
    *out = *value;
    out->line = as.line;
    out->key = as.key;
    return IFB_OK;
}

static bool has_braces(const struct ifb_json *v)
{
    if (v->kind == IFB_JSTRING)
        return ifb_str_find(v->string, IFB_STR("{{"), 0) != SIZE_MAX;
    for (const struct ifb_json *m = v->first; m; m = m->next)
        if (has_braces(m))
            return true;
    return false;
}

/* Every member is looked at twice a level at most: documents are not deep. */
enum ifb_code ifb_template_expand(struct ifb_template *t, const struct ifb_json *value,
                                  const struct ifb_json **out, unsigned *line,
                                  struct ifb_error *err)
{
    struct ifb_json *made, **tail;
    enum ifb_code code = IFB_OK;

    *out = value;
    if (!has_braces(value))
        return IFB_OK;
    *out = made = ifb_new(t->arena, struct ifb_json, 1);
    *made = *value;
    made->next = NULL;
    if (made->kind == IFB_JSTRING) {
        *line = made->line;
        return expand_string(t, made, err);
    }
    tail = (struct ifb_json **)&made->first;
    for (const struct ifb_json *m = value->first; m && !code; m = m->next) {
        struct ifb_json *copy = ifb_new(t->arena, struct ifb_json, 1);
        const struct ifb_json *member;

        code = ifb_template_expand(t, m, &member, line, err);
        *copy = *member;
        copy->next = NULL;
        *tail = copy;
        tail = (struct ifb_json **)&copy->next;
    }
    return code;
}

static bool text_uses(ifb_str text, struct ifb_strs names)
{
    struct part p;

    while (text.len && take_part(&text, &p, NULL) == IFB_OK)
        for (size_t i = 0; p.name.ptr && i < names.n; i++)
            if (ifb_str_eq(p.name, names.at[i]))
                return true;
    return false;
}

bool ifb_template_uses(const struct ifb_json *value, struct ifb_strs names)
{
    if (value->kind == IFB_JSTRING)
        return text_uses(value->string, names);
    for (const struct ifb_json *m = value->first; m; m = m->next)
        if (ifb_template_uses(m, names))
            return true;
    return false;
}
