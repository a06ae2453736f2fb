/* SPDX-License-Identifier: Apache-2.0 */
/* A binary search in the runs of emoji. */
#include "scorers/nlp/emoji.h"

static const struct {
    uint32_t from, to;
} runs[] = {
#include "scorers/nlp/emoji_table.inc.h"
};

bool ifb_is_emoji(uint32_t cp)
{
    size_t low = 0, high = sizeof(runs) / sizeof(runs[0]);

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (runs[middle].to < cp)
            low = middle + 1;
        else
            high = middle;
    }
    return low < sizeof(runs) / sizeof(runs[0]) && runs[low].from <= cp;
}
