/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evaluates the tree of an expression on a text. Outcomes are Kleene's three:
 * what a member that errs could still change is an error, what it could not is
 * decided. Members are asked without reasons first where many are asked; the one
 * that decides is asked again for its reason.
 */
#include "scorers/expression.h"

#include <stdio.h>

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"

/* One evaluation: a step is a check on a piece, and every BYTES_A_STEP bytes of it. */
#define STEPS_MAX 10000000
#define BYTES_A_STEP 64
#define LANGUAGE_STEPS 1000  /* detection costs about so much */
#define ERROR_STEPS 500000   /* an error was mostly a pattern that ran out of steps */

/* Steps that all patterns may take together on pieces. */
#define PATTERN_STEPS 50000000

#define LARGE ((size_t)64 << 10)  /* a text of so many bytes gets a scratch for each node */

struct run {
    int64_t left;
    int64_t pattern_steps;
    bool named;    /* reasons begin with a path: the root is no leaf */
    bool erred, unsaid;  /* some leaf has erred; some judge has not answered */
};

static enum ifb_outcome eval(struct run *r, const struct ifb_node *node, struct ifb_probe *p);

/* A probe on the same text, with nothing found yet. */
static struct ifb_probe fresh(const struct ifb_probe *p)
{
    return (struct ifb_probe){ .text = p->text, .scratch = p->scratch, .cell = p->cell,
                               .explain = p->explain, .steps = p->steps, .said = p->said };
}

/* Adds spans of `from`, whose text begins `offset` bytes into the text of `p`. */
static void add_spans(struct ifb_probe *p, const struct ifb_probe *from, size_t offset)
{
    for (uint16_t i = 0; i < from->nspans && p->nspans < IFB_SPANS_MAX; i++)
        p->spans[p->nspans++] = (struct ifb_span){ (uint32_t)(from->spans[i].from + offset),
                                                   (uint32_t)(from->spans[i].to + offset) };
}

static void take(struct ifb_probe *p, const struct ifb_probe *from)
{
    p->why = from->why;
    p->nspans = 0;
    add_spans(p, from, 0);
}

static bool spend(struct run *r, const struct ifb_probe *p, int64_t steps)
{
    r->left -= steps + (int64_t)(ifb_text_raw(p->text).len / BYTES_A_STEP);
    return r->left >= 0;
}

static enum ifb_outcome too_long(struct ifb_probe *p)
{
    ifb_why(p, "takes more than %d steps on this text", STEPS_MAX);
    return IFB_ERROR;
}

/* "all[1].contains: 'tea' not found" */
static void name_reason(struct run *r, const struct ifb_node *node, struct ifb_probe *p)
{
    struct ifb_buf path;
    ifb_str why = p->why;

    if (!r->named || !p->explain)
        return;
    ifb_buf_init(&path, 4096);
    ifb_node_path(node, &path);
    ifb_why(p, "%.*s: %.*s", (int)path.len, path.ptr, IFB_ARG(why));
    ifb_buf_close(&path);
}

static enum ifb_outcome eval_leaf(struct run *r, const struct ifb_node *node, struct ifb_probe *p)
{
    enum ifb_outcome outcome;

    if (!spend(r, p, node->check->needs & IFB_NEEDS_LANGID ? LANGUAGE_STEPS : 1))
        return too_long(p);
    outcome = node->check->run(node->args, p);
    if (outcome == IFB_ERROR)
        r->left -= ERROR_STEPS;
    r->erred |= outcome == IFB_ERROR;
    r->unsaid |= outcome == IFB_UNSCORED && node->check == &ifb_judge_leaf;
    name_reason(r, node, p);
    return outcome == IFB_UNSCORED ? IFB_ERROR : outcome;
}

/* all: the first that fails decides; any: the first that passes. */
static enum ifb_outcome eval_list(struct run *r, const struct ifb_node *node, struct ifb_probe *p)
{
    enum ifb_outcome decides = node->kind == IFB_NODE_ALL ? IFB_FAIL : IFB_PASS;
    struct ifb_probe erred = { .nspans = 0 }, last = erred;
    bool has_erred = false;

