/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/base/base64.h"

#include "harness/base/arena.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

ifb_str ifb_base64_write(ifb_str bytes, struct ifb_arena *arena)
{
    size_t n = (bytes.len + 2) / 3 * 4;
    char *out = ifb_alloc_raw(arena, n + 1), *p = out;

    for (size_t i = 0; i < bytes.len; i += 3) {
        size_t left = bytes.len - i;
        uint32_t v = (uint32_t)(unsigned char)bytes.ptr[i] << 16;

        if (left > 1)
            v |= (uint32_t)(unsigned char)bytes.ptr[i + 1] << 8;
        if (left > 2)
            v |= (uint32_t)(unsigned char)bytes.ptr[i + 2];
        *p++ = digits[v >> 18];
        *p++ = digits[(v >> 12) & 63];
        *p++ = left > 1 ? digits[(v >> 6) & 63] : '=';
        *p++ = left > 2 ? digits[v & 63] : '=';
    }
    *p = '\0';
    return (ifb_str){ out, n };
}

static int value_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool ifb_base64_read(ifb_str text, struct ifb_arena *arena, ifb_str *out)
{
    char *at = ifb_alloc_raw(arena, text.len / 4 * 3 + 4);
    uint32_t held = 0;
    size_t n = 0, seen = 0, padding = 0;

    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        int v = value_of(c);

        if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
            continue;
        if (c == '=' ? seen % 4 < 2 : v < 0 || padding)
            return false;
        padding += c == '=';
        held = held << 6 | (uint32_t)(v < 0 ? 0 : v);
        if (++seen % 4)
            continue;
        if (padding > 2 || (padding && held & (padding == 2 ? 0xffffu : 0xffu)))
            return false;
        at[n++] = (char)(held >> 16);
        if (padding < 2)
            at[n++] = (char)(held >> 8);
        if (!padding)
            at[n++] = (char)held;
        if (padding)
            padding = 3;  /* nothing may follow */
        held = 0;
    }
    *out = (ifb_str){ at, n };
    return seen % 4 == 0;
}
