/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small world for the tests of reports: a summary of two cells and samples
 * full of hostile text, an iterator over them, a sink that collects, and files
 * of expected output (IFBENCH_BLESS=1 rewrites them).
 */
#ifndef TESTS_REPORT_WORLD_H
#define TESTS_REPORT_WORLD_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <ifbench/report.h>

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/str.h"

#define S(lit) IFB_STR_INIT(lit)
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define WORLD_SCRIPT "</script><script>alert(1)</script>"
#define WORLD_IMG "\"><img src=x onerror=alert(2)>"

static const struct ifb_metric_value world_metrics[] = {
    { S("prompt_level_strict_acc"), S("ifeval"), S("openai:gpt"), S("proportion"), true,
      0.5, 0.25, 0.75, 0.125, 2, 4, 0 },
    { S("inst_level_strict_acc"), S("ifeval"), S("openai:gpt"), S("proportion"), true,
      1, 0.6, 1, 0, 6, 6, 0 },
    { S("mean_length"), S("own" WORLD_IMG), S("evil\x1b[31m\xe2\x80\xae"), S("words"), false,
      12.5, 11.25, 13.75, 0.5, 25, 2, 0 },
    { S("prompt_level_strict_acc"), S("own" WORLD_IMG), S("evil\x1b[31m\xe2\x80\xae"),
      S("proportion"), true, NAN, NAN, NAN, NAN, 0, 0, 0 },
};

static const struct ifb_group_row world_groups[] = {
    { S("ifeval"), S("openai:gpt"), S("instruction"), S("punctuation:no_comma"), 4, 1, 2, 1, 1 },
    { S("ifeval"), S("openai:gpt"), S("instruction"), S("keywords:existence"), 3, 3, 3, 0, 0 },
    { S("ifeval"), S("openai:gpt"), S("family"), S("punctuation"), 4, 1, 2, 1, 1 },
    { S("ifeval"), S("openai:gpt"), S("polarity"), S("required"), 3, 3, 3, 0, 0 },
    { S("ifeval"), S("openai:gpt"), S("polarity"), S("negated"), 4, 1, 2, 1, 1 },
    { S("ifeval"), S("openai:gpt"), S("turn"), S("turn 10"), 2, 1, 1, 0, 0 },
    { S("ifeval"), S("openai:gpt"), S("turn"), S("turn 2"), 1, 1, 1, 0, 0 },
    { S("own" WORLD_IMG), S("evil\x1b[31m\xe2\x80\xae"), S("instruction"),
      S("x:" WORLD_SCRIPT), 1, 0, 0, 0, 1 },
};

static const struct ifb_cell_summary world_cells[] = {
    { S("ifeval"), S("openai:gpt"), { 5, 2, 1, 1, 1, 0 }, 1234, 56789, 1, 0, 1,
      812, 2940, 5102, true, 1, 0.0123, 4, { 120, 1250, 2000 }, { 12, 30, 44 }, 310 },
    { S("own" WORLD_IMG), S("evil\x1b[31m\xe2\x80\xae"), { 2, 0, 1, 0, 0, 1 }, 0, 0, 0, 2, 0,
      NAN, NAN, NAN, false, 0, NAN, 0, { NAN, NAN, NAN }, { NAN, NAN, NAN }, NAN },
};

static const ifb_str world_warnings[] = {
    S("no official parameters"), S("\x1b]0;title\x07 " WORLD_SCRIPT "\xc2\x9b" "2J\r\nnext"),
};

static const struct ifb_summary world = {
    .version = S("0.1.0"), .run = S("run-1"), .started = S("2026-01-02T03:04:05.678Z"),
    .seconds = 61.2, .speed = { 50, 5, 56789 }, .complete = false, .punkt = S("built-in"),
    .metrics = world_metrics, .nmetrics = COUNT(world_metrics),
    .groups = world_groups, .ngroups = COUNT(world_groups),
    .cells = world_cells, .ncells = COUNT(world_cells),
    .counts = { 7, 2, 2, 1, 1, 1 },
    .warnings = world_warnings, .nwarnings = COUNT(world_warnings),
};

