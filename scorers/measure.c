/* SPDX-License-Identifier: Apache-2.0 */
/* measure: how many units of one kind a text has. */
#include "scorers/families.h"

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "scorers/units.h"

enum op { LESS, AT_MOST, EQUAL, DIFFERENT, AT_LEAST, MORE, BETWEEN };

static const char *const ops[] = { "<", "<=", "==", "!=", ">=", ">", "between", NULL };

struct measure_args {
    int64_t unit, op;
    const struct ifb_json *value;
    ifb_str source;
    int64_t low, high;  /* both the value, unless op is BETWEEN */
    struct ifb_pattern pattern;
};

static bool is_count(const struct ifb_json *v)
{
    return v && v->kind == IFB_JNUMBER && v->whole && v->integer >= 0 &&
           v->number <= IFB_COUNT_MAX;
}

static enum ifb_code bind_value(struct measure_args *a, struct ifb_error *err)
{
    const struct ifb_json *v = a->value;

    if (a->op == BETWEEN) {
        if (v->kind != IFB_JARRAY || v->n != 2 || !is_count(v->first) || !is_count(v->first->next))
            return ifb_fail(err, IFB_EINPUT, "value: wanted two whole numbers [a, b] for between");
        a->low = v->first->integer;
        a->high = v->first->next->integer;
        if (a->low > a->high)
            return ifb_fail(err, IFB_EINPUT, "value: %lld is above %lld", (long long)a->low,
                            (long long)a->high);
        return IFB_OK;
    }
    if (!is_count(v))
        return ifb_fail(err, IFB_EINPUT, "value: wanted a whole number from 0 for %s",
                        ops[a->op]);
    a->low = a->high = v->integer;
    return IFB_OK;
}

static enum ifb_code bind_measure(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    struct measure_args *a = args;
    enum ifb_code code = bind_value(a, err);

    a->value = NULL;  /* the document does not live as long */
    if (code)
        return code;
    return ifb_unit_bind((enum ifb_unit_id)a->unit, a->source, &a->pattern, arena, err);
}

static void release_measure(void *args)
{
    ifb_pattern_close(&((struct measure_args *)args)->pattern);
}

static bool holds(const struct measure_args *a, int64_t n)
{
    switch (a->op) {
    case LESS: return n < a->low;
    case AT_MOST: return n <= a->low;
    case EQUAL: return n == a->low;
    case DIFFERENT: return n != a->low;
    case AT_LEAST: return n >= a->low;
    case MORE: return n > a->low;
    default: return n >= a->low && n <= a->high;
    }
}

/* How many units may stand before the first that is too much; n when none is. */
static int64_t count_allowed(const struct measure_args *a, int64_t n)
{
    int64_t most = n;

    if (a->op == LESS)
        most = a->low - 1;
    if (a->op == AT_MOST || a->op == EQUAL || a->op == BETWEEN)
        most = a->high;
    return most < 0 ? 0 : most < n ? most : n;
}

/* Evidence: what is too much; else, of units that are rare, all there are. */
static void mark_units(const struct measure_args *a, int64_t n, bool ok, struct ifb_probe *p)
{
    enum ifb_unit_id unit = (enum ifb_unit_id)a->unit;
    size_t from = ok ? (size_t)n : (size_t)count_allowed(a, n);
    struct ifb_strs pieces;

    if (!p->explain || !n || unit == IFB_BYTES ||
        !ifb_unit_pieces(unit, &a->pattern, p, &pieces))
        return;
    if (!ifb_unit_is_small(unit)) {
        for (size_t i = from < pieces.n ? from : 0; i < pieces.n; i++)
            ifb_mark(p, pieces.at[i]);
    } else if (from < pieces.n) {
        ifb_str first = pieces.at[from], last = pieces.at[pieces.n - 1];

        ifb_mark(p, (ifb_str){ first.ptr, (size_t)(last.ptr + last.len - first.ptr) });
    }
}

static enum ifb_outcome check_measure(const void *args, struct ifb_probe *p)
{
    const struct measure_args *a = args;
    const struct ifb_unit *unit = ifb_unit_row((enum ifb_unit_id)a->unit);
    int64_t n = ifb_unit_count((enum ifb_unit_id)a->unit, &a->pattern, p);
    bool ok = n >= 0 && holds(a, n);

