/* SPDX-License-Identifier: Apache-2.0 */
/* All families of checks, and how a check is found by its id. */
#include "scorers/families.h"

#include "harness/base/str.h"
#include "scorers/multilingual/aliases.h"

/*
 * A family's ids all begin with its prefix, so that a search skips the others;
 * general checks have ids without one.
 */
static const struct {
    ifb_str prefix;
    const struct ifb_check *checks;
} families[] = {
    { IFB_STR_INIT("keywords:"), ifb_keywords_checks },
    { IFB_STR_INIT("language:"), ifb_language_checks },
    { IFB_STR_INIT("length_constraints:"), ifb_length_checks },
    { IFB_STR_INIT("detectable_content:"), ifb_content_checks },
    { IFB_STR_INIT("detectable_format:"), ifb_format_checks },
    { IFB_STR_INIT("combination:"), ifb_combination_checks },
    { IFB_STR_INIT("startend:"), ifb_startend_checks },
    { IFB_STR_INIT("change_case:"), ifb_case_checks },
    { IFB_STR_INIT("punctuation:"), ifb_punctuation_checks },
    { IFB_STR_INIT("followbench:"), ifb_followbench_checks },
    { IFB_STR_INIT("followbench:"), ifb_followbench_summary_checks },
    { IFB_STR_INIT("followbench:"), ifb_followbench_format_checks },
    { IFB_STR_INIT("words:"), ifb_words_checks },
    { IFB_STR_INIT("words:"), ifb_words_order_checks },
    { IFB_STR_INIT("ratio:"), ifb_ratio_checks },
    { IFB_STR_INIT("format:emoji"), ifb_emoji_checks },
    { IFB_STR_INIT("count:"), ifb_count_checks },
    { IFB_STR_INIT("sentence:"), ifb_sentence_checks },
    { IFB_STR_INIT("format:"), ifb_format_text_checks },
    { IFB_STR_INIT("format:"), ifb_format_lines_checks },
    { IFB_STR_INIT("custom:"), ifb_custom_checks },
    { IFB_STR_INIT("custom:"), ifb_custom_csv_checks },
    { IFB_STR_INIT("repeat:"), ifb_repeat_checks },
    { IFB_STR_INIT("es:"), ifb_es_checks },
    { IFB_STR_INIT("es:"), ifb_es_word_checks },
    { IFB_STR_INIT("fr:"), ifb_fr_checks },
    { IFB_STR_INIT("fr:"), ifb_fr_letter_checks },
    { IFB_STR_INIT("ja:"), ifb_ja_checks },
    { IFB_STR_INIT("ja:"), ifb_ja_format_checks },
    { IFB_STR_INIT("ja:"), ifb_ja_letter_checks },
    { IFB_STR_INIT(""), ifb_measure_checks },
    { IFB_STR_INIT(""), ifb_contains_checks },
    { IFB_STR_INIT(""), ifb_mentions_checks },
    { IFB_STR_INIT(""), ifb_charset_checks },
    { IFB_STR_INIT(""), ifb_shape_checks },
    { IFB_STR_INIT(""), ifb_answer_checks },
    { IFB_STR_INIT("json"), ifb_json_checks },
    { IFB_STR_INIT("code_fence"), ifb_fence_checks },
    { IFB_STR_INIT("csv"), ifb_csv_checks },
    { IFB_STR_INIT("markdown"), ifb_markdown_checks },
    { IFB_STR_INIT(""), ifb_markup_checks },
};

#define NFAMILIES (sizeof(families) / sizeof(families[0]))

static const struct ifb_check *find_row(ifb_str id)
{
    for (size_t i = 0; i < NFAMILIES; i++) {
        if (!ifb_str_starts(id, families[i].prefix))
            continue;
        for (const struct ifb_check *c = families[i].checks; c->id; c++)
            if (ifb_str_is(id, c->id))
                return c;
    }
    return NULL;
}

const struct ifb_check *ifb_check_find(ifb_str id)
{
    const struct ifb_check *row = find_row(id);
    ifb_str alias = row ? (ifb_str){ NULL, 0 } : ifb_check_alias(id);

    return alias.ptr ? find_row(alias) : row;
}

const struct ifb_check *ifb_check_next(const struct ifb_check *previous)
{
    bool here = !previous;

    for (size_t i = 0; i < NFAMILIES; i++)
        for (const struct ifb_check *c = families[i].checks; c->id; c++) {
            if (here)
                return c;
            here = c == previous;
        }
    return NULL;
}

const char *ifb_check_nearest(ifb_str id)
{
    size_t least = id.len / 3 + 2;
    const char *best = "";

    for (size_t i = 0; i < NFAMILIES; i++)
        for (const struct ifb_check *c = families[i].checks; c->id; c++) {
            size_t d = ifb_edit_distance(id, ifb_str_of(c->id), least);

            if (d < least) {
                least = d;
                best = c->id;
            }
        }
    return best;
}
