/* SPDX-License-Identifier: Apache-2.0 */
/* The table of judgings, and what their authors share. */
#include "scorers/judge/judgings.h"

#include <math.h>

#include "harness/base/str.h"

static const struct ifb_judging *const judgings[] = {
    &ifb_judging_mtbench,
    &ifb_judging_alpacaeval,
    &ifb_judging_alpacaeval1,
    &ifb_judging_arenahard,
    &ifb_judging_arenahard_v2,
    &ifb_judging_infobench,
    &ifb_judging_followbench,
    &ifb_judging_followbench_zh,
    &ifb_judging_constraints,
    &ifb_judging_pairwise,
    &ifb_judging_rubric,
    &ifb_judging_calibration,
    NULL
};

const struct ifb_judging *ifb_judging_find(ifb_str id)
{
    for (size_t i = 0; judgings[i]; i++)
        if (ifb_str_is(id, judgings[i]->id))
            return judgings[i];
    return NULL;
}

const struct ifb_judging *ifb_judging_next(const struct ifb_judging *previous)
{
    size_t i = 0;

    while (previous && judgings[i] && judgings[i] != previous)
        i++;
    return judgings[previous && judgings[i] ? i + 1 : i];
}

ifb_str ifb_judging_model_name(ifb_str name)
{
    const char *slash = name.len ? memrchr(name.ptr, '/', name.len) : NULL;

    return slash ? ifb_str_from(name, (size_t)(slash - name.ptr) + 1) : name;
}

ifb_str ifb_judging_asked(const struct ifb_item *item, ifb_str text)
{
    if (text.ptr)
        return text;
    return item->prompt.n ? item->prompt.at[0].text : IFB_STR("");
}

struct ifb_judgment ifb_judgment_none(void)
{
    return (struct ifb_judgment){ .how = IFB_UNREADABLE, .rating = NAN };
}
