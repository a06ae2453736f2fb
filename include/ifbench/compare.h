/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two runs on the same items: what changed, and how sure that is. Reads runs' folders
 * or baseline files; asks nothing.
 *
 * Items are matched by suite and id, and must have the same constraints. A constraint or
 * prompt counts in a pair only when it is scored on both sides.
 *
 * Which statistics: where each pair is one answer that holds or not, McNemar's test and
 * Tango's interval; elsewhere (constraints of one prompt, epochs, groups) a test that
 * exchanges base and candidate within prompts, 9,999 times, and the interval for
 * clusters; metrics made of a whole set: the jackknife over ladders of levels. See
 * <ifbench/stats.h>.
 */
#ifndef IFBENCH_COMPARE_H
#define IFBENCH_COMPARE_H

#include <ifbench/report.h>
#include <ifbench/stats.h>

struct ifb_compare_options {
    bool common;      /* compare what both have; else differing items are an error */
    bool by_group;    /* prompts of a group belong together; else each is for itself */
    double level;     /* of intervals, two-sided; 0: 0.95 */
    uint64_t seed;    /* of the exchanges */
    ifb_str base_model, model;  /* which, when a run has several; absent: found out */
};

/* A metric, or the constraints of one kind, on both sides. */
struct ifb_compare_row {
    size_t cell;           /* of the comparison */
    ifb_str suite, kind;   /* "metric", "family", "group" or "instruction" */
    ifb_str name;
    bool higher_is_better;
    bool paired;           /* else only the two values are known */
    ifb_str unit;          /* as of a metric */
    double base, cand;     /* as counted over the pairs, else as the runs tell */
    struct ifb_paired pair;
    struct ifb_interval interval;  /* of cand - base */
    const char *test;      /* "mcnemar exact", "mcnemar mid-p", "exchange", "jackknife"; "": none */
    double p, p_holm;      /* holm: over the headline metrics (no '.'), or over all other rows */
    double cohen_h;
};

/* An item whose share of epochs that hold all constraints strictly changed. */
struct ifb_compare_item {
    ifb_str id;
    double base, cand;       /* those shares: 0 or 1 with one epoch */
    struct ifb_strs lost, won;  /* constraints that hold less, or more, often */
};

/* One suite asked of one model on each side. */
struct ifb_compare_cell {
    ifb_str suite, base_model, cand_model;
    size_t items, base_only, cand_only, changed;  /* pairs, and what has none */
    const struct ifb_compare_item *fixed, *regressed;
    size_t nfixed, nregressed;
    struct ifb_strs same_pass, same_fail;  /* ids; pass: in all epochs on both sides */
    struct ifb_strs unscored;              /* on one side at least */
    size_t newly_unscored;                 /* scored in the base */
};

struct ifb_comparison {
    ifb_str base, cand;  /* paths */
    double level;
    const struct ifb_compare_cell *cells;
    size_t ncells;
    const struct ifb_compare_row *rows;  /* by cell: metrics, then the others by kind and name */
    size_t nrows;
    const ifb_str *notes;
    size_t nnotes;
};

/*
 * Compares. Everything lives in `arena`. IFB_EINPUT: one of them cannot be read, models
 * cannot be matched, or items differ without `common` (the message names some).
 */
enum ifb_code ifb_runs_compare(const char *base, const char *cand,
                               const struct ifb_compare_options *options, struct ifb_arena *arena,
                               struct ifb_comparison *out, struct ifb_error *err);

/* A way to show comparisons of candidates with one base: "term", "markdown", "json", "html". */
struct ifb_compare_report {
    const char *id, *doc;
    /* `most`: items that a list shows at most; 0: all. */
    void (*write)(const struct ifb_comparison *at, size_t n, size_t most,
                  const struct ifb_sink *sink);
    /*
     * In place of `write`: one comparison with the samples of both runs, which are
     * rewound. `room`: bytes of transcripts, about; 0: 32 MB. IFB_OK or what an
     * iterator reported; the caller checks the sink.
     */
    enum ifb_code (*write_page)(const struct ifb_comparison *c, struct ifb_samples *base,
                                struct ifb_samples *cand, uint64_t room,
                                const struct ifb_sink *sink, struct ifb_error *err);
};

/* The one called `id`, or NULL. */
const struct ifb_compare_report *ifb_compare_report_find(ifb_str id);

#endif
