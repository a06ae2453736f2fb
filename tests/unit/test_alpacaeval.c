/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AlpacaEval against the official tool's numbers (where the data is there), and
 * its parsers, files and complaints against tables.
 */
#include "tests/unit/parity.h"

#include <math.h>
#include <unistd.h>

#include <ifbench/judged.h>

#include "harness/base/buf.h"
#include "harness/base/fields.h"
#include "harness/base/table.h"
#include "scorers/judge/alpacaeval.h"

#define FOLDER "alpacaeval/"

/* ---- a suite in use, without an engine ---- */

struct bench {
    struct ifb_arena *arena, *scratch;
    struct ifb_judged_lent lent;
    char warned[4096];
    size_t nrows, nunscored;
    void *state;
    struct ifb_judged_out out;
    struct ifb_error err;
};

static enum ifb_code lend_file(void *self, ifb_str path, struct ifb_judged_file *out,
                               struct ifb_error *err)
{
    struct bench *b = self;

    out->name = path;
    return ifb_file_read(ifb_cstr(b->arena, path), IFB_FILE_MAX, b->arena, &out->bytes, err);
}

static enum ifb_code lend_nothing(void *self, const char *local, struct ifb_judged_file *out,
                                  struct ifb_error *err)
{
    (void)self;
    (void)err;
    *out = (struct ifb_judged_file){ ifb_str_of(local), { NULL, 0 } };
    return IFB_OK;
}

static void lend_row(void *self, const struct ifb_judged_row *row)
{
    struct bench *b = self;

    b->nrows++;
    b->nunscored += row->outcome == IFB_UNSCORED;
}

static void lend_warn(void *self, const char *fmt, ...)
{
    struct bench *b = self;
    size_t used = strlen(b->warned);
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(b->warned + used, sizeof(b->warned) - used, fmt, ap);
    va_end(ap);
}

static enum ifb_code open_bench(struct bench *b, const struct ifb_judged *suite,
                                const char *const *settings)
{
    void *options;

    *b = (struct bench){ .arena = ifb_arena_new(), .scratch = ifb_arena_new() };
    b->lent = (struct ifb_judged_lent){ .self = b, .arena = b->arena, .rows = true,
                                        .file = lend_file, .data = lend_nothing, .row = lend_row,
                                        .warn = lend_warn };
    options = ifb_alloc(b->arena, suite->options_size);
    for (; settings && settings[0]; settings += 2)
        assert_int_equal(ifb_field_set(ifb_field_find(suite->fields, ifb_str_of(settings[0])),
                                       ifb_str_of(settings[1]), options, b->arena, &b->err), 0);
    return suite->open(options, &b->lent, &b->state, &b->err);
}

static void close_bench(struct bench *b)
{
    ifb_arena_close(b->scratch);
    ifb_arena_close(b->arena);
}

static enum ifb_code read_bytes(struct bench *b, const struct ifb_judged *suite, const char *name,
                                ifb_str bytes)
{
    struct ifb_judged_file file = { ifb_str_of(name), bytes };
    enum ifb_code code = suite->read(b->state, &file, b->scratch, &b->err);

    ifb_arena_reset(b->scratch);
    return code;
}

static double number_of(const struct ifb_judged_out *out, size_t cell, const char *id)
{
    for (size_t i = 0; i < out->cells[cell].nvalues; i++)
        if (ifb_str_is(out->cells[cell].values[i].id, id))
            return out->cells[cell].values[i].value;
    fail_msg("no metric %s", id);
    return NAN;
}

/* ---- all models of the golden table ---- */

static ifb_str read_data(struct ifb_arena *arena, const char *name)
{
    struct ifb_error err;
    ifb_str bytes;

    if (ifb_file_read(data_path(arena, ifb_fmt(arena, FOLDER "%s", name).ptr), IFB_FILE_MAX, arena,
                      &bytes, &err))
        fail_msg("%s", err.msg);
    return bytes;
}

static ifb_str judgments_of(struct ifb_arena *arena, ifb_str model)
{
    const char *compact = ifb_fmt(arena, "compact/%.*s.csv.gz", IFB_ARG(model)).ptr;

    if (is_there(ifb_fmt(arena, FOLDER "%s", compact).ptr))
        return read_data(arena, compact);
    return read_data(arena, ifb_fmt(arena, "full/%.*s.annotations.json.gz", IFB_ARG(model)).ptr);
}

static double golden(const struct ifb_table *t, const char *column)
{
    double v;

    assert_int_equal(ifb_table_number(t, column, false, &v, NULL), IFB_OK);
    return v;
}

