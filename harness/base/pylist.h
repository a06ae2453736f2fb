/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values as Python writes them, read without evaluating anything: above all lists of strings.
 * Benchmarks keep such lists in their data, and ask judges to answer with one.
 */
#ifndef IFB_BASE_PYLIST_H
#define IFB_BASE_PYLIST_H

#include <ifbench/types.h>

/*
 * Reads the whole of `text`, white space around it allowed: "['a', \"b\"]".
 * Literals that stand side by side or are joined by '+' are one string, a
 * trailing comma is fine, escapes are Python's (\N{...} is not read). False
 * when it is anything else. Strings live in `arena` or in `text`.
 */
bool ifb_pylist_read(struct ifb_arena *arena, ifb_str text, struct ifb_strs *out);

/*
 * A value as Python writes it (ast.literal_eval): strings, numbers, True, False,
 * None, lists, tuples and dicts with strings as keys, nested at most 50 deep; a
 * tuple reads as an array. NULL when `text` is anything else.
 */
const struct ifb_json *ifb_pyvalue_read(struct ifb_arena *arena, ifb_str text);

#endif
