/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The upper half of report.html, readable without a script: what ran, the
 * scores with their intervals, what became of the samples, how each instruction
 * fared. Charts are SVG drawn with attributes, because the page's policy allows
 * no style attributes; each stands beside the number it shows.
 */
#include "reports/html.h"

#include <math.h>

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "reports/parts.h"
#include "reports/plot.h"
#include "reports/rows.h"
#include "reports/say.h"

void ifb_html_put_bdi(struct ifb_pen *p, ifb_str s)
{
    ifb_pen_cstr(p, "<bdi>");
    ifb_escape_text(p, s);
    ifb_pen_cstr(p, "</bdi>");
}

void ifb_html_put_name(struct ifb_pen *p, ifb_str name)
{
    size_t from = 0;

    ifb_pen_cstr(p, "<bdi>");
    for (size_t i = 0; i + 1 < name.len; i++) {
        if (!strchr("_:/.-", name.ptr[i]) || !name.ptr[i])
            continue;
        ifb_escape_text(p, ifb_str_part(name, from, i + 1));
        ifb_pen_cstr(p, "<wbr>");
        from = i + 1;
    }
    ifb_escape_text(p, ifb_str_from(name, from));
    ifb_pen_cstr(p, "</bdi>");
}

/* ---- charts ---- */

#define BAR_WIDTH 200

static double clamp01(double x)
{
    return x < 0 ? 0 : x > 1 ? 1 : x;
}

void ifb_html_put_bar(struct ifb_pen *p, double value, double lo, double hi)
{
    if (isnan(value))
        return;
    ifb_pen_fmt(p, "<svg class=\"bar\" viewBox=\"0 0 %d 16\" aria-hidden=\"true\">"
                "<rect class=\"rail\" width=\"%d\" height=\"8\" y=\"4\" rx=\"2\"/>",
                BAR_WIDTH, BAR_WIDTH);
    ifb_pen_fmt(p, "<rect class=\"fill\" width=\"%s\" height=\"8\" y=\"4\" rx=\"2\"/>",
                ifb_say_real(clamp01(value) * BAR_WIDTH, 1).text);
    if (!isnan(lo) && !isnan(hi)) {
        struct ifb_said from = ifb_say_real(clamp01(lo) * BAR_WIDTH, 1);
        struct ifb_said to = ifb_say_real(clamp01(hi) * BAR_WIDTH, 1);

        ifb_pen_fmt(p, "<path class=\"whisker\" d=\"M%s 3v10M%s 8H%sM%s 3v10\"/>", from.text,
                    from.text, to.text, to.text);
    }
    ifb_pen_cstr(p, "</svg>");
}

struct slice {
    const char *letter, *sign, *word;
    int64_t n;
};

#define NSLICES 5

static void slices_of(const struct ifb_counts *c, struct slice out[NSLICES])
{
    out[0] = (struct slice){ "p", "\xe2\x9c\x93", "passed", c->passed };
    out[1] = (struct slice){ "f", "\xe2\x9c\x97", "failed", c->failed };
    out[2] = (struct slice){ "e", "!", c->errors == 1 ? "error" : "errors", c->errors };
    out[3] = (struct slice){ "u", "\xe2\x80\x93", "unscored", c->unscored };
    out[4] = (struct slice){ "w", "\xe2\x80\xa6", "pending", c->pending };
}

/* What became of the samples, as lengths of one strip. */
static void put_strip(struct ifb_pen *p, const struct ifb_counts *c)
{
    struct slice slices[NSLICES];
    double x = 0;

    if (c->total <= 0)
        return;
    slices_of(c, slices);
    ifb_pen_cstr(p, "<svg class=\"strip\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" "
                 "aria-hidden=\"true\">");
    for (size_t i = 0; i < NSLICES; i++) {
        double width = 1000 * (double)slices[i].n / (double)c->total;

        if (slices[i].n > 0)
            ifb_pen_fmt(p, "<rect class=\"s%s\" x=\"%s\" width=\"%s\" height=\"10\"/>",
                        slices[i].letter, ifb_say_real(x, 2).text, ifb_say_real(width, 2).text);
        x += width;
    }
    ifb_pen_cstr(p, "</svg>\n");
}

