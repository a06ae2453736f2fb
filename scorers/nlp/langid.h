/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Language detection: langdetect 1.0.9 (N. Shuyo's algorithm) with
 * DetectorFactory.seed = 0, which makes it a pure function of the text. The
 * profiles are a packed table generated from Debian's python3-langdetect by
 * scorers/nlp/gen/langid_gen.c (Apache-2.0, see NOTICE).
 */
#ifndef IFB_SCORERS_NLP_LANGID_H
#define IFB_SCORERS_NLP_LANGID_H

#include <ifbench/types.h>

#define IFB_LANGS 55

struct ifb_lang_prob {
    const char *lang;  /* "en", "zh-cn" */
    double prob;
};

/*
 * The most probable language of well-formed UTF-8; "unknown" when none is above
 * 0.1; NULL when the text has no feature that a profile knows. `scratch` is
 * used for the n-grams.
 */
const char *ifb_langid_detect(ifb_str text, struct ifb_arena *scratch);

/*
 * All languages above 0.1, most probable first, at most IFB_LANGS of them;
 * returns how many, -1 when the text has no features.
 */
int ifb_langid_probs(ifb_str text, struct ifb_arena *scratch, struct ifb_lang_prob out[IFB_LANGS]);

#endif
