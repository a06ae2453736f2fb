/* SPDX-License-Identifier: Apache-2.0 */
#include "scorers/fold.h"

#include "harness/base/str.h"
#include "harness/base/ucd.h"

enum answer { NO, YES, CANNOT_TELL };

/* Bytes from either side; the first that differs or is not ASCII decides. */
static enum answer compare(ifb_str text, ifb_str lowered, bool backwards)
{
    for (size_t i = 0; i < lowered.len; i++) {
        unsigned char c;

        if (i == text.len)
            return NO;
        c = (unsigned char)text.ptr[backwards ? text.len - 1 - i : i];
        if (c >= 0x80)
            return CANNOT_TELL;
        if (c >= 'A' && c <= 'Z')
            c |= 0x20;
        if (c != (unsigned char)lowered.ptr[backwards ? lowered.len - 1 - i : i])
            return NO;
    }
    return YES;
}

bool ifb_lower_starts(struct ifb_arena *scratch, ifb_str text, ifb_str lowered)
{
    enum answer a = compare(text, lowered, false);

    return a == CANNOT_TELL ? ifb_str_starts(ifb_lower(scratch, text), lowered) : a == YES;
}

bool ifb_lower_ends(struct ifb_arena *scratch, ifb_str text, ifb_str lowered)
{
    enum answer a = compare(text, lowered, true);

    return a == CANNOT_TELL ? ifb_str_ends(ifb_lower(scratch, text), lowered) : a == YES;
}