static void put_legend(struct ifb_pen *p, const struct ifb_counts *c)
{
    struct slice slices[NSLICES];

    slices_of(c, slices);
    ifb_pen_cstr(p, "<ul class=\"legend\">");
    for (size_t i = 0; i < NSLICES; i++)
        if (slices[i].n || i + 1 < NSLICES)
            ifb_pen_fmt(p, "<li class=\"v%s%s\" data-v=\"%s\">%s "
                        "<b>%s</b> %s</li>", slices[i].letter, slices[i].n ? "" : " zero",
                        slices[i].letter, slices[i].sign, ifb_say_count(slices[i].n).text,
                        slices[i].word);
    ifb_pen_cstr(p, "</ul>\n");
}

/* ---- title ---- */

void ifb_html_put_time(struct ifb_pen *p, ifb_str iso)
{
    ifb_pen_cstr(p, "<time>");
    if (iso.len >= 19 && iso.ptr[10] == 'T') {
        ifb_escape_text(p, ifb_str_part(iso, 0, 10));
        ifb_pen_cstr(p, " ");
        ifb_escape_text(p, ifb_str_part(iso, 11, 16));
        ifb_pen_cstr(p, " UTC");
    } else {
        ifb_escape_text(p, iso);
    }
    ifb_pen_cstr(p, "</time>");
}

void ifb_html_put_day(struct ifb_pen *p, ifb_str iso)
{
    ifb_pen_cstr(p, "<time title=\"");
    ifb_escape_attr(p, iso);
    ifb_pen_cstr(p, "\">");
    ifb_escape_text(p, iso.len >= 19 && iso.ptr[10] == 'T' ? ifb_str_part(iso, 0, 10) : iso);
    ifb_pen_cstr(p, "</time>");
}

static void put_fact(struct ifb_pen *p, const char *label, ifb_str value)
{
    if (!value.len)
        return;
    ifb_pen_fmt(p, "<div><dt>%s</dt><dd>", label);
    ifb_html_put_bdi(p, value);
    ifb_pen_cstr(p, "</dd></div>\n");
}

/* Of something a second: beyond a hundred nobody reads a fraction. */
static struct ifb_said say_rate(double rate)
{
    return rate < 100 ? ifb_say_real(rate, 1) : ifb_say_count((int64_t)(rate + 0.5));
}

static void put_facts(struct ifb_pen *p, const struct ifb_summary *s)
{
    int64_t in, out;

    ifb_tokens_of(s, &in, &out);
    ifb_pen_cstr(p, "<dl class=\"facts\">\n");
    if (s->ncells == 1)
        put_fact(p, "Model", s->cells[0].model);
    if (s->ncells == 1)
        put_fact(p, "Run", s->run);
    if (s->started.len) {
        ifb_pen_cstr(p, "<div><dt>Started</dt><dd>");
        ifb_html_put_time(p, s->started);
        ifb_pen_cstr(p, "</dd></div>\n");
    }
    put_fact(p, "Took", ifb_str_of(ifb_say_seconds(s->seconds).text));
    if (s->speed.seconds > 0 && s->speed.answers) {
        double per = 1 / s->speed.seconds;

        put_fact(p, "Prompts a second",
                 ifb_str_of(say_rate((double)s->speed.answers * per).text));
        put_fact(p, "Tokens a second",
                 ifb_str_of(say_rate((double)s->speed.tokens_out * per).text));
    }
    if (in || out) {
        ifb_pen_fmt(p, "<div><dt>Tokens</dt><dd>%s in", ifb_say_count(in).text);
        ifb_pen_fmt(p, ", %s out</dd></div>\n", ifb_say_count(out).text);
    }
    put_fact(p, "Sentences", s->punkt);
    put_fact(p, "Gate", s->gate);
    ifb_pen_cstr(p, "</dl>\n");
}

static void put_title(struct ifb_pen *p, const struct ifb_summary *s)
{
    ifb_pen_cstr(p, "<p class=\"brand\">ifbench <bdi>");
    ifb_escape_text(p, s->version);
    ifb_pen_cstr(p, "</bdi></p>\n<h1>");
    ifb_html_put_bdi(p, s->ncells == 1 ? s->cells[0].suite : s->run);
    ifb_pen_cstr(p, "</h1>\n");
    put_facts(p, s);
}

