/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arena-Hard's fits: Elo ratings from version 0.1's battles, and win rates with
 * the style of answers held equal from version 2's scores.
 */
#include "scorers/judge/arenahard_scores.h"

#include <math.h>
#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "scorers/judge/reliability.h"

/* ---- games and intervals ---- */

/* Games of some players, numbered anew, with a row of features each (or none). */
struct bout {
    struct ifb_game *games;
    double *x;
    size_t n;
};

/* Where a player stands among those that are fitted; `n` when it does not. */
static size_t place_of(const size_t *players, size_t n, size_t player)
{
    for (size_t i = 0; i < n; i++)
        if (players[i] == player)
            return i;
    return n;
}

static int by_pair(const void *a, const void *b)
{
    const struct ifb_game *x = a, *y = b;

    if (x->a != y->a)
        return x->a < y->a ? -1 : 1;
    return (x->b > y->b) - (x->b < y->b);
}

/* Quantiles of a player's beta over the rounds, as ratings and as win rates. */
static void put_intervals(double *beta, int64_t rounds, struct ifb_ah_rating *r)
{
    double lo = ifb_quantile(beta, rounds, 0.025), hi = ifb_quantile(beta, rounds, 0.975);

    r->elo_lo = ifb_elo_of(lo);
    r->elo_hi = ifb_elo_of(hi);
    r->win_lo = ifb_logistic(lo);
    r->win_hi = ifb_logistic(hi);
    r->win_lo90 = ifb_logistic(ifb_quantile(beta, rounds, 0.05));
    r->win_hi90 = ifb_logistic(ifb_quantile(beta, rounds, 0.95));
}

/* Rounds in which a resample left a player out say nothing of it. */
static size_t without_nan(double *at, size_t n)
{
    size_t m = 0;

    for (size_t i = 0; i < n; i++)
        if (!isnan(at[i]))
            at[m++] = at[i];
    return m;
}

static bool fit(const struct ifb_ah *s, const struct ifb_bt *bt, const struct bout *bout,
                bool median, struct ifb_ah_rating *out)
{
    struct ifb_arena *arena = ifb_arena_new();
    size_t rounds = (size_t)s->o->rounds;
    double *beta = ifb_new(arena, double, bt->models + bt->features);
    double *work = ifb_new(arena, double, ifb_bt_work(bt));
    double *all = ifb_new(arena, double, bt->models * rounds);
    uint32_t *times = ifb_new(arena, uint32_t, bout->n);
    struct ifb_game *scratch = ifb_new(arena, struct ifb_game, bout->n);
    struct ifb_rng rng;
    const struct ifb_draws draws = ifb_rng_draws(&rng);
    bool done = ifb_bt_fit(bt, bout->games, bout->n, bout->x, beta, work);

    ifb_rng_seed(&rng, (uint64_t)s->o->seed);
    if (bout->n)
        ifb_bt_bootstrap(bt, bout->games, bout->n, bout->x, &draws, rounds, all, times, scratch,
                         work);
    for (size_t i = 0; i < bt->models; i++) {
        size_t m = bout->n ? without_nan(all + i * rounds, rounds) : 0;
        double value = median && m ? ifb_quantile(all + i * rounds, (int64_t)m, 0.5) : beta[i];

        put_intervals(all + i * rounds, (int64_t)m, &out[i]);
        out[i].elo = ifb_elo_of(value);
        out[i].win = ifb_logistic(value);
    }
    ifb_arena_close(arena);
    return done;
}

/* A fit's cost is the cube of its models. */
static bool too_many(const struct ifb_ah *s, size_t n, struct ifb_ah_rating *out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (struct ifb_ah_rating){ NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN };
    if (n <= IFB_AH_FIT_MODELS)
        return false;
    s->lent->warn(s->lent->self, "no ratings for %zu models; the most is %d", n,
                  IFB_AH_FIT_MODELS);
    return true;
}

/* ---- version 0.1 ---- */

void ifb_ah_ratings(const struct ifb_ah *s, const size_t *players, size_t n,
                    struct ifb_ah_rating *out)
{
    struct ifb_arena *arena;
    struct bout bout = { 0 };
    const struct ifb_bt bt = { n, 0, 0 };

    if (too_many(s, n, out))
        return;
    arena = ifb_arena_new();
    bout.games = ifb_new(arena, struct ifb_game, s->nbattles);
    for (size_t i = 0; i < s->nbattles; i++) {
        struct ifb_game g = s->battles[i];
        size_t a = place_of(players, n, g.a), b = place_of(players, n, g.b);

        g.a = (uint32_t)a;
        g.b = (uint32_t)b;
        if (a < n && b < n)
            bout.games[bout.n++] = g;
    }
    qsort(bout.games, bout.n, sizeof(*bout.games), by_pair);
    if (!fit(s, &bt, &bout, false, out))
        s->lent->warn(s->lent->self, "the ratings did not converge");
    ifb_arena_close(arena);
}

