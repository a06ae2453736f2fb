/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Syllables of English words as syllapy 0.7.2 counts them: a list of words, and
 * a rule of vowels for the rest.
 */
#ifndef IFB_SCORERS_NLP_SYLLABLE_H
#define IFB_SCORERS_NLP_SYLLABLE_H

#include <ifbench/text.h>

/*
 * Of a word in lower case and without punctuation; 0 for "" and for what has a
 * digit in it. (What syllapy does at hyphens is of no use for such words.)
 */
uint32_t ifb_syllables_of(const struct ifb_syllables *syllables, ifb_str word);

#endif
