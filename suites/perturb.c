/* SPDX-License-Identifier: Apache-2.0 */
/* The perturbations themselves, and their names. Every draw is HELM's, in HELM's order. */
#include "suites/perturb.h"

#include <math.h>

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/error.h"
#include "harness/base/pyrandom.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "harness/base/unistr.h"
#include "harness/base/utf8.h"

#define TEXT_MAX ((size_t)64 << 20)

/* One text on its way through one perturbation. */
struct work {
    const struct ifb_perturb_lists *lists;
    struct ifb_mt mt;
    struct ifb_arena *arena;
    struct ifb_buf out;
    struct ifb_error *err;
};

static const char no_misspellings[] = "correct_to_misspelling.json";
static const char no_contractions[] = "contractions.json";
static const char no_fillers[] = "fillers.json";
static const char no_genders[] = "gender_mappings.json";

/* ---- case ---- */

/* "All" is asked of every character, so that what has an apostrophe is neither. */
static bool is_all(ifb_str s, bool (*is)(ifb_str))
{
    const char *p = s.ptr, *end = s.ptr + s.len;

    while (p < end) {
        const char *at = p;

        ifb_utf8_next(&p);
        if (!is((ifb_str){ at, (size_t)(p - at) }))
            return false;
    }
    return true;
}

static ifb_str first_of(ifb_str s)
{
    const char *p = s.ptr;

    if (s.len)
        ifb_utf8_next(&p);
    return (ifb_str){ s.ptr, (size_t)(p - s.ptr) };
}

/* HELM's match_case: `to` in the case of `from`. */
static ifb_str match_case(struct work *w, ifb_str from, ifb_str to)
{
    ifb_str first;

    if (is_all(from, ifb_str_islower))
        return ifb_lower(w->arena, to);
    if (is_all(from, ifb_str_isupper))
        return ifb_upper(w->arena, to);
    if (!ifb_str_isupper(first_of(from)))
        return to;
    first = first_of(to);
    return ifb_fmt(w->arena, "%.*s%.*s", IFB_ARG(ifb_upper(w->arena, first)),
                   IFB_ARG(ifb_lower(w->arena, ifb_str_from(to, first.len))));
}

/* ---- letters and blanks ---- */

static const char *const neighbours['z' - 'a' + 1] = {
    ['q' - 'a'] = "was",    ['w' - 'a'] = "qesad",  ['e' - 'a'] = "wsdfr", ['r' - 'a'] = "edfgt",
    ['t' - 'a'] = "rfghy",  ['y' - 'a'] = "tghju",  ['u' - 'a'] = "yhjki", ['i' - 'a'] = "ujklo",
    ['o' - 'a'] = "iklp",   ['p' - 'a'] = "ol",     ['a' - 'a'] = "qwsz",  ['s' - 'a'] = "weadzx",
    ['d' - 'a'] = "erfcxs", ['f' - 'a'] = "rtgvcd", ['g' - 'a'] = "tyhbvf", ['h' - 'a'] = "yujnbg",
    ['j' - 'a'] = "uikmnh", ['k' - 'a'] = "iolmj",  ['l' - 'a'] = "opk",   ['z' - 'a'] = "asx",
    ['x' - 'a'] = "sdcz",   ['c' - 'a'] = "dfvx",   ['v' - 'a'] = "fgbc",  ['b' - 'a'] = "ghnv",
    ['n' - 'a'] = "hjmb",   ['m' - 'a'] = "jkn",
};

/* Its lower-case form is what is looked up; a capital stays one, by way of the lower case. */
static void add_typo(struct work *w, ifb_str letter, double p)
{
    ifb_str lower = ifb_lower(w->arena, letter), typed = lower;

    if (lower.len == 1 && lower.ptr[0] >= 'a' && lower.ptr[0] <= 'z' && ifb_mt_real(&w->mt) < p) {
        const char *keys = neighbours[lower.ptr[0] - 'a'];

        typed = (ifb_str){ &keys[ifb_py_below(&w->mt, (uint32_t)strlen(keys))], 1 };
    }
    ifb_buf_str(&w->out, ifb_str_eq(lower, letter) ? typed : ifb_upper(w->arena, typed));
}

static void make_typos(struct work *w, ifb_str text, double p)
{
    const char *at = text.ptr, *end = text.ptr + text.len;

    while (at < end) {
        const char *letter = at;

        ifb_utf8_next(&at);
        add_typo(w, (ifb_str){ letter, (size_t)(at - letter) }, p);
    }
}

