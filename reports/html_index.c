/* SPDX-License-Identifier: Apache-2.0 */
/* Which suites, models and instructions there are, and the hashes of the page's assets. */
#include "reports/html.h"

#include "harness/base/arena.h"
#include "harness/base/sha256.h"
#include "harness/base/str.h"

int ifb_html_place(const struct ifb_html_names *names, ifb_str name)
{
    for (size_t i = 0; i < names->n; i++)
        if (ifb_str_eq(names->at[i], name))
            return (int)i;
    return -1;
}

static void learn(struct ifb_html_names *names, ifb_str name, struct ifb_arena *arena)
{
    if (names->n == IFB_HTML_NAMES_MAX || ifb_html_place(names, name) >= 0)
        return;
    names->at = ifb_grow(arena, names->at, &names->cap, names->n + 1, sizeof(*names->at));
    names->at[names->n++] = ifb_str_copy(arena, name);
}

void ifb_html_learn(struct ifb_html_index *index, const struct ifb_sample *s)
{
    learn(&index->suites, s->suite, index->arena);
    learn(&index->models, s->model, index->arena);
    for (size_t i = 0; i < s->nchecks; i++)
        learn(&index->ids, s->checks[i].id, index->arena);
}

static void put_names(struct ifb_pen *p, const char *key, const struct ifb_html_names *names)
{
    ifb_pen_fmt(p, "\"%s\":[", key);
    for (size_t i = 0; i < names->n; i++) {
        ifb_pen_cstr(p, i ? "," : "");
        ifb_escape_island(p, names->at[i]);
    }
    ifb_pen_cstr(p, "]");
}

void ifb_html_put_index(struct ifb_pen *p, const struct ifb_html_index *index)
{
    ifb_pen_cstr(p, "{");
    put_names(p, "suites", &index->suites);
    ifb_pen_cstr(p, ",");
    put_names(p, "models", &index->models);
    ifb_pen_cstr(p, ",");
    put_names(p, "ids", &index->ids);
    ifb_pen_cstr(p, "}");
}

static unsigned nibble(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* The digest's 32 bytes, and a zero to complete the last three. */
static void to_base64(const char *hex, char out[45])
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned char bytes[33] = { 0 };

    for (size_t i = 0; i < 32; i++)
        bytes[i] = (unsigned char)(nibble(hex[2 * i]) << 4 | nibble(hex[2 * i + 1]));
    for (size_t i = 0; i < 11; i++) {
        unsigned three = (unsigned)bytes[3 * i] << 16 | (unsigned)bytes[3 * i + 1] << 8 |
                         bytes[3 * i + 2];

        for (size_t k = 0; k < 4; k++)
            out[4 * i + k] = digits[three >> (18 - 6 * k) & 63];
    }
    out[43] = '=';
    out[44] = '\0';
}

void ifb_html_hash(const char *const *lines, char out[IFB_CSP_HASH_SIZE])
{
    struct ifb_sha256 *sha = ifb_sha256_new();
    char hex[IFB_SHA256_HEX];

    for (; *lines; lines++)
        ifb_sha256_add(sha, *lines, strlen(*lines));
    ifb_sha256_hex(sha, hex);
    ifb_sha256_close(sha);
    memcpy(out, "sha256-", 7);
    to_base64(hex, out + 7);
}
