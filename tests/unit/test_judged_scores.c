/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Judged suites against the numbers of the official tools, and on made-up files
 * whose numbers are worked out by hand.
 */
#include "tests/unit/parity.h"

#include <math.h>

#include <ifbench/judged.h>

#include "harness/base/csv.h"
#include "harness/base/fields.h"

#define N_OF(a) (sizeof(a) / sizeof(*(a)))

/* ---- a suite at work ---- */

struct bench {
    struct ifb_arena *arena, *scratch;
    const struct ifb_judged *suite;
    struct ifb_judged_lent lent;
    void *options, *state;
    struct ifb_judged_out out;
    size_t nrows, nwarnings;
    char warnings[4096];
    ifb_str lent_file;  /* what `file` gives */
    bool no_data;
};

static enum ifb_code lend_file(void *self, ifb_str path, struct ifb_judged_file *out,
                               struct ifb_error *err)
{
    struct bench *b = self;

    (void)err;
    *out = (struct ifb_judged_file){ path, b->lent_file };
    return IFB_OK;
}

static enum ifb_code lend_data(void *self, const char *local, struct ifb_judged_file *out,
                               struct ifb_error *err)
{
    struct bench *b = self;

    *out = (struct ifb_judged_file){ ifb_str_of(local), { NULL, 0 } };
    if (b->no_data || !is_there(local))
        return IFB_OK;
    return ifb_file_read(data_path(b->arena, local), 1 << 26, b->arena, &out->bytes, err);
}

static void lend_row(void *self, const struct ifb_judged_row *row)
{
    struct bench *b = self;

    assert_true(row->model.len && row->id.len && row->why.len);
    b->nrows++;
}

__attribute__((format(printf, 2, 3))) static void lend_warn(void *self, const char *fmt, ...)
{
    struct bench *b = self;
    size_t len = strlen(b->warnings);
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(b->warnings + len, sizeof(b->warnings) - len, fmt, ap);
    va_end(ap);
    strncat(b->warnings, "\n", sizeof(b->warnings) - strlen(b->warnings) - 1);
    b->nwarnings++;
}

/* `settings`: "name=value name=value". */
static enum ifb_code open_bench(struct bench *b, const char *id, const char *settings,
                                struct ifb_error *err)
{
    ifb_str rest = ifb_str_of(settings), one, name;
    enum ifb_code code = IFB_OK;

    b->arena = ifb_arena_new();
    b->scratch = ifb_arena_new();
    b->suite = ifb_judged_find(ifb_str_of(id));
    assert_non_null(b->suite);
    b->lent = (struct ifb_judged_lent){ .self = b, .arena = b->arena, .rows = true,
                                        .file = lend_file, .data = lend_data, .row = lend_row,
                                        .warn = lend_warn };
    b->options = ifb_alloc(b->arena, b->suite->options_size);
    if (b->suite->defaults)
        memcpy(b->options, b->suite->defaults, b->suite->options_size);
    while (rest.len && !code) {
        if (!ifb_str_chop(&rest, ' ', &one))
            one = rest, rest.len = 0;
        ifb_str_chop(&one, '=', &name);
        assert_non_null(ifb_field_find(b->suite->fields, name));
        code = ifb_field_set(ifb_field_find(b->suite->fields, name), one, b->options, b->arena,
                             err);
    }
    return code ? code : b->suite->open(b->options, &b->lent, &b->state, err);
}

static void begin(struct bench *b, const char *id, const char *settings)
{
    struct ifb_error err = { 0 };

    if (open_bench(b, id, settings, &err))
        fail_msg("%s", err.msg);
}

static enum ifb_code give(struct bench *b, ifb_str bytes, const char *name, struct ifb_error *err)
{
    struct ifb_judged_file file = { ifb_str_of(name), bytes };

    return b->suite->read(b->state, &file, b->scratch, err);
}

static void give_text(struct bench *b, const char *text)
{
    struct ifb_error err = { 0 };

    if (give(b, ifb_str_of(text), "made-up.jsonl", &err))
        fail_msg("%s", err.msg);
}

static void give_data(struct bench *b, const char *name)
{
    struct ifb_error err = { 0 };
    ifb_str bytes;

    if (ifb_file_read(data_path(b->arena, name), 1 << 28, b->arena, &bytes, &err) ||
        give(b, bytes, name, &err))
        fail_msg("%s", err.msg);
}

