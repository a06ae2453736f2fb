/* SPDX-License-Identifier: Apache-2.0 */
/* IFEval's four headline numbers, which most programmatic suites share. */
#include <ifbench/suite.h>

/* An error is an instruction that was not followed; an unscored one takes its prompt out. */
static void count_prompt(const struct ifb_item *item, const uint8_t *outcomes,
                         struct ifb_ratio *ratio)
{
    bool all = true;

    if (!item->nconstraints)
        return;
    for (size_t i = 0; i < item->nconstraints; i++) {
        if (outcomes[i] == IFB_UNSCORED)
            return;
        all = all && outcomes[i] == IFB_PASS;
    }
    ratio->hits += all;
    ratio->n++;
}

static void count_instructions(const struct ifb_item *item, const uint8_t *outcomes,
                               struct ifb_ratio *ratio)
{
    for (size_t i = 0; i < item->nconstraints; i++) {
        ratio->hits += outcomes[i] == IFB_PASS;
        ratio->n += outcomes[i] != IFB_UNSCORED;
    }
}

static void prompt_strict(const struct ifb_item_score *score, struct ifb_ratio *ratio)
{
    count_prompt(score->item, score->strict, ratio);
}

static void inst_strict(const struct ifb_item_score *score, struct ifb_ratio *ratio)
{
    count_instructions(score->item, score->strict, ratio);
}

static void prompt_loose(const struct ifb_item_score *score, struct ifb_ratio *ratio)
{
    count_prompt(score->item, score->loose, ratio);
}

static void inst_loose(const struct ifb_item_score *score, struct ifb_ratio *ratio)
{
    count_instructions(score->item, score->loose, ratio);
}

/* The names are those of lm-evaluation-harness, the order too. */
const struct ifb_metric ifb_ifeval_metrics[] = {
    { .id = "prompt_level_strict_acc", .unit = "proportion", .higher_is_better = true,
      .doc = "prompts with every instruction followed", .count = prompt_strict },
    { .id = "inst_level_strict_acc", .unit = "proportion", .higher_is_better = true,
      .doc = "instructions followed", .count = inst_strict },
    { .id = "prompt_level_loose_acc", .unit = "proportion", .higher_is_better = true,
      .doc = "prompts with every instruction followed in one of eight loose forms",
      .count = prompt_loose },
    { .id = "inst_level_loose_acc", .unit = "proportion", .higher_is_better = true,
      .doc = "instructions followed in one of eight loose forms", .count = inst_loose },
    { 0 }
};
