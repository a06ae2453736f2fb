/* SPDX-License-Identifier: Apache-2.0 */
/*
 * M-IFEval in Spanish: the checks that need no tokenizer. Many are IFEval's with
 * other marks or another list of relations; those that are IFEval's to the
 * letter have no row (multilingual/aliases.c).
 */
#include "scorers/multilingual/spanish.h"

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/norm.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "harness/base/utf8.h"
#include "scorers/fold.h"
#include "scorers/nlp/langid.h"
#include "scorers/shared.h"

const char *const ifb_es_relations[] = { "al menos", "como máximo", NULL };

/* ---- keywords ---- */

static enum ifb_code bind_frequency(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    struct ifb_frequency_args *a = args;

    a->relation = ifb_es_relation(a->relation);
    return ifb_frequency_bind(a, arena, err);
}

static enum ifb_code bind_letter(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    struct ifb_letter_args *a = args;

    a->relation = ifb_es_relation(a->relation);
    return ifb_letter_bind(a, arena, err);
}

static const struct ifb_field frequency_fields[] = {
    IFB_TEXT(struct ifb_frequency_args, keyword, "keyword", "a pattern, counted in any case"),
    IFB_COUNT(struct ifb_frequency_args, frequency, "frequency", "the threshold"),
    IFB_ES_RELATION(struct ifb_frequency_args, relation, "relation", IFB_ES_SIDE),
    { 0 }
};
static const struct ifb_field letter_fields[] = {
    IFB_TEXT(struct ifb_letter_args, letter, "letter",
             "one letter from a to z, either case; anything else is counted literally"),
    IFB_COUNT(struct ifb_letter_args, frequency, "let_frequency", "the threshold"),
    IFB_ES_RELATION(struct ifb_letter_args, relation, "let_relation", IFB_ES_SIDE),
    { 0 }
};
static const struct ifb_example frequency_examples[] = {
    { "{\"keyword\":\"mar\",\"frequency\":2,\"relation\":\"al menos\"}", "Mar y marea.", IFB_PASS },
    { "{\"keyword\":\"mar\",\"frequency\":1,\"relation\":\"como máximo\"}", "Mar y marea.",
      IFB_FAIL },
    { "{\"keyword\":\"mar\",\"frequency\":2,\"relation\":\"como máximo\"}", "Mar y marea.",
      IFB_PASS },  /* at most, not less than */
    { "{\"keyword\":\"mar\",\"frequency\":2,\"relation\":\"at least\"}", "Mar y mar.", IFB_ERROR },
    { 0 }
};
static const struct ifb_example letter_examples[] = {
    { "{\"letter\":\"n\",\"let_frequency\":2,\"let_relation\":\"al menos\"}", "No, nunca.",
      IFB_PASS },
    { "{\"letter\":\"n\",\"let_frequency\":2,\"let_relation\":\"como máximo\"}", "No, nunca.",
      IFB_FAIL },
    { "{\"letter\":\"n\",\"let_frequency\":1,\"let_relation\":\"al menos\"}", "Ñu", IFB_FAIL },
    { 0 }
};

/* ---- counts whose relation is not looked at ---- */

struct placeholders_args {
    struct ifb_at_least_args base;
    int64_t relation;
};

struct sections_args {
    struct ifb_sections_args base;
    int64_t relation;
};

