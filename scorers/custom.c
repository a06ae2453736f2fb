/* SPDX-License-Identifier: Apache-2.0 */
/*
 * custom: tasks with one right answer or one right shape (IFBench); those in
 * CSV are in custom_csv.c.
 */
#include "scorers/families.h"

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "harness/base/unistr.h"
#include "harness/base/utf8.h"
#include "scorers/punct.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

/* ---- multiples ---- */

/* The next maximal run of \d at or after *at. */
static bool next_digits(ifb_str text, size_t *at, ifb_str *run)
{
    const char *p = text.ptr + *at, *end = text.ptr + text.len, *from = NULL;

    while (p < end) {
        const char *here = p;
        bool digit = ifb_is_decimal(ifb_utf8_next(&p));

        if (digit && !from)
            from = here;
        if (!digit && from) {
            p = here;
            break;
        }
    }
    *at = (size_t)(p - text.ptr);
    if (from)
        *run = (ifb_str){ from, (size_t)(p - from) };
    return from != NULL;
}

static enum ifb_outcome check_multiples(const void *args, struct ifb_probe *p)
{
    static const char *const wanted[] = { "14", "21", "28", "35", "42", "49" };
    ifb_str text = ifb_text_raw(p->text), run;
    size_t at = 0, n = 0;

    (void)args;
    for (; next_digits(text, &at, &run); n++) {
        ifb_mark(p, run);
        if (n < N(wanted) && ifb_str_is(run, wanted[n]))
            continue;
        ifb_why(p, "number %zu is '%.*s', wanted '%s'", n + 1, IFB_ARG(ifb_shown(run)),
                n < N(wanted) ? wanted[n] : "no more");
        return IFB_FAIL;
    }
    ifb_why(p, "found %zu numbers, wanted 14 21 28 35 42 49", n);
    return ifb_pass_if(n == N(wanted));
}

static const struct ifb_example multiples_examples[] = {
    { "{}", "14, 21, 28, 35, 42, 49", IFB_PASS },
    { "{}", "7, 14, 21, 28, 35, 42, 49", IFB_FAIL },
    { "{}", "14,21,28 and 35-42-49.", IFB_PASS },
    { "{}", "14, 21, 28, 35, 42", IFB_FAIL },
    { 0 }
};

/* ---- mcq_count_length ---- */

/* re.match(r"[A-Ea-e][.|)]\s*\w"). */
static bool is_choice(ifb_str line)
{
    const char *p, *end = line.ptr + line.len;
    uint32_t cp = 0;

    if (line.len < 3 || (line.ptr[0] | 0x20) < 'a' || (line.ptr[0] | 0x20) > 'e' ||
        !memchr(".|)", line.ptr[1], 3))
        return false;
    p = line.ptr + 2;
    do
        cp = ifb_utf8_next(&p);
    while (p < end && ifb_is_space(cp));
    return ifb_is_word(cp);
}

/* The length of what stands before the first choice, and how many choices there are. */
static size_t measure_question(struct ifb_arena *scratch, ifb_str piece, size_t *choices)
{
    struct ifb_strs lines = ifb_split(scratch, piece, IFB_STR("\n"));
    size_t length = 0;

    *choices = 0;
    for (size_t i = 0; i < lines.n; i++) {
        ifb_str line = ifb_strip(lines.at[i]);

        if (is_choice(line))
            ++*choices;
        else if (!*choices)
            length += ifb_utf8_count(line) + (i > 0);
    }
    return length;
}

/* Where "Question ", digits, [.|):;]? begins at or after `from`, and its end; SIZE_MAX: nowhere. */
static size_t find_heading(ifb_str text, size_t from, size_t *end)
{
    static const ifb_str word = IFB_STR_INIT("Question ");
    size_t at = from;
    ifb_str run;

    while ((at = ifb_str_find(text, word, at)) != SIZE_MAX) {
        const char *p = text.ptr + at + word.len;

        if (p < text.ptr + text.len && ifb_is_decimal(ifb_utf8_next(&p))) {
            *end = at + word.len;
            next_digits(text, end, &run);
            if (*end < text.len && memchr(".|):;", text.ptr[*end], 5))
                ++*end;
            return at;
        }
        at += word.len;
    }
    *end = text.len;
    return SIZE_MAX;
}

static enum ifb_outcome check_mcq(const void *args, struct ifb_probe *p)
{
    ifb_str text = ifb_text_raw(p->text);
    size_t at = 0, n = 0, before = 0, next, end;

