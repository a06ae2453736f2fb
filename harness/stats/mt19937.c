/* SPDX-License-Identifier: Apache-2.0 */
/* The Mersenne Twister. Only for choices that must equal a reference tool's. */
#include <ifbench/stats.h>

#define N 624
#define M 397

void ifb_mt_seed(struct ifb_mt *mt, uint32_t seed)
{
    mt->s[0] = seed;
    for (uint32_t i = 1; i < N; i++)
        mt->s[i] = 1812433253u * (mt->s[i - 1] ^ (mt->s[i - 1] >> 30)) + i;
    mt->at = N;
}

/* The state is a ring of N - 1 words behind the first. */
static uint32_t step(uint32_t *s, uint32_t *i)
{
    if (++*i == N) {
        s[0] = s[N - 1];
        *i = 1;
    }
    return s[*i - 1] ^ (s[*i - 1] >> 30);
}

void ifb_mt_seed_words(struct ifb_mt *mt, const uint32_t *words, size_t n)
{
    uint32_t *s = mt->s, i = 0;
    size_t rounds = n > N ? n : N;

    ifb_mt_seed(mt, 19650218u);
    for (size_t k = 0; k < rounds; k++) {
        uint32_t before = step(s, &i);

        s[i] = (s[i] ^ (before * 1664525u)) + words[k % n] + (uint32_t)(k % n);
    }
    for (size_t k = 0; k < N - 1; k++) {
        uint32_t before = step(s, &i);

        s[i] = (s[i] ^ (before * 1566083941u)) - i;
    }
    s[0] = 0x80000000u;
}

static void refill(struct ifb_mt *mt)
{
    uint32_t *s = mt->s;

    for (unsigned k = 0; k < N; k++) {
        uint32_t y = (s[k] & 0x80000000u) | (s[(k + 1) % N] & 0x7fffffffu);

        s[k] = s[(k + M) % N] ^ (y >> 1) ^ (y & 1 ? 0x9908b0dfu : 0);
    }
    mt->at = 0;
}

uint32_t ifb_mt_next(struct ifb_mt *mt)
{
    uint32_t y;

    if (mt->at >= N)
        refill(mt);
    y = mt->s[mt->at++];
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680u;
    y ^= (y << 15) & 0xefc60000u;
    return y ^ (y >> 18);
}

double ifb_mt_real(struct ifb_mt *mt)
{
    double high = ifb_mt_next(mt) >> 5, low = ifb_mt_next(mt) >> 6;

    return (high * 67108864.0 + low) / 9007199254740992.0;
}

uint32_t ifb_mt_below(struct ifb_mt *mt, uint32_t n)
{
    uint64_t m = (uint64_t)ifb_mt_next(mt) * n;

    if ((uint32_t)m < n) {
        uint32_t least = (0u - n) % n;

        while ((uint32_t)m < least)
            m = (uint64_t)ifb_mt_next(mt) * n;
    }
    return (uint32_t)(m >> 32);
}