static void put_warnings(struct ifb_pen *p, const struct ifb_summary *s)
{
    if (!s->complete)
        ifb_pen_cstr(p, "<p class=\"alert\"><strong>Not complete.</strong> The run has not come to "
                     "its end; the numbers below are of what there is.</p>\n");
    if (!s->nwarnings)
        return;
    ifb_pen_cstr(p, "<section class=\"alert\" aria-labelledby=\"h-warnings\">"
                 "<h2 id=\"h-warnings\">Warnings</h2><ul>\n");
    for (size_t i = 0; i < s->nwarnings; i++) {
        ifb_pen_cstr(p, "<li>");
        ifb_html_put_bdi(p, s->warnings[i]);
        ifb_pen_cstr(p, "</li>\n");
    }
    ifb_pen_cstr(p, "</ul></section>\n");
}

/* ---- scores ---- */

/* The suites in order of first appearance. */
static struct ifb_strs suites_of(const struct ifb_summary *s, struct ifb_arena *arena)
{
    ifb_str *at = ifb_new(arena, ifb_str, s->ncells);
    size_t n = 0;

    for (size_t i = 0; i < s->ncells; i++) {
        size_t known = 0;

        while (known < n && !ifb_str_eq(at[known], s->cells[i].suite))
            known++;
        if (known == n)
            at[n++] = s->cells[i].suite;
    }
    return (struct ifb_strs){ at, n };
}

static bool is_first(const struct ifb_summary *s, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (ifb_str_eq(s->metrics[i].suite, s->metrics[at].suite) &&
            ifb_str_eq(s->metrics[i].id, s->metrics[at].id))
            return false;
    return true;
}

static void put_metric(struct ifb_pen *p, const struct ifb_metric_value *m, bool with_model)
{
    ifb_pen_cstr(p, "<tr><th scope=\"row\"><code>");
    ifb_html_put_name(p, m->id);
    ifb_pen_cstr(p, "</code></th>");
    if (with_model) {
        ifb_pen_cstr(p, "<td>");
        ifb_html_put_bdi(p, m->model);
        ifb_pen_cstr(p, "</td>");
    }
    ifb_pen_fmt(p, "<td class=\"num big\">%s</td><td class=\"chart\">", ifb_say_metric(m).text);
    ifb_html_put_bar(p, ifb_share_of(m, m->value), ifb_share_of(m, m->lo), ifb_share_of(m, m->hi));
    ifb_pen_fmt(p, "</td><td class=\"num\">%s</td>", ifb_say_interval(m).text);
    if (m->hits < 0) {
        ifb_pen_fmt(p, "<td class=\"num\">%s</td></tr>\n", ifb_say_hits(m, "").text);
        return;
    }
    ifb_pen_fmt(p, "<td class=\"num\">%s / ", ifb_say_count(m->hits).text);
    ifb_pen_fmt(p, "%s</td></tr>\n", ifb_say_count(m->n).text);
}

/* A metric's models stand together: that is what is compared. */
static void put_scores_of(struct ifb_pen *p, const struct ifb_summary *s, ifb_str suite,
                          bool with_model)
{
    ifb_pen_cstr(p, "<div class=\"pan\" tabindex=\"0\" role=\"group\" aria-label=\"Scores\">"
                 "<table class=\"scores\"><thead><tr><th scope=\"col\">Metric</th>");
    if (with_model)
        ifb_pen_cstr(p, "<th scope=\"col\">Model</th>");
    ifb_pen_cstr(p, "<th scope=\"col\" class=\"num\">Value</th>"
                 "<th scope=\"col\" class=\"chart\"><span class=\"away\">Chart</span></th>"
                 "<th scope=\"col\" class=\"num\">95 % interval</th>"
                 "<th scope=\"col\" class=\"num\">Hits / n</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < s->nmetrics; i++) {
        if (!ifb_str_eq(s->metrics[i].suite, suite) || !is_first(s, i) ||
            ifb_is_part(&s->metrics[i]))
            continue;
        for (size_t k = i; k < s->nmetrics; k++)
            if (ifb_str_eq(s->metrics[k].suite, suite) &&
                ifb_str_eq(s->metrics[k].id, s->metrics[i].id))
                put_metric(p, &s->metrics[k], with_model);
    }
    ifb_pen_cstr(p, "</tbody></table></div>\n");
}

static bool has_folds(const struct ifb_summary *s)
{
    for (size_t i = 0; i < s->nmetrics; i++)
        if (s->metrics[i].hits < 0)
            return true;
    return false;
}