static void hold(ifb_str model, const char *what, double found, double wanted, double within)
{
    if (!(fabs(found - wanted) <= within))
        fail_msg("%.*s: %s is %.12g, wanted %.12g", IFB_ARG(model), what, found, wanted);
}

static void hold_all(const struct ifb_table *t, ifb_str model, const struct ifb_judged_out *out)
{
    hold(model, "win_rate", number_of(out, 0, "win_rate"), golden(t, "win_rate"), 1e-8);
    hold(model, "standard_error", number_of(out, 0, "standard_error"),
         golden(t, "standard_error"), 1e-8);
    hold(model, "discrete_win_rate", number_of(out, 0, "discrete_win_rate"),
         golden(t, "discrete_win_rate"), 1e-8);
    hold(model, "n_wins", number_of(out, 0, "n_wins"), golden(t, "n_wins"), 0);
    hold(model, "n_wins_base", number_of(out, 0, "n_wins_base"), golden(t, "n_wins_base"), 0);
    hold(model, "n_draws", number_of(out, 0, "n_draws"), golden(t, "n_draws"), 0);
    hold(model, "n_total", number_of(out, 0, "n_total"), golden(t, "n_annotations"), 0);
    hold(model, "avg_length", number_of(out, 0, "avg_length"), golden(t, "avg_length"), 0);
    hold(model, "length_controlled_winrate", number_of(out, 0, "length_controlled_winrate"),
         golden(t, "lc_win_rate"), 1e-6);
    hold(model, "published length_controlled_winrate",
         number_of(out, 0, "length_controlled_winrate"), golden(t, "lc_win_rate_published"), 1e-3);
    hold(model, "lc_standard_error", number_of(out, 0, "lc_standard_error"),
         golden(t, "lc_standard_error"), 1e-6);
}

/* Scores one model, with the C of the table or as `c` says. */
static void score_model(struct ifb_arena *arena, const struct ifb_table *t, const char *c,
                        const char *gamed, struct bench *b)
{
    const struct ifb_judged *suite = ifb_judged_find(IFB_STR("alpacaeval"));
    ifb_str model = ifb_table_cell(t, "model");
    const char *settings[] = {
        "lc_c", c ? c : ifb_cstr(arena, ifb_table_cell(t, "lc_c_index")),
        "lc_difficulty", data_path(arena, FOLDER "instruction_difficulty.csv"),
        "lc_gamed", gamed ? gamed : data_path(arena, FOLDER "gamed_rows.csv"), NULL
    };

    if (open_bench(b, suite, settings))
        fail_msg("%s", b->err.msg);
    if (read_bytes(b, suite, ifb_fmt(arena, "%.*s.csv.gz", IFB_ARG(model)).ptr,
                   judgments_of(arena, model)) ||
        suite->finish(b->state, &b->out, &b->err))
        fail_msg("%.*s: %s", IFB_ARG(model), b->err.msg);
}

static bool next_model(struct ifb_table *t)
{
    bool more;

    assert_int_equal(ifb_table_next(t, &more, NULL), IFB_OK);
    return more;
}

static void open_golden(struct ifb_table *t, struct ifb_arena *arena)
{
    assert_int_equal(ifb_table_open(t, arena, IFB_STR("expected.csv"),
                                    read_data(arena, "expected.csv"), NULL), IFB_OK);
}

static void all_models_equal_the_official_numbers(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_table t;
    size_t n = 0;

    (void)state;
    if (!is_there(FOLDER "expected.csv"))
        skip();
    open_golden(&t, arena);
    for (; next_model(&t); n++) {
        struct bench b;

        score_model(arena, &t, NULL, NULL, &b);
        hold_all(&t, ifb_table_cell(&t, "model"), &b.out);
        assert_int_equal(b.nrows, (size_t)golden(&t, "n_annotations"));
        close_bench(&b);
    }
    print_message("%zu models\n", n);
    assert_true(n >= 29);
    ifb_arena_close(arena);
}

