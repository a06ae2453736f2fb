/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HELM's layout, for what reads a benchmark_output/runs/SUITE folder: a folder a suite and model
 * with run_spec.json, scenario.json, scenario_state.json, stats.json and per_instance_stats.json.
 * An epoch is a train trial, so that a spread in stats.json is over epochs. Classes are called
 * after ifbench: they are not HELM's. A run made from judgments has no instances.
 */
#include "reports/helm.h"

#include <math.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "reports/rows.h"

#define PIECE_MAX ((size_t)1 << 30)
#define NAME_MAX_BYTES ((size_t)180)

/* What the samples of one epoch add up to. */
struct trial {
    struct ifb_helm_stat stats[IFB_HELM_METRICS];
    int64_t instances;
};

struct run {
    struct ifb_helm_run helm;
    struct trial *trials;
    size_t ntrials, cap;
};

struct export {
    const struct ifb_summary *summary;
    struct run *runs;  /* one a cell */
    const struct ifb_folder *folder;
    struct ifb_arena *arena, *scratch;
    struct ifb_buf buf;  /* JSON that is not yet in the open file */
    struct ifb_jw w;
    struct ifb_sink sink;
};

/* ---- names ---- */

/* HELM's runs have '_' where their models have '/'. */
static ifb_str as_component(struct ifb_arena *arena, ifb_str name)
{
    ifb_str cut = ifb_utf8_cut(name, NAME_MAX_BYTES);
    char *out = ifb_cstr(arena, cut);

    for (size_t i = 0; i < cut.len; i++)
        if (out[i] == '/' || (unsigned char)out[i] < 0x20 || out[i] == 0x7f)
            out[i] = '_';
    return (ifb_str){ out, cut.len };
}

static bool is_taken(const struct export *x, size_t before, ifb_str name)
{
    for (size_t i = 0; i < before; i++)
        if (ifb_str_eq(x->runs[i].helm.name, name))
            return true;
    return false;
}

/* Variants of a model have one name: they are told apart by a number. */
static void name_run(struct export *x, size_t at)
{
    struct ifb_helm_run *r = &x->runs[at].helm;
    ifb_str name = as_component(x->arena, ifb_fmt(x->arena, "%.*s:model=%.*s",
                                                  IFB_ARG(r->cell->suite), IFB_ARG(r->model)));

    r->name = name;
    for (size_t i = 2; is_taken(x, at, r->name); i++)
        r->name = ifb_fmt(x->arena, "%.*s,variant=%zu", IFB_ARG(name), i);
}

static void add_runs(struct export *x, const struct ifb_cell_setup *setups)
{
    x->runs = ifb_new(x->arena, struct run, x->summary->ncells);
    for (size_t i = 0; i < x->summary->ncells; i++) {
        struct ifb_helm_run *r = &x->runs[i].helm;

        r->cell = &x->summary->cells[i];
        r->setup = &setups[i];
        r->model = setups[i].name.len ? setups[i].name : r->cell->model;
        r->deployment = setups[i].provider.len
                            ? ifb_fmt(x->arena, "%.*s/%.*s", IFB_ARG(setups[i].provider),
                                      IFB_ARG(r->model)) : r->model;
        name_run(x, i);
    }
}

/* ---- a file ---- */

static enum ifb_code begin_file(struct export *x, const struct run *run, const char *name,
                                struct ifb_error *err)
{
    ifb_buf_clear(&x->buf);
    ifb_jw_open(&x->w, &x->buf);
    x->w.pretty = x->w.python = true;
    return x->folder->begin(x->folder->self, run->helm.name, ifb_str_of(name), &x->sink, err);
}

/* Hands on what there is: memory does not grow with the file. */
static enum ifb_code flush(struct export *x, struct ifb_error *err)
{
    if (x->buf.full)
        return ifb_fail(err, IFB_ELIMIT, "a sample would take more than 1 GiB");
    x->sink.append(x->sink.self, x->buf.ptr, x->buf.len);
    ifb_buf_clear(&x->buf);
    ifb_arena_reset(x->scratch);
    return IFB_OK;
}

