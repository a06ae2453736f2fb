/* SPDX-License-Identifier: Apache-2.0 */
/*
 * followbench: the rules of FollowBench that have a test a level; a record of
 * level k needs the first k of them. The tests are rows of a table.
 */
#include "scorers/families.h"

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "harness/base/utf8.h"

const char *const ifb_followbench_languages[] = { "en", "zh", NULL };

enum language { EN, ZH };

#define LEVEL_FIELD(type)                                                                   \
    IFB_FIELD(type, level, "level", .kind = IFB_INT, .required = true, .min = 1, .max = 5,  \
              .doc = "how many of the tests must hold")

/* ---- what upstream calls a sentence and a word ---- */

/* Length of the mark that ends a sentence at `s`; 0 when there is none. */
static size_t mark_at(ifb_str s, enum language language)
{
    static const ifb_str wide[] = { IFB_STR_INIT("。"), IFB_STR_INIT("！"), IFB_STR_INIT("？") };

    if (language == EN)
        return *s.ptr == '.' || *s.ptr == '!' || *s.ptr == '?';
    for (size_t i = 0; (unsigned char)*s.ptr >= 0x80 && i < 3; i++)
        if (ifb_str_starts(s, wide[i]))
            return wide[i].len;
    return 0;
}

/* Pieces between the marks that are not empty: blank ones count. */
static struct ifb_strs sentences_of(struct ifb_arena *arena, ifb_str text, enum language language)
{
    size_t n = 0, cap = 0, from = 0;
    ifb_str *at = NULL;

    for (size_t i = 0; i <= text.len;) {
        size_t mark = i < text.len ? mark_at(ifb_str_from(text, i), language) : 1;

        if (mark && i > from) {
            at = ifb_grow(arena, at, &cap, n + 1, sizeof(*at));
            at[n++] = ifb_str_part(text, from, i);
        }
        i += mark ? mark : 1;
        if (mark)
            from = i;
    }
    return (struct ifb_strs){ at, n };
}

/* len(s.split()) without the pieces. */
static size_t count_fields(ifb_str s)
{
    const char *c = s.ptr, *end = s.ptr + s.len;
    bool inside = false;
    size_t n = 0;

    while (c < end) {
        bool space = ifb_is_space(ifb_utf8_next(&c));

        n += !space && !inside;
        inside = !space;
    }
    return n;
}

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
static size_t find_word(ifb_str text, ifb_str word, size_t from, enum language language)
{
    size_t at = ifb_str_find(text, word, from);

    while (language == EN && at != SIZE_MAX &&
           (word_before(text, at) || word_after(text, at + word.len)))
        at = ifb_str_find(text, word, at + 1);
    return at;
}

/* The end of the run of spaces, or of word characters, at `from`. */
static size_t skip_run(ifb_str text, size_t from, bool (*belongs)(uint32_t))
{
    const char *c = text.ptr + from, *end = text.ptr + text.len;

    while (c < end) {
        const char *next = c;

        if (!belongs(ifb_utf8_next(&next)))
            break;
        c = next;
    }
    return (size_t)(c - text.ptr);
}

/* One of `verbs` as a word, spaces, then a word of which `ending` is not all. */
static bool find_verb(ifb_str text, const char *const *verbs, ifb_str ending, ifb_str *found)
{
    for (; *verbs; verbs++) {
        ifb_str verb = ifb_str_of(*verbs);

        for (size_t at = find_word(text, verb, 0, EN); at != SIZE_MAX;
             at = find_word(text, verb, at + 1, EN)) {
            size_t gap = skip_run(text, at + verb.len, ifb_is_space);
            size_t to = skip_run(text, gap, ifb_is_word);

            if (gap > at + verb.len && to - gap > ending.len &&
                ifb_str_ends(ifb_str_part(text, gap, to), ending)) {
                *found = ifb_str_part(text, at, to);
                return true;
            }
        }
    }
    return false;
}

