/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A byte of flags, a pattern in Python's syntax, NUL and a text: the time it takes is
 * bounded, whatever they are.
 */
#include "harness/base/regex.h"

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "tests/fuzz/fuzz.h"

#define STEPS 1000000  /* a fiftieth of what a scan has by itself */

/* In order and within the text; the number of matches, -1 when it takes too many steps. */
static int64_t walk(const struct ifb_regex *re, ifb_str text)
{
    size_t from = 0, to = 0, end = 0;
    int64_t steps = STEPS, n = 0;
    enum ifb_match m;
    struct ifb_scan scan;

    ifb_scan_open(&scan, re, text);
    scan.budget = &steps;
    while ((m = ifb_scan_next(&scan, &from, &to)) == IFB_MATCH) {
        fuzz_demand(from <= to && to <= text.len && from >= end);
        fuzz_demand(fuzz_within(ifb_str_part(text, from, to), text));
        end = to;
        n++;
    }
    ifb_scan_close(&scan);
    return m == IFB_MATCH_LIMIT ? -1 : n;
}

/* With a budget of their own, where that is not much. */
static void demand_same(const struct ifb_regex *re, ifb_str text, int64_t n)
{
    size_t from = 0, to = 0;

    fuzz_demand(ifb_regex_count(re, text) == n);
    fuzz_demand(ifb_regex_search(re, text, &from, &to) == (n ? IFB_MATCH : IFB_NO_MATCH));
    fuzz_demand(!n || (from <= to && to <= text.len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct fuzz_in in = { data, size };
    unsigned flags = fuzz_byte(&in) & 7u;
    ifb_str pattern = fuzz_until(&in, 0, arena), text = fuzz_rest(&in, arena);
    struct ifb_regex *re = NULL;
    struct ifb_error err;

    if (!ifb_regex_new(pattern, flags, &re, &err)) {
        int64_t n = walk(re, text);

        if (n >= 0)
            demand_same(re, text, n);
        ifb_regex_close(re);
    }
    ifb_arena_close(arena);
    return 0;
}
