/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From an expression in JSON to its tree and its canonical form, in one walk:
 * each node checks its shape, makes its members, and says where a fault lies.
 */
#include "scorers/expression.h"

#include <stdio.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/sha256.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "scorers/args.h"

#define CANONICAL_MAX ((size_t)16 << 20)
#define PIECES_MAX 1e9

struct loader {
    struct ifb_arena *arena;
    struct ifb_error *err;
    unsigned line;   /* of the root */
    size_t nodes;
};

/* Where a load stands: the node being made and the value it is made from. */
struct place {
    const struct ifb_node *node;
    const struct ifb_json *value;
};

__attribute__((format(printf, 3, 4)))
static enum ifb_code fail_at(struct loader *l, struct place at, const char *fmt, ...)
{
    struct ifb_buf path;
    char text[400], line[32] = "";
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    ifb_buf_init(&path, 4096);
    ifb_node_path(at.node, &path);
    if (at.value->line && at.value->line != l->line)
        snprintf(line, sizeof(line), " (line %u)", at.value->line);
    ifb_fail(l->err, IFB_EINPUT, "%.*s%s%s%s", (int)path.len, path.ptr ? path.ptr : "",
             path.len ? ": " : "", text, line);
    ifb_buf_close(&path);
    return IFB_EINPUT;
}

/* The canonical form of a value that belongs to `node`; NULL with the error set. */
static struct ifb_json *copy_value(struct loader *l, const struct ifb_node *node,
                                   const struct ifb_json *v)
{
    struct ifb_error local = { 0 };
    struct ifb_json *copy = ifb_json_canonical(l->arena, v, &local);

    if (!copy)
        fail_at(l, (struct place){ node, v }, "%s", local.msg);
    return copy;
}

/* ---- the heads ---- */

enum {
    OF = 1 << 0,
    MIN = 1 << 1,
    MAX = 1 << 2,
    UNIT = 1 << 3,
    PATTERN = 1 << 4,
    N = 1 << 5,
    CHECK = 1 << 6
};

/* What may and what must stand in the object of a head; 0: it takes none. */
static const struct {
    unsigned may, must;
} takes[IFB_NODE_KINDS] = {
    [IFB_NODE_COUNT] = { OF | MIN | MAX, OF },
    [IFB_NODE_EACH] = { UNIT | PATTERN | CHECK | MIN, UNIT | CHECK },
    [IFB_NODE_NONE] = { UNIT | PATTERN | CHECK, UNIT | CHECK },
    [IFB_NODE_SOME] = { UNIT | PATTERN | CHECK | MIN | MAX, UNIT | CHECK },
    [IFB_NODE_FIRST] = { UNIT | PATTERN | CHECK, UNIT | CHECK },
    [IFB_NODE_LAST] = { UNIT | PATTERN | CHECK, UNIT | CHECK },
    [IFB_NODE_NTH] = { UNIT | PATTERN | CHECK | N, UNIT | CHECK | N },
};

static const char *const settings[] = { "of", "min", "max", "unit", "pattern", "n", "check" };
#define NSETTINGS (sizeof(settings) / sizeof(settings[0]))

static enum ifb_node_kind head_kind(ifb_str key)
{
    for (unsigned k = IFB_NODE_LEAF + 1; k < IFB_NODE_KINDS; k++)
        if (ifb_str_is(key, ifb_node_names[k]))
            return (enum ifb_node_kind)k;
    return IFB_NODE_LEAF;
}

static struct ifb_json *load_node(struct loader *l, const struct ifb_json *v,
                                  struct ifb_node *node, int depth);

/* Makes the i-th member of `node` from `v`; its canonical form, or NULL. */
static struct ifb_json *load_member(struct loader *l, struct ifb_node *node, size_t i,
                                    const struct ifb_json *v, int depth)
{
    struct ifb_node *member = ifb_new(l->arena, struct ifb_node, 1);

    member->parent = node;
    member->index = i;
    node->at[i] = member;
    return load_node(l, v, member, depth + 1);
}

