/* SPDX-License-Identifier: Apache-2.0 */
/* The anthropic provider: requests written, replies and complaints read. */
#include "tests/unit/provider_cases.h"

static const struct ifb_image pixels[] = { { IFB_STR_INIT("image/png"), IFB_STR_INIT("aGk="),
                                             IFB_STR_INIT("") } };
static const struct ifb_images images = { pixels, 1 };
static const struct ifb_message messages[] = {
    { IFB_SYSTEM, IFB_STR_INIT("Be brief."), NULL },
    { IFB_USER, IFB_STR_INIT("q1"), NULL },
    { IFB_ASSISTANT, IFB_STR_INIT("a1"), NULL },
    { IFB_USER, IFB_STR_INIT("q2"), NULL },
    { IFB_SYSTEM, IFB_STR_INIT("In French."), NULL },
    { IFB_USER, IFB_STR_INIT("see"), &images },
    { IFB_USER, IFB_STR_INIT(""), &images },
};

#define QUESTION "\"messages\":[{\"role\":\"user\",\"content\":\"q1\"}]"
#define PIXEL "{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"image/png\"," \
              "\"data\":\"aGk=\"}}"

static void test_requests(void **state)
{
    static const struct request_case rows[] = {
        { .spec = "anthropic:claude-3-5-haiku-latest", .messages = { messages + 1, 1 },
          .sampling = NOT_SET, .url = "https://api.anthropic.com/v1/messages",
          .body = "{\"model\":\"claude-3-5-haiku-latest\",\"max_tokens\":4096," QUESTION
                  ",\"stream\":false}" },
        { .spec = "anthropic+http://127.0.0.1:80/v1#m", .messages = { messages, 5 },
          .sampling = { 0, -1, 1280, -1 }, .url = "http://127.0.0.1:80/v1/messages",
          .body = "{\"model\":\"m\",\"max_tokens\":1280,\"system\":\"Be brief.\\n\\nIn French.\","
                  "\"messages\":[{\"role\":\"user\",\"content\":\"q1\"},{\"role\":\"assistant\","
                  "\"content\":\"a1\"},{\"role\":\"user\",\"content\":\"q2\"}],\"temperature\":0,"
                  "\"stream\":false}" },
        { .spec = "anthropic+http://h/v1/messages#m", .messages = { messages + 1, 1 },
          .sampling = { -1, 0.9, 7, 3 }, .stop = { "END", "\n" }, .top_logprobs = 5,
          .url = "http://h/v1/messages", .left_out = "seed, logprobs",
          .body = "{\"model\":\"m\",\"max_tokens\":7," QUESTION ",\"top_p\":0.9,"
                  "\"stop_sequences\":[\"END\",\"\\n\"],\"stream\":false}" },
        { .spec = "anthropic+http://h/base#m", .messages = { messages + 1, 1 },
          .sampling = { 0.5, 0.9, 7, -1 }, .stream = true,
          .url = "http://h/base/v1/messages", .left_out = "top_p (besides temperature)",
          .body = "{\"model\":\"m\",\"max_tokens\":7," QUESTION ",\"temperature\":0.5,"
                  "\"stream\":true}" },
        { .spec = "anthropic:claude-opus-4-7", .messages = { messages + 1, 1 },
          .sampling = { 0, 1, 7, -1 }, .left_out = "temperature, top_p",
          .body = "{\"model\":\"claude-opus-4-7\",\"max_tokens\":7," QUESTION
                  ",\"stream\":false}" },
        /* somebody else's model of that name takes what all take */
        { .spec = "anthropic+http://h#claude-opus-4-7", .messages = { messages + 1, 1 },
          .sampling = { 0, -1, 7, -1 },
          .body = "{\"model\":\"claude-opus-4-7\",\"max_tokens\":7," QUESTION
                  ",\"temperature\":0,\"stream\":false}" },
        { .spec = "anthropic+http://h#m", .messages = { messages + 5, 2 }, .sampling = NOT_SET,
          .body = "{\"model\":\"m\",\"max_tokens\":4096,\"messages\":[{\"role\":\"user\","
                  "\"content\":[" PIXEL ",{\"type\":\"text\",\"text\":\"see\"}]},"
                  "{\"role\":\"user\",\"content\":[" PIXEL "]}],\"stream\":false}" },
        { .spec = "anthropic+http://h#m", .messages = { messages + 1, 1 },
          .sampling = { 0, -1, 7, -1 },
          .extra = "{\"temperature\":null,\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":9},"
                   "\"max_tokens\":99}",
          .body = "{\"model\":\"m\",\"max_tokens\":99," QUESTION ",\"stream\":false,"
                  "\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":9}}" },
    };

    (void)state;
    check_requests(rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_headers(void **state)
{
    const struct request_case row = { .spec = "anthropic:m", .sampling = NOT_SET };
    struct ifb_http_call call;

    (void)state;
    check_key_header("anthropic:m", "x-api-key", "sk-1234567890");
    check_key_header("anthropic+https://h#m", "x-api-key", "sk-1234567890");
    call = encode_case(&row);
    assert_true(ifb_str_is(header_of(&call, "anthropic-version")->value, "2023-06-01"));
    assert_null(header_of(&call, "Authorization"));
}

#define REPLY(content, more) "{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\"," \
                             "\"content\":" content more "}"

static void test_replies(void **state)
{
    static const struct reply_case rows[] = {
        { REPLY("[{\"type\":\"text\",\"text\":\"Hi\\n\"}]",
                ",\"model\":\"claude-x\",\"stop_reason\":\"end_turn\",\"stop_sequence\":null,"
                "\"usage\":{\"input_tokens\":12,\"output_tokens\":3}"),
          "Hi\n", NONE, "claude-x", IFB_FINISH_STOP, 12, 3 },
        { REPLY("[{\"type\":\"thinking\",\"thinking\":\"hm\",\"signature\":\"s\"},"
                "{\"type\":\"redacted_thinking\",\"data\":\"x\"},{\"type\":\"text\",\"text\":\"a\"},"
                "{\"type\":\"tool_use\",\"input\":{}},{\"type\":\"text\",\"text\":\"b\"}]",
                ",\"stop_reason\":\"tool_use\",\"usage\":{\"input_tokens\":1,"
                "\"cache_read_input_tokens\":20,\"cache_creation_input_tokens\":300}"),
          "ab", "hm", NONE, IFB_FINISH_OTHER, 321, -1 },
        /* all was spent on thinking */
        { REPLY("[{\"type\":\"thinking\",\"thinking\":\"hm\"}]", ",\"stop_reason\":\"max_tokens\""),
          NONE, "hm", NONE, IFB_FINISH_LENGTH, -1, -1 },
        { REPLY("[]", ",\"stop_reason\":\"end_turn\""), NONE, NONE, NONE, IFB_FINISH_STOP, -1, -1 },
        { REPLY("[]", ",\"stop_reason\":\"refusal\""), NONE, NONE, NONE, IFB_FINISH_FILTER, -1, -1 },
        { REPLY("[{\"type\":\"text\",\"text\":\"\"}]", ",\"stop_reason\":\"stop_sequence\""), "", NONE,
          NONE, IFB_FINISH_STOP, -1, -1 },
        { REPLY("[{\"type\":\"text\",\"text\":7},null,\"x\",{\"type\":\"text\",\"text\":\"y\"}]",
                ",\"stop_reason\":\"model_context_window_exceeded\",\"usage\":[]"), "y", NONE, NONE,
          IFB_FINISH_LENGTH, -1, -1 },
        { REPLY("[{\"type\":\"text\",\"text\":\"x\"}]", ",\"stop_reason\":null,\"model\":3"), "x",
          NONE, NONE, IFB_FINISH_UNKNOWN, -1, -1 },
    };

    (void)state;
    check_replies("anthropic", rows, sizeof(rows) / sizeof(rows[0]));
    check_cuts("anthropic", rows[1].body);
}

static void test_refusals(void **state)
{
    static const struct refusal_case rows[] = {
        { "", "the reply is empty, wanted JSON" },
        { "<html>", "the reply is a web page, wanted JSON: is the path of the address right?" },
        { "{\"content\":[", "the reply is broken JSON: " },
        { "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}",
          "the reply is an error: Overloaded" },
        { "{}", "the reply has no content array" },
        { "[]", "the reply has no content array" },
        { "{\"content\":\"x\"}", "the reply has no content array" },
        { "{\"content\":null,\"message\":\"no\"}", "the reply has no content array: no" },
        /* a server of another kind */
        { "{\"choices\":[{\"message\":{\"content\":\"x\"}}]}", "the reply has no content array" },
    };

    (void)state;
    check_refusals("anthropic", rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_complaints(void **state)
{
    const struct ifb_provider *p = ifb_provider_find(IFB_STR("anthropic"));

    (void)state;
    assert_true(ifb_str_is(p->complaint(IFB_STR("{\"type\":\"error\",\"error\":{\"type\":"
                                                "\"authentication_error\",\"message\":"
                                                "\"invalid x-api-key\"},\"request_id\":\"r\"}"),
                                        arena), "invalid x-api-key"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests),
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_replies),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_complaints),
    };

    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