static void finish(struct bench *b)
{
    struct ifb_error err = { 0 };
    int64_t total = 0;

    if (b->suite->finish(b->state, &b->out, &err))
        fail_msg("%s", err.msg);
    for (size_t i = 0; i < b->out.ncells; i++) {
        const struct ifb_counts *c = &b->out.cells[i].counts;

        assert_int_equal(c->total, c->passed + c->failed + c->errors + c->unscored + c->pending);
        total += c->total;
        for (size_t k = 0; k < b->out.cells[i].nvalues; k++) {
            bool known = false;

            for (const struct ifb_metric *m = b->suite->metrics; m->id; m++)
                known = known || ifb_str_is(b->out.cells[i].values[k].id, m->id);
            assert_true(known);
        }
    }
    (void)total;
}

static void end(struct bench *b)
{
    ifb_arena_close(b->arena);
    ifb_arena_close(b->scratch);
}

static const struct ifb_metric_value *value_of(const struct bench *b, ifb_str model,
                                               const char *metric)
{
    for (size_t i = 0; i < b->out.ncells; i++)
        for (size_t k = 0; k < b->out.cells[i].nvalues; k++)
            if (ifb_str_eq(b->out.cells[i].model, model) &&
                ifb_str_is(b->out.cells[i].values[k].id, metric))
                return &b->out.cells[i].values[k];
    return NULL;
}

/* A number, or NaN where there is none. */
static double number(const struct bench *b, const char *model, const char *metric)
{
    const struct ifb_metric_value *v = value_of(b, ifb_str_of(model), metric);

    return v ? v->value : NAN;
}

/* Equal to the last bit but one or so: sums are made in another order. */
static bool near(double a, double b)
{
    return (isnan(a) && isnan(b)) || fabs(a - b) <= 1e-12 * (1 + fabs(b));
}

static void want(const struct bench *b, ifb_str model, const char *metric,
                 const struct ifb_json *wanted)
{
    const struct ifb_metric_value *v = value_of(b, model, metric);
    double to = wanted && wanted->kind == IFB_JNUMBER ? wanted->number : NAN;

    if (!near(v ? v->value : NAN, to))
        fail_msg("%.*s, %s: %.17g, wanted %.17g", IFB_ARG(model), metric, v ? v->value : NAN, to);
}

static void want_count(int64_t found, const struct ifb_json *of, const char *key)
{
    if (found != ifb_json_int(of, key, -1))
        fail_msg("%s: %lld, wanted %lld", key, (long long)found,
                 (long long)ifb_json_int(of, key, -1));
}

static const struct ifb_json *load(struct ifb_arena *arena, const char *name)
{
    const struct ifb_json *out;
    struct ifb_error err = { 0 };
    ifb_str bytes;

    if (ifb_file_read(data_path(arena, name), 1 << 26, arena, &bytes, &err) ||
        ifb_json_parse(arena, bytes, 0, 1, &out, &err))
        fail_msg("%s: %s", name, err.msg);
    return out;
}

/* ---- MT-Bench ---- */

static void check_single(struct bench *b, const struct ifb_json *models)
{
    for (const struct ifb_json *m = models->first; m; m = m->next) {
        const struct ifb_metric_value *v = value_of(b, m->key, "average");
        const struct ifb_json *categories = ifb_json_get(m, "by_category");

        want(b, m->key, "average", ifb_json_get(m, "average"));
        want(b, m->key, "turn1", ifb_json_get(m, "turn1"));
        want(b, m->key, "turn2", ifb_json_get(m, "turn2"));
        want_count(v->n + v->unscored, m, "n");
        want_count(v->unscored, m, "n_unparsed");
        for (const struct ifb_json *c = categories->first; c; c = c->next)
            want(b, m->key, ifb_cstr(b->arena, ifb_fmt(b->arena, "%.*s.average", IFB_ARG(c->key))),
                 c);
    }
}

