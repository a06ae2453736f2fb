/* SPDX-License-Identifier: Apache-2.0 */
/* Word lists of perturbations, as perturb.c walks them. */
#ifndef IFB_SUITES_PERTURB_H
#define IFB_SUITES_PERTURB_H

#include <ifbench/perturb.h>

#include "harness/base/regex.h"

/* A word and what may take its place. */
struct ifb_perturb_word {
    ifb_str from;
    const ifb_str *to;
    size_t n;
    const struct ifb_perturb_word *next;  /* with the same first byte, in the list's order */
};

/* Words found by one pattern, in the list's order. */
struct ifb_perturb_words {
    struct ifb_perturb_word *at;
    size_t n;
    struct ifb_regex *re;  /* NULL: the list is not there */
};

struct ifb_perturb_pair {
    ifb_str from, to;
    struct ifb_regex *re;  /* the word between two characters that are no word's */
};

struct ifb_perturb_pairs {
    struct ifb_perturb_pair *at;
    size_t n;
};

struct ifb_perturb_lists {
    const struct ifb_perturb_word *misspelt[256];  /* by first byte */
    bool misspellings;
    struct ifb_perturb_words contractions, expansions;
    ifb_str *fillers;
    size_t nfillers;
    struct ifb_perturb_pairs pronouns, terms;
};

#endif
