/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report.html, put together in passes over the samples: the first learns the
 * names and what each sample weighs, the last writes those that fit (when not all
 * do, one in between counts them). Memory does not grow with their number.
 */
#include "reports/html.h"

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "reports/say.h"

/*
 * Failures, errors and unscored samples come before passes: what they leave of
 * the budget is shared out evenly over the passes, and over the former when
 * even they do not fit. A sample is kept when the bytes kept so far, its own
 * included, are at most `ratio` of the bytes seen so far: no share ever takes
 * more than its room, and the same samples are kept every time.
 */
struct share {
    int64_t n, kept;
    uint64_t weight;  /* bytes of all */
    double ratio;     /* of them that fit */
    uint64_t seen, used;
};

struct plan {
    struct share passes, others;
    bool all;
};

static struct share *share_of(struct plan *plan, const struct ifb_sample *s)
{
    return s->outcome == IFB_PASS ? &plan->passes : &plan->others;
}

static bool admit(struct share *share, uint64_t weight)
{
    share->seen += weight;
    if (share->ratio < 1 && (double)(share->used + weight) > (double)share->seen * share->ratio)
        return false;
    share->used += weight;
    share->kept++;
    return true;
}

/* Bytes that a share leaves of its room. */
static uint64_t settle(struct share *share, uint64_t room)
{
    share->ratio = share->weight <= room ? 1 : (double)room / (double)share->weight;
    return share->weight <= room ? room - share->weight : 0;
}

static void start_over(struct plan *plan)
{
    plan->passes.seen = plan->passes.used = plan->others.seen = plan->others.used = 0;
    plan->passes.kept = plan->others.kept = 0;
}

/* What a walk over the samples is for. */
enum walk { WEIGH, CHOOSE, WRITE };

struct walker {
    enum walk what;
    struct plan *plan;
    struct ifb_html_index *index;
    struct ifb_arena *scratch;
    struct ifb_pen *pen;
};

static uint64_t weight_of(const struct walker *w, const struct ifb_sample *s)
{
    struct ifb_pen pen;

    ifb_pen_open(&pen, NULL);
    ifb_html_put_sample(&pen, s, w->index, w->scratch);
    ifb_arena_reset(w->scratch);
    return pen.total;
}

static void visit(const struct walker *w, const struct ifb_sample *s)
{
    struct share *share = share_of(w->plan, s);
    uint64_t weight = 0;

    if (w->what == WEIGH)
        ifb_html_learn(w->index, s);
    if (w->what != WRITE || !w->plan->all)
        weight = weight_of(w, s);
    if (w->what == WEIGH) {
        share->n++;
        share->weight += weight;
    } else if (admit(share, weight) && w->what == WRITE) {
        ifb_html_put_sample(w->pen, s, w->index, w->scratch);
        ifb_arena_reset(w->scratch);
    }
}

static enum ifb_code walk(struct walker *w, enum walk what, struct ifb_samples *samples,
                          struct ifb_error *err)
{
    struct ifb_sample s;
    enum ifb_code code;
    bool more = true;

    w->what = what;
    start_over(w->plan);
    samples->rewind(samples->self);
    while ((code = samples->next(samples->self, &s, &more, err)) == IFB_OK && more)
        visit(w, &s);
    return code;
}

/* Weighs all samples, and when they are too many finds out how many are kept. */
static enum ifb_code make_plan(struct walker *w, struct ifb_samples *samples, uint64_t budget,
                               struct ifb_error *err)
{
    struct plan *plan = w->plan;
    enum ifb_code code = walk(w, WEIGH, samples, err);

    if (code != IFB_OK)
        return code;
    settle(&plan->passes, settle(&plan->others, budget));
    plan->all = plan->passes.ratio >= 1 && plan->others.ratio >= 1;
    if (!plan->all)
        return walk(w, CHOOSE, samples, err);
    plan->passes.kept = plan->passes.n;
    plan->others.kept = plan->others.n;
    return IFB_OK;
}

/* ---- the page around them ---- */

void ifb_html_put_asset(struct ifb_pen *p, const char *const *lines)
{
    for (; *lines; lines++)
        ifb_pen_cstr(p, *lines);
}

