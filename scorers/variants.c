/* SPDX-License-Identifier: Apache-2.0 */
/* The loose forms of an answer, and the strict and loose verdict over them. */
#include <ifbench/check.h>

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"

#define NFORMS 8

/* Forms 1, 3, 4, 5 of upstream are slices of the answer; 2, 6, 7, 8 the same without '*'. */
static const struct {
    unsigned char slice;  /* 0 all, 1 without first line, 2 without last, 3 without both */
    bool bare;
} plan[NFORMS] = {
    { 0, false }, { 0, true }, { 1, false }, { 2, false },
    { 3, false }, { 1, true }, { 2, true },  { 3, true },
};

struct form {
    bool made;
    struct ifb_text *text;  /* NULL: blank, or equal to a form before it */
    size_t from;            /* where its slice begins in the answer */
};

struct ifb_forms {
    struct ifb_arena *arena;
    const struct ifb_resources *res;
    ifb_str answer;
    bool has_bare;          /* what follows is made */
    ifb_str bare;           /* the answer without '*' */
    const uint32_t *stars;  /* where each '*' of the answer stands */
    size_t nstars;
    struct form at[NFORMS];
    struct ifb_text *blank; /* the answer, for checks that judge a blank one too */
    const uint8_t *said;
};

struct ifb_forms *ifb_forms_new(struct ifb_arena *cell, ifb_str answer,
                                const struct ifb_resources *res)
{
    struct ifb_forms *f = ifb_new(cell, struct ifb_forms, 1);

    f->arena = cell;
    f->res = res;
    f->answer = answer.ptr ? answer : IFB_STR("");
    return f;
}

void ifb_forms_say(struct ifb_forms *forms, const uint8_t *said)
{
    forms->said = said;
}

/* Lines end at U+000A only; an answer of one line has nothing else. */
static ifb_str slice(ifb_str answer, unsigned which)
{
    const char *first = memchr(answer.ptr, '\n', answer.len), *last;
    size_t from = 0, to = answer.len;

    if (!which)
        return answer;
    if (!first)
        return (ifb_str){ answer.ptr, 0 };
    last = memrchr(answer.ptr, '\n', answer.len);
    if (which & 1)
        from = (size_t)(first - answer.ptr) + 1;
    if (which & 2)
        to = (size_t)(last - answer.ptr);
    return from < to ? ifb_strip(ifb_str_part(answer, from, to)) : (ifb_str){ answer.ptr, 0 };
}

/* One pass for all bare forms: they are slices of one copy. */
static void make_bare(struct ifb_forms *f)
{
    size_t at = ifb_str_chr(f->answer, '*', 0), from = 0, len = 0, cap = 0;
    uint32_t *stars = NULL;
    char *out = NULL;

    f->has_bare = true;
    if (at != SIZE_MAX)
        out = ifb_alloc_raw(f->arena, f->answer.len);
    for (; at != SIZE_MAX; at = ifb_str_chr(f->answer, '*', from)) {
        stars = ifb_grow(f->arena, stars, &cap, f->nstars + 1, sizeof(*stars));
        stars[f->nstars++] = (uint32_t)at;
        memcpy(out + len, f->answer.ptr + from, at - from);
        len += at - from;
        from = at + 1;
    }
    if (out)
        memcpy(out + len, f->answer.ptr + from, f->answer.len - from);
    f->stars = stars;
    f->bare = (ifb_str){ out, f->answer.len - f->nstars };
}