static void put_scores(struct ifb_pen *p, const struct ifb_summary *s, struct ifb_arena *arena)
{
    struct ifb_strs suites = suites_of(s, arena);

    ifb_pen_cstr(p, "<section aria-labelledby=\"h-scores\"><h2 id=\"h-scores\">Scores</h2>\n");
    for (size_t i = 0; i < suites.n; i++) {
        if (s->ncells > 1) {
            ifb_pen_cstr(p, "<h3>");
            ifb_html_put_bdi(p, suites.at[i]);
            ifb_pen_cstr(p, "</h3>\n");
        }
        put_scores_of(p, s, suites.at[i], s->ncells > 1);
    }
    ifb_pen_cstr(p, "<p class=\"note\">Whiskers and intervals are Wilson\xe2\x80\x99s at 95 %. "
                 "Errors count as not followed.");
    ifb_pen_cstr(p, has_folds(s) ? " Where there are no hits, intervals are normal ones over the "
                 "units that count.</p></section>\n" : "</p></section>\n");
}

/* ---- samples and cost ---- */

static void put_cell_name(struct ifb_pen *p, const struct ifb_cell_summary *c)
{
    ifb_html_put_bdi(p, c->suite);
    ifb_pen_cstr(p, " \xc2\xb7 ");
    ifb_html_put_bdi(p, c->model);
}

static void put_cost(struct ifb_pen *p, const struct ifb_cell_summary *c)
{
    ifb_pen_cstr(p, "<p class=\"note\">");
    if (c->latency_p50_ms >= 0) {
        ifb_pen_fmt(p, "Latency: median %s", ifb_say_ms(c->latency_p50_ms).text);
        ifb_pen_fmt(p, ", 95 %% below %s", ifb_say_ms(c->latency_p95_ms).text);
        ifb_pen_fmt(p, ", 99 %% below %s. ", ifb_say_ms(c->latency_p99_ms).text);
    }
    if (c->streamed) {
        ifb_pen_fmt(p, "First token: median %s", ifb_say_ms(c->ttft_ms.p50).text);
        ifb_pen_fmt(p, ", 95 %% below %s", ifb_say_ms(c->ttft_ms.p95).text);
        ifb_pen_fmt(p, ", 99 %% below %s. ", ifb_say_ms(c->ttft_ms.p99).text);
    }
    if (c->streamed && !isnan(c->itl_max_ms)) {
        ifb_pen_fmt(p, "Between tokens: median %s", ifb_say_ms(c->itl_ms.p50).text);
        ifb_pen_fmt(p, ", at most %s. ", ifb_say_ms(c->itl_max_ms).text);
    }
    if (c->tokens_in || c->tokens_out) {
        ifb_pen_fmt(p, "Tokens: %s in", ifb_say_count(c->tokens_in).text);
        ifb_pen_fmt(p, ", %s out. ", ifb_say_count(c->tokens_out).text);
    }
    if (!isnan(c->cost_usd) && c->cost_usd > 0)
        ifb_pen_fmt(p, "Cost: $%s. ", ifb_say_real(c->cost_usd, 4).text);
    if (c->cached)
        ifb_pen_fmt(p, "Answered from the cache: %s. ", ifb_say_count(c->cached).text);
    if (c->failed_calls)
        ifb_pen_fmt(p, "Calls that got no answer: %s. ", ifb_say_count(c->failed_calls).text);
    if (c->incomplete)
        ifb_pen_fmt(p, "Answers cut while thinking, or empty: %s. ",
                    ifb_say_count(c->incomplete).text);
    if (c->reasoning_removed)
        ifb_pen_fmt(p, "Answers whose thinking was taken off: %s. ",
                    ifb_say_count(c->reasoning_removed).text);
    ifb_pen_fmt(p, "A missing answer %s.</p>\n", c->missing_fails ? "counts as not followed" :
                "is left out of the scores");
}

static void put_outcomes(struct ifb_pen *p, const struct ifb_summary *s)
{
    ifb_pen_cstr(p, "<section aria-labelledby=\"h-outcomes\">"
                 "<h2 id=\"h-outcomes\">What became of the samples</h2>\n");
    ifb_pen_fmt(p, "<p class=\"lead\"><b>%s</b> of ", ifb_say_count(s->counts.passed).text);
    ifb_pen_fmt(p, "<b>%s</b> sample%s passed every constraint.</p>\n",
                ifb_say_count(s->counts.total).text, ifb_say_plural(s->counts.total));
    put_strip(p, &s->counts);
    put_legend(p, &s->counts);
    for (size_t i = 0; i < s->ncells; i++) {
        const struct ifb_cell_summary *c = &s->cells[i];

        if (!c->counts.total && !c->tokens_in && !c->tokens_out)
            continue;  /* a cell about a judge has numbers only */
        if (s->ncells > 1) {
            ifb_pen_cstr(p, "<div class=\"cell\"><h3>");
            put_cell_name(p, c);
            ifb_pen_cstr(p, "</h3>\n");
            put_strip(p, &c->counts);
            put_legend(p, &c->counts);
        }
        put_cost(p, c);
        ifb_pen_cstr(p, s->ncells > 1 ? "</div>\n" : "");
    }
    ifb_pen_cstr(p, "</section>\n");
}

