/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The upper half of a comparison's page, readable without a script: every metric on
 * both sides with its change, how sure that is, and what became of the items.
 */
#include "reports/compare_page.h"

#include <math.h>

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "reports/say.h"

struct half {
    struct ifb_pen *p;
    const struct ifb_comparison *c;
    const struct ifb_html_index *index;
    struct ifb_arena *arena;
};

static double scale_of(const struct ifb_compare_row *r)
{
    return ifb_str_is(r->unit, "proportion") ? 100 : 1;
}

/* "+1.20", and with a minus that is as wide as the plus. */
static ifb_str change(const struct half *h, double x, int decimals)
{
    struct ifb_said s = ifb_say_real(x, decimals);

    if (s.text[0] == '-')
        return ifb_fmt(h->arena, "\xe2\x88\x92%s", s.text + 1);
    return ifb_fmt(h->arena, "%s%s", x > 0 ? "+" : "", s.text);
}

static ifb_str say_p(const struct half *h, double x)
{
    if (x < 0.001)
        return IFB_STR("&lt;0.001");
    return ifb_str_copy(h->arena, ifb_str_of(ifb_say_real(x, 3).text));
}

/* ---- the chart of a change: a bar from the middle, and the interval ---- */

#define CHART_WIDTH 200

static double place(double x, double reach)
{
    double at = CHART_WIDTH / 2 * (1 + x / reach);

    return at < 0 ? 0 : at > CHART_WIDTH ? CHART_WIDTH : at;
}

static void put_chart(const struct half *h, const struct ifb_compare_row *r, double reach)
{
    double scale = scale_of(r), x = (r->cand - r->base) * scale, from, to;
    bool good = r->higher_is_better ? x > 0 : x < 0;

    if (isnan(x) || !(reach > 0))
        return;
    from = place(x < 0 ? x : 0, reach);
    to = place(x < 0 ? 0 : x, reach);
    ifb_pen_fmt(h->p, "<svg class=\"bar\" viewBox=\"0 0 %d 16\" aria-hidden=\"true\">"
                "<rect class=\"rail\" width=\"%d\" height=\"8\" y=\"4\" rx=\"2\"/>", CHART_WIDTH,
                CHART_WIDTH);
    ifb_pen_fmt(h->p, "<rect class=\"%s\" x=\"%s\" ", good ? "sp" : "sf",
                ifb_say_real(from, 1).text);
    ifb_pen_fmt(h->p, "width=\"%s\" height=\"8\" y=\"4\"/>", ifb_say_real(to - from, 1).text);
    ifb_pen_cstr(h->p, "<path class=\"axis\" d=\"M100 1v14\"/>");
    if (!isnan(r->interval.lo)) {
        struct ifb_said lo = ifb_say_real(place(r->interval.lo * scale, reach), 1);
        struct ifb_said hi = ifb_say_real(place(r->interval.hi * scale, reach), 1);

        ifb_pen_fmt(h->p, "<path class=\"whisker\" d=\"M%s 3v10M%s 8H%sM%s 3v10\"/>", lo.text,
                    lo.text, hi.text, hi.text);
    }
    ifb_pen_cstr(h->p, "</svg>");
}

/* ---- tables ---- */

static bool is_of(const struct half *h, const struct ifb_compare_row *r,
                  const struct ifb_compare_cell *cell, const char *kind)
{
    return &h->c->cells[r->cell] == cell && ifb_str_is(r->kind, kind);
}

/* Charts of a table share a scale: the farthest end of a bar or an interval. */
static double reach_of(const struct half *h, const struct ifb_compare_cell *cell,
                       const char *kind)
{
    double reach = 0;

    for (size_t i = 0; i < h->c->nrows; i++) {
        const struct ifb_compare_row *r = &h->c->rows[i];
        const double ends[] = { r->cand - r->base, r->interval.lo, r->interval.hi };

        for (size_t k = 0; k < 3 && is_of(h, r, cell, kind); k++)
            if (!isnan(ends[k]) && scale_of(r) > 1)
                reach = fmax(reach, fabs(ends[k]) * scale_of(r));
    }
    return reach;
}

static void put_name(const struct half *h, const struct ifb_compare_row *r)
{
    int at = ifb_str_is(r->kind, "instruction") ? ifb_html_place(&h->index->ids, r->name) : -1;

    ifb_pen_cstr(h->p, "<tr><th scope=\"row\">");
    if (at >= 0)
        ifb_pen_fmt(h->p, "<code data-i=\"%d\">", at);
    else
        ifb_pen_cstr(h->p, "<code>");
    ifb_html_put_name(h->p, r->name);
    ifb_pen_cstr(h->p, "</code></th>");
}

