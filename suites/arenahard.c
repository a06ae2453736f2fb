/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arena-Hard v0.1 and v2.0: prompts that a judge compares answers to with those of
 * a baseline, in both orders. Older files of v0.1 call prompts otherwise.
 */
#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "suites/asked.h"
#include "suites/table.h"

/* {"uid", "prompt"}, or {"question_id", "turns": [{"content"}]}. */
static enum ifb_code make(const struct ifb_json *row, struct ifb_arena *arena,
                          struct ifb_item *item, struct ifb_error *err)
{
    const struct ifb_json *turns = ifb_json_get(row, "turns");
    ifb_str id = ifb_asked_id(row, "uid"), prompt = ifb_json_str(row, "prompt");

    if (!id.ptr)
        id = ifb_asked_id(row, "question_id");
    if (!prompt.ptr && turns && turns->n == 1)
        prompt = ifb_json_str(turns->first, "content");
    if (!id.len || !ifb_str_trim_ascii(prompt).len)
        return ifb_fail(err, IFB_EINPUT, "a question wants a \"uid\" and a \"prompt\"");
    item->id = id;
    item->prompt = ifb_asked_prompt(arena, prompt);
    item->group = ifb_asked_text(row, "category");
    item->tags = ifb_asked_tag(arena, row, "subcategory");
    return IFB_OK;
}

static enum ifb_code open_arenahard(const struct ifb_suite_source *src, struct ifb_arena *arena,
                                    void **state, struct ifb_error *err)
{
    return ifb_asked_open("arenahard", src, make, arena, state, err);
}

#define CITE                                                                                \
    "Li et al. 2024, From Crowdsourced Data to High-Quality Benchmarks: Arena-Hard and "    \
    "BenchBuilder Pipeline, arXiv:2406.11939"

static const char *const files_v01[] = { "arenahard/v0.1_question.jsonl", NULL };
static const char *const files_v2[] = { "arenahard/v2.0_question.jsonl", NULL };

const struct ifb_suite ifb_suite_arenahard = {
    .id = "arenahard",
    .doc = "Arena-Hard v0.1: 500 prompts, a judge compares with a baseline in both orders",
    .cite = CITE,
    .pack = "arenahard",
    .files = files_v01,
    .missing = IFB_MISSING_UNSCORED,
    .preset = { .temperature = 0, .top_p = -1, .max_tokens = 4096, .seed = -1 },
    .metrics = ifb_no_metrics,
    .open = open_arenahard,
    .next = ifb_asked_next,
    .close = ifb_asked_close,
};

/* Upstream's settings of version 2 are a model's own. */
const struct ifb_suite ifb_suite_arenahard_v2 = {
    .id = "arenahard-v2",
    .doc = "Arena-Hard v2.0: 750 prompts, a judge compares with a baseline in both orders",
    .cite = CITE,
    .pack = "arenahard-v2",
    .files = files_v2,
    .missing = IFB_MISSING_UNSCORED,
    .preset = { .temperature = -1, .top_p = -1, .max_tokens = -1, .seed = -1 },
    .metrics = ifb_no_metrics,
    .open = open_arenahard,
    .next = ifb_asked_next,
    .close = ifb_asked_close,
};
