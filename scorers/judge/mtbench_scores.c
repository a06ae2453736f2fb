/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MT-Bench's numbers from files of judgments: means of ratings, win rates of pairs
 * that were judged in both orders, and how far judges and people agree. Lines of
 * all three kinds may stand in one file; judges are kept apart.
 */
#include "scorers/judge/mtbench_scores.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"

static const char *const categories[] = { "writing", "roleplay", "reasoning", "math",
                                          "coding", "extraction", "stem", "humanities" };
static const char *const category_metrics[] = {
    "writing.average", "roleplay.average", "reasoning.average", "math.average",
    "coding.average", "extraction.average", "stem.average", "humanities.average"
};
#define N_OF(a) (sizeof(a) / sizeof(*(a)))

/* ---- the questions ---- */

static size_t category_of(ifb_str name)
{
    for (size_t i = 0; i < N_OF(categories); i++)
        if (ifb_str_is(name, categories[i]))
            return i;
    return N_OF(categories);
}

static enum ifb_code see_question(void *self, const struct ifb_judged_line *line,
                                  struct ifb_error *err)
{
    struct ifb_mtb *s = self;
    ifb_str id = ifb_judged_id(line->row, "question_id");
    const struct ifb_json *turns = ifb_json_get(line->row, "turns");
    size_t q;

    if (!id.ptr)
        return ifb_judged_fault(line, err, "a question wants a \"question_id\"");
    q = ifb_name_within(&s->questions, s->lent->arena, id, IFB_MTB_QUESTIONS);
    if (q == IFB_MTB_QUESTIONS)
        return ifb_judged_fault(line, err, "more than %d questions", IFB_MTB_QUESTIONS);
    s->category = ifb_grow(s->lent->arena, s->category, &s->categories_cap, q + 1,
                           sizeof(*s->category));
    s->category[q] = category_of(ifb_json_str(line->row, "category"));
    s->ncategories = q + 1 > s->ncategories ? q + 1 : s->ncategories;
    s->expected += turns ? (int64_t)turns->n : 0;
    return IFB_OK;
}

static enum ifb_code open_suite(const void *options, const struct ifb_judged_lent *lent,
                                void **out, struct ifb_error *err)
{
    struct ifb_mtb *s = ifb_new(lent->arena, struct ifb_mtb, 1);
    struct ifb_judged_file questions;

    s->o = options;
    s->lent = lent;
    *out = s;
    if (s->o->questions.ptr) {
        if (lent->file(lent->self, s->o->questions, &questions, err))
            return err->code;
    } else if (lent->data(lent->self, "mtbench/question.jsonl", &questions, err)) {
        return err->code;
    }
    if (questions.bytes.ptr)
        return ifb_judged_lines(&questions, see_question, s, err);
    lent->warn(lent->self, "no mtbench/question.jsonl: no numbers by category, and nobody knows "
               "how many judgments there should be (`ifbench data pull mtbench`)");
    return IFB_OK;
}

/* ---- reading ---- */

/* The judge's model; people of one kind are one judge. */
static ifb_str judge_of(const struct ifb_json *row)
{
    const struct ifb_json *judge = ifb_json_get(row, "judge");

    if (judge && judge->kind == IFB_JARRAY)
        judge = judge->first;
    if (!judge || judge->kind != IFB_JSTRING)
        return IFB_STR("judge");
    if (ifb_str_starts(judge->string, IFB_STR("expert")))
        return IFB_STR("human");
    return ifb_str_starts(judge->string, IFB_STR("author")) ? IFB_STR("author") : judge->string;
}

static ifb_str prompt_of(const struct ifb_json *row)
{
    const struct ifb_json *judge = ifb_json_get(row, "judge");
    const struct ifb_json *second = judge ? ifb_json_at(judge, 1) : NULL;

    return second && second->kind == IFB_JSTRING ? second->string : IFB_STR("");
}

