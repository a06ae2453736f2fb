/* SPDX-License-Identifier: Apache-2.0 */
/* What the nodes of an expression are called, in messages and reports, and how they end. */
#include "scorers/expression.h"

#include <stdio.h>

#include "harness/base/arena.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"

const char *const ifb_node_names[IFB_NODE_KINDS] = { "check", "all", "any", "count", "not", "each",
                                                     "none", "some", "first", "last", "nth" };

#define PATH_MAX_SHOWN 120

static bool takes_many(enum ifb_node_kind kind)
{
    return kind == IFB_NODE_ALL || kind == IFB_NODE_ANY || kind == IFB_NODE_COUNT;
}

/* "all[2]" of the node that `member` belongs to, or what `member` is itself. */
static ifb_str step(const struct ifb_node *node, const struct ifb_node *member, char text[64])
{
    int n;

    if (!member && node->kind == IFB_NODE_LEAF)
        return node->check ? ifb_utf8_cut(ifb_str_of(node->check->id), 60) : (ifb_str){ NULL, 0 };
    if (member && takes_many(node->kind))
        n = snprintf(text, 64, "%s[%zu]", ifb_node_names[node->kind], member->index);
    else
        n = snprintf(text, 64, "%s", ifb_node_names[node->kind]);
    return (ifb_str){ text, (size_t)n };
}

void ifb_node_path(const struct ifb_node *node, struct ifb_buf *out)
{
    const struct ifb_node *chain[IFB_TREE_DEPTH + 2];
    size_t n = 0, from = 0, len = 0;
    char text[64];

    for (; node && n < IFB_TREE_DEPTH + 2; node = node->parent)
        chain[n++] = node;
    for (; from < n && len < PATH_MAX_SHOWN; from++)
        len += step(chain[from], from ? chain[from - 1] : NULL, text).len + 1;
    if (from < n)
        ifb_buf_cstr(out, "..");
    while (from--) {
        ifb_str s = step(chain[from], from ? chain[from - 1] : NULL, text);

        if (s.len && out->len)
            ifb_buf_char(out, '.');
        ifb_buf_str(out, s);
    }
}

/* "not contains", "each line starts", "all(3)". */
static void render(const struct ifb_node *node, struct ifb_buf *out)
{
    for (; node->kind != IFB_NODE_LEAF; node = node->at[0]) {
        ifb_buf_cstr(out, ifb_node_names[node->kind]);
        if (takes_many(node->kind)) {
            ifb_buf_fmt(out, "(%zu)", node->n);
            return;
        }
        if (node->kind == IFB_NODE_NTH)
            ifb_buf_fmt(out, "(%lld)", (long long)node->nth);
        if (node->kind != IFB_NODE_NOT)
            ifb_buf_fmt(out, " %s", ifb_unit_row(node->unit)->one);
        ifb_buf_char(out, ' ');
    }
    ifb_buf_cstr(out, node->check->id);
}

/* The value of "unit" says more than "measure" does. */
ifb_str ifb_node_name(const struct ifb_node *node, const struct ifb_json *form,
                      struct ifb_arena *arena)
{
    struct ifb_buf buf;
    ifb_str unit, name;

    while (node->kind != IFB_NODE_LEAF && !takes_many(node->kind)) {
        form = form->first;
        form = node->kind == IFB_NODE_NOT ? form : ifb_json_get(form, "check");
        node = node->at[0];
    }
    unit = node->kind == IFB_NODE_LEAF ? ifb_json_str(form, "unit") : (ifb_str){ NULL, 0 };
    while (node->parent)
        node = node->parent;
    ifb_buf_init(&buf, 4096);
    render(node, &buf);
    if (unit.ptr) {
        ifb_buf_char(&buf, ' ');
        ifb_buf_str(&buf, ifb_utf8_cut(unit, 40));
    }
    name = ifb_str_copy(arena, ifb_utf8_cut(ifb_buf_view(&buf), 100));
    ifb_buf_close(&buf);
    return name;
}

void ifb_node_release(struct ifb_node *node)
{
    if (!node)
        return;
    for (size_t i = 0; i < node->n; i++)
        ifb_node_release(node->at[i]);
    ifb_pattern_close(&node->pattern);
    if (node->check && node->check->release && node->args)
        node->check->release(node->args);
    node->args = NULL;
}
