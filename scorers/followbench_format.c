/* SPDX-License-Identifier: Apache-2.0 */
/*
 * followbench: the two records of format that rules score. A level needs its
 * own test and those of the levels before it.
 */
#include "scorers/followbench_text.h"

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "harness/base/utf8.h"

/* ---- format, record 22: a list of suggestions ---- */

struct list_args {
    int64_t level, language;
};

static bool few_sentences(struct ifb_probe *p, struct ifb_strs paragraphs,
                          enum ifb_followbench_tongue language)
{
    for (size_t i = 0; i < 3 && i < paragraphs.n; i++) {
        size_t n = ifb_followbench_sentences(p->scratch, paragraphs.at[i], language).n;

        if (n < 3)
            continue;
        ifb_mark(p, paragraphs.at[i]);
        ifb_why(p, "level 2: paragraph %zu has %zu sentences, wanted fewer than 3", i + 1, n);
        return false;
    }
    return true;
}

/* The mark of a numbered point, "1.", is a sentence of one word: kept as upstream has it. */
static bool long_sentences(struct ifb_probe *p, enum ifb_followbench_tongue language)
{
    struct ifb_strs all = ifb_followbench_sentences(p->scratch, ifb_text_raw(p->text), language);

    for (size_t i = 0; i < all.n; i++) {
        size_t n = language == IFB_ZH ? ifb_utf8_count(all.at[i])
                                      : ifb_followbench_fields(all.at[i]);

        if (n > 20)
            continue;
        ifb_mark(p, all.at[i]);
        ifb_why(p, "level 3: sentence %zu has %zu %s, wanted more than 20", i + 1, n,
                language == IFB_ZH ? "characters" : "words");
        return false;
    }
    return true;
}

static bool all_numbered(struct ifb_probe *p, struct ifb_strs paragraphs)
{
    for (size_t i = 0; i < paragraphs.n; i++) {
        ifb_str s = ifb_lstrip(paragraphs.at[i]);
        size_t to = ifb_followbench_skip(s, 0, ifb_is_decimal);

        if (!s.len || (to && to < s.len && s.ptr[to] == '.'))
            continue;
        ifb_mark(p, paragraphs.at[i]);
        ifb_why(p, "level 4: paragraph %zu does not begin with a number and a full stop", i + 1);
        return false;
    }
    return true;
}

static bool ends_as_asked(struct ifb_probe *p, enum ifb_followbench_tongue language)
{
    ifb_str end = language == IFB_ZH ? IFB_STR("这些是建议") : IFB_STR("Those are suggestions");

    if (ifb_str_ends(ifb_text_raw(p->text), end))
        return true;
    ifb_why(p, "level 5: does not end with '%.*s'", IFB_ARG(end));
    return false;
}

/* At level 5 the closing line is a paragraph of its own, so upstream wants four of them. */
static enum ifb_outcome check_list(const void *args, struct ifb_probe *p)
{
    const struct list_args *a = args;
    enum ifb_followbench_tongue language = a->language ? IFB_ZH : IFB_EN;
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
    return ifb_followbench_hold(p, a->level);
}

static const struct ifb_field list_fields[] = {
    IFB_FOLLOWBENCH_LEVEL(struct list_args),
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
        size_t n = ifb_followbench_fields(sentences.at[i]);

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
    return ifb_followbench_hold(p, a->level);
}

static const struct ifb_field points_fields[] = {
    IFB_FOLLOWBENCH_LEVEL(struct points_args),
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

const struct ifb_check ifb_followbench_format_checks[] = {
    { .id = "followbench:list",
      .doc = "FollowBench format 22: a list of suggestions, level by level",
      .fields = list_fields, .args_size = sizeof(struct list_args), .strict_only = true,
      .run = check_list, .examples = list_examples },
    { .id = "followbench:points",
      .doc = "FollowBench format 30: five bold points, level by level", .fields = points_fields,
      .args_size = sizeof(struct points_args), .strict_only = true, .run = check_points,
      .examples = points_examples },
    { 0 }
};
