/* SPDX-License-Identifier: Apache-2.0 */
/* `ifbench run`: ask, journal, score, report. */
#include <math.h>
#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/cli/gate_show.h"
#include "harness/cli/run_options.h"

#define CONFIG_MAX ((size_t)16 << 20)

static const char *const tokens_as_choices[] = { "auto", "max_tokens", "max_completion_tokens",
                                                  NULL };

static const char *const system_as_choices[] = { "system", "user", NULL };

static const struct ifb_field options[] = {
    IFB_FIELD(struct ifb_run_flags, suite_lists, "suite", .kind = IFB_STRINGS, .letter = 's',
              .value = "NAME[,NAME]",
              .doc = "suites, or files of your own (.yaml, .json, .jsonl); core when not given"),
    IFB_FIELD(struct ifb_run_flags, o.models, "model", .kind = IFB_STRINGS, .letter = 'm',
              .value = "SPEC", .doc = "model to ask, may be repeated; see `ifbench providers`"),
    IFB_FIELD(struct ifb_run_flags, o.names, "name", .kind = IFB_STRINGS, .value = "NAME",
              .doc = "what the model is called in reports; one for each --model, in their order"),
    IFB_FIELD(struct ifb_run_flags, o.concurrency, "concurrency", .kind = IFB_INT, .letter = 'j',
              .value = "N", .min = 1, .max = 4096, .doc = "calls of a model in flight at once (found out, up to 256)"),
    IFB_FIELD(struct ifb_run_flags, o.max_concurrency, "max_concurrency", .kind = IFB_INT,
              .value = "N", .min = 1, .max = 4096,
              .doc = "without -j: at most so many in flight (256)"),
    IFB_FIELD(struct ifb_run_flags, o.rpm, "rpm", .kind = IFB_REAL, .value = "N", .min = 0.01,
              .max = 1e9, .doc = "requests a minute of a model at most"),
    IFB_FIELD(struct ifb_run_flags, o.tpm, "tpm", .kind = IFB_REAL, .value = "N", .min = 1,
              .max = 1e12, .doc = "tokens a minute of a model at most, in and out"),
    IFB_FIELD(struct ifb_run_flags, o.budget_tokens, "budget_tokens", .kind = IFB_INT,
              .value = "N", .min = 1, .max = 1e15,
              .doc = "stop before more tokens are used, in and out; exit 5"),
    IFB_FIELD(struct ifb_run_flags, o.budget_usd, "budget_usd", .kind = IFB_REAL, .value = "X",
              .min = 1e-6, .max = 1e9, .doc = "stop before more is spent; needs --prices"),
    IFB_FIELD(struct ifb_run_flags, o.prices, "prices", .kind = IFB_STRING, .value = "FILE",
              .doc = "YAML: MODEL: {input: X, output: Y}, dollars for a million tokens"),
    IFB_FIELD(struct ifb_run_flags, o.no_cache, "no_cache", .kind = IFB_BOOL,
              .doc = "ask everything again, keep no answers for later"),
    IFB_FIELD(struct ifb_run_flags, o.cache, "cache", .kind = IFB_STRING, .value = "FILE",
              .doc = "where answers are kept ($IFBENCH_CACHE, ~/.cache/ifbench/answers.db)"),
    IFB_FIELD(struct ifb_run_flags, o.limit, "limit", .kind = IFB_INT, .value = "N", .min = 0,
              .max = 1e9, .doc = "only the first N items of each suite"),
    IFB_FIELD(struct ifb_run_flags, o.epochs, "epochs", .kind = IFB_INT, .value = "K", .min = 1,
              .max = 10000, .doc = "ask everything K times (1)"),
    IFB_FIELD(struct ifb_run_flags, shard, "shard", .kind = IFB_STRING, .value = "I/N",
              .doc = "only the I-th of N shares of the items, I from 1; `ifbench merge` joins them"),
    IFB_FIELD(struct ifb_run_flags, o.out, "out", .kind = IFB_STRING, .letter = 'o',
              .value = "DIR", .doc = "folder of the run (runs/TIME-SUITE)"),
    IFB_FIELD(struct ifb_run_flags, resume, "resume", .kind = IFB_STRING, .value = "DIR",
              .doc = "go on with an unfinished run; failed calls are asked again"),
    IFB_FIELD(struct ifb_run_flags, retry_errors, "retry_errors", .kind = IFB_STRING,
              .value = "DIR", .doc = "ask again what failed in a run, finished or not, and nothing "
              "else"),
    IFB_FIELD(struct ifb_run_flags, dry_run, "dry_run", .kind = IFB_BOOL,
              .doc = "say what would be asked, with the options as YAML for --config; ask nothing"),
    IFB_FIELD(struct ifb_run_flags, o.data, "data", .kind = IFB_STRING, .value = "PATH",
              .doc = "file, or folder of files, in place of the suite's own"),
    IFB_FIELD(struct ifb_run_flags, o.data_dir, "data_dir", .kind = IFB_STRING, .value = "DIR",
              .doc = "where the data packs are ($IFBENCH_DATA, ~/.local/share/ifbench)"),
    IFB_FIELD(struct ifb_run_flags, o.system, "system", .kind = IFB_STRING,
              .value = "TEXT|@FILE", .doc = "put before every prompt; an item's own system message "
              "comes behind it, in the same message (@@ stands for a first @)"),
    IFB_FIELD(struct ifb_run_flags, o.system_as, "system_as", .kind = IFB_CHOICE,
              .choices = system_as_choices, .value = "ROLE",
              .doc = "for models that take no system message: user puts it before the first "
              "prompt"),
    IFB_FIELD(struct ifb_run_flags, o.prompt_template, "prompt_template", .kind = IFB_STRING,
              .value = "TEXT|@FILE", .doc = "for completions: {prompt} within the text that is gone "
              "on with, such as 'Q: {prompt} A:'; {answer} where turns follow"),
    IFB_FIELD(struct ifb_run_flags, o.sampling.temperature, "temperature", .kind = IFB_REAL,
              .value = "X", .min = 0, .max = 10, .doc = "sent to the model (the suite's preset)"),
    IFB_FIELD(struct ifb_run_flags, o.sampling.top_p, "top_p", .kind = IFB_REAL, .value = "X",
              .min = 0, .max = 1, .doc = "sent to the model"),
    IFB_FIELD(struct ifb_run_flags, o.sampling.max_tokens, "max_tokens", .kind = IFB_INT,
              .value = "N", .min = 1, .max = 1e9, .doc = "sent to the model (the suite's preset)"),
    IFB_FIELD(struct ifb_run_flags, o.sampling.seed, "seed", .kind = IFB_INT, .value = "N",
              .min = 0, .max = 9e15, .doc = "sent to the model; orders the items of --sequential"),
    IFB_FIELD(struct ifb_run_flags, o.params, "param", .kind = IFB_STRINGS,
              .value = "NAME=X[,Y]", .doc = "ask every model once with each value, such as "
              "temperature=0,0.7; may be repeated"),
    IFB_FIELD(struct ifb_run_flags, o.stop_at, "stop", .kind = IFB_STRINGS, .value = "TEXT",
              .doc = "text at which an answer ends, may be repeated"),
    IFB_FIELD(struct ifb_run_flags, o.top_logprobs, "top_logprobs", .kind = IFB_INT, .value = "N",
              .min = 0, .max = 20, .doc = "ask for the N likeliest tokens; five are kept"),
    IFB_FIELD(struct ifb_run_flags, o.extra_body, "extra_body", .kind = IFB_STRING,
              .value = "JSON",
              .doc = "members merged into every request (RFC 7396: null takes one out)"),
    IFB_FIELD(struct ifb_run_flags, o.tokens_as, "max_tokens_as", .kind = IFB_CHOICE,
              .choices = tokens_as_choices, .value = "NAME",
              .doc = "what OpenAI's requests call the ceiling"),
    IFB_FIELD(struct ifb_run_flags, o.key_command, "key_command", .kind = IFB_STRING,
              .value = "COMMAND", .doc = "prints the key; run once, without a shell"),
    IFB_FIELD(struct ifb_run_flags, o.server_timeout_s, "server_timeout", .kind = IFB_REAL,
              .value = "SECONDS", .min = 0.001, .max = 86400,
              .doc = "for a server: model to come up (300)"),
    IFB_FIELD(struct ifb_run_flags, o.headers, "header", .kind = IFB_STRINGS,
              .value = "'NAME: VALUE'", .doc = "sent with every call, kept nowhere; may be repeated"),
    IFB_FIELD(struct ifb_run_flags, o.timeout_s, "timeout", .kind = IFB_REAL, .value = "SECONDS",
              .min = 0.001, .max = 86400, .doc = "of one attempt (120)"),
    IFB_FIELD(struct ifb_run_flags, o.total_timeout_s, "total_timeout", .kind = IFB_REAL,
              .value = "SECONDS", .min = 0.001, .max = 864000,
              .doc = "of one call with all its attempts (600)"),
    IFB_FIELD(struct ifb_run_flags, o.retries, "max_retries", .kind = IFB_INT, .value = "N",
              .min = 0, .max = 1000, .doc = "attempts after the first (5)"),
    IFB_FIELD(struct ifb_run_flags, o.no_retry_429, "no_retry_429", .kind = IFB_BOOL,
              .doc = "fail at once when a quota is used up"),
    IFB_FIELD(struct ifb_run_flags, o.max_errors, "max_errors", .kind = IFB_INT, .value = "N",
              .min = 0, .max = 1e9, .doc = "give a model up after N failed calls in a row"),
    IFB_FIELD(struct ifb_run_flags, o.no_preflight, "no_preflight", .kind = IFB_BOOL,
              .doc = "do not try one cheap request first"),
    IFB_FIELD(struct ifb_run_flags, o.stream, "stream", .kind = IFB_BOOL,
              .doc = "ask for streamed answers, time the first token and the gaps between tokens"),
    IFB_FIELD(struct ifb_run_flags, o.connect_timeout_s, "connect_timeout", .kind = IFB_REAL,
              .value = "SECONDS", .min = 0.001, .max = 86400,
              .doc = "to resolve, connect and shake hands (10)"),
    IFB_FIELD(struct ifb_run_flags, o.max_reply, "max_reply", .kind = IFB_INT, .value = "BYTES",
              .min = 1024, .max = 1 << 30, .doc = "a larger reply is an error (16777216)"),
    IFB_FIELD(struct ifb_run_flags, o.proxy, "proxy", .kind = IFB_STRING, .value = "URL",
              .doc = "http, https or socks proxy for all calls ($http_proxy, $https_proxy)"),
    IFB_FIELD(struct ifb_run_flags, o.ca_file, "ca_file", .kind = IFB_STRING, .value = "FILE",
              .doc = "certificates to trust instead of the system's"),
    IFB_FIELD(struct ifb_run_flags, think_choice, "think", .kind = IFB_CHOICE,
              .choices = ifb_think_choices, .value = "WHAT",
              .doc = "what to do with reasoning before the answer"),
    IFB_FIELD(struct ifb_run_flags, o.think_tags, "think_tags", .kind = IFB_STRINGS,
              .value = "OPEN,CLOSE", .doc = "marks around reasoning (<think>,</think>)"),
    IFB_FIELD(struct ifb_run_flags, o.missing, "missing", .kind = IFB_CHOICE,
              .choices = ifb_missing_choices, .value = "WHAT",
              .doc = "what a prompt without an answer counts as; a failed call is unscored"),
    IFB_FIELD(struct ifb_run_flags, o.threads, "threads", .kind = IFB_INT, .value = "N", .min = 0,
              .max = 256, .doc = "scoring threads (the cores)"),
    IFB_FIELD(struct ifb_run_flags, report_lists, "reports", .kind = IFB_STRINGS,
              .value = "ID[,ID]", .doc = "reports to write; see `ifbench report --help`"),
    IFB_FIELD(struct ifb_run_flags, strict, "strict", .kind = IFB_BOOL,
              .doc = "exit 5 when a sample is unscored, a check erred or a warning bears on the "
              "scores"),
    IFB_FIELD(struct ifb_run_flags, max_unscored, "max_unscored", .kind = IFB_REAL, .value = "P",
              .min = 0, .max = 1, .doc = "exit 5 when a larger share of the samples is unscored "
              "(1; with --strict 0)"),
    IFB_FIELD(struct ifb_run_flags, o.gate_policy, "gate_policy", .kind = IFB_STRING,
              .value = "FILE", .doc = "rules to decide at the end; see `ifbench gate --help`"),
    IFB_FIELD(struct ifb_run_flags, o.gate_baseline, "gate_baseline", .kind = IFB_STRING,
              .value = "RUN|FILE", .doc = "what they compare with"),
    IFB_FIELD(struct ifb_run_flags, o.gate_base_model, "gate_base_model", .kind = IFB_STRING,
              .value = "SPEC", .doc = "which model of the baseline, when it has several"),
    IFB_FIELD(struct ifb_run_flags, o.gate_common, "gate_common", .kind = IFB_BOOL,
              .doc = "judge the items that both have, when they differ"),
    IFB_FIELD(struct ifb_run_flags, gate_also, "gate_also", .kind = IFB_STRINGS,
              .value = "WHAT=FILE", .doc = "the verdict in another format into a file"),
    IFB_FIELD(struct ifb_run_flags, o.sequential, "sequential", .kind = IFB_BOOL,
              .doc = "ask no more once the gate is settled"),
    IFB_FIELD(struct ifb_run_flags, config, "config", .kind = IFB_STRING, .value = "FILE",
              .doc = "options in YAML (ifbench.yaml, when it is there)"),
    IFB_FIELD(struct ifb_run_flags, json, "json", .kind = IFB_BOOL,
              .doc = "print summary.json instead of the table"),
    IFB_FIELD(struct ifb_run_flags, quiet, "quiet", .kind = IFB_BOOL, .letter = 'q',
              .doc = "no progress"),
    { 0 }
};

