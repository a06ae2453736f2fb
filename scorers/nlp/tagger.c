/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The perceptron: a hash of features, each with a run of (class, weight). The
 * model is read once through; what names a feature that the first token cannot
 * have is forgotten on the way.
 */
#include "scorers/nlp/tagger.h"

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "harness/base/utf8.h"
#include "harness/base/zip.h"
#include "scorers/nlp/pickle.h"
#include "scorers/nlp/tagger_model.h"

#define TAGGER_MEMBER "averaged_perceptron_tagger/averaged_perceptron_tagger.pickle"
#define TAGGER_MAX ((size_t)64 << 20)
#define BYTES_A_KEY 128    /* of the pickle, about, for a key that is kept */
#define BYTES_A_WEIGHT 40  /* and for a weight */

enum { CLASSES_MAX = IFB_TAGGER_CLASSES, NAME_MAX_LEN = IFB_TAGGER_NAME, GUESSES = 256 };

/* A token is kept in the lexicon behind this byte, which begins no feature. */
#define TOKEN IFB_STR("\n")

/* ---- names of classes ---- */

/* Up to seven bytes as a number, which names a class. */
static uint64_t name_bits(const char *ptr, size_t len)
{
    uint64_t bits = 0;

    for (size_t i = 0; i < len; i++)
        bits |= (uint64_t)(unsigned char)ptr[i] << 8 * i;
    return bits;
}

struct guess {
    uint64_t bits;
    uint32_t class;
};

struct loader {
    struct ifb_arena *arena, *scratch;
    struct ifb_tagger *t;
    struct guess guesses[GUESSES];
    double *weights, *fresh;  /* fresh: of features whose name is yet to come */
    uint8_t *classes, *fresh_classes;
    size_t nweights, weights_cap, classes_cap, nfresh, fresh_cap, fresh_classes_cap;
};

static bool is_name(ifb_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] <= ' ' || s.ptr[i] > '~')
            return false;
    return s.len && s.len < NAME_MAX_LEN;
}

/* The number of a class, a new one when it was not seen; CLASSES_MAX: not one. */
static uint32_t class_named(struct ifb_tagger *t, ifb_str name)
{
    for (uint32_t i = 0; i < t->nclasses; i++)
        if (ifb_str_is(name, t->names[i]))
            return i;
    if (t->nclasses == CLASSES_MAX || !is_name(name))
        return CLASSES_MAX;
    memcpy(t->names[t->nclasses], name.ptr, name.len);
    return t->nclasses++;
}

static uint32_t class_of(struct loader *l, const struct ifb_pickle_value *v)
{
    struct guess *g;
    uint64_t bits;

    if (v->len >= NAME_MAX_LEN)
        return CLASSES_MAX;
    bits = name_bits(v->ptr, v->len);
    g = &l->guesses[(bits * 0x9e3779b97f4a7c15u) >> 56];
    if (g->bits != bits)
        *g = (struct guess){ bits, class_named(l->t, (ifb_str){ v->ptr, v->len }) };
    return g->bits ? g->class : CLASSES_MAX;
}

/* ---- what the pickle holds ---- */

#define PREFIX(lit, whole) { IFB_STR_INIT(lit), (whole) }

/* The features that a first token has; `whole`: the name is all of it. In nltk's order, which is
 * the order of the sum. */
enum feature {
    BIAS, SUFFIX, PREF1, TAG1, TAG2, TAGS, WORD, TAG_WORD, WORD1, SUFFIX1, WORD2, NEXT, NEXT_SUFFIX,
    AFTER_NEXT, NFEATURES
};
static const struct {
    ifb_str name;
    bool whole;
} features[NFEATURES] = {
    [BIAS] = PREFIX("bias", true),
    [SUFFIX] = PREFIX("i suffix ", false),
    [PREF1] = PREFIX("i pref1 ", false),
    [TAG1] = PREFIX("i-1 tag -START-", true),
    [TAG2] = PREFIX("i-2 tag -START2-", true),
    [TAGS] = PREFIX("i tag+i-2 tag -START- -START2-", true),
    [WORD] = PREFIX("i word ", false),
    [TAG_WORD] = PREFIX("i-1 tag+i word -START- ", false),
    [WORD1] = PREFIX("i-1 word -START2-", true),
    [SUFFIX1] = PREFIX("i-1 suffix T2-", true),
    [WORD2] = PREFIX("i-2 word -START-", true),
    [NEXT] = PREFIX("i+1 word ", false),
    [NEXT_SUFFIX] = PREFIX("i+1 suffix ", false),
    [AFTER_NEXT] = PREFIX("i+2 word ", false),
};

