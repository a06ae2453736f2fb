/* SPDX-License-Identifier: Apache-2.0 */
/* A suite as commands are given it: an id, or a file of one's own. */
#ifndef IFB_CLI_FIND_SUITE_H
#define IFB_CLI_FIND_SUITE_H

#include <ifbench/suite.h>

#include "harness/cli/command.h"

/*
 * The suite and where its files are, for ifb_suite_load; all in cli's arena. `data_dir` is
 * the option of that name. IFB_EINPUT says which data to pull, or the nearest name.
 */
enum ifb_code ifb_cli_suite(struct ifb_cli *cli, ifb_str data_dir, ifb_str name,
                            const struct ifb_suite **out, struct ifb_suite_source *src,
                            struct ifb_error *err);

#endif
