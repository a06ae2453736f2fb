/* SPDX-License-Identifier: Apache-2.0 */
/* Messages as one text, for base models; the rule stands with ifb_prompt_template_check. */
#ifndef IFB_PROVIDER_PROMPT_H
#define IFB_PROVIDER_PROMPT_H

#include <ifbench/provider.h>

/*
 * The text of `c` in `arena`, by a template that was checked (absent: the plain rule).
 * IFB_EUSAGE when a message holds an image, IFB_ELIMIT when the text is too long.
 */
enum ifb_code ifb_prompt_text(const struct ifb_conversation *c, ifb_str tmpl,
                              struct ifb_arena *arena, ifb_str *out, struct ifb_error *err);

#endif
