/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AlpacaEval 1 and 2 from judgments: a file of annotations a model, its metrics
 * as the official leaderboard has them, and what was left out said aloud.
 */
#include "scorers/judge/alpacaeval.h"

#include <math.h>
#include <stdlib.h>

#include <ifbench/stats.h>

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "scorers/judge/reliability.h"
#include "scorers/judge/rows.h"

#define SHOWN_MAX 100  /* bytes of an instruction in a row's reason */
#define MODELS_MAX 1000  /* of one file */
#define BOARD_MAX ((size_t)16 << 20)

enum { BY_ROW, BY_INSTRUCTION };
static const char *const matches[] = { "row", "instruction", NULL };

struct options {
    ifb_str c, difficulty, gamed, board;
    int64_t match;
};

static const struct ifb_field lc_fields[] = {
    IFB_FIELD(struct options, c, "lc_c", .kind = IFB_STRING, .doc = "strength of the fit"),
    IFB_FIELD(struct options, difficulty, "lc_difficulty", .kind = IFB_STRING,
              .doc = "csv of instruction difficulties"),
    IFB_FIELD(struct options, gamed, "lc_gamed", .kind = IFB_STRING,
              .doc = "csv of the answers that game length"),
    IFB_FIELD(struct options, match, "lc_match", .kind = IFB_CHOICE, .choices = matches,
              .doc = "what a row's difficulty is found by"),
    IFB_FIELD(struct options, board, "leaderboard", .kind = IFB_STRING,
              .doc = "leaderboard.csv to add the models to"),
    { 0 }
};

static const struct ifb_field plain_fields[] = {
    IFB_FIELD(struct options, board, "leaderboard", .kind = IFB_STRING,
              .doc = "leaderboard.csv to add the models to"),
    { 0 }
};

/* What a file of judgments came to. */
struct model {
    ifb_str name;
    struct ifb_alpaca_entry entry;  /* the numbers as the leaderboard has them */
    int64_t failed, rows;
    struct ifb_position position;   /* of pairs judged in both orders */
    struct ifb_alpaca_c c;
};

/* An instruction of the evaluation set, in byte order. */
struct known {
    ifb_str instruction;
    size_t item;
};

struct state {
    struct options o;
    struct ifb_judged_lent lent;
    const struct ifb_judged *suite;
    bool wants_lc;
    const char *no_lc;      /* why there is no length-controlled rate; NULL: there is */
    struct ifb_alpaca_lc lc;
    struct ifb_alpaca_c c;
    struct known *known;    /* NULL until asked for */
    size_t nknown;
    struct ifb_alpaca_board board;  /* that models are added to */
    struct model *models;
    size_t n, cap;
};

/* ---- opening ---- */

static enum ifb_code read_c(ifb_str text, struct ifb_alpaca_c *out, struct ifb_error *err)
{
    *out = (struct ifb_alpaca_c){ -1, NAN };
    if (!text.ptr || ifb_str_is(text, "auto"))
        return IFB_OK;
    if (ifb_str_int(text, &out->number) && out->number >= 0 && out->number <= 9)
        return IFB_OK;
    out->number = -1;
    if (ifb_str_chr(text, '.', 0) != SIZE_MAX && ifb_str_real(text, &out->value) &&
        out->value > 0 && out->value <= 1e9)
        return IFB_OK;
    return ifb_fail(err, IFB_EUSAGE, "--lc-c is \"%.*s\", wanted auto, 0 to 9 (a number of the ten "
                    "values tried), or a value with a point such as 21.5",
                    IFB_ARG(ifb_utf8_cut(text, 40)));
}

/* `--lc-difficulty instruction` is the rule, anything else a file. */
static void read_match(struct options *o)
{
    for (int64_t i = 0; matches[i]; i++)
        if (ifb_str_is(o->difficulty, matches[i])) {
            o->match = i;
            o->difficulty = (ifb_str){ NULL, 0 };
            return;
        }
}

static enum ifb_code load_board(struct state *s, struct ifb_error *err)
{
    struct ifb_judged_file file;
    enum ifb_code code;

