/* SPDX-License-Identifier: Apache-2.0 */
/*
 * M-IFEval in Japanese: lists, highlights, sections, titles, quotation and how
 * sentences end. Upstream's fixed patterns are quoted above their scanners.
 */
#include "scorers/multilingual/japanese.h"

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "harness/base/utf8.h"
#include "scorers/multilingual/ipadic.h"
#include "scorers/shared.h"

/* ---- number_bullet_lists and number_numbered_lists ---- */

/* Where the item that begins at `at` ends; `at` when none begins there. */
typedef size_t item_end(ifb_str text, size_t at);

/* ^\s*・.*$ */
static size_t dot_item(ifb_str text, size_t at)
{
    return ifb_str_starts(ifb_str_from(text, at), IFB_STR("・")) ? ifb_line_end(text, at) : at;
}

/* ^\s*-\s+.*$: the white space may go on over lines. */
static size_t dash_item(ifb_str text, size_t at)
{
    size_t end;

    if (at == text.len || text.ptr[at] != '-')
        return at;
    end = ifb_skip_space(text, at + 1);
    return end > at + 1 ? ifb_line_end(text, end) : at;
}

/* ^\s*\d+\.\s.*$: the one white space may be a line break. */
static size_t numbered_item(ifb_str text, size_t at)
{
    const char *p = text.ptr + at, *end = text.ptr + text.len, *stop = p;

    while (p < end && ifb_is_decimal(ifb_utf8_next(&p)))
        stop = p;
    if (stop == text.ptr + at || stop == end || *stop != '.' || stop + 1 == end)
        return at;
    p = stop + 1;
    if (!ifb_is_space(ifb_utf8_next(&p)))
        return at;
    return ifb_line_end(text, (size_t)(p - text.ptr));
}

static int64_t count_items(ifb_str text, item_end *end_of, struct ifb_probe *p)
{
    size_t at = 0;  /* always the start of a line */
    int64_t n = 0;

    while (at < text.len) {
        size_t item = ifb_skip_space(text, at), end = end_of(text, item);

        if (end > item) {
            ifb_mark(p, ifb_str_part(text, item, end));
            n++;
        }
        /* A match that took a line break may end where a line starts. */
        at = end > item && text.ptr[end - 1] == '\n' ? end : ifb_line_end(text, end) + 1;
    }
    return n;
}

static enum ifb_outcome check_bullets(const void *args, struct ifb_probe *p)
{
    const struct ifb_exactly_args *a = args;
    ifb_str text = ifb_text_raw(p->text);
    int64_t n = count_items(text, dot_item, p);

    n += ifb_count_bullets(text, '*', p);
    n += count_items(text, dash_item, p);
    return ifb_exactly(p, n, a->wanted, "bullets");
}

static enum ifb_outcome check_numbered(const void *args, struct ifb_probe *p)
{
    const struct ifb_exactly_args *a = args;

    return ifb_exactly(p, count_items(ifb_text_raw(p->text), numbered_item, p), a->wanted,
                       "numbered items");
}

static const struct ifb_field bullets_fields[] = {
    IFB_COUNT(struct ifb_exactly_args, wanted, "num_bullets", "exactly so many"),
    { 0 }
};
static const struct ifb_field numbered_fields[] = {
    IFB_COUNT(struct ifb_exactly_args, wanted, "num_items", "exactly so many"),
    { 0 }
};
static const struct ifb_example bullets_examples[] = {
    { "{\"num_bullets\":3}", "買う：\n・茶\n* 米\n- 塩", IFB_PASS },
    { "{\"num_bullets\":2}", "買う：\n・茶", IFB_FAIL },
    { "{\"num_bullets\":1}", "・・茶\n-米\n---", IFB_PASS },  /* only the first */
    { 0 }
};
static const struct ifb_example numbered_examples[] = {
    { "{\"num_items\":2}", "1. 茶\n２. 米", IFB_PASS },
    { "{\"num_items\":2}", "1. 茶\n2．米", IFB_FAIL },  /* a full-width dot */
    { "{\"num_items\":1}", "1.\n茶", IFB_PASS },        /* the next line is taken */
    { 0 }
};

/* ---- number_highlighted_sections ---- */

/* 《[^\n《》]*》 with something in it that is not blank. */
static int64_t count_highlights(ifb_str text, struct ifb_probe *p)
{
    static const ifb_str open = IFB_STR_INIT("《"), close = IFB_STR_INIT("》");
    size_t at = 0;
    int64_t n = 0;

    while ((at = ifb_str_find(text, open, at)) != SIZE_MAX) {
        size_t from = at + open.len, to = from;

        while (to < text.len && text.ptr[to] != '\n' &&
               !ifb_str_starts(ifb_str_from(text, to), open) &&
               !ifb_str_starts(ifb_str_from(text, to), close))
            to++;
        if (ifb_str_starts(ifb_str_from(text, to), close) &&
            !ifb_is_blank(ifb_str_part(text, from, to))) {
            ifb_mark(p, ifb_str_part(text, at, to + close.len));
            n++;
        }
        at = to;
    }
    return n;
}

