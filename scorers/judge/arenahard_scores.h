/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of Arena-Hard share: reading (scores), tables (board), fits (ratings). */
#ifndef IFB_SCORERS_JUDGE_ARENAHARD_SCORES_H
#define IFB_SCORERS_JUDGE_ARENAHARD_SCORES_H

#include <ifbench/stats.h>

#include "harness/base/rng.h"
#include "scorers/judge/judge.h"
#include "scorers/judge/rows.h"

enum ifb_ah_rules { IFB_AH_AUTO, IFB_AH_V2, IFB_AH_V01 };
enum ifb_ah_style { IFB_AH_NO_STYLE, IFB_AH_BOTH, IFB_AH_LENGTH, IFB_AH_MARKDOWN };

#define IFB_AH_FEATURES 4  /* length, headers, lists, bold */
#define IFB_AH_FIT_MODELS 200

struct ifb_ah_options {
    int64_t rules, style, rounds, seed;
    ifb_str baseline, category, questions, answers;
};

/* A model's answer as style control sees it. */
struct ifb_ah_answer {
    bool known;
    double length, count[IFB_AH_FEATURES - 1];
};

/* A question put to a model and the baseline; numbers are of the names. */
struct ifb_ah_row {
    size_t model, base, question, category, subcategory;
    enum ifb_label label[2];  /* of the two games; game 1 shows the baseline first */
};

struct ifb_ah {
    const struct ifb_ah_options *o;
    const struct ifb_judged_lent *lent;
    struct ifb_names players;    /* "MODEL" US "JUDGE": judges are kept apart */
    struct ifb_names judges, questions, categories;
    size_t *question_category, *question_subcategory;  /* IFB_NAMES_MAX: not known */
    struct ifb_names writers;    /* of answers */
    struct ifb_ah_answer **answers;  /* of a writer, by question */
    struct ifb_ah_row *rows;
    size_t nrows, rows_cap;
    struct ifb_game *battles;    /* of version 0.1 */
    size_t nbattles, battles_cap;
    struct ifb_seen seen;
    bool v01, decided;           /* whose rules; a file may leave it open */
    int64_t assumed, suspects, doubles, failed, unread, raised, restored, half_read;
    bool approximate;            /* a length was not in the answers' metadata */
};

/* A player's name as it is shown. */
ifb_str ifb_ah_label(const struct ifb_ah *s, size_t player);

/* Scores of a label from the first answer's side: how many, each the same value. */
size_t ifb_ah_scores(enum ifb_label label, double *value);

/* Both games of a row as scores of the model: 0 where a game is not read, else 2 to 6. */
size_t ifb_ah_row_scores(const struct ifb_ah_row *r, double out[6]);

/* Cells of all judges and models, and warnings (arenahard_board.c). */
enum ifb_code ifb_ah_finish(void *state, struct ifb_judged_out *out, struct ifb_error *err);

/*
 * Ratings of version 0.1 for players[0..n-1], the first being the base; NaN, with a
 * warning, for more than IFB_AH_FIT_MODELS of them.
 */
struct ifb_ah_rating {
    double elo, elo_lo, elo_hi, win, win_lo, win_hi;  /* lo, hi: 95 % */
    double win_lo90, win_hi90;
};
void ifb_ah_ratings(const struct ifb_ah *s, const size_t *players, size_t n,
                    struct ifb_ah_rating *out);

/* Reads answers for style control. */
enum ifb_code ifb_ah_read_answers(struct ifb_ah *s, struct ifb_error *err);

/*
 * The same with style controlled, from version 2's scores; elo is not filled. False
 * when there is nothing to fit, and a warning says why.
 */
bool ifb_ah_style_ratings(const struct ifb_ah *s, const size_t *players, size_t n,
                          struct ifb_ah_rating *out);

#endif
