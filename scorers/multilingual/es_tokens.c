/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spaCy's tokenizer: runs between white space lose their affixes one by one
 * (pass 1), then special cases that were torn are put together again (pass 2).
 * A run is cut once; the same run again takes its tokens from the first.
 */
#include "scorers/multilingual/es_tokens.h"

#include <stdlib.h>
#include <unictype.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/regex.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "harness/base/utf8.h"

#define SPECIALS_MAX 4096
#define SUFFIX_WINDOW 24  /* bytes from the end where a suffix is looked for first */

/* A string that is cut as the data say, whatever the patterns do. */
struct special {
    ifb_str text;
    struct ifb_strs pieces;
    struct ifb_strs torn;      /* what pass 1 makes of it without specials; empty: not looked for */
    struct special *by_text;   /* the next in its bucket, of its text */
    struct special *by_first;  /* and of its first torn token */
};

#define BUCKETS 1024u

enum pattern { PREFIX, SUFFIX, INFIX, URL, NPATTERNS };

static const char *const pattern_names[NPATTERNS] = { "prefix", "suffix", "infix", "url" };

struct ifb_es_tokenizer {
    struct ifb_regex *patterns[NPATTERNS];
    struct special *by_text[BUCKETS], *by_first[BUCKETS];
    size_t longest;  /* special, in bytes */
};

struct token {
    ifb_str text;
    bool space;  /* one space follows it, which is no token */
};

/* A run that was cut already, and where its tokens are. */
struct known {
    ifb_str run;
    size_t first, n;
};

struct work {
    const struct ifb_es_tokenizer *t;
    struct ifb_arena *arena;
    bool specials;  /* false: as if there were none */
    bool limit;     /* a pattern took too many steps */
    struct ifb_scan scans[NPATTERNS];
    struct token *at;
    size_t n, cap;
    struct known *known;  /* open addressing, at most half full */
    size_t known_size, nknown;
    ifb_str *suffixes;
    size_t suffixes_cap;
};

static void open_work(struct work *w, const struct ifb_es_tokenizer *t, struct ifb_arena *arena)
{
    *w = (struct work){ .t = t, .arena = arena };
    for (int i = 0; i < NPATTERNS; i++)
        ifb_scan_open(&w->scans[i], t->patterns[i], IFB_STR(""));
}

static void close_work(struct work *w)
{
    for (int i = 0; i < NPATTERNS; i++)
        ifb_scan_close(&w->scans[i]);
}

static uint32_t hash(ifb_str s)
{
    uint32_t h = 2166136261u; /* FNV-1a */

    for (size_t i = 0; i < s.len; i++)
        h = (h ^ (unsigned char)s.ptr[i]) * 16777619u;
    return h ^ (h >> 15);
}

static const struct special *find_special(const struct work *w, ifb_str s)
{
    const struct special *sp;

    if (!w->specials || s.len > w->t->longest)
        return NULL;
    sp = w->t->by_text[hash(s) % BUCKETS];
    while (sp && !ifb_str_eq(sp->text, s))
        sp = sp->by_text;
    return sp;
}

static void push(struct work *w, ifb_str text)
{
    if (!text.len)
        return;
    w->at = ifb_grow(w->arena, w->at, &w->cap, w->n + 1, sizeof(*w->at));
    w->at[w->n++] = (struct token){ text, false };
}

static void push_pieces(struct work *w, struct ifb_strs pieces)
{
    for (size_t i = 0; i < pieces.n; i++)
        push(w, pieces.at[i]);
}

/* ---- pass 1 ---- */

static bool search(struct work *w, enum pattern pattern, ifb_str s, size_t start, size_t *from,
                   size_t *to)
{
    enum ifb_match m;

    ifb_scan_again(&w->scans[pattern], s, start);
    m = ifb_scan_next(&w->scans[pattern], from, to);
    w->limit |= m == IFB_MATCH_LIMIT;
    return m == IFB_MATCH;
}

static size_t prefix_length(struct work *w, ifb_str s)
{
    size_t from, to;

    return search(w, PREFIX, s, 0, &from, &to) && !from ? to : 0;
}

/*
 * Suffixes are short but for runs of one mark, and looked for at the end only,
 * so that a run which loses many is not read over and over. A match from the
 * very start of the window may begin before it.
 */
static size_t suffix_length(struct work *w, ifb_str s)
{
    for (size_t width = SUFFIX_WINDOW;; width *= 4) {
        size_t start = s.len > width ? s.len - width : 0, from, to;

        while (start < s.len && ((unsigned char)s.ptr[start] & 0xc0) == 0x80)
            start++;
        if (!search(w, SUFFIX, s, start, &from, &to) || to != s.len)
            return 0;
        if (from > start || !start)
            return s.len - from;
    }
}