/* The key of a line: its members that tell it from others. */
static bool is_double(struct ifb_mtb *s, const struct ifb_json *row, const char *kind, ifb_str one,
                      ifb_str two, const struct ifb_mtb_row *r)
{
    struct ifb_arena *arena = ifb_arena_new();
    ifb_str key = ifb_fmt(arena, "%s\n%zu\n%.*s\n%zu\n%u\n%.*s\n%.*s", kind, r->judge,
                          IFB_ARG(prompt_of(row)), r->question, r->turn, IFB_ARG(one),
                          IFB_ARG(two));
    bool met = ifb_seen_before(&s->seen, s->lent->arena, key);

    ifb_arena_close(arena);
    s->doubles += met;
    return met;
}

static enum ifb_code begin_row(struct ifb_mtb *s, const struct ifb_judged_line *line, ifb_str one,
                               ifb_str two, struct ifb_mtb_row *r, struct ifb_error *err)
{
    ifb_str id = ifb_judged_id(line->row, "question_id");
    int64_t turn = ifb_json_int(line->row, "turn", 1);

    if (!id.ptr || !one.ptr || !two.ptr || turn < 1 || turn > 2)
        return ifb_judged_fault(line, err, "a judgment wants \"question_id\", \"model\" (or a "
                                "pair's \"model_1\" and \"model_2\"), and \"turn\" 1 or 2");
    r->turn = (unsigned)turn;
    r->question = ifb_name_within(&s->questions, s->lent->arena, id, IFB_MTB_QUESTIONS);
    r->judge = ifb_name_of(&s->judges, s->lent->arena, judge_of(line->row));
    r->model[0] = ifb_name_of(&s->models, s->lent->arena, one);
    r->model[1] = two.len ? ifb_name_of(&s->models, s->lent->arena, two) : IFB_NAMES_MAX;
    if (r->question == IFB_MTB_QUESTIONS || r->judge >= IFB_MTB_JUDGES ||
        r->model[0] == IFB_NAMES_MAX || (two.len && r->model[1] == IFB_NAMES_MAX))
        return ifb_judged_fault(line, err, "more than %d questions, %d models or %d judges",
                                IFB_MTB_QUESTIONS, IFB_NAMES_MAX, IFB_MTB_JUDGES);
    return IFB_OK;
}

static void keep(struct ifb_mtb_rows *rows, struct ifb_arena *arena, const struct ifb_mtb_row *r)
{
    rows->at = ifb_grow(arena, rows->at, &rows->cap, rows->n + 1, sizeof(*rows->at));
    rows->at[rows->n++] = *r;
}

static void keep_reason(struct ifb_mtb *s, struct ifb_mtb_row *r, ifb_str reply)
{
    if (s->lent->rows && reply.len)
        r->reason = ifb_judged_reason(s->lent->arena, reply);
}

/* A rating from the reply; where a line holds none, the one that is stored. */
static enum ifb_code see_rating(struct ifb_mtb *s, const struct ifb_judged_line *line,
                                struct ifb_error *err)
{
    ifb_str model = ifb_json_str(line->row, "model"), reply = ifb_json_str(line->row, "judgment");
    double stored = ifb_json_real(line->row, "score", NAN);
    struct ifb_mtb_row r = { 0 };
    struct ifb_judgment official, j;

    if (begin_row(s, line, model, IFB_STR(""), &r, err) ||
        is_double(s, line->row, "single", model, IFB_STR(""), &r))
        return err->code;
    r.rating = stored >= 0 ? stored : NAN;
    if (reply.len) {
        official = ifb_mtbench_rating(reply, IFB_PARSE_OFFICIAL);
        j = ifb_mtbench_rating(reply, (enum ifb_parse)s->o->parse);
        r.rating = j.rating;
        s->raised += official.how == IFB_READ_RAISES;
        s->reparsed += isnan(official.rating)
                           ? !isnan(ifb_mtbench_rating(reply, IFB_PARSE_LAST).rating)
                           : official.rating != ifb_mtbench_rating(reply, IFB_PARSE_LAST).rating;
        s->restored += !isnan(stored) &&
                       stored != (isnan(official.rating) ? -1 : official.rating);
    } else if (isnan(r.rating)) {
        s->failed++;
    }
    keep_reason(s, &r, reply.len ? reply : ifb_json_str(line->row, "error"));
    keep(&s->ratings, s->lent->arena, &r);
    return IFB_OK;
}

