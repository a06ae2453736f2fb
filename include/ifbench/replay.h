/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers made elsewhere, looked up by the exact prompt and, when there is none,
 * by the prompt without white space at its ends, as IFBench's evaluator does.
 * Reading the file is the engine's business; this holds no handle.
 */
#ifndef IFBENCH_REPLAY_H
#define IFBENCH_REPLAY_H

#include <ifbench/types.h>

struct ifb_replay;

struct ifb_replay *ifb_replay_new(void);

/* Copies both (well-formed UTF-8). An absent response is an answer without text. */
void ifb_replay_add(struct ifb_replay *r, ifb_str prompt, ifb_str response);

/*
 * The answer, valid until free; false when there is none. Marks the prompt as asked.
 * Of several answers the last wins as in IFEval, or with `first` the first as in
 * FollowBench.
 */
bool ifb_replay_find(struct ifb_replay *r, ifb_str prompt, bool first, ifb_str *response);

/*
 * The same for files that know items by their ids: MT-Bench's, Arena-Hard's and
 * InFoBench's answers. Turns count from 0; of several answers the last wins.
 */
void ifb_replay_add_item(struct ifb_replay *r, ifb_str id, size_t turn, ifb_str response);
bool ifb_replay_find_item(struct ifb_replay *r, ifb_str id, size_t turn, ifb_str *response);

/* Prompts that were never asked for; and prompts that came more than once. */
size_t ifb_replay_unused(const struct ifb_replay *r);
size_t ifb_replay_doubled(const struct ifb_replay *r);

void ifb_replay_free(struct ifb_replay *r);

#endif