static struct ifb_json *load_list(struct loader *l, struct ifb_node *node,
                                  const struct ifb_json *list, int depth)
{
    struct ifb_json *out = ifb_json_new(l->arena, IFB_JARRAY, list->line), *tail = NULL;
    size_t i = 0;

    if (list->kind != IFB_JARRAY || !list->n) {
        fail_at(l, (struct place){ node, list }, "wanted an array of expressions, found %s",
                list->kind == IFB_JARRAY ? "an empty one" : ifb_json_kind_name(list->kind));
        return NULL;
    }
    if (list->n > IFB_TREE_NODES) {
        fail_at(l, (struct place){ node, list }, "more than %d expressions", IFB_TREE_NODES);
        return NULL;
    }
    node->n = list->n;
    node->at = ifb_new(l->arena, struct ifb_node *, list->n);
    for (const struct ifb_json *m = list->first; m; m = m->next) {
        struct ifb_json *member = load_member(l, node, i++, m, depth);

        if (!member)
            return NULL;
        ifb_json_append(out, &tail, (ifb_str){ NULL, 0 }, member);
    }
    return out;
}

static struct ifb_json *load_one(struct loader *l, struct ifb_node *node,
                                 const struct ifb_json *v, int depth)
{
    node->n = 1;
    node->at = ifb_new(l->arena, struct ifb_node *, 1);
    return load_member(l, node, 0, v, depth);
}

/* A whole number of `settings`, from `least` on. */
static bool load_number(struct loader *l, struct ifb_node *node, const struct ifb_json *v,
                        int64_t least, int64_t *out)
{
    if (v->kind == IFB_JNUMBER && v->whole && v->integer >= least && v->number <= PIECES_MAX) {
        *out = v->integer;
        return true;
    }
    fail_at(l, (struct place){ node, v }, "%.*s: wanted a whole number from %lld to %g, found %.*s",
            IFB_ARG(v->key), (long long)least, PIECES_MAX,
            IFB_ARG(v->kind == IFB_JNUMBER ? ifb_utf8_cut(v->string, 80)
                                           : ifb_str_of(ifb_json_kind_name(v->kind))));
    return false;
}

static bool load_unit(struct loader *l, struct ifb_node *node, const struct ifb_json *v)
{
    struct place at = { node, v };

    if (v->kind == IFB_JSTRING && ifb_unit_find(v->string, &node->unit) &&
        node->unit != IFB_BYTES)
        return true;
    if (v->kind != IFB_JSTRING)
        fail_at(l, at, "unit: wanted a string, found %s", ifb_json_kind_name(v->kind));
    else if (ifb_str_is(v->string, "bytes") || ifb_str_is(v->string, "byte"))
        fail_at(l, at, "unit: bytes are counted only, wanted \"chars\"");
    else
        fail_at(l, at, "unit: unknown unit \"%.*s\", wanted one of words, sentences, lines, "
                "raw_lines, paragraphs, bullets, list_items, headings, code_blocks, chars, "
                "letters, digits, uppercase_words, matches", IFB_ARG(ifb_utf8_cut(v->string, 40)));
    return false;
}

static bool bind_unit(struct loader *l, struct ifb_node *node, const struct ifb_json *object)
{
    const struct ifb_json *pattern = ifb_json_get(object, "pattern");
    struct ifb_error local;

    if (pattern && pattern->kind != IFB_JSTRING && pattern->kind != IFB_JNULL) {
        fail_at(l, (struct place){ node, pattern }, "pattern: wanted a string, found %s",
                ifb_json_kind_name(pattern->kind));
        return false;
    }
    if (ifb_unit_bind(node->unit,
                      pattern && pattern->string.ptr ? ifb_str_copy(l->arena, pattern->string)
                                                     : (ifb_str){ NULL, 0 },
                      &node->pattern, l->arena, &local) == IFB_OK)
        return true;
    fail_at(l, (struct place){ node, pattern ? pattern : object }, "%s", local.msg);
    return false;
}

