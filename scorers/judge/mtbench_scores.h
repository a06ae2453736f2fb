/* SPDX-License-Identifier: Apache-2.0 */
/* What the two halves of MT-Bench's numbers share: models (scores), judges (judges). */
#ifndef IFB_SCORERS_JUDGE_MTBENCH_SCORES_H
#define IFB_SCORERS_JUDGE_MTBENCH_SCORES_H

#include "scorers/judge/judge.h"
#include "scorers/judge/rows.h"

#define IFB_MTB_JUDGES 50
#define IFB_MTB_QUESTIONS 1000000

/* ERROR is zero: a game that nobody read has no winner. */
enum ifb_mtb_winner { IFB_MTB_ERROR, IFB_MTB_FIRST, IFB_MTB_SECOND, IFB_MTB_TIE };

struct ifb_mtb_options {
    int64_t parse;
    ifb_str baseline, questions;
};

/* A rating, a pair or a vote; models, questions and judges by number. */
struct ifb_mtb_row {
    size_t question, judge, model[2];  /* the second: IFB_NAMES_MAX for a rating */
    unsigned turn;
    double rating;                     /* NaN: none */
    enum ifb_mtb_winner winner[2];      /* of the two games; of a vote both are the same */
    ifb_str reason;                    /* what the judge said, of a pair in the first game; or the
                                          error for which it did not */
};

struct ifb_mtb_rows {
    struct ifb_mtb_row *at;
    size_t n, cap;
};

struct ifb_mtb {
    const struct ifb_mtb_options *o;
    const struct ifb_judged_lent *lent;
    struct ifb_names models, judges, questions;
    size_t *category;          /* of the questions of the file; 8: another one */
    size_t ncategories, categories_cap;
    int64_t expected;          /* turns of all questions; 0: not known */
    struct ifb_mtb_rows ratings, pairs, votes;
    struct ifb_seen seen;
    double *room;              /* for the numbers of a mean */
    int64_t doubles, failed, raised, reparsed, restored;
};

/* "MODEL", or "MODEL (JUDGE)" where there are several judges. */
ifb_str ifb_mtb_label(const struct ifb_mtb *s, size_t model, size_t judge);

/* Who won a pair: a tie also where the games disagree. */
enum ifb_mtb_winner ifb_mtb_outcome(const struct ifb_mtb_row *r);

/* A cell for each judge of pairs, and for each two judges with pairs in common. */
void ifb_mtb_judges(const struct ifb_mtb *s, struct ifb_cells *cells);

#endif