static enum ifb_mtb_winner winner_named(ifb_str name)
{
    if (ifb_str_is(name, "model_1") || ifb_str_is(name, "model_a"))
        return IFB_MTB_FIRST;
    if (ifb_str_is(name, "model_2") || ifb_str_is(name, "model_b"))
        return IFB_MTB_SECOND;
    return ifb_str_find(name, IFB_STR("tie"), 0) != SIZE_MAX ? IFB_MTB_TIE : IFB_MTB_ERROR;
}

/* In game 2 the models stand the other way round. */
static enum ifb_mtb_winner winner_of(enum ifb_label label, bool swapped)
{
    switch (label) {
    case IFB_A_BETTER: return swapped ? IFB_MTB_SECOND : IFB_MTB_FIRST;
    case IFB_B_BETTER: return swapped ? IFB_MTB_FIRST : IFB_MTB_SECOND;
    case IFB_NO_DIFFERENCE: return IFB_MTB_TIE;
    default: return IFB_MTB_ERROR;
    }
}

static enum ifb_mtb_winner read_game(struct ifb_mtb *s, const struct ifb_json *row, bool swapped)
{
    ifb_str reply = ifb_json_str(row, swapped ? "g2_judgment" : "g1_judgment");
    ifb_str stored = ifb_json_str(row, swapped ? "g2_winner" : "g1_winner");
    enum ifb_mtb_winner was = winner_named(stored), official, last;

    if (!reply.len) {
        s->failed += !stored.ptr;
        return was;
    }
    official = winner_of(ifb_mtbench_verdict(reply, IFB_PARSE_OFFICIAL).label, swapped);
    last = winner_of(ifb_mtbench_verdict(reply, IFB_PARSE_LAST).label, swapped);
    s->reparsed += official != last;
    s->restored += stored.ptr && was != official;
    return s->o->parse == IFB_PARSE_LAST ? last : official;
}

static enum ifb_code see_pair(struct ifb_mtb *s, const struct ifb_judged_line *line,
                              struct ifb_error *err)
{
    static const char *const reasons[] = { "g1_error", "g2_error", "g1_judgment" };
    ifb_str one = ifb_json_str(line->row, "model_1"), two = ifb_json_str(line->row, "model_2");
    struct ifb_mtb_row r = { 0 };

    if (begin_row(s, line, one, two, &r, err) ||
        is_double(s, line->row, "pair", one, two, &r))
        return err->code;
    r.winner[0] = read_game(s, line->row, false);
    r.winner[1] = read_game(s, line->row, true);
    for (size_t i = 0; i < 3 && !r.reason.len; i++)
        keep_reason(s, &r, ifb_json_str(line->row, reasons[i]));
    keep(&s->pairs, s->lent->arena, &r);
    return IFB_OK;
}

/* A vote counts as often as it stands there: people are not told apart by their kind. */
static enum ifb_code see_vote(struct ifb_mtb *s, const struct ifb_judged_line *line,
                              struct ifb_error *err)
{
    struct ifb_mtb_row r = { 0 };

    if (begin_row(s, line, ifb_json_str(line->row, "model_a"), ifb_json_str(line->row, "model_b"),
                  &r, err))
        return err->code;
    r.winner[0] = r.winner[1] = winner_named(ifb_json_str(line->row, "winner"));
    s->failed += r.winner[0] == IFB_MTB_ERROR;
    keep(&s->votes, s->lent->arena, &r);
    return IFB_OK;
}

