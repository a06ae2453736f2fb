/* SPDX-License-Identifier: Apache-2.0 */
/* language: the whole answer is in one language. */
#include "scorers/families.h"

#include "harness/base/str.h"

/* The codes that upstream has a name for; with another it raises KeyError. */
static const char *const languages[] = {
    "en", "es", "pt", "ar", "hi", "fr", "ru", "de", "ja", "it", "bn",
    "uk", "th", "ur", "ta", "te", "bg", "ko", "pl", "he", "fa", "vi",
    "ne", "sw", "kn", "mr", "gu", "pa", "ml", "fi", NULL,
};

struct language_args {
    int64_t language;
};

/* Upstream's ResponseLanguageChecker passes a text that langdetect finds no features in. */
static enum ifb_outcome check_language(const void *args, struct ifb_probe *p)
{
    const struct language_args *a = args;
    ifb_str found = ifb_text_language(p->text);

    if (!found.ptr) {
        ifb_why(p, "the text has no features to tell a language by");
        return IFB_PASS;
    }
    ifb_why(p, "found %.*s, wanted %s", IFB_ARG(found), languages[a->language]);
    return ifb_pass_if(ifb_str_is(found, languages[a->language]));
}

static const struct ifb_field language_fields[] = {
    IFB_FIELD(struct language_args, language, "language", .kind = IFB_CHOICE, .required = true,
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
      .fields = language_fields, .args_size = sizeof(struct language_args),
      .needs = IFB_NEEDS_LANGID, .run = check_language, .examples = language_examples },
    { 0 }
};
