/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that data packs hold. The first byte says what the rest is: 'p' a pickle,
 * 'z' a zip archive, 't' the tagger's pickle in a sound archive, 's' a list of stop
 * words in one, 'y' a list of syllables, 'k' sentence parameters, 'e' the rules of
 * the Spanish tokenizer, 'f' changes to a frozen tagger: places and bytes, 'i' the
 * lengths (two bytes each, high one first) of sys.dic, unk.dic and matrix.bin, those
 * files and char.def.
 */
#include "scorers/nlp/pickle.h"

#include <ifbench/text.h>

#include <zlib.h>

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "harness/base/zip.h"
#include "scorers/multilingual/ipadic.h"
#include "scorers/nlp/tagger.h"
#include "tests/fuzz/fuzz.h"

#define MEMBER_MAX ((size_t)16 << 20)

/* Reads every byte of what it is told. */
static bool take(void *self, struct ifb_pickle_value *box, const struct ifb_pickle_value *at,
                 size_t n)
{
    uint64_t *sum = self;

    fuzz_demand(box->kind == IFB_PICKLE_DICT || box->kind == IFB_PICKLE_LIST);
    for (size_t i = 0; i < (box->kind == IFB_PICKLE_DICT ? 2 * n : n); i++) {
        fuzz_demand(at[i].kind <= IFB_PICKLE_CLASS);
        for (uint32_t k = 0; at[i].kind == IFB_PICKLE_STRING && k < at[i].len; k++)
            *sum = *sum * 31 + (unsigned char)at[i].ptr[k];
    }
    box->tag += n;
    return true;
}

static void read_pickle(ifb_str bytes, struct ifb_arena *arena)
{
    struct ifb_pickle_value top[IFB_PICKLE_MEMBERS];
    uint64_t sum = 0;
    const struct ifb_pickle_sink sink = { &sum, take };
    struct ifb_error err;
    size_t n = 0;

    if (!ifb_pickle_read(bytes, arena, &sink, top, &n, &err))
        fuzz_demand(n >= 1 && n <= IFB_PICKLE_MEMBERS);
}

static void read_zip(ifb_str bytes, struct ifb_arena *arena)
{
    struct ifb_error err;
    ifb_str out;

    if (!ifb_zip_read(bytes, "a", MEMBER_MAX, arena, &out, &err)) {
        fuzz_demand(out.len <= MEMBER_MAX);
        fuzz_demand(ifb_str_eq(fuzz_exact(arena, out), out));
    }
    ifb_zip_read(bytes, "a", 3, arena, &out, &err);
}

static void ask_tagger(const struct ifb_tagger *tagger, struct ifb_arena *arena)
{
    static const ifb_str tokens[] = { IFB_STR_INIT("sing-ing"), IFB_STR_INIT("1999"),
                                      IFB_STR_INIT("\xc3\x89t\xc3\xa9"), IFB_STR_INIT("") };

    for (size_t i = 0; i < 4; i++)
        fuzz_demand(ifb_tagger_first(tagger, (struct ifb_strs){ tokens + i, 4 - i }, arena));
}

static void read_tagger(ifb_str bytes, struct ifb_arena *arena)
{
    ifb_str zip = fuzz_zip(arena, "averaged_perceptron_tagger/averaged_perceptron_tagger.pickle",
                           bytes);
    const struct ifb_tagger *tagger;
    struct ifb_error err;

    if (!ifb_tagger_load(zip, arena, &tagger, &err))
        ask_tagger(tagger, arena);
}

#define SUM_AT 48  /* where a frozen tagger has its CRC-32 */

/* A sum that is right again lets damage in, as one who means harm would. */
static void thaw_tagger(struct fuzz_in *in, struct ifb_arena *arena)
{
    ifb_str frozen = ifb_tagger_freeze(fuzz_resources()->tagger, arena);
    char *at = (char *)fuzz_exact(arena, frozen).ptr;
    const struct ifb_tagger *tagger;
    struct ifb_error err;
    uint32_t sum;

    while (in->n) {
        unsigned place = fuzz_below(in, 65536) % (unsigned)frozen.len;

        at[place] = (char)fuzz_byte(in);
    }
    memset(at + SUM_AT, 0, sizeof(sum));
    sum = (uint32_t)crc32(0, (const Bytef *)at, (uInt)frozen.len);
    memcpy(at + SUM_AT, &sum, sizeof(sum));
    if (!ifb_tagger_thaw((ifb_str){ at, frozen.len }, arena, &tagger, &err))
        ask_tagger(tagger, arena);
}

