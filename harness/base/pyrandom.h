/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Python's random.Random seeded with a string, where a reference tool's choices must come out
 * the same. random() is ifb_mt_real.
 */
#ifndef IFB_BASE_PYRANDOM_H
#define IFB_BASE_PYRANDOM_H

#include <ifbench/stats.h>
#include <ifbench/types.h>

/* Random(seed): the string and its SHA-512 as one number. */
void ifb_py_seed(struct ifb_mt *mt, ifb_str seed, struct ifb_arena *scratch);

/* In [0, n), as choice and randint draw: bits until they are less than n, which is not 0. */
uint32_t ifb_py_below(struct ifb_mt *mt, uint32_t n);

#endif
