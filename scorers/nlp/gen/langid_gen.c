/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes scorers/nlp/langid_table.bin from the profiles and character classes
 * of Debian's python3-langdetect 1.0.9-1 (Apache-2.0) and libunistring's
 * Uppercase property. Not part of the library; by hand, from the tree's root:
 *
 *   apt-get install python3-langdetect
 *   cc -I. -Iinclude scorers/nlp/gen/langid_gen.c -lunistring -o /tmp/langid_gen
 *   /tmp/langid_gen /usr/lib/python3/dist-packages/langdetect > scorers/nlp/langid_table.bin
 *
 * It is deterministic: the same package gives the same bytes. When a size in
 * langid_table.h is not right it names the right one and fails; the checksum
 * for that header goes to standard error.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unictype.h>

#include "scorers/nlp/langid_table.h"

enum { BMP = 0x10000, MAX_PAIRS = 200000, SPACE = ' ' };

/* One n-gram of one language; unused characters are 0. */
struct entry {
    uint16_t c[3];
    uint8_t len, lang;
    uint32_t count;
};

/* A parent in the trie and its children, a run of `children`. */
struct row {
    uint16_t owner;
    uint32_t first, n;
};

static struct ifb_langid_table table;
static struct entry entries[MAX_PAIRS];
static size_t nentries;
static uint16_t normal[BMP];     /* a character's normalised form */
static uint16_t number[BMP];     /* its symbol, 0 when not numbered yet */
static uint16_t node[BMP];       /* of slots */
static size_t nsyms, nnodes, npages, nposts, ndense, npair_slots;

static void die(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));

static void die(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    fputs("langid_gen: ", stderr);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    exit(1);
}

static void fits(size_t n, size_t wanted, const char *name)
{
    if (n != wanted)
        die("%s must be %zu", name, n);
}

static char *read_whole(const char *dir, const char *name)
{
    char path[4096];
    char *text = NULL;
    long size;
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    f = fopen(path, "rb");
    if (!f || fseek(f, 0, SEEK_END) || (size = ftell(f)) < 0 || fseek(f, 0, SEEK_SET))
        die("cannot read %s", path);
    text = malloc((size_t)size + 1);
    if (!text || fread(text, 1, (size_t)size, f) != (size_t)size)
        die("cannot read %s", path);
    text[size] = '\0';
    fclose(f);
    return text;
}

/* ---- characters ---- */

static const struct {
    uint16_t first, last, becomes;
} rules[] = {
    { 0x0000, 0x0040, SPACE },  { 0x005b, 0x0060, SPACE },  { 0x007b, 0x007f, SPACE },
    { 0x0219, 0x0219, 0x015f }, { 0x021b, 0x021b, 0x0163 }, { 0x06cc, 0x06cc, 0x064a },
    { 0x1ea0, 0x1eff, 0x1ec3 }, { 0x2000, 0x206f, SPACE },  { 0x3040, 0x309f, 0x3042 },
    { 0x30a0, 0x30ff, 0x30a2 }, { 0x3100, 0x312f, 0x3105 }, { 0x31a0, 0x31bf, 0x3105 },
    { 0xac00, 0xd7af, 0xac00 },
};

/* The next \uXXXX or plain character of a properties value, 0 at the line's end. */
static uint16_t property_char(const char **p)
{
    unsigned long cp = (unsigned char)**p;

    if (cp == '\n' || cp == '\r' || cp == '\0')
        return 0;
    if (cp >= 0x80)
        die("messages.properties: wanted ASCII");
    if (cp != '\\') {
        ++*p;
        return (uint16_t)cp;
    }
    if ((*p)[1] != 'u' || strspn(*p + 2, "0123456789abcdefABCDEF") < 4)
        die("messages.properties: wanted \\uXXXX");
    cp = 0;
    for (int i = 2; i < 6; i++) {
        char hex[2] = { (*p)[i], '\0' };

        cp = cp * 16 + strtoul(hex, NULL, 16);
    }
    *p += 6;
    return (uint16_t)cp;
}

static const char *property(const char *text, const char *key)
{
    size_t len = strlen(key);

    while (text && strncmp(text, key, len)) {
        text = strchr(text, '\n');
        text += text != NULL;
    }
    if (!text)
        die("messages.properties: no %s", key);
    return text + len;
}

