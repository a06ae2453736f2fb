/* SPDX-License-Identifier: Apache-2.0 */
/* sentence: what Punkt's sentences have to do with one another (IFBench). */
#include "scorers/families.h"

#include <math.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/regex.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "harness/base/utf8.h"
#include "scorers/pattern.h"
#include "scorers/punct.h"

/* ---- alliteration_increment ---- */

/*
 * What a word begins with after sentence.lower() and a trim of marks at its
 * left: only marks stand before it, so a sigma there is never a final one.
 * False when nothing is left.
 */
static bool first_letter(ifb_str word, uint32_t *letter)
{
    const char *at;

    word = ifb_ltrim_punct(word);
    at = word.ptr;
    if (word.len)
        *letter = ifb_lower_simple(ifb_utf8_next(&at));
    return word.len > 0;
}

/* Two for a pair of words that begins a run of one letter, one for each pair that goes on. */
static int64_t alliteration(struct ifb_arena *scratch, ifb_str sentence)
{
    struct ifb_strs words = ifb_split_space(scratch, sentence);
    uint32_t before = 0, letter;
    bool some = false, running = false;
    int64_t score = 0;

    for (size_t i = 0; i < words.n; i++) {
        if (!first_letter(words.at[i], &letter))
            continue;
        if (some && letter == before)
            score += running ? 1 : 2;
        running = some && letter == before;
        before = letter;
        some = true;
    }
    return score;
}

static enum ifb_outcome check_alliteration(const void *args, struct ifb_probe *p)
{
    struct ifb_strs sentences = ifb_text_sentences(p->text);
    int64_t before = -1;

    (void)args;
    for (size_t i = 0; i < sentences.n; i++) {
        int64_t score = alliteration(p->scratch, sentences.at[i]);

        if (score <= before) {
            ifb_mark(p, sentences.at[i]);
            ifb_why(p, "sentence %zu alliterates %lld times, the one before %lld, wanted more",
                    i + 1, (long long)score, (long long)before);
            return IFB_FAIL;
        }
        before = score;
    }
    ifb_why(p, "each of %zu sentences alliterates more than the one before", sentences.n);
    return IFB_PASS;
}

static const struct ifb_example alliteration_examples[] = {
    { "{}", "We drink. Big boats float. Tea time takes tact.", IFB_PASS },
    { "{}", "Big boats float. We drink.", IFB_FAIL },
    { "{}", "We drink. They rest.", IFB_FAIL },  /* as many are not more */
    { "{}", "\"Big\" - (boats) float.", IFB_PASS },
    { 0 }
};

/* ---- increment ---- */

struct increment_args {
    double step;
};

/* Words that are left when the marks are deleted. */
static size_t count_words(struct ifb_arena *scratch, ifb_str sentence)
{
    struct ifb_strs words = ifb_split_space(scratch, sentence);
    size_t n = 0;

    for (size_t i = 0; i < words.n; i++) {
        size_t at = 0;

        while (at < words.at[i].len && ifb_is_punct(words.at[i].ptr[at]))
            at++;
        n += at < words.at[i].len;
    }
    return n;
}

static enum ifb_outcome check_increment(const void *args, struct ifb_probe *p)
{
    const struct increment_args *a = args;
    struct ifb_strs sentences = ifb_text_sentences(p->text);
    size_t before = 0;

    for (size_t i = 0; i < sentences.n; i++) {
        size_t n = count_words(p->scratch, sentences.at[i]);

        if (i && (double)n != (double)before + a->step) {
            ifb_mark(p, sentences.at[i]);
            ifb_why(p, "sentence %zu has %zu words, wanted %g after the %zu before it", i + 1, n,
                    (double)before + a->step, before);
            return IFB_FAIL;
        }
        before = n;
    }
    ifb_why(p, "each of %zu sentences has %g words more than the one before", sentences.n, a->step);
    return IFB_PASS;
}

static const struct ifb_field increment_fields[] = {
    IFB_AMOUNT(struct increment_args, step, "small_n", "so many words more each time"),
    { 0 }
};
static const struct ifb_example increment_examples[] = {
    { "{\"small_n\":2}", "We drink. They do not drink.", IFB_PASS },
    { "{\"small_n\":2}", "We drink. They do not.", IFB_FAIL },
    { "{\"small_n\":1.0}", "We drink - now. We are drinking now.", IFB_PASS },  /* marks vanish */
    { "{\"small_n\":3}", "A single sentence.", IFB_PASS },
    { 0 }
};

/* ---- keyword ---- */

struct keyword_args {
    ifb_str word;
    double n;
    size_t which;  /* from 1; 0: the last */
    struct ifb_pattern pattern;
};

