/* SPDX-License-Identifier: Apache-2.0 */
/*
 * xoshiro256** (Blackman and Vigna 2018), seeded through splitmix64: the same
 * seed gives the same numbers on every machine. Passed as an argument, never
 * global.
 */
#ifndef IFB_BASE_RNG_H
#define IFB_BASE_RNG_H

#include <stdint.h>

#include <ifbench/stats.h>

struct ifb_rng {
    uint64_t s[4];
};

void ifb_rng_seed(struct ifb_rng *r, uint64_t seed);
uint64_t ifb_rng_next(struct ifb_rng *r);

/* Uniform in [0, 1), 53 bits. */
double ifb_rng_real(struct ifb_rng *r);

/* Uniform in [0, n), without bias; n must not be 0. */
uint64_t ifb_rng_below(struct ifb_rng *r, uint64_t n);

/* The same numbers in the shape that stats take; `r` must outlive it. */
struct ifb_draws ifb_rng_draws(struct ifb_rng *r);

#endif
