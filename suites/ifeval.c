/* SPDX-License-Identifier: Apache-2.0 */
/* IFEval: 541 prompts with 834 verifiable instructions, from the official file. */
#include "suites/rows.h"
#include "suites/table.h"

static enum ifb_code open_ifeval(const struct ifb_suite_source *src, struct ifb_arena *arena,
                                 void **state, struct ifb_error *err)
{
    struct ifb_item_rows *rows = NULL;
    enum ifb_code code = ifb_item_rows_open_one("ifeval", src, arena, &rows, err);

    *state = rows;
    return code;
}

static const char *const files[] = { "ifeval/input_data.jsonl", NULL };

const struct ifb_suite ifb_suite_ifeval = {
    .id = "ifeval",
    .doc = "IFEval: 541 prompts with verifiable instructions",
    .cite = "Zhou et al. 2023, Instruction-Following Evaluation for Large Language Models, "
            "arXiv:2311.07911",
    .pack = "ifeval",
    .files = files,
    .missing = IFB_MISSING_FAIL, /* upstream stops with a KeyError; IFBench's copy counts false */
    .preset = { .temperature = 0, .top_p = -1, .max_tokens = 1280, .seed = -1 },
    .metrics = ifb_ifeval_metrics,
    .open = open_ifeval,
    .next = ifb_item_rows_suite_next,
    .close = ifb_item_rows_suite_close,
    .place = ifb_item_rows_suite_place,
    .into = ifb_item_rows_suite_into,
    .again = ifb_item_rows_suite_again,
};
