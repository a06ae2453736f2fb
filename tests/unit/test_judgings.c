/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers put before a judge that says what real judges said: the records that are
 * written give the numbers of the official tools, and prompts are theirs byte for byte.
 */
#include "tests/unit/judging_world.h"

#include "scorers/judge/rows.h"

#define N_OF(a) (sizeof(a) / sizeof(*(a)))

/* ---- what is there to say, and the answers it is about ---- */

/* Lines of a file of data. */
struct lines {
    const struct ifb_json **at;
    size_t n, cap;
    struct ifb_arena *arena;
};

static enum ifb_code keep_line(void *self, const struct ifb_judged_line *line,
                               struct ifb_error *err)
{
    struct lines *l = self;

    (void)err;
    l->at = ifb_grow(l->arena, l->at, &l->cap, l->n + 1, sizeof(*l->at));
    l->at[l->n++] = ifb_json_copy(l->arena, line->row);
    return IFB_OK;
}

static ifb_str read_data(struct ifb_arena *arena, const char *name)
{
    struct ifb_error err = { 0 };
    ifb_str bytes;

    if (ifb_file_read(data_path(arena, name), 1 << 28, arena, &bytes, &err))
        fail_msg("%s", err.msg);
    return bytes;
}

static struct lines read_lines(struct ifb_arena *arena, const char *name)
{
    struct lines l = { .arena = arena };
    struct ifb_judged_file file = { ifb_str_of(name), read_data(arena, name) };
    struct ifb_error err = { 0 };

    if (ifb_judged_lines(&file, keep_line, &l, &err))
        fail_msg("%s", err.msg);
    return l;
}

/* Answers of files by model and key, as a judging reads them. */
struct shelf {
    struct ifb_arena *arena;
    struct shelved {
        ifb_str model, key;
        struct ifb_strs turns;
    } *at;
    size_t n, cap;
};

static void shelve(void *self, ifb_str model, ifb_str key, struct ifb_strs turns)
{
    struct shelf *s = self;
    ifb_str *at = ifb_new(s->arena, ifb_str, turns.n);

    for (size_t i = 0; i < turns.n; i++)
        at[i] = ifb_str_copy(s->arena, turns.at[i]);
    s->at = ifb_grow(s->arena, s->at, &s->cap, s->n + 1, sizeof(*s->at));
    s->at[s->n++] = (struct shelved){ ifb_judging_model_name(ifb_str_copy(s->arena, model)),
                                      ifb_str_copy(s->arena, key),
                                      { at, turns.n } };
}

static void read_answers(struct judge_world *w, struct shelf *s, const char *name)
{
    const struct ifb_judging_answers to = { s, shelve };
    struct ifb_judged_file file = { ifb_str_of(name), read_data(w->arena, name) };
    struct ifb_error err = { 0 };

    s->arena = w->arena;
    if (w->judging->answers(&file, w->arena, &to, &err))
        fail_msg("%s", err.msg);
}

static struct ifb_judging_side side_of(const struct judge_world *w, const struct shelf *s,
                                       const char *model, const struct ifb_item *item)
{
    struct ifb_judging_side side = { .model = ifb_str_of(model) };
    ifb_str key = w->judging->key ? w->judging->key(item) : item->id;

    for (size_t i = 0; i < s->n; i++)
        if (ifb_str_is(s->at[i].model, model) && ifb_str_eq(s->at[i].key, key))
            side.answers = s->at[i].turns;
    return side;
}

/* Every value of the one is that of the other. */
static void hold_equal(const struct ifb_judged_out *found, const struct ifb_judged_out *wanted,
                       double within)
{
    assert_int_equal(found->ncells, wanted->ncells);
    for (size_t i = 0; i < wanted->ncells; i++)
        for (size_t k = 0; k < wanted->cells[i].nvalues; k++) {
            const struct ifb_metric_value *v = &wanted->cells[i].values[k];
            char id[64];
            double to;

            snprintf(id, sizeof(id), "%.*s", IFB_ARG(v->id));
            to = number_of(found, wanted->cells[i].model, id);
            if (!(isnan(to) && isnan(v->value)) && !(fabs(to - v->value) <= within))
                fail_msg("%.*s, %s: %.17g, wanted %.17g", IFB_ARG(wanted->cells[i].model), id, to,
                         v->value);
        }
}

/* ---- MT-Bench ---- */

static bool reply_single(void *self, const struct ifb_judging_match *m, size_t task, size_t call,
                         const struct ifb_judge_request *asked, struct ifb_response *out)
{
    const struct lines *l = self;

    (void)call;
    assert_true(asked->max_tokens > 0 && asked->temperature == 0);
    for (size_t i = 0; i < l->n; i++) {
        const struct ifb_json *row = l->at[i];

        if (!ifb_str_eq(ifb_judged_id(row, "question_id"), m->item->id) ||
            !ifb_str_eq(ifb_json_str(row, "model"), m->sides[0].model) ||
            ifb_json_int(row, "turn", 0) != (int64_t)task + 1)
            continue;
        if (ifb_json_str(row, "user_prompt").len &&
            !ifb_str_eq(ifb_json_str(row, "user_prompt"),
                        asked->messages.at[asked->messages.n - 1].text))
            fail_msg("question %.*s, turn %zu: another prompt", IFB_ARG(m->item->id), task + 1);
        out->text = ifb_json_str(row, "judgment");
        return true;
    }
    return false;
}

