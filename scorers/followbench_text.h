/* SPDX-License-Identifier: Apache-2.0 */
/* What FollowBench's rules with a test a level call a sentence and a word. */
#ifndef IFB_SCORERS_FOLLOWBENCH_TEXT_H
#define IFB_SCORERS_FOLLOWBENCH_TEXT_H

#include "scorers/families.h"

/* The index into ifb_followbench_languages. */
enum ifb_followbench_tongue { IFB_EN, IFB_ZH };

#define IFB_FOLLOWBENCH_LEVEL(type)                                                         \
    IFB_FIELD(type, level, "level", .kind = IFB_INT, .required = true, .min = 1, .max = 5,  \
              .doc = "how many of the tests must hold")

/* Pieces between '.', '!' and '?', or their wide forms, that are not empty: blank ones count. */
struct ifb_strs ifb_followbench_sentences(struct ifb_arena *arena, ifb_str text,
                                          enum ifb_followbench_tongue language);

/* len(s.split()) without the pieces. */
size_t ifb_followbench_fields(ifb_str s);

/* The end of the run of characters that belong, from byte `from` on. */
size_t ifb_followbench_skip(ifb_str text, size_t from, bool (*belongs)(uint32_t));

/* Says that all levels hold; IFB_PASS. */
enum ifb_outcome ifb_followbench_hold(struct ifb_probe *p, int64_t level);

#endif
