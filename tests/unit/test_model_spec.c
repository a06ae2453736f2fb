/* SPDX-License-Identifier: Apache-2.0 */
/* How models are named, where keys come from, and that no message shows one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include <ifbench/provider.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"

static const char *no_env(const char *name)
{
    (void)name;
    return NULL;
}

static const char *keys_env(const char *name)
{
    if (strcmp(name, "OPENAI_API_KEY") == 0)
        return " sk-openai-key\n";
    return strcmp(name, "IFBENCH_API_KEY") == 0 ? "other-key" : NULL;
}

static const char *base_env(const char *name)
{
    return strcmp(name, "OPENAI_BASE_URL") == 0 ? "http://127.0.0.1:9/v1/" : NULL;
}

static const char *openai_base_env(const char *name)
{
    return strcmp(name, "OPENAI_BASE_URL") == 0 ? "https://api.openai.com/v1" : NULL;
}

static const char *bad_base_env(const char *name)
{
    return strcmp(name, "OPENAI_BASE_URL") == 0 ? "http://me:hunter2@h/v1" : keys_env(name);
}

static const char *empty_env(const char *name)
{
    (void)name;
    return "";
}

static const char *vendor_env(const char *name)
{
    static const struct { const char *name, *value; } rows[] = {
        { "ANTHROPIC_API_KEY", "ant-key-1,ant-key-2" }, { "GEMINI_API_KEY", "gem-key" },
        { "GEMINI_BASE_URL", "http://127.0.0.1:9/v1beta/" }, { "OLLAMA_HOST", "0.0.0.0:9" },
        { "IFBENCH_API_KEY", "other-key" },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (strcmp(name, rows[i].name) == 0)
            return rows[i].value;
    return NULL;
}

static const char *port_env(const char *name)
{
    return strcmp(name, "OLLAMA_HOST") == 0 ? ":8080" : NULL;
}

static const char *host_env(const char *name)
{
    return strcmp(name, "OLLAMA_HOST") == 0 ? "gpu.example" : NULL;
}

static const char *six_env(const char *name)
{
    return strcmp(name, "OLLAMA_HOST") == 0 ? "[::1]" : NULL;
}

static const char *broken_key_env(const char *name)
{
    return strstr(name, "KEY") ? "hunter2\r\nX: y" : NULL;
}

static void test_specs(void **state)
{
    static const struct {
        const char *spec;
        const char *(*env)(const char *);
        const char *provider, *base_url, *name, *path, *key;
    } rows[] = {
        { "http://127.0.0.1:8080/v1#m", no_env, "openai", "http://127.0.0.1:8080/v1", "m", NULL, NULL },
        { "http://127.0.0.1:8080/v1#m", NULL, "openai", "http://127.0.0.1:8080/v1", "m", NULL, NULL },
        { "http://h/v1///#org/name#2", keys_env, "openai", "http://h/v1", "org/name#2", NULL,
          "other-key" },
        { "https://[::1]:8443#m", no_env, "openai", "https://[::1]:8443", "m", NULL, NULL },
        { "http://h:65535/#a b", empty_env, "openai", "http://h:65535", "a b", NULL, NULL },
        { "http://h/v1/chat/completions/#m", no_env, "openai", "http://h/v1", "m", NULL, NULL },
        { "http://h/v1#user@team", no_env, "openai", "http://h/v1", "user@team", NULL, NULL },
        { "http://h/d?api-version=1#m", no_env, "openai", "http://h/d?api-version=1", "m", NULL, NULL },
        { "https://api.openai.com/v1#m", keys_env, "openai", "https://api.openai.com/v1", "m", NULL,
          "other-key" },
        { "openai:gpt-4o", keys_env, "openai", "https://api.openai.com/v1", "gpt-4o", NULL,
          "sk-openai-key" },
        { "openai:ft:gpt:x", keys_env, "openai", "https://api.openai.com/v1", "ft:gpt:x", NULL,
          "sk-openai-key" },
        { "openai:m", base_env, "openai", "http://127.0.0.1:9/v1", "m", NULL, NULL },
        { "openai+http://h/v1#m", vendor_env, "openai", "http://h/v1", "m", NULL, "other-key" },
        { "anthropic:claude-x", vendor_env, "anthropic", "https://api.anthropic.com", "claude-x",
          NULL, "ant-key-1" },
        { "anthropic+http://h:1/v1/messages/#m", vendor_env, "anthropic", "http://h:1/v1", "m", NULL,
          "other-key" },
        { "gemini:g", vendor_env, "gemini", "http://127.0.0.1:9/v1beta", "g", NULL, "gem-key" },
        { "gemini+https://h#g", vendor_env, "gemini", "https://h", "g", NULL, "other-key" },
        { "ollama:qwen3:0.6b", no_env, "ollama", "http://127.0.0.1:11434", "qwen3:0.6b", NULL, NULL },
        { "ollama:m", vendor_env, "ollama", "http://127.0.0.1:9", "m", NULL, NULL },
        { "ollama:m", port_env, "ollama", "http://127.0.0.1:8080", "m", NULL, NULL },
        { "ollama:m", host_env, "ollama", "http://gpu.example:11434", "m", NULL, NULL },
        { "ollama:m", six_env, "ollama", "http://[::1]:11434", "m", NULL, NULL },
        { "ollama+http://h:2/api/chat#m", no_env, "ollama", "http://h:2", "m", NULL, NULL },
        { "exec:./answer 'a b' --x", no_env, "exec", "", "./answer 'a b' --x", NULL, NULL },
        { "server:llama-server -m x.gguf --port {port}", no_env, "server", "", "", NULL, NULL },
        { "server:llama-server -m x.gguf --port {port}#tiny", vendor_env, "server", "", "tiny", NULL,
          "other-key" },
        { "server:run '#1.gguf' --port={port}", no_env, "server", "", "", NULL, NULL },
        { "replay:a b/c:d.jsonl", no_env, "replay", "", "a b/c:d.jsonl", "a b/c:d.jsonl", NULL },
        { "replay:-", keys_env, "replay", "", "-", "-", NULL },
    };
    struct ifb_arena *arena = ifb_arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ifb_error err = { 0 };
        struct ifb_model m;

        if (ifb_model_parse(ifb_str_of(rows[i].spec), rows[i].env, arena, &m, &err))
            fail_msg("row %zu: %s", i, err.msg);
        if (strcmp(m.provider->id, rows[i].provider) != 0 ||
            !ifb_str_is(m.base_url, rows[i].base_url) || !ifb_str_is(m.name, rows[i].name) ||
            !ifb_str_eq(m.path, ifb_str_of(rows[i].path)) ||
            !ifb_str_eq(m.key, ifb_str_of(rows[i].key)) || !ifb_str_is(m.spec, rows[i].spec))
            fail_msg("row %zu: %s, base '%.*s', name '%.*s', path '%.*s', key '%.*s'", i,
                     m.provider->id, IFB_ARG(m.base_url), IFB_ARG(m.name), IFB_ARG(m.path),
                     IFB_ARG(m.key));
        assert_int_equal(m.nextra, 0);
    }
    ifb_arena_close(arena);
}

static void test_refused_specs(void **state)
{
    static const struct {
        const char *spec;
        const char *(*env)(const char *);
        const char *msg;  /* a part of it */
    } rows[] = {
        { "", no_env, "does not say where it is" },
        { "gpt-4o", no_env, "write http://HOST:PORT/v1#NAME, openai:NAME or replay:FILE" },
        { "http://h:80/v1", no_env, "which model of that server? write http://h:80/v1#NAME" },
        { "http://h:80/v1/#", no_env, "which model of that server? write http://h:80/v1#NAME" },
        { "http://#m", no_env, "names no host" },
        { "http:///v1#m", no_env, "names no host" },
        { "http://:80/v1#m", no_env, "names no host" },
        { "http://[::1/v1#m", no_env, "names no host" },
        { "http://h:0/v1#m", no_env, "a port is a number from 1 to 65535" },
        { "http://h:65536/v1#m", no_env, "a port is a number from 1 to 65535" },
        { "http://h:/v1#m", no_env, "a port is a number from 1 to 65535" },
        { "http://h:-1/v1#m", no_env, "a port is a number from 1 to 65535" },
        { "http://[::1]80/v1#m", no_env, "a port is a number from 1 to 65535" },
        { "http://a b/v1#m", no_env, "holds a space" },
        { "http://h/v1#m\n", no_env, "control character" },
        { "http://h/v1#m\xff", no_env, "not UTF-8" },
        { "http://me:hunter2@h/v1#m", no_env, "$IFBENCH_API_KEY" },
        { "http://hunter2@h/v1", no_env, "$IFBENCH_API_KEY" },
        { "http://h/v1?key=hunter2#m", no_env, "$IFBENCH_API_KEY" },
        { "http://h/v1?api-version=1&key=hunter2#m", no_env, "$IFBENCH_API_KEY" },
        { "htps://me:hunter2@h/v1#m", no_env, "a server is written http://" },
        { "localhost:8080/v1#m", no_env, "a server is written http://" },
        { "openia:m", no_env, "did you mean openai:NAME?" },
        { "repaly:m", no_env, "did you mean replay:NAME?" },
        { "somewhere:m", no_env, "unknown provider \"somewhere\"" },
        { "openai:", keys_env, "has no name; write openai:NAME" },
        { "replay:", keys_env, "has no name; write replay:FILE" },
        { "openai:gpt-4o", no_env, "needs a key in $OPENAI_API_KEY" },
        { "openai:gpt-4o", empty_env, "needs a key in $OPENAI_API_KEY" },
        { "openai:gpt-4o", openai_base_env, "needs a key in $OPENAI_API_KEY" },
        { "openai:gpt-4o", bad_base_env, "OPENAI_BASE_URL must not hold" },
        { "openai:gpt-4o", broken_key_env, "$OPENAI_API_KEY holds a space" },
        { "http://h/v1#m", broken_key_env, "$IFBENCH_API_KEY holds a space" },
        { "anthropic:m", no_env, "needs a key in $ANTHROPIC_API_KEY" },
        { "gemini:m", no_env, "needs a key in $GEMINI_API_KEY" },
        { "gemini+http://h/v1", no_env, "which model of that server? write gemini+http://h/v1#NAME" },
        { "anthropic+http://me:hunter2@h#m", no_env, "$IFBENCH_API_KEY" },
        { "claude+http://h#m", no_env, "unknown provider" },
        { "exec+http://h#m", no_env, "unknown provider" },
        { "anthropik:m", no_env, "did you mean anthropic:NAME?" },
        { "exec:", no_env, "has no name; write 'exec:COMMAND'" },
        { "exec:  ", no_env, "exec: the command is empty" },
        { "exec:cat | sort", no_env, "exec: the command holds a '|', and no shell reads it" },
        { "exec:echo $HOME", no_env, "holds a '$'" },
        { "exec:echo 'x", no_env, "a ' that is not closed" },
        { "server:llama-server -m x.gguf", no_env, "does not hold {port}" },
        { "server:llama-server --port {port} --api-key hunter2", no_env, "can be read by everybody" },
    };
    struct ifb_arena *arena = ifb_arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ifb_error err = { 0 };
        struct ifb_model m;
        enum ifb_code code = ifb_model_parse(ifb_str_of(rows[i].spec), rows[i].env, arena, &m, &err);

        if (code != IFB_EUSAGE || !strstr(err.msg, rows[i].msg) || strstr(err.msg, "hunter2"))
            fail_msg("row %zu '%s': code %d '%s', wanted '%s'", i, rows[i].spec, code, err.msg,
                     rows[i].msg);
    }
    ifb_arena_close(arena);
}

