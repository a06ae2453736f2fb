/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Language detection against langdetect 1.0.9 with seed 0. The expected values
 * are what it says when it reads its profiles in the order of their names.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "harness/base/arena.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "scorers/nlp/langid.h"
#include "scorers/nlp/langid_table.h"

#define TEXT(lit) IFB_STR_INIT(lit)

static int setup(void **state)
{
    *state = ifb_arena_new();
    return 0;
}

static int teardown(void **state)
{
    ifb_arena_close(*state);
    return 0;
}

/* ---- the embedded table ---- */

static void table_is_what_the_generator_wrote(void **state)
{
    const struct ifb_langid_table *t = &ifb_langid_table;
    const unsigned char *p = (const unsigned char *)t;
    uint64_t h = UINT64_C(0xcbf29ce484222325);

    (void)state;
    assert_string_equal(t->magic, IFB_LANGID_MAGIC);
    assert_int_equal(t->size, sizeof(*t));
    for (size_t i = offsetof(struct ifb_langid_table, total); i < sizeof(*t); i++)
        h = (h ^ p[i]) * UINT64_C(0x100000001b3);
    assert_true(h == t->checksum);
    assert_true(h == IFB_LANGID_CHECKSUM);
}

static void table_holds_its_invariants(void **state)
{
    const struct ifb_langid_table *t = &ifb_langid_table;

    (void)state;
    assert_int_equal(t->page[0], 0);
    assert_int_equal(t->page[1], 64);
    for (size_t i = 0; i < 1024; i++)
        assert_in_range(t->page[i], 0, sizeof(t->sym) / sizeof(t->sym[0]) - 64);
    for (size_t i = 0; i < sizeof(t->sym) / sizeof(t->sym[0]); i++)
        assert_in_range(t->sym[i] & IFB_LANGID_ID, 0, IFB_LANGID_SYMS - 1);
    for (size_t i = 0; i < IFB_LANGID_PAIR_SLOTS; i++)
        assert_in_range(t->node[i], 0, IFB_LANGID_NODES - 1);
    for (size_t i = IFB_LANGID_PAIR_SLOTS; i < IFB_LANGID_SLOTS; i++)
        assert_true(t->owner[i] == IFB_LANGID_FREE || t->owner[i] > IFB_LANGID_SYMS);
    for (size_t i = 1; i < IFB_LANGS; i++)
        assert_true(strcmp(t->lang[i - 1], t->lang[i]) < 0);
}

static void counts_stay_inside_the_table(void **state)
{
    const struct ifb_langid_table *t = &ifb_langid_table;
    size_t lists = 0, rows = 0, alone = 0;

    (void)state;
    for (size_t i = 0; i < IFB_LANGID_SLOTS; i++) {
        uint32_t post = t->post[i];

        if (t->owner[i] == IFB_LANGID_FREE)
            continue;
        if (post & IFB_LANGID_LAST) {
            assert_in_range(post >> IFB_LANGID_LANG_SHIFT & 63, 0, IFB_LANGS - 1);
            alone++;
        } else if (post & IFB_LANGID_IS_DENSE) {
            assert_in_range(post ^ IFB_LANGID_IS_DENSE, 0, IFB_LANGID_DENSE - 1);
            rows++;
        } else {
            assert_in_range(post, 0, IFB_LANGID_POSTINGS - 1);
            lists++;
        }
    }
    for (size_t i = 0; i < IFB_LANGID_POSTINGS; i++)
        assert_in_range(t->posting[i] >> IFB_LANGID_LANG_SHIFT & 63, 0, IFB_LANGS - 1);
    assert_true(t->posting[IFB_LANGID_POSTINGS - 1] & IFB_LANGID_LAST);
    assert_int_equal(rows, IFB_LANGID_DENSE);
    assert_true(alone > lists && lists > rows);
}

/* ---- sentences ---- */

struct row {
    ifb_str text;
    struct ifb_lang_prob want[2];  /* all that are above 0.1 */
};

