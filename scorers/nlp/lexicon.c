/* SPDX-License-Identifier: Apache-2.0 */
/* The hash behind stop words, syllables and the tagger's features. */
#include "scorers/nlp/lexicon.h"

#include "harness/base/arena.h"
#include "harness/base/str.h"

/* FNV-1a's two steps with a wider multiplier; a key may come in two parts. */
static uint64_t hash(uint64_t h, ifb_str s)
{
    for (size_t i = 0; i < s.len; i++)
        h = (h ^ (unsigned char)s.ptr[i]) * 0x9e3779b97f4a7c15u;
    return h;
}

#define HASH_START 0xcbf29ce484222325u

static size_t slot_of(const struct ifb_lexicon *l, uint64_t h)
{
    return (size_t)(h >> 32) & (l->nslots - 1);
}

static size_t slots_for(size_t n)
{
    size_t slots = 64;

    while (slots < 2 * n)
        slots *= 2;
    return slots;
}

void ifb_lexicon_open(struct ifb_lexicon *l, struct ifb_arena *arena, size_t n, size_t bytes)
{
    *l = (struct ifb_lexicon){ .arena = arena, .nslots = slots_for(n) };
    l->slots = ifb_new(arena, uint32_t, l->nslots);
    l->entries = ifb_grow(arena, NULL, &l->cap, n, sizeof(*l->entries));
    l->pool = ifb_grow(arena, NULL, &l->pool_cap, bytes, 1);
}

static ifb_str key_of(const struct ifb_lexicon *l, const struct ifb_lexicon_entry *e)
{
    return (ifb_str){ l->pool + e->at, e->len };
}

static void grow_slots(struct ifb_lexicon *l)
{
    l->nslots *= 2;
    l->slots = ifb_new(l->arena, uint32_t, l->nslots);
    for (size_t i = 0; i < l->n; i++) {
        size_t at = slot_of(l, hash(HASH_START, key_of(l, &l->entries[i])));

        while (l->slots[at])
            at = (at + 1) & (l->nslots - 1);
        l->slots[at] = (uint32_t)i + 1;
    }
}

/* A file made of keys that collide must not cost more than its length. */
#define PROBES_MAX 256

bool ifb_lexicon_add(struct ifb_lexicon *l, ifb_str key, uint32_t value)
{
    size_t at, probes = 0;

    if (l->n == IFB_LEXICON_MAX || key.len > IFB_LEXICON_POOL_MAX - l->pool_len)
        return false;
    if (2 * (l->n + 1) > l->nslots)
        grow_slots(l);
    at = slot_of(l, hash(HASH_START, key));
    for (; l->slots[at]; at = (at + 1) & (l->nslots - 1)) {
        struct ifb_lexicon_entry *e = &l->entries[l->slots[at] - 1];

        if (ifb_str_eq(key_of(l, e), key)) {
            e->value = value;
            return true;
        }
        if (++probes == PROBES_MAX)
            return false;
    }
    l->pool = ifb_grow(l->arena, l->pool, &l->pool_cap, l->pool_len + key.len, 1);
    l->entries = ifb_grow(l->arena, l->entries, &l->cap, l->n + 1, sizeof(*l->entries));
    if (key.len)
        memcpy(l->pool + l->pool_len, key.ptr, key.len);
    l->entries[l->n++] = (struct ifb_lexicon_entry){ (uint32_t)l->pool_len, (uint32_t)key.len,
                                                     value };
    l->slots[at] = (uint32_t)l->n;
    l->pool_len += key.len;
    if (key.len > l->longest)
        l->longest = key.len;
    return true;
}

const uint32_t *ifb_lexicon_get(const struct ifb_lexicon *l, ifb_str prefix, ifb_str rest)
{
    size_t at, len = prefix.len + rest.len;

    if (len > l->longest)
        return NULL;
    at = slot_of(l, hash(hash(HASH_START, prefix), rest));
    for (; l->slots[at]; at = (at + 1) & (l->nslots - 1)) {
        const struct ifb_lexicon_entry *e = &l->entries[l->slots[at] - 1];
        ifb_str key = key_of(l, e);

        if (key.len == len && ifb_str_starts(key, prefix) && ifb_str_ends(key, rest))
            return &e->value;
    }
    return NULL;
}
