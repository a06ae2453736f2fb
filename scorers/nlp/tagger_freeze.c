/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is kept of the tagger's model as one block of bytes, which needs no
 * reading: a process that has it does not unpack the model again. It is written
 * by this machine for itself, so its numbers are in the machine's own order; it
 * may be damaged all the same, so every index in it is checked.
 */
#include <zlib.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "scorers/nlp/tagger_model.h"

#define MAGIC "ifbtag\0\1"
#define COUNT_MAX ((uint64_t)1 << 24)

struct head {
    char magic[8];
    uint64_t nweights, nentries, nslots, pool_len;  /* nslots: a power of two */
    uint32_t longest, nclasses;
    uint32_t sum, unused;  /* CRC-32 of everything, with 0 for itself */
    char names[IFB_TAGGER_CLASSES][IFB_TAGGER_NAME];
    uint8_t known[IFB_TAGGER_CLASSES];
};

/* The parts behind the head, largest members first, so that each is aligned. */
struct parts {
    size_t weights, entries, slots, classes, pool, end;
};

static struct parts parts_of(const struct head *h)
{
    struct parts p = { .weights = sizeof(*h) };

    p.entries = p.weights + h->nweights * sizeof(double);
    p.slots = p.entries + h->nentries * sizeof(struct ifb_lexicon_entry);
    p.classes = p.slots + h->nslots * sizeof(uint32_t);
    p.pool = p.classes + h->nweights;
    p.end = p.pool + h->pool_len;
    return p;
}

static uint32_t sum_of(ifb_str bytes)
{
    struct head h;
    uint32_t sum;

    memcpy(&h, bytes.ptr, sizeof(h));
    h.sum = 0;
    sum = (uint32_t)crc32_z(0, (const unsigned char *)&h, sizeof(h));
    return (uint32_t)crc32_z(sum, (const unsigned char *)bytes.ptr + sizeof(h),
                             bytes.len - sizeof(h));
}

ifb_str ifb_tagger_freeze(const struct ifb_tagger *t, struct ifb_arena *arena)
{
    struct head h = { .nweights = t->nweights, .nentries = t->keys.n, .nslots = t->keys.nslots,
                      .pool_len = t->keys.pool_len, .longest = (uint32_t)t->keys.longest,
                      .nclasses = t->nclasses };
    struct parts p = parts_of(&h);
    char *out = ifb_alloc(arena, p.end);

    memcpy(h.magic, MAGIC, sizeof(h.magic));
    memcpy(h.names, t->names, sizeof(h.names));
    for (size_t i = 0; i < IFB_TAGGER_CLASSES; i++)
        h.known[i] = t->known[i];
    memcpy(out + p.weights, t->weights, h.nweights * sizeof(double));
    memcpy(out + p.entries, t->keys.entries, h.nentries * sizeof(struct ifb_lexicon_entry));
    memcpy(out + p.slots, t->keys.slots, h.nslots * sizeof(uint32_t));
    memcpy(out + p.classes, t->classes, h.nweights);
    memcpy(out + p.pool, t->keys.pool, h.pool_len);
    memcpy(out, &h, sizeof(h));
    h.sum = sum_of((ifb_str){ out, p.end });
    memcpy(out, &h, sizeof(h));
    return (ifb_str){ out, p.end };
}

static bool head_is_fine(const struct head *h, size_t len)
{
    if (memcmp(h->magic, MAGIC, sizeof(h->magic)) != 0 || h->nweights > COUNT_MAX ||
        h->nentries > COUNT_MAX || h->nslots > COUNT_MAX || h->pool_len > IFB_LEXICON_POOL_MAX ||
        !h->nslots || (h->nslots & (h->nslots - 1)) || h->nclasses > IFB_TAGGER_CLASSES)
        return false;
    for (size_t i = 0; i < IFB_TAGGER_CLASSES; i++)
        if (h->names[i][IFB_TAGGER_NAME - 1] || h->known[i] > 1)
            return false;
    return parts_of(h).end == len;
}

/* A feature's value is where its weights begin, a token's (behind a newline) a class. */
static bool entries_are_fine(const struct ifb_tagger *t)
{
    for (size_t i = 0; i < t->keys.n; i++) {
        const struct ifb_lexicon_entry *e = &t->keys.entries[i];
        bool token;

        if (e->at > t->keys.pool_len || e->len > t->keys.pool_len - e->at)
            return false;
        token = e->len && t->keys.pool[e->at] == '\n';
        if (e->value >= (token ? t->nclasses : t->nweights))
            return false;
    }
    return true;
}

/* Weights end in a mark; some slot must be free, or a search would not end. */
static bool tables_are_fine(const struct ifb_tagger *t)
{
    size_t used = 0;

    for (size_t i = 0; i < t->nweights; i++)
        if (t->classes[i] >= t->nclasses && t->classes[i] != IFB_TAGGER_CLASSES)
            return false;
    if (t->nweights && t->classes[t->nweights - 1] != IFB_TAGGER_CLASSES)
        return false;
    for (size_t i = 0; i < t->keys.nslots; i++) {
        if (t->keys.slots[i] > t->keys.n)
            return false;
        used += t->keys.slots[i] != 0;
    }
    return used < t->keys.nslots;
}

enum ifb_code ifb_tagger_thaw(ifb_str frozen, struct ifb_arena *arena,
                              const struct ifb_tagger **out, struct ifb_error *err)
{
    struct ifb_tagger *t = ifb_new(arena, struct ifb_tagger, 1);
    struct head h;
    struct parts p;

    *out = NULL;
    if (frozen.len < sizeof(h))
        return ifb_fail(err, IFB_EINPUT, "not a tagger that was kept");
    memcpy(&h, frozen.ptr, sizeof(h));
    if (!head_is_fine(&h, frozen.len) || sum_of(frozen) != h.sum)
        return ifb_fail(err, IFB_EINPUT, "not a tagger that was kept, or damaged");
    p = parts_of(&h);
    memcpy(t->names, h.names, sizeof(h.names));
    for (size_t i = 0; i < IFB_TAGGER_CLASSES; i++)
        t->known[i] = h.known[i];
    t->nclasses = h.nclasses;
    t->nweights = h.nweights;
    t->weights = (const double *)(const void *)(frozen.ptr + p.weights);
    t->classes = (const uint8_t *)frozen.ptr + p.classes;
    t->keys = (struct ifb_lexicon){
        .pool = (char *)frozen.ptr + p.pool, .pool_len = h.pool_len,
        .entries = (struct ifb_lexicon_entry *)(void *)(frozen.ptr + p.entries), .n = h.nentries,
        .slots = (uint32_t *)(void *)(frozen.ptr + p.slots), .nslots = h.nslots,
        .longest = h.longest,
    };
    if (!entries_are_fine(t) || !tables_are_fine(t))
        return ifb_fail(err, IFB_EINPUT, "not a tagger that was kept, or damaged");
    *out = t;
    return IFB_OK;
}