static void add_blanks(struct work *w, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        ifb_buf_char(&w->out, ' ');
}

static void make_blanks(struct work *w, ifb_str text, uint32_t n)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] == ' ')
            add_blanks(w, n);
        else
            ifb_buf_char(&w->out, text.ptr[i]);
}

static void make_runs(struct work *w, ifb_str text, uint32_t most)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] != ' ') {
            ifb_buf_char(&w->out, text.ptr[i]);
            continue;
        }
        while (i + 1 < text.len && text.ptr[i + 1] == ' ')
            i++;
        add_blanks(w, 1 + ifb_py_below(&w->mt, most));
    }
}

/* ---- misspellings ---- */

static bool is_word_at(const char *p, const char *end)
{
    return p < end && ifb_is_word(ifb_utf8_next(&p));
}

static bool is_word_before(const char *p, const char *start)
{
    return p > start && ifb_is_word(ifb_utf8_prev(&p));
}

/* \b of a regular expression. */
static bool is_edge(ifb_str text, const char *p)
{
    return is_word_before(p, text.ptr) != is_word_at(p, text.ptr + text.len);
}

static const struct ifb_perturb_word *word_at(const struct work *w, ifb_str text, const char *p)
{
    size_t left = text.len - (size_t)(p - text.ptr);
    const struct ifb_perturb_word *k = w->lists->misspelt[(unsigned char)*p];

    for (; k; k = k->next)
        if (k->from.len <= left && memcmp(k->from.ptr, p, k->from.len) == 0 &&
            is_edge(text, p + k->from.len))
            return k;
    return NULL;
}

static void make_misspellings(struct work *w, ifb_str text, double p)
{
    const char *at = text.ptr, *end = text.ptr + text.len;

    while (at < end) {
        const struct ifb_perturb_word *k = is_edge(text, at) ? word_at(w, text, at) : NULL;
        const char *letter = at;

        if (k) {
            ifb_str to = k->from;

            if (ifb_mt_real(&w->mt) < p)
                to = match_case(w, k->from, k->to[ifb_py_below(&w->mt, (uint32_t)k->n)]);
            ifb_buf_str(&w->out, to);
            at += k->from.len;
            continue;
        }
        ifb_utf8_next(&at);
        ifb_buf_add(&w->out, letter, (size_t)(at - letter));
    }
}

/* ---- contractions ---- */

static const struct ifb_perturb_word *find_word(const struct ifb_perturb_words *words, ifb_str s)
{
    for (size_t i = 0; i < words->n; i++)
        if (ifb_str_eq(words->at[i].from, s))
            return &words->at[i];
    return NULL;
}

static enum ifb_code too_many_steps(const struct work *w)
{
    return ifb_fail(w->err, IFB_ELIMIT, "the text takes too many steps to be searched for words");
}

static enum ifb_code make_words(struct work *w, ifb_str text,
                                const struct ifb_perturb_words *words)
{
    size_t done = 0, from, to;
    struct ifb_scan scan;
    enum ifb_match found;

    ifb_scan_open(&scan, words->re, text);
    while ((found = ifb_scan_next(&scan, &from, &to)) == IFB_MATCH) {
        ifb_str word = ifb_str_part(text, from, to);
        const struct ifb_perturb_word *k = find_word(words, word);

        k = k ? k : find_word(words, ifb_lower(w->arena, word));
        ifb_buf_str(&w->out, ifb_str_part(text, done, from));
        ifb_buf_str(&w->out, k ? match_case(w, word, k->to[0]) : word);
        done = to;
    }
    ifb_scan_close(&scan);
    ifb_buf_str(&w->out, ifb_str_from(text, done));
    return found == IFB_MATCH_LIMIT ? too_many_steps(w) : IFB_OK;
}

/* ---- fillers ---- */

static void make_fillers(struct work *w, ifb_str text, double p)
{
    ifb_str rest = text, word;
    bool more = true, some = false;

    while (more) {
        more = ifb_str_chop(&rest, ' ', &word);
        word = more ? word : rest;
        ifb_buf_cstr(&w->out, some ? " " : "");
        some = true;
        if (ifb_mt_real(&w->mt) <= p) {
            ifb_buf_str(&w->out,
                        w->lists->fillers[ifb_py_below(&w->mt, (uint32_t)w->lists->nfillers)]);
            ifb_buf_char(&w->out, ' ');
        }
        ifb_buf_str(&w->out, word);
    }
}

/* ---- genders ---- */