static void read_kanji(const char *text)
{
    static const char key[] = "NGram.KANJI_";

    for (const char *p = text; (p = strstr(p, key)); ) {
        uint16_t first, c;

        p = strchr(p, '=');
        if (!p)
            die("messages.properties: a class without '='");
        p++;
        first = property_char(&p);
        for (c = first; c; c = property_char(&p))
            normal[c] = first;
    }
}

static void read_pairs(const char *text)
{
    const char *mark = property(text, "DMARK_CLASS=");
    uint16_t m, letter;
    size_t n = 0;

    while ((m = property_char(&mark))) {
        char key[32];
        const char *from = property(text, "TO_NORMALIZE_VI_CHARS="), *to;

        snprintf(key, sizeof(key), "NORMALIZED_VI_CHARS_%04X=", (unsigned)m);
        to = property(text, key);
        while ((letter = property_char(&from))) {
            if (n == IFB_LANGID_PAIRS)
                die("too many Vietnamese pairs");
            table.pair[n].letter = letter;
            table.pair[n].mark = m;
            table.pair[n++].becomes = property_char(&to);
        }
    }
    fits(n, IFB_LANGID_PAIRS, "IFB_LANGID_PAIRS");
}

static int by_mark(const void *a, const void *b)
{
    const uint16_t *x = a, *y = b;

    return x[1] != y[1] ? x[1] - y[1] : x[0] - y[0];
}

static void read_characters(const char *dir)
{
    char *text = read_whole(dir, "utils/messages.properties");
    const char *excluded = property(text, "NGram.LATIN1_EXCLUDE=");
    uint16_t c;

    for (unsigned i = 0; i < BMP; i++)
        normal[i] = (uint16_t)i;
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
        for (unsigned k = rules[i].first; k <= rules[i].last; k++)
            normal[k] = rules[i].becomes;
    while ((c = property_char(&excluded)))
        normal[c] = SPACE;
    read_kanji(text);
    read_pairs(text);
    qsort(table.pair, IFB_LANGID_PAIRS, sizeof(table.pair[0]), by_mark);
    free(text);
}

/* ---- profiles ---- */

static uint16_t utf8_char(const char **p)
{
    const unsigned char *u = (const unsigned char *)*p;

    if (u[0] < 0x80) {
        *p += 1;
        return u[0];
    }
    if (u[0] < 0xe0) {
        *p += 2;
        return (uint16_t)((u[0] & 0x1f) << 6 | (u[1] & 0x3f));
    }
    if (u[0] >= 0xf0)
        die("a character beyond U+FFFF needs another table");
    *p += 3;
    return (uint16_t)((u[0] & 0x0f) << 12 | (u[1] & 0x3f) << 6 | (u[2] & 0x3f));
}

/* Whether langdetect's window of normalised characters can ever hold this. */
static bool reachable(const struct entry *e)
{
    for (unsigned i = 0; i < e->len; i++)
        if (normal[e->c[i]] != e->c[i])
            return false;
    if (e->len == 1)
        return e->c[0] != SPACE;
    return e->c[1] != SPACE || (e->len == 2 && e->c[0] != SPACE);
}

static const char *expect(const char *p, const char *literal, const char *name)
{
    size_t len = strlen(literal);

    if (strncmp(p, literal, len))
        die("%s: wanted %s, found %.20s", name, literal, p);
    return p + len;
}

/* A JSON string with a raw n-gram, then its count. */
static const char *read_entry(const char *p, uint8_t lang, const char *name)
{
    struct entry e = { .lang = lang };
    char *end;

    p = expect(p, "\"", name);
    while (*p != '"') {
        if (*p == '\\' || *p == '\0' || e.len == 3)
            die("%s: wanted n-grams of 1 to 3 characters without escapes", name);
        e.c[e.len++] = utf8_char(&p);
    }
    p = expect(p + 1, ":", name);
    e.count = (uint32_t)strtoul(p, &end, 10);
    if (end == p || !e.len || !e.count || e.count > IFB_LANGID_COUNT_MASK)
        die("%s: a count out of range", name);
    if (reachable(&e)) {
        if (nentries == MAX_PAIRS)
            die("too many n-grams");
        entries[nentries++] = e;
    }
    return end;
}

static void read_profile(const char *dir, const char *name, uint8_t lang)
{
    char path[64], tail[64];
    char *text, *end;
    const char *p;

    snprintf(path, sizeof(path), "profiles/%s", name);
    text = read_whole(dir, path);
    p = expect(text, "{\"freq\":{", name);
    while (*p != '}') {
        p = read_entry(p, lang, name);
        p += *p == ',';
    }
    p = expect(p, "},\"n_words\":[", name);
    for (int i = 0; i < 3; i++) {
        table.total[i][lang] = (double)strtoul(p, &end, 10);
        p = expect(end, i < 2 ? "," : "]", name);
    }
    snprintf(tail, sizeof(tail), ",\"name\":\"%s\"}", name);
    expect(p, tail, name);
    memcpy(table.lang[lang], name, strlen(name));
    free(text);
}

