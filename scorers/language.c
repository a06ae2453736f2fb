/* SPDX-License-Identifier: Apache-2.0 */
/* language: the whole answer is in one language. */
#include "scorers/families.h"

#include "harness/base/str.h"
#include "scorers/shared.h"

/* The codes that upstream has a name for; with another it raises KeyError. */
#define LANGUAGES                                                         \
    "en", "es", "pt", "ar", "hi", "fr", "ru", "de", "ja", "it", "bn",     \
    "uk", "th", "ur", "ta", "te", "bg", "ko", "pl", "he", "fa", "vi",     \
    "ne", "sw", "kn", "mr", "gu", "pa", "ml", "fi"

static const char *const languages[] = { LANGUAGES, NULL };
const char *const ifb_languages_and_zh[] = { LANGUAGES, "zh", NULL };

/* Upstream's ResponseLanguageChecker passes a text that langdetect finds no features in. */
enum ifb_outcome ifb_language_check(const void *args, struct ifb_probe *p)
{
    const struct ifb_language_args *a = args;
    ifb_str found = ifb_text_language(p->text);

    if (!found.ptr) {
        ifb_why(p, "the text has no features to tell a language by");
        return IFB_PASS;
    }
    ifb_why(p, "found %.*s, wanted %s", IFB_ARG(found), ifb_languages_and_zh[a->language]);
    return ifb_pass_if(ifb_str_is(found, ifb_languages_and_zh[a->language]));
}

static const struct ifb_field language_fields[] = {
    IFB_FIELD(struct ifb_language_args, language, "language", .kind = IFB_CHOICE, .required = true,
              .choices = languages, .doc = "ISO 639-1 code"),
    { 0 }
};
static const struct ifb_example language_examples[] = {
    { "{\"language\":\"de\"}", "Der kleine Junge geht jeden Morgen durch den Park zur Schule.",
      IFB_PASS },
    { "{\"language\":\"fr\"}", "Der kleine Junge geht jeden Morgen durch den Park zur Schule.",
      IFB_FAIL },
    { "{\"language\":\"hi\"}", "12345", IFB_PASS },  /* nothing to tell it by */
    { "{\"language\":\"no\"}", "Den lille gutten.", IFB_ERROR },
    { 0 }
};

const struct ifb_check ifb_language_checks[] = {
    { .id = "language:response_language", .doc = "langdetect takes the text for that language",
      .fields = language_fields, .args_size = sizeof(struct ifb_language_args),
      .needs = IFB_NEEDS_LANGID, .run = ifb_language_check, .examples = language_examples },
    { 0 }
};
