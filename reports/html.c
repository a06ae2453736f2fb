/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report.html, put together in a pass over the samples, whose rows and packed
 * transcripts wait in memory for the summary to be written. When these are too
 * many, that pass has learnt the names and what each transcript weighs; a second
 * counts those that fit, unless all do, and the last writes them.
 */
#include "reports/html.h"

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "reports/say.h"
#include "reports/share.h"

#define INDEX_MAX ((size_t)256 << 20)  /* bytes of rows */
#define KEPT_MAX ((uint64_t)16 << 20)  /* of packed transcripts that wait in memory */

/* Failures, errors and unscored samples come first; passes have what these leave. */
struct plan {
    struct ifb_share passes, others;
    bool all;
};

static struct ifb_share *share_of(struct plan *plan, const struct ifb_sample *s)
{
    return s->outcome == IFB_PASS ? &plan->passes : &plan->others;
}

static void start_over(struct plan *plan)
{
    plan->passes.seen = plan->passes.used = plan->others.seen = plan->others.used = 0;
    plan->passes.kept = plan->others.kept = 0;
}

/* What a walk over the samples is for. */
enum walk { TRY, CHOOSE, WRITE };

/* A pen on a buffer. */
struct kept {
    struct ifb_buf buf;
    struct ifb_pen pen;
    struct ifb_sink sink;
};

struct walker {
    enum walk what;
    struct plan *plan;
    struct ifb_html_index *index;
    struct ifb_arena *scratch;
    struct ifb_blocks blocks;
    struct kept rows;
};

static bool append(void *self, const char *bytes, size_t len)
{
    return ifb_buf_add(self, bytes, len);
}

static void open_kept(struct kept *k, size_t max)
{
    ifb_buf_init(&k->buf, max);
    k->sink = (struct ifb_sink){ &k->buf, append };
    ifb_pen_open(&k->pen, &k->sink);
}

static uint64_t write_transcript(struct walker *w, const struct ifb_sample *s)
{
    ifb_html_put_transcript(ifb_blocks_begin(&w->blocks), s, w->scratch);
    return ifb_blocks_end(&w->blocks);
}

static uint64_t weight_of(const struct walker *w, const struct ifb_sample *s)
{
    struct ifb_pen pen;

    ifb_pen_open(&pen, NULL);
    ifb_html_put_transcript(&pen, s, w->scratch);
    return pen.total;
}

static void write_row(struct walker *w, const struct ifb_sample *s, bool with_transcript)
{
    if (!with_transcript && w->plan->passes.n + w->plan->others.n > IFB_HTML_ROWS_MAX)
        return;
    ifb_pen_cstr(&w->rows.pen, w->rows.pen.total ? ",\n" : "");
    ifb_html_put_row(&w->rows.pen, s, w->index, with_transcript);
}

