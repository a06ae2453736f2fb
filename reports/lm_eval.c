/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lm-evaluation-harness's layout, for what reads that: a folder a model with
 * results_DATE.json and samples_TASK_DATE.jsonl. DATE is the run's start in UTC.
 * What only that harness has is null, "N/A" or empty. Unscored samples are left
 * out of the samples; with epochs an item has a line for each, all with its
 * doc_id. A run made from judgments knows no texts: it has results alone.
 */
#include <ifbench/report.h>

#include <math.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/sha256.h"
#include "harness/base/str.h"
#include "reports/lm_eval.h"
#include "reports/parts.h"
#include "reports/rows.h"

#define FILE_MAX ((size_t)1 << 30)

/* The prompt-level verdicts of a cell, for their standard error. */
struct spread {
    double mean;
    double squares;  /* of the distances from it, summed in the order of the samples */
    int64_t n, hits;
};

/* A cell on its way through the samples. */
struct task {
    const struct ifb_cell_summary *cell;
    const struct ifb_cell_setup *setup;
    ifb_str file;             /* its name in the samples file's */
    int64_t docs, effective;  /* items seen, and those of them that are scored */
    struct spread spread[2];  /* strict, loose */
    char hash[IFB_SHA256_HEX];  /* "" without samples */
};

struct model {
    ifb_str spec, folder;
};

struct export {
    const struct ifb_summary *summary;
    struct task *tasks;  /* one a cell */
    struct model *models;
    size_t nmodels;
    char date[IFB_LM_DATE_SIZE];
    int64_t wall_ms;
    const struct ifb_folder *folder;
    struct ifb_arena *arena;
};

/* ---- names ---- */

static bool is_taken(const struct export *x, ifb_str folder)
{
    for (size_t i = 0; i < x->nmodels; i++)
        if (ifb_str_eq(x->models[i].folder, folder))
            return true;
    return false;
}

/* Variants of a model have one name: all but the first go by their spec. */
static void add_model(struct export *x, const struct task *t)
{
    ifb_str wanted = ifb_lm_sanitized(x->arena, t->setup->name);
    ifb_str folder = wanted;

    if (is_taken(x, folder))
        folder = wanted = ifb_lm_sanitized(x->arena, t->cell->model);
    for (size_t i = 2; is_taken(x, folder); i++)
        folder = ifb_fmt(x->arena, "%.*s__%zu", IFB_ARG(wanted), i);
    x->models[x->nmodels++] = (struct model){ t->cell->model, folder };
}

static const struct model *model_of(const struct export *x, ifb_str spec)
{
    for (size_t i = 0; i < x->nmodels; i++)
        if (ifb_str_eq(x->models[i].spec, spec))
            return &x->models[i];
    return NULL;
}

/* Suites of one model whose names come out alike are told apart by a number. */
static ifb_str task_file(const struct export *x, size_t at)
{
    const struct task *t = &x->tasks[at];
    ifb_str name = ifb_lm_sanitized(x->arena, t->cell->suite);

    for (size_t i = 0; i < at; i++)
        if (ifb_str_eq(x->tasks[i].cell->model, t->cell->model) &&
            ifb_str_eq(x->tasks[i].file, name))
            return ifb_fmt(x->arena, "%.*s__%zu", IFB_ARG(name), at);
    return name;
}

static void add_tasks(struct export *x, const struct ifb_cell_setup *setups)
{
    static const char *const ids[] = { "prompt_level_strict_acc", "prompt_level_loose_acc" };
    const struct ifb_summary *s = x->summary;

    x->tasks = ifb_new(x->arena, struct task, s->ncells);
    x->models = ifb_new(x->arena, struct model, s->ncells);
    for (size_t i = 0; i < s->ncells; i++) {
        struct task *t = &x->tasks[i];

        t->cell = &s->cells[i];
        t->setup = &setups[i];
        t->file = task_file(x, i);
        if (!model_of(x, t->cell->model))
            add_model(x, t);
        for (size_t m = 0; m < s->nmetrics; m++)
            for (size_t k = 0; k < 2; k++)
                if (ifb_is_of(&s->metrics[m], t->cell) && ifb_str_is(s->metrics[m].id, ids[k]))
                    t->spread[k].mean = s->metrics[m].value;
    }
}

