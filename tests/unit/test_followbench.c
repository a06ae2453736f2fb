/* SPDX-License-Identifier: Apache-2.0 */
/*
 * FollowBench: verdict for verdict against the official rules on single cases,
 * the number of groups in the official files, what the reader refuses, and the
 * metrics on a run whose scores are worked out by hand.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include <ifbench/check.h>
#include <ifbench/suite.h>

#include "harness/base/arena.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "harness/engine/plan.h"

#define SHOWN 20  /* mismatches that are printed */
#define NFILES 6

static const char *data_dir(void)
{
    const char *dir = getenv("IFBENCH_DATA");

    return dir ? dir : "../shared/data";
}

/* A suite read from the official files. */
struct shelf {
    struct ifb_arena *arena;
    struct ifb_suite_items items;
};

static bool open_shelf(const char *suite_id, struct shelf *s)
{
    const struct ifb_suite *suite = ifb_suite_find(ifb_str_of(suite_id));
    const char *paths[NFILES];
    struct ifb_suite_source src = { paths, 0 };
    struct ifb_error err;

    s->arena = ifb_arena_new();
    for (; suite->files[src.npaths]; src.npaths++) {
        paths[src.npaths] = ifb_path_join(s->arena, data_dir(), suite->files[src.npaths]);
        if (!ifb_file_exists(paths[src.npaths])) {
            ifb_arena_close(s->arena);
            return false;
        }
    }
    if (ifb_suite_load(suite, &src, 0, NULL, s->arena, &s->items, &err))
        fail_msg("%s: %s", suite_id, err.msg);
    return true;
}

static void close_shelf(struct shelf *s)
{
    ifb_suite_unload(&s->items);
    ifb_arena_close(s->arena);
}

static const struct ifb_item *find_item(const struct shelf *s, const char *id)
{
    for (size_t i = 0; i < s->items.n; i++)
        if (ifb_str_is(s->items.items[i].id, id))
            return &s->items.items[i];
    return NULL;
}

/* ---- rules ---- */

/* "data_zh/content_constraints.json", group 14, level 2: "content-14-2". */
static const struct ifb_item *item_of(const struct shelf *s, const struct ifb_json *c)
{
    ifb_str file = ifb_json_str(c, "file");
    size_t slash = ifb_str_chr(file, '/', 0), bar = ifb_str_chr(file, '_', slash);
    char id[80];

    snprintf(id, sizeof(id), "%.*s-%lld-%lld", (int)(bar - slash - 1), file.ptr + slash + 1,
             (long long)ifb_json_int(c, "example_id", -1), (long long)ifb_json_int(c, "level", -1));
    return find_item(s, id);
}

static bool judge_case(const struct ifb_json *c, const struct ifb_item *item,
                       struct ifb_arena *cell, struct ifb_arena *scratch)
{
    bool wanted = ifb_json_get(c, "verdict")->truth;
    ifb_str answer = ifb_json_str(c, "response");
    ifb_verdict strict, loose;

    assert_non_null(item);
    assert_int_equal(item->nconstraints, 1);
    ifb_constraint_score(&item->constraints[0], ifb_forms_new(cell, answer, NULL), scratch, true,
                         &strict, &loose);
    if (strict.outcome == (wanted ? IFB_PASS : IFB_FAIL) && loose.outcome == strict.outcome &&
        strict.why.len)
        return true;
    print_error("%.*s: %.*s found %s (%.*s), wanted %s\n", IFB_ARG(ifb_json_str(c, "id")),
                IFB_ARG(item->constraints[0].id), ifb_outcome_name(strict.outcome),
                IFB_ARG(strict.why), wanted ? "pass" : "fail");
    return false;
}

