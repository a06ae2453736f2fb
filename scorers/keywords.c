/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keywords: words that must, must not or must so many times occur. A keyword is
 * a pattern, as upstream never escapes it, and it is found inside words too.
 */
#include "scorers/families.h"

#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/regex.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "harness/base/utf8.h"
#include "scorers/pattern.h"
#include "scorers/shared.h"

/* ---- existence and forbidden_words ---- */

struct words_args {
    struct ifb_strs words;  /* sorted by bind */
    struct ifb_pattern *at;
    size_t n;
};

static int by_bytes(const void *a, const void *b)
{
    return ifb_str_cmp(*(const ifb_str *)a, *(const ifb_str *)b);
}

/* UTF-8 sorts as code points do, which is Python's order of strings. */
static enum ifb_code sort_words(struct words_args *a, const char *name, struct ifb_arena *arena,
                                struct ifb_error *err)
{
    ifb_str *sorted = ifb_new(arena, ifb_str, a->words.n);

    if (!a->words.n)
        return ifb_fail(err, IFB_EINPUT, "%s is empty", name);
    memcpy(sorted, a->words.at, a->words.n * sizeof(*sorted));
    qsort(sorted, a->words.n, sizeof(*sorted), by_bytes);
    a->words.at = sorted;
    a->at = ifb_new(arena, struct ifb_pattern, a->words.n);
    return IFB_OK;
}

static enum ifb_code bind_existence(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    struct words_args *a = args;
    enum ifb_code code = sort_words(a, "keywords", arena, err);

    for (size_t i = 0; !code && i < a->words.n; i++)
        ifb_pattern_bind(&a->at[a->n++], a->words.at[i], a->words.at[i], IFB_RE_IGNORECASE, arena);
    return code;
}

static enum ifb_code bind_forbidden(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    struct words_args *a = args;
    enum ifb_code code = sort_words(a, "forbidden_words", arena, err);

    for (size_t i = 0; !code && i < a->words.n; i++)
        if (!i || !ifb_str_eq(a->words.at[i], a->words.at[i - 1]))
            ifb_pattern_bind_bounded(&a->at[a->n++], a->words.at[i], IFB_RE_IGNORECASE, arena);
    return code;
}

static void release_words(void *args)
{
    struct words_args *a = args;

    for (size_t i = 0; i < a->n; i++)
        ifb_pattern_close(&a->at[i]);
}

static enum ifb_outcome check_existence(const void *args, struct ifb_probe *p)
{
    const struct words_args *a = args;
    ifb_str text = ifb_text_raw(p->text), found;

    for (size_t i = 0; i < a->n; i++) {
        enum ifb_outcome outcome = ifb_pattern_search(&a->at[i], p, text, &found);

        if (outcome == IFB_FAIL)
            ifb_why(p, "'%.*s' not found", IFB_ARG(ifb_shown(a->at[i].source)));
        if (outcome != IFB_PASS)
            return outcome;
        ifb_mark(p, found);
    }
    ifb_why(p, "found all of %zu keywords", a->n);
    return IFB_PASS;
}

static enum ifb_outcome check_forbidden(const void *args, struct ifb_probe *p)
{
    const struct words_args *a = args;
    ifb_str text = ifb_text_raw(p->text), found;

    for (size_t i = 0; i < a->n; i++) {
        enum ifb_outcome outcome = ifb_pattern_search(&a->at[i], p, text, &found);

        if (outcome == IFB_ERROR)
            return outcome;
        if (outcome == IFB_FAIL)
            continue;
        ifb_mark(p, found);
        ifb_why(p, "found '%.*s', which is forbidden", IFB_ARG(ifb_shown(found)));
        return IFB_FAIL;
    }
    ifb_why(p, "found none of %zu forbidden words", a->n);
    return IFB_PASS;
}

