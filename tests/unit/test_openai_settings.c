/* SPDX-License-Identifier: Apache-2.0 */
/* The openai provider: what each model is sent, keys in turn, likely tokens, started servers. */
#include "tests/unit/provider_cases.h"

static const struct ifb_image pixels[] = { { IFB_STR_INIT("image/png"), IFB_STR_INIT("aGk="),
                                             IFB_STR_INIT("") } };
static const struct ifb_images images = { pixels, 1 };
static const struct ifb_message messages[] = { { IFB_USER, IFB_STR_INIT("see"), &images },
                                               { IFB_USER, IFB_STR_INIT("q"), NULL } };

static const struct ifb_message instructed[] = { { IFB_SYSTEM, IFB_STR_INIT("Be brief."), NULL },
                                                 { IFB_USER, IFB_STR_INIT("q"), NULL } };

#define Q "\"messages\":[{\"role\":\"user\",\"content\":\"q\"}]"

static void test_requests(void **state)
{
    static const struct request_case rows[] = {
        { .spec = "http://h/v1#m", .messages = { messages, 1 }, .sampling = NOT_SET,
          .body = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":["
                  "{\"type\":\"text\",\"text\":\"see\"},{\"type\":\"image_url\",\"image_url\":"
                  "{\"url\":\"data:image/png;base64,aGk=\"}}]}],\"stream\":false}" },
        { .spec = "openai+http://h/v1#m", .messages = { messages + 1, 1 }, .sampling = NOT_SET,
          .stop = { "\n\n", "END" }, .top_logprobs = 5, .stream = true,
          .url = "http://h/v1/chat/completions",
          .body = "{\"model\":\"m\"," Q ",\"stop\":[\"\\n\\n\",\"END\"],\"logprobs\":true,"
                  "\"top_logprobs\":5,\"stream\":true,\"stream_options\":{\"include_usage\":true}}" },
        { .spec = "openai:o3-mini", .messages = { messages + 1, 1 }, .sampling = { 0, 1, 9, 1 },
          .stop = { "x" }, .top_logprobs = 1, .left_out = "temperature, top_p, stop, logprobs",
          .body = "{\"model\":\"o3-mini\"," Q ",\"max_completion_tokens\":9,\"seed\":1,"
                  "\"stream\":false}" },
        { .spec = "openai:o1", .messages = { messages + 1, 1 }, .sampling = { 0, -1, -1, -1 },
          .stop = { "x" }, .left_out = "temperature",
          .body = "{\"model\":\"o1\"," Q ",\"stop\":[\"x\"],\"stream\":false}" },
        /* the two that take no system message read it in the first prompt */
        { .spec = "openai:o1-mini", .messages = { instructed, 2 }, .sampling = NOT_SET,
          .body = "{\"model\":\"o1-mini\",\"messages\":[{\"role\":\"user\",\"content\":"
                  "\"Be brief.\\n\\nq\"}],\"stream\":false}" },
        { .spec = "openai:o1", .messages = { instructed, 2 }, .sampling = NOT_SET,
          .body = "{\"model\":\"o1\",\"messages\":[{\"role\":\"system\",\"content\":"
                  "\"Be brief.\"},{\"role\":\"user\",\"content\":\"q\"}],\"stream\":false}" },
        /* what is said expressly is sent expressly */
        { .spec = "openai:o1", .messages = { messages + 1, 1 }, .sampling = { 0, -1, 9, -1 },
          .left_out = "temperature",
          .extra = "{\"temperature\":1,\"reasoning_effort\":\"low\",\"messages\":null}",
          .body = "{\"model\":\"o1\",\"max_completion_tokens\":9,\"stream\":false,"
                  "\"temperature\":1,\"reasoning_effort\":\"low\"}" },
        /* a server's own defaults differ from run to run: both are always sent */
        { .spec = "server:llama-server --port {port}#tiny", .messages = { messages + 1, 1 },
          .sampling = NOT_SET,
          .body = "{\"model\":\"tiny\"," Q ",\"temperature\":0,\"seed\":0,\"stream\":false}" },
        { .spec = "server:x {port}", .messages = { messages + 1, 1 },
          .sampling = { 0.7, -1, -1, 5 },
          .body = "{\"model\":\"\"," Q ",\"temperature\":0.7,\"seed\":5,\"stream\":false}" },
    };

    (void)state;
    check_requests(rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_ceiling_by_another_name(void **state)
{
    static const struct { const char *spec; enum ifb_tokens_as as; const char *name; } rows[] = {
        { "openai:gpt-4o", IFB_TOKENS_AUTO, "\"max_tokens\":9" },
        { "openai:gpt-4o", IFB_TOKENS_COMPLETION, "\"max_completion_tokens\":9" },
        { "openai:o3", IFB_TOKENS_AUTO, "\"max_completion_tokens\":9" },
        { "openai:o3", IFB_TOKENS_MAX, "\"max_tokens\":9" },
        { "http://h#o3", IFB_TOKENS_AUTO, "\"max_tokens\":9" },
        { "http://h#o3", IFB_TOKENS_COMPLETION, "\"max_completion_tokens\":9" },
    };
    const struct ifb_request r = { .sampling = { -1, -1, 9, -1 } };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ifb_model m = model_of(rows[i].spec);
        struct ifb_http_call call;
        struct ifb_error err;

        m.tokens_as = rows[i].as;
        assert_int_equal(m.provider->encode(&m, &r, arena, &call, &err), IFB_OK);
        if (ifb_str_find(call.body, ifb_str_of(rows[i].name), 0) == SIZE_MAX)
            fail_msg("row %zu: %.*s", i, IFB_ARG(call.body));
    }
}

static void test_key_headers(void **state)
{
    (void)state;
    check_key_header("openai:m", "Authorization", "Bearer sk-1234567890");
    check_key_header("http://h/v1#m", "Authorization", "Bearer sk-1234567890");
    check_key_header("https://x.openai.azure.com/openai/v1#m", "api-key", "sk-1234567890");
    check_key_header("https://x.services.ai.azure.com/models?api-version=2024-05-01-preview#m",
                     "api-key", "sk-1234567890");
    check_key_header("http://proxy/openai/deployments/d?api-version=2024-10-21#m", "api-key",
                     "sk-1234567890");
    check_key_header("server:x {port}", "Authorization", "Bearer sk-1234567890");
}

static const char *many_env(const char *name)
{
    if (strcmp(name, "OPENAI_API_KEY") == 0)
        return " sk-first-key,sk-second-key ,, sk-third-key\n";
    if (strcmp(name, "OPENAI_ORG_ID") == 0)
        return "org-1";
    return strcmp(name, "OPENAI_PROJECT_ID") == 0 ? "proj-2" : NULL;
}

static void test_keys_in_turn(void **state)
{
    static const char *const wanted[] = { "Bearer sk-first-key", "Bearer sk-second-key",
                                          "Bearer sk-third-key", "Bearer sk-first-key" };
    struct ifb_model m;
    struct ifb_error err;

    (void)state;
    assert_int_equal(ifb_model_parse(IFB_STR("openai:m"), many_env, arena, &m, &err), IFB_OK);
    assert_int_equal(m.keys.n, 3);
    assert_true(ifb_str_is(m.key, "sk-first-key"));
    for (size_t i = 0; i < 4; i++) {
        const struct ifb_request r = { .sampling = NOT_SET, .key = i };
        struct ifb_http_call call;

        assert_int_equal(m.provider->encode(&m, &r, arena, &call, &err), IFB_OK);
        assert_true(ifb_str_is(header_of(&call, "Authorization")->value, wanted[i]));
        assert_true(ifb_str_is(header_of(&call, "OpenAI-Organization")->value, "org-1"));
        assert_true(ifb_str_is(header_of(&call, "OpenAI-Project")->value, "proj-2"));
    }
    snprintf(err.msg, sizeof(err.msg), "a sk-first-key b sk-third-key c sk-secon");
    ifb_model_redact(&m, &err);
    assert_string_equal(err.msg, "a *** b *** c ***");
}

static void test_likely_tokens(void **state)
{
    static const struct { const char *logprobs; size_t n; } rows[] = {
        { "null", 0 }, { "{}", 0 }, { "{\"content\":[]}", 0 }, { "{\"content\":[{}]}", 0 },
        { "{\"content\":[{\"top_logprobs\":{}}]}", 0 },
        { "{\"content\":[{\"token\":\"M\",\"logprob\":-0.1,\"top_logprobs\":["
          "{\"token\":\"M\",\"logprob\":-0.1,\"bytes\":[77]},{\"token\":\"m\",\"logprob\":-2.5}]},"
          "{\"token\":\"x\",\"top_logprobs\":[{\"token\":\"x\",\"logprob\":-9}]}]}", 2 },
        { "{\"content\":[{\"top_logprobs\":[{\"token\":5,\"logprob\":-1},{\"token\":\"a\"},"
          "{\"token\":\"b\",\"logprob\":\"-1\"},null,{\"token\":\"M\",\"logprob\":-0.1}]}]}", 1 },
        { "{\"content\":[{\"top_logprobs\":[{\"token\":\"M\",\"logprob\":-0.1},"
          "{\"token\":\"2\",\"logprob\":-1},{\"token\":\"3\",\"logprob\":-1},"
          "{\"token\":\"4\",\"logprob\":-1},{\"token\":\"5\",\"logprob\":-1},"
          "{\"token\":\"6\",\"logprob\":-1}]}]}", 5 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct ifb_http_reply reply = {
            200, ifb_fmt(arena, "{\"choices\":[{\"message\":{\"content\":\"M\"},\"logprobs\":%s}]}",
                         rows[i].logprobs), -1 };
        struct ifb_response r;
        struct ifb_error err;

        assert_int_equal(ifb_provider_find(IFB_STR("openai"))->decode(&reply, arena, &r, &err),
                         IFB_OK);
        if (r.ntop != rows[i].n)
            fail_msg("row %zu: %zu tokens, wanted %zu", i, r.ntop, rows[i].n);
        if (r.ntop)
            assert_true(ifb_str_is(r.top[0].token, "M") && r.top[0].logprob == -0.1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests),
        cmocka_unit_test(test_ceiling_by_another_name),
        cmocka_unit_test(test_key_headers),
        cmocka_unit_test(test_keys_in_turn),
        cmocka_unit_test(test_likely_tokens),
    };

    (void)check_replies;
    (void)check_refusals;
    (void)check_cuts;
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
