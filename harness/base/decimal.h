/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decimal numbers as JSON spells them, compared exactly whatever their size:
 * 1.0, 1 and 10e-1 are equal, 0.1 + 0.2 is not 0.3, and integers of a thousand
 * digits keep them all. A number is a view of its spelling; nothing is
 * allocated, and each function is linear in the digits.
 */
#ifndef IFB_BASE_DECIMAL_H
#define IFB_BASE_DECIMAL_H

#include <ifbench/types.h>

/* 0.DDD times ten to the `magnitude`, D without zeros at either end; zero has no digits. */
struct ifb_decimal {
    ifb_str whole, part;  /* the digits before and behind the point, as spelt */
    size_t from, n;       /* which of them count, `whole` and `part` seen as one row */
    int64_t magnitude;    /* exponents beyond +-1e15 are read as that */
    bool negative;
};

/* Reads a number that has JSON's form (ifb_json's `string` of a number). */
struct ifb_decimal ifb_decimal_read(ifb_str spelt);

/* Less than, equal to or greater than zero, as a is to b. */
int ifb_decimal_cmp(const struct ifb_decimal *a, const struct ifb_decimal *b);

bool ifb_decimal_is_whole(const struct ifb_decimal *a);

/* The most significant digits that a divisor may have. */
#define IFB_DIVISOR_DIGITS 18

/* Is `a` a whole multiple of `divisor`, which is positive and has at most that many digits. */
bool ifb_decimal_divides(const struct ifb_decimal *divisor, const struct ifb_decimal *a);

/* Equal numbers have equal hashes. */
uint64_t ifb_decimal_hash(const struct ifb_decimal *a);

#endif