static const char *const languages[IFB_LANGS] = {
    "af", "ar", "bg", "bn", "ca", "cs", "cy", "da", "de", "el", "en", "es", "et", "fa",
    "fi", "fr", "gu", "he", "hi", "hr", "hu", "id", "it", "ja", "kn", "ko", "lt", "lv",
    "mk", "ml", "mr", "ne", "nl", "no", "pa", "pl", "pt", "ro", "ru", "sk", "sl", "so",
    "sq", "sv", "sw", "ta", "te", "th", "tl", "tr", "uk", "ur", "vi", "zh-cn", "zh-tw",
};

static int by_gram(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;

    if (x->len != y->len)
        return x->len - y->len;
    for (int i = 0; i < 3; i++)
        if (x->c[i] != y->c[i])
            return x->c[i] - y->c[i];
    return x->lang - y->lang;
}

/* ---- the trie ---- */

static bool same_gram(const struct entry *a, const struct entry *b)
{
    return a->len == b->len && !memcmp(a->c, b->c, sizeof(a->c));
}

/* Symbols in order of their characters, so that a script's lie together. */
static void number_symbols(void)
{
    static bool seen[BMP];

    for (size_t i = 0; i < nentries; i++)
        for (unsigned k = 0; k < entries[i].len; k++)
            seen[entries[i].c[k]] = true;
    nsyms = IFB_LANGID_UNKNOWN + 1;
    for (unsigned c = 0; c < BMP; c++)
        if (seen[c] && c != SPACE)
            number[c] = (uint16_t)nsyms++;
    fits(nsyms, IFB_LANGID_SYMS, "IFB_LANGID_SYMS");
}

static uint16_t symbol_of(unsigned c)
{
    uint16_t n = normal[c], s = number[n];

    if (n == SPACE)
        s = IFB_LANGID_SPACE;
    else if (s == 0)
        s = IFB_LANGID_UNKNOWN;
    else if (table.owner[s] == IFB_LANGID_ROOT)
        s |= IFB_LANGID_GRAM;
    if (uc_is_property_uppercase(n))
        s |= IFB_LANGID_UPPER;
    if (c >= 'A' && c <= 'z')
        s |= IFB_LANGID_LATIN;
    return s;
}

static void build_pages(void)
{
    static uint16_t runs[BMP / 64][64];

    for (unsigned p = 0; p < BMP / 64; p++) {
        size_t at = 0;

        for (unsigned i = 0; i < 64; i++)
            runs[npages][i] = symbol_of(p * 64 + i);
        while (memcmp(runs[at], runs[npages], sizeof(runs[0])))
            at++;
        npages += at == npages;
        table.page[p] = (uint16_t)(at * 64);
    }
    fits(npages, IFB_LANGID_PAGES, "IFB_LANGID_PAGES");
    memcpy(table.sym, runs, sizeof(table.sym));
}

/* The first entry of the next gram. */
static size_t next_gram(size_t i)
{
    size_t from = i;

    while (i < nentries && same_gram(&entries[from], &entries[i]))
        i++;
    return i;
}

static uint32_t posting(const struct entry *e, bool last)
{
    return (uint32_t)e->lang << IFB_LANGID_LANG_SHIFT | e->count | (last ? IFB_LANGID_LAST : 0);
}

static uint32_t put_dense(size_t i, size_t end)
{
    for (; i < end && ndense < IFB_LANGID_DENSE; i++)
        table.dense[ndense][entries[i].lang] = (int32_t)entries[i].count;
    return IFB_LANGID_IS_DENSE | (uint32_t)ndense++;
}

static uint32_t put_list(size_t i, size_t end)
{
    size_t first = nposts;

    for (; i < end; i++, nposts++)
        if (nposts < IFB_LANGID_POSTINGS)
            table.posting[nposts] = posting(&entries[i], i + 1 == end);
    return (uint32_t)first;
}

/* Stores the counts of the gram whose first entry is i. */
static void put_counts(size_t i, uint16_t slot)
{
    size_t end = next_gram(i);

    if (end - i >= IFB_LANGID_DENSE_MIN)
        table.post[slot] = put_dense(i, end);
    else if (end - i > 1)
        table.post[slot] = put_list(i, end);
    else
        table.post[slot] = posting(&entries[i], true);
}

