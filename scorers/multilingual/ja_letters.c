/* SPDX-License-Identifier: Apache-2.0 */
/*
 * M-IFEval in Japanese: which scripts and marks a text may hold. All are walks
 * over its characters; kanji are U+4E00 to U+9FAF here, as upstream has it.
 */
#include "scorers/multilingual/japanese.h"

#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "harness/base/utf8.h"
#include "scorers/shared.h"

static bool is_kanji(uint32_t cp)
{
    return ifb_between(cp, 0x4e00, 0x9faf);
}

/* Marks all characters that `bad` knows, up to the limit of spans; the first fails the text. */
static enum ifb_outcome check_none(struct ifb_probe *p, bool (*bad)(uint32_t cp), const char *what)
{
    ifb_str text = ifb_text_raw(p->text), first = { NULL, 0 };

    for (const char *at = text.ptr, *end = at + text.len; at < end;) {
        const char *from = at;

        if (!bad(ifb_utf8_next(&at)))
            continue;
        if (!first.ptr)
            first = (ifb_str){ from, (size_t)(at - from) };
        ifb_mark(p, (ifb_str){ from, (size_t)(at - from) });
        if (p->nspans == IFB_SPANS_MAX || !p->explain)
            break;
    }
    if (!first.ptr) {
        ifb_why(p, "found no %s", what);
        return IFB_PASS;
    }
    ifb_why(p, "found '%.*s', wanted no %s", IFB_ARG(first), what);
    return IFB_FAIL;
}

static bool is_comma(uint32_t cp)
{
    return cp == 0x3001;
}

static bool is_period(uint32_t cp)
{
    return cp == 0x3002;
}

static bool is_katakana(uint32_t cp)
{
    return ifb_between(cp, 0x30a1, 0x30fa) || ifb_between(cp, 0xff66, 0xff9f);
}

static bool is_hiragana(uint32_t cp)
{
    return ifb_between(cp, 0x3041, 0x3096);
}

/* ヴ, ヵ, ヶ and ヽ are letters that upstream's range leaves out. */
static bool is_not_katakana(uint32_t cp)
{
    return ifb_is_alpha(cp) && !ifb_between(cp, 0x30a1, 0x30f3) && cp != 0x30fc &&
           !ifb_between(cp, 0xff66, 0xff9f);
}

static bool is_not_hiragana(uint32_t cp)
{
    return ifb_is_alpha(cp) && !ifb_between(cp, 0x3041, 0x3093) && cp != 0x30fc;
}

static enum ifb_outcome check_no_comma(const void *args, struct ifb_probe *p)
{
    (void)args;
    return check_none(p, is_comma, "、");
}

static enum ifb_outcome check_no_period(const void *args, struct ifb_probe *p)
{
    (void)args;
    return check_none(p, is_period, "。");
}

static enum ifb_outcome check_kansuuji(const void *args, struct ifb_probe *p)
{
    (void)args;
    return check_none(p, ifb_is_decimal, "digit");
}

static enum ifb_outcome check_no_katakana(const void *args, struct ifb_probe *p)
{
    (void)args;
    return check_none(p, is_katakana, "katakana");
}

static enum ifb_outcome check_no_hiragana(const void *args, struct ifb_probe *p)
{
    (void)args;
    return check_none(p, is_hiragana, "hiragana");
}

static enum ifb_outcome check_katakana_only(const void *args, struct ifb_probe *p)
{
    (void)args;
    return check_none(p, is_not_katakana, "letter but katakana");
}

static enum ifb_outcome check_hiragana_only(const void *args, struct ifb_probe *p)
{
    (void)args;
    return check_none(p, is_not_hiragana, "letter but hiragana");
}

static const struct ifb_example no_comma_examples[] = {
    { "{}", "茶と米。", IFB_PASS },
    { "{}", "茶、米。", IFB_FAIL },
    { "{}", "茶, 米，塩。", IFB_PASS },  /* other commas */
    { 0 }
};
static const struct ifb_example no_period_examples[] = {
    { "{}", "茶と米", IFB_PASS },
    { "{}", "茶と米。", IFB_FAIL },
    { "{}", "茶と米．", IFB_PASS },
    { 0 }
};
static const struct ifb_example kansuuji_examples[] = {
    { "{}", "二十人", IFB_PASS },
    { "{}", "20人", IFB_FAIL },
    { "{}", "２０人", IFB_FAIL },
    { "{}", "①番", IFB_PASS },  /* no decimal digit */
    { 0 }
};
static const struct ifb_example no_katakana_examples[] = {
    { "{}", "お茶をのむ。", IFB_PASS },
    { "{}", "コーヒーをのむ。", IFB_FAIL },
    { "{}", "ｺﾋ", IFB_FAIL },
    { 0 }
};
static const struct ifb_example no_hiragana_examples[] = {
    { "{}", "珈琲", IFB_PASS },
    { "{}", "珈琲を飲む", IFB_FAIL },
    { "{}", "コーヒー", IFB_PASS },
    { 0 }
};
static const struct ifb_example katakana_only_examples[] = {
    { "{}", "コーヒー・ティー 2!", IFB_PASS },
    { "{}", "コーヒーを", IFB_FAIL },
    { "{}", "ヴァイオリン", IFB_FAIL },  /* ヴ is outside of upstream's range */
    { 0 }
};
static const struct ifb_example hiragana_only_examples[] = {
    { "{}", "おちゃをのむ。", IFB_PASS },
    { "{}", "お茶をのむ。", IFB_FAIL },
    { "{}", "らーめん 2", IFB_PASS },
    { 0 }
};