/* Without the published C: by default, and by cross-validation on labels that stand in. */
static void default_and_cross_validated_rates_are_near(void **state)
{
    static const struct {
        const char *c;
        bool labels;
        double within;
    } ways[] = { { "auto", false, 0.1 }, { "auto", true, 0.16 } };
    struct ifb_arena *arena = ifb_arena_new();

    (void)state;
    if (!is_there(FOLDER "expected.csv"))
        skip();
    for (size_t w = 0; w < 2; w++) {
        char path[] = "/tmp/ifbench-gamed-XXXXXX";
        ifb_str rows = read_data(arena, "gamed_rows.csv");
        char *head = ifb_cstr(arena, rows), *name = strstr(head, "preference01_surrogate");
        struct ifb_table t;
        size_t same = 0;
        int fd = mkstemp(path);

        assert_true(fd >= 0 && name);
        close(fd);
        memcpy(name, "preference            ", 22);
        memmove(name + 10, name + 22, strlen(name + 22) + 1);
        assert_int_equal(ifb_file_write(path, ifb_str_of(head), NULL), IFB_OK);
        open_golden(&t, arena);
        while (next_model(&t)) {
            struct bench b;

            score_model(arena, &t, ways[w].c, ways[w].labels ? path : NULL, &b);
            hold(ifb_table_cell(&t, "model"), "length_controlled_winrate",
                 number_of(&b.out, 0, "length_controlled_winrate"),
                 golden(&t, "lc_win_rate_published"), ways[w].within);
            same += fabs(number_of(&b.out, 0, "lc_c") /
                         ifb_alpaca_c_of((int64_t)golden(&t, "lc_c_index")) - 1) < 1e-9;
            close_bench(&b);
        }
        print_message("%zu models with the published C\n", same);
        unlink(path);
    }
    ifb_arena_close(arena);
}

/* ---- difficulties from stored predictions ---- */

static void derived_difficulties_equal_the_recovered_ones(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_judged_file annotations, weights, table;
    struct ifb_alpaca_lc derived = { 0 }, read = { 0 };
    struct ifb_alpaca_rows rows;
    struct ifb_error err;

    (void)state;
    if (!is_there(FOLDER "full/vicuna-7b-v1.5.rerun.annotations.json.gz"))
        skip();
    annotations = (struct ifb_judged_file){
        IFB_STR("a"), read_data(arena, "full/vicuna-7b-v1.5.rerun.annotations.json.gz") };
    weights = (struct ifb_judged_file){
        IFB_STR("w"), read_data(arena, "weighted_alpaca_eval_gpt4_turbo_lc_weights.csv") };
    table = (struct ifb_judged_file){ IFB_STR("d"),
                                      read_data(arena, "instruction_difficulty.csv") };
    if (ifb_alpaca_difficulty_derive(&annotations, &weights, arena, &derived, &rows, &err) ||
        ifb_alpaca_difficulty_read(&table, arena, &read, &err))
        fail_msg("%s", err.msg);
    for (size_t i = 0; i < IFB_ALPACA_ITEMS; i++)
        if (!(fabs(derived.difficulty[i] - read.difficulty[i]) < 1e-6))
            fail_msg("item %zu: %.9g, wanted %.9g", i, derived.difficulty[i], read.difficulty[i]);
    ifb_arena_close(arena);
}

/* ---- order and log-probabilities ---- */

static void every_instruction_is_shown_in_the_official_order(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    const struct ifb_json *set;
    size_t n = 0, switched = 0, wrong = 0;

    (void)state;
    if (!is_there(FOLDER "eval_set.json.gz"))
        skip();
    assert_int_equal(ifb_json_parse(arena, read_data(arena, "eval_set.json.gz"), 0, 1, &set, NULL),
                     IFB_OK);
    for (const struct ifb_json *m = set->first; m; m = m->next, n++) {
        bool found = ifb_alpaca_switched(arena, "is_switched_outputs",
                                         ifb_json_str(m, "instruction"), "0");

        switched += found;
        wrong += found != ifb_json_get(m, "switch_seed0")->truth;
    }
    assert_int_equal(n, 805);
    assert_int_equal(switched, 406);
    assert_int_equal(wrong, 0);
    ifb_arena_close(arena);
}

/* The preference stored beside a row's log-probabilities; rows without them are passed over. */
static size_t check_logprobs(const struct ifb_table *t, ifb_str model)
{
    ifb_str first = ifb_table_cell(t, "lp_m"), second = ifb_table_cell(t, "lp_M");
    double m = -INFINITY, big = -INFINITY, found;

    if (!first.len && !second.len)
        return 0;
    ifb_str_real(first, &m);
    ifb_str_real(second, &big);
    found = ifb_alpaca_logprob_pair(m, big, false);
    if (golden(t, "switched") == 1)
        found = 3 - found;
    hold(model, "preference of the log-probabilities", found, golden(t, "preference"), 2e-9);
    return 1;
}

