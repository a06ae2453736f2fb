/* SPDX-License-Identifier: Apache-2.0 */
/* change_case: capitals and small letters. */
#include "scorers/families.h"

#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "scorers/shared.h"

/* ---- capital_word_frequency ---- */

enum ifb_outcome ifb_capital_check(const void *args, struct ifb_probe *p)
{
    const struct ifb_capital_args *a = args;
    struct ifb_strs tokens = ifb_text_tokens(p->text);
    int64_t n = 0;

    for (size_t i = 0; i < tokens.n; i++)
        n += ifb_str_isupper(tokens.at[i]);
    return ifb_compare(p, n, a->relation, a->frequency, "words in capitals");
}

/* Upstream draws a frequency only when there is none: a negative one stands. */
static const struct ifb_field capital_fields[] = {
    IFB_FIELD(struct ifb_capital_args, frequency, "capital_frequency", .kind = IFB_INT,
              .required = true, .min = -IFB_COUNT_MAX, .max = IFB_COUNT_MAX,
              .doc = "the threshold"),
    IFB_RELATION(struct ifb_capital_args, relation, "capital_relation"),
    { 0 }
};
static const struct ifb_example capital_examples[] = {
    { "{\"capital_frequency\":2,\"capital_relation\":\"at least\"}", "STOP right NOW.", IFB_PASS },
    { "{\"capital_frequency\":2,\"capital_relation\":\"at least\"}", "STOP right now.", IFB_FAIL },
    { "{\"capital_frequency\":1,\"capital_relation\":\"less than\"}", "What do I know?",
      IFB_FAIL },  /* I is a word in capitals */
    { "{\"capital_frequency\":1,\"capital_relation\":\"less than\"}", "In 1999 or so.", IFB_PASS },
    { 0 }
};

/* ---- english_capital and english_lowercase ---- */

/* Upstream looks at the case first, and passes a text that langdetect finds no features in. */
enum ifb_outcome ifb_case_language(struct ifb_probe *p, bool cased, const char *what,
                                   ifb_str found, const char *wanted)
{
    if (!cased) {
        ifb_why(p, "not all letters are %s", what);
        return IFB_FAIL;
    }
    if (!found.ptr) {
        ifb_why(p, "all letters are %s, the language cannot be told", what);
        return IFB_PASS;
    }
    ifb_why(p, "all letters are %s, the language is %.*s, wanted %s", what, IFB_ARG(found),
            wanted);
    return ifb_pass_if(ifb_str_is(found, wanted));
}

static enum ifb_outcome check_english(struct ifb_probe *p, bool cased, const char *what)
{
    ifb_str found = cased ? ifb_text_language(p->text) : (ifb_str){ NULL, 0 };

    return ifb_case_language(p, cased, what, found, "en");
}

static enum ifb_outcome check_uppercase(const void *args, struct ifb_probe *p)
{
    (void)args;
    return check_english(p, ifb_str_isupper(ifb_text_raw(p->text)), "capitals");
}

static enum ifb_outcome check_lowercase(const void *args, struct ifb_probe *p)
{
    (void)args;
    return check_english(p, ifb_str_islower(ifb_text_raw(p->text)), "small");
}

static const struct ifb_example uppercase_examples[] = {
    { "{}", "THIS IS WRITTEN IN ENGLISH AND IN CAPITAL LETTERS ONLY, FROM THE FIRST TO THE LAST.",
      IFB_PASS },
    { "{}", "This is written in English.", IFB_FAIL },
    { "{}", "DER KLEINE JUNGE GEHT JEDEN MORGEN DURCH DEN PARK ZUR SCHULE UND FREUT SICH.",
      IFB_FAIL },
    { "{}", "12345", IFB_FAIL },  /* no letter at all */
    { 0 }
};
static const struct ifb_example lowercase_examples[] = {
    { "{}", "this is written in english and in small letters only, from the first to the last.",
      IFB_PASS },
    { "{}", "this is written in English.", IFB_FAIL },
    { "{}", "der kleine junge geht jeden morgen durch den park zur schule und freut sich.",
      IFB_FAIL },
    { 0 }
};

const struct ifb_check ifb_case_checks[] = {
    { .id = "change_case:capital_word_frequency",
      .doc = "counts words in capitals, as the Treebank rules cut words",
      .fields = capital_fields, .args_size = sizeof(struct ifb_capital_args),
      .needs = IFB_NEEDS_PUNKT, .run = ifb_capital_check, .examples = capital_examples },
    { .id = "change_case:english_capital", .doc = "English, and no small letter",
      .needs = IFB_NEEDS_LANGID, .run = check_uppercase, .examples = uppercase_examples },
    { .id = "change_case:english_lowercase", .doc = "English, and no capital",
      .needs = IFB_NEEDS_LANGID, .run = check_lowercase, .examples = lowercase_examples },
    { 0 }
};