static const struct ifb_field placeholders_fields[] = {
    IFB_COUNT(struct placeholders_args, base.limit, "num_placeholders", "at least so many"),
    IFB_ES_IGNORED(struct placeholders_args, relation, "relation"),
    { 0 }
};
static const struct ifb_field highlights_fields[] = {
    IFB_COUNT(struct placeholders_args, base.limit, "num_highlights", "at least so many"),
    IFB_ES_IGNORED(struct placeholders_args, relation, "relation"),
    { 0 }
};
static const struct ifb_field sections_fields[] = {
    IFB_TEXT(struct sections_args, base.spliter, "section_spliter",
             "a pattern that stands before each section's number, such as SECCIÓN"),
    IFB_COUNT(struct sections_args, base.num_sections, "num_sections", "at least so many"),
    IFB_ES_IGNORED(struct sections_args, relation, "relation"),
    { 0 }
};
static const struct ifb_example placeholders_examples[] = {
    { "{\"num_placeholders\":1,\"relation\":\"al menos\"}", "Hola, [nombre].", IFB_PASS },
    { "{\"num_placeholders\":2,\"relation\":\"al menos\"}", "Hola, [nombre].", IFB_FAIL },
    { "{\"num_placeholders\":1,\"relation\":\"como máximo\"}", "[a] [b] [c]", IFB_PASS },
    { "{\"num_placeholders\":1,\"relation\":\"x\"}", "[a]", IFB_ERROR },
    { "{\"num_placeholders\":1}", "[a]", IFB_PASS },
    { 0 }
};
static const struct ifb_example highlights_examples[] = {
    { "{\"num_highlights\":2,\"relation\":\"al menos\"}", "*uno* y **dos**", IFB_PASS },
    { "{\"num_highlights\":2,\"relation\":\"al menos\"}", "*uno* y dos", IFB_FAIL },
    { "{\"num_highlights\":1,\"relation\":\"como máximo\"}", "*uno* y *dos*", IFB_PASS },
    { 0 }
};
static const struct ifb_example sections_examples[] = {
    { "{\"section_spliter\":\"Parte\",\"num_sections\":2,\"relation\":\"al menos\"}",
      "Parte 1\na\nParte 2\nb", IFB_PASS },
    { "{\"section_spliter\":\"Parte\",\"num_sections\":2,\"relation\":\"al menos\"}",
      "Parte 1\na\nparte 2\nb", IFB_FAIL },
    { "{\"section_spliter\":\"Parte\",\"num_sections\":1,\"relation\":\"como máximo\"}",
      "Parte 1, Parte 2", IFB_PASS },
    { 0 }
};

/* ---- nth_paragraph_first_word ---- */

struct nth_args {
    int64_t num_paragraphs, nth;
    ifb_str first_word;
    struct ifb_strs words;  /* of it, lowered */
};

static enum ifb_code bind_nth(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    struct nth_args *a = args;

    if (a->nth <= 0 || a->nth > a->num_paragraphs)
        return ifb_fail(err, IFB_EINPUT, "nth_paragraph: %lld is not from 1 to %lld",
                        (long long)a->nth, (long long)a->num_paragraphs);
    a->words = ifb_split_space(arena, ifb_lower(arena, a->first_word));
    return IFB_OK;
}

/* str.translate without string.punctuation, then lower(). */
static ifb_str bare_lower(struct ifb_arena *arena, ifb_str word)
{
    static const char marks[] = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
    char *out = ifb_alloc_raw(arena, word.len);
    size_t n = 0;

    for (size_t i = 0; i < word.len; i++)
        if (!word.ptr[i] || !strchr(marks, word.ptr[i]))
            out[n++] = word.ptr[i];
    return ifb_lower(arena, (ifb_str){ out, n });
}

/* Takes the next word off the front of *s; false at the end. */
static bool next_word(ifb_str *s, ifb_str *word)
{
    const char *p, *end, *stop;

    *s = ifb_lstrip(*s);
    p = stop = s->ptr;
    end = p + s->len;
    while (p < end && !ifb_is_space(ifb_utf8_next(&p)))
        stop = p;
    *word = (ifb_str){ s->ptr, (size_t)(stop - s->ptr) };
    *s = ifb_str_from(*s, word->len);
    return word->len > 0;
}

static enum ifb_outcome check_nth(const void *args, struct ifb_probe *p)
{
    const struct nth_args *a = args;
    ifb_str piece = { "", 0 }, rest, word;
    int64_t n = ifb_nth_piece(ifb_text_raw(p->text), a->nth, &piece);
    bool same = piece.len > 0;

    rest = piece;
    for (size_t i = 0; i < a->words.n && same; i++)
        same = next_word(&rest, &word) &&
               ifb_str_eq(bare_lower(p->scratch, word), a->words.at[i]);
    if (piece.len)
        ifb_mark(p, ifb_str_part(piece, 0, piece.len - rest.len));
    ifb_why(p, "found %lld paragraphs, the %lldth begins with '%.*s', wanted %lld and '%.*s'",
            (long long)n, (long long)a->nth, IFB_ARG(ifb_shown(piece)),
            (long long)a->num_paragraphs, IFB_ARG(ifb_shown(a->first_word)));
    return ifb_pass_if(same && n == a->num_paragraphs);
}

