/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One sample of report.html: its conversation on one side, its constraints with
 * both verdicts on the other, the evidence marked in the answer.
 *
 * The attributes of its <noscript> are what the page's script sorts and filters
 * by: data-k is suite, model, epoch, outcome, tokens out, latency in ms (-1 is
 * unknown); data-c has a word for each constraint: its place among the names,
 * then a letter for the strict and one for the loose verdict.
 */
#include "reports/html.h"

#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "reports/say.h"

static const char letters[] = "ufpe";

static const char *sign_of(enum ifb_outcome outcome)
{
    static const char *const signs[] = { "\xe2\x80\x93", "\xe2\x9c\x97", "\xe2\x9c\x93", "!" };

    return signs[outcome];
}

void ifb_html_put_bdi(struct ifb_pen *p, ifb_str s)
{
    ifb_pen_cstr(p, "<bdi>");
    ifb_escape_text(p, s);
    ifb_pen_cstr(p, "</bdi>");
}

void ifb_html_put_outcome(struct ifb_pen *p, enum ifb_outcome outcome, const char *before,
                          const char *pass, const char *fail)
{
    const char *words[] = { "unscored", fail, pass, "error" };

    ifb_pen_fmt(p, "<b class=\"v%c\">%s %s%s</b>", letters[outcome], sign_of(outcome), before,
                words[outcome]);
}

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

/*
 * data-c are the constraints, for the script; data-n is what is shown behind a
 * piece of evidence that ends here: its constraint's number and verdict.
 */
static void open_mark(struct ifb_pen *p, const struct evidence *e, const struct stretch *s)
{
    bool pass = true, some = false;

    for (size_t i = 0; i < e->nchecks; i++)
        pass = pass && (!s->open[i] || e->checks[i]->strict.outcome == IFB_PASS);
    ifb_pen_fmt(p, "<mark class=\"%s\" data-c=\"", pass ? "mp" : "mf");
    for (size_t i = 0; i < e->nchecks; i++) {
        if (!s->open[i])
            continue;
        ifb_pen_fmt(p, "%s%zu", some ? "," : "", e->number[i]);
        some = true;
    }
    some = false;
    for (size_t i = 0; i < e->nchecks; i++) {
        if (!s->open[i] || s->after[i])
            continue;
        ifb_pen_fmt(p, "%s%zu%s", some ? "\xe2\x80\x8a" : "\" data-n=\"", e->number[i],
                    sign_of(e->checks[i]->strict.outcome));
        some = true;
    }
    ifb_pen_cstr(p, "\">");
}

static void put_stretch(struct ifb_pen *p, const struct evidence *e, const struct stretch *s,
                        ifb_str shown)
{
    bool marked = false;

    for (size_t i = 0; i < e->nchecks; i++)
        marked = marked || s->open[i];
    if (marked)
        open_mark(p, e, s);
    ifb_escape_text(p, ifb_str_part(shown, s->from, s->to));
    ifb_pen_cstr(p, marked ? "</mark>" : "");
}

/* Marks do not nest: overlapping evidence is cut where the constraints change. */
static void put_marked(struct ifb_pen *p, const struct evidence *e, ifb_str shown)
{
    struct stretch s = { .from = 0 };

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
    ifb_escape_text(p, ifb_str_from(shown, s.from));
}

/* ---- the conversation ---- */

static void put_cut_note(struct ifb_pen *p, size_t left)
{
    if (left)
        ifb_pen_fmt(p, "<p class=\"note\">%s more bytes are in the run\xe2\x80\x99s journal.</p>",
                    ifb_say_count((int64_t)left).text);
}

static void put_block(struct ifb_pen *p, const char *class, ifb_str text)
{
    ifb_str shown = ifb_utf8_cut(text, IFB_HTML_TEXT_MAX);

    ifb_pen_fmt(p, "<bdi class=\"%s\">", class);
    ifb_escape_text(p, shown);
    ifb_pen_cstr(p, "</bdi>\n");
    put_cut_note(p, text.len - shown.len);
}

/* What was judged of turn `turn`, from 0. */
static void put_answer(struct ifb_pen *p, const struct ifb_sample *s, ifb_str answer, size_t turn,
                       struct ifb_arena *arena)
{
    ifb_str shown = ifb_utf8_cut(answer, IFB_HTML_TEXT_MAX);
    struct evidence e;

    find_evidence(s, shown, turn, &e, arena);
    ifb_pen_cstr(p, "<bdi class=\"t said\">");
    put_marked(p, &e, shown);
    ifb_pen_cstr(p, "</bdi>\n");
    put_cut_note(p, answer.len - shown.len);
}

static size_t count_asked(const struct ifb_conversation *c)
{
    size_t n = 0;

    for (size_t i = 0; i < c->n; i++)
        n += c->at[i].role == IFB_USER;
    return n;
}

