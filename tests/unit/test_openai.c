/* SPDX-License-Identifier: Apache-2.0 */
/* The openai provider: requests written, replies and complaints read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <ifbench.h>

#include "harness/base/arena.h"
#include "harness/base/str.h"

#define NOT_SET { -1, -1, -1, -1 }

static struct ifb_arena *arena;

static int open_arena(void **state)
{
    (void)state;
    arena = ifb_arena_new();
    return 0;
}

static int close_arena(void **state)
{
    (void)state;
    ifb_arena_close(arena);
    return 0;
}

static const char *keyless_env(const char *name)
{
    (void)name;
    return NULL;
}

static const char *keyed_env(const char *name)
{
    return strstr(name, "_API_KEY") ? "sk-1234567890" : NULL;
}

static struct ifb_model model_of(const char *spec, const char *(*env)(const char *))
{
    struct ifb_model m;
    struct ifb_error err;

    if (ifb_model_parse(ifb_str_of(spec), env, arena, &m, &err))
        fail_msg("%s: %s", spec, err.msg);
    return m;
}

static struct ifb_http_call encode(const struct ifb_model *m, const struct ifb_request *r)
{
    struct ifb_http_call call;
    struct ifb_error err;

    if (m->provider->encode(m, r, arena, &call, &err))
        fail_msg("%s", err.msg);
    return call;
}

static void test_bodies(void **state)
{
    static const struct ifb_message messages[] = {
        { IFB_SYSTEM, IFB_STR_INIT("Be brief."), NULL },
        { IFB_USER, IFB_STR_INIT("Say \"\xc3\xa9\"\n\0."), NULL },
        { IFB_ASSISTANT, IFB_STR_INIT(""), NULL },
    };
    static const struct {
        const char *spec;
        size_t first, n;
        struct ifb_sampling sampling;
        const char *body;
    } rows[] = {
        { "http://h/v1#m", 1, 1, NOT_SET,
          "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":"
          "\"Say \\\"\xc3\xa9\\\"\\n\\u0000.\"}],\"stream\":false}" },
        { "http://h/v1#m", 0, 1, { 0, 1, 1280, 42 },
          "{\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"}],"
          "\"temperature\":0,\"top_p\":1,\"max_tokens\":1280,\"seed\":42,\"stream\":false}" },
        { "openai:gpt-4o", 2, 1, { 0.7, -1, 0, 0 },
          "{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"assistant\",\"content\":\"\"}],"
          "\"temperature\":0.7,\"max_tokens\":0,\"seed\":0,\"stream\":false}" },
        { "openai:o3-mini", 0, 0, { 0, 1, 9, 3 },
          "{\"model\":\"o3-mini\",\"messages\":[],\"max_completion_tokens\":9,\"seed\":3,"
          "\"stream\":false}" },
        { "openai:gpt-5.1", 0, 0, { 0, 1, 9, -1 },
          "{\"model\":\"gpt-5.1\",\"messages\":[],\"max_completion_tokens\":9,\"stream\":false}" },
        { "openai:gpt-5-chat-latest", 0, 0, { 0, -1, 9, -1 },
          "{\"model\":\"gpt-5-chat-latest\",\"messages\":[],\"temperature\":0,"
          "\"max_completion_tokens\":9,\"stream\":false}" },
        { "openai:gpt-50", 0, 0, { 0, -1, 9, -1 },
          "{\"model\":\"gpt-50\",\"messages\":[],\"temperature\":0,\"max_tokens\":9,"
          "\"stream\":false}" },
        { "https://api.openai.com/v1#o1", 0, 0, { 0, -1, 9, -1 },
          "{\"model\":\"o1\",\"messages\":[],\"max_completion_tokens\":9,\"stream\":false}" },
        { "https://us.openai.azure.com/openai/v1#o1", 0, 0, { 0, -1, 9, -1 },
          "{\"model\":\"o1\",\"messages\":[],\"max_completion_tokens\":9,\"stream\":false}" },
        { "http://127.0.0.1:8080/v1#o1-like", 0, 0, { 0, -1, 9, -1 },
          "{\"model\":\"o1-like\",\"messages\":[],\"temperature\":0,\"max_tokens\":9,"
          "\"stream\":false}" },
        { "http://h/v1#a \"b\"\\", 0, 0, NOT_SET,
          "{\"model\":\"a \\\"b\\\"\\\\\",\"messages\":[],\"stream\":false}" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ifb_model m = model_of(rows[i].spec, keyed_env);
        const struct ifb_request r = { .messages = { messages + rows[i].first, rows[i].n },
                                       .sampling = rows[i].sampling };
        struct ifb_http_call call = encode(&m, &r);

        if (!ifb_str_is(call.body, rows[i].body))
            fail_msg("row %zu:\n%.*s\nwanted\n%s", i, IFB_ARG(call.body), rows[i].body);
        assert_string_equal(call.method, "POST");
    }
}

static void test_urls(void **state)
{
    static const struct { const char *spec, *url; } rows[] = {
        { "http://127.0.0.1:8080/v1#m", "http://127.0.0.1:8080/v1/chat/completions" },
        { "http://127.0.0.1:8080#m", "http://127.0.0.1:8080/chat/completions" },
        { "https://h/v1/#m", "https://h/v1/chat/completions" },
        { "https://h/v1/chat/completions#m", "https://h/v1/chat/completions" },
        { "https://x.openai.azure.com/openai/deployments/d?api-version=2024-10-21#m",
          "https://x.openai.azure.com/openai/deployments/d/chat/completions?api-version=2024-10-21" },
        { "openai:gpt-4o", "https://api.openai.com/v1/chat/completions" },
    };
    const struct ifb_request r = { .sampling = NOT_SET };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ifb_model m = model_of(rows[i].spec, keyed_env);
        struct ifb_http_call call = encode(&m, &r);

        if (!ifb_str_is(call.url, rows[i].url))
            fail_msg("row %zu: %.*s, wanted %s", i, IFB_ARG(call.url), rows[i].url);
    }
}

static const struct ifb_header *header_of(const struct ifb_http_call *call, const char *name)
{
    for (size_t i = 0; i < call->nheaders; i++)
        if (ifb_str_is(call->headers[i].name, name))
            return &call->headers[i];
    return NULL;
}

static void test_headers(void **state)
{
    const struct ifb_request r = { .sampling = NOT_SET };
    struct ifb_model m = model_of("http://h/v1#m", keyed_env);
    struct ifb_http_call call;

    (void)state;
    m.extra[0] = (struct ifb_header){ IFB_STR("x-team"), IFB_STR("blue"), false };
    m.extra[1] = (struct ifb_header){ IFB_STR("user-agent"), IFB_STR("me"), false };
    m.nextra = 2;
    call = encode(&m, &r);
    assert_int_equal(call.nheaders, 4);
    assert_true(ifb_str_is(header_of(&call, "Content-Type")->value, "application/json"));
    assert_true(ifb_str_is(header_of(&call, "Authorization")->value, "Bearer sk-1234567890"));
    assert_true(header_of(&call, "Authorization")->secret);
    assert_true(ifb_str_is(header_of(&call, "x-team")->value, "blue"));
    assert_true(ifb_str_is(header_of(&call, "user-agent")->value, "me"));
    assert_null(header_of(&call, "User-Agent"));

    m = model_of("http://h/v1#m", keyless_env);
    call = encode(&m, &r);
    assert_null(header_of(&call, "Authorization"));
    assert_true(ifb_str_is(header_of(&call, "User-Agent")->value, "ifbench/" IFBENCH_VERSION));
}

static void test_too_many_headers(void **state)
{
    const struct ifb_request r = { .sampling = NOT_SET };
    struct ifb_model m = model_of("http://h/v1#m", keyed_env);
    struct ifb_http_call call;
    struct ifb_error err;

    (void)state;
    for (size_t i = 0; i < IFB_HEADERS_MAX; i++)
        m.extra[m.nextra++] = (struct ifb_header){ ifb_fmt(arena, "x-%zu", i), IFB_STR("v"), false };
    assert_int_equal(m.provider->encode(&m, &r, arena, &call, &err), IFB_EUSAGE);
}

/* ---- replies ---- */

