/* SPDX-License-Identifier: Apache-2.0 */
/* A gate's verdict for people: on a terminal, as a step summary, as annotations. */
#include <ifbench/gate.h>

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "reports/gate.h"
#include "reports/grid.h"
#include "reports/say.h"

#define NAME_MAX_BYTES 120
#define ITEMS_MOST 20

/* The mark stands beside the word: a verdict is never told by a picture alone. */
static const char *mark(enum ifb_gate_verdict v)
{
    return v == IFB_GATE_PASS ? "\xe2\x9c\x93" : v == IFB_GATE_FAIL ? "\xe2\x9c\x97" : "?";
}

static bool has_models(const struct ifb_gate *g)
{
    ifb_str first = { NULL, 0 };

    for (size_t i = 0; i < g->n; i++) {
        ifb_str model = g->checks[i].model;

        if (first.len && model.len && !ifb_str_eq(model, first))
            return true;
        first = first.len ? first : model;
    }
    return false;
}

ifb_str ifb_gate_where(const struct ifb_gate *g, const struct ifb_gate_check *c,
                       struct ifb_arena *arena)
{
    ifb_str rule = c->line ? c->rule : c->subject;
    ifb_str parts[3] = { c->suite, c->subject, c->model };
    ifb_str out = rule;
    bool some = false;

    if (ifb_str_starts(rule, c->suite) && rule.len > c->suite.len && rule.ptr[c->suite.len] == '.')
        parts[0].len = 0;
    if (ifb_str_find(rule, c->subject, 0) != SIZE_MAX)
        parts[1].len = 0;
    if (!has_models(g))
        parts[2].len = 0;
    for (size_t i = 0; i < 3; i++) {
        if (!parts[i].len)
            continue;
        out = ifb_fmt(arena, "%.*s%s%.*s", IFB_ARG(out), some ? " " : " [",
                      IFB_ARG(ifb_utf8_cut(parts[i], NAME_MAX_BYTES)));
        some = true;
    }
    return some ? ifb_fmt(arena, "%.*s]", IFB_ARG(out)) : out;
}

static void put_line(struct ifb_pen *p, ifb_str s, bool markdown)
{
    (markdown ? ifb_escape_markdown : ifb_escape_line)(p, ifb_utf8_cut(s, 4 * NAME_MAX_BYTES));
}

static void put_head(struct ifb_pen *p, const struct ifb_gate *g, bool markdown)
{
    ifb_pen_fmt(p, markdown ? "## %s gate: %s\n\n" : "%s gate: %s\n", mark(g->verdict),
                ifb_gate_verdict_name(g->verdict));
    put_line(p, g->cand, markdown);
    if (g->base.ptr) {
        ifb_pen_cstr(p, " against ");
        put_line(p, g->base, markdown);
    }
    ifb_pen_cstr(p, ", policy ");
    put_line(p, g->policy, markdown);
    ifb_pen_cstr(p, "\n\n");
}

static void put_sequel(struct ifb_pen *p, const struct ifb_gate_sequel *s)
{
    if (!s)
        return;
    ifb_pen_fmt(p, "%s after %lld of %lld items, in the order of seed %llu; ",
                s->settled ? "settled" : s->looked == s->items ? "decided" : "not settled",
                (long long)s->looked, (long long)s->items, (unsigned long long)s->seed);
    ifb_pen_fmt(p, "%lld of %lld calls made, %lld saved\n\n", (long long)s->asked,
                (long long)s->calls, (long long)(s->calls - s->asked));
}

static void put_checks(struct ifb_pen *p, const struct ifb_gate *g, struct ifb_arena *arena,
                       bool markdown)
{
    ifb_escape *escape = markdown ? ifb_escape_markdown : ifb_escape_line;
    struct ifb_grid grid;

    ifb_grid_open(&grid, arena, "lll");
    ifb_grid_cstr(&grid, "verdict");
    ifb_grid_cstr(&grid, "rule");
    ifb_grid_cstr(&grid, "found");
    for (size_t i = 0; i < g->n; i++) {
        const struct ifb_gate_check *c = &g->checks[i];

        ifb_grid_cell(&grid, ifb_fmt(arena, "%s %s", mark(c->verdict),
                                     ifb_gate_verdict_name(c->verdict)));
        ifb_grid_cell(&grid, ifb_escaped(arena, escape, ifb_utf8_cut(ifb_gate_where(g, c, arena), 300)));
        ifb_grid_cell(&grid, ifb_escaped(arena, escape, c->why));
    }
    if (markdown)
        ifb_grid_markdown(&grid, p);
    else
        ifb_grid_print(&grid, p, "  ");
}

