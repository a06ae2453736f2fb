/* SPDX-License-Identifier: Apache-2.0 */
/* Streamed replies: framing cut anywhere, and what each vendor's events add up to. */
#include "tests/unit/provider_cases.h"

#include "harness/provider/sse.h"

/* ---- framing ---- */

/* Writes "event|data\n" for each event. */
static bool note(void *self, ifb_str event, ifb_str data)
{
    struct ifb_buf *out = self;

    ifb_buf_fmt(out, "%.*s|%.*s\n", IFB_ARG(event), IFB_ARG(data));
    return !ifb_str_is(data, "stop");
}

static void feed_in_pieces(ifb_str bytes, size_t step, bool lines, struct ifb_buf *out)
{
    struct ifb_sse s;
    struct ifb_error err;

    ifb_sse_open(&s, lines, 1000);
    while (bytes.len) {
        size_t n = step < bytes.len ? step : bytes.len;

        assert_int_equal(ifb_sse_feed(&s, ifb_str_part(bytes, 0, n), note, out, &err), IFB_OK);
        bytes = ifb_str_from(bytes, n);
    }
    ifb_sse_close(&s);
}

static void test_framing(void **state)
{
    static const struct { const char *bytes; bool lines; const char *events; } rows[] = {
        { "data: a\n\n", false, "|a\n" },
        { "data:a\r\n\r\ndata: b\r\rdata:  c\n\n", false, "|a\n|b\n| c\n" },
        { "\xef\xbb\xbf" "data: a\n\n", false, "|a\n" },
        { ": comment\n\nid: 5\nretry: 9\nnonsense\n\ndata: a\n\n", false, "|a\n" },
        { "event: x\ndata: a\ndata: b\n\ndata: c\n\n", false, "x|a\nb\n|c\n" },
        { "event: x\n\ndata: a\n\n", false, "|a\n" },  /* no data, no event, and the name is gone */
        { "data\n\n", false, "|\n" },
        { "data: cut off\n", false, "" },
        { "data: cut o", false, "" },
        { "\n\n\n", false, "" },
        { "{\"a\":1}\n\n{\"b\":2}\r\n{\"cut", true, "|{\"a\":1}\n|{\"b\":2}\n" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        for (size_t step = 1; step <= strlen(rows[i].bytes); step++) {
            struct ifb_buf out;

            ifb_buf_init(&out, 1000);
            feed_in_pieces(ifb_str_of(rows[i].bytes), step, rows[i].lines, &out);
            if (!ifb_str_is(ifb_buf_view(&out), rows[i].events))
                fail_msg("row %zu by %zu: '%.*s', wanted '%s'", i, step, (int)out.len,
                         ifb_buf_view(&out).ptr, rows[i].events);
            ifb_buf_close(&out);
        }
}

static void test_ceilings_of_framing(void **state)
{
    static const char *const rows[] = { "data: ", "data: 12345\n", ":" };
    struct ifb_error err = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ifb_buf out;
        struct ifb_sse s;
        enum ifb_code code = IFB_OK;

        ifb_buf_init(&out, 1000);
        ifb_sse_open(&s, false, 100);
        for (int k = 0; k < 200 && !code; k++)
            code = ifb_sse_feed(&s, ifb_str_of(rows[i]), note, &out, &err);
        assert_int_equal(code, IFB_ELIMIT);
        assert_string_equal(err.msg, "an event of the stream is larger than 100 bytes");
        assert_int_equal(out.len, 0);
        ifb_sse_close(&s);
        ifb_buf_close(&out);
    }
}

/* ---- the vendors ---- */

#define D(json) "data: " json "\n\n"
#define DELTA(members) D("{\"choices\":[{\"index\":0,\"delta\":{" members "},\"finish_reason\":null}]}")
#define C(text, finish) D("{\"choices\":[{\"index\":0,\"text\":\"" text "\",\"logprobs\":null," \
                          "\"finish_reason\":" finish "}]}")
