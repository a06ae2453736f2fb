/* SPDX-License-Identifier: Apache-2.0 */
/*
 * count: how many words, names, numbers, keywords and marks (IFBench). Where a
 * threshold is only compared it is a number, as upstream compares floats too.
 */
#include "scorers/families.h"

#include <math.h>

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "harness/base/utf8.h"
#include "scorers/punct.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

/* ---- word_count_range ---- */

struct range_args {
    double min, max;
};

static enum ifb_outcome check_range(const void *args, struct ifb_probe *p)
{
    const struct range_args *a = args;
    size_t n = ifb_text_words(p->text).n;

    ifb_why(p, "found %zu words, wanted %g to %g", n, a->min, a->max);
    return ifb_pass_if((double)n >= a->min && (double)n <= a->max);
}

static const struct ifb_field range_fields[] = {
    IFB_AMOUNT(struct range_args, min, "min_words", "at least so many"),
    IFB_AMOUNT(struct range_args, max, "max_words", "at most so many"),
    { 0 }
};
static const struct ifb_example range_examples[] = {
    { "{\"min_words\":2,\"max_words\":3}", "Tea, please.", IFB_PASS },
    { "{\"min_words\":2,\"max_words\":3}", "No more tea, please.", IFB_FAIL },
    { "{\"min_words\":2,\"max_words\":2}", "don't", IFB_PASS },  /* two runs of letters */
    { "{\"min_words\":1.5,\"max_words\":2.0}", "one two", IFB_PASS },
    { "{\"min_words\":2}", "one two", IFB_ERROR },
    { 0 }
};

/* ---- unique_word_count ---- */

struct amount_args {
    double n;
};

/* Upstream's UniqueWordCountChecker counts a word of marks alone as the empty word. */
static enum ifb_outcome check_unique(const void *args, struct ifb_probe *p)
{
    const struct amount_args *a = args;
    struct ifb_strs words = ifb_text_fields(p->text);
    ifb_str *trimmed = ifb_new(p->scratch, ifb_str, words.n);
    size_t n;

    for (size_t i = 0; i < words.n; i++)
        trimmed[i] = ifb_trim_punct(ifb_lower(p->scratch, words.at[i]));
    n = ifb_str_distinct(trimmed, words.n, p->scratch);
    ifb_why(p, "found %zu different words, wanted at least %g", n, a->n);
    return ifb_pass_if((double)n >= a->n);
}

static const struct ifb_field unique_fields[] = {
    IFB_AMOUNT(struct amount_args, n, "N", "at least so many"),
    { 0 }
};
static const struct ifb_example unique_examples[] = {
    { "{\"N\":3}", "Red, green and red.", IFB_PASS },
    { "{\"N\":4}", "Red, green and (red).", IFB_FAIL },
    { "{\"N\":3}", "red - green --", IFB_PASS },  /* marks alone: one empty word */
    { "{\"N\":2}", "\xce\xa3 \xcf\x83", IFB_FAIL },  /* a sigma that stands alone is not final */
    { 0 }
};

/* ---- conjunctions ---- */

static bool is_conjunction(ifb_str word)
{
    static const char *const list[] = { "and", "but", "for", "nor", "or", "so", "yet" };

    for (size_t i = 0; i < N(list); i++)
        if (ifb_str_is(word, list[i]))
            return true;
    return false;
}

/* Upstream's set holds words as written: "and", "And" and "and," are three. */
static enum ifb_outcome check_conjunctions(const void *args, struct ifb_probe *p)
{
    const struct amount_args *a = args;
    struct ifb_strs words = ifb_text_fields(p->text);
    ifb_str *found = ifb_new(p->scratch, ifb_str, words.n);
    size_t n = 0;

    for (size_t i = 0; i < words.n; i++) {
        ifb_str word = ifb_trim_punct(words.at[i]);

        /* U+212A and the like lower to ASCII letters, but to none of these words. */
        if (word.len > 3 || !is_conjunction(ifb_lower(p->scratch, word)))
            continue;
        ifb_mark(p, word);
        found[n++] = words.at[i];
    }
    n = ifb_str_distinct(found, n, p->scratch);
    ifb_why(p, "found %zu different conjunctions, wanted at least %g", n, a->n);
    return ifb_pass_if((double)n >= a->n);
}

