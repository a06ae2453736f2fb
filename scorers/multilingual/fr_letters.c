/* SPDX-License-Identifier: Apache-2.0 */
/* M-IFEval in French: letters, accents, digits and how the reader is addressed. */
#include "scorers/families.h"

#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/norm.h"
#include "harness/base/regex.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "harness/base/utf8.h"
#include "scorers/pattern.h"

/* ---- a pattern: ethel_or_cedilla and informal_address ---- */

struct pattern_args {
    ifb_str source;
    struct ifb_pattern pattern;
};

static void release_pattern(void *args)
{
    ifb_pattern_close(&((struct pattern_args *)args)->pattern);
}

static enum ifb_code bind_letter(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    struct pattern_args *a = args;

    (void)err;
    ifb_pattern_bind(&a->pattern, a->source, ifb_pattern_escape(arena, a->source),
                     IFB_RE_IGNORECASE, arena);
    return IFB_OK;
}

static enum ifb_code bind_informal(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    struct pattern_args *a = args;

    (void)err;
    a->source = IFB_STR("\\b(?:tu|te|t'|toi|ton|ta|tes)\\b");
    ifb_pattern_bind(&a->pattern, a->source, a->source, IFB_RE_IGNORECASE, arena);
    return IFB_OK;
}

/* PASS when it is found; what was found or sought is said and marked. */
static enum ifb_outcome find_pattern(const struct pattern_args *a, struct ifb_probe *p)
{
    ifb_str match;
    enum ifb_outcome found = ifb_pattern_search(&a->pattern, p, ifb_text_raw(p->text), &match);

    if (found == IFB_PASS)
        ifb_mark(p, match);
    if (found == IFB_PASS)
        ifb_why(p, "found '%.*s'", IFB_ARG(ifb_shown(match)));
    else if (found == IFB_FAIL)
        ifb_why(p, "'%.*s' not found", IFB_ARG(ifb_shown(a->source)));
    return found;
}

static enum ifb_outcome check_letter(const void *args, struct ifb_probe *p)
{
    enum ifb_outcome found = find_pattern(args, p);

    return found == IFB_ERROR ? found : ifb_pass_if(found == IFB_FAIL);
}

static enum ifb_outcome check_informal(const void *args, struct ifb_probe *p)
{
    return find_pattern(args, p);
}

static const struct ifb_field letter_fields[] = {
    IFB_TEXT(struct pattern_args, source, "forbidden_char", "what may not occur, in any case"),
    { 0 }
};
static const struct ifb_example letter_examples[] = {
    { "{\"forbidden_char\":\"œ\"}", "Le coeur.", IFB_PASS },
    { "{\"forbidden_char\":\"œ\"}", "Œuvre.", IFB_FAIL },
    { "{\"forbidden_char\":\".\"}", "Oui", IFB_PASS },  /* no pattern */
    { 0 }
};
static const struct ifb_example informal_examples[] = {
    { "{}", "Viens avec TON ami.", IFB_PASS },
    { "{}", "Vous venez, et votre ami aussi.", IFB_FAIL },
    { "{}", "Il t'attend.", IFB_PASS },
    { "{}", "Il t’attend.", IFB_FAIL },  /* a curly apostrophe */
    { 0 }
};

/* ---- no_digits and no_accents ---- */

/* The first character that `bad` knows fails the text. */
static enum ifb_outcome check_none(struct ifb_probe *p, bool (*bad)(uint32_t cp), const char *what)
{
    ifb_str text = ifb_text_raw(p->text);

    for (const char *at = text.ptr, *end = at + text.len; at < end;) {
        const char *from = at;

        if (!bad(ifb_utf8_next(&at)))
            continue;
        ifb_mark(p, (ifb_str){ from, (size_t)(at - from) });
        ifb_why(p, "found '%.*s', wanted no %s", (int)(at - from), from, what);
        return IFB_FAIL;
    }
    ifb_why(p, "found no %s", what);
    return IFB_PASS;
}

/* The accented letters of Latin-1, precomposed; neither æ and ø nor ß are among them. */
static bool is_accented(uint32_t cp)
{
    static const uint32_t others = 1u << 6 | 1u << 16 | 1u << 23 | 1u << 24 | 1u << 30;

    if (cp < 0xc0 || cp > 0xff || cp == 0xdf)
        return false;
    return !(others >> (cp & 0x1f) & 1);
}

static enum ifb_outcome check_digits(const void *args, struct ifb_probe *p)
{
    (void)args;
    return check_none(p, ifb_is_decimal, "digit");
}

static enum ifb_outcome check_no_accents(const void *args, struct ifb_probe *p)
{
    (void)args;
    return check_none(p, is_accented, "accented letter");
}

static const struct ifb_example digits_examples[] = {
    { "{}", "Deux cafés.", IFB_PASS },
    { "{}", "2 cafés.", IFB_FAIL },
    { "{}", "x²", IFB_PASS },  /* no decimal digit */
    { 0 }
};
static const struct ifb_example no_accents_examples[] = {
    { "{}", "Le coeur bat.", IFB_PASS },
    { "{}", "L'été.", IFB_FAIL },
    { "{}", "Œuvre, Æthiops", IFB_PASS },
    { "{}", "GARÇON", IFB_FAIL },
    { 0 }
};