/* ---- samples ---- */

struct walk {
    struct ifb_samples *samples;
    struct ifb_sample s;
    bool more;
    struct ifb_buf line;
    struct ifb_buf last;  /* id of the item seen last */
    bool last_scored;
    struct ifb_arena *scratch;
    struct ifb_sha256 *hash;
};

/* The epochs of an item stand side by side. */
static void count_sample(struct task *t, struct walk *w)
{
    const struct ifb_sample *s = &w->s;

    if (!t->docs || !ifb_str_eq(ifb_buf_view(&w->last), s->id)) {
        t->docs++;
        ifb_buf_clear(&w->last);
        ifb_buf_str(&w->last, s->id);
        w->last_scored = false;
    }
    if (s->outcome == IFB_UNSCORED)
        return;
    t->effective += !w->last_scored;
    w->last_scored = true;
    for (size_t k = 0; k < 2; k++) {
        struct spread *v = &t->spread[k];
        bool hit = ifb_lm_follows_all(s, k == 1);
        double off = (hit ? 1.0 : 0.0) - v->mean;

        v->squares += off * off;
        v->hits += hit;
        v->n++;
    }
}

static enum ifb_code step(struct walk *w, struct ifb_error *err)
{
    return w->samples->next(w->samples->self, &w->s, &w->more, err);
}

static bool is_of_task(const struct ifb_sample *s, const struct task *t)
{
    return ifb_str_eq(s->suite, t->cell->suite) && ifb_str_eq(s->model, t->cell->model);
}

static enum ifb_code write_lines(struct task *t, struct walk *w, const struct ifb_sink *sink,
                                 struct ifb_error *err)
{
    enum ifb_code code = IFB_OK;

    for (; !code && w->more && is_of_task(&w->s, t); code = step(w, err)) {
        count_sample(t, w);
        if (w->s.outcome == IFB_UNSCORED)
            continue;
        ifb_buf_clear(&w->line);
        ifb_arena_reset(w->scratch);
        code = ifb_lm_put_sample(&w->line, &w->s, t->docs - 1, t->setup, w->hash, w->scratch, err);
        if (!code && w->line.full)
            code = ifb_fail(err, IFB_ELIMIT, "sample %.*s: its line would be larger than 1 GiB",
                            IFB_ARG(w->s.id));
        if (code)
            return code;
        sink->append(sink->self, w->line.ptr, w->line.len);
    }
    return code;
}

static enum ifb_code count_only(struct task *t, struct walk *w, struct ifb_error *err)
{
    enum ifb_code code = IFB_OK;

    for (; !code && w->more && is_of_task(&w->s, t); code = step(w, err))
        count_sample(t, w);
    return code;
}

static enum ifb_code write_task(struct export *x, struct task *t, struct walk *w,
                                struct ifb_error *err)
{
    ifb_str name = ifb_fmt(x->arena, "samples_%.*s_%s.jsonl", IFB_ARG(t->file), x->date);
    struct ifb_sink sink;
    enum ifb_code code = x->folder->begin(x->folder->self, model_of(x, t->cell->model)->folder,
                                          name, &sink, err);

    if (code)
        return code;
    w->hash = ifb_sha256_new();
    code = write_lines(t, w, &sink, err);
    ifb_sha256_hex(w->hash, t->hash);
    ifb_sha256_close(w->hash);
    return code ? code : x->folder->end(x->folder->self, err);
}

