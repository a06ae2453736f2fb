/* SPDX-License-Identifier: Apache-2.0 */
/* OpenAI's completions: messages as one text, requests, replies, likely tokens. */
#include "tests/unit/provider_cases.h"

static const struct ifb_image pixels[] = { { IFB_STR_INIT("image/png"), IFB_STR_INIT("aGk="),
                                             IFB_STR_INIT("") } };
static const struct ifb_images images = { pixels, 1 };
static const struct ifb_message q[] = { { IFB_SYSTEM, IFB_STR_INIT("Be brief."), NULL },
                                        { IFB_USER, IFB_STR_INIT("q1"), NULL },
                                        { IFB_ASSISTANT, IFB_STR_INIT("a1"), NULL },
                                        { IFB_USER, IFB_STR_INIT("q2"), NULL } };
static const struct ifb_message spaced[] = { { IFB_USER, IFB_STR_INIT("{answer}"), NULL },
                                             { IFB_ASSISTANT, IFB_STR_INIT(" a1"), NULL },
                                             { IFB_USER, IFB_STR_INIT("{prompt}"), NULL } };
static const struct ifb_message seen[] = { { IFB_USER, IFB_STR_INIT("q"), &images } };

static void test_text_of_messages(void **state)
{
    static const struct {
        const char *tmpl;
        struct ifb_conversation c;
        const char *prompt;
    } rows[] = {
        { NULL, { q + 1, 1 }, "q1" },
        { NULL, { q, 2 }, "Be brief.\\n\\nq1" },
        { NULL, { q, 4 },
          "Be brief.\\n\\nUser: q1\\n\\nAssistant: a1\\n\\nUser: q2\\n\\nAssistant:" },
        { NULL, { spaced, 3 },
          "User: {answer}\\n\\nAssistant: a1\\n\\nUser: {prompt}\\n\\nAssistant:" },
        { "Q: {prompt}\nA:", { q + 1, 1 }, "Q: q1\\nA:" },
        { "Q: {prompt}\nA:", { q, 4 }, "Be brief.\\n\\nQ: q1\\nA: a1\\n\\nQ: q2\\nA:" },
        { "[I]{prompt}[/I]{answer}[E]", { q + 1, 3 }, "[I]q1[/I]a1[E][I]q2[/I]" },
        { "{prompt}", { q + 1, 3 }, "q1a1\\n\\nq2" },
        { "", { NULL, 0 }, "" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ifb_model m = model_of("completions+http://h/v1#m");
        const struct ifb_request r = { .messages = rows[i].c, .sampling = NOT_SET };
        struct ifb_http_call call;
        struct ifb_error err;
        char *wanted;

        m.prompt_template = rows[i].tmpl && rows[i].tmpl[0] ? ifb_str_of(rows[i].tmpl)
                                                            : (ifb_str){ NULL, 0 };
        wanted = ifb_cstr(arena, ifb_fmt(arena, "{\"model\":\"m\",\"prompt\":\"%s\","
                                         "\"max_tokens\":1024,\"stream\":false}", rows[i].prompt));
        assert_int_equal(m.provider->encode(&m, &r, arena, &call, &err), IFB_OK);
        if (!ifb_str_is(call.body, wanted))
            fail_msg("row %zu:\n%.*s\nwanted\n%s", i, IFB_ARG(call.body), wanted);
    }
}

static void test_templates(void **state)
{
    static const struct { const char *tmpl, *msg; } rows[] = {
        { "{prompt}", NULL }, { "a{prompt}b{answer}c", NULL }, { "{prompt}{answer}", NULL },
        { "", "wants {prompt} once" }, { "{promt}", "wants {prompt} once" },
        { "{prompt}{prompt}", "wants {prompt} once" },
        { "{answer}{prompt}", "wants {answer} once at most, behind" },
        { "{prompt}{answer}{answer}", "wants {answer} once at most" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ifb_error err = { 0 };
        enum ifb_code code = ifb_prompt_template_check(ifb_str_of(rows[i].tmpl), &err);

        if (code != (rows[i].msg ? IFB_EUSAGE : IFB_OK) ||
            (rows[i].msg && !strstr(err.msg, rows[i].msg)))
            fail_msg("row %zu: %d '%s'", i, code, err.msg);
    }
}

static void test_requests(void **state)
{
    static const struct request_case rows[] = {
        { .spec = "completions:davinci-002", .messages = { q + 1, 1 },
          .sampling = { 0, 0.5, 1280, 42 }, .stop = { "\n\n", "User:" }, .top_logprobs = 9,
          .stream = true, .url = "https://api.openai.com/v1/completions",
          .body = "{\"model\":\"davinci-002\",\"prompt\":\"q1\",\"temperature\":0,\"top_p\":0.5,"
                  "\"max_tokens\":1280,\"seed\":42,\"stop\":[\"\\n\\n\",\"User:\"],\"logprobs\":5,"
                  "\"stream\":true,\"stream_options\":{\"include_usage\":true}}" },
        { .spec = "completions+http://h:1/v1/completions#m", .messages = { q + 1, 1 },
          .sampling = NOT_SET, .extra = "{\"echo\":false,\"max_tokens\":null}",
          .url = "http://h:1/v1/completions",
          .body = "{\"model\":\"m\",\"prompt\":\"q1\",\"stream\":false,\"echo\":false}" },
        { .spec = "server-completions:llama-server --port {port}#b", .messages = { q + 1, 1 },
          .sampling = NOT_SET,
          .body = "{\"model\":\"b\",\"prompt\":\"q1\",\"temperature\":0,\"max_tokens\":1024,"
                  "\"seed\":0,\"stream\":false}" },
    };
    const struct ifb_request picture = { .messages = { seen, 1 }, .sampling = NOT_SET };
    struct ifb_model m = model_of("completions:m");
    struct ifb_http_call call;
    struct ifb_error err;

    (void)state;
    check_requests(rows, sizeof(rows) / sizeof(rows[0]));
    check_key_header("completions:m", "Authorization", "Bearer sk-1234567890");
    check_key_header("completions+https://x.openai.azure.com/openai/v1#m", "api-key",
                     "sk-1234567890");
    assert_int_equal(m.provider->encode(&m, &picture, arena, &call, &err), IFB_EUSAGE);
    assert_non_null(strstr(err.msg, "no images"));
}

#define HEAD "{\"id\":\"cmpl-1\",\"object\":\"text_completion\",\"created\":1,\"model\":\"b\","
#define USAGE "\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":7,\"total_tokens\":12}}"

static void test_replies(void **state)
{
    static const struct reply_case rows[] = {
        { HEAD "\"choices\":[{\"text\":\" Hi\",\"index\":0,\"logprobs\":null,\"finish_reason\":"
          "\"stop\"}]," USAGE, " Hi", NONE, "b", IFB_FINISH_STOP, 5, 7 },
        { HEAD "\"choices\":[{\"text\":\"\",\"finish_reason\":\"length\"}]}", "", NONE, "b",
          IFB_FINISH_LENGTH, -1, -1 },
        { "{\"choices\":[{\"text\":null,\"finish_reason\":\"content_filter\"}]}", NONE, NONE, NONE,
          IFB_FINISH_FILTER, -1, -1 },
        { "{\"choices\":[{\"text\":\"a\"},{\"text\":\"b\"}],\"usage\":[]}", "a", NONE, NONE,
          IFB_FINISH_UNKNOWN, -1, -1 },
    };

    (void)state;
    check_replies("completions", rows, sizeof(rows) / sizeof(rows[0]));
    check_replies("server-completions", rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_refusals(void **state)
{
    static const struct refusal_case rows[] = {
        { "", "the reply is empty, wanted JSON" },
        { "[]", "the reply has no choices[0].text" },
        { "{\"choices\":[]}", "the reply has no choices[0].text" },
        { "{\"choices\":[{\"message\":{\"content\":\"x\"}}]}", "the reply has no choices[0].text" },
        { "{\"object\":\"error\",\"message\":\"no such model\"}",
          "the reply has no choices[0].text: no such model" },
        { "{\"choices\":[{\"text\":5}]}", "the reply's text is a number, wanted a string" },
        { "{\"choices\":[{\"text\":[\"x\"]}]}", "the reply's text is an array, wanted a string" },
        { "{\"choices\":[{\"text\":\"x\",\"error\":{\"message\":\"upstream died\"}}]}",
          "the reply is an error: upstream died" },
        { "{\"error\":{\"message\":\"This is a chat model and not supported in the v1/completions "
          "endpoint.\",\"type\":\"invalid_request_error\"}}",
          "the reply is an error: This is a chat model and not supported in the v1/completions "
          "endpoint." },
    };

    (void)state;
    check_refusals("completions", rows, sizeof(rows) / sizeof(rows[0]));
    check_cuts("completions", HEAD "\"choices\":[{\"text\":\"H\\u00e9\",\"logprobs\":{\"tokens\":"
               "[\"H\"],\"top_logprobs\":[{\"H\":-0.5}]},\"finish_reason\":\"stop\"}]," USAGE);
}

static void test_likely_tokens(void **state)
{
    static const struct { const char *logprobs; size_t n; const char *first; } rows[] = {
        { "null", 0, NULL }, { "{}", 0, NULL }, { "{\"top_logprobs\":null}", 0, NULL },
        { "{\"top_logprobs\":[]}", 0, NULL }, { "{\"top_logprobs\":[null]}", 0, NULL },
        { "{\"top_logprobs\":[[\"a\",-1]]}", 0, NULL },
        { "{\"top_logprobs\":[{\"a\":\"-1\",\"b\":null}]}", 0, NULL },
        { "{\"tokens\":[\"b\"],\"token_logprobs\":[-2],\"top_logprobs\":[{\"b\":-2,\"a\":-1,"
          "\"c\":-3}]}", 3, "a" },
        /* the token that was drawn stands beside the five likeliest */
        { "{\"top_logprobs\":[{\"z\":-9,\"b\":-2,\"c\":-3,\"d\":-4,\"e\":-5,\"a\":-1},{\"x\":0}]}",
          5, "a" },
        { "{\"content\":[{\"top_logprobs\":[{\"token\":\"a\",\"logprob\":-1}]}]}", 1, "a" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct ifb_http_reply reply = {
            200, ifb_fmt(arena, "{\"choices\":[{\"text\":\"M\",\"logprobs\":%s}]}",
                         rows[i].logprobs), -1 };
        struct ifb_response r;
        struct ifb_error err;

        assert_int_equal(ifb_provider_find(IFB_STR("completions"))->decode(&reply, arena, &r, &err),
                         IFB_OK);
        if (r.ntop != rows[i].n || (r.ntop && !ifb_str_is(r.top[0].token, rows[i].first)))
            fail_msg("row %zu: %zu tokens, wanted %zu", i, r.ntop, rows[i].n);
        for (size_t k = 1; k < r.ntop; k++)
            assert_true(r.top[k].logprob <= r.top[k - 1].logprob && r.top[k].logprob > -6);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_of_messages),
        cmocka_unit_test(test_templates),
        cmocka_unit_test(test_requests),
        cmocka_unit_test(test_replies),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_likely_tokens),
    };

    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
