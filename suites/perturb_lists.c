/* SPDX-License-Identifier: Apache-2.0 */
/* The word lists of perturbations, read from HELM's JSON and compiled. */
#include "suites/perturb.h"

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "harness/base/utf8.h"

#define LIST_MAX ((size_t)16 << 20)
#define WORDS_MOST 100000

struct reading {
    const char *folder, *path;
    struct ifb_arena *arena;
    struct ifb_perturb_lists *lists;
    struct ifb_error *err;
};

static enum ifb_code fault(const struct reading *r, const struct ifb_json *at, const char *wanted)
{
    return ifb_fail(r->err, IFB_EINPUT, "%s:%u: wanted %s", r->path, at ? at->line : 1, wanted);
}

/* The document, NULL when the file is not there. */
static enum ifb_code read_list(struct reading *r, const char *name, enum ifb_json_kind kind,
                               const struct ifb_json **out)
{
    ifb_str bytes;
    enum ifb_code code;

    *out = NULL;
    r->path = ifb_path_join(r->arena, r->folder, name);
    if (!ifb_file_exists(r->path))
        return IFB_OK;
    code = ifb_file_read(r->path, LIST_MAX, r->arena, &bytes, r->err);
    if (!code && ifb_utf8_valid(bytes) != bytes.len)
        return fault(r, NULL, "UTF-8");
    if (!code)
        code = ifb_json_parse(r->arena, bytes, IFB_JSON_DUPLICATES, 1, out, r->err);
    if (code)
        return ifb_within(r->err, "%s", r->path);
    if ((*out)->kind != kind)
        return fault(r, *out, kind == IFB_JOBJECT ? "an object" : "an array");
    return (*out)->n <= WORDS_MOST ? IFB_OK : fault(r, *out, "fewer words");
}

/* ---- misspellings ---- */

/* In the list's order: the first that fits is taken, be it the shorter one. */
static enum ifb_code read_misspellings(struct reading *r)
{
    struct ifb_perturb_word *last[256] = { NULL };
    const struct ifb_json *doc;
    enum ifb_code code = read_list(r, "correct_to_misspelling.json", IFB_JOBJECT, &doc);

    for (const struct ifb_json *m = code || !doc ? NULL : doc->first; m; m = m->next) {
        struct ifb_perturb_word *word = ifb_new(r->arena, struct ifb_perturb_word, 1);
        ifb_str *to = ifb_new(r->arena, ifb_str, m->n);
        unsigned char first;

        if (!m->key.len || m->kind != IFB_JARRAY || !m->n)
            return fault(r, m, "WORD: [MISSPELLING, ...]");
        *word = (struct ifb_perturb_word){ .from = m->key, .to = to };
        for (const struct ifb_json *t = m->first; t; t = t->next) {
            if (t->kind != IFB_JSTRING)
                return fault(r, t, "a string");
            to[word->n++] = t->string;
        }
        first = (unsigned char)m->key.ptr[0];
        if (last[first])
            last[first]->next = word;
        else
            r->lists->misspelt[first] = word;
        last[first] = word;
    }
    r->lists->misspellings = !code && doc;
    return code;
}

/* ---- contractions ---- */

static void put_escaped(struct ifb_buf *out, ifb_str word)
{
    for (size_t i = 0; i < word.len; i++) {
        if (strchr("\\.^$*+?{}[]|()", word.ptr[i]))
            ifb_buf_char(out, '\\');
        ifb_buf_char(out, word.ptr[i]);
    }
}

static enum ifb_code compile(const struct reading *r, const char *before, ifb_str words,
                             const char *after, struct ifb_regex **out)
{
    struct ifb_buf buf;
    enum ifb_code code;

    ifb_buf_init(&buf, LIST_MAX);
    ifb_buf_cstr(&buf, before);
    ifb_buf_str(&buf, words);
    ifb_buf_cstr(&buf, after);
    code = ifb_regex_new(ifb_buf_view(&buf), IFB_RE_IGNORECASE, out, r->err);
    ifb_buf_close(&buf);
    return code ? ifb_within(r->err, "%s", r->path) : IFB_OK;
}

static ifb_str joined(const struct reading *r, const struct ifb_perturb_words *words)
{
    struct ifb_buf buf;
    ifb_str out;

    ifb_buf_init(&buf, LIST_MAX);
    for (size_t i = 0; i < words->n; i++) {
        ifb_buf_cstr(&buf, i ? "|" : "");
        put_escaped(&buf, words->at[i].from);
    }
    out = ifb_str_copy(r->arena, ifb_buf_view(&buf));
    ifb_buf_close(&buf);
    return out;
}

/* As in a Python dict: a key stays where it was first, with its last value. */
static void add_word(const struct reading *r, struct ifb_perturb_words *words, ifb_str from,
                     ifb_str to)
{
    ifb_str *value = ifb_new(r->arena, ifb_str, 1);
    size_t i = 0;

    *value = to;
    while (i < words->n && !ifb_str_eq(words->at[i].from, from))
        i++;
    words->at[i] = (struct ifb_perturb_word){ .from = from, .to = value, .n = 1 };
    words->n += i == words->n;
}

#define CONTRACTIONS_MOST 2000  /* each is looked for among those before it */

static enum ifb_code read_contractions(struct reading *r)
{
    struct ifb_perturb_words *to_short = &r->lists->contractions, *to_long = &r->lists->expansions;
    const struct ifb_json *doc;
    enum ifb_code code = read_list(r, "contractions.json", IFB_JOBJECT, &doc);

