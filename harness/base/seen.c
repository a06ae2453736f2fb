/* SPDX-License-Identifier: Apache-2.0 */
/* A set of names with the line of each: open addressing, at most half full. */
#include "harness/base/seen.h"

#include "harness/base/arena.h"
#include "harness/base/str.h"

struct ifb_seen_slot {
    ifb_str name;
    unsigned line;  /* 0: free */
};

static uint64_t hash(ifb_str s)
{
    uint64_t h = 0xcbf29ce484222325u; /* FNV-1a */

    for (size_t i = 0; i < s.len; i++)
        h = (h ^ (unsigned char)s.ptr[i]) * 0x100000001b3u;
    return h;
}

static struct ifb_seen_slot *find_slot(const struct ifb_seen *seen, ifb_str name)
{
    size_t i = (size_t)hash(name) & (seen->size - 1);

    while (seen->at[i].line && !ifb_str_eq(seen->at[i].name, name))
        i = (i + 1) & (seen->size - 1);
    return &seen->at[i];
}

static void grow(struct ifb_seen *seen, struct ifb_arena *arena)
{
    struct ifb_seen larger = { .size = seen->size ? seen->size * 2 : 1024, .n = seen->n };

    larger.at = ifb_new(arena, struct ifb_seen_slot, larger.size);
    for (size_t i = 0; i < seen->size; i++)
        if (seen->at[i].line)
            *find_slot(&larger, seen->at[i].name) = seen->at[i];
    *seen = larger;
}

unsigned ifb_seen_add(struct ifb_seen *seen, struct ifb_arena *arena, ifb_str name, unsigned line)
{
    struct ifb_seen_slot *slot;

    if (seen->n * 2 >= seen->size)
        grow(seen, arena);
    slot = find_slot(seen, name);
    if (slot->line)
        return slot->line;
    *slot = (struct ifb_seen_slot){ name, line };
    seen->n++;
    return 0;
}

unsigned ifb_seen_find(const struct ifb_seen *seen, ifb_str name)
{
    return seen->size ? find_slot(seen, name)->line : 0;
}
