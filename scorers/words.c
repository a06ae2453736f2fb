/* SPDX-License-Identifier: Apache-2.0 */
/* words: what each word of a text, or the text's vocabulary, must be like. */
#include "scorers/families.h"

#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "harness/base/utf8.h"
#include "scorers/nlp/syllable.h"
#include "scorers/nlp/tagger.h"
#include "scorers/punct.h"

static struct ifb_bares bare_words(struct ifb_probe *p, enum ifb_bare_case mode)
{
    return ifb_bare_words(p->scratch, ifb_text_fields(p->text), mode);
}

/* ---- vowel ---- */

static enum ifb_outcome check_vowel(const void *args, struct ifb_probe *p)
{
    static const char vowels[] = "aeiou";
    ifb_str text = ifb_text_strip(p->text);
    ifb_str lower = ifb_lower(p->scratch, text);
    char found[sizeof(vowels)];
    size_t n = 0;

    (void)args;
    if (ifb_str_chr(text, '\n', 0) != SIZE_MAX) {
        ifb_why(p, "found more than one paragraph");
        return IFB_FAIL;
    }
    for (size_t i = 0; vowels[i]; i++)
        if (ifb_str_chr(lower, vowels[i], 0) != SIZE_MAX)
            found[n++] = vowels[i];
    ifb_why(p, "found %zu different vowels (%.*s), wanted at most 3", n, (int)n, found);
    return ifb_pass_if(n <= 3);
}

static const struct ifb_example vowel_examples[] = {
    { "{}", "A man planned a canal.", IFB_PASS },
    { "{}", "Hello, you fair queen in blue", IFB_FAIL },
    { "{}", "A man.\nA plan.", IFB_FAIL },          /* two paragraphs */
    { "{}", "\xc3\xa9\xc3\xa0 ha he hi", IFB_PASS },  /* accents make other letters */
    { 0 }
};

/* ---- consonants ---- */

/* Of a word in lower case; y is one. */
static bool is_consonant(char c)
{
    return c >= 'a' && c <= 'z' && !strchr("aeiou", c);
}

static bool has_cluster(ifb_str word)
{
    for (size_t i = 1; i < word.len; i++)
        if (is_consonant(word.ptr[i - 1]) && is_consonant(word.ptr[i]))
            return true;
    return false;
}

static enum ifb_outcome check_consonants(const void *args, struct ifb_probe *p)
{
    struct ifb_strs words = ifb_text_fields(p->text);

    (void)args;
    for (size_t i = 0; i < words.n; i++)
        if (!has_cluster(ifb_lower(p->scratch, words.at[i]))) {
            ifb_mark(p, words.at[i]);
            ifb_why(p, "'%.*s' has no two consonants in a row", IFB_ARG(ifb_shown(words.at[i])));
            return IFB_FAIL;
        }
    ifb_why(p, "each of %zu words has two consonants in a row", words.n);
    return IFB_PASS;
}

static const struct ifb_example consonants_examples[] = {
    { "{}", "Strong winds blow.", IFB_PASS },
    { "{}", "Strong winds are blowing.", IFB_FAIL },
    { "{}", "try my", IFB_PASS },              /* y is a consonant */
    { "{}", "strong - winds", IFB_FAIL },      /* a dash is a word */
    { 0 }
};

/* ---- palindrome ---- */

#define PALINDROMES 10
#define PALINDROME_LENGTH 5

static bool is_palindrome(ifb_str word)
{
    const char *p = word.ptr, *q = word.ptr + word.len;

    while (p < q)
        if (ifb_utf8_next(&p) != ifb_utf8_prev(&q))
            return false;
    return true;
}

static enum ifb_outcome check_palindrome(const void *args, struct ifb_probe *p)
{
    struct ifb_bares words = bare_words(p, IFB_BARE_LOWER_AFTER);
    size_t n = 0;

    (void)args;
    for (size_t i = 0; i < words.n; i++)
        if (ifb_utf8_count(words.at[i].word) >= PALINDROME_LENGTH &&
            is_palindrome(words.at[i].word)) {
            ifb_mark(p, words.at[i].raw);
            n++;
        }
    ifb_why(p, "found %zu palindromes of at least %d characters, wanted at least %d", n,
            PALINDROME_LENGTH, PALINDROMES);
    return ifb_pass_if(n >= PALINDROMES);
}