static void check_pairs(struct bench *b, const struct ifb_json *wanted)
{
    const struct ifb_json *models = ifb_json_get(wanted, "models");
    int64_t inconsistent = 0, unscored = 0;

    for (const struct ifb_json *m = models->first; m; m = m->next) {
        const struct ifb_metric_value *win = value_of(b, m->key, "win_rate");

        want(b, m->key, "win_rate", ifb_json_get(m, "win_rate"));
        want(b, m->key, "loss_rate", ifb_json_get(m, "loss_rate"));
        want(b, m->key, "win_rate_adjusted", ifb_json_get(m, "win_rate_adjusted"));
        want_count(win->hits, m, "win");
        want_count(value_of(b, m->key, "loss_rate")->hits, m, "loss");
        inconsistent += value_of(b, m->key, "inconsistent_rate")->hits;
        unscored += win->unscored;
    }
    if (models->n == 3) { /* all pairs: each is in two models' rows */
        want_count(inconsistent / 2, wanted, "inconsistent");
        want_count(unscored / 2, wanted, "skipped_error");
    } else {
        want_count(inconsistent, wanted, "inconsistent");
    }
}

static void test_mtbench_golden(void **state)
{
    static const struct {
        const char *file, *key, *settings;
        void (*check)(struct bench *b, const struct ifb_json *wanted);
    } rows[] = {
        { "mtbench/judge_32B_single.jsonl.gz", "judge_32B_single", "", check_single },
        { "mtbench/judge_32B_single_ref.jsonl.gz", "judge_32B_single_ref_turn2", "",
          check_single },
        { "mtbench/gpt4_single_fastchat.jsonl.gz", "gpt4_single_fastchat", "", check_single },
        { "mtbench/judge_32B_pair.jsonl.gz", "judge_32B_pair_all", "", check_pairs },
        { "mtbench/judge_14B_pair.jsonl.gz", "judge_14B_pair_all", "", check_pairs },
        { "mtbench/judge_32B_pair.jsonl.gz", "judge_32B_pair_baseline_Mistral",
          "baseline=Mistral-7B-Instruct-v0.3", check_pairs },
    };

    (void)state;
    if (!is_there("mtbench/expected.json"))
        skip();
    for (size_t i = 0; i < N_OF(rows); i++) {
        struct bench b = { 0 };
        const struct ifb_json *wanted;

        begin(&b, "mtbench", rows[i].settings);
        wanted = ifb_json_get(load(b.arena, "mtbench/expected.json"), rows[i].key);
        assert_non_null(wanted);
        give_data(&b, rows[i].file);
        finish(&b);
        rows[i].check(&b, wanted);
        assert_true(b.nrows > 0);
        end(&b);
    }
}

static void test_mtbench_agreement(void **state)
{
    static const char *const cell = "qwen/judge_32B with qwen/judge_14B";
    struct bench b = { 0 };
    const struct ifb_json *wanted;
    const struct ifb_metric_value *with, *without;

    (void)state;
    if (!is_there("mtbench/expected.json"))
        skip();
    begin(&b, "mtbench", "");
    give_data(&b, "mtbench/judge_32B_pair.jsonl.gz");
    give_data(&b, "mtbench/judge_14B_pair.jsonl.gz");
    finish(&b);
    wanted = ifb_json_get(load(b.arena, "mtbench/expected.json"), "agreement_32B_vs_14B");
    with = value_of(&b, ifb_str_of(cell), "agreement");
    without = value_of(&b, ifb_str_of(cell), "agreement_no_ties");
    want_count(with->n, wanted, "total_with_tie");
    want_count(with->hits, wanted, "agree_with_tie");
    want_count(without->n, wanted, "total_without_tie");
    want_count(without->hits, wanted, "agree_without_tie");
    end(&b);
}

#define PAIR(q, one, two, g1, g2)                                                             \
    "{\"question_id\": " q ", \"model_1\": \"" one "\", \"model_2\": \"" two "\", \"turn\": 1, " \
    "\"judge\": [\"j\", \"pair-v2\"], \"g1_judgment\": \"" g1 "\", \"g2_judgment\": \"" g2 "\"}\n"
#define VOTE(q, one, two, winner, judge)                                                      \
    "{\"question_id\": " q ", \"model_a\": \"" one "\", \"model_b\": \"" two "\", \"turn\": 1, " \
    "\"judge\": \"" judge "\", \"winner\": \"" winner "\"}\n"

