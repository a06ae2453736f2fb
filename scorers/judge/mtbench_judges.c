/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MT-Bench's judges: whether the order of answers moves them, and how far they
 * agree with one another and with people.
 */
#include "scorers/judge/mtbench_scores.h"

#include <math.h>
#include <stdlib.h>

#include <ifbench/stats.h>

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "scorers/judge/reliability.h"

/* ---- one judge ---- */

static void add_judge(const struct ifb_mtb *s, size_t judge, struct ifb_cells *cells)
{
    struct ifb_values v = { .arena = s->lent->arena };
    struct ifb_counts none = { 0 };
    struct ifb_position p = { 0 };

    for (size_t i = 0; i < s->pairs.n; i++) {
        const struct ifb_mtb_row *r = &s->pairs.at[i];
        static const int points[] = { [IFB_MTB_ERROR] = -2, [IFB_MTB_FIRST] = 1,
                                      [IFB_MTB_SECOND] = -1, [IFB_MTB_TIE] = 0 };

        if (r->judge != judge)
            continue;
        /* in game 2 the first answer is the second model's */
        ifb_position_add(&p, (enum ifb_shown)(r->winner[0] ? points[r->winner[0]] : IFB_SHOWN_NONE),
                         (enum ifb_shown)(r->winner[1] ? -points[r->winner[1]] : IFB_SHOWN_NONE));
    }
    if (!p.pairs && !p.unread)
        return;
    ifb_value_share(&v, "position_consistency", p.consistent, p.pairs, p.unread);
    ifb_value_share(&v, "first_position_rate", p.first, p.first + p.second, p.ties);
    ifb_cell_add(cells, ifb_fmt(s->lent->arena, "judge %.*s", IFB_ARG(s->judges.at[judge])), &v,
                 &none);
}

/* ---- two judges ---- */

/* A vote on two models in the order of their numbers. */
struct vote {
    size_t question, low, high, judge;
    unsigned turn;
    enum ifb_mtb_winner winner;  /* FIRST: the low one */
};

/* Votes of two judges against one another, by turn: 0, 1; 3 x 3 cells. */
struct table {
    int64_t cells[2][9];
    bool some;
};

static void put_vote(const struct ifb_mtb_row *r, struct vote *out)
{
    bool turned = r->model[0] > r->model[1];
    enum ifb_mtb_winner w = ifb_mtb_outcome(r);

    if (turned && w != IFB_MTB_TIE)
        w = w == IFB_MTB_FIRST ? IFB_MTB_SECOND : IFB_MTB_FIRST;
    *out = (struct vote){ .question = r->question, .low = r->model[turned], .judge = r->judge,
                          .high = r->model[!turned], .turn = r->turn, .winner = w };
}

/* What a jury of the others said is no vote of its own. */
static bool is_jury(const struct ifb_mtb *s, size_t judge)
{
    return ifb_str_starts(s->judges.at[judge], IFB_STR("jury of "));
}

static size_t all_votes(const struct ifb_mtb *s, struct vote *at)
{
    size_t n = 0;

    for (size_t i = 0; i < s->pairs.n; i++)
        if (s->pairs.at[i].winner[0] && s->pairs.at[i].winner[1] &&
            !is_jury(s, s->pairs.at[i].judge))
            put_vote(&s->pairs.at[i], &at[n++]);
    for (size_t i = 0; i < s->votes.n; i++)
        if (s->votes.at[i].winner[0])
            put_vote(&s->votes.at[i], &at[n++]);
    return n;
}

#define ORDER(a, b) (((a) > (b)) - ((a) < (b)))

static int same_pair(const struct vote *a, const struct vote *b)
{
    int order = ORDER(a->question, b->question);

    order = order ? order : ORDER(a->turn, b->turn);
    order = order ? order : ORDER(a->low, b->low);
    return order ? order : ORDER(a->high, b->high);
}

static int by_pair(const void *a, const void *b)
{
    return same_pair(a, b);
}

/* The votes on one pair, by judge and winner, counted against one another. */
static void count_pair(const struct vote *at, size_t n, size_t judges, struct table *tables)
{
    int64_t count[IFB_MTB_JUDGES][3] = { 0 };

    for (size_t i = 0; i < n; i++)
        count[at[i].judge][at[i].winner - 1]++;
    for (size_t x = 0; x < judges; x++)
        for (size_t y = x; y < judges; y++)
            for (size_t k = 0; k < 9; k++) {
                int64_t a = count[x][k / 3], b = count[y][k % 3];
                /* within one kind of judge: unordered pairs of votes */
                int64_t m = x != y ? a * b : k / 3 == k % 3 ? a * (a - 1) / 2
                                           : k / 3 < k % 3  ? a * b
                                                            : 0;

                tables[x * judges + y].cells[at->turn - 1][k] += m;
                tables[x * judges + y].some = tables[x * judges + y].some || m;
            }
}

