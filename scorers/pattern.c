/* SPDX-License-Identifier: Apache-2.0 */
#include "scorers/pattern.h"

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/regex.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "harness/base/utf8.h"

bool ifb_pattern_is_literal(ifb_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] && strchr(".^$*+?{}[]\\|()", s.ptr[i]))
            return false;
    return true;
}

ifb_str ifb_pattern_escape(struct ifb_arena *arena, ifb_str s)
{
    char *out = ifb_alloc_raw(arena, 2 * s.len);
    size_t n = 0;

    for (size_t i = 0; i < s.len; i++) {
        if (!ifb_pattern_is_literal(ifb_str_part(s, i, i + 1)))
            out[n++] = '\\';
        out[n++] = s.ptr[i];
    }
    return (ifb_str){ out, n };
}

void ifb_pattern_bind(struct ifb_pattern *out, ifb_str source, ifb_str pattern, unsigned flags,
                      struct ifb_arena *arena)
{
    struct ifb_error err;

    *out = (struct ifb_pattern){ .source = source };
    if (ifb_regex_new(pattern, flags, &out->re, &err) == IFB_OK)
        return;
    out->re = NULL;
    out->broken = ifb_str_copy(arena, ifb_str_of(err.msg));
}

enum ifb_code ifb_pattern_bind_valid(struct ifb_pattern *out, ifb_str source, unsigned flags,
                                     struct ifb_arena *arena, struct ifb_error *err)
{
    ifb_pattern_bind(out, source, source, flags, arena);
    if (out->broken.len)
        return ifb_fail(err, IFB_EINPUT, "pattern: %.*s", IFB_ARG(out->broken));
    return IFB_OK;
}

void ifb_pattern_bind_bounded(struct ifb_pattern *out, ifb_str source, unsigned flags,
                              struct ifb_arena *arena)
{
    bool literal = source.len && ifb_pattern_is_literal(source);
    ifb_str pattern = source;

    if (!literal) {
        char *joined = ifb_alloc_raw(arena, source.len + 4);

        memcpy(joined, "\\b", 2);
        memcpy(joined + 2, source.ptr, source.len);
        memcpy(joined + 2 + source.len, "\\b", 2);
        pattern = (ifb_str){ joined, source.len + 4 };
    }
    ifb_pattern_bind(out, source, pattern, flags, arena);
    out->bounded = literal;
}

void ifb_pattern_close(struct ifb_pattern *pattern)
{
    ifb_regex_close(pattern->re);
    pattern->re = NULL;
}

/* re's \b at byte `at`. */
static bool is_boundary(ifb_str text, size_t at)
{
    const char *before = text.ptr + at, *after = before;
    bool left = at && ifb_is_word(ifb_utf8_prev(&before));

    return left != (at < text.len && ifb_is_word(ifb_utf8_next(&after)));
}

/* ifb_regex_search within the probe's steps. */
static enum ifb_match search(const struct ifb_regex *re, int64_t *steps, ifb_str text, size_t *from,
                             size_t *to)
{
    struct ifb_scan scan;
    enum ifb_match m;

    ifb_scan_open(&scan, re, text);
    scan.budget = steps;
    m = ifb_scan_next(&scan, from, to);
    ifb_scan_close(&scan);
    return m;
}

/* A match that fails its boundaries may overlap one that does not: go on one character later. */
static enum ifb_match search_bounded(const struct ifb_regex *re, ifb_str text, size_t *from,
                                     size_t *to)
{
    size_t at = 0;

    for (;;) {
        enum ifb_match m = ifb_regex_search(re, ifb_str_from(text, at), from, to);
        const char *next;

        if (m != IFB_MATCH)
            return m;
        *from += at;
        *to += at;
        if (is_boundary(text, *from) && is_boundary(text, *to))
            return IFB_MATCH;
        next = text.ptr + *from;
        ifb_utf8_next(&next);
        at = (size_t)(next - text.ptr);
    }
}

void ifb_pattern_say_broken(const struct ifb_pattern *pattern, struct ifb_probe *p)
{
    ifb_str source = ifb_shown(pattern->source);

    if (pattern->broken.len)
        ifb_why(p, "'%.*s' is not a pattern: %.*s", IFB_ARG(source), IFB_ARG(pattern->broken));
    else
        ifb_why(p, "'%.*s' takes too many steps to match", IFB_ARG(source));
}

enum ifb_outcome ifb_pattern_search(const struct ifb_pattern *pattern, struct ifb_probe *p,
                                    ifb_str text, ifb_str *match)
{
    enum ifb_match m = IFB_MATCH_LIMIT;
    size_t from, to;

    if (pattern->re)
        m = pattern->bounded ? search_bounded(pattern->re, text, &from, &to)
                             : search(pattern->re, p->steps, text, &from, &to);
    if (m == IFB_MATCH_LIMIT) {
        ifb_pattern_say_broken(pattern, p);
        return IFB_ERROR;
    }
    if (m == IFB_MATCH)
        *match = ifb_str_part(text, from, to);
    return ifb_pass_if(m == IFB_MATCH);
}

/* ifb_regex_count within the probe's steps. */
static int64_t count(const struct ifb_regex *re, int64_t *steps, ifb_str text)
{
    struct ifb_scan scan;
    enum ifb_match m;
    size_t from, to;
    int64_t n = 0;

    ifb_scan_open(&scan, re, text);
    scan.budget = steps;
    while ((m = ifb_scan_next(&scan, &from, &to)) == IFB_MATCH)
        n++;
    ifb_scan_close(&scan);
    return m == IFB_MATCH_LIMIT ? -1 : n;
}

static void mark_matches(const struct ifb_regex *re, struct ifb_probe *p, ifb_str text)
{
    struct ifb_scan scan;
    size_t from, to;

    ifb_scan_open(&scan, re, text);
    while (p->nspans < IFB_SPANS_MAX && ifb_scan_next(&scan, &from, &to) == IFB_MATCH)
        ifb_mark(p, ifb_str_part(text, from, to));
    ifb_scan_close(&scan);
}

int64_t ifb_pattern_count(const struct ifb_pattern *pattern, struct ifb_probe *p, ifb_str text,
                          bool mark)
{
    int64_t n = pattern->re ? count(pattern->re, p->steps, text) : -1;

    if (n < 0)
        ifb_pattern_say_broken(pattern, p);
    else if (mark && p->explain)
        mark_matches(pattern->re, p, text);
    return n;
}
