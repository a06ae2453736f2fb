/* SPDX-License-Identifier: Apache-2.0 */
#include <ifbench/replay.h>

#include <stdlib.h>

#include <ifbench/provider.h>

#include "harness/base/arena.h"
#include "harness/base/str.h"

struct pair {
    ifb_str prompt, first, last;
    bool asked;
};

struct ifb_replay {
    struct ifb_arena *arena;
    struct pair *pairs;  /* open addressing, a power of two */
    size_t size, n, doubled;
};

extern const struct ifb_provider ifb_replay_provider;

static uint64_t hash_of(ifb_str s)
{
    uint64_t h = 0xcbf29ce484222325u;

    for (size_t i = 0; i < s.len; i++)
        h = (h ^ (unsigned char)s.ptr[i]) * 0x100000001b3u;
    return h ^ (h >> 29);
}

static struct pair *slot_of(struct pair *pairs, size_t size, ifb_str prompt)
{
    size_t i = (size_t)hash_of(prompt) & (size - 1);

    while (pairs[i].prompt.ptr && !ifb_str_eq(pairs[i].prompt, prompt))
        i = (i + 1) & (size - 1);
    return &pairs[i];
}

static struct pair *make_pairs(size_t size)
{
    struct pair *pairs = calloc(size, sizeof(*pairs));

    if (!pairs)
        ifb_out_of_memory();
    return pairs;
}

struct ifb_replay *ifb_replay_new(void)
{
    struct ifb_replay *r = calloc(1, sizeof(*r));

    if (!r)
        ifb_out_of_memory();
    r->arena = ifb_arena_new();
    r->size = 1024;
    r->pairs = make_pairs(r->size);
    return r;
}

static void grow(struct ifb_replay *r)
{
    size_t size = r->size * 2;
    struct pair *pairs = make_pairs(size);

    for (size_t i = 0; i < r->size; i++)
        if (r->pairs[i].prompt.ptr)
            *slot_of(pairs, size, r->pairs[i].prompt) = r->pairs[i];
    free(r->pairs);
    r->pairs = pairs;
    r->size = size;
}

void ifb_replay_add(struct ifb_replay *r, ifb_str prompt, ifb_str response)
{
    struct pair *p;
    bool doubled;

    if ((r->n + 1) * 2 > r->size)
        grow(r);
    p = slot_of(r->pairs, r->size, prompt);
    doubled = p->prompt.ptr;
    if (!doubled)
        p->prompt = ifb_str_copy(r->arena, prompt);
    p->last = response.ptr ? ifb_str_copy(r->arena, response) : response;
    if (!doubled)
        p->first = p->last;
    r->doubled += doubled;
    r->n += !doubled;
}

bool ifb_replay_find(struct ifb_replay *r, ifb_str prompt, bool first, ifb_str *response)
{
    struct pair *p = slot_of(r->pairs, r->size, prompt);

    if (!p->prompt.ptr)
        return false;
    p->asked = true;
    *response = first ? p->first : p->last;
    return true;
}

size_t ifb_replay_unused(const struct ifb_replay *r)
{
    size_t n = 0;

    for (size_t i = 0; i < r->size; i++)
        n += r->pairs[i].prompt.ptr && !r->pairs[i].asked;
    return n;
}

size_t ifb_replay_doubled(const struct ifb_replay *r)
{
    return r->doubled;
}

void ifb_replay_free(struct ifb_replay *r)
{
    if (!r)
        return;
    ifb_arena_close(r->arena);
    free(r->pairs);
    free(r);
}

const struct ifb_provider ifb_replay_provider = {
    .id = "replay", .doc = "answers made elsewhere: JSON lines of prompt and response",
    .spec = "replay:FILE",
};
