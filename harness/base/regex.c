/* SPDX-License-Identifier: Apache-2.0 */
/* Matching: literals by hand, everything else by PCRE2. The only file that includes pcre2.h. */
#include "harness/base/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/error.h"
#include "harness/base/regex_parse.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"

/*
 * PCRE2 limits the steps at each place where a match may begin, not their sum,
 * and does not count what a repeat passes over. So a short text is matched with
 * few steps a place; where they do not suffice, and on a long text, a second code
 * with callouts counts every step.
 */
#define SHORT ((size_t)16 << 10)
#define STEPS_A_PLACE 200u       /* of a scan that shares its budget: its text may be one of many */
#define BYTES_A_STEP 16
#define STEPS_MAX 10000000u
#define HEAP_KIB_MAX 65536u
#define NEST_MAX 1000u
#define RAW_PATTERN_MAX ((size_t)1 << 20)
#define WRITTEN_MAX ((size_t)16 << 20)

struct ifb_regex {
    bool literal, ignore_case;
    char *needle;          /* the pattern, when it is literal; owned */
    size_t needle_len;
    uint32_t *folded;      /* ignore_case: its characters, least of their case class */
    size_t nfolded;
    bool first_bytes[256]; /* ignore_case: bytes that a match can begin with */
    pcre2_code *code;
    _Atomic(pcre2_code *) metered;  /* the same with callouts, compiled when it is needed */
    char *written;                  /* what both are compiled from; owned */
    size_t written_len;
    uint32_t options;
    bool refers_back;
    pcre2_match_context *limits;
};

static void *must(void *p)
{
    if (!p)
        ifb_out_of_memory();
    return p;
}

static bool is_literal(ifb_str pattern)
{
    for (size_t i = 0; i < pattern.len; i++)
        if (pattern.ptr[i] && strchr(".^$*+?{}[]\\|()", pattern.ptr[i]))
            return false;
    return true;
}

/* ---- literals ---- */

/* The least of a class that holds an ASCII letter is its upper case, K, S and I included. */
static uint32_t fold(uint32_t cp)
{
    if (cp < 0x80)
        return cp >= 'a' && cp <= 'z' ? cp - 0x20 : cp;
    return ifb_re_case_least(cp);
}

static void mark_first_bytes(struct ifb_regex *re, uint32_t folded)
{
    uint32_t cp = folded;
    char bytes[4];

    do {
        ifb_utf8_put(bytes, cp);
        re->first_bytes[(unsigned char)bytes[0]] = true;
        cp = ifb_re_case_next(cp);
    } while (cp != folded);
}

static void make_literal(struct ifb_regex *re, ifb_str pattern, bool ignore_case)
{
    const char *p = pattern.ptr, *end = pattern.ptr + pattern.len;

    re->literal = true;
    re->ignore_case = ignore_case && pattern.len;
    re->needle = must(malloc(pattern.len + 1));
    re->needle_len = pattern.len;
    if (pattern.len)
        memcpy(re->needle, pattern.ptr, pattern.len);
    if (!re->ignore_case)
        return;
    re->folded = must(malloc(pattern.len * sizeof(*re->folded)));
    while (p < end)
        re->folded[re->nfolded++] = fold(ifb_utf8_next(&p));
    mark_first_bytes(re, re->folded[0]);
}

/* Where the needle ends when it stands at `at`; SIZE_MAX when it does not. */
static size_t match_folded(const struct ifb_regex *re, ifb_str text, size_t at)
{
    const char *p = text.ptr + at, *end = text.ptr + text.len;

    for (size_t i = 0; i < re->nfolded; i++)
        if (p == end || fold(ifb_utf8_next(&p)) != re->folded[i])
            return SIZE_MAX;
    return (size_t)(p - text.ptr);
}

static bool find_folded(const struct ifb_regex *re, ifb_str text, size_t at, size_t *from,
                        size_t *to)
{
    for (; at < text.len; at++) {
        if (!re->first_bytes[(unsigned char)text.ptr[at]])
            continue;
        *to = match_folded(re, text, at);
        if (*to != SIZE_MAX) {
            *from = at;
            return true;
        }
    }
    return false;
}

