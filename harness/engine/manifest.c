/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engine/manifest.h"

#include <sys/utsname.h>

#include <ifbench.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "harness/engine/pool.h"
#include "harness/http/http.h"

#define MANIFEST_MAX ((size_t)4 << 20)
#define MEMBERS_MAX 1000  /* each is looked for among those of another shard */
#define SCHEMA "ifbench.manifest/1"

static void write_strs(struct ifb_jw *w, const char *key, struct ifb_strs strs)
{
    ifb_jw_array(w, key);
    for (size_t i = 0; i < strs.n; i++)
        ifb_jw_str(w, NULL, strs.at[i]);
    ifb_jw_end(w);
}

static void write_models(struct ifb_jw *w, const char *key, const struct ifb_model *models,
                         size_t n)
{
    ifb_jw_array(w, key);
    for (size_t i = 0; i < n; i++) {
        ifb_jw_object(w, NULL);
        ifb_jw_str(w, "spec", models[i].spec);
        ifb_jw_str(w, "given", models[i].given);
        ifb_jw_str(w, "called", models[i].called);
        ifb_jw_cstr(w, "provider", models[i].provider->id);
        ifb_jw_str(w, "name", models[i].name);
        ifb_jw_str(w, "base_url", models[i].base_url);
        ifb_jw_end(w);
    }
    ifb_jw_end(w);
}

static void write_files(struct ifb_jw *w, const struct ifb_manifest *m)
{
    ifb_jw_array(w, "data");
    for (size_t i = 0; i < m->nfiles; i++) {
        ifb_jw_object(w, NULL);
        ifb_jw_str(w, "for", m->files[i].suite);
        ifb_jw_str(w, "path", m->files[i].path);
        ifb_jw_cstr(w, "sha256", m->files[i].sha256);
        ifb_jw_int(w, "bytes", m->files[i].bytes);
        ifb_jw_end(w);
    }
    ifb_jw_end(w);
}

void ifb_sampling_write(struct ifb_jw *w, const char *key, const struct ifb_sampling *s)
{
    ifb_jw_object(w, key);
    if (s->temperature >= 0)
        ifb_jw_real(w, "temperature", s->temperature);
    if (s->top_p >= 0)
        ifb_jw_real(w, "top_p", s->top_p);
    if (s->max_tokens >= 0)
        ifb_jw_int(w, "max_tokens", s->max_tokens);
    if (s->seed >= 0)
        ifb_jw_int(w, "seed", s->seed);
    ifb_jw_end(w);
}

static void write_asked(struct ifb_jw *w, const struct ifb_manifest *m)
{
    ifb_jw_array(w, "asked");
    for (size_t i = 0; i < m->nasked; i++) {
        ifb_jw_object(w, NULL);
        ifb_jw_str(w, "suite", m->asked[i].suite);
        ifb_jw_str(w, "model", m->asked[i].model);
        ifb_sampling_write(w, "sampling", &m->asked[i].sampling);
        ifb_jw_end(w);
    }
    ifb_jw_end(w);
}

static void write_host(struct ifb_jw *w, bool network)
{
    struct utsname u;

    ifb_jw_object(w, "host");
    if (uname(&u) == 0) {
        ifb_jw_cstr(w, "os", u.sysname);
        ifb_jw_cstr(w, "release", u.release);
        ifb_jw_cstr(w, "machine", u.machine);
    }
    ifb_jw_int(w, "cores", ifb_pool_cores());
    if (network)
        ifb_jw_cstr(w, "http", ifb_http_version());
    ifb_jw_end(w);
}