    (void)args;
    if (!ifb_str_starts(text, IFB_STR("Question"))) {
        ifb_why(p, "the text does not begin with 'Question'");
        return IFB_FAIL;
    }
    for (; at < text.len; at = end) {
        size_t length, choices;
        ifb_str piece;

        next = find_heading(text, at, &end);
        piece = ifb_strip(ifb_str_part(text, at, next == SIZE_MAX ? text.len : next));
        if (!piece.len)
            continue;
        length = measure_question(p->scratch, piece, &choices);
        if (choices != 5 || (n && length <= before)) {
            ifb_mark(p, piece);
            ifb_why(p, "question %zu has %zu choices and %zu characters, wanted 5 and more than "
                    "%zu", n + 1, choices, length, before);
            return IFB_FAIL;
        }
        before = length;
        n++;
    }
    ifb_why(p, "found %zu questions, wanted 4", n);
    return ifb_pass_if(n == 4);
}

#define CHOICES "A. a\nB. b\nC. c\nD. d\nE. e\n"

static const struct ifb_example mcq_examples[] = {
    { "{}", "Question 1. Why?\n" CHOICES "Question 2. Why so?\n" CHOICES
      "Question 3. Why is it?\n" CHOICES "Question 4. Why is it so?\n" CHOICES, IFB_PASS },
    { "{}", "Question 1. Why?\n" CHOICES "Question 2. Why so?\n" CHOICES
      "Question 3. Why so?\n" CHOICES "Question 4. Why is it so?\n" CHOICES, IFB_FAIL },
    { "{}", "Question 1. Why?\n" CHOICES "Question 2. Why so?\n" CHOICES
      "Question 3. Why is it?\n" CHOICES, IFB_FAIL },
    { "{}", "Here: Question 1. Why?\n" CHOICES, IFB_FAIL },
    { 0 }
};

/* ---- reverse_newline ---- */

#define COUNTRIES 52

static enum ifb_outcome check_reverse_lines(const void *args, struct ifb_probe *p)
{
    struct ifb_strs lines = ifb_text_lines(p->text);
    ifb_str before = { NULL, 0 };
    size_t n = 0;

    (void)args;
    for (size_t i = 0; i < lines.n; i++) {
        ifb_str trimmed = ifb_trim_punct(lines.at[i]), line;

        if (!trimmed.len || (!n && ifb_str_find(trimmed, IFB_STR("Zimbabwe"), 0) == SIZE_MAX))
            continue;
        line = ifb_ascii_fold(p->scratch, trimmed);
        if (n++ && ifb_str_cmp(line, before) > 0) {
            ifb_mark(p, trimmed);
            ifb_why(p, "'%.*s' comes after '%.*s', wanted descending order",
                    IFB_ARG(ifb_shown(line)), IFB_ARG(ifb_shown(before)));
            return IFB_FAIL;
        }
        before = line;
    }
    ifb_why(p, "found %zu lines in descending order from Zimbabwe on, wanted at least %d", n,
            COUNTRIES);
    return ifb_pass_if(n >= COUNTRIES);
}

#define TEN(a) a "\n" a "\n" a "\n" a "\n" a "\n" a "\n" a "\n" a "\n" a "\n" a "\n"

static const struct ifb_example reverse_lines_examples[] = {
    { "{}", "Here:\n* Zimbabwe\n" TEN("Zambia") TEN("Uganda") TEN("Togo") TEN("Mali") TEN("Ghana")
      "Algeria", IFB_PASS },  /* equal lines are in order */
    { "{}", "Zimbabwe\nZambia\nUganda", IFB_FAIL },
    { "{}", "Zimbabwe\n" TEN("Uganda") TEN("Zambia") TEN("Togo") TEN("Mali") TEN("Ghana")
      "Algeria", IFB_FAIL },
    { 0 }
};

/* ---- word_reverse ---- */

/*
 * Upstream's WordReverseOrderChecker also wants the reversed words to be one of
 * their own sentences; without marks they are always one sentence.
 */
static enum ifb_outcome check_word_reverse(const void *args, struct ifb_probe *p)
{
    struct ifb_bares words =
        ifb_bare_words(p->scratch, ifb_text_fields(p->text), IFB_BARE_LOWER_FIRST);

    (void)args;
    for (size_t i = 1; i < words.n; i++) {
        if (!ifb_str_starts(words.at[i - 1].word, IFB_STR("eagle")) ||
            !ifb_str_ends(words.at[i].word, IFB_STR("bald")))
            continue;
        ifb_mark(p, words.at[i - 1].raw);
        ifb_mark(p, words.at[i].raw);
        ifb_why(p, "'bald eagle' found in the reversed text");
        return IFB_PASS;
    }
    ifb_why(p, "'bald eagle' not found in the reversed text");
    return IFB_FAIL;
}

