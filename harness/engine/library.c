/* SPDX-License-Identifier: Apache-2.0 */
/* The resources of the data packs, for programs that make checkers of their own. */
#include <ifbench/check.h>

#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "harness/engine/resources.h"

struct ifb_library {
    struct ifb_arena *arena;
    struct ifb_resources resources;
};

enum ifb_code ifb_library_open(const char *dir, const char *(*env)(const char *name),
                               unsigned needs, struct ifb_library **out, struct ifb_error *err)
{
    struct ifb_library *lib = calloc(1, sizeof(*lib));
    struct ifb_resource_file files[IFB_RESOURCE_FILES] = { 0 };
    enum ifb_code code;

    if (!lib)
        ifb_out_of_memory();
    lib->arena = ifb_arena_new();
    code = ifb_resources_load(needs, ifb_data_dirs(ifb_str_of(dir), env, lib->arena),
                              env ? ifb_keep_dir(env, lib->arena) : NULL, lib->arena,
                              &lib->resources, files, err);
    *out = lib;
    if (code) {
        ifb_library_close(lib);
        *out = NULL;
    }
    return code;
}

const struct ifb_resources *ifb_library_resources(const struct ifb_library *lib)
{
    return lib ? &lib->resources : NULL;
}

void ifb_library_close(struct ifb_library *lib)
{
    if (!lib)
        return;
    ifb_resources_close(&lib->resources);
    ifb_arena_close(lib->arena);
    free(lib);
}
