/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A chart as commands for gnuplot 5.0 or later. Only numbers, marks and our own words are
 * written: no text from outside, hence nothing that gnuplot could take for a command.
 */
#include "reports/plot.h"

#include <math.h>

#include "harness/base/str.h"
#include "reports/say.h"

#define WIDTH 480       /* so that words can be read where it is shown at 340 */
#define LABEL_MOST 30   /* columns of a name */
#define TITLE_MOST 54
#define PI 3.14159265358979323846

/*
 * Okabe and Ito's colours, which people with any kind of colour vision can tell apart
 * (jfly.uni-koeln.de/color); yellow, too light on white, is left out. Series also
 * differ by the shape of their points and by their dashes.
 */
static const char *const colours[] = { "#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                       "#e69f00", "#56b4e9", "black" };
static const int shapes[] = { 7, 5, 9, 13, 11, 6, 4 };

#define NCOLOURS (sizeof(colours) / sizeof(colours[0]))

static const char *colour_of(size_t series)
{
    return colours[series % NCOLOURS];
}

static int shape_of(size_t series)
{
    return shapes[series % NCOLOURS];
}

/* ---- what all have ---- */

static void put(struct ifb_plotter *p, const char *s)
{
    ifb_buf_cstr(&p->script, s);
}

/* "?" is what gnuplot is told to take for nothing. */
static void put_number(struct ifb_plotter *p, double x)
{
    put(p, isfinite(x) ? ifb_say_real(x, 4).text : "?");
    put(p, " ");
}

static void put_mark(struct ifb_plotter *p, ifb_str text, size_t most)
{
    ifb_str mark = ifb_plotter_mark(p, text, most);

    ifb_buf_fmt(&p->script, "\"%.*s\"", IFB_ARG(mark));
}

/* NaN stays NaN. */
static double shown(const struct ifb_chart *c, double value)
{
    return c->share ? 100 * value : value;
}

/* Room around the axes, in pixels. */
struct frame {
    size_t width, height, left, right, top, bottom;
};

#define COLUMN 6.7   /* pixels that a character takes on average, at 13 of them in height */
#define LEGEND_LINE 18

static size_t legend_height(const struct ifb_chart *c)
{
    return c->nseries > 1 ? 12 + LEGEND_LINE * c->nseries : 0;
}

static size_t pixels_of(const ifb_str *names, size_t n, size_t most)
{
    return (size_t)(COLUMN * (double)ifb_plotter_columns(names, n, most)) + 16;
}

static void put_place(struct ifb_plotter *p, const char *what, size_t pixels, size_t of)
{
    ifb_buf_fmt(&p->script, "%s screen %s", what,
                ifb_say_real((double)pixels / (double)of, 4).text);
}

/* The legend stands below everything, a line a series. */
static void open_plot(struct ifb_plotter *p, const struct ifb_chart *c, const struct frame *f)
{
    ifb_buf_fmt(&p->script, "reset\nset terminal svg size %zu,%zu fixed noenhanced butt "
                "linewidth 1 font \"sans-serif,13\"\n", f->width, f->height);
    put(p, "set encoding utf8\nset datafile missing \"?\"\nset samples 2\n"
        "set tics nomirror scale 0.5\nset border lw 1\nset key vertical maxcols 1 Left reverse "
        "samplen 2 left top");
    put_place(p, " at", 20, f->width);
    put_place(p, ",", legend_height(c), f->height);
    put_place(p, "\nset lmargin at", f->left, f->width);
    put_place(p, "\nset rmargin at", f->width - f->right, f->width);
    put_place(p, "\nset tmargin at", f->height - f->top, f->height);
    put_place(p, "\nset bmargin at", f->bottom, f->height);
    put(p, "\nset title ");
    put_mark(p, c->title, TITLE_MOST);
    put(p, " font \"sans-serif,15\"\n");
}

static void put_label(struct ifb_plotter *p, const char *axis, ifb_str text)
{
    if (!text.len)
        return;
    ifb_buf_fmt(&p->script, "set %slabel ", axis);
    put_mark(p, text, TITLE_MOST);
    put(p, "\n");
}

static void put_grid(struct ifb_plotter *p, const char *axes)
{
    ifb_buf_fmt(&p->script, "set grid %s lt 1 lw 1 lc rgb \"#d9000000\"\n", axes);
}

/* The axis of the values: percent, or from zero as far as they go. */
static void put_range(struct ifb_plotter *p, const struct ifb_chart *c, const char *axis)
{
    double least = 0;

    for (size_t i = 0; i < c->nrows * c->nseries; i++)
        least = fmin(least, fmin(c->cells[i].value, c->cells[i].lo));
    if (c->kind == IFB_CHART_POINTS)
        return;  /* where they lie to each other is what they are for */
    if (c->share)
        ifb_buf_fmt(&p->script, "set %srange [0:100]\nset %stics 25\n", axis, axis);
    else if (least >= 0)
        ifb_buf_fmt(&p->script, "set %srange [0:*]\n", axis);
}

/* ("NAME" 0, "NAME" 1, ...) */
static void put_names(struct ifb_plotter *p, const ifb_str *names, size_t n, size_t most)
{
    put(p, "(");
    for (size_t i = 0; i < n; i++) {
        put(p, i ? ", " : "");
        put_mark(p, names[i], most);
        ifb_buf_fmt(&p->script, " %zu", i);
    }
    put(p, ")");
}

static void put_title(struct ifb_plotter *p, const struct ifb_chart *c, size_t series)
{
    if (c->nseries < 2) {
        put(p, "notitle");
        return;
    }
    put(p, "title ");
    put_mark(p, c->series[series], TITLE_MOST);
}

static void put_comma(struct ifb_plotter *p, bool *some)
{
    put(p, *some ? ", \\\n  " : "plot ");
    *some = true;
}

/* ---- bars ---- */

#define BAND 0.78  /* of a row that its bars fill */

static void put_bar(struct ifb_plotter *p, const struct ifb_chart *c, size_t row, size_t series)
{
    const struct ifb_chart_cell *cell = ifb_chart_at(c, row, series);
    double thick = BAND / (double)c->nseries;
    double y = (double)row + ((double)series - (double)(c->nseries - 1) / 2) * thick;
    double end = fmax(fmax(cell->value, cell->hi), 0);

    put_number(p, y);
    put_number(p, y - thick * 0.45);
    put_number(p, y + thick * 0.45);
    put_number(p, shown(c, cell->value));
    put_number(p, shown(c, cell->lo));
    put_number(p, shown(c, cell->hi));
    put_number(p, shown(c, isfinite(end) ? end : 0));
    put(p, isfinite(cell->value) ? ifb_say_real(shown(c, cell->value), c->share ? 1 : 2).text
                                 : "n/a");
    put(p, "\n");
}

static void draw_bars(struct ifb_plotter *p, const struct ifb_chart *c)
{
    size_t thick = c->nseries > 1 ? 18 * c->nseries + 12 : 26;
    struct frame f = { .width = WIDTH, .top = 40, .bottom = 66 + legend_height(c), .right = 55 };
    bool some = false;

    f.left = pixels_of(c->rows, c->nrows, LABEL_MOST);
    f.height = f.top + thick * c->nrows + f.bottom;
    open_plot(p, c, &f);
    put_range(p, c, "x");
    put_label(p, "x", c->y_label);
    put_grid(p, "x");
    ifb_buf_fmt(&p->script, "set border 2 lw 1\nset yrange [%zu.5:-0.5]\nset ytics ",
                c->nrows - 1);
    put_names(p, c->rows, c->nrows, LABEL_MOST);
    put(p, " scale 0\n");
    for (size_t s = 0; s < c->nseries; s++) {
        ifb_buf_fmt(&p->script, "$s%zu << END\n", s);
        for (size_t r = 0; r < c->nrows; r++)
            put_bar(p, c, r, s);
        put(p, "END\n");
    }
    for (size_t s = 0; s < c->nseries; s++) {
        put_comma(p, &some);
        ifb_buf_fmt(&p->script, "$s%zu using 4:1:(0):4:2:3 with boxxyerror fs solid 0.8 noborder "
                    "lc rgb \"%s\" ", s, colour_of(s));
        put_title(p, c, s);
    }
    for (size_t s = 0; s < c->nseries; s++)
        ifb_buf_fmt(&p->script, ", \\\n  $s%zu using 4:1:5:6 with xerrorbars pt 0 lw 1.5 "
                    "lc rgb \"black\" notitle, \\\n  $s%zu using 7:1:8 with labels left "
                    "offset char 0.7,0 font \"sans-serif,12\" notitle", s, s);
    put(p, "\n");
}

/* ---- heat map ---- */

/* From light to dark along one hue: the order is seen without colours too. */
static unsigned heat_of(double share)
{
    static const double from[] = { 239, 243, 250 }, to[] = { 8, 58, 120 };
    unsigned colour = 0;

    for (size_t i = 0; i < 3; i++)
        colour = colour << 8 | (unsigned)(from[i] + (to[i] - from[i]) * share + 0.5);
    return colour;
}

#define NOTHING 0x9a9a9au

static void put_square(struct ifb_plotter *p, const struct ifb_chart *c, size_t r, size_t s)
{
    double value = ifb_chart_at(c, r, s)->value;
    bool known = isfinite(value);
    unsigned colour = known ? heat_of(fmin(fmax(value, 0), 1)) : NOTHING;

    ifb_buf_fmt(&p->script, "%zu %zu %u %u %s\n", s, r, colour,
                known && value > 0.45 ? 0xffffffu : 0x1b1d21u,
                known ? ifb_say_real(100 * value, 0).text : "n/a");
}

#define SLANTED_MOST 26  /* columns of a name under a column */

static void draw_heat(struct ifb_plotter *p, const struct ifb_chart *c)
{
    struct frame f = { .top = 40, .right = 20 };
    size_t slanted = pixels_of(c->series, c->nseries, SLANTED_MOST), wide;

    f.left = pixels_of(c->rows, c->nrows, LABEL_MOST);
    f.bottom = 12 + slanted * 6 / 10;
    f.height = f.top + 22 * c->nrows + f.bottom;
    wide = f.left + 40 * c->nseries + f.right;
    f.width = wide > WIDTH ? wide : WIDTH;
    open_plot(p, c, &f);
    ifb_buf_fmt(&p->script, "set border 0\nunset key\nset xrange [-0.5:%zu.5]\n"
                "set yrange [%zu.5:-0.5]\nset ytics ", c->nseries - 1, c->nrows - 1);
    put_names(p, c->rows, c->nrows, LABEL_MOST);
    put(p, " scale 0\nset xtics ");
    put_names(p, c->series, c->nseries, SLANTED_MOST);
    put(p, " scale 0 rotate by 35 right\n$s << END\n");
    for (size_t r = 0; r < c->nrows; r++)
        for (size_t s = 0; s < c->nseries; s++)
            put_square(p, c, r, s);
    put(p, "END\nplot $s using 1:2:($1-0.48):($1+0.48):($2-0.46):($2+0.46):3 with boxxyerror "
        "fs solid 1 noborder lc rgb variable, \\\n"
        "  $s using 1:2:5:4 with labels tc rgb variable font \"sans-serif,11\"\n");
}

/* ---- spider ---- */

static void put_point(struct ifb_plotter *p, const struct ifb_chart *c, size_t row, double radius)
{
    double angle = PI / 2 - 2 * PI * (double)row / (double)c->nrows;

    put_number(p, radius * cos(angle));
    put_number(p, radius * sin(angle));
    put(p, "\n");
}

/* What the outermost ring stands for: 1, 2 or 5 with zeros, at least the largest value. */
static double outermost(const struct ifb_chart *c)
{
    static const double steps[] = { 1, 2, 5 };
    double most = 0, ring = 1;

    for (size_t i = 0; i < c->nrows * c->nseries; i++)
        most = fmax(most, c->cells[i].value);
    for (size_t i = 0; !c->share && ring < most && i < 90; i++)
        ring = steps[i % 3] * pow(10, (double)(i / 3));
    return ring;
}

/* Rings at quarters, and an axis a row. */
static void put_web(struct ifb_plotter *p, const struct ifb_chart *c)
{
    put(p, "$web << END\n");
    for (int ring = 25; ring <= 100; ring += 25) {
        for (size_t r = 0; r <= c->nrows; r++)
            put_point(p, c, r % c->nrows, ring);
        put(p, "\n");
    }
    for (size_t r = 0; r < c->nrows; r++) {
        put(p, "0 0\n");
        put_point(p, c, r, 100);
        put(p, "\n");
    }
    put(p, "END\n");
    for (int ring = 50; ring <= 100; ring += 50)
        ifb_buf_fmt(&p->script, "set label \"%s%s\" at 3,%d left font \"sans-serif,11\"\n",
                    c->share ? ifb_say_real(ring, 0).text
                             : ifb_say_real(outermost(c) * ring / 100, 1).text,
                    c->share ? " %" : "", ring - 7);
}

#define SPIDER_LABEL 22
#define FILLED_MOST 3  /* polygons; the fills of more would be mud */

static void put_spokes(struct ifb_plotter *p, const struct ifb_chart *c)
{
    for (size_t r = 0; r < c->nrows; r++) {
        double angle = PI / 2 - 2 * PI * (double)r / (double)c->nrows, side = cos(angle);

        put(p, "set label ");
        put_mark(p, c->rows[r], SPIDER_LABEL);
        ifb_buf_fmt(&p->script, " at %s,", ifb_say_real(107 * side, 2).text);
        ifb_buf_fmt(&p->script, "%s %s\n", ifb_say_real(109 * sin(angle), 2).text,
                    fabs(side) < 0.05 ? "center" : side > 0 ? "left" : "right");
    }
}

static void put_polygon(struct ifb_plotter *p, const struct ifb_chart *c, size_t series)
{
    double most = outermost(c);

    ifb_buf_fmt(&p->script, "$s%zu << END\n", series);
    for (size_t r = 0; r <= c->nrows; r++) {
        double value = ifb_chart_at(c, r % c->nrows, series)->value;

        put_point(p, c, r % c->nrows, value < 0 ? 0 : 100 * value / most);
    }
    put(p, "END\n");
}

static void draw_spider(struct ifb_plotter *p, const struct ifb_chart *c)
{
    struct frame f = { .width = WIDTH, .left = 5, .right = 5, .top = 45,
                       .bottom = 15 + legend_height(c) };

    f.height = f.top + (WIDTH - 10) * 240 / 400 + f.bottom;  /* as far up as across */
    open_plot(p, c, &f);
    put(p, "set border 0\nunset tics\nset xrange [-200:200]\nset yrange [-120:120]\n");
    put_web(p, c);
    put_spokes(p, c);
    for (size_t s = 0; s < c->nseries; s++)
        put_polygon(p, c, s);
    put(p, "plot $web using 1:2 with lines lt 1 lc rgb \"#c0000000\" notitle");
    for (size_t s = 0; s < c->nseries; s++) {
        if (c->nseries <= FILLED_MOST)
            ifb_buf_fmt(&p->script, ", \\\n  $s%zu using 1:2 with filledcurves closed fs "
                        "transparent solid 0.08 noborder lc rgb \"%s\" notitle", s, colour_of(s));
        ifb_buf_fmt(&p->script, ", \\\n  $s%zu using 1:2 with linespoints lw 2 dt %zu pt %d ps 0.7 "
                    "lc rgb \"%s\" ", s, 1 + s % 4, shape_of(s), colour_of(s));
        put_title(p, c, s);
    }
    put(p, "\n");
}

/* ---- over x ---- */

/* Intervals of several series at the same place would hide each other: they are moved a little. */
static double aside(const struct ifb_chart *c, size_t series, double x)
{
    double step = ((double)series - (double)(c->nseries - 1) / 2) *
                  fmin(0.08, 0.4 / (double)c->nseries);

    return c->x == IFB_X_WHOLE ? x + step : c->x == IFB_X_DOUBLING ? x * (1 + step) : x;
}

static void put_series(struct ifb_plotter *p, const struct ifb_chart *c, size_t series)
{
    ifb_buf_fmt(&p->script, "$s%zu << END\n", series);
    for (size_t r = 0; r < c->nrows; r++) {
        const struct ifb_chart_cell *cell = ifb_chart_at(c, r, series);

        if (!isfinite(cell->value) || !isfinite(cell->x))
            continue;
        put_number(p, aside(c, series, cell->x));
        put_number(p, shown(c, cell->value));
        put_number(p, shown(c, cell->lo));
        put_number(p, shown(c, cell->hi));
        put(p, "\n");
    }
    put(p, "END\n");
}

static void put_span(const struct ifb_chart *c, double *least, double *most)
{
    *least = INFINITY;
    *most = -INFINITY;
    for (size_t i = 0; i < c->nrows * c->nseries; i++)
        if (isfinite(c->cells[i].value)) {
            *least = fmin(*least, c->cells[i].x);
            *most = fmax(*most, c->cells[i].x);
        }
}

#define DAY 86400.0

static void put_x(struct ifb_plotter *p, const struct ifb_chart *c)
{
    double least, most, room;

    put_span(c, &least, &most);
    switch (c->x) {
    case IFB_X_WHOLE:
        room = 0.4;
        put(p, "set xtics 1\n");
        break;
    case IFB_X_DOUBLING:
        put(p, "set logscale x 2\nset format x \"%.0f\"\n");
        ifb_buf_fmt(&p->script, "set xrange [%s:",
                    ifb_say_real(0.85 * exp2(floor(log2(least))), 4).text);
        ifb_buf_fmt(&p->script, "%s]\n", ifb_say_real(exp2(floor(log2(most)) + 1), 4).text);
        return;
    case IFB_X_TIME:
        room = fmax(0.05 * (most - least), 60);
        ifb_buf_fmt(&p->script, "set xtics time format \"%s\" rotate by 30 right\n",
                    most - least > 3 * DAY ? "%Y-%m-%d" : "%m-%d %H:%M");
        break;
    default:
        room = most > least ? 0.12 * (most - least) : fmax(0.1 * most, 1);
        break;
    }
    ifb_buf_fmt(&p->script, "set xrange [%s:", ifb_say_real(least - room, 2).text);
    ifb_buf_fmt(&p->script, "%s]\n", ifb_say_real(most + room, 2).text);
}

static void draw_series(struct ifb_plotter *p, const struct ifb_chart *c)
{
    bool some = false, points = c->points != NULL;

    struct frame f = { .width = WIDTH, .left = 75, .right = 20, .top = 40 };

    f.bottom = (c->x == IFB_X_TIME ? 90 : 66) + (points ? 0 : legend_height(c));
    f.height = f.top + 260 + f.bottom;
    open_plot(p, c, &f);
    put_range(p, c, "y");
    put_x(p, c);
    put_label(p, "x", c->x_label);
    put_label(p, "y", c->y_label);
    put_grid(p, "y");
    put(p, "set border 3 lw 1\n");
    for (size_t s = 0; s < c->nseries; s++)
        put_series(p, c, s);
    for (size_t s = 0; s < c->nseries; s++) {
        put_comma(p, &some);
        ifb_buf_fmt(&p->script, "$s%zu using 1:2:3:4 with yerrorbars pt %d ps 0.8 lw 1.2 "
                    "lc rgb \"%s\" notitle, \\\n  ", s, shape_of(s), colour_of(s));
        if (points) {
            ifb_buf_fmt(&p->script, "$s%zu using 1:2:(", s);
            put_mark(p, c->points[s], LABEL_MOST);
            put(p, ") with labels left offset char 0.8,0.4 font \"sans-serif,11\" notitle");
            continue;
        }
        ifb_buf_fmt(&p->script, "$s%zu using 1:2 with %s lw 2 dt %zu pt %d ps 0.8 lc rgb \"%s\" ",
                    s, c->kind == IFB_CHART_POINTS ? "points" : "linespoints", 1 + s % 4,
                    shape_of(s), colour_of(s));
        put_title(p, c, s);
    }
    put(p, "\n");
}

void ifb_plotter_draw(struct ifb_plotter *p, const struct ifb_chart *c)
{
    switch (c->kind) {
    case IFB_CHART_BARS: draw_bars(p, c); break;
    case IFB_CHART_HEAT: draw_heat(p, c); break;
    case IFB_CHART_SPIDER: draw_spider(p, c); break;
    case IFB_CHART_LINES:
    case IFB_CHART_POINTS: draw_series(p, c); break;
    }
}
