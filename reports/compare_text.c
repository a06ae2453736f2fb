/* SPDX-License-Identifier: Apache-2.0 */
/* A comparison for people: on a terminal, and in Markdown for a pull request. */
#include <ifbench/compare.h>

#include <math.h>

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "reports/compare.h"
#include "reports/grid.h"
#include "reports/say.h"

#define NAME_MAX_BYTES 120

struct page {
    struct ifb_pen *pen;
    struct ifb_arena *arena;
    size_t most;
    bool markdown;
};

static ifb_str name(const struct page *p, ifb_str s)
{
    return ifb_escaped(p->arena, p->markdown ? ifb_escape_markdown : ifb_escape_line,
                       ifb_utf8_cut(s, NAME_MAX_BYTES));
}

static void put_name(const struct page *p, ifb_str s)
{
    ifb_pen_str(p->pen, name(p, s));
}

static void put_grid(const struct page *p, const struct ifb_grid *g)
{
    if (p->markdown)
        ifb_grid_markdown(g, p->pen);
    else
        ifb_grid_print(g, p->pen, "  ");
}

static double scale_of(const struct ifb_compare_row *r)
{
    return ifb_str_is(r->unit, "proportion") ? 100 : 1;
}

static ifb_str plus(const struct page *p, double x, int decimals)
{
    return ifb_fmt(p->arena, "%s%s", x > 0 ? "+" : "", ifb_say_real(x, decimals).text);
}

static ifb_str say_p(const struct page *p, double x)
{
    if (x < 0.001)
        return ifb_str_copy(p->arena, IFB_STR("<0.001"));
    return ifb_str_copy(p->arena, ifb_str_of(ifb_say_real(x, 3).text));
}

static void put_row(const struct page *p, struct ifb_grid *g, const struct ifb_compare_row *r)
{
    double scale = scale_of(r);

    ifb_grid_cell(g, name(p, r->name));
    ifb_grid_cstr(g, ifb_say_real(r->base * scale, 2).text);
    ifb_grid_cstr(g, ifb_say_real(r->cand * scale, 2).text);
    ifb_grid_cell(g, plus(p, (r->cand - r->base) * scale, 2));
    if (isnan(r->interval.lo))
        ifb_grid_cstr(g, "n/a");
    else
        ifb_grid_cell(g, ifb_fmt(p->arena, "%.*s to %.*s",
                                 IFB_ARG(plus(p, r->interval.lo * scale, 2)),
                                 IFB_ARG(plus(p, r->interval.hi * scale, 2))));
    ifb_grid_cstr(g, r->paired ? ifb_say_count(r->pair.fixed).text : "");
    ifb_grid_cstr(g, r->paired ? ifb_say_count(r->pair.regressed).text : "");
    ifb_grid_cell(g, say_p(p, r->p));
    ifb_grid_cell(g, say_p(p, r->p_holm));
}

/* Headline metrics all; of the others those that changed, unless everything is asked for. */
static bool is_shown(const struct page *p, const struct ifb_compare_row *r)
{
    return !p->most || r->pair.fixed + r->pair.regressed > 0 ||
           (ifb_str_is(r->kind, "metric") && ifb_str_chr(r->name, '.', 0) == SIZE_MAX);
}

static void put_rows(const struct page *p, const struct ifb_comparison *c,
                     const struct ifb_compare_cell *cell, const char *kind)
{
    const char *level = ifb_fmt(p->arena, "%g %% interval", c->level * 100).ptr;
    const char *heads[] = { kind, "base", "cand", "change", level, "better", "worse",
                            "p", "p Holm" };
    struct ifb_grid g;
    size_t shown = 0, all = 0;

    ifb_grid_open(&g, p->arena, "lrrrrrrrr");
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
        ifb_grid_cstr(&g, heads[i]);
    for (size_t i = 0; i < c->nrows; i++) {
        if (&c->cells[c->rows[i].cell] != cell || !ifb_str_is(c->rows[i].kind, kind))
            continue;
        all++;
        if (!is_shown(p, &c->rows[i]))
            continue;
        put_row(p, &g, &c->rows[i]);
        shown++;
    }
    if (!all)
        return;
    ifb_pen_cstr(p->pen, "\n");
    if (shown)
        put_grid(p, &g);
    if (shown < all)
        ifb_pen_fmt(p->pen, "%s%s%zu %s%s unchanged\n", p->markdown && shown ? "\n" : "",
                    p->markdown ? "" : "  ", all - shown, kind, all - shown == 1 ? "" : "s");
}

static void put_ids(const struct page *p, const char *what, struct ifb_strs ids)
{
    if (!ids.n)
        return;
    ifb_pen_fmt(p->pen, ", %s", what);
    for (size_t i = 0; i < ids.n; i++) {
        ifb_pen_cstr(p->pen, i ? ", " : " ");
        put_name(p, ids.at[i]);
    }
}

/* Several epochs, of which some hold. */
static bool is_part(double share)
{
    return share > 0 && share < 1;
}

