/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engine/resources.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>

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

/* ---- loading ---- */

static enum ifb_code load_punkt(ifb_str bytes, struct ifb_arena *arena, struct ifb_resources *out,
                                struct ifb_error *err)
{
    return ifb_punkt_load(bytes, arena, &out->punkt, err);
}

static enum ifb_code load_stopwords(ifb_str bytes, struct ifb_arena *arena,
                                    struct ifb_resources *out, struct ifb_error *err)
{
    return ifb_stopwords_load(bytes, arena, &out->stopwords, err);
}

static enum ifb_code load_syllables(ifb_str bytes, struct ifb_arena *arena,
                                    struct ifb_resources *out, struct ifb_error *err)
{
    return ifb_syllables_load(bytes, arena, &out->syllables, err);
}

static enum ifb_code load_tagger(ifb_str bytes, struct ifb_arena *arena, struct ifb_resources *out,
                                 struct ifb_error *err)
{
    return ifb_tagger_load(bytes, arena, &out->tagger, err);
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

/* A resource is a file of a data folder and the function that reads it. */
static const struct {
    unsigned need;
    const char *name, *file;
    enum ifb_code (*load)(ifb_str bytes, struct ifb_arena *arena, struct ifb_resources *out,
                          struct ifb_error *err);
} rows[IFB_RESOURCE_FILES] = {
    { IFB_NEEDS_PUNKT, "punkt", IFB_PUNKT_FILE, load_punkt },
    { IFB_NEEDS_STOPWORDS, "stopwords", IFB_STOPWORDS_FILE, load_stopwords },
    { IFB_NEEDS_SYLLABLES, "syllables", IFB_SYLLABLES_FILE, load_syllables },
    { IFB_NEEDS_TAGGER, "tagger", IFB_TAGGER_FILE, load_tagger },
    { IFB_NEEDS_FRENCH, "punkt-french", "punkt/french.json", load_french },
    { IFB_NEEDS_SPANISH, "punkt-spanish", "punkt/spanish.json", load_spanish },
    { IFB_NEEDS_ES_TOKENS, "es-tokenizer", "m-ifeval/es_tokenizer.json", load_es_tokens },
};

char *ifb_keep_dir(const char *(*env)(const char *), struct ifb_arena *arena)
{
    const char *set = env ? env("IFBENCH_CACHE") : NULL;
    const char *xdg = env ? env("XDG_CACHE_HOME") : NULL;
    const char *home = env ? env("HOME") : NULL;

    if (set && strcmp(set, "off") == 0)
        return NULL;
    if (xdg && *xdg)
        return ifb_path_join(arena, xdg, "ifbench");
    return home && *home ? ifb_path_join(arena, home, ".cache/ifbench") : NULL;
}

/* Before what is kept: the digest and size of the file that it was made of. */
struct kept_head {
    char sha256[IFB_SHA256_HEX - 1];
    int64_t bytes;
};

/* A file is taken for the one of last time while name, size, inode and time are the same. */
static char *kept_path(const char *path, const char *keep, struct ifb_arena *arena)
{
    struct stat st;
    char name[IFB_SHA256_HEX];
    ifb_str what;

    if (!keep || stat(path, &st) != 0)
        return NULL;
    what = ifb_fmt(arena, "%s %lld %lld %lld %lld.%09ld", path, (long long)st.st_dev,
                   (long long)st.st_ino, (long long)st.st_size, (long long)st.st_mtim.tv_sec,
                   st.st_mtim.tv_nsec);
    ifb_sha256_of(what, name);
    return ifb_path_join(arena, keep, ifb_fmt(arena, "tagger-1-%.32s.bin", name).ptr);
}

/* Whatever is wrong with what was kept: it is made anew. */
static bool thaw_tagger(const char *kept, struct ifb_arena *arena, struct ifb_resources *out,
                        struct ifb_resource_file *file)
{
    struct kept_head head;
    ifb_str all = { NULL, 0 };

    if (!kept || ifb_file_map(kept, RESOURCE_MAX, &all, NULL))
        return false;
    if (all.len < sizeof(head) ||
        ifb_tagger_thaw(ifb_str_from(all, sizeof(head)), arena, &out->tagger, NULL)) {
        ifb_file_unmap(all);
        return false;
    }
    memcpy(&head, all.ptr, sizeof(head));
    memcpy(file->sha256, head.sha256, sizeof(head.sha256));
    file->bytes = head.bytes;
    out->frozen = all;
    return true;
}

static void keep_tagger(const char *kept, const char *keep, ifb_str zip,
                        const struct ifb_tagger *tagger, struct ifb_resource_file *file)
{
    struct ifb_arena *arena = ifb_arena_new();
    ifb_str frozen = ifb_tagger_freeze(tagger, arena);
    struct kept_head head = { .bytes = (int64_t)zip.len };
    char *all = ifb_alloc_raw(arena, sizeof(head) + frozen.len);

    ifb_sha256_of(zip, file->sha256);
    file->bytes = head.bytes;
    memcpy(head.sha256, file->sha256, sizeof(head.sha256));
    memcpy(all, &head, sizeof(head));
    memcpy(all + sizeof(head), frozen.ptr, frozen.len);
    if (!ifb_make_dirs(keep, NULL))
        (void)ifb_file_write(kept, (ifb_str){ all, sizeof(head) + frozen.len }, NULL);
    ifb_arena_close(arena);
}

static enum ifb_code load_row(size_t i, const char *path, const char *keep,
                              struct ifb_arena *arena, struct ifb_resources *out,
                              struct ifb_resource_file *file, struct ifb_error *err)
{
    struct ifb_arena *scratch = ifb_arena_new();
    const char *kept = rows[i].need == IFB_NEEDS_TAGGER ? kept_path(path, keep, scratch) : NULL;
    bool thawed = thaw_tagger(kept, arena, out, file);
    ifb_str bytes;
    enum ifb_code code = IFB_OK;