/* Samples come in plan order: those of a cell are side by side, in the order of the cells. */
static enum ifb_code write_samples(struct export *x, struct ifb_samples *samples,
                                   struct ifb_error *err)
{
    struct walk w = { .samples = samples, .more = true, .scratch = ifb_arena_new() };
    enum ifb_code code;

    ifb_buf_init(&w.line, FILE_MAX);
    ifb_buf_init(&w.last, FILE_MAX);
    samples->rewind(samples->self);
    code = step(&w, err);
    for (size_t i = 0; i < x->summary->ncells && !code && w.more; i++)
        if (is_of_task(&w.s, &x->tasks[i]))
            code = x->tasks[i].setup->judged ? count_only(&x->tasks[i], &w, err)
                                             : write_task(x, &x->tasks[i], &w, err);
    if (!code && w.more)
        code = ifb_fail(err, IFB_EINPUT, "sample %.*s does not stand with those of its suite and "
                        "model, in the order of the summary", IFB_ARG(w.s.id));
    ifb_buf_close(&w.line);
    ifb_buf_close(&w.last);
    ifb_arena_close(w.scratch);
    return code;
}

/* ---- results ---- */

static bool begins_with(const struct ifb_metric_value *m, const char *prefix)
{
    return ifb_str_starts(m->id, ifb_str_of(prefix));
}

/*
 * mean_stderr of upstream, which divides by n - 1; NaN where it says "N/A": for
 * means over instructions and for n = 1.
 */
static double stderr_of(const struct task *t, const struct ifb_metric_value *m)
{
    const struct spread *v = &t->spread[ifb_str_is(m->id, "prompt_level_loose_acc")];

    if (begins_with(m, "inst_level_"))
        return (double)NAN;
    if (!begins_with(m, "prompt_level_"))
        return m->se;
    if (m->n < 2)
        return (double)NAN;
    if (v->n == m->n && v->hits == m->hits)
        return sqrt(v->squares / (double)(v->n - 1)) / sqrt((double)v->n);
    return sqrt(m->value * (1 - m->value) / (double)(m->n - 1));
}

static void put_result(struct ifb_jw *w, const struct export *x, const struct task *t)
{
    const struct ifb_summary *s = x->summary;

    ifb_jw_object(w, ifb_lm_key(x->arena, t->cell->suite));
    ifb_jw_str(w, "name", t->cell->suite);
    ifb_jw_str(w, "alias", t->cell->suite);
    ifb_jw_int(w, "sample_len", t->docs);
    for (size_t i = 0; i < s->nmetrics; i++) {
        const struct ifb_metric_value *m = &s->metrics[i];
        const char *id = ifb_lm_key(x->arena, m->id);
        double se;

        if (!ifb_is_of(m, t->cell))
            continue;
        se = stderr_of(t, m);
        ifb_jw_real(w, ifb_fmt(x->arena, "%s,none", id).ptr, m->value);
        id = ifb_fmt(x->arena, "%s_stderr,none", id).ptr;
        if (isfinite(se))
            ifb_jw_real(w, id, se);
        else
            ifb_jw_cstr(w, id, "N/A");
    }
    ifb_jw_end(w);
}

static void put_fewshot(struct ifb_jw *w)
{
    static const char *const nulls[] = { "split", "process_docs", "fewshot_indices", "samples" };

    ifb_jw_object(w, "fewshot_config");
    ifb_jw_cstr(w, "sampler", "default");
    for (size_t i = 0; i < sizeof(nulls) / sizeof(nulls[0]); i++)
        ifb_jw_null(w, nulls[i]);
    ifb_jw_cstr(w, "doc_to_text", "prompt");
    ifb_jw_null(w, "doc_to_choice");
    ifb_jw_int(w, "doc_to_target", 0);
    ifb_jw_null(w, "gen_prefix");
    ifb_jw_cstr(w, "fewshot_delimiter", "\n\n");
    ifb_jw_cstr(w, "target_delimiter", " ");
    ifb_jw_end(w);
}

