/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the pages of a leaderboard share: the style of report.html and one of their own, and a
 * script that sorts tables, without which all is readable.
 */
#include "reports/leaderboard.h"

#include "harness/base/str.h"

static const struct ifb_html_assets assets = {
    { IFB_STYLE, IFB_STYLE_BOARD }, { IFB_SCRIPT_BOARD }, 2, 1,
};

static void put_head(struct ifb_pen *p, const struct ifb_board_page *page)
{
    ifb_html_open(p, &assets);
    if (page) {
        ifb_escape_text(p, page->name);
        ifb_pen_cstr(p, " \xe2\x80\x93 ");
    }
    ifb_pen_cstr(p, "Leaderboard");
    ifb_html_begin(p, &assets);
}

void ifb_board_open(struct ifb_pen *p, const struct ifb_leaderboard *b,
                    const struct ifb_board_page *page)
{
    put_head(p, page);
    ifb_pen_cstr(p, "<a class=\"skip\" href=\"#main\">To the tables</a>\n<header>\n"
                 "<p class=\"brand\">ifbench leaderboard</p>\n<h1>");
    if (page)
        ifb_html_put_bdi(p, page->name);
    else
        ifb_pen_cstr(p, "Leaderboard");
    ifb_pen_cstr(p, "</h1>\n<nav class=\"nav\" aria-label=\"Pages\">");
    if (page)
        ifb_board_put_link(p, &b->pages[0], "All models");
    for (size_t i = 0; i < b->nsuites; i++)
        ifb_board_put_link(p, &b->pages[b->suites[i].page], NULL);
    ifb_pen_cstr(p, "</nav>\n</header>\n<main id=\"main\">\n");
}

void ifb_board_close(struct ifb_pen *p)
{
    ifb_pen_cstr(p, "</main>\n");
    ifb_html_end(p, &assets);
}

/* Names of files hold nothing that would have to be escaped: see ifb_board_page. */
void ifb_board_put_link(struct ifb_pen *p, const struct ifb_board_page *page, const char *text)
{
    ifb_pen_cstr(p, "<a href=\"");
    ifb_pen_str(p, page->file);
    ifb_pen_cstr(p, "\">");
    if (text)
        ifb_pen_cstr(p, text);
    else if (page->name.len)
        ifb_html_put_name(p, page->name);
    else
        ifb_pen_cstr(p, "(no name)");
    ifb_pen_cstr(p, "</a>");
}

void ifb_board_put_fact(struct ifb_pen *p, const char *label, ifb_str value)
{
    if (!value.len)
        return;
    ifb_pen_fmt(p, "<div><dt>%s</dt><dd>", label);
    ifb_html_put_bdi(p, value);
    ifb_pen_cstr(p, "</dd></div>\n");
}

void ifb_board_put_table(struct ifb_pen *p, const char *label)
{
    ifb_pen_fmt(p, "<div class=\"pan\" tabindex=\"0\" role=\"group\" aria-label=\"%s\">"
                "<table class=\"sort\"><thead><tr>", label);
}

void ifb_board_put_head(struct ifb_pen *p, const char *text, bool end)
{
    ifb_pen_fmt(p, "<th scope=\"col\"%s>%s</th>", end ? " class=\"num down\"" : "", text);
}
