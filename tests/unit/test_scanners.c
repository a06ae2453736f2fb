/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hand-written scanners against the patterns they stand for, on random
 * texts from a seeded generator; and all checks on hostile texts of a megabyte.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include <ifbench/check.h>

#include "harness/base/arena.h"
#include "harness/base/json.h"
#include "harness/base/regex.h"
#include "harness/base/rng.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "tests/unit/pulled.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define ROUNDS 2000

/* ---- what the patterns say ---- */

/* Visits the matches of `pattern`; counts those that `counts` accepts (NULL: all). */
static int64_t count_matches(const char *pattern, unsigned flags, ifb_str text,
                             bool (*counts)(ifb_str match))
{
    struct ifb_regex *re = NULL;
    struct ifb_error err;
    struct ifb_scan scan;
    size_t from, to;
    int64_t n = 0;

    if (ifb_regex_new(ifb_str_of(pattern), flags, &re, &err))
        fail_msg("%s: %s", pattern, err.msg);
    ifb_scan_open(&scan, re, text);
    while (ifb_scan_next(&scan, &from, &to) == IFB_MATCH)
        n += !counts || counts(ifb_str_part(text, from, to));
    ifb_scan_close(&scan);
    ifb_regex_close(re);
    return n;
}

static bool single_counts(ifb_str match)
{
    return !ifb_is_blank(ifb_strip_chars(match, "*"));
}

static bool double_counts(ifb_str match)
{
    return !ifb_is_blank(ifb_str_part(match, 2, match.len - 2));
}

static bool title_counts(ifb_str match)
{
    while (match.len && match.ptr[0] == '<')
        match = ifb_str_from(match, 1);
    while (match.len && match.ptr[match.len - 1] == '>')
        match.len--;
    return !ifb_is_blank(match);
}

static int64_t want_bullets(ifb_str text)
{
    return count_matches("^\\s*\\*[^\\*].*$", IFB_RE_MULTILINE, text, NULL) +
           count_matches("^\\s*-.*$", IFB_RE_MULTILINE, text, NULL);
}

static int64_t want_placeholders(ifb_str text)
{
    return count_matches("\\[.*?\\]", 0, text, NULL);
}

static int64_t want_highlights(ifb_str text)
{
    return count_matches("\\*[^\\n\\*]*\\*", 0, text, single_counts) +
           count_matches("\\*\\*[^\\n\\*]*\\*\\*", 0, text, double_counts);
}

static int64_t want_sections(ifb_str text)
{
    return count_matches("\\s?x\\s?\\d+\\s?", 0, text, NULL);
}

static int64_t want_sections_that_overlap(ifb_str text)
{
    return count_matches("\\s?1-1\\s?\\d+\\s?", 0, text, NULL);
}

static int64_t want_words(ifb_str text)
{
    return count_matches("\\w+", 0, text, NULL);
}

static int64_t want_title(ifb_str text)
{
    return count_matches("<<[^\\n]+>>", 0, text, title_counts) > 0;
}

static int64_t want_pps(ifb_str text)
{
    return count_matches("\\s*p\\.\\s?p\\.\\s?s.*$", IFB_RE_MULTILINE | IFB_RE_IGNORECASE, text,
                         NULL) > 0;
}

static int64_t want_ps(ifb_str text)
{
    return count_matches("\\s*p\\.\\s?s\\..*$", IFB_RE_MULTILINE | IFB_RE_IGNORECASE, text,
                         NULL) > 0;
}

static int64_t want_forbidden(ifb_str text)
{
    return count_matches("\\bx-x\\b", IFB_RE_IGNORECASE, text, NULL) == 0;
}

/* ParagraphChecker: -1 when a piece between two dividers is blank. */
static int64_t want_paragraphs(ifb_str text)
{
    struct ifb_regex *re = NULL;
    struct ifb_error err;
    struct ifb_scan scan;
    size_t from, to, at = 0;
    int64_t n = 0, index = 0;
    bool hole = false;

    assert_int_equal(ifb_regex_new(IFB_STR("\\s?\\*\\*\\*\\s?"), 0, &re, &err), IFB_OK);
    ifb_scan_open(&scan, re, text);
    for (; ifb_scan_next(&scan, &from, &to) == IFB_MATCH; at = to, index++) {
        bool blank = ifb_is_blank(ifb_str_part(text, at, from));

        hole |= blank && index;
        n += !blank;
    }
    n += !ifb_is_blank(ifb_str_from(text, at));
    ifb_scan_close(&scan);
    ifb_regex_close(re);
    return hole ? -1 : n;
}