#define E(event, json) "event: " event "\ndata: {\"type\":\"" event "\"" json "}\n\n"

static const struct { const char *id; struct reply_case want; } whole[] = {
    /* llama-server: content null first, usage in a chunk without a choice, keys of its own */
    { "openai", { ": ping\n\n" DELTA("\"role\":\"assistant\",\"content\":null")
      DELTA("\"content\":\"Hi \\ud83d\"") DELTA("\"content\":\"\xef\xbf\xbd\\n\"")
      D("{\"model\":\"alias\",\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}")
      D("{\"choices\":[],\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":3},\"timings\":{}}")
      "data: [DONE]\n\n" D("{\"choices\":[{\"delta\":{\"content\":\"late\"}}]}"),
      "Hi \xef\xbf\xbd\xef\xbf\xbd\n", NONE, "alias", IFB_FINISH_STOP, 12, 3 } },
    { "openai", { DELTA("\"reasoning_content\":\"h\"") DELTA("\"reasoning\":\"m\"")
      D("{\"choices\":[{\"delta\":{\"content\":null},\"finish_reason\":\"length\"}]}")
      "data:[DONE]\n\n", NONE, "hm", NONE, IFB_FINISH_LENGTH, -1, -1 } },
    { "openai", { "data: [DONE]\n\n", NONE, NONE, NONE, 0, -1, -1 } },
    { "openai", { DELTA("\"content\":\"\"") D("{\"error\":null,\"choices\":[{}]}") "data: [DONE]\n\n",
      "", NONE, NONE, 0, -1, -1 } },
    { "completions", { C("Hi \\ud83d", "null") C("\xef\xbf\xbd\\n", "null") C("", "\"stop\"")
      D("{\"model\":\"b\",\"choices\":[],\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":3}}")
      "data: [DONE]\n\n",
      "Hi \xef\xbf\xbd\xef\xbf\xbd\n", NONE, "b", IFB_FINISH_STOP, 12, 3 } },
    { "completions", { D("{\"choices\":[{\"text\":null,\"finish_reason\":\"length\"}]}")
      "data: [DONE]\n\n", NONE, NONE, NONE, IFB_FINISH_LENGTH, -1, -1 } },
    { "anthropic", {
      E("message_start", ",\"message\":{\"model\":\"c\",\"content\":[],\"usage\":"
        "{\"input_tokens\":12,\"cache_read_input_tokens\":8,\"output_tokens\":1}}")
      E("ping", "")
      E("content_block_start", ",\"index\":0,\"content_block\":{\"type\":\"thinking\","
        "\"thinking\":\"\"}")
      E("content_block_delta", ",\"delta\":{\"type\":\"thinking_delta\",\"thinking\":\"hm\"}")
      E("content_block_delta", ",\"delta\":{\"type\":\"signature_delta\",\"signature\":\"s\"}")
      E("content_block_stop", ",\"index\":0")
      E("content_block_start", ",\"content_block\":{\"type\":\"text\",\"text\":\"\"}")
      E("content_block_delta", ",\"delta\":{\"type\":\"text_delta\",\"text\":\"H\"}")
      E("content_block_delta", ",\"delta\":{\"type\":\"text_delta\",\"text\":\"i\"}")
      E("message_delta", ",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":3}")
      E("message_stop", ""), "Hi", "hm", "c", IFB_FINISH_STOP, 20, 3 } },
    /* without message_start and content_block_start, as seen of llama-server */
    { "anthropic", { E("content_block_delta", ",\"delta\":{\"type\":\"text_delta\",\"text\":\"Hi\"}")
      E("message_delta", ",\"delta\":{\"stop_reason\":\"max_tokens\"},\"usage\":{\"output_tokens\":3}")
      E("message_stop", ""), "Hi", NONE, NONE, IFB_FINISH_LENGTH, -1, 3 } },
    { "gemini", { D("{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"hm\",\"thought\":true}]}}],"
                    "\"modelVersion\":\"g\"}")
      D("{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"H\"}]}}]}")
      D("{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"i\"}]},\"finishReason\":\"STOP\"}],"
        "\"usageMetadata\":{\"promptTokenCount\":5,\"candidatesTokenCount\":2}}"),
      "Hi", "hm", "g", IFB_FINISH_STOP, 5, 2 } },
    { "gemini", { D("{\"promptFeedback\":{\"blockReason\":\"SAFETY\"}}"), NONE, NONE, NONE,
      IFB_FINISH_FILTER, -1, -1 } },
    { "ollama", { "{\"model\":\"m\",\"message\":{\"content\":\"\",\"thinking\":\"hm\"},\"done\":false}\n"
      "{\"model\":\"m\",\"message\":{\"content\":\"Hi\"},\"done\":false}\n"
      "{\"model\":\"m\",\"message\":{\"content\":\"\"},\"done\":true,\"done_reason\":\"stop\","
      "\"prompt_eval_count\":4,\"eval_count\":2}\n", "Hi", "hm", "m", IFB_FINISH_STOP, 4, 2 } },
};

