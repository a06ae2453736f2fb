/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many runs side by side: who is where, how sure that is, and a folder of pages that
 * shows it. Reads runs' folders; asks nothing, looks at no clock.
 *
 * A suite is ranked by its first metric. Ranks come with the range that they take when the
 * items are drawn again (the same items for all, so that what is hard is hard for all).
 * Pairs are compared as `ifbench compare` does, and corrected by Holm over all pairs
 * of a suite.
 */
#ifndef IFBENCH_LEADERBOARD_H
#define IFBENCH_LEADERBOARD_H

#include <ifbench/plot.h>
#include <ifbench/report.h>
#include <ifbench/stats.h>

#define IFB_BOARD_RUNS_MAX 1000
#define IFB_BOARD_ENTRIES_MAX 500      /* of a suite */
#define IFB_BOARD_ROUNDS 2000          /* of the bootstrap */
#define IFB_BOARD_EXCHANGES_MOST 100   /* pairs of a suite that are tested by exchanges */
#define IFB_BOARD_LEVEL 0.95

struct ifb_board_options {
    bool include_incomplete;  /* rank runs that have not come to their end too */
    bool common;              /* rank by the items that all have; else others are an error */
    uint64_t seed;            /* of the bootstrap, and of exchanges */
    bool plots;               /* with plots, drawn by gnuplot where there is one */
    const char *(*env)(const char *name);  /* says which gnuplot: see ifb_run_draw; may be NULL */
};

/* How often the constraints of one id held strictly, of those that are scored. */
struct ifb_board_share {
    int64_t hits, n;
};

/* One suite asked of one model in one run. */
struct ifb_board_entry {
    ifb_str model, run, started, version, punkt;
    size_t page;                           /* of the model */
    bool complete;
    const struct ifb_summary *summary;     /* of the run */
    const struct ifb_cell_summary *cell;
    size_t items, used;                    /* items it has, and that are ranked by */
    struct ifb_metric_value value;         /* the first metric, over `used` */
    double length;                         /* mean of an answer; NaN when unknown */
    const char *length_unit;               /* "characters" or "tokens" */
    size_t rank, rank_lo, rank_hi;         /* from 1; lo and hi are 0 when unknown, all are 0 when
                                              there is no value */
    const struct ifb_board_share *shares;  /* one a constraint of the suite */
};

/* Entry j against entry i of a suite, i before j. */
struct ifb_board_pair {
    bool paired;                   /* else only the difference is known */
    struct ifb_paired pair;
    struct ifb_interval interval;  /* of value j - value i */
    const char *test;              /* "mcnemar exact", "mcnemar mid-p", "exchange", "normal",
                                      "jackknife"; "": none */
    double p, p_holm;
};

struct ifb_board_suite {
    ifb_str name, metric;
    bool higher_is_better;
    size_t page, used;                    /* items that are ranked by; 0: they are not known */
    bool resampled;                       /* ranks have a range */
    struct ifb_board_entry *entries;      /* best first */
    size_t n;
    const struct ifb_board_pair *pairs;   /* see ifb_board_pair_at */
    const ifb_str *constraints;           /* by name */
    size_t nconstraints;
    const ifb_str *notes;                 /* what makes entries less comparable */
    size_t nnotes;
};

enum ifb_board_kind { IFB_BOARD_INDEX, IFB_BOARD_SUITE, IFB_BOARD_MODEL, IFB_BOARD_SVG,
                      IFB_BOARD_TABLE, IFB_BOARD_CSV, IFB_BOARD_JSON };

/* One file of the folder. */
struct ifb_board_page {
    enum ifb_board_kind kind;
    ifb_str file;
    ifb_str name;  /* of the suite or model */
    size_t at;     /* the suite, or the plot */
};

struct ifb_leaderboard {
    struct ifb_board_suite *suites;  /* by name */
    size_t nsuites;
    struct ifb_board_page *pages;
    size_t npages;
    const ifb_str *left_out;         /* runs that have not come to their end, by name */
    size_t nleft_out;
    size_t nruns;                    /* that are ranked */
    uint64_t seed;
    ifb_str version;                 /* of ifbench that makes this */
    struct ifb_strs versions;        /* that scored the runs, in order */
    const struct ifb_plots *plots;   /* NULL: none were asked for */
    ifb_str first, last;             /* when the earliest and the latest run began */
};

/* The pair of entries i < j. */
const struct ifb_board_pair *ifb_board_pair_at(const struct ifb_board_suite *suite, size_t i,
                                               size_t j);

/*
 * Reads runs and ranks them; everything lives in `arena`, and does not depend on the
 * order of `runs` nor on where they lie. IFB_EIO, IFB_EINPUT: a run cannot be read, no run is
 * left, or items differ without `common` (the message names some). IFB_ELIMIT: too many.
 */
enum ifb_code ifb_leaderboard_make(const struct ifb_strs *runs,
                                   const struct ifb_board_options *options,
                                   struct ifb_arena *arena, struct ifb_leaderboard *out,
                                   struct ifb_error *err);

/* Writes one of its pages; false when it would be too large. The caller checks the sink. */
bool ifb_leaderboard_write(const struct ifb_leaderboard *board, const struct ifb_board_page *page,
                           const struct ifb_sink *sink);

/*
 * Writes all pages into a folder, each aside and renamed, index.html last. The
 * folder is made when it is not there; IFB_EINPUT when it holds something and no
 * leaderboard.json of ours. Pages that the leaderboard before had and this one has not
 * are removed.
 */
enum ifb_code ifb_leaderboard_save(const struct ifb_leaderboard *board, const char *folder,
                                   struct ifb_error *err);

#endif
