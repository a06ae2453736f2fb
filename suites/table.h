/* SPDX-License-Identifier: Apache-2.0 */
/* The suites that suites/table.c lists, one file each. */
#ifndef IFB_SUITES_TABLE_H
#define IFB_SUITES_TABLE_H

#include <ifbench/suite.h>

extern const struct ifb_suite ifb_suite_core;
extern const struct ifb_suite ifb_suite_ifeval;
extern const struct ifb_suite ifb_suite_m_ifeval_en;
extern const struct ifb_suite ifb_suite_m_ifeval_es;
extern const struct ifb_suite ifb_suite_m_ifeval_fr;
extern const struct ifb_suite ifb_suite_m_ifeval_ja;
extern const struct ifb_suite ifb_suite_followbench;
extern const struct ifb_suite ifb_suite_followbench_zh;
extern const struct ifb_suite ifb_suite_alpacaeval;
extern const struct ifb_suite ifb_suite_alpacaeval1;
extern const struct ifb_suite ifb_suite_arenahard;
extern const struct ifb_suite ifb_suite_arenahard_v2;
extern const struct ifb_suite ifb_suite_infobench;
extern const struct ifb_suite ifb_suite_ifbench;
extern const struct ifb_suite ifb_suite_ifbench_two_turn;
extern const struct ifb_suite ifb_suite_mtbench;

#endif
