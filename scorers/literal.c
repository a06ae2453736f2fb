/* SPDX-License-Identifier: Apache-2.0 */
#include "scorers/literal.h"

#include "harness/base/arena.h"
#include "harness/base/regex_parse.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "harness/base/utf8.h"

uint32_t ifb_fold_char(uint32_t cp)
{
    if (cp < 0x80)
        return cp >= 'a' && cp <= 'z' ? cp - 0x20 : cp;
    return ifb_re_case_least(cp);
}

/* Knuth, Morris and Pratt's table. */
static void make_borders(const uint32_t *at, size_t n, uint32_t *border)
{
    uint32_t k = 0;

    for (size_t i = 1; i < n; i++) {
        while (k && at[i] != at[k])
            k = border[k - 1];
        k += at[i] == at[k];
        border[i] = k;
    }
}

void ifb_literal_bind(struct ifb_literal *out, ifb_str text, bool ignore_case,
                      struct ifb_arena *arena)
{
    const char *p = text.ptr, *end = p + text.len;
    uint32_t *folded, *border;

    *out = (struct ifb_literal){ .text = text };
    if (!ignore_case)
        return;
    folded = ifb_new(arena, uint32_t, text.len + 1);
    border = ifb_new(arena, uint32_t, text.len + 1);
    while (p < end)
        folded[out->n++] = ifb_fold_char(ifb_utf8_next(&p));
    make_borders(folded, out->n, border);
    out->folded = folded;
    out->border = border;
}

bool ifb_literal_starts(const struct ifb_literal *l, ifb_str text, ifb_str *match)
{
    const char *p = text.ptr, *end = p + text.len;

    *match = ifb_str_part(text, 0, l->text.len <= text.len ? l->text.len : 0);
    if (!l->folded)
        return ifb_str_starts(text, l->text);
    for (size_t i = 0; i < l->n; i++)
        if (p == end || ifb_fold_char(ifb_utf8_next(&p)) != l->folded[i])
            return false;
    *match = (ifb_str){ text.ptr, (size_t)(p - text.ptr) };
    return true;
}

bool ifb_literal_ends(const struct ifb_literal *l, ifb_str text, ifb_str *match)
{
    const char *p = text.ptr + text.len;

    *match = l->text.len <= text.len ? ifb_str_from(text, text.len - l->text.len)
                                     : (ifb_str){ p, 0 };
    if (!l->folded)
        return ifb_str_ends(text, l->text);
    for (size_t i = l->n; i--;)
        if (p == text.ptr || ifb_fold_char(ifb_utf8_prev(&p)) != l->folded[i])
            return false;
    *match = ifb_str_from(text, (size_t)(p - text.ptr));
    return true;
}

bool ifb_literal_equals(const struct ifb_literal *l, ifb_str text)
{
    ifb_str match;

    return ifb_literal_starts(l, text, &match) && match.len == text.len;
}

/* Back from the end of a match over its characters. */
static ifb_str last_chars(ifb_str text, const char *end, size_t n)
{
    const char *p = end;

    while (n--)
        ifb_utf8_prev(&p);
    return ifb_str_part(text, (size_t)(p - text.ptr), (size_t)(end - text.ptr));
}

static bool find_folded(const struct ifb_literal *l, ifb_str text, size_t from, ifb_str *match)
{
    const char *p = text.ptr + from, *end = text.ptr + text.len;
    size_t k = 0;

    while (p < end) {
        uint32_t c = ifb_fold_char(ifb_utf8_next(&p));

        while (k && c != l->folded[k])
            k = l->border[k - 1];
        k += c == l->folded[k];
        if (k == l->n) {
            *match = last_chars(text, p, l->n);
            return true;
        }
    }
    return false;
}

bool ifb_literal_find(const struct ifb_literal *l, ifb_str text, size_t from, ifb_str *match)
{
    size_t at;

    if (!l->text.len)
        return false;
    if (l->folded)
        return find_folded(l, text, from, match);
    at = ifb_str_find(text, l->text, from);
    if (at == SIZE_MAX)
        return false;
    *match = ifb_str_part(text, at, at + l->text.len);
    return true;
}

bool ifb_stands_alone(ifb_str text, ifb_str piece)
{
    const char *before = piece.ptr, *after = piece.ptr + piece.len;

    if (before > text.ptr && ifb_is_word(ifb_utf8_prev(&before)))
        return false;
    return after == text.ptr + text.len || !ifb_is_word(ifb_utf8_next(&after));
}