static bool row_holds(struct ifb_arena *a, const struct row *r)
{
    struct ifb_lang_prob got[IFB_LANGS];
    const char *best = ifb_langid_detect(r->text, a);
    int n = ifb_langid_probs(r->text, a, got);
    int wanted = r->want[1].lang ? 2 : r->want[0].lang ? 1 : -1;
    bool good = n == wanted && (n < 1 ? !best : best && !strcmp(best, r->want[0].lang));

    for (int i = 0; good && i < n; i++)
        good = !strcmp(got[i].lang, r->want[i].lang) &&
               fabs(got[i].prob - r->want[i].prob) < 1e-12;
    if (good)
        return true;
    print_error("'%.*s': found %s (%d)", IFB_ARG(r->text), best ? best : "none", n);
    for (int i = 0; i < n; i++)
        print_error(" %s %.17g", got[i].lang, got[i].prob);
    print_error(", wanted %s %.17g\n", r->want[0].lang ? r->want[0].lang : "none", r->want[0].prob);
    return false;
}

static void check_rows(struct ifb_arena *a, const struct row *rows, size_t n)
{
    size_t bad = 0;

    for (size_t i = 0; i < n; i++) {
        if (!row_holds(a, &rows[i])) {
            print_error("    in row %zu\n", i);
            bad++;
        }
    }
    assert_int_equal(bad, 0);
}

#define CHECK_ROWS(state, rows) check_rows(*(state), rows, sizeof(rows) / sizeof((rows)[0]))

static const struct row sentences[] = {
    { TEXT("The kettle sings before anyone in the house is awake."),
      { { "en", 0.9999973253092787 } } },
    { TEXT("Der Kessel pfeift, bevor im Haus jemand wach ist."),
      { { "de", 0.9999964157640844 } } },
    { TEXT("La bouilloire siffle avant que quelqu'un ne se réveille dans la maison."),
      { { "fr", 0.999996831133489 } } },
    { TEXT("La tetera silba antes de que alguien despierte en la casa."),
      { { "es", 0.9999936861899499 } } },
    { TEXT("Il bollitore fischia prima che qualcuno in casa si svegli."),
      { { "it", 0.9999954791626462 } } },
    { TEXT("A chaleira apita antes que alguém acorde na casa."),
      { { "pt", 0.999995887626112 } } },
    { TEXT("De ketel fluit voordat er iemand in huis wakker is."),
      { { "nl", 0.898848807873871 }, { "af", 0.1011511921261276 } } },
    { TEXT("Чайник свистит раньше, чем кто-нибудь в доме проснётся."),
      { { "ru", 0.9999958954691459 } } },
    { TEXT("Чайник свистить раніше, ніж хтось у домі прокинеться."),
      { { "uk", 0.9999987023600477 } } },
    { TEXT("Su ısıtıcısı evde kimse uyanmadan önce öter."), { { "tr", 0.9999988822871562 } } },
    { TEXT("Ấm nước reo trước khi có ai trong nhà thức dậy."), { { "vi", 0.9999998557228562 } } },
    { TEXT("家の誰かが起きる前に、やかんが鳴る。"), { { "ja", 0.9999999610612798 } } },
    { TEXT("집 안의 누군가가 깨기 전에 주전자가 노래한다."), { { "ko", 0.99999962676305 } } },
    { TEXT("在家里任何人醒来之前,水壶就响了。"),
      { { "zh-cn", 0.7142837240742375 }, { "ko", 0.2857142467493758 } } },
    { TEXT("在家裡任何人醒來之前,水壺就響了。"),
      { { "ko", 0.5714277893539701 }, { "zh-tw", 0.4285715016263348 } } },
    { TEXT("घर में किसी के जागने से पहले केतली गाती है।"), { { "hi", 0.9999980571626307 } } },
    { TEXT("الغلاية تصفر قبل أن يستيقظ أحد في البيت."), { { "ar", 0.9999984702170368 } } },
    { TEXT("הקומקום שורק לפני שמישהו בבית מתעורר."), { { "he", 0.9999999901505208 } } },
    { TEXT("Ο βραστήρας σφυρίζει πριν ξυπνήσει κανείς στο σπίτι."),
      { { "el", 0.9999999972903854 } } },
    { TEXT("กาน้ำร้องก่อนที่ใครในบ้านจะตื่น"), { { "th", 0.9999999999642122 } } },
    { TEXT("Czajnik gwiżdże, zanim ktokolwiek w domu się obudzi."),
      { { "pl", 0.9999976950614028 } } },
    { TEXT("Vedenkeitin viheltää ennen kuin kukaan talossa herää."),
      { { "fi", 0.9999986035221159 } } },
};

static void sentences_in_many_languages(void **state)
{
    CHECK_ROWS(state, sentences);
}