static void test_redact(void **state)
{
    static const struct { const char *key, *header, *before, *after; } rows[] = {
        { "sk-1234567890", NULL, "HTTP 401: bad key sk-1234567890", "HTTP 401: bad key ***" },
        { "sk-1234567890", NULL, "sk-1234567890sk-1234567890.", "******." },
        { "sk-1234567890", NULL, "cut off: sk-123456", "cut off: ***" },
        { "sk-1234567890", NULL, "masked: sk-12***90", "masked: sk-12***90" },
        { "sk-1234567890", NULL, "sk-sk-1234567890", "sk-***" },
        { "abcd", NULL, "an abcd here", "an *** here" },
        { "x", NULL, "an x here", "an x here" },
        { NULL, NULL, "nothing", "nothing" },
        { NULL, "Bearer tok-abcdefgh", "got Bearer tok-abcdefgh!", "got ***!" },
        { NULL, "Bearer tok-abcdefgh", "got tok-abcdefgh!", "got ***!" },
        { "key-key-key", "hdr-hdr-hdr", "key-key-key and hdr-hdr-hdr", "*** and ***" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ifb_model m = { .key = ifb_str_of(rows[i].key) };
        struct ifb_error err;

        if (rows[i].header)
            m.extra[m.nextra++] = (struct ifb_header){ IFB_STR("x"), ifb_str_of(rows[i].header), true };
        m.extra[m.nextra++] = (struct ifb_header){ IFB_STR("y"), IFB_STR("here"), false };
        ifb_fail(&err, IFB_EAUTH, "%s", rows[i].before);
        ifb_model_redact(&m, &err);
        if (strcmp(err.msg, rows[i].after) != 0 || err.code != IFB_EAUTH)
            fail_msg("row %zu: '%s', wanted '%s'", i, err.msg, rows[i].after);
    }
}

static void test_providers_are_listed_once(void **state)
{
    const struct ifb_provider *p = NULL;
    size_t n = 0;

    (void)state;
    while ((p = ifb_provider_next(p))) {
        assert_ptr_equal(ifb_provider_find(ifb_str_of(p->id)), p);
        assert_true(p->doc && *p->doc && p->spec && *p->spec);
        assert_true(!p->encode == !p->decode && !p->encode == !p->complaint);
        n++;
    }
    assert_true(n >= 2);
    assert_null(ifb_provider_find(IFB_STR("nobody")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_specs),
        cmocka_unit_test(test_refused_specs),
        cmocka_unit_test(test_redact),
        cmocka_unit_test(test_providers_are_listed_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
