/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arena-Hard from files of judgments: reads the lines of both versions, and version
 * 0.1's files of battles. What becomes of them is arenahard_board.c's.
 */
#include "scorers/judge/arenahard_scores.h"

#include <math.h>
#include <stdio.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"

/* ---- the questions ---- */

static enum ifb_code see_question(void *self, const struct ifb_judged_line *line,
                                  struct ifb_error *err)
{
    struct ifb_ah *s = self;
    ifb_str id = ifb_judged_id(line->row, "uid");
    size_t q;

    id = id.ptr ? id : ifb_judged_id(line->row, "question_id");
    q = ifb_name_of(&s->questions, s->lent->arena, id);
    if (!id.ptr || q == IFB_NAMES_MAX)
        return ifb_judged_fault(line, err, "a question wants a \"uid\", and there are at most %d",
                                IFB_NAMES_MAX);
    s->question_category[q] = ifb_name_of(&s->categories, s->lent->arena,
                                          ifb_json_str(line->row, "category"));
    s->question_subcategory[q] = ifb_name_of(&s->categories, s->lent->arena,
                                             ifb_json_str(line->row, "subcategory"));
    return IFB_OK;
}

/* Categories of version 2; version 0.1 has but one. */
static enum ifb_code read_questions(struct ifb_ah *s, struct ifb_error *err)
{
    struct ifb_judged_file file;
    enum ifb_code code;

    if (s->o->questions.ptr)
        code = s->lent->file(s->lent->self, s->o->questions, &file, err);
    else
        code = s->lent->data(s->lent->self, "arenahard/v2.0_question.jsonl", &file, err);
    if (code || !file.bytes.ptr)
        return code;
    return ifb_judged_lines(&file, see_question, s, err);
}

static enum ifb_code open_suite(const void *options, const struct ifb_judged_lent *lent,
                                void **out, struct ifb_error *err)
{
    struct ifb_ah *s = ifb_new(lent->arena, struct ifb_ah, 1);

    s->o = options;
    s->lent = lent;
    s->v01 = s->o->rules == IFB_AH_V01;
    s->decided = s->o->rules != IFB_AH_AUTO;
    s->question_category = ifb_new(lent->arena, size_t, IFB_NAMES_MAX);
    s->question_subcategory = ifb_new(lent->arena, size_t, IFB_NAMES_MAX);
    for (size_t i = 0; i < IFB_NAMES_MAX; i++)
        s->question_category[i] = s->question_subcategory[i] = IFB_NAMES_MAX;
    *out = s;
    if (s->o->style && !s->o->answers.len)
        return ifb_fail(err, IFB_EUSAGE, "--style-control wants --answers FILE[,FILE]");
    if (read_questions(s, err))
        return err->code;
    return s->o->style ? ifb_ah_read_answers(s, err) : IFB_OK;
}

/* ---- reading ---- */

static size_t player_of(struct ifb_ah *s, ifb_str model, ifb_str judge)
{
    struct ifb_arena *arena = ifb_arena_new();
    size_t player = ifb_name_of(&s->players, s->lent->arena,
                                ifb_fmt(arena, "%.*s\x1f%.*s", IFB_ARG(model), IFB_ARG(judge)));

    ifb_arena_close(arena);
    return player;
}

/* Version 2's baseline is said in the line, version 0.1's is not. */
static ifb_str baseline_of(struct ifb_ah *s, const struct ifb_json *row)
{
    ifb_str named = ifb_json_str(row, "baseline");

    if (s->o->baseline.ptr)
        return s->o->baseline;
    if (named.ptr)
        return named;
    s->assumed++;
    if (s->v01)
        return IFB_STR("gpt-4-0314");
    return ifb_str_is(ifb_json_str(row, "category"), "creative_writing")
               ? IFB_STR("gemini-2.0-flash-001")
               : IFB_STR("o3-mini-2025-01-31");
}

/* "judgment" is the text, or an object with it. */
static ifb_str judgment_of(const struct ifb_json *game)
{
    const struct ifb_json *j = ifb_json_get(game, "judgment");

    if (j && j->kind == IFB_JSTRING)
        return j->string;
    return ifb_json_str(j, "answer");
}

static enum ifb_label read_game(struct ifb_ah *s, const struct ifb_json *game)
{
    ifb_str text = judgment_of(game), stored = ifb_json_str(game, "score");
    struct ifb_arena *arena;
    struct ifb_judgment j, was;
    bool again;

    if (!text.len && !stored.len) {
        s->failed++;
        return IFB_LABEL_NONE;
    }
    arena = ifb_arena_new();
    was = ifb_arenahard_label(ifb_fmt(arena, "[[%.*s]]", IFB_ARG(stored)), s->v01, &again);
    ifb_arena_close(arena);
    j = text.len ? ifb_arenahard_label(text, s->v01, &again) : was;
    s->unread += j.how == IFB_UNREADABLE;
    s->raised += j.how == IFB_READ_RAISES;
    s->restored += text.len && stored.len && was.label != j.label;
    return j.label;
}