/* One member of the object of a head, read into the node; its canonical value, or NULL. */
static struct ifb_json *load_setting(struct loader *l, struct ifb_node *node, unsigned which,
                                     const struct ifb_json *m, int depth)
{
    struct ifb_json *copy;

    switch (which) {
    case OF: return load_list(l, node, m, depth);
    case CHECK: return load_one(l, node, m, depth);
    case UNIT:
        if (!load_unit(l, node, m))
            return NULL;
        copy = ifb_json_new(l->arena, IFB_JSTRING, m->line);
        copy->string = ifb_str_of(ifb_unit_row(node->unit)->name);
        return copy;
    case MIN: return load_number(l, node, m, 0, &node->min) ? copy_value(l, node, m) : NULL;
    case MAX: return load_number(l, node, m, 0, &node->max) ? copy_value(l, node, m) : NULL;
    case N:
        if (!load_number(l, node, m, -(int64_t)PIECES_MAX, &node->nth))
            return NULL;
        break;
    default: break;
    }
    return copy_value(l, node, m);
}

static unsigned find_setting(ifb_str key, unsigned may)
{
    for (unsigned i = 0; i < NSETTINGS; i++)
        if (may >> i & 1 && ifb_str_is(key, settings[i]))
            return 1u << i;
    return 0;
}

static void fail_setting(struct loader *l, struct place at, ifb_str key, unsigned may)
{
    char list[80] = "";
    size_t len = 0;

    for (unsigned i = 0; i < NSETTINGS; i++)
        if (may >> i & 1)
            len += (size_t)snprintf(list + len, sizeof(list) - len, "%s%s", len ? ", " : "",
                                    settings[i]);
    fail_at(l, at, "unknown member \"%.*s\", wanted %s", IFB_ARG(ifb_utf8_cut(key, 80)), list);
}

/* What the members say together. */
static bool check_settings(struct loader *l, struct ifb_node *node, const struct ifb_json *object,
                           unsigned seen)
{
    unsigned missing = takes[node->kind].must & ~seen;
    struct place at = { node, object };

    for (unsigned i = 0; i < NSETTINGS; i++)
        if (missing >> i & 1) {
            fail_at(l, at, "%s is missing", settings[i]);
            return false;
        }
    if (node->kind == IFB_NODE_COUNT && !(seen & (MIN | MAX))) {
        fail_at(l, at, "min or max is missing");
        return false;
    }
    if (node->max < node->min) {
        fail_at(l, at, "max %lld is below min %lld", (long long)node->max, (long long)node->min);
        return false;
    }
    if (seen & N && !node->nth) {
        fail_at(l, at, "n: pieces are counted from 1, or from the end: -1");
        return false;
    }
    return !(seen & UNIT) || bind_unit(l, node, object);
}

static struct ifb_json *load_object(struct loader *l, struct ifb_node *node,
                                    const struct ifb_json *object, int depth)
{
    struct ifb_json *out = ifb_json_new(l->arena, IFB_JOBJECT, object->line), *tail = NULL;
    unsigned seen = 0, may = takes[node->kind].may;

    node->max = INT64_MAX;
    node->min = node->kind == IFB_NODE_SOME;
    if (object->kind != IFB_JOBJECT) {
        fail_at(l, (struct place){ node, object }, "wanted an object, found %s",
                ifb_json_kind_name(object->kind));
        return NULL;
    }
    for (const struct ifb_json *m = object->first; m; m = m->next) {
        unsigned which = find_setting(m->key, may);
        struct ifb_json *value;

        if (!which || seen & which) {
            if (which)
                fail_at(l, (struct place){ node, m }, "\"%.*s\" stands twice", IFB_ARG(m->key));
            else
                fail_setting(l, (struct place){ node, m }, m->key, may);
            return NULL;
        }
        if (m->kind == IFB_JNULL)
            continue;
        seen |= which;
        value = load_setting(l, node, which, m, depth);
        if (!value)
            return NULL;
        ifb_json_append(out, &tail, ifb_str_copy(l->arena, m->key), value);
    }
    if (!check_settings(l, node, object, seen))
        return NULL;
    ifb_json_sort(l->arena, out);
    return out;
}

