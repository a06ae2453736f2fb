/* SPDX-License-Identifier: Apache-2.0 */
#include <ifbench/baseline.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/engine/marks.h"

static enum ifb_code make(const char *run, const char *file, struct ifb_arena *arena,
                          struct ifb_error *err)
{
    struct ifb_marks marks;
    enum ifb_code code = ifb_marks_load(run, arena, &marks, err);

    if (!code && marks.is_file)
        code = ifb_fail(err, IFB_EINPUT, "%s is a baseline already, wanted the folder of a run",
                        run);
    if (!code && marks.summary.shard.of)
        code = ifb_fail(err, IFB_EINPUT, "%s is shard %lld/%lld of a run; put the shards together "
                        "with `ifbench merge`", run, (long long)marks.summary.shard.index,
                        (long long)marks.summary.shard.of);
    if (!code && (!marks.summary.complete || marks.summary.counts.pending))
        code = ifb_fail(err, IFB_EINPUT, "%s has not come to its end; go on with `ifbench run "
                        "--resume %s`", run, run);
    return code ? code : ifb_marks_write(&marks, file, err);
}

enum ifb_code ifb_baseline_set(const char *run, const char *file, struct ifb_error *err)
{
    struct ifb_arena *arena = ifb_arena_new();
    enum ifb_code code = make(run, file, arena, err);

    ifb_arena_close(arena);
    return code;
}

enum ifb_code ifb_baseline_read(const char *file, struct ifb_arena *arena,
                                struct ifb_baseline *out, struct ifb_error *err)
{
    struct ifb_marks marks;
    enum ifb_code code = ifb_marks_load(file, arena, &marks, err);

    if (code)
        return code;
    *out = (struct ifb_baseline){ .plan = marks.plan, .summary = marks.summary };
    for (size_t i = 0; i < marks.ncells; i++)
        out->items += marks.cells[i].n;
    return IFB_OK;
}
