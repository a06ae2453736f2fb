/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cheapest path through a lattice of words (Viterbi), in chunks and with
 * unknown words as janome 0.5 makes them: white space is a word like any other.
 */
#include "scorers/multilingual/ipadic.h"

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "harness/base/utf8.h"
#include "scorers/multilingual/ipadic_files.h"

#define CHUNK_MAX 1024   /* characters */
#define CHUNK_ENOUGH 500 /* from here on a chunk ends after a mark */
#define WORD_MAX 50      /* characters of a dictionary word */
#define UNKNOWN_MAX 1024 /* characters that a grouping category adds to the first */
#define NONE UINT32_MAX

struct node {
    int64_t cost;       /* of the cheapest way to its end */
    uint32_t number;    /* of a dictionary entry; NONE: an unknown word, or the beginning */
    uint32_t back;      /* the node before; NONE at the beginning */
    uint32_t next_end;  /* the next that ends where this one does */
    uint16_t right, from, to;
    bool noun;
};

struct lattice {
    const struct ifb_ipadic *dic;
    struct ifb_arena *arena;
    ifb_str text;                   /* the rest of the text, which the chunk begins */
    size_t size;                    /* characters that the chunk may have */
    size_t offsets[CHUNK_MAX + 1];  /* in bytes */
    uint32_t chars[CHUNK_MAX];
    /* Of a category: for how many characters from here on it lasts. */
    uint16_t runs[IFB_IPADIC_CATEGORIES][CHUNK_MAX + 1];
    uint32_t first_end[CHUNK_MAX + 1], last_end[CHUNK_MAX + 1];
    struct node *nodes;
    size_t n, cap;
};

static uint32_t own_categories(const struct ifb_ipadic *dic, uint32_t cp)
{
    return cp < IFB_IPADIC_CHARS ? dic->own[cp] : 1;
}

static uint32_t compatible_categories(const struct ifb_ipadic *dic, uint32_t cp)
{
    return cp < IFB_IPADIC_CHARS ? dic->compatible[cp] : 0;
}

static uint32_t append_node(struct lattice *l, struct node node)
{
    uint32_t index = (uint32_t)l->n;

    l->nodes = ifb_grow(l->arena, l->nodes, &l->cap, l->n + 1, sizeof(*l->nodes));
    node.next_end = NONE;
    l->nodes[l->n++] = node;
    if (l->first_end[node.to] == NONE)
        l->first_end[node.to] = index;
    else
        l->nodes[l->last_end[node.to]].next_end = index;
    l->last_end[node.to] = index;
    return index;
}

static void open_chunk(struct lattice *l, ifb_str text)
{
    const char *p = text.ptr, *end = p + text.len;

    l->text = text;
    l->size = l->n = 0;
    while (p < end && l->size < CHUNK_MAX) {
        l->offsets[l->size] = (size_t)(p - text.ptr);
        l->chars[l->size++] = ifb_utf8_next(&p);
    }
    l->offsets[l->size] = (size_t)(p - text.ptr);
    for (size_t c = 0; c < l->dic->ncategories; c++) {
        l->runs[c][l->size] = 0;
        for (size_t i = l->size; i-- > 0;) {
            uint32_t all = own_categories(l->dic, l->chars[i]) |
                           compatible_categories(l->dic, l->chars[i]);

            l->runs[c][i] = all >> c & 1 ? (uint16_t)(l->runs[c][i + 1] + 1) : 0;
        }
    }
    for (size_t i = 0; i <= l->size; i++)
        l->first_end[i] = NONE;
    append_node(l, (struct node){ .number = NONE, .back = NONE });
}

/* The cheapest of the nodes that end at `at`, before a word with that left id. */
static uint32_t best_before(const struct lattice *l, size_t at, uint16_t left, int64_t *cost)
{
    uint32_t best = NONE;

    for (uint32_t i = l->first_end[at]; i != NONE; i = l->nodes[i].next_end) {
        const struct node *node = &l->nodes[i];
        int64_t sum = node->cost + ifb_ipadic_cost(l->dic, node->right, left);

        /* janome decides a tie between two words of the dictionary by their numbers. */
        if (best == NONE || sum < *cost ||
            (sum == *cost && node->number != NONE && l->nodes[best].number != NONE &&
             node->number < l->nodes[best].number)) {
            best = i;
            *cost = sum;
        }
    }
    return best;
}

