/* SPDX-License-Identifier: Apache-2.0 */
/* `ifbench scorers`: the checks, straight from their tables. */
#include <ifbench/check.h>

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/error.h"
#include "harness/base/fields.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/cli/command.h"
#include "harness/cli/scorers_page.h"

static const char *const formats[] = { "text", "json", "markdown", NULL };
enum { JSON = 1, MARKDOWN };

struct flags {
    bool json;
    int64_t format;
};

static const struct ifb_field options[] = {
    IFB_FIELD(struct flags, json, "json", .kind = IFB_BOOL, .doc = "print JSON"),
    IFB_FIELD(struct flags, format, "format", .kind = IFB_CHOICE, .choices = formats,
              .value = "FORMAT", .doc = "how to print (text); markdown is a page"),
    { 0 }
};

static const struct ifb_example_line examples[] = {
    { "ifbench scorers", "all checks, a line each" },
    { "ifbench scorers 'keywords:*'", "those of a family" },
    { "ifbench scorers punctuation:no_comma", "one, with its arguments and examples" },
    { "ifbench scorers --format markdown > checks.md", "all, as a page" },
    { 0 }
};

static void describe(const struct ifb_field *f, struct ifb_buf *out)
{
    ifb_buf_clear(out);
    ifb_field_describe(f, out);
}

/* What a program may want to know that builds a form or a prompt. */
static void json_range(const struct ifb_field *f, struct ifb_jw *w)
{
    static const char *const kinds[] = {
        [IFB_BOOL] = "boolean", [IFB_INT] = "integer",  [IFB_REAL] = "number",
        [IFB_STRING] = "string", [IFB_CHOICE] = "choice", [IFB_STRINGS] = "strings",
        [IFB_TEXTS] = "string or strings", [IFB_JSON] = "any",
    };

    ifb_jw_cstr(w, "kind", kinds[f->kind]);
    if (f->min != 0 || f->max != 0) {
        ifb_jw_real(w, "min", f->min);
        ifb_jw_real(w, "max", f->max);
    }
    if (f->kind != IFB_CHOICE)
        return;
    ifb_jw_array(w, "choices");
    for (size_t i = 0; f->choices[i]; i++)
        ifb_jw_cstr(w, NULL, f->choices[i]);
    ifb_jw_end(w);
}

static void json_fields(const struct ifb_check *c, struct ifb_jw *w)
{
    struct ifb_buf takes;

    ifb_buf_init(&takes, 4096);
    ifb_jw_array(w, "args");
    for (const struct ifb_field *f = c->fields; f && f->name; f++) {
        describe(f, &takes);
        ifb_jw_object(w, NULL);
        ifb_jw_cstr(w, "name", f->name);
        ifb_jw_str(w, "takes", ifb_buf_view(&takes));
        ifb_jw_bool(w, "required", f->required);
        json_range(f, w);
        ifb_jw_cstr(w, "doc", f->doc);
        ifb_jw_end(w);
    }
    ifb_jw_end(w);
    ifb_buf_close(&takes);
}

static void print_json(const struct ifb_check *c, struct ifb_jw *w)
{
    ifb_jw_object(w, NULL);
    ifb_jw_cstr(w, "id", c->id);
    ifb_jw_cstr(w, "doc", c->doc);
    ifb_jw_bool(w, "forbids", c->forbids);
    ifb_jw_array(w, "needs");
    for (unsigned bit = 0; c->needs >> bit; bit++)
        if (c->needs >> bit & 1)
            ifb_jw_cstr(w, NULL, ifb_need_name(1u << bit));
    ifb_jw_end(w);
    json_fields(c, w);
    ifb_jw_array(w, "examples");
    for (const struct ifb_example *e = c->examples; e && e->args; e++) {
        ifb_jw_object(w, NULL);
        ifb_jw_raw(w, "args", ifb_str_of(e->args));
        ifb_jw_cstr(w, "text", e->text);
        ifb_jw_cstr(w, "outcome", ifb_outcome_name(e->outcome));
        ifb_jw_end(w);
    }
    ifb_jw_end(w);
    ifb_jw_end(w);
}

static void print_quoted(const char *text)
{
    struct ifb_buf quoted;

    ifb_buf_init(&quoted, 1 << 20);
    ifb_json_quote(&quoted, ifb_str_of(text), false);
    ifb_print_safe(ifb_buf_view(&quoted));
    ifb_buf_close(&quoted);
}

