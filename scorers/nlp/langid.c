/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Language detection as langdetect 1.0.9 does it with seed 0: naive Bayes over
 * n-grams drawn at random, in seven trials. Every floating-point operation has
 * the operands and the order of the original, so that verdicts are equal.
 */
#include "scorers/nlp/langid.h"

#include <math.h>

#include "harness/base/arena.h"
#include "harness/base/ucd.h"
#include "harness/base/utf8.h"
#include "scorers/nlp/langid_table.h"

enum {
    MAX_CHARS = 10000,
    TRIALS = 7,
    MAX_STEPS = 1000,
    LANES = IFB_LANGID_LANES,
    MT_N = IFB_LANGID_MT,
    MT_M = 397
};

/* Inlined into one function the two loops over the text run short of registers: a third slower. */
#define SEPARATE __attribute__((noinline))

static const struct ifb_langid_table *const table = &ifb_langid_table;

/* ---- cleaning ---- */

static bool is_alnum(unsigned char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* How many bytes from `at` on, at most `max`, are alphanumeric or in `more`. */
static size_t run(ifb_str s, size_t at, size_t max, const char *more)
{
    size_t n = 0;

    while (n < max && at + n < s.len && s.ptr[at + n] &&
           (is_alnum((unsigned char)s.ptr[at + n]) || strchr(more, s.ptr[at + n])))
        n++;
    return n;
}

struct hit {
    size_t from, to;
};

/* Detector.URL_RE: https?:// and 1 to 2076 characters. */
static bool find_url(ifb_str s, size_t from, struct hit *hit)
{
    size_t at = from;
    const char *p;

    while ((p = memchr(s.ptr + at, ':', s.len - at))) {
        size_t colon = (size_t)(p - s.ptr), room = colon - from, n;

        at = colon + 1;
        if (s.len - at < 3 || p[1] != '/' || p[2] != '/')
            continue;
        n = run(s, colon + 3, 2076, "-_.?&~;+=/#");
        hit->to = colon + 3 + n;
        hit->from = colon;
        if (room >= 4 && !memcmp(p - 4, "http", 4))
            hit->from = colon - 4;
        else if (room >= 5 && !memcmp(p - 5, "https", 5))
            hit->from = colon - 5;
        if (n && hit->from < colon)
            return true;
    }
    return false;
}

/* Detector.MAIL_RE: its two greedy runs behind '@', of which the first has no dot. */
static bool find_mail(ifb_str s, size_t from, struct hit *hit)
{
    size_t at = from;
    const char *p;

    while ((p = memchr(s.ptr + at, '@', s.len - at))) {
        size_t sign = (size_t)(p - s.ptr), start = sign;
        size_t host = run(s, sign + 1, 255, "-_");
        size_t rest = run(s, sign + 1 + host, 255, "-_.");

        while (start > from && sign - start < 64 && run(s, start - 1, 1, "-_."))
            start--;
        hit->from = start;
        hit->to = sign + 1 + host + rest;
        /* The second run may take its one character from the first. */
        if (start < sign && host && host + rest >= 2)
            return true;
        at = sign + 1;
    }
    return false;
}

/* `s` with a space for everything that `find` finds; `s` itself when that is nothing. */
static ifb_str blank(struct ifb_arena *arena, ifb_str s,
                     bool (*find)(ifb_str s, size_t from, struct hit *hit))
{
    size_t at = 0, n = 0;
    struct hit hit;
    char *out;

    if (!find(s, 0, &hit))
        return s;
    out = ifb_alloc_raw(arena, s.len);
    do {
        memcpy(out + n, s.ptr + at, hit.from - at);
        n += hit.from - at;
        out[n++] = ' ';
        at = hit.to;
    } while (find(s, at, &hit));
    memcpy(out + n, s.ptr + at, s.len - at);
    return (ifb_str){ out, n + s.len - at };
}

/* NGram.normalize_vi: the precomposed letter, or 0. */
static uint32_t compose(uint32_t letter, uint32_t mark)
{
    size_t i = 0;

    if (mark < 0x300 || mark > 0x323 || letter >= mark)
        return 0;
    while (i < IFB_LANGID_PAIRS && table->pair[i].mark != mark)
        i++;
    while (i < IFB_LANGID_PAIRS && table->pair[i].mark == mark && table->pair[i].letter != letter)
        i++;
    if (i == IFB_LANGID_PAIRS || table->pair[i].mark != mark)
        return 0;
    return table->pair[i].becomes;
}

static uint16_t symbol_of(uint32_t cp)
{
    if (cp < 0x10000)
        return table->sym[table->page[cp >> 6] + (cp & 63)];
    return (uint16_t)(IFB_LANGID_UNKNOWN | (ifb_is_upper(cp) ? IFB_LANGID_UPPER : 0));
}

/*
 * Detector.cleaning_text: without its Latin letters when other characters
 * outnumber them two to one. Upstream's exemption of Vietnamese letters compares
 * a number with a string and never applies.
 */
static size_t drop_latin(uint16_t *syms, size_t n, size_t others)
{
    size_t latin = 0, kept = 0;

    if (!others)
        return n;
    for (size_t i = 0; i < n; i++)
        latin += syms[i] >= IFB_LANGID_LATIN;
    if (2 * latin >= others)
        return n;
    for (size_t i = 0; i < n; i++)
        if (syms[i] < IFB_LANGID_LATIN)
            syms[kept++] = syms[i];
    return kept;
}

/*
 * The symbols of the first MAX_CHARS characters, Vietnamese pairs composed.
 * Upstream also folds runs of spaces; a second space has no effect later on.
 */
static SEPARATE size_t read_symbols(ifb_str s, uint16_t *syms)
{
    const char *p = s.ptr, *end = s.ptr + s.len;
    size_t n = 0, others = 0;
    uint32_t before = 0;  /* what a mark may join */

    while (p < end) {
        uint32_t cp = (unsigned char)*p, made;

        if (cp < 0x80) {
            if (n == MAX_CHARS)
                break;
            syms[n++] = table->sym[cp];
            before = cp;
            p++;
            continue;
        }
        cp = ifb_utf8_next(&p);
        made = compose(before, cp);
        if (made)
            n--;
        else if (n == MAX_CHARS)
            break;
        syms[n++] = symbol_of(made ? made : cp);
        others += (made ? made : cp) >= 0x300;
        before = made ? 0 : cp;
    }
    return drop_latin(syms, n, others);
}

/* ---- n-grams ---- */

/*
 * Detector._extract_ngrams and NGram.add_char: the slots of all 1- to 3-grams
 * that a profile knows, in order of their ends. No gram of the trie goes on
 * behind a space, which is how a space empties the window. Nothing counts while
 * a capital follows a capital.
 */
static SEPARATE size_t list_grams(const uint16_t *syms, size_t nsyms, uint16_t *out)
{
    unsigned before = IFB_LANGID_SPACE, node = 0;
    size_t n = 0;

    for (size_t i = 0; i < nsyms; i++) {
        unsigned now = syms[i], s = now & IFB_LANGID_ID, prev = before & IFB_LANGID_ID;
        unsigned keep = ~(now & before) / IFB_LANGID_UPPER & 1;
        uint16_t two = (uint16_t)(table->base1[prev] + s);
        uint16_t three = (uint16_t)(table->base2[node] + s);
        bool known2 = table->owner[two] == 1 + prev;
        bool known3 = table->owner[three] == IFB_LANGID_SYMS + 1 + node;

        out[n] = (uint16_t)s;
        n += keep & now / IFB_LANGID_GRAM;
        out[n] = two;
        n += keep & known2;
        out[n] = three;
        n += keep & known3;
        node = table->node[known2 ? two : 0];
        before = now;
    }
    return n;
}

/* ---- randomness: CPython's random.Random(0) ---- */

struct twister {
    const uint32_t *state;  /* the table's first generation, then `own` */
    unsigned at;
    bool has_second;
    double second;  /* of a pair of normal deviates */
    uint32_t own[MT_N];
};

static void twist(struct twister *t)
{
    uint32_t *s = t->own;

    if (t->state != s)
        memcpy(s, t->state, sizeof(t->own));
    for (unsigned i = 0; i < MT_N; i++) {
        uint32_t y = (s[i] & 0x80000000u) | (s[i + 1 < MT_N ? i + 1 : 0] & 0x7fffffffu);

        s[i] = s[i < MT_N - MT_M ? i + MT_M : i + MT_M - MT_N] ^ y >> 1 ^
               (y & 1 ? 0x9908b0dfu : 0u);
    }
    t->state = s;
    t->at = 0;
}

static uint32_t next_word(struct twister *t)
{
    uint32_t y;

    if (t->at == MT_N)
        twist(t);
    y = t->state[t->at++];
    y ^= y >> 11;
    y ^= y << 7 & 0x9d2c5680u;
    y ^= y << 15 & 0xefc60000u;
    return y ^ y >> 18;
}

static double next_real(struct twister *t)
{
    uint32_t a = next_word(t) >> 5, b = next_word(t) >> 6;

    return (a * 67108864.0 + b) * (1.0 / 9007199254740992.0);
}

/* random.gauss(0, 1): Box and Muller, the sine kept for the next call. */
static double next_gauss(struct twister *t)
{
    double angle, radius;

    if (t->has_second) {
        t->has_second = false;
        return t->second;
    }
    angle = next_real(t) * (2.0 * 3.14159265358979323846);
    radius = sqrt(-2.0 * log(1.0 - next_real(t)));
    t->second = sin(angle) * radius;
    t->has_second = true;
    return cos(angle) * radius;
}

/* random.choice: as many bits as n has, drawn until they are below n. */
static size_t next_below(struct twister *t, uint32_t n)
{
    unsigned shift = (unsigned)__builtin_clz(n);
    uint32_t r;

    do
        r = next_word(t) >> shift;
    while (r >= n);
    return r;
}

/* ---- trials ---- */

/* Detector._update_lang_prob for an n-gram of few languages: P is 0 for all others. */
static void multiply_list(double prob[LANES], const uint32_t *list, const double *total,
                          double weight)
{
    double value[IFB_LANGS];
    uint8_t lang[IFB_LANGS];
    unsigned n = 0;
    uint32_t word;

    do {
        word = list[n];
        lang[n] = word >> IFB_LANGID_LANG_SHIFT & 63;
        value[n] = (int32_t)(word & IFB_LANGID_COUNT_MASK) / total[lang[n]];
        value[n] = prob[lang[n]] * (weight + value[n]);
        n++;
    } while (!(word & IFB_LANGID_LAST));
    for (unsigned i = 0; i < LANES; i++)
        prob[i] *= weight;
    while (n--)
        prob[lang[n]] = value[n];
}

/* The same for one of many: a row of counts, done a vector at a time. */
static void multiply_row(double *restrict prob, const int32_t *restrict count,
                         const double *restrict total, double weight)
{
    for (unsigned i = 0; i < LANES; i++)
        prob[i] *= weight + count[i] / total[i];
}

static unsigned gram_length(uint16_t slot)
{
    unsigned owner = table->owner[slot];

    return owner == IFB_LANGID_ROOT ? 1 : owner <= IFB_LANGID_SYMS ? 2 : 3;
}

static void multiply(double prob[LANES], uint16_t slot, double weight)
{
    const double *total = table->total[gram_length(slot) - 1];
    uint32_t post = table->post[slot];

    if (post & IFB_LANGID_LAST)
        multiply_list(prob, &table->post[slot], total, weight);
    else if (post & IFB_LANGID_IS_DENSE)
        multiply_row(prob, table->dense[post ^ IFB_LANGID_IS_DENSE], total, weight);
    else
        multiply_list(prob, &table->posting[post], total, weight);
}

/* The maximum of the quotients is the quotient of the maximum: division rounds monotonely. */
static double normalise(double prob[LANES])
{
    double sum = 0, max = 0;

    for (unsigned i = 0; i < IFB_LANGS; i++) {
        sum += prob[i];
        max = prob[i] > max ? prob[i] : max;
    }
    for (unsigned i = 0; i < LANES; i++)
        prob[i] /= sum;
    return max / sum;
}

static void run_trial(struct twister *t, const uint16_t *grams, size_t n, double prob[LANES])
{
    double weight = (0.5 + next_gauss(t) * 0.05) / 10000;

    for (unsigned i = 0; i < LANES; i++)
        prob[i] = i < IFB_LANGS ? 1.0 / IFB_LANGS : 0;
    for (unsigned step = 0;; step++) {
        multiply(prob, grams[next_below(t, (uint32_t)n)], weight);
        if (step % 5 == 0 && (normalise(prob) > 0.99999 || step >= MAX_STEPS))
            return;
    }
}

/*
 * Detector._detect_block: the mean of the trials. With `only_first` it stops
 * when no other language can overtake the first any more. False: no features.
 */
static bool average(ifb_str text, struct ifb_arena *scratch, bool only_first, double mean[LANES])
{
    struct twister t = { .state = table->mt };
    double prob[LANES];
    uint16_t *syms, *grams;
    size_t n;

    if (!text.len)
        return false;
    text = blank(scratch, text, find_url);
    text = blank(scratch, text, find_mail);
    n = text.len < MAX_CHARS ? text.len : MAX_CHARS;
    syms = ifb_alloc_raw(scratch, n * sizeof(*syms));
    n = read_symbols(text, syms);
    grams = ifb_alloc_raw(scratch, (3 * n + 1) * sizeof(*grams));
    n = list_grams(syms, n, grams);
    if (!n)
        return false;
    memset(mean, 0, LANES * sizeof(*mean));
    for (unsigned trial = 0; trial < TRIALS; trial++) {
        double top = 0;  /* so far; all of them sum to at most 1 */

        run_trial(&t, grams, n, prob);
        for (unsigned i = 0; i < LANES; i++) {
            mean[i] += prob[i] / TRIALS;
            top = mean[i] > top ? mean[i] : top;
        }
        if (only_first && top > 0.501)
            break;
    }
    return true;
}

const char *ifb_langid_detect(ifb_str text, struct ifb_arena *scratch)
{
    double mean[LANES];
    size_t best = 0;

    if (!average(text, scratch, true, mean))
        return NULL;
    for (size_t i = 1; i < IFB_LANGS; i++)
        if (mean[i] > mean[best])
            best = i;
    return mean[best] > 0.1 ? table->lang[best] : "unknown";
}

int ifb_langid_probs(ifb_str text, struct ifb_arena *scratch, struct ifb_lang_prob out[IFB_LANGS])
{
    double mean[LANES];
    int n = 0;

    if (!average(text, scratch, false, mean))
        return -1;
    for (size_t i = 0; i < IFB_LANGS; i++) {
        int at = n;

        if (!(mean[i] > 0.1))
            continue;
        for (; at > 0 && out[at - 1].prob < mean[i]; at--)
            out[at] = out[at - 1];
        out[at] = (struct ifb_lang_prob){ table->lang[i], mean[i] };
        n++;
    }
    return n;
}
