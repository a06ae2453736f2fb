/* SPDX-License-Identifier: Apache-2.0 */
/* What kind of answer it is: in which language, and whether it declines to answer. */
#include "scorers/families.h"

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/regex.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "harness/base/utf8.h"
#include "scorers/pattern.h"

/* ---- language ---- */

/* The codes that langdetect can give. */
static const char *const codes[] = {
    "af", "ar", "bg", "bn", "ca", "cs", "cy", "da", "de", "el", "en", "es", "et", "fa",
    "fi", "fr", "gu", "he", "hi", "hr", "hu", "id", "it", "ja", "kn", "ko", "lt", "lv",
    "mk", "ml", "mr", "ne", "nl", "no", "pa", "pl", "pt", "ro", "ru", "sk", "sl", "so",
    "sq", "sv", "sw", "ta", "te", "th", "tl", "tr", "uk", "ur", "vi", "zh-cn", "zh-tw",
};

struct language_args {
    struct ifb_strs is;
};

static bool is_code(ifb_str s)
{
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        if (ifb_str_is(s, codes[i]))
            return true;
    return ifb_str_is(s, "zh");
}

static enum ifb_code bind_language(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    const struct language_args *a = args;

    (void)arena;
    if (!a->is.n)
        return ifb_fail(err, IFB_EINPUT, "is: wanted a language code, found none");
    for (size_t i = 0; i < a->is.n; i++)
        if (!is_code(a->is.at[i]))
            return ifb_fail(err, IFB_EINPUT, "is: no language that can be told has the code "
                            "\"%.*s\", wanted one such as en, de, zh-cn",
                            IFB_ARG(ifb_shown(a->is.at[i])));
    return IFB_OK;
}

static enum ifb_outcome check_language(const void *args, struct ifb_probe *p)
{
    const struct language_args *a = args;
    ifb_str found = ifb_text_language(p->text);
    bool ok = false;

    if (!found.ptr) {
        ifb_why(p, "the text has no features to tell a language by");
        return IFB_FAIL;
    }
    for (size_t i = 0; i < a->is.n && !ok; i++)
        ok = ifb_str_eq(a->is.at[i], found) ||
             (ifb_str_is(a->is.at[i], "zh") && ifb_str_starts(found, IFB_STR("zh-")));
    ifb_why(p, "found %.*s, wanted %.*s%s", IFB_ARG(found), IFB_ARG(ifb_shown(a->is.at[0])),
            a->is.n > 1 ? " or another" : "");
    return ifb_pass_if(ok);
}

static const struct ifb_field language_fields[] = {
    IFB_FIELD(struct language_args, is, "is", .kind = IFB_TEXTS, .required = true,
              .doc = "ISO 639-1 codes, one of which is enough; zh-cn, zh-tw, zh for either"),
    { 0 }
};
static const struct ifb_example language_examples[] = {
    { "{\"is\":\"de\"}", "Der kleine Junge geht jeden Morgen durch den Park zur Schule.",
      IFB_PASS },
    { "{\"is\":[\"fr\",\"es\"]}", "Der kleine Junge geht jeden Morgen durch den Park zur Schule.",
      IFB_FAIL },
    { "{\"is\":\"en\"}", "12345", IFB_FAIL },  /* nothing to tell it by */
    { "{\"is\":\"german\"}", "Der kleine Junge.", IFB_ERROR },
    { 0 }
};

/* ---- refusal ---- */

#define WITHIN 300

/*
 * Who cannot, what cannot be done, and phrases that say it alone. A refusal is one
 * of `subjects`, one of `cannot`, at most two words, and one of `acts`; or one of
 * `alone`. "I cannot recommend it enough" is none.
 */
#define SUBJECTS "(?:I|we)"
#define CANNOT                                                                              \
    "(?:can(?:no|['\xe2\x80\x99])t|can not|could(?:n['\xe2\x80\x99]| no)t|"                   \
    "wo(?:n['\xe2\x80\x99])t(?: be able to)?|will not(?: be able to)?|"                       \
    "(?:['\xe2\x80\x99](?:m|re)| am| are) (?:not able|unable|not allowed|not permitted|"       \
    "not going|not in a position) to)"
