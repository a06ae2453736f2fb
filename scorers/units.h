/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Units: the pieces a text is counted and walked by. One table says what each
 * one is; `ifbench scorers` and the expressions read it.
 */
#ifndef IFB_SCORERS_UNITS_H
#define IFB_SCORERS_UNITS_H

#include <ifbench/check.h>

#include "scorers/pattern.h"

enum ifb_unit_id {
    IFB_CHARS,
    IFB_BYTES,
    IFB_WORDS,
    IFB_SENTENCES,
    IFB_LINES,
    IFB_RAW_LINES,
    IFB_PARAGRAPHS,
    IFB_BULLETS,
    IFB_LIST_ITEMS,
    IFB_HEADINGS,
    IFB_CODE_BLOCKS,
    IFB_LETTERS,
    IFB_DIGITS,
    IFB_UPPERCASE_WORDS,
    IFB_MATCHES,
    IFB_NUNITS
};

/* The names in the plural, for fields of kind IFB_CHOICE. */
extern const char *const ifb_unit_names[];

const struct ifb_unit *ifb_unit_row(enum ifb_unit_id id);

/* By either name; false when there is none. */
bool ifb_unit_find(ifb_str name, enum ifb_unit_id *out);

/* True for units of a character or a word: what is too much of them is one stretch. */
bool ifb_unit_is_small(enum ifb_unit_id id);

/*
 * Takes the probe's text into its pieces, which lie in that text, in order; the
 * array is in `p->scratch`. `pattern` is for IFB_MATCHES. False, with the reason
 * set, when the pattern takes too many steps.
 */
bool ifb_unit_pieces(enum ifb_unit_id id, const struct ifb_pattern *pattern, struct ifb_probe *p,
                     struct ifb_strs *out);

/* How many there are; -1 with the reason set. */
int64_t ifb_unit_count(enum ifb_unit_id id, const struct ifb_pattern *pattern,
                       struct ifb_probe *p);

/*
 * Compiles the pattern that belongs to a unit; IFB_EINPUT when it is missing,
 * not a pattern, or given ({NULL, 0} is not) for another unit.
 */
enum ifb_code ifb_unit_bind(enum ifb_unit_id id, ifb_str source, struct ifb_pattern *out,
                            struct ifb_arena *arena, struct ifb_error *err);

#endif
