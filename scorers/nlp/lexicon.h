/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strings with a number each: an open-addressing hash over a pool of bytes. It
 * is filled once, by a loader, and then only read.
 */
#ifndef IFB_SCORERS_NLP_LEXICON_H
#define IFB_SCORERS_NLP_LEXICON_H

#include <ifbench/types.h>

#define IFB_LEXICON_MAX ((size_t)1 << 20)       /* keys */
#define IFB_LEXICON_POOL_MAX ((size_t)1 << 28)  /* bytes of all keys */

struct ifb_lexicon_entry {
    uint32_t at, len;  /* of the key in the pool */
    uint32_t value;
};

struct ifb_lexicon {
    struct ifb_arena *arena;
    char *pool;
    struct ifb_lexicon_entry *entries;
    uint32_t *slots;  /* index of an entry and 1; 0: free */
    size_t pool_len, pool_cap, n, cap, nslots;
    size_t longest;   /* key, in bytes */
};

/* An empty one with room for about `n` keys of `bytes` bytes together; it grows in `arena`. */
void ifb_lexicon_open(struct ifb_lexicon *l, struct ifb_arena *arena, size_t n, size_t bytes);

/*
 * Puts in a key, copied; a key that is there gets the new value. False: full, or
 * too many keys fall together.
 */
bool ifb_lexicon_add(struct ifb_lexicon *l, ifb_str key, uint32_t value);

/* The value of the key that consists of `prefix` and `rest`; NULL when it is not there. */
const uint32_t *ifb_lexicon_get(const struct ifb_lexicon *l, ifb_str prefix, ifb_str rest);

#endif
