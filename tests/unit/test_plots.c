/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plots up to gnuplot and from it on: what the script may hold, which plots there are, the tables
 * beside them, and what is made of what gnuplot printed. tests/e2e/test_plots.sh runs gnuplot.
 */
#include "tests/unit/shelf.h"

#include <ifbench/leaderboard.h>

#include "harness/base/utf8.h"
#include "reports/plot.h"

#define EVIL "`id` @m {/Symbol a} $(id) \"; system('id') #\n\\n'" WORLD_SCRIPT "\xe2\x80\xae"
#define GOOD "openai:gpt"

#define SHARE S("proportion"), true

static const struct ifb_metric_value metrics[] = {
    { S("acc"), S("s"), S(GOOD), SHARE, 0.75, 0.5, 0.9, 0.1, 15, 20, 0 },
    { S("loose_acc"), S("s"), S(GOOD), SHARE, 0.8, 0.6, 0.95, 0.1, 16, 20, 0 },
    { S("streak"), S("s"), S(GOOD), S("levels"), true, 2.5, 2, 3, 0.2, -1, 20, 0 },
    { S("hsr_l1"), S("s"), S(GOOD), S("percent"), true, 90, 80, 95, 1, -1, 20, 0 },
    { S("hsr_l2"), S("s"), S(GOOD), S("percent"), true, 50, NAN, NAN, NAN, -1, 20, 0 },
    { S("acc"), S("s"), S(EVIL), SHARE, 0.25, 0.1, 0.4, 0.1, 5, 20, 0 },
    { S("loose_acc"), S("s"), S(EVIL), SHARE, NAN, NAN, NAN, NAN, 0, 0, 0 },
    { S("streak"), S("s"), S(EVIL), S("levels"), true, 1.5, 1, 2, 0.2, -1, 20, 0 },
    { S("hsr_l1"), S("s"), S(EVIL), S("percent"), true, 40, 30, 50, 1, -1, 20, 0 },
    { S("hsr_l2"), S("s"), S(EVIL), S("percent"), true, 10, 5, 15, 1, -1, 20, 0 },
};

static const struct ifb_group_row groups[] = {
    { S("s"), S(GOOD), S("instruction"), S("a:" EVIL), 4, 1, 2, 1, 1 },
    { S("s"), S(GOOD), S("instruction"), S("b:x"), 10, 9, 9, 0, 0 },
    { S("s"), S(GOOD), S("family"), S("a"), 4, 1, 2, 1, 1 },
    { S("s"), S(GOOD), S("family"), S("b"), 10, 9, 9, 0, 0 },
    { S("s"), S(GOOD), S("family"), S(EVIL), 2, 2, 2, 0, 0 },
    { S("s"), S(GOOD), S("turn"), S("turn 10"), 3, 1, 1, 0, 0 },
    { S("s"), S(GOOD), S("turn"), S("turn 9"), 3, 2, 2, 0, 0 },
    { S("s"), S(EVIL), S("instruction"), S("b:x"), 10, 0, 0, 0, 10 },
};

static const struct ifb_cell_summary cells[] = {
    { .suite = S("s"), .model = S(GOOD) }, { .suite = S("s"), .model = S(EVIL) },
};

static const struct ifb_summary full = {
    .version = S("0.1"), .run = S("r"), .metrics = metrics, .nmetrics = COUNT(metrics),
    .groups = groups, .ngroups = COUNT(groups), .cells = cells, .ncells = COUNT(cells),
};

#define SAMPLE(m, text, what) \
    { .suite = S("s"), .model = S(m), .id = S("1"), .answered = true, .answer = S(text), \
      .outcome = what }

static const struct ifb_sample answers[] = {
    SAMPLE(GOOD, "x", IFB_PASS), SAMPLE(GOOD, "\xc3\xa9\xc3\xa9\xc3\xa9", IFB_FAIL),
    SAMPLE(GOOD, "abc", IFB_PASS), SAMPLE(GOOD, "abcdefgh", IFB_UNSCORED),
    SAMPLE(EVIL, "", IFB_FAIL), SAMPLE(EVIL, "abcd", IFB_ERROR),
};