/* x wins 1, ties 2 (one inconsistent), loses 1; one pair has a game without a verdict. */
static void test_mtbench_pairs(void **state)
{
    struct bench b = { .no_data = true };

    (void)state;
    begin(&b, "mtbench", "");
    give_text(&b, PAIR("1", "x", "y", "[[A]]", "[[B]]") PAIR("2", "x", "y", "[[A]]", "[[A]]")
              PAIR("3", "x", "y", "[[C]]", "[[C]]") PAIR("4", "x", "y", "[[B]]", "[[A]]")
              PAIR("5", "x", "y", "[[A]]", "?") PAIR("1", "x", "y", "[[B]]", "[[A]]"));
    finish(&b);
    assert_true(near(number(&b, "x", "win_rate"), 0.25));
    assert_true(near(number(&b, "x", "loss_rate"), 0.25));
    assert_true(near(number(&b, "y", "win_rate_adjusted"), 0.5));
    assert_true(near(number(&b, "x", "inconsistent_rate"), 0.25));
    assert_int_equal(value_of(&b, IFB_STR("x"), "win_rate")->unscored, 1);
    assert_true(near(number(&b, "judge j", "position_consistency"), 0.75));
    assert_true(near(number(&b, "judge j", "first_position_rate"), 5.0 / 7));
    assert_non_null(strstr(b.warnings, "1 lines of a judgment that was there before"));
    end(&b);
}

/* People on pairs: each of them with the judge, and with one another. */
static void test_mtbench_votes(void **state)
{
    struct bench b = { .no_data = true };

    (void)state;
    begin(&b, "mtbench", "");
    give_text(&b, PAIR("1", "x", "y", "[[A]]", "[[B]]") PAIR("2", "y", "x", "[[A]]", "[[B]]")
              VOTE("1", "x", "y", "model_a", "expert_1") VOTE("1", "y", "x", "model_a", "expert_2")
              VOTE("1", "y", "x", "tie (inconsistent)", "expert_3")
              VOTE("2", "x", "y", "model_b", "expert_1") VOTE("2", "x", "y", "?", "expert_2"));
    finish(&b);
    assert_int_equal(value_of(&b, IFB_STR("j with human"), "agreement")->n, 4);
    assert_int_equal(value_of(&b, IFB_STR("j with human"), "agreement")->hits, 2);
    assert_int_equal(value_of(&b, IFB_STR("j with human"), "agreement_no_ties")->n, 3);
    assert_int_equal(value_of(&b, IFB_STR("human with human"), "agreement")->n, 3);
    assert_int_equal(value_of(&b, IFB_STR("human with human"), "agreement")->hits, 0);
    assert_non_null(value_of(&b, IFB_STR("jury of 2"), "alpha"));
    assert_non_null(strstr(b.warnings, "1 judgments hold nothing"));
    end(&b);
}

#define RATING(q, turn, text, score)                                                         \
    "{\"question_id\": " q ", \"model\": \"x\", \"turn\": " turn ", \"judge\": [\"j\", \"p" turn \
    "\"], \"judgment\": \"" text "\", \"score\": " score "}\n"

static void test_mtbench_parse(void **state)
{
    static const char file[] = RATING("81", "1", "[[3]] no, [[9]]", "3") RATING("81", "2", "", "7")
        RATING("82", "1", "Rating: 6", "-1") RATING("82", "2", "[[08]]", "5")
        RATING("83", "1", "", "null");
    struct bench b = { .no_data = true };

    (void)state;
    begin(&b, "mtbench", "");
    give_text(&b, file);
    finish(&b);
    assert_true(near(number(&b, "x", "average"), 5));
    assert_int_equal(value_of(&b, IFB_STR("x"), "average")->unscored, 3);
    assert_non_null(strstr(b.warnings, "3 judgments are read differently"));
    assert_non_null(strstr(b.warnings, "would have stopped the official tool"));
    assert_non_null(strstr(b.warnings, "1 judgments hold nothing"));
    assert_non_null(strstr(b.warnings, "1 judgments were stored with another score"));
    end(&b);
    b = (struct bench){ .no_data = true };
    begin(&b, "mtbench", "parse=last");
    give_text(&b, file);
    finish(&b);
    assert_true(near(number(&b, "x", "average"), (9 + 7 + 6 + 8) / 4.0));
    end(&b);
}