/* An empty needle stands everywhere, also at the end. */
static bool find_literal(const struct ifb_regex *re, ifb_str text, size_t at, size_t *from,
                         size_t *to)
{
    if (re->ignore_case)
        return find_folded(re, text, at, from, to);
    at = ifb_str_find(text, (ifb_str){ re->needle, re->needle_len }, at);
    if (at == SIZE_MAX)
        return false;
    *from = at;
    *to = at + re->needle_len;
    return true;
}

/* ---- PCRE2 ---- */

/*
 * Without regard to case PCRE2 looks for the first letter's two forms by two
 * searches that run to the end of the text, again for every match: that is
 * quadratic, so its start optimisation is left out there.
 */
static pcre2_code *compile_written(const struct ifb_regex *re, uint32_t more, int *number,
                                   PCRE2_SIZE *offset)
{
    pcre2_compile_context *context = must(pcre2_compile_context_create(NULL));
    pcre2_code *code;

    pcre2_set_newline(context, PCRE2_NEWLINE_LF);
    pcre2_set_parens_nest_limit(context, NEST_MAX);
    code = pcre2_compile((PCRE2_SPTR)re->written, re->written_len, re->options | more, number,
                         offset, context);
    pcre2_compile_context_free(context);
    return code;
}

/* Keeps what is compiled, for the second code; false when it does not compile. */
static bool compile_first(struct ifb_regex *re, ifb_str written, uint32_t options, int *number,
                          PCRE2_SIZE *offset)
{
    uint32_t refers_back = 0;

    re->options = options;
    re->written = must(malloc(written.len + 1));
    re->written_len = written.len;
    memcpy(re->written, written.ptr, written.len);
    re->code = compile_written(re, 0, number, offset);
    if (!re->code)
        return false;
    pcre2_pattern_info(re->code, PCRE2_INFO_BACKREFMAX, &refers_back);
    re->refers_back = refers_back > 0;
    re->limits = must(pcre2_match_context_create(NULL));
    pcre2_set_match_limit(re->limits, STEPS_MAX);
    pcre2_set_heap_limit(re->limits, HEAP_KIB_MAX);
    return true;
}

static enum ifb_code compile(struct ifb_regex *re, ifb_str written, bool ignore_case,
                             struct ifb_error *err)
{
    uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_DOTALL | PCRE2_MULTILINE |
                       PCRE2_ALT_CIRCUMFLEX | PCRE2_NEVER_BACKSLASH_C |
                       (ignore_case ? PCRE2_NO_START_OPTIMIZE : 0);
    PCRE2_SIZE offset = 0;
    int number = 0;

    if (!compile_first(re, written, options, &number, &offset))
        return ifb_fail(err, IFB_ELIMIT, "the pattern is too large or too deep to compile (%d)",
                        number);
    return IFB_OK;
}

static enum ifb_code make_pattern(struct ifb_regex *re, ifb_str pattern, unsigned flags,
                                  struct ifb_error *err)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_re_tree tree;
    struct ifb_buf written;
    enum ifb_code code = ifb_re_parse(arena, pattern, flags, &tree, err);

    ifb_buf_init(&written, WRITTEN_MAX);
    if (!code) {
        ifb_re_write(&tree, &written);
        code = written.full ? ifb_fail(err, IFB_ELIMIT, "the pattern is too large")
                            : compile(re, ifb_buf_view(&written),
                                      (tree.flags | flags) & IFB_RE_IGNORECASE, err);
    }
    ifb_buf_close(&written);
    ifb_arena_close(arena);
    return code;
}

enum ifb_code ifb_regex_new(ifb_str pattern, unsigned flags, struct ifb_regex **out,
                            struct ifb_error *err)
{
    struct ifb_regex *re = must(calloc(1, sizeof(*re)));
    enum ifb_code code = IFB_OK;

    if (is_literal(pattern))
        make_literal(re, pattern, flags & IFB_RE_IGNORECASE);
    else
        code = make_pattern(re, pattern, flags, err);
    if (code)
        ifb_regex_close(re);
    else
        *out = re;
    return code;
}

