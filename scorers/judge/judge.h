/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading what judges say: pure functions from a reply to verdicts. A judge is
 * a model, so everything in a reply is possible.
 */
#ifndef IFB_SCORERS_JUDGE_JUDGE_H
#define IFB_SCORERS_JUDGE_JUDGE_H

#include <ifbench/types.h>

/* FollowBench asks in two languages, and reads the replies a little differently. */
enum ifb_followbench_language { IFB_FOLLOWBENCH_EN, IFB_FOLLOWBENCH_ZH };

/*
 * Whether an answer satisfies each of the `n` constraints (the level of its
 * record, 1 to 5) that were added, into yes[0..n-1]. False when the reply
 * cannot be read: upstream then scores -1, hard and soft, which a caller that
 * wants its sums adds itself; `yes` is all false. Otherwise hard is "all of
 * yes", soft the share of it. `reply` is well-formed UTF-8; `scratch` holds
 * what is temporary. Source: FollowBench's evaluation scripts, commit 6278f4c.
 */
bool ifb_followbench_read(struct ifb_arena *scratch, ifb_str reply,
                          enum ifb_followbench_language language, size_t n, bool *yes);

#endif
