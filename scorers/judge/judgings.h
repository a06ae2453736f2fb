/* SPDX-License-Identifier: Apache-2.0 */
/* The judgings (ifbench/judging.h), listed in judgings.c. */
#ifndef IFB_SCORERS_JUDGE_JUDGINGS_H
#define IFB_SCORERS_JUDGE_JUDGINGS_H

#include <ifbench/judging.h>

/* How often the user speaks in an item. */
size_t ifb_judging_turns(const struct ifb_item *item);

/*
 * What an official item asks in a turn, from 0: as its row has it ("turns", "prompt",
 * "instruction"), for a run may put a system message of its own before it; without a
 * row the user's message.
 */
ifb_str ifb_judging_asked(const struct ifb_item *item, size_t turn);

extern const struct ifb_judging ifb_judging_mtbench, ifb_judging_alpacaeval,
    ifb_judging_alpacaeval1, ifb_judging_arenahard, ifb_judging_arenahard_v2,
    ifb_judging_infobench, ifb_judging_followbench, ifb_judging_followbench_zh;
extern const struct ifb_judging ifb_judging_constraints, ifb_judging_pairwise, ifb_judging_rubric;
extern const struct ifb_judging ifb_judging_calibration;

#endif