#define MESSAGE(members) "{\"choices\":[{\"message\":{" members "}}]}"
#define FINISH(reason) "{\"choices\":[{\"message\":{\"content\":\"x\"},\"finish_reason\":" reason "}]}"
#define NONE NULL

static const struct ifb_provider *openai(void)
{
    return ifb_provider_find(IFB_STR("openai"));
}

static bool same(ifb_str found, const char *wanted)
{
    return wanted ? found.ptr && ifb_str_is(found, wanted) : !found.ptr;
}

static void test_answers(void **state)
{
    static const struct {
        const char *body, *text, *reasoning, *model;
        enum ifb_finish finish;
        int64_t in, out;
    } rows[] = {
        { "{\"id\":\"1\",\"object\":\"chat.completion\",\"model\":\"alias\",\"timings\":{\"a\":1.5},"
          "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Hi\\n\"},"
          "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":3,"
          "\"total_tokens\":15}}", "Hi\n", NONE, "alias", IFB_FINISH_STOP, 12, 3 },
        /* all was spent on reasoning: an answer without text, not an error */
        { "{\"choices\":[{\"message\":{\"content\":null,\"reasoning_content\":\"hm\"},"
          "\"finish_reason\":\"length\"}]}", NONE, "hm", NONE, IFB_FINISH_LENGTH, -1, -1 },
        { MESSAGE("\"content\":\"a\",\"reasoning\":\"r\""), "a", "r", NONE, 0, -1, -1 },
        { MESSAGE("\"content\":\"a\",\"reasoning\":{\"effort\":1}"), "a", NONE, NONE, 0, -1, -1 },
        { MESSAGE("\"content\":\"\""), "", NONE, NONE, 0, -1, -1 },
        { MESSAGE(""), NONE, NONE, NONE, 0, -1, -1 },
        { MESSAGE("\"content\":null,\"tool_calls\":[{}]"), NONE, NONE, NONE, 0, -1, -1 },
        { MESSAGE("\"content\":null,\"refusal\":\"I can't\""), "I can't", NONE, NONE, 0, -1, -1 },
        { MESSAGE("\"content\":\"yes\",\"refusal\":\"no\""), "yes", NONE, NONE, 0, -1, -1 },
        { MESSAGE("\"content\":[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"image\"},"
                  "{\"type\":\"text\",\"text\":\"b\"}]"), "ab", NONE, NONE, 0, -1, -1 },
        { MESSAGE("\"content\":[\"a\",{\"text\":7},\"b\"]"), "ab", NONE, NONE, 0, -1, -1 },
        { MESSAGE("\"content\":[]"), NONE, NONE, NONE, 0, -1, -1 },
        { MESSAGE("\"content\":[{\"type\":\"refusal\",\"refusal\":\"no\"}]"), "no", NONE, NONE, 0,
          -1, -1 },
        { MESSAGE("\"content\":[{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\","
                  "\"text\":\"t\"}]},{\"type\":\"text\",\"text\":\"a\"}]"), "a", "t", NONE, 0, -1, -1 },
        { MESSAGE("\"content\":\"\\ud800 \\u00e9 \\ud83d\\ude00\""),
          "\xef\xbf\xbd \xc3\xa9 \xf0\x9f\x98\x80", NONE, NONE, 0, -1, -1 },
        { MESSAGE("\"content\":\"bad \xff byte\""), "bad \xef\xbf\xbd byte", NONE, NONE, 0, -1, -1 },
        { MESSAGE("\"content\":\"first\",\"content\":\"last\""), "last", NONE, NONE, 0, -1, -1 },
        { FINISH("\"content_filter\""), "x", NONE, NONE, IFB_FINISH_FILTER, -1, -1 },
        { FINISH("\"tool_calls\""), "x", NONE, NONE, IFB_FINISH_OTHER, -1, -1 },
        { FINISH("null"), "x", NONE, NONE, IFB_FINISH_UNKNOWN, -1, -1 },
        { FINISH("5"), "x", NONE, NONE, IFB_FINISH_UNKNOWN, -1, -1 },
        { "{\"error\":null,\"choices\":[{\"message\":{\"content\":\"x\"}}],\"model\":[1],"
          "\"usage\":{\"prompt_tokens\":-4,\"completion_tokens\":1.5}}", "x", NONE, NONE, 0, -1, -1 },
        { "{\"choices\":[{\"message\":{\"content\":\"x\"}}],\"usage\":{\"prompt_tokens\":"
          "1000000000,\"completion_tokens\":9223372036854775807}}", "x", NONE, NONE, 0, 1000000000,
          -1 },
        { "{\"error\":{},\"choices\":[{\"message\":{\"content\":\"x\"}}],\"usage\":null}", "x", NONE,
          NONE, 0, -1, -1 },
        { " \n" MESSAGE("\"content\":\"x\"") "\n", "x", NONE, NONE, 0, -1, -1 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct ifb_http_reply reply = { 200, ifb_str_of(rows[i].body), -1 };
        struct ifb_response r;
        struct ifb_error err;

        if (openai()->decode(&reply, arena, &r, &err))
            fail_msg("row %zu: %s", i, err.msg);
        if (!same(r.text, rows[i].text) || !same(r.reasoning, rows[i].reasoning) ||
            !same(r.model, rows[i].model) || r.finish != rows[i].finish ||
            r.tokens_in != rows[i].in || r.tokens_out != rows[i].out)
            fail_msg("row %zu: text '%.*s', reasoning '%.*s', model '%.*s', finish %s, %lld, %lld", i,
                     IFB_ARG(r.text), IFB_ARG(r.reasoning), IFB_ARG(r.model),
                     ifb_finish_name(r.finish), (long long)r.tokens_in, (long long)r.tokens_out);
    }
}

static void test_nul_in_an_answer(void **state)
{
    const struct ifb_http_reply reply = { 200, IFB_STR(MESSAGE("\"content\":\"a\\u0000b\"")), -1 };
    struct ifb_response r;
    struct ifb_error err;

    (void)state;
    assert_int_equal(openai()->decode(&reply, arena, &r, &err), IFB_OK);
    assert_int_equal(r.text.len, 3);
    assert_memory_equal(r.text.ptr, "a\0b", 3);
}

static void test_replies_that_make_no_sense(void **state)
{
    static const struct { const char *body, *msg; } rows[] = {  /* ": " at the end: and more */
        { "", "the reply is empty, wanted JSON" },
        { " \r\n", "the reply is empty, wanted JSON" },
        { "<html><body>It works!", "the reply is a web page, wanted JSON: is the path of the "
          "address right?" },
        { "data: {\"choices\":[]}\n\n", "the reply is not JSON: it begins with \"data: "
          "{\"choices\":[]}\"" },
        { "{\"choices\":[{\"message\":{\"cut off", "the reply is broken JSON: line 1: " },
        { "{\n\n\"choices\":[]}{}", "the reply is broken JSON: line 3: " },
        { "\x1b[31m", "the reply is not JSON: it begins with \"?[31m\"" },
        { "null", "the reply has no choices[0].message" },
        { "[]", "the reply has no choices[0].message" },
        { "{}", "the reply has no choices[0].message" },
        { "{\"choices\":[]}", "the reply has no choices[0].message" },
        { "{\"choices\":{}}", "the reply has no choices[0].message" },
        { "{\"choices\":\"x\"}", "the reply has no choices[0].message" },
        { "{\"choices\":[null]}", "the reply has no choices[0].message" },
        { "{\"choices\":[[]]}", "the reply has no choices[0].message" },
        { "{\"choices\":[{}]}", "the reply has no choices[0].message" },
        { "{\"choices\":[{\"message\":\"x\"}]}", "the reply has no choices[0].message" },
        { "{\"object\":\"error\",\"message\":\"too long\"}",
          "the reply has no choices[0].message: too long" },
        { "{\"error\":{\"message\":\"out of\\nluck\",\"code\":429}}",
          "the reply is an error: out of" },
        { "{\"error\":\"no\",\"choices\":[{\"message\":{\"content\":\"x\"}}]}",
          "the reply is an error: no" },
        { "{\"error\":true}", "the reply is an error" },
        { "{\"choices\":[{\"error\":{\"message\":\"upstream\"},\"message\":{\"content\":\"\"}}]}",
          "the reply is an error: upstream" },
        { MESSAGE("\"content\":5"), "the reply's content is a number, wanted a string" },
        { MESSAGE("\"content\":{\"text\":\"x\"}"), "the reply's content is an object, wanted a string" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct ifb_http_reply reply = { 200, ifb_str_of(rows[i].body), -1 };
        struct ifb_error err = { 0 };
        struct ifb_response r;
        enum ifb_code code = openai()->decode(&reply, arena, &r, &err);

        size_t n = strlen(rows[i].msg);
        bool part = rows[i].msg[n - 1] == ' ';

        if (code != IFB_EPROTO || strncmp(err.msg, rows[i].msg, part ? n : n + 1) != 0)
            fail_msg("row %zu: code %d '%s', wanted '%s'", i, code, err.msg, rows[i].msg);
    }
}

/* Each prefix in a block of its own size, so that a sanitizer sees a step too far. */
static void test_every_cut_of_a_reply(void **state)
{
    static const char whole[] = "{\"choices\":[{\"message\":{\"content\":[{\"text\":\"a\\u00e9\"},\"b\"]"
                                "},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":1}}";

    (void)state;
    for (size_t n = 0; n < sizeof(whole); n++) {
        char *cut = malloc(n + !n);
        const struct ifb_http_reply reply = { 200, { cut, n }, -1 };
        struct ifb_response r;
        struct ifb_error err;
        enum ifb_code code;

        memcpy(cut, whole, n);
        code = openai()->decode(&reply, arena, &r, &err);
        if (code != (n == sizeof(whole) - 1 ? IFB_OK : IFB_EPROTO))
            fail_msg("%zu bytes: code %d", n, code);
        openai()->complaint(reply.body, arena);
        free(cut);
    }
}