/* ---- leaves ---- */

/* Loads a check with its arguments, an object that is in canonical form already. */
static struct ifb_json *load_check(struct loader *l, struct ifb_node *node, struct place at,
                                   struct ifb_json *args)
{
    struct ifb_json *name = ifb_json_new(l->arena, IFB_JSTRING, at.value->line), *tail = NULL;
    struct ifb_json *out = ifb_json_new(l->arena, IFB_JOBJECT, at.value->line);
    const struct ifb_json *next;
    struct ifb_error local = { 0 };

    if (ifb_args_load(node->check, args, l->arena, &node->args, &local)) {
        fail_at(l, at, "%s", local.msg);
        return NULL;
    }
    name->string = ifb_str_of(node->check->id);
    ifb_json_append(out, &tail, IFB_STR("check"), name);
    for (struct ifb_json *m = (struct ifb_json *)args->first; m; m = (struct ifb_json *)next) {
        next = m->next;
        if (m->kind != IFB_JNULL)
            ifb_json_append(out, &tail, m->key, m);
    }
    ifb_json_sort(l->arena, out);
    return out;
}

/* The check that a leaf names. */
static bool find_check(struct loader *l, struct ifb_node *node, struct place at, ifb_str id)
{
    struct ifb_error local = { 0 };

    node->check = ifb_str_is(id, ifb_judge_leaf.id) ? &ifb_judge_leaf : ifb_check_find(id);
    if (node->check)
        return true;
    at.node = node;
    if (head_kind(id)) {
        fail_at(l, at, "\"%.*s\" takes members", IFB_ARG(id));
        return false;
    }
    ifb_check_fail_unknown(id, &local);
    fail_at(l, at, "%s", local.msg);
    return false;
}

/* {"check": NAME, ARG: VALUE, ...} */
static struct ifb_json *load_long(struct loader *l, const struct ifb_json *v,
                                  struct ifb_node *node)
{
    const struct ifb_json *id = ifb_json_get(v, "check");
    struct ifb_json *args = copy_value(l, node, v), *rest, *tail = NULL;
    const struct ifb_json *next;

    if (!args)
        return NULL;
    if (id->kind != IFB_JSTRING) {
        fail_at(l, (struct place){ node, id }, "check: wanted a check's name, found %s",
                ifb_json_kind_name(id->kind));
        return NULL;
    }
    if (!find_check(l, node, (struct place){ node, id }, id->string))
        return NULL;
    rest = ifb_json_new(l->arena, IFB_JOBJECT, v->line);
    for (struct ifb_json *m = (struct ifb_json *)args->first; m; m = (struct ifb_json *)next) {
        next = m->next;
        if (!ifb_str_is(m->key, "check") && !ifb_str_is(m->key, "name"))
            ifb_json_append(rest, &tail, m->key, m);
    }
    return load_check(l, node, (struct place){ node, v }, rest);
}

/* {NAME: ARGS}, which `head` is, or "NAME". */
static struct ifb_json *load_short(struct loader *l, const struct ifb_json *head, ifb_str id,
                                   struct ifb_node *node)
{
    struct place at = { node, head };
    struct ifb_json *args, *value, *tail = NULL;

    if (!find_check(l, node, at, id))
        return NULL;
    value = copy_value(l, node, head);
    if (!value)
        return NULL;
    if (head->kind == IFB_JOBJECT)
        return load_check(l, node, at, value);
    args = ifb_json_new(l->arena, IFB_JOBJECT, head->line);
    if (head->key.ptr && head->kind != IFB_JNULL && !(head->kind == IFB_JBOOL && head->truth)) {
        if (!node->check->fields) {
            fail_at(l, at, "takes no arguments%s",
                    head->kind == IFB_JBOOL ? ", wanted true, perhaps in \"not\"" : "");
            return NULL;
        }
        ifb_json_append(args, &tail, ifb_str_of(node->check->fields[0].name), value);
    }
    return load_check(l, node, at, args);
}

