/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/cli/find_suite.h"

#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/engine/resources.h"

static const char *read_env(const char *name)
{
    return getenv(name);
}

static enum ifb_code find_files(struct ifb_cli *cli, ifb_str data_dir,
                                const struct ifb_suite *suite, struct ifb_suite_source *src,
                                struct ifb_error *err)
{
    const char *const *dirs = ifb_data_dirs(data_dir, read_env, cli->arena);
    const char **paths;
    size_t n = 0;

    while (suite->files && suite->files[n])
        n++;
    paths = ifb_new(cli->arena, const char *, n + 1);
    for (size_t i = 0; i < n; i++) {
        paths[i] = ifb_data_find(dirs, suite->files[i], cli->arena);
        if (!paths[i])
            return ifb_fail(err, IFB_EINPUT, "suite %s: %s is not there; `ifbench data pull %s` "
                            "gets it", suite->id, suite->files[i], suite->pack);
    }
    *src = (struct ifb_suite_source){ paths, n };
    return IFB_OK;
}

enum ifb_code ifb_cli_suite(struct ifb_cli *cli, ifb_str data_dir, ifb_str name,
                            const struct ifb_suite **out, struct ifb_suite_source *src,
                            struct ifb_error *err)
{
    *out = ifb_suite_find(name);
    if (!*out && ifb_suite_is_file(name))
        return ifb_suite_read(ifb_cstr(cli->arena, name), cli->arena, out, err);
    if (!*out)
        return ifb_fail(err, IFB_EINPUT, "unknown suite \"%.*s\"; the nearest is \"%s\"",
                        IFB_ARG(name), ifb_suite_nearest(name));
    return find_files(cli, data_dir, *out, src, err);
}
