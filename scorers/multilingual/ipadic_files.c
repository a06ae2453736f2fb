/* SPDX-License-Identifier: Apache-2.0 */
/* MeCab's compiled dictionary (0.996, version 102, little-endian) and char.def. */
#include "scorers/multilingual/ipadic_files.h"

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"

#define MAGIC 0xef718f77u
#define VERSION 102
#define HEADER 72
#define UNIT 8
#define TOKEN 16
#define RANGES_MAX 4096

static uint32_t u32_at(const char *p)
{
    const unsigned char *u = (const unsigned char *)p;

    return (uint32_t)u[0] | (uint32_t)u[1] << 8 | (uint32_t)u[2] << 16 | (uint32_t)u[3] << 24;
}

static uint16_t u16_at(const char *p)
{
    const unsigned char *u = (const unsigned char *)p;

    return (uint16_t)(u[0] | u[1] << 8);
}

/* ---- keys and entries ---- */

void ifb_ipadic_walk_open(struct ifb_ipadic_walk *w, const struct ifb_ipadic_dic *dic, ifb_str text)
{
    *w = (struct ifb_ipadic_walk){ .dic = dic, .text = text,
                                   .base = dic->nunits ? u32_at(dic->units) : 0 };
}

/* The base of unit `i` when its check says that it belongs to `parent`. */
static bool unit_of(const struct ifb_ipadic_dic *dic, uint32_t parent, size_t i, uint32_t *base)
{
    if (i >= dic->nunits || u32_at(dic->units + i * UNIT + 4) != parent)
        return false;
    *base = u32_at(dic->units + i * UNIT);
    return true;
}

bool ifb_ipadic_walk_next(struct ifb_ipadic_walk *w, struct ifb_ipadic_entries *found, size_t *len)
{
    while (!w->over) {
        uint32_t parent = w->base, value;
        bool ends = unit_of(w->dic, parent, parent, &value) && value >> 31;

        *len = w->at;
        w->over = w->at == w->text.len ||
                  !unit_of(w->dic, parent,
                           (size_t)parent + (unsigned char)w->text.ptr[w->at] + 1, &w->base);
        w->at++;
        if (ends && *len) {
            value = ~value;  /* -value - 1 */
            *found = (struct ifb_ipadic_entries){ value >> 8, value & 0xff };
            return true;
        }
    }
    return false;
}

static bool is_noun(const struct ifb_ipadic_dic *dic, size_t feature)
{
    ifb_str noun = IFB_STR("名詞");

    return feature < dic->features_len && dic->features_len - feature >= noun.len &&
           memcmp(dic->features + feature, noun.ptr, noun.len) == 0;
}

struct ifb_ipadic_entry ifb_ipadic_entry(const struct ifb_ipadic_dic *dic, size_t i)
{
    struct ifb_ipadic_entry e = { 0 };
    const char *p;

    if (i >= dic->ntokens)
        return e;
    p = dic->tokens + i * TOKEN;
    e.left = u16_at(p);
    e.right = u16_at(p + 2);
    e.cost = (int16_t)u16_at(p + 6);
    e.number = u32_at(p + 8);  /* the place of its feature, which grows from entry to entry */
    e.noun = is_noun(dic, e.number);
    return e;
}

int ifb_ipadic_cost(const struct ifb_ipadic *dic, uint16_t right, uint16_t left)
{
    if (right >= dic->nleft || left >= dic->nright)
        return 0;
    return (int16_t)u16_at(dic->matrix + 2 * (right + dic->nleft * left));
}

/* ---- loading ---- */

static enum ifb_code load_dic(const char *name, ifb_str bytes, struct ifb_ipadic_dic *out,
                              struct ifb_error *err)
{
    const char *p = bytes.ptr;
    uint64_t units, tokens, features;

    if (bytes.len < HEADER || (u32_at(p) ^ MAGIC) != bytes.len || u32_at(p + 4) != VERSION)
        return ifb_fail(err, IFB_EINPUT, "%s is no dictionary of MeCab 0.996", name);
    if (memcmp(p + 40, "UTF-8", 6) != 0 && memcmp(p + 40, "utf8", 5) != 0)
        return ifb_fail(err, IFB_EINPUT, "%s is not compiled for UTF-8", name);
    units = u32_at(p + 24);
    tokens = u32_at(p + 28);
    features = u32_at(p + 32);
    if (HEADER + units + tokens + features > bytes.len)
        return ifb_fail(err, IFB_EINPUT, "%s is cut short", name);
    out->units = p + HEADER;
    out->nunits = (size_t)units / UNIT;
    out->tokens = out->units + units;
    out->ntokens = (size_t)tokens / TOKEN;
    out->features = out->tokens + tokens;
    out->features_len = (size_t)features;
    return IFB_OK;
}

static enum ifb_code load_matrix(ifb_str bytes, struct ifb_ipadic *d, struct ifb_error *err)
{
    if (bytes.len < 4)
        return ifb_fail(err, IFB_EINPUT, "matrix.bin is cut short");
    d->nleft = u16_at(bytes.ptr);
    d->nright = u16_at(bytes.ptr + 2);
    d->matrix = bytes.ptr + 4;
    if (bytes.len != 4 + 2 * d->nleft * d->nright)
        return ifb_fail(err, IFB_EINPUT, "matrix.bin has %zu bytes, wanted %zu for %zu by %zu",
                        bytes.len, 4 + 2 * d->nleft * d->nright, d->nleft, d->nright);
    return IFB_OK;
}