    for (size_t i = 0; i < node->n; i++) {
        struct ifb_probe member = fresh(p);
        enum ifb_outcome outcome = eval(r, node->at[i], &member);

        if (outcome == decides) {
            take(p, &member);
            return decides;
        }
        if (outcome == IFB_ERROR && !has_erred)
            erred = member;
        has_erred |= outcome == IFB_ERROR;
        add_spans(p, &member, 0);
        last = member;
    }
    if (has_erred) {
        take(p, &erred);
        return IFB_ERROR;
    }
    if (node->kind == IFB_NODE_ALL) {
        ifb_why(p, "all of %zu hold", node->n);
        return IFB_PASS;
    }
    ifb_why(p, "none of %zu holds; %.*s", node->n, IFB_ARG(last.why));
    return IFB_FAIL;
}

/* Where a number in [low, high] stands to the node's range. */
static enum ifb_outcome in_range(const struct ifb_node *node, int64_t low, int64_t high)
{
    if (low >= node->min && high <= node->max)
        return IFB_PASS;
    return high < node->min || low > node->max ? IFB_FAIL : IFB_ERROR;
}

static void why_range(const struct ifb_node *node, struct ifb_probe *p, int64_t found,
                      const char *of)
{
    long long n = (long long)found, min = (long long)node->min, max = (long long)node->max;

    if (node->max == INT64_MAX)
        ifb_why(p, "%lld %s, wanted at least %lld", n, of, min);
    else if (node->min == node->max)
        ifb_why(p, "%lld %s, wanted %lld", n, of, min);
    else
        ifb_why(p, "%lld %s, wanted %lld to %lld", n, of, min, max);
}

/* Evidence: those that hold when they are enough or too many, else those that do not. */
static enum ifb_outcome eval_count(struct run *r, const struct ifb_node *node,
                                   struct ifb_probe *p)
{
    struct ifb_probe held = fresh(p), failed = fresh(p), erred = fresh(p);
    int64_t pass = 0, errors = 0;
    enum ifb_outcome outcome;
    char of[64];

    for (size_t i = 0; i < node->n; i++) {
        struct ifb_probe member = fresh(p);

        outcome = eval(r, node->at[i], &member);
        pass += outcome == IFB_PASS;
        if (outcome == IFB_ERROR && !errors++)
            erred = member;
        add_spans(outcome == IFB_PASS ? &held : &failed, &member, 0);
    }
    outcome = in_range(node, pass, pass + errors);
    if (outcome == IFB_ERROR) {
        take(p, &erred);
        return IFB_ERROR;
    }
    snprintf(of, sizeof(of), "of %zu hold", node->n);
    why_range(node, p, pass, of);
    add_spans(p, pass < node->min ? &failed : &held, 0);
    return outcome;
}

static enum ifb_outcome eval_not(struct run *r, const struct ifb_node *node, struct ifb_probe *p)
{
    enum ifb_outcome outcome = eval(r, node->at[0], p);

    return outcome == IFB_ERROR ? IFB_ERROR : ifb_pass_if(outcome == IFB_FAIL);
}

/* ---- pieces ---- */

/* Asks the member about a piece; memory of it is in `arena`, which is emptied. */
static enum ifb_outcome ask(struct run *r, const struct ifb_node *node, struct ifb_probe *p,
                            ifb_str piece, struct ifb_arena *arena)
{
    struct ifb_probe member = {
        .text = ifb_text_new(arena, piece, ifb_text_resources(p->text)), .scratch = arena,
        .cell = arena, .steps = &r->pattern_steps,
    };
    enum ifb_outcome outcome = eval(r, node->at[0], &member);

    ifb_arena_reset(arena);
    return outcome;
}

