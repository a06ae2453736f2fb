/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An expression and an answer. As text they are separated by NUL; else the input
 * composes an expression. What loads has a canonical form that is its own
 * canonical form and has the same verdicts.
 */
#include <ifbench/check.h>

#include "harness/base/arena.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "tests/fuzz/fuzz.h"

#define EXPRESSION_MAX ((size_t)1 << 20)
#define DEPTH 5

static const char *const keys[] = {
    "all", "any", "not", "count", "each", "none", "some", "first", "last", "nth", "of", "min",
    "max", "unit", "check", "n", "name", "pattern", "contains", "starts", "ends", "measure",
    "text", "value", "op", NULL
};
static const char *const strings[] = {
    "contains", "starts", "ends", "equals", "measure", "pattern", "charset", "punctuation:no_comma",
    "line", "words", "sentences", "matches", "bullets", "headings", "chars", "a", "\n", ">=", NULL
};
static const struct fuzz_words words = { keys, strings };

static void put(struct fuzz_in *in, struct ifb_arena *arena, int depth, struct ifb_buf *out);

static void put_list(struct fuzz_in *in, struct ifb_arena *arena, int depth, struct ifb_buf *out)
{
    unsigned n = fuzz_below(in, 4);

    ifb_buf_char(out, '[');
    for (unsigned i = 0; i < n; i++) {
        ifb_buf_cstr(out, i ? "," : "");
        put(in, arena, depth - 1, out);
    }
    ifb_buf_char(out, ']');
}

static void put_bounds(struct fuzz_in *in, struct ifb_buf *out)
{
    uint8_t which = fuzz_byte(in);

    if (which & 1)
        ifb_buf_fmt(out, ",\"min\":%u", fuzz_below(in, 5));
    if (which & 2)
        ifb_buf_fmt(out, ",\"max\":%u", fuzz_below(in, 5));
}

/* "each", "none", "some", "first", "last" or "nth" piece. */
static void put_pieces(struct fuzz_in *in, struct ifb_arena *arena, int depth, struct ifb_buf *out)
{
    static const char *const heads[] = { "each", "none", "some", "first", "last", "nth" };
    const struct ifb_unit *u = ifb_unit_next(NULL);
    unsigned head = fuzz_below(in, 6), n = fuzz_below(in, 16);

    while (n-- && ifb_unit_next(u))
        u = ifb_unit_next(u);
    ifb_buf_fmt(out, "{\"%s\":{\"unit\":\"%s\"", heads[head], u->name);
    if (strcmp(u->name, "matches") == 0) {
        ifb_buf_cstr(out, ",\"pattern\":");
        ifb_json_quote(out, fuzz_few(in, arena), false);
    }
    if (head == 5)
        ifb_buf_fmt(out, ",\"n\":%d", (int)fuzz_below(in, 9) - 4);
    if (head == 2 || head == 0)
        put_bounds(in, out);
    ifb_buf_cstr(out, ",\"check\":");
    put(in, arena, depth - 1, out);
    ifb_buf_cstr(out, "}}");
}

static void put_leaf(struct fuzz_in *in, struct ifb_arena *arena, struct ifb_buf *out)
{
    const struct ifb_check *check = fuzz_check(in);

    ifb_buf_fmt(out, "{\"%s\":", check->id);
    fuzz_args(in, check, arena, out);
    ifb_buf_char(out, '}');
}

static void put(struct fuzz_in *in, struct ifb_arena *arena, int depth, struct ifb_buf *out)
{
    unsigned what = depth ? fuzz_below(in, 16) : 0;

    if (what < 6) {
        put_leaf(in, arena, out);
    } else if (what < 8) {
        ifb_buf_fmt(out, "{\"%s\":", what == 6 ? "all" : "any");
        put_list(in, arena, depth, out);
        ifb_buf_char(out, '}');
    } else if (what < 10) {
        ifb_buf_cstr(out, "{\"not\":");
        put(in, arena, depth - 1, out);
        ifb_buf_char(out, '}');
    } else if (what < 11) {
        ifb_buf_cstr(out, "{\"count\":{\"of\":");
        put_list(in, arena, depth, out);
        put_bounds(in, out);
        ifb_buf_cstr(out, "}}");
    } else if (what < 15) {
        put_pieces(in, arena, depth, out);
    } else {
        fuzz_json(in, &words, arena, out);
    }
}

static ifb_str compose(struct fuzz_in *in, struct ifb_arena *arena)
{
    struct ifb_buf buf;
    ifb_str made;

    ifb_buf_init(&buf, EXPRESSION_MAX);
    fuzz_byte(in);
    put(in, arena, DEPTH, &buf);
    made = fuzz_exact(arena, ifb_buf_view(&buf));
    ifb_buf_close(&buf);
    return made;
}

static enum ifb_outcome score(const struct ifb_constraint *c, ifb_str answer,
                              struct ifb_arena *arena)
{
    ifb_verdict strict, loose;
    struct ifb_arena *scratch = ifb_arena_new();

    ifb_constraint_score(c, ifb_forms_new(arena, answer, fuzz_resources()), scratch, false, &strict,
                         &loose);
    ifb_arena_close(scratch);
    return strict.outcome;
}

static void demand_canonical(const struct ifb_json *expr, const struct ifb_constraint *c,
                             ifb_str answer, enum ifb_outcome outcome, struct ifb_arena *arena)
{
    const struct ifb_json *again = NULL;
    struct ifb_constraint twin;
    ifb_str canonical;

    fuzz_demand(!c->broken.len);
    fuzz_demand(!ifb_expression_canonical(arena, expr, &canonical, NULL));
    fuzz_demand(ifb_str_eq(canonical, c->args_json));
    fuzz_demand(!ifb_json_parse(arena, canonical, 0, 1, &again, NULL));
    fuzz_demand(!ifb_constraint_load_expression(arena, again, &twin, NULL));
    fuzz_demand(ifb_str_eq(canonical, twin.args_json));
    fuzz_demand(outcome == score(&twin, answer, arena));
    ifb_constraint_release(&twin);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct fuzz_in in = { data, size };
    ifb_str source = fuzz_is_text(&in) ? fuzz_until(&in, 0, arena) : compose(&in, arena);
    const struct ifb_json *expr = NULL;
    struct ifb_constraint c;
    struct ifb_error err;

    if (!ifb_json_parse(arena, source, 0, 1, &expr, &err) &&
        !ifb_constraint_load_expression(arena, expr, &c, &err)) {
        ifb_str answer = fuzz_rest(&in, arena);
        enum ifb_outcome outcome = fuzz_score(&c, answer, fuzz_resources());

        demand_canonical(expr, &c, answer, outcome, arena);
        ifb_constraint_release(&c);
    }
    ifb_arena_close(arena);
    return 0;
}
