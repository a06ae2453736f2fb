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
#include "harness/cli/command.h"
#include "harness/engine/batch.h"
#include "harness/engine/pool.h"
#include "harness/engine/resources.h"

struct flags {
    ifb_str id, args, batch, data_dir;
    int64_t threads;
    bool json, no_why;
};

static const struct ifb_field options[] = {
    IFB_FIELD(struct flags, id, "id", .kind = IFB_STRING, .value = "ID",
              .doc = "the check; see `ifbench scorers`"),
    IFB_FIELD(struct flags, args, "args", .kind = IFB_STRING, .value = "JSON",
              .doc = "its arguments, an object ({})"),
    IFB_FIELD(struct flags, batch, "batch", .kind = IFB_STRING, .value = "FILE",
              .doc = "JSON lines, plain or gzip; - is standard input"),
    IFB_FIELD(struct flags, threads, "threads", .kind = IFB_INT, .value = "N", .min = 0,
              .max = 256, .doc = "with --batch: worker threads (the cores)"),
    IFB_FIELD(struct flags, no_why, "no_why", .kind = IFB_BOOL,
              .doc = "with --batch: leave reasons out"),
    IFB_FIELD(struct flags, data_dir, "data_dir", .kind = IFB_STRING, .value = "DIR",
              .doc = "where the data packs are ($IFBENCH_DATA, ~/.local/share/ifbench)"),
    IFB_FIELD(struct flags, json, "json", .kind = IFB_BOOL, .doc = "print JSON"),
    { 0 }
};

static const char *const more[] = {
    "Without --batch, reads a text from standard input and tells whether it follows the\n"
    "constraint: exit status 0 when it does strictly, 1 when it does not.",
    "With --batch, each line {\"id\", \"instruction_id\", \"kwargs\", \"response\"} gives one line\n"
    "{\"id\", \"strict\", \"loose\", \"why\", \"error\"} in the same order. What is ready is written\n"
    "when the input pauses, so it can run beside a trainer as a co-process.",
    NULL
};

static const struct ifb_example_line examples[] = {
    { "echo 'No commas here.' | ifbench check --id punctuation:no_comma", "one text" },
    { "ifbench check --id length_constraints:number_words --args "
      "'{\"num_words\":100,\"relation\":\"at least\"}' < answer.txt", "one with arguments" },
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

static void json_verdict(struct ifb_jw *w, const char *phase, const ifb_verdict *v)
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
    ifb_jw_end(w);
}

static void print_json(const struct ifb_constraint *c, const ifb_verdict *strict,
                       const ifb_verdict *loose)
{
    struct ifb_buf buf;
    struct ifb_jw w;

    ifb_buf_init(&buf, 1 << 20);
    ifb_jw_open(&w, &buf);
    ifb_jw_object(&w, NULL);
    ifb_jw_str(&w, "id", c->id);
    ifb_jw_raw(&w, "args", c->args_json);
    json_verdict(&w, "strict", strict);
    json_verdict(&w, "loose", loose);
    ifb_jw_end(&w);
    ifb_print("%.*s\n", (int)buf.len, buf.ptr);
    ifb_buf_close(&buf);
}

static enum ifb_code load_constraint(struct ifb_cli *cli, const struct flags *f,
                                     struct ifb_constraint *c, struct ifb_error *err)
{
    const struct ifb_json *args = NULL;
    enum ifb_code code = IFB_OK;

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

static enum ifb_code check_one(struct ifb_cli *cli, const struct flags *f,
                               const struct ifb_resources *res, struct ifb_error *err)
{
    struct ifb_constraint c;
    ifb_verdict strict, loose;
    struct ifb_arena *scratch;
    ifb_str text;
    enum ifb_code code = load_constraint(cli, f, &c, err);

    if (code)
        return code;
    code = ifb_file_read("-", IFB_LINE_MAX, cli->arena, &text, err);
    if (!code) {
        scratch = ifb_arena_new();
        text = ifb_utf8_repair(cli->arena, text);
        ifb_constraint_score(&c, ifb_forms_new(cli->arena, text, res), scratch, true, &strict,
                             &loose);
        if (f->json)
            print_json(&c, &strict, &loose);
        else {
            print_verdict("strict", &strict);
            print_verdict("loose", &loose);
        }
        cli->status = strict.outcome == IFB_PASS ? IFB_EXIT_OK : IFB_EXIT_GATE;
        ifb_arena_close(scratch);
    }
    ifb_constraint_release(&c);
    return code;
}

static bool flush_stdout(void)
{
    return fflush(stdout) == 0;
}

static enum ifb_code check_batch(struct ifb_cli *cli, const struct flags *f,
                                 const struct ifb_resources *res, const char *const *dirs,
                                 struct ifb_error *err)
{
    struct ifb_batch_options o = {
        .resources = ifb_lazy_new(res, dirs), .threads = f->threads < 0 ? ifb_pool_workers() : (int)f->threads,
        .explain = !f->no_why, .flush = flush_stdout,
    };
    struct ifb_batch_counts counts;
    char *buffer = ifb_alloc_raw(cli->arena, 256 << 10);
    enum ifb_code code;

    setvbuf(stdout, buffer, _IOFBF, 256 << 10);
    code = ifb_batch_run(ifb_cstr(cli->arena, f->batch), &o, ifb_stdout_sink(), &counts, err);
    ifb_lazy_close(o.resources);
    return code;
}

static const char *read_env(const char *name)
{
    return getenv(name);
}

static enum ifb_code cmd_check(struct ifb_cli *cli, struct ifb_error *err)
{
    extern const struct ifb_command ifb_cmd_check;
    struct flags f = { .threads = -1 };
    struct ifb_strs words;
    struct ifb_resources res;
    const struct ifb_check *check;
    struct ifb_resource_file files[IFB_RESOURCE_FILES];
    const char *const *dirs;
    enum ifb_code code = ifb_options_read(cli, &ifb_cmd_check, &f, &words, err);

    if (!code && (words.n || !f.id.ptr == !f.batch.ptr))
        return ifb_fail(err, IFB_EUSAGE, "check wants --id ID and a text on standard input, or "
                        "--batch FILE");
    if (code)
        return code;
    check = f.id.ptr ? ifb_check_find(f.id) : NULL;
    dirs = ifb_data_dirs(f.data_dir, read_env, cli->arena);
    code = ifb_resources_load(check ? check->needs : f.batch.ptr ? IFB_NEEDS_PUNKT : 0, dirs,
                              cli->arena, &res, files, err);
    if (code)
        return code;
    return f.batch.ptr ? check_batch(cli, &f, &res, dirs, err) : check_one(cli, &f, &res, err);
}

const struct ifb_command ifb_cmd_check = {
    .name = "check", .usage = "check --id ID [--args JSON] < TEXT | check --batch FILE",
    .doc = "check texts against constraints", .more = more, .options = options,
    .examples = examples, .run = cmd_check,
};