    if (n < 0)
        return IFB_ERROR;
    mark_units(a, n, ok, p);
    if (a->op == BETWEEN)
        ifb_why(p, "found %lld %s, wanted %lld to %lld", (long long)n,
                n == 1 ? unit->one : unit->name, (long long)a->low, (long long)a->high);
    else
        ifb_why(p, "found %lld %s, wanted %s %lld", (long long)n, n == 1 ? unit->one : unit->name,
                ops[a->op], (long long)a->low);
    return ifb_pass_if(ok);
}

static const struct ifb_field measure_fields[] = {
    IFB_FIELD(struct measure_args, unit, "unit", .kind = IFB_CHOICE, .required = true,
              .choices = ifb_unit_names, .doc = "what is counted"),
    IFB_FIELD(struct measure_args, op, "op", .kind = IFB_CHOICE, .required = true, .choices = ops,
              .doc = "how the count stands to the value; between includes both ends"),
    IFB_FIELD(struct measure_args, value, "value", .kind = IFB_JSON, .required = true,
              .doc = "a whole number, or [a, b] for between"),
    IFB_FIELD(struct measure_args, source, "pattern", .kind = IFB_STRING,
              .doc = "what the unit matches counts, in Python's re syntax"),
    { 0 }
};
static const struct ifb_example measure_examples[] = {
    { "{\"unit\":\"words\",\"op\":\">=\",\"value\":3}", "It doesn't matter.", IFB_PASS },
    { "{\"unit\":\"words\",\"op\":\"<\",\"value\":3}", "It -- doesn't matter.", IFB_FAIL },
    { "{\"unit\":\"lines\",\"op\":\"==\",\"value\":2}", "one\n\n  \ntwo\n", IFB_PASS },
    { "{\"unit\":\"raw_lines\",\"op\":\"==\",\"value\":4}", "one\n\n  \ntwo\n", IFB_PASS },
    { "{\"unit\":\"paragraphs\",\"op\":\"==\",\"value\":2}", "a\nb\n \n\nc", IFB_PASS },
    { "{\"unit\":\"bullets\",\"op\":\"between\",\"value\":[1,2]}", "- a\n  * b\n\n***\n+ c\n",
      IFB_FAIL },  /* the rule is none */
    { "{\"unit\":\"list_items\",\"op\":\"==\",\"value\":3}", "1. a\n2) b\n- c\n3.5 is no item",
      IFB_PASS },
    { "{\"unit\":\"headings\",\"op\":\"!=\",\"value\":0}", "```\n# not one\n```", IFB_FAIL },
    { "{\"unit\":\"code_blocks\",\"op\":\"==\",\"value\":1}", "~~~~\n```\n~~~~\n", IFB_PASS },
    { "{\"unit\":\"chars\",\"op\":\"<=\",\"value\":3}", "\xc3\xa9t\xc3\xa9", IFB_PASS },
    { "{\"unit\":\"bytes\",\"op\":\"<=\",\"value\":3}", "\xc3\xa9t\xc3\xa9", IFB_FAIL },
    { "{\"unit\":\"uppercase_words\",\"op\":\">\",\"value\":1}", "NASA and A B-52 2 x", IFB_PASS },
    { "{\"unit\":\"matches\",\"op\":\"==\",\"value\":2,\"pattern\":\"\\\\d{2}\"}", "12345",
      IFB_PASS },
    { "{\"unit\":\"matches\",\"op\":\"==\",\"value\":2}", "no pattern", IFB_ERROR },
    { "{\"unit\":\"digits\",\"op\":\"between\",\"value\":[3,1]}", "12", IFB_ERROR },
    { 0 }
};

const struct ifb_check ifb_measure_checks[] = {
    { .id = "measure", .doc = "counts units of text against a number", .fields = measure_fields,
      .args_size = sizeof(struct measure_args), .needs = IFB_NEEDS_PUNKT, .bind = bind_measure,
      .release = release_measure, .run = check_measure, .examples = measure_examples },
    { 0 }
};
