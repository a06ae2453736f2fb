/* SPDX-License-Identifier: Apache-2.0 */
/* ratio: shares of words, and how sentences of one kind stand to those of another. */
#include "scorers/families.h"

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "harness/base/utf8.h"
#include "scorers/nlp/stopwords.h"

struct share_args {
    double percentage;
};

#define SHARE_FIELD(type, text)                                                             \
    IFB_FIELD(type, percentage, "percentage", .kind = IFB_REAL, .required = true, .doc = text)

/* ---- stop_words ---- */

static enum ifb_outcome check_stop_words(const void *args, struct ifb_probe *p)
{
    const struct share_args *a = args;
    const struct ifb_stopwords *stopwords = ifb_text_resources(p->text)->stopwords;
    struct ifb_strs words = ifb_text_words(p->text);
    size_t n = 0;
    double share;

    if (!words.n) {
        ifb_why(p, "found no words");
        return IFB_FAIL;
    }
    for (size_t i = 0; i < words.n; i++)
        if (ifb_stopwords_has(stopwords, ifb_lower(p->scratch, words.at[i]))) {
            ifb_mark(p, words.at[i]);
            n++;
        }
    share = (double)n / (double)words.n * 100;
    ifb_why(p, "found %zu stop words among %zu words (%.1f %%), wanted at most %g %%", n, words.n,
            share, a->percentage);
    return ifb_pass_if(share <= a->percentage);
}

static const struct ifb_field stop_words_fields[] = {
    SHARE_FIELD(struct share_args, "the largest share of stop words, of 100"),
    { 0 }
};
static const struct ifb_example stop_words_examples[] = {
    { "{\"percentage\":25}", "Cats chase the mice.", IFB_PASS },
    { "{\"percentage\":20.0}", "Cats chase the mice.", IFB_FAIL },
    { "{\"percentage\":0}", "Don\xe2\x80\x99t stop.", IFB_FAIL },  /* don and t are two words */
    { "{\"percentage\":100}", "!!!", IFB_FAIL },
    { "{}", "anything", IFB_ERROR },
    { 0 }
};

/* ---- sentence_type and sentence_balance ---- */

struct ends {
    size_t dots, questions, exclamations;
};

/* With `mark`, points at the sentences that end in it. */
static struct ends count_ends(struct ifb_probe *p, char mark)
{
    struct ifb_strs s = ifb_text_sentences(p->text);
    struct ends n = { 0 };

    for (size_t i = 0; i < s.n; i++) {
        char last = s.at[i].len ? s.at[i].ptr[s.at[i].len - 1] : '\0';

        n.dots += last == '.';
        n.questions += last == '?';
        n.exclamations += last == '!';
        if (last == mark)
            ifb_mark(p, s.at[i]);
    }
    return n;
}

/* Upstream's SentenceTypeRatioChecker takes none of both for the ratio 2:1. */
static enum ifb_outcome check_type(const void *args, struct ifb_probe *p)
{
    struct ends n = count_ends(p, '?');

    (void)args;
    ifb_why(p, "found %zu sentences that end in a full stop and %zu in a question mark, wanted 2:1",
            n.dots, n.questions);
    return ifb_pass_if(n.dots == 2 * n.questions);
}

static const struct ifb_example type_examples[] = {
    { "{}", "I came. I saw. Did I win?", IFB_PASS },
    { "{}", "I came. Did I win?", IFB_FAIL },
    { "{}", "What a day!", IFB_PASS },                        /* none of both */
    { "{}", "I came. I saw. He asked: \"Did I win?\"", IFB_FAIL },  /* it ends in a quote */
    { 0 }
};

static enum ifb_outcome check_balance(const void *args, struct ifb_probe *p)
{
    struct ends n = count_ends(p, '\0');

    (void)args;
    ifb_why(p, "found %zu sentences that end in '.', %zu in '?', %zu in '!', wanted equal numbers",
            n.dots, n.questions, n.exclamations);
    return ifb_pass_if(n.dots == n.questions && n.questions == n.exclamations);
}