static bool reply_pair(void *self, const struct ifb_judging_match *m, size_t task, size_t call,
                       const struct ifb_judge_request *asked, struct ifb_response *out)
{
    const struct lines *l = self;

    (void)call;
    (void)asked;
    for (size_t i = 0; i < l->n; i++) {
        const struct ifb_json *row = l->at[i];

        if (ifb_str_eq(ifb_judged_id(row, "question_id"), m->item->id) &&
            ifb_str_eq(ifb_json_str(row, "model_1"), m->sides[0].model) &&
            ifb_str_eq(ifb_json_str(row, "model_2"), m->sides[1].model) &&
            ifb_json_int(row, "turn", 0) == (int64_t)(task / 2) + 1) {
            out->text = ifb_json_str(row, task % 2 ? "g2_judgment" : "g1_judgment");
            return true;
        }
    }
    return false;
}

static void open_mtbench(struct judge_world *w, const char *settings, struct shelf *shelf,
                         const char *const *models)
{
    const char *paths[1];
    struct ifb_error err = { 0 };

    if (open_judges(w, "mtbench", settings, &err))
        fail_msg("%s", err.msg);
    paths[0] = data_path(w->arena, "mtbench/question.jsonl");
    load_items(w, "mtbench", paths, 1);
    assert_int_equal(w->nitems, 80);
    for (; *models; models++)
        read_answers(w, shelf, ifb_fmt(w->arena, "mtbench/answer_%s.jsonl", *models).ptr);
}

static const char *const three[] = { "Llama-3.1-8B-Instruct", "Mistral-7B-Instruct-v0.3",
                                     "gemma-2-9b-it", NULL };
static const char *const griffin[] = { "Meta-Llama-3-8B-Instruct-Griffin", NULL };

static void ratings_are_the_official_ones(void **state)
{
    static const struct {
        const char *file;
        const char *const *models;
        bool official;  /* the prompts too */
    } rows[] = {
        { "mtbench/judge_32B_single.jsonl.gz", three, false },
        { "mtbench/gpt4_single_fastchat.jsonl.gz", griffin, true },
    };

    (void)state;
    for (size_t r = 0; r < N_OF(rows); r++) {
        struct judge_world w;
        struct shelf shelf = { 0 };
        struct ifb_judged_out found, wanted;
        struct ifb_error err = { 0 };
        struct lines l;
        size_t n;

        if (!is_there(rows[r].file))
            skip();
        open_mtbench(&w, "", &shelf, rows[r].models);
        l = read_lines(w.arena, rows[r].file);
        w.reply = reply_single;
        w.self = &l;
        if (rows[r].official &&
            ifb_templates_load(read_data(w.arena, "mtbench/judge_prompts.jsonl"), w.arena,
                               &w.templates, &err))
            fail_msg("%s", err.msg);
        for (const char *const *m = rows[r].models; *m; m++)
            for (size_t i = 0; i < w.nitems; i++)
                judge_match(&w, &(struct ifb_judging_match){
                                .item = &w.items[i],
                                .sides = { side_of(&w, &shelf, *m, &w.items[i]) } }, &n);
        assert_int_equal(w.nrecords, l.n);
        found = numbers_of_records(&w, "");
        wanted = numbers_of(&w, read_data(w.arena, rows[r].file), "");
        hold_equal(&found, &wanted, 0);
        close_judges(&w);
    }
}

static void pairs_are_the_official_ones(void **state)
{
    static const char *const files[] = { "mtbench/judge_32B_pair.jsonl.gz",
                                         "mtbench/judge_14B_pair.jsonl.gz" };
    /* In the order in which the files have them. */
    static const char *const order[] = { "Llama-3.1-8B-Instruct", "gemma-2-9b-it",
                                         "Mistral-7B-Instruct-v0.3" };

    (void)state;
    for (size_t f = 0; f < N_OF(files); f++) {
        struct judge_world w;
        struct shelf shelf = { 0 };
        struct ifb_judged_out found, wanted;
        struct lines l;
        size_t n;

        if (!is_there(files[f]))
            skip();
        open_mtbench(&w, "judge_mode=pairwise-all", &shelf, three);
        l = read_lines(w.arena, files[f]);
        w.reply = reply_pair;
        w.self = &l;
        for (size_t pair = 0; pair < 3; pair++)
            for (size_t i = 0; i < w.nitems; i++)
                judge_match(&w, &(struct ifb_judging_match){
                                .item = &w.items[i],
                                .sides = { side_of(&w, &shelf, order[pair / 2], &w.items[i]),
                                           side_of(&w, &shelf, order[pair ? 2 : 1],
                                                   &w.items[i]) } }, &n);
        found = numbers_of_records(&w, "");
        wanted = numbers_of(&w, read_data(w.arena, files[f]), "");
        /* The files hold one turn of each question; the other one has no verdict. */
        for (size_t m = 0; m < 3; m++)
            for (size_t k = 0; k < 3; k++) {
                static const char *const ids[] = { "win_rate", "loss_rate", "win_rate_adjusted" };

                assert_true(number_of(&found, ifb_str_of(three[m]), ids[k]) ==
                            number_of(&wanted, ifb_str_of(three[m]), ids[k]));
            }
        close_judges(&w);
    }
}

