/* SPDX-License-Identifier: Apache-2.0 */
/*
 * M-IFEval in French: IFEval's checks with other relations, marks and sentence
 * parameters. Those that are IFEval's to the letter have no row
 * (multilingual/aliases.c).
 */
#include "scorers/families.h"

#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "harness/base/utf8.h"
#include "scorers/nlp/langid.h"
#include "scorers/nlp/punkt.h"
#include "scorers/shared.h"

/* In the order of enum ifb_relation. */
static const char *const relations[] = { "moins de", "au moins", NULL };

#define RELATION(type, member, key)                                               \
    IFB_FIELD(type, member, key, .kind = IFB_CHOICE, .required = true,            \
              .choices = relations, .doc = "which side of the threshold passes")

/* ---- keywords and language ---- */

static const struct ifb_field frequency_fields[] = {
    IFB_TEXT(struct ifb_frequency_args, keyword, "keyword", "a pattern, counted in any case"),
    IFB_COUNT(struct ifb_frequency_args, frequency, "frequency", "the threshold"),
    RELATION(struct ifb_frequency_args, relation, "relation"),
    { 0 }
};
static const struct ifb_field letter_fields[] = {
    IFB_TEXT(struct ifb_letter_args, letter, "letter",
             "one letter from a to z, either case; anything else is counted literally"),
    IFB_COUNT(struct ifb_letter_args, frequency, "let_frequency", "the threshold"),
    RELATION(struct ifb_letter_args, relation, "let_relation"),
    { 0 }
};
static const struct ifb_field language_fields[] = {
    IFB_FIELD(struct ifb_language_args, language, "language", .kind = IFB_CHOICE,
              .required = true, .choices = ifb_languages_and_zh,
              .doc = "ISO 639-1 code; zh is never found, as langdetect says zh-cn or zh-tw"),
    { 0 }
};
static const struct ifb_example frequency_examples[] = {
    { "{\"keyword\":\"mer\",\"frequency\":2,\"relation\":\"au moins\"}", "Mer et amertume.",
      IFB_PASS },
    { "{\"keyword\":\"mer\",\"frequency\":2,\"relation\":\"moins de\"}", "Mer et amertume.",
      IFB_FAIL },
    { "{\"keyword\":\"mer\",\"frequency\":2,\"relation\":\"at least\"}", "Mer, mer.", IFB_ERROR },
    { 0 }
};
static const struct ifb_example letter_examples[] = {
    { "{\"letter\":\"n\",\"let_frequency\":2,\"let_relation\":\"au moins\"}", "Non.", IFB_PASS },
    { "{\"letter\":\"N\",\"let_frequency\":2,\"let_relation\":\"moins de\"}", "Non.", IFB_FAIL },
    { "{\"letter\":\"e\",\"let_frequency\":1,\"let_relation\":\"au moins\"}", "été", IFB_FAIL },
    { 0 }
};
static const struct ifb_example language_examples[] = {
    { "{\"language\":\"fr\"}", "Le petit garçon traverse le parc chaque matin pour aller jouer.",
      IFB_PASS },
    { "{\"language\":\"de\"}", "Le petit garçon traverse le parc chaque matin pour aller jouer.",
      IFB_FAIL },
    { "{\"language\":\"zh\"}", "小男孩每天早上走路去学校，还会给池塘里的鸭子喂食。", IFB_FAIL },
    { "{\"language\":\"xx\"}", "Bonjour.", IFB_ERROR },
    { 0 }
};

/* ---- number_words and number_sentences ---- */

static enum ifb_outcome check_sentences(const void *args, struct ifb_probe *p)
{
    const struct ifb_count_args *a = args;
    size_t n = ifb_punkt_sentences(ifb_text_resources(p->text)->french, ifb_text_raw(p->text),
                                   p->scratch).n;

    return ifb_compare(p, (int64_t)n, a->relation, a->limit, "sentences");
}

