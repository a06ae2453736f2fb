/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every code point and the odd strings, against figures taken from CPython
 * 3.11 (unicodedata 14.0.0). The digests are FNV-1a (64 bit) over code points
 * as four little-endian bytes, surrogates left out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "harness/base/utf8.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define FNV_START 0xcbf29ce484222325u

static uint64_t fnv(uint64_t h, uint32_t cp)
{
    for (unsigned shift = 0; shift < 32; shift += 8)
        h = (h ^ ((cp >> shift) & 0xff)) * 0x100000001b3u;
    return h;
}

static uint32_t next_scalar(uint32_t cp)
{
    return cp == 0xd7ff ? 0xe000 : cp + 1;
}

static const struct {
    const char *name;
    bool (*is)(uint32_t);
    size_t n;
    uint64_t digest;
} predicates[] = {
    { "space", ifb_is_space, 29, 0xe01483c03d9600d5 },
    { "word", ifb_is_word, 133548, 0x58674e6d8e8cb7d2 },
    { "decimal", ifb_is_decimal, 660, 0x8f2fd98a6590547d },
    { "digit", ifb_is_digit, 788, 0x0402d1c139139a24 },
    { "numeric", ifb_is_numeric, 1872, 0xc289969c3427ebcc },
    { "alpha", ifb_is_alpha, 131756, 0x86994fc311ef485f },
    { "upper", ifb_is_upper, 1951, 0x98885adeadeabcf9 },
    { "lower", ifb_is_lower, 2471, 0x35575f411ba08ef2 },
    { "title", ifb_is_title, 31, 0xb10b0a544537bd2c },
};

static void predicates_equal_python_on_every_code_point(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(predicates); i++) {
        uint64_t h = FNV_START;
        size_t n = 0;

        for (uint32_t cp = 0; cp < 0x110000; cp = next_scalar(cp)) {
            if (predicates[i].is(cp)) {
                h = fnv(h, cp);
                n++;
            }
        }
        if (n != predicates[i].n || h != predicates[i].digest)
            fail_msg("%s: %zu code points, digest %016llx", predicates[i].name, n,
                     (unsigned long long)h);
    }
}

static void simple_lowercase_equals_python_on_every_code_point(void **state)
{
    uint64_t h = FNV_START;
    size_t n = 0;

    (void)state;
    for (uint32_t cp = 0; cp < 0x110000; cp = next_scalar(cp)) {
        uint32_t low = ifb_lower_simple(cp);

        if (low != cp) {
            h = fnv(fnv(h, cp), low);
            n++;
        }
    }
    assert_int_equal(n, 1433);
    assert_true(h == 0x7d0c429f29debbca);
}

static void full_lowercase_equals_python_on_every_code_point(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    uint64_t h = FNV_START;
    size_t n = 0;
    char c[4];

    (void)state;
    for (uint32_t cp = 0; cp < 0x110000; cp = next_scalar(cp)) {
        ifb_str s = { c, ifb_utf8_put(c, cp) };
        ifb_str low = ifb_lower(arena, s);

        if (low.ptr != c) {
            h = fnv(h, cp);
            for (const char *p = low.ptr; p < low.ptr + low.len;)
                h = fnv(h, ifb_utf8_next(&p));
            n++;
            ifb_arena_reset(arena);
        }
    }
    assert_int_equal(n, 1433);
    assert_true(h == 0xac3dac2d9b5259b4);
    ifb_arena_close(arena);
}

/* Which characters make a following sigma final, alone or behind an A. */
static void cased_and_ignorable_equal_python_on_every_code_point(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    size_t n[2] = { 0, 0 };
    uint64_t h = FNV_START;
    char text[8] = "A";

    (void)state;
    for (uint32_t cp = 0; cp < 0x110000; cp = next_scalar(cp)) {
        size_t len = 1 + ifb_utf8_put(text + 1, cp);

        memcpy(text + len, "\xce\xa3", 2);
        for (size_t i = 0; i < 2; i++) {
            ifb_str s = { text + 1 - i, len + 1 + i };

            if (ifb_str_ends(ifb_lower(arena, s), IFB_STR("\xcf\x82"))) {
                h = fnv(h, cp);
                n[i]++;
            }
        }
        ifb_arena_reset(arena);
    }
    assert_int_equal(n[0], 4253);
    assert_int_equal(n[1], 6855);
    assert_true(h == 0x72a0a237668b7a68);
    ifb_arena_close(arena);
}