/* ---- Arena-Hard ---- */

static bool reply_game(void *self, const struct ifb_judging_match *m, size_t task, size_t call,
                       const struct ifb_judge_request *asked, struct ifb_response *out)
{
    const struct ifb_json *game = ifb_json_at(ifb_json_get(m->item->row, "games"), task);

    (void)self;
    (void)asked;
    assert_int_equal(call, 0);
    out->text = ifb_json_str(game, "judgment");
    return out->text.ptr != NULL;
}

static void labels_are_the_official_ones(void **state)
{
    static const char *const names[] = { "athene_by_gpt35", "krikri_by_gpt4o",
                                         "krikri_by_claude35" };

    (void)state;
    for (size_t f = 0; f < N_OF(names); f++) {
        const struct ifb_json *expected, *wanted;
        struct judge_world w;
        struct ifb_judged_out found;
        struct ifb_error err = { 0 };
        struct lines l;
        ifb_str text = IFB_STR("a question"), model;
        struct ifb_message message = { .role = IFB_USER, .text = text };
        size_t n;

        if (!is_there("arenahard/expected_judgments.json"))
            skip();
        assert_int_equal(open_judges(&w, "arenahard-v2", "", &err), IFB_OK);
        l = read_lines(w.arena, ifb_fmt(w.arena, "arenahard/judgments_%s.jsonl.gz", names[f]).ptr);
        w.reply = reply_game;
        model = ifb_json_str(l.at[0], "model");
        for (size_t i = 0; i < l.n; i++) {
            const struct ifb_item item = { .id = ifb_judged_id(l.at[i], "uid"),
                                           .prompt = { &message, 1 }, .row = l.at[i],
                                           .group = IFB_STR("hard_prompt") };

            judge_match(&w, &(struct ifb_judging_match){
                            .item = &item,
                            .sides = { { model, { &text, 1 } },
                                       { w.judging->against(w.state, &item), { &text, 1 } } } },
                        &n);
            assert_int_equal(n, 2);
        }
        found = numbers_of_records(&w, "");
        assert_int_equal(ifb_json_parse(w.arena, read_data(w.arena,
                                                           "arenahard/expected_judgments.json"),
                                        0, 1, &expected, &err), IFB_OK);
        wanted = ifb_json_get(expected, names[f]);
        assert_true(fabs(number_of(&found, model, "score") -
                         ifb_json_real(wanted, "mean_score_v2", NAN)) < 1e-12);
        close_judges(&w);
    }
}

/* The second attempt counts, and what failed is null. */
struct script {
    const char *replies[2][2];  /* of a game, by call; NULL: the call fails */
};

static bool reply_script(void *self, const struct ifb_judging_match *m, size_t task, size_t call,
                         const struct ifb_judge_request *asked, struct ifb_response *out)
{
    const struct script *s = self;

    (void)m;
    (void)asked;
    out->text = ifb_str_of(s->replies[task][call]);
    return s->replies[task][call] != NULL;
}

