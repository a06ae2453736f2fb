/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One sample of a page: its row, which is all that lists need, and its
 * transcript, which is opened on demand. Both are JSON for reports/page/list.js.
 *
 *   row         [id, suite, model, epoch, outcome, tokens out, latency ms, checks]: suite
 *               and model are places among the names, -1 is unknown; `checks` has a word a
 *               constraint, its place among the names and a letter each for the strict and
 *               the loose verdict. One more member when there is no transcript.
 *   transcript  {t: [said], c: [check], g: group, n: tokens in, f: how it ended, e: error};
 *               what is not known is not there
 *   said        [who, turn, text, bytes left out]: who is s(ystem), G(iven prompt),
 *               g(iven answer), q(uestion), r(easoning), a(nswer), i(mage), or x for an
 *               answer that is "empty", "none", or "unknown" as in runs made of judgments;
 *               turn counts from 1, 0 when there is one
 *   text        a string, or a list of strings and of marks [text, constraints, constraints
 *               whose evidence ends here], constraints from 1
 *   check       [id, arguments, turn, flags: 1 negated, 2 has evidence, why, why loosely];
 *               the last is not there when it is the same
 */
#include "reports/html.h"

#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"

static const char letters[] = "ufpe";

/* ---- evidence ---- */

#define SEEN_MAX 64 /* constraints of a turn that marks tell apart; the last is all others */

/* Where a piece of evidence begins or ends, and whose it is. */
struct edge {
    uint32_t at;
    uint16_t by;  /* index into the turn's constraints */
    bool opens;
};

struct evidence {
    struct edge *at;
    size_t n, cap;
    const struct ifb_sample_check *checks[SEEN_MAX];
    size_t number[SEEN_MAX], nchecks;  /* as the list of constraints counts, from 1 */
};

static void add_edge(struct evidence *e, uint32_t at, size_t by, bool opens,
                     struct ifb_arena *arena)
{
    e->at = ifb_grow(arena, e->at, &e->cap, e->n + 1, sizeof(*e->at));
    e->at[e->n++] = (struct edge){ at, (uint16_t)by, opens };
}

/* Spans come from checks of all makes: hold them to the answer and to whole characters. */
static void add_spans(struct evidence *e, const ifb_verdict *v, size_t by, ifb_str answer,
                      struct ifb_arena *arena)
{
    for (uint16_t i = 0; i < v->nat; i++) {
        uint32_t from = v->at[i].from, to = v->at[i].to;

        if (to > answer.len)
            to = (uint32_t)answer.len;
        while (from < to && ((unsigned char)answer.ptr[from] & 0xc0) == 0x80)
            from++;
        while (to > from && to < answer.len && ((unsigned char)answer.ptr[to] & 0xc0) == 0x80)
            to--;
        if (from >= to)
            continue;
        add_edge(e, from, by, true, arena);
        add_edge(e, to, by, false, arena);
    }
}

static int by_place(const void *a, const void *b)
{
    const struct edge *x = a, *y = b;

    return (x->at > y->at) - (x->at < y->at);
}

/* What the strict verdicts of one turn point at. */
static void find_evidence(const struct ifb_sample *s, ifb_str answer, size_t turn,
                          struct evidence *e, struct ifb_arena *arena)
{
    *e = (struct evidence){ 0 };
    for (size_t i = 0; i < s->nchecks; i++) {
        size_t by;

        if (s->checks[i].turn != turn)
            continue;
        by = e->nchecks < SEEN_MAX ? e->nchecks++ : SEEN_MAX - 1;
        e->checks[by] = &s->checks[i];
        e->number[by] = i + 1;
        add_spans(e, &s->checks[i].strict, by, answer, arena);
    }
    if (e->n)
        qsort(e->at, e->n, sizeof(e->at[0]), by_place);
}

/* A stretch of the answer that the same constraints point at. */
struct stretch {
    uint16_t open[SEEN_MAX];   /* how many pieces of each are open here */
    uint16_t after[SEEN_MAX];  /* and behind it */
    uint32_t from, to;
};

static void put_numbers(struct ifb_pen *p, const struct evidence *e, const uint16_t *open,
                        const uint16_t *but)
{
    bool some = false;

    ifb_pen_cstr(p, ",[");
    for (size_t i = 0; i < e->nchecks; i++) {
        if (!open[i] || (but && but[i]))
            continue;
        ifb_pen_fmt(p, "%s%zu", some ? "," : "", e->number[i]);
        some = true;
    }
    ifb_pen_cstr(p, "]");
}

