/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page of a comparison. Each run is walked by itself, in its own order; what
 * belongs together meets in a table of pairs, of which only places, verdicts and
 * lengths stay in memory. Blocks of class "b" hold the base's transcripts, "c" the
 * candidate's.
 *
 *   row  [id, cell, epoch, outcome of the base, of the candidate, checks, transcript of
 *        the base, of the candidate, tokens out of the base, of the candidate]:
 *        `checks` as in html_sample.c, with the letters of the base, then the candidate's;
 *        a transcript that is not there is -1
 */
#include "reports/compare_page.h"

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/error.h"
#include "harness/base/seen.h"
#include "harness/base/str.h"
#include "reports/say.h"
#include "reports/share.h"

enum side { BASE, CAND };

/* One answer to one item on both sides. */
struct pair {
    ifb_str id;
    size_t cell;
    uint32_t epoch;
    struct {
        enum ifb_outcome outcome;
        ifb_str letters;  /* strict and loose of each constraint */
        int64_t tokens, transcript;
        uint64_t weight;
    } on[2];
    int *ids, nids;       /* places of the constraints' names */
    bool kept;            /* its transcripts are on the page */
};

struct diff {
    const struct ifb_comparison *c;
    struct ifb_html_index index;
    struct ifb_arena *arena, *scratch;
    struct ifb_seen items;  /* of the comparison: cell and id */
    struct ifb_seen places; /* of pairs: cell, epoch and id; counted from 1 */
    struct pair **pairs;
    size_t n, cap;
    struct ifb_blocks blocks[2];
    double packing;
};

/* ---- which samples belong to the comparison ---- */

static ifb_str key_of(struct ifb_arena *arena, size_t cell, uint32_t epoch, ifb_str id)
{
    return ifb_fmt(arena, "%zu %u %.*s", cell, (unsigned)epoch, IFB_ARG(id));
}

static void note_ids(struct diff *d, size_t cell, struct ifb_strs ids)
{
    for (size_t i = 0; i < ids.n; i++)
        ifb_seen_add(&d->items, d->arena, key_of(d->arena, cell, 0, ids.at[i]), 1);
}

static void note_items(struct diff *d, size_t cell, const struct ifb_compare_item *at, size_t n)
{
    for (size_t i = 0; i < n; i++)
        ifb_seen_add(&d->items, d->arena, key_of(d->arena, cell, 0, at[i].id), 1);
}

static void note_all(struct diff *d)
{
    for (size_t i = 0; i < d->c->ncells; i++) {
        const struct ifb_compare_cell *cell = &d->c->cells[i];

        note_items(d, i, cell->fixed, cell->nfixed);
        note_items(d, i, cell->regressed, cell->nregressed);
        note_ids(d, i, cell->same_pass);
        note_ids(d, i, cell->same_fail);
        note_ids(d, i, cell->unscored);
    }
}

/* The cell that a sample of one side is of; SIZE_MAX: none. */
static size_t cell_of(const struct diff *d, const struct ifb_sample *s, enum side side)
{
    for (size_t i = 0; i < d->c->ncells; i++) {
        const struct ifb_compare_cell *cell = &d->c->cells[i];

        if (ifb_str_eq(s->suite, cell->suite) &&
            ifb_str_eq(s->model, side == BASE ? cell->base_model : cell->cand_model))
            return ifb_seen_find(&d->items, key_of(d->scratch, i, 0, s->id)) ? i : SIZE_MAX;
    }
    return SIZE_MAX;
}

/* ---- pairs ---- */

static struct pair *pair_of(struct diff *d, const struct ifb_sample *s, size_t cell)
{
    unsigned at = ifb_seen_find(&d->places, key_of(d->scratch, cell, s->epoch, s->id));
    struct pair *p;

    if (at)
        return d->pairs[at - 1];
    p = ifb_new(d->arena, struct pair, 1);
    p->id = ifb_str_copy(d->arena, s->id);
    p->cell = cell;
    p->epoch = s->epoch;
    p->on[BASE].transcript = p->on[CAND].transcript = -1;
    p->on[BASE].tokens = p->on[CAND].tokens = -1;
    d->pairs = ifb_grow(d->arena, d->pairs, &d->cap, d->n + 1, sizeof(struct pair *));
    d->pairs[d->n++] = p;
    ifb_seen_add(&d->places, d->arena, key_of(d->arena, cell, s->epoch, s->id), (unsigned)d->n);
    return p;
}

/* Two letters a constraint: its strict and its loose verdict. */
static ifb_str letters_of(const struct ifb_sample *s, struct ifb_arena *arena)
{
    static const char letters[] = "ufpe";
    char *words = ifb_alloc(arena, 2 * s->nchecks);

    for (size_t i = 0; i < s->nchecks; i++) {
        words[2 * i] = letters[s->checks[i].strict.outcome];
        words[2 * i + 1] = letters[s->checks[i].loose.outcome];
    }
    return (ifb_str){ words, 2 * s->nchecks };
}