/* ---- kanji ---- */

static enum ifb_outcome check_kanji(const void *args, struct ifb_probe *p)
{
    const struct ifb_count_args *a = args;
    ifb_str text = ifb_text_raw(p->text);
    int64_t n = 0;

    for (const char *at = text.ptr, *end = at + text.len; at < end;)
        n += is_kanji(ifb_utf8_next(&at));
    return ifb_compare(p, n, a->relation, a->limit, "kanji");
}

static const struct ifb_field kanji_fields[] = {
    IFB_COUNT(struct ifb_count_args, limit, "kanji_limit", "the threshold"),
    IFB_JA_RELATION(struct ifb_count_args, relation, "relation"),
    { 0 }
};
static const struct ifb_example kanji_examples[] = {
    { "{\"kanji_limit\":3,\"relation\":\"以上\"}", "日本語です。", IFB_PASS },
    { "{\"kanji_limit\":3,\"relation\":\"未満\"}", "日本語です。", IFB_FAIL },
    { "{\"kanji_limit\":2,\"relation\":\"未満\"}", "人々", IFB_PASS },  /* 々 is none */
    { 0 }
};

/* ---- furigana ---- */

/* Does （ [ぁ-ん]+ ） stand at the start of `s`? */
static bool is_reading(ifb_str s)
{
    const char *p, *end = s.ptr + s.len;
    size_t n = 0;

    if (!ifb_str_starts(s, IFB_STR("（")))
        return false;
    for (p = s.ptr + IFB_STR("（").len; p < end; n++) {
        uint32_t cp = ifb_utf8_next(&p);

        if (!ifb_between(cp, 0x3041, 0x3093))
            return cp == 0xff09 && n;
    }
    return false;
}

static enum ifb_outcome check_furigana(const void *args, struct ifb_probe *p)
{
    ifb_str text = ifb_text_raw(p->text);
    size_t runs = 0, read = 0;

    (void)args;
    for (const char *at = text.ptr, *end = at + text.len; at < end;) {
        const char *from = at, *stop;

        if (!is_kanji(ifb_utf8_next(&at)))
            continue;
        for (stop = at; at < end && is_kanji(ifb_utf8_next(&at)); stop = at)
            ;
        at = stop;
        runs++;
        if (is_reading((ifb_str){ at, (size_t)(end - at) }))
            read++;
        else
            ifb_mark(p, (ifb_str){ from, (size_t)(at - from) });
    }
    ifb_why(p, "found %zu runs of kanji, %zu with a reading in （）", runs, read);
    return ifb_pass_if(runs == read);
}

static const struct ifb_example furigana_examples[] = {
    { "{}", "お茶（ちゃ）と日本（にほん）", IFB_PASS },
    { "{}", "お茶（ちゃ）と日本", IFB_FAIL },
    { "{}", "お茶(ちゃ)", IFB_FAIL },  /* half-width brackets */
    { "{}", "おちゃ", IFB_PASS },
    { 0 }
};

const struct ifb_check ifb_ja_letter_checks[] = {
    { .id = "ja:punctuation:no_comma", .doc = "no 、; other commas are allowed",
      .run = check_no_comma, .examples = no_comma_examples },
    { .id = "ja:punctuation:no_period", .doc = "no 。; other full stops are allowed",
      .run = check_no_period, .examples = no_period_examples },
    { .id = "ja:letters:furigana", .doc = "every run of kanji is followed by its reading in （）",
      .run = check_furigana, .examples = furigana_examples },
    { .id = "ja:letters:kansuuji", .doc = "no decimal digit", .run = check_kansuuji,
      .examples = kansuuji_examples },
    { .id = "ja:letters:kanji", .doc = "counts kanji", .fields = kanji_fields,
      .args_size = sizeof(struct ifb_count_args), .run = check_kanji,
      .examples = kanji_examples },
    { .id = "ja:letters:no_katakana", .doc = "no katakana", .run = check_no_katakana,
      .examples = no_katakana_examples },
    { .id = "ja:letters:katakana_only", .doc = "no letter that is not katakana",
      .run = check_katakana_only, .examples = katakana_only_examples },
    { .id = "ja:letters:no_hiragana", .doc = "no hiragana", .run = check_no_hiragana,
      .examples = no_hiragana_examples },
    { .id = "ja:letters:hiragana_only", .doc = "no letter that is not hiragana",
      .run = check_hiragana_only, .examples = hiragana_only_examples },
    { 0 }
};