static void write_judging(struct ifb_jw *w, const struct ifb_manifest *m,
                          const struct ifb_model *judges, size_t n)
{
    const struct ifb_judge_options *o = &m->options.judge;

    write_models(w, "judges", judges, n);
    ifb_jw_object(w, "judging");
    ifb_jw_int(w, "tasks", m->tasks);
    ifb_jw_str(w, "how", o->how);
    ifb_jw_str(w, "templates", m->templates);
    ifb_jw_str(w, "templates_version", m->templates_version);
    ifb_jw_str(w, "template_file", o->templates);
    ifb_jw_str(w, "baseline_answers", o->baseline_answers);
    ifb_jw_str(w, "calibration", o->calibration);
    if (o->calibration_min > 0)
        ifb_jw_real(w, "calibration_min", o->calibration_min);
    if (o->temperature >= 0)
        ifb_jw_real(w, "temperature", o->temperature);
    if (o->max_tokens > 0)
        ifb_jw_int(w, "max_tokens", o->max_tokens);
    ifb_jw_bool(w, "no_system", o->no_system);
    ifb_jw_int(w, "retries", o->retries);
    ifb_jw_str(w, "extra_body", o->extra_body);
    ifb_jw_end(w);
}

static void write_gate(struct ifb_jw *w, const struct ifb_run_options *o)
{
    ifb_jw_object(w, "gate");
    ifb_jw_str(w, "policy", o->gate_policy);
    ifb_jw_str(w, "baseline", o->gate_baseline);
    ifb_jw_str(w, "base_model", o->gate_base_model);
    ifb_jw_bool(w, "common", o->gate_common);
    ifb_jw_bool(w, "sequential", o->sequential);
    if (o->sequential)
        ifb_jw_int(w, "order_seed", o->sampling.seed > 0 ? o->sampling.seed : 0);
    ifb_jw_end(w);
}

static void write_shard(struct ifb_jw *w, const struct ifb_manifest *m)
{
    ifb_jw_object(w, "shard");
    ifb_jw_int(w, "index", m->options.shard.index);
    ifb_jw_int(w, "of", m->options.shard.of);
    ifb_jw_int(w, "calls", m->own);
    ifb_jw_end(w);
}

static void write_parts(struct ifb_jw *w, const struct ifb_manifest *m)
{
    ifb_jw_array(w, "merged");
    for (size_t i = 0; i < m->nparts; i++) {
        ifb_jw_object(w, NULL);
        ifb_jw_str(w, "run", m->parts[i].run);
        ifb_jw_int(w, "index", m->parts[i].index);
        ifb_jw_cstr(w, "journal", m->parts[i].journal);
        ifb_jw_end(w);
    }
    ifb_jw_end(w);
}

static void write_all(struct ifb_jw *w, const struct ifb_manifest *m,
                      const struct ifb_model *models, size_t nmodels, size_t njudges)
{
    ifb_jw_object(w, NULL);
    ifb_jw_cstr(w, "schema", SCHEMA);
    ifb_jw_cstr(w, "version", IFBENCH_VERSION);
    ifb_jw_str(w, "started", m->started);
    ifb_jw_str(w, "plan", m->plan);
    ifb_jw_int(w, "calls", m->calls);
    ifb_jw_int(w, "samples", m->samples);
    if (m->options.shard.of)
        write_shard(w, m);
    if (m->nparts)
        write_parts(w, m);
    ifb_jw_bool(w, "scored_only", m->scored_only);
    write_strs(w, "suites", m->options.suites);
    write_models(w, "models", models, nmodels - njudges);
    if (njudges)
        write_judging(w, m, models + nmodels - njudges, njudges);
    if (m->options.answers_of.n)
        write_strs(w, "answers_of", m->options.answers_of);
    ifb_jw_str(w, "data_file", m->options.data);
    ifb_jw_str(w, "data_dir", m->options.data_dir);
    if (m->options.names.n)
        write_strs(w, "names", m->options.names);
    write_files(w, m);
    ifb_jw_int(w, "limit", m->options.limit);
    ifb_jw_int(w, "epochs", m->options.epochs);
    if (m->options.system.len)
        ifb_jw_str(w, "system", m->options.system);
    if (m->options.system_as == IFB_SYSTEM_AS_USER)
        ifb_jw_cstr(w, "system_as", "user");
    if (m->options.prompt_template.ptr)
        ifb_jw_str(w, "prompt_template", m->options.prompt_template);
    ifb_sampling_write(w, "sampling", &m->options.sampling);
    write_asked(w, m);
    write_strs(w, "params", m->options.params);
    write_strs(w, "stop_at", m->options.stop_at);
    ifb_jw_int(w, "top_logprobs", m->options.top_logprobs);
    ifb_jw_str(w, "extra_body", m->options.extra_body);
    ifb_jw_int(w, "tokens_as", m->options.tokens_as);
    ifb_jw_bool(w, "stream", m->options.stream);
    ifb_jw_str(w, "think", m->options.think);
    write_strs(w, "think_tags", m->options.think_tags);
    if (m->options.settings.n)
        write_strs(w, "settings", m->options.settings);
    ifb_jw_cstr(w, "missing", m->options.missing < 0 ? NULL
                              : m->options.missing == IFB_MISSING_FAIL ? "fail" : "unscored");
    ifb_jw_str(w, "punkt", m->punkt);
    if (m->options.gate_policy.ptr)
        write_gate(w, &m->options);
    write_host(w, !m->scored_only);
    ifb_jw_end(w);
}