/* The children of one row are distinct symbols; where each of them went. */
struct child {
    uint16_t sym;
    uint32_t gram;  /* its first entry, or NONE */
    uint16_t node;
};

#define NONE UINT32_MAX
enum { MAX_ROWS = 20000, MAX_CHILDREN = 70000 };

static struct row rows[MAX_ROWS];
static struct child children[MAX_CHILDREN];
static size_t nrows, nchildren;

/* Pairs first, so that `node` is short; then the largest first. */
static int by_size(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    bool xpair = x->owner <= IFB_LANGID_SYMS, ypair = y->owner <= IFB_LANGID_SYMS;

    if (xpair != ypair)
        return xpair ? -1 : 1;
    if (x->n != y->n)
        return x->n < y->n ? 1 : -1;
    return x->owner - y->owner;
}

static void add_child(uint16_t owner, uint16_t sym, uint32_t gram, uint16_t id)
{
    struct row *r;

    if (nchildren == MAX_CHILDREN || nrows == MAX_ROWS)
        die("too many rows or children");
    if (!nrows || rows[nrows - 1].owner != owner)
        rows[nrows++] = (struct row){ owner, (uint32_t)nchildren, 0 };
    r = &rows[nrows - 1];
    r->n++;
    children[nchildren++] = (struct child){ sym, gram, id };
}

static bool begins(const struct entry *ab, const struct entry *abc)
{
    return ab->c[0] == abc->c[0] && ab->c[1] == abc->c[1];
}

static bool pair_before(const struct entry *a, const struct entry *b)
{
    return a->c[0] != b->c[0] ? a->c[0] < b->c[0] : a->c[1] < b->c[1];
}

static uint16_t sym_of(uint16_t c)
{
    return c == SPACE ? IFB_LANGID_SPACE : number[c];
}

/*
 * Walks 2-grams [i, two) and 3-grams [two, nentries), both sorted, side by
 * side: a pair is a child when it is a 2-gram or begins 3-grams.
 */
static void collect_pairs(size_t i, size_t two)
{
    size_t k = two;

    while (i < two || k < nentries) {
        bool gram = i < two && (k == nentries || !pair_before(&entries[k], &entries[i]));
        const struct entry *e = &entries[gram ? i : k];
        bool parent = k < nentries && begins(e, &entries[k]);
        unsigned id = parent ? (unsigned)++nnodes : 0;

        if (!gram && !(uc_is_property_uppercase(e->c[0]) && uc_is_property_uppercase(e->c[1])))
            die("a 2-gram in no profile begins a 3-gram and is not two capitals");
        add_child((uint16_t)(1 + sym_of(e->c[0])), sym_of(e->c[1]), gram ? (uint32_t)i : NONE,
                  (uint16_t)id);
        while (k < nentries && begins(e, &entries[k]))
            k = next_gram(k);
        if (gram)
            i = next_gram(i);
    }
}

static void collect_triples(size_t two)
{
    unsigned id = 0;

    for (size_t k = two, before = NONE; k < nentries; before = k, k = next_gram(k)) {
        id += before == NONE || !begins(&entries[before], &entries[k]);
        add_child((uint16_t)(IFB_LANGID_SYMS + 1 + id), sym_of(entries[k].c[2]), (uint32_t)k, 0);
    }
}

static bool base_is_free(const struct row *r, uint16_t base)
{
    for (uint32_t i = 0; i < r->n; i++) {
        uint16_t slot = (uint16_t)(base + children[r->first + i].sym);

        if (slot < IFB_LANGID_SYMS || table.owner[slot] != IFB_LANGID_FREE)
            return false;
    }
    return true;
}

/* First fit; a row whose first child lies on the first free slot comes soonest. */
static void place_row(const struct row *r)
{
    static unsigned free_from = IFB_LANGID_SYMS;
    unsigned at;

    while (free_from < IFB_LANGID_SLOTS && table.owner[free_from] != IFB_LANGID_FREE)
        free_from++;
    for (at = free_from; at < IFB_LANGID_SLOTS; at++)
        if (base_is_free(r, (uint16_t)(at - children[r->first].sym)))
            break;
    if (at == IFB_LANGID_SLOTS)
        die("the slots are full");
    at -= children[r->first].sym;
    for (uint32_t i = 0; i < r->n; i++) {
        const struct child *c = &children[r->first + i];
        uint16_t slot = (uint16_t)(at + c->sym);

        table.owner[slot] = r->owner;
        if (r->owner <= IFB_LANGID_SYMS) {
            npair_slots = slot >= npair_slots ? slot + 1u : npair_slots;
            node[slot] = c->node;
        }
        if (c->gram != NONE)
            put_counts(c->gram, slot);
    }
    if (r->owner <= IFB_LANGID_SYMS)
        table.base1[r->owner - 1] = (uint16_t)at;
    else
        table.base2[r->owner - IFB_LANGID_SYMS - 1] = (uint16_t)at;
}

