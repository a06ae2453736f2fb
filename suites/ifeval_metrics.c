/* SPDX-License-Identifier: Apache-2.0 */
/* IFEval's four headline numbers, which most programmatic suites share, and those of turns. */
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

/* Turns are where their constraints are: one without constraints is not counted. */
static void count_turns(const struct ifb_item *item, const uint8_t *outcomes,
                        struct ifb_ratio *ratio)
{
    for (size_t i = 0, next; i < item->nconstraints; i = next) {
        bool all = true, scored = true;

        for (next = i; next < item->nconstraints &&
                       item->constraints[next].turn == item->constraints[i].turn; next++) {
            scored = scored && outcomes[next] != IFB_UNSCORED;
            all = all && outcomes[next] == IFB_PASS;
        }
        ratio->hits += scored && all;
        ratio->n += scored;
    }
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

static void turn_strict(const struct ifb_item_score *score, struct ifb_ratio *ratio)
{
    count_turns(score->item, score->strict, ratio);
}

static void turn_loose(const struct ifb_item_score *score, struct ifb_ratio *ratio)
{
    count_turns(score->item, score->loose, ratio);
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

const struct ifb_metric ifb_turn_metrics[] = {
    { .id = "prompt_level_strict_acc", .unit = "proportion", .higher_is_better = true,
      .doc = "conversations with every instruction of every turn followed",
      .count = prompt_strict },
    { .id = "inst_level_strict_acc", .unit = "proportion", .higher_is_better = true,
      .doc = "instructions followed, counted in each turn they hold in", .count = inst_strict },
    { .id = "prompt_level_loose_acc", .unit = "proportion", .higher_is_better = true,
      .doc = "conversations with every instruction followed in one of eight loose forms",
      .count = prompt_loose },
    { .id = "inst_level_loose_acc", .unit = "proportion", .higher_is_better = true,
      .doc = "instructions followed in one of eight loose forms", .count = inst_loose },
    { .id = "turn_level_strict_acc", .unit = "proportion", .higher_is_better = true,
      .doc = "turns with every instruction that holds in them followed", .count = turn_strict },
    { .id = "turn_level_loose_acc", .unit = "proportion", .higher_is_better = true,
      .doc = "turns with every instruction followed in one of eight loose forms",
      .count = turn_loose },
    { 0 }
};
