/* SPDX-License-Identifier: Apache-2.0 */
/* What a target needs around it: small resources written here, and files in a folder. */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "harness/base/arena.h"
#include "harness/base/file.h"
#include "harness/base/str.h"

/* ---- an archive with one member ---- */

static void put(struct ifb_buf *b, size_t bytes, uint64_t value)
{
    for (size_t i = 0; i < bytes; i++)
        ifb_buf_char(b, (char)(i < 8 ? value >> 8 * i : 0));
}

/* What the local header and the directory have in common. */
static void put_head(struct ifb_buf *b, size_t name_len, ifb_str content)
{
    uint32_t crc = (uint32_t)crc32(0, (const Bytef *)content.ptr, (uInt)content.len);

    put(b, 2, 20);
    put(b, 4, 0);
    put(b, 4, 0);
    put(b, 4, crc);
    put(b, 4, content.len);
    put(b, 4, content.len);
    put(b, 2, name_len);
    put(b, 2, 0);
}

ifb_str fuzz_zip(struct ifb_arena *arena, const char *name, ifb_str content)
{
    size_t name_len = strlen(name), directory;
    struct ifb_buf b;
    ifb_str zip;

    ifb_buf_init(&b, content.len + 4096);
    ifb_buf_add(&b, "PK\3\4", 4);
    put_head(&b, name_len, content);
    ifb_buf_cstr(&b, name);
    ifb_buf_str(&b, content);
    directory = b.len;
    ifb_buf_add(&b, "PK\1\2", 4);
    put(&b, 2, 20);
    put_head(&b, name_len, content);
    put(&b, 14, 0);
    ifb_buf_cstr(&b, name);
    ifb_buf_add(&b, "PK\5\6", 4);
    put(&b, 4, 0);
    put(&b, 4, 1 | 1u << 16);
    put(&b, 4, 46 + name_len);
    put(&b, 4, directory);
    put(&b, 2, 0);
    zip = fuzz_exact(arena, ifb_buf_view(&b));
    ifb_buf_close(&b);
    return zip;
}

/* ---- resources ---- */

static const char sentences[] =
    "{\"AbbrevTypes\":{\"dr\":1,\"p.ej\":1,\"sr\":1},\"Collocations\":{},"
    "\"SentStarters\":{\"el\":1,\"le\":1},\"OrthoContext\":{\"el\":46,\"le\":46}}";
static const char spanish[] =
    "{\"prefix\":\"^[(\xc2\xbf]\",\"suffix\":\"[)?.:*]$|\\\\.\\\\.+$\",\"infix\":\"-|~\","
    "\"url\":\"^w\\\\.\\\\S+$\",\"specials\":{\"EE.\":[\"EE.\"],\"del\":[\"de\",\"l\"],"
    "\":*\":[\":*\"],\"a b\":[\"a\",\"b\",\"c\"]}}";
/* Weights of two features, the token "run" is always VB, the classes NN and VB. */
static const char tagger[] =
    "\x80\x02}(U\4biasq\1}(U\2NNq\2G?\xe0\0\0\0\0\0\0U\2VBq\3G?\xf0\0\0\0\0\0\0u"
    "U\14i suffix ingq\4}(h\3G@\0\0\0\0\0\0\0uu}(U\3runq\5h\3u"
    "c__builtin__\nset\nq\6](h\2h\3e\x85R\x87.";

#define WHOLE(array) ((ifb_str){ (array), sizeof(array) - 1 })

static bool load_all(struct ifb_resources *r, struct ifb_arena *a)
{
    return !ifb_punkt_load_french(WHOLE(sentences), a, &r->french, NULL) &&
           !ifb_punkt_load(WHOLE(sentences), a, &r->spanish, NULL) &&
           !ifb_es_tokenizer_load(WHOLE(spanish), a, &r->es_tokens, NULL) &&
           !ifb_syllables_load(IFB_STR("banana,3\nthe,1\n"), a, &r->syllables, NULL) &&
           !ifb_stopwords_load(fuzz_zip(a, "stopwords/english", IFB_STR("the\na\nof\n")), a,
                               &r->stopwords, NULL) &&
           !ifb_tagger_load(fuzz_zip(a, "averaged_perceptron_tagger/"
                                        "averaged_perceptron_tagger.pickle", WHOLE(tagger)),
                            a, &r->tagger, NULL);
}

/* Debian's Japanese dictionary where it is installed: one of our own would be none. */
static bool load_japanese(struct ifb_resources *r, struct ifb_arena *a)
{
    static const char *const paths[IFB_IPADIC_FILES] = {
        [IFB_IPADIC_SYS] = "/var/lib/mecab/dic/ipadic-utf8/sys.dic",
        [IFB_IPADIC_UNK] = "/var/lib/mecab/dic/ipadic-utf8/unk.dic",
        [IFB_IPADIC_MATRIX] = "/var/lib/mecab/dic/ipadic-utf8/matrix.bin",
        [IFB_IPADIC_CHAR] = "/usr/share/mecab/dic/ipadic/char.def",
    };

    for (int i = 0; i < IFB_IPADIC_FILES; i++)
        if (!ifb_file_exists(paths[i]) || ifb_file_map(paths[i], IFB_FILE_MAX, &r->maps[i], NULL))
            return false;
    return !ifb_ipadic_load(r->maps, a, &r->ipadic, NULL);
}

const struct ifb_resources *fuzz_resources(void)
{
    static struct ifb_resources all;
    static struct ifb_arena *arena;

    if (arena)
        return &all;
    arena = ifb_arena_new();
    fuzz_demand(load_all(&all, arena));
    all.have = IFB_NEEDS_PULLED & ~(unsigned)IFB_NEEDS_IPADIC;
    if (load_japanese(&all, arena))
        all.have |= IFB_NEEDS_IPADIC;
    return &all;
}

/* ---- files ---- */

static char folder[256];
static char names[8][32];
static size_t nnames;

static void remove_folder(void)
{
    char path[sizeof(folder) + sizeof(names[0])];

    for (size_t i = 0; i < nnames; i++) {
        snprintf(path, sizeof(path), "%s/%.*s", folder, (int)sizeof(names[0]) - 1, names[i]);
        unlink(path);
    }
    rmdir(folder);
}

static void remember(const char *name)
{
    size_t i = 0;

    if (!nnames) {
        const char *tmp = getenv("TMPDIR");

        snprintf(folder, sizeof(folder), "%.200s/ifbench-fuzz-XXXXXX", tmp ? tmp : "/tmp");
        fuzz_demand(mkdtemp(folder) != NULL);
        atexit(remove_folder);
    }
    while (i < nnames && strcmp(names[i], name) != 0)
        i++;
    fuzz_demand(i < sizeof(names) / sizeof(names[0]) && strlen(name) < sizeof(names[0]));
    if (i == nnames)
        strcpy(names[nnames++], name);
}

const char *fuzz_file(struct ifb_arena *arena, const char *name, ifb_str bytes)
{
    const char *path;
    FILE *f;

    remember(name);
    path = ifb_path_join(arena, folder, name);
    f = fopen(path, "wb");
    fuzz_demand(f && fwrite(bytes.ptr, 1, bytes.len, f) == bytes.len && fclose(f) == 0);
    return path;
}