static const struct ifb_example palindrome_examples[] = {
    { "{}", "level radar civic rotor kayak madam refer tenet rotator racecar", IFB_PASS },
    { "{}", "level radar civic rotor kayak madam refer tenet rotator", IFB_FAIL },
    { "{}", "Level level LEVEL l-e-v-e-l level, level. level! level? level; (level)", IFB_PASS },
    { "{}", "noon noon noon noon noon noon noon noon noon noon", IFB_FAIL },  /* too short */
    { 0 }
};

/* ---- prime_lengths ---- */

static bool is_small_prime(size_t n)
{
    if (n < 2 || n >= 100)
        return false;
    for (size_t d = 2; d * d <= n; d++)
        if (n % d == 0)
            return false;
    return true;
}

static enum ifb_outcome check_prime_lengths(const void *args, struct ifb_probe *p)
{
    struct ifb_bares words = bare_words(p, IFB_BARE_AS_IS);

    (void)args;
    for (size_t i = 0; i < words.n; i++) {
        size_t len = ifb_utf8_count(words.at[i].word);

        if (is_small_prime(len))
            continue;
        ifb_mark(p, words.at[i].raw);
        ifb_why(p, "'%.*s' has %zu characters, wanted a prime below 100",
                IFB_ARG(ifb_shown(words.at[i].word)), len);
        return IFB_FAIL;
    }
    ifb_why(p, "each of %zu words has a prime number of characters", words.n);
    return IFB_PASS;
}

static const struct ifb_example prime_examples[] = {
    { "{}", "The happy cat is tired.", IFB_PASS },
    { "{}", "The very happy cat.", IFB_FAIL },
    { "{}", "don't: it's ...", IFB_FAIL },  /* dont has 4 */
    { "{}", "...", IFB_PASS },              /* no words */
    { 0 }
};

/* ---- repeats ---- */

struct repeats_args {
    int64_t most;
};

static int by_word(const void *a, const void *b)
{
    const struct ifb_bare *x = a, *y = b;
    int order = ifb_str_cmp(x->word, y->word);

    return order ? order : (x->raw.ptr > y->raw.ptr) - (x->raw.ptr < y->raw.ptr);
}

/* Sorted rather than hashed: no choice of words makes it slow. */
static enum ifb_outcome check_repeats(const void *args, struct ifb_probe *p)
{
    const struct repeats_args *a = args;
    struct ifb_bares words = bare_words(p, IFB_BARE_LOWER_FIRST);
    struct ifb_bare *sorted = ifb_new(p->scratch, struct ifb_bare, words.n);
    size_t most = 0, at = 0;

    if (words.n) {
        memcpy(sorted, words.at, words.n * sizeof(*sorted));
        qsort(sorted, words.n, sizeof(*sorted), by_word);
    }
    for (size_t i = 0, n; i < words.n; i += n) {
        for (n = 1; i + n < words.n && ifb_str_eq(sorted[i].word, sorted[i + n].word);)
            n++;
        if (n > most) {
            most = n;
            at = i;
        }
    }
    for (size_t i = at; (int64_t)most > a->most && i < at + most; i++)
        ifb_mark(p, sorted[i].raw);
    ifb_why(p, "found '%.*s' %zu times, more than any other word, wanted at most %lld",
            IFB_ARG(ifb_shown(most ? sorted[at].word : IFB_STR(""))), most, (long long)a->most);
    return ifb_pass_if((int64_t)most <= a->most);
}

static const struct ifb_field repeats_fields[] = {
    IFB_COUNT(struct repeats_args, most, "small_n", "how often any word may occur"),
    { 0 }
};
static const struct ifb_example repeats_examples[] = {
    { "{\"small_n\":2}", "The cat saw the dog.", IFB_PASS },
    { "{\"small_n\":1}", "The cat saw the dog.", IFB_FAIL },
    { "{\"small_n\":1.0}", "its it's", IFB_FAIL },  /* without the mark they are equal */
    { "{\"small_n\":0}", "...", IFB_PASS },
    { "{}", "anything", IFB_ERROR },
    { 0 }
};

