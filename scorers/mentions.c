/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mentions: whether something is spoken of, by a word, by a word and its regular
 * English inflections, by forms written out, or by a pattern.
 */
#include "scorers/families.h"

#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/regex.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "harness/base/utf8.h"
#include "scorers/literal.h"
#include "scorers/pattern.h"

#define FORMS_MAX 5000
#define WORD_MAX 200   /* characters of the first word of a form */
#define FORM_MAX 200   /* bytes of a form */

/* A form: its characters without case; `first` of them, from `lead` on, are its first word. */
struct form {
    const uint32_t *at;
    size_t n, lead, first;
};

struct mention_args {
    struct ifb_strs words, stems, inflections;
    ifb_str source;
    int64_t min, max;
    bool match_case;
    struct ifb_pattern pattern;
    struct form *forms;  /* sorted by first words */
    size_t nforms, cap;
};

/* ---- forms ---- */

/* '_' joins no words here: _tea_ is tea in italics. */
static bool is_letter(uint32_t cp)
{
    return ifb_is_word(cp) && cp != '_';
}

static uint32_t normal(uint32_t cp, bool match_case)
{
    if (cp == 0x2019)
        return '\'';
    if (ifb_is_space(cp))
        return ' ';
    return match_case ? cp : ifb_fold_char(cp);
}

static enum ifb_code add_form(struct mention_args *a, ifb_str text, const char *field,
                              struct ifb_arena *arena, struct ifb_error *err)
{
    const char *p, *end;
    uint32_t *at = ifb_new(arena, uint32_t, text.len + 1);
    struct form form = { .at = at };

    text = ifb_strip(text);
    for (p = text.ptr, end = p + text.len; p < end; form.n++)
        at[form.n] = normal(ifb_utf8_next(&p), a->match_case);
    while (form.lead < form.n && !is_letter(at[form.lead]))
        form.lead++;
    while (form.lead + form.first < form.n && is_letter(at[form.lead + form.first]))
        form.first++;
    if (!form.first || form.first > WORD_MAX || text.len > FORM_MAX)
        return ifb_fail(err, IFB_EINPUT, "%s: '%.*s' %s", field, IFB_ARG(ifb_shown(text)),
                        form.first ? "is too long" : "has no letter or digit, wanted contains");
    if (a->nforms == FORMS_MAX)
        return ifb_fail(err, IFB_EINPUT, "%s: more than %d forms", field, FORMS_MAX);
    a->forms = ifb_grow(arena, a->forms, &a->cap, a->nforms + 1, sizeof(*a->forms));
    a->forms[a->nforms++] = form;
    return IFB_OK;
}

static bool is_vowel(char c)
{
    return c && strchr("aeiouAEIOU", c) != NULL;
}

/* Consonant, vowel, consonant other than w, x and y: the last is doubled. */
static bool doubles(ifb_str s)
{
    return s.len >= 3 && !is_vowel(s.ptr[s.len - 3]) && is_vowel(s.ptr[s.len - 2]) &&
           !is_vowel(s.ptr[s.len - 1]) && !strchr("wxyWXY", s.ptr[s.len - 1]);
}

/* One regular form: the stem without `cut` bytes, doubled or not, and an ending. */
static enum ifb_code add_inflected(struct mention_args *a, ifb_str stem, size_t cut, bool twice,
                                   const char *ending, struct ifb_arena *arena,
                                   struct ifb_error *err)
{
    ifb_str form = ifb_fmt(arena, "%.*s%.*s%s", (int)(stem.len - cut), stem.ptr, twice ? 1 : 0,
                           stem.ptr + stem.len - 1, ending);

    return add_form(a, form, "stems", arena, err);
}

/* The rule that the documentation states; forms that no one writes do no harm. */
static enum ifb_code add_stem(struct mention_args *a, ifb_str stem, struct ifb_arena *arena,
                              struct ifb_error *err)
{
    static const char *const always[] = { "", "s", "es", "ed", "ing" };
    char last = stem.len ? stem.ptr[stem.len - 1] : 0;
    char before = stem.len > 1 ? stem.ptr[stem.len - 2] : 0;
    enum ifb_code code = IFB_OK;

    for (size_t i = 0; !code && i < sizeof(always) / sizeof(always[0]); i++)
        code = add_inflected(a, stem, 0, false, always[i], arena, err);
    if (!code && last == 'e') {
        code = add_inflected(a, stem, 0, false, "d", arena, err);
        if (!code)
            code = add_inflected(a, stem, 1, false, "ing", arena, err);
        if (!code && before == 'i')
            code = add_inflected(a, stem, 2, false, "ying", arena, err);
    }
    if (!code && last == 'y' && before && !is_vowel(before)) {
        code = add_inflected(a, stem, 1, false, "ies", arena, err);
        if (!code)
            code = add_inflected(a, stem, 1, false, "ied", arena, err);
    }
    if (!code && doubles(stem)) {
        code = add_inflected(a, stem, 0, true, "ed", arena, err);
        if (!code)
            code = add_inflected(a, stem, 0, true, "ing", arena, err);
    }
    return code;
}

