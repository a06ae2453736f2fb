/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engine/resources.h"

#include <ifbench/text.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/str.h"

#define RESOURCE_MAX ((size_t)64 << 20)

const char *const *ifb_data_dirs(ifb_str given, const char *(*env)(const char *),
                                 struct ifb_arena *arena)
{
    const char **dirs = ifb_new(arena, const char *, 3);
    const char *set = env ? env("IFBENCH_DATA") : NULL;
    const char *xdg = env ? env("XDG_DATA_HOME") : NULL;
    const char *home = env ? env("HOME") : NULL;

    if (given.ptr)
        dirs[0] = ifb_cstr(arena, given);
    else if (set && *set)
        dirs[0] = set;
    else if (xdg && *xdg)
        dirs[0] = ifb_path_join(arena, xdg, "ifbench");
    else if (home && *home)
        dirs[0] = ifb_path_join(arena, home, ".local/share/ifbench");
    return dirs;
}

char *ifb_data_find(const char *const *dirs, const char *file, struct ifb_arena *arena)
{
    for (; *dirs; dirs++) {
        char *path = ifb_path_join(arena, *dirs, file);

        if (ifb_file_exists(path))
            return path;
    }
    return NULL;
}

enum ifb_code ifb_resources_load(unsigned needs, const char *const *dirs, struct ifb_arena *arena,
                                 struct ifb_resources *out, const char **punkt_path,
                                 struct ifb_error *err)
{
    struct ifb_arena *text_arena;
    ifb_str text;
    enum ifb_code code;

    *out = (struct ifb_resources){ 0 };
    *punkt_path = needs & IFB_NEEDS_PUNKT ? ifb_data_find(dirs, IFB_PUNKT_FILE, arena) : NULL;
    if (!*punkt_path)
        return IFB_OK;
    text_arena = ifb_arena_new();
    code = ifb_file_read(*punkt_path, RESOURCE_MAX, text_arena, &text, err);
    if (!code)
        code = ifb_punkt_load(text, arena, &out->punkt, err);
    if (code == IFB_EINPUT)
        ifb_within(err, "%s", *punkt_path);
    ifb_arena_close(text_arena);
    return code;
}
