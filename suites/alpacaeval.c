/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AlpacaEval 1 and 2: 805 instructions, each answer compared by a judge with that
 * of a baseline. The files are the baseline's answers; the two differ in whose.
 */
#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "suites/asked.h"
#include "suites/table.h"

/* An instruction has no other name than its place. */
static enum ifb_code make(const struct ifb_json *row, struct ifb_arena *arena,
                          struct ifb_item *item, struct ifb_error *err)
{
    ifb_str instruction = ifb_json_str(row, "instruction");

    if (!ifb_str_trim_ascii(instruction).len)
        return ifb_fail(err, IFB_EINPUT, "a row wants an \"instruction\"");
    item->prompt = ifb_asked_prompt(arena, instruction);
    item->group = ifb_asked_text(row, "dataset");
    item->reference = ifb_json_str(row, "output");
    return IFB_OK;
}

static enum ifb_code open_alpacaeval(const struct ifb_suite_source *src, struct ifb_arena *arena,
                                     void **state, struct ifb_error *err)
{
    return ifb_asked_open("alpacaeval", src, make, arena, state, err);
}

static const char *const files_two[] = { "alpacaeval/gpt4_1106_preview.model_outputs.json", NULL };
static const char *const files_one[] = { "alpacaeval/text_davinci_003.model_outputs.json", NULL };

/* Upstream has a setting a model and no common one but the length. */
#define ALPACAEVAL(name, id_, against, files_) \
    const struct ifb_suite name = { \
        .id = id_, \
        .doc = "AlpacaEval " against ": 805 instructions, a judge compares with a baseline", \
        .cite = "Li et al. 2023, AlpacaEval: An Automatic Evaluator of Instruction-following " \
                "Models; Dubois et al. 2024, arXiv:2404.04475", \
        .pack = id_, \
        .files = files_, \
        .missing = IFB_MISSING_UNSCORED, \
        .preset = { .temperature = -1, .top_p = -1, .max_tokens = 2048, .seed = -1 }, \
        .metrics = ifb_no_metrics, \
        .open = open_alpacaeval, \
        .next = ifb_asked_next, \
        .close = ifb_asked_close, \
    }

ALPACAEVAL(ifb_suite_alpacaeval, "alpacaeval", "2", files_two);
ALPACAEVAL(ifb_suite_alpacaeval1, "alpacaeval1", "1", files_one);