/* Cuts what is left between the affixes at its infixes. */
static void push_infixes(struct work *w, ifb_str s)
{
    struct ifb_scan *scan = &w->scans[INFIX];
    size_t at = 0, from, to;
    enum ifb_match m;

    ifb_scan_again(scan, s, 0);
    while ((m = ifb_scan_next(scan, &from, &to)) == IFB_MATCH) {
        if (!from)
            continue;
        push(w, ifb_str_part(s, at, from));
        push(w, ifb_str_part(s, from, to));
        at = to;
    }
    w->limit |= m == IFB_MATCH_LIMIT;
    push(w, ifb_str_from(s, at));
}

static void push_core(struct work *w, ifb_str s)
{
    const struct special *sp = find_special(w, s);
    size_t from, to;

    if (!s.len)
        return;
    if (sp)
        push_pieces(w, sp->pieces);
    else if (search(w, URL, s, 0, &from, &to) && !from)
        push(w, s);
    else
        push_infixes(w, s);
}

static void keep_suffix(struct work *w, size_t *n, ifb_str suffix)
{
    w->suffixes = ifb_grow(w->arena, w->suffixes, &w->suffixes_cap, *n + 1,
                           sizeof(*w->suffixes));
    w->suffixes[(*n)++] = suffix;
}

/* Takes a prefix, a suffix or both off *s; false when what is left shall not be taken apart. */
static bool take_affixes(struct work *w, ifb_str *s, size_t *nsuffixes)
{
    size_t p, q;

    if (find_special(w, *s))
        return false;
    p = prefix_length(w, *s);
    if (p && p < s->len && find_special(w, ifb_str_from(*s, p))) {
        push(w, ifb_str_part(*s, 0, p));
        *s = ifb_str_from(*s, p);
        return false;
    }
    q = suffix_length(w, ifb_str_from(*s, p));
    if (q && q < s->len && find_special(w, ifb_str_part(*s, 0, s->len - q))) {
        keep_suffix(w, nsuffixes, ifb_str_from(*s, s->len - q));
        s->len -= q;
        return false;
    }
    if (p)
        push(w, ifb_str_part(*s, 0, p));
    if (q && p + q <= s->len) {
        keep_suffix(w, nsuffixes, ifb_str_from(*s, s->len - q));
        s->len -= q;
    }
    *s = ifb_str_from(*s, p);
    return true;
}

static void cut_run(struct work *w, ifb_str s)
{
    const struct special *sp = find_special(w, s);
    size_t nsuffixes = 0, last = SIZE_MAX;

    if (sp) {
        push_pieces(w, sp->pieces);
        return;
    }
    while (s.len && s.len != last && !w->limit) {
        last = s.len;
        if (!take_affixes(w, &s, &nsuffixes))
            break;
    }
    push_core(w, s);
    while (nsuffixes)
        push(w, w->suffixes[--nsuffixes]);
}

/* ---- runs that come again ---- */

static struct known *find_known(struct known *at, size_t size, ifb_str run)
{
    size_t i = hash(run) & (size - 1);

    while (at[i].run.ptr && !ifb_str_eq(at[i].run, run))
        i = (i + 1) & (size - 1);
    return &at[i];
}

static void grow_known(struct work *w)
{
    size_t size = w->known_size ? w->known_size * 2 : 256;
    struct known *at = ifb_new(w->arena, struct known, size);

    for (size_t i = 0; i < w->known_size; i++)
        if (w->known[i].run.ptr)
            *find_known(at, size, w->known[i].run) = w->known[i];
    w->known = at;
    w->known_size = size;
}

static void add_run(struct work *w, ifb_str run)
{
    size_t first = w->n;
    struct known *k;

    if (w->nknown * 2 >= w->known_size)
        grow_known(w);
    k = find_known(w->known, w->known_size, run);
    for (size_t i = 0; i < k->n; i++)
        push(w, w->at[k->first + i].text);
    if (k->run.ptr)
        return;
    cut_run(w, run);
    *k = (struct known){ run, first, w->n - first };
    w->nknown++;
}

/* Runs of white space and of the rest; a space after a token is its flag. */
static void cut_text(struct work *w, ifb_str text)
{
    const char *p = text.ptr, *end = p + text.len;

    while (p < end && !w->limit) {
        const char *from = p, *here = p;
        bool space = ifb_is_space(ifb_utf8_next(&p));

        for (here = p; p < end && ifb_is_space(ifb_utf8_next(&p)) == space; here = p)
            ;
        p = here;
        if (from > text.ptr && *from == ' ') {
            if (w->n)
                w->at[w->n - 1].space = true;
            from++;
        }
        if (from < here)
            add_run(w, (ifb_str){ from, (size_t)(here - from) });
    }
}