static enum ifb_code see(void *self, const struct ifb_judged_line *line, struct ifb_error *err)
{
    err->code = IFB_OK;
    if (ifb_json_get(line->row, "model_1"))
        return see_pair(self, line, err);
    if (ifb_json_get(line->row, "model_a"))
        return see_vote(self, line, err);
    return see_rating(self, line, err);
}

static enum ifb_code read_file(void *state, const struct ifb_judged_file *judgments,
                               struct ifb_arena *scratch, struct ifb_error *err)
{
    (void)scratch;
    return ifb_judged_lines(judgments, see, state, err);
}

/* ---- a model's numbers ---- */

ifb_str ifb_mtb_label(const struct ifb_mtb *s, size_t model, size_t judge)
{
    if (s->judges.n == 1)
        return s->models.at[model];
    return ifb_fmt(s->lent->arena, "%.*s (%.*s)", IFB_ARG(s->models.at[model]),
                   IFB_ARG(s->judges.at[judge]));
}

/* N_OF(categories): another one, or not known. */
static size_t category_at(const struct ifb_mtb *s, size_t question)
{
    return question < s->ncategories ? s->category[question] : N_OF(categories);
}

static void tell(const struct ifb_mtb *s, const struct ifb_mtb_row *r, ifb_str label,
                 const char *check, enum ifb_outcome outcome, ifb_str why)
{
    struct ifb_arena *arena;
    size_t category = category_at(s, r->question);
    struct ifb_judged_row row = {
        .model = label, .check = ifb_str_of(check), .outcome = outcome, .why = why,
        .item = s->questions.at[r->question],
        .group = ifb_str_of(category < N_OF(categories) ? categories[category] : NULL)
    };

    if (!s->lent->rows)
        return;
    arena = ifb_arena_new();
    if (r->reason.len)
        row.why = ifb_fmt(arena, "%.*s: %.*s", IFB_ARG(why), IFB_ARG(r->reason));
    row.id = ifb_fmt(arena, "%.*s turn %u%s%.*s", IFB_ARG(s->questions.at[r->question]), r->turn,
                     r->model[1] < IFB_NAMES_MAX ? " against " : "",
                     IFB_ARG(r->model[1] < IFB_NAMES_MAX ? s->models.at[r->model[1]]
                                                         : IFB_STR("")));
    s->lent->row(s->lent->self, &row);
    ifb_arena_close(arena);
}

/* Ratings of a model by a judge: of a turn (0: both) and a category (N_OF: all). */
static void put_mean(const struct ifb_mtb *s, size_t model, size_t judge, unsigned turn,
                     size_t category, const char *id, struct ifb_values *v)
{
    double *at = s->room;
    int64_t n = 0, unread = 0;

    for (size_t i = 0; i < s->ratings.n; i++) {
        const struct ifb_mtb_row *r = &s->ratings.at[i];

        if (r->model[0] != model || r->judge != judge || (turn && r->turn != turn) ||
            (category < N_OF(categories) && category_at(s, r->question) != category))
            continue;
        if (isnan(r->rating))
            unread++;
        else
            at[n++] = r->rating;
    }
    if (n + unread || category == N_OF(categories))
        ifb_value_mean(v, id, at, n, unread);
}

static void count_ratings(const struct ifb_mtb *s, size_t model, size_t judge,
                          struct ifb_counts *c)
{
    ifb_str label = ifb_mtb_label(s, model, judge);

    for (size_t i = 0; i < s->ratings.n; i++) {
        const struct ifb_mtb_row *r = &s->ratings.at[i];
        char why[64];

        if (r->model[0] != model || r->judge != judge)
            continue;
        c->total++;
        c->passed += !isnan(r->rating);
        c->unscored += isnan(r->rating);
        snprintf(why, sizeof(why), isnan(r->rating) ? "no rating" : "rated %.6g", r->rating);
        tell(s, r, label, "rating", isnan(r->rating) ? IFB_UNSCORED : IFB_PASS, ifb_str_of(why));
    }
}

