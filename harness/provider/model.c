/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A model as the user names it. What comes out is safe to print: a URL that
 * could carry a secret is refused, and no message repeats one.
 */
#include <ifbench/provider.h>

#include "harness/base/arena.h"
#include "harness/base/argv.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"

#define KEY_ENV_OTHER "IFBENCH_API_KEY"
#define HOW "write http://HOST:PORT/v1#NAME, openai:NAME or replay:FILE"

extern const struct ifb_provider ifb_openai;

typedef const char *env_lookup(const char *name);

/* ---- base URLs ---- */

static size_t scheme_length(ifb_str url)
{
    if (ifb_str_starts(url, IFB_STR("http://")))
        return 7;
    return ifb_str_starts(url, IFB_STR("https://")) ? 8 : 0;
}

/* Host and port: what stands before the first '/' or '?'. */
static ifb_str authority_of(ifb_str url)
{
    ifb_str rest = ifb_str_from(url, scheme_length(url));
    size_t n = 0;

    while (n < rest.len && rest.ptr[n] != '/' && rest.ptr[n] != '?')
        n++;
    return ifb_str_part(rest, 0, n);
}

static ifb_str host_of(ifb_str authority)
{
    size_t n = ifb_str_chr(authority, ':', 0);

    if (authority.len && authority.ptr[0] == '[') {
        n = ifb_str_chr(authority, ']', 0);
        return ifb_str_part(authority, 0, n == SIZE_MAX ? 0 : n + 1);
    }
    return ifb_str_part(authority, 0, n == SIZE_MAX ? authority.len : n);
}

/* "" or ":" and a number that is a port. */
static bool is_port(ifb_str s)
{
    int64_t port;

    if (!s.len)
        return true;
    return s.ptr[0] == ':' && ifb_str_int(ifb_str_from(s, 1), &port) && port > 0 && port < 65536;
}

static bool is_printable(ifb_str s, unsigned char least)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] < least || s.ptr[i] == 0x7f)
            return false;
    return true;
}

/* Without the slashes at its end, and without the endpoint when that was pasted too. */
static ifb_str plain_path(ifb_str path, const char *endpoint)
{
    for (int pass = 0; pass < 2; pass++) {
        while (ifb_str_ends(path, IFB_STR("/")))
            path.len--;
        if (pass == 0 && endpoint && ifb_str_ends(path, ifb_str_of(endpoint)))
            path.len -= strlen(endpoint);
    }
    return path;
}

static enum ifb_code check_base(ifb_str url, const char *what, struct ifb_error *err)
{
    ifb_str authority = authority_of(url), host = host_of(authority);

    if (!scheme_length(url))
        return ifb_fail(err, IFB_EUSAGE, "%s must begin with http:// or https://", what);
    if (ifb_str_chr(authority, '@', 0) != SIZE_MAX)
        return ifb_fail(err, IFB_EUSAGE, "%s must not hold a user name or password; put the key "
                        "into $" KEY_ENV_OTHER, what);
    if (!is_printable(url, 0x21) || ifb_str_chr(url, '#', 0) != SIZE_MAX)
        return ifb_fail(err, IFB_EUSAGE, "%s holds a space, a '#' or a control character", what);
    if (!host.len)
        return ifb_fail(err, IFB_EUSAGE, "%s names no host", what);
    if (!is_port(ifb_str_from(authority, host.len)))
        return ifb_fail(err, IFB_EUSAGE, "%s: a port is a number from 1 to 65535", what);
    return IFB_OK;
}

/* Checks a base URL and brings it into its plain form; `what` names it in messages. */
static enum ifb_code read_base(ifb_str url, const char *what, const struct ifb_provider *p,
                               struct ifb_arena *arena, ifb_str *out, struct ifb_error *err)
{
    size_t mark = ifb_str_chr(url, '?', 0);
    ifb_str query = mark == SIZE_MAX ? IFB_STR("") : ifb_str_from(url, mark);
    enum ifb_code code = check_base(url, what, err);

    if (code)
        return code;
    if (query.len && (!ifb_str_starts(query, IFB_STR("?api-version=")) ||
                      ifb_str_chr(query, '&', 0) != SIZE_MAX))
        return ifb_fail(err, IFB_EUSAGE, "%s must not hold a query other than ?api-version=; put "
                        "the key into $" KEY_ENV_OTHER, what);
    url.len -= query.len;
    *out = ifb_fmt(arena, "%.*s%.*s", IFB_ARG(plain_path(url, p->endpoint)),
                   IFB_ARG(query));
    return IFB_OK;
}

/* ---- keys ---- */

/* Adds the keys of a list, without the white space that a file or a shell leaves around them. */
static enum ifb_code add_keys(ifb_str list, const char *from, struct ifb_arena *arena,
                              struct ifb_strs *keys, struct ifb_error *err)
{
    ifb_str *at = (ifb_str *)keys->at, part;
    bool more = list.len > 0;

