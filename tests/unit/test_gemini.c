/* SPDX-License-Identifier: Apache-2.0 */
/* The gemini provider: requests written, replies and complaints read. */
#include "tests/unit/provider_cases.h"

static const struct ifb_image pixels[] = { { IFB_STR_INIT("image/webp"), IFB_STR_INIT("aGk="),
                                             IFB_STR_INIT("") } };
static const struct ifb_images images = { pixels, 1 };
static const struct ifb_message messages[] = {
    { IFB_SYSTEM, IFB_STR_INIT("Be brief."), NULL },
    { IFB_USER, IFB_STR_INIT("q1"), NULL },
    { IFB_ASSISTANT, IFB_STR_INIT("a1"), NULL },
    { IFB_USER, IFB_STR_INIT("q2"), &images },
    { IFB_USER, IFB_STR_INIT(""), NULL },
};

#define HOST "https://generativelanguage.googleapis.com"
#define QUESTION "\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"q1\"}]}]"

static void test_requests(void **state)
{
    static const struct request_case rows[] = {
        { .spec = "gemini:gemini-2.5-flash", .messages = { messages + 1, 1 }, .sampling = NOT_SET,
          .url = HOST "/v1beta/models/gemini-2.5-flash:generateContent",
          .body = "{" QUESTION ",\"generationConfig\":{}}" },
        { .spec = "gemini:tunedModels/x y?&#\xc3\xa9", .messages = { messages + 1, 1 },
          .sampling = NOT_SET, .stream = true,
          .url = HOST "/v1beta/tunedModels/x%20y%3F%26%23%C3%A9:streamGenerateContent?alt=sse",
          .body = "{" QUESTION ",\"generationConfig\":{}}" },
        { .spec = "gemini+http://h:1/v1#m", .messages = { messages, 4 },
          .sampling = { 0, 0.5, 1280, 42 }, .stop = { "END" }, .top_logprobs = 5,
          .url = "http://h:1/v1/models/m:generateContent",
          .body = "{\"systemInstruction\":{\"parts\":[{\"text\":\"Be brief.\"}]},\"contents\":["
                  "{\"role\":\"user\",\"parts\":[{\"text\":\"q1\"}]},"
                  "{\"role\":\"model\",\"parts\":[{\"text\":\"a1\"}]},"
                  "{\"role\":\"user\",\"parts\":[{\"inlineData\":{\"mimeType\":\"image/webp\","
                  "\"data\":\"aGk=\"}},{\"text\":\"q2\"}]}],"
                  "\"generationConfig\":{\"temperature\":0,\"topP\":0.5,\"maxOutputTokens\":1280,"
                  "\"seed\":42,\"stopSequences\":[\"END\"],\"responseLogprobs\":true,"
                  "\"logprobs\":5}}" },
        /* Gemma takes no system instruction */
        { .spec = "gemini:models/gemma-3-27b-it", .messages = { messages, 2 }, .sampling = NOT_SET,
          .url = HOST "/v1beta/models/gemma-3-27b-it:generateContent",
          .body = "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":"
                  "\"Be brief.\\n\\nq1\"}]}],\"generationConfig\":{}}" },
        { .spec = "gemini+http://h/x?api-version=1#m", .messages = { messages + 4, 1 },
          .sampling = { -1, -1, -1, 2147483648 }, .stream = true,
          .left_out = "seed (above 2147483647)",
          .url = "http://h/x/v1beta/models/m:streamGenerateContent?alt=sse&api-version=1",
          .body = "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"\"}]}],"
                  "\"generationConfig\":{}}" },
        { .spec = "gemini+http://h#m", .messages = { messages + 1, 1 },
          .sampling = { 0, -1, 9, -1 },
          .extra = "{\"generationConfig\":{\"thinkingConfig\":{\"thinkingBudget\":0},"
                   "\"maxOutputTokens\":null}}",
          .body = "{" QUESTION ",\"generationConfig\":{\"temperature\":0,"
                  "\"thinkingConfig\":{\"thinkingBudget\":0}}}" },
    };

    (void)state;
    check_requests(rows, sizeof(rows) / sizeof(rows[0]));
    check_key_header("gemini:m", "x-goog-api-key", "sk-1234567890");
}

#define PARTS(parts, more) "{\"candidates\":[{\"content\":{\"parts\":" parts \
                           ",\"role\":\"model\"}" more "}]"