enum ifb_code ifb_manifest_write(const struct ifb_manifest *m, const struct ifb_model *models,
                                 size_t nmodels, size_t njudges, const char *path,
                                 struct ifb_error *err)
{
    struct ifb_buf buf;
    struct ifb_jw w;
    enum ifb_code code;

    ifb_buf_init(&buf, MANIFEST_MAX);
    ifb_jw_open(&w, &buf);
    w.pretty = true;
    write_all(&w, m, models, nmodels, njudges);
    ifb_buf_char(&buf, '\n');
    code = ifb_file_write(path, ifb_buf_view(&buf), err);
    ifb_buf_close(&buf);
    return code;
}

static struct ifb_strs read_strs(const struct ifb_json *array, const char *member,
                                 struct ifb_arena *arena)
{
    size_t n = array && array->kind == IFB_JARRAY ? array->n : 0, i = 0;
    ifb_str *at = ifb_new(arena, ifb_str, n);

    if (n)
        for (const struct ifb_json *m = array->first; m; m = m->next)
            at[i++] = member ? ifb_json_str(m, member) : m->string;
    return (struct ifb_strs){ at, n };
}

/* Variants of a model stand side by side and were given once. */
static struct ifb_strs read_given(const struct ifb_json *models, struct ifb_arena *arena)
{
    struct ifb_strs all = read_strs(models, "given", arena);
    ifb_str *at = ifb_new(arena, ifb_str, all.n);
    size_t n = 0;

    for (size_t i = 0; i < all.n; i++)
        if (!n || !ifb_str_eq(at[n - 1], all.at[i]))
            at[n++] = all.at[i];
    return (struct ifb_strs){ at, n };
}

static ifb_str text_of(const struct ifb_json *object, const char *key)
{
    ifb_str s = ifb_json_str(object, key);

    return s.ptr ? s : IFB_STR("");
}

static void read_models(const struct ifb_json *array, struct ifb_arena *arena,
                        struct ifb_manifest *out)
{
    size_t n = array && array->kind == IFB_JARRAY ? array->n : 0, i = 0;
    struct ifb_manifest_model *at = ifb_new(arena, struct ifb_manifest_model, n);

    for (const struct ifb_json *m = n ? array->first : NULL; m; m = m->next)
        at[i++] = (struct ifb_manifest_model){
            .spec = text_of(m, "spec"), .given = text_of(m, "given"),
            .called = text_of(m, ifb_json_get(m, "called") ? "called" : "given"),
            .provider = text_of(m, "provider"), .name = text_of(m, "name"),
            .base_url = text_of(m, "base_url"),
        };
    out->models = at;
    out->nmodels = n;
}

