/* SPDX-License-Identifier: Apache-2.0 */
/* From options to a plan: everything that can be wrong before a call is made. */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <ifbench/judged.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/engine/dispatch.h"
#include "harness/engine/inside.h"
#include "harness/engine/judging.h"
#include "harness/engine/resources.h"
#include "harness/engine/survey.h"
#include "harness/engine/variants.h"

#define EPOCHS_MAX 10000

/* Items of a suite that stay in memory, where it can find the others again. */
#define RESIDENT 2048

static void add_warning(struct ifb_run *run, const char *fmt, va_list ap)
{
    struct ifb_run_inside *in = run->inside;
    ifb_str *at = (ifb_str *)in->warnings;

    at = ifb_grow(in->arena, at, &in->warnings_cap, in->nwarnings + 1, sizeof(*at));
    at[in->nwarnings] = ifb_vfmt(in->arena, fmt, ap);
    if (in->o.warn)
        in->o.warn(in->o.self, at[in->nwarnings].ptr);
    in->warnings = at;
    in->nwarnings++;
}

void ifb_run_warn(struct ifb_run *run, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    add_warning(run, fmt, ap);
    va_end(ap);
}

void ifb_run_doubt(struct ifb_run *run, const char *fmt, ...)
{
    va_list ap;

    run->doubts++;
    va_start(ap, fmt);
    add_warning(run, fmt, ap);
    va_end(ap);
}

static struct ifb_strs copy_strs(struct ifb_arena *arena, struct ifb_strs s)
{
    ifb_str *at = ifb_new(arena, ifb_str, s.n);

    for (size_t i = 0; i < s.n; i++)
        at[i] = ifb_str_copy(arena, s.at[i]);
    return (struct ifb_strs){ at, s.n };
}

static ifb_str copy_str(struct ifb_arena *arena, ifb_str s)
{
    return s.ptr ? ifb_str_copy(arena, s) : s;
}

static void copy_judging(struct ifb_arena *arena, struct ifb_judge_options *o)
{
    o->judges = copy_strs(arena, o->judges);
    o->headers = copy_strs(arena, o->headers);
    o->how = copy_str(arena, o->how);
    o->templates = copy_str(arena, o->templates);
    o->calibration = copy_str(arena, o->calibration);
    o->baseline_answers = copy_str(arena, o->baseline_answers);
    o->extra_body = copy_str(arena, o->extra_body);
}

struct ifb_run *ifb_run_new(const struct ifb_run_options *options)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_run *run = ifb_new(arena, struct ifb_run, 1);
    struct ifb_run_inside *in = ifb_new(arena, struct ifb_run_inside, 1);
    static const ifb_str core = IFB_STR_INIT("core");

    run->arena = in->arena = arena;
    run->inside = in;
    in->o = *options;
    if (!in->o.suites.n)
        in->o.suites = (struct ifb_strs){ &core, 1 };
    in->o.suites = copy_strs(arena, in->o.suites);
    in->o.models = copy_strs(arena, options->models);
    in->o.answers_of = copy_strs(arena, options->answers_of);
    in->o.names = copy_strs(arena, options->names);
    in->o.headers = copy_strs(arena, options->headers);
    in->o.params = copy_strs(arena, options->params);
    in->o.stop_at = copy_strs(arena, options->stop_at);
    in->o.extra_body = copy_str(arena, options->extra_body);
    in->o.key_command = copy_str(arena, options->key_command);
    in->o.reports = copy_strs(arena, options->reports);
    in->o.settings = copy_strs(arena, options->settings);
    in->o.system = copy_str(arena, options->system);
    in->o.prompt_template = copy_str(arena, options->prompt_template);
    in->o.think_tags = copy_strs(arena, options->think_tags);
    in->o.data = copy_str(arena, options->data);
    in->o.data_dir = copy_str(arena, options->data_dir);
    in->o.ca_file = copy_str(arena, options->ca_file);
    in->o.proxy = copy_str(arena, options->proxy);
    in->o.think = copy_str(arena, options->think);
    in->o.out = copy_str(arena, options->out);
    in->o.prices = copy_str(arena, options->prices);
    in->o.cache = copy_str(arena, options->cache);
    copy_judging(arena, &in->o.judge);
    in->o.gate_policy = copy_str(arena, options->gate_policy);
    in->o.gate_baseline = copy_str(arena, options->gate_baseline);
    in->o.gate_base_model = copy_str(arena, options->gate_base_model);
    if (in->o.epochs < 1)
        in->o.epochs = 1;
    return run;
}