static void test_deep_nesting(void **state)
{
    static char deep[100001];
    const struct ifb_http_reply reply = { 200, { deep, sizeof(deep) - 1 }, -1 };
    struct ifb_response r;
    struct ifb_error err;

    (void)state;
    memset(deep, '[', sizeof(deep) - 1);
    assert_int_equal(openai()->decode(&reply, arena, &r, &err), IFB_EPROTO);
    assert_null(openai()->complaint(IFB_STR("[[[[[[[[[[[[[[[[\"x\"]]]]]]]]]]]]]]]]"), arena).ptr);
}

static void test_complaints(void **state)
{
    static const struct { const char *body, *says; } rows[] = {
        { "{\"error\":{\"message\":\"bad key\",\"type\":\"x\",\"code\":401}}", "bad key" },
        { "{\"error\":\"no such model\"}", "no such model" },
        { "{\"message\":\"slow down\"}", "slow down" },
        { "{\"detail\":\"Not Found\"}", "Not Found" },
        { "{\"detail\":[{\"loc\":[\"body\"],\"msg\":\"field required\"}]}", "field required" },
        { "{\"message\":{\"detail\":[{\"msg\":\"extra\"}]}}", "extra" },
        { "[{\"error\":{\"message\":\"in an array\"}}]", "in an array" },
        { "{\"error\":{\"code\":5},\"message\":\"outer\"}", "outer" },
        { "\"plain\"", "plain" },
        { "{\"error\":{\"message\":\"  first\\nsecond\"}}", "first" },
        { "upstream connect error\r\nmore", "upstream connect error" },
        { "<html>502 Bad Gateway</html>", NONE },
        { "{\"error\":{\"message\":\"cut o", NONE },
        { "", NONE },
        { "{}", NONE },
        { "[]", NONE },
        { "null", NONE },
        { "{\"error\":{\"message\":null}}", NONE },
        { "{\"error\":{\"message\":\" \"}}", NONE },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ifb_str found = openai()->complaint(ifb_str_of(rows[i].body), arena);

        if (!same(found, rows[i].says))
            fail_msg("row %zu: '%.*s', wanted '%s'", i, IFB_ARG(found),
                     rows[i].says ? rows[i].says : "nothing");
    }
}

static void test_long_complaint_is_cut_between_characters(void **state)
{
    char body[2000] = "x";
    ifb_str found;

    (void)state;
    for (size_t i = 1; i + 2 < sizeof(body); i += 2)
        memcpy(body + i, "\xc3\xa9", 3);
    found = openai()->complaint(ifb_str_of(body), arena);
    assert_int_equal(found.len, IFB_COMPLAINT_MAX - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bodies),
        cmocka_unit_test(test_urls),
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_too_many_headers),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_nul_in_an_answer),
        cmocka_unit_test(test_replies_that_make_no_sense),
        cmocka_unit_test(test_every_cut_of_a_reply),
        cmocka_unit_test(test_deep_nesting),
        cmocka_unit_test(test_complaints),
        cmocka_unit_test(test_long_complaint_is_cut_between_characters),
    };

    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
