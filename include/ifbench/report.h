/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract of a report: a summary and the samples in, bytes out. Same
 * input, same bytes. To add one, write reports/NAME.c, end it with a
 * `const struct ifb_report` and add that to reports/table.c.
 *
 * Everything that came from a model, a suite file or a server is hostile:
 * escape it for the format you write.
 */
#ifndef IFBENCH_REPORT_H
#define IFBENCH_REPORT_H

#include <ifbench/provider.h>
#include <ifbench/suite.h>
#include <ifbench/types.h>

/*
 * A number with its 95 % interval. An id with a '.' is of a part of the suite
 * (see struct ifb_metric) and no headline.
 */
struct ifb_metric_value {
    ifb_str id, suite, model, unit;
    bool higher_is_better;
    double value, lo, hi, se;  /* NaN when n is 0, or where there is no interval */
    int64_t hits, n;           /* hits is -1 where value is not hits / n */
    int64_t unscored;          /* units left out of n because they are not scored */
};

/*
 * Samples by what became of them; total is their sum. A sample is passed when
 * every constraint passed strictly, an error when some constraint erred, failed
 * when it is neither, unscored when its answer is missing and the suite does
 * not count that as failing, pending when the run has not come to it.
 */
struct ifb_counts {
    int64_t total, passed, failed, errors, unscored, pending;
};

/*
 * How the constraints of one instruction id, or of one group, fared. n counts
 * all of them, unscored ones too; an accuracy is over n - unscored.
 */
struct ifb_group_row {
    ifb_str suite, model;
    /*
     * "instruction", "family", "group", "tag"; "turn" where items have several,
     * "polarity" ("required", "negated") where some constraint forbids something
     */
    ifb_str kind;
    ifb_str name;
    int64_t n, strict_pass, loose_pass, errors, unscored;
};

/* Quantiles; NaN when unknown. */
struct ifb_spread {
    double p50, p95, p99;
};

/* Counts and cost of one suite asked of one model. */
struct ifb_cell_summary {
    ifb_str suite, model;
    struct ifb_counts counts;
    int64_t tokens_in, tokens_out;  /* sums over what was reported */
    int64_t failed_calls;           /* calls that got no answer */
    int64_t incomplete;             /* cut while thinking, or empty content */
    int64_t reasoning_removed;      /* answers whose <think> part was taken off */
    double latency_p50_ms, latency_p95_ms, latency_p99_ms;  /* NaN when unknown */
    bool missing_fails;             /* the suite's rule that was in force */
    int64_t cached;                 /* samples answered from the cache, wholly or in part */
    double cost_usd;                /* by the prices given; NaN when there are none */
    int64_t streamed;               /* samples whose answers came as streams and were timed */
    struct ifb_spread ttft_ms;      /* to the first token, where there are such */
    struct ifb_spread itl_ms;       /* between tokens: of the means of samples */
    double itl_max_ms;              /* the longest of all */
};

/* How fast a run went while it asked: by answers that were asked for, not found in the cache. */
struct ifb_speed {
    double seconds;        /* of asking; 0: nothing was asked */
    int64_t answers;
    int64_t tokens_out;    /* of them, as far as it was reported */
};

/*
 * How the judgments of a suite's answers by one judge came out: expected is the sum
 * of judged, failed, unread, unanswered and pending.
 */
struct ifb_judge_summary {
    ifb_str suite, judge;
    int64_t expected;
    int64_t judged;
    int64_t failed;       /* a call of it got no reply */
    int64_t unread;       /* no reply to it could be read */
    int64_t unanswered;   /* there was no answer to judge */
    int64_t pending;
    int64_t cached;       /* judgments with a reply from the cache */
    int64_t tokens_in, tokens_out;  /* of replies that were asked for: the cache costs nothing */
    double cost_usd;      /* NaN when there are no prices */
};

struct ifb_plots;

struct ifb_summary {
    ifb_str version;       /* of ifbench */
    ifb_str run;           /* name of the run's folder */
    ifb_str started;       /* ISO 8601, UTC */
    double seconds;
    struct ifb_speed speed;  /* of all times that it asked */
    bool complete;         /* the run came to its end */
    ifb_str punkt;         /* which sentence parameters: "official" or "built-in" */
    struct ifb_shard shard;  /* which share of a run this is, if one; such is never complete */
    const struct ifb_metric_value *metrics;
    size_t nmetrics;
    const struct ifb_group_row *groups;
    size_t ngroups;
    const struct ifb_cell_summary *cells;
    size_t ncells;
    struct ifb_counts counts;  /* over all cells */
    const struct ifb_judge_summary *judges;
    size_t njudges;
    const ifb_str *warnings;
    size_t nwarnings;
    const struct ifb_plots *plots;  /* plot.h; NULL: none were asked for */
    ifb_str gate;          /* what the run's own gate said: "pass", ...; absent: it has none */
};