/* ---- what the checks say ---- */

enum sense { AT_LEAST, EXACTLY, TRUTH };

static const struct {
    const char *id, *args;  /* a %lld in args is the count */
    enum sense sense;
    int64_t (*want)(ifb_str text);
} scanners[] = {
    { "detectable_format:number_bullet_lists", "{\"num_bullets\":%lld}", EXACTLY, want_bullets },
    { "detectable_content:number_placeholders", "{\"num_placeholders\":%lld}", AT_LEAST,
      want_placeholders },
    { "detectable_format:number_highlighted_sections", "{\"num_highlights\":%lld}", AT_LEAST,
      want_highlights },
    { "detectable_format:multiple_sections", "{\"section_spliter\":\"x\",\"num_sections\":%lld}",
      AT_LEAST, want_sections },
    { "detectable_format:multiple_sections", "{\"section_spliter\":\"1-1\",\"num_sections\":%lld}",
      AT_LEAST, want_sections_that_overlap },
    { "length_constraints:number_words", "{\"num_words\":%lld,\"relation\":\"at least\"}", AT_LEAST,
      want_words },
    { "length_constraints:number_paragraphs", "{\"num_paragraphs\":%lld}", EXACTLY,
      want_paragraphs },
    { "detectable_format:title", "{}", TRUTH, want_title },
    { "detectable_content:postscript", "{\"postscript_marker\":\"P.P.S\"}", TRUTH, want_pps },
    { "detectable_content:postscript", "{\"postscript_marker\":\"P.S.\"}", TRUTH, want_ps },
    { "keywords:forbidden_words", "{\"forbidden_words\":[\"x-x\"]}", TRUTH, want_forbidden },
};

static bool holds(const char *id, const char *args_format, int64_t n, ifb_str text)
{
    struct ifb_arena *arena = ifb_arena_new(), *scratch = ifb_arena_new();
    const struct ifb_json *args = NULL;
    struct ifb_constraint c;
    struct ifb_error err;
    struct ifb_probe p = { .scratch = scratch, .cell = arena, .explain = true };
    char json[200];
    bool pass;

    snprintf(json, sizeof(json), "%s", args_format);
    if (strstr(args_format, "%lld")) {
        const char *at = strstr(args_format, "%lld");

        snprintf(json, sizeof(json), "%.*s%lld%s", (int)(at - args_format), args_format,
                 (long long)n, at + 4);
    }
    assert_int_equal(ifb_json_parse(arena, ifb_str_of(json), 0, 1, &args, &err), IFB_OK);
    assert_int_equal(ifb_constraint_load(arena, ifb_str_of(id), args, &c, &err), IFB_OK);
    assert_int_equal(c.broken.len, 0);
    p.text = ifb_text_new(arena, text, NULL);
    pass = c.check->run(c.args, &p) == IFB_PASS;
    for (uint16_t i = 0; i < p.nspans; i++)
        assert_true(p.spans[i].from <= p.spans[i].to && p.spans[i].to <= text.len);
    ifb_constraint_release(&c);
    ifb_arena_close(scratch);
    ifb_arena_close(arena);
    return pass;
}

static bool agrees(size_t row, ifb_str text, int64_t n)
{
    const char *id = scanners[row].id, *args = scanners[row].args;

    if (scanners[row].sense == TRUTH)
        return holds(id, args, 0, text) == (n != 0);
    if (n < 0)
        return !holds(id, args, 1, text) && !holds(id, args, 2, text);
    return holds(id, args, n, text) && !holds(id, args, n + 1, text);
}

/* Short texts of the characters that the patterns turn on. */
static ifb_str random_text(struct ifb_rng *rng, char *out)
{
    static const char *const atoms[] = {
        "*", "*", "**", "***", "-", "-", " ", " ", "\n", "\n", "\n\n", "[", "]", "<", "<<", ">",
        ">>", "x", "x", "X-x", "1", "1-1", "p.", "P.", "s", "S.", "\t", "\r", "\xc2\xa0",
        "\xc3\xa9", "\xe2\x80\xa8", "\xd9\xa1", "\x1c", "\xcc\x81",
    };
    size_t n = ifb_rng_below(rng, 24), len = 0;

    for (size_t i = 0; i < n; i++) {
        const char *atom = atoms[ifb_rng_below(rng, COUNT(atoms))];

        memcpy(out + len, atom, strlen(atom));
        len += strlen(atom);
    }
    return (ifb_str){ out, len };
}