static void stored_logprobs_give_the_stored_preferences(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_table models;
    size_t n = 0;

    (void)state;
    if (!is_there(FOLDER "expected.csv"))
        skip();
    open_golden(&models, arena);
    while (next_model(&models)) {
        ifb_str model = ifb_table_cell(&models, "model");
        const char *name = ifb_fmt(arena, "compact/%.*s.csv.gz", IFB_ARG(model)).ptr;
        struct ifb_table t;

        if (!is_there(ifb_fmt(arena, FOLDER "%s", name).ptr))
            continue;
        assert_int_equal(ifb_table_open(&t, arena, model, read_data(arena, name), NULL), IFB_OK);
        while (next_model(&t))
            n += check_logprobs(&t, model);
    }
    print_message("%zu replies\n", n);
    assert_true(n > 15000);
    ifb_arena_close(arena);
}

static void stored_completions_give_the_stored_preferences(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    const struct ifb_json *rows;
    size_t n = 0;

    (void)state;
    if (!is_there(FOLDER "full/NullModel.annotations.json.gz"))
        skip();
    assert_int_equal(ifb_json_parse(arena, read_data(arena, "full/NullModel.annotations.json.gz"),
                                    IFB_JSON_PYTHON, 1, &rows, NULL), IFB_OK);
    for (const struct ifb_json *m = rows->first; m; m = m->next) {
        const struct ifb_json *raw = ifb_json_get(m, "raw_completion");
        double v;

        if (!raw || raw->kind != IFB_JOBJECT)
            continue;
        v = ifb_alpaca_logprobs(raw, IFB_STR("m"), IFB_STR("M"), 0, false);
        if (ifb_alpaca_switched(arena, "is_switched_outputs", ifb_json_str(m, "instruction"), "0"))
            v = 3 - v;
        hold(IFB_STR("NullModel"), "preference", v, ifb_json_real(m, "preference", NAN), 2e-9);
        n++;
    }
    assert_int_equal(n, 805);
    ifb_arena_close(arena);
}

/* ---- parsers ---- */

static bool same(double a, double b)
{
    return (isnan(a) && isnan(b)) || fabs(a - b) < 1e-12;
}

static void rankings_are_read(void **state)
{
    static const struct {
        const char *reply;
        double value;
    } rows[] = {
        { "[{'model': 'model_1', 'rank': 1}, {'model': 'model_2', 'rank': 2}]", 1 },
        { "[{'model': 'model_1', 'rank': 2}, {'model': 'model_2', 'rank': 1}]", 2 },
        { "  [{\"rank\": 2, \"model\": \"model_1\"}]\n", 2 },
        { "[{'model': 'M', 'rank': 1}, {'model': 'm', 'rank': 2},]", 2 },
        { "({'model': 'model_1', 'rank': 1},)", 1 },
        { "[{'model': 'model_1', 'rank': 3}]", NAN },
        { "[{'model': 'model_1', 'rank': '1'}]", NAN },
        { "[{'model': 'model_2', 'rank': 1}]", NAN },
        { "[{'model': 'model_1'}]", NAN },
        { "[{'model': 'model_1', 'rank': 1}, {'model': 'model_1', 'rank': 2}]", 1 },
        { "[{'model': 'model_1', 'rank': 1}] because", NAN },
        { "{'model': 'model_1', 'rank': 1}", NAN },
        { "[{'model': model_1, 'rank': 1}]", NAN },
        { "", NAN }, { "[", NAN }, { "[{'model': 'model_1', 'rank': 1}", NAN }, { "None", NAN },
    };
    struct ifb_arena *arena = ifb_arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        if (!same(ifb_alpaca_ranking(arena, ifb_str_of(rows[i].reply)), rows[i].value))
            fail_msg("row %zu: %s", i, rows[i].reply);
    ifb_arena_close(arena);
}

