/* SPDX-License-Identifier: Apache-2.0 */
/*
 * str.lower() at one end of a text only. What is looked at is mostly ASCII,
 * which lowers byte by byte whatever stands around it; only where it is not,
 * the whole text is lowered (a final sigma depends on its neighbours).
 */
#ifndef IFB_SCORERS_FOLD_H
#define IFB_SCORERS_FOLD_H

#include <ifbench/types.h>

/* text.lower().startswith(lowered) and .endswith(lowered). */
bool ifb_lower_starts(struct ifb_arena *scratch, ifb_str text, ifb_str lowered);
bool ifb_lower_ends(struct ifb_arena *scratch, ifb_str text, ifb_str lowered);

#endif