    if (more && !at)
        at = ifb_new(arena, ifb_str, IFB_KEYS_MAX);
    keys->at = at;
    while (more) {
        more = ifb_str_chop(&list, ',', &part);
        part = ifb_str_trim_ascii(more ? part : list);
        if (!part.len)
            continue;
        if (!is_printable(part, 0x21))
            return ifb_fail(err, IFB_EUSAGE, "%s holds a space or a control character", from);
        if (keys->n == IFB_KEYS_MAX)
            return ifb_fail(err, IFB_EUSAGE, "%s holds more than %d keys", from, IFB_KEYS_MAX);
        at[keys->n++] = ifb_str_copy(arena, part);
    }
    return IFB_OK;
}

static enum ifb_code add_env_keys(env_lookup *env, const char *name, struct ifb_arena *arena,
                                  struct ifb_model *out, struct ifb_error *err)
{
    ifb_str value = ifb_str_trim_ascii(ifb_str_of(env && name ? env(name) : NULL));

    return add_keys(value, ifb_fmt(arena, "$%s", name).ptr, arena, &out->keys, err);
}

/* The model's keys: those given, else those of the variable. */
static enum ifb_code read_keys(env_lookup *env, const char *name, ifb_str given,
                               struct ifb_arena *arena, struct ifb_model *out,
                               struct ifb_error *err)
{
    enum ifb_code code = given.ptr ? add_keys(given, "the key command's output", arena, &out->keys,
                                              err)
                                   : add_env_keys(env, name, arena, out, err);

    out->key_env = name;
    if (!code && out->keys.n)
        out->key = out->keys.at[0];
    return code;
}

/* A program inherits the environment and may print a key: all there are get redacted. */
static enum ifb_code read_all_keys(env_lookup *env, struct ifb_arena *arena, struct ifb_model *out,
                                   struct ifb_error *err)
{
    enum ifb_code code = add_env_keys(env, KEY_ENV_OTHER, arena, out, err);

    for (const struct ifb_provider *p = NULL; !code && (p = ifb_provider_next(p));)
        if (p->key_env && strcmp(p->key_env, KEY_ENV_OTHER) != 0)
            code = add_env_keys(env, p->key_env, arena, out, err);
    return code;
}

ifb_str ifb_model_key(const struct ifb_model *model, size_t which)
{
    return model->keys.n ? model->keys.at[which % model->keys.n] : model->key;
}

/* ---- specs ---- */

/* What a spec is read with. */
struct reading {
    env_lookup *env;
    ifb_str keys;  /* given; absent: those of the environment */
    struct ifb_arena *arena;
};

static enum ifb_code parse_url(const struct ifb_provider *p, ifb_str spec, const struct reading *r,
                               struct ifb_model *out, struct ifb_error *err)
{
    size_t mark = ifb_str_chr(spec, '#', 0);
    ifb_str url = ifb_str_part(spec, 0, mark == SIZE_MAX ? spec.len : mark);
    enum ifb_code code = read_base(url, "the model's address", p, r->arena, &out->base_url, err);

    if (code)
        return code;
    if (mark == SIZE_MAX || mark + 1 == spec.len)
        return ifb_fail(err, IFB_EUSAGE, "which model of that server? write %.*s%.*s#NAME",
                        (int)(spec.ptr - out->spec.ptr), out->spec.ptr,
                        IFB_ARG(ifb_utf8_cut(out->base_url, 200)));
    out->provider = p;
    out->name = ifb_str_from(spec, mark + 1);
    /* Not a vendor's: that would hand the vendor's key to any host that is named. */
    return read_keys(r->env, KEY_ENV_OTHER, r->keys, r->arena, out, err);
}

/* OLLAMA_HOST may be HOST, :PORT, HOST:PORT or a URL, and 0.0.0.0 is where the server listens. */
static ifb_str ollama_base(ifb_str host, struct ifb_arena *arena)
{
    bool has_port;

    if (!host.len || scheme_length(host))
        return host;
    if (host.ptr[0] == ':')
        return ifb_fmt(arena, "http://127.0.0.1%.*s", IFB_ARG(host));
    if (ifb_str_starts(host, IFB_STR("0.0.0.0")))
        host = ifb_fmt(arena, "127.0.0.1%.*s", IFB_ARG(ifb_str_from(host, 7)));
    has_port = ifb_str_find(host, host.ptr[0] == '[' ? IFB_STR("]:") : IFB_STR(":"), 0) != SIZE_MAX;
    return ifb_fmt(arena, "http://%.*s%s", IFB_ARG(host), has_port ? "" : ":11434");
}

