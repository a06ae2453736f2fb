/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/base/messages.h"

#include "harness/base/arena.h"
#include "harness/base/str.h"

/* Both, with an empty line between; only the other when one has no text. */
static ifb_str join(ifb_str first, ifb_str then, struct ifb_arena *arena)
{
    if (!first.len || !then.len)
        return first.len ? first : then;
    return ifb_fmt(arena, "%.*s\n\n%.*s", IFB_ARG(first), IFB_ARG(then));
}

struct ifb_conversation ifb_messages_preface(struct ifb_conversation c, ifb_str system,
                                             struct ifb_arena *arena)
{
    struct ifb_message *at = ifb_new(arena, struct ifb_message, c.n + 1);
    size_t own = c.n && c.at[0].role == IFB_SYSTEM;

    at[0] = (struct ifb_message){ .role = IFB_SYSTEM, .text = system };
    if (own)
        at[0].text = join(system, c.at[0].text, arena);
    for (size_t i = own; i < c.n; i++)
        at[i + 1 - own] = c.at[i];
    return (struct ifb_conversation){ at, c.n + 1 - own };
}

struct ifb_conversation ifb_messages_fold(struct ifb_conversation c, ifb_str system,
                                          struct ifb_arena *arena)
{
    struct ifb_message *at = ifb_new(arena, struct ifb_message, c.n);
    bool put = false;
    size_t n = 0;

    for (size_t i = 0; i < c.n; i++)
        if (c.at[i].role == IFB_SYSTEM)
            system = join(system, c.at[i].text, arena);
    for (size_t i = 0; i < c.n; i++) {
        if (c.at[i].role == IFB_SYSTEM)
            continue;
        at[n] = c.at[i];
        if (!put && at[n].role == IFB_USER) {
            at[n].text = join(system, at[n].text, arena);
            put = true;
        }
        n++;
    }
    return (struct ifb_conversation){ at, n };
}