static void version_01_asks_again(void **state)
{
    static const struct {
        struct script script;
        const char *games;  /* as they are written, prompts left out */
    } rows[] = {
        { { { { "[[A>B]]" }, { "[[B>>A]]" } } }, "A>B,B>>A" },
        { { { { "hm", "so [[A=B]]" }, { "[[A>B]] or [[B>A]]" } } }, "A=B,null" },
        { { { { NULL }, { "hm", NULL } } }, "null game,null" },
        { { { { "hm", "hm" }, { "[[A>B]]" } } }, "null,A>B" },
    };

    (void)state;
    for (size_t r = 0; r < N_OF(rows); r++) {
        struct judge_world w;
        struct ifb_error err = { 0 };
        const struct ifb_json *record, *game;
        ifb_str text = IFB_STR("text"), games = IFB_STR("");
        struct ifb_message message = { .role = IFB_USER, .text = text };
        const struct ifb_item item = { .id = IFB_STR("q1"), .prompt = { &message, 1 },
                                       .group = IFB_STR("") };
        size_t n;

        assert_int_equal(open_judges(&w, "arenahard", "", &err), IFB_OK);
        w.reply = reply_script;
        w.self = (void *)&rows[r].script;
        judge_match(&w, &(struct ifb_judging_match){
                        .item = &item, .sides = { { IFB_STR("m"), { &text, 1 } },
                                                  { IFB_STR("b"), { &text, 1 } } } }, &n);
        assert_int_equal(ifb_json_parse(w.arena, ifb_buf_view(&w.records), 0, 1, &record, &err),
                         IFB_OK);
        assert_true(ifb_str_is(ifb_json_str(record, "question_id"), "q1"));
        assert_true(ifb_str_is(ifb_json_str(record, "model"), "m"));
        game = ifb_json_get(record, "games")->first;
        for (; game; game = game->next) {
            ifb_str score = ifb_json_str(game, "score");

            games = ifb_fmt(w.arena, "%.*s%s%.*s", IFB_ARG(games), games.len ? "," : "",
                            IFB_ARG(game->kind == IFB_JNULL ? IFB_STR("null game")
                                    : score.ptr             ? score
                                                            : IFB_STR("null")));
        }
        if (!ifb_str_is(games, rows[r].games))
            fail_msg("row %zu: %.*s, wanted %s", r, IFB_ARG(games), rows[r].games);
        close_judges(&w);
    }
}

/* ---- InFoBench ---- */

static bool reply_eval(void *self, const struct ifb_judging_match *m, size_t task, size_t call,
                       const struct ifb_judge_request *asked, struct ifb_response *out)
{
    const struct ifb_json *said = ifb_json_at(ifb_json_get(m->item->row, "eval"), call);

    (void)self;
    (void)task;
    (void)asked;
    assert_non_null(said);
    out->text = said->kind != IFB_JBOOL ? IFB_STR("perhaps")
                : said->truth           ? IFB_STR("YES")
                                        : IFB_STR("No.");
    return true;
}

static void questions_give_the_official_share(void **state)
{
    static const char *const files[] = { "infobench/gpt4_output_gpt4_judge.jsonl.gz",
                                         "infobench/gpt4_output_qwen7b_judge_partial.jsonl.gz" };

    (void)state;
    for (size_t f = 0; f < N_OF(files); f++) {
        struct judge_world w;
        struct ifb_judged_out found, wanted;
        struct ifb_error err = { 0 };
        const char *paths[1];
        size_t n;

        if (!is_there(files[f]))
            skip();
        assert_int_equal(open_judges(&w, "infobench", "", &err), IFB_OK);
        paths[0] = data_path(w.arena, files[f]);
        load_items(&w, "infobench", paths, 1);
        w.reply = reply_eval;
        for (size_t i = 0; i < w.nitems; i++) {
            ifb_str output = ifb_json_str(w.items[i].row, "output");

            judge_match(&w, &(struct ifb_judging_match){
                            .item = &w.items[i],
                            .sides = { { IFB_STR("judgments"), { &output, 1 } } } }, &n);
        }
        found = numbers_of_records(&w, "");
        wanted = numbers_of(&w, read_data(w.arena, files[f]), "");
        hold_equal(&found, &wanted, 0);
        close_judges(&w);
    }
}

/* A question that could not be put leaves the instance without a judgment. */
static void an_instance_with_a_failed_call_is_not_judged(void **state)
{
    static const struct script script = { { { "YES", NULL } } };
    struct judge_world w;
    struct ifb_judged_out found;
    struct ifb_error err = { 0 };
    const struct ifb_json *row;
    ifb_str output = IFB_STR("text");
    size_t n;

    (void)state;
    assert_int_equal(open_judges(&w, "infobench", "judge_mode=independent", &err), IFB_OK);
    assert_int_equal(ifb_json_parse(w.arena, IFB_STR("{\"decomposed_questions\":[\"a?\",\"b?\"]}"),
                                    0, 1, &row, &err), IFB_OK);
    w.reply = reply_script;
    w.self = (void *)&script;
    judge_match(&w, &(struct ifb_judging_match){
                    .item = &(struct ifb_item){ .id = IFB_STR("i"), .row = row },
                    .sides = { { IFB_STR("m"), { &output, 1 } } } }, &n);
    found = numbers_of_records(&w, "");
    assert_int_equal(found.ncells, 1);
    assert_int_equal(found.cells[0].counts.unscored, 2);
    assert_true(isnan(number_of(&found, IFB_STR("m"), "drfr")));
    close_judges(&w);
}

/* ---- AlpacaEval ---- */

/* What the judge of stored annotations said: the row of the instruction. */
static const struct ifb_json *annotation_of(const struct ifb_json *all, ifb_str instruction)
{
    for (const struct ifb_json *row = all->first; row; row = row->next)
        if (ifb_str_eq(ifb_json_str(row, "instruction"), instruction))
            return row;
    return NULL;
}

