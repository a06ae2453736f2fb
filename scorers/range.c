/* SPDX-License-Identifier: Apache-2.0 */
#include "scorers/range.h"

#include <stdio.h>

#include "harness/base/error.h"
#include "harness/base/json.h"

static enum ifb_code read_end(const struct ifb_json *json, const char *name, int64_t *out,
                              struct ifb_error *err)
{
    if (!json)
        return IFB_OK;
    if (json->kind != IFB_JNUMBER || !json->whole || json->integer < 0)
        return ifb_fail(err, IFB_EINPUT, "%s: wanted a whole number from 0, found %s", name,
                        ifb_json_kind_name(json->kind));
    *out = json->integer;
    return IFB_OK;
}

enum ifb_code ifb_range_bind(struct ifb_range *range, struct ifb_error *err)
{
    enum ifb_code code;

    range->min = range->max_json ? 0 : 1;
    range->max = INT64_MAX;
    code = read_end(range->min_json, "min", &range->min, err);
    if (!code)
        code = read_end(range->max_json, "max", &range->max, err);
    if (!code && range->min > range->max)
        return ifb_fail(err, IFB_EINPUT, "min is more than max");
    return code;
}

enum ifb_outcome ifb_range_check(struct ifb_probe *p, int64_t n, const struct ifb_range *range,
                                 const char *things)
{
    long long min = (long long)range->min, max = (long long)range->max;
    char wanted[80];

    if (range->max == INT64_MAX)
        snprintf(wanted, sizeof(wanted), "at least %lld", min);
    else if (min == max)
        snprintf(wanted, sizeof(wanted), "exactly %lld", min);
    else if (min)
        snprintf(wanted, sizeof(wanted), "%lld to %lld", min, max);
    else
        snprintf(wanted, sizeof(wanted), "at most %lld", max);
    ifb_why(p, "found %lld %s, wanted %s", (long long)n, things, wanted);
    return ifb_pass_if(n >= range->min && n <= range->max);
}