static struct ifb_plots plots_of(const struct ifb_summary *summary, struct ifb_arena *arena)
{
    struct world_walk walk = { answers, COUNT(answers), COUNT(answers), SIZE_MAX, 0 };
    struct ifb_samples samples = world_iterator(&walk);
    struct ifb_plots plots;

    assert_int_equal(ifb_plots_of_run(summary, &samples, arena, &plots, NULL), IFB_OK);
    assert_int_equal(walk.rewinds, 1);
    return plots;
}

static const struct ifb_plot *plot_of(const struct ifb_plots *plots, const char *name)
{
    for (size_t i = 0; i < plots->n; i++)
        if (ifb_str_is(plots->at[i].name, name))
            return &plots->at[i];
    fail_msg("no plot %s", name);
    return NULL;
}

/* ---- the script ---- */

static void the_script_is_what_is_expected(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();

    (void)state;
    world_golden(plots_of(&full, arena).script, "plots.gp");
    ifb_arena_close(arena);
}

static bool is_mark(ifb_str s)
{
    size_t i = 1;

    if (s.len < 2 || s.ptr[0] != 'Q')
        return false;
    while (i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9')
        i++;
    while (i < s.len && s.ptr[i] == 'q')
        i++;
    return i == s.len;
}

/* Our own words between quotes: colours, fonts, formats. */
static bool is_ours(ifb_str s)
{
    static const char *const words[] = { "sans-serif,11", "sans-serif,12", "sans-serif,13",
                                         "sans-serif,15", "?", "black", "50 %", "100 %", "%.0f",
                                         "%Y-%m-%d", "%m-%d %H:%M" };

    for (size_t i = 0; i < COUNT(words); i++)
        if (ifb_str_is(s, words[i]))
            return true;
    return s.len && s.ptr[0] == '#' && (s.len == 7 || s.len == 9);
}

/* Everything in quotes is a mark or ours, and nothing outside of them can run or read anything. */
static void the_script_holds_nothing_from_outside(void **state)
{
    static const char *const never[] = { "`", "@", "{", "}", "'", ";", "system", "load", "call",
                                         "import", "eval", "shell", "popen", "\n!", "<script",
                                         "Symbol", GOOD, "id)" };
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_plots plots = plots_of(&full, arena);
    ifb_str rest = plots.script, part;
    size_t marks = 0;

    (void)state;
    for (size_t i = 0; i < COUNT(never); i++)
        if (world_has(plots.script, never[i]))
            fail_msg("the script holds %s", never[i]);
    for (size_t i = 0; i < plots.script.len; i++)
        assert_true(plots.script.ptr[i] == '\n' ||
                    (plots.script.ptr[i] >= 0x20 && plots.script.ptr[i] < 0x7f));
    while (ifb_str_chop(&rest, '"', &part)) {
        assert_true(ifb_str_chop(&rest, '"', &part));
        if (!is_mark(part) && !is_ours(part))
            fail_msg("what is \"%.*s\"?", IFB_ARG(part));
        marks += is_mark(part);
    }
    assert_true(marks > 20 && marks == plots.nlabels);
    ifb_arena_close(arena);
}

static void marks_are_as_wide_as_what_they_stand_for(void **state)
{
    static const struct { ifb_str text; size_t most, width; const char *shown; } rows[] = {
        { S("abcdef"), 10, 6, "abcdef" },
        { S("a"), 10, 2, "a" },  /* "Q1" needs two */
        { S("\xc3\xa9\xc3\xa8\xc3\xa9"), 10, 3, "\xc3\xa9\xc3\xa8\xc3\xa9" },
        { S("\xe6\x97\xa5\xe6\x9c\xac"), 10, 4, "\xe6\x97\xa5\xe6\x9c\xac" },
        { S("0123456789abc"), 10, 10, "012\xe2\x80\xa6" "789abc" },
        { S("\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5"), 7, 7, "\xe6\x97\xa5\xe2\x80\xa6"
          "\xe6\x97\xa5\xe6\x97\xa5" },
        { S("a\nb"), 10, 3, "a\xe2\x90\x8a" "b" },
        { S(""), 10, 2, "" },
    };
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_plotter p;
    struct ifb_plots plots;

    (void)state;
    ifb_plotter_open(&p, arena);
    for (size_t i = 0; i < COUNT(rows); i++) {
        ifb_str mark = ifb_plotter_mark(&p, rows[i].text, rows[i].most);

        assert_true(is_mark(mark));
        assert_int_equal(mark.len, rows[i].width);
        assert_true(ifb_str_is(p.labels[i], rows[i].shown));
    }
    ifb_plotter_close(&p, &plots);
    assert_int_equal(plots.nlabels, COUNT(rows));
    ifb_arena_close(arena);
}

/* ---- which there are ---- */

static void plots_that_show_nothing_are_left_out(void **state)
{
    struct ifb_summary one = full, bare = { .cells = cells, .ncells = 1 };
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_plots plots = plots_of(&full, arena);
    static const char *const names[] = { "scores", "scores-levels", "constraints",
                                         "categories", "levels-hsr", "turns", "length" };

    (void)state;
    assert_int_equal(plots.n, COUNT(names));
    for (size_t i = 0; i < COUNT(names); i++)
        assert_true(ifb_str_is(plots.at[i].name, names[i]));
    assert_int_equal(plots.nleft_out, 0);
    assert_int_equal(plot_of(&plots, "constraints")->chart->kind, IFB_CHART_HEAT);

    one.ncells = 1;
    plots = plots_of(&one, arena);
    assert_int_equal(plots.n, COUNT(names) - 1);
    assert_int_equal(plot_of(&plots, "constraints")->chart->kind, IFB_CHART_BARS);
    assert_int_equal(plots.nleft_out, 1);
    assert_true(ifb_str_is(plots.left_out[0], "scores of s: one value in levels"));

    plots = plots_of(&bare, arena);
    assert_int_equal(plots.n, 1);
    assert_int_equal(plots.nleft_out, 2);
    assert_true(ifb_str_is(plots.left_out[0], "constraints of s: 0 of them, wanted 2"));
    assert_true(ifb_str_is(plots.left_out[1], "categories of s: 0 of them at most, wanted 3 to 40 "
                           "with scores"));
    ifb_arena_close(arena);
}

static void many_models_are_cut_and_that_is_said(void **state)
{
    static const char *const kinds[] = { "instruction", "instruction", "tag" };
    enum { N = 30 };
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_cell_summary *many = ifb_new(arena, struct ifb_cell_summary, N);
    struct ifb_metric_value *values = ifb_new(arena, struct ifb_metric_value, 2 * N);
    struct ifb_group_row *rows = ifb_new(arena, struct ifb_group_row, 3 * N);
    struct ifb_summary s = { .cells = many, .ncells = N, .metrics = values, .nmetrics = 2 * N,
                             .groups = rows, .ngroups = 3 * N };
    struct ifb_plots plots;

    (void)state;
    for (size_t i = 0; i < N; i++) {
        many[i] = (struct ifb_cell_summary){ .suite = S("s"), .model = ifb_fmt(arena, "m%zu", i) };
        for (size_t k = 0; k < 2; k++) {
            values[2 * i + k] = metrics[k];
            values[2 * i + k].model = many[i].model;
        }
        for (size_t k = 0; k < 3; k++)
            rows[3 * i + k] = (struct ifb_group_row){ .suite = S("s"), .model = many[i].model,
                                                      .kind = ifb_str_of(kinds[k]),
                                                      .name = k ? IFB_STR("a:b") : IFB_STR("c:d"),
                                                      .n = 4, .strict_pass = 2 };
    }
    plots = plots_of(&s, arena);
    assert_int_equal(plot_of(&plots, "scores")->chart->nrows, N);
    assert_int_equal(plot_of(&plots, "scores")->chart->nseries, 1);
    assert_int_equal(plot_of(&plots, "constraints")->chart->nseries, 24);
    assert_true(world_has(plot_of(&plots, "constraints")->caption, "The first 24 of 30 models."));
    ifb_arena_close(arena);
}

#define POINTS(id, value) \
    { S(id), S("s"), S(GOOD), S("points"), true, value, NAN, NAN, NAN, -1, 9, 0 }

/* The outermost ring is a round number of the metric's unit; what has no score has no axis. */
static void parts_in_points_are_a_spider_too(void **state)
{
    static const struct ifb_metric_value parts[] = {
        POINTS("turn1", 3), POINTS("average", 2.5), POINTS("x.average", 4.25),
        POINTS("y.average", 1), POINTS("none.average", NAN), POINTS("z.average", 2),
    };
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_summary s = { .cells = cells, .ncells = 1, .metrics = parts,
                             .nmetrics = COUNT(parts) };
    struct ifb_plots plots = plots_of(&s, arena);
    const struct ifb_plot *spider = plot_of(&plots, "categories");

    (void)state;
    assert_true(ifb_str_is(spider->table, "model,category,value,lo,hi,n\r\n"
                           GOOD ",x,4.250000,,,9\r\n" GOOD ",y,1.000000,,,9\r\n"
                           GOOD ",z,2.000000,,,9\r\n"));
    assert_true(ifb_str_starts(spider->caption, IFB_STR("average of each category, in points")));
    assert_true(world_has(plots.script, "set label \"5.0\" at"));
    assert_true(world_has(plots.script, "\n0.0000 85.0000 \n"));  /* 4.25 of 5, upwards */
    ifb_arena_close(arena);
}

/* ---- tables ---- */

static void tables_are_csv_without_formulas(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_plots plots = plots_of(&full, arena);
    ifb_str scores = plot_of(&plots, "scores")->table, turns = plot_of(&plots, "turns")->table;

    (void)state;
    assert_true(ifb_str_starts(scores, IFB_STR("model,metric,value,lo,hi,n\r\nopenai:gpt,acc,"
                                               "0.750000,0.500000,0.900000,20\r\n")));
    assert_true(world_has(scores, ",loose_acc,,,,0\r\n"));
    assert_true(ifb_str_starts(plot_of(&plots, "levels-hsr")->table,
                           IFB_STR("model,level,value,lo,hi,n\r\n"
                           GOOD ",1.000000,0.900000,0.800000,0.950000,20\r\n"
                           GOOD ",2.000000,0.500000,,,20\r\n")));
    assert_true(ifb_str_starts(turns, IFB_STR("model,turn,value,lo,hi,n\r\n"
                                              "openai:gpt,9.000000,0.666667,")));
    world_golden(plot_of(&plots, "length")->table, "plots_length.csv");
    ifb_arena_close(arena);
}

static void the_report_writes_tables_without_pictures(void **state)
{
    struct world_walk walk = { answers, COUNT(answers), 0, SIZE_MAX, 0 };
    struct ifb_samples samples = world_iterator(&walk);
    struct shelf shelf;
    struct ifb_folder folder = { &shelf, shelf_begin, shelf_end };

    (void)state;
    shelf_open(&shelf);
    assert_int_equal(ifb_report_find(IFB_STR("plots"))->write_files(&full, NULL, &samples, &folder,
                                                                    NULL), IFB_OK);
    assert_int_equal(shelf.n, 8);
    assert_true(ifb_str_starts(shelf_file(&shelf, "./scores.csv"), IFB_STR("model,metric,")));
    assert_true(ifb_str_starts(shelf_file(&shelf, "./README.txt"),
                               IFB_STR("Not drawn: gnuplot was not run. ")));
    shelf_close(&shelf);
}

/* ---- what gnuplot printed ---- */

#define HEAD "<?xml version=\"1.0\"?>\n<svg \n width=\"9\">\n<title>Gnuplot</title>\n" \
             "<desc>Produced by GNUPLOT 9 </desc>\n"

static enum ifb_code take(const char *printed, struct ifb_arena *arena, struct ifb_plots *plots)
{
    static const ifb_str labels[] = { S("a<b>&\"c"), S("second") };
    struct ifb_error err = { .code = IFB_OK };
    enum ifb_code code;

    *plots = (struct ifb_plots){ .n = 1, .labels = labels, .nlabels = COUNT(labels) };
    plots->at = ifb_new(arena, struct ifb_plot, 1);
    plots->at[0] = (struct ifb_plot){ .name = S("p"), .title = S("t<" WORLD_SCRIPT),
                                      .caption = S("c&" WORLD_IMG) };
    code = ifb_plots_take(plots, ifb_str_of(printed), arena, &err);
    assert_true(!code == !!plots->at[0].svg.len && (!code || err.msg[0]));
    return code;
}

static void names_are_put_where_their_marks_are(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_plots plots;
    ifb_str svg;

    (void)state;
    assert_int_equal(take(HEAD "<title>gnuplot_plot_1</title><text>Q0qqqqqq</text><text>Q1</text>"
                          "<text>Q2</text><text>Q0x</text><g color=\"black\" "
                          "stroke='rgb(  0,   0,   0)' fill='rgb(  0,   0, 200)'/></svg>\n",
                          arena, &plots), IFB_OK);
    svg = plots.at[0].svg;
    assert_true(world_has(svg, "<text>a&lt;b&gt;&amp;\"c</text><text>second</text><text>Q2</text>"
                          "<text>Q0x</text><g color=\"currentColor\" stroke='currentColor' "
                          "fill='rgb(  0,   0, 200)'/></svg>\n"));
    assert_true(world_has(svg, "<title>t&lt;&lt;/script&gt;") && !world_has(svg, "gnuplot_plot"));
    assert_true(world_has(svg, "<desc>c&amp;\"&gt;&lt;img") && !world_has(svg, "GNUPLOT"));
    assert_true(world_has(svg, "prefers-color-scheme:dark") && !world_has(svg, "<script"));
    ifb_arena_close(arena);
}

static void what_is_no_plain_picture_is_refused(void **state)
{
    static const char *const rows[] = {
        "", "nonsense", "<?xml <svg>", HEAD "<script>alert(1)</script></svg>",
        HEAD "<image xlink:href='x'/></svg>", HEAD "<use xlink:href=\"http://x/\"/></svg>",
        HEAD "<text>\xff</text></svg>", HEAD "<foreignObject/></svg>",
    };
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_plots plots;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (take(rows[i], arena, &plots) != IFB_EPROTO)
            fail_msg("row %zu was taken", i);
    ifb_arena_close(arena);
}

/* ---- in a page ---- */

static void pages_show_pictures_or_say_why_not(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_plots plots = plots_of(&full, arena);
    static const ifb_str left[] = { S("x of " WORLD_SCRIPT) };
    struct ifb_buf buf;
    struct ifb_sink sink = { &buf, world_collect };
    struct ifb_pen pen;
    ifb_str page;

    (void)state;
    plots.why = IFB_STR("no <gnuplot>");
    plots.left_out = left;
    plots.nleft_out = 1;
    plots.at[0].svg = IFB_STR("<svg/>");
    ifb_buf_init(&buf, (size_t)1 << 22);
    ifb_pen_open(&pen, &sink);
    ifb_plots_put(&pen, &plots, SIZE_MAX);
    ifb_pen_flush(&pen);
    page = ifb_buf_view(&buf);
    assert_true(world_has(page, "src=\"data:image/svg+xml;base64,PHN2Zy8+\""));
    assert_true(world_has(page, "Not drawn: <bdi>no &lt;gnuplot&gt;</bdi>."));
    assert_true(world_has(page, "Left out: <bdi>x of &lt;/script&gt;"));
    assert_int_equal(ifb_str_count(page, IFB_STR("<figure")), plots.n);
    assert_int_equal(ifb_str_count(page, IFB_STR("<img ")), 1);
    assert_int_equal(ifb_str_count(page, IFB_STR("<table>")), plots.n);
    assert_false(world_has(page, "<script") || world_has(page, "onerror=alert(2)>"));
    ifb_buf_clear(&buf);
    ifb_pen_open(&pen, &sink);
    ifb_plots_put(&pen, NULL, SIZE_MAX);
    ifb_pen_flush(&pen);
    assert_int_equal(buf.len, 0);
    ifb_buf_close(&buf);
    ifb_arena_close(arena);
}

/* ---- leaderboards ---- */

static void a_leaderboard_has_plots_over_its_runs(void **state)
{
    static const struct ifb_board_share shares[] = { { 9, 10 }, { 1, 4 }, { 2, 2 }, { 0, 3 },
                                                     { 0, 0 } };
    static const ifb_str constraints[] = { S("a:x"), S("a:y"), S("b:z"), S(EVIL), S("none") };
    struct ifb_board_entry entries[] = {
        { .model = S(GOOD), .run = S("late"), .started = S("2026-03-02T00:00:00.000Z"),
          .value = metrics[0], .length = 120, .length_unit = "characters", .shares = shares },
        { .model = S(GOOD), .run = S("early"), .started = S("2026-01-02T00:00:00.000Z"),
          .value = metrics[1], .length = 90, .length_unit = "characters", .shares = shares },
        { .model = S(EVIL), .run = S("r"), .started = S("=nonsense"), .value = metrics[5],
          .length = 40, .length_unit = "tokens", .shares = shares },
    };
    struct ifb_board_suite suite = { .name = S("s"), .metric = S("acc"), .page = 1,
                                     .entries = entries, .n = 3, .constraints = constraints,
                                     .nconstraints = 5 };
    struct ifb_board_page pages[] = { { IFB_BOARD_INDEX, S("index.html"), S(""), 0 },
                                      { IFB_BOARD_SUITE, S("suite-s.html"), S("s"), 0 } };
    struct ifb_leaderboard board = { .suites = &suite, .nsuites = 1, .pages = pages, .npages = 2 };
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_plots plots;

    (void)state;
    ifb_plots_of_board(&board, arena, &plots);
    assert_int_equal(plots.n, 5);
    assert_true(ifb_str_is(plot_of(&plots, "suite-s-history")->table,
                           "model,started,value,lo,hi,n\r\n"
                           GOOD ",2026-01-02T00:00:00.000Z,0.800000,0.600000,0.950000,20\r\n"
                           GOOD ",2026-03-02T00:00:00.000Z,0.750000,0.500000,0.900000,20\r\n"));
    assert_true(ifb_str_starts(plot_of(&plots, "suite-s-values")->table,
                               IFB_STR("metric,model,value,lo,hi,n\r\n"
                                       "acc,\"openai:gpt, late\",0.750000,")));
    assert_int_equal(plot_of(&plots, "suite-s-categories")->chart->nrows, 3);  /* of 4 */
    assert_true(world_has(plot_of(&plots, "suite-s-categories")->table,
                          "\"openai:gpt, late\",a,0.714286,"));  /* 10 of 14 */
    assert_int_equal(plot_of(&plots, "suite-s-length")->chart->nseries, 2);
    assert_false(world_has(plots.script, "`") || world_has(plots.script, "openai"));
    suite.n = 1;
    ifb_plots_of_board(&board, arena, &plots);
    assert_int_equal(plots.n, 1);
    assert_int_equal(plots.nleft_out, 3);
    ifb_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_script_is_what_is_expected),
        cmocka_unit_test(the_script_holds_nothing_from_outside),
        cmocka_unit_test(marks_are_as_wide_as_what_they_stand_for),
        cmocka_unit_test(plots_that_show_nothing_are_left_out),
        cmocka_unit_test(many_models_are_cut_and_that_is_said),
        cmocka_unit_test(parts_in_points_are_a_spider_too),
        cmocka_unit_test(tables_are_csv_without_formulas),
        cmocka_unit_test(the_report_writes_tables_without_pictures),
        cmocka_unit_test(names_are_put_where_their_marks_are),
        cmocka_unit_test(what_is_no_plain_picture_is_refused),
        cmocka_unit_test(pages_show_pictures_or_say_why_not),
        cmocka_unit_test(a_leaderboard_has_plots_over_its_runs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
