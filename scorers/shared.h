/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parts of IFEval's checks that other suites make rows of their own from: the
 * same algorithm with another name for an argument, another list of choices or
 * another mark. Each `..._check`, `..._bind` and `..._release` fits struct
 * ifb_check and takes the arguments declared before it, which must come first
 * in a larger struct.
 */
#ifndef IFB_SCORERS_SHARED_H
#define IFB_SCORERS_SHARED_H

#include <ifbench/check.h>

#include "scorers/pattern.h"

struct ifb_exactly_args {
    int64_t wanted;
};
struct ifb_at_least_args {
    int64_t limit;
};
struct ifb_count_args {
    int64_t limit, relation;  /* enum ifb_relation */
};

/* n against the only number that passes, with the reason "found N nouns, wanted M". */
enum ifb_outcome ifb_exactly(struct ifb_probe *p, int64_t n, int64_t wanted, const char *noun);

/* ---- keywords.c ---- */

struct ifb_frequency_args {
    ifb_str keyword;
    int64_t frequency, relation;
    struct ifb_pattern pattern;
};
enum ifb_code ifb_frequency_bind(void *args, struct ifb_arena *arena, struct ifb_error *err);
void ifb_frequency_release(void *args);
enum ifb_outcome ifb_frequency_check(const void *args, struct ifb_probe *p);

struct ifb_letter_args {
    ifb_str letter;  /* lowered by bind */
    int64_t frequency, relation;
    char ascii;      /* a to z; 0 when upstream would draw a letter instead */
};
enum ifb_code ifb_letter_bind(void *args, struct ifb_arena *arena, struct ifb_error *err);
enum ifb_outcome ifb_letter_check(const void *args, struct ifb_probe *p);

/* ---- language.c ---- */

struct ifb_language_args {
    int64_t language;  /* index into ifb_languages_and_zh, whose last code IFEval lacks */
};
extern const char *const ifb_languages_and_zh[];
enum ifb_outcome ifb_language_check(const void *args, struct ifb_probe *p);

/* ---- length.c ---- */

/* struct ifb_count_args */
enum ifb_outcome ifb_words_check(const void *args, struct ifb_probe *p);

/*
 * Counts the pieces between two line breaks that are not blank; *piece is the
 * nth of all of them, blank ones too, stripped, and untouched when there is none.
 */
int64_t ifb_nth_piece(ifb_str text, int64_t nth, ifb_str *piece);

/* ---- content.c ---- */

/* struct ifb_at_least_args */
enum ifb_outcome ifb_placeholders_check(const void *args, struct ifb_probe *p);

/* Compiles a postscript marker that is taken for a pattern, to be searched in the lowered text. */
void ifb_marker_bind(struct ifb_pattern *out, ifb_str marker, struct ifb_arena *arena);

/* ---- format.c ---- */

/* The end of the line that `at` is in. */
size_t ifb_line_end(ifb_str text, size_t at);

/* Where the white space from `at` on, line breaks included, ends. */
size_t ifb_skip_space(ifb_str text, size_t at);

/*
 * Marks and counts the lines that begin with white space and `mark`: for '*'
 * those where it does not come twice, for '-' all.
 */
int64_t ifb_count_bullets(ifb_str text, char mark, struct ifb_probe *p);

/* PASS when one of three answers stands somewhere, as it is. */
enum ifb_outcome ifb_one_of_three(struct ifb_probe *p, const ifb_str answers[3]);

/* struct ifb_at_least_args */
enum ifb_outcome ifb_highlights_check(const void *args, struct ifb_probe *p);

struct ifb_sections_args {
    ifb_str spliter;
    int64_t num_sections;
    bool literal;
    int64_t worth;  /* pieces that one match of the pattern adds */
    struct ifb_pattern pattern;
};
enum ifb_code ifb_sections_bind(void *args, struct ifb_arena *arena, struct ifb_error *err);
void ifb_sections_release(void *args);
enum ifb_outcome ifb_sections_check(const void *args, struct ifb_probe *p);

/* Capturing groups of a pattern that compiles: "(" not escaped, not in a class, or "(?P<". */
int64_t ifb_capturing_groups(ifb_str pattern);

/* What a title stands between, and what is trimmed off its ends before it must not be blank. */
struct ifb_title_marks {
    ifb_str open, close, left, right;
};
enum ifb_outcome ifb_title_find(struct ifb_probe *p, const struct ifb_title_marks *marks);

/* ---- change_case.c ---- */

struct ifb_capital_args {
    int64_t frequency, relation;
};
enum ifb_outcome ifb_capital_check(const void *args, struct ifb_probe *p);

/*
 * The verdict of "all letters are `what` and the language is `wanted`", where
 * `cased` says whether they are and `found` is langdetect's answer or absent.
 */
enum ifb_outcome ifb_case_language(struct ifb_probe *p, bool cased, const char *what,
                                   ifb_str found, const char *wanted);

#endif
