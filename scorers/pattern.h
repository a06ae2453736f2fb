/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patterns that come with a check's arguments. The reference evaluator compiles
 * them while it checks, so a bad one is no fault of the constraint: it is kept
 * with its message and turns into IFB_ERROR when a run reaches it.
 */
#ifndef IFB_SCORERS_PATTERN_H
#define IFB_SCORERS_PATTERN_H

#include <ifbench/check.h>

struct ifb_regex;

struct ifb_pattern {
    ifb_str source;        /* as the suite wrote it, for reasons */
    struct ifb_regex *re;  /* NULL when broken */
    ifb_str broken;        /* why it does not compile */
    bool bounded;          /* matches count between word boundaries only */
};

/* True when Python's re gives no character of `s` a meaning of its own. */
bool ifb_pattern_is_literal(ifb_str s);

/* A pattern that `s` alone matches (re.escape), in `arena`. */
ifb_str ifb_pattern_escape(struct ifb_arena *arena, ifb_str s);

/*
 * Compiles `pattern` with ifb_regex_new's flags; `source` is how to call it.
 * Both must live as long as the pattern does.
 */
void ifb_pattern_bind(struct ifb_pattern *out, ifb_str source, ifb_str pattern, unsigned flags,
                      struct ifb_arena *arena);

/* The same for a check whose pattern must be one: IFB_EINPUT "pattern: ..." when it is not. */
enum ifb_code ifb_pattern_bind_valid(struct ifb_pattern *out, ifb_str source, unsigned flags,
                                     struct ifb_arena *arena, struct ifb_error *err);

/* The same for "\b" + source + "\b"; a literal source is not compiled. */
void ifb_pattern_bind_bounded(struct ifb_pattern *out, ifb_str source, unsigned flags,
                              struct ifb_arena *arena);

/* The reason why it has no outcome: not a pattern, or too many steps. */
void ifb_pattern_say_broken(const struct ifb_pattern *pattern, struct ifb_probe *p);

void ifb_pattern_close(struct ifb_pattern *pattern);

/*
 * re.search in the probe's text: PASS and the match, FAIL, or ERROR with the
 * reason set (a broken pattern, or one that takes too many steps).
 */
enum ifb_outcome ifb_pattern_search(const struct ifb_pattern *pattern, struct ifb_probe *p,
                                    ifb_str text, ifb_str *match);

/*
 * len(re.findall(...)) in `text`, which must lie in the probe's text if the
 * matches are to be marked; -1 with the reason set when that is an error.
 */
int64_t ifb_pattern_count(const struct ifb_pattern *pattern, struct ifb_probe *p, ifb_str text,
                          bool mark);

#endif