static void visit(struct walker *w, const struct ifb_sample *s)
{
    struct ifb_share *share = share_of(w->plan, s);
    bool kept = true;

    if (w->what == TRY) {
        ifb_html_learn(w->index, s);
        share->n++;
        share->weight += write_transcript(w, s);
    } else {
        kept = w->plan->all || ifb_share_admit(share, weight_of(w, s));
        if (kept && w->what == WRITE)
            write_transcript(w, s);
    }
    if (w->what != CHOOSE)
        write_row(w, s, kept);
    ifb_arena_reset(w->scratch);
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

/* Blocks and rows, from nothing; blocks go to `page`. */
static enum ifb_code gather(struct walker *w, enum walk what, struct ifb_pen *page,
                            struct ifb_samples *samples, struct ifb_error *err)
{
    enum ifb_code code;

    ifb_blocks_open(&w->blocks, "b", page);
    open_kept(&w->rows, INDEX_MAX);
    code = walk(w, what, samples, err);
    ifb_blocks_finish(&w->blocks);
    ifb_pen_flush(&w->rows.pen);
    if (!code && what == WRITE && w->rows.buf.full)
        code = ifb_fail(err, IFB_ELIMIT, "the samples are too many for a page");
    return code;
}

static void drop(struct walker *w)
{
    ifb_blocks_close(&w->blocks);
    ifb_buf_close(&w->rows.buf);
}

/* After a try that did not fit: how many of the transcripts the budget has room for. */
static enum ifb_code make_plan(struct walker *w, struct ifb_samples *samples, uint64_t budget,
                               struct ifb_error *err)
{
    struct plan *plan = w->plan;
    double packing = w->blocks.tried ? (double)w->blocks.packed / (double)w->blocks.tried : 1;

    budget = (uint64_t)((double)budget / packing);
    ifb_share_settle(&plan->passes, ifb_share_settle(&plan->others, budget));
    plan->all = plan->passes.ratio >= 1 && plan->others.ratio >= 1;
    return plan->all ? IFB_OK : walk(w, CHOOSE, samples, err);
}

/* ---- the page around them ---- */

static const struct ifb_html_assets assets = {
    { IFB_STYLE }, { IFB_SCRIPT_TRANSCRIPT, IFB_SCRIPT_LIST, IFB_SCRIPT_REPORT }, 1, 3,
};

static void put_title(struct ifb_pen *p, const struct ifb_summary *s)
{
    if (s->ncells == 1) {
        ifb_escape_text(p, s->cells[0].suite);
        ifb_pen_cstr(p, ", ");
        ifb_escape_text(p, s->cells[0].model);
    } else {
        ifb_escape_text(p, s->run);
    }
}

static void put_extent(struct ifb_pen *p, const struct plan *plan)
{
    int64_t n = plan->passes.n + plan->others.n;

    ifb_pen_cstr(p, "<p class=\"note\" id=\"extent\">");
    if (plan->all) {
        ifb_pen_fmt(p, "All %s sample%s are here, with their transcripts.</p>\n",
                    ifb_say_count(n).text, ifb_say_plural(n));
        return;
    }
    ifb_pen_fmt(p, "<strong>Transcripts of %s of ",
                ifb_say_count(plan->passes.kept + plan->others.kept).text);
    ifb_pen_fmt(p, "%s samples are here</strong>, to keep this file small: ",
                ifb_say_count(n).text);
    if (plan->others.ratio >= 1)
        ifb_pen_fmt(p, "all %s that did not pass", ifb_say_count(plan->others.n).text);
    else
        ifb_pen_fmt(p, "%s that did not pass", ifb_say_count(plan->others.kept).text);
    ifb_pen_fmt(p, ", and %s of ", ifb_say_count(plan->passes.kept).text);
    ifb_pen_fmt(p, "%s that did, evenly spread. ", ifb_say_count(plan->passes.n).text);
    ifb_pen_cstr(p, n > IFB_HTML_ROWS_MAX ? "The others are not listed. " : "The list has all. ");
    ifb_pen_cstr(p, "Every answer is in the run\xe2\x80\x99s folder, and "
                 "<code>ifbench report --page-mb</code> makes room for more; scores and counts "
                 "are over all samples.</p>\n");
}

static void put_index(struct ifb_pen *p, const struct walker *w)
{
    ifb_pen_cstr(p, "<script type=\"application/json\" id=\"index\">{");
    ifb_html_put_names(p, w->index);
    ifb_pen_cstr(p, ",\n\"blocks\":");
    ifb_blocks_put_counts(p, &w->blocks);
    ifb_pen_cstr(p, ",\n\"rows\":[\n");
    ifb_pen_str(p, ifb_buf_view(&w->rows.buf));
    ifb_pen_cstr(p, "]}</script>\n");
}

void ifb_html_put_wait(struct ifb_pen *p)
{
    ifb_pen_cstr(p, "<p class=\"none\" id=\"wait\">The list is drawn by this page\xe2\x80\x99s "
                 "script. If it does not appear, scripts are off, or a server forbids them: open "
                 "the file from your disk. Everything above can be read without.</p>\n"
                 "<div id=\"list\"></div>\n");
}

static void put_top(struct ifb_pen *p, const struct walker *w, const struct ifb_summary *summary)
{
    ifb_html_open(p, &assets);
    put_title(p, summary);
    ifb_html_begin(p, &assets);
    ifb_html_put_summary(p, summary, w->index, w->index->arena);
    ifb_pen_cstr(p, "<section id=\"samples\" aria-labelledby=\"h-samples\">\n"
                 "<h2 id=\"h-samples\">Samples</h2>\n");
    put_extent(p, w->plan);
    ifb_html_put_wait(p);
    ifb_pen_cstr(p, "</section>\n</main>\n");
}

/* All of it, when the blocks of a try fit. */
static void put_tried(struct ifb_pen *p, const struct walker *w, const struct kept *blocks,
                      const struct ifb_summary *summary)
{
    w->plan->all = true;
    put_top(p, w, summary);
    ifb_pen_str(p, ifb_buf_view(&blocks->buf));
    put_index(p, w);
    ifb_html_end(p, &assets);
}

static enum ifb_code put_chosen(struct ifb_pen *p, struct walker *w, struct ifb_samples *samples,
                                uint64_t budget, const struct ifb_summary *summary,
                                struct ifb_error *err)
{
    enum ifb_code code = make_plan(w, samples, budget, err);

    if (code)
        return code;
    put_top(p, w, summary);
    drop(w);
    code = gather(w, WRITE, p, samples, err);
    put_index(p, w);
    ifb_html_end(p, &assets);
    return code;
}

enum ifb_code ifb_html_write(const struct ifb_summary *summary, struct ifb_samples *samples,
                             uint64_t budget, const struct ifb_sink *sink, struct ifb_error *err)
{
    struct ifb_html_index index = { .arena = ifb_arena_new() };
    struct plan plan = { .all = false };
    struct walker w = { .plan = &plan, .index = &index, .scratch = ifb_arena_new() };
    struct kept blocks;
    struct ifb_pen pen;
    enum ifb_code code;
    bool fits;

    ifb_pen_open(&pen, sink);
    open_kept(&blocks, budget < KEPT_MAX ? budget : KEPT_MAX);
    code = gather(&w, TRY, &blocks.pen, samples, err);
    ifb_pen_flush(&blocks.pen);
    fits = !blocks.buf.full && !w.rows.buf.full;
    if (!code && fits)
        put_tried(&pen, &w, &blocks, summary);
    ifb_buf_close(&blocks.buf);
    if (!code && !fits)
        code = put_chosen(&pen, &w, samples, budget, summary, err);
    drop(&w);
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
    .after_gate = true,
    .doc = "one page with scores, counts and every transcript, readable offline",
};
