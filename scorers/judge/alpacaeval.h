/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AlpacaEval 1 and 2: what a judge's reply means, the files of the official tool
 * and its length-controlled win rate. Source: tatsu-lab/alpaca_eval, commit
 * cd543a1, by the behaviour of that commit.
 */
#ifndef IFB_SCORERS_JUDGE_ALPACAEVAL_H
#define IFB_SCORERS_JUDGE_ALPACAEVAL_H

#include <ifbench/judged.h>

#include "harness/base/buf.h"

#define IFB_ALPACA_ITEMS 805  /* instructions of the evaluation set */

/* ---- alpacaeval.c: replies and order ---- */

/*
 * Is the judge shown the model's answer first? Decided by the instruction alone,
 * so that every model gets the same order. `what` is "is_switched_outputs" for
 * that; "0" is the tool's default seed. A preference in the order shown then
 * becomes 3 minus itself.
 */
bool ifb_alpaca_switched(struct ifb_arena *scratch, const char *what, ifb_str instruction,
                         const char *seed);

/*
 * A preference, 1 (first shown is better) to 2, in the order shown; NaN where the
 * reply cannot be read, 0 for a draw where the parser says so.
 *
 * logprobs: of the top log-probabilities of one token, those of `first` and
 *   `second`; 2 - P(first) / (P(first) + P(second)), or 1 or 2 when `binary`. A
 *   token that is not listed has probability 0. `at` counts tokens from 0, or from
 *   the end: -1. `completion` is a choice of a chat completion.
 * ranking: a Python list of {'model': .., 'rank': 1 or 2}; the rank of the first
 *   entry called model_1, or m.
 * lmsys: two numbers in the first line; the larger wins, equal ones are a draw.
 */
double ifb_alpaca_logprobs(const struct ifb_json *completion, ifb_str first, ifb_str second,
                           int64_t at, bool binary);
double ifb_alpaca_logprob_pair(double first, double second, bool binary);
double ifb_alpaca_ranking(struct ifb_arena *scratch, ifb_str reply);
double ifb_alpaca_lmsys(ifb_str reply);

/*
 * Matches of the patterns for 1 and 2, leftmost first, one after the other, into
 * out[0..n-1]. False, and all NaN, unless there are exactly n. IFB_EINPUT: a
 * pattern that Python refuses.
 */
enum ifb_code ifb_alpaca_regex(ifb_str reply, ifb_str one, ifb_str two, size_t n, double *out,
                               bool *ok, struct ifb_error *err);

/*
 * Member `key` of the JSON object in the reply: in its first fenced block that is
 * marked json, else the reply as a whole. NULL when there is none.
 */
const struct ifb_json *ifb_alpaca_json(struct ifb_arena *scratch, ifb_str reply, const char *key);

/* ---- alpacaeval_files.c ---- */

/* One judged pair; strings are borrowed from the file. */
struct ifb_alpaca_row {
    ifb_str instruction, dataset, generator_1, generator_2;
    double preference;      /* as stored; NaN: the judge failed */
    double len_1, len_2;    /* code points of the outputs; 1 is the baseline */
    double glm;             /* glm_preference; NaN: not there */
    double by_order[2];     /* preference_by_order: with the baseline, with the model shown
                               first; NaN: not there */
    int64_t item;           /* place in the evaluation set; -1 unknown */
};

struct ifb_alpaca_rows {
    const struct ifb_alpaca_row *at;
    size_t n;
};

/*
 * annotations.json, or the compact csv (columns preference, len_1, len_2,
 * optionally eval_index, instruction, dataset). IFB_EINPUT with name and line.
 */
enum ifb_code ifb_alpaca_annotations(const struct ifb_judged_file *file, struct ifb_arena *arena,
                                     struct ifb_alpaca_rows *out, struct ifb_error *err);

/* model_outputs.json: instruction, dataset, generator in generator_2, length in len_2. */
enum ifb_code ifb_alpaca_outputs(const struct ifb_judged_file *file, struct ifb_arena *arena,
                                 struct ifb_alpaca_rows *out, struct ifb_error *err);

/*
 * Writes annotations as the official tool stores them: members in the order they
 * have, indented by two, '/' and non-ASCII escaped, numbers as spelt. `annotations`
 * is an array of objects; what is written reads back equal.
 */
void ifb_alpaca_annotations_write(const struct ifb_json *annotations, struct ifb_buf *out);

/* A line of leaderboard.csv; NaN: an empty cell. */
struct ifb_alpaca_entry {
    ifb_str model, mode;
    double win_rate, standard_error, n_wins, n_wins_base, n_draws, n_total, discrete_win_rate,
        avg_length, length_controlled_winrate, lc_standard_error;
};

struct ifb_alpaca_board {
    const struct ifb_alpaca_entry *at;
    size_t n;
};

