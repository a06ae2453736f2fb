/* SPDX-License-Identifier: Apache-2.0 */
/* A pair of games as a line of FastChat's model_judgment folder. */
#ifndef IFB_SCORERS_JUDGE_PAIR_RECORD_H
#define IFB_SCORERS_JUDGE_PAIR_RECORD_H

#include <ifbench/judging.h>

/* Writes the two games, of which the second showed the second side first. */
enum ifb_code ifb_pair_record(const struct ifb_judging_match *match, unsigned turn,
                              const struct ifb_judge_outcome games[2],
                              const struct ifb_judging_sink *sink, struct ifb_error *err);

/* A rating as such a line. */
enum ifb_code ifb_single_record(const struct ifb_judging_match *match, unsigned turn,
                                const struct ifb_judge_outcome *outcome,
                                const struct ifb_judging_sink *sink, struct ifb_error *err);

#endif
