/* SPDX-License-Identifier: Apache-2.0 */
/* A model's page: where it stands in each suite, all its metrics, how each constraint fared. */
#include "reports/leaderboard.h"

#include <math.h>

#include "harness/base/str.h"
#include "reports/parts.h"
#include "reports/say.h"

static void put_place(struct ifb_pen *p, const struct ifb_board_suite *s,
                      const struct ifb_board_entry *e)
{
    if (!e->rank)
        return;
    ifb_pen_fmt(p, "<div><dt>Rank</dt><dd>%zu of %zu</dd></div>\n", e->rank, s->n);
    if (!e->rank_lo)
        return;
    ifb_pen_cstr(p, "<div><dt>Rank range</dt><dd>");
    ifb_board_put_range(p, e);
    ifb_pen_cstr(p, "</dd></div>\n");
}

static void put_facts(struct ifb_pen *p, const struct ifb_board_suite *s,
                      const struct ifb_board_entry *e)
{
    ifb_pen_cstr(p, "<dl class=\"facts\">\n");
    put_place(p, s, e);
    ifb_board_put_fact(p, "Run", e->run);
    if (e->started.len) {
        ifb_pen_cstr(p, "<div><dt>Started</dt><dd>");
        ifb_html_put_time(p, e->started);
        ifb_pen_cstr(p, "</dd></div>\n");
    }
    ifb_board_put_fact(p, "Scored by ifbench", e->version);
    ifb_board_put_fact(p, "Sentences", e->punkt);
    if (!isnan(e->length)) {
        ifb_pen_fmt(p, "<div><dt>Mean length</dt><dd>%s %s</dd></div>\n",
                    ifb_say_real(e->length, 0).text, e->length_unit);
    }
    ifb_pen_cstr(p, "</dl>\n");
}

static void put_counts(struct ifb_pen *p, const struct ifb_board_entry *e)
{
    const struct ifb_counts *c = &e->cell->counts;

    ifb_pen_fmt(p, "<ul class=\"legend\"><li class=\"vp\">\xe2\x9c\x93 <b>%s</b> passed</li>",
                ifb_say_count(c->passed).text);
    ifb_pen_fmt(p, "<li class=\"vf\">\xe2\x9c\x97 <b>%s</b> failed</li>",
                ifb_say_count(c->failed).text);
    ifb_pen_fmt(p, "<li class=\"v%s\">! <b>%s</b> error%s</li>", c->errors ? "e" : "u",
                ifb_say_count(c->errors).text,
                ifb_say_plural(c->errors));
    ifb_pen_fmt(p, "<li class=\"vu\">\xe2\x80\x93 <b>%s</b> unscored</li>",
                ifb_say_count(c->unscored).text);
    if (c->pending)
        ifb_pen_fmt(p, "<li class=\"vw\">\xe2\x80\xa6 <b>%s</b> pending</li>",
                    ifb_say_count(c->pending).text);
    ifb_pen_cstr(p, "</ul>\n");
}

static void put_metric(struct ifb_pen *p, const struct ifb_metric_value *m)
{
    ifb_pen_cstr(p, "<tr><th scope=\"row\"><code>");
    ifb_html_put_name(p, m->id);
    ifb_pen_fmt(p, "</code></th><td class=\"num big\">%s</td><td class=\"chart\">",
                ifb_say_metric(m).text);
    ifb_html_put_bar(p, ifb_share_of(m, m->value), ifb_share_of(m, m->lo), ifb_share_of(m, m->hi));
    ifb_pen_fmt(p, "</td><td class=\"num\">%s</td></tr>\n",
                isnan(m->lo) ? "n/a" : ifb_say_interval(m).text);
}