static void put_regressed(struct ifb_pen *p, const struct ifb_gate *g, bool markdown)
{
    for (size_t i = 0; g->comparison && i < g->comparison->ncells; i++) {
        const struct ifb_compare_cell *c = &g->comparison->cells[i];

        ifb_pen_cstr(p, "\n");
        put_line(p, c->suite, markdown);
        ifb_pen_fmt(p, ": %zu fixed, %zu regressed of %zu items%s", c->nfixed, c->nregressed,
                    c->items, c->nregressed ? ": " : "");
        for (size_t k = 0; k < c->nregressed && k < ITEMS_MOST; k++) {
            ifb_pen_cstr(p, k ? ", " : "");
            put_line(p, ifb_utf8_cut(c->regressed[k].id, NAME_MAX_BYTES), markdown);
        }
        ifb_pen_cstr(p, c->nregressed > ITEMS_MOST ? ", ...\n" : "\n");
    }
    for (size_t i = 0; g->comparison && i < g->comparison->nnotes; i++) {
        ifb_pen_cstr(p, "\nnote: ");
        put_line(p, g->comparison->notes[i], markdown);
        ifb_pen_cstr(p, "\n");
    }
}

static void write_text(const struct ifb_gate *g, const struct ifb_sink *sink, bool markdown)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_pen pen;

    ifb_pen_open(&pen, sink);
    put_head(&pen, g, markdown);
    put_sequel(&pen, g->sequel);
    put_checks(&pen, g, arena, markdown);
    put_regressed(&pen, g, markdown);
    ifb_pen_flush(&pen);
    ifb_arena_close(arena);
}

static void write_term(const struct ifb_gate *g, const struct ifb_sink *sink)
{
    write_text(g, sink, false);
}

static void write_markdown(const struct ifb_gate *g, const struct ifb_sink *sink)
{
    write_text(g, sink, true);
}

/*
 * Workflow commands: '%', CR and LF are escaped in a message, ':' and ',' in a property
 * besides.
 */
static void put_command(struct ifb_pen *p, ifb_str s, bool property)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];

        if (c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ',')))
            ifb_pen_fmt(p, "%%%02X", (unsigned)(unsigned char)c);
        else
            ifb_pen_add(p, &c, 1);
    }
}

static void write_github(const struct ifb_gate *g, const struct ifb_sink *sink)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_pen pen;

    ifb_pen_open(&pen, sink);
    for (size_t i = 0; i < g->n; i++) {
        const struct ifb_gate_check *c = &g->checks[i];
        ifb_str place = ifb_gate_where(g, c, arena);

        if (c->verdict == IFB_GATE_PASS)
            continue;
        ifb_pen_fmt(&pen, "::%s file=", c->verdict == IFB_GATE_FAIL ? "error" : "warning");
        put_command(&pen, g->policy, true);
        if (c->line)
            ifb_pen_fmt(&pen, ",line=%u", c->line);
        ifb_pen_fmt(&pen, ",title=ifbench gate%%3A %s::", ifb_gate_verdict_name(c->verdict));
        put_command(&pen, ifb_escaped(arena, ifb_escape_line, place), false);
        ifb_pen_cstr(&pen, ": ");
        put_command(&pen, ifb_escaped(arena, ifb_escape_line, c->why), false);
        ifb_pen_cstr(&pen, "\n");
    }
    ifb_pen_fmt(&pen, "ifbench gate: %s\n", ifb_gate_verdict_name(g->verdict));
    ifb_pen_flush(&pen);
    ifb_arena_close(arena);
}

const struct ifb_gate_report ifb_gate_term = {
    .id = "term", .write = write_term, .doc = "a table for a terminal",
};
const struct ifb_gate_report ifb_gate_markdown = {
    .id = "markdown", .write = write_markdown, .doc = "the same for a step summary",
};
const struct ifb_gate_report ifb_gate_github = {
    .id = "github", .write = write_github, .doc = "annotations at the policy's lines",
};
