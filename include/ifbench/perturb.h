/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prompts written a little differently, as HELM does it to see whether a model minds
 * (stanford-crfm/helm, benchmark/augmentations): typing errors, lower case, more blanks,
 * contractions, filler words, other genders. Pure: the same id, text and name give the same text,
 * character by character what HELM gives.
 *
 *     lowercase           str.lower
 *     extra_space[N]      every blank becomes N (2)
 *     space[N]            every run of blanks becomes 1 to N (3)
 *     typos[P]            a letter becomes a neighbour on the keyboard, with chance P (0.1)
 *     misspelling[P]      a word becomes one of its common misspellings (0.1)
 *     contraction         "is not" becomes "isn't"
 *     expansion           "isn't" becomes "is not"
 *     filler[P]           "uhm" and the like before a word (0.1)
 *     gender_pronouns[P]  "he" becomes "she" (1)
 *     gender_terms[P]     "son" becomes "daughter" (1)
 *     mild_mix            lowercase, contraction, misspelling0.1, space3 one after the other
 *
 * Words are in lists that come as HELM's own data in a folder: correct_to_misspelling.json,
 * contractions.json, fillers.json, gender_mappings.json. Without a list the names that need it
 * are refused.
 */
#ifndef IFBENCH_PERTURB_H
#define IFBENCH_PERTURB_H

#include <ifbench/types.h>

enum ifb_perturb_kind {
    IFB_LOWERCASE, IFB_EXTRA_SPACE, IFB_SPACE, IFB_TYPOS, IFB_MISSPELLING, IFB_CONTRACTION,
    IFB_EXPANSION, IFB_FILLER, IFB_GENDER_PRONOUNS, IFB_GENDER_TERMS, IFB_MILD_MIX
};

struct ifb_perturbation {
    enum ifb_perturb_kind kind;
    double number;  /* N or P; 0 where there is none */
};

/* Reads "typos0.1"; IFB_EUSAGE when it is none, the message names the nearest. */
enum ifb_code ifb_perturbation_read(ifb_str name, struct ifb_perturbation *out,
                                    struct ifb_error *err);

/* Walks the names in the order above, with what each does; NULL starts, NULL ends. */
struct ifb_perturb_name {
    const char *name, *doc;
    const char *list;  /* file that it needs; NULL: none */
    enum ifb_perturb_kind kind;
    double number, least, most;  /* the usual one and its bounds; all 0: it has none */
    bool whole;
};
const struct ifb_perturb_name *ifb_perturb_next(const struct ifb_perturb_name *previous);

/* The word lists, compiled. */
struct ifb_perturb_lists;

/*
 * Reads the lists that are in a folder (NULL: none); in `arena`, with handles: close it.
 * IFB_EIO, IFB_EINPUT name the file; a file that is not there is no fault.
 */
enum ifb_code ifb_perturb_open(const char *folder, struct ifb_arena *arena,
                               struct ifb_perturb_lists **out, struct ifb_error *err);
void ifb_perturb_close(struct ifb_perturb_lists *lists);

/*
 * `text` (well-formed UTF-8) perturbed, in `arena`, maybe the same. `id` is the instance's; `seed`
 * tells several perturbed texts of one instance apart, negative for the first.
 *   IFB_EINPUT  the list it needs is not there
 *   IFB_ELIMIT  the text would be larger than 64 MiB
 */
enum ifb_code ifb_perturb(struct ifb_perturbation p, const struct ifb_perturb_lists *lists,
                          ifb_str id, int64_t seed, ifb_str text, struct ifb_arena *arena,
                          ifb_str *out, struct ifb_error *err);

#endif