static const struct ifb_field nth_fields[] = {
    IFB_COUNT(struct nth_args, num_paragraphs, "num_paragraphs",
              "how many pieces two line breaks divide the text into"),
    IFB_FIELD(struct nth_args, nth, "nth_paragraph", .kind = IFB_INT, .required = true,
              .min = 1, .max = IFB_COUNT_MAX, .doc = "which of them, from 1"),
    IFB_TEXT(struct nth_args, first_word, "first_word",
             "what it begins with, one word or more, in any case"),
    { 0 }
};
static const struct ifb_example nth_examples[] = {
    { "{\"num_paragraphs\":2,\"nth_paragraph\":2,\"first_word\":\"En cambio\"}",
      "Llovía.\n\nEn cambio, hoy no.", IFB_PASS },
    { "{\"num_paragraphs\":2,\"nth_paragraph\":2,\"first_word\":\"En cambio\"}",
      "Llovía.\n\nHoy no.", IFB_FAIL },
    { "{\"num_paragraphs\":1,\"nth_paragraph\":1,\"first_word\":\"quién\"}", "¿Quién sabe?",
      IFB_FAIL },  /* only ASCII marks are left out */
    { "{\"num_paragraphs\":1,\"nth_paragraph\":1,\"first_word\":\"hola\"}", "** Hola", IFB_FAIL },
    { 0 }
};

/* ---- postscript ---- */

struct postscript_args {
    ifb_str marker;
    struct ifb_pattern pattern;
};

static enum ifb_code bind_postscript(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    struct postscript_args *a = args;

    (void)err;
    a->marker = ifb_strip(a->marker);
    if (ifb_str_is(a->marker, "P.D."))
        ifb_pattern_bind(&a->pattern, a->marker, IFB_STR("p\\.\\s?d\\."), 0, arena);
    else
        ifb_marker_bind(&a->pattern, a->marker, arena);
    return IFB_OK;
}

static void release_postscript(void *args)
{
    ifb_pattern_close(&((struct postscript_args *)args)->pattern);
}

static enum ifb_outcome check_postscript(const void *args, struct ifb_probe *p)
{
    const struct postscript_args *a = args;
    ifb_str match;
    enum ifb_outcome outcome = ifb_pattern_search(&a->pattern, p, ifb_text_lower(p->text), &match);

    if (outcome != IFB_ERROR)
        ifb_why(p, outcome == IFB_PASS ? "found '%.*s'" : "'%.*s' not found",
                IFB_ARG(ifb_shown(a->marker)));
    return outcome;
}

static const struct ifb_field postscript_fields[] = {
    IFB_TEXT(struct postscript_args, marker, "postscript_marker",
             "P.D. (dots literal, a space allowed), else a pattern, in any case"),
    { 0 }
};
static const struct ifb_example postscript_examples[] = {
    { "{\"postscript_marker\":\"P.D.\"}", "Adiós.\n\nP. D. Escribe.", IFB_PASS },
    { "{\"postscript_marker\":\"P.D.\"}", "Adiós.\n\nPD: escribe.", IFB_FAIL },
    { "{\"postscript_marker\":\"Nota\"}", "Voy a anotarlo.", IFB_PASS },  /* inside a word */
    { "{\"postscript_marker\":\"(\"}", "Adiós.", IFB_ERROR },
    { 0 }
};

/* ---- number_bullet_lists and constrained_response ---- */

static enum ifb_outcome check_bullets(const void *args, struct ifb_probe *p)
{
    const struct ifb_exactly_args *a = args;

    return ifb_exactly(p, ifb_count_bullets(ifb_text_raw(p->text), '*', p), a->wanted, "bullets");
}

static enum ifb_outcome check_constrained(const void *args, struct ifb_probe *p)
{
    static const ifb_str answers[] = { IFB_STR_INIT("Sí."), IFB_STR_INIT("No."),
                                       IFB_STR_INIT("Quizás.") };

    (void)args;
    return ifb_one_of_three(p, answers);
}

static const struct ifb_field bullets_fields[] = {
    IFB_COUNT(struct ifb_exactly_args, wanted, "num_bullets", "exactly so many"),
    { 0 }
};
static const struct ifb_example bullets_examples[] = {
    { "{\"num_bullets\":2}", "Compra:\n* té\n* pan", IFB_PASS },
    { "{\"num_bullets\":2}", "Compra:\n* té\n- pan", IFB_FAIL },  /* a dash is none */
    { "{\"num_bullets\":0}", "**Compra**\n- pan", IFB_PASS },
    { 0 }
};
static const struct ifb_example constrained_examples[] = {
    { "{}", "Sí.", IFB_PASS },
    { "{}", "sí.", IFB_FAIL },
    { "{}", "Creo que sí. No. Ya no.", IFB_PASS },
    { 0 }
};

/* ---- end_checker ---- */

struct end_args {
    ifb_str phrase;  /* stripped and lowered by bind */
};

