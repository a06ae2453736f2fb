/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is made of texts. The first byte says of which: 'p' pictures as gnuplot prints them;
 * 'b' pieces for the blocks of a page, each before a NUL; 'x' the number of a perturbation as
 * a letter from 'a', its name's number before a NUL, HELM's four lists each before a NUL, and
 * the text; 'c' the names of a chart, each before a NUL.
 */
#include <ifbench/perturb.h>

#include <zlib.h>

#include "harness/base/arena.h"
#include "harness/base/base64.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "reports/blocks.h"
#include "reports/plot.h"
#include "tests/fuzz/fuzz.h"

#define PAGE_MAX ((size_t)16 << 20)

static bool append(void *self, const char *bytes, size_t len)
{
    return ifb_buf_add(self, bytes, len);
}

/* ---- pictures ---- */

static struct ifb_chart *new_chart(struct fuzz_in *in, struct ifb_arena *arena)
{
    enum ifb_chart_kind kind = (enum ifb_chart_kind)fuzz_below(in, 5);
    size_t nrows = 1 + fuzz_below(in, 5), nseries = 1 + fuzz_below(in, 5);
    struct ifb_chart *c = ifb_chart_new(arena, kind, nrows, nseries);
    ifb_str *rows = ifb_new(arena, ifb_str, nrows), *series = ifb_new(arena, ifb_str, nseries);

    for (size_t i = 0; i < nrows; i++)
        rows[i] = fuzz_until(in, 0, arena);
    for (size_t i = 0; i < nseries; i++)
        series[i] = fuzz_until(in, 0, arena);
    for (size_t i = 0; i < nrows * nseries; i++) {
        uint8_t b = fuzz_byte(in);

        if (b & 1)
            c->cells[i] = (struct ifb_chart_cell){ 1 + b, b / 255.0, 0, 1, b };
    }
    c->x = (enum ifb_chart_x)fuzz_below(in, 4);
    c->share = fuzz_byte(in) & 1;
    c->rows = rows;
    c->series = series;
    c->name = IFB_STR("chart");
    c->title = c->caption = c->y_label = c->x_label = rows[0];
    c->series_head = "model";
    c->row_head = kind < IFB_CHART_LINES ? "row" : NULL;
    c->x_head = kind < IFB_CHART_LINES ? NULL : "x";
    c->points = kind == IFB_CHART_POINTS ? series : NULL;
    return c;
}

/* No byte from outside is in the script: it is printable ASCII. */
static void draw(struct fuzz_in *in, struct ifb_arena *arena)
{
    struct ifb_chart *c = new_chart(in, arena);
    struct ifb_plotter p;
    struct ifb_plots plots;

    ifb_plotter_open(&p, arena);
    ifb_plotter_add(&p, c);
    ifb_plotter_close(&p, &plots);
    for (size_t i = 0; i < plots.script.len; i++)
        fuzz_demand(plots.script.ptr[i] == '\n' ||
                    (plots.script.ptr[i] >= ' ' && plots.script.ptr[i] <= '~'));
    fuzz_demand(ifb_utf8_valid(plots.at[0].table) == plots.at[0].table.len);
    for (size_t i = 0; i < plots.nlabels; i++)
        fuzz_demand(ifb_utf8_valid(plots.labels[i]) == plots.labels[i].len);
}

static void take(ifb_str printed, struct ifb_arena *arena)
{
    static const ifb_str labels[] = { IFB_STR_INIT("<&\">"), IFB_STR_INIT("two") };
    struct ifb_plot two[] = { { .name = IFB_STR_INIT("a"), .title = IFB_STR_INIT("<t>"),
                                .caption = IFB_STR_INIT("c & d") },
                              { .name = IFB_STR_INIT("b") } };
    struct ifb_plots plots = { .at = two, .n = 2, .labels = labels, .nlabels = 2 };
    struct ifb_error err;

    if (ifb_plots_take(&plots, printed, arena, &err))
        return;
    for (size_t i = 0; i < 2; i++) {
        fuzz_demand(two[i].svg.len && ifb_utf8_valid(two[i].svg) == two[i].svg.len);
        fuzz_demand(ifb_str_find(two[i].svg, IFB_STR("<script"), 0) == SIZE_MAX);
    }
}

/* ---- blocks ---- */

