/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Punkt parameters read from JSON into the hash that the splitter asks. The
 * official file is read at the start of every run that needs it, so its plain
 * shape (two levels of objects, no escapes, small numbers) is read in one walk
 * without a tree; anything else, every fault included, goes through the parser.
 */
#include "scorers/nlp/punkt_set.h"

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "scorers/nlp/punkt.h"

#define KEY_MAX 1000     /* bytes; longer types have never been seen and are refused */
#define KEYS_MAX 1000000
#define MORE_MAX 1024    /* bytes of the abbreviations that a suite adds */

/* A hash that is being filled; the set itself is const. */
struct filler {
    struct ifb_punkt set;
    struct ifb_punkt_slot *slots;
    char *pool;
    uint32_t used;  /* bytes of the pool */
    uint32_t room;  /* keys that may still come */
    bool full;      /* one came too many */
    struct ifb_error *err;
};

static void put(struct filler *f, ifb_str key, unsigned bits)
{
    struct ifb_punkt_slot *slot;

    if (!bits)
        return;
    slot = f->slots + (ifb_punkt_find(&f->set, key) - f->slots);
    if (!slot->bits) {
        if (!f->room) {
            f->full = true;
            return;
        }
        f->room--;
        memcpy(f->pool + f->used, key.ptr, key.len);
        slot->at = f->used;
        slot->len = (uint16_t)key.len;
        f->used += (uint32_t)key.len;
        if (key.len > f->set.longest)
            f->set.longest = key.len;
    }
    slot->bits |= (uint16_t)bits;
}

static void put_collocation(struct filler *f, ifb_str joined)
{
    size_t comma = ifb_str_chr(joined, ',', 0);

    put(f, joined, IFB_PUNKT_COLLOCATION);
    if (comma != SIZE_MAX)
        put(f, ifb_str_part(joined, 0, comma), IFB_PUNKT_FIRST);
}

static enum ifb_code too_long(struct filler *f, const struct ifb_json *m)
{
    return ifb_fail(f->err, IFB_EINPUT, "line %u: a type of more than %d bytes", m->line, KEY_MAX);
}

/* The key of a member: its name in an object, else its text or its pair "a,b" (into `room`). */
static enum ifb_code member_key(struct filler *f, const struct ifb_json *list,
                                const struct ifb_json *m, char room[KEY_MAX], ifb_str *key)
{
    ifb_str parts[2];
    size_t n = 0;

    if (list->kind == IFB_JOBJECT || m->kind == IFB_JSTRING) {
        *key = list->kind == IFB_JOBJECT ? m->key : m->string;
        return key->len <= KEY_MAX ? IFB_OK : too_long(f, m);
    }
    if (m->kind == IFB_JARRAY && m->n == 2)
        for (const struct ifb_json *w = m->first; w; w = w->next)
            if (w->kind == IFB_JSTRING)
                parts[n++] = w->string;
    if (n != 2 || parts[0].len + parts[1].len + 1 > KEY_MAX)
        return ifb_fail(f->err, IFB_EINPUT, "line %u: expected a type or a pair of types", m->line);
    memcpy(room, parts[0].ptr, parts[0].len);
    room[parts[0].len] = ',';
    memcpy(room + parts[0].len + 1, parts[1].ptr, parts[1].len);
    *key = (ifb_str){ room, parts[0].len + 1 + parts[1].len };
    return IFB_OK;
}

static enum ifb_code put_list(struct filler *f, const struct ifb_json *list, unsigned bits)
{
    char room[KEY_MAX];
    ifb_str key;

    for (const struct ifb_json *m = list->first; m; m = m->next) {
        enum ifb_code code = member_key(f, list, m, room, &key);

        if (code != IFB_OK)
            return code;
        /* The upstream file has one sentence starter that nltk's own parameters lack. */
        if (bits == IFB_PUNKT_STARTER && list->kind == IFB_JOBJECT && ifb_str_is(key, "she"))
            continue;
        if (bits == IFB_PUNKT_COLLOCATION)
            put_collocation(f, key);
        else
            put(f, key, bits);
    }
    return IFB_OK;
}

static enum ifb_code put_contexts(struct filler *f, const struct ifb_json *contexts)
{
    if (contexts->kind != IFB_JOBJECT)
        return ifb_fail(f->err, IFB_EINPUT, "line %u: expected an object of contexts, found %s",
                        contexts->line, ifb_json_kind_name(contexts->kind));
    for (const struct ifb_json *m = contexts->first; m; m = m->next) {
        if (m->kind != IFB_JNUMBER || !m->whole || m->integer < 0 || m->integer > 127)
            return ifb_fail(f->err, IFB_EINPUT, "line %u: expected a number from 0 to 127",
                            m->line);
        if (m->key.len > KEY_MAX)
            return too_long(f, m);
        put(f, m->key, (unsigned)m->integer & IFB_PUNKT_ORTHO);
    }
    return IFB_OK;
}

