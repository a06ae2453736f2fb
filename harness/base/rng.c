/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/base/rng.h"

static uint64_t splitmix(uint64_t *x)
{
    uint64_t z = (*x += 0x9e3779b97f4a7c15u);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

void ifb_rng_seed(struct ifb_rng *r, uint64_t seed)
{
    for (int i = 0; i < 4; i++)
        r->s[i] = splitmix(&seed);
}

static uint64_t rotl(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

uint64_t ifb_rng_next(struct ifb_rng *r)
{
    uint64_t *s = r->s, result = rotl(s[1] * 5, 7) * 9, t = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 45);
    return result;
}

double ifb_rng_real(struct ifb_rng *r)
{
    return (double)(ifb_rng_next(r) >> 11) * 0x1.0p-53;
}

uint64_t ifb_rng_below(struct ifb_rng *r, uint64_t n)
{
    uint64_t limit = UINT64_MAX - UINT64_MAX % n, x;

    do
        x = ifb_rng_next(r);
    while (x >= limit);
    return x % n;
}

static uint64_t draw_next(void *self)
{
    return ifb_rng_next(self);
}

static uint64_t draw_below(void *self, uint64_t n)
{
    return ifb_rng_below(self, n);
}

struct ifb_draws ifb_rng_draws(struct ifb_rng *r)
{
    return (struct ifb_draws){ r, draw_next, draw_below };
}
