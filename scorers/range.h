/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "At least so many, at most so many": two optional arguments of a check. They
 * are of kind IFB_JSON, as a plain number could not tell 0 from absent.
 */
#ifndef IFB_SCORERS_RANGE_H
#define IFB_SCORERS_RANGE_H

#include <ifbench/check.h>

struct ifb_range {
    const struct ifb_json *min_json, *max_json;  /* as given; NULL: absent */
    int64_t min, max;                            /* by ifb_range_bind */
};

/* Two rows of a table of fields; `member` is a struct ifb_range. */
#define IFB_RANGE(type, member)                                                             \
    IFB_FIELD(type, member.min_json, "min", .kind = IFB_JSON,                               \
              .doc = "at least so many, a whole number; 1 unless max is given"),            \
    IFB_FIELD(type, member.max_json, "max", .kind = IFB_JSON,                               \
              .doc = "at most so many, a whole number")

/* Sets min and max. IFB_EINPUT when they are no whole numbers from 0, or cross. */
enum ifb_code ifb_range_bind(struct ifb_range *range, struct ifb_error *err);

static inline bool ifb_range_given(const struct ifb_range *range)
{
    return range->min_json || range->max_json;
}

/* n within the range, with the reason "found N things, wanted at least M". */
enum ifb_outcome ifb_range_check(struct ifb_probe *p, int64_t n, const struct ifb_range *range,
                                 const char *things);

#endif