static enum ifb_code bind_end(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    struct end_args *a = args;

    (void)err;
    a->phrase = ifb_lower(arena, ifb_strip(a->phrase));
    return IFB_OK;
}

/* Upstream drops one final dot of the text but none of the phrase. */
static enum ifb_outcome check_end(const void *args, struct ifb_probe *p)
{
    const struct end_args *a = args;
    ifb_str text = ifb_strip_chars(ifb_text_strip(p->text), "\"");

    if (ifb_str_ends(text, IFB_STR(".")))
        text.len--;
    ifb_why(p, "the text without a final dot shall end with '%.*s'",
            IFB_ARG(ifb_shown(a->phrase)));
    return ifb_pass_if(ifb_lower_ends(p->scratch, text, a->phrase));
}

static const struct ifb_field end_fields[] = {
    IFB_TEXT(struct end_args, phrase, "end_phrase", "what to end with, in any case"),
    { 0 }
};
static const struct ifb_example end_examples[] = {
    { "{\"end_phrase\":\"hasta luego\"}", "Eso es todo. Hasta luego.", IFB_PASS },
    { "{\"end_phrase\":\"hasta luego\"}", "Hasta luego, dijo.", IFB_FAIL },
    { "{\"end_phrase\":\"hasta luego.\"}", "Hasta luego.", IFB_FAIL },  /* needs two dots */
    { 0 }
};

/* ---- spanish_capital and spanish_lowercase ---- */

/* No letter of the decomposed text that is not a capital; combining marks do not count. */
static bool all_capitals(ifb_str text, struct ifb_arena *arena)
{
    ifb_str made = ifb_normalize(arena, text, IFB_NFKD);

    for (const char *p = made.ptr, *end = p + made.len; p < end;) {
        uint32_t cp = ifb_utf8_next(&p);

        if (ifb_is_alpha(cp) && !ifb_is_upper(cp) && !ifb_is_combining(cp))
            return false;
    }
    return true;
}

static enum ifb_outcome check_capital(const void *args, struct ifb_probe *p)
{
    bool cased = all_capitals(ifb_text_raw(p->text), p->scratch);
    const char *found = cased ? ifb_langid_detect(ifb_text_lower(p->text), p->scratch) : NULL;

    (void)args;
    return ifb_case_language(p, cased, "capitals", ifb_str_of(found), "es");
}

static enum ifb_outcome check_lowercase(const void *args, struct ifb_probe *p)
{
    bool cased = ifb_str_islower(ifb_text_raw(p->text));

    (void)args;
    return ifb_case_language(p, cased, "small",
                             cased ? ifb_text_language(p->text) : (ifb_str){ NULL, 0 }, "es");
}

static const struct ifb_example capital_examples[] = {
    { "{}", "EL NIÑO CAMINA CADA MAÑANA POR EL PARQUE HASTA LA ESCUELA Y ESTÁ CONTENTO.",
      IFB_PASS },
    { "{}", "El niño camina cada mañana por el parque.", IFB_FAIL },
    { "{}", "12345", IFB_PASS },  /* no letter is needed */
    { "{}", "EL 1ª DE MAYO", IFB_FAIL },  /* decomposes to a small letter */
    { 0 }
};
static const struct ifb_example lowercase_examples[] = {
    { "{}", "el niño camina cada mañana por el parque hasta la escuela y está contento.",
      IFB_PASS },
    { "{}", "El niño camina cada mañana por el parque.", IFB_FAIL },
    { "{}", "der kleine junge geht jeden morgen durch den park zur schule und freut sich.",
      IFB_FAIL },
    { 0 }
};

/* ---- question_marks and exclamation_marks ---- */

/* len > 0 of some match's lstrip(open).rstrip(close).strip(). */
static bool find_between(struct ifb_probe *p, ifb_str open, char close)
{
    ifb_str text = ifb_text_raw(p->text);
    size_t at = 0, end;

    while ((at = ifb_str_find(text, open, at)) != SIZE_MAX &&
           (end = ifb_str_chr(text, close, at)) != SIZE_MAX) {
        ifb_str inside = ifb_str_part(text, at, end);

        while (ifb_str_starts(inside, open))
            inside = ifb_str_from(inside, open.len);
        if (!ifb_is_blank(inside)) {
            ifb_mark(p, ifb_str_part(text, at, end + 1));
            return true;
        }
        at = end + 1;
    }
    return false;
}

static enum ifb_outcome check_question(const void *args, struct ifb_probe *p)
{
    bool ok = find_between(p, IFB_STR("¿"), '?');