/* ---- expressions ---- */

/* The one member that is no label; NULL with the error set when there is not one. */
static const struct ifb_json *find_head(struct loader *l, const struct ifb_json *v,
                                        struct ifb_node *node)
{
    const struct ifb_json *head = NULL;
    struct place at = { node, v };

    for (const struct ifb_json *m = v->first; m; m = m->next) {
        if (ifb_str_is(m->key, "name"))
            continue;
        if (head) {
            bool of_head = head_kind(head->key) || head_kind(m->key);

            at.value = m;
            fail_at(l, at, "found \"%.*s\" and \"%.*s\", wanted one%s",
                    IFB_ARG(ifb_utf8_cut(head->key, 60)), IFB_ARG(ifb_utf8_cut(m->key, 60)),
                    of_head ? "" : ": {\"all\": [...]} joins checks, {\"check\": NAME, ...} "
                    "takes arguments");
            return NULL;
        }
        head = m;
    }
    if (!head)
        fail_at(l, at, "wanted a check or one of all, any, not, count, each, none, some, first, "
                "last, nth");
    return head;
}

static struct ifb_json *load_head(struct loader *l, const struct ifb_json *v,
                                  struct ifb_node *node, int depth)
{
    const struct ifb_json *head = find_head(l, v, node);
    struct ifb_json *out, *value, *tail = NULL;

    if (!head)
        return NULL;
    node->kind = head_kind(head->key);
    if (node->kind == IFB_NODE_LEAF)
        return load_short(l, head, head->key, node);
    if (node->kind == IFB_NODE_NOT)
        value = load_one(l, node, head, depth);
    else if (takes[node->kind].may)
        value = load_object(l, node, head, depth);
    else
        value = load_list(l, node, head, depth);
    if (!value)
        return NULL;
    out = ifb_json_new(l->arena, IFB_JOBJECT, v->line);
    ifb_json_append(out, &tail, ifb_str_of(ifb_node_names[node->kind]), value);
    return out;
}

static struct ifb_json *load_node(struct loader *l, const struct ifb_json *v,
                                  struct ifb_node *node, int depth)
{
    struct place at = { node, v };
    const struct ifb_json *label;

    if (depth > IFB_TREE_DEPTH || ++l->nodes > IFB_TREE_NODES) {
        fail_at(l, at, depth > IFB_TREE_DEPTH ? "more than %d levels" : "more than %d expressions",
                depth > IFB_TREE_DEPTH ? IFB_TREE_DEPTH : IFB_TREE_NODES);
        return NULL;
    }
    if (v->kind == IFB_JSTRING) {
        struct ifb_json bare = *v;

        bare.key = (ifb_str){ NULL, 0 };
        return load_short(l, &bare, v->string, node);
    }
    if (v->kind != IFB_JOBJECT) {
        fail_at(l, at, "wanted a check's name or an object, found %s", ifb_json_kind_name(v->kind));
        return NULL;
    }
    label = ifb_json_get(v, "name");
    if (label && label->kind != IFB_JSTRING && label->kind != IFB_JNULL) {
        at.value = label;
        fail_at(l, at, "name: wanted a string, found %s", ifb_json_kind_name(label->kind));
        return NULL;
    }
    return ifb_json_get(v, "check") ? load_long(l, v, node) : load_head(l, v, node, depth);
}

/* ---- the whole ---- */

static unsigned needs_of(const struct ifb_node *node)
{
    unsigned needs = node->check ? node->check->needs : 0;

    if (node->unit == IFB_SENTENCES)
        needs |= IFB_NEEDS_PUNKT;
    for (size_t i = 0; i < node->n; i++)
        needs |= needs_of(node->at[i]);
    return needs;
}

static bool take_question(struct ifb_node *leaf, ifb_str *at, size_t *n)
{
    at[*n] = ifb_judge_leaf_number(leaf->args, *n);
    ++*n;
    return true;
}