    if (!s->o.board.ptr)
        return IFB_OK;
    code = s->lent.file(s->lent.self, s->o.board, &file, err);
    return code ? code : ifb_alpaca_board_read(&file, s->lent.arena, &s->board, err);
}

static enum ifb_code load_lc(struct state *s, struct ifb_error *err)
{
    struct ifb_alpaca_source source = { .lent = &s->lent, .difficulty = s->o.difficulty,
                                        .gamed = s->o.gamed, .lc = &s->lc };
    enum ifb_code code = ifb_alpaca_lc_load(&source, err);

    s->no_lc = source.why;
    return code;
}

static enum ifb_code open_suite(const struct ifb_judged *suite, const void *options,
                                const struct ifb_judged_lent *lent, void **state,
                                struct ifb_error *err)
{
    struct state *s = ifb_new(lent->arena, struct state, 1);
    enum ifb_code code;

    *s = (struct state){ .o = *(const struct options *)options, .lent = *lent, .suite = suite,
                         .wants_lc = suite == &ifb_judged_alpacaeval };
    *state = s;
    read_match(&s->o);
    code = read_c(s->o.c, &s->c, err);
    if (!code)
        code = load_board(s, err);
    if (!code && s->wants_lc)
        code = load_lc(s, err);
    if (!code && s->no_lc)
        s->lent.warn(s->lent.self, "no length-controlled win rate: %s", s->no_lc);
    return code;
}

static enum ifb_code open_two(const void *options, const struct ifb_judged_lent *lent,
                              void **state, struct ifb_error *err)
{
    return open_suite(&ifb_judged_alpacaeval, options, lent, state, err);
}

static enum ifb_code open_one(const void *options, const struct ifb_judged_lent *lent,
                              void **state, struct ifb_error *err)
{
    return open_suite(&ifb_judged_alpacaeval1, options, lent, state, err);
}

/* ---- the numbers of preferences ---- */

/* Preferences as the official metrics see them; draws are counted before any are dropped. */
static void count_preferences(struct model *m, const struct ifb_alpaca_rows *rows, double *y)
{
    struct ifb_alpaca_entry *e = &m->entry;
    double discrete = 0;
    struct ifb_mean mean;
    int64_t n = 0;

    for (size_t i = 0; i < rows->n; i++) {
        double preference = ifb_alpaca_usable(rows->at[i].preference);

        if (isnan(preference))
            continue;
        y[n++] = preference - 1;
        e->n_wins += preference > 1.5;
        e->n_wins_base += preference < 1.5;
        e->n_draws += preference == 1.5;
        discrete += preference == 1.5 ? 0.5 : preference > 1.5;
    }
    mean = ifb_mean_of(y, n);
    m->rows = (int64_t)rows->n;
    m->failed = m->rows - n;
    e->n_total = (double)n;
    e->win_rate = 100 * mean.mean;
    e->standard_error = 100 * mean.se;
    e->discrete_win_rate = n ? 100 * discrete / (double)n : (double)NAN;
}

/* Who won, as it was shown: first the baseline, or the model. */
static enum ifb_shown shown(double preference, bool model_first)
{
    double first = model_first ? 3 - preference : preference;

    if (isnan(ifb_alpaca_usable(preference)))
        return IFB_SHOWN_NONE;
    return first < 1.5 ? IFB_SHOWN_FIRST : first > 1.5 ? IFB_SHOWN_SECOND : IFB_SHOWN_TIE;
}

static void count_orders(struct model *m, const struct ifb_alpaca_rows *rows)
{
    for (size_t i = 0; i < rows->n; i++) {
        const double *p = rows->at[i].by_order;

        if (!isnan(p[0]) || !isnan(p[1]))
            ifb_position_add(&m->position, shown(p[0], false), shown(p[1], true));
    }
}

/* Upstream keeps the integer part of the mean over all answers, judged or not. */
static double mean_length(const struct ifb_alpaca_rows *rows)
{
    double sum = 0;

    for (size_t i = 0; i < rows->n; i++)
        sum += rows->at[i].len_2;
    return rows->n ? floor(sum / (double)rows->n) : (double)NAN;
}

