/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fenced code blocks, found line by line, and the choice that checks of
 * structured output offer: to judge the whole text or what stands in its fence.
 *
 * After CommonMark 0.30, section 4.5, with two differences that model answers ask for:
 * a fence may be indented as far as it likes (it may stand in a list), and one
 * that is never closed is no block. Fences behind "> " are not seen.
 */
#ifndef IFB_SCORERS_FENCE_H
#define IFB_SCORERS_FENCE_H

#include <ifbench/check.h>

struct ifb_fence {
    ifb_str block;     /* from the first line to the last, both with their fences */
    ifb_str info;      /* behind the opening fence, trimmed: "json" */
    ifb_str language;  /* its first word */
    ifb_str body;      /* the lines between, with their line ends */
    unsigned line;     /* the number of the body's first line in the text, from 1 */
    bool closed;       /* false: the text ends before the fence does */
};

/* A walk over the fences of `text`; zero-initialise but for `text`. */
struct ifb_fences {
    ifb_str text;
    size_t at;
    unsigned line;
};

/* The next fence, also one that is not closed (the last); false at the end. */
bool ifb_fence_next(struct ifb_fences *walk, struct ifb_fence *out);

/* What to judge: the values of an IFB_CHOICE called "extract". */
enum { IFB_EXTRACT_WHOLE, IFB_EXTRACT_FENCE };
extern const char *const ifb_extracts[];

#define IFB_EXTRACT(type, member)                                                          \
    IFB_FIELD(type, member, "extract", .kind = IFB_CHOICE, .choices = ifb_extracts,        \
              .doc = "judge the whole text, or what stands in its only code fence if it has one")

/*
 * The part of the probe's text to judge, and the number of its first line. PASS,
 * or FAIL with the reason set: more than one fence, or one that is not closed.
 */
enum ifb_outcome ifb_extract(struct ifb_probe *p, int64_t extract, ifb_str *part, unsigned *line);

#endif