static bool is_official(const struct ifb_mtb *s, size_t i)
{
    return s->pairs.at[i].winner[0] && s->pairs.at[i].winner[1];
}

/* Pairs of baseline mode are those with the baseline. */
static bool in_mode(const struct ifb_mtb *s, const struct ifb_mtb_row *r)
{
    return !s->o->baseline.ptr || ifb_str_eq(s->models.at[r->model[0]], s->o->baseline) ||
           ifb_str_eq(s->models.at[r->model[1]], s->o->baseline);
}

enum ifb_mtb_winner ifb_mtb_outcome(const struct ifb_mtb_row *r)
{
    return r->winner[0] == r->winner[1] ? r->winner[0] : IFB_MTB_TIE;
}

struct record {
    int64_t win, loss, tie, unread, inconsistent;
};

static void count_pair(const struct ifb_mtb *s, const struct ifb_mtb_row *r, size_t side,
                       ifb_str label, bool read, struct record *w, struct ifb_counts *c)
{
    static const char *const whys[] = { "a game without a verdict", "won", "lost", "a tie",
                                        "a tie: the games disagree" };
    enum ifb_mtb_winner out = ifb_mtb_outcome(r);
    bool won = out == (side ? IFB_MTB_SECOND : IFB_MTB_FIRST);
    bool disagree = read && r->winner[0] != r->winner[1];
    int why = !read ? 0 : disagree ? 4 : out == IFB_MTB_TIE ? 3 : won ? 1 : 2;

    c->total++;
    c->unscored += !read;
    c->passed += why == 1;
    c->failed += why > 1;
    w->unread += !read;
    w->win += why == 1;
    w->loss += why == 2;
    w->tie += why > 2;
    w->inconsistent += disagree;
    tell(s, r, label, "pair", !read ? IFB_UNSCORED : why == 1 ? IFB_PASS : IFB_FAIL,
         ifb_str_of(whys[why]));
}

static void put_record(const struct record *w, double *points, struct ifb_values *v)
{
    int64_t n = w->win + w->loss + w->tie;

    for (int64_t i = 0; i < n; i++)
        points[i] = i < w->win ? 1 : i < w->win + w->tie ? 0.5 : 0;
    ifb_value_share(v, "win_rate", w->win, n, w->unread);
    ifb_value_share(v, "loss_rate", w->loss, n, w->unread);
    ifb_value_mean(v, "win_rate_adjusted", points, n, w->unread);
    ifb_value_share(v, "inconsistent_rate", w->inconsistent, n, w->unread);
}

/* Wins, losses and ties of a model before a judge; false when it met nobody. */
static bool put_pairs(const struct ifb_mtb *s, size_t model, size_t judge, struct ifb_values *v,
                      struct ifb_counts *c)
{
    ifb_str label = ifb_mtb_label(s, model, judge);
    struct record w = { 0 };

    if (s->o->baseline.ptr && ifb_str_eq(s->models.at[model], s->o->baseline))
        return false;
    for (size_t i = 0; i < s->pairs.n; i++) {
        const struct ifb_mtb_row *r = &s->pairs.at[i];

        for (size_t side = 0; side < 2 && r->judge == judge && in_mode(s, r); side++)
            if (r->model[side] == model)
                count_pair(s, r, side, label, is_official(s, i), &w, c);
    }
    if (!(w.win + w.loss + w.tie + w.unread))
        return false;
    put_record(&w, s->room, v);
    return true;
}

static bool has_ratings(const struct ifb_mtb *s, size_t model, size_t judge)
{
    for (size_t i = 0; i < s->ratings.n; i++)
        if (s->ratings.at[i].model[0] == model && s->ratings.at[i].judge == judge)
            return true;
    return false;
}

