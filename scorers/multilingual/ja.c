/* SPDX-License-Identifier: Apache-2.0 */
/*
 * M-IFEval in Japanese: keywords, lengths, beginnings, ends and punctuation, as
 * of November 2025. Nothing here ignores case but the postscript. Those that are
 * IFEval's to the letter have no row (multilingual/aliases.c).
 */
#include "scorers/multilingual/japanese.h"

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/regex.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "harness/base/utf8.h"
#include "scorers/shared.h"

const char *const ifb_ja_relations[] = { "未満", "以上", NULL };

/* ---- keywords ---- */

struct existence_args {
    const struct ifb_json *words;
    ifb_str *at;  /* absent: not a string, never found */
    size_t n;
};

static enum ifb_code bind_existence(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    struct existence_args *a = args;

    if (a->words->kind != IFB_JARRAY || !a->words->n)
        return ifb_fail(err, IFB_EINPUT, "keywords: wanted an array of strings");
    a->at = ifb_new(arena, ifb_str, a->words->n);
    for (const struct ifb_json *m = a->words->first; m; m = m->next, a->n++)
        if (m->kind == IFB_JSTRING)
            a->at[a->n] = ifb_str_copy(arena, m->string);
    a->words = NULL;  /* the document is gone when the check runs */
    return IFB_OK;
}

static enum ifb_outcome check_existence(const void *args, struct ifb_probe *p)
{
    const struct existence_args *a = args;
    ifb_str text = ifb_text_raw(p->text);

    for (size_t i = 0; i < a->n; i++) {
        size_t at = a->at[i].ptr ? ifb_str_find(text, a->at[i], 0) : SIZE_MAX;

        if (at == SIZE_MAX) {
            ifb_why(p, "'%.*s' not found", IFB_ARG(ifb_shown(a->at[i])));
            return IFB_FAIL;
        }
        ifb_mark(p, ifb_str_part(text, at, at + a->at[i].len));
    }
    ifb_why(p, "found all of %zu keywords", a->n);
    return IFB_PASS;
}

struct forbidden_args {
    struct ifb_strs words;
};

static enum ifb_code bind_forbidden(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    (void)arena;
    if (!((struct forbidden_args *)args)->words.n)
        return ifb_fail(err, IFB_EINPUT, "forbidden_words is empty");
    return IFB_OK;
}

static enum ifb_outcome check_forbidden(const void *args, struct ifb_probe *p)
{
    const struct forbidden_args *a = args;
    ifb_str text = ifb_text_raw(p->text);

    for (size_t i = 0; i < a->words.n; i++) {
        ifb_str word = a->words.at[i];
        size_t at = word.len ? ifb_str_find(text, word, 0) : SIZE_MAX;

        if (at == SIZE_MAX)
            continue;
        ifb_mark(p, ifb_str_part(text, at, at + word.len));
        ifb_why(p, "found '%.*s', which is forbidden", IFB_ARG(ifb_shown(word)));
        return IFB_FAIL;
    }
    ifb_why(p, "found none of %zu forbidden words", a->words.n);
    return IFB_PASS;
}

struct frequency_args {
    ifb_str keyword;
    int64_t frequency, relation;
};

static enum ifb_code bind_frequency(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    struct frequency_args *a = args;

    (void)arena;
    if (!a->keyword.len)
        return ifb_fail(err, IFB_EINPUT, "keyword is empty");
    a->keyword = ifb_strip(a->keyword);
    return IFB_OK;
}

/* str.count: an empty string stands between all characters. */
static int64_t count_in(ifb_str text, ifb_str what)
{
    return (int64_t)(what.len ? ifb_str_count(text, what) : ifb_utf8_count(text) + 1);
}

static enum ifb_outcome check_frequency(const void *args, struct ifb_probe *p)
{
    const struct frequency_args *a = args;
    int64_t n = count_in(ifb_text_raw(p->text), a->keyword);

    ifb_why(p, "found '%.*s' %lld times, wanted %s %lld", IFB_ARG(ifb_shown(a->keyword)),
            (long long)n, ifb_relation_name(a->relation), (long long)a->frequency);
    return ifb_pass_if(ifb_relation_holds(n, a->relation, a->frequency));
}

struct letter_args {
    ifb_str letter;
    int64_t frequency, relation;
    char katakana[4];  /* of the same sound */
    size_t nkatakana;  /* 0 when upstream would draw a letter instead */
};

