/* SPDX-License-Identifier: Apache-2.0 */
/* Conversations with a system message put into them, or taken out of them. */
#ifndef IFB_BASE_MESSAGES_H
#define IFB_BASE_MESSAGES_H

#include <ifbench/types.h>

/*
 * `c` with the system message `system` (not empty) at its head. One that it begins
 * with becomes one with it, behind an empty line: the templates of many models take
 * a single system message.
 */
struct ifb_conversation ifb_messages_preface(struct ifb_conversation c, ifb_str system,
                                             struct ifb_arena *arena);

/*
 * `c` without system messages: their texts, `system` (may be empty) first, stand
 * before the text of the first user message, with empty lines between.
 */
struct ifb_conversation ifb_messages_fold(struct ifb_conversation c, ifb_str system,
                                          struct ifb_arena *arena);

#endif
