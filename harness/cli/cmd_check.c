/* SPDX-License-Identifier: Apache-2.0 */
/* `ifbench check`: one text, or a stream of them. */
#include <stdlib.h>

#include <ifbench/check.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "harness/base/yaml.h"
#include "harness/cli/command.h"
#include "harness/engine/batch.h"
#include "harness/engine/pool.h"
#include "harness/engine/resources.h"

struct flags {
    ifb_str id, args, expr, batch, data_dir;
    int64_t threads;
    bool json, no_why, spans;
};

static const struct ifb_field options[] = {
    IFB_FIELD(struct flags, id, "id", .kind = IFB_STRING, .value = "ID",
              .doc = "the check; see `ifbench scorers`"),
    IFB_FIELD(struct flags, args, "args", .kind = IFB_STRING, .value = "JSON",
              .doc = "its arguments, an object ({})"),
    IFB_FIELD(struct flags, expr, "expr", .kind = IFB_STRING, .value = "JSON|@FILE",
              .doc = "an expression that composes checks; @FILE is JSON or YAML"),
    IFB_FIELD(struct flags, batch, "batch", .kind = IFB_STRING, .value = "FILE",
              .doc = "JSON lines, plain or gzip; - is standard input"),
    IFB_FIELD(struct flags, threads, "threads", .kind = IFB_INT, .value = "N", .min = 0,
              .max = 256, .doc = "with --batch: worker threads (the cores)"),
    IFB_FIELD(struct flags, no_why, "no_why", .kind = IFB_BOOL,
              .doc = "with --batch: leave reasons out"),
    IFB_FIELD(struct flags, spans, "spans", .kind = IFB_BOOL,
              .doc = "with --batch: add \"at\", where the evidence stands, in bytes"),
    IFB_FIELD(struct flags, data_dir, "data_dir", .kind = IFB_STRING, .value = "DIR",
              .doc = "where the data packs are ($IFBENCH_DATA, ~/.local/share/ifbench)"),
    IFB_FIELD(struct flags, json, "json", .kind = IFB_BOOL, .doc = "print JSON"),
    { 0 }
};

static const char *const more[] = {
    "Without --batch, reads a text from standard input and tells whether it follows the\n"
    "constraint: exit status 0 when it does strictly, 1 when it does not.",
    "An expression is a check, \"NAME\" or {\"NAME\": {ARGUMENTS}}, or one of\n"
    "{\"all\": [X, ...]}, {\"any\": [X, ...]}, {\"not\": X},\n"
    "{\"count\": {\"of\": [X, ...], \"min\": A, \"max\": B}},\n"
    "{\"each\": {\"unit\": U, \"check\": X}}, and the same with none, some, first, last, nth.",
    "With --batch, each line {\"id\", \"instruction_id\", \"kwargs\", \"response\"}, or {\"id\",\n"
    "\"constraint\", \"response\"} with an expression, gives one line\n"
    "{\"id\", \"strict\", \"loose\", \"why\", \"error\"} in the same order. What is ready is written\n"
    "when the input pauses, so it can run beside a trainer as a co-process.",
    NULL
};

static const struct ifb_example_line examples[] = {
    { "echo 'No commas here.' | ifbench check --id punctuation:no_comma", "one text" },
    { "ifbench check --id length_constraints:number_words --args "
      "'{\"num_words\":100,\"relation\":\"at least\"}' < answer.txt", "one with arguments" },
    { "ifbench check --expr '{\"each\": {\"unit\": \"line\", \"check\": {\"starts\": \"- \"}}}' "
      "< answer.txt", "an expression" },
    { "ifbench check --batch cases.jsonl.gz > verdicts.jsonl", "a file of cases" },
    { 0 }
};

static void print_verdict(const char *phase, const ifb_verdict *v)
{
    ifb_print("%-7s %s", phase, ifb_outcome_name(v->outcome));
    if (v->why.len)
        ifb_print("  ");
    ifb_print_safe(v->why);
    ifb_print("\n");
}

static void json_verdict(struct ifb_jw *w, const char *phase, const ifb_verdict *v, ifb_str text)
{
    ifb_jw_object(w, phase);
    ifb_jw_cstr(w, "outcome", ifb_outcome_name(v->outcome));
    ifb_jw_str(w, "why", v->why.len ? v->why : (ifb_str){ NULL, 0 });
    ifb_jw_array(w, "at");
    for (size_t i = 0; i < v->nat; i++) {
        ifb_jw_array(w, NULL);
        ifb_jw_int(w, NULL, v->at[i].from);
        ifb_jw_int(w, NULL, v->at[i].to);
        ifb_jw_end(w);
    }
    ifb_jw_end(w);
    ifb_jw_array(w, "quotes");
    for (size_t i = 0; i < v->nat; i++)
        ifb_jw_str(w, NULL, ifb_str_part(text, v->at[i].from, v->at[i].to));
    ifb_jw_end(w);
    ifb_jw_end(w);
}

static void print_json(const struct ifb_constraint *c, const ifb_verdict *strict,
                       const ifb_verdict *loose, ifb_str text)
{
    struct ifb_buf buf;
    struct ifb_jw w;

    ifb_buf_init(&buf, (size_t)1 << 30);
    ifb_jw_open(&w, &buf);
    ifb_jw_object(&w, NULL);
    ifb_jw_str(&w, "id", c->id);
    ifb_jw_raw(&w, "args", c->args_json);
    json_verdict(&w, "strict", strict, text);
    json_verdict(&w, "loose", loose, text);
    ifb_jw_end(&w);
    ifb_print("%.*s\n", (int)buf.len, buf.ptr);
    ifb_buf_close(&buf);
}

