/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a run may cost, and what it has cost. Pure, but for reading the file of
 * prices.
 */
#ifndef IFB_ENGINE_BUDGET_H
#define IFB_ENGINE_BUDGET_H

#include <ifbench/provider.h>
#include <ifbench/types.h>

/* A cap that is 0 is none. */
struct ifb_budget {
    int64_t tokens;  /* in and out together */
    double usd;
};

/* US dollars for a million tokens. */
struct ifb_price {
    double in, out;
    bool known;
};

/* A sum of tokens and money, spent or held back for calls in flight. */
struct ifb_cost {
    int64_t tokens;
    double usd;
};

/* What tokens cost; counts below 0 (unknown) are 0, an unknown price is 0. */
struct ifb_cost ifb_cost_of(const struct ifb_price *price, int64_t tokens_in, int64_t tokens_out);

/*
 * What a request can cost at most: a token for every three bytes of its messages
 * and 16 for each message, and max_tokens (1,024 when it is not set).
 */
struct ifb_cost ifb_cost_ceiling(const struct ifb_price *price, const struct ifb_request *request);

/* May `next` be started, with `spent` gone and `held` on its way? */
bool ifb_budget_allows(const struct ifb_budget *budget, const struct ifb_cost *spent,
                       const struct ifb_cost *held, const struct ifb_cost *next);

/*
 * Finds the price of a model called `name` in a YAML or JSON file:
 *
 *     gpt-4o-mini: {input: 0.15, output: 0.60}
 *     "claude-*": {input: 3, output: 15}
 *
 * The first pattern that fits wins; out->known is false when none does. IFB_EIO,
 * IFB_EINPUT with file and line.
 */
enum ifb_code ifb_price_find(const char *path, ifb_str name, struct ifb_price *out,
                             struct ifb_error *err);

#endif
