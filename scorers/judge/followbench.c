/* SPDX-License-Identifier: Apache-2.0 */
/*
 * FollowBench's judge ends its reply with a Python list of 'YES' and 'NO', one
 * a constraint. The list is read, not evaluated.
 */
#include "scorers/judge/judge.h"

#include "harness/base/arena.h"
#include "harness/base/pylist.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"

/* What stands in for 'NO'; each language has one word that the other refuses. */
static bool is_no(ifb_str s, enum ifb_followbench_language language)
{
    static const char *const words[] = { "NO", "PARTIAL", "MAYBE", "UNKNOWN" };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (ifb_str_is(s, words[i]))
            return true;
    return ifb_str_is(s, language == IFB_FOLLOWBENCH_ZH ? "PARTIALLY" : "N/A");
}

static ifb_str last_line(ifb_str s)
{
    const char *newline = memrchr(s.ptr, '\n', s.len);

    return newline ? ifb_str_from(s, (size_t)(newline - s.ptr) + 1) : s;
}

/* Typographic double quotes as plain ones. */
static ifb_str plain_quotes(struct ifb_arena *arena, ifb_str s)
{
    static const ifb_str open = IFB_STR_INIT("“"), close = IFB_STR_INIT("”");
    char *out = ifb_alloc_raw(arena, s.len);
    size_t len = 0;

    for (size_t i = 0; i < s.len;) {
        ifb_str here = ifb_str_from(s, i);
        bool quote = ifb_str_starts(here, open) || ifb_str_starts(here, close);

        out[len++] = quote ? '"' : s.ptr[i];
        i += quote ? open.len : 1;
    }
    return (ifb_str){ out, len };
}

/* The line that holds the verdicts, trimmed as the language's script trims. */
static ifb_str verdict_line(struct ifb_arena *arena, ifb_str reply,
                            enum ifb_followbench_language language)
{
    if (language == IFB_FOLLOWBENCH_EN)
        return last_line(ifb_strip(ifb_strip_chars(reply, "`")));
    reply = ifb_strip_chars(plain_quotes(arena, reply), "`");
    reply = ifb_strip_chars(ifb_strip_chars(reply, " "), "\n");
    return ifb_strip_chars(last_line(reply), " ");
}

/* From the first '[' to the last ']'; absent when there is none. */
static ifb_str bracketed(ifb_str line)
{
    const char *end = memrchr(line.ptr, ']', line.len);
    size_t from = ifb_str_chr(line, '[', 0);

    if (!end || from == SIZE_MAX || end < line.ptr + from)
        return (ifb_str){ NULL, 0 };
    return ifb_str_part(line, from, (size_t)(end - line.ptr) + 1);
}

/* A list without any quote gets them around each YES and NO. */
static ifb_str add_quotes(struct ifb_arena *arena, ifb_str list)
{
    char *out;
    size_t len = 0;

    if (ifb_str_chr(list, '\'', 0) != SIZE_MAX || ifb_str_chr(list, '"', 0) != SIZE_MAX)
        return list;
    out = ifb_alloc_raw(arena, list.len * 2);
    for (size_t i = 0; i < list.len;) {
        ifb_str here = ifb_str_from(list, i);
        size_t n = ifb_str_starts(here, IFB_STR("YES")) ? 3
                   : ifb_str_starts(here, IFB_STR("NO")) ? 2
                                                         : 0;

        if (n)
            out[len++] = '\'';
        memcpy(out + len, here.ptr, n ? n : 1);
        len += n ? n : 1;
        if (n)
            out[len++] = '\'';
        i += n ? n : 1;
    }
    return (ifb_str){ out, len };
}

/* One verdict needs no list, and YES wins: "NOT YES" is one. */
static bool read_one(ifb_str line, bool *yes)
{
    *yes = ifb_str_find(line, IFB_STR("YES"), 0) != SIZE_MAX;
    return *yes || ifb_str_find(line, IFB_STR("NO"), 0) != SIZE_MAX;
}

static bool read_list(struct ifb_arena *scratch, ifb_str text,
                      enum ifb_followbench_language language, size_t n, bool *yes)
{
    struct ifb_strs list;

    if (!text.ptr || !ifb_pylist_read(scratch, text, &list))
        return false;
    if (list.n < n || (list.n > n && language == IFB_FOLLOWBENCH_EN))
        return false;
    for (size_t i = 0; i < n; i++) {
        yes[i] = ifb_str_is(list.at[i], "YES");
        if (!yes[i] && !is_no(list.at[i], language))
            return false;
    }
    return true;
}

bool ifb_followbench_read(struct ifb_arena *scratch, ifb_str reply,
                          enum ifb_followbench_language language, size_t n, bool *yes)
{
    ifb_str line = verdict_line(scratch, reply, language), list;
    bool ok;

    memset(yes, 0, n * sizeof(*yes));
    if (n == 1)
        return read_one(line, yes);
    list = bracketed(line);
    if (list.ptr && language == IFB_FOLLOWBENCH_ZH)
        list = add_quotes(scratch, list);
    ok = read_list(scratch, list, language, n, yes);
    if (!ok)
        memset(yes, 0, n * sizeof(*yes));
    return ok;
}
