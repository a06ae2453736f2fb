/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engine/plan.h"

#include "harness/base/arena.h"
#include "harness/base/error.h"

/* A length before each string keeps ("ab", "c") and ("a", "bc") apart. */
static void hash_str(struct ifb_sha256 *h, ifb_str s)
{
    uint64_t len = s.len;

    ifb_sha256_add(h, &len, sizeof(len));
    ifb_sha256_add(h, s.ptr, s.len);
}

static void hash_item(struct ifb_sha256 *h, const struct ifb_item *item)
{
    hash_str(h, item->id);
    for (size_t i = 0; i < item->prompt.n; i++) {
        const struct ifb_images *images = item->prompt.at[i].images;

        hash_str(h, item->prompt.at[i].text);
        for (size_t k = 0; images && k < images->n; k++)
            hash_str(h, images->at[k].sha256);
    }
    for (size_t i = 0; i < item->nconstraints; i++) {
        hash_str(h, item->constraints[i].id);
        hash_str(h, item->constraints[i].args_json);
    }
}

void ifb_item_release(struct ifb_item *item)
{
    for (size_t i = 0; i < item->nconstraints; i++)
        ifb_constraint_release(&item->constraints[i]);
    item->nconstraints = 0;
}

/* A suite being read. */
struct reading {
    struct ifb_suite_items *out;
    struct ifb_arena *arena;    /* of what stays */
    struct ifb_arena *passing;  /* of an item that does not; NULL while all stay */
    struct ifb_sha256 *hash;
    size_t cap, places_cap;
};

/* From the first item on that need not stay, if the suite can find it again. */
static void begin_passing(struct reading *r, const struct ifb_suite_watch *watch)
{
    const struct ifb_suite *suite = r->out->suite;

    if (!watch || r->passing || !suite->place || r->out->n != watch->resident || !r->out->n ||
        suite->place(r->out->state) < 0)
        return;
    r->passing = ifb_arena_new();
    suite->into(r->out->state, r->passing);
}

static void add_item(struct reading *r, struct ifb_item *item, const struct ifb_suite_watch *watch)
{
    struct ifb_suite_items *out = r->out;

    ifb_preface_put(&out->preface, item, r->passing ? r->passing : r->arena);
    hash_item(r->hash, item);
    if (watch)
        watch->see(watch->self, out->suite, item);
    if (r->passing) {
        size_t n = out->n - out->resident;

        out->places = ifb_grow(r->arena, out->places, &r->places_cap, n + 1,
                               sizeof(*out->places));
        out->places[n] = out->suite->place(out->state);
        ifb_item_release(item);
        ifb_arena_reset(r->passing);
    } else {
        out->items = ifb_grow(r->arena, out->items, &r->cap, out->n + 1, sizeof(*item));
        out->items[out->resident++] = *item;
    }
    out->n++;
}

static enum ifb_code read_items(struct reading *r, size_t limit,
                                const struct ifb_suite_watch *watch, struct ifb_error *err)
{
    enum ifb_code code = IFB_OK;
    bool more = true;

    while (!limit || r->out->n < limit) {
        struct ifb_item item = { 0 };

        begin_passing(r, watch);
        code = r->out->suite->next(r->out->state, &item, &more, err);
        if (code || !more)
            break;
        add_item(r, &item, watch);
    }
    return code;
}

enum ifb_code ifb_suite_load(const struct ifb_suite *suite, const struct ifb_suite_source *src,
                             size_t limit, const struct ifb_suite_watch *watch,
                             struct ifb_arena *arena, struct ifb_suite_items *out,
                             struct ifb_error *err)
{
    struct reading r = { .out = out, .arena = arena, .hash = ifb_sha256_new() };
    enum ifb_code code;

    *out = (struct ifb_suite_items){ .suite = suite };
    if (watch)
        out->preface = watch->preface;
    code = suite->self ? suite->begin(suite->self, arena, &out->state, err)
                       : suite->open(src, arena, &out->state, err);
    if (!code)
        code = read_items(&r, limit, watch, err);
    if (!code && !out->n)
        code = ifb_fail(err, IFB_EINPUT, "%s: the suite has no items", suite->id);
    ifb_sha256_hex(r.hash, out->digest);
    ifb_sha256_close(r.hash);
    ifb_arena_close(r.passing);
    if (out->state && (code || !r.passing)) {
        suite->close(out->state);
        out->state = NULL;
    }
    if (code)
        ifb_suite_unload(out);
    return code;
}

void ifb_suite_unload(struct ifb_suite_items *s)
{
    for (size_t i = 0; i < s->resident; i++)
        ifb_item_release(&s->items[i]);
    if (s->state)
        s->suite->close(s->state);
    s->state = NULL;
    s->n = s->resident = 0;
}

enum ifb_code ifb_suite_item(const struct ifb_suite_items *s, size_t i, struct ifb_arena *arena,
                             struct ifb_item *own, const struct ifb_item **out,
                             struct ifb_error *err)
{
    enum ifb_code code;

    *own = (struct ifb_item){ 0 };
    *out = i < s->resident ? &s->items[i] : own;
    if (i < s->resident)
        return IFB_OK;
    code = s->suite->again(s->state, s->places[i - s->resident], arena, own, err);
    if (!code)
        ifb_preface_put(&s->preface, own, arena);
    return code;
}

bool ifb_is_turn(const struct ifb_conversation *prompt, size_t i)
{
    return prompt->at[i].role == IFB_USER &&
           (i + 1 == prompt->n || prompt->at[i + 1].role != IFB_ASSISTANT);
}

