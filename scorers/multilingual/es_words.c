/* SPDX-License-Identifier: Apache-2.0 */
/*
 * M-IFEval in Spanish: the checks that count spaCy's tokens, and the one that
 * counts sentences. Their rules are data files that nothing stands in for.
 */
#include "scorers/multilingual/spanish.h"

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "harness/base/utf8.h"
#include "scorers/multilingual/es_tokens.h"
#include "scorers/nlp/punkt.h"
#include "scorers/shared.h"

/* Where a list mark at `at` ("1.", "-", "*") and its white space end; `at` when there is none. */
static size_t skip_list_mark(ifb_str text, size_t at)
{
    const char *p = text.ptr + at, *end = text.ptr + text.len, *stop = p;

    if (at < text.len && (*p == '-' || *p == '*'))
        return ifb_skip_space(text, at + 1);
    while (p < end && ifb_is_decimal(ifb_utf8_next(&p)))
        stop = p;
    if (stop == text.ptr + at || stop == end || *stop != '.')
        return at;
    return ifb_skip_space(text, (size_t)(stop - text.ptr) + 1);
}

/* re.sub(r"(^\s*[\d]+\.\s*)|(^\s*[-*]\s*)", "", text, flags=MULTILINE), in `arena`. */
static ifb_str without_list_marks(ifb_str text, struct ifb_arena *arena)
{
    char *out = ifb_alloc_raw(arena, text.len);
    size_t at = 0, n = 0;  /* at: always the start of a line */

    while (at < text.len) {
        size_t mark = ifb_skip_space(text, at), from = skip_list_mark(text, mark), to;

        if (from > mark && text.ptr[from - 1] == '\n') {
            at = from;
            continue;
        }
        to = ifb_line_end(text, from > mark ? from : mark);
        to += to < text.len;
        if (from == mark)
            from = at;
        memcpy(out + n, text.ptr + from, to - from);
        n += to - from;
        at = to;
    }
    return (ifb_str){ out, n };
}

/* The tokens of `text`; false with the reason set when a pattern gave up. */
static bool get_tokens(struct ifb_probe *p, ifb_str text, struct ifb_strs *out)
{
    if (ifb_es_tokens(ifb_text_resources(p->text)->es_tokens, text, p->scratch, out))
        return true;
    ifb_why(p, "the Spanish tokenizer takes too many steps");
    return false;
}

static enum ifb_code bind_count(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    struct ifb_count_args *a = args;

    (void)arena;
    (void)err;
    a->relation = ifb_es_relation(a->relation);
    return IFB_OK;
}

/* ---- number_words ---- */

static enum ifb_outcome check_words(const void *args, struct ifb_probe *p)
{
    const struct ifb_count_args *a = args;
    ifb_str text = without_list_marks(ifb_text_raw(p->text), p->scratch);
    char *bytes = (char *)text.ptr;
    struct ifb_strs tokens;

    for (size_t i = 0; i < text.len; i++)
        if (bytes[i] == '\n')
            bytes[i] = ' ';
    if (!get_tokens(p, text, &tokens))
        return IFB_ERROR;
    return ifb_compare(p, (int64_t)tokens.n, a->relation, a->limit, "words");
}

static const struct ifb_field words_fields[] = {
    IFB_COUNT(struct ifb_count_args, limit, "num_words", "the threshold"),
    IFB_ES_RELATION(struct ifb_count_args, relation, "relation", IFB_ES_SIDE),
    { 0 }
};
static const struct ifb_example words_examples[] = {
    { "{\"num_words\":3,\"relation\":\"al menos\"}", "¿Qué hora es?", IFB_PASS },
    { "{\"num_words\":2,\"relation\":\"como máximo\"}", "¿Qué hora es?", IFB_FAIL },
    { "{\"num_words\":3,\"relation\":\"como máximo\"}", "uno + dos", IFB_PASS },  /* + is one */
    { "{\"num_words\":3,\"relation\":\"al menos\"}", "uno  dos", IFB_PASS },  /* a space too many */
    { 0 }
};

/* ---- number_sentences ---- */

/*
 * Upstream asks a model of spaCy's, which is not to be had: 148 of the 153
 * published strict verdicts and 150 of the loose ones are the same.
 */
