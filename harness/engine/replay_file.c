/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engine/replay_file.h"

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"

static enum ifb_code read_line(struct ifb_replay *r, ifb_str line, unsigned number,
                               struct ifb_arena *arena, struct ifb_error *err)
{
    const struct ifb_json *v, *response;
    ifb_str prompt;
    enum ifb_code code =
        ifb_json_parse(arena, ifb_utf8_repair(arena, line), IFB_JSON_DUPLICATES, number, &v, err);

    if (code)
        return code;
    prompt = ifb_json_str(v, "prompt");
    response = ifb_json_get(v, "response");
    if (!prompt.ptr)
        return ifb_fail(err, IFB_EINPUT, "line %u: \"prompt\" must be a string", number);
    if (!response || (response->kind != IFB_JSTRING && response->kind != IFB_JNULL))
        return ifb_fail(err, IFB_EINPUT, "line %u: \"response\" must be a string or null", number);
    ifb_replay_add(r, prompt, response->string);
    return IFB_OK;
}

enum ifb_code ifb_replay_read(const char *path, struct ifb_replay **out, struct ifb_error *err)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_replay *r = ifb_replay_new();
    struct ifb_lines *lines = NULL;
    ifb_str line;
    bool more = true;
    enum ifb_code code = ifb_lines_open(path, &lines, err);

    while (!code && more) {
        code = ifb_lines_next(lines, &line, &more, err);
        if (code || !more || !ifb_str_trim_ascii(line).len)
            continue;
        ifb_arena_reset(arena);
        code = read_line(r, line, ifb_lines_number(lines), arena, err);
        if (code)
            ifb_within(err, "%s", path);
    }
    ifb_lines_close(lines);
    ifb_arena_close(arena);
    if (code)
        ifb_replay_free(r);
    else
        *out = r;
    return code;
}