static const struct ifb_example word_reverse_examples[] = {
    { "{}", "eagle bald the is bird national The", IFB_PASS },
    { "{}", "The national bird is the bald eagle", IFB_FAIL },
    { "{}", "Eagle, Bald.", IFB_PASS },
    { "{}", "eagles piebald", IFB_PASS },  /* as a substring */
    { 0 }
};

/* ---- character_reverse ---- */

static enum ifb_outcome check_character_reverse(const void *args, struct ifb_probe *p)
{
    static const ifb_str wanted = IFB_STR_INIT("elgae dlab");
    ifb_str text = ifb_text_raw(p->text), lowered = ifb_text_lower(p->text);
    size_t at = ifb_str_find(lowered, wanted, 0);

    (void)args;
    if (at != SIZE_MAX && lowered.len == text.len)
        ifb_mark(p, ifb_str_part(text, at, at + wanted.len));
    ifb_why(p, "'%s' %s", wanted.ptr, at == SIZE_MAX ? "not found" : "found");
    return ifb_pass_if(at != SIZE_MAX);
}

static const struct ifb_example character_reverse_examples[] = {
    { "{}", "elgae dlab eht si drib lanoitan ehT", IFB_PASS },
    { "{}", "bald eagle", IFB_FAIL },
    { "{}", "Elgae Dlab!", IFB_PASS },
    { "{}", "elgae  dlab", IFB_FAIL },
    { 0 }
};

/* ---- sentence_alphabet ---- */

static enum ifb_outcome check_alphabet(const void *args, struct ifb_probe *p)
{
    struct ifb_strs sentences = ifb_text_sentences(p->text);

    (void)args;
    if (sentences.n != 26) {
        ifb_why(p, "found %zu sentences, wanted 26", sentences.n);
        return IFB_FAIL;
    }
    for (size_t i = 0; i < sentences.n; i++) {
        ifb_str sentence = ifb_strip(sentences.at[i]);
        const char *at = sentence.ptr;

        if (sentence.len && ifb_lower_simple(ifb_utf8_next(&at)) == 'a' + i)
            continue;
        ifb_mark(p, sentence);
        ifb_why(p, "sentence %zu is '%.*s', wanted one that begins with %c", i + 1,
                IFB_ARG(ifb_shown(sentence)), (char)('a' + i));
        return IFB_FAIL;
    }
    ifb_why(p, "26 sentences begin with the letters from a to z");
    return IFB_PASS;
}

#define A_TO_Y                                                                                \
    "All. Boats. Can. Drift. Every. Few. Go. Home. In. June. Kids. Like. Milk. Now. Or. "      \
    "Pie. Quite. Rich. So. Tea. Up. Very. Warm. X-rays. You. "

static const struct ifb_example alphabet_examples[] = {
    { "{}", A_TO_Y "Zoom.", IFB_PASS },
    { "{}", A_TO_Y, IFB_FAIL },
    { "{}", A_TO_Y "\"Zoom.\"", IFB_FAIL },  /* a mark is no letter */
    { 0 }
};

/* ---- european_capitals_sort ---- */

static enum ifb_outcome check_capitals(const void *args, struct ifb_probe *p)
{
    static const char *const wanted[] = {
        "Reykjavik", "Helsinki", "Oslo", "Tallinn", "Stockholm", "Riga", "Moscow", "Copenhagen",
        "Vilnius", "Minsk", "Dublin", "Berlin", "Amsterdam", "Warsaw", "London", "Brussels",
        "Prague", "Luxembourg", "Paris", "Vienna", "Bratislava", "Budapest", "Vaduz", "Chisinau",
        "Bern", "Ljubljana", "Zagreb",
    };
    ifb_str text = ifb_ascii_fold(p->scratch, ifb_text_raw(p->text));
    struct ifb_strs pieces = ifb_split(p->scratch, text, IFB_STR(","));
    size_t n = 0;

    (void)args;
    for (size_t i = 0; i < pieces.n; i++) {
        ifb_str piece = ifb_strip(pieces.at[i]);

        if (!piece.len)
            continue;
        if (n == N(wanted) || !ifb_str_is(piece, wanted[n])) {
            ifb_why(p, "capital %zu is '%.*s', wanted '%s'", n + 1, IFB_ARG(ifb_shown(piece)),
                    n < N(wanted) ? wanted[n] : "no more");
            return IFB_FAIL;
        }
        n++;
    }
    ifb_why(p, "found %zu capitals in order, wanted %zu", n, N(wanted));
    return ifb_pass_if(n == N(wanted));
}

