/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engine/plan.h"

#include "harness/base/arena.h"
#include "harness/base/error.h"

enum ifb_code ifb_suite_load(const struct ifb_suite *suite, const struct ifb_suite_source *src,
                             size_t limit, struct ifb_arena *arena, struct ifb_suite_items *out,
                             struct ifb_error *err)
{
    void *state = NULL;
    size_t cap = 0;
    bool more = true;
    enum ifb_code code = suite->self ? suite->begin(suite->self, arena, &state, err)
                                     : suite->open(src, arena, &state, err);

    *out = (struct ifb_suite_items){ .suite = suite };
    while (!code) {
        struct ifb_item item = { 0 };

        if (limit && out->n == limit)
            break;
        code = suite->next(state, &item, &more, err);
        if (code || !more)
            break;
        out->items = ifb_grow(arena, out->items, &cap, out->n + 1, sizeof(item));
        out->items[out->n++] = item;
    }
    if (state)
        suite->close(state);
    if (!code && !out->n)
        return ifb_fail(err, IFB_EINPUT, "%s: the suite has no items", suite->id);
    if (code)
        ifb_suite_unload(out);
    return code;
}

void ifb_suite_unload(struct ifb_suite_items *s)
{
    for (size_t i = 0; i < s->n; i++)
        for (size_t j = 0; j < s->items[i].nconstraints; j++)
            ifb_constraint_release(&s->items[i].constraints[j]);
    s->n = 0;
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
        for (size_t i = 0; i < suites[s].n; i++)
            hash_item(h, &suites[s].items[i]);
    }
    ifb_sha256_hex(h, out);
    ifb_sha256_close(h);
}

static void add_samples(const struct ifb_suite_items *suite, uint32_t cell, uint32_t epochs,
                        struct ifb_sample_plan *samples, struct ifb_plan *out)
{
    for (size_t i = 0; i < suite->n; i++) {
        uint16_t turns = count_turns(&suite->items[i]);

        for (uint32_t e = 0; e < epochs; e++) {
            samples[out->nsamples++] = (struct ifb_sample_plan){
                .item = &suite->items[i], .cell = cell, .epoch = e,
                .call = (uint32_t)out->ncalls, .turns = turns,
            };
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
    size_t total = 0;

    for (size_t s = 0; s < nsuites; s++)
        total += suites[s].n * nmodels * epochs;
    samples = ifb_new(arena, struct ifb_sample_plan, total);
    *out = (struct ifb_plan){ .cells = cells, .samples = samples, .epochs = epochs };
    for (size_t s = 0; s < nsuites; s++)
        for (size_t m = 0; m < nmodels; m++) {
            struct ifb_plan_cell *c = &cells[out->ncells];

            *c = (struct ifb_plan_cell){ .suite = suites[s].suite, .model = &models[m],
                                         .model_index = (uint32_t)m,
                                         .first = (uint32_t)out->nsamples };
            add_samples(&suites[s], (uint32_t)out->ncells++, epochs, samples, out);
            c->n = (uint32_t)out->nsamples - c->first;
        }
    hash_plan(suites, nsuites, models, nmodels, epochs, out->digest);
}

const struct ifb_sample_plan *ifb_plan_sample_of(const struct ifb_plan *plan, uint32_t call)
{
    size_t lo = 0, hi = plan->nsamples;

    if (call >= plan->ncalls)
        return NULL;
    while (hi - lo > 1) {
        size_t mid = lo + (hi - lo) / 2;

        if (plan->samples[mid].call <= call)
            lo = mid;
        else
            hi = mid;
    }
    return &plan->samples[lo];
}
