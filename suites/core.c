/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The built-in suite: prompts of our own over IFEval's 25 checks, compiled in,
 * so that a first run needs no data. Its rows have IFEval's format.
 */
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "suites/rows.h"
#include "suites/table.h"

/* The path is relative to the root of the tree, where make runs the compiler. */
__asm__(".pushsection .rodata\n"
        ".global ifb_core_rows, ifb_core_rows_end\n"
        ".hidden ifb_core_rows, ifb_core_rows_end\n"
        "ifb_core_rows:\n"
        ".incbin \"suites/data/core.jsonl\"\n"
        "ifb_core_rows_end:\n"
        ".byte 0\n"
        ".popsection\n");

extern const char ifb_core_rows[] __attribute__((visibility("hidden")));
extern const char ifb_core_rows_end[] __attribute__((visibility("hidden")));

static enum ifb_code open_core(const struct ifb_suite_source *src, struct ifb_arena *arena,
                               void **state, struct ifb_error *err)
{
    size_t len = (size_t)((uintptr_t)ifb_core_rows_end - (uintptr_t)ifb_core_rows);

    if (src && src->npaths)
        return ifb_fail(err, IFB_EINPUT, "%s: the suite core is built in and reads no file",
                        src->paths[0]);
    *state = ifb_item_rows_of("core.jsonl", (ifb_str){ ifb_core_rows, len }, arena);
    return IFB_OK;
}

static const char *const no_files[] = { NULL };

const struct ifb_suite ifb_suite_core = {
    .id = "core",
    .doc = "everyday writing tasks over all of IFEval's checks, built in",
    .cite = "ifbench",
    .files = no_files,
    .missing = IFB_MISSING_FAIL,
    .preset = { .temperature = 0, .top_p = -1, .max_tokens = 1280, .seed = -1 },
    .metrics = ifb_ifeval_metrics,
    .open = open_core,
    .next = ifb_item_rows_suite_next,
    .close = ifb_item_rows_suite_close,
};
