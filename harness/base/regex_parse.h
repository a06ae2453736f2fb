/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private to regex*.c: a pattern in Python's `re` syntax as a tree (what
 * CPython 3.11's re/_parser.py builds), and the tree written out for PCRE2.
 */
#ifndef IFB_BASE_REGEX_PARSE_H
#define IFB_BASE_REGEX_PARSE_H

#include <ifbench/types.h>

#include "harness/base/buf.h"
#include "harness/base/regex.h"

/* Flags that only a pattern itself can set, beside those of regex.h. */
enum {
    IFB_RE_ASCII = 0x08,
    IFB_RE_VERBOSE = 0x10,
    IFB_RE_UNICODE = 0x20,
    IFB_RE_TEMPLATE = 0x40
};

/* sre's MAXREPEAT: "no upper bound". */
#define IFB_RE_MANY 0xffffffffu

enum ifb_re_kind {
    RE_LITERAL,  /* cp */
    RE_ANY,
    RE_SET,      /* items, negate */
    RE_AT,       /* at */
    RE_REPEAT,   /* min, max, lazy, possessive, subs[0] */
    RE_GROUP,    /* group (0: none), add, del, subs[0] */
    RE_ATOMIC,   /* subs[0] */
    RE_LOOK,     /* behind, negate, subs[0] */
    RE_BACKREF,  /* group */
    RE_COND,     /* group, subs[0], perhaps subs[1] */
    RE_BRANCH    /* subs[] */
};

enum ifb_re_at { RE_AT_BEGIN, RE_AT_START, RE_AT_WORD, RE_AT_NOT_WORD, RE_AT_END, RE_AT_FINISH };

enum ifb_re_class { RE_RANGE, RE_DIGIT, RE_NOT_DIGIT, RE_SPACE, RE_NOT_SPACE, RE_WORD, RE_NOT_WORD };

/* A member of a set: a class, or the code points lo to hi (surrogates included). */
struct ifb_re_item {
    enum ifb_re_class what;
    uint32_t lo, hi;
    struct ifb_re_item *next;
};

struct ifb_re_node;

/* One after the other, and how many characters that can match. */
struct ifb_re_seq {
    struct ifb_re_node *first, *last;
    uint64_t lo, hi;
    struct ifb_re_seq *next;  /* the following alternative */
};

struct ifb_re_node {
    enum ifb_re_kind kind;
    struct ifb_re_node *next;
    struct ifb_re_seq *subs;
    struct ifb_re_item *items;
    uint32_t cp, min, max, group;
    unsigned add, del;
    enum ifb_re_at at;
    bool negate, behind, lazy, possessive;
};

struct ifb_re_tree {
    struct ifb_re_seq *seq;
    unsigned flags;
    uint32_t depth;  /* of the deepest nesting */
};

/*
 * Parses; IFB_EINPUT where Python raises re.error, ValueError, OverflowError or
 * RecursionError. The tree lives in `arena`.
 */
enum ifb_code ifb_re_parse(struct ifb_arena *arena, ifb_str pattern, unsigned flags,
                           struct ifb_re_tree *out, struct ifb_error *err);

/*
 * Appends the tree as a pattern for PCRE2 under UTF, UCP, DOTALL, MULTILINE and
 * ALT_CIRCUMFLEX with LF as newline. Where PCRE2 cannot say what Python means:
 * a back reference under IGNORECASE compares as PCRE2 does (so s and U+017F are
 * equal there), counts above 65,535 are cut to that, and a group that is
 * repeated no times inside a lookbehind may be refused.
 */
void ifb_re_write(const struct ifb_re_tree *tree, struct ifb_buf *out);

/*
 * The next character that IGNORECASE does not tell from `cp`: a cycle through
 * at most four, of one when `cp` has no case.
 */
uint32_t ifb_re_case_next(uint32_t cp);

/* The least of that cycle: equal for two characters that match each other. */
uint32_t ifb_re_case_least(uint32_t cp);

#endif
