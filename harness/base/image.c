/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/base/image.h"

#include "harness/base/arena.h"
#include "harness/base/base64.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/sha256.h"
#include "harness/base/str.h"

static const struct {
    ifb_str media, head;
    size_t at;         /* where the second mark is */
    ifb_str second;
} kinds[] = {
    { IFB_STR_INIT("image/png"), IFB_STR_INIT("\x89PNG\r\n\x1a\n"), 0, IFB_STR_INIT("") },
    { IFB_STR_INIT("image/jpeg"), IFB_STR_INIT("\xff\xd8\xff"), 0, IFB_STR_INIT("") },
    { IFB_STR_INIT("image/gif"), IFB_STR_INIT("GIF87a"), 0, IFB_STR_INIT("") },
    { IFB_STR_INIT("image/gif"), IFB_STR_INIT("GIF89a"), 0, IFB_STR_INIT("") },
    { IFB_STR_INIT("image/webp"), IFB_STR_INIT("RIFF"), 8, IFB_STR_INIT("WEBP") },
};

static ifb_str media_of(ifb_str bytes)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (ifb_str_starts(bytes, kinds[i].head) && bytes.len >= kinds[i].at &&
            ifb_str_starts(ifb_str_from(bytes, kinds[i].at), kinds[i].second))
            return kinds[i].media;
    return (ifb_str){ NULL, 0 };
}

static enum ifb_code read_uri(ifb_str uri, struct ifb_arena *arena, ifb_str *out,
                              struct ifb_error *err)
{
    size_t comma = ifb_str_chr(uri, ',', 0);

    if (comma == SIZE_MAX || !ifb_str_ends(ifb_str_part(uri, 0, comma), IFB_STR(";base64")))
        return ifb_fail(err, IFB_EINPUT, "image: a data URI must be in base64");
    if (uri.len - comma > IFB_IMAGE_MAX / 3 * 4)
        return ifb_fail(err, IFB_ELIMIT, "image: more than %zu MiB", IFB_IMAGE_MAX >> 20);
    if (!ifb_base64_read(ifb_str_from(uri, comma + 1), arena, out))
        return ifb_fail(err, IFB_EINPUT, "image: the data is not base64");
    return IFB_OK;
}

static enum ifb_code read_file(ifb_str name, const char *dir, struct ifb_arena *arena, ifb_str *out,
                               struct ifb_error *err)
{
    char *path = ifb_cstr(arena, name);

    if (!name.len || ifb_str_find(name, IFB_STR("://"), 0) != SIZE_MAX)
        return ifb_fail(err, IFB_EINPUT, "image: wanted a file or a data URI in base64");
    if (dir && path[0] != '/')
        path = ifb_path_join(arena, dir, path);
    return ifb_file_read(path, IFB_IMAGE_MAX, arena, out, err);
}

enum ifb_code ifb_image_load(ifb_str source, const char *dir, struct ifb_arena *arena,
                             struct ifb_image *out, struct ifb_error *err)
{
    bool uri = ifb_str_starts(source, IFB_STR("data:"));
    char *sha = ifb_alloc(arena, IFB_SHA256_HEX);
    ifb_str bytes;
    enum ifb_code code = uri ? read_uri(source, arena, &bytes, err)
                             : read_file(source, dir, arena, &bytes, err);

    if (code)
        return code;
    out->media = media_of(bytes);
    if (!out->media.ptr)
        return ifb_fail(err, IFB_EINPUT, "image%s%.*s: neither PNG, JPEG, GIF nor WebP",
                        uri ? "" : " ", uri ? 0 : (int)(source.len < 200 ? source.len : 200),
                        source.ptr);
    ifb_sha256_of(bytes, sha);
    out->sha256 = ifb_str_of(sha);
    out->base64 = ifb_base64_write(bytes, arena);
    return IFB_OK;
}
