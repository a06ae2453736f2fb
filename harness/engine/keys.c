/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engine/keys.h"

#define REST_MS 1000

enum state { FRESH, RESTING, REFUSED };

static enum state state_of(const struct ifb_keys *k, size_t key, int64_t now_us)
{
    if (key >= IFB_KEYS_MAX)
        return FRESH;
    if (k->refused >> key & 1u)
        return REFUSED;
    return k->rests_until_us[key] > now_us ? RESTING : FRESH;
}

size_t ifb_keys_take(struct ifb_keys *k, size_t n, int64_t now_us)
{
    for (enum state worst = FRESH; n && worst <= REFUSED; worst++)
        for (size_t i = 0; i < n; i++) {
            size_t key = (k->next + i) % n;

            if (state_of(k, key, now_us) > worst)
                continue;
            k->next = key + 1;
            return key;
        }
    return 0;
}

bool ifb_keys_failed(struct ifb_keys *k, size_t n, size_t key, const struct ifb_error *why,
                     int64_t now_us)
{
    bool refused = why->http_status == 401 || why->http_status == 403 || why->code == IFB_EAUTH;

    if (key >= IFB_KEYS_MAX || (!refused && why->http_status != 429))
        return false;
    if (refused)
        k->refused |= 1u << key;
    else
        k->rests_until_us[key] =
            now_us + (why->retry_after_ms > 0 ? why->retry_after_ms : REST_MS) * 1000;
    for (size_t i = 0; i < n; i++)
        if (state_of(k, i, now_us) == FRESH)
            return true;
    return false;
}