static const struct ifb_field words_fields[] = {
    IFB_COUNT(struct ifb_count_args, limit, "num_words", "the threshold"),
    RELATION(struct ifb_count_args, relation, "relation"),
    { 0 }
};
static const struct ifb_field sentences_fields[] = {
    IFB_COUNT(struct ifb_count_args, limit, "num_sentences", "the threshold"),
    RELATION(struct ifb_count_args, relation, "relation"),
    { 0 }
};
static const struct ifb_example words_examples[] = {
    { "{\"num_words\":3,\"relation\":\"au moins\"}", "un deux trois", IFB_PASS },
    { "{\"num_words\":3,\"relation\":\"moins de\"}", "un deux trois", IFB_FAIL },
    { "{\"num_words\":2,\"relation\":\"moins de\"}", "l'eau", IFB_FAIL },  /* l and eau */
    { 0 }
};
static const struct ifb_example sentences_examples[] = {
    { "{\"num_sentences\":2,\"relation\":\"au moins\"}", "Il pleut. On reste.", IFB_PASS },
    { "{\"num_sentences\":2,\"relation\":\"moins de\"}", "Il pleut. On reste.", IFB_FAIL },
    { "{\"num_sentences\":2,\"relation\":\"moins de\"}", "Mlle. Dupont dort.", IFB_PASS },
    { 0 }
};

/* ---- change_case ---- */

static enum ifb_outcome check_uppercase(const void *args, struct ifb_probe *p)
{
    bool cased = ifb_str_isupper(ifb_text_raw(p->text));
    const char *found = cased ? ifb_langid_detect(ifb_text_lower(p->text), p->scratch) : NULL;

    (void)args;
    return ifb_case_language(p, cased, "capitals", ifb_str_of(found), "fr");
}

static enum ifb_outcome check_lowercase(const void *args, struct ifb_probe *p)
{
    bool cased = ifb_str_islower(ifb_text_raw(p->text));

    (void)args;
    return ifb_case_language(p, cased, "small",
                             cased ? ifb_text_language(p->text) : (ifb_str){ NULL, 0 }, "fr");
}

static const struct ifb_field capital_fields[] = {
    IFB_FIELD(struct ifb_capital_args, frequency, "capital_frequency", .kind = IFB_INT,
              .required = true, .min = -IFB_COUNT_MAX, .max = IFB_COUNT_MAX,
              .doc = "the threshold"),
    RELATION(struct ifb_capital_args, relation, "capital_relation"),
    { 0 }
};
static const struct ifb_example capital_examples[] = {
    { "{\"capital_frequency\":2,\"capital_relation\":\"au moins\"}", "HALTE à vous, STOP.",
      IFB_PASS },
    { "{\"capital_frequency\":2,\"capital_relation\":\"moins de\"}", "HALTE à vous, STOP.",
      IFB_FAIL },
    { "{\"capital_frequency\":1,\"capital_relation\":\"moins de\"}", "En 1999.", IFB_PASS },
    { 0 }
};
static const struct ifb_example uppercase_examples[] = {
    { "{}", "LE PETIT GARÇON TRAVERSE LE PARC CHAQUE MATIN POUR ALLER À L'ÉCOLE.", IFB_PASS },
    { "{}", "Le petit garçon traverse le parc chaque matin.", IFB_FAIL },
    { "{}", "12345", IFB_FAIL },  /* no letter at all */
    { 0 }
};
static const struct ifb_example lowercase_examples[] = {
    { "{}", "le petit garçon traverse le parc chaque matin pour aller à l'école.", IFB_PASS },
    { "{}", "Le petit garçon traverse le parc chaque matin.", IFB_FAIL },
    { "{}", "der kleine junge geht jeden morgen durch den park zur schule und freut sich.",
      IFB_FAIL },
    { 0 }
};

/* ---- constrained_response, title and quotation ---- */

static enum ifb_outcome check_constrained(const void *args, struct ifb_probe *p)
{
    static const ifb_str answers[] = { IFB_STR_INIT("Oui."), IFB_STR_INIT("Non."),
                                       IFB_STR_INIT("Peut-être.") };

    (void)args;
    return ifb_one_of_three(p, answers);
}

static enum ifb_outcome check_title(const void *args, struct ifb_probe *p)
{
    static const struct ifb_title_marks marks = { IFB_STR_INIT("##"), IFB_STR_INIT("##"),
                                                  IFB_STR_INIT("#"), IFB_STR_INIT("#") };

    (void)args;
    return ifb_title_find(p, &marks);
}