enum ifb_missing ifb_run_missing(const struct ifb_run *run, bool scored_only)
{
    const struct ifb_run_inside *in = run->inside;

    if (in->o.missing >= 0)
        return (enum ifb_missing)in->o.missing;
    /* A call that failed is not the model's fault; an answer left out of a file is. */
    if (!scored_only)
        return IFB_MISSING_UNSCORED;
    return in->nsuites ? in->suites[0].suite->missing : IFB_MISSING_FAIL;
}

static void note_file(struct ifb_manifest *m, const char *what, const char *path)
{
    struct ifb_data_file *f;

    if (m->nfiles == IFB_DATA_FILES_MAX)
        return;
    f = &m->files[m->nfiles];
    f->suite = ifb_str_of(what);
    f->path = ifb_str_of(path);
    if (!ifb_sha256_file(path, f->sha256, &f->bytes, NULL))
        m->nfiles++;
}

void ifb_run_note_hash(struct ifb_run *run, const char *what, const char *path,
                       const char sha256[IFB_SHA256_HEX], int64_t bytes)
{
    struct ifb_manifest *m = &run->inside->manifest;
    struct ifb_data_file *f = &m->files[m->nfiles];

    if (m->nfiles == IFB_DATA_FILES_MAX)
        return;
    *f = (struct ifb_data_file){ .suite = ifb_str_of(what), .path = ifb_str_of(path),
                                 .bytes = bytes };
    memcpy(f->sha256, sha256, IFB_SHA256_HEX);
    m->nfiles++;
}

/* A file that was hashed when it was loaded is not hashed again. */
static void note_resource(struct ifb_run *run, const struct ifb_resource_file *file)
{
    if (file->sha256[0])
        ifb_run_note_hash(run, file->name, file->path, file->sha256, file->bytes);
    else
        note_file(&run->inside->manifest, file->name, file->path);
}

/* FILE of the folder that --data names, with or without the folder it has in the pack. */
static const char *find_in(const char *folder, const char *file, struct ifb_arena *arena)
{
    const char *slash = strrchr(file, '/');
    const char *path = ifb_path_join(arena, folder, slash ? slash + 1 : file);

    if (!ifb_file_exists(path))
        path = ifb_path_join(arena, folder, file);
    return ifb_file_exists(path) ? path : NULL;
}

static const char *find_file(const struct ifb_run_inside *in, const char *file)
{
    if (!in->o.data.ptr)
        return ifb_data_find(in->data_dirs, file, in->arena);
    return ifb_is_folder(in->o.data.ptr) ? find_in(in->o.data.ptr, file, in->arena)
                                         : in->o.data.ptr;
}

static enum ifb_code fail_no_file(const struct ifb_run_inside *in, const struct ifb_suite *suite,
                                  const char *file, struct ifb_error *err)
{
    const char *folder = in->data_dirs[0] ? in->data_dirs[0] : "any data folder";

    if (in->o.data.ptr)
        return ifb_fail(err, IFB_EINPUT, "suite %s: %s is not in %s", suite->id, file,
                        in->o.data.ptr);
    if (!suite->pack)
        return ifb_fail(err, IFB_EINPUT, "suite %s: %s is not in %s, and no pack has it; name a "
                        "file with --data", suite->id, file, folder);
    return ifb_fail(err, IFB_EINPUT, "suite %s: %s is not in %s; get it with `ifbench data "
                    "pull %s`, or name a file with --data", suite->id, file, folder, suite->pack);
}

