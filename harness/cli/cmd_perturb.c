/* SPDX-License-Identifier: Apache-2.0 */
/* `ifbench perturb`: a suite of one's own from another one, whose prompts are changed a little. */
#include <stdlib.h>

#include <ifbench/check.h>
#include <ifbench/perturb.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/cli/find_suite.h"
#include "harness/cli/to_file.h"
#include "harness/engine/plan.h"
#include "harness/engine/resources.h"

#define FILE_MAX ((size_t)16 << 20)  /* what a suite of one's own may hold */

struct flags {
    struct ifb_strs with;
    ifb_str out, lists, data_dir;
    int64_t limit, times;
};

static const struct ifb_field options[] = {
    IFB_FIELD(struct flags, with, "with", .kind = IFB_STRINGS, .letter = 'w',
              .value = "NAME[,NAME]", .doc = "what to change; robustness when not given"),
    IFB_FIELD(struct flags, out, "out", .kind = IFB_STRING, .letter = 'o', .value = "FILE.json",
              .doc = "the suite that is made; else standard output"),
    IFB_FIELD(struct flags, lists, "lists", .kind = IFB_STRING, .value = "DIR",
              .doc = "where the word lists are (helm in the folder of the data packs)"),
    IFB_FIELD(struct flags, times, "times", .kind = IFB_INT, .value = "K", .min = 1, .max = 100,
              .doc = "so many texts of each change that is drawn (1)"),
    IFB_FIELD(struct flags, limit, "limit", .kind = IFB_INT, .value = "N", .min = 0, .max = 1e9,
              .doc = "only the first N items"),
    IFB_FIELD(struct flags, data_dir, "data_dir", .kind = IFB_STRING, .value = "DIR",
              .doc = "where the data packs are ($IFBENCH_DATA, ~/.local/share/ifbench)"),
    { 0 }
};

static const struct ifb_example_line examples[] = {
    { "ifbench perturb ifeval --with typos0.1,lowercase --out noisy.json",
      "541 prompts, each also with typing errors and in lower case" },
    { "ifbench run --suite noisy.json --model openai:NAME",
      "scores by change, and worst_case_strict_acc over a prompt and its changes" },
    { 0 }
};

static const char *const more[] = {
    "The changes are HELM's, to the character: lowercase, extra_space[N], space[N], typos[P],\n"
    "misspelling[P], contraction, expansion, filler[P], gender_pronouns[P], gender_terms[P] and\n"
    "mild_mix (lowercase, contraction, misspelling0.1, space3). Sets: robustness (mild_mix),\n"
    "robustness_all (contraction, expansion, filler0.1, lowercase, misspelling0.1, space3,\n"
    "typos0.01).",
    "The original stays; a text that a change leaves as it is, is left out. An item's group is\n"
    "the id of its original, its tag the change. Word lists are HELM's JSON files:\n"
    "correct_to_misspelling.json (`ifbench data pull helm`), contractions.json, fillers.json and\n"
    "gender_mappings.json. Suites of one turn whose constraints are checked by programs.",
    NULL
};

/* ---- which changes ---- */

struct change {
    ifb_str name;
    struct ifb_perturbation what;
};

static const struct {
    const char *name;
    const char *members[8];
} sets[] = {
    { "robustness", { "mild_mix" } },
    { "robustness_all", { "contraction", "expansion", "filler0.1", "lowercase", "misspelling0.1",
                          "space3", "typos0.01" } },
};

/* A name that is there already stays one change. */
static enum ifb_code add_change(struct change *at, size_t *n, ifb_str name, struct ifb_error *err)
{
    for (size_t i = 0; i < *n; i++)
        if (ifb_str_eq(at[i].name, name))
            return IFB_OK;
    at[*n].name = name;
    return ifb_perturbation_read(name, &at[(*n)++].what, err);
}

static enum ifb_code read_changes(struct ifb_strs names, struct ifb_arena *arena,
                                  struct change **out, size_t *n, struct ifb_error *err)
{
    static const ifb_str usual = IFB_STR_INIT("robustness");
    enum ifb_code code = IFB_OK;