enum ifb_code ifb_regex_pcre2(ifb_str pattern, struct ifb_regex **out, struct ifb_error *err)
{
    struct ifb_regex *re;
    PCRE2_UCHAR why[120];
    PCRE2_SIZE offset = 0;
    int number = 0;

    if (pattern.len > RAW_PATTERN_MAX)
        return ifb_fail(err, IFB_EINPUT, "the pattern has %zu bytes, wanted at most %zu",
                        pattern.len, RAW_PATTERN_MAX);
    re = must(calloc(1, sizeof(*re)));
    if (!compile_first(re, pattern, PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C, &number,
                       &offset)) {
        ifb_regex_close(re);
        pcre2_get_error_message(number, why, sizeof(why));
        return ifb_fail(err, IFB_EINPUT, "%s, at byte %zu of the pattern", (const char *)why,
                        offset);
    }
    ifb_regex_jit(re);
    *out = re;
    return IFB_OK;
}

void ifb_regex_close(struct ifb_regex *re)
{
    if (!re)
        return;
    pcre2_code_free(re->code);
    pcre2_code_free(re->metered);
    pcre2_match_context_free(re->limits);
    free(re->written);
    free(re->needle);
    free(re->folded);
    free(re);
}

void ifb_regex_jit(struct ifb_regex *re)
{
    if (re->code)
        pcre2_jit_compile(re->code, PCRE2_JIT_COMPLETE);
}

/* ---- scanning ---- */

void ifb_scan_open(struct ifb_scan *s, const struct ifb_regex *re, ifb_str text)
{
    *s = (struct ifb_scan){ .re = re };
    if (re->code)
        s->data = must(pcre2_match_data_create(1, NULL));
    ifb_scan_again(s, text, 0);
}

void ifb_scan_again(struct ifb_scan *s, ifb_str text, size_t at)
{
    s->text = text.ptr ? text : (ifb_str){ "", 0 };
    s->at = at;
    s->last_end = 0;
    s->first = true;
    s->empty = false;
    s->own = IFB_RE_STEPS;
    s->metered = false;
}

/* What a reference back may have to compare. */
static int64_t count_captured(const pcre2_callout_block *block)
{
    const PCRE2_SIZE *at = block->offset_vector;
    int64_t n = 0;

    for (uint32_t g = 1; g < block->capture_top; g++)
        if (at[2 * g] != PCRE2_UNSET && at[2 * g + 1] > at[2 * g])
            n += (int64_t)((at[2 * g + 1] - at[2 * g]) / BYTES_A_STEP);
    return n;
}

/* Each item that is tried comes by here, and what was passed over since. */
static int count_step(pcre2_callout_block *block, void *scan)
{
    struct ifb_scan *s = scan;
    size_t at = block->current_position, seen = s->seen;
    int64_t *left = s->budget ? s->budget : &s->own;

    *left -= 1 + (int64_t)((at > seen ? at - seen : seen - at) / BYTES_A_STEP);
    if (s->re->refers_back)
        *left -= count_captured(block);
    s->seen = at;
    return *left < 0 ? PCRE2_ERROR_CALLOUT : 0;
}

/* Two threads may both compile it: one is kept. NULL when it is too large. */
static const pcre2_code *metered_code(const struct ifb_regex *re)
{
    _Atomic(pcre2_code *) *slot = (_Atomic(pcre2_code *) *)&re->metered;
    pcre2_code *code = *slot, *mine;
    PCRE2_SIZE offset = 0;
    int number = 0;

    if (code)
        return code;
    mine = compile_written(re, PCRE2_AUTO_CALLOUT, &number, &offset);
    if (mine && !atomic_compare_exchange_strong(slot, &code, mine))
        pcre2_code_free(mine);
    else
        code = mine;
    return code;
}

static uint32_t steps_a_place(const struct ifb_scan *s)
{
    return s->budget ? STEPS_A_PLACE : (uint32_t)(IFB_RE_STEPS / (s->text.len + 2));
}

/* References back compare without being counted; many short texts add up. */
static size_t short_length(const struct ifb_scan *s)
{
    if (s->re->refers_back)
        return s->budget ? 0 : SHORT / 64;
    return s->budget ? SHORT / 16 : SHORT;
}

