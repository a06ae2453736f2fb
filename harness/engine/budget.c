/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engine/budget.h"

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "harness/base/yaml.h"

#define BYTES_A_TOKEN 3
#define TOKENS_A_MESSAGE 16
#define TOKENS_OUT 1024
#define PRICE_MAX 1e6

struct ifb_cost ifb_cost_of(const struct ifb_price *price, int64_t tokens_in, int64_t tokens_out)
{
    int64_t in = tokens_in > 0 ? tokens_in : 0, out = tokens_out > 0 ? tokens_out : 0;
    double usd = 0;

    if (price && price->known)
        usd = ((double)in * price->in + (double)out * price->out) / 1e6;
    return (struct ifb_cost){ in + out, usd };
}

struct ifb_cost ifb_cost_ceiling(const struct ifb_price *price, const struct ifb_request *request)
{
    int64_t in = 0, out = request->sampling.max_tokens;

    for (size_t i = 0; i < request->messages.n; i++)
        in += (int64_t)(request->messages.at[i].text.len / BYTES_A_TOKEN) + TOKENS_A_MESSAGE;
    return ifb_cost_of(price, in, out >= 0 ? out : TOKENS_OUT);
}

bool ifb_budget_allows(const struct ifb_budget *budget, const struct ifb_cost *spent,
                       const struct ifb_cost *held, const struct ifb_cost *next)
{
    if (budget->tokens > 0 && spent->tokens + held->tokens + next->tokens > budget->tokens)
        return false;
    return !(budget->usd > 0) || spent->usd + held->usd + next->usd <= budget->usd;
}

static enum ifb_code read_amount(const struct ifb_json *row, const char *key, double *out,
                                 struct ifb_error *err)
{
    const struct ifb_json *v = ifb_json_get(row, key);

    if (!v || v->kind != IFB_JNUMBER || !(v->number >= 0 && v->number <= PRICE_MAX))
        return ifb_fail(err, IFB_EINPUT, "%s: wanted US dollars for a million tokens", key);
    *out = v->number;
    return IFB_OK;
}

static enum ifb_code read_price(const struct ifb_json *row, struct ifb_price *out,
                                struct ifb_error *err)
{
    enum ifb_code code;

    if (row->kind != IFB_JOBJECT)
        return ifb_fail(err, IFB_EINPUT, "found %s, wanted {input: X, output: Y}",
                        ifb_json_kind_name(row->kind));
    for (const struct ifb_json *m = row->first; m; m = m->next)
        if (!ifb_str_is(m->key, "input") && !ifb_str_is(m->key, "output"))
            return ifb_fail(err, IFB_EINPUT, "unknown member \"%.*s\", wanted input and output",
                            IFB_ARG(ifb_utf8_cut(m->key, 40)));
    code = read_amount(row, "input", &out->in, err);
    return code ? code : read_amount(row, "output", &out->out, err);
}

enum ifb_code ifb_price_find(const char *path, ifb_str name, struct ifb_price *out,
                             struct ifb_error *err)
{
    struct ifb_arena *arena = ifb_arena_new();
    const struct ifb_json *all = NULL;
    enum ifb_code code = ifb_yaml_read(path, arena, &all, err);
    const char *wanted = ifb_cstr(arena, name);

    *out = (struct ifb_price){ 0 };
    if (!code && all->kind != IFB_JOBJECT)
        code = ifb_fail(err, IFB_EINPUT, "%s: wanted a line MODEL: {input: X, output: Y} for each "
                        "model", path);
    for (const struct ifb_json *row = code ? NULL : all->first; row && !code; row = row->next) {
        struct ifb_price price = { .known = true };

        code = read_price(row, &price, err);
        if (code)
            ifb_within(err, "%s:%u: %.*s", path, row->line, IFB_ARG(ifb_utf8_cut(row->key, 80)));
        else if (!out->known && ifb_glob(ifb_cstr(arena, row->key), wanted))
            *out = price;
    }
    ifb_arena_close(arena);
    return code;
}