static void add_word(struct lattice *l, size_t from, size_t to, struct ifb_ipadic_entry e,
                     bool known)
{
    int64_t cost = 0;
    uint32_t back = best_before(l, from, e.left, &cost);

    append_node(l, (struct node){ .cost = cost + e.cost, .number = known ? e.number : NONE,
                                  .back = back, .right = e.right, .from = (uint16_t)from,
                                  .to = (uint16_t)to, .noun = e.noun });
}

static bool add_known(struct lattice *l, size_t at)
{
    size_t stop = at + WORD_MAX < l->size ? at + WORD_MAX : l->size, to = at, len;
    struct ifb_ipadic_entries found;
    struct ifb_ipadic_walk walk;
    bool any = false;

    ifb_ipadic_walk_open(&walk, &l->dic->sys,
                         ifb_str_part(l->text, l->offsets[at], l->offsets[stop]));
    while (ifb_ipadic_walk_next(&walk, &found, &len)) {
        while (to < stop && l->offsets[to] - l->offsets[at] < len)
            to++;
        if (l->offsets[to] - l->offsets[at] != len)
            continue;  /* a key that ends within a character: no sound dictionary has one */
        for (size_t i = 0; i < found.n; i++)
            add_word(l, at, to, ifb_ipadic_entry(&l->dic->sys, found.first + i), true);
        any |= found.n > 0;
    }
    return any;
}

static void add_unknown(struct lattice *l, size_t at, bool matched)
{
    uint32_t own = own_categories(l->dic, l->chars[at]);

    for (size_t c = 0; c < l->dic->ncategories; c++) {
        const struct ifb_ipadic_category *category = &l->dic->categories[c];
        size_t more = category->grouping ? UNKNOWN_MAX : category->length;
        size_t run = l->runs[c][at];

        if (!(own >> c & 1) || (matched && !category->always))
            continue;
        if (run > more + 1)
            run = more + 1;
        for (size_t i = 0; i < category->unknown.n; i++)
            add_word(l, at, at + run, ifb_ipadic_entry(&l->dic->unk, category->unknown.first + i),
                     false);
    }
}

/* Whether a chunk ends after `n` characters. */
static bool is_cut(const struct lattice *l, size_t n)
{
    ifb_str text = ifb_str_part(l->text, 0, l->offsets[n]);
    uint32_t last;

    if (n == l->size)
        return true;
    if (n < CHUNK_ENOUGH)
        return false;
    last = l->chars[n - 1];
    return last == 0x3001 || last == 0x3002 || last == ',' || last == '.' || last == '?' ||
           last == '!' || last == 0xff1f || last == 0xff01 ||
           ifb_str_ends(text, IFB_STR("\n\n")) || ifb_str_ends(text, IFB_STR("\r\n\r\n"));
}

struct list {
    struct ifb_morpheme *at;
    size_t n, cap;
};

/* The cheapest path to `end`, in order. */
static void keep_path(struct lattice *l, size_t end, struct list *out)
{
    int64_t cost = 0;
    uint32_t last = best_before(l, end, 0, &cost);
    size_t n = 0;

    for (uint32_t i = last; l->nodes[i].back != NONE; i = l->nodes[i].back)
        n++;
    out->at = ifb_grow(l->arena, out->at, &out->cap, out->n + n, sizeof(*out->at));
    out->n += n;
    for (uint32_t i = last; l->nodes[i].back != NONE; i = l->nodes[i].back) {
        const struct node *node = &l->nodes[i];
        ifb_str surface = ifb_str_part(l->text, l->offsets[node->from], l->offsets[node->to]);

        out->at[--out->n] = (struct ifb_morpheme){ surface, node->noun };
    }
    out->n += n;
}

/* Cuts the front of `text`; returns how many bytes. */
static size_t cut_chunk(struct lattice *l, ifb_str text, struct list *out)
{
    size_t at = 0;

    open_chunk(l, text);
    do {
        add_unknown(l, at, add_known(l, at));
        do
            at++;
        while (l->first_end[at] == NONE);
    } while (!is_cut(l, at));
    keep_path(l, at, out);
    return l->offsets[at];
}

struct ifb_morphemes ifb_ipadic_morphemes(const struct ifb_ipadic *dic, ifb_str text,
                                          struct ifb_arena *arena)
{
    struct lattice *l = ifb_alloc(arena, sizeof(*l));
    struct list out = { 0 };
    ifb_str rest = ifb_strip(text);

    l->dic = dic;
    l->arena = arena;
    while (rest.len)
        rest = ifb_str_from(rest, cut_chunk(l, rest, &out));
    return (struct ifb_morphemes){ out.at, out.n };
}