static void put_number(const struct half *h, const char *class, ifb_str text)
{
    ifb_pen_fmt(h->p, "<td class=\"num%s\">", class);
    ifb_pen_str(h->p, text);
    ifb_pen_cstr(h->p, "</td>");
}

static void put_count(const struct half *h, int64_t n)
{
    put_number(h, n ? "" : " zero", ifb_str_of(ifb_say_count(n).text));
}

static void put_row(const struct half *h, const struct ifb_compare_row *r, double reach)
{
    double scale = scale_of(r), x = (r->cand - r->base) * scale;
    bool good = r->higher_is_better ? x > 0 : x < 0, sure = r->p_holm < 0.05;

    put_name(h, r);
    put_number(h, "", ifb_str_of(ifb_say_real(r->base * scale, 2).text));
    put_number(h, "", ifb_str_of(ifb_say_real(r->cand * scale, 2).text));
    /* Bold and signed where it is sure; never told by colour alone. */
    put_number(h, !sure ? "" : good ? " vp" : " vf", change(h, x, 2));
    ifb_pen_cstr(h->p, "<td class=\"chart\">");
    put_chart(h, r, scale > 1 ? reach : 0);
    ifb_pen_cstr(h->p, "</td>");
    if (isnan(r->interval.lo))
        put_number(h, "", IFB_STR("n/a"));
    else
        put_number(h, "", ifb_fmt(h->arena, "%.*s to %.*s",
                                  IFB_ARG(change(h, r->interval.lo * scale, 2)),
                                  IFB_ARG(change(h, r->interval.hi * scale, 2))));
    if (r->paired) {
        put_count(h, (int64_t)r->pair.fixed);
        put_count(h, (int64_t)r->pair.regressed);
    } else {
        ifb_pen_cstr(h->p, "<td></td><td></td>");
    }
    put_number(h, "", say_p(h, r->p));
    put_number(h, "", say_p(h, r->p_holm));
    ifb_pen_cstr(h->p, "</tr>\n");
}

static void put_heads(const struct half *h, const char *label)
{
    ifb_pen_fmt(h->p, "<div class=\"pan\" tabindex=\"0\" role=\"group\" aria-label=\"%s\">"
                "<table class=\"changes\"><thead><tr><th scope=\"col\">%s</th>"
                "<th scope=\"col\" class=\"num\">Base</th>"
                "<th scope=\"col\" class=\"num\">Candidate</th>"
                "<th scope=\"col\" class=\"num\">Change</th>", label, label);
    ifb_pen_fmt(h->p, "<th scope=\"col\" class=\"chart\"><span class=\"away\">Chart</span></th>"
                "<th scope=\"col\" class=\"num\">%g %% interval</th>"
                "<th scope=\"col\" class=\"num\">Better</th>"
                "<th scope=\"col\" class=\"num\">Worse</th>"
                "<th scope=\"col\" class=\"num\">p</th>"
                "<th scope=\"col\" class=\"num\">p Holm</th></tr></thead><tbody>\n",
                h->c->level * 100);
}

static void put_rows(const struct half *h, const struct ifb_compare_cell *cell, const char *kind,
                     const char *label)
{
    double reach = reach_of(h, cell, kind);
    bool some = false;

    for (size_t i = 0; i < h->c->nrows; i++) {
        if (!is_of(h, &h->c->rows[i], cell, kind))
            continue;
        if (!some)
            put_heads(h, label);
        some = true;
        put_row(h, &h->c->rows[i], reach);
    }
    ifb_pen_cstr(h->p, some ? "</tbody></table></div>\n" : "");
}

/* ---- what became of the items ---- */

struct slice {
    const char *letter, *class, *sign, *word;
    size_t n;
};

#define NSLICES 5

static void slices_of(const struct ifb_compare_cell *cell, struct slice out[NSLICES])
{
    out[0] = (struct slice){ "f", "p", "\xe2\x96\xb2", "fixed", cell->nfixed };
    out[1] = (struct slice){ "r", "f", "\xe2\x96\xbc", "regressed", cell->nregressed };
    out[2] = (struct slice){ "p", "w", "\xe2\x9c\x93", "hold in both", cell->same_pass.n };
    out[3] = (struct slice){ "n", "u", "\xe2\x9c\x97", "hold in neither", cell->same_fail.n };
    out[4] = (struct slice){ "u", "e", "\xe2\x80\x93", "unscored", cell->unscored.n };
}

