/* SPDX-License-Identifier: Apache-2.0 */
/* Who is asked: specs read, keys fetched, servers started and stopped. */
#include "harness/base/arena.h"
#include "harness/base/argv.h"
#include "harness/base/clock.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/spawn.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "harness/engine/dispatch.h"
#include "harness/engine/inside.h"
#include "harness/engine/variants.h"

#define KEYS_LINE_MAX 65536
#define NAME_MAX_BYTES 200
#define PREFLIGHT_MS 60000
#define SERVER_S 300.0
#define LOOK_US ((int64_t)200 * 1000)

/* ---- reading ---- */

static enum ifb_code add_header(struct ifb_model *m, ifb_str line, struct ifb_error *err)
{
    ifb_str name;

    if (!ifb_str_chop(&line, ':', &name) || !name.len ||
        ifb_str_chr(name, ' ', 0) != SIZE_MAX || m->nextra == IFB_HEADERS_MAX)
        return ifb_fail(err, IFB_EUSAGE, "--header wants \"Name: value\"");
    m->extra[m->nextra++] = (struct ifb_header){ name, ifb_str_trim_ascii(line), true };
    return IFB_OK;
}

/* What the key command prints. Without calls to make no key is needed: a word stands for it. */
static enum ifb_code fetch_keys(struct ifb_run_inside *in, ifb_str *keys, struct ifb_error *err)
{
    struct ifb_strs words;
    enum ifb_code code;

    *keys = (ifb_str){ NULL, 0 };
    if (!in->asking)
        *keys = IFB_STR("none");
    if (!in->asking || !in->o.key_command.ptr)
        return IFB_OK;
    code = ifb_argv_split(in->o.key_command, in->arena, &words, err);
    if (!code)
        code = ifb_spawn_line(ifb_argv_make(words, IFB_STR(""), IFB_STR(""), in->arena),
                              KEYS_LINE_MAX, in->o.stop, in->arena, keys, err);
    return code ? ifb_within(err, "--key-command") : IFB_OK;
}

static enum ifb_code read_extra(struct ifb_run_inside *in, const struct ifb_json **out,
                                struct ifb_error *err)
{
    *out = NULL;
    if (!in->o.extra_body.ptr)
        return IFB_OK;
    if (ifb_json_parse(in->arena, in->o.extra_body, 0, 1, out, err)) {
        ifb_within(err, "--extra-body");
        if (err)
            err->code = IFB_EUSAGE;
        return IFB_EUSAGE;
    }
    if ((*out)->kind != IFB_JOBJECT)
        return ifb_fail(err, IFB_EUSAGE, "--extra-body wants a JSON object, not %s",
                        ifb_json_kind_name((*out)->kind));
    return IFB_OK;
}

/* "https://HOST:PORT" of a base URL. */
static ifb_str place_of(ifb_str url)
{
    size_t from = ifb_str_find(url, IFB_STR("://"), 0), n;

    n = from == SIZE_MAX ? 0 : from + 3;
    while (n < url.len && url.ptr[n] != '/' && url.ptr[n] != '?')
        n++;
    return ifb_str_part(url, 0, n);
}

/* One command, one key: it must not reach a place that it is not meant for. */
static enum ifb_code check_one_place(const struct ifb_run_inside *in, struct ifb_error *err)
{
    ifb_str first = { NULL, 0 };

    for (size_t i = 0; in->o.key_command.ptr && i < in->nmodels; i++) {
        enum ifb_reach reach = in->models[i].provider->reach;
        ifb_str place = reach == IFB_BY_SERVER ? IFB_STR("a server of the run")
                                               : place_of(in->models[i].base_url);

        if (reach != IFB_BY_HTTP && reach != IFB_BY_SERVER)
            continue;
        if (first.ptr && !ifb_str_eq(first, place))
            return ifb_fail(err, IFB_EUSAGE, "--key-command goes with models of one place, not of "
                            "%.*s and %.*s", IFB_ARG(first), IFB_ARG(place));
        first = place;
    }
    return IFB_OK;
}

/* The replays are free; for the rest a cap in dollars wants a price for each. */
static enum ifb_code load_price(struct ifb_run_inside *in, size_t i, struct ifb_error *err)
{
    const struct ifb_model *m = &in->models[i];
    enum ifb_code code = IFB_OK;