static enum ifb_code end_file(struct export *x, struct ifb_error *err)
{
    enum ifb_code code;

    ifb_buf_char(&x->buf, '\n');
    code = flush(x, err);
    return code ? code : x->folder->end(x->folder->self, err);
}

/* ---- run_spec.json, scenario.json ---- */

static void put_class(struct export *x, const char *key, const char *kind, ifb_str name)
{
    ifb_jw_object(&x->w, key);
    ifb_jw_str(&x->w, "class_name", ifb_fmt(x->scratch, "ifbench.%s.%.*s", kind, IFB_ARG(name)));
    ifb_jw_object(&x->w, "args");
    ifb_jw_end(&x->w);
    ifb_jw_end(&x->w);
}

static void put_augmenter(struct ifb_jw *w)
{
    static const char *const switches[] = {
        "should_augment_train_instances", "should_include_original_train",
        "should_skip_unchanged_train", "should_augment_eval_instances",
        "should_include_original_eval", "should_skip_unchanged_eval",
    };

    ifb_jw_object(w, "data_augmenter_spec");
    ifb_jw_array(w, "perturbations");
    ifb_jw_end(w);
    for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++)
        ifb_jw_bool(w, switches[i], false);
    ifb_jw_int(w, "seeds_per_instance", 1);
    ifb_jw_end(w);
}

static enum ifb_code write_spec(struct export *x, const struct run *run, struct ifb_error *err)
{
    enum ifb_code code = begin_file(x, run, "run_spec.json", err);
    struct ifb_jw *w = &x->w;

    if (code)
        return code;
    ifb_jw_object(w, NULL);
    ifb_jw_str(w, "name", run->helm.name);
    put_class(x, "scenario_spec", "suite", run->helm.cell->suite);
    ifb_helm_put_adapter(w, &run->helm);
    ifb_jw_array(w, "metric_specs");
    put_class(x, NULL, "metrics", run->helm.cell->suite);
    ifb_jw_end(w);
    put_augmenter(w);
    ifb_jw_array(w, "groups");
    ifb_jw_str(w, NULL, run->helm.cell->suite);
    ifb_jw_end(w);
    ifb_jw_end(w);
    return end_file(x, err);
}

static enum ifb_code write_scenario(struct export *x, const struct run *run, struct ifb_error *err)
{
    const struct ifb_suite *suite = ifb_suite_find(run->helm.cell->suite);
    enum ifb_code code = begin_file(x, run, "scenario.json", err);

    if (code)
        return code;
    ifb_jw_object(&x->w, NULL);
    ifb_jw_str(&x->w, "name", run->helm.cell->suite);
    ifb_jw_cstr(&x->w, "description", suite ? suite->doc : "");
    ifb_jw_array(&x->w, "tags");
    ifb_jw_cstr(&x->w, NULL, "instruction_following");
    ifb_jw_end(&x->w);
    ifb_jw_end(&x->w);
    return end_file(x, err);
}

/* ---- files of samples ---- */

static enum ifb_code put_state(struct export *x, struct run *run, const struct ifb_sample *s,
                               struct ifb_error *err)
{
    return ifb_helm_put_state(&x->w, s, &run->helm, x->scratch, err);
}

static struct trial *trial_of(struct export *x, struct run *run, size_t epoch)
{
    size_t was = run->ntrials;

    if (epoch < was)
        return &run->trials[epoch];
    run->trials = ifb_grow(x->arena, run->trials, &run->cap, epoch + 1, sizeof(*run->trials));
    memset(&run->trials[was], 0, (epoch + 1 - was) * sizeof(*run->trials));
    run->ntrials = epoch + 1;
    return &run->trials[epoch];
}