static const char *const more[] = {
    "Asks every prompt of the suites, keeps every answer in an append-only journal, scores\n"
    "it with the suite's checks, and writes the reports. A run that was interrupted, killed\n"
    "or starved of its endpoint goes on with --resume: no answer is lost or asked twice.",
    "With --gate-policy the run ends with a verdict, as `ifbench gate` gives it, and with its\n"
    "exit status; gate.json keeps it. With --sequential the items are asked in an order drawn\n"
    "beforehand from --seed, the gate looks after each item (in that order, whatever comes\n"
    "first), and once the verdict is settled nothing more is asked: the rest stays pending, the\n"
    "run counts as incomplete, and --resume states the verdict again. No call runs further\n"
    "ahead of the last look than -j, or 8, since it may be asked for nothing.",
    "What is settled when: `drop` and bounds (\"at C\") by bets on the mean that may be looked at\n"
    "any number of times (Waudby-Smith and Ramdas 2024), with half of the error 1 - C; after\n"
    "the last item as `gate` would, with the other half. Rules as measured, `items` and\n"
    "`regressed`: when the items left will not change the answer, with the policy's confidence.\n"
    "errors, unscored, missing, failed_calls: must hold for what was asked. latency, cost:\n"
    "measured at the end. Metrics of a whole set: only when all was asked. One rule that fails\n"
    "ends the run; to pass, all must hold. Without --sequential a run of the same questions\n"
    "asks only the rest: the cache has the answers.",
    "--shard I/N asks every N-th item, with all its epochs, turns and models, beginning with\n"
    "the I-th; the suites are counted through. The N runs may be made at the same time, on\n"
    "several machines, each into a folder of its own, and `ifbench merge` makes the whole run\n"
    "of them. Budgets and limits are each one's own, and models must be named alike.\n"
    "In a Slurm array from 1 to N: --shard $SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT",
    "Options may stand in ifbench.yaml, or in the file that --config names: one a line, '_' for\n"
    "'-', a list where one may be repeated. The command line goes before the file. --dry-run\n"
    "prints those that hold as such a file, without headers and passwords.",
    "A suite's preset (`ifbench suites ID`) is sent where no option says otherwise; what is sent\n"
    "is told before the run and stands in its manifest.",
    "With --strict a run counts only when it is whole: status 5 when a sample has no verdict\n"
    "(--max-unscored allows a share), a check erred, or a warning bears on the scores: sentences\n"
    "cut with the built-in parameters, answers that are empty or belong to no prompt, prompts\n"
    "without an answer that count as failed.",
    NULL
};

