/* SPDX-License-Identifier: Apache-2.0 */
/* Streamed replies as the engine hears them: pieces, their times, and every way to end. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/str.h"
#include "harness/engine/listen.h"
#include "harness/engine/record.h"

#define DELTA(text) "data: {\"choices\":[{\"delta\":{\"content\":\"" text "\"}}]}\n\n"
#define DONE "data: [DONE]\n\n"

/* A piece and when it comes. */
struct piece {
    const char *bytes;
    int64_t us;
    enum ifb_http_fate fate;
};

struct heard {
    bool decided;
    enum ifb_code code;
    struct ifb_error error;
    struct ifb_response response;
    struct ifb_pace pace;
};

static struct ifb_arena *arena;

static struct heard hear(const char *provider, const struct piece *pieces, size_t max,
                         enum ifb_code ended, int status)
{
    struct ifb_http_event e = { .code = ended, .reply = { .status = status } };
    struct heard h = { .code = ended };
    struct ifb_listen l;

    ifb_listen_begin(&l, ifb_provider_find(ifb_str_of(provider)), max);
    for (const struct piece *p = pieces; p->bytes; p++)
        if (ifb_listen_piece(&l, ifb_str_of(p->bytes), p->us) != p->fate)
            fail_msg("piece %zu has another fate", (size_t)(p - pieces));
    h.decided = ifb_listen_end(&l, &e, arena, &h.response, &h.pace, &h.code, &h.error);
    ifb_listen_close(&l);
    return h;
}

static void test_times(void **state)
{
    static const struct piece pieces[] = {
        { ": ping\n\n", 500, IFB_HTTP_TAKEN },
        { "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n", 900,
          IFB_HTTP_TAKEN },
        { DELTA("a"), 1000, IFB_HTTP_TAKEN },
        { DELTA("b") DELTA("c"), 1400, IFB_HTTP_TAKEN },  /* two in one piece */
        { "data: {\"choices\":[{\"delta\":", 1500, IFB_HTTP_TAKEN },
        { "{\"content\":\"d\"}}]}\n\n", 2200, IFB_HTTP_TAKEN },
        { DONE, 9000, IFB_HTTP_ENOUGH },
        { NULL, 0, 0 },
    };
    struct heard h = hear("openai", pieces, 100, IFB_OK, 200);

    (void)state;
    assert_true(h.decided && h.code == IFB_OK && ifb_str_is(h.response.text, "abcd"));
    assert_int_equal(h.pace.first_us, 1000);
    assert_int_equal(h.pace.longest_us, 800);
    assert_true(h.pace.mean_us == 400);  /* 1,200 us, three gaps */
}

static void test_one_piece_has_no_gap(void **state)
{
    static const struct piece pieces[] = { { DELTA("a") DONE, 70, IFB_HTTP_ENOUGH }, { NULL, 0, 0 } };
    static const struct piece nothing[] = { { DONE, 70, IFB_HTTP_ENOUGH }, { NULL, 0, 0 } };
    struct heard h = hear("openai", pieces, 100, IFB_OK, 200);

    (void)state;
    assert_true(h.pace.first_us == 70 && !h.pace.longest_us && h.pace.mean_us == 0);
    h = hear("openai", nothing, 100, IFB_OK, 200);
    assert_true(h.code == IFB_OK && !h.response.text.ptr && !h.pace.first_us);
}