/* ---- InFoBench ---- */

static void check_part(struct bench *b, ifb_str model, const char *metric,
                       const struct ifb_json *wanted)
{
    const struct ifb_metric_value *v = value_of(b, model, metric);

    assert_int_equal(v->hits, ifb_json_at(wanted, 0)->integer);
    assert_int_equal(v->n, ifb_json_at(wanted, 1)->integer);
}

static void check_infobench(const char *name)
{
    static const char *const subsets[][2] = { { "Easy_set", "easy_set.drfr" },
                                              { "Hard_set", "hard_set.drfr" } };
    static const char *const labels[][2] = {
        { "Content", "content.drfr" }, { "Format", "format.drfr" }, { "Style", "style.drfr" },
        { "Linguistic", "linguistic.drfr" }, { "Number", "number.drfr" },
    };
    struct bench b = { 0 };
    const struct ifb_json *wanted;
    ifb_str model = ifb_str_of(name);

    begin(&b, "infobench", "");
    give_data(&b, ifb_cstr(b.arena, ifb_fmt(b.arena, "infobench/%s.jsonl.gz", name)));
    finish(&b);
    wanted = ifb_json_get(load(b.arena, "infobench/expected.json"), name);
    want(&b, model, "drfr", ifb_json_get(wanted, "drfr_official"));
    want(&b, model, "drfr_official", ifb_json_get(wanted, "drfr_official"));
    want(&b, model, "drfr_strict", ifb_json_get(wanted, "drfr_strict"));
    want(&b, model, "instances_all_true", ifb_json_get(wanted, "instance_all_satisfied"));
    want_count(value_of(&b, model, "drfr_official")->n, wanted, "n_verdicts");
    want_count(value_of(&b, model, "drfr_official")->hits, wanted, "n_true");
    want_count(value_of(&b, model, "drfr_official")->unscored, wanted, "n_null");
    want_count(value_of(&b, model, "drfr_strict")->n, wanted, "n_questions");
    for (size_t i = 0; i < N_OF(subsets); i++)
        want(&b, model, subsets[i][1],
             ifb_json_get(ifb_json_get(wanted, "by_subset"), subsets[i][0]));
    for (size_t i = 0; i < N_OF(labels); i++)
        check_part(&b, model, labels[i][1],
                   ifb_json_get(ifb_json_get(wanted, "by_label"), labels[i][0]));
    assert_int_equal(b.out.ngroups, ifb_json_get(wanted, "by_category")->n);
    for (size_t i = 0; i < b.out.ngroups; i++) {
        const struct ifb_group_row *g = &b.out.groups[i];
        const struct ifb_json *c =
            ifb_json_get(ifb_json_get(wanted, "by_category"), ifb_cstr(b.arena, g->name));

        assert_true(c && near((double)g->strict_pass / (double)g->n, c->number));
    }
    end(&b);
}

static void test_infobench_golden(void **state)
{
    (void)state;
    if (!is_there("infobench/expected.json"))
        skip();
    check_infobench("gpt4_output_gpt4_judge");
    check_infobench("gpt4_output_qwen7b_judge_partial");
}

#define INSTANCE(id, questions, eval) \
    "{\"id\": \"" id "\", \"decomposed_questions\": " questions ", \"eval\": " eval "}\n"

static void test_infobench_rules(void **state)
{
    static const char file[] = INSTANCE("a", "[\"1\", \"2\", \"3\"]", "[true, null]")
        INSTANCE("b", "[\"1\"]", "[true]") INSTANCE("c", "[\"1\", \"2\"]", "null")
        INSTANCE("b", "[\"1\"]", "[false]");
    struct bench b = { 0 };

    (void)state;
    begin(&b, "infobench", "drfr=strict");
    give_text(&b, file);
    finish(&b);
    assert_true(near(number(&b, "made-up", "drfr"), 2.0 / 4));
    assert_true(near(number(&b, "made-up", "drfr_official"), 2.0 / 3));
    assert_true(near(number(&b, "made-up", "instances_all_true"), 0.5));
    assert_int_equal(value_of(&b, IFB_STR("made-up"), "drfr")->unscored, 2);
    assert_int_equal(b.out.cells[0].counts.unscored, 4);
    assert_non_null(strstr(b.warnings, "1 lines of an instance"));
    assert_non_null(strstr(b.warnings, "1 of 3 instances have no judgment"));
    end(&b);
}

