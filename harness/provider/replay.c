/* SPDX-License-Identifier: Apache-2.0 */
#include <ifbench/replay.h>

#include <stdlib.h>

#include <ifbench/provider.h>

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"

struct pair {
    ifb_str prompt, stripped, first, last;
    bool asked;
};

/* Open addressing over pairs, by one of their two keys. */
struct index {
    struct pair **at;
    size_t size, n;  /* a power of two; at most half full */
    bool stripped;
};

struct ifb_replay {
    struct ifb_arena *arena;
    struct index exact, stripped;
    size_t doubled;
    struct ifb_arena *scratch;  /* of a key */
    bool items;                 /* some are known by their ids */
};

extern const struct ifb_provider ifb_replay_provider;

static uint64_t hash_of(ifb_str s)
{
    uint64_t h = 0xcbf29ce484222325u;

    for (size_t i = 0; i < s.len; i++)
        h = (h ^ (unsigned char)s.ptr[i]) * 0x100000001b3u;
    return h ^ (h >> 29);
}

static ifb_str key_of(const struct index *x, const struct pair *p)
{
    return x->stripped ? p->stripped : p->prompt;
}

static struct pair **slot_of(const struct index *x, ifb_str key)
{
    size_t i = (size_t)hash_of(key) & (x->size - 1);

    while (x->at[i] && !ifb_str_eq(key_of(x, x->at[i]), key))
        i = (i + 1) & (x->size - 1);
    return &x->at[i];
}

static struct pair **make_slots(size_t size)
{
    struct pair **at = calloc(size, sizeof(struct pair *));

    if (!at)
        ifb_out_of_memory();
    return at;
}

static void grow(struct index *x)
{
    struct index larger = *x;

    larger.size = x->size * 2;
    larger.at = make_slots(larger.size);
    for (size_t i = 0; i < x->size; i++)
        if (x->at[i])
            *slot_of(&larger, key_of(x, x->at[i])) = x->at[i];
    free(x->at);
    *x = larger;
}

/* The slot for a key, with room for it. */
static struct pair **place_for(struct index *x, ifb_str key)
{
    if ((x->n + 1) * 2 > x->size)
        grow(x);
    return slot_of(x, key);
}

struct ifb_replay *ifb_replay_new(void)
{
    struct ifb_replay *r = calloc(1, sizeof(*r));

    if (!r)
        ifb_out_of_memory();
    r->arena = ifb_arena_new();
    r->scratch = ifb_arena_new();
    r->exact.size = r->stripped.size = 1024;
    r->exact.at = make_slots(r->exact.size);
    r->stripped.at = make_slots(r->stripped.size);
    r->stripped.stripped = true;
    return r;
}

void ifb_replay_add(struct ifb_replay *r, ifb_str prompt, ifb_str response)
{
    struct pair **slot = place_for(&r->exact, prompt), *p = *slot;

    bool is_new = !p;

    if (is_new) {
        p = *slot = ifb_new(r->arena, struct pair, 1);
        p->prompt = ifb_str_copy(r->arena, prompt);
        p->stripped = ifb_strip(p->prompt);
        r->exact.n++;
    }
    r->doubled += !is_new;
    p->last = response.ptr ? ifb_str_copy(r->arena, response) : response;
    if (is_new)
        p->first = p->last;
    slot = place_for(&r->stripped, p->stripped);
    r->stripped.n += !*slot;
    *slot = p;
}

bool ifb_replay_find(struct ifb_replay *r, ifb_str prompt, bool first, ifb_str *response)
{
    struct pair *p = *slot_of(&r->exact, prompt);

    if (!p)
        p = *slot_of(&r->stripped, ifb_strip(prompt));
    if (!p)
        return false;
    p->asked = true;
    *response = first ? p->first : p->last;
    return true;
}

/* What stands for a prompt; no suite asks it. */
static ifb_str key_of_item(struct ifb_replay *r, ifb_str id, size_t turn)
{
    ifb_arena_reset(r->scratch);
    return ifb_fmt(r->scratch, "\x1f%.*s\x1f%zu", IFB_ARG(id), turn);
}

void ifb_replay_add_item(struct ifb_replay *r, ifb_str id, size_t turn, ifb_str response)
{
    ifb_replay_add(r, key_of_item(r, id, turn), response);
    r->items = true;
}

bool ifb_replay_find_item(struct ifb_replay *r, ifb_str id, size_t turn, ifb_str *response)
{
    return r->items && ifb_replay_find(r, key_of_item(r, id, turn), false, response);
}

size_t ifb_replay_unused(const struct ifb_replay *r)
{
    size_t n = 0;

    for (size_t i = 0; i < r->exact.size; i++)
        n += r->exact.at[i] && !r->exact.at[i]->asked;
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
    ifb_arena_close(r->scratch);
    free(r->exact.at);
    free(r->stripped.at);
    free(r);
}

const struct ifb_provider ifb_replay_provider = {
    .id = "replay", .doc = "answers made elsewhere: JSON lines of prompt and response, or a judged suite's",
    .spec = "replay:FILE", .reach = IFB_BY_FILE,
};