static enum ifb_code bind_letter(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    struct letter_args *a = args;
    const char *p = a->letter.ptr;
    uint32_t cp;

    (void)arena;
    if (!a->letter.len)
        return ifb_fail(err, IFB_EINPUT, "letter is empty");
    cp = ifb_utf8_next(&p);
    if (p == a->letter.ptr + a->letter.len && cp >= 0x3041 && cp <= 0x3093)
        a->nkatakana = ifb_utf8_put(a->katakana, cp + 96);
    return IFB_OK;
}

static enum ifb_outcome check_letter(const void *args, struct ifb_probe *p)
{
    const struct letter_args *a = args;
    ifb_str text = ifb_text_raw(p->text);
    int64_t n = (int64_t)(ifb_str_count(text, a->letter) +
                          ifb_str_count(text, (ifb_str){ a->katakana, a->nkatakana }));

    ifb_why(p, "found '%.*s' %lld times, wanted %s %lld%s", IFB_ARG(ifb_shown(a->letter)),
            (long long)n, ifb_relation_name(a->relation), (long long)a->frequency,
            a->nkatakana ? "" : " (not from ぁ to ん: upstream draws one at random)");
    return ifb_pass_if(ifb_relation_holds(n, a->relation, a->frequency));
}

static const struct ifb_field existence_fields[] = {
    IFB_FIELD(struct existence_args, words, "keywords", .kind = IFB_JSON, .required = true,
              .doc = "an array of strings, each of which must be found"),
    { 0 }
};
static const struct ifb_field forbidden_fields[] = {
    IFB_FIELD(struct forbidden_args, words, "forbidden_words", .kind = IFB_STRINGS,
              .required = true, .doc = "strings, none of which may be found"),
    { 0 }
};
static const struct ifb_field frequency_fields[] = {
    IFB_TEXT(struct frequency_args, keyword, "keyword", "what is counted"),
    IFB_COUNT(struct frequency_args, frequency, "frequency", "the threshold"),
    IFB_JA_RELATION(struct frequency_args, relation, "relation"),
    { 0 }
};
static const struct ifb_field letter_fields[] = {
    IFB_TEXT(struct letter_args, letter, "letter",
             "one hiragana, counted with its katakana; anything else is counted literally"),
    IFB_COUNT(struct letter_args, frequency, "let_frequency", "the threshold"),
    IFB_JA_RELATION(struct letter_args, relation, "let_relation"),
    { 0 }
};
static const struct ifb_example existence_examples[] = {
    { "{\"keywords\":[\"川\",\"舟\"]}", "舟で川を下る。", IFB_PASS },
    { "{\"keywords\":[\"川\",\"舟\"]}", "舟で海に出る。", IFB_FAIL },
    { "{\"keywords\":[\"a\"]}", "A", IFB_FAIL },  /* case matters */
    { "{\"keywords\":[1]}", "1", IFB_FAIL },
    { 0 }
};
static const struct ifb_example forbidden_examples[] = {
    { "{\"forbidden_words\":[\"海\"]}", "川を下る。", IFB_PASS },
    { "{\"forbidden_words\":[\"海\"]}", "海に出る。", IFB_FAIL },
    { "{\"forbidden_words\":[\"\"]}", "海に出る。", IFB_PASS },
    { 0 }
};
static const struct ifb_example frequency_examples[] = {
    { "{\"keyword\":\"茶\",\"frequency\":2,\"relation\":\"以上\"}", "茶、また茶。", IFB_PASS },
    { "{\"keyword\":\"茶\",\"frequency\":2,\"relation\":\"未満\"}", "茶、また茶。", IFB_FAIL },
    { "{\"keyword\":\"はは\",\"frequency\":2,\"relation\":\"以上\"}", "ははは", IFB_FAIL },
    { "{\"keyword\":\"茶\",\"frequency\":2,\"relation\":\"at least\"}", "茶茶", IFB_ERROR },
    { 0 }
};
static const struct ifb_example letter_examples[] = {
    { "{\"letter\":\"ん\",\"let_frequency\":2,\"let_relation\":\"以上\"}", "パンとりんご",
      IFB_PASS },  /* katakana too */
    { "{\"letter\":\"ん\",\"let_frequency\":2,\"let_relation\":\"未満\"}", "パンとりんご",
      IFB_FAIL },
    { "{\"letter\":\"か\",\"let_frequency\":1,\"let_relation\":\"以上\"}", "がんばる", IFB_FAIL },
    { 0 }
};

/* ---- number_letters and number_sentences ---- */

static enum ifb_outcome check_letters(const void *args, struct ifb_probe *p)
{
    const struct ifb_count_args *a = args;

