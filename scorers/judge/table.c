/* SPDX-License-Identifier: Apache-2.0 */
/* The judged suites, in the order in which they are shown. */
#include <ifbench/judged.h>

#include "harness/base/str.h"
#include "scorers/judge/alpacaeval.h"
#include "scorers/judge/rows.h"

static const struct ifb_judged *const suites[] = {
    &ifb_judged_alpacaeval,
    &ifb_judged_alpacaeval1,
    &ifb_judged_mtbench,
    &ifb_judged_arenahard,
    &ifb_judged_arenahard_v2,
    &ifb_judged_infobench,
    &ifb_judged_pairwise,
    &ifb_judged_rubric,
    NULL
};

const struct ifb_judged *ifb_judged_find(ifb_str id)
{
    for (size_t i = 0; suites[i]; i++)
        if (ifb_str_is(id, suites[i]->id))
            return suites[i];
    return NULL;
}

const struct ifb_judged *ifb_judged_next(const struct ifb_judged *previous)
{
    size_t i = 0;

    if (!previous)
        return suites[0];
    while (suites[i] && suites[i] != previous)
        i++;
    return suites[i] ? suites[i + 1] : NULL;
}