static void rules_equal_upstream(void **state)
{
    struct ifb_arena *cell = ifb_arena_new(), *scratch = ifb_arena_new();
    char *path = ifb_path_join(cell, data_dir(), "followbench/rule_verdicts.jsonl");
    struct ifb_lines *lines;
    struct shelf en, zh;
    bool more = true;
    size_t n = 0, bad = 0;
    ifb_str line;

    (void)state;
    if (!ifb_file_exists(path) || !open_shelf("followbench", &en)) {
        print_message("skipped: followbench/rule_verdicts.jsonl is not there\n");
        ifb_arena_close(cell);
        ifb_arena_close(scratch);
        skip();
    }
    assert_true(open_shelf("followbench-zh", &zh));
    assert_int_equal(ifb_lines_open(path, &lines, NULL), IFB_OK);
    while (bad < SHOWN && !ifb_lines_next(lines, &line, &more, NULL) && more) {
        const struct ifb_json *c;

        ifb_arena_reset(cell);
        assert_int_equal(ifb_json_parse(cell, line, 0, 1, &c, NULL), IFB_OK);
        bad += !judge_case(c, item_of(ifb_str_is(ifb_json_str(c, "lang"), "zh") ? &zh : &en, c),
                           cell, scratch);
        n++;
    }
    print_message("%zu of %zu rule verdicts equal\n", n - bad, n);
    assert_int_equal(bad, 0);
    assert_true(n >= 5360);
    ifb_lines_close(lines);
    close_shelf(&en);
    close_shelf(&zh);
    ifb_arena_close(cell);
    ifb_arena_close(scratch);
}

/* Long answers take as long as they are long: squared, this would not end. */
static void long_answers_are_judged_too(void **state)
{
    static const struct {
        const char *id, *args, *piece;
    } cases[] = {
        { "followbench:points", "{\"level\":5}", "**1 x:" },
        { "followbench:points", "{\"level\":5}", "**1" },
        { "followbench:template", "{\"target\":\"a{answer}a{answer}ab\"}", "a" },
        { "followbench:amount", "{\"target\":\"\",\"language\":\"zh\"}", "1" },
        { "followbench:date", "{\"target\":\"\"}", "11/22/" },
        { "followbench:summary", "{\"source\":\"xsum\",\"level\":5}", "is " },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        size_t len = (1 << 20) / strlen(cases[i].piece) * strlen(cases[i].piece);
        enum ifb_outcome strict, loose;
        struct ifb_checker *c;
        struct ifb_error err;
        char *text = malloc(len);

        assert_non_null(text);
        for (size_t k = 0; k < len; k++)
            text[k] = cases[i].piece[k % strlen(cases[i].piece)];
        if (ifb_checker_new(cases[i].id, cases[i].args, &c, &err))
            fail_msg("%s", err.msg);
        ifb_checker_run(c, text, len, &strict, &loose);
        assert_int_equal(strict, IFB_FAIL);
        assert_int_equal(loose, IFB_FAIL);
        ifb_checker_close(c);
        free(text);
    }
}

/* ---- the reader ---- */

static const struct {
    const char *suite, *category;
    size_t groups, by_rule;
} counts[] = {
    { "followbench", "content", 25, 12 },    { "followbench", "situation", 22, 8 },
    { "followbench", "style", 30, 0 },       { "followbench", "format", 30, 2 },
    { "followbench", "mixed", 17, 8 },       { "followbench", "example", 40, 40 },
    { "followbench-zh", "content", 23, 10 }, { "followbench-zh", "situation", 22, 8 },
    { "followbench-zh", "style", 30, 0 },    { "followbench-zh", "format", 30, 1 },
    { "followbench-zh", "mixed", 13, 7 },    { "followbench-zh", "example", 40, 40 },
};

/* A judged item waits with a constraint a level and shows all that led to it. */
static bool check_item(const struct ifb_item *item)
{
    bool by_rule = item->constraints[0].check;

    assert_int_equal(item->prompt.n, 1);
    assert_in_range(item->level, 1, 5);
    assert_int_equal(item->nconstraints, by_rule ? 1 : item->level);
    assert_int_equal(item->ladder.n, by_rule ? 0 : item->level + 1u);
    for (size_t c = 0; c < item->nconstraints; c++) {
        assert_true(by_rule ? item->constraints[c].check->strict_only
                            : !item->constraints[c].check);
        assert_true(by_rule != ifb_str_is(item->constraints[c].broken, "needs a judge"));
    }
    if (!by_rule)
        assert_true(ifb_str_eq(item->ladder.at[item->level], item->prompt.at[0].text));
    return by_rule;
}

static void official_files_have_the_groups_they_should(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        size_t items = 0, by_rule = 0;
        struct shelf s;

        if (!open_shelf(counts[i].suite, &s)) {
            print_message("skipped: the files of %s are not there\n", counts[i].suite);
            skip();
        }
        for (size_t k = 0; k < s.items.n; k++) {
            if (!ifb_str_is(s.items.items[k].group, counts[i].category))
                continue;
            items++;
            by_rule += check_item(&s.items.items[k]);
        }
        if (items != 5 * counts[i].groups || by_rule != 5 * counts[i].by_rule)
            fail_msg("%s %s: %zu items, %zu by rule", counts[i].suite, counts[i].category, items,
                     by_rule);
        close_shelf(&s);
    }
}