static const struct ifb_example_line examples[] = {
    { "ifbench run --model http://127.0.0.1:8080/v1#qwen",
      "the built-in suite against a local server" },
    { "OPENAI_API_KEY=... ifbench run --suite ifeval --model openai:gpt-4o-mini -j 32",
      "IFEval, 32 calls at a time" },
    { "ifbench run --suite own.yaml --model openai:gpt-4o-mini",
      "a suite of your own; `ifbench suites validate own.yaml` finds its faults" },
    { "ifbench run --model 'server:llama-server -m x.gguf --port {port}'",
      "start a server, ask it, stop it" },
    { "ifbench run --model 'exec:./answer.py --fast'",
      "a program: messages as JSON on its input, the answer on its output" },
    { "ifbench run --model URL#NAME --gate-policy policy.yaml --gate-baseline baseline.json "
      "--sequential", "a gate that asks no more than it needs; 0: pass, 1: fail, 6: inconclusive" },
    { "ifbench run --suite ifeval --model openai:gpt-4o-mini --shard 2/3 --out runs/part-2",
      "the second of three shares; see `ifbench merge --help`" },
    { "ifbench run --resume runs/2026-01-02T03-04-05-ifeval", "go on after a crash" },
    { "ifbench run --retry-errors runs/2026-01-02T03-04-05-ifeval",
      "ask once more what failed, after the endpoint was mended" },
    { 0 }
};