static void test_replies(void **state)
{
    static const struct reply_case rows[] = {
        { PARTS("[{\"text\":\"Hi\\n\"}]", ",\"finishReason\":\"STOP\",\"index\":0")
          ",\"usageMetadata\":{\"promptTokenCount\":12,\"candidatesTokenCount\":3,"
          "\"thoughtsTokenCount\":40,\"totalTokenCount\":55},\"modelVersion\":\"gemini-x-001\"}",
          "Hi\n", NONE, "gemini-x-001", IFB_FINISH_STOP, 12, 43 },
        { PARTS("[{\"text\":\"hm\",\"thought\":true},{\"text\":\"a\"},{\"functionCall\":{}},"
                "{\"text\":\"b\",\"thought\":false}]", "") "}",
          "ab", "hm", NONE, IFB_FINISH_UNKNOWN, -1, -1 },
        /* all was spent on thinking: no parts at all */
        { "{\"candidates\":[{\"content\":{\"role\":\"model\"},\"finishReason\":\"MAX_TOKENS\"}],"
          "\"usageMetadata\":{\"promptTokenCount\":4,\"thoughtsTokenCount\":16}}",
          NONE, NONE, NONE, IFB_FINISH_LENGTH, 4, 16 },
        { "{\"candidates\":[{\"finishReason\":\"SAFETY\",\"safetyRatings\":[]}]}", NONE, NONE, NONE,
          IFB_FINISH_FILTER, -1, -1 },
        { "{\"candidates\":[{\"finishReason\":\"RECITATION\"}]}", NONE, NONE, NONE,
          IFB_FINISH_FILTER, -1, -1 },
        { "{\"candidates\":[{\"finishReason\":\"MALFORMED_FUNCTION_CALL\"}]}", NONE, NONE, NONE,
          IFB_FINISH_OTHER, -1, -1 },
        { "{\"promptFeedback\":{\"blockReason\":\"PROHIBITED_CONTENT\"},\"usageMetadata\":"
          "{\"promptTokenCount\":7},\"modelVersion\":\"g\"}", NONE, NONE, "g", IFB_FINISH_FILTER, 7,
          -1 },
        { PARTS("[{\"text\":\"\"}]", "") "}", "", NONE, NONE, 0, -1, -1 },
        { PARTS("[{\"text\":5},null,\"x\"]", "") "}", NONE, NONE, NONE, 0, -1, -1 },
        { PARTS("{}", ",\"finishReason\":7") ",\"usageMetadata\":null}", NONE, NONE, NONE, 0, -1, -1 },
    };

    (void)state;
    check_replies("gemini", rows, sizeof(rows) / sizeof(rows[0]));
    check_cuts("gemini", rows[1].body);
}

static void test_likely_tokens(void **state)
{
    const struct ifb_http_reply reply = {
        200, IFB_STR("{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"M\"}]},\"logprobsResult\":"
                     "{\"topCandidates\":[{\"candidates\":[{\"token\":\"M\",\"tokenId\":3,"
                     "\"logProbability\":-0.25},{\"token\":\"m\",\"logProbability\":-2}]},"
                     "{\"candidates\":[{\"token\":\"x\",\"logProbability\":-9}]}]}}]}"), -1 };
    struct ifb_response r;
    struct ifb_error err;

    (void)state;
    assert_int_equal(ifb_provider_find(IFB_STR("gemini"))->decode(&reply, arena, &r, &err), IFB_OK);
    assert_int_equal(r.ntop, 2);
    assert_true(ifb_str_is(r.top[0].token, "M") && r.top[0].logprob == -0.25);
    assert_true(ifb_str_is(r.top[1].token, "m") && r.top[1].logprob == -2);
}

static void test_refusals(void **state)
{
    static const struct refusal_case rows[] = {
        { "", "the reply is empty, wanted JSON" },
        { "{\"candidates\":[", "the reply is broken JSON: " },
        { "{\"error\":{\"code\":503,\"message\":\"The model is overloaded.\",\"status\":"
          "\"UNAVAILABLE\"}}", "the reply is an error: The model is overloaded." },
        { "{}", "the reply has no candidates[0]" },
        { "{\"candidates\":[]}", "the reply has no candidates[0]" },
        { "{\"candidates\":[7]}", "the reply has no candidates[0]" },
        { "{\"candidates\":{}}", "the reply has no candidates[0]" },
        { "{\"promptFeedback\":{}}", "the reply has no candidates[0]" },
        { "null", "the reply has no candidates[0]" },
    };

    (void)state;
    check_refusals("gemini", rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_complaints(void **state)
{
    const struct ifb_provider *p = ifb_provider_find(IFB_STR("gemini"));
    /* a streamed request is refused with an array */
    ifb_str body = IFB_STR("[{\"error\":{\"code\":400,\"message\":\"API key not valid.\",\"status\":"
                           "\"INVALID_ARGUMENT\",\"details\":[{\"reason\":\"API_KEY_INVALID\"}]}}]");

    (void)state;
    assert_true(ifb_str_is(p->complaint(body, arena), "API key not valid."));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests),
        cmocka_unit_test(test_replies),
        cmocka_unit_test(test_likely_tokens),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_complaints),
    };

    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
