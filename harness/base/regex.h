/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Python's `re` (3.11, str patterns) on top of PCRE2. A pattern is parsed as
 * Python's syntax, refused where Python raises re.error, and written out for
 * PCRE2 with explicit classes, because the two disagree on syntax (\Z, \h, \R,
 * \u0041, {,3}, [[:alpha:]]) and on characters (\s, caseless matching). A
 * pattern without metacharacters is matched literally and never compiled.
 *
 * The only file that includes pcre2.h is regex.c. A compiled pattern may be
 * used by many threads at once.
 */
#ifndef IFB_BASE_REGEX_H
#define IFB_BASE_REGEX_H

#include <ifbench/types.h>

struct ifb_regex;

enum { IFB_RE_IGNORECASE = 1, IFB_RE_MULTILINE = 2, IFB_RE_DOTALL = 4 };

/*
 * Compiles `pattern` (well-formed UTF-8). IFB_EINPUT with Python's kind of
 * message when Python would raise re.error. Close it with ifb_regex_close.
 */
enum ifb_code ifb_regex_new(ifb_str pattern, unsigned flags, struct ifb_regex **out,
                            struct ifb_error *err);
void ifb_regex_close(struct ifb_regex *re);

/*
 * Compiles a pattern that is PCRE2's own syntax already, with UTF and UCP and
 * without regard to Python: one out of a data file. Bounded in steps as others are.
 * Compiled to machine code where that can be done. IFB_EINPUT with PCRE2's message.
 */
enum ifb_code ifb_regex_pcre2(ifb_str pattern, struct ifb_regex **out, struct ifb_error *err);

/* Worth it for a pattern that is matched very often; a no-op where there is no JIT. */
void ifb_regex_jit(struct ifb_regex *re);

/*
 * A walk over the non-overlapping matches, as re.finditer makes it: leftmost,
 * an empty match allowed right after a non-empty one. Zero-initialise `at`
 * through ifb_regex_scan, close it when done.
 */
struct ifb_scan {
    const struct ifb_regex *re;
    ifb_str text;
    size_t at;        /* where the next search starts, in bytes */
    size_t last_end;  /* end of the previous match */
    bool first;       /* nothing was found yet */
    bool empty;       /* the previous match was */
    int64_t *budget;  /* steps shared with other scans; NULL: its own. Set after opening */
    int64_t own;      /* what is left of its own */
    bool metered;     /* every step is counted */
    size_t seen;      /* metered: where the last step stood */
    void *data;       /* match data, owned */
    void *limits;     /* match context, owned */
};

enum ifb_match { IFB_NO_MATCH, IFB_MATCH, IFB_MATCH_LIMIT };

void ifb_scan_open(struct ifb_scan *s, const struct ifb_regex *re, ifb_str text);

/* What a scan may take in steps, each an item of the pattern that is tried or 16 bytes passed. */
#define IFB_RE_STEPS 50000000

/*
 * IFB_MATCH and the span of the whole match; IFB_NO_MATCH at the end;
 * IFB_MATCH_LIMIT when the pattern needs more steps than the scan may take, over
 * all places it begins at and all matches, which the caller must treat as an
 * error: `.*x` is enough on a long line. Time is bounded, whatever the pattern.
 */
enum ifb_match ifb_scan_next(struct ifb_scan *s, size_t *from, size_t *to);
void ifb_scan_close(struct ifb_scan *s);

/* Begins a new walk with the same pattern in another text, from byte `at` on. */
void ifb_scan_again(struct ifb_scan *s, ifb_str text, size_t at);

/* re.search: is there a match, and where (from and to may be NULL). */
enum ifb_match ifb_regex_search(const struct ifb_regex *re, ifb_str text, size_t *from, size_t *to);

/* The same from a budget of steps that searches share: they may be many, on short texts. */
enum ifb_match ifb_regex_search_within(const struct ifb_regex *re, ifb_str text, int64_t *budget);

/* len(re.findall(...)); -1 when a limit was hit. */
int64_t ifb_regex_count(const struct ifb_regex *re, ifb_str text);

#endif