static enum ifb_code find_files(struct ifb_run_inside *in, const struct ifb_suite *suite,
                                struct ifb_suite_source *src, struct ifb_error *err)
{
    const char **paths;
    size_t n = 0;

    while (suite->files && suite->files[n])
        n++;
    if (n > 1 && in->o.data.ptr && !ifb_is_folder(in->o.data.ptr))
        n = 1; /* one file is all there is to read */
    paths = ifb_new(in->arena, const char *, n + 1);
    for (size_t i = 0; i < n; i++) {
        paths[i] = find_file(in, suite->files[i]);
        if (!paths[i])
            return fail_no_file(in, suite, suite->files[i], err);
        note_file(&in->manifest, suite->id, paths[i]);
    }
    *src = (struct ifb_suite_source){ paths, n };
    return IFB_OK;
}

/* A run goes on only with the files that it was begun with. */
static enum ifb_code check_unchanged(const struct ifb_run_inside *in, struct ifb_error *err)
{
    const struct ifb_manifest *then = in->then, *now = &in->manifest;

    for (size_t i = 0; then && i < now->nfiles; i++)
        for (size_t k = 0; k < then->nfiles; k++)
            if (ifb_str_eq(now->files[i].path, then->files[k].path) &&
                strcmp(now->files[i].sha256, then->files[k].sha256) != 0)
                return ifb_fail(err, IFB_EINPUT, "%.*s has changed since the run was begun with it "
                                "(sha256 %.12s..., now %.12s...)", IFB_ARG(now->files[i].path),
                                then->files[k].sha256, now->files[i].sha256);
    return IFB_OK;
}

/* The file by its absolute path: the run may be gone on with from another folder. */
static enum ifb_code read_own(struct ifb_run_inside *in, ifb_str *name,
                              const struct ifb_suite **out, struct ifb_error *err)
{
    char *real = realpath(ifb_cstr(in->arena, *name), NULL);
    const char *path;
    size_t at;
    enum ifb_code code;

    if (!real)
        return ifb_fail(err, IFB_EINPUT, "cannot read the suite %.*s: %s", IFB_ARG(*name),
                        strerror(errno));
    path = ifb_cstr(in->arena, ifb_str_of(real));
    free(real);
    *name = ifb_str_of(path);
    at = in->manifest.nfiles;
    note_file(&in->manifest, path, path);
    if (in->manifest.nfiles == at)
        return ifb_fail(err, IFB_EINPUT, "cannot read the suite %s", path);
    code = check_unchanged(in, err);
    if (!code)
        code = ifb_suite_read(path, in->arena, out, err);
    if (code)
        return code;
    in->manifest.files[at].suite = ifb_str_of((*out)->id);
    for (size_t i = 1; (*out)->sources[i]; i++)
        note_file(&in->manifest, (*out)->id, (*out)->sources[i]);
    return check_unchanged(in, err);
}

static enum ifb_code fail_unknown(ifb_str id, struct ifb_error *err)
{
    const char *near = ifb_suite_nearest(id);

    return ifb_fail(err, IFB_EINPUT, "unknown suite \"%.*s\"%s%s%s; `ifbench suites` lists them, "
                    "one of your own is a .yaml, .json or .jsonl file",
                    (int)(id.len < 80 ? id.len : 80), id.ptr, *near ? ", did you mean \"" : "",
                    near, *near ? "\"?" : "");
}

static enum ifb_code load_suite(struct ifb_run_inside *in, ifb_str *name,
                                struct ifb_survey *survey, struct ifb_error *err)
{
    /* The answers of several epochs are compared at the end, judges look at items often: then
     * all of them stay. */
    bool stay = in->o.epochs > 1 || in->o.judge.judges.n;
    const struct ifb_suite_watch watch = {
        survey, ifb_survey_see, stay ? SIZE_MAX : RESIDENT,
        { in->o.system, in->o.system_as == IFB_SYSTEM_AS_USER },
    };
    const struct ifb_suite *suite = ifb_suite_find(*name);
    struct ifb_suite_source src = { NULL, 0 };
    enum ifb_code code = IFB_OK;

