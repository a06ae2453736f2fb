/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table of text, aligned by the width characters have on a terminal. Cells
 * are text that is safe already.
 *
 *     struct ifb_grid g;
 *     ifb_grid_open(&g, arena, "lrr");
 *     ifb_grid_cell(&g, IFB_STR("name")); ...   three cells a row
 *     ifb_grid_print(&g, pen, "  ");
 */
#ifndef IFB_REPORTS_GRID_H
#define IFB_REPORTS_GRID_H

#include "reports/escape.h"

struct ifb_grid {
    struct ifb_arena *arena;
    const char *align;  /* one of 'l' and 'r' a column */
    ifb_str *cells;
    size_t n, cap;
};

/* Makes text from outside safe, as a string in the arena: ifb_escape_line, ... */
typedef void ifb_escape(struct ifb_pen *p, ifb_str s);
ifb_str ifb_escaped(struct ifb_arena *arena, ifb_escape *escape, ifb_str s);

void ifb_grid_open(struct ifb_grid *g, struct ifb_arena *arena, const char *align);

/* The bytes must live as long as the arena. */
void ifb_grid_cell(struct ifb_grid *g, ifb_str text);

/* A copy. */
void ifb_grid_cstr(struct ifb_grid *g, const char *text);

/* Columns stand two spaces apart, lines begin with `indent`. */
void ifb_grid_print(const struct ifb_grid *g, struct ifb_pen *p, const char *indent);

/* As Markdown; the first row is the head. */
void ifb_grid_markdown(const struct ifb_grid *g, struct ifb_pen *p);

#endif