static enum ifb_code make_pair(struct work *w, ifb_str text, const struct ifb_perturb_pair *pair,
                               double p)
{
    size_t done = 0, from, to;
    struct ifb_scan scan;
    enum ifb_match found;

    ifb_scan_open(&scan, pair->re, text);
    while ((found = ifb_scan_next(&scan, &from, &to)) == IFB_MATCH) {
        const char *last = text.ptr + to;
        ifb_str word;

        ifb_utf8_prev(&last);
        from += first_of(ifb_str_from(text, from)).len;
        word = ifb_str_part(text, from, (size_t)(last - text.ptr));
        ifb_buf_str(&w->out, ifb_str_part(text, done, from));
        ifb_buf_str(&w->out, ifb_mt_real(&w->mt) < p ? match_case(w, word, pair->to) : word);
        done = from + word.len;
    }
    ifb_scan_close(&scan);
    ifb_buf_str(&w->out, ifb_str_from(text, done));
    return found == IFB_MATCH_LIMIT ? too_many_steps(w) : IFB_OK;
}

/* One pair after the other, each on what the one before left. */
static enum ifb_code make_pairs(struct work *w, ifb_str text, const struct ifb_perturb_pairs *pairs,
                                double p)
{
    enum ifb_code code = IFB_OK;

    for (size_t i = 0; i < pairs->n && !code; i++) {
        ifb_buf_clear(&w->out);
        code = make_pair(w, text, &pairs->at[i], p);
        text = ifb_str_copy(w->arena, ifb_buf_view(&w->out));
    }
    if (!pairs->n)
        ifb_buf_str(&w->out, text);
    return code;
}

/* ---- names ---- */

static const struct ifb_perturb_name names[] = {
    { "lowercase", "lower case", NULL, IFB_LOWERCASE, 0, 0, 0, false },
    { "extra_space", "every blank becomes N", NULL, IFB_EXTRA_SPACE, 2, 1, 100, true },
    { "space", "every run of blanks becomes 1 to N", NULL, IFB_SPACE, 3, 1, 100, true },
    { "typos", "a letter becomes a neighbour on the keyboard, with chance P", NULL, IFB_TYPOS, 0.1,
      0, 1, false },
    { "misspelling", "a word becomes one of its common misspellings, with chance P",
      no_misspellings, IFB_MISSPELLING, 0.1, 0, 1, false },
    { "contraction", "\"is not\" becomes \"isn't\"", no_contractions, IFB_CONTRACTION, 0, 0, 0,
      false },
    { "expansion", "\"isn't\" becomes \"is not\"", no_contractions, IFB_EXPANSION, 0, 0, 0, false },
    { "filler", "\"uhm\" and the like before a word, with chance P", no_fillers, IFB_FILLER, 0.1, 0,
      1, false },
    { "gender_pronouns", "\"he\" becomes \"she\", with chance P", no_genders, IFB_GENDER_PRONOUNS,
      1, 0, 1, false },
    { "gender_terms", "\"son\" becomes \"daughter\", with chance P", no_genders, IFB_GENDER_TERMS,
      1, 0, 1, false },
    { "mild_mix", "lowercase, contraction, misspelling0.1 and space3", no_contractions,
      IFB_MILD_MIX, 0, 0, 0, false },
    { NULL, NULL, NULL, IFB_LOWERCASE, 0, 0, 0, false },
};

const struct ifb_perturb_name *ifb_perturb_next(const struct ifb_perturb_name *previous)
{
    const struct ifb_perturb_name *next = previous ? previous + 1 : names;

    return next->name ? next : NULL;
}

/* The name, and what follows it when that is a number that it may have. */
static bool read_number(const struct ifb_perturb_name *n, ifb_str rest, double *out)
{
    *out = n->number;
    if (!rest.len)
        return true;
    return n->most > 0 && ifb_str_real(rest, out) && *out >= n->least && *out <= n->most &&
           (!n->whole || *out == floor(*out));
}

static const char *nearest_of(ifb_str name)
{
    const char *all[sizeof(names) / sizeof(names[0])];

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        all[i] = names[i].name;
    return ifb_nearest(name, all);
}

enum ifb_code ifb_perturbation_read(ifb_str name, struct ifb_perturbation *out,
                                    struct ifb_error *err)
{
    const char *near;

