/* SPDX-License-Identifier: Apache-2.0 */
/* Lines, names and values, for the suites that are scored from judgments. */
#include "scorers/judge/rows.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <ifbench/stats.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/sha256.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"

enum ifb_code ifb_judged_lines(const struct ifb_judged_file *file,
                               enum ifb_code (*see)(void *self, const struct ifb_judged_line *line,
                                                    struct ifb_error *err),
                               void *self, struct ifb_error *err)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_judged_line line = { .file = file->name };
    ifb_str rest = file->bytes, text;
    enum ifb_code code = IFB_OK;

    while (rest.len && !code) {
        line.number++;
        if (!ifb_str_chop(&rest, '\n', &text))
            text = rest, rest.len = 0;
        if (!ifb_str_trim_ascii(text).len)
            continue;
        ifb_arena_reset(arena);
        code = ifb_json_parse(arena, text, IFB_JSON_PYTHON, line.number, &line.row, err);
        if (code)
            code = ifb_within(err, "%.*s", IFB_ARG(file->name));
        else if (line.row->kind != IFB_JOBJECT)
            code = ifb_judged_fault(&line, err, "found %s, want an object",
                                    ifb_json_kind_name(line.row->kind));
        else
            code = see(self, &line, err);
    }
    ifb_arena_close(arena);
    return code;
}

enum ifb_code ifb_judged_fault(const struct ifb_judged_line *line, struct ifb_error *err,
                               const char *fmt, ...)
{
    char what[400];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(what, sizeof(what), fmt, ap);
    va_end(ap);
    return ifb_fail(err, IFB_EINPUT, "%.*s: line %u: %s", IFB_ARG(line->file), line->number, what);
}

/* ---- names ---- */

static uint64_t hash_of(ifb_str s)
{
    uint64_t h = 14695981039346656037u;  /* FNV-1a */

    for (size_t i = 0; i < s.len; i++)
        h = (h ^ (unsigned char)s.ptr[i]) * 1099511628211u;
    return h ^ h >> 29;
}

/* Where `name` stands in the slots, or could. */
static uint32_t *slot_of(const struct ifb_names *names, ifb_str name)
{
    size_t i = hash_of(name) & (names->nslots - 1);

    while (names->slots[i] && !ifb_str_eq(names->at[names->slots[i] - 1], name))
        i = (i + 1) & (names->nslots - 1);
    return &names->slots[i];
}

static void make_slots(struct ifb_names *names, struct ifb_arena *arena)
{
    names->nslots = names->nslots ? names->nslots * 2 : 64;
    names->slots = ifb_new(arena, uint32_t, names->nslots);
    for (size_t i = 0; i < names->n; i++)
        *slot_of(names, names->at[i]) = (uint32_t)i + 1;
}

size_t ifb_name_within(struct ifb_names *names, struct ifb_arena *arena, ifb_str name, size_t max)
{
    uint32_t *slot;

    if (2 * names->n >= names->nslots)
        make_slots(names, arena);
    slot = slot_of(names, name);
    if (*slot)
        return *slot - 1;
    if (names->n == max)
        return max;
    names->at = ifb_grow(arena, names->at, &names->cap, names->n + 1, sizeof(*names->at));
    names->at[names->n] = ifb_str_copy(arena, name);
    *slot = (uint32_t)++names->n;
    return names->n - 1;
}

size_t ifb_name_of(struct ifb_names *names, struct ifb_arena *arena, ifb_str name)
{
    return ifb_name_within(names, arena, name, IFB_NAMES_MAX);
}

static int by_name(const void *a, const void *b, void *self)
{
    const struct ifb_names *names = self;

    return ifb_str_cmp(names->at[*(const size_t *)a], names->at[*(const size_t *)b]);
}

size_t *ifb_names_sorted(const struct ifb_names *names, struct ifb_arena *arena)
{
    size_t *order = ifb_new(arena, size_t, names->n);

    for (size_t i = 0; i < names->n; i++)
        order[i] = i;
    qsort_r(order, names->n, sizeof(*order), by_name, (void *)names);
    return order;
}

ifb_str ifb_judged_id(const struct ifb_json *row, const char *key)
{
    const struct ifb_json *v = ifb_json_get(row, key);

    if (v && (v->kind == IFB_JSTRING || v->kind == IFB_JNUMBER))
        return v->string;
    return (ifb_str){ NULL, 0 };
}

/* ---- doubles ---- */

static struct ifb_seen_key *place_of(const struct ifb_seen *seen, struct ifb_seen_key key)
{
    size_t i = key.a & (seen->cap - 1);

    while ((seen->at[i].a || seen->at[i].b) &&
           (seen->at[i].a != key.a || seen->at[i].b != key.b))
        i = (i + 1) & (seen->cap - 1);
    return &seen->at[i];
}

