/* SPDX-License-Identifier: Apache-2.0 */
/* The reports of a gate; the table is in gate_files.c. */
#ifndef IFB_REPORTS_GATE_H
#define IFB_REPORTS_GATE_H

#include <ifbench/gate.h>

extern const struct ifb_gate_report ifb_gate_term, ifb_gate_markdown, ifb_gate_github,
    ifb_gate_junit, ifb_gate_json;

#endif