static void learn(struct diff *d, const struct ifb_sample *s, size_t cell, enum side side)
{
    struct pair *p = pair_of(d, s, cell);

    ifb_html_learn(&d->index, s);
    if (!p->ids) {
        p->ids = ifb_new(d->arena, int, s->nchecks);
        p->nids = (int)s->nchecks;
        for (size_t i = 0; i < s->nchecks; i++)
            p->ids[i] = ifb_html_place(&d->index.ids, s->checks[i].id);
    }
    p->on[side].outcome = s->outcome;
    p->on[side].letters = letters_of(s, d->arena);
    p->on[side].tokens = s->tokens_out;
    ifb_html_put_transcript(ifb_blocks_begin(&d->blocks[side]), s, d->scratch);
    p->on[side].weight = ifb_blocks_end(&d->blocks[side]);
}

static void write_one(struct diff *d, const struct ifb_sample *s, size_t cell, enum side side,
                      int64_t *n)
{
    struct pair *p = pair_of(d, s, cell);

    if (!p->kept)
        return;
    ifb_html_put_transcript(ifb_blocks_begin(&d->blocks[side]), s, d->scratch);
    ifb_blocks_end(&d->blocks[side]);
    p->on[side].transcript = (*n)++;
}

static enum ifb_code walk(struct diff *d, struct ifb_samples *samples, enum side side,
                          bool writing, struct ifb_error *err)
{
    struct ifb_sample s;
    enum ifb_code code;
    bool more = true;
    int64_t n = 0;

    samples->rewind(samples->self);
    while ((code = samples->next(samples->self, &s, &more, err)) == IFB_OK && more) {
        size_t cell = cell_of(d, &s, side);

        if (cell != SIZE_MAX && writing)
            write_one(d, &s, cell, side, &n);
        else if (cell != SIZE_MAX)
            learn(d, &s, cell, side);
        ifb_arena_reset(d->scratch);
    }
    ifb_blocks_finish(&d->blocks[side]);
    return code;
}

/* Both runs; `page` NULL: only to learn what there is and what it weighs. */
static enum ifb_code walk_both(struct diff *d, struct ifb_samples *const sides[2],
                               struct ifb_pen *page, struct ifb_error *err)
{
    static const char *const classes[] = { "b", "c" };
    enum ifb_code code = IFB_OK;

    for (int i = BASE; i <= CAND && !code; i++) {
        ifb_blocks_open(&d->blocks[i], classes[i], page);
        code = walk(d, sides[i], (enum side)i, page != NULL, err);
    }
    return code;
}

static void close_blocks(struct diff *d)
{
    for (int i = BASE; i <= CAND; i++)
        if (d->blocks[i].deflater)
            ifb_blocks_close(&d->blocks[i]);
    memset(d->blocks, 0, sizeof(d->blocks));
}

/* ---- which transcripts there is room for ---- */

static bool is_changed(const struct pair *p)
{
    return p->on[BASE].outcome != p->on[CAND].outcome;
}

/* What changed comes first; returns how many pairs keep their transcripts. */
static size_t choose(struct diff *d, uint64_t room)
{
    struct ifb_share changed = { 0 }, same = { 0 };

    for (size_t i = 0; i < d->n; i++) {
        struct ifb_share *share = is_changed(d->pairs[i]) ? &changed : &same;

        share->weight += d->pairs[i]->on[BASE].weight + d->pairs[i]->on[CAND].weight;
    }
    ifb_share_settle(&same, ifb_share_settle(&changed, (uint64_t)((double)room / d->packing)));
    for (size_t i = 0; i < d->n; i++) {
        struct pair *p = d->pairs[i];

        p->kept = ifb_share_admit(is_changed(p) ? &changed : &same,
                                  p->on[BASE].weight + p->on[CAND].weight);
    }
    return (size_t)(changed.kept + same.kept);
}

static void measure(struct diff *d)
{
    uint64_t tried = d->blocks[BASE].tried + d->blocks[CAND].tried;

    d->packing = tried ? (double)(d->blocks[BASE].packed + d->blocks[CAND].packed) / (double)tried
                       : 1;
}

/* ---- the page ---- */

static const struct ifb_html_assets assets = {
    { IFB_STYLE }, { IFB_SCRIPT_TRANSCRIPT, IFB_SCRIPT_LIST, IFB_SCRIPT_DIFF }, 1, 3,
};

static ifb_str letters_at(const struct pair *p, enum side side, size_t i)
{
    ifb_str all = p->on[side].letters;

    return 2 * i + 2 <= all.len ? ifb_str_part(all, 2 * i, 2 * i + 2) : IFB_STR("uu");
}

