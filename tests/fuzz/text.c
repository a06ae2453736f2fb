/* SPDX-License-Identifier: Apache-2.0 */
/* A text: all its tokenisations, its loose forms, its language. */
#include <ifbench/text.h>

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "scorers/nlp/punkt.h"
#include "tests/fuzz/fuzz.h"

/* In order, each after the one before. */
static void demand_order(struct ifb_strs pieces, ifb_str whole)
{
    const char *end = whole.ptr;

    for (size_t i = 0; i < pieces.n; i++) {
        fuzz_demand(fuzz_within(pieces.at[i], whole));
        fuzz_demand(pieces.at[i].ptr >= end);
        end = pieces.at[i].ptr + pieces.at[i].len;
    }
}

/* Nothing but `sep` between two pieces, and nothing around them. */
static void demand_joined(struct ifb_strs pieces, ifb_str whole, size_t sep)
{
    size_t sum = sep * (pieces.n - 1);

    fuzz_demand(pieces.n >= 1);
    demand_order(pieces, whole);
    for (size_t i = 0; i < pieces.n; i++)
        sum += pieces.at[i].len;
    fuzz_demand(sum == whole.len);
}

static void demand_valid(struct ifb_strs pieces)
{
    for (size_t i = 0; i < pieces.n; i++)
        fuzz_demand(ifb_utf8_valid(pieces.at[i]) == pieces.at[i].len);
}

/* Small resources as a second set of parameters for sentences. */
static void cut_sentences(ifb_str raw, struct ifb_arena *arena)
{
    const struct ifb_resources *res = fuzz_resources();

    demand_order(ifb_punkt_sentences(res->french, raw, arena), raw);
    demand_order(ifb_punkt_sentences(res->spanish, raw, arena), raw);
}

static void view(ifb_str raw, struct ifb_arena *arena)
{
    struct ifb_text *t = ifb_text_new(arena, raw, NULL);
    ifb_str lower = ifb_text_lower(t), language = ifb_text_language(t);

    fuzz_demand(fuzz_within(ifb_text_strip(t), raw));
    fuzz_demand(ifb_utf8_valid(lower) == lower.len);
    demand_joined(ifb_text_lines(t), raw, 1);
    demand_joined(ifb_text_paragraphs(t), raw, 2);
    demand_order(ifb_text_fields(t), raw);
    demand_order(ifb_text_words(t), raw);
    demand_order(ifb_text_sentences(t), raw);
    demand_valid(ifb_text_tokens(t));
    fuzz_demand(!language.ptr || language.len);
}

/* A check that any text fails, so that all loose forms are made. */
static void make_forms(ifb_str raw, struct ifb_arena *arena)
{
    struct ifb_constraint c;

    fuzz_demand(!ifb_constraint_load(arena, IFB_STR("change_case:english_capital"), NULL, &c,
                                     NULL));
    fuzz_score(&c, raw, NULL);
    ifb_constraint_release(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct fuzz_in in = { data, size };
    ifb_str raw = fuzz_rest(&in, arena);

    view(raw, arena);
    cut_sentences(raw, arena);
    make_forms(raw, arena);
    ifb_arena_close(arena);
    return 0;
}
