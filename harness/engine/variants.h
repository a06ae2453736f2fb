/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One model under several settings: `--param temperature=0,0.7 --param seed=1,2`
 * makes four variants of each model, asked and reported side by side. Pure.
 */
#ifndef IFB_ENGINE_VARIANTS_H
#define IFB_ENGINE_VARIANTS_H

#include <ifbench/suite.h>
#include <ifbench/types.h>

#define IFB_VARIANTS_MAX 256

struct ifb_variant {
    struct ifb_sampling sampling;  /* members that are not varied are negative */
    ifb_str label;                 /* " temperature=0.7 seed=1"; "" when nothing is varied */
};

struct ifb_variants {
    const struct ifb_variant *at;
    size_t n;  /* at least 1 */
};

/*
 * The product of `params`, each NAME=VALUE[,VALUE...]; names are temperature,
 * top_p, max_tokens and seed. The last parameter turns fastest. In `arena`.
 * IFB_EUSAGE with what was wanted, also for more than IFB_VARIANTS_MAX.
 */
enum ifb_code ifb_variants_make(struct ifb_strs params, struct ifb_arena *arena,
                                struct ifb_variants *out, struct ifb_error *err);

/* `wanted` with what `over` sets. */
struct ifb_sampling ifb_sampling_over(struct ifb_sampling wanted, struct ifb_sampling over);

/*
 * What is sent, for people: "temperature 0.7 (preset 0), max_tokens 1280", where
 * `wanted` goes before the preset; "the model's own settings" when nothing is.
 */
ifb_str ifb_sampling_say(const struct ifb_sampling *wanted, const struct ifb_sampling *preset,
                         struct ifb_arena *arena);

#endif