/* ---- Arena-Hard ---- */

static void test_arenahard_golden(void **state)
{
    static const char *const names[] = { "athene_by_gpt35", "krikri_by_gpt4o",
                                         "krikri_by_claude35" };

    (void)state;
    if (!is_there("arenahard/expected_judgments.json"))
        skip();
    for (size_t i = 0; i < N_OF(names); i++) {
        struct bench b = { 0 };
        const struct ifb_json *wanted;
        const struct ifb_metric_value *v = NULL;

        begin(&b, "arenahard", "baseline=base");
        give_data(&b, ifb_cstr(b.arena, ifb_fmt(b.arena, "arenahard/judgments_%s.jsonl.gz",
                                                names[i])));
        finish(&b);
        wanted = ifb_json_get(load(b.arena, "arenahard/expected_judgments.json"), names[i]);
        for (size_t k = 0; k < b.out.ncells; k++)
            if (b.out.cells[k].counts.total)
                v = value_of(&b, b.out.cells[k].model, "score");
        assert_true(near(v->value, ifb_json_real(wanted, "mean_score_v2", NAN)));
        assert_true(v->lo < v->value && v->value < v->hi);
        want_count(v->n, wanted, "n_scores_v2");
        want_count(v->unscored, wanted, "dropped_questions_v2");
        assert_int_equal(b.nrows, ifb_json_int(wanted, "n_questions", -1));
        end(&b);
    }
}

/* Battles as lines: a letter of `outcomes` each. */
static void put_battles(struct ifb_buf *out, const struct ifb_strs *r)
{
    for (size_t i = 0; i < r->at[3].len; i++) {
        char c = r->at[3].ptr[i];

        ifb_buf_fmt(out, "{\"model_a\": \"%.*s\", \"model_b\": \"%.*s\", \"winner\": \"%s\"}\n",
                    IFB_ARG(r->at[1]), IFB_ARG(r->at[2]),
                    c == 'a' ? "model_a" : c == 'b' ? "model_b" : "tie");
    }
}

static void give_battles(struct bench *b)
{
    struct ifb_error err = { 0 };
    struct ifb_csv csv;
    struct ifb_strs record;
    struct ifb_buf lines;
    bool more = true;
    ifb_str bytes;

    if (ifb_file_read(data_path(b->arena, "arenahard/battles_v01_r4dm.csv.gz"), 1 << 26, b->arena,
                      &bytes, &err))
        fail_msg("%s", err.msg);
    ifb_buf_init(&lines, 1 << 26);
    ifb_csv_open(&csv, b->arena, bytes, ',');
    while (!ifb_csv_next(&csv, &record, &more, &err) && more)
        if (record.n == 4 && !ifb_str_is(record.at[1], "model_a"))
            put_battles(&lines, &record);
    if (give(b, ifb_buf_view(&lines), "battles", &err))
        fail_msg("%s", err.msg);
    ifb_buf_close(&lines);
}

static void test_arenahard_elo(void **state)
{
    struct bench b = { 0 };
    const struct ifb_json *wanted, *elo, *win, *boot;

    (void)state;
    if (!is_there("arenahard/expected_v01.json"))
        skip();
    begin(&b, "arenahard", "");
    give_battles(&b);
    finish(&b);
    wanted = load(b.arena, "arenahard/expected_v01.json");
    elo = ifb_json_get(wanted, "elo");
    win = ifb_json_get(wanted, "winrate_pct");
    boot = ifb_json_get(wanted, "bootstrap_numpy_seed42_100_rounds");
    for (const struct ifb_json *m = elo->first; m; m = m->next) {
        const struct ifb_metric_value *e = value_of(&b, m->key, "elo");
        const struct ifb_metric_value *w = value_of(&b, m->key, "win_rate");
        const struct ifb_json *ci = ifb_json_get(boot, ifb_cstr(b.arena, m->key));

        assert_true(fabs(e->value - m->number) < 0.005);
        assert_true(fabs(100 * w->value -
                         ifb_json_real(win, ifb_cstr(b.arena, m->key), NAN)) <= 0.005001);
        assert_true(fabs(100 * w->lo - ifb_json_real(ci, "wr_lo", NAN)) < 1.5);
        assert_true(fabs(100 * w->hi - ifb_json_real(ci, "wr_hi", NAN)) < 1.5);
        assert_true(fabs(e->lo - ifb_json_real(ci, "elo_lo", NAN)) < 12);
    }
    end(&b);
}

