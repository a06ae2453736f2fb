/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Punkt parameters as one open-addressing hash of strings to bits: what is
 * known of a token type, whichever of the four tables it came from. Shared by
 * the splitter, the loader and the generator of the built-in set, whose table is
 * laid out with the same hash.
 */
#ifndef IFB_SCORERS_NLP_PUNKT_SET_H
#define IFB_SCORERS_NLP_PUNKT_SET_H

#include <ifbench/types.h>

/* Orthographic contexts: the values of nltk's _ORTHO_ flags. */
enum {
    IFB_PUNKT_UC_START = 2,
    IFB_PUNKT_UC_INSIDE = 4,
    IFB_PUNKT_UC_UNKNOWN = 8,
    IFB_PUNKT_LC_START = 16,
    IFB_PUNKT_LC_INSIDE = 32,
    IFB_PUNKT_LC_UNKNOWN = 64,
    IFB_PUNKT_UC = 14,
    IFB_PUNKT_LC = 112,
    IFB_PUNKT_ORTHO = 126,
    IFB_PUNKT_ABBREVIATION = 128,
    IFB_PUNKT_STARTER = 256,
    IFB_PUNKT_FIRST = 512,        /* is the first word of some collocation */
    IFB_PUNKT_COLLOCATION = 1024  /* the key is "first,second" */
};

/* A key and its bits; bits of 0 mark a free slot. */
struct ifb_punkt_slot {
    uint32_t at;  /* of the key's bytes in the pool */
    uint16_t len, bits;
};

struct ifb_punkt {
    const char *pool;
    const struct ifb_punkt_slot *slots;
    uint32_t mask;   /* number of slots, a power of two, less 1 */
    size_t longest;  /* key, in bytes */
};

/* FNV-1a (Fowler, Noll, Vo), its high half folded in. */
static inline uint32_t ifb_punkt_hash(ifb_str key)
{
    uint32_t h = 2166136261u;

    for (size_t i = 0; i < key.len; i++)
        h = (h ^ (unsigned char)key.ptr[i]) * 16777619u;
    return h ^ (h >> 15);
}

/* The slot that holds `key`, or the free one where it belongs. */
static inline const struct ifb_punkt_slot *ifb_punkt_find(const struct ifb_punkt *p, ifb_str key)
{
    uint32_t i = ifb_punkt_hash(key) & p->mask;

    while (p->slots[i].bits && (p->slots[i].len != key.len ||
                                memcmp(p->pool + p->slots[i].at, key.ptr, key.len) != 0))
        i = (i + 1) & p->mask;
    return &p->slots[i];
}

#endif
