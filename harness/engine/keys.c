/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engine/keys.h"

static bool is_refused(const struct ifb_keys *k, size_t key)
{
    return key < IFB_KEYS_MAX && (k->refused >> key & 1u);
}

size_t ifb_keys_take(struct ifb_keys *k, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t key = k->next++ % n;

        if (!is_refused(k, key))
            return key;
    }
    return n ? k->next++ % n : 0;
}

bool ifb_keys_failed(struct ifb_keys *k, size_t n, size_t key, int status)
{
    bool refused = status == 401 || status == 403;

    if (!refused && status != 429)
        return false;
    if (refused && key < IFB_KEYS_MAX)
        k->refused |= 1u << key;
    for (size_t i = 0; i < n; i++)
        if (i != key && !is_refused(k, i))
            return true;
    return false;
}
