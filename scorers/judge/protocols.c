/* SPDX-License-Identifier: Apache-2.0 */
/* The table of judge protocols. */
#include "scorers/judge/judge.h"

#include "harness/base/str.h"

static const struct ifb_judge *const protocols[] = {
    &ifb_judge_mtbench_single,   &ifb_judge_mtbench_pair,       &ifb_judge_arenahard_v01,
    &ifb_judge_arenahard_v2,     &ifb_judge_infobench,          &ifb_judge_alpacaeval,
    &ifb_judge_alpacaeval_binary, &ifb_judge_alpacaeval_ranking, &ifb_judge_alpacaeval_scores,
    &ifb_judge_alpacaeval_regex, &ifb_judge_alpacaeval_json,    &ifb_judge_followbench,
    &ifb_judge_followbench_zh,   &ifb_judge_criterion,          &ifb_judge_rubric,
    NULL
};

const struct ifb_judge *ifb_judge_next(const struct ifb_judge *previous)
{
    size_t i = 0;

    while (previous && protocols[i] && protocols[i] != previous)
        i++;
    return protocols[previous && protocols[i] ? i + 1 : i];
}

const struct ifb_judge *ifb_judge_find(ifb_str id)
{
    for (size_t i = 0; protocols[i]; i++)
        if (ifb_str_is(id, protocols[i]->id))
            return protocols[i];
    return NULL;
}