static uint16_t count_turns(const struct ifb_item *item)
{
    uint16_t n = 0;

    for (size_t i = 0; i < item->prompt.n; i++)
        if (ifb_is_turn(&item->prompt, i))
            n++;
    return n ? n : 1;
}

size_t ifb_turn_messages(const struct ifb_item *item, uint16_t turn)
{
    uint16_t seen = 0;

    for (size_t i = 0; i < item->prompt.n; i++)
        if (ifb_is_turn(&item->prompt, i) && seen++ == turn)
            return i + 1;
    return item->prompt.n;
}

static void hash_plan(const struct ifb_suite_items *suites, size_t nsuites,
                      const struct ifb_model *models, size_t nmodels, uint32_t epochs,
                      char out[IFB_SHA256_HEX])
{
    struct ifb_sha256 *h = ifb_sha256_new();

    ifb_sha256_add(h, &epochs, sizeof(epochs));
    for (size_t m = 0; m < nmodels; m++)
        hash_str(h, models[m].spec);
    for (size_t s = 0; s < nsuites; s++) {
        hash_str(h, (ifb_str){ suites[s].suite->id, strlen(suites[s].suite->id) });
        hash_str(h, (ifb_str){ suites[s].digest, strlen(suites[s].digest) });
        if (suites[s].preface.system.len)
            hash_str(h, suites[s].preface.system);
    }
    ifb_sha256_hex(h, out);
    ifb_sha256_close(h);
}

static void add_samples(const struct ifb_suite_items *suite, uint32_t cell, uint32_t epochs,
                        struct ifb_sample_plan *samples, struct ifb_plan *out)
{
    for (size_t i = 0; i < suite->n; i++) {
        const struct ifb_item *item = i < suite->resident ? &suite->items[i] : NULL;
        uint16_t turns = item ? count_turns(item) : 1;

        for (uint32_t e = 0; e < epochs; e++) {
            samples[out->nsamples] = (struct ifb_sample_plan){
                .item = item, .index = (uint32_t)i, .cell = cell, .epoch = e,
                .call = (uint32_t)out->ncalls, .turns = turns,
                .number = (uint32_t)out->nsamples,
            };
            out->nsamples++;
            out->ncalls += turns;
        }
    }
}

void ifb_plan_make(const struct ifb_suite_items *suites, size_t nsuites,
                   const struct ifb_model *models, size_t nmodels, uint32_t epochs,
                   struct ifb_arena *arena, struct ifb_plan *out)
{
    struct ifb_plan_cell *cells = ifb_new(arena, struct ifb_plan_cell, nsuites * nmodels);
    struct ifb_sample_plan *samples;
    size_t total = 0, before = 0;

    for (size_t s = 0; s < nsuites; s++)
        total += suites[s].n * nmodels * epochs;
    samples = ifb_new(arena, struct ifb_sample_plan, total);
    *out = (struct ifb_plan){ .cells = cells, .samples = samples, .epochs = epochs };
    for (size_t s = 0; s < nsuites; before += suites[s++].n)
        for (size_t m = 0; m < nmodels; m++) {
            struct ifb_plan_cell *c = &cells[out->ncells];

            *c = (struct ifb_plan_cell){ .suite = suites[s].suite, .items = &suites[s],
                                         .model = &models[m],
                                         .model_index = (uint32_t)m, .before = before,
                                         .first = (uint32_t)out->nsamples };
            add_samples(&suites[s], (uint32_t)out->ncells++, epochs, samples, out);
            c->n = (uint32_t)out->nsamples - c->first;
        }
    out->nown = out->ncalls;
    hash_plan(suites, nsuites, models, nmodels, epochs, out->digest);
}

size_t ifb_plan_items(const struct ifb_plan *plan)
{
    const struct ifb_plan_cell *last;

    if (!plan->ncells)
        return 0;
    last = &plan->cells[plan->ncells - 1];
    return last->before + last->items->n;
}

int64_t ifb_plan_shard_of(const struct ifb_plan *plan, const struct ifb_sample_plan *sample,
                          int64_t of)
{
    size_t item = plan->cells[sample->cell].before + sample->index;

    return (int64_t)(item % (size_t)of) + 1;
}

void ifb_plan_share(struct ifb_plan *plan, struct ifb_shard shard)
{
    struct ifb_sample_plan *samples = (struct ifb_sample_plan *)plan->samples;
    struct ifb_plan_cell *cells = (struct ifb_plan_cell *)plan->cells;
    size_t n = 0;

    plan->nown = 0;
    for (size_t c = 0; c < plan->ncells; c++) {
        size_t from = cells[c].first, to = from + cells[c].n;

        cells[c].first = (uint32_t)n;
        for (size_t i = from; i < to; i++) {
            if (ifb_plan_shard_of(plan, &samples[i], shard.of) != shard.index)
                continue;
            plan->nown += samples[i].turns;
            samples[n++] = samples[i];
        }
        cells[c].n = (uint32_t)n - cells[c].first;
    }
    plan->nsamples = n;
}

const struct ifb_sample_plan *ifb_plan_sample_of(const struct ifb_plan *plan, uint32_t call)
{
    size_t lo = 0, hi = plan->nsamples;

    if (!hi)
        return NULL;
    while (hi - lo > 1) {
        size_t mid = lo + (hi - lo) / 2;

        if (plan->samples[mid].call <= call)
            lo = mid;
        else
            hi = mid;
    }
    /* A shard has gaps. */
    return call - plan->samples[lo].call < plan->samples[lo].turns ? &plan->samples[lo] : NULL;
}