    if (code || !doc)
        return code;
    if (!doc->n || doc->n > CONTRACTIONS_MOST)
        return fault(r, doc, "1 to 2000 contractions");
    to_short->at = ifb_new(r->arena, struct ifb_perturb_word, doc->n);
    to_long->at = ifb_new(r->arena, struct ifb_perturb_word, doc->n);
    for (const struct ifb_json *m = doc->first; m; m = m->next) {
        if (!m->key.len || m->kind != IFB_JSTRING || !m->string.len)
            return fault(r, m, "CONTRACTION: EXPANSION");
        add_word(r, to_long, m->key, m->string);
        add_word(r, to_short, m->string, m->key);
    }
    code = compile(r, "\\b(?:", joined(r, to_long), ")\\b", &to_long->re);
    return code ? code : compile(r, "\\b(?:", joined(r, to_short), ")\\b(?= )", &to_short->re);
}

/* ---- fillers ---- */

static enum ifb_code read_fillers(struct reading *r)
{
    const struct ifb_json *doc;
    enum ifb_code code = read_list(r, "fillers.json", IFB_JOBJECT, &doc);
    size_t n = 0;

    for (const struct ifb_json *m = code || !doc ? NULL : doc->first; m; m = m->next) {
        if (m->kind != IFB_JARRAY)
            return fault(r, m, "an array of fillers");
        n += m->n;
    }
    r->lists->fillers = ifb_new(r->arena, ifb_str, n);
    for (const struct ifb_json *m = code || !doc ? NULL : doc->first; m; m = m->next)
        for (const struct ifb_json *f = m->first; f; f = f->next) {
            if (f->kind != IFB_JSTRING)
                return fault(r, f, "a string");
            r->lists->fillers[r->lists->nfillers++] = f->string;
        }
    return code;
}

/* ---- genders ---- */

static size_t column_of(const struct ifb_json *order, const char *name)
{
    size_t i = 0;

    for (const struct ifb_json *m = order ? order->first : NULL; m; m = m->next, i++)
        if (m->kind == IFB_JSTRING && ifb_str_is(m->string, name))
            return i;
    return SIZE_MAX;
}

static enum ifb_code read_pairs(const struct reading *r, const struct ifb_json *doc,
                                const char *key, struct ifb_perturb_pairs *out)
{
    const struct ifb_json *order = ifb_json_get(doc, "order"), *rows = ifb_json_get(doc, key);
    size_t from = column_of(order, "male"), to = column_of(order, "female");

    if (from == SIZE_MAX || to == SIZE_MAX || !rows || rows->kind != IFB_JARRAY)
        return fault(r, doc, "\"order\" with male and female, \"terms\" and \"pronouns\"");
    out->at = ifb_new(r->arena, struct ifb_perturb_pair, rows->n);
    for (const struct ifb_json *m = rows->first; m; m = m->next) {
        const struct ifb_json *a = ifb_json_at(m, from), *b = ifb_json_at(m, to);
        struct ifb_perturb_words one = { .n = 1 };
        struct ifb_perturb_word word;
        enum ifb_code code;

        if (!a || !b || a->kind != IFB_JSTRING || b->kind != IFB_JSTRING || !a->string.len)
            return fault(r, m, "a row of words");
        word = (struct ifb_perturb_word){ .from = a->string };
        one.at = &word;
        out->at[out->n] = (struct ifb_perturb_pair){ a->string, b->string, NULL };
        code = compile(r, "[^\\w](?:", joined(r, &one), ")[^\\w]", &out->at[out->n++].re);
        if (code)
            return code;
    }
    return IFB_OK;
}

static enum ifb_code read_genders(struct reading *r)
{
    const struct ifb_json *doc;
    enum ifb_code code = read_list(r, "gender_mappings.json", IFB_JOBJECT, &doc);

    if (!code && doc)
        code = read_pairs(r, doc, "pronouns", &r->lists->pronouns);
    if (!code && doc)
        code = read_pairs(r, doc, "terms", &r->lists->terms);
    return code;
}

/* ---- all ---- */

enum ifb_code ifb_perturb_open(const char *folder, struct ifb_arena *arena,
                               struct ifb_perturb_lists **out, struct ifb_error *err)
{
    struct reading r = { .folder = folder, .arena = arena, .err = err };
    enum ifb_code code = IFB_OK;

    r.lists = ifb_new(arena, struct ifb_perturb_lists, 1);
    *out = r.lists;
    if (folder)
        code = read_misspellings(&r);
    if (folder && !code)
        code = read_contractions(&r);
    if (folder && !code)
        code = read_fillers(&r);
    if (folder && !code)
        code = read_genders(&r);
    if (!code)
        return IFB_OK;
    ifb_perturb_close(r.lists);
    *out = NULL;
    return code;
}

static void close_pairs(struct ifb_perturb_pairs *pairs)
{
    for (size_t i = 0; i < pairs->n; i++)
        ifb_regex_close(pairs->at[i].re);
    pairs->n = 0;
}

void ifb_perturb_close(struct ifb_perturb_lists *lists)
{
    if (!lists)
        return;
    ifb_regex_close(lists->contractions.re);
    ifb_regex_close(lists->expansions.re);
    lists->contractions.re = lists->expansions.re = NULL;
    close_pairs(&lists->pronouns);
    close_pairs(&lists->terms);
}