static void put_row(struct ifb_pen *p, const struct pair *pair)
{
    ifb_pen_cstr(p, "[");
    ifb_escape_island(p, pair->id);
    ifb_pen_fmt(p, ",%zu,%u,%d,%d,\"", pair->cell, (unsigned)pair->epoch,
                (int)pair->on[BASE].outcome, (int)pair->on[CAND].outcome);
    for (int i = 0; i < pair->nids; i++) {
        ifb_pen_fmt(p, "%s%d", i ? " " : "", pair->ids[i]);
        ifb_pen_str(p, letters_at(pair, BASE, (size_t)i));
        ifb_pen_str(p, letters_at(pair, CAND, (size_t)i));
    }
    ifb_pen_fmt(p, "\",%lld,%lld,%lld,%lld]", (long long)pair->on[BASE].transcript,
                (long long)pair->on[CAND].transcript, (long long)pair->on[BASE].tokens,
                (long long)pair->on[CAND].tokens);
}

static void put_island(struct ifb_pen *p, const struct diff *d)
{
    ifb_pen_cstr(p, "<script type=\"application/json\" id=\"index\">{");
    ifb_html_put_names(p, &d->index);
    ifb_pen_cstr(p, ",\n\"cells\":[");
    for (size_t i = 0; i < d->c->ncells; i++) {
        const struct ifb_compare_cell *cell = &d->c->cells[i];

        ifb_pen_cstr(p, i ? ",[" : "[");
        ifb_escape_island(p, cell->suite);
        ifb_pen_cstr(p, ",");
        ifb_escape_island(p, cell->base_model);
        ifb_pen_cstr(p, ",");
        ifb_escape_island(p, cell->cand_model);
        ifb_pen_cstr(p, "]");
    }
    ifb_pen_cstr(p, "],\n\"base\":");
    ifb_blocks_put_counts(p, &d->blocks[BASE]);
    ifb_pen_cstr(p, ",\n\"cand\":");
    ifb_blocks_put_counts(p, &d->blocks[CAND]);
    ifb_pen_cstr(p, ",\n\"rows\":[\n");
    for (size_t i = 0; i < d->n; i++) {
        ifb_pen_cstr(p, i ? ",\n" : "");
        put_row(p, d->pairs[i]);
    }
    ifb_pen_cstr(p, "]}</script>\n");
}

static void put_extent(struct ifb_pen *p, const struct diff *d, size_t kept)
{
    ifb_pen_cstr(p, "<p class=\"note\" id=\"extent\">");
    if (kept == d->n)
        ifb_pen_fmt(p, "All %s pairs are here, with the transcripts of both sides.</p>\n",
                    ifb_say_count((int64_t)d->n).text);
    else
        ifb_pen_fmt(p, "<strong>Transcripts of %s of %s pairs are here</strong>, to keep this file "
                    "small: those that changed come first. The list has all, the runs\xe2\x80\x99 "
                    "folders hold every answer, and <code>--page-mb</code> makes room for more."
                    "</p>\n", ifb_say_count((int64_t)kept).text,
                    ifb_say_count((int64_t)d->n).text);
}

static enum ifb_code put_page(struct diff *d, struct ifb_samples *const sides[2], size_t kept,
                              struct ifb_pen *p, struct ifb_error *err)
{
    enum ifb_code code;

    ifb_html_open(p, &assets);
    ifb_escape_text(p, d->c->cand);
    ifb_pen_cstr(p, " against ");
    ifb_escape_text(p, d->c->base);
    ifb_html_begin(p, &assets);
    ifb_compare_put_summary(p, d->c, &d->index, d->arena);
    ifb_pen_cstr(p, "<section id=\"samples\" aria-labelledby=\"h-samples\">\n"
                 "<h2 id=\"h-samples\">Side by side</h2>\n");
    put_extent(p, d, kept);
    ifb_html_put_wait(p);
    ifb_pen_cstr(p, "</section>\n</main>\n");
    code = walk_both(d, sides, p, err);
    put_island(p, d);
    ifb_html_end(p, &assets);
    return code;
}

static enum ifb_code write_page(const struct ifb_comparison *c, struct ifb_samples *base,
                                struct ifb_samples *cand, uint64_t room,
                                const struct ifb_sink *sink, struct ifb_error *err)
{
    struct ifb_samples *const sides[] = { base, cand };
    struct diff d = { .c = c, .arena = ifb_arena_new(), .scratch = ifb_arena_new() };
    struct ifb_pen pen;
    enum ifb_code code;

    d.index.arena = d.arena;
    note_all(&d);
    code = walk_both(&d, sides, NULL, err);
    measure(&d);
    close_blocks(&d);
    if (!code) {
        ifb_pen_open(&pen, sink);
        code = put_page(&d, sides, choose(&d, room ? room : IFB_HTML_BUDGET), &pen, err);
    }
    close_blocks(&d);
    ifb_arena_close(d.scratch);
    ifb_arena_close(d.arena);
    return code;
}

const struct ifb_compare_report ifb_compare_html = {
    .id = "html", .write_page = write_page,
    .doc = "a page with both answers side by side, readable offline",
};
