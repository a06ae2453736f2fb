/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engine/variants.h"

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/fields.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"

static const struct ifb_field fields[] = {
    IFB_FIELD(struct ifb_sampling, temperature, "temperature", .kind = IFB_REAL, .max = 10),
    IFB_FIELD(struct ifb_sampling, top_p, "top_p", .kind = IFB_REAL, .max = 1),
    IFB_FIELD(struct ifb_sampling, max_tokens, "max_tokens", .kind = IFB_INT, .min = 1,
              .max = 1e9),
    IFB_FIELD(struct ifb_sampling, seed, "seed", .kind = IFB_INT, .max = 9e15),
    { 0 }
};

struct ifb_sampling ifb_sampling_over(struct ifb_sampling wanted, struct ifb_sampling over)
{
    if (over.temperature >= 0)
        wanted.temperature = over.temperature;
    if (over.top_p >= 0)
        wanted.top_p = over.top_p;
    if (over.max_tokens >= 0)
        wanted.max_tokens = over.max_tokens;
    if (over.seed >= 0)
        wanted.seed = over.seed;
    return wanted;
}

/* Each variant so far once with every value. */
static enum ifb_code multiply(struct ifb_variants *v, const struct ifb_field *field,
                              const ifb_str *values, size_t n, struct ifb_arena *arena,
                              struct ifb_error *err)
{
    struct ifb_variant *at;

    if (v->n * n > IFB_VARIANTS_MAX)
        return ifb_fail(err, IFB_EUSAGE, "--param makes more than %d variants of each model",
                        IFB_VARIANTS_MAX);
    at = ifb_new(arena, struct ifb_variant, v->n * n);
    for (size_t i = 0; i < v->n * n; i++) {
        ifb_str value = values[i % n];
        enum ifb_code code;

        at[i] = v->at[i / n];
        code = ifb_field_set(field, value, &at[i].sampling, arena, err);
        if (code)
            return ifb_within(err, "--param %s", field->name);
        at[i].label = ifb_fmt(arena, "%.*s %s=%.*s", IFB_ARG(at[i].label), field->name,
                              IFB_ARG(value));
    }
    *v = (struct ifb_variants){ at, v->n * n };
    return IFB_OK;
}

static enum ifb_code split_values(ifb_str list, struct ifb_arena *arena, ifb_str **out, size_t *n,
                                  struct ifb_error *err)
{
    ifb_str *at = NULL, value;
    size_t cap = 0;
    bool more = true;

    *n = 0;
    while (more) {
        more = ifb_str_chop(&list, ',', &value);
        if (!more)
            value = list;
        value = ifb_str_trim_ascii(value);
        for (size_t i = 0; i < *n; i++)
            if (ifb_str_eq(at[i], value))
                return ifb_fail(err, IFB_EUSAGE, "--param: %.*s is named twice", IFB_ARG(value));
        at = ifb_grow(arena, at, &cap, *n + 1, sizeof(*at));
        at[(*n)++] = value;
    }
    *out = at;
    return IFB_OK;
}

static enum ifb_code add_param(struct ifb_variants *v, ifb_str param, unsigned *seen,
                               struct ifb_arena *arena, struct ifb_error *err)
{
    const struct ifb_field *field = NULL;
    ifb_str name, *values = NULL;
    size_t n = 0;
    enum ifb_code code;

    if (ifb_str_chop(&param, '=', &name))
        field = ifb_field_find(fields, ifb_str_trim_ascii(name));
    if (!field)
        return ifb_fail(err, IFB_EUSAGE, "--param %.*s: wanted NAME=VALUE,VALUE with one of "
                        "temperature, top_p, max_tokens, seed", IFB_ARG(ifb_utf8_cut(param, 60)));
    if (*seen & 1u << (field - fields))
        return ifb_fail(err, IFB_EUSAGE, "--param %s is given twice; write its values in one list",
                        field->name);
    *seen |= 1u << (field - fields);
    code = split_values(param, arena, &values, &n, err);
    return code ? code : multiply(v, field, values, n, arena, err);
}

enum ifb_code ifb_variants_make(struct ifb_strs params, struct ifb_arena *arena,
                                struct ifb_variants *out, struct ifb_error *err)
{
    struct ifb_variant *one = ifb_new(arena, struct ifb_variant, 1);
    unsigned seen = 0;
    enum ifb_code code = IFB_OK;

    *one = (struct ifb_variant){ { -1, -1, -1, -1 }, IFB_STR("") };
    *out = (struct ifb_variants){ one, 1 };
    for (size_t i = 0; i < params.n && !code; i++)
        code = add_param(out, params.at[i], &seen, arena, err);
    return code;
}

static void say(struct ifb_buf *out, const char *name, double wanted, double preset)
{
    if (wanted < 0 && preset < 0)
        return;
    ifb_buf_fmt(out, "%s%s %.15g", out->len ? ", " : "", name, wanted < 0 ? preset : wanted);
    if (wanted >= 0 && preset >= 0 && wanted != preset)
        ifb_buf_fmt(out, " (preset %.15g)", preset);
}

ifb_str ifb_sampling_say(const struct ifb_sampling *wanted, const struct ifb_sampling *preset,
                         struct ifb_arena *arena)
{
    struct ifb_buf out;
    ifb_str all;

    ifb_buf_init(&out, 1024);
    say(&out, "temperature", wanted->temperature, preset->temperature);
    say(&out, "top_p", wanted->top_p, preset->top_p);
    say(&out, "max_tokens", (double)wanted->max_tokens, (double)preset->max_tokens);
    say(&out, "seed", (double)wanted->seed, (double)preset->seed);
    all = out.len ? ifb_str_copy(arena, ifb_buf_view(&out)) : IFB_STR("the model's own settings");
    ifb_buf_close(&out);
    return all;
}