static bool reply_logprobs(void *self, const struct ifb_judging_match *m, size_t task, size_t call,
                           const struct ifb_judge_request *asked, struct ifb_response *out)
{
    const struct ifb_json *row = annotation_of(self, m->item->prompt.at[0].text), *top;

    (void)task;
    (void)call;
    assert_true(asked->max_tokens == 1 && asked->temperature == 1 && asked->top_logprobs == 5);
    row = ifb_json_get(row, "raw_completion");
    out->text = ifb_json_str(row, "text");
    row = ifb_json_at(ifb_json_get(ifb_json_get(row, "logprobs"), "content"), 0);
    top = ifb_json_get(row, "top_logprobs");
    for (const struct ifb_json *t = top->first; t; t = t->next)
        out->top[out->ntop++] = (struct ifb_logprob){ ifb_json_str(t, "token"),
                                                      ifb_json_real(t, "logprob", NAN) };
    return true;
}

static void annotations_read_back_equal(void **state)
{
    static const char *const names[] = { "vicuna-7b-v1.5", "NullModel" };

    (void)state;
    for (size_t f = 0; f < N_OF(names); f++) {
        struct judge_world w;
        struct shelf shelf = { 0 };
        struct ifb_judged_out found, wanted;
        struct ifb_error err = { 0 };
        const struct ifb_json *all, *written;
        const char *paths[1];
        ifb_str bytes, model;
        size_t n;

        if (!is_there("alpacaeval/gpt4_1106_preview.model_outputs.json"))
            skip();
        assert_int_equal(open_judges(&w, "alpacaeval", "", &err), IFB_OK);
        paths[0] = data_path(w.arena, w.judging->baseline[0]);
        load_items(&w, "alpacaeval", paths, 1);
        read_answers(&w, &shelf, w.judging->baseline[0]);
        bytes = read_data(w.arena, ifb_fmt(w.arena, "alpacaeval/full/%s.annotations.json.gz",
                                           names[f]).ptr);
        assert_int_equal(ifb_json_parse(w.arena, bytes, IFB_JSON_PYTHON, 1, &all, &err), IFB_OK);
        model = ifb_json_str(all->first, "generator_2");
        w.reply = reply_logprobs;
        w.self = (void *)all;
        for (size_t i = 0; i < w.nitems; i++) {
            ifb_str output = ifb_json_str(annotation_of(all, w.items[i].prompt.at[0].text),
                                          "output_2");

            judge_match(&w, &(struct ifb_judging_match){
                            .item = &w.items[i],
                            .sides = { { model, { &output, 1 } },
                                       side_of(&w, &shelf, "gpt4_1106_preview",
                                               &w.items[i]) } }, &n);
        }
        found = numbers_of_records(&w, "lc_c=6");
        wanted = numbers_of(&w, bytes, "lc_c=6");
        hold_equal(&found, &wanted, 1e-7);
        assert_int_equal(ifb_json_parse(w.arena, ifb_buf_view(&w.records), 0, 1, &written, &err),
                         IFB_OK);
        assert_int_equal(written->n, all->n);
        for (const struct ifb_json *row = written->first; row; row = row->next) {
            const struct ifb_json *was = annotation_of(all, ifb_json_str(row, "instruction"));

            assert_true(ifb_str_eq(ifb_json_str(row, "output_1"), ifb_json_str(was, "output_1")));
            if (!(fabs(ifb_json_real(row, "preference", NAN) -
                       ifb_json_real(was, "preference", NAN)) <= 1.01e-10))
                fail_msg("%.40s: %.12f", ifb_json_str(row, "instruction").ptr,
                         ifb_json_real(row, "preference", NAN));
        }
        close_judges(&w);
    }
}

/* ---- AlpacaEval on made-up pairs: which order, which parser ---- */

static bool reply_text(void *self, const struct ifb_judging_match *m, size_t task, size_t call,
                       const struct ifb_judge_request *asked, struct ifb_response *out)
{
    (void)m;
    (void)task;
    (void)call;
    (void)asked;
    out->text = ifb_str_of(self);
    return self != NULL;
}

