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

struct flags {
    bool json;
};

static const struct ifb_field options[] = {
    IFB_FIELD(struct flags, json, "json", .kind = IFB_BOOL, .doc = "print JSON"),
    { 0 }
};

static const struct ifb_example_line examples[] = {
    { "ifbench scorers", "all checks, a line each" },
    { "ifbench scorers 'keywords:*'", "those of a family" },
    { "ifbench scorers punctuation:no_comma", "one, with its arguments and examples" },
    { 0 }
};

static void describe(const struct ifb_field *f, struct ifb_buf *out)
{
    ifb_buf_clear(out);
    ifb_field_describe(f, out);
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

static enum ifb_code cmd_scorers(struct ifb_cli *cli, struct ifb_error *err)
{
    extern const struct ifb_command ifb_cmd_scorers;
    struct flags f = { 0 };
    struct ifb_strs words;
    struct ifb_buf buf;
    struct ifb_jw w;
    size_t found = 0;
    const struct ifb_check *named;
    const char *pattern;
    enum ifb_code code = ifb_options_read(cli, &ifb_cmd_scorers, &f, &words, err);

    if (code)
        return code;
    pattern = words.n ? ifb_cstr(cli->arena, words.at[0]) : "*";
    named = ifb_check_find(ifb_str_of(pattern));  /* perhaps by another name */
    ifb_buf_init(&buf, 64 << 20);
    ifb_jw_open(&w, &buf);
    w.pretty = true;
    ifb_jw_array(&w, NULL);
    for (const struct ifb_check *c = ifb_check_next(NULL); c; c = ifb_check_next(c)) {
        if (c != named && !ifb_glob(pattern, c->id))
            continue;
        found++;
        if (f.json)
            print_json(c, &w);
        else if (words.n && !has_pattern(pattern))
            print_long(c);
        else
            ifb_print("%-44s %s\n", c->id, c->doc);
    }
    ifb_jw_end(&w);
    if (f.json && found)
        ifb_print("%.*s\n", (int)buf.len, buf.ptr);
    ifb_buf_close(&buf);
    if (!found)
        return ifb_fail(err, IFB_EINPUT, "no check is called %s; the nearest is \"%s\"", pattern,
                        ifb_check_nearest(ifb_str_of(pattern)));
    return IFB_OK;
}

const struct ifb_command ifb_cmd_scorers = {
    .name = "scorers", .usage = "scorers [ID|PATTERN] [--json]",
    .doc = "list the checks, with arguments and examples", .options = options,
    .examples = examples, .run = cmd_scorers,
};