static const struct row short_texts[] = {
    { TEXT("ok"), { { "sk", 0.9999944857894201 } } },
    { TEXT("no"), { { "tl", 0.9999958763654879 } } },
    { TEXT("hello"), { { "fi", 0.7142823876778882 }, { "nl", 0.28571303803778175 } } },
    { TEXT("Yes."), { { "fr", 0.7142812936563365 }, { "tr", 0.28571301338691696 } } },
    { TEXT("é"), { { "hu", 0.9999958116222675 } } },
    { TEXT("hotel bar taxi"), { { "so", 0.9999977542107049 } } },
};

static void short_texts_depend_on_the_draws(void **state)
{
    CHECK_ROWS(state, short_texts);
}

static const struct row featureless[] = {
    { TEXT(""), { { 0 } } },
    { TEXT("   "), { { 0 } } },
    { TEXT("0123 456, 789!"), { { 0 } } },
    { TEXT("[]\\^_`"), { { 0 } } },
    { TEXT("\0\0"), { { 0 } } },
    { TEXT("…—"), { { 0 } } },
    { TEXT("😀😀"), { { 0 } } },
    { TEXT("http://example.org/the/kettle"), { { 0 } } },
    { TEXT("someone@example.org"), { { 0 } } },
};

static void texts_without_features(void **state)
{
    ifb_str absent = { NULL, 0 };

    CHECK_ROWS(state, featureless);
    assert_null(ifb_langid_detect(absent, *state));
}

/* ---- what cleaning does ---- */

static const struct row cleaned[] = {
    { TEXT("see http://example.org/der/kessel/pfeift/im/haus the kettle"),
      { { "en", 0.999997192044758 } } },
    { TEXT("mail der.kessel@pfeift.example.org the kettle"),
      { { "en", 0.8571401067553519 }, { "et", 0.14285716135713225 } } },
    { TEXT("http://a@b.cc"), { { "ca", 0.999993332155206 } } },
    { TEXT("x@y"), { { "so", 0.9999995558797223 } } },
    { TEXT("x@yz is"), { { "af", 0.999992812446828 } } },
    { TEXT("ABCDEF"), { { "tl", 0.9997709097807372 } } },
    { TEXT("THE KETTLE SINGS BEFORE ANYONE IS AWAKE"), { { "en", 0.9999931844188503 } } },
    { TEXT("Straße STRASSE"), { { "de", 0.9999982841065453 } } },
    { TEXT("Café ÉTÉ"), { { "fr", 0.9999952833218437 } } },
    { TEXT("ИИ Привет МИР"), { { "mk", 0.7601556632758406 }, { "bg", 0.23984433672415956 } } },
    { TEXT("AⒷc the"), { { "en", 0.9999974154811668 } } },
    { TEXT("𝐀B the kettle"), { { "en", 0.9999972302835636 } } },
    { TEXT("a\0b the \0 kettle"), { { "en", 0.8571398507539469 }, { "hu", 0.1428594648509775 } } },
};

static void addresses_capitals_and_control_characters(void **state)
{
    CHECK_ROWS(state, cleaned);
}

static const struct {
    const char *what;
    ifb_str a, b;
} twins[] = {
    { "an address is a space", TEXT("tea http://a.b/c-d?e=f;g pot"), TEXT("tea pot") },
    { "so is https, not ftp", TEXT("tea https://x pot"), TEXT("tea   pot") },
    { "a mail address is a space", TEXT("tea a.b-c_d@e-f.gh pot"), TEXT("tea pot") },
    { "a mail host of two letters is enough", TEXT("tea a@bc pot"), TEXT("tea pot") },
    { "a host that is an address is none", TEXT("the a@http://x.y"), TEXT("the a@ ") },
    { "Vietnamese marks are composed", TEXT("a\xcc\x81o co\xcc\x81 mu\xcc\x80i"),
      TEXT("áo có mùi") },
    { "one mark only", TEXT("A\xcc\x81\xcc\x81n"), TEXT("Á\xcc\x81n") },
    { "comma below is cedilla", TEXT("fișă și țintă"), TEXT("fişă şi ţintă") },
    { "few Latin letters are dropped", TEXT("Чайник свистит ab[ раньше"),
      TEXT("Чайник свистит  раньше") },
    { "that is, less than half as many", TEXT("чайки ab"), TEXT("чайки ") },
    { "kana are one letter each", TEXT("やかんカナ"), TEXT("あああアア") },
    { "punctuation is space", TEXT("tea-pot, of \xe2\x80\x9c""tea”"), TEXT("tea pot  of  tea ") },
};