static void read_files(const struct ifb_json *array, struct ifb_manifest *out)
{
    const struct ifb_json *m = array && array->kind == IFB_JARRAY ? array->first : NULL;

    for (; m && out->nfiles < IFB_DATA_FILES_MAX; m = m->next) {
        struct ifb_data_file *f = &out->files[out->nfiles++];
        ifb_str sha = ifb_json_str(m, "sha256");

        f->suite = ifb_json_str(m, "for");
        f->path = ifb_json_str(m, "path");
        f->bytes = ifb_json_int(m, "bytes", 0);
        if (sha.len == IFB_SHA256_HEX - 1)
            memcpy(f->sha256, sha.ptr, sha.len);
    }
}

static struct ifb_shard read_shard(const struct ifb_json *v)
{
    return (struct ifb_shard){ ifb_json_int(v, "index", 0), ifb_json_int(v, "of", 0) };
}

static int64_t read_missing(ifb_str name)
{
    if (!name.ptr)
        return -1;
    return ifb_str_is(name, "fail") ? IFB_MISSING_FAIL : IFB_MISSING_UNSCORED;
}

static bool truth(const struct ifb_json *object, const char *key)
{
    const struct ifb_json *v = ifb_json_get(object, key);

    return v && v->truth;
}

static void read_judging(const struct ifb_json *v, struct ifb_arena *arena,
                         struct ifb_manifest *out)
{
    const struct ifb_json *j = ifb_json_get(v, "judging");

    out->tasks = ifb_json_int(j, "tasks", 0);
    out->options.judge = (struct ifb_judge_options){
        .judges = read_given(ifb_json_get(v, "judges"), arena), .how = ifb_json_str(j, "how"),
        .templates = ifb_json_str(j, "template_file"),
        .calibration = ifb_json_str(j, "calibration"),
        .calibration_min = ifb_json_real(j, "calibration_min", 0),
        .baseline_answers = ifb_json_str(j, "baseline_answers"),
        .temperature = ifb_json_real(j, "temperature", -1),
        .max_tokens = ifb_json_int(j, "max_tokens", -1),
        .no_system = truth(j, "no_system"),
        .retries = ifb_json_int(j, "retries", -1), .extra_body = ifb_json_str(j, "extra_body"),
    };
}

static void read_gate(const struct ifb_json *gate, struct ifb_run_options *o)
{
    if (!gate)
        return;
    o->gate_policy = ifb_json_str(gate, "policy");
    o->gate_baseline = ifb_json_str(gate, "baseline");
    o->gate_base_model = ifb_json_str(gate, "base_model");
    o->gate_common = truth(gate, "common");
    o->sequential = truth(gate, "sequential");
}

static struct ifb_sampling read_sampling(const struct ifb_json *s)
{
    return (struct ifb_sampling){ ifb_json_real(s, "temperature", -1),
                                  ifb_json_real(s, "top_p", -1),
                                  ifb_json_int(s, "max_tokens", -1),
                                  ifb_json_int(s, "seed", -1) };
}

static void read_asked(const struct ifb_json *array, struct ifb_arena *arena,
                       struct ifb_manifest *out)
{
    size_t n = array && array->kind == IFB_JARRAY ? array->n : 0, i = 0;
    struct ifb_manifest_asked *at = ifb_new(arena, struct ifb_manifest_asked, n);

    for (const struct ifb_json *m = n ? array->first : NULL; m; m = m->next)
        at[i++] = (struct ifb_manifest_asked){
            text_of(m, "suite"), text_of(m, "model"), read_sampling(ifb_json_get(m, "sampling")),
        };
    out->asked = at;
    out->nasked = n;
}

