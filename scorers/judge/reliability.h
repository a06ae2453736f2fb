/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far a judge can be trusted: pure counts over what it said. Whether order,
 * length, family or layout move it; whether an answer tries to; what a jury says.
 */
#ifndef IFB_SCORERS_JUDGE_RELIABILITY_H
#define IFB_SCORERS_JUDGE_RELIABILITY_H

#include <ifbench/types.h>

/* Which of the two answers won, as they were shown. */
enum ifb_shown {
    IFB_SHOWN_SECOND = -1,
    IFB_SHOWN_TIE = 0,
    IFB_SHOWN_FIRST = 1,
    IFB_SHOWN_NONE = 2  /* no verdict was read */
};

/* ---- order ---- */

/*
 * Pairs judged in both orders. A pair is consistent when the same answer won both
 * games, or neither did; `first` and `second` count decided games. The share first /
 * (first + second) of a judge without position bias is a half (ifb_wilson).
 */
struct ifb_position {
    int64_t pairs, consistent, unread;
    int64_t flipped;  /* both games are decided, for different answers */
    int64_t first, second, ties;
};

/* Adds a pair. A pair with an unread game only counts its read one as a game. */
void ifb_position_add(struct ifb_position *p, enum ifb_shown game1, enum ifb_shown game2);

/* ---- style ---- */

/*
 * Marks of layout, outside fenced code: headers (#, at most six), list entries,
 * bold runs. Source: arena-hard-auto utils/add_markdown_info.py.
 */
struct ifb_style {
    int64_t headers, lists, bold;
};

struct ifb_style ifb_style_of(struct ifb_arena *scratch, ifb_str text);

/* ---- bias ---- */

/* What won a game, beside being better. */
struct ifb_bias_side {
    ifb_str answer;
    bool family;     /* its model is of the judge's family */
};

/* How often the side with more of something won the decided games where sides differ. */
struct ifb_bias_count {
    int64_t won, n;
};

struct ifb_bias {
    struct ifb_bias_count first, longer, family, headers, lists, bold;
    struct ifb_bias_count refusal;  /* refusing, see ifb_refuses, is the "more" here */
    int64_t ties;
};

/* Adds a game; lengths are code points of well-formed UTF-8. */
void ifb_bias_add(struct ifb_bias *b, enum ifb_shown winner, const struct ifb_bias_side sides[2],
                  struct ifb_arena *scratch);

/* ---- answers that do not answer ---- */

/*
 * True when an answer is blank, or begins (200 bytes) with one of the English phrases
 * that models refuse with: "I can't help", "as an AI", ... An estimate, not a verdict.
 */
bool ifb_refuses(ifb_str answer);

/* ---- answers that address the judge ---- */

enum {
    IFB_SUSPECT_MARK = 1,      /* a verdict or rating mark: [[A]], [[10]], [[A>>B]] */
    IFB_SUSPECT_TOKEN = 2,     /* a token of a chat template: <|im_start|>, [INST] */
    IFB_SUSPECT_DELIMITER = 4  /* a line that judge prompts are built of */
};

/* Which of them stand in `answer`, or'ed; *at is where the first one does. */
unsigned ifb_suspect(ifb_str answer, struct ifb_span *at);

/* The size of the largest set of equal answers: n for a model that always says the same. */
size_t ifb_most_alike(const ifb_str *answers, size_t n, struct ifb_arena *scratch);

/* ---- juries ---- */

/* The median of ratings that are not NaN; the mean of the two in the middle. Reorders them. */
double ifb_jury_median(double *ratings, size_t n);

/* What more than half of the read verdicts say, else a tie; NONE when none is read. */
enum ifb_shown ifb_jury_majority(const enum ifb_shown *verdicts, size_t n);

#endif