    if (!names.n)
        names = (struct ifb_strs){ &usual, 1 };
    *out = ifb_new(arena, struct change, 8 * names.n);
    *n = 0;
    for (size_t i = 0; i < names.n && !code; i++) {
        const char *const *set = NULL;

        for (size_t k = 0; k < sizeof(sets) / sizeof(sets[0]); k++)
            if (ifb_str_is(names.at[i], sets[k].name))
                set = sets[k].members;
        if (!set)
            code = add_change(*out, n, names.at[i], err);
        for (; set && *set && !code; set++)
            code = add_change(*out, n, ifb_str_of(*set), err);
    }
    return code;
}

/* What is drawn can be drawn again; the rest is the same each time. */
static bool is_drawn(const struct change *c)
{
    static const enum ifb_perturb_kind fixed[] = { IFB_LOWERCASE, IFB_EXTRA_SPACE, IFB_CONTRACTION,
                                                   IFB_EXPANSION };

    for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
        if (c->what.kind == fixed[i])
            return false;
    return true;
}

/* ---- writing items ---- */

struct making {
    struct ifb_jw w;
    struct ifb_buf buf;
    const struct ifb_perturb_lists *lists;
    const struct change *changes;
    size_t nchanges, made, same;
    int64_t times;
    struct ifb_arena *scratch;
    struct ifb_error *err;
};

/* The last question; HELM changes no other. */
static size_t asked_in(const struct ifb_item *item)
{
    size_t i = item->prompt.n;

    while (i && item->prompt.at[i - 1].role != IFB_USER)
        i--;
    return i - 1;
}

static bool is_plain(const struct ifb_item *item)
{
    for (size_t i = 0; i < item->nconstraints; i++)
        if (ifb_check_find(item->constraints[i].id) != item->constraints[i].check)
            return false;
    return true;
}

/* In a suite of one's own {{ begins a variable; what is in a variable is not looked into. */
static bool has_braces(ifb_str s)
{
    return ifb_str_find(s, IFB_STR("{{"), 0) != SIZE_MAX;
}

static bool args_have_braces(const struct ifb_item *item)
{
    for (size_t i = 0; i < item->nconstraints; i++)
        if (has_braces(item->constraints[i].args_json))
            return true;
    return false;
}

static void put_args(struct ifb_jw *w, const char *key, const struct ifb_item *item)
{
    ifb_jw_array(w, key);
    for (size_t i = 0; i < item->nconstraints; i++)
        ifb_jw_raw(w, NULL, item->constraints[i].args_json);
    ifb_jw_end(w);
}

static void put_constraints(struct ifb_jw *w, const struct ifb_item *item)
{
    const char *key = is_plain(item) ? "kwargs" : "constraints";

    if (is_plain(item)) {
        ifb_jw_array(w, "instruction_id_list");
        for (size_t i = 0; i < item->nconstraints; i++)
            ifb_jw_str(w, NULL, item->constraints[i].id);
        ifb_jw_end(w);
    }
    if (args_have_braces(item))
        ifb_jw_cstr(w, key, "{{args}}");
    else
        put_args(w, key, item);
}

/* An item with the text of its last question replaced. */
struct version {
    const struct ifb_item *item;
    ifb_str text;
};

static ifb_str message_of(const struct version *v, size_t i)
{
    return i == asked_in(v->item) ? v->text : v->item->prompt.at[i].text;
}

/* Texts that hold braces, as variables m0, m1, ... and args. */
static void put_vars(struct ifb_jw *w, const struct version *v)
{
    char name[24];

    ifb_jw_object(w, "vars");
    for (size_t i = 0; i < v->item->prompt.n; i++)
        if (has_braces(message_of(v, i))) {
            snprintf(name, sizeof(name), "m%zu", i);
            ifb_jw_str(w, name, message_of(v, i));
        }
    if (args_have_braces(v->item))
        put_args(w, "args", v->item);
    ifb_jw_end(w);
}

static bool has_any_braces(const struct version *v)
{
    for (size_t i = 0; i < v->item->prompt.n; i++)
        if (has_braces(message_of(v, i)))
            return true;
    return args_have_braces(v->item);
}

static void put_text(struct ifb_jw *w, const char *key, const struct version *v, size_t i)
{
    char name[32];

    snprintf(name, sizeof(name), "{{m%zu}}", i);
    if (has_braces(message_of(v, i)))
        ifb_jw_cstr(w, key, name);
    else
        ifb_jw_str(w, key, message_of(v, i));
}

