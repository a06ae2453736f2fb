/* SPDX-License-Identifier: Apache-2.0 */
/* A gate's verdict, shown by `gate` and by `run --gate-policy`. */
#ifndef IFB_CLI_GATE_SHOW_H
#define IFB_CLI_GATE_SHOW_H

#include <ifbench/gate.h>

#include "harness/cli/command.h"

/* Each is "FORMAT=FILE"; IFB_EUSAGE names `option`. */
enum ifb_code ifb_gate_check_also(const char *option, struct ifb_strs also, struct ifb_error *err);

/* Writes the verdict in each of these formats into its file. */
enum ifb_code ifb_gate_show_also(struct ifb_cli *cli, const struct ifb_gate *gate,
                                 struct ifb_strs also, struct ifb_error *err);

/* Writes it in one format to a file; absent or "-": standard output. */
enum ifb_code ifb_gate_show(struct ifb_cli *cli, const struct ifb_gate *gate, ifb_str format,
                            ifb_str to, struct ifb_error *err);

int ifb_gate_status(enum ifb_gate_verdict verdict);

#endif
