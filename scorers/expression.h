/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree that an expression is compiled to. expression_load.c makes it and its
 * canonical form, expression_name.c names its nodes, expression.c evaluates it.
 */
#ifndef IFB_SCORERS_EXPRESSION_H
#define IFB_SCORERS_EXPRESSION_H

#include <ifbench/check.h>

#include "harness/base/buf.h"
#include "scorers/pattern.h"
#include "scorers/units.h"

#define IFB_TREE_DEPTH 32
#define IFB_TREE_NODES 1000

/* Leaves, members of a list, one member, and a member for pieces of the text. */
enum ifb_node_kind {
    IFB_NODE_LEAF,
    IFB_NODE_ALL,
    IFB_NODE_ANY,
    IFB_NODE_COUNT,
    IFB_NODE_NOT,
    IFB_NODE_EACH,
    IFB_NODE_NONE,
    IFB_NODE_SOME,
    IFB_NODE_FIRST,
    IFB_NODE_LAST,
    IFB_NODE_NTH,
    IFB_NODE_KINDS
};

/* "leaf", "all", ...: how each is spelt. */
extern const char *const ifb_node_names[IFB_NODE_KINDS];

struct ifb_node {
    enum ifb_node_kind kind;
    const struct ifb_node *parent;
    size_t index;                   /* among the parent's members */
    struct ifb_node **at;           /* n members; those after a fault are NULL */
    size_t n;
    int64_t min, max, nth;
    enum ifb_unit_id unit;
    struct ifb_pattern pattern;     /* of the unit IFB_MATCHES */
    const struct ifb_check *check;  /* of a leaf */
    void *args;
};

/* The arguments of ifb_expression_check. */
struct ifb_tree {
    struct ifb_node *root;
};

#define IFB_TREE_QUESTIONS 64  /* to a judge at most */

/* The row that a constraint made from an expression has; in no table. */
extern const struct ifb_check ifb_expression_check;

/* The leaf "judge", in no table either; it is given its number, and gives its question. */
extern const struct ifb_check ifb_judge_leaf;
ifb_str ifb_judge_leaf_number(void *args, size_t number);

/* Releases what the checks and patterns of a tree hold; NULL is fine. */
void ifb_node_release(struct ifb_node *node);

/*
 * "all[2].not.contains", from the root to `node`; a path that is too long has lost
 * its beginning. Empty for a root without a name.
 */
void ifb_node_path(const struct ifb_node *node, struct ifb_buf *out);

/* "each line starts", "measure words", "all(3)", in `arena`; `form` is the canonical form. */
ifb_str ifb_node_name(const struct ifb_node *root, const struct ifb_json *form,
                      struct ifb_arena *arena);

#endif