static const struct ifb_field small_fields[] = {
    IFB_AMOUNT(struct amount_args, n, "small_n", "at least so many"),
    { 0 }
};
static const struct ifb_example conjunctions_examples[] = {
    { "{\"small_n\":2}", "Tea and milk, but no sugar.", IFB_PASS },
    { "{\"small_n\":2}", "Tea and milk and sugar.", IFB_FAIL },
    { "{\"small_n\":3}", "And so. So and?", IFB_PASS },  /* as written: And, so., So, and? */
    { "{}", "and but or", IFB_ERROR },
    { 0 }
};

/* ---- person_names ---- */

/* The names that IFBench's instruction lists, in byte order. */
static const char *const names[] = {
    "Abigail", "Alexander", "Amelia", "Andrew", "Aria", "Audrey", "Ava", "Benjamin", "Charlotte",
    "Chloe", "Christopher", "Claire", "Daniel", "David", "Elijah", "Ella", "Emma", "Ethan",
    "Gabriel", "Grace", "Hannah", "Harper", "Isabella", "Jackson", "Jacob", "Jonathan", "Joseph",
    "Layla", "Leo", "Liam", "Lily", "Lucas", "Mason", "Matthew", "Mia", "Nathan", "Nicholas",
    "Noah", "Nora", "Olivia", "Owen", "Penelope", "Ryan", "Samuel", "Scarlett", "Sophia",
    "Stella", "Thomas", "Victoria", "Zoe",
};