/* ---- pass 2 ---- */

struct hit {
    size_t start, n;
};

static bool stands_at(const struct work *w, size_t at, struct ifb_strs torn)
{
    if (torn.n > w->n - at)
        return false;
    for (size_t i = 0; i < torn.n; i++)
        if (!ifb_str_eq(w->at[at + i].text, torn.at[i]))
            return false;
    return true;
}

static struct hit *find_hits(const struct work *w, size_t *n)
{
    struct hit *hits = NULL;
    size_t cap = 0;

    for (size_t i = 0; i < w->n; i++) {
        const struct special *sp;

        if (w->at[i].text.len > w->t->longest)
            continue;
        for (sp = w->t->by_first[hash(w->at[i].text) % BUCKETS]; sp; sp = sp->by_first)
            if (stands_at(w, i, sp->torn)) {
                hits = ifb_grow(w->arena, hits, &cap, *n + 1, sizeof(*hits));
                hits[(*n)++] = (struct hit){ i, sp->torn.n };
            }
    }
    return hits;
}

static int longest_first(const void *a, const void *b)
{
    const struct hit *x = a, *y = b;

    if (x->n != y->n)
        return x->n > y->n ? -1 : 1;
    return (x->start > y->start) - (x->start < y->start);
}

/* kept[i]: how many tokens the special case that begins at i covers. */
static size_t *keep_hits(const struct work *w, const struct hit *hits, size_t n)
{
    size_t *kept = ifb_new(w->arena, size_t, w->n);
    bool *seen = ifb_new(w->arena, bool, w->n);

    for (size_t i = 0; i < n; i++) {
        size_t end = hits[i].start + hits[i].n;

        if (!seen[hits[i].start] && !seen[end - 1])
            kept[hits[i].start] = hits[i].n;
        for (size_t k = hits[i].start; k < end; k++)
            seen[k] = true;
    }
    return kept;
}

/* The special case that so many tokens are when they stand together as in the text. */
static const struct special *joined(const struct work *w, const struct token *at, size_t n)
{
    char text[256];
    size_t len = 0;

    for (size_t i = 0; i < n; i++) {
        if (at[i].text.len + 1 > sizeof(text) - len)
            return NULL;
        memcpy(text + len, at[i].text.ptr, at[i].text.len);
        len += at[i].text.len;
        if (at[i].space && i + 1 < n)
            text[len++] = ' ';
    }
    return find_special(w, (ifb_str){ text, len });
}

static void mend_specials(struct work *w)
{
    size_t n = 0, *kept;
    struct hit *hits = find_hits(w, &n);
    struct work mended = { .arena = w->arena };

    if (!n)
        return;
    qsort(hits, n, sizeof(*hits), longest_first);
    kept = keep_hits(w, hits, n);
    for (size_t i = 0; i < w->n;) {
        const struct special *sp = kept[i] ? joined(w, &w->at[i], kept[i]) : NULL;

        if (sp)
            push_pieces(&mended, sp->pieces);
        else
            push(&mended, w->at[i].text);
        i += sp ? kept[i] : 1;
    }
    w->at = mended.at;
    w->n = mended.n;
}

static bool is_punctuation(ifb_str s)
{
    const char *p = s.ptr, *end = p + s.len;

    while (p < end)
        if (!uc_is_general_category_withtable(ifb_utf8_next(&p), UC_CATEGORY_MASK_P))
            return false;
    return true;
}

bool ifb_es_tokens(const struct ifb_es_tokenizer *t, ifb_str text, struct ifb_arena *arena,
                   struct ifb_strs *out)
{
    struct work w;
    ifb_str *at;
    size_t n = 0;

    open_work(&w, t, arena);
    w.specials = true;
    cut_text(&w, text);
    close_work(&w);
    if (w.limit)
        return false;
    mend_specials(&w);
    at = ifb_new(arena, ifb_str, w.n);
    for (size_t i = 0; i < w.n; i++)
        if (!is_punctuation(w.at[i].text))
            at[n++] = w.at[i].text;
    *out = (struct ifb_strs){ at, n };
    return true;
}

/* ---- loading ---- */

static enum ifb_code load_pattern(const struct ifb_json *root, const char *name,
                                  struct ifb_regex **out, struct ifb_error *err)
{
    ifb_str pattern = ifb_json_str(root, name);
    enum ifb_code code;

