/* SPDX-License-Identifier: Apache-2.0 */
/*
 * M-IFEval names every check with its language first. All English ones and the
 * ones listed here are IFEval's, arguments included, and need no row.
 */
#include "scorers/multilingual/aliases.h"

#include "harness/base/str.h"

static const char *const spanish[] = {
    "keywords:existence", "keywords:forbidden_words", "language:response_language",
    "length_constraints:number_paragraphs", "detectable_format:json_format",
    "detectable_format:title", "combination:two_responses", "combination:repeat_prompt",
    "startend:quotation", "punctuation:no_comma", NULL,
};

static const char *const french[] = {
    "keywords:existence", "keywords:forbidden_words", "length_constraints:number_paragraphs",
    "length_constraints:nth_paragraph_first_word", "detectable_content:number_placeholders",
    "detectable_content:postscript", "detectable_format:number_bullet_lists",
    "detectable_format:number_highlighted_sections", "detectable_format:multiple_sections",
    "detectable_format:json_format", "combination:two_responses", "combination:repeat_prompt",
    "startend:end_checker", "punctuation:no_comma", NULL,
};

static const char *const japanese[] = {
    "language:response_language", "length_constraints:number_paragraphs",
    "detectable_content:number_placeholders", "detectable_format:json_format",
    "combination:two_responses", NULL,
};

static const struct {
    ifb_str prefix;
    const char *const *same;  /* NULL: all */
} languages[] = {
    { IFB_STR_INIT("en:"), NULL },
    { IFB_STR_INIT("es:"), spanish },
    { IFB_STR_INIT("fr:"), french },
    { IFB_STR_INIT("ja:"), japanese },
};

ifb_str ifb_check_alias(ifb_str id)
{
    for (size_t i = 0; i < sizeof(languages) / sizeof(languages[0]); i++) {
        ifb_str rest;

        if (!ifb_str_starts(id, languages[i].prefix))
            continue;
        rest = ifb_str_from(id, languages[i].prefix.len);
        if (!languages[i].same)
            return ifb_str_count(rest, IFB_STR(":")) == 1 ? rest : (ifb_str){ NULL, 0 };
        for (const char *const *same = languages[i].same; *same; same++)
            if (ifb_str_is(rest, *same))
                return rest;
    }
    return (ifb_str){ NULL, 0 };
}