static bool stands_in(ifb_str s, ifb_str open, ifb_str close)
{
    return s.len >= open.len + close.len && ifb_str_starts(s, open) && ifb_str_ends(s, close);
}

static enum ifb_outcome check_quotation(const void *args, struct ifb_probe *p)
{
    ifb_str s = ifb_text_strip(p->text);
    bool ok = stands_in(s, IFB_STR("\""), IFB_STR("\"")) ||
              stands_in(s, IFB_STR("'"), IFB_STR("'")) ||
              stands_in(s, IFB_STR("«"), IFB_STR("»"));

    (void)args;
    ifb_why(p, "the text %s in \"\", '' or «»", ok ? "stands" : "does not stand");
    return ifb_pass_if(ok);
}

static const struct ifb_example constrained_examples[] = {
    { "{}", "Peut-être.", IFB_PASS },
    { "{}", "oui.", IFB_FAIL },
    { "{}", "Je pense que c'est vrai. Oui. Demain.", IFB_PASS },
    { 0 }
};
static const struct ifb_example title_examples[] = {
    { "{}", "##Du thé##\nC'est bon.", IFB_PASS },
    { "{}", "## Du thé\nC'est bon.", IFB_FAIL },
    { "{}", "## ##", IFB_FAIL },
    { "{}", "## Du thé, ## du café", IFB_PASS },  /* two headings in a line */
    { 0 }
};
static const struct ifb_example quotation_examples[] = {
    { "{}", "« Tout. »", IFB_PASS },
    { "{}", "« Tout.\"", IFB_FAIL },
    { "{}", "'Tout.'", IFB_PASS },
    { "{}", "«", IFB_FAIL },
    { 0 }
};

const struct ifb_check ifb_fr_checks[] = {
    { .id = "fr:keywords:frequency", .doc = "counts a keyword, in any case, inside words too",
      .fields = frequency_fields, .args_size = sizeof(struct ifb_frequency_args),
      .bind = ifb_frequency_bind, .release = ifb_frequency_release, .run = ifb_frequency_check,
      .examples = frequency_examples },
    { .id = "fr:keywords:letter_frequency", .doc = "counts a letter in either case",
      .fields = letter_fields, .args_size = sizeof(struct ifb_letter_args),
      .bind = ifb_letter_bind, .run = ifb_letter_check, .examples = letter_examples },
    { .id = "fr:language:response_language", .doc = "langdetect takes the text for that language",
      .fields = language_fields, .args_size = sizeof(struct ifb_language_args),
      .needs = IFB_NEEDS_LANGID, .run = ifb_language_check, .examples = language_examples },
    { .id = "fr:length_constraints:number_words", .doc = "counts runs of word characters",
      .fields = words_fields, .args_size = sizeof(struct ifb_count_args), .run = ifb_words_check,
      .examples = words_examples },
    { .id = "fr:length_constraints:number_sentences",
      .doc = "counts sentences as Punkt cuts them in French", .fields = sentences_fields,
      .args_size = sizeof(struct ifb_count_args), .needs = IFB_NEEDS_FRENCH,
      .run = check_sentences, .examples = sentences_examples },
    { .id = "fr:change_case:capital_word_frequency",
      .doc = "counts words in capitals, as the Treebank rules cut words", .fields = capital_fields,
      .args_size = sizeof(struct ifb_capital_args), .needs = IFB_NEEDS_PUNKT,
      .run = ifb_capital_check, .examples = capital_examples },
    { .id = "fr:change_case:french_capital", .doc = "French, and no small letter",
      .needs = IFB_NEEDS_LANGID, .run = check_uppercase, .examples = uppercase_examples },
    { .id = "fr:change_case:french_lowercase", .doc = "French, and no capital",
      .needs = IFB_NEEDS_LANGID, .run = check_lowercase, .examples = lowercase_examples },
    { .id = "fr:detectable_format:constrained_response",
      .doc = "one of three given answers stands somewhere", .run = check_constrained,
      .examples = constrained_examples },
    { .id = "fr:detectable_format:title", .doc = "a title stands in ## ##", .run = check_title,
      .examples = title_examples },
    { .id = "fr:startend:quotation", .doc = "the whole text stands in \"\", '' or «»",
      .run = check_quotation, .examples = quotation_examples },
    { 0 }
};