    if (!suite && ifb_judged_find(*name))
        return ifb_fail(err, IFB_EUSAGE, "suite %.*s is scored from judgments: `ifbench score "
                        "--suite %.*s --judgments FILE`", IFB_ARG(*name), IFB_ARG(*name));
    if (!suite && ifb_suite_is_file(*name))
        code = read_own(in, name, &suite, err);
    else if (!suite)
        return fail_unknown(*name, err);
    for (size_t i = 0; i < in->nsuites && !code; i++)
        if (strcmp(in->suites[i].suite->id, suite->id) == 0)
            return ifb_fail(err, IFB_EUSAGE, "suite %s is named twice", suite->id);
    if (!code && in->o.data.ptr && (!suite->files || in->o.suites.n > 1))
        return ifb_fail(err, IFB_EUSAGE, "--data goes with one suite that reads a file, which %s %s",
                        suite->id, suite->files ? "is not alone" : "does not");
    if (!code && !suite->self)
        code = find_files(in, suite, &src, err);
    if (!code)
        code = ifb_suite_load(suite, &src, (size_t)in->o.limit, &watch, in->arena,
                              &in->suites[in->nsuites], err);
    if (!code)
        in->nsuites++;
    return code;
}

static enum ifb_code load_suites(struct ifb_run_inside *in, struct ifb_survey *survey,
                                 struct ifb_error *err)
{
    enum ifb_code code = IFB_OK;

    ifb_str *names = ifb_new(in->arena, ifb_str, in->o.suites.n);

    in->suites = ifb_new(in->arena, struct ifb_suite_items, in->o.suites.n);
    for (size_t i = 0; i < in->o.suites.n; i++)
        names[i] = in->o.suites.at[i];
    for (size_t i = 0; i < in->o.suites.n && !code; i++)
        code = load_suite(in, &names[i], survey, err);
    in->o.suites.at = names;
    return code;
}

static void warn_survey(struct ifb_run *run, const struct ifb_survey *s)
{
    for (size_t i = 0; i < s->nbroken && i < IFB_SURVEY_SAID; i++)
        ifb_run_doubt(run, "%.*s", IFB_ARG(s->broken[i]));
    if (s->nbroken > IFB_SURVEY_SAID)
        ifb_run_warn(run, "%zu more constraints cannot be checked", s->nbroken - IFB_SURVEY_SAID);
    for (size_t i = 0; i < s->nkinds; i++) {
        const struct ifb_unscored_kind *k = &s->kinds[i];

        if (run->inside->njudges && ifb_judging_find(ifb_str_of(k->suite)))
            continue; /* a judge says what nothing here can check */
        ifb_run_warn(run, "%s: %zu %.*s constraint%s unscored: %.*s%s", k->suite, k->n,
                     IFB_ARG(k->id), k->n == 1 ? " stays" : "s stay", IFB_ARG(k->why),
                     s->more_kinds && i + 1 == s->nkinds ? ", and others" : "");
    }
}

/* A check whose resource is not there stays unscored: said before a call is paid for. */
static void warn_missing(struct ifb_run *run, unsigned missing)
{
    for (; missing; missing &= missing - 1)
        ifb_run_warn(run, "the %s are not there, so what needs them stays unscored; %s",
                     ifb_need_name(missing), ifb_need_remedy(missing));
}

static bool has_official_suite(const struct ifb_run_inside *in)
{
    for (size_t i = 0; i < in->nsuites; i++)
        if (in->suites[i].suite->files)
            return true;
    return false;
}

static enum ifb_code take_share(struct ifb_run_inside *in, struct ifb_error *err)
{
    const struct ifb_shard *s = &in->o.shard;
    size_t items = ifb_plan_items(&in->plan);