static enum ifb_code add_openai_headers(struct ifb_model *m, const struct reading *r,
                                        struct ifb_error *err)
{
    static const struct { const char *variable, *name; } rows[] = {
        { "OPENAI_ORG_ID", "OpenAI-Organization" }, { "OPENAI_PROJECT_ID", "OpenAI-Project" },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ifb_str value = ifb_str_trim_ascii(ifb_str_of(r->env ? r->env(rows[i].variable) : NULL));

        if (!value.len)
            continue;
        if (!is_printable(value, 0x21))
            return ifb_fail(err, IFB_EUSAGE, "$%s holds a space or a control character",
                            rows[i].variable);
        m->extra[m->nextra++] = (struct ifb_header){ ifb_str_of(rows[i].name),
                                                     ifb_str_copy(r->arena, value), false };
    }
    return IFB_OK;
}

static enum ifb_code parse_named(const struct ifb_provider *p, const struct reading *r,
                                 struct ifb_model *out, struct ifb_error *err)
{
    ifb_str base = ifb_str_trim_ascii(ifb_str_of(r->env ? r->env(p->base_env) : NULL));
    enum ifb_code code;

    if (strcmp(p->base_env, "OLLAMA_HOST") == 0)
        base = ollama_base(base, r->arena);
    if (!base.len)
        base = ifb_str_of(p->base_url);
    code = read_base(base, p->base_env, p, r->arena, &out->base_url, err);
    if (!code)
        code = read_keys(r->env, p->key_env, r->keys, r->arena, out, err);
    if (!code && strcmp(p->base_env, ifb_openai.base_env) == 0)
        code = add_openai_headers(out, r, err);
    if (code)
        return code;
    if (!out->key.len && !p->keyless &&
        ifb_str_eq(host_of(authority_of(out->base_url)),
                   host_of(authority_of(ifb_str_of(p->base_url)))))
        return ifb_fail(err, IFB_EUSAGE, "%s:%.*s needs a key in $%s", p->id, IFB_ARG(out->name),
                        p->key_env);
    return IFB_OK;
}

static enum ifb_code parse_command(ifb_str command, const struct reading *r, struct ifb_model *out,
                                   struct ifb_error *err)
{
    enum ifb_code code = ifb_argv_split(command, r->arena, &out->argv, err);

    if (code)
        return ifb_within(err, "%s", out->provider->id);
    return out->provider->reach == IFB_BY_COMMAND ? read_all_keys(r->env, r->arena, out, err)
                                                  : IFB_OK;
}

/* The name is what follows the last '#', unless that is a part of the command. */
static enum ifb_code parse_server(const struct reading *r, struct ifb_model *out,
                                  struct ifb_error *err)
{
    ifb_str command = out->name, name = { NULL, 0 };
    bool port = false;
    enum ifb_code code;

    for (size_t i = command.len; i-- && !strchr(" \t'\"/\\", command.ptr[i]);)
        if (command.ptr[i] == '#') {
            name = ifb_str_from(command, i + 1);
            command.len = i;
            break;
        }
    code = parse_command(command, r, out, err);
    for (size_t i = 0; !code && i < out->argv.n; i++) {
        port |= ifb_str_find(out->argv.at[i], IFB_STR("{port}"), 0) != SIZE_MAX;
        if (ifb_str_starts(out->argv.at[i], IFB_STR("--api-key")) &&
            !ifb_str_starts(out->argv.at[i], IFB_STR("--api-key-file")))
            return ifb_fail(err, IFB_EUSAGE, "server: a key on a command line can be read by "
                            "everybody; give it to the server by its environment or a file, and to "
                            "ifbench in $" KEY_ENV_OTHER);
    }
    if (!code && !port)
        return ifb_fail(err, IFB_EUSAGE, "server: the command does not hold {port}, which stands "
                        "for the port it is to listen on");
    out->name = name.len ? name : IFB_STR("");
    return code ? code : read_keys(r->env, KEY_ENV_OTHER, r->keys, r->arena, out, err);
}

static const char *nearest_id(ifb_str id)
{
    const struct ifb_provider *p = NULL;
    const char *nearest = NULL;
    size_t least = 3;

    while ((p = ifb_provider_next(p))) {
        size_t d = ifb_edit_distance(id, ifb_str_of(p->id), least);

        if (d < least) {
            least = d;
            nearest = p->id;
        }
    }
    return nearest;
}

/* Shows no more of the spec than what stands before ':', for the rest may be a URL. */
static enum ifb_code refuse(ifb_str spec, ifb_str scheme, struct ifb_error *err)
{
    const char *nearest = nearest_id(scheme);
    ifb_str shown = ifb_utf8_cut(scheme, 60);

