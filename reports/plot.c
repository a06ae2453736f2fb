/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Charts gathered into one script, and the pictures that gnuplot makes of it: names are put
 * where their marks stand, black becomes the reader's own ink.
 */
#include "reports/plot.h"

#include <math.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "reports/escape.h"
#include "reports/grid.h"

#define SCRIPT_MAX ((size_t)64 << 20)
#define SVG_MAX ((size_t)64 << 20)

struct ifb_chart *ifb_chart_new(struct ifb_arena *arena, enum ifb_chart_kind kind, size_t nrows,
                                size_t nseries)
{
    struct ifb_chart *c = ifb_new(arena, struct ifb_chart, 1);

    *c = (struct ifb_chart){ .kind = kind, .nrows = nrows, .nseries = nseries };
    c->cells = ifb_new(arena, struct ifb_chart_cell, nrows * nseries);
    for (size_t i = 0; i < nrows * nseries; i++)
        c->cells[i] = (struct ifb_chart_cell){ (double)NAN, (double)NAN, (double)NAN,
                                               (double)NAN, -1 };
    return c;
}

static bool is_empty_row(const struct ifb_chart *c, size_t row)
{
    for (size_t s = 0; s < c->nseries; s++)
        if (isfinite(ifb_chart_at(c, row, s)->value))
            return false;
    return true;
}

void ifb_chart_trim(struct ifb_chart *c, struct ifb_arena *arena)
{
    ifb_str *rows = ifb_new(arena, ifb_str, c->nrows);
    size_t kept = 0;

    for (size_t r = 0; r < c->nrows; r++) {
        if (is_empty_row(c, r))
            continue;
        rows[kept] = c->rows[r];
        memmove(ifb_chart_at(c, kept++, 0), ifb_chart_at(c, r, 0), c->nseries * sizeof(*c->cells));
    }
    c->rows = rows;
    c->nrows = kept;
}

/* ---- gathering ---- */

void ifb_plotter_open(struct ifb_plotter *p, struct ifb_arena *arena)
{
    *p = (struct ifb_plotter){ .arena = arena };
    ifb_buf_init(&p->script, SCRIPT_MAX);
}

static bool is_taken(const struct ifb_plotter *p, ifb_str name)
{
    for (size_t i = 0; i < p->n; i++)
        if (ifb_str_eq(p->plots[i].name, name))
            return true;
    return false;
}

void ifb_plotter_add(struct ifb_plotter *p, struct ifb_chart *c)
{
    ifb_str name = c->name;

    for (size_t i = 2; is_taken(p, name); i++)
        name = ifb_fmt(p->arena, "%.*s-%zu", IFB_ARG(c->name), i);
    c->name = name;
    p->plots = ifb_grow(p->arena, p->plots, &p->cap, p->n + 1, sizeof(*p->plots));
    p->plots[p->n++] = (struct ifb_plot){ .name = name, .title = c->title, .caption = c->caption,
                                          .table = ifb_chart_csv(c, p->arena), .suite = c->suite,
                                          .chart = c };
    ifb_plotter_draw(p, c);
}

void ifb_plotter_leave(struct ifb_plotter *p, const char *what, ifb_str suite, const char *fmt,
                       ...)
{
    va_list ap;
    ifb_str why;

    va_start(ap, fmt);
    why = ifb_vfmt(p->arena, fmt, ap);
    va_end(ap);
    p->left_out = ifb_grow(p->arena, p->left_out, &p->left_out_cap, p->nleft_out + 1,
                           sizeof(*p->left_out));
    p->left_out[p->nleft_out++] = ifb_fmt(p->arena, "%s of %.*s: %.*s", what, IFB_ARG(suite),
                                          IFB_ARG(why));
}

void ifb_plotter_close(struct ifb_plotter *p, struct ifb_plots *out)
{
    *out = (struct ifb_plots){ .at = p->plots, .n = p->n, .left_out = p->left_out,
                               .nleft_out = p->nleft_out, .labels = p->labels,
                               .nlabels = p->nlabels };
    out->script = ifb_str_copy(p->arena, ifb_buf_view(&p->script));
    if (p->script.full)
        out->why = IFB_STR("the script for gnuplot would be larger than 64 MiB");
    ifb_buf_close(&p->script);
}

/* ---- marks ---- */

/* About as many columns as it takes: Hangul and what comes after CJK radicals is mostly wide. */
static size_t width_of(uint32_t cp)
{
    return cp >= 0x2e80 || (cp >= 0x1100 && cp < 0x1200) ? 2 : 1;
}

