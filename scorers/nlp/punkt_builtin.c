/* SPDX-License-Identifier: Apache-2.0 */
/* The Punkt parameters that need no file; gen/punkt_gen.c tells what they are made from. */
#include "scorers/nlp/punkt.h"

#include "scorers/nlp/punkt_set.h"
#include "scorers/nlp/punkt_table.inc.h"

static const struct ifb_punkt builtin = {
    .pool = (const char *)punkt_pool,
    .slots = punkt_slots,
    .mask = sizeof(punkt_slots) / sizeof(punkt_slots[0]) - 1,
    .longest = PUNKT_LONGEST,
};

const struct ifb_punkt *ifb_punkt_builtin(void)
{
    return &builtin;
}
