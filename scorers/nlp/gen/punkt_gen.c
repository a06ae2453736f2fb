/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes scorers/nlp/punkt_table.inc.h, the built-in Punkt parameters. Not part
 * of the library; by hand, from the tree's root, after `make`:
 *
 *   apt-get install anarchism
 *   cc -std=c17 -D_GNU_SOURCE -I. -Iinclude scorers/nlp/gen/punkt_gen.c build/libifbench.a \
 *      -lunistring -lz -lm -o /tmp/punkt_gen
 *   zcat /usr/share/doc/anarchism/markdown/[0-9a-z]*.gz |
 *       /tmp/punkt_gen > scorers/nlp/punkt_table.inc.h
 *
 * Three sources, none of them a table of another project:
 *   - the abbreviations below, written by hand: those that newspapers set before
 *     a name, a number or a capital. Scholarly ones (e.g., i.e., et al., fig.)
 *     are left out on purpose: the model that is stood in for cuts after them;
 *   - the sentence starters below, written by hand;
 *   - which ordinary words are written small, and which of these also occur with
 *     a capital inside a sentence, counted in the 11 million characters of "An
 *     Anarchist FAQ" (Debian package anarchism 15.3-3), the largest plain English
 *     prose in Debian. Only these two bits of frequent words are kept, no text.
 * There are no collocations. It is deterministic: the same text, the same bytes.
 */
#include <stdio.h>
#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "scorers/nlp/punkt.h"
#include "scorers/nlp/punkt_set.h"

enum {
    SLOTS = 16384,     /* of the table */
    COUNTS = 1 << 18,  /* of the counting hash */
    SMALL_MIN = 15,    /* times a word must be written small */
    CAPITAL_MIN = 2,   /* times a word must have a capital inside a sentence */
    ROW = 80           /* bytes of a row of the pool, with its NUL */
};

static const char *const abbreviations[] = {
    /* titles */
    "mr", "mrs", "ms", "messrs", "dr", "prof", "rev", "hon", "gov", "sen", "sens", "rep", "reps",
    "pres", "supt", "atty", "insp", "jr", "sr", "esq", "st", "ste",
    "gen", "col", "maj", "capt", "cmdr", "comdr", "lt", "sgt", "cpl", "pvt", "adm", "brig",
    /* degrees */
    "ph.d", "m.d", "b.a", "m.a", "d.d.s", "m.b.a", "b.sc", "m.sc", "ll.b", "ll.d",
    /* months and days; not those that are words or names too */
    "jan", "feb", "apr", "jun", "jul", "aug", "sept", "sep", "oct", "nov", "dec",
    "tues", "thurs", "fri",
    /* companies and addresses */
    "inc", "ltd", "co", "corp", "bros", "cos", "plc", "llc", "mfg", "assn", "dept", "div", "univ",
    "ave", "blvd", "rd", "mt", "ft", "pl", "sq",
    /* states and countries */
    "ala", "ariz", "ark", "calif", "colo", "conn", "fla", "ga", "ill", "ind", "kan", "kans", "ky",
    "la", "mass", "md", "mich", "minn", "mont", "nev", "neb", "okla", "ore", "pa", "penn", "tenn",
    "tex", "va", "vt", "wash", "wis", "wyo", "n.y", "n.j", "n.h", "n.c", "n.d", "n.m", "s.c", "s.d",
    "w.va", "r.i", "d.c", "l.a", "u.s", "u.k", "u.n", "u.s.a", "u.s.s.r", "e.u",
    /* times, and the one between two sides */
    "a.m", "p.m", "b.c", "a.d", "b.c.e", "c.e", "vs", "v",
    /* initials: letters that seldom stand for anything else, and pairs of the commonest */
    "c", "d", "e", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "w",
    "j.a", "j.b", "j.c", "j.d", "j.e", "j.f", "j.g", "j.h", "j.j", "j.k", "j.l", "j.m", "j.p",
    "j.r", "j.s", "j.t", "j.w",
    /* the ellipsis ". . .", which is one token */
    ". . ",
};

static const char *const starters[] = {
    "the", "this", "that", "these", "those", "it", "he", "we", "they", "there", "but", "however",
    "although", "though", "while", "when", "if", "in", "on", "at", "for", "as", "so", "yet",
    "still", "after", "before", "since", "because", "despite", "during", "meanwhile", "moreover",
    "furthermore", "nevertheless", "finally", "both", "some", "many", "most", "each", "among",
    "according", "under",
};

