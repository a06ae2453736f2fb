/* SPDX-License-Identifier: Apache-2.0 */
/* The table that a leaderboard is about: ranks with their ranges, values with their intervals. */
#include "reports/leaderboard.h"

#include <math.h>

#include "reports/say.h"

/* Unknown numbers are empty for the script, which puts them last. */
static void put_number(struct ifb_pen *p, double sort, const char *text, const char *more)
{
    ifb_pen_fmt(p, "<td class=\"num%s\" data-v=\"%s\">%s</td>", more,
                isnan(sort) ? "" : ifb_say_real(sort, 6).text, text);
}

static void put_count(struct ifb_pen *p, int64_t n)
{
    put_number(p, (double)n, ifb_say_count(n).text, n ? "" : " zero");
}

void ifb_board_put_range(struct ifb_pen *p, const struct ifb_board_entry *e)
{
    if (!e->rank_lo)
        ifb_pen_cstr(p, "n/a");
    else if (e->rank_lo == e->rank_hi)
        ifb_pen_fmt(p, "%zu", e->rank_lo);
    else
        ifb_pen_fmt(p, "%zu to %zu", e->rank_lo, e->rank_hi);
}

static void put_rank(struct ifb_pen *p, const struct ifb_board_entry *e)
{
    if (e->rank)
        ifb_pen_fmt(p, "<tr><td class=\"num\" data-v=\"%zu\">%zu</td>", e->rank, e->rank);
    else
        ifb_pen_cstr(p, "<tr><td class=\"num\" data-v=\"\">\xe2\x80\x93</td>");
}

static void put_value(struct ifb_pen *p, const struct ifb_metric_value *v)
{
    put_number(p, v->value, ifb_say_metric(v).text, " big");
    ifb_pen_cstr(p, "<td class=\"chart\">");
    ifb_html_put_bar(p, ifb_share_of(v, v->value), ifb_share_of(v, v->lo), ifb_share_of(v, v->hi));
    ifb_pen_cstr(p, "</td>");
    put_number(p, v->lo, isnan(v->lo) ? "n/a" : ifb_say_interval(v).text, "");
}

static void put_length(struct ifb_pen *p, const struct ifb_board_entry *e)
{
    if (isnan(e->length)) {
        put_number(p, e->length, "n/a", " zero");
        return;
    }
    ifb_pen_fmt(p, "<td class=\"num\" data-v=\"%s\">%s", ifb_say_real(e->length, 6).text,
                ifb_say_real(e->length, 0).text);
    ifb_pen_fmt(p, " <small>%s</small></td>", e->length_unit);
}

static void put_entry(struct ifb_pen *p, const struct ifb_leaderboard *b,
                      const struct ifb_board_entry *e)
{
    put_rank(p, e);
    ifb_pen_cstr(p, "<th scope=\"row\">");
    ifb_board_put_link(p, &b->pages[e->page], NULL);
    if (!e->complete)
        ifb_pen_cstr(p, "<span class=\"badge\">not complete</span>");
    ifb_pen_cstr(p, "</th>");
    put_value(p, &e->value);
    ifb_pen_fmt(p, "<td class=\"num\" data-v=\"%zu\">", e->rank_lo + e->rank_hi);
    ifb_board_put_range(p, e);
    ifb_pen_cstr(p, "</td>");
    put_length(p, e);
    put_count(p, e->cell->counts.errors);
    put_count(p, e->cell->counts.unscored + e->cell->counts.pending);
    ifb_pen_cstr(p, "<td>");
    ifb_html_put_bdi(p, e->run);
    ifb_pen_cstr(p, "</td><td data-v=\"");
    ifb_escape_attr(p, e->started);
    ifb_pen_cstr(p, "\">");
    ifb_html_put_day(p, e->started);
    ifb_pen_cstr(p, "</td></tr>\n");
}

void ifb_board_put_ranks(struct ifb_pen *p, const struct ifb_leaderboard *b,
                         const struct ifb_board_suite *s)
{
    ifb_board_put_table(p, "Ranks");
    ifb_board_put_head(p, "Rank", false);
    ifb_board_put_head(p, "Model", false);
    ifb_pen_cstr(p, "<th scope=\"col\" class=\"num down\"><code>");
    ifb_html_put_name(p, s->metric);
    ifb_pen_cstr(p, "</code></th><th scope=\"col\" class=\"chart\"><span class=\"away\">Chart"
                 "</span></th>");
    ifb_board_put_head(p, "95 % interval", true);
    ifb_board_put_head(p, "Rank range", false);
    ifb_board_put_head(p, "Mean length", true);
    ifb_board_put_head(p, "Errors", true);
    ifb_board_put_head(p, "Unscored", true);
    ifb_board_put_head(p, "Run", false);
    ifb_board_put_head(p, "Started", false);
    ifb_pen_cstr(p, "</tr></thead><tbody>\n");
    for (size_t i = 0; i < s->n; i++)
        put_entry(p, b, &s->entries[i]);
    ifb_pen_cstr(p, "</tbody></table></div>\n");
    ifb_pen_fmt(p, "<p class=\"note\">%s is better.", s->higher_is_better ? "Higher" : "Lower");
    if (s->used)
        ifb_pen_fmt(p, " %s item%s.", ifb_say_count((int64_t)s->used).text,
                    ifb_say_plural((int64_t)s->used));
    ifb_pen_cstr(p, "</p>\n");
}

void ifb_board_put_notes(struct ifb_pen *p, const struct ifb_board_suite *s)
{
    if (!s->nnotes)
        return;
    ifb_pen_cstr(p, "<div class=\"alert\"><ul>\n");
    for (size_t i = 0; i < s->nnotes; i++) {
        ifb_pen_cstr(p, "<li>");
        ifb_escape_text(p, s->notes[i]);
        ifb_pen_cstr(p, "</li>\n");
    }
    ifb_pen_cstr(p, "</ul></div>\n");
}
