/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Japanese morphemes as janome 0.5 finds them, from the files that MeCab has
 * compiled (ifb_ipadic_load in include/ifbench/text.h).
 */
#ifndef IFB_SCORERS_IPADIC_H
#define IFB_SCORERS_IPADIC_H

#include <ifbench/text.h>

struct ifb_morpheme {
    ifb_str surface;
    bool noun;  /* its part of speech begins with 名詞 */
};

struct ifb_morphemes {
    const struct ifb_morpheme *at;
    size_t n;
};

/* Of the stripped text, white space included; in `arena`, pointing into `text`. */
struct ifb_morphemes ifb_ipadic_morphemes(const struct ifb_ipadic *dic, ifb_str text,
                                          struct ifb_arena *arena);

#endif
