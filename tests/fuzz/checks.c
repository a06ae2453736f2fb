/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any check with any arguments on any answer. As text: the id, a blank, a JSON object
 * of arguments, NUL, the answer; else the input chooses a check and its arguments.
 */
#include <ifbench/check.h>

#include "harness/base/arena.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "tests/fuzz/fuzz.h"

#define ARGS_MAX ((size_t)1 << 20)

static ifb_str make_args(struct fuzz_in *in, const struct ifb_check *check,
                         struct ifb_arena *arena)
{
    struct ifb_buf buf;
    ifb_str args;

    ifb_buf_init(&buf, ARGS_MAX);
    fuzz_args(in, check, arena, &buf);
    args = fuzz_exact(arena, ifb_buf_view(&buf));
    ifb_buf_close(&buf);
    return args;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct fuzz_in in = { data, size };
    const struct ifb_json *args = NULL;
    struct ifb_constraint c;
    struct ifb_error err;
    ifb_str id, source;

    if (fuzz_is_text(&in)) {
        id = fuzz_until(&in, ' ', arena);
        source = fuzz_until(&in, 0, arena);
    } else {
        const struct ifb_check *check;

        fuzz_byte(&in);
        check = fuzz_check(&in);
        id = ifb_str_of(check->id);
        source = make_args(&in, check, arena);
    }
    if ((!source.len || !ifb_json_parse(arena, source, 0, 1, &args, &err)) &&
        !ifb_constraint_load(arena, id, args, &c, &err)) {
        fuzz_score(&c, fuzz_rest(&in, arena), fuzz_resources());
        ifb_constraint_release(&c);
    }
    ifb_arena_close(arena);
    return 0;
}