static bool is_plain(char c)
{
    return (unsigned char)c >= 0x80 || c == '_' || !(ifb_is_punct(c) || (c >= 0 && c <= ' '));
}

/* r"\b" + re.escape(word) + r"\b". */
static ifb_str escaped(struct ifb_arena *arena, ifb_str word)
{
    char *out = ifb_alloc_raw(arena, 2 * word.len + 4);
    size_t n = 2;

    memcpy(out, "\\b", 2);
    for (size_t i = 0; i < word.len; i++) {
        if (!is_plain(word.ptr[i]))
            out[n++] = '\\';
        out[n++] = word.ptr[i];
    }
    memcpy(out + n, "\\b", 2);
    return (ifb_str){ out, n + 2 };
}

static enum ifb_code bind_keyword(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    struct keyword_args *a = args;

    if (a->n != floor(a->n))
        return ifb_fail(err, IFB_EINPUT, "N: wanted a whole number, found %g", a->n);
    a->which = (size_t)a->n;
    if (a->word.len && ifb_pattern_is_literal(a->word))
        ifb_pattern_bind_bounded(&a->pattern, a->word, IFB_RE_IGNORECASE, arena);
    else
        ifb_pattern_bind(&a->pattern, a->word, escaped(arena, a->word), IFB_RE_IGNORECASE, arena);
    return IFB_OK;
}

static void release_keyword(void *args)
{
    ifb_pattern_close(&((struct keyword_args *)args)->pattern);
}

/* Upstream's IncludeKeywordChecker takes sentences[N - 1]: for 0 that is the last one. */
static enum ifb_outcome check_keyword(const void *args, struct ifb_probe *p)
{
    const struct keyword_args *a = args;
    struct ifb_strs sentences = ifb_text_sentences(p->text);
    ifb_str sentence, found;
    enum ifb_outcome outcome;

    if (sentences.n < a->which || !sentences.n) {
        ifb_why(p, "found %zu sentences, wanted '%.*s' in number %zu", sentences.n,
                IFB_ARG(ifb_shown(a->word)), a->which);
        return sentences.n || a->which ? IFB_FAIL : IFB_ERROR;
    }
    sentence = sentences.at[a->which ? a->which - 1 : sentences.n - 1];
    outcome = ifb_pattern_search(&a->pattern, p, sentence, &found);
    if (outcome == IFB_ERROR)
        return outcome;
    ifb_mark(p, outcome == IFB_PASS ? found : sentence);
    ifb_why(p, "'%.*s' %s in sentence %zu", IFB_ARG(ifb_shown(a->word)),
            outcome == IFB_PASS ? "found" : "not found", a->which ? a->which : sentences.n);
    return outcome;
}

static const struct ifb_field keyword_fields[] = {
    IFB_TEXT(struct keyword_args, word, "word", "a whole word, in any case"),
    IFB_AMOUNT(struct keyword_args, n, "N", "the number of the sentence; 0 is the last one"),
    { 0 }
};
static const struct ifb_example keyword_examples[] = {
    { "{\"word\":\"tea\",\"N\":2}", "We rest. Tea is served.", IFB_PASS },
    { "{\"word\":\"tea\",\"N\":2}", "Tea is served. We rest.", IFB_FAIL },
    { "{\"word\":\"tea\",\"N\":1}", "The team rests.", IFB_FAIL },
    { "{\"word\":\"tea\",\"N\":0}", "We rest. We have tea.", IFB_PASS },
    { "{\"word\":\"a.b\",\"N\":1.0}", "See axb and A.b here", IFB_PASS },  /* no pattern */
    { "{\"word\":\"tea\",\"N\":1.5}", "Tea.", IFB_ERROR },
    { 0 }
};

const struct ifb_check ifb_sentence_checks[] = {
    { .id = "sentence:alliteration_increment",
      .doc = "each sentence alliterates more than the one before", .needs = IFB_NEEDS_PUNKT,
      .run = check_alliteration, .examples = alliteration_examples },
    { .id = "sentence:increment", .doc = "each sentence has so many words more than the one before",
      .fields = increment_fields, .args_size = sizeof(struct increment_args),
      .needs = IFB_NEEDS_PUNKT, .run = check_increment, .examples = increment_examples },
    { .id = "sentence:keyword", .doc = "a given sentence holds a given word",
      .fields = keyword_fields, .args_size = sizeof(struct keyword_args), .needs = IFB_NEEDS_PUNKT,
      .bind = bind_keyword, .release = release_keyword, .run = check_keyword,
      .examples = keyword_examples },
    { 0 }
};
