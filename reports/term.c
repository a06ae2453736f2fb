/* SPDX-License-Identifier: Apache-2.0 */
/* The result table that `run` and `report` print: plain text, no colours, no samples. */
#include <ifbench/report.h>

#include <math.h>

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "reports/grid.h"
#include "reports/parts.h"
#include "reports/rows.h"
#include "reports/say.h"

#define NAME_MAX_BYTES 120  /* of a name in a table */

/* A name as a cell: harmless, and cut when somebody named a thing after a novel. */
static ifb_str name_cell(struct ifb_arena *arena, ifb_str name)
{
    ifb_str cut = ifb_utf8_cut(name, NAME_MAX_BYTES);
    ifb_str safe = ifb_escaped(arena, ifb_escape_line, cut);

    return cut.len == name.len ? safe : ifb_fmt(arena, "%.*s...", IFB_ARG(safe));
}

static void print_head(struct ifb_pen *p, const struct ifb_summary *s)
{
    ifb_pen_cstr(p, "ifbench ");
    ifb_escape_line(p, s->version);
    ifb_pen_cstr(p, ", run ");
    ifb_escape_line(p, s->run);
    if (s->started.len) {
        ifb_pen_cstr(p, ", started ");
        ifb_escape_line(p, s->started);
    }
    ifb_pen_fmt(p, ", took %s\n", ifb_say_seconds(s->seconds).text);
    if (s->speed.seconds > 0 && s->speed.answers) {
        double per = 1 / s->speed.seconds;

        ifb_pen_fmt(p, "asked at %s prompts/s",
                    ifb_say_real((double)s->speed.answers * per, 1).text);
        ifb_pen_fmt(p, ", answered at %s tokens/s\n",
                    ifb_say_real((double)s->speed.tokens_out * per, 1).text);
    }
    if (s->shard.of)
        ifb_pen_fmt(p, "not complete: shard %lld of %lld\n", (long long)s->shard.index,
                    (long long)s->shard.of);
    else if (!s->complete)
        ifb_pen_cstr(p, "not complete: the run has not come to its end\n");
}

static void print_metrics(struct ifb_pen *p, const struct ifb_summary *s,
                          const struct ifb_cell_summary *cell, struct ifb_arena *arena)
{
    struct ifb_grid g;
    size_t rows = 0;

    ifb_grid_open(&g, arena, "lrrr");
    ifb_grid_cstr(&g, "metric");
    ifb_grid_cstr(&g, "value");
    ifb_grid_cstr(&g, "95 % interval");
    ifb_grid_cstr(&g, "hits/n");
    for (size_t i = 0; i < s->nmetrics; i++) {
        const struct ifb_metric_value *m = &s->metrics[i];

        if (!ifb_is_of(m, cell) || ifb_is_part(m))
            continue;
        ifb_grid_cell(&g, name_cell(arena, m->id));
        ifb_grid_cstr(&g, ifb_say_metric(m).text);
        ifb_grid_cstr(&g, ifb_say_interval(m).text);
        ifb_grid_cstr(&g, ifb_say_hits(m, "/").text);
        rows++;
    }
    if (rows)
        ifb_grid_print(&g, p, "  ");
}

static void print_counts(struct ifb_pen *p, const struct ifb_counts *c, const char *head)
{
    ifb_pen_fmt(p, "%s%s sample%s: ", head, ifb_say_count(c->total).text,
                ifb_say_plural(c->total));
    ifb_pen_fmt(p, "%s passed, ", ifb_say_count(c->passed).text);
    ifb_pen_fmt(p, "%s failed, ", ifb_say_count(c->failed).text);
    ifb_pen_fmt(p, "%s error%s, ", ifb_say_count(c->errors).text, ifb_say_plural(c->errors));
    ifb_pen_fmt(p, "%s unscored, ", ifb_say_count(c->unscored).text);
    ifb_pen_fmt(p, "%s pending\n", ifb_say_count(c->pending).text);
}

