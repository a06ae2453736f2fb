/* SPDX-License-Identifier: Apache-2.0 */
/* `ifbench power`: how small a difference so many items can show, and how many it takes. */
#include <math.h>

#include <ifbench/stats.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/cli/command.h"

struct flags {
    int64_t n;
    double p, delta, discordant, level, power, margin;
    bool json;
};

static const struct ifb_field options[] = {
    IFB_FIELD(struct flags, n, "n", .kind = IFB_INT, .letter = 'n', .value = "N", .min = 1,
              .max = 1e9, .doc = "items"),
    IFB_FIELD(struct flags, p, "p", .kind = IFB_REAL, .letter = 'p', .value = "SHARE", .min = 0,
              .max = 1, .doc = "the score that is expected, from 0 to 1"),
    IFB_FIELD(struct flags, delta, "delta", .kind = IFB_REAL, .letter = 'd', .value = "SHARE",
              .min = 0, .max = 1, .doc = "the difference to be found"),
    IFB_FIELD(struct flags, margin, "margin", .kind = IFB_REAL, .letter = 'm', .value = "SHARE",
              .min = 0, .max = 1, .doc = "the drop that a gate's rule admits"),
    IFB_FIELD(struct flags, discordant, "discordant", .kind = IFB_REAL, .value = "SHARE", .min = 0,
              .max = 1, .doc = "items on which two runs differ; unknown: as if independent"),
    IFB_FIELD(struct flags, level, "level", .kind = IFB_REAL, .value = "SHARE", .min = 0.5,
              .max = 0.9999, .doc = "confidence (0.95)"),
    IFB_FIELD(struct flags, power, "power", .kind = IFB_REAL, .value = "SHARE", .min = 0.5,
              .max = 0.9999, .doc = "chance to find it (0.80)"),
    IFB_FIELD(struct flags, json, "json", .kind = IFB_BOOL, .doc = "as JSON"),
    { 0 }
};

static const struct ifb_example_line examples[] = {
    { "ifbench power --n 541 --p 0.77", "what IFEval can tell apart at that score" },
    { "ifbench power --p 0.77 --delta 0.02 --discordant 0.1", "items that find two points" },
    { "ifbench power --n 541 --p 0.77 --margin 0.01 --discordant 0.1", "is a gate realistic?" },
    { 0 }
};

static const char *const more[] = {
    "Paired numbers are for McNemar's test of two runs on the same items (Connor 1987),\n"
    "unpaired ones for two independent sets of items (Fleiss 1981). The share of items on\n"
    "which two runs differ decides; `ifbench compare` shows it (better + worse of the items).",
    NULL
};

/* What is to be told; NaN where the options do not say enough. */
struct answer {
    double discordant, lo, hi, least, unpaired_least, need, unpaired_need, margin_need;
    bool assumed;
};

static double at_most_one(double p)
{
    return p < 0 ? 0 : p > 1 ? 1 : p;
}

/* The least difference that two independent runs of n show: p against p - d. */
static double unpaired_least(double n, double p, double alpha, double power)
{
    double lo = 0, hi = p > 0.5 ? p : 1 - p, sign = p > 0.5 ? -1 : 1;

    if (!(ifb_unpaired_need(p, p + sign * hi, alpha, power) <= n))
        return NAN;
    for (int i = 0; i < 60; i++) {
        double mid = (lo + hi) / 2;

        if (ifb_unpaired_need(p, p + sign * mid, alpha, power) > n)
            lo = mid;
        else
            hi = mid;
    }
    return hi;
}

static struct answer work_out(const struct flags *f)
{
    double alpha = 1 - f->level, other = f->p > 0.5 ? f->p - f->delta : f->p + f->delta;
    struct answer a = { f->discordant, NAN, NAN, NAN, NAN, NAN, NAN, NAN, isnan(f->discordant) };
    struct ifb_interval ci;

    other = at_most_one(isnan(f->delta) ? f->p : other);
    if (a.assumed)
        a.discordant = f->p * (1 - other) + other * (1 - f->p);
    if (f->n) {
        ci = ifb_wilson((int64_t)floor(f->p * (double)f->n + 0.5), f->n, f->level);
        a.lo = ci.lo;
        a.hi = ci.hi;
        a.least = ifb_paired_least((double)f->n, a.discordant, alpha, f->power);
        a.unpaired_least = unpaired_least((double)f->n, f->p, alpha, f->power);
    }
    if (!isnan(f->delta)) {
        a.need = ceil(ifb_paired_need(f->delta, a.discordant, alpha, f->power));
        a.unpaired_need = ceil(ifb_unpaired_need(f->p, other, alpha, f->power));
    }
    if (!isnan(f->margin))
        a.margin_need = ceil(ifb_margin_need(f->margin, sqrt(a.discordant), f->level, f->power));
    return a;
}

