/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arena-Hard's leaderboards: mean scores of version 2, by category, ratings of
 * version 0.1, and what order does to the judge.
 */
#include "scorers/judge/arenahard_scores.h"

#include <math.h>
#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "scorers/judge/reliability.h"

static const struct {
    const char *category, *metric;
} parts[] = { { "hard_prompt", "hard_prompt.score" }, { "coding", "coding.score" },
              { "math", "math.score" }, { "creative_writing", "creative_writing.score" } };
#define N_OF(a) (sizeof(a) / sizeof(*(a)))

size_t ifb_ah_scores(enum ifb_label label, double *value)
{
    switch (label) {
    case IFB_A_MUCH_BETTER: *value = 1; return 3;
    case IFB_A_BETTER: *value = 1; return 1;
    case IFB_NO_DIFFERENCE: *value = 0.5; return 1;
    case IFB_B_BETTER: *value = 0; return 1;
    case IFB_B_MUCH_BETTER: *value = 0; return 3;
    default: return 0;
    }
}

size_t ifb_ah_row_scores(const struct ifb_ah_row *r, double out[6])
{
    double first = 0, second = 0;
    size_t n1 = ifb_ah_scores(r->label[0], &first), n2 = ifb_ah_scores(r->label[1], &second);

    if (!n1 || !n2)
        return 0;
    for (size_t i = 0; i < n1 + n2; i++)
        out[i] = i < n2 ? second : 1 - first;
    return n1 + n2;
}

ifb_str ifb_ah_label(const struct ifb_ah *s, size_t player)
{
    ifb_str judge = s->players.at[player], model;

    ifb_str_chop(&judge, '\x1f', &model);
    if (s->judges.n <= 1)
        return model;
    return ifb_fmt(s->lent->arena, "%.*s (%.*s)", IFB_ARG(model), IFB_ARG(judge));
}

/* ---- version 2 ---- */

/* Scores of a player in a category (NULL: all), and how many questions were dropped. */
static size_t collect(const struct ifb_ah *s, size_t player, const char *category, double *at,
                      int64_t *dropped)
{
    size_t n = 0;

    *dropped = 0;
    for (size_t i = 0; i < s->nrows; i++) {
        const struct ifb_ah_row *r = &s->rows[i];
        double scores[6];
        size_t m;

        if (r->model != player)
            continue;
        if (category &&
            !(r->category < s->categories.n &&
              ifb_str_is(s->categories.at[r->category], category)) &&
            !(r->subcategory < s->categories.n &&
              ifb_str_is(s->categories.at[r->subcategory], category)))
            continue;
        m = ifb_ah_row_scores(r, scores);
        *dropped += m == 0;
        for (size_t k = 0; k < m; k++)
            at[n++] = scores[k];
    }
    return n;
}

static void put_score(const struct ifb_ah *s, size_t player, const char *category,
                      const char *metric, double *at, double *means, struct ifb_values *v)
{
    struct ifb_rng rng;
    const struct ifb_draws draws = ifb_rng_draws(&rng);
    struct ifb_interval ci;
    int64_t dropped;
    size_t n = collect(s, player, category, at, &dropped);

    if (category && !n && !dropped)
        return;
    ifb_rng_seed(&rng, (uint64_t)s->o->seed);
    ci = ifb_bootstrap_mean(at, n, &draws, (size_t)s->o->rounds, 0.95, means);
    ifb_value_plain(v, metric, ifb_mean_of(at, (int64_t)n).mean, ci.lo, ci.hi, (int64_t)n,
                    dropped);
    if (category || !n)
        return;
    ifb_value_plain(v, "score_lo90", ifb_quantile(means, s->o->rounds, 0.05), NAN, NAN,
                    (int64_t)n, dropped);
    ifb_value_plain(v, "score_hi90", ifb_quantile(means, s->o->rounds, 0.95), NAN, NAN,
                    (int64_t)n, dropped);
}

static ifb_str row_why(struct ifb_arena *arena, const struct ifb_ah_row *r)
{
    return ifb_fmt(arena, "baseline as A: %s; model as A: %s", ifb_label_name(r->label[0]),
                   ifb_label_name(r->label[1]));
}