/* Numbers the questions to a judge; false with the error set where one cannot be asked. */
static bool gather_questions(struct loader *l, struct ifb_node *node, const struct ifb_json *expr,
                             bool of_pieces, ifb_str *at, size_t *n)
{
    struct place place = { node, expr };

    if (node->kind == IFB_NODE_LEAF && node->check == &ifb_judge_leaf) {
        if (of_pieces)
            fail_at(l, place, "a judge is asked about the whole answer, not about a piece");
        else if (*n == IFB_TREE_QUESTIONS)
            fail_at(l, place, "more than %d questions to a judge", IFB_TREE_QUESTIONS);
        else
            return take_question(node, at, n);
        return false;
    }
    of_pieces = of_pieces || node->kind >= IFB_NODE_EACH;
    for (size_t i = 0; i < node->n; i++)
        if (!gather_questions(l, node->at[i], expr, of_pieces, at, n))
            return false;
    return true;
}

static bool forbids(const struct ifb_node *root)
{
    return root->kind == IFB_NODE_NOT || root->kind == IFB_NODE_NONE ||
           (root->kind == IFB_NODE_LEAF && root->check->forbids);
}

static ifb_str written(struct ifb_arena *arena, const struct ifb_json *form)
{
    struct ifb_buf buf;
    struct ifb_jw w;
    ifb_str text = { NULL, 0 };

    ifb_buf_init(&buf, CANONICAL_MAX);
    ifb_jw_open(&w, &buf);
    ifb_jw_value(&w, NULL, form);
    if (!buf.full)
        text = ifb_str_copy(arena, ifb_buf_view(&buf));
    ifb_buf_close(&buf);
    return text;
}

enum ifb_code ifb_constraint_load_expression(struct ifb_arena *arena, const struct ifb_json *expr,
                                             struct ifb_constraint *out, struct ifb_error *err)
{
    struct loader l = { .arena = arena, .err = err, .line = expr->line };
    struct ifb_tree *tree = ifb_new(arena, struct ifb_tree, 1);
    const struct ifb_json *form;
    ifb_str text = { NULL, 0 }, label = ifb_json_str(expr, "name");
    ifb_str questions[IFB_TREE_QUESTIONS], *kept;
    size_t nquestions = 0;

    tree->root = ifb_new(arena, struct ifb_node, 1);
    form = load_node(&l, expr, tree->root, 1);
    if (form)
        text = written(arena, form);
    if (form && !text.ptr)
        ifb_fail(err, IFB_EINPUT, "the expression is too large");
    if (text.ptr && !gather_questions(&l, tree->root, expr, false, questions, &nquestions))
        text.ptr = NULL;
    if (!text.ptr) {
        ifb_node_release(tree->root);
        return IFB_EINPUT;
    }
    *out = (struct ifb_constraint){
        .id = label.len ? ifb_str_copy(arena, label) : ifb_node_name(tree->root, form, arena),
        .check = &ifb_expression_check, .args = tree, .args_json = text,
        .needs = needs_of(tree->root), .negated = forbids(tree->root),
    };
    kept = ifb_new(arena, ifb_str, nquestions);
    for (size_t i = 0; i < nquestions; i++)
        kept[i] = questions[i];
    out->questions = (struct ifb_strs){ kept, nquestions };
    return IFB_OK;
}

enum ifb_code ifb_expression_canonical(struct ifb_arena *arena, const struct ifb_json *expr,
                                       ifb_str *out, struct ifb_error *err)
{
    struct ifb_constraint c;
    enum ifb_code code = ifb_constraint_load_expression(arena, expr, &c, err);

    if (code)
        return code;
    *out = c.args_json;
    ifb_constraint_release(&c);
    return IFB_OK;
}

void ifb_expression_hash(ifb_str canonical, char out[IFB_EXPRESSION_HASH])
{
    _Static_assert(IFB_EXPRESSION_HASH == IFB_SHA256_HEX, "a SHA-256 in hex");
    ifb_sha256_of(canonical, out);
}
