/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reasoning before the answer. Models that think aloud put their reasoning
 * between marks; constraints are about the answer, so it is taken off before
 * anything is checked (and kept for the report).
 */
#ifndef IFB_ENGINE_THINK_H
#define IFB_ENGINE_THINK_H

#include <ifbench/types.h>

#define IFB_THINK_TAGS_MAX 8

struct ifb_think {
    bool keep;  /* judge answers with their reasoning */
    struct { ifb_str open, close; } tags[IFB_THINK_TAGS_MAX];
    size_t ntags;
};

struct ifb_thought {
    ifb_str answer, reasoning;  /* parts of the text */
    bool removed;               /* reasoning was taken off */
    bool incomplete;            /* a mark was opened and not closed: there is no answer */
};

/*
 * Settings from the options: `what` "strip", "keep" or absent (strip); tags as
 * "OPEN,CLOSE", none for <think>,</think>. IFB_EUSAGE.
 */
enum ifb_code ifb_think_read(ifb_str what, struct ifb_strs tags, struct ifb_arena *arena,
                             struct ifb_think *out, struct ifb_error *err);

/*
 * Splits an answer. When it begins (after white space) with an opening mark,
 * what follows the first closing mark is the answer, without leading white
 * space; no closing mark: no answer. Blocks that follow one another are taken off
 * together. When there is a closing mark with no opening one before it (chat
 * templates that open it themselves), the answer is what follows the first of
 * them. Marks elsewhere are part of the answer. An absent text stays absent.
 */
struct ifb_thought ifb_think_split(const struct ifb_think *t, ifb_str text);

#endif
