/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the pages of a leaderboard share: the head with its policy, the style that they add to
 * that of report.html, and the script that sorts tables, without which all is readable.
 */
#include "reports/leaderboard.h"

#include "harness/base/str.h"

static const char *const style[] = {
    ".nav{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:0 0 1.25rem;font-size:.875rem}\n",
    "body{max-width:88rem}\n",
    ".legend+.pan{margin-top:1.25rem}\n",
    ".sort{width:auto;min-width:100%}\n",
    ".sort th,.sort td{padding:.4rem .6rem}\n",
    ".sort td{white-space:nowrap}\n",
    ".sort tbody th{min-width:13rem;max-width:26rem}\n",
    ".sort .chart{width:7rem}\n",
    ".sort thead .name{max-width:9rem;white-space:normal}\n",
    ".sort thead button{padding:0;border:0;background:none;font-weight:inherit;",
    "text-align:inherit}\n",
    ".sort thead button:hover{color:var(--ink)}\n",
    ".sort thead button::after{content:'\\2195';margin-left:.3em;opacity:.4}\n",
    ".sort th[aria-sort=ascending] button::after{content:'\\2191';opacity:1}\n",
    ".sort th[aria-sort=descending] button::after{content:'\\2193';opacity:1}\n",
    ".matrix{width:auto}\n",
    ".matrix td,.matrix thead th{padding-left:.45rem;padding-right:.45rem}\n",
    ".method li{margin:.3rem 0}.method{margin:0;padding-left:1.1rem;font-size:.875rem}\n",
    ".badge{margin-left:.5em;padding:.05rem .4rem;border-radius:4px;background:var(--errbg);",
    "color:var(--err);font-size:.75rem;font-weight:560;white-space:nowrap}\n",
    "@media print{.nav{display:none}.sort thead button::after{content:''}}\n",
    NULL,
};

static const char *const script[] = {
    "'use strict';\n",
    "const collator = new Intl.Collator(undefined, { numeric: true });\n",
    "const said = (row, at) => row.cells[at].dataset.v ?? row.cells[at].textContent.trim();\n",
    "function compare(a, b, sign) {\n",
    "  if (a === '' || b === '') return (a === '') - (b === '');\n",
    "  return sign * (isNaN(a) || isNaN(b) ? collator.compare(a, b) : a - b);\n",
    "}\n",
    "function sort(table, at) {\n",
    "  const heads = [...table.tHead.rows[0].cells], was = heads[at].getAttribute('aria-sort');\n",
    "  const down = was ? was === 'ascending' : heads[at].classList.contains('down');\n",
    "  for (const th of heads) th.removeAttribute('aria-sort');\n",
    "  heads[at].setAttribute('aria-sort', down ? 'descending' : 'ascending');\n",
    "  const rows = [...table.tBodies[0].rows];\n",
    "  rows.sort((a, b) => compare(said(a, at), said(b, at), down ? -1 : 1));\n",
    "  table.tBodies[0].append(...rows);\n",
    "}\n",
    "for (const table of document.querySelectorAll('table.sort'))\n",
    "  [...table.tHead.rows[0].cells].forEach((th, at) => {\n",
    "    if (th.classList.contains('chart')) return;\n",
    "    const button = document.createElement('button');\n",
    "    button.type = 'button';\n",
    "    button.append(...th.childNodes);\n",
    "    th.append(button);\n",
    "    button.addEventListener('click', () => sort(table, at));\n",
    "  });\n",
    NULL,
};

static void put_policy(struct ifb_pen *p)
{
    char shared[IFB_CSP_HASH_SIZE], own[IFB_CSP_HASH_SIZE], code[IFB_CSP_HASH_SIZE];

    ifb_html_hash(ifb_html_style, shared);
    ifb_html_hash(style, own);
    ifb_html_hash(script, code);
    ifb_pen_fmt(p, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                "style-src '%s' '%s'; script-src '%s'; base-uri 'none'; form-action 'none'; "
                "img-src data:\">\n",
                shared, own, code);
}

static void put_head(struct ifb_pen *p, const struct ifb_board_page *page)
{
    ifb_pen_cstr(p, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    put_policy(p);
    ifb_pen_cstr(p, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                 "<meta name=\"color-scheme\" content=\"light dark\">\n"
                 "<meta name=\"referrer\" content=\"no-referrer\">\n<title>");
    if (page) {
        ifb_escape_text(p, page->name);
        ifb_pen_cstr(p, " \xe2\x80\x93 ");
    }
    ifb_pen_cstr(p, "Leaderboard \xe2\x80\x93 ifbench</title>\n<style>");
    ifb_html_put_asset(p, ifb_html_style);
    ifb_pen_cstr(p, "</style>\n<style>");
    ifb_html_put_asset(p, style);
    ifb_pen_cstr(p, "</style>\n</head>\n");
}

void ifb_board_open(struct ifb_pen *p, const struct ifb_leaderboard *b,
                    const struct ifb_board_page *page)
{
    put_head(p, page);
    ifb_pen_cstr(p, "<body>\n<a class=\"skip\" href=\"#main\">To the tables</a>\n<header>\n"
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
    ifb_pen_cstr(p, "</main>\n<script>");
    ifb_html_put_asset(p, script);
    ifb_pen_cstr(p, "</script>\n</body>\n</html>\n");
    ifb_pen_flush(p);
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
        ifb_html_put_bdi(p, page->name);
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