    if (in->o.prices.ptr)
        code = ifb_price_find(in->o.prices.ptr, m->name, &in->prices[i], err);
    if (!code && in->o.budget_usd > 0 && !in->prices[i].known && !in->replays[i])
        return ifb_fail(err, IFB_EUSAGE, "--budget-usd needs the price of %.*s; write a line "
                        "\"%.*s: {input: X, output: Y}\", dollars for a million tokens, into a "
                        "file and name it with --prices", IFB_ARG(m->name), IFB_ARG(m->name));
    return code;
}

/* A template that no model reads is a mistake. */
static enum ifb_code check_template(const struct ifb_run_inside *in, struct ifb_error *err)
{
    bool read = !in->o.prompt_template.ptr;

    for (size_t i = 0; i < in->nmodels; i++)
        read |= in->models[i].provider->takes_text;
    if (!read)
        return ifb_fail(err, IFB_EUSAGE, "--prompt-template goes with models that take a text: "
                        "completions:NAME or completions+http://HOST:PORT/v1#NAME");
    if (in->o.prompt_template.ptr && ifb_prompt_template_check(in->o.prompt_template, err))
        return ifb_within(err, "--prompt-template");
    return IFB_OK;
}

/* What models are read with. */
struct setting {
    ifb_str keys;
    const struct ifb_json *extra;
    struct ifb_variants variants;
};

static enum ifb_code add_variant(struct ifb_run_inside *in, const struct ifb_model *first,
                                 const struct ifb_variant *variant, struct ifb_error *err)
{
    struct ifb_model *m = &in->models[in->nmodels];
    enum ifb_code code = IFB_OK;

    *m = *first;
    m->sampling = variant->sampling;
    m->spec = ifb_fmt(in->arena, "%.*s%.*s", IFB_ARG(first->called), IFB_ARG(variant->label));
    if (m->path.ptr)
        code = ifb_replay_read(ifb_cstr(in->arena, m->path), &in->replays[in->nmodels], err);
    if (!code)
        code = load_price(in, in->nmodels, err);
    if (!code)
        in->nmodels++;
    return code;
}

/* A file of answers by its name: its folders are of this machine. */
static ifb_str name_of_file(ifb_str path)
{
    static const char *const endings[] = { ".gz", ".jsonl", ".json", ".ndjson" };
    ifb_str name = path, part;

    while (ifb_str_chop(&name, '/', &part))
        continue;
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
        if (ifb_str_ends(name, ifb_str_of(endings[i])) && name.len > strlen(endings[i]))
            name.len -= strlen(endings[i]);
    return name.len ? name : path;
}

static bool is_name(ifb_str name)
{
    for (size_t i = 0; i < name.len; i++)
        if ((unsigned char)name.ptr[i] < 0x20 || name.ptr[i] == 0x7f)
            return false;
    return name.len && name.len <= NAME_MAX_BYTES && ifb_utf8_valid(name) == name.len;
}

/* What it is called in journal and reports. */
static enum ifb_code name_model(const struct ifb_run_inside *in, struct ifb_model *m, size_t nth,
                                struct ifb_error *err)
{
    if (in->o.names.n)
        m->called = in->o.names.at[nth];
    else if (m->path.ptr)
        m->called = name_of_file(m->path);
    if (in->o.names.n && !is_name(m->called))
        return ifb_fail(err, IFB_EUSAGE, "--name wants 1 to %d bytes without control characters",
                        NAME_MAX_BYTES);
    m->spec = m->called;
    return IFB_OK;
}

/* Parses a model, and makes its variants of it. */
static enum ifb_code load_model(struct ifb_run_inside *in, size_t nth, const struct setting *with,
                                struct ifb_error *err)
{
    ifb_str spec = in->o.models.at[nth];
    struct ifb_model first;
    enum ifb_code code =
        ifb_model_parse_keyed(spec, in->o.env, with->keys, in->arena, &first, err);