/* ---- matching rows with difficulties ---- */

static int by_instruction(const void *a, const void *b)
{
    return ifb_str_cmp(((const struct known *)a)->instruction,
                       ((const struct known *)b)->instruction);
}

/* Which instruction is which item: from the difficulties' own source, else the pack's. */
static enum ifb_code load_known(struct state *s, struct ifb_error *err)
{
    struct ifb_alpaca_rows rows = { NULL, 0 };
    bool there = true;
    enum ifb_code code = IFB_OK;

    if (!s->lc.instruction)
        code = ifb_alpaca_baseline(&s->lent, &rows, &there, err);
    s->nknown = s->lc.instruction ? s->lc.items : rows.n;
    s->known = ifb_new(s->lent.arena, struct known, s->nknown + 1);
    for (size_t i = 0; i < s->nknown; i++)
        s->known[i] = (struct known){ s->lc.instruction ? s->lc.instruction[i]
                                                        : rows.at[i].instruction, i };
    if (s->nknown)
        qsort(s->known, s->nknown, sizeof(*s->known), by_instruction);
    return code;
}

static int64_t item_of(const struct state *s, const struct ifb_alpaca_row *row)
{
    struct known key = { row->instruction, 0 }, *found;

    if (row->item >= 0 || !row->instruction.ptr || !s->nknown)
        return row->item;
    found = bsearch(&key, s->known, s->nknown, sizeof(key), by_instruction);
    return found ? (int64_t)found->item : -1;
}

static size_t match_rows(const struct state *s, const struct ifb_alpaca_rows *rows, double *hard)
{
    size_t lost = 0;

    for (size_t i = 0; i < rows->n; i++) {
        int64_t item = s->o.match == BY_ROW ? (int64_t)i : item_of(s, &rows->at[i]);
        bool known = item >= 0 && item < (int64_t)s->lc.items;

        hard[i] = known ? s->lc.difficulty[item] : 0;
        lost += !known;
    }
    return lost;
}

static void warn_rate(const struct state *s, const struct model *m)
{
    double wr = m->entry.win_rate, lc = m->entry.length_controlled_winrate;

    if (lc < fmin(0.75 * wr, wr - 10) || lc > fmax(wr + (100 - wr) / 4, wr + 10))
        s->lent.warn(s->lent.self, "%.*s: the length-controlled win rate %.2f is far from the win "
                     "rate %.2f; look at the lengths of the answers", IFB_ARG(m->name), lc, wr);
}

/* Rows of no item, and rows that stand where another item belongs, as far as that is known. */
static void count_places(const struct state *s, const struct ifb_alpaca_rows *rows,
                         size_t *unknown, size_t *moved)
{
    *unknown = *moved = 0;
    for (size_t i = 0; i < rows->n && s->nknown; i++) {
        int64_t item = item_of(s, &rows->at[i]);

        *unknown += item < 0 && rows->at[i].instruction.ptr;
        *moved += item >= 0 && item != (int64_t)i;
    }
}

static void warn_places(const struct state *s, const struct model *m,
                        const struct ifb_alpaca_rows *rows)
{
    size_t unknown, moved;

    if (s->o.match != BY_ROW)
        return;
    count_places(s, rows, &unknown, &moved);
    if (unknown)
        s->lent.warn(s->lent.self, "%.*s: %zu of %zu rows are of no instruction of the evaluation "
                     "set; their difficulties, and so the length-controlled win rate, mean nothing",
                     IFB_ARG(m->name), unknown, rows->n);
    if (rows->n != s->lc.items)
        s->lent.warn(s->lent.self, "%.*s: %zu of %zu instructions are here; difficulties go by "
                     "row, as in the official tool, and so are shifted; --lc-match instruction is "
                     "not",
                     IFB_ARG(m->name), rows->n, s->lc.items);
    else if (moved)
        s->lent.warn(s->lent.self, "%.*s: %zu rows are not in the order of the evaluation set, and "
                     "difficulties go by row; --lc-match instruction finds the right ones",
                     IFB_ARG(m->name), moved);
}