static void add_battle(struct ifb_ah *s, size_t a, size_t b, double won)
{
    s->battles = ifb_grow(s->lent->arena, s->battles, &s->battles_cap, s->nbattles + 1,
                          sizeof(*s->battles));
    s->battles[s->nbattles++] = (struct ifb_game){ (uint32_t)a, (uint32_t)b, won, 1 };
}

/* Version 0.1: each game is so many battles; the other one stays when one is not read. */
static void add_battles(struct ifb_ah *s, const struct ifb_ah_row *r)
{
    for (size_t g = 0; g < 2; g++) {
        double value = 0;
        size_t n = ifb_ah_scores(r->label[g], &value);

        for (size_t i = 0; i < n; i++)
            add_battle(s, r->base, r->model, g ? 1 - value : value);
    }
}

/* False: of another category than --category wants. */
static bool is_wanted(const struct ifb_ah *s, const struct ifb_ah_row *r)
{
    if (!s->o->category.ptr)
        return true;
    return (r->category < s->categories.n &&
            ifb_str_eq(s->categories.at[r->category], s->o->category)) ||
           (r->subcategory < s->categories.n &&
            ifb_str_eq(s->categories.at[r->subcategory], s->o->category));
}

static enum ifb_code name_row(struct ifb_ah *s, const struct ifb_judged_line *line,
                              struct ifb_ah_row *r, struct ifb_error *err)
{
    ifb_str uid = ifb_judged_id(line->row, "uid"), model = ifb_json_str(line->row, "model");
    ifb_str judge = ifb_json_str(line->row, "judge"), category;

    uid = uid.ptr ? uid : ifb_judged_id(line->row, "question_id");
    if (!uid.ptr || !model.ptr)
        return ifb_judged_fault(line, err, "a judgment wants \"uid\" (or \"question_id\") and "
                                "\"model\"");
    category = ifb_json_str(line->row, "category");
    r->question = ifb_name_of(&s->questions, s->lent->arena, uid);
    r->model = player_of(s, model, judge);
    r->base = player_of(s, baseline_of(s, line->row), judge);
    if (r->question == IFB_NAMES_MAX || r->model == IFB_NAMES_MAX || r->base == IFB_NAMES_MAX ||
        ifb_name_of(&s->judges, s->lent->arena, judge) == IFB_NAMES_MAX)
        return ifb_judged_fault(line, err, "more than %d questions, models or judges",
                                IFB_NAMES_MAX);
    r->category = category.len ? ifb_name_of(&s->categories, s->lent->arena, category)
                               : s->question_category[r->question];
    r->subcategory = s->question_subcategory[r->question];
    return IFB_OK;
}

static bool is_double(struct ifb_ah *s, const struct ifb_ah_row *r)
{
    char key[64];
    int n = snprintf(key, sizeof(key), "%zu %zu", r->model, r->question);
    bool met = ifb_seen_before(&s->seen, s->lent->arena, (ifb_str){ key, (size_t)n });

    s->doubles += met;
    return met;
}

static enum ifb_code see_judgment(struct ifb_ah *s, const struct ifb_judged_line *line,
                                  struct ifb_error *err)
{
    const struct ifb_json *games = ifb_json_get(line->row, "games");
    struct ifb_ah_row r = { 0 };

    if (!games || games->kind != IFB_JARRAY)
        return ifb_judged_fault(line, err, "a judgment wants \"games\", an array of two");
    if (name_row(s, line, &r, err))
        return err->code;
    if (!is_wanted(s, &r) || is_double(s, &r))
        return IFB_OK;
    for (size_t g = 0; g < 2; g++)
        r.label[g] = read_game(s, ifb_json_at(games, g));
    s->half_read += (r.label[0] == IFB_LABEL_NONE) != (r.label[1] == IFB_LABEL_NONE);
    s->rows = ifb_grow(s->lent->arena, s->rows, &s->rows_cap, s->nrows + 1, sizeof(*s->rows));
    s->rows[s->nrows++] = r;
    add_battles(s, &r);
    return IFB_OK;
}

/* A line of version 0.1's file of battles: {"model_a", "model_b", "winner"}. */
static enum ifb_code see_battle(struct ifb_ah *s, const struct ifb_judged_line *line,
                                struct ifb_error *err)
{
    ifb_str a = ifb_json_str(line->row, "model_a"), b = ifb_json_str(line->row, "model_b");
    ifb_str winner = ifb_json_str(line->row, "winner");
    size_t pa, pb;
    double won = ifb_str_is(winner, "model_a")             ? 1
                 : ifb_str_is(winner, "model_b")           ? 0
                 : ifb_str_starts(winner, IFB_STR("tie")) ? 0.5
                                                           : NAN;

    if (!a.ptr || !b.ptr || isnan(won))
        return ifb_judged_fault(line, err, "a battle wants \"model_a\", \"model_b\" and a "
                                "\"winner\": model_a, model_b or tie");
    pa = player_of(s, a, ifb_json_str(line->row, "judge"));
    pb = player_of(s, b, ifb_json_str(line->row, "judge"));
    if (pa == IFB_NAMES_MAX || pb == IFB_NAMES_MAX ||
        ifb_name_of(&s->judges, s->lent->arena, ifb_json_str(line->row, "judge")) == IFB_NAMES_MAX)
        return ifb_judged_fault(line, err, "more than %d models or judges", IFB_NAMES_MAX);
    add_battle(s, pa, pb, won);
    return IFB_OK;
}

