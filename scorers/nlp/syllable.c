/* SPDX-License-Identifier: Apache-2.0 */
/* Lines "word,number", and the rule for the words that are in none. */
#include "scorers/nlp/syllable.h"

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "harness/base/utf8.h"
#include "scorers/nlp/lexicon.h"

#define LIST_MAX ((size_t)16 << 20)
#define SYLLABLES_MAX 100  /* of a word */

struct ifb_syllables {
    struct ifb_lexicon words;
};

static bool add_line(struct ifb_lexicon *words, ifb_str line)
{
    ifb_str word;
    int64_t n;

    return ifb_str_chop(&line, ',', &word) && word.len && ifb_str_int(line, &n) && n >= 0 &&
           n <= SYLLABLES_MAX && ifb_lexicon_add(words, word, (uint32_t)n);
}

enum ifb_code ifb_syllables_load(ifb_str csv, struct ifb_arena *arena,
                                 const struct ifb_syllables **out, struct ifb_error *err)
{
    struct ifb_syllables *s = ifb_new(arena, struct ifb_syllables, 1);
    ifb_str line;
    bool more = true;

    *out = NULL;
    if (csv.len > LIST_MAX)
        return ifb_fail(err, IFB_ELIMIT, "%zu bytes of syllables are too many", csv.len);
    ifb_lexicon_open(&s->words, arena, csv.len / 8, csv.len);
    for (unsigned number = 1; more; number++) {
        more = ifb_str_chop(&csv, '\n', &line);
        line = ifb_str_trim_ascii(more ? line : csv);
        if (line.len && !add_line(&s->words, line))
            return ifb_fail(err, IFB_EINPUT, "line %u: wanted a word, a comma and its syllables",
                            number);
    }
    if (!s->words.n)
        return ifb_fail(err, IFB_EINPUT, "no words with syllables");
    *out = s;
    return IFB_OK;
}

static bool is_vowel(char c)
{
    return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u' || c == 'y';
}

static bool has_digit(ifb_str word)
{
    for (const char *p = word.ptr; p < word.ptr + word.len;)
        if (ifb_is_decimal(ifb_utf8_next(&p)))
            return true;
    return false;
}

/* syllapy's _syllables: groups of vowels, with a silent e at the end. */
static uint32_t count_by_rule(ifb_str word)
{
    uint32_t n = 0;
    bool after_vowel = false;

    for (size_t i = 0; i < word.len; i++) {
        bool vowel = is_vowel(word.ptr[i]);

        n += vowel && !after_vowel;
        after_vowel = vowel;
    }
    if (ifb_str_ends(word, IFB_STR("e")))
        n--;
    if (word.len > 2 && ifb_str_ends(word, IFB_STR("le")) && !is_vowel(word.ptr[word.len - 3]))
        n++;
    return n ? n : 1;
}

uint32_t ifb_syllables_of(const struct ifb_syllables *syllables, ifb_str word)
{
    const uint32_t *n;

    if (!word.len || has_digit(word))
        return 0;
    n = ifb_lexicon_get(&syllables->words, IFB_STR(""), word);
    return n ? *n : count_by_rule(word);
}