    first.extra_body = with->extra;
    first.tokens_as = (enum ifb_tokens_as)in->o.tokens_as;
    first.prompt_template = in->o.prompt_template;
    if (!code)
        code = name_model(in, &first, nth, err);
    for (size_t h = 0; h < in->o.headers.n && !code; h++)
        code = add_header(&first, in->o.headers.at[h], err);
    for (size_t j = 0; j < in->nmodels && !code; j++)
        if (ifb_str_eq(in->models[j].given, first.given))
            return ifb_fail(err, IFB_EUSAGE, "model %.*s is named twice", IFB_ARG(first.given));
        else if (ifb_str_eq(in->models[j].called, first.called))
            return ifb_fail(err, IFB_EUSAGE, "two models are called %.*s; give each a --name",
                            IFB_ARG(first.called));
    for (size_t v = 0; v < with->variants.n && !code; v++)
        code = add_variant(in, &first, &with->variants.at[v], err);
    return code;
}

enum ifb_code ifb_run_load_models(struct ifb_run *run, struct ifb_error *err)
{
    struct ifb_run_inside *in = run->inside;
    struct setting with;
    enum ifb_code code;
    size_t n;

    if (in->o.names.n && in->o.names.n != in->o.models.n)
        return ifb_fail(err, IFB_EUSAGE, "%zu models and %zu names; give each model a --name, in "
                        "the same order", in->o.models.n, in->o.names.n);
    if (!in->o.models.n)
        return ifb_fail(err, IFB_EUSAGE, "which model? name it with --model, such as "
                        "--model http://127.0.0.1:8080/v1#NAME or --model openai:NAME");
    code = ifb_variants_make(in->o.params, in->arena, &with.variants, err);
    if (!code)
        code = read_extra(in, &with.extra, err);
    if (!code)
        code = fetch_keys(in, &with.keys, err);
    if (code)
        return code;
    n = in->o.models.n * with.variants.n;
    in->models = ifb_new(in->arena, struct ifb_model, n);
    in->replays = ifb_new(in->arena, struct ifb_replay *, n);
    in->prices = ifb_new(in->arena, struct ifb_price, n);
    in->servers = ifb_new(in->arena, struct ifb_server *, n);
    for (size_t i = 0; i < in->o.models.n && !code; i++)
        code = load_model(in, i, &with, err);
    if (!code)
        code = check_template(in, err);
    return code ? code : check_one_place(in, err);
}

/* ---- opening ---- */

/* What a request of this run leaves out, by a dry encoding; "" when nothing. */
static ifb_str left_out(const struct ifb_run_inside *in, const struct ifb_plan_cell *cell)
{
    struct ifb_sampling wanted = ifb_sampling_over(in->o.sampling, cell->model->sampling);
    struct ifb_request r = { .sampling = ifb_sampling_merge(wanted, &cell->suite->preset),
                             .stop = in->o.stop_at, .top_logprobs = in->o.top_logprobs };
    struct ifb_http_call call = { .left_out = IFB_STR("") };

    if (!cell->model->provider->encode ||
        cell->model->provider->encode(cell->model, &r, in->arena, &call, NULL))
        return IFB_STR("");
    return call.left_out;
}

static void say_left_out(struct ifb_run *run)
{
    struct ifb_run_inside *in = run->inside;

    for (size_t m = 0; m < in->nmodels; m++)
        for (size_t c = 0; c < in->plan.ncells; c++) {
            ifb_str what = in->plan.cells[c].model_index == m ? left_out(in, &in->plan.cells[c])
                                                              : IFB_STR("");

            if (!what.len)
                continue;
            ifb_run_warn(run, "%.*s does not take %.*s: left out", IFB_ARG(in->models[m].spec),
                         IFB_ARG(what));
            break;
        }
}

/* The earlier variant of the same model, whose server serves this one too; or NULL. */
static const struct ifb_model *sibling_of(const struct ifb_run_inside *in, size_t i)
{
    const struct ifb_model *m = &in->models[i];

    return i && ifb_str_eq(m[-1].given, m->given) ? m - 1 : NULL;
}

/* All load at the same time; the slowest is what is waited for. */
static enum ifb_code start_servers(struct ifb_run_inside *in, struct ifb_error *err)
{
    enum ifb_code code = IFB_OK;

    for (size_t i = 0; i < in->nmodels && !code; i++) {
        struct ifb_model *m = &in->models[i];

        if (m->provider->reach == IFB_BY_SERVER && !sibling_of(in, i))
            code = ifb_server_start(m, in->arena, &in->servers[i], err);
        if (code)
            ifb_within(err, "%.*s", IFB_ARG(m->given));
    }
    return code;
}

