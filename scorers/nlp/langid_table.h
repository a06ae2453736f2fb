/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The layout of scorers/nlp/langid_table.bin, which the assembler embeds as it
 * is: nothing is loaded, parsed or allocated. scorers/nlp/gen/langid_gen.c
 * writes it from the profiles of Debian's python3-langdetect 1.0.9-1.
 *
 * A character is looked up as a symbol: its number after langdetect's
 * normalisation, with flags. The n-grams of all languages are one trie over
 * symbols, stored by row displacement (Tarjan and Yao 1979): the children of a
 * row lie at base + symbol, interleaved with those of other rows, and `owner`
 * tells whose child a slot is. A slot number is 16 bits and there are 2^16
 * slots, so base + symbol wraps around and needs no bounds.
 *
 *   1-gram a      slot a
 *   2-gram ab     slot base1[a] + b, owner 1 + a; `node` numbers it if it has children
 *   3-gram abc    slot base2[node of ab] + c, owner SYMS + 1 + node
 *
 * n-grams that langdetect's normalisation can never produce (a kanji that is
 * not the representative of its class, a space inside) are left out. A 2-gram
 * that no profile has but that begins a 3-gram is two capitals, and those never
 * count when they end the window.
 */
#ifndef IFB_SCORERS_NLP_LANGID_TABLE_H
#define IFB_SCORERS_NLP_LANGID_TABLE_H

#include <stdint.h>

#include "scorers/nlp/langid.h"

#define IFB_LANGID_MAGIC "ifblid1"
#define IFB_LANGID_CHECKSUM UINT64_C(0xd5cb3c98d7a51068)

/* Sizes; the generator stops and names the right one when they do not fit. */
enum {
    IFB_LANGID_MT = 624,       /* words of Mersenne Twister's state */
    IFB_LANGID_PAIRS = 120,    /* Vietnamese letter and mark */
    IFB_LANGID_PAGES = 414,    /* distinct runs of 64 symbols */
    IFB_LANGID_SYMS = 1126,
    IFB_LANGID_NODES = 10912,  /* 2-grams that begin a 3-gram, and 0 for none */
    IFB_LANGID_SLOTS = 65536,
    IFB_LANGID_PAIR_SLOTS = 21592, /* below: all 2-grams */
    IFB_LANGID_DENSE = 2266,      /* n-grams of IFB_LANGID_DENSE_MIN languages and more */
    IFB_LANGID_DENSE_MIN = 14,
    IFB_LANGID_LANES = 56,     /* languages, rounded up to whole vectors */
    IFB_LANGID_POSTINGS = 55771
};

/* A symbol: a number and flags. */
enum {
    IFB_LANGID_SPACE = 0,        /* also what most punctuation becomes */
    IFB_LANGID_UNKNOWN = 1,      /* in no profile */
    IFB_LANGID_ID = 0x1fff,
    IFB_LANGID_GRAM = 0x2000,    /* it is a 1-gram of some profile */
    IFB_LANGID_UPPER = 0x4000,   /* str.isupper of the normalised character */
    IFB_LANGID_LATIN = 0x8000    /* it was A to z before normalisation */
};

/* Owners of slots other than a parent: free, and a 1-gram's. */
enum { IFB_LANGID_FREE = 0, IFB_LANGID_ROOT = 0xffff };

/*
 * A posting: bit 31 set on the last of a list, 6 bits of language, 25 bits of
 * count. post[slot] is the only posting itself; or the index of the first of a
 * list; or, with IFB_LANGID_IS_DENSE, the index of a row with a count for each
 * language, which is faster for n-grams that many languages share.
 */
#define IFB_LANGID_LAST UINT32_C(0x80000000)
#define IFB_LANGID_IS_DENSE UINT32_C(0x40000000)
enum { IFB_LANGID_LANG_SHIFT = 25, IFB_LANGID_COUNT_MASK = (1 << 25) - 1 };

struct ifb_langid_table {
    char magic[8];
    uint64_t size;      /* of this struct, bytes */
    uint64_t checksum;  /* FNV-1a of the bytes behind this member */
    double total[3][IFB_LANGID_LANES];  /* 1-, 2-, 3-grams counted in training; 1 for no language */
    char lang[IFB_LANGS][8];            /* names, sorted */
    uint32_t mt[IFB_LANGID_MT];  /* MT19937 after init_by_array({0}) and its first generation */
    struct {
        uint16_t letter, mark, becomes;
    } pair[IFB_LANGID_PAIRS];    /* sorted by mark, then letter */
    uint16_t page[1024];         /* by code point / 64, below U+10000: where its run begins */
    uint16_t sym[IFB_LANGID_PAGES * 64];  /* begins with those of U+0000 to U+007F */
    uint16_t base1[IFB_LANGID_SYMS];
    uint16_t base2[IFB_LANGID_NODES];
    uint16_t owner[IFB_LANGID_SLOTS];
    uint16_t node[IFB_LANGID_PAIR_SLOTS];
    uint32_t post[IFB_LANGID_SLOTS];
    uint32_t posting[IFB_LANGID_POSTINGS];
    int32_t dense[IFB_LANGID_DENSE][IFB_LANGID_LANES];
};

extern const struct ifb_langid_table ifb_langid_table;

#endif
