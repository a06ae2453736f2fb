/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engine/preface.h"

#include "harness/base/messages.h"

void ifb_preface_put(const struct ifb_preface *preface, struct ifb_item *item,
                     struct ifb_arena *arena)
{
    if (preface->as_user)
        item->prompt = ifb_messages_fold(item->prompt, preface->system, arena);
    else if (preface->system.len)
        item->prompt = ifb_messages_preface(item->prompt, preface->system, arena);
}