static enum ifb_code add_lc(struct state *s, struct model *m, const struct ifb_alpaca_rows *rows,
                            struct ifb_arena *scratch, struct ifb_error *err)
{
    double *hard = ifb_new(scratch, double, rows->n);
    struct ifb_alpaca_fit fit = { .why = NULL };
    size_t lost;
    enum ifb_code code = IFB_OK;

    if (s->no_lc)
        return IFB_OK;
    if (!s->known && (s->o.match == BY_INSTRUCTION || s->lc.instruction))
        code = load_known(s, err);
    if (code)
        return code;
    lost = match_rows(s, rows, hard);
    if (lost)
        fit.why = ifb_fmt(scratch, "%zu of %zu rows join no instruction of the evaluation set%s",
                          lost, rows->n, s->o.match == BY_ROW ? ", which has 805" : "").ptr;
    if (!fit.why)
        fit = ifb_alpaca_lc_fit(&s->lc, rows, hard, s->c, scratch);
    if (fit.why) {
        s->lent.warn(s->lent.self, "%.*s: no length-controlled win rate: %s", IFB_ARG(m->name),
                     fit.why);
        return IFB_OK;
    }
    m->entry.length_controlled_winrate = fit.rate;
    m->entry.lc_standard_error = fit.se;
    m->c = fit.c;
    warn_places(s, m, rows);
    warn_rate(s, m);
    return IFB_OK;
}

/* ---- reading ---- */

/* "DIR/claude-2.csv.gz" is of claude-2, "results/claude-2/annotations.json" too. */
static ifb_str stem_of(ifb_str path)
{
    static const char *const ends[] = { ".gz", ".json", ".csv", ".annotations" };
    const char *slash = memrchr(path.ptr, '/', path.len);
    ifb_str stem = slash ? ifb_str_from(path, (size_t)(slash + 1 - path.ptr)) : path;

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
        if (ifb_str_ends(stem, ifb_str_of(ends[i])) && stem.len > strlen(ends[i]))
            stem.len -= strlen(ends[i]);
    return stem;
}

/* The scored model called so, or NULL. */
static struct model *model_called(const struct state *s, ifb_str name)
{
    for (size_t i = 0; i < s->n; i++)
        if (ifb_str_eq(s->models[i].name, name))
            return &s->models[i];
    return NULL;
}

/* The generator's name; told apart by the file when two have the same. */
static ifb_str name_of(const struct state *s, const struct ifb_alpaca_rows *rows, ifb_str path)
{
    ifb_str stem = stem_of(path), given = rows->n ? rows->at[0].generator_2 : stem;
    ifb_str name = given.len ? given : stem;

    if (model_called(s, name))
        name = ifb_fmt(s->lent.arena, "%.*s (%.*s)", IFB_ARG(name), IFB_ARG(stem));
    while (model_called(s, name))
        name = ifb_fmt(s->lent.arena, "%.*s+", IFB_ARG(name));
    return ifb_str_copy(s->lent.arena, name);
}

/* The rows of the generator that `from` is of, in their order. */
static struct ifb_alpaca_rows rows_of(const struct ifb_alpaca_rows *all, size_t from,
                                      bool *taken, struct ifb_arena *scratch)
{
    ifb_str generator = all->at[from].generator_2;
    struct ifb_alpaca_row *at;
    size_t n = 0;

    for (size_t i = from; i < all->n; i++)
        n += ifb_str_eq(all->at[i].generator_2, generator);
    at = ifb_new(scratch, struct ifb_alpaca_row, n);
    n = 0;
    for (size_t i = from; i < all->n; i++)
        if (ifb_str_eq(all->at[i].generator_2, generator)) {
            at[n++] = all->at[i];
            taken[i] = true;
        }
    return (struct ifb_alpaca_rows){ at, n };
}

