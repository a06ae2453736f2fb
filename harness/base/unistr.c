/* SPDX-License-Identifier: Apache-2.0 */
/* The ASCII in a text's compatibility decomposition, and the values of digits. */
#include "harness/base/unistr.h"

#include <stdlib.h>

#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/ucd.h"
#include "harness/base/utf8.h"

#define LONGEST 18  /* code points that one can decompose to: U+FDFA */

/* Characters of Unicode 16 and 17 that decompose to ASCII. */
static bool is_newer(uint32_t cp)
{
    return (cp >= 0x1ccd6 && cp <= 0x1ccf9) || cp == 0xa7f1;
}

/* Marks are never ASCII: their order, which depends on the neighbours, does not matter. */
static size_t fold_one(uint32_t cp, char out[LONGEST])
{
    ucs4_t to[LONGEST];
    size_t n = LONGEST, kept = 0;

    if (is_newer(cp) || !u32_normalize(UNINORM_NFKD, &cp, 1, to, &n))
        return 0;
    for (size_t i = 0; i < n; i++)
        if (to[i] < 0x80)
            out[kept++] = (char)to[i];
    return kept;
}

static size_t ascii_prefix(ifb_str s)
{
    size_t n = 0;

    while (n < s.len && (unsigned char)s.ptr[n] < 0x80)
        n++;
    return n;
}

ifb_str ifb_ascii_fold(struct ifb_arena *arena, ifb_str s)
{
    const char *p = s.ptr + ascii_prefix(s), *end = s.ptr + s.len;
    struct ifb_buf out;
    ifb_str folded;

    if (p == end)
        return s;
    ifb_buf_init(&out, s.len * (LONGEST / 2) + LONGEST); /* two bytes or more each */
    ifb_buf_add(&out, s.ptr, (size_t)(p - s.ptr));
    while (p < end) {
        char *room = ifb_buf_room(&out, LONGEST);
        uint32_t cp = ifb_utf8_next(&p);

        if (!room)
            break;
        if (cp < 0x80)
            room[0] = (char)cp;
        out.len += cp < 0x80 ? 1 : fold_one(cp, room);
    }
    folded = ifb_str_copy(arena, ifb_buf_view(&out));
    ifb_buf_close(&out);
    return folded;
}

ifb_str ifb_upper(struct ifb_arena *arena, ifb_str s)
{
    size_t n = 0;
    uint8_t *upper = u8_toupper((const uint8_t *)s.ptr, s.len, "", NULL, NULL, &n);
    ifb_str out = s;

    if (!upper && s.len)
        ifb_out_of_memory();
    if (n != s.len || (n && memcmp(upper, s.ptr, n) != 0))
        out = ifb_str_copy(arena, (ifb_str){ (const char *)upper, n });
    free(upper);
    return out;
}

int ifb_decimal_value(uint32_t cp)
{
    return ifb_is_decimal(cp) ? uc_decimal_value(cp) : -1;
}