static void put_stretch(struct ifb_pen *p, const struct evidence *e, const struct stretch *s,
                        ifb_str shown)
{
    bool marked = false;

    for (size_t i = 0; i < e->nchecks; i++)
        marked = marked || s->open[i];
    if (s->from == s->to)
        return;
    ifb_pen_cstr(p, marked ? "[" : "");
    ifb_escape_island(p, ifb_str_part(shown, s->from, s->to));
    if (marked) {
        put_numbers(p, e, s->open, NULL);
        put_numbers(p, e, s->open, s->after);
        ifb_pen_cstr(p, "]");
    }
    ifb_pen_cstr(p, ",");
}

/* Marks do not nest: overlapping evidence is cut where the constraints change. */
static void put_marked(struct ifb_pen *p, const struct evidence *e, ifb_str shown)
{
    struct stretch s = { .from = 0 };

    ifb_pen_cstr(p, "[");
    for (size_t i = 0; i < e->n;) {
        bool change = false;

        s.to = e->at[i].at;
        memcpy(s.after, s.open, sizeof(s.after));
        for (; i < e->n && e->at[i].at == s.to; i++)
            s.after[e->at[i].by] = (uint16_t)(s.after[e->at[i].by] + (e->at[i].opens ? 1 : -1));
        for (size_t k = 0; k < e->nchecks; k++)
            change = change || !s.open[k] != !s.after[k];
        if (change) {
            put_stretch(p, e, &s, shown);
            s.from = s.to;
        }
        memcpy(s.open, s.after, sizeof(s.open));
    }
    ifb_escape_island(p, ifb_str_from(shown, s.from));
    ifb_pen_cstr(p, "]");
}

/* ---- the conversation ---- */

/* Members of a list: `some` is whether one stands before. */
struct list {
    struct ifb_pen *p;
    bool some;
};

static void put_text(struct list *l, char who, size_t turn, ifb_str text,
                     const struct evidence *e)
{
    ifb_str shown = ifb_utf8_cut(text, IFB_HTML_TEXT_MAX);

    ifb_pen_fmt(l->p, "%s[\"%c\",%zu,", l->some ? "," : "", who, turn);
    l->some = true;
    if (e && e->n)
        put_marked(l->p, e, shown);
    else
        ifb_escape_island(l->p, shown);
    if (shown.len < text.len)
        ifb_pen_fmt(l->p, ",%zu", text.len - shown.len);
    ifb_pen_cstr(l->p, "]");
}

/* What was judged of turn `turn`, from 0. */
static void put_answer(struct list *l, const struct ifb_sample *s, ifb_str answer, size_t turn,
                       size_t number, struct ifb_arena *arena)
{
    struct evidence e;

    find_evidence(s, ifb_utf8_cut(answer, IFB_HTML_TEXT_MAX), turn, &e, arena);
    put_text(l, 'a', number, answer, &e);
}

static size_t count_asked(const struct ifb_conversation *c)
{
    size_t n = 0;

    for (size_t i = 0; i < c->n; i++)
        n += c->at[i].role == IFB_USER;
    return n;
}

static void put_thinking(struct list *l, ifb_str reasoning)
{
    if (reasoning.len)
        put_text(l, 'r', 0, reasoning, NULL);
}

static void put_images(struct list *l, const struct ifb_message *m)
{
    for (size_t i = 0; m->images && i < m->images->n; i++)
        put_text(l, 'i', 0, m->images->at[i].media, NULL);
}

/* An answer: as it was judged where a turn was asked, else as it was sent. */
static void put_said(struct list *l, const struct ifb_sample *s, ifb_str sent, size_t turn,
                     struct ifb_arena *arena)
{
    if (turn < s->nturns)
        put_thinking(l, s->turns[turn].reasoning);
    if (turn < s->nturns && s->turns[turn].text.len)
        put_answer(l, s, s->turns[turn].text, turn, turn + 1, arena);
    else
        put_text(l, 'a', turn + 1, sent, NULL);
}

/* What came before the `turns` that were asked is history: the suite wrote both sides of it. */
static void put_prompt(struct list *l, const struct ifb_sample *s, size_t turns,
                       struct ifb_arena *arena)
{
    size_t users = count_asked(&s->prompt), history = users > turns ? users - turns : 0, seen = 0;

    for (size_t i = 0; i < s->prompt.n; i++) {
        const struct ifb_message *m = &s->prompt.at[i];

        if (m->role == IFB_SYSTEM)
            put_text(l, 's', 0, m->text, NULL);
        else if (m->role == IFB_ASSISTANT && seen > history)
            put_said(l, s, m->text, seen - history - 1, arena);
        else if (m->role == IFB_ASSISTANT)
            put_text(l, 'g', 0, m->text, NULL);
        else if (seen++ < history)
            put_text(l, 'G', 0, m->text, NULL);
        else
            put_text(l, 'q', turns > 1 ? seen - history : 0, m->text, NULL);
        put_images(l, m);
    }
}

