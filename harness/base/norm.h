/* SPDX-License-Identifier: Apache-2.0 */
/* Unicode 14 normalisation (UAX #15), as Python 3.11's unicodedata has it; by libunistring. */
#ifndef IFB_BASE_NORM_H
#define IFB_BASE_NORM_H

#include <ifbench/types.h>

enum ifb_norm { IFB_NFKC, IFB_NFKD };

/* unicodedata.normalize of well-formed UTF-8: ASCII is `s` itself, the rest a copy in `arena`. */
ifb_str ifb_normalize(struct ifb_arena *arena, ifb_str s, enum ifb_norm form);

/* Whether the character's canonical combining class is not 0. */
bool ifb_is_combining(uint32_t cp);

#endif
