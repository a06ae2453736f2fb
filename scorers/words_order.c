/* SPDX-License-Identifier: Apache-2.0 */
/* words: how words follow one another, and which word stands at a place. */
#include "scorers/families.h"

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "harness/base/utf8.h"
#include "scorers/nlp/punkt.h"
#include "scorers/nlp/treebank.h"
#include "scorers/punct.h"

/* The first character of a word in lower case; only U+0130 lowers to more than one. */
static uint32_t lower_first(ifb_str word)
{
    const char *p = word.ptr;

    return ifb_lower_simple(ifb_utf8_next(&p));
}

/* ---- alphabet ---- */

/* Upstream's AlphabetLoopChecker looks the first letter up as a whole, the others as a prefix. */
static bool starts_alphabet(ifb_str word)
{
    uint32_t c = lower_first(word);

    return c >= 'a' && c <= 'z' && !ifb_str_starts(word, IFB_STR("\xc4\xb0"));
}

static enum ifb_outcome check_alphabet(const void *args, struct ifb_probe *p)
{
    struct ifb_bares words = ifb_bare_words(p->scratch, ifb_text_fields(p->text), IFB_BARE_AS_IS);
    uint32_t wanted;

    (void)args;
    if (!words.n || !starts_alphabet(words.at[0].word)) {
        ifb_why(p, "the text does not begin with a word that begins with a letter from a to z");
        return IFB_FAIL;
    }
    wanted = lower_first(words.at[0].word);
    for (size_t i = 1; i < words.n; i++) {
        wanted = wanted == 'z' ? 'a' : wanted + 1;
        if (lower_first(words.at[i].word) == wanted)
            continue;
        ifb_mark(p, words.at[i].raw);
        ifb_why(p, "word %zu is '%.*s', wanted one that begins with %c", i + 1,
                IFB_ARG(ifb_shown(words.at[i].raw)), (char)wanted);
        return IFB_FAIL;
    }
    ifb_why(p, "%zu words begin with one letter after the other", words.n);
    return IFB_PASS;
}

static const struct ifb_example alphabet_examples[] = {
    { "{}", "Yes, zebras always bite.", IFB_PASS },
    { "{}", "A big dog.", IFB_FAIL },
    { "{}", "A - \"Big\" cat", IFB_PASS },  /* a dash is no word */
    { "{}", "1 big cat", IFB_FAIL },
    { 0 }
};

/* ---- no_consecutive ---- */

static enum ifb_outcome check_no_consecutive(const void *args, struct ifb_probe *p)
{
    struct ifb_bares words = ifb_bare_words(p->scratch, ifb_text_fields(p->text), IFB_BARE_AS_IS);

    (void)args;
    for (size_t i = 1; i < words.n; i++)
        if (lower_first(words.at[i - 1].word) == lower_first(words.at[i].word)) {
            ifb_mark(p, words.at[i - 1].raw);
            ifb_mark(p, words.at[i].raw);
            ifb_why(p, "'%.*s' and '%.*s' begin alike", IFB_ARG(ifb_shown(words.at[i - 1].raw)),
                    IFB_ARG(ifb_shown(words.at[i].raw)));
            return IFB_FAIL;
        }
    ifb_why(p, "no two neighbours among %zu words begin alike", words.n);
    return IFB_PASS;
}

static const struct ifb_example no_consecutive_examples[] = {
    { "{}", "Big cats like small birds.", IFB_PASS },
    { "{}", "Big birds like cats.", IFB_FAIL },
    { "{}", "A dog.\n\nDays pass.", IFB_FAIL },  /* across lines */
    { "{}", "tea - Toast", IFB_FAIL },           /* a dash is no word */
    { 0 }
};

/* ---- last_first ---- */

static ifb_str last_word(ifb_str s)
{
    const char *p, *q;

    s = ifb_rstrip(s);
    for (p = q = s.ptr + s.len; q > s.ptr && !ifb_is_space(ifb_utf8_prev(&q));)
        p = q;
    return ifb_str_from(s, (size_t)(p - s.ptr));
}

static ifb_str first_word(ifb_str s)
{
    const char *p, *q;

    s = ifb_lstrip(s);
    for (p = q = s.ptr; q < s.ptr + s.len && !ifb_is_space(ifb_utf8_next(&q));)
        p = q;
    return ifb_str_part(s, 0, (size_t)(p - s.ptr));
}

static bool equal_lowered(struct ifb_probe *p, ifb_str a, ifb_str b)
{
    return ifb_str_eq(ifb_lower(p->scratch, a), ifb_lower(p->scratch, b));
}

static enum ifb_outcome check_last_first(const void *args, struct ifb_probe *p)
{
    struct ifb_strs s = ifb_text_sentences(p->text);