static void print_share(const char *what, double x)
{
    if (isnan(x))
        ifb_print("  %-44s none\n", what);
    else
        ifb_print("  %-44s %.2f %%\n", what, x * 100);
}

static void print_items(const char *what, double n)
{
    if (isnan(n) || isinf(n))
        ifb_print("  %-44s no number of items\n", what);
    else
        ifb_print("  %-44s %.0f items\n", what, n);
}

static void print_table(const struct flags *f, const struct answer *a)
{
    ifb_print("score %.2f %%, confidence %g %%, power %g %%, two runs differ on %.2f %% of the "
              "items%s\n", f->p * 100, f->level * 100, f->power * 100, a->discordant * 100,
              a->assumed ? " (as if independent; --discordant says better)" : "");
    if (f->n) {
        ifb_print("\n%lld items:\n", (long long)f->n);
        ifb_print("  %-44s %.2f to %.2f %%\n", "interval of one run", a->lo * 100, a->hi * 100);
        print_share("least difference, the same items twice", a->least);
        print_share("least difference, two sets of items", a->unpaired_least);
    }
    if (!isnan(f->delta)) {
        ifb_print("\na difference of %.2f %% takes:\n", f->delta * 100);
        print_items("the same items twice", a->need);
        print_items("two sets of items, each", a->unpaired_need);
    }
    if (!isnan(f->margin)) {
        ifb_print("\na gate with drop <= %.2f %% passes an equal candidate with:\n",
                  f->margin * 100);
        print_items("the same items twice", a->margin_need);
    }
}

static void print_json(const struct flags *f, const struct answer *a)
{
    struct ifb_buf buf;
    struct ifb_jw w;

    ifb_buf_init(&buf, 4096);
    ifb_jw_open(&w, &buf);
    w.pretty = true;
    ifb_jw_object(&w, NULL);
    ifb_jw_cstr(&w, "schema", "ifbench.power/1");
    ifb_jw_int(&w, "n", f->n);
    ifb_jw_real(&w, "p", f->p);
    ifb_jw_real(&w, "delta", f->delta);
    ifb_jw_real(&w, "margin", f->margin);
    ifb_jw_real(&w, "level", f->level);
    ifb_jw_real(&w, "power", f->power);
    ifb_jw_real(&w, "discordant", a->discordant);
    ifb_jw_bool(&w, "discordant_assumed", a->assumed);
    ifb_jw_real(&w, "lo", a->lo);
    ifb_jw_real(&w, "hi", a->hi);
    ifb_jw_real(&w, "least_paired", a->least);
    ifb_jw_real(&w, "least_unpaired", a->unpaired_least);
    ifb_jw_real(&w, "need_paired", a->need);
    ifb_jw_real(&w, "need_unpaired", a->unpaired_need);
    ifb_jw_real(&w, "need_margin", a->margin_need);
    ifb_jw_end(&w);
    ifb_buf_char(&buf, '\n');
    ifb_print_str(ifb_buf_view(&buf));
    ifb_buf_close(&buf);
}

static enum ifb_code cmd_power(struct ifb_cli *cli, struct ifb_error *err)
{
    extern const struct ifb_command ifb_cmd_power;
    struct flags f = { .p = NAN, .delta = NAN, .margin = NAN, .discordant = NAN, .level = 0.95,
                       .power = 0.8 };
    struct ifb_strs words;
    struct answer a;
    enum ifb_code code = ifb_options_read(cli, &ifb_cmd_power, &f, &words, err);

    if (code)
        return code;
    if (words.n || isnan(f.p) || (!f.n && isnan(f.delta) && isnan(f.margin)))
        return ifb_fail(err, IFB_EUSAGE, "power wants --p, and --n, --delta or --margin");
    a = work_out(&f);
    if (f.json)
        print_json(&f, &a);
    else
        print_table(&f, &a);
    return IFB_OK;
}

const struct ifb_command ifb_cmd_power = {
    .name = "power", .usage = "power --p SHARE [--n N] [--delta SHARE] [--margin SHARE]",
    .doc = "how small a difference N items show, and how many it takes", .more = more,
    .options = options, .examples = examples, .run = cmd_power,
};