/* ---- parts, instructions and groups ---- */

static void put_part(struct ifb_pen *p, const struct ifb_parts *parts, size_t row)
{
    ifb_pen_cstr(p, "<tr><th scope=\"row\"><code>");
    ifb_html_put_name(p, parts->rows[row]);
    ifb_pen_fmt(p, "</code></th><td class=\"num\">%s</td>",
                ifb_say_hits(ifb_part_first(parts, row), " / ").text);
    for (size_t c = 0; c < parts->ncolumns; c++) {
        const struct ifb_metric_value *m = parts->at[row * parts->ncolumns + c];

        ifb_pen_fmt(p, "<td class=\"num\">%s</td>", m ? ifb_say_part(m).text : "");
    }
    ifb_pen_cstr(p, "</tr>\n");
}

static void put_parts(struct ifb_pen *p, const struct ifb_summary *s,
                      const struct ifb_cell_summary *cell, struct ifb_arena *arena)
{
    struct ifb_parts parts = ifb_parts_of(s, cell, arena);

    if (!parts.nrows)
        return;
    ifb_pen_cstr(p, "<div class=\"pan\" tabindex=\"0\" role=\"group\" aria-label=\"By part\">"
                 "<table class=\"groups\"><thead><tr><th scope=\"col\">By part</th>"
                 "<th scope=\"col\" class=\"num\">n</th>");
    for (size_t c = 0; c < parts.ncolumns; c++) {
        ifb_pen_cstr(p, "<th scope=\"col\" class=\"num\">");
        ifb_html_put_bdi(p, parts.columns[c]);
        ifb_pen_cstr(p, "</th>");
    }
    ifb_pen_cstr(p, "</tr></thead><tbody>\n");
    for (size_t r = 0; r < parts.nrows; r++)
        put_part(p, &parts, r);
    ifb_pen_cstr(p, "</tbody></table></div>\n");
}

static void put_rate(struct ifb_pen *p, int64_t hits, int64_t n, const char *class)
{
    ifb_pen_fmt(p, "<td class=\"num%s\">%s", class, ifb_say_share(hits, n, 1).text);
    ifb_pen_cstr(p, n > 0 ? " %</td>" : "</td>");
}

/* Zero is the good news: it stays grey. */
static void put_small_count(struct ifb_pen *p, int64_t n)
{
    ifb_pen_fmt(p, "<td class=\"num%s\">%s</td>", n ? "" : " zero", ifb_say_count(n).text);
}

/* How the judgments came out, a row a judge. */
static void put_judges(struct ifb_pen *p, const struct ifb_summary *s)
{
    static const char *const heads[] = { "Judgments", "Judged", "Failed", "Unread", "Unanswered",
                                         "Pending" };

    if (!s->njudges)
        return;
    ifb_pen_cstr(p, "<section aria-labelledby=\"h-judges\"><h2 id=\"h-judges\">Judges</h2>\n"
                 "<div class=\"pan\" tabindex=\"0\" role=\"group\" aria-label=\"Judges\">"
                 "<table class=\"groups\"><thead><tr><th scope=\"col\">Judge</th>"
                 "<th scope=\"col\">Suite</th>");
    for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++)
        ifb_pen_fmt(p, "<th scope=\"col\" class=\"num\">%s</th>", heads[i]);
    ifb_pen_cstr(p, "</tr></thead><tbody>\n");
    for (size_t i = 0; i < s->njudges; i++) {
        const struct ifb_judge_summary *j = &s->judges[i];
        const int64_t counts[] = { j->expected, j->judged, j->failed, j->unread, j->unanswered,
                                   j->pending };

        ifb_pen_cstr(p, "<tr><th scope=\"row\"><code>");
        ifb_html_put_name(p, j->judge);
        ifb_pen_cstr(p, "</code></th><td><code>");
        ifb_html_put_name(p, j->suite);
        ifb_pen_cstr(p, "</code></td>");
        for (size_t k = 0; k < sizeof(counts) / sizeof(*counts); k++)
            put_small_count(p, counts[k]);
        ifb_pen_cstr(p, "</tr>\n");
    }
    ifb_pen_cstr(p, "</tbody></table></div></section>\n");
}