static enum ifb_code await_servers(struct ifb_run_inside *in, struct ifb_error *err)
{
    double seconds = in->o.server_timeout_s > 0 ? in->o.server_timeout_s : SERVER_S;
    enum ifb_code code = IFB_OK;

    for (size_t i = 0; i < in->nmodels && !code; i++) {
        struct ifb_model *m = &in->models[i];
        const struct ifb_model *sibling = sibling_of(in, i);

        if (in->servers[i])
            code = ifb_server_await(in->servers[i], m, in->arena, (int64_t)(seconds * 1000),
                                    in->o.stop, err);
        else if (m->provider->reach == IFB_BY_SERVER && sibling) {
            m->base_url = sibling->base_url;
            m->name = sibling->name;
        }
        if (code)
            ifb_model_redact(m, err);
        if (code && code != IFB_ECANCELED)
            ifb_within(err, "%.*s", IFB_ARG(m->given));
    }
    return code;
}

struct ifb_http_options ifb_run_http(const struct ifb_run_inside *in)
{
    return (struct ifb_http_options){
        .ca_file = in->o.ca_file.ptr, .proxy = in->o.proxy.ptr,
        .connect_timeout_ms = (int64_t)(in->o.connect_timeout_s * 1000),
        .body_max = in->o.max_reply > 0 ? (size_t)in->o.max_reply : 0,
    };
}

static enum ifb_code preflight(struct ifb_run *run, struct ifb_error *err)
{
    struct ifb_run_inside *in = run->inside;
    int64_t ms = in->o.timeout_s > 0 ? (int64_t)(in->o.timeout_s * 1000) : PREFLIGHT_MS;
    const struct ifb_http_options http = ifb_run_http(in);
    ifb_str system = in->o.system_as == IFB_SYSTEM_AS_USER ? IFB_STR("") : in->o.system;
    char note[512];

    for (size_t i = 0; i < in->nmodels && !in->o.no_preflight; i++) {
        enum ifb_code code = IFB_OK;

        note[0] = '\0';
        if (!in->replays[i])
            code = ifb_preflight(&in->models[i], system, ms, &http, in->o.stop, note, err);
        if (code)
            return code == IFB_ECANCELED
                       ? code : ifb_within(err, "%.*s", IFB_ARG(in->models[i].spec));
        if (note[0])
            ifb_run_warn(run, "%.*s: %s", IFB_ARG(in->models[i].spec), note);
    }
    return IFB_OK;
}

enum ifb_code ifb_run_open_models(struct ifb_run *run, struct ifb_error *err)
{
    enum ifb_code code;

    say_left_out(run);
    code = start_servers(run->inside, err);
    if (!code)
        code = await_servers(run->inside, err);
    return code ? code : preflight(run, err);
}

enum ifb_code ifb_run_check_models(struct ifb_run *run, struct ifb_error *err)
{
    struct ifb_run_inside *in = run->inside;
    int64_t now = ifb_clock_us();
    struct ifb_error how;

    if (now - in->looked_us < LOOK_US)
        return IFB_OK;
    in->looked_us = now;
    for (size_t i = 0; i < in->nmodels; i++) {
        if (!in->servers[i] || ifb_server_lives(in->servers[i], how.msg))
            continue;
        ifb_server_stop(in->servers[i]);
        in->servers[i] = NULL;
        ifb_model_redact(&in->models[i], &how);
        ifb_fail(err, IFB_ENET, "%s", how.msg);
        return ifb_within(err, "%.*s", IFB_ARG(in->models[i].spec));
    }
    return IFB_OK;
}

void ifb_run_close_models(struct ifb_run *run)
{
    struct ifb_run_inside *in = run->inside;
    struct ifb_error how;

    for (size_t i = 0; in->servers && i < in->nmodels; i++) {
        if (!in->servers[i])
            continue;
        if (!ifb_server_lives(in->servers[i], how.msg)) {
            ifb_model_redact(&in->models[i], &how);
            ifb_run_warn(run, "%.*s: %s", IFB_ARG(in->models[i].spec), how.msg);
        }
        ifb_server_stop(in->servers[i]);
        in->servers[i] = NULL;
    }
}
