/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decompositions, capitals and digits, from libunistring. What characters were new after
 * Unicode 14 decompose to is left out, so that verdicts do not depend on the
 * library's version.
 */
#ifndef IFB_BASE_UNISTR_H
#define IFB_BASE_UNISTR_H

#include <ifbench/types.h>

/*
 * unicodedata.normalize("NFKD", s).encode("ascii", "ignore"): `s` itself when it
 * is ASCII, else a copy in `arena`. `s` is well-formed UTF-8.
 */
ifb_str ifb_ascii_fold(struct ifb_arena *arena, ifb_str s);

/* str.upper, the full mapping: `s` itself when nothing changes, else a copy in `arena`. */
ifb_str ifb_upper(struct ifb_arena *arena, ifb_str s);

/* int() of one character for which ifb_is_decimal holds: 0 to 9; -1 for others. */
int ifb_decimal_value(uint32_t cp);

#endif
