/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the user puts before every prompt: a system message, or its text in front
 * of the first user message for models that take no system message. Applied where
 * items are read, so that everything behind it sees what is sent: the plan and its
 * digest, estimates, cache keys, the journal.
 */
#ifndef IFB_ENGINE_PREFACE_H
#define IFB_ENGINE_PREFACE_H

#include <ifbench/suite.h>

struct ifb_preface {
    ifb_str system;  /* absent or "": none */
    bool as_user;    /* no system message is sent: theirs too become the user's words */
};

/* Rewrites the item's prompt (harness/base/messages.h); new strings live in `arena`. */
void ifb_preface_put(const struct ifb_preface *preface, struct ifb_item *item,
                     struct ifb_arena *arena);

#endif