/* ---- --dry-run ---- */

/*
 * What the run would be told, as a file that can be given to --config. What is of this
 * one call is left out, and so is what may hold a secret.
 */
static void write_config(const struct ifb_run_flags *f, struct ifb_arena *arena,
                         struct ifb_buf *out)
{
    static const ifb_str core = IFB_STR_INIT("core");
    const struct ifb_run_flags usual = ifb_run_flags_new();
    struct ifb_run_flags shown = *f;

    shown.dry_run = shown.json = shown.quiet = false;
    shown.config = shown.resume = shown.retry_errors = (ifb_str){ NULL, 0 };
    if (!shown.suite_lists.n)
        shown.suite_lists = (struct ifb_strs){ &core, 1 };
    if (shown.o.headers.n)
        ifb_buf_cstr(out, "# header: not shown, it may hold a key\n");
    shown.o.headers.n = 0;
    if (ifb_str_chr(shown.o.proxy, '@', 0) != SIZE_MAX) {
        ifb_buf_cstr(out, "# proxy: not shown, it holds a password\n");
        shown.o.proxy.ptr = NULL;
    }
    shown.o.system = ifb_run_text_as_typed(shown.o.system, arena);
    shown.o.prompt_template = ifb_run_text_as_typed(shown.o.prompt_template, arena);
    ifb_options_yaml(options, &shown, &usual, arena, out);
}