/* How many stars stand before byte `at` of the answer. */
static size_t stars_before(const struct ifb_forms *f, size_t at)
{
    size_t low = 0, high = f->nstars;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (f->stars[middle] < at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* A slice of the answer without its stars; the slice itself when it has none. */
static ifb_str bare_slice(struct ifb_forms *f, ifb_str piece)
{
    size_t from = (size_t)(piece.ptr - f->answer.ptr), to = from + piece.len;

    from -= stars_before(f, from);
    to -= stars_before(f, to);
    return to - from < piece.len ? ifb_str_part(f->bare, from, to) : piece;
}

static bool seen_before(const struct ifb_forms *f, unsigned k, ifb_str s)
{
    for (unsigned i = 0; i < k; i++)
        if (f->at[i].text && ifb_str_eq(ifb_text_raw(f->at[i].text), s))
            return true;
    return false;
}

static void make_form(struct ifb_forms *f, unsigned k)
{
    ifb_str s = slice(f->answer, plan[k].slice);
    size_t len = s.len;

    f->at[k].made = true;
    f->at[k].from = (size_t)(s.ptr - f->answer.ptr);
    if (plan[k].bare) {
        if (!f->has_bare)
            make_bare(f);
        s = bare_slice(f, s);
        if (s.len == len)
            return;
    }
    if (!ifb_is_blank(s) && !seen_before(f, k, s))
        f->at[k].text = ifb_text_new(f->arena, s, f->res);
}

/* The k-th form, or NULL when there is nothing to try. The forms before it must be made. */
static struct ifb_text *get_form(struct ifb_forms *f, unsigned k)
{
    if (!f->at[k].made)
        make_form(f, k);
    return f->at[k].text;
}

/* Where byte `at` of the bare answer stands in the answer. */
static size_t raw_offset(const struct ifb_forms *f, size_t at)
{
    size_t low = 0, high = f->nstars;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (f->stars[middle] - middle <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return at + low;
}

static struct ifb_span to_answer(const struct ifb_forms *f, unsigned k, struct ifb_span s)
{
    size_t from = f->at[k].from + s.from, to = f->at[k].from + s.to;

    if (plan[k].bare) {
        size_t base = f->at[k].from - stars_before(f, f->at[k].from);

        from = raw_offset(f, base + s.from);
        to = s.to > s.from ? raw_offset(f, base + s.to - 1) + 1 : from;
    }
    return (struct ifb_span){ (uint32_t)from, (uint32_t)to };
}

static void keep_spans(const struct ifb_forms *f, unsigned k, const struct ifb_probe *p,
                       ifb_verdict *v)
{
    struct ifb_span *at = ifb_new(f->arena, struct ifb_span, p->nspans);

    for (uint16_t i = 0; i < p->nspans; i++)
        at[i] = to_answer(f, k, p->spans[i]);
    v->at = at;
    v->nat = p->nspans;
}

static ifb_verdict judge(const struct ifb_constraint *c, struct ifb_forms *f, unsigned k,
                         struct ifb_arena *scratch, bool explain)
{
    struct ifb_probe p = { .scratch = scratch, .cell = f->arena, .explain = explain,
                           .said = f->said };
    ifb_verdict v = { .outcome = IFB_FAIL };

    p.text = f->at[k].text ? f->at[k].text : f->blank;
    v.outcome = c->check->run(c->args, &p);
    v.why = p.why;
    if (p.nspans)
        keep_spans(f, k, &p, &v);
    ifb_arena_reset(scratch);
    return v;
}

/* Broken arguments, no check, or a resource that is not there. */
static ifb_verdict cannot_run(const struct ifb_constraint *c, unsigned missing,
                              struct ifb_arena *arena)
{
    if (c->broken.len)
        return (ifb_verdict){ .outcome = c->check ? IFB_ERROR : IFB_UNSCORED, .why = c->broken };
    return (ifb_verdict){ .outcome = IFB_UNSCORED,
                          .why = ifb_fmt(arena, "needs the %s: %s", ifb_need_name(missing),
                                         ifb_need_remedy(missing)) };
}

/* The answer as it is, be it blank. */
static void prepare_whole(struct ifb_forms *f)
{
    if (!get_form(f, 0) && !f->blank)
        f->blank = ifb_text_new(f->arena, f->answer, f->res);
}

void ifb_constraint_score(const struct ifb_constraint *c, struct ifb_forms *forms,
                          struct ifb_arena *scratch, bool explain, ifb_verdict *strict,
                          ifb_verdict *loose)
{
    unsigned missing = c->needs & IFB_NEEDS_PULLED & ~(forms->res ? forms->res->have : 0);

    if (c->broken.len || missing) {
        *strict = *loose = cannot_run(c, missing, forms->arena);
        return;
    }
    if (c->check->strict_only) {
        prepare_whole(forms);
        *strict = *loose = judge(c, forms, 0, scratch, explain);
        return;
    }
    if (!get_form(forms, 0)) {
        *strict = (ifb_verdict){ .outcome = IFB_FAIL, .why = IFB_STR("the answer is blank") };
        *loose = *strict;
        return;
    }
    *strict = *loose = judge(c, forms, 0, scratch, explain);
    for (unsigned k = 1; k < NFORMS && loose->outcome == IFB_FAIL; k++) {
        ifb_verdict v;

        if (!get_form(forms, k))
            continue;
        v = judge(c, forms, k, scratch, explain);
        if (v.outcome != IFB_FAIL)
            *loose = v;
    }
}
