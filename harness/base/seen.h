/* SPDX-License-Identifier: Apache-2.0 */
/* Which names were met before, and on which line: for "was used on line 3 already". */
#ifndef IFB_BASE_SEEN_H
#define IFB_BASE_SEEN_H

#include <ifbench/types.h>

/* Empty when zeroed; open addressing, at most half full. */
struct ifb_seen {
    struct ifb_seen_slot *at;
    size_t size, n;
};

/*
 * Notes that `name`, which must outlive the set, is on `line` (not 0). Returns the
 * line it was on before, 0 when it is new. The set grows in `arena`.
 */
unsigned ifb_seen_add(struct ifb_seen *seen, struct ifb_arena *arena, ifb_str name, unsigned line);

/* The line that `name` is on, 0 when it was not added. */
unsigned ifb_seen_find(const struct ifb_seen *seen, ifb_str name);

#endif