    if (nearest)
        return ifb_fail(err, IFB_EUSAGE, "unknown provider \"%.*s\", did you mean %s:NAME?",
                        IFB_ARG(shown), nearest);
    if (ifb_str_chr(spec, '#', 0) != SIZE_MAX)
        return ifb_fail(err, IFB_EUSAGE, "unknown provider \"%.*s\"; a server is written "
                        "http://HOST:PORT/v1#NAME", IFB_ARG(shown));
    return ifb_fail(err, IFB_EUSAGE, "unknown provider \"%.*s\"; `ifbench providers` lists them",
                    IFB_ARG(shown));
}

/* "VENDOR+http://...": sets *p and cuts *rest down to the URL. */
static bool speaks_like(ifb_str spec, const struct ifb_provider **p, ifb_str *rest)
{
    ifb_str id, url = spec;

    if (!ifb_str_chop(&url, '+', &id) || !scheme_length(url))
        return false;
    *p = ifb_provider_find(id);
    *rest = url;
    return *p && (*p)->reach == IFB_BY_HTTP;
}

static enum ifb_code parse_by_id(const struct ifb_provider *p, const struct reading *r,
                                 struct ifb_model *out, struct ifb_error *err)
{
    out->provider = p;
    switch (p->reach) {
    case IFB_BY_HTTP:
        return parse_named(p, r, out, err);
    case IFB_BY_COMMAND:
        return parse_command(out->name, r, out, err);
    case IFB_BY_SERVER:
        return parse_server(r, out, err);
    case IFB_BY_FILE:
        out->path = out->name;
        return IFB_OK;
    }
    return IFB_EBUG;
}

enum ifb_code ifb_model_parse_keyed(ifb_str spec, const char *(*env)(const char *name),
                                    ifb_str keys, struct ifb_arena *arena, struct ifb_model *out,
                                    struct ifb_error *err)
{
    const struct reading r = { env, keys, arena };
    const struct ifb_provider *p;
    ifb_str scheme, url;

    *out = (struct ifb_model){ .base_url = IFB_STR("") };
    if (!is_printable(spec, 0x20) || ifb_utf8_valid(spec) != spec.len)
        return ifb_fail(err, IFB_EUSAGE, "the model holds a control character or is not UTF-8");
    out->spec = out->given = out->called = out->name = ifb_str_copy(arena, spec);
    if (scheme_length(spec))
        return parse_url(&ifb_openai, out->spec, &r, out, err);
    if (speaks_like(out->spec, &p, &url))
        return parse_url(p, url, &r, out, err);
    if (!ifb_str_chop(&out->name, ':', &scheme))
        return ifb_fail(err, IFB_EUSAGE, "model \"%.*s\" does not say where it is; " HOW,
                        IFB_ARG(ifb_utf8_cut(spec, 120)));
    p = ifb_provider_find(scheme);
    if (!p)
        return refuse(spec, scheme, err);
    if (!out->name.len)
        return ifb_fail(err, IFB_EUSAGE, "model \"%.*s\" has no name; write %s", IFB_ARG(spec),
                        p->spec);
    return parse_by_id(p, &r, out, err);
}

enum ifb_code ifb_model_parse(ifb_str spec, const char *(*env)(const char *name),
                              struct ifb_arena *arena, struct ifb_model *out,
                              struct ifb_error *err)
{
    return ifb_model_parse_keyed(spec, env, (ifb_str){ NULL, 0 }, arena, out, err);
}

/* ---- secrets in messages ---- */

#define SECRET_MIN 4    /* shorter ones are placeholders such as "x" */
#define SECRET_KNOWN 8  /* so many first bytes count as the secret */

static size_t agreement(const char *text, ifb_str secret)
{
    size_t n = 0;

    while (n < secret.len && text[n] && text[n] == secret.ptr[n])
        n++;
    return n;
}

/* In place: what is written is never longer than what was read. */
static void redact(char *msg, ifb_str secret)
{
    size_t known = secret.len < SECRET_KNOWN ? secret.len : SECRET_KNOWN;
    const char *from = msg;

    if (secret.len < SECRET_MIN)
        return;
    while (*from) {
        size_t n = agreement(from, secret);

        if (n < known) {
            *msg++ = *from++;
            continue;
        }
        memcpy(msg, "***", 3);
        msg += 3;
        from += n;
    }
    *msg = '\0';
}

void ifb_model_redact(const struct ifb_model *model, struct ifb_error *err)
{
    if (!err)
        return;
    redact(err->msg, model->key);
    for (size_t i = 0; i < model->keys.n; i++)
        redact(err->msg, model->keys.at[i]);
    for (size_t i = 0; i < model->nextra; i++) {
        ifb_str value = model->extra[i].value, scheme;

        if (!model->extra[i].secret)
            continue;
        redact(err->msg, value);
        if (ifb_str_chop(&value, ' ', &scheme))  /* "Bearer KEY": the key alone too */
            redact(err->msg, value);
    }
}
