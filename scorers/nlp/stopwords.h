/* SPDX-License-Identifier: Apache-2.0 */
/* nltk's English stop words. */
#ifndef IFB_SCORERS_NLP_STOPWORDS_H
#define IFB_SCORERS_NLP_STOPWORDS_H

#include <ifbench/text.h>

/* True for a word, in lower case, that is in the list. */
bool ifb_stopwords_has(const struct ifb_stopwords *stopwords, ifb_str word);

#endif