static void put_group(struct ifb_pen *p, const struct ifb_group_row *g,
                      const struct ifb_html_index *index)
{
    int64_t scored = g->n - g->unscored;
    int place = ifb_str_is(g->kind, "instruction") ? ifb_html_place(&index->ids, g->name) : -1;

    ifb_pen_cstr(p, "<tr><th scope=\"row\">");
    if (place >= 0)
        ifb_pen_fmt(p, "<code data-i=\"%d\">", place);
    else
        ifb_pen_cstr(p, "<code>");
    ifb_html_put_name(p, g->name);
    ifb_pen_fmt(p, "</code></th><td class=\"num\">%s</td><td class=\"chart\">",
                ifb_say_count(g->n).text);
    ifb_html_put_bar(p, scored > 0 ? (double)g->strict_pass / (double)scored : (double)NAN,
                     (double)NAN, (double)NAN);
    ifb_pen_cstr(p, "</td>");
    put_rate(p, g->strict_pass, scored, "");
    put_rate(p, g->loose_pass, scored, "");
    put_small_count(p, g->errors);
    put_small_count(p, g->unscored);
    ifb_pen_cstr(p, "</tr>\n");
}

static void put_groups(struct ifb_pen *p, const struct ifb_summary *s,
                       const struct ifb_cell_summary *cell, ifb_str kind,
                       const struct ifb_html_index *index, struct ifb_arena *arena)
{
    struct ifb_group_rows rows = ifb_rows_of(s, cell, kind, arena);

    ifb_pen_cstr(p, "<div class=\"pan\" tabindex=\"0\" role=\"group\" aria-label=\"By ");
    ifb_escape_attr(p, kind);
    ifb_pen_cstr(p, "\"><table class=\"groups\"><thead><tr><th scope=\"col\">By ");
    ifb_html_put_bdi(p, kind);
    ifb_pen_cstr(p, "</th><th scope=\"col\" class=\"num\">n</th>"
                 "<th scope=\"col\" class=\"chart\"><span class=\"away\">Chart</span></th>"
                 "<th scope=\"col\" class=\"num\">Strict</th>"
                 "<th scope=\"col\" class=\"num\">Loose</th>"
                 "<th scope=\"col\" class=\"num\">Errors</th>"
                 "<th scope=\"col\" class=\"num\">Unscored</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < rows.n; i++)
        put_group(p, rows.at[i], index);
    ifb_pen_cstr(p, "</tbody></table></div>\n");
}

static void put_breakdown(struct ifb_pen *p, const struct ifb_summary *s,
                          const struct ifb_html_index *index, struct ifb_arena *arena)
{
    if (!s->ngroups)
        return;
    ifb_pen_cstr(p, "<section aria-labelledby=\"h-groups\">"
                 "<h2 id=\"h-groups\">Instructions</h2>\n");
    for (size_t i = 0; i < s->ncells; i++) {
        const struct ifb_cell_summary *cell = &s->cells[i];
        struct ifb_strs kinds = ifb_kinds_of(s, cell, arena);

        if (s->ncells > 1) {
            ifb_pen_fmt(p, "<details class=\"fold\"%s><summary>", i ? "" : " open");
            put_cell_name(p, cell);
            ifb_pen_cstr(p, "</summary>\n");
        }
        put_parts(p, s, cell, arena);
        for (size_t k = 0; k < kinds.n; k++)
            put_groups(p, s, cell, kinds.at[k], index, arena);
        ifb_pen_cstr(p, s->ncells > 1 ? "</details>\n" : "");
    }
    ifb_pen_cstr(p, "</section>\n");
}

void ifb_html_put_summary(struct ifb_pen *p, const struct ifb_summary *summary,
                          const struct ifb_html_index *index, struct ifb_arena *arena)
{
    ifb_pen_cstr(p, "<a class=\"skip\" href=\"#samples\">Skip to the samples</a>\n<header>\n");
    put_title(p, summary);
    ifb_pen_cstr(p, "</header>\n<main>\n");
    put_warnings(p, summary);
    put_scores(p, summary, arena);
    put_outcomes(p, summary);
    put_judges(p, summary);
    put_breakdown(p, summary, index, arena);
    ifb_plots_put(p, summary->plots, SIZE_MAX);
}
