/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nltk 3.8's word tokenizer (NLTKWordTokenizer, the improved Treebank rules) for
 * one sentence; word_tokenize applies it to each Punkt sentence.
 */
#ifndef IFB_SCORERS_NLP_TREEBANK_H
#define IFB_SCORERS_NLP_TREEBANK_H

#include <ifbench/types.h>

/*
 * Tokens of each sentence in turn, appended in order, in `arena`. They point into
 * the sentences where these were left as they are, else into rewritten copies in
 * `arena`: quotes become `` and '' as upstream, so tokens need not be substrings.
 */
struct ifb_strs ifb_treebank_tokens(struct ifb_strs sentences, struct ifb_arena *arena);

#endif
