/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers of a chart for those who want to read them: a CSV file, a table beside a figure. */
#include "reports/plot.h"

#include <math.h>

#include "harness/base/arena.h"
#include "harness/base/base64.h"
#include "harness/base/clock.h"
#include "harness/base/str.h"
#include "reports/escape.h"
#include "reports/html.h"
#include "reports/say.h"

#define CSV_MAX ((size_t)64 << 20)

static bool append(void *self, const char *bytes, size_t len)
{
    return ifb_buf_add(self, bytes, len);
}

/* Lines over x have no row that is not said by x. */
static bool has_rows(const struct ifb_chart *c)
{
    return c->row_head != NULL;
}

static bool is_shown(const struct ifb_chart *c, const struct ifb_chart_cell *cell)
{
    return has_rows(c) || isfinite(cell->x);
}

/* ---- CSV ---- */

static void put_real(struct ifb_pen *p, double x)
{
    ifb_pen_fmt(p, ",%s", isfinite(x) ? ifb_say_real(x, 6).text : "");
}

static void put_x(struct ifb_pen *p, const struct ifb_chart *c, double x)
{
    char iso[IFB_ISO_SIZE];

    if (!c->x_head)
        return;
    if (c->x == IFB_X_TIME && isfinite(x)) {
        ifb_iso_time((int64_t)(x * 1000 + 0.5), iso);
        ifb_pen_fmt(p, ",%s", iso);
    } else {
        put_real(p, x);
    }
}

static void put_csv_row(struct ifb_pen *p, const struct ifb_chart *c, size_t row, size_t series)
{
    const struct ifb_chart_cell *cell = ifb_chart_at(c, row, series);

    ifb_escape_csv(p, c->series[series]);
    if (has_rows(c)) {
        ifb_pen_cstr(p, ",");
        ifb_escape_csv(p, c->rows[row]);
    }
    put_x(p, c, cell->x);
    put_real(p, cell->value);
    put_real(p, cell->lo);
    put_real(p, cell->hi);
    ifb_pen_cstr(p, ",");
    if (cell->n >= 0)
        ifb_pen_fmt(p, "%lld", (long long)cell->n);
    ifb_pen_cstr(p, "\r\n");
}

ifb_str ifb_chart_csv(const struct ifb_chart *c, struct ifb_arena *arena)
{
    struct ifb_buf buf;
    struct ifb_sink sink = { &buf, append };
    struct ifb_pen pen;
    ifb_str csv;

    ifb_buf_init(&buf, CSV_MAX);
    ifb_pen_open(&pen, &sink);
    ifb_pen_cstr(&pen, c->series_head);
    if (has_rows(c))
        ifb_pen_fmt(&pen, ",%s", c->row_head);
    if (c->x_head)
        ifb_pen_fmt(&pen, ",%s", c->x_head);
    ifb_pen_cstr(&pen, ",value,lo,hi,n\r\n");
    for (size_t s = 0; s < c->nseries; s++)
        for (size_t r = 0; r < c->nrows; r++)
            if (is_shown(c, ifb_chart_at(c, r, s)))
                put_csv_row(&pen, c, r, s);
    ifb_pen_flush(&pen);
    csv = ifb_str_copy(arena, ifb_buf_view(&buf));
    ifb_buf_close(&buf);
    return csv;
}

/* ---- HTML ---- */

#define WIDE 7          /* columns of a heat map that half a page has no room for */
#define ROWS_MOST 2000  /* of a table in a page; its file has all */

static void put_cell(struct ifb_pen *p, const struct ifb_chart *c, double x)
{
    ifb_pen_fmt(p, "<td class=\"num\">%s</td>",
                !isfinite(x) ? "n/a" : c->share ? ifb_say_percent(x, 1).text
                                                : ifb_say_real(x, 2).text);
}

static void put_x_cell(struct ifb_pen *p, const struct ifb_chart *c, double x)
{
    char iso[IFB_ISO_SIZE];

    if (!c->x_head)
        return;
    ifb_pen_cstr(p, "<td class=\"num\">");
    if (c->x == IFB_X_TIME && isfinite(x)) {
        ifb_iso_time((int64_t)(x * 1000 + 0.5), iso);
        ifb_html_put_time(p, ifb_str_of(iso));
    } else {
        ifb_pen_cstr(p, isfinite(x) ? ifb_say_real(x, c->x == IFB_X_WHOLE ? 0 : 1).text : "n/a");
    }
    ifb_pen_cstr(p, "</td>");
}

