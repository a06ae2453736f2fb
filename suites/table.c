/* SPDX-License-Identifier: Apache-2.0 */
/* The list of suites, in the order in which they are shown; the first is the default. */
#include "suites/table.h"

#include "harness/base/str.h"

static const struct ifb_suite *const suites[] = {
    &ifb_suite_core,
    &ifb_suite_ifeval,
    &ifb_suite_m_ifeval_en,
    &ifb_suite_m_ifeval_es,
    &ifb_suite_m_ifeval_fr,
    &ifb_suite_m_ifeval_ja,
    &ifb_suite_ifbench,
    &ifb_suite_ifbench_two_turn,
    &ifb_suite_followbench,
    &ifb_suite_followbench_zh,
    &ifb_suite_mtbench,
    &ifb_suite_alpacaeval,
    &ifb_suite_alpacaeval1,
    &ifb_suite_arenahard,
    &ifb_suite_arenahard_v2,
    &ifb_suite_infobench,
    NULL
};

const struct ifb_suite *ifb_suite_find(ifb_str id)
{
    for (size_t i = 0; suites[i]; i++)
        if (ifb_str_is(id, suites[i]->id))
            return suites[i];
    return NULL;
}

const struct ifb_suite *ifb_suite_next(const struct ifb_suite *previous)
{
    if (!previous)
        return suites[0];
    for (size_t i = 0; suites[i]; i++)
        if (suites[i] == previous)
            return suites[i + 1];
    return NULL;
}

const char *ifb_suite_nearest(ifb_str id)
{
    size_t best = id.len / 3 + 2; /* one more than what still counts as near */
    const char *nearest = "";

    for (size_t i = 0; suites[i]; i++) {
        size_t d = ifb_edit_distance(id, ifb_str_of(suites[i]->id), best);

        if (d < best) {
            best = d;
            nearest = suites[i]->id;
        }
    }
    return nearest;
}