/* Reads `bytes` in pieces of `step`; *done tells whether the end mark came. */
static enum ifb_code read_stream(const char *id, ifb_str bytes, size_t step,
                                 struct ifb_response *out, struct ifb_error *err)
{
    struct ifb_stream *s = ifb_stream_open(ifb_provider_find(ifb_str_of(id)));
    size_t text = 0, reasoning = 0;
    enum ifb_code code = IFB_OK;

    while (bytes.len && !code) {
        size_t n = step < bytes.len ? step : bytes.len;
        char *piece = malloc(n);
        struct ifb_stream_news news;

        memcpy(piece, bytes.ptr, n);
        code = ifb_stream_feed(s, (ifb_str){ piece, n }, &news, err);
        text += news.text;
        reasoning += news.reasoning;
        free(piece);
        bytes = ifb_str_from(bytes, n);
    }
    if (!code)
        code = ifb_stream_finish(s, arena, out, err);
    if (!code && (out->text.len != text || out->reasoning.len != reasoning))
        fail_msg("the news told of %zu and %zu bytes", text, reasoning);
    ifb_stream_close(s);
    return code;
}

static void test_whole_streams(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++)
        for (size_t step = 1; step <= strlen(whole[i].want.body); step += step < 8 ? 1 : 97) {
            struct ifb_response r = { 0 };
            struct ifb_error err = { 0 };

            if (read_stream(whole[i].id, ifb_str_of(whole[i].want.body), step, &r, &err))
                fail_msg("row %zu by %zu: %s", i, step, err.msg);
            check_response(i, &r, &whole[i].want);
        }
}

/*
 * The first byte at which a stream is whole; every cut before it must be noticed. Of
 * JSON lines the last needs no line break.
 */
static void test_streams_cut_off(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
        size_t n = 0, len = strlen(whole[i].want.body), first = 0;

        for (; n < len; n++) {
            struct ifb_response r;
            struct ifb_error err = { 0 };
            enum ifb_code code = read_stream(whole[i].id, (ifb_str){ whole[i].want.body, n }, n + 1,
                                             &r, &err);

            if (!code && !first)
                first = n;
            if (code && (code != IFB_ENET || first || !strstr(err.msg, "was cut off after")))
                fail_msg("row %zu, %zu bytes: code %d '%s'", i, n, code, err.msg);
        }
        /* what came after [DONE] in the first row does not count */
        if (strcmp(whole[i].id, "ollama") == 0)
            assert_int_equal(first, len - 1);
        else
            assert_true(first == 0 || i == 0);
    }
}

