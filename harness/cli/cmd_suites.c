/* SPDX-License-Identifier: Apache-2.0 */
/* `ifbench suites`: what can be asked, and whether a file of one's own is a suite. */
#include <stdlib.h>

#include <ifbench/judging.h>
#include <ifbench/suite.h>

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/cli/command.h"
#include "harness/cli/find_suite.h"
#include "harness/engine/manifest.h"
#include "harness/engine/plan.h"
#include "harness/engine/variants.h"

#define JSON_MAX ((size_t)1 << 30)

struct flags {
    ifb_str data_dir;
    bool json;
};

static const struct ifb_field options[] = {
    IFB_FIELD(struct flags, data_dir, "data_dir", .kind = IFB_STRING, .value = "DIR",
              .doc = "where the data packs are ($IFBENCH_DATA, ~/.local/share/ifbench)"),
    IFB_FIELD(struct flags, json, "json", .kind = IFB_BOOL, .doc = "print JSON"),
    { 0 }
};

static const char *const more[] = {
    "`validate` reads suites of your own (YAML, JSON, JSON lines) and prints every fault with\n"
    "file and line, 50 a file at most; the exit status is 3 when there is one. `show` lists the\n"
    "items of a suite, or of a file, and their constraints.",
    NULL
};

static const struct ifb_example_line examples[] = {
    { "ifbench suites", "all of them" },
    { "ifbench suites ifeval", "one, with its metrics and source" },
    { "ifbench suites validate own.yaml", "all faults of a file of your own" },
    { "ifbench suites show own.yaml", "its items, with variables filled in" },
    { 0 }
};

/* A writer on a buffer that is printed at the end. */
struct page {
    struct ifb_buf buf;
    struct ifb_jw w;
};

static void open_page(struct page *p)
{
    ifb_buf_init(&p->buf, JSON_MAX);
    ifb_jw_open(&p->w, &p->buf);
    p->w.pretty = true;
}

static void print_page(struct page *p, bool print)
{
    if (print) {
        ifb_print_str(ifb_buf_view(&p->buf));
        ifb_print("\n");
    }
    ifb_buf_close(&p->buf);
}

/* ---- the list ---- */

/* The settings that the reference harness asks with, which options go before. */
static void print_asked(const struct ifb_sampling *preset)
{
    static const struct ifb_sampling unset = { -1, -1, -1, -1 };
    struct ifb_arena *arena = ifb_arena_new();

    ifb_print("  preset   %.*s; --temperature, --max-tokens and the like go before it\n",
              IFB_ARG(ifb_sampling_say(&unset, preset, arena)));
    ifb_arena_close(arena);
}

/* A suite that can be asked, judged from files of judgments, or both: then of one id. */
struct entry {
    const struct ifb_suite *suite;
    const struct ifb_judged *judged;
};

static const char *id_of(const struct entry *e)
{
    return e->suite ? e->suite->id : e->judged->id;
}

static const char *doc_of(const struct entry *e)
{
    return e->suite ? e->suite->doc : e->judged->doc;
}

static const char *cite_of(const struct entry *e)
{
    return e->suite ? e->suite->cite : e->judged->cite;
}

/* Rows of both; a suite that is judged has no numbers of its own. */
static const struct ifb_metric *metrics_of(const struct entry *e)
{
    return e->suite && e->suite->metrics->id ? e->suite->metrics
           : e->judged                       ? e->judged->metrics
                                             : e->suite->metrics;
}

