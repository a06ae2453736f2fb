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

void ifb_html_put_bdi(struct ifb_pen *p, ifb_str s)
{
    ifb_pen_cstr(p, "<bdi>");
    ifb_escape_text(p, s);
    ifb_pen_cstr(p, "</bdi>");
}

void ifb_html_put_outcome(struct ifb_pen *p, enum ifb_outcome outcome, const char *before,
                          const char *pass, const char *fail)
{
    static const char *const signs[] = { "\xe2\x80\x93", "\xe2\x9c\x97", "\xe2\x9c\x93", "!" };
    const char *words[] = { "unscored", fail, pass, "error" };

    ifb_pen_fmt(p, "<b class=\"v%c\">%s %s%s</b>", letters[outcome], signs[outcome], before,
                words[outcome]);
}

/* ---- evidence ---- */

/* A stretch of the answer and the constraints that point at it, as a set of the first 64. */
struct stretch {
    uint32_t from, to;
    uint64_t by;
};

struct stretches {
    struct stretch *at;
    size_t n, cap;
};

/* Spans come from checks of all makes: hold them to the answer and to whole characters. */
static void add_spans(struct stretches *list, const ifb_verdict *v, size_t check, ifb_str answer,
                      struct ifb_arena *arena)
{
    for (uint16_t i = 0; i < v->nat; i++) {
        struct stretch s = { v->at[i].from, v->at[i].to, (uint64_t)1 << (check < 63 ? check : 63) };

        if (s.to > answer.len)
            s.to = (uint32_t)answer.len;
        while (s.from < s.to && ((unsigned char)answer.ptr[s.from] & 0xc0) == 0x80)
            s.from++;
        while (s.to > s.from && s.to < answer.len &&
               ((unsigned char)answer.ptr[s.to] & 0xc0) == 0x80)
            s.to--;
        if (s.from >= s.to)
            continue;
        list->at = ifb_grow(arena, list->at, &list->cap, list->n + 1, sizeof(*list->at));
        list->at[list->n++] = s;
    }
}

static int by_place(const void *a, const void *b)
{
    const struct stretch *x = a, *y = b;

    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return (x->to > y->to) - (x->to < y->to);
}

/* Overlapping stretches become one: <mark> does not nest. */
static void merge(struct stretches *list)
{
    size_t n = 0;

    if (list->n)
        qsort(list->at, list->n, sizeof(list->at[0]), by_place);
    for (size_t i = 0; i < list->n; i++) {
        struct stretch *last = n ? &list->at[n - 1] : NULL;

        if (last && list->at[i].from < last->to) {
            last->by |= list->at[i].by;
            if (list->at[i].to > last->to)
                last->to = list->at[i].to;
        } else {
            list->at[n++] = list->at[i];
        }
    }
    list->n = n;
}

/* What the checks of one turn point at. */
static struct stretches evidence(const struct ifb_sample *s, ifb_str answer, size_t turn,
                                 struct ifb_arena *arena)
{
    struct stretches list = { 0 };

    for (size_t i = 0; i < s->nchecks; i++) {
        if (s->checks[i].turn != turn)
            continue;
        add_spans(&list, &s->checks[i].strict, i, answer, arena);
        add_spans(&list, &s->checks[i].loose, i, answer, arena);
    }
    merge(&list);
    return list;
}

static void open_mark(struct ifb_pen *p, uint64_t by)
{
    bool some = false;

    ifb_pen_cstr(p, "<mark data-c=\"");
    for (unsigned i = 0; i < 64; i++) {
        if (!(by >> i & 1))
            continue;
        ifb_pen_fmt(p, "%s%u", some ? "," : "", i + 1);
        some = true;
    }
    ifb_pen_cstr(p, "\">");
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

/* What the model said in turn `turn`, from 0. */
static void put_answer(struct ifb_pen *p, const struct ifb_sample *s, size_t turn,
                       struct ifb_arena *arena)
{
    ifb_str shown = ifb_utf8_cut(s->answer, IFB_HTML_TEXT_MAX);
    struct stretches marks = evidence(s, shown, turn, arena);
    size_t at = 0;

    ifb_pen_cstr(p, "<bdi class=\"t said\">");
    for (size_t i = 0; i < marks.n; i++) {
        const struct stretch *m = &marks.at[i];

        ifb_escape_text(p, ifb_str_part(shown, at, m->from));
        open_mark(p, m->by);
        ifb_escape_text(p, ifb_str_part(shown, m->from, m->to));
        ifb_pen_cstr(p, "</mark>");
        at = m->to;
    }
    ifb_escape_text(p, ifb_str_from(shown, at));
    ifb_pen_cstr(p, "</bdi>\n");
    put_cut_note(p, s->answer.len - shown.len);
}

static size_t count_turns(const struct ifb_conversation *c)
{
    size_t n = 0;

    for (size_t i = 0; i < c->n; i++)
        n += c->at[i].role == IFB_USER;
    return n;
}

/*
 * No evidence is marked in earlier answers: they stand here as they were sent,
 * and spans count from where thinking was taken off.
 */
static void put_prompt(struct ifb_pen *p, const struct ifb_sample *s, size_t turns)
{
    size_t turn = 0;

    for (size_t i = 0; i < s->prompt.n; i++) {
        const struct ifb_message *m = &s->prompt.at[i];

        if (m->role == IFB_SYSTEM) {
            ifb_pen_cstr(p, "<h3>System</h3>");
            put_block(p, "t", m->text);
        } else if (m->role == IFB_ASSISTANT) {
            ifb_pen_fmt(p, "<h3>Answer, turn %zu</h3>", turn);
            put_block(p, "t said", m->text);
        } else {
            turn++;
            if (turns > 1)
                ifb_pen_fmt(p, "<h3>Prompt, turn %zu</h3>", turn);
            else
                ifb_pen_cstr(p, "<h3>Prompt</h3>");
            put_block(p, turn == turns ? "t ask" : "t", m->text);
        }
    }
}

static void put_reply(struct ifb_pen *p, const struct ifb_sample *s, size_t turns,
                      struct ifb_arena *arena)
{
    if (s->reasoning.len) {
        ifb_pen_fmt(p, "<details class=\"think\"><summary>Thinking, %s characters</summary>",
                    ifb_say_count((int64_t)ifb_utf8_count(s->reasoning)).text);
        put_block(p, "t", s->reasoning);
        ifb_pen_cstr(p, "</details>");
    }
    if (turns > 1)
        ifb_pen_fmt(p, "<h3>Answer, turn %zu</h3>", turns);
    else
        ifb_pen_cstr(p, "<h3>Answer</h3>");
    if (s->answer.len)
        put_answer(p, s, turns ? turns - 1 : 0, arena);
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
    size_t turns = count_turns(&s->prompt);

    ifb_pen_cstr(p, "<div class=\"talk\">");
    put_prompt(p, s, turns);
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

static void put_check(struct ifb_pen *p, const struct ifb_sample_check *c)
{
    bool same = ifb_str_eq(c->strict.why, c->loose.why);

    ifb_pen_cstr(p, "<li><code class=\"id\">");
    ifb_html_put_bdi(p, c->id);
    ifb_pen_cstr(p, "</code>");
    if (c->turn)
        ifb_pen_fmt(p, " <small>turn %u</small>", (unsigned)c->turn + 1);
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
        put_check(p, &s->checks[i]);
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
