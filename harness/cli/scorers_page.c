/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/cli/scorers_page.h"

#include "harness/base/buf.h"
#include "harness/base/fields.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "reports/escape.h"

/* The longest run of backticks in `s`. */
static size_t longest_fence(ifb_str s)
{
    size_t best = 0, n = 0;

    for (size_t i = 0; i < s.len; i++) {
        n = s.ptr[i] == '`' ? n + 1 : 0;
        best = n > best ? n : best;
    }
    return best;
}

/* Code in a cell: a fence longer than any inside, and "\|", which tables take as '|'. */
static void put_code(struct ifb_pen *p, ifb_str s)
{
    size_t fence = longest_fence(s) + 1;
    bool pad = s.len && (s.ptr[0] == '`' || s.ptr[s.len - 1] == '`');

    for (size_t i = 0; i < fence; i++)
        ifb_pen_cstr(p, "`");
    ifb_pen_cstr(p, pad ? " " : "");
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '|')
            ifb_pen_cstr(p, "\\");
        ifb_pen_add(p, s.ptr + i, 1);
    }
    ifb_pen_cstr(p, pad ? " " : "");
    for (size_t i = 0; i < fence; i++)
        ifb_pen_cstr(p, "`");
}

static void put_fields(struct ifb_pen *p, const struct ifb_field *fields)
{
    struct ifb_buf takes;

    if (!fields || !fields->name) {
        ifb_pen_cstr(p, "Takes no arguments.\n\n");
        return;
    }
    ifb_buf_init(&takes, 4096);
    ifb_pen_cstr(p, "| argument | takes | meaning |\n|---|---|---|\n");
    for (const struct ifb_field *f = fields; f->name; f++) {
        ifb_buf_clear(&takes);
        ifb_field_describe(f, &takes);
        ifb_pen_cstr(p, "| ");
        put_code(p, ifb_str_of(f->name));
        ifb_pen_cstr(p, f->required ? " | " : " (optional) | ");
        ifb_escape_markdown(p, ifb_buf_view(&takes));
        ifb_pen_cstr(p, " | ");
        ifb_escape_markdown(p, ifb_str_of(f->doc));
        ifb_pen_cstr(p, " |\n");
    }
    ifb_pen_cstr(p, "\n");
    ifb_buf_close(&takes);
}

/* The text of an example as JSON, so that line feeds and blanks are seen. */
static void put_examples(struct ifb_pen *p, const struct ifb_example *examples)
{
    struct ifb_buf quoted;

    if (!examples || !examples->args)
        return;
    ifb_buf_init(&quoted, 1 << 20);
    ifb_pen_cstr(p, "| outcome | arguments | text |\n|---|---|---|\n");
    for (const struct ifb_example *e = examples; e->args; e++) {
        ifb_buf_clear(&quoted);
        ifb_json_quote(&quoted, ifb_str_of(e->text), false);
        ifb_pen_fmt(p, "| %s | ", ifb_outcome_name(e->outcome));
        put_code(p, ifb_str_of(e->args));
        ifb_pen_cstr(p, " | ");
        put_code(p, ifb_buf_view(&quoted));
        ifb_pen_cstr(p, " |\n");
    }
    ifb_pen_cstr(p, "\n");
    ifb_buf_close(&quoted);
}

void ifb_page_check(struct ifb_pen *p, const struct ifb_check *c)
{
    ifb_pen_cstr(p, "## ");
    put_code(p, ifb_str_of(c->id));
    ifb_pen_cstr(p, "\n\n");
    ifb_escape_markdown(p, ifb_str_of(c->doc));
    ifb_pen_cstr(p, "\n\n");
    put_fields(p, c->fields);
    put_examples(p, c->examples);
}

void ifb_page_units(struct ifb_pen *p)
{
    ifb_pen_cstr(p, "## Units of text\n\n| unit | what counts |\n|---|---|\n");
    for (const struct ifb_unit *u = ifb_unit_next(NULL); u; u = ifb_unit_next(u)) {
        ifb_pen_cstr(p, "| ");
        put_code(p, ifb_str_of(u->name));
        ifb_pen_cstr(p, " | ");
        ifb_escape_markdown(p, ifb_str_of(u->doc));
        ifb_pen_cstr(p, " |\n");
    }
    ifb_pen_cstr(p, "\n");
}