static void scanners_equal_the_patterns_they_stand_for(void **state)
{
    struct ifb_rng rng;
    char buffer[24 * 4];
    int bad = 0;

    (void)state;
    ifb_rng_seed(&rng, 20240607);
    for (size_t round = 0; round < ROUNDS && bad < 10; round++) {
        ifb_str text = random_text(&rng, buffer);

        for (size_t i = 0; i < COUNT(scanners); i++) {
            int64_t n = scanners[i].want(text);

            if (agrees(i, text, n))
                continue;
            print_error("row %zu, %s: the pattern counts %lld in \"%.*s\"\n", i, scanners[i].id,
                        (long long)n, IFB_ARG(text));
            bad++;
        }
    }
    assert_int_equal(bad, 0);
}

/* ---- hostile texts ---- */

/* What takes time shows without the sanitizers, which take ten times as much. */
#ifdef __SANITIZE_ADDRESS__
#define HOSTILE ((size_t)1 << 18)
#else
#define HOSTILE ((size_t)1 << 20)
#endif

static const ifb_str units[] = {
    IFB_STR_INIT("*"),   IFB_STR_INIT("["),     IFB_STR_INIT("]["),  IFB_STR_INIT("<"),
    IFB_STR_INIT(">"),   IFB_STR_INIT("<<a>>"), IFB_STR_INIT("-"),   IFB_STR_INIT("\n"),
    IFB_STR_INIT("\""),  IFB_STR_INIT(" "),     IFB_STR_INIT("\0"),  IFB_STR_INIT("."),
    IFB_STR_INIT("p."),  IFB_STR_INIT("*a"),    IFB_STR_INIT("\n*"), IFB_STR_INIT("x1"),
    IFB_STR_INIT("{\""), IFB_STR_INIT("A "),    IFB_STR_INIT("'"),   IFB_STR_INIT("\xc4\xb0"),
    IFB_STR_INIT("\n\n"), IFB_STR_INIT("("),    IFB_STR_INIT(" \n"), IFB_STR_INIT("A b. "),
    IFB_STR_INIT("\nQuestion 1."),
};

static ifb_str repeat(char *out, ifb_str unit)
{
    size_t len = 0;

    out[len++] = 'a';  /* no form is blank */
    while (len + unit.len < HOSTILE) {
        memcpy(out + len, unit.ptr, unit.len);
        len += unit.len;
    }
    out[len++] = 'a';
    return (ifb_str){ out, len };
}

/* Each check as its first example that builds has it. */
static void score_hostile(const struct ifb_check *check, const struct ifb_resources *res,
                          ifb_str text, const char *name)
{
    struct ifb_arena *arena = ifb_arena_new(), *scratch = ifb_arena_new();
    const struct ifb_json *args = NULL;
    struct ifb_constraint c;
    struct ifb_error err;
    ifb_verdict strict = { 0 }, loose = { 0 };

    assert_int_equal(ifb_json_parse(arena, ifb_str_of(check->examples[0].args), 0, 1, &args, &err),
                     IFB_OK);
    assert_int_equal(ifb_constraint_load(arena, ifb_str_of(check->id), args, &c, &err), IFB_OK);
    ifb_constraint_score(&c, ifb_forms_new(arena, text, res), scratch, true, &strict, &loose);
    if (strict.outcome == IFB_UNSCORED || loose.outcome == IFB_UNSCORED)
        fail_msg("%s on %s: unscored", check->id, name);
    for (unsigned i = 0; i < loose.nat; i++)
        assert_true(loose.at[i].from <= loose.at[i].to && loose.at[i].to <= text.len);
    ifb_constraint_release(&c);
    ifb_arena_close(scratch);
    ifb_arena_close(arena);
}

static void a_megabyte_of_anything_has_an_outcome(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_resources res = { 0 };
    char *text = test_malloc(HOSTILE + 8);

    (void)state;
    load_pulled(arena, &res);
    for (size_t i = 0; i < COUNT(units); i++) {
        ifb_str hostile = repeat(text, units[i]);

        for (const struct ifb_check *c = ifb_check_next(NULL); c; c = ifb_check_next(c))
            if (can_run(c, &res))
                score_hostile(c, &res, hostile, units[i].ptr);
    }
    ifb_arena_close(arena);
    test_free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scanners_equal_the_patterns_they_stand_for),
        cmocka_unit_test(a_megabyte_of_anything_has_an_outcome),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