static const struct {
    const char *text, *want;
} lower_rows[] = {
    { "", "" },
    { "abc", "abc" },
    { "ABC", "abc" },
    { "@AZ[`az{", "@az[`az{" },
    { "only the LAST word of a long ASCII line is in CAPITALS",
      "only the last word of a long ascii line is in capitals" },
    { "İ", "i̇" },
    { "xİstanbul", "xi̇stanbul" },
    { "ȺȾ", "ⱥⱦ" },
    { "K Å Ω ẞ ϴ", "k å ω ß θ" },
    { "ǅ ǈ ᾈ", "ǆ ǉ ᾀ" },
    { "ⅧⒶ", "ⅷⓐ" },
    { "𐐀𞤀", "𐐨𞤢" },
    { "ᏣᎳᎩ", "ꮳꮃꭹ" },
    { "Σ", "σ" },
    { "ΑΣ", "ας" },
    { "ΣΑΣ", "σας" },
    { "ΟΔΥΣΣΕΥΣ", "οδυσσευς" },
    { "ΑΣ ΒΣ", "ας βς" },
    { "ΑΣΒ", "ασβ" },
    { "1Σ", "1σ" },
    { "Α1Σ", "α1σ" },
    { "Α.Σ", "α.ς" },
    { "Α'Σ", "α'ς" },
    { "Α Σ", "α σ" },
    { "Α:Σ", "α:ς" },
    { "Α\xc2\xadΣ", "α\xc2\xadς" },
    { "Α\xcc\x81Σ", "α\xcc\x81ς" },
    { "ΑΣ\xcc\x81", "ας\xcc\x81" },
    { "ΑΣ\xcc\x81" "Β", "ασ\xcc\x81" "β" },
    { "ΑΣ.Β", "ασ.β" },
    { "ΑΣ.", "ας." },
    { "ΑΣʰ", "αςʰ" },
    { "ʰΣ", "ʰσ" },
    { "ⅧΣ", "ⅷς" },
    { "ⒶΣ", "ⓐς" },
    { "ªΣ", "ªς" },
    { "中Σ", "中σ" },
    { "A\xf3\xa0\x80\xa1Σ", "a\xf3\xa0\x80\xa1ς" },
};

static void lower_follows_special_casing_and_final_sigma(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    ifb_str nul = ifb_lower(arena, IFB_STR("A\0B"));

    (void)state;
    for (size_t i = 0; i < COUNT(lower_rows); i++) {
        ifb_str got = ifb_lower(arena, ifb_str_of(lower_rows[i].text));

        if (!ifb_str_is(got, lower_rows[i].want))
            fail_msg("row %zu: '%.*s', wanted '%s'", i, IFB_ARG(got), lower_rows[i].want);
    }
    assert_int_equal(nul.len, 3);
    assert_memory_equal(nul.ptr, "a\0b", 3);
    assert_int_equal(ifb_lower(arena, (ifb_str){ NULL, 0 }).len, 0);
    ifb_arena_close(arena);
}

static void lower_gives_back_a_text_that_needs_no_change(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    ifb_str s = IFB_STR("nothing here, ünd nichts dort, 中文 ß ς 42");

    (void)state;
    assert_ptr_equal(ifb_lower(arena, s).ptr, s.ptr);
    assert_int_equal(ifb_arena_used(arena), 0);
    ifb_arena_close(arena);
}