static int compare_words(const uint32_t *a, size_t na, const uint32_t *b, size_t nb)
{
    for (size_t i = 0; i < na && i < nb; i++)
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
    return (na > nb) - (na < nb);
}

static int by_first_word(const void *a, const void *b)
{
    const struct form *x = a, *y = b;

    return compare_words(x->at + x->lead, x->first, y->at + y->lead, y->first);
}

static enum ifb_code bind_mentions(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    struct mention_args *a = args;
    enum ifb_code code = IFB_OK;

    if (!a->words.n && !a->stems.n && !a->inflections.n && !a->source.ptr)
        return ifb_fail(err, IFB_EINPUT, "wanted words, stems, inflections or a pattern");
    if (a->max >= 0 && a->max < a->min)
        return ifb_fail(err, IFB_EINPUT, "max %lld is below min %lld", (long long)a->max,
                        (long long)a->min);
    for (size_t i = 0; !code && i < a->words.n; i++)
        code = add_form(a, a->words.at[i], "words", arena, err);
    for (size_t i = 0; !code && i < a->inflections.n; i++)
        code = add_form(a, a->inflections.at[i], "inflections", arena, err);
    for (size_t i = 0; !code && i < a->stems.n; i++)
        code = add_stem(a, ifb_strip(a->stems.at[i]), arena, err);
    if (!code && a->nforms)
        qsort(a->forms, a->nforms, sizeof(*a->forms), by_first_word);
    if (!code && a->source.ptr)
        code = ifb_pattern_bind_valid(&a->pattern, a->source,
                                      a->match_case ? 0 : IFB_RE_IGNORECASE, arena, err);
    return code;
}

static void release_mentions(void *args)
{
    ifb_pattern_close(&((struct mention_args *)args)->pattern);
}

/* ---- looking ---- */

