/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading what judges say: pure functions from a reply to verdicts. A judge is
 * a model, so everything in a reply is possible.
 */
#ifndef IFB_SCORERS_JUDGE_JUDGE_H
#define IFB_SCORERS_JUDGE_JUDGE_H

#include <ifbench/judge.h>
#include <ifbench/types.h>

/* FollowBench asks in two languages, and reads the replies a little differently. */
enum ifb_followbench_language { IFB_FOLLOWBENCH_EN, IFB_FOLLOWBENCH_ZH };

/*
 * Whether an answer satisfies each of the `n` constraints (the level of its
 * record, 1 to 5) that were added, into yes[0..n-1]. False when the reply
 * cannot be read: upstream then scores -1, hard and soft, which a caller that
 * wants its sums adds itself; `yes` is all false. Otherwise hard is "all of
 * yes", soft the share of it. `reply` is well-formed UTF-8; `scratch` holds
 * what is temporary. Source: FollowBench's evaluation scripts, commit 6278f4c.
 */
bool ifb_followbench_read(struct ifb_arena *scratch, ifb_str reply,
                          enum ifb_followbench_language language, size_t n, bool *yes);

/* ---- what protocols share (template.c, marks.c) ---- */

/* What may stand between the braces of a place; and whether all braces of a text close. */
bool ifb_template_is_place(ifb_str name);
bool ifb_template_closes(ifb_str text);

#define IFB_JUDGE_SLOTS 16

/*
 * The request that the context's template `name` makes of at most 15 slots: system
 * and user message, temperature 0. Beside the slots a template may use {fence}, 16
 * digits that stand in none of the texts.
 */
enum ifb_code ifb_judge_ask(const struct ifb_judge_context *c, const char *name,
                            const struct ifb_slot *slots, size_t n, struct ifb_arena *arena,
                            struct ifb_judge_request *out, struct ifb_error *err);

/*
 * A rating in FastChat's way: [[8]], else [8]; with IFB_PARSE_LAST the last of [[8]],
 * [[8/10]], [[Rating: 8]], [[rating]]: 8; else the last "rating: 8"; else the last [8];
 * numbers outside 0..10 are then passed over. `reply` is well-formed UTF-8.
 * Source: FastChat llm_judge/common.py, run_judge_single.
 */
struct ifb_judgment ifb_mtbench_rating(ifb_str reply, enum ifb_parse parse);

/*
 * A verdict on a pair: [[A]] anywhere, else [[B]], else [[C]]; with IFB_PARSE_LAST the
 * last of them, also [["A"]], [[Assistant A]], [[Tie]]; else the last [A].
 * Source: the same file, run_judge_pair.
 */
struct ifb_judgment ifb_mtbench_verdict(ifb_str reply, enum ifb_parse parse);

/* Two ratings [[7, 8]], else [7, 8]: nearer than 0.1 is a tie. The same function. */
struct ifb_judgment ifb_mtbench_two_ratings(ifb_str reply);

/* Categories whose answers are compared with a reference: math, reasoning, coding. */
bool ifb_mtbench_has_reference(ifb_str category);

/*
 * Arena-Hard's label. Version 2: in upper case, the last [[A>B]], else the last [A>B].
 * Version 0.1: [[A>B]] only, all alike; *again when there is none. Labels that upstream
 * has no score for are IFB_READ_RAISES. Sources: arena-hard-auto gen_judgment.py.
 */
struct ifb_judgment ifb_arenahard_label(ifb_str reply, bool v01, bool *again);

/* A reply to one of InFoBench's questions. Source: InfoBench evaluation.py. */
enum ifb_said ifb_infobench_said(ifb_str reply);

/* [[YES]] or [[NO]], the last of them; else a reply that InFoBench's rule can read, loosely. */
struct ifb_judgment ifb_criterion_said(ifb_str reply, struct ifb_arena *arena);

/* A grade from 1 to 10 as MT-Bench's rating is read; other numbers cannot be read. */
struct ifb_judgment ifb_rubric_rating(ifb_str reply, enum ifb_parse parse);

extern const struct ifb_judge ifb_judge_criterion, ifb_judge_rubric;
extern const struct ifb_judge ifb_judge_mtbench_single, ifb_judge_mtbench_pair,
    ifb_judge_arenahard_v01, ifb_judge_arenahard_v2, ifb_judge_infobench, ifb_judge_alpacaeval,
    ifb_judge_alpacaeval_binary, ifb_judge_alpacaeval_ranking, ifb_judge_alpacaeval_scores,
    ifb_judge_alpacaeval_regex, ifb_judge_alpacaeval_json, ifb_judge_followbench,
    ifb_judge_followbench_zh;

#endif