static enum ifb_outcome check_sentences(const void *args, struct ifb_probe *p)
{
    const struct ifb_count_args *a = args;
    ifb_str text = without_list_marks(ifb_text_raw(p->text), p->scratch);
    size_t n = ifb_punkt_sentences(ifb_text_resources(p->text)->spanish, text, p->scratch).n;

    return ifb_compare(p, (int64_t)n, a->relation, a->limit, "sentences (approximately)");
}

static const struct ifb_field sentences_fields[] = {
    IFB_COUNT(struct ifb_count_args, limit, "num_sentences", "the threshold"),
    IFB_ES_RELATION(struct ifb_count_args, relation, "relation", IFB_ES_SIDE),
    { 0 }
};
static const struct ifb_example sentences_examples[] = {
    { "{\"num_sentences\":2,\"relation\":\"al menos\"}", "Llueve. Nos quedamos.", IFB_PASS },
    { "{\"num_sentences\":1,\"relation\":\"como máximo\"}", "Llueve. Nos quedamos.", IFB_FAIL },
    { "{\"num_sentences\":1,\"relation\":\"como máximo\"}", "1. Llueve", IFB_PASS },
    { 0 }
};

/* ---- capital_word_frequency ---- */

static enum ifb_code bind_capital(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    struct ifb_capital_args *a = args;

    (void)arena;
    (void)err;
    a->relation = ifb_es_relation(a->relation);
    return IFB_OK;
}

static enum ifb_outcome check_capital(const void *args, struct ifb_probe *p)
{
    const struct ifb_capital_args *a = args;
    struct ifb_strs tokens;
    int64_t n = 0;

    if (!get_tokens(p, ifb_text_raw(p->text), &tokens))
        return IFB_ERROR;
    for (size_t i = 0; i < tokens.n; i++)
        n += ifb_str_isupper(tokens.at[i]);
    return ifb_compare(p, n, a->relation, a->frequency, "words in capitals");
}

static const struct ifb_field capital_fields[] = {
    IFB_FIELD(struct ifb_capital_args, frequency, "capital_frequency", .kind = IFB_INT,
              .required = true, .min = -IFB_COUNT_MAX, .max = IFB_COUNT_MAX,
              .doc = "the threshold"),
    IFB_ES_RELATION(struct ifb_capital_args, relation, "capital_relation", IFB_ES_SIDE),
    { 0 }
};
static const struct ifb_example capital_examples[] = {
    { "{\"capital_frequency\":2,\"capital_relation\":\"al menos\"}", "ALTO ahí YA.", IFB_PASS },
    { "{\"capital_frequency\":1,\"capital_relation\":\"como máximo\"}", "ALTO ahí YA.", IFB_FAIL },
    { "{\"capital_frequency\":1,\"capital_relation\":\"como máximo\"}", "En 1999 o así.",
      IFB_PASS },
    { 0 }
};

/* ---- enie, dieresis and tildes ---- */

/* Words that hold one of the strings, none of which is part of another's bytes. */
static int64_t count_holding(struct ifb_strs tokens, const ifb_str *letters, size_t nletters)
{
    int64_t n = 0;

    for (size_t i = 0; i < tokens.n; i++)
        for (size_t k = 0; k < nletters; k++)
            if (ifb_str_find(tokens.at[i], letters[k], 0) != SIZE_MAX) {
                n++;
                break;
            }
    return n;
}

static enum ifb_outcome check_exactly(const void *args, struct ifb_probe *p,
                                      const ifb_str letters[2], const char *noun)
{
    const struct ifb_exactly_args *a = args;
    struct ifb_strs tokens;

    if (!get_tokens(p, ifb_text_raw(p->text), &tokens))
        return IFB_ERROR;
    return ifb_exactly(p, count_holding(tokens, letters, 2), a->wanted, noun);
}

static enum ifb_outcome check_enie(const void *args, struct ifb_probe *p)
{
    static const ifb_str letters[] = { IFB_STR_INIT("ñ"), IFB_STR_INIT("Ñ") };

    return check_exactly(args, p, letters, "words with ñ");
}

static enum ifb_outcome check_dieresis(const void *args, struct ifb_probe *p)
{
    static const ifb_str letters[] = { IFB_STR_INIT("ü"), IFB_STR_INIT("Ü") };

