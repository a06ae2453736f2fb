/* SPDX-License-Identifier: Apache-2.0 */
#include "scorers/followbench_text.h"

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "harness/base/utf8.h"

const char *const ifb_followbench_languages[] = { "en", "zh", NULL };

/* Length of the mark that ends a sentence at `s`; 0 when there is none. */
static size_t mark_at(ifb_str s, enum ifb_followbench_tongue language)
{
    static const ifb_str wide[] = { IFB_STR_INIT("。"), IFB_STR_INIT("！"), IFB_STR_INIT("？") };

    if (language == IFB_EN)
        return *s.ptr == '.' || *s.ptr == '!' || *s.ptr == '?';
    for (size_t i = 0; (unsigned char)*s.ptr >= 0x80 && i < 3; i++)
        if (ifb_str_starts(s, wide[i]))
            return wide[i].len;
    return 0;
}

struct ifb_strs ifb_followbench_sentences(struct ifb_arena *arena, ifb_str text,
                                          enum ifb_followbench_tongue language)
{
    size_t n = 0, cap = 0, from = 0;
    ifb_str *at = NULL;

    for (size_t i = 0; i <= text.len;) {
        size_t mark = i < text.len ? mark_at(ifb_str_from(text, i), language) : 1;

        if (mark && i > from) {
            at = ifb_grow(arena, at, &cap, n + 1, sizeof(*at));
            at[n++] = ifb_str_part(text, from, i);
        }
        i += mark ? mark : 1;
        if (mark)
            from = i;
    }
    return (struct ifb_strs){ at, n };
}

size_t ifb_followbench_fields(ifb_str s)
{
    const char *c = s.ptr, *end = s.ptr + s.len;
    bool inside = false;
    size_t n = 0;

    while (c < end) {
        bool space = ifb_is_space(ifb_utf8_next(&c));

        n += !space && !inside;
        inside = !space;
    }
    return n;
}

size_t ifb_followbench_skip(ifb_str text, size_t from, bool (*belongs)(uint32_t))
{
    const char *c = text.ptr + from, *end = text.ptr + text.len;

    while (c < end) {
        const char *next = c;

        if (!belongs(ifb_utf8_next(&next)))
            break;
        c = next;
    }
    return (size_t)(c - text.ptr);
}

enum ifb_outcome ifb_followbench_hold(struct ifb_probe *p, int64_t level)
{
    ifb_why(p, level > 1 ? "levels 1 to %lld hold" : "level %lld holds", (long long)level);
    return IFB_PASS;
}