static enum ifb_code see(void *self, const struct ifb_judged_line *line, struct ifb_error *err)
{
    struct ifb_ah *s = self;
    bool battle = ifb_json_get(line->row, "winner") != NULL;

    if (!s->decided) {
        s->v01 = battle || !ifb_json_get(line->row, "uid");
        s->decided = true;
    }
    return battle ? see_battle(s, line, err) : see_judgment(s, line, err);
}

static enum ifb_code read_file(void *state, const struct ifb_judged_file *judgments,
                               struct ifb_arena *scratch, struct ifb_error *err)
{
    (void)scratch;
    return ifb_judged_lines(judgments, see, state, err);
}

/* ---- the suite ---- */

#define METRIC(id_, unit_, high, doc_) \
    { .id = id_, .doc = doc_, .unit = unit_, .higher_is_better = high }

static const struct ifb_metric metrics[] = {
    METRIC("score", "proportion", true, "version 2: mean score against the baseline"),
    METRIC("score_lo90", "proportion", true, "where the official leaderboard's interval begins: "
           "5 % of the bootstrap"),
    METRIC("score_hi90", "proportion", true, "and where it ends: 95 %"),
    METRIC("win_rate", "proportion", true, "version 0.1: chance to win against the baseline"),
    METRIC("elo", "points", true, "version 0.1: Bradley-Terry rating, the baseline has 1000"),
    METRIC("style_win_rate", "proportion", true, "the same with the style of answers held equal, "
           "median of the bootstrap"),
    METRIC("style_lo90", "proportion", true, "5 % of style control's bootstrap, as the official "
           "leaderboard has it"),
    METRIC("style_hi90", "proportion", true, "95 % of it"),
    METRIC("position_consistency", "proportion", true, "questions with one winner in both orders"),
    METRIC("first_position_rate", "proportion", false, "decided games that the first answer won"),
    METRIC("hard_prompt.score", "proportion", true, "score of hard prompts"),
    METRIC("coding.score", "proportion", true, "score of hard prompts about code"),
    METRIC("math.score", "proportion", true, "score of hard prompts about mathematics"),
    METRIC("creative_writing.score", "proportion", true, "score of creative writing"),
    { 0 }
};

static const char *const rules_choices[] = { "auto", "v2", "v0.1", NULL };
static const char *const style_choices[] = { "none", "both", "length", "markdown", NULL };

static const struct ifb_field fields[] = {
    IFB_FIELD(struct ifb_ah_options, rules, "rules", .kind = IFB_CHOICE, .choices = rules_choices,
              .doc = "version whose rules hold; auto: by the form of the lines"),
    IFB_FIELD(struct ifb_ah_options, baseline, "baseline", .kind = IFB_STRING,
              .doc = "the model that has 50 %"),
    IFB_FIELD(struct ifb_ah_options, category, "category", .kind = IFB_STRING,
              .doc = "only questions of this category or subcategory"),
    IFB_FIELD(struct ifb_ah_options, questions, "questions", .kind = IFB_STRING,
              .doc = "file of questions in place of Arena-Hard's"),
    IFB_FIELD(struct ifb_ah_options, style, "style_control", .kind = IFB_CHOICE,
              .choices = style_choices, .doc = "which features of style are held equal"),
    IFB_FIELD(struct ifb_ah_options, answers, "answers", .kind = IFB_STRING,
              .doc = "files of answers, for style control"),
    IFB_FIELD(struct ifb_ah_options, rounds, "rounds", .kind = IFB_INT, .min = 1, .max = 10000,
              .doc = "bootstrap rounds"),
    IFB_FIELD(struct ifb_ah_options, seed, "seed", .kind = IFB_INT, .min = 0, .max = 1e15,
              .doc = "of the bootstrap"),
    { 0 }
};

static const struct ifb_ah_options defaults = { .rounds = 100, .seed = 42 };
static const struct ifb_ah_options defaults_v2 = { .rounds = 100, .seed = 42,
                                                   .rules = IFB_AH_V2 };

#define JUDGED(name, id_, doc_, defaults_) \
    const struct ifb_judged name = { \
        .id = id_, .doc = doc_, \
        .cite = "Li et al. 2024, From Crowdsourced Data to High-Quality Benchmarks: Arena-Hard", \
        .pack = "arenahard-v2", \
        .judgments = "JSON lines of arena-hard-auto's model_judgment folder, or of battles", \
        .metrics = metrics, .fields = fields, .options_size = sizeof(struct ifb_ah_options), \
        .defaults = &defaults_, .open = open_suite, .read = read_file, .finish = ifb_ah_finish, \
    }

JUDGED(ifb_judged_arenahard, "arenahard", "Arena-Hard v0.1 and v2: answers against a baseline's",
       defaults);
JUDGED(ifb_judged_arenahard_v2, "arenahard-v2", "Arena-Hard v2: answers against a baseline's",
       defaults_v2);