static bool is_punctuation(uint32_t cp, enum language language)
{
    static const char ascii[] = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    if (cp < 0x80)
        return cp && strchr(ascii, (int)cp);
    return language == ZH && (cp == 0xff0c || cp == 0x3002 || cp == 0xff1a || cp == 0x2019 ||
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
    enum language language;
    ifb_str text;
    struct ifb_strs sentences;
    int level;  /* of the row under test, for reasons */
};

/* Upstream counts words by single spaces; in Chinese everything is counted in characters. */
static size_t length_of(const struct summary *s)
{
    if (s->language == ZH)
        return ifb_utf8_count(s->text);
    return ifb_str_count(s->text, IFB_STR(" ")) + 1;
}

static const char *unit_of(const struct summary *s)
{
    return s->language == ZH ? "characters" : "words";
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
        size_t n = s->language == ZH ? ifb_utf8_count(one) : count_fields(one);

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
    at = find_word(place, word, 0, r->test == LACKS_ANY_CASE ? ZH : s->language);
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

/* Says that all levels hold. */
static enum ifb_outcome hold(struct ifb_probe *p, int64_t level)
{
    ifb_why(p, level > 1 ? "levels 1 to %lld hold" : "level %lld holds", (long long)level);
    return IFB_PASS;
}

static enum ifb_outcome check_summary(const void *args, struct ifb_probe *p)
{
    const struct summary_args *a = args;
    struct summary s = { .probe = p, .language = a->language ? ZH : EN,
                         .text = ifb_text_raw(p->text) };
    const struct row *rows = s.language == ZH ? chinese : english;
    size_t n = s.language == ZH ? sizeof(chinese) / sizeof(*rows) : sizeof(english) / sizeof(*rows);

    s.sentences = sentences_of(p->scratch, s.text, s.language);
    for (size_t i = 0; i < n; i++) {
        s.level = rows[i].level;
        if ((int64_t)rows[i].source == a->source && s.level <= a->level && !run_row(&s, &rows[i]))
            return IFB_FAIL;
    }
    return hold(p, a->level);
}

static const struct ifb_field summary_fields[] = {
    IFB_FIELD(struct summary_args, source, "source", .kind = IFB_CHOICE, .required = true,
              .choices = sources, .doc = "whose text is summarised"),
    LEVEL_FIELD(struct summary_args),
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

/* ---- format, record 22: a list of suggestions ---- */

struct list_args {
    int64_t level, language;
};

static bool few_sentences(struct ifb_probe *p, struct ifb_strs paragraphs, enum language language)
{
    for (size_t i = 0; i < 3 && i < paragraphs.n; i++) {
        size_t n = sentences_of(p->scratch, paragraphs.at[i], language).n;

        if (n < 3)
            continue;
        ifb_mark(p, paragraphs.at[i]);
        ifb_why(p, "level 2: paragraph %zu has %zu sentences, wanted fewer than 3", i + 1, n);
        return false;
    }
    return true;
}

/* The mark of a numbered point, "1.", is a sentence of one word: kept as upstream has it. */
static bool long_sentences(struct ifb_probe *p, enum language language)
{
    struct ifb_strs all = sentences_of(p->scratch, ifb_text_raw(p->text), language);

    for (size_t i = 0; i < all.n; i++) {
        size_t n = language == ZH ? ifb_utf8_count(all.at[i]) : count_fields(all.at[i]);

        if (n > 20)
            continue;
        ifb_mark(p, all.at[i]);
        ifb_why(p, "level 3: sentence %zu has %zu %s, wanted more than 20", i + 1, n,
                language == ZH ? "characters" : "words");
        return false;
    }
    return true;
}

static bool all_numbered(struct ifb_probe *p, struct ifb_strs paragraphs)
{
    for (size_t i = 0; i < paragraphs.n; i++) {
        ifb_str s = ifb_lstrip(paragraphs.at[i]);
        size_t to = skip_run(s, 0, ifb_is_decimal);

        if (!s.len || (to && to < s.len && s.ptr[to] == '.'))
            continue;
        ifb_mark(p, paragraphs.at[i]);
        ifb_why(p, "level 4: paragraph %zu does not begin with a number and a full stop", i + 1);
        return false;
    }
    return true;
}

static bool ends_as_asked(struct ifb_probe *p, enum language language)
{
    ifb_str end = language == ZH ? IFB_STR("这些是建议") : IFB_STR("Those are suggestions");

    if (ifb_str_ends(ifb_text_raw(p->text), end))
        return true;
    ifb_why(p, "level 5: does not end with '%.*s'", IFB_ARG(end));
    return false;
}

/* At level 5 the closing line is a paragraph of its own, so upstream wants four of them. */
static enum ifb_outcome check_list(const void *args, struct ifb_probe *p)
{
    const struct list_args *a = args;
    enum language language = a->language ? ZH : EN;
    struct ifb_strs paragraphs = ifb_text_paragraphs(p->text);
    size_t wanted = a->level == 5 ? 4 : 3;

    if (paragraphs.n != wanted) {
        ifb_why(p, "level %d: found %zu paragraphs, wanted %zu", a->level == 5 ? 5 : 1,
                paragraphs.n, wanted);
        return IFB_FAIL;
    }
    if ((a->level >= 2 && !few_sentences(p, paragraphs, language)) ||
        (a->level >= 3 && !long_sentences(p, language)) ||
        (a->level >= 4 && !all_numbered(p, paragraphs)) ||
        (a->level >= 5 && !ends_as_asked(p, language)))
        return IFB_FAIL;
    return hold(p, a->level);
}

static const struct ifb_field list_fields[] = {
    LEVEL_FIELD(struct list_args),
    IFB_FOLLOWBENCH_LANGUAGE(struct list_args),
    { 0 }
};
static const struct ifb_example list_examples[] = {
    { "{\"level\":2}", "Walk more. Often.\n\nEat less.\n\nSleep.", IFB_PASS },
    { "{\"level\":2}", "Walk. More. Often.\n\nEat less.\n\nSleep.", IFB_FAIL },
    { "{\"level\":4}", "1. Walk.\n\n2. Eat.\n\n3. Sleep.", IFB_FAIL },  /* level 3: "1" is short */
    { "{\"level\":1,\"language\":\"zh\"}", "走路。\n\n吃饭。\n\n睡觉。", IFB_PASS },
    { 0 }
};

/* ---- format, record 30: an instruction in five bold points ---- */

struct points_args {
    int64_t level;
};

/* Non-overlapping "**", a digit, as little as possible but something, ':'. */
static size_t count_points(ifb_str text)
{
    size_t n = 0, at = 0, eol = 0;

    while ((at = ifb_str_find(text, IFB_STR("**"), at)) != SIZE_MAX) {
        const char *c = text.ptr + at + 2, *end = text.ptr + text.len;
        size_t colon, first;

        if (c == end || !ifb_is_decimal(ifb_utf8_next(&c))) {
            at++;
            continue;
        }
        first = (size_t)(c - text.ptr);
        if (eol < first) {  /* once a line */
            eol = ifb_str_chr(text, '\n', first);
            eol = eol == SIZE_MAX ? text.len : eol;
        }
        if (c < end && c < text.ptr + eol)
            ifb_utf8_next(&c);
        colon = c > text.ptr + first ? ifb_str_chr(text, ':', (size_t)(c - text.ptr)) : SIZE_MAX;
        n += colon < eol;
        at = colon < eol ? colon + 1 : eol;  /* no ':' behind this one: none behind the next */
    }
    return n;
}

/* Code points before `at`, the nearest first, as many as there are of four. */
static size_t look_back(ifb_str text, size_t at, uint32_t back[4])
{
    const char *c = text.ptr + at;
    size_t n = 0;

    while (n < 4 && c > text.ptr)
        back[n++] = ifb_utf8_prev(&c);
    return n;
}

/* Upstream's split_into_sentences: not behind "e.g." and not behind "Mr.". */
static bool ends_sentence(ifb_str text, size_t at)
{
    uint32_t b[4];
    size_t n = look_back(text, at, b);

    if (!n || (b[0] != '.' && b[0] != '?'))
        return false;
    if (n == 4 && b[0] != '\n' && ifb_is_word(b[1]) && b[2] == '.' && ifb_is_word(b[3]))
        return false;
    return !(n >= 3 && b[0] == '.' && b[1] >= 'a' && b[1] <= 'z' && b[2] >= 'A' && b[2] <= 'Z');
}

static struct ifb_strs split_sentences(struct ifb_arena *arena, ifb_str text)
{
    const char *c = text.ptr, *end = text.ptr + text.len;
    size_t n = 0, cap = 0, from = 0;
    ifb_str *at = NULL;

    for (;;) {
        size_t here = (size_t)(c - text.ptr);
        bool last = c == end;

        if (last || (ifb_is_space(ifb_utf8_next(&c)) && ends_sentence(text, here))) {
            at = ifb_grow(arena, at, &cap, n + 1, sizeof(*at));
            at[n++] = ifb_str_part(text, from, here);
            from = (size_t)(c - text.ptr);
        }
        if (last)
            return (struct ifb_strs){ at, n };
    }
}

static bool is_point(ifb_str s)
{
    static const char *const marks[] = { "1.", "2.", "3.", "4.", "5." };

    for (size_t i = 0; i < 5; i++)
        if (ifb_str_find(s, ifb_str_of(marks[i]), 0) != SIZE_MAX)
            return true;
    return false;
}

static bool short_points(struct ifb_probe *p, struct ifb_strs sentences)
{
    for (size_t i = 0; i < sentences.n; i++)
        if (is_point(sentences.at[i]) && ifb_str_count(sentences.at[i], IFB_STR(".")) > 1) {
            ifb_mark(p, sentences.at[i]);
            ifb_why(p, "level 3: point '%.*s' has more than one full stop",
                    IFB_ARG(ifb_shown(sentences.at[i])));
            return false;
        }
    return true;
}

static bool even_sentences(struct ifb_probe *p, struct ifb_strs sentences)
{
    for (size_t i = 0; i < sentences.n; i++) {
        size_t n = count_fields(sentences.at[i]);

        if (n >= 10 && n <= 15)
            continue;
        ifb_mark(p, sentences.at[i]);
        ifb_why(p, "level 4: sentence %zu has %zu words, wanted 10 to 15", i + 1, n);
        return false;
    }
    return true;
}

static bool no_adverbs(struct ifb_probe *p)
{
    struct ifb_strs words = ifb_text_fields(p->text);

    for (size_t i = 0; i < words.n; i++)
        if (ifb_str_ends(words.at[i], IFB_STR("-ly"))) {
            ifb_mark(p, words.at[i]);
            ifb_why(p, "level 5: '%.*s' ends with -ly", IFB_ARG(ifb_shown(words.at[i])));
            return false;
        }
    return true;
}

static enum ifb_outcome check_points(const void *args, struct ifb_probe *p)
{
    const struct points_args *a = args;
    ifb_str text = ifb_text_raw(p->text);
    struct ifb_strs sentences;
    size_t n;

    if (ifb_str_find(text, IFB_STR("**"), 0) == SIZE_MAX) {
        ifb_why(p, "level 1: '**' was not found");
        return IFB_FAIL;
    }
    if (a->level >= 2 && (n = count_points(text)) != 5) {
        ifb_why(p, "level 2: found %zu bold points with a colon, wanted 5", n);
        return IFB_FAIL;
    }
    sentences = split_sentences(p->scratch, text);
    if ((a->level >= 3 && !short_points(p, sentences)) ||
        (a->level >= 4 && !even_sentences(p, sentences)) || (a->level >= 5 && !no_adverbs(p)))
        return IFB_FAIL;
    return hold(p, a->level);
}

static const struct ifb_field points_fields[] = {
    LEVEL_FIELD(struct points_args),
    { 0 }
};
static const struct ifb_example points_examples[] = {
    { "{\"level\":1}", "This is **bold**", IFB_PASS },
    { "{\"level\":1}", "This is plain", IFB_FAIL },
    { "{\"level\":2}", "**1 a:** b\n**2 a:** b\n**3 a:** b\n**4 a:** b\n**5 a:** b", IFB_PASS },
    { "{\"level\":2}", "**1:** b", IFB_FAIL },  /* something must stand before the colon */
    { "{\"level\":3}", "**1.a:** b.\n**2. a:** b\n**3. a:** b\n**4. a:** b\n**5. a:** b",
      IFB_FAIL },
    { 0 }
};

const struct ifb_check ifb_followbench_level_checks[] = {
    { .id = "followbench:summary",
      .doc = "FollowBench cnn_dailymail, xsum, samsum, gigaword, arxiv: summaries, level by level",
      .fields = summary_fields, .args_size = sizeof(struct summary_args), .strict_only = true,
      .run = check_summary, .examples = summary_examples },
    { .id = "followbench:list", .doc = "FollowBench format 22: a list of suggestions, level by level",
      .fields = list_fields, .args_size = sizeof(struct list_args), .strict_only = true,
      .run = check_list, .examples = list_examples },
    { .id = "followbench:points",
      .doc = "FollowBench format 30: five bold points, level by level", .fields = points_fields,
      .args_size = sizeof(struct points_args), .strict_only = true, .run = check_points,
      .examples = points_examples },
    { 0 }
};