#define CAPITALS                                                                              \
    "Helsinki, Oslo, Tallinn, Stockholm, Riga, Moscow, Copenhagen, Vilnius, Minsk, Dublin, "   \
    "Berlin, Amsterdam, Warsaw, London, Brussels, Prague, Luxembourg, Paris, Vienna, "         \
    "Bratislava, Budapest, Vaduz, Chisinau, Bern, Ljubljana, "

static const struct ifb_example capitals_examples[] = {
    { "{}", "Reykjavik, " CAPITALS "Zagreb", IFB_PASS },
    { "{}", CAPITALS "Zagreb", IFB_FAIL },
    { "{}", "Reykjav\xc3\xadk, " CAPITALS "Zagreb,\n", IFB_PASS },  /* an accent falls off */
    { "{}", "Reykjavik, " CAPITALS "Zagreb.", IFB_FAIL },
    { 0 }
};

/* ---- date_format_list ---- */

/* So many digits at *at, which moves past them; -1 when there are fewer. */
static int take_digits(const char **at, const char *end, int n)
{
    int value = 0;

    for (; n; n--) {
        int digit = *at < end ? ifb_decimal_value(ifb_utf8_next(at)) : -1;

        if (digit < 0)
            return -1;
        value = value * 10 + digit;
    }
    return value;
}

static bool take_dash(const char **at, const char *end)
{
    return *at < end && *(*at)++ == '-';
}

static int last_day(int month)
{
    if (!month)
        return 99; /* upstream's DateFormatListChecker knows no rule for it */
    if (month == 2)
        return 29;
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

static bool is_date(ifb_str s)
{
    const char *at = s.ptr, *end = at + s.len;
    int year = take_digits(&at, end, 4), month, day;

    if (year < 1769 || year > 1821 || !take_dash(&at, end))
        return false;
    month = take_digits(&at, end, 2);
    if (month < 0 || month > 12 || !take_dash(&at, end))
        return false;
    day = take_digits(&at, end, 2);
    return day >= 0 && at == end && day <= last_day(month);
}

static enum ifb_outcome check_dates(const void *args, struct ifb_probe *p)
{
    struct ifb_strs pieces = ifb_split(p->scratch, ifb_text_strip(p->text), IFB_STR(","));

    (void)args;
    for (size_t i = 0; i < pieces.n; i++) {
        ifb_str piece = ifb_strip(pieces.at[i]);

        if (is_date(piece))
            continue;
        ifb_mark(p, piece);
        ifb_why(p, "'%.*s' is no date as YYYY-MM-DD from 1769 to 1821",
                IFB_ARG(ifb_shown(piece)));
        return IFB_FAIL;
    }
    ifb_why(p, "found %zu dates", pieces.n);
    return IFB_PASS;
}

static const struct ifb_example dates_examples[] = {
    { "{}", "1796-05-10, 1815-06-18", IFB_PASS },
    { "{}", "1796-05-10, 1815-06-31", IFB_FAIL },
    { "{}", "1796-00-00", IFB_PASS },  /* no lower bounds */
    { "{}", "1796-05-10, 1815-06-18.", IFB_FAIL },
    { "{}", "1796-05-10,", IFB_FAIL },
    { 0 }
};

const struct ifb_check ifb_custom_checks[] = {
    { .id = "custom:multiples", .doc = "the numbers are 14 21 28 35 42 49 and no others",
      .run = check_multiples, .examples = multiples_examples },
    { .id = "custom:mcq_count_length",
      .doc = "four questions of five choices, each longer than the one before", .run = check_mcq,
      .examples = mcq_examples },
    { .id = "custom:reverse_newline",
      .doc = "at least 52 lines from Zimbabwe on, in descending order", .run = check_reverse_lines,
      .examples = reverse_lines_examples },
    { .id = "custom:word_reverse", .doc = "names the bald eagle with its words reversed",
      .run = check_word_reverse, .examples = word_reverse_examples },
    { .id = "custom:character_reverse", .doc = "names the bald eagle with its letters reversed",
      .run = check_character_reverse, .examples = character_reverse_examples },
    { .id = "custom:sentence_alphabet", .doc = "26 sentences that begin with a to z",
      .needs = IFB_NEEDS_PUNKT, .run = check_alphabet, .examples = alphabet_examples },
    { .id = "custom:european_capitals_sort", .doc = "27 given capitals from north to south",
      .run = check_capitals, .examples = capitals_examples },
    { .id = "custom:date_format_list",
      .doc = "dates as YYYY-MM-DD from 1769 to 1821, commas between", .run = check_dates, .examples = dates_examples },
    { 0 }
};