static void put_conversation(struct ifb_pen *p, const struct ifb_sample *s,
                             struct ifb_arena *arena)
{
    size_t turns = s->nturns ? s->nturns : count_asked(&s->prompt);
    size_t last = turns ? turns - 1 : 0, number = turns > 1 ? turns : 0;
    struct list l = { p, false };

    ifb_pen_cstr(p, "\"t\":[");
    put_prompt(&l, s, turns, arena);
    put_thinking(&l, s->reasoning);
    if (s->answer.len)
        put_answer(&l, s, s->answer, last, number, arena);
    else
        put_text(&l, 'x', number, !s->answered   ? IFB_STR("none")
                                  : s->prompt.n ? IFB_STR("empty")
                                                : IFB_STR("unknown"), NULL);
    ifb_pen_cstr(p, "]");
}

/* ---- the constraints and the rest ---- */

static void put_check(struct ifb_pen *p, const struct ifb_sample_check *c)
{
    bool plain = !c->args_json.len || ifb_str_is(c->args_json, "{}");

    ifb_pen_cstr(p, "[");
    ifb_escape_island(p, c->id);
    ifb_pen_cstr(p, ",");
    ifb_escape_island(p, plain ? IFB_STR("") : ifb_utf8_cut(c->args_json, IFB_HTML_TEXT_MAX));
    ifb_pen_fmt(p, ",%u,%d,", (unsigned)c->turn, (c->negated ? 1 : 0) + (c->strict.nat ? 2 : 0));
    ifb_escape_island(p, ifb_utf8_cut(c->strict.why, IFB_HTML_TEXT_MAX));
    if (!ifb_str_eq(c->strict.why, c->loose.why)) {
        ifb_pen_cstr(p, ",");
        ifb_escape_island(p, ifb_utf8_cut(c->loose.why, IFB_HTML_TEXT_MAX));
    }
    ifb_pen_cstr(p, "]");
}

static void put_member(struct ifb_pen *p, const char *key, ifb_str value)
{
    if (!value.len)
        return;
    ifb_pen_fmt(p, ",\"%s\":", key);
    ifb_escape_island(p, value);
}

static void put_rest(struct ifb_pen *p, const struct ifb_sample *s)
{
    put_member(p, "g", s->group);
    if (s->tokens_in >= 0)
        ifb_pen_fmt(p, ",\"n\":%lld", (long long)s->tokens_in);
    if (s->finish == IFB_FINISH_LENGTH)
        put_member(p, "f", IFB_STR("cut at the token limit"));
    if (s->finish == IFB_FINISH_FILTER)
        put_member(p, "f", IFB_STR("stopped by a content filter"));
    put_member(p, "e", s->error);
}

void ifb_html_put_transcript(struct ifb_pen *p, const struct ifb_sample *s,
                             struct ifb_arena *scratch)
{
    ifb_pen_cstr(p, "{");
    put_conversation(p, s, scratch);
    ifb_pen_cstr(p, ",\"c\":[");
    for (size_t i = 0; i < s->nchecks; i++) {
        ifb_pen_cstr(p, i ? "," : "");
        put_check(p, &s->checks[i]);
    }
    ifb_pen_cstr(p, "]");
    put_rest(p, s);
    ifb_pen_cstr(p, "}");
}

void ifb_html_put_checks(struct ifb_pen *p, const struct ifb_sample *s,
                         const struct ifb_html_index *index)
{
    ifb_pen_cstr(p, "\"");
    for (size_t i = 0; i < s->nchecks; i++) {
        ifb_pen_fmt(p, "%s%d%c%c", i ? " " : "", ifb_html_place(&index->ids, s->checks[i].id),
                    letters[s->checks[i].strict.outcome], letters[s->checks[i].loose.outcome]);
    }
    ifb_pen_cstr(p, "\"");
}

void ifb_html_put_row(struct ifb_pen *p, const struct ifb_sample *s,
                      const struct ifb_html_index *index, bool with_transcript)
{
    ifb_pen_cstr(p, "[");
    ifb_escape_island(p, s->id);
    ifb_pen_fmt(p, ",%d,%d,%u,%d,%lld,%lld,", ifb_html_place(&index->suites, s->suite),
                ifb_html_place(&index->models, s->model), (unsigned)s->epoch, (int)s->outcome,
                (long long)s->tokens_out, (long long)s->latency_ms);
    ifb_html_put_checks(p, s, index);
    ifb_pen_cstr(p, with_transcript ? "]" : ",0]");
}
