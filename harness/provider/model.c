/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A model as the user names it. What comes out is safe to print: a URL that
 * could carry a secret is refused, and no message repeats one.
 */
#include <ifbench/provider.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"

#define KEY_ENV_OTHER "IFBENCH_API_KEY"
#define ENDPOINT "/chat/completions"
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
static ifb_str plain_path(ifb_str path)
{
    for (int pass = 0; pass < 2; pass++) {
        while (ifb_str_ends(path, IFB_STR("/")))
            path.len--;
        if (pass == 0 && ifb_str_ends(path, IFB_STR(ENDPOINT)))
            path.len -= sizeof(ENDPOINT) - 1;
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
static enum ifb_code read_base(ifb_str url, const char *what, struct ifb_arena *arena, ifb_str *out,
                               struct ifb_error *err)
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
    *out = ifb_fmt(arena, "%.*s%.*s", IFB_ARG(plain_path(url)), IFB_ARG(query));
    return IFB_OK;
}

/* ---- keys ---- */

/* A key without the line break that a file or a shell leaves behind; absent when unset. */
static enum ifb_code read_key(env_lookup *env, const char *name, struct ifb_arena *arena,
                              ifb_str *out, struct ifb_error *err)
{
    const char *value = env ? env(name) : NULL;
    ifb_str key = ifb_str_trim_ascii(ifb_str_of(value));

    if (!key.len)
        return IFB_OK;
    if (!is_printable(key, 0x21))
        return ifb_fail(err, IFB_EUSAGE, "$%s holds a space or a control character", name);
    *out = ifb_str_copy(arena, key);
    return IFB_OK;
}

/* ---- specs ---- */

static enum ifb_code parse_url(ifb_str spec, env_lookup *env, struct ifb_arena *arena,
                               struct ifb_model *out, struct ifb_error *err)
{
    size_t mark = ifb_str_chr(spec, '#', 0);
    ifb_str url = ifb_str_part(spec, 0, mark == SIZE_MAX ? spec.len : mark);
    enum ifb_code code = read_base(url, "the model's address", arena, &out->base_url, err);

    if (code)
        return code;
    if (mark == SIZE_MAX || mark + 1 == spec.len)
        return ifb_fail(err, IFB_EUSAGE, "which model of that server? write %.*s#NAME",
                        IFB_ARG(ifb_utf8_cut(out->base_url, 200)));
    out->provider = &ifb_openai;
    out->name = ifb_str_from(spec, mark + 1);
    /* Not OPENAI_API_KEY: that would hand OpenAI's key to any host that is named. */
    return read_key(env, KEY_ENV_OTHER, arena, &out->key, err);
}

static enum ifb_code parse_named(const struct ifb_provider *p, env_lookup *env,
                                 struct ifb_arena *arena, struct ifb_model *out,
                                 struct ifb_error *err)
{
    ifb_str base = ifb_str_trim_ascii(ifb_str_of(env ? env(p->base_env) : NULL));
    enum ifb_code code;

    if (!base.len)
        base = ifb_str_of(p->base_url);
    code = read_base(base, p->base_env, arena, &out->base_url, err);
    if (!code)
        code = read_key(env, p->key_env, arena, &out->key, err);
    if (code)
        return code;
    if (!out->key.len && ifb_str_eq(host_of(authority_of(out->base_url)),
                                    host_of(authority_of(ifb_str_of(p->base_url)))))
        return ifb_fail(err, IFB_EUSAGE, "%s:%.*s needs a key in $%s", p->id, IFB_ARG(out->name),
                        p->key_env);
    return IFB_OK;
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

enum ifb_code ifb_model_parse(ifb_str spec, const char *(*env)(const char *name),
                              struct ifb_arena *arena, struct ifb_model *out,
                              struct ifb_error *err)
{
    const struct ifb_provider *p;
    ifb_str scheme;

    *out = (struct ifb_model){ .base_url = IFB_STR("") };
    if (!is_printable(spec, 0x20) || ifb_utf8_valid(spec) != spec.len)
        return ifb_fail(err, IFB_EUSAGE, "the model holds a control character or is not UTF-8");
    out->spec = out->name = ifb_str_copy(arena, spec);
    if (scheme_length(spec))
        return parse_url(out->spec, env, arena, out, err);
    if (!ifb_str_chop(&out->name, ':', &scheme))
        return ifb_fail(err, IFB_EUSAGE, "model \"%.*s\" does not say where it is; " HOW,
                        IFB_ARG(ifb_utf8_cut(spec, 120)));
    p = ifb_provider_find(scheme);
    if (!p)
        return refuse(spec, scheme, err);
    if (!out->name.len)
        return ifb_fail(err, IFB_EUSAGE, "model \"%.*s\" has no name; write %s", IFB_ARG(spec),
                        p->spec);
    out->provider = p;
    if (p->encode)
        return parse_named(p, env, arena, out, err);
    out->path = out->name;
    return IFB_OK;
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
    for (size_t i = 0; i < model->nextra; i++) {
        ifb_str value = model->extra[i].value, scheme;

        if (!model->extra[i].secret)
            continue;
        redact(err->msg, value);
        if (ifb_str_chop(&value, ' ', &scheme))  /* "Bearer KEY": the key alone too */
            redact(err->msg, value);
    }
}
