/* SPDX-License-Identifier: Apache-2.0 */
/* A permutation test of paired units: base and candidate change places within units. */
#include <ifbench/stats.h>

#include <math.h>
#include <stdlib.h>

/* What an exchange of one unit takes from the candidate and gives to the base. */
struct change {
    double hits, n;
};

struct flips {
    double base_hits, base_n, cand_hits, cand_n;
    struct change *at;
    size_t n;
    double least;  /* what counts as being as large as observed */
};

static double difference(const struct flips *f, struct change moved)
{
    return (f->cand_hits - moved.hits) / (f->cand_n - moved.n) -
           (f->base_hits + moved.hits) / (f->base_n + moved.n);
}

static void gather(struct flips *f, const struct ifb_pair *at, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct ifb_pair *u = &at[i];

        if (!(u->base_n > 0 && u->cand_n > 0))
            continue;
        f->base_hits += u->base_hits;
        f->base_n += u->base_n;
        f->cand_hits += u->cand_hits;
        f->cand_n += u->cand_n;
        if (u->cand_hits != u->base_hits || u->cand_n != u->base_n)
            f->at[f->n++] = (struct change){ u->cand_hits - u->base_hits, u->cand_n - u->base_n };
    }
}

/* Units are exchanged where `bits` says so; `more` gives the next 64 of them. */
static struct change exchange(const struct flips *f, uint64_t bits, const struct ifb_draws *more)
{
    struct change moved = { 0, 0 };

    for (size_t i = 0; i < f->n; i++) {
        if (more && i % 64 == 0)
            bits = more->next(more->self);
        if (bits >> (i % 64) & 1) {
            moved.hits += f->at[i].hits;
            moved.n += f->at[i].n;
        }
    }
    return moved;
}

static double share_as_large(const struct flips *f, int64_t rounds, const struct ifb_draws *draws)
{
    bool all = f->n < 40 && ((int64_t)1 << f->n) <= rounds + 1;
    int64_t total = all ? (int64_t)1 << f->n : rounds, large = 0;

    for (int64_t i = 0; i < total; i++)
        large += fabs(difference(f, exchange(f, (uint64_t)i, all ? NULL : draws))) >= f->least;
    return all ? (double)large / (double)total : (double)(large + 1) / (double)(total + 1);
}

double ifb_sign_flip(const struct ifb_pair *at, size_t n, int64_t rounds,
                     const struct ifb_draws *draws)
{
    struct flips f = { .at = calloc(n + 1, sizeof(*f.at)) };
    struct change none = { 0, 0 };
    double p = 1, seen;

    if (!f.at)
        return NAN;
    gather(&f, at, n);
    if (f.n) {
        /* Sums that are equal on paper may differ in their last bit. */
        seen = fabs(difference(&f, none));
        f.least = seen - 1e-12;
        p = share_as_large(&f, rounds, draws);
    }
    free(f.at);
    return p;
}