static const struct {
    const char *text;
    bool upper, lower;
} case_rows[] = {
    { "", false, false },      { "123 !?", false, false }, { "A", true, false },
    { "a", false, true },      { "A1!", true, false },     { "a1!", false, true },
    { "Aa", false, false },    { "Ⅷ", true, false },       { "ⅷ", false, true },
    { "Ⓐ", true, false },      { "ⓑ", false, true },       { "ª", false, true },
    { "º", false, true },      { "ʰ", false, true },       { "Aª", false, false },
    { "ǅ", false, false },     { "AǅB", false, false },    { "aǅb", false, false },
    { "中文", false, false },  { "A中", true, false },     { "ß", false, true },
    { "ẞ", true, false },      { "\xcd\x85", false, true }, { "ĸ", false, true },
    { "ᲀ", false, true },      { "Ა", true, false },       { "ა", false, true },
    { "𝐀", true, false },      { "𝐚", false, true },       { "🄰", true, false },
    { "A\xcc\x81", true, false }, { "U.S.", true, false }, { "HELLO WORLD", true, false },
};

static void isupper_and_islower_use_the_derived_properties(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(case_rows); i++) {
        ifb_str s = ifb_str_of(case_rows[i].text);

        if (ifb_str_isupper(s) != case_rows[i].upper || ifb_str_islower(s) != case_rows[i].lower)
            fail_msg("row %zu '%s': upper %d lower %d, wanted %d %d", i, case_rows[i].text,
                     ifb_str_isupper(s), ifb_str_islower(s), case_rows[i].upper,
                     case_rows[i].lower);
    }
}

static const struct {
    const char *text, *both, *left, *right;
} strip_rows[] = {
    { "", "", "", "" },
    { " \t\n\r\v\f", "", "", "" },
    { " a b ", "a b", "a b ", " a b" },
    { "\x1c\x1d\x1e\x1f" "a\x1f", "a", "a\x1f", "\x1c\x1d\x1e\x1f" "a" },
    { "\xc2\x85\xc2\xa0" "a\xe2\x80\xa8", "a", "a\xe2\x80\xa8", "\xc2\x85\xc2\xa0" "a" },
    { "\xe3\x80\x80" "中\xe1\x9a\x80", "中", "中\xe1\x9a\x80", "\xe3\x80\x80" "中" },
    { "\xe2\x80\x8b" "a\xef\xbb\xbf", "\xe2\x80\x8b" "a\xef\xbb\xbf",
      "\xe2\x80\x8b" "a\xef\xbb\xbf", "\xe2\x80\x8b" "a\xef\xbb\xbf" },
    { "\xe1\xa0\x8e", "\xe1\xa0\x8e", "\xe1\xa0\x8e", "\xe1\xa0\x8e" },
};

static void strip_takes_pythons_white_space(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(strip_rows); i++) {
        ifb_str s = ifb_str_of(strip_rows[i].text);

        if (!ifb_str_is(ifb_strip(s), strip_rows[i].both) ||
            !ifb_str_is(ifb_lstrip(s), strip_rows[i].left) ||
            !ifb_str_is(ifb_rstrip(s), strip_rows[i].right) ||
            ifb_is_blank(s) != !*strip_rows[i].both)
            fail_msg("row %zu: '%.*s'", i, IFB_ARG(ifb_strip(s)));
    }
    assert_int_equal(ifb_strip((ifb_str){ NULL, 0 }).len, 0);
    assert_true(ifb_is_blank((ifb_str){ NULL, 0 }));
    assert_true(ifb_str_is(ifb_strip_chars(IFB_STR("'\"x'y\"'"), "'\""), "x'y"));
    assert_true(ifb_str_is(ifb_strip_chars(IFB_STR("***"), "*"), ""));
    assert_int_equal(ifb_strip_chars(IFB_STR("\0a\0"), "b").len, 3);
}

/* Pieces written out with '|' after each. */
static const char *joined(struct ifb_strs pieces)
{
    static char text[256];
    size_t n = 0;

    for (size_t i = 0; i < pieces.n; i++) {
        memcpy(text + n, pieces.at[i].ptr, pieces.at[i].len);
        n += pieces.at[i].len;
        text[n++] = '|';
    }
    text[n] = '\0';
    return text;
}

