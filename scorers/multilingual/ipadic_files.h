/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The dictionary as read: entries by prefix, costs of neighbours, categories of
 * characters. Every index that comes out of a file is checked where it is used.
 */
#ifndef IFB_SCORERS_IPADIC_FILES_H
#define IFB_SCORERS_IPADIC_FILES_H

#include <ifbench/text.h>

#define IFB_IPADIC_CATEGORIES 32
#define IFB_IPADIC_CHARS 0x10000u  /* those above have the category DEFAULT */

/* sys.dic or unk.dic: a double array of keys, 16 bytes an entry, features as C strings. */
struct ifb_ipadic_dic {
    const char *units, *tokens, *features;
    size_t nunits, ntokens, features_len;
};

/* Entries of one key: `n` in a row from `first` on. */
struct ifb_ipadic_entries {
    size_t first, n;
};

struct ifb_ipadic_entry {
    uint16_t left, right;
    int16_t cost;
    uint32_t number;  /* grows with the order in which MeCab read the entries */
    bool noun;
};

struct ifb_ipadic_category {
    ifb_str name;
    bool always, grouping;
    size_t length;
    struct ifb_ipadic_entries unknown;
};

struct ifb_ipadic {
    struct ifb_ipadic_dic sys, unk;
    const char *matrix;
    size_t nleft, nright;
    struct ifb_ipadic_category categories[IFB_IPADIC_CATEGORIES];
    size_t ncategories;
    const uint32_t *own, *compatible;  /* of a character: its categories, and those it also suits */
};

/* A walk over the keys of `dic` that begin `text`, the shortest first; *len is a key's length. */
struct ifb_ipadic_walk {
    const struct ifb_ipadic_dic *dic;
    ifb_str text;
    size_t at;      /* bytes walked */
    uint32_t base;
    bool over;
};
void ifb_ipadic_walk_open(struct ifb_ipadic_walk *w, const struct ifb_ipadic_dic *dic,
                          ifb_str text);
bool ifb_ipadic_walk_next(struct ifb_ipadic_walk *w, struct ifb_ipadic_entries *found,
                          size_t *len);

/* The i-th entry; one without cost or part of speech when the file has none there. */
struct ifb_ipadic_entry ifb_ipadic_entry(const struct ifb_ipadic_dic *dic, size_t i);

/* Of the right id of a word and the left id of the next. */
int ifb_ipadic_cost(const struct ifb_ipadic *dic, uint16_t right, uint16_t left);

#endif
