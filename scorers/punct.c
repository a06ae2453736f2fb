/* SPDX-License-Identifier: Apache-2.0 */
/* The 32 ASCII marks trimmed off or deleted, and the words that are left. */
#include "scorers/punct.h"

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"

static bool is_trimmed(char c)
{
    return c == ' ' || ifb_is_punct(c);
}

ifb_str ifb_ltrim_punct(ifb_str s)
{
    size_t n = 0;

    while (n < s.len && is_trimmed(s.ptr[n]))
        n++;
    return ifb_str_from(s, n);
}

ifb_str ifb_rtrim_punct(ifb_str s)
{
    while (s.len && is_trimmed(s.ptr[s.len - 1]))
        s.len--;
    return s;
}

ifb_str ifb_trim_punct(ifb_str s)
{
    return ifb_rtrim_punct(ifb_ltrim_punct(s));
}

ifb_str ifb_delete_punct(struct ifb_arena *arena, ifb_str s)
{
    size_t n = 0;
    char *out;

    while (n < s.len && !ifb_is_punct(s.ptr[n]))
        n++;
    if (n == s.len)
        return s;
    out = ifb_alloc_raw(arena, s.len);
    memcpy(out, s.ptr, n);
    for (size_t i = n + 1; i < s.len; i++)
        if (!ifb_is_punct(s.ptr[i]))
            out[n++] = s.ptr[i];
    return (ifb_str){ out, n };
}

struct ifb_bares ifb_bare_words(struct ifb_arena *arena, struct ifb_strs fields,
                                enum ifb_bare_case mode)
{
    struct ifb_bare *at = ifb_new(arena, struct ifb_bare, fields.n);
    size_t n = 0;

    for (size_t i = 0; i < fields.n; i++) {
        ifb_str word = fields.at[i];

        if (mode == IFB_BARE_LOWER_FIRST)
            word = ifb_lower(arena, word);
        word = ifb_delete_punct(arena, word);
        if (mode == IFB_BARE_LOWER_AFTER)
            word = ifb_lower(arena, word);
        if (word.len)
            at[n++] = (struct ifb_bare){ word, fields.at[i] };
    }
    return (struct ifb_bares){ at, n };
}
