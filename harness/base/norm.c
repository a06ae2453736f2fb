/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/base/norm.h"

#include <stdlib.h>
#include <unictype.h>
#include <uninorm.h>

#include "harness/base/arena.h"

static bool is_ascii(ifb_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] >= 0x80)
            return false;
    return true;
}

ifb_str ifb_normalize(struct ifb_arena *arena, ifb_str s, enum ifb_norm form)
{
    uint8_t *made;
    ifb_str copy;
    size_t len = 0;

    if (is_ascii(s))
        return s;
    made = u8_normalize(form == IFB_NFKC ? UNINORM_NFKC : UNINORM_NFKD, (const uint8_t *)s.ptr,
                        s.len, NULL, &len);
    if (!made)
        ifb_out_of_memory();
    copy = ifb_str_copy(arena, (ifb_str){ (const char *)made, len });
    free(made);
    return copy;
}

bool ifb_is_combining(uint32_t cp)
{
    return cp >= 0x300 && uc_combining_class(cp) != 0;
}