    if (!pattern.ptr)
        return ifb_fail(err, IFB_EINPUT, "\"%s\" is missing, wanted a pattern", name);
    code = ifb_regex_pcre2(pattern, out, err);
    if (code)
        ifb_within(err, "%s", name);
    return code;
}

static enum ifb_code load_special(struct ifb_es_tokenizer *t, const struct ifb_json *m,
                                  struct special *sp, struct ifb_arena *arena,
                                  struct ifb_error *err)
{
    struct special **bucket;
    ifb_str *pieces = ifb_new(arena, ifb_str, m->n);
    size_t n = 0;

    for (const struct ifb_json *piece = m->first; piece; piece = piece->next)
        if (piece->kind == IFB_JSTRING)
            pieces[n++] = ifb_str_copy(arena, piece->string);
    if (m->kind != IFB_JARRAY || n != m->n || !n || !m->key.len || m->key.len > 200)
        return ifb_fail(err, IFB_EINPUT, "line %u: wanted a short string and an array of its "
                        "pieces", m->line);
    sp->text = ifb_str_copy(arena, m->key);
    sp->pieces = (struct ifb_strs){ pieces, n };
    bucket = &t->by_text[hash(sp->text) % BUCKETS];
    sp->by_text = *bucket;
    *bucket = sp;
    if (sp->text.len > t->longest)
        t->longest = sp->text.len;
    return IFB_OK;
}

/* Only a special case that the patterns or a space can tear has to be looked for in pass 2. */
static bool can_tear(struct work *w, ifb_str text)
{
    size_t from, to;

    return ifb_str_chr(text, ' ', 0) != SIZE_MAX ||
           search(w, PREFIX, text, 0, &from, &to) ||
           search(w, SUFFIX, text, 0, &from, &to) ||
           search(w, INFIX, text, 0, &from, &to);
}

static void tear(struct ifb_es_tokenizer *t, struct special *sp, struct ifb_arena *arena)
{
    struct special **bucket;
    struct work w;
    ifb_str *torn;

    open_work(&w, t, arena);
    if (can_tear(&w, sp->text))
        cut_text(&w, sp->text);
    close_work(&w);
    if (!w.n)
        return;
    torn = ifb_new(arena, ifb_str, w.n);
    for (size_t i = 0; i < w.n; i++)
        torn[i] = w.at[i].text;
    sp->torn = (struct ifb_strs){ torn, w.n };
    bucket = &t->by_first[hash(torn[0]) % BUCKETS];
    sp->by_first = *bucket;
    *bucket = sp;
}

static enum ifb_code load_specials(struct ifb_es_tokenizer *t, const struct ifb_json *list,
                                   struct ifb_arena *arena, struct ifb_error *err)
{
    struct special *at;
    size_t n = 0;

    if (!list || list->kind != IFB_JOBJECT || list->n > SPECIALS_MAX)
        return ifb_fail(err, IFB_EINPUT, "\"specials\": wanted an object of at most %d members",
                        SPECIALS_MAX);
    at = ifb_new(arena, struct special, list->n);
    for (const struct ifb_json *m = list->first; m; m = m->next)
        if (load_special(t, m, &at[n++], arena, err))
            return IFB_EINPUT;
    for (size_t i = 0; i < n; i++)
        tear(t, &at[i], arena);
    return IFB_OK;
}

enum ifb_code ifb_es_tokenizer_load(ifb_str json, struct ifb_arena *arena,
                                    struct ifb_es_tokenizer **out, struct ifb_error *err)
{
    struct ifb_es_tokenizer *t = ifb_new(arena, struct ifb_es_tokenizer, 1);
    struct ifb_arena *scratch = ifb_arena_new();
    const struct ifb_json *root = NULL;
    enum ifb_code code = IFB_EINPUT;

    if (ifb_utf8_valid(json) != json.len)
        ifb_fail(err, IFB_EINPUT, "byte %zu is not UTF-8", ifb_utf8_valid(json) + 1);
    else
        code = ifb_json_parse(scratch, json, 0, 1, &root, err);
    for (int i = 0; i < NPATTERNS && !code; i++)
        code = load_pattern(root, pattern_names[i], &t->patterns[i], err);
    if (!code)
        code = load_specials(t, ifb_json_get(root, "specials"), arena, err);
    if (code)
        ifb_es_tokenizer_close(t);
    else
        *out = t;
    ifb_arena_close(scratch);
    return code;
}

void ifb_es_tokenizer_close(struct ifb_es_tokenizer *t)
{
    if (!t)
        return;
    for (int i = 0; i < NPATTERNS; i++) {
        ifb_regex_close(t->patterns[i]);
        t->patterns[i] = NULL;
    }
}