    if (!s->of)
        return IFB_OK;
    if (s->index < 1 || s->index > s->of)
        return ifb_fail(err, IFB_EUSAGE, "shard %lld/%lld: shards count from 1, wanted 1/%lld to "
                        "%lld/%lld", (long long)s->index, (long long)s->of, (long long)s->of,
                        (long long)s->of, (long long)s->of);
    if ((size_t)s->of > items)
        return ifb_fail(err, IFB_EUSAGE, "shard %lld/%lld: there are %zu items to share out, "
                        "wanted at most as many shards", (long long)s->index, (long long)s->of,
                        items);
    ifb_plan_share(&in->plan, *s);
    return IFB_OK;
}

/* Source: FastChat gen_api_answer.py, which takes one temperature or the other. */
static enum ifb_code check_temperature(const struct ifb_run_inside *in,
                                       const struct ifb_survey *survey, struct ifb_error *err)
{
    for (size_t m = 0; survey->fixed && m < in->nasked; m++)
        if (ifb_sampling_over(in->o.sampling, in->models[m].sampling).temperature >= 0)
            return ifb_fail(err, IFB_EUSAGE, "suite %s: a question requires a temperature of its "
                            "own, --temperature does not go with it", survey->fixed);
    return IFB_OK;
}

enum ifb_code ifb_run_prepare(struct ifb_run *run, struct ifb_error *err)
{
    struct ifb_run_inside *in = run->inside;
    struct ifb_resource_file files[IFB_RESOURCE_FILES] = { 0 };
    struct ifb_survey survey = { .arena = in->arena, .judged = in->o.judge.judges.n > 0 };
    unsigned needs;
    enum ifb_code code;

    /* A manifest may say any number. */
    if (in->o.epochs > EPOCHS_MAX)
        return ifb_fail(err, IFB_EINPUT, "%lld epochs, wanted at most %d",
                        (long long)in->o.epochs, EPOCHS_MAX);
    in->data_dirs = ifb_data_dirs(in->o.data_dir, in->o.env, in->arena);
    code = ifb_run_open_sources(run, err);
    if (!code)
        code = ifb_run_load_models(run, err);
    if (!code)
        code = load_suites(in, &survey, err);
    if (!code)
        code = check_temperature(in, &survey, err);
    if (!code)
        code = ifb_think_read(in->o.think, in->o.think_tags, in->arena, &in->think, err);
    needs = survey.needs;
    if (!code)
        code = ifb_resources_load(needs, in->data_dirs, ifb_keep_dir(in->o.env, in->arena), in->arena,
                                  &in->resources, files, err);
    if (code)
        return code;
    for (size_t i = 0; i < IFB_RESOURCE_FILES; i++)
        if (files[i].path)
            note_resource(run, &files[i]);
    if ((needs & IFB_NEEDS_PUNKT) && !in->resources.punkt && has_official_suite(in))
        ifb_run_doubt(run, "sentences are cut with the built-in parameters; `ifbench data pull "
                      "nlp` gets the official ones");
    in->manifest.punkt = in->resources.punkt ? IFB_STR("official") : IFB_STR("built-in");
    warn_missing(run, needs & IFB_NEEDS_PULLED & ~in->resources.have);
    warn_survey(run, &survey);
    ifb_plan_make(in->suites, in->nsuites, in->models, in->nasked, (uint32_t)in->o.epochs,
                  in->arena, &in->plan);
    code = take_share(in, err);
    if (!code)
        code = ifb_judges_prepare(run, err);
    if (code)
        return code;
    in->results = ifb_results_new(&in->plan, in->arena);
    in->tally = ifb_tally_new(&in->plan, in->arena);
    run->calls = in->plan.least;
    return ifb_run_open_gate(run, err);
}

#define TOLD_MAX 20

static void tell_judges(struct ifb_run_inside *in)
{
    for (size_t m = in->nasked; in->o.tell && m < in->nmodels; m++) {
        uint32_t n = 0;

        for (size_t i = in->plan.nasked; i < in->plan.ncells; i++)
            n += in->plan.cells[i].model_index == m ? in->plan.cells[i].n : 0;
        in->o.tell(in->o.self, ifb_fmt(in->arena, "judge %.*s: %u judgment%s",
                                       IFB_ARG(in->models[m].spec), n, n == 1 ? "" : "s").ptr);
    }
}