    (void)args;
    ifb_why(p, ok ? "found a question between ¿ and ?" : "found nothing between ¿ and ?");
    return ifb_pass_if(ok);
}

static enum ifb_outcome check_exclamation(const void *args, struct ifb_probe *p)
{
    bool ok = find_between(p, IFB_STR("¡"), '!');

    (void)args;
    ifb_why(p, ok ? "found an exclamation between ¡ and !" : "found nothing between ¡ and !");
    return ifb_pass_if(ok);
}

static const struct ifb_example question_examples[] = {
    { "{}", "¿Qué hora es?", IFB_PASS },
    { "{}", "Qué hora es?", IFB_FAIL },
    { "{}", "¿¿ ?? ¿Qué\nhora es?", IFB_PASS },  /* over two lines */
    { "{}", "¿ ?", IFB_FAIL },
    { 0 }
};
static const struct ifb_example exclamation_examples[] = {
    { "{}", "¡Vaya!", IFB_PASS },
    { "{}", "Vaya!", IFB_FAIL },
    { "{}", "¡ ! ¡¡Hola!!", IFB_PASS },
    { 0 }
};

const struct ifb_check ifb_es_checks[] = {
    { .id = "es:keywords:frequency", .doc = "counts a keyword, in any case, inside words too",
      .fields = frequency_fields, .args_size = sizeof(struct ifb_frequency_args),
      .bind = bind_frequency, .release = ifb_frequency_release, .run = ifb_frequency_check,
      .examples = frequency_examples },
    { .id = "es:keywords:letter_frequency", .doc = "counts a letter in either case",
      .fields = letter_fields, .args_size = sizeof(struct ifb_letter_args), .bind = bind_letter,
      .run = ifb_letter_check, .examples = letter_examples },
    { .id = "es:detectable_content:number_placeholders",
      .doc = "at least so many placeholders in square brackets", .fields = placeholders_fields,
      .args_size = sizeof(struct placeholders_args), .run = ifb_placeholders_check,
      .examples = placeholders_examples },
    { .id = "es:detectable_format:number_highlighted_sections",
      .doc = "at least so many runs of text between * or **", .fields = highlights_fields,
      .args_size = sizeof(struct placeholders_args), .run = ifb_highlights_check,
      .examples = highlights_examples },
    { .id = "es:detectable_format:multiple_sections",
      .doc = "at least so many section marks followed by a number", .fields = sections_fields,
      .args_size = sizeof(struct sections_args), .bind = ifb_sections_bind,
      .release = ifb_sections_release, .run = ifb_sections_check,
      .examples = sections_examples },
    { .id = "es:length_constraints:nth_paragraph_first_word",
      .doc = "counts paragraphs divided by blank lines and looks at how one begins",
      .fields = nth_fields, .args_size = sizeof(struct nth_args), .bind = bind_nth,
      .run = check_nth, .examples = nth_examples },
    { .id = "es:detectable_content:postscript", .doc = "a postscript marker stands somewhere",
      .fields = postscript_fields, .args_size = sizeof(struct postscript_args),
      .bind = bind_postscript, .release = release_postscript, .run = check_postscript,
      .examples = postscript_examples },
    { .id = "es:detectable_format:number_bullet_lists",
      .doc = "exactly so many lines that begin with *", .fields = bullets_fields,
      .args_size = sizeof(struct ifb_exactly_args), .run = check_bullets,
      .examples = bullets_examples },
    { .id = "es:detectable_format:constrained_response",
      .doc = "one of three given answers stands somewhere", .run = check_constrained,
      .examples = constrained_examples },
    { .id = "es:startend:end_checker",
      .doc = "ends with a phrase and perhaps a dot more, in any case", .fields = end_fields,
      .args_size = sizeof(struct end_args), .bind = bind_end, .run = check_end,
      .examples = end_examples },
    { .id = "es:change_case:spanish_capital", .doc = "Spanish, and no small letter",
      .needs = IFB_NEEDS_LANGID, .run = check_capital, .examples = capital_examples },
    { .id = "es:change_case:spanish_lowercase", .doc = "Spanish, and no capital",
      .needs = IFB_NEEDS_LANGID, .run = check_lowercase, .examples = lowercase_examples },
    { .id = "es:punctuation:question_marks", .doc = "something stands between ¿ and ?",
      .run = check_question, .examples = question_examples },
    { .id = "es:punctuation:exclamation_marks", .doc = "something stands between ¡ and !",
      .run = check_exclamation, .examples = exclamation_examples },
    { 0 }
};