/* Columns are found by name; unknown ones are passed over. IFB_EINPUT. */
enum ifb_code ifb_alpaca_board_read(const struct ifb_judged_file *file, struct ifb_arena *arena,
                                    struct ifb_alpaca_board *out, struct ifb_error *err);
/* Sorted by length-controlled win rate, else win rate, descending. */
void ifb_alpaca_board_write(const struct ifb_alpaca_board *board, struct ifb_arena *scratch,
                            struct ifb_buf *out);

/* ---- alpacaeval_lc.c: the length-controlled win rate ---- */

/* What every fit shares: difficulties, and the rows of two answers that game length. */
struct ifb_alpaca_lc {
    const double *difficulty;         /* of each item */
    const ifb_str *instruction;       /* of each item; NULL: not known */
    size_t items;
    const double *shift, *hard;       /* of each gamed row: tanh of its length; its difficulty */
    const double *label;              /* its preference less 1; NULL: only their sums are known */
    size_t gamed;
    double sum_shift, sum_hard;       /* of label times shift, of label times hard */
    bool cross_validate;              /* the labels are a judge's own */
};

/* instruction_difficulty.csv: columns index and instruction_difficulty (instruction, too). */
enum ifb_code ifb_alpaca_difficulty_read(const struct ifb_judged_file *file,
                                         struct ifb_arena *arena, struct ifb_alpaca_lc *lc,
                                         struct ifb_error *err);

/*
 * Difficulties from the stored predictions of a model whose weights are published:
 * (logit(glm_preference) - bias) / weight. IFB_EINPUT.
 */
enum ifb_code ifb_alpaca_difficulty_derive(const struct ifb_judged_file *annotations,
                                           const struct ifb_judged_file *weights,
                                           struct ifb_arena *arena, struct ifb_alpaca_lc *lc,
                                           struct ifb_alpaca_rows *rows, struct ifb_error *err);

/*
 * df_gamed.csv: columns model, index, std_delta_len, and preference where the
 * labels are the judge's (preference01_surrogate: only their sums are). Wants
 * lc->difficulty.
 */
enum ifb_code ifb_alpaca_gamed_read(const struct ifb_judged_file *file, struct ifb_arena *arena,
                                    struct ifb_alpaca_lc *lc, struct ifb_error *err);

/* The same from the baseline's answers (len_1 of `rows`) and its two gamed versions. */
enum ifb_code ifb_alpaca_gamed_derive(const struct ifb_alpaca_rows *rows,
                                      const struct ifb_alpaca_rows versions[2],
                                      struct ifb_arena *arena, struct ifb_alpaca_lc *lc,
                                      struct ifb_error *err);

/* The strength of the fit: one of ten by number, a value, or -1: found or the default. */
struct ifb_alpaca_c {
    int64_t number;
    double value;
};

/* Ten to the power of -4 + 8k/9. */
double ifb_alpaca_c_of(int64_t number);

/* A model's fit. `why` is not NULL when there is none: what is wrong. */
struct ifb_alpaca_fit {
    double rate, se;         /* percent */
    double weights[3];       /* length, difficulty, bias */
    struct ifb_alpaca_c c;   /* the one used */
    const char *why;
};

/*
 * `preference` is one a row, 1 to 2 or NaN; `hard` the difficulty of each row.
 * Works in `arena`. The baseline against itself has 50 and no weights.
 */
struct ifb_alpaca_fit ifb_alpaca_lc_fit(const struct ifb_alpaca_lc *lc,
                                        const struct ifb_alpaca_rows *rows, const double *hard,
                                        struct ifb_alpaca_c c, struct ifb_arena *arena);

/* Win rate of model a over model b by their weights. */
double ifb_alpaca_lc_between(const struct ifb_alpaca_lc *lc, const double a[3], const double b[3]);

/* The preference that metrics see: 0 is 1.5, outside [1, 2] is NaN. */
double ifb_alpaca_usable(double preference);

/* ---- alpacaeval_data.c ---- */

struct ifb_alpaca_source {
    const struct ifb_judged_lent *lent;
    ifb_str difficulty, gamed;  /* paths; absent: the pack's */
    struct ifb_alpaca_lc *lc;   /* to be filled */
    const char *why;            /* set when something is not there: what, and how to get it */
};

enum ifb_code ifb_alpaca_lc_load(struct ifb_alpaca_source *source, struct ifb_error *err);

/* The baseline's answers, their lengths in len_1 too; *there is false when no folder has them. */
enum ifb_code ifb_alpaca_baseline(const struct ifb_judged_lent *lent, struct ifb_alpaca_rows *rows,
                                  bool *there, struct ifb_error *err);

/* ---- alpacaeval_suite.c ---- */

extern const struct ifb_judged ifb_judged_alpacaeval, ifb_judged_alpacaeval1;

#endif