#define N(a) (sizeof(a) / sizeof((a)[0]))

/* How often a word is written how. */
struct count {
    ifb_str word;  /* lower case */
    uint32_t small, capital;
};

struct table {
    struct count counts[COUNTS];
    struct ifb_punkt set;
    struct ifb_punkt_slot slots[SLOTS];
    char pool[1 << 20];
    uint32_t used, keys;
};

static void die(const char *what)
{
    fprintf(stderr, "punkt_gen: %s\n", what);
    exit(1);
}

/* ---- counting ---- */

static struct count *count_of(struct table *t, struct ifb_arena *arena, ifb_str lower)
{
    uint32_t i = ifb_punkt_hash(lower) & (COUNTS - 1);

    while (t->counts[i].word.ptr && !ifb_str_eq(t->counts[i].word, lower))
        i = (i + 1) & (COUNTS - 1);
    if (!t->counts[i].word.ptr)
        t->counts[i].word = ifb_str_copy(arena, lower);
    return &t->counts[i];
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_inner(char c)
{
    return is_letter(c) || c == '-';
}

/* A word between `from` and `to` of a sentence: counted when it is nothing but letters. */
static void count_word(struct table *t, struct ifb_arena *arena, ifb_str s, size_t from, size_t to)
{
    char lower[64];
    size_t n = to - from;
    bool capital = s.ptr[from] <= 'Z';
    /* A capital counts only where nothing but the name can be the reason for it. */
    bool inside = from >= 2 && s.ptr[from - 1] == ' ' &&
                  (is_letter(s.ptr[from - 2]) || s.ptr[from - 2] == ',');
    struct count *c;

    if (n > sizeof(lower) || (to < s.len && !strchr(" ,;:)!?.\"'", s.ptr[to])) ||
        (to + 1 < s.len && s.ptr[to] == '.'))
        return;
    for (size_t i = 0; i < n; i++)
        lower[i] = (char)(is_letter(s.ptr[from + i]) ? s.ptr[from + i] | 32 : s.ptr[from + i]);
    c = count_of(t, arena, (ifb_str){ lower, n });
    c->small += !capital;
    c->capital += capital && inside;
}

static void count_sentence(struct table *t, struct ifb_arena *arena, ifb_str s)
{
    for (size_t i = 0; i < s.len;) {
        size_t from = i;

        if (!is_letter(s.ptr[i]) || (i && !strchr(" \"'([", s.ptr[i - 1]))) {
            i++;
            continue;
        }
        while (i < s.len && is_inner(s.ptr[i]))
            i++;
        count_word(t, arena, s, from, i);
    }
}

/* Markdown marks go, lines are joined. */
static ifb_str plain_paragraph(struct ifb_arena *arena, ifb_str p)
{
    char *out = ifb_alloc_raw(arena, p.len + 1);
    size_t n = 0;

    for (size_t i = 0; i < p.len; i++) {
        char c = p.ptr[i] == '\n' ? ' ' : p.ptr[i];

        if (!strchr("_*#>", c) && !(c == ' ' && n && out[n - 1] == ' '))
            out[n++] = c;
    }
    return (ifb_str){ out, n };
}

static void count_text(struct table *t, const struct ifb_punkt *cutter, ifb_str text,
                       struct ifb_arena *words)
{
    struct ifb_arena *scratch = ifb_arena_new();
    ifb_str rest = text;