static void test_streams_that_make_no_sense(void **state)
{
    static const struct { const char *id, *bytes, *msg; int status; } rows[] = {
        { "openai", D("{\"error\":{\"message\":\"out of luck\",\"code\":500}}"),
          "the reply is an error: out of luck", 0 },
        { "openai", D("{\"choices\":"), "the reply is broken JSON: line 1: ", 0 },
        { "openai", DELTA("\"content\":7"), "the reply's content is a number, wanted a string", 0 },
        { "anthropic", E("error", ",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}"),
          "the stream ends with an error: Overloaded", 529 },
        { "anthropic", E("error", ",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"slow\"}"),
          "the stream ends with an error: slow", 429 },
        { "anthropic", "event: x\ndata: <html>\n\n", "an event of the stream is not JSON", 0 },
        { "gemini", D("{\"error\":{\"code\":503,\"message\":\"busy\"}}"), "the reply is an error: busy", 0 },
        { "ollama", "{\"error\":\"out of memory\"}\n", "the reply is an error: out of memory", 0 },
        { "ollama", "{}\n", "the reply has no message", 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ifb_response r;
        struct ifb_error err = { 0 };
        enum ifb_code code = read_stream(rows[i].id, ifb_str_of(rows[i].bytes), 7, &r, &err);

        if (code != IFB_EPROTO || strncmp(err.msg, rows[i].msg, strlen(rows[i].msg)) != 0 ||
            err.http_status != rows[i].status)
            fail_msg("row %zu: code %d, status %d, '%s'", i, code, err.http_status, err.msg);
    }
}

static void test_events_of_any_shape(void **state)
{
    static const char *const shapes[] = { "null", "[]", "{}", "\"x\"", "7", "{\"choices\":7}",
        "{\"choices\":[7]}", "{\"choices\":[{\"delta\":[]}]}", "{\"delta\":null,\"type\":5}",
        "{\"type\":\"message_start\",\"message\":[]}", "{\"type\":\"content_block_delta\"}",
        "{\"candidates\":[{\"content\":{\"parts\":[[]]}}]}", "{\"message\":{}}", "{\"usage\":[]}" };

    (void)state;
    for (const struct ifb_provider *p = NULL; (p = ifb_provider_next(p));)
        for (size_t i = 0; p->stream && i < sizeof(shapes) / sizeof(shapes[0]); i++) {
            ifb_str bytes = ifb_fmt(arena, "%s%s\n\n", p->stream_lines ? "" : "data: ", shapes[i]);
            struct ifb_response r;
            struct ifb_error err = { 0 };
            enum ifb_code code = read_stream(p->id, bytes, 3, &r, &err);

            assert_true(code == IFB_ENET || code == IFB_EPROTO);
        }
    assert_null(ifb_stream_open(ifb_provider_find(IFB_STR("replay"))));
}

static void test_likely_tokens_of_a_stream(void **state)
{
    ifb_str bytes = IFB_STR(D("{\"choices\":[{\"delta\":{\"role\":\"assistant\"},\"logprobs\":null}]}")
        D("{\"choices\":[{\"delta\":{\"content\":\"M\"},\"logprobs\":{\"content\":[{\"top_logprobs\":["
          "{\"token\":\"M\",\"logprob\":-0.5}]}]}}]}")
        D("{\"choices\":[{\"delta\":{\"content\":\"x\"},\"logprobs\":{\"content\":[{\"top_logprobs\":["
          "{\"token\":\"x\",\"logprob\":-9}]}]}}]}") "data: [DONE]\n\n");
    struct ifb_response r;
    struct ifb_error err;

    (void)state;
    assert_int_equal(read_stream("openai", bytes, 5, &r, &err), IFB_OK);
    assert_int_equal(r.ntop, 1);
    assert_true(ifb_str_is(r.top[0].token, "M") && r.top[0].logprob == -0.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_framing),
        cmocka_unit_test(test_ceilings_of_framing),
        cmocka_unit_test(test_whole_streams),
        cmocka_unit_test(test_streams_cut_off),
        cmocka_unit_test(test_streams_that_make_no_sense),
        cmocka_unit_test(test_events_of_any_shape),
        cmocka_unit_test(test_likely_tokens_of_a_stream),
    };

    (void)check_requests;
    (void)check_replies;
    (void)check_refusals;
    (void)check_cuts;
    (void)check_key_header;
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