/* Of one sample, which also goes into its trial. */
static enum ifb_code put_instance(struct export *x, struct run *run, const struct ifb_sample *s,
                                  struct ifb_error *err)
{
    struct trial *trial = trial_of(x, run, s->epoch);

    (void)err;
    trial->instances++;
    ifb_jw_object(&x->w, NULL);
    ifb_jw_str(&x->w, "instance_id", ifb_helm_instance_id(s, x->scratch));
    ifb_jw_int(&x->w, "train_trial_index", s->epoch);
    ifb_jw_array(&x->w, "stats");
    for (int m = 0; m < IFB_HELM_METRICS; m++) {
        struct ifb_helm_stat one = { .count = 0 };
        double value = ifb_helm_value(s, (enum ifb_helm_metric)m);

        if (isnan(value))
            continue;
        ifb_helm_add(&one, value);
        ifb_helm_add(&trial->stats[m], value);
        ifb_helm_put_stat(&x->w, ifb_helm_metric_name((enum ifb_helm_metric)m, s->suite,
                                                      x->scratch), &one);
    }
    ifb_jw_end(&x->w);
    ifb_jw_end(&x->w);
    return IFB_OK;
}

struct walk {
    struct ifb_samples *samples;
    struct ifb_sample s;
    bool more;
};

typedef enum ifb_code put_sample(struct export *x, struct run *run, const struct ifb_sample *s,
                                 struct ifb_error *err);

static bool is_of_run(const struct ifb_sample *s, const struct run *run)
{
    return ifb_str_eq(s->suite, run->helm.cell->suite) &&
           ifb_str_eq(s->model, run->helm.cell->model);
}

static enum ifb_code step(struct walk *walk, struct ifb_error *err)
{
    return walk->samples->next(walk->samples->self, &walk->s, &walk->more, err);
}

/* The samples of a run, each handed on when it is written. */
static enum ifb_code put_samples(struct export *x, struct run *run, struct walk *walk,
                                 put_sample *put, struct ifb_error *err)
{
    enum ifb_code code = IFB_OK;

    while (!code && walk->more && is_of_run(&walk->s, run)) {
        if (!run->helm.setup->judged)
            code = put(x, run, &walk->s, err);
        if (!code)
            code = flush(x, err);
        if (!code)
            code = step(walk, err);
    }
    return code;
}

static enum ifb_code write_states(struct export *x, struct run *run, struct walk *walk,
                                  struct ifb_error *err)
{
    enum ifb_code code = begin_file(x, run, "scenario_state.json", err);

    if (code)
        return code;
    ifb_jw_object(&x->w, NULL);
    ifb_helm_put_adapter(&x->w, &run->helm);
    ifb_jw_array(&x->w, "request_states");
    code = put_samples(x, run, walk, put_state, err);
    if (code)
        return code;
    ifb_jw_end(&x->w);
    ifb_jw_end(&x->w);
    return end_file(x, err);
}

static enum ifb_code write_instances(struct export *x, struct run *run, struct walk *walk,
                                     struct ifb_error *err)
{
    enum ifb_code code = begin_file(x, run, "per_instance_stats.json", err);

    if (code)
        return code;
    ifb_jw_array(&x->w, NULL);
    code = put_samples(x, run, walk, put_instance, err);
    if (code)
        return code;
    ifb_jw_end(&x->w);
    return end_file(x, err);
}

/* One file a run. Samples come in plan order: those of a cell side by side, as the cells are. */
static enum ifb_code write_all(struct export *x, struct ifb_samples *samples,
                               enum ifb_code (*write)(struct export *, struct run *,
                                                      struct walk *, struct ifb_error *),
                               struct ifb_error *err)
{
    struct walk walk = { .samples = samples, .more = true };
    enum ifb_code code;

    samples->rewind(samples->self);
    code = step(&walk, err);
    for (size_t i = 0; i < x->summary->ncells && !code; i++)
        code = write(x, &x->runs[i], &walk, err);
    if (!code && walk.more)
        code = ifb_fail(err, IFB_EINPUT, "sample %.*s does not stand with those of its suite and "
                        "model, in the order of the summary", IFB_ARG(walk.s.id));
    return code;
}