static void print_json(const struct entry *e, struct ifb_jw *w)
{
    ifb_jw_object(w, NULL);
    ifb_jw_cstr(w, "id", id_of(e));
    ifb_jw_cstr(w, "doc", doc_of(e));
    ifb_jw_cstr(w, "cite", cite_of(e));
    ifb_jw_cstr(w, "pack", e->suite ? e->suite->pack : e->judged->pack);
    if (e->suite) {
        ifb_jw_cstr(w, "missing", e->suite->missing == IFB_MISSING_FAIL ? "fail" : "unscored");
        ifb_sampling_write(w, "preset", &e->suite->preset);
    }
    ifb_jw_bool(w, "asked", e->suite != NULL);
    ifb_jw_bool(w, "judge", ifb_judging_find(ifb_str_of(id_of(e))) != NULL);
    if (e->judged)
        ifb_jw_cstr(w, "judgments", e->judged->judgments);
    ifb_jw_array(w, "metrics");
    for (const struct ifb_metric *m = metrics_of(e); m->id; m++)
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

static void print_metrics(const struct ifb_metric *m)
{
    size_t parts = 0;

    for (; m->id; m++) {
        parts += strchr(m->id, '.') != NULL;
        if (!strchr(m->id, '.'))
            ifb_print("  metric   %-26s %s\n", m->id, m->doc);
    }
    if (parts)
        ifb_print("  metric   %-26s %zu more, of parts of the suite; --json lists them\n",
                  "PART.NAME", parts);
}

static void print_long(const struct entry *e)
{
    const struct ifb_judging *judging = ifb_judging_find(ifb_str_of(id_of(e)));
    const struct ifb_suite *s = e->suite;
    const char *pack = s ? s->pack : e->judged->pack;

    ifb_print("%s: %s\n", id_of(e), doc_of(e));
    if (cite_of(e))
        ifb_print("  source   %s\n", cite_of(e));
    if (s || pack)
        ifb_print("  data     %s%s\n", pack ? "ifbench data pull "
                  : s->files && s->files[0] ? "a file of yours, --data" : "built in",
                  pack ? pack : "");
    if (s && e->judged && e->judged->pack && strcmp(e->judged->pack, pack ? pack : "") != 0)
        ifb_print("  data     ifbench data pull %s, for the numbers\n", e->judged->pack);
    if (s)
        ifb_print("  missing  an answer that is left out counts as %s\n",
                  s->missing == IFB_MISSING_FAIL ? "failed" : "unscored");
    if (s)
        print_asked(&s->preset);
    if (judging)
        ifb_print("  judged   run --judge: %s\n", judging->doc);
    if (e->judged)
        ifb_print("  judged   score --judgments: %s\n", e->judged->judgments);
    print_metrics(metrics_of(e));
    for (const struct ifb_field *f = e->judged ? e->judged->fields : NULL; f && f->name; f++)
        print_option(f);
    for (const struct ifb_field *f = judging ? judging->fields : NULL; f && f->name; f++)
        print_option(f);
}

static void print_entry(const struct entry *e, const struct flags *f, const ifb_str *only,
                        struct ifb_jw *w)
{
    if (only && !ifb_str_is(*only, id_of(e)))
        return;
    if (f->json)
        print_json(e, w);
    else if (only)
        print_long(e);
    else
        ifb_print("%-17s%s%s\n", id_of(e), doc_of(e), e->suite ? "" : "; from judgments");
}

static enum ifb_code list_suites(const struct flags *f, const ifb_str *only, struct ifb_error *err)
{
    struct page page;

    if (only && !ifb_suite_find(*only) && !ifb_judged_find(*only))
        return ifb_fail(err, IFB_EINPUT, "unknown suite \"%.*s\"; the nearest is \"%s\"",
                        IFB_ARG(*only), ifb_suite_nearest(*only));
    open_page(&page);
    ifb_jw_array(&page.w, NULL);
    for (const struct ifb_suite *s = ifb_suite_next(NULL); s; s = ifb_suite_next(s))
        print_entry(&(struct entry){ s, ifb_judged_find(ifb_str_of(s->id)) }, f, only, &page.w);
    for (const struct ifb_judged *j = ifb_judged_next(NULL); j; j = ifb_judged_next(j))
        if (!ifb_suite_find(ifb_str_of(j->id)))
            print_entry(&(struct entry){ NULL, j }, f, only, &page.w);
    ifb_jw_end(&page.w);
    print_page(&page, f->json);
    return IFB_OK;
}

/* ---- validate ---- */

struct fault {
    const char *file, *message;
    unsigned line;
    size_t number;  /* as it was found */
};

/* Faults are found item by item and shown by line. */
struct faults {
    struct ifb_arena *arena;
    struct fault at[IFB_SUITE_FAULTS_MAX];
    size_t n;
};

static void keep_fault(void *self, const char *file, unsigned line, const char *message)
{
    struct faults *f = self;

    if (f->n < IFB_SUITE_FAULTS_MAX)
        f->at[f->n] = (struct fault){ ifb_cstr(f->arena, ifb_str_of(file)),
                                      ifb_cstr(f->arena, ifb_str_of(message)), line, f->n };
    f->n += f->n < IFB_SUITE_FAULTS_MAX;
}

static int by_line(const void *a, const void *b)
{
    const struct fault *x = a, *y = b;
    int d = strcmp(x->file, y->file);

    if (d || x->line != y->line)
        return d ? d : x->line < y->line ? -1 : 1;
    return x->number < y->number ? -1 : 1;
}

static void print_fault(const struct fault *f)
{
    ifb_print_safe(ifb_str_of(f->file));
    if (f->line)
        ifb_print(":%u", f->line);
    ifb_print(": ");
    ifb_print_safe(ifb_str_of(f->message));
    ifb_print("\n");
}

static void put_fault(const struct fault *f, struct ifb_jw *w)
{
    ifb_jw_object(w, NULL);
    ifb_jw_cstr(w, "file", f->file);
    ifb_jw_int(w, "line", f->line);
    ifb_jw_cstr(w, "message", f->message);
    ifb_jw_end(w);
}

static void print_tally(const char *path, const struct ifb_suite_tally *t)
{
    if (t->faults)
        return;
    ifb_print_safe(ifb_str_of(path));
    ifb_print(": %zu items, ", t->items);
    if (t->turns > t->items)
        ifb_print("%zu turns, ", t->turns);
    ifb_print("%zu constraints, ok\n", t->constraints);
}

static void put_file(const char *path, const struct faults *faults,
                     const struct ifb_suite_tally *t, struct ifb_jw *w)
{
    ifb_jw_object(w, NULL);
    ifb_jw_cstr(w, "file", path);
    ifb_jw_array(w, "faults");
    for (size_t i = 0; i < faults->n; i++)
        put_fault(&faults->at[i], w);
    ifb_jw_end(w);
    ifb_jw_str(w, "suite", t->suite);
    ifb_jw_int(w, "items", (int64_t)t->items);
    ifb_jw_int(w, "turns", (int64_t)t->turns);
    ifb_jw_int(w, "constraints", (int64_t)t->constraints);
    ifb_jw_bool(w, "ok", !t->faults);
    ifb_jw_end(w);
}

/* `w` is NULL where lines are wanted. */
static enum ifb_code validate_file(const char *path, struct ifb_arena *arena, struct ifb_jw *w,
                                   size_t *n, struct ifb_error *err)
{
    struct faults faults = { .arena = arena };
    struct ifb_suite_tally tally;
    enum ifb_code code = ifb_suite_validate(path, arena, keep_fault, &faults, &tally, err);

    if (code)
        return code;
    *n += tally.faults;
    if (faults.n)
        qsort(faults.at, faults.n, sizeof(faults.at[0]), by_line);
    if (w) {
        put_file(path, &faults, &tally, w);
        return IFB_OK;
    }
    for (size_t i = 0; i < faults.n; i++)
        print_fault(&faults.at[i]);
    print_tally(path, &tally);
    return IFB_OK;
}

static enum ifb_code validate(struct ifb_cli *cli, const struct flags *f, const ifb_str *files,
                              size_t n, struct ifb_error *err)
{
    enum ifb_code code = IFB_OK;
    size_t faults = 0;
    struct page page;

    if (!n)
        return ifb_fail(err, IFB_EUSAGE, "validate wants the files of suites");
    open_page(&page);
    ifb_jw_array(&page.w, NULL);
    for (size_t i = 0; i < n && !code; i++) {
        struct ifb_arena *arena = ifb_arena_new();

        if (ifb_suite_is_file(files[i]))
            code = validate_file(ifb_cstr(cli->arena, files[i]), arena, f->json ? &page.w : NULL,
                                 &faults, err);
        else
            code = ifb_fail(err, IFB_EUSAGE, "%.*s: wanted a .yaml, .yml, .json or .jsonl file",
                            IFB_ARG(files[i]));
        ifb_arena_close(arena);
    }
    ifb_jw_end(&page.w);
    print_page(&page, f->json && !code);
    if (!code && faults)
        code = ifb_fail(err, IFB_EINPUT, "%zu fault%s", faults, faults == 1 ? "" : "s");
    return code;
}

/* ---- show ---- */

static const char *const roles[] = { "system", "user", "assistant" };

static void show_json(const struct ifb_item *item, struct ifb_jw *w)
{
    ifb_jw_object(w, NULL);
    ifb_jw_str(w, "id", item->id);
    if (item->group.len)
        ifb_jw_str(w, "group", item->group);
    if (item->level)
        ifb_jw_int(w, "level", item->level);
    ifb_jw_array(w, "messages");
    for (size_t i = 0; i < item->prompt.n; i++) {
        ifb_jw_object(w, NULL);
        ifb_jw_cstr(w, "role", roles[item->prompt.at[i].role]);
        ifb_jw_str(w, "content", item->prompt.at[i].text);
        ifb_jw_end(w);
    }
    ifb_jw_end(w);
    ifb_jw_array(w, "constraints");
    for (size_t i = 0; i < item->nconstraints; i++) {
        const struct ifb_constraint *c = &item->constraints[i];

        ifb_jw_object(w, NULL);
        ifb_jw_str(w, "id", c->id);
        ifb_jw_raw(w, "args", c->args_json);
        ifb_jw_int(w, "turn", c->turn);
        ifb_jw_bool(w, "negated", c->negated);
        ifb_jw_end(w);
    }
    ifb_jw_end(w);
    ifb_jw_end(w);
}

static void show_lines(const struct ifb_item *item)
{
    ifb_print_safe(item->id);
    for (size_t i = 0; i < item->prompt.n; i++) {
        ifb_print("\n  %s: ", roles[item->prompt.at[i].role]);
        ifb_print_safe(item->prompt.at[i].text);
    }
    for (size_t i = 0; i < item->nconstraints; i++) {
        const struct ifb_constraint *c = &item->constraints[i];

        ifb_print("\n  - ");
        if (item->constraints[item->nconstraints - 1].turn)
            ifb_print("turn %u, ", c->turn + 1u);
        ifb_print_safe(c->id);
        ifb_print("%s ", c->negated ? " (negated)" : "");
        ifb_print_safe(c->args_json);
    }
    ifb_print("\n");
}

static enum ifb_code show(struct ifb_cli *cli, const struct flags *f, ifb_str name,
                          struct ifb_error *err)
{
    const struct ifb_suite *suite;
    struct ifb_suite_source src = { NULL, 0 };
    struct ifb_suite_items items;
    struct page page;
    enum ifb_code code = ifb_cli_suite(cli, f->data_dir, name, &suite, &src, err);

    if (!code)
        code = ifb_suite_load(suite, &src, 0, NULL, cli->arena, &items, err);
    if (code)
        return code;
    open_page(&page);
    ifb_jw_array(&page.w, NULL);
    for (size_t i = 0; i < items.n; i++)
        if (f->json)
            show_json(&items.items[i], &page.w);
        else
            show_lines(&items.items[i]);
    ifb_jw_end(&page.w);
    print_page(&page, f->json);
    ifb_suite_unload(&items);
    return IFB_OK;
}

static enum ifb_code cmd_suites(struct ifb_cli *cli, struct ifb_error *err)
{
    extern const struct ifb_command ifb_cmd_suites;
    struct flags f = { 0 };
    struct ifb_strs words;
    enum ifb_code code = ifb_options_read(cli, &ifb_cmd_suites, &f, &words, err);

    if (code)
        return code;
    if (words.n && ifb_str_is(words.at[0], "validate"))
        return validate(cli, &f, words.at + 1, words.n - 1, err);
    if (words.n == 2 && ifb_str_is(words.at[0], "show"))
        return show(cli, &f, words.at[1], err);
    if (words.n > 1 || (words.n && ifb_str_is(words.at[0], "show")))
        return ifb_fail(err, IFB_EUSAGE, "suites wants one ID, `validate FILE...` or `show ID`");
    return list_suites(&f, words.n ? words.at : NULL, err);
}

const struct ifb_command ifb_cmd_suites = {
    .name = "suites",
    .usage = "suites [ID] [--json] | suites validate FILE... | suites show ID|FILE",
    .doc = "list the suites, show one, validate your own", .more = more, .options = options,
    .examples = examples, .run = cmd_suites,
};