static void put_items(const struct page *p, const char *what, const struct ifb_compare_item *at,
                      size_t n)
{
    size_t most = p->most && p->most < n ? p->most : n;

    if (!n)
        return;
    ifb_pen_fmt(p->pen, p->markdown ? "\n**%s: %zu**\n\n" : "\n  %s: %zu\n", what, n);
    for (size_t i = 0; i < most; i++) {
        ifb_pen_cstr(p->pen, p->markdown ? "- " : "    ");
        put_name(p, at[i].id);
        if (is_part(at[i].base) || is_part(at[i].cand))
            ifb_pen_fmt(p->pen, ", from %s %% to %s %% of its answers",
                        ifb_say_percent(at[i].base, 0).text, ifb_say_percent(at[i].cand, 0).text);
        put_ids(p, "lost", at[i].lost);
        put_ids(p, "won", at[i].won);
        ifb_pen_cstr(p->pen, "\n");
    }
    if (most < n)
        ifb_pen_fmt(p->pen, "%s%zu more; --all lists them\n", p->markdown ? "- " : "    ",
                    n - most);
}

static void put_same(const struct page *p, const char *what, struct ifb_strs ids)
{
    if (p->most || !ids.n)
        return;
    ifb_pen_fmt(p->pen, p->markdown ? "\n**%s: %zu**\n\n" : "\n  %s: %zu\n    ", what, ids.n);
    for (size_t i = 0; i < ids.n; i++) {
        ifb_pen_cstr(p->pen, i ? ", " : "");
        put_name(p, ids.at[i]);
    }
    ifb_pen_cstr(p->pen, "\n");
}

static void put_cell(const struct page *p, const struct ifb_comparison *c,
                     const struct ifb_compare_cell *cell)
{
    ifb_pen_cstr(p->pen, p->markdown ? "\n### " : "\n");
    put_name(p, cell->suite);
    ifb_pen_cstr(p->pen, ": ");
    put_name(p, cell->base_model);
    ifb_pen_cstr(p->pen, " -> ");
    put_name(p, cell->cand_model);
    put_rows(p, c, cell, "metric");
    ifb_pen_fmt(p->pen, "%s%s items: ", p->markdown ? "\n" : "  ",
                ifb_say_count((int64_t)cell->items).text);
    ifb_pen_fmt(p->pen, "%zu fixed, %zu regressed, ", cell->nfixed, cell->nregressed);
    ifb_pen_fmt(p->pen, "%zu hold in both, %zu in neither, %zu unscored\n", cell->same_pass.n,
                cell->same_fail.n, cell->unscored.n);
    if (cell->base_only + cell->cand_only + cell->changed)
        ifb_pen_fmt(p->pen, "%sleft out: %zu only in the base, %zu only in the candidate, %zu with "
                    "other constraints\n", p->markdown ? "\n" : "  ", cell->base_only,
                    cell->cand_only, cell->changed);
    put_items(p, "regressed", cell->regressed, cell->nregressed);
    put_items(p, "fixed", cell->fixed, cell->nfixed);
    put_same(p, "hold in both", cell->same_pass);
    put_same(p, "hold in neither", cell->same_fail);
    put_same(p, "unscored", cell->unscored);
    put_rows(p, c, cell, "group");
    put_rows(p, c, cell, "family");
    put_rows(p, c, cell, "instruction");
}

static void put_comparison(const struct page *p, const struct ifb_comparison *c)
{
    ifb_pen_cstr(p->pen, p->markdown ? "## " : "");
    put_name(p, c->base);
    ifb_pen_cstr(p->pen, " -> ");
    put_name(p, c->cand);
    ifb_pen_cstr(p->pen, "\n");
    for (size_t i = 0; i < c->nnotes; i++) {
        ifb_pen_cstr(p->pen, p->markdown ? "\nnote: " : "note: ");
        put_name(p, c->notes[i]);
        ifb_pen_cstr(p->pen, "\n");
    }
    for (size_t i = 0; i < c->ncells; i++)
        put_cell(p, c, &c->cells[i]);
}

static const char term_end[] =
    "\nproportions in percent; p by McNemar's, an exchange or a jackknife test; Holm over the\n"
    "headline metrics, and over all other rows\n";
static const char markdown_end[] =
    "\nProportions in percent. p by McNemar's, an exchange or a jackknife test; Holm over the\n"
    "headline metrics, and over all other rows.\n";

static void write_text(const struct ifb_comparison *at, size_t n, size_t most, bool markdown,
                       const struct ifb_sink *sink)
{
    struct ifb_pen pen;
    struct page p = { &pen, ifb_arena_new(), most, markdown };

    ifb_pen_open(&pen, sink);
    for (size_t i = 0; i < n; i++) {
        ifb_pen_cstr(&pen, i ? "\n" : "");
        put_comparison(&p, &at[i]);
        ifb_arena_reset(p.arena);
    }
    ifb_pen_cstr(&pen, markdown ? markdown_end : term_end);
    ifb_pen_flush(&pen);
    ifb_arena_close(p.arena);
}

static void write_term(const struct ifb_comparison *at, size_t n, size_t most,
                       const struct ifb_sink *sink)
{
    write_text(at, n, most, false, sink);
}

static void write_markdown(const struct ifb_comparison *at, size_t n, size_t most,
                           const struct ifb_sink *sink)
{
    write_text(at, n, most, true, sink);
}

const struct ifb_compare_report ifb_compare_term = {
    .id = "term", .write = write_term, .doc = "tables for a terminal",
};
const struct ifb_compare_report ifb_compare_markdown = {
    .id = "markdown", .write = write_markdown, .doc = "the same for a pull request",
};