static void read_options(const struct ifb_json *v, struct ifb_arena *arena,
                         struct ifb_run_options *o)
{
    o->suites = read_strs(ifb_json_get(v, "suites"), NULL, arena);
    o->models = read_given(ifb_json_get(v, "models"), arena);
    o->answers_of = read_strs(ifb_json_get(v, "answers_of"), NULL, arena);
    o->names = read_strs(ifb_json_get(v, "names"), NULL, arena);
    o->params = read_strs(ifb_json_get(v, "params"), NULL, arena);
    o->data = ifb_json_str(v, "data_file");
    o->data_dir = ifb_json_str(v, "data_dir");
    o->limit = ifb_json_int(v, "limit", 0);
    o->shard = read_shard(ifb_json_get(v, "shard"));
    o->epochs = ifb_json_int(v, "epochs", 1);
    o->sampling = read_sampling(ifb_json_get(v, "sampling"));
    o->system = ifb_json_str(v, "system");
    o->system_as = ifb_str_is(ifb_json_str(v, "system_as"), "user") ? IFB_SYSTEM_AS_USER
                                                                   : IFB_SYSTEM_AS_SYSTEM;
    o->prompt_template = ifb_json_str(v, "prompt_template");
    o->stop_at = read_strs(ifb_json_get(v, "stop_at"), NULL, arena);
    o->top_logprobs = ifb_json_int(v, "top_logprobs", 0);
    o->extra_body = ifb_json_str(v, "extra_body");
    o->stream = truth(v, "stream");
    o->tokens_as = ifb_json_int(v, "tokens_as", IFB_TOKENS_AUTO);
    if (o->tokens_as < IFB_TOKENS_AUTO || o->tokens_as > IFB_TOKENS_COMPLETION)
        o->tokens_as = IFB_TOKENS_AUTO;
    o->think = ifb_json_str(v, "think");
    o->think_tags = read_strs(ifb_json_get(v, "think_tags"), NULL, arena);
    o->missing = read_missing(ifb_json_str(v, "missing"));
    o->settings = read_strs(ifb_json_get(v, "settings"), NULL, arena);
    read_gate(ifb_json_get(v, "gate"), o);
}

enum ifb_code ifb_manifest_read(const char *path, struct ifb_arena *arena, struct ifb_manifest *out,
                                struct ifb_error *err)
{
    const struct ifb_json *v;
    ifb_str text;
    enum ifb_code code = ifb_file_read(path, MANIFEST_MAX, arena, &text, err);

    if (code)
        return code;
    code = ifb_json_parse(arena, ifb_utf8_repair(arena, text), 0, 1, &v, err);
    if (code)
        return ifb_within(err, "%s", path);
    if (!ifb_str_is(ifb_json_str(v, "schema"), SCHEMA))
        return ifb_fail(err, IFB_EINPUT, "%s: not a manifest of ifbench (schema %s)", path, SCHEMA);
    if (v->n > MEMBERS_MAX)
        return ifb_fail(err, IFB_EINPUT, "%s: not a manifest of ifbench: %zu members", path, v->n);
    *out = (struct ifb_manifest){
        .stored = v,
        .version = ifb_json_str(v, "version"), .started = ifb_json_str(v, "started"),
        .punkt = ifb_json_str(v, "punkt"), .plan = ifb_json_str(v, "plan"),
        .calls = ifb_json_int(v, "calls", -1), .samples = ifb_json_int(v, "samples", -1),
        .scored_only = truth(v, "scored_only"),
    };
    out->own = ifb_json_int(ifb_json_get(v, "shard"), "calls", out->calls);
    if (out->calls < 0 || out->calls > UINT32_MAX || out->samples < 0)
        return ifb_fail(err, IFB_EINPUT, "%s: the number of calls is missing", path);
    read_options(v, arena, &out->options);
    read_files(ifb_json_get(v, "data"), out);
    read_models(ifb_json_get(v, "models"), arena, out);
    read_judging(v, arena, out);
    read_asked(ifb_json_get(v, "asked"), arena, out);
    return IFB_OK;
}