static bool same_probs(struct ifb_arena *arena, ifb_str a, ifb_str b)
{
    struct ifb_lang_prob x[IFB_LANGS], y[IFB_LANGS];
    int n = ifb_langid_probs(a, arena, x);

    if (n < 1 || ifb_langid_probs(b, arena, y) != n)
        return false;
    for (int i = 0; i < n; i++)
        if (x[i].lang != y[i].lang || x[i].prob < y[i].prob || x[i].prob > y[i].prob)
            return false;
    return true;
}

static void texts_that_clean_to_the_same(void **state)
{
    size_t bad = 0;

    for (size_t i = 0; i < sizeof(twins) / sizeof(twins[0]); i++) {
        if (!same_probs(*state, twins[i].a, twins[i].b)) {
            print_error("row %zu: %s\n", i, twins[i].what);
            bad++;
        }
    }
    assert_int_equal(bad, 0);
    /* Half as many stay. */
    assert_false(same_probs(*state, IFB_STR("чайк ab"), IFB_STR("чайк ")));
}

static ifb_str repeated(struct ifb_arena *a, ifb_str piece, size_t times)
{
    char *p = ifb_alloc_raw(a, piece.len * times);

    for (size_t i = 0; i < times; i++)
        memcpy(p + i * piece.len, piece.ptr, piece.len);
    return (ifb_str){ p, piece.len * times };
}

static const struct {
    const char *before;
    char fill;
    size_t times;
    const char *after, *same;
} limits[] = {
    { "http://", 'a', 2076, "the tea", " the tea" },
    { "https://", 'a', 2077, "the tea", " athe tea" },
    { "", 'x', 64, "@ab tea", "  tea" },
    { "", 'x', 65, "@ab tea", "x  tea" },
    { "a@", 'b', 510, "the tea", " the tea" },
    { "a@", 'b', 511, "the tea", " bthe tea" },
    { "a@bbb.", 'c', 254, "the tea", " the tea" },
    { "a@bbb.", 'c', 255, "the tea", " cthe tea" },
};

static void addresses_have_limits(void **state)
{
    size_t bad = 0;

    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        ifb_str fill = repeated(*state, (ifb_str){ &limits[i].fill, 1 }, limits[i].times);
        ifb_str text = ifb_fmt(*state, "%s%.*s%s", limits[i].before, IFB_ARG(fill),
                               limits[i].after);

        if (!same_probs(*state, text, (ifb_str){ limits[i].same, strlen(limits[i].same) })) {
            print_error("row %zu: '%s' x %zu is not '%s'\n", i, limits[i].before, limits[i].times,
                        limits[i].same);
            bad++;
        }
    }
    assert_int_equal(bad, 0);
}

/* ---- long texts ---- */

static void only_10000_characters_count(void **state)
{
    ifb_str russian = IFB_STR("чай ");
    ifb_str english = IFB_STR("the kettle sings before us all  \xc2\xab");
    ifb_str tail = repeated(*state, english, 30000);
    ifb_str head = repeated(*state, russian, 2500);  /* 10,000 characters exactly */
    ifb_str both = ifb_fmt(*state, "%.*s%.*s", IFB_ARG(head), IFB_ARG(tail));
    ifb_str ending = ifb_fmt(*state, "%.*sa\xcc\x81%.*s", IFB_ARG(tail), IFB_ARG(tail));

    assert_true(both.len > 1000000);
    assert_true(same_probs(*state, both, head));
    assert_string_equal(ifb_langid_detect(both, *state), "ru");
    assert_string_equal(ifb_langid_detect(ending, *state), "en");
    /* Spaces count before they are folded. */
    head = ifb_fmt(*state, "чай%*s", 9997, "");
    both = ifb_fmt(*state, "%.*s%.*s", IFB_ARG(head), IFB_ARG(tail));
    assert_true(same_probs(*state, both, head));
}

static void a_mark_joins_the_last_character_that_counts(void **state)
{
    ifb_str pad = repeated(*state, IFB_STR(" "), 9998);
    ifb_str split = ifb_fmt(*state, "t%.*sa\xcc\x81x", IFB_ARG(pad));
    ifb_str joined = ifb_fmt(*state, "t%.*sáx", IFB_ARG(pad));
    ifb_str plain = ifb_fmt(*state, "t%.*sax", IFB_ARG(pad));

    assert_true(same_probs(*state, split, joined));
    assert_false(same_probs(*state, plain, joined));
}