static void print_long(const struct ifb_check *c)
{
    struct ifb_buf takes;

    ifb_buf_init(&takes, 4096);
    ifb_print("%s\n  %s\n", c->id, c->doc);
    for (const struct ifb_field *f = c->fields; f && f->name; f++) {
        describe(f, &takes);
        ifb_print("  %s%s: %.*s; %s\n", f->name, f->required ? "" : " (optional)", (int)takes.len,
                  takes.ptr, f->doc);
    }
    if (ifb_str_is(ifb_str_of("measure"), c->id))
        for (const struct ifb_unit *u = ifb_unit_next(NULL); u; u = ifb_unit_next(u))
            ifb_print("  unit %s: %s\n", u->name, u->doc);
    for (const struct ifb_example *e = c->examples; e && e->args; e++) {
        ifb_print("  %-5s %s on ", ifb_outcome_name(e->outcome), e->args);
        print_quoted(e->text);
        ifb_print("\n");
    }
    ifb_buf_close(&takes);
}

static bool has_pattern(const char *word)
{
    return strpbrk(word, "*?") != NULL;
}

/* By a pattern, or by one of its other names. */
static bool is_wanted(const char *pattern, const struct ifb_check *c)
{
    return ifb_glob(pattern, c->id) || c == ifb_check_find(ifb_str_of(pattern));
}

static size_t print_all(const char *pattern, bool in_full)
{
    size_t found = 0;

    for (const struct ifb_check *c = ifb_check_next(NULL); c; c = ifb_check_next(c)) {
        if (!is_wanted(pattern, c))
            continue;
        found++;
        if (in_full)
            print_long(c);
        else
            ifb_print("%-44s %s\n", c->id, c->doc);
    }
    return found;
}

static size_t print_all_json(const char *pattern)
{
    struct ifb_buf buf;
    struct ifb_jw w;
    size_t found = 0;

    ifb_buf_init(&buf, 64 << 20);
    ifb_jw_open(&w, &buf);
    w.pretty = true;
    ifb_jw_array(&w, NULL);
    for (const struct ifb_check *c = ifb_check_next(NULL); c; c = ifb_check_next(c))
        if (is_wanted(pattern, c)) {
            found++;
            print_json(c, &w);
        }
    ifb_jw_end(&w);
    if (found)
        ifb_print("%.*s\n", (int)buf.len, buf.ptr);
    ifb_buf_close(&buf);
    return found;
}

static size_t print_page(const char *pattern)
{
    struct ifb_pen pen;
    size_t found = 0;

    ifb_pen_open(&pen, ifb_stdout_sink());
    for (const struct ifb_check *c = ifb_check_next(NULL); c; c = ifb_check_next(c))
        if (is_wanted(pattern, c)) {
            if (!found++)
                ifb_pen_cstr(&pen, "# Checks\n\n");
            ifb_page_check(&pen, c);
        }
    if (ifb_glob(pattern, "measure"))
        ifb_page_units(&pen);
    ifb_pen_flush(&pen);
    return found;
}

static enum ifb_code cmd_scorers(struct ifb_cli *cli, struct ifb_error *err)
{
    extern const struct ifb_command ifb_cmd_scorers;
    struct flags f = { 0 };
    struct ifb_strs words;
    size_t found;
    const char *pattern;
    enum ifb_code code = ifb_options_read(cli, &ifb_cmd_scorers, &f, &words, err);

    if (code)
        return code;
    pattern = words.n ? ifb_cstr(cli->arena, words.at[0]) : "*";
    if (f.json || f.format == JSON)
        found = print_all_json(pattern);
    else if (f.format == MARKDOWN)
        found = print_page(pattern);
    else
        found = print_all(pattern, words.n && !has_pattern(pattern));
    if (!found)
        return ifb_fail(err, IFB_EINPUT, "no check is called %s; the nearest is \"%s\"", pattern,
                        ifb_check_nearest(ifb_str_of(pattern)));
    return IFB_OK;
}

const struct ifb_command ifb_cmd_scorers = {
    .name = "scorers", .usage = "scorers [ID|PATTERN] [--json|--format markdown]",
    .doc = "list the checks, with arguments and examples", .options = options,
    .examples = examples, .run = cmd_scorers,
};