/* Asks again about the piece that decides, for reason and evidence. */
static void explain_piece(struct run *r, const struct ifb_node *node, struct ifb_probe *p,
                          const struct ifb_strs *pieces, size_t i)
{
    struct ifb_probe member = fresh(p);
    ifb_str piece = pieces->at[i];
    size_t offset = (size_t)(piece.ptr - ifb_text_raw(p->text).ptr);
    struct run again = *r;

    if (!p->explain)
        return;
    member.text = ifb_text_new(p->scratch, piece, ifb_text_resources(p->text));
    member.steps = &again.pattern_steps;
    /* Whether reasons are wanted must not change an outcome. */
    again.left = STEPS_MAX;
    again.pattern_steps = PATTERN_STEPS;
    if (r->left < 0)
        too_long(&member);
    else
        eval(&again, node->at[0], &member);
    ifb_why(p, "%s %zu of %zu: %.*s", ifb_unit_row(node->unit)->one, i + 1, pieces->n,
            IFB_ARG(member.why));
    if (member.nspans)
        add_spans(p, &member, offset);
    else
        ifb_mark(p, piece);
}

/* What asking about every piece gave. */
struct tally {
    int64_t pass, fail, errors;
    size_t first_pass, first_fail, first_error;
    size_t marked[IFB_SPANS_MAX];  /* of those that pass */
};

/* Stops at the first piece with the outcome `stop`; IFB_UNSCORED: asks about all. */
static struct tally ask_all(struct run *r, const struct ifb_node *node, struct ifb_probe *p,
                            const struct ifb_strs *pieces, enum ifb_outcome stop)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct tally t = { 0 };

    for (size_t i = 0; i < pieces->n && r->left >= 0; i++) {
        enum ifb_outcome outcome = ask(r, node, p, pieces->at[i], arena);
        if (outcome == IFB_PASS) {
            t.first_pass = t.pass ? t.first_pass : i;
            if (t.pass < IFB_SPANS_MAX)
                t.marked[t.pass] = i;
            t.pass++;
        } else if (outcome == IFB_FAIL) {
            t.first_fail = t.fail++ ? t.first_fail : i;
        } else {
            t.first_error = t.errors++ ? t.first_error : i;
        }
        if (outcome == stop)
            break;
    }
    ifb_arena_close(arena);
    return t;
}

static enum ifb_outcome eval_each(struct run *r, const struct ifb_node *node, struct ifb_probe *p,
                                  const struct ifb_strs *pieces)
{
    const struct ifb_unit *unit = ifb_unit_row(node->unit);
    bool none = node->kind == IFB_NODE_NONE;
    struct tally t;

    if (!none && (int64_t)pieces->n < node->min) {
        ifb_why(p, "found %zu %s, wanted at least %lld", pieces->n, unit->name,
                (long long)node->min);
        return IFB_FAIL;
    }
    t = ask_all(r, node, p, pieces, none ? IFB_PASS : IFB_FAIL);
    if (none ? t.pass : t.fail) {
        explain_piece(r, node, p, pieces, none ? t.first_pass : t.first_fail);
        return IFB_FAIL;
    }
    if (t.errors) {
        explain_piece(r, node, p, pieces, t.first_error);
        return IFB_ERROR;
    }
    ifb_why(p, "true of %s %zu %s", none ? "none of" : "all", pieces->n, unit->name);
    return IFB_PASS;
}

static enum ifb_outcome eval_some(struct run *r, const struct ifb_node *node, struct ifb_probe *p,
                                  const struct ifb_strs *pieces)
{
    struct tally t = ask_all(r, node, p, pieces, IFB_UNSCORED);
    enum ifb_outcome outcome = in_range(node, t.pass, t.pass + t.errors);
    char of[80];

    if (outcome == IFB_ERROR || r->left < 0) {
        explain_piece(r, node, p, pieces, t.first_error);
        return IFB_ERROR;
    }
    snprintf(of, sizeof(of), "of %zu %s hold", pieces->n, ifb_unit_row(node->unit)->name);
    why_range(node, p, t.pass, of);
    for (int64_t i = 0; i < t.pass && i < IFB_SPANS_MAX; i++)
        ifb_mark(p, pieces->at[t.marked[i]]);
    return outcome;
}