#define GROUP(id, category, source, to) { id, category, source, 0, to }

/* Records of one group: id, category, source, first level, last level. */
struct run {
    int id;
    const char *category, *source;
    int from, to;
};

static void write_file(const char *path, const struct run *runs, size_t n, bool blank)
{
    FILE *f = fopen(path, "w");
    const char *comma = "";

    assert_non_null(f);
    fputs("[", f);
    for (size_t i = 0; i < n; i++)
        for (int l = runs[i].from; l <= runs[i].to; l++) {
            fprintf(f, "%s\n{\"example_id\": %d, \"category\": \"%s\", \"source\": \"%s\", "
                    "\"level\": %d, \"instruction\": \"", comma, runs[i].id, runs[i].category,
                    runs[i].source, l);
            if (!blank)
                fprintf(f, "%s %d %d", runs[i].category, runs[i].id, l);
            fputs("\", \"target\": \"['a', 'b']\"}", f);
            comma = ",";
        }
    fputs("]\n", f);
    fclose(f);
}

static enum ifb_code load_file(const char *path, struct ifb_arena *arena,
                               struct ifb_suite_items *items, struct ifb_error *err)
{
    const char *paths[] = { path };
    struct ifb_suite_source src = { paths, 1 };

    return ifb_suite_load(ifb_suite_find(IFB_STR("followbench")), &src, 0, NULL, arena, items, err);
}

static void bad_groups_are_refused_by_line(void **state)
{
    static const struct {
        struct run runs[2];
        size_t n;
        bool blank;
        const char *message;
    } cases[] = {
        { { GROUP(1, "content", "x", 3), GROUP(2, "content", "x", 5) }, 2, false,
          ":6: the group before ends at level 3, wanted 5" },
        { { GROUP(1, "content", "x", 4) }, 1, false, "the last group ends at level 4" },
        { { GROUP(2, "style", "x", 5), GROUP(1, "style", "x", 5) }, 2, false,
          ":8: \"example_id\" is 1 after 2" },
        { { { 1, "style", "x", 1, 5 } }, 1, false, ":2: a group of style begins at level 1" },
        { { GROUP(1, "example", "x", 5) }, 1, false, ":2: a group of example begins at" },
        { { GROUP(1, "other", "x", 5) }, 1, false, ":2: category \"other\" is not one of" },
        { { { 1, "style", "x", 0, 2 }, { 1, "style", "x", 4, 5 } }, 2, false,
          ":5: level 4 follows level 2" },
        { { GROUP(1, "style", "x", 5) }, 1, true, ":3: \"instruction\" is empty" },
        { { { 0 } }, 0, false, "no records" },
    };
    char path[] = "/tmp/ifbench-followbench-XXXXXX";

    (void)state;
    close(mkstemp(path));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ifb_arena *arena = ifb_arena_new();
        struct ifb_suite_items items;
        struct ifb_error err = { 0 };

        write_file(path, cases[i].runs, cases[i].n, cases[i].blank);
        if (load_file(path, arena, &items, &err) != IFB_EINPUT ||
            !strstr(err.msg, cases[i].message))
            fail_msg("case %zu: \"%s\", wanted \"%s\"", i, err.msg, cases[i].message);
        ifb_arena_close(arena);
    }
    unlink(path);
}

/* ---- metrics ---- */

/* Outcomes of a group, level by level: a letter a constraint; p f e u. */
struct ladder {
    const char *category;
    const char *levels[5];
};

#define MAX_SCORES 64

struct set {
    struct ifb_item items[MAX_SCORES];
    struct ifb_constraint constraints[8];  /* of all items: no check, a judge's */
    struct ifb_item_score scores[MAX_SCORES];
    uint8_t outcomes[MAX_SCORES][8];
    size_t nitems, n;
};

static uint8_t outcome_of(char letter)
{
    return letter == 'p' ? IFB_PASS : letter == 'f' ? IFB_FAIL : letter == 'e' ? IFB_ERROR
                                                                               : IFB_UNSCORED;
}