static void make_room(struct ifb_seen *seen, struct ifb_arena *arena)
{
    struct ifb_seen old = *seen;

    seen->cap = old.cap ? old.cap * 2 : 256;
    seen->at = ifb_new(arena, struct ifb_seen_key, seen->cap);
    for (size_t i = 0; i < old.cap; i++)
        if (old.at[i].a || old.at[i].b)
            *place_of(seen, old.at[i]) = old.at[i];
}

bool ifb_seen_before(struct ifb_seen *seen, struct ifb_arena *arena, ifb_str key)
{
    char hex[IFB_SHA256_HEX], half[17] = { 0 };
    struct ifb_seen_key k, *place;

    ifb_sha256_of(key, hex);
    memcpy(half, hex, 16);
    k.a = strtoull(half, NULL, 16);
    memcpy(half, hex + 16, 16);
    k.b = strtoull(half, NULL, 16);
    if (seen->n * 2 >= seen->cap)
        make_room(seen, arena);
    place = place_of(seen, k);
    if (place->a || place->b)
        return true;
    *place = k;
    seen->n++;
    return false;
}

ifb_str ifb_judged_file_name(ifb_str path)
{
    static const char *const endings[] = { ".gz", ".jsonl", ".json" };
    const char *slash = memrchr(path.ptr, '/', path.len);

    if (slash)
        path = ifb_str_from(path, (size_t)(slash - path.ptr) + 1);
    for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++)
        if (path.len > strlen(endings[i]) && ifb_str_ends(path, ifb_str_of(endings[i])))
            path.len -= strlen(endings[i]);
    return path;
}

#define REASON_MAX 200

ifb_str ifb_judged_reason(struct ifb_arena *arena, ifb_str reply)
{
    char *out = ifb_alloc_raw(arena, REASON_MAX + 4);
    size_t n = 0;

    reply = ifb_str_trim_ascii(reply);
    for (size_t i = 0; i < reply.len && n < REASON_MAX; i++) {
        bool space = (unsigned char)reply.ptr[i] <= ' ';

        if (!space || (n && out[n - 1] != ' '))
            out[n++] = space ? ' ' : reply.ptr[i];
    }
    return (ifb_str){ out, ifb_utf8_valid((ifb_str){ out, n }) };
}

/* ---- values ---- */

static void add_value(struct ifb_values *v, const struct ifb_metric_value *value)
{
    v->at = ifb_grow(v->arena, v->at, &v->cap, v->n + 1, sizeof(*v->at));
    v->at[v->n++] = *value;
}

void ifb_value_mean(struct ifb_values *v, const char *id, const double *at, int64_t n,
                    int64_t unscored)
{
    struct ifb_mean m = ifb_mean_of(at, n);
    double half = ifb_normal_quantile(0.975) * m.se;

    add_value(v, &(struct ifb_metric_value){ .id = ifb_str_of(id), .value = m.mean,
                                             .lo = m.mean - half, .hi = m.mean + half,
                                             .se = m.se, .hits = -1, .n = n,
                                             .unscored = unscored });
}

void ifb_value_share(struct ifb_values *v, const char *id, int64_t hits, int64_t n,
                     int64_t unscored)
{
    struct ifb_interval ci = ifb_wilson(hits, n, 0.95);

    add_value(v, &(struct ifb_metric_value){ .id = ifb_str_of(id),
                                             .value = n ? (double)hits / (double)n : NAN,
                                             .lo = ci.lo, .hi = ci.hi,
                                             .se = ifb_proportion_se(hits, n), .hits = hits,
                                             .n = n, .unscored = unscored });
}

void ifb_value_plain(struct ifb_values *v, const char *id, double value, double lo, double hi,
                     int64_t n, int64_t unscored)
{
    add_value(v, &(struct ifb_metric_value){ .id = ifb_str_of(id), .value = value, .lo = lo,
                                             .hi = hi, .se = NAN, .hits = -1, .n = n,
                                             .unscored = unscored });
}

void ifb_value_coefficient(struct ifb_values *v, const char *id, double value, double se,
                           int64_t n)
{
    double half = ifb_normal_quantile(0.975) * se;

    add_value(v, &(struct ifb_metric_value){
                     .id = ifb_str_of(id), .value = value, .se = se, .hits = -1, .n = n,
                     .lo = isnan(half) ? half : fmax(value - half, -1),
                     .hi = isnan(half) ? half : fmin(value + half, 1) });
}

void ifb_cell_add(struct ifb_cells *cells, ifb_str model, const struct ifb_values *values,
                  const struct ifb_counts *counts)
{
    cells->at = ifb_grow(cells->arena, cells->at, &cells->cap, cells->n + 1, sizeof(*cells->at));
    cells->at[cells->n++] = (struct ifb_judged_cell){ .model = model, .values = values->at,
                                                      .nvalues = values->n, .counts = *counts };
}