static void put_heading(struct ifb_pen *p, const char *what, size_t turn, size_t turns)
{
    if (turns > 1)
        ifb_pen_fmt(p, "<h3>%s, turn %zu</h3>", what, turn + 1);
    else
        ifb_pen_fmt(p, "<h3>%s</h3>", what);
}

static void put_thinking(struct ifb_pen *p, ifb_str reasoning)
{
    if (!reasoning.len)
        return;
    ifb_pen_fmt(p, "<details class=\"think\"><summary>Thinking, %s characters</summary>",
                ifb_say_count((int64_t)ifb_utf8_count(reasoning)).text);
    put_block(p, "t", reasoning);
    ifb_pen_cstr(p, "</details>");
}

/* An answer: as it was judged where a turn was asked, else as it was sent. */
static void put_said(struct ifb_pen *p, const struct ifb_sample *s, ifb_str sent, size_t turn,
                     struct ifb_arena *arena)
{
    if (turn < s->nturns)
        put_thinking(p, s->turns[turn].reasoning);
    put_heading(p, "Answer", turn, 2);
    if (turn < s->nturns && s->turns[turn].text.len)
        put_answer(p, s, s->turns[turn].text, turn, arena);
    else
        put_block(p, "t said", sent);
}

/* What came before the `turns` that were asked is history: the suite wrote both sides of it. */
static void put_prompt(struct ifb_pen *p, const struct ifb_sample *s, size_t turns,
                       struct ifb_arena *arena)
{
    size_t users = count_asked(&s->prompt), history = users > turns ? users - turns : 0, seen = 0;

    for (size_t i = 0; i < s->prompt.n; i++) {
        const struct ifb_message *m = &s->prompt.at[i];

        if (m->role == IFB_SYSTEM) {
            ifb_pen_cstr(p, "<h3>System</h3>");
            put_block(p, "t", m->text);
        } else if (m->role == IFB_ASSISTANT && seen > history) {
            put_said(p, s, m->text, seen - history - 1, arena);
        } else if (m->role == IFB_ASSISTANT) {
            ifb_pen_cstr(p, "<h3>Answer, given</h3>");
            put_block(p, "t said", m->text);
        } else if (seen++ < history) {
            ifb_pen_cstr(p, "<h3>Prompt, given</h3>");
            put_block(p, "t", m->text);
        } else {
            put_heading(p, "Prompt", seen - history - 1, turns);
            put_block(p, seen == users ? "t ask" : "t", m->text);
        }
    }
}

static void put_reply(struct ifb_pen *p, const struct ifb_sample *s, size_t turns,
                      struct ifb_arena *arena)
{
    put_thinking(p, s->reasoning);
    put_heading(p, "Answer", turns ? turns - 1 : 0, turns);
    if (s->answer.len)
        put_answer(p, s, s->answer, turns ? turns - 1 : 0, arena);
    else
        ifb_pen_fmt(p, "<p class=\"none\">%s</p>",
                    s->answered ? "The answer is empty." : "There is no answer.");
    if (s->error.len) {
        ifb_pen_cstr(p, "<p class=\"none\">");
        ifb_html_put_bdi(p, s->error);
        ifb_pen_cstr(p, "</p>");
    }
}

static void put_conversation(struct ifb_pen *p, const struct ifb_sample *s,
                             struct ifb_arena *arena)
{
    size_t turns = s->nturns ? s->nturns : count_asked(&s->prompt);

    ifb_pen_cstr(p, "<div class=\"talk\">");
    put_prompt(p, s, turns, arena);
    put_reply(p, s, turns, arena);
    ifb_pen_cstr(p, "</div>\n");
}

/* ---- the constraints ---- */

static void put_why(struct ifb_pen *p, const char *phase, ifb_str why)
{
    if (!why.len)
        return;
    ifb_pen_fmt(p, "<p class=\"why\">%s", phase);
    ifb_html_put_bdi(p, ifb_utf8_cut(why, IFB_HTML_TEXT_MAX));
    ifb_pen_cstr(p, "</p>");
}

/* One with evidence can be pointed at, by mouse and keyboard: the script shows its marks. */
static void put_check(struct ifb_pen *p, const struct ifb_sample_check *c, size_t number)
{
    bool same = ifb_str_eq(c->strict.why, c->loose.why);

    if (c->strict.nat)
        ifb_pen_fmt(p, "<li data-c=\"%zu\" tabindex=\"0\">", number);
    else
        ifb_pen_cstr(p, "<li>");
    ifb_pen_cstr(p, "<code class=\"id\">");
    ifb_html_put_bdi(p, c->id);
    ifb_pen_cstr(p, "</code>");
    if (c->turn)
        ifb_pen_fmt(p, " <small>turn %u</small>", (unsigned)c->turn + 1);
    if (c->negated)
        ifb_pen_cstr(p, " <small class=\"neg\">\xe2\x8a\x98 negated</small>");
    if (c->args_json.len && !ifb_str_is(c->args_json, "{}")) {
        ifb_pen_cstr(p, "<code class=\"args\">");
        ifb_html_put_bdi(p, ifb_utf8_cut(c->args_json, IFB_HTML_TEXT_MAX));
        ifb_pen_cstr(p, "</code>");
    }
    ifb_pen_cstr(p, "<p class=\"vs\">");
    ifb_html_put_outcome(p, c->strict.outcome, "strict: ", "followed", "not followed");
    ifb_html_put_outcome(p, c->loose.outcome, "loose: ", "followed", "not followed");
    ifb_pen_cstr(p, "</p>");
    put_why(p, same || !c->loose.why.len ? "" : "strict: ", c->strict.why);
    if (!same)
        put_why(p, "loose: ", c->loose.why);
    ifb_pen_cstr(p, "</li>");
}