static void put_row(struct ifb_pen *p, const struct ifb_chart *c, size_t row, size_t series)
{
    const struct ifb_chart_cell *cell = ifb_chart_at(c, row, series);

    ifb_pen_cstr(p, "<tr><th scope=\"row\">");
    ifb_html_put_bdi(p, c->series[series]);
    ifb_pen_cstr(p, "</th>");
    if (has_rows(c)) {
        ifb_pen_cstr(p, "<td>");
        ifb_html_put_bdi(p, c->rows[row]);
        ifb_pen_cstr(p, "</td>");
    }
    put_x_cell(p, c, cell->x);
    put_cell(p, c, cell->value);
    put_cell(p, c, cell->lo);
    put_cell(p, c, cell->hi);
    ifb_pen_fmt(p, "<td class=\"num\">%s</td></tr>\n",
                cell->n >= 0 ? ifb_say_count(cell->n).text : "n/a");
}

static void put_table(struct ifb_pen *p, const struct ifb_chart *c)
{
    size_t rows = 0;

    ifb_pen_fmt(p, "<details><summary>Table</summary><div class=\"pan\" tabindex=\"0\" "
                "role=\"group\" aria-label=\"Numbers of the plot\"><table><thead><tr>"
                "<th scope=\"col\">%s</th>", c->series_head);
    if (has_rows(c))
        ifb_pen_fmt(p, "<th scope=\"col\">%s</th>", c->row_head);
    if (c->x_head)
        ifb_pen_fmt(p, "<th scope=\"col\" class=\"num\">%s</th>", c->x_head);
    ifb_pen_fmt(p, "<th scope=\"col\" class=\"num\">value%s</th><th scope=\"col\" class=\"num\">"
                "from</th><th scope=\"col\" class=\"num\">to</th><th scope=\"col\" class=\"num\">n"
                "</th></tr></thead><tbody>\n", c->share ? ", %" : "");
    for (size_t s = 0; s < c->nseries; s++)
        for (size_t r = 0; r < c->nrows; r++)
            if (is_shown(c, ifb_chart_at(c, r, s)) && rows++ < ROWS_MOST)
                put_row(p, c, r, s);
    ifb_pen_cstr(p, "</tbody></table></div></details>\n");
}

static void put_figure(struct ifb_pen *p, const struct ifb_plot *plot, struct ifb_arena *arena)
{
    bool wide = plot->chart->kind == IFB_CHART_HEAT && plot->chart->nseries > WIDE;

    ifb_pen_cstr(p, wide ? "<figure class=\"wide\">" : "<figure>");
    if (plot->svg.len) {
        ifb_pen_cstr(p, "<img alt=\"Plot: ");
        ifb_escape_attr(p, plot->title);
        ifb_pen_cstr(p, "; its numbers are in the table below\" src=\"data:image/svg+xml;base64,");
        ifb_pen_str(p, ifb_base64_write(plot->svg, arena));
        ifb_pen_cstr(p, "\">\n");
    } else {
        ifb_pen_cstr(p, "<h3>");
        ifb_html_put_bdi(p, plot->title);
        ifb_pen_cstr(p, "</h3>\n");
    }
    ifb_pen_cstr(p, "<figcaption>");
    ifb_html_put_bdi(p, plot->caption);
    ifb_pen_cstr(p, "</figcaption>\n");
    put_table(p, plot->chart);
    ifb_pen_cstr(p, "</figure>\n");
}

static void put_left_out(struct ifb_pen *p, const struct ifb_plots *plots)
{
    for (size_t i = 0; i < plots->nleft_out; i++) {
        ifb_pen_cstr(p, i ? "; " : "<p class=\"note\">Left out: ");
        ifb_html_put_bdi(p, plots->left_out[i]);
    }
    if (plots->nleft_out)
        ifb_pen_cstr(p, ".</p>\n");
}

void ifb_plots_put(struct ifb_pen *p, const struct ifb_plots *plots, size_t suite)
{
    struct ifb_arena *arena;

    if (!plots || (!plots->n && !plots->nleft_out))
        return;
    arena = ifb_arena_new();
    ifb_pen_cstr(p, "<section aria-labelledby=\"h-plots\"><h2 id=\"h-plots\">Plots</h2>\n");
    if (plots->why.len) {
        ifb_pen_cstr(p, "<p class=\"note\">Not drawn: ");
        ifb_html_put_bdi(p, plots->why);
        ifb_pen_cstr(p, ". Their tables are here.</p>\n");
    }
    ifb_pen_cstr(p, "<div class=\"plots\">\n");
    for (size_t i = 0; i < plots->n; i++)
        if (suite == SIZE_MAX || plots->at[i].suite == suite)
            put_figure(p, &plots->at[i], arena);
    ifb_pen_cstr(p, "</div>\n");
    if (suite == SIZE_MAX)
        put_left_out(p, plots);
    ifb_pen_cstr(p, "</section>\n");
    ifb_arena_close(arena);
}
