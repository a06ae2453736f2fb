/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part-of-speech tag of a text's first token, as nltk 3.8's averaged
 * perceptron (M. Honnibal's) gives it. Of the model only what can matter for
 * that token is kept.
 */
#ifndef IFB_SCORERS_NLP_TAGGER_H
#define IFB_SCORERS_NLP_TAGGER_H

#include <ifbench/text.h>

/*
 * The tag of the first of `tokens`, of which there is at least one: "VB", "NNP".
 * It depends on the first three. `scratch` is used for what is looked up.
 */
const char *ifb_tagger_first(const struct ifb_tagger *tagger, struct ifb_strs tokens,
                             struct ifb_arena *scratch);

#endif