    (void)args;
    for (size_t i = 1; i < s.n; i++) {
        ifb_str last = last_word(ifb_rtrim_punct(s.at[i - 1]));
        ifb_str first = first_word(ifb_ltrim_punct(s.at[i]));

        if (last.len && first.len && equal_lowered(p, last, first))
            continue;
        ifb_mark(p, last);
        ifb_mark(p, first);
        ifb_why(p, "sentence %zu ends with '%.*s' and the next one begins with '%.*s', wanted the "
                "same word", i, IFB_ARG(ifb_shown(last)), IFB_ARG(ifb_shown(first)));
        return IFB_FAIL;
    }
    ifb_why(p, "each of %zu sentences begins with the last word of the one before", s.n);
    return IFB_PASS;
}

static const struct ifb_example last_first_examples[] = {
    { "{}", "I like tea. Tea is hot. Hot days are long.", IFB_PASS },
    { "{}", "I like tea. It is hot.", IFB_FAIL },
    { "{}", "Just one sentence.", IFB_PASS },
    { "{}", "I like (tea). Tea is hot.", IFB_FAIL },  /* the bracket before it stays */
    { 0 }
};

/* ---- paragraph_last_first ---- */

static enum ifb_outcome check_paragraphs(const void *args, struct ifb_probe *p)
{
    struct ifb_strs lines = ifb_text_lines(p->text);
    size_t n = 0;

    (void)args;
    for (size_t i = 0; i < lines.n; i++) {
        ifb_str line = ifb_trim_punct(ifb_strip(lines.at[i]));
        ifb_str first = first_word(line), last = last_word(line);

        if (!first.len)
            continue;
        n++;
        if (equal_lowered(p, first, last))
            continue;
        ifb_mark(p, first);
        ifb_mark(p, last);
        ifb_why(p, "a paragraph begins with '%.*s' and ends with '%.*s', wanted the same word",
                IFB_ARG(ifb_shown(first)), IFB_ARG(ifb_shown(last)));
        return IFB_FAIL;
    }
    ifb_why(p, "each of %zu paragraphs ends with the word it begins with", n);
    return IFB_PASS;
}

static const struct ifb_example paragraphs_examples[] = {
    { "{}", "Time is what we call time.\n\n*Rain loves rain!*", IFB_PASS },
    { "{}", "Time is what we call time.\nRain is wet.", IFB_FAIL },
    { "{}", "Indeed.", IFB_PASS },             /* first and last at once */
    { "{}", "*Rain* loves rain!", IFB_FAIL },  /* the first word is "Rain*" */
    { "{}", "---\n***", IFB_PASS },
    { 0 }
};

/* ---- keywords_specific_position ---- */

struct position_args {
    ifb_str keyword;  /* stripped and lowered by bind */
    int64_t sentence, word;
};

static enum ifb_code bind_position(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    struct position_args *a = args;

    (void)err;
    a->keyword = ifb_lower(arena, ifb_strip(a->keyword));
    return IFB_OK;
}

static bool has_alnum(ifb_str token)
{
    for (const char *p = token.ptr; p < token.ptr + token.len;) {
        uint32_t cp = ifb_utf8_next(&p);

        if (cp != '_' && ifb_is_word(cp))
            return true;
    }
    return false;
}

/* Python's list[place - 1]: place 0 is the last member; NULL when there is none. */
static const ifb_str *member(struct ifb_strs list, int64_t place)
{
    size_t at = place ? (size_t)place - 1 : list.n - 1;

    return at < list.n ? &list.at[at] : NULL;
}

/* word_tokenize of one sentence, which it cuts once more, without the tokens of marks alone. */
static struct ifb_strs words_of(struct ifb_probe *p, ifb_str sentence)
{
    const struct ifb_punkt *punkt = ifb_text_resources(p->text)->punkt;
    struct ifb_strs tokens = ifb_treebank_tokens(ifb_punkt_sentences(punkt, sentence, p->scratch),
                                                 p->scratch);
    ifb_str *kept = ifb_new(p->scratch, ifb_str, tokens.n);
    size_t n = 0;

    for (size_t i = 0; i < tokens.n; i++)
        if (has_alnum(tokens.at[i]))
            kept[n++] = tokens.at[i];
    return (struct ifb_strs){ kept, n };
}

static enum ifb_outcome check_position(const void *args, struct ifb_probe *p)
{
    const struct position_args *a = args;
    struct ifb_strs sentences = ifb_text_sentences(p->text), words;
    const ifb_str *sentence = member(sentences, a->sentence), *word;

    if (!sentence) {
        ifb_why(p, "found %zu sentences, wanted a word in sentence %lld", sentences.n,
                (long long)a->sentence);
        return a->sentence ? IFB_FAIL : IFB_ERROR;
    }
    words = words_of(p, *sentence);
    word = member(words, a->word);
    ifb_mark(p, *sentence);
    if (!word) {
        ifb_why(p, "sentence %lld has %zu words, wanted '%.*s' as word %lld",
                (long long)a->sentence, words.n, IFB_ARG(ifb_shown(a->keyword)),
                (long long)a->word);
        return a->word ? IFB_FAIL : IFB_ERROR;
    }
    ifb_why(p, "word %lld of sentence %lld is '%.*s', wanted '%.*s'", (long long)a->word,
            (long long)a->sentence, IFB_ARG(ifb_shown(*word)), IFB_ARG(ifb_shown(a->keyword)));
    return ifb_pass_if(ifb_str_eq(ifb_lower(p->scratch, *word), a->keyword));
}