static void scores_of_two_are_read(void **state)
{
    static const struct {
        const char *reply;
        double value;
    } rows[] = {
        { "8 9", 2 }, { "9 8\nbecause", 1 }, { "7,7", 0 }, { "7.5,7", 1 }, { "8, 9", NAN },
        { "8", NAN }, { "8 9 1", NAN }, { "eight 9", NAN }, { "", NAN }, { "\n8 9", NAN },
        { "-1 1e1", 2 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        if (!same(ifb_alpaca_lmsys(ifb_str_of(rows[i].reply)), rows[i].value))
            fail_msg("row %zu: %s", i, rows[i].reply);
}

static void patterns_are_read(void **state)
{
    static const struct {
        const char *reply, *one, *two;
        size_t n;
        double out[2];
        bool ok;
    } rows[] = {
        { "Output (a)", "Output \\(a\\)", "Output \\(b\\)", 1, { 1 }, true },
        { "Output (b) is better", "Output \\(a\\)", "Output \\(b\\)", 1, { 2 }, true },
        { "(b) then (a)", "\\(a\\)", "\\(b\\)", 2, { 2, 1 }, true },
        { "(b) then (a)", "\\(a\\)", "\\(b\\)", 1, { NAN }, false },
        { "neither", "\\(a\\)", "\\(b\\)", 1, { NAN }, false },
        { "a", "", "", 1, { NAN }, false },
        { "both", "bo", "both", 1, { 1 }, true },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        double out[2];
        bool ok;
        struct ifb_error err;

        assert_int_equal(ifb_alpaca_regex(ifb_str_of(rows[i].reply), ifb_str_of(rows[i].one),
                                          ifb_str_of(rows[i].two), rows[i].n, out, &ok, &err), 0);
        if (ok != rows[i].ok)
            fail_msg("row %zu", i);
        for (size_t k = 0; k < rows[i].n; k++)
            if (!same(out[k], rows[i].out[k]))
                fail_msg("row %zu: %g", i, out[k]);
    }
}

static void refused_patterns_are_errors(void **state)
{
    struct ifb_error err;
    double out;
    bool ok;

    (void)state;
    assert_int_equal(ifb_alpaca_regex(IFB_STR("x"), IFB_STR("("), IFB_STR("x"), 1, &out, &ok, &err),
                     IFB_EINPUT);
    assert_true(!ok && isnan(out));
}

static void json_replies_are_read(void **state)
{
    static const struct {
        const char *reply;
        int64_t value;
    } rows[] = {
        { "{\"preference\": 2}", 2 },
        { "Sure:\n```json\n{\"preference\": 1}\n```\nand {\"preference\": 2}", 1 },
        { "```json\n{\"preference\": 1}", 1 },
        { "```\n{\"preference\": 1}\n```", -1 },
        { "[]", -1 }, { "", -1 }, { "{\"other\": 1}", -1 }, { "{\"preference\": }", -1 },
    };
    struct ifb_arena *arena = ifb_arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        const struct ifb_json *v = ifb_alpaca_json(arena, ifb_str_of(rows[i].reply), "preference");

        if ((v ? v->integer : -1) != rows[i].value)
            fail_msg("row %zu: %s", i, rows[i].reply);
    }
    ifb_arena_close(arena);
}

static void logprobs_are_weighed(void **state)
{
    static const struct {
        double m, big;
        bool binary;
        double value;
    } rows[] = {
        { 0, -INFINITY, false, 1 },        { -INFINITY, -3, false, 2 },
        { -1, -1, false, 1.5 },            { -INFINITY, -INFINITY, false, NAN },
        { -0.1, -3, true, 1 },             { -3, -0.1, true, 2 },
        { -1, -1, true, 2 },
        { -1000, -1001, false, 2 - 1 / (1 + 0.36787944117144233) },
        { NAN, NAN, false, NAN },
    };
    struct ifb_arena *arena = ifb_arena_new();
    const struct ifb_json *v;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        if (!same(ifb_alpaca_logprob_pair(rows[i].m, rows[i].big, rows[i].binary), rows[i].value))
            fail_msg("row %zu", i);
    assert_int_equal(ifb_json_parse(arena, IFB_STR(
        "{\"logprobs\": {\"content\": [{\"top_logprobs\": [{\"token\": \"m\", \"logprob\": -1}]},"
        "{\"top_logprobs\": [{\"token\": \"M\", \"logprob\": -2}, {\"token\": \"m \","
        "\"logprob\": 0}]}]}}"), 0, 1, &v, NULL), IFB_OK);
    assert_true(ifb_alpaca_logprobs(v, IFB_STR("m"), IFB_STR("M"), 0, false) == 1);
    assert_true(ifb_alpaca_logprobs(v, IFB_STR("m"), IFB_STR("M"), -1, false) == 2);
    assert_true(isnan(ifb_alpaca_logprobs(v, IFB_STR("m"), IFB_STR("M"), 2, false)));
    assert_true(isnan(ifb_alpaca_logprobs(v, IFB_STR("x"), IFB_STR("y"), 0, false)));
    assert_true(isnan(ifb_alpaca_logprobs(NULL, IFB_STR("m"), IFB_STR("M"), 0, false)));
    ifb_arena_close(arena);
}

/* ---- files ---- */

static void annotations_are_written_as_the_official_tool_does(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    ifb_str bytes;
    const struct ifb_json *rows;
    struct ifb_buf out;

    (void)state;
    if (!is_there(FOLDER "full/vicuna-7b-v1.5.annotations.json.gz"))
        skip();
    bytes = read_data(arena, "full/vicuna-7b-v1.5.annotations.json.gz");
    assert_int_equal(ifb_json_parse(arena, bytes, IFB_JSON_PYTHON, 1, &rows, NULL), IFB_OK);
    ifb_buf_init(&out, IFB_FILE_MAX);
    ifb_alpaca_annotations_write(rows, &out);
    assert_int_equal(out.len, bytes.len);
    assert_memory_equal(out.ptr, bytes.ptr, bytes.len);
    ifb_buf_close(&out);
    ifb_arena_close(arena);
}

static void written_json_reads_back_equal(void **state)
{
    static const char text[] =
        "[{\"a\\u0000\\ud83d\\ude00/\": \"\\u007f\\u2028\\\"\\\\\", \"n\": [1e-5, -0, true, null], "
        "\"e\": {}, \"l\": []}]";
    struct ifb_arena *arena = ifb_arena_new();
    const struct ifb_json *before, *after;
    struct ifb_buf out, one, two;
    struct ifb_jw w;

    (void)state;
    assert_int_equal(ifb_json_parse(arena, IFB_STR(text), 0, 1, &before, NULL), IFB_OK);
    ifb_buf_init(&out, 4096);
    ifb_buf_init(&one, 4096);
    ifb_buf_init(&two, 4096);
    ifb_alpaca_annotations_write(before, &out);
    assert_int_equal(ifb_json_parse(arena, ifb_buf_view(&out), 0, 1, &after, NULL), IFB_OK);
    ifb_jw_open(&w, &one);
    ifb_jw_value(&w, NULL, before);
    ifb_jw_open(&w, &two);
    ifb_jw_value(&w, NULL, after);
    assert_true(ifb_str_eq(ifb_buf_view(&one), ifb_buf_view(&two)));
    ifb_buf_close(&one);
    ifb_buf_close(&two);
    ifb_buf_close(&out);
    ifb_arena_close(arena);
}

static const struct ifb_alpaca_entry *entry_of(const struct ifb_alpaca_board *b, ifb_str model)
{
    for (size_t i = 0; i < b->n; i++)
        if (ifb_str_eq(b->at[i].model, model))
            return &b->at[i];
    fail_msg("%.*s is lost", IFB_ARG(model));
    return NULL;
}

static void leaderboards_come_back(void **state)
{
    static const char *const names[] = { "weighted_alpaca_eval_gpt4_turbo_leaderboard.csv",
                                         "alpaca_eval_gpt4_leaderboard.csv" };
    struct ifb_arena *arena = ifb_arena_new();

    (void)state;
    if (!is_there(FOLDER "alpaca_eval_gpt4_leaderboard.csv"))
        skip();
    for (size_t k = 0; k < 2; k++) {
        struct ifb_judged_file file = { ifb_str_of(names[k]), read_data(arena, names[k]) };
        struct ifb_alpaca_board first, again;
        struct ifb_buf out;

        assert_int_equal(ifb_alpaca_board_read(&file, arena, &first, NULL), IFB_OK);
        ifb_buf_init(&out, 1 << 20);
        ifb_alpaca_board_write(&first, arena, &out);
        file.bytes = ifb_buf_view(&out);
        assert_int_equal(ifb_alpaca_board_read(&file, arena, &again, NULL), IFB_OK);
        assert_true(first.n > 50 && again.n == first.n);
        for (size_t i = 0; i < first.n; i++) {
            const struct ifb_alpaca_entry *a = &first.at[i], *b = entry_of(&again, a->model);

            assert_true(a->win_rate == b->win_rate && a->n_total == b->n_total);
            assert_true(ifb_str_eq(a->mode, b->mode));
            assert_true(same(a->length_controlled_winrate, b->length_controlled_winrate));
            assert_true(same(a->lc_standard_error, b->lc_standard_error));
        }
        ifb_buf_close(&out);
    }
    ifb_arena_close(arena);
}

/* ---- what is left out is said ---- */

#define PAIR(instruction, preference) \
    "{\"instruction\": \"" instruction "\", \"output_1\": \"caf\\u00e9 \\ud83d\\ude00\", " \
    "\"output_2\": \"\\u00e9\\n\", \"generator_1\": \"base\", \"generator_2\": \"mine\", " \
    "\"preference\": " preference "}"

static void failed_judgments_are_counted(void **state)
{
    static const char text[] = "[" PAIR("a", "1") "," PAIR("b", "null") "," PAIR("c", "2") ","
        PAIR("d", "0") "," PAIR("e", "-1") "," PAIR("a", "1.5") "," PAIR("f", "1.75") "]";
    const struct ifb_judged *suite = ifb_judged_find(IFB_STR("alpacaeval1"));
    struct bench b;

    (void)state;
    assert_int_equal(open_bench(&b, suite, NULL), IFB_OK);
    assert_int_equal(read_bytes(&b, suite, "x.json", IFB_STR(text)), IFB_OK);
    assert_int_equal(suite->finish(b.state, &b.out, &b.err), IFB_OK);
    assert_true(ifb_str_is(b.out.cells[0].model, "mine"));
    assert_true(number_of(&b.out, 0, "n_total") == 5 && number_of(&b.out, 0, "n_failed") == 2);
    assert_true(number_of(&b.out, 0, "n_wins") == 2 && number_of(&b.out, 0, "n_wins_base") == 1);
    assert_true(number_of(&b.out, 0, "n_draws") == 2);
    assert_true(same(number_of(&b.out, 0, "win_rate"), 100 * (0 + 1 + 0.5 + 0.5 + 0.75) / 5));
    assert_true(same(number_of(&b.out, 0, "discrete_win_rate"), 100 * (0 + 1 + 0.5 + 0.5 + 1) / 5));
    assert_true(number_of(&b.out, 0, "avg_length") == 2);
    assert_int_equal(b.nunscored, 2);
    assert_int_equal(b.out.cells[0].counts.unscored, 2);
    assert_int_equal(b.out.cells[0].counts.total, 7);
    assert_non_null(strstr(b.warned, "2 of 7 judgments have no usable preference"));
    assert_non_null(strstr(b.warned, "1 judgments are of an instruction that was judged before"));
    close_bench(&b);
}

/* A csv of 805 items, and two rows that game length. */
static void write_lc_files(const char *folder, struct ifb_arena *arena)
{
    struct ifb_buf out;

    ifb_buf_init(&out, 1 << 20);
    ifb_buf_cstr(&out, "index,instruction_difficulty\n");
    for (int i = 0; i < IFB_ALPACA_ITEMS; i++)
        ifb_buf_fmt(&out, "%d,%.3f\n", i, sin(i));
    assert_int_equal(ifb_file_write(ifb_path_join(arena, folder, "d.csv"), ifb_buf_view(&out),
                                    NULL), IFB_OK);
    ifb_buf_close(&out);
    assert_int_equal(ifb_file_write(ifb_path_join(arena, folder, "g.csv"),
                                    IFB_STR("model,index,std_delta_len,preference\nv,0,-1,0.7\n"
                                            "c,1,1,0.3\n"), NULL), IFB_OK);
}

static const struct {
    const char *judgments;
    bool files;
    const char *why;
} no_rates[] = {
    { "preference,len_1,len_2\n1,5,6\n2,5,9\n", false, "the difficulties of the instructions" },
    { "preference,len_1,len_2\n1,5,6\n2,5,6\n", true, "equally long" },
    { "preference,len_1,len_2\n1,5,6\n", true, "fewer than two" },
    { "preference,len_1,len_2\n,5,6\n,5,9\n", true, "no judgment has a preference" },
    { "preference,len_1,len_2\n1,5,6\n2,5,9\n", true, NULL },
};

static void a_missing_rate_says_why(void **state)
{
    const struct ifb_judged *suite = ifb_judged_find(IFB_STR("alpacaeval"));
    struct ifb_arena *arena = ifb_arena_new();
    char folder[] = "/tmp/ifbench-alpaca-XXXXXX";
    const char *d, *g;

    (void)state;
    assert_non_null(mkdtemp(folder));
    write_lc_files(folder, arena);
    d = ifb_path_join(arena, folder, "d.csv");
    g = ifb_path_join(arena, folder, "g.csv");
    for (size_t i = 0; i < sizeof(no_rates) / sizeof(*no_rates); i++) {
        const char *settings[] = { "lc_difficulty", d, "lc_gamed", g, NULL };
        struct bench b;
        double rate;

        assert_int_equal(open_bench(&b, suite, no_rates[i].files ? settings : NULL), IFB_OK);
        if (read_bytes(&b, suite, "x.csv", ifb_str_of(no_rates[i].judgments)))
            fail_msg("row %zu: %s", i, b.err.msg);
        assert_int_equal(suite->finish(b.state, &b.out, &b.err), IFB_OK);
        rate = number_of(&b.out, 0, "length_controlled_winrate");
        if (isnan(rate) != (no_rates[i].why != NULL))
            fail_msg("row %zu: the rate is %g", i, rate);
        if (no_rates[i].why && !strstr(b.warned, no_rates[i].why))
            fail_msg("row %zu: %s", i, b.warned);
        close_bench(&b);
    }
    unlink(d);
    unlink(g);
    rmdir(folder);
    ifb_arena_close(arena);
}

static const struct {
    const char *text, *message;
} bad_files[] = {
    { "", "it is empty" },
    { "[", "line 1: a value was expected, found the end" },
    { "{}", "wanted a JSON array of objects, found an object" },
    { "[]", "there are no judgments" },
    { "[1]", "line 1: wanted an object, found a number" },
    { "[\n{\"instruction\": 1}]", "line 2: instruction is a number, wanted a string" },
    { "[{\"instruction\": \"a\"}]", "output_1 is missing, wanted a string" },
    { "[" PAIR("a", "\"1\"") "]", "preference is a string, wanted a number or null" },
    { "[{\"instruction\": \"a\", \"output_1\": [], \"output_2\": \"\"}]", "output_1 is an array" },
    { "a,b\n1,2\n", "wanted a column preference" },
    { "preference,len_1,len_2\n1,x,2\n", "line 2: len_1 is \"x\", wanted a number" },
    { "preference,len_1,len_2\n1,2\n", "len_2 is \"\", wanted a number" },
    { "preference,len_1,len_2\n", "there are no judgments" },
};

static void bad_judgments_are_named(void **state)
{
    const struct ifb_judged *suite = ifb_judged_find(IFB_STR("alpacaeval1"));

    (void)state;
    for (size_t i = 0; i < sizeof(bad_files) / sizeof(*bad_files); i++) {
        struct bench b;

        assert_int_equal(open_bench(&b, suite, NULL), IFB_OK);
        assert_int_equal(read_bytes(&b, suite, "f", ifb_str_of(bad_files[i].text)), IFB_EINPUT);
        if (!strstr(b.err.msg, bad_files[i].message) || strncmp(b.err.msg, "f: ", 3) != 0)
            fail_msg("row %zu: %s", i, b.err.msg);
        close_bench(&b);
    }
}

static void the_strength_of_the_fit_is_read(void **state)
{
    static const struct {
        const char *text;
        bool ok;
    } rows[] = { { "auto", true }, { "0", true }, { "9", true }, { "21.5", true }, { "0.5", true },
                 { "10", false }, { "-1", false }, { "", false }, { "x", false }, { "0.0", false },
                 { "-2.0", false }, { "1e99.", false } };
    const struct ifb_judged *suite = ifb_judged_find(IFB_STR("alpacaeval"));

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        const char *settings[] = { "lc_c", rows[i].text, NULL };
        struct bench b;

        if ((open_bench(&b, suite, settings) == IFB_OK) != rows[i].ok)
            fail_msg("row %zu: %s", i, rows[i].text);
        close_bench(&b);
    }
}

