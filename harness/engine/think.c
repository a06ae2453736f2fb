/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engine/think.h"

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"

static enum ifb_code add_pair(ifb_str pair, struct ifb_arena *arena, struct ifb_think *out,
                              struct ifb_error *err)
{
    ifb_str open;

    if (!ifb_str_chop(&pair, ',', &open) || !open.len || !pair.len)
        return ifb_fail(err, IFB_EUSAGE, "--think-tags wants OPEN,CLOSE such as <think>,</think>");
    if (out->ntags == IFB_THINK_TAGS_MAX)
        return ifb_fail(err, IFB_EUSAGE, "--think-tags: at most %d pairs", IFB_THINK_TAGS_MAX);
    out->tags[out->ntags].open = ifb_str_copy(arena, open);
    out->tags[out->ntags++].close = ifb_str_copy(arena, pair);
    return IFB_OK;
}

enum ifb_code ifb_think_read(ifb_str what, struct ifb_strs tags, struct ifb_arena *arena,
                             struct ifb_think *out, struct ifb_error *err)
{
    enum ifb_code code = IFB_OK;

    *out = (struct ifb_think){ .keep = ifb_str_is(what, "keep") };
    if (what.ptr && !out->keep && !ifb_str_is(what, "strip"))
        return ifb_fail(err, IFB_EUSAGE, "--think wants strip or keep");
    if (!tags.n)
        return add_pair(IFB_STR("<think>,</think>"), arena, out, err);
    for (size_t i = 0; i < tags.n && !code; i++)
        code = add_pair(tags.at[i], arena, out, err);
    return code;
}

/* The pair whose opening mark `text` begins with, the longest of several; ntags when none. */
static size_t opened_at(const struct ifb_think *t, ifb_str text)
{
    size_t best = t->ntags;

    for (size_t i = 0; i < t->ntags; i++)
        if (ifb_str_starts(text, t->tags[i].open) &&
            (best == t->ntags || t->tags[i].open.len > t->tags[best].open.len))
            best = i;
    return best;
}

/* The pair whose closing mark comes first without its opening one before it; *at is where. */
static size_t closed_at(const struct ifb_think *t, ifb_str text, size_t *at)
{
    size_t best = t->ntags;

    *at = SIZE_MAX;
    for (size_t i = 0; i < t->ntags; i++) {
        size_t close = ifb_str_find(text, t->tags[i].close, 0);

        if (close < *at && ifb_str_find(text, t->tags[i].open, 0) > close) {
            *at = close;
            best = i;
        }
    }
    return best;
}

struct ifb_thought ifb_think_split(const struct ifb_think *t, ifb_str text)
{
    ifb_str body = ifb_lstrip(text), rest = body;
    size_t from = 0, to = 0, at, pair = opened_at(t, body);

    if (pair == t->ntags) {
        pair = closed_at(t, body, &to);
        if (pair == t->ntags)
            return (struct ifb_thought){ text, { NULL, 0 }, false, false };
        rest = ifb_lstrip(ifb_str_from(body, to + t->tags[pair].close.len));
    } else {
        from = t->tags[pair].open.len;
    }
    /* one block may follow another */
    while ((pair = opened_at(t, rest)) < t->ntags) {
        at = ifb_str_find(rest, t->tags[pair].close, t->tags[pair].open.len);
        if (at == SIZE_MAX)
            return (struct ifb_thought){ IFB_STR(""), ifb_str_from(body, from), false, true };
        to = (size_t)(rest.ptr - body.ptr) + at;
        rest = ifb_lstrip(ifb_str_from(rest, at + t->tags[pair].close.len));
    }
    return (struct ifb_thought){ rest, ifb_str_part(body, from, to), true, false };
}