static enum ifb_outcome check_highlights(const void *args, struct ifb_probe *p)
{
    const struct ifb_at_least_args *a = args;

    return ifb_compare(p, count_highlights(ifb_text_raw(p->text), p), IFB_AT_LEAST, a->limit,
                       "highlights");
}

static const struct ifb_field highlights_fields[] = {
    IFB_COUNT(struct ifb_at_least_args, limit, "num_highlights", "at least so many"),
    { 0 }
};
static const struct ifb_example highlights_examples[] = {
    { "{\"num_highlights\":2}", "《茶》と《米》", IFB_PASS },
    { "{\"num_highlights\":2}", "《茶》と*米*", IFB_FAIL },
    { "{\"num_highlights\":1}", "《 》と《《", IFB_FAIL },
    { "{\"num_highlights\":1}", "《《茶》》", IFB_PASS },
    { 0 }
};

/* ---- multiple_sections ---- */

static enum ifb_code bind_sections(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    static const char before[] = "\\s?第[\\d０-９]+", after[] = "\\s?";
    struct ifb_sections_args *a = args;
    struct ifb_buf pattern;

    (void)err;
    a->spliter = ifb_strip(a->spliter);
    ifb_buf_init(&pattern, a->spliter.len + sizeof(before) + sizeof(after));
    ifb_buf_cstr(&pattern, before);
    ifb_buf_str(&pattern, a->spliter);
    ifb_buf_cstr(&pattern, after);
    ifb_pattern_bind(&a->pattern, a->spliter, ifb_buf_view(&pattern), 0, arena);
    ifb_buf_close(&pattern);
    a->worth = 1 + ifb_capturing_groups(a->spliter);
    return IFB_OK;
}

static const struct ifb_field sections_fields[] = {
    IFB_TEXT(struct ifb_sections_args, spliter, "section_spliter",
             "a pattern that stands after 第 and each section's number, such as 章"),
    IFB_COUNT(struct ifb_sections_args, num_sections, "num_sections", "at least so many"),
    { 0 }
};
static const struct ifb_example sections_examples[] = {
    { "{\"section_spliter\":\"章\",\"num_sections\":2}", "第1章 茶\n第２章 米", IFB_PASS },
    { "{\"section_spliter\":\"章\",\"num_sections\":2}", "第1章 茶\n章2 米", IFB_FAIL },
    { "{\"section_spliter\":\"章\",\"num_sections\":1}", "第一章", IFB_FAIL },
    { 0 }
};

/* ---- constrained_response, title and quotation ---- */

static enum ifb_outcome check_constrained(const void *args, struct ifb_probe *p)
{
    static const ifb_str answers[] = { IFB_STR_INIT("はい、そうです。"),
                                       IFB_STR_INIT("いいえ、違います。"),
                                       IFB_STR_INIT("どちらとも言えません。") };

    (void)args;
    return ifb_one_of_three(p, answers);
}

static enum ifb_outcome check_title(const void *args, struct ifb_probe *p)
{
    static const struct ifb_title_marks marks = { IFB_STR_INIT("『"), IFB_STR_INIT("』"),
                                                  IFB_STR_INIT("『"), IFB_STR_INIT("』") };

    (void)args;
    return ifb_title_find(p, &marks);
}

static enum ifb_outcome check_quotation(const void *args, struct ifb_probe *p)
{
    ifb_str s = ifb_text_strip(p->text);
    bool ok = ifb_str_starts(s, IFB_STR("「")) && ifb_str_ends(s, IFB_STR("」"));

    (void)args;
    ifb_why(p, "the text %s in 「」", ok ? "stands" : "does not stand");
    return ifb_pass_if(ok);
}

static const struct ifb_example constrained_examples[] = {
    { "{}", "はい、そうです。", IFB_PASS },
    { "{}", "はい。", IFB_FAIL },
    { "{}", "さて、どちらとも言えません。また明日。", IFB_PASS },
    { 0 }
};
static const struct ifb_example title_examples[] = {
    { "{}", "『茶』\nおいしい。", IFB_PASS },
    { "{}", "「茶」\nおいしい。", IFB_FAIL },
    { "{}", "『 』", IFB_FAIL },
    { 0 }
};
static const struct ifb_example quotation_examples[] = {
    { "{}", "「全部です。」", IFB_PASS },
    { "{}", "『全部です。』", IFB_FAIL },
    { "{}", "「", IFB_FAIL },
    { 0 }
};

