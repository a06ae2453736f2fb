/* SPDX-License-Identifier: Apache-2.0 */
/* Output that goes to a file or to standard output. */
#ifndef IFB_CLI_TO_FILE_H
#define IFB_CLI_TO_FILE_H

#include <ifbench/report.h>

#include "harness/cli/command.h"

/*
 * Calls `write` with `self` and a sink on the file `to`, which appears when all is
 * written; absent or "-" is standard output. IFB_EIO.
 */
enum ifb_code ifb_to_file(struct ifb_cli *cli, ifb_str to,
                          void (*write)(const void *self, const struct ifb_sink *sink),
                          const void *self, struct ifb_error *err);

/* The same with a `write` that can fail: then there is no file, and its code is returned. */
enum ifb_code ifb_to_file_tried(struct ifb_cli *cli, ifb_str to,
                                enum ifb_code (*write)(void *self, const struct ifb_sink *sink,
                                                       struct ifb_error *err),
                                void *self, struct ifb_error *err);

#endif