static void count_rows(const struct ifb_ah *s, size_t player, struct ifb_counts *c)
{
    struct ifb_arena *arena = ifb_arena_new();

    for (size_t i = 0; i < s->nrows; i++) {
        const struct ifb_ah_row *r = &s->rows[i];
        double scores[6], sum = 0;
        size_t n = ifb_ah_row_scores(r, scores);
        struct ifb_judged_row row = { .check = IFB_STR("preference"), .model = { NULL, 0 } };

        if (r->model != player)
            continue;
        for (size_t k = 0; k < n; k++)
            sum += scores[k];
        row.outcome = !n ? IFB_UNSCORED : sum * 2 > (double)n ? IFB_PASS : IFB_FAIL;
        c->total++;
        c->unscored += row.outcome == IFB_UNSCORED;
        c->passed += row.outcome == IFB_PASS;
        c->failed += row.outcome == IFB_FAIL;
        if (!s->lent->rows)
            continue;
        ifb_arena_reset(arena);
        row.model = ifb_ah_label(s, player);
        row.id = s->questions.at[r->question];
        row.why = row_why(arena, r);
        if (r->category < s->categories.n)
            row.group = s->categories.at[r->category];
        s->lent->row(s->lent->self, &row);
    }
    ifb_arena_close(arena);
}

/* ---- who is in a leaderboard ---- */

/* Players of a judge that met a base, directly or not; the base comes first. */
static size_t players_of(const struct ifb_ah *s, size_t base, size_t *out)
{
    ifb_str judge = s->players.at[base], rest, name;
    size_t n = 0;

    ifb_str_chop(&judge, '\x1f', &name);
    out[n++] = base;
    for (size_t p = 0; p < s->players.n; p++) {
        rest = s->players.at[p];
        ifb_str_chop(&rest, '\x1f', &name);
        if (p != base && ifb_str_eq(rest, judge))
            out[n++] = p;
    }
    return n;
}

static bool same_judge(const struct ifb_ah *s, size_t player, size_t other)
{
    ifb_str a = s->players.at[player], b = s->players.at[other], model;

    ifb_str_chop(&a, '\x1f', &model);
    ifb_str_chop(&b, '\x1f', &model);
    return ifb_str_eq(a, b);
}

/* The base of a judge's leaderboard: --baseline, else the first that lines name. */
static bool is_base(const struct ifb_ah *s, size_t player)
{
    ifb_str judge = s->players.at[player], model;

    ifb_str_chop(&judge, '\x1f', &model);
    if (s->o->baseline.ptr)
        return ifb_str_eq(model, s->o->baseline);
    for (size_t i = 0; i < s->nrows; i++)
        if (same_judge(s, s->rows[i].base, player))
            return s->rows[i].base == player;
    for (size_t i = 0; i < s->nbattles; i++)
        if (same_judge(s, s->battles[i].a, player))
            return s->battles[i].a == player;
    return false;
}

static void put_rating(const struct ifb_ah_rating *r, int64_t n, int64_t unscored, bool elo,
                       const char *win, struct ifb_values *v)
{
    ifb_value_plain(v, win, r->win, r->win_lo, r->win_hi, n, unscored);
    if (elo)
        ifb_value_plain(v, "elo", r->elo, r->elo_lo, r->elo_hi, n, unscored);
}

static int64_t battles_of(const struct ifb_ah *s, size_t player)
{
    int64_t n = 0;

    for (size_t i = 0; i < s->nbattles; i++)
        n += s->battles[i].a == player || s->battles[i].b == player;
    return n;
}

/* Games of a player without a label. */
static int64_t unread_of(const struct ifb_ah *s, size_t player)
{
    int64_t n = 0;

    for (size_t i = 0; i < s->nrows; i++)
        if (s->rows[i].model == player)
            n += !s->rows[i].label[0] + !s->rows[i].label[1];
    return n;
}

/* ---- numbers ---- */

static void put_v2(const struct ifb_ah *s, size_t player, double *at, double *means,
                   struct ifb_values *v)
{
    put_score(s, player, NULL, "score", at, means, v);
    for (size_t k = 0; k < N_OF(parts); k++)
        put_score(s, player, parts[k].category, parts[k].metric, at, means, v);
}

static void put_style(const struct ifb_ah *s, size_t player, const struct ifb_ah_rating *r,
                      struct ifb_values *v)
{
    int64_t n = battles_of(s, player);

    put_rating(r, n, unread_of(s, player), false, "style_win_rate", v);
    ifb_value_plain(v, "style_lo90", r->win_lo90, NAN, NAN, n, 0);
    ifb_value_plain(v, "style_hi90", r->win_hi90, NAN, NAN, n, 0);
}

static bool has_rows(const struct ifb_ah *s, size_t player)
{
    for (size_t i = 0; i < s->nrows; i++)
        if (s->rows[i].model == player)
            return true;
    return false;
}

/* All of one judge, whose base is `base`. */
static void finish_board(const struct ifb_ah *s, size_t base, double *at, double *means,
                         struct ifb_cells *cells)
{
    size_t *players = ifb_new(s->lent->arena, size_t, s->players.n);
    size_t n = players_of(s, base, players);
    struct ifb_ah_rating *elo = ifb_new(s->lent->arena, struct ifb_ah_rating, n);
    struct ifb_ah_rating *style = ifb_new(s->lent->arena, struct ifb_ah_rating, n);
    bool styled = s->o->style && ifb_ah_style_ratings(s, players, n, style);

