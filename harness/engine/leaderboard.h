/* SPDX-License-Identifier: Apache-2.0 */
/* One suite of a leaderboard while it is made; private to leaderboard*.c. */
#ifndef IFB_ENGINE_LEADERBOARD_H
#define IFB_ENGINE_LEADERBOARD_H

#include <ifbench/leaderboard.h>

#include "harness/engine/compare.h"

/* An entry with the marks it comes from. */
struct ifb_board_side {
    struct ifb_board_entry entry;
    const struct ifb_marks *marks;
    const struct ifb_mark_cell *cell;
    const struct ifb_mark_item **items;  /* those that are ranked by, the same order on all sides */
    struct ifb_pair *units;              /* what each adds to the metric; NULL: not counted so */
    bool gaps;                           /* something is unscored: pairs must be masked */
};

/* Of the answers of one cell of a run, a turn each. */
struct ifb_board_length {
    double characters;
    int64_t answers;
};

struct ifb_board_work {
    struct ifb_board_suite *suite;
    struct ifb_board_side *sides;
    size_t n, ranked, used;              /* sides; those with a value come first; items */
    const struct ifb_board_options *options;
    struct ifb_arena *arena;
};

/* Units, values over the items in use, order, ranks with their ranges. */
void ifb_board_rank(struct ifb_board_work *w);

/* Pairs of all sides, corrected. */
void ifb_board_pairs(struct ifb_board_work *w);

/* The constraints by name, and how often each held. */
void ifb_board_shares(struct ifb_board_work *w);

/* Sides i and j over the items in use, each item for itself. */
void ifb_board_match(const struct ifb_board_work *w, size_t i, size_t j, struct ifb_arena *arena,
                     struct ifb_matched *out);

/* From a run's journal, one a cell of the marks; nothing where there is none. */
struct ifb_board_length *ifb_board_lengths(const struct ifb_marks *marks, struct ifb_arena *arena);

/* The mean length of an entry's answers. */
void ifb_board_find_length(struct ifb_board_entry *e, ifb_str suite,
                           const struct ifb_board_length *length);

#endif
