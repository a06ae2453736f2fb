/* SPDX-License-Identifier: Apache-2.0 */
/* format:emoji: an emoji at the end of every sentence. */
#include "scorers/families.h"

#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "harness/base/utf8.h"
#include "scorers/nlp/emoji.h"
#include "scorers/punct.h"

static bool is_ascii_mark(uint32_t cp)
{
    return cp < 0x80 && ifb_is_punct((char)cp);
}

#define NONE UINT32_MAX  /* no character, and no emoji */

/* The last character of a sentence without its marks and then stripped, and the one before it. */
static void last_two(ifb_str s, uint32_t *last, uint32_t *before)
{
    const char *p = s.ptr + s.len;

    *last = *before = NONE;
    while (p > s.ptr && *before == NONE) {
        uint32_t cp = ifb_utf8_prev(&p);

        if (is_ascii_mark(cp) || (*last == NONE && ifb_is_space(cp)))
            continue;
        if (*last == NONE)
            *last = cp;
        else
            *before = cp;
    }
}

/* The first character of a sentence without its marks and then stripped. */
static uint32_t first_of(ifb_str s)
{
    for (const char *p = s.ptr; p < s.ptr + s.len;) {
        uint32_t cp = ifb_utf8_next(&p);

        if (!is_ascii_mark(cp) && !ifb_is_space(cp))
            return cp;
    }
    return NONE;
}

/* Upstream's EmojiSentenceChecker: Punkt may cut before the emoji, so it is sought there too. */
static enum ifb_outcome check_emoji(const void *args, struct ifb_probe *p)
{
    struct ifb_strs s = ifb_text_sentences(p->text);

    (void)args;
    for (size_t i = 0; i < s.n; i++) {
        uint32_t last, before;

        last_two(s.at[i], &last, &before);
        if (ifb_is_emoji(last) || ifb_is_emoji(before) ||
            (last != NONE && i + 1 < s.n && ifb_is_emoji(first_of(s.at[i + 1]))))
            continue;
        ifb_mark(p, s.at[i]);
        ifb_why(p, "sentence %zu of %zu ends without an emoji: '%.*s'", i + 1, s.n,
                IFB_ARG(ifb_shown(s.at[i])));
        return IFB_FAIL;
    }
    ifb_why(p, "found an emoji at the end of each of %zu sentences", s.n);
    return IFB_PASS;
}

static const struct ifb_example emoji_examples[] = {
    { "{}", "Good day! \xf0\x9f\x98\x80 See you. \xf0\x9f\x8c\x8d", IFB_PASS },
    { "{}", "Good day! \xf0\x9f\x98\x80 See you.", IFB_FAIL },
    { "{}", "Good day \xf0\x9f\x98\x80.", IFB_PASS },  /* before the mark */
    { "{}", "I have 1.", IFB_FAIL },                      /* a digit is none */
    { "{}", "\xf0\x9f\x98\x80 \xf0\x9f\x98\x80 ...", IFB_PASS },
    { 0 }
};

const struct ifb_check ifb_emoji_checks[] = {
    { .id = "format:emoji", .doc = "an emoji ends every sentence, or begins the next one",
      .needs = IFB_NEEDS_PUNKT, .run = check_emoji, .examples = emoji_examples },
    { 0 }
};