static const struct ifb_field existence_fields[] = {
    IFB_FIELD(struct words_args, words, "keywords", .kind = IFB_STRINGS, .required = true,
              .doc = "patterns, each of which must be found"),
    { 0 }
};
static const struct ifb_field forbidden_fields[] = {
    IFB_FIELD(struct words_args, words, "forbidden_words", .kind = IFB_STRINGS, .required = true,
              .doc = "patterns, none of which may be found as a word"),
    { 0 }
};
static const struct ifb_example existence_examples[] = {
    { "{\"keywords\":[\"river\",\"boat\"]}", "A boat on the River.", IFB_PASS },
    { "{\"keywords\":[\"river\",\"boat\"]}", "A boat at sea.", IFB_FAIL },
    { "{\"keywords\":[\"art\"]}", "We party.", IFB_PASS },               /* inside a word */
    { "{\"keywords\":[\"^the.*end$\"]}", "The very end", IFB_PASS },     /* a pattern */
    { "{\"keywords\":[\"a\",\"(x\"]}", "no pattern", IFB_ERROR },     /* "(x" sorts first, */
    { "{\"keywords\":[\" a\",\"(x\"]}", "no pattern", IFB_FAIL },     /* " a" before it */
    { "{\"keywords\":[]}", "anything", IFB_ERROR },
    { 0 }
};
static const struct ifb_example forbidden_examples[] = {
    { "{\"forbidden_words\":[\"cat\"]}", "Concatenate the dogs.", IFB_PASS },
    { "{\"forbidden_words\":[\"cat\"]}", "The Cat sat.", IFB_FAIL },
    { "{\"forbidden_words\":[\"cat\"]}", "dogs only\nThe cat sat.", IFB_FAIL },
    { "{\"forbidden_words\":[\"c\\\\+\\\\+\"]}", "I like c++ best.", IFB_PASS }, /* no \b after + */
    { "{\"forbidden_words\":[\"(x\"]}", "anything", IFB_ERROR },
    { 0 }
};

/* ---- frequency ---- */

enum ifb_code ifb_frequency_bind(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    struct ifb_frequency_args *a = args;

    if (!a->keyword.len)
        return ifb_fail(err, IFB_EINPUT, "keyword is empty");
    a->keyword = ifb_strip(a->keyword);
    ifb_pattern_bind(&a->pattern, a->keyword, a->keyword, IFB_RE_IGNORECASE, arena);
    return IFB_OK;
}

void ifb_frequency_release(void *args)
{
    ifb_pattern_close(&((struct ifb_frequency_args *)args)->pattern);
}

enum ifb_outcome ifb_frequency_check(const void *args, struct ifb_probe *p)
{
    const struct ifb_frequency_args *a = args;
    int64_t n = ifb_pattern_count(&a->pattern, p, ifb_text_raw(p->text), true);
    ifb_str shown = ifb_shown(a->keyword);

    if (n < 0)
        return IFB_ERROR;
    ifb_why(p, "found '%.*s' %lld times, wanted %s %lld", IFB_ARG(shown), (long long)n,
            ifb_relation_name(a->relation), (long long)a->frequency);
    return ifb_pass_if(ifb_relation_holds(n, a->relation, a->frequency));
}

static const struct ifb_field frequency_fields[] = {
    IFB_TEXT(struct ifb_frequency_args, keyword, "keyword", "a pattern, counted in any case"),
    IFB_COUNT(struct ifb_frequency_args, frequency, "frequency", "the threshold"),
    IFB_RELATION(struct ifb_frequency_args, relation, "relation"),
    { 0 }
};
static const struct ifb_example frequency_examples[] = {
    { "{\"keyword\":\"tea\",\"frequency\":2,\"relation\":\"at least\"}", "Tea, and more tea.",
      IFB_PASS },
    { "{\"keyword\":\"tea\",\"frequency\":2,\"relation\":\"less than\"}", "A team steals.",
      IFB_FAIL },  /* inside words */
    { "{\"keyword\":\" tea \",\"frequency\":1,\"relation\":\"at least\"}", "tea", IFB_PASS },
    { "{\"keyword\":\"aa\",\"frequency\":2,\"relation\":\"at least\"}", "aaa", IFB_FAIL },
    { "{\"keyword\":\"*\",\"frequency\":0,\"relation\":\"at least\"}", "any", IFB_ERROR },
    { "{\"keyword\":\"tea\",\"frequency\":2,\"relation\":\"exactly\"}", "tea tea", IFB_ERROR },
    { 0 }
};

/* ---- letter_frequency ---- */