/* Adds a group with the outcomes of its epochs side by side. */
static void add_group(struct set *s, const struct ladder *epochs, size_t nepochs, int levels)
{
    for (int l = 0; l < levels; l++) {
        struct ifb_item *item = &s->items[s->nitems++];

        item->group = ifb_str_of(epochs->category);
        item->level = (uint16_t)(l + 1);
        item->nconstraints = strlen(epochs->levels[l]);
        item->constraints = s->constraints;
        for (size_t e = 0; e < nepochs; e++, s->n++) {
            for (size_t c = 0; c < item->nconstraints; c++)
                s->outcomes[s->n][c] = outcome_of(epochs[e].levels[l][c]);
            s->scores[s->n] = (struct ifb_item_score){ item, s->outcomes[s->n],
                                                       s->outcomes[s->n], true };
        }
    }
}

static struct ifb_folded fold(const struct set *s, const char *id)
{
    const struct ifb_metric *m = ifb_suite_find(IFB_STR("followbench"))->metrics;
    struct ifb_folded f;

    while (m->id && strcmp(m->id, id) != 0)
        m++;
    assert_non_null(m->id);
    m->fold(m, s->scores, s->n, &f);
    return f;
}

static void expect(const struct set *s, const char *id, double value, int64_t n, int64_t unscored)
{
    struct ifb_folded f = fold(s, id);

    if ((isnan(value) ? !isnan(f.value) : fabs(f.value - value) > 1e-9) || f.n != n ||
        f.unscored != unscored)
        fail_msg("%s: %.6f over %lld, %lld unscored; wanted %.6f over %lld, %lld", id, f.value,
                 (long long)f.n, (long long)f.unscored, value, (long long)n, (long long)unscored);
}

/*
 * content   A  p p f p p    by rule: hard 1 1 0 1 1, CSL 2
 *           B  p pf ppp pppp ppppf    judged: hard 1 0 1 1 0, soft 1 1/2 1 1 4/5, CSL 1
 *           C  p p p u p    left out
 * style     D  p p p p p    CSL 5
 * example   E  f p p p p    CSL 0, in no overall score
 *
 * content: HSR 100 50 50 100 50, weighted (100 + 100 + 150 + 400 + 250) / 15 = 1000 / 15;
 * SSR 100 75 50 100 90, weighted (100 + 150 + 150 + 400 + 450) / 15 = 1250 / 15; CSL 3 / 2.
 */
static void add_all(struct set *s)
{
    static const struct ladder groups[] = {
        { "content", { "p", "p", "f", "p", "p" } },
        { "content", { "p", "pf", "ppp", "pppp", "ppppf" } },
        { "content", { "p", "p", "p", "u", "p" } },
        { "style", { "p", "p", "p", "p", "p" } },
        { "example", { "f", "p", "p", "p", "p" } },
    };

    for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
        add_group(s, &groups[i], 1, 5);
}

static void scores_are_those_worked_out_by_hand(void **state)
{
    struct set s = { 0 };

    (void)state;
    add_all(&s);
    expect(&s, "content.hsr_l1", 100, 2, 1);
    expect(&s, "content.hsr_l2", 50, 2, 1);
    expect(&s, "content.hsr_l3", 50, 2, 1);
    expect(&s, "content.hsr_l5", 50, 2, 1);
    expect(&s, "content.hsr", 1000.0 / 15, 2, 1);
    expect(&s, "content.ssr_l2", 75, 2, 1);
    expect(&s, "content.ssr_l5", 90, 2, 1);
    expect(&s, "content.ssr", 1250.0 / 15, 2, 1);
    expect(&s, "content.csl", 1.5, 2, 1);
    expect(&s, "style.csl", 5, 1, 0);
    expect(&s, "example.hsr_l1", 0, 1, 0);
    expect(&s, "example.hsr", 1400.0 / 15, 1, 0);
    expect(&s, "example.csl", 0, 1, 0);
    expect(&s, "format.hsr", (double)NAN, 0, 0);
    expect(&s, "hsr_l2", (50 + 100) / 2.0, 3, 1);
    expect(&s, "ssr_l5", (90 + 100) / 2.0, 3, 1);
    expect(&s, "hsr", (1000.0 / 15 + 100) / 2, 3, 1);
    expect(&s, "ssr", (1250.0 / 15 + 100) / 2, 3, 1);
    expect(&s, "csl", (1.5 + 5) / 2, 3, 1);
}