static void finish_model(const struct ifb_mtb *s, size_t model, size_t judge,
                         struct ifb_cells *cells)
{
    struct ifb_values v = { .arena = s->lent->arena };
    struct ifb_counts c = { 0 };
    bool some = has_ratings(s, model, judge);

    if (some) {
        put_mean(s, model, judge, 0, N_OF(categories), "average", &v);
        put_mean(s, model, judge, 1, N_OF(categories), "turn1", &v);
        put_mean(s, model, judge, 2, N_OF(categories), "turn2", &v);
        for (size_t k = 0; k < N_OF(categories); k++)
            put_mean(s, model, judge, 0, k, category_metrics[k], &v);
        count_ratings(s, model, judge, &c);
        if (s->expected && c.total < s->expected)
            s->lent->warn(s->lent->self, "%.*s: %lld of %lld turns are rated",
                          IFB_ARG(ifb_utf8_cut(ifb_mtb_label(s, model, judge), 200)),
                          (long long)c.total, (long long)s->expected);
    }
    if (put_pairs(s, model, judge, &v, &c) || some)
        ifb_cell_add(cells, ifb_mtb_label(s, model, judge), &v, &c);
}

/* ---- the suite ---- */

static double headline(const struct ifb_judged_cell *cell)
{
    double value = NAN;

    for (size_t i = 0; i < cell->nvalues; i++)
        if (ifb_str_is(cell->values[i].id, "average") ||
            (isnan(value) && ifb_str_is(cell->values[i].id, "win_rate_adjusted")))
            value = cell->values[i].value;
    return isnan(value) ? -1 : value;
}

static int by_headline(const void *a, const void *b)
{
    double x = headline(a), y = headline(b);

    if (x > y || x < y)
        return x > y ? -1 : 1;
    return ifb_str_cmp(((const struct ifb_judged_cell *)a)->model,
                       ((const struct ifb_judged_cell *)b)->model);
}

static void warn_all(const struct ifb_mtb *s)
{
    const struct ifb_judged_lent *l = s->lent;

    if (s->doubles)
        l->warn(l->self, "%lld lines of a judgment that was there before are left out",
                (long long)s->doubles);
    if (s->failed)
        l->warn(l->self, "%lld judgments hold nothing: the call failed, or the line is cut",
                (long long)s->failed);
    if (s->raised)
        l->warn(l->self, "%lld ratings like [[08]] would have stopped the official tool; they "
                "count as none", (long long)s->raised);
    if (s->reparsed)
        l->warn(l->self, "%lld judgments are read differently by --parse official and --parse last",
                (long long)s->reparsed);
    if (s->restored)
        l->warn(l->self, "%lld judgments were stored with another score or winner than their text "
                "has; the text counts", (long long)s->restored);
}

static enum ifb_code finish(void *state, struct ifb_judged_out *out, struct ifb_error *err)
{
    struct ifb_mtb *s = state;
    struct ifb_cells cells = { .arena = s->lent->arena };

    (void)err;
    s->room = ifb_new(s->lent->arena, double, s->ratings.n + 2 * s->pairs.n);
    for (size_t j = 0; j < s->judges.n; j++) {
        size_t from = cells.n;

        for (size_t m = 0; m < s->models.n; m++)
            finish_model(s, m, j, &cells);
        if (cells.n > from)
            qsort(cells.at + from, cells.n - from, sizeof(*cells.at), by_headline);
    }
    ifb_mtb_judges(s, &cells);
    warn_all(s);
    out->cells = cells.at;
    out->ncells = cells.n;
    return IFB_OK;
}

#define METRIC(id_, unit_, high, doc_) \
    { .id = id_, .doc = doc_, .unit = unit_, .higher_is_better = high }