static void print_pace(struct ifb_pen *p, const struct ifb_cell_summary *c)
{
    if (!c->streamed)
        return;
    ifb_pen_fmt(p, "  first token: median %s", ifb_say_ms(c->ttft_ms.p50).text);
    ifb_pen_fmt(p, ", 95 %% below %s", ifb_say_ms(c->ttft_ms.p95).text);
    ifb_pen_fmt(p, ", 99 %% below %s\n", ifb_say_ms(c->ttft_ms.p99).text);
    if (isnan(c->itl_max_ms))
        return;
    ifb_pen_fmt(p, "  between tokens: median %s", ifb_say_ms(c->itl_ms.p50).text);
    ifb_pen_fmt(p, ", 95 %% below %s", ifb_say_ms(c->itl_ms.p95).text);
    ifb_pen_fmt(p, ", at most %s\n", ifb_say_ms(c->itl_max_ms).text);
}

/* Only what is there to know. */
static void print_cost(struct ifb_pen *p, const struct ifb_cell_summary *c)
{
    if (c->tokens_in || c->tokens_out) {
        ifb_pen_fmt(p, "  tokens: %s in", ifb_say_count(c->tokens_in).text);
        ifb_pen_fmt(p, ", %s out", ifb_say_count(c->tokens_out).text);
        if (!isnan(c->cost_usd))
            ifb_pen_fmt(p, ", $%s", ifb_say_real(c->cost_usd, 4).text);
        ifb_pen_cstr(p, "\n");
    }
    if (c->cached)
        ifb_pen_fmt(p, "  from the cache: %s sample%s; --no-cache asks again\n",
                    ifb_say_count(c->cached).text, ifb_say_plural(c->cached));
    if (c->latency_p50_ms >= 0) {
        ifb_pen_fmt(p, "  latency: median %s", ifb_say_ms(c->latency_p50_ms).text);
        ifb_pen_fmt(p, ", 95 %% below %s", ifb_say_ms(c->latency_p95_ms).text);
        ifb_pen_fmt(p, ", 99 %% below %s\n", ifb_say_ms(c->latency_p99_ms).text);
    }
    print_pace(p, c);
    if (c->failed_calls || c->incomplete) {
        ifb_pen_fmt(p, "  no answer: %s failed call%s", ifb_say_count(c->failed_calls).text,
                    ifb_say_plural(c->failed_calls));
        ifb_pen_fmt(p, ", %s incomplete; a missing answer %s\n", ifb_say_count(c->incomplete).text,
                    c->missing_fails ? "counts as not followed" : "is left out of the scores");
    }
    if (c->reasoning_removed)
        ifb_pen_fmt(p, "  thinking was taken off %s answer%s\n",
                    ifb_say_count(c->reasoning_removed).text,
                    ifb_say_plural(c->reasoning_removed));
}

static ifb_str share(struct ifb_arena *arena, int64_t hits, int64_t n)
{
    return ifb_fmt(arena, n > 0 ? "%s %%" : "%s", ifb_say_share(hits, n, 1).text);
}

static void print_groups(struct ifb_pen *p, const struct ifb_summary *s,
                         const struct ifb_cell_summary *cell, ifb_str kind,
                         struct ifb_arena *arena)
{
    struct ifb_group_rows rows = ifb_rows_of(s, cell, kind, arena);
    static const char *const heads[] = { "n", "strict", "loose", "errors", "unscored" };
    struct ifb_grid g;

    ifb_grid_open(&g, arena, "lrrrrr");
    ifb_grid_cell(&g, name_cell(arena, kind));
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
        ifb_grid_cstr(&g, heads[i]);
    for (size_t i = 0; i < rows.n; i++) {
        const struct ifb_group_row *r = rows.at[i];

        ifb_grid_cell(&g, name_cell(arena, r->name));
        ifb_grid_cstr(&g, ifb_say_count(r->n).text);
        ifb_grid_cell(&g, share(arena, r->strict_pass, r->n - r->unscored));
        ifb_grid_cell(&g, share(arena, r->loose_pass, r->n - r->unscored));
        ifb_grid_cstr(&g, ifb_say_count(r->errors).text);
        ifb_grid_cstr(&g, ifb_say_count(r->unscored).text);
    }
    ifb_pen_cstr(p, "\n");
    ifb_grid_print(&g, p, "  ");
}