/* ---- samples ---- */

static const struct ifb_message world_plain[] = {
    { IFB_USER, S("Say hello without commas."), NULL },
};
static const struct ifb_message world_turns[] = {
    { IFB_SYSTEM, S("You are " WORLD_IMG), NULL },
    { IFB_USER, S("first " WORLD_SCRIPT), NULL },
    { IFB_ASSISTANT, S("earlier <b>answer</b>"), NULL },
    { IFB_USER, S("second & last"), NULL },
};

/* "hé, llo": a span may cut the character at 1 or reach beyond the end. */
static const struct ifb_span world_spans[] = { { 3, 4 }, { 0, 2 }, { 5, 4000000000u }, { 6, 3 } };
static const struct ifb_span world_overlap[] = { { 3, 6 } };

static const struct ifb_sample_check world_checks_1[] = {
    { S("punctuation:no_comma"), S("{}"), 0,
      { IFB_FAIL, S("found 1 comma, wanted none"), world_spans, COUNT(world_spans) },
      { IFB_PASS, S("found none without the first line"), NULL, 0 }, true },
    { S("keywords:existence"), S("{\"keywords\":[\"a\",\"<b>\"]}"), 0,
      { IFB_PASS, S("found both"), world_overlap, 1 }, { IFB_PASS, S("found both"), NULL, 0 }, false },
};
/* The first answer was sent with its thinking and judged without it. */
static const struct ifb_turn world_said[] = {
    { true, S("<b>answer</b>"), S("earlier") },
    { true, S("not shown twice"), { NULL, 0 } },
};
static const struct ifb_sample_check world_checks_2[] = {
    { S("x:" WORLD_SCRIPT), S("{\"x\":\"=1+1\"}"), 1,
      { IFB_ERROR, S("=cmd|' /C calc'!A0\r\n" WORLD_IMG), NULL, 0 },
      { IFB_ERROR, S("=cmd|' /C calc'!A0\r\n" WORLD_IMG), NULL, 0 }, false },
};
static const struct ifb_sample_check world_checks_3[] = {
    { S("punctuation:no_comma"), S("{}"), 0, { IFB_UNSCORED, S("no answer"), NULL, 0 },
      { IFB_UNSCORED, S("no answer"), NULL, 0 }, false },
};
static const struct ifb_sample_check world_checks_4[] = {
    { S("punctuation:no_comma"), S("{}"), 0, { IFB_PASS, S("found none"), NULL, 0 },
      { IFB_PASS, S("found none"), NULL, 0 }, false },
};

static const struct ifb_sample world_samples[] = {
    { .suite = S("ifeval"), .model = S("openai:gpt"), .id = S("1000"), .group = S(""),
      .prompt = { world_plain, 1 }, .answered = true, .answer = S("h\xc3\xa9, llo"),
      .reasoning = S("let me think </details>" WORLD_SCRIPT), .finish = IFB_FINISH_LENGTH,
      .tokens_in = 6, .tokens_out = 1200, .latency_ms = 843, .outcome = IFB_FAIL,
      .checks = world_checks_1, .nchecks = COUNT(world_checks_1) },
    { .suite = S("own" WORLD_IMG), .model = S("evil\x1b[31m\xe2\x80\xae"),
      .id = S("=1+1" WORLD_IMG), .group = S("@group"), .epoch = 1, .prompt = { world_turns, 4 },
      .answered = true,
      .answer = S("nul \0 esc \x1b[2J rlo \xe2\x80\xae" "abc\xe2\x80\xac c1 \xc2\x85 del \x7f\n"
                  "\ttab \xe2\x80\x9cquote\xe2\x80\x9d " WORLD_SCRIPT WORLD_IMG "</noscript>"
                  "<!-- --></bdi></details><style>*{}</style>&amp;"),
      .turns = world_said, .nturns = 2,
      .tokens_in = -1, .tokens_out = -1, .latency_ms = -1, .outcome = IFB_ERROR,
      .checks = world_checks_2, .nchecks = COUNT(world_checks_2) },
    { .suite = S("ifeval"), .model = S("openai:gpt"), .id = S("1002"), .group = S(""),
      .prompt = { world_plain, 1 }, .answered = false,
      .error = S("timed out <after> 60 s"), .tokens_in = -1, .tokens_out = -1, .latency_ms = 60000,
      .outcome = IFB_UNSCORED, .checks = world_checks_3, .nchecks = 1 },
    { .suite = S("ifeval"), .model = S("openai:gpt"), .id = S("-7;8"), .group = S("g, \"1\""),
      .prompt = { world_plain, 1 }, .answered = true, .answer = S("hello"), .tokens_in = 6,
      .tokens_out = 1, .latency_ms = 1843, .outcome = IFB_PASS, .checks = world_checks_4,
      .nchecks = 1 },
    { .suite = S("ifeval"), .model = S("openai:gpt"), .id = S("nothing asked"), .group = S(""),
      .answered = true, .answer = S(""), .tokens_in = 0, .tokens_out = 0, .latency_ms = 0,
      .outcome = IFB_PASS },
};

