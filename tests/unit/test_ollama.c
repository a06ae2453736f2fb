/* SPDX-License-Identifier: Apache-2.0 */
/* The ollama provider, and the exec provider's two ends. */
#include "tests/unit/provider_cases.h"

static const struct ifb_image pixels[] = { { IFB_STR_INIT("image/png"), IFB_STR_INIT("aGk="),
                                             IFB_STR_INIT("") } };
static const struct ifb_images images = { pixels, 1 };
static const struct ifb_message messages[] = {
    { IFB_SYSTEM, IFB_STR_INIT("Be brief."), NULL },
    { IFB_USER, IFB_STR_INIT("q1"), &images },
};

#define TALK "\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"}," \
             "{\"role\":\"user\",\"content\":\"q1\",\"images\":[\"aGk=\"]}]"

static void test_requests(void **state)
{
    static const struct request_case rows[] = {
        { .spec = "ollama:qwen3:0.6b", .messages = { messages, 2 }, .sampling = NOT_SET,
          .url = "http://127.0.0.1:11434/api/chat",
          .body = "{\"model\":\"qwen3:0.6b\"," TALK ",\"options\":{},\"stream\":false}" },
        { .spec = "ollama+http://h:1/api/chat#m", .messages = { messages, 2 },
          .sampling = { 0, 0.5, 1280, 42 }, .stop = { "END", "\n" }, .top_logprobs = 3,
          .stream = true, .url = "http://h:1/api/chat",
          .body = "{\"model\":\"m\"," TALK ",\"options\":{\"temperature\":0,\"top_p\":0.5,"
                  "\"num_predict\":1280,\"seed\":42,\"stop\":[\"END\",\"\\n\"]},\"logprobs\":true,"
                  "\"top_logprobs\":3,\"stream\":true}" },
        { .spec = "ollama+http://h#m", .sampling = NOT_SET,
          .extra = "{\"think\":false,\"options\":{\"num_ctx\":8192}}",
          .body = "{\"model\":\"m\",\"messages\":[],\"options\":{\"num_ctx\":8192},"
                  "\"stream\":false,\"think\":false}" },
        { .spec = "exec:cat", .messages = { messages, 1 }, .sampling = { 0, -1, 9, 1 },
          .stop = { "x" }, .top_logprobs = 1, .left_out = "logprobs",
          .body = "{\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"}],\"sampling\":"
                  "{\"temperature\":0,\"max_tokens\":9,\"seed\":1,\"stop\":[\"x\"]}}" },
        { .spec = "exec:cat", .messages = { messages + 1, 1 }, .sampling = NOT_SET,
          .body = "{\"messages\":[{\"role\":\"user\",\"content\":\"q1\",\"images\":["
                  "{\"media_type\":\"image/png\",\"data\":\"aGk=\"}]}],\"sampling\":{}}" },
    };

    (void)state;
    check_requests(rows, sizeof(rows) / sizeof(rows[0]));
    check_key_header("ollama:m", "Authorization", "Bearer sk-1234567890");
}

static void test_replies(void **state)
{
    static const struct reply_case rows[] = {
        { "{\"model\":\"m\",\"created_at\":\"2026-01-01T00:00:00Z\",\"message\":{\"role\":"
          "\"assistant\",\"content\":\"Hi\\n\"},\"done_reason\":\"stop\",\"done\":true,"
          "\"total_duration\":5,\"prompt_eval_count\":12,\"eval_count\":3}",
          "Hi\n", NONE, "m", IFB_FINISH_STOP, 12, 3 },
        { "{\"message\":{\"content\":\"\",\"thinking\":\"hm\"},\"done_reason\":\"length\"}", "", "hm",
          NONE, IFB_FINISH_LENGTH, -1, -1 },
        { "{\"message\":{\"content\":null},\"done_reason\":\"load\"}", NONE, NONE, NONE,
          IFB_FINISH_OTHER, -1, -1 },
        { "{\"message\":{\"content\":5,\"thinking\":[]},\"eval_count\":\"x\",\"error\":\"\"}", NONE,
          NONE, NONE, 0, -1, -1 },
    };

    (void)state;
    check_replies("ollama", rows, sizeof(rows) / sizeof(rows[0]));
    check_cuts("ollama", rows[0].body);
}

static void test_refusals(void **state)
{
    static const struct refusal_case rows[] = {
        { "{\"error\":\"model 'x' not found\"}", "the reply is an error: model 'x' not found" },
        { "{}", "the reply has no message" },
        { "{\"message\":\"busy\"}", "the reply has no message: busy" },
        { "[]", "the reply has no message" },
        { "404 page not found", "the reply is not JSON: it begins with \"404 page not found\"" },
    };

    (void)state;
    check_refusals("ollama", rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_output_of_a_program(void **state)
{
    static const struct { const char *bytes; size_t n; const char *text; size_t len; } rows[] = {
        { "Hi\n", 3, "Hi", 2 }, { "Hi\r\n", 4, "Hi", 2 }, { "Hi\n\n", 4, "Hi\n", 3 },
        { "Hi\r", 3, "Hi\r", 3 }, { "", 0, "", 0 }, { "\n", 1, "", 0 }, { " a\0b", 4, " a\0b", 4 },
        { "\xff", 1, "\xef\xbf\xbd", 3 },
    };
    const struct ifb_provider *p = ifb_provider_find(IFB_STR("exec"));

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct ifb_http_reply reply = { 200, { rows[i].bytes, rows[i].n }, -1 };
        struct ifb_response r;
        struct ifb_error err;

        assert_int_equal(p->decode(&reply, arena, &r, &err), IFB_OK);
        assert_int_equal(r.text.len, rows[i].len);
        assert_memory_equal(r.text.ptr, rows[i].text, rows[i].len);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests),
        cmocka_unit_test(test_replies),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_output_of_a_program),
    };

    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