/* One constraint of a sample with both verdicts. */
struct ifb_sample_check {
    ifb_str id, args_json;
    uint16_t turn;
    ifb_verdict strict, loose;  /* spans count in the bytes of its turn's answer */
    bool negated;
};

/* What was said in one turn. */
struct ifb_turn {
    bool answered;
    ifb_str text;       /* what was judged; valid UTF-8 */
    ifb_str reasoning;  /* thinking that was taken off, or given apart */
};

/* One answered (or unanswered) item. Valid until the iterator's next step. */
struct ifb_sample {
    ifb_str suite, model, id, group;
    ifb_str item;                   /* its id in the suite; `id` says more where one of its turns
                                       or pairs was judged */
    uint32_t epoch;                 /* from 0 */
    struct ifb_conversation prompt; /* as sent, turns and earlier answers included */
    bool answered;
    ifb_str answer;                 /* what was judged of the last turn; valid UTF-8 */
    ifb_str reasoning;              /* thinking that was taken off, or given apart */
    const struct ifb_turn *turns;   /* all that was asked, the last is `answer` */
    size_t nturns;
    ifb_str error;                  /* why there is no answer */
    enum ifb_finish finish;
    int64_t tokens_in, tokens_out;  /* -1 unknown */
    int64_t latency_ms;             /* -1 unknown */
    enum ifb_outcome outcome;       /* of the sample, as in ifb_counts */
    const struct ifb_sample_check *checks;
    size_t nchecks;
};

/*
 * Samples in plan order, one at a time; memory does not grow with their number.
 * rewind starts over (a report may need two passes).
 */
struct ifb_samples {
    void *self;
    enum ifb_code (*next)(void *self, struct ifb_sample *out, bool *more, struct ifb_error *err);
    void (*rewind)(void *self);
    size_t n;
};

/* Where bytes go; append returns false once something failed (checked at the end). */
struct ifb_sink {
    void *self;
    bool (*append)(void *self, const char *bytes, size_t len);
};

/* Where a report of several files puts them; one is open at a time. */
struct ifb_folder {
    void *self;
    /* Opens DIR/NAME and makes DIR ("."); both are the report's own names, without '/'. */
    enum ifb_code (*begin)(void *self, ifb_str dir, ifb_str name, struct ifb_sink *out,
                           struct ifb_error *err);
    /* Completes the open file, which only then appears; IFB_EIO also for what the sink refused. */
    enum ifb_code (*end)(void *self, struct ifb_error *err);
};

/* How a suite was asked of a model, as far as the run's manifest knows. */
struct ifb_cell_setup {
    ifb_str provider, name, base_url;  /* of the model; "" where unknown */
    ifb_str data;                      /* name of the suite's file; "": built in */
    struct ifb_sampling wanted;        /* what the user set; else negative */
    struct ifb_sampling sampling;      /* that over the suite's preset */
    ifb_str system;                    /* put before every prompt; may be absent */
    struct ifb_strs stop_at;
    int64_t limit;                     /* 0: none */
    int64_t epochs;
    bool judged;                       /* made from judgments: no sample has a prompt or answer */
};

struct ifb_report {
    const char *id;      /* for --reports */
    const char *file;    /* its name in the run's folder; NULL: for standard output only,
                            or `write_files` */
    const char *doc;
    bool by_default;     /* written without --reports, by `run` and `score` */
    bool by_score;       /* by `score` only: what the official evaluators write */
    bool after_gate;     /* shows what the run's gate said, so is written behind it */
    bool draws;          /* `plots` of the summary are made before any report is written */
    /*
     * IFB_OK or what the iterator reported. The caller checks the sink. A
     * report that reads samples rewinds them first.
     */
    enum ifb_code (*write)(const struct ifb_summary *summary, struct ifb_samples *samples,
                           const struct ifb_sink *sink, struct ifb_error *err);
    /*
     * In place of `file` and `write`, for a report of several files: `setups`
     * has one a cell. The folder's caller removes what was not ended.
     */
    enum ifb_code (*write_files)(const struct ifb_summary *summary,
                                 const struct ifb_cell_setup *setups, struct ifb_samples *samples,
                                 const struct ifb_folder *folder, struct ifb_error *err);
};

/* The report called `id`, or NULL; and a walk over all. */
const struct ifb_report *ifb_report_find(ifb_str id);
const struct ifb_report *ifb_report_next(const struct ifb_report *previous);

#endif