static bool can_matter(ifb_str key)
{
    for (size_t i = 0; i < NFEATURES; i++) {
        ifb_str name = features[i].name;

        /* The third byte tells most of them apart. */
        if (key.len >= name.len && key.ptr[2] == name.ptr[2] &&
            memcmp(key.ptr, name.ptr, name.len) == 0 &&
            (!features[i].whole || key.len == name.len))
            return true;
    }
    return false;
}

/* The weights of a feature come before its name: they wait in `fresh`. */
static bool take_weights(struct loader *l, struct ifb_pickle_value *box,
                         const struct ifb_pickle_value *at, size_t n)
{
    l->fresh = ifb_grow(l->scratch, l->fresh, &l->fresh_cap, l->nfresh + n, sizeof(*l->fresh));
    l->fresh_classes = ifb_grow(l->scratch, l->fresh_classes, &l->fresh_classes_cap, l->nfresh + n,
                                1);
    if (!box->tag)
        box->tag = (uint64_t)l->nfresh << 32;
    else if ((box->tag >> 32) + (uint32_t)box->tag != l->nfresh)
        return false;  /* another dict came in between */
    for (; n; n--, at += 2) {
        uint32_t class = at->kind == IFB_PICKLE_STRING ? class_of(l, at) : CLASSES_MAX;

        if (class == CLASSES_MAX || at[1].kind != IFB_PICKLE_NUMBER)
            return false;
        l->fresh_classes[l->nfresh] = (uint8_t)class;
        l->fresh[l->nfresh++] = at[1].number;
        box->tag++;
    }
    return true;
}

static bool take_feature(struct loader *l, const struct ifb_pickle_value *pair)
{
    size_t from = pair[1].tag >> 32, n = (uint32_t)pair[1].tag, at = l->nweights;
    ifb_str name = { pair->ptr, pair->len };

    if (!n || !can_matter(name))
        return true;
    l->weights = ifb_grow(l->arena, l->weights, &l->weights_cap, at + n + 1, sizeof(*l->weights));
    l->classes = ifb_grow(l->arena, l->classes, &l->classes_cap, at + n + 1, 1);
    memcpy(l->weights + at, l->fresh + from, n * sizeof(*l->fresh));
    memcpy(l->classes + at, l->fresh_classes + from, n);
    l->classes[at + n] = CLASSES_MAX;
    l->nweights += n + 1;
    return ifb_lexicon_add(&l->t->keys, name, (uint32_t)at);
}

static bool take_token(struct loader *l, const struct ifb_pickle_value *pair)
{
    uint32_t class = class_of(l, pair + 1);
    ifb_str key = ifb_fmt(l->scratch, "\n%.*s", (int)pair->len, pair->ptr);

    return class != CLASSES_MAX && ifb_lexicon_add(&l->t->keys, key, class);
}

static bool take_class(struct loader *l, const struct ifb_pickle_value *v)
{
    uint32_t class = v->kind == IFB_PICKLE_STRING ? class_of(l, v) : CLASSES_MAX;

    if (class == CLASSES_MAX)
        return false;
    l->t->known[class] = true;
    return true;
}

/* A dict of dicts holds features, one of numbers weights, one of strings known tokens. */
static bool take_pair(struct loader *l, const struct ifb_pickle_value *pair)
{
    if (pair->kind != IFB_PICKLE_STRING)
        return false;
    if (pair[1].kind == IFB_PICKLE_DICT)
        return take_feature(l, pair);
    return pair[1].kind == IFB_PICKLE_STRING && take_token(l, pair);
}

static bool take_items(void *self, struct ifb_pickle_value *box, const struct ifb_pickle_value *at,
                       size_t n)
{
    struct loader *l = self;

    if (box->kind == IFB_PICKLE_DICT && at[1].kind == IFB_PICKLE_NUMBER)
        return take_weights(l, box, at, n);
    for (size_t i = 0; i < n; i++)
        if (box->kind == IFB_PICKLE_DICT ? !take_pair(l, at + 2 * i) : !take_class(l, at + i))
            return false;
    l->nfresh = 0;
    return true;
}

static enum ifb_code read_model(struct loader *l, ifb_str pickle, struct ifb_error *err)
{
    const struct ifb_pickle_sink sink = { l, take_items };
    struct ifb_pickle_value top[IFB_PICKLE_MEMBERS];
    size_t n;
    enum ifb_code code = ifb_pickle_read(pickle, l->scratch, &sink, top, &n, err);

    if (code)
        return code;
    if (n != 3 || top[0].kind != IFB_PICKLE_DICT || top[1].kind != IFB_PICKLE_DICT ||
        top[2].kind != IFB_PICKLE_SET || !l->t->nclasses)
        return ifb_fail(err, IFB_EINPUT, "not a perceptron tagger: wanted weights, tags and "
                        "classes");
    return IFB_OK;
}