/* The texts of all elements of the page, unpacked, one after the other. */
static void unpack(ifb_str page, struct ifb_buf *out, struct ifb_arena *arena)
{
    static const ifb_str open = IFB_STR_INIT("class=\"t\">"), close = IFB_STR_INIT("</script>");
    size_t at = 0;

    while ((at = ifb_str_find(page, open, at)) != SIZE_MAX) {
        size_t from = at + open.len, to = ifb_str_find(page, close, from);
        ifb_str packed;
        unsigned char *raw = ifb_alloc(arena, PAGE_MAX);
        uLongf n = PAGE_MAX;

        fuzz_demand(to != SIZE_MAX);
        fuzz_demand(ifb_base64_read(ifb_str_part(page, from, to), arena, &packed));
        fuzz_demand(uncompress(raw, &n, (const Bytef *)packed.ptr, (uLong)packed.len) == Z_OK);
        ifb_buf_add(out, (const char *)raw, n);
        at = to;
    }
}

static void block(struct fuzz_in *in, struct ifb_arena *arena)
{
    struct ifb_buf page, wanted, found;
    struct ifb_sink sink = { &page, append };
    struct ifb_blocks b;
    struct ifb_pen pen;

    ifb_buf_init(&page, PAGE_MAX);
    ifb_buf_init(&wanted, PAGE_MAX);
    ifb_buf_init(&found, PAGE_MAX);
    ifb_pen_open(&pen, &sink);
    ifb_blocks_open(&b, "t", &pen);
    while (in->n) {
        unsigned times = 1u << fuzz_below(in, 12);
        ifb_str piece = fuzz_until(in, 0, arena);
        struct ifb_pen *p = ifb_blocks_begin(&b);

        ifb_buf_cstr(&wanted, b.open ? ",\n" : "[");
        for (unsigned i = 0; i < times && wanted.len + piece.len < PAGE_MAX / 2; i++) {
            ifb_pen_str(p, piece);
            ifb_buf_str(&wanted, piece);
        }
        ifb_blocks_end(&b);
        ifb_buf_cstr(&wanted, b.open ? "" : "]");
    }
    ifb_buf_cstr(&wanted, b.open ? "]" : "");
    ifb_blocks_finish(&b);
    ifb_pen_flush(&pen);
    unpack(ifb_buf_view(&page), &found, arena);
    fuzz_demand(ifb_str_eq(ifb_buf_view(&found), ifb_buf_view(&wanted)));
    ifb_blocks_close(&b);
    ifb_buf_close(&page);
    ifb_buf_close(&wanted);
    ifb_buf_close(&found);
}

/* ---- perturbations ---- */

static const char *write_lists(struct fuzz_in *in, struct ifb_arena *arena)
{
    static const char *const names[] = { "correct_to_misspelling.json", "contractions.json",
                                         "fillers.json", "gender_mappings.json" };
    const char *path = NULL;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        path = fuzz_file(arena, names[i], fuzz_until(in, 0, arena));
    return ifb_cstr(arena, ifb_str_part(ifb_str_of(path), 0,
                                        (size_t)(strrchr(path, '/') - path)));
}

static void perturb(struct fuzz_in *in, struct ifb_arena *arena)
{
    const struct ifb_perturb_name *n = ifb_perturb_next(NULL);
    uint8_t which = fuzz_byte(in);
    struct ifb_perturb_lists *lists = NULL;
    struct ifb_perturbation p;
    ifb_str number = fuzz_until(in, 0, arena), text, out, again;
    const char *folder = write_lists(in, arena);
    struct ifb_error err;

    for (; n && which > 'a'; which--)
        n = ifb_perturb_next(n);
    text = fuzz_rest(in, arena);
    if (!n || ifb_perturbation_read(ifb_fmt(arena, "%s%.*s", n->name, IFB_ARG(number)), &p, &err) ||
        ifb_perturb_open(folder, arena, &lists, &err))
        return;
    if (!ifb_perturb(p, lists, IFB_STR("id7"), -1, text, arena, &out, &err)) {
        fuzz_demand(ifb_utf8_valid(out) == out.len);
        fuzz_demand(!ifb_perturb(p, lists, IFB_STR("id7"), -1, text, arena, &again, &err));
        fuzz_demand(ifb_str_eq(out, again));
    }
    ifb_perturb_close(lists);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct fuzz_in in = { data, size };

    switch (fuzz_byte(&in)) {
    case 'p': take((ifb_str){ (const char *)in.at, in.n }, arena); break;
    case 'b': block(&in, arena); break;
    case 'x': perturb(&in, arena); break;
    case 'c': draw(&in, arena); break;
    default: break;
    }
    ifb_arena_close(arena);
    return 0;
}