/* ---- accents ---- */

struct accent {
    ifb_str plain, accented;  /* accented is absent when it is no string: nothing equals it */
};

struct accents_args {
    const struct ifb_json *words;
    struct accent *at;  /* sorted by plain */
    size_t n;
};

static int by_plain(const void *a, const void *b)
{
    return ifb_str_cmp(((const struct accent *)a)->plain, ((const struct accent *)b)->plain);
}

static enum ifb_code bind_accents(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    struct accents_args *a = args;

    if (a->words->kind != IFB_JOBJECT)
        return ifb_fail(err, IFB_EINPUT, "word_to_accentuate is %s, wanted an object",
                        ifb_json_kind_name(a->words->kind));
    a->at = ifb_new(arena, struct accent, a->words->n);
    for (const struct ifb_json *m = a->words->first; m; m = m->next) {
        struct accent *one = &a->at[a->n++];

        one->plain = ifb_str_copy(arena, m->key);
        if (m->kind == IFB_JSTRING)
            one->accented = ifb_str_copy(arena, m->string);
    }
    qsort(a->at, a->n, sizeof(*a->at), by_plain);
    a->words = NULL;  /* the document is gone when the check runs */
    return IFB_OK;
}

/* NFKD without the combining marks. */
static ifb_str plain_form(struct ifb_arena *arena, ifb_str word)
{
    ifb_str made = ifb_normalize(arena, word, IFB_NFKD);
    char *out;
    size_t n = 0;

    if (made.ptr == word.ptr)
        return word;
    out = ifb_alloc_raw(arena, made.len);
    for (const char *p = made.ptr, *end = p + made.len; p < end;) {
        const char *from = p;

        if (ifb_is_combining(ifb_utf8_next(&p)))
            continue;
        memcpy(out + n, from, (size_t)(p - from));
        n += (size_t)(p - from);
    }
    return (ifb_str){ out, n };
}

static enum ifb_outcome check_accents(const void *args, struct ifb_probe *p)
{
    const struct accents_args *a = args;
    struct ifb_strs words = ifb_split_words(p->scratch, ifb_text_lower(p->text));

    for (size_t i = 0; i < words.n && a->n; i++) {
        struct accent key = { .plain = plain_form(p->scratch, words.at[i]) };
        const struct accent *found = bsearch(&key, a->at, a->n, sizeof(*a->at), by_plain);

        if (found && (!found->accented.ptr || !ifb_str_eq(words.at[i], found->accented))) {
            ifb_why(p, "found '%.*s', wanted '%.*s'", IFB_ARG(ifb_shown(words.at[i])),
                    IFB_ARG(ifb_shown(found->accented)));
            return IFB_FAIL;
        }
    }
    ifb_why(p, "found none of %zu words without its accents", a->n);
    return IFB_PASS;
}

static const struct ifb_field accents_fields[] = {
    IFB_FIELD(struct accents_args, words, "word_to_accentuate", .kind = IFB_JSON,
              .required = true, .doc = "an object of words without and with their accents"),
    { 0 }
};
static const struct ifb_example accents_examples[] = {
    { "{\"word_to_accentuate\":{\"ete\":\"été\"}}", "L'été et l'hiver.", IFB_PASS },
    { "{\"word_to_accentuate\":{\"ete\":\"été\"}}", "L'eté et l'hiver.", IFB_FAIL },
    { "{\"word_to_accentuate\":{\"ete\":\"été\"}}", "L'hiver.", IFB_PASS },  /* none of them */
    { "{\"word_to_accentuate\":{\"ete\":\"Été\"}}", "Été", IFB_FAIL },  /* the text is lowered */
    { "{}", "L'été.", IFB_ERROR },
    { 0 }
};

const struct ifb_check ifb_fr_letter_checks[] = {
    { .id = "fr:special_character:ethel_or_cedilla",
      .doc = "a character does not occur, in any case", .fields = letter_fields,
      .args_size = sizeof(struct pattern_args), .bind = bind_letter, .release = release_pattern,
      .run = check_letter, .examples = letter_examples },
    { .id = "fr:special_character:no_accents", .doc = "no accented letter of Latin-1",
      .run = check_no_accents, .examples = no_accents_examples },
    { .id = "fr:special_character:accents",
      .doc = "certain words never stand without their accents", .fields = accents_fields,
      .args_size = sizeof(struct accents_args), .bind = bind_accents, .run = check_accents,
      .examples = accents_examples },
    { .id = "fr:detectable_content:no_digits", .doc = "no decimal digit", .run = check_digits,
      .examples = digits_examples },
    { .id = "fr:detectable_content:informal_address",
      .doc = "the reader is addressed by one of tu, te, t', toi, ton, ta, tes",
      .args_size = sizeof(struct pattern_args), .bind = bind_informal,
      .release = release_pattern, .run = check_informal, .examples = informal_examples },
    { 0 }
};