static void put_metrics(struct ifb_jw *w, const struct export *x, const struct task *t, ifb_str by)
{
    ifb_jw_array(w, "metric_list");
    for (size_t i = 0; i < x->summary->nmetrics; i++) {
        const struct ifb_metric_value *m = &x->summary->metrics[i];

        if (!ifb_is_of(m, t->cell) || ifb_is_part(m))
            continue;
        ifb_jw_object(w, NULL);
        ifb_jw_str(w, "metric", m->id);
        ifb_jw_str(w, "aggregation", begins_with(m, "prompt_level_") ? IFB_STR("mean") : by);
        ifb_jw_bool(w, "higher_is_better", m->higher_is_better);
        ifb_jw_end(w);
    }
    ifb_jw_end(w);
}

/* Of the tasks here upstream has one: ifeval, in version 4.0. */
static bool has_version(const struct task *t)
{
    return ifb_str_is(t->cell->suite, "ifeval");
}

/* Readers take what stands for functions as opaque: it says who computed it. */
static void put_config(struct ifb_jw *w, const struct export *x, const struct task *t)
{
    ifb_str by = ifb_fmt(x->arena, "ifbench %.*s", IFB_ARG(x->summary->version));

    ifb_jw_object(w, ifb_lm_key(x->arena, t->cell->suite));
    ifb_jw_str(w, "task", t->cell->suite);
    ifb_jw_str(w, "dataset_path", t->setup->data.len ? t->setup->data : t->cell->suite);
    ifb_jw_cstr(w, "test_split", "train");
    ifb_jw_cstr(w, "doc_to_text", "prompt");
    ifb_jw_int(w, "doc_to_target", 0);
    ifb_jw_bool(w, "unsafe_code", false);
    ifb_jw_str(w, "process_results", by);
    ifb_jw_cstr(w, "description", "");
    ifb_jw_cstr(w, "target_delimiter", " ");
    ifb_jw_cstr(w, "fewshot_delimiter", "\n\n");
    put_fewshot(w);
    ifb_jw_int(w, "num_fewshot", 0);
    put_metrics(w, x, t, by);
    ifb_jw_cstr(w, "output_type", "generate_until");
    ifb_lm_put_generation(w, "generation_kwargs", t->setup);
    ifb_jw_int(w, "repeats", t->setup->epochs > 0 ? t->setup->epochs : 1);
    ifb_jw_bool(w, "should_decontaminate", false);
    ifb_jw_object(w, "metadata");
    if (has_version(t))
        ifb_jw_real(w, "version", 4.0);
    ifb_jw_end(w);
    ifb_jw_end(w);
}

static void put_version(struct ifb_jw *w, const struct export *x, const struct task *t)
{
    if (has_version(t))
        ifb_jw_real(w, ifb_lm_key(x->arena, t->cell->suite), 4.0);
}

static void put_shots(struct ifb_jw *w, const struct export *x, const struct task *t)
{
    ifb_jw_int(w, ifb_lm_key(x->arena, t->cell->suite), 0);
}

static void put_directions(struct ifb_jw *w, const struct export *x, const struct task *t)
{
    ifb_jw_object(w, ifb_lm_key(x->arena, t->cell->suite));
    for (size_t i = 0; i < x->summary->nmetrics; i++) {
        const struct ifb_metric_value *m = &x->summary->metrics[i];

        if (ifb_is_of(m, t->cell))
            ifb_jw_bool(w, ifb_lm_key(x->arena, m->id), m->higher_is_better);
    }
    ifb_jw_end(w);
}

/* Of a limited run nobody knows how many items the file holds, unless it holds fewer. */
static void put_sizes(struct ifb_jw *w, const struct export *x, const struct task *t)
{
    int64_t limit = t->setup->limit, docs = t->docs;

    ifb_jw_object(w, ifb_lm_key(x->arena, t->cell->suite));
    if (limit > 0 && docs >= limit)
        ifb_jw_null(w, "original");
    else
        ifb_jw_int(w, "original", docs);
    ifb_jw_int(w, "effective", t->effective);
    ifb_jw_end(w);
}