static const struct ifb_metric metrics[] = {
    METRIC("average", "points", true, "mean rating over all rows of both turns"),
    METRIC("turn1", "points", true, "mean rating of the first turn"),
    METRIC("turn2", "points", true, "mean rating of the second turn"),
    METRIC("win_rate", "proportion", true, "pairs won in both orders"),
    METRIC("loss_rate", "proportion", false, "pairs lost in both orders"),
    METRIC("win_rate_adjusted", "proportion", true, "pairs won, ties as half"),
    METRIC("inconsistent_rate", "proportion", false, "pairs that are ties because the orders "
           "disagree"),
    METRIC("position_consistency", "proportion", true, "pairs with one winner in both orders"),
    METRIC("first_position_rate", "proportion", false, "decided games that the first answer won"),
    METRIC("agreement", "proportion", true, "votes on a pair that agree, ties too"),
    METRIC("agreement_no_ties", "proportion", true, "the same where neither votes for a tie"),
    METRIC("kappa", "coefficient", true, "Cohen's kappa of the votes, ties too"),
    METRIC("alpha", "coefficient", true, "Krippendorff's alpha of all judges' votes, nominal"),
    METRIC("turn1.agreement", "proportion", true, "agreement in the first turn"),
    METRIC("turn2.agreement", "proportion", true, "agreement in the second turn"),
    METRIC("turn1.agreement_no_ties", "proportion", true, "agreement_no_ties in the first turn"),
    METRIC("turn2.agreement_no_ties", "proportion", true, "agreement_no_ties in the second turn"),
    METRIC("writing.average", "points", true, "mean rating of writing"),
    METRIC("roleplay.average", "points", true, "mean rating of roleplay"),
    METRIC("reasoning.average", "points", true, "mean rating of reasoning"),
    METRIC("math.average", "points", true, "mean rating of math"),
    METRIC("coding.average", "points", true, "mean rating of coding"),
    METRIC("extraction.average", "points", true, "mean rating of extraction"),
    METRIC("stem.average", "points", true, "mean rating of stem"),
    METRIC("humanities.average", "points", true, "mean rating of humanities"),
    { 0 }
};

static const char *const parse_choices[] = { "official", "last", NULL };

static const struct ifb_field fields[] = {
    IFB_FIELD(struct ifb_mtb_options, parse, "parse", .kind = IFB_CHOICE, .choices = parse_choices,
              .doc = "which mark of a judgment counts"),
    IFB_FIELD(struct ifb_mtb_options, baseline, "baseline", .kind = IFB_STRING,
              .doc = "only pairs with this model, which is not listed itself"),
    IFB_FIELD(struct ifb_mtb_options, questions, "questions", .kind = IFB_STRING,
              .doc = "file of questions in place of MT-Bench's"),
    { 0 }
};

/* Pairs of anybody's suite: no file of questions, else the same lines and numbers. */
static enum ifb_code open_pairwise(const void *options, const struct ifb_judged_lent *lent,
                                   void **out, struct ifb_error *err)
{
    struct ifb_mtb *s = ifb_new(lent->arena, struct ifb_mtb, 1);

    (void)err;
    s->o = options;
    s->lent = lent;
    *out = s;
    return IFB_OK;
}

const struct ifb_judged ifb_judged_pairwise = {
    .id = "pairwise", .doc = "any two models' answers compared in both orders",
    .cite = "ifbench", .judgments = "JSON lines as MT-Bench's pairs, of `ifbench judge --pairwise`",
    .metrics = metrics, .fields = fields, .options_size = sizeof(struct ifb_mtb_options),
    .open = open_pairwise, .read = read_file, .finish = finish,
};

const struct ifb_judged ifb_judged_mtbench = {
    .id = "mtbench", .doc = "MT-Bench: 80 questions in two turns, rated or compared",
    .cite = "Zheng et al. 2023, Judging LLM-as-a-Judge with MT-Bench and Chatbot Arena",
    .pack = "mtbench",
    .judgments = "JSON lines of FastChat's model_judgment folder: ratings, pairs or votes",
    .metrics = metrics, .fields = fields, .options_size = sizeof(struct ifb_mtb_options),
    .open = open_suite, .read = read_file, .finish = finish,
};
