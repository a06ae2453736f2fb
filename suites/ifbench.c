/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IFBench: 300 prompts with 344 instructions of 58 kinds that IFEval does not
 * have, from the official file. The headline number that is published for a
 * model is prompt_level_loose_acc.
 */
#include "suites/rows.h"
#include "suites/table.h"

static enum ifb_code open_ifbench(const struct ifb_suite_source *src, struct ifb_arena *arena,
                                  void **state, struct ifb_error *err)
{
    struct ifb_item_rows *rows = NULL;
    enum ifb_code code = ifb_item_rows_open_one("ifbench", src, arena, &rows, err);

    *state = rows;
    return code;
}

static const char *const files[] = { "ifbench/IFBench_test.jsonl", NULL };

const struct ifb_suite ifb_suite_ifbench = {
    .id = "ifbench",
    .doc = "IFBench: 300 prompts with 58 kinds of instruction; prompt-level loose is the headline",
    .cite = "Pyatkin et al. 2025, Generalizing Verifiable Instruction Following, "
            "arXiv:2507.02833",
    .pack = "ifbench",
    .files = files,
    .missing = IFB_MISSING_FAIL,
    .preset = { .temperature = 0, .top_p = -1, .max_tokens = -1, .seed = -1 },
    .metrics = ifb_ifeval_metrics,
    .open = open_ifbench,
    .next = ifb_item_rows_suite_next,
    .close = ifb_item_rows_suite_close,
    .place = ifb_item_rows_suite_place,
    .into = ifb_item_rows_suite_into,
    .again = ifb_item_rows_suite_again,
};