    if (!thawed)
        code = ifb_file_read(path, RESOURCE_MAX, scratch, &bytes, err);
    if (!thawed && !code) {
        code = rows[i].load(bytes, arena, out, err);
        if (code)
            ifb_within(err, "%s", path);
        else if (kept)
            keep_tagger(kept, keep, bytes, out->tagger, file);
    }
    if (!code)
        out->have |= rows[i].need & IFB_NEEDS_PULLED;
    ifb_arena_close(scratch);
    return code;
}

/* Adds to what *out has already. */
static enum ifb_code load_more(unsigned needs, const char *const *dirs, const char *keep,
                               struct ifb_arena *arena, struct ifb_resources *out,
                               struct ifb_resource_file files[IFB_RESOURCE_FILES],
                               struct ifb_error *err)
{
    enum ifb_code code = IFB_OK;

    for (size_t i = 0; i < IFB_RESOURCE_FILES; i++) {
        const char *path = needs & rows[i].need ? ifb_data_find(dirs, rows[i].file, arena) : NULL;

        files[i] = (struct ifb_resource_file){ rows[i].need, rows[i].name, path, "", 0 };
        if (path && !code)
            code = load_row(i, path, keep, arena, out, &files[i], err);
    }
    if (!code && (needs & IFB_NEEDS_IPADIC))
        code = load_ipadic(dirs, arena, out, err);
    return code;
}

enum ifb_code ifb_resources_load(unsigned needs, const char *const *dirs, const char *keep,
                                 struct ifb_arena *arena, struct ifb_resources *out,
                                 struct ifb_resource_file files[IFB_RESOURCE_FILES],
                                 struct ifb_error *err)
{
    *out = (struct ifb_resources){ 0 };
    return load_more(needs, dirs, keep, arena, out, files, err);
}

void ifb_resources_close(struct ifb_resources *res)
{
    ifb_file_unmap(res->frozen);
    res->frozen = (ifb_str){ NULL, 0 };
    ifb_es_tokenizer_close(res->es_tokens);
    res->es_tokens = NULL;
    for (size_t i = 0; i < IFB_IPADIC_FILES; i++) {
        ifb_file_unmap(res->maps[i]);
        res->maps[i] = (ifb_str){ NULL, 0 };
    }
}

/* ---- loading when asked for ---- */

struct ifb_lazy {
    pthread_mutex_t lock;
    struct ifb_arena *arena;
    const char *const *dirs;
    const char *keep;
    const struct ifb_resources *base, *now;  /* never changed: replaced */
    unsigned tried, failed;           /* enum ifb_need, or'ed */
    struct ifb_error error;           /* of the first that failed */
};

struct ifb_lazy *ifb_lazy_new(const struct ifb_resources *base, const char *const *dirs,
                              const char *keep)
{
    struct ifb_lazy *lazy = calloc(1, sizeof(*lazy));

    if (!lazy)
        ifb_out_of_memory();
    pthread_mutex_init(&lazy->lock, NULL);
    lazy->arena = ifb_arena_new();
    lazy->dirs = dirs;
    lazy->keep = keep;
    lazy->base = lazy->now = base;
    return lazy;
}

/* With the lock held. */
static void load_lazily(struct ifb_lazy *lazy, unsigned need)
{
    struct ifb_resource_file files[IFB_RESOURCE_FILES];
    struct ifb_resources *next = ifb_new(lazy->arena, struct ifb_resources, 1);
    struct ifb_error err = { 0 };

    lazy->tried |= need;
    *next = *lazy->now;
    if (load_more(need, lazy->dirs, lazy->keep, lazy->arena, next, files, &err)) {
        lazy->failed |= need;
        lazy->error = lazy->error.code ? lazy->error : err;
    }
    lazy->now = next;
}

enum ifb_code ifb_lazy_get(struct ifb_lazy *lazy, unsigned needs, const struct ifb_resources **out,
                           struct ifb_error *err)
{
    enum ifb_code code = IFB_OK;

    needs &= IFB_NEEDS_PULLED;
    *out = NULL;
    if (!lazy)
        return IFB_OK;
    pthread_mutex_lock(&lazy->lock);
    for (unsigned left = needs & ~lazy->now->have & ~lazy->tried; left; left &= left - 1)
        load_lazily(lazy, left & (0u - left));
    *out = lazy->now;
    if (needs & lazy->failed)
        code = ifb_fail(err, lazy->error.code, "%s", lazy->error.msg);
    pthread_mutex_unlock(&lazy->lock);
    return code;
}

void ifb_lazy_close(struct ifb_lazy *lazy)
{
    struct ifb_resources all;

    if (!lazy)
        return;
    pthread_mutex_destroy(&lazy->lock);
    all = *lazy->now;
    if (lazy->now != lazy->base)
        ifb_resources_close(&all);
    ifb_arena_close(lazy->arena);
    free(lazy);
}
