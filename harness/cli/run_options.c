/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/cli/run_options.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <ifbench/gate.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"

#define CONFIG "ifbench.yaml"
#define TEXT_MAX ((size_t)256 << 10)

const char *const ifb_think_choices[] = { "strip", "keep", NULL };
const char *const ifb_missing_choices[] = { "fail", "unscored", NULL };

/* Set by the signal handler, read by the dispatcher. */
static volatile sig_atomic_t stop_requested;

static enum ifb_code read_shard(ifb_str text, struct ifb_shard *out, struct ifb_error *err)
{
    size_t slash = ifb_str_chr(text, '/', 0);
    bool ok = slash != SIZE_MAX && ifb_str_int(ifb_str_part(text, 0, slash), &out->index) &&
              ifb_str_int(ifb_str_from(text, slash + 1), &out->of);

    if (ok && out->index >= 1 && out->index <= out->of)
        return IFB_OK;
    return ifb_fail(err, IFB_EUSAGE, "--shard %.*s: wanted I/N, the I-th of N shards, counted from "
                    "1%s", IFB_ARG(text), ok && !out->index
                    ? "; for a Slurm array that begins at 0 that is "
                      "$((SLURM_ARRAY_TASK_ID + 1))/$SLURM_ARRAY_TASK_COUNT" : "");
}

struct ifb_run_flags ifb_run_flags_new(void)
{
    struct ifb_run_flags f = { 0 };

    f.o.sampling = (struct ifb_sampling){ -1, -1, -1, -1 };
    f.o.retries = -1;
    f.o.threads = -1;
    f.o.missing = -1;
    f.think_choice = -1;
    f.max_unscored = -1;
    return f;
}

/* "@FILE" is what is in it, without its last line break; "@@..." is "@...". */
static enum ifb_code read_text(ifb_str *text, const char *option, struct ifb_arena *arena,
                               struct ifb_error *err)
{
    bool at = ifb_str_starts(*text, IFB_STR("@"));
    enum ifb_code code = IFB_OK;

    if (at)
        *text = ifb_str_from(*text, 1);
    if (at && !ifb_str_starts(*text, IFB_STR("@"))) {
        code = ifb_file_read(ifb_cstr(arena, *text), TEXT_MAX, arena, text, err);
        text->len -= !code && ifb_str_ends(*text, IFB_STR("\n"));
    }
    if (code)
        return ifb_within(err, "--%s", option);
    if (text->len > TEXT_MAX)
        return ifb_fail(err, IFB_EUSAGE, "--%s is larger than %zu bytes", option, TEXT_MAX);
    if (ifb_utf8_valid(*text) != text->len)
        return ifb_fail(err, IFB_EINPUT, "--%s is not UTF-8", option);
    return IFB_OK;
}

ifb_str ifb_run_text_as_typed(ifb_str text, struct ifb_arena *arena)
{
    return ifb_str_starts(text, IFB_STR("@")) ? ifb_fmt(arena, "@%.*s", IFB_ARG(text)) : text;
}

static enum ifb_code read_texts(struct ifb_run_options *o, struct ifb_arena *arena,
                                struct ifb_error *err)
{
    enum ifb_code code = read_text(&o->system, "system", arena, err);

    /* A block of YAML ends in a line break, and no model wants to see it. */
    while (ifb_str_ends(o->system, IFB_STR("\n")) || ifb_str_ends(o->system, IFB_STR("\r")))
        o->system.len--;
    return code ? code : read_text(&o->prompt_template, "prompt-template", arena, err);
}

enum ifb_code ifb_run_flags_read(struct ifb_cli *cli, const struct ifb_command *command,
                                 struct ifb_run_flags *f, struct ifb_strs *words,
                                 struct ifb_error *err)
{
    struct ifb_run_flags first = ifb_run_flags_new();
    enum ifb_code code = ifb_options_read(cli, command, &first, words, err);

    *f = ifb_run_flags_new();
    if (!code && first.config.ptr)
        code = ifb_options_config(ifb_cstr(cli->arena, first.config), command, f, cli->arena, err);
    else if (!code && ifb_file_exists(CONFIG))
        code = ifb_options_config(CONFIG, command, f, cli->arena, err);
    if (!code)
        code = ifb_options_read(cli, command, f, words, err);
    if (code)
        return code;
    code = read_texts(&f->o, cli->arena, err);
    if (code)
        return code;
    f->o.suites = ifb_options_split(f->suite_lists, cli->arena);
    f->o.reports = ifb_options_split(f->report_lists, cli->arena);
    f->o.seed = (uint64_t)f->jitter_seed;
    if (f->think_choice >= 0)
        f->o.think = ifb_str_of(ifb_think_choices[f->think_choice]);
    return f->shard.ptr ? read_shard(f->shard, &f->o.shard, err) : IFB_OK;
}

/* The second signal leaves at once; the journal is whole at any moment. */
static void on_signal(int signal_number)
{
    (void)signal_number;
    if (stop_requested)
        _exit(IFB_EXIT_INTERRUPTED);
    stop_requested = 1;
}

static const char *read_env(const char *name)
{
    return getenv(name);
}