static void read_stopwords(ifb_str bytes, struct ifb_arena *arena)
{
    const struct ifb_stopwords *out;
    struct ifb_error err;

    ifb_stopwords_load(fuzz_zip(arena, "stopwords/english", bytes), arena, &out, &err);
}

static void read_syllables(ifb_str bytes, struct ifb_arena *arena)
{
    const struct ifb_syllables *out;
    struct ifb_error err;

    ifb_syllables_load(bytes, arena, &out, &err);
}

static void read_punkt(ifb_str bytes, struct ifb_arena *arena)
{
    struct ifb_resources res = { 0 };
    struct ifb_error err;

    if (!ifb_punkt_load(bytes, arena, &res.punkt, &err))
        ifb_text_tokens(ifb_text_new(arena, IFB_STR("Dr. A. met B. C. at 5 p.m. The end."), &res));
    ifb_punkt_load_french(bytes, arena, &res.french, &err);
}

static void read_spanish(ifb_str bytes, struct ifb_arena *arena)
{
    struct ifb_es_tokenizer *out = NULL;
    struct ifb_error err;

    if (!ifb_es_tokenizer_load(bytes, arena, &out, &err))
        ifb_es_tokenizer_close(out);
}

static ifb_str take_file(struct fuzz_in *in, size_t len, struct ifb_arena *arena)
{
    ifb_str file = { in->n ? (const char *)in->at : "", len < in->n ? len : in->n };

    in->at += file.len;
    in->n -= file.len;
    return fuzz_exact(arena, file);
}

/* A first word that fits the length: it would stop most changes to the file. */
static void fit_length(ifb_str file)
{
    uint32_t magic = 0xef718f77u ^ (uint32_t)file.len;

    if (file.len >= sizeof(magic))
        memcpy((char *)file.ptr, &magic, sizeof(magic));
}

static void read_japanese(struct fuzz_in *in, struct ifb_arena *arena)
{
    static const ifb_str text =
        IFB_STR_INIT("\xe6\x97\xa5\xe6\x9c\xac\xe3\x81\xa7\xe3\x81\x99 \xe6\x9c\xac\xe6\x9c\xac"
                     "\xe6\x9c\xac\xe3\x81\xa7\xf0\x9f\x98\x80""a1");
    size_t sys = fuzz_below(in, 65536), unk = fuzz_below(in, 65536), matrix = fuzz_below(in, 65536);
    ifb_str files[IFB_IPADIC_FILES];
    const struct ifb_ipadic *dic;
    struct ifb_morphemes found;
    struct ifb_error err;

    files[IFB_IPADIC_SYS] = take_file(in, sys, arena);
    files[IFB_IPADIC_UNK] = take_file(in, unk, arena);
    files[IFB_IPADIC_MATRIX] = take_file(in, matrix, arena);
    files[IFB_IPADIC_CHAR] = take_file(in, in->n, arena);
    fit_length(files[IFB_IPADIC_SYS]);
    fit_length(files[IFB_IPADIC_UNK]);
    if (ifb_ipadic_load(files, arena, &dic, &err))
        return;
    found = ifb_ipadic_morphemes(dic, text, arena);
    for (size_t i = 0; i < found.n; i++)
        fuzz_demand(fuzz_within(found.at[i].surface, text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct fuzz_in in = { data, size };
    uint8_t kind = fuzz_byte(&in);
    ifb_str raw = { in.n ? (const char *)in.at : "", in.n };

    switch (kind) {
    case 'p': read_pickle(raw, arena); break;
    case 'z': read_zip(raw, arena); break;
    case 't': read_tagger(raw, arena); break;
    case 's': read_stopwords(raw, arena); break;
    case 'y': read_syllables(raw, arena); break;
    case 'k': read_punkt(raw, arena); break;
    case 'e': read_spanish(raw, arena); break;
    case 'i': read_japanese(&in, arena); break;
    case 'f': thaw_tagger(&in, arena); break;
    default: break;
    }
    ifb_arena_close(arena);
    return 0;
}
