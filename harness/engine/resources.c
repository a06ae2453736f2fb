/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engine/resources.h"

#include <ifbench/text.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/str.h"

#define RESOURCE_MAX ((size_t)64 << 20)
#define IPADIC_MAX ((size_t)512 << 20)

const char *const *ifb_data_dirs(ifb_str given, const char *(*env)(const char *),
                                 struct ifb_arena *arena)
{
    const char **dirs = ifb_new(arena, const char *, 3);
    const char *set = env ? env("IFBENCH_DATA") : NULL;
    const char *xdg = env ? env("XDG_DATA_HOME") : NULL;
    const char *home = env ? env("HOME") : NULL;

    if (given.ptr)
        dirs[0] = ifb_cstr(arena, given);
    else if (set && *set)
        dirs[0] = set;
    else if (xdg && *xdg)
        dirs[0] = ifb_path_join(arena, xdg, "ifbench");
    else if (home && *home)
        dirs[0] = ifb_path_join(arena, home, ".local/share/ifbench");
    return dirs;
}

char *ifb_data_find(const char *const *dirs, const char *file, struct ifb_arena *arena)
{
    for (; *dirs; dirs++) {
        char *path = ifb_path_join(arena, *dirs, file);

        if (ifb_file_exists(path))
            return path;
    }
    return NULL;
}

static enum ifb_code load_punkt(ifb_str json, struct ifb_arena *arena, struct ifb_resources *out,
                                struct ifb_error *err)
{
    return ifb_punkt_load(json, arena, &out->punkt, err);
}

static enum ifb_code load_french(ifb_str json, struct ifb_arena *arena, struct ifb_resources *out,
                                 struct ifb_error *err)
{
    return ifb_punkt_load_french(json, arena, &out->french, err);
}

static enum ifb_code load_spanish(ifb_str json, struct ifb_arena *arena,
                                  struct ifb_resources *out, struct ifb_error *err)
{
    return ifb_punkt_load(json, arena, &out->spanish, err);
}

static enum ifb_code load_es_tokens(ifb_str json, struct ifb_arena *arena,
                                    struct ifb_resources *out, struct ifb_error *err)
{
    return ifb_es_tokenizer_load(json, arena, &out->es_tokens, err);
}

/* Where Debian's packages put the dictionary; a data folder may hold it too. */
static const struct {
    const char *file, *installed;
} ipadic_files[IFB_IPADIC_FILES] = {
    [IFB_IPADIC_SYS] = { "mecab-ipadic/sys.dic", "/var/lib/mecab/dic/ipadic-utf8/sys.dic" },
    [IFB_IPADIC_UNK] = { "mecab-ipadic/unk.dic", "/var/lib/mecab/dic/ipadic-utf8/unk.dic" },
    [IFB_IPADIC_MATRIX] = { "mecab-ipadic/matrix.bin",
                            "/var/lib/mecab/dic/ipadic-utf8/matrix.bin" },
    [IFB_IPADIC_CHAR] = { "mecab-ipadic/char.def", "/usr/share/mecab/dic/ipadic/char.def" },
};

static enum ifb_code load_ipadic(const char *const *dirs, struct ifb_arena *arena,
                                 struct ifb_resources *out, struct ifb_error *err)
{
    const char *paths[IFB_IPADIC_FILES];
    enum ifb_code code = IFB_OK;

    for (size_t i = 0; i < IFB_IPADIC_FILES; i++) {
        paths[i] = ifb_data_find(dirs, ipadic_files[i].file, arena);
        if (!paths[i] && ifb_file_exists(ipadic_files[i].installed))
            paths[i] = ipadic_files[i].installed;
        if (!paths[i])
            return IFB_OK;
    }
    for (size_t i = 0; i < IFB_IPADIC_FILES && !code; i++)
        code = ifb_file_map(paths[i], IPADIC_MAX, &out->maps[i], err);
    if (!code)
        code = ifb_ipadic_load(out->maps, arena, &out->ipadic, err);
    if (!code)
        out->have |= IFB_NEEDS_IPADIC;
    return code;
}

/* A resource is a file of the data folder and the function that reads it. */
static const struct loader {
    unsigned need;
    const char *file;
    enum ifb_code (*load)(ifb_str text, struct ifb_arena *arena, struct ifb_resources *out,
                          struct ifb_error *err);
} loaders[] = {
    { IFB_NEEDS_PUNKT, IFB_PUNKT_FILE, load_punkt },
    { IFB_NEEDS_FRENCH, "punkt/french.json", load_french },
    { IFB_NEEDS_SPANISH, "punkt/spanish.json", load_spanish },
    { IFB_NEEDS_ES_TOKENS, "m-ifeval/es_tokenizer.json", load_es_tokens },
};

static enum ifb_code load_file(const struct loader *l, const char *path, struct ifb_arena *arena,
                               struct ifb_resources *out, struct ifb_error *err)
{
    struct ifb_arena *text_arena = ifb_arena_new();
    ifb_str text;
    enum ifb_code code = ifb_file_read(path, RESOURCE_MAX, text_arena, &text, err);

    if (!code)
        code = l->load(text, arena, out, err);
    if (code == IFB_EINPUT)
        ifb_within(err, "%s", path);
    if (!code)
        out->have |= l->need & IFB_NEEDS_PULLED;
    ifb_arena_close(text_arena);
    return code;
}

enum ifb_code ifb_resources_load(unsigned needs, const char *const *dirs, struct ifb_arena *arena,
                                 struct ifb_resources *out, const char **punkt_path,
                                 struct ifb_error *err)
{
    enum ifb_code code = IFB_OK;

    *out = (struct ifb_resources){ 0 };
    *punkt_path = NULL;
    for (size_t i = 0; i < sizeof(loaders) / sizeof(loaders[0]) && !code; i++) {
        const struct loader *l = &loaders[i];
        const char *path = needs & l->need ? ifb_data_find(dirs, l->file, arena) : NULL;

        if (!path)
            continue;
        if (l->need == IFB_NEEDS_PUNKT)
            *punkt_path = path;
        code = load_file(l, path, arena, out, err);
    }
    if (!code && (needs & IFB_NEEDS_IPADIC))
        code = load_ipadic(dirs, arena, out, err);
    return code;
}

const char *ifb_resource_file(unsigned need)
{
    for (size_t i = 0; i < sizeof(loaders) / sizeof(loaders[0]); i++)
        if (loaders[i].need == need)
            return loaders[i].file;
    return NULL;
}

void ifb_resources_close(struct ifb_resources *res)
{
    ifb_es_tokenizer_close(res->es_tokens);
    res->es_tokens = NULL;
    for (size_t i = 0; i < IFB_IPADIC_FILES; i++) {
        ifb_file_unmap(res->maps[i]);
        res->maps[i] = (ifb_str){ NULL, 0 };
    }
}