#define QUESTION(uid, model, category, g1, g2)                                                 \
    "{\"uid\": \"" uid "\", \"model\": \"" model "\", \"judge\": \"j\", \"category\": \""      \
    category "\", \"baseline\": \"b\", \"games\": [{\"judgment\": {\"answer\": \"" g1          \
    "\"}}, {\"judgment\": {\"answer\": \"" g2 "\"}}]}\n"

static void test_arenahard_rules(void **state)
{
    static const char file[] = QUESTION("1", "m", "hard_prompt", "[[B>>A]]", "[[A>B]]")
        QUESTION("2", "m", "creative_writing", "[[A>B]]", "[[a=b]]")
        QUESTION("3", "m", "hard_prompt", "none", "[[A>B]]")
        QUESTION("4", "m", "hard_prompt", "[[A<>B]]", "[[A>B]]")
        "{\"uid\": \"5\", \"model\": \"m\", \"judge\": \"j\", \"baseline\": \"b\", \"games\": "
        "[null, null]}\n" QUESTION("1", "m", "hard_prompt", "[[A>B]]", "[[B>A]]");
    struct bench b = { .no_data = true };

    (void)state;
    begin(&b, "arenahard", "");
    give_text(&b, file);
    finish(&b);
    assert_true(near(number(&b, "m", "score"), 4.5 / 6));
    assert_true(near(number(&b, "b", "score"), 0.5));
    assert_true(near(number(&b, "m", "hard_prompt.score"), 1));
    assert_true(near(number(&b, "m", "creative_writing.score"), 0.25));
    assert_int_equal(value_of(&b, IFB_STR("m"), "score")->unscored, 3);
    assert_non_null(strstr(b.warnings, "1 games have no label that can be read, 2 no judgment, "
                                       "1 a label without a score"));
    assert_non_null(strstr(b.warnings, "1 lines of a judgment that was there before"));
    end(&b);
    b = (struct bench){ .no_data = true };
    begin(&b, "arenahard", "category=creative_writing");
    give_text(&b, file);
    finish(&b);
    assert_true(near(number(&b, "m", "score"), 0.25));
    end(&b);
    b = (struct bench){ .no_data = true };
    begin(&b, "arenahard", "rules=v0.1");  /* games apart, no small letters: 3+1+1+1+1 battles */
    give_text(&b, file);
    finish(&b);
    assert_int_equal(value_of(&b, IFB_STR("m"), "win_rate")->n, 7);
    assert_true(near(number(&b, "m", "win_rate"), 6.0 / 7));
    assert_true(fabs(number(&b, "m", "elo") - (1000 + 400 * log10(6))) < 1e-6);
    end(&b);
}

static void put_answer(struct ifb_buf *out, int uid, const char *model, int len, int headers)
{
    ifb_buf_fmt(out, "{\"uid\": \"%d\", \"model\": \"%s\", \"metadata\": {\"token_len\": %d, "
                "\"header_count\": {\"h1\": %d}, \"list_count\": {\"ordered\": 0}, "
                "\"bold_count\": {\"**\": 1}}}\n", uid, model, len, headers);
}

/*
 * Two models that are equally good; one writes three times as much as the
 * baseline, and the judge goes by length. With length held equal they are even.
 */
