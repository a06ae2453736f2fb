/* SPDX-License-Identifier: Apache-2.0 */
/* punctuation: marks to do without. */
#include "scorers/families.h"

#include "harness/base/str.h"

static enum ifb_outcome check_no_comma(const void *args, struct ifb_probe *p)
{
    ifb_str text = ifb_text_raw(p->text);
    size_t at = ifb_str_chr(text, ',', 0);

    (void)args;
    if (at == SIZE_MAX) {
        ifb_why(p, "found no comma");
        return IFB_PASS;
    }
    ifb_mark(p, ifb_str_part(text, at, at + 1));
    ifb_why(p, "found a comma, wanted none");
    return IFB_FAIL;
}

static const struct ifb_example no_comma_examples[] = {
    { "{}", "Plain and short.", IFB_PASS },
    { "{}", "Well, no.", IFB_FAIL },
    { "{}", "\xe5\xa5\xbd\xef\xbc\x8c\xe5\xa5\xbd", IFB_PASS },  /* a full-width comma */
    { 0 }
};

const struct ifb_check ifb_punctuation_checks[] = {
    { .id = "punctuation:no_comma", .doc = "no U+002C; other commas are allowed",
      .forbids = true, .run = check_no_comma, .examples = no_comma_examples },
    { 0 }
};