static void put_facts(struct ifb_pen *p, const struct ifb_sample *s)
{
    ifb_pen_cstr(p, "<p class=\"facts\">");
    ifb_html_put_bdi(p, s->suite);
    ifb_pen_cstr(p, " \xc2\xb7 ");
    ifb_html_put_bdi(p, s->model);
    if (s->group.len) {
        ifb_pen_cstr(p, " \xc2\xb7 ");
        ifb_html_put_bdi(p, s->group);
    }
    if (s->tokens_in >= 0)
        ifb_pen_fmt(p, " \xc2\xb7 %s tokens in", ifb_say_count(s->tokens_in).text);
    if (s->tokens_out >= 0)
        ifb_pen_fmt(p, " \xc2\xb7 %s tokens out", ifb_say_count(s->tokens_out).text);
    if (s->latency_ms >= 0)
        ifb_pen_fmt(p, " \xc2\xb7 %s", ifb_say_ms((double)s->latency_ms).text);
    if (s->finish == IFB_FINISH_LENGTH)
        ifb_pen_cstr(p, " \xc2\xb7 cut at the token limit");
    if (s->finish == IFB_FINISH_FILTER)
        ifb_pen_cstr(p, " \xc2\xb7 stopped by a content filter");
    ifb_pen_cstr(p, "</p>");
}

static void put_checks(struct ifb_pen *p, const struct ifb_sample *s)
{
    ifb_pen_cstr(p, "<div class=\"checks\"><h3>Constraints</h3><ol>");
    for (size_t i = 0; i < s->nchecks; i++)
        put_check(p, &s->checks[i], i + 1);
    ifb_pen_cstr(p, "</ol>");
    put_facts(p, s);
    ifb_pen_cstr(p, "</div>");
}

/* ---- the whole ---- */

static void put_keys(struct ifb_pen *p, const struct ifb_sample *s,
                     const struct ifb_html_index *index)
{
    ifb_pen_cstr(p, "<noscript data-id=\"");
    ifb_escape_attr(p, s->id);
    ifb_pen_fmt(p, "\" data-k=\"%d,%d,%u,%d,%lld,%lld\" data-c=\"",
                ifb_html_place(&index->suites, s->suite), ifb_html_place(&index->models, s->model),
                (unsigned)s->epoch, (int)s->outcome, (long long)s->tokens_out,
                (long long)s->latency_ms);
    for (size_t i = 0; i < s->nchecks; i++)
        ifb_pen_fmt(p, "%s%d%c%c", i ? " " : "", ifb_html_place(&index->ids, s->checks[i].id),
                    letters[s->checks[i].strict.outcome], letters[s->checks[i].loose.outcome]);
    ifb_pen_cstr(p, "\">");
}

static void put_line(struct ifb_pen *p, const struct ifb_sample *s)
{
    size_t strict = 0, loose = 0;

    for (size_t i = 0; i < s->nchecks; i++) {
        strict += s->checks[i].strict.outcome == IFB_PASS;
        loose += s->checks[i].loose.outcome == IFB_PASS;
    }
    ifb_pen_cstr(p, "<summary>");
    ifb_html_put_outcome(p, s->outcome, "", "passed", "failed");
    ifb_pen_cstr(p, " <code>");
    ifb_html_put_bdi(p, s->id);
    ifb_pen_cstr(p, "</code>");
    if (s->epoch)
        ifb_pen_fmt(p, " epoch %u", (unsigned)s->epoch + 1);
    ifb_pen_fmt(p, " <small>%zu of %zu strict, %zu loose</small></summary>", strict, s->nchecks,
                loose);
}

void ifb_html_put_sample(struct ifb_pen *p, const struct ifb_sample *s,
                         const struct ifb_html_index *index, struct ifb_arena *scratch)
{
    put_keys(p, s, index);
    ifb_pen_cstr(p, "<details class=\"s\">");
    put_line(p, s);
    ifb_pen_cstr(p, "<div class=\"duo\">");
    put_conversation(p, s, scratch);
    put_checks(p, s);
    ifb_pen_cstr(p, "</div></details></noscript>\n");
}