static void put_hash(struct ifb_jw *w, const struct export *x, const struct task *t)
{
    if (t->hash[0])
        ifb_jw_cstr(w, ifb_lm_key(x->arena, t->cell->suite), t->hash);
}

static void put_tasks(struct ifb_jw *w, const struct export *x, const struct model *model,
                      const char *key,
                      void (*put)(struct ifb_jw *, const struct export *, const struct task *))
{
    ifb_jw_object(w, key);
    for (size_t i = 0; i < x->summary->ncells; i++)
        if (ifb_str_eq(x->tasks[i].cell->model, model->spec))
            put(w, x, &x->tasks[i]);
    ifb_jw_end(w);
}

static void put_wanted(struct ifb_jw *w, const struct ifb_sampling *s)
{
    ifb_jw_object(w, "gen_kwargs");
    if (s->temperature >= 0)
        ifb_jw_real(w, "temperature", s->temperature);
    if (s->top_p >= 0)
        ifb_jw_real(w, "top_p", s->top_p);
    if (s->max_tokens >= 0)
        ifb_jw_int(w, "max_gen_toks", s->max_tokens);
    if (s->seed >= 0)
        ifb_jw_int(w, "seed", s->seed);
    ifb_jw_end(w);
}

static void put_run_config(struct ifb_jw *w, const struct ifb_cell_setup *setup)
{
    static const char *const seeds[] = { "random_seed", "numpy_seed", "torch_seed",
                                         "fewshot_seed" };

    ifb_jw_object(w, "config");
    ifb_jw_str(w, "model", setup->provider);
    ifb_jw_object(w, "model_args");
    ifb_jw_str(w, "model", setup->name);
    if (setup->base_url.len)
        ifb_jw_str(w, "base_url", setup->base_url);
    ifb_jw_end(w);
    ifb_jw_int(w, "batch_size", 1);
    ifb_jw_array(w, "batch_sizes");
    ifb_jw_end(w);
    ifb_jw_null(w, "device");
    ifb_jw_null(w, "use_cache");
    if (setup->limit > 0)
        ifb_jw_real(w, "limit", (double)setup->limit);
    else
        ifb_jw_null(w, "limit");
    ifb_jw_int(w, "bootstrap_iters", 0);
    put_wanted(w, &setup->wanted);
    for (size_t i = 0; i < sizeof(seeds) / sizeof(seeds[0]); i++)
        ifb_jw_null(w, seeds[i]);
    ifb_jw_end(w);
}

/* A string that holds Python's float, as upstream has it. */
static void put_seconds(struct ifb_jw *w, const struct export *x)
{
    struct ifb_buf text;
    struct ifb_jw number;

    ifb_buf_init(&text, 64);
    ifb_jw_open(&number, &text);
    number.python = true;
    ifb_jw_real(&number, NULL, x->summary->seconds);
    ifb_jw_str(w, "total_evaluation_time_seconds",
               isfinite(x->summary->seconds) ? ifb_buf_view(&text) : (ifb_str){ NULL, 0 });
    ifb_buf_close(&text);
}

static void put_system(struct ifb_jw *w, const struct ifb_cell_setup *setup)
{
    char hash[IFB_SHA256_HEX];

    ifb_sha256_of(setup->system, hash);
    ifb_jw_str(w, "system_instruction", setup->system);
    ifb_jw_cstr(w, "system_instruction_sha", setup->system.ptr ? hash : NULL);
}

