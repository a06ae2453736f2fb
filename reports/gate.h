/* SPDX-License-Identifier: Apache-2.0 */
/* The reports of a gate; the table is in gate_files.c. */
#ifndef IFB_REPORTS_GATE_H
#define IFB_REPORTS_GATE_H

#include <ifbench/gate.h>

extern const struct ifb_gate_report ifb_gate_term, ifb_gate_markdown, ifb_gate_github,
    ifb_gate_junit, ifb_gate_json;

/*
 * The rule with what it was applied to, as far as that is not said by the rule: "keywords:* >=
 * 50 % [core keywords:existence]"; the model too where there are several. Not escaped.
 */
ifb_str ifb_gate_where(const struct ifb_gate *gate, const struct ifb_gate_check *check,
                       struct ifb_arena *arena);

#endif