static void warn_rows(const struct state *s, const struct model *m,
                      const struct ifb_alpaca_rows *rows, struct ifb_arena *scratch)
{
    ifb_str *texts = ifb_new(scratch, ifb_str, rows->n);
    size_t n = 0;

    if (m->failed)
        s->lent.warn(s->lent.self, "%.*s: %lld of %lld judgments have no usable preference and are "
                     "left out of the rates", IFB_ARG(m->name), (long long)m->failed,
                     (long long)m->rows);
    for (size_t i = 0; i < rows->n; i++)
        if (rows->at[i].instruction.ptr)
            texts[n++] = rows->at[i].instruction;
    n -= n ? ifb_str_distinct(texts, n, scratch) : 0;
    if (n)
        s->lent.warn(s->lent.self, "%.*s: %zu judgments are of an instruction that was judged "
                     "before",
                     IFB_ARG(m->name), n);
}

static ifb_str reason_of(const struct ifb_alpaca_row *r, struct ifb_arena *scratch)
{
    ifb_str text = r->instruction.ptr ? ifb_utf8_cut(r->instruction, SHOWN_MAX) : IFB_STR("");
    const char *more = text.len < r->instruction.len ? "..." : "";

    if (isnan(ifb_alpaca_usable(r->preference)))
        return ifb_fmt(scratch, "no usable preference; %.*s%s", IFB_ARG(text), more);
    return ifb_fmt(scratch, "preference %.4f, %.0f characters against %.0f%s%.*s%s",
                   r->preference, r->len_2, r->len_1, text.len ? "; " : "", IFB_ARG(text), more);
}

static void give_rows(const struct state *s, const struct model *m,
                      const struct ifb_alpaca_rows *rows, struct ifb_arena *scratch)
{
    for (size_t i = 0; i < rows->n; i++) {
        const struct ifb_alpaca_row *r = &rows->at[i];
        double preference = ifb_alpaca_usable(r->preference);
        struct ifb_judged_row row = {
            .model = m->name, .id = ifb_fmt(scratch, "%zu", i), .group = r->dataset,
            .check = IFB_STR("preference"), .why = reason_of(r, scratch),
            .outcome = isnan(preference) ? IFB_UNSCORED : preference > 1.5 ? IFB_PASS : IFB_FAIL,
        };

        s->lent.row(s->lent.self, &row);
    }
}

static enum ifb_code add_model(struct state *s, ifb_str file, const struct ifb_alpaca_rows *rows,
                               struct ifb_arena *scratch, struct ifb_error *err)
{
    struct model m = { .c = { -1, NAN } };
    enum ifb_code code = IFB_OK;

    m.name = m.entry.model = name_of(s, rows, file);
    m.entry.length_controlled_winrate = m.entry.lc_standard_error = NAN;
    count_preferences(&m, rows, ifb_new(scratch, double, rows->n));
    m.entry.avg_length = mean_length(rows);
    count_orders(&m, rows);
    warn_rows(s, &m, rows, scratch);
    if (s->wants_lc)
        code = add_lc(s, &m, rows, scratch, err);
    if (!code && s->lent.rows)
        give_rows(s, &m, rows, scratch);
    s->models = ifb_grow(s->lent.arena, s->models, &s->cap, s->n + 1, sizeof(*s->models));
    s->models[s->n++] = m;
    return code;
}

/* A file may hold the annotations of several models. */
static enum ifb_code read_judgments(void *state, const struct ifb_judged_file *file,
                                    struct ifb_arena *scratch, struct ifb_error *err)
{
    struct ifb_alpaca_rows all, rows;
    size_t models = 0;
    bool *taken;
    enum ifb_code code = ifb_alpaca_annotations(file, scratch, &all, err);

    if (!code && !all.n)
        code = ifb_fail(err, IFB_EINPUT, "%.*s: there are no judgments in it", IFB_ARG(file->name));
    if (code)
        return code;
    taken = ifb_new(scratch, bool, all.n);
    for (size_t i = 0; i < all.n && !code; i++) {
        if (taken[i])
            continue;
        if (models++ == MODELS_MAX)
            return ifb_fail(err, IFB_ELIMIT, "%.*s: more than %d models", IFB_ARG(file->name),
                            MODELS_MAX);
        rows = rows_of(&all, i, taken, scratch);
        code = add_model(state, file->name, &rows, scratch, err);
    }
    return code;
}