static const struct {
    const char *text, *fields, *words;
} run_rows[] = {
    { "", "", "" },
    { "  \n ", "", "" },
    { "one", "one|", "one|" },
    { " don't  3.5\n", "don't|3.5|", "don|t|3|5|" },
    { "e\xcc\x81t", "e\xcc\x81t|", "e|t|" },
    { "a_b ² ½ ①", "a_b|²|½|①|", "a_b|²|½|①|" },
    { "Ⅷ Ⓐ", "Ⅷ|Ⓐ|", "Ⅷ|" },
    { "中文，字", "中文，字|", "中文|字|" },
    { "a\x1c" "b\xc2\x85" "c\xe2\x80\xaf" "d", "a|b|c|d|", "a|b|c|d|" },
    { "a\xe2\x80\x8b" "b", "a\xe2\x80\x8b" "b|", "a|b|" },
    { "x\xf0\x9f\x98\x80y", "x\xf0\x9f\x98\x80y|", "x|y|" },
    { "𠀀 नमस्ते", "𠀀|नमस्ते|", "𠀀|नमस|त|" },
};

static void fields_and_words_are_pythons(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();

    (void)state;
    for (size_t i = 0; i < COUNT(run_rows); i++) {
        ifb_str s = ifb_str_of(run_rows[i].text);

        if (strcmp(joined(ifb_split_space(arena, s)), run_rows[i].fields) != 0)
            fail_msg("row %zu: fields '%s'", i, joined(ifb_split_space(arena, s)));
        if (strcmp(joined(ifb_split_words(arena, s)), run_rows[i].words) != 0)
            fail_msg("row %zu: words '%s'", i, joined(ifb_split_words(arena, s)));
    }
    assert_int_equal(ifb_split_space(arena, (ifb_str){ NULL, 0 }).n, 0);
    assert_int_equal(ifb_split_words(arena, (ifb_str){ NULL, 0 }).n, 0);
    ifb_arena_close(arena);
}

static const struct {
    const char *text, *sep, *want;
} split_rows[] = {
    { "", ",", "|" },
    { "a", ",", "a|" },
    { ",", ",", "||" },
    { "a,,b", ",", "a||b|" },
    { "aaa", "aa", "|a|" },
    { "p\n\n\nq", "\n\n", "p|\nq|" },
    { "a******", "******", "a||" },
};

static void split_keeps_empty_pieces(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();

    (void)state;
    for (size_t i = 0; i < COUNT(split_rows); i++) {
        struct ifb_strs got = ifb_split(arena, ifb_str_of(split_rows[i].text),
                                        ifb_str_of(split_rows[i].sep));

        if (strcmp(joined(got), split_rows[i].want) != 0)
            fail_msg("row %zu: '%s', wanted '%s'", i, joined(got), split_rows[i].want);
    }
    assert_int_equal(ifb_split(arena, (ifb_str){ NULL, 0 }, IFB_STR(",")).n, 1);
    assert_int_equal(ifb_split(arena, IFB_STR("a\0b"), IFB_STR("\0")).n, 2);
    ifb_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(predicates_equal_python_on_every_code_point),
        cmocka_unit_test(simple_lowercase_equals_python_on_every_code_point),
        cmocka_unit_test(full_lowercase_equals_python_on_every_code_point),
        cmocka_unit_test(cased_and_ignorable_equal_python_on_every_code_point),
        cmocka_unit_test(lower_follows_special_casing_and_final_sigma),
        cmocka_unit_test(lower_gives_back_a_text_that_needs_no_change),
        cmocka_unit_test(isupper_and_islower_use_the_derived_properties),
        cmocka_unit_test(strip_takes_pythons_white_space),
        cmocka_unit_test(fields_and_words_are_pythons),
        cmocka_unit_test(split_keeps_empty_pieces),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