static void put_agreement(struct ifb_values *v, const char *all, const char *no_ties,
                          const int64_t cells[9])
{
    int64_t same = cells[0] + cells[4] + cells[8], n = 0;
    int64_t clear = cells[0] + cells[1] + cells[3] + cells[4];

    for (size_t k = 0; k < 9; k++)
        n += cells[k];
    ifb_value_share(v, all, same, n, 0);
    ifb_value_share(v, no_ties, cells[0] + cells[4], clear, 0);
}

static void add_two(const struct ifb_mtb *s, size_t x, size_t y, const struct table *t,
                    struct ifb_cells *cells)
{
    struct ifb_values v = { .arena = s->lent->arena };
    struct ifb_counts none = { 0 };
    int64_t both[9], n = 0;

    for (size_t k = 0; k < 9; k++) {
        both[k] = t->cells[0][k] + t->cells[1][k];
        n += both[k];
    }
    put_agreement(&v, "agreement", "agreement_no_ties", both);
    if (x != y)
        ifb_value_coefficient(&v, "kappa", ifb_cohen_kappa(both, 3), ifb_cohen_kappa_se(both, 3),
                              n);
    put_agreement(&v, "turn1.agreement", "turn1.agreement_no_ties", t->cells[0]);
    put_agreement(&v, "turn2.agreement", "turn2.agreement_no_ties", t->cells[1]);
    ifb_cell_add(cells, ifb_fmt(s->lent->arena, "%.*s with %.*s", IFB_ARG(s->judges.at[x]),
                                IFB_ARG(s->judges.at[y])), &v, &none);
}

/* ---- all of them ---- */

/* Krippendorff's alpha: a unit is a pair, a value who won it; the first vote of a judge counts. */
static void add_jury(const struct ifb_mtb *s, const struct vote *at, size_t n,
                     struct ifb_cells *cells)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_values v = { .arena = s->lent->arena };
    struct ifb_counts none = { 0 };
    size_t judges = s->judges.n, voters = 0, units = 0;
    int32_t *values = ifb_new(arena, int32_t, n * judges);
    double work[9];

    for (size_t i = 0; i < n; i++) {
        int32_t *unit;

        if (!i || same_pair(&at[i - 1], &at[i]))
            for (size_t j = 0, u = units++; j < judges; j++)
                values[u * judges + j] = -1;
        unit = values + (units - 1) * judges;
        if (unit[at[i].judge] < 0)
            unit[at[i].judge] = (int32_t)at[i].winner - 1;
    }
    ifb_value_coefficient(&v, "alpha",
                          ifb_krippendorff_alpha(values, units, judges, 3, NULL, work),
                          ifb_krippendorff_se(values, units, judges, 3, NULL, work),
                          (int64_t)units);
    for (size_t j = 0; j < judges; j++)
        voters += !is_jury(s, j);
    ifb_cell_add(cells, ifb_fmt(s->lent->arena, "jury of %zu", voters), &v, &none);
    ifb_arena_close(arena);
}

void ifb_mtb_judges(const struct ifb_mtb *s, struct ifb_cells *cells)
{
    size_t n, judges = s->judges.n;
    struct vote *at = ifb_new(s->lent->arena, struct vote, s->pairs.n + s->votes.n);
    struct table *tables = ifb_new(s->lent->arena, struct table, judges * judges);

    for (size_t j = 0; j < judges; j++)
        add_judge(s, j, cells);
    n = all_votes(s, at);
    qsort(at, n, sizeof(*at), by_pair);
    for (size_t from = 0, to; from < n; from = to) {
        for (to = from + 1; to < n && !same_pair(&at[from], &at[to]); to++)
            continue;
        count_pair(at + from, to - from, judges, tables);
    }
    for (size_t x = 0; x < judges; x++)
        for (size_t y = x; y < judges; y++)
            if (tables[x * judges + y].some)
                add_two(s, x, y, &tables[x * judges + y], cells);
    if (n && judges > 1)
        add_jury(s, at, n, cells);
}