/* ---- the end ---- */

static struct ifb_metric_value value_of(const struct model *m, const char *id, double value,
                                        double se)
{
    bool none = isnan(se);

    return (struct ifb_metric_value){
        .id = ifb_str_of(id), .value = value, .se = se, .hits = -1,
        .lo = none ? (double)NAN : fmax(value - ifb_normal_quantile(0.975) * se, 0),
        .hi = none ? (double)NAN : fmin(value + ifb_normal_quantile(0.975) * se, 100),
        .n = (int64_t)m->entry.n_total, .unscored = m->failed,
    };
}

static size_t fill_values(const struct model *m, bool lc, struct ifb_metric_value *out)
{
    const struct ifb_alpaca_entry *e = &m->entry;
    size_t n = 0;

    if (lc) {
        out[n++] = value_of(m, "length_controlled_winrate", e->length_controlled_winrate,
                            e->lc_standard_error);
        out[n++] = value_of(m, "lc_standard_error", e->lc_standard_error, NAN);
    }
    out[n++] = value_of(m, "win_rate", e->win_rate, e->standard_error);
    out[n++] = value_of(m, "standard_error", e->standard_error, NAN);
    out[n++] = value_of(m, "discrete_win_rate", e->discrete_win_rate, NAN);
    out[n++] = value_of(m, "avg_length", e->avg_length, NAN);
    out[n++] = value_of(m, "n_wins", e->n_wins, NAN);
    out[n++] = value_of(m, "n_wins_base", e->n_wins_base, NAN);
    out[n++] = value_of(m, "n_draws", e->n_draws, NAN);
    out[n++] = value_of(m, "n_total", e->n_total, NAN);
    out[n++] = value_of(m, "n_failed", (double)m->failed, NAN);
    if (lc)
        out[n++] = value_of(m, "lc_c", m->c.value, NAN);
    return n;
}

/* Only where pairs were judged in both orders; the room for them is there. */
static size_t fill_orders(const struct state *s, const struct model *m,
                          struct ifb_metric_value *out)
{
    const struct ifb_position *p = &m->position;
    struct ifb_values v = { .arena = s->lent.arena };

    if (!p->pairs && !p->unread)
        return 0;
    ifb_value_share(&v, "position_consistency", p->consistent, p->pairs, p->unread);
    ifb_value_share(&v, "first_position_rate", p->first, p->first + p->second, p->ties);
    memcpy(out, v.at, v.n * sizeof(*out));
    return v.n;
}

static struct ifb_counts counts_of(const struct model *m)
{
    int64_t passed = (int64_t)m->entry.n_wins;

    return (struct ifb_counts){ .total = m->rows, .passed = passed, .unscored = m->failed,
                                .failed = m->rows - m->failed - passed };
}

static enum ifb_code make_board(const struct state *s, struct ifb_judged_file *out,
                                struct ifb_error *err)
{
    struct ifb_alpaca_entry *at =
        ifb_new(s->lent.arena, struct ifb_alpaca_entry, s->n + s->board.n);
    struct ifb_alpaca_board board = { at, 0 };
    enum ifb_code code = IFB_OK;
    struct ifb_buf buf;

    /* A model that the board has already is replaced but for its mode. */
    for (size_t i = 0; i < s->board.n; i++) {
        struct model *m = model_called(s, s->board.at[i].model);

        if (m)
            m->entry.mode = s->board.at[i].mode;
        else
            at[board.n++] = s->board.at[i];
    }
    for (size_t i = 0; i < s->n; i++)
        at[board.n++] = s->models[i].entry;
    ifb_buf_init(&buf, BOARD_MAX);
    ifb_alpaca_board_write(&board, s->lent.arena, &buf);
    if (buf.full)
        code = ifb_fail(err, IFB_ELIMIT, "leaderboard.csv would be larger than 16 MiB");
    else
        *out = (struct ifb_judged_file){ IFB_STR("leaderboard.csv"),
                                         ifb_str_copy(s->lent.arena, ifb_buf_view(&buf)) };
    ifb_buf_close(&buf);
    return code;
}