static const struct ifb_example balance_examples[] = {
    { "{}", "It is late. Is it? It is!", IFB_PASS },
    { "{}", "It is late. It is!", IFB_FAIL },
    { "{}", "no sentence ends here", IFB_PASS },
    { 0 }
};

/* ---- overlap ---- */

/* Three code points of 21 bits, the first one highest; sorted, each once. */
struct trigrams {
    uint64_t *at;
    size_t n;
};

struct overlap_args {
    ifb_str reference;
    double percentage;
    struct trigrams trigrams;
};

enum { CHAR_BITS = 21, LOW_BITS = 11, DIGITS = 1 << LOW_BITS };

/* One pass of a radix sort; false when all digits are equal and nothing was moved. */
static bool sort_digit(const uint64_t *from, uint64_t *to, size_t n, unsigned shift)
{
    size_t at[DIGITS] = { 0 }, sum = 0;

    for (size_t i = 0; i < n; i++)
        at[from[i] >> shift & (DIGITS - 1)]++;
    if (n && at[from[0] >> shift & (DIGITS - 1)] == n)
        return false;
    for (size_t d = 0; d < DIGITS; d++) {
        size_t count = at[d];

        at[d] = sum;
        sum += count;
    }
    for (size_t i = 0; i < n; i++)
        to[at[from[i] >> shift & (DIGITS - 1)]++] = from[i];
    return true;
}

/* The characters in threes, as they come; all their bits together. */
static uint32_t read_trigrams(ifb_str s, uint64_t *out)
{
    const char *p = s.ptr, *end = s.ptr + s.len;
    uint64_t last = 0;
    uint32_t all = 0;

    for (size_t i = 0; p < end; i++) {
        uint32_t cp = ifb_utf8_next(&p);

        all |= cp;
        last = (last << CHAR_BITS | cp) & (((uint64_t)1 << 3 * CHAR_BITS) - 1);
        if (i > 1)
            out[i - 2] = last;
    }
    return all;
}

/* A character is two digits, of which the high one is nothing in most scripts. */
static uint64_t *sort_trigrams(uint64_t *at, uint64_t *other, size_t n, uint32_t all)
{
    for (unsigned digit = 0; digit < 6; digit++) {
        unsigned shift = digit / 2 * CHAR_BITS + digit % 2 * LOW_BITS;

        if ((digit % 2 == 0 || all >= DIGITS) && sort_digit(at, other, n, shift)) {
            uint64_t *sorted = other;

            other = at;
            at = sorted;
        }
    }
    return at;
}

static struct trigrams trigrams_of(struct ifb_arena *arena, ifb_str s)
{
    size_t count = ifb_utf8_count(s), n = count > 2 ? count - 2 : 0, kept = 0;
    uint64_t *at = ifb_new(arena, uint64_t, n), *other = ifb_new(arena, uint64_t, n);

    if (n)
        at = sort_trigrams(at, other, n, read_trigrams(s, at));
    for (size_t i = 0; i < n; i++)
        if (!i || at[i] != at[kept - 1])
            at[kept++] = at[i];
    return (struct trigrams){ at, kept };
}

static size_t count_common(struct trigrams a, struct trigrams b)
{
    size_t n = 0, j = 0;

    for (size_t i = 0; i < a.n; i++) {
        while (j < b.n && b.at[j] < a.at[i])
            j++;
        n += j < b.n && b.at[j] == a.at[i];
    }
    return n;
}

static enum ifb_code bind_overlap(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    struct overlap_args *a = args;

    (void)err;
    a->trigrams = trigrams_of(arena, a->reference);
    return IFB_OK;
}

static enum ifb_outcome check_overlap(const void *args, struct ifb_probe *p)
{
    const struct overlap_args *a = args;
    struct trigrams own = trigrams_of(p->scratch, ifb_text_raw(p->text));
    double share;