static const struct ifb_field position_fields[] = {
    IFB_TEXT(struct position_args, keyword, "keyword", "the word, in any case"),
    IFB_COUNT(struct position_args, sentence, "n", "in which sentence, from 1; 0 is the last"),
    IFB_COUNT(struct position_args, word, "m", "as which of its words, from 1; 0 is the last"),
    { 0 }
};
static const struct ifb_example position_examples[] = {
    { "{\"keyword\":\"tea\",\"n\":2,\"m\":3}", "It is late. I drink Tea, always.", IFB_PASS },
    { "{\"keyword\":\"tea\",\"n\":2.0,\"m\":2}", "It is late. I drink tea.", IFB_FAIL },
    { "{\"keyword\":\"tea\",\"n\":2,\"m\":1}", "Only tea.", IFB_FAIL },
    { "{\"keyword\":\" N't\",\"n\":1,\"m\":3}", "\"I don't.\"", IFB_PASS },  /* do, n't */
    { "{\"keyword\":\"tea\",\"n\":1}", "anything", IFB_ERROR },
    { 0 }
};

/* ---- words_position ---- */

struct second_args {
    ifb_str keyword;  /* stripped and lowered by bind */
};

static enum ifb_code bind_second(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    struct second_args *a = args;

    (void)err;
    a->keyword = ifb_lower(arena, ifb_strip(a->keyword));
    return IFB_OK;
}

/* Upstream's WordsPositionChecker asks if the token is *in* string.punctuation, as "()" is. */
static bool in_marks(ifb_str token)
{
    static const char marks[] = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    return ifb_str_find(IFB_STR(marks), token, 0) != SIZE_MAX;
}

static enum ifb_outcome check_second(const void *args, struct ifb_probe *p)
{
    const struct second_args *a = args;
    struct ifb_strs tokens = ifb_text_tokens(p->text);
    size_t back = tokens.n && in_marks(tokens.at[tokens.n - 1]) ? 3 : 2;
    ifb_str second, other;

    if (tokens.n < back || tokens.n < 2) {
        ifb_why(p, "found %zu words, too few", tokens.n);
        return IFB_FAIL;
    }
    second = tokens.at[1];
    other = tokens.at[tokens.n - back];
    ifb_why(p, "the second word is '%.*s' and the last but one '%.*s', wanted both to be '%.*s'",
            IFB_ARG(ifb_shown(second)), IFB_ARG(ifb_shown(other)), IFB_ARG(ifb_shown(a->keyword)));
    return ifb_pass_if(ifb_str_eq(ifb_lower(p->scratch, second), a->keyword) &&
                       ifb_str_eq(ifb_lower(p->scratch, other), a->keyword));
}

static const struct ifb_field second_fields[] = {
    IFB_TEXT(struct second_args, keyword, "keyword", "the word, in any case"),
    { 0 }
};
static const struct ifb_example second_examples[] = {
    { "{\"keyword\":\"tea\"}", "My tea is the best tea ever.", IFB_PASS },
    { "{\"keyword\":\"tea\"}", "Tea is the best tea.", IFB_FAIL },
    { "{\"keyword\":\"Tea\"}", "My tea", IFB_FAIL },
    { "{\"keyword\":\"tea\"}", "My tea now?!", IFB_FAIL },  /* two marks: one is a word */
    { "{}", "anything", IFB_ERROR },
    { 0 }
};

const struct ifb_check ifb_words_order_checks[] = {
    { .id = "words:alphabet", .doc = "each word begins with the next letter of the alphabet",
      .run = check_alphabet, .examples = alphabet_examples },
    { .id = "words:no_consecutive", .doc = "no two words in a row begin with the same letter",
      .run = check_no_consecutive, .examples = no_consecutive_examples },
    { .id = "words:last_first", .doc = "each sentence begins with the last word of the one before",
      .needs = IFB_NEEDS_PUNKT, .run = check_last_first, .examples = last_first_examples },
    { .id = "words:paragraph_last_first",
      .doc = "each paragraph ends with the word it begins with", .run = check_paragraphs,
      .examples = paragraphs_examples },
    { .id = "words:keywords_specific_position", .doc = "a word stands at a place in a sentence",
      .fields = position_fields, .args_size = sizeof(struct position_args), .bind = bind_position,
      .needs = IFB_NEEDS_PUNKT, .run = check_position, .examples = position_examples },
    { .id = "words:words_position", .doc = "a word is the second one and the last but one",
      .fields = second_fields, .args_size = sizeof(struct second_args), .bind = bind_second,
      .needs = IFB_NEEDS_PUNKT, .run = check_second, .examples = second_examples },
    { 0 }
};
