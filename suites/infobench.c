/* SPDX-License-Identifier: Apache-2.0 */
/*
 * InFoBench: 500 instructions, each with questions about the answer that a judge
 * says yes or no to. The official records carry them; outputs in a file are not read.
 */
#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "suites/asked.h"
#include "suites/table.h"

#define QUESTIONS_MAX 200

static enum ifb_code check_questions(const struct ifb_json *list, struct ifb_error *err)
{
    if (!list || list->kind != IFB_JARRAY || !list->n || list->n > QUESTIONS_MAX)
        return ifb_fail(err, IFB_EINPUT, "\"decomposed_questions\" wants an array of 1 to %d "
                        "strings", QUESTIONS_MAX);
    for (const struct ifb_json *q = list->first; q; q = q->next)
        if (q->kind != IFB_JSTRING)
            return ifb_fail(err, IFB_EINPUT, "a question is %s, wanted a string",
                            ifb_json_kind_name(q->kind));
    return IFB_OK;
}

/* What is asked is the instruction, and what it is about where there is something. */
static enum ifb_code make(const struct ifb_json *row, struct ifb_arena *arena,
                          struct ifb_item *item, struct ifb_error *err)
{
    ifb_str instruction = ifb_json_str(row, "instruction"), input = ifb_json_str(row, "input");

    item->id = ifb_asked_id(row, "id");
    if (!item->id.len || !ifb_str_trim_ascii(instruction).len)
        return ifb_fail(err, IFB_EINPUT, "a row wants an \"id\" and an \"instruction\"");
    if (check_questions(ifb_json_get(row, "decomposed_questions"), err))
        return err->code;
    if (ifb_str_trim_ascii(input).len)
        instruction = ifb_fmt(arena, "%.*s\n\n%.*s", IFB_ARG(instruction), IFB_ARG(input));
    item->prompt = ifb_asked_prompt(arena, instruction);
    item->group = ifb_asked_text(row, "category");
    item->tags = ifb_asked_tag(arena, row, "subset");
    return IFB_OK;
}

static enum ifb_code open_infobench(const struct ifb_suite_source *src, struct ifb_arena *arena,
                                    void **state, struct ifb_error *err)
{
    return ifb_asked_open("infobench", src, make, arena, state, err);
}

static const char *const files[] = { "infobench/GPT4_output.jsonl", NULL };

const struct ifb_suite ifb_suite_infobench = {
    .id = "infobench",
    .doc = "InFoBench: 500 instructions, a judge answers 2250 questions about the outputs",
    .cite = "Qin et al. 2024, InFoBench: Evaluating Instruction Following Ability in Large "
            "Language Models, arXiv:2401.03601",
    .pack = "infobench",
    .files = files,
    .missing = IFB_MISSING_UNSCORED,
    .preset = { .temperature = 0, .top_p = -1, .max_tokens = -1, .seed = -1 },
    .metrics = ifb_no_metrics,
    .open = open_infobench,
    .next = ifb_asked_next,
    .close = ifb_asked_close,
};