/* "four" is shown baseline first, "two" the model first: the tool's seed decides. */
static const struct {
    const char *suite, *settings, *instruction, *model, *baseline, *reply;
    double preference;  /* NaN: null */
    bool raw;           /* the reply is written as text */
} pairs[] = {
    { "alpacaeval1", "", "two", "x", "y", "[{'model': 'model_1', 'rank': 1}]", 2, true },
    { "alpacaeval1", "", "four", "x", "y", "[{'model': 'model_1', 'rank': 1}]", 1, true },
    { "alpacaeval1", "", "four", "x", "y", "model_1 is better", NAN, true },
    { "alpacaeval1", "", "four", "x", "y", NULL, NAN, false },
    { "alpacaeval1", "", "four", "x", "x", "[{'model': 'model_1', 'rank': 1}]", 1.5, false },
    { "alpacaeval1", "judge_parser=scores", "four", "x", "y", "3 9\nwhy", 2, true },
    { "alpacaeval1", "judge_parser=scores", "two", "x", "y", "3 9\nwhy", 1, true },
    { "alpacaeval1", "judge_parser=scores", "two", "x", "y", "5 5", 1.5, true },
    { "alpacaeval1", "judge_parser=json judge_key=best", "four", "x", "y", "{\"best\": 2}", 2,
      true },
    { "alpacaeval1", "judge_parser=json judge_key=best", "four", "x", "y", "{\"worst\": 2}", NAN,
      true },
    { "alpacaeval", "judge_parser=regex judge_first=win:m judge_second=win:M", "four", "x", "y",
      "win:M", 2, true },
    { "alpacaeval", "judge_parser=regex judge_first=win:m judge_second=win:M", "four", "x", "y",
      "win:m win:M", NAN, true },
    { "alpacaeval", "", "four", "x", "y", "M", NAN, true }, /* no log-probabilities */
    { "alpacaeval1", "both_orders=true", "four", "x", "y", "[{'model': 'model_1', 'rank': 1}]",
      1.5, true },
};

/* Of two texts the first when the model's is shown first. */
static bool reply_by_order(void *self, const struct ifb_judging_match *m, size_t task, size_t call,
                           const struct ifb_judge_request *asked, struct ifb_response *out)
{
    const char *const *said = self;
    ifb_str prompt = asked->messages.at[asked->messages.n - 1].text;
    size_t model = ifb_str_find(prompt, IFB_STR("\nx\n"), 0);
    size_t baseline = ifb_str_find(prompt, IFB_STR("\ny\n"), 0);

    (void)m;
    (void)task;
    (void)call;
    assert_true(model != SIZE_MAX && baseline != SIZE_MAX);
    out->text = ifb_str_of(said[baseline < model]);
    return true;
}

static void preferences_are_of_the_models(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_OF(pairs); i++) {
        ifb_str model = ifb_str_of(pairs[i].model), baseline = ifb_str_of(pairs[i].baseline);
        struct ifb_message message = { .role = IFB_USER,
                                       .text = ifb_str_of(pairs[i].instruction) };
        const struct ifb_item item = { .id = IFB_STR("0"), .prompt = { &message, 1 },
                                       .group = IFB_STR("d") };
        const struct ifb_json *all, *row;
        struct judge_world w;
        struct ifb_error err = { 0 };
        double p;
        size_t n;

        if (open_judges(&w, pairs[i].suite, pairs[i].settings, &err))
            fail_msg("%s", err.msg);
        w.reply = reply_text;
        w.self = (void *)pairs[i].reply;
        judge_match(&w, &(struct ifb_judging_match){
                        .item = &item, .sides = { { IFB_STR("m"), { &model, 1 } },
                                                  { IFB_STR("b"), { &baseline, 1 } } } }, &n);
        ifb_buf_char(&w.records, ']');
        assert_int_equal(ifb_json_parse(w.arena, ifb_buf_view(&w.records), 0, 1, &all, &err),
                         IFB_OK);
        row = all->first;
        p = ifb_json_real(row, "preference", NAN);
        if (!(p == pairs[i].preference || (isnan(p) && isnan(pairs[i].preference))))
            fail_msg("row %zu: %g, wanted %g", i, p, pairs[i].preference);
        assert_true(ifb_str_eq(ifb_json_str(row, "output_1"), baseline));
        assert_true(ifb_str_is(ifb_json_str(row, "generator_2"), "m"));
        assert_int_equal(ifb_json_str(row, "raw_completion").ptr != NULL, pairs[i].raw);
        close_judges(&w);
    }
}

/* One judge that always likes what it sees first, one that knows. */
static void both_orders_tell_of_positions(void **state)
{
    static const struct {
        const char *first, *second;  /* what is said of "x" and "y" when that is shown first */
        double preference, consistency, first_rate;
    } rows[] = {
        { "[{'model': 'model_1', 'rank': 1}]", "[{'model': 'model_1', 'rank': 1}]", 1.5, 0, 1 },
        { "[{'model': 'model_1', 'rank': 1}]", "[{'model': 'model_1', 'rank': 2}]", 2, 1, 0.5 },
        { "[{'model': 'model_1', 'rank': 2}]", "[{'model': 'model_1', 'rank': 2}]", 1.5, 0, 0 },
    };

    (void)state;
    for (size_t i = 0; i < N_OF(rows); i++) {
        const char *said[2] = { rows[i].first, rows[i].second };
        ifb_str model = IFB_STR("x"), baseline = IFB_STR("y");
        struct ifb_message message = { .role = IFB_USER, .text = IFB_STR("two") };
        const struct ifb_item item = { .id = IFB_STR("0"), .prompt = { &message, 1 },
                                       .group = IFB_STR("d") };
        struct ifb_judged_out out;
        struct judge_world w;
        struct ifb_error err = { 0 };
        size_t n;

        assert_int_equal(open_judges(&w, "alpacaeval1", "both_orders=true", &err), IFB_OK);
        w.reply = reply_by_order;
        w.self = said;
        judge_match(&w, &(struct ifb_judging_match){
                        .item = &item, .sides = { { IFB_STR("m"), { &model, 1 } },
                                                  { IFB_STR("b"), { &baseline, 1 } } } }, &n);
        assert_int_equal(n, 2);
        out = numbers_of_records(&w, "");
        assert_true(number_of(&out, IFB_STR("m"), "win_rate") == 100 * (rows[i].preference - 1));
        assert_true(number_of(&out, IFB_STR("m"), "position_consistency") == rows[i].consistency);
        assert_true(number_of(&out, IFB_STR("m"), "first_position_rate") == rows[i].first_rate);
        close_judges(&w);
    }
}