static void put_metrics(struct ifb_pen *p, const struct ifb_board_suite *s,
                        const struct ifb_board_entry *e)
{
    const struct ifb_summary *run = e->summary;

    ifb_pen_cstr(p, "<div class=\"pan\" tabindex=\"0\" role=\"group\" aria-label=\"Scores\">"
                 "<table class=\"scores\"><thead><tr><th scope=\"col\">Metric of the whole run</th>"
                 "<th scope=\"col\" class=\"num\">Value</th><th scope=\"col\" class=\"chart\">"
                 "<span class=\"away\">Chart</span></th>"
                 "<th scope=\"col\" class=\"num\">95 % interval</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < run->nmetrics; i++)
        if (ifb_str_eq(run->metrics[i].suite, s->name) &&
            ifb_str_eq(run->metrics[i].model, e->model) && !ifb_is_part(&run->metrics[i]))
            put_metric(p, &run->metrics[i]);
    ifb_pen_cstr(p, "</tbody></table></div>\n");
}

static void put_constraint(struct ifb_pen *p, ifb_str name, const struct ifb_board_share *share)
{
    double value = share->n ? (double)share->hits / (double)share->n : (double)NAN;

    ifb_pen_cstr(p, "<tr><th scope=\"row\"><code>");
    ifb_html_put_name(p, name);
    ifb_pen_fmt(p, "</code></th><td class=\"num\" data-v=\"%s\">%s</td><td class=\"chart\">",
                isnan(value) ? "" : ifb_say_real(value, 6).text,
                ifb_say_share(share->hits, share->n, 1).text);
    ifb_html_put_bar(p, value, (double)NAN, (double)NAN);
    ifb_pen_fmt(p, "</td><td class=\"num\">%lld</td><td class=\"num\">%lld</td></tr>\n",
                (long long)share->hits, (long long)share->n);
}

static void put_constraints(struct ifb_pen *p, const struct ifb_board_suite *s,
                            const struct ifb_board_entry *e)
{
    if (!s->nconstraints)
        return;
    ifb_pen_cstr(p, "<details class=\"fold\"><summary>Constraints</summary>\n");
    ifb_board_put_table(p, "Constraints");
    ifb_board_put_head(p, "Constraint", false);
    ifb_board_put_head(p, "Held strictly, %", true);
    ifb_pen_cstr(p, "<th scope=\"col\" class=\"chart\"><span class=\"away\">Chart</span></th>");
    ifb_board_put_head(p, "Held", true);
    ifb_board_put_head(p, "n", true);
    ifb_pen_cstr(p, "</tr></thead><tbody>\n");
    for (size_t c = 0; c < s->nconstraints; c++)
        put_constraint(p, s->constraints[c], &e->shares[c]);
    ifb_pen_cstr(p, "</tbody></table></div></details>\n");
}

static void put_entry(struct ifb_pen *p, const struct ifb_leaderboard *b,
                      const struct ifb_board_suite *s, const struct ifb_board_entry *e)
{
    ifb_pen_cstr(p, "<section><h2>");
    ifb_board_put_link(p, &b->pages[s->page], NULL);
    if (!e->complete)
        ifb_pen_cstr(p, "<span class=\"badge\">not complete</span>");
    ifb_pen_cstr(p, "</h2>\n");
    put_facts(p, s, e);
    put_counts(p, e);
    put_metrics(p, s, e);
    put_constraints(p, s, e);
    ifb_pen_cstr(p, "</section>\n");
}

bool ifb_board_write_model(const struct ifb_leaderboard *b, const struct ifb_board_page *page,
                           const struct ifb_sink *sink)
{
    struct ifb_pen pen;

    ifb_pen_open(&pen, sink);
    ifb_board_open(&pen, b, page);
    for (size_t i = 0; i < b->nsuites; i++)
        for (size_t k = 0; k < b->suites[i].n; k++)
            if (&b->pages[b->suites[i].entries[k].page] == page)
                put_entry(&pen, b, &b->suites[i], &b->suites[i].entries[k]);
    ifb_board_close(&pen);
    return true;
}