/* One line, rewritten on a terminal, a plain line now and then elsewhere. */
static void show_progress(void *self, const struct ifb_progress *p)
{
    bool terminal = isatty(STDERR_FILENO);
    double seconds = (double)p->elapsed_us / 1e6;
    double rate = seconds > 0 ? (double)(p->done + p->failed) / seconds : 0;
    int64_t left = p->calls - p->done - p->failed;
    static int64_t told_us;

    (void)self;
    if (!terminal && !p->last && p->elapsed_us - told_us < 10 * 1000000)
        return;
    told_us = p->elapsed_us;
    fprintf(stderr, "%s%lld/%lld done, %lld failed, %lld in flight, %.1f/s", terminal ? "\r" : "",
            (long long)p->done, (long long)p->calls, (long long)p->failed, (long long)p->flying,
            rate);
    if (p->retries)
        fprintf(stderr, ", %lld retries", (long long)p->retries);
    if (left > 0 && rate > 0)
        fprintf(stderr, ", %.0f s to go", (double)left / rate);
    fputs(terminal ? (p->last ? "\033[K\n" : "\033[K") : "\n", stderr);
}

static void show_warning(void *self, const char *line)
{
    (void)self;
    if (isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
    ifb_note("warning: %s", line);
}

static void show_line(void *self, const char *line)
{
    (void)self;
    ifb_note("%s", line);
}

/* A connection is a descriptor; the soft limit of many systems is a mere 1,024. */
static void raise_files(int64_t wanted)
{
    struct rlimit r;

    if (getrlimit(RLIMIT_NOFILE, &r) != 0 || r.rlim_cur >= (rlim_t)wanted)
        return;
    r.rlim_cur = r.rlim_max < (rlim_t)wanted ? r.rlim_max : (rlim_t)wanted;
    setrlimit(RLIMIT_NOFILE, &r);
}

void ifb_run_flags_attach(struct ifb_run_flags *f)
{
    struct sigaction act = { .sa_handler = on_signal };

    sigemptyset(&act.sa_mask);
    sigaction(SIGINT, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
    act.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &act, NULL);
    raise_files(2 * f->o.concurrency * (int64_t)(f->o.models.n + 1) + 1024);
    f->o.stop = &stop_requested;
    f->o.env = read_env;
    f->o.warn = show_warning;
    if (!f->quiet) {
        f->o.progress = show_progress;
        f->o.tell = show_line;
    }
}

static enum ifb_code show_table(struct ifb_run *run, bool json, struct ifb_error *err)
{
    const struct ifb_report *report = ifb_report_find(json ? IFB_STR("json") : IFB_STR("term"));

    return ifb_run_report(run, report, ifb_stdout_sink(), err);
}

/* A sequential gate has its verdict: what was not asked is not missing. */
static bool is_settled(const struct ifb_run *run)
{
    return run->gate && run->gate->sequel && run->gate->sequel->settled;
}

/* What a finished run means for the exit status. */
static int status_of_run(const struct ifb_run *run, const struct ifb_run_flags *f)
{
    const struct ifb_counts *counts = &run->summary.counts;
    int64_t pending = is_settled(run) ? 0 : counts->pending;
    double without = (double)(counts->unscored + pending);
    double share = f->max_unscored >= 0 ? f->max_unscored : f->strict ? 0 : 1;

    if (run->calls && !run->answers)
        return IFB_EXIT_NETWORK;
    if (!run->ended && !is_settled(run))
        return IFB_EXIT_INCOMPLETE;
    /* 0.29 * 100 is a little less than 29 */
    if (without > share * (double)counts->total * (1 + 1e-12))
        return IFB_EXIT_INCOMPLETE;
    if (f->strict && (counts->errors || run->doubts))
        return IFB_EXIT_INCOMPLETE;
    return IFB_EXIT_OK;
}

enum ifb_code ifb_run_show(struct ifb_cli *cli, struct ifb_run *run, const struct ifb_run_flags *f,
                           enum ifb_code code, struct ifb_error *err)
{
    char *page;
    struct ifb_error later;

    if (!run)
        return code;
    if (run->answers || !code) {
        enum ifb_code shown = show_table(run, f->json, &later);

        if (!code && shown && err)
            *err = later;
        code = code ? code : shown;
    }
    page = ifb_path_join(cli->arena, run->folder, "report.html");
    if (!f->json && ifb_file_exists(page))
        ifb_print("report: %s\n", page);
    else if (!f->json && !code)
        ifb_print("run: %s\n", run->folder);
    if (!run->ended && !is_settled(run))
        ifb_note("%zu of %zu calls are answered; go on with `ifbench run --resume %s`",
                 run->answers, run->calls, run->folder);
    cli->status = code ? 0 : status_of_run(run, f);
    if (cli->status == IFB_EXIT_NETWORK)
        ifb_note("nothing was answered");
    if (cli->status == IFB_EXIT_INCOMPLETE && f->strict)
        ifb_note("--strict: %lld unscored, %lld pending, %lld in error, %zu warnings about the "
                 "scores", (long long)run->summary.counts.unscored,
                 (long long)run->summary.counts.pending, (long long)run->summary.counts.errors,
                 run->doubts);
    return code;
}