    if (!own.n) {
        ifb_why(p, "the text has fewer than three characters");
        return IFB_FAIL;
    }
    share = (double)count_common(own, a->trigrams) / (double)own.n * 100;
    ifb_why(p, "%.1f %% of the %zu different three-character sequences are in the reference, "
            "wanted %g %% within 2", share, own.n, a->percentage);
    return ifb_pass_if(share >= a->percentage - 2 && share <= a->percentage + 2);
}

static const struct ifb_field overlap_fields[] = {
    IFB_TEXT(struct overlap_args, reference, "reference_text", "the text to overlap with"),
    SHARE_FIELD(struct overlap_args, "the share of the answer's trigrams that are in it, of 100"),
    { 0 }
};
static const struct ifb_example overlap_examples[] = {
    { "{\"reference_text\":\"abcd\",\"percentage\":50}", "abcx", IFB_PASS },
    { "{\"reference_text\":\"abcd\",\"percentage\":47.9}", "abcx", IFB_FAIL },
    { "{\"reference_text\":\"abcd\",\"percentage\":98}", "ABCD", IFB_FAIL },  /* case counts */
    { "{\"reference_text\":\"ab\",\"percentage\":0}", "abcd", IFB_PASS },
    { "{\"reference_text\":\"abcd\",\"percentage\":0}", "ab", IFB_FAIL },
    { "{\"percentage\":0}", "abc", IFB_ERROR },
    { 0 }
};

/* ---- sentence_words ---- */

/* Upstream's SentenceWordsRatioChecker asks for different words too, and never looks. */
static enum ifb_outcome check_sentence_words(const void *args, struct ifb_probe *p)
{
    struct ifb_strs s = ifb_text_sentences(p->text);
    size_t len[3];

    (void)args;
    if (s.n != 3) {
        ifb_why(p, "found %zu sentences, wanted 3", s.n);
        return IFB_FAIL;
    }
    for (size_t i = 0; i < 3; i++) {
        len[i] = ifb_utf8_count(ifb_strip(s.at[i]));
        ifb_mark(p, s.at[i]);
    }
    ifb_why(p, "found sentences of %zu, %zu and %zu characters, wanted equal lengths", len[0],
            len[1], len[2]);
    return ifb_pass_if(len[0] == len[1] && len[1] == len[2]);
}

static const struct ifb_example sentence_words_examples[] = {
    { "{}", "I came. I saw. I won.", IFB_FAIL },
    { "{}", "I came. I rose. We won!", IFB_PASS },
    { "{}", "Go on. Go on. Go on.", IFB_PASS },  /* the same words */
    { "{}", "Go on. Go on.", IFB_FAIL },
    { 0 }
};

const struct ifb_check ifb_ratio_checks[] = {
    { .id = "ratio:stop_words", .doc = "at most a share of the words are English stop words",
      .fields = stop_words_fields, .args_size = sizeof(struct share_args),
      .needs = IFB_NEEDS_STOPWORDS, .run = check_stop_words, .examples = stop_words_examples },
    { .id = "ratio:sentence_type", .doc = "two sentences end in a full stop for each question",
      .needs = IFB_NEEDS_PUNKT, .run = check_type, .examples = type_examples },
    { .id = "ratio:sentence_balance", .doc = "as many sentences end in '.' as in '?' and in '!'",
      .needs = IFB_NEEDS_PUNKT, .run = check_balance, .examples = balance_examples },
    { .id = "ratio:overlap", .doc = "a share of the character trigrams is also in a reference text",
      .fields = overlap_fields, .args_size = sizeof(struct overlap_args), .bind = bind_overlap,
      .run = check_overlap, .examples = overlap_examples },
    { .id = "ratio:sentence_words", .doc = "exactly three sentences, of equally many characters",
      .needs = IFB_NEEDS_PUNKT, .run = check_sentence_words, .examples = sentence_words_examples },
    { 0 }
};