/* ---- an iterator, which can also fail ---- */

struct world_walk {
    const struct ifb_sample *at;
    size_t n, next;
    size_t fails_at;  /* SIZE_MAX: never */
    int rewinds;
};

static enum ifb_code world_next(void *self, struct ifb_sample *out, bool *more,
                                struct ifb_error *err)
{
    struct world_walk *w = self;

    if (w->next == w->fails_at)
        return ifb_fail(err, IFB_EIO, "the disk is gone");
    *more = w->next < w->n;
    if (*more)
        *out = w->at[w->next++];
    return IFB_OK;
}

static void world_rewind(void *self)
{
    struct world_walk *w = self;

    w->next = 0;
    w->rewinds++;
}

/* At its end, so that a report that does not rewind sees nothing. */
static struct world_walk world_walk(void)
{
    return (struct world_walk){ world_samples, COUNT(world_samples), COUNT(world_samples),
                                SIZE_MAX, 0 };
}

static struct ifb_samples world_iterator(struct world_walk *w)
{
    return (struct ifb_samples){ w, world_next, world_rewind, w->n };
}

/* ---- where bytes go ---- */

static bool world_collect(void *self, const char *bytes, size_t len)
{
    return ifb_buf_add(self, bytes, len);
}

static inline ifb_str world_report(const char *id, struct ifb_buf *buf)
{
    const struct ifb_report *report = ifb_report_find(ifb_str_of(id));
    struct world_walk walk = world_walk();
    struct ifb_samples samples = world_iterator(&walk);
    struct ifb_sink sink = { buf, world_collect };

    assert_non_null(report);
    ifb_buf_init(buf, (size_t)64 << 20);
    assert_int_equal(report->write(&world, &samples, &sink, NULL), IFB_OK);
    return ifb_buf_view(buf);
}

static inline bool world_has(ifb_str text, const char *part)
{
    return ifb_str_find(text, ifb_str_of(part), 0) != SIZE_MAX;
}

/* Compares with tests/golden/NAME, byte by byte. */
static inline void world_golden(ifb_str got, const char *name)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_error err;
    ifb_str want;
    size_t at = 0;
    char path[256];

    snprintf(path, sizeof(path), "tests/golden/%s", name);
    if (getenv("IFBENCH_BLESS"))
        assert_int_equal(ifb_file_write(path, got, &err), IFB_OK);
    if (ifb_file_read(path, (size_t)16 << 20, arena, &want, &err))
        fail_msg("%s: %s (tests run in the root of the tree)", path, err.msg);
    while (at < got.len && at < want.len && got.ptr[at] == want.ptr[at])
        at++;
    if (at < got.len || at < want.len)
        fail_msg("%s: differs at byte %zu: got \"%.*s\"", path, at,
                 (int)(got.len - at < 60 ? got.len - at : 60), got.ptr + at);
    ifb_arena_close(arena);
}

#endif