static void print_dry_json(const struct ifb_dry_run *dry, ifb_str config)
{
    struct ifb_buf buf;
    struct ifb_jw w;

    ifb_buf_init(&buf, CONFIG_MAX);
    ifb_jw_open(&w, &buf);
    ifb_jw_object(&w, NULL);
    ifb_jw_int(&w, "calls", (int64_t)dry->calls);
    ifb_jw_int(&w, "samples", (int64_t)dry->samples);
    ifb_jw_int(&w, "constraints", (int64_t)dry->constraints);
    ifb_jw_int(&w, "prompt_bytes", (int64_t)dry->prompt_bytes);
    ifb_jw_int(&w, "tokens_most", dry->tokens_most);
    ifb_jw_real(&w, "usd_most", dry->usd_most);
    ifb_jw_str(&w, "config", config);
    ifb_jw_end(&w);
    ifb_print("%.*s\n", (int)buf.len, buf.ptr);
    ifb_buf_close(&buf);
}

static void print_dry(const struct ifb_dry_run *dry, bool most, ifb_str config)
{
    ifb_print("# would ask %s%zu calls for %zu samples with %zu constraints; the prompts are %zu "
              "bytes\n", most ? "at most " : "", dry->calls, dry->samples, dry->constraints,
              dry->prompt_bytes);
    ifb_print("# at most about %lld tokens", (long long)dry->tokens_most);
    if (isnan(dry->usd_most))
        ifb_print("; --prices FILE tells what that costs\n");
    else
        ifb_print(", $%.4f\n", dry->usd_most);
    ifb_print_str(config);
}

