/* SPDX-License-Identifier: Apache-2.0 */
/* Characters that are an emoji on their own (Unicode 16, as the library emoji 2.14.1 has them). */
#ifndef IFB_SCORERS_NLP_EMOJI_H
#define IFB_SCORERS_NLP_EMOJI_H

#include <ifbench/types.h>

/* emoji.is_emoji of one character: no digit, no half of a flag. */
bool ifb_is_emoji(uint32_t cp);

#endif