    if (s->v01)
        ifb_ah_ratings(s, players, n, elo);
    for (size_t i = 0; i < n; i++) {
        struct ifb_values v = { .arena = s->lent->arena };
        struct ifb_counts c = { 0 };

        if (s->v01)
            put_rating(&elo[i], battles_of(s, players[i]), unread_of(s, players[i]), true,
                       "win_rate", &v);
        else if (has_rows(s, players[i]))
            put_v2(s, players[i], at, means, &v);
        else if (!i)
            ifb_value_plain(&v, "score", 0.5, NAN, NAN, 0, 0);
        if (styled)
            put_style(s, players[i], &style[i], &v);
        count_rows(s, players[i], &c);
        if (v.n)
            ifb_cell_add(cells, ifb_ah_label(s, players[i]), &v, &c);
    }
}

static int by_score(const void *a, const void *b)
{
    const struct ifb_judged_cell *x = a, *y = b;
    double vx = isnan(x->values[0].value) ? -1 : x->values[0].value;
    double vy = isnan(y->values[0].value) ? -1 : y->values[0].value;

    if (vx > vy || vx < vy)
        return vx > vy ? -1 : 1;
    return ifb_str_cmp(x->model, y->model);
}

/* In game 1 the baseline is shown first, in game 2 the model. */
static void add_position(const struct ifb_ah *s, size_t judge, struct ifb_cells *cells)
{
    static const enum ifb_shown shown[] = { IFB_SHOWN_NONE, IFB_SHOWN_FIRST, IFB_SHOWN_FIRST,
                                            IFB_SHOWN_TIE, IFB_SHOWN_SECOND, IFB_SHOWN_SECOND };
    struct ifb_values v = { .arena = s->lent->arena };
    struct ifb_counts none = { 0 };
    struct ifb_position p = { 0 };

    for (size_t i = 0; i < s->nrows; i++) {
        const struct ifb_ah_row *r = &s->rows[i];
        ifb_str name = s->players.at[r->model], model;

        ifb_str_chop(&name, '\x1f', &model);
        if (ifb_str_eq(name, s->judges.at[judge]))
            ifb_position_add(&p, shown[r->label[0]], shown[r->label[1]]);
    }
    if (!p.pairs && !p.unread)
        return;
    ifb_value_share(&v, "position_consistency", p.consistent, p.pairs, p.unread);
    ifb_value_share(&v, "first_position_rate", p.first, p.first + p.second, p.ties);
    ifb_cell_add(cells, ifb_fmt(s->lent->arena, "judge %.*s", IFB_ARG(s->judges.at[judge])), &v,
                 &none);
}

static void warn_all(const struct ifb_ah *s)
{
    const struct ifb_judged_lent *l = s->lent;

    if (s->unread || s->failed || s->raised)
        l->warn(l->self, "%lld games have no label that can be read, %lld no judgment, %lld a "
                "label without a score (there the official tool stops); %s", (long long)s->unread,
                (long long)s->failed, (long long)s->raised,
                s->v01 ? "the other game of their question counts"
                       : "their questions are left out whole");
    if (s->assumed)
        l->warn(l->self, "%lld lines name no baseline; the one of the suite's version is assumed "
                "(--baseline)", (long long)s->assumed);
    if (s->half_read && !s->v01)
        l->warn(l->self, "%lld questions are left out though one of their games has a label",
                (long long)s->half_read);
    if (s->doubles)
        l->warn(l->self, "%lld lines of a judgment that was there before are left out",
                (long long)s->doubles);
    if (s->restored)
        l->warn(l->self, "%lld games were stored with another label than their text has; the text "
                "counts", (long long)s->restored);
}

enum ifb_code ifb_ah_finish(void *state, struct ifb_judged_out *out, struct ifb_error *err)
{
    struct ifb_ah *s = state;
    struct ifb_cells cells = { .arena = s->lent->arena };
    double *at = ifb_new(s->lent->arena, double, s->nrows * 6);
    double *means = ifb_new(s->lent->arena, double, (size_t)s->o->rounds);

    (void)err;
    for (size_t p = 0; p < s->players.n; p++) {
        size_t from = cells.n;

        if (!is_base(s, p))
            continue;
        finish_board(s, p, at, means, &cells);
        if (cells.n > from)
            qsort(cells.at + from, cells.n - from, sizeof(*cells.at), by_score);
    }
    for (size_t j = 0; j < s->judges.n; j++)
        add_position(s, j, &cells);
    if (!cells.n)
        s->lent->warn(s->lent->self, "no judgment can be scored");
    warn_all(s);
    out->cells = cells.at;
    out->ncells = cells.n;
    return IFB_OK;
}