static void put_title(struct ifb_pen *p, const struct ifb_summary *s)
{
    ifb_pen_cstr(p, "<title>");
    if (s->ncells == 1) {
        ifb_escape_text(p, s->cells[0].suite);
        ifb_pen_cstr(p, ", ");
        ifb_escape_text(p, s->cells[0].model);
    } else {
        ifb_escape_text(p, s->run);
    }
    ifb_pen_cstr(p, " \xe2\x80\x93 ifbench</title>\n");
}

static void put_head(struct ifb_pen *p, const struct ifb_summary *s)
{
    char style[IFB_CSP_HASH_SIZE], script[IFB_CSP_HASH_SIZE];

    ifb_html_hash(ifb_html_style, style);
    ifb_html_hash(ifb_html_script, script);
    ifb_pen_cstr(p, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    ifb_pen_fmt(p, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                "style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'; "
                "img-src data:\">\n",
                style, script);
    ifb_pen_cstr(p, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                 "<meta name=\"color-scheme\" content=\"light dark\">\n"
                 "<meta name=\"referrer\" content=\"no-referrer\">\n");
    put_title(p, s);
    ifb_pen_cstr(p, "<style>");
    ifb_html_put_asset(p, ifb_html_style);
    ifb_pen_cstr(p, "</style>\n</head>\n<body>\n");
}

static void put_extent(struct ifb_pen *p, const struct plan *plan)
{
    int64_t n = plan->passes.n + plan->others.n;

    ifb_pen_cstr(p, "<p class=\"note\" id=\"extent\">");
    if (plan->all) {
        ifb_pen_fmt(p, "All %s sample%s are here.</p>\n", ifb_say_count(n).text,
                    ifb_say_plural(n));
        return;
    }
    ifb_pen_fmt(p, "<strong>%s of ",
                ifb_say_count(plan->passes.kept + plan->others.kept).text);
    ifb_pen_fmt(p, "%s samples shown</strong>, to keep this file small: ", ifb_say_count(n).text);
    if (plan->others.ratio >= 1)
        ifb_pen_fmt(p, "all %s that did not pass", ifb_say_count(plan->others.n).text);
    else
        ifb_pen_fmt(p, "%s that did not pass", ifb_say_count(plan->others.kept).text);
    ifb_pen_fmt(p, ", and %s of ", ifb_say_count(plan->passes.kept).text);
    ifb_pen_fmt(p, "%s that did, evenly spread. The rest is in <code>verdicts.jsonl</code>; "
                "scores and counts are over all samples.</p>\n",
                ifb_say_count(plan->passes.n).text);
}

static void put_filter(struct ifb_pen *p, const struct ifb_html_index *index)
{
    ifb_pen_cstr(p,
        "<form id=\"filter\" role=\"search\" aria-label=\"Filter samples\" hidden>\n"
        "<label class=\"wide\"><span>Search</span><input type=\"search\" id=\"q\" "
        "placeholder=\"in prompts, answers and reasons\" autocomplete=\"off\" "
        "spellcheck=\"false\"></label>\n"
        "<label><span>Verdict</span><select id=\"v\"><option value=\"\">all</option>"
        "<option value=\"f\">\xe2\x9c\x97 failed</option>"
        "<option value=\"p\">\xe2\x9c\x93 passed</option><option value=\"e\">! error</option>"
        "<option value=\"u\">\xe2\x80\x93 unscored</option>"
        "<option value=\"d\">\xe2\x89\xa0 strict and loose differ</option></select></label>\n"
        "<label class=\"mid\"><span>Instruction</span><select id=\"i\">"
        "<option value=\"\">all</option></select></label>\n");
    if (index->suites.n > 1)
        ifb_pen_cstr(p, "<label><span>Suite</span><select id=\"s\"><option value=\"\">all</option>"
                     "</select></label>\n");
    if (index->models.n > 1)
        ifb_pen_cstr(p, "<label><span>Model</span><select id=\"m\"><option value=\"\">all</option>"
                     "</select></label>\n");
    ifb_pen_cstr(p, "<button type=\"button\" id=\"clear\">Clear</button>\n"
                 "<p id=\"found\" role=\"status\"></p>\n</form>\n");
}

static void put_column(struct ifb_pen *p, const char *key, const char *class, const char *label)
{
    ifb_pen_fmt(p, "<th scope=\"col\" class=\"%s\" aria-sort=\"none\">"
                "<button type=\"button\" data-sort=\"%s\">%s</button></th>", class, key, label);
}

static void put_list(struct ifb_pen *p, const struct ifb_html_index *index)
{
    ifb_pen_cstr(p, "<div id=\"list\" hidden>\n<table><caption class=\"away\">Samples; the "
                 "button in a row opens its transcript</caption><thead><tr>");
    put_column(p, "verdict", "c-v", "Verdict");
    put_column(p, "id", "c-id", "Sample");
    if (index->suites.n > 1)
        put_column(p, "suite", "c-s", "Suite");
    if (index->models.n > 1)
        put_column(p, "model", "c-m", "Model");
    ifb_pen_cstr(p, "<th scope=\"col\" class=\"c-q\">Prompt</th>");
    put_column(p, "strict", "num c-k", "Strict");
    put_column(p, "loose", "num c-k", "Loose");
    put_column(p, "tokens", "num c-t", "Tokens");
    put_column(p, "latency", "num c-t", "Time");
    ifb_pen_cstr(p, "</tr></thead><tbody></tbody></table>\n"
                 "<p class=\"none\" id=\"nothing\" hidden>No sample matches.</p>\n"
                 "<nav class=\"pages\" aria-label=\"Pages\">"
                 "<button type=\"button\" id=\"back\">Previous</button>"
                 "<span id=\"where\"></span>"
                 "<button type=\"button\" id=\"on\">Next</button></nav>\n</div>\n");
}

static enum ifb_code put_page(struct walker *w, const struct ifb_summary *summary,
                              struct ifb_samples *samples, struct ifb_error *err)
{
    struct ifb_pen *p = w->pen;
    enum ifb_code code;

    put_head(p, summary);
    ifb_html_put_summary(p, summary, w->index, w->index->arena);
    ifb_pen_cstr(p, "<section id=\"samples\" aria-labelledby=\"h-samples\">\n"
                 "<h2 id=\"h-samples\">Samples</h2>\n");
    put_extent(p, w->plan);
    put_filter(p, w->index);
    put_list(p, w->index);
    ifb_pen_cstr(p, "<p class=\"none\" id=\"wait\">The list is drawn by this page\xe2\x80\x99s "
                 "script. If it does not appear, a server forbids the script: open the file from "
                 "your disk.</p>\n<div id=\"data\">\n");
    code = walk(w, WRITE, samples, err);
    ifb_pen_cstr(p, "</div>\n<script type=\"application/json\" id=\"index\">");
    ifb_html_put_index(p, w->index);
    ifb_pen_cstr(p, "</script>\n</section>\n</main>\n<script>");
    ifb_html_put_asset(p, ifb_html_script);
    ifb_pen_cstr(p, "</script>\n</body>\n</html>\n");
    ifb_pen_flush(p);
    return code;
}

enum ifb_code ifb_html_write(const struct ifb_summary *summary, struct ifb_samples *samples,
                             uint64_t budget, const struct ifb_sink *sink, struct ifb_error *err)
{
    struct ifb_html_index index = { .arena = ifb_arena_new() };
    struct plan plan = { .all = false };
    struct ifb_pen pen;
    struct walker w = { .plan = &plan, .index = &index, .scratch = ifb_arena_new(), .pen = &pen };
    enum ifb_code code = make_plan(&w, samples, budget, err);

    ifb_pen_open(&pen, sink);
    if (code == IFB_OK)
        code = put_page(&w, summary, samples, err);
    ifb_arena_close(w.scratch);
    ifb_arena_close(index.arena);
    return code;
}

static enum ifb_code write_html(const struct ifb_summary *summary, struct ifb_samples *samples,
                                const struct ifb_sink *sink, struct ifb_error *err)
{
    return ifb_html_write(summary, samples, IFB_HTML_BUDGET, sink, err);
}

const struct ifb_report ifb_report_html = {
    .id = "html", .file = "report.html", .by_default = true, .write = write_html,
    .doc = "one page with scores, counts and every transcript, readable offline",
};
