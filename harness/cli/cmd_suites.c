/* SPDX-License-Identifier: Apache-2.0 */
/* `ifbench suites`: what can be asked. */
#include <ifbench/judged.h>
#include <ifbench/suite.h>

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/error.h"
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
    { "ifbench suites", "all of them" },
    { "ifbench suites ifeval", "one, with its metrics and source" },
    { 0 }
};

static void print_json(const struct ifb_suite *s, struct ifb_jw *w)
{
    ifb_jw_object(w, NULL);
    ifb_jw_cstr(w, "id", s->id);
    ifb_jw_cstr(w, "doc", s->doc);
    ifb_jw_cstr(w, "cite", s->cite);
    ifb_jw_cstr(w, "pack", s->pack);
    ifb_jw_cstr(w, "missing", s->missing == IFB_MISSING_FAIL ? "fail" : "unscored");
    ifb_jw_array(w, "metrics");
    for (const struct ifb_metric *m = s->metrics; m->id; m++)
        ifb_jw_cstr(w, NULL, m->id);
    ifb_jw_end(w);
    ifb_jw_end(w);
}

static void print_long(const struct ifb_suite *s)
{
    size_t parts = 0;

    ifb_print("%s: %s\n", s->id, s->doc);
    if (s->cite)
        ifb_print("  source   %s\n", s->cite);
    ifb_print("  data     %s%s\n", s->pack ? "ifbench data pull " : s->files ? "a file of yours, --data"
                                                                          : "built in",
              s->pack ? s->pack : "");
    ifb_print("  missing  an answer that is left out counts as %s\n",
              s->missing == IFB_MISSING_FAIL ? "failed" : "unscored");
    for (const struct ifb_metric *m = s->metrics; m->id; m++) {
        parts += strchr(m->id, '.') != NULL;
        if (!strchr(m->id, '.'))
            ifb_print("  metric   %-26s %s\n", m->id, m->doc);
    }
    if (parts)
        ifb_print("  metric   %-26s %zu more, of parts of the suite; --json lists them\n",
                  "PART.NAME", parts);
}

static void print_judged_json(const struct ifb_judged *s, struct ifb_jw *w)
{
    ifb_jw_object(w, NULL);
    ifb_jw_cstr(w, "id", s->id);
    ifb_jw_cstr(w, "doc", s->doc);
    ifb_jw_cstr(w, "cite", s->cite);
    ifb_jw_cstr(w, "pack", s->pack);
    ifb_jw_cstr(w, "judgments", s->judgments);
    ifb_jw_array(w, "metrics");
    for (const struct ifb_metric *m = s->metrics; m->id; m++)
        ifb_jw_cstr(w, NULL, m->id);
    ifb_jw_end(w);
    ifb_jw_end(w);
}

/* As it is written on the command line. */
static void print_option(const struct ifb_field *f)
{
    char name[64];
    size_t n = 0;

    for (; f->name[n] && n + 1 < sizeof(name); n++)
        name[n] = f->name[n] == '_' ? '-' : f->name[n];
    name[n] = '\0';
    ifb_print("  option   --%-24s %s\n", name, f->doc);
}

static void print_judged_long(const struct ifb_judged *s)
{
    ifb_print("%s: %s\n", s->id, s->doc);
    if (s->cite)
        ifb_print("  source   %s\n", s->cite);
    ifb_print("  judged   score --judgments: %s\n", s->judgments);
    if (s->pack)
        ifb_print("  data     ifbench data pull %s\n", s->pack);
    for (const struct ifb_metric *m = s->metrics; m->id; m++)
        ifb_print("  metric   %-26s %s\n", m->id, m->doc);
    for (const struct ifb_field *f = s->fields; f && f->name; f++)
        print_option(f);
}

static void print_judged(const struct ifb_judged *s, bool json, bool one, struct ifb_jw *w)
{
    if (json)
        print_judged_json(s, w);
    else if (one)
        print_judged_long(s);
    else
        ifb_print("%-15s %s; from judgments\n", s->id, s->doc);
}

static enum ifb_code cmd_suites(struct ifb_cli *cli, struct ifb_error *err)
{
    extern const struct ifb_command ifb_cmd_suites;
    struct flags f = { 0 };
    struct ifb_strs words;
    struct ifb_buf buf;
    struct ifb_jw w;
    enum ifb_code code = ifb_options_read(cli, &ifb_cmd_suites, &f, &words, err);

    if (!code && words.n && !ifb_suite_find(words.at[0]) && !ifb_judged_find(words.at[0]))
        return ifb_fail(err, IFB_EINPUT, "unknown suite \"%.*s\"; the nearest is \"%s\"",
                        IFB_ARG(words.at[0]), ifb_suite_nearest(words.at[0]));
    if (code)
        return code;
    ifb_buf_init(&buf, 1 << 20);
    ifb_jw_open(&w, &buf);
    w.pretty = true;
    ifb_jw_array(&w, NULL);
    for (const struct ifb_suite *s = ifb_suite_next(NULL); s; s = ifb_suite_next(s)) {
        if (words.n && !ifb_str_is(words.at[0], s->id))
            continue;
        if (f.json)
            print_json(s, &w);
        else if (words.n)
            print_long(s);
        else
            ifb_print("%-15s %s\n", s->id, s->doc);
    }
    for (const struct ifb_judged *s = ifb_judged_next(NULL); s; s = ifb_judged_next(s))
        if (!words.n || ifb_str_is(words.at[0], s->id))
            print_judged(s, f.json, words.n > 0, &w);
    ifb_jw_end(&w);
    if (f.json)
        ifb_print("%.*s\n", (int)buf.len, buf.ptr);
    ifb_buf_close(&buf);
    return IFB_OK;
}

const struct ifb_command ifb_cmd_suites = {
    .name = "suites", .usage = "suites [ID] [--json]", .doc = "list the suites",
    .options = options, .examples = examples, .run = cmd_suites,
};