static enum ifb_outcome eval_one(struct run *r, const struct ifb_node *node, struct ifb_probe *p,
                                 const struct ifb_strs *pieces)
{
    int64_t n = (int64_t)pieces->n, nth = node->nth;
    struct ifb_arena *arena;
    enum ifb_outcome outcome;

    if (node->kind != IFB_NODE_NTH)
        nth = node->kind == IFB_NODE_FIRST ? 1 : -1;
    nth = nth < 0 ? n + nth : nth - 1;
    if (nth < 0 || nth >= n) {
        ifb_why(p, "found %zu %s, wanted %s %lld", pieces->n, ifb_unit_row(node->unit)->name,
                ifb_unit_row(node->unit)->one, (long long)(node->nth ? node->nth : 1));
        return IFB_FAIL;
    }
    arena = ifb_arena_new();
    outcome = ask(r, node, p, pieces->at[nth], arena);
    ifb_arena_close(arena);
    explain_piece(r, node, p, pieces, (size_t)nth);
    return outcome;
}

static enum ifb_outcome eval_pieces(struct run *r, const struct ifb_node *node,
                                    struct ifb_probe *p)
{
    struct ifb_strs pieces;

    if (!spend(r, p, 1))
        return too_long(p);
    if (!ifb_unit_pieces(node->unit, &node->pattern, p, &pieces)) {
        r->left -= ERROR_STEPS;
        name_reason(r, node, p);
        return IFB_ERROR;
    }
    if (!spend(r, p, (int64_t)pieces.n))
        return too_long(p);
    if (node->kind == IFB_NODE_EACH || node->kind == IFB_NODE_NONE)
        return eval_each(r, node, p, &pieces);
    if (node->kind == IFB_NODE_SOME)
        return eval_some(r, node, p, &pieces);
    return eval_one(r, node, p, &pieces);
}

static enum ifb_outcome eval_kind(struct run *r, const struct ifb_node *node, struct ifb_probe *p)
{
    switch (node->kind) {
    case IFB_NODE_LEAF: return eval_leaf(r, node, p);
    case IFB_NODE_ALL:
    case IFB_NODE_ANY: return eval_list(r, node, p);
    case IFB_NODE_COUNT: return eval_count(r, node, p);
    case IFB_NODE_NOT: return eval_not(r, node, p);
    default: return eval_pieces(r, node, p);
    }
}

/* What a thousand nodes leave behind on a large text must not add up. */
static enum ifb_outcome eval(struct run *r, const struct ifb_node *node, struct ifb_probe *p)
{
    struct ifb_arena *scratch = p->scratch;
    enum ifb_outcome outcome;

    if (ifb_text_raw(p->text).len < LARGE)
        return eval_kind(r, node, p);
    p->scratch = ifb_arena_new();
    outcome = eval_kind(r, node, p);
    ifb_arena_close(p->scratch);
    p->scratch = scratch;
    return outcome;
}

static enum ifb_outcome check_expression(const void *args, struct ifb_probe *p)
{
    const struct ifb_tree *tree = args;
    struct run r = { .left = STEPS_MAX, .pattern_steps = PATTERN_STEPS,
                     .named = tree->root->kind != IFB_NODE_LEAF };
    enum ifb_outcome outcome = eval(&r, tree->root, p);

    /* What a judge has not said is no error, unless there is one besides. */
    return outcome == IFB_ERROR && r.unsaid && !r.erred ? IFB_UNSCORED : outcome;
}

static void release_expression(void *args)
{
    ifb_node_release(((struct ifb_tree *)args)->root);
}

const struct ifb_check ifb_expression_check = {
    .id = "expression", .doc = "checks composed by all, any, not, count and pieces of the text",
    .args_size = sizeof(struct ifb_tree), .release = release_expression, .run = check_expression,
};