static void settings_that_lack_something_are_refused(void **state)
{
    static const char *const rows[] = { "judge_parser=regex", "judge_parser=json",
                                        "judge_parser=regex judge_first=( judge_second=b" };

    (void)state;
    for (size_t i = 0; i < N_OF(rows); i++) {
        struct judge_world w;
        struct ifb_error err = { 0 };

        assert_int_not_equal(open_judges(&w, "alpacaeval", rows[i], &err), IFB_OK);
        assert_non_null(strstr(err.msg, "--judge-"));
        close_judges(&w);
    }
}

/* ---- AlpacaEval's own prompt file ---- */

static void the_official_prompt_is_loaded(void **state)
{
    static const struct ifb_slot slots[] = { { "instruction", IFB_STR_INIT("do {this}") },
                                             { "output_1", IFB_STR_INIT("one") },
                                             { "output_2", IFB_STR_INIT("two") } };
    const char *name = "alpacaeval/judge_prompt_alpaca_eval_clf.txt";
    struct ifb_arena *arena = ifb_arena_new();
    const struct ifb_templates *set;
    struct ifb_error err = { 0 };
    ifb_str file, text, user;
    size_t at;

    (void)state;
    if (!is_there(name)) {
        ifb_arena_close(arena);
        skip();
    }
    file = read_data(arena, name);
    if (ifb_templates_load(file, arena, &set, &err) ||
        ifb_template_render(set->at[0].text, slots, 3, arena, &text, &err))
        fail_msg("%s", err.msg);
    assert_int_equal(set->n, 3); /* for every way to judge */
    assert_true(ifb_str_starts(set->at[0].system, IFB_STR("You are a highly efficient")));
    /* The file with its places filled is what is sent. */
    at = ifb_str_find(file, IFB_STR("<|im_start|>user\n"), 0) + strlen("<|im_start|>user\n");
    user = ifb_str_trim_ascii(ifb_str_part(file, at, ifb_str_find(file, IFB_STR("<|im_end|>"),
                                                                  at)));
    at = ifb_str_find(user, IFB_STR("{instruction}"), 0);
    assert_memory_equal(text.ptr, user.ptr, at);
    assert_memory_equal(text.ptr + at, "do {this}", 9);
    assert_int_equal(text.len, user.len - strlen("{instruction}{output_1}{output_2}") +
                                   strlen("do {this}onetwo"));
    assert_true(ifb_str_ends(text, IFB_STR("## Best Model Identifier")));
    ifb_arena_close(arena);
}

static void settings_of_arena_hard_are_prompts(void **state)
{
    static const char *const rows[] = {
        "judge_model: x\nsystem_prompt: \"Be fair.\"\nprompt_template: [\"{question_1}|{answer_1}|"
        "{answer_2}\"]\n",
        "prompt_template: \"{QUESTION}|{ANSWER_A}|{ANSWER_B}\"\nsystem_prompt: Be fair.\n",
    };

    (void)state;
    for (size_t i = 0; i < N_OF(rows); i++) {
        const ifb_str texts[] = { IFB_STR("model"), IFB_STR("base"), IFB_STR("do") };
        const struct ifb_strs none = { NULL, 0 };
        struct ifb_arena *arena = ifb_arena_new();
        struct ifb_judge_context c = { .game = 1, .questions = { texts + 2, 1 },
                                       .answers = { { texts, 1 }, { texts + 1, 1 } } };
        struct ifb_judge_step step;
        struct ifb_error err = { 0 };

        if (ifb_templates_load(ifb_str_of(rows[i]), arena, &c.templates, &err) ||
            ifb_judge_find(IFB_STR("arenahard-v0.1"))->step(&c, none, arena, &step, &err))
            fail_msg("row %zu: %s", i, err.msg);
        assert_int_equal(step.ask.messages.n, 2);
        assert_true(ifb_str_is(step.ask.messages.at[0].text, "Be fair."));
        assert_true(ifb_str_is(step.ask.messages.at[1].text, "do|base|model"));
        ifb_arena_close(arena);
    }
}

