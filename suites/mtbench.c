/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MT-Bench: 80 questions in two turns of eight categories. How warm an answer is
 * sampled goes by category; what it is worth a judge says.
 */
#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "suites/asked.h"
#include "suites/table.h"

#define MAX_TOKENS 1024

/* Source: FastChat llm_judge/common.py, temperature_config. */
static const struct {
    const char *category;
    double temperature;
} warmths[] = {
    { "writing", 0.7 }, { "roleplay", 0.7 }, { "extraction", 0 }, { "math", 0 }, { "coding", 0 },
    { "reasoning", 0 }, { "stem", 0.1 }, { "humanities", 0.1 }, { "arena-hard-200", 0 },
};

/* What the question requires, else by category, else 0.7. */
static double temperature_of(const struct ifb_json *row, ifb_str category)
{
    double required = ifb_json_real(row, "required_temperature", -1);

    for (size_t i = 0; required < 0 && i < sizeof(warmths) / sizeof(warmths[0]); i++)
        if (ifb_str_is(category, warmths[i].category))
            return warmths[i].temperature;
    return required < 0 ? 0.7 : required;
}

static enum ifb_code make(const struct ifb_json *row, struct ifb_arena *arena,
                          struct ifb_item *item, struct ifb_error *err)
{
    const struct ifb_json *turns = ifb_json_get(row, "turns");
    ifb_str id = ifb_asked_id(row, "question_id"), category = ifb_json_str(row, "category");
    struct ifb_sampling *preset = ifb_new(arena, struct ifb_sampling, 1);
    struct ifb_message *at;
    size_t n = 0;

    if (!id.len || !turns || turns->kind != IFB_JARRAY || !turns->n)
        return ifb_fail(err, IFB_EINPUT, "a question wants \"question_id\" and \"turns\", an array "
                        "of strings");
    at = ifb_new(arena, struct ifb_message, turns->n);
    for (const struct ifb_json *t = turns->first; t; t = t->next) {
        if (t->kind != IFB_JSTRING)
            return ifb_fail(err, IFB_EINPUT, "turn %zu is %s, wanted a string", n + 1,
                            ifb_json_kind_name(t->kind));
        at[n++] = (struct ifb_message){ .role = IFB_USER, .text = t->string };
    }
    *preset = (struct ifb_sampling){ temperature_of(row, category), -1, MAX_TOKENS, -1 };
    item->id = id;
    item->prompt = (struct ifb_conversation){ at, n };
    item->group = category.ptr ? category : IFB_STR("");
    item->preset = preset;
    item->preset_required = ifb_json_real(row, "required_temperature", -1) >= 0;
    return IFB_OK;
}

static enum ifb_code open_mtbench(const struct ifb_suite_source *src, struct ifb_arena *arena,
                                  void **state, struct ifb_error *err)
{
    return ifb_asked_open("mtbench", src, make, arena, state, err);
}

static const char *const files[] = { "mtbench/question.jsonl", NULL };

const struct ifb_suite ifb_suite_mtbench = {
    .id = "mtbench",
    .doc = "MT-Bench: 80 questions in two turns, rated by a judge",
    .cite = "Zheng et al. 2023, Judging LLM-as-a-Judge with MT-Bench and Chatbot Arena",
    .pack = "mtbench",
    .files = files,
    .missing = IFB_MISSING_UNSCORED,
    .preset = { .temperature = 0.7, .top_p = -1, .max_tokens = MAX_TOKENS, .seed = -1 },
    .metrics = ifb_no_metrics,
    .open = open_mtbench,
    .next = ifb_asked_next,
    .close = ifb_asked_close,
};