/* A table under its upstream name or its short one. */
static enum ifb_code table(const struct ifb_json *root, const char *name, const char *other,
                           const struct ifb_json **out, struct ifb_error *err)
{
    const struct ifb_json *t = ifb_json_get(root, name);

    if (!t)
        t = ifb_json_get(root, other);
    if (!t || (t->kind != IFB_JOBJECT && t->kind != IFB_JARRAY))
        return ifb_fail(err, IFB_EINPUT, "no table \"%s\"", name);
    *out = t;
    return IFB_OK;
}

static uint32_t slots_for(size_t keys)
{
    uint32_t n = 16;

    while (n < keys + keys / 2)
        n *= 2;
    return n;
}

/* A set with room for so many keys out of a document of so many bytes. */
static struct filler new_filler(size_t keys, size_t bytes, struct ifb_arena *arena,
                                struct ifb_error *err)
{
    struct filler f = { .err = err };

    f.set.mask = slots_for(keys) - 1;
    f.room = f.set.mask - f.set.mask / 4;
    f.set.slots = f.slots = ifb_new(arena, struct ifb_punkt_slot, f.set.mask + 1);
    /* Keys are parts of the document, and a collocation's first word is stored once more. */
    f.set.pool = f.pool = ifb_alloc_raw(arena, 2 * bytes + MORE_MAX);
    return f;
}

static const struct ifb_punkt *finished(const struct filler *f, struct ifb_arena *arena)
{
    struct ifb_punkt *set = ifb_alloc(arena, sizeof(*set));

    *set = f->set;
    return set;
}

static void put_more(struct filler *f, struct ifb_strs abbreviations)
{
    for (size_t i = 0; i < abbreviations.n; i++)
        put(f, abbreviations.at[i], IFB_PUNKT_ABBREVIATION);
}

static enum ifb_code fill(const struct ifb_json *root, size_t bytes, struct ifb_strs more,
                          struct ifb_arena *arena, const struct ifb_punkt **out,
                          struct ifb_error *err)
{
    const struct ifb_json *abbreviations = NULL, *starters = NULL;
    const struct ifb_json *collocations = NULL, *contexts = NULL;
    struct filler f;
    size_t keys;

    if (table(root, "AbbrevTypes", "abbrev_types", &abbreviations, err) != IFB_OK ||
        table(root, "SentStarters", "sent_starters", &starters, err) != IFB_OK ||
        table(root, "Collocations", "collocations", &collocations, err) != IFB_OK ||
        table(root, "OrthoContext", "ortho_context", &contexts, err) != IFB_OK)
        return IFB_EINPUT;
    keys = abbreviations->n + starters->n + 2 * collocations->n + contexts->n + more.n;
    if (keys > KEYS_MAX)
        return ifb_fail(err, IFB_ELIMIT, "more than %d types", KEYS_MAX);
    f = new_filler(keys, bytes, arena, err);
    if (put_list(&f, abbreviations, IFB_PUNKT_ABBREVIATION) != IFB_OK ||
        put_list(&f, starters, IFB_PUNKT_STARTER) != IFB_OK ||
        put_list(&f, collocations, IFB_PUNKT_COLLOCATION) != IFB_OK ||
        put_contexts(&f, contexts) != IFB_OK)
        return IFB_EINPUT;
    put_more(&f, more);
    *out = finished(&f, arena);
    return IFB_OK;
}

/* ---- the plain shape ---- */

static void skip_space(const char **p, const char *end)
{
    while (*p < end && (**p == ' ' || **p == '\n' || **p == '\t' || **p == '\r'))
        ++*p;
}

/* Skips white space; true when c is next, and then skips it too. */
static bool take(const char **p, const char *end, char c)
{
    skip_space(p, end);
    if (*p == end || **p != c)
        return false;
    ++*p;
    return true;
}

static bool take_key(const char **p, const char *end, ifb_str *key)
{
    const char *q;

    if (!take(p, end, '"'))
        return false;
    for (q = *p; q < end && *q != '"'; q++)
        if (*q == '\\' || (unsigned char)*q < 0x20)
            return false;
    *key = (ifb_str){ *p, (size_t)(q - *p) };
    *p = q + (q < end);
    return q < end && key->len <= KEY_MAX && take(p, end, ':');
}