/* ---- answers ---- */

/* {"h1": 2, ...}: the sum of its numbers; a number stands for itself. */
static double sum_of(const struct ifb_json *v)
{
    double sum = 0;

    if (v && v->kind == IFB_JNUMBER)
        return v->number;
    for (const struct ifb_json *m = v && v->kind == IFB_JOBJECT ? v->first : NULL; m; m = m->next)
        sum += m->kind == IFB_JNUMBER ? m->number : 0;
    return sum;
}

/* The last assistant message of version 2, or choices[0].turns[0] of version 0.1. */
static ifb_str text_of(const struct ifb_json *row)
{
    const struct ifb_json *messages = ifb_json_get(row, "messages"), *last = NULL, *turn;

    for (const struct ifb_json *m = messages ? messages->first : NULL; m; m = m->next)
        if (ifb_str_is(ifb_json_str(m, "role"), "assistant"))
            last = ifb_json_get(m, "content");
    if (last)
        return last->kind == IFB_JSTRING ? last->string : ifb_json_str(last, "answer");
    turn = ifb_json_get(row, "choices");
    turn = turn ? ifb_json_at(turn, 0) : NULL;
    turn = turn ? ifb_json_get(turn, "turns") : NULL;
    turn = turn ? ifb_json_at(turn, 0) : NULL;
    return turn && turn->kind == IFB_JSTRING ? turn->string : ifb_json_str(turn, "content");
}

static void measure(struct ifb_ah *s, const struct ifb_json *row, struct ifb_ah_answer *out)
{
    static const char *const counts[] = { "header_count", "list_count", "bold_count" };
    const struct ifb_json *meta = ifb_json_get(row, "metadata");
    struct ifb_arena *arena = ifb_arena_new();
    ifb_str text = text_of(row);
    struct ifb_style style = ifb_style_of(arena, text.ptr ? text : IFB_STR(""));
    const double own[] = { (double)style.headers, (double)style.lists, (double)style.bold };

    out->known = text.ptr || ifb_json_get(meta, "token_len");
    out->length = ifb_json_real(meta, "token_len", -1);
    if (!(out->length >= 0) && text.ptr) {  /* four characters a token, nearly */
        out->length = ceil((double)ifb_utf8_count(text) / 4);
        s->approximate = true;
    }
    for (size_t i = 0; i < 3; i++) {
        const struct ifb_json *v = ifb_json_get(meta, counts[i]);

        out->count[i] = v ? sum_of(v) : own[i];
    }
    ifb_arena_close(arena);
}

static enum ifb_code see_answer(void *self, const struct ifb_judged_line *line,
                                struct ifb_error *err)
{
    struct ifb_ah *s = self;
    ifb_str uid = ifb_judged_id(line->row, "uid"), model = ifb_json_str(line->row, "model");
    struct ifb_span at;
    size_t q, w;

    uid = uid.ptr ? uid : ifb_judged_id(line->row, "question_id");
    model = model.ptr ? model : ifb_json_str(line->row, "model_id");
    if (!uid.ptr || !model.ptr)
        return ifb_judged_fault(line, err, "an answer wants \"uid\" and \"model\"");
    q = ifb_name_of(&s->questions, s->lent->arena, uid);
    w = ifb_name_of(&s->writers, s->lent->arena, model);
    if (q == IFB_NAMES_MAX || w == IFB_NAMES_MAX)
        return ifb_judged_fault(line, err, "more than %d questions or models", IFB_NAMES_MAX);
    if (!s->answers[w])
        s->answers[w] = ifb_new(s->lent->arena, struct ifb_ah_answer, IFB_NAMES_MAX);
    measure(s, line->row, &s->answers[w][q]);
    s->suspects += ifb_suspect(text_of(line->row), &at) != 0;
    return IFB_OK;
}

enum ifb_code ifb_ah_read_answers(struct ifb_ah *s, struct ifb_error *err)
{
    ifb_str rest = s->o->answers, path;

