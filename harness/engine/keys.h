/* SPDX-License-Identifier: Apache-2.0 */
/* Several keys for one model, taken in turn; one that is refused is left out. Pure. */
#ifndef IFB_ENGINE_KEYS_H
#define IFB_ENGINE_KEYS_H

#include <ifbench/provider.h>

/* Zero-initialise. */
struct ifb_keys {
    size_t next;
    uint32_t refused;  /* a bit a key: the server does not know it (401, 403) */
};

/* The key of the next call, below `n` (0 when n is 0); refused ones only when all are. */
size_t ifb_keys_take(struct ifb_keys *k, size_t n);

/* Notes what came of a key: true after 401, 403 and 429 when one of the others is worth a try. */
bool ifb_keys_failed(struct ifb_keys *k, size_t n, size_t key, int status);

#endif