/* ---- end_checker ---- */

struct end_args {
    ifb_str phrase;  /* stripped, without closing brackets, by bind */
};

/* str.strip("」』") */
static ifb_str without_brackets(ifb_str s)
{
    static const ifb_str a = IFB_STR_INIT("」"), b = IFB_STR_INIT("』");

    while (ifb_str_starts(s, a) || ifb_str_starts(s, b))
        s = ifb_str_from(s, a.len);
    while (ifb_str_ends(s, a) || ifb_str_ends(s, b))
        s.len -= a.len;
    return s;
}

static enum ifb_code bind_end(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    struct end_args *a = args;

    (void)arena;
    (void)err;
    a->phrase = without_brackets(ifb_strip(a->phrase));
    return IFB_OK;
}

/* Without the white space and the markup at the end. */
static ifb_str without_markup(ifb_str s)
{
    size_t before;

    do {
        before = s.len;
        s = ifb_rstrip(s);
        while (s.len && s.ptr[s.len - 1] && strchr("*_`", s.ptr[s.len - 1]))
            s.len--;
    } while (s.len < before);
    return s;
}

static enum ifb_outcome check_end(const void *args, struct ifb_probe *p)
{
    const struct end_args *a = args;
    ifb_str text = without_brackets(ifb_strip(without_markup(ifb_text_strip(p->text))));

    ifb_why(p, "the text without markup shall end with '%.*s'", IFB_ARG(ifb_shown(a->phrase)));
    return ifb_pass_if(ifb_str_ends(text, a->phrase));
}

static const struct ifb_field end_fields[] = {
    IFB_TEXT(struct end_args, phrase, "end_phrase", "what to end with, brackets left out"),
    { 0 }
};
static const struct ifb_example end_examples[] = {
    { "{\"end_phrase\":\"以上です。\"}", "茶と米。以上です。", IFB_PASS },
    { "{\"end_phrase\":\"以上です。\"}", "以上です。茶と米。", IFB_FAIL },
    { "{\"end_phrase\":\"以上です。」\"}", "茶と米。「以上です。」\n**", IFB_PASS },
    { 0 }
};

/* ---- sentence_unified_end ---- */

/* re.sub(open + ".*?" + close, "", text) */
static ifb_str without_quotes(ifb_str text, ifb_str open, ifb_str close, struct ifb_arena *arena)
{
    char *out = ifb_alloc_raw(arena, text.len);
    size_t at = 0, from, n = 0;

    while ((from = ifb_str_find(text, open, at)) != SIZE_MAX) {
        size_t line = ifb_line_end(text, from);
        size_t end = ifb_str_find(ifb_str_part(text, 0, line), close, from + open.len);
        size_t keep = end == SIZE_MAX ? line : from;  /* nothing more to delete in the line */

        memcpy(out + n, text.ptr + at, keep - at);
        n += keep - at;
        at = end == SIZE_MAX ? line : end + close.len;
    }
    memcpy(out + n, text.ptr + at, text.len - at);
    return (ifb_str){ out, n + text.len - at };
}

ifb_str ifb_ja_unquoted(ifb_str text, struct ifb_arena *arena)
{
    text = without_quotes(text, IFB_STR("「"), IFB_STR("」"), arena);
    return without_quotes(text, IFB_STR("『"), IFB_STR("』"), arena);
}

struct unified_args {
    ifb_str ending;
};

/* Where the next of 。！？, which have three bytes each, stands; the end when there is none. */
static size_t find_stop(ifb_str text, size_t at)
{
    for (; at < text.len; at++) {
        ifb_str rest = ifb_str_from(text, at);

        if (ifb_str_starts(rest, IFB_STR("。")) || ifb_str_starts(rest, IFB_STR("！")) ||
            ifb_str_starts(rest, IFB_STR("？")))
            break;
    }
    return at;
}

static enum ifb_outcome check_unified(const void *args, struct ifb_probe *p)
{
    const struct unified_args *a = args;
    ifb_str text = ifb_ja_unquoted(ifb_text_raw(p->text), p->scratch);
    size_t at = 0;

    while (at < text.len) {
        size_t stop = find_stop(text, at);
        ifb_str piece = ifb_str_part(text, at, stop);

        if (piece.len && !ifb_str_ends(piece, a->ending)) {
            ifb_why(p, "the sentence '%.*s' does not end with '%.*s'", IFB_ARG(ifb_shown(piece)),
                    IFB_ARG(ifb_shown(a->ending)));
            return IFB_FAIL;
        }
        at = stop + IFB_STR("。").len;
    }
    ifb_why(p, "every sentence ends with '%.*s'", IFB_ARG(ifb_shown(a->ending)));
    return IFB_PASS;
}

