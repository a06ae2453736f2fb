/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The headline metrics as lm-evaluation-harness prints them, a table a model:
 * the form in which scores are quoted in issues and model cards. Below it, where
 * there are any, the constraints by polarity and by turn.
 */
#include <ifbench/report.h>

#include <math.h>

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "reports/grid.h"
#include "reports/parts.h"
#include "reports/say.h"

static void add_row(struct ifb_grid *g, const struct ifb_metric_value *m)
{
    ifb_grid_cell(g, ifb_escaped(g->arena, ifb_escape_markdown, m->suite));
    ifb_grid_cstr(g, "-");
    ifb_grid_cstr(g, "none");
    ifb_grid_cstr(g, "0");
    ifb_grid_cell(g, ifb_escaped(g->arena, ifb_escape_markdown, m->id));
    ifb_grid_cstr(g, m->higher_is_better ? "\xe2\x86\x91" : "\xe2\x86\x93");
    ifb_grid_cstr(g, ifb_say_real(m->value, 4).text);
    ifb_grid_cstr(g, "\xc2\xb1");
    ifb_grid_cstr(g, isnan(m->se) ? "N/A" : ifb_say_real(m->se, 4).text);
}

static ifb_str share_of(struct ifb_arena *arena, int64_t hits, int64_t n)
{
    return ifb_fmt(arena, n > 0 ? "%s %%" : "%s", ifb_say_share(hits, n, 1).text);
}

/* What cuts across instructions: what is forbidden, and the turns of conversations. */
static void print_groups(struct ifb_pen *p, const struct ifb_summary *s, ifb_str model,
                         const char *kind, struct ifb_arena *arena)
{
    static const char *const heads[] = { "n", "Strict", "Loose" };
    struct ifb_grid g;
    bool some = false;

    ifb_grid_open(&g, arena, "llrrr");
    ifb_grid_cstr(&g, "Tasks");
    ifb_grid_cstr(&g, kind);
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
        ifb_grid_cstr(&g, heads[i]);
    for (size_t i = 0; i < s->ngroups; i++) {
        const struct ifb_group_row *r = &s->groups[i];

        if (!ifb_str_eq(r->model, model) || !ifb_str_is(r->kind, kind))
            continue;
        some = true;
        ifb_grid_cell(&g, ifb_escaped(arena, ifb_escape_markdown, r->suite));
        ifb_grid_cell(&g, ifb_escaped(arena, ifb_escape_markdown, r->name));
        ifb_grid_cstr(&g, ifb_say_count(r->n).text);
        ifb_grid_cell(&g, share_of(arena, r->strict_pass, r->n - r->unscored));
        ifb_grid_cell(&g, share_of(arena, r->loose_pass, r->n - r->unscored));
    }
    if (!some)
        return;
    ifb_grid_markdown(&g, p);
    ifb_pen_cstr(p, "\n");
}

static bool seen_before(const struct ifb_summary *s, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (ifb_str_eq(s->metrics[i].model, s->metrics[at].model))
            return true;
    return false;
}

static void print_model(struct ifb_pen *p, const struct ifb_summary *s, ifb_str model,
                        struct ifb_arena *arena)
{
    static const char *const heads[] = { "Tasks", "Version", "Filter", "n-shot", "Metric",
                                         "",      "Value",   "",       "Stderr" };
    struct ifb_grid g;

    ifb_grid_open(&g, arena, "lrlrllrlr");
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
        ifb_grid_cstr(&g, heads[i]);
    for (size_t i = 0; i < s->nmetrics; i++)
        if (ifb_str_eq(s->metrics[i].model, model) && !ifb_is_part(&s->metrics[i]))
            add_row(&g, &s->metrics[i]);
    ifb_escape_markdown(p, model);
    ifb_pen_cstr(p, "\n\n");
    ifb_grid_markdown(&g, p);
    ifb_pen_cstr(p, "\n");
    print_groups(p, s, model, "polarity", arena);
    print_groups(p, s, model, "turn", arena);
}

static enum ifb_code write_markdown(const struct ifb_summary *s, struct ifb_samples *samples,
                                    const struct ifb_sink *sink, struct ifb_error *err)
{
    struct ifb_arena *arena = ifb_arena_new();
    const struct ifb_counts *c = &s->counts;
    struct ifb_pen pen;

    (void)samples;
    (void)err;
    ifb_pen_open(&pen, sink);
    for (size_t i = 0; i < s->nmetrics; i++)
        if (!seen_before(s, i))
            print_model(&pen, s, s->metrics[i].model, arena);
    ifb_pen_fmt(&pen, "%lld samples: %lld passed, %lld failed, %lld errors, %lld unscored, "
                "%lld pending\n", (long long)c->total, (long long)c->passed, (long long)c->failed,
                (long long)c->errors, (long long)c->unscored, (long long)c->pending);
    ifb_pen_flush(&pen);
    ifb_arena_close(arena);
    return IFB_OK;
}

const struct ifb_report ifb_report_markdown = {
    .id = "markdown", .file = "summary.md", .by_default = false, .write = write_markdown,
    .doc = "the scores as a Markdown table in lm-evaluation-harness's console form",
};