/* Upstream's ord(letter.lower()) raises when the lowered letter is two characters. */
enum ifb_code ifb_letter_bind(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    struct ifb_letter_args *a = args;
    bool one = ifb_utf8_count(a->letter) == 1;

    a->letter = ifb_lower(arena, a->letter);
    if (one && ifb_utf8_count(a->letter) != 1)
        return ifb_fail(err, IFB_EINPUT, "letter: its lower case is more than one character");
    if (a->letter.len == 1 && a->letter.ptr[0] >= 'a' && a->letter.ptr[0] <= 'z')
        a->ascii = a->letter.ptr[0];
    return IFB_OK;
}

/* Occurrences in text.lower(), where U+212A is k and U+0130 is i and a dot. */
static size_t count_ascii(ifb_str text, char letter)
{
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++)
        n += (text.ptr[i] | 0x20) == letter;
    if (letter == 'k')
        n += ifb_str_count(text, IFB_STR("\xe2\x84\xaa"));
    if (letter == 'i')
        n += ifb_str_count(text, IFB_STR("\xc4\xb0"));
    return n;
}

enum ifb_outcome ifb_letter_check(const void *args, struct ifb_probe *p)
{
    const struct ifb_letter_args *a = args;
    size_t count = a->ascii ? count_ascii(ifb_text_raw(p->text), a->ascii)
                            : ifb_str_count(ifb_text_lower(p->text), a->letter);
    int64_t n = (int64_t)count;
    ifb_str shown = ifb_shown(a->letter);

    ifb_why(p, "found '%.*s' %lld times, wanted %s %lld%s", IFB_ARG(shown), (long long)n,
            ifb_relation_name(a->relation), (long long)a->frequency,
            a->ascii ? "" : " (not a letter from a to z: upstream draws one at random)");
    return ifb_pass_if(ifb_relation_holds(n, a->relation, a->frequency));
}

static const struct ifb_field letter_fields[] = {
    IFB_TEXT(struct ifb_letter_args, letter, "letter",
             "one letter from a to z, either case; anything else is counted literally"),
    IFB_COUNT(struct ifb_letter_args, frequency, "let_frequency", "the threshold"),
    IFB_RELATION(struct ifb_letter_args, relation, "let_relation"),
    { 0 }
};
static const struct ifb_example letter_examples[] = {
    { "{\"letter\":\"n\",\"let_frequency\":3,\"let_relation\":\"at least\"}", "No. Never. None.",
      IFB_PASS },
    { "{\"letter\":\"N\",\"let_frequency\":1,\"let_relation\":\"less than\"}", "one", IFB_FAIL },
    { "{\"letter\":\"k\",\"let_frequency\":1,\"let_relation\":\"at least\"}", "300 \xe2\x84\xaa",
      IFB_PASS },  /* the kelvin sign */
    { "{\"letter\":\"#\",\"let_frequency\":2,\"let_relation\":\"at least\"}", "## Title",
      IFB_PASS },
    { "{\"letter\":\"\xc4\xb0\",\"let_frequency\":0,\"let_relation\":\"at least\"}", "i",
      IFB_ERROR },
    { 0 }
};

const struct ifb_check ifb_keywords_checks[] = {
    { .id = "keywords:existence", .doc = "all keywords are found, in any case, inside words too",
      .fields = existence_fields, .args_size = sizeof(struct words_args), .bind = bind_existence,
      .release = release_words, .run = check_existence, .examples = existence_examples },
    { .id = "keywords:frequency", .doc = "counts a keyword, in any case, inside words too",
      .fields = frequency_fields, .args_size = sizeof(struct ifb_frequency_args),
      .bind = ifb_frequency_bind, .release = ifb_frequency_release, .run = ifb_frequency_check,
      .examples = frequency_examples },
    { .id = "keywords:forbidden_words", .doc = "no forbidden word stands between word boundaries",
      .forbids = true, .fields = forbidden_fields, .args_size = sizeof(struct words_args),
      .bind = bind_forbidden,
      .release = release_words, .run = check_forbidden, .examples = forbidden_examples },
    { .id = "keywords:letter_frequency", .doc = "counts a letter in either case",
      .fields = letter_fields, .args_size = sizeof(struct ifb_letter_args), .bind = ifb_letter_bind,
      .run = ifb_letter_check, .examples = letter_examples },
    { 0 }
};
