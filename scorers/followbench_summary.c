/* SPDX-License-Identifier: Apache-2.0 */
/*
 * followbench: summaries, which have a test a level; a record of level k needs
 * the first k of them. The tests are rows of a table, one a language.
 */
#include "scorers/followbench_text.h"

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "harness/base/utf8.h"

static bool word_before(ifb_str text, size_t at)
{
    const char *c = text.ptr + at;

    return at && ifb_is_word(ifb_utf8_prev(&c));
}

static bool word_after(ifb_str text, size_t at)
{
    const char *c = text.ptr + at;

    return at < text.len && ifb_is_word(ifb_utf8_next(&c));
}

/* Where `word` stands at or after `from`, in English between word boundaries; SIZE_MAX: nowhere. */
static size_t find_word(ifb_str text, ifb_str word, size_t from,
                        enum ifb_followbench_tongue language)
{
    size_t at = ifb_str_find(text, word, from);

    while (language == IFB_EN && at != SIZE_MAX &&
           (word_before(text, at) || word_after(text, at + word.len)))
        at = ifb_str_find(text, word, at + 1);
    return at;
}

/* One of `verbs` as a word, spaces, then a word of which `ending` is not all. */
static bool find_verb(ifb_str text, const char *const *verbs, ifb_str ending, ifb_str *found)
{
    for (; *verbs; verbs++) {
        ifb_str verb = ifb_str_of(*verbs);

        for (size_t at = find_word(text, verb, 0, IFB_EN); at != SIZE_MAX;
             at = find_word(text, verb, at + 1, IFB_EN)) {
            size_t gap = ifb_followbench_skip(text, at + verb.len, ifb_is_space);
            size_t to = ifb_followbench_skip(text, gap, ifb_is_word);

            if (gap > at + verb.len && to - gap > ending.len &&
                ifb_str_ends(ifb_str_part(text, gap, to), ending)) {
                *found = ifb_str_part(text, at, to);
                return true;
            }
        }
    }
    return false;
}

static bool is_punctuation(uint32_t cp, enum ifb_followbench_tongue language)
{
    static const char ascii[] = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    if (cp < 0x80)
        return cp && strchr(ascii, (int)cp);
    return language == IFB_ZH && (cp == 0xff0c || cp == 0x3002 || cp == 0xff1a || cp == 0x2019 ||
                              cp == 0x201c || cp == 0x201d);
}

/* ---- summaries ---- */

enum test {
    SENTENCES,       /* n sentences */
    EACH_BELOW,      /* each sentence is shorter than n */
    BELOW, AT_MOST, EXACTLY, /* the length of all, against n */
    HAS, LACKS,      /* word or words, in sentence n from 1; 0: anywhere */
    LACKS_ANY_CASE,
    STARTS,
    PUNCTUATION,     /* n marks */
    LOWER_CASE,
    NO_NUMERALS,
    IS_DOING,        /* am, is, are and a word in -ing */
    HAS_DONE         /* has, have and a word, in sentence n */
};

enum source { CNN, XSUM, SAMSUM, GIGAWORD, ARXIV };
static const char *const sources[] = { "cnn_dailymail", "xsum", "samsum", "gigaword", "arxiv",
                                       NULL };

struct row {
    enum source source;
    int level;
    enum test test;
    size_t n;
    const char *word;
};

static const struct row english[] = {
    { CNN, 1, SENTENCES, 3, NULL },
    { CNN, 2, EACH_BELOW, 15, NULL },
    { CNN, 3, HAS, 1, "Potter" },
    { CNN, 3, HAS, 2, "actor" },
    { CNN, 3, HAS, 3, "films" },
    { CNN, 4, LACKS, 2, "lavish" },
    { CNN, 5, HAS_DONE, 3, NULL },
    { XSUM, 1, SENTENCES, 1, NULL },
    { XSUM, 2, BELOW, 20, NULL },
    { XSUM, 3, LACKS, 0, "Newton Stewart" },
    { XSUM, 4, IS_DOING, 0, NULL },
    { XSUM, 5, HAS, 0, "operation" },
    { SAMSUM, 1, SENTENCES, 1, NULL },
    { SAMSUM, 2, BELOW, 15, NULL },
    { SAMSUM, 3, HAS, 0, "stuff" },
    { SAMSUM, 4, LACKS_ANY_CASE, 0, "procrast" },
    { SAMSUM, 5, PUNCTUATION, 1, NULL },
    { GIGAWORD, 1, EXACTLY, 8, NULL },
    { GIGAWORD, 2, PUNCTUATION, 0, NULL },
    { GIGAWORD, 3, LOWER_CASE, 0, NULL },
    { GIGAWORD, 4, LACKS, 0, "bus" },
    { GIGAWORD, 5, HAS, 0, "in" },
    { ARXIV, 1, SENTENCES, 1, NULL },
    { ARXIV, 2, AT_MOST, 20, NULL },
    { ARXIV, 3, STARTS, 0, "We" },
    { ARXIV, 4, HAS, 0, "activations" },
    { ARXIV, 5, LACKS, 0, "transformer" },
};