static int match_once(struct ifb_scan *s, uint32_t options)
{
    const pcre2_code *code = s->metered ? metered_code(s->re) : s->re->code;

    if (!code)
        return PCRE2_ERROR_MATCHLIMIT;
    if (!s->limits)
        s->limits = must(pcre2_match_context_copy(s->re->limits));
    pcre2_set_match_limit(s->limits, s->metered ? STEPS_MAX : steps_a_place(s));
    pcre2_set_callout(s->limits, s->metered ? count_step : NULL, s);
    return pcre2_match(code, (PCRE2_SPTR)s->text.ptr, s->text.len, s->at, options, s->data,
                       s->limits);
}

static enum ifb_match run_pcre2(struct ifb_scan *s, bool not_empty, size_t *from, size_t *to)
{
    uint32_t options = PCRE2_NO_UTF_CHECK | (not_empty ? PCRE2_NOTEMPTY_ATSTART : 0);
    const PCRE2_SIZE *found;
    int rc;

    s->metered |= s->text.len > short_length(s);
    s->seen = s->at;
    rc = match_once(s, options);
    if (rc == PCRE2_ERROR_JIT_STACKLIMIT)
        rc = match_once(s, options | PCRE2_NO_JIT);
    if (rc == PCRE2_ERROR_MATCHLIMIT && !s->metered) {
        s->metered = true;
        rc = match_once(s, options);
    }
    if (rc == PCRE2_ERROR_NOMATCH)
        return IFB_NO_MATCH;
    if (rc < 0)
        return IFB_MATCH_LIMIT;
    found = pcre2_get_ovector_pointer(s->data);
    *from = found[0];
    *to = found[1];
    return IFB_MATCH;
}

/* After an empty match the next one may not be empty at the same place (Python 3.7). */
enum ifb_match ifb_scan_next(struct ifb_scan *s, size_t *from, size_t *to)
{
    bool was_empty = !s->first && s->last_end == s->at && s->empty;
    enum ifb_match m = IFB_NO_MATCH;

    if (s->at > s->text.len)
        return IFB_NO_MATCH;
    if (s->re->code) {
        m = run_pcre2(s, was_empty, from, to);
    } else {
        size_t at = s->at;

        /* Of literals only "" can be empty: it moves on by a character. */
        if (was_empty && at < s->text.len) {
            const char *p = s->text.ptr + at;

            ifb_utf8_next(&p);
            at = (size_t)(p - s->text.ptr);
        } else if (was_empty) {
            at = SIZE_MAX;
        }
        if (at != SIZE_MAX && find_literal(s->re, s->text, at, from, to))
            m = IFB_MATCH;
    }
    if (m != IFB_MATCH) {
        s->at = s->text.len + 1;
        return m;
    }
    s->first = false;
    s->empty = *from == *to;
    s->at = s->last_end = *to;
    return m;
}

void ifb_scan_close(struct ifb_scan *s)
{
    pcre2_match_data_free(s->data);
    pcre2_match_context_free(s->limits);
    s->data = s->limits = NULL;
}

enum ifb_match ifb_regex_search(const struct ifb_regex *re, ifb_str text, size_t *from, size_t *to)
{
    struct ifb_scan s;
    size_t a, b;
    enum ifb_match m;

    ifb_scan_open(&s, re, text);
    m = ifb_scan_next(&s, from ? from : &a, to ? to : &b);
    ifb_scan_close(&s);
    return m;
}

enum ifb_match ifb_regex_search_within(const struct ifb_regex *re, ifb_str text, int64_t *budget)
{
    struct ifb_scan s;
    size_t from, to;
    enum ifb_match m;

    ifb_scan_open(&s, re, text);
    s.budget = budget;
    m = ifb_scan_next(&s, &from, &to);
    ifb_scan_close(&s);
    return m;
}

int64_t ifb_regex_count(const struct ifb_regex *re, ifb_str text)
{
    struct ifb_scan s;
    size_t from, to;
    enum ifb_match m;
    int64_t n = 0;

    ifb_scan_open(&s, re, text);
    while ((m = ifb_scan_next(&s, &from, &to)) == IFB_MATCH)
        n++;
    ifb_scan_close(&s);
    return m == IFB_MATCH_LIMIT ? -1 : n;
}