static size_t columns_of(ifb_str s)
{
    size_t n = 0;

    for (const char *at = s.ptr; at < s.ptr + s.len;)
        n += width_of(ifb_utf8_next(&at));
    return n;
}

size_t ifb_plotter_columns(const ifb_str *texts, size_t n, size_t most)
{
    size_t widest = 0;

    for (size_t i = 0; i < n && widest < most; i++) {
        size_t columns = columns_of(texts[i]);

        widest = columns > widest ? columns : widest;
    }
    return widest < most ? widest : most;
}

/* Bytes from the front, or from the back, that take at most so many columns. */
static size_t bytes_of(ifb_str s, size_t columns, bool back)
{
    const char *end = s.ptr + s.len, *at = back ? end : s.ptr;
    size_t n = 0, bytes = 0;

    while (back ? at > s.ptr : at < end) {
        n += width_of(back ? ifb_utf8_prev(&at) : ifb_utf8_next(&at));
        if (n > columns)
            break;
        bytes = back ? (size_t)(end - at) : (size_t)(at - s.ptr);
    }
    return bytes;
}

/* What tells models apart stands at the end of their names more often than not. */
static ifb_str cut(struct ifb_arena *arena, ifb_str s, size_t most)
{
    size_t front = most / 3, back = most - front - 1;

    if (columns_of(s) <= most)
        return s;
    return ifb_fmt(arena, "%.*s\xe2\x80\xa6%.*s", (int)bytes_of(s, front, false), s.ptr,
                   IFB_ARG(ifb_str_from(s, s.len - bytes_of(s, back, true))));
}

ifb_str ifb_plotter_mark(struct ifb_plotter *p, ifb_str text, size_t most)
{
    ifb_str shown = cut(p->arena, ifb_escaped(p->arena, ifb_escape_line, text), most);
    ifb_str mark = ifb_fmt(p->arena, "Q%zu", p->nlabels);
    size_t columns = columns_of(shown);

    p->labels = ifb_grow(p->arena, p->labels, &p->labels_cap, p->nlabels + 1,
                         sizeof(*p->labels));
    p->labels[p->nlabels++] = shown;
    if (mark.len < columns) {
        char *wide = ifb_alloc_raw(p->arena, columns);

        memset(wide, 'q', columns);
        memcpy(wide, mark.ptr, mark.len);
        mark = (ifb_str){ wide, columns };
    }
    return mark;
}

/* ---- taking what was printed ---- */

struct taking {
    const struct ifb_plots *plots;
    const struct ifb_plot *plot;
    struct ifb_pen *pen;
};

#define INK "currentColor"

/* Text that gnuplot writes, and what stands in its place. */
static const struct {
    ifb_str from;
    const char *to;
} swaps[] = {
    { IFB_STR_INIT("\"black\""), "\"" INK "\"" },
    { IFB_STR_INIT("'black'"), "'" INK "'" },
    { IFB_STR_INIT("rgb(  0,   0,   0)"), INK },
    { IFB_STR_INIT("rgb(0,0,0)"), INK },
    { IFB_STR_INIT("color='white'"), "display='none'" },  /* discs behind points */
    { IFB_STR_INIT("<svg \n"), "<svg role=\"img\"\n" },
};

/* Images have the colour scheme of the page around them. */
static const char style[] =
    "\n<style>svg{color:#1b1d21}@media (prefers-color-scheme:dark){svg{color:#e9e9e6}"
    ".paper{fill:#1a1c20}}</style>\n"
    "<rect class=\"paper\" width=\"100%\" height=\"100%\" fill=\"#fff\"/>";

/* From "<title>" to behind "</title>", say; 0 when there is none. */
static size_t element_at(ifb_str s, const char *open, const char *close)
{
    size_t end;

    if (!ifb_str_starts(s, ifb_str_of(open)))
        return 0;
    end = ifb_str_find(s, ifb_str_of(close), 0);
    return end == SIZE_MAX ? 0 : end + strlen(close);
}

/* gnuplot's own title says "Gnuplot", its description who made it; ours say what it shows. */
static size_t take_head(const struct taking *t, ifb_str rest)
{
    size_t n = element_at(rest, "<title>", "</title>");

    if (n && ifb_str_starts(rest, IFB_STR("<title>Gnuplot"))) {
        ifb_pen_cstr(t->pen, "<title>");
        ifb_escape_text(t->pen, t->plot->title);
        ifb_pen_cstr(t->pen, "</title>");
    }
    if (n)
        return n;
    n = element_at(rest, "<desc>", "</desc>");
    if (!n)
        return 0;
    ifb_pen_cstr(t->pen, "<desc>");
    ifb_escape_text(t->pen, t->plot->caption);
    ifb_pen_cstr(t->pen, "</desc>");
    ifb_pen_cstr(t->pen, style);
    return n;
}