static enum ifb_code finish(void *state, struct ifb_judged_out *out, struct ifb_error *err)
{
    enum { VALUES = 14 };
    struct state *s = state;
    struct ifb_judged_cell *cells = ifb_new(s->lent.arena, struct ifb_judged_cell, s->n);
    struct ifb_judged_file *file = ifb_new(s->lent.arena, struct ifb_judged_file, 1);

    for (size_t i = 0; i < s->n; i++) {
        struct ifb_metric_value *values = ifb_new(s->lent.arena, struct ifb_metric_value, VALUES);

        size_t n = fill_values(&s->models[i], s->wants_lc, values);

        n += fill_orders(s, &s->models[i], values + n);
        cells[i] = (struct ifb_judged_cell){
            .model = s->models[i].name, .values = values, .counts = counts_of(&s->models[i]),
            .nvalues = n,
        };
    }
    *out = (struct ifb_judged_out){ .cells = cells, .ncells = s->n, .files = file, .nfiles = 1 };
    return make_board(s, file, err);
}

#define LC_METRICS \
    { .id = "length_controlled_winrate", .unit = "percent", .higher_is_better = true, \
      .doc = "win rate as it would be were the answers as long as the baseline's" }, \
    { .id = "lc_standard_error", .unit = "percent", .doc = "standard error of that" }, \
    { .id = "lc_c", .unit = "C", .doc = "inverse strength of the penalty of its fit" },

#define PLAIN_METRICS \
    { .id = "win_rate", .unit = "percent", .higher_is_better = true, \
      .doc = "mean preference for the model over the baseline" }, \
    { .id = "standard_error", .unit = "percent", .doc = "standard error of that" }, \
    { .id = "discrete_win_rate", .unit = "percent", .higher_is_better = true, \
      .doc = "share of judgments won, a draw being half of one" }, \
    { .id = "avg_length", .unit = "characters", .doc = "of the model's answers, whole part" }, \
    { .id = "n_wins", .unit = "judgments", .higher_is_better = true, \
      .doc = "judgments that prefer the model" }, \
    { .id = "n_wins_base", .unit = "judgments", .doc = "judgments that prefer the baseline" }, \
    { .id = "n_draws", .unit = "judgments", .doc = "judgments that prefer neither" }, \
    { .id = "n_total", .unit = "judgments", .higher_is_better = true, \
      .doc = "judgments with a usable preference" }, \
    { .id = "n_failed", .unit = "judgments", \
      .doc = "judgments without one, which no rate counts" }, \
    { .id = "position_consistency", .unit = "proportion", .higher_is_better = true, \
      .doc = "pairs judged in both orders that one answer won in both, or neither" }, \
    { .id = "first_position_rate", .unit = "proportion", \
      .doc = "decided games of those that the output shown first won" },

static const struct ifb_metric lc_metrics[] = { LC_METRICS PLAIN_METRICS { 0 } };
static const struct ifb_metric plain_metrics[] = { PLAIN_METRICS { 0 } };

const struct ifb_judged ifb_judged_alpacaeval = {
    .id = "alpacaeval",
    .doc = "AlpacaEval 2: win rate over gpt4_1106_preview, raw and length-controlled",
    .cite = "Dubois et al. 2024, arXiv:2404.04475; tatsu-lab/alpaca_eval cd543a1",
    .pack = "alpacaeval-lc",
    .judgments = "annotations.json, or the compact csv of preferences and lengths",
    .metrics = lc_metrics, .fields = lc_fields, .options_size = sizeof(struct options),
    .open = open_two, .read = read_judgments, .finish = finish,
};

const struct ifb_judged ifb_judged_alpacaeval1 = {
    .id = "alpacaeval1",
    .doc = "AlpacaEval 1: win rate over text_davinci_003",
    .cite = "Li et al. 2023; tatsu-lab/alpaca_eval cd543a1",
    .judgments = "annotations.json, or the compact csv of preferences and lengths",
    .metrics = plain_metrics, .fields = plain_fields, .options_size = sizeof(struct options),
    .open = open_one, .read = read_judgments, .finish = finish,
};