/* content.csl is 2 and 1: s = sqrt(1/2), the mean's error is s / sqrt(2) = 1/2. */
static void intervals_are_over_groups(void **state)
{
    struct set s = { 0 };
    struct ifb_folded f;

    (void)state;
    add_all(&s);
    f = fold(&s, "content.csl");
    assert_true(fabs(f.se - 0.5) < 1e-9);
    assert_true(fabs(f.lo - (1.5 - 0.5 * 1.959963984540054)) < 1e-9);
    assert_true(fabs(f.hi - (1.5 + 0.5 * 1.959963984540054)) < 1e-9);
    f = fold(&s, "content.hsr_l1");  /* both groups alike */
    assert_true(f.value == 100 && f.se == 0 && isnan(f.lo) && isnan(f.hi));
    f = fold(&s, "csl");             /* a category of one group has no spread */
    assert_true(isnan(f.se) && isnan(f.lo));
}

static void epochs_are_averaged_within_their_group(void **state)
{
    static const struct ladder epochs[] = {
        { "mixed", { "p", "p", "p", "p", "p" } },
        { "mixed", { "p", "e", "p", "p", "p" } },
        { "mixed", { "p", "p", "p", "p", "u" } },
    };
    struct set s = { 0 };

    (void)state;
    add_group(&s, epochs, 3, 5);
    add_group(&s, epochs, 3, 3);  /* cut by --limit */
    expect(&s, "mixed.csl", (5 + 1) / 2.0, 1, 1);
    expect(&s, "mixed.hsr_l2", 50, 1, 1);
    expect(&s, "csl", 3, 1, 1);
}

/*
 * style  A  p pf eee pppp ppppf    level 3 cannot be read: hard 1 0 0 1 0, soft 1 1/2 0 1 4/5
 *        B  p pp ppp pppp ppppp    hard and soft 1 1 1 1 1
 *
 * HSR 100 50 50 100 50, weighted (100 + 100 + 150 + 400 + 250) / 15; SSR 100 75 50 100 90,
 * weighted (100 + 150 + 150 + 400 + 450) / 15; CSL (1 + 5) / 2. Upstream's level 3 is
 * (-1 + 1) / 2 = 0 in both: HSR (100 + 100 + 0 + 400 + 250) / 15, SSR (100 + 150 + 0 + 400 +
 * 450) / 15.
 */
static void a_judgment_that_cannot_be_read_is_no_or_minus_one(void **state)
{
    static const struct ladder groups[] = {
        { "style", { "p", "pf", "eee", "pppp", "ppppf" } },
        { "style", { "p", "pp", "ppp", "pppp", "ppppp" } },
    };
    struct set s = { 0 };

    (void)state;
    add_group(&s, &groups[0], 1, 5);
    add_group(&s, &groups[1], 1, 5);
    expect(&s, "style.hsr_l3", 50, 2, 0);
    expect(&s, "style.hsr", 1000.0 / 15, 2, 0);
    expect(&s, "style.ssr", 1250.0 / 15, 2, 0);
    expect(&s, "style.csl", 3, 2, 0);
    expect(&s, "official.hsr_l1", 100, 2, 0);
    expect(&s, "official.hsr_l3", 0, 2, 0);
    expect(&s, "official.ssr_l3", 0, 2, 0);
    expect(&s, "official.hsr", 850.0 / 15, 2, 0);
    expect(&s, "official.ssr", 1100.0 / 15, 2, 0);
}

static void nothing_scored_is_no_number(void **state)
{
    static const struct ladder none = { "style", { "u", "uu", "uuu", "uuuu", "uuuuu" } };
    struct set s = { 0 };

    (void)state;
    expect(&s, "hsr", (double)NAN, 0, 0);
    add_group(&s, &none, 1, 5);
    expect(&s, "hsr", (double)NAN, 0, 1);
    assert_true(isnan(fold(&s, "hsr").lo) && isnan(fold(&s, "hsr").se));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_equal_upstream),
        cmocka_unit_test(long_answers_are_judged_too),
        cmocka_unit_test(official_files_have_the_groups_they_should),
        cmocka_unit_test(bad_groups_are_refused_by_line),
        cmocka_unit_test(scores_are_those_worked_out_by_hand),
        cmocka_unit_test(intervals_are_over_groups),
        cmocka_unit_test(epochs_are_averaged_within_their_group),
        cmocka_unit_test(a_judgment_that_cannot_be_read_is_no_or_minus_one),
        cmocka_unit_test(nothing_scored_is_no_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