static void build_trie(void)
{
    size_t i = 0, two;

    while (i < nentries && entries[i].len == 1) {
        uint16_t s = sym_of(entries[i].c[0]);

        table.owner[s] = IFB_LANGID_ROOT;
        put_counts(i, s);
        i = next_gram(i);
    }
    for (two = i; two < nentries && entries[two].len == 2; )
        two++;
    collect_pairs(i, two);
    fits(nnodes + 1, IFB_LANGID_NODES, "IFB_LANGID_NODES");
    collect_triples(two);
    qsort(rows, nrows, sizeof(rows[0]), by_size);
    for (size_t r = 0; r < nrows; r++)
        place_row(&rows[r]);
    fits(npair_slots, IFB_LANGID_PAIR_SLOTS, "IFB_LANGID_PAIR_SLOTS");
    memcpy(table.node, node, sizeof(table.node));
    fits(ndense, IFB_LANGID_DENSE, "IFB_LANGID_DENSE");
    fits(nposts, IFB_LANGID_POSTINGS, "IFB_LANGID_POSTINGS");
}

/* ---- randomness: MT19937 (Matsumoto and Nishimura 2002), as random.seed(0) leaves it ---- */

static void seed_by_zero(uint32_t *s)
{
    enum { N = IFB_LANGID_MT };
    unsigned i = 1;

    s[0] = 19650218;
    for (unsigned k = 1; k < N; k++)
        s[k] = 1812433253u * (s[k - 1] ^ s[k - 1] >> 30) + k;
    for (unsigned k = 0; k < 2 * N - 1; k++) {
        uint32_t mixed = s[i - 1] ^ s[i - 1] >> 30;

        /* The key is {0}: neither its word nor its index adds anything. */
        s[i] = k < N ? s[i] ^ mixed * 1664525u : (s[i] ^ mixed * 1566083941u) - i;
        if (++i == N) {
            s[0] = s[N - 1];
            i = 1;
        }
    }
    s[0] = 0x80000000u;
}

static void next_generation(uint32_t *s)
{
    enum { N = IFB_LANGID_MT, M = 397 };

    for (unsigned i = 0; i < N; i++) {
        uint32_t y = (s[i] & 0x80000000u) | (s[(i + 1) % N] & 0x7fffffffu);

        s[i] = s[(i + M) % N] ^ y >> 1 ^ (y & 1 ? 0x9908b0dfu : 0u);
    }
}

static uint64_t fnv1a(const unsigned char *p, size_t n)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);

    while (n--)
        h = (h ^ *p++) * UINT64_C(0x100000001b3);
    return h;
}

int main(int argc, char **argv)
{
    const size_t head = offsetof(struct ifb_langid_table, total);

    if (argc != 2)
        die("usage: langid_gen LANGDETECT_PACKAGE_DIRECTORY > langid_table.bin");
    read_characters(argv[1]);
    for (size_t i = 0; i < 3; i++)
        table.total[i][IFB_LANGS] = 1;
    for (size_t i = 0; i < IFB_LANGS; i++)
        read_profile(argv[1], languages[i], (uint8_t)i);
    qsort(entries, nentries, sizeof(entries[0]), by_gram);
    number_symbols();
    build_trie();
    build_pages();
    seed_by_zero(table.mt);
    next_generation(table.mt);
    memcpy(table.magic, IFB_LANGID_MAGIC, sizeof(IFB_LANGID_MAGIC));
    table.size = sizeof(table);
    table.checksum = fnv1a((const unsigned char *)&table + head, sizeof(table) - head);
    if (fwrite(&table, sizeof(table), 1, stdout) != 1 || fflush(stdout))
        die("cannot write");
    fprintf(stderr, "%zu (language, n-gram) pairs, %zu bytes, IFB_LANGID_CHECKSUM 0x%016llx\n",
            nentries, sizeof(table), (unsigned long long)table.checksum);
    return 0;
}