static const struct row chinese[] = {
    { CNN, 1, SENTENCES, 3, NULL },
    { CNN, 2, EACH_BELOW, 15, NULL },
    { CNN, 3, HAS, 1, "波特" },
    { CNN, 3, HAS, 2, "演员" },
    { CNN, 3, HAS, 3, "电影" },
    { CNN, 4, LACKS, 2, "奢侈" },
    { CNN, 5, HAS, 3, "了" },
    { XSUM, 1, SENTENCES, 1, NULL },
    { XSUM, 2, BELOW, 20, NULL },
    { XSUM, 3, LACKS, 0, "牛顿斯图尔特" },
    { XSUM, 4, HAS, 0, "在" },
    { XSUM, 5, HAS, 0, "操作" },
    { SAMSUM, 1, SENTENCES, 1, NULL },
    { SAMSUM, 2, BELOW, 15, NULL },
    { SAMSUM, 3, HAS, 0, "琐碎的" },
    { SAMSUM, 4, LACKS, 0, "拖沓的" },
    { SAMSUM, 5, PUNCTUATION, 1, NULL },
    { GIGAWORD, 1, EXACTLY, 8, NULL },
    { GIGAWORD, 2, PUNCTUATION, 0, NULL },
    { GIGAWORD, 3, NO_NUMERALS, 0, NULL },
    { GIGAWORD, 4, LACKS, 0, "公交车" },
    { GIGAWORD, 5, HAS, 0, "在" },
    { ARXIV, 1, SENTENCES, 1, NULL },
    { ARXIV, 2, AT_MOST, 20, NULL },
    { ARXIV, 3, STARTS, 0, "我们" },
    { ARXIV, 4, HAS, 0, "激活" },
    { ARXIV, 5, LACKS, 0, "transformer" },
};

struct summary_args {
    int64_t source, level, language;
};

/* A summary under test. */
struct summary {
    struct ifb_probe *probe;
    enum ifb_followbench_tongue language;
    ifb_str text;
    struct ifb_strs sentences;
    int level;  /* of the row under test, for reasons */
};

/* Upstream counts words by single spaces; in Chinese everything is counted in characters. */
static size_t length_of(const struct summary *s)
{
    if (s->language == IFB_ZH)
        return ifb_utf8_count(s->text);
    return ifb_str_count(s->text, IFB_STR(" ")) + 1;
}

static const char *unit_of(const struct summary *s)
{
    return s->language == IFB_ZH ? "characters" : "words";
}

/* Says that `found` things are not `wanted`; returns ok. */
static bool say_count(const struct summary *s, bool ok, size_t found, const char *things,
                      const char *wanted, size_t n)
{
    if (!ok)
        ifb_why(s->probe, "level %d: found %zu %s, wanted %s%zu", s->level, found, things, wanted,
                n);
    return ok;
}

static bool each_below(const struct summary *s, size_t limit)
{
    for (size_t i = 0; i < s->sentences.n; i++) {
        ifb_str one = s->sentences.at[i];
        size_t n = s->language == IFB_ZH ? ifb_utf8_count(one) : ifb_followbench_fields(one);

        if (n < limit)
            continue;
        ifb_mark(s->probe, one);
        ifb_why(s->probe, "level %d: sentence %zu has %zu %s, wanted fewer than %zu", s->level,
                i + 1, n, unit_of(s), limit);
        return false;
    }
    return true;
}

/* What a row looks at: a sentence by number, or everything. */
static ifb_str place_of(const struct summary *s, size_t n)
{
    if (!n)
        return s->text;
    return n <= s->sentences.n ? s->sentences.at[n - 1] : IFB_STR("");
}

static bool test_word(const struct summary *s, const struct row *r)
{
    ifb_str place = place_of(s, r->n), word = ifb_str_of(r->word);
    bool wanted = r->test == HAS;
    size_t at;

    if (r->test == LACKS_ANY_CASE)
        place = ifb_lower(s->probe->scratch, place);
    at = find_word(place, word, 0, r->test == LACKS_ANY_CASE ? IFB_ZH : s->language);
    if (wanted == (at != SIZE_MAX))
        return true;
    if (at != SIZE_MAX && r->test == LACKS)
        ifb_mark(s->probe, ifb_str_part(place, at, at + word.len));
    if (r->n)
        ifb_why(s->probe, "level %d: sentence %zu %s '%s'", s->level, r->n,
                wanted ? "lacks" : "has", r->word);
    else
        ifb_why(s->probe, "level %d: '%s' was %s", s->level, r->word,
                wanted ? "not found" : "found");
    return false;
}

static bool test_verb(const struct summary *s, const struct row *r)
{
    static const char *const be[] = { "am", "is", "are", NULL }, *const have[] = { "has", "have",
                                                                                  NULL };
    bool doing = r->test == IS_DOING;
    ifb_str found;

    if (find_verb(place_of(s, r->n), doing ? be : have, doing ? IFB_STR("ing") : IFB_STR(""),
                  &found))
        return true;
    ifb_why(s->probe, "level %d: found no %s", s->level,
            doing ? "am, is or are with a word in -ing" : "has or have with a word after it");
    return false;
}