static void print_comment(void *self, const char *line)
{
    (void)self;
    ifb_print("# ");
    ifb_print_safe(ifb_str_of(line));
    ifb_print("\n");
}

static enum ifb_code show_dry(struct ifb_run_flags *f, struct ifb_arena *arena,
                              struct ifb_error *err)
{
    struct ifb_dry_run dry;
    struct ifb_buf config;
    enum ifb_code code;

    f->o.tell = f->json ? NULL : print_comment;
    code = ifb_run_dry(&f->o, &dry, err);
    if (code)
        return code;
    ifb_buf_init(&config, CONFIG_MAX);
    write_config(f, arena, &config);
    if (f->json)
        print_dry_json(&dry, ifb_buf_view(&config));
    else
        print_dry(&dry, f->o.sequential, ifb_buf_view(&config));
    ifb_buf_close(&config);
    return IFB_OK;
}

/* The verdict and its exit status, unless something worse has happened. */
static enum ifb_code show_gate(struct ifb_cli *cli, const struct ifb_run *run,
                               const struct ifb_run_flags *f, struct ifb_error *err)
{
    const struct ifb_gate *gate = run->gate;
    enum ifb_code code = ifb_gate_show_also(cli, gate, f->gate_also, err);

    if (!code && !f->json)
        code = ifb_gate_show(cli, gate, IFB_STR("term"), (ifb_str){ NULL, 0 }, err);
    if (cli->status == IFB_EXIT_OK ||
        (gate->verdict == IFB_GATE_FAIL && cli->status != IFB_EXIT_NETWORK))
        cli->status = ifb_gate_status(gate->verdict);
    return code;
}

static enum ifb_code cmd_run(struct ifb_cli *cli, struct ifb_error *err)
{
    extern const struct ifb_command ifb_cmd_run;
    struct ifb_run_flags f;
    struct ifb_strs words;
    struct ifb_run *run = NULL;
    enum ifb_code code = ifb_run_flags_read(cli, &ifb_cmd_run, &f, &words, err);

    if (code)
        return code;
    if (words.n)
        return ifb_fail(err, IFB_EUSAGE, "unexpected argument '%.*s'; models are named with --model",
                        IFB_ARG(words.at[0]));
    if (f.gate_also.n && !f.o.gate_policy.ptr && !f.resume.ptr)
        code = ifb_fail(err, IFB_EUSAGE, "--gate-also goes with --gate-policy FILE");
    if (!code)
        code = ifb_gate_check_also("--gate-also", f.gate_also, err);
    if (code)
        return code;
    if (f.resume.ptr && f.retry_errors.ptr)
        return ifb_fail(err, IFB_EUSAGE, "--resume asks what failed as well as what is pending; "
                        "--retry-errors goes without it");
    ifb_run_flags_attach(&f);
    if (f.dry_run)
        return show_dry(&f, cli->arena, err);
    if (f.retry_errors.ptr) {
        f.o.retry_errors = true;
        f.resume = f.retry_errors;
    }
    if (f.resume.ptr)
        code = ifb_run_resume(ifb_cstr(cli->arena, f.resume), &f.o, &run, err);
    else
        code = ifb_run_start(&f.o, &run, err);
    code = ifb_run_show(cli, run, &f, code, err);
    if (!code && run && run->gate)
        code = show_gate(cli, run, &f, err);
    ifb_run_close(run);
    return code;
}

const struct ifb_command ifb_cmd_run = {
    .name = "run", .usage = "run [--suite NAME] --model SPEC [OPTIONS]",
    .doc = "ask a model, score its answers, write a report", .more = more, .options = options,
    .examples = examples, .run = cmd_run,
};