/* ">Q12qqq<", of which the last stays. */
static size_t take_mark(const struct taking *t, ifb_str rest)
{
    size_t i = 2, number = 0;

    if (!ifb_str_starts(rest, IFB_STR(">Q")))
        return 0;
    for (; i < rest.len && rest.ptr[i] >= '0' && rest.ptr[i] <= '9' && i < 12; i++)
        number = 10 * number + (size_t)(rest.ptr[i] - '0');
    if (i == 2 || number >= t->plots->nlabels)
        return 0;
    while (i < rest.len && rest.ptr[i] == 'q')
        i++;
    if (i == rest.len || rest.ptr[i] != '<')
        return 0;
    ifb_pen_cstr(t->pen, ">");
    ifb_escape_text(t->pen, t->plots->labels[number]);
    return i;
}

static size_t take_swap(const struct taking *t, ifb_str rest)
{
    for (size_t i = 0; i < sizeof(swaps) / sizeof(swaps[0]); i++)
        if (ifb_str_starts(rest, swaps[i].from)) {
            ifb_pen_cstr(t->pen, swaps[i].to);
            return swaps[i].from.len;
        }
    return 0;
}

static void take_one(const struct taking *t, ifb_str svg)
{
    size_t from = 0, i = 0;

    while (i < svg.len) {
        ifb_str rest = ifb_str_from(svg, i);
        size_t n = 0;

        if (strchr("<>\"'rc", svg.ptr[i]) && svg.ptr[i]) {
            ifb_pen_add(t->pen, svg.ptr + from, i - from);
            from = i;
            n = take_head(t, rest);
            n = n ? n : take_mark(t, rest);
            n = n ? n : take_swap(t, rest);
        }
        i += n ? n : 1;
        from = n ? i : from;
    }
    ifb_pen_add(t->pen, svg.ptr + from, svg.len - from);
    ifb_pen_cstr(t->pen, "\n");
}

static bool append(void *self, const char *bytes, size_t len)
{
    return ifb_buf_add(self, bytes, len);
}

/* The next whole picture of what was printed; false at its end. */
static bool next_svg(ifb_str *rest, ifb_str *svg)
{
    static const ifb_str close = IFB_STR_INIT("</svg>");
    size_t begin = ifb_str_find(*rest, IFB_STR("<?xml"), 0);
    size_t end = begin == SIZE_MAX ? SIZE_MAX : ifb_str_find(*rest, close, begin);

    if (end == SIZE_MAX)
        return false;
    end += close.len;
    *svg = ifb_str_part(*rest, begin, end);
    *rest = ifb_str_from(*rest, end);
    return true;
}

/* Nothing that would run, and nothing that would be fetched. */
static bool is_plain(ifb_str svg)
{
    static const char *const never[] = { "<script", "<image", "<foreignObject", "href='http",
                                         "href=\"http", "url(http", "<!ENTITY" };

    for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
        if (ifb_str_find(svg, ifb_str_of(never[i]), 0) != SIZE_MAX)
            return false;
    return ifb_utf8_valid(svg) == svg.len;
}

enum ifb_code ifb_plots_take(struct ifb_plots *plots, ifb_str printed, struct ifb_arena *arena,
                             struct ifb_error *err)
{
    ifb_str *svgs = ifb_new(arena, ifb_str, plots->n), rest = printed;
    struct ifb_buf buf;
    struct ifb_sink sink = { &buf, append };
    struct ifb_pen pen;
    size_t n = 0;

    while (n < plots->n && next_svg(&rest, &svgs[n]))
        if (!is_plain(svgs[n++]))
            return ifb_fail(err, IFB_EPROTO, "what gnuplot printed for %.*s is not a plain SVG",
                            IFB_ARG(plots->at[n - 1].name));
    if (n < plots->n)
        return ifb_fail(err, IFB_EPROTO, "gnuplot printed %zu pictures, wanted %zu", n, plots->n);
    for (size_t i = 0; i < n; i++) {
        struct taking t = { plots, &plots->at[i], &pen };

        ifb_buf_init(&buf, SVG_MAX);
        ifb_pen_open(&pen, &sink);
        take_one(&t, svgs[i]);
        ifb_pen_flush(&pen);
        plots->at[i].svg = ifb_str_copy(arena, ifb_buf_view(&buf));
        ifb_buf_close(&buf);
    }
    return IFB_OK;
}
