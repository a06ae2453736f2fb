/* SPDX-License-Identifier: Apache-2.0 */
/* A suite's page: the ranks, how each constraint fared, and each model against each other. */
#include "reports/leaderboard.h"
#include "reports/plot.h"

#include <stdio.h>

#include "harness/base/str.h"
#include "reports/say.h"

#define COLUMNS_MOST 30  /* models beside each other in the table of constraints */
#define MATRIX_MOST 50   /* in that of pairs */
#define SURE 0.05

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static void put_cut(struct ifb_pen *p, size_t shown, size_t n)
{
    if (shown < n)
        ifb_pen_fmt(p, " The best %zu of %zu models are shown; all are in "
                    "<a href=\"leaderboard.json\">leaderboard.json</a>.", shown, n);
}

/* ---- constraints ---- */

static int64_t total_of(const struct ifb_board_suite *s, size_t constraint)
{
    int64_t most = 0;

    for (size_t i = 0; i < s->n; i++)
        if (s->entries[i].shares[constraint].n > most)
            most = s->entries[i].shares[constraint].n;
    return most;
}

static void put_share(struct ifb_pen *p, const struct ifb_board_share *share)
{
    if (!share->n) {
        ifb_pen_cstr(p, "<td class=\"num zero\" data-v=\"\">n/a</td>");
        return;
    }
    ifb_pen_fmt(p, "<td class=\"num\" data-v=\"%s\">%s</td>",
                ifb_say_real((double)share->hits / (double)share->n, 6).text,
                ifb_say_share(share->hits, share->n, 1).text);
}

static void put_constraints(struct ifb_pen *p, const struct ifb_board_suite *s)
{
    size_t shown = least(s->n, COLUMNS_MOST);

    if (!s->nconstraints)
        return;
    ifb_pen_cstr(p, "<section aria-labelledby=\"h-constraints\"><h2 id=\"h-constraints\">"
                 "Constraints</h2>\n");
    ifb_board_put_table(p, "Constraints");
    ifb_board_put_head(p, "Constraint", false);
    ifb_board_put_head(p, "n", true);
    for (size_t i = 0; i < shown; i++) {
        ifb_pen_cstr(p, "<th scope=\"col\" class=\"num down name\">");
        ifb_html_put_name(p, s->entries[i].model);
        ifb_pen_cstr(p, "</th>");
    }
    ifb_pen_cstr(p, "</tr></thead><tbody>\n");
    for (size_t c = 0; c < s->nconstraints; c++) {
        ifb_pen_cstr(p, "<tr><th scope=\"row\"><code>");
        ifb_html_put_name(p, s->constraints[c]);
        ifb_pen_fmt(p, "</code></th><td class=\"num\">%lld</td>", (long long)total_of(s, c));
        for (size_t i = 0; i < shown; i++)
            put_share(p, &s->entries[i].shares[c]);
        ifb_pen_cstr(p, "</tr>\n");
    }
    ifb_pen_cstr(p, "</tbody></table></div>\n<p class=\"note\">Percent that hold strictly, of "
                 "those that are scored; n is the most of any model.");
    put_cut(p, shown, s->n);
    ifb_pen_cstr(p, "</p></section>\n");
}

/* ---- pairs ---- */

static struct ifb_said difference_of(const struct ifb_metric_value *m, double x)
{
    struct ifb_said s = ifb_is_proportion(m) ? ifb_say_percent(x, 1) : ifb_say_real(x, 2), out;

    snprintf(out.text, sizeof(out.text), "%s%.40s", x > 0 ? "+" : "", s.text);
    return out;
}

static void put_title(struct ifb_pen *p, const struct ifb_board_pair *pair, bool turned)
{
    long long fixed = (long long)pair->pair.fixed, lost = (long long)pair->pair.regressed;

    ifb_pen_fmt(p, " title=\"%lld higher, %lld lower, p Holm %s", turned ? fixed : lost,
                turned ? lost : fixed, ifb_say_real(pair->p_holm, 4).text);
    ifb_pen_fmt(p, " (%s)\"", pair->test);
}