static void broken_prompt_files_are_refused(void **state)
{
    static const char *const rows[] = {
        "<|im_start|>user\nhello", "<|im_start|>system\nhello\n<|im_end|>",
        "<|im_start|>user\na<|im_end|>\n<|im_start|>user\nb<|im_end|>",
        "<|im_start|>user\na<|im_end|>\nmore", "<|im_start|>critic\na<|im_end|>",
        "just text", "prompt_template: 7", "prompt_template: [a, b]",
        "prompt_template: \"{open\"", "{\"name\": \"n\"}", "{\"name\"",
    };

    (void)state;
    for (size_t i = 0; i < N_OF(rows); i++) {
        struct ifb_arena *arena = ifb_arena_new();
        const struct ifb_templates *set;
        struct ifb_error err = { 0 };

        assert_int_equal(ifb_templates_load(ifb_str_of(rows[i]), arena, &set, &err), IFB_EINPUT);
        assert_true(ifb_str_starts(ifb_str_of(err.msg), IFB_STR("line ")));
        ifb_arena_close(arena);
    }
}

/* ---- FollowBench ---- */

static bool reply_ladder(void *self, const struct ifb_judging_match *m, size_t task, size_t call,
                         const struct ifb_judge_request *asked, struct ifb_response *out)
{
    ifb_str text = asked->messages.at[0].text;

    (void)task;
    (void)call;
    assert_int_equal(asked->messages.n, 1);
    for (size_t i = 0; i < m->item->ladder.n; i++)
        if (ifb_str_find(text, m->item->ladder.at[i], 0) == SIZE_MAX)
            fail_msg("level %zu is not shown", i);
    assert_int_not_equal(ifb_str_find(text, m->sides[0].answers.at[0], 0), SIZE_MAX);
    out->text = ifb_str_of(self);
    return true;
}

static void a_ladder_is_shown_and_read(void **state)
{
    static const ifb_str ladder[] = { IFB_STR_INIT("write"), IFB_STR_INIT("write a poem"),
                                      IFB_STR_INIT("write a short poem"),
                                      IFB_STR_INIT("write a short sad poem") };
    static const struct {
        const char *suite, *reply;
        size_t level;
        const char *said;  /* by constraint; "" where nothing can be read */
    } rows[] = {
        { "followbench", "so\n['YES', 'NO', 'YES']", 3, "yny" },
        { "followbench", "so\n['YES', 'NO']", 3, "" },
        { "followbench", "YES", 1, "y" },
        { "followbench", "no idea", 1, "" },
        { "followbench-zh", "所以\n[“YES”, “NO”]", 2, "yn" },
        { "followbench-zh", "NO", 1, "n" },
    };

    (void)state;
    for (size_t i = 0; i < N_OF(rows); i++) {
        const struct ifb_item item = { .id = IFB_STR("style-1-3"), .group = IFB_STR("style"),
                                       .level = (uint16_t)rows[i].level,
                                       .ladder = { ladder, rows[i].level + 1 } };
        const struct ifb_judge_outcome *o;
        ifb_str answer = IFB_STR("roses are grey");
        struct judge_world w;
        struct ifb_error err = { 0 };
        size_t n;

        assert_int_equal(open_judges(&w, rows[i].suite, "", &err), IFB_OK);
        w.reply = reply_ladder;
        w.self = (void *)rows[i].reply;
        o = judge_match(&w, &(struct ifb_judging_match){
                            .item = &item, .sides = { { IFB_STR("m"), { &answer, 1 } } } }, &n);
        assert_int_equal(n, 1);
        assert_int_equal(o->task->context.checks.n, rows[i].level);
        assert_int_equal(o->said.how == IFB_READ, rows[i].said[0] != '\0');
        assert_int_equal(o->said.nsaid, rows[i].level);
        for (size_t k = 0; k < rows[i].level; k++)
            assert_int_equal(o->said.said[k], !rows[i].said[0]        ? IFB_SAID_UNREADABLE
                                              : rows[i].said[k] == 'y' ? IFB_SAID_YES
                                                                       : IFB_SAID_NO);
        close_judges(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ratings_are_the_official_ones),
        cmocka_unit_test(pairs_are_the_official_ones),
        cmocka_unit_test(labels_are_the_official_ones),
        cmocka_unit_test(version_01_asks_again),
        cmocka_unit_test(questions_give_the_official_share),
        cmocka_unit_test(an_instance_with_a_failed_call_is_not_judged),
        cmocka_unit_test(annotations_read_back_equal),
        cmocka_unit_test(preferences_are_of_the_models),
        cmocka_unit_test(both_orders_tell_of_positions),
        cmocka_unit_test(settings_that_lack_something_are_refused),
        cmocka_unit_test(the_official_prompt_is_loaded),
        cmocka_unit_test(settings_of_arena_hard_are_prompts),
        cmocka_unit_test(broken_prompt_files_are_refused),
        cmocka_unit_test(a_ladder_is_shown_and_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
