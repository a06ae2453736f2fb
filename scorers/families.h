/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The families of checks: one table a file, each ending in a zero row. To add a
 * family, declare its table here and add it to the list in scorers/table.c.
 * Inside a family file, what a row needs to say about its arguments most often
 * has a macro below.
 */
#ifndef IFB_SCORERS_FAMILIES_H
#define IFB_SCORERS_FAMILIES_H

#include <ifbench/check.h>

extern const struct ifb_check ifb_keywords_checks[];
extern const struct ifb_check ifb_language_checks[];
extern const struct ifb_check ifb_length_checks[];
extern const struct ifb_check ifb_content_checks[];
extern const struct ifb_check ifb_format_checks[];
extern const struct ifb_check ifb_combination_checks[];
extern const struct ifb_check ifb_startend_checks[];
extern const struct ifb_check ifb_case_checks[];
extern const struct ifb_check ifb_punctuation_checks[];
extern const struct ifb_check ifb_es_checks[];
extern const struct ifb_check ifb_es_word_checks[];
extern const struct ifb_check ifb_fr_checks[];
extern const struct ifb_check ifb_fr_letter_checks[];
extern const struct ifb_check ifb_ja_checks[];
extern const struct ifb_check ifb_ja_format_checks[];
extern const struct ifb_check ifb_ja_letter_checks[];
extern const struct ifb_check ifb_followbench_checks[];
extern const struct ifb_check ifb_followbench_summary_checks[];
extern const struct ifb_check ifb_followbench_format_checks[];
extern const struct ifb_check ifb_words_checks[];
extern const struct ifb_check ifb_words_order_checks[];
extern const struct ifb_check ifb_ratio_checks[];
extern const struct ifb_check ifb_emoji_checks[];
extern const struct ifb_check ifb_count_checks[];
extern const struct ifb_check ifb_sentence_checks[];
extern const struct ifb_check ifb_format_text_checks[];
extern const struct ifb_check ifb_format_lines_checks[];
extern const struct ifb_check ifb_custom_checks[];
extern const struct ifb_check ifb_custom_csv_checks[];
extern const struct ifb_check ifb_repeat_checks[];
extern const struct ifb_check ifb_measure_checks[];
extern const struct ifb_check ifb_contains_checks[];
extern const struct ifb_check ifb_mentions_checks[];
extern const struct ifb_check ifb_charset_checks[];
extern const struct ifb_check ifb_shape_checks[];
extern const struct ifb_check ifb_answer_checks[];
extern const struct ifb_check ifb_json_checks[];
extern const struct ifb_check ifb_fence_checks[];
extern const struct ifb_check ifb_csv_checks[];
extern const struct ifb_check ifb_markdown_checks[];
extern const struct ifb_check ifb_markup_checks[];

/*
 * The largest count an argument may ask for. Smaller than 0 or absent, upstream
 * draws a random threshold; here the constraint is broken.
 */
#define IFB_COUNT_MAX 1e15

/* A required count called `key`, and a required relation called `key`. */
#define IFB_COUNT(type, member, key, text)                                                  \
    IFB_FIELD(type, member, key, .kind = IFB_INT, .required = true, .max = IFB_COUNT_MAX,   \
              .doc = text)
#define IFB_RELATION(type, member, key)                                                     \
    IFB_FIELD(type, member, key, .kind = IFB_CHOICE, .required = true,                      \
              .choices = ifb_relations, .doc = "which side of the threshold passes")
/* The same as a number: IFBench's file writes 5.0 and its checks only compare. */
#define IFB_AMOUNT(type, member, key, text)                                                 \
    IFB_FIELD(type, member, key, .kind = IFB_REAL, .required = true, .max = IFB_COUNT_MAX,  \
              .doc = text)
/* A required string called `key`. */
#define IFB_TEXT(type, member, key, text)                                                   \
    IFB_FIELD(type, member, key, .kind = IFB_STRING, .required = true, .doc = text)

/* FollowBench is there in two languages; the index into ifb_followbench_languages. */
extern const char *const ifb_followbench_languages[];
#define IFB_FOLLOWBENCH_LANGUAGE(type)                                                      \
    IFB_FIELD(type, language, "language", .kind = IFB_CHOICE,                               \
              .choices = ifb_followbench_languages, .doc = "of the record; English by default")

#endif