/* Text from the command line, or from a file that it names. */
static enum ifb_code load_expression(struct ifb_cli *cli, ifb_str expr, struct ifb_constraint *c,
                                     struct ifb_error *err)
{
    const char *path = expr.ptr[0] == '@' ? ifb_cstr(cli->arena, ifb_str_from(expr, 1)) : NULL;
    const struct ifb_json *v;
    ifb_str text = expr;
    bool is_json = !path || ifb_str_ends(expr, IFB_STR(".json"));
    enum ifb_code code = IFB_OK;

    if (path && is_json)
        code = ifb_file_read(path, IFB_LINE_MAX, cli->arena, &text, err);
    else if (path)
        code = ifb_yaml_read(path, cli->arena, &v, err);
    if (code)
        return code;
    if (is_json)
        code = ifb_json_parse(cli->arena, ifb_utf8_repair(cli->arena, text), 0, 1, &v, err);
    if (!code)
        code = ifb_constraint_load_expression(cli->arena, v, c, err);
    return code ? ifb_within(err, "%s", path ? path : "--expr") : IFB_OK;
}

static enum ifb_code load_constraint(struct ifb_cli *cli, const struct flags *f,
                                     struct ifb_constraint *c, struct ifb_error *err)
{
    const struct ifb_json *args = NULL;
    enum ifb_code code = IFB_OK;

    if (f->expr.ptr)
        return load_expression(cli, f->expr, c, err);
    if (f->args.ptr)
        code = ifb_json_parse(cli->arena, ifb_utf8_repair(cli->arena, f->args), 0, 1, &args, err);
    if (code)
        return ifb_within(err, "--args");
    code = ifb_constraint_load(cli->arena, f->id, args, c, err);
    if (!code && c->broken.len) {
        ifb_constraint_release(c);
        return ifb_fail(err, IFB_EINPUT, "%.*s: %.*s", IFB_ARG(f->id), IFB_ARG(c->broken));
    }
    return code;
}

static const char *read_env(const char *name)
{
    return getenv(name);
}

static enum ifb_code load_resources(struct ifb_cli *cli, const struct flags *f, unsigned needs,
                                    struct ifb_resources *res, struct ifb_error *err)
{
    struct ifb_resource_file files[IFB_RESOURCE_FILES];

    return ifb_resources_load(needs, ifb_data_dirs(f->data_dir, read_env, cli->arena),
                              ifb_keep_dir(read_env, cli->arena), cli->arena, res, files, err);
}

static enum ifb_code check_one(struct ifb_cli *cli, const struct flags *f, struct ifb_error *err)
{
    struct ifb_constraint c;
    struct ifb_resources res;
    ifb_verdict strict, loose;
    struct ifb_arena *scratch;
    ifb_str text;
    enum ifb_code code = load_constraint(cli, f, &c, err);

    if (code)
        return code;
    code = load_resources(cli, f, c.needs, &res, err);
    if (!code)
        code = ifb_file_read("-", IFB_LINE_MAX, cli->arena, &text, err);
    if (!code) {
        scratch = ifb_arena_new();
        text = ifb_utf8_repair(cli->arena, text);
        ifb_constraint_score(&c, ifb_forms_new(cli->arena, text, &res), scratch, true, &strict,
                             &loose);
        if (f->json)
            print_json(&c, &strict, &loose, text);
        else {
            print_verdict("strict", &strict);
            print_verdict("loose", &loose);
        }
        cli->status = strict.outcome == IFB_PASS ? IFB_EXIT_OK : IFB_EXIT_GATE;
        ifb_arena_close(scratch);
    }
    ifb_constraint_release(&c);
    ifb_resources_close(&res);
    return code;
}

static bool flush_stdout(void)
{
    return fflush(stdout) == 0;
}

static enum ifb_code check_batch(struct ifb_cli *cli, const struct flags *f, struct ifb_error *err)
{
    struct ifb_resources res;
    struct ifb_batch_options o = {
        .spans = f->spans, .threads = f->threads < 0 ? ifb_pool_workers() : (int)f->threads,
        .explain = !f->no_why, .flush = flush_stdout,
    };
    struct ifb_batch_counts counts;
    char *buffer = ifb_alloc_raw(cli->arena, 256 << 10);
    enum ifb_code code = load_resources(cli, f, IFB_NEEDS_PUNKT, &res, err);

    if (code)
        return code;
    o.resources = ifb_lazy_new(&res, ifb_data_dirs(f->data_dir, read_env, cli->arena),
                               ifb_keep_dir(read_env, cli->arena));
    setvbuf(stdout, buffer, _IOFBF, 256 << 10);
    code = ifb_batch_run(ifb_cstr(cli->arena, f->batch), &o, ifb_stdout_sink(), &counts, err);
    ifb_lazy_close(o.resources);
    return code;
}

static enum ifb_code cmd_check(struct ifb_cli *cli, struct ifb_error *err)
{
    extern const struct ifb_command ifb_cmd_check;
    struct flags f = { .threads = -1 };
    struct ifb_strs words;
    enum ifb_code code = ifb_options_read(cli, &ifb_cmd_check, &f, &words, err);

    if (code)
        return code;
    if (words.n || !!f.id.ptr + !!f.expr.len + !!f.batch.ptr != 1 || (f.args.ptr && !f.id.ptr))
        return ifb_fail(err, IFB_EUSAGE, "check wants --id ID or --expr JSON and a text on "
                        "standard input, or --batch FILE");
    return f.batch.ptr ? check_batch(cli, &f, err) : check_one(cli, &f, err);
}

const struct ifb_command ifb_cmd_check = {
    .name = "check", .usage = "check --id ID [--args JSON] < TEXT | check --expr JSON < TEXT | check --batch FILE",
    .doc = "check texts against constraints", .more = more, .options = options,
    .examples = examples, .run = cmd_check,
};