    return ifb_compare(p, (int64_t)ifb_utf8_count(ifb_text_raw(p->text)), a->relation, a->limit,
                       "characters");
}

static enum ifb_outcome check_sentences(const void *args, struct ifb_probe *p)
{
    const struct ifb_count_args *a = args;

    return ifb_compare(p, ifb_ja_sentences(ifb_text_raw(p->text), p->scratch), a->relation,
                       a->limit, "sentences");
}

static const struct ifb_field letters_fields[] = {
    IFB_COUNT(struct ifb_count_args, limit, "num_letters", "the threshold"),
    IFB_JA_RELATION(struct ifb_count_args, relation, "relation"),
    { 0 }
};
static const struct ifb_field sentences_fields[] = {
    IFB_COUNT(struct ifb_count_args, limit, "num_sentences", "the threshold"),
    IFB_JA_RELATION(struct ifb_count_args, relation, "relation"),
    { 0 }
};
static const struct ifb_example letters_examples[] = {
    { "{\"num_letters\":4,\"relation\":\"以上\"}", "雨です。", IFB_PASS },
    { "{\"num_letters\":4,\"relation\":\"未満\"}", "雨です。", IFB_FAIL },
    { "{\"num_letters\":6,\"relation\":\"以上\"}", "雨です。\n ", IFB_PASS },  /* not stripped */
    { 0 }
};
static const struct ifb_example sentences_examples[] = {
    { "{\"num_sentences\":2,\"relation\":\"以上\"}", "雨です。家にいます。", IFB_PASS },
    { "{\"num_sentences\":2,\"relation\":\"未満\"}", "雨です！家にいます", IFB_FAIL },
    { "{\"num_sentences\":2,\"relation\":\"未満\"}", "「雨だ。家にいる。」と言った。", IFB_PASS },
    { "{\"num_sentences\":2,\"relation\":\"未満\"}", "隣の\n猫です。", IFB_PASS },  /* の joins */
    { 0 }
};

/* ---- nth_paragraph_first_word ---- */

struct nth_args {
    int64_t num_paragraphs, nth;
    ifb_str first_word;  /* lowered by bind; the text is not */
};

static enum ifb_code bind_nth(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    struct nth_args *a = args;

    if (a->nth <= 0 || a->nth > a->num_paragraphs)
        return ifb_fail(err, IFB_EINPUT, "nth_paragraph: %lld is not from 1 to %lld",
                        (long long)a->nth, (long long)a->num_paragraphs);
    a->first_word = ifb_lower(arena, a->first_word);
    return IFB_OK;
}

static size_t skip_run(ifb_str s, const char *marks)
{
    size_t at = 0;

    while (at < s.len && s.ptr[at] && strchr(marks, s.ptr[at]))
        at++;
    return at;
}

/* ^(?:>\s*)+ and ^#{1,6}\s* */
static ifb_str skip_quote_and_heading(ifb_str s)
{
    size_t hashes;

    while (s.len && s.ptr[0] == '>')
        s = ifb_lstrip(ifb_str_from(s, 1));
    hashes = skip_run(s, "#");
    return hashes ? ifb_lstrip(ifb_str_from(s, hashes < 6 ? hashes : 6)) : s;
}

/* What `from` bytes of a list mark leave, when white space follows it. */
static ifb_str skip_mark(ifb_str s, size_t from)
{
    ifb_str rest = ifb_lstrip(ifb_str_from(s, from));

    return rest.len < s.len - from ? rest : s;
}

/* ^(?:[-*+]\s+|・\s*) and ^\d+[.)]\s+ */
static ifb_str skip_list_marks(ifb_str s)
{
    const char *p, *end, *stop;

    if (ifb_str_starts(s, IFB_STR("・")))
        s = ifb_lstrip(ifb_str_from(s, IFB_STR("・").len));
    else if (s.len && s.ptr[0] && strchr("-*+", s.ptr[0]))
        s = skip_mark(s, 1);
    p = stop = s.ptr;
    end = p + s.len;
    while (p < end && ifb_is_decimal(ifb_utf8_next(&p)))
        stop = p;
    if (stop > s.ptr && stop < end && (*stop == '.' || *stop == ')'))
        s = skip_mark(s, (size_t)(stop - s.ptr) + 1);
    return s;
}