static bool next_field(ifb_str *line, ifb_str *field)
{
    size_t n = 0;

    *line = ifb_str_trim_ascii(*line);
    while (n < line->len && line->ptr[n] != ' ' && line->ptr[n] != '\t')
        n++;
    *field = ifb_str_part(*line, 0, n);
    *line = ifb_str_from(*line, n);
    return n > 0;
}

static size_t category_of(const struct ifb_ipadic *d, ifb_str name)
{
    size_t i = 0;

    while (i < d->ncategories && !ifb_str_eq(d->categories[i].name, name))
        i++;
    return i;
}

/* "NAME ALWAYS GROUPING LENGTH" */
static bool add_category(struct ifb_ipadic *d, ifb_str name, ifb_str line, struct ifb_arena *arena)
{
    struct ifb_ipadic_category *c = &d->categories[d->ncategories];
    struct ifb_ipadic_walk walk;
    int64_t n[3];
    size_t len;

    if (d->ncategories == IFB_IPADIC_CATEGORIES)
        return false;
    for (size_t i = 0; i < 3; i++) {
        ifb_str field;

        if (!next_field(&line, &field) || !ifb_str_int(field, &n[i]) || n[i] < 0 || n[i] > 1024)
            return false;
    }
    *c = (struct ifb_ipadic_category){ .name = ifb_str_copy(arena, name), .always = n[0] != 0,
                                       .grouping = n[1] != 0, .length = (size_t)n[2] };
    ifb_ipadic_walk_open(&walk, &d->unk, c->name);
    while (ifb_ipadic_walk_next(&walk, &c->unknown, &len) && len < c->name.len)
        c->unknown.n = 0;
    d->ncategories++;
    return c->unknown.n > 0;
}

static bool read_hex(ifb_str s, uint32_t *out)
{
    *out = 0;
    if (s.len < 3 || s.len > 8 || s.ptr[0] != '0' || s.ptr[1] != 'x')
        return false;
    for (size_t i = 2; i < s.len; i++) {
        char c = s.ptr[i];
        const char *digits = "0123456789abcdef", *at = strchr(digits, c | 0x20);

        if (!c || !at || (c > '9' && (c | 0x20) < 'a'))
            return false;
        *out = *out * 16 + (uint32_t)(at - digits);
    }
    return *out < IFB_IPADIC_CHARS;
}

/* "0xFROM..0xTO CATEGORY [COMPATIBLE...]" */
static bool add_range(const struct ifb_ipadic *d, ifb_str range, ifb_str line, uint32_t *own,
                      uint32_t *compatible)
{
    size_t dots = ifb_str_find(range, IFB_STR(".."), 0);
    uint32_t from, to, mask = 0, others = 0;
    ifb_str name;

    if (!read_hex(dots == SIZE_MAX ? range : ifb_str_part(range, 0, dots), &from))
        return false;
    to = from;
    if (dots != SIZE_MAX && !read_hex(ifb_str_from(range, dots + 2), &to))
        return false;
    while (next_field(&line, &name)) {
        size_t i = category_of(d, name);

        if (i == d->ncategories)
            return false;
        others |= mask ? 1u << i : 0;
        mask = mask ? mask : 1u << i;
    }
    for (uint32_t cp = from; cp <= to; cp++) {
        own[cp] |= mask;
        compatible[cp] |= others;
    }
    return mask != 0;
}

/* Comments may be in any encoding; what is not a comment is ASCII. */
static enum ifb_code load_chars(ifb_str text, struct ifb_ipadic *d, struct ifb_arena *arena,
                                struct ifb_error *err)
{
    uint32_t *own = ifb_new(arena, uint32_t, IFB_IPADIC_CHARS);
    uint32_t *compatible = ifb_new(arena, uint32_t, IFB_IPADIC_CHARS);
    unsigned ranges = 0;
    ifb_str line, field;

    d->own = own;
    d->compatible = compatible;
    for (unsigned number = 1; text.len; number++) {
        bool ok = true;

        if (!ifb_str_chop(&text, '\n', &line)) {
            line = text;
            text.len = 0;
        }
        if (ifb_str_chr(line, '#', 0) != SIZE_MAX)
            line.len = ifb_str_chr(line, '#', 0);
        if (!next_field(&line, &field))
            continue;
        if (field.ptr[0] == '0')
            ok = ranges++ < RANGES_MAX && add_range(d, field, line, own, compatible);
        else
            ok = add_category(d, field, line, arena);
        if (!ok)
            return ifb_fail(err, IFB_EINPUT, "char.def, line %u: wanted a category or a range",
                            number);
    }
    if (!d->ncategories || !ifb_str_is(d->categories[0].name, "DEFAULT"))
        return ifb_fail(err, IFB_EINPUT, "char.def: wanted DEFAULT as the first category");
    for (uint32_t cp = 0; cp < IFB_IPADIC_CHARS; cp++)
        if (!own[cp])
            own[cp] = 1;
    return IFB_OK;
}

enum ifb_code ifb_ipadic_load(const ifb_str files[IFB_IPADIC_FILES], struct ifb_arena *arena,
                              const struct ifb_ipadic **out, struct ifb_error *err)
{
    struct ifb_ipadic *d = ifb_new(arena, struct ifb_ipadic, 1);
    enum ifb_code code = load_dic("sys.dic", files[IFB_IPADIC_SYS], &d->sys, err);

    if (!code)
        code = load_dic("unk.dic", files[IFB_IPADIC_UNK], &d->unk, err);
    if (!code)
        code = load_matrix(files[IFB_IPADIC_MATRIX], d, err);
    if (!code)
        code = load_chars(files[IFB_IPADIC_CHAR], d, arena, err);
    if (!code)
        *out = d;
    return code;
}