static void put_items(const struct half *h, const struct ifb_compare_cell *cell)
{
    struct slice slices[NSLICES];
    double x = 0;

    if (!cell->items)
        return;
    slices_of(cell, slices);
    ifb_pen_cstr(h->p, "<svg class=\"strip\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" "
                 "aria-hidden=\"true\">");
    for (size_t i = 0; i < NSLICES; i++) {
        double width = 1000 * (double)slices[i].n / (double)cell->items;

        if (slices[i].n)
            ifb_pen_fmt(h->p, "<rect class=\"s%s\" x=\"%s\" width=\"%s\" height=\"10\"/>",
                        slices[i].class, ifb_say_real(x, 2).text, ifb_say_real(width, 2).text);
        x += width;
    }
    ifb_pen_cstr(h->p, "</svg>\n<ul class=\"legend\">");
    for (size_t i = 0; i < NSLICES; i++)
        ifb_pen_fmt(h->p, "<li class=\"v%s%s\" data-v=\"%s\">%s <b>%s</b> %s</li>",
                    slices[i].class, slices[i].n ? "" : " zero", slices[i].letter, slices[i].sign,
                    ifb_say_count((int64_t)slices[i].n).text, slices[i].word);
    ifb_pen_cstr(h->p, "</ul>\n");
    if (cell->base_only + cell->cand_only + cell->changed)
        ifb_pen_fmt(h->p, "<p class=\"note\">Left out: %zu only in the base, %zu only in the "
                    "candidate, %zu with other constraints.</p>\n", cell->base_only,
                    cell->cand_only, cell->changed);
}

static void put_cell(const struct half *h, const struct ifb_compare_cell *cell)
{
    ifb_pen_cstr(h->p, "<section class=\"compared\"><h2>");
    ifb_html_put_bdi(h->p, cell->suite);
    ifb_pen_cstr(h->p, "</h2>\n<p class=\"sides\"><span>Base</span> ");
    ifb_html_put_bdi(h->p, cell->base_model);
    ifb_pen_cstr(h->p, "<br><span>Candidate</span> ");
    ifb_html_put_bdi(h->p, cell->cand_model);
    ifb_pen_cstr(h->p, "</p>\n");
    put_rows(h, cell, "metric", "Metric");
    ifb_pen_fmt(h->p, "<h3 class=\"items\">%s items on both sides</h3>\n",
                ifb_say_count((int64_t)cell->items).text);
    put_items(h, cell);
    ifb_pen_cstr(h->p, "<details class=\"fold\"><summary>By group, family and instruction"
                 "</summary>\n");
    put_rows(h, cell, "group", "Group");
    put_rows(h, cell, "family", "Family");
    put_rows(h, cell, "instruction", "Instruction");
    ifb_pen_cstr(h->p, "</details>\n</section>\n");
}

static void put_notes(const struct half *h)
{
    if (!h->c->nnotes)
        return;
    ifb_pen_cstr(h->p, "<section class=\"alert\" aria-labelledby=\"h-notes\">"
                 "<h2 id=\"h-notes\">Notes</h2><ul>\n");
    for (size_t i = 0; i < h->c->nnotes; i++) {
        ifb_pen_cstr(h->p, "<li>");
        ifb_html_put_bdi(h->p, h->c->notes[i]);
        ifb_pen_cstr(h->p, "</li>\n");
    }
    ifb_pen_cstr(h->p, "</ul></section>\n");
}

/* Of a path, for a title. */
static ifb_str last_part(ifb_str path)
{
    size_t at;

    while (path.len > 1 && path.ptr[path.len - 1] == '/')
        path.len--;
    for (at = path.len; at && path.ptr[at - 1] != '/'; at--)
        ;
    return at < path.len ? ifb_str_from(path, at) : path;
}

void ifb_compare_put_summary(struct ifb_pen *p, const struct ifb_comparison *c,
                             const struct ifb_html_index *index, struct ifb_arena *arena)
{
    const struct half h = { p, c, index, arena };

    ifb_pen_cstr(p, "<a class=\"skip\" href=\"#samples\">Skip to the samples</a>\n<header>\n"
                 "<p class=\"brand\">ifbench compare</p>\n<h1>");
    ifb_html_put_bdi(p, last_part(c->cand));
    ifb_pen_cstr(p, " <small>against</small> ");
    ifb_html_put_bdi(p, last_part(c->base));
    ifb_pen_cstr(p, "</h1>\n<dl class=\"facts\">\n<div><dt>Base</dt><dd>");
    ifb_html_put_bdi(p, c->base);
    ifb_pen_cstr(p, "</dd></div>\n<div><dt>Candidate</dt><dd>");
    ifb_html_put_bdi(p, c->cand);
    ifb_pen_cstr(p, "</dd></div>\n</dl>\n</header>\n<main>\n");
    put_notes(&h);
    for (size_t i = 0; i < c->ncells; i++)
        put_cell(&h, &c->cells[i]);
    ifb_pen_cstr(p, "<p class=\"note method\">Proportions in percent, changes in percentage "
                 "points. p by McNemar\xe2\x80\x99s, an exchange or a jackknife test; p Holm is corrected "
                 "over the headline metrics, and over all other rows. A change in bold colour has "
                 "p Holm below 0.05.</p>\n");
}