static const struct ifb_field unified_fields[] = {
    IFB_TEXT(struct unified_args, ending, "ending",
             "what stands at the end of every sentence, before its mark"),
    { 0 }
};
static const struct ifb_example unified_examples[] = {
    { "{\"ending\":\"です\"}", "茶です。米です！", IFB_PASS },
    { "{\"ending\":\"です\"}", "茶です。米だ。", IFB_FAIL },
    { "{\"ending\":\"です\"}", "「茶だ。」です。", IFB_PASS },  /* what is quoted does not count */
    { "{\"ending\":\"です\"}", "茶です。\n米です。", IFB_PASS },
    { 0 }
};

/* ---- nominal_ending ---- */

struct nominal_args {
    int64_t count;
};

/* Is it one of the marks 。！？, or some of them in that order? */
static bool is_stop(ifb_str surface)
{
    return surface.len && surface.len % 3 == 0 &&
           ifb_str_find(IFB_STR("。！？"), surface, 0) != SIZE_MAX;
}

static enum ifb_outcome check_nominal(const void *args, struct ifb_probe *p)
{
    const struct nominal_args *a = args;
    ifb_str text = ifb_ja_unquoted(ifb_text_raw(p->text), p->scratch);
    struct ifb_morphemes m =
        ifb_ipadic_morphemes(ifb_text_resources(p->text)->ipadic, text, p->scratch);
    int64_t n = 0;

    for (size_t i = 1; i < m.n; i++)
        n += is_stop(m.at[i].surface) && m.at[i - 1].noun;
    return ifb_compare(p, n, IFB_AT_LEAST, a->count, "sentences that end with a noun");
}

static const struct ifb_field nominal_fields[] = {
    IFB_COUNT(struct nominal_args, count, "count", "at least so many"),
    { 0 }
};
static const struct ifb_example nominal_examples[] = {
    { "{\"count\":1}", "好きなのは緑茶。飲みます。", IFB_PASS },
    { "{\"count\":1}", "緑茶を飲みます。", IFB_FAIL },
    { "{\"count\":1}", "「緑茶。」と言います。", IFB_FAIL },  /* what is quoted does not count */
    { 0 }
};

const struct ifb_check ifb_ja_format_checks[] = {
    { .id = "ja:detectable_format:number_bullet_lists",
      .doc = "exactly so many lines that begin with ・, * or - and a space",
      .fields = bullets_fields, .args_size = sizeof(struct ifb_exactly_args),
      .run = check_bullets, .examples = bullets_examples },
    { .id = "ja:detectable_format:number_numbered_lists",
      .doc = "exactly so many lines that begin with a number and a dot",
      .fields = numbered_fields, .args_size = sizeof(struct ifb_exactly_args),
      .run = check_numbered, .examples = numbered_examples },
    { .id = "ja:detectable_format:number_highlighted_sections",
      .doc = "at least so many runs of text in 《》", .fields = highlights_fields,
      .args_size = sizeof(struct ifb_at_least_args), .run = check_highlights,
      .examples = highlights_examples },
    { .id = "ja:detectable_format:multiple_sections",
      .doc = "at least so many section marks with a number in them", .fields = sections_fields,
      .args_size = sizeof(struct ifb_sections_args), .bind = bind_sections,
      .release = ifb_sections_release, .run = ifb_sections_check,
      .examples = sections_examples },
    { .id = "ja:detectable_format:constrained_response",
      .doc = "one of three given answers stands somewhere", .run = check_constrained,
      .examples = constrained_examples },
    { .id = "ja:detectable_format:title", .doc = "a title stands in 『』", .run = check_title,
      .examples = title_examples },
    { .id = "ja:detectable_format:nominal_ending",
      .doc = "at least so many sentences end with a noun, as a dictionary has it",
      .fields = nominal_fields, .args_size = sizeof(struct nominal_args),
      .needs = IFB_NEEDS_IPADIC, .run = check_nominal, .examples = nominal_examples },
    { .id = "ja:startend:quotation", .doc = "the whole text stands in 「」",
      .run = check_quotation, .examples = quotation_examples },
    { .id = "ja:startend:end_checker", .doc = "ends with a phrase, perhaps in markup",
      .fields = end_fields, .args_size = sizeof(struct end_args), .bind = bind_end,
      .run = check_end, .examples = end_examples },
    { .id = "ja:startend:sentence_unified_end", .doc = "all sentences end alike, quotes left out",
      .fields = unified_fields, .args_size = sizeof(struct unified_args), .run = check_unified,
      .examples = unified_examples },
    { 0 }
};