static void test_style_control(void **state)
{
    struct bench b = { .no_data = true };
    struct ifb_buf answers, lines;
    double plain, held;

    (void)state;
    ifb_buf_init(&answers, 1 << 20);
    ifb_buf_init(&lines, 1 << 20);
    for (int i = 0; i < 60; i++)
        for (int m = 0; m < 2; m++) {
            int base = 100 + i % 7 * 10, len = (m ? i % 4 != 0 : i % 4 == 0) ? base * 3 : base / 3;
            bool won = i % 10 < 8 ? len > base : len < base;

            put_answer(&answers, i, m ? "m1" : "m0", len, i % 3);
            put_answer(&answers, i, "b", base, 1);
            ifb_buf_fmt(&lines, "{\"uid\": \"%d\", \"model\": \"m%d\", \"judge\": \"j\", "
                        "\"baseline\": \"b\", \"games\": [{\"score\": \"%s\"}, "
                        "{\"score\": \"%s\"}]}\n", i, m, won ? "B>A" : "A>B",
                        won ? "A>B" : "B>A");
        }
    b.lent_file = ifb_buf_view(&answers);
    begin(&b, "arenahard", "style_control=length answers=x rounds=200");
    give_text(&b, ifb_cstr(b.arena, ifb_buf_view(&lines)));
    finish(&b);
    plain = number(&b, "m1", "score") - number(&b, "m0", "score");
    held = number(&b, "m1", "style_win_rate") - number(&b, "m0", "style_win_rate");
    assert_true(plain > 0.2);
    assert_true(fabs(held) < 0.12);
    assert_true(number(&b, "m1", "style_lo90") < number(&b, "m1", "style_win_rate"));
    end(&b);
    ifb_buf_close(&answers);
    ifb_buf_close(&lines);
}

/* ---- faults ---- */

static void test_faults(void **state)
{
    static const struct {
        const char *suite, *text;
    } rows[] = {
        { "mtbench", "\n[]" },
        { "mtbench", "\n{" },
        { "mtbench", "\n{\"model\": \"x\"}" },
        { "mtbench", "\n{\"question_id\": 1, \"model\": \"x\", \"turn\": 3}" },
        { "mtbench", "\n{\"question_id\": 1, \"model_1\": \"x\"}" },
        { "mtbench", "\n{\"question_id\": [], \"model\": \"x\"}" },
        { "infobench", "\n{\"eval\": [true]}" },
        { "infobench", "\n{\"id\": \"x\", \"eval\": \"YES\"}" },
        { "infobench", "\n{\"id\": \"x\", \"eval\": [1]}" },
        { "arenahard", "\n{\"uid\": \"x\", \"model\": \"m\"}" },
        { "arenahard", "\n{\"uid\": \"x\", \"games\": []}" },
        { "arenahard", "\n{\"model_a\": \"x\", \"model_b\": \"y\", \"winner\": \"z\"}" },
    };

    (void)state;
    for (size_t i = 0; i < N_OF(rows); i++) {
        struct bench b = { .no_data = true };
        struct ifb_error err = { 0 };

        begin(&b, rows[i].suite, "");
        if (give(&b, ifb_str_of(rows[i].text), "f", &err) != IFB_EINPUT ||
            strncmp(err.msg, "f: line 2: ", 11))
            fail_msg("%s: \"%s\"", rows[i].text, err.msg);
        end(&b);
    }
}

static void test_empty(void **state)
{
    static const char *const suites[] = { "mtbench", "infobench", "arenahard" };

    (void)state;
    for (size_t i = 0; i < N_OF(suites); i++) {
        struct bench b = { .no_data = true };

        begin(&b, suites[i], "");
        give_text(&b, "");
        finish(&b);
        assert_int_equal(b.out.ncells, 0);
        end(&b);
    }
}

static void test_style_wants_answers(void **state)
{
    struct bench b = { .no_data = true };
    struct ifb_error err = { 0 };

    (void)state;
    assert_int_equal(open_bench(&b, "arenahard", "style_control=both", &err), IFB_EUSAGE);
    end(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mtbench_golden),   cmocka_unit_test(test_mtbench_agreement),
        cmocka_unit_test(test_mtbench_pairs),    cmocka_unit_test(test_mtbench_votes),
        cmocka_unit_test(test_mtbench_parse),    cmocka_unit_test(test_infobench_golden),
        cmocka_unit_test(test_infobench_rules),  cmocka_unit_test(test_arenahard_golden),
        cmocka_unit_test(test_arenahard_elo),    cmocka_unit_test(test_arenahard_rules),
        cmocka_unit_test(test_style_control),    cmocka_unit_test(test_faults),
        cmocka_unit_test(test_empty),            cmocka_unit_test(test_style_wants_answers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