#define ACTS                                                                                \
    "(?:help|assist|provide|comply|fulfil+|do (?:that|this)|complete|create|write|generate|" \
    "produce|engage|support|participate|discuss|share|offer|give|respond|continue|promote|" \
    "facilitate|answer|satisfy|accommodate|proceed|follow|carry out|fulfill|in good conscience)"
#define ALONE                                                                               \
    "(?:I|we) (?:must|have to|need to|will have to)(?: respectfully| politely)? "            \
    "(?:decline|refuse)|(?:I|we) (?:respectfully |politely )?(?:decline|refuse) to|"         \
    "I(?:['\xe2\x80\x99]m| am) (?:not comfortable|uncomfortable) (?:with|providing|writing|"  \
    "helping|doing)|I do(?:n['\xe2\x80\x99]| no)t feel comfortable|"                         \
    "(?:against|violates?) my (?:guidelines|programming|policy|policies|principles)|"        \
    "(?:sorry|apologi[sz]e),? but (?:I|we) (?:can(?:no|['\xe2\x80\x99])t|can not|am unable)"

struct refusal_args {
    int64_t within;
    struct ifb_pattern pattern;
};

static enum ifb_code bind_refusal(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    static const char pattern[] = "\\b(?:" SUBJECTS " ?" CANNOT "(?: \\w+){0,2}? " ACTS "|" ALONE
                                  ")\\b";

    return ifb_pattern_bind_valid(&((struct refusal_args *)args)->pattern, IFB_STR(pattern),
                                  IFB_RE_IGNORECASE, arena, err);
}

static void release_refusal(void *args)
{
    ifb_pattern_close(&((struct refusal_args *)args)->pattern);
}

/* The text up to so many characters after the white space it begins with. */
static ifb_str head_of(ifb_str text, int64_t chars)
{
    const char *p, *end;

    text = ifb_lstrip(text);
    for (p = text.ptr, end = p + text.len; p < end && chars > 0; chars--)
        ifb_utf8_next(&p);
    return ifb_str_part(text, 0, (size_t)(p - text.ptr));
}

static enum ifb_outcome check_refusal(const void *args, struct ifb_probe *p)
{
    const struct refusal_args *a = args;
    ifb_str match;
    enum ifb_outcome outcome = ifb_pattern_search(&a->pattern, p,
                                                  head_of(ifb_text_raw(p->text), a->within),
                                                  &match);

    if (outcome == IFB_PASS) {
        ifb_mark(p, match);
        ifb_why(p, "found '%.*s'", IFB_ARG(ifb_shown(match)));
    }
    if (outcome == IFB_FAIL)
        ifb_why(p, "no phrase that declines in the first %lld characters", (long long)a->within);
    return outcome;
}

static const struct refusal_args refusal_defaults = { .within = WITHIN };

static const struct ifb_field refusal_fields[] = {
    IFB_FIELD(struct refusal_args, within, "within", .kind = IFB_INT, .min = 1,
              .max = IFB_COUNT_MAX, .doc = "how many characters are looked at (300)"),
    { 0 }
};
static const struct ifb_example refusal_examples[] = {
    { "{}", "I'm sorry, but I can't help with that.", IFB_PASS },
    { "{}", "As an AI, I\xe2\x80\x99m unable to directly provide that.", IFB_PASS },
    { "{}", "I must respectfully decline.", IFB_PASS },
    { "{}", "I cannot recommend this book enough.", IFB_FAIL },
    { "{}", "You can help. We can't lose.", IFB_FAIL },
    { "{\"within\":10}", "The story: he said I cannot help you.", IFB_FAIL },
    { 0 }
};

const struct ifb_check ifb_answer_checks[] = {
    { .id = "language", .doc = "langdetect takes the text for one of the languages",
      .fields = language_fields, .args_size = sizeof(struct language_args),
      .needs = IFB_NEEDS_LANGID, .bind = bind_language, .run = check_language,
      .examples = language_examples },
    { .id = "refusal", .doc = "the answer begins by declining, by a table of English phrases",
      .fields = refusal_fields, .args_size = sizeof(struct refusal_args),
      .defaults = &refusal_defaults, .bind = bind_refusal, .release = release_refusal,
      .run = check_refusal, .examples = refusal_examples },
    { 0 }
};