/* Its place in a list in byte order; SIZE_MAX when it has none. */
static size_t place_in(const char *const *list, size_t n, ifb_str word)
{
    size_t low = 0, high = n;

    while (low < high) {
        size_t middle = (low + high) / 2;
        int d = ifb_str_cmp(word, ifb_str_of(list[middle]));

        if (!d)
            return middle;
        if (d < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return SIZE_MAX;
}

/* A name between two \b is a whole run of \w, because it holds nothing else. */
static enum ifb_outcome check_names(const void *args, struct ifb_probe *p)
{
    const struct amount_args *a = args;
    struct ifb_strs words = ifb_text_words(p->text);
    uint64_t seen = 0;
    size_t n = 0;

    for (size_t i = 0; i < words.n; i++) {
        size_t at = words.at[i].ptr[0] > 'Z' ? SIZE_MAX
                                             : place_in(names, N(names), words.at[i]);

        if (at == SIZE_MAX || seen >> at & 1)
            continue;
        seen |= (uint64_t)1 << at;
        ifb_mark(p, words.at[i]);
        n++;
    }
    ifb_why(p, "found %zu of the 50 names, wanted at least %g", n, a->n);
    return ifb_pass_if((double)n >= a->n);
}

static const struct ifb_example names_examples[] = {
    { "{\"N\":2}", "Emma met Liam.", IFB_PASS },
    { "{\"N\":2}", "Emma met Emma and liam.", IFB_FAIL },
    { "{\"N\":1}", "Leonora and Noahs", IFB_FAIL },  /* whole words only */
    { "{\"N\":1}", "Ava's tea", IFB_PASS },
    { 0 }
};

/* ---- numbers ---- */

/*
 * Upstream's NumbersChecker deletes the marks first: digits on both sides of
 * one are one number. A number is marked from its first digit to its last.
 */
static size_t count_numbers(ifb_str text, struct ifb_probe *p)
{
    const char *at = text.ptr, *end = at + text.len, *from = NULL, *to = NULL;
    size_t n = 0;

    while (at < end) {
        const char *here = at;
        uint32_t cp = ifb_utf8_next(&at);

        if (cp < 0x80 && ifb_is_punct((char)cp))
            continue;
        if (ifb_is_decimal(cp)) {
            n += !from;
            from = from ? from : here;
            to = at;
        } else if (from) {
            ifb_mark(p, (ifb_str){ from, (size_t)(to - from) });
            from = NULL;
        }
    }
    if (from)
        ifb_mark(p, (ifb_str){ from, (size_t)(to - from) });
    return n;
}

static enum ifb_outcome check_numbers(const void *args, struct ifb_probe *p)
{
    const struct amount_args *a = args;
    size_t n = count_numbers(ifb_text_raw(p->text), p);

    ifb_why(p, "found %zu numbers, wanted %g", n, a->n);
    return ifb_pass_if((double)n == a->n);
}

static const struct ifb_field exact_fields[] = {
    IFB_AMOUNT(struct amount_args, n, "N", "exactly so many"),
    { 0 }
};
static const struct ifb_example numbers_examples[] = {
    { "{\"N\":2}", "7 of 12", IFB_PASS },
    { "{\"N\":2}", "7 of 12, page 3", IFB_FAIL },
    { "{\"N\":2}", "1,234 and 3-4", IFB_PASS },  /* 1234 and 34 */
    { "{\"N\":2}", "a1b2", IFB_PASS },
    { 0 }
};

/* ---- pronouns ---- */

/* In byte order. Upstream's list has no "no one", "nor" and "themself". */
static const char *const pronouns[] = {
    "all", "any", "anybody", "anyone", "anything", "both", "each", "either", "everybody",
    "everyone", "everything", "he", "her", "hers", "herself", "him", "himself", "his", "i", "it",
    "its", "itself", "me", "mine", "my", "myself", "neither", "nobody", "none", "nothing", "our",
    "ours", "ourselves", "she", "some", "somebody", "someone", "something", "that", "their",
    "theirs", "them", "themselves", "these", "they", "this", "those", "us", "we", "what",
    "whatever", "which", "whichever", "who", "whoever", "whom", "whomever", "whose", "you",
    "your", "yours", "yourself", "yourselves",
};

static ifb_str slashes_to_spaces(struct ifb_arena *arena, ifb_str s)
{
    size_t at = ifb_str_chr(s, '/', 0);
    char *out;

    if (at == SIZE_MAX)
        return s;
    s = ifb_str_copy(arena, s);
    out = (char *)s.ptr;
    for (; at != SIZE_MAX; at = ifb_str_chr(s, '/', at + 1))
        out[at] = ' ';
    return s;
}

static enum ifb_outcome check_pronouns(const void *args, struct ifb_probe *p)
{
    const struct amount_args *a = args;
    ifb_str text = ifb_text_raw(p->text);
    ifb_str lowered = slashes_to_spaces(p->scratch, ifb_text_lower(p->text));
    struct ifb_text *view = ifb_text_new(p->scratch, lowered, ifb_text_resources(p->text));
    struct ifb_strs tokens = ifb_text_tokens(view);
    bool in_place = lowered.len == text.len;
    size_t n = 0;

    for (size_t i = 0; i < tokens.n; i++) {
        ifb_str t = tokens.at[i];

        if (t.len > 10 || place_in(pronouns, N(pronouns), t) == SIZE_MAX)
            continue;
        n++;
        /* Tokens of a rewritten sentence point elsewhere, and some letters lower to longer ones. */
        if (in_place && t.ptr >= lowered.ptr && t.ptr < lowered.ptr + lowered.len)
            ifb_mark(p, (ifb_str){ text.ptr + (t.ptr - lowered.ptr), t.len });
    }
    ifb_why(p, "found %zu pronouns, wanted at least %g", n, a->n);
    return ifb_pass_if((double)n >= a->n);
}

static const struct ifb_example pronouns_examples[] = {
    { "{\"N\":3}", "She gave it to me.", IFB_PASS },
    { "{\"N\":3}", "She gave tea to me.", IFB_FAIL },
    { "{\"N\":3}", "He/she/it", IFB_PASS },
    { "{\"N\":1}", "I've", IFB_PASS },       /* the tokenizer parts 've */
    { "{\"N\":1}", "no one", IFB_FAIL },
    { 0 }
};

/* ---- punctuation ---- */

/* Where the interrobang stands that is taken out before marks are looked for. */
static bool find_pair(ifb_str text, size_t *from, size_t *to)
{
    *from = ifb_str_find(text, IFB_STR("?!"), 0);
    if (*from == SIZE_MAX)
        *from = ifb_str_find(text, IFB_STR("!?"), 0);
    *to = *from == SIZE_MAX ? SIZE_MAX : *from + 2;
    return *from != SIZE_MAX;
}

static bool has_outside(ifb_str text, char c, size_t from, size_t to)
{
    size_t at = ifb_str_chr(text, c, 0);

    while (at != SIZE_MAX && at >= from && at < to)
        at = ifb_str_chr(text, c, at + 1);
    return at != SIZE_MAX;
}

static enum ifb_outcome check_punctuation(const void *args, struct ifb_probe *p)
{
    static const char marks[] = ".,!?;:";
    ifb_str text = ifb_text_raw(p->text);
    size_t from, to, single;

    (void)args;
    if (find_pair(text, &from, &to)) {
        ifb_mark(p, ifb_str_part(text, from, to));
    } else {
        single = ifb_str_find(text, IFB_STR("\xe2\x80\xbd"), 0);
        if (single == SIZE_MAX) {
            ifb_why(p, "no interrobang found, wanted !? or ?! or \xe2\x80\xbd");
            return IFB_FAIL;
        }
        ifb_mark(p, ifb_str_part(text, single, single + 3));
    }
    for (const char *m = marks; *m; m++)
        if (!has_outside(text, *m, from, to)) {
            ifb_why(p, "no '%c' found besides the interrobang, wanted all of %s", *m, marks);
            return IFB_FAIL;
        }
    ifb_why(p, "found an interrobang and all of %s", marks);
    return IFB_PASS;
}

static const struct ifb_example punctuation_examples[] = {
    { "{}", "What?! Tea, milk; sugar: yes! No? So.", IFB_PASS },
    { "{}", "What?! Tea, milk; sugar: yes! So.", IFB_FAIL },  /* its question mark is used up */
    { "{}", "Oh\xe2\x80\xbd Tea, milk; sugar: yes! No? So.", IFB_PASS },
    { "{}", "Tea, milk; sugar: yes! No? So.", IFB_FAIL },
    { 0 }
};

/* ---- keywords_multiple ---- */

struct keywords_args {
    ifb_str at[5];  /* stripped and lowered by bind */
};

static const size_t keyword_times[5] = { 1, 2, 3, 5, 7 };

static enum ifb_code bind_keywords(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    struct keywords_args *a = args;

    (void)err;
    for (size_t i = 0; i < N(a->at); i++)
        a->at[i] = ifb_lower(arena, ifb_strip(a->at[i]));
    return IFB_OK;
}

/* str.count: the empty string stands before each character and at the end. */
static size_t count_keyword(struct ifb_probe *p, ifb_str word)
{
    ifb_str text = ifb_text_raw(p->text), lowered = ifb_text_lower(p->text);
    size_t at = 0, n = 0;

    if (!word.len)
        return ifb_utf8_count(lowered) + 1;
    for (; (at = ifb_str_find(lowered, word, at)) != SIZE_MAX; at += word.len, n++)
        if (lowered.len == text.len)
            ifb_mark(p, ifb_str_part(text, at, at + word.len));
    return n;
}

static enum ifb_outcome check_keywords(const void *args, struct ifb_probe *p)
{
    const struct keywords_args *a = args;

    for (size_t i = 0; i < N(a->at); i++) {
        size_t n = count_keyword(p, a->at[i]);

        if (n == keyword_times[i])
            continue;
        ifb_why(p, "found '%.*s' %zu times, wanted %zu", IFB_ARG(ifb_shown(a->at[i])), n,
                keyword_times[i]);
        return IFB_FAIL;
    }
    ifb_why(p, "found the keywords 1, 2, 3, 5 and 7 times");
    return IFB_PASS;
}

static const struct ifb_field keywords_fields[] = {
    IFB_TEXT(struct keywords_args, at[0], "keyword1", "occurs once, in any case"),
    IFB_TEXT(struct keywords_args, at[1], "keyword2", "occurs twice"),
    IFB_TEXT(struct keywords_args, at[2], "keyword3", "occurs three times"),
    IFB_TEXT(struct keywords_args, at[3], "keyword4", "occurs five times"),
    IFB_TEXT(struct keywords_args, at[4], "keyword5", "occurs seven times"),
    { 0 }
};

#define KEYWORDS \
    "{\"keyword1\":\"a\",\"keyword2\":\"b\",\"keyword3\":\"c\",\"keyword4\":\"d\"," \
    "\"keyword5\":\"e\"}"

static const struct ifb_example keywords_examples[] = {
    { KEYWORDS, "a bb ccc ddddd eeeeeee", IFB_PASS },
    { KEYWORDS, "a bb ccc ddddd eeeeee", IFB_FAIL },
    { KEYWORDS, "Beacbecceedddeed DE", IFB_PASS },  /* inside words and in any case */
    { "{\"keyword1\":\"a\"}", "a", IFB_ERROR },
    { 0 }
};

/* ---- words_japanese ---- */

/* Hiragana, Katakana or a kanji of the basic block. */
static bool has_japanese(ifb_str word)
{
    const char *at = word.ptr, *end = at + word.len;

    while (at < end) {
        uint32_t cp = ifb_utf8_next(&at);

        if ((cp >= 0x3040 && cp <= 0x30ff) || (cp >= 0x4e00 && cp <= 0x9fff))
            return true;
    }
    return false;
}

static bool is_digits(ifb_str word)
{
    const char *at = word.ptr, *end = at + word.len;

    while (at < end)
        if (!ifb_is_digit(ifb_utf8_next(&at)))
            return false;
    return true;
}

/* Upstream's WordsJapaneseChecker divides by N while it checks, so that 0 raises. */
static enum ifb_outcome check_japanese(const void *args, struct ifb_probe *p)
{
    const struct amount_args *a = args;
    struct ifb_strs words = ifb_text_fields(p->text);

    if (a->n == 0) {
        ifb_why(p, "N is 0, wanted a number that places can be divided by");
        return words.n ? IFB_ERROR : IFB_PASS;
    }
    for (size_t i = 1; i <= words.n; i++) {
        ifb_str word = ifb_trim_punct(words.at[i - 1]);

        if (fmod((double)i, a->n) != 0 || is_digits(word))
            continue;
        ifb_mark(p, word);
        if (!has_japanese(word)) {
            ifb_why(p, "word %zu is '%.*s', wanted one in Japanese at every place divisible by %g",
                    i, IFB_ARG(ifb_shown(word)), a->n);
            return IFB_FAIL;
        }
    }
    ifb_why(p, "every word at a place divisible by %g is in Japanese, of %zu words", a->n, words.n);
    return IFB_PASS;
}

static const struct ifb_field japanese_fields[] = {
    IFB_AMOUNT(struct amount_args, n, "N", "every so manyth word"),
    { 0 }
};
static const struct ifb_example japanese_examples[] = {
    { "{\"N\":2}", "good \xe3\x81\x8a\xe8\x8c\xb6 and", IFB_PASS },
    { "{\"N\":2}", "good tea and", IFB_FAIL },
    { "{\"N\":2}", "tea 7 milk -- sugar", IFB_PASS },  /* digits and marks are let off */
    { "{\"N\":0}", "good tea", IFB_ERROR },
    { 0 }
};

const struct ifb_check ifb_count_checks[] = {
    { .id = "count:word_count_range", .doc = "the number of words lies in a range",
      .fields = range_fields, .args_size = sizeof(struct range_args), .run = check_range,
      .examples = range_examples },
    { .id = "count:unique_word_count", .doc = "at least so many different words, in any case",
      .fields = unique_fields, .args_size = sizeof(struct amount_args), .run = check_unique,
      .examples = unique_examples },
    { .id = "count:conjunctions",
      .doc = "at least so many different coordinating conjunctions, told apart as written",
      .fields = small_fields, .args_size = sizeof(struct amount_args), .run = check_conjunctions,
      .examples = conjunctions_examples },
    { .id = "count:person_names", .doc = "at least so many of 50 given names",
      .fields = unique_fields, .args_size = sizeof(struct amount_args), .run = check_names,
      .examples = names_examples },
    { .id = "count:numbers", .doc = "exactly so many runs of digits, marks between them ignored",
      .fields = exact_fields, .args_size = sizeof(struct amount_args), .run = check_numbers,
      .examples = numbers_examples },
    { .id = "count:pronouns", .doc = "at least so many pronouns, repeats included",
      .fields = unique_fields, .args_size = sizeof(struct amount_args), .needs = IFB_NEEDS_PUNKT,
      .run = check_pronouns, .examples = pronouns_examples },
    { .id = "count:punctuation",
      .doc = "an interrobang, and each of six marks besides it", .run = check_punctuation,
      .examples = punctuation_examples },
    { .id = "count:keywords_multiple",
      .doc = "five keywords occur exactly 1, 2, 3, 5 and 7 times, inside words too",
      .fields = keywords_fields, .args_size = sizeof(struct keywords_args), .bind = bind_keywords,
      .run = check_keywords, .examples = keywords_examples },
    { .id = "count:words_japanese", .doc = "every so manyth word is in Japanese",
      .fields = japanese_fields, .args_size = sizeof(struct amount_args), .run = check_japanese,
      .examples = japanese_examples },
    { 0 }
};
