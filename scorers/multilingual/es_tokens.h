/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spaCy 3.7's tokenizer with the rules for Spanish, which come from a data file
 * (ifb_es_tokenizer_load in include/ifbench/text.h).
 */
#ifndef IFB_SCORERS_ES_TOKENS_H
#define IFB_SCORERS_ES_TOKENS_H

#include <ifbench/text.h>

/*
 * All tokens of `text` but those made of punctuation (P*) alone; white space
 * that is no single space between two words is a token too. In `arena`, equal
 * to the text's pieces but not always pointing at their place. False when a
 * pattern takes more steps than it may.
 */
bool ifb_es_tokens(const struct ifb_es_tokenizer *t, ifb_str text, struct ifb_arena *arena,
                   struct ifb_strs *out);

#endif