enum ifb_code ifb_tagger_load(ifb_str zip, struct ifb_arena *arena, const struct ifb_tagger **out,
                              struct ifb_error *err)
{
    struct ifb_arena *scratch = ifb_arena_new();
    struct ifb_tagger *t = ifb_new(arena, struct ifb_tagger, 1);
    struct loader *l = ifb_new(scratch, struct loader, 1);
    ifb_str pickle;
    enum ifb_code code = ifb_zip_read(zip, TAGGER_MEMBER, TAGGER_MAX, scratch, &pickle, err);

    l->arena = arena;
    l->scratch = scratch;
    l->t = t;
    if (!code) {
        size_t n = pickle.len / BYTES_A_WEIGHT;

        ifb_lexicon_open(&t->keys, arena, pickle.len / BYTES_A_KEY, pickle.len / 8);
        l->weights = ifb_grow(arena, NULL, &l->weights_cap, n, sizeof(*l->weights));
        l->classes = ifb_grow(arena, NULL, &l->classes_cap, n, 1);
        code = read_model(l, pickle, err);
    }
    t->weights = l->weights;
    t->classes = l->classes;
    t->nweights = l->nweights;
    *out = code ? NULL : t;
    ifb_arena_close(scratch);
    return code;
}

/* ---- tagging ---- */

static bool all_digits(ifb_str s)
{
    for (const char *p = s.ptr; p < s.ptr + s.len;)
        if (!ifb_is_digit(ifb_utf8_next(&p)))
            return false;
    return s.len > 0;
}

/* PerceptronTagger.normalize */
static ifb_str normalise(ifb_str token, struct ifb_arena *scratch)
{
    const char *p = token.ptr;

    if (ifb_str_chr(token, '-', 0) != SIZE_MAX && token.ptr[0] != '-')
        return IFB_STR("!HYPHEN");
    if (token.len <= 16 && ifb_utf8_count(token) == 4 && all_digits(token))
        return IFB_STR("!YEAR");
    if (token.len && ifb_is_digit(ifb_utf8_next(&p)))
        return IFB_STR("!DIGITS");
    return ifb_lower(scratch, token);
}

static ifb_str last3(ifb_str s)
{
    const char *p = s.ptr + s.len;

    for (int i = 0; i < 3 && p > s.ptr; i++)
        ifb_utf8_prev(&p);
    return ifb_str_from(s, (size_t)(p - s.ptr));
}

static ifb_str first1(ifb_str s)
{
    const char *p = s.ptr;

    if (s.len)
        ifb_utf8_next(&p);
    return ifb_str_part(s, 0, (size_t)(p - s.ptr));
}

static void add_weights(const struct ifb_tagger *t, ifb_str prefix, ifb_str rest, double *sums)
{
    const uint32_t *at = ifb_lexicon_get(&t->keys, prefix, rest);

    for (uint32_t i = at ? *at : 0; at && t->classes[i] != CLASSES_MAX; i++)
        sums[t->classes[i]] += t->weights[i];
}

/* Ties go to the greater name, and a class without any weight has 0. */
static const char *best_class(const struct ifb_tagger *t, const double *sums)
{
    const char *best = "";
    double most = 0;

    for (uint32_t i = 0; i < t->nclasses; i++)
        if (t->known[i] && (!*best || sums[i] > most ||
                            (sums[i] >= most && strcmp(t->names[i], best) > 0))) {
            best = t->names[i];
            most = sums[i];
        }
    return best;
}

const char *ifb_tagger_first(const struct ifb_tagger *t, struct ifb_strs tokens,
                             struct ifb_arena *scratch)
{
    ifb_str word = tokens.at[0], values[NFEATURES] = { 0 };
    double sums[CLASSES_MAX] = { 0 };
    const uint32_t *always = ifb_lexicon_get(&t->keys, TOKEN, word);

    if (always)
        return t->names[*always];
    values[SUFFIX] = last3(word);
    values[PREF1] = first1(word);
    values[WORD] = values[TAG_WORD] = normalise(word, scratch);
    values[NEXT] = tokens.n > 1 ? normalise(tokens.at[1], scratch) : IFB_STR("-END-");
    values[NEXT_SUFFIX] = last3(values[NEXT]);
    values[AFTER_NEXT] = tokens.n > 2   ? normalise(tokens.at[2], scratch)
                         : tokens.n > 1 ? IFB_STR("-END-")
                                        : IFB_STR("-END2-");
    for (size_t i = 0; i < NFEATURES; i++)
        add_weights(t, features[i].name, values[i], sums);
    return best_class(t, sums);
}
