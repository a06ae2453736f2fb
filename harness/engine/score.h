/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scoring one sample: from the answers in its records to verdicts, a row of
 * verdicts.jsonl and a compact result. Pure: the same records give the same
 * bytes, whatever thread runs it.
 */
#ifndef IFB_ENGINE_SCORE_H
#define IFB_ENGINE_SCORE_H

#include "harness/base/buf.h"
#include "harness/engine/journal.h"
#include "harness/engine/plan.h"
#include "harness/engine/think.h"

/* What is the same for all samples of a run. */
struct ifb_scoring {
    const struct ifb_plan *plan;
    const struct ifb_resources *resources;
    const struct ifb_think *think;  /* NULL: answers are judged as they came */
    enum ifb_missing missing;       /* what an unanswered sample counts as */
};

/* All that is kept of a sample until the end of the run. */
struct ifb_sample_result {
    uint8_t *strict, *loose;  /* enum ifb_outcome, one a constraint; set up by the caller */
    int64_t tokens_in, tokens_out;  /* over its calls; -1 unknown */
    int32_t latency_ms;             /* over its calls; -1 unknown */
    /* of streamed answers, means over its calls but for the longest; 0 unknown */
    float ttft_ms, itl_ms, itl_max_ms;
    uint8_t outcome;                /* enum ifb_outcome; UNSCORED while pending, too */
    bool scored, answered, failed_call, incomplete, reasoning_removed, cached;
};

/* Questions about an answer that a constraint puts to a judge. */
static inline size_t ifb_questions_of(const struct ifb_constraint *c)
{
    return c->questions.n ? c->questions.n : !c->check;
}

/* Makes room for the outcomes of an item's constraints, in `arena`. */
void ifb_result_room(struct ifb_sample_result *r, const struct ifb_item *item,
                     struct ifb_arena *arena);

/* Results for all samples of a plan, in `arena`, nothing scored yet; with room where items stay. */
struct ifb_sample_result *ifb_results_new(const struct ifb_plan *plan, struct ifb_arena *arena);

/*
 * Scores sample number `sample`, whose item is `item`. `records` are the last records
 * of its calls in turn order; fewer than the sample's turns when the rest were never
 * asked. `said` are the answers of judges (enum ifb_said) to the questions of its
 * constraints; NULL: none was asked. Everything temporary lives in `cell` and
 * `scratch`. Appends the row, with its newline, to `row`.
 */
void ifb_sample_score(const struct ifb_scoring *s, uint32_t sample, const struct ifb_item *item,
                      const struct ifb_call_record *records, size_t nrecords,
                      const uint8_t *said, struct ifb_arena *cell, struct ifb_arena *scratch,
                      struct ifb_sample_result *out, struct ifb_buf *row);

#endif