static void put_prompt(struct ifb_jw *w, const struct version *v)
{
    static const char *const roles[] = { "system", "user", "assistant" };

    if (v->item->prompt.n == 1) {
        put_text(w, "prompt", v, 0);
        return;
    }
    ifb_jw_array(w, "messages");
    for (size_t i = 0; i < v->item->prompt.n; i++) {
        ifb_jw_object(w, NULL);
        ifb_jw_cstr(w, "role", roles[v->item->prompt.at[i].role]);
        put_text(w, "content", v, i);
        ifb_jw_end(w);
    }
    ifb_jw_end(w);
}

static void put_item(struct making *m, const struct ifb_item *item, ifb_str id, ifb_str change,
                     ifb_str text)
{
    const struct version version = { item, text };
    struct ifb_jw *w = &m->w;

    ifb_buf_char(&m->buf, '\n');
    ifb_jw_object(w, NULL);
    ifb_jw_str(w, "id", id);
    ifb_jw_str(w, "group", item->id);
    ifb_jw_array(w, "tags");
    ifb_jw_str(w, NULL, change);
    for (size_t i = 0; i < item->tags.n; i++)
        ifb_jw_str(w, NULL, item->tags.at[i]);
    ifb_jw_end(w);
    if (has_any_braces(&version))
        put_vars(w, &version);
    put_prompt(w, &version);
    put_constraints(w, item);
    ifb_jw_end(w);
}

/* The instance is called as HELM calls it, so that the same draws are made. */
static enum ifb_code put_changed(struct making *m, const struct ifb_item *item,
                                 const struct change *c, int64_t time)
{
    ifb_str text = item->prompt.at[asked_in(item)].text, changed, id;
    enum ifb_code code = ifb_perturb(c->what, m->lists,
                                     ifb_fmt(m->scratch, "id%.*s", IFB_ARG(item->id)),
                                     time ? time : -1, text, m->scratch, &changed, m->err);

    if (code)
        return ifb_within(m->err, "%.*s", IFB_ARG(c->name));
    if (ifb_str_eq(changed, text)) {
        m->same++;
        return IFB_OK;
    }
    id = time ? ifb_fmt(m->scratch, "%.*s~%.*s~%lld", IFB_ARG(item->id), IFB_ARG(c->name),
                        (long long)time)
              : ifb_fmt(m->scratch, "%.*s~%.*s", IFB_ARG(item->id), IFB_ARG(c->name));
    put_item(m, item, id, c->name, changed);
    m->made++;
    return IFB_OK;
}

static enum ifb_code check_item(const struct ifb_item *item, struct ifb_error *err)
{
    size_t turns = 0;

    for (size_t i = 0; i < item->prompt.n; i++)
        turns += ifb_is_turn(&item->prompt, i);
    if (has_braces(item->id))
        return ifb_fail(err, IFB_EINPUT, "item %.*s: its id holds {{, wanted one without",
                        IFB_ARG(item->id));
    if (turns != 1)
        return ifb_fail(err, IFB_EINPUT, "item %.*s has %zu turns, wanted one", IFB_ARG(item->id),
                        turns);
    for (size_t i = 0; i < item->nconstraints; i++)
        if (!item->constraints[i].check)
            return ifb_fail(err, IFB_EINPUT, "item %.*s: %.*s needs a judge, wanted constraints "
                            "that programs check", IFB_ARG(item->id),
                            IFB_ARG(item->constraints[i].id));
    return IFB_OK;
}

static enum ifb_code put_family(struct making *m, const struct ifb_item *item)
{
    enum ifb_code code = check_item(item, m->err);

    if (code)
        return code;
    put_item(m, item, item->id, IFB_STR("original"), item->prompt.at[asked_in(item)].text);
    for (size_t c = 0; c < m->nchanges && !code; c++)
        for (int64_t t = 0; t < (is_drawn(&m->changes[c]) ? m->times : 1) && !code; t++)
            code = put_changed(m, item, &m->changes[c], t);
    ifb_arena_reset(m->scratch);
    return code;
}