static void judged_suites_are_listed(void **state)
{
    size_t n = 0;

    (void)state;
    for (const struct ifb_judged *s = ifb_judged_next(NULL); s; s = ifb_judged_next(s), n++) {
        assert_ptr_equal(ifb_judged_find(ifb_str_of(s->id)), s);
        assert_true(s->doc && s->judgments && s->metrics && s->open && s->read && s->finish);
    }
    assert_true(n >= 2);
    assert_non_null(ifb_suite_find(IFB_STR("alpacaeval"))); /* asked under the same id */
    assert_null(ifb_judged_find(IFB_STR("alpaca")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_models_equal_the_official_numbers),
        cmocka_unit_test(default_and_cross_validated_rates_are_near),
        cmocka_unit_test(derived_difficulties_equal_the_recovered_ones),
        cmocka_unit_test(every_instruction_is_shown_in_the_official_order),
        cmocka_unit_test(stored_logprobs_give_the_stored_preferences),
        cmocka_unit_test(stored_completions_give_the_stored_preferences),
        cmocka_unit_test(rankings_are_read),
        cmocka_unit_test(scores_of_two_are_read),
        cmocka_unit_test(patterns_are_read),
        cmocka_unit_test(refused_patterns_are_errors),
        cmocka_unit_test(json_replies_are_read),
        cmocka_unit_test(logprobs_are_weighed),
        cmocka_unit_test(annotations_are_written_as_the_official_tool_does),
        cmocka_unit_test(written_json_reads_back_equal),
        cmocka_unit_test(leaderboards_come_back),
        cmocka_unit_test(failed_judgments_are_counted),
        cmocka_unit_test(a_missing_rate_says_why),
        cmocka_unit_test(bad_judgments_are_named),
        cmocka_unit_test(the_strength_of_the_fit_is_read),
        cmocka_unit_test(judged_suites_are_listed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
