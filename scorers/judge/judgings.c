/* SPDX-License-Identifier: Apache-2.0 */
/* The table of judgings, and what their authors share. */
#include "scorers/judge/judgings.h"

#include <math.h>

#include "harness/base/json.h"
#include "harness/base/str.h"

static const struct ifb_judging *const judgings[] = {
    &ifb_judging_mtbench,
    &ifb_judging_alpacaeval,
    &ifb_judging_alpacaeval1,
    &ifb_judging_arenahard,
    &ifb_judging_arenahard_v2,
    &ifb_judging_infobench,
    &ifb_judging_followbench,
    &ifb_judging_followbench_zh,
    &ifb_judging_constraints,
    &ifb_judging_pairwise,
    &ifb_judging_rubric,
    &ifb_judging_calibration,
    NULL
};

const struct ifb_judging *ifb_judging_find(ifb_str id)
{
    for (size_t i = 0; judgings[i]; i++)
        if (ifb_str_is(id, judgings[i]->id))
            return judgings[i];
    return NULL;
}

const struct ifb_judging *ifb_judging_next(const struct ifb_judging *previous)
{
    size_t i = 0;

    while (previous && judgings[i] && judgings[i] != previous)
        i++;
    return judgings[previous && judgings[i] ? i + 1 : i];
}

ifb_str ifb_judging_model_name(ifb_str name)
{
    const char *slash = name.len ? memrchr(name.ptr, '/', name.len) : NULL;

    return slash ? ifb_str_from(name, (size_t)(slash - name.ptr) + 1) : name;
}

struct ifb_judgment ifb_judgment_none(void)
{
    return (struct ifb_judgment){ .how = IFB_UNREADABLE, .rating = NAN };
}

size_t ifb_judging_turns(const struct ifb_item *item)
{
    size_t n = 0;

    for (size_t i = 0; i < item->prompt.n; i++)
        n += item->prompt.at[i].role == IFB_USER;
    return n;
}

ifb_str ifb_judging_asked(const struct ifb_item *item, size_t turn)
{
    const struct ifb_json *of_turn = ifb_json_at(ifb_json_get(item->row, "turns"), turn);
    ifb_str text = of_turn && of_turn->kind == IFB_JSTRING ? of_turn->string
                                                           : ifb_json_str(of_turn, "content");

    if (!text.ptr && !turn)
        text = ifb_json_str(item->row, "prompt");
    if (!text.ptr && !turn)
        text = ifb_json_str(item->row, "instruction");
    for (size_t i = 0, n = 0; i < item->prompt.n && !text.ptr; i++)
        if (item->prompt.at[i].role == IFB_USER && n++ == turn)
            text = item->prompt.at[i].text;
    return text;
}