#define PART_COLUMNS 7  /* side by side; the others follow below */

static bool has_any(const struct ifb_parts *parts, size_t row, size_t from, size_t to)
{
    while (from < to && !parts->at[row * parts->ncolumns + from])
        from++;
    return from < to;
}

/* Columns `from` to `to` of the parts; without their units, which the headline has. */
static void print_part_columns(struct ifb_pen *p, const struct ifb_parts *parts, size_t from,
                               size_t to, struct ifb_arena *arena)
{
    struct ifb_grid g;

    ifb_grid_open(&g, arena, ifb_fmt(arena, "lr%.*s", (int)(to - from), "rrrrrrr").ptr);
    ifb_grid_cstr(&g, "part");
    ifb_grid_cstr(&g, "n");
    for (size_t c = from; c < to; c++)
        ifb_grid_cell(&g, name_cell(arena, parts->columns[c]));
    for (size_t r = 0; r < parts->nrows; r++) {
        if (!has_any(parts, r, from, to))
            continue;
        ifb_grid_cell(&g, name_cell(arena, parts->rows[r]));
        ifb_grid_cstr(&g, ifb_say_hits(ifb_part_first(parts, r), "/").text);
        for (size_t c = from; c < to; c++) {
            const struct ifb_metric_value *m = parts->at[r * parts->ncolumns + c];

            ifb_grid_cstr(&g, m ? ifb_say_part(m).text : "");
        }
    }
    ifb_pen_cstr(p, "\n");
    ifb_grid_print(&g, p, "  ");
}

static void print_parts(struct ifb_pen *p, const struct ifb_summary *s,
                        const struct ifb_cell_summary *cell, struct ifb_arena *arena)
{
    struct ifb_parts parts = ifb_parts_of(s, cell, arena);

    for (size_t c = 0; c < parts.ncolumns; c += PART_COLUMNS)
        print_part_columns(p, &parts, c,
                           c + PART_COLUMNS < parts.ncolumns ? c + PART_COLUMNS : parts.ncolumns,
                           arena);
}

static void print_cell(struct ifb_pen *p, const struct ifb_summary *s,
                       const struct ifb_cell_summary *cell, struct ifb_arena *arena)
{
    struct ifb_strs kinds = ifb_kinds_of(s, cell, arena);

    ifb_pen_cstr(p, "\n");
    ifb_escape_line(p, cell->suite);
    ifb_pen_cstr(p, ", ");
    ifb_escape_line(p, cell->model);
    ifb_pen_cstr(p, "\n");
    print_metrics(p, s, cell, arena);
    print_counts(p, &cell->counts, "  ");
    print_cost(p, cell);
    print_parts(p, s, cell, arena);
    for (size_t i = 0; i < kinds.n; i++)
        print_groups(p, s, cell, kinds.at[i], arena);
}

static enum ifb_code write_term(const struct ifb_summary *s, struct ifb_samples *samples,
                                const struct ifb_sink *sink, struct ifb_error *err)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_pen pen;

    (void)samples;
    (void)err;
    ifb_pen_open(&pen, sink);
    print_head(&pen, s);
    for (size_t i = 0; i < s->ncells; i++) {
        print_cell(&pen, s, &s->cells[i], arena);
        ifb_arena_reset(arena);
    }
    if (s->ncells != 1) {
        ifb_pen_cstr(&pen, "\n");
        print_counts(&pen, &s->counts, "all: ");
    }
    for (size_t i = 0; i < s->nwarnings; i++) {
        ifb_pen_cstr(&pen, i ? "warning: " : "\nwarning: ");
        ifb_escape_line(&pen, s->warnings[i]);
        ifb_pen_cstr(&pen, "\n");
    }
    ifb_pen_flush(&pen);
    ifb_arena_close(arena);
    return IFB_OK;
}

const struct ifb_report ifb_report_term = {
    .id = "term", .file = NULL, .by_default = true, .write = write_term,
    .doc = "scores, counts and a table of instructions as text, on standard output",
};