/* Row against column. A pair's difference is that of the later one, j, minus i. */
static void put_pair(struct ifb_pen *p, const struct ifb_board_suite *s, size_t row, size_t column)
{
    bool turned = row > column;
    const struct ifb_board_pair *pair;
    const char *sign = "", *class = "zero";
    double d;

    if (row == column) {
        ifb_pen_cstr(p, "<td class=\"num zero\">\xc2\xb7</td>");
        return;
    }
    pair = turned ? ifb_board_pair_at(s, column, row) : ifb_board_pair_at(s, row, column);
    d = turned ? pair->pair.difference : 0 - pair->pair.difference;
    if (pair->p_holm < SURE && d != 0) {
        bool better = (d > 0) == s->higher_is_better;

        sign = better ? "\xe2\x96\xb2 " : "\xe2\x96\xbc ";
        class = better ? "vp" : "vf";
    }
    ifb_pen_fmt(p, "<td class=\"num %s\"", class);
    if (pair->paired)
        put_title(p, pair, turned);
    ifb_pen_fmt(p, ">%s%s</td>", sign, difference_of(&s->entries[0].value, d).text);
}

static void put_matrix_row(struct ifb_pen *p, const struct ifb_leaderboard *b,
                           const struct ifb_board_suite *s, size_t row, size_t shown)
{
    ifb_pen_fmt(p, "<tr><td class=\"num\">%zu</td><th scope=\"row\">", row + 1);
    ifb_board_put_link(p, &b->pages[s->entries[row].page], NULL);
    ifb_pen_cstr(p, "</th>");
    for (size_t i = 0; i < shown; i++)
        put_pair(p, s, row, i);
    ifb_pen_cstr(p, "</tr>\n");
}

static void put_pairs(struct ifb_pen *p, const struct ifb_leaderboard *b,
                      const struct ifb_board_suite *s)
{
    size_t shown = least(s->n, MATRIX_MOST);

    if (shown < 2)
        return;
    ifb_pen_cstr(p, "<section aria-labelledby=\"h-pairs\"><h2 id=\"h-pairs\">Each against each"
                 "</h2>\n<div class=\"pan\" tabindex=\"0\" role=\"group\" aria-label=\"Pairs\">"
                 "<table class=\"matrix\"><thead><tr><th scope=\"col\" class=\"num\">#</th>"
                 "<th scope=\"col\">Model</th>");
    for (size_t i = 0; i < shown; i++)
        ifb_pen_fmt(p, "<th scope=\"col\" class=\"num\">%zu</th>", i + 1);
    ifb_pen_cstr(p, "</tr></thead><tbody>\n");
    for (size_t i = 0; i < shown; i++)
        put_matrix_row(p, b, s, i, shown);
    ifb_pen_cstr(p, "</tbody></table></div>\n<p class=\"note\">Row minus column");
    ifb_pen_cstr(p, ifb_is_proportion(&s->entries[0].value) ? ", in points of percent. " : ". ");
    ifb_pen_fmt(p, "<span class=\"vp\">\xe2\x96\xb2</span> significantly better, "
                "<span class=\"vf\">\xe2\x96\xbc</span> significantly worse: p below %s on the "
                "same items, corrected by Holm over all pairs.", ifb_say_real(SURE, 2).text);
    put_cut(p, shown, s->n);
    ifb_pen_cstr(p, "</p></section>\n");
}

bool ifb_board_write_suite(const struct ifb_leaderboard *b, const struct ifb_board_page *page,
                           const struct ifb_sink *sink)
{
    const struct ifb_board_suite *s = &b->suites[page->at];
    struct ifb_pen pen;

    ifb_pen_open(&pen, sink);
    ifb_board_open(&pen, b, page);
    ifb_pen_cstr(&pen, "<section aria-labelledby=\"h-ranks\"><h2 id=\"h-ranks\">Ranks</h2>\n");
    ifb_board_put_notes(&pen, s);
    ifb_board_put_ranks(&pen, b, s);
    ifb_pen_cstr(&pen, "</section>\n");
    put_pairs(&pen, b, s);
    put_constraints(&pen, s);
    ifb_plots_put(&pen, b->plots, page->at);
    ifb_board_close(&pen);
    return true;
}
