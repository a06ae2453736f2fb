/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/base/pyrandom.h"

#include "harness/base/arena.h"
#include "harness/base/sha256.h"

/* The bytes as one big-endian number, in words from the least on. */
static size_t words_of(const unsigned char *bytes, size_t len, uint32_t *words)
{
    size_t n = 0;

    while (len && !*bytes) {
        bytes++;
        len--;
    }
    for (size_t left = len; left; n++) {
        uint32_t word = 0;

        for (unsigned shift = 0; shift < 32 && left; shift += 8)
            word |= (uint32_t)bytes[--left] << shift;
        words[n] = word;
    }
    return n;
}

void ifb_py_seed(struct ifb_mt *mt, ifb_str seed, struct ifb_arena *scratch)
{
    size_t len = seed.len + IFB_SHA512_BYTES;
    unsigned char *bytes = ifb_alloc_raw(scratch, len);
    uint32_t *words = ifb_new(scratch, uint32_t, len / 4 + 1);

    if (seed.len)
        memcpy(bytes, seed.ptr, seed.len);
    ifb_sha512_of(seed, bytes + seed.len);
    ifb_mt_seed_words(mt, words, words_of(bytes, len, words));
}

uint32_t ifb_py_below(struct ifb_mt *mt, uint32_t n)
{
    unsigned bits = 32;
    uint32_t drawn;

    while (bits > 1 && !(n >> (bits - 1)))
        bits--;
    do
        drawn = ifb_mt_next(mt) >> (32 - bits);
    while (drawn >= n);
    return drawn;
}