static void put_surroundings(struct ifb_jw *w, const struct export *x, const struct model *model,
                             const struct ifb_cell_setup *setup)
{
    ifb_jw_null(w, "git_hash");
    ifb_jw_real(w, "date", (double)x->wall_ms / 1000);
    ifb_jw_str(w, "pretty_env_info",
               ifb_fmt(x->arena, "ifbench %.*s", IFB_ARG(x->summary->version)));
    ifb_jw_cstr(w, "transformers_version", "N/A");
    ifb_jw_cstr(w, "lm_eval_version", "N/A");
    ifb_jw_null(w, "upper_git_hash");
    put_tasks(w, x, model, "task_hashes", put_hash);
    ifb_jw_str(w, "model_source", setup->provider);
    ifb_jw_str(w, "model_name", setup->name);
    ifb_jw_str(w, "model_name_sanitized", model->folder);
    put_system(w, setup);
    ifb_jw_bool(w, "fewshot_as_multiturn", false);
    ifb_jw_null(w, "chat_template");
    ifb_jw_null(w, "chat_template_sha");
    put_seconds(w, x);
}

static void put_model(struct ifb_jw *w, const struct export *x, const struct model *model)
{
    const struct ifb_cell_setup *setup = NULL;

    for (size_t i = 0; i < x->summary->ncells && !setup; i++)
        if (ifb_str_eq(x->tasks[i].cell->model, model->spec))
            setup = x->tasks[i].setup;
    ifb_jw_object(w, NULL);
    put_tasks(w, x, model, "results", put_result);
    ifb_jw_object(w, "group_subtasks");
    ifb_jw_end(w);
    put_tasks(w, x, model, "configs", put_config);
    put_tasks(w, x, model, "versions", put_version);
    put_tasks(w, x, model, "n-shot", put_shots);
    put_tasks(w, x, model, "higher_is_better", put_directions);
    put_tasks(w, x, model, "n-samples", put_sizes);
    put_run_config(w, setup);
    put_surroundings(w, x, model, setup);
    ifb_jw_end(w);
}

static enum ifb_code write_results(const struct export *x, const struct model *model,
                                   struct ifb_error *err)
{
    ifb_str name = ifb_fmt(x->arena, "results_%s.json", x->date);
    enum ifb_code code = IFB_OK;
    struct ifb_sink sink;
    struct ifb_buf buf;
    struct ifb_jw w;

    ifb_buf_init(&buf, FILE_MAX);
    ifb_jw_open(&w, &buf);
    w.pretty = w.python = true;
    put_model(&w, x, model);
    if (buf.full)
        code = ifb_fail(err, IFB_ELIMIT, "%.*s would be larger than 1 GiB", IFB_ARG(name));
    if (!code)
        code = x->folder->begin(x->folder->self, model->folder, name, &sink, err);
    if (!code) {
        sink.append(sink.self, buf.ptr, buf.len);
        code = x->folder->end(x->folder->self, err);
    }
    ifb_buf_close(&buf);
    return code;
}

static enum ifb_code write_lm_eval(const struct ifb_summary *s, const struct ifb_cell_setup *setups,
                                   struct ifb_samples *samples, const struct ifb_folder *folder,
                                   struct ifb_error *err)
{
    struct export x = { .summary = s, .folder = folder };
    enum ifb_code code;

    if (!ifb_lm_date(s->started, x.date, &x.wall_ms))
        return ifb_fail(err, IFB_EINPUT, "the run's start is \"%.*s\", wanted a time such as "
                        "2026-01-02T03:04:05.678Z", IFB_ARG(s->started));
    x.arena = ifb_arena_new();
    add_tasks(&x, setups);
    code = write_samples(&x, samples, err);
    for (size_t i = 0; i < x.nmodels && !code; i++)
        code = write_results(&x, &x.models[i], err);
    ifb_arena_close(x.arena);
    return code;
}

const struct ifb_report ifb_report_lm_eval = {
    .id = "lm-eval", .write_files = write_lm_eval,
    .doc = "results and samples in lm-evaluation-harness's layout, a folder a model",
};