    for (const struct ifb_perturb_name *n = NULL; (n = ifb_perturb_next(n)) != NULL;) {
        ifb_str word = ifb_str_of(n->name);

        if (!ifb_str_starts(name, word) ||
            !read_number(n, ifb_str_from(name, word.len), &out->number))
            continue;
        out->kind = n->kind;
        return IFB_OK;
    }
    near = nearest_of(name);
    return ifb_fail(err, IFB_EUSAGE, "unknown perturbation \"%.*s\"%s%s%s", IFB_ARG(name),
                    near[0] ? "; did you mean \"" : "", near, near[0] ? "\"?" : "");
}

/* ---- all ---- */

/* The list that it needs and that is not there; NULL when all is. */
static const char *missing_list(enum ifb_perturb_kind kind, const struct ifb_perturb_lists *lists)
{
    bool spelt = lists && lists->misspellings, contracted = lists && lists->contractions.re;

    switch (kind) {
    case IFB_MISSPELLING: return spelt ? NULL : no_misspellings;
    case IFB_CONTRACTION:
    case IFB_EXPANSION: return contracted ? NULL : no_contractions;
    case IFB_FILLER: return lists && lists->nfillers ? NULL : no_fillers;
    case IFB_GENDER_PRONOUNS:
    case IFB_GENDER_TERMS: return lists && lists->pronouns.n ? NULL : no_genders;
    case IFB_MILD_MIX: return !contracted ? no_contractions : spelt ? NULL : no_misspellings;
    default: return NULL;
    }
}

static enum ifb_code make(struct work *w, struct ifb_perturbation p, ifb_str text);

/* HELM's canonical set of small changes: one generator for all four. */
static enum ifb_code make_mix(struct work *w, ifb_str text)
{
    static const struct ifb_perturbation steps[] = {
        { IFB_LOWERCASE, 0 }, { IFB_CONTRACTION, 0 }, { IFB_MISSPELLING, 0.1 }, { IFB_SPACE, 3 },
    };
    enum ifb_code code = IFB_OK;

    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && !code; i++) {
        ifb_buf_clear(&w->out);
        code = make(w, steps[i], text);
        text = ifb_str_copy(w->arena, ifb_buf_view(&w->out));
    }
    return code;
}

static enum ifb_code make(struct work *w, struct ifb_perturbation p, ifb_str text)
{
    switch (p.kind) {
    case IFB_LOWERCASE: ifb_buf_str(&w->out, ifb_lower(w->arena, text)); break;
    case IFB_EXTRA_SPACE: make_blanks(w, text, (uint32_t)p.number); break;
    case IFB_SPACE: make_runs(w, text, (uint32_t)p.number); break;
    case IFB_TYPOS: make_typos(w, text, p.number); break;
    case IFB_MISSPELLING: make_misspellings(w, text, p.number); break;
    case IFB_CONTRACTION: return make_words(w, text, &w->lists->contractions);
    case IFB_EXPANSION: return make_words(w, text, &w->lists->expansions);
    case IFB_FILLER: make_fillers(w, text, p.number); break;
    case IFB_GENDER_PRONOUNS: return make_pairs(w, text, &w->lists->pronouns, p.number);
    case IFB_GENDER_TERMS: return make_pairs(w, text, &w->lists->terms, p.number);
    case IFB_MILD_MIX: return make_mix(w, text);
    }
    return IFB_OK;
}

enum ifb_code ifb_perturb(struct ifb_perturbation p, const struct ifb_perturb_lists *lists,
                          ifb_str id, int64_t seed, ifb_str text, struct ifb_arena *arena,
                          ifb_str *out, struct ifb_error *err)
{
    struct work w = { .lists = lists, .arena = ifb_arena_new(), .err = err };
    const char *missing = missing_list(p.kind, lists);
    enum ifb_code code;

    if (missing)
        code = ifb_fail(err, IFB_EINPUT, "the list %s is not there; %s", missing,
                        missing == no_misspellings ? "`ifbench data pull helm` gets it"
                                                   : "--lists names the folder that has it");
    else {
        ifb_py_seed(&w.mt, seed < 0 ? id : ifb_fmt(w.arena, "%lld%.*s", (long long)seed,
                                                   IFB_ARG(id)), w.arena);
        ifb_buf_init(&w.out, TEXT_MAX);
        code = make(&w, p, text);
        if (!code && w.out.full)
            code = ifb_fail(err, IFB_ELIMIT, "the text would be larger than 64 MiB");
        *out = ifb_str_copy(arena, ifb_buf_view(&w.out));
        ifb_buf_close(&w.out);
    }
    ifb_arena_close(w.arena);
    return code;
}