static void hostile_texts_end(void **state)
{
    static const ifb_str pieces[] = {
        TEXT("@"), TEXT(":"), TEXT("://"), TEXT("http://"), TEXT("https://x@"), TEXT("a@"),
        TEXT("a@b"), TEXT("a.@-"), TEXT("\xcc\x81"), TEXT("a\xcc\x81"), TEXT("\0"), TEXT("A"),
        TEXT("\xf4\x8f\xbf\xbf"), TEXT("\xef\xbf\xbf"), TEXT("hhttp"),
    };
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_lang_prob probs[IFB_LANGS];

    (void)state;
    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        ifb_str text = repeated(arena, pieces[i], 200000 / pieces[i].len);

        for (size_t cut = 0; cut < 5; cut++, text.len -= pieces[i].len) {
            int n = ifb_langid_probs(text, arena, probs);

            assert_true(n == -1 || n > 0);
            assert_true((n == -1) == !ifb_langid_detect(text, arena));
        }
        ifb_arena_reset(arena);
    }
    ifb_arena_close(arena);
}

/* ---- langdetect's own answers ---- */

static bool golden_holds(struct ifb_arena *a, const struct ifb_json *row)
{
    const struct ifb_json *want = ifb_json_get(row, "probs");
    struct ifb_lang_prob got[IFB_LANGS];
    ifb_str text = ifb_json_str(row, "text"), lang = ifb_json_str(row, "lang");
    const char *best = ifb_langid_detect(text, a);
    int n = ifb_langid_probs(text, a, got);

    if (!lang.ptr)
        return !best && n == -1;
    if (!best || strlen(best) != lang.len || memcmp(best, lang.ptr, lang.len))
        return false;
    if (n < 0 || (size_t)n != want->n)
        return false;
    for (int i = 0; i < n; i++) {
        const struct ifb_json *pair = ifb_json_at(want, (size_t)i);
        ifb_str name = ifb_json_at(pair, 0)->string;

        if (strlen(got[i].lang) != name.len || memcmp(got[i].lang, name.ptr, name.len) ||
            !(fabs(got[i].prob - ifb_json_at(pair, 1)->number) < 1e-12))
            return false;
    }
    return true;
}

static void golden_file(void **state)
{
    const char *dir = getenv("IFBENCH_DATA");
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_error err = { 0 };
    struct ifb_lines *lines = NULL;
    size_t n = 0, bad = 0;
    bool more = true;
    char *path = ifb_path_join(*state, dir ? dir : "../shared/data",
                               "langdetect/golden_seed0.jsonl.gz");

    if (!ifb_file_exists(path)) {
        ifb_arena_close(arena);
        skip();
    }
    assert_int_equal(ifb_lines_open(path, &lines, &err), IFB_OK);
    for (;;) {
        const struct ifb_json *row;
        ifb_str line;

        assert_int_equal(ifb_lines_next(lines, &line, &more, &err), IFB_OK);
        if (!more)
            break;
        n++;
        assert_int_equal(ifb_json_parse(arena, line, 0, (unsigned)n, &row, &err), IFB_OK);
        if (!golden_holds(arena, row)) {
            print_error("line %u: wanted %.*s\n", ifb_lines_number(lines),
                        IFB_ARG(ifb_json_str(row, "lang")));
            bad++;
        }
        ifb_arena_reset(arena);
    }
    ifb_lines_close(lines);
    ifb_arena_close(arena);
    assert_true(n > 4000);
    assert_int_equal(bad, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_is_what_the_generator_wrote),
        cmocka_unit_test(table_holds_its_invariants),
        cmocka_unit_test(counts_stay_inside_the_table),
        cmocka_unit_test(sentences_in_many_languages),
        cmocka_unit_test(short_texts_depend_on_the_draws),
        cmocka_unit_test(texts_without_features),
        cmocka_unit_test(addresses_capitals_and_control_characters),
        cmocka_unit_test(texts_that_clean_to_the_same),
        cmocka_unit_test(addresses_have_limits),
        cmocka_unit_test(only_10000_characters_count),
        cmocka_unit_test(a_mark_joins_the_last_character_that_counts),
        cmocka_unit_test(hostile_texts_end),
        cmocka_unit_test(golden_file),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
