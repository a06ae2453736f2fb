/* SPDX-License-Identifier: Apache-2.0 */
/*
 * FollowBench's scores. Each is a number a group (does level 3 hold, how many
 * levels hold in a row, ...), its mean over the groups of a category, and the
 * plain mean of that over the categories.
 */
#include "suites/followbench.h"

#include <math.h>

#include <ifbench/stats.h>

#include "harness/base/str.h"

#define LEVELS IFB_FOLLOWBENCH_LEVELS
#define CATEGORIES IFB_FOLLOWBENCH_CATEGORIES
#define WEIGHTS 15  /* 1 + 2 + 3 + 4 + 5: upstream weighs a level by its number */

const char *const ifb_followbench_categories[] = { "content", "situation", "style", "format",
                                                   "mixed", "example", NULL };

/* A group once answered: which levels hold, all of it and what part of it. */
struct ladder {
    double hard[LEVELS], soft[LEVELS];
    bool unread[LEVELS];  /* what the judge said cannot be read */
};

/* The groups of a category so far. */
struct tally {
    double sum, squares;
    int64_t n;
};

/* Of each group's answers to one level; false when something is unscored. */
static bool read_level(const struct ifb_item_score *score, double *hard, double *soft,
                       bool *unread)
{
    size_t n = score->item->nconstraints, passed = 0;

    *unread = false;
    for (size_t i = 0; i < n; i++) {
        if (score->strict[i] == IFB_UNSCORED)
            return false;
        passed += score->strict[i] == IFB_PASS;
        *unread |= score->strict[i] == IFB_ERROR && !score->item->constraints[i].check;
    }
    *hard = n && passed == n;
    *soft = n ? (double)passed / (double)n : 0;
    return n > 0;
}

/* One epoch of a group whose scores stand level by level, epochs side by side. */
static bool read_ladder(const struct ifb_item_score *at, size_t epochs, size_t epoch,
                        struct ladder *out)
{
    bool all = true;

    for (size_t l = 0; l < LEVELS && all; l++)
        all = read_level(&at[l * epochs + epoch], &out->hard[l], &out->soft[l], &out->unread[l]);
    return all;
}

/* Percent of one level, or of all by weight. */
static double rate(const double *levels, unsigned level)
{
    double sum = 0;

    if (level)
        return 100 * levels[level - 1];
    for (size_t l = 0; l < LEVELS; l++)
        sum += (double)(l + 1) * levels[l];
    return 100 * sum / WEIGHTS;
}

static double hard_rate(const struct ladder *g, unsigned level)
{
    return rate(g->hard, level);
}

static double soft_rate(const struct ladder *g, unsigned level)
{
    return rate(g->soft, level);
}

/* Upstream adds the -1 of a judgment that it cannot read to its sums. */
static double official_rate(const struct ladder *g, const double *levels, unsigned level)
{
    double with[LEVELS];

    for (size_t l = 0; l < LEVELS; l++)
        with[l] = g->unread[l] ? -1 : levels[l];
    return rate(with, level);
}

static double official_hard_rate(const struct ladder *g, unsigned level)
{
    return official_rate(g, g->hard, level);
}

static double official_soft_rate(const struct ladder *g, unsigned level)
{
    return official_rate(g, g->soft, level);
}

/* Levels satisfied in a row from the first. */
static double streak(const struct ladder *g, unsigned level)
{
    size_t l = 0;

    (void)level;
    while (l < LEVELS && g->hard[l] > 0)
        l++;
    return (double)l;
}

typedef double value_of(const struct ladder *group, unsigned level);

/* The mean over a group's epochs that are scored; NaN when none is. */
static double group_value(const struct ifb_item_score *at, size_t epochs, value_of *value,
                          unsigned level)
{
    struct ladder g;
    double sum = 0;
    size_t n = 0;

    for (size_t e = 0; e < epochs; e++)
        if (read_ladder(at, epochs, e, &g)) {
            sum += value(&g, level);
            n++;
        }
    return n ? sum / (double)n : NAN;
}

/* Scores of the group that begins at `at`, of `n` that are left; *epochs of its first item. */
static size_t group_size(const struct ifb_item_score *at, size_t n, size_t *epochs)
{
    size_t size = 0;

    while (size < n && at[size].item == at[0].item)
        size++;
    *epochs = size;
    while (size < n && at[size].item->level != 1)
        size++;
    return size;
}

static size_t category_of(ifb_str group)
{
    size_t c = 0;

    while (c < CATEGORIES && !ifb_str_is(group, ifb_followbench_categories[c]))
        c++;
    return c;
}

static void add(struct tally *t, double value)
{
    t->sum += value;
    t->squares += value * value;
    t->n++;
}

/* Squared standard error of a category's mean; NaN when there is one group. */
static double variance(const struct tally *t)
{
    double n = (double)t->n, spread = t->squares - t->sum * t->sum / n;

    return t->n > 1 ? fmax(spread, 0) / (n - 1) / n : NAN;
}

/* Groups are what was drawn, so the interval is over groups, by category, normal. */
static void finish(const struct tally *tallies, double most, struct ifb_folded *out)
{
    double sum = 0, squares = 0, categories = 0, reach;

    for (size_t c = 0; c < CATEGORIES; c++) {
        if (!tallies[c].n)
            continue;
        sum += tallies[c].sum / (double)tallies[c].n;
        squares += variance(&tallies[c]);
        categories++;
        out->n += tallies[c].n;
    }
    out->value = categories > 0 ? sum / categories : NAN;
    out->se = categories > 0 ? sqrt(squares) / categories : NAN;
    reach = ifb_normal_quantile(0.975) * out->se;
    if (!(reach > 1e-9))  /* all groups alike: no spread to judge by */
        reach = NAN;
    out->lo = isnan(reach) ? NAN : fmax(out->value - reach, 0);
    out->hi = isnan(reach) ? NAN : fmin(out->value + reach, most);
}

