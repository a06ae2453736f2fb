/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What CPython 3.11 (Unicode 14.0.0) says of characters and of strings: the
 * predicates and the case mapping on which the reference evaluators rest. All
 * text is well-formed UTF-8.
 */
#ifndef IFB_BASE_UCD_H
#define IFB_BASE_UCD_H

#include <ifbench/types.h>

/* str.isspace of one character, which is also re's \s. */
bool ifb_is_space(uint32_t cp);

/* re's \w: '_', L*, Nd, Nl, No. */
bool ifb_is_word(uint32_t cp);

/* re's \d: Nd. */
bool ifb_is_decimal(uint32_t cp);

/* str.isdigit of one character: Numeric_Type Decimal or Digit. */
bool ifb_is_digit(uint32_t cp);

/* str.isnumeric of one character: has a Numeric_Type; also of CJK numerals. */
bool ifb_is_numeric(uint32_t cp);

/* str.isalpha of one character: L*. */
bool ifb_is_alpha(uint32_t cp);

/* Derived properties Uppercase and Lowercase; general category Lt. */
bool ifb_is_upper(uint32_t cp);
bool ifb_is_lower(uint32_t cp);
bool ifb_is_title(uint32_t cp);

/* Simple (one to one) lowercase mapping, as re.IGNORECASE uses. */
uint32_t ifb_lower_simple(uint32_t cp);

/* ---- strings ---- */

/* str.strip, lstrip, rstrip without argument. */
ifb_str ifb_strip(ifb_str s);
ifb_str ifb_lstrip(ifb_str s);
ifb_str ifb_rstrip(ifb_str s);

/* str.strip(chars) for ASCII characters. */
ifb_str ifb_strip_chars(ifb_str s, const char *chars);

/* True when s.strip() is empty. */
bool ifb_is_blank(ifb_str s);

/* str.lower: full mapping, U+0130 to two code points, final sigma. Returns `s`
 * itself when nothing changes, else a copy in `arena`. */
ifb_str ifb_lower(struct ifb_arena *arena, ifb_str s);

/* str.isupper and str.islower of a whole string. */
bool ifb_str_isupper(ifb_str s);
bool ifb_str_islower(ifb_str s);

/* str.split(): pieces in `arena`. */
struct ifb_strs ifb_split_space(struct ifb_arena *arena, ifb_str s);

/* str.split(sep) with a non-empty sep: keeps empty pieces, at least one. */
struct ifb_strs ifb_split(struct ifb_arena *arena, ifb_str s, ifb_str sep);

/* re.findall(r"\w+"). */
struct ifb_strs ifb_split_words(struct ifb_arena *arena, ifb_str s);

#endif