static void test_endings(void **state)
{
    static const struct {
        const char *provider;
        struct piece piece;
        enum ifb_code ended;
        int status;
        bool decided;
        enum ifb_code code;
        const char *msg;
    } rows[] = {
        { "openai", { DELTA("a"), 1, IFB_HTTP_TAKEN }, IFB_OK, 200, true, IFB_ENET, "cut off" },
        { "openai", { DELTA("a"), 1, IFB_HTTP_TAKEN }, IFB_ENET, 200, false, IFB_ENET, "" },
        { "openai", { DELTA("a") DONE, 1, IFB_HTTP_ENOUGH }, IFB_ENET, 200, true, IFB_OK, "" },
        { "openai", { "data: {\"error\":{\"message\":\"busy\"}}\n\n", 1, IFB_HTTP_STOPPED },
          IFB_ECANCELED, 200, true, IFB_EPROTO, "busy" },
        { "openai", { "data: {\n\n", 1, IFB_HTTP_STOPPED }, IFB_ECANCELED, 200, true, IFB_EPROTO,
          "broken JSON" },
        { "openai", { DELTA("0123456789"), 1, IFB_HTTP_STOPPED }, IFB_ECANCELED, 200, true,
          IFB_ELIMIT, "larger than 8 bytes" },
        { "openai", { " \n {\"choices\":[]}", 1, IFB_HTTP_KEPT }, IFB_OK, 200, false, IFB_OK, "" },
        { "openai", { "<html>", 1, IFB_HTTP_KEPT }, IFB_OK, 200, false, IFB_OK, "" },
        { "gemini", { "[{\"candidates\":[]}]", 1, IFB_HTTP_KEPT }, IFB_OK, 200, false, IFB_OK, "" },
        { "openai", { "nonsense", 1, IFB_HTTP_TAKEN }, IFB_OK, 200, true, IFB_ENET, "cut off" },
        { "openai", { NULL, 0, 0 }, IFB_OK, 503, false, IFB_OK, "" },
        { "openai", { NULL, 0, 0 }, IFB_OK, 200, true, IFB_ENET, "cut off after 0 bytes" },
        /* a whole answer where lines were expected is a line */
        { "ollama", { "{\"message\":{\"content\":\"a\"},\"done\":true}", 1, IFB_HTTP_TAKEN }, IFB_OK,
          200, true, IFB_OK, "" },
        { "ollama", { "{\"message\":{\"content\":\"a\"},\"done\":fal", 1, IFB_HTTP_TAKEN }, IFB_OK, 200,
          true, IFB_ENET, "cut off" },
        { "replay", { NULL, 0, 0 }, IFB_OK, 200, false, IFB_OK, "" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct piece pieces[] = { rows[i].piece, { NULL, 0, 0 } };
        struct heard h = hear(rows[i].provider, pieces, 8, rows[i].ended, rows[i].status);

        if (h.decided != rows[i].decided || h.code != rows[i].code ||
            !strstr(h.error.msg, rows[i].msg))
            fail_msg("row %zu: %d, code %d '%s'", i, h.decided, h.code, h.error.msg);
    }
}

static void test_pace_in_a_record(void **state)
{
    static const struct { struct ifb_pace pace; const char *json; } rows[] = {
        { { 1234, 567.4, 8000 }, "\"ttft_ms\":1.234,\"itl_ms\":0.567,\"itl_max_ms\":8" },
        { { 120000, 0, 0 }, "\"ttft_ms\":120" },
        { { 0, 0, 0 }, "\"text\"" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ifb_call_record r = { .answered = true, .latency_ms = -1, .pace = rows[i].pace }, back;
        struct ifb_buf buf;

        ifb_buf_init(&buf, 1000);
        ifb_record_write(&r, &buf);
        ifb_buf_cstr(&buf, "}");
        assert_true(ifb_str_find(ifb_buf_view(&buf), ifb_str_of(rows[i].json), 0) != SIZE_MAX);
        assert_int_equal(ifb_record_read(ifb_str_copy(arena, ifb_buf_view(&buf)), arena, &back, NULL), IFB_OK);
        assert_int_equal(back.pace.first_us, rows[i].pace.first_us);
        assert_int_equal(back.pace.longest_us, rows[i].pace.longest_us);
        assert_true(fabs(back.pace.mean_us - rows[i].pace.mean_us) < 0.5);
        ifb_buf_close(&buf);
    }
}

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_one_piece_has_no_gap),
        cmocka_unit_test(test_endings),
        cmocka_unit_test(test_pace_in_a_record),
    };

    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
