/* SPDX-License-Identifier: Apache-2.0 */
/* index.html of a leaderboard: every suite's ranks, how they were made, what was left out. */
#include "reports/leaderboard.h"

#include "harness/base/str.h"
#include "reports/say.h"

static void put_time_fact(struct ifb_pen *p, const char *label, ifb_str time)
{
    if (!time.len)
        return;
    ifb_pen_fmt(p, "<div><dt>%s</dt><dd>", label);
    ifb_html_put_time(p, time);
    ifb_pen_cstr(p, "</dd></div>\n");
}

static void put_facts(struct ifb_pen *p, const struct ifb_leaderboard *b)
{
    ifb_pen_cstr(p, "<dl class=\"facts\">\n");
    ifb_board_put_fact(p, "Runs", ifb_str_of(ifb_say_count((int64_t)b->nruns).text));
    ifb_board_put_fact(p, "Suites", ifb_str_of(ifb_say_count((int64_t)b->nsuites).text));
    put_time_fact(p, "First run", b->first);
    put_time_fact(p, "Last run", b->last);
    ifb_board_put_fact(p, "Made by ifbench", b->version);
    ifb_pen_cstr(p, "</dl>\n");
}

static void put_left_out(struct ifb_pen *p, const struct ifb_leaderboard *b)
{
    if (!b->nleft_out)
        return;
    ifb_pen_fmt(p, "<section class=\"alert\" aria-labelledby=\"h-left\"><h2 id=\"h-left\">"
                "Left out: %s run%s not complete</h2><ul>\n",
                ifb_say_count((int64_t)b->nleft_out).text, ifb_say_plural((int64_t)b->nleft_out));
    for (size_t i = 0; i < b->nleft_out; i++) {
        ifb_pen_cstr(p, "<li>");
        ifb_html_put_bdi(p, b->left_out[i]);
        ifb_pen_cstr(p, "</li>\n");
    }
    ifb_pen_cstr(p, "</ul></section>\n");
}

static void put_suite(struct ifb_pen *p, const struct ifb_leaderboard *b, size_t i)
{
    const struct ifb_board_suite *s = &b->suites[i];

    ifb_pen_fmt(p, "<section aria-labelledby=\"h-%zu\"><h2 id=\"h-%zu\">", i, i);
    ifb_board_put_link(p, &b->pages[s->page], NULL);
    ifb_pen_cstr(p, "</h2>\n");
    ifb_board_put_notes(p, s);
    ifb_board_put_ranks(p, b, s);
    ifb_pen_cstr(p, "</section>\n");
}

static void put_versions(struct ifb_pen *p, const struct ifb_leaderboard *b)
{
    ifb_pen_cstr(p, "<li>Scored by ifbench");
    for (size_t i = 0; i < b->versions.n; i++) {
        ifb_pen_cstr(p, i ? ", " : " ");
        ifb_html_put_bdi(p, b->versions.at[i]);
    }
    ifb_pen_cstr(p, ". Each page of a model has the version and the sentence parameters of its "
                 "runs.</li>\n");
}

static void put_method(struct ifb_pen *p, const struct ifb_leaderboard *b)
{
    ifb_pen_cstr(p, "<section aria-labelledby=\"h-method\"><h2 id=\"h-method\">How this was made"
                 "</h2><ul class=\"method\">\n"
                 "<li>A suite is ranked by its first metric. Equal values share a rank. Errors of "
                 "a check count as not followed.</li>\n"
                 "<li>The interval of a value is that of its run, at 95 %: it is about the model "
                 "alone, and two that overlap may still differ significantly.</li>\n");
    ifb_pen_fmt(p, "<li>Rank range: items were drawn again with replacement, the same for "
                "all models, %s times (seed %llu); 95 %% of the ranks lie in the range. Where a "
                "value is of a whole set or of judgments, it was drawn from a normal with its "
                "standard error, models apart, which makes ranges wide.</li>\n", ifb_say_count(IFB_BOARD_ROUNDS).text, (unsigned long long)b->seed);
    ifb_pen_fmt(p, "<li>Pairs on a suite\xe2\x80\x99s page: McNemar\xe2\x80\x99s test where "
                "an item holds or not; else 9,999 exchanges within items, and where there are more "
                "than %d pairs the normal approximation;", IFB_BOARD_EXCHANGES_MOST);
    ifb_pen_cstr(p, " the jackknife for metrics of a whole set. Corrected by Holm over all pairs "
                 "of the suite.</li>\n"
                 "<li>Mean length: characters of an answer as it was given (a turn each), or "
                 "as the suite counts them; where no text is known, tokens that servers "
                 "reported.</li>\n");
    put_versions(p, b);
    ifb_pen_cstr(p, "<li>The same numbers: <a href=\"leaderboard.csv\">leaderboard.csv</a>, "
                 "<a href=\"leaderboard.json\">leaderboard.json</a>.</li>\n</ul></section>\n");
}

bool ifb_board_write_index(const struct ifb_leaderboard *b, const struct ifb_board_page *page,
                           const struct ifb_sink *sink)
{
    struct ifb_pen pen;

    (void)page;
    ifb_pen_open(&pen, sink);
    ifb_board_open(&pen, b, NULL);
    put_facts(&pen, b);
    put_left_out(&pen, b);
    for (size_t i = 0; i < b->nsuites; i++)
        put_suite(&pen, b, i);
    put_method(&pen, b);
    ifb_board_close(&pen);
    return true;
}

bool ifb_leaderboard_write(const struct ifb_leaderboard *board, const struct ifb_board_page *page,
                           const struct ifb_sink *sink)
{
    static ifb_board_write *const writers[] = {
        [IFB_BOARD_INDEX] = ifb_board_write_index, [IFB_BOARD_SUITE] = ifb_board_write_suite,
        [IFB_BOARD_MODEL] = ifb_board_write_model, [IFB_BOARD_SVG] = ifb_board_write_svg,
        [IFB_BOARD_TABLE] = ifb_board_write_table, [IFB_BOARD_CSV] = ifb_board_write_csv,
        [IFB_BOARD_JSON] = ifb_board_write_json,
    };

    return writers[page->kind](board, page, sink);
}
