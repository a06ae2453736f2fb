/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of Japanese checks share. */
#ifndef IFB_SCORERS_JAPANESE_H
#define IFB_SCORERS_JAPANESE_H

#include "scorers/families.h"

/* "未満" and "以上", the order of enum ifb_relation; ends with NULL. */
extern const char *const ifb_ja_relations[];

#define IFB_JA_RELATION(type, member, key)                                        \
    IFB_FIELD(type, member, key, .kind = IFB_CHOICE, .required = true,            \
              .choices = ifb_ja_relations, .doc = "which side of the threshold passes")

/* Of a range of code points, both ends included. */
static inline bool ifb_between(uint32_t cp, uint32_t from, uint32_t to)
{
    return cp >= from && cp <= to;
}

/* The sentences that ja_sentence_segmenter 0.0.2 finds, as M-IFEval uses it. */
int64_t ifb_ja_sentences(ifb_str text, struct ifb_arena *scratch);

/*
 * re.sub of 「.*?」 and then of 『.*?』 by nothing: what is quoted is left out, but not
 * over a line break. In `arena`.
 */
ifb_str ifb_ja_unquoted(ifb_str text, struct ifb_arena *arena);

#endif
