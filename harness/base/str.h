/* SPDX-License-Identifier: Apache-2.0 */
/*
 * String views: bytes with a length, never owned, never measured by strlen
 * where a model's text is concerned. Parsers move the view forward on success
 * and leave it on failure.
 */
#ifndef IFB_BASE_STR_H
#define IFB_BASE_STR_H

#include <ifbench/types.h>

/* A view of a C string; NULL gives the absent string. */
static inline ifb_str ifb_str_of(const char *c)
{
    return (ifb_str){ c, c ? strlen(c) : 0 };
}

static inline ifb_str ifb_str_from(ifb_str s, size_t from)
{
    return (ifb_str){ s.ptr + from, s.len - from };
}

static inline ifb_str ifb_str_part(ifb_str s, size_t from, size_t to)
{
    return (ifb_str){ s.ptr + from, to - from };
}

bool ifb_str_eq(ifb_str a, ifb_str b);
bool ifb_str_is(ifb_str a, const char *b);

/* Byte order; a prefix comes first. */
int ifb_str_cmp(ifb_str a, ifb_str b);

/* The same with runs of digits compared as numbers: "turn 2" before "turn 10". */
int ifb_str_natural(ifb_str a, ifb_str b);

bool ifb_str_starts(ifb_str s, ifb_str prefix);
bool ifb_str_ends(ifb_str s, ifb_str suffix);

/* Index of the first occurrence at or after `from`; SIZE_MAX when there is none. */
size_t ifb_str_find(ifb_str s, ifb_str what, size_t from);

/* The same for one byte. */
size_t ifb_str_chr(ifb_str s, char c, size_t from);

/* Non-overlapping occurrences, left to right; those of "" are not counted (0). */
size_t ifb_str_count(ifb_str s, ifb_str what);

/*
 * How many different strings there are; reorders them. Takes a moment for what
 * anybody writes, and no more than sorting for strings made to collide.
 */
size_t ifb_str_distinct(ifb_str *at, size_t n, struct ifb_arena *scratch);

/* Takes the part before `sep` off the front of *s; false when there is no sep. */
bool ifb_str_chop(ifb_str *s, char sep, ifb_str *part);

/* Without the ASCII white space at both ends (not Python's strip: see ucd.h). */
ifb_str ifb_str_trim_ascii(ifb_str s);

/* A decimal int64, the whole of `s`; false when it is not one. */
bool ifb_str_int(ifb_str s, int64_t *out);

/* A finite decimal number, the whole of `s`. Independent of the locale. */
bool ifb_str_real(ifb_str s, double *out);

/* A pattern with '*' (any run) and '?' (any byte). */
bool ifb_glob(const char *pattern, const char *text);

/* The name of `names` (ends with NULL) that is nearest to `name`; "" when none is near. */
const char *ifb_nearest(ifb_str name, const char *const *names);

/* Levenshtein distance in bytes, for "did you mean"; stops counting at `most`. */
size_t ifb_edit_distance(ifb_str a, ifb_str b, size_t most);

#endif