/* The forms whose first word is `word`: an index, and one past the last. */
static bool find_forms(const struct mention_args *a, const uint32_t *word, size_t n, size_t *from,
                       size_t *to)
{
    size_t low = 0, high = a->nforms;

    while (low < high) {
        size_t middle = (low + high) / 2;
        const struct form *f = &a->forms[middle];

        if (compare_words(f->at + f->lead, f->first, word, n) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *from = *to = low;
    while (*to < a->nforms &&
           !compare_words(a->forms[*to].at + a->forms[*to].lead, a->forms[*to].first, word, n))
        ++*to;
    return *to > *from;
}

/* Where the rest of a form ends whose first word ends at `p`; NULL when it is not there. */
static const char *match_rest(const struct mention_args *a, const struct form *f, const char *p,
                              const char *end)
{
    for (size_t i = f->lead + f->first; i < f->n; i++) {
        const char *next = p;

        if (p == end || normal(ifb_utf8_next(&next), a->match_case) != f->at[i])
            return NULL;
        p = next;
        while (f->at[i] == ' ' && i + 1 < f->n && f->at[i + 1] != ' ' && next < end &&
               ifb_is_space(ifb_utf8_next(&next)))
            p = next;
    }
    if (is_letter(f->at[f->n - 1]) && p < end) {
        const char *next = p;

        return is_letter(ifb_utf8_next(&next)) ? NULL : p;
    }
    return p;
}

/* Where a form begins whose first word begins at `p`; NULL when what leads it is not there. */
static const char *match_lead(const struct mention_args *a, const struct form *f,
                              const char *begin, const char *p)
{
    for (size_t i = f->lead; i--;)
        if (p == begin || normal(ifb_utf8_prev(&p), a->match_case) != f->at[i])
            return NULL;
    return p;
}

/* The longest form at the word [from, to) of the text. */
static bool match_forms(const struct mention_args *a, ifb_str text, const char *from,
                        const char *to, const uint32_t *word, size_t n, ifb_str *match)
{
    size_t i, last;

    *match = (ifb_str){ NULL, 0 };
    if (!find_forms(a, word, n, &i, &last))
        return false;
    for (; i < last; i++) {
        const char *begin = match_lead(a, &a->forms[i], text.ptr, from);
        const char *end = begin ? match_rest(a, &a->forms[i], to, text.ptr + text.len) : NULL;

        if (end && (size_t)(end - begin) > match->len)
            *match = (ifb_str){ begin, (size_t)(end - begin) };
    }
    return match->len > 0;
}

/* What was found so far. */
struct found {
    int64_t n;
    ifb_str first;
};

static void keep(struct found *found, struct ifb_probe *p, ifb_str match)
{
    if (!found->n++)
        found->first = match;
    ifb_mark(p, match);
}

static void find_words(const struct mention_args *a, struct ifb_probe *p, struct found *found)
{
    ifb_str text = ifb_text_raw(p->text), match;
    const char *at = text.ptr, *end = at + text.len, *from = NULL;
    uint32_t word[WORD_MAX + 1];
    size_t n = 0;

    while (a->nforms && at <= end) {
        const char *here = at;
        uint32_t cp = at < end ? ifb_utf8_next(&at) : ' ';

        if (is_letter(cp)) {
            from = from ? from : here;
            if (n <= WORD_MAX)
                word[n++] = normal(cp, a->match_case);
        } else if (from) {
            if (match_forms(a, text, from, here, word, n, &match)) {
                keep(found, p, match);
                at = match.ptr + match.len > at ? match.ptr + match.len : at;
            }
            from = NULL;
            n = 0;
        }
        if (here == end)
            break;
    }
}

static bool find_matches(const struct mention_args *a, struct ifb_probe *p, struct found *found)
{
    ifb_str text = ifb_text_raw(p->text);
    struct ifb_scan scan;
    enum ifb_match m;
    size_t from, to;

    if (!a->pattern.re)
        return true;
    ifb_scan_open(&scan, a->pattern.re, text);
    scan.budget = p->steps;
    while ((m = ifb_scan_next(&scan, &from, &to)) == IFB_MATCH)
        keep(found, p, ifb_str_part(text, from, to));
    ifb_scan_close(&scan);
    if (m == IFB_MATCH_LIMIT)
        ifb_pattern_say_broken(&a->pattern, p);
    return m != IFB_MATCH_LIMIT;
}

static enum ifb_outcome check_mentions(const void *args, struct ifb_probe *p)
{
    const struct mention_args *a = args;
    struct found found = { 0, { NULL, 0 } };

    find_words(a, p, &found);
    if (!find_matches(a, p, &found))
        return IFB_ERROR;
    if (!found.n)
        ifb_why(p, "no mention found");
    else
        ifb_why(p, "found '%.*s'%s, %lld mention%s, wanted %s %lld",
                IFB_ARG(ifb_shown(found.first)), found.n > 1 ? " and more" : "",
                (long long)found.n, found.n > 1 ? "s" : "",
                a->max >= 0 && found.n > a->max ? "at most" : "at least",
                (long long)(a->max >= 0 && found.n > a->max ? a->max : a->min));
    return ifb_pass_if(found.n >= a->min && (a->max < 0 || found.n <= a->max));
}

static const struct mention_args mention_defaults = { .min = 1, .max = -1 };

static const struct ifb_field mention_fields[] = {
    IFB_FIELD(struct mention_args, words, "words", .kind = IFB_TEXTS,
              .doc = "words or phrases as they are, not inside other words; _ divides words"),
    IFB_FIELD(struct mention_args, stems, "stems", .kind = IFB_TEXTS,
              .doc = "words with their forms in -s, -es, -ed, -ing, also -d, -ying, -ies, -ied and "
                     "doubled consonants where English has them; what follows an apostrophe is "
                     "free: 's"),
    IFB_FIELD(struct mention_args, inflections, "inflections", .kind = IFB_TEXTS,
              .doc = "forms written out, beside stems: went, gone"),
    IFB_FIELD(struct mention_args, source, "pattern", .kind = IFB_STRING,
              .doc = "Python's re syntax; its matches count too"),
    IFB_FIELD(struct mention_args, min, "min", .kind = IFB_INT, .min = 0, .max = IFB_COUNT_MAX,
              .doc = "at least so many mentions (1)"),
    IFB_FIELD(struct mention_args, max, "max", .kind = IFB_INT, .min = 0, .max = IFB_COUNT_MAX,
              .doc = "at most so many mentions (any number)"),
    IFB_FIELD(struct mention_args, match_case, "match_case", .kind = IFB_BOOL,
              .doc = "with regard to case (false)"),
    { 0 }
};
static const struct ifb_example mention_examples[] = {
    { "{\"words\":\"tea\"}", "Iced Tea!", IFB_PASS },
    { "{\"words\":\"tea\"}", "Teas steam.", IFB_FAIL },
    { "{\"words\":[\"ice cream\",\"C++\"]}", "ice\n cream", IFB_PASS },
    { "{\"words\":\"tea\",\"min\":2}", "_tea_ and the tea\xe2\x80\x99s colour", IFB_PASS },
    { "{\"stems\":\"stop\"}", "It kept stopping.", IFB_PASS },
    { "{\"stems\":\"carry\"}", "He carries it.", IFB_PASS },
    { "{\"stems\":\"lie\"}", "She was lying.", IFB_PASS },
    { "{\"stems\":\"go\"}", "She went.", IFB_FAIL },
    { "{\"stems\":\"go\",\"inflections\":[\"went\",\"gone\"]}", "She went.", IFB_PASS },
    { "{\"pattern\":\"colou?r\",\"max\":1,\"min\":0}", "color and colour", IFB_FAIL },
    { "{\"words\":\"Bob\",\"match_case\":true}", "to bob", IFB_FAIL },
    { "{}", "nothing to look for", IFB_ERROR },
    { "{\"words\":\"++\"}", "no word", IFB_ERROR },
    { 0 }
};

const struct ifb_check ifb_mentions_checks[] = {
    { .id = "mentions", .doc = "mentions a word, one of its forms or a pattern, in any case",
      .fields = mention_fields, .args_size = sizeof(struct mention_args),
      .defaults = &mention_defaults, .bind = bind_mentions, .release = release_mentions,
      .run = check_mentions, .examples = mention_examples },
    { 0 }
};
