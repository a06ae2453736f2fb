/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A literal text to look for, with or without regard to case. Without it,
 * characters are compared as Python's re.IGNORECASE does; where a match lies is
 * known in bytes of the text. All searches are linear in the text.
 */
#ifndef IFB_SCORERS_LITERAL_H
#define IFB_SCORERS_LITERAL_H

#include <ifbench/types.h>

struct ifb_literal {
    ifb_str text;             /* as given */
    const uint32_t *folded;   /* its characters; NULL: bytes are compared */
    const uint32_t *border;   /* of each prefix: the longest that is its suffix too */
    size_t n;
};

/* Lives in `arena`; `text` must too. */
void ifb_literal_bind(struct ifb_literal *out, ifb_str text, bool ignore_case,
                      struct ifb_arena *arena);

/* Does the text begin or end with it, or is it the same? *match is the piece of the text. */
bool ifb_literal_starts(const struct ifb_literal *l, ifb_str text, ifb_str *match);
bool ifb_literal_ends(const struct ifb_literal *l, ifb_str text, ifb_str *match);
bool ifb_literal_equals(const struct ifb_literal *l, ifb_str text);

/* The first occurrence at or after `from`; false when there is none, or it is empty. */
bool ifb_literal_find(const struct ifb_literal *l, ifb_str text, size_t from, ifb_str *match);

/* A character without its case, as literals compare them. */
uint32_t ifb_fold_char(uint32_t cp);

/* True when no letter, digit or '_' stands right before and after the piece. */
bool ifb_stands_alone(ifb_str text, ifb_str piece);

#endif
