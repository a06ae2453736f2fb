/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers that no model of the run gives: those of a baseline, from files in a
 * suite's official form or from the folder of another run.
 */
#ifndef IFB_ENGINE_BANK_H
#define IFB_ENGINE_BANK_H

#include <ifbench/judging.h>

struct ifb_bank;

/* An empty one; all of it lives in `arena`. */
struct ifb_bank *ifb_bank_new(struct ifb_arena *arena);

/* Reads a file of answers by the suite's own reader. */
enum ifb_code ifb_bank_add_file(struct ifb_bank *bank, const struct ifb_judging *judging,
                                const struct ifb_judged_file *file, struct ifb_error *err);

/*
 * Takes the answers of a run's folder to the items of `suite`, first epochs; it may
 * have one model only. IFB_EINPUT, IFB_EIO.
 */
struct ifb_think;
enum ifb_code ifb_bank_add_run(struct ifb_bank *bank, const char *folder, const char *suite,
                               const struct ifb_think *think, struct ifb_error *err);

/* How many answers there are. */
size_t ifb_bank_size(const struct ifb_bank *bank);

/* The answers to an item, of the one that it is compared with; none: empty, with its name. */
struct ifb_judging_side ifb_bank_find(const struct ifb_bank *bank,
                                      const struct ifb_judging *judging, const void *state,
                                      const struct ifb_item *item);

/* True when answers of somebody called `name` are there. */
bool ifb_bank_has(const struct ifb_bank *bank, ifb_str name);

/* The name of the first one whose answers are there; absent: nobody's. */
ifb_str ifb_bank_name(const struct ifb_bank *bank);

#endif