static ifb_str skip_brackets(ifb_str s)
{
    static const ifb_str brackets[] = { IFB_STR_INIT("「"), IFB_STR_INIT("『"),
                                        IFB_STR_INIT("（"), IFB_STR_INIT("("),
                                        IFB_STR_INIT("《"), IFB_STR_INIT("〈") };

    for (size_t i = 0; i < sizeof(brackets) / sizeof(brackets[0]); i++)
        if (ifb_str_starts(s, brackets[i])) {
            s = ifb_str_from(s, brackets[i].len);
            i = SIZE_MAX;  /* from the first again */
        }
    return s;
}

/* Upstream takes markup off the front until nothing changes. */
static ifb_str without_markup(ifb_str s)
{
    size_t before;

    do {
        before = s.len;
        s = skip_list_marks(skip_quote_and_heading(s));
        s = skip_brackets(ifb_str_from(s, skip_run(s, "*_`")));
    } while (s.len < before);
    return s;
}

static enum ifb_outcome check_nth(const void *args, struct ifb_probe *p)
{
    const struct nth_args *a = args;
    ifb_str piece = { "", 0 }, begin;
    int64_t n = ifb_nth_piece(ifb_text_raw(p->text), a->nth, &piece);

    begin = without_markup(piece);
    if (piece.len)
        ifb_mark(p, ifb_str_part(begin, 0, ifb_shown(begin).len));
    ifb_why(p, "found %lld paragraphs, the %lldth begins with '%.*s', wanted %lld and '%.*s'",
            (long long)n, (long long)a->nth, IFB_ARG(ifb_shown(begin)),
            (long long)a->num_paragraphs, IFB_ARG(ifb_shown(a->first_word)));
    return ifb_pass_if(piece.len && n == a->num_paragraphs && ifb_str_starts(begin, a->first_word));
}

static const struct ifb_field nth_fields[] = {
    IFB_COUNT(struct nth_args, num_paragraphs, "num_paragraphs",
              "how many pieces two line breaks divide the text into"),
    IFB_FIELD(struct nth_args, nth, "nth_paragraph", .kind = IFB_INT, .required = true,
              .min = 1, .max = IFB_COUNT_MAX, .doc = "which of them, from 1"),
    IFB_TEXT(struct nth_args, first_word, "first_word", "what it begins with, markup left out"),
    { 0 }
};
static const struct ifb_example nth_examples[] = {
    { "{\"num_paragraphs\":2,\"nth_paragraph\":2,\"first_word\":\"次\"}", "まず。\n\n## **「次に。」",
      IFB_PASS },
    { "{\"num_paragraphs\":2,\"nth_paragraph\":2,\"first_word\":\"次\"}", "まず。\n\nそして次に。",
      IFB_FAIL },
    { "{\"num_paragraphs\":1,\"nth_paragraph\":1,\"first_word\":\"Tea\"}", "Teaです。",
      IFB_FAIL },  /* only the wanted word is lowered */
    { 0 }
};

/* ---- postscript ---- */

struct postscript_args {
    ifb_str marker;
    struct ifb_pattern pattern;
};

static enum ifb_code bind_postscript(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    static const struct {
        const char *marker, *pattern;
    } known[] = { { "P.P.S", "p\\.\\s?p\\.\\s?s" },
                  { "P.P.S.", "p\\.\\s?p\\.\\s?s\\." },
                  { "P.S.", "p\\.\\s?s\\." } };
    struct postscript_args *a = args;
    ifb_str pattern;

    (void)err;
    a->marker = ifb_strip(a->marker);
    pattern = ifb_pattern_escape(arena, a->marker);
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (ifb_str_is(a->marker, known[i].marker))
            pattern = ifb_str_of(known[i].pattern);
    ifb_pattern_bind(&a->pattern, a->marker, pattern, IFB_RE_IGNORECASE, arena);
    return IFB_OK;
}

static void release_postscript(void *args)
{
    ifb_pattern_close(&((struct postscript_args *)args)->pattern);
}

static enum ifb_outcome check_postscript(const void *args, struct ifb_probe *p)
{
    const struct postscript_args *a = args;
    ifb_str match;
    enum ifb_outcome outcome = ifb_pattern_search(&a->pattern, p, ifb_text_raw(p->text), &match);

    if (outcome == IFB_PASS)
        ifb_mark(p, match);
    if (outcome != IFB_ERROR)
        ifb_why(p, outcome == IFB_PASS ? "found '%.*s'" : "'%.*s' not found",
                IFB_ARG(ifb_shown(a->marker)));
    return outcome;
}