    return check_exactly(args, p, letters, "words with ü");
}

static enum ifb_outcome check_tildes(const void *args, struct ifb_probe *p)
{
    static const ifb_str letters[] = {
        IFB_STR_INIT("á"), IFB_STR_INIT("é"), IFB_STR_INIT("í"), IFB_STR_INIT("ó"),
        IFB_STR_INIT("ú"), IFB_STR_INIT("Á"), IFB_STR_INIT("É"), IFB_STR_INIT("Í"),
        IFB_STR_INIT("Ó"), IFB_STR_INIT("Ú"),
    };
    const struct ifb_count_args *a = args;
    struct ifb_strs tokens;

    if (!get_tokens(p, ifb_text_raw(p->text), &tokens))
        return IFB_ERROR;
    return ifb_compare(p, count_holding(tokens, letters, sizeof(letters) / sizeof(letters[0])),
                       a->relation, a->limit, "words with an acute accent");
}

static const struct ifb_field letter_fields[] = {
    IFB_COUNT(struct ifb_exactly_args, wanted, "let_frequency", "exactly so many words"),
    { 0 }
};
static const struct ifb_example enie_examples[] = {
    { "{\"let_frequency\":2}", "El niño sueña.", IFB_PASS },
    { "{\"let_frequency\":2}", "El niño duerme.", IFB_FAIL },
    { "{\"let_frequency\":1}", "ÑAÑA", IFB_PASS },  /* a word counts once */
    { 0 }
};
static const struct ifb_example dieresis_examples[] = {
    { "{\"let_frequency\":1}", "El pingüino duerme.", IFB_PASS },
    { "{\"let_frequency\":1}", "El niño duerme.", IFB_FAIL },
    { "{\"let_frequency\":1}", "VERGÜENZA", IFB_PASS },
    { 0 }
};
static const struct ifb_example tildes_examples[] = {
    { "{\"num_words\":2,\"relation\":\"al menos\"}", "El camión pasó.", IFB_PASS },
    { "{\"num_words\":1,\"relation\":\"como máximo\"}", "El camión pasó.", IFB_FAIL },
    { "{\"num_words\":1,\"relation\":\"al menos\"}", "El pingüino sueña.", IFB_FAIL },
    { 0 }
};

const struct ifb_check ifb_es_word_checks[] = {
    { .id = "es:length_constraints:number_words",
      .doc = "counts words as spaCy's Spanish tokenizer cuts them, without list marks",
      .fields = words_fields, .args_size = sizeof(struct ifb_count_args),
      .needs = IFB_NEEDS_ES_TOKENS, .bind = bind_count, .run = check_words,
      .examples = words_examples },
    { .id = "es:length_constraints:number_sentences",
      .doc = "approximate: counts sentences as Punkt cuts them, where upstream asks a spaCy model",
      .fields = sentences_fields, .args_size = sizeof(struct ifb_count_args),
      .needs = IFB_NEEDS_SPANISH, .bind = bind_count, .run = check_sentences,
      .examples = sentences_examples },
    { .id = "es:change_case:capital_word_frequency",
      .doc = "counts words in capitals, as spaCy's Spanish tokenizer cuts them",
      .fields = capital_fields, .args_size = sizeof(struct ifb_capital_args),
      .needs = IFB_NEEDS_ES_TOKENS, .bind = bind_capital, .run = check_capital,
      .examples = capital_examples },
    { .id = "es:special_character:enie", .doc = "exactly so many words with ñ",
      .fields = letter_fields, .args_size = sizeof(struct ifb_exactly_args),
      .needs = IFB_NEEDS_ES_TOKENS, .run = check_enie, .examples = enie_examples },
    { .id = "es:special_character:dieresis", .doc = "exactly so many words with ü",
      .fields = letter_fields, .args_size = sizeof(struct ifb_exactly_args),
      .needs = IFB_NEEDS_ES_TOKENS, .run = check_dieresis, .examples = dieresis_examples },
    { .id = "es:special_character:tildes", .doc = "counts words with an acute accent",
      .fields = words_fields, .args_size = sizeof(struct ifb_count_args),
      .needs = IFB_NEEDS_ES_TOKENS, .bind = bind_count, .run = check_tildes,
      .examples = tildes_examples },
    { 0 }
};