static bool take_number(const char **p, const char *end, unsigned *n)
{
    const char *q;

    *n = 0;
    skip_space(p, end);
    for (q = *p; q < end && q - *p < 3 && *q >= '0' && *q <= '9'; q++)
        *n = *n * 10 + (unsigned)(*q - '0');
    if (q == *p || *n > 127 || (**p == '0' && q - *p > 1))
        return false;
    *p = q;
    return true;
}

/* The members of one table, whose kind is one of the bits or 0 for contexts. */
static bool take_table(const char **p, const char *end, struct filler *f, unsigned kind)
{
    ifb_str key;
    unsigned n;

    if (!take(p, end, '{'))
        return false;
    do {
        if (!take_key(p, end, &key) || !take_number(p, end, &n))
            return false;
        if (kind == IFB_PUNKT_COLLOCATION)
            put_collocation(f, key);
        else if (kind != IFB_PUNKT_STARTER || !ifb_str_is(key, "she"))
            put(f, key, kind ? kind : n & IFB_PUNKT_ORTHO);
    } while (!f->full && take(p, end, ','));
    return !f->full && take(p, end, '}');
}

static bool fill_plain(ifb_str json, struct ifb_strs more, struct ifb_arena *arena,
                       const struct ifb_punkt **out)
{
    static const struct {
        const char *name;
        unsigned kind;
    } tables[] = { { "AbbrevTypes", IFB_PUNKT_ABBREVIATION },
                   { "SentStarters", IFB_PUNKT_STARTER },
                   { "Collocations", IFB_PUNKT_COLLOCATION },
                   { "OrthoContext", 0 } };
    const char *p = json.ptr, *end = p + json.len;
    size_t keys = ifb_str_count(json, IFB_STR(":")) + more.n;
    unsigned seen = 0, i;
    struct filler f;
    ifb_str name;

    if (!take(&p, end, '{') || keys > KEYS_MAX)
        return false;
    f = new_filler(keys, json.len, arena, NULL);
    do {
        if (!take_key(&p, end, &name))
            return false;
        for (i = 0; i < 4 && !ifb_str_is(name, tables[i].name); i++)
            ;
        if (i == 4 || (seen & 1u << i) || !take_table(&p, end, &f, tables[i].kind))
            return false;
        seen |= 1u << i;
    } while (take(&p, end, ','));
    if (seen != 15 || !take(&p, end, '}'))
        return false;
    skip_space(&p, end);
    if (p != end)
        return false;
    put_more(&f, more);
    *out = finished(&f, arena);
    return true;
}

static enum ifb_code load(ifb_str json, struct ifb_strs more, struct ifb_arena *arena,
                          const struct ifb_punkt **out, struct ifb_error *err)
{
    struct ifb_arena *scratch;
    const struct ifb_json *root;
    enum ifb_code code;

    if (fill_plain(json, more, arena, out))
        return IFB_OK;
    scratch = ifb_arena_new();
    code = ifb_json_parse(scratch, json, IFB_JSON_DUPLICATES, 1, &root, err);
    if (code == IFB_OK)
        code = fill(root, json.len, more, arena, out, err);
    ifb_arena_close(scratch);
    if (code != IFB_OK)
        ifb_within(err, "punkt parameters");
    return code;
}

enum ifb_code ifb_punkt_load(ifb_str json, struct ifb_arena *arena, const struct ifb_punkt **out,
                             struct ifb_error *err)
{
    return load(json, (struct ifb_strs){ NULL, 0 }, arena, out, err);
}

/* M-IFEval's list has twelve more, which end in a dot or hold a space, as no token does. */
enum ifb_code ifb_punkt_load_french(ifb_str json, struct ifb_arena *arena,
                                    const struct ifb_punkt **out, struct ifb_error *err)
{
    static const char *const types[] = {
        "a.d", "adj", "apr", "av", "avr", "c.-\xc3\xa0-d", "cap", "cf", "dr", "dre", "dres",
        "drs", "d\xc3\xa9""c", "e.g", "env", "ex", "f\xc3\xa9v", "i.e", "j.-c", "j.c", "janv",
        "juil", "lt", "m", "mar", "mlle", "mme", "mr", "n.b", "nb", "nov", "oct", "p-s", "p.-s",
        "p.p.s", "p.v", "pr", "prof", "ps", "q.v", "resp", "r\xc3\xa9p", "sept", "svp", "tel",
        "vol", "vs",
    };
    ifb_str more[sizeof(types) / sizeof(types[0])];
    size_t n = sizeof(types) / sizeof(types[0]);

    for (size_t i = 0; i < n; i++)
        more[i] = ifb_str_of(types[i]);
    return load(json, (struct ifb_strs){ more, n }, arena, out, err);
}