void ifb_run_tell(struct ifb_run *run)
{
    struct ifb_run_inside *in = run->inside;
    size_t told = 0;

    for (size_t i = 0; in->o.tell && i < in->plan.nasked; i++) {
        const struct ifb_plan_cell *cell = &in->plan.cells[i];
        struct ifb_sampling wanted = ifb_sampling_over(in->o.sampling, cell->model->sampling);
        ifb_str how = ifb_sampling_say(&wanted, &cell->suite->preset, in->arena);

        if (in->replays[cell->model_index] || in->sources[cell->model_index] ||
            told++ >= TOLD_MAX)
            continue;
        in->o.tell(in->o.self, ifb_fmt(in->arena, "%s, %.*s: %u sample%s, %.*s", cell->suite->id,
                                       IFB_ARG(cell->model->spec), cell->n,
                                       cell->n == 1 ? "" : "s", IFB_ARG(how)).ptr);
    }
    if (told > TOLD_MAX)
        in->o.tell(in->o.self, ifb_fmt(in->arena, "and %zu more", told - TOLD_MAX).ptr);
    tell_judges(in);
}

/* What the turns of a sample can cost at most; earlier answers are read again by later turns. */
static void add_ceiling(const struct ifb_run_inside *in, const struct ifb_sample_plan *s,
                        const struct ifb_item *item, struct ifb_dry_run *out)
{
    const struct ifb_plan_cell *cell = &in->plan.cells[s->cell];
    const struct ifb_price *price = &in->prices[cell->model_index];
    struct ifb_sampling wanted = ifb_sampling_over(in->o.sampling, cell->model->sampling);
    struct ifb_request r = {
        .sampling = ifb_sampling_merge(wanted, item->preset ? item->preset : &cell->suite->preset)
    };

    for (uint16_t turn = 0; turn < s->turns; turn++) {
        struct ifb_cost most, answers;

        r.messages = (struct ifb_conversation){ item->prompt.at, ifb_turn_messages(item, turn) };
        most = ifb_cost_ceiling(price, &r);
        answers = ifb_cost_of(price, turn * (r.sampling.max_tokens > 0 ? r.sampling.max_tokens : 0),
                              0);
        out->tokens_most += most.tokens + answers.tokens;
        out->usd_most += price->known ? most.usd + answers.usd : NAN;
    }
}

static void add_dry(const struct ifb_run_inside *in, const struct ifb_sample_plan *s,
                    const struct ifb_item *item, struct ifb_dry_run *out)
{
    out->samples++;
    out->calls += s->turns;
    out->constraints += item->nconstraints;
    for (size_t m = 0; m < item->prompt.n; m++)
        out->prompt_bytes += item->prompt.at[m].text.len;
    add_ceiling(in, s, item, out);
}

enum ifb_code ifb_run_dry(const struct ifb_run_options *options, struct ifb_dry_run *out,
                          struct ifb_error *err)
{
    struct ifb_run *run = ifb_run_new(options);
    const struct ifb_plan *plan = &run->inside->plan;
    struct ifb_arena *arena = ifb_arena_new();
    enum ifb_code code = ifb_run_prepare(run, err);

    *out = (struct ifb_dry_run){ 0 };
    if (!code)
        ifb_run_tell(run);
    for (size_t i = 0; !code && i < plan->nasked_samples; i++) {
        const struct ifb_sample_plan *s = &plan->samples[i];
        const struct ifb_item *item;
        struct ifb_item own;

        ifb_arena_reset(arena);
        code = ifb_suite_item(plan->cells[s->cell].items, s->index, arena, &own, &item, err);
        if (!code)
            add_dry(run->inside, s, item, out);
        ifb_item_release(&own);
    }
    if (!code)
        ifb_judges_dry(run->inside, out);
    ifb_arena_close(arena);
    ifb_run_close(run);
    return code;
}
