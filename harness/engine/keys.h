/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several keys for one model, taken in turn; one that is refused is left out, one
 * whose quota is used up rests. Pure: the time is an argument.
 */
#ifndef IFB_ENGINE_KEYS_H
#define IFB_ENGINE_KEYS_H

#include <ifbench/provider.h>

/* Zero-initialise. */
struct ifb_keys {
    size_t next;
    uint32_t refused;                     /* a bit a key: the server does not know it */
    int64_t rests_until_us[IFB_KEYS_MAX];
};

/*
 * The key of the next call, below `n` (0 when n is 0): the next in turn that is
 * neither refused nor resting; where there is none, one that rests; else any.
 */
size_t ifb_keys_take(struct ifb_keys *k, size_t n, int64_t now_us);

/*
 * Notes what came of a key: 401 and 403 refuse it, 429 lets it rest for what the
 * server asks, else a second. True when another key may be tried at once.
 */
bool ifb_keys_failed(struct ifb_keys *k, size_t n, size_t key, const struct ifb_error *why,
                     int64_t now_us);

#endif