/* ---- stats.json ---- */

/* A value a trial: its mean, or how many instances it has. */
static void put_trials(struct export *x, const struct run *run)
{
    struct ifb_helm_stat all[IFB_HELM_METRICS + 1] = { 0 };

    for (size_t t = 0; t < run->ntrials; t++) {
        for (int m = 0; m < IFB_HELM_METRICS; m++) {
            const struct ifb_helm_stat *s = &run->trials[t].stats[m];

            ifb_helm_add(&all[m], s->count ? s->sum / (double)s->count : (double)NAN);
        }
        ifb_helm_add(&all[IFB_HELM_METRICS], (double)run->trials[t].instances);
    }
    for (int m = 0; m < IFB_HELM_METRICS; m++)
        if (all[m].count)
            ifb_helm_put_stat(&x->w, ifb_helm_metric_name((enum ifb_helm_metric)m,
                                                          run->helm.cell->suite, x->scratch),
                              &all[m]);
    if (run->ntrials)
        ifb_helm_put_stat(&x->w, IFB_STR("num_instances"), &all[IFB_HELM_METRICS]);
}

static bool is_put_already(const struct export *x, const struct run *run, ifb_str id)
{
    for (int m = 0; m < IFB_HELM_METRICS && run->ntrials; m++)
        if (ifb_str_eq(ifb_helm_metric_name((enum ifb_helm_metric)m, run->helm.cell->suite,
                                            x->scratch), id))
            return true;
    return false;
}

static enum ifb_code write_stats(struct export *x, const struct run *run, struct ifb_error *err)
{
    enum ifb_code code = begin_file(x, run, "stats.json", err);

    if (code)
        return code;
    ifb_jw_array(&x->w, NULL);
    put_trials(x, run);
    for (size_t i = 0; i < x->summary->nmetrics; i++) {
        const struct ifb_metric_value *m = &x->summary->metrics[i];
        struct ifb_helm_stat one = { .count = 0 };

        if (!ifb_is_of(m, run->helm.cell) || isnan(m->value) || is_put_already(x, run, m->id))
            continue;
        ifb_helm_add(&one, m->value);
        ifb_helm_put_stat(&x->w, m->id, &one);
    }
    ifb_jw_end(&x->w);
    return end_file(x, err);
}

static enum ifb_code write_files(struct export *x, struct ifb_samples *samples,
                                 struct ifb_error *err)
{
    enum ifb_code code = IFB_OK;

    for (size_t i = 0; i < x->summary->ncells && !code; i++) {
        code = write_spec(x, &x->runs[i], err);
        if (!code)
            code = write_scenario(x, &x->runs[i], err);
    }
    if (!code)
        code = write_all(x, samples, write_states, err);
    if (!code)
        code = write_all(x, samples, write_instances, err);
    for (size_t i = 0; i < x->summary->ncells && !code; i++)
        code = write_stats(x, &x->runs[i], err);
    return code;
}

static enum ifb_code write_helm(const struct ifb_summary *s, const struct ifb_cell_setup *setups,
                                struct ifb_samples *samples, const struct ifb_folder *folder,
                                struct ifb_error *err)
{
    struct export x = { .summary = s, .folder = folder, .arena = ifb_arena_new(),
                        .scratch = ifb_arena_new() };
    enum ifb_code code;

    ifb_buf_init(&x.buf, PIECE_MAX);
    add_runs(&x, setups);
    code = write_files(&x, samples, err);
    ifb_buf_close(&x.buf);
    ifb_arena_close(x.scratch);
    ifb_arena_close(x.arena);
    return code;
}

const struct ifb_report ifb_report_helm = {
    .id = "helm", .write_files = write_helm,
    .doc = "specs, states and statistics in HELM's layout, a folder a suite and model",
};