static enum ifb_code put_suite(struct making *m, const struct ifb_suite *suite,
                               const struct ifb_suite_items *items, struct ifb_arena *arena)
{
    enum ifb_code code = IFB_OK;

    ifb_jw_object(&m->w, NULL);
    ifb_jw_str(&m->w, "suite", ifb_fmt(arena, "%.50s-perturbed", suite->id));
    ifb_jw_str(&m->w, "description", ifb_fmt(arena, "%s; with prompts changed a little",
                                             suite->id));
    ifb_jw_bool(&m->w, "worst_case", true);
    ifb_jw_array(&m->w, "items");
    for (size_t i = 0; i < items->n && !code; i++)
        code = put_family(m, &items->items[i]);
    ifb_jw_end(&m->w);
    ifb_jw_end(&m->w);
    ifb_buf_char(&m->buf, '\n');
    if (!code && m->buf.full)
        code = ifb_fail(m->err, IFB_ELIMIT, "the suite would be larger than the 16 MiB that "
                        "one may have; fewer changes or --limit make it smaller");
    return code;
}

/* ---- the command ---- */

static const char *read_env(const char *name)
{
    return getenv(name);
}

/* The folder of the word lists, or NULL. */
static const char *lists_folder(struct ifb_cli *cli, const struct flags *f)
{
    const char *const *dirs = ifb_data_dirs(f->data_dir, read_env, cli->arena);

    if (f->lists.ptr)
        return ifb_cstr(cli->arena, f->lists);
    for (size_t i = 0; dirs[i]; i++) {
        const char *folder = ifb_path_join(cli->arena, dirs[i], "helm");

        if (ifb_is_folder(folder))
            return folder;
    }
    return NULL;
}

static void write_out(const void *self, const struct ifb_sink *sink)
{
    const struct making *m = self;

    sink->append(sink->self, m->buf.ptr, m->buf.len);
}

static enum ifb_code make(struct ifb_cli *cli, const struct flags *f, ifb_str name,
                          struct making *m, struct ifb_error *err)
{
    const struct ifb_suite *suite;
    struct ifb_suite_source src = { NULL, 0 };
    struct ifb_suite_items items;
    enum ifb_code code = ifb_cli_suite(cli, f->data_dir, name, &suite, &src, err);

    if (!code)
        code = ifb_suite_load(suite, &src, (size_t)f->limit, NULL, cli->arena, &items, err);
    if (code)
        return code;
    code = put_suite(m, suite, &items, cli->arena);
    if (!code)
        code = ifb_to_file(cli, f->out, write_out, m, err);
    if (!code)
        ifb_note("%zu prompts, %zu changed texts; %zu left out that a change leaves as they are",
                 items.n, m->made, m->same);
    ifb_suite_unload(&items);
    return code;
}

static enum ifb_code cmd_perturb(struct ifb_cli *cli, struct ifb_error *err)
{
    extern const struct ifb_command ifb_cmd_perturb;
    struct flags f = { .times = 1 };
    struct making m = { .err = err };
    struct ifb_perturb_lists *lists = NULL;
    struct change *changes;
    struct ifb_strs words;
    enum ifb_code code = ifb_options_read(cli, &ifb_cmd_perturb, &f, &words, err);

    if (!code && words.n != 1)
        return ifb_fail(err, IFB_EUSAGE, "perturb wants one suite, an id or a file");
    if (!code && f.out.ptr && !ifb_str_is(f.out, "-") && !ifb_str_ends(f.out, IFB_STR(".json")))
        return ifb_fail(err, IFB_EUSAGE, "--out %.*s: wanted a name that ends in .json",
                        IFB_ARG(f.out));
    if (!code)
        code = read_changes(ifb_options_split(f.with, cli->arena), cli->arena, &changes,
                            &m.nchanges, err);
    if (!code)
        code = ifb_perturb_open(lists_folder(cli, &f), cli->arena, &lists, err);
    if (code)
        return code;
    m.lists = lists;
    m.changes = changes;
    m.times = f.times;
    m.scratch = ifb_arena_new();
    ifb_buf_init(&m.buf, FILE_MAX);
    ifb_jw_open(&m.w, &m.buf);
    code = make(cli, &f, words.at[0], &m, err);
    ifb_buf_close(&m.buf);
    ifb_arena_close(m.scratch);
    ifb_perturb_close(lists);
    return code;
}

const struct ifb_command ifb_cmd_perturb = {
    .name = "perturb", .usage = "perturb ID|FILE [--with NAME[,NAME]] [--out FILE.json]",
    .doc = "make a suite whose prompts are changed a little, to test robustness", .more = more,
    .options = options, .examples = examples, .run = cmd_perturb,
};