    while (rest.len) {
        size_t end = ifb_str_find(rest, IFB_STR("\n\n"), 0), next = end + 2;
        ifb_str paragraph;
        struct ifb_strs sentences;

        if (end == SIZE_MAX)
            end = next = rest.len;
        paragraph = plain_paragraph(scratch, ifb_str_part(rest, 0, end));
        sentences = ifb_punkt_sentences(cutter, paragraph, scratch);
        for (size_t i = 0; i < sentences.n; i++)
            count_sentence(t, words, sentences.at[i]);
        rest = ifb_str_from(rest, next);
        ifb_arena_reset(scratch);
    }
    ifb_arena_close(scratch);
}

/* ---- filling and writing ---- */

static void put(struct table *t, ifb_str key, unsigned bits)
{
    struct ifb_punkt_slot *slot = t->slots + (ifb_punkt_find(&t->set, key) - t->slots);

    if (!slot->bits) {
        if (t->used % ROW + key.len >= ROW)
            t->used += ROW - t->used % ROW;
        if (t->used + ROW > sizeof(t->pool) || ++t->keys > SLOTS * 3 / 4)
            die("too many words");
        memcpy(t->pool + t->used, key.ptr, key.len);
        slot->at = t->used;
        slot->len = (uint16_t)key.len;
        t->used += (uint32_t)key.len;
        if (key.len > t->set.longest)
            t->set.longest = key.len;
    }
    slot->bits |= (uint16_t)bits;
}

static int by_word(const void *a, const void *b)
{
    return ifb_str_cmp(((const struct count *)a)->word, ((const struct count *)b)->word);
}

static void fill(struct table *t)
{
    qsort(t->counts, COUNTS, sizeof(t->counts[0]), by_word);
    for (size_t i = 0; i < COUNTS; i++) {
        const struct count *c = &t->counts[i];

        if (c->small >= SMALL_MIN)
            put(t, c->word, IFB_PUNKT_LC_INSIDE |
                                (c->capital >= CAPITAL_MIN ? IFB_PUNKT_UC_INSIDE : 0u));
    }
    for (size_t i = 0; i < N(abbreviations); i++)
        put(t, ifb_str_of(abbreviations[i]), IFB_PUNKT_ABBREVIATION);
    for (size_t i = 0; i < N(starters); i++)
        put(t, ifb_str_of(starters[i]), IFB_PUNKT_STARTER);
}

static void write_table(const struct table *t)
{
    printf("/* SPDX-License-Identifier: Apache-2.0 */\n"
           "/* Built-in Punkt parameters: %u keys. Written by scorers/nlp/gen/punkt_gen.c, which\n"
           " * tells from what; not for editing. */\n\n"
           "static const char punkt_pool[][%d] = {\n",
           t->keys, ROW);
    for (uint32_t at = 0; at < t->used; at += ROW)
        printf("    \"%.*s\",\n", ROW, t->pool + at);
    printf("};\n\nstatic const struct ifb_punkt_slot punkt_slots[%d] = {", SLOTS);
    for (unsigned i = 0, n = 0; i < SLOTS; i++)
        if (t->slots[i].bits)
            printf("%s[%u]={%u,%u,%u},", n++ % 4 ? " " : "\n    ", i, t->slots[i].at,
                   t->slots[i].len, t->slots[i].bits);
    printf("\n};\n\nenum { PUNKT_LONGEST = %zu };\n", t->set.longest);
}

/* The splitter for counting knows the abbreviations and nothing else. */
static const struct ifb_punkt *make_cutter(struct ifb_arena *arena)
{
    const struct ifb_punkt *cutter;
    struct ifb_error err;
    struct ifb_buf b;
    struct ifb_jw w;

    ifb_buf_init(&b, 1 << 20);
    ifb_jw_open(&w, &b);
    ifb_jw_object(&w, NULL);
    ifb_jw_array(&w, "AbbrevTypes");
    for (size_t i = 0; i < N(abbreviations); i++)
        ifb_jw_cstr(&w, NULL, abbreviations[i]);
    ifb_jw_end(&w);
    ifb_jw_array(&w, "SentStarters");
    ifb_jw_end(&w);
    ifb_jw_array(&w, "Collocations");
    ifb_jw_end(&w);
    ifb_jw_object(&w, "OrthoContext");
    ifb_jw_end(&w);
    ifb_jw_end(&w);
    if (ifb_punkt_load(ifb_buf_view(&b), arena, &cutter, &err) != IFB_OK)
        die(err.msg);
    ifb_buf_close(&b);
    return cutter;
}

int main(void)
{
    static struct table t;
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_buf text;
    char *room;
    size_t n;

    ifb_buf_init(&text, (size_t)1 << 28);
    while ((room = ifb_buf_room(&text, 1 << 16)) && (n = fread(room, 1, 1 << 16, stdin)) > 0)
        text.len += n;
    t.set = (struct ifb_punkt){ .pool = t.pool, .slots = t.slots, .mask = SLOTS - 1 };
    count_text(&t, make_cutter(arena), ifb_utf8_repair(arena, ifb_buf_view(&text)), arena);
    fill(&t);
    write_table(&t);
    ifb_buf_close(&text);
    ifb_arena_close(arena);
    return 0;
}
