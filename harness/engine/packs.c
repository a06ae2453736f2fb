/* SPDX-License-Identifier: Apache-2.0 */
/* Finds packs in the table and looks at what the data folder holds of them. */
#include "harness/engine/packs.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/str.h"

#define LICENCES_MAX 4096
#define URL_MAX ((size_t)64 << 10)

const struct ifb_pack *ifb_pack_find(ifb_str id)
{
    for (const struct ifb_pack *p = ifb_packs; p->id; p++)
        if (ifb_str_is(id, p->id))
            return p;
    return NULL;
}

const char *ifb_pack_nearest(ifb_str id)
{
    const char *nearest = NULL;
    size_t best = id.len / 3 + 2; /* one more than what still counts as near */

    for (const struct ifb_pack *p = ifb_packs; p->id; p++) {
        size_t d = ifb_edit_distance(id, ifb_str_of(p->id), best);

        if (d < best) {
            best = d;
            nearest = p->id;
        }
    }
    return nearest;
}

const struct ifb_pack_file *ifb_pack_next(const struct ifb_pack *pack,
                                          const struct ifb_pack_file *previous)
{
    const struct ifb_pack_file *f = previous ? previous + 1 : ifb_pack_files;

    for (; f->pack; f++)
        if (strcmp(f->pack, pack->id) == 0)
            return f;
    return NULL;
}

static bool licence_is_new(const struct ifb_pack *pack, const struct ifb_pack_file *file)
{
    for (const struct ifb_pack_file *f = ifb_pack_next(pack, NULL); f != file;
         f = ifb_pack_next(pack, f))
        if (strcmp(f->licence, file->licence) == 0)
            return false;
    return true;
}

ifb_str ifb_pack_licence(const struct ifb_pack *pack, struct ifb_arena *arena)
{
    struct ifb_buf buf;
    ifb_str all;

    ifb_buf_init(&buf, LICENCES_MAX);
    for (const struct ifb_pack_file *f = ifb_pack_next(pack, NULL); f; f = ifb_pack_next(pack, f))
        if (licence_is_new(pack, f))
            ifb_buf_fmt(&buf, "%s%s", buf.len ? "; " : "", f->licence);
    all = ifb_str_copy(arena, ifb_buf_view(&buf));
    ifb_buf_close(&buf);
    return all;
}

static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("-._~/", c));
}

char *ifb_pack_url(const char *prefix, const char *path, struct ifb_arena *arena)
{
    size_t len = strlen(prefix);
    struct ifb_buf buf;
    char *url;

    while (len && prefix[len - 1] == '/')
        len--;
    ifb_buf_init(&buf, URL_MAX);
    ifb_buf_fmt(&buf, "%.*s/", (int)len, prefix);
    for (const char *p = path; *p; p++) {
        if (is_plain(*p))
            ifb_buf_char(&buf, *p);
        else
            ifb_buf_fmt(&buf, "%%%02X", (unsigned char)*p);
    }
    url = ifb_cstr(arena, ifb_buf_view(&buf));
    ifb_buf_close(&buf);
    return url;
}

const char *ifb_pack_state_name(enum ifb_pack_state state)
{
    static const char *const names[] = { "present", "missing", "damaged" };

    return names[state];
}

static enum ifb_code look_at(const char *path, const struct ifb_pack_file *file, bool hash,
                             struct ifb_pack_found *out, struct ifb_error *err)
{
    enum ifb_code code = IFB_OK;
    struct stat st;

    if (stat(path, &st) != 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            return IFB_OK;
        return ifb_fail(err, IFB_EIO, "cannot look at %s: %s", path, strerror(errno));
    }
    out->state = IFB_PACK_DAMAGED;
    if (!S_ISREG(st.st_mode))
        return IFB_OK;
    out->bytes = st.st_size;
    if (st.st_size != file->bytes)
        return IFB_OK;
    if (hash)
        code = ifb_sha256_file(path, out->sha256, &out->bytes, err);
    if (!hash || strcmp(out->sha256, file->sha256) == 0)
        out->state = IFB_PACK_PRESENT;
    return code;
}

enum ifb_code ifb_pack_look(const struct ifb_pack_file *file, const char *dir, bool hash,
                            struct ifb_pack_found *out, struct ifb_error *err)
{
    struct ifb_arena *arena = ifb_arena_new();
    enum ifb_code code;

    *out = (struct ifb_pack_found){ .state = IFB_PACK_MISSING, .bytes = -1 };
    code = look_at(ifb_path_join(arena, dir, file->local), file, hash, out, err);
    ifb_arena_close(arena);
    return code;
}