/* ---- start_verb ---- */

/* A token that was rewritten does not lie in the text. */
static void mark_token(struct ifb_probe *p, ifb_str token)
{
    ifb_str text = ifb_text_raw(p->text);
    uintptr_t from = (uintptr_t)text.ptr, at = (uintptr_t)token.ptr;

    if (at >= from && at - from <= text.len && token.len <= text.len - (at - from))
        ifb_mark(p, token);
}

static enum ifb_outcome check_start_verb(const void *args, struct ifb_probe *p)
{
    struct ifb_strs tokens = ifb_text_tokens(p->text);
    const char *tag;

    (void)args;
    if (!tokens.n) {
        ifb_why(p, "found no words");
        return IFB_FAIL;
    }
    tag = ifb_tagger_first(ifb_text_resources(p->text)->tagger, tokens, p->scratch);
    mark_token(p, tokens.at[0]);
    ifb_why(p, "the first word '%.*s' is tagged %s, wanted a verb (VB...)",
            IFB_ARG(ifb_shown(tokens.at[0])), tag);
    return ifb_pass_if(strstr(tag, "VB") != NULL);
}

static const struct ifb_example start_verb_examples[] = {
    { "{}", "Running is fun.", IFB_PASS },
    { "{}", "The run was fun.", IFB_FAIL },
    { "{}", "\"Running is fun.\"", IFB_FAIL },  /* the quote is the first word */
    { 0 }
};

/* ---- odd_even_syllables ---- */

/* A number has no syllables and counts as even. */
static enum ifb_outcome check_syllables(const void *args, struct ifb_probe *p)
{
    const struct ifb_syllables *syllables = ifb_text_resources(p->text)->syllables;
    struct ifb_bares words = bare_words(p, IFB_BARE_LOWER_AFTER);
    uint32_t last = 0;

    (void)args;
    for (size_t i = 0; i < words.n; i++) {
        uint32_t n = ifb_syllables_of(syllables, words.at[i].word);

        if (i && n % 2 == last % 2) {
            ifb_mark(p, words.at[i - 1].raw);
            ifb_mark(p, words.at[i].raw);
            ifb_why(p, "'%.*s' (%u) and '%.*s' (%u) both have an %s number of syllables",
                    IFB_ARG(ifb_shown(words.at[i - 1].word)), last,
                    IFB_ARG(ifb_shown(words.at[i].word)), n, n % 2 ? "odd" : "even");
            return IFB_FAIL;
        }
        last = n;
    }
    ifb_why(p, "%zu words alternate between odd and even numbers of syllables", words.n);
    return IFB_PASS;
}

static const struct ifb_example syllables_examples[] = {
    { "{}", "The garden is open.", IFB_PASS },
    { "{}", "The cat is open.", IFB_FAIL },
    { "{}", "In 2024 we open.", IFB_PASS },  /* a number is even */
    { 0 }
};

const struct ifb_check ifb_words_checks[] = {
    { .id = "words:vowel", .doc = "one paragraph with at most three different vowels",
      .run = check_vowel, .examples = vowel_examples },
    { .id = "words:consonants", .doc = "every word has two consonants in a row",
      .run = check_consonants, .examples = consonants_examples },
    { .id = "words:palindrome", .doc = "at least ten palindromes of five characters or more",
      .run = check_palindrome, .examples = palindrome_examples },
    { .id = "words:prime_lengths", .doc = "every word has a prime number of characters",
      .run = check_prime_lengths, .examples = prime_examples },
    { .id = "words:repeats", .doc = "no word occurs more often than so many times",
      .fields = repeats_fields, .args_size = sizeof(struct repeats_args), .run = check_repeats,
      .examples = repeats_examples },
    { .id = "words:start_verb", .doc = "the first word is a verb",
      .needs = IFB_NEEDS_PUNKT | IFB_NEEDS_TAGGER, .run = check_start_verb,
      .examples = start_verb_examples },
    { .id = "words:odd_even_syllables",
      .doc = "words with an odd and an even number of syllables alternate",
      .needs = IFB_NEEDS_SYLLABLES, .run = check_syllables, .examples = syllables_examples },
    { 0 }
};