    s->answers = ifb_new(s->lent->arena, struct ifb_ah_answer *, IFB_NAMES_MAX);
    while (rest.len) {
        struct ifb_judged_file file;

        if (!ifb_str_chop(&rest, ',', &path))
            path = rest, rest.len = 0;
        if (s->lent->file(s->lent->self, path, &file, err) ||
            ifb_judged_lines(&file, see_answer, s, err))
            return err->code;
    }
    if (s->suspects)
        s->lent->warn(s->lent->self, "%lld answers hold verdict marks or tokens of a chat template "
                      "and may address the judge", (long long)s->suspects);
    if (s->approximate)
        s->lent->warn(s->lent->self, "answers without \"token_len\": lengths are characters / 4, "
                      "not tokens of gpt-4o");
    return IFB_OK;
}

/* ---- style control ---- */

/* The answer of a player, whose name has the judge's behind it. */
static const struct ifb_ah_answer *answer_of(const struct ifb_ah *s, size_t player, size_t question)
{
    ifb_str name = s->players.at[player], model;

    ifb_str_chop(&name, '\x1f', &model);
    for (size_t w = 0; w < s->writers.n; w++)
        if (ifb_str_eq(s->writers.at[w], model) && s->answers[w][question].known)
            return &s->answers[w][question];
    return NULL;
}

/* How much more of everything the model's answer has than the baseline's. */
static void differences(const struct ifb_ah_answer *m, const struct ifb_ah_answer *b, double *x)
{
    double lengths = m->length + b->length;

    x[0] = lengths > 0 ? (m->length - b->length) / lengths : 0;
    for (size_t k = 0; k < 3; k++) {
        double dm = m->count[k] / (m->length + 1), db = b->count[k] / (b->length + 1);

        x[k + 1] = (dm - db) / (dm + db + 1);
    }
}

/* Mean 0 and standard deviation (n - 1) 1 in each column; a constant column becomes 0. */
static void standardise(double *x, size_t n, size_t columns)
{
    for (size_t k = 0; k < columns; k++) {
        double mean = 0, square = 0;

        for (size_t i = 0; i < n; i++)
            mean += x[i * columns + k] / (double)n;
        for (size_t i = 0; i < n; i++)
            square += (x[i * columns + k] - mean) * (x[i * columns + k] - mean);
        square = n > 1 ? sqrt(square / (double)(n - 1)) : 0;
        for (size_t i = 0; i < n; i++)
            x[i * columns + k] = square > 0 ? (x[i * columns + k] - mean) / square : 0;
    }
}

static size_t columns_of(int64_t style, size_t *from)
{
    *from = style == IFB_AH_MARKDOWN ? 1 : 0;
    return style == IFB_AH_LENGTH ? 1 : style == IFB_AH_MARKDOWN ? 3 : IFB_AH_FEATURES;
}

/* A game for each score of a row. */
static void add_row(const struct ifb_ah_row *r, size_t model, size_t base, const double *x,
                    size_t columns, struct bout *bout)
{
    double scores[6];
    size_t n = ifb_ah_row_scores(r, scores);

    for (size_t i = 0; i < n; i++, bout->n++) {
        bout->games[bout->n] = (struct ifb_game){ (uint32_t)model, (uint32_t)base, scores[i], 1 };
        memcpy(bout->x + bout->n * columns, x, columns * sizeof(*x));
    }
}

bool ifb_ah_style_ratings(const struct ifb_ah *s, const size_t *players, size_t n,
                          struct ifb_ah_rating *out)
{
    struct ifb_arena *arena;
    size_t from, columns = columns_of(s->o->style, &from), missing = 0;
    struct bout bout = { 0 };
    const struct ifb_bt bt = { n, 0, columns };
    bool done;

    if (too_many(s, n, out))
        return false;
    arena = ifb_arena_new();
    bout.games = ifb_new(arena, struct ifb_game, s->nrows * 6);
    bout.x = ifb_new(arena, double, s->nrows * 6 * columns);
    for (size_t i = 0; i < s->nrows; i++) {
        const struct ifb_ah_row *r = &s->rows[i];
        size_t model = place_of(players, n, r->model), base = place_of(players, n, r->base);
        const struct ifb_ah_answer *m = answer_of(s, r->model, r->question);
        const struct ifb_ah_answer *b = answer_of(s, r->base, r->question);
        double x[IFB_AH_FEATURES];

        if (model == n || base == n)
            continue;
        if (!m || !b) {
            missing++;
            continue;
        }
        differences(m, b, x);
        add_row(r, model, base, x + from, columns, &bout);
    }
    standardise(bout.x, bout.n, columns);
    if (missing)
        s->lent->warn(s->lent->self, "style control leaves out %zu questions whose answers are "
                      "not in --answers", missing);
    done = bout.n > 0;
    if (done && !fit(s, &bt, &bout, true, out))
        s->lent->warn(s->lent->self, "style control did not converge");
    ifb_arena_close(arena);
    return done;
}
