/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/grid.h"

#include <uniwidth.h>

#include "harness/base/arena.h"
#include "harness/base/str.h"

struct piece {
    struct ifb_arena *arena;
    char *at;
    size_t n, cap;
};

static bool keep(void *self, const char *bytes, size_t len)
{
    struct piece *s = self;

    s->at = ifb_grow(s->arena, s->at, &s->cap, s->n + len, 1);
    memcpy(s->at + s->n, bytes, len);
    s->n += len;
    return true;
}

ifb_str ifb_escaped(struct ifb_arena *arena, ifb_escape *escape, ifb_str s)
{
    struct piece text = { .arena = arena };
    struct ifb_sink sink = { .self = &text, .append = keep };
    struct ifb_pen pen;

    ifb_pen_open(&pen, &sink);
    escape(&pen, s);
    ifb_pen_flush(&pen);
    return (ifb_str){ text.n ? text.at : "", text.n };
}

void ifb_grid_open(struct ifb_grid *g, struct ifb_arena *arena, const char *align)
{
    *g = (struct ifb_grid){ .arena = arena, .align = align };
}

void ifb_grid_cell(struct ifb_grid *g, ifb_str text)
{
    g->cells = ifb_grow(g->arena, g->cells, &g->cap, g->n + 1, sizeof(*g->cells));
    g->cells[g->n++] = text;
}

void ifb_grid_cstr(struct ifb_grid *g, const char *text)
{
    ifb_grid_cell(g, ifb_str_copy(g->arena, ifb_str_of(text)));
}

static size_t width(ifb_str s)
{
    int w = u8_width((const uint8_t *)s.ptr, s.len, "UTF-8");

    return w > 0 ? (size_t)w : 0;
}

static size_t *widths(const struct ifb_grid *g, size_t ncols)
{
    size_t *w = ifb_new(g->arena, size_t, ncols);

    for (size_t i = 0; i < g->n; i++) {
        size_t cell = width(g->cells[i]);

        if (cell > w[i % ncols])
            w[i % ncols] = cell;
    }
    return w;
}

static void spaces(struct ifb_pen *p, size_t n)
{
    static const char blank[] = "                                ";

    for (; n >= sizeof(blank); n -= sizeof(blank) - 1)
        ifb_pen_add(p, blank, sizeof(blank) - 1);
    ifb_pen_add(p, blank, n);
}

static void padded(struct ifb_pen *p, ifb_str cell, size_t room, char align, bool last)
{
    size_t gap = room - width(cell);

    if (align == 'r')
        spaces(p, gap);
    ifb_pen_str(p, cell);
    if (align == 'l' && !last)
        spaces(p, gap);
}

void ifb_grid_print(const struct ifb_grid *g, struct ifb_pen *p, const char *indent)
{
    size_t ncols = strlen(g->align);
    size_t *w = widths(g, ncols);

    for (size_t i = 0; i < g->n; i++) {
        size_t col = i % ncols;

        ifb_pen_cstr(p, col ? "  " : indent);
        padded(p, g->cells[i], w[col], g->align[col], col + 1 == ncols);
        if (col + 1 == ncols)
            ifb_pen_cstr(p, "\n");
    }
}

static void rule(const struct ifb_grid *g, struct ifb_pen *p, const size_t *w, size_t ncols)
{
    for (size_t i = 0; i < ncols; i++) {
        size_t room = w[i] < 3 ? 3 : w[i];

        ifb_pen_cstr(p, "|");
        for (size_t k = 1; k < room; k++)
            ifb_pen_cstr(p, "-");
        ifb_pen_cstr(p, g->align[i] == 'r' ? ":" : "-");
    }
    ifb_pen_cstr(p, "|\n");
}

void ifb_grid_markdown(const struct ifb_grid *g, struct ifb_pen *p)
{
    size_t ncols = strlen(g->align);
    size_t *w = widths(g, ncols);

    for (size_t i = 0; i < g->n; i++) {
        size_t col = i % ncols;

        ifb_pen_cstr(p, "|");
        padded(p, g->cells[i], w[col] < 3 ? 3 : w[col], g->align[col], false);
        if (col + 1 == ncols)
            ifb_pen_cstr(p, "|\n");
        if (i + 1 == ncols)
            rule(g, p, w, ncols);
    }
}
