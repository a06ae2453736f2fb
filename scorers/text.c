/* SPDX-License-Identifier: Apache-2.0 */
/* A text and its named tokenisations, each made when it is first asked for. */
#include <ifbench/text.h>

#include <ifbench/check.h>

#include "harness/base/arena.h"
#include "harness/base/ucd.h"
#include "scorers/nlp/langid.h"
#include "scorers/nlp/punkt.h"
#include "scorers/nlp/treebank.h"

enum part {
    PART_STRIP = 1 << 0,
    PART_LOWER = 1 << 1,
    PART_LINES = 1 << 2,
    PART_PARAGRAPHS = 1 << 3,
    PART_FIELDS = 1 << 4,
    PART_WORDS = 1 << 5,
    PART_TOKENS = 1 << 6,
    PART_SENTENCES = 1 << 7,
    PART_LANGUAGE = 1 << 8
};

struct ifb_text {
    struct ifb_arena *arena;
    const struct ifb_resources *res;
    unsigned have;  /* enum part, or'ed: what is made already */
    ifb_str raw, strip, lower, language;
    struct ifb_strs lines, paragraphs, fields, words, tokens, sentences;
};

struct ifb_text *ifb_text_new(struct ifb_arena *arena, ifb_str raw,
                              const struct ifb_resources *res)
{
    static const struct ifb_resources none = { 0 };
    struct ifb_text *t = ifb_new(arena, struct ifb_text, 1);

    t->arena = arena;
    t->res = res ? res : &none;
    t->raw = raw.ptr ? raw : IFB_STR("");
    return t;
}

struct ifb_arena *ifb_text_arena(struct ifb_text *t)
{
    return t->arena;
}

ifb_str ifb_text_raw(const struct ifb_text *t)
{
    return t->raw;
}

const struct ifb_resources *ifb_text_resources(const struct ifb_text *t)
{
    return t->res;
}

/* True the first time it is asked about a part. */
static bool wants(struct ifb_text *t, enum part part)
{
    bool first = !(t->have & part);

    t->have |= part;
    return first;
}

ifb_str ifb_text_strip(struct ifb_text *t)
{
    if (wants(t, PART_STRIP))
        t->strip = ifb_strip(t->raw);
    return t->strip;
}

ifb_str ifb_text_lower(struct ifb_text *t)
{
    if (wants(t, PART_LOWER))
        t->lower = ifb_lower(t->arena, t->raw);
    return t->lower;
}

struct ifb_strs ifb_text_lines(struct ifb_text *t)
{
    if (wants(t, PART_LINES))
        t->lines = ifb_split(t->arena, t->raw, IFB_STR("\n"));
    return t->lines;
}

struct ifb_strs ifb_text_paragraphs(struct ifb_text *t)
{
    if (wants(t, PART_PARAGRAPHS))
        t->paragraphs = ifb_split(t->arena, t->raw, IFB_STR("\n\n"));
    return t->paragraphs;
}

struct ifb_strs ifb_text_fields(struct ifb_text *t)
{
    if (wants(t, PART_FIELDS))
        t->fields = ifb_split_space(t->arena, t->raw);
    return t->fields;
}

struct ifb_strs ifb_text_words(struct ifb_text *t)
{
    if (wants(t, PART_WORDS))
        t->words = ifb_split_words(t->arena, t->raw);
    return t->words;
}

struct ifb_strs ifb_text_sentences(struct ifb_text *t)
{
    if (wants(t, PART_SENTENCES))
        t->sentences = ifb_punkt_sentences(t->res->punkt, t->raw, t->arena);
    return t->sentences;
}

struct ifb_strs ifb_text_tokens(struct ifb_text *t)
{
    if (wants(t, PART_TOKENS))
        t->tokens = ifb_treebank_tokens(ifb_text_sentences(t), t->arena);
    return t->tokens;
}

ifb_str ifb_text_language(struct ifb_text *t)
{
    if (wants(t, PART_LANGUAGE)) {
        struct ifb_arena *scratch = ifb_arena_new();
        const char *found = ifb_langid_detect(t->raw, scratch);

        t->language = (ifb_str){ found, found ? strlen(found) : 0 };
        ifb_arena_close(scratch);
    }
    return t->language;
}
