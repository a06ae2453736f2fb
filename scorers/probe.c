/* SPDX-License-Identifier: Apache-2.0 */
/* What a running check says besides its outcome: why, and where. */
#include <ifbench/check.h>

#include <stdio.h>

#include "harness/base/arena.h"
#include "harness/base/utf8.h"

#define WHY_MAX 240    /* bytes of a reason */
#define SHOWN_MAX 60   /* bytes of a quoted value */

const char *const ifb_relations[] = { [IFB_LESS_THAN] = "less than",
                                      [IFB_AT_LEAST] = "at least", NULL };

const char *ifb_relation_name(int64_t relation)
{
    return relation == IFB_AT_MOST ? "at most" : ifb_relations[relation];
}

bool ifb_relation_holds(int64_t n, int64_t relation, int64_t limit)
{
    switch (relation) {
    case IFB_LESS_THAN: return n < limit;
    case IFB_AT_MOST: return n <= limit;
    default: return n >= limit;
    }
}

const char *ifb_outcome_name(enum ifb_outcome outcome)
{
    switch (outcome) {
    case IFB_FAIL: return "fail";
    case IFB_PASS: return "pass";
    case IFB_ERROR: return "error";
    case IFB_UNSCORED: break;
    }
    return "unscored";
}

struct need_row {
    unsigned need;
    const char *name, *remedy;
};

#define PULL_NLP "`ifbench data pull nlp` gets them"
#define PUT(file) "put " file " into the data folder"

static const struct need_row need_rows[] = {
    { IFB_NEEDS_PUNKT, "sentence parameters", PULL_NLP },
    { IFB_NEEDS_LANGID, "language profiles", "they are compiled in" },
    { IFB_NEEDS_STOPWORDS, "stop words", PULL_NLP },
    { IFB_NEEDS_SYLLABLES, "syllable counts", PULL_NLP },
    { IFB_NEEDS_TAGGER, "part-of-speech weights", PULL_NLP },
    { IFB_NEEDS_FRENCH, "French sentence parameters", PUT("punkt/french.json") },
    { IFB_NEEDS_SPANISH, "Spanish sentence parameters", PUT("punkt/spanish.json") },
    { IFB_NEEDS_ES_TOKENS, "rules of the Spanish tokenizer", PUT("m-ifeval/es_tokenizer.json") },
    { IFB_NEEDS_IPADIC, "Japanese dictionary",
      "install Debian's mecab-ipadic-utf8, or put its files into mecab-ipadic in the data folder" },
    { 0, "nothing", "nothing is to be done" },
};

static const struct need_row *need_row(unsigned need)
{
    const struct need_row *row = need_rows;

    while (row->need && !(need & row->need))
        row++;
    return row;
}

const char *ifb_need_name(unsigned need)
{
    return need_row(need)->name;
}

const char *ifb_need_remedy(unsigned need)
{
    return need_row(need)->remedy;
}

/* A reason is one line: what it quotes may hold anything. */
static ifb_str one_line(struct ifb_arena *arena, ifb_str text)
{
    ifb_str line = ifb_str_copy(arena, text);
    char *out = (char *)line.ptr;

    for (size_t i = 0; i < line.len; i++)
        if ((unsigned char)out[i] < 0x20 || out[i] == 0x7f)
            out[i] = ' ';
    return line;
}

void ifb_why(struct ifb_probe *p, const char *fmt, ...)
{
    char text[WHY_MAX + 1];
    ifb_str line = { text, 0 };
    va_list ap;
    int n;

    if (!p->explain)
        return;
    va_start(ap, fmt);
    n = vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    if (n > 0)
        line.len = n < WHY_MAX ? (size_t)n : WHY_MAX;
    line.len = ifb_utf8_valid(line);  /* the cut may have gone through a character */
    p->why = one_line(p->cell, line);
}

ifb_str ifb_shown(ifb_str s)
{
    return s.len <= SHOWN_MAX ? s : ifb_utf8_cut(s, SHOWN_MAX);
}

void ifb_mark(struct ifb_probe *p, ifb_str piece)
{
    size_t from;

    if (!p->explain || p->nspans == IFB_SPANS_MAX)
        return;
    from = (size_t)(piece.ptr - ifb_text_raw(p->text).ptr);
    p->spans[p->nspans++] = (struct ifb_span){ (uint32_t)from, (uint32_t)(from + piece.len) };
}

enum ifb_outcome ifb_compare(struct ifb_probe *p, int64_t n, int64_t relation, int64_t limit,
                             const char *noun)
{
    ifb_why(p, "found %lld %s, wanted %s %lld", (long long)n, noun, ifb_relation_name(relation),
            (long long)limit);
    return ifb_pass_if(ifb_relation_holds(n, relation, limit));
}

enum ifb_outcome ifb_pass_if(bool ok)
{
    return ok ? IFB_PASS : IFB_FAIL;
}