static const struct ifb_field postscript_fields[] = {
    IFB_TEXT(struct postscript_args, marker, "postscript_marker",
             "P.S., P.P.S or P.P.S. (spaces allowed), else the marker itself, in any case"),
    { 0 }
};
static const struct ifb_example postscript_examples[] = {
    { "{\"postscript_marker\":\"追伸\"}", "では。\n\n追伸：また。", IFB_PASS },
    { "{\"postscript_marker\":\"追伸\"}", "では。", IFB_FAIL },
    { "{\"postscript_marker\":\"P.S.\"}", "では。\n\np. s. また。", IFB_PASS },
    { "{\"postscript_marker\":\"(\"}", "では。", IFB_FAIL },  /* no pattern */
    { 0 }
};

/* ---- repeat_prompt ---- */

struct repeat_args {
    ifb_str prompt;  /* stripped by bind */
};

static enum ifb_code bind_repeat(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    struct repeat_args *a = args;

    (void)arena;
    if (!a->prompt.len)
        return ifb_fail(err, IFB_EINPUT, "prompt_to_repeat is empty");
    a->prompt = ifb_strip(a->prompt);
    return IFB_OK;
}

static enum ifb_outcome check_repeat(const void *args, struct ifb_probe *p)
{
    const struct repeat_args *a = args;
    ifb_str text = ifb_text_strip(p->text);

    ifb_why(p, "begins with '%.*s', wanted '%.*s'", IFB_ARG(ifb_shown(text)),
            IFB_ARG(ifb_shown(a->prompt)));
    return ifb_pass_if(ifb_str_starts(text, a->prompt));
}

static const struct ifb_field repeat_fields[] = {
    IFB_TEXT(struct repeat_args, prompt, "prompt_to_repeat", "what to begin with"),
    { 0 }
};
static const struct ifb_example repeat_examples[] = {
    { "{\"prompt_to_repeat\":\"なぜですか？\"}", "なぜですか？分かりません。", IFB_PASS },
    { "{\"prompt_to_repeat\":\"なぜですか？\"}", "分かりません。", IFB_FAIL },
    { "{\"prompt_to_repeat\":\"Why\"}", "WHY", IFB_FAIL },
    { 0 }
};

const struct ifb_check ifb_ja_checks[] = {
    { .id = "ja:keywords:existence", .doc = "all keywords are found as they are",
      .fields = existence_fields, .args_size = sizeof(struct existence_args),
      .bind = bind_existence, .run = check_existence, .examples = existence_examples },
    { .id = "ja:keywords:forbidden_words", .doc = "no forbidden word is found",
      .fields = forbidden_fields, .args_size = sizeof(struct forbidden_args),
      .bind = bind_forbidden, .run = check_forbidden, .examples = forbidden_examples },
    { .id = "ja:keywords:frequency", .doc = "counts a keyword as it is",
      .fields = frequency_fields, .args_size = sizeof(struct frequency_args),
      .bind = bind_frequency, .run = check_frequency, .examples = frequency_examples },
    { .id = "ja:keywords:letter_frequency", .doc = "counts a hiragana and its katakana",
      .fields = letter_fields, .args_size = sizeof(struct letter_args), .bind = bind_letter,
      .run = check_letter, .examples = letter_examples },
    { .id = "ja:length_constraints:number_letters", .doc = "counts characters, white space too",
      .fields = letters_fields, .args_size = sizeof(struct ifb_count_args), .run = check_letters,
      .examples = letters_examples },
    { .id = "ja:length_constraints:number_sentences",
      .doc = "counts sentences: lines, cut after 。 ! ? outside of brackets",
      .fields = sentences_fields, .args_size = sizeof(struct ifb_count_args),
      .run = check_sentences, .examples = sentences_examples },
    { .id = "ja:length_constraints:nth_paragraph_first_word",
      .doc = "counts paragraphs divided by blank lines and looks at how one begins",
      .fields = nth_fields, .args_size = sizeof(struct nth_args), .bind = bind_nth,
      .run = check_nth, .examples = nth_examples },
    { .id = "ja:detectable_content:postscript", .doc = "a postscript marker stands somewhere",
      .fields = postscript_fields, .args_size = sizeof(struct postscript_args),
      .bind = bind_postscript, .release = release_postscript, .run = check_postscript,
      .examples = postscript_examples },
    { .id = "ja:combination:repeat_prompt", .doc = "begins with the request, repeated",
      .fields = repeat_fields, .args_size = sizeof(struct repeat_args), .bind = bind_repeat,
      .run = check_repeat, .examples = repeat_examples },
    { 0 }
};