static bool test_punctuation(const struct summary *s, size_t wanted)
{
    const char *c = s->text.ptr, *end = c + s->text.len;
    size_t n = 0;

    while (c < end) {
        const char *from = c;

        if (!is_punctuation(ifb_utf8_next(&c), s->language))
            continue;
        if (++n > wanted)
            ifb_mark(s->probe, (ifb_str){ from, (size_t)(c - from) });
    }
    return say_count(s, n == wanted, n, "punctuation marks", "", wanted);
}

static bool has_numeral(ifb_str s)
{
    const char *c = s.ptr, *end = s.ptr + s.len;
    bool found = false;

    while (c < end && !found)
        found = ifb_is_numeric(ifb_utf8_next(&c));
    return found;
}

/* Says `what` is wrong unless ok. */
static bool say(const struct summary *s, bool ok, const char *what)
{
    if (!ok)
        ifb_why(s->probe, "level %d: %s", s->level, what);
    return ok;
}

static bool run_row(const struct summary *s, const struct row *r)
{
    size_t n;

    switch (r->test) {
    case SENTENCES:
        return say_count(s, s->sentences.n == r->n, s->sentences.n, "sentences", "", r->n);
    case EACH_BELOW:
        return each_below(s, r->n);
    case BELOW:
        n = length_of(s);
        return say_count(s, n < r->n, n, unit_of(s), "fewer than ", r->n);
    case AT_MOST:
        n = length_of(s);
        return say_count(s, n <= r->n, n, unit_of(s), "at most ", r->n);
    case EXACTLY:
        n = length_of(s);
        return say_count(s, n == r->n, n, unit_of(s), "", r->n);
    case HAS:
    case LACKS:
    case LACKS_ANY_CASE:
        return test_word(s, r);
    case STARTS:
        if (ifb_str_starts(s->text, ifb_str_of(r->word)))
            return true;
        ifb_why(s->probe, "level %d: does not begin with '%s'", s->level, r->word);
        return false;
    case PUNCTUATION:
        return test_punctuation(s, r->n);
    case LOWER_CASE:
        return say(s, ifb_str_islower(s->text), "is not all in lower case");
    case NO_NUMERALS:
        return say(s, !has_numeral(s->text), "has a numeral");
    case IS_DOING:
    case HAS_DONE:
        break;
    }
    return test_verb(s, r);
}

static enum ifb_outcome check_summary(const void *args, struct ifb_probe *p)
{
    const struct summary_args *a = args;
    struct summary s = { .probe = p, .language = a->language ? IFB_ZH : IFB_EN,
                         .text = ifb_text_raw(p->text) };
    const struct row *rows = s.language == IFB_ZH ? chinese : english;
    size_t n = (s.language == IFB_ZH ? sizeof(chinese) : sizeof(english)) / sizeof(*rows);

    s.sentences = ifb_followbench_sentences(p->scratch, s.text, s.language);
    for (size_t i = 0; i < n; i++) {
        s.level = rows[i].level;
        if ((int64_t)rows[i].source == a->source && s.level <= a->level && !run_row(&s, &rows[i]))
            return IFB_FAIL;
    }
    return ifb_followbench_hold(p, a->level);
}

static const struct ifb_field summary_fields[] = {
    IFB_FIELD(struct summary_args, source, "source", .kind = IFB_CHOICE, .required = true,
              .choices = sources, .doc = "whose text is summarised"),
    IFB_FOLLOWBENCH_LEVEL(struct summary_args),
    IFB_FOLLOWBENCH_LANGUAGE(struct summary_args),
    { 0 }
};
static const struct ifb_example summary_examples[] = {
    { "{\"source\":\"arxiv\",\"level\":4}", "We prune activations at run time.", IFB_PASS },
    { "{\"source\":\"arxiv\",\"level\":3}", "Here we prune activations.", IFB_FAIL },
    { "{\"source\":\"xsum\",\"level\":1}", "One. \n", IFB_FAIL },  /* " \n" is a sentence, too */
    { "{\"source\":\"xsum\",\"level\":4}", "Police are searching the hills.", IFB_PASS },
    { "{\"source\":\"samsum\",\"level\":5}", "They do stuff, slowly.", IFB_FAIL },
    { "{\"source\":\"gigaword\",\"level\":5}", "many people were hurt in a big crash", IFB_PASS },
    { "{\"source\":\"gigaword\",\"level\":1}", "eight words  here by single spaces it is",
      IFB_FAIL },
    { "{\"source\":\"gigaword\",\"level\":3,\"language\":\"zh\"}", "两人在车祸中受伤", IFB_PASS },
    { "{\"source\":\"gigaword\",\"level\":3,\"language\":\"zh\"}", "二人在车祸中受伤", IFB_FAIL },
    { 0 }
};

const struct ifb_check ifb_followbench_summary_checks[] = {
    { .id = "followbench:summary",
      .doc = "FollowBench cnn_dailymail, xsum, samsum, gigaword, arxiv: summaries, level by level",
      .fields = summary_fields, .args_size = sizeof(struct summary_args), .strict_only = true,
      .run = check_summary, .examples = summary_examples },
    { 0 }
};