static void fold(const struct ifb_metric *m, const struct ifb_item_score *scores, size_t n,
                 value_of *value, double most, struct ifb_folded *out)
{
    struct tally tallies[CATEGORIES + 1] = { 0 };
    size_t epochs, size;

    *out = (struct ifb_folded){ 0 };
    for (size_t i = 0; i < n; i += size) {
        ifb_str group = scores[i].item->group;
        size_t c = category_of(group);
        double v;

        size = group_size(scores + i, n - i, &epochs);
        if (m->part ? !ifb_str_is(group, m->part) : c >= IFB_FOLLOWBENCH_EXAMPLE)
            continue;
        v = size == LEVELS * epochs ? group_value(scores + i, epochs, value, m->level)
                                    : (double)NAN;
        if (isnan(v))
            out->unscored++;
        else
            add(&tallies[c], v);
    }
    finish(tallies, most, out);
}

static void fold_hsr(const struct ifb_metric *m, const struct ifb_item_score *scores, size_t n,
                     struct ifb_folded *out)
{
    fold(m, scores, n, hard_rate, 100, out);
}

static void fold_ssr(const struct ifb_metric *m, const struct ifb_item_score *scores, size_t n,
                     struct ifb_folded *out)
{
    fold(m, scores, n, soft_rate, 100, out);
}

static void fold_csl(const struct ifb_metric *m, const struct ifb_item_score *scores, size_t n,
                     struct ifb_folded *out)
{
    fold(m, scores, n, streak, LEVELS, out);
}

/* Sums with -1 in them are no proportion: no interval. */
static void fold_official(const struct ifb_metric *m, const struct ifb_item_score *scores,
                          size_t n, value_of *value, struct ifb_folded *out)
{
    fold(m, scores, n, value, 100, out);
    out->lo = out->hi = NAN;
}

static void fold_official_hsr(const struct ifb_metric *m, const struct ifb_item_score *scores,
                              size_t n, struct ifb_folded *out)
{
    fold_official(m, scores, n, official_hard_rate, out);
}

static void fold_official_ssr(const struct ifb_metric *m, const struct ifb_item_score *scores,
                              size_t n, struct ifb_folded *out)
{
    fold_official(m, scores, n, official_soft_rate, out);
}

#define ROW(name, text, of, at, in, how)                                                    \
    { .id = name, .doc = text, .unit = of, .higher_is_better = true, .fold = how, .part = in, \
      .level = at }
#define RATE(name, text, at, in, how) ROW(name, text, "percent", at, in, how)
/* Level by level; `name` is a prefix. */
#define RATES(name, text, in, how)                                                          \
    RATE(name "_l1", text ", level 1", 1, in, how),                                         \
    RATE(name "_l2", text ", level 2", 2, in, how),                                         \
    RATE(name "_l3", text ", level 3", 3, in, how),                                         \
    RATE(name "_l4", text ", level 4", 4, in, how),                                         \
    RATE(name "_l5", text ", level 5", 5, in, how)
#define HARD "answers that satisfy every constraint"
#define SOFT "constraints satisfied"
#define STREAK "levels satisfied in a row from the first"
#define WEIGHTED ", levels weighted by their number"
#define OFFICIAL ", a judgment that cannot be read being -1 as upstream has it"
#define HARD_ROWS(c)                                                                        \
    RATES(c ".hsr", HARD, c, fold_hsr), RATE(c ".hsr", HARD WEIGHTED, 0, c, fold_hsr),      \
    ROW(c ".csl", STREAK, "levels", 0, c, fold_csl)
#define SOFT_ROWS(c)                                                                        \
    RATES(c ".ssr", SOFT, c, fold_ssr), RATE(c ".ssr", SOFT WEIGHTED, 0, c, fold_ssr)

const struct ifb_metric ifb_followbench_metrics[] = {
    RATE("hsr", HARD WEIGHTED ", mean over categories", 0, NULL, fold_hsr),
    RATE("ssr", SOFT WEIGHTED ", mean over categories", 0, NULL, fold_ssr),
    ROW("csl", STREAK ", mean over categories", "levels", 0, NULL, fold_csl),
    RATES("hsr", HARD, NULL, fold_hsr),
    RATES("ssr", SOFT, NULL, fold_ssr),
    HARD_ROWS("content"), SOFT_ROWS("content"),
    HARD_ROWS("situation"), SOFT_ROWS("situation"),
    HARD_ROWS("style"), SOFT_ROWS("style"),
    HARD_ROWS("format"), SOFT_ROWS("format"),
    HARD_ROWS("mixed"), SOFT_ROWS("mixed"),
    RATE("official.hsr", HARD OFFICIAL, 0, NULL, fold_official_hsr),
    RATE("official.ssr", SOFT OFFICIAL, 0, NULL, fold_official_ssr),
    RATES("official.hsr", HARD OFFICIAL, NULL, fold_official_hsr),
    RATES("official.ssr", SOFT OFFICIAL, NULL, fold_official_ssr),
    HARD_ROWS("example"), /* upstream knows no soft rate of it */
    { 0 }
};
